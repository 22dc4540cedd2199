"""Bounds of exponentials and logarithms against mpmath, and exact sums of exponentials against the library's."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.closed_forms import Malformed, closed_form
from stackexact.certificates.exponential_sums import Quotient, Sum, exponential, number
from stackexact.certificates.exponentials import LONGEST, Bounds, exp_bounds, exp_of, fixed, log_bounds, log_two
from stackexact.certificates.logarithms import Log
from stackexact.certificates.stated_numbers import certain_digits
from stackexact.exact.enclosures import shared_digits
from stackexact.exact.exponential import ExponentialNumber, ExponentialSum
from stackexact.exact.exponential import exponential as known_exponential
from stackexact.exact.exponential import rational as known_rational


def arguments(seed: int, count: int) -> list[tuple[Fraction, int]]:
    """Numbers of all sizes with numbers of binary digits."""
    draw = random.Random(seed)
    made = [(Fraction(k), 64) for k in range(-40, 41)] + [(Fraction(0), bits) for bits in (1, 7, 64, 1000)]
    for _ in range(count):
        power = draw.choice([-300, -60, -20, -3, 0, 0, 0, 1, 2, 5, 20])
        value = Fraction(draw.randint(-(10**12), 10**12), draw.randint(1, 10**12)) * Fraction(10) ** power
        made.append((value, draw.choice([8, 20, 53, 64, 128, 200, 333])))
    return made


def real(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def test_exponentials_lie_between_their_bounds() -> None:
    with mpmath.workprec(1400):
        for value, bits in arguments(1, 4000):
            bounds = exp_of(value, bits)
            scaled = mpmath.exp(real(value)) * mpmath.mpf(2) ** -bounds.exponent
            assert bounds.low <= scaled <= bounds.high, (value, bits)
            assert (bounds.high - bounds.low) << bits <= 64 * bounds.low, (value, bits)


@pytest.mark.parametrize("value", [Fraction(10) ** 400, -(Fraction(10) ** 400) / 7, Fraction(-1, 10**400)])
def test_so_do_those_of_huge_and_of_tiny_numbers(value: Fraction) -> None:
    bounds = exp_of(value, 100)
    with mpmath.workprec(8000):
        rest = real(value) - bounds.exponent * mpmath.log(2)
        assert mpmath.log(bounds.low) <= rest <= mpmath.log(bounds.high)


def test_intervals_of_arguments_are_enclosed() -> None:
    draw = random.Random(2)
    with mpmath.workprec(1400):
        for value, bits in arguments(3, 1000):
            if abs(value) > 10**6:
                continue
            low, _ = fixed(value, bits)
            high = low + draw.choice([0, 1, 5, 1 << bits, 40 << bits])
            bounds = exp_bounds(low, high, bits, bits)
            for end in (low, high):
                scaled = mpmath.exp(real(Fraction(end, 1 << bits))) * mpmath.mpf(2) ** -bounds.exponent
                assert bounds.low <= scaled <= bounds.high


def test_logarithms_lie_between_their_bounds() -> None:
    with mpmath.workprec(1400):
        for value, bits in [*arguments(4, 4000), (Fraction(1) + Fraction(1, 10**40), 300), (Fraction(10) ** 400, 64)]:
            if value:
                low, high = log_bounds(abs(value), bits)
                assert low <= mpmath.log(real(abs(value))) * mpmath.mpf(2) ** bits <= high, (value, bits)
                assert high - low <= 2
        for bits in (1, 10, 100, 256, 257, 1000):
            assert log_two(bits) == mpmath.floor(mpmath.log(2) * mpmath.mpf(2) ** bits)


def test_bounds_are_brought_to_units_outwards() -> None:
    assert Bounds(5, 9, 0).scaled(2) == (1, 3)
    assert Bounds(5, 9, 3).scaled(1) == (20, 36)
    assert Bounds(5, 9, -(10**9)).scaled(0) == (0, 1)


def test_what_is_too_long_is_said_to_be() -> None:
    with pytest.raises(TooLarge, match="binary digits"):
        exp_of(Fraction(1 << LONGEST), 64)
    with pytest.raises(TooLarge, match="binary digits"):
        exp_of(Fraction(1), LONGEST + 1)


def drawn(draw: random.Random) -> tuple[Sum, ExponentialSum]:
    """A sum as the checker and as the library has it."""
    mine, known = number(Fraction(0)), known_rational(0)
    for _ in range(draw.randint(0, 4)):
        q, c = (Fraction(draw.randint(-5, 5), draw.randint(1, 3)) for _ in range(2))
        mine, known = mine + exponential(q, c), known + known_rational(c) * known_exponential(q)
    return mine, known


def test_sums_have_the_signs_that_the_library_finds() -> None:
    draw = random.Random(5)
    for _ in range(1500):
        (one, first), (two, second) = drawn(draw), drawn(draw)
        assert (one * two - two).sign() == (first * second - second).sign()
        assert (one - one).sign() == 0


def test_signs_of_sums_that_nearly_vanish() -> None:
    """e**q approximated by fractions to hundreds of digits, and terms of very different size."""
    with mpmath.workprec(4000):
        near = Fraction(int(mpmath.floor(mpmath.exp(2) * 10**600)), 10**600)
    assert (exponential(Fraction(2)) - number(near)).sign() == 1
    assert (exponential(Fraction(2)) - number(near + Fraction(1, 10**600))).sign() == -1
    huge = Fraction(10) ** 400
    assert (exponential(-huge, huge) - exponential(Fraction(0), 1 / huge)).sign() == -1
    assert (exponential(huge) - exponential(huge - Fraction(1, 10**30))).sign() == 1
    assert (exponential(Fraction(-900), huge) - number(Fraction(1, 2))).sign() == 1


def test_closed_forms_are_read_as_they_are_written() -> None:
    draw = random.Random(6)
    for _ in range(1500):
        (top, over), (bottom, under) = drawn(draw), drawn(draw)
        if under.sign() > 0:
            written = str(ExponentialNumber(over) / ExponentialNumber(under))
            assert closed_form(written).less(Quotient(top, bottom)) == 0, written
    assert closed_form("(exp(2) + 3)/(2*exp(1/2) + 1)").top.terms == {Log(Fraction(2)): 1, Log(Fraction(0)): 3}
    assert closed_form("1/(-exp(1))").bottom.sign() == 1


@pytest.mark.parametrize(
    "text",
    [
        *["", "1 2", "exp(1) + 2/(3)", "1/exp(1) + 2", "exp(1", "exp()", "2*3", "1/0", "1/(exp(1) - exp(1))", "x"],
        *["exp(1)/2*exp(3)", "1//2", "é", "exp(1)exp(2)", "(1)(2)", "exp(exp(1))", "1/0*exp(1)", "--1", "2**3"],
    ],
)
def test_what_is_no_closed_form_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        closed_form(text)


def test_quotients_lie_between_their_ends() -> None:
    draw = random.Random(7)
    for _ in range(200):
        (top, _), (bottom, _) = drawn(draw), drawn(draw)
        if bottom.sign() > 0:
            one = Quotient(top, bottom)
            low, high = one.ends(-80)
            assert one.compared(low) >= 0 >= one.compared(high)
            assert high - low <= Fraction(1, 1 << 80)


def test_certain_digits_are_those_of_the_library() -> None:
    draw = random.Random(8)
    for _ in range(3000):
        middle = Fraction(draw.randint(-(10**6), 10**6), 10 ** draw.randint(0, 8)) * Fraction(10) ** draw.choice([0, 9])
        width = Fraction(draw.randint(1, 999), 10 ** draw.randint(0, 30))
        low, high = middle - width / draw.choice([1, 2, 3]), middle + width * draw.choice([0, 1, 2])
        assert certain_digits(low, high) == shared_digits(low, high)
