"""False claims with proofs that look right, each of which a single missing check would let through."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.benchmarks import alignment as defined
from strategies import Tables, games

from stackexact.certificates.check import check

A1, A2, HALF = {"a1": "1"}, {"a2": "1"}, {"a1": "1/2", "a2": "1/2"}
ZERO = [["0", "0"], ["0", "0"]]
DIAGONAL = [["1", "0"], ["0", "1"]]
TOWARDS_A2 = [["0", "-1"], ["1", "-1"]]
"""The leader gains from a2, but keeps b1 as the response to DIAGONAL only while a1 is at least as likely."""


def verdict(
    concept: str,
    payoffs: tuple[list[list[str]], list[list[str]]],
    claim: dict[str, Any],
    proof: object,
    gamma: str = "",
) -> str:
    """Why the claim is false; empty when it is true."""
    game: dict[str, Any] = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    game["payoffs"] = {"leader": payoffs[0], "follower": payoffs[1]}
    beside = {"tolerance": gamma} if gamma else {}
    report = check(
        {
            "format": "stackexact/certificate",
            "version": 1,
            "kind": "bimatrix",
            "game": {**game, **beside},
            "claims": {concept: {**beside, "cells": [{"when": [], **claim}]}},
            "proofs": {concept: {"cells": [proof]}},
        }
    )
    (one,) = report.verdicts
    assert (one.concept, one.true) == (concept, not one.reason)
    return one.reason


def strong(leader: str, follower: str, x: dict[str, str], response: str, tied: list[str]) -> dict[str, Any]:
    return {"leader": leader, "follower": follower, "commitment": x, "response": response, "tied": tied}


def reaching(x: dict[str, str], tight: list[str], *levels: dict[str, str]) -> dict[str, Any]:
    return {"commitment": x, "basis": {"support": list(x), "tight": tight}, "multipliers": list(levels)}


# -------------------------------------------------------------------------------------------------- mixed-strong


def test_the_response_must_be_a_best_one() -> None:
    game = (TOWARDS_A2, DIAGONAL)
    lie = {"reaching": {"b1": reaching(A2, ["b1"], {})}, "bounded": {"b2": {}}, "empty": {}}
    assert "no best response" in verdict("mixed-strong", game, strong("1", "0", A2, "b1", ["b1"]), lie)
    claim = {"leader": "1", "follower": "0", "distribution": {"a2": {"b1": "1"}}}
    lie = {"basis": {"support": [["a2", "b1"]], "tight": []}, "multipliers": [{}]}
    assert "no best response" in verdict("correlated", game, claim, lie)


def test_a_negative_multiplier_bounds_nothing() -> None:
    game = ([["1", "-1"], ["0", "-1"]], DIAGONAL)
    lie = {"reaching": {"b1": reaching(HALF, ["b1", "b2"], {"b2": "-1/2"})}, "bounded": {"b2": {}}, "empty": {}}
    assert "negative" in verdict("mixed-strong", game, strong("1/2", "1/2", HALF, "b1", ["b1"]), lie)
    truth = {"reaching": {"b1": reaching(A1, ["b1"], {})}, "bounded": {"b2": {}}, "empty": {}}
    assert not verdict("mixed-strong", game, strong("1", "1", A1, "b1", ["b1"]), truth)
    truth["bounded"] = {"b2": {"b2": "-1"}}
    assert "negative" in verdict("mixed-strong", game, strong("1", "1", A1, "b1", ["b1"]), truth)


def test_a_later_negative_multiplier_is_outweighed_by_an_earlier_positive_one() -> None:
    game = (TOWARDS_A2, DIAGONAL)
    claim = strong("1/2", "1/2", HALF, "b1", ["b1"])
    truth: dict[str, Any] = {
        "reaching": {"b1": reaching(HALF, ["b1", "b2"], {"b2": "1/2"}, {"b2": "-1/2"})},
        "bounded": {"b2": {}},
        "empty": {},
    }
    assert not verdict("mixed-strong", game, claim, truth)
    truth["reaching"]["b1"]["multipliers"].reverse()
    assert verdict("mixed-strong", game, claim, truth)


def test_a_tied_action_cannot_pass_as_bounded() -> None:
    lie = {"reaching": {"b1": reaching(A1, ["b1"], {}, {}, {})}, "bounded": {"b2": {}}, "empty": {}}
    assert "strictly" in verdict("mixed-strong", (ZERO, ZERO), strong("0", "0", A1, "b1", ["b1"]), lie)
    lie = {**lie, "bounded": {}, "empty": {"b2": {}}}
    assert "strictly" in verdict("mixed-strong", (ZERO, ZERO), strong("0", "0", A1, "b1", ["b1"]), lie)


def test_another_optimum_for_the_follower_hides_behind_the_same_commitment() -> None:
    """b2 ties at the claimed commitment, where its level 0 is optimal; at a1 it gives the follower more."""
    game = (ZERO, [["0", "1"], ["0", "-1"]])
    one = reaching(HALF, ["b1", "b2"], {}, {}, {"b2": "1/2"})
    lie = {"reaching": {"b1": one, "b2": reaching(HALF, ["b1", "b2"], {})}, "bounded": {}, "empty": {}}
    claim = strong("0", "0", HALF, "b1", ["b1", "b2"])
    assert "['b2']: not shown to come after" in verdict("mixed-strong", game, claim, lie)
    truth = {"reaching": {"b1": one, "b2": reaching(A1, ["b2"], {}, {})}, "bounded": {}, "empty": {}}
    assert "['b2']: not shown to come after" in verdict("mixed-strong", game, claim, truth)
    assert not verdict("mixed-strong", game, strong("0", "1", A1, "b2", ["b1", "b2"]), truth)


def test_a_basis_must_leave_one_point() -> None:
    """Every commitment is optimal on level 0; the basis is square, its matrix is singular."""
    game = (ZERO, [["0", "0"], ["0", "0"]])
    bases: list[tuple[list[str], list[str], str]] = [
        (["a1"], ["b1"], "outside the basis"),
        (["a1", "a2"], ["b1", "b2"], "no positive multiplier"),
    ]
    for support, tight, why in bases:
        one = {"commitment": HALF, "basis": {"support": support, "tight": tight}, "multipliers": [{}]}
        lie = {"reaching": {"b1": one, "b2": one}, "bounded": {}, "empty": {}}
        assert why in verdict("mixed-strong", game, strong("0", "0", HALF, "b1", ["b1", "b2"]), lie)
    one = {**one, "multipliers": [{"b2": "1"}]}
    lie = {"reaching": {"b1": one, "b2": {**one, "multipliers": [{"b1": "1"}]}}, "bounded": {}, "empty": {}}
    assert "not regular" in verdict("mixed-strong", game, strong("0", "0", HALF, "b1", ["b1", "b2"]), lie)


def test_a_basis_names_different_actions_even_where_it_is_not_needed() -> None:
    one = reaching(A1, ["b1"], {}, {}, {}, {})
    truth: dict[str, Any] = {"reaching": {"b1": one, "b2": one}, "bounded": {}, "empty": {}}
    claim = strong("0", "0", A1, "b1", ["b1", "b2"])
    assert not verdict("mixed-strong", (ZERO, ZERO), claim, truth)
    truth["reaching"]["b1"] = {**one, "basis": {"support": ["a1", "a1"], "tight": ["b1", "b1"]}}
    assert "one twice" in verdict("mixed-strong", (ZERO, ZERO), claim, truth)


# ---------------------------------------------------------------------------------------------------- mixed-weak


def weak(leader: str, *classes: list[str], **more: object) -> dict[str, Any]:
    return {"leader": leader, "attained": "witness" in more, "classes": list(classes), **more}


def test_the_supremum_is_reached_inside_the_region() -> None:
    chain = {"steps": [], "empty": {"responses": {"b2": "1"}, "values": {"b1": "2"}}}
    inside = {"a1": "3/4", "a2": "1/4"}
    one = {"interior": inside, "commitment": A2, "weights": {"b1": "1"}, "multipliers": {}, "chain": chain}
    other = {"actions": ["b2"], "bounded": {"weights": {"b2": "1"}, "multipliers": {}}}
    lie = {"classes": [{"actions": ["b1"], "reaching": one}, other]}
    assert "no best response" in verdict("mixed-weak", (TOWARDS_A2, DIAGONAL), weak("1", ["b1"]), lie)


def test_a_class_that_reaches_the_value_cannot_pass_as_bounded_or_thin() -> None:
    def classes(second: dict[str, Any]) -> dict[str, Any]:
        one = {"interior": {"a1": "3/4", "a2": "1/4"}, "commitment": A1, "weights": {"b1": "1"}, "multipliers": {}}
        return {"classes": [{"actions": ["b1"], "reaching": one}, {"actions": ["b2"], **second}]}

    game, claim = (ZERO, DIAGONAL), weak("0", ["b1"], witness=A1)
    bounded = {"weights": {"b2": "1"}, "multipliers": {}}
    assert "strictly" in verdict("mixed-weak", game, claim, classes({"bounded": bounded}))
    assert "does not bound" in verdict("mixed-weak", game, claim, classes({"thin": {"b1": "1"}}))
    assert "no place here" in verdict("mixed-weak", game, claim, classes({"thin": {"b2": "1"}}))
    assert "positive multiplier" in verdict("mixed-weak", game, claim, classes({"thin": {}}))
    inside = {"a1": "1/4", "a2": "3/4"}
    second = {"reaching": {"interior": inside, "commitment": A2, "weights": {"b2": "1"}, "multipliers": {}}}
    assert "classes that are proved" in verdict("mixed-weak", game, claim, classes(second))
    assert not verdict("mixed-weak", game, weak("0", ["b1"], ["b2"], witness=A1), classes(second))


def test_a_chain_uses_only_what_it_has_shown() -> None:
    """The supremum 0 is attained at a2, where b2 responds; a chain may not assume that b2 keeps the value."""
    game = ([["0", "-1"], ["0", "-1"]], DIAGONAL)
    chain = {"steps": [], "empty": {"responses": {}, "values": {"b2": "1"}}}
    one = {"interior": {"a1": "3/4", "a2": "1/4"}, "commitment": A1, "weights": {"b1": "1"}, "multipliers": {}}
    other = {"actions": ["b2"], "bounded": {"weights": {"b2": "1"}, "multipliers": {}}}
    lie = {"classes": [{"actions": ["b1"], "reaching": {**one, "chain": chain}}, other]}
    assert "no place here" in verdict("mixed-weak", game, weak("0", ["b1"]), lie)
    step = {"b2": {"responses": {}, "values": {"b2": "5"}}}
    lie["classes"][0]["reaching"] = {**one, "chain": {**chain, "steps": [step]}}
    assert "no place here" in verdict("mixed-weak", game, weak("0", ["b1"]), lie)
    lie["classes"][0]["reaching"] = one
    assert not verdict("mixed-weak", game, weak("0", ["b1"], witness=A1), lie)


# ------------------------------------------------------------------------------------------- tolerance, alignment

MISALIGNED = ([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", "0"], ["3/5", "2/5"]])
FIRST, ONLY = {"a1": "b1", "a2": "b1"}, {"leader": "0", "follower": "0"}


def test_a_gap_that_equals_the_tolerance_counts() -> None:
    leader = {"tolerated": FIRST, "guarantees": [{"from": "0", "action": "a1"}]}
    entries = {"a1": {"from": "0"}, "a2": {"from": "never", "guard": "a1"}}
    follower = {"action": "a1", "response": "b1", "tolerated": FIRST, "entries": entries}
    claim = {"leader": "3/5", "follower": "1/100", "epsilon": ONLY}
    proof = {"leader": leader, "follower": follower}
    assert not verdict("tolerant", MISALIGNED, claim, proof, gamma="1/101")
    assert "on its interval" in verdict("tolerant", MISALIGNED, claim, proof, gamma="1/100")
    guarantees = [{"from": "0", "action": "a1"}, {"from": "1/100", "action": "a2"}]
    true_leader = {"tolerated": {"a1": "b2", "a2": "b1"}, "guarantees": guarantees}
    claim = {"leader": "51/100", "follower": "1/100", "epsilon": {"leader": "1/100", "follower": "0"}}
    proof = {"leader": true_leader, "follower": follower}
    assert "keep the leader action out" in verdict("tolerant", MISALIGNED, claim, proof, gamma="1/100")
    entries["a2"] = {"from": "1/100", "guard": "a1"}
    assert not verdict("tolerant", MISALIGNED, claim, proof, gamma="1/100")


def test_an_outcome_at_the_tolerance_counts_for_the_self_tolerant_benchmark() -> None:
    game = ([["3/5", "1/5"], ["0", "0"]], MISALIGNED[1])
    at0 = {"action": "a1", "outcome": "b1", "response": "b1", "tolerated": FIRST}
    entries = {"a1": {"from": "0"}, "a2": {"from": "never", "guard": "a1"}}
    proof = {"entries": entries, "leader": at0, "follower": at0}
    claim = {"leader": "3/5", "follower": "1/100", "epsilon": ONLY}
    assert "room for a smaller value" in verdict("self-tolerant", game, claim, proof, gamma="1/100")
    assert not verdict("self-tolerant", game, claim, proof, gamma="1/101")


@pytest.mark.parametrize("concept", ["tolerant", "self-tolerant"])
def test_a_leader_action_that_enters_exactly_at_the_tolerance_counts(concept: str) -> None:
    """a2 is worth 1/2 less than a1: it enters at 1/2, where the follower is much worse off."""
    game, held = ([["1"], ["1/2"]], [["0"], ["-5"]]), {"a1": "b1", "a2": "b1"}

    def proof(action: str, entry: dict[str, str]) -> dict[str, Any]:
        shown = {"action": action, "response": "b1", "tolerated": held}
        entries = {"a1": {"from": "0"}, "a2": entry}
        if concept == "tolerant":
            leader = {"tolerated": held, "guarantees": [{"from": "0", "action": "a1"}]}
            return {"leader": leader, "follower": {**shown, "entries": entries}}
        outcome = {"outcome": "b1", **shown}
        return {"entries": entries, "leader": {**outcome, "action": "a1"}, "follower": outcome}

    entry = {"from": "1/2", "guard": "a1"}
    truth = {"leader": "1", "follower": "-9/2", "epsilon": {"leader": "0", "follower": "1/2"}}
    for gamma in ("1/2", "1"):
        assert not verdict(concept, game, truth, proof("a2", entry), gamma)
        lie, never = {**truth, "follower": "0", "epsilon": ONLY}, {"from": "never", "guard": "a1"}
        assert "keep the leader action out" in verdict(concept, game, lie, proof("a1", never), gamma)
    assert not verdict(concept, game, lie, proof("a1", never), "1/3")
    early = {**truth, "follower": "-14/3", "epsilon": {"leader": "0", "follower": "1/3"}}
    assert "within the claimed level" in verdict(concept, game, early, proof("a2", entry), "1/2")


def test_a_tolerance_of_zero_is_a_tolerance() -> None:
    leader = {"tolerated": FIRST, "guarantees": [{"from": "0", "action": "a1"}]}
    entries = {"a1": {"from": "0"}, "a2": {"from": "never", "guard": "a1"}}
    follower = {"action": "a1", "response": "b1", "tolerated": FIRST, "entries": entries}
    claim, proof = {"leader": "3/5", "follower": "1/100", "epsilon": ONLY}, {"leader": leader, "follower": follower}
    assert not verdict("tolerant", MISALIGNED, claim, proof, gamma="0")


def _chain(m: int, n: int) -> tuple[tuple[list[list[str]], list[list[str]]], dict[str, Any], dict[str, Any]]:
    """A game whose leader changes the action at every level up to m·n, with the true claim and its proof."""
    u1 = [[str(-(j * m + i)) for j in range(n)] for i in range(m)]
    u2 = [["0", *(str(-((j - 1) * m + i + 1)) for j in range(1, n))] for i in range(m)]
    first = {f"a{i + 1}": "b1" for i in range(m)}
    steps = [{"from": str(s), "action": f"a{s % m + 1}"} for s in range(m * (n - 1) + 1)]
    entries = {label: {"from": "0"} for label in first}
    follower = {"action": "a1", "response": "b1", "tolerated": first, "entries": entries}
    value = {"leader": "0", "follower": "0", "epsilon": ONLY}
    return (u1, u2), value, {"leader": {"tolerated": first, "guarantees": steps}, "follower": follower}


def _work(monkeypatch: pytest.MonkeyPatch, n: int) -> int:
    """Comparisons and sums of fractions that checking a chain takes."""
    count = 0

    def counting(original: Any) -> Any:
        def wrapped(one: Fraction, two: Any) -> Any:
            nonlocal count
            count += 1
            return original(one, two)

        return wrapped

    with monkeypatch.context() as patch:
        for name in ("__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__"):
            patch.setattr(Fraction, name, counting(getattr(Fraction, name)))
        game, claim, proof = _chain(n, n)
        assert not verdict("tolerant", game, claim, proof, gamma=str(n * n))
    return count


def test_the_work_for_a_long_chain_of_guarantees_is_that_of_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the actions are four times the outcomes and four times the guarantees."""
    small, large = _work(monkeypatch, 12), _work(monkeypatch, 24)
    assert large < 5 * small
    assert large < 40 * 24 * 24


def test_rankings_that_differ_are_not_the_same() -> None:
    order = {"by_follower": [["a1", "b1"], ["a1", "b2"]], "by_leader": [["a1", "b2"], ["a1", "b1"]]}
    pair = {"extreme": [["a1", "b1"], ["a1", "b2"]]}
    opposed, finite = ([["1", "0"]], [["0", "1"]]), {"constant": "1", "same_ranking": True}
    assert "rank differently" in verdict("alignment", opposed, finite, {**order, **pair})
    truth = {"constant": "1", "same_ranking": False}
    assert not verdict("alignment", opposed, truth, {**order, **pair, "different": pair["extreme"]})
    one_sided = ([["0", "0"]], [["0", "1"]])
    for lie in ({}, order):
        claim = {"constant": "oo", "same_ranking": True}
        assert "rank differently" in verdict("alignment", one_sided, claim, {**pair, **lie})
    for pairs in (pair["extreme"], pair["extreme"][::-1]):
        claim = {"constant": "oo", "same_ranking": False}
        assert not verdict("alignment", one_sided, claim, {**pair, "different": pairs})


@pytest.mark.parametrize("constant", ["-1", "1"])
def test_a_constant_needs_a_pair_that_attains_it(constant: str) -> None:
    proof: dict[str, Any] = {"by_follower": [["a1", "b1"]], "by_leader": [["a1", "b1"]]}
    claim = {"constant": constant, "same_ranking": True}
    assert "extreme: expected, but missing" in verdict("alignment", ([["3"]], [["4"]]), claim, proof)
    proof["extreme"] = [["a1", "b1"], ["a1", "b1"]]
    assert "does not attain" in verdict("alignment", ([["3"]], [["4"]]), claim, proof)
    del proof["extreme"]
    assert not verdict("alignment", ([["3"]], [["4"]]), {**claim, "constant": "0"}, proof)


def test_orders_that_an_infinite_constant_does_not_need_are_whole_where_they_stand() -> None:
    one_sided, claim = ([["0", "0"]], [["0", "1"]]), {"constant": "oo", "same_ranking": False}
    pair = [["a1", "b1"], ["a1", "b2"]]
    proof = {"extreme": pair, "different": pair}
    assert not verdict("alignment", one_sided, claim, {**proof, "by_leader": pair[::-1]})
    assert "expected every outcome" in verdict("alignment", one_sided, claim, {**proof, "by_leader": pair[:1]})


@given(games(2, 2, kinds=("bits", "small", "quotients")), st.data())
def test_a_proof_by_pairs_shows_true_claims_alone(tables: Tables, data: st.DataObject) -> None:
    """Any claim with any pairs is shown only if it is true; the true one is, with the pairs that show it."""
    true, same = defined(*tables)
    payoffs = tuple([[str(value) for value in row] for row in table] for table in tables)
    m, n = tables.shape
    outcomes = [[f"a{i + 1}", f"b{j + 1}"] for i in range(m) for j in range(n)]
    two = st.tuples(st.sampled_from(outcomes), st.sampled_from(outcomes)).map(list)
    near = [Fraction(0), Fraction(1), *([] if true is None else [true, -true, 2 * true, true / 2, true + 1])]
    claim = {"constant": str(data.draw(st.sampled_from(near))), "same_ranking": data.draw(st.booleans())}
    numerator = data.draw(st.sampled_from(["leader", "follower"]))
    pairs = {"extreme": data.draw(two), "numerator": numerator, "different": data.draw(two)}
    pairs = {key: pairs[key] for key in data.draw(st.sets(st.sampled_from(sorted(pairs))))}
    if not verdict("alignment", payoffs, claim, {"pairs": pairs}):
        assert (Fraction(claim["constant"]), claim["same_ranking"]) == (true, same)
    if true is not None:
        truth = {"constant": str(true), "same_ranking": same}
        ways = [
            {**({"extreme": [a, b], "numerator": over} if true else {}), **({} if same else {"different": [c, d]})}
            for a, b in combinations(outcomes, 2)
            for c, d in combinations(outcomes, 2)
            for over in ("leader", "follower")
        ]
        assert any(not verdict("alignment", payoffs, truth, {"pairs": one}) for one in ways or [{}])


@pytest.mark.parametrize(
    ("payoffs", "claim", "pairs", "why"),
    [
        (([["0", "2"]], [["0", "1"]]), ("1", True), {}, "more to one player than"),
        (([["0", "2"]], [["0", "1"]]), ("-2", True), {}, "at least 0"),
        (([["0", "2"]], [["0", "1"]]), ("3", True), {}, "does not attain"),
        (([["0", "2"]], [["0", "1"]]), ("2", True), {"numerator": "follower"}, "does not attain"),
        (([["0", "2"]], [["0", "1"]]), ("2", True), {"numerator": "both"}, "numerator"),
        (([["0", "2"]], [["0", "1"]]), ("2", True), {"extreme": [["a1", "b1"], ["a1", "b1"]]}, "does not attain"),
        (
            ([["0", "2"]], [["0", "1"]]),
            ("2", False),
            {"different": [["a1", "b1"], ["a1", "b2"]]},
            "rank this pair alike",
        ),
        (([["0", "2"]], [["1", "0"]]), ("2", True), {}, "rank some outcomes differently"),
        (([["0", "2"]], [["0", "0"]]), ("0", True), {"extreme": None, "numerator": None}, "more to one player"),
        (([["0", "2"]], [["0", "0"]]), ("oo", False), {"different": [["a1", "b1"], ["a1", "b2"]]}, "constant"),
        (([["0"] * 201], [["0"] * 201]), ("0", True), {"extreme": None, "numerator": None}, "at most 200 outcomes"),
    ],
)
def test_proofs_by_pairs_that_show_nothing(
    payoffs: Any, claim: tuple[str, bool], pairs: dict[str, Any], why: str
) -> None:
    whole = {"extreme": [["a1", "b1"], ["a1", "b2"]], "numerator": "leader", **pairs}
    proof = {"pairs": {key: value for key, value in whole.items() if value is not None}}
    assert why in verdict("alignment", payoffs, {"constant": claim[0], "same_ranking": claim[1]}, proof)


def test_undecided_regions_are_no_claim() -> None:
    claim, proof = (
        strong("0", "0", A1, "b1", ["b1", "b2"]),
        {"best_responses": {"a1": ["b1", "b2"], "a2": ["b1", "b2"]}},
    )
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    document: dict[str, Any] = {"format": "stackexact/certificate", "version": 1, "kind": "bimatrix"}
    document["game"] = {**game, "payoffs": {"leader": ZERO, "follower": ZERO}}
    document["claims"] = {"pure-strong": {"cells": [{"when": [], **claim}]}}
    document["proofs"] = {"pure-strong": {"cells": [proof]}}
    assert check(document).true
    document["claims"]["pure-strong"]["undecided"] = [{"when": []}]
    assert "unknown key 'undecided'" in check(document).verdicts[0].reason
