"""Checks of closed JSON objects, each with one wording: path, expected, found, what to do.

Readers of every kind of game are written with these, so that the same mistake reads the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from stackexact.errors import GameError, shorten
from stackexact.games.json_text import Numeral, at_path, described

__all__ = ["closed", "items", "labels_of", "number", "object_of", "present", "table", "text", "texts"]

_NUMBERS: Final = frozenset({str, Numeral, int})
"""Types that carry a number exactly: text in the grammar, a JSON number as its text, a Python integer."""


def closed(value: object, path: str, *, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    """An object with all ``required`` keys and, besides them, only ``optional`` ones.

    >>> closed({"nmae": "etc"}, "", required=["name"])
    Traceback (most recent call last):
    stackexact.errors.GameError: nmae: expected one of name, found an unknown key; is it 'name'?
    """
    required, optional = tuple(required), tuple(optional)
    known = required + optional
    if not isinstance(value, dict):
        raise GameError(f"{path or 'top level'}: expected an object with {', '.join(known)}, found {described(value)}")
    for key in value:
        if key not in known:
            where = at_path(path, str(key))
            raise GameError(f"{where}: expected one of {', '.join(known)}, found an unknown key; {_advice(key, known)}")
    for key in required:
        if key not in value:
            raise GameError(f"{at_path(path, key)}: expected this key, found none; add it")
    return value


def _advice(key: object, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(str(key)[:60], known, n=1)
    return f"is it '{near[0]}'?" if near else "delete it"


def object_of(value: object) -> object:
    """A mapping of any type as a dictionary, which is what JSON has; anything else as it stands."""
    return dict(value) if isinstance(value, Mapping) else value


def present(value: Any, path: str) -> Any:
    """Anything but null: a key that is not meant is left out.

    >>> present(0, "initial")
    0
    """
    if value is None:
        raise GameError(f"{path}: expected a value or no such key, found null; delete the key")
    return value


def labels_of(value: object, path: str) -> dict[str, list[str]]:
    """The labels of actions by player, of those players for whom some are given.

    >>> labels_of({"leader": ["up", "down"]}, "actions")
    {'leader': ['up', 'down']}
    """
    given = closed(object_of(value), path, required=(), optional=("leader", "follower"))
    return {player: texts(labels, f"{path}.{player}", "labels") for player, labels in given.items()}


def text(value: object, path: str) -> str:
    """A JSON string.

    >>> text("etc", "name")
    'etc'
    """
    if type(value) is not str:
        raise GameError(f"{path}: expected text in quotation marks, found {described(value)}; correct it")
    return value


def items(value: object, path: str, what: str) -> list[Any]:
    """A JSON list; ``what`` says of what, for the message.

    >>> items([1, 2], "stages", "stages")
    [1, 2]
    """
    if not isinstance(value, list | tuple):
        raise GameError(f"{path}: expected a list of {what}, found {described(value)}; write [...]")
    return list(value)


def texts(value: object, path: str, what: str) -> list[str]:
    """A list of JSON strings.

    >>> texts(["delta"], "parameters", "names")
    ['delta']
    """
    return [text(entry, f"{path}[{i}]") for i, entry in enumerate(items(value, path, what))]


def number(value: object, path: str) -> str | int:
    """An exact number as it was written: text in the grammar, or a JSON number (its decimal text).

    >>> number("2*delta", "tolerance")
    '2*delta'
    """
    if type(value) in _NUMBERS:
        return value  # type: ignore[return-value]  # the test of its exact type does not narrow it
    if isinstance(value, float):
        found = f"the Python float {value!r}, which has lost its decimal text"
        raise GameError(f"{path}: expected an exact number, found {found}; write the text {shorten(repr(value))}")
    example = 'write text such as "3/5" or a number such as 0.6'
    raise GameError(f"{path}: expected a number or an expression, found {described(value)}; {example}")


def table(value: object, path: str) -> list[list[str | int]]:
    """A list of rows of numbers. Their lengths are left to the type of the game.

    >>> table([["1", "delta"]], "payoffs.leader")
    [['1', 'delta']]
    """
    rows: list[list[str | int]] = []
    for i, row in enumerate(items(value, path, "rows, one per leader action")):
        entries = items(row, f"{path}[{i}]", "payoffs, one per follower action")
        wrong = next((j for j, entry in enumerate(entries) if type(entry) not in _NUMBERS), None)
        if wrong is not None:
            number(entries[wrong], f"{path}[{i}][{wrong}]")
        rows.append(entries)
    return rows
