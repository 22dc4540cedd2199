"""What the checker computes with, against flint and the library: polynomials, algebraic numbers, expressions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import fmpq, fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

import stackexact as sx
from stackexact.certificates import expressions
from stackexact.certificates.functions import Function, regular
from stackexact.certificates.line import Line, Real, Split
from stackexact.certificates.polynomials import Poly, count, gcd, poly, quotient, sign_at, squarefree, sturm, times
from stackexact.errors import ExpressionError
from stackexact.exact.real_roots import real_roots
from stackexact.exact.relation import text_of

POLYS = st.lists(st.integers(-6, 6), max_size=6).map(poly)
RATIONALS = st.fractions(-4, 4, max_denominator=6)


@given(POLYS, POLYS, POLYS)
def test_products_divisors_and_quotients_are_those_of_flint(p: Poly, q: Poly, common: Poly) -> None:
    one, two = times(p, common), times(q, common)
    assert list(one) == [int(c) for c in (fmpz_poly(list(p)) * fmpz_poly(list(common))).coeffs()]
    if one or two:
        found = gcd(one, two)
        assert list(found) == [int(c) for c in fmpz_poly(list(one)).gcd(fmpz_poly(list(two))).coeffs()]
        assert quotient(one, found) == () if not one else times(quotient(one, found), found) == one


@given(POLYS.filter(bool), RATIONALS, RATIONALS)
def test_sturm_counts_the_roots_that_flint_isolates(p: Poly, one: Fraction, two: Fraction) -> None:
    roots = real_roots(fmpz_poly(list(p)))
    low, high = sorted((one, two))
    if len(p) > 1:
        chain = sturm(squarefree(p))
        assert count(chain, None, None) == len(roots)
        inside = [r for r in roots if _compared(r, low) > 0 and _compared(r, high) <= 0]
        assert count(chain, low, high) == len(inside)
    found = Line("x").roots(p)
    assert len(found) == len(roots)
    for mine, theirs in zip(found, roots, strict=True):
        assert mine.is_rational == theirs.is_rational
        assert mine.sign_of(p) == 0
        assert theirs.sign_of(fmpz_poly(list(mine.poly))) == 0
        assert _compared(theirs, mine.low) >= 0 >= _compared(theirs, mine.high)


def _compared(root: object, value: Fraction) -> int:
    other = type(root).of(value)  # type: ignore[attr-defined]
    return int(root.compared(other))  # type: ignore[attr-defined]


@given(st.lists(POLYS.filter(bool), min_size=1, max_size=4), POLYS)
def test_the_regions_of_a_line_are_in_order_and_have_signs(polys: list[Poly], other: Poly) -> None:
    """Equal roots of different polynomials are one point; all signs are those that flint finds."""
    line = Line("x")
    regions = line.regions(polys)
    product = fmpz_poly([1])
    for p in polys:
        product *= fmpz_poly(list(p))
    roots = real_roots(product)
    assert len(regions) == 2 * len(roots) + 1
    ends = [region.low for region in regions[1::2] if region.low is not None]
    assert all(one < two for one, two in pairwise(ends))
    for mine, theirs in zip(ends, roots, strict=True):
        assert mine.sign_of(other) == theirs.sign_of(fmpz_poly(list(other)))
    for region in regions:
        for p in polys:
            sign = region.sign(p)
            assert sign == (region.low.sign_of(p) if region.is_point and region.low else sign_at(p, region.sample()))
    for region in regions:
        try:
            sign = region.sign(other)
        except Split as split:
            parts = [*region.parts(split.poly)]
            assert len(parts) > 1
            assert all(part.sign(other) in (-1, 0, 1) for part in parts)
        else:
            if not region.is_point:
                assert sign == sign_at(other, region.sample())


def test_equal_algebraic_numbers_of_different_polynomials() -> None:
    line = Line("x")
    low, high = line.roots((-2, 0, 1))
    (third,) = (root for root in line.roots(times((-2, 0, 1), (-5, 0, 0, 1))) if root == high)
    assert third is not high
    assert low < Real.of(Fraction(-7, 5)) < high < Real.of(Fraction(3, 2))
    assert high.sign_of((2, 0, -1)) == 0
    assert high.sign_of((-14, 0, 0, 5)) == 1
    assert line.roots(times((-1, 3), (-2, 0, 1)))[1].low == Fraction(1, 3)


def test_a_comparison_without_an_answer_names_the_polynomial() -> None:
    (everywhere,) = Line("x").regions([])
    square = Function((0, 0, 1)).on(everywhere)
    with pytest.raises(Split) as caught:
        assert square >= 0
    assert caught.value.poly == (0, 0, 1)
    below, zero, above = everywhere.parts((0, 1))
    assert square.on(below) > 0 < square.on(above)
    assert not square.on(zero)
    assert square + 1 > 0
    assert square + 1 > -1
    with pytest.raises(TypeError):
        assert Function((0, 1)) < 1


def test_a_regular_matrix_is_regular_on_all_of_the_region() -> None:
    (everywhere,) = Line("x").regions([])
    one, x, zero = (Function(p) for p in ((1,), (0, 1), ()))
    assert regular([[one, x], [-x, one]], everywhere)
    assert not regular([[one, x], [x, x * x]], everywhere)
    assert regular([[zero, one], [one / (x * x + 1), Fraction(0)]], everywhere)
    with pytest.raises(Split):
        regular([[x, one], [one, x]], everywhere)
    for region in everywhere.parts((-1, 0, 1)):
        assert regular([[x, one], [one, x]], region) != region.is_point


LEAVES = st.sampled_from(["delta", "2", "3/5", ".5", "1e-1", "7", "0.25", "2.", "1E2"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda some: st.one_of(
        st.tuples(some, st.sampled_from(["+", "-", "*", "/", " - ", " / "]), some).map("".join),
        some.map(lambda text: f"({text})"),
        st.tuples(st.sampled_from("+-"), some).map("".join),
        st.tuples(some, st.integers(0, 3)).map(lambda pair: f"({pair[0]})**{pair[1]}"),
    ),
    max_leaves=12,
)


def in_delta(text: str) -> Function:
    """The function of delta that a text stands for."""
    return expressions.read(text, Function.of, {"delta": Function((0, 1))})


@given(EXPRESSIONS)
def test_expressions_are_read_and_written_as_the_library_does(text: str) -> None:
    try:
        expected = text_of(sx.parse(text))
    except ExpressionError:
        expected = ""
    try:
        found = in_delta(text)
    except expressions.Malformed:
        assert not expected
        return
    assert found.text("delta") == expected
    assert in_delta(expected).text("delta") == expected


MALFORMED = (
    *("", " ", "(", ")", "()", "1 2", "delta delta", "2**-1", "2**delta", "2**(1/2)", "2**1001", "gamma", "delta(2)"),
    *("1e", "0x10", "1_000", "2//3", "1/0", "1/(delta - delta)", "*2", "2*", "d" * 10, "1e9999999", "\u0663", "(" * 99),
    *("9**999**999", "((delta + 1)**900)**900", "__import__('os')", "1,2", "delta.real", "1/2\n"),
)


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_expressions_are_refused_at_once(text: str) -> None:
    with pytest.raises(expressions.Malformed):
        in_delta(text)


def test_values_at_rational_points() -> None:
    value = in_delta("(delta**2 + 1)/(2*delta - 3)")
    assert value.at(Fraction(1, 2)) == Fraction(5, 4) / -2
    with pytest.raises(ZeroDivisionError):
        value.at(Fraction(3, 2))
    assert fmpq(5, -8) == fmpq(value.at(Fraction(1, 2)).numerator, value.at(Fraction(1, 2)).denominator)
