"""The schemas describe answers about quantal followers and Markov games, and no others."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from forms import form, places
from response_games import STAGED, WEIGHTED, changed

import stackexact as sx
from stackexact.games import files

SOLUTION, CERTIFICATE = form("solution"), form("certificate")


def game(document: dict[str, Any]) -> Any:
    return files.loads(json.dumps(document))


def with_best(prescription: bool, ties: str) -> Any:
    payoffs = {"leader": [[2, 4], [1, 3]], "follower": [[1, 0], [0, 1]]}
    state = {"payoffs": payoffs, "transitions": [[{"s": 1}, {"s": 1}]] * 2}
    follower = {"response": "best", "ties": ties}
    return sx.MarkovGame({"s": state}, horizon=2, follower=follower, prescription=prescription)


def looking_ahead() -> Any:
    later = {"payoffs": {"leader": [[1, 1], ["3/4", "3/4"]], "follower": [[0, 0], [2, 0]]}}
    start = {
        "payoffs": {"leader": [[0, 0]] * 2, "follower": [[0, 1]] * 2},
        "transitions": [[{"X": 1}, {"Y": 1}]] * 2,
    }
    other = {"payoffs": {"leader": [[0, 0]] * 2, "follower": [[0, 0]] * 2}}
    return sx.MarkovGame(
        {"start": start, "X": later, "Y": other},
        horizon=2,
        initial={"start": 1},
        follower={"response": "quantal", "eta": 1, "discount": 1},
    )


SOLVED = {
    "commitment": sx.solve(sx.instance("conitzer-sandholm"), ["quantal"], eta=5),
    "prescription": sx.solve(sx.instance("conitzer-sandholm"), ["quantal"], eta=5, prescription=True),
    "exact commitment": sx.solve(sx.instance("prisoners-dilemma"), ["quantal"], eta=1),
    "exact prescription": sx.solve(sx.instance("prisoners-dilemma"), ["quantal"], eta="1/3", prescription=True),
    "all concepts": sx.solve(sx.instance("maintain"), eta=1),
    "weights": sx.solve(game(WEIGHTED)),
    "weights, commitments": sx.solve(game(changed(WEIGHTED, "prescription", False))),
    "two doors": sx.solve(sx.instance("two-doors-myopic")),
    "mixing": sx.solve(sx.instance("mixing-helps")),
    "mixing, prescribed": sx.solve(sx.instance("mixing-helps-more")),
    "staged": sx.solve(game(STAGED)),
    "looking ahead": sx.solve(looking_ahead()),
    **{f"best {p} {ties}": sx.solve(with_best(p, ties)) for p in (True, False) for ties in ("strong", "weak")},
}


def plain(document: Any) -> Any:
    return json.loads(json.dumps(document))


def certificate(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(SOLVED[name].certificate().dumps())
    return made


def proved(name: str) -> bool:
    return bool(SOLVED[name].proofs)


PROVED = [name for name in SOLVED if proved(name)]


@pytest.mark.parametrize("name", SOLVED)
def test_solutions_are_described(name):
    SOLUTION.validate(plain(SOLVED[name].document()))


@pytest.mark.parametrize("name", PROVED)
def test_certificates_are_described(name):
    CERTIFICATE.validate(certificate(name))


@pytest.mark.parametrize("name", SOLVED)
def test_unknown_keys_and_missing_keys(name):
    """In no object of a cell may there be more; what a cell needs it needs."""
    document = plain(SOLVED[name].document())
    for told in document["results"].values():
        (cell,) = told["cells"]
        boxes = [told, cell, *(box[key] for box, key in places(cell) if isinstance(box[key], dict))]
        for box in boxes:
            box["colour"] = {"red": None}
            assert not SOLUTION.is_valid(document)
            del box["colour"]
        for key in ("when", "leader", "policy", "response", "prescription", "eta", "upper"):
            for box in (told, cell):
                if key in box:
                    own = box.pop(key)
                    assert not SOLUTION.is_valid(document), key
                    box[key] = own
    assert SOLUTION.is_valid(document)


@pytest.mark.parametrize(
    ("name", "concept", "path", "value"),
    [
        ("commitment", "quantal", "leader", 3.1),
        ("commitment", "quantal", "leader", "3.1"),
        ("commitment", "quantal", "leader", {"lower": "3", "upper": "4"}),
        ("commitment", "quantal", "leader lower", "31/10.0"),
        ("commitment", "quantal", "leader decimal", "3.1…"),
        ("commitment", "quantal", "leader closed_form", "__import__(os)"),
        ("commitment", "quantal", "leader closed_form", ""),
        ("commitment", "quantal", "leader closed_form", "3/2"),
        ("commitment", "quantal", "commitment", {}),
        ("commitment", "quantal", "commitment", {"top": "0", "bottom": "1"}),
        ("commitment", "quantal", "commitment", {"top": {"lower": "0", "upper": "1", "decimal": "0"}}),
        ("commitment", "quantal", "prescription", {"left": {"top": "1"}, "right": {"top": "1"}}),
        ("commitment", "quantal", "response", {"left": "x"}),
        ("commitment", "quantal", "when", ["t < 0"]),
        ("prescription", "quantal", "prescription", {"left": "1"}),
        ("prescription", "quantal", "commitment", {"top": "1"}),
        ("two doors", "quantal", "policy", []),
        ("two doors", "quantal", "policy", [{}]),
        ("two doors", "quantal", "policy 0", {"start": "x"}),
        ("two doors", "quantal", "values", [{"start": 1}]),
        ("two doors", "quantal", "values 0", {}),
        ("two doors", "quantal", "compared", 3),
        ("two doors", "deterministic", "compared", 0),
        ("best False strong", "mixed-strong", "attained", True),
        ("best False strong", "mixed-strong", "leader", {"lower": "0", "upper": "1", "decimal": "0"}),
        ("best False strong", "mixed-strong", "values 0 s", {"lower": "0", "upper": "1", "decimal": "0"}),
        ("best False weak", "mixed-weak", "attained", "no"),
        ("best False weak", "mixed-weak", "attained_from", []),
        ("best False weak", "mixed-weak", "response 0 s", ["b1"]),
        ("looking ahead", "randomised-bound", "upper", {"lower": "0", "upper": "1", "decimal": "0"}),
        ("looking ahead", "randomised-bound", "cells", 0),
    ],
)
def test_refused_values(name, concept, path, value):
    document = plain(SOLVED[name].document())
    cell = document["results"][concept]["cells"][0]
    document["results"][concept]["cells"][0] = changed(cell, path, value)
    assert not SOLUTION.is_valid(document)


def test_eta_and_prescription_stand_beside_the_cells():
    document = plain(SOLVED["commitment"].document())
    for key, value in (("eta", "0"), ("eta", "-1"), ("eta", 5), ("prescription", "false"), ("prescription", True)):
        assert not SOLUTION.is_valid(changed(document, f"results quantal {key}", value))


def test_kinds_have_their_own_concepts():
    two, one = (plain(SOLVED[name].document()) for name in ("commitment", "two doors"))
    for document, other in ((two, one), (one, two)):
        assert not SOLUTION.is_valid({**document, "kind": other["kind"]})
        assert not SOLUTION.is_valid({**document, "results": other["results"]})
    two, one = certificate("commitment"), certificate("two doors")
    for document, other in ((two, one), (one, two)):
        for part in ("kind", "game", "claims", "proofs"):
            assert not CERTIFICATE.is_valid({**document, part: other[part]}), part


@pytest.mark.parametrize("name", PROVED)
def test_claims_and_proofs_go_together(name):
    document = certificate(name)
    for concept in document["claims"]:
        for part in ("claims", "proofs"):
            bad = copy.deepcopy(document)
            del bad[part][concept]
            assert not CERTIFICATE.is_valid(bad)
            bad[part][concept] = {"cells": []}
            assert not CERTIFICATE.is_valid(bad)
        bad = copy.deepcopy(document)
        bad["proofs"][concept]["cells"] *= 2
        assert not CERTIFICATE.is_valid(bad)
        bad = copy.deepcopy(document)
        bad["proofs"][concept]["cells"][0]["colour"] = "red"
        assert not CERTIFICATE.is_valid(bad)


@pytest.mark.parametrize(
    ("name", "proof"),
    [
        ("commitment", {"limit": "3", "tangents": {"left": "1", "right": "1"}}),
        ("commitment", {"limit": "3"}),
        ("commitment", {"limit": 3, "parts": "a"}),
        ("commitment", {"limit": "3", "parts": ""}),
        ("commitment", {"limit": "3", "parts": "a,b"}),
        ("commitment", {"limit": "3", "parts": "0 1,a,"}),
        ("commitment", {"limit": "3", "parts": "a", "deterministic": True}),
        ("commitment", {"deterministic": False, "parts": "a"}),
        ("commitment", {"deterministic": True}),
        ("prescription", {"limit": "3", "parts": "a"}),
        ("prescription", {"limit": "3", "tangents": {}}),
        ("prescription", {"limit": "3", "tangents": {"left": "0", "right": "1"}}),
        ("prescription", {"limit": "3", "tangents": {"left": "-1", "right": None}}),
        ("prescription", {"deterministic": True, "parts": "a"}),
        ("prescription", {}),
        ("two doors", {"deterministic": True}),
        ("two doors", {"stages": []}),
        ("two doors", {"stages": [{}]}),
        ("two doors", {"stages": [{"start": {}}]}),
        ("two doors", {"stages": [{"start": {"limit": "1"}}]}),
    ],
)
def test_refused_proofs(name, proof):
    document = certificate(name)
    document["proofs"]["quantal"]["cells"] = [proof]
    assert not CERTIFICATE.is_valid(document)


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"rules": False},
        {"rules": True, "limit": 3},
        {"limit": "3"},
        {"deterministic": True},
        {"rules": True, "x": 1},
    ],
)
def test_refused_proofs_of_deterministic_policies(proof):
    document = certificate("two doors")
    document["proofs"]["deterministic"]["cells"] = [{"stages": [{"start": proof}]}]
    assert not CERTIFICATE.is_valid(document)


@pytest.mark.parametrize(
    "proof", [{}, {"enumerated": 0}, {"enumerated": "4"}, {"enumerated": 4, "stages": [{"s": {}}]}]
)
def test_refused_proofs_of_policies_that_are_all_gone_through(proof):
    document = certificate("looking ahead")
    document["proofs"]["deterministic"]["cells"] = [proof]
    assert not CERTIFICATE.is_valid(document)


@pytest.mark.parametrize(
    "cell",
    [{}, {"most": 1}, {"most": "1", "level": "0"}, {"most": "1", "tangents": {"b1": "1"}}, {"most": "1", "x": "0"}]
    + [{"most": "1", "level": "0", "tangents": {"b1": slope}} for slope in ("0", "-1", 1)],
)
def test_refused_cells_of_bounds(cell):
    document = certificate("looking ahead")
    (proof,) = document["proofs"]["randomised-bound"]["cells"]
    (start,) = proof["stages"][0].values()
    for good in ({"most": "1"}, {"most": "1", "level": "0", "tangents": {"b1": "1/2", "b2": None}}):
        start["cells"] = [good]
        assert CERTIFICATE.is_valid(document)
    start["cells"] = [cell]
    assert not CERTIFICATE.is_valid(document)


@pytest.mark.parametrize(
    "proof",
    [
        {"multipliers": {"b1": "1"}, "claim": {}, "proof": {}},
        {"multipliers": ["1"]},
        {"proof": {"best_responses": {}}},
        {"kept": []},
        {"limit": "3", "parts": "a"},
    ],
)
@pytest.mark.parametrize("name", ["best True strong", "best False strong"])
def test_refused_proofs_of_best_responses(name, proof):
    document = certificate(name)
    document["proofs"]["mixed-strong"]["cells"] = [{"stages": [{"s": proof}, {"s": proof}]}]
    assert not CERTIFICATE.is_valid(document)
