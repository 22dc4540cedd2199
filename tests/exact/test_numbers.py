"""The one door for numbers from Python: what passes exactly, and what is refused with a way out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import expressions

from stackexact.errors import ExpressionError
from stackexact.exact.grammar import parse
from stackexact.exact.numbers import common_denominator, exact, to_sympy

X = sympy.Symbol("x")


class Own(Fraction):
    """A subclass of Fraction."""


class Indexed:
    """Something with ``__index__``."""

    def __index__(self) -> int:
        return 5


EXACT = {
    "int": (3, 3),
    "long int": (10**5000, 10**5000),
    "Fraction": (Fraction(1, 3), Fraction(1, 3)),
    "text": (" 0.1 ", Fraction(1, 10)),
    "Decimal": (Decimal("1.50"), Fraction(3, 2)),
    "small Decimal": (Decimal("-1E-300"), Fraction(-1, 10**300)),
    "numpy int64": (np.int64(-3), -3),
    "numpy uint8": (np.uint8(255), 255),
    "numpy scalar array": (np.array(7), 7),
    "SymPy Integer": (sympy.Integer(3), 3),
    "SymPy Rational": (sympy.Rational(1, 3), Fraction(1, 3)),
    "long SymPy Rational": (sympy.Rational(10**5000 + 1, 3), Fraction(10**5000 + 1, 3)),
    "SymPy sum": (X / 3 + sympy.Rational(1, 2), parse("x/3 + 1/2")),
    "SymPy inverse": (1 / X, parse("1/x")),
    "SymPy inverse square": (X**-2, parse("1/x**2")),
    "SymPy quotient": ((X + 1) / (X**2 - X), parse("(x + 1)/(x**2 - x)")),
    "SymPy symbol": (sympy.Symbol("lambda", positive=True), parse("lambda")),
    "SymPy square root": (sympy.sqrt(4), 2),
    "flint integer": (flint.fmpz(10) ** 5000, 10**5000),
    "flint rational": (flint.fmpq(2, 6), Fraction(1, 3)),
    "index": (Indexed(), 5),
}

REFUSED = {
    "true": True,
    "numpy true": np.bool_(True),
    "None": None,
    "list": [1],
    "bytes": b"1",
    "complex": 1j,
    "array": np.array([1]),
    "Decimal NaN": Decimal("NaN"),
    "Decimal infinity": Decimal("-Infinity"),
    "huge Decimal": Decimal("1E+99999"),
    "pi": sympy.pi,
    "e": sympy.E,
    "golden ratio": sympy.GoldenRatio,
    "i": sympy.I,
    "SymPy infinity": sympy.oo,
    "SymPy NaN": sympy.nan,
    "SymPy Float": sympy.Float("0.5"),
    "SymPy sum with a Float": X + 0.5,
    "SymPy root": sympy.sqrt(2),
    "SymPy function": sympy.sin(X),
    "SymPy undefined function": sympy.Function("f")(X),
    "SymPy relation": X < 1,
    "SymPy truth": sympy.true,
    "SymPy matrix": sympy.Matrix([[1]]),
    "SymPy symbol that is no name": sympy.Symbol("a + b"),
    "SymPy symbol that looks like a number": sympy.Symbol("2"),
    "SymPy dummy": sympy.Dummy("x"),
    "SymPy power": X**1000,
    "SymPy zero division": sympy.Pow(sympy.Add(X, -X, evaluate=False), -1, evaluate=False),
    "flint ball": flint.arb(1.5),
    "flint polynomial": flint.fmpz_poly([1, 2]),
    "flint residue": flint.nmod(3, 7),
    "object": object(),
}


@pytest.mark.parametrize(("given_value", "value"), EXACT.values(), ids=EXACT)
def test_exact_numbers_pass_unchanged(given_value: object, value: object) -> None:
    """Integers, fractions, decimals, text, and what NumPy, SymPy and flint hold exactly."""
    found = exact(given_value)
    assert found == value
    if isinstance(value, int | Fraction):
        assert type(found) is Fraction


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_is_no_exact_number_is_refused(value: object) -> None:
    """One printable line; constants such as pi do not become parameters of that name."""
    with pytest.raises(ExpressionError) as caught:
        exact(value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [0.1, 1.0, -0.0, 1e300, np.float64(0.1), np.float32(0.1), np.longdouble("0.1")])
def test_a_float_is_refused_with_both_ways_out(value: Any) -> None:
    """The message names the text that may be meant and the exact binary value."""
    with pytest.raises(ExpressionError, match="found the float") as caught:
        exact(value)
    text = str(value)
    assert f"write the text '{text}'" in str(caught.value)
    assert f"Fraction({float(value)!r}) for its exact binary value" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.float32("inf")])
@pytest.mark.parametrize("floats", ["refuse", "binary", "decimal"])
def test_no_way_leads_from_infinity_to_a_number(value: Any, floats: Any) -> None:
    """NaN and infinities are refused however floats are taken."""
    with pytest.raises(ExpressionError, match="finite"):
        exact(value, floats=floats)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_binary_floats_are_taken_exactly_or_by_their_shortest_text(value: float) -> None:
    """``binary`` gives the number that the float is; ``decimal`` the one that it prints as."""
    assert exact(value, floats="binary") == Fraction(*value.as_integer_ratio())
    assert exact(value, floats="decimal") == Fraction(repr(value))
    assert float(exact(value, floats="decimal")) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble])
def test_numpy_floats_keep_their_own_width(kind: Any) -> None:
    """One tenth of each width: its shortest text is 0.1, its binary value is not."""
    tenth = kind("0.1")
    assert exact(tenth, floats="decimal") == Fraction(1, 10)
    assert exact(tenth, floats="binary") == Fraction(*tenth.as_integer_ratio()) != Fraction(1, 10)


def test_a_subclass_of_fraction_becomes_a_plain_one() -> None:
    """Nothing of a foreign subclass is kept."""
    assert type(exact(Own(1, 2))) is Fraction


@given(expressions(2))
def test_the_way_to_sympy_and_back_changes_nothing(text: str) -> None:
    """``exact(to_sympy(value)) == value``, and SymPy's own value is equal."""
    try:
        value = parse(text)
    except ExpressionError:
        assume(False)
    assert exact(to_sympy(value)) == value


@given(st.lists(st.fractions(max_denominator=60), max_size=6))
def test_the_common_denominator_is_the_least(values: list[Fraction]) -> None:
    """It turns every value into an integer; no divisor of it by a prime does."""
    least = common_denominator(values)
    assert least > 0
    assert all((value * least).denominator == 1 for value in values)
    for prime in sympy.primefactors(least):
        assert any((value * (least // prime)).denominator != 1 for value in values)
