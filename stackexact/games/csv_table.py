"""Payoff tables from CSV: one file per player, or one file of pairs.

**Cells.** The delimiter is the tab, the semicolon or the comma; it does not count inside quotation marks or
parentheses. A cell may stand in quotation marks (a doubled one inside is one) and ends on its line; white space
around it and empty lines are ignored. Rows are leader actions, columns follower actions. A payoff is any exact
expression (``3/5``, ``0.6``, ``2*delta``); the names that occur are the parameters of the game, and a note lists them.

**Labels.** If the top-left cell is empty, the first row holds the follower's action labels and the first cell of each
further row the leader's. Otherwise the table holds payoffs only.

**Two files.** Each holds one player's payoffs, both in this orientation. The delimiter is the first of tab, semicolon,
comma that occurs in the file. Labels may stand in both files (then they agree) or in one.

**Pairs.** Each cell holds the leader's payoff, one of ``; , |`` and the follower's payoff, with or without parentheses
around the pair: ``3;2``, ``3 | 2``, ``(3, 2)`` or, in quotation marks, ``"3, 2"``. The delimiter is the first of tab,
semicolon, comma that occurs in the file and under which every cell is such a pair. (So ``3;2`` alone on every line is
refused, because it may be one player's table: a column of pairs needs parentheses, quotation marks or ``|``.)

Errors name the row (the line of the file) and the column (the cell of that line), both counted from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from stackexact.errors import ExpressionError, InputError, shorten
from stackexact.exact.grammar import INPUT
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.work import Work
from stackexact.games.bimatrix import Game
from stackexact.games.encoding import as_text
from stackexact.games.kinds import Loaded
from stackexact.games.labels import flaw

__all__ = ["Sheet", "combine", "read_pairs", "read_sheet"]

_DELIMITERS: Final = ("\t", ";", ",")
_SEPARATORS: Final = ";,|"
_NO_PAYOFF: Final = frozenset(["nan", "inf", "infinity", "na", "n/a", "null", "none", "true", "false"])
"""What spreadsheets and data frames write for a missing value; as parameters these names need a declaration."""

_QUOTED: Final = re.compile(r' *"([^"]*(?:""[^"]*)*)" *')
_MARKS: Final = re.compile(r"[();,|\t]")
_DECIMAL_COMMA: Final = re.compile(r"[-+]?[0-9]+,[0-9]+")

_Line: TypeAlias = tuple[int, list[str]]
"""The number of a line in the file, and its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One player's payoffs as a file holds them, with the labels where the file has them."""

    rows: tuple[tuple[Exact, ...], ...]
    leader: tuple[str, ...] | None = None
    follower: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Body:
    """The payoff cells of a table, line by line, and the labels that stood around them."""

    lines: list[_Line]
    leader: tuple[str, ...] | None
    follower: tuple[str, ...] | None

    def cells(self) -> Iterator[tuple[int, int, str]]:
        """Row and column in the file (both from 1) and text of every payoff cell."""
        first = 1 if self.leader is None else 2
        for row, line in self.lines:
            for column, cell in enumerate(line, first):
                yield row, column, cell

    def table(self, values: list[Exact]) -> tuple[tuple[Exact, ...], ...]:
        width = len(self.lines[0][1])
        return tuple(tuple(values[i : i + width]) for i in range(0, len(values), width))


def read_sheet(text: str) -> Sheet:
    r"""One player's payoff table.

    Raises :class:`~stackexact.errors.InputError` with row and column.

    >>> read_sheet(",L,R\nT,1/2,delta\nB,0,.8\n").rows[1]
    (Fraction(0, 1), Fraction(4, 5))
    """
    text, work = as_text(text), Work(INPUT.effort)
    body = _body(text, _occurring(text)[0])
    return Sheet(body.table([_payoff(*cell, work) for cell in body.cells()]), body.leader, body.follower)


def read_pairs(text: str) -> Loaded[Game]:
    r"""A game from one table of pairs.

    Raises :class:`~stackexact.errors.InputError` with row and column; where no delimiter fits, it speaks of the one
    that leads furthest into the file.

    >>> read_pairs("3;2, 0;0\n0;0, 2;3\n").game.payoffs.follower
    ((Fraction(2, 1), Fraction(0, 1)), (Fraction(0, 1), Fraction(3, 1)))
    """
    text, work = as_text(text), Work(INPUT.effort)
    failures: list[tuple[tuple[int, int], InputError]] = []
    for delimiter in _occurring(text):
        pairs: list[tuple[int, int, str, str]] = []
        try:
            body = _body(text, delimiter)
            for row, column, cell in body.cells():
                pairs.append((row, column, *_pair(row, column, cell)))
        except InputError as error:
            failures.append((pairs[-1][:2] if pairs else (0, 0), error))
            continue
        one = body.table([_payoff(row, column, leader, work) for row, column, leader, _ in pairs])
        two = body.table([_payoff(row, column, follower, work) for row, column, _, follower in pairs])
        return combine(Sheet(one, body.leader, body.follower), Sheet(two))
    # Ties go to the last, the comma: it is the commonest delimiter.
    raise max(reversed(failures), key=lambda failure: failure[0])[1]


def combine(leader: Sheet, follower: Sheet) -> Loaded[Game]:
    """The game of two players' tables, with the names in use as its parameters.

    >>> combine(read_sheet("1,2"), read_sheet("p,0")).notes
    ('read as parameters: p; a JSON game can declare them and their assumptions',)
    """
    shapes = [f"{len(sheet.rows)}x{len(sheet.rows[0])}" for sheet in (leader, follower)]
    if shapes[0] != shapes[1]:
        found = f"{shapes[0]} for the leader and {shapes[1]} for the follower"
        raise InputError(f"expected two tables of one shape (rows are the leader's actions in both), found {found}")
    labels: dict[str, tuple[str, ...]] = {}
    for player in ("leader", "follower"):
        one, two = getattr(leader, player), getattr(follower, player)
        if one and two and one != two:
            shown = next(f"{shorten(a)} and {shorten(b)}" for a, b in zip(one, two, strict=True) if a != b)
            raise InputError(f"labels of the {player}'s actions: expected the same in both tables, found {shown}")
        if one or two:
            labels[player] = one or two
    game = Game(leader.rows, follower.rows, actions=labels)
    names = ", ".join(game.parameters)
    note = f"read as parameters: {names}; a JSON game can declare them and their assumptions"
    return Loaded(game, (note,) if names else ())


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _occurring(text: str) -> list[str]:
    """The delimiters that split some line; the comma where none does (a table of one column)."""
    lines = _lines(text)
    found = [mark for mark in _DELIMITERS if any(mark in line and len(_split(line, mark)) > 1 for line in lines)]
    return found or [","]


def _split(line: str, delimiter: str) -> list[str]:
    """The cells of one line, without the quotation marks around them."""
    if '"' not in line and "(" not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    cells: list[str] = []
    place = 0
    while True:
        quoted = _QUOTED.match(line, place)
        if quoted and (quoted.end() == len(line) or line[quoted.end()] == delimiter):
            end = quoted.end()
            cells.append(quoted[1].replace('""', '"').strip())
        else:
            end = _cell_end(line, place, delimiter)
            cells.append(line[place:end].strip())
        if end == len(line):
            return cells
        place = end + 1


def _cell_end(line: str, place: int, delimiter: str) -> int:
    """Where the cell that starts at ``place`` ends: at the next delimiter outside parentheses."""
    end = line.find(delimiter, place)
    if end < 0 or "(" in line[place:end]:
        return next((at for at, depth in _depths(line, place) if not depth and line[at] == delimiter), len(line))
    return end


def _depths(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """The place of each parenthesis, separator or tab, with the number of parentheses that are open after it."""
    depth = 0
    for mark in _MARKS.finditer(text, start):
        depth += (mark[0] == "(") - (mark[0] == ")")
        yield mark.start(), depth


def _body(text: str, delimiter: str) -> _Body:
    lines = [(row, _split(line, delimiter)) for row, line in enumerate(_lines(text), 1) if line.strip()]
    if not lines:
        raise InputError("expected a payoff table, found no text at all; the file is empty")
    first, head = lines[0]
    for row, line in lines:
        if len(line) != len(head):
            raise InputError(f"row {row}: expected {len(head)} cells as in row {first}, found {len(line)}")
    if head[0]:
        return _Body(lines, None, None)
    if len(lines) < 2 or len(head) < 2:
        raise InputError(f"row {first}: expected payoffs beside and below the labels, found none")
    follower = _labels([(first, column, cell) for column, cell in enumerate(head[1:], 2)])
    leader = _labels([(row, 1, line[0]) for row, line in lines[1:]])
    return _Body([(row, line[1:]) for row, line in lines[1:]], leader, follower)


def _labels(cells: list[tuple[int, int, str]]) -> tuple[str, ...]:
    seen: set[str] = set()
    for row, column, label in cells:
        if found := flaw(label):
            raise InputError(f"row {row}, column {column}: expected an action label, found {found}")
        if label in seen:
            raise InputError(f"row {row}, column {column}: expected different labels, found {shorten(label)} twice")
        seen.add(label)
    return tuple(label for _, _, label in cells)


def _pair(row: int, column: int, cell: str) -> tuple[str, str]:
    """The two texts of a cell such as ``3;2`` or ``(3, 2)``."""
    depths = list(_depths(cell))
    inside = int(cell.startswith("(") and [place for place, depth in depths if not depth] == [len(cell) - 1])
    cuts = [place for place, depth in depths if depth == inside and cell[place] in _SEPARATORS]
    sides = [cell[inside : cuts[0]].strip(), cell[cuts[0] + 1 : len(cell) - inside].strip()] if len(cuts) == 1 else []
    if len(sides) != 2 or not all(sides):
        advice = "write the leader's and the follower's payoff as 3;2 or (3, 2)"
        raise InputError(f"row {row}, column {column}: expected a pair of payoffs, found {shorten(cell)}; {advice}")
    return sides[0], sides[1]


def _payoff(row: int, column: int, cell: str, work: Work) -> Exact:
    place = f"row {row}, column {column}"
    if not cell:
        raise InputError(f"{place}: expected a payoff, found an empty cell; fill it in")
    if cell.lstrip("+-").lower() in _NO_PAYOFF:
        raise InputError(f"{place}: expected a payoff, found {cell}; a parameter of that name needs a JSON game")
    try:
        return exact(cell, work=work)
    except ExpressionError as error:
        advice = ""
        if _DECIMAL_COMMA.fullmatch(cell):
            advice = "; write decimals with a point"
        elif (row, column) == (1, 1):
            advice = "; leave the top-left cell empty where row 1 and column 1 hold labels"
        raise InputError(f"{place}: {error}{advice}") from None
