"""Numbers and relations in games; those that our own writer wrote may be longer than what a user may write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

from stackexact.errors import ExpressionError
from stackexact.exact.grammar import INPUT, WRITTEN, parse
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import Assumption, parse_assumption, text_of
from stackexact.exact.work import Work
from stackexact.games.json_text import described

__all__ = ["assumption_as_written", "exact_value", "value_as_written"]

_LONG: Final = re.compile(r"-?[0-9]+(/[0-9]+)?")
"""The form of a number, which no more than its length makes hard to read."""

Value = TypeVar("Value")


def value_as_written(given: str | int) -> Exact | str | int:
    """A value as our writer writes it, which may be longer than what a user may write; anything else as it stands."""
    if isinstance(given, int):
        return given
    found: Exact | str = _read_back(given, parse, text_of)
    return found


def assumption_as_written(given: str) -> Assumption | str:
    """A relation as our writer writes it; anything else as it stands."""
    return _read_back(given, parse_assumption, str)


def exact_value(given: object, work: Work) -> Exact:
    """A number or an expression from Python or from a file, where it may be as our writer writes it.

    Raises :class:`~stackexact.errors.ExpressionError` without a place.

    >>> exact_value("1/2", Work(10**6)), exact_value(3, Work(10**6))
    (Fraction(1, 2), Fraction(3, 1))
    """
    if given is None or isinstance(given, bool | dict | list):
        found = f"found {described(given)}; write text such as '3/5' or a number such as 0.6"
        raise ExpressionError(f"expected a number or an expression, {found}")
    return exact(value_as_written(given) if type(given) is str else given, work=work)


def _read_back(given: str, read: Callable[..., Value], write: Callable[[Value], str]) -> Value | str:
    """The value of a long text in normal form; the rest, JSON numbers too, is left to the reader of input."""
    if (
        type(given) is not str
        or len(given) <= INPUT.digits
        or (len(given) > INPUT.characters and not _LONG.fullmatch(given))
    ):
        return given
    try:
        value = read(given, limits=WRITTEN)
    except ExpressionError:
        return given
    return value if write(value) == given else given
