"""Answers that are functions of a parameter: accepted exactly if they are right at every point of the domain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import share

import stackexact as sx
from stackexact.errors import LimitReached, UsageError
from stackexact.testing import (
    assert_alignment,
    assert_pure_stackelberg,
    assert_regret,
    assert_strong_stackelberg,
    assert_tolerant_benchmarks,
)
from stackexact.testing.closed_forms import Domain, formulas
from stackexact.testing.strategies import parametric_games
from stackexact.testing.targets import solved

GAME = sx.instance("misaligned-b")
JUMP = sx.instance("boundary-jump")

points = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50)


def refusal(check: Any, *given: Any, **named: Any) -> str:
    """Why a claim is refused; empty if it is accepted."""
    try:
        check(*given, **named)
    except AssertionError as error:
        return str(error)
    return ""


def test_a_commitment_as_a_function() -> None:
    """The closed form passes, with its response and without; others are refused where they are wrong."""
    cell = sx.solve(GAME, ["mixed-strong"])["mixed-strong"].cell
    answer = {"commitment": cell.commitment, "response": cell.response}
    values = {"value": cell.leader, "follower_value": cell.follower}
    assert refusal(assert_strong_stackelberg, GAME, **answer, **values) == ""
    assert refusal(assert_strong_stackelberg, GAME, commitment=cell.commitment) == ""
    assert refusal(assert_strong_stackelberg, GAME, **{**answer, "response": [1, 0]}) == ""
    message = refusal(assert_strong_stackelberg, GAME, commitment="a1")
    assert "the leader earns less than the exact target with the follower's best response: on the domain" in message
    message = refusal(assert_strong_stackelberg, GAME, commitment="a1", response="b1")
    assert "the response b1 is not a best response to a1: b2 earns the follower delta more on the domain" in message
    assert "exact target: leader (25*delta + 6)/(50*delta + 10), follower (4*delta)/(5*delta + 1)" in message
    message = refusal(assert_strong_stackelberg, GAME, **answer, value="3/5")
    assert "the leader's value was stated as 3/5 = 0.6, it is (25*delta + 6)/(50*delta + 10)" in message
    assert "more than the exact target on the domain" in message


def test_a_tolerance_leaves_the_places_where_it_is_exceeded() -> None:
    """Within the tolerance a claim is right; the message names where it is not."""
    answer = {"commitment": "a1", "response": "b1"}
    message = refusal(assert_strong_stackelberg, GAME, **answer, tol="1/1000")
    assert "b2 earns the follower delta more when delta > 1/1000" in message
    assert refusal(assert_strong_stackelberg, GAME, **answer, tol=1) == ""


def test_weights_are_a_distribution_on_the_domain() -> None:
    """They sum to 1 everywhere, and none is negative anywhere."""
    message = refusal(assert_strong_stackelberg, GAME, commitment={"a1": "delta", "a2": "1 - 2*delta"})
    assert "its weights sum to -delta + 1, not to 1 on the domain" in message
    message = refusal(assert_strong_stackelberg, GAME, commitment={"a1": "1/40 - delta", "a2": "39/40 + delta"})
    assert "the weight of a1 is -delta + 1/40, negative when delta > 1/40" in message
    assert "the weight of a2" not in message
    message = refusal(assert_strong_stackelberg, GAME, commitment="a1", response={"b1": "2 - delta", "b2": "delta - 1"})
    assert "the response is no distribution: the weight of b2 is delta - 1, negative on the domain" in message


def test_points_where_values_jump() -> None:
    """A single point at which a claim is wrong is found."""
    assert refusal(assert_pure_stackelberg, JUMP, action="a1") == ""
    message = refusal(assert_pure_stackelberg, JUMP, action="a1", response="b1")
    assert "the leader earns 1: less than the exact target when t <= 0" in message
    assert "leader 5, follower 0 when t == 0" in message
    assert "less than the exact target when t == 0" in refusal(
        assert_pure_stackelberg, JUMP.assuming("t >= 0"), action="a1", response="b1"
    )
    assert refusal(assert_pure_stackelberg, JUMP.assuming("t > 0"), action="a1", response="b1") == ""


def test_benchmarks_and_constants_as_functions() -> None:
    """Formulas are compared as functions; differences are functions too."""
    assert refusal(assert_tolerant_benchmarks, GAME, leader="1/2", follower="3*delta") == ""
    message = refusal(assert_tolerant_benchmarks, GAME, leader="1/2 + delta**2", follower="3*delta")
    assert (
        "the leader's benchmark was stated as delta**2 + 1/2: delta**2 more than the exact target on the domain"
        in message
    )
    assert refusal(assert_tolerant_benchmarks, GAME, leader="1/2 + delta**2", tol="1/400") == ""
    message = refusal(assert_tolerant_benchmarks, GAME, leader="1/2 + delta**2", tol="1/1600")
    assert "when delta > 1/40" in message
    assert refusal(assert_alignment, GAME, constant="2/(5*delta)") == ""
    assert "it is finite on the domain" in refusal(assert_alignment, GAME, constant="oo")
    infinite = sx.Game([[0, 0]], [["t", 1]], assumptions=["t <= 1"])
    assert refusal(assert_alignment, infinite.assuming("t < 1"), constant="oo") == ""
    message = refusal(assert_alignment, infinite, constant="oo")
    assert "it is finite when t == 1" in message
    assert "less than the exact target when t < 1" in refusal(assert_alignment, infinite, constant=0)


def test_regrets_as_functions() -> None:
    """α T - Σ counts u, as a function of the parameter."""
    played = {("a1", "b1"): 10, ("a2", "b2"): 4}
    assert refusal(assert_regret, GAME, played, leader="-3/5", follower="34/5 - 10*delta") == ""
    message = refusal(assert_regret, GAME, played, follower="34/5")
    assert "the follower's regret was stated as 34/5 = 6.8" in message
    assert "14 times the benchmark minus 10*delta + 8/5 for the follower; benchmarks: follower 3/5 = 0.6" in message
    named = {"benchmark": "tolerant"}
    assert refusal(assert_regret, GAME, played, follower="32*delta - 8/5", **named) == ""
    assert refusal(assert_regret, GAME, {}, follower=0, leader=0) == ""
    assert "more than the exact target" in refusal(assert_regret, GAME, {}, follower="delta")
    assert refusal(assert_regret, GAME, played, follower="34/5", tol="1/2") == ""


@share(40)
@given(parametric_games(3, 3, kinds=["affine", "quadratic"]), st.data())
def test_closed_forms_pass_and_others_fail(game: sx.Game, data: st.DataObject) -> None:
    """The library's own closed form, where it is one formula; and with something added that is nowhere 0."""
    result = sx.solve(game, ["mixed-strong"])["mixed-strong"]
    chosen = data.draw(st.sampled_from(result.cells))
    answer = {"commitment": chosen.commitment, "response": chosen.response}
    try:
        message = refusal(assert_strong_stackelberg, game, **answer)
    except UsageError:  # the weights have a pole elsewhere on the domain
        return
    if len(result.cells) == 1:
        assert message == ""
        assert refusal(assert_strong_stackelberg, game, **answer, value=chosen.leader) == ""
        more = data.draw(st.sampled_from([Fraction(1, 10**20), sx.parse("delta**2 + 1")]))
        assert refusal(assert_strong_stackelberg, game, **answer, value=chosen.leader + more) != ""
    elif not message:
        at = {"delta": data.draw(points)}
        answer["commitment"] = {
            label: weight.at(at) if isinstance(weight, sx.Expression) else weight
            for label, weight in chosen.commitment.items()
        }
        assert refusal(assert_strong_stackelberg, game.at(at), **answer) == ""


@share(40)
@given(parametric_games(2, 2, tolerance=["1/3", "delta"]), points, st.integers(-2, 2))
def test_what_holds_on_the_domain_holds_at_its_points(game: sx.Game, point: Fraction, slope: int) -> None:
    """Claims about benchmarks: a formula that is accepted is right at each point."""
    claim = sx.parse(f"{slope}*delta")
    named = {"leader": claim, "tol": "1/2"}
    if refusal(assert_tolerant_benchmarks, game, **named) == "":
        there = claim.at({"delta": point}) if isinstance(claim, sx.Expression) else claim
        assert refusal(assert_tolerant_benchmarks, game.at(delta=point), leader=there, tol="1/2") == ""


def test_bad_use() -> None:
    """Parameters of no game, functions that are undefined on the domain, tolerances without a response."""
    with pytest.raises(UsageError, match=r"leader: expected parameters of the game \(delta\), found gamma"):
        assert_tolerant_benchmarks(GAME, leader="gamma")
    with pytest.raises(
        UsageError, match=r"the function .*: expected a value on the whole domain, but it divides by zero"
    ):
        assert_tolerant_benchmarks(GAME, leader="1/(delta - 1/40)")
    for named in ({"tol": "1/10"}, {"value": 1}, {"follower_value": 1}):
        with pytest.raises(UsageError, match="response: in a game with parameters"):
            assert_strong_stackelberg(GAME, commitment="a1", **named)


def test_several_parameters() -> None:
    """z3 finds the regions."""
    game = sx.Game([["x", "y"]], [[0, 0]], assumptions=["0 < x < y"])
    assert refusal(assert_pure_stackelberg, game, action="a1", response="b2", value="y") == ""
    message = refusal(assert_pure_stackelberg, game, action="a1", response="b1")
    assert "the leader earns x: -x + y less than the exact target on the domain" in message
    message = refusal(assert_pure_stackelberg, game, action="a1", response="b2", value="2*y - 1")
    assert "y - 1 more than the exact target when y > 1" in message
    assert "-y + 1 less than the exact target when y < 1" in message


def test_claims_as_functions_about_games_of_numbers() -> None:
    """A game of numbers may have a parameter all the same; a claim that depends on it is a claim about each value."""
    game = sx.Game([[1]], [[2]], parameters=["t"], assumptions=["0 <= t <= 1"], tolerance=0)
    message = refusal(assert_tolerant_benchmarks, game, leader="t")
    assert "the leader's benchmark was stated as t: -t + 1 less than the exact target when t < 1" in message
    assert "when t > 0" in refusal(assert_alignment, game, constant="t")
    assert "when t < 1" in refusal(assert_pure_stackelberg, game, action="a1", response="b1", value="t")
    assert "when t > 0" in refusal(assert_regret, game, [[4]], leader="t")
    assert refusal(assert_tolerant_benchmarks, game, leader="t", tol=1) == ""


def test_undecided_answers_are_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a limit leaves open is neither accepted nor refused: numbers, closed forms, comparisons."""
    with monkeypatch.context() as patch:
        patch.setattr("stackexact.testing.targets.solve", lambda game, names: sx.solve(game, names, max_cells=1))
        with pytest.raises(LimitReached, match="the assertion cannot be decided: pure-strong undecided in part"):
            assert_pure_stackelberg(JUMP, action="a1")
    with monkeypatch.context() as patch:
        patch.setattr("stackexact.testing.targets.solve", lambda game, names: sx.solve(game, names, time_limit=0))
        with pytest.raises(LimitReached, match="the assertion cannot be decided: mixed-strong undecided"):
            assert_strong_stackelberg([[2, 4], [1, 3]], [[1, 0], [0, 1]], "a1")
    undecided = replace(sx.compare(solved(JUMP, "pure-strong"), 1), undecided=(("t == 1",),))
    monkeypatch.setattr("stackexact.testing.closed_forms.compare", lambda *_: undecided)
    with pytest.raises(LimitReached, match="compare: undecided how leader of pure-strong relates to 1"):
        assert_pure_stackelberg(JUMP, action="a1", response="b1")


def test_formulas_and_functions() -> None:
    """Long closed forms are cut; a function of no parameter is compared as a number."""
    steps = sx.Game([[f"{k}" for k in range(12)]], [[f"{2 * k}*t - {k * k}" for k in range(12)]])
    assert "… 4 more" in formulas(solved(steps, "pure-strong"), "leader")
    assert Domain(GAME).above(Fraction(1), Fraction(0)) == ["on the domain"]
    assert Domain(GAME).above(Fraction(0), Fraction(0)) == []
