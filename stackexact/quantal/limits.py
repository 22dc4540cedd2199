"""The limits of a quantal follower's response to a policy: η to 0, and η to infinity.

With η to 0 rewards do not matter: what remains of the recursion for Z (``evaluating``) is that of a game whose
follower's rewards are all 0, in which a follower that looks ahead still prefers states with more to choose from. With η
to infinity only responses of greatest value remain; log Z is η times that value plus the logarithm of what Z is with
all rewards 0 if nothing else may be chosen. So ties are broken evenly by a follower who does not look ahead, and by the
ties to come by one who does; never for the leader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from stackexact.quantal.decisions import Logits, Policy
from stackexact.quantal.evaluating import Plan
from stackexact.quantal.tables import Node, Tables

__all__ = ["best_responses", "without_rewards"]


def without_rewards(tables: Tables) -> Tables:
    """The game with all rewards of the follower 0."""
    made: dict[int, Node] = {}
    for row in tables.stages:
        for node in row.values():
            if id(node) not in made:
                rows, columns = node.shape
                made[id(node)] = replace(node, logits=Logits(((Fraction(0),) * columns,) * rows, None))
    stages = tuple({s: made[id(node)] for s, node in row.items()} for row in tables.stages)
    return replace(tables, stages=stages)


def best_responses(tables: Tables, plan: Plan) -> tuple[Mapping[int, frozenset[int]], ...]:
    """By stage and state the responses of greatest value to a plan; ``tables`` are those of some η, by which all values
    are multiplied. Games with weights are refused: they have no rewards."""
    worth: Mapping[int, Fraction] = {}
    found: list[Mapping[int, frozenset[int]]] = []
    for row, rules in zip(reversed(tables.stages), reversed(plan), strict=True):
        best: dict[int, frozenset[int]] = {}
        here: dict[int, Fraction] = {}
        for s, node in row.items():
            values = [_value(tables, node, b, rules[s], worth) for b in range(node.shape[1])]
            here[s] = max(values)
            best[s] = frozenset(b for b, value in enumerate(values) if value == here[s])
        worth = here
        found.append(best)
    return tuple(reversed(found))


def _value(tables: Tables, node: Node, b: int, policy: Policy, worth: Mapping[int, Fraction]) -> Fraction:
    exponents = node.logits.exponents
    assert exponents is not None
    total = Fraction(0)
    for a, share in policy[b]:
        later = sum((chance * worth[s] for s, chance in node.following[a][b]), Fraction(0))
        total += share * (exponents[a][b] + tables.discount * later)
    return total
