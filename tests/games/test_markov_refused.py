"""Games of kind ``markov``: documents and Python objects that are refused, and what is said of them."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from response_games import LATER, MARKOV, changed, markov_in_python

from stackexact.errors import GameError
from stackexact.games.files import loads
from stackexact.games.markov import Follower, MarkovGame

MOVES, PAID = r"states\.start\.transitions", r"states\.start\.payoffs"

REFUSED = [
    ("states Y like", "Y", r"states\.Y\.like: expected no cycle, found Y -> Y; .*"),
    ("states X", {"like": "Y"}, r"states\.X\.like: expected no cycle, found X -> Y -> X; .*"),
    ("states Y like", "Q", r"states\.Y\.like: expected the name of a state, found the text 'Q'; correct it"),
    ("states Y like", ["X"], r"states\.Y\.like: expected the name of a state, found a list; correct it"),
    ("states Y actions", {}, r"states\.Y\.actions: expected no key beside 'like', found one; .*"),
    (
        "states start transitions 0 0",
        {"Q": 1},
        MOVES + r"\[0\]\[0\]\.Q: expected one of the states start, X, Y, found 'Q'; .*",
    ),
    ("states start transitions 0 0", {"strat": 1}, r".*found 'strat'; is it 'start'\?"),
    ("states start transitions 0 0", {"X": "9/10"}, MOVES + r"\[0\]\[0\]: .* to exactly 1, found a sum of 9/10; .*"),
    ("states start transitions 0 0", {"X": "0.333333", "Y": "2/3"}, r".*found a sum of 2999999/3000000; correct them"),
    ("states start transitions 0 0", {"X": "p", "Y": "p"}, r".*sum to exactly 1, found a sum of 2\*p; correct them"),
    ("states start transitions 0 0", {}, r".*found a sum of 0; correct them"),
    ("states start transitions 0 0", {"X": -1, "Y": 2}, r".*\.X: expected a probability from 0 to 1, found '-1'; .*"),
    ("states start transitions 0 0", "X", r".*expected the probability .*, found the text 'X'; write \{'start': 1\}"),
    ("states start transitions 0 0", {"X": None}, r".*\.X: expected a number or an expression, found null; .*"),
    ("states start transitions 0", [{"X": 1}], MOVES + r"\[1\]: expected 1 distributions as in row 0, found 2"),
    ("states start transitions 0", {"X": 1}, MOVES + r"\[0\]: expected a row of distributions, found an object.*"),
    ("states start transitions", [[{"X": 1}]], MOVES + r": expected 2x2 as in .*, found 1x1"),
    ("states start transitions", ..., r"states\.start: expected transitions at stage 1 of 2, .*"),
    ("states start payoffs follower", [[1, 2]], PAID + r"\.follower: expected 2x2 as in .*, found 1x2"),
    ("states start payoffs leader 0", [1], PAID + r"\.leader\[1\]: expected 1 payoffs as in row 0, found 2"),
    ("states start payoffs leader 0 0", True, PAID + r"\.leader\[0\]\[0\]: .*, found true; .*"),
    ("states start payoffs leader 0 0", "1/0", PAID + r"\.leader\[0\]\[0\]: .*divides by zero.*"),
    ("states start payoffs leader 0 0", "q", r"parameters: expected every name in use, found 'q' undeclared; .*"),
    ("states X actions leader", ["up"], r"states\.X\.actions\.leader: .* as the payoffs of states\.X have, found 1"),
    ("actions follower", ["x"], r"actions\.follower: expected 2 labels as the payoffs of states\.start have, found 1"),
    ("actions follower", ["x", "x"], r"actions\.follower\[1\]: expected different labels, found 'x' twice"),
    ("actions follower", [1, 2], r"actions\.follower\[0\]: .*, found the number 1; correct it"),
    ("actions", None, r"actions: expected a value or no such key, found null; delete the key"),
    ("states \x1b", {"like": "X"}, r"states: expected a name of a state, found the control character U\+001B.*"),
    ("states start colour", 1, r"states\.start\.colour: expected one of .*, found an unknown key; delete it"),
    ("states start", [], r"states\.start: expected an object with .*, found a list"),
    (
        "states X payoffs",
        {"leader": [[1] * 2] * 2, "weights": [[1] * 2] * 2},
        r"states: .* in all or in none, .* in states\.X and not in states\.start",
    ),
    ("follower eta", ..., r"follower\.eta: expected this key with quantal responses, found none; add it"),
    ("follower eta", -1, r"follower\.eta: expected an inverse temperature above 0, found '-1'"),
    ("follower eta", "x y", r"follower\.eta: .*"),
    ("follower", "best", r"follower: expected an object with .*, found the text 'best'"),
    ("follower", {"response": "best", "discount": 1}, r"follower\.discount: expected 0 .*, found '1'; leave it out"),
    ("horizon", True, r"horizon: expected a whole number of stages, found true; write 1 or more"),
    ("horizon", -2, r"horizon: expected at least 1 stage, found -2; write 1 or more"),
    ("features start 0 0", [1], r"features\.start\[0\]\[1\]: expected 1 features as in the first vector, found 2"),
    ("features start 0 0 0", "p", r"features\.start\[0\]\[0\]\[0\]: expected a number, found 'p'; write its value"),
    ("features start", [[[1, 1]]], r"features\.start: expected 2x2 as in .*, found 1x1"),
    ("features Q", [[[1, 1]]], r"features\.Q: expected the name of a state, found the text 'Q'; correct it"),
    ("features X", ..., r"features\.X: expected this key, found none; add it"),
    ("initial", {"start": "1/2"}, r"initial: expected probabilities that sum to exactly 1, found a sum of 1/2; .*"),
    ("name", 3, r"name: expected text in quotation marks, found the number 3; correct it"),
]


@pytest.mark.parametrize(("path", "value", "message"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_documents_that_are_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(GameError, match=f"^(?:{message})$") as caught:
        loads(json.dumps(changed(MARKOV, path, value)))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"horizon": 2.0}, "horizon: expected a whole number of stages, found float '2.0'; write 1 or more"),
        ({"horizon": "2"}, "horizon: expected a whole number of stages, found the text '2'; write 1 or more"),
        ({"states": [LATER]}, "states: expected an object with the states by name, found a list"),
        ({"states": {1: {"payoffs": LATER}}}, "states: expected names of states, found int '1'"),
        ({"prescription": None}, "prescription: expected true or false, found null; correct it"),
        ({"initial": {1: 1}}, "initial: expected the names of states, found int '1'"),
        ({"initial": {"start": 1.0}}, r"initial\.start: expected an exact number, found the float 1\.0; .*"),
        ({"initial": [1, 0, 0]}, r"initial: expected the probability of every state, found a list; .*"),
        ({"follower": Follower("best", Fraction(1))}, "follower.eta: expected none with best responses, .*"),
        ({"actions": {"boss": ["a"]}}, r"actions\.boss: expected one of leader, follower, found an unknown key; .*"),
    ],
)
def test_python_objects_that_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(GameError, match=f"^(?:{message})$"):
        markov_in_python(MARKOV, **changes)


def test_floats_are_refused_with_the_two_ways_out() -> None:
    table = {"leader": [[0.5]], "follower": [[1]]}
    with pytest.raises(
        GameError, match=r"^states\.s\.payoffs\.leader\[0\]\[0\]: expected an exact number, found the float"
    ):
        MarkovGame({"s": {"payoffs": table}}, horizon=1, follower={"response": "best"})
