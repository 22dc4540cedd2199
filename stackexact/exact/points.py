"""Points with several coordinates: where polynomials in several parameters are evaluated, exactly.

The coordinates are rational, or all lie in Q(α) for one real algebraic number α.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpq, fmpz

from stackexact.exact.number_field import Element, NumberField
from stackexact.exact.prover import Number
from stackexact.exact.tracing import Polynomial

__all__ = ["Point"]


@dataclass(frozen=True, slots=True, init=False)
class Point:
    """One value for each parameter, in the order of the polynomials' variables.

    >>> from stackexact.exact.reading import Parameters
    >>> names = Parameters(("delta", "gamma"))
    >>> polynomial, _ = names.split(names.symbol("delta") - 2 * names.symbol("gamma"))
    >>> point = Point.rational([Fraction(1, 2), Fraction(1, 4)])
    >>> point.sign_of(polynomial), point.value_of(3 * polynomial + 1)
    (0, 1)
    """

    coordinates: tuple[Fraction | Element, ...]
    field: NumberField | None
    _whole: tuple[Any, ...]
    _common: Any

    @classmethod
    def rational(cls, coordinates: Sequence[Fraction]) -> Point:
        """A point with rational coordinates."""
        common = lcm(*(value.denominator for value in coordinates))
        whole = tuple(fmpz(value.numerator * (common // value.denominator)) for value in coordinates)
        return cls._made(tuple(coordinates), None, whole, fmpz(common))

    @classmethod
    def algebraic(cls, field: NumberField, coordinates: Sequence[Element]) -> Point:
        """A point with coordinates in Q(α)."""
        return cls._made(tuple(coordinates), field, (), fmpz(1))

    @classmethod
    def _made(
        cls, coordinates: tuple[Any, ...], field: NumberField | None, whole: tuple[Any, ...], common: Any
    ) -> Point:
        made = object.__new__(cls)
        for name, value in zip(cls.__slots__, (coordinates, field, whole, common), strict=True):
            object.__setattr__(made, name, value)
        return made

    @property
    def is_rational(self) -> bool:
        """Whether all coordinates are rational numbers."""
        return self.field is None

    @property
    def fractions(self) -> tuple[Fraction, ...]:
        """The coordinates of a rational point."""
        return tuple(one for one in self.coordinates if isinstance(one, Fraction))

    def value_of(self, polynomial: Polynomial) -> Number:
        """The value of a polynomial at a rational point."""
        top, scale = self._scaled(polynomial)
        return fmpq(top, scale)

    def element(self, polynomial: Polynomial) -> Element:
        """The value of a polynomial at an algebraic point."""
        if self.field is None:
            raise ValueError("expected a point with an irrational coordinate")
        total = self.field.zero
        for powers, coefficient in polynomial.to_dict().items():
            value = self.field.one * coefficient
            for coordinate, power in zip(self.coordinates, powers, strict=True):
                for _ in range(int(power)):
                    value = value * coordinate
            total = total + value
        return total

    def sign_of(self, polynomial: Polynomial) -> int:
        """-1, 0 or 1."""
        if self.field is not None:
            return self.element(polynomial).sign
        top, _ = self._scaled(polynomial)
        return 1 if top > 0 else -1 if top < 0 else 0

    def _scaled(self, polynomial: Polynomial) -> tuple[Any, Any]:
        """The value times a power of the common denominator, and that power."""
        degree = max(0, int(polynomial.total_degree()))
        total = fmpz(0)
        for powers, coefficient in polynomial.to_dict().items():
            value, rest = coefficient, degree
            for coordinate, power in zip(self._whole, powers, strict=True):
                if power:
                    value = value * coordinate ** int(power)
                    rest -= int(power)
            total += value * self._common**rest if rest else value
        return total, self._common**degree

    @property
    def approximations(self) -> tuple[Fraction, ...]:
        """The coordinates, irrational ones rounded, to put points in order for display."""
        return tuple(one if isinstance(one, Fraction) else Fraction(float(one)) for one in self.coordinates)
