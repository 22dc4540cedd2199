"""Exact numbers of exponentials and radicals: laws of rings and fields, signs beside mpmath, zeros, SymPy's reading."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.exponential import ExponentialNumber, ExponentialSum, exponential, power, rational

SMALL = st.fractions(-4, 4, max_denominator=4)
ROOTS = st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(-1, 2), Fraction(5, 4)])
BASES = st.fractions(Fraction(1, 6), 12, max_denominator=6)

Terms = list[tuple[Fraction, Fraction, Fraction, Fraction]]
TERMS: st.SearchStrategy[Terms] = st.lists(st.tuples(SMALL, SMALL, BASES, ROOTS), max_size=3)
"""Sums of c * e**q * base**root."""
POSITIVE = TERMS.map(
    lambda terms: [(Fraction(1), Fraction(0), Fraction(1), Fraction(1)), *((abs(c), *r) for c, *r in terms)]
)


def made(terms: Terms) -> ExponentialSum:
    total = rational(0)
    for c, q, base, root in terms:
        total = total + rational(c) * exponential(q) * power(base, root)
    return total


def number(value: Fraction) -> mp.mpf:
    return mp.mpf(value.numerator) / value.denominator


def evaluated(terms: Terms) -> mp.mpf:
    return mp.fsum(number(c) * mp.exp(number(q)) * number(base) ** number(root) for c, q, base, root in terms)


@pytest.fixture(autouse=True)
def many_digits():
    with mp.workdps(80):
        yield


@given(TERMS, TERMS, TERMS)
def test_rings(one, two, three):
    a, b, c = made(one), made(two), made(three)
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * (b + c) == a * b + a * c
    assert a - a == rational(0)
    assert not (a - a)
    assert (a - a).sign() == 0
    assert a + rational(0) == a * rational(1) == a
    assert hash(a + b) == hash(b + a)
    negative = -a
    assert -negative == a


@given(TERMS, TERMS)
def test_signs(one, two):
    """Beside 80 digits: where those tell the sign."""
    value = evaluated(one) - evaluated(two)
    found = (made(one) - made(two)).sign()
    if abs(value) > mp.mpf(10) ** -70:
        assert found == mp.sign(value)
    else:
        assert found == 0


@given(TERMS, POSITIVE, TERMS, POSITIVE)
def test_fields(one, two, three, four):
    a, c = made(one), made(three)
    b, d = made(two), made(four)
    x, y = ExponentialNumber(a, b), ExponentialNumber(c, d)
    assert x + y == y + x
    assert x * y == y * x
    assert x - x == ExponentialNumber.of(Fraction(0))
    assert (x - y).sign() == -(y - x).sign()
    assert (x < y) == ((x - y).sign() < 0)
    with pytest.raises(ZeroDivisionError):
        _ = x / (y - y)
    if x.sign() and y.sign():
        assert (x / y) * y == x
        assert x / x == ExponentialNumber.of(Fraction(1))
        assert (x / y).bottom.sign() > 0
    value = evaluated(one) / evaluated(two)
    ball = (x + y).ball()
    assert abs(mp.mpf(str(float(ball.mid()))) - value - evaluated(three) / evaluated(four)) <= abs(
        mp.mpf(10) ** -10
    ) * (1 + abs(value) + abs(evaluated(three) / evaluated(four)))


@pytest.mark.parametrize(
    "text",
    [
        "(sqrt(2) + sqrt(3))**2 - 5 - 2*sqrt(6)",
        "(2**(1/3))**3 - 2",
        "sqrt(8) - 2*sqrt(2)",
        "sqrt(2)*sqrt(3)*sqrt(6) - 6",
        "(exp(1/2))**2 - exp(1)",
        "(exp(1) + 1)*(exp(1) - 1) - exp(2) + 1",
        "(1 + 2**(1/3) + 2**(2/3))*(2**(1/3) - 1) - 1",
        "exp(-3)*exp(3)*sqrt(4/9) - 2/3",
        "(sqrt(1/2) - sqrt(2)/2)*exp(7)",
    ],
)
def test_zeros(text):
    """Sums that are zero have no terms; a little more has the sign of that."""
    e, s, p = exponential, power, rational
    half, third = Fraction(1, 2), Fraction(1, 3)
    root = {n: s(Fraction(n), half) for n in (2, 3, 6, 8)}
    cube, one = s(Fraction(2), third), e(Fraction(1))
    found = {
        "(sqrt(2) + sqrt(3))**2 - 5 - 2*sqrt(6)": (root[2] + root[3]) * (root[2] + root[3]) - p(5) - p(2) * root[6],
        "(2**(1/3))**3 - 2": cube * cube * cube - p(2),
        "sqrt(8) - 2*sqrt(2)": root[8] - p(2) * root[2],
        "sqrt(2)*sqrt(3)*sqrt(6) - 6": root[2] * root[3] * root[6] - p(6),
        "(exp(1/2))**2 - exp(1)": e(half) * e(half) - one,
        "(exp(1) + 1)*(exp(1) - 1) - exp(2) + 1": (one + p(1)) * (one - p(1)) - e(Fraction(2)) + p(1),
        "(1 + 2**(1/3) + 2**(2/3))*(2**(1/3) - 1) - 1": (p(1) + cube + s(Fraction(2), 2 * third)) * (cube - p(1))
        - p(1),
        "exp(-3)*exp(3)*sqrt(4/9) - 2/3": e(Fraction(-3)) * e(Fraction(3)) * s(Fraction(4, 9), half)
        - p(Fraction(2, 3)),
        "(sqrt(1/2) - sqrt(2)/2)*exp(7)": (s(half, half) - p(half) * root[2]) * e(Fraction(7)),
    }[text]
    assert not found
    assert found.sign() == 0
    little = p(Fraction(1, 10**60)) * root[3]
    assert ((found + little).sign(), (found - little).sign()) == (1, -1)


@given(TERMS, POSITIVE)
def test_text_is_read_by_sympy(one, two):
    """As the number that it is."""
    a, b = made(one), made(two)
    for value, text in ((evaluated(one), str(a)), (evaluated(one) / evaluated(two), str(ExponentialNumber(a, b)))):
        read = mp.mpf(str(sympy.sympify(text, rational=True).evalf(60)))
        assert abs(read - value) <= mp.mpf(10) ** -45 * (1 + abs(value))


@given(TERMS, POSITIVE, st.integers(1, 40))
def test_enclosures(one, two, digits):
    """They hold the number, are as narrow as asked, and carry its text."""
    a, b = made(one), made(two)
    exact = ExponentialNumber(a, b)
    found = exact.number(digits, Fraction(1))
    value = evaluated(one) / evaluated(two)
    if isinstance(found, Enclosure):
        assert found.width <= Fraction(1, 10**digits)
        assert number(found.lower) - mp.mpf(10) ** -60 * (1 + abs(value)) <= value
        assert value <= number(found.upper) + mp.mpf(10) ** -60 * (1 + abs(value))
        assert found.closed_form == str(exact)
    else:
        assert abs(value - number(found)) <= mp.mpf(10) ** -60 * (1 + abs(value))


@given(st.lists(SMALL, min_size=1, max_size=5))
def test_rational_numbers_are_told(values):
    """Quotients that are rational are recognised where numerator and denominator are multiples."""
    for value, other in pairwise([*values, Fraction(1)]):
        assert ExponentialNumber.of(value).rational == value
        e = ExponentialNumber(exponential(other) + rational(3))
        assert (e * ExponentialNumber.of(value) / e).rational == value
        assert hash(e * ExponentialNumber.of(value) / e) == hash(ExponentialNumber.of(value))


def test_powers():
    """base**exponent for whole, negative and broken exponents."""
    assert power(Fraction(4, 9), Fraction(3, 2)) == rational(Fraction(8, 27))
    assert power(Fraction(4, 9), Fraction(-1, 2)) == rational(Fraction(3, 2))
    assert power(Fraction(7), Fraction(0)) == rational(1)
    assert power(Fraction(12), Fraction(1, 2)) == rational(2) * power(Fraction(3), Fraction(1, 2))
    assert str(power(Fraction(2), Fraction(1, 3))) == "2**(1/3)"


def test_limits():
    """Numbers that cannot be factored, sums with too many terms, and signs beyond every precision are told."""
    with pytest.raises(LimitReached, match="too many digits"):
        power(Fraction(10**400 + 69), Fraction(1, 2))
    many = sum((exponential(Fraction(n)) for n in range(70)), rational(0))
    with pytest.raises(LimitReached, match="too many terms"):
        _ = many * many
    near = exponential(Fraction(1, 10**50000)) - rational(1)
    with pytest.raises(LimitReached, match="do not tell the sign"):
        near.sign()


@pytest.mark.parametrize("exponent", [Fraction(10) ** 400, -(Fraction(10) ** 400)])
def test_exponents_beyond_all_floats(exponent):
    """Quotients of what no float holds."""
    bottom = exponential(exponent) + exponential(exponent - 1)
    one = ExponentialNumber(exponential(exponent)) / ExponentialNumber(bottom)
    assert str(one) == "exp(1)/(exp(1) + 1)"
    assert one < ExponentialNumber.of(Fraction(8, 10))
    assert (exponential(exponent) - exponential(exponent + 1)).sign() == -1
    assert (exponential(exponent) - rational(1)).sign() == (1 if exponent > 0 else -1)


def test_equal_quotients_have_the_same_hash():
    e, one = ExponentialNumber(exponential(Fraction(1))), ExponentialNumber.of(Fraction(1))
    two = one + one
    plain, longer = (e + one) / (e + two), ((e + one) * (e + one)) / ((e + two) * (e + one))
    assert plain == longer
    assert hash(plain) == hash(longer)
