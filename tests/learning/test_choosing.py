"""The best prescription of a state: brute force, a published optimum in closed form, random search, dense grids."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from stackexact.learning.choosing import DETERMINISTIC, LOCAL, MIXED, choose, dinkelbach, spread, worth

NONE = (0.0, 0.0)


def found(rewards: Any, zeta: Any, way: int, *, blind: bool = False, penalty: Any = NONE, metric: Any = None) -> Any:
    leader, follower = rewards.shape
    metric = np.zeros((leader * follower,) * 2) if metric is None else metric
    made = np.zeros((follower, leader))
    value = choose(rewards, zeta, metric, penalty, leader, follower, way, blind, made)
    assert made.sum(axis=1) == pytest.approx(np.ones(follower))
    assert (made >= 0).all()
    assert value == pytest.approx(by_hand(made, rewards, zeta, metric, penalty), abs=1e-9)
    if blind:
        assert (made == made[0]).all()
    return value, made


def by_hand(prescription: Any, rewards: Any, zeta: Any, metric: Any, penalty: Any) -> float:
    """The worth by its definition: φ^α(b) = α(b) ⊗ e_b, so that a covariance matrix meets the metric."""
    leader, follower = rewards.shape
    response = np.exp([prescription[b] @ zeta[:, b] for b in range(follower)])
    response /= response.sum()
    vectors = np.zeros((follower, leader * follower))
    for b in range(follower):
        vectors[b, np.arange(leader) * follower + b] = prescription[b]
    mean = response @ vectors
    covariance = sum(response[b] * np.outer(vectors[b] - mean, vectors[b] - mean) for b in range(follower))
    trace = max(float(np.trace(metric @ covariance)), 0.0)
    value = sum(response[b] * prescription[b] @ rewards[:, b] for b in range(follower))
    return float(value + penalty[0] * math.sqrt(trace) + penalty[1] * trace)


def metric_of(rng: np.random.Generator, size: int) -> Any:
    root = rng.normal(size=(size, size))
    return root @ root.T / size


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("penalty", [NONE, (0.2, 0.1), (-0.2, -0.1)])
def test_enumeration_is_brute_force(penalty: Any, blind: bool) -> None:
    rng = np.random.default_rng(1)
    for leader, follower in ((2, 3), (3, 2), (1, 2), (3, 3)):
        rewards, zeta = rng.random((leader, follower)), 2 * rng.normal(size=(leader, follower))
        metric = metric_of(rng, leader * follower)
        menu = [(a,) * follower for a in range(leader)] if blind else product(range(leader), repeat=follower)
        brute = max(by_hand(np.eye(leader)[list(one)], rewards, zeta, metric, penalty) for one in menu)
        value, _ = found(rewards, zeta, DETERMINISTIC, blind=blind, penalty=penalty, metric=metric)
        assert value == pytest.approx(brute)


def test_a_known_optimum_mixes() -> None:
    """Weights [[8, 1], [1, 1]], rewards [[0, 0], [1, 0]]: x* = (1 + W(8/e))/log 8 and W(8/e)/log 8."""
    rewards, zeta = np.array([[0.0, 0], [1, 0]]), np.log([[8.0, 1], [1, 1]])
    made = np.zeros((2, 2))
    assert dinkelbach(rewards, zeta, 2, 2, made) == pytest.approx(0.5001884214525489767, abs=1e-12)
    assert made[0, 1] == pytest.approx(0.9810867684155367791, abs=1e-6)
    value, _ = found(rewards, zeta, MIXED)
    assert value == pytest.approx(0.5001884214525489767, abs=1e-12)
    assert found(rewards, zeta, DETERMINISTIC)[0] == pytest.approx(1 / 2)


def test_without_penalty_nothing_random_is_better() -> None:
    rng = np.random.default_rng(2)
    for leader, follower in ((2, 2), (3, 2), (2, 3), (4, 3)):
        rewards, zeta = rng.random((leader, follower)), 3 * rng.normal(size=(leader, follower))
        best, _ = found(rewards, zeta, MIXED)
        none = np.zeros((leader * follower,) * 2)
        assert best >= found(rewards, zeta, DETERMINISTIC)[0] - 1e-12
        for _ in range(2000):
            trial = rng.dirichlet(np.full(leader, 0.4), size=follower)
            assert by_hand(trial, rewards, zeta, none, NONE) <= best + 1e-9


@pytest.mark.parametrize("sign", [1, -1])
def test_local_search_is_near_the_best_of_many(sign: int) -> None:
    """With penalties there is no proof; it is never worse than starting points, and rarely than random search."""
    rng = np.random.default_rng(4)
    worse = 0
    for _ in range(30):
        rewards, zeta, metric = rng.random((2, 2)), 2 * rng.normal(size=(2, 2)), metric_of(rng, 4)
        penalty = (sign * 0.3, sign * 0.1)
        best, _ = found(rewards, zeta, MIXED, penalty=penalty, metric=metric)
        local, _ = found(rewards, zeta, LOCAL, penalty=penalty, metric=metric)
        grid = np.linspace(0, 1, 41)
        dense = max(
            by_hand(np.array([[1 - p, p], [1 - q, q]]), rewards, zeta, metric, penalty) for p in grid for q in grid
        )
        assert best >= local - 1e-12
        assert local >= max(by_hand(np.eye(2)[[a, a]], rewards, zeta, metric, penalty) for a in range(2)) - 1e-12
        worse += dense > best + 1e-6
    assert worse <= 2


def test_prescriptions_that_do_not_look_are_near_a_dense_grid() -> None:
    rng = np.random.default_rng(6)
    worse = 0
    for _ in range(20):
        rewards, zeta, metric = rng.random((3, 2)), 2 * rng.normal(size=(3, 2)), metric_of(rng, 6)
        best, _ = found(rewards, zeta, MIXED, blind=True, penalty=(-0.1, 0.0), metric=metric)
        grid = [np.array([i, j, 40 - i - j]) / 40 for i in range(41) for j in range(41 - i)]
        dense = max(by_hand(np.stack([x, x]), rewards, zeta, metric, (-0.1, 0.0)) for x in grid)
        worse += dense > best + 1e-6
    assert worse <= 1


def test_spread_of_one_action_is_nothing() -> None:
    prescription = np.eye(2)
    metric = np.eye(4)
    assert spread(prescription, np.array([1.0, 0.0]), metric, 2) == 0
    assert spread(prescription, np.array([0.5, 0.5]), metric, 2) == pytest.approx(0.5)
    zeta, response = np.zeros((2, 2)), np.empty(2)
    assert worth(prescription, np.eye(2), zeta, metric, (1.0, 0.0), 2, response) == pytest.approx(1 + math.sqrt(0.5))
