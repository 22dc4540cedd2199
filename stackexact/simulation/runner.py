"""Many runs of a pair of learners, side by side; the same seed gives the same counts whatever the number of workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any, Final

import numpy as np

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.games.bimatrix import Game
from stackexact.simulation.noise import Noise
from stackexact.simulation.playing import play_run
from stackexact.simulation.protocol import FILE, FOLLOWER, LEADER, Learner, Setting, ours
from stackexact.simulation.settings import require_learner, require_numbers, settings
from stackexact.traces.arguments import integer
from stackexact.traces.checkpoints import log_spaced
from stackexact.traces.trace import Run

__all__ = ["Simulation", "whole"]

HELD: Final = 2**27
"""Counts that are held in memory at one time (1 GiB)."""


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
        object.__setattr__(self, "horizons", tuple(whole("horizon", horizon) for horizon in self.horizons))
        for name, least in (("runs", 1), ("seed", 0), ("per_decade", 1)):
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        if not self.horizons:
            raise UsageError("horizon: expected at least one, found none")
        if len(set(self.horizons)) < len(self.horizons):
            raise UsageError(f"horizon: expected different ones, found {', '.join(map(str, self.horizons))}")
        self._require_room()

    def _require_room(self) -> None:
        """Counts at all checkpoints of all runs are held in memory."""
        rows, columns = self.game.shape
        numbers = self.runs * rows * columns * sum(len(self.checkpoints(horizon)) for horizon in self.horizons)
        if numbers > HELD:
            raise LimitReached(
                f"simulation: expected at most {HELD} counts (runs x checkpoints x pairs of actions), found {numbers}; "
                "take fewer runs or checkpoints"
            )
        self.document()  # learners whose parameters do not fit the game are refused before any work

    @property
    def numbers(self) -> range:
        """The numbers of the runs."""
        return range(1, 1 + self.runs * len(self.horizons))

    def horizon(self, number: int) -> int:
        """The horizon of a run."""
        return self.horizons[(number - 1) // self.runs]

    def checkpoints(self, horizon: int) -> tuple[int, ...]:
        """The rounds of a run of this horizon after which counts are kept."""
        return log_spaced(horizon, self.per_decade)

    def rounds(self, number: int) -> tuple[int, ...] | None:
        """The checkpoints of a run; ``None`` where no run has this number."""
        return self.checkpoints(self.horizon(number)) if number in self.numbers else None

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
        played: Callable[[int], None] = lambda rounds: None,
    ) -> tuple[Run, ...]:
        """All runs, those that are ``done`` taken as they are; ``report`` hears of each other one, and ``played`` how
        many rounds were played since it last heard (from several threads; not with an ``executor``).

        By default they share threads, one per core (the compiled loop frees Python's lock). Any ``executor`` that
        pickles its tasks serves as well.
        """
        known = {run.number: run for run in done}
        waiting = [number for number in self.numbers if number not in known]
        if executor is not None:
            futures = [executor.submit(play_run, self, number) for number in waiting]
            # In the order of submission, which every executor keeps: Dask's futures do not suit as_completed.
            found = _gathered(futures, futures, report)
        else:
            found = _side_by_side(self, waiting, workers or os.cpu_count() or 1, report, played)
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


def whole(name: str, value: object, least: int = 1) -> int:
    """An integer of any library; raises :class:`~stackexact.errors.UsageError` for what is none or out of range.

    >>> whole("horizon", np.int64(10))
    10
    """
    made = integer(value)
    if made is None or not least <= made < 2**63:
        found = shorten(value) if isinstance(value, str) else shorten(repr(value))[1:-1]
        raise UsageError(f"{name}: expected an integer from {least} to 2**63 - 1, found {found}")
    return made


def _described(learner: Learner, settings: Sequence[Setting]) -> dict[str, Any]:
    at = {str(setting.horizon): learner.resolved(setting) for setting in settings}
    return {
        "name": learner.name,
        "parameters": learner.parameters(),
        "randomised": learner.randomised,
        "sees_responses": learner.sees_responses,
        "knows_payoffs": learner.knows_payoffs,
        **_file_of(learner),
        "horizons": at,
    }


def _file_of(learner: Learner) -> dict[str, Any]:
    """The name and the digest of the file that defines a learner which is not one of ours."""
    module = type(learner).__module__
    if ours(type(learner)):
        return {}
    read = getattr(sys.modules.get(module), FILE, None)
    place = getattr(sys.modules.get(module), "__file__", None) if read is None else read.path
    if place is None:
        return {}
    try:
        text = Path(place).read_bytes() if read is None else read.text
    except OSError:
        return {}
    return {"file": {"name": Path(place).name, "sha256": sha256(text).hexdigest()}}


def _gathered(
    futures: Sequence[Future[Run]], finished: Iterable[Future[Run]], report: Callable[[Run], None]
) -> Iterator[Run]:
    """The runs in the order in which they are ``finished``; the others are given up when one fails."""
    try:
        for future in finished:
            run = future.result()
            report(run)
            yield run
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def _side_by_side(
    simulation: Simulation,
    numbers: Sequence[int],
    workers: int,
    report: Callable[[Run], None],
    played: Callable[[int], None],
) -> Iterator[Run]:
    stopped = Event()
    with ThreadPoolExecutor(max(1, min(workers, len(numbers)))) as pool:
        try:
            futures = [pool.submit(play_run, simulation, n, stopped.is_set, played) for n in numbers]
            yield from _gathered(futures, as_completed(futures), report)
        finally:
            stopped.set()
