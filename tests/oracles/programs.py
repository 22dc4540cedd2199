"""Linear programs decided by z3 (exact rational arithmetic), and what a proof about one has to show.

``program`` is anything with the fields objective, rows, row_lower, row_upper, lower, upper (None: no bound).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import z3

from oracles.linear import dot

INFEASIBLE, UNBOUNDED = "infeasible", "unbounded"


def optimum(program: Any) -> Fraction | str:
    """The greatest value, or how there is none."""
    solver = z3.Optimize()
    variables = [z3.Real(f"x{c}") for c in range(len(program.objective))]
    for variable, low, high in zip(variables, program.lower, program.upper, strict=True):
        _bound(solver, variable, low, high)
    for row, low, high in zip(program.rows, program.row_lower, program.row_upper, strict=True):
        _bound(solver, _sum(row, variables), low, high)
    goal = solver.maximize(_sum(program.objective, variables))
    if solver.check() != z3.sat:
        return INFEASIBLE
    text = str(solver.upper(goal))
    return UNBOUNDED if "oo" in text else Fraction(text)


def _real(value: Any) -> Any:
    return z3.RealVal(str(value))


def _sum(coefficients: Sequence[Any], variables: Sequence[Any]) -> Any:
    terms = [_real(a) * x for a, x in zip(coefficients, variables, strict=True)]
    return z3.Sum(terms) if terms else z3.RealVal(0)


def _bound(solver: Any, term: Any, low: Any, high: Any) -> None:
    if low is not None:
        solver.add(term >= _real(low))
    if high is not None:
        solver.add(term <= _real(high))


def satisfies(program: Any, point: Sequence[Fraction]) -> bool:
    """Whether a point keeps every bound."""
    values = [*point, *(dot(row, point) for row in program.rows)]
    lows, highs = (*program.lower, *program.row_lower), (*program.upper, *program.row_upper)
    return all(
        (low is None or low <= value) and (high is None or value <= high)
        for value, low, high in zip(values, lows, highs, strict=True)
    )


def bound_by(program: Any, objective: Sequence[Fraction], multipliers: Sequence[Fraction]) -> Fraction | None:
    """What multipliers of the rows bound an objective by (None: by nothing): the greatest value of
    ``Σ_r y_r activity_r + Σ_c (objective_c − Σ_r y_r a_rc) x_c`` when activities and variables range freely."""
    weights = [*multipliers]
    for c, cost in enumerate(objective):
        weights.append(cost - dot(multipliers, [row[c] for row in program.rows]))
    lows, highs = (*program.row_lower, *program.lower), (*program.row_upper, *program.upper)
    total = Fraction(0)
    for weight, low, high in zip(weights, lows, highs, strict=True):
        end = high if weight > 0 else low
        if weight and end is None:
            return None
        total += weight * end if weight else 0
    return total


def recedes(program: Any, ray: Sequence[Fraction]) -> bool:
    """Whether going along a direction keeps every bound for ever and improves the objective."""
    moves = [*ray, *(dot(row, ray) for row in program.rows)]
    lows, highs = (*program.lower, *program.row_lower), (*program.upper, *program.row_upper)
    kept = all(
        (low is None or move >= 0) and (high is None or move <= 0)
        for move, low, high in zip(moves, lows, highs, strict=True)
    )
    return kept and dot(program.objective, ray) > 0


def lexicographic(program: Any, objectives: Sequence[Sequence[Any]]) -> list[Fraction]:
    """The greatest value of each objective in turn, on what the earlier ones leave (all must have one)."""
    values: list[Fraction] = []
    for objective in objectives:
        value = optimum(replace(program, objective=tuple(objective)))
        assert isinstance(value, Fraction)
        values.append(value)
        program = replace(
            program,
            rows=(*program.rows, tuple(objective)),
            row_lower=(*program.row_lower, value),
            row_upper=(*program.row_upper, value),
        )
    return values
