"""Games of kind ``markov``: what is read, what is refused, what stays what it is."""

from __future__ import annotations

import copy
import json
import pickle
from fractions import Fraction
from typing import Any

import pytest
from forms import complaint
from guards import without_runaway_work
from hypothesis import given
from hypothesis import strategies as st
from response_games import MARKOV, STAGED, WEIGHTED, changed, markov_documents, markov_in_python

import stackexact as sx
from stackexact.errors import GameError
from stackexact.games.files import dumps, loads
from stackexact.games.kinds import read_document
from stackexact.games.markov import Follower, MarkovGame, Stage


def game(document: dict[str, Any]) -> MarkovGame:
    made = loads(json.dumps(document))
    assert isinstance(made, MarkovGame)
    return made


MOVING = changed(MARKOV, "states X transitions", [[{"X": 1}, {"X": 1}], [{"X": 1}, {"X": 1}]])
"""The same, where every state can be the first."""


def test_fields() -> None:
    read = game(MARKOV)
    p = sx.parse("p")
    assert (read.kind, read.horizon, read.states) == ("markov", 2, ("start", "X", "Y"))
    assert read.follower == Follower("quantal", Fraction(1, 2), Fraction(1), None)
    assert read.prescription is True
    assert read.initial == (1, 0, 0)
    assert [one.leader for one in read.actions] == [("p0", "p1"), ("up", "down"), ("up", "down")]
    assert {one.follower for one in read.actions} == {("x", "y")}
    first = read.stages[0][0]
    assert first.follower == ((0, 1), (0, p))
    assert first.weights is None
    assert first.transitions == (
        (((1, 1),), ((1, 1 - p), (2, p))),
        (((1, Fraction(1, 3)), (2, Fraction(2, 3))), ((2, 1),)),
    )
    assert read.stages[1][2] == Stage(((1, 1), (Fraction(3, 4),) * 2), ((0, 0), (2, 0)), None, None)
    assert read.features is not None
    assert read.features[2] == read.features[1]
    assert read.features[0][1][1] == (1, 1)
    assert read.parameters == ("p",)
    assert [str(chain) for chain in read.assumptions] == ["0 <= p <= 1"]


def test_what_does_not_change_is_one_object() -> None:
    """However long the horizon is, and however many states are alike."""
    read = game({**MARKOV, "horizon": 2})
    assert read.stages[0] is read.stages[1]
    assert read.stages[0][1] is read.stages[0][2]
    there = read.at(p="1/2")
    assert there.stages[0] is there.stages[1]
    assert there.stages[0][1] is there.stages[0][2]


def test_stages_that_differ() -> None:
    read = game(STAGED)
    assert [rows[0].leader for rows in read.stages] == [((1, 2, 3),), ((3, 2, 1),)]
    assert read.stages[1][0].transitions is None
    assert read.follower == Follower("best", None, Fraction(0), "weak")
    assert read.initial == (1,)
    assert read.actions[0].follower == ("b1", "b2", "b3")


def test_stages_that_are_all_alike_are_written_once() -> None:
    """Transitions of the last stage lead nowhere: with or without them it is the same game."""
    stage = {"payoffs": {"leader": [[1]], "follower": [[2]]}, "transitions": [[{"shop": 1}]]}
    last = {"payoffs": stage["payoffs"]}
    once = game(changed(STAGED, "states shop", stage))
    for stages in ([stage, stage], [stage, last]):
        staged = game(changed(STAGED, "states shop stages", stages))
        assert staged == once
        assert staged.sha256 == once.sha256
    assert "stages" not in once.document()["states"]["shop"]


@pytest.mark.parametrize("document", [MARKOV, STAGED, WEIGHTED], ids=["markov", "staged", "weighted"])
def test_documents_are_read_back(document: dict[str, Any]) -> None:
    read = game(document)
    for one in (read, *((read.at(p="1/3"), read.at(p=0), read.at(p="q**2")) if read.parameters else ())):
        back = loads(dumps(one))
        assert back == one
        assert back.sha256 == one.sha256
        assert dumps(back) == dumps(one)
        assert pickle.loads(pickle.dumps(one)) == one
        assert copy.deepcopy(one) == one
        assert hash(back) == hash(one)


def test_python_and_json_give_the_same_game() -> None:
    for document in (MARKOV, STAGED, WEIGHTED):
        assert markov_in_python(document) == game(document)
    import numpy as np
    import sympy

    table = {"leader": np.array([[1, 2]]), "follower": [[sympy.Rational(1, 2), sympy.Symbol("x")]]}
    made = MarkovGame({"s": {"payoffs": table}}, horizon=1, follower=Follower("quantal", Fraction(5)))
    assert made.stages[0][0].follower == ((Fraction(1, 2), sx.parse("x")),)
    assert made.parameters == ("x",)
    assert markov_in_python(MARKOV, parameters=None).parameters == ("p",)


def test_the_digest_is_of_what_answers_depend_on() -> None:
    read = game(MOVING)
    assert game({**MOVING, "name": "other", "description": "d", "source": "s"}).sha256 == read.sha256
    expanded = changed(MOVING, "states Y", MOVING["states"]["X"])
    expanded = changed(expanded, "features Y", MOVING["features"]["X"])
    assert game(expanded).sha256 == read.sha256
    for path, value in (
        ("horizon", 1),
        ("prescription", False),
        ("initial", {"X": 1}),
        ("follower discount", "1/2"),
        ("follower eta", 1),
        ("states X payoffs leader 0 0", 2),
        ("states start transitions 0 0", {"Y": 1}),
        ("states X actions leader", ["up", "left"]),
        ("features X 0 0", [1, 1]),
        ("assumptions", []),
        ("parameters", ["p", "q"]),
    ):
        assert game(changed(MOVING, path, value)).sha256 != read.sha256, path
    assert game(changed(STAGED, "follower ties", ...)).sha256 != game(STAGED).sha256


def test_values_are_all_that_can_depend_on_parameters() -> None:
    """A parameter at any place of a number makes the game one with parameters, and its place is named."""
    seen = dict(game(MARKOV).values())
    assert seen["states.start.payoffs.follower[1][1]"] == sx.parse("p")
    assert seen["states.start.transitions[0][1].X"] == sx.parse("1 - p")
    assert not any(place.startswith("states.Y") for place in seen)
    numbers = game(MOVING).at(p="1/2")
    assert numbers.is_numeric
    assert not game(MARKOV).is_numeric
    for path, value, place in (
        ("follower eta", "k", "follower.eta"),
        ("follower discount", "k", "follower.discount"),
        ("initial", {"start": "k", "X": "1-k"}, "initial.X"),
        ("states X payoffs leader 1 0", "k", "states.X.payoffs.leader[1][0]"),
        ("states start transitions 0 0", {"X": "k", "Y": "1 - k"}, "states.start.transitions[0][0].Y"),
    ):
        document = changed(json.loads(dumps(numbers)), path, value) | {"parameters": ["k"]}
        there = game(document)
        assert not there.is_numeric, path
        assert there.unused_parameters == ()
        assert [one for one, number in there.values() if "k" in sx.text_of(number)][-1] == place


def test_values_are_put_in_everywhere() -> None:
    document = changed(MOVING, "follower", {"response": "quantal", "eta": "2*p", "discount": "p"})
    document = changed(document, "initial", {"start": "p", "X": "1 - p"})
    read = game(document)
    there = read.at(p="1/4")
    assert there.is_numeric
    assert there.parameters == ()
    assert there.follower == Follower("quantal", Fraction(1, 2), Fraction(1, 4))
    assert there.initial == (Fraction(1, 4), Fraction(3, 4), 0)
    assert there.stages[0][0].transitions[0][1] == ((1, Fraction(3, 4)), (2, Fraction(1, 4)))  # type: ignore[index]
    assert read.at(p="q").parameters == ("q",)
    assert read.at(p="1 - p").at(p="3/4") == there
    # a probability that becomes 0 is no longer there, and the state that it led to no longer reached
    lone = changed(changed(MARKOV, "states start transitions 1", [{"X": 1}, {"X": 1}]), "assumptions", [])
    assert game(lone).unreached_states == ()
    assert game(lone).at(p=0).unreached_states == ("Y",)
    assert game(lone).at(p=0).stages[0][0].transitions[0][1] == ((1, 1),)  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "value", "at", "message"),
    [
        ("horizon", 2, 2, r"states\.start\.transitions\[0\]\[1\]\.X: expected a probability from 0 to 1, found '-1'"),
        ("initial", {"start": "p", "X": "1-p"}, 3, r"initial\.start: expected a probability from 0 to 1, found '3'"),
        ("follower eta", "p", 0, r"follower\.eta: expected an inverse temperature above 0, found '0'"),
        ("follower discount", "p + 1", 1, r"follower\.discount: expected a value from 0 to 1, found '2'"),
        ("follower eta", "1/p", 0, "divides by zero at p = 0"),
        ("assumptions", ["0 <= p <= 1"], -1, "the assumption 0 <= p <= 1 excludes these values"),
    ],
)
def test_values_that_are_refused(path: str, value: object, at: object, message: str) -> None:
    read = game(changed(changed(MOVING, "assumptions", []), path, value))
    with pytest.raises(GameError, match=f"^substitution: .*(?:{message})"):
        read.at(p=at)


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(GameError, match=r"parameter 'q': expected one of the game's parameters \(p\)"):
        game(MARKOV).at(q=1)
    with pytest.raises(GameError, match="found r"):
        game(MARKOV).assuming("r < 1")
    assert str(game(MARKOV).assuming("p < 1/2").assumptions[-1]) == "p < 1/2"


def test_weights_that_become_negative() -> None:
    read = game({**changed(WEIGHTED, "states s payoffs weights 0 1", "w"), "parameters": ["w"]})
    assert read.at(w=3).stages[0][0].weights == ((3, 3), (1, 2))
    with pytest.raises(GameError, match=r"states\.s\.payoffs\.weights\[0\]\[1\]: expected a weight above 0, found '0'"):
        read.at(w=0)


def test_notes() -> None:
    document = changed(MARKOV, "states Z", {"like": "Y"}) | {"parameters": ["p", "q"]}
    notes = read_document(json.loads(json.dumps(document))).notes
    assert notes == (
        "parameters: 'q' is declared but used nowhere; delete it or use it",
        "states: 'Z' is never reached, whatever is played; correct transitions or delete it",
    )
    many = {**MARKOV, "states": MARKOV["states"] | {f"s{i}": {"like": "X"} for i in range(1000)}}
    notes = read_document(many).notes
    assert len(notes) == 6
    assert notes[-1] == "states: 995 more are never reached; correct transitions or delete them"


@given(markov_documents(), st.sampled_from([0, 1, Fraction(1, 3)]), st.sampled_from(["1/2", "p", "q", "1 - p"]))
def test_substitution_and_documents_of_all_forms(document: dict[str, Any], p: Any, q: str) -> None:
    """Values are put in place by place, as into each expression alone; documents are read back, whatever was put in."""
    read = game(document)
    given_values = {"p": sx.parse(str(p)), "q": sx.parse(q)}
    there = read.at(given_values)
    before, after = dict(read.values()), dict(there.values())
    for place, value in after.items():
        whole = place if place in before else place.replace(".payoffs", ".stages[0].payoffs", 1)
        whole = whole if whole in before else place.replace(".transitions", ".stages[0].transitions", 1)
        old = before[whole]
        assert value == (old.at(given_values) if isinstance(old, sx.Expression) else old), place
    assert there.is_numeric == (not any(isinstance(value, sx.Expression) for value in after.values()))
    for one in (read, there):
        back = loads(dumps(one))
        assert back == one
        assert back.sha256 == one.sha256
    swap = {"p": "q", "q": "p"}
    once = read.at(swap)
    again = once.at({name: swap[name] for name in once.parameters})
    assert (again.stages, again.initial, again.follower) == (read.stages, read.initial, read.follower)
    assert there.states == read.states
    for rows in there.stages:
        for stage in rows:
            for row in stage.transitions or ():
                assert all(sum((value for _, value in one), Fraction(0)) == 1 for one in row)


SELF = {"payoffs": {"leader": [[1]], "follower": [[1]]}}


def moving(*names: str) -> dict[str, Any]:
    """A state that moves on to these with equal probabilities."""
    return SELF | {"transitions": [[dict.fromkeys(names, f"1/{len(names)}")]]}


def of(states: dict[str, Any], horizon: int, start: str = "a") -> dict[str, Any]:
    head = {"format": "stackexact/game", "version": 1, "kind": "markov", "follower": {"response": "best"}}
    return {**head, "horizon": horizon, "initial": {start: 1}, "states": states}


def test_transitions_are_needed_where_a_state_is_reached_before_the_last_stage() -> None:
    chain = {"a": moving("b"), "b": moving("c"), "c": SELF, "d": SELF}
    for horizon in (1, 2, 3):
        assert complaint(of(chain, horizon)) is None
    assert complaint(of(chain, 4)) == (
        "states.c: expected transitions at stage 3 of 4, at which this state can be reached, found none; add them"
    )
    assert complaint(of({"a": SELF}, 2)) == (
        "states.a: expected transitions at stage 1 of 2, at which this state can be reached, found none; add them"
    )
    assert complaint(of(chain, 3, "d")) is not None
    assert complaint(of(chain, 1, "d")) is None


@given(st.data())
def test_reached_states_are_those_of_all_paths(data: st.DataObject) -> None:
    """Beside a walk along every path."""
    names = ["a", "b", "c", "d", "e"][: data.draw(st.integers(1, 5))]
    moves = {one: data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)) for one in names}
    horizon = data.draw(st.integers(1, 5))
    paths = {("a",)}
    for _ in range(horizon - 1):
        paths = {(*path, after) for path in paths for after in moves[path[-1]]}
    reached = {name for path in paths for name in path}
    read = game(of({one: moving(*moves[one]) for one in names}, horizon))
    assert set(read.unreached_states) == set(names) - reached
    lacking = data.draw(st.sampled_from(names))
    states = {one: moving(*moves[one]) if one != lacking else SELF for one in names}
    early = [path.index(lacking) for path in paths if lacking in path[:-1]]
    said = complaint(of(states, horizon))
    assert (said is not None) == bool(early)
    if said is not None:
        assert f"states.{lacking}: expected transitions at stage {min(early) + 1} of {horizon}" in said


def test_long_horizons() -> None:
    """A million stages take no more room than one, and are read, written and compared at once."""
    with without_runaway_work():
        read = game(of({"a": moving("a")}, 10**6))
        assert read.stages[0] is read.stages[-1]
        assert loads(dumps(read)) == read
        assert read.unreached_states == ()
        two = game(of({"a": moving("b"), "b": moving("a")}, 10**5))
        assert two.unreached_states == ()
    for horizon in (10**6 + 1, 10**9, 10**300):
        assert "expected at most 1000000 stages times states" in str(complaint(of({"a": moving("a")}, horizon)))
    assert "expected at most 1000000" in str(complaint(of({"a": moving("b"), "b": moving("a")}, 10**6)))


def test_many_states() -> None:
    names = [f"s{i}" for i in range(20_000)]
    states = {one: {"like": after} for one, after in zip(names, names[1:], strict=False)} | {names[-1]: moving("s0")}
    with without_runaway_work():
        read = game(of(states, 3, "s7"))
        assert len(list(read.values())) == 20_000 + 4
        assert loads(dumps(read)) == read
        states[names[-1]] = {"like": "s10000"}
        assert str(complaint(of(states, 3, "s7"))) == (
            "states.s10000.like: expected no cycle, found s10000 -> s10001 -> s10002 -> ... -> s19998 -> s19999 -> "
            "s10000; give one of these states payoffs of its own"
        )


def test_sums_of_probabilities_do_bounded_work() -> None:
    """Short terms whose sum is long: refused as the same sum in one text would be."""
    names = [f"s{i}" for i in range(600)]
    spread = {one: f"1/(p+{i})" for i, one in enumerate(names, start=1)}
    states = dict.fromkeys(names, SELF) | {"a": SELF | {"transitions": [[spread]]}}
    document = of(states, 2) | {"parameters": ["p"]}
    with without_runaway_work():
        assert "sum" in str(complaint(document))
    digits = {one: f"1/{7**600 + i}" for i, one in enumerate(names)}
    document = of(states | {"a": SELF | {"transitions": [[digits] * 200]}}, 2)
    document["states"]["a"]["payoffs"] = {"leader": [[1] * 200], "follower": [[1] * 200]}
    with without_runaway_work():
        assert complaint(document)


def test_rewards_whose_exponentials_overflow_are_exact() -> None:
    table = {"leader": [[1, 0]], "follower": [["1e2000", "-1e2000"]]}
    read = MarkovGame({"s": {"payoffs": table}}, horizon=1, follower={"response": "quantal", "eta": "1e300"})
    assert read.stages[0][0].follower == ((10**2000, -(10**2000)),)
    assert loads(dumps(read)) == read
    long = MarkovGame(
        {"s": {"payoffs": {"leader": [["1e2000*1e2000+1"]], "follower": [[0]]}}},
        horizon=1,
        follower={"response": "best"},
    )
    assert loads(dumps(long)) == long


def test_repr_and_schema_name() -> None:
    assert repr(game(MARKOV)) == "<MarkovGame 'two doors', 3 states, H = 2, parameters p>"
    assert repr(game(WEIGHTED)) == "<MarkovGame 1 state, H = 1>"
    assert sx.MarkovGame is MarkovGame
