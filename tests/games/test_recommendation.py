"""Games of kind ``recommendation``: what is read, what is refused, what stays what it is."""

from __future__ import annotations

import copy
import json
import pickle
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from response_games import RECOMMENDATION, STEPS, changed

import stackexact as sx
from stackexact.errors import GameError
from stackexact.games.files import dumps, loads
from stackexact.games.kinds import read_document
from stackexact.games.recommendation import Behaviour, Policy, RecommendationGame

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def game(document: dict[str, Any]) -> RecommendationGame:
    made = loads(json.dumps(document))
    assert isinstance(made, RecommendationGame)
    return made


def test_fields() -> None:
    read = game(RECOMMENDATION)
    assert read.kind == "recommendation"
    assert read.shape == (2, 2)
    assert read.actions.leader == ("a1", "a2")
    assert read.leader == ((1, 0), (2, HALF))
    assert read.follower is None
    assert read.weights == ((4, 1), (1, 9))
    assert read.behaviour == Behaviour(HALF, None)
    assert read.policy == Policy((1, 0), (HALF, HALF))
    assert read.assumed == Behaviour(THIRD, None)
    assert read.is_numeric


def test_behaviour_is_a_weight_and_a_temperature() -> None:
    """alpha = 1/(1 + eta*tau), whichever way it is told; what is assumed leaves the true temperature alone."""
    read = game(STEPS)
    assert read.behaviour == Behaviour(sx.parse("1/(1 + eta*tau)"), sx.parse("tau"))
    assert read.assumed == Behaviour(sx.parse("1/(1 + 2*eta*tau)"), sx.parse("tau"))
    there = read.at(tau=2, eta=3)
    assert there.behaviour == Behaviour(Fraction(1, 7), 2)
    assert there.assumed == Behaviour(Fraction(1, 13), 2)
    told = {"leader": [[1]], "follower": [[1]], "behaviour": {"tau": 2, "alpha": 0}}
    assert RecommendationGame(**told).behaviour == Behaviour(Fraction(0), 2)
    for assumed, wanted in (
        ({"alpha": "1/3"}, Behaviour(THIRD, 2)),
        ({"tau": 5, "alpha": "1/3"}, Behaviour(THIRD, 5)),
        ({"tau": 5, "eta": 1}, Behaviour(Fraction(1, 6), 5)),
        ({"eta": 1}, Behaviour(THIRD, 2)),
        (Behaviour(THIRD, Fraction(7)), Behaviour(THIRD, 7)),
    ):
        assert RecommendationGame(**told, assumed=assumed).assumed == wanted


@given(st.fractions(min_value="1/20", max_value=20), st.fractions(min_value="1/20", max_value=20))
def test_step_and_weight_say_the_same(tau: Fraction, eta: Fraction) -> None:
    """In terms of math: the odds of weights are 1 to eta*tau, and the follower's weight on rewards is the rest."""
    read = RecommendationGame([[1]], [[1]], behaviour={"tau": tau, "eta": eta})
    alpha = read.behaviour.alpha
    assert 0 < alpha < 1
    assert (1 - alpha) / alpha == eta * tau
    assert RecommendationGame([[1]], [[1]], behaviour={"tau": tau, "alpha": alpha}) == read


@pytest.mark.parametrize("document", [RECOMMENDATION, STEPS], ids=["weights", "steps"])
def test_documents_are_read_back(document: dict[str, Any]) -> None:
    read = game(document)
    for one in (read, *((read.at(q="1/3"), read.at(q=1, tau="t/2"), read.at(eta=2)) if read.parameters else ())):
        back = loads(dumps(one))
        assert back == one
        assert back.sha256 == one.sha256
        assert dumps(back) == dumps(one)
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one


def test_the_digest_is_of_what_answers_depend_on() -> None:
    read = game(RECOMMENDATION)
    assert game({**RECOMMENDATION, "name": "other", "description": "d"}).sha256 == read.sha256
    for path, value in (
        ("payoffs leader 0 0", 2),
        ("payoffs weights 0 0", 2),
        ("follower alpha", 0),
        ("assumed alpha", 0),
        ("assumed", ...),
        ("policy commitment", {"a2": 1}),
        ("policy recommendation", {"b2": 1}),
        ("policy", ...),
        ("parameters", ["p"]),
        ("actions", {"leader": ["a1", "up"], "follower": ["b1", "b2"]}),
    ):
        assert game(changed(RECOMMENDATION, path, value)).sha256 != read.sha256, path


def test_values_are_put_in_everywhere() -> None:
    read = game(STEPS)
    assert {place for place, value in read.values() if "q" in sx.text_of(value)} == {
        "payoffs.follower[0][1]",
        "policy.recommendation.b1",
        "policy.recommendation.b3",
    }
    there = read.at(q="1/4", eta=1, tau=1)
    assert there.is_numeric
    assert not read.at(q="1/4", eta=1).is_numeric
    assert there.parameters == ()
    assert there.assumptions == ()
    assert there.policy == Policy((1,), (Fraction(1, 4), 0, Fraction(3, 4)))
    assert there.follower == ((3, Fraction(1, 4), 1),)
    assert str(read.assuming("q < 1").assumptions[-1]) == "q < 1"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"q": 2}, r"policy\.recommendation\.b1: expected a probability from 0 to 1, found '2'"),
        ({"tau": 0}, "the assumption 0 < tau excludes these values"),
        ({"eta": "-1"}, "the assumption eta > 0 excludes these values"),
    ],
)
def test_values_that_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(GameError, match=f"^substitution: {message}"):
        game(changed(STEPS, "policy commitment", {"a1": 1})).at(values)


def test_values_out_of_range_without_assumptions() -> None:
    bare = game({**STEPS, "assumptions": []})
    for values, place in (({"tau": 0}, "alpha"), ({"tau": -1, "eta": -1}, "tau"), ({"eta": 0}, "alpha")):
        with pytest.raises(GameError, match=rf"^substitution: follower\.{place}: expected a value"):
            bare.at(values)
    with pytest.raises(GameError, match=r"^substitution: .* divides by zero"):
        bare.at(tau=1, eta=-1)


def test_notes() -> None:
    notes = read_document({**RECOMMENDATION, "parameters": ["p"]}).notes
    assert notes == ("parameters: 'p' is declared but used nowhere; delete it or use it",)


REFUSED = [
    ("follower alpha", 1, r"follower\.alpha: expected a value of at least 0 and below 1, found '1'"),
    ("follower alpha", "-1/2", r"follower\.alpha: expected a value of at least 0 and below 1, found '-1/2'"),
    ("follower alpha", "1/0", r"follower\.alpha: .*divides by zero.*"),
    ("follower alpha", None, r"follower\.alpha: expected a number or an expression, found null; .*"),
    ("follower", {}, r"follower\.alpha: expected this key, found none; add it"),
    ("follower", "1/2", r"follower: expected an object with tau, eta, alpha, found the text '1/2'"),
    ("follower tau", 1, r"follower\.tau: expected none with weights, .*; give alpha alone"),
    ("assumed", {}, r"assumed: expected either 'eta' or 'alpha', found neither; give one of them"),
    ("assumed eta", 1, r"assumed\.eta: expected none with weights, .*"),
    ("assumed", None, r"assumed: expected a value or no such key, found null; delete the key"),
    ("payoffs weights", ..., r"payoffs: expected either 'follower' or 'weights', found neither; .*"),
    ("payoffs weights", None, r"payoffs\.weights: expected a value or no such key, found null; delete the key"),
    ("payoffs follower", [[1, 1], [1, 1]], r"payoffs: expected either 'follower' or 'weights', found both; .*"),
    ("payoffs weights 1 0", 0, r"payoffs\.weights\[1\]\[0\]: expected a weight above 0, found '0'; correct it"),
    ("payoffs weights", [[1, 2]], r"payoffs\.weights: expected 2x2 as in payoffs\.leader, found 1x2"),
    ("payoffs leader", [], r"payoffs\.leader: expected at least one leader action, found an empty table"),
    ("payoffs leader 0", [], r"payoffs\.leader\[0\]: expected at least one follower action, found an empty row"),
    ("actions leader", ["a"], r"actions\.leader: expected 2 labels as the payoffs have, found 1"),
    ("policy commitment", {"a1": "1/2"}, r"policy\.commitment: .* to exactly 1, found a sum of 1/2; correct them"),
    ("policy commitment", {"a3": 1}, r"policy\.commitment\.a3: .* actions a1, a2, found 'a3'; correct it"),
    ("policy commitment", ..., r"policy\.commitment: expected this key, found none; add it"),
    ("policy recommendation b1", -1, r"policy\.recommendation\.b1: expected a probability from 0 to 1, found '-1'; .*"),
    ("policy", [], r"policy: expected an object with commitment, recommendation, found a list"),
    ("colour", 1, r"colour: expected one of .*, found an unknown key; delete it"),
]


@pytest.mark.parametrize(("path", "value", "message"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_documents_that_are_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(GameError, match=f"^(?:{message})$") as caught:
        loads(json.dumps(changed(RECOMMENDATION, path, value)))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ({"eta": 1}, r"follower\.tau: expected this key, found none; add it, or give payoffs\.weights"),
        ({"tau": 1}, "follower: expected either 'eta' or 'alpha', found neither; .*"),
        ({"tau": 1, "eta": 1, "alpha": 1}, "follower: expected either 'eta' or 'alpha', found both; .*"),
        ({"tau": 0, "eta": 1}, r"follower\.tau: expected a value above 0, found '0'; correct it"),
        ({"tau": 1, "eta": "-2"}, r"follower\.eta: expected a value above 0, found '-2'; correct it"),
        ({"tau": "t", "eta": "-1/t"}, r"follower\.eta: expected 1/\(1 \+ eta\*tau\) to be defined, .*"),
        ({"tau": 1.0, "eta": 1}, r"follower\.tau: expected an exact number, found the float 1\.0; .*"),
        ({"tau": True, "eta": 1}, r"follower\.tau: expected a number or an expression, found true; .*"),
    ],
)
def test_behaviour_that_is_refused(behaviour: dict[str, object], message: str) -> None:
    with pytest.raises(GameError, match=f"^(?:{message})$"):
        RecommendationGame([[1]], [[1]], behaviour=behaviour)


def test_python_and_json_give_the_same_game() -> None:
    made = RecommendationGame(
        [[1, 0], [2, "1/2"]],
        weights=[[4, 1], [1, 9]],
        behaviour=Behaviour(HALF),
        policy=Policy((Fraction(1), Fraction(0)), (HALF, HALF)),
        assumed={"alpha": "1/3"},
    )
    assert made == game(RECOMMENDATION)
    assert repr(made) == "<RecommendationGame 2x2>"
    assert repr(game({**STEPS, "name": "s"})) == "<RecommendationGame 's', 1x3, parameters tau, eta, q>"
    assert sx.RecommendationGame is RecommendationGame
