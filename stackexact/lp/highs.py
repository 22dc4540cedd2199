"""HiGHS as a proposer: it suggests a basis in floating point, and nothing it says is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from stackexact.lp.program import Basis, Position, Program

__all__ = ["Proposal", "available", "clipped_float", "propose", "scaled_floats"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A basis and a point that a float solver suggests."""

    basis: Basis
    point: tuple[float, ...]


def available() -> bool:
    """Whether highspy can be imported."""
    return find_spec("highspy") is not None


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

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships partial types
    for option, value in (("output_flag", False), ("presolve", "off"), ("solver", "simplex"), ("threads", 1)):
        solver.setOptionValue(option, value)
    if time_limit is not None:
        solver.setOptionValue("time_limit", max(time_limit, 0.0))
    solver.passModel(_model(highspy, program))
    solver.run()
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
