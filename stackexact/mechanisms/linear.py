"""Numbers that are linear in prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import GameError, shorten
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of

__all__ = ["Linear", "linear"]


@dataclass(frozen=True, slots=True, repr=False)
class Linear(Record):
    """``constant`` plus the sum of ``slopes`` times prices."""

    constant: Fraction
    slopes: tuple[Fraction, ...]

    def __add__(self, other: Linear) -> Linear:
        return Linear(
            self.constant + other.constant, tuple(a + b for a, b in zip(self.slopes, other.slopes, strict=True))
        )

    def __sub__(self, other: Linear) -> Linear:
        return self + other.times(Fraction(-1))

    def times(self, factor: Fraction) -> Linear:
        """So many times that."""
        return Linear(self.constant * factor, tuple(slope * factor for slope in self.slopes))

    def at(self, prices: Sequence[Fraction]) -> Fraction:
        """Its value at prices."""
        return self.constant + sum((a * p for a, p in zip(self.slopes, prices, strict=True) if a), Fraction(0))

    @property
    def is_constant(self) -> bool:
        """Whether no price counts."""
        return not any(self.slopes)


def linear(value: Exact, names: Mapping[str, int], place: str) -> Linear:
    """A number or an expression in prices, of which ``names`` gives the places.

    Raises :class:`~stackexact.errors.GameError` for what is not linear in them.

    >>> from stackexact.exact.grammar import parse
    >>> linear(parse("(3*p - 1)/2"), {"p": 0, "q": 1}, "here")
    Linear(constant=-1/2, slopes=(3/2, 0))
    """
    slopes = [Fraction(0)] * len(names)
    if not isinstance(value, Expression):
        return Linear(value, tuple(slopes))
    constant = Fraction(0)
    own = value.parameters
    bottom = value.denominator
    if not value.is_polynomial or any(name not in names for name in own):
        raise GameError(f"{place}: expected an expression that is linear in prices, found {shorten(text_of(value))}")
    (divisor,) = bottom.values()
    for exponents, coefficient in value.numerator.items():
        degree = sum(exponents)
        if degree > 1:
            raise GameError(f"{place}: expected an expression linear in prices, found {shorten(text_of(value))}")
        if degree:
            slopes[names[own[exponents.index(1)]]] = Fraction(coefficient, divisor)
        else:
            constant = Fraction(coefficient, divisor)
    return Linear(constant, tuple(slopes))
