"""Means of many runs lie where exact expectations say: every pair of learners, every count, both utilities.

Runs are short and many: they are played one after the other inside compiled code, with one generator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numba
import numpy as np
import pytest
from numba import types

import stackexact as sx
from stackexact.errors import LimitReached
from stackexact.simulation import loop
from stackexact.simulation.expectations import Expectation, expectations
from stackexact.simulation.noise import Noise
from stackexact.simulation.playing import _Running
from stackexact.simulation.protocol import FOLLOWER, LEADER, Learner
from stackexact.simulation.registry import LEARNERS, learner, learner_class
from stackexact.simulation.runner import Simulation

RUNS = 200_000
STATES = 1500
"""States of a round up to which an expectation is affordable here."""

LEADERS = [["9/10", "1/10"], ["3/10", "7/10"]]
FOLLOWERS = [["1/5", "4/5"], ["1", "2/5"]]
GAME, SWAPPED = sx.Game(LEADERS, FOLLOWERS), sx.Game(FOLLOWERS, LEADERS)
PARAMETERS = {
    "ActiveArmElimination": "(M=[1, 1])",
    "EpsilonGreedy": "(epsilon=1/4)",
    "ExploreThenCommit": "(E=1)",
    "ExploreThenCommitThrowOut": "(E=1, E_kept=1)",
    "ExploreThenUCB": "(E=1, c0=1/10)",
    "LipschitzUCB": "(L=1/5, c0=1/10)",
    "MultiplicativeWeights": "(rate=1/2)",
    "PhasedUCB": "(M=[1, 1])",
    "UCB": "(c0=1/10)",
}


def of(role: str) -> list[str]:
    return [name for name in LEARNERS if role in learner_class(name).roles]


PAIRS = list(product(of(LEADER), of(FOLLOWER)))
ERROR = 1e-9
"""The probability that any of these tests fails although nothing is wrong."""
EACH = ERROR / (len(PAIRS) * (4 + 2))


def many(  # type: ignore[no-untyped-def]  # the arguments of play, and where to sum up
    rng, lc, lw, ll, lr, fc, fw, fl, kinds, leader, follower, spans, lm, fm, noise, sigma, counts, rounds, played,
    rewards, ends, kept, where, runs, sums,
):  # fmt: skip
    for _ in range(runs):
        leader[0][:] = 0
        for a in range(len(spans)):
            follower[0][spans[a, 0] : spans[a, 1]] = 0
        counts[:] = 0
        play(rng, lc, lw, ll, lr, fc, fw, fl, kinds, leader, follower, spans, lm, fm, noise, sigma, counts, rounds,
             played, rewards, ends, kept, where)  # fmt: skip
        for k in range(counts.size):
            sums[0, k] += counts.flat[k]
            sums[1, k] += counts.flat[k] ** 2
        for side in range(2):
            utility = rewards[:, side].sum()
            sums[0, counts.size + side] += utility
            sums[1, counts.size + side] += utility**2


play = loop.play


@lru_cache(maxsize=1)
def compiled() -> Any:
    given = loop.play.nopython_signatures[0].args
    return numba.njit(types.void(*given, types.int64, types.float64[:, ::1]))(many)


def outliers(game: sx.Game, pair: Sequence[Learner], exact: Expectation) -> list[int]:
    """Which of the counts (0 to 3) and utilities (4, 5) of runs of a game have means that are not the exact ones.

    By the empirical Bernstein inequality (Maurer and Pontil 2009, theorem 4) for both sides, each but for ``EACH``.
    """
    rounds = exact.rounds
    run = _Running(Simulation(game, *pair, (rounds,), seed=20, noise=Noise("bernoulli")), 1)
    sums, where = np.zeros((2, 6)), np.zeros(3, dtype=np.int64)
    played, rewards = np.zeros((rounds, 2), dtype=np.int32), np.zeros((rounds, 2))
    ends, kept = np.zeros(0, dtype=np.int64), np.zeros((0, 2, 2), dtype=np.int64)
    compiled()(*run.arguments, rounds, played, rewards, ends, kept, where, RUNS, sums)
    assert sums[0, :4].sum() == RUNS * rounds
    mean = sums[0] / RUNS
    variance = (sums[1] - RUNS * mean**2) / (RUNS - 1)
    log = math.log(2 / (EACH / 2))
    width = np.sqrt(2 * variance * log / RUNS) + rounds * 7 * log / (3 * (RUNS - 1))
    expected = [float(value) for value in (*exact.counts[0], *exact.counts[1], exact.leader, exact.follower)]
    return np.flatnonzero(np.abs(mean - expected) > width).tolist()


def exactly(pair: Sequence[Learner]) -> Expectation:
    """The expectation at the longest horizon that is affordable, of up to 7 rounds."""
    for rounds in range(7, 3, -1):
        try:
            return expectations(GAME, *pair, rounds, states=STATES)[-1]
        except LimitReached:
            continue
    return expectations(GAME, *pair, 3)[-1]


@pytest.mark.parametrize(("leader", "follower"), PAIRS)
def test_means_of_runs_are_the_expectations(leader: str, follower: str) -> None:
    """And those of the game with its payoff tables swapped are not, in some count and in some utility."""
    pair = [learner(name + PARAMETERS.get(name, "")) for name in (leader, follower)]
    exact = exactly(pair)
    assert outliers(GAME, pair, exact) == []
    wrong = outliers(SWAPPED, pair, exact)
    assert set(wrong) & {4, 5}
    assert set(wrong) & {0, 1, 2, 3}
