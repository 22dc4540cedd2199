"""Between balls and rational ends: nothing is rounded towards the truth, and no exponent is too large to be told."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from flint import arb, arb_mat, fmpq

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import Enclosure, enclosed

__all__ = ["FLOOR", "ball_of", "between", "bounds", "column", "enclosure_of", "narrow"]

FLOOR: Final = Fraction(1, 10**1000)
"""What is smaller is enclosed to so much, not to a number of its own digits."""

_EXPONENT: Final = 60_000
"""Binary exponents of ends that are written out."""


def ball_of(value: Fraction) -> arb:
    """A rational number at the working precision."""
    return arb(fmpq(value.numerator, value.denominator))


def between(low: Fraction, high: Fraction) -> arb:
    """A ball that holds an interval."""
    return ball_of(low).union(ball_of(high))


def column(values: Sequence[Any]) -> arb_mat:
    """Numbers below each other."""
    return arb_mat(len(values), 1, list(values))


def bounds(ball: arb) -> tuple[Fraction, Fraction]:
    """Rational bounds of what a ball holds.

    Raises :class:`~stackexact.errors.LimitReached` where it is unbounded or beyond 2**60000.
    """
    if not ball.is_finite():
        raise LimitReached("a value lies beyond what ball arithmetic can hold; scale features or eta")
    return _end(ball.lower(), -1), _end(ball.upper(), 1)


def _end(value: arb, away: int) -> Fraction:
    mantissa, exponent = value.man_exp()
    top = exponent + mantissa.bit_length()
    if top > _EXPONENT:
        raise LimitReached("a value lies beyond 2**60000; scale features or eta")
    if top < -_EXPONENT:  # rounded away from what the ball holds
        tiny = Fraction(1, 1 << _EXPONENT)
        return tiny * away if mantissa * away > 0 else Fraction(0)
    power = int(exponent)
    return Fraction(int(mantissa) << power) if power >= 0 else Fraction(int(mantissa), 1 << -power)


def narrow(low: Fraction, high: Fraction, digits: int, floor: Fraction = FLOOR) -> bool:
    """Whether the ends are within 10**-(digits + 1) of the size of the number, or of ``floor`` where that is greater.

    >>> narrow(Fraction(1), Fraction(1001, 1000), 1), narrow(Fraction(1), Fraction(1001, 1000), 3)
    (True, False)
    """
    size = max(min(abs(low), abs(high)) if low * high > 0 else Fraction(0), floor)
    return bool((high - low) * 10 ** (digits + 1) <= size)


def enclosure_of(
    low: Fraction, high: Fraction, digits: int, floor: Fraction = FLOOR, closed_form: str = ""
) -> Enclosure:
    """The ends rounded outwards to decimals; a number known exactly stays as it is."""
    if low == high:
        return Enclosure(low, high, closed_form)
    return enclosed(low, high, digits, _coarse(max(abs(low), abs(high), floor)), closed_form)


def _coarse(value: Fraction) -> Fraction:
    """About as large as a positive number, and short to write."""
    top, bottom = value.numerator, value.denominator
    shift = max(0, min(top.bit_length(), bottom.bit_length()) - 64)
    return Fraction(top >> shift, bottom >> shift)
