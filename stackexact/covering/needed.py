"""Which conditions of a conjunction the others do not imply."""

from __future__ import annotations

from collections.abc import Callable

from stackexact.covering.formulas import Conditions, negated
from stackexact.covering.partition import Points, weight
from stackexact.covering.smt import Domain, Unknown

__all__ = ["needed"]


def needed(
    domain: Domain, conditions: Conditions, points: Points, stop: Callable[[], bool], rlimit: int | None = None
) -> Conditions:
    """Some of the conditions that hold exactly where all of them do, the simple ones rather than others.

    ``points`` of the domain spare questions: where a condition alone fails it is needed. After ``stop``, and where z3
    cannot tell, conditions stay; ``rlimit`` bounds its work on each.
    """
    kept = sorted(conditions, key=weight)
    formula = domain.formula(rlimit)
    for condition in list(reversed(kept)):
        rest = [one for one in kept if one is not condition]
        outside = [*rest, negated(condition)]
        if stop() or points.meeting(outside):
            continue
        try:
            if formula.excludes(outside):
                kept = rest
        except Unknown:
            continue
    return tuple(kept)
