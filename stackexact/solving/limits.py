"""Limits of closed forms: what a value tends to where a parameter approaches a bound, a jump or infinity."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from stackexact.errors import ExpressionError, InputError, LimitReached, UsageError, shorten
from stackexact.exact.numbers import exact, to_sympy
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.real_roots import Root
from stackexact.solving.algebraic import algebraic
from stackexact.solving.branches import Value, domain_text, names_in_play, refuse_unknown, regions, values_of
from stackexact.solving.claims import number_at
from stackexact.solving.functions import symbolic
from stackexact.solving.names import known_name, usual_name

if TYPE_CHECKING:
    import sympy

    from stackexact.exact.reading import Parameter
    from stackexact.solving.solution import Result

__all__ = ["breakpoints", "limit", "root_expression"]


def breakpoints(result: Result, name: str, fixed: Mapping[str, Exact]) -> tuple[sympy.Expr, ...]:
    """Where one formula ends and another begins, inside the domain or at its ends, in ascending order."""
    form = values_of(result, name or usual_name(result), fixed)
    ends = {end for one in form.parts for end in (one.piece.low, one.piece.high) if end is not None}
    return tuple(map(root_expression, sorted(ends)))


def limit(result: Result, name: str, parameter: str, to: object, fixed: Mapping[str, Exact]) -> sympy.Expr:
    """The limit of a value where a parameter approaches ``to``, by the formula that holds next to it."""
    known_name(result, name)
    refuse_unknown(result, fixed)
    if parameter not in result.parameters or parameter in fixed:
        free = ", ".join(one for one in result.parameters if one not in fixed) or "none"
        raise UsageError(f"{result.concept}: expected one of its free parameters ({free}), found {shorten(parameter)}")
    point, side, place = _target(to)
    left = [one for one in names_in_play(result) if one not in fixed]
    if left != [parameter]:
        return _of_one_formula(result, name, parameter, point, fixed)
    form = values_of(result, name, fixed)
    found = {}
    for above in (True, False):
        if side in ("", "+" if above else "-"):
            branch = form.beside(point, above=above)
            if branch is None:
                continue
            if branch.value is None:
                raise LimitReached(f"{result.concept}: undecided next to {parameter} = {place}; raise the limit")
            found[above] = _towards(form.parameter, branch.value, point, above)
    if not found and point is None and (form.domain[-1].high if side == "+" else form.domain[0].low) is None:
        raise InputError(f"{result.concept}: expected values of {name} where {parameter} goes to {place}, found none")
    if not found and point is None:
        raise InputError(
            f"limit: {parameter} does not go to {place} on the domain ({domain_text(result)}); "
            "choose one of its ends, as breakpoints() gives them"
        )
    if not found:
        where = {"+": "just above", "-": "just below", "": "near"}[side]
        raise InputError(f"limit: expected values of {parameter} {where} {place} in the domain, found none; turn round")
    if len(set(found.values())) > 1:
        raise InputError(
            f"limit: expected one limit at {parameter} = {place}, found {found[False]} from below and {found[True]} "
            f"from above; write '{place}-' or '{place}+'"
        )
    (value,) = set(found.values())
    number = point is not None and not point.is_rational
    return value.subs(_symbol(parameter), _given(to, point)).expand() if number else value


def _symbol(name: str) -> Any:
    import sympy

    return sympy.Symbol(name)


def _given(to: object, point: Root | None) -> Any:
    """An irrational number as the caller wrote it."""
    assert point is not None
    return to[0] if isinstance(to, tuple) else to


def _target(to: object) -> tuple[Root | None, str, str]:
    """Where to go (``None`` is infinity), from which side, and the place in words."""
    number, side = to if isinstance(to, tuple) and len(to) == 2 else (to, "")
    if isinstance(number, str):
        number = number.strip()
        if number[-1:] in ("+", "-") and number[:-1].strip():
            number, side = number[:-1].strip(), number[-1]
    if side not in ("", "+", "-"):
        raise UsageError(f"limit: expected the side '+' or '-', found {shorten(side)}")
    text = str(number)
    if text in ("oo", "+oo", "-oo"):
        return None, "-" if text == "-oo" else "+", text
    try:
        value = exact(number)
    except ExpressionError:
        root = algebraic(number)
        if root is None:
            raise
        return root, side, text
    if not isinstance(value, Fraction):
        raise UsageError(f"limit: expected a number, oo or -oo, found {shorten(value)}")
    return Root.of(value), side, text


def _towards(parameter: Parameter, value: Value, point: Root | None, above: bool) -> sympy.Expr:
    """The limit of a formula at a point from above or below, or at plus (``above``) or minus infinity."""
    import sympy

    if not isinstance(value, Expression):
        return symbolic(value)
    top, bottom = parameter.split(value)
    if point is not None:
        if point.sign_of(bottom):
            return to_sympy(number_at(parameter, value, point))
        # In lowest terms the numerator does not vanish as well.
        return sympy.oo * point.sign_of(top) * _sign_beside(bottom, point, above)
    degrees = top.degree(), bottom.degree()
    if degrees[0] < degrees[1]:
        return sympy.Integer(0)
    leading = sympy.Rational(int(top[degrees[0]]), int(bottom[degrees[1]]))
    if degrees[0] == degrees[1]:
        return leading
    turn = 1 if above or (degrees[0] - degrees[1]) % 2 == 0 else -1
    return sympy.oo * leading * turn


def _sign_beside(polynomial: Any, point: Root, above: bool) -> int:
    """The sign next to a root: that of the first derivative which does not vanish there."""
    turn = 1
    while not point.sign_of(polynomial):
        polynomial = polynomial.derivative()
        turn *= 1 if above else -1
    return turn * point.sign_of(polynomial)


def _of_one_formula(
    result: Result, name: str, parameter: str, point: Root | None, fixed: Mapping[str, Exact]
) -> sympy.Expr:
    """With further parameters left: that of the one formula that holds on the whole domain, where it is defined."""
    found = regions(result, name)
    value = found[0].value
    if len(found) == 1 and found[0].whens == ((),):
        if not isinstance(value, Expression) or parameter not in value.parameters:
            return symbolic(value.at(fixed) if isinstance(value, Expression) else value)
        if point is not None and point.is_rational:
            try:
                return to_sympy(value.at({**fixed, parameter: point.rational}))
            except ExpressionError:
                pass  # it tends to infinity, with a sign that may depend on the other parameters
    others = [one for one in names_in_play(result) if one not in (*fixed, parameter)]
    raise UsageError(
        f"{result.concept}: expected numbers for {', '.join(others)}, of which the limit depends; "
        f"write limit('{name}', '{parameter}', '0+', at={{'{others[0]}': '1/100'}})"
        if others
        else f"{result.concept}: {name} does not depend on {parameter}"
    )


def root_expression(root: Root) -> sympy.Expr:
    """A root as a SymPy number: rational, with square roots, or a root of its polynomial."""
    import sympy

    if root.is_rational:
        return to_sympy(root.rational)
    coefficients = [int(c) for c in reversed(root.polynomial.coeffs())]
    found: sympy.Expr = sympy.rootof(sympy.Poly(coefficients, sympy.Symbol("x")), root.number)
    return found
