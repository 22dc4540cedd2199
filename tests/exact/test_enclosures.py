"""Enclosures: certain digits, ends rounded away, refinement; random numbers beside mpmath."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import mpmath as mp
import pytest
from flint import arb, ctx
from hypothesis import example, given
from hypothesis import strategies as st

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import (
    END_BITS,
    Enclosure,
    ball_of,
    bits_of,
    enclosed,
    ends,
    refined,
    shared_digits,
    sign_of,
)

NUMBERS = st.fractions(max_denominator=10**12) | st.fractions(-1, 1)
WIDTHS = st.builds(
    lambda digits, part: Fraction(part) / Fraction(10) ** digits, st.integers(-20, 40), st.integers(1, 999)
)


def last_place(text: str) -> Fraction:
    """The place value of the last digit that is shown."""
    return Fraction(10) ** int(Decimal(text).as_tuple().exponent)


@given(NUMBERS, WIDTHS)
@example(Fraction(1, 2), Fraction(1, 10**30))
@example(Fraction(-1, 10**31), Fraction(1, 10**30))
@example(Fraction(999999, 10**6), Fraction(1, 10**5))
@example(Fraction(-3), Fraction(10**6))
def test_digits_are_certain(lower, width):
    """Both ends, and so all between, differ from the decimal by less than one unit of its last place; and no decimal
    with two more places would have been so near to both."""
    upper = lower + width
    text = Enclosure(lower, upper).decimal
    unit = last_place(text)
    assert abs(Fraction(text) - lower) < unit
    assert abs(Fraction(text) - upper) < unit
    assert unit <= 100 * width


def test_thousands_of_decimals():
    """Random numbers of mpmath with random errors: the number itself is within one unit of the last place."""
    random = Random("decimals")
    with mp.workdps(60):
        for _ in range(3000):
            value = mp.exp(mp.mpf(random.uniform(-40, 40))) * random.choice([-1, 1])
            exact = Fraction(int(mp.floor(value * mp.mpf(10) ** 45)), 10**45)
            error = abs(exact) / 10 ** random.randint(1, 25)
            one = Enclosure(exact - error * Fraction(random.random()), exact + error * Fraction(random.random()))
            assert exact in one
            assert abs(Fraction(one.decimal) - exact) < last_place(one.decimal)


@given(NUMBERS, WIDTHS, st.integers(1, 12))
def test_text_shows_no_more(lower, width, digits):
    """For people: at most the digits that are certain, and an ellipsis, which says that there are more."""
    one = Enclosure(lower, lower + width)
    text = one.text(digits)
    assert text.endswith("…")
    shown = text[:-1]
    assert abs(Fraction(shown) - one.middle) <= last_place(shown)
    assert len(shown) <= len(one.decimal)


def test_exact_numbers():
    one = Enclosure(Fraction(1, 4), Fraction(1, 4))
    assert (one.decimal, one.text(5), one.width) == ("0.25", "0.25", 0)
    with pytest.raises(ValueError, match="wrong order"):
        Enclosure(Fraction(1), Fraction(0))


@given(NUMBERS, WIDTHS, WIDTHS)
def test_containment(lower, width, more):
    one, other = Enclosure(lower, lower + width), Enclosure(lower - more, lower + width + more)
    assert one in other
    assert other not in one
    assert lower in one
    assert one.middle in one
    assert lower - more not in one
    assert one.document() == {
        "lower": str(one.lower),
        "upper": str(one.upper),
        "decimal": one.decimal,
    }


@given(NUMBERS, WIDTHS, st.integers(1, 30), st.integers(-10, 10))
def test_ends_are_rounded_away(lower, width, digits, size):
    """By less than 10**-digits of the scale."""
    scale = Fraction(10) ** size * 3
    one = enclosed(lower, lower + width, digits, scale, "x")
    assert one.lower <= lower
    assert lower + width <= one.upper
    assert one.width - width <= 2 * scale / Fraction(10) ** (digits + 1)
    assert one.closed_form == "x"


def test_refinement():
    """Precision rises until the width is small enough, or a limit is told."""
    with mp.workdps(120):
        low, high = refined(lambda: arb(2).sqrt(), Fraction(1, 10**100))
        assert low**2 < 2 < high**2
        assert high - low <= Fraction(1, 10**100)
    with pytest.raises(LimitReached, match="ask for fewer digits"):
        refined(lambda: arb(0, 1), Fraction(1, 10))
    with pytest.raises(LimitReached, match="ask for fewer digits"):
        refined(lambda: arb("nan"), Fraction(1, 10))


def test_balls_of_any_size():
    """Ends are exact; what is all but zero is rounded away, and what is not finite is told."""
    with ctx.workprec(64):
        third = arb(1) / 3
        low, high = ends(third)
        assert low < Fraction(1, 3) < high
        assert high - low < Fraction(1, 2**60)
        assert ends(arb(3) * arb(2) ** 500) == (3 * 2**500, 3 * 2**500)
        tiny = third * arb(2) ** -(10**7)
        assert ends(tiny) == (0, Fraction(1, 2**END_BITS))
        assert ends(-tiny) == (-Fraction(1, 2**END_BITS), 0)
        low, high = ends((-(arb(10) ** 400)).exp())
        assert -Fraction(1, 2**END_BITS) <= low <= 0 < high <= Fraction(1, 2**END_BITS)
        for wild in (arb("nan"), arb("inf"), arb(0, float("inf")), arb(2) ** 2**21, (arb(10) ** 30).exp()):
            with pytest.raises(LimitReached, match="make rewards, features or eta smaller"):
                ends(wild)


@given(st.integers(1, 1000))
def test_binary_digits(digits):
    assert 2 ** bits_of(digits) >= 10**digits


def test_digits_across_zero_and_powers_of_ten():
    """Where the ends begin with different digits they are rounded."""
    tiny = Fraction(1, 10**20)
    assert shared_digits(1 - tiny, 1 + tiny).rstrip("0") == "1."
    assert Fraction(shared_digits(-tiny, tiny)) == 0
    assert Fraction(shared_digits(Fraction(10**30), Fraction(10**30 + 1))) == 10**30


def test_signs_at_rising_precision():
    """What takes hundreds of digits to tell is told; what all of them do not tell is said."""
    tiny = Fraction(1, 10**300)
    assert [sign_of(lambda s=s: (arb(2).sqrt() + s * ball_of(tiny)) - arb(2).sqrt()) for s in (1, -1)] == [1, -1]
    with pytest.raises(LimitReached, match="do not tell the sign"):
        sign_of(lambda: arb(2).sqrt() ** 2 - 2)


def test_width_relative_to_the_number():
    """However small the number is, the bounds agree in as many digits."""
    with mp.workdps(400):
        for power in (0, 100, 300):
            low, high = refined(lambda p=power: -arb(3).log() * arb(10) ** -p, Fraction(1, 10**20), relative=True)
            value = -mp.log(3) / mp.mpf(10) ** power
            assert mp.mpf(low.numerator) / low.denominator <= value <= mp.mpf(high.numerator) / high.denominator
            assert high - low <= abs(high) / 10**20
