"""Checking a result from its numbers alone, on fractions: weak duality, Farkas, recession."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.lp.program import Program, Status
from stackexact.lp.solve import Result

__all__ = ["check"]


def check(program: Program[Any], result: Result) -> bool:
    """Whether the numbers of a result prove its status. An UNKNOWN status claims nothing and proves nothing: False.

    >>> from dataclasses import replace
    >>> from stackexact.lp import Program, solve
    >>> program = Program.of([1], at_most=[([2], 3)])
    >>> found = solve(program)
    >>> check(program, found), check(program, replace(found, value=Fraction(2)))
    (True, False)
    """
    match result.status:
        case Status.OPTIMAL:
            if result.value is None or result.point is None or result.multipliers is None:
                return False
            if not _feasible(program, result.point):
                return False
            bound = _bound(program, result.multipliers, program.objective)
            return _dot(program.objective, result.point) == result.value == bound
        case Status.INFEASIBLE:
            if result.conflict is not None:
                return _excluded(program, result.conflict)
            if result.farkas is None:
                return False
            bound = _bound(program, tuple(-y for y in result.farkas), (0,) * len(program.objective))
            return bound is not None and bound < 0
        case Status.UNBOUNDED:
            if result.point is None or result.ray is None:
                return False
            return _feasible(program, result.point) and _recedes(program, result.ray)
        case Status.UNKNOWN:
            return False


def _number(value: Any) -> Fraction:
    found = exact(value)
    if not isinstance(found, Fraction):
        raise UsageError(f"linear program: expected numbers, found {shorten(found)}; substitute its parameters")
    return found


def _dot(one: tuple[Any, ...], two: tuple[Fraction, ...]) -> Fraction:
    return sum((_number(a) * b for a, b in zip(one, two, strict=True) if b), Fraction(0))


def _inside(value: Fraction, low: Any, high: Any) -> bool:
    return (low is None or value >= _number(low)) and (high is None or value <= _number(high))


def _excluded(program: Program[Any], variable: int) -> bool:
    """Whether the bounds of a variable (or, counted on, of a row) exclude each other."""
    if not 0 <= variable < sum(program.shape):
        return False
    low, high = program.bounds(variable)
    return low is not None and high is not None and _number(low) > _number(high)


def _feasible(program: Program[Any], point: tuple[Fraction, ...]) -> bool:
    if len(point) != len(program.objective):
        return False
    values = [*point, *(_dot(row, point) for row in program.rows)]
    return all(_inside(value, *program.bounds(v)) for v, value in enumerate(values))


def _bound(program: Program[Any], weights: tuple[Fraction, ...], objective: tuple[Any, ...]) -> Fraction | None:
    """The bound that multipliers give the objective: Σ_r y_r activity_r + Σ_c d_c x_c at most; None: infinite."""
    if len(weights) != len(program.rows):
        return None
    rest = list(map(_number, objective))
    for row, weight in zip(program.rows, weights, strict=True):
        if weight:
            rest = [d - weight * _number(a) for d, a in zip(rest, row, strict=True)]
    total = Fraction(0)
    for variable, gain in enumerate([*rest, *weights]):
        if gain:
            low, high = program.bounds(variable)
            bound = high if gain > 0 else low
            if bound is None:
                return None
            total += gain * _number(bound)
    return total


def _recedes(program: Program[Any], ray: tuple[Fraction, ...]) -> bool:
    if len(ray) != len(program.objective):
        return False
    moves = [*ray, *(_dot(row, ray) for row in program.rows)]
    for variable, move in enumerate(moves):
        low, high = program.bounds(variable)
        if (move < 0 and low is not None) or (move > 0 and high is not None):
            return False
    return _dot(program.objective, ray) > 0
