"""Disjoint cells from proved answers: each as large as the answers with the same claim allow, none said twice.

A cell is a conjunction of conditions. It starts as the conditions of one answer, outside the cells made before, and
loses every condition without which it still lies where its claim is proved and no other cell is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stackexact.covering.division import DISPENSABLE, Division, holds_at, rest
from stackexact.covering.formulas import Conditions, is_linear, joined, negated
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign, key_of

__all__ = ["Area", "Part", "Partition", "Points", "partition", "weight"]

GROWING: Final = 8_000_000
"""What z3 may work altogether so that cells become large and their conditions few."""

_Obstacle = tuple[Formula, Conditions]
"""A set that is to be kept away from: formulas and conditions that hold on it."""

MANY: Final = 12
"""Conditions from which on z3 is first asked which of them it needs."""

HALFWAY: Final = 24
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
    """Disjoint cells, and the disjoint conjunctions that z3 could not put into one.

    Cells that are not ``spare`` may keep conditions without which they would say the same, or be larger.
    """

    parts: tuple[Part, ...]
    left: tuple[Conditions, ...]
    spare: bool


def partition(
    domain: Domain, areas: Sequence[Area], *, stop: Callable[[], bool] = lambda: False, or_else: bool = False
) -> Partition:
    """Cells inside the areas, earlier areas first; what z3 could not put into cells is ``left``.

    After ``stop``, or when z3 has worked enough, the cells keep conditions that could be spared; where there is
    something ``or_else``, :class:`~stackexact.covering.smt.Unknown` is raised instead.
    """
    end = domain.reals.spent + GROWING

    def enough() -> bool:
        return stop() or domain.reals.spent > end

    made: list[Part] = []
    undecided: list[Conditions] = []
    rlimit = DISPENSABLE if or_else else None
    points = Points(_looked_at(domain, areas))
    for number, area in enumerate(areas):
        grower = _Grower(domain, area, points, enough)
        for place, (conditions, sample) in enumerate(area.proved):
            for point in _uncovered(domain, conditions, sample, made, undecided, rlimit):
                if or_else and (undecided or enough()):
                    raise Unknown("z3 worked enough on large cells")
                found = (*conditions, *_outside(domain, conditions, point, made))
                made.append(Part(number, place, grower.grown(found, made), point))
    if or_else and undecided:
        raise Unknown("z3 could not make large cells")
    left: list[Conditions] = []
    for region in undecided:  # regions of several proofs, which may overlap
        left += rest(domain, [region], [*(part.conditions for part in made), *left])
    return Partition(tuple(made), tuple(left), not enough())


def _uncovered(
    domain: Domain,
    conditions: Conditions,
    sample: Point,
    made: list[Part],
    undecided: list[Conditions],
    rlimit: int | None,
) -> Iterator[Point]:
    """Points of a conjunction that no cell covers, until there are none; after each a cell that holds it is made.

    What z3 cannot decide becomes ``undecided``.
    """
    if not any(holds_at(sample, part.conditions) for part in made):
        yield sample
    if all(is_linear(one) for some in (conditions, *(part.conditions for part in made)) for one in some):
        try:
            yield from _uncovered_together(domain, conditions, made)
            return
        except Unknown:
            pass
    division = Division(domain, [joined((*domain.conditions, *conditions))], rlimit)
    while (found := division.next()) is not None:
        region, point = found
        if not any(holds_at(point, part.conditions) for part in made):
            yield point
        division.leave(region, next(part.conditions for part in reversed(made) if holds_at(point, part.conditions)))
    undecided += division.undecided


def _uncovered_together(domain: Domain, conditions: Conditions, made: list[Part]) -> Iterator[Point]:
    """As :func:`_uncovered`, by one formula for all cells; raises :class:`Unknown`."""
    formula, known = domain.formula(), 0
    while True:
        for part in made[known:]:
            formula.outside(part.conditions)
        known = len(made)
        model = formula.model(conditions)
        if model is None:
            return
        if model.point is None:
            raise Unknown("z3 found a point with irrational coordinates of several fields")
        yield model.point


def _outside(domain: Domain, conditions: Conditions, point: Point, made: Sequence[Part]) -> Conditions:
    """For each cell that meets a conjunction, a condition that keeps away from it and holds at the point."""
    found: dict[Condition, None] = {}
    formula = domain.formula(DISPENSABLE)
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
        self._plain, self._unproved = domain.formula(DISPENSABLE), domain.formula(DISPENSABLE)
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
            if self.stop() or points.meeting(fewer) & against:
                return False
            try:
                return all(formula.excludes((*fewer, *more)) for formula, more in obstacles)
            except Unknown:
                return False

        if len(kept) > MANY:
            fewer = _needed(kept, obstacles)
            kept = fewer if allowed(fewer) else kept
        for condition in reversed(kept):
            fewer = [one for one in kept if one is not condition]
            if allowed(fewer):
                kept = fewer
        for n, condition in enumerate(kept):
            if condition.sign is Sign.POSITIVE:
                weaker = [*kept[:n], Condition(condition.polynomial, Sign.NONNEGATIVE), *kept[n + 1 :]]
                if allowed(weaker):
                    kept = weaker
        return tuple(kept)

    def _obstacles(self, conditions: Sequence[Condition], made: Sequence[Part]) -> list[_Obstacle]:
        """What a cell with some of the conditions must not meet: other cells, and where its claim is not proved.

        Linear cells are asked about together, which the simplex does well; others one by one, which keeps the
        questions of higher degree small.
        """
        linear = [part.conditions for part in made if all(map(is_linear, part.conditions))]
        found: list[_Obstacle] = [(self._plain, part.conditions) for part in made if part.conditions not in linear]
        if linear:
            together = self.domain.formula(DISPENSABLE)
            together.add(tuple(linear))
            found.insert(0, (together, ()))
        return [*found, (self._unproved, ())]


def _needed(conditions: Sequence[Condition], obstacles: Sequence[_Obstacle]) -> list[Condition]:
    """Conditions that are enough, as z3 tells them; all where it cannot."""
    needed: dict[Condition, None] = {}
    try:
        for formula, more in obstacles:
            if not any(negated(one) in needed for one in more):
                core = formula.core((*conditions, *more))
                # What speaks of the obstacle keeps nothing away from another one.
                needed |= dict.fromkeys(conditions if core is None else (one for one in core if one in conditions))
    except Unknown:
        return list(conditions)
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
            if holds_at(point, domain.conditions):
                found[point.coordinates] = point
    return list(found.values())
