"""Closed forms at irrational algebraic numbers, such as SymPy's ``sqrt(2)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import fmpz_poly

from stackexact.covering.line import Piece
from stackexact.errors import ExpressionError, InputError, LimitReached, UsageError, shorten
from stackexact.exact.numbers import exact, to_sympy
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.real_roots import Root, real_roots
from stackexact.solving.branches import branches, described, names_in_play
from stackexact.solving.cells import Cell, each
from stackexact.solving.claims import Claims

if TYPE_CHECKING:
    from stackexact.solving.solution import Result

__all__ = ["algebraic", "cell_at_root", "is_irrational", "number_at_root", "number_or_root"]


def algebraic(number: Any) -> Root | None:
    """A real algebraic number of SymPy as a root of its minimal polynomial; ``None`` for anything else."""
    if not type(number).__module__.startswith("sympy."):
        return None
    if not (getattr(number, "is_algebraic", False) and getattr(number, "is_real", False)):
        return None
    import sympy

    coefficients = sympy.minimal_polynomial(number, sympy.Dummy(), polys=True).all_coeffs()
    for root in real_roots(fmpz_poly([int(c) for c in reversed(coefficients)])):
        low, high = (sympy.Rational(int(end.p), int(end.q)) for end in root.bounds)
        if bool(low <= number) and bool(number <= high):
            return root
    return None


def is_irrational(value: Any) -> bool:
    """Whether a value from Python is an irrational algebraic number."""
    root = algebraic(value)
    return root is not None and not root.is_rational


def number_or_root(value: object) -> Exact | Root:
    """An exact value from Python, which may also be an irrational algebraic number of SymPy."""
    try:
        return exact(value)
    except ExpressionError:
        root = algebraic(value)
        if root is None:
            raise
        return root


def cell_at_root(result: Result, values: Mapping[str, Exact | Root]) -> Cell:
    """The cell that holds where one parameter is irrational and the others are rational.

    Its ``when`` singles the point out, and its values are numbers or polynomials in that parameter.
    """
    roots = {name: value for name, value in values.items() if isinstance(value, Root)}
    fixed = {name: value for name, value in values.items() if not isinstance(value, Root)}
    left = [name for name in names_in_play(result) if name not in fixed]
    if len(roots) != 1 or left != list(roots):
        raise UsageError(
            f"{result.concept}: expected one irrational value, and rational ones for all other parameters in play; "
            f"found {', '.join(map(shorten, roots))} irrational"
        )
    (name, root), form = next(iter(roots.items())), branches(result, fixed)
    place = form.place(root)
    if place is None:
        chains = " and ".join(map(str, result.assumptions))
        raise InputError(f"the assumptions ({chains}) exclude {name} near {float(root):.6g}; choose another value")
    cell = form.parts[place].value
    if cell is None:
        raise LimitReached(f"{result.concept}: undecided at {name} near {float(root):.6g}; raise the limit")
    there = replace(cell, **{field.name: _fixed(getattr(cell, field.name), fixed) for field in fields(cell)})
    return replace(Claims(form.parameter).at_point(there, root), when=described(form, [Piece.point(root)])[0])


def _fixed(value: Any, numbers: Mapping[str, Exact]) -> Any:
    return each(value, lambda leaf: leaf.at(numbers) if isinstance(leaf, Expression) else leaf)


def number_at_root(value: Any, given: Mapping[str, Any]) -> Any:
    """A value of such a cell as a SymPy number, with the irrational number put in as it was ``given``."""
    import sympy

    numbers = {sympy.Symbol(name): number for name, number in given.items()}

    def number(leaf: Any) -> Any:
        return to_sympy(leaf).subs(numbers).expand() if isinstance(leaf, Expression | Fraction) else leaf

    return each(value, number)
