"""Games with Gaussian information beside expectations that are taken over the state and all noises by name."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq_mat
from oracles.gaussian import Gaussian
from oracles.incentive_games import Drawn, gaussian
from oracles.incentives import rational, written

import stackexact as sx
from stackexact.games.lq_incentive import IncentiveGame

NAMES = ("u0", "u", "ubar", "x")
BOTH = pytest.mark.parametrize("reacts", [False, True])


def game(drawn: Drawn, *, reacts: bool) -> IncentiveGame:
    """The game in N."""
    told = {"state": "x", "variance": "X", "noise": "W", "reacts": reacts}
    made = IncentiveGame(*drawn.costs, information=told, assumptions=["N >= 1"])
    return made.at({name: value for name, value in drawn.given.items() if name in made.parameters})


def direct(drawn: Drawn, count: int) -> Gaussian:
    """All followers by name."""
    leader, follower = (written(text, NAMES, drawn.given) for text in drawn.costs)
    return Gaussian(leader, follower, rational(drawn.given["X"]), rational(drawn.given["W"]), count)


def rule(strategies: Any) -> tuple[Fraction, Fraction, Fraction]:
    """A, B and G as a cell tells them."""
    return strategies["u0"]["x"], strategies["u0"].get("ubar", Fraction(0)), strategies["u"]["y"]


def require_numbers(solution: Any, apart: Gaussian, *, reacts: bool) -> None:
    """The optimum beats all linear strategies, and no follower gains by another affine one; uniqueness is that of all
    followers' conditions together."""
    team, cell = solution["team-optimum"].cell, solution["incentive"].cell
    (a, b, g), least = apart.team(reacts=reacts)
    by_state, by_mean, gain = map(rational, rule(team.strategies))
    assert (by_state, by_mean * gain, gain) == (a, b, g)
    assert rational(team.cost) == least
    if cell.gain is None:
        return
    announced = (*rule(team.strategies)[:2], cell.gain["u0"]["u"], rule(team.strategies)[2])
    costs = [apart.deviated(i, announced) for i in range(apart.count)]
    point = fmpq_mat(2 * apart.count, 1, [gain] * apart.count + [0] * apart.count)
    own = [(i, i + apart.count) for i in range(apart.count)]
    convex = all(cost.hessian[j, j] >= 0 for cost, places in zip(costs, own, strict=True) for j in places)
    assert all(cost.slopes(point)[j, 0] == 0 for cost, places in zip(costs, own, strict=True) for j in places)
    assert cell.second_order == cell.exists == convex
    if not cell.exists:
        return
    n = apart.count
    for kind in (0, n):  # gains, then constants
        system = fmpq_mat(n, n, [costs[i].hessian[i + kind, j + kind] for i in range(n) for j in range(n)])
        rank = system.rank()
        alike = sum((system[0, j] for j in range(n)), rational(0)) != 0
        differ = n == 1 or system[0, 0] != system[0, 1]
        assert rank == alike + (n - 1) * differ
        if not alike:
            assert not cell.unique_alike
        if not differ:
            assert not cell.unique_apart
        if kind == n:
            constants = alike, differ
        else:
            gains = alike, differ
    assert (cell.unique_alike, cell.unique_apart) == (gains[0] and constants[0], gains[1] and constants[1])
    assert cell.unique == (cell.unique_alike and cell.unique_apart)


def require_everything(drawn: Drawn, counts: list[int], *, reacts: bool) -> None:
    names = ["team-optimum", "incentive"]
    symbolic = game(drawn, reacts=reacts)
    solution = sx.solve(symbolic, names)
    for count in counts:
        numbers = sx.solve(symbolic.at(N=count), names)
        require_numbers(numbers, direct(drawn, count), reacts=reacts)
        for concept in names:
            assert solution[concept].at(N=count).document() == numbers[concept].cell.document()


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_the_scalar_game(seed: int, reacts: bool) -> None:
    require_everything(gaussian(seed), [1, 2, 4], reacts=reacts)


@BOTH
@pytest.mark.parametrize("seed", range(6))
def test_other_costs(seed: int, reacts: bool) -> None:
    require_everything(gaussian(seed, signs=True), [1, 2, 3], reacts=reacts)


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("seed", range(10, 30))
def test_up_to_six_followers(seed: int, reacts: bool) -> None:
    for signs in (False, True):
        require_everything(gaussian(seed, signs=signs), [1, 2, 3, 4, 5, 6], reacts=reacts)
