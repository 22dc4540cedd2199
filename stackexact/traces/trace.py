"""What a trace says once it is read: for each run the counts of every pair of actions at increasing checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stackexact.errors import InputError
from stackexact.games.bimatrix import Actions

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Metadata", "Run", "Trace"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: ``counts[k, i, j]`` is how often the leader's i-th and the follower's j-th action were played together
    in rounds 1 to ``rounds[k]``.

    ``rounds`` increases; its last entry is the horizon of the run. ``counts`` is an ``int64`` array of shape
    (checkpoints, leader actions, follower actions) that cannot be written to. Raises
    :class:`~stackexact.errors.InputError` where counts are negative, decrease, or do not sum to their round.

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

        counts = np.array(self.counts, dtype=np.int64)
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)
        self._require()

    def _require(self) -> None:
        place, counts = f"run {self.number}", self.counts
        if counts.ndim != 3 or len(counts) != len(self.rounds) or not self.rounds:
            raise InputError(f"{place}: expected counts of every pair at every checkpoint, at least one")
        last, before = 0, 0 * counts[0]
        for round_, here in zip(self.rounds, counts, strict=True):
            if round_ <= last:
                raise InputError(f"{place}: expected rounds that increase, found {round_} after {last}")
            if (here < before).any():
                raise InputError(f"{place}: expected counts that do not decrease, found fewer at round {round_}")
            if (total := int(here.sum())) != round_:
                raise InputError(f"{place}: expected counts that sum to {round_} at round {round_}, found {total}")
            last, before = round_, here

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
    of the trace in their order.
    """

    game: str
    name: str | None
    at: Mapping[str, str]
    leader: Mapping[str, Any]
    follower: Mapping[str, Any]
    noise: Mapping[str, Any]
    seed: int
    version: str
    rows: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Runs of learners in a game with these ``actions``; ``metadata`` is ``None`` for traces of other programs.

    Runs are in the order of their numbers. ``notes`` say what could not be checked.
    """

    actions: Actions
    runs: tuple[Run, ...]
    metadata: Metadata | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def horizons(self) -> tuple[int, ...]:
        """The different horizons of the runs, increasing."""
        return tuple(sorted({run.horizon for run in self.runs}))
