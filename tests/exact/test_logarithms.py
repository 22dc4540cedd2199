"""Exact logarithms: values against mpmath, signs, normal forms, what they are logarithms of."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
from flint import ctx

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.exponential import ExponentialNumber, exponential
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
        (LogNumber.of(Fraction(2)) * 300 + LogNumber.of(Fraction(3)), "300*log(2) + log(3)"),
        (LogNumber(), "0"),
    ],
)
def test_text(value: LogNumber, text: str) -> None:
    assert str(value) == text


def test_numbers_that_are_not_taken_apart() -> None:
    """Long numbers are as good as primes; what then stays undecided is told, powers that are too long as well."""
    long = Fraction((10**80 + 129) * 3)
    made = LogNumber.of(long)
    assert abs(near(made.number(30, Fraction(1)).middle) - MP.log(near(long))) < 1e-30  # type: ignore[union-attr]
    assert (made - made) == LogNumber()
    with pytest.raises(LimitReached):
        (LogNumber.of(long * 2) - made - LogNumber.of(Fraction(2))).sign()
    with pytest.raises(LimitReached):
        (LogNumber.of(Fraction(2)) * 10**9).exp()
