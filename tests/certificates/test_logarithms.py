"""Logarithms and powers of whole numbers: signs, zeros and closed forms against mpmath, SymPy and the library."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
import sympy
from guards import without_runaway_work

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.closed_forms import Malformed, closed_form, closed_logarithm
from stackexact.certificates.exponential_sums import Quotient, Sum, number, power
from stackexact.certificates.logarithms import Log, logarithm, root
from stackexact.exact.logarithms import LogNumber

MP = mpmath.mp.clone()
MP.dps = 80


def real(value: Fraction) -> mpmath.mpf:
    return MP.mpf(value.numerator) / value.denominator


def drawn(draw: random.Random) -> tuple[Log, LogNumber, mpmath.mpf]:
    """A logarithm as the checker, the library and mpmath have it."""
    q = Fraction(draw.randint(-2, 2), draw.randint(1, 3))
    mine, known, value = Log(q), LogNumber(q), real(q)
    for _ in range(draw.randint(0, 3)):
        base, times = Fraction(draw.randint(1, 60), draw.randint(1, 60)), Fraction(draw.randint(-6, 6), 6)
        mine, known = mine + logarithm(base).times(times), known + LogNumber.of(base) * times
        value += real(times) * MP.log(real(base))
    return mine, known, value


def test_signs_are_those_of_the_library_and_of_mpmath() -> None:
    draw = random.Random(1)
    for _ in range(600):
        (one, first, left), (two, second, right) = drawn(draw), drawn(draw)
        assert (one - two).sign() == (first - second).sign()
        assert abs(left - right) < MP.mpf(10) ** -60 or (one - two).sign() == (1 if left > right else -1)
        low, high = (one - two).bounds(200)
        assert low <= (left - right) * MP.mpf(2) ** 200 <= high
        assert high - low <= 64


def test_zeros_are_found_in_other_bases() -> None:
    """log 12 = 2 log 2 + log 3, log 1000 = 3 log 10: no number is taken apart into primes."""
    twelve, one = logarithm(Fraction(12)), Fraction(1)
    assert not (twelve - logarithm(Fraction(2)).times(2 * one) - logarithm(Fraction(3))).sign()
    assert not (logarithm(Fraction(1000)) - logarithm(Fraction(10)).times(3 * one)).sign()
    huge = 10**400
    assert not (logarithm(Fraction(huge)) - logarithm(Fraction(10)).times(400 * one)).sign()
    assert (logarithm(Fraction(huge + 1)) - logarithm(Fraction(huge))).sign() == 1
    assert (twelve - Log(Fraction(1))).sign() == 1


@pytest.mark.parametrize("size", [3, 40, 900])
def test_roots_of_perfect_powers(size: int) -> None:
    draw = random.Random(size)
    for _ in range(60):
        base, degree = draw.randint(2, 10**size), draw.choice([1, 2, 3, 4, 6, 12])
        found = root(base**degree, degree)
        # The root of another degree may divide it; what is found is no further power of a degree whose primes count.
        power_of = next(k for k in range(1, 2000) if found**k >= base**degree)
        assert found**power_of == base**degree
        assert power_of % degree == 0
        assert root(found, degree) == found
    assert root(2**30, 1) == 2**30
    assert root(2**30, 6) == 2**5
    assert root(3**35, 5) == 3**7
    assert root(8, 10**50) == 8


def surd(base: int, times: Fraction) -> Sum:
    return power(logarithm(Fraction(base)).times(times))


def test_sums_of_powers_vanish_exactly_where_they_should() -> None:
    half, third = Fraction(1, 2), Fraction(1, 3)
    assert not (surd(8, half) - surd(2, half).times(Fraction(2))).sign()
    assert not (surd(6, half) * surd(10, half) - surd(15, half).times(Fraction(2))).sign()
    assert not (surd(4, third) * surd(2, third) - number(Fraction(2))).sign()
    assert not ((surd(2, half) + surd(3, half)) * (surd(3, half) - surd(2, half)) - number(Fraction(1))).sign()
    assert not (surd(2, Fraction(10**30) + half) - surd(8, half) * surd(2, Fraction(10**30 - 1))).sign()
    e = power(Log(Fraction(1)))
    assert not (e * surd(12, half) - (e * surd(3, half)).times(Fraction(2))).sign()
    near = Fraction(sympy.integer_nthroot(2 * 10**1200, 2)[0], 10**600)
    assert (surd(2, half) - number(near)).sign() == 1
    assert (surd(2, half) - number(near + Fraction(1, 10**600))).sign() == -1


def test_signs_of_sums_of_powers_agree_with_sympy() -> None:
    """Random sums of products of powers, some of which cancel."""
    draw = random.Random(4)
    zero = 0
    for _ in range(120):
        mine, known = number(Fraction(0)), sympy.Integer(0)
        for _ in range(draw.randint(1, 4)):
            c, base = draw.randint(-3, 3), draw.choice([2, 3, 6, 12, 8, 18])
            times = draw.choice([Fraction(1, 2), Fraction(3, 2), Fraction(1, 3), Fraction(-1, 2)])
            mine = mine + surd(base, times).times(Fraction(c))
            known += c * sympy.Integer(base) ** sympy.Rational(times.numerator, times.denominator)
        exact = known.equals(0)
        zero += exact
        assert mine.sign() == (0 if exact else 1 if known.evalf(60) > 0 else -1)
    assert zero >= 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sqrt(2)", "sqrt(2)"),
        ("exp(1/2)*3**(2/5)", "exp(1/2)*3**(2/5)"),
        ("-1/3*sqrt(2)*sqrt(3) + 4/3", "4/3 - sqrt(6)/3"),
        ("(2**(3/4) - 1)/(2**(3/4) + 1)", "tanh(3*log(2)/8)"),
        ("2/sqrt(2)", "sqrt(2)"),
        ("sqrt(2)/2**(1/2)", None),
        ("1/sqrt(2)*sqrt(3)", None),
        ("2**3", None),
        ("2*sqrt(2)*3", None),
        ("sqrt(0)", None),
        ("0**(1/2)", None),
        ("sqrt(2)*exp(1)", None),
        ("2* *(1/2)", None),
        ("2**(1/0)", None),
        ("sqrt(1/2)", None),
        ("log(2)", None),
    ],
)
def test_closed_forms_with_powers(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Malformed):
            closed_form(text)
        return
    low, high = closed_form(text).ends(-150)
    assert sympy.Rational(low) <= sympy.sympify(value).evalf(60) <= sympy.Rational(high)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("log(2)", "log(2)"),
        ("-1/2*log(3/2) - 5/3", "-log(Rational(3, 2))/2 - Rational(5, 3)"),
        ("2*log(3/2) - log(5) + 3/2", "2*log(Rational(3, 2)) - log(5) + Rational(3, 2)"),
        ("log(0)", None),
        ("log(-2)", None),
        ("log(2)*2", None),
        ("exp(1)", None),
        ("log(2)/2", None),
        ("log(2) +", None),
        ("", None),
    ],
)
def test_closed_forms_with_logarithms(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Malformed):
            closed_logarithm(text)
        return
    low, high = closed_logarithm(text).bounds(150)
    assert low <= sympy.sympify(value).evalf(60) * 2**150 <= high


def test_what_the_library_writes_is_read() -> None:
    draw = random.Random(6)
    for _ in range(200):
        mine, known, _ = drawn(draw)
        assert not (closed_logarithm(str(known)) - mine).sign()
        written = closed_form(str(known.exp()))
        assert not written.less(Quotient(power(mine), number(Fraction(1))))


def test_hostile_numbers_take_bounded_work() -> None:
    """Exponents with denominators of thousands of digits, long and many bases: a sign, or what is too large."""
    with without_runaway_work():
        deep = Fraction(1, int(sympy.primorial(400)))
        assert (surd(10**400, deep) - surd(10**400 + 1, deep)).sign() == -1
        with pytest.raises(TooLarge):
            (surd(10**400, deep**4) - surd(10**400 + 1, deep**4)).sign()
        long = [surd(10**2000 + k, Fraction(1, 3)) for k in range(60)]
        total = long[0]
        for one in long[1:]:
            total = total - one
        assert total.sign() == -1
        with pytest.raises(TooLarge):
            (surd(10**9000 - 1, deep) * surd(10**9000 + 1, deep) - surd(10**18000 - 1, deep)).sign()
        cancelling = " + ".join(f"sqrt({4 * k}) - 2*sqrt({k})" for k in range(10**6, 10**6 + 100))
        assert closed_form(cancelling).compared(Fraction(0)) == 0
        many = closed_form(" + ".join(f"sqrt({4 * k}) - 2*sqrt({k})" for k in range(10**18, 10**18 + 300)))
        with pytest.raises(TooLarge, match="logarithms and exponentials"):
            many.compared(Fraction(0))
        with pytest.raises(TooLarge):
            power(logarithm(Fraction(2)).times(Fraction(1 << 40000))).bounds(64)
