"""Integers of any length as digits: CPython converts at most 4 300 of them at once."""

from __future__ import annotations

from fractions import Fraction

CHUNK = 4000
"""Digits that are converted at once."""


def integer(digits: str) -> int:
    """Read decimal digits of any length, by halves."""
    if len(digits) <= CHUNK:
        return int(digits)
    low = len(digits) // 2
    shift: int = 10**low
    return integer(digits[:-low]) * shift + integer(digits[-low:])


def digits_of(value: int) -> str:
    """Write a non-negative integer of any length, by halves."""
    if value.bit_length() < 3 * CHUNK:
        return str(value)
    low = round(value.bit_length() * 0.15)
    shift: int = 10**low
    high, rest = divmod(value, shift)
    return digits_of(high) + digits_of(rest).zfill(low)


def written(value: Fraction) -> str:
    """A number in normal form: ``p``, or ``p/q`` in lowest terms."""
    top = "-" * (value < 0) + digits_of(abs(value.numerator))
    return top if value.denominator == 1 else f"{top}/{digits_of(value.denominator)}"
