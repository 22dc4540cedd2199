"""Certificates about the best rules of mechanisms: true ones pass, no rules on grids of prices are better, and what is
not quite so is refused."""

from __future__ import annotations

import json
import random
from fractions import Fraction as F
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import z3
from checked_mechanisms import Plain, certificate
from checked_rules import drawn, ends, fixed
from forms import form
from guards import without_runaway_work
from lies import changed

import stackexact as sx
from stackexact.certificates import mechanism_bounds, mechanism_conditions, mechanism_game
from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.check import check
from stackexact.certificates.mechanism_bounds import nothing_above
from stackexact.certificates.mechanism_conditions import Condition, Conditions, Effort
from stackexact.certificates.mechanism_game import read_mechanism_game
from stackexact.certificates.mechanism_linear import Linear
from stackexact.certificates.mechanism_options import Options
from stackexact.certificates.mechanism_senders import one_sender
from stackexact.certificates.reading import Node

CONCEPTS = ["optimistic", "pessimistic", "no-incentives"]
CERTIFICATE = form("certificate")
TINY = F(1, 10**9)

INSTANCES = [
    path.stem
    for path in sorted((Path(__file__).parents[2] / "instances" / "brero2022").glob("*.json"))
    if json.loads(path.read_text()).get("kind") == "mechanism"
]


def accepted(game: sx.MechanismGame, *concepts: str) -> dict[str, Any]:
    """What the library writes, which is true and has the form of its schema."""
    document = certificate(game, *(concepts or (CONCEPTS if not game.is_fixed else ["no-incentives"])))
    report = check(document)
    assert report.true, report
    assert not list(CERTIFICATE.iter_errors(document))
    return document


def cell(document: dict[str, Any], concept: str) -> dict[str, Any]:
    (found,) = document["claims"][concept]["cells"]
    return dict(found)


# -- True claims ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INSTANCES)
def test_instances(name: str) -> None:
    accepted(sx.instance(name))


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
@pytest.mark.parametrize("messages", [(1, 1), (1, 2), (2, 2)])
def test_prices(messages: tuple[int, int], purchase: str) -> None:
    accepted(sx.families.two_buyers(messages=messages, purchase=purchase))
    accepted(sx.families.message_space(4, messages=messages, purchase=purchase), *CONCEPTS[::2])


def test_other_families() -> None:
    accepted(sx.families.matrix_design([[3, 6], [4, 2]], [[3, 4], [6, 2]]))
    accepted(sx.families.simple_allocation(4, 3))
    accepted(sx.families.leader_game(sx.instance("escape")))
    accepted(sx.families.repeated_prisoners_dilemma(3, 1))


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 7, 8])
def test_larger_families(n: int) -> None:
    accepted(sx.families.message_space(n), "no-incentives", "optimistic")
    accepted(sx.families.message_space(n, messages=(2, 1)), "pessimistic", "optimistic")
    accepted(sx.families.message_space(5 * n, messages=(1, 1)))
    accepted(sx.families.repeated_prisoners_dilemma(5, 1))


def posted(purchase: str) -> sx.MechanismGame:
    """A price for one buyer: revenue 4/3 at the price 2."""
    return sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["-"]}},
        {"posted": {"-": {"offers": [{"to": "A", "price": "p"}]}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [0, 3]},
        purchase=purchase,
        objective="revenue",
    )


@pytest.mark.parametrize(("purchase", "attained"), [("v >= p", True), ("v > p", False)])
def test_posted_prices(purchase: str, attained: bool) -> None:
    document = accepted(posted(purchase))
    for concept in CONCEPTS[:2]:
        assert (cell(document, concept)["leader"], cell(document, concept)["attained"]) == ("4/3", attained)
        assert ("near" in cell(document, concept)) != attained
    assert cell(document, "no-incentives")["leader"] == "4/3"


def test_a_price_that_a_buyer_may_refuse() -> None:
    """The designer hopes for a sale at the price 2, and is sure of it below."""
    game = sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["buy", "leave"]}},
        {"asked": {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [0, 3]},
        objective="revenue",
    )
    document = accepted(game)
    for concept, attained in (("optimistic", True), ("pessimistic", False)):
        assert (cell(document, concept)["leader"], cell(document, concept)["attained"]) == ("4/3", attained)


SEEDS = [*range(20), *(pytest.param(k, marks=pytest.mark.slow) for k in range(20, 150))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("senders", [0, 1])
def test_drawn_prices(senders: int, seed: int) -> None:
    """No rules at prices on a grid exceed a bound, and what is just below the best of them is no bound."""
    draw = random.Random(f"{senders} {seed}")
    game = drawn(draw, senders)
    told = accepted(game)["game"]
    options = Options.of(read_mechanism_game(Node(told, "game")), "here")
    found = [ends(plain) for plain in fixed(game, draw, 40)]
    best, worst = (max(one[k] for one in found) for k in (0, 1))
    node = Node("method", "here")
    nothing = greatest(options)
    assert best <= nothing
    nothing_above(options, nothing, node)
    for bound in (nothing - TINY, best - TINY):
        with pytest.raises(Unsupported, match="expected a bound that no strategies exceed"):
            nothing_above(options, bound, node)
    for sure, value in ((False, best), (True, worst)):
        one_sender(options, nothing, True, sure, node)
        with pytest.raises(Unsupported, match="some rules have more"):
            one_sender(options, value - TINY, True, sure, node)


def greatest(options: Options) -> F:
    bounds = [mechanism_bounds.RuleBounds(options, rule).greatest() for rule in options.game.rules]
    return F(max(bounds)) / options.scale


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_prices_for_two(seed: int) -> None:
    """All profiles of strategies by definition."""
    draw = random.Random(f"two {seed}")
    game = drawn(draw, 2)
    options = Options.of(read_mechanism_game(Node(game.document(), "game")), "here")
    found = max(max(map(plain.goal, plain.profiles[:200])) for plain in fixed(game, draw, 8))
    node = Node("method", "here")
    assert found <= greatest(options)
    nothing_above(options, greatest(options), node)
    with pytest.raises(Unsupported, match="expected a bound that no strategies exceed"):
        nothing_above(options, found - TINY, node)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_tables(seed: int) -> None:
    """Without prices all rules are gone through; the best of them by floats, over all profiles of strategies."""
    draw = random.Random(f"tables {seed}")
    game = drawn(draw, draw.choice([1, 2, 2]), prices=False)
    document = accepted(game)
    if game.is_fixed or len(Plain(game.with_choices(game.rules[0].name).document()).profiles) > 40:
        return
    told = [(plain.range(False), plain.profiles) for plain in every(game)]
    for concept, place in (("optimistic", 0), ("pessimistic", 1)):
        assert abs(float(F(cell(document, concept)["leader"])) - max(one[place] for one, _ in told)) < 1e-6


def every(game: sx.MechanismGame) -> list[Plain]:
    made = []
    for rule in game.rules:
        places: list[list[int]] = [[]]
        for leaf in rule.leaves:
            places = [[*some, k] for some in places for k in range(len(leaf))]
        made += [Plain(game.with_choices(rule.name, some).document()) for some in places]
    return made


# -- Conditions -------------------------------------------------------------------------------------------------------


def conditions(draw: random.Random, names: list[str]) -> list[Condition]:
    made = []
    for _ in range(draw.randint(1, 6)):
        slopes = {name: F(draw.randint(-3, 3), draw.randint(1, 2)) for name in names if draw.random() < 0.7}
        excess = Linear(F(draw.randint(-4, 4), draw.randint(1, 3)), tuple((n, s) for n, s in slopes.items() if s))
        made.append(Condition(excess, draw.random() < 0.5))
    return made


@pytest.mark.parametrize("seed", range(60))
def test_elimination(seed: int) -> None:
    """Beside another decision of the same conditions."""
    draw = random.Random(seed)
    names = ["p", "q", "r", "s"][: draw.randint(1, 4)]
    box = {name: (F(draw.randint(-2, 0)), F(draw.randint(0, 3))) for name in names}
    some, goal = conditions(draw, names), conditions(draw, names)[0].excess
    solver, known = z3.Solver(), {name: z3.Real(name) for name in names}

    def put(one: Linear) -> Any:
        parts = [z3.RealVal(str(slope)) * known[name] for name, slope in one.slopes]
        return z3.Sum(z3.RealVal(str(one.constant)), *parts)

    for name, (low, high) in box.items():
        solver.add(known[name] >= z3.RealVal(str(low)), known[name] <= z3.RealVal(str(high)))
    for one in some:
        solver.add(put(one.excess) > 0 if one.strict else put(one.excess) >= 0)
    found = Conditions(box, Effort("here"), some).can_be_met()
    assert found == (solver.check() == z3.sat)
    most = Conditions(box, Effort("here"), some).most(goal)
    assert (most is not None) == found
    if most is not None:
        value, reached = most
        for bound, strict, told in ((value, False, reached), (value, True, False), (value - TINY, True, True)):
            solver.push()
            solver.add(put(goal) > z3.RealVal(str(bound)) if strict else put(goal) >= z3.RealVal(str(bound)))
            assert (solver.check() == z3.sat) == told
            solver.pop()


# -- Claims by hand ---------------------------------------------------------------------------------------------------


def claimed(game: sx.MechanismGame, concept: str, claim: dict[str, Any], proof: dict[str, Any]) -> Any:
    document = {"format": "stackexact/certificate", "version": 1, "kind": "mechanism", "game": game.document()}
    document |= {"claims": {concept: {"cells": [{"when": [], **claim}]}}, "proofs": {concept: {"cells": [proof]}}}
    (verdict,) = check(document).verdicts
    return verdict


def sold(price: str, linked: bool) -> sx.MechanismGame:
    """B takes x, where the designer has 1, for more than 3/2; where it takes y something is offered to others."""
    followers: dict[str, Any] = {name: {"types": {"one": 1}, "actions": ["-"]} for name in ("A", "C")}
    offers = [{"to": "A", "price": price}, *([{"to": "C", "price": "q"}] if linked else [])]
    paid = {"valuations": {"B": "-3/2"}, "payments": {"B": "-p"}, "designer": 1}
    return sx.MechanismGame(
        {**followers, "B": {"actions": ["x", "y"]}},
        {"r": {"-": {"-": {"x": paid, "y": {"offers": offers}}}}},
        prior={"A": {"one": 1}, "C": {"one": 1}},
        prices={"p": [0, 2], "q": [0, 2]},
        purchase="v >= p",
        objective="designer",
    )


@pytest.mark.parametrize("concept", CONCEPTS[:2])
@pytest.mark.parametrize(("price", "linked"), [("p", False), ("p + q", True)])
def test_prices_of_one_leaf_that_count_at_another(price: str, linked: bool, concept: str) -> None:
    """Ways in which nothing differs but what prices may be are not alike where these prices count elsewhere."""
    game = sold(price, linked)
    proof: dict[str, Any] = {"method": "one-sender", **({"multipliers": {}} if concept == "pessimistic" else {})}
    for p, action, value in (("2", "x", "1"), ("0", "y", "0")):
        played = [{"probability": "1", "strategies": {"A": {"one": "-"}, "C": {"one": "-"}, "B": action}}]
        paid = {"A": "1" if p == "0" else "0", "C": "0", "B": "1/2" if p == "2" else "0"}
        told = {"leader": value, "attained": True, "rule": "r", "prices": {"p": p, "q": "0"}}
        if concept == "pessimistic":
            proof["multipliers"] = {"B": {action: "10"}}
        verdict = claimed(game, concept, {**told, "equilibrium": played, "followers": paid}, proof)
        assert verdict.true == (p == "2"), verdict
        assert verdict.true or "some rules have more" in verdict.reason


def test_ways_that_no_price_allows() -> None:
    """One price for both: nobody can get the item who would have it only after another one, who has more for it."""
    offers = [{"to": "A", "price": "p"}, {"to": "B", "price": "p"}]
    game = sx.MechanismGame(
        {"A": {"types": {"one": 2}, "actions": ["-"]}, "B": {"types": {"one": 1}, "actions": ["-"]}},
        {"r": {"-": {"-": {"offers": offers}}}},
        prior={"A": {"one": 1}, "B": {"one": 1}},
        prices={"p": [0, 3]},
        purchase="v >= p",
        objective="-(welfare - 1)**2",
    )
    told = {"strategies": {"A": {"one": "-"}, "B": {"one": "-"}}, "first_best": "2"}
    assert claimed(game, "no-incentives", {"leader": "-1", **told}, {}).true
    assert not claimed(game, "no-incentives", {"leader": "0", **told}, {}).true


@pytest.mark.parametrize("silent", [True, False])
def test_types_that_are_told_apart_by_what_they_must_do(silent: bool) -> None:
    """Types with one action each, different ones: several leaves are reached though these have nothing to choose."""
    types = {"types": ["a", "b"], "actions": {"a": ["x"], "b": ["y"]}}
    rule = {"x": {"-": [{"designer": 1}, {"designer": 0}]}, "y": {"-": {"designer": 3, "valuations": {"B": 5}}}}
    followers: dict[str, Any] = {"A": types, "B": {"actions": ["-"]}}
    played: dict[str, Any] = {"A": {"a": "x", "b": "y"}, "B": "-"}
    choices: dict[str, Any] = {"x": {"-": 0}, "y": {"-": 0}}
    if not silent:
        followers["B"], played["B"] = {"actions": ["-", "+"]}, "-"
        rule = {a: {**own, "+": {}} for a, own in rule.items()}
        choices = {a: {**own, "+": 0} for a, own in choices.items()}
    half = {"A": {"a": "1/2", "b": "1/2"}}
    game = sx.MechanismGame(followers, {"r": rule}, prior=half, objective="designer")
    told = {"leader": "2", "attained": True, "rule": "r", "choices": choices, "followers": {"A": "0", "B": "5/2"}}
    told["equilibrium"] = [{"probability": "1", "strategies": played}]
    method = "no-sender" if silent else "one-sender"
    assert claimed(game, "optimistic", told, {"method": method}).true
    game = sx.MechanismGame(followers, {"r": changed(rule, "x.-.1.designer", 2)}, prior=half, objective="designer")
    assert not claimed(game, "optimistic", told, {"method": method}).true


# -- Limits -----------------------------------------------------------------------------------------------------------


@cache
def some() -> dict[str, dict[str, Any]]:
    """One certificate by method, and one without incentives."""
    table = drawn(random.Random("tables 5"), 2, prices=False)
    games = [posted("v > p"), sx.families.two_buyers(messages=(1, 2)), sx.families.two_buyers(), table]
    made = [certificate(game, "pessimistic") for game in games]
    return {str(k): one for k, one in enumerate([*made, certificate(games[2], "no-incentives")])}


@pytest.mark.parametrize("steps", [0, 30, 100, 1000, 10000])
@pytest.mark.parametrize("bound", ["STEPS", "SEARCH"])
def test_what_takes_too_many_steps_is_too_large(bound: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (mechanism_game, mechanism_conditions):
        monkeypatch.setattr(module, bound, steps, raising=False)
    reports = [check(document) for document in some().values()]
    assert all(report.true or report.limited for report in reports)
    assert steps > 100 or any(report.limited for report in reports)


def test_many_conditions_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanism_conditions, "ROWS", 3)
    assert check(some()["1"]).limited


def test_many_rules_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    from stackexact.certificates import mechanism_rules

    assert some()["3"]["proofs"]["pessimistic"]["cells"][0]["method"] == "all-rules"
    monkeypatch.setattr(mechanism_rules, "RULES", 1)
    assert check(some()["3"]).limited


def endless(types: int, offers: int, actions: int, rules: int) -> dict[str, Any]:
    names = [f"F{k}" for k in range(offers)]
    followers = {
        name: {"types": {f"t{k}": str(k) for k in range(types)}, "actions": [f"a{k}" for k in range(actions)]}
        for name in names
    }
    leaf: Any = [{"offers": [{"to": name, "price": f"p{k}"} for k, name in enumerate(names)]}] * 20
    for _ in names:
        leaf = {f"a{k}": leaf for k in range(actions)}
    return {
        "format": "stackexact/game",
        "version": 1,
        "kind": "mechanism",
        "followers": followers,
        "rules": {f"r{k}": leaf for k in range(rules)},
        "prior": {name: {f"t{k}": f"1/{types}" for k in range(types)} for name in names},
        "prices": {f"p{k}": ["0", "9"] for k in range(offers)},
        "purchase": "v >= p",
    }


@pytest.mark.parametrize("concept", ["optimistic", "no-incentives"])
@pytest.mark.parametrize("sizes", [(3, 6, 1, 1), (30, 2, 2, 1), (4, 3, 3, 3), (400, 1, 2, 1), (6, 2, 3, 30)])
def test_small_files_with_endless_work(sizes: tuple[int, int, int, int], concept: str) -> None:
    game = endless(*sizes)
    places: Any = 0
    for _ in game["followers"]:
        places = {f"a{k}": places for k in range(sizes[2])}
    strategies = {name: {f"t{k}": "a0" for k in range(sizes[0])} for name in game["followers"]}
    claim: dict[str, Any] = {"leader": "1000", "strategies": strategies, "first_best": "1"}
    if concept == "optimistic":
        prices = dict.fromkeys(game["prices"], "0")
        claim = {"leader": "1", "attained": True, "rule": "r0", "prices": prices, "choices": places}
        claim |= {"followers": dict.fromkeys(strategies, "0"), "bound": "1000"}
        claim |= {"equilibrium": [{"probability": "1", "strategies": strategies}]}
    document = {"format": "stackexact/certificate", "version": 1, "kind": "mechanism", "game": game}
    document |= {"claims": {concept: {"cells": [{"when": [], **claim}]}}, "proofs": {concept: {"cells": [{}]}}}
    for method in ("strategies", "one-sender", "no-sender"):
        if concept == "optimistic":
            document["proofs"] = {concept: {"cells": [{"method": method}]}}
        with without_runaway_work():
            assert not check(document).true
