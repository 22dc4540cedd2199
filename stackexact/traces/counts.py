"""Counts on their way from the rows of a file into runs, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from stackexact.errors import InputError, LimitReached, shorten
from stackexact.games.bimatrix import Actions
from stackexact.traces.cells import Labels, whole
from stackexact.traces.trace import Run

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Counts", "from_rows", "require_room"]

LIMIT: Final = 2**25
"""Numbers of 64 bits that the counts of a trace may take: one per pair of actions and checkpoint, and what each
checkpoint and each run takes besides."""

_CHECKPOINT: Final = 32
_RUN: Final = 64
_ABSENT: Final = -1


def require_room(actions: Actions, runs: int, checkpoints: int) -> None:
    """Refuse counts that do not fit into memory.

    >>> require_room(Actions(("T",), ("L",)), runs=1, checkpoints=2_000_000)
    Traceback (most recent call last):
    stackexact.errors.LimitReached: expected a trace whose counts are at most 33554432 numbers, found more; ask for ...
    """
    if runs * _RUN + checkpoints * (len(actions.leader) * len(actions.follower) + _CHECKPOINT) > LIMIT:
        told = "found more; ask for fewer checkpoints, or split it into several files"
        raise LimitReached(f"expected a trace whose counts are at most {LIMIT} numbers, {told}")


class Counts:
    """How often each pair of actions was played, by run and round."""

    __slots__ = ("_actions", "_checkpoints", "_columns", "_found", "_size")

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._columns = len(actions.follower)
        self._size = len(actions.leader) * self._columns
        self._checkpoints = 0
        self._found: dict[int, dict[int, array[int]]] = {}

    def add(self, run: int, round_: int, leader: int, follower: int, count: int) -> bool:
        """Note a count; whether it is the first one of its place.

        Raises :class:`~stackexact.errors.LimitReached` where the counts together are too many.
        """
        rounds = self._found.get(run)
        if rounds is None:
            rounds = self._found[run] = {}
        here = rounds.get(round_)
        if here is None:
            self._checkpoints += 1
            require_room(self._actions, len(self._found), self._checkpoints)
            here = rounds[round_] = array("q", [_ABSENT]) * self._size
        place = leader * self._columns + follower
        if here[place] != _ABSENT:
            return False
        here[place] = count
        return True

    def runs(self) -> Iterator[tuple[int, tuple[int, ...], np.ndarray]]:
        """For each run its number, its rounds, and the counts at each, in order; they are forgotten here.

        The counts are an ``int64`` array of shape (rounds, leader actions, follower actions).
        """
        import numpy as np

        for number in sorted(self._found):
            rounds = self._found.pop(number)
            order = tuple(sorted(rounds))
            stacked = np.array([rounds[round_] for round_ in order], dtype=np.int64)
            stacked[stacked == _ABSENT] = 0
            yield number, order, stacked.reshape(len(order), -1, self._columns)


def from_rows(rows: Iterable[tuple[str | None, ...]], actions: Actions) -> tuple[Run, ...]:
    """The runs of an aggregated trace, from the cells ``run, round, leader, follower, count`` of its rows in any order.

    Raises :class:`~stackexact.errors.InputError` with row, or run and round, for cells that say nothing a trace can
    say, and for counts that do not add up.

    >>> run = from_rows([("1", "2", "T", "L", "2"), ("1", "3", "0", "L", "3")], Actions(("T", "B"), ("L",)))[0]
    >>> run.rounds, run.counts.tolist()
    ((2, 3), [[[2], [0]], [[3], [0]]])
    """
    counts, labels = Counts(actions), Labels.of(actions)
    one, two = labels[0].table(), labels[1].table()
    number = 0
    for number, (run, round_, leader, follower, count) in enumerate(rows, 1):
        try:
            where = whole(run, "run"), whole(round_, "round", 1)
            i, j = one.get(leader or ""), two.get(follower or "")
            if i is None or j is None:
                raise labels[0].unknown(leader) if i is None else labels[1].unknown(follower)
            fresh = counts.add(*where, i, j, whole(count, "count"))
        except InputError as error:
            raise InputError(f"row {number}: {error}") from None
        if not fresh:
            pair = f"{shorten(actions.leader[i])}, {shorten(actions.follower[j])}"
            told = f"found a second one of {pair} in run {where[0]} at round {where[1]}; delete one"
            raise InputError(f"row {number}: expected one count of every pair, {told}")
    if not number:
        raise InputError("expected at least one row below the header, found none; the trace is empty")
    return tuple(Run(*found) for found in counts.runs())
