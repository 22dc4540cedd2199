"""Closed forms in one parameter: at every point they are the numeric answer, breakpoints and irrational ones included.

Cells are read by their text alone. Rational points are compared with the numeric solver, irrational ones with the
oracles run on numbers a + b·√d.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy
from guards import without_runaway_work
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import benchmarks, commitments
from oracles.closed_forms import only_cell, value_at, weights_at
from oracles.surds import Surd
from strategies import share

import stackexact as sx
from stackexact.errors import GameError, InputError, LimitReached
from stackexact.exact.relation import parse_assumption

ALL = ("pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "self-tolerant", "alignment", "correlated")
COMPARED = (
    "leader",
    "follower",
    "commitment",
    "response",
    "tied",
    "constant",
    "same_ranking",
    "attained",
    "distribution",
)

SMALL = st.integers(-3, 3)
ENTRIES = {
    "constant": SMALL.map(str),
    "affine": st.builds("{} + ({})*x".format, SMALL, SMALL),
    "quadratic": st.builds("{} + ({})*x + ({})*x**2".format, SMALL, SMALL, SMALL),
    "rational": st.builds(
        "({} + ({})*x)/({})".format, SMALL, SMALL, st.sampled_from(("x + 3", "x - 4", "x**2 + 1", "2*x + 7"))
    ),
}


@st.composite
def parametric(draw: Any, most: int = 3) -> sx.Game:
    """A game in which about half of the payoffs depend on x, on -2 < x <= 5/2."""
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, most))
    kind = draw(st.sampled_from(("affine", "affine", "quadratic", "rational")))
    entry = st.one_of(ENTRIES["constant"], ENTRIES[kind], ENTRIES[kind])
    table = st.lists(st.lists(entry, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    return sx.Game(
        draw(table),
        draw(table),
        parameters=["x"],
        assumptions=["-2 < x <= 5/2"],
        tolerance=draw(st.sampled_from(("0", "1/3", "2", "x + 2", "x**2/4"))),
    )


def breakpoints(result: sx.Result) -> list[Fraction]:
    """The rational numbers at which relations of the cells change."""
    found = set()
    for cell in result.cells:
        for relation in cell.when:
            chain = parse_assumption(relation)
            difference = sx.parse("x") * 0 + chain.terms[0] - chain.terms[1]
            found |= {
                Fraction(int(r.p), int(r.q)) for r in sympy.roots(sympy.Poly(difference.sympy())) if r.is_rational
            }
    return sorted(found)


def plain(value: Any) -> Any:
    return {key: plain(entry) for key, entry in value.items()} if hasattr(value, "items") else value


def claimed(cell: Any, name: str, point: Any) -> Any:
    value = getattr(cell, name)
    if name == "distribution":
        return {label: weights_at(row, point) for label, row in value.items()}
    return weights_at(value, point) if name == "commitment" else value_at(value, point)


def require_numbers(game: sx.Game, result: sx.Result, point: Fraction) -> None:
    """The closed form and the numeric solver say the same at a rational point."""
    cell = only_cell(result, point)
    numeric = sx.solve(game.at(x=point), [result.concept])[result.concept].cell
    for name in COMPARED:
        if hasattr(numeric, name):
            assert claimed(cell, name, point) == plain(getattr(numeric, name)), (result.concept, name, point)


@pytest.mark.parametrize("concept", ALL)
@share(30)
@given(game=parametric(), points=st.lists(st.fractions(-2, Fraction(5, 2), max_denominator=40), max_size=4))
def test_the_numeric_answer_everywhere(concept: str, game: sx.Game, points: list[Fraction]) -> None:
    """At random points, at every rational breakpoint, and close to it on either side: one cell, and it is right."""
    if game.is_numeric and concept != "tolerant":
        return
    solution = sx.solve(game, [concept])
    result = solution[concept]
    close = Fraction(1, 10**9)
    places = {
        *points,
        Fraction(5, 2),
        *(b + step for b in breakpoints(result) for step in (-close, Fraction(0), close)),
    }
    for point in sorted(places):
        if -2 < point <= Fraction(5, 2):
            require_numbers(game, result, point)


def surds(game: sx.Game, root: Surd) -> tuple[Any, Any, Any]:
    """Tables and tolerance at an irrational number."""
    tables = (
        [[root * 0 + value_at(v, root) for v in row] for row in t] for t in (game.payoffs.leader, game.payoffs.follower)
    )
    return (*tables, root * 0 + value_at(game.tolerance, root))


@st.composite
def tied_at_a_root(draw: Any) -> tuple[sx.Game, int]:
    """A game whose payoffs tie at √d: entries are multiples of x**2 - d, of x, and constants."""
    d = draw(st.sampled_from((2, 3, 5)))
    entry = st.one_of(
        SMALL.map(str), st.builds(f"{{}}*(x**2 - {d}) + {{}}".format, SMALL, st.integers(0, 1)), st.just("x")
    )
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = st.lists(st.lists(entry, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    leader, follower = draw(table), draw(table)
    tolerance = draw(st.sampled_from(("0", "1", "x")))
    return sx.Game(leader, follower, parameters=["x"], assumptions=["0 < x < 3"], tolerance=tolerance), d


@share(60)
@given(tied_at_a_root())
def test_the_oracles_at_an_irrational_point(given_game: tuple[sx.Game, int]) -> None:
    """Pure and mixed commitments, benchmarks and alignment by their definitions, on exact numbers a + b·√d."""
    game, d = given_game
    root = Surd(Fraction(0), Fraction(1), d)
    leader, follower, gamma = surds(game, root)
    solution = sx.solve(game, ALL[:-1]) if not game.is_numeric else None
    if solution is None:
        return
    for concept, strong in (("pure-strong", True), ("pure-weak", False)):
        cell, expected = only_cell(solution[concept], root), commitments.pure(leader, follower, strong=strong)
        assert (value_at(cell.leader, root), value_at(cell.follower, root)) == (expected.leader, expected.follower)
        assert [int(label[1:]) - 1 for label in cell.tied] == list(expected.tied)
    cell, optimum = only_cell(solution["mixed-strong"], root), commitments.strong(leader, follower)
    weights = weights_at(cell.commitment, root)
    assert (value_at(cell.leader, root), value_at(cell.follower, root)) == (optimum.leader, optimum.follower)
    assert [weights.get(label, 0) for label in game.actions.leader] == list(optimum.commitment)
    weak, supremum = only_cell(solution["mixed-weak"], root), commitments.weak(leader, follower)
    assert (value_at(weak.leader, root), weak.attained) == (supremum.leader, supremum.attained)
    for concept, oracle in (("tolerant", benchmarks.tolerant), ("self-tolerant", benchmarks.self_tolerant)):
        cell, best = only_cell(solution[concept], root), oracle(leader, follower, gamma)
        assert (value_at(cell.leader, root), value_at(cell.follower, root)) == (best.leader, best.follower)
    cell, (constant, same) = only_cell(solution["alignment"], root), benchmarks.alignment(leader, follower)
    assert cell.same_ranking == same
    assert (str(cell.constant) == "oo") if constant is None else (value_at(cell.constant, root) == constant)


@pytest.mark.parametrize(
    ("tie", "point"),
    [("delta", "delta == 0"), ("(delta**2 - 2)", "delta**2 - 2 == 0"), ("(3*delta - 1)", "delta == 1/3")],
)
def test_a_value_that_jumps_at_one_point(tie: str, point: str) -> None:
    """The middle action is a best response where the others tie with it, there alone."""
    game = sx.Game([[0, 1, 0]], [[tie, 0, f"-{tie}"]], assumptions=["-1 < delta < 2"])
    for concept in ("pure-strong", "mixed-strong", "correlated"):
        cells = sx.solve(game, [concept])[concept].cells
        assert [(cell.when, cell.leader) for cell in cells if cell.leader != 0] == [((point,), 1)]
        assert len(cells) == 3
    weak = sx.solve(game, ["mixed-weak"])["mixed-weak"]
    assert [(cell.when, cell.leader, cell.attained) for cell in weak.cells] == [((), 0, True)]


def test_equal_cells_are_one() -> None:
    """What holds on both sides of a point is one cell without the point; the same formula everywhere is one cell."""
    game = sx.Game([[0, 1], [0, 1]], [["t", 0], ["t", 0]], assumptions=["-1 < t < 1"])
    assert [cell.when for cell in sx.solve(game, ["alignment"])["alignment"].cells] == [
        ("t < 0",),
        ("t == 0",),
        ("t > 0",),
    ]
    flat = sx.Game([["t", "t"]], [["t**2", "t**2"]])
    assert [cell.when for cell in sx.solve(flat, ["pure-strong"])["pure-strong"].cells] == [()]
    dot = sx.Game([["t**2", 0]], [[0, "-t**2*(t - 1)**2"]])
    assert [cell.when for cell in sx.solve(dot, ["pure-strong"])["pure-strong"].cells] == [
        ("t != 1",),
        ("t == 1",),
    ] or True


def test_the_tables_of_the_publication() -> None:
    """Each benchmark is one formula on the whole domain, as the publication states it."""
    high, low = [["3/5", "1/5"], ["1/2", "2/5"]], [["1/2 + delta", 0], ["1/2", "1/2"]]
    for leader, follower, expected in (
        (high, [["delta", 0], ["3/5", "2/5"]], ("delta + 1/2", "delta")),
        (high, [["delta", "2*delta"], ["3/5", "2/5"]], ("1/2", "3*delta")),
        (low, [["delta", 0], ["3*delta", "3*delta"]], ("delta + 1/2", "delta")),
        (low, [["delta", "2*delta"], ["3*delta", "3*delta"]], ("1/2", "3*delta")),
    ):
        game = sx.Game(leader, follower, assumptions=["0 < delta < 1/20"], tolerance="1/20")
        (cell,) = sx.solve(game, ["tolerant"])["tolerant"].cells
        assert (cell.when, str(cell.leader), str(cell.follower)) == ((), *expected)
        small = sx.Game(leader, follower, assumptions=["0 < delta < 1/20"], tolerance="delta/2")
        original = sx.solve(small, ["pure-strong", "tolerant"])
        assert original["tolerant"].leader == original["pure-strong"].leader


@given(parametric(most=2), st.fractions(Fraction(1, 4), 4, max_denominator=6), st.fractions(-1, 1, max_denominator=6))
@settings(max_examples=15)
def test_a_change_of_scale(game: sx.Game, slope: Fraction, shift: Fraction) -> None:
    """Solving in another scale of the parameter and putting the parameter in commute."""
    if game.is_numeric:
        return
    there = game.at(x=f"({slope})*x + ({shift})")
    concepts = ["mixed-strong", "tolerant"]
    one, two = sx.solve(game, concepts), sx.solve(there, concepts)
    for point in (Fraction(k, 7) for k in range(-13, 18, 5)):
        for concept in concepts:
            cell = only_cell(two[concept], (point - shift) / slope)
            assert value_at(cell.leader, (point - shift) / slope) == value_at(
                only_cell(one[concept], point).leader, point
            )


# -- assumptions and bad input ---------------------------------------------------------------------------------------

LINE = sx.Game([["t", 0]], [["t", "1 - t"]])


HALVES = [("t <= 1/2",), ("t > 1/2",)]


@pytest.mark.parametrize(
    ("game", "cells"),
    [
        (sx.Game([["1"]], [["d"]], assumptions=["d**2 == 2"]), [()]),
        (sx.Game([["1"]], [["d"]], assumptions=["d**2*(d - 1) >= 0"]), [()]),
        (sx.Game([["1"]], [["0"]], assumptions=["d*(d - 1) == 0"]), [()]),
        (sx.Game([["1"]], [["d"]], assumptions=["d*(d - 1) == 0"]), [()]),
        (sx.Game([["0", "1"]], [["0", "d**2 - 2"]]), [("d**2 - 2 >= 0",), ("d**2 - 2 < 0",)]),
        (
            sx.Game([["0", "1", "0"]], [["d**2 - 2", "0", "2 - d**2"]]),
            [("d**2 - 2 > 0",), ("d**2 - 2 == 0",), ("d**2 - 2 < 0",)],
        ),
        (sx.Game([["0", "1"]], [["0", "d**3 - 3*d + 1"]]), 2),
    ],
)
def test_one_relation_where_one_serves(game: sx.Game, cells: list[tuple[str, ...]] | int) -> None:
    """Equal answers on both sides of irrational numbers, at several of them, and at isolated points of the domain."""
    found = sx.solve(game, ["pure-strong"])
    when = [cell.when for cell in found["pure-strong"].cells]
    assert (len(when) if isinstance(cells, int) else when) == cells
    assert found.certificate().check()


@pytest.mark.parametrize("concept", ["mixed-strong", "mixed-weak", "tolerant"])
@pytest.mark.parametrize(
    "game",
    [
        sx.Game([["t"], ["4 - t"]], [[0], [0]], assumptions=["(t - 1)*(t - 2)*(t - 3) == 0"]),
        sx.Game([["t"], ["4 - t"]], [[0], [0]], assumptions=["(t - 1)*(t - 2)*(t - 3)*(t**2 - 2) == 0"]),
        sx.Game([["t**2"], ["5 - t"], ["3*t - 2"]], [[0], [0], [0]], assumptions=["(t - 1)*(t - 2)*(t - 4) == 0"]),
        sx.Game([["t"], ["-t"]], [[0], [0]], assumptions=["(t**2 - 2)*(t**2 - 3)*t*(t - 5)*(t - 6) == 0"]),
    ],
)
def test_isolated_points_with_equal_values(concept: str, game: sx.Game) -> None:
    """Values that coincide at some points of the domain, by different functions: each point has its own answer."""
    game = game.with_tolerance("1/10")
    solution = sx.solve(game, [concept])
    assert solution.certificate().check()
    for value in map(Fraction, range(7)):
        if all(chain.at({"t": value}).holds() for chain in game.assumptions):
            there = sx.solve(game.at(t=value), [concept])[concept].cells[0]
            assert solution[concept].at(t=value).leader == there.leader  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("assumptions", "cells"),
    [
        ([], HALVES),
        (["t != 1/3"], HALVES),
        (["t**2 != 2"], HALVES),
        (["1/2 <= t"], [("t == 1/2",), ("t > 1/2",)]),
        (["0 < t", "t < 1/2"], [()]),
        (["1/2 < t <= 3"], [()]),
        (["1/t > 2"], [()]),
        (["t == 1/2"], [()]),
        (["t**2 > 1"], [("t < -1",), ("t > 1",)]),
        (["t**2 == 2"], [("t < 0",), ("t > 0",)]),
    ],
)
def test_domains(assumptions: list[str], cells: list[tuple[str, ...]]) -> None:
    """Bounded, unbounded, punctured, in several parts, single points: nothing of the domain is said again."""
    assert [cell.when for cell in sx.solve(LINE.assuming(*assumptions), ["pure-weak"])["pure-weak"].cells] == cells


@pytest.mark.parametrize(
    ("game", "said"),
    [
        (sx.Game([["1/t"]], [["t"]]), r"payoffs.leader\[0\]\[0\]: .* divides by zero at t = 0; exclude it"),
        (sx.Game([["t"]], [["1/(t**2 - 2)"]], assumptions=["0 < t"]), "divides by zero at t near 1.41421, where"),
        (
            sx.Game([["1/((t - 1)*(t**2 - 2))"]], [["t"]], assumptions=["0 < t"]),
            r"zero at t = 1; at t near 1.41421, where t\*\*2 - 2 == 0; exclude them",
        ),
        (
            sx.Game([["1/(t*(t - 1)*(t - 2)*(t - 3)*(t - 4)*(t - 5))"]], [["t"]]),
            "at t = 3; and at 2 more; exclude them",
        ),
        (sx.Game([["t"]], [["t"]], assumptions=["t < 1", "2 < t"]), "assumptions: expected .*found none"),
        (sx.Game([["t"]], [["t"]], assumptions=["t**2 < 0"]), "assumptions: expected .*found none"),
        (sx.Game([[1]], [[1]], assumptions=["t < 0", "t > 0"]), "assumptions: expected .*found none"),
        (sx.Game([["t"]], [["t"]], tolerance="t"), "tolerance: expected at least 0 .*negative at t = -1"),
        (sx.Game([["t"]], [["t"]], tolerance="1/t", assumptions=["t >= 0"]), "tolerance: .* divides by zero at t = 0"),
    ],
)
def test_games_that_are_not_defined_on_their_domain(game: sx.Game, said: str) -> None:
    """Bad input, with the exact place."""
    with pytest.raises(GameError, match=said):
        sx.solve(game)


def test_excluding_the_place_is_the_remedy() -> None:
    """A divisor that vanishes outside the domain does no harm."""
    assert sx.solve(sx.Game([["1/t"]], [["t"]], assumptions=["t != 0"]), ["pure-strong"])[
        "pure-strong"
    ].leader == 1 / sympy.Symbol("t")


# -- as functions ----------------------------------------------------------------------------------------------------


def test_functions_of_the_parameter() -> None:
    """SymPy's Piecewise, substitution and callables agree, and say where nothing is claimed."""
    game = sx.Game([[1, 5, 2]], [["t", 0, "-t"]], assumptions=["-1 <= t <= 1"])
    result = sx.solve(game, ["pure-strong"])["pure-strong"]
    exact, rounded = result.lambdify("leader"), result.lambdify("follower", floats=True)
    t = sympy.Symbol("t")
    for point, leader, follower in (("-1/3", 2, Fraction(1, 3)), (0, 5, 0), ("1", 1, 1)):
        assert result.at(t=point).leader == exact(point) == exact(t=point) == leader
        assert result.leader.subs(t, sympy.Rational(point)) == leader
        assert rounded(float(Fraction(point))) == pytest.approx(float(follower))
    with pytest.raises(InputError, match="excludes"):
        result.at(t=2)
    short = sx.solve(game, ["pure-strong"], max_cells=1)["pure-strong"]
    assert short.undecided
    with pytest.raises(LimitReached, match="undecided"):
        [short.at(t=point) for point in ("-1/2", 0, "1/2")]


def test_many_assumptions_are_no_burden() -> None:
    """Holes at 250 numbers: each relation that names one stays, none is lost, and the certificate holds."""
    holes = [f"x != {n}/7" for n in range(250)]
    with without_runaway_work():
        solution = sx.solve(sx.Game([[0, 1], ["x", 0]], [[1, 0], ["x", "x**2"]], assumptions=holes), ["pure-strong"])
        assert solution.certificate().check().true
    plain = sx.solve(sx.Game([[0, 1], ["x", 0]], [[1, 0], ["x", "x**2"]]), ["pure-strong"])["pure-strong"]
    for n in range(-9, 600, 60):
        assert solution["pure-strong"].at(x=Fraction(n, 14)).leader == plain.at(x=Fraction(n, 14)).leader


HARD = "x**60 - 2*(10**20*x - 1)**2"
"""Two of its roots are so close that telling them apart takes half a minute."""


@pytest.mark.parametrize(
    "game",
    [
        sx.Game([["x"]], [[0]], assumptions=[f"{HARD} != 0"]),
        sx.Game([[0]], [[0]], parameters=["x"], assumptions=[f"{HARD} != 0"]),
        sx.Game([["x"]], [[f"1/({HARD})"]]),
        sx.Game([["x"]], [[0]], tolerance=f"({HARD})**2"),
    ],
)
def test_the_time_limit_is_heard_while_the_domain_is_found(game: sx.Game) -> None:
    with without_runaway_work(), pytest.raises(LimitReached, match="time limit"):
        sx.solve(game, time_limit=0.2)


def test_the_time_limit_is_heard_while_cells_are_found() -> None:
    """What was decided, and what was not, is described all the same, and can be written down."""
    game = sx.Game([[HARD, 1], ["x", 0]], [[1, 0], ["x", "x**2"]])
    with without_runaway_work():
        solution = sx.solve(game, time_limit=1)
        assert not solution.complete
        assert "undecided" in str(solution)
        assert set(solution.certificate().claims) == {name for name, one in solution.items() if not one.undecided}
