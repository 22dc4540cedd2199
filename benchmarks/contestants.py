"""Who takes part: stackexact, OpenSpiel's float solver, and the same linear programs in HiGHS alone.

Each loads a game into the form it wants (not timed) and then solves it (timed). HiGHS alone runs the LPs in the order
in which stackexact runs them, and skips one where its bound max_i u1(i, j) lies below the best value so far.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import wraps
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Final, Protocol
from unittest import mock

from families import Tables

__all__ = ["CONTESTANTS", "FRESH", "OPENSPIEL", "REUSED", "STACKEXACT", "Contestant", "contestant", "installed"]

STACKEXACT: Final = "stackexact"
OPENSPIEL: Final = "OpenSpiel"
FRESH: Final = "HiGHS fresh"
REUSED: Final = "HiGHS reused"

CLOSE: Final = 1e-7
"""An LP is skipped where its bound is lower than the best value by more than this share of the leader's range."""


class Contestant(Protocol):
    """Solves games for the strong mixed Stackelberg value."""

    def load(self, tables: Tables) -> Any:
        """The game in the form this solver wants."""
        ...

    def solve(self, loaded: Any) -> Fraction | float:
        """The leader's value."""
        ...

    def details(self) -> dict[str, float]:
        """Counts and times of the last solve beside its wall-clock time."""
        ...


@dataclass(slots=True)
class Clock:
    """Time inside HiGHS: in its ``run`` alone, and in all calls of methods on a HiGHS object."""

    running: float = 0.0
    calls: float = 0.0
    lps: int = 0
    inside: bool = False

    def watch(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, with its outermost calls timed."""

        @wraps(method)
        def timed(*args: Any, **options: Any) -> Any:
            if self.inside:
                return method(*args, **options)
            self.inside = True
            start = perf_counter()
            try:
                return method(*args, **options)
            finally:
                spent = perf_counter() - start
                self.inside = False
                self.calls += spent
                if name in ("run", "solve"):
                    self.running += spent
                    self.lps += 1

        return timed


def _watched(original: type, clock: Clock) -> type:
    """A subclass of highspy's ``Highs`` whose methods are timed."""
    timed = {}
    for name in dir(original):
        static = inspect.getattr_static(original, name)
        private = name.startswith("_") and name != "__init__"
        if private or isinstance(static, (staticmethod, classmethod, property)):
            continue
        method = getattr(original, name)
        if callable(method) and not isinstance(method, type):
            timed[name] = clock.watch(name, method)
    return type("Highs", (original,), timed)


@contextmanager
def _listening(clock: Clock) -> Iterator[None]:
    """While this lasts, HiGHS objects that anyone makes are timed."""
    import highspy

    with mock.patch.object(highspy, "Highs", _watched(highspy.Highs, clock)):
        yield


@dataclass(slots=True)
class Stackexact:
    """``stackexact.solve`` from a game object: conversion, search and verification."""

    clock: Clock = field(default_factory=Clock)

    def load(self, tables: Tables) -> Any:
        import stackexact

        return stackexact.Game(tables.leader, tables.follower)

    def solve(self, loaded: Any) -> Fraction:
        from stackexact import solve

        cell: Any = solve(loaded, ["mixed-strong"])["mixed-strong"].cells[0]
        value: Fraction = cell.leader
        return value

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count the time inside HiGHS from here on, starting at nothing."""
        self.clock = Clock()
        with _listening(self.clock):
            yield

    def details(self) -> dict[str, float]:
        return {"lps": self.clock.lps, "running": self.clock.running, "calls": self.clock.calls}


class OpenSpiel:
    """``open_spiel.python.algorithms.stackelberg_lp.solve_stackelberg`` from a matrix game."""

    def load(self, tables: Tables) -> Any:
        import pyspiel
        from open_spiel.python.algorithms import stackelberg_lp  # noqa: F401  # imported here, outside the timed part

        return pyspiel.create_matrix_game(*tables.floats())

    def solve(self, loaded: Any) -> float:
        from open_spiel.python.algorithms.stackelberg_lp import solve_stackelberg

        return float(solve_stackelberg(loaded)[2])

    def details(self) -> dict[str, float]:
        return {}


@dataclass(slots=True)
class HighsFresh:
    """One new HiGHS model per follower action, built from NumPy arrays, with HiGHS's own settings."""

    lps: int = 0

    def load(self, tables: Tables) -> Any:
        return _arrays(tables)

    def solve(self, loaded: Any) -> float:
        leader, follower = loaded
        tops, order, slack = _sequence(leader)
        best = -float("inf")
        self.lps = 0
        for j in order:
            if tops[j] < best - slack:
                continue
            self.lps += 1
            value = _fresh_value(leader[:, j], follower, j)
            if value is not None and value > best:
                best = value
        return best

    def details(self) -> dict[str, float]:
        return {"lps": self.lps}


def _fresh_value(objective: Any, follower: Any, response: int) -> float | None:
    """The optimum of one LP over commitments to which ``response`` is a best response; ``None`` if there are none."""
    import highspy
    import numpy

    gains = (numpy.delete(follower, response, axis=1) - follower[:, [response]]).T
    matrix = numpy.vstack([gains, numpy.ones(len(objective))])
    infinity = highspy.kHighsInf
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = objective
    model.col_lower_, model.col_upper_ = numpy.zeros(len(objective)), numpy.full(len(objective), infinity)
    model.row_lower_ = numpy.append(numpy.full(len(gains), -infinity), 1.0)
    model.row_upper_ = numpy.append(numpy.zeros(len(gains)), 1.0)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = numpy.append(0, numpy.cumsum(numpy.count_nonzero(matrix, axis=1)))
    model.a_matrix_.index_ = numpy.nonzero(matrix)[1]
    model.a_matrix_.value_ = matrix[numpy.nonzero(matrix)]
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships partial types
    solver.setOptionValue("output_flag", False)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(solver.getInfo().objective_function_value)


@dataclass(slots=True)
class HighsReused:
    """One HiGHS object for all LPs: two row bounds and the objective change, and the last basis is the start.

    The variables are the commitment and the follower's utility t; row k says that action k gives at most t, and at
    equality for the response. Payoffs are scaled to [0, 1], the follower's moved to [1, 2].
    """

    lps: int = 0

    def load(self, tables: Tables) -> Any:
        return _arrays(tables)

    def solve(self, loaded: Any) -> float:
        import highspy
        import numpy

        low, span = loaded[0].min(), _span(loaded[0])
        leader = (loaded[0] - low) / span
        follower = (loaded[1] - loaded[1].min()) / _span(loaded[1]) + 1.0
        tops, order, _ = _sequence(leader)
        solver = _reusable(follower)
        actions = numpy.arange(len(leader), dtype=numpy.int32)
        best, last = -1.0, None
        self.lps = 0
        for j in order:
            if tops[j] < best - CLOSE:
                continue
            self.lps += 1
            if last is not None:
                solver.changeRowBounds(last, -highspy.kHighsInf, 0.0)
            solver.changeRowBounds(j, 0.0, 0.0)
            last = j
            solver.changeColsCost(len(actions), actions, leader[:, j])
            solver.run()
            if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                best = max(best, solver.getInfo().objective_function_value)
        return float(low + span * best)

    def details(self) -> dict[str, float]:
        return {"lps": self.lps}


def _reusable(follower: Any) -> Any:
    """A HiGHS object with the constraints that all LPs of a game share."""
    import highspy
    import numpy

    m, n = follower.shape
    infinity = highspy.kHighsInf
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = m + 1, n + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = numpy.zeros(m + 1)
    model.col_lower_, model.col_upper_ = numpy.append(numpy.zeros(m), -infinity), numpy.full(m + 1, infinity)
    model.row_lower_ = numpy.append(numpy.full(n, -infinity), 1.0)
    model.row_upper_ = numpy.append(numpy.zeros(n), 1.0)
    matrix = numpy.vstack([numpy.hstack([follower.T, numpy.full((n, 1), -1.0)]), numpy.append(numpy.ones(m), 0.0)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = numpy.append(0, numpy.cumsum(numpy.count_nonzero(matrix, axis=0)))
    model.a_matrix_.index_ = numpy.nonzero(matrix.T)[1]
    model.a_matrix_.value_ = matrix.T[numpy.nonzero(matrix.T)]
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships partial types
    for option, value in (("output_flag", False), ("presolve", "off"), ("solver", "simplex"), ("threads", 1)):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver


def _arrays(tables: Tables) -> tuple[Any, Any]:
    import numpy

    leader, follower = tables.floats()
    return numpy.array(leader), numpy.array(follower)


def _span(table: Any) -> float:
    return float(table.max() - table.min()) or 1.0


def _sequence(leader: Any) -> tuple[list[float], list[int], float]:
    """The bounds max_i u1(i, j), the follower actions by descending bound, and the slack of the skipping rule."""
    tops = leader.max(axis=0).tolist()
    return tops, sorted(range(len(tops)), key=lambda j: -tops[j]), CLOSE * _span(leader)


CONTESTANTS: Final[dict[str, Callable[[], Contestant]]] = {
    STACKEXACT: Stackexact,
    OPENSPIEL: OpenSpiel,
    FRESH: HighsFresh,
    REUSED: HighsReused,
}
"""In the order in which they solve each game; the first is the exact one."""


def contestant(name: str) -> Contestant:
    """A contestant by name."""
    return CONTESTANTS[name]()


def installed(name: str) -> bool:
    """Whether a contestant's packages are there; nothing is imported."""
    needed = {OPENSPIEL: ("pyspiel", "open_spiel", "cvxpy"), FRESH: ("highspy",), REUSED: ("highspy",)}
    return all(find_spec(package) is not None for package in needed.get(name, ()))
