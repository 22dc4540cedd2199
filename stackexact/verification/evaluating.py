"""The values of formulas: exact where they are rational, roots included, and else enclosed by balls of FLINT."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq, fmpz

from stackexact.errors import UsageError
from stackexact.exact.enclosures import START_BITS, Enclosure, ball_of, ends
from stackexact.verification.formulas import LOG, ROUNDS, Formula, Number, Power, Sum, Symbol, require_size

__all__ = ["value_at"]


def value_at(formula: Formula, rounds: int, values: Mapping[str, Fraction]) -> Enclosure:
    """The value after so many rounds, with numbers for parameters: itself where it is rational (roots included), else
    enclosed.

    Raises :class:`~stackexact.errors.UsageError` where it is undefined or too large.

    >>> from stackexact.verification.formulas import parse_formula
    >>> value_at(parse_formula("T/10 + 3*T^(2/3)"), 1000, {})
    Enclosure(lower=400, upper=400, closed_form='')
    >>> found = value_at(parse_formula("log(T)"), 10, {})
    >>> found.lower < found.upper, float(found.lower)
    (True, 2.30258509299404...)
    """
    require_size(formula, values)  # once more: when it was read, the values of parameters were not known
    try:
        with ctx.workprec(START_BITS):
            found = _value(formula, {ROUNDS: Fraction(rounds), **values}, rounds)
            if isinstance(found, Fraction):
                return Enclosure(found, found)
            if found.is_finite():
                return Enclosure(*ends(found))
    except ArithmeticError:  # a division by zero among others
        pass
    raise UsageError(f"claim: expected a formula with a value at T = {rounds}, found one that has none")


def _value(formula: Formula, values: Mapping[str, Fraction], rounds: int) -> Fraction | arb:
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Symbol):
        if formula.name == LOG:
            return arb(rounds).log() if rounds > 1 else Fraction(0)
        return values[formula.name]
    if isinstance(formula, Power):
        return _power(_value(formula.base, values, rounds), formula.exponent)
    if isinstance(formula, Sum):
        total: Fraction | arb = Fraction(0)
        for sign, part in formula.terms:
            one = _value(part, values, rounds)
            total = _combined(total, one if sign > 0 else -one, "+")
        return total
    made: Fraction | arb = Fraction(1)
    for exponent, part in formula.factors:
        made = _combined(made, _value(part, values, rounds), "*" if exponent > 0 else "/")
    return made


def _combined(left: Fraction | arb, right: Fraction | arb, sign: str) -> Fraction | arb:
    one: Any = left
    two: Any = right
    if not (isinstance(left, Fraction) and isinstance(right, Fraction)):
        one, two = _ball(left), _ball(right)
    return one + two if sign == "+" else one * two if sign == "*" else one / two  # type: ignore[no-any-return]


def _power(base: Fraction | arb, exponent: Fraction) -> Fraction | arb:
    """A power; of a rational number the rational root, where there is one."""
    if isinstance(base, Fraction):
        if base < 0 and exponent.denominator > 1:
            raise ArithmeticError
        root = _root(base, exponent.denominator)
        if root is not None:
            return root**exponent.numerator
    made: arb = _ball(base) ** fmpq(exponent.numerator, exponent.denominator)
    return made


def _root(value: Fraction, degree: int) -> Fraction | None:
    """The rational root of that degree of a number, if there is one; negative numbers come with degree 1."""
    if degree == 1:
        return value
    top, bottom = (int(fmpz(part).root(degree)) for part in (value.numerator, value.denominator))
    return Fraction(top, bottom) if top**degree == value.numerator and bottom**degree == value.denominator else None


def _ball(value: Fraction | arb) -> arb:
    return ball_of(value) if isinstance(value, Fraction) else value
