"""The payoff table of a game as people see it: the one model behind text, HTML and LaTeX.

A large game is cropped to its first actions and to those that an answer speaks of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from stackexact.exact.decimals import numerals_shortened, rounded, shortened
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game

__all__ = ["VISIBLE", "Entry", "GameTable", "Marks", "brief", "game_table"]

VISIBLE: Final = 12
"""So many rows and columns of a large game are shown."""

_ENTRY: Final = 16
"""Longest number that stands in a table as it is."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Outcomes that answers lead to: letters by (leader action, follower action), and what each letter stands for; and
    in a game with parameters the outcomes that are best responses on the whole domain, where that is known."""

    at: Mapping[tuple[int, int], str] = field(default_factory=dict)
    legend: tuple[tuple[str, str], ...] = ()
    best: frozenset[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The payoffs of one outcome, whether the follower responds best there, and the letters of its marks."""

    leader: Exact
    follower: Exact
    best: bool
    marks: str


@dataclass(frozen=True, slots=True)
class GameTable:
    """What is shown of a game. ``entries[r][c]`` belongs to ``rows[r]`` and ``columns[c]``, the indices shown."""

    game: Game
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    entries: tuple[tuple[Entry, ...], ...]
    legend: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """Name and size."""
        rows, columns = self.game.shape
        return f"{self.game.name or 'unnamed game'}: {rows} x {columns}"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Parameters, assumptions and tolerance, where the game has them."""
        game = self.game
        found = (
            ("parameters", ", ".join(game.parameters)),
            ("assumptions", numerals_shortened(", ".join(map(str, game.assumptions)))),
            ("tolerance", "" if game.tolerance is None else brief(game.tolerance)),
        )
        return tuple((label, text) for label, text in found if text)

    @property
    def cropped(self) -> str:
        """What was left out, as a sentence; empty if nothing was."""
        parts = []
        for shown, count, what in zip((self.rows, self.columns), self.game.shape, ("rows", "columns"), strict=True):
            if len(shown) < count:
                parts.append(f"{len(shown)} of {count} {what}")
        return f"shown: {' and '.join(parts)}" if parts else ""

    def narrowed(self, columns: int) -> GameTable:
        """The same with at most so many columns; those with a marked outcome stay."""
        marked = {c for row in self.entries for c, entry in enumerate(row) if entry.marks}
        kept = _kept(len(self.columns), marked, columns)
        return replace(
            self,
            columns=tuple(self.columns[c] for c in kept),
            entries=tuple(tuple(row[c] for c in kept) for row in self.entries),
        )


def game_table(game: Game, marks: Marks | None = None, *, rows: int = VISIBLE, columns: int = VISIBLE) -> GameTable:
    """The table of a game, at most so many rows and columns of it.

    >>> table = game_table(Game([[1, 2, 3]], [[0, 5, 5]]), columns=2)
    >>> table.cropped, [entry.best for entry in table.entries[0]]
    ('shown: 2 of 3 columns', [False, True])
    """
    marks = marks or Marks()
    wanted = {i for i, _ in marks.at}, {j for _, j in marks.at}
    shown = _kept(game.shape[0], wanted[0], rows), _kept(game.shape[1], wanted[1], columns)
    entries = []
    for i in shown[0]:
        ones, twos = game.payoffs.leader[i], game.payoffs.follower[i]
        best = _best(twos) if marks.best is None else {j for j in range(len(twos)) if (i, j) in marks.best}
        entries.append(tuple(Entry(ones[j], twos[j], j in best, marks.at.get((i, j), "")) for j in shown[1]))
    legend = [("*", _star(game, marks))] if any(entry.best for row in entries for entry in row) else []
    used = {mark for row in entries for entry in row for mark in entry.marks}
    legend += [(mark, f"outcome of {text}") for mark, text in marks.legend if mark in used]
    return GameTable(game, *shown, tuple(entries), tuple(legend))


def _kept(count: int, wanted: Collection[int], limit: int) -> tuple[int, ...]:
    """At most ``limit`` indices: those wanted, and from the first on as many others as there is room for."""
    first = sorted(wanted)[:limit]
    others = (i for i in range(count) if i not in wanted)
    return tuple(sorted((*first, *(i for _, i in zip(range(limit - len(first)), others, strict=False)))))


def _best(values: tuple[Exact, ...]) -> set[int]:
    """Where the largest value stands; nowhere if one depends on a parameter."""
    numbers = [value for value in values if isinstance(value, Fraction)]
    if len(numbers) < len(values):
        return set()
    top = max(numbers)
    return {j for j, value in enumerate(numbers) if value == top}


def _star(game: Game, marks: Marks) -> str:
    """What the asterisk says: of rows that depend on a parameter nothing, or only what holds everywhere."""
    if game.is_numeric:
        return "best response"
    if marks.best is not None:
        return "best response on the whole domain"
    return "best response, in rows without parameters"


def brief(value: Exact, *, digits: int = 0) -> str:
    """An exact value in little space: as it is, or with an exponent, or shortened in the middle.

    With ``digits`` a long number is rounded instead and marked ``~``.

    >>> brief(Fraction(10**400)), brief(Fraction(10**40 + 1, 3)), brief(Fraction(10**40 + 1, 3), digits=6)
    ('1e400', '100…001/3 (41 and 1 digits)', '~3.33333e39')
    """
    if not isinstance(value, Fraction):
        text = text_of(value)
        return text if len(text) <= 2 * _ENTRY else f"{text[: _ENTRY - 1]}…{text[-_ENTRY:]}"
    # The digits of a long number are counted before they are written.
    if max(value.numerator.bit_length(), value.denominator.bit_length()) <= 4 * _ENTRY:
        text = text_of(value)
        if len(text) <= (_ENTRY if not digits else digits + 4):
            return text
    decimal = rounded(value, digits or _ENTRY // 2)
    if decimal.exact and len(decimal.text) <= _ENTRY:
        return decimal.text
    return f"~{decimal.text}" if digits else shortened(value)
