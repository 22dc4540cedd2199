"""What the cells of a trace may say: its columns, whole numbers, labels of actions; each with one wording of errors.

Every reader goes through these, whatever the format, so that the same mistake reads the same everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from stackexact.errors import InputError, shorten
from stackexact.games.bimatrix import Actions
from stackexact.traces.trace import LARGEST

__all__ = ["AGGREGATED", "REWARDS", "ROUNDS", "Columns", "Labels", "columns_of", "finite", "whole"]

ROUNDS: Final = ("run", "round", "leader", "follower")
"""The columns of a trace with one row per round."""

AGGREGATED: Final = (*ROUNDS, "count")
"""The columns of an aggregated trace."""

REWARDS: Final = ("leader_reward", "follower_reward")
"""Columns that a trace with one row per round may have as well."""

_DIGITS: Final = len(str(LARGEST))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a trace stand in a file: ``places[name]`` counts from 0; ``ignored`` are all others."""

    places: dict[str, int]
    ignored: tuple[str, ...]

    @property
    def aggregated(self) -> bool:
        """Whether the rows are counts at checkpoints; otherwise each is a round."""
        return "count" in self.places

    @property
    def rewards(self) -> tuple[str, ...]:
        """The columns of rewards that are there."""
        return tuple(name for name in REWARDS if name in self.places)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the trace should know about its columns."""
        notes = [f"the column {shorten(name)} is no part of a trace and was not read" for name in self.ignored[:3]]
        if len(self.ignored) > 3:
            notes[2] = f"{len(self.ignored)} columns ({notes[2].split(' is ')[0]}, ...) are no part of a trace"
        if self.rewards:
            notes.append("rewards are not used: regret follows from the counts and the exact payoffs of the game")
        return tuple(notes)


def columns_of(names: Sequence[str]) -> Columns:
    """The columns of a file whose header has these names, in any order.

    Columns of other names are left alone. Raises :class:`~stackexact.errors.InputError` where one is missing or stands
    twice, and where a name looks like a misspelt one.

    >>> columns_of(["round", "run", "follower", "leader", "seconds"]).ignored
    ('seconds',)
    >>> columns_of(["run", "round", "leader", "follower", "Count"])
    Traceback (most recent call last):
    stackexact.errors.InputError: column 'Count': expected a column of a trace or another name, found one like ...
    """
    known = (*AGGREGATED, *REWARDS)
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in places:
            raise InputError(f"column {shorten(name)}: expected every column once, found it twice; delete one")
        if name in known:
            places[name] = place
    others = tuple(name for name in names if name not in known)
    missing = [name for name in ROUNDS if name not in places]
    if missing:
        found = ", ".join(map(shorten, names[:8])) or "none"
        raise InputError(f"columns: expected {', '.join(ROUNDS)} (and count), found {found}; add {missing[0]}")
    for name in others:
        if near := get_close_matches(name.strip().lower()[:60], known, n=1, cutoff=0.85):
            told = f"found one like '{near[0]}'; rename it"
            raise InputError(f"column {shorten(name)}: expected a column of a trace or another name, {told}")
    if "count" in places:
        others += tuple(name for name in REWARDS if places.pop(name, None) is not None)
    return Columns(places, others)


def whole(cell: object, column: str, least: int = 0) -> int:
    """A whole number from ``least`` to 2**63 - 1, written in decimal digits.

    Raises :class:`~stackexact.errors.InputError` for anything else: no sign, point, exponent or white space.

    >>> whole("12", "round", 1)
    12
    >>> whole("1.0", "count")
    Traceback (most recent call last):
    stackexact.errors.InputError: count: expected a whole number from 0, found '1.0'; write digits
    """
    if isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) <= _DIGITS:
        number = int(cell)
        if least <= number <= LARGEST:
            return number
    bound = " below 2**63" if isinstance(cell, str) and len(cell) >= _DIGITS else ""
    raise InputError(f"{column}: expected a whole number from {least}{bound}, found {_found(cell)}; write digits")


def finite(cell: object, column: str) -> float:
    """A finite number; rewards are read only to find rows that are none of a trace.

    >>> finite("0.5", "leader_reward")
    0.5
    """
    try:
        number = float(cell) if isinstance(cell, str | float | int) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{column}: expected a finite number, found {_found(cell)}; delete the column, or correct it")
    return number


def _found(cell: object) -> str:
    return "an empty cell" if cell is None or cell == "" else shorten(cell, 40)


@dataclass(frozen=True, slots=True)
class Labels:
    """The actions of one player (``"leader"`` or ``"follower"``), and the texts that stand for them in a trace.

    A text that is a label is that action. With ``indices`` 0, 1, ... stand for actions too: where no label of the game,
    of either player, is an integer.

    >>> [one["1"] for one in Labels.of(Actions(("T", "B"), ("L", "R")))]
    [1, 1]
    >>> leader, follower = Labels.of(Actions(("1", "0"), ("L", "R")))
    >>> leader["1"], follower["L"]
    (0, 0)
    >>> follower["1"]
    Traceback (most recent call last):
    stackexact.errors.InputError: follower: expected an action ('L', 'R'), found '1'; no index is read, as some ...
    """

    player: str
    labels: tuple[str, ...]
    indices: bool

    @classmethod
    def of(cls, actions: Actions) -> tuple[Labels, Labels]:
        """Those of the leader and of the follower."""
        indices = not any(map(_integer, (*actions.leader, *actions.follower)))
        return cls("leader", actions.leader, indices), cls("follower", actions.follower, indices)

    @property
    def spellings(self) -> tuple[str, ...]:
        """All texts that are read; the k-th stands for the action k modulo the number of actions."""
        return (*self.labels, *(map(str, range(len(self.labels))) if self.indices else ()))

    def table(self) -> dict[str, int]:
        """Every text that is read, with its action."""
        return {text: k % len(self.labels) for k, text in enumerate(self.spellings)}

    def __getitem__(self, cell: object) -> int:
        action = self.table().get(cell) if isinstance(cell, str) else None
        if action is None:
            raise self.unknown(cell)
        return action

    def unknown(self, cell: object) -> InputError:
        """The complaint about a cell that is no action."""
        some = ", ".join(map(shorten, self.labels[:4])) + (", ..." if len(self.labels) > 4 else "")
        index = not self.indices and isinstance(cell, str) and cell in map(str, range(len(self.labels)))
        why = "no index is read, as some label of the game is an integer" if index else "is the trace of another game?"
        return InputError(f"{self.player}: expected an action ({some}), found {_found(cell)}; {why}")


def _integer(label: str) -> bool:
    return label.strip().removeprefix("-").removeprefix("+").isdigit()
