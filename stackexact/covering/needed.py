"""Which conditions of a conjunction the others do not imply."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackexact.covering.division import holds_at
from stackexact.covering.formulas import Conditions, negated
from stackexact.covering.partition import weight
from stackexact.covering.signs import Signs
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.covering.witnesses import Cloud
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition

__all__ = ["Sparing", "needed"]


def needed(cloud: Cloud, conditions: Conditions, stop: Callable[[], bool], rlimit: int | None = None) -> Conditions:
    """Some of the conditions that hold exactly where all of them do, the simple ones rather than others.

    The cloud, which knows the domain, spares questions. After ``stop``, and where z3 cannot tell, conditions stay;
    ``rlimit`` bounds its work on each.
    """
    formula, certain = cloud.domain.formula(rlimit), cloud.witnessed(conditions)
    kept = [one for one in conditions if one in certain]
    failing = dict[Condition, Point | None]()
    # Few conditions imply most others: asked so, questions are short.
    for one in sorted((one for one in conditions if one not in certain), key=weight):
        implied, failing[one] = (False, None) if stop() else _implied(formula, kept, one)
        if not implied:
            kept.append(one)
    for one in sorted((one for one in kept if one not in certain), key=weight, reverse=True):
        rest = [other for other in kept if other is not one]
        point = failing[one]
        if not stop() and not (point and holds_at(point, rest)) and _implied(formula, rest, one)[0]:
            kept = rest
    return tuple(sorted(kept, key=weight))


def _implied(formula: Formula, conditions: Sequence[Condition], one: Condition) -> tuple[bool, Point | None]:
    """Whether z3 shows that a condition holds where others do, and else a point where it does not, if one is known."""
    try:
        model = formula.model([*conditions, negated(one)])
    except Unknown:
        return False, None
    return model is None, model.point if model else None


class Sparing:
    """Takes superfluous conditions away from many conjunctions in one domain, at ``points`` in it."""

    def __init__(
        self, domain: Domain, points: Sequence[Point], stop: Callable[[], bool], rlimit: int | None = None
    ) -> None:
        self.stop, self.rlimit = stop, rlimit
        self._cloud, self._signs = Cloud(domain, points), Signs(domain)
        for point in points:
            self._signs.saw(point)
        self._known: dict[Conditions, Conditions] = {}

    def spared(self, shared: Conditions, conditions: Conditions) -> Conditions:
        """What is needed of ``conditions``. Those of them that are ``shared`` by several conjunctions are compared with
        each other first, once."""
        if shared not in self._known:
            self._known[shared] = needed(self._cloud, shared, self.stop, self.rlimit)
        others = [one for one in conditions if one not in shared]
        made = needed(self._cloud, (*self._known[shared], *others), self.stop, self.rlimit)
        return made if self.stop() else self._signs.simplified(made)
