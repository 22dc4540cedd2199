"""What is left of sets, conjunction by conjunction.

z3 decides a conjunction of few polynomials where it fails on a formula of many: so what lies outside a set is divided
into disjoint conjunctions. Those without interior come last, as they are most often covered by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from stackexact.covering.formulas import Conditions, joined, negated, opened
from stackexact.covering.models import SIZES, rational_near
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.errors import Unproved
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign

__all__ = ["DISPENSABLE", "Division", "holds_at", "rest"]

DISPENSABLE: Final = 90_000
"""What z3 may work on a question that need not be decided: whether a condition, or a part, can be spared."""


class Division:
    """Disjoint conjunctions, which are divided further or taken away until none is left.

    ``rlimit`` bounds the work of z3 on each question.

    >>> from stackexact.covering.smt import Reals
    >>> from stackexact.exact.reading import Parameters
    >>> names = Parameters(("x", "y"))
    >>> x, y = (names.split(names.symbol(name))[0] for name in "xy")
    >>> domain = Domain(Reals(("x", "y")), (Condition(x, Sign.POSITIVE), Condition(y, Sign.POSITIVE)))
    >>> division = Division(domain, [domain.conditions])
    >>> region, point = division.next()
    >>> division.leave(region, (Condition(x - y, Sign.NONNEGATIVE),))
    >>> region, point = division.next()
    >>> point.sign_of(x - y), division.left
    (-1, [])
    """

    def __init__(self, domain: Domain, regions: Iterable[Conditions], rlimit: int | None = None) -> None:
        self.domain, self.rlimit = domain, rlimit
        self.undecided: list[Conditions] = []
        self._waiting = list(regions)
        self._thin: list[tuple[Conditions, Point]] = []

    @property
    def left(self) -> list[Conditions]:
        """What was not taken away, without the conjunction that was returned last."""
        return [*self.undecided, *self._waiting, *(region for region, _ in self._thin)]

    def next(self) -> tuple[Conditions, Point] | None:
        """One of the conjunctions, with a point in it; what z3 cannot decide is left ``undecided``."""
        while self._waiting:
            region = self._waiting.pop()
            try:
                point = self._inside(region)
            except Unknown:
                self.undecided.append(region)
                continue
            if point is None:
                continue
            if _is_interior(point, region):
                return region, point
            self._thin.append((region, point))
        return self._thin.pop() if self._thin else None

    def leave(self, region: Conditions, conditions: Conditions) -> None:
        """Go on with what ``conditions`` leave of a conjunction."""
        self._waiting += _outside(self.domain, region, conditions)

    def _inside(self, region: Conditions) -> Point | None:
        """A point of a conjunction, of its interior where there is one; ``None`` where there is none at all."""
        model = Formula(self.domain.reals, region, self.rlimit).model()
        if model is None:
            return None
        if not any(one.sign is Sign.ZERO for one in region):
            if model.point is None or not _is_interior(model.point, region):
                model = Formula(self.domain.reals, map(opened, region), self.rlimit).model() or model
            for size in SIZES:
                point = rational_near(model, size)
                if _is_interior(point, region):
                    return point
        if model.point is None:
            raise Unknown("z3 found a point with irrational coordinates of several fields")
        return model.point


def rest(domain: Domain, regions: Iterable[Conditions], taken: Sequence[Conditions]) -> list[Conditions]:
    """Disjoint conjunctions that make up what some sets leave of some regions, as far as z3 can tell."""
    left = [region for region in regions if _meet(domain, region, ())]
    for one in taken:
        divided = [_outside(domain, region, one) if _meet(domain, region, one) else [region] for region in left]
        left = [part for parts in divided for part in parts]
    return left


def _outside(domain: Domain, region: Conditions, conditions: Conditions) -> list[Conditions]:
    """Disjoint conjunctions that make up where ``region`` holds and not all of ``conditions`` do.

    Conditions that hold on all of what is looked at are left out, so that few are asked about at a time.
    """
    kept, left = region, list[Conditions]()
    for condition in sorted(conditions, key=lambda one: int(one.polynomial.total_degree())):
        if condition in kept:
            continue
        try:
            outside = joined((*kept, negated(condition)))
            if Formula(domain.reals, outside, DISPENSABLE).excludes(()):
                continue
            left.append(outside)
        except Unproved:
            continue
        except Unknown:
            left.append(outside)
        try:
            kept = joined((*kept, condition))
        except Unproved:  # they do not meet: all of the region lies outside
            break
    return left


def holds_at(point: Point, conditions: Iterable[Condition]) -> bool:
    """Whether all conditions hold at a point."""
    return all(one.sign.admits(point.sign_of(one.polynomial)) for one in conditions)


def _meet(domain: Domain, one: Conditions, two: Conditions) -> bool:
    """Whether two conjunctions have a common point, as far as z3 can tell."""
    try:
        return not Formula(domain.reals, joined((*one, *two)), DISPENSABLE).excludes(())
    except Unproved:
        return False
    except Unknown:
        return True


def _is_interior(point: Point, conditions: Conditions) -> bool:
    return all(one.sign is not Sign.ZERO and holds_at(point, [opened(one)]) for one in conditions)
