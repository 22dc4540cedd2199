"""Maximum likelihood of quantal responses, compiled: Newton steps, and the multiplier of a norm bound.

The objective is convex: Σ_c (n_c log Σ_b exp(o_cb + F_cb·z) − Σ_b n_cb (o_cb + F_cb·z)) over cells c, each a state and
what was announced there, with counts n_cb of the follower's actions.
"""

from __future__ import annotations

import numpy as np
from numba import types

from stackexact.learning.kernels import F1, F2, F3, I1, room
from stackexact.simulation.compiling import njit

__all__ = ["information", "minimise", "value"]

RIDGE = 1e-9
"""Added to the Hessian's diagonal times z: directions that were never seen stay at zero."""

_FLOAT, _INT = types.float64, types.int64
_VECTOR, _MATRIX = room(_FLOAT, 1), room(_FLOAT, 2)


@njit(_FLOAT(F2, F1, _INT, F1, _VECTOR))
def weigh(features, offsets, size, z, logits):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The logits of the first ``size`` actions of a cell, put into ``logits``; returns the logarithm of their mass."""
    greatest = -np.inf
    for b in range(size):
        one = offsets[b]
        for k in range(len(z)):
            one += features[b, k] * z[k]
        logits[b] = one
        greatest = max(greatest, one)
    mass = 0.0
    for b in range(size):
        mass += np.exp(logits[b] - greatest)
    return greatest + np.log(mass)


@njit(_FLOAT(F3, F2, I1, F2, F1, _FLOAT))
def value(features, offsets, sizes, counts, z, multiplier):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The negative log-likelihood plus half the multiplier times the square of the norm."""
    total = 0.0
    size = len(z)
    logits = np.empty(features.shape[1])
    for c in range(len(sizes)):
        played = counts[c, : sizes[c]].sum()
        if played == 0:
            continue
        total += played * weigh(features[c], offsets[c], sizes[c], z, logits)
        for b in range(sizes[c]):
            total -= counts[c, b] * logits[b]
    for k in range(size):
        total += multiplier * z[k] * z[k] / 2
    return total


@njit(types.void(F3, F2, I1, F2, F1, _FLOAT, _VECTOR, _MATRIX))
def derivatives(features, offsets, sizes, counts, z, multiplier, gradient, hessian):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The gradient and the Hessian of :func:`value`."""
    size = len(z)
    gradient[:] = 0.0
    hessian[:] = 0.0
    follower = features.shape[1]
    weights = np.empty(follower)
    mean = np.empty(size)
    for c in range(len(sizes)):
        played = counts[c, : sizes[c]].sum()
        if played == 0:
            continue
        mass = weigh(features[c], offsets[c], sizes[c], z, weights)
        mean[:] = 0.0
        for b in range(sizes[c]):
            weights[b] = np.exp(weights[b] - mass)
            for k in range(size):
                mean[k] += weights[b] * features[c, b, k]
        for b in range(sizes[c]):
            for k in range(size):
                gradient[k] += (played * weights[b] - counts[c, b]) * features[c, b, k]
                one = played * weights[b] * (features[c, b, k] - mean[k])
                if one != 0.0:
                    for m in range(k + 1):
                        hessian[k, m] += one * (features[c, b, m] - mean[m])
    for k in range(size):
        gradient[k] += multiplier * z[k]
        hessian[k, k] += multiplier
        for m in range(k):
            hessian[m, k] = hessian[k, m]


@njit(_FLOAT(F3, F2, I1, F2, _VECTOR, _FLOAT, _VECTOR, _MATRIX))
def descend(features, offsets, sizes, counts, z, multiplier, gradient, hessian):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Newton's method from z, in place, with halved steps where a full one is too long; returns the last decrement."""
    multiplier = multiplier + RIDGE
    now = value(features, offsets, sizes, counts, z, multiplier)
    decrement = np.inf
    for _ in range(100):
        derivatives(features, offsets, sizes, counts, z, multiplier, gradient, hessian)
        step = np.linalg.solve(hessian, gradient)
        decrement = np.dot(step, gradient)
        if decrement <= 1e-10:  # convergence is quadratic here: one more step leaves nothing but rounding
            z -= step
            break
        share = 1.0
        moved = False
        while share > 1e-10:
            made = z - share * step
            then = value(features, offsets, sizes, counts, made, multiplier)
            if then <= now - 0.25 * share * decrement:
                z[:] = made
                now = then
                moved = True
                break
            share /= 2
        if not moved:  # what is left is rounding
            break
    return decrement


@njit(_FLOAT(F3, F2, I1, F2, _FLOAT, _VECTOR, _FLOAT))
def minimise(features, offsets, sizes, counts, radius, z, multiplier):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The maximum-likelihood z with |z| ≤ ``radius``, in place; returns the multiplier of the bound, 0 where free.

    z and the multiplier given are where the search starts. The multiplier solves |z(λ)| = radius by Newton's method on
    1/|z(λ)|, which is nearly linear in λ (Moré and Sorensen), between bounds that bisection keeps.
    """
    size = len(z)
    gradient = np.empty(size)
    hessian = np.empty((size, size))
    if multiplier <= 0.0:
        descend(features, offsets, sizes, counts, z, 0.0, gradient, hessian)
        if np.sqrt(np.dot(z, z)) <= radius:
            return 0.0
        multiplier = 1e-3
    low, high = 0.0, np.inf
    for _ in range(60):
        descend(features, offsets, sizes, counts, z, multiplier, gradient, hessian)
        norm = np.sqrt(np.dot(z, z))
        if abs(norm - radius) <= 1e-9 * radius:
            return multiplier
        if norm > radius:
            low = max(low, multiplier)
        else:
            high = min(high, multiplier)
            if multiplier <= 1e-6:
                descend(features, offsets, sizes, counts, z, 0.0, gradient, hessian)
                if np.sqrt(np.dot(z, z)) <= radius:
                    return 0.0
        derivatives(features, offsets, sizes, counts, z, multiplier + RIDGE, gradient, hessian)
        slope = np.dot(z, np.linalg.solve(hessian, z))
        if slope <= 0.0:  # z is zero
            multiplier /= 10
            continue
        then = multiplier + norm * norm / slope * (norm - radius) / radius
        if not (low < then < high):
            if high == np.inf:
                then = 2.0 * max(multiplier, low)
            elif low > 0.0:
                then = np.sqrt(low * high)
            else:
                then = min(multiplier, high) / 10
        multiplier = then
    return multiplier


@njit(types.void(F3, F2, I1, F2, F1, F3, _MATRIX))
def information(features, offsets, sizes, counts, z, measured, total):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Adds Σ_c n_c Cov_b[``measured``_cb] to ``total``, where b is drawn from the response of z in cell c."""
    size = measured.shape[2]
    weights = np.empty(features.shape[1])
    mean = np.empty(size)
    for c in range(len(sizes)):
        played = counts[c, : sizes[c]].sum()
        if played == 0:
            continue
        mass = weigh(features[c], offsets[c], sizes[c], z, weights)
        mean[:] = 0.0
        for b in range(sizes[c]):
            weights[b] = np.exp(weights[b] - mass)
            for k in range(size):
                mean[k] += weights[b] * measured[c, b, k]
        for b in range(sizes[c]):
            for k in range(size):
                one = played * weights[b] * (measured[c, b, k] - mean[k])
                if one != 0.0:
                    for m in range(size):
                        total[k, m] += one * (measured[c, b, m] - mean[m])
