"""Certificates of solved games: all accepted, and what is changed in them is accepted only where it stays true."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import commitments
from oracles.benchmarks import Tolerance
from strategies import Tables, games, share, tolerant_games

import stackexact as sx
from stackexact.certificates.check import check

ALL = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "self-tolerant", "alignment", "correlated"]
FREE = {"witness": "mixed-weak", "epsilon": "tolerant"}
"""Parts of a claim that another true claim may have otherwise: an attaining commitment, an attaining ε."""

Given = tuple[Tables, Fraction]


def certificate(given: Given) -> dict[str, Any]:
    """The certificate of all concepts, as it would be read from a file."""
    tables, gamma = given
    made = sx.solve(sx.Game(*tables, tolerance=gamma), ALL).certificate()
    document: dict[str, Any] = json.loads(made.dumps())
    return document


def verdicts(document: dict[str, Any]) -> dict[str, bool]:
    """Which claims are proved."""
    return {verdict.concept: verdict.true for verdict in check(document).verdicts}


@given(tolerant_games(4, 5))
def test_every_certificate_is_accepted(given: Given) -> None:
    """Claims of random games full of ties, written to text and read back."""
    tables, gamma = given
    report = sx.solve(sx.Game(*tables, tolerance=gamma), ALL).certificate().check()
    assert [(verdict.concept, verdict.reason) for verdict in report.verdicts] == [(name, "") for name in ALL]
    assert report.true


def lies(claim: dict[str, Any], labels: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The claim's cell with one key changed in every way that fits its form: the key and the changed cell."""
    for key, value in claim.items():
        yield from ((key, {**claim, key: other}) for other in _others(value, labels) if other != value)
        yield key, {name: part for name, part in claim.items() if name != key}
    yield "unknown", {**claim, "unknown": "1"}


def _others(value: Any, labels: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from (label for label in labels if label != value) if value in labels else _numbers(value)
    elif isinstance(value, list):
        yield [*value, "b1" if value and isinstance(value[0], str) else ["b1"]]
        yield value[1:]
        yield [*value[::-1], "1 < 2"]
    elif isinstance(value, dict):
        for key, part in value.items():
            for other in _others(part, labels):
                yield {**value, key: other}
            yield {name: own for name, own in value.items() if name != key}
            yield {**{name: own for name, own in value.items() if name != key}, "a9": part}


def _numbers(text: str) -> Iterator[str]:
    if text == "oo":
        yield from ("0", "1")
        return
    value = sx.parse(text)
    assert isinstance(value, Fraction)
    for other in (value + 1, -value - 1, value + Fraction(1, 10**60), value / 2 + 7):
        yield str(other)
    yield "oo"
    yield "x"
    yield ""


@share(30)
@given(tolerant_games(3, 3), st.sampled_from(ALL))
def test_a_changed_claim_is_rejected(given: Given, concept: str) -> None:
    """Any other value, commitment, response, tie, class, flag or tolerance, a key more or less. Another attaining ε or
    witness may pass, and then it attains."""
    document = certificate(given)
    whole = document["claims"][concept]
    (cell,) = whole["cells"]
    for key, changed in lies(cell, ("b1", "b2", "b3")):
        lie = {**document, "claims": {**document["claims"], concept: {**whole, "cells": [changed]}}}
        found = verdicts(lie)
        assert {name for name, true in found.items() if not true} <= {concept}
        if found[concept]:
            assert key in FREE
            assert key in changed
            _require_attaining(given, concept, changed)
    for cells in ([], [cell, cell]):
        lie = {**document, "claims": {**document["claims"], concept: {**whole, "cells": cells}}}
        assert not verdicts(lie)[concept]
    if "tolerance" in whole:
        for other in _numbers(whole["tolerance"]):
            lie = {**document, "claims": {**document["claims"], concept: {**whole, "tolerance": other}}}
            assert not verdicts(lie)[concept]


def _require_attaining(given: Given, concept: str, cell: dict[str, Any]) -> None:
    tables, gamma = given
    if concept == "mixed-weak":
        x = tuple(Fraction(cell["witness"].get(f"a{i + 1}", 0)) for i in range(len(tables.leader)))
        assert sum(x) == 1
        assert min(x) >= 0
        assert commitments.attains(*tables, Fraction(cell["leader"]), x)
        return
    world = Tolerance(*tables)
    at = world.at if concept == "tolerant" else world.own_at
    for player in ("leader", "follower"):
        epsilon = Fraction(cell["epsilon"][player])
        assert 0 <= epsilon <= gamma
        assert getattr(at(epsilon), player) == Fraction(cell[player])


@share(50)
@given(tolerant_games(3, 3), st.sampled_from(ALL))
def test_a_dropped_claim_or_proof_is_noticed(given: Given, concept: str) -> None:
    """A proof without its claim, and a claim without its proof, are not true; the others stay so."""
    document = certificate(given)
    for part in ("claims", "proofs"):
        less = copy.deepcopy(document)
        del less[part][concept]
        found = verdicts(less)
        assert found.pop(concept) is False
        assert all(found.values())


@share(50)
@given(st.data())
def test_claims_of_one_game_are_accepted_of_another_only_where_they_hold(data: st.DataObject) -> None:
    """Claims and proofs moved to another game of the same size: what passes is true of it."""
    one, gamma = data.draw(tolerant_games(3, 3))
    two = data.draw(games(*one.shape))
    assume(two.shape == one.shape)
    own, other = certificate((one, gamma)), certificate((two, gamma))
    for name, true in verdicts({**own, "claims": other["claims"], "proofs": other["proofs"]}).items():
        if true:
            _require_same(own["claims"][name], other["claims"][name])
    for name, true in verdicts({**own, "claims": other["claims"]}).items():
        if true:
            _require_same(own["claims"][name], other["claims"][name])
    for name, true in verdicts({**own, "proofs": other["proofs"]}).items():
        # The claims are the game's own: whether another game's proof fits them or not, they are true.
        assert isinstance(true, bool), name


def _require_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert one.get("tolerance") == two.get("tolerance")
    for mine, theirs in zip(one["cells"], two["cells"], strict=True):
        assert {k: v for k, v in mine.items() if k not in FREE} == {k: v for k, v in theirs.items() if k not in FREE}


@share(50)
@given(st.data())
def test_a_changed_payoff_is_noticed_where_it_matters(data: st.DataObject) -> None:
    """One payoff of the embedded game changed: a claim that is still accepted is the changed game's own claim."""
    (leader, follower), gamma = data.draw(tolerant_games(3, 3))
    document = certificate((Tables(leader, follower), gamma))
    player = data.draw(st.sampled_from(("leader", "follower")))
    i, j = data.draw(st.integers(0, len(leader) - 1)), data.draw(st.integers(0, len(leader[0]) - 1))
    changed = copy.deepcopy(document)
    rows = changed["game"]["payoffs"][player]
    rows[i][j] = str(Fraction(rows[i][j]) + data.draw(st.sampled_from((Fraction(1, 10**50), Fraction(-3)))))
    tables = Tables(
        *(tuple(tuple(map(Fraction, row)) for row in changed["game"]["payoffs"][p]) for p in ("leader", "follower"))
    )
    own = certificate((tables, gamma))
    for name, true in verdicts(changed).items():
        if true:
            _require_same(own["claims"][name], document["claims"][name])
