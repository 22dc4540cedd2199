"""False claims about the best rules of mechanisms: each is refused, and none of the checks that refuse them can be left
out."""

from __future__ import annotations

from fractions import Fraction as F
from functools import cache
from typing import Any

import parametric_mechanisms
import pytest
from checked_mechanisms import certificate
from lies import at, changed, moved, wrong_values
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import (
    mechanism_bounds,
    mechanism_conditions,
    mechanism_linear,
    mechanism_options,
    mechanism_rules,
    mechanism_senders,
)
from stackexact.certificates.check import check

CONCEPTS = ["optimistic", "pessimistic", "no-incentives"]


def table() -> sx.MechanismGame:
    """Two followers; one rule in which both best take 0, and one with something to choose. None has more than 5, but 6
    without incentives."""

    def outcome(first: int, second: int, designer: int) -> dict[str, Any]:
        return {"valuations": {"A": first, "B": second}, "designer": designer}

    outcomes = {"good": outcome(2, 2, 5), "trap": outcome(0, 0, 6), "rest": outcome(1, 1, 1)}
    rules = {
        "plain": {"0": {"0": "good", "1": "rest"}, "1": {"0": "rest", "1": "trap"}},
        "free": {"0": {"0": ["rest", "good"], "1": "trap"}, "1": {"0": "trap", "1": ["rest", "good"]}},
    }
    followers = {name: {"actions": ["0", "1"]} for name in "AB"}
    return sx.MechanismGame(followers, rules, outcomes=outcomes, objective="designer")


def posted(objective: str = "revenue", least: int = 0) -> sx.MechanismGame:
    """A price for one buyer."""
    return sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["-"]}},
        {"posted": {"-": {"offers": [{"to": "A", "price": "p"}]}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [least, 3]},
        purchase="v > p",
        objective=objective,
    )


def asked() -> sx.MechanismGame:
    """A price that a buyer may pay or not: where it does not matter to the buyer, nobody can be sure of the sale."""
    return sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["buy", "leave"]}},
        {"asked": {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [0, 3]},
        objective="revenue",
    )


def games() -> dict[str, sx.MechanismGame]:
    """Small games, one for each method."""
    one, two = sx.families.two_buyers(messages=(1, 2)), sx.families.two_buyers()
    return {"posted": posted(), "asked": asked(), "one": one, "two": two, "table": table()}


@cache
def bases() -> dict[str, dict[str, Any]]:
    """True certificates."""
    return {name: certificate(game, *CONCEPTS) for name, game in games().items()}


def of(concept: str, document: dict[str, Any]) -> dict[str, Any]:
    """A certificate of one concept alone."""
    return {**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}}


B, W, N = (f"claims.{concept}.cells.0" for concept in CONCEPTS)
PB, PW, PN = (f"proofs.{concept}.cells.0" for concept in CONCEPTS)


def told(**more: Any) -> Any:
    """What stands there with something more."""
    return lambda known: {**known, **more}


def without(key: str) -> Any:
    return lambda known: {name: one for name, one in known.items() if name != key}


LIES: list[tuple[str, str, Any]] = [
    ("posted", B, told(leader="5/4")),
    ("posted", B, told(leader="3/2")),
    ("posted", B, told(attained=True)),
    ("posted", B, lambda one: without("near")({**one, "attained": True})),
    ("posted", B, lambda one: without("near")({**one, "attained": True, "leader": one["near"]})),
    ("posted", B, lambda one: without("near")({**one, "attained": True, "leader": one["near"], "bound": "3/2"})),
    ("posted", B, told(leader="5/4", bound="4/3")),
    ("posted", f"{B}.near", moved("1/1000")),
    ("posted", f"{B}.prices.p", moved("-1/1000")),
    ("posted", f"{B}.prices.p", "2"),
    ("posted", f"{B}.prices.p", "4"),
    ("posted", f"{B}.prices.p", "-1"),
    ("posted", f"{B}.prices", ...),
    ("posted", f"{B}.prices", {}),
    ("posted", f"{B}.prices.q", "1"),
    ("posted", f"{B}.choices", {"-": 0}),
    ("posted", f"{PB}.method", "strategies"),
    ("posted", f"{PW}.multipliers", ...),
    ("posted", f"{PB}.multipliers", {}),
    ("posted", "game.purchase", "v >= p"),
    ("posted", "game.prices.p", ["0", "1"]),
    ("posted", "game.prices.p", ["0", "19/10"]),
    ("posted", "game.prior.A", {"low": "1/2", "high": "1/2"}),
    ("posted", "game.followers.A.types.high", "3"),
    ("posted", "game.objective", "revenue**2"),
    ("posted", "game.objective", "1/(revenue + 1)"),
    ("posted", "game.objective", "2*revenue"),
    ("posted", "game.rules.posted.-.offers.0.price", "p**2"),
    ("posted", f"{N}.leader", "5/4"),
    ("posted", f"{N}.leader", "3/2"),
    ("posted", f"{PN}.more", {}),
    ("asked", W, told(leader="5/4")),
    ("asked", W, told(leader="5/3")),
    ("asked", W, lambda one: without("near")({**one, "attained": True})),
    ("asked", W, lambda one: without("near")({**one, "attained": True, "leader": one["near"]})),
    ("asked", W, lambda one: without("near")({**one, "attained": True, "leader": one["near"], "bound": "5/4"})),
    ("asked", W, told(leader="5/4", bound="4/3")),
    ("asked", B, told(attained=False, near="4/3")),
    ("asked", f"{W}.prices.p", "2"),
    ("asked", f"{PW}.method", "strategies"),
    ("asked", f"{PW}.method", "no-sender"),
    ("one", f"{B}.leader", moved("-1/1000")),
    ("one", f"{W}.leader", moved("1/1000")),
    ("one", f"{W}.attained", False),
    ("one", W, lambda one: {**one, "attained": False, "near": one["leader"], "leader": "0"}),
    ("one", f"{W}.bound", "-1"),
    ("one", f"{W}.bound", at),
    ("one", f"{W}.rule", "other"),
    ("one", f"{W}.choices", ...),
    ("one", f"{W}.choices.0.0", lambda one: 1 - one),
    ("one", f"{W}.choices.0.1", lambda one: 1 - one),
    ("one", f"{W}.choices.0.0", -1),
    ("one", f"{W}.choices.0.0", 2),
    ("one", f"{W}.choices.0.0", False),
    ("one", f"{W}.choices.0.0", "0"),
    ("one", f"{W}.choices.1", {"0": 0, "1": 0}),
    ("one", f"{W}.prices.p_01_0", "1"),
    ("one", f"{W}.prices.p_01_0", "9"),
    ("one", f"{W}.equilibrium", []),
    ("one", f"{W}.followers.A0", moved("1/1000")),
    ("one", f"{W}.when", ["1 < 2"]),
    ("one", f"{PW}.multipliers", {}),
    ("one", f"{PW}.method", "no-sender"),
    ("one", f"{PW}.method", "strategies"),
    ("one", f"{PW}.method", "all-rules"),
    ("one", f"{PW}.method", "by magic"),
    ("one", f"{PW}.method", ["one-sender"]),
    ("one", PW, told(method="all-rules", others=[])),
    ("one", f"{PW}.others", []),
    ("one", "game.objective", "welfare - first_best + revenue*0 + 1"),
    ("one", "game.objective", "revenue"),
    ("one", "game.followers.A0.types.v0", "1/4"),
    ("one", "game.prior.A1", {"v0": "1/4", "v1": "3/4"}),
    ("two", f"{B}.leader", moved("-1/1000")),
    ("two", f"{B}.prices", lambda one: dict.fromkeys(one, "1")),
    ("two", f"{PB}.method", "one-sender"),
    ("two", f"{PB}.method", "no-sender"),
    ("two", PB, told(method="all-rules", others=[])),
    ("two", f"{W}.choices.0.0", lambda one: 1 - one),
    ("two", f"{PW}.multipliers", {}),
    ("two", f"{N}.leader", "-1/100"),
    ("two", f"{N}.leader", "1/100"),
    ("two", f"{N}.first_best", moved("1/100")),
    ("two", f"{N}.strategies", lambda one: {name: dict.fromkeys(own, "0") for name, own in one.items()}),
    ("two", "game.objective", "welfare - first_best - 1"),
    ("table", f"{PB}.others", []),
    ("table", f"{PW}.others", []),
    ("table", f"{PB}.others", lambda one: [*one, one[0]]),
    ("table", f"{PB}.others", lambda one: [*one[:-1]]),
    ("table", f"{PW}.others", lambda one: [*one[1:]]),
    ("table", f"{PB}.others.0.multipliers", {}),
    ("table", f"{PB}.others.0.rule", "free"),
    ("table", f"{PB}.others.0.rule", "none"),
    ("table", f"{PB}.others.0.more", "1"),
    ("table", f"{PW}.others.0.equilibrium", []),
    ("table", f"{PB}.method", "strategies"),
    ("table", PB, lambda one: without("others")({**one, "method": "strategies"})),
    ("table", PB, lambda one: without("others")({**one, "method": "one-sender"})),
    ("table", PB, lambda one: without("others")({**one, "method": "all-rules"})),
    ("table", f"{W}.rule", "free"),
    ("table", "game.outcomes.rest.designer", "7"),
    ("table", "game.outcomes.good.designer", "4"),
    ("table", "game.outcomes.trap.valuations.A", "4"),
    ("table", f"{B}.prices", {}),
    ("table", "game.prices", {"p": ["0", "1"]}),
]


def edited(base: str, path: str, put: Any) -> dict[str, Any]:
    """A true certificate of one concept, that in the place or the first, with something else there."""
    concept = next((one for one in CONCEPTS if one in path), CONCEPTS[0])
    document = of(concept, bases()[base])
    return changed(document, path, at(document, f"claims.{concept}.cells.0.leader") if put is at else put)


def best_of(
    game: sx.MechanismGame, concept: str, places: list[int], prices: dict[str, Any], proof: dict[str, Any]
) -> dict[str, Any]:
    """The claim that the last rule, with these choices and prices, is the best; its own value is true."""
    rule = game.rules[-1].name
    made = certificate(game.with_choices(rule, places, prices or None), "coarse-correlated")
    key = "best" if concept == "optimistic" else "worst"
    cell = {"when": [], "attained": True, "rule": rule, **at(made, f"claims.coarse-correlated.cells.0.{key}")}
    if any(len(leaf) > 1 for leaf in game.rules[-1].leaves):
        told = iter(places)
        cell["choices"] = {a: {b: next(told) for b in game.followers[1].actions} for a in game.followers[0].actions}
    if prices:
        cell["prices"] = prices
    if key == "worst":
        proof = {**proof, "multipliers": at(made, "proofs.coarse-correlated.cells.0.worst")}
    parts = {"claims": {concept: {"cells": [cell]}}, "proofs": {concept: {"cells": [proof]}}}
    return {**made, "game": game.document(), **parts}


@cache
def made_up() -> list[dict[str, Any]]:
    """Claims whose rules have what is claimed of them, though others have more, or they are none of the game."""
    quiet, silent = {"method": "no-sender"}, posted("1/(2 - revenue)")
    squared = changed(edited("posted", f"{B}.near", "0"), "game.objective", "revenue**2")
    price = at(squared, f"{B}.prices.p")
    made = [
        best_of(posted(), "optimistic", [0], {"p": "1"}, quiet),
        best_of(silent, "optimistic", [0], {"p": "3"}, quiet),
        changed(squared, f"{B}.near", str(F(price) ** 2 * F(2, 3))),
        changed(best_of(posted("welfare", -1), "optimistic", [0], {"p": "-1"}, quiet), "game.prices.p", ["0", "3"]),
    ]
    for name, method in (("one", "one-sender"), ("two", "strategies"), ("table", "all-rules")):
        game = games()[name]
        prices = {one.name: "1" for one in game.prices}
        for concept in CONCEPTS[:2]:
            others = at(bases()[name], f"proofs.{concept}.cells.0").get("others")
            proof = {"method": method} if others is None else {"method": method, "others": others}
            made.append(best_of(game, concept, [0] * len(game.rules[-1].leaves), prices, proof))
    return made


@pytest.mark.parametrize("name", bases())
def test_bases_are_true(name: str) -> None:
    assert check(bases()[name]).true, check(bases()[name])


@pytest.mark.parametrize(("base", "path", "put"), LIES, ids=[f"{i}-{one[0]}-{one[1]}" for i, one in enumerate(LIES)])
def test_lies_are_refused(base: str, path: str, put: Any) -> None:
    (verdict,) = check(edited(base, path, put)).verdicts
    assert not verdict.true
    assert not verdict.limit
    assert verdict.reason.startswith(("claims", "proofs", "game"))


def test_false_claims_are_refused() -> None:
    """Each of them would be true but for one thing."""
    reasons = ["least upper bound", "linear in prices", "linear in prices", "in its interval"]
    reasons += ["some rules have more"] * 2 + ["that no strategies exceed"] * 2 + ["above the value", "no more than"]
    assert len(made_up()) == len(reasons)
    for document, reason in zip(made_up(), reasons, strict=True):
        (verdict,) = check(document).verdicts
        assert not verdict.true
        assert not verdict.limit
        assert reason in verdict.reason


@pytest.mark.parametrize("document", range(4, 10))
def test_bounds(document: int) -> None:
    """With a bound that nothing exceeds the same rules are rightly claimed, with a lower one they are not."""
    told = made_up()[document]
    (concept,) = told["claims"]
    name = ("one", "two", "table")[document // 2 - 2]
    value = at(bases()[name], f"claims.{concept}.cells.0.leader")
    bounded = changed(told, f"claims.{concept}.cells.0.bound", value)
    assert check(bounded).true, check(bounded)
    assert not check(changed(bounded, f"claims.{concept}.cells.0.bound", moved("-1/10000"))).true


@pytest.mark.parametrize("concept", CONCEPTS)
def test_nothing_that_is_claimed_can_be_changed(concept: str) -> None:
    count = 0
    for document in bases().values():
        alone = of(concept, document)
        cell = at(alone, f"claims.{concept}.cells.0")
        for path, put in wrong_values({k: v for k, v in cell.items() if k not in ("choices", "prices")}, "cell"):
            place = path.replace("cell", f"claims.{concept}.cells.0", 1)
            (verdict,) = check(changed(alone, place, put)).verdicts
            assert not verdict.true, path
            assert verdict.reason.startswith(("claims", "proofs")), verdict
            count += 1
    assert count >= 60


def test_no_refusal_can_be_left_out() -> None:
    modules = (mechanism_linear, mechanism_conditions, mechanism_options)
    more = (mechanism_bounds, mechanism_senders, mechanism_rules)
    more_lies = [document for document, _ in parametric_mechanisms.lies()]
    left = unnoticed((*modules, *more), [*(edited(*lie) for lie in LIES), *made_up(), *more_lies])
    assert not left, "\n".join(left)
