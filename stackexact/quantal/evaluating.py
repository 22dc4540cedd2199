"""What a policy of the leader leads to: the follower's response, whether it looks ahead or not, and both values.

With Z_h(s) = exp(η V_h(s)) the follower's problem, regularised by η⁻¹ times the entropy of what it does, is solved by

    Z_h(s) = Σ_b z_h(s, b),   z_h(s, b) = exp(η r_h(s, b)) Π_s' Z_{h+1}(s')^(γ P_h(s'|s, b)),
    ν_h(b|s) = z_h(s, b) / Z_h(s),

rewards and transitions being those under the leader's policy. Where every γ P is a whole number all of these are
finite sums of exponentials of rational numbers (of rational powers in games with weights): they are computed exactly.
Otherwise logarithms of Z are computed in balls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from flint import arb

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import ball_of, refined
from stackexact.exact.exponential import ExponentialNumber, ExponentialSum, exponential, power, rational
from stackexact.quantal.deciding import Bounds
from stackexact.quantal.decisions import Logits, Policy, greatest
from stackexact.quantal.tables import Node, Tables

__all__ = ["Allowed", "Evaluated", "Plan", "balls_under", "evaluate", "exactly_evaluated", "node_balls", "value_ball"]

Plan: TypeAlias = Sequence[Mapping[int, Policy]]
"""By stage and state: what the leader does against every action of the follower."""

Allowed: TypeAlias = Sequence[Mapping[int, frozenset[int]]] | None
"""By stage and state: the responses that the follower chooses among, where these are not all."""

_MOST_TERMS: Final = 400


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Exact values by stage and state: the leader's, and Z; and the probabilities of the follower's actions."""

    value: ExponentialNumber
    values: tuple[Mapping[int, ExponentialNumber], ...]
    responses: tuple[Mapping[int, tuple[ExponentialNumber, ...]], ...]


def evaluate(tables: Tables, plan: Plan, width: Fraction) -> Bounds:
    """What the leader gets under a plan: exactly where that is possible, else to a width."""
    exact = exactly_evaluated(tables, plan)
    if exact is not None:
        found = exact.value.rational
        if found is not None:
            return Bounds(found, found, exact.value)
        low, high = refined(exact.value.ball, width)
        return Bounds(low, high, exact.value)
    low, high = refined(lambda: value_ball(tables, plan), width)
    return Bounds(low, high)


def exactly_evaluated(tables: Tables, plan: Plan, allowed: Allowed = None) -> Evaluated | None:
    """Exact values under a plan; nothing where they are no quotients of short sums of exponentials."""
    values: Mapping[int, ExponentialNumber] = {}
    masses: Mapping[int, ExponentialSum] = {}
    told: list[Mapping[int, ExponentialNumber]] = []
    responses: list[Mapping[int, tuple[ExponentialNumber, ...]]] = []
    try:
        for h in reversed(range(tables.horizon)):
            found = {
                s: _exact_node(tables, node, plan[h][s], values, masses, None if allowed is None else allowed[h][s])
                for s, node in tables.stages[h].items()
            }
            if any(one is None for one in found.values()):
                return None
            made = {s: one for s, one in found.items() if one is not None}
            values = {s: one[0] for s, one in made.items()}
            masses = {s: one[1] for s, one in made.items()}
            told.append(values)
            responses.append({s: one[2] for s, one in made.items()})
        total = _sum(ExponentialNumber.of(share) * values[s] for s, share in tables.initial)
    except LimitReached:
        return None
    return Evaluated(total, tuple(reversed(told)), tuple(reversed(responses)))


def _exact_node(
    tables: Tables,
    node: Node,
    policy: Policy,
    values: Mapping[int, ExponentialNumber],
    masses: Mapping[int, ExponentialSum],
    allowed: frozenset[int] | None,
) -> tuple[ExponentialNumber, ExponentialSum, tuple[ExponentialNumber, ...]] | None:
    """The leader's value, Z and the response in a state."""
    parts: list[ExponentialSum] = []
    gains: list[ExponentialNumber] = []
    for b, part in enumerate(policy):
        mass = mixed_mass(node.logits, part, b) if allowed is None or b in allowed else rational(0)
        chances: dict[int, Fraction] = {}
        for a, share in part:
            for s, chance in node.following[a][b]:
                chances[s] = chances.get(s, Fraction(0)) + share * chance
        for s, chance in chances.items():
            times = tables.discount * chance
            if times.denominator != 1:
                return None
            mass = mass * masses[s] if times else mass
        if len(mass.terms) > _MOST_TERMS:
            return None
        parts.append(mass)
        own = ExponentialNumber.of(sum((share * node.leader[a][b] for a, share in part), Fraction(0)))
        gains.append(_sum((ExponentialNumber.of(chance) * values[s] for s, chance in chances.items()), own))
    whole = sum(parts, rational(0))
    total = ExponentialNumber(whole)
    response = tuple(ExponentialNumber(mass) / total for mass in parts)
    value = _sum(share * gain for share, gain in zip(response, gains, strict=True))
    return (value, whole, response) if value.terms <= _MOST_TERMS else None


def mixed_mass(logits: Logits, part: Sequence[tuple[int, Fraction]], b: int) -> ExponentialSum:
    """exp of the logit of a response to a mixture, exactly."""
    if logits.exponents is not None:
        return exponential(sum((share * logits.exponents[a][b] for a, share in part), Fraction(0)))
    assert logits.weights is not None
    made = rational(1)
    for a, share in part:
        made = made * power(logits.weights[a][b], share)
    return made


def _sum(values: Iterable[ExponentialNumber], start: ExponentialNumber | None = None) -> ExponentialNumber:
    total = ExponentialNumber.of(Fraction(0)) if start is None else start
    for value in values:
        total = total + value
    return total


def value_ball(tables: Tables, plan: Plan) -> arb:
    """What the leader gets under a plan, at the working precision."""
    return balls_under(tables, plan)[0]


def balls_under(
    tables: Tables, plan: Plan, allowed: Allowed = None
) -> tuple[arb, list[Mapping[int, arb]], list[Mapping[int, list[arb]]]]:
    """What the leader gets, in all and from every state on, and the response, at the working precision."""
    values: Mapping[int, arb] = {}
    heights: Mapping[int, arb] = {}
    told: list[Mapping[int, arb]] = []
    responses: list[Mapping[int, list[arb]]] = []
    for h in reversed(range(tables.horizon)):
        found = {
            s: node_balls(tables, node, plan[h][s], values, heights, None if allowed is None else allowed[h][s])
            for s, node in tables.stages[h].items()
        }
        values = {s: one[0] for s, one in found.items()}
        heights = {s: one[1] for s, one in found.items()}
        told.append(values)
        responses.append({s: one[2] for s, one in found.items()})
    total = sum((ball_of(share) * values[s] for s, share in tables.initial), arb(0))
    return total, told[::-1], responses[::-1]


def node_balls(
    tables: Tables,
    node: Node,
    policy: Policy,
    values: Mapping[int, arb],
    heights: Mapping[int, arb],
    allowed: frozenset[int] | None = None,
) -> tuple[arb, arb, list[arb]]:
    """The leader's value, the logarithm of Z and the response in a state, from what is so in the states that follow."""
    discount = ball_of(tables.discount)
    exponents, gains = [], []
    for b, part in enumerate(policy):
        exponent, gain = arb(0), arb(0)
        for a, share in part:
            weight = ball_of(share)
            later = sum((ball_of(chance) * heights[s] for s, chance in node.following[a][b]), arb(0))
            exponent += weight * (node.logits.ball(a, b) + discount * later)
            after = sum((ball_of(chance) * values[s] for s, chance in node.following[a][b]), arb(0))
            gain += weight * (ball_of(node.leader[a][b]) + after)
        exponents.append(exponent)
        gains.append(gain)
    chosen = range(len(policy)) if allowed is None else sorted(allowed)
    shift = greatest([exponents[b] for b in chosen]).mid()
    masses = [(exponents[b] - shift).exp() if b in chosen else arb(0) for b in range(len(policy))]
    total = sum(masses, arb(0))
    value = sum((mass * gain for mass, gain in zip(masses, gains, strict=True)), arb(0)) / total
    return value, total.log() + shift, [mass / total for mass in masses]
