"""Expressions in one parameter, read without ``eval`` and without recursion; every size is bounded beforehand.

Integers, decimals with exponent, the parameter, ``+ - * /``, ``**`` with a non-negative integer exponent, parentheses
and signs; precedence as in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from stackexact.certificates.digits import integer
from stackexact.certificates.functions import Function
from stackexact.certificates.polynomials import ONE

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


def read(text: str, name: str) -> Function:
    """The function that a text stands for; ``name`` is the parameter. Raises :class:`Malformed`."""
    if len(text) > CHARACTERS:
        raise Malformed(f"an expression of at most {CHARACTERS} characters")
    values: list[Function] = []
    pending: list[str] = []
    operand_next = True
    for number, token in _tokens(text, name):
        if operand_next:
            if number is not None:
                values.append(number)
                operand_next = False
            elif token in "+-":
                pending.append("sign" + token)
            elif token == "(":
                pending.append(token)
            else:
                raise Malformed("an expression: a number or a parameter where an operator stands")
        elif number is not None or token == "(":
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


def _tokens(text: str, name: str) -> Iterator[tuple[Function | None, str]]:
    place = 0
    text = text.rstrip(" ")
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Malformed("an expression of numbers, the parameter and + - * / ** ( )")
        place = found.end()
        numeral, exponent, word, operator = found.groups()
        if numeral is not None:
            yield Function.of(_numeral(numeral, exponent or "0")), ""
        elif word is not None:
            if word != name:
                raise Malformed(f"an expression in {name} alone")
            yield Function((0, 1)), ""
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


def _apply(values: list[Function], pending: list[str]) -> None:
    operator, right = pending.pop(), values.pop()
    if operator.startswith("sign"):
        values.append(-right if operator == "sign-" else right)
        return
    left = values.pop()
    if operator == "**":
        values.append(_power(left, right))
        return
    _bounded(_size(left) * _size(right))
    if operator == "/" and not right.top:
        raise Malformed("an expression that does not divide by zero")
    match operator:
        case "+":
            made = left + right
        case "-":
            made = left - right
        case "*":
            made = left * right
        case _:
            made = left / right
    values.append(_reduced(made))


def _reduced(value: Function) -> Function:
    """Numbers are kept in lowest terms, so that long sums of them stay short."""
    if len(value.top) == 1 and len(value.bottom) == 1:
        return Function.of(Fraction(value.top[0], value.bottom[0]))
    return value


def _power(left: Function, right: Function) -> Function:
    exponent = right.top[0] if right.top else 0
    if len(right.top) > 1 or right.bottom != ONE or not 0 <= exponent <= POWER:
        raise Malformed(f"an integer exponent from 0 to {POWER} after **")
    if left.bottom == ONE and left.top == (0, 1):
        return Function((0,) * exponent + (1,))
    _bounded(_size(left) * exponent**2)
    made = Function(ONE)
    for _ in range(exponent):
        made = made * left
    return made


def _size(value: Function) -> int:
    longest = max(map(abs, (*value.top, *value.bottom))).bit_length()
    return (len(value.top) + len(value.bottom)) * (1 + longest // 30)


def _bounded(size: int) -> None:
    if size > SIZE:
        raise Malformed("an expression that amounts to shorter numbers and lower powers")
