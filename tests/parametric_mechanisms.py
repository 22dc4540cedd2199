"""Mechanisms with parameters: small games of every sort, certificates of them, and false ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from checked_mechanisms import certificate
from lies import changed

import stackexact as sx

FIXED = ("coarse-correlated", "correlated", "bayes-nash", "no-incentives")
RULES = ("optimistic", "pessimistic", "no-incentives")


def concepts_of(game: sx.MechanismGame) -> tuple[str, ...]:
    """The concepts that fit."""
    return FIXED if game.is_fixed else RULES


def chicken() -> sx.MechanismGame:
    """Two dare or yield; who dares against one who dares pays a fine f."""
    cells = {"dare": {"dare": (0, 0), "yield": (7, 2)}, "yield": {"dare": (2, 7), "yield": (6, 6)}}
    rule: dict[str, Any] = {
        a: {b: {"valuations": {"A": told[0], "B": told[1]}} for b, told in row.items()} for a, row in cells.items()
    }
    rule["dare"]["dare"]["payments"] = {"A": "f", "B": "f"}
    followers = {name: {"actions": ["dare", "yield"]} for name in "AB"}
    return sx.MechanismGame(followers, {"r": rule}, assumptions=["0 <= f <= 4"])


def alone() -> sx.MechanismGame:
    """One follower of three actions, the first of which is best; of the others one is as good for the designer."""
    rule = {
        "x": {"valuations": {"A": 1}},
        "y": {"designer": "d + 1"},
        "z": {"valuations": {"A": -1}},
    }
    return sx.MechanismGame(
        {"A": {"actions": ["x", "y", "z"]}}, {"r": rule}, objective="designer", assumptions=["0 < d < 1"]
    )


def choice() -> sx.MechanismGame:
    """Rules with something to choose: what is best for the follower costs the designer d."""
    rule = {"x": ["good", "bad"], "y": "bad"}
    outcomes = {"good": {"valuations": {"A": 1}, "designer": "1 - d"}, "bad": {"designer": "d"}}
    followers = {"A": {"actions": ["x", "y"]}}
    return sx.MechanismGame(
        followers, {"r": rule}, outcomes=outcomes, objective="designer", assumptions=["0 <= d <= 1"]
    )


def sale(purchase: str = "v >= p", *prices: str) -> sx.MechanismGame:
    """Two buyers, an item that is offered at prices of which the parameters decide whether they are paid."""
    first, second = prices or ("q", "1 - q")
    offers = [{"to": "A", "price": first}, {"to": "B", "price": second}]
    return sx.MechanismGame(
        {
            "A": {"types": {"low": "1/4", "high": "e"}, "actions": ["0", "1"]},
            "B": {"types": {"low": 0, "high": 1}, "actions": ["-"]},
        },
        {"r": {"0": {"-": {"offers": offers}}, "1": {"-": {"offers": offers[::-1]}}}},
        prior={"A": {"low": "1 - e", "high": "e"}, "B": {"low": "1/2", "high": "1/2"}},
        purchase=purchase,
        objective="welfare - first_best",
        assumptions=["0 <= e <= 1", "0 <= q <= 1"],
    )


def idle() -> sx.MechanismGame:
    """Nothing comes out, whoever comes."""
    follower = {"types": ["low", "high"], "actions": ["-"]}
    prior = {"A": {"low": "1 - e", "high": "e"}}
    return sx.MechanismGame({"A": follower}, {"r": {"-": {}}}, prior=prior, assumptions=["0 < e < 1"])


def games() -> Iterator[tuple[str, sx.MechanismGame]]:
    """One of every sort."""
    yield "chicken", chicken()
    yield "alone", alone()
    yield "choice", choice()
    yield "idle", idle()
    yield "sale", sale().at(q="1/2")
    yield "sale at a price", sale("v > p").at(e="3/4")
    yield "in two parameters", sale()


@cache
def certificates() -> dict[str, dict[str, Any]]:
    """True certificates."""
    return {name: certificate(game, *concepts_of(game)) for name, game in games()}


def of(concept: str, document: dict[str, Any]) -> dict[str, Any]:
    """A certificate of one concept alone."""
    return {**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}}


def _pieces(game: str, concept: str, put: Any) -> dict[str, Any]:
    """The first piece of the proof with something else in it."""
    return changed(of(concept, certificates()[game]), f"proofs.{concept}.cells.0.pieces.0.proof", put)


def _cell(game: str, concept: str, place: str, put: Any) -> dict[str, Any]:
    return changed(of(concept, certificates()[game]), f"claims.{concept}.cells.0.{place}", put)


@cache
def lies() -> list[tuple[dict[str, Any], str]]:
    """False claims and proofs, and of what is said of each a part."""
    worst = {"leader": "0", "followers": {"A": "-1"}, "strategies": {"A": "z"}}
    negative = {"best": {"A": {"x": "d + 1", "y": "-d - 1"}}}
    priced = of("no-incentives", certificates()["choice"])
    less = _cell("chicken", "no-incentives", "strategies", {"A": "dare", "B": "yield"})
    idle = of("coarse-correlated", certificates()["idle"])
    return [
        (_cell("chicken", "coarse-correlated", "best.leader", "(12*f + 41)/(f + 4)"), "as the proof gives"),
        (_cell("chicken", "coarse-correlated", "best.followers.A", "(6*f + 20)/(f + 4)"), "as the proof gives"),
        (_cell("chicken", "coarse-correlated", "best.equilibrium.0.probability", "1/(f + 5)"), "normal form"),
        (_cell("chicken", "coarse-correlated", "best.equilibrium.0.probability", "(1)/(f + 5)"), "add up to 1"),
        (_cell("chicken", "coarse-correlated", "unique", True), "multipliers"),
        (_cell("chicken", "coarse-correlated", "when", ["f < 4"]), "no cell holds"),
        (_cell("chicken", "bayes-nash", "count", 3), "2"),
        (_cell("chicken", "bayes-nash", "best.leader", "8"), "as the proof gives"),
        (_cell("chicken", "no-incentives", "first_best", "11"), "as the proof gives"),
        (changed(less, "claims.no-incentives.cells.0.leader", "9"), "strategies have more"),
        (_cell("chicken", "no-incentives", "leader", "f + 12"), "as much"),
        (_cell("chicken", "no-incentives", "strategies", {"A": "dare", "B": "yield"}), "as much"),
        (_cell("alone", "bayes-nash", "worst", worst), "expected the worst equilibrium"),
        (_pieces("alone", "coarse-correlated", lambda told: {**told, **negative}), "no negative number"),
        (_pieces("alone", "coarse-correlated", lambda told: {**told, "best": {}}), "above the value"),
        (_pieces("chicken", "correlated", lambda told: {**told, "worst": {}}), "below the value"),
        (_cell("choice", "optimistic", "leader", "-d + 2"), "as the proof gives"),
        (_pieces("choice", "optimistic", {"method": "no-sender"}), "expected all-rules"),
        (_pieces("choice", "optimistic", lambda told: {**told, "others": told["others"][1:]}), "evidence for all"),
        (changed(priced, "game.prices", {"p": ["0", "1"]}), "without prices"),
        (changed(idle, "game.prior.A", {"low": "2 + e", "high": "-1 - e"}), "chances that are not negative"),
    ]


# -- Games drawn at random --------------------------------------------------------------------------------------------


def drawn(draw: random.Random, names: tuple[str, ...] = ("d",)) -> sx.MechanismGame:
    """One or two followers, chances, values, payments and prices that may depend on parameters from 0 to 1; fixed rules
    or some to choose from."""

    def number() -> str:
        name = draw.choice(names)
        told = ("{0}", "2*{0}", "1 - {0}", "-{0}", "{0}/2", "{0}**2", "1/(1 + {0})", f"{{0}}*(1 - {names[-1]})")
        return str(draw.randint(-2, 3)) if draw.random() < 0.45 else draw.choice(told).format(name)

    followers: dict[str, Any] = {}
    prior: dict[str, Any] = {}
    for name in ["A", "B"][: draw.choice([1, 2, 2])]:
        types = [f"t{k}" for k in range(draw.choice([1, 2]))]
        followers[name] = {"actions": ["x", "y", "z"][: draw.choice([1, 2, 2, 3]) if len(types) == 1 else 2]}
        if len(types) > 1 or draw.random() < 0.5:
            followers[name]["types"] = {t: number() if draw.random() < 0.6 else str(k) for k, t in enumerate(types)}
            chance = draw.choice(["1/2", names[0], "1/3"])
            prior[name] = {"t0": 1} if len(types) == 1 else {"t0": chance, "t1": f"1 - ({chance})"}
    selling = len(prior) == len(followers) and draw.random() < 0.4

    def outcome() -> dict[str, Any]:
        if selling:
            asked = draw.sample(list(followers), draw.randint(1, len(followers)))
            return {"offers": [{"to": name, "price": number()} for name in asked]}
        valued = {name: number() for name in followers if draw.random() < 0.8}
        typed = {
            name: f"{name}*({told})" if name in prior and draw.random() < 0.5 else told for name, told in valued.items()
        }
        made: dict[str, Any] = {"valuations": typed}
        if draw.random() < 0.4:
            made["payments"] = {name: number() for name in followers if draw.random() < 0.6}
        return {**made, "designer": number()} if draw.random() < 0.5 else made

    some = [outcome() for _ in range(draw.choice([2, 4, 9]))]
    free = draw.random() < 0.4

    def rule(left: list[str]) -> Any:
        if left:
            return {a: rule(left[1:]) for a in followers[left[0]]["actions"]}
        return [draw.choice(some), draw.choice(some)] if free and draw.random() < 0.5 else draw.choice(some)

    objectives = ("welfare", "revenue", "welfare - first_best", "designer + welfare", f"revenue - {names[0]}*welfare")
    return sx.MechanismGame(
        followers,
        {"r": rule(list(followers))},
        prior=prior or None,
        purchase=draw.choice(["v >= p", "v > p"]) if selling else None,
        objective=draw.choice(objectives),
        assumptions=[f"0 <= {name} <= 1" for name in names],
    )
