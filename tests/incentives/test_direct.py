"""Answers beside games in which every follower's action is a variable of its own, solved directly."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from oracles.incentives import Direct, entries, fraction, regular, written

import stackexact as sx
from stackexact.games.lq_incentive import IncentiveGame

LEADER = (
    "q*u0**2 + p*(u - s)**2 + m*(u0 + ubar - t)**2",
    "(q + m)*u0**2 + p*u*u - 2*p*s*u + p*s**2 + m*ubar**2 + m*t**2 + 2*m*u0*ubar - 2*m*t*(u0 + ubar)",
    "q*u0*u0 - p*(s - u)*(u - s) + m*(t - u0)**2 + m*ubar*(ubar + 2*(u0 - t))",
)
FOLLOWER = (
    "r*u**2 + k*(u + e*ubar + f*u0 - d)**2",
    "r*u**2 + k*u**2 + k*(e*ubar + f*u0 - d)*(2*u + e*ubar + f*u0 - d)",
    "((r*u)**2 + k*r*(u + e*ubar + f*u0 - d)**2)/r",
)
"""One cost each, written in three ways."""


def some(rng: Random, *, nought: bool = True) -> Fraction:
    """A small number of either sign."""
    while not (value := Fraction(rng.randint(-6, 6), rng.randint(1, 4))) and not nought:
        pass
    return value


def weights(rng: Random) -> dict[str, Fraction]:
    """Weights of the scalar game: positive where they must be, any sign else, no influence never."""
    positive = {name: Fraction(rng.randint(1, 9), rng.randint(1, 4)) for name in "qpmrk"}
    return positive | {name: some(rng) for name in "estd"} | {"f": some(rng, nought=False)}


def pair(seed: int, count: object = "N") -> tuple[dict[str, Fraction], tuple[str, str], IncentiveGame]:
    """Weights, the costs in some way to write them, and the game."""
    rng = Random(seed)
    given = weights(rng)
    costs = rng.choice(LEADER), rng.choice(FOLLOWER)
    made = IncentiveGame(*costs, followers=count, assumptions=["N >= 1"] if count == "N" else [])
    return given, costs, made.at(given)


def direct(costs: tuple[str, str], given: dict[str, Fraction], count: int) -> Direct:
    leader, follower = (written(text, ("u0", "u", "ubar"), given) for text in costs)
    return Direct(leader, follower, count)


def require_team(cell: Any, game: Direct) -> None:
    u0, v, cost = game.team()
    assert (list(cell.actions.values()), cell.cost) == ([*u0, *v], cost)


def require_incentive(cell: Any, game: Direct) -> None:
    """What a cell says of responses is what all followers' first-order conditions say."""
    u0, v, cost = game.team()
    if not cell.exists:
        assert cell.gain is None or not announced_by(cell, game).convex()
        return
    followers = announced_by(cell, game)
    point = followers.everybody(v)
    assert followers.stationary(point)
    assert followers.convex()
    assert fraction(followers.leader(point)) == cost
    assert cell.unique_alike == regular(followers.alike())
    assert cell.unique_apart == regular(followers.apart())
    assert cell.unique == regular(followers.system())
    rows = [list(row.values()) for row in cell.gain.values()]
    assert [list(row.values()) for row in cell.mean_gain.values()] == [[game.count * x for x in row] for row in rows]
    assert cell.energy == game.count * sum(x * x for row in rows for x in row)


def announced_by(cell: Any, game: Direct) -> Any:
    u0, v, _ = game.team()
    return game.announced(u0, v, [list(row.values()) for row in cell.gain.values()])


def require_numbers(seed: int, counts: list[int]) -> None:
    given, costs, game = pair(seed)
    solution = sx.solve(game, ["team-optimum", "incentive"])
    for count in counts:
        apart = direct(costs, given, count)
        numbers = sx.solve(game.at(N=count), ["team-optimum", "incentive"])
        require_team(numbers["team-optimum"].cell, apart)
        require_incentive(numbers["incentive"].cell, apart)
        for concept in numbers:  # the closed form, put in numbers
            assert solution[concept].at(N=count).document() == numbers[concept].cell.document()


@pytest.mark.parametrize("seed", range(12))
def test_all_followers_by_name(seed: int) -> None:
    require_numbers(seed, [1, 2, 3, 5, 8, 13])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_up_to_fifty_followers(seed: int) -> None:
    require_numbers(seed, list(range(1, 51)))
