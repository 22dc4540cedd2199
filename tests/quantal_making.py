"""Certificates of `quantal` that are put together from what the searches find, by nothing of the checker."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from stackexact import solve
from stackexact.certificates.check import Verdict, check
from stackexact.errors import LimitReached
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Enclosure, Number, enclosed, refined, shared_digits
from stackexact.exact.exponential import ExponentialNumber
from stackexact.games.markov import MarkovGame
from stackexact.quantal.commitments import best_commitment, uniform
from stackexact.quantal.decisions import Decision, Logits, Policy, quotient
from stackexact.quantal.exactly import deterministic_value, is_best
from stackexact.quantal.prescriptions import best_prescription

DIGITS = 20

text = fraction_to_text

Rows = Sequence[Sequence[Fraction]]


def told(value: Number) -> Any:
    return text(value) if isinstance(value, Fraction) else value.document()


def numbers(*rows: str) -> list[list[Fraction]]:
    return [[Fraction(value) for value in row.split()] for row in rows]


def labels(letter: str, count: int) -> list[str]:
    return [f"{letter}{i + 1}" for i in range(count)]


def policy_text(policy: Policy, prescription: bool) -> Any:
    made = [{f"a{a + 1}": text(share) for a, share in part} for part in policy]
    return {f"b{b + 1}": part for b, part in enumerate(made)} if prescription else made[0]


def response(decision: Decision, policy: Policy) -> list[Number]:
    """Probabilities of the follower's actions, enclosed."""
    from flint import arb, ctx

    columns = range(decision.shape[1])
    if len(policy) == 1:
        return [Fraction(1)]

    def share(b: int) -> arb:
        values = [[arb(int(b == k))] * decision.shape[0] for k in columns]
        top, bottom = quotient(policy, decision.balls()[0], values)
        return top / bottom

    made: list[Number] = []
    for b in columns:
        with ctx.workprec(4000):
            tiny = share(b) < arb(2) ** -4000
        if tiny:  # ends of the ball itself would not fit into memory
            made.append(Enclosure(Fraction(0), Fraction(1, 10**DIGITS)))
            continue
        low, high = refined(lambda b=b: share(b), Fraction(1, 10**DIGITS))
        made.append(Enclosure(low, high) if low < high else low)
    return made


def between(lower: Fraction, upper: Fraction, digits: int, scale: Fraction) -> Number:
    return enclosed(lower, upper, digits, scale) if lower < upper else lower


def prescribed(low: Decision, high: Decision, digits: int = DIGITS) -> tuple[Number, Policy, dict[str, Any]]:
    found = best_prescription(low, high, digits)
    tangents = {f"b{b + 1}": None if t is None else text(t) for b, t in enumerate(found.tangents)}
    return (
        between(found.lower, found.upper, digits, high.scale),
        found.policy,
        {"limit": text(found.upper), "tangents": tangents},
    )


def committed(low: Decision, high: Decision, digits: int = DIGITS) -> tuple[Number, Policy, dict[str, Any]]:
    found = best_commitment(low, high, digits)
    return (
        between(found.lower, found.upper, digits, high.scale),
        uniform(found.commitment, low.shape[1]),
        {"limit": text(found.upper), "parts": ",".join(found.parts)},
    )


Exactly = list[list[ExponentialNumber]]


def exact_table(rows: Rows) -> Exactly:
    return [[ExponentialNumber.of(value) for value in row] for row in rows]


def exactly(leader: Exactly, logits: Logits, policy: Policy) -> ExponentialNumber | None:
    """The value of the policy if it is deterministic and best, exactly."""
    if any(len(part) > 1 for part in policy):
        return None
    chosen = [part[0][0] for part in policy]
    try:
        value = deterministic_value(chosen, leader, logits)
        return value if is_best(chosen, value, leader, logits) else None
    except LimitReached:  # too many terms
        return None


def shown_exactly(value: ExponentialNumber, digits: int = DIGITS) -> Number:
    """A closed form between ends, or a fraction."""
    return value.number(digits, Fraction(1))


def best_known(u1: Rows, u2: Rows, eta: Fraction, chosen: Sequence[int]) -> dict[str, Any]:
    """A certificate that a deterministic prescription is best, exactly, whether it is or not."""
    document = certificate(u1, u2, eta, prescription=True)
    logits = Logits(tuple(tuple(eta * value for value in row) for row in u2), None)
    decision = Decision(tuple(map(tuple, u1)), logits)
    policy = tuple(((a, Fraction(1)),) for a in chosen)
    (cell,) = document["claims"]["quantal"]["cells"]
    cell["leader"] = told(shown_exactly(deterministic_value(chosen, exact_table(u1), logits)))
    cell["prescription"] = policy_text(policy, True)
    cell["response"] = {f"b{b + 1}": told(one) for b, one in enumerate(response(decision, policy))}
    document["proofs"]["quantal"]["cells"] = [{"deterministic": True}]
    return document


def certificate(
    u1: Rows, u2: Rows, eta: Fraction, *, prescription: bool, exact: bool = False, digits: int = DIGITS
) -> dict[str, Any]:
    """A certificate of a game in matrices."""
    decision = Decision(tuple(map(tuple, u1)), Logits(tuple(tuple(eta * value for value in row) for row in u2), None))
    value, policy, proof = (prescribed if prescription else committed)(decision, decision, digits)
    if exact and prescription:
        known = exactly(exact_table(u1), decision.logits, policy)
        if known is not None:
            value, proof = shown_exactly(known), {"deterministic": True}
    names = labels("b", len(u1[0]))
    cell = {
        "when": [],
        "leader": told(value),
        "prescription" if prescription else "commitment": policy_text(policy, prescription),
        "response": {b: told(one) for b, one in zip(names, response(decision, policy), strict=True)},
    }
    game = {
        "format": "stackexact/game",
        "version": 1,
        "kind": "bimatrix",
        "payoffs": {
            "leader": [[text(value) for value in row] for row in u1],
            "follower": [[text(value) for value in row] for row in u2],
        },
    }
    return {
        "format": "stackexact/certificate",
        "version": 1,
        "kind": "bimatrix",
        "game": game,
        "claims": {"quantal": {"eta": str(eta), "prescription": prescription, "cells": [cell]}},
        "proofs": {"quantal": {"cells": [proof]}},
    }


def drawn(draw: random.Random, rows: int, columns: int, kind: str = "hundredths") -> list[list[Fraction]]:
    """A random table."""
    if kind == "ties":
        return [[Fraction(draw.randint(0, 2)) for _ in range(columns)] for _ in range(rows)]
    if kind == "huge":
        return [[Fraction(draw.randint(-(10**400), 10**400)) for _ in range(columns)] for _ in range(rows)]
    if kind == "duplicates":
        row = [Fraction(draw.randint(0, 100), 100) for _ in range(columns)]
        return [list(row) for _ in range(rows)]
    return [[Fraction(draw.randint(0, 100), 100) for _ in range(columns)] for _ in range(rows)]


def exact_commitment(u1: Rows, u2: Rows, eta: Fraction, parts: str = "") -> dict[str, Any]:
    """A certificate that a pure commitment is best exactly, with the parts that a search finds for a bound above."""
    document = certificate(u1, u2, eta, prescription=False)
    (cell,), (proof,) = (document[key]["quantal"]["cells"] for key in ("claims", "proofs"))
    (chosen,) = cell["commitment"]
    logits = Logits(tuple(tuple(eta * value for value in row) for row in u2), None)
    row = int(chosen[1:]) - 1
    cell["leader"] = told(shown_exactly(deterministic_value([row] * len(u1[0]), exact_table(u1), logits)))
    document["proofs"]["quantal"]["cells"] = [{"deterministic": True, "parts": parts or proof["parts"]}]
    return document


# -- Markov games -----------------------------------------------------------------------------------------------------


def markov_game(draw: random.Random, *, weights: bool, prescription: bool, deterministic: bool = False) -> MarkovGame:
    """A random game of three states, one of which is like another, and two or three stages."""
    names = ["s", "t", "u"]

    def moves() -> dict[str, str]:
        if deterministic:
            return {draw.choice(names): "1"}
        cut = sorted([0, draw.randint(0, 4), draw.randint(0, 4), 4])
        return {
            name: str(Fraction(after - before, 4)) for name, before, after in zip(names, cut, cut[1:], strict=False)
        }

    def stage(rows: int, columns: int) -> dict[str, Any]:
        other = [[Fraction(draw.randint(1, 9), draw.randint(1, 3)) for _ in range(columns)] for _ in range(rows)]
        return {
            "payoffs": {
                "leader": [[str(value) for value in row] for row in drawn(draw, rows, columns)],
                "weights" if weights else "follower": [[str(value) for value in row] for row in other],
            },
            "transitions": [[moves() for _ in range(columns)] for _ in range(rows)],
        }

    horizon = draw.randint(2, 3)
    states: dict[str, Any] = {"s": stage(2, draw.randint(1, 3)), "t": {"like": "s"}}
    rows, columns = draw.randint(1, 3), draw.randint(1, 2)
    states["u"] = {"stages": [stage(rows, columns) for _ in range(horizon)]}
    follower = {"response": "quantal"} | ({} if weights else {"eta": draw.choice(["1", "1/3", "4"])})
    initial = moves()
    return MarkovGame(
        states, horizon=horizon, follower=follower, initial=initial, prescription=prescription, name="drawn"
    )


def markov_certificate(game: MarkovGame, *, exact: bool = False, digits: int = DIGITS) -> dict[str, Any]:
    """A certificate of a Markov game: backward induction, values enclosed or exact."""
    names = game.states
    reached = [{s for s, share in enumerate(game.initial) if share}]
    for stages in game.stages[:-1]:
        reached.append({t for s in reached[-1] for row in stages[s].transitions for part in row for t, _ in part})
    later: dict[int, Number] = {}
    known: dict[int, ExponentialNumber] = {}
    policies, values, proofs = [], [], []
    for h in reversed(range(game.horizon)):
        now: dict[int, Number] = {}
        exact_now: dict[int, ExponentialNumber] = {}
        plans, shown = {}, {}
        for s in sorted(reached[h]):
            low, high = (_ahead(game, h, s, later, end) for end in (0, 1))
            value, policy, proof = (prescribed if game.prescription else committed)(low, high, digits)
            if exact and game.prescription and known.keys() == later.keys():
                found = exactly(_exactly_ahead(game, h, s, known), low.logits, policy)
                if found is not None:
                    exact_now[s] = found
                    value, proof = shown_exactly(found), {"deterministic": True}
            now[s], shown[names[s]] = value, proof
            plans[names[s]] = _named(game, s, policy)
        later, known = now, exact_now
        policies.insert(0, plans)
        values.insert(0, {names[s]: told(value) for s, value in now.items()})
        proofs.insert(0, {name: _renamed(game, name, proof) for name, proof in shown.items()})
    ends = [
        sum((share * _ends(later[s])[end] for s, share in enumerate(game.initial) if share), Fraction(0))
        for end in (0, 1)
    ]
    leader: Number = ends[0] if ends[0] == ends[1] else Enclosure(*ends)
    if known.keys() == later.keys():
        whole = ExponentialNumber.of(Fraction(0))
        for s, value in known.items():
            whole = whole + ExponentialNumber.of(game.initial[s]) * value
        leader = shown_exactly(whole)
    cell = {"when": [], "leader": told(leader), "policy": policies, "values": values}
    return {
        "format": "stackexact/certificate",
        "version": 1,
        "kind": "markov",
        "game": game.document(),
        "claims": {"quantal": {"cells": [cell]}},
        "proofs": {"quantal": {"cells": [{"stages": proofs}]}},
    }


def _ends(value: Number) -> tuple[Fraction, Fraction]:
    return (value.lower, value.upper) if isinstance(value, Enclosure) else (value, value)


def _ahead(game: MarkovGame, h: int, s: int, later: dict[int, Number], end: int) -> Decision:
    stage = game.stages[h][s]
    leader = [list(row) for row in stage.leader]
    if later:
        for a, row in enumerate(stage.transitions):
            for b, part in enumerate(row):
                leader[a][b] += sum((share * _ends(later[t])[end] for t, share in part), Fraction(0))
    if stage.weights is not None:
        logits = Logits(None, stage.weights)
    else:
        logits = Logits(tuple(tuple(game.follower.eta * value for value in row) for row in stage.follower), None)
    return Decision(tuple(map(tuple, leader)), logits)


def _exactly_ahead(game: MarkovGame, h: int, s: int, known: dict[int, ExponentialNumber]) -> Exactly:
    stage = game.stages[h][s]
    leader = exact_table(stage.leader)
    if known:
        for a, row in enumerate(stage.transitions):
            for b, part in enumerate(row):
                for t, share in part:
                    leader[a][b] = leader[a][b] + ExponentialNumber.of(share) * known[t]
    return leader


def _named(game: MarkovGame, s: int, policy: Policy) -> Any:
    rows, columns = game.actions[s].leader, game.actions[s].follower
    parts = [{rows[a]: text(share) for a, share in part} for part in policy]
    return dict(zip(columns, parts, strict=True)) if game.prescription else parts[0]


def _renamed(game: MarkovGame, name: str, proof: dict[str, Any]) -> dict[str, Any]:
    columns = game.actions[game.states.index(name)].follower
    if "tangents" not in proof:
        return proof
    return {**proof, "tangents": dict(zip(columns, proof["tangents"].values(), strict=True))}


# -- certificates as they are written, and other numbers in them ------------------------------------------------------


def written(game: MarkovGame, concept: str, digits: int = 12) -> dict[str, Any]:
    """The certificate of a concept, as it is written."""
    solution = solve(game, [concept], digits=digits)
    assert solution.complete, solution.notes
    made: dict[str, Any] = json.loads(solution.certificate().dumps())
    return made


def cells(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The only cell of the only claim, and that of its proof."""
    (claim,), (proof,) = document["claims"].values(), document["proofs"].values()
    (told,), (shown,) = claim["cells"], proof["cells"]
    return told, shown


def verdict(document: dict[str, Any]) -> Verdict:
    """What the checker makes of the only claim."""
    (found,) = check(document).verdicts
    return found


def replaced(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value in one place of ``claim``, ``proof`` or ``game``; ``...`` takes it out, a function is
    given what is there."""
    document = copy.deepcopy(document)
    claim, proof = cells(document)
    *head, last = path.split(".")
    box: Any = {"claim": claim, "proof": proof, "game": document["game"]}
    for part in head:
        box = box[int(part) if isinstance(box, list) else part]
    key: Any = int(last) if isinstance(box, list) else last
    if value is ...:
        del box[key]
    else:
        box[key] = value(box[key]) if callable(value) else value
    return document


def moved(number: Any, lower: int, upper: int) -> Any:
    """Another number: its ends moved by so many units beyond what it is known to, or a fraction moved a little."""
    if isinstance(number, str):
        return text(Fraction(number) + Fraction(lower + upper, 10**9))
    low, high = Fraction(number["lower"]), Fraction(number["upper"])
    unit = 2 * (high - low)
    low, high = low + lower * unit, high + upper * unit
    return {**number, "lower": text(low), "upper": text(high), "decimal": shared_digits(low, high)}


# -- followers who look ahead ------------------------------------------------------------------------------------------


def anticipation(t: object, *, discount: object = 1) -> MarkovGame:
    """math.md B3: what the leader announces for the second stage moves the follower at the first."""
    start = {
        "actions": {"leader": ["p"], "follower": ["x", "y"]},
        "payoffs": {"leader": [[0, 0]], "weights": [[1, t]]},
        "transitions": [[{"X": 1}, {"Y": 1}]],
    }
    generous = {
        "actions": {"leader": ["p0", "p1"], "follower": ["x", "y"]},
        "payoffs": {"leader": [[1, 1], ["3/4", "3/4"]], "weights": [[1, 1], [Fraction(t) ** 2, 1]]},
    }
    idle = {"actions": {"leader": ["p"], "follower": ["x", "y"]}, "payoffs": {"leader": [[0, 0]], "weights": [[1, 1]]}}
    return MarkovGame(
        {"start": start, "X": generous, "Y": idle},
        horizon=2,
        follower={"response": "quantal", "discount": discount},
        initial={"start": 1},
        prescription=False,
    )


def looking_ahead(
    draw: random.Random, states: int, horizon: int, discount: str, *, weighted: bool, chance: bool
) -> MarkovGame:
    """A random game of two actions each, whose follower looks ahead; transitions by chance or not."""

    def after() -> dict[str, Fraction]:
        if not chance:
            return {f"s{draw.randrange(states)}": Fraction(1)}
        shares = [draw.randint(0, 3) for _ in range(states)]
        shares[draw.randrange(states)] += 1
        return {f"s{s}": Fraction(share, sum(shares)) for s, share in enumerate(shares) if share}

    def table(low: int, high: int, bottom: int) -> list[list[Fraction]]:
        return [[Fraction(draw.randint(low, high), bottom) for _ in range(2)] for _ in range(2)]

    told: dict[str, Any] = {}
    for s in range(states):
        own = {"weights": table(1, 6, 2)} if weighted else {"follower": table(-4, 4, 3)}
        told[f"s{s}"] = {
            "payoffs": {"leader": table(-5, 5, 2), **own},
            "transitions": [[after() for _ in range(2)] for _ in range(2)],
        }
    follower = {"response": "quantal", "discount": discount} | ({} if weighted else {"eta": "3/2"})
    return MarkovGame(told, horizon=horizon, follower=follower, initial={"s0": 1}, prescription=draw.random() < 0.5)
