"""Covering a domain in several parameters: nothing lost, nothing said twice, whenever it is told to stop."""

from __future__ import annotations

from fractions import Fraction
from itertools import count, product
from typing import Any

from stackexact.covering.division import holds_at
from stackexact.covering.formulas import Conditions
from stackexact.covering.several import Covering, cover
from stackexact.covering.smt import Domain, Reals
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))
X, Y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")
BOX = tuple(Condition(one, Sign.POSITIVE) for one in (X, Y, 8 - X, 8 - Y))
GRID = [Point.rational([Fraction(a, 5), Fraction(b, 5)]) for a, b in product(range(1, 40, 2), repeat=2)]
CURVES = (X**2 + Y**2 - 25, X * Y - 4)
"""Curves, so that what is left is divided into conjunctions."""


def signs_at(point: Point) -> tuple[tuple[int, ...], Conditions]:
    """The signs of the curves' polynomials, which hold where they all stay the same."""
    signs = tuple(point.sign_of(curve) for curve in CURVES)
    conditions = tuple(
        Condition(curve * (sign or 1), Sign.POSITIVE if sign else Sign.ZERO)
        for curve, sign in zip(CURVES, signs, strict=True)
    )
    return signs, conditions


def covered(moment: int | None = None, **limits: Any) -> Covering[tuple[int, ...]]:
    """The covering by signs, told to stop from the given question about the time on."""
    asked = count()
    return cover(
        Domain(Reals(("x", "y")), BOX), signs_at, stop=lambda: moment is not None and next(asked) >= moment, **limits
    )


def is_right(found: Covering[tuple[int, ...]]) -> None:
    for point in GRID:
        holding = [one for one in found.answered if one.holds(point)]
        left = sum(holds_at(point, conditions) for conditions in found.left)
        assert len(holding) + left == 1, point.fractions
        assert all(one.answer == signs_at(point)[0] for one in holding)
    assert len({one.answer for one in found.answered}) == len(found.answered)


def test_every_combination_of_signs_is_found() -> None:
    """As many as a fine grid sees, and more where curves cross; pieces make up the domain."""
    found = covered()
    assert found.complete
    assert found.limit == ""
    is_right(found)
    assert {one.answer for one in found.answered} > {signs_at(point)[0] for point in GRID}
    for point in GRID:
        (piece,) = [piece for piece in found.pieces if holds_at(point, piece.conditions)]
        assert all(found.answered[n].holds(point) for n in piece.answers)


def test_the_time_is_asked_for_while_the_domain_is_divided() -> None:
    """Whenever the time is over, no further answer is searched, and the rest is named in full."""
    whole = covered()
    moment, seen = 0, set()
    while not (found := covered(moment)).complete:
        assert "time limit" in found.limit
        assert found.left
        is_right(found)
        seen.add(len(found.answered))
        moment += 1
    assert moment > len(whole.answered)  # it is asked more often than answers are made
    assert seen == set(range(max(seen) + 1))
    assert len(found.answered) == len(whole.answered)


def test_a_limit_of_cells_is_kept() -> None:
    """Not one answer more; the rest is named."""
    found = covered(max_cells=3)
    assert "limit of 3 cells" in found.limit
    assert len(found.answered) == 3
    is_right(found)
