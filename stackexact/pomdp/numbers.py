"""Numbers and grids that users give."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from stackexact.errors import StackexactError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of

__all__ = ["fraction", "grid"]


def fraction(given: object, place: str) -> Fraction:
    """A number; raises :class:`~stackexact.errors.UsageError` with its place for anything else.

    >>> fraction("1/3", "here")
    Fraction(1, 3)
    """
    try:
        value = exact(given)
    except StackexactError as error:
        raise UsageError(f"{place}: {error}") from None
    if not isinstance(value, Fraction):
        raise UsageError(f"{place}: expected a number, found {shorten(text_of(value))}; write a number")
    return value


def grid(given: object, place: str) -> tuple[Fraction, ...]:
    """Different numbers in ascending order, at least one.

    >>> grid([1, 0, "1/2", "0.5"], "prices")
    (Fraction(0, 1), Fraction(1, 2), Fraction(1, 1))
    """
    if isinstance(given, str) or not isinstance(given, Sequence) or not given:
        raise UsageError(f"{place}: expected a list of numbers, found {shorten(given)}; write [0, '1/2', 1]")
    return tuple(sorted({fraction(one, f"{place}[{k}]") for k, one in enumerate(given)}))
