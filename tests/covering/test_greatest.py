"""The cover by greatest quotients: at each point one region holds, and it names the greatest."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz_mpoly

from stackexact.covering.formulas import Conditions
from stackexact.covering.greatest import greatest
from stackexact.covering.labels import Label
from stackexact.covering.rivals import Quotient
from stackexact.covering.smt import Domain, Formula, Reals, Unknown
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))
GRID = [Fraction(n, 4) for n in range(9)]


def polynomial(text: str) -> fmpz_mpoly:
    x, y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")
    return eval(text, {"x": x, "y": y}) + NAMES.constant(0)


def square() -> Domain:
    """0 <= x <= 2 and 0 <= y <= 2."""
    sides = (polynomial(text) for text in ("x", "2 - x", "y", "2 - y"))
    return Domain(Reals(NAMES.names), tuple(Condition(side, Sign.NONNEGATIVE) for side in sides))


def value(quotient: Quotient, point: Point) -> Fraction | None:
    """|top| / |bottom| at a point: -1 where both vanish, ``None`` where it is infinite."""
    top, bottom = (Fraction(str(abs(point.value_of(one)))) for one in (quotient.top, quotient.bottom))
    if bottom:
        return top / bottom
    return None if top else Fraction(-1)


CASES = {
    "lines that cross": [("x - y", "x + y - 2"), ("x + y - 2", "x - y"), ("2*x - 1", "y - 1"), ("y - 1", "2*x - 1")],
    "a constant quotient": [("3*x - 3", "x - 1"), ("y", "x + 1"), ("x + 1", "y")],
    "one function twice": [("x - 1", "y - 1"), ("2*x - 2", "2*y - 2"), ("(x - 1)*(x - y)", "(y - 1)*(x - y)")],
    "both vanish on a line": [("2*x - 2*y", "x - y"), ("x + 1", "y + 2"), ("y + 2", "x + 1")],
    "everything vanishes": [("x - 1", "y - 1"), ("y - 1", "x - 1")],
    "curves": [("x**2 - y", "x*y - 1"), ("x*y - 1", "x**2 - y"), ("x", "y**2 + 1")],
    "infinite everywhere": [("x", "0"), ("y - 1", "x + 1"), ("x + 1", "y - 1")],
}


def looked_at() -> list[Point]:
    """A grid that meets every line on which something vanishes, and random points."""
    rng = random.Random(0)
    points = [Point.rational([x, y]) for x in GRID for y in GRID]
    return points + [Point.rational([Fraction(rng.randint(0, 2000), 1000) for _ in "xy"]) for _ in range(100)]


def meets(conditions: Conditions, point: Point) -> bool:
    return all(one.sign.admits(point.sign_of(one.polynomial)) for one in conditions)


def is_right(label: Label, quotients: list[Quotient], marks: list[fmpz_mpoly], point: Point) -> bool:
    """Whether a label says what holds at a point."""
    values = [value(one, point) for one in quotients]
    if label.best is None:
        return set(values) <= {Fraction(-1)}
    if label.infinite:
        return values[label.best] is None
    if None in values or values[label.best] != max(value for value in values if value is not None):
        return False
    top, bottom = (point.sign_of(value) for value in (quotients[label.best].top, quotients[label.best].bottom))
    if top * bottom != label.turn:
        return False
    if label.turn < 0:
        return label.mark is None
    if label.mark is None:
        return all(point.sign_of(mark) >= 0 for mark in marks)
    return point.sign_of(marks[label.mark]) < 0


@pytest.mark.parametrize("case", CASES)
def test_each_point_has_one_region_and_its_quotient_is_the_greatest(case: str) -> None:
    """What a region says to hold of all quotients and marks holds as well, and its conditions say so."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES[case]]
    marks = [polynomial("x - y"), polynomial("y - x + 1")]
    found = greatest(square(), quotients, marks)
    assert not found.undecided
    for point in [*looked_at(), *(region.sample for region in found.regions if region.sample.is_rational)]:
        holding = [region for region in found.regions if meets(region.conditions, point)]
        assert len(holding) == 1, (point.fractions, holding)
        (region,) = holding
        assert is_right(region.label, quotients, marks, point)
        assert meets(region.holding, point)
        assert set(region.compared) <= set(region.conditions)


@pytest.mark.parametrize("case", CASES)
def test_what_z3_cannot_tell_is_undecided(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of its answers fail to come: regions and what is undecided are disjoint, fill the domain, and are right."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES[case]]
    marks = [polynomial("x - y"), polynomial("y - x + 1")]
    points, asked = looked_at(), Formula._found
    doubted = set[bool]()
    for seed in range(2):
        rng = random.Random(seed)

        def sometimes(self: Formula, conditions: Conditions, rng: random.Random = rng) -> Any:
            if rng.random() < 0.3:
                raise Unknown("z3 reached its limit")
            return asked(self, conditions)

        monkeypatch.setattr(Formula, "_found", sometimes)
        found = greatest(square(), quotients, marks)
        monkeypatch.setattr(Formula, "_found", asked)
        doubted.add(bool(found.undecided))
        assert bool(found.undecided) == bool(found.limit)
        for point in points:
            holding = [region.label for region in found.regions if meets(region.conditions, point)]
            assert len(holding) + sum(meets(one, point) for one in found.undecided) == 1, point.fractions
            assert all(is_right(label, quotients, marks, point) for label in holding)
    assert True in doubted


def test_a_time_limit_leaves_the_rest_undecided() -> None:
    """Whenever the time is over: regions and what is undecided are disjoint and fill the domain."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES["lines that cross"]]
    marks = [polynomial("x - y"), polynomial("y - x + 1")]
    points, sizes = looked_at(), set[int]()
    for moments in (0, 12, 24, 36, 48, 60, 1000):
        clock = iter(range(10**6))
        found = greatest(square(), quotients, marks, stop=lambda: next(clock) >= moments)  # noqa: B023
        sizes.add(len(found.regions))
        assert bool(found.undecided) == ("time limit" in found.limit)
        for point in points:
            everything = [*(region.conditions for region in found.regions), *found.undecided]
            assert sum(meets(one, point) for one in everything) == 1
    assert len(sizes) > 2, sizes


def test_a_limit_leaves_regions_undecided() -> None:
    """More regions than allowed are named, not made."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES["lines that cross"]]
    found = greatest(square(), quotients, max_regions=2)
    assert len(found.regions) == 2
    assert found.undecided
    assert "limit of 2 cells" in found.limit
    stopped = greatest(square(), quotients, stop=lambda: True)
    assert (stopped.regions, stopped.undecided) == ((), ((),))
