"""Certificates about mechanisms with fixed rules: true ones pass, brute force finds the same of their games; digests
are those of the library; what is too large is said to be."""

from __future__ import annotations

import random
from fractions import Fraction as F
from typing import Any

import pytest
from checked_mechanisms import CONCEPTS, Plain, certificate, drawn
from guards import without_runaway_work
from lies import changed

import stackexact as sx
from stackexact.certificates import mechanism_game, mechanism_proofs
from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.check import check
from stackexact.certificates.mechanism_forms import fixed_form, form_of
from stackexact.certificates.mechanism_game import read_mechanism_game
from stackexact.certificates.reading import Node


@pytest.mark.parametrize("seed", [*range(24), *(pytest.param(k, marks=pytest.mark.slow) for k in range(24, 200))])
def test_true_certificates_pass(seed: int) -> None:
    game = drawn(random.Random(seed))
    document = certificate(game)
    report = check(document)
    assert report.true, report
    assert report.game is not None
    assert report.game.sha256() == game.sha256
    plain = Plain(document["game"])
    pure, claims = plain.pure(), document["claims"]
    told = claims["bayes-nash"]["cells"][0]
    assert told["count"] == len(pure)
    if pure:
        assert (F(told["best"]["leader"]), F(told["worst"]["leader"])) == (max(pure), min(pure))
    for concept in CONCEPTS[:2] if len(plain.profiles) <= 100 else ():
        cell = claims[concept]["cells"][0]
        most, least, alone = plain.range(concept == "correlated")
        assert abs(float(F(cell["best"]["leader"])) - most) < 1e-6
        assert abs(float(F(cell["worst"]["leader"])) - least) < 1e-6
        assert cell["unique"] == alone


# -- Games that are only read -----------------------------------------------------------------------------------------


def whole() -> dict[str, Any]:
    """A game with everything that there may be."""
    offers = [{"to": "A", "price": "(p + q)/2"}, {"to": "B", "price": "delta*q"}]
    told = {"valuations": {"A": "A*delta + p", "B": {"u": "1", "v": "B/(delta**2 + 1)"}}, "payments": {"A": "0.5"}}
    rule = {"x": ["sold", told], "y": {"valuations": {"A": [["1", "2"], ["3", "delta"]]}, "designer": "q"}, "z": "sold"}
    return {
        "followers": {
            "A": {"types": {"s": "delta", "t": "2"}, "actions": {"s": ["y", "x"], "t": ["z", "x"]}},
            "B": {"types": {"u": "1", "v": "1"}, "actions": ["only"]},
        },
        "rules": {"one": {a: {"only": leaf} for a, leaf in rule.items()}, "two": {a: {"only": "sold"} for a in rule}},
        "prior": {"A": {"s": "delta", "t": "1 - delta"}, "B": {"u": "1", "v": "0"}},
        "outcomes": {"sold": {"offers": offers}},
        "prices": {"p": ["0", "1"], "q": ["-1/2", "0.75"]},
        "purchase": "v > p",
        "objective": "revenue*delta - A + (welfare - B)/(gamma + delta)",
        "parameters": ["gamma", "delta", "more"],
        "assumptions": ["0 < 2*delta <= gamma", "1/2 < 1"],
        "name": "whole",
    }


def game(told: dict[str, Any]) -> sx.MechanismGame:
    return sx.MechanismGame(told["followers"], told["rules"], **{k: v for k, v in told.items() if k not in KEYS})


KEYS = ("followers", "rules")


def read(told: dict[str, Any]) -> Any:
    return read_mechanism_game(Node(told, "game"))


def test_digests_are_those_of_the_library() -> None:
    made = game(whole())
    assert read(made.document()).sha256() == made.sha256
    assert read(made.document()).parameters == {"delta", "gamma"}
    there = made.at(delta="1/3", gamma=1)
    assert read(there.document()).sha256() == there.sha256
    assert read(there.document()).sha256() != made.sha256
    assert not read(there.document()).parameters


def test_results_at_prices() -> None:
    """What comes out where the designer has chosen prices, worked out by hand."""
    made = read(game(whole()).at(delta="1/3", gamma=1).document())
    prices = {"p": F(1, 4), "q": F(1, 8)}
    leaves = made.rules[0].leaves
    told = [made.result(choice, (0, 0), prices) for choice in (*leaves[0], *leaves[1])]
    assert [one.utilities for one in told] == [(F(1), F(0)), (F(7, 48), F(0)), (F(-5, 36), F(1))]
    assert [one.objective for one in told] == [F(-1, 3), F(-37, 48), F(5, 48)]


def test_forms_at_prices() -> None:
    rules = {a: {"valuations": {"A": "A"}, "payments": {"A": price}} for a, price in (("x", "p"), ("y", "2*p - 1"))}
    followers = {"A": {"types": {"low": 1, "high": 2}, "actions": ["x", "y"]}}
    prior = {"A": {"low": "1/3", "high": "2/3"}}
    made = sx.MechanismGame(followers, {"r": rules}, prior=prior, prices={"p": [0, 2]}, objective="revenue")
    open_, fixed = read(made.document()), read(made.at(p="3/4").document())
    form = form_of(open_, [choice for (choice,) in open_.rules[0].leaves], {"p": F(3, 4)})
    assert (form.objective, form.utilities) == (fixed_form(fixed).objective, fixed_form(fixed).utilities)
    with pytest.raises(Unsupported, match="found a choice"):
        fixed_form(open_)
    with pytest.raises(Unsupported, match="the least price before the greatest"):
        read(changed(made.document(), "prices.p", ["1", "0"]))


# -- Limits -----------------------------------------------------------------------------------------------------------


def test_other_claims_are_not_understood() -> None:
    document = certificate(drawn(random.Random(1)), "bayes-nash")
    for part in ("claims", "proofs"):
        document[part] = {"pure-strong": document[part]["bayes-nash"]}
    (verdict,) = check(document).verdicts
    known = "coarse-correlated, correlated, bayes-nash, optimistic, pessimistic, no-incentives"
    assert verdict.reason == f"expected one of {known}"


@pytest.mark.parametrize(
    ("bound", "steps"), [*(("STEPS", k) for k in (0, 10, 30, 100, 300)), *(("SEARCH", k) for k in (0, 5, 10))]
)
def test_what_takes_too_many_steps_is_too_large(steps: int, bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the bound is reached."""
    document = certificate(drawn(random.Random(3)))
    for module in (mechanism_game, mechanism_proofs):
        monkeypatch.setattr(module, bound, steps, raising=False)
    report = check(document)
    assert report.limited
    assert all(f"in {steps} steps, found more" in one.reason for one in report.verdicts if not one.true)


def test_many_profiles_made_of_what_is_played_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {a: {b: {"valuations": {"A": a, "B": b}} for b in "12"} for a in "12"}
    made = sx.MechanismGame({name: {"actions": ["1", "2"]} for name in "AB"}, {"r": rules})
    document = certificate(made, "coarse-correlated")
    assert check(document).true
    monkeypatch.setattr(mechanism_proofs, "FURTHER", 0)
    assert check(document).limited


LONG = "9" * 100_000


@pytest.mark.parametrize(
    ("path", "put"),
    [
        ("followers", {f"F{k}": {"types": ["s", "t"], "actions": ["x"]} for k in range(30)}),
        ("followers", {f"F{k}": {"actions": ["x"]} for k in range(101)}),
        ("objective", "designer**1000"),
        ("followers.F0.types", {"s": LONG, "t": f"1/{LONG}"}),
    ],
)
def test_small_files_with_endless_work(path: str, put: Any) -> None:
    told = {"F0": {"types": ["s", "t"], "actions": ["x"]}}
    document = {"format": "stackexact/game", "version": 1, "kind": "mechanism", "followers": told, "rules": {}}
    document = changed(document, path, put)
    names = list(document["followers"])
    leaf: Any = {"designer": LONG, "valuations": {"F0": "F0**1000" if "types" in path else "1"}}
    for _ in names:
        leaf = {"x": leaf}
    document |= {"rules": {"r": leaf}}
    if "types" in document["followers"]["F0"]:
        document["prior"] = {name: {"s": "1/2", "t": "1/2"} for name in names}
    cell: dict[str, Any] = {"cells": [{"when": [], "count": 0}]}
    parts = {"claims": {"bayes-nash": cell}, "proofs": {"bayes-nash": {"cells": [{}]}}}
    certificate = {"format": "stackexact/certificate", "version": 1, "kind": "mechanism", "game": document, **parts}
    with without_runaway_work():
        assert check(certificate).limited
