"""Deterministic policies against a quantal follower with weights, on numbers or on functions of parameters.

A follower who does not look ahead answers each decision by itself: a policy is best where in every column nothing gives
w (U - V) more than what it plays, for these are at most 0 together. One who looks ahead answers all of the policy:
every other one is gone through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.markov_game import MarkovGame, Stage
from stackexact.certificates.payoff_tables import Table
from stackexact.certificates.proofs import claimed
from stackexact.certificates.quantal_decision import read_policy
from stackexact.certificates.reading import Node

__all__ = ["deterministic_form"]

POLICIES = 4096
"""Most policies that are gone through."""

Choice = tuple[int, ...]
"""The leader's action after every action of the follower."""
Plan = list[Mapping[int, Choice]]
"""By stage and state."""
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class After:
    """What states are worth to the leader, and the follower's Z = Σ_b w Π Z'^(γP)."""

    values: Mapping[int, Fraction]
    masses: Mapping[int, Fraction]


def deterministic_form(game: MarkovGame, cell: Node, proof: Node) -> None:
    """The greatest value of deterministic policies, a policy that has it, and its values by stage and state."""
    told = claimed(cell, "leader", "policy", "values", optional=("compared",))
    proof.fields("functions")["functions"].constant(True)
    if game.response != "quantal" or any(stage.weights is None for state in game.states for stage in state.stages):
        raise cell.fails("expected a game with quantal responses and weights")
    reached = [sorted(row) for row in game.reached()]
    _require_signs(game, reached)
    plan = _plan(game, reached, told["policy"])
    own, values = _worth(game, reached, plan)
    told["leader"].agrees(own)
    for node, row in zip(told["values"].items(game.horizon), values, strict=True):
        stated = node.by_label(game.labels)
        if sorted(stated) != sorted(row):
            raise node.fails(f"expected values of {len(row)} states that can be reached here, and of no others")
        for s, value in row.items():
            stated[s].agrees(value)
    if not game.discount:
        if "compared" in told:
            raise told["compared"].fails("expected nothing of this sort where the follower does not look ahead")
        _each_decision(game, reached, plan, values, proof)
        return
    menus = [[_menu(game, s) for s in row] for row in reached]
    compared = sum(map(len, menus[0])) * prod(len(menu) for row in menus[1:] for menu in row)
    if "compared" not in told or told["compared"].value != compared:
        raise told.get("compared", cell).wrong(f"compared {compared}")
    for other in _every(reached, menus):
        if other != plan and _worth(game, reached, other)[0] > own:
            raise proof.fails("expected a best policy, but another one gets more")


def _require_signs(game: MarkovGame, reached: list[list[int]]) -> None:
    stages = {id(one): one for h, row in enumerate(reached) for s in row for one in (game.states[s].at(h),)}
    for stage in stages.values():
        if not all(value > 0 for row in stage.weights or () for value in row):
            raise Unsupported("game: expected weights above 0 on the whole domain")
        for row in stage.transitions or ():
            if not all(share >= 0 for part in row for share in part.values()):
                raise Unsupported("game: expected probabilities of at least 0 on the whole domain")
    if not all(share >= 0 for share in game.initial.values()):
        raise Unsupported("game: expected probabilities of at least 0 on the whole domain")


def _plan(game: MarkovGame, reached: list[list[int]], node: Node) -> Plan:
    made: Plan = []
    for row, stage in zip(reached, node.items(game.horizon), strict=True):
        stated = stage.by_label(game.labels)
        if sorted(stated) != row:
            raise stage.fails(f"expected rules for {len(row)} states that can be reached here, and for no others")
        rules: dict[int, Choice] = {}
        for s, one in stated.items():
            parts = read_policy(one, game.states[s].leader, game.states[s].follower, game.prescription)
            if any(len(part) != 1 for part in parts):
                raise one.fails("expected a policy that plays one action")
            rules[s] = tuple(next(iter(part)) for part in parts)
        made.append(rules)
    return made


def _worth(game: MarkovGame, reached: list[list[int]], plan: Plan) -> tuple[Fraction, list[Mapping[int, Fraction]]]:
    """What a policy gets in all, and from every state on."""
    after, told = After({}, {}), list[Mapping[int, Fraction]]()
    for h in reversed(range(game.horizon)):
        values, masses = {}, {}
        for s in reached[h]:
            gains, weights = _table(game, game.states[s].at(h), after if h + 1 < game.horizon else None)
            chosen = [(weights[a][b], gains[a][b]) for b, a in enumerate(plan[h][s])]
            masses[s] = sum((weight for weight, _ in chosen), ZERO)
            values[s] = sum((weight * gain for weight, gain in chosen), ZERO) / masses[s]
        after = After(values, masses)
        told.append(values)
    total = sum((share * after.values[s] for s, share in game.initial.items()), ZERO)
    return total, told[::-1]


def _table(game: MarkovGame, stage: Stage, after: After | None) -> tuple[Table, Table]:
    """What the leader gets now and later, and the masses of responses, by actions."""
    assert stage.weights is not None
    if after is None or stage.transitions is None:
        return stage.leader, stage.weights
    gains, masses = [], []
    for own, weights, moves in zip(stage.leader, stage.weights, stage.transitions, strict=True):
        gains.append(
            tuple(
                value + sum((share * after.values[s] for s, share in part.items()), ZERO)
                for value, part in zip(own, moves, strict=True)
            )
        )
        masses.append(tuple(_mass(game, w, part, after) for w, part in zip(weights, moves, strict=True)))
    return tuple(gains), tuple(masses)


def _mass(game: MarkovGame, weight: Fraction, part: Mapping[int, Fraction], after: After) -> Fraction:
    if not game.discount:
        return weight
    for s, share in part.items():
        times = game.discount * share
        if not isinstance(times, Fraction) or times.denominator != 1:
            raise TooLarge("game: expected discounted probabilities that are whole numbers")
        for _ in range(int(times)):
            weight = weight * after.masses[s]
    return weight


def _menu(game: MarkovGame, state: int) -> list[Choice]:
    rows, columns = len(game.states[state].leader), len(game.states[state].follower)
    if not game.prescription:
        return [(a,) * columns for a in range(rows)]
    if rows**columns > POLICIES:
        raise TooLarge(f"game: expected at most {POLICIES} policies to go through, found more")
    return list(product(range(rows), repeat=columns))


def _every(reached: list[list[int]], menus: list[list[list[Choice]]]) -> Iterator[Plan]:
    places = [(h, s) for h, row in enumerate(reached) for s in row]
    flat = [menu for row in menus for menu in row]
    if prod(map(len, flat)) > POLICIES:
        raise TooLarge(f"game: expected at most {POLICIES} policies to go through, found more")
    for chosen in product(*flat):
        made: list[dict[int, Choice]] = [{} for _ in reached]
        for (h, s), choice in zip(places, chosen, strict=True):
            made[h][s] = choice
        yield [*made]


def _each_decision(
    game: MarkovGame, reached: list[list[int]], plan: Plan, values: list[Mapping[int, Fraction]], proof: Node
) -> None:
    """Nothing is better in any decision, what comes later being worth what it is at best."""
    for h, row in enumerate(reached):
        after = After(values[h + 1], {}) if h + 1 < game.horizon else None
        for s in row:
            gains, weights = _table(game, game.states[s].at(h), after)
            worth = values[h][s]
            if not game.prescription:
                for own, masses in zip(gains, weights, strict=True):
                    if sum((w * (u - worth) for w, u in zip(masses, own, strict=True)), ZERO) > 0:
                        raise proof.fails("expected a best action, but another one gets more")
                continue
            for b, a in enumerate(plan[h][s]):
                best = weights[a][b] * (gains[a][b] - worth)
                for other in range(len(gains)):
                    if other != a and weights[other][b] * (gains[other][b] - worth) > best:
                        raise proof.fails("expected a best action in every column, but another one gets more")
