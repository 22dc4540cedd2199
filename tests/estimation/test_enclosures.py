"""Enclosures hold what mpmath finds with 80 digits by other code, in drawn cases."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from oracles.quantal_responses import Group, log_likelihood, maximiser, number, probabilities
from scipy.optimize import minimize

import stackexact as sx


@pytest.fixture(autouse=True)
def digits() -> object:
    with mp.workdps(80):
        yield


def holds(enclosure: object, value: mp.mpf) -> bool:
    slack = mp.mpf(10) ** -60 * (1 + abs(value))
    return number(enclosure.lower) - slack <= value <= number(enclosure.upper) + slack


def drawn(seed: int) -> tuple[list[Group], Fraction]:
    """A few choices with few features, counts of all sizes, and eta."""
    draw = random.Random(seed)
    size = draw.randint(1, 3)
    most = draw.choice([3, 30, 10**6, 10**12])
    groups = []
    for _ in range(draw.randint(1, 5)):
        actions = draw.randint(2, 4)
        features = [
            [Fraction(draw.randint(-6, 6), draw.choice([1, 1, 2, 5])) for _ in range(size)] for _ in range(actions)
        ]
        groups.append((features, [draw.choice([0, draw.randint(1, most)]) for _ in range(actions)]))
    return groups, Fraction(draw.choice([1, 1, 3]), draw.choice([1, 4]))


def observations(groups: list[Group]) -> list[tuple[object, int, int]]:
    return [(features, b, n) for features, counts in groups for b, n in enumerate(counts) if n]


def cases(seeds: range) -> list[tuple[list[Group], Fraction, sx.Estimate]]:
    """Drawn cases that have one maximiser."""
    made = []
    for seed in seeds:
        groups, eta = drawn(seed)
        groups = [group for group in groups if sum(group[1])]
        if groups:
            found = sx.estimate(observations(groups), eta=eta, digits=40)
            if found.exists and found.identified:
                made.append((groups, eta, found))
    return made


@pytest.mark.parametrize("start", range(0, 240, 40))
def test_parameters_probabilities_and_likelihood(start: int) -> None:
    found = cases(range(start, start + 40))
    assert len(found) > 8
    for groups, eta, one in found:
        theta = maximiser(groups, eta)
        for enclosure, value in zip(one.theta, theta, strict=True):
            assert holds(enclosure, value)
            assert enclosure.width <= Fraction(1, 10**39) * max(abs(enclosure.lower), Fraction(1, 10**20))
        assert holds(one.log_likelihood, log_likelihood(groups, theta, eta))
        merged = {
            tuple(map(tuple, choice.features)): row for choice, row in zip(one.model.choices, one.fitted, strict=True)
        }
        for features, _ in groups:
            row = merged[tuple(map(tuple, features))]
            chances = probabilities(features, theta, eta)
            assert all(holds(a, b) for a, b in zip(row, chances, strict=True))


def test_information_is_the_second_difference_of_the_likelihood() -> None:
    """Central second differences of mpmath's log-likelihood, and the inverse of their matrix."""
    step = mp.mpf(10) ** -25
    for groups, eta, one in cases(range(300, 340)):
        theta = [number(enclosure.middle) for enclosure in one.theta]
        size = len(theta)
        curve = mp.matrix(size, size)
        for i in range(size):
            for j in range(size):
                corners = [
                    log_likelihood(groups, [t + step * (a * (k == i) + b * (k == j)) for k, t in enumerate(theta)], eta)
                    for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
                ]
                curve[i, j] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
        inverse = curve**-1
        for i in range(size):
            assert mp.almosteq(number(one.standard_errors[i].middle) ** 2, inverse[i, i], rel_eps=mp.mpf(10) ** -12)
            for j in range(size):
                unit = mp.sqrt(curve[i, i] * curve[j, j])
                assert abs(number(one.information[i][j].middle) - curve[i, j]) < mp.mpf(10) ** -15 * unit
                unit = mp.sqrt(inverse[i, i] * inverse[j, j])
                assert abs(number(one.covariance[i][j].middle) - inverse[i, j]) < mp.mpf(10) ** -12 * unit


def test_scipy_finds_nothing_better() -> None:
    """A quasi-Newton method in floats ends near the estimate and never above its likelihood."""
    for groups, eta, one in cases(range(400, 420)):

        def loss(theta: np.ndarray, groups: list[Group] = groups, eta: Fraction = eta) -> float:
            return -float(log_likelihood(groups, [mp.mpf(float(t)) for t in theta], eta))

        scale = sum(sum(counts) for _, counts in groups)
        with mp.workdps(30):
            ended = minimize(lambda t, f=loss, s=scale: f(t) / s, np.zeros(len(one.theta)), method="BFGS")
        assert -ended.fun * scale <= float(one.log_likelihood.upper) + 1e-6 * scale
        assert ended.x == pytest.approx([float(enclosure) for enclosure in one.theta], abs=2e-3, rel=2e-2)


def test_thirty_digits_are_asked_for_and_a_thousand_given() -> None:
    data = [([[0], [1]], 0), ([[0], [2]], 1)]
    few, many = sx.estimate(data), sx.estimate(data, digits=1000)
    assert many.theta[0] in few.theta[0]
    assert many.theta[0].width < Fraction(1, 10**1000)
    assert len(few.theta[0].decimal) >= 32


def test_boxes_where_floats_overflow() -> None:
    """Features of 10**400, and odds of 10**300 to one, are no obstacle."""
    data = [([[0, 0], ["1e400", 0], [0, 1], [1, 1]], 1, 3), ([[0, 0], [1, 2]], 1), ([[0, 0], [3, "2e-300"]], 0)]
    found = sx.estimate(data, digits=10)
    assert found.exists
    rare = sx.estimate([([[0], [1]], 0, 10**300), ([[0], [2]], 1, 3), ([[0], [2]], 0, 1)], digits=10)
    assert rare.exists
    chance = rare.fitted[0][1]
    assert 0 < chance.lower <= chance.upper < Fraction(1, 10**299)
