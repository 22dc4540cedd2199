"""PuLP models of exact programs: for any solver that PuLP drives, and for .lp and .mps files.

PuLP sees floats (each row divided by a power of two, so that nothing overflows); the exact data stay beside.
"""

from __future__ import annotations

import warnings
from copy import copy
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from stackexact.errors import MissingLibrary, UsageError
from stackexact.lp.highs import clipped_float, scaled_floats
from stackexact.lp.program import Basis, Position, Program

__all__ = ["available", "basis_near", "default_solver", "propose", "to_pulp"]

NEAR = 1e-7
"""How close a proposed value counts as being at a bound."""


def available() -> bool:
    """Whether PuLP can be imported."""
    return find_spec("pulp") is not None


def to_pulp(program: Program[Fraction], name: str = "stackexact") -> Any:
    """The program as a ``pulp.LpProblem`` in floats, variables ``x0``, ``x1``, … (use its ``writeLP``, ``writeMPS``).

    Raises :class:`~stackexact.errors.MissingLibrary` without PuLP.
    """
    if not available():
        raise MissingLibrary("expected the library PuLP, found none; install it with 'pip install PuLP'")
    import pulp

    problem = pulp.LpProblem(name, pulp.LpMaximize)
    # PuLP 3.3 deprecates the constructor that 2.9 has alone.
    variable = getattr(problem, "add_variable", pulp.LpVariable)
    bounds = zip(program.lower, program.upper, strict=True)
    variables = [
        variable(f"x{c}", None if low is None else clipped_float(low), None if high is None else clipped_float(high))
        for c, (low, high) in enumerate(bounds)
    ]
    objective = scaled_floats(program.objective)
    problem += pulp.LpAffineExpression([(x, c or 0.0) for x, c in zip(variables, objective, strict=True)])
    for r, row in enumerate(program.rows):
        *coefficients, low, high = scaled_floats([*row, program.row_lower[r], program.row_upper[r]])
        terms = [(x, c) for x, c in zip(variables, coefficients, strict=True) if c]
        if low is not None and low == high:
            problem += pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintEQ, f"r{r}", low)
            continue
        if low is not None:
            problem += pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintGE, f"r{r}_low", low)
        if high is not None:
            problem += pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, f"r{r}_high", high)
    return problem


def default_solver() -> Any:
    """The solver that PuLP runs unless told otherwise: HiGHS, else the first installed one; ``None`` without any."""
    import pulp

    with warnings.catch_warnings():
        # PuLP 3.3 announces the end of the CBC that it carries. Here that is one proposer among others.
        warnings.simplefilter("ignore", DeprecationWarning)
        names = pulp.listSolvers(onlyAvailable=True)
        return pulp.getSolver("HiGHS" if "HiGHS" in names else names[0], msg=False) if names else None


def propose(program: Program[Fraction], solver: Any = None, time_limit: float | None = None) -> Basis | None:
    """A basis near the point that a PuLP solver returns (by default PuLP's own choice); ``None`` without a point.

    ``time_limit`` (seconds) is handed to a copy of the solver, which may have a shorter limit of its own.
    """
    problem = to_pulp(program)
    import pulp

    solver = solver or default_solver()
    if solver is None:
        raise UsageError("expected a solver that PuLP can run, found none; install one, such as CBC or highspy")
    if time_limit is not None:
        if time_limit <= 0:  # some solvers take 0 for no limit
            return None
        solver = copy(solver)
        own = getattr(solver, "timeLimit", None)
        solver.timeLimit = time_limit if own is None else min(own, time_limit)
    try:
        status = problem.solve(solver)
    except (pulp.PulpError, OSError, LookupError, ValueError):  # whatever a solver trips over is no proposal
        return None
    known = problem.variablesDict()
    values = [known[f"x{c}"].value() if f"x{c}" in known else 0.0 for c in range(len(program.objective))]
    if status != pulp.LpStatusOptimal or any(value is None for value in values):
        return None
    return basis_near(program, values)


def basis_near(program: Program[Fraction], point: list[float]) -> Basis:
    """Guess a basis at a point: variables between their bounds are basic, rows at a bound are tight.

    The guess may have too many or too few of either; the exact simplex completes it.
    """

    def place(value: float, low: float | None, high: float | None) -> Position:
        if low is not None and value <= low + NEAR * max(1.0, abs(low)):
            return Position.LOWER
        if high is not None and value >= high - NEAR * max(1.0, abs(high)):
            return Position.UPPER
        return Position.BASIC

    def clipped(bound: Fraction | None) -> float | None:
        return None if bound is None else clipped_float(bound)

    bounds = zip(point, program.lower, program.upper, strict=True)
    columns = tuple(place(value, clipped(low), clipped(high)) for value, low, high in bounds)
    rows = []
    for row, *sides in zip(program.rows, program.row_lower, program.row_upper, strict=True):
        *coefficients, floor, ceiling = scaled_floats([*row, *sides])
        activity = sum(a * x for a, x in zip(coefficients, point, strict=True) if a)
        rows.append(place(activity, floor, ceiling))
    return Basis(columns, tuple(rows))
