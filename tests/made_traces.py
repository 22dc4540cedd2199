"""Traces made by hand: learners played round by round in plain Python, and counts with a known law of growth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

import stackexact as sx
from stackexact.traces.trace import Metadata, Run, Trace

ETC = sx.instance("explore-then-commit")

Pair = tuple[int, int]


def run_of(number: int, pairs: Sequence[Pair], shape: Pair, checkpoints: Sequence[int] | None = None) -> Run:
    """A run from the pairs played, counted one by one."""
    rounds = tuple(checkpoints or (len(pairs),))
    counts = np.zeros((len(rounds), *shape), dtype=np.int64)
    for place, until in enumerate(rounds):
        for i, j in pairs[:until]:
            counts[place, i, j] += 1
    return Run(number, rounds, counts)


def explore_then_commit(game: sx.Game, horizon: int, follower: int, leader: int, thrown: int = 0) -> Iterator[Pair]:
    """Both explore round robin and commit to the best mean, without noise: the follower after ``follower`` plays of
    each action at each leader action, the leader after ``leader`` plays of each, of which the first ``thrown`` are not
    counted."""
    rows, columns = game.shape
    mine, theirs = game.payoffs.leader, game.payoffs.follower
    seen = [[Fraction(0)] * columns for _ in range(rows)]
    own: list[list[Fraction]] = [[] for _ in range(rows)]
    plays = [0] * rows
    choice = None
    for t in range(horizon):
        if t < rows * leader:
            i = t % rows
        else:
            if choice is None:
                means = [sum(rewards[thrown:], Fraction(0)) / (leader - thrown) for rewards in own]
                choice = means.index(max(means))
            i = choice
        if plays[i] < columns * follower:
            j = plays[i] % columns
            seen[i][j] += theirs[i][j]
        else:
            j = seen[i].index(max(seen[i]))
        plays[i] += 1
        own[i].append(mine[i][j])
        yield i, j


def grown(
    game: sx.Game,
    law: Callable[[int], float],
    *,
    horizons: Sequence[int],
    runs: int,
    seed: int,
    spread: float = 0.2,
    good: Pair = (0, 0),
    bad: Pair = (0, 1),
    metadata: Metadata | None = None,
) -> Trace:
    """Runs that play ``bad`` about law(T) times, with a relative standard deviation of ``spread``, and else ``good``.

    The deviates are independent of each other, bounded (uniform), and their expectation is 0.
    """
    generator = np.random.default_rng(seed)
    made = []
    for horizon in horizons:
        for _ in range(runs):
            factor = 1 + spread * math.sqrt(3) * generator.uniform(-1, 1)
            count = min(horizon, max(0, round(law(horizon) * factor)))
            counts = np.zeros((1, *game.shape), dtype=np.int64)
            counts[0][good] += horizon - count
            counts[0][bad] += count
            made.append(Run(len(made) + 1, (horizon,), counts))
    return Trace(game.actions, tuple(made), metadata)


def laws() -> dict[str, Callable[[int], float]]:
    """Numbers of bad plays by their law."""
    return {
        "T^(2/3)*log(T)^(1/3)": lambda t: t ** (2 / 3) * math.log(t) ** (1 / 3),
        "sqrt(T)": lambda t: 5 * math.sqrt(t),
        "sqrt(T*log(T))": lambda t: 2 * math.sqrt(t * math.log(t)),
        "T": lambda t: t / 4,
        "log(T)": lambda t: 40 * math.log(t),
        "1": lambda t: 300.0,
    }


def etc_trace(horizons: tuple[int, ...], thrown: bool = False, metadata: Metadata | None = None) -> Trace:
    """Explore-then-commit against itself, without noise; ``thrown``: the leader throws out its first plays."""
    runs = []
    for number, horizon in enumerate(horizons, 1):
        explored = math.ceil(horizon ** (2 / 3) * 4 ** (-2 / 3) * math.log(horizon) ** (1 / 3))
        leader = (3 if thrown else 2) * explored
        pairs = list(explore_then_commit(ETC, horizon, explored, leader, 2 * explored if thrown else 0))
        runs.append(run_of(number, pairs, ETC.shape))
    return Trace(ETC.actions, tuple(runs), metadata)
