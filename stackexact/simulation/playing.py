"""One run, played by the compiled loop: its counts at checkpoints, or all of its rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stackexact.errors import InputError, MissingLibrary
from stackexact.simulation.settings import settings, starting
from stackexact.traces.trace import Run

if TYPE_CHECKING:
    from stackexact.simulation.runner import Simulation

__all__ = ["Rounds", "play_rounds", "play_run"]

CHUNK: Final = 1 << 20
"""Rounds between two looks at whether to stop; they take about a tenth of a second."""
PIECE: Final = 1 << 16
"""Rounds that are recorded at one time."""


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
    plays an action that there is not.
    """
    run = _Running(simulation, number)
    rounds = simulation.checkpoints(run.horizon)
    kept = np.zeros((len(rounds), *run.counts.shape), dtype=np.int64)
    heard = 0
    for k, end in enumerate(rounds):
        while run.played < end:
            if stop():
                raise KeyboardInterrupt
            run.play(some := min(CHUNK, end - run.played))
            heard += some
            if heard >= CHUNK or run.played == run.horizon:
                played(heard)
                heard = 0
        kept[k] = run.counts
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


class _Running:
    """A run on its way."""

    def __init__(self, simulation: Simulation, number: int) -> None:
        self.horizon, self.played = simulation.horizon(number), 0
        self.counts = np.zeros(simulation.game.shape, dtype=np.int64)
        self._loop = _compiled_loop()
        self._number, self._simulation = number, simulation
        self._tables = starting(simulation.game, simulation.leader, simulation.follower, self.horizon, simulation.noise)
        self._rng = simulation.generator(number)
        self._idle = np.zeros((0, 2), dtype=np.int32), np.zeros((0, 2))

    def play(self, rounds: int, recorded: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """Some more rounds; their actions and rewards are recorded where there is room given for it."""
        leader, follower, tables = self._simulation.leader, self._simulation.follower, self._tables
        choose, weigh, learn, learn_from_responses = self._loop.functions(leader)
        played: int = self._loop.play(
            self._rng,
            choose,
            weigh,
            learn,
            learn_from_responses,
            *self._loop.functions(follower)[:3],
            (leader.randomised, leader.sees_responses, follower.randomised),
            tables.leader_memory,
            tables.leader_constants,
            tables.follower_memory,
            tables.follower_constants,
            tables.leader_means,
            tables.follower_means,
            self._simulation.noise.code,
            float(self._simulation.noise.sigma),
            self.counts,
            rounds,
            *(self._idle if recorded is None else recorded),
        )
        if played < rounds:
            place = f"run {self._number}, round {self.played + played + 1}"
            raise InputError(f"{place}: expected an action of the game, found another; mend the learner")
        self.played += rounds


def _compiled_loop() -> Any:
    try:
        from stackexact.simulation import loop
    except ImportError as missing:
        raise MissingLibrary(
            f"simulation: expected numba, found none ({missing}); pip install 'stackexact[sim]'"
        ) from None
    return loop
