"""Points with several irrational coordinates: one of them generates the others, where that can be seen.

At a point where curves meet, a coordinate is most often a polynomial in another one: over Q(α) the polynomials that
vanish there have one common root, which Euclid's algorithm gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq_poly

from stackexact.exact.number_field import Element, NumberField
from stackexact.exact.points import Point
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Polynomial

__all__ = ["point_of"]

Dense = list[Element]
"""A polynomial in one unknown over Q(α), lowest power first, without leading zeros."""


def point_of(roots: Sequence[Root], vanishing: Sequence[Polynomial]) -> Point | None:
    """The point with these coordinates; ``None`` where none of them is seen to generate the others.

    ``vanishing`` are polynomials that seem to be zero there; the point that is returned proves them to be.
    """
    irrational = [root for root in roots if not root.is_rational]
    if not irrational:
        return Point.rational([root.rational for root in roots])
    for generator in dict.fromkeys(irrational):
        found = _coordinates(NumberField(generator), roots, vanishing)
        if found is not None:
            return found
    return None


def _coordinates(field: NumberField, roots: Sequence[Root], vanishing: Sequence[Polynomial]) -> Point | None:
    known: dict[int, Element] = {}
    for place, root in enumerate(roots):
        if root.is_rational:
            known[place] = field.element(fmpq_poly([root.bounds[0]]))
        elif root == field.root:
            known[place] = field.generator
    for place, root in enumerate(roots):
        if place not in known:
            own = [field.element(fmpq_poly([c])) for c in root.polynomial.coeffs()]
            others = (_in_one_unknown(field, polynomial, known, place) for polynomial in vanishing)
            common: Dense = []
            # Short ones first: Euclid takes as many steps as they are long, and most often two of them are enough.
            for one in sorted([*(one for one in others if one), own], key=len):
                common = _gcd(one, common)
                if len(common) == 2:
                    break
            if len(common) != 2:
                return None
            known[place] = -common[0] / common[1]
            if not _is_root(known[place], root):
                return None
    point = Point.algebraic(field, [known[place] for place in range(len(roots))])
    return point if all(point.sign_of(one) == 0 for one in vanishing) else None


def _is_root(value: Element, root: Root) -> bool:
    """Whether an element is that root of its polynomial."""
    total = value.field.zero
    for coefficient in reversed(root.polynomial.coeffs()):
        total = total * value + coefficient
    low, high = root.bounds
    return not total and low < value < high


def _in_one_unknown(field: NumberField, polynomial: Polynomial, known: dict[int, Element], place: int) -> Dense | None:
    """A polynomial with the known coordinates put in; ``None`` where another unknown one occurs."""
    made: dict[int, Element] = {}
    for powers, coefficient in polynomial.to_dict().items():
        value: Any = field.one * coefficient
        for n, power in enumerate(powers):
            if n != place and power:
                if n not in known:
                    return None
                for _ in range(int(power)):
                    value = value * known[n]
        power = int(powers[place])
        made[power] = made.get(power, field.zero) + value
    return _trimmed([made.get(power, field.zero) for power in range(max(made, default=-1) + 1)])


def _trimmed(polynomial: Dense) -> Dense:
    while polynomial and not polynomial[-1]:
        polynomial.pop()
    return polynomial


def _gcd(one: Dense, two: Dense) -> Dense:
    while two:
        top = 1 / two[-1]
        two = [value * top for value in two]
        rest = list(one)
        while len(rest) >= len(two):
            factor, shift = rest[-1], len(rest) - len(two)
            for n, value in enumerate(two):
                rest[n + shift] = rest[n + shift] - factor * value
            rest.pop()
            _trimmed(rest)
        one, two = two, rest
    return one
