"""Several runs of a learning algorithm, for several numbers of episodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stackexact.errors import UsageError, shorten
from stackexact.learning.learn import ALGORITHMS, learn
from stackexact.learning.runs import LearningGame, LearningRun, LearningTrace, require_game, shared
from stackexact.simulation.runner import whole

__all__ = ["learn_runs"]


def learn_runs(
    game: LearningGame,
    algorithm: str = "mle-ovi",
    *,
    episodes: int | Sequence[int] = 1000,
    runs: int = 1,
    seed: int = 0,
    report: Callable[[int], None] = lambda done: None,
    **options: Any,
) -> LearningTrace:
    """Let the leader of a game learn in so many independent ``runs`` of each number of ``episodes``.

    Seeds are drawn from ``seed``, so that the same one gives the same runs. ``report`` hears how many are done. All the
    rest as in :func:`~stackexact.learning.learn.learn`, which one run of this is.

    >>> import stackexact as sx
    >>> made = learn_runs(sx.instance("punished-response"), episodes=[100, 200], runs=3, seed=7)
    >>> made.horizons, len(made.runs), made.algorithm
    ((100, 200), 6, 'mle-ovi')
    """
    require_game(game)
    every = [episodes] if isinstance(episodes, int) else episodes
    if isinstance(every, str) or not isinstance(every, Sequence) or not every:
        raise UsageError(f"episodes: expected a number or a list of numbers, found {shorten(episodes)}; write 1000")
    horizons = sorted({whole("episodes", one) for one in every})
    count = whole("runs", runs)
    state = np.random.SeedSequence(whole("seed", seed, 0)).generate_state(count * len(horizons), np.uint64)
    seeds = (state >> np.uint64(1)).tolist()  # what JSON readers of any kind take for a whole number
    made: list[LearningRun] = []
    settings = []
    for number, own in enumerate(seeds, start=1):
        horizon = horizons[(number - 1) // count]
        log = learn(game, algorithm, episodes=horizon, seed=own, **options)
        made.append(LearningRun.of(log, number))
        settings.append(log.options)
        report(number)
    row = ALGORITHMS[algorithm]
    return LearningTrace(game.sha256, tuple(made), algorithm, row.offline, shared(settings))
