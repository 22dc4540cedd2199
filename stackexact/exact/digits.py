"""Integers of any length to and from decimal text.

CPython refuses to convert between ``int`` and ``str`` beyond 4 300 digits unless a process-wide setting is changed.
Results here have tens of thousands of digits, and a library must not change its host's settings, so long numbers are
converted by flint, which is also the faster the longer they are; it is imported when the first such number comes.
"""

from __future__ import annotations

from fractions import Fraction

__all__ = ["fraction_to_text", "int_to_text", "text_to_int"]

CHUNK = 4000
"""Digits that the built-in conversion handles; below CPython's guard of 4 300."""


def text_to_int(digits: str) -> int:
    """Read a string of ASCII digits.

    >>> text_to_int("7" * 5000) % 10**6
    777777
    """
    if len(digits) <= CHUNK:
        return int(digits)
    from flint import fmpz

    return int(fmpz(digits))


def int_to_text(value: int) -> str:
    """Write an integer in decimal.

    >>> len(int_to_text(-(10**9999)))
    10001
    """
    # Three bits per digit, rounded down: a number that is not longer has no more than CHUNK digits.
    if value.bit_length() <= 3 * CHUNK:
        return str(value)
    from flint import fmpz

    return fmpz(value).str()


def fraction_to_text(value: Fraction) -> str:
    """Write a rational as ``p`` or ``p/q`` in lowest terms.

    >>> fraction_to_text(Fraction(-6, 4))
    '-3/2'
    """
    top = int_to_text(value.numerator)
    return top if value.denominator == 1 else f"{top}/{int_to_text(value.denominator)}"
