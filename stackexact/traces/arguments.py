"""What a caller hands over in Python: a file name, a game, numbers, names; or one line that says what was expected."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from operator import index
from typing import Any, Protocol, TypeVar, cast

from stackexact.errors import ExpressionError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Actions, Game
from stackexact.games.sources import Source

__all__ = ["actions_of", "found", "integer", "number_named", "require_path", "row_named"]


class Named(Protocol):
    """A row of a table whose rows have names."""

    @property
    def name(self) -> str:
        """What users call it."""


R = TypeVar("R", bound=Named)


def found(value: object) -> str:
    """What was handed over instead.

    >>> found(None), found("UCB")
    ('None', "str 'UCB'")
    """
    return "None" if value is None else f"{type(value).__name__} {shorten(value)}"


def require_path(path: object) -> Source:
    """The name of a file: text or a path, but no bytes and no number (which is an open file to the system).

    >>> require_path(0)
    Traceback (most recent call last):
    stackexact.errors.UsageError: path: expected the name of a file, found int '0'; pass text or a pathlib.Path
    """
    if isinstance(path, str) or (isinstance(path, os.PathLike) and isinstance(os.fspath(path), str)):
        return cast(Source, path)
    raise UsageError(f"path: expected the name of a file, found {found(path)}; pass text or a pathlib.Path")


def actions_of(game: object) -> Actions:
    """The actions of a game, or those that were given instead of one.

    >>> actions_of(Game([[1, 2]], [[0, 1]])).follower
    ('b1', 'b2')
    """
    if isinstance(game, Game | Actions):
        return game if isinstance(game, Actions) else game.actions
    told = "pass the game that the learners played"
    raise UsageError(f"game: expected a game, or its actions, found {found(game)}; {told}")


def integer(value: object) -> int | None:
    """A whole number of any library; ``None`` for all else, text, floats and truth values included.

    >>> integer(7), integer(7.0), integer("7"), integer(True)
    (7, None, None, None)
    """
    try:
        return None if isinstance(value, bool) else index(cast(Any, value))
    except TypeError:
        return None


def number_named(name: str, value: object) -> Fraction:
    """A number that is handed over under a name; a float stands for its decimal text, since nobody means the binary
    number next to it.

    >>> number_named("spread", 0.1)
    Fraction(1, 10)
    """
    try:
        number = exact(value, floats="decimal")
    except ExpressionError as error:
        raise UsageError(f"{name}: {error}") from None
    if not isinstance(number, Fraction):
        raise UsageError(f"{name}: expected a number, found {shorten(text_of(number))}; write one")
    return number


def row_named(what: str, rows: Sequence[R], name: str) -> R:
    """The row of a table that has this name; ``what`` is what a message calls it."""
    for row in rows:
        if row.name == name:
            return row
    raise UsageError(f"{what}: expected one of {', '.join(row.name for row in rows)}, found {shorten(name)}")
