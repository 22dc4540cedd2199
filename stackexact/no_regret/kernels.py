"""The compiled loops over rounds. numba is imported here, and this module only where followers play.

A round draws, in this order: a profile of types, then an action for each follower, one number from 0 to 1 for each.
``sums[i, t, m]`` and ``times[i, t]`` are what a type of a follower has added up by action, and in how many rounds;
``counts[k, a]`` is how often each profile of actions was played at each profile of types.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import types

from stackexact.no_regret.arena import ONE
from stackexact.simulation.compiling import njit

__all__ = ["learn", "match", "weigh"]

_INT: Final = types.int64
_FLOAT: Final = types.float64
_RNG: Final = types.NumPyRandomGeneratorType("rng")


def _array(dtype: types.Type, dimensions: int) -> types.Array:
    """A C-contiguous array, read-only or not."""
    return types.Array(dtype, dimensions, "C", readonly=True)


def _room(dtype: types.Type, dimensions: int) -> types.Array:
    """A C-contiguous array that is written to."""
    return types.Array(dtype, dimensions, "C")


_ARENA: Final = (_array(_FLOAT, 1), _array(_INT, 2), _array(_INT, 3), _array(_INT, 3), _array(_INT, 2), _array(_INT, 1))


@njit(_INT(_array(_FLOAT, 1), _INT, _FLOAT))
def drawn(chances, size, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The first of so many indices at which the sum of chances exceeds u; the last one with a chance if none does."""
    total = 0.0
    last = 0
    for m in range(size):
        if chances[m] > 0:
            total += chances[m]
            last = m
            if u < total:
                return m
    return last


@njit(_INT(_array(_FLOAT, 1), _FLOAT))
def type_drawn(cumulative, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The first index at which cumulative chances exceed u."""
    return min(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)


@njit(types.void(_array(_INT, 1), _INT, _FLOAT, _room(_FLOAT, 1)))
def hedge(sums, size, rate, mixed):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Chances in proportion to exp(rate · sums); whole numbers are compared before anything is rounded."""
    best = sums[0]
    for m in range(1, size):
        best = max(best, sums[m])
    mass = 0.0
    for m in range(size):
        mixed[m] = np.exp(rate * (sums[m] - best))
        mass += mixed[m]
    for m in range(size):
        mixed[m] /= mass


@njit(types.void(_array(_INT, 1), _INT, _room(_FLOAT, 1)))
def matched(sums, size, mixed):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Chances in proportion to positive sums; alike where none is."""
    mass = 0.0
    for m in range(size):
        mixed[m] = max(0.0, float(sums[m]))
        mass += mixed[m]
    for m in range(size):
        mixed[m] = mixed[m] / mass if mass > 0 else 1.0 / size


@njit(types.void(*_ARENA[1:], _INT, _array(_FLOAT, 2), _room(_INT, 1), _room(_FLOAT, 2)))
def expect(profiles, scores, allowed, sizes, strides, k, mixed, digits, gains):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """gains[i, m]: the mean score of each action against what the others are about to play."""
    followers = len(strides)
    gains[:] = 0.0
    digits[:] = 0
    while True:
        a = 0
        for i in range(followers):
            a += allowed[i, profiles[k, i], digits[i]] * strides[i]
        for i in range(followers):
            chance = 1.0
            for j in range(followers):
                if j != i:
                    chance *= mixed[j, digits[j]]
            gains[i, digits[i]] += chance * scores[i, k, a]
        i = followers - 1
        while i >= 0:
            digits[i] += 1
            if digits[i] < sizes[i, profiles[k, i]]:
                break
            digits[i] = 0
            i -= 1
        if i < 0:
            return


@njit(
    types.void(
        _RNG, *_ARENA, types.boolean, types.boolean, _FLOAT, _room(_INT, 3), _room(_INT, 2), _room(_INT, 2), _INT
    )
)
def weigh(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng, cumulative, profiles, scores, allowed, sizes, strides, expected, anytime, rate, sums, times, counts, most
):
    """Multiplicative weights: ``rate`` is log(1 + ε), or 2 for η_n = 2 √(log(M)/n) where ``anytime``."""
    followers = len(strides)
    mixed = np.zeros((followers, allowed.shape[2]))
    gains = np.zeros((followers, allowed.shape[2]))
    own = np.zeros(followers, dtype=np.int64)
    digits = np.zeros(followers, dtype=np.int64)
    for _ in range(most):
        k = type_drawn(cumulative, rng.random())
        a = 0
        for i in range(followers):
            t = profiles[k, i]
            size = sizes[i, t]
            eta = rate
            if anytime:
                eta = rate * np.sqrt(np.log(size) / (times[i, t] + 1))
            hedge(sums[i, t], size, eta / ONE, mixed[i])
            own[i] = drawn(mixed[i], size, rng.random())
            a += allowed[i, t, own[i]] * strides[i]
        counts[k, a] += 1
        if expected:
            expect(profiles, scores, allowed, sizes, strides, k, mixed, digits, gains)
        for i in range(followers):
            t = profiles[k, i]
            others = a - allowed[i, t, own[i]] * strides[i]
            for m in range(sizes[i, t]):
                if expected:
                    sums[i, t, m] += np.int64(np.floor(gains[i, m] + 0.5))
                else:
                    sums[i, t, m] += scores[i, k, others + allowed[i, t, m] * strides[i]]
            times[i, t] += 1


@njit(types.void(_RNG, *_ARENA, _room(_INT, 3), _room(_INT, 2), _room(_INT, 2), _INT))
def match(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng, cumulative, profiles, scores, allowed, sizes, strides, sums, times, counts, most
):
    """Regret matching: ``sums`` are regrets to what was about to be played."""
    followers = len(strides)
    mixed = np.zeros((followers, allowed.shape[2]))
    own = np.zeros(followers, dtype=np.int64)
    for _ in range(most):
        k = type_drawn(cumulative, rng.random())
        a = 0
        for i in range(followers):
            t = profiles[k, i]
            matched(sums[i, t], sizes[i, t], mixed[i])
            own[i] = drawn(mixed[i], sizes[i, t], rng.random())
            a += allowed[i, t, own[i]] * strides[i]
        counts[k, a] += 1
        for i in range(followers):
            t = profiles[k, i]
            others = a - allowed[i, t, own[i]] * strides[i]
            had = 0.0
            for m in range(sizes[i, t]):
                had += mixed[i, m] * scores[i, k, others + allowed[i, t, m] * strides[i]]
            for m in range(sizes[i, t]):
                gain = scores[i, k, others + allowed[i, t, m] * strides[i]] - had
                sums[i, t, m] += np.int64(np.floor(gain + 0.5))
            times[i, t] += 1


@njit(
    types.void(
        _RNG, *_ARENA, _FLOAT, _FLOAT, _FLOAT, _room(_FLOAT, 3), _room(_INT, 3), _room(_INT, 2), _room(_INT, 2), _INT
    )
)
def learn(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng, cumulative, profiles, scores, allowed, sizes, strides, step, exploration, decay, values, tried, times, counts,
    most
):  # fmt: skip
    """Q-learning: ``values[i, t, m]`` are Q, ``tried`` says how often an action was played; a step of 0 stands for one
    over that. A number below the chance to explore tells which action is explored, too."""
    followers = len(strides)
    own = np.zeros(followers, dtype=np.int64)
    for _ in range(most):
        k = type_drawn(cumulative, rng.random())
        a = 0
        for i in range(followers):
            t = profiles[k, i]
            size = sizes[i, t]
            chance = exploration
            if decay > 0:
                chance = exploration * (times[i, t] + 1.0) ** -decay
            u = rng.random()
            if u < chance:
                own[i] = min(size - 1, np.int64(u / chance * size))
            else:
                best = 0
                for m in range(1, size):
                    if values[i, t, m] > values[i, t, best]:
                        best = m
                own[i] = best
            a += allowed[i, t, own[i]] * strides[i]
        counts[k, a] += 1
        for i in range(followers):
            t = profiles[k, i]
            m = own[i]
            tried[i, t, m] += 1
            times[i, t] += 1
            rate = step if step > 0 else 1.0 / tried[i, t, m]
            values[i, t, m] += rate * (scores[i, k, a] / ONE - values[i, t, m])
