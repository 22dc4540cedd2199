"""The schemas of solutions and certificates describe games of incentives, and nothing else under that kind."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from forms import form
from many_followers import FAMILY, LINES, NUMBERS, certificate

import stackexact as sx

SOLUTION, CERTIFICATE, GAME = form("solution"), form("certificate"), form("lq-incentive")

FREE = {("mean-field", "swapped_cost"), ("major-follower", "limit_gain")}
"""What a cell may leave out while its other keys stand there."""


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with its keys."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


def cells(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for concept, told in document["results"].items():
        yield from ((concept, cell) for cell in told["cells"])


@pytest.mark.parametrize("name", FAMILY)
def test_solutions_are_described(name: str) -> None:
    """As are their games; certificates are in the tests of the checker."""
    GAME.validate(FAMILY[name].document())
    SOLUTION.validate(sx.solve(FAMILY[name]).document())


@pytest.mark.parametrize("name", ["six followers", "a state and reactions", "a major follower", "a weight"])
def test_unknown_keys_are_refused_everywhere(name: str) -> None:
    for validator, document in (
        (SOLUTION, sx.solve(FAMILY[name]).document()),
        (CERTIFICATE, certificate(FAMILY[name])),
    ):
        boxes = [document, *(box[key] for box, key in places(document) if isinstance(box[key], dict))]
        for box in boxes:
            box["colour"] = {"red": None}
            assert not validator.is_valid(document)
            del box["colour"]
        assert validator.is_valid(document)


@pytest.mark.parametrize("name", [*NUMBERS, "a weight", "no influence, by the mean alone", "states without influence"])
def test_keys_of_a_cell_come_together(name: str) -> None:
    """Without any one of them a cell is another one, or none."""
    document = json.loads(json.dumps(sx.solve(FAMILY[name]).document()))
    for concept, cell in cells(document):
        for key in list(cell):
            own = cell.pop(key)
            assert SOLUTION.is_valid(document) == ((concept, key) in FREE and not cell.get("finite_energy")), (
                concept,
                key,
            )
            cell[key] = own


@pytest.mark.parametrize("name", [*NUMBERS, "a weight", "no influence, by the mean alone"])
def test_flags_say_which_keys_there_are(name: str) -> None:
    document = json.loads(json.dumps(sx.solve(FAMILY[name]).document()))
    for concept, cell in cells(document):
        for key in ("exists", "second_order"):
            if key in cell and not (concept == "randomised" and "saving" not in cell):
                cell[key] = not cell[key]
                assert not SOLUTION.is_valid(document), (concept, key)
                cell[key] = not cell[key]


def solution(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(sx.solve(FAMILY[name]).document()))
    return made


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("six followers", "team-optimum cost", 3),
        ("six followers", "team-optimum cost", "3.0"),
        ("six followers", "team-optimum actions", {"u0": "1"}),
        ("six followers", "team-optimum strategies", {"u0": {"x": "1"}, "u": {"y": "1"}}),
        ("six followers", "incentive gain", {}),
        ("six followers", "incentive gain", {"u0": {}}),
        ("six followers", "incentive gain", {"u0": "1"}),
        ("six followers", "incentive gain", {"u 0": {"u": "1"}}),
        ("six followers", "incentive unique", "true"),
        ("six followers", "mean-field energy", "3"),
        ("six followers", "mean-field energy", "0"),
        ("six followers", "mean-field team_cost", "0"),
        ("six followers", "mean-field when", ["N"]),
        ("a state", "mean-field actions", {"u0": "1", "u": "1"}),
        ("a state", "team-optimum strategies", {"u0": {"x": "1"}}),
        ("a state", "team-optimum strategies", {"u0": {"x": "1"}, "u": "1"}),
        ("a major follower", "major-follower limit_gain", "0"),
        ("no gain, but none is needed by many", "incentive energy", "0"),
        ("no gain, but none is needed by many", "mean-field mean_gain", {"u0": {"u": "0"}}),
    ],
)  # fmt: skip
def test_refused_values(name: str, path: str, value: object) -> None:
    document = solution(name)
    concept, key = path.split()
    document["results"][concept]["cells"][0][key] = value
    assert not SOLUTION.is_valid(document)


def test_every_kind_has_its_own_concepts() -> None:
    many, two = solution("six followers"), json.loads(json.dumps(sx.solve(sx.instance("maintain")).document()))
    for one, other in ((many, two), (two, many)):
        assert SOLUTION.is_valid(one)
        assert not SOLUTION.is_valid({**one, "kind": other["kind"]})
        assert not SOLUTION.is_valid({**one, "results": other["results"]})
        assert not SOLUTION.is_valid({**one, "kind": "markov"})
        assert SOLUTION.is_valid({**one, "results": {}})
    many, two = (
        certificate(NUMBERS["six followers"]),
        json.loads(sx.solve(sx.instance("maintain")).certificate().dumps()),
    )
    for one, other in ((many, two), (two, many)):
        assert CERTIFICATE.is_valid(one)
        for part in ("kind", "game", "claims", "proofs"):
            assert not CERTIFICATE.is_valid({**one, part: other[part]}), part


@pytest.mark.parametrize("name", ["six followers", "a state", "a major follower", *LINES])
def test_claims_and_proofs_go_together(name: str) -> None:
    document = certificate(FAMILY[name])
    for concept in document["claims"]:
        for part in ("claims", "proofs"):
            changed = copy.deepcopy(document)
            del changed[part][concept]
            assert not CERTIFICATE.is_valid(changed)
            changed[part][concept] = {"cells": []}
            assert not CERTIFICATE.is_valid(changed)
        changed = copy.deepcopy(document)
        if "coverage" in changed["proofs"][concept]:
            del changed["proofs"][concept]["coverage"]
        else:
            changed["proofs"][concept]["cells"] *= 2
        assert not CERTIFICATE.is_valid(changed)


@pytest.mark.parametrize(
    ("name", "concept", "proof"),
    [
        ("six followers", "team-optimum", {"actions": {"u0": "1", "u": "1"}}),
        ("six followers", "incentive", {}),
        ("six followers", "incentive", {"actions": {"u0": 1, "u": "1"}}),
        ("six followers", "incentive", {"actions": {"u0": "1"}, "strategies": {"u0": {"x": "1"}, "u": {"y": "1"}}}),
        ("six followers", "mean-field", {"actions": {"u0": "1"}, "turn": "1"}),
        ("six followers", "mean-field", {"actions": {"u0": "1"}, "response": "1"}),
        ("six followers", "mean-field", {"actions": {"u0": "1"}, "change": ["1", "1"]}),
        ("six followers", "randomised", {"move": ["1"]}),
        ("six followers", "randomised", {"actions": {"u0": "1"}, "move": []}),
        ("a state", "mean-field", {"response": [["1"]]}),
        ("a state", "mean-field", {"change": ["1"]}),
        ("a major follower", "major-follower", {"response": "1"}),
    ],
)
def test_refused_proofs(name: str, concept: str, proof: object) -> None:
    document = certificate(NUMBERS[name])
    document["proofs"][concept]["cells"] = [proof]
    assert not CERTIFICATE.is_valid(document)
