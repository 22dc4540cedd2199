"""Expressions evaluated at a point by way of Python's own parser, and printed from SymPy's own terms."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy
from sympy.polys.orderings import grlex

_BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_UNARY = {ast.UAdd: operator.pos, ast.USub: operator.neg}


def evaluate(text: str, at: Mapping[str, Fraction]) -> Fraction:
    """The value of an expression; numerals are read from their own text. ZeroDivisionError where it has none."""

    def value(node: Any) -> Fraction:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            exponent = value(node.right)
            assert exponent.denominator == 1
            return Fraction(value(node.left) ** exponent.numerator)
        if isinstance(node, ast.BinOp):
            return Fraction(_BINARY[type(node.op)](value(node.left), value(node.right)))
        if isinstance(node, ast.UnaryOp):
            return Fraction(_UNARY[type(node.op)](value(node.operand)))
        if isinstance(node, ast.Name):
            return at[node.id]
        return Fraction(str(ast.get_source_segment(source, node)))

    source = text.strip()
    return value(ast.parse(source, mode="eval").body)


def normal_form(function: Any) -> str:
    """The contract's normal form of a rational function that SymPy holds, printed independently."""
    top, bottom = sympy.fraction(sympy.cancel(sympy.together(function)))
    names = sorted(function.free_symbols, key=lambda symbol: symbol.name)
    if not names or not bottom.free_symbols:
        return _polynomial(sympy.expand(top / bottom), names)
    one, two = (sympy.Poly(side, *names) for side in (top, bottom))
    scale = sympy.ilcm(*(c.q for c in (*one.coeffs(), *two.coeffs())))
    content = sympy.igcd(*(c * scale for c in (*one.coeffs(), *two.coeffs())))
    factor = sympy.Rational(scale, content)
    if two.terms(order=grlex)[0][1] < 0:
        factor = -factor
    return f"({_polynomial(factor * one.as_expr(), names)})/({_polynomial(factor * two.as_expr(), names)})"


def _polynomial(expression: Any, names: list[Any]) -> str:
    if not names:
        return str(expression)
    text = ""
    for powers, coefficient in sympy.Poly(expression, *names).terms(order=grlex):
        factors = [str(abs(coefficient))] if abs(coefficient) != 1 or not any(powers) else []
        factors += [s.name if p == 1 else f"{s.name}**{p}" for s, p in zip(names, powers, strict=True) if p]
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + "*".join(factors)
    return text
