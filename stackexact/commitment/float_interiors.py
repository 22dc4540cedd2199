"""Interior points of best-response regions in floating point, on one HiGHS object: proposals only.

With ``x_i = y_i + s`` the interior program of a class (:func:`stackexact.commitment.weak_programs.interior_program`)
has one row per follower action, and from one class to the next only its own rows change:

    maximise s  over y >= 0 and the follower's utility t
    with     Σ_i y_i u2(i, k) + s (Σ_i u2(i, k) + 1) <= t  outside the class, without the 1 and with equality inside it,
             Σ_i y_i + m s = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stackexact.exact.prover import Number

__all__ = ["FloatInteriors", "moderate"]

MODERATE = 2**50
"""Integers up to this size, and their differences, are floats without rounding."""


def moderate(table: tuple[tuple[Number, ...], ...]) -> bool:
    """Whether a table holds integers that floats hold as well."""
    return all(hasattr(value, "bit_length") and abs(value) < MODERATE for row in table for value in row)


class FloatInteriors:
    """The interior programs of a follower table of moderate integers, divided by their range."""

    def __init__(self, follower: tuple[tuple[Number, ...], ...]) -> None:
        import highspy
        import numpy

        self._infinity = highspy.kHighsInf
        self._optimal = highspy.HighsModelStatus.kOptimal
        table = numpy.array([[int(value) for value in row] for row in follower], dtype=float)
        table -= table.min()
        table /= table.max() or 1.0
        self._rows, self._columns = table.shape
        self._sums = table.sum(axis=0)
        self._members: Sequence[int] = ()
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships partial types
        for option, value in (("output_flag", False), ("presolve", "off"), ("solver", "simplex"), ("threads", 1)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model(highspy, numpy, table))

    def _model(self, highspy: Any, numpy: Any, table: Any) -> Any:
        m, n = table.shape
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = m + 2, n + 1
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_ = numpy.append(numpy.zeros(m + 1), 1.0)
        model.col_lower_ = numpy.append(numpy.zeros(m), [-self._infinity] * 2)
        model.col_upper_ = numpy.full(m + 2, self._infinity)
        model.row_lower_ = numpy.append(numpy.full(n, -self._infinity), 1.0)
        model.row_upper_ = numpy.append(numpy.zeros(n), 1.0)
        weights = numpy.hstack([table, numpy.ones((m, 1))])
        utility = numpy.append(numpy.full(n, -1.0), 0.0)
        depth = numpy.append(self._sums + 1.0, float(m))
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = numpy.arange(m + 3) * (n + 1)
        matrix.index_ = numpy.tile(numpy.arange(n + 1), m + 2)
        matrix.value_ = numpy.vstack([weights, utility, depth]).ravel()
        return model

    def point(self, members: Sequence[int]) -> list[float] | None:
        """A commitment that HiGHS holds for inner to the class's region; ``None`` where it sees none."""
        solver, depth = self._solver, self._rows + 1
        for k in self._members:
            solver.changeRowBounds(k, -self._infinity, 0.0)
            solver.changeCoeff(k, depth, float(self._sums[k]) + 1.0)
        for k in members:
            solver.changeRowBounds(k, 0.0, 0.0)
            solver.changeCoeff(k, depth, float(self._sums[k]))
        self._members = members
        solver.run()
        if solver.getModelStatus() != self._optimal:
            return None
        *weights, _, inner = solver.getSolution().col_value
        return [weight + inner for weight in weights] if inner > 0.0 else None
