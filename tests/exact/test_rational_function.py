"""Rational functions: a field whose operations commute with evaluation, in one normal form."""

from __future__ import annotations

import operator
import pickle
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import NAMES, expressions, points, share

from stackexact.errors import ExpressionError
from stackexact.exact.grammar import parse
from stackexact.exact.rational_function import MAX_DEGREE, MAX_NAMES, MAX_TERMS, Expression, symbol
from stackexact.exact.relation import parameters_of

DELTA, GAMMA = symbol("delta"), symbol("gamma")


def _defined(text: str) -> Any:
    try:
        return parse(text)
    except ExpressionError:
        return None


functions = expressions(1).map(_defined).filter(lambda value: value is not None)
"""Fractions and Expressions, zero included."""


def at(value: Any, point: dict[str, Fraction]) -> Fraction:
    """The value at a point; examples where there is none are dropped."""
    try:
        found = value.at(point) if isinstance(value, Expression) else value
    except ExpressionError:
        assume(False)
    assert isinstance(found, Fraction)
    return found


@pytest.mark.parametrize("operate", [operator.add, operator.sub, operator.mul, operator.truediv])
@given(functions, functions, points)
def test_operations_commute_with_evaluation(
    operate: Callable[[Any, Any], Any], left: Any, right: Any, point: dict[str, Fraction]
) -> None:
    """Evaluating a sum, difference, product or quotient is the operation on the values."""
    one, two = at(left, point), at(right, point)
    if operate is operator.truediv:
        assume(two)
    assert at(operate(left, right), point) == operate(one, two)


@given(functions, functions, functions)
def test_field_laws(f: Any, g: Any, h: Any) -> None:
    """Addition and multiplication are commutative, associative and distributive, with inverses."""
    assert f + g == g + f
    assert f * g == g * f
    assert (f + g) + h == f + (g + h)
    assert (f * g) * h == f * (g * h)
    assert f * (g + h) == f * g + f * h
    assert f - f == 0 == f * 0
    assert f + 0 == f == f * 1
    negative = -f
    assert -negative == +f == f
    if f != 0:
        assert f / f == 1
        assert g / f * f == g
        assert 1 / (1 / f) == f


@given(functions, st.integers(0, 5), points)
def test_powers_are_repeated_products(f: Any, exponent: int, point: dict[str, Fraction]) -> None:
    """A power is its base as often as its exponent says."""
    product: Any = Fraction(1)
    for _ in range(exponent):
        product = product * f
    assert f**exponent == product
    assert at(f**exponent, point) == at(f, point) ** exponent


@given(functions, points, st.sets(st.sampled_from(NAMES)))
def test_substituting_in_two_steps_is_substituting_at_once(f: Any, point: dict[str, Fraction], early: set[str]) -> None:
    """A part of the parameters first, then the others; what is substituted no longer occurs."""
    assume(isinstance(f, Expression))
    value = at(f, point)
    try:
        part = f.at({name: point[name] for name in early})
    except ExpressionError:
        assume(False)
    assert not early & set(parameters_of(part))
    assert at(part, point) == value


@share(50)
@given(functions, functions, points)
def test_expressions_can_be_substituted(f: Any, g: Any, point: dict[str, Fraction]) -> None:
    """f(g(x)): substituting a function for a parameter, then evaluating, is evaluating from the inside."""
    assume(isinstance(f, Expression))
    name = f.parameters[0]
    inner = at(g, point)
    try:
        composed = f.at({name: g})
    except ExpressionError:
        assume(False)
    assert at(composed, point) == at(f, {**point, name: inner})


@given(functions, functions)
def test_equality_is_equality_of_functions(f: Any, g: Any) -> None:
    """Equal means that the difference vanishes, equal values hash alike, and a number is never an Expression."""
    assert (f == g) == (f - g == 0)
    if f == g:
        assert hash(f) == hash(g)
        assert str(f) == str(g)
    assert isinstance(f, Fraction) != bool(parameters_of(f))


@given(functions)
def test_numerator_and_denominator_are_the_function(f: Any) -> None:
    """Coprime integer polynomials without a common content, whose quotient is the function."""
    assume(isinstance(f, Expression))

    def side(terms: dict[tuple[int, ...], int]) -> Any:
        total: Any = Fraction(0)
        for powers, coefficient in terms.items():
            term: Any = Fraction(coefficient)
            for name, power in zip(f.parameters, powers, strict=True):
                term = term * symbol(name) ** power
            total = total + term
        return total

    top, bottom = side(f.numerator), side(f.denominator)
    assert top / bottom == f
    assert f.is_polynomial == isinstance(bottom, Fraction)
    numbers = [*f.numerator.values(), *f.denominator.values()]
    assert sympy.igcd(*numbers) == 1
    assert f.parameters == tuple(sorted(f.parameters))
    assert set(f.parameters) == {*parameters_of(top), *parameters_of(bottom)}


@share(50)
@given(functions, points)
def test_sympy_holds_the_same_function(f: Any, point: dict[str, Fraction]) -> None:
    """``.sympy()``, and SymPy's own conversion, agree with evaluation."""
    assume(isinstance(f, Expression))
    value = at(f, point)
    numbers = {sympy.Symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in point.items()}
    assert f.sympy().subs(numbers) == sympy.Rational(value.numerator, value.denominator)
    assert sympy.sympify(f) == f.sympy()
    assert f == f.sympy()
    assert f != f.sympy() + 1


@given(functions)
def test_copies_are_equal(f: Any) -> None:
    """Pickling and copying keep the value."""
    assert pickle.loads(pickle.dumps(f)) == f
    assert deepcopy(f) == f
    assert hash(pickle.loads(pickle.dumps(f))) == hash(f)


def test_a_pickle_of_long_coefficients_is_read() -> None:
    """Coefficients beyond the interpreter's limit for integers survive a pickle."""
    long = DELTA * 10**10_000 + Fraction(1, 3**9000)
    assert pickle.loads(pickle.dumps(long)) == long


def test_an_expression_never_equals_a_number() -> None:
    """Constant functions are Fractions, so an Expression differs from every number, and from other types."""
    assert DELTA != 1
    assert Fraction(1) != DELTA
    assert DELTA != 1
    assert DELTA != "delta"
    assert DELTA is not None
    assert (DELTA - DELTA) == 0
    assert type(DELTA - DELTA) is Fraction
    assert type(DELTA / DELTA) is Fraction
    assert {DELTA: 1}[parse("2*delta - delta")] == 1


def test_numbers_of_python_mix_in_from_both_sides() -> None:
    """Integers and fractions on the left and on the right."""
    assert str(1 + DELTA) == str(DELTA + 1) == "delta + 1"
    assert str(1 - DELTA) == "-delta + 1"
    assert str(Fraction(1, 2) * DELTA) == str(DELTA / 2) == "1/2*delta"
    assert str(2 / DELTA) == "(2)/(delta)"
    assert str(Fraction(1, 2) - GAMMA) == "-gamma + 1/2"


@pytest.mark.parametrize("other", [0.5, True, "1", None, 1j])
def test_nothing_inexact_mixes_in(other: Any) -> None:
    """Floats, truth values, text and complex numbers are no operands, on either side."""
    for operate in (operator.add, operator.sub, operator.mul, operator.truediv):
        with pytest.raises(TypeError):
            operate(DELTA, other)
        with pytest.raises(TypeError):
            operate(other, DELTA)
    with pytest.raises(TypeError):
        DELTA**other


def test_only_small_natural_powers_exist() -> None:
    """Negative and fractional exponents are refused, the exponent 0 gives the number 1."""
    for exponent in (-1, Fraction(1, 2)):
        with pytest.raises(TypeError):
            DELTA**exponent
    assert DELTA**0 == 1
    assert type(DELTA**0) is Fraction


def test_division_by_zero_is_an_error() -> None:
    """By the number 0, and by a parameter's value at which the denominator vanishes."""
    with pytest.raises(ZeroDivisionError):
        DELTA / 0
    with pytest.raises(ZeroDivisionError):
        1 / (DELTA - DELTA)
    with pytest.raises(ExpressionError, match="divides by zero at delta = 2") as caught:
        (1 / (DELTA - 2)).at({"delta": Fraction(2)})
    assert "(1)/(delta - 2)" in str(caught.value)


def test_an_expression_cannot_be_changed_or_built_directly() -> None:
    """Immutable, and made by ``parse`` and ``symbol`` alone."""
    with pytest.raises(AttributeError, match="immutable"):
        DELTA.name = "gamma"
    with pytest.raises(TypeError, match="parse"):
        Expression()


def test_sizes_are_bounded() -> None:
    """Terms, degree, length of coefficients and the number of parameters end in an ExpressionError, not in a hang."""
    names = [symbol(f"a{i}") for i in range(MAX_NAMES + 1)]
    total: Any = sum(names[1:], start=names[0] - names[0])
    with pytest.raises(ExpressionError, match=f"more than {MAX_NAMES} parameters"):
        total + names[0]
    with pytest.raises(ExpressionError, match=f"beyond {MAX_TERMS} terms"):
        sum(names[1:8], start=names[0]) ** 20
    with pytest.raises(ExpressionError, match=f"degree beyond {MAX_DEGREE}|beyond {MAX_TERMS} terms"):
        DELTA**MAX_DEGREE * DELTA**MAX_DEGREE * DELTA
    with pytest.raises(ExpressionError, match="longer than"):
        DELTA * 10**130_000
    with pytest.raises(ExpressionError, match="digits"):
        (DELTA * 10**5000 + 1) ** 60


def test_expressions_display_as_mathematics() -> None:
    """Notebooks show LaTeX; the interpreter shows what makes the expression again."""
    assert repr(DELTA / 2) == "Expression('1/2*delta')"
    assert (1 / DELTA)._repr_latex_() == r"$\frac{1}{\delta}$"
    long = DELTA * 10**5000
    assert long._repr_latex_() == rf"$1{'0' * 5000} \delta$"
