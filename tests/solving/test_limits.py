"""Limits, breakpoints and comparisons of closed forms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy

import stackexact as sx
from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.exact.relation import parse_assumption
from stackexact.solving.cells import AlignmentCell, BenchmarkCell, Infinity
from stackexact.solving.comparing import Comparison
from stackexact.solving.solution import Result

ROOT = sympy.sqrt(2)


def pure(payoff: str, *assumptions: str, follower: str = "0") -> Result:
    """A closed form that is this payoff."""
    return sx.solve(sx.Game([[payoff]], [[follower]], assumptions=assumptions), ["pure-strong"])["pure-strong"]


def jump() -> Result:
    """0, but 1 at the two square roots of 2."""
    return sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]))["pure-strong"]


@pytest.mark.parametrize(
    ("payoff", "to", "expected"),
    [
        ("1/delta", "0+", sympy.oo),
        ("1/delta", "0-", -sympy.oo),
        ("1/delta", "oo", 0),
        ("(2*delta**3 - 1)/(5*delta**3 + delta)", "oo", sympy.Rational(2, 5)),
        ("(delta**3 - 1)/(-5*delta**2)", "oo", -sympy.oo),
        ("(delta**3 - 1)/(-5*delta**2)", "-oo", sympy.oo),
        ("delta**4", "-oo", sympy.oo),
        ("(1 - delta)/(delta - 3)**2", "3+", -sympy.oo),
        ("(1 - delta)/(delta - 3)**2", 3, -sympy.oo),
        ("(delta - 1)/(delta - 3)**3", ("3", "-"), -sympy.oo),
        ("delta/(delta + 1)", "1/2", sympy.Rational(1, 3)),
        ("1/(delta**2 - 2)", (ROOT, "-"), -sympy.oo),
        ("1/(delta**2 - 2)", (-ROOT, "-"), sympy.oo),
        ("1/(delta + 1)", (ROOT, "+"), ROOT - 1),
    ],
)
def test_limits_of_formulas(payoff: str, to: Any, expected: Any) -> None:
    """SymPy's own limits, where it has them; the domain leaves the poles out."""
    delta = sympy.Symbol("delta")
    result = pure(payoff, "delta != 0", "delta != 3", "delta != -1", "delta**2 != 2", "5*delta**2 + 1 != 0")
    assert result.limit("leader", "delta", to) == expected
    if isinstance(to, str) and to[-1] in "+-":
        formula = sympy.sympify(payoff, locals={"delta": delta})
        assert sympy.limit(formula, delta, sympy.Rational(to[:-1]), to[-1]) == expected


def test_a_limit_is_that_of_the_formula_next_to_the_point() -> None:
    """An isolated value is no limit, and a limit is not attained."""
    result = jump()
    assert result.at(delta=0).leader == 0
    assert result.limit("leader", "delta", (ROOT, "+")) == result.limit("leader", "delta", ROOT) == 0
    assert result.breakpoints() == (-ROOT, ROOT)
    step = sx.solve(sx.Game([["delta", "2 - delta"]], [["delta", 0]], assumptions=["-1 <= delta < 1"]))["pure-weak"]
    assert step.limit("leader", "delta", "0+") == 0
    assert step.limit("leader", "delta", "0-") == 2
    assert step.at(delta=0).leader == 0
    assert step.limit("leader", "delta", "-1") == step.limit("leader", "delta", "-1+") == 3
    assert step.breakpoints("leader") == (-1, 0, 1)
    with pytest.raises(InputError, match="found 2 from below and 0 from above; write '0-' or '0\\+'"):
        step.limit("leader", "delta", "0")
    with pytest.raises(InputError, match="just below -1"):
        step.limit("leader", "delta", "-1-")
    with pytest.raises(InputError, match=r"delta does not go to oo on the domain \(-1 <= delta < 1\)"):
        step.limit("leader", "delta", "oo")
    with pytest.raises(InputError, match="does not go to -oo"):
        step.limit("leader", "delta", "-oo")
    with pytest.raises(InputError, match="near 5"):
        step.limit("leader", "delta", 5)


def test_limits_at_roots_of_higher_degree() -> None:
    """At a root of a cubic the limit is a polynomial in that root, and agrees with both formulas there."""
    game = sx.Game([["delta", "delta**2 - 1"]], [["delta**3 - 2", 0]])
    result = sx.solve(game)["pure-strong"]
    (root,) = (point for point in result.breakpoints() if not point.is_Rational)
    assert sympy.Poly(sympy.Symbol("x") ** 3 - 2).eval(root).equals(0)
    above, below = (result.limit("leader", "delta", (root, side)) for side in "+-")
    assert (above - root).equals(0)
    assert (below - root**2 + 1).equals(0)


def test_limits_refuse_what_they_cannot_mean() -> None:
    result = jump()
    for name, parameter, to, found in (
        ("value", "delta", 0, "found 'value'"),
        ("leader", "gamma", 0, "found 'gamma'"),
        ("leader", "delta", "gamma", "expected a number"),
        ("leader", "delta", ("0", "left"), "expected the side"),
        ("leader", "delta", 0.5, "expected an exact number"),
        ("leader", "delta", sympy.pi, "expected an exact number"),
        ("leader", "delta", "", "expected"),
    ):
        with pytest.raises(InputError, match=found):
            result.limit(name, parameter, to)
    part = sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]), ["pure-strong"], max_cells=1)
    with pytest.raises(LimitReached, match="undecided next to delta = 100"):
        part["pure-strong"].limit("leader", "delta", "100")


def plane(*whens: str) -> Result:
    """Values over two parameters."""
    cells = tuple(
        BenchmarkCell((when,) if when else (), value, sx.parse("gamma"), None)
        for when, value in zip(whens, (sx.parse("delta + 1/2"), sx.parse("1/delta")), strict=False)
    )
    return Result("tolerant", cells, None, (), ("delta", "gamma"), (parse_assumption("0 < delta < gamma + 1"),))


def test_limits_with_further_parameters() -> None:
    split, whole = plane("delta < gamma", "delta >= gamma"), plane("")
    assert split.limit("leader", "delta", "0+", at={"gamma": 1}) == sympy.Rational(1, 2)
    assert split.limit("leader", "delta", "0+", at={"gamma": "-1/2"}) == sympy.oo
    assert whole.limit("leader", "delta", "0+") == sympy.Rational(1, 2)
    assert whole.limit("follower", "delta", "0+") == sympy.Symbol("gamma")
    with pytest.raises(UsageError, match="expected numbers for gamma"):
        split.limit("leader", "delta", "0+")
    with pytest.raises(UsageError, match="found 'beta'"):
        split.limit("leader", "delta", "0+", at={"beta": 1})


def cells_of(comparison: Comparison) -> dict[tuple[str, ...], str]:
    return {cell.when: cell.relation for cell in comparison.cells}


def test_comparison_finds_the_regions() -> None:
    strong = jump()
    weak = sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]))["pure-weak"]
    assert cells_of(strong.compare(weak)) == {
        ("delta**2 - 2 != 0",): "==",
        ("delta**2 - 2 == 0",): ">",
    }
    assert not strong.compare(weak).equal
    assert weak.compare(weak).equal
    assert str(weak.compare(weak)) == "leader of pure-weak, beside leader of pure-weak: equal on the domain"
    assert cells_of(pure("delta", "0 < delta").compare("delta**2")) == {
        ("delta < 1",): ">",
        ("delta == 1",): "==",
        ("delta > 1",): "<",
    }


def test_comparisons_are_right_at_every_point() -> None:
    """The regions are disjoint, cover the common domain, and say what the numbers say."""
    game = sx.Game(
        [["0", "1", "0"], ["1/2*delta", "1/4", "1"]],
        [["delta**2-2", "0", "2-delta**2"], ["1", "delta", "0"]],
        assumptions=["-3 < delta <= 3"],
        tolerance="1/20",
    )
    solution = sx.solve(game)
    for one, two, name, other in (
        ("mixed-strong", "pure-strong", "leader", ""),
        ("tolerant", "tolerant", "leader", "follower"),
        ("mixed-strong", "mixed-weak", "leader", "leader"),
    ):
        comparison = sx.compare(solution[one], solution[two], name, other)
        for number in range(-29, 31):
            value = Fraction(number, 10)
            holds = [
                cell.relation
                for cell in comparison.cells
                if all(parse_assumption(text).at({"delta": value}).holds() for text in cell.when)
            ]
            left = getattr(solution[one].at(delta=value), name)
            right = getattr(solution[two].at(delta=value), other or name)
            assert holds == ["<" if left < right else ">" if left > right else "=="]


def test_comparisons_share_domains_and_keep_what_is_undecided() -> None:
    one, two = pure("delta", "0 < delta < 3"), pure("1", "delta > 1", follower="delta")
    assert cells_of(one.compare(two)) == {(): ">"}
    with pytest.raises(UsageError, match="share a value"):
        one.compare(pure("delta", "delta > 5"))
    part = sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]), ["pure-strong"], max_cells=1)
    comparison = part["pure-strong"].compare(0)
    assert comparison.undecided
    assert not comparison.equal
    assert "undecided when" in str(comparison)
    assert repr(comparison).startswith("Comparison(")


def test_comparisons_with_infinity_numbers_and_further_parameters() -> None:
    infinite = Result("alignment", (AlignmentCell((), Infinity.OO, False),), None, (), ("delta",))
    finite = sx.solve(sx.Game([["delta"]], [[0]]))["alignment"]
    assert infinite.compare(finite, "constant").cells[0].relation == ">"
    assert infinite.compare(infinite, "constant").equal
    numeric = sx.solve(sx.Game([[1]], [[0]]))
    assert sx.compare(numeric["pure-strong"], numeric["mixed-strong"]).equal
    assert sx.compare(numeric["pure-strong"], 2).cells[0].relation == "<"
    assert plane("").compare("delta + 1/3").cells[0].relation == ">"
    assert cells_of(plane("").compare("2*gamma", at={"gamma": "1/2"})) == {
        ("delta < 1/2",): "<",
        ("delta == 1/2",): "==",
        ("delta > 1/2",): ">",
    }
    assert cells_of(plane("delta < gamma", "delta >= gamma").compare("1", at={"delta": "1/3", "gamma": 1})) == {(): "<"}
    with pytest.raises(UsageError, match="expected numbers for delta, gamma, found 'beta'"):
        plane("").compare("gamma", at={"beta": 1})
    with pytest.raises(UsageError, match="expected a result"):
        sx.compare("leader", finite)  # type: ignore[arg-type]


def test_a_pole_of_an_expression_is_no_part_of_the_comparison() -> None:
    assert cells_of(pure("delta").compare("1/delta"))[("delta < -1",)] == "<"
    assert not any("== 0" in text for when in cells_of(pure("delta").compare("1/delta")) for text in when)


def test_the_value_need_not_be_named_where_there_is_one() -> None:
    """The constant of an alignment is its only value; elsewhere the leader's is meant."""
    alignment = sx.solve(sx.Game([["delta", 0]], [[1, 0]], assumptions=["0 < delta < 1"]))["alignment"]
    assert cells_of(alignment.compare("1/delta")) == {(): "=="}
    assert alignment.compare(alignment).equal
    assert alignment.lambdify()("1/4") == 4
    assert alignment.breakpoints() == (0, 1)
    with pytest.raises(UsageError, match="expected one of constant, found 'leader'"):
        alignment.compare(1, "leader")
    assert pure("delta", follower="3").lambdify()(2) == 2
