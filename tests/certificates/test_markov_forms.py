"""The checker proves deterministic policies as functions of parameters, and nothing else."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import markov_forms
from stackexact.certificates.check import check
from stackexact.games.markov import MarkovGame


def game_of(
    rng: random.Random, names: str = "p", *, discount: int = 0, prescription: bool = True, horizon: int = 2
) -> MarkovGame:
    def entry(values: list[str]) -> str:
        return rng.choice([*values, *names])

    def table(values: list[str]) -> list[list[str]]:
        return [[entry(values) for _ in range(2)] for _ in range(2)]

    def law() -> dict[str, Any]:
        return {rng.choice("st"): 1} if discount else rng.choice([{"s": 1}, {"s": "1/2", "t": "1/2"}])

    states = {
        name: {
            "payoffs": {"leader": table(["0", "1", "-1/2"]), "weights": table(["1", "2"])},
            "transitions": [[law() for _ in range(2)] for _ in range(2)],
        }
        for name in "st"
    }
    return MarkovGame(
        states,
        horizon=horizon,
        follower={"response": "quantal", "discount": discount},
        prescription=prescription,
        initial={"s": 1},
        parameters=list(names),
        assumptions=[f"0 < {name}" for name in names],
    )


def written(game: MarkovGame) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(sx.solve(game, ["deterministic"]).certificate().document))
    return made


@pytest.mark.parametrize("seed", range(16))
def test_one_parameter(seed: int) -> None:
    game = game_of(random.Random(seed), discount=seed % 2, prescription=seed % 4 < 2)
    document = written(game)
    report = check(document)
    assert report.true, str(report)
    assert report.verdicts[0].coverage == ("" if game.is_numeric else "proved")


@pytest.mark.parametrize("seed", range(4))
def test_several_parameters(seed: int) -> None:
    pytest.importorskip("z3")
    game = game_of(random.Random(seed), "kp", horizon=1, discount=0, prescription=seed % 2 == 0)
    document = written(game)
    assert check(document).true
    report = check(document, smt="z3")
    assert report.true
    assert report.verdicts[0].coverage in ("proved", "proved by z3", "")


def lies() -> Iterator[dict[str, Any]]:
    """Certificates each of which claims something false, or proves it by nothing."""
    for discount, prescription in ((0, True), (0, False), (1, True), (1, False)):
        game = sx.instance("two-doors-general")
        game = MarkovGame(
            {key: game.document()["states"][key] for key in game.states},
            horizon=2,
            follower={"response": "quantal", "discount": discount},
            prescription=prescription,
            initial={"start": 1},
            actions={"leader": ["p0", "p1"], "follower": ["x", "y"]},
            assumptions=["t > 0"],
        )
        true = written(game)
        assert check(true).true
        for change in CHANGES:
            made = copy.deepcopy(true)
            change(made)
            if made != true:
                yield made
    yield from _no_best()
    yield from _no_probabilities()


def _no_best() -> Iterator[dict[str, Any]]:
    """Policies with values that are theirs, and are not the greatest."""
    for prescription, domain, policy, value in (
        (True, "k > 1", {"b1": {"a1": "1"}, "b2": {"a1": "1"}}, "(1)/(k + 1)"),
        (False, "1 < k < 5", {"a2": "1"}, "1/6"),
    ):
        states = {"s": {"payoffs": {"leader": [[0, 1], ["1/2", 0]], "weights": [["k", 1], [1, 2]]}}}
        game = MarkovGame(
            states, horizon=1, follower={"response": "quantal"}, prescription=prescription, assumptions=[domain]
        )
        made = written(game)
        assert check(made).true
        (cell,) = _cells(made)
        cell.update(leader=value, policy=[{"s": policy}], values=[{"s": value}])
        yield made


def _no_probabilities() -> Iterator[dict[str, Any]]:
    """True where probabilities are what they must be, on domains where they are not."""
    for start, move in (({"s": "p", "t": "1 - p"}, {"s": 1}), ({"s": 1}, {"s": "p", "t": "1 - p"})):
        one = {"payoffs": {"leader": [[1]], "weights": [[1]]}, "transitions": [[move]]}
        game = MarkovGame({"s": one, "t": one}, horizon=2, follower={"response": "quantal"}, initial=start,
                          assumptions=["0 <= p <= 1"])  # fmt: skip
        made = written(game)
        assert check(made).true
        made["game"]["assumptions"] = ["0 <= p <= 2"]
        yield made


def _cells(document: dict[str, Any]) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = document["claims"]["deterministic"]["cells"]
    return cells


def _value(document: dict[str, Any]) -> None:
    _cells(document)[0]["leader"] = "(1)/(t + 2)"


def _more(document: dict[str, Any]) -> None:
    """The other policy's value where it is less."""
    cells = _cells(document)
    if len(cells) > 1:
        cells[0]["leader"] = cells[1]["leader"]


def _less(document: dict[str, Any]) -> None:
    """A policy that is not best, with all that is true of it."""
    cells = _cells(document)
    if len(cells) > 1:
        for key in ("leader", "policy", "values"):
            cells[0][key], cells[1][key] = cells[1][key], cells[0][key]
    else:
        _policy(document)


def _policy(document: dict[str, Any]) -> None:
    row = _cells(document)[-1]["policy"][1]
    row["X"] = {"p0": "1"} if row["X"] != {"p0": "1"} else {"p1": "1"}


def _other(document: dict[str, Any]) -> None:
    _cells(document)[0]["policy"][1].pop("Y")


def _mixed(document: dict[str, Any]) -> None:
    row = _cells(document)[0]["policy"][1]
    half = {"p0": "1/2", "p1": "1/2"}
    row["Y"] = {"x": half, "y": half} if "x" in row["Y"] else half


def _values(document: dict[str, Any]) -> None:
    _cells(document)[0]["values"][1]["X"] = "2"


def _elsewhere(document: dict[str, Any]) -> None:
    _cells(document)[0]["values"][0]["Y"] = "0"


def _cell(document: dict[str, Any]) -> None:
    if len(_cells(document)) > 1:
        _cells(document).pop()
        document["proofs"]["deterministic"]["cells"].pop()


def _relation(document: dict[str, Any]) -> None:
    for cell in _cells(document):
        cell["when"] = [one.replace("3*t**2", "5*t**2") for one in cell["when"]]


def _proof(document: dict[str, Any]) -> None:
    document["proofs"]["deterministic"]["cells"][0]["pieces"][0]["proof"] = {"functions": False}


def _paid(document: dict[str, Any]) -> None:
    document["game"]["states"]["X"]["payoffs"]["leader"] = [["2", "2"], ["3/4", "3/4"]]


def _compared(document: dict[str, Any]) -> None:
    for cell in _cells(document):
        cell["compared"] = 1 + cell.get("compared", 7)


def _missing(document: dict[str, Any]) -> None:
    for cell in _cells(document):
        cell.pop("compared", None)


def _domain(document: dict[str, Any]) -> None:
    """Weights that are not positive, on a domain where nothing else speaks against it."""
    document["game"]["assumptions"] = ["t < 0"]


def _rewards(document: dict[str, Any]) -> None:
    """Another game: rewards in the place of weights."""
    for state in document["game"]["states"].values():
        state["payoffs"]["follower"] = state["payoffs"].pop("weights")
    document["game"]["follower"]["eta"] = "1"


CHANGES = (
    *(_value, _more, _less, _policy, _other, _mixed, _values, _elsewhere, _cell, _relation, _proof, _paid, _compared),
    *(_missing, _domain, _rewards),
)


def test_lies_are_refused() -> None:
    made = list(lies())
    assert len(made) > 45
    for lie in made:
        report = check(lie)
        assert not report.true
        assert not report.limited, str(report)


def test_no_refusal_is_idle() -> None:
    assert unnoticed([markov_forms], list(lies())) == []


def test_other_proofs_are_about_numbers() -> None:
    document = written(sx.instance("two-doors-general"))
    for cell in document["proofs"]["deterministic"]["cells"]:
        for piece in cell["pieces"]:
            piece["proof"] = {"enumerated": 8}
    assert "for this proof is about one" in str(check(document))


def test_bounds_are_told() -> None:
    rng = random.Random(1)
    document = written(game_of(rng, discount=1))
    document["game"]["follower"]["discount"] = "1/2"
    report = check(document)
    assert report.limited
    assert "whole numbers" in str(report)


def test_names_of_states_and_actions_are_no_parameters() -> None:
    """A label that looks like a parameter takes no part."""
    states = {"p": {"payoffs": {"leader": [["q", 0]], "weights": [[1, 2]]}, "actions": {"leader": ["p"]}}}
    game = MarkovGame(states, horizon=1, follower={"response": "quantal"}, parameters=["p", "q"], assumptions=["q > 0"])
    report = check(written(game))
    assert report.true
    assert report.verdicts[0].coverage == "proved"
