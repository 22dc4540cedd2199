"""Bad data end in one line; estimates are printed, written as JSON and read alike."""

from __future__ import annotations

import copy
import json
import pickle
from fractions import Fraction

import jsonschema
import numpy as np
import pytest
from guards import without_runaway_work

import stackexact as sx
from stackexact import schema
from stackexact.errors import InputError, LimitReached
from stackexact.estimation import Observation

TWO = [["1", "0"], ["0", "1"]]


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        ([], {}, "at least one action"),
        ({}, {}, "at least one action"),
        ([0, 0], {}, "at least one observation"),
        ([3, -1], {}, "0 or more"),
        ([3, "1/2"], {}, "whole number"),
        ([3, 1.0], {}, "float"),
        ([3, True], {}, "truth value"),
        ([3, "n"], {}, "substitute"),
        ([3, None], {}, "None"),
        ("31", {}, "counts or observations"),
        (7, {}, "counts or observations"),
        ({1: 2}, {}, "labels"),
        ({"": 2}, {}, "labels"),
        ([3, 1], {"eta": 0}, "eta: expected a positive"),
        ([3, 1], {"eta": "-1/2"}, "eta: expected a positive"),
        ([3, 1], {"eta": "eta"}, "substitute"),
        ([3, 1], {"digits": 0}, "digits"),
        ([3, 1], {"digits": 10**6}, "digits"),
        ([3, 1], {"digits": "x"}, "digits"),
        ([3, 1], {"weights": [1, 0]}, "positive number"),
        ([3, 1], {"weights": [1]}, "2 entries"),
        ([3, 1], {"weights": {"b1": 1}}, "every action"),
        ([3, 1], {"features": [[1]]}, "2 entries"),
        ([3, 1], {"features": [[1], [1, 2]]}, "1 entries as in the first"),
        ([3, 1], {"features": [[], []]}, "at least one feature"),
        ([3, 1], {"features": ["ab", "cd"]}, "vector of exact numbers"),
        ([3, 1], {"features": {"b1": [1], "x": [2]}}, "expected one of b1, b2"),
        ([3, 1], {"constraints": [("b3", 0)]}, "expected one of b1, b2"),
        ([3, 1], {"constraints": [("b1", 0), ("b1", 1)]}, "contradictory"),
        ([3, 1], {"constraints": ["b1"]}, "pair"),
        ([3, 1], {"constraints": [([1], 0)]}, "2 entries"),
        ([3, 1], {"constraints": 5}, "list of pairs"),
        ([3, 1], {"time_limit": 0}, "time_limit"),
        ([3, 1], {"time_limit": "soon"}, "time_limit"),
        ([3, 1], {"time_limit": float("nan")}, "time_limit"),
        ([(TWO, 2)], {}, "0 to 1"),
        ([(TWO, "b3")], {}, "expected one of b1, b2"),
        ([(TWO, 0.0)], {}, "label of an action"),
        ([(TWO, 0, -1)], {}, "0 or more"),
        ([(TWO,)], {}, "expected an Observation"),
        ([(TWO, 0), ([["1"], ["2"]], 0)], {}, "2 entries as in the first"),
        ([(TWO, 0), 3], {}, "expected an Observation"),
        ([{"features": TWO}], {}, "keys features, chosen"),
        ([{"features": TWO, "chosen": 0, "colour": 1}], {}, "colour"),
        ([(TWO, 0)], {"weights": [1, 2]}, "observations carry their own"),
        ([Observation(TWO, 0, weights=[1, -1])], {}, "positive number"),
        ([Observation(5, 0)], {}, "vector per action"),
        ([Observation([], 0)], {}, "at least one action"),
        ([3, 10**1001], {}, "1000 digits"),
        ([3, "1e2001"], {}, "exponent"),
    ],
)
def test_bad_input_is_one_line(data: object, more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        sx.estimate(data, **more)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("data", "more"),
    [
        ([1] * 101, {}),
        ([([[0] * 101, [1] * 101], 0)], {}),
        ([1] * 20_001, {"features": [[0]] * 20_001}),
        ([3, 1], {"constraints": [("b1", 0)] * 201}),
    ],
)
def test_sizes_are_bounded(data: object, more: dict[str, object]) -> None:
    with without_runaway_work(), pytest.raises(LimitReached):
        sx.estimate(data, **more)


def test_a_time_limit_is_heard() -> None:
    draw = np.random.default_rng(1)
    data = [(draw.integers(-9, 9, (5, 6)).tolist(), int(draw.integers(5))) for _ in range(600)]
    with pytest.raises(LimitReached, match="time limit"):
        sx.estimate(data, time_limit=0.05)


def test_ways_to_write_the_same_data() -> None:
    """Arrays, text, mappings, tuples, observations in any order, split or counted: one model."""
    features = {"left": ["1", "0"], "right": ["0", "1/2"]}
    ways = [
        [Observation(features, "left", 2), Observation(features, "right")],
        [(features, "left"), (features, 1), (features, 0)],
        [{"features": features, "chosen": "left", "count": "2"}, {"features": features, "chosen": "right"}],
    ]
    found = [sx.estimate(way, constraints=[("theta1", 0)]) for way in ways]
    counted = sx.estimate({"left": 2, "right": 1}, features=features, constraints=[("theta1", 0)])
    assert found[0] == found[1] == found[2] == counted
    assert counted["theta2"].closed_form == "-2*log(2)"
    assert sx.estimate(np.array([3, 1])) == sx.estimate((3, 1)) == sx.estimate(["3", "1"])


def test_pages_and_documents() -> None:
    found = sx.estimate({"b1": 3, "<b2>": 1}, eta=5)
    page = str(found)
    for part in ("4 observations", "-0.2197224577…", "-1/5*log(3)", "0.2309401076…", "3/4", "constraints: b1 = 0"):
        assert part in page
    assert all(len(line) <= 80 for line in page.splitlines())
    html = found._repr_html_()
    assert "&lt;b2&gt;" in html
    assert "<b2>" not in html
    document = json.loads(json.dumps(found.document()))
    assert (document["format"], document["version"]) == ("stackexact/estimate", 1)
    theta = document["theta"]["<b2>"]
    assert theta["closed_form"] == "-1/5*log(3)"
    assert Fraction(theta["lower"]) == found["<b2>"].lower
    assert theta["decimal"].startswith("-0.2197224577336219382790490473")
    assert document["choices"][0]["fitted"] == {"b1": "3/4", "<b2>": "1/4"}
    assert document["information"] == [["75/4", "-75/4"], ["-75/4", "75/4"]]
    assert document["separation"] is None
    assert document["log_likelihood"]["attained"] is True


@pytest.mark.parametrize(
    "found",
    [
        sx.estimate([3, 1], eta=5),
        sx.estimate([3, 1, 0], constraints=[]),
        sx.estimate([([[0], [1]], 0), ([[0], [2]], 1)], digits=3),
        sx.estimate([10**999, 3], digits=2),
        sx.estimate({"only": 1}, constraints=[([1], "-1/3")]),
    ],
)
def test_documents_are_what_the_schema_says(found: sx.Estimate) -> None:
    jsonschema.validate(found.document(), schema.load("estimate"))


def test_pages_say_what_is_missing() -> None:
    page = str(sx.estimate({"b1": 3, "b2": 0, "b3": 1}))
    assert "does not exist" in page
    assert "quasi-separated along -b2" in page
    page = str(sx.estimate([3, 1], constraints=[]))
    assert "not identified: the data do not tell b1 + b2" in page
    document = sx.estimate([3, 0]).document()
    assert document["separation"] == {
        "direction": {"b2": "-1"},
        "vanishing": [{"choice": 0, "action": "b2"}],
        "complete": True,
    }
    assert document["log_likelihood"] == {"value": "0", "attained": False}
    assert document["theta"] == {"b1": None, "b2": None}


def test_long_numbers_print() -> None:
    found = sx.estimate([10**999, 3**2000, 1], digits=5)
    assert "…" in str(found)
    assert json.dumps(found.document())
    assert repr(found)


def test_records_can_be_copied_and_pickled() -> None:
    found = sx.estimate([([[0], [1]], 0), ([[0], [2]], 1)], digits=8)
    assert pickle.loads(pickle.dumps(found)) == found
    assert copy.deepcopy(found) == found
    assert found.proof.fit.box is not None
    pickle.loads(pickle.dumps(found)).verify()
