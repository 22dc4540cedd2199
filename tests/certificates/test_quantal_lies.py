"""False claims about quantal followers, and true ones with proofs that do not hold: each is refused, and none of the
checks that refuse them can be left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from lies import at, at_ends, changed, moved, shifted
from quantal_making import best_known, certificate, exact_commitment, markov_certificate, numbers
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import (
    markov_proofs,
    quantal_decision,
    quantal_parts,
    quantal_proofs,
)
from stackexact.certificates.check import check
from stackexact.games.markov import MarkovGame

CLAIM, PROOF, GAME = "claims.quantal.cells.0", "proofs.quantal.cells.0", "game"

STATE = {
    "payoffs": {"leader": [["1", "0"], ["2", "1/3"]], "follower": [["1", "0"], ["0", "1/2"]]},
    "transitions": [[{"s": "1/2", "t": "1/2"}, {"t": "1"}], [{"s": "1"}, {"t": "1"}]],
}
WEIGHED = {
    "payoffs": {"leader": [["1", "0"], ["0", "1"]], "weights": [["3", "2"], ["9", "5"]]},
    "transitions": [[{"s": "1"}, {"s": "1"}], [{"s": "1"}, {"s": "1"}]],
}


@lru_cache(maxsize=1)
def bases() -> dict[str, dict[str, Any]]:
    """True certificates with a proof of every sort."""
    mixed = numbers("0 0", "1 0"), numbers("3 0", "0 0"), Fraction(1)
    plain = numbers("1 0", "0 2", "1/2 1"), numbers("1 0", "0 2", "1 1/3"), Fraction(1)
    several = (
        numbers("59/100 39/50 47/100", "17/50 17/100 23/100", "43/50 0 43/100"),
        numbers("16/25 59/100 77/100", "1/10 21/50 7/10", "39/50 89/100 1/20"),
        Fraction(8),
    )
    two = {"s": STATE, "t": {"like": "s"}}
    follower = {"response": "quantal", "eta": "2"}
    markov = MarkovGame(two, horizon=2, follower=follower, initial={"s": "1"})
    apart = MarkovGame(two, horizon=2, follower=follower, initial={"s": "1/3", "t": "2/3"}, prescription=False)
    slow = {"response": "quantal", "eta": "1/10"}
    closed = MarkovGame(two, horizon=2, follower=slow, initial={"s": "1/3", "t": "2/3"})
    weighed = MarkovGame({"s": WEIGHED}, horizon=2, follower={"response": "quantal"})
    return {
        "enclosed": certificate(*mixed, prescription=True),
        "exact": certificate(*plain, prescription=True, exact=True),
        "rational": best_known(numbers("1 0", "0 2"), numbers("0 0", "0 0"), Fraction(1), (0, 1)),
        "parts": certificate(*several, prescription=False, digits=12),
        "pure": exact_commitment(numbers("1 1/2", "0 0"), numbers("1 0", "0 0"), Fraction(1), "n"),
        "markov": markov_certificate(markov),
        "closed": markov_certificate(closed, exact=True),
        "apart": markov_certificate(apart),
        "weighed": markov_certificate(weighed, exact=True),
    }


def edited(base: str, path: str, value: Any) -> dict[str, Any]:
    """A true certificate with another value in one place."""
    return changed(bases()[base], path, value)


def tokens(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return lambda told: ",".join(change(told.split(",")))


def swapped(told: list[str]) -> list[str]:
    i = next(i for i, token in enumerate(told) if " " in token)
    return [*told[:i], *reversed(told[i : i + 2]), *told[i + 2 :]]


V = f"{CLAIM}.values"
ST = f"{PROOF}.stages"
PLAY = {"b1": {"a1": "1"}, "b2": {"a1": "1"}}

LIES: list[tuple[str, str, Any]] = [
    # the leader's value
    *[(base, f"{CLAIM}.leader", shifted(*by)) for base in ("enclosed", "parts") for by in ((1, 1), (-1, -1), (0, -1))],
    *[(base, f"{CLAIM}.leader", shifted(*by)) for base in ("exact", "pure") for by in ((1, 1), (-1, -1))],
    ("enclosed", f"{CLAIM}.leader", shifted(1, 0)),
    ("parts", f"{CLAIM}.leader.upper", lambda told: told + "0"),
    ("rational", f"{CLAIM}.leader", "1/7"),
    ("enclosed", f"{CLAIM}.leader.lower", lambda told: "2"),
    ("enclosed", f"{CLAIM}.leader.decimal", "0.5"),
    ("enclosed", f"{CLAIM}.leader.decimal", lambda told: told[:-1]),
    ("enclosed", f"{CLAIM}.leader.decimal", lambda told: told[:-1] + str((int(told[-1]) + 1) % 10)),
    ("enclosed", f"{CLAIM}.leader.decimal", 5),
    ("enclosed", f"{CLAIM}.leader.decimal", ...),
    ("enclosed", f"{CLAIM}.leader.closed_form", "1"),
    ("enclosed", f"{CLAIM}.leader", lambda told: {**told, "closed_form": at_ends(told)}),
    ("exact", f"{CLAIM}.leader.closed_form", "exp(1)"),
    ("exact", f"{CLAIM}.leader.closed_form", 3),
    ("exact", f"{CLAIM}.leader", lambda told: {**told, "closed_form": at_ends(told)}),
    ("exact", f"{CLAIM}.leader.closed_form", lambda told: told + ")"),
    ("exact", f"{CLAIM}.leader.closed_form", ...),
    # the policy and the response
    ("enclosed", f"{CLAIM}.prescription", PLAY),
    ("enclosed", f"{CLAIM}.prescription.b2", ...),
    ("enclosed", f"{CLAIM}.prescription.b1", {"a1": "1/2", "a2": "1/3"}),
    ("enclosed", f"{CLAIM}.commitment", {"a1": "1"}),
    ("exact", f"{CLAIM}.prescription", PLAY),
    ("exact", f"{CLAIM}.prescription.b1", {"a1": "1/2", "a2": "1/2"}),
    ("parts", f"{CLAIM}.commitment", {"a1": "1"}),
    ("pure", f"{CLAIM}.commitment", {"a2": "1"}),
    *[("enclosed", f"{CLAIM}.response.b1", shifted(*by)) for by in ((1, 1), (-1, -1))],
    ("enclosed", f"{CLAIM}.response.b1", "1/2"),
    ("enclosed", f"{CLAIM}.response.b1", lambda told: {**told, "closed_form": at_ends(told)}),
    ("enclosed", f"{CLAIM}.response.b2", ...),
    ("rational", f"{CLAIM}.response.b1", lambda told: {"lower": "1/2", "upper": "1/2", "decimal": "0.3"}),
    ("rational", f"{CLAIM}.response.b1", lambda told: {"lower": "1/2", "upper": "1/2", "decimal": "half"}),
    # what stands beside
    ("enclosed", "claims.quantal.eta", "2"),
    ("enclosed", "claims.quantal.eta", "-1"),
    ("rational", "claims.quantal.eta", "0"),
    ("enclosed", "claims.quantal.eta", ...),
    ("enclosed", "claims.quantal.prescription", False),
    ("parts", "claims.quantal.prescription", True),
    ("enclosed", f"{CLAIM}.when", ["1 < 2"]),
    # tangents
    ("enclosed", f"{PROOF}.limit", moved("-1/1000")),
    ("enclosed", f"{PROOF}.limit", moved("1/1000")),
    ("enclosed", f"{PROOF}.tangents.b1", moved("1/10")),
    ("enclosed", f"{PROOF}.tangents.b1", moved("-1/10")),
    ("enclosed", f"{PROOF}.tangents.b1", "-1"),
    ("enclosed", f"{PROOF}.tangents.b1", "0"),
    ("enclosed", f"{PROOF}.tangents.b1", None),
    ("enclosed", f"{PROOF}.tangents.b2", ...),
    ("enclosed", PROOF, {"deterministic": True}),
    ("exact", PROOF, {"deterministic": False}),
    ("exact", PROOF, {"limit": "3", "tangents": {"b1": "1", "b2": "1"}}),
    # parts
    ("parts", f"{PROOF}.limit", moved("-1/1000")),
    ("parts", f"{PROOF}.limit", moved("1/1000")),
    ("parts", f"{PROOF}.parts", tokens(lambda told: told[:-1])),
    ("parts", f"{PROOF}.parts", tokens(lambda told: [*told, "a"])),
    ("parts", f"{PROOF}.parts", tokens(swapped)),
    ("parts", f"{PROOF}.parts", "a"),
    ("parts", f"{PROOF}.parts", "n"),
    ("parts", f"{PROOF}.parts", "c"),
    ("parts", f"{PROOF}.parts", "x"),
    ("parts", f"{PROOF}.parts", "0 0,a,a"),
    ("parts", f"{PROOF}.parts", "0 7,a,a"),
    ("parts", f"{PROOF}.parts", ["a"]),
    ("pure", f"{PROOF}.parts", "a"),
    ("pure", f"{PROOF}.parts", "c"),
    # the game
    ("enclosed", "game.payoffs.leader.0.0", "1/10"),
    ("enclosed", "game.payoffs.follower.0.0", "31/10"),
    ("parts", "game.payoffs.leader.0.1", "4/5"),
    ("parts", "game.payoffs.follower.0.0", "65/100"),
    ("exact", "game.payoffs.follower.1.1", "3"),
    # Markov games
    *[("markov", f"{CLAIM}.leader", shifted(*by)) for by in ((1, 1), (-1, -1))],
    *[("apart", f"{V}.{h}.s", shifted(*by)) for h in (0, 1) for by in ((1, 1), (-1, -1), (0, -1))],
    *[("markov", f"{V}.{h}.s", shifted(*by)) for h in (0, 1) for by in ((1, 1), (-1, -1))],
    ("markov", f"{V}.1.t", ...),
    ("markov", f"{V}.0.t", "1"),
    ("markov", f"{V}.1", ...),
    ("markov", f"{CLAIM}.policy.0.s", PLAY),
    ("markov", f"{CLAIM}.response", {}),
    ("apart", f"{ST}.0.s.parts", "a"),
    ("apart", f"{ST}.0.s.limit", moved("-1/1000")),
    ("markov", f"{ST}.0.s", {"deterministic": True}),
    ("markov", f"{ST}.1.t", ...),
    *[("closed", f"{V}.{h}.s", shifted(*by)) for h in (0, 1) for by in ((1, 1), (-1, -1))],
    ("closed", f"{CLAIM}.leader", lambda told: {**told, "closed_form": at_ends(told)}),
    ("markov", f"{CLAIM}.leader", lambda told: {**told, "closed_form": at_ends(told)}),
    ("closed", f"{V}.1.s.closed_form", "1"),
    ("weighed", f"{CLAIM}.leader", moved("1/1000")),
    ("weighed", f"{V}.1.s", moved("1/1000")),
    ("weighed", f"{CLAIM}.policy.0.s", {"b1": {"a2": "1"}, "b2": {"a2": "1"}}),
    ("markov", "game.follower.eta", "3"),
    ("markov", "game.follower.eta", "-3"),
    ("markov", "game.follower.eta", ...),
    ("markov", "game.follower.discount", "1/2"),
    ("markov", "game.follower.discount", "3/2"),
    ("markov", "game.follower", {"response": "best"}),
    ("markov", "game.follower.response", "worst"),
    ("markov", "game.follower.ties", "strong"),
    ("weighed", "game.follower.eta", "1"),
    ("weighed", "game.follower.response", "best"),
    ("weighed", "game.states.s.payoffs.weights.0.0", "0"),
    ("weighed", "game.states.s.payoffs.weights.0.0", "-3"),
    ("markov", "game.prescription", False),
    ("markov", "game.horizon", 3),
    ("markov", "game.horizon", 0),
    ("markov", "game.initial", {"s": "1/2", "t": "1/2"}),
    ("markov", "game.initial", {"s": "1/2"}),
    ("markov", "game.initial", {"s": "2", "t": "-1"}),
    ("markov", "game.initial", ...),
    ("markov", "game.states.s.transitions", [[{"s": "1"}, {"s": "1"}], [{"s": "1"}, {"s": "1"}]]),
    ("markov", "game.states.s.transitions", ...),
    ("markov", "game.states.s.transitions.1", ...),
    ("markov", "game.states.s.payoffs.leader.1.0", "21/10"),
    ("markov", "game.states.s.payoffs.follower.1.0", "1/10"),
    ("markov", "game.states.s.payoffs.weights", [["1", "1"], ["1", "1"]]),
    ("markov", "game.states.s.payoffs.follower", [["1", "1"]]),
    ("markov", "game.states.s.stages", []),
    ("markov", "game.states.s.unknown", []),
    ("markov", "game.states.s", {"like": "t", "payoffs": {}}),
    ("markov", "game.states.s", {"like": "x"}),
    ("markov", "game.states", {"s": {"like": "t"}, "t": {"like": "s"}}),
    ("markov", "game.states.t.payoffs", {"leader": [["1", "0"], ["2", "1/3"]], "weights": [["1", "1"], ["1", "1"]]}),
    ("markov", "game.features", {"s": [[["1"], ["1"]], [["1"], ["1"]]]}),
    ("markov", "game.name", 3),
]


def test_the_certificates_that_lies_are_made_of_are_true() -> None:
    for name, document in bases().items():
        assert check(document).true, f"{name}: {check(document)}"
    proofs = [str(document["proofs"]) for document in bases().values()]
    for sort in ("tangents", "'parts'", "deterministic", "None", "closed_form"):
        assert any(sort in one for one in [*proofs, *(str(d["claims"]) for d in bases().values())]), sort
    assert {"a", "n", "c"} <= set(at(bases()["parts"], f"{PROOF}.parts").split(","))


NAMES = [f"{i}-{base}-{path}" for i, (base, path, _) in enumerate(LIES)]


@pytest.mark.parametrize(("base", "path", "value"), LIES, ids=NAMES)
def test_lies_are_refused(base: str, path: str, value: Any) -> None:
    (verdict,) = check(edited(base, path, value)).verdicts
    assert not verdict.true
    assert not verdict.limit
    assert str(verdict).startswith("quantal: false: ")
    assert verdict.reason.startswith(("claims.quantal", "proofs.quantal", "game"))


def worse() -> Iterator[dict[str, Any]]:
    """Policies that are not best, with values and responses that are theirs."""
    yield best_known(numbers("1 0", "0 2", "1/2 1"), numbers("1 0", "0 2", "1 1/3"), Fraction(1), (1, 2))
    yield best_known(numbers("1 0", "0 2", "1/2 1"), numbers("1 0", "0 2", "1 1/3"), Fraction(1), (0, 1))
    yield best_known(numbers("0 0", "1 0"), numbers("0 0", "0 0"), Fraction(1), (0, 0))
    yield best_known(numbers("0 0", "1 0"), numbers("3 0", "0 0"), Fraction(1), (1, 0))  # mixing helps
    document = exact_commitment(numbers("1 1/2", "0 0"), numbers("0 0", "0 0"), Fraction(1), "n")
    # The leader's payoffs exchanged: what was best is worst.
    document["game"]["payoffs"]["leader"].reverse()
    at(document, CLAIM)["leader"] = "0"
    yield document
    weights = {"payoffs": {"leader": [["0", "0"], ["1", "0"]], "weights": [["27", "1"], ["1", "1"]]}}
    document = markov_certificate(MarkovGame({"s": weights}, horizon=1, follower={"response": "quantal"}))
    cell = at(document, CLAIM)
    cell |= {"leader": "1/2", "policy": [{"s": {"b1": {"a2": "1"}, "b2": {"a1": "1"}}}], "values": [{"s": "1/2"}]}
    at(document, f"{PROOF}.stages")[0]["s"] = {"deterministic": True}
    yield document


def unfit() -> Iterator[dict[str, Any]]:
    """Exact proofs of what is not exact, and games that have parameters."""
    document = edited("exact", f"{CLAIM}.prescription.b1", {"a2": "1/2", "a3": "1/2"})
    mixed = best_known(numbers("1 0", "0 2", "0 1"), numbers("1 0", "0 2", "0 1/3"), Fraction(1), (1, 1))
    at(mixed, CLAIM)["prescription"]["b1"] = {"a2": "1/2", "a3": "1/2"}  # these two do the same
    yield mixed
    yield document
    document = edited("markov", f"{V}.0.s", "2")
    at(document, ST)[0]["s"] = {"deterministic": True}
    at(document, CLAIM)["policy"][0]["s"] = PLAY
    yield document
    document = edited("rational", "game.parameters", ["delta"])
    document["game"]["payoffs"]["leader"][0][0] = "delta"
    at(document, CLAIM)["when"] = ["delta == 1"]
    document["game"]["assumptions"] = ["delta == 1"]
    proof = at(document, PROOF)
    document["proofs"]["quantal"] = {
        "cells": [{"pieces": [{"when": [], "proof": proof}]}],
        "coverage": "the cells are disjoint and cover the assumptions",
    }
    at(document, CLAIM)["when"] = []
    yield document


def mixed() -> Iterator[dict[str, Any]]:
    """Actions that are said to be mixtures of others, and are not, or not so."""
    half = Fraction(1, 2)
    rows = [[Fraction(2), Fraction(4)], [Fraction(1), Fraction(3)], [half * 3, half * 7]]
    own = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)], [half, half]]
    true = sx.solve(sx.Game(rows, own), ["quantal"], eta=5).certificate()
    assert true.check()
    for told in (
        {"a3": {"a1": "1/4", "a2": "3/4"}},  # no mean of these
        {"a3": {"a3": "1"}},  # of itself
        {"a2": {"a1": "1"}, "a3": {"a2": "1"}},
    ):
        document: dict[str, Any] = json.loads(true.dumps())
        at(document, PROOF)["mixtures"] = told
        yield document
    # Another game, in which the third action answers better than the mean of the others.
    document = json.loads(true.dumps())
    document["game"]["payoffs"]["follower"][2] = ["1", "0"]
    yield document
    same = sx.solve(sx.Game([[1, 0], [0, 1], [1, 0]], [[1, 0], [0, 1], [1, 0]]), ["quantal"], eta=5).certificate()
    document = json.loads(same.dumps())
    at(document, CLAIM)["commitment"] = {"a3": "1"}  # as good as the first, and left out
    yield document
    yield _weighed({"a3": {"a1": "1"}}, ["9", "1"])
    yield _weighed({"a3": {"a1": "1/2", "a2": "1/2"}}, ["2", "2"])  # nor are weights of a mixture means


def _weighed(told: dict[str, Any], weights: list[str]) -> dict[str, Any]:
    """A third action with weights, which pays the leader the mean of what is told."""
    payoffs = {"leader": [["1", "0"], ["0", "1"]], "weights": [["2", "1"], ["1", "2"]]}
    small = MarkovGame({"s": {"payoffs": payoffs}}, horizon=1, follower={"response": "quantal"}, prescription=False)
    document: dict[str, Any] = json.loads(sx.solve(small, ["quantal"]).certificate().dumps())
    table = document["game"]["states"]["s"]["payoffs"]
    table["leader"].append(["1", "0"] if len(told["a3"]) == 1 else ["1/2", "1/2"])
    table["weights"].append(weights)
    document["game"]["actions"]["leader"].append("a3")
    proof = at(document, f"{PROOF}.stages")[0]["s"]
    proof["mixtures"] = told
    return document


def test_no_other_mixtures_are_left_out() -> None:
    for document in mixed():
        (verdict,) = check(document).verdicts
        assert not verdict.true
        assert not verdict.limit
        assert verdict.reason.startswith("proofs.quantal"), verdict


def test_what_does_not_fit_is_refused() -> None:
    for document in unfit():
        (verdict,) = check(document).verdicts
        assert not verdict.true
        assert not verdict.limit


def test_what_is_not_best_is_refused() -> None:
    for document in worse():
        (verdict,) = check(document).verdicts
        assert not verdict.true
        assert not verdict.limit
        assert verdict.reason.startswith("proofs.quantal"), verdict


# -- no check can be left out -----------------------------------------------------------------------------------------

MODULES = (quantal_proofs, quantal_parts, markov_proofs, quantal_decision)
"""Modules whose refusals are left out one after the other; readers are not among them, where much is refused twice."""

TWICE = ("settled.low is not settled.high",)
"""Refusals that others would make in another place."""


def test_no_refusal_can_be_left_out() -> None:
    left = unnoticed(MODULES, [*(edited(*lie) for lie in LIES), *worse(), *unfit(), *mixed()], TWICE)
    assert not left, "\n".join(left)
