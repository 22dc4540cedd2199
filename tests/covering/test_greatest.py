"""The cover by greatest quotients: at each point one region holds, and it names the greatest."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import fmpz_mpoly

from stackexact.covering.greatest import Quotient, greatest
from stackexact.covering.smt import Domain, Reals
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


@pytest.mark.parametrize("case", CASES)
def test_each_point_has_one_region_and_its_quotient_is_the_greatest(case: str) -> None:
    """On a grid that meets every line on which something vanishes, and at random points."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES[case]]
    marks = [polynomial("x - y"), polynomial("y - x + 1")]
    found = greatest(square(), quotients, marks)
    assert not found.undecided
    rng = random.Random(0)
    points = [Point.rational([x, y]) for x in GRID for y in GRID]
    points += [Point.rational([Fraction(rng.randint(0, 2000), 1000) for _ in "xy"]) for _ in range(200)]
    points += [region.sample for region in found.regions if region.sample.is_rational]
    for point in points:
        holding = [
            region.label
            for region in found.regions
            if all(one.sign.admits(point.sign_of(one.polynomial)) for one in region.conditions)
        ]
        assert len(holding) == 1, (point.fractions, holding)
        (label,) = holding
        values = [value(one, point) for one in quotients]
        if label.best is None:
            assert set(values) == {Fraction(-1)}
        elif label.infinite:
            assert values[label.best] is None
        else:
            assert None not in values
            assert values[label.best] == max(value for value in values if value is not None)
            assert (label.mark is None) == all(point.sign_of(mark) >= 0 for mark in marks)
            assert label.mark is None or point.sign_of(marks[label.mark]) < 0


def test_a_limit_leaves_regions_undecided() -> None:
    """More regions than allowed are named, not made."""
    quotients = [Quotient(*map(polynomial, both)) for both in CASES["lines that cross"]]
    found = greatest(square(), quotients, max_regions=2)
    assert len(found.regions) == 2
    assert found.undecided
    assert "limit of 2 cells" in found.limit
    stopped = greatest(square(), quotients, stop=lambda: True)
    assert (stopped.regions, stopped.undecided) == ((), ((),))
