"""HiGHS as a proposer: it suggests a basis in floating point, and nothing it says is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any

from stackexact.lp.program import Basis, Position, Program

__all__ = ["Proposal", "available", "clipped_float", "propose", "propose_greatest", "scaled_floats"]

FLAT = 1e-9
"""Reduced costs below this may be 0."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A basis and a point that a float solver suggests."""

    basis: Basis
    point: tuple[float, ...]


def available() -> bool:
    """Whether highspy can be imported, which is tried: an installation may be incomplete, or of another machine."""
    try:
        import_module("highspy")
    except Exception:  # whatever a broken package raises: without it the answers are the same
        return False
    return True


def scaled_floats(values: Sequence[Fraction | None]) -> list[float | None]:
    """Rationals as floats after division by a power of two near the largest of them, so that none overflows.

    >>> scaled_floats([Fraction(10**400), Fraction(-(10**400), 2), None])[2] is None
    True
    """
    top = max((abs(v) for v in values if v is not None), default=Fraction(0))
    if not top:
        return [None if v is None else 0.0 for v in values]
    shift = top.numerator.bit_length() - top.denominator.bit_length()
    return [None if v is None else _ratio(v, shift) for v in values]


def _ratio(value: Fraction, shift: int) -> float:
    """The float nearest to ``value / 2**shift``: integer division rounds correctly at any length."""
    top, bottom = value.numerator, value.denominator
    return top / (bottom << shift) if shift >= 0 else (top << -shift) / bottom


def propose(program: Program[Fraction], time_limit: float | None = None) -> Proposal | None:
    """What HiGHS ends with; ``None`` where it holds no basis. Coefficients may be integers or fractions."""
    import highspy

    solver = _solver(highspy)
    if time_limit is not None:
        solver.setOptionValue("time_limit", max(time_limit, 0.0))
    solver.passModel(_model(highspy, program))
    solver.run()
    return _said(highspy, solver)


def propose_greatest(program: Program[Fraction]) -> Proposal | None:
    """Where HiGHS ends that makes each variable in turn as great as the optima of the earlier objectives let it.

    Whatever has a reduced cost at an optimum is fixed before the next objective, as in the exact simplex.
    """
    import highspy
    import numpy

    solver, model = _solver(highspy), _model(highspy, program)
    basic, optimal = highspy.HighsBasisStatus.kBasic, highspy.HighsModelStatus.kOptimal
    solver.passModel(model)
    columns = numpy.arange(model.num_col_, dtype=numpy.int32)
    sides = (
        (solver.changeColBounds, "col", numpy.array([model.col_lower_, model.col_upper_])),
        (solver.changeRowBounds, "row", numpy.array([model.row_lower_, model.row_upper_])),
    )
    for objective in numpy.identity(model.num_col_):
        solver.run()
        if solver.getModelStatus() != optimal:
            return None
        solution, basis, loose = solver.getSolution(), solver.getBasis(), 0
        for change, kind, bounds in sides:
            dual, value = (numpy.array(getattr(solution, f"{kind}_{what}")) for what in ("dual", "value"))
            places = numpy.array([place != basic for place in getattr(basis, f"{kind}_status")])
            for v in numpy.flatnonzero(places & (bounds[0] != bounds[1])):
                if abs(dual[v]) < FLAT:
                    loose += 1
                    continue
                bounds[:, v] = bounds[numpy.abs(bounds[:, v] - value[v]).argmin(), v]
                change(int(v), *bounds[:, v])
        if not loose:
            break
        solver.changeColsCost(len(columns), columns, objective)
    solver.run()
    return _said(highspy, solver)


def _solver(highspy: Any) -> Any:
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("presolve", "off"), ("solver", "simplex"), ("threads", 1)):
        solver.setOptionValue(option, value)
    return solver


def _said(highspy: Any, solver: Any) -> Proposal | None:
    basis = solver.getBasis()
    if not basis.valid:
        return None
    places = _positions(highspy)
    found = Basis(tuple(places[s] for s in basis.col_status), tuple(places[s] for s in basis.row_status))
    return Proposal(found, tuple(solver.getSolution().col_value))


def _positions(highspy: Any) -> dict[Any, Position]:
    status = highspy.HighsBasisStatus
    return {
        status.kBasic: Position.BASIC,
        status.kLower: Position.LOWER,
        status.kUpper: Position.UPPER,
        status.kZero: Position.FREE,
        status.kNonbasic: Position.LOWER,
    }


def _model(highspy: Any, program: Program[Fraction]) -> Any:
    model = highspy.HighsLp()
    rows, columns = program.shape
    infinity = highspy.kHighsInf
    model.num_col_, model.num_row_ = columns, rows
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = scaled_floats(program.objective)
    model.col_lower_ = [-infinity if v is None else clipped_float(v) for v in program.lower]
    model.col_upper_ = [infinity if v is None else clipped_float(v) for v in program.upper]
    lower, upper, index, value, start = [], [], [], [], [0]
    for row, low, high in zip(program.rows, program.row_lower, program.row_upper, strict=True):
        *coefficients, floor, ceiling = scaled_floats([*row, low, high])
        lower.append(-infinity if floor is None else floor)
        upper.append(infinity if ceiling is None else ceiling)
        for c, coefficient in enumerate(coefficients):
            if coefficient:
                index.append(c)
                value.append(coefficient)
        start.append(len(index))
    model.row_lower_, model.row_upper_ = lower, upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = start, index, value
    return model


def clipped_float(value: Fraction) -> float:
    """The float nearest to a bound, or one near the end of the range for a bound beyond it.

    >>> clipped_float(Fraction(-(10**400)))
    -1e+300
    """
    try:
        return _ratio(value, 0)
    except OverflowError:
        return 1e300 if value > 0 else -1e300
