"""One run, played by the compiled loop: its counts at checkpoints, or all of its rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stackexact.errors import InputError, MissingLibrary, shorten
from stackexact.simulation.settings import Tables, settings, starting
from stackexact.simulation.users import place, said
from stackexact.traces.trace import Run

if TYPE_CHECKING:
    from stackexact.simulation.runner import Simulation

__all__ = ["Rounds", "compiled_loop", "needing_numba", "play_rounds", "play_run"]

CHUNK: Final = 1 << 20
"""Rounds between two looks at whether to stop; they take about a tenth of a second."""
PIECE: Final = 1 << 16
"""Rounds that are recorded at one time."""
GUARD: Final = 64
"""Numbers around the memory of every copy, besides as many as it has itself."""


class Rounds(NamedTuple):
    """Rounds ``first``, ``first + 1``, ... of a run: the indices of the actions, and the rewards that were paid."""

    first: int
    leader: np.ndarray
    follower: np.ndarray
    leader_reward: np.ndarray
    follower_reward: np.ndarray


def play_run(
    simulation: Simulation,
    number: int,
    stop: Callable[[], bool] = lambda: False,
    played: Callable[[int], None] = lambda rounds: None,
) -> Run:
    """One run of a simulation; ``played`` hears how many rounds were played since it last heard.

    Raises ``KeyboardInterrupt`` when ``stop`` says so between chunks of rounds,
    :class:`~stackexact.errors.MissingLibrary` without numba, and :class:`~stackexact.errors.InputError` where a learner
    raises an error, plays an action that there is not, gives weights that are no probabilities, or leaves its arrays.
    """
    run = _Running(simulation, number)
    rounds = simulation.checkpoints(run.horizon)
    kept = np.zeros((len(rounds), *run.counts.shape), dtype=np.int64)
    ends = np.array(rounds, dtype=np.int64)
    while run.played < run.horizon:
        if stop():
            raise KeyboardInterrupt
        some = min(CHUNK, run.horizon - run.played)
        first, last = np.searchsorted(ends, (run.played, run.played + some), side="right")
        run.play(some, at=(ends[first:last] - run.played, kept[first:last]))
        played(some)
    return Run(number, rounds, kept)


def play_rounds(simulation: Simulation, number: int) -> Iterator[Rounds]:
    """All rounds of the same run, some at a time; errors as with :func:`play_run`.

    >>> import stackexact as sx
    >>> from stackexact.simulation.noise import Noise
    >>> from stackexact.simulation.registry import learner
    >>> from stackexact.simulation.runner import Simulation
    >>> game, etc = sx.instance("explore-then-commit"), learner("ExploreThenCommit(E=2)")
    >>> [piece] = play_rounds(Simulation(game, etc, etc, (6,), noise=Noise("none")), 1)
    >>> piece.leader.tolist(), piece.leader_reward.tolist()
    ([0, 1, 0, 1, 1, 1], [0.6, 0.5, 0.2, 0.4, 0.5, 0.4])
    """
    run = _Running(simulation, number)
    own, copies = settings(simulation.game, simulation.leader, simulation.follower, run.horizon, simulation.noise)
    while run.played < run.horizon:
        size, first = min(PIECE, run.horizon - run.played), run.played + 1
        actions, rewards = np.zeros((size, 2), dtype=np.int32), np.zeros((size, 2))
        run.play(size, (actions, rewards))
        yield Rounds(first, actions[:, 0], actions[:, 1], rewards[:, 0] / own.unit, rewards[:, 1] / copies[0].unit)


class _Guarded:
    """Rows of numbers with cells between them that no learner may change: numba leaves shapes in ``a += b`` unchecked.

    What reads beyond a row finds NaN there, and not what another copy remembers.
    """

    def __init__(self, rows: np.ndarray) -> None:
        count, size = rows.shape
        self.table = np.full((count, size + 2 * (GUARD + size)), np.nan)
        self.flat = self.table.reshape(-1)
        self._before, self._after = self.table[:, : GUARD + size], self.table[:, GUARD + 2 * size :]
        starts = GUARD + size + np.arange(count) * self.table.shape[1]
        self.spans = np.stack([starts, starts + size], axis=1)
        self.table[:, GUARD + size : GUARD + 2 * size] = rows

    @property
    def row(self) -> np.ndarray:
        """The first row."""
        first, end = self.spans[0]
        return self.flat[first:end]

    @property
    def kept(self) -> bool:
        """Whether nothing was written between the rows."""
        return bool(np.isnan(self._before).all() and np.isnan(self._after).all())


class _Running:
    """A run on its way; ``arguments`` are those of :func:`stackexact.simulation.loop.play` before the rounds."""

    def __init__(self, simulation: Simulation, number: int) -> None:
        self.horizon, self.played = simulation.horizon(number), 0
        self.counts = np.zeros(simulation.game.shape, dtype=np.int64)
        self._loop = compiled_loop()
        self._number, self._learners = number, {"leader": simulation.leader, "follower": simulation.follower}
        tables = starting(simulation.game, simulation.leader, simulation.follower, self.horizon, simulation.noise)
        self._sides = {
            "leader": _guarded(tables.leader_memory[None], tables.leader_constants[None], self.counts.shape[0]),
            "follower": _guarded(tables.follower_memory, tables.follower_constants, self.counts.shape[1]),
        }
        self._where = np.zeros(3, dtype=np.int64)
        self._unrecorded = np.zeros((0, 2), dtype=np.int32), np.zeros((0, 2))
        self._nowhere = np.zeros(0, dtype=np.int64), np.zeros((0, *self.counts.shape), dtype=np.int64)
        self.arguments = self._arguments(simulation, tables, simulation.generator(number))

    def _arguments(self, simulation: Simulation, tables: Tables, rng: np.random.Generator) -> tuple[Any, ...]:
        leader, follower = simulation.leader, simulation.follower
        memory, constants, weights = self._sides["follower"]
        return (
            rng,
            *self._loop.functions(leader),
            *self._loop.functions(follower)[:3],
            (leader.randomised, leader.sees_responses, follower.randomised),
            tuple(one.row for one in self._sides["leader"]),
            (memory.flat, constants.flat, weights.row),
            np.hstack([memory.spans, constants.spans]),
            tables.leader_means,
            tables.follower_means,
            simulation.noise.code,
            float(simulation.noise.sigma),
            self.counts,
        )

    def play(
        self,
        rounds: int,
        recorded: tuple[np.ndarray, np.ndarray] | None = None,
        at: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        """Some more rounds; their actions and rewards are recorded where there is room given for it, and so are the
        counts after some of them.

        A call costs about as much as 20 000 rounds (numba unwraps every function that it is given).
        """
        try:
            stopped = self._loop.play(
                *self.arguments, rounds, *(recorded or self._unrecorded), *(at or self._nowhere), self._where
            )
        except Exception as flaw:  # of a learner: the loop itself raises none
            raise self._flaw("no error", said(flaw)) from flaw
        if stopped:
            raise self._stopped(stopped)
        self.played += rounds
        for side, learner in self._learners.items():
            if not all(one.kept for one in self._sides[side]):
                where = f"{place(type(learner))}, run {self._number}, by round {self.played}"
                raise InputError(
                    f"{where}: expected it to write inside its arrays, found a write beyond; mend the learner"
                )

    def _stopped(self, why: int) -> InputError:
        """Why the loop did not play all rounds."""
        side, _ = self._loop.STAGES[self._where[1]]
        if why == self._loop.ACTION:
            last = self.counts.shape[side == "follower"] - 1
            return self._flaw(f"an action from 0 to {last}", str(self._where[2]))
        weights = ", ".join(f"{weight:.12g}" for weight in self._sides[side][2].row[:10].tolist())
        return self._flaw("probabilities of all actions that sum to 1", f"[{shorten(weights)[1:-1]}]")

    def _flaw(self, expected: str, found: str) -> InputError:
        """What a learner did wrong, and where."""
        side, stage = self._loop.STAGES[self._where[1]]
        learner = self._learners[side]
        name = "weigh" if stage == "choose" and learner.randomised else stage
        where = f"{place(type(learner))}.{name}, run {self._number}, round {self.played + int(self._where[0]) + 1}"
        return InputError(f"{where}: expected {expected}, found {found}; mend the learner")


def _guarded(memory: np.ndarray, constants: np.ndarray, actions: int) -> tuple[_Guarded, _Guarded, _Guarded]:
    return _Guarded(memory), _Guarded(constants), _Guarded(np.zeros((1, actions)))


@contextmanager
def needing_numba() -> Iterator[None]:
    """Around the import of what is compiled: without numba :class:`~stackexact.errors.MissingLibrary` is raised."""
    try:
        yield
    except ImportError as missing:
        raise MissingLibrary(
            f"simulation: expected numba, found none ({missing}); pip install 'stackexact[sim]'"
        ) from None


def compiled_loop() -> Any:
    """The module of the compiled loop; raises :class:`~stackexact.errors.MissingLibrary` without numba."""
    with needing_numba():
        from stackexact.simulation import loop
    return loop
