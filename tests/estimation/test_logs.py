"""Combinations of logarithms: zeros decided, normal forms that read back, enclosures beside mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
from hypothesis import given
from hypothesis import strategies as st
from oracles.quantal_responses import number

from stackexact.estimation import Logs, log_of

bases = st.fractions(Fraction(1, 40), 60, max_denominator=40).filter(lambda x: x > 0)
factors = st.fractions(-5, 5, max_denominator=30)
sums = st.builds(lambda terms, c: Logs(tuple(terms), c), st.lists(st.tuples(factors, bases), max_size=5), factors)


def value(terms: tuple[tuple[Fraction, Fraction], ...], constant: Fraction) -> mp.mpf:
    return mp.fsum(number(c) * mp.log(number(b)) for c, b in terms) + number(constant)


def read(text: str) -> mp.mpf:
    """The text by mpmath, from its terms."""
    total = mp.mpf(0)
    for part in text.replace(" - ", " + -").split(" + "):
        sign, part = (-1, part[1:]) if part.startswith("-") else (1, part)
        factor, _, log = part.rpartition("*") if "log" in part else (part, "", "")
        made = number(Fraction(factor or 1))
        total += sign * made * (mp.log(number(Fraction(log[4:-1]))) if log else 1)
    return total


@given(st.lists(st.tuples(factors, bases), max_size=6), factors)
def test_normal_forms_keep_the_number_and_print_it(terms: list[tuple[Fraction, Fraction]], constant: Fraction) -> None:
    made = Logs(tuple(terms), constant)
    with mp.workdps(60):
        wanted = value(tuple(terms), constant)
        assert abs(value(made.terms, made.constant) - wanted) < mp.mpf(10) ** -50
        assert abs(read(str(made)) - wanted) < mp.mpf(10) ** -50
        enclosure = made.enclosure(25)
        assert number(enclosure.lower) - mp.mpf(10) ** -50 <= wanted <= number(enclosure.upper) + mp.mpf(10) ** -50
        assert made.sign() == (0 if abs(wanted) < mp.mpf(10) ** -50 else mp.sign(wanted))


@given(sums, sums, factors)
def test_arithmetic(one: Logs, two: Logs, factor: Fraction) -> None:
    assert ((one + two) * factor - one * factor - two * factor).is_zero
    assert one - two == -(two - one)
    assert (one == two) == (one - two).is_zero


@given(st.lists(st.integers(2, 10**40), min_size=2, max_size=4), st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_relations_between_long_numbers_are_seen(numbers: list[int], powers: list[int]) -> None:
    """log of a product is the sum of logs, however long the product."""
    product = Fraction(1)
    total = Logs()
    for base, power in zip(numbers, powers, strict=False):
        product *= Fraction(base) ** (power * 7)
        total = total + log_of(base) * Fraction(power * 7)
    assert (total - log_of(product)).is_zero
    assert not (total - log_of(product) + log_of(2)).is_zero


def test_forms() -> None:
    assert str(log_of(8)) == "3*log(2)"
    assert str(log_of(Fraction(4, 9))) == "-2*log(3/2)"
    assert str(Logs()) == "0"
    assert str(log_of(1)) == "0"
    assert str(-log_of(3) + Fraction(1, 2)) == "-log(3) + 1/2"
