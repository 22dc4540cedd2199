"""Best prescriptions beside bisection at 60 digits, brute force over deterministic policies, random policies, SciPy."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath as mp
import pytest
from oracles import quantal as oracle
from quantal_plays import (
    ends,
    finite_and_narrow,
    holds,
    mixtures,
    overlap,
    play,
    policy_of,
    solved,
    spread,
)

SLACK = mp.mpf(10) ** -50


@pytest.mark.parametrize("seed", range(20))
def test_values_and_responses(seed):
    """A hundred decisions each: the optimum, the stated policy and the responses to it are enclosed, and narrowly."""
    random = Random(f"values {seed}")
    for n in range(100):
        weighted, size = random.random() < 0.3, random.choice([1, 6, 60])
        one = play(random, random.randint(1, 4), random.randint(1, 4), weighted=weighted, size=size)
        cell = solved(one, prescription=True)
        assert finite_and_narrow(cell.leader, 19, spread(one))
        low, high = (oracle.number(end) for end in ends(cell.leader))
        # The oracle's function falls, and is 0 at the optimum.
        assert oracle.gain(one, low) >= -SLACK
        assert oracle.gain(one, high) <= SLACK
        if n % 20 == 0:
            assert holds(cell.leader, oracle.best_prescription(one))
        policy = policy_of(cell, one)
        assert all(sum(row) == 1 and min(row) >= 0 for row in policy)
        assert holds(cell.leader, oracle.value(one, policy))
        if not weighted:
            for b, chance in enumerate(oracle.responses(one, policy)):
                assert holds(cell.response[f"b{b + 1}"], chance)
                assert finite_and_narrow(cell.response[f"b{b + 1}"], 19, Fraction(1))


def test_brute_force_over_deterministic_prescriptions():
    """Rational weights: exact answers are the greatest of all deterministic values, others are not below it."""
    random = Random("brute force")
    exact = 0
    for _ in range(500):
        one = play(random, random.randint(1, 3), random.randint(1, 3), weighted=True)
        cell, best = solved(one, prescription=True), oracle.best_exact(one)
        if isinstance(cell.leader, Fraction):
            exact += 1
            assert cell.leader == best
            chosen = [row.index(1) for row in policy_of(cell, one)]
            assert oracle.exact_value(one, chosen) == best
        else:
            assert best <= cell.leader.upper
            assert holds(cell.leader, oracle.best_prescription(one))
    assert 250 < exact < 500


def test_no_random_policy_gets_more():
    """Nor does any that mixes more than two actions."""
    random = Random("policies")
    for _ in range(100):
        one = play(random, random.randint(2, 4), random.randint(1, 3), weighted=random.random() < 0.5)
        cell = solved(one, prescription=True)
        upper = cell.leader if isinstance(cell.leader, Fraction) else cell.leader.upper
        for _ in range(10):
            policy = list(mixtures(random, one.rows, one.columns))
            assert oracle.fraction(oracle.value(one, policy)) <= upper + Fraction(1, 10**50)


@pytest.mark.parametrize("seed", range(8))
def test_a_float_optimiser_finds_the_same(seed):
    """Its best value of many starts lies below the upper end, and the lower end is not below it."""
    random = Random(f"floats {seed}")
    one = play(random, random.randint(2, 4), random.randint(2, 4), weighted=seed % 3 == 0, size=4)
    cell = solved(one, prescription=True)
    best = oracle.float_best(one, prescription=True, starts=25, seed=seed)
    lower, upper = ends(cell.leader)
    assert best <= upper + Fraction(1, 10**9)
    assert lower >= best - 1e-9


def test_prescriptions_are_at_least_as_good_as_commitments():
    random = Random("both")
    better = 0
    for _ in range(60):
        one = play(random, random.randint(1, 3), random.randint(1, 3), weighted=random.random() < 0.5)
        may, may_not = (solved(one, prescription=answer).leader for answer in (True, False))
        assert overlap(may, may_not) or float(may) > float(may_not)
        better += not overlap(may, may_not)
    assert better > 10


def test_digits_that_are_asked_for():
    random = Random("digits")
    for digits in (1, 5, 30, 50, 100):
        one = play(random, 3, 3, size=6)
        cell = solved(one, prescription=True, digits=digits)
        assert finite_and_narrow(cell.leader, digits - 1, spread(one))
        with oracle.mp.workdps(digits + 40):
            reached = oracle.value(one, policy_of(cell, one))
            assert holds(cell.leader, reached, Fraction(1, 10 ** (digits + 30)))
