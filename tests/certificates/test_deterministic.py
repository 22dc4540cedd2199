"""The checker proves what the searches find about deterministic policies against quantal followers who do not look
ahead, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import pytest
from guards import without_runaway_work
from quantal_making import cells, drawn, markov_game, moved, replaced, text, verdict, written
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import quantal_rules

CONCEPT = "deterministic"


def one_stage(leader: Any, own: Any, *, prescription: bool = True, weights: bool = True, eta: str = "1") -> Any:
    payoffs = {"leader": leader, "weights" if weights else "follower": own}
    follower = {"response": "quantal"} | ({} if weights else {"eta": eta})
    return sx.MarkovGame({"s": {"payoffs": payoffs}}, horizon=1, follower=follower, prescription=prescription)


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("prescription", [False, True])
@pytest.mark.parametrize("certain", [False, True])
def test_random_games(weights: bool, prescription: bool, certain: bool) -> None:
    limits = 0
    for seed in range(25):
        draw = random.Random(seed)
        game = markov_game(draw, weights=weights, prescription=prescription, deterministic=certain)
        document = written(game, CONCEPT)
        assert verdict(document).true, str(verdict(document))
        limits += any("limit" in one for row in cells(document)[1]["stages"] for one in row.values())
    assert limits == 0 if weights else limits < 25
    assert limits or weights or certain


def best_in_fractions(game: Any) -> Fraction:
    """The greatest value of a game with weights by trying every rule, in fractions alone."""
    later: dict[int, Fraction] = dict.fromkeys(range(len(game.states)), Fraction(0))
    for h in reversed(range(game.horizon)):
        now = {}
        for s, stage in enumerate(game.stages[h]):
            rows, columns = range(len(stage.leader)), range(len(stage.leader[0]))
            rules = product(rows, repeat=len(columns)) if game.prescription else ((a,) * len(columns) for a in rows)
            now[s] = max(_value(stage, rule, later, last=h + 1 == game.horizon) for rule in rules)
        later = now
    return sum((share * later[s] for s, share in enumerate(game.initial)), Fraction(0))


def _value(stage: Any, rule: tuple[int, ...], later: dict[int, Fraction], *, last: bool) -> Fraction:
    top = bottom = Fraction(0)
    for b, a in enumerate(rule):
        after = () if last else stage.transitions[a][b]
        bottom += stage.weights[a][b]
        top += stage.weights[a][b] * (stage.leader[a][b] + sum((share * later[s] for s, share in after), Fraction(0)))
    return top / bottom


@pytest.mark.parametrize("prescription", [False, True])
def test_proved_values_are_those_of_trying_every_rule(prescription: bool) -> None:
    """Games of rational values; whatever else is claimed, with the proof as it is or with limits, is refused."""
    for seed in range(12):
        game = markov_game(random.Random(seed), weights=True, prescription=prescription)
        document = written(game, CONCEPT)
        cell, proof = cells(document)
        best = best_in_fractions(game)
        assert cell["leader"] == text(best)
        for other in (best + Fraction(1, 10**30), best - Fraction(1, 10**30), -best - 1):
            cell["leader"] = text(other)
            assert not verdict(document).true
        cell["leader"] = text(best)
        for h, row in enumerate(cell["values"]):
            for s, value in row.items():
                for shift in (Fraction(1, 10**30), -Fraction(1, 10**30)):
                    row[s] = text(Fraction(value) + shift)
                    for shown in ({"rules": True}, {"rules": True, "limit": row[s]}):
                        kept, proof["stages"][h][s] = proof["stages"][h][s], shown
                        assert not verdict(document).true
                        proof["stages"][h][s] = kept
                row[s] = value
        assert verdict(document).true


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("prescription", [False, True])
def test_of_all_rules_the_best_are_accepted_and_no_others(weights: bool, prescription: bool) -> None:
    """Every rule with the value that is its own: exactly those are proved that get the most."""
    for seed in range(12):
        draw = random.Random(seed)
        rows, columns = draw.randint(1, 3), draw.randint(1, 2)
        leader = drawn(draw, rows, columns, draw.choice(["ties", "hundredths"]))
        own = [[Fraction(draw.randint(1, 3)) for _ in range(columns)] for _ in range(rows)]
        game = one_stage(leader, own, prescription=prescription, weights=weights)
        document = written(game, CONCEPT)
        cell, _ = cells(document)
        rules = list(product(range(rows), repeat=columns)) if prescription else [(a,) * columns for a in range(rows)]
        plans = [{f"b{b + 1}": {f"a{a + 1}": 1} for b, a in enumerate(rule)} for rule in rules]
        found = [sx.evaluate(game, {"s": plan if prescription else plan["b1"]}).leader for plan in plans]
        middles = [float(value) for value in found]
        accepted = 0
        for plan, value, middle in zip(plans, found, middles, strict=True):
            told = text(value) if isinstance(value, Fraction) else value.document()
            shown = {b: {a: "1"} for b, part in plan.items() for a in part}
            cell |= {"leader": told, "values": [{"s": told}], "policy": [{"s": shown if prescription else shown["b1"]}]}
            accepted += verdict(document).true
            assert verdict(document).true == (max(middles) - middle < 1e-12)
            assert not verdict(document).limit
        assert accepted


# -- lies -------------------------------------------------------------------------------------------------------------

STATE = {
    "payoffs": {"leader": [["1", "0"], ["2", "1/3"]], "follower": [["1", "1/4"], ["1/5", "1/2"]]},
    "transitions": [[{"s": "1/2", "t": "1/2"}, {"t": "1"}], [{"s": "1"}, {"t": "1"}]],
}
OTHER = {
    "payoffs": {"leader": [["0", "3"], ["1/2", "1"]], "follower": [["2", "0"], ["1/3", "1/2"]]},
    "transitions": [[{"s": "1"}, {"t": "1"}], [{"t": "1"}, {"t": "1"}]],
}


@lru_cache(maxsize=1)
def bases() -> dict[str, dict[str, Any]]:
    """True certificates: closed forms, fractions, limits; prescriptions and commitments."""
    follower = {"response": "quantal", "eta": "2"}
    made: dict[str, dict[str, Any]] = {}
    for name, prescription in (("rules", True), ("actions", False)):
        states = {"s": STATE, "t": OTHER}
        made[name] = written(
            sx.MarkovGame(
                states, horizon=3, follower=follower, initial={"s": "1/2", "t": "1/2"}, prescription=prescription
            ),
            CONCEPT,
        )
        last = OTHER["payoffs"]["leader"], OTHER["payoffs"]["follower"]
        made[f"last {name}"] = written(one_stage(*last, prescription=prescription, weights=False), CONCEPT)
        made[f"rational {name}"] = written(
            one_stage([[0, 1], ["1/2", 0]], [[3, 1], [1, 2]], prescription=prescription), CONCEPT
        )
    return made


def changed(base: str, path: str, value: Any) -> dict[str, Any]:
    return replaced(bases()[base], path, value)


def lies() -> Iterator[tuple[str, dict[str, Any]]]:
    """False claims, and true ones with proofs that show something else or nothing."""
    a1, a2 = ({"b1": {a: "1"}, "b2": {a: "1"}} for a in ("a1", "a2"))
    for base in bases():
        cell, proof = cells(bases()[base])
        flat = "actions" in base
        for h, row in enumerate(cell["values"]):
            for s in row:
                for move in (_up, _down, _within, _bare):
                    yield f"{base} {s}{h} {move.__name__}", changed(base, f"claim.values.{h}.{s}", move)
                yield f"{base} {s}{h} gone", changed(base, f"claim.values.{h}.{s}", ...)
                for rule in (a1["b1"], a2["b1"]) if flat else (a1, a2, {"b1": a1["b1"], "b2": a2["b1"]}):
                    if cell["policy"][h][s] != rule:
                        yield f"{base} {s}{h} {rule}", changed(base, f"claim.policy.{h}.{s}", rule)
                half = {"a1": "1/2", "a2": "1/2"}
                mixed = half if flat else {"b1": half, "b2": half}
                yield f"{base} {s}{h} mixed", changed(base, f"claim.policy.{h}.{s}", mixed)
                limited = "limit" in proof["stages"][h][s]
                shown = [{}, {"rules": False}, {"rules": 1}, {"deterministic": True}, {"rules": True, "parts": "n"}]
                shown += (
                    [{"rules": True}] if limited else [{"rules": True, "limit": "100"}, {"rules": True, "limit": "-9"}]
                )
                for one in shown:
                    yield f"{base} {s}{h} by {one}", changed(base, f"proof.stages.{h}.{s}", one)
                if limited:
                    yield f"{base} {s}{h} lower limit", changed(base, f"proof.stages.{h}.{s}.limit", _less)
                    yield f"{base} {s}{h} upper limit", changed(base, f"proof.stages.{h}.{s}.limit", "100")
            yield f"{base} stage {h} gone", changed(base, f"claim.values.{h}", ...)
            yield f"{base} policy {h} gone", changed(base, f"claim.policy.{h}", ...)
            yield f"{base} proof {h} gone", changed(base, f"proof.stages.{h}", ...)
        for move in (_up, _down, _bare):
            yield f"{base} leader {move.__name__}", changed(base, "claim.leader", move)
        yield f"{base} compared", changed(base, "claim.compared", 4)
        yield f"{base} discount", changed(base, "game.follower.discount", "1")
        yield f"{base} prescription", changed(base, "game.prescription", flat)
        yield f"{base} payoffs", changed(base, "game.states.s.payoffs.leader", _better)
    one = bases()["last rules"]
    told = cells(one)[0]["leader"]
    document = changed("last rules", "claim.leader.closed_form", told["upper"])
    yield "a rational closed form", document
    document = changed("last rules", "claim.values.0.s.closed_form", ...)
    yield "a closed form left out", document
    upper = cells(one)[0]["values"][0]["s"]["upper"]
    document = changed("last rules", "claim.values.0.s.closed_form", upper)
    cells(document)[0]["leader"] = cells(document)[0]["values"][0]["s"]
    cells(document)[1]["stages"][0]["s"] = {"rules": True, "limit": upper}
    yield "a rational closed form, with a limit", document
    document = changed("rules", "claim.values.0.s", "1")
    cells(document)[1]["stages"][0]["s"] = {"rules": True}
    yield "exactly, of what is enclosed", document
    # Policies that are not best, with the values that are theirs.
    for base, rule, value in (("rational rules", a1, "1/4"), ("rational actions", a2["b1"], "1/6")):
        document = changed(base, "claim.leader", value)
        cells(document)[0].update(policy=[{"s": rule}], values=[{"s": value}])
        yield f"{base} not best", document
    # A true enclosure of a policy's own value that is not the best, with the limit at its end.
    for base in ("last rules", "last actions"):
        document = changed(base, "claim.leader", {"lower": "0", "upper": "1/4", "decimal": "0"})
        cell, proof = cells(document)
        low = {"b1": {"a1": "1"}, "b2": {"a2": "1"}} if base == "last rules" else {"a2": "1"}
        cell["values"], cell["policy"] = [{"s": {"lower": "0", "upper": "1", "decimal": "0"}}], [{"s": low}]
        cell["leader"] = {"lower": "0", "upper": "1", "decimal": "0"}
        proof["stages"][0]["s"] = {"rules": True, "limit": "1"}
        yield f"{base} not best, enclosed", document


def _better(rows: list[list[str]]) -> list[list[str]]:
    return [[text(Fraction(value) + 2) for value in row] for row in rows]


def _up(told: Any) -> Any:
    return moved(told, 1, 1)


def _down(told: Any) -> Any:
    return moved(told, -1, -1)


def _within(told: Any) -> Any:
    """Another number in the place of the one that is claimed, or ends that leave it out."""
    if isinstance(told, str):
        return text(Fraction(told) / 2 + 7)
    return {**told, "closed_form": told["upper"]} if "closed_form" in told else moved(told, -3, -2)


def _bare(told: Any) -> Any:
    """A fraction near what is claimed."""
    return text(Fraction(told) + Fraction(1, 10**40)) if isinstance(told, str) else told["upper"]


def _less(told: str) -> str:
    return text(Fraction(told) - Fraction(1, 10**6))


LIES = list(lies())


def test_what_lies_are_made_of_is_true_and_of_every_sort() -> None:
    for name, document in bases().items():
        assert verdict(document).true, f"{name}: {verdict(document)}"
    told = [str(cells(document)) for document in bases().values()]
    assert any("limit" in one for one in told)
    assert any("closed_form" in one for one in told)
    assert len(LIES) > 150


@pytest.mark.parametrize(("name", "document"), LIES, ids=[name for name, _ in LIES])
def test_lies_are_refused(name: str, document: dict[str, Any]) -> None:
    found = verdict(document)
    assert not found.true, name
    assert not found.limit
    assert found.reason.startswith(("claims.deterministic", "proofs.deterministic", "game")), found.reason


def test_no_refusal_can_be_left_out() -> None:
    left = unnoticed([quantal_rules], [document for _, document in LIES])
    assert not left, "\n".join(left)


# -- hostile input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prescription", [False, True])
def test_ties_everywhere_and_many_rules(prescription: bool) -> None:
    """40**40 rules that are all the same: they are not gone through."""
    game = one_stage([["1/3"] * 40] * 40, [[1] * 40] * 40, prescription=prescription)
    document = written(game, CONCEPT)
    assert cells(document)[0]["leader"] == "1/3"
    assert verdict(document).true


def test_exponentials_beyond_all_floats() -> None:
    huge = 10**30
    game = one_stage([[0, 1], [1, 0]], [[huge, 1], [1, -huge]], weights=False, eta="7/3")
    document = written(game, CONCEPT)
    assert verdict(document).true, str(verdict(document))
    cells(document)[0]["leader"] = "1/2"
    assert not verdict(document).true


def test_many_stages() -> None:
    states = {"s": STATE, "t": OTHER}
    follower = {"response": "quantal", "eta": "1/3"}
    document = written(sx.MarkovGame(states, horizon=60, follower=follower, initial={"s": 1}), CONCEPT)
    assert verdict(document).true


def test_numbers_beyond_the_stated_size_are_too_large() -> None:
    document = written(one_stage([[0, 1], [1, 0]], [[1, 2], [3, 1]], weights=False), CONCEPT)
    document["game"]["states"]["s"]["payoffs"]["leader"][0][0] = "1" * 50_000
    assert verdict(document).limit


def test_many_rules_of_irrational_value_are_told_apart_by_ends() -> None:
    draw = random.Random(1)
    tables = [[[Fraction(draw.randint(0, 1000), 7) for _ in range(20)] for _ in range(20)] for _ in range(2)]
    document = written(one_stage(*tables, weights=False, eta="1/50"), CONCEPT)
    assert len(cells(document)[0]["leader"]["closed_form"]) > 300
    with without_runaway_work():
        assert verdict(document).true
        assert not verdict(replaced(document, "claim.policy.0.s.b1", {"a20": "1"})).true


def test_many_terms_of_later_values_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where they are not rational."""
    monkeypatch.setattr(quantal_rules, "PRODUCTS", 10)
    states = {"s": {**OTHER, "transitions": [[{"s": "1"}, {"s": "1"}]] * 2}}
    follower = {"response": "quantal", "eta": "2"}
    for horizon, limited in ((1, False), (2, True)):
        found = verdict(written(sx.MarkovGame(states, horizon=horizon, follower=follower), CONCEPT))
        assert found.limit == limited
        assert found.true == (not limited)
