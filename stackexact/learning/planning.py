"""Backward induction over what was learnt of leader's rewards and transitions (ridge) and of the follower, compiled."""

from __future__ import annotations

import numpy as np
from numba import types

from stackexact.learning.choosing import choose, respond_to, spread
from stackexact.learning.kernels import F3, F4, I1, array, room
from stackexact.simulation.compiling import njit

__all__ = ["plan"]

_FLOAT, _INT = types.float64, types.int64


@njit(
    types.void(
        F4,
        array(_INT, 5),
        F4,
        F3,
        F4,
        _FLOAT,
        types.UniTuple(_FLOAT, 2),
        I1,
        I1,
        _INT,
        types.boolean,
        room(_FLOAT, 4),
        room(_FLOAT, 4),
        room(_FLOAT, 2),
        room(_FLOAT, 2),
    )
)
def plan(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    features,
    moves,
    sums,
    inverses,
    zeta,
    bonus,
    penalty,
    leader_actions,
    follower_actions,
    way,
    blind,
    policy,
    known,
    informed,
    worths,
):
    """Fill ``policy[h, s, b, a]``, ``worths[h, s]`` (W), ``known[h, s, a, b]`` = |φ|² in the metric Λ⁻¹, and
    ``informed[h, s]`` = tr(Σ⁻¹ Cov φ^π), from counts, sums of rewards and ``inverses[h]`` = Σ_h⁻¹.

    ``bonus`` is ±β₁, ``penalty`` as in :func:`~stackexact.learning.choosing.worth`, ``zeta[h, s, a, b]`` = ηφ·θ̂.
    """
    stages, states, leader, follower = sums.shape
    size = features.shape[3]
    flat = features.reshape(states * leader * follower, size)
    after = np.zeros(states)
    rewards = np.empty((leader, follower))
    found = np.zeros((follower, leader))
    response = np.empty(follower)
    for h in range(stages - 1, -1, -1):
        most = float(stages - h)
        gram = np.eye(size)
        target = np.zeros(size)
        for s in range(states):
            for a in range(leader):
                for b in range(follower):
                    visits = 0
                    total = sums[h, s, a, b]
                    for t in range(states):
                        visits += moves[h, s, a, b, t]
                        if h + 1 < stages:
                            total += moves[h, s, a, b, t] * after[t]
                    if visits > 0:
                        for k in range(size):
                            one = features[s, a, b, k]
                            if one != 0:
                                target[k] += one * total
                                for m in range(size):
                                    gram[k, m] += visits * one * features[s, a, b, m]
        inverse = np.linalg.inv(gram)
        weights = np.dot(inverse, target)
        estimates = np.dot(flat, weights).reshape(states, leader, follower)
        measured = np.dot(flat, inverse)
        for s in range(states):
            for a in range(leader):
                for b in range(follower):
                    width = 0.0
                    place = (s * leader + a) * follower + b
                    for k in range(size):
                        width += measured[place, k] * flat[place, k]
                    known[h, s, a, b] = width
                    one = estimates[s, a, b] + bonus * np.sqrt(width)
                    rewards[a, b] = min(max(one, 0.0), most)
            mine = np.ascontiguousarray(flat[s * leader * follower : (s + 1) * leader * follower])
            metric = np.dot(np.dot(mine, inverses[h]), np.ascontiguousarray(mine.T))
            one = choose(
                rewards, zeta[h, s], metric, penalty, leader_actions[s], follower_actions[s], way, blind, found
            )
            policy[h, s] = found
            worths[h, s] = min(max(one, 0.0), most)
            respond_to(found, zeta[h, s], response, follower_actions[s])
            informed[h, s] = spread(found, response, metric, follower_actions[s])
        after[:] = worths[h]
