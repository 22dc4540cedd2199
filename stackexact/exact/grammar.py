"""The grammar of exact expressions (contract, section 1), read without ``eval`` and without recursion.

Integers, decimals with exponent, parameter names, ``+ - * /``, ``**`` with a small non-negative integer exponent,
parentheses, unary signs; precedence as in Python. Every bound is checked before the work it would cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from stackexact.errors import ExpressionError, shorten
from stackexact.exact.digits import text_to_int
from stackexact.exact.work import FREE, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackexact.exact.rational_function import Exact

__all__ = ["INPUT", "NAME", "RESULT", "WRITTEN", "Limits", "parse", "read_numeral"]

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""What a parameter may be called."""

_NUMERAL: Final = re.compile(r"([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?|\.([0-9]+)(?:[eE]([+-]?[0-9]+))?")
_PLAIN: Final = re.compile(r"(-?)([0-9]{1,300})(?:/([0-9]{1,300})|\.([0-9]{1,300}))?")
_TOKEN: Final = re.compile(
    r"[ \t\r\n]*(?:(?P<numeral>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|[-+*/()]))"
)
_BLANK: Final = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a text: characters, digits in a numeral, decimal exponent, nesting, power, bits of any number, and the
    work of finding the normal form, in hundredths of a microsecond."""

    characters: int
    digits: int
    exponent: int = 2000
    nesting: int = 100
    power: int = 64
    bits: int = 400_000
    effort: int = 25_000_000


INPUT: Final = Limits(characters=20_000, digits=2000)
"""What a user may write in a game, an option or an argument."""

WRITTEN: Final = Limits(characters=250_000, digits=120_412)
"""What a game file may hold where it stands as our own writer writes it: any number that an input can amount to."""

RESULT: Final = Limits(characters=50_000_000, digits=5_000_000, bits=20_000_000, effort=10**12)
"""What may be read back: results are longer than inputs."""

_WIDTH: Final = 60
"""Longest text that a message quotes as a whole."""

_PRECEDENCE: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "sign": 3, "**": 4}


def parse(text: str, *, limits: Limits = RESULT, work: Work | None = None) -> Exact:
    """Read an exact expression: a :class:`~fractions.Fraction`, or an ``Expression`` where a parameter occurs.

    Raises :class:`~stackexact.errors.ExpressionError` for anything outside the grammar of contract section 1. ``work``
    is a budget that several texts share; without it ``limits.effort`` is that of this text alone.

    >>> parse("0.6"), parse(".80"), parse("1e-3")
    (Fraction(3, 5), Fraction(4, 5), Fraction(1, 1000))
    >>> str(parse("(gamma - delta)/2 + 2*delta"))
    '3/2*delta + 1/2*gamma'
    >>> parse("-2**2")
    Fraction(-4, 1)
    """
    if not isinstance(text, str):
        raise ExpressionError(f"expected an expression as text, found {type(text).__name__}; write it as a string")
    if len(text) > limits.characters:
        raise ExpressionError(f"expected at most {limits.characters} characters, found {len(text)}: {shorten(text)}")
    # Nearly every payoff is a plain number: no need to take it apart token by token.
    if plain := _PLAIN.fullmatch(text):
        sign, whole, under, tail = plain.groups()
        top = int(whole + (tail or ""))
        bottom = 10 ** len(tail) if tail else int(under or 1)
        if bottom:
            return Fraction(-top if sign else top, bottom)
    reader = _Reader(text, limits, work)
    try:
        return reader.run()
    except ZeroDivisionError:
        raise ExpressionError(f"{shorten(text)} divides by zero; write a defined expression") from None
    except RecursionError:  # pragma: no cover - nothing recurses, but a traceback must never escape
        raise ExpressionError(f"{shorten(text)} is nested too deeply; write a flatter one") from None


def read_numeral(text: str, limits: Limits = INPUT) -> Fraction:
    """Read one unsigned integer or decimal, exactly.

    >>> read_numeral("0.1")
    Fraction(1, 10)
    """
    match = _NUMERAL.fullmatch(text)
    if match is None:
        raise ExpressionError(f"expected a number, found {shorten(text)}; write an integer, a decimal or p/q")
    whole, tail = match[1] or "", match[2] or match[4] or ""
    power_text = match[3] or match[5] or "0"
    if len(whole) + len(tail) > limits.digits:
        found = len(whole) + len(tail)
        raise ExpressionError(f"expected at most {limits.digits} digits in a number, found {found}: {shorten(text)}")
    digits = power_text.lstrip("+-").lstrip("0")
    if len(digits) > 6 or int(digits or 0) > limits.exponent:
        raise ExpressionError(f"expected a decimal exponent up to {limits.exponent} in size, found {shorten(text)}")
    power = int(digits or 0)  # without leading zeros, of which there may be thousands
    shift = (-power if power_text.startswith("-") else power) - len(tail)
    value = text_to_int(whole + tail)
    return Fraction(value * 10**shift) if shift >= 0 else Fraction(value, 10**-shift)


class _Reader:
    """Operator-precedence reading with two explicit stacks."""

    def __init__(self, text: str, limits: Limits, work: Work | None) -> None:
        self.text = text
        self.limits = limits
        self.work = Work(limits.effort) if work is None else work
        self.free = FREE
        self.values: list[Exact] = []
        self.pending: list[tuple[str, int]] = []
        self.depth = 0

    def run(self) -> Exact:
        operand_next = True
        for kind, token, place in self.tokens():
            if operand_next:
                operand_next = self.operand(kind, token, place)
            elif kind != "operator" or token == "(":
                raise self.error(place, "an operator", token)
            elif token == ")":
                self.close(place)
            else:
                self.binary(token, place)
                operand_next = True
        if operand_next:
            raise self.error(len(self.text), "a number, a parameter or '('", "the end")
        while self.pending:
            if self.pending[-1][0] == "(":
                raise self.error(len(self.text), "')'", "the end")
            self.apply()
        return self.values[0]

    def tokens(self) -> Iterator[tuple[str, str, int]]:
        place = 0
        while match := _TOKEN.match(self.text, place):
            kind = match.lastgroup or ""
            yield kind, match[kind], match.start(kind)
            place = match.end()
        rest = _BLANK.match(self.text, place)
        place = rest.end() if rest else place
        if place < len(self.text):
            raise self.error(place, "a number, a parameter, one of + - * / ** ( )", self.text[place])

    def operand(self, kind: str, token: str, place: int) -> bool:
        """Take a token where an operand is due; returns whether an operand is still due."""
        if kind == "numeral":
            self.values.append(read_numeral(token, self.limits))
            return False
        if kind == "name":
            from stackexact.exact.rational_function import symbol

            self.values.append(symbol(token))
            return False
        if token == "(":
            self.open("(", place)
        elif token in "+-":
            self.open("sign" + token, place)
        else:
            raise self.error(place, "a number, a parameter or '('", token)
        return True

    def open(self, entry: str, place: int) -> None:
        self.depth += entry == "("
        if self.depth > self.limits.nesting or len(self.pending) > 8 * self.limits.nesting:
            raise ExpressionError(f"expected at most {self.limits.nesting} nested levels in {shorten(self.text)}")
        self.pending.append((entry, place))

    def close(self, place: int) -> None:
        while self.pending and self.pending[-1][0] != "(":
            self.apply()
        if not self.pending:
            raise self.error(place, "no ')' without its '('", ")")
        self.pending.pop()
        self.depth -= 1

    def binary(self, token: str, place: int) -> None:
        rank = _PRECEDENCE[token]
        while self.pending and self.pending[-1][0] != "(":
            top = self.pending[-1][0]
            above = _PRECEDENCE["sign" if top.startswith("sign") else top]
            # ** binds to the right and tighter than a sign on its left, as in Python.
            if above < rank or (above == rank and token == "**"):
                break
            self.apply()
        self.open(token, place)

    def apply(self) -> None:
        token, place = self.pending.pop()
        right = self.values.pop()
        if token.startswith("sign"):
            self.values.append(-right if token == "sign-" else right)
            return
        left = self.values.pop()
        result = self.power(left, right, place) if token == "**" else self.combined(left, token, right)
        if isinstance(result, Fraction):
            self.bound(max(result.numerator.bit_length(), result.denominator.bit_length()), place)
        self.values.append(result)

    def combined(self, left: Exact, token: str, right: Exact) -> Exact:
        from stackexact.exact.rational_function import effort

        self.spend(effort(left, right))
        if token == "+":
            return left + right
        if token == "-":
            return left - right
        return left * right if token == "*" else left / right

    def spend(self, units: int) -> None:
        """Announce work of so many units, the first of which are free."""
        free = min(units, self.free)
        self.free -= free
        self.work.spend(units - free)

    def power(self, base: Exact, exponent: Exact, place: int) -> Exact:
        limit = self.limits.power
        if not isinstance(exponent, Fraction) or exponent.denominator != 1 or not 0 <= exponent <= limit:
            shown = shorten(str(exponent)) if not isinstance(exponent, Fraction) or _short(exponent) else "a larger one"
            raise self.error(place, f"an integer exponent from 0 to {limit} after '**'", shown, quote=False)
        count = exponent.numerator
        if isinstance(base, Fraction):
            self.bound(count * max(base.numerator.bit_length(), base.denominator.bit_length()), place)
            return Fraction(base**count)
        from stackexact.exact.rational_function import power_effort

        self.spend(power_effort(base, count))
        return base**count

    def bound(self, bits: int, place: int) -> None:
        if bits > self.limits.bits:
            digits = self.limits.bits * 3 // 10
            raise ExpressionError(f"a number at character {place + 1} of {shorten(self.text)} exceeds {digits} digits")

    def error(self, place: int, expected: str, found: str, *, quote: bool = True) -> ExpressionError:
        shown = shorten(found) if quote and found != "the end" else found
        where = f"at character {place + 1} of {self.around(place)}"
        return ExpressionError(f"expected {expected}, found {shown} {where}")

    def around(self, place: int) -> str:
        """The text about a place, quoted; dots where it goes on."""
        if len(self.text) <= _WIDTH:
            return shorten(self.text)
        low, high = max(0, place - _WIDTH // 2), place + _WIDTH // 4
        dots = "..." if low else "", "..." if high < len(self.text) else ""
        return shorten(f"{dots[0]}{self.text[low:high]}{dots[1]}")


def _short(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) < 200
