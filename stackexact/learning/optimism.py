"""Optimistic recommendations, compiled: commitments on a grid and beside it, parameters in a confidence ellipsoid."""

from __future__ import annotations

import numpy as np
from numba import types

from stackexact.learning.kernels import F1, F2, F3, room
from stackexact.simulation.compiling import njit

__all__ = ["hopeful", "search"]

_FLOAT, _INT = types.float64, types.int64
_VECTOR, _MATRIX = room(_FLOAT, 1), room(_FLOAT, 2)


@njit(_FLOAT(F1, F3, F2, F1, _MATRIX, _VECTOR, _VECTOR, _VECTOR))
def credible(commitment, features, rewards, parameters, faced, paid, response, gradient):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Σ_b q_b(x) U(x, b), where q ∝ exp φ^x(b)·ϑ; its gradient in ϑ is written to ``gradient``."""
    leader, follower, size = features.shape
    greatest = -np.inf
    for b in range(follower):
        logit = 0.0
        paid[b] = 0.0
        for a in range(leader):
            paid[b] += commitment[a] * rewards[a, b]
        for k in range(size):
            one = 0.0
            for a in range(leader):
                one += commitment[a] * features[a, b, k]
            faced[b, k] = one
            logit += one * parameters[k]
        response[b] = logit
        greatest = max(greatest, logit)
    mass = 0.0
    value = 0.0
    for b in range(follower):
        response[b] = np.exp(response[b] - greatest)
        mass += response[b]
    for b in range(follower):
        response[b] /= mass
        value += response[b] * paid[b]
    gradient[:] = 0.0
    for b in range(follower):
        for k in range(size):
            gradient[k] += response[b] * (paid[b] - value) * faced[b, k]
    return value


@njit(_FLOAT(F1, F3, F2, F1, F2, _FLOAT, _VECTOR))
def hopeful(commitment, features, rewards, estimate, inverse, radius, found):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The most that a commitment is worth for some ϑ with |ϑ − ϑ̂|_I ≤ radius, I⁻¹ = ``inverse``; ϑ goes to ``found``.

    From the estimate, a few times to the point of the ellipsoid that is farthest along the gradient (the maximum of
    what is linear in ϑ); the best point on the way is kept.
    """
    _, follower, size = features.shape
    faced = np.empty((follower, size))
    paid, response = np.empty(follower), np.empty(follower)
    gradient, trial = np.empty(size), estimate.copy()
    best = credible(commitment, features, rewards, trial, faced, paid, response, gradient)
    found[:] = trial
    for _ in range(4):
        moved = np.dot(inverse, gradient)
        norm = np.sqrt(max(np.dot(gradient, moved), 0.0))
        if norm <= 1e-15:
            break
        trial = estimate + radius / norm * moved
        one = credible(commitment, features, rewards, trial, faced, paid, response, gradient)
        if one <= best + 1e-12:
            break
        best = one
        found[:] = trial
    return best


@njit(_FLOAT(F2, F3, F2, F1, F2, _FLOAT, _FLOAT, _VECTOR, _VECTOR))
def search(grid, features, rewards, estimate, inverse, radius, step, commitment, found):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The best commitment of the grid, then moves of mass between two actions by ``step``, halved to 1e-5."""
    leader = features.shape[0]
    trial = np.empty(len(found))
    best = -np.inf
    for k in range(len(grid)):
        one = hopeful(grid[k], features, rewards, estimate, inverse, radius, trial)
        if one > best + 1e-12:
            best = one
            commitment[:] = grid[k]
            found[:] = trial
    while step > 1e-5:
        moved = False
        for source in range(leader):
            for target in range(leader):
                share = min(step, commitment[source])
                if source != target and share > 0:
                    beside = commitment.copy()
                    beside[source] -= share
                    beside[target] += share
                    one = hopeful(beside, features, rewards, estimate, inverse, radius, trial)
                    if one > best + 1e-10:
                        best = one
                        commitment[:] = beside
                        found[:] = trial
                        moved = True
        if not moved:
            step /= 2
    return best
