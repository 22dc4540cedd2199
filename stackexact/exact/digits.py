"""Integers of any length to and from decimal text.

CPython refuses to convert between ``int`` and ``str`` beyond 4 300 digits unless a process-wide setting is changed.
Results here have tens of thousands of digits, and a library must not change its host's settings, so long numbers are
converted in pieces, by halves.
"""

from __future__ import annotations

from fractions import Fraction

__all__ = ["fraction_to_text", "int_to_text", "text_to_int"]

CHUNK = 4000
"""Digits that one built-in conversion handles; below CPython's guard of 4 300."""


def text_to_int(digits: str) -> int:
    """Read a string of ASCII digits.

    >>> text_to_int("7" * 5000) % 10**6
    777777
    """
    if len(digits) <= CHUNK:
        return int(digits)
    low = len(digits) // 2
    power: int = 10**low
    return text_to_int(digits[:-low]) * power + text_to_int(digits[-low:])


def int_to_text(value: int) -> str:
    """Write an integer in decimal.

    >>> len(int_to_text(-(10**9999)))
    10001
    """
    if value < 0:
        return "-" + int_to_text(-value)
    # 0.30103 > log10(2): an upper bound on the number of digits.
    return _padded(value, int(value.bit_length() * 0.30103) + 1).lstrip("0") or "0"


def _padded(value: int, width: int) -> str:
    if width <= CHUNK:
        return str(value).zfill(width)
    low = width // 2
    high, rest = divmod(value, 10**low)
    return _padded(high, width - low) + _padded(rest, low)


def fraction_to_text(value: Fraction) -> str:
    """Write a rational as ``p`` or ``p/q`` in lowest terms.

    >>> fraction_to_text(Fraction(-6, 4))
    '-3/2'
    """
    top = int_to_text(value.numerator)
    return top if value.denominator == 1 else f"{top}/{int_to_text(value.denominator)}"
