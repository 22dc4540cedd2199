"""Sets divided into conjunctions: disjoint, with the union that they should have, whatever z3 can tell."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from flint import fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from stackexact.covering.division import Division, holds_at, rest
from stackexact.covering.formulas import Conditions, holds, joined, negated, outside, text_of
from stackexact.covering.models import model_of
from stackexact.covering.pieces import Piece, put_together
from stackexact.covering.smt import Domain, Reals
from stackexact.errors import Unproved
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.real_roots import real_roots
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))
X, Y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")
POLYNOMIALS = (X, Y, X - Y, X * X + Y * Y - 2, X * Y - 1)
GOLDEN, SHIFTED = fmpz_poly([-1, -1, 1]), fmpz_poly([1, -3, 1])
GRID = [Point.rational([Fraction(a, 2), Fraction(b, 2)]) for a, b in product(range(-4, 5), repeat=2)]

conditions = st.builds(
    lambda polynomial, turn, sign: Condition(polynomial * turn, sign),
    st.sampled_from(POLYNOMIALS),
    st.sampled_from([1, -1]),
    st.sampled_from(list(Sign)),
)
sets = st.lists(conditions, min_size=1, max_size=3).map(tuple)


@given(sets, st.lists(sets, max_size=3))
@settings(max_examples=25)
def test_what_sets_leave_of_a_set(region: Conditions, taken: list[Conditions]) -> None:
    """At each point of a grid one conjunction holds where the region does and no set that was taken, else none."""
    domain = Domain(Reals(("x", "y")), ())
    left = rest(domain, [region], taken)
    for point in GRID:
        expected = holds_at(point, region) and not any(holds_at(point, one) for one in taken)
        assert sum(holds_at(point, one) for one in left) == expected


@given(sets)
@settings(max_examples=25)
def test_points_lie_in_what_is_divided(region: Conditions) -> None:
    """A point of each conjunction, until a division by sets around the points has left nothing."""
    domain = Domain(Reals(("x", "y")), ())
    division = Division(domain, [region])
    seen: list[tuple[Conditions, Point]] = []
    while (found := division.next()) is not None:
        conjunction, point = found
        assert holds_at(point, region)
        assert holds_at(point, conjunction)
        assert not any(holds_at(point, other) for other, _ in seen)
        around = tuple(_around(polynomial, point) for polynomial in (X, Y))
        division.leave(conjunction, around)
        seen.append(((*conjunction, *around), point))
    assert not division.left
    assert bool(seen) or not any(holds_at(point, region) for point in GRID)


def _around(polynomial: Any, point: Point) -> Condition:
    """The sign of a polynomial at a point."""
    match point.sign_of(polynomial):
        case 0:
            return Condition(polynomial, Sign.ZERO)
        case sign:
            return Condition(polynomial * sign, Sign.POSITIVE)


@given(
    st.lists(st.tuples(st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=3), st.integers(0, 3)), max_size=9)
)
def test_pieces_that_are_put_together(cells: list[tuple[list[int], int]]) -> None:
    """Sign cells of three polynomials: the union stays, the pieces stay disjoint, every answer stays named."""
    origin = Point.rational([Fraction(0), Fraction(0)])
    chosen = {tuple(signs): number for signs, number in cells}
    pieces = [
        Piece(tuple(map(_with_sign, POLYNOMIALS, signs)), origin, frozenset({number}))
        for signs, number in chosen.items()
    ]
    made = put_together(pieces)
    assert len(made) <= len(pieces)
    assert {n for one in made for n in one.answers} == set(chosen.values())
    for point in GRID:
        before = [one for one in pieces if holds_at(point, one.conditions)]
        after = [one for one in made if holds_at(point, one.conditions)]
        assert len(before) == len(after) <= 1
        assert not before or before[0].answers <= after[0].answers


def _with_sign(polynomial: Any, sign: int) -> Condition:
    return Condition(polynomial * sign, Sign.POSITIVE) if sign else Condition(polynomial, Sign.ZERO)


def test_all_signs_together_say_nothing() -> None:
    """Three pieces that differ in one polynomial alone make up everything."""
    origin = Point.rational([Fraction(0), Fraction(0)])
    pieces = [Piece((_with_sign(X * Y - 1, sign),), origin, frozenset({sign})) for sign in (-1, 0, 1)]
    (one,) = put_together(pieces)
    assert one.conditions == ()


@given(sets)
def test_texts_say_what_formulas_say(region: Conditions) -> None:
    """Negated and written as SMT-LIB, a formula holds where z3 says that it does."""
    import z3

    x, y = z3.Reals("x0 x1")
    ways = (region, *outside(region[:1]))
    (formula,) = z3.parse_smt2_string(f"(assert {text_of(ways)})", decls={"x0": x, "x1": y})
    for point in GRID[::7]:
        values = [(v, z3.RealVal(str(c))) for v, c in zip((x, y), point.fractions, strict=True)]
        assert z3.is_true(z3.simplify(z3.substitute(formula, *values))) == holds(ways, point.sign_of)
        assert holds_at(point, region) != any(holds_at(point, [negated(one)]) for one in region)


@given(sets)
def test_joined_conditions_say_the_same(region: Conditions) -> None:
    """One condition for each polynomial, or the contradiction."""
    try:
        made = joined(region)
    except Unproved:
        assert not any(holds_at(point, region) for point in GRID)
        return
    assert all(holds_at(point, region) == holds_at(point, made) for point in GRID)
    assert len(made) <= len(region)


def test_models_with_two_irrational_coordinates() -> None:
    """They are points where curves show one field; else signs are told as far as enclosures do."""
    golden = real_roots(GOLDEN)[1]
    shifted = real_roots(SHIFTED)[1]  # one more than the other
    model = model_of([golden, shifted], [Y - X - 1, X * Y - 5])
    assert model.point is not None
    assert [model.sign_of(one) for one in (Y - X - 1, Y - X * X, X * Y - 5)] == [0, 0, -1]
    other = model_of([golden, real_roots(SHIFTED)[0]], [Y - X - 1])
    assert other.point is None
    assert [other.sign_of(one) for one in (Y - X - 1, X * Y - 5, X)] == [-1, -1, 1]
