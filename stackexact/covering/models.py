"""Points that z3 found, as exact numbers.

A model is evaluated here, by our own arithmetic: z3's takes without limit where two coordinates are irrational.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flint import fmpq, fmpz, fmpz_poly

from stackexact.exact.common_field import point_of
from stackexact.exact.points import Point
from stackexact.exact.real_roots import Root, real_roots
from stackexact.exact.tracing import Polynomial

__all__ = ["SIZES", "Model", "model_of", "number_of", "quotient", "rational_near"]

SIZES: Final = (1, 2, 4, 10, 20, 50, 100, 10**3, 10**5, 10**8, 10**12, 10**20)
"""Denominators that are tried, so that points in open sets are simple."""

NARROW: Final = fmpq(1, 10**30)
"""The width of enclosures by which a polynomial is taken for zero until it is proved."""


@dataclass(frozen=True, slots=True)
class Model:
    """A point, coordinate by coordinate; ``point`` is ``None`` where they are not all seen to be in one Q(α)."""

    roots: tuple[Root, ...]
    point: Point | None

    def sign_of(self, polynomial: Polynomial) -> int:
        """The sign there. Where there is no ``point`` zero says no more than that no other sign was seen."""
        return self.point.sign_of(polynomial) if self.point is not None else _sign_near(self.roots, polynomial)


def model_of(roots: Sequence[Root], polynomials: Iterable[Polynomial]) -> Model:
    """The model with these coordinates, some of which the ``polynomials`` may show to be in one field."""
    if sum(not root.is_rational for root in roots) < 2:
        return Model(tuple(roots), point_of(roots, ()))
    near = [one for one in polynomials if not one.is_constant() and _sign_near(roots, one) == 0]
    return Model(tuple(roots), point_of(roots, near))


def number_of(value: Mapping[str, Any]) -> Root:
    """A number that the worker wrote."""
    if "rational" in value:
        return Root.of(quotient(value["rational"]))
    coefficients = list(map(quotient, value["polynomial"]))
    scale = fmpz(1)
    for c in coefficients:
        scale = scale * c.q / scale.gcd(c.q)
    place = quotient(value["near"])
    return min(real_roots(fmpz_poly([(c * scale).p for c in coefficients])), key=lambda root: _distance(root, place))


def quotient(pair: Sequence[str]) -> Any:
    """A rational number of flint from the texts of two integers."""
    return fmpq(fmpz(pair[0]), fmpz(pair[1]))


def rational_near(model: Model, denominator: int) -> Point:
    """The model with its coordinates rounded to small denominators."""
    rounded = []
    for root in model.roots:
        _narrowed(root)
        low, high = root.bounds
        middle = (low + high) / 2
        rounded.append(Fraction(int(middle.p), int(middle.q)).limit_denominator(denominator))
    return Point.rational(rounded)


def _distance(root: Root, place: Any) -> Any:
    _narrowed(root)
    return abs(sum(root.bounds) / 2 - place)


def _narrowed(root: Root) -> None:
    while root.bounds[1] - root.bounds[0] > NARROW:
        root.refine()


def _sign_near(roots: Sequence[Root], polynomial: Polynomial) -> int:
    """The sign if narrow enclosures of the coordinates tell it, else 0."""
    for root in roots:
        _narrowed(root)
    low = high = fmpq(0)
    for powers, coefficient in polynomial.to_dict().items():
        ends = fmpq(coefficient), fmpq(coefficient)
        for root, power in zip(roots, powers, strict=True):
            for _ in range(int(power)):
                products = [one * two for one in ends for two in root.bounds]
                ends = min(products), max(products)
        low, high = low + ends[0], high + ends[1]
    return 1 if low > 0 else -1 if high < 0 else 0
