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
from typing import Final, TypeAlias

from stackexact.errors import ExpressionError, UsageError, shorten
from stackexact.exact.grammar import INPUT, NAME, read_numeral

__all__ = [
    "Formula",
    "Number",
    "Power",
    "Product",
    "Sum",
    "Symbol",
    "names_of",
    "parse_formula",
    "refusal",
    "require_size",
]

LOG: Final = "log(T)"
ROUNDS: Final = "T"

MAX_LENGTH: Final = 1000
_NESTING: Final = 20
_POWER: Final = 64
_ROOT: Final = 1000
_BITS: Final = 100_000
_WORD: Final = 64
"""The bits of a number of rounds, and those that an enclosure has, and may lose where terms cancel."""
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

    >>> parse_formula("T^(2/3)")
    Power(base=Symbol(name='T', place=0), exponent=Fraction(2, 3), place=1)
    >>> parse_formula("((((T^64)^64)^64)^64)^64")
    Traceback (most recent call last):
    stackexact.errors.UsageError: claim: expected a formula whose numbers have at most 100000 bits, found one ...
    """
    if len(text) > MAX_LENGTH:
        raise UsageError(f"claim: expected at most {MAX_LENGTH} characters, found {len(text)}: {shorten(text)}")
    made = _Reader(text, start).whole()
    require_size(made, {}, text[start:])
    return made


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


def require_size(formula: Formula, values: Mapping[str, Fraction], text: str = "") -> None:
    """Refuse a formula whose value, or that of a part of it, may be longer than any claim needs, before it is computed.

    What counts are sizes of numbers times the exponents that they are raised to, one inside the other; whether a power
    is rational or enclosed does not matter. Parameters count as what they are in ``values``.
    """
    bits = _bits(formula, values)
    if bits > _BITS:
        told = f"a formula whose numbers have at most {_BITS} bits, found one of {shorten(int(bits), 20)[1:-1]}"
        raise UsageError(f"claim: expected {told}{f': {shorten(text.strip())}' if text else ''}; lower its exponents")


def _bits(formula: Formula, values: Mapping[str, Fraction]) -> Fraction:
    """A bound on what the value, and its reciprocal, take: for a rational number the bits of numerator and denominator,
    for an enclosure the binary exponent and the bits behind it."""
    if isinstance(formula, Power):
        # A root is computed from all of its base; an enclosure of it has the bits of one again.
        return _bits(formula.base, values) * max(abs(formula.exponent), Fraction(1)) + _WORD
    if isinstance(formula, Sum):
        return sum((_bits(part, values) for _, part in formula.terms), Fraction(_WORD))
    if isinstance(formula, Product):
        return sum((_bits(part, values) for _, part in formula.factors), Fraction(0))
    value = formula.value if isinstance(formula, Number) else values.get(formula.name)
    return Fraction(_WORD if value is None else value.numerator.bit_length() + value.denominator.bit_length())
