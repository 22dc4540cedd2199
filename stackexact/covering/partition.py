"""Disjoint cells from proved answers: each as large as the answers with the same claim allow, none said twice.

A cell is a conjunction of conditions. It starts as the conditions of one answer, outside the cells made before, and
loses every condition without which it still lies where its claim is proved and no other cell is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stackexact.covering.several import Domain, remainders
from stackexact.covering.smt import WORK, Formula, Model, Unknown, is_linear, negated
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign, key_of

__all__ = ["Area", "Part", "Partition", "Points", "partition", "weight"]

Conditions = tuple[Condition, ...]

_Obstacle = tuple[Formula, Conditions]
"""A set that is to be kept away from: formulas and conditions that hold on it."""

MANY = 12
"""Conditions from which on z3 is first asked which of them it needs."""

HALFWAY = 24
"""Points whose midpoints are looked at as well."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a claim is proved: on each of several conjunctions, each with a point in it."""

    proved: tuple[tuple[Conditions, Point], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A cell: the number of its area, the number of the proof that it grew from, and what selects it."""

    area: int
    proof: int
    conditions: Conditions
    sample: Point


@dataclass(frozen=True, slots=True)
class Partition:
    """Disjoint cells, and the conjunctions of the domain that no cell covers."""

    parts: tuple[Part, ...]
    left: tuple[Conditions, ...]


def partition(domain: Domain, areas: Sequence[Area], *, stop: Callable[[], bool] = lambda: False) -> Partition:
    """Cells inside the areas, earlier areas first; what no area reaches is ``left``, each part of it not empty.

    After ``stop``, or when z3 has worked enough, the cells keep conditions that could be spared.
    """
    end = domain.reals.spent + WORK

    def enough() -> bool:
        return stop() or domain.reals.spent > end

    made: list[Part] = []
    points = Points(_looked_at(domain, areas))
    for number, area in enumerate(areas):
        grower = _Grower(domain, area, points, enough)
        for place, (conditions, sample) in enumerate(area.proved):
            for point, found in _uncovered(domain, conditions, sample, made, enough):
                grown = grower.grown(found, made)
                made.append(Part(number, place, grown, point))
    return Partition(tuple(made), tuple(_left(domain, made)))


def _uncovered(
    domain: Domain, conditions: Conditions, sample: Point, made: list[Part], enough: Callable[[], bool]
) -> Iterator[tuple[Point, Conditions]]:
    """Conjunctions that make up what the cells leave of one, each with a point in it; ``made`` grows meanwhile."""
    if not any(_holds(part.conditions, sample) for part in made):
        yield sample, (*conditions, *_outside(domain, conditions, sample, made))
    formula, known = domain.formula(), 0
    while not enough():
        for part in made[known:]:
            formula.outside(part.conditions)
        known = len(made)
        try:
            model: Model | None = formula.model(conditions)
        except Unknown:
            return
        if model is None or model.point is None:
            return
        yield model.point, (*conditions, *_outside(domain, conditions, model.point, made))


def _outside(domain: Domain, conditions: Conditions, point: Point, made: Sequence[Part]) -> Conditions:
    """For each cell that meets a conjunction, a condition that keeps away from it and holds at the point."""
    found: dict[Condition, None] = {}
    formula = domain.formula()
    for part in made:
        ways = [negated(one) for one in part.conditions if not one.sign.admits(point.sign_of(one.polynomial))]
        if any(way in found or way in conditions for way in ways):
            continue
        if not _meets(formula, (*conditions, *found, *part.conditions)):
            continue
        found[min(ways, key=weight)] = None
    return tuple(found)


def _meets(formula: Formula, conditions: Conditions) -> bool:
    """Whether a conjunction has a point, as far as z3 can tell."""
    try:
        return not formula.excludes(conditions)
    except Unknown:
        return True


def _holds(conditions: Sequence[Condition], point: Point) -> bool:
    return all(one.sign.admits(point.sign_of(one.polynomial)) for one in conditions)


def weight(condition: Condition) -> tuple[Any, ...]:
    """Simple conditions are less: of low degree, few terms and short coefficients."""
    polynomial = condition.polynomial
    key = key_of(polynomial)
    size = sum(abs(coefficient) for _, coefficient in key)
    return int(polynomial.total_degree()), len(key), size, key, condition.sign.value


class _Grower:
    """Takes conditions away from the cells of one area.

    ``points`` of the domain refute most attempts before z3 is asked.
    """

    def __init__(self, domain: Domain, area: Area, points: Points, stop: Callable[[], bool]) -> None:
        self.domain, self.area, self.points, self.stop = domain, area, points, stop
        self._proved = points.union(conditions for conditions, _ in area.proved)
        self._plain, self._unproved = domain.formula(), domain.formula()
        for conditions, _ in area.proved:
            self._unproved.outside(conditions)

    def grown(self, conditions: Conditions, made: Sequence[Part]) -> Conditions:
        """As few and as weak conditions as keep the cell inside its area and away from the other cells."""
        kept = sorted(dict.fromkeys(conditions), key=weight)
        if self.stop():
            return tuple(kept)
        points = self.points
        against = ~self._proved | points.union(part.conditions for part in made)

        obstacles = self._obstacles(kept, made)

        def allowed(fewer: list[Condition]) -> bool:
            if points.meeting(fewer) & against:
                return False
            return all(formula.excludes((*fewer, *more)) for formula, more in obstacles)

        try:
            if len(kept) > MANY:
                kept = _needed(kept, obstacles)
            for condition in reversed(kept):
                fewer = [one for one in kept if one is not condition]
                if allowed(fewer):
                    kept = fewer
            for n, condition in enumerate(kept):
                if condition.sign is Sign.POSITIVE:
                    weaker = [*kept[:n], Condition(condition.polynomial, Sign.NONNEGATIVE), *kept[n + 1 :]]
                    if allowed(weaker):
                        kept = weaker
        except Unknown:
            pass
        return tuple(kept)

    def _obstacles(self, conditions: Sequence[Condition], made: Sequence[Part]) -> list[_Obstacle]:
        """What a cell with some of the conditions must not meet: other cells, and where its claim is not proved.

        Linear cells are asked about together, which the simplex does well; others one by one, which keeps the
        questions of higher degree small.
        """
        linear = [part.conditions for part in made if all(map(is_linear, part.conditions))]
        found: list[_Obstacle] = [(self._plain, part.conditions) for part in made if part.conditions not in linear]
        if linear:
            together, reals = self.domain.formula(), self.domain.reals
            together.add(reals.z3.Or([reals.every(one) for one in linear]), [one for some in linear for one in some])
            found.insert(0, (together, ()))
        return [*found, (self._unproved, ())]


def _needed(conditions: Sequence[Condition], obstacles: Sequence[_Obstacle]) -> list[Condition]:
    """Conditions that are enough, as z3 tells them."""
    needed: dict[Condition, None] = {}
    for formula, more in obstacles:
        if not any(negated(one) in needed for one in more):
            needed |= dict.fromkeys(formula.core((*conditions, *more)) or conditions)
    return [one for one in conditions if one in needed]


class Points:
    """Sets of some points, as the bits of integers."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self._known: dict[Condition, int] = {}

    def meeting(self, conditions: Iterable[Condition]) -> int:
        """The points that meet all conditions."""
        bits = (1 << len(self._points)) - 1
        for condition in conditions:
            if condition not in self._known:
                signs = (point.sign_of(condition.polynomial) for point in self._points)
                self._known[condition] = sum(1 << n for n, sign in enumerate(signs) if condition.sign.admits(sign))
            bits &= self._known[condition]
        return bits

    def union(self, conjunctions: Iterable[Conditions]) -> int:
        """The points that meet one of several conjunctions."""
        bits = 0
        for conditions in conjunctions:
            bits |= self.meeting(conditions)
        return bits


def _looked_at(domain: Domain, areas: Sequence[Area]) -> list[Point]:
    """The points of the proofs, and rational points halfway between them."""
    found = {sample.coordinates: sample for area in areas for _, sample in area.proved}
    rational = [sample for sample in found.values() if sample.is_rational][:HALFWAY]
    for n, one in enumerate(rational):
        for two in rational[:n]:
            middle = [(a + b) / 2 for a, b in zip(one.fractions, two.fractions, strict=True)]
            point = Point.rational(middle)
            if _holds(domain.conditions, point):
                found[point.coordinates] = point
    return list(found.values())


def _left(domain: Domain, made: Sequence[Part]) -> list[Conditions]:
    """What the cells leave of the domain, as disjoint conjunctions; those that z3 cannot prove empty among them."""
    formula = domain.formula()
    for part in made:
        formula.outside(part.conditions)
    if not _meets(formula, ()):
        return []
    plain = domain.formula()
    left: list[Conditions] = [()]
    for part in made:
        rest: list[Conditions] = []
        for region in left:
            if not _meets(plain, (*region, *part.conditions)):
                rest.append(region)
                continue
            rest += [
                (*region, *more) for more in remainders(part.conditions, region) if _meets(plain, (*region, *more))
            ]
        left = rest
    return left
