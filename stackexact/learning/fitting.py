"""Maximum likelihood of a follower's response from counts: the convex problem, its bound, and when it has no solution.

The compiled Newton method of :mod:`~stackexact.learning.newton` solves it; SciPy's solvers check it in the tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stackexact.errors import UsageError
from stackexact.learning.arrays import Floats, frozen, numbers
from stackexact.learning.environment import compiled

__all__ = ["Fit", "Normalisation", "fit", "separable"]


@dataclass(frozen=True, eq=False)
class Fit:
    """What maximises the likelihood: parameters θ of the follower's rewards, the multiplier of |θ| ≤ B (0 where the
    bound does not bind), and fitted responses ν[c, b] of every cell of data."""

    parameters: Floats
    multiplier: float
    responses: Floats


@dataclass(frozen=True, eq=False)
class Normalisation:
    """What makes θ identifiable: θ = ``origin`` + ``basis`` z, orthonormal columns; responses follow from all z alike.

    Responses do not change where a function of the state is added to the follower's rewards. By default θ is orthogonal
    to all parameters that do nothing else; or ⟨x, r(s,·,·)⟩ = ς is required in every state, with weights x[a, b].

    >>> features = np.eye(4).reshape(1, 2, 2, 4)
    >>> Normalisation.of(features, np.ones((1, 2, 2), bool)).basis.shape
    (4, 3)
    >>> Normalisation.of(features, np.ones((1, 2, 2), bool), ([[1, 0], [0, 0]], 2)).origin
    array([2., 0., 0., 0.])
    """

    origin: Floats
    basis: Floats

    @classmethod
    def of(cls, features: Floats, available: Any, known: tuple[Any, float] | None = None) -> Normalisation:
        """The one of features φ[s, a, b, :]; raises :class:`~stackexact.errors.UsageError` where x is no table [a, b],
        or no θ has ⟨x, r⟩ = ς."""
        if known is None:
            idle = _idle(features, available)
            return cls(np.zeros(features.shape[3]), _complement(idle))
        x = numbers("normalisation", known[0], features.shape[1:3])
        rows = np.einsum("ab,sabk->sk", x, features * available[..., None])
        target = np.full(len(rows), float(known[1]))
        origin = np.linalg.lstsq(rows, target, rcond=None)[0]
        if not np.allclose(rows @ origin, target, atol=1e-9):
            raise UsageError(
                "normalisation: expected weights x for which some θ has <x, r> = ς, found none; change them"
            )
        return cls(origin, _complement(rows.T))

    def radius(self, bound: float) -> float:
        """What |θ| ≤ ``bound`` leaves of |z|; raises :class:`~stackexact.errors.UsageError` where it leaves nothing."""
        least = float(np.linalg.norm(self.origin))
        if not bound > least:
            raise UsageError(f"B: expected a bound > {least:g}, what the normalisation takes, found {bound:g}")
        return math.sqrt((bound - least) * (bound + least))


def _idle(features: Floats, available: Any) -> Floats:
    """Columns that span the parameters whose rewards depend on the state alone."""
    dimension = features.shape[3]
    there = [features[s][available[s]] for s in range(len(features))]
    differences = np.concatenate([rows - rows[0] for rows in there]).reshape(-1, dimension)
    return _complement(differences.T)


def _complement(columns: Floats) -> Floats:
    """An orthonormal basis of what is orthogonal to the columns."""
    size = len(columns)
    if columns.size == 0:
        return np.eye(size)
    left, singular, _ = np.linalg.svd(columns, full_matrices=True)
    rank = int((singular > 1e-10 * max(1.0, singular[0])).sum())
    return np.ascontiguousarray(left[:, rank:])


def fit(
    features: Any,
    counts: Any,
    *,
    eta: float = 1.0,
    offsets: Any = None,
    bound: float = 1e6,
    normalisation: Normalisation | None = None,
) -> Fit:
    """The maximum-likelihood θ, |θ| ≤ ``bound``, of ν(b) ∝ exp(o_b + η φ(b)·θ), from ``counts[c, b]`` of actions.

    ``features[c, b, :]`` are what was faced in cell c (of a policy: φ^π(s, b)), ``offsets[c, b]`` what is known.
    Directions that the data say nothing about stay at zero.

    >>> one = np.eye(2)[None]
    >>> fit(one, [[3, 1]]).parameters.round(4).tolist()  # log 3, apart
    [0.5493, -0.5493]
    """
    seen = numbers("features", features, (None, None, None))
    cells, follower, dimension = seen.shape
    told = numbers("counts", counts, (cells, follower))
    known: Floats = np.zeros((cells, follower)) if offsets is None else numbers("offsets", offsets, (cells, follower))
    if normalisation is None:
        normalisation = Normalisation(np.zeros(dimension), np.eye(dimension))
    compiled()
    from stackexact.learning.newton import minimise

    origin, basis = normalisation.origin, normalisation.basis
    radius = normalisation.radius(bound)
    z = np.zeros(basis.shape[1])
    start: Floats = known + eta * (seen @ origin)
    faced: Floats = np.ascontiguousarray(eta * (seen @ basis))
    multiplier = float(minimise(faced, start, np.full(cells, follower), told, radius, z, 0.0))
    logits: Floats = start + faced @ z
    weights: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Fit(frozen(origin + basis @ z), multiplier, frozen(weights / weights.sum(axis=1, keepdims=True)))


def separable(features: Any, counts: Any) -> bool:
    """Whether the likelihood has no maximum: some direction makes every action that was seen at least as good as all
    others of its cell, and one of them better (Albert and Anderson 1984). A linear program in floats decides.

    >>> separable(np.eye(2)[None], [[3, 0]]), separable(np.eye(2)[None], [[3, 1]])
    (True, False)
    """
    from scipy.optimize import linprog

    seen = numbers("features", features, (None, None, None))
    told = numbers("counts", counts, seen.shape[:2])
    rows = [
        seen[c, b] - seen[c, other]
        for c in range(len(seen))
        for b in np.flatnonzero(told[c])
        for other in range(seen.shape[1])
        if other != b
    ]
    if not rows:
        return False
    gaps = np.array(rows)
    # The gaps sum to 1 at most, so that the program is bounded: 1 where there is a direction, else 0.
    found = linprog(
        -gaps.sum(axis=0),
        A_ub=np.vstack([-gaps, gaps.sum(axis=0)]),
        b_ub=np.append(np.zeros(len(gaps)), 1.0),
        bounds=(None, None),
        method="highs",
    )
    return bool(-found.fun > 0.5)
