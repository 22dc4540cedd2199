"""Real algebraic numbers against products of known factors, floats far from ties, and rational arithmetic."""

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import fmpq, fmpz_poly
from guards import without_runaway_work
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles.sturm import sturm_count

from stackexact.errors import LimitReached
from stackexact.exact.real_roots import Root, between, real_roots

COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=2, max_size=7)


def evaluated(coefficients: list[int], x: float) -> float:
    return sum(c * x**i for i, c in enumerate(coefficients))


@given(st.lists(st.fractions(max_denominator=9, min_value=-5, max_value=5), max_size=4), st.integers(0, 2))
def test_the_roots_of_a_product_are_those_of_its_factors(values: list[Fraction], twice: int) -> None:
    """Each once, in order, whatever their multiplicity; an irreducible quadratic adds its own two."""
    product = fmpz_poly([-2, 0, 1])
    for value in values + values[:twice]:
        product = product * fmpz_poly([-value.numerator, value.denominator])
    found = real_roots(product)
    assert [root.rational for root in found if root.is_rational] == sorted(set(values))
    assert all(one < two for one, two in pairwise(found))
    irrational = [root for root in found if not root.is_rational]
    assert [round(float(root), 9) for root in irrational] == [-1.414213562, 1.414213562]


@given(COEFFICIENTS, COEFFICIENTS)
def test_signs_at_roots(one: list[int], two: list[int]) -> None:
    """Zero exactly where a common factor vanishes, else what a float says well away from zero."""
    first, second = fmpz_poly(one), fmpz_poly(two)
    assume(first.degree() > 0)
    for root in real_roots(first):
        assert root.sign_of(first) == 0
        assert root.sign_of(first * second) == 0
        near = evaluated(two, float(root))
        if abs(near) > 1e-6:
            assert root.sign_of(second) == (1 if near > 0 else -1)
        elif second:
            common = first.gcd(second)
            vanishes = common.degree() > 0 and any(root == other for other in real_roots(common))
            assert (root.sign_of(second) == 0) == vanishes


@given(COEFFICIENTS)
def test_as_many_as_sturm_counts(coefficients: list[int]) -> None:
    """Sturm's theorem on the whole line and on half lines, on the squarefree part."""
    polynomial = fmpz_poly(coefficients)
    assume(polynomial.degree() > 0)
    simple = polynomial // polynomial.gcd(polynomial.derivative())
    roots = real_roots(polynomial)
    assert sturm_count(simple, None, None) == len(roots)
    below = sum(root < Root.of(Fraction(1, 2)) or root == Root.of(Fraction(1, 2)) for root in roots)
    assert sturm_count(simple, None, fmpq(1, 2)) == below


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50))
def test_between_two_rationals(one: Fraction, two: Fraction) -> None:
    """Strictly between, and no fraction there has a smaller denominator."""
    assume(one != two)
    low, high = sorted((one, two))
    middle = between(Root.of(low), Root.of(high))
    assert low < middle < high
    for bottom in range(1, middle.denominator):
        least = Fraction(int(low * bottom // 1) + 1, bottom)
        assert not low < least < high


def test_between_close_irrationals_and_at_infinity() -> None:
    """Roots of t**2 - 2 and of a polynomial whose root is less than 1e-20 away are told apart."""
    small = fmpz_poly([-2 * 10**40 - 1, 0, 10**40])
    first, second = real_roots(fmpz_poly([-2, 0, 1]))[1], real_roots(small)[1]
    middle = between(first, second)
    assert first < Root.of(middle) < second
    assert middle**2 > 2
    assert between(second, None) > middle > between(None, first)
    assert between(None, None) == 0


def test_a_root_far_from_the_origin_and_a_cluster() -> None:
    """Numbers beyond the floats, and roots 1e-300 apart."""
    assert real_roots(fmpz_poly([-(10**400), 1]))[0].rational == 10**400
    cluster = fmpz_poly([-1, 10**300]) * fmpz_poly([-2, 10**300]) * fmpz_poly([-2, 0, 10**600])
    values = real_roots(cluster)
    assert [root.is_rational for root in values] == [False, True, False, True]


def test_zero_has_no_list_of_roots() -> None:
    """Every number is a root of zero; a constant has none."""
    with pytest.raises(ValueError, match="every number"):
        real_roots(fmpz_poly([]))
    assert real_roots(fmpz_poly([7])) == []
    with pytest.raises(ValueError, match="expected a rational"):
        _ = real_roots(fmpz_poly([-2, 0, 1]))[0].rational


@given(COEFFICIENTS, COEFFICIENTS, st.integers(0, 40))
def test_what_lies_between_does_not_depend_on_how_far_roots_were_refined(
    one: list[int], two: list[int], n: int
) -> None:
    """Relations of cells name such numbers; none has a smaller denominator."""
    product = fmpz_poly(one) * fmpz_poly(two)
    assume(product.degree() > 0)
    fresh, worn = real_roots(product), real_roots(product)
    for root in worn:
        for _ in range(n):
            root.refine()
    for (a, b), (c, d) in zip(pairwise([None, *fresh, None]), pairwise([None, *worn, None]), strict=True):
        middle = between(a, b)
        assert middle == between(c, d)
        assert a is None or a < Root.of(middle)
        assert b is None or Root.of(middle) < b
        for bottom in range(1, min(middle.denominator, 40)):
            assert a is not None
            assert b is not None
            nearest = round(float(a) * bottom)
            assert not any(a < Root.of(Fraction(top, bottom)) < b for top in range(nearest - 1, nearest + 2))


@given(COEFFICIENTS)
def test_a_root_knows_whether_its_polynomial_rises(coefficients: list[int]) -> None:
    polynomial = fmpz_poly(coefficients)
    assume(polynomial)
    for root in real_roots(polynomial):
        assert root.rises == (root.sign_of(root.polynomial.derivative()) > 0)


CLOSE = fmpz_poly([0, 1]) ** 30 - 2 * fmpz_poly([-1, 10**9]) ** 2
"""Two roots some 1e-140 apart (Mignotte 1982): hundreds of halvings."""


def test_roots_that_are_close_are_told_apart() -> None:
    roots = real_roots(CLOSE)
    assert len(roots) == sturm_count(CLOSE, None, None) == 4
    assert all(one < two for one, two in pairwise(roots))
    near = [root for root in roots if abs(float(root) - 1e-9) < 1e-18]
    assert len(near) == 2
    assert near[0] < Root.of(Fraction(1, 10**9)) < near[1]


@pytest.mark.parametrize("patience", [0, 1, 50])
def test_a_limit_is_heard_between_halvings(patience: int) -> None:
    heard = iter(range(patience))
    with pytest.raises(LimitReached, match="time limit"):
        real_roots(CLOSE, lambda: next(heard, None) is None)
    assert next(heard, None) is None


def test_isolating_roots_of_a_high_degree_is_quick() -> None:
    """Beside 254 complex roots on a circle; flint's isolation of them all takes long, and longer with the degree."""
    x = fmpz_poly([0, 1])
    with without_runaway_work():
        assert len(real_roots((x**2 - 2) ** 256 - x - 1)) == 2
