"""Closed forms made by hand, and every way of spoiling their cells, pieces and relations.

``JUMP``: the follower is paid (delta, 0, -delta), so all three actions tie at delta = 0 alone; only the middle one
gives the leader 1. ``ROOT`` is the same with delta**2 - 2, which vanishes at an irrational number.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from stackexact.certificates.check import check
from stackexact.certificates.coverage import STATEMENT

JUMP, ROOT = "delta", "delta**2 - 2"
TURNED = {JUMP: "-delta", ROOT: "-delta**2 + 2"}


def game(term: str, *assumptions: str) -> dict[str, Any]:
    return {
        "format": "stackexact/game",
        "version": 1,
        "kind": "bimatrix",
        "parameters": ["delta"],
        "assumptions": list(assumptions),
        "payoffs": {"leader": [["0", "1", "0"]], "follower": [[term, "0", TURNED[term]]]},
    }


def cell(when: list[str], leader: str, follower: str, response: str, tied: list[str]) -> dict[str, Any]:
    return {
        "when": when,
        "leader": leader,
        "follower": follower,
        "commitment": {"a1": "1"},
        "response": response,
        "tied": tied,
    }


def certificate(concept: str, world: dict[str, Any], cells: list[dict[str, Any]], *proofs: Any) -> dict[str, Any]:
    written = [{"pieces": [{"when": [], "proof": {}}]} for _ in cells]
    return {
        "format": "stackexact/certificate",
        "version": 1,
        "kind": "bimatrix",
        "game": world,
        "claims": {concept: {"cells": cells}},
        "proofs": {concept: {"cells": list(proofs) or written, "coverage": STATEMENT}},
    }


def jump() -> dict[str, Any]:
    cells = [
        cell(["delta < 0"], "0", "-delta", "b3", ["b3"]),
        cell(["delta == 0"], "1", "0", "b2", ["b2"]),
        cell(["delta > 0"], "0", "delta", "b1", ["b1"]),
    ]
    return certificate("pure-strong", game(JUMP), cells)


def root() -> dict[str, Any]:
    """The positive root alone is within the assumptions."""
    cells = [
        cell(["delta**2 - 2 < 0"], "0", "-delta**2 + 2", "b3", ["b3"]),
        cell(["delta**2 - 2 == 0"], "1", "0", "b2", ["b2"]),
        cell(["delta**2 - 2 > 0"], "0", "delta**2 - 2", "b1", ["b1"]),
    ]
    return certificate("pure-strong", game(ROOT, "0 < delta"), cells)


MADE = {"jump": jump, "root": root}


def reason(document: dict[str, Any]) -> str:
    """Why the only claim is false; empty where it is true."""
    (verdict,) = check(document).verdicts
    assert verdict.true == (not verdict.reason) == (verdict.coverage == "proved")
    assert "\n" not in verdict.reason
    return verdict.reason


@pytest.mark.parametrize("name", MADE)
def test_the_hand_made_closed_forms_are_proved(name: str) -> None:
    report = check(MADE[name]())
    assert report.true
    assert str(report).endswith("pure-strong: true (coverage proved)")


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("number", range(3))
def test_a_dropped_or_doubled_cell_is_noticed(name: str, number: int) -> None:
    for part in ("claims", "proofs"):
        document = MADE[name]()
        del document[part]["pure-strong"]["cells"][number]
        assert "expected a proof for each of" in reason(document)
    document = MADE[name]()
    for part in ("claims", "proofs"):
        del document[part]["pure-strong"]["cells"][number]
    assert "no cell holds for " in reason(document)
    document = MADE[name]()
    for part in ("claims", "proofs"):
        cells = document[part]["pure-strong"]["cells"]
        cells.append(copy.deepcopy(cells[number]))
    assert "an earlier cell holds as well" in reason(document)


@pytest.mark.parametrize(
    ("number", "when", "why"),
    [
        (0, ["delta <= 0"], "an earlier cell holds as well for delta = 0"),
        (0, ["delta < -1"], "no cell holds for delta = -1"),
        (0, ["delta < 1/1000"], "an earlier cell holds as well"),
        (0, [], "an earlier cell holds as well"),
        (0, ["delta != 0"], "an earlier cell holds as well"),
        (0, ["delta < 0", "delta != -7/3"], "no cell holds for delta = -7/3"),
        (1, ["delta == 1/1000"], "an earlier cell holds as well"),
        (1, ["delta**2 == 0"], ""),
        (1, ["delta**2 < 0"], "the cell holds nowhere"),
        (2, ["delta >= 0"], "an earlier cell holds as well for delta = 0"),
        (2, ["delta > 0", "delta**2 - 2 != 0"], "no cell holds for delta = 1.41421"),
        (2, ["0 < delta"], ""),
        (2, ["0 < delta < 5"], "expected one relation"),
        (2, ["delta > 0/1"], "normal form"),
        (2, ["gamma > 0"], "in delta alone"),
        (2, ["delta"], "expected a relation"),
        (2, ["(1)/(delta) > 0"], ""),
        (2, ["1/delta > 0"], "normal form"),
        (2, ["delta**401 > 0"], "up to the degree 400"),
        (2, [7], "expected a relation"),
        (2, "delta > 0", "expected a list"),
    ],
)
def test_relations_say_exactly_where_a_cell_holds(number: int, when: object, why: str) -> None:
    document = jump()
    document["claims"]["pure-strong"]["cells"][number]["when"] = when
    assert why in reason(document)
    assert bool(why) == bool(reason(document))


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(
    ("number", "key", "value"),
    [
        (0, "leader", "1"),
        (0, "leader", "delta"),
        (0, "follower", "delta"),
        (1, "follower", "delta + 1"),
        (1, "leader", "0"),
        (1, "response", "b1"),
        (1, "tied", ["b1", "b2"]),
        (2, "response", "b2"),
        (2, "commitment", {"a1": "delta"}),
        (2, "commitment", {}),
        (2, "leader", "(delta)/(delta**2)"),
        (2, "leader", "0*delta"),
        (2, "leader", "(1)/(delta - 3)"),
    ],
)
def test_every_part_of_every_cell_is_proved(name: str, number: int, key: str, value: object) -> None:
    document = MADE[name]()
    document["claims"]["pure-strong"]["cells"][number][key] = value
    assert f"claims.pure-strong.cells[{number}]" in reason(document)


def test_a_value_at_a_point_may_be_written_in_any_way_that_is_true_there() -> None:
    document = root()
    document["claims"]["pure-strong"]["cells"][1]["leader"] = "1/2*delta**2"
    document["claims"]["pure-strong"]["cells"][1]["follower"] = "delta**4 - 4"
    assert not reason(document)
    document["claims"]["pure-strong"]["cells"][1]["follower"] = "(1)/(delta**2 - 2)"
    assert "defined for delta = 1.41421" in reason(document)


SPOILED: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda proof: proof.pop("coverage"), "expected coverage beside it"),
    (lambda proof: proof.update(coverage="assumed"), "coverage: expected 'the cells"),
    (lambda proof: proof["cells"][0].update(pieces=[]), "no piece proves the cell for delta < 0"),
    (lambda proof: proof["cells"][0].pop("pieces"), "cells[0].pieces: expected, but missing"),
    (lambda proof: proof["cells"][0]["pieces"].append({"when": [], "proof": {}}), "proves nothing of the cell"),
    (
        lambda proof: proof["cells"][0]["pieces"][0].update(when=["delta < -1"]),
        "no piece proves the cell for delta = -1",
    ),
    (
        lambda proof: proof["cells"][2]["pieces"][0].update(when=["delta != 3"]),
        "no piece proves the cell for delta = 3",
    ),
    (lambda proof: proof["cells"][0]["pieces"][0].update(when=["delta > 0"]), "proves nothing of the cell"),
    (lambda proof: proof["cells"][0]["pieces"][0].pop("when"), "when: expected, but missing"),
    (lambda proof: proof["cells"][0]["pieces"][0].pop("proof"), "proof: expected, but missing"),
    (lambda proof: proof["cells"][0]["pieces"][0].update(proof=[]), "expected an object"),
    (lambda proof: proof["cells"][0]["pieces"][0].update(proof={"best_responses": {}}), "unknown key"),
    (lambda proof: proof["cells"][0]["pieces"][0].update(claim={"leader": "5"}), "that the claim leaves out"),
    (lambda proof: proof["cells"][0]["pieces"][0].update(claim={"witness": {"a1": "1"}}), "unknown key 'witness'"),
    (lambda proof: proof["cells"][0]["pieces"][0].update(more=1), "unknown key"),
    (lambda proof: proof["cells"].append(proof["cells"][0]), "expected a proof for each of 3 cells"),
    (lambda proof: proof.update(cells={}), "expected a list"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILED)
def test_pieces_cover_their_cell_and_nothing_else_is_said(spoil: Callable[[dict[str, Any]], object], why: str) -> None:
    document = jump()
    spoil(document["proofs"]["pure-strong"])
    assert why in reason(document)


def test_pieces_may_divide_a_cell_and_their_order_is_free() -> None:
    document = jump()
    pieces = [{"when": [text], "proof": {}} for text in ("delta**2 - 2 == 0", "delta > 1", "delta <= 1")]
    document["proofs"]["pure-strong"]["cells"][2]["pieces"] = pieces
    assert not reason(document)
    document["proofs"]["pure-strong"]["cells"][2]["pieces"] = pieces[1:]
    assert not reason(document)
    document["proofs"]["pure-strong"]["cells"][2]["pieces"] = pieces[:2]
    assert "no piece proves the cell for 0 < delta < 1" in reason(document)


def test_the_domain_is_what_the_assumptions_leave() -> None:
    document = jump()
    document["game"]["assumptions"] = ["delta > 5"]
    assert "the cell holds nowhere" in reason(document)
    for part in ("claims", "proofs"):
        document[part]["pure-strong"]["cells"] = document[part]["pure-strong"]["cells"][2:]
    assert not reason(document)
    document["claims"]["pure-strong"]["cells"][0]["when"] = []
    assert not reason(document)
    document["game"]["assumptions"] = ["delta >= 0"]
    assert "differs" in reason(document) or "delta = 0" in reason(document)
    document["game"]["assumptions"] = ["delta > 5", "delta < 5"]
    assert "found none" in reason(document)
    document["game"]["assumptions"] = ["5 < delta < 6 != delta"]
    assert not reason(document)
    document["game"]["assumptions"] = ["(1)/(delta - 7) < 0", "delta > 5"]
    assert not reason(document)
    document["game"]["payoffs"]["follower"][0][1] = "(1)/(delta - 6)"
    assert "expected values on the whole domain, found none for delta = 6" in reason(document)


@pytest.mark.parametrize("name", MADE)
def test_a_payoff_of_another_game_is_noticed(name: str) -> None:
    for player, j, text in (
        ("leader", 1, "2"),
        ("leader", 0, "delta"),
        ("follower", 1, "1/1000"),
        ("follower", 0, "delta**3"),
        ("follower", 2, "-delta - 1"),
    ):
        document = MADE[name]()
        document["game"]["payoffs"][player][0][j] = text
        assert reason(document)


def test_a_second_parameter_takes_a_solver() -> None:
    document = jump()
    document["game"]["parameters"] = ["delta", "gamma"]
    assert not reason(document), "a parameter that occurs nowhere changes nothing"
    for place, text in (("payoffs", "gamma - gamma"), ("assumptions", "gamma > 0")):
        document = jump()
        document["game"]["parameters"] = ["delta", "gamma"]
        if place == "payoffs":
            document["game"]["payoffs"]["leader"][0][0] = text
        else:
            document["game"]["assumptions"] = [text]
        assert [verdict.coverage for verdict in check(document).verdicts] == ["assumed"]
        assert [verdict.coverage for verdict in check(document, "z3").verdicts] == ["proved by z3"]
    numeric = jump()
    numeric["game"]["payoffs"]["follower"] = [["0", "0", "0"]]
    assert "exactly one parameter" in reason(numeric)


def test_a_closed_form_needs_its_own_form_of_proof() -> None:
    document = jump()
    document["claims"]["pure-strong"]["cells"] = [cell([], "0", "delta", "b1", ["b1"])]
    document["proofs"]["pure-strong"] = {"cells": [{"best_responses": {"a1": ["b1"]}}]}
    assert "for the game has a parameter" in reason(document)


def test_a_proof_is_run_again_on_the_parts_on_which_comparisons_have_answers() -> None:
    """Best responses to the second action change at four numbers, which no relation of the certificate names."""
    world = game(JUMP)
    world["payoffs"] = {
        "leader": [["1", "0", "0"], ["-5", "-6", "-7"]],
        "follower": [["1", "0", "0"], ["delta", "delta**2 - 1", "1/4"]],
    }
    document = certificate("pure-strong", world, [cell([], "1", "1", "b1", ["b1"])])
    assert not reason(document)
    world["payoffs"]["leader"][1][2] = "1"
    assert "cells[0].tied" in reason(document), "somewhere b3 is a best response and gives as much"
    world["payoffs"]["leader"][1][2] = "-100*delta**2 - 100*delta - 24"
    assert "(for delta = -1/2)" in reason(document), "it ties at one number"
    world["payoffs"]["leader"][1][2] = "-100*delta**2 - 100*delta - 25"
    assert not reason(document)
