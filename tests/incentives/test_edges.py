"""Answers at the edges: no noise, several leader actions, concepts that do not fit, claims without their point."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.errors import GameError

OBEDIENT = "u0**2 + u**2 + (u0 + ubar - 3)**2"
WORKED = "u**2 + (u + u0 - 4)**2"


@pytest.mark.parametrize("reacts", [False, True])
def test_open_loop_play_does_not_depend_on_how_the_leader_reacts_on_path(reacts: bool) -> None:
    """u_i = x/3 answers u0 = 7x/3 whether she reacts to the mean or not; without noise that one mean is the state."""
    game = sx.IncentiveGame(
        "2*(-u0-u+2*ubar-2*x)**2 + (-2*u-ubar+x)**2",
        "12*u0**2 + (u0+u-2*ubar-2*x)**2 + (-u0+ubar-2*x)**2 - (u0-x-ubar)**2",
        followers=3,
        information={"state": "x", "variance": 1, "noise": 0, "reacts": reacts},
    )
    solution = sx.solve(game)
    cell = solution["mean-field"].cell
    assert (cell.cost, cell.gap) == (32, 32)
    assert cell.strategies == {"u0": {"x": Fraction(7, 3)}, "u": {"y": Fraction(1, 3)}}
    assert solution.certificate().check()


def test_a_leader_with_several_actions_may_have_another_gain() -> None:
    """The gain of least norm bends the follower's cost the wrong way; (0, 2) does not, so nothing is denied."""
    game = sx.IncentiveGame(
        "(a-1)**2 + (b-1)**2 + (u-1)**2",
        "(u-2)**2 - 15*(a-1)**2 + (a-1) + (b-1) + 10*(b-1)**2",
        followers=1,
        variables={"leader": ["a", "b"]},
    )
    solution = sx.solve(game, ["incentive"])
    assert not solution.complete
    assert not solution["incentive"].cells


def test_what_does_not_fit_is_left_out_unless_it_is_asked_for() -> None:
    """Open-loop play needs a convex follower; the incentive makes its cost convex."""
    game = sx.IncentiveGame(OBEDIENT, "-u**2 + 10*(u0 - 9/10)**2", followers=3)
    solution = sx.solve(game)
    assert solution["incentive"].cell.exists
    assert "mean-field" not in solution
    assert any(note.startswith("mean-field left out: costs.follower: expected a cost") for note in solution.notes)
    with pytest.raises(GameError, match="convex in its own action"):
        sx.solve(game, ["mean-field"])


def test_what_fits_nothing_is_refused() -> None:
    with pytest.raises(GameError, match=r"costs\.leader"):
        sx.solve(sx.IncentiveGame("-u0**2 + u**2", WORKED, followers=3))


@pytest.mark.parametrize("follower", ["a*u**2 + (u0 - 4)**2", "(a*b - 1)*u**2 + (u0 - 4)**2"])
def test_a_point_without_convexity_is_told_exactly(follower: str) -> None:
    """The game is refused at the point that is told, by the same words."""
    names = [name for name in ("a", "b") if name in follower]
    game = sx.IncentiveGame(OBEDIENT, follower, followers=3, assumptions=[f"-1 < {name} < 3" for name in names])
    with pytest.raises(GameError, match=r"^costs\.follower: .* add an assumption$") as refused:
        sx.solve(game, ["mean-field"])
    words, _, told = str(refused.value).removesuffix("; add an assumption").partition(" at ")
    point = dict(one.split(" = ") for one in told.split(", "))
    assert set(point) == set(names)
    with pytest.raises(GameError) as there:
        sx.solve(game.at(point), ["mean-field"])
    assert str(there.value) == f"{words}; change a weight"


@pytest.mark.parametrize(("concept", "key"), [("incentive", "actions"), ("randomised", "team_actions")])
@pytest.mark.parametrize("followers", ["N", 3])
def test_a_claim_needs_the_point_it_is_about(concept: str, key: str, followers: object) -> None:
    made = sx.solve(sx.IncentiveGame(OBEDIENT, WORKED, followers=followers)).certificate().document
    assert check(made)
    less = copy.deepcopy(made)
    for cell in less["claims"][concept]["cells"]:
        del cell[key]
    verdicts = {verdict.concept: verdict.true for verdict in check(less).verdicts}
    assert not verdicts[concept]


def test_cells_do_not_restate_assumptions() -> None:
    game = sx.instance("incentive-weights")
    stated = set(map(str, game.assumptions))
    for cell in sx.solve(game, ["mean-field"])["mean-field"].cells:
        assert not stated & set(cell.when)
