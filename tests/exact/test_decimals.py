"""Decimals beside exact values: correctly rounded, marked when exact, readable at any size."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.exact.decimals import rounded, shortened

NUMBERS = st.fractions() | st.builds(Fraction, st.integers(-(10**60), 10**60), st.integers(1, 10**60))


@given(NUMBERS, st.integers(1, 30))
def test_nothing_with_as_many_digits_is_nearer(value, digits):
    """The text has at most so many significant digits, and none with as many is nearer (ties: to an even digit)."""
    text, exact = rounded(value, digits)
    shown = Decimal(text)
    sign, figures, _ = shown.as_tuple()
    assert len(figures) <= digits
    assert exact == (Fraction(shown) == value)
    assert (sign == 1) == (value < 0)
    unit = Fraction(10) ** (shown.adjusted() - digits + 1)
    error = abs(Fraction(shown) - value)
    assert error <= unit / 2
    if error == unit / 2:
        assert (Fraction(shown) / unit).numerator % 2 == 0
    assert exact or len(figures) == digits


CASES = {
    (Fraction(0), 6): "0",
    (Fraction(1, 3), 6): "0.333333",
    (Fraction(-2, 3), 3): "-0.667",
    (Fraction(1, 8), 2): "0.12",
    (Fraction(3, 8), 2): "0.38",
    (Fraction(1, 8), 3): "0.125",
    (Fraction(1999999, 2), 6): "1.00000e6",
    (Fraction(123456), 6): "123456",
    (Fraction(1234567), 6): "1.23457e6",
    (Fraction(1200000), 6): "1.2e6",
    (Fraction(1, 10**5), 6): "0.00001",
    (Fraction(1, 10**6), 6): "1e-6",
    (Fraction(10**400), 1): "1e400",
    (Fraction(-1, 3 * 10**400), 2): "-3.3e-401",
}


@pytest.mark.parametrize(("value", "digits"), CASES, ids=str)
def test_notation(value, digits):
    """Positional as long as the digits reach, with an exponent beyond; no zeros that say nothing."""
    assert rounded(value, digits).text == CASES[value, digits]


def test_ten_thousand_digits():
    """Length does not matter to what is shown."""
    value = Fraction(10**10_000 + 1, 10**10_000 - 1)
    assert rounded(value, 6) == ("1.00000", False)
    assert shortened(value) == "100…001/999…999 (10 001 and 10 000 digits)"


@given(NUMBERS)
def test_short_numbers_stay_whole(value):
    """Only what is long is shortened, and its ends stay."""
    text = shortened(value)
    top, _, bottom = str(value).partition("/")
    assert ("…" in text) == (max(len(top.lstrip("-")), len(bottom or "1")) > 12)
    assert text.startswith(top[:3])
