"""Sweeps: a grid of games, pairs of learners and horizons, played on all cores of one machine or of many.

Every run is a task of its own: it depends on nothing but its simulation and its number, so a task that is lost with its
process or its machine is played again with the same result, and each result is taken once, by its place in the grid.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from stackexact.errors import InputError, LimitReached, UsageError, shorten
from stackexact.games.bimatrix import Game
from stackexact.simulation.journal import Journal
from stackexact.simulation.noise import Noise, parse_noise
from stackexact.simulation.playing import play_run
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import learner as named
from stackexact.simulation.runner import Simulation, whole
from stackexact.simulation.simulate import identity, metadata_of
from stackexact.traces.trace import Run, Trace

__all__ = ["Grid", "Place", "sweep"]

ATTEMPTS: Final = 5
"""How often a local pool is started again after one of its processes was killed."""

TASK: Final = 2_000_000
"""Rounds that one task plays at least, if its simulation has so many: shorter runs share a task."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a grid: the name of a game and the learners, as they are written."""

    game: str
    leader: str
    follower: str


@dataclass(frozen=True)
class Grid:
    """Games by name, pairs of learners (or texts that describe them), horizons, and ``runs`` of each.

    Every cell has a seed of its own, which follows from ``seed`` and the cell's place in the grid.

    >>> import stackexact as sx
    >>> grid = Grid({"etc": sx.instance("explore-then-commit")}, (("UCB", "UCB"), ("UCB", "BestResponse")), (10, 20))
    >>> [place.follower for place in grid.simulations()]
    ['UCB(c0=6)', 'BestResponse(ties=strong)']
    """

    games: Mapping[str, Game]
    learners: tuple[tuple[Learner | str, Learner | str], ...]
    horizons: Sequence[int]
    runs: int = 1
    seed: int = 0
    noise: Noise | str = "gaussian"
    per_decade: int = 10

    def __post_init__(self) -> None:
        """Raises :class:`~stackexact.errors.UsageError` where there is nothing to play."""
        for name, expected in (("games", Mapping), ("learners", Sequence), ("horizons", Sequence)):
            given = getattr(self, name)
            if not isinstance(given, expected) or isinstance(given, str) or not given:
                wanted = "games by name" if expected is Mapping else "a sequence with at least one entry"
                raise UsageError(f"{name}: expected {wanted}, found {shorten(repr(given))}")
        for pair in self.learners:
            if isinstance(pair, str) or len(tuple(pair)) != 2:
                raise UsageError(f"learners: expected pairs of a leader and a follower, found {shorten(repr(pair))}")
        object.__setattr__(self, "seed", whole("seed", self.seed, 0))
        object.__setattr__(self, "noise", parse_noise(self.noise))

    def simulations(self) -> dict[Place, Simulation]:
        """What is to be played, by its place; raises :class:`~stackexact.errors.UsageError` for what cannot be."""
        made: dict[Place, Simulation] = {}
        for name, game in self.games.items():
            for pair in self.learners:
                leader, follower = (named(one) if isinstance(one, str) else one for one in pair)
                place = Place(name, str(leader), str(follower))
                if place in made:
                    raise UsageError(
                        f"learners: expected different pairs, found {place.leader}, {place.follower} twice"
                    )
                seed = _seed(self.seed, len(made))
                horizons, noise = tuple(self.horizons), parse_noise(self.noise)
                made[place] = Simulation(game, leader, follower, horizons, self.runs, seed, noise, self.per_decade)
        return made


def sweep(
    grid: Grid,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    folder: str | None = None,
    report: Callable[[int, int], None] = lambda done, count: None,
) -> dict[Place, Trace]:
    """A trace for every cell of a grid.

    Without ``executor`` a local pool of processes plays (``workers``, by default one per core); should one of them be
    killed, what it left is played again. Any executor that pickles its tasks serves, such as
    ``dask.distributed.Client(...).get_executor()``, which plays lost tasks again by itself. Finished runs are kept in
    ``folder``, if one is named, and taken from there when the same sweep is started again. ``report`` hears how many of
    how many tasks are done. Raises :class:`~stackexact.errors.LimitReached` when processes keep being killed.
    """
    simulations = grid.simulations()
    kept = {} if folder is None else _journals(folder, simulations)
    found = {
        place: {run.number: run for run in kept[place].read(one.game.shape, one.rounds)} if kept else {}
        for place, one in simulations.items()
    }
    tasks = [(place, numbers) for place, one in simulations.items() for numbers in _shares(one, found[place])]
    processes = os.cpu_count() or 1 if workers is None else whole("workers", workers)
    played = _by_processes(simulations, tasks, processes) if executor is None else _by(executor, simulations, tasks)
    for done, ((place, _), runs) in enumerate(played, 1):
        for run in runs:
            found[place][run.number] = run
            if kept:
                kept[place].add(run)
        report(done, len(tasks))
    return {
        place: Trace(
            one.game.actions, tuple(found[place][number] for number in one.numbers), metadata_of(one.game, one, {})
        )
        for place, one in simulations.items()
    }


_Task = tuple[Place, tuple[int, ...]]


def play(simulation: Simulation, numbers: tuple[int, ...]) -> tuple[Run, ...]:
    """A task: some runs of one simulation."""
    return tuple(play_run(simulation, number) for number in numbers)


def _journals(folder: str, simulations: Mapping[Place, Simulation]) -> dict[Place, Journal]:
    """A journal for every cell, in the order of the grid."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: expected a folder for finished runs: {error.strerror or 'failed'}") from None
    return {
        place: Journal(os.path.join(folder, f"{cell:04d}.journal"), identity(one))
        for cell, (place, one) in enumerate(simulations.items(), 1)
    }


def _by(
    executor: Executor, simulations: Mapping[Place, Simulation], tasks: Sequence[_Task]
) -> Iterator[tuple[_Task, tuple[Run, ...]]]:
    """In the order of submission."""
    futures = [executor.submit(play, simulations[place], numbers) for place, numbers in tasks]
    try:
        for task, future in zip(tasks, futures, strict=True):
            yield task, future.result()
    finally:
        for future in futures:
            future.cancel()


def _by_processes(
    simulations: Mapping[Place, Simulation], tasks: Sequence[_Task], workers: int
) -> Iterator[tuple[_Task, tuple[Run, ...]]]:
    """By local processes; a pool that lost one is replaced, and plays what is left."""
    if not tasks:
        return
    left = list(tasks)
    for _ in range(ATTEMPTS):
        # Started anew and not forked: a fork of a process with threads may wait for ever.
        context = multiprocessing.get_context("spawn")
        try:
            with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context) as pool:
                if len(left) == len(tasks):
                    _require_start(pool)
                for task, runs in _by(pool, simulations, tuple(left)):
                    yield task, runs
                    left.remove(task)
                return
        except BrokenExecutor:
            continue
    raise LimitReached(f"sweep: the processes were killed {ATTEMPTS} times; is there enough memory?")


def _require_start(pool: Executor) -> None:
    """A process imports the main module of the program; one that starts a sweep there ends at once."""
    try:
        pool.submit(os.getpid).result()
    except BrokenExecutor:
        raise UsageError(
            "sweep: the processes ended when they started; in a script, call it below if __name__ == '__main__':"
        ) from None


def _shares(simulation: Simulation, done: Container[int]) -> Iterator[tuple[int, ...]]:
    """The numbers of its runs that are not done, some to each task."""
    share: list[int] = []
    rounds = 0
    for number in simulation.numbers:
        if number in done:
            continue
        share.append(number)
        rounds += simulation.horizon(number)
        if rounds >= TASK:
            yield tuple(share)
            share, rounds = [], 0
    if share:
        yield tuple(share)


def _seed(seed: int, cell: int) -> int:
    return int(np.random.SeedSequence(seed, spawn_key=(cell,)).generate_state(1, np.uint64)[0] >> 1)
