"""The loops over rounds, compiled: O(N) operations a round, since followers meet the others in their sum alone.

numba is imported here, and this module only where rounds are played.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import types

from stackexact.simulation.compiling import njit

__all__ = ["GRADIENT", "RESPONSE", "advance", "drawn"]

RESPONSE, GRADIENT = range(2)
"""How gains move: by their update, or against the slope that was drawn."""

_ARRAY: Final = types.Array(types.float64, 1, "C")
_TABLE: Final = types.Array(types.float64, 2, "C")


@njit(types.float64(_TABLE, _ARRAY))
def distance(points, desired):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The root of the mean square of the points' distances from the desired one."""
    total = 0.0
    for i in range(points.shape[0]):
        for k in range(points.shape[1]):
            total += (points[i, k] - desired[k]) ** 2
    return np.sqrt(total / points.shape[0])


@njit(types.void(_TABLE, _ARRAY, _TABLE, _TABLE, _ARRAY, types.boolean))
def move(points, sums, kept, others, constant, sequential):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Move all points once, in place: at once, or one after the other. ``sums`` is room for the sum of all."""
    count, size = points.shape
    made = np.empty(size)
    for k in range(size):
        sums[k] = 0.0
        for i in range(count):
            sums[k] += points[i, k]
    for i in range(count):
        for k in range(size):
            made[k] = constant[k]
            for m in range(size):
                made[k] += kept[k, m] * points[i, m] + others[k, m] * (sums[m] - points[i, m])
        for k in range(size):
            if sequential:
                sums[k] += made[k] - points[i, k]
            points[i, k] = made[k]


@njit(types.int64(_TABLE, _TABLE, _TABLE, _ARRAY, types.boolean, _ARRAY, types.float64, types.int64))
def advance(points, kept, others, constant, sequential, desired, bound, rounds):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Some rounds without chance; returns how many were played before the distance was beyond the ``bound``."""
    sums = np.empty(points.shape[1])
    for t in range(rounds):
        move(points, sums, kept, others, constant, sequential)
        if not distance(points, desired) <= bound:
            return t + 1
    return rounds


@njit(types.float64(_TABLE, _ARRAY))
def _paid(hessian, z):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """½ z·Hz, without the second powers of a follower's own action, which is z[1]."""
    total = 0.0
    for a in range(4):
        for b in range(4):
            if a != 1 or b != 1:
                total += hessian[a, b] * z[a] * z[b]
    return total / 2


@njit(
    types.int64(
        types.NumPyRandomGeneratorType("rng"),
        _TABLE,
        types.boolean,
        types.UniTuple(types.float64, 2),
        types.UniTuple(types.float64, 4),
        types.UniTuple(_TABLE, 2),
        types.int64,
        types.boolean,
        _TABLE,
        _TABLE,
        _ARRAY,
        _ARRAY,
        _ARRAY,
        types.float64,
        types.int64,
        _ARRAY,
        _ARRAY,
    )
)
def drawn(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng,
    gains,
    first,
    deviations,
    rule,
    costs,
    how,
    sequential,
    kept,
    others,
    constant,
    slopes,
    desired,
    bound,
    rounds,
    paid,
    seen,
):
    """Some rounds in which the state and the observations are drawn; returns how many were played before the distance
    of the gains was beyond the ``bound`` (that round is played, and the last one).

    The gains move before every round but the ``first`` of a run. ``deviations`` are those of state and noise, ``rule``
    is (A, B, κ, G), ``costs`` the Hessians of leader and follower in (u0, u_i, ū, x). ``slopes`` is q H, in units of
    the step: against it gradients move. ``paid`` adds up what the leader and a follower, on average, paid. ``seen`` is
    the memory between calls: the observations, and behind them the slope of the last round without the own action.
    """
    count = gains.shape[0]
    sums = np.empty(1)
    z = np.empty(4)
    for t in range(rounds):
        if t > 0 or not first:
            if how == GRADIENT:
                for i in range(count):
                    gains[i, 0] -= seen[i] * (seen[count] + slopes[1] * gains[i, 0] * seen[i])
            else:
                move(gains, sums, kept, others, constant, sequential)
        x = deviations[0] * rng.standard_normal()
        played = 0.0
        squares = 0.0
        observed = 0.0
        for i in range(count):
            y = x + deviations[1] * rng.standard_normal()
            u = gains[i, 0] * y
            seen[i] = y
            observed += y
            played += u
            squares += u * u
        mean = played / count
        z[0] = rule[0] * x + rule[1] * mean + rule[2] * (played - rule[3] * observed)
        z[1] = mean  # costs are averaged over followers, of whose own actions all but the squares are linear
        z[2] = mean
        z[3] = x
        for k in range(2):
            paid[k] += _paid(costs[k], z) + costs[k][1, 1] * squares / count / 2
        seen[count] = slopes[0] * z[0] + slopes[2] * mean + slopes[3] * x
        if not distance(gains, desired) <= bound:
            return t + 1
    return rounds
