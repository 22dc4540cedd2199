"""Cells from proved answers: inside their areas, apart from each other, with nothing lost, whatever z3 can tell."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from stackexact.covering.division import holds_at
from stackexact.covering.formulas import Conditions
from stackexact.covering.partition import Area, Part, Points, _Grower, partition
from stackexact.covering.smt import Domain, Formula, Reals, Unknown
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))
X, Y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")
GRID = [Point.rational([Fraction(a, 3), Fraction(b, 3)]) for a, b in product(range(1, 24, 2), repeat=2)]
BOX = tuple(Condition(one, Sign.POSITIVE) for one in (X, Y, 8 - X, 8 - Y))
OUTER, INNER = X**2 + Y**2 - 25, X**2 + Y**2 - 1


def positive(*polynomials: Any) -> Conditions:
    return tuple(Condition(one, Sign.POSITIVE) for one in polynomials)


def weak(*polynomials: Any) -> Conditions:
    return tuple(Condition(one, Sign.NONNEGATIVE) for one in polynomials)


IDLE = positive(*(X + Y + n for n in range(1, 14)))
"""Conditions that hold on all of the box."""

AREAS = (
    (weak(-OUTER, X - 2), (*weak(-INNER), *positive(2 - X))),
    ((*positive(1 - X, INNER), *IDLE),),
    ((*positive(OUTER), *weak(X - 2), *IDLE), (*weak(OUTER), *positive(X - 2))),
)


def parts_of(stop: Any = lambda: False) -> tuple[Any, Any]:
    domain = Domain(Reals(("x", "y")), BOX)
    areas = [Area(tuple((conditions, sample(conditions)) for conditions in some)) for some in AREAS]
    return areas, partition(domain, areas, stop=stop)


def sample(conditions: Conditions) -> Point:
    return next(point for point in GRID if holds_at(point, conditions))


def is_right(areas: Any, found: Any) -> None:
    for point in GRID:
        holding = [part for part in found.parts if holds_at(point, part.conditions)]
        left = sum(holds_at(point, one) for one in found.left)
        proved = [any(holds_at(point, conditions) for conditions, _ in area.proved) for area in areas]
        assert len(holding) + left == any(proved), point.fractions
        assert all(proved[part.area] for part in holding)


def test_cells_of_many_conditions() -> None:
    """Curved parts on both sides of a line, and idle conditions: what keeps parts from each other stays."""
    areas, found = parts_of()
    assert not found.left
    is_right(areas, found)
    assert max(len(part.conditions) for part in found.parts) <= 4


@pytest.mark.parametrize("seed", range(4))
def test_what_z3_cannot_tell(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions without an answer, at random, and a time limit that passes: larger cells are all that is lost."""
    rng, asked = random.Random(seed), Formula._found
    left = rng.randint(5, 60)

    def sometimes(self: Formula, conditions: Conditions) -> Any:
        nonlocal left
        left -= 1
        if rng.random() < 0.2:
            raise Unknown("z3 reached its limit")
        return asked(self, conditions)

    monkeypatch.setattr(Formula, "_found", sometimes)
    areas, found = parts_of(lambda: left < 0)
    monkeypatch.setattr(Formula, "_found", asked)
    is_right(areas, found)


def test_a_cell_keeps_away_from_parts_that_oppose_each_other() -> None:
    """What keeps it away from one of them says nothing of the other."""
    domain, own = Domain(Reals(("x", "y")), BOX), (*positive(1 - X, INNER), *IDLE)
    made = [Part(0, n, conditions, sample(conditions)) for n, conditions in enumerate(AREAS[0])]
    proved = positive(3 - X)
    grown = _Grower(domain, Area(((proved, sample(proved)),)), Points([]), lambda: False).grown(own, made)
    for point in GRID:
        assert not holds_at(point, grown) or not any(holds_at(point, part.conditions) for part in made)
    assert len(grown) <= 2
