"""Certificates of `quantal` that are put together from what the searches find, by nothing of the checker."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from stackexact.exact.enclosures import Enclosure, Number, refined
from stackexact.quantal.commitments import best_commitment, uniform
from stackexact.quantal.decisions import Decision, Logits, Policy, quotient
from stackexact.quantal.exactly import deterministic_value, is_best
from stackexact.quantal.prescriptions import best_prescription
from stackexact.exact.exponential import ExponentialNumber

DIGITS = 20

Rows = Sequence[Sequence[Fraction]]


def told(value: Number) -> Any:
    return str(value) if isinstance(value, Fraction) else value.document()


def labels(letter: str, count: int) -> list[str]:
    return [f"{letter}{i + 1}" for i in range(count)]


def policy_text(policy: Policy, prescription: bool) -> Any:
    made = [{f"a{a + 1}": str(share) for a, share in part} for part in policy]
    return {f"b{b + 1}": part for b, part in enumerate(made)} if prescription else made[0]


def response(decision: Decision, policy: Policy) -> list[Number]:
    """Probabilities of the follower's actions, enclosed."""
    from flint import arb

    columns = range(decision.shape[1])
    if len(policy) == 1:
        return [Fraction(1)]

    def share(b: int) -> arb:
        values = [[arb(int(b == k))] * decision.shape[0] for k in columns]
        top, bottom = quotient(policy, decision.balls()[0], values)
        return top / bottom

    made: list[Number] = []
    for b in columns:
        if share(b) < arb(2) ** -4000:  # ends of the ball itself would not fit into memory
            made.append(Enclosure(Fraction(0), Fraction(1, 10**DIGITS)))
            continue
        low, high = refined(lambda b=b: share(b), Fraction(1, 10**DIGITS))
        made.append(Enclosure(low, high) if low < high else low)
    return made


def prescribed(low: Decision, high: Decision, digits: int = DIGITS) -> tuple[Number, Policy, dict[str, Any]]:
    found = best_prescription(low, high, digits)
    tangents = {f"b{b + 1}": None if t is None else str(t) for b, t in enumerate(found.tangents)}
    return (
        Enclosure(found.lower, found.upper) if found.lower < found.upper else found.lower,
        found.policy,
        {"limit": str(found.upper), "tangents": tangents},
    )


def committed(low: Decision, high: Decision, digits: int = DIGITS) -> tuple[Number, Policy, dict[str, Any]]:
    found = best_commitment(low, high, digits)
    return (
        Enclosure(found.lower, found.upper) if found.lower < found.upper else found.lower,
        uniform(found.commitment, low.shape[1]),
        {"limit": str(found.upper), "parts": ",".join(found.parts)},
    )


def exactly(decision: Decision, policy: Policy, enclosure: Number) -> Number | None:
    """The value of the policy if it is deterministic and best, exactly."""
    if any(len(part) > 1 for part in policy):
        return None
    chosen = [part[0][0] for part in policy]
    leader = [[ExponentialNumber.of(value) for value in row] for row in decision.leader]
    value = deterministic_value(chosen, leader, decision.logits)
    if not is_best(chosen, value, leader, decision.logits):
        return None
    rational = value.rational
    if rational is not None:
        return rational
    assert isinstance(enclosure, Enclosure)
    return Enclosure(enclosure.lower, enclosure.upper, str(value))


def certificate(
    u1: Rows, u2: Rows, eta: Fraction, *, prescription: bool, exact: bool = False, digits: int = DIGITS
) -> dict[str, Any]:
    """A certificate of a game in matrices."""
    decision = Decision(
        tuple(map(tuple, u1)), Logits(tuple(tuple(eta * value for value in row) for row in u2), None)
    )
    value, policy, proof = (prescribed if prescription else committed)(decision, decision, digits)
    if exact and prescription:
        known = exactly(decision, policy, value)
        if known is not None:
            value, proof = known, {"deterministic": True}
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
            "leader": [[str(value) for value in row] for row in u1],
            "follower": [[str(value) for value in row] for row in u2],
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
