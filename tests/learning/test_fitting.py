"""Maximum likelihood: frequencies where the model is saturated, SciPy's optimum elsewhere, and data without one."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import optimize
from scipy.special import logsumexp

from stackexact.errors import UsageError
from stackexact.learning.fitting import Normalisation, fit, separable


@pytest.mark.parametrize("counts", [(3, 1), (5, 2, 9), (1, 1, 1, 4)])
def test_saturated_responses_are_frequencies(counts: tuple[int, ...]) -> None:
    """One cell with a parameter for every action: any frequencies can be fitted, and are."""
    size = len(counts)
    found = fit(np.eye(size)[None], [counts], eta=2.5)
    assert found.responses[0] == pytest.approx(np.array(counts) / sum(counts), abs=1e-8)
    assert found.multiplier == 0
    rewards = 2.5 * (found.parameters - found.parameters[0])
    assert rewards == pytest.approx([math.log(n / counts[0]) for n in counts], abs=1e-6)


def test_a_known_reward_is_kept() -> None:
    """Counts (3, 1), η = 1, the first action's reward known to be 0: the other's is −log 3."""
    known = Normalisation.of(np.eye(2).reshape(1, 1, 2, 2), np.ones((1, 1, 2), dtype=bool), ([[1, 0]], 0))
    assert fit(np.eye(2)[None], [[3, 1]], normalisation=known).parameters == pytest.approx([0, -math.log(3)], abs=1e-7)
    moved = Normalisation.of(np.eye(2).reshape(1, 1, 2, 2), np.ones((1, 1, 2), dtype=bool), ([[1, 0]], 2))
    assert fit(np.eye(2)[None], [[3, 1]], normalisation=moved).parameters == pytest.approx([2, 2 - math.log(3)])


def _objective(features: np.ndarray, counts: np.ndarray, offsets: np.ndarray, z: np.ndarray) -> float:
    logits = offsets + features @ z
    return float((counts.sum(axis=1) * logsumexp(logits, axis=1)).sum() - (counts * logits).sum())


@pytest.mark.parametrize("trial", range(24))
def test_scipy_finds_no_better_parameters(trial: int) -> None:
    rng = np.random.default_rng(trial)
    cells, actions, size = (int(rng.integers(*one)) for one in ((1, 6), (2, 5), (1, 7)))
    features = rng.normal(size=(cells, actions, size))
    counts = rng.integers(0, 6, size=(cells, actions)).astype(float)
    offsets = rng.normal(size=(cells, actions))
    bound = (3.0, 1.0, 0.3)[trial % 3]
    found = fit(features, counts, offsets=offsets, bound=bound)
    assert np.linalg.norm(found.parameters) <= bound * (1 + 1e-8)

    def slope(z: np.ndarray) -> np.ndarray:
        logits = offsets + features @ z
        expected = counts.sum(axis=1)[:, None] * np.exp(logits - logsumexp(logits, axis=1)[:, None])
        return np.einsum("cb,cbk->k", expected - counts, features)

    peer = optimize.minimize(
        lambda z: _objective(features, counts, offsets, z),
        np.zeros(size),
        method="SLSQP",
        jac=slope,
        constraints=[{"type": "ineq", "fun": lambda z: bound**2 - z @ z, "jac": lambda z: -2 * z}],
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    here = _objective(features, counts, offsets, found.parameters)
    assert here == pytest.approx(peer.fun, abs=1e-7)
    free = np.linalg.norm(found.parameters) < bound * (1 - 1e-6)
    assert free == (found.multiplier == 0)


def test_separable_data_are_noticed() -> None:
    """Brute force over directions in the plane: some makes every action seen the best, one of them strictly. A cone has
    such a direction if and only if a ray of its boundary, or the sum of two, is one; in integers."""
    rng = np.random.default_rng(5)
    told = set()
    for _ in range(60):
        features = rng.integers(-2, 3, size=(3, 3, 2))
        counts = rng.integers(0, 2, size=(3, 3)) * rng.integers(0, 2, size=(3, 1))
        gaps = [
            features[c, b] - features[c, other]
            for c, b, other in product(range(3), repeat=3)
            if counts[c, b] and other != b
        ]
        rays = [sign * np.array([-gap[1], gap[0]]) for gap in gaps for sign in (1, -1)] + gaps
        rises = [[int(gap @ (one + other)) for gap in gaps] for one in rays for other in rays]
        brute = any(min(row) >= 0 and max(row) > 0 for row in rises)
        assert separable(features, counts) == brute
        told.add(brute)
    assert told == {True, False}


def test_parameters_of_separable_data_grow_to_the_bound() -> None:
    for bound in (1.0, 4.0):
        found = fit(np.eye(2)[None], [[5, 0]], bound=bound)
        assert separable(np.eye(2)[None], [[5, 0]])
        assert np.linalg.norm(found.parameters) == pytest.approx(bound)
        assert found.multiplier > 0


def test_normalisations_change_no_responses() -> None:
    """Whatever is known of rewards state by state, fitted responses are the same, and what is known holds."""
    rng = np.random.default_rng(11)
    features = np.eye(8).reshape(2, 2, 2, 8)
    prescriptions = rng.dirichlet(np.ones(2), size=(6, 2))
    faced = np.stack([np.einsum("ba,abk->bk", one, features[k % 2]) for k, one in enumerate(prescriptions)])
    counts = rng.integers(1, 30, size=(6, 2))
    there = np.ones((2, 2, 2), dtype=bool)
    free = fit(faced, counts, normalisation=Normalisation.of(features, there))
    x = rng.random((2, 2))
    known = fit(faced, counts, normalisation=Normalisation.of(features, there, (x, 0.7)))
    assert known.responses == pytest.approx(free.responses, abs=1e-7)
    assert [float((x * known.parameters.reshape(2, 2, 2)[s]).sum()) for s in range(2)] == pytest.approx([0.7, 0.7])
    for s in range(2):  # the default has no part that is the same for all actions of a state
        assert free.parameters.reshape(2, 4)[s].sum() == pytest.approx(0, abs=1e-9)


def test_impossible_normalisations_are_refused() -> None:
    features = np.zeros((1, 1, 2, 1))
    with pytest.raises(UsageError, match="normalisation: expected weights x"):
        Normalisation.of(features, np.ones((1, 1, 2), dtype=bool), ([[1, 1]], 3))
    with pytest.raises(UsageError, match="counts: expected an array of shape"):
        fit(np.eye(2)[None], [[1, 2, 3]])


def test_nothing_seen_is_nothing_learnt() -> None:
    assert fit(np.eye(3)[None], [[0, 0, 0]]).responses[0] == pytest.approx([1 / 3] * 3)
    assert not separable(np.eye(3)[None], [[0, 0, 0]])
    same = np.ones((1, 2, 1))  # no parameter matters at all
    idle = Normalisation.of(same[:, None], np.ones((1, 1, 2), dtype=bool))
    assert fit(same, [[3, 1]], normalisation=idle).responses[0] == pytest.approx([1 / 2, 1 / 2])
