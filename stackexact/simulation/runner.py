"""Many runs of a pair of learners, side by side; the same seed gives the same counts whatever the number of workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import numpy as np

from stackexact.errors import UsageError
from stackexact.games.bimatrix import Game
from stackexact.simulation.noise import Noise
from stackexact.simulation.playing import play_run
from stackexact.simulation.protocol import FOLLOWER, LEADER, Learner, Setting
from stackexact.simulation.settings import require_learner, require_numbers, settings
from stackexact.traces.trace import Run

__all__ = ["Simulation"]


@dataclass(frozen=True)
class Simulation:
    """A game, a pair of learners, horizons, and how often each is played.

    ``runs`` runs of every horizon are numbered from 1, horizon by horizon; each has a random generator of its own,
    spawned from ``seed``. Counts are kept at about ``per_decade`` log-spaced rounds. Raises
    :class:`~stackexact.errors.UsageError` for games with parameters, learners that cannot take their side, and numbers
    out of range.

    >>> import stackexact as sx
    >>> from stackexact.simulation.learners.explore_then_commit import ExploreThenCommit
    >>> game = sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]])
    >>> simulation = Simulation(game, ExploreThenCommit(E=10), ExploreThenCommit(E=5), (100,), 1, noise=Noise("none"))
    >>> simulation.run(1).counts[-1].tolist()
    [[5, 5], [85, 5]]
    """

    game: Game
    leader: Learner
    follower: Learner
    horizons: tuple[int, ...]
    runs: int = 1
    seed: int = 0
    noise: Noise = field(default_factory=Noise)
    per_decade: int = 10

    def __post_init__(self) -> None:
        require_numbers(self.game)
        require_learner(self.leader, LEADER)
        require_learner(self.follower, FOLLOWER)
        self.noise.require_means(self.game)
        object.__setattr__(self, "horizons", tuple(self.horizons))
        if not self.horizons:
            raise UsageError("horizon: expected at least one")
        for name, value, least in (
            *(("horizon", horizon, 1) for horizon in self.horizons),
            ("runs", self.runs, 1),
            ("seed", self.seed, 0),
            ("per_decade", self.per_decade, 1),
        ):
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**63:
                raise UsageError(f"{name}: expected an integer from {least} to 2**63 - 1, found {value!r}")
        if len(set(self.horizons)) < len(self.horizons):
            raise UsageError(f"horizon: expected different ones, found {', '.join(map(str, self.horizons))}")

    @property
    def numbers(self) -> range:
        """The numbers of the runs."""
        return range(1, 1 + self.runs * len(self.horizons))

    def horizon(self, number: int) -> int:
        """The horizon of a run."""
        return self.horizons[(number - 1) // self.runs]

    def generator(self, number: int) -> np.random.Generator:
        """The random generator of a run: PCG64 on the child of the seed with the run's number."""
        seed = np.random.SeedSequence(self.seed, spawn_key=(number - 1,))
        return np.random.Generator(np.random.PCG64(seed))

    def run(self, number: int, stop: Callable[[], bool] = lambda: False) -> Run:
        """Play one run to its end. Raises ``KeyboardInterrupt`` when ``stop`` says so between chunks of rounds."""
        return play_run(self, number, stop)

    def all(
        self,
        *,
        workers: int | None = None,
        executor: Executor | None = None,
        done: Sequence[Run] = (),
        report: Callable[[Run], None] = lambda run: None,
    ) -> tuple[Run, ...]:
        """All runs, those that are ``done`` taken as they are; ``report`` hears of each other one.

        By default they share threads, one per core (the compiled loop frees Python's lock). Any ``executor`` that
        pickles its tasks serves as well.
        """
        known = {run.number: run for run in done}
        waiting = [number for number in self.numbers if number not in known]
        if executor is not None:
            futures = [executor.submit(play_run, self, number) for number in waiting]
            found = _gathered(futures, report)
        else:
            found = _side_by_side(self, waiting, workers or os.cpu_count() or 1, report)
        known |= {run.number: run for run in found}
        return tuple(known[number] for number in self.numbers)

    def document(self) -> dict[str, Any]:
        """What the runs follow from, as JSON values; learners with what their defaults give at every horizon."""
        own = [self._settings(horizon) for horizon in self.horizons]
        return {
            "leader": _described(self.leader, [one for one, _ in own]),
            "follower": _described(self.follower, [copies[0] for _, copies in own]),
            "noise": self.noise.document(),
            "seed": self.seed,
        }

    def _settings(self, horizon: int) -> tuple[Setting, tuple[Setting, ...]]:
        return settings(self.game, self.leader, self.follower, horizon, self.noise)


def _described(learner: Learner, settings: Sequence[Setting]) -> dict[str, Any]:
    at = {str(setting.horizon): learner.resolved(setting) for setting in settings}
    return {
        "name": learner.name,
        "parameters": learner.parameters(),
        "randomised": learner.randomised,
        "horizons": at,
    }


def _gathered(futures: Sequence[Future[Run]], report: Callable[[Run], None]) -> Iterator[Run]:
    """In the order of submission, which every executor keeps (Dask's futures do not suit ``as_completed``)."""
    try:
        for future in futures:
            run = future.result()
            report(run)
            yield run
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def _side_by_side(
    simulation: Simulation, numbers: Sequence[int], workers: int, report: Callable[[Run], None]
) -> Iterator[Run]:
    stopped = Event()
    with ThreadPoolExecutor(max(1, min(workers, len(numbers)))) as pool:
        try:
            yield from _gathered([pool.submit(play_run, simulation, n, stopped.is_set) for n in numbers], report)
        finally:
            stopped.set()
