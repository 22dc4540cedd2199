"""Answers beside games in which every follower's action is a variable of its own, solved directly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq_mat
from oracles.incentive_games import Drawn, aligned, scalars, vectors, worked
from oracles.incentives import Announced, Direct, column, fraction, rational, regular

import stackexact as sx

CONCEPTS = ["team-optimum", "incentive"]


def require_team(cell: Any, game: Direct) -> None:
    """The cell is what minimises the leader's cost over all actions."""
    u0, v, cost = game.team()
    assert (list(cell.actions.values()), cell.cost) == ([*u0, *v], cost)


def require_incentive(cell: Any, game: Direct) -> None:
    """What a cell says of responses is what all followers' first-order conditions say."""
    _, v, cost = game.team()
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
        assert fmpq_mat(2, len(found), [*found, *by_leader]).rank() < 2 or not any(found)


def announced_by(cell: Any, game: Direct) -> Announced:
    u0, v, _ = game.team()
    return game.announced(u0, v, [list(row.values()) for row in cell.gain.values()])


def require_both(drawn: Drawn, counts: list[int]) -> None:
    """The answers in numbers are those of the direct solution, and closed forms those in numbers."""
    game = drawn.game()
    solution = sx.solve(game, CONCEPTS)
    for count in counts:
        apart = drawn.direct(count)
        numbers = sx.solve(game.at(N=count), CONCEPTS)
        require_team(numbers["team-optimum"].cell, apart)
        require_incentive(numbers["incentive"].cell, apart)
        require_least(numbers["incentive"].cell, apart)
        for concept in CONCEPTS:
            assert solution[concept].at(N=count).document() == numbers[concept].cell.document()


@pytest.mark.parametrize("seed", range(12))
def test_all_followers_by_name(seed: int) -> None:
    require_both(scalars(seed), [1, 2, 3, 5, 8, 13])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_up_to_fifty_followers(seed: int) -> None:
    require_both(scalars(seed), list(range(1, 51)))


@pytest.mark.parametrize("seed", range(14))
def test_actions_of_several_dimensions(seed: int) -> None:
    require_both(vectors(seed), [1, 2, 3, 5])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(14, 60))
def test_more_actions_of_several_dimensions(seed: int) -> None:
    require_both(vectors(seed), [1, 2, 4, 9])


@pytest.mark.parametrize("seed", range(8))
def test_aligned_followers(seed: int) -> None:
    """Where nobody who takes the mean as given would leave the team optimum."""
    require_both(aligned(vectors(seed)), [1, 2, 5])


def test_six_followers_of_the_worked_game_respond_with_any_common_action() -> None:
    """And with nothing else: the conditions of all six have rank five."""
    for count in range(2, 12):
        apart = worked().direct(count)
        cell = sx.solve(worked().game(N=count), ["incentive"])["incentive"].cell
        require_incentive(cell, apart)
        followers = announced_by(cell, apart)
        assert followers.system().rank() == count - (count == 6)
        assert cell.unique == (count != 6)
        if count == 6:
            for v in (Fraction(-7, 3), Fraction(0), Fraction(99)):
                assert followers.stationary(followers.everybody([v]))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_responses_that_differ(count: int) -> None:
    """Where r + k S = 0, with S = -r v*/(k R): at R = v* = 1, so d = 1. Then the mean alone is determined."""
    cell = sx.solve(worked(d=1).game(N=count), ["incentive"])["incentive"].cell
    apart = worked(d=1).direct(count)
    require_incentive(cell, apart)
    assert (cell.unique, cell.unique_alike, cell.unique_apart) == (False, True, False)
    assert announced_by(cell, apart).system().rank() == 1


def test_a_single_follower_differs_from_nobody() -> None:
    """The closed form says so too where any more followers have other responses with the same mean."""
    result = sx.solve(worked(d=1).game(), ["incentive"])["incentive"]
    for count in (1, 2, 3):
        assert result.at(N=count).unique_apart == (count == 1)
        require_incentive(result.at(N=count), worked(d=1).direct(count))
