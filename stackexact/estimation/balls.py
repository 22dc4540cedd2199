"""Between balls and rational ends: columns of them, and how narrow the ends of estimates are to be."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from flint import arb, arb_mat

from stackexact.exact.enclosures import Enclosure, ball_of, enclosed

__all__ = ["FLOOR", "between", "column", "enclosure_of", "narrow"]

FLOOR: Final = Fraction(1, 10**1000)
"""What is smaller is enclosed to so much, not to a number of its own digits."""


def between(low: Fraction, high: Fraction) -> arb:
    """A ball that holds an interval."""
    return ball_of(low).union(ball_of(high))


def column(values: Sequence[Any]) -> arb_mat:
    """Numbers below each other."""
    return arb_mat(len(values), 1, list(values))


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
