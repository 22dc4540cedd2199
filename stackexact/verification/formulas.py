"""The formulas of claims: sums, products and powers of numbers, T, log(T) and parameters, read without ``eval``.

    sum      = term { ("+" | "-") term }
    term     = factor { ("*" | "/") factor }
    factor   = { "+" | "-" } atom [ ("^" | "**") exponent ]
    atom     = numeral | name | "log" "(" "T" ")" | "sqrt" "(" sum ")" | "(" sum ")"
    exponent = numeral | "(" [ "-" ] numeral [ "/" numeral ] ")"

Numerals and names are those of exact expressions (contract section 1). Precedence is the usual one, so that
``T^2/3`` is a third of T². Texts, nesting, powers and numbers are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from stackexact.errors import ExpressionError, UsageError, shorten
from stackexact.exact.grammar import INPUT, NAME, read_numeral

if TYPE_CHECKING:
    from flint import arb

__all__ = [
    "Enclosure",
    "Formula",
    "Number",
    "Power",
    "Product",
    "Sum",
    "Symbol",
    "names_of",
    "parse_formula",
    "refusal",
    "value_at",
]

LOG: Final = "log(T)"
ROUNDS: Final = "T"

MAX_LENGTH: Final = 1000
_NESTING: Final = 20
_POWER: Final = 64
_ROOT: Final = 1000
_BITS: Final = 100_000
_TOKEN: Final = re.compile(
    rf"\s*(?:(?P<numeral>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>{NAME.pattern})"
    r"|(?P<sign>\*\*|[-+*/^()]))"
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """T, log(T) or a parameter, at that place of the text."""

    name: str
    place: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number, at that place of the text."""

    value: Fraction
    place: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs, 1 or -1."""

    terms: tuple[tuple[int, Formula], ...]
    place: int


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with their exponents, 1 or -1."""

    factors: tuple[tuple[int, Formula], ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A base to a rational exponent."""

    base: Formula
    exponent: Fraction
    place: int


Formula: TypeAlias = Symbol | Number | Sum | Product | Power


def refusal(expected: str, found: str, text: str, place: int) -> UsageError:
    """The one line about a claim that cannot be read; ``found`` is quoted unless it is empty, which is the end."""
    shown = shorten(found, 30) if found else "the end"
    return UsageError(f"claim: expected {expected}, found {shown} at character {place + 1} of {shorten(text)}")


def parse_formula(text: str, start: int = 0) -> Formula:
    """Read a formula from a place of a text to its end.

    Raises :class:`~stackexact.errors.UsageError` with the place of what does not belong.

    >>> value_at(parse_formula("T/10 + 3*T^(2/3)"), 1000, {})
    Enclosure(lower=Fraction(400, 1), upper=Fraction(400, 1))
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(f"claim: expected at most {MAX_LENGTH} characters, found {len(text)}: {shorten(text)}")
    return _Reader(text, start).whole()


class _Reader:
    """Recursive descent over the tokens; nesting is bounded."""

    def __init__(self, text: str, place: int) -> None:
        self.text = text
        self.place = place
        self.depth = 0
        self.kind = self.token = ""
        self.begin = place
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            rest = self.text[self.place :]
            self.begin = self.place + len(rest) - len(rest.lstrip())
            if rest.strip():
                raise self.refuse("a number, T, log(T), a parameter or one of + - * / ^ ( )", self.text[self.begin])
            self.kind = self.token = ""
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.begin, self.place = match.start(self.kind), match.end()

    def refuse(self, expected: str, found: str | None = None) -> UsageError:
        return refusal(expected, self.token if found is None else found, self.text, self.begin)

    def whole(self) -> Formula:
        made = self.sum()
        if self.token:
            raise self.refuse("an operator or the end")
        return made

    def take(self, token: str) -> None:
        if self.token != token:
            raise self.refuse(f"'{token}'")
        self.advance()

    def sum(self) -> Formula:
        self.depth += 1
        if self.depth > _NESTING:
            raise self.refuse(f"at most {_NESTING} nested levels")
        place, terms = self.begin, [(1, self.term())]
        while self.token in ("+", "-"):
            sign = 1 if self.token == "+" else -1
            self.advance()
            terms.append((sign, self.term()))
        self.depth -= 1
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms), place)

    def term(self) -> Formula:
        factors = [(1, self.factor())]
        while self.token in ("*", "/"):
            exponent = 1 if self.token == "*" else -1
            self.advance()
            factors.append((exponent, self.factor()))
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors))

    def factor(self) -> Formula:
        place, sign = self.begin, 1
        while self.token in ("+", "-"):
            sign = -sign if self.token == "-" else sign
            self.advance()
        made = self.atom()
        if self.token in ("^", "**"):
            where = self.begin
            self.advance()
            made = Power(made, self.exponent(), where)
        return made if sign > 0 else Sum(((-1, made),), place)

    def atom(self) -> Formula:
        kind, token, place = self.kind, self.token, self.begin
        if kind == "numeral":
            self.advance()
            return Number(self.numeral(token, place), place)
        if kind == "name":
            self.advance()
            return self.named(token, place)
        if token != "(":
            raise self.refuse("a number, T, log(T), a parameter or '('")
        self.advance()
        made = self.sum()
        self.take(")")
        return made

    def named(self, name: str, place: int) -> Formula:
        if name not in ("log", "sqrt") or self.token != "(":
            return Symbol(name, place)
        self.advance()
        if name == "sqrt":
            inner = self.sum()
            self.take(")")
            return Power(inner, Fraction(1, 2), place)
        self.take(ROUNDS)
        self.take(")")
        return Symbol(LOG, place)

    def exponent(self) -> Fraction:
        if self.token != "(":
            return self.quotient(allow=False)
        self.advance()
        sign = 1
        if self.token == "-":
            sign = -1
            self.advance()
        made = sign * self.quotient(allow=True)
        self.take(")")
        return made

    def quotient(self, *, allow: bool) -> Fraction:
        place = self.begin
        top = self.counted()
        if allow and self.token == "/":
            self.advance()
            bottom = self.counted()
            if not bottom:
                raise refusal("an exponent", "a division by zero", self.text, place)
            top /= bottom
        if abs(top) > _POWER or top.denominator > _ROOT:
            raise refusal(f"an exponent of at most {_POWER} with at most 3 decimals", str(top), self.text, place)
        return top

    def counted(self) -> Fraction:
        token, place = self.token, self.begin
        if self.kind != "numeral":
            raise self.refuse("a number as an exponent, as in ^2, ^0.5 or ^(2/3)")
        self.advance()
        return self.numeral(token, place)

    def numeral(self, token: str, place: int) -> Fraction:
        try:
            return read_numeral(token, INPUT)
        except ExpressionError as error:
            raise UsageError(f"claim: {error} at character {place + 1} of {shorten(self.text)}") from None


def names_of(formula: Formula) -> dict[str, int]:
    """The parameters that occur, each with its first place in the text."""
    if isinstance(formula, Symbol):
        return {} if formula.name in (ROUNDS, LOG) else {formula.name: formula.place}
    if isinstance(formula, Power):
        return names_of(formula.base)
    if isinstance(formula, Number):
        return {}
    found: dict[str, int] = {}
    for _, part in formula.terms if isinstance(formula, Sum) else formula.factors:
        found = names_of(part) | found
    return found


# -- values ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Between what a value lies; both ends are the value where it is rational."""

    lower: Fraction
    upper: Fraction


def value_at(formula: Formula, rounds: int, values: Mapping[str, Fraction]) -> Enclosure:
    """The value after so many rounds, with numbers for parameters: itself where it is rational (roots included), else
    enclosed.

    Raises :class:`~stackexact.errors.UsageError` where it is undefined or too large.

    >>> found = value_at(parse_formula("log(T)"), 10, {})
    >>> found.lower < found.upper, float(found.lower)
    (True, 2.302585092994045...)
    """
    try:
        found = _value(formula, {ROUNDS: Fraction(rounds), **values}, rounds)
        if isinstance(found, Fraction):
            return Enclosure(found, found)
        if not found.is_finite():
            raise ZeroDivisionError
    except ArithmeticError:  # a division by zero among others
        raise UsageError(f"claim: expected a formula with a value at T = {rounds}, found one that has none") from None
    middle, radius = found.mid().fmpq(), found.rad().fmpq()
    low, high = middle - radius, middle + radius
    return Enclosure(Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q)))


def _value(formula: Formula, values: Mapping[str, Fraction], rounds: int) -> Fraction | arb:
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Symbol):
        if formula.name == LOG:
            from flint import arb

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
    made: Fraction | arb = one + two if sign == "+" else one * two if sign == "*" else one / two
    if isinstance(made, Fraction) and max(made.numerator.bit_length(), made.denominator.bit_length()) > _BITS:
        raise UsageError(f"claim: expected numbers of at most {_BITS} bits, found a larger one")
    return made


def _power(base: Fraction | arb, exponent: Fraction) -> Fraction | arb:
    """A power; of a rational number the rational root, where there is one."""
    if isinstance(base, Fraction):
        if base < 0 and exponent.denominator > 1:
            raise ArithmeticError
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * abs(exponent) > _BITS:
            raise UsageError(f"claim: expected numbers of at most {_BITS} bits, found a larger power")
        root = _root(base, exponent.denominator)
        if root is not None:
            return root**exponent.numerator
    from flint import fmpq

    made: arb = _ball(base) ** fmpq(exponent.numerator, exponent.denominator)
    return made


def _root(value: Fraction, degree: int) -> Fraction | None:
    """The rational root of that degree of a number, if there is one; negative numbers come with degree 1."""
    if degree == 1:
        return value
    from flint import fmpz

    top, bottom = (int(fmpz(part).root(degree)) for part in (value.numerator, value.denominator))
    return Fraction(top, bottom) if top**degree == value.numerator and bottom**degree == value.denominator else None


def _ball(value: Fraction | arb) -> arb:
    from flint import arb, fmpq

    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else value
