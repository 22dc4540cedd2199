"""The JSON Schemas accept what the reader accepts and refuse what the reader refuses for its form."""

import json
import re
from typing import Any

import pytest
from forms import complaint, form, mutated, places
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stackexact import schema
from stackexact.errors import UsageError
from stackexact.games import files
from stackexact.games.bimatrix import Game

GAME = form()
SOLUTION = form("solution")
CERTIFICATE = form("certificate")

BEYOND_FORM = re.compile(
    "expected [0-9]+ payoffs as in row|expected [0-9]+x[0-9]+ as in|labels as the payoffs have|undeclared"
    "|at character|divides by zero|expected a label, found|a value of at least 0"
)
"""What the reader demands beyond the schema, as the schema's description says."""

PAYOFFS = st.sampled_from(["0", "3/5", "0.25", "-1", "2*delta", " delta - 1 ", 0, 3, -7, 0.5, 1e-3])
LABELS = st.lists(st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), min_size=1), unique=True)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Documents that the reader accepts."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = st.lists(st.lists(PAYOFFS, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    document = {
        "format": "stackexact/game",
        "version": 1,
        "kind": "bimatrix",
        "parameters": draw(st.sampled_from([["delta"], ["delta", "gamma"], ["N", "delta"]])),
        "payoffs": {"leader": draw(table), "follower": draw(table)},
    }
    optional = {
        "name": st.just("etc"),
        "description": st.just(""),
        "source": st.just("a book"),
        "actions": st.sampled_from(
            [
                {},
                {"leader": ["a", "b", "c"][:rows]},
                {"leader": ["1", "2", "3"][:rows], "follower": ["x", "y", "z"][:columns]},
            ]
        ),
        "assumptions": st.lists(st.sampled_from(["0 < delta", "delta <= 1/20", "0 < delta < 1", "delta != 2"])),
        "tolerance": st.sampled_from(["0", "delta", 0.25, 3]),
    }
    for key, values in optional.items():
        if draw(st.booleans()):
            document[key] = draw(values)
    return document


@given(documents())
def test_both_accept(document: dict[str, Any]) -> None:
    assert complaint(document) is None
    assert GAME.is_valid(document)


@settings(max_examples=400)
@given(documents(), st.data())
def test_both_refuse_the_same_forms(document: dict[str, Any], data: st.DataObject) -> None:
    document = mutated(document, data)
    said, valid = complaint(document), GAME.is_valid(document)
    assert valid or said, "the reader accepts what the schema refuses"
    assert not valid or said is None or BEYOND_FORM.search(said), (
        "the schema accepts what the reader refuses for its form"
    )


def test_every_written_game_is_valid() -> None:
    game = Game([["1/2", "delta"]], [[0, 1]], assumptions=["0 < delta < 1"], tolerance="delta", name="x", source="y")
    assert GAME.is_valid(json.loads(files.dumps(game)))


@pytest.mark.parametrize("name", schema.names())
def test_schemas_are_schemas_and_self_contained(name: str) -> None:
    document = schema.load(name)
    Draft202012Validator.check_schema(document)
    Draft202012Validator(document).is_valid({})
    assert document is not schema.load(name)
    assert document["$id"].endswith(name)


def test_unknown_schema() -> None:
    kinds = "bimatrix, lq-incentive, markov, recommendation, mechanism"
    runs = "trace, learning, follower-play, follower-verification, verification"
    known = f"{kinds}, solution, certificate, {runs}, estimate, robustness"
    with pytest.raises(UsageError, match=f"schema: expected one of {known}, found 'poker'"):
        schema.load("poker")


def solution() -> dict[str, Any]:
    """Every documented key once; the figures are arbitrary."""
    pure = {
        "when": [],
        "leader": "3/5",
        "follower": "delta",
        "commitment": {"a1": "1"},
        "response": "b1",
        "tied": ["b1"],
    }
    low = {"when": ["delta < 1/30"], **{key: pure[key] for key in ("leader", "follower")}}
    results: dict[str, Any] = {
        "pure-strong": {"cells": [pure]},
        "pure-weak": {"cells": [], "undecided": [{"when": []}], "notes": ["Stopped by --max-cells."]},
        "mixed-strong": {"cells": [{**pure, "commitment": {"a1": "1/3", "a2": "2/3"}}]},
        "mixed-weak": {
            "cells": [
                {"when": ["delta < 1/30"], "leader": "1", "attained": False, "classes": [["b1", "b2"]]},
                {
                    "when": ["delta >= 1/30"],
                    "leader": "1",
                    "attained": True,
                    "classes": [["b1"]],
                    "witness": {"a1": "1"},
                },
            ],
            "undecided": [{"when": ["delta**2 - 2 == 0", "1 < delta"]}],
        },
        "tolerant": {"tolerance": "1/20", "cells": [{**low, "epsilon": {"leader": "0", "follower": "delta"}}]},
        "self-tolerant": {"tolerance": "gamma", "cells": [low]},
        "alignment": {
            "cells": [
                {"when": ["delta == 0"], "constant": "oo", "same_ranking": False},
                {"when": ["delta != 0"], "constant": "(2)/(5*delta)", "same_ranking": True},
            ]
        },
        "correlated": {"cells": [{**low, "distribution": {"a1": {"b1": "1/2", "b2": "1/2"}}}]},
    }
    return {
        "format": "stackexact/solution",
        "version": 1,
        "kind": "bimatrix",
        "game": {"name": "misaligned-a", "sha256": "0" * 64},
        "parameters": ["delta"],
        "assumptions": ["0 < delta < 1/20", "delta != 1/40"],
        "results": results,
        "notes": ["Without a tolerance the tolerant benchmarks are left out."],
    }


def certificate() -> dict[str, Any]:
    """A document of the form of docs/certificates.md; it proves nothing."""
    combination = {"responses": {"b1": "1"}, "values": {}}
    entries = {"a1": {"from": "0"}, "a2": {"from": "1/5", "guard": "a1"}, "a3": {"from": "never", "guard": "a1"}}
    reaching = {"interior": {"a1": "1"}, "commitment": {"a1": "1"}, "weights": {"b1": "1"}, "multipliers": {}}
    witness = {"action": "a1", "outcome": "b1", "response": "b1", "tolerated": {"a1": "b1"}}
    basis = {"support": ["a1"], "tight": ["b1"]}
    proofs: dict[str, Any] = {
        "pure-strong": {"best_responses": {"a1": ["b1", "b2"]}},
        "pure-weak": {"best_responses": {"a1": ["b1"]}},
        "mixed-strong": {
            "reaching": {"b1": {"commitment": {"a1": "1"}, "basis": basis, "multipliers": [{"b2": "1/2"}, {}]}},
            "bounded": {"b2": {"b1": "1"}},
            "empty": {"b3": {"b1": "1"}},
        },
        "mixed-weak": {
            "classes": [
                {
                    "actions": ["b1"],
                    "reaching": {**reaching, "chain": {"steps": [{"b2": combination}], "empty": combination}},
                },
                {"actions": ["b2"], "bounded": {"weights": {"b2": "1"}, "multipliers": {}}},
                {"actions": ["b3"], "thin": {"b1": "1"}},
            ]
        },
        "tolerant": {
            "leader": {"tolerated": {"a1": "b1"}, "guarantees": [{"from": "0", "action": "a1"}]},
            "follower": {"action": "a1", "response": "b1", "tolerated": {"a1": "b1"}, "entries": entries},
        },
        "self-tolerant": {"entries": entries, "leader": witness, "follower": witness},
        "alignment": {
            "by_follower": [["a1", "b1"]],
            "by_leader": [["a1", "b1"]],
            "extreme": [["a1", "b1"], ["a2", "b1"]],
        },
        "correlated": {
            "basis": {"support": [["a1", "b1"]], "tight": [["b1", "b2"]]},
            "multipliers": [{"b1": {"b2": "1/2"}}, {}],
        },
    }
    claims = solution()["results"]
    claims["self-tolerant"]["cells"][0]["epsilon"] = {"leader": "0", "follower": "1/50"}
    return {
        "format": "stackexact/certificate",
        "version": 1,
        "kind": "bimatrix",
        "game": Game([["1"]], [["delta"]]).document(),
        "claims": claims,
        "proofs": {concept: {"cells": [cell]} for concept, cell in proofs.items()},
    }


def test_solutions_and_certificates_of_the_documented_form() -> None:
    assert list(SOLUTION.iter_errors(solution())) == []
    assert list(CERTIFICATE.iter_errors(certificate())) == []


def at(document: Any, path: str) -> tuple[Any, Any]:
    *front, last = [int(part) if part.isdigit() else part for part in path.split()]
    for key in front:
        document = document[key]
    return document, last


@settings(max_examples=60)
@given(st.data())
@example(None)
def test_solutions_and_certificates_are_closed(data: st.DataObject | None) -> None:
    for make, validator in ((solution, SOLUTION), (certificate, CERTIFICATE)):
        document = make()
        objects = [document, *(box[key] for box, key in places(document) if isinstance(box[key], dict))]
        chosen = data.draw(st.sampled_from(objects)) if data else document
        chosen["colour"] = {"red": None}
        assert not validator.is_valid(document)


@pytest.mark.parametrize(
    "path",
    ["format", "version", "kind", "game", "game name", "game sha256", "parameters", "assumptions", "results"]
    + [f"results pure-strong cells 0 {key}" for key in ("when", "leader", "follower", "commitment", "response", "tied")]
    + [f"results mixed-weak cells 0 {key}" for key in ("when", "leader", "attained")]
    + [f"results tolerant {key}" for key in ("tolerance", "cells", "cells 0 when", "cells 0 leader")]
    + [f"results alignment cells 0 {key}" for key in ("when", "constant", "same_ranking")],
)  # fmt: skip
def test_what_the_contract_shows_is_always_there(path: str) -> None:
    document = solution()
    box, key = at(document, path)
    del box[key]
    assert not SOLUTION.is_valid(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("results pure-strong cells 0 leader", 0.6),
        ("results pure-strong cells 0 leader", "0.6"),
        ("results pure-strong cells 0 when", ["0 < delta < 1"]),
        ("results pure-strong cells 0 when", ["delta"]),
        ("results pure-strong cells 0 when", ["delta < < 1"]),
        ("results pure-strong cells 0 commitment", {}),
        ("results pure-strong cells", []),
        ("results mixed-weak cells 0 witness", {"a1": "1"}),
        ("results mixed-weak undecided", []),
        ("game sha256", "abc"),
    ],
)
def test_refused_values(path: str, value: Any) -> None:
    document = solution()
    box, key = at(document, path)
    box[key] = value
    assert not SOLUTION.is_valid(document)


NORMAL = ["0", "-1", "10", "1/2", "-3/10", "1/11", "delta", "2*delta", "-1/2*delta + 1", "(2)/(5*delta)", "oo"]
OTHER = ["", "-0", "01", "1/0", "1/1", "0/2", "1/02", "+1", "0.5", "1/-2", "1+1", "2*3", " 1", "1 ", "-", "/2", "é"]


@pytest.mark.parametrize("text", NORMAL + OTHER)
def test_claimed_numbers_are_in_normal_form(text: str) -> None:
    document = certificate()
    document["claims"]["pure-strong"]["cells"][0]["leader"] = text
    assert CERTIFICATE.is_valid(document) == (text in NORMAL)
    document = solution()
    document["results"]["pure-strong"]["cells"][0]["leader"] = text
    assert SOLUTION.is_valid(document) == (text in NORMAL)


def test_numbers_in_proofs_have_any_form() -> None:
    for text in [*NORMAL, "0.50", "01", "2/4", "-0"]:
        document = certificate()
        document["proofs"]["mixed-strong"]["cells"][0]["bounded"]["b2"]["b1"] = text
        assert CERTIFICATE.is_valid(document)
    for text in ("", "1/0", "1/00", "+1", ".5", "1.", "0x1;", 1):
        document["proofs"]["mixed-strong"]["cells"][0]["bounded"]["b2"]["b1"] = text
        assert not CERTIFICATE.is_valid(document)


COVERAGE = "the cells are disjoint and cover the assumptions"


@pytest.mark.parametrize("concept", solution()["results"])
def test_claims_and_proofs_go_together(concept: str) -> None:
    for part in ("claims", "proofs"):
        document = certificate()
        del document[part][concept]
        assert not CERTIFICATE.is_valid(document)
        document = certificate()
        document[part] = {}
        assert not CERTIFICATE.is_valid(document)
    document = certificate()
    for part in ("claims", "proofs"):
        document[part] = {concept: document[part][concept]}
    assert CERTIFICATE.is_valid(document)
    (proof,) = document["proofs"][concept]["cells"]
    document["proofs"][concept]["cells"] *= 2
    assert not CERTIFICATE.is_valid(document), "several cells need a statement of coverage"
    piece = {"when": ["delta < 1/2"], "proof": {} if concept.startswith("pure") else proof}
    document["proofs"][concept] = {"cells": [{"pieces": [piece, piece]}] * 2, "coverage": COVERAGE}
    assert CERTIFICATE.is_valid(document), "a closed form has several cells"
    for wrong in ({**document["proofs"][concept], "coverage": "assumed"}, {"cells": [piece], "coverage": COVERAGE}):
        assert not CERTIFICATE.is_valid({**document, "proofs": {concept: wrong}})
    document["proofs"][concept]["cells"] = []
    assert not CERTIFICATE.is_valid(document)
    assert not CERTIFICATE.is_valid({**document, "claims": {}, "proofs": {}})


@pytest.mark.parametrize(
    "path",
    [
        "mixed-weak cells 1 witness",
        "mixed-weak cells 0 classes",
        "tolerant cells 0 epsilon",
        "self-tolerant cells 0 epsilon",
        "correlated cells 0 distribution",
    ],
)
def test_a_claim_holds_what_its_proof_speaks_of(path: str) -> None:
    document = certificate()
    box, key = at(document, f"claims {path}")
    del box[key]
    assert not CERTIFICATE.is_valid(document)


def test_a_nameless_game_has_a_solution() -> None:
    document = solution()
    document["game"]["name"] = None
    assert SOLUTION.is_valid(document)
