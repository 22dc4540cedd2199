"""Prescriptions against a best response: the follower can secure L = max_b min_a r(a, b), by the actions F.

If b is played at least L is got: mixtures x with r(x, b) >= L bound what the leader gets. Against ties, where the
follower gets L exactly, all of F responds, at leader actions with r(a, b) = L.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stackexact.certificates.best_responses import Announced, Decision
from stackexact.certificates.proofs import ZERO
from stackexact.certificates.reading import Labels, Node, Weights

__all__ = ["prove_deterministic", "prove_mixtures"]


@dataclass(frozen=True, slots=True)
class _Secured:
    """What the follower can secure, the actions that do, and what the leader gets at most where all of these tie."""

    level: Fraction
    by: list[int]
    forced: Fraction


def prove_mixtures(
    announced: Announced, value: Fraction, proof: Node, labels: Labels, *, weak: bool, attained: bool
) -> None:
    """Multipliers y >= 0 with U(a, b) + y (r(a, b) - L) <= value for every a: no x with r(x, b) >= L gets more."""
    decision, known = announced.decision, _secured(announced.decision)
    multipliers = proof.fields("multipliers")["multipliers"]
    y = multipliers.weights(labels)
    for b in range(len(labels)):
        top = max(r for _, _, r in decision.column(b))
        if top > known.level or (top == known.level and not weak):
            slope = y.get(b, ZERO)
            if any(u + slope * (r - known.level) > value for _, u, r in decision.column(b)):
                raise multipliers.fails(f"do not bound what the follower's action {b + 1} is worth to the leader")
    announced.responds(value)
    if not weak:
        return
    _require_forced(announced, known, value)
    if attained:
        announced.attains(value)
        return
    above = max(r for _, _, r in decision.column(announced.response)) > known.level
    if not above and not announced.holds(value):
        raise announced.policy.fails("expected a prescription to which others come near that come near the value")
    _require_open(announced, known, y, value)


def prove_deterministic(announced: Announced, value: Fraction, proof: Node, *, weak: bool) -> None:
    """The greatest U(a, b) where r(a, b) >= L; against ties the greatest where r(a, b) > L, or where all of F ties."""
    proof.fields()
    decision, known = announced.decision, _secured(announced.decision)
    if any(len(part) > 1 for part in announced.mixtures):
        raise announced.policy.fails("expected a policy that plays one action")
    for b in range(len(announced.mixtures)):
        for _, u, r in decision.column(b):
            if u > value and (r > known.level or (r == known.level and not weak)):
                raise proof.fails(f"the follower's action {b + 1} is worth more to the leader than the claimed value")
    announced.responds(value)
    if weak:
        _require_forced(announced, known, value)
        announced.attains(value)


def _secured(decision: Decision) -> _Secured:
    columns = range(len(decision.leader[0]))
    least = [min(r for _, _, r in decision.column(b)) for b in columns]
    level = max(least)
    by = [b for b in columns if least[b] == level]
    return _Secured(level, by, min(max(u for _, u, r in decision.column(b) if r == level) for b in by))


def _require_forced(announced: Announced, known: _Secured, value: Fraction) -> None:
    if known.forced > value:
        raise announced.policy.fails("where the follower gets what it can secure the leader gets more than the value")


def _require_open(announced: Announced, known: _Secured, y: Weights, value: Fraction) -> None:
    """No prescription attains the value off what is open. One that gives the follower more than L for b would live on
    actions at which the bound is tight, and y_b would be 0; one that gives it L would be good at all of F."""
    decision = announced.decision
    for b in range(len(announced.mixtures)):
        tight = (r for a, u, r in decision.column(b) if u == value and (a, b) not in decision.open)
        if not y.get(b, ZERO) and any(r > known.level for r in tight):
            raise announced.policy.fails(f"the value is attained with the follower's action {b + 1}")
    if all(
        any(r == known.level and (u > value or (u == value and (a, b) not in decision.open)) for a, u, r in column)
        for b in known.by
        for column in [decision.column(b)]
    ):
        raise announced.policy.fails("the value is attained where the follower gets what it can secure")
