"""The multiple LPs in floating point, on one HiGHS object: proposals only.

In the formulation of :mod:`stackexact.commitment.vertices` the constraint matrix is the same for every follower action;
going from one LP to the next changes two row bounds and the objective, so HiGHS continues from its last basis.

The incumbent is not passed on as ``objective_bound``: HiGHS never stopped at it (80 x 80 games, either sign: not one
iteration less on uniform, near zero-sum and zero-sum payoffs), since it looks at that bound in the dual simplex alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import frexp
from typing import Any

from flint import fmpq, fmpz

from stackexact.commitment.vertices import Vertex
from stackexact.exact.prover import Number
from stackexact.games.scalars import Scalars

__all__ = ["FloatLPs", "Proposal"]

SHIFT = 44
"""Binary digits kept of a proposed multiplier; more would only repeat the solver's rounding errors."""

LARGEST = 1023
"""The exponent of the largest power of two among floats."""

NEAR = 1e-6
"""Reduced costs and slacks (payoffs scaled to 1) below this may be ties."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What HiGHS says of LP(response): a value in [0, 1] (None: infeasible), multipliers of the rows, a basis.

    ``vertex()`` reads the basis; ``near()`` lists the leader actions whose reduced cost, and the follower actions whose
    slack, HiGHS cannot tell from 0. Most proposals are only used for their multipliers, so both are read when asked.
    """

    value: float | None
    multipliers: tuple[tuple[int, int], ...]
    shift: int
    vertex: Callable[[], Vertex]
    near: Callable[[], tuple[tuple[int, ...], tuple[int, ...]]] = lambda: ((), ())


class FloatLPs:
    """One HiGHS model for all LP(j) of a numeric game, payoffs scaled to [0, 1] (the follower's to [1, 2])."""

    def __init__(self, game: Scalars[Number]) -> None:
        import highspy
        import numpy

        self._highspy, self._numpy = highspy, numpy
        leader, self._leader_power = _unit_interval(game.leader)
        follower, self._follower_power = _unit_interval(game.follower)
        self.leader = numpy.array(leader)
        self._rows, self._columns = self.leader.shape
        self.tops: list[float] = self.leader.max(axis=0).tolist()
        self._basic = highspy.HighsBasisStatus.kBasic
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._infeasible = highspy.HighsModelStatus.kInfeasible
        self._actions = numpy.arange(self._rows, dtype=numpy.int32)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships partial types
        for option, value in (("output_flag", False), ("presolve", "off"), ("solver", "simplex"), ("threads", 1)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model(numpy.array(follower) + 1.0))
        self._last: int | None = None

    def _model(self, follower: Any) -> Any:
        numpy, infinity = self._numpy, self._highspy.kHighsInf
        m, n = self._rows, self._columns
        model = self._highspy.HighsLp()
        model.num_col_, model.num_row_ = m + 1, n + 1
        model.sense_ = self._highspy.ObjSense.kMaximize
        model.col_cost_ = numpy.zeros(m + 1)
        model.col_lower_ = numpy.append(numpy.zeros(m), -infinity)
        model.col_upper_ = numpy.full(m + 1, infinity)
        model.row_lower_ = numpy.append(numpy.full(n, -infinity), 1.0)
        model.row_upper_ = numpy.append(numpy.zeros(n), 1.0)
        matrix = model.a_matrix_
        matrix.format_ = self._highspy.MatrixFormat.kColwise
        matrix.start_ = numpy.append(numpy.arange(m + 1) * (n + 1), m * (n + 1) + n)
        matrix.index_ = numpy.append(numpy.tile(numpy.arange(n + 1), m), numpy.arange(n))
        dense = numpy.hstack([follower, numpy.ones((m, 1))]).ravel()
        matrix.value_ = numpy.append(dense, numpy.full(n, -1.0))
        return model

    def solve(self, response: int) -> Proposal | None:
        """HiGHS's word on LP(response); ``None`` where it has none."""
        solver = self._solver
        self._respond(response)
        solver.changeColsCost(self._rows, self._actions, self.leader[:, response])
        solver.run()
        status = solver.getModelStatus()
        basis = solver.getBasis()
        if not basis.valid:
            return None
        vertex = partial(self._vertex, basis)
        if status == self._optimal:
            solution = solver.getSolution()
            value = float(solver.getInfo().objective_function_value)
            near = partial(self._near, response, solution)
            return Proposal(value, *self._rounded(response, solution.row_dual), vertex, near)
        if status == self._infeasible:
            known, _, ray = solver.getDualRay()
            weights = [-float(w) for w in ray] if known == self._highspy.HighsStatus.kOk else [0.0] * self._columns
            return Proposal(None, *self._rounded(response, weights), vertex)
        return None

    def highest(self, response: int, start: Vertex, kept_out: list[int], held: list[int]) -> Vertex | None:
        """What is best for the follower on a face of LP(response): ``kept_out`` leader actions have no weight, ``held``
        follower actions tie. From a vertex of the face; ``None`` where HiGHS finds none."""
        solver, infinity, utility = self._solver, self._highspy.kHighsInf, self._rows
        self._respond(response)
        solver.changeColsCost(self._rows, self._actions, self._numpy.zeros(self._rows))
        solver.changeColCost(utility, 1.0)
        for i in kept_out:
            solver.changeColBounds(i, 0.0, 0.0)
        for k in held:
            solver.changeRowBounds(k, 0.0, 0.0)
        solver.setBasis(self._basis(start))
        solver.run()
        basis = solver.getBasis()
        found = self._vertex(basis) if basis.valid and solver.getModelStatus() == self._optimal else None
        for i in kept_out:
            solver.changeColBounds(i, 0.0, infinity)
        for k in held:
            solver.changeRowBounds(k, -infinity, 0.0)
        solver.changeColCost(utility, 0.0)
        return found

    def _respond(self, response: int) -> None:
        """Require ``response`` to be a best response, and the one before no longer."""
        if self._last is not None:
            self._solver.changeRowBounds(self._last, -self._highspy.kHighsInf, 0.0)
        self._solver.changeRowBounds(response, 0.0, 0.0)
        self._last = response

    def _basis(self, vertex: Vertex) -> Any:
        """A vertex as HiGHS's basis: the utility t is basic, the sum of weights tight."""
        status = self._highspy.HighsBasisStatus
        support, tight = set(vertex.support), set(vertex.tight)
        basis = self._highspy.HighsBasis()
        columns = [status.kBasic if i in support else status.kLower for i in range(self._rows)]
        rows = [status.kUpper if k in tight else status.kBasic for k in range(self._columns)]
        basis.col_status, basis.row_status, basis.valid = [*columns, status.kBasic], [*rows, status.kUpper], True
        return basis

    def _near(self, response: int, solution: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
        numpy = self._numpy
        rows = numpy.flatnonzero(numpy.abs(numpy.array(solution.col_dual[:-1])) < NEAR)
        slack = numpy.abs(numpy.array(solution.row_value[:-1])) < NEAR
        slack[response] = True
        return tuple(rows.tolist()), tuple(numpy.flatnonzero(slack).tolist())

    def _vertex(self, basis: Any) -> Vertex:
        """Support and tight set of a basis (the utility t counts as basic, the sum of weights as tight)."""
        basic = self._basic
        return Vertex(
            tuple([i for i, p in enumerate(basis.col_status[:-1]) if p == basic]),
            tuple([k for k, p in enumerate(basis.row_status[:-1]) if p != basic]),
        )

    def _rounded(self, response: int, weights: Sequence[float]) -> tuple[tuple[tuple[int, int], ...], int]:
        """Positive multipliers in the game's own integer units, as integers over 2**shift."""
        own = [(k, w) for k, w in enumerate(weights[: self._columns]) if w > 0.0 and k != response]
        top = max((w for _, w in own), default=0.0)
        if not 0.0 < top < float("inf"):
            return (), 0
        # y converts follower units to leader units: 2**(leader_power - follower_power) for scaled payoffs.
        drop = SHIFT - frexp(top)[1]
        if drop > LARGEST:  # multipliers this near to 0 are rounding errors
            return (), 0
        rounded = [(k, round(w * 2.0**drop)) for k, w in own]
        shift = drop - (self._leader_power - self._follower_power)
        kept = tuple((k, w) for k, w in rounded if w)
        if shift < 0:
            return tuple((k, w << -shift) for k, w in kept), 0
        return kept, shift


def _unit_interval(table: tuple[tuple[Number, ...], ...]) -> tuple[list[list[float]], int]:
    """Numbers moved and divided by a power of two into [0, 1]; returns the floats and that power.

    Division of Python integers rounds correctly at any length.
    """
    low = min(map(min, table))
    span = fmpq(max(map(max, table)) - low)
    power = int(span.p).bit_length() - int(span.q).bit_length() + 1
    up, down = (1 << -power, 1) if power < 0 else (1, 1 << power)

    def share(value: Number) -> float:
        gap = fmpq(value - low)
        return (int(gap.p) * up) / (int(gap.q) * down)

    if type(span.q) is fmpz and span.q == 1 and power < 1000 and all(type(row[0]) is fmpz for row in table):
        divisor = float(down)
        return [[int(value - low) / divisor for value in row] for row in table], power
    return [[share(value) for value in row] for row in table], power
