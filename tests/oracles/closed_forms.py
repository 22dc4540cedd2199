"""Closed forms read at a point by nothing but their text: which cells hold there, and what they claim."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import stackexact as sx
from stackexact.exact.relation import parse_assumption

COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def value_at(expression: Any, point: Any) -> Any:
    """An exact value of one parameter at a number of any field, term by term."""
    if not isinstance(expression, sx.Expression):
        return expression
    sides = []
    for terms in (expression.numerator, expression.denominator):
        total: Any = Fraction(0)
        for (power,), coefficient in terms.items():
            term: Any = Fraction(coefficient)
            for _ in range(power):
                term = term * point
            total = total + term
        sides.append(total)
    return sides[0] / sides[1]


def holds(relation: str, point: Any) -> bool:
    """Whether a relation of a cell holds at a number."""
    chain = parse_assumption(relation)
    values = [value_at(term, point) for term in chain.terms]
    return all(COMPARE[sign](a, b) for a, sign, b in zip(values, chain.relations, values[1:], strict=False))


def only_cell(result: sx.Result, point: Any) -> Any:
    """The one cell that holds at a number; more or fewer are an error of the closed form."""
    (cell,) = [cell for cell in result.cells if all(holds(relation, point) for relation in cell.when)]
    return cell


def weights_at(weights: Mapping[str, Any], point: Any) -> dict[str, Any]:
    """A commitment at a number."""
    return {label: value_at(weight, point) for label, weight in weights.items()}
