"""Existence and identifiability: beside brute force in the plane and linear programs of SciPy, with their witnesses."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import mpmath as mp
import pytest
import sympy
from oracles.quantal_responses import Group, differences, log_likelihood, number, probabilities, separated_in_the_plane
from scipy.optimize import linprog

import stackexact as sx
from stackexact.errors import Unproved


def drawn(seed: int, size: int, choices: int = 4) -> list[Group]:
    draw = random.Random(seed)
    groups = []
    for _ in range(draw.randint(1, choices)):
        actions = draw.randint(1, 4)
        features = [[Fraction(draw.randint(-2, 2)) for _ in range(size)] for _ in range(actions)]
        counts = [draw.choice([0, 0, 1, 4]) for _ in range(actions)]
        counts[draw.randrange(actions)] += 1
        groups.append((features, counts))
    return groups


def estimated(groups: list[Group], **more: object) -> sx.Estimate:
    data = [(features, b, n) for features, counts in groups for b, n in enumerate(counts) if n]
    return sx.estimate(data, digits=12, **more)


@pytest.mark.parametrize("size", [1, 2])
def test_brute_force_in_the_plane(size: int) -> None:
    verdicts = []
    for seed in range(150):
        groups = drawn(seed, size)
        verdicts.append(estimated(groups).exists)
        assert verdicts[-1] != separated_in_the_plane(groups), groups
    assert 15 < sum(verdicts) < 135


def test_linear_programs_of_scipy() -> None:
    """The greatest sum of gains within the unit cube is 0 iff no direction separates (small integers: floats
    decide)."""
    verdicts = []
    for seed in range(100):
        groups = drawn(seed, 4, 7)
        rows = [[float(x) for x in row] for row in differences(groups)]
        if rows:
            summed = [sum(column) for column in zip(*rows, strict=True)]
            away = [[-x for x in row] for row in rows]
            best = linprog([-x for x in summed], A_ub=away, b_ub=[0] * len(rows), bounds=[(-1, 1)] * 4)
            verdicts.append(best.fun > -1e-7)
            assert estimated(groups).exists == verdicts[-1]
    assert 10 < sum(verdicts) < 95


def test_the_likelihood_rises_along_the_witness_to_its_limit() -> None:
    seen = 0
    for seed in range(60):
        groups = drawn(seed, 3)
        found = estimated(groups)
        if found.exists:
            assert found.separation.direction == ()
            continue
        seen += 1
        with mp.workdps(60):
            along = [log_likelihood(groups, [number(t * x) for x in found.separation.direction]) for t in (0, 1, 5, 25)]
            assert all(a < b for a, b in zip(along, along[1:], strict=False))
            assert along[-1] <= number(found.log_likelihood.upper) + mp.mpf(10) ** -50
    assert seen > 10


def test_limits_are_approached() -> None:
    """Two chosen actions and one that vanishes: the limit is the estimate of what remains, met far along the
    direction."""
    groups = [([[Fraction(0), Fraction(0)], [Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], [3, 2, 0])]
    found = estimated(groups)
    assert found.separation.vanishing == ((0, 2),)
    assert not found.separation.complete
    assert [one.lower for one in found.fitted[0]] == [Fraction(3, 5), Fraction(2, 5), 0]
    with mp.workdps(40):
        far = [mp.log(mp.mpf(2) / 3) + 200 * number(x) * k for k, x in enumerate(found.separation.direction)]
        far[1] += 200 * number(found.separation.direction[1])
        there = probabilities(groups[0][0], far)
        assert all(abs(a - number(b.lower)) < mp.mpf(10) ** -30 for a, b in zip(there, found.fitted[0], strict=True))


def test_identified_directions_are_the_rank_of_differences() -> None:
    """By SymPy's ranks; free directions change no probability."""
    for seed in range(60):
        groups = drawn(seed, 4, 2)
        found = estimated(groups)
        rank = sympy.Matrix(
            [
                [sympy.Rational(x.numerator, x.denominator) for x in row]
                for row in differences(groups) or [(Fraction(0),) * 4]
            ]
        ).rank()
        assert len(found.free) == 4 - rank
        for direction in found.free:
            for features, _ in groups:
                moved = {sum(x * d for x, d in zip(row, direction, strict=True)) for row in features}
                assert len(moved) == 1
        assert sympy.Matrix([list(map(int, one)) for one in found.free] or [[0] * 4]).rank() == len(found.free)


def test_single_coordinates_may_be_identified() -> None:
    """The third feature never differs: its weight is free, the others are told, and a constraint tells it too."""
    data = [
        ([[1, 0, 5], [0, 1, 5]], 0, 2),
        ([[1, 0, 5], [0, 1, 5]], 1, 1),
        ([[1, 1, 0], [0, 0, 0]], 0),
        ([[1, 1, 0], [0, 0, 0]], 1),
    ]
    found = sx.estimate(data)
    assert found.exists
    assert not found.identified
    assert [one is None for one in found.theta] == [False, False, True]
    assert found.free == ((0, 0, 1),)
    assert found.covariance is None
    assert found.standard_errors[0] is not None
    fixed = sx.estimate(data, constraints=[("theta3", "7/2")])
    assert fixed.identified
    assert fixed.theta[2].lower == fixed.theta[2].upper == Fraction(7, 2)
    assert fixed.theta[:2] == found.theta[:2]


def test_constraints_can_make_an_estimate_exist() -> None:
    """Separation along the first feature alone is no direction once its weight is given."""
    data = [([[1, 0], [0, 0]], 0), ([[0, 1], [0, 0]], 0), ([[0, 1], [0, 0]], 1)]
    assert not sx.estimate(data).exists
    assert sx.estimate(data, constraints=[("theta1", 2)]).exists


def test_lies_are_refused() -> None:
    """Every part of a proof is needed: changed, it is refused."""
    found = sx.estimate([([[0], [1]], 0, 3), ([[0], [2]], 1, 2), ([[0], [2]], 0)], digits=10)
    fit, box = found.proof.fit, found.proof.fit.box
    away = Fraction(1, 10**5)
    moved = replace(box, lower=(box.lower[0] + away,), upper=(box.upper[0] + away,))
    lies = [
        replace(found, proof=replace(found.proof, fit=replace(fit, box=moved))),
        replace(found, theta=(replace(found.theta[0], upper=found.theta[0].lower),)),
        replace(found, log_likelihood=replace(found.log_likelihood, lower=Fraction(-1), upper=Fraction(0))),
        replace(found, fitted=(found.fitted[1], found.fitted[0])),
        replace(found, information=found.covariance),
        replace(found, covariance=found.information),
        replace(found, standard_errors=found.theta),
        replace(found, theta=(None,)),
    ]
    gone = sx.estimate([2, 1, 0])
    split = gone.separation
    lies += [
        replace(
            gone, proof=replace(gone.proof, separation=replace(split, direction=tuple(-x for x in split.direction)))
        ),
        replace(gone, proof=replace(gone.proof, separation=replace(split, vanishing=()))),
        replace(gone, theta=tuple(gone.fitted[0])),
        replace(gone, fitted=(tuple(reversed(gone.fitted[0])),)),
    ]
    kept = sx.estimate([([[0], [1]], 0), ([[0], [2]], 1)], digits=10)
    balances = kept.separation.balances
    assert balances
    for lie in (balances[1:], (replace(balances[0], weight=balances[0].weight + 1), *balances[1:]), ()):
        lies.append(replace(kept, proof=replace(kept.proof, separation=replace(kept.separation, balances=lie))))
    free = sx.estimate([3, 1], constraints=[])
    lies.append(replace(free, proof=replace(free.proof, space=replace(free.proof.space, free=()))))
    for honest in (found, gone, kept, free):
        honest.verify()
    for lie in lies:
        with pytest.raises(Unproved):
            lie.verify()
