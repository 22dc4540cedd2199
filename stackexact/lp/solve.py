"""Solving a linear program exactly: a float solver proposes a basis, exact arithmetic proves or finishes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from stackexact.errors import LimitReached, MissingLibrary, Unproved, UsageError, shorten
from stackexact.exact.fields import Rationals, to_fraction, to_rational
from stackexact.exact.numbers import common_denominator, exact
from stackexact.exact.prover import Number, Numbers
from stackexact.exact.records import Record
from stackexact.lp import highs, pulp_models
from stackexact.lp.certify import Optimum, certify_infeasible, certify_optimal, certify_unbounded
from stackexact.lp.program import Basis, Program, Status
from stackexact.lp.simplex import Dictionary

__all__ = ["Proposer", "Result", "solve"]

Proposer: TypeAlias = Literal["auto", "highs", "pulp", "none"]
"""Who proposes: HiGHS directly, a solver that PuLP drives, nobody (the exact simplex alone), or the first at hand."""


@dataclass(frozen=True, slots=True, repr=False)
class Result(Record):
    """How solving ended, with exact numbers and what proves them; check it again with :func:`stackexact.lp.check`.

    ``multipliers`` has an entry per row: what one unit more of its bound is worth. ``farkas`` (per row) and ``ray``
    (per variable) stand there for infeasible and unbounded programs; where the two bounds of a variable or row exclude
    each other, ``conflict`` is its number in :meth:`Program.bounds` (rows count on from the last variable) instead of
    ``farkas``. ``pivots`` counts exact pivots, 0 where the proposal was already optimal; ``proposer`` says whose basis
    it was.
    """

    status: Status
    value: Fraction | None = None
    point: tuple[Fraction, ...] | None = None
    multipliers: tuple[Fraction, ...] | None = None
    farkas: tuple[Fraction, ...] | None = None
    ray: tuple[Fraction, ...] | None = None
    conflict: int | None = None
    basis: Basis | None = None
    proposer: str = "none"
    pivots: int = 0

    @property
    def advice(self) -> str:
        """What the status means and what to do next."""
        return self.status.value


def solve(
    program: Program[Any],
    *,
    proposer: Proposer = "auto",
    solver: Any = None,
    time_limit: float | None = None,
) -> Result:
    """Maximise exactly. Never raises for an infeasible or unbounded program, and never guesses.

    ``solver`` is a PuLP solver object for ``proposer="pulp"``; ``time_limit`` (seconds) ends in status UNKNOWN.
    Scalars may be integers, fractions or text; floats are refused.

    >>> from stackexact.lp import Program, solve
    >>> found = solve(Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)]))
    >>> found.status.name, found.value, found.point
    ('OPTIMAL', Fraction(14, 5), (Fraction(8, 5), Fraction(6, 5)))
    >>> solve(Program.of([1], at_most=[([1], -1)])).farkas
    (Fraction(-1, 1),)
    >>> solve(Program((1,), ((1,),), (2,), (1,), (0,), (None,))).conflict  # the row: 2 <= x <= 1
    1
    """
    end = None if time_limit is None else time.monotonic() + time_limit
    given = _fractions(program)
    conflict = _conflict(given)
    if conflict is not None:
        return Result(Status.INFEASIBLE, conflict=conflict)
    basis, who = _proposal(given, proposer, solver, None if end is None else max(0.0, end - time.monotonic()))
    return _Scaled(given).run(basis, who, lambda: end is not None and time.monotonic() >= end)


def _fractions(program: Program[Any]) -> Program[Fraction]:
    def number(value: Any) -> Fraction:
        found = exact(value)
        if not isinstance(found, Fraction):
            raise UsageError(f"linear program: expected numbers, found {shorten(found)}; substitute its parameters")
        return found

    def each(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(None if value is None else number(value) for value in values)

    return Program(
        tuple(map(number, program.objective)),
        tuple(tuple(map(number, row)) for row in program.rows),
        each(program.row_lower),
        each(program.row_upper),
        each(program.lower),
        each(program.upper),
    )


def _conflict(program: Program[Fraction]) -> int | None:
    """The first variable or row whose lower bound is above its upper one."""
    for variable in range(sum(program.shape)):
        low, high = program.bounds(variable)
        if low is not None and high is not None and low > high:
            return variable
    return None


def _proposal(
    program: Program[Fraction], proposer: Proposer, solver: Any, time_limit: float | None
) -> tuple[Basis | None, str]:
    if proposer == "auto" and not highs.available():
        solver = solver or (pulp_models.default_solver() if pulp_models.available() else None)
        proposer = "none" if solver is None else "pulp"
    elif proposer == "auto":
        proposer = "highs"
    if not program.rows or not program.objective:
        return None, "none"
    if proposer == "highs":
        if not highs.available():
            raise MissingLibrary("proposer: expected highspy, which cannot be imported; install it or choose another")
        said = highs.propose(program, time_limit)
        return (None if said is None else said.basis), "highs"
    if proposer == "pulp":
        return pulp_models.propose(program, solver, time_limit), "pulp"
    if proposer == "none":
        return None, "none"
    raise UsageError(f"proposer: expected one of auto, highs, pulp, none, found {shorten(proposer)}")


class _Scaled:
    """A program in integers: each row and the objective multiplied by its common denominator."""

    def __init__(self, program: Program[Fraction]) -> None:
        self.row_scales = [common_denominator(row) for row in program.rows]
        self.scale = common_denominator(program.objective)

        def times(values: tuple[Fraction, ...], scale: int) -> tuple[Number, ...]:
            return tuple(to_rational(value * scale).p for value in values)

        def bounds(values: tuple[Fraction | None, ...], scales: list[int]) -> tuple[Number | None, ...]:
            pairs = zip(values, scales, strict=True)
            return tuple(None if value is None else to_rational(value * scale) for value, scale in pairs)

        ones = [1] * len(program.objective)
        self.program: Program[Number] = Program(
            times(program.objective, self.scale),
            tuple(times(row, scale) for row, scale in zip(program.rows, self.row_scales, strict=True)),
            bounds(program.row_lower, self.row_scales),
            bounds(program.row_upper, self.row_scales),
            bounds(program.lower, ones),
            bounds(program.upper, ones),
        )

    def run(self, basis: Basis | None, who: str, stop: Callable[[], bool]) -> Result:
        """Prove the proposed basis optimal, or finish from it on the exact simplex; every end is certified."""
        prover = Numbers()
        if basis is not None:
            try:
                return self.optimal(certify_optimal(self.program, basis, prover), basis, who, 0)
            except Unproved:
                pass
        try:
            state = Dictionary(self.program, Rationals(), basis, stop)
            infeasible = state.restore()
            if infeasible is not None:
                ray = certify_infeasible(self.program, infeasible, prover)
                farkas = tuple(
                    to_fraction(entry) / to_fraction(ray.bottom) * scale
                    for entry, scale in zip(ray.entries, self.row_scales, strict=True)
                )
                return Result(Status.INFEASIBLE, farkas=farkas, proposer=who, pivots=state.pivots)
            unbounded = state.improve()
            if unbounded is not None:
                found = certify_unbounded(self.program, unbounded, prover)
                ray_entries = tuple(to_fraction(entry) / to_fraction(found.bottom) for entry in found.entries)
                point = tuple(map(to_fraction, state.point()))
                return Result(Status.UNBOUNDED, point=point, ray=ray_entries, proposer=who, pivots=state.pivots)
        except LimitReached:
            return Result(Status.UNKNOWN, proposer=who)
        proved = certify_optimal(self.program, state.basis(), prover)
        return self.optimal(proved, state.basis(), who, state.pivots)

    def optimal(self, proved: Optimum[Number], basis: Basis, who: str, pivots: int) -> Result:
        """A proved optimum in the caller's units."""
        bottom = to_fraction(proved.multipliers_bottom) * self.scale
        multipliers = tuple(
            to_fraction(weight) * scale / bottom
            for weight, scale in zip(proved.multipliers, self.row_scales, strict=True)
        )
        point = tuple(to_fraction(weight) / to_fraction(proved.point_bottom) for weight in proved.point)
        value = to_fraction(proved.value.top) / to_fraction(proved.value.bottom) / self.scale
        return Result(Status.OPTIMAL, value, point, multipliers, basis=basis, proposer=who, pivots=pivots)
