"""What a trace says once it is read: for each run the counts of every pair of actions at increasing checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError
from stackexact.games.bimatrix import Actions
from stackexact.traces.arguments import found, integer

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LARGEST", "Metadata", "Run", "Trace"]

LARGEST: Final = 2**63 - 1
"""The largest number that a trace may hold: what 64 bits hold, in every format."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: ``counts[k, i, j]`` is how often the leader's i-th and the follower's j-th action were played together
    in rounds 1 to ``rounds[k]``.

    ``rounds`` increases; its last entry is the horizon of the run. ``counts`` is an ``int64`` array of shape
    (checkpoints, leader actions, follower actions) that cannot be written to. Raises
    :class:`~stackexact.errors.InputError` where counts are negative, decrease, or do not sum to their round, and for
    numbers that no trace can hold.

    >>> import numpy as np
    >>> run = Run(1, (2, 4), np.array([[[1, 0], [1, 0]], [[1, 1], [2, 0]]]))
    >>> run.horizon, run.counts[-1].tolist()
    (4, [[1, 1], [2, 0]])
    """

    number: int
    rounds: tuple[int, ...]
    counts: np.ndarray

    def __post_init__(self) -> None:
        import numpy as np

        self._require_numbers()
        try:
            given = np.asarray(self.counts)
        except ValueError:
            raise InputError(
                f"run {self.number}: expected counts of every pair, found rows of unequal length"
            ) from None
        if given.dtype.kind not in "iu" or (given.dtype.kind == "u" and given.size and int(given.max()) > LARGEST):
            raise InputError(f"run {self.number}: expected counts as whole numbers below 2**63, found {given.dtype}")
        counts = np.array(given, dtype=np.int64)
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)
        self._require()

    def _require_numbers(self) -> None:
        """The number of the run and its rounds, as Python's own integers."""
        number = integer(self.number)
        if number is None or not 0 <= number <= LARGEST:
            raise InputError(f"run: expected a whole number from 0 below 2**63, found {found(self.number)}")
        try:
            rounds = tuple(self.rounds)
        except TypeError:
            raise InputError(f"run {number}: expected a tuple of rounds, found {found(self.rounds)}") from None
        whole = tuple(map(integer, rounds))
        for given, made in zip(rounds, whole, strict=True):
            if made is None or not 1 <= made <= LARGEST:
                raise InputError(f"run {number}: expected rounds from 1 below 2**63, found {found(given)}")
        object.__setattr__(self, "number", number)
        object.__setattr__(self, "rounds", whole)

    def _require(self) -> None:
        import numpy as np

        place, counts = f"run {self.number}", self.counts
        if counts.ndim != 3 or len(counts) != len(self.rounds) or not self.rounds:
            raise InputError(f"{place}: expected counts of every pair at every checkpoint, at least one")
        for before, round_ in zip((0, *self.rounds), self.rounds, strict=False):
            if round_ <= before:
                raise InputError(f"{place}: expected rounds that increase, found {round_} after {before}")
        fewer = counts < np.concatenate([0 * counts[:1], counts[:-1]])
        if fewer.any():
            k, i, j = (int(index) for index in np.argwhere(fewer)[0])
            told = f"found {counts[k, i, j]} of pair ({i}, {j}) at round {self.rounds[k]}"
            raise InputError(f"{place}: expected counts that do not decrease, {told}")
        for round_, total in zip(self.rounds, _totals(counts), strict=True):
            if total != round_:
                raise InputError(f"{place}: expected counts that sum to {round_} at round {round_}, found {total}")

    @property
    def horizon(self) -> int:
        """The number of rounds of the run."""
        return self.rounds[-1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        mine, theirs = (self.number, self.rounds), (other.number, other.rounds)
        return mine == theirs and self.counts.shape == other.counts.shape and bool((self.counts == other.counts).all())

    def __hash__(self) -> int:
        return hash((self.number, self.rounds, self.counts.tobytes()))


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where one of our own traces comes from, as JSON values.

    ``game`` is the digest (``Game.sha256``) of the game as it was given, ``at`` the values of its parameters as exact
    text, ``leader`` and ``follower`` the learners with all their parameters, ``noise`` the noise of the rewards,
    ``seed`` what the runs' own seeds are spawned from, ``version`` that of stackexact, ``rows`` the SHA-256 of the rows
    of the file that the trace stands in, which whoever writes the file finds (empty before).
    """

    game: str
    name: str | None
    at: Mapping[str, str]
    leader: Mapping[str, Any]
    follower: Mapping[str, Any]
    noise: Mapping[str, Any]
    seed: int
    version: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Runs of learners in a game with these ``actions``; ``metadata`` is ``None`` for traces of other programs.

    Runs are in the order of their numbers, which are not negative. ``notes`` say what could not be checked. Raises
    :class:`~stackexact.errors.InputError` for runs out of order and for counts of other actions.

    >>> import numpy as np
    >>> Trace(Actions(("T", "B"), ("L",)), (Run(1, (3,), np.array([[[2], [1]]])),)).horizons
    (3,)
    """

    actions: Actions
    runs: tuple[Run, ...]
    metadata: Metadata | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.actions, Actions):
            raise InputError(f"actions: expected the actions of a game, found {found(self.actions)}")
        if not isinstance(self.runs, tuple | list) or not all(isinstance(run, Run) for run in self.runs):
            raise InputError(f"runs: expected a tuple of runs, found {found(self.runs)}")
        object.__setattr__(self, "runs", tuple(self.runs))
        shape, before = (len(self.actions.leader), len(self.actions.follower)), -1
        for run in self.runs:
            if run.number <= before:
                raise InputError(f"runs: expected numbers from 0 that increase, found {run.number} after {before}")
            if (other := run.counts.shape[1:]) != shape:
                raise InputError(f"run {run.number}: expected counts of {shape} actions, found {other}")
            before = run.number

    @property
    def horizons(self) -> tuple[int, ...]:
        """The different horizons of the runs, increasing."""
        return tuple(sorted({run.horizon for run in self.runs}))


def _totals(counts: np.ndarray) -> list[int]:
    """The exact sum of the counts at each checkpoint, also where it does not fit into 64 bits."""
    import numpy as np

    fits = int(counts.max(initial=0)) <= LARGEST // max(counts[0].size, 1)
    return [int(total) for total in counts.sum(axis=(1, 2), dtype=np.int64 if fits else object)]
