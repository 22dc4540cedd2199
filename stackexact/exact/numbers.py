"""The one door for numbers that a Python caller hands over, and the way back to other libraries."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import lcm
from numbers import Rational
from operator import add, index, mul
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from stackexact.errors import ExpressionError, shorten
from stackexact.exact.grammar import INPUT, NAME, parse
from stackexact.exact.rational_function import Exact, Expression, symbol
from stackexact.exact.work import Work

if TYPE_CHECKING:
    import sympy

__all__ = ["Floats", "common_denominator", "exact", "to_sympy"]

Floats: TypeAlias = Literal["refuse", "binary", "decimal"]
"""What to do with binary floats: refuse them, take the exact binary value, or take the shortest decimal text."""


def exact(value: object, *, floats: Floats = "refuse", work: Work | None = None) -> Exact:
    """Take a number or an expression from Python, exactly.

    Accepts integers (also NumPy's), fractions, decimals, text in the grammar of contract section 1, SymPy expressions
    and flint numbers. A float is refused unless ``floats`` says how it is meant. ``work`` is the budget for text.

    >>> exact("1/3"), exact(2), exact(0.1, floats="decimal")
    (Fraction(1, 3), Fraction(2, 1), Fraction(1, 10))
    """
    if isinstance(value, Fraction):
        return value if type(value) is Fraction else Fraction(value)
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        return parse(value, limits=INPUT, work=work)
    if isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}:
        raise ExpressionError(f"expected a number, found the truth value {value}; write 0 or 1")
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, float) or type(value).__name__ in {"float16", "float32", "longdouble"}:
        return _from_float(cast(float, value), floats)
    return _from_library(value)


def _from_float(value: float, floats: Floats) -> Fraction:
    text = str(value)  # the shortest decimal text, for NumPy's types of their own width
    if value != value or value in (float("inf"), float("-inf")):
        raise ExpressionError(f"expected a finite number, found {text}; replace it")
    if floats == "binary":
        return Fraction(*value.as_integer_ratio())
    if floats == "decimal":
        return Fraction(text)
    raise ExpressionError(
        f"expected an exact number, found the float {text}; write the text '{text}', "
        f"or Fraction({float(value)!r}) for its exact binary value"
    )


def _from_library(value: object) -> Exact:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ExpressionError(f"expected a finite number, found {value}; replace it")
        return parse(str(value), limits=INPUT)
    library, _, place = (type(value).__module__ or "").partition(".")
    if library == "sympy":
        try:
            return _from_sympy(cast(Any, value))
        except ZeroDivisionError:
            raise ExpressionError(f"{shorten(value)} divides by zero; write a defined expression") from None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if library == "flint" and place in {"types.fmpz", "types.fmpq"}:
        number = cast(Any, value)
        return Fraction(int(number.p), int(number.q)) if hasattr(number, "q") else Fraction(int(number))
    try:
        return Fraction(index(cast(Any, value)))
    except TypeError:
        found = "nothing (None)" if value is None else f"{type(value).__name__} {shorten(value)}"
        raise ExpressionError(f"expected a number or an expression, found {found}; write text such as '1/3'") from None


def _from_sympy(value: Any) -> Exact:
    """Rational numbers and symbols under + - * / and integer powers; constants such as pi are no parameters."""
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    if getattr(value, "is_Symbol", False) and NAME.fullmatch(value.name) and not value.is_Dummy:
        return symbol(value.name)
    if getattr(value, "is_Add", False):
        return reduce(add, map(_from_sympy, value.args))
    if getattr(value, "is_Mul", False):
        return reduce(mul, map(_from_sympy, value.args))
    if getattr(value, "is_Pow", False) and value.exp.is_Integer and abs(value.exp) <= INPUT.power:
        power: Exact = _from_sympy(value.base) ** abs(int(value.exp))
        return power if value.exp > 0 else 1 / power
    found = f"SymPy's {type(value).__name__} {shorten(value)}"
    remedy = "use Rational for a Float, and rational functions of symbols"
    raise ExpressionError(f"expected an exact number or expression, found {found}; {remedy}")


def to_sympy(value: Exact) -> sympy.Expr:
    """An exact value as a SymPy number or expression.

    >>> to_sympy(Fraction(1, 3))
    1/3
    """
    if isinstance(value, Expression):
        return value.sympy()
    import sympy

    return sympy.Rational(value.numerator, value.denominator)


def common_denominator(values: Iterable[Fraction]) -> int:
    """The least positive integer that turns every value into an integer.

    >>> common_denominator([Fraction(1, 4), Fraction(5, 6)])
    12
    """
    return lcm(*{value.denominator for value in values})
