"""Superfluous conditions go, the others stay, and the set does not change."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import fmpz_mpoly

from stackexact.covering.formulas import Conditions
from stackexact.covering.needed import Sparing, needed
from stackexact.covering.smt import Domain, Formula, Reals, Unknown
from stackexact.covering.witnesses import Cloud
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))


def condition(text: str) -> Condition:
    """``f > 0``, ``f >= 0`` or ``f == 0``."""
    left, sign, _ = text.rsplit(" ", 2)
    x, y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")
    made: fmpz_mpoly = eval(left, {"x": x, "y": y}) + NAMES.constant(0)
    return Condition(made, Sign(sign))


def conditions(*texts: str) -> Conditions:
    return tuple(map(condition, texts))


def square() -> Domain:
    """0 <= x <= 2 and 0 <= y < 2."""
    return Domain(Reals(NAMES.names), conditions("x >= 0", "2 - x >= 0", "y >= 0", "2 - y > 0"))


def points(count: int = 400) -> list[Point]:
    rng = random.Random(count)
    return [Point.rational([Fraction(rng.randint(0, 199), 100) for _ in "xy"]) for _ in range(count)]


def meets(some: Conditions, point: Point) -> bool:
    return all(one.sign.admits(point.sign_of(one.polynomial)) for one in some)


CASES = [
    (("x + y - 1 > 0", "x + y + 1 > 0", "2*x + 2*y - 1 >= 0", "1 - x >= 0"), {0, 3}),
    (("x*y - 1 > 0", "x**2 + y**2 - 1 > 0", "x + 1 > 0"), {0}),
    (("1 - x**2 - y**2 > 0", "3 - x - 2*y >= 0", "x - y + 1 >= 0"), {0}),
    (("x - y == 0", "x + y - 1 > 0", "2*x - 1 > 0", "3*x - 1 > 0"), None),
    (("x**2 + y**2 - 2 == 0", "x - y > 0", "x**3 - y**3 > 0"), {0, 1}),
    (("x - 7*x*y + 6 >= 0", "x - y + 3 > 0"), {0}),
    ((), set()),
]


@pytest.mark.parametrize(("texts", "want"), CASES)
def test_the_set_stays_and_nothing_else_can_go(texts: tuple[str, ...], want: set[int] | None) -> None:
    """z3 finds, for each condition that stays, a point where it alone fails."""
    some = conditions(*texts)
    domain = square()
    kept = needed(Cloud(domain, points(20)), some, lambda: False)
    assert set(kept) <= set(some)
    assert want is None or set(kept) == {some[n] for n in want}
    for point in points():
        assert meets(kept, point) == meets(some, point)
    for one in kept:
        rest = tuple(other for other in kept if other is not one)
        formula = domain.formula()
        formula.outside([one])
        assert not formula.excludes(rest)


def test_what_a_cloud_shows_to_be_needed_is() -> None:
    """Independent of z3: near the edges of a polygon, a point outside one edge alone; nothing about implied ones."""
    edges = conditions("x + y - 1 > 0", "3 - x - y >= 0", "x - y + 1 >= 0", "y - x + 1 > 0")
    implied = conditions("x + y + 1 > 0", "5 - x - 2*y > 0")
    assert Cloud(square(), points(20)).witnessed((*edges, *implied)) == set(edges)
    assert not Cloud(square(), []).witnessed(edges)
    beyond = condition(f"x - {10**400}*y + 1 > 0")  # no float: nothing is proposed but what fails exactly
    assert Cloud(square(), points(20)).witnessed((*edges, beyond)) <= {*edges, beyond}
    always = condition(f"x + {10**400}*y + 1 > 0")
    assert Cloud(square(), points(20)).witnessed((*edges, always)) <= set(edges)


def test_without_time_or_answers_everything_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is taken away on a guess."""
    some = conditions("x + y - 1 > 0", "x + y + 1 > 0")
    assert set(needed(Cloud(square(), points(20)), some, lambda: True)) == set(some)

    def silent(self: Formula, conditions: Conditions) -> None:
        raise Unknown("z3 reached its limit")

    monkeypatch.setattr(Formula, "_found", silent)
    assert set(needed(Cloud(square(), points(20)), some, lambda: False)) == set(some)


def test_shared_conditions_and_factors_of_one_sign() -> None:
    """A factor that is positive on the domain is divided out; one that takes both signs is not."""
    shared = conditions("(x + 1)*(x - y) > 0", "(x - y)*(y + 7) > 0")
    sparing = Sparing(square(), points(20), lambda: False)
    both = (*shared, *conditions("x*y - x + 1 > 0"))
    assert set(sparing.spared(shared, both)) == set(conditions("x - y > 0", "x*y - x + 1 > 0"))
    assert set(sparing.spared(shared, (*shared, *conditions("x - y + 1 > 0")))) == set(conditions("x - y > 0"))
