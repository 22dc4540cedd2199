"""Degenerate games: every concept answers, or says in one line why it does not; and its certificate holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from oracles.incentive_games import Drawn, worked

import stackexact as sx
from stackexact.errors import GameError
from stackexact.games.lq_incentive import IncentiveGame

PLANE = {"leader": ["a", "b"], "follower": ["u", "v"], "mean": ["ubar", "vbar"]}
CONVEX = "u0**2 + u**2 + (u0 + ubar - 3)**2"
CONCEPTS = ["team-optimum", "incentive", "mean-field", "randomised"]


def answered(game: IncentiveGame) -> dict[str, Any]:
    """The cells of all concepts of a game, whose certificate was checked."""
    solution = sx.solve(game)
    assert solution.certificate().check()
    return {concept: solution[concept].cell for concept in solution}


@pytest.mark.parametrize("followers", [1, 2, 7])
def test_vectors_that_the_leader_does_not_move(followers: int) -> None:
    """f = 0: no gain, though the point is not a response; and none is needed where it is."""
    leader = "a**2 + b**2 + u**2 + v**2 + (a + ubar - 2)**2"
    for target, aligned in ((5, False), (Fraction(2, 3), True)):  # the team wants u = a = 2/3
        cost = "(u - t)**2 + v**2".replace("t", f"({target})")
        cells = answered(IncentiveGame(leader, cost, followers=followers, variables=PLANE))
        assert list(cells["team-optimum"].actions.values()) == [Fraction(2, 3), 0, Fraction(2, 3), 0]
        assert cells["incentive"].exists == aligned
        assert cells["mean-field"].finite_energy == aligned
        assert cells["randomised"].exists == aligned
        if aligned:
            assert all(value == 0 for row in cells["incentive"].gain.values() for value in row.values())
            assert cells["incentive"].unique


@pytest.mark.parametrize("followers", [1, 2, 7])
def test_followers_who_pay_nothing(followers: int) -> None:
    """Every action is a response: the point is, with no gain, and it is one of many."""
    for costs in ((CONVEX, "0"), (CONVEX, "17/3")):
        cells = answered(IncentiveGame(*costs, followers=followers))
        cell = cells["incentive"]
        assert (cell.exists, cell.unique, cell.unique_alike) == (True, False, False)
        assert cell.unique_apart == (followers == 1)
        assert cell.gain["u0"]["u"] == 0
        assert cells["mean-field"].cost is None  # nothing that she does determines what they do
        assert not cells["randomised"].exists  # whose followers must be strictly convex


@pytest.mark.parametrize("followers", [1, 2, 7])
def test_followers_who_mind_only_others(followers: int) -> None:
    """A cost of u0 and the mean, or of u0 alone: a follower counts by its share, or by what the leader makes of it."""
    by_mean = Drawn((CONVEX, "(ubar - 2)**2"), {})
    cells = answered(by_mean.game(followers=followers))
    assert not cells["incentive"].exists  # she moves nobody, and they want a mean of 2, not of 1
    by_leader = answered(IncentiveGame(CONVEX, "(u0 - 2)**2", followers=followers))["incentive"]
    # Any gain but 0 would do harm: they are content where u0 does not move.
    assert by_leader.exists
    assert by_leader.gain["u0"]["u"] == 0


def test_zero_hessians() -> None:
    """A leader whose cost is 0, linear or flat somewhere is refused by name; followers may pay linear costs."""
    for leader in ("0", "u0", "u0 + u", "u0**2 + u", "(u0 + u)**2", "u0**2"):
        with pytest.raises(GameError, match=r"^costs.leader: expected a cost that is strictly convex in .*, found one"):
            sx.solve(IncentiveGame(leader, "u**2", followers=3))
    cells = answered(IncentiveGame(CONVEX, "u + u0", followers=3))
    assert cells["incentive"].gain["u0"]["u"] == -1  # then u0 + u does not change
    assert (cells["incentive"].second_order, cells["incentive"].unique) == (True, False)
    assert cells["mean-field"].cost is None
    with pytest.raises(GameError, match=r"^costs.leader: expected a cost that is strictly convex"):
        sx.solve(IncentiveGame("(a + b)**2 + u**2 + v**2", "u**2", followers=3, variables=PLANE), ["team-optimum"])


@pytest.mark.parametrize("followers", [1, 2, 7])
def test_everybody_pays_by_the_same_expression(followers: int) -> None:
    """At the optimum she moves nobody, u0 being her best; so a single follower is content, and more are not: each
    bears all of its own share of her cost, and a part of what it does to the mean."""
    cells = answered(Drawn((CONVEX, CONVEX), {}).game(followers=followers))
    assert dict(cells["team-optimum"].actions) == {"u0": 1, "u": 1}
    assert cells["incentive"].exists == (followers == 1)


@pytest.mark.parametrize("reacts", [False, True])
@pytest.mark.parametrize("followers", [1, 3])
@pytest.mark.parametrize("noise", [0, Fraction(1, 3), 10**9])
def test_gaussian_corners(reacts: bool, followers: int, noise: object) -> None:
    """One follower, no noise, almost nothing but noise: u0 moves along with a follower who is seen to deviate."""
    told = {"state": "x", "variance": 2, "noise": noise, "reacts": reacts}
    costs = "u0**2 + (u - x)**2 + (u0 + ubar - x)**2", "u**2 + (u + u0 - x)**2"
    cells = answered(IncentiveGame(*costs, followers=followers, information=told))
    gain = cells["team-optimum"].strategies["u"]["y"]
    assert 0 < gain <= 1
    if noise == 0:  # everybody sees the state: u0 = (1 − g)/2 x and g = x's share, as without noise
        assert gain == 1
        assert cells["team-optimum"].cost == 0
    incentive = cells["incentive"]
    if incentive.gain is None:
        assert not incentive.exists
    else:
        assert incentive.mean_gain["u0"]["u"] == followers * incentive.gain["u0"]["u"]


def test_gaussian_leader_who_is_not_convex() -> None:
    told = {"state": "x", "variance": 1, "noise": 1, "reacts": True}
    for leader in ("(u0 + u)**2", "(u - x)**2", "-u0**2 + (u - x)**2", "u0**2 - (u - x)**2"):
        with pytest.raises(GameError, match=r"^costs.leader: expected .*convex"):
            sx.solve(IncentiveGame(leader, "u**2", followers=3, information=told))


def test_numbers_of_a_thousand_digits() -> None:
    """Weights scaled by one long number leave actions and gains as they are, and costs scaled."""
    huge = Fraction(10**1000 + 453, 7 * 10**999 + 1)
    plain = worked()
    scaled = {name: value * (huge if name in "qpmrk" else 1) for name, value in plain.given.items()}
    drawn = Drawn(plain.costs, scaled)
    before, after = (sx.solve(one.game(N=10**30 + 57), CONCEPTS) for one in (plain, drawn))
    assert after["team-optimum"].cell.actions == before["team-optimum"].cell.actions
    assert after["incentive"].cell == before["incentive"].cell
    assert after["incentive"].cell.mean_gain["u0"]["u"] == -Fraction(10**30 + 57, 2)
    assert after["team-optimum"].cell.cost == huge * before["team-optimum"].cell.cost
    assert after["mean-field"].cell.gap == huge * before["mean-field"].cell.gap
    shifted = Drawn(plain.costs, plain.given | {"t": huge, "d": -huge})
    cell = sx.solve(shifted.game(N=3), ["incentive"])["incentive"].cell
    u0, v, _ = shifted.direct(3).team()
    followers = shifted.direct(3).announced(u0, v, [[cell.gain["u0"]["u"]]])
    assert followers.stationary(followers.everybody(v))
    assert after.certificate().check()


def test_a_symbolic_game_with_nothing_to_decide() -> None:
    """The same degenerate games in N."""
    for follower in ("0", "(ubar - 2)**2", "(u0 - 2)**2", "u + u0", CONVEX):
        game = IncentiveGame(CONVEX, follower)
        solution = sx.solve(game)
        for concept in solution:
            for count in (1, 2, 9):
                numbers = sx.solve(game.at(N=count), [concept])[concept].cell
                assert solution[concept].at(N=count).document() == numbers.document()
