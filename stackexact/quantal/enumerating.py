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
from itertools import islice, product
from math import prod
from typing import Final, TypeAlias

from flint import arb, ctx

from stackexact.errors import LimitReached, require_time
from stackexact.exact.enclosures import ball_of, ends
from stackexact.quantal.deciding import Bounds
from stackexact.quantal.decisions import Policy, greatest
from stackexact.quantal.evaluating import Evaluated, evaluate, exactly_evaluated, node_balls
from stackexact.quantal.tables import Node, Tables

__all__ = ["MOST_POLICIES", "MOST_TIED", "BestDeterministic", "best_deterministic", "policies"]

MOST_POLICIES: Final = 200_000
MOST_TIED: Final = 2048
"""Plans whose values are compared exactly."""
_BITS: Final = 256
_MOST_REFINED: Final = 64
"""Plans without exact values that are enclosed again where 256 binary digits do not suffice."""

Rules: TypeAlias = tuple[Mapping[int, Policy], ...]
"""By stage and state: what the leader does against every action of the follower."""


@dataclass(frozen=True, slots=True)
class BestDeterministic:
    """The greatest ``value`` of deterministic policies, a ``plan`` that has it (up to the width of that, if it is
    enclosed), how many were compared, and the exact values under that plan, if the value is exact."""

    value: Bounds
    plan: Rules
    compared: int
    exact: Evaluated | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A plan with what it gets; ``roof`` is no less than what any plan gets that is not told apart from it and left out
    (``more`` says whether there are such)."""

    value: arb
    plan: Rules
    roof: arb
    more: bool


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What states of a stage are worth under a plan for it and all later ones."""

    values: Mapping[int, arb]
    heights: Mapping[int, arb]
    plan: Rules


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
    """Compare all deterministic policies. Where values are exact, ties are decided exactly, and the first of the best
    in lexicographic order (by stage, state and response) is told; else the value is enclosed.

    Raises :class:`~stackexact.errors.LimitReached` where there are more than :data:`MOST_POLICIES`, where too many are
    too close to one another for so many digits, or when ``stop`` says so.
    """
    later = [prod(count_of(node, prescription=prescription) for node in row.values()) for row in tables.stages[1:]]
    first = sum(count_of(node, prescription=prescription) for node in tables.stages[0].values())
    compared = prod(later) * first
    if compared > MOST_POLICIES:
        raise LimitReached(f"there are more than {MOST_POLICIES} deterministic policies to compare")
    with ctx.workprec(_BITS):
        found = list(_candidates(tables, prescription=prescription, stop=stop))
        best = max(one.value.lower() for one in found)
        close = [one for one in found if not one.roof < best]
    width = tables.scale / Fraction(10) ** (digits + 2)
    if len(close) <= MOST_TIED and not any(one.more for one in close):
        exact = _exactly_best(tables, [one.plan for one in close], stop)
        if exact is not None:
            plan, under = exact
            return BestDeterministic(evaluate(tables, plan, width), plan, compared, under)
    return BestDeterministic(*_enclosed(tables, close, width, stop), compared, None)


def _exactly_best(tables: Tables, plans: Sequence[Rules], stop: Callable[[], bool]) -> tuple[Rules, Evaluated] | None:
    """The first of the best plans and its exact values; nothing where some plan's value is not exact."""
    best: tuple[Rules, Evaluated] | None = None
    for plan in sorted(plans, key=_order):
        require_time(stop)
        found = exactly_evaluated(tables, plan)
        if found is None:
            return None
        if best is None or best[1].value < found.value:
            best = plan, found
    return best


def _enclosed(
    tables: Tables, close: Sequence[_Candidate], width: Fraction, stop: Callable[[], bool]
) -> tuple[Bounds, Rules]:
    """Bounds of the greatest value of plans that are close to one another, and a plan that gets the lower one."""
    chosen = max(close, key=lambda one: one.value.lower())
    with ctx.workprec(_BITS):  # ends are rounded to it
        lower, upper = ends(chosen.value)[0], max(ends(one.roof)[1] for one in close)
    if upper - lower <= width:
        return Bounds(lower, upper), chosen.plan
    if len(close) > _MOST_REFINED or any(one.more for one in close):
        raise LimitReached("too many policies are too close to one another for so many digits; ask for fewer")
    found: list[tuple[Bounds, Rules]] = []
    for one in close:
        require_time(stop)
        found.append((evaluate(tables, one.plan, width), one.plan))
    value, plan = max(found, key=lambda pair: pair[0].lower)
    return Bounds(value.lower, max(bounds.upper for bounds, _ in found)), plan


def _order(plan: Rules) -> list[list[tuple[int, list[int]]]]:
    """Plans by stage, state and response, then by the leader's action."""
    return [[(s, [part[0][0] for part in rule]) for s, rule in sorted(row.items())] for row in plan]


def _candidates(tables: Tables, *, prescription: bool, stop: Callable[[], bool]) -> Iterator[_Candidate]:
    """Plans with what the leader gets: of all plans for later stages, the best rules at the first one."""
    outlooks = [_Outlook({}, {}, ())]
    for row in reversed(tables.stages[1:]):
        outlooks = [one for after in outlooks for one in _before(tables, row, after, prescription, stop)]
    for after in outlooks:
        yield from _started(tables, after, prescription, stop)


def _before(
    tables: Tables, row: Mapping[int, Node], after: _Outlook, prescription: bool, stop: Callable[[], bool]
) -> Iterator[_Outlook]:
    require_time(stop)
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


def _started(tables: Tables, after: _Outlook, prescription: bool, stop: Callable[[], bool]) -> Iterator[_Candidate]:
    """The best rules at the first stage, where nobody looks back: all those that balls do not tell apart, up to some
    number of them."""
    require_time(stop)
    best: list[list[tuple[int, Policy, arb]]] = []
    for s, node in tables.stages[0].items():
        found = [
            (s, rule, node_balls(tables, node, rule, after.values, after.heights)[0])
            for rule in policies(node, prescription=prescription)
        ]
        top = max(value.lower() for _, _, value in found)
        best.append([one for one in found if not one[2] < top])
    shares = {s: ball_of(share) for s, share in tables.initial}
    roof = sum((shares[options[0][0]] * greatest([value for _, _, value in options]) for options in best), arb(0))
    more = prod(map(len, best)) > MOST_TIED
    for chosen in islice(product(*best), MOST_TIED):
        total = sum((value * shares[s] for s, _, value in chosen), arb(0))
        plan = ({s: rule for s, rule, _ in chosen}, *after.plan)
        yield _Candidate(total, plan, roof if more else total, more)
