"""Tables of payoffs by the actions of two players, and the labels of these actions: what games in matrices share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeVar

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.rational_function import Exact
from stackexact.games.json_text import described
from stackexact.games.labels import flaw

__all__ = ["Actions", "Table", "read_actions", "read_cells", "read_labels", "read_table", "require_shape"]

Table: TypeAlias = tuple[tuple[Exact, ...], ...]
"""Payoffs by leader action (rows) and follower action (columns)."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Actions:
    """The labels of the leader's and the follower's actions, in order."""

    leader: tuple[str, ...]
    follower: tuple[str, ...]


def read_table(rows: object, place: str, number: Callable[[object], Exact]) -> Table:
    """A table of numbers: at least one row, all of one length. What ``number`` refuses is told with its place.

    >>> from stackexact.exact.numbers import exact
    >>> read_table([["1/2", 3]], "payoffs.leader", exact)
    ((Fraction(1, 2), Fraction(3, 1)),)
    """

    def row(values: Iterable[object], where: str) -> tuple[Exact, ...]:
        made: list[Exact] = []
        for value in values:
            if type(value) is int:
                made.append(Fraction(value))
                continue
            try:
                made.append(number(value))
            except StackexactError as error:
                raise GameError(f"{where}[{len(made)}]: {error}") from None
        return tuple(made)

    return _rows(rows, place, row, "payoffs", "numbers")


def read_cells(
    rows: object, place: str, what: str, cell: Callable[[object, str], Entry]
) -> tuple[tuple[Entry, ...], ...]:
    """A table of anything by the actions of both; ``what`` says of what, for messages; ``cell`` is given its place."""

    def row(values: Iterable[object], where: str) -> tuple[Entry, ...]:
        return tuple(cell(value, f"{where}[{j}]") for j, value in enumerate(values))

    return _rows(rows, place, row, what, what)


def _rows(
    rows: object, place: str, read: Callable[[Iterable[object], str], tuple[Entry, ...]], what: str, remedy: str
) -> tuple[tuple[Entry, ...], ...]:
    made: list[tuple[Entry, ...]] = []
    for i, row in enumerate(_entries(rows, place, "a table (a sequence of rows)")):
        where = f"{place}[{i}]"
        made.append(read(_entries(row, where, f"a row of {what}", f"; write a list of {remedy}"), where))
        if not made[i]:
            raise GameError(f"{where}: expected at least one follower action, found an empty row")
        if len(made[i]) != len(made[0]):
            raise GameError(f"{where}: expected {len(made[0])} {what} as in row 0, found {len(made[i])}")
    if not made:
        raise GameError(f"{place}: expected at least one leader action, found an empty table")
    return tuple(made)


def _entries(values: object, place: str, what: str, advice: str = "") -> Iterable[object]:
    """The entries of something with an order in it: sets have none, and of a mapping only the keys would be read."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | Set | Mapping):
        return values
    plain = values is None or isinstance(values, bool | dict)
    found = described(values) if plain else f"{type(values).__name__} {shorten(values)}"
    raise GameError(f"{place}: expected {what}, found {found}{advice}")


def require_shape(table: Sequence[Sequence[object]], like: Sequence[Sequence[object]], place: str, other: str) -> None:
    """Refuse a table of another shape than that of the table at ``other``."""
    one, two = (len(like), len(like[0])), (len(table), len(table[0]))
    if one != two:
        raise GameError(f"{place}: expected {one[0]}x{one[1]} as in {other}, found {two[0]}x{two[1]}")


def read_actions(
    given: Actions | Mapping[str, Sequence[str]] | None, rows: int, columns: int, place: str = "actions"
) -> Actions:
    """The labels of so many actions of either player: those given, or a1, a2, ... and b1, b2, ...

    >>> read_actions({"leader": ["up", "down"]}, 2, 1)
    Actions(leader=('up', 'down'), follower=('b1',))
    """
    if isinstance(given, Actions):
        given = {"leader": given.leader, "follower": given.follower}
    if given is None:
        given = {}
    elif not isinstance(given, Mapping) or set(given) - {"leader", "follower"}:
        raise GameError(f"{place}: expected the keys 'leader' and 'follower', each a list of labels")
    leader = read_labels(given.get("leader"), f"{place}.leader", "a", rows)
    return Actions(leader, read_labels(given.get("follower"), f"{place}.follower", "b", columns))


def read_labels(
    labels: Sequence[str] | None, place: str, letter: str, count: int, whole: str = "the payoffs"
) -> tuple[str, ...]:
    """The labels of ``count`` actions: those given, or a letter and a number; ``whole`` is what has so many."""
    if labels is None:
        return tuple(f"{letter}{i + 1}" for i in range(count))
    if isinstance(labels, str) or not isinstance(labels, Sequence):
        raise GameError(f"{place}: expected a list of labels, found {type(labels).__name__}")
    if len(labels) != count:
        raise GameError(f"{place}: expected {count} labels as {whole} have, found {len(labels)}")
    seen: set[str] = set()
    for i, label in enumerate(labels):
        if not isinstance(label, str):
            raise GameError(f"{place}[{i}]: expected text as a label, found {type(label).__name__}")
        if found := flaw(label):
            raise GameError(f"{place}[{i}]: expected a label, found {found}")
        if label in seen:
            raise GameError(f"{place}[{i}]: expected different labels, found {shorten(label)} twice")
        seen.add(label)
    return tuple(labels)
