"""Closed forms as SymPy expressions, and with numbers substituted. A cell is always chosen exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import ExpressionError, InputError, LimitReached, UsageError, shorten
from stackexact.exact.numbers import to_sympy
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, text_of
from stackexact.solving.branches import Value, names_in_play, refuse_unknown, regions, relations
from stackexact.solving.cells import Cell, Infinity, each

if TYPE_CHECKING:
    import sympy

    from stackexact.solving.solution import Result

__all__ = ["cell_at", "condition", "expression", "refuse_outside", "symbolic", "told"]

_RELATIONS: Final = {"<": "StrictLessThan", "<=": "LessThan", ">": "StrictGreaterThan", ">=": "GreaterThan"} | {
    "==": "Equality",
    "!=": "Unequality",
}


def expression(result: Result, name: str) -> sympy.Expr:
    """One value of the cells as a SymPy expression; a ``Piecewise`` where it takes several formulas.

    Cells that differ in other values only are not told apart. A ``Piecewise`` speaks of the domain only: elsewhere it
    is undefined, or whatever its relations make of it.
    """
    import sympy

    found = regions(result, name)
    if found[0].whens == ((),):
        return symbolic(found[0].value)
    pairs = ((symbolic(one.value), sympy.Or(*map(condition, one.whens), evaluate=False)) for one in found)
    return sympy.Piecewise(*pairs, evaluate=False)


def symbolic(value: Value) -> sympy.Expr:
    """A value of a cell as a SymPy expression."""
    if isinstance(value, Infinity):
        import sympy

        return sympy.oo if value is Infinity.OO else -sympy.oo
    return to_sympy(value)


def condition(when: Sequence[str]) -> Any:
    """The relations of a cell as a SymPy condition."""
    import sympy

    made = []
    for relation in relations(when):
        for left, sign, right in zip(relation.terms, relation.relations, relation.terms[1:], strict=False):
            made.append(getattr(sympy, _RELATIONS[sign])(to_sympy(left), to_sympy(right)))
    return sympy.And(*made)


def cell_at(result: Result, values: Mapping[str, Exact]) -> Cell:
    """The cell that holds at these values, with numbers in it."""
    for name in names_in_play(result):
        if name not in values:
            example = f"{{'{name}': '1/100'}}" if iskeyword(name) else f"{name}='1/100'"
            raise UsageError(f"{result.concept}: expected a value for {name}, found none; write at({example})")
    refuse_unknown(result, values)
    refuse_outside(result, values)
    for cell in result.cells:
        if all(chain.at(values).holds() for chain in relations(cell.when)):
            names = [field.name for field in fields(cell) if field.name != "when"]
            return replace(cell, when=(), **{name: _there(getattr(cell, name), values) for name in names})
    raise LimitReached(f"{result.concept}: undecided at these values; raise the limit, or solve the game there")


def refuse_outside(result: Result, values: Mapping[str, Exact]) -> None:
    """Refuse values that an assumption excludes; where a term of one divides by zero it does not hold."""
    for chain in result.assumptions:
        if not _holds(chain, values):
            raise InputError(f"the assumption {chain} excludes {told(values)}; choose another value")


def _holds(chain: Assumption, values: Mapping[str, Exact]) -> bool:
    try:
        return bool(chain.at(values).holds())
    except ExpressionError:
        return False


def _there(value: Any, values: Mapping[str, Exact]) -> Any:
    return each(value, lambda leaf: leaf.at(values) if isinstance(leaf, Expression) else leaf)


def told(values: Mapping[str, Exact]) -> str:
    return ", ".join(f"{name} = {shorten(text_of(value))}" for name, value in values.items())
