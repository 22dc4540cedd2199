"""Q(α) against an independent arithmetic of a + b·√d, and against rational arithmetic near α."""

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq, fmpz, fmpz_poly
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles.surds import Surd

from stackexact.exact.number_field import Element, NumberField
from stackexact.exact.real_roots import real_roots

PAIRS = st.tuples(st.fractions(max_denominator=9), st.fractions(max_denominator=9))
ROOT = NumberField(real_roots(fmpz_poly([-5, 0, 1]))[1])


def element(pair: tuple[Fraction, Fraction]) -> Element:
    a, b = (fmpq(value.numerator, value.denominator) for value in pair)
    return ROOT.generator * b + a


def surd(pair: tuple[Fraction, Fraction]) -> Surd:
    return Surd(*pair, 5)


def agree(one: Any, two: Surd) -> bool:
    return bool(one == element((two.a, two.b)))


@given(PAIRS, PAIRS)
def test_arithmetic_and_order(one: tuple[Fraction, Fraction], two: tuple[Fraction, Fraction]) -> None:
    """Every operation and every comparison of Q(√5)."""
    a, b, x, y = element(one), element(two), surd(one), surd(two)
    assert agree(a + b, x + y)
    assert agree(a - b, x - y)
    assert agree(a * b, x * y)
    assert agree(-a, -x)
    assert agree(abs(a), abs(x))
    assert ((a < b), (a == b), (a > b), bool(a)) == ((x < y), (x == y), (x > y), bool(x))
    assume(y.sign)
    assert agree(a / b, x / y)
    assert agree(1 / b, 1 / y)


@given(PAIRS)
def test_mixed_with_numbers(one: tuple[Fraction, Fraction]) -> None:
    """Flint's integers and rationals and Python's integers stand on either side."""
    a, x = element(one), surd(one)
    for number in (fmpz(3), fmpq(3), 3):
        assert agree(a * number - number, x * 3 - 3)
        assert agree(number - a, 3 - x)
        assert (a < number) == (x < 3)
        assert (a == number) == (x == 3)


@given(st.lists(PAIRS, min_size=6, max_size=6))
def test_linear_systems(entries: list[tuple[Fraction, Fraction]]) -> None:
    """The solution of a 2 x 2 system solves it; a singular one is told."""
    a, b, c, d, p, q = map(element, entries)
    solved = ROOT.solve([[a, b], [c, d]], [[p], [q]])
    if solved is None:
        assert a * d == b * c
        return
    ((x,), (y,)), bottom = solved
    assert [[a * x + b * y], [c * x + d * y]] == [[p * bottom], [q * bottom]]
    assert ROOT.multiply([[a, b]], [[x], [y]]) == [[p]]


def test_a_cubic_field() -> None:
    """The real cube root of 2: its cube, its inverse, and a sign that needs thirty digits."""
    field = NumberField(real_roots(fmpz_poly([-2, 0, 0, 1]))[0])
    root = field.generator
    assert root * root * root == 2
    assert 1 / root == root * root / 2
    close = fmpq(1259921049894873164767210607278, 10**30)
    assert root - close > 0
    assert root - (close + fmpq(1, 10**30)) < 0
    with pytest.raises(ZeroDivisionError):
        _ = root / (root * root * root - 2)
