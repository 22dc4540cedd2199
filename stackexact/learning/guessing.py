"""Episodes in which the leader goes through a finite class of models, compiled."""

from __future__ import annotations

import numpy as np
from numba import types

from stackexact.learning.kernels import F1, F4, F5, array, drawn, room
from stackexact.simulation.compiling import njit

__all__ = ["optimistic"]

_FLOAT, _INT = types.float64, types.int64


@njit(
    _INT(
        types.NumPyRandomGeneratorType("rng"),
        F5,
        F4,
        F1,
        F5,
        F4,
        types.boolean,
        F5,
        array(_FLOAT, 6),
        F5,
        array(_INT, 1),
        F1,
        _FLOAT,
        room(_FLOAT, 1),
        room(_INT, 1),
        room(_INT, 4),
    )
)
def optimistic(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng,
    transitions,
    rewards,
    initial,
    policies,
    responses,
    bernoulli,
    fitted,
    moved,
    paid,
    best,
    worths,
    beta,
    likelihoods,
    announced,
    counts,
):
    """Play one episode for each entry of ``announced``: of the models whose log-likelihood is within ``beta`` of the
    greatest, follow the one whose best policy is worth most. Returns the model to follow next.

    ``policies[k, h, s, b, a]`` and the true ``responses[k, h, s, b]`` are by policy; ``best[m]`` is the best policy of
    model m, worth ``worths[m]``. What an observation adds to the ``likelihoods[m]``: ``fitted[m, m', h, s, b]`` (the
    response of m to the best policy of m'), ``moved[m, h, s, a, b, s']``, and ``paid[m + M·reward, h, s, a, b]``.
    """
    stages = rewards.shape[0]
    models = len(worths)
    for t in range(len(announced) + 1):
        most = np.max(likelihoods)
        chosen = -1
        for m in range(models):
            if likelihoods[m] >= most - beta and (chosen < 0 or worths[m] > worths[chosen]):
                chosen = m
        if t == len(announced):
            return chosen
        k = best[chosen]
        announced[t] = k
        s = drawn(initial, rng.random())
        for h in range(stages):
            b = drawn(responses[k, h, s], rng.random())
            a = drawn(policies[k, h, s, b], rng.random())
            sign = 0
            if bernoulli and rng.random() < rewards[h, s, a, b]:
                sign = 1
            after = 0
            if h + 1 < stages:
                after = drawn(transitions[h, s, a, b], rng.random())
            counts[h, s, a, b] += 1
            for m in range(models):
                likelihoods[m] += fitted[m, chosen, h, s, b] + paid[m + models * sign, h, s, a, b]
                if h + 1 < stages:
                    likelihoods[m] += moved[m, h, s, a, b, after]
            s = after
    return 0
