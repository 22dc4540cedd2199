"""Quantiles of the chi-squared distribution between rational ends."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import ball_of, ends

__all__ = ["chi_squared"]

_HALVINGS = 40
_STEPS = 60
_SMALLEST = 10_000


def chi_squared(level: Fraction, degrees: int, bits: int) -> tuple[Fraction, Fraction]:
    """Ends, about 2**-bits of their size apart, between which a chi-squared variable passes ``level``.

    The distribution function is monotone: the ends are proved by its values there, however they were found.

    >>> low, high = chi_squared(Fraction(95, 100), 1, 40)
    >>> float(low)
    3.84145882...
    """
    if not degrees:
        return Fraction(0), Fraction(0)
    spare = 64 + level.denominator.bit_length()
    for _ in range(4):
        with ctx.workprec(bits + spare):
            point = _near(level, degrees)
            width = point * arb(2) ** -bits
            low, high = ends(point - width)[0], ends(point + width)[1]
            below, above = _passed(ball_of(low), degrees), _passed(ball_of(high), degrees)
            if below < ball_of(level) and above > ball_of(level):
                return low, high
        spare *= 2
    raise LimitReached("the quantile of that level is not enclosed; choose a level farther from 0 and 1")


def _passed(value: Any, degrees: int) -> Any:
    """The distribution function."""
    return (value / 2).gamma_lower(ball_of(Fraction(degrees, 2)), regularized=1)


def _near(level: Fraction, degrees: int) -> Any:
    """A point near the quantile: halving, then Newton's method."""
    wanted, half = ball_of(level), ball_of(Fraction(degrees, 2))
    low, high = arb(0), arb(degrees)
    while not _passed(high, degrees) > wanted:
        low, high = high, 2 * high
        if high > 10**6:
            raise LimitReached("the quantile of this level is beyond 10**6; choose a lower level")
    while not low > 0 and _passed(high / 2, degrees) > wanted and high > arb(2) ** -_SMALLEST:
        high = (high / 2).mid()
    for _ in range(_HALVINGS):
        middle = ((low + high) / 2).mid()
        low, high = (middle, high) if _passed(middle, degrees) < wanted else (low, middle)
    point = high
    for _ in range(_STEPS):
        density = ((half - 1) * (point / 2).log() - point / 2 - half.lgamma()).exp() / 2
        step = ((_passed(point, degrees) - wanted) / density).mid()
        point = (point - step).mid()
        if not point > 0 or not point.is_finite():
            return high
        if abs(step) < point * arb(2) ** (-ctx.prec * 3 // 4):
            break
    return point
