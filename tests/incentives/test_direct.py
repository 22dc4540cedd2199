"""Answers beside games in which every follower's action is a variable of its own, solved directly."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import fmpq_mat
from oracles.incentives import Direct, column, fraction, rational, regular, written

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


def test_six_followers_of_the_worked_game_respond_with_any_common_action() -> None:
    """And with nothing else: the conditions of all six have rank five."""
    given = {name: Fraction(value) for name, value in zip("qpmrkfestd", (1, 1, 1, 1, 1, 1, 0, 0, 3, 4), strict=True)}
    game = IncentiveGame(LEADER[0], FOLLOWER[0]).at(given)
    for count in range(2, 12):
        apart = direct((LEADER[0], FOLLOWER[0]), given, count)
        cell = sx.solve(game.at(N=count), ["incentive"])["incentive"].cell
        require_incentive(cell, apart)
        followers = announced_by(cell, apart)
        assert followers.system().rank() == count - (count == 6)
        assert cell.unique == (count != 6)
        if count == 6:
            for v in (Fraction(-7, 3), Fraction(0), Fraction(99)):
                assert followers.stationary(followers.everybody([v]))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_responses_that_differ(count: int) -> None:
    """Where r + k S = 0, with S = -r v*/(k R): R = v*, so that d = f u0* = 1 here. Then the mean alone is determined."""
    given = {name: Fraction(value) for name, value in zip("qpmrkfestd", (1, 1, 1, 1, 1, 1, 0, 0, 3, 1), strict=True)}
    cell = sx.solve(IncentiveGame(LEADER[0], FOLLOWER[0]).at(given, N=count), ["incentive"])["incentive"].cell
    apart = direct((LEADER[0], FOLLOWER[0]), given, count)
    require_incentive(cell, apart)
    assert (cell.unique, cell.unique_alike, cell.unique_apart) == (False, True, False)
    assert announced_by(cell, apart).system().rank() == 1


def vectors(seed: int) -> tuple[tuple[str, str], dict[str, list[str]], dict[str, Fraction]]:
    """Costs in actions of several dimensions, as sums of squares; some do not move with the leader."""
    rng = Random(seed)
    sizes = rng.randint(1, 3), rng.randint(1, 3)
    names = {
        "leader": [f"u0_{c}" for c in range(sizes[0])],
        "follower": [f"u_{c}" for c in range(sizes[1])],
        "mean": [f"ubar_{c}" for c in range(sizes[1])],
    }
    everything = [*names["leader"], *names["follower"], *names["mean"]]
    given = {f"weight{i}": Fraction(rng.randint(1, 5), rng.randint(1, 3)) for i in range(4)}

    def squares(of: list[str], count: int) -> str:
        made = []
        for _ in range(count):
            linear = " + ".join(f"{rng.randint(-3, 3)}*{name}" for name in of)
            made.append(f"{rng.choice(list(given))}*({linear} - {rng.randint(-4, 4)})**2")
        return " + ".join(made)

    strictly = " + ".join(f"weight0*{name}**2" for name in (*names["leader"], *names["follower"]))
    leader = f"{strictly} + {squares(everything, 2)}"
    follower = squares(everything, rng.randint(1, 2 * sizes[1]))
    if seed % 7 == 0:  # nobody is moved
        follower = squares([*names["follower"], *names["mean"]], sizes[1])
    return (leader, follower), names, given


def require_vectors(seed: int, counts: list[int]) -> None:
    costs, names, given = vectors(seed)
    used = {name: value for name, value in given.items() if any(name in cost for cost in costs)}
    symbolic = IncentiveGame(*costs, variables=names, assumptions=["N >= 1"]).at(used)
    everything = [*names["leader"], *names["follower"], *names["mean"]]
    leader, follower = (written(text, everything, given) for text in costs)
    solution = sx.solve(symbolic, ["team-optimum", "incentive"])
    for count in counts:
        apart = Direct(leader, follower, count, sizes=(len(names["leader"]), 0, len(names["follower"])))
        numbers = sx.solve(symbolic.at(N=count), ["team-optimum", "incentive"])
        require_team(numbers["team-optimum"].cell, apart)
        require_incentive(numbers["incentive"].cell, apart)
        require_least(numbers["incentive"].cell, apart)
        for concept in numbers:
            assert solution[concept].at(N=count).document() == numbers[concept].cell.document()


def require_least(cell: Any, game: Direct) -> None:
    """Where no gain is told there is none; one that is told is the shortest: its columns are multiples of the slope by
    u0, to which all other solutions differ at right angles."""
    u0, v, _ = game.team()
    point = column([*u0, *(v * game.count)])
    slopes = game.follower.slopes(game.seen_by(0) * point)
    by_leader = [slopes[i, 0] for i in range(game.sizes[0])]
    if cell.gain is None:
        assert not any(by_leader)
        # Without the leader's help the point is not a response.
        own = game.paid_by(0).slopes(point)
        assert any(own[place, 0] != 0 for place in game.places(0))
        return
    for name in next(iter(cell.gain.values())):
        found = [rational(row[name]) for row in cell.gain.values()]
        whole = [*found, *by_leader]
        assert fmpq_mat(2, len(found), whole).rank() < 2 or not any(found)


@pytest.mark.parametrize("seed", range(14))
def test_actions_of_several_dimensions(seed: int) -> None:
    require_vectors(seed, [1, 2, 3, 5])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(14, 60))
def test_more_actions_of_several_dimensions(seed: int) -> None:
    require_vectors(seed, [1, 2, 4, 9])


def test_a_single_follower_differs_from_nobody() -> None:
    """The closed form says so too where any more followers have other responses with the same mean."""
    given = {name: Fraction(value) for name, value in zip("qpmrkfestd", (1, 1, 1, 1, 1, 1, 0, 0, 3, 1), strict=True)}
    result = sx.solve(IncentiveGame(LEADER[0], FOLLOWER[0], assumptions=["N >= 1"]).at(given), ["incentive"])
    for count in (1, 2, 3):
        assert result["incentive"].at(N=count).unique_apart == (count == 1)
        require_incentive(result["incentive"].at(N=count), direct((LEADER[0], FOLLOWER[0]), given, count))
