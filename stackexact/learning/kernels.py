"""The compiled loops over stages and episodes. numba is imported here, and this module only where learners play."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import types

from stackexact.simulation.compiling import njit

__all__ = ["drawn", "evaluate", "play", "respond"]

_INT: Final = types.int64
_FLOAT: Final = types.float64


def array(dtype: types.Type, dimensions: int) -> types.Array:
    """The type of a C-contiguous array, read-only or not."""
    return types.Array(dtype, dimensions, "C", readonly=True)


def room(dtype: types.Type, dimensions: int) -> types.Array:
    """The type of a C-contiguous array that is written to."""
    return types.Array(dtype, dimensions, "C")


F1, F2, F3, F4, F5 = (array(_FLOAT, k) for k in range(1, 6))
I1 = array(_INT, 1)


@njit(room(_FLOAT, 3)(F5, F4, _FLOAT, F4, I1))
def respond(transitions, logits, discount, policy, sizes):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """ν[h, s, b], the quantal response of a follower whose actions in state s are the first ``sizes[s]``."""
    stages, states, leader, follower = logits.shape
    response = np.zeros((stages, states, follower))
    after = np.zeros(states)
    now = np.zeros(states)
    for h in range(stages - 1, -1, -1):
        for s in range(states):
            count = sizes[s]
            greatest = -np.inf
            for b in range(count):
                total = 0.0
                for a in range(leader):
                    p = policy[h, s, b, a]
                    if p > 0:
                        part = logits[h, s, a, b]
                        if discount > 0 and h + 1 < stages:
                            for t in range(states):
                                part += discount * transitions[h, s, a, b, t] * after[t]
                        total += p * part
                response[h, s, b] = total
                greatest = max(greatest, total)
            mass = 0.0
            for b in range(count):
                response[h, s, b] = np.exp(response[h, s, b] - greatest)
                mass += response[h, s, b]
            for b in range(count):
                response[h, s, b] /= mass
            now[s] = greatest + np.log(mass)
        after[:] = now
    return response


@njit(_FLOAT(F5, F4, F1, F4, F3))
def evaluate(transitions, rewards, initial, policy, response):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The leader's expected sum of rewards."""
    stages, states, leader, follower = rewards.shape
    after = np.zeros(states)
    now = np.zeros(states)
    for h in range(stages - 1, -1, -1):
        for s in range(states):
            total = 0.0
            for b in range(follower):
                for a in range(leader):
                    p = response[h, s, b] * policy[h, s, b, a]
                    if p > 0:
                        part = rewards[h, s, a, b]
                        if h + 1 < stages:
                            for t in range(states):
                                part += transitions[h, s, a, b, t] * after[t]
                        total += p * part
            now[s] = total
        after[:] = now
    value = 0.0
    for s in range(states):
        value += initial[s] * after[s]
    return value


@njit(_INT(F1, _FLOAT))
def drawn(weights, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The first index at which the sum of the weights exceeds u; the last one with a weight if none does."""
    total = 0.0
    last = 0
    for k in range(len(weights)):
        if weights[k] > 0:
            total += weights[k]
            last = k
            if u < total:
                return k
    return last


@njit(
    _INT(
        types.NumPyRandomGeneratorType("rng"),
        F5,
        F4,
        F1,
        F4,
        F3,
        types.boolean,
        room(_INT, 5),
        room(_FLOAT, 4),
        array(_INT, 2),
        room(_FLOAT, 3),
        F4,
        F2,
        room(_FLOAT, 2),
        _FLOAT,
        _INT,
    )
)
def play(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng,
    transitions,
    rewards,
    initial,
    policy,
    response,
    bernoulli,
    moves,
    sums,
    cells,
    counts,
    known,
    informed,
    gains,
    enough,
    most,
):
    """Play up to ``most`` episodes of one policy; returns how many were played before a plan is out of date.

    ``moves[h, s, a, b, s']`` counts, ``sums[h, s, a, b]`` adds up the leader's rewards (``bernoulli``: 1 with the
    reward as its probability, else 0), ``counts[h, cells[h, s], b]`` counts the follower's actions. ``known[h, s, a,
    b]`` and ``informed[h, s]`` are what a visit adds to ``gains[0, h]`` and ``gains[1, h]``; a plan is out of date when
    one of these reaches ``enough``. At the last stage s' is 0.
    """
    stages = rewards.shape[0]
    for t in range(most):
        s = drawn(initial, rng.random())
        old = False
        for h in range(stages):
            b = drawn(response[h, s], rng.random())
            a = drawn(policy[h, s, b], rng.random())
            reward = rewards[h, s, a, b]
            if bernoulli:
                reward = 1.0 if rng.random() < reward else 0.0
            after = 0
            if h + 1 < stages:
                after = drawn(transitions[h, s, a, b], rng.random())
            moves[h, s, a, b, after] += 1
            sums[h, s, a, b] += reward
            counts[h, cells[h, s], b] += 1
            gains[0, h] += known[h, s, a, b]
            gains[1, h] += informed[h, s]
            if gains[0, h] >= enough or gains[1, h] >= enough:
                old = True
            s = after
        if old:
            return t + 1
    return most
