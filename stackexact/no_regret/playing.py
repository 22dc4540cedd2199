"""Many runs of followers who learn, side by side; the same seed gives the same counts, however many threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import numpy as np

from stackexact.errors import LimitReached, UsageError
from stackexact.exact.records import FrozenMapping
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.forms import fixed_form
from stackexact.no_regret.algorithms import Algorithm, MultiplicativeWeights, algorithm_of
from stackexact.no_regret.arena import Arena
from stackexact.no_regret.records import FollowerPlay, FollowerRun, require_game
from stackexact.no_regret.states import kernels, start
from stackexact.simulation.runner import whole
from stackexact.traces.checkpoints import required

__all__ = ["ROUNDS", "play_followers", "powers_of_two"]

ROUNDS: Final = 1 << 32
"""Most rounds: sums of scores up to 2^30 are then whole numbers of 64 bits."""

_HELD: Final = 1 << 24
"""Counts that are held in memory."""

_CHUNK: Final = 1 << 20
"""Rounds between looks at whether to stop."""


def powers_of_two(rounds: int) -> tuple[int, ...]:
    """The powers of 2 below a number of rounds, and that number.

    >>> powers_of_two(10)
    (1, 2, 4, 8, 10)
    """
    return (*(1 << n for n in range((rounds - 1).bit_length())), rounds)


def play_followers(
    game: MechanismGame,
    algorithm: str = MultiplicativeWeights.name,
    *,
    rounds: int = 1 << 16,
    runs: int = 1,
    seed: int = 0,
    checkpoints: Iterable[int] | None = None,
    workers: int | None = None,
    report: Callable[[FollowerRun], None] = lambda run: None,
    **settings: Any,
) -> FollowerPlay:
    """Let the followers of a mechanism learn to respond in so many independent ``runs``, and count what they play.

    In each of the ``rounds`` a profile of types is drawn from the prior, each follower's type plays by what it has
    learnt, and learns from the round. ``algorithm`` is one of ``multiplicative-weights``, ``regret-matching`` and
    ``q-learning``, with ``settings`` as in :mod:`~stackexact.no_regret.algorithms`. Counts are kept at ``checkpoints``,
    by default the powers of 2. Runs are played in threads (``workers``, by default one per core); each has a random
    generator of its own, spawned from ``seed``, so that the same seed gives the same counts on the same machine.

    Raises :class:`~stackexact.errors.UsageError` for games with parameters or with something left to the designer, and
    for settings that there are not; :class:`~stackexact.errors.LimitReached` for what is too large;
    :class:`~stackexact.errors.MissingLibrary` without numba (``stackexact[sim]``).

    >>> game = MechanismGame(
    ...     {"A": {"actions": ["c", "d"]}, "B": {"actions": ["c", "d"]}},
    ...     {"dilemma": {"c": {"c": {"valuations": {"A": 3, "B": 3}}, "d": {"valuations": {"B": 4}}},
    ...                  "d": {"c": {"valuations": {"A": 4}}, "d": {"valuations": {"A": 1, "B": 1}}}}},
    ...     objective="welfare")
    >>> made = play_followers(game, rounds=10_000, runs=2, seed=1, feedback="expected")
    >>> made.checkpoints[-2:], [run.counts[-1][0][3] > 9_900 for run in made.runs]
    ((8192, 10000), [True, True])
    """
    require_game(game)
    how = algorithm_of(algorithm, settings)
    count, total = whole("runs", runs), whole("rounds", rounds)
    source = np.random.SeedSequence(whole("seed", seed, 0))
    if total > ROUNDS:
        raise LimitReached(f"rounds: expected at most {ROUNDS}, found {total}; play fewer")
    schedule = _schedule(total, checkpoints)
    form = fixed_form(game)
    numbers = len(form.profiles) * len(form.objective[0]) * len(schedule) * count
    if numbers > _HELD:
        told = f"expected at most {_HELD} counts (runs x checkpoints x profiles of types x of actions), found {numbers}"
        raise LimitReached(f"followers: {told}; take fewer runs or checkpoints")
    kernels()
    arena = Arena.of(form)
    stopped = Event()

    def one(number: int, child: np.random.SeedSequence) -> FollowerRun:
        run = _run(how, arena, number, child, schedule, stopped)
        report(run)
        return run

    threads = whole("workers", os.cpu_count() or 1 if workers is None else workers)
    with ThreadPoolExecutor(min(threads, count)) as pool:
        try:
            made = tuple(pool.map(one, range(1, count + 1), source.spawn(count)))
        finally:
            stopped.set()
    return FollowerPlay(game.sha256, how.name, int(seed), schedule, made, FrozenMapping(how.document()))


def _schedule(rounds: int, checkpoints: Iterable[int] | None) -> tuple[int, ...]:
    if checkpoints is None:
        return powers_of_two(rounds)
    made = required(checkpoints)
    if made[-1] > rounds:
        raise UsageError(f"checkpoints: expected rounds up to {rounds}, found {made[-1]}; play more rounds")
    return made if made[-1] == rounds else (*made, rounds)


def _run(
    how: Algorithm,
    arena: Arena,
    number: int,
    child: np.random.SeedSequence,
    schedule: tuple[int, ...],
    stopped: Event,
) -> FollowerRun:
    rng = np.random.Generator(np.random.PCG64(child))
    state = start(how, arena)
    made, done = [], 0
    for checkpoint in schedule:
        while done < checkpoint:
            if stopped.is_set():
                raise KeyboardInterrupt
            some = min(checkpoint - done, _CHUNK)
            state.advance(rng, some)
            done += some
        made.append(tuple(map(tuple, state.counts.tolist())))
    return FollowerRun(number, schedule, tuple(made), state.last())
