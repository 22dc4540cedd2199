"""The best deterministic policy against a quantal follower.

One who does not look ahead leaves one decision after the other: for deterministic prescriptions the F of
``prescriptions`` is a sum of maxima over actions. One who looks ahead answers a decision by what the leader has
announced for later ones, so that backward induction by the leader is wrong; all policies are gone through, up to
:data:`MOST_POLICIES`, stage by stage from the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from flint import arb, ctx

from stackexact.errors import LimitReached
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.deciding import Bounds
from stackexact.quantal.decisions import Policy, ball_of
from stackexact.quantal.evaluating import Evaluated, evaluate, exactly_evaluated, node_balls
from stackexact.quantal.tables import Node, Tables

__all__ = ["MOST_POLICIES", "BestDeterministic", "best_deterministic", "policies"]

MOST_POLICIES: Final = 200_000
_BITS: Final = 256
_MOST_TIED: Final = 64


@dataclass(frozen=True, slots=True)
class BestDeterministic:
    """The greatest ``value`` of deterministic policies, the first ``plan`` that has it, how many were compared, and the
    exact values under that plan, if they are exact."""

    value: Bounds
    plan: tuple[Mapping[int, Policy], ...]
    compared: int
    exact: Evaluated | None


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What states of a stage are worth under a plan for it and all later ones."""

    values: Mapping[int, arb]
    heights: Mapping[int, arb]
    plan: tuple[Mapping[int, Policy], ...]


def policies(node: Node, *, prescription: bool) -> Iterator[Policy]:
    """The deterministic rules in a state."""
    rows, columns = node.shape
    chosen = product(range(rows), repeat=columns) if prescription else ((a,) * columns for a in range(rows))
    for actions in chosen:
        yield tuple(((a, Fraction(1)),) for a in actions)


def count_of(node: Node, *, prescription: bool) -> int:
    """How many deterministic rules there are in a state."""
    rows, columns = node.shape
    return int(rows**columns) if prescription else rows


def best_deterministic(
    tables: Tables, digits: int, *, prescription: bool, stop: Callable[[], bool] = lambda: False
) -> BestDeterministic:
    """Compare all deterministic policies; the first of the best ones in lexicographic order.

    Raises :class:`~stackexact.errors.LimitReached` where there are more than :data:`MOST_POLICIES`, or when ``stop``
    says so.
    """
    later = [prod(count_of(node, prescription=prescription) for node in row.values()) for row in tables.stages[1:]]
    first = sum(count_of(node, prescription=prescription) for node in tables.stages[0].values())
    compared = prod(later) * first
    if compared > MOST_POLICIES:
        raise LimitReached(f"there are more than {MOST_POLICIES} deterministic policies to compare")
    with ctx.workprec(_BITS):
        found = list(_candidates(tables, prescription=prescription, stop=stop))
        best = max(one.lower() for one, _ in found)
        close = [plan for one, plan in found if not one < best]
    width = tables.scale / Fraction(10) ** (digits + 2)
    plan = _greatest(tables, close, width)
    return BestDeterministic(evaluate(tables, plan, width), plan, compared, exactly_evaluated(tables, plan))


def _candidates(
    tables: Tables, *, prescription: bool, stop: Callable[[], bool]
) -> Iterator[tuple[arb, tuple[Mapping[int, Policy], ...]]]:
    """Plans with what the leader gets: of all plans for later stages, the best rules at the first one."""
    outlooks = [_Outlook({}, {}, ())]
    for row in reversed(tables.stages[1:]):
        outlooks = [one for after in outlooks for one in _before(tables, row, after, prescription, stop)]
    for after in outlooks:
        yield from _started(tables, after, prescription, stop)


def _before(
    tables: Tables, row: Mapping[int, Node], after: _Outlook, prescription: bool, stop: Callable[[], bool]
) -> Iterator[_Outlook]:
    if stop():
        raise LimitReached("the time limit was reached; raise it")
    options = [
        [
            (s, rule, node_balls(tables, node, rule, after.values, after.heights))
            for rule in policies(node, prescription=prescription)
        ]
        for s, node in row.items()
    ]
    for chosen in product(*options):
        values = {s: found[0] for s, _, found in chosen}
        heights = {s: found[1] for s, _, found in chosen}
        yield _Outlook(values, heights, ({s: rule for s, rule, _ in chosen}, *after.plan))


def _started(
    tables: Tables, after: _Outlook, prescription: bool, stop: Callable[[], bool]
) -> Iterator[tuple[arb, tuple[Mapping[int, Policy], ...]]]:
    """The best rules at the first stage, where nobody looks back: all those that balls do not tell apart."""
    if stop():
        raise LimitReached("the time limit was reached; raise it")
    best: list[list[tuple[int, Policy, arb]]] = []
    for s, node in tables.stages[0].items():
        found = [
            (s, rule, node_balls(tables, node, rule, after.values, after.heights)[0])
            for rule in policies(node, prescription=prescription)
        ]
        top = max(value.lower() for _, _, value in found)
        best.append([one for one in found if not one[2] < top])
    shares = dict(tables.initial)
    for number, chosen in enumerate(product(*best)):
        if number >= _MOST_TIED:
            break
        total = sum((value * ball_of(shares[s]) for s, _, value in chosen), arb(0))
        yield total, ({s: rule for s, rule, _ in chosen}, *after.plan)


def _greatest(
    tables: Tables, plans: Sequence[tuple[Mapping[int, Policy], ...]], width: Fraction
) -> tuple[Mapping[int, Policy], ...]:
    """The first of the plans with the greatest value, as far as exact values or their enclosures tell."""
    best, value = plans[0], None if len(plans) == 1 else _exact(tables, plans[0])
    for plan in plans[1:_MOST_TIED]:
        other = _exact(tables, plan)
        if value is not None and other is not None and value < other:
            best, value = plan, other
    return best


def _exact(tables: Tables, plan: tuple[Mapping[int, Policy], ...]) -> ExponentialNumber | None:
    found = exactly_evaluated(tables, plan)
    return None if found is None else found.value
