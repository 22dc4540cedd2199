"""Expressions in parameters, read without ``eval`` and without recursion; every size is bounded beforehand.

Integers, decimals with exponent, parameters, ``+ - * /``, ``**`` with a non-negative integer exponent, parentheses
and signs; precedence as in Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from stackexact.certificates.digits import integer
from stackexact.errors import shorten

CHARACTERS = 10_000_000
DIGITS = 1_000_000
"""Longest numeral."""
POWER = 1000
"""Greatest exponent after ``**``, and greatest size of a decimal exponent, times two."""
SIZE = 50_000_000
"""Most bits that a result may take: coefficients times their length."""

_TOKEN = re.compile(
    r" *(?:([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,6}))?|([A-Za-z][A-Za-z0-9_]*)|(\*\*|[-+*/()]))"
)
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "sign": 3, "**": 4}


class Malformed(ValueError):
    """A text that is no expression; the message says what was expected."""


class TooLong(Malformed):
    """An expression that would take too much work to multiply out."""


class Value(Protocol):
    """What an expression is made of: a rational function of one parameter, or of several."""

    def __add__(self, other: Any) -> Any: ...
    def __sub__(self, other: Any) -> Any: ...
    def __mul__(self, other: Any) -> Any: ...
    def __truediv__(self, other: Any) -> Any: ...
    def __neg__(self) -> Any: ...

    def size(self) -> int:
        """About how many words it takes to write down."""

    def whole(self) -> int | None:
        """The value if it is an integer."""

    def reduced(self) -> Any:
        """The same, a number in lowest terms: long sums of numbers stay short."""


V = TypeVar("V", bound=Value)


def read(text: str, number: Callable[[Fraction], V], parameters: Mapping[str, V]) -> V:
    """The function that a text stands for, made of numbers and parameters. Raises :class:`Malformed`."""
    if len(text) > CHARACTERS:
        raise Malformed(f"an expression of at most {CHARACTERS} characters")
    values: list[V] = []
    pending: list[str] = []
    operand_next = True
    for operand, token in _tokens(text, number, parameters):
        if operand_next:
            if operand is not None:
                values.append(operand)
                operand_next = False
            elif token in "+-":
                pending.append("sign" + token)
            elif token == "(":
                pending.append(token)
            else:
                raise Malformed("an expression: a number or a parameter where an operator stands")
        elif operand is not None or token == "(":
            raise Malformed("an expression: an operator between two operands")
        elif token == ")":
            while pending and pending[-1] != "(":
                _apply(values, pending)
            if not pending:
                raise Malformed("an expression without an unmatched ')'")
            pending.pop()
        else:
            while pending and _binds(pending[-1], token):
                _apply(values, pending)
            pending.append(token)
            operand_next = True
    if operand_next:
        raise Malformed("an expression that does not end with an operator")
    while pending:
        if pending[-1] == "(":
            raise Malformed("an expression without an unmatched '('")
        _apply(values, pending)
    return values[0]


def _tokens(text: str, number: Callable[[Fraction], V], parameters: Mapping[str, V]) -> Iterator[tuple[V | None, str]]:
    place = 0
    text = text.rstrip(" ")
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Malformed("an expression of numbers, parameters and + - * / ** ( )")
        place = found.end()
        numeral, exponent, word, operator = found.groups()
        if numeral is not None:
            yield number(_numeral(numeral, exponent or "0")), ""
        elif word is not None:
            if word not in parameters:
                known = ", ".join(parameters)
                raise Malformed(f"an expression in {known if len(known) < 60 else shorten(known)} alone")
            yield parameters[word], ""
        else:
            yield None, operator


def _numeral(text: str, exponent: str) -> Fraction:
    whole, _, tail = text.partition(".")
    if len(whole) + len(tail) > DIGITS or abs(int(exponent)) > 2 * POWER:
        raise Malformed(f"numbers of at most {DIGITS} digits, with exponents up to {2 * POWER}")
    value = Fraction(integer(whole + tail or "0"), 10 ** len(tail))
    return value * Fraction(10) ** int(exponent)


def _binds(earlier: str, later: str) -> bool:
    """Whether the earlier operator is applied before the later one takes its operands."""
    if earlier == "(":
        return False
    one, two = _RANK[earlier if not earlier.startswith("sign") else "sign"], _RANK[later]
    return one > two or (one == two and later != "**")


def _apply(values: list[V], pending: list[str]) -> None:
    operator, right = pending.pop(), values.pop()
    if operator.startswith("sign"):
        values.append(-right if operator == "sign-" else right)
        return
    left = values.pop()
    if operator == "**":
        values.append(_power(left, right))
        return
    _bounded(left.size() * right.size())
    match operator:
        case "+":
            values.append((left + right).reduced())
        case "-":
            values.append((left - right).reduced())
        case "*":
            values.append((left * right).reduced())
        case _:
            try:
                values.append((left / right).reduced())
            except ZeroDivisionError:
                raise Malformed("an expression that does not divide by zero") from None


def _power(left: V, right: V) -> V:
    exponent = right.whole()
    if exponent is None or not 0 <= exponent <= POWER:
        raise Malformed(f"an integer exponent from 0 to {POWER} after **")
    made: V = left - left + 1
    for digit in f"{exponent:b}" if exponent else "":  # squares first: a power of one term stays one term
        _bounded(made.size() ** 2)
        made = made * made
        _bounded(made.size() * left.size())
        made = made * left if digit == "1" else made
    return made


def _bounded(size: int) -> None:
    if size > SIZE:
        raise TooLong("an expression that amounts to shorter numbers and lower powers")
