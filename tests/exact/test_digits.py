"""Integers of any length to and from text."""

import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.exact.digits import fraction_to_text, int_to_text, text_to_int

LENGTHS = [1, 2, 3600, 3613, 3614, 3999, 4000, 4001, 4299, 4300, 4301, 10_000, 123_456]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("digit", [1, 7, 9])
def test_repeated_digits_are_written_and_read(length: int, digit: int) -> None:
    """A repdigit is ``digit (10^length - 1) / 9``, whatever its length."""
    text, value = str(digit) * length, digit * (10**length - 1) // 9
    assert int_to_text(value) == text
    assert int_to_text(-value) == f"-{text}"
    assert text_to_int(text) == value


@pytest.mark.parametrize("power", [0, 1, 3999, 4000, 4299, 4300, 20_000])
def test_zeros_are_kept(power: int) -> None:
    """Powers of ten and their neighbours keep every zero and nine."""
    assert int_to_text(10**power) == "1" + "0" * power
    assert int_to_text(10**power - 1) == ("9" * power or "0")
    assert text_to_int("0" * power + "1") == 1


@given(st.text("0123456789", min_size=1, max_size=30), st.text("0123456789", min_size=1, max_size=30))
def test_reading_is_positional(high: str, low: str) -> None:
    """Digits in front count powers of ten, also in numbers far beyond the interpreter's limit."""
    for text in (low, low * 400):
        assert text_to_int(high + text) == text_to_int(high) * 10 ** len(text) + text_to_int(text)


@given(st.integers(), st.integers(0, 20_000))
def test_writing_is_undone_by_reading(value: int, bits: int) -> None:
    """Whatever is written reads back as the same number."""
    long = (value << bits) + 1
    text = int_to_text(long)
    assert (-text_to_int(text[1:]) if text.startswith("-") else text_to_int(text)) == long


def test_fractions_are_written_in_lowest_terms() -> None:
    """Numerator, and a denominator only where there is one."""
    assert fraction_to_text(Fraction(6, -4)) == "-3/2"
    assert fraction_to_text(Fraction(6, 3)) == "2"
    assert fraction_to_text(Fraction(0)) == "0"
    assert fraction_to_text(Fraction(10**5000, 3)) == "1" + "0" * 5000 + "/3"


def test_the_interpreter_keeps_its_own_limit() -> None:
    """No process-wide setting is touched by long conversions."""
    limit = sys.get_int_max_str_digits()
    int_to_text(text_to_int("8" * 50_000))
    assert sys.get_int_max_str_digits() == limit > 0
    with pytest.raises(ValueError, match="Exceeds the limit"):
        str(10**limit)
