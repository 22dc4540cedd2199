"""Exact logarithms: values against mpmath, signs, normal forms, what they are logarithms of."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from math import gcd

import mpmath
import pytest
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import InputError, LimitReached
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.exponential import ExponentialNumber, exponential, rational
from stackexact.exact.logarithms import LogNumber

MP = mpmath.mp.clone()
MP.dps = 60


def near(value: Fraction) -> object:
    return MP.mpf(value.numerator) / value.denominator


def drawn(draw: random.Random) -> tuple[LogNumber, object]:
    """A sum with its value."""
    exponent = Fraction(draw.randint(-6, 6), draw.randint(1, 6)) * draw.randint(0, 1)
    made, value = LogNumber(exponent), near(exponent)
    for _ in range(draw.randint(0, 3)):
        base, factor = (Fraction(draw.randint(1, 40), draw.randint(1, 40)), Fraction(draw.randint(-5, 5), 6))
        made, value = made + LogNumber.of(base) * factor, value + MP.log(near(base)) * near(factor)
    return made, value


def test_values() -> None:
    """Enclosures hold the value and are as narrow as was asked; exp undoes the logarithm; text says the same."""
    draw = random.Random(1)
    for _ in range(1500):
        made, value = drawn(draw)
        number = made.number(40, Fraction(1))
        if isinstance(number, Enclosure):
            assert near(number.lower) <= value <= near(number.upper)
            assert number.width <= Fraction(2, 10**40)
            said = number.closed_form.replace("log", "MP.log")
            told = MP.mpf(eval(said, {"MP": MP}))  # our own text, with integers divided as floats
            assert abs(told - value) < 1e-10
        else:
            assert abs(near(number) - value) < 1e-50
        assert made.sign() == (0 if abs(value) < 1e-40 else 1 if value > 0 else -1)
        with ctx.workprec(200):
            power = ExponentialNumber(made.exp()).ball()
            assert abs(MP.mpf(str(power.mid().str(50, radius=False))) / MP.exp(value) - 1) < 1e-40


def test_zeros_are_formal() -> None:
    """Sums that are 0 have no terms, however they were made."""
    four, half = LogNumber.of(Fraction(4)), LogNumber.of(Fraction(1, 2))
    assert four + half * 2 == LogNumber()
    assert (four + half * 2).rational == 0
    assert LogNumber.of(Fraction(12, 35)) - LogNumber.of(Fraction(12, 5)) == LogNumber.of(Fraction(1, 7))
    assert (LogNumber(Fraction(1)) - LogNumber.of(Fraction(271828, 100000))).sign() == 1
    tiny = LogNumber.of(Fraction(10**40 + 1, 10**40))
    assert tiny.sign() == 1
    assert (tiny - LogNumber(Fraction(1, 10**40))).sign() == -1
    assert LogNumber(Fraction(0)).exp() == exponential(Fraction(0))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (LogNumber.of(Fraction(4)), "2*log(2)"),
        (LogNumber.of(Fraction(4, 9)), "-2*log(3/2)"),
        (LogNumber.of(Fraction(2)) * Fraction(-3, 4), "-3/4*log(2)"),
        (LogNumber.of(Fraction(2, 3)) * Fraction(1, 2) + LogNumber(Fraction(-1, 3)), "-1/2*log(3/2) - 1/3"),
        (LogNumber.of(Fraction(2)) * 300 + LogNumber.of(Fraction(3)), "log(3) + 300*log(2)"),
        (
            LogNumber.of(Fraction(2)) * 300 - LogNumber.of(Fraction(5)) * 300 + LogNumber.of(Fraction(3)),
            "log(3) - 300*log(5/2)",
        ),
        (-LogNumber.of(Fraction(3)) + Fraction(1, 2), "-log(3) + 1/2"),
        (LogNumber.of(Fraction(1)), "0"),
        (LogNumber(Fraction(0), ((4, Fraction(1)), (2, Fraction(-2)))), "0"),
        (LogNumber(), "0"),
    ],
)
def test_text(value: LogNumber, text: str) -> None:
    assert str(value) == text


def test_powers_that_are_too_long() -> None:
    with pytest.raises(LimitReached):
        (LogNumber.of(Fraction(2)) * 10**9).exp()


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-2)])
def test_logarithms_of_positive_numbers_alone(value: Fraction) -> None:
    with pytest.raises(InputError, match="expected a positive number, found"):
        LogNumber.of(value)


bases = st.fractions(Fraction(1, 40), 60, max_denominator=40)
factors = st.fractions(-5, 5, max_denominator=30)
terms = st.lists(st.tuples(factors, bases), max_size=6)
sums = st.builds(lambda pairs, exponent: LogNumber.total(pairs) + exponent, terms, factors)


def read(text: str) -> object:
    """The text by mpmath, from its terms."""
    total = MP.mpf(0)
    for part in text.replace(" - ", " + -").split(" + "):
        sign, part = (-1, part[1:]) if part.startswith("-") else (1, part)
        factor, _, log = part.rpartition("*") if "log" in part else (part, "", "")
        made = near(Fraction(factor or 1))
        total += sign * made * (MP.log(near(Fraction(log[4:-1]))) if log else 1)
    return total


@given(terms, factors)
def test_normal_forms_keep_the_number_and_print_it(pairs: list[tuple[Fraction, Fraction]], exponent: Fraction) -> None:
    made = LogNumber.total(pairs) + exponent
    wanted = MP.fsum(near(c) * MP.log(near(b)) for c, b in pairs) + near(exponent)
    assert abs(MP.fsum(near(c) * MP.log(b) for b, c in made.logs) + near(made.exponent) - wanted) < MP.mpf(10) ** -50
    assert abs(read(str(made)) - wanted) < MP.mpf(10) ** -50
    enclosure = made.enclosure(25)
    assert near(enclosure.lower) - MP.mpf(10) ** -50 <= wanted <= near(enclosure.upper) + MP.mpf(10) ** -50
    assert near(enclosure.width) <= abs(wanted) * MP.mpf(10) ** -25
    assert made.sign() == (0 if abs(wanted) < MP.mpf(10) ** -50 else MP.sign(wanted))
    assert all(gcd(one, other) == 1 for (one, _), (other, _) in combinations(made.logs, 2))


@given(sums, sums, factors)
def test_arithmetic(one: LogNumber, two: LogNumber, factor: Fraction) -> None:
    assert ((one + two) * factor - one * factor - two * factor).is_zero
    assert one - two == -(two - one)
    assert (one == two) == (one - two).is_zero


@given(st.lists(st.integers(2, 10**40), min_size=2, max_size=4), st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_relations_between_long_numbers_are_seen(numbers: list[int], powers: list[int]) -> None:
    """log of a product is the sum of logs, however long the product; numbers that are equal have the same hash."""
    product = Fraction(1)
    total = LogNumber()
    for base, power in zip(numbers, powers, strict=False):
        product *= Fraction(base) ** (power * 7)
        total = total + LogNumber.of(Fraction(base)) * (power * 7)
    one = LogNumber.of(product)
    assert (total - one).is_zero
    assert total == one
    assert hash(total) == hash(one)
    assert not (total - one + LogNumber.of(Fraction(2))).is_zero


def test_radicals_of_long_numbers_are_compared() -> None:
    """Roots of p m², p n² and p q, with what they have in common seen only side by side, and sums of these."""
    p, q, m, n = (2**k - 1 for k in (89, 107, 127, 521))
    first, second, third = (
        (LogNumber.of(Fraction(number)) * Fraction(1, 2)).exp() for number in (p * m * m, p * n * n, p * q * n)
    )
    assert first * rational(n) == second * rational(m)
    assert hash(first * rational(n)) == hash(second * rational(m))
    assert (first * rational(n) - second * rational(m)).sign() == 0
    assert (first * rational(n) - second * rational(m) - rational(1)).sign() == -1
    assert (first * third).sign() == 1
    assert (first * second).rational == p * m * n
    assert (ExponentialNumber(first) / ExponentialNumber(second)).rational == Fraction(m, n)
    assert ExponentialNumber(first + third, second).rational is None
    assert ExponentialNumber(first * rational(3), second).rational == Fraction(3 * m, n)
    assert ExponentialNumber(first + third) - ExponentialNumber(third) == ExponentialNumber(first)
