"""Closed forms as SymPy expressions, at numbers, and as callables."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import numpy
import pytest
import sympy

import stackexact as sx
from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.exact.numbers import to_sympy
from stackexact.exact.relation import parse_assumption
from stackexact.solving.branches import branches, regions
from stackexact.solving.cells import BenchmarkCell, Infinity
from stackexact.solving.names import numeric_names
from stackexact.solving.solution import Result, Solution

DELTA = sympy.Symbol("delta")


def jumping() -> sx.Game:
    """Values that jump at irrational points and change formulas elsewhere."""
    return sx.Game(
        [["0", "1", "0"], ["1/2*delta", "1/4", "1"]],
        [["delta**2-2", "0", "2-delta**2"], ["1", "delta", "0"]],
        assumptions=["-3 < delta <= 3"],
        tolerance="1/20",
    )


@pytest.fixture(scope="module")
def solution() -> Solution:
    return sx.solve(jumping(), [*sx.solve(jumping().at(delta=1)), "correlated", "self-tolerant"])


def two_parameters() -> Result:
    """A closed form in two parameters, as a file might bring it."""
    cells = (
        BenchmarkCell(("delta < gamma",), sx.parse("delta + 1/2"), sx.parse("delta"), None),
        BenchmarkCell(("delta == gamma",), Fraction(1), sx.parse("delta"), None),
        BenchmarkCell(("delta > gamma",), sx.parse("gamma/delta"), sx.parse("gamma"), None),
    )
    chains = tuple(map(parse_assumption, ("0 < delta", "0 < gamma", "1/(gamma - 2) < 0")))
    return Result("tolerant", cells, None, (), ("delta", "gamma"), chains)


def random_values(count: int) -> list[Fraction]:
    rng = random.Random(7)
    return [Fraction(rng.randint(-2999, 3000), 1000) for _ in range(count)] + [Fraction(k, 4) for k in range(-11, 13)]


def test_expression_callable_and_cell_agree_with_the_numeric_solver(solution: Solution) -> None:
    game = jumping()
    values = random_values(12)
    numeric = [sx.solve(game.at(delta=value), list(solution)) for value in values]
    for concept, result in solution.items():
        for name in numeric_names(result):
            function = result.lambdify(name)
            symbolic = getattr(result, name) if name in ("leader", "follower", "constant") else None
            for number, (value, there) in enumerate(zip(values, numeric, strict=True)):
                expected = getattr(there[concept].cells[0], name)
                assert getattr(result.at(delta=value), name) == function(value) == expected
                if symbolic is not None and not isinstance(expected, Infinity) and number % 4 == 0:  # SymPy is slow
                    assert symbolic.subs(DELTA, to_sympy(value)) == to_sympy(expected)


def test_expressions_have_the_value_at_an_irrational_point(solution: Solution) -> None:
    for sign in (-1, 1):
        assert solution["pure-strong"].leader.subs(DELTA, sign * sympy.sqrt(2)) == 1
        assert solution["pure-weak"].leader.subs(DELTA, -sympy.sqrt(2)) == 0


def test_expressions_forget_what_only_other_values_tell_apart(solution: Solution) -> None:
    """The leader's value changes less often than the cell does, and a value that never changes is no Piecewise."""
    result = solution["tolerant"]
    assert len(regions(result, "leader")) < len(result.cells)
    form = branches(result)
    assert [part.value for part in form.parts] != []
    assert all(one.piece.high == two.piece.low for one, two in pairwise(form.parts))
    assert solution["alignment"].constant is sympy.oo
    fixed = sx.solve(sx.Game([[1], [1]], [["delta"], [0]]), ["pure-strong"])["pure-strong"]
    assert len(fixed.cells) > 1
    assert fixed.leader == 1


def test_one_formula_everywhere_is_that_formula() -> None:
    result = sx.solve(sx.instance("misaligned-a"))["tolerant"]
    assert result.leader == DELTA + sympy.Rational(1, 2)
    assert sx.solve(sx.instance("misaligned-a"))["alignment"].constant == 2 / (5 * DELTA)


def test_callables_choose_cells_exactly() -> None:
    """1e-300 is not 0, and the binary value nearest to 1/3 is not 1/3."""
    jump = sx.solve(sx.Game([[0, 1, 0]], [["3*delta - 1", 0, "1 - 3*delta"]]))["pure-strong"]
    floats, exact = jump.lambdify(floats=True), jump.lambdify()
    assert (exact("1/3"), exact(Fraction(1, 3) + Fraction(1, 10**300))) == (1, 0)
    assert floats(1 / 3) == 0.0
    assert floats("1/3") == 1.0
    zero = sx.solve(sx.Game([[0, 1, 0]], [["delta", 0, "-delta"]]))["pure-strong"].lambdify(floats=True)
    assert (zero(0.0), zero(5e-324), zero(-5e-324)) == (1.0, 0.0, 0.0)


def test_floats_are_rounded_once(solution: Solution) -> None:
    exact, floats = solution["mixed-strong"].lambdify(), solution["mixed-strong"].lambdify(floats=True)
    for value in (0.1, -2.7182818, 1.4142135623730951, 1.7969):
        assert floats(value) == float(exact(Fraction(value)))
    large = sx.solve(sx.Game([["delta**40"]], [[0]]), ["pure-strong"])["pure-strong"].lambdify(floats=True)
    assert large(1e100) == math.inf
    infinite = solution["alignment"]
    assert infinite.lambdify("constant")(0) is Infinity.OO
    assert infinite.lambdify("constant", floats=True)(0) == math.inf


def test_sequences_and_arrays_give_arrays(solution: Solution) -> None:
    value = solution["mixed-strong"].lambdify(floats=True)
    points = numpy.linspace(-2.5, 3, 12).reshape(3, 4)
    made = value(points)
    assert made.shape == (3, 4)
    assert made.dtype == float
    assert made[1, 2] == value(float(points[1, 2]))
    assert value([0, "1/2", Fraction(1, 3)]).tolist() == [value(0), value("1/2"), value(Fraction(1, 3))]
    assert value(numpy.float32(0.5)) == value(0.5)
    assert solution["mixed-strong"].lambdify("response", floats=True)([0, 3]).tolist() == ["b3", "b1"]
    both = two_parameters().lambdify(floats=True)([0.25, 0.5], 0.5)
    assert both.tolist() == [0.75, 1.0]
    with pytest.raises(InputError):
        solution["mixed-strong"].lambdify()([1, 2])


def test_further_values_of_cells(solution: Solution) -> None:
    value = solution["mixed-strong"].lambdify("commitment")
    assert value(0) == solution["mixed-strong"].at(delta=0).commitment
    assert solution["mixed-strong"].lambdify("commitment", floats=True)(0) == {"a1": 0.2, "a2": 0.8}
    assert repr(value) == "<commitment of mixed-strong as a function of delta>"
    with pytest.raises(UsageError, match="expected one of leader, follower"):
        solution["mixed-strong"].lambdify("value")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda f: f(), "expected one value for each of delta"),
        (lambda f: f(1, 2), "expected one value for each of delta"),
        (lambda f: f(1, delta=1), "expected one value for each of delta"),
        (lambda f: f(gamma=1), "expected one value for each of delta"),
        (lambda f: f("2*delta"), "expected a number for delta"),
        (lambda f: f(0.5), "expected an exact number"),
        (lambda f: f(4), "assumption -3 < delta <= 3 excludes delta = '4'"),
    ],
)
def test_callables_refuse(solution: Solution, call: Callable[..., object], error: str) -> None:
    with pytest.raises(InputError, match=error):
        call(solution["pure-strong"].lambdify())


def test_parameters_named_like_words_of_python() -> None:
    result = sx.solve(sx.Game([[0, 1, 0]], [["lambda", 0, "-lambda"]]))["pure-strong"]
    value = result.lambdify()
    assert value({"lambda": 0}) == value(0) == value(**{"lambda": 0}) == result.at({"lambda": 0}).leader == 1
    with pytest.raises(UsageError, match="'lambda': '1/100'"):
        result.at()
    named = sx.solve(sx.Game([["self"]], [[0]], assumptions=["self > 0"]))["pure-strong"]
    assert named.lambdify()(self=2) == named.at(self=2).leader == 2


def test_undecided_points_are_said_aloud() -> None:
    result = sx.solve(jumping(), ["mixed-strong"], max_cells=3)["mixed-strong"]
    assert result.undecided
    exact, decided, undecided = result.lambdify(), 0, 0
    for value in random_values(40):
        try:
            assert exact(value) == result.at(delta=value).leader
            decided += 1
        except LimitReached:
            with pytest.raises(LimitReached, match="undecided at"):
                result.at(delta=value)
            undecided += 1
    assert decided
    assert undecided
    assert isinstance(result.leader, sympy.Piecewise)


def test_two_parameters() -> None:
    result = two_parameters()
    value = result.lambdify()
    for delta, gamma, expected in (("1/4", "1/2", "3/4"), ("1/2", "1/2", 1), ("1", "1/2", "1/2")):
        expected = Fraction(expected)
        assert value(delta, gamma) == value(gamma=gamma, delta=delta) == expected
        assert result.at(delta=delta, gamma=gamma).leader == expected
        symbols = {DELTA: sympy.Rational(delta), sympy.Symbol("gamma"): sympy.Rational(gamma)}
        assert result.leader.subs(symbols) == sympy.Rational(expected)
    for gamma in (2, 3):  # a term divides by zero; the assumption fails
        with pytest.raises(InputError, match="excludes"):
            value(1, gamma)
        with pytest.raises(InputError, match="excludes"):
            result.at(delta=1, gamma=gamma)


def test_parameters_without_use_need_no_value() -> None:
    game = sx.Game([["delta", 1]], [[1, 0]], parameters=["beta", "delta"])
    result = sx.solve(game, ["pure-strong"])["pure-strong"]
    assert result.at(delta=3).leader == result.lambdify()(delta=3) == result.lambdify()(0, 3) == 3


def test_many_cells_are_fast() -> None:
    """A callable finds its cell by bisection: thousands of values of a form with dozens of cells take no time."""
    rows = [[f"delta - {k}" if k % 2 else f"{k} - delta" for k in range(40)]]
    result = sx.solve(sx.Game([list(range(40))], rows), ["pure-strong"])["pure-strong"]
    value = result.lambdify(floats=True)
    made = value(numpy.linspace(-50, 50, 5000))
    assert made[0] == result.at(delta=-50).leader


def test_a_parameter_that_no_payoff_depends_on_keeps_its_domain() -> None:
    """A constant is a function like any other: it is evaluated, compared and stated on the domain that was given."""
    game = sx.Game([[1]], [[1]], parameters=["d"], assumptions=["0 < d < 1/10"])
    result = sx.solve(game)["pure-strong"]
    assert str(sx.compare(result, "1 + d")).endswith("smaller on the domain")
    assert result.at(d="1/50").leader == result.lambdify()("1/50") == 1
    assert str(result.limit("leader", "d", "0+")) == "1"
    assert r"0 < d < \frac{1}{10}" in result._repr_latex_()
    with pytest.raises(InputError, match="excludes d"):
        result.at(d="1")


def test_irrational_values(solution: Solution) -> None:
    """At square roots: the value of the formula there as SymPy evaluates it, and the cell of that very point."""
    for concept in ("pure-strong", "mixed-strong", "tolerant"):
        result = solution[concept]
        for number in (sympy.sqrt(2), -sympy.sqrt(2), sympy.sqrt(3) / 2, 1 + sympy.sqrt(5) / 5):
            value = result.lambdify("leader")(number)
            assert value.is_real
            assert (result.leader.subs(DELTA, number) - value).equals(0)
            cell = result.at(delta=number)
            assert (to_sympy(cell.leader).subs(DELTA, number) - value).equals(0)  # type: ignore[union-attr]
            equation, *_ = (parse_assumption(text).terms for text in cell.when)
            assert to_sympy(equation[0]).subs(DELTA, number).equals(0)
            assert result.lambdify("leader", floats=True)(number) == pytest.approx(float(value))
    first = solution["pure-strong"].at(delta=sympy.sqrt(2))
    assert "delta**2 - 2 == 0" in first.when
    assert [parse_assumption(text).at({"delta": Fraction(1)}).holds() for text in first.when[1:]] == [True]
    weights = solution["mixed-strong"].lambdify("commitment")(sympy.sqrt(2))
    assert sum(weights.values()) == 1


def test_irrational_values_refuse(solution: Solution) -> None:
    with pytest.raises(InputError, match=r"exclude delta near 3\.46"):
        solution["pure-strong"].at(delta=2 * sympy.sqrt(3))
    with pytest.raises(InputError, match="found SymPy's Pi"):
        solution["pure-strong"].at(delta=sympy.pi)
    with pytest.raises(UsageError, match="expected one irrational value"):
        two_parameters().at(delta=sympy.sqrt(2), gamma=sympy.sqrt(3))
    assert two_parameters().at(delta=sympy.sqrt(2), gamma=1).leader == sx.parse("delta/2")
    game = sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]])
    part = sx.solve(game, ["pure-strong"], max_cells=1)["pure-strong"]
    with pytest.raises(LimitReached, match="undecided at delta near"):
        part.at(delta=10 * sympy.sqrt(2))
    infinite = sx.solve(sx.Game([["delta", 0]], [[0, 0]]))["alignment"].lambdify(floats=True)
    assert infinite(sympy.sqrt(2)) == math.inf
