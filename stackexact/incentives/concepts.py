"""The concepts of games of incentives: each a function that requires what makes its answer true, and returns it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from stackexact.exact.prover import Prover
from stackexact.incentives.forms import Matrix, Problem, determinant, dot, plus, product, scaled, transposed
from stackexact.incentives.gains import (
    Case,
    Gain,
    case_of,
    curvature,
    gain,
    moved_by_follower,
)
from stackexact.incentives.optima import Optimum, require_semidefinite, responsive_optimum, team_optimum

__all__ = ["VERIFIED", "Incentive", "Major", "MeanField", "Unique"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Unique:
    """Whether the desired point is the only Nash response: when all followers move alike, and when their mean stays."""

    alike: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Incentive(Generic[T]):
    """The team optimum, whether a gain makes it a Nash response of the followers, the gain of least norm, and whether
    the response is the only one."""

    optimum: Optimum[T]
    case: Case
    gain: Gain[T] | None
    unique: Unique | None


def incentive(problem: Problem[T], prover: Prover[T]) -> Incentive[T]:
    """An affine incentive for N followers; requires the second-order condition."""
    optimum = team_optimum(problem, prover)
    by_leader, by_rest = moved_by_follower(problem, optimum)
    case = case_of(by_leader, by_rest, prover)
    found = gain(case, by_leader, by_rest, prover)
    if found is None:
        return Incentive(optimum, case, None, None)
    made = curvature(problem, found)
    require_semidefinite("follower", "its own action", problem.follower.hessian, made.own, prover)
    others = problem.followers - prover.number(1)
    alike = _vanishes(plus(made.own, scaled(made.cross, others)), prover)
    # A single follower has nobody to differ from.
    apart = bool(prover.sign(others)) and _vanishes(plus(made.own, scaled(made.cross, prover.number(-1))), prover)
    if not prover.sign(others):
        prover.zero([others])
    return Incentive(optimum, case, found, Unique(not alike, not apart))


def _vanishes(matrix: Matrix[T], prover: Prover[T]) -> bool:
    """Whether a determinant is 0, required to be so or not to be."""
    value = determinant(matrix)
    if prover.sign(value):
        prover.nonzero([value])
        return False
    prover.zero([value])
    return True


@dataclass(frozen=True, slots=True)
class MeanField(Generic[T]):
    """The limit of many followers: the team optimum, the limits of the gain (κ) and of what is left of N κ beyond it
    (``rest``), and the open-loop Stackelberg solution, the best that remains with infinitely many; ``None`` where no
    action of the leader determines what infinitely many followers do.

    N κ = N · limit + rest; the energy N |κ|² stays finite if and only if the limit is 0: if and only if the team
    optimum is a response already where nobody moves the mean (``aligned``).
    """

    optimum: Optimum[T]
    case: Case
    limit: Gain[T] | None
    rest: Gain[T] | None
    open_loop: Optimum[T] | None
    aligned: bool


def mean_field(problem: Problem[T], prover: Prover[T]) -> MeanField[T]:
    """The mean-field limit of the affine incentive, and the open-loop value."""
    optimum = team_optimum(problem, prover)
    form, point = problem.follower, problem.alike(optimum.point)
    u0, own, mean = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own, problem.mean))
    case = case_of(u0, own, prover)
    limit = gain(case, u0, own, prover)
    rest = gain("gain", u0, mean, prover) if case == "gain" else None
    aligned = not any(map(prover.sign, own))
    if aligned:
        prover.zero(own)
    else:
        prover.positive([dot(own, own)])
    reaction = plus(form.block(problem.own, problem.own), form.block(problem.own, problem.mean))
    undetermined = _vanishes(reaction, prover)
    open_loop = None if undetermined else responsive_optimum(problem, prover, infinite=True)
    return MeanField(optimum, case, limit, rest, open_loop, aligned)


@dataclass(frozen=True, slots=True)
class Major(Generic[T]):
    """The best (u0, w) if the minor followers respond to it, and the gain that makes w the major follower's best."""

    optimum: Optimum[T]
    case: Case
    gain: Gain[T] | None


def major_follower(problem: Problem[T], prover: Prover[T]) -> Major[T]:
    """An incentive through a major follower; requires the second-order condition of the major one."""
    form = problem.major
    if form is None:
        raise ValueError("expected a problem with a major follower")
    optimum = responsive_optimum(problem, prover, infinite=False)
    point = problem.alike(optimum.point)
    by_leader, by_own = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.w))
    case = case_of(by_leader, by_own, prover)
    found = gain(case, by_leader, by_own, prover)
    if found is not None:
        require_semidefinite("major", "its own action", form.hessian, _under(form, problem, found), prover)
    return Major(optimum, case, found)


def _under(form: Any, problem: Problem[T], found: Gain[T]) -> Matrix[T]:
    """The second derivative of the major follower's cost by w, u0 moving by the gain, times its squared bottom."""
    rows, bottom = found.rows, found.bottom
    across = scaled(product(form.block(problem.w, problem.u0), rows), bottom)
    twice = product(transposed(rows), product(form.block(problem.u0, problem.u0), rows))
    return plus(scaled(form.block(problem.w, problem.w), bottom * bottom), across, transposed(across), twice)


VERIFIED: Final[dict[str, Callable[[Problem[Any], Prover[Any]], Any]]] = {
    "team-optimum": team_optimum,
    "incentive": incentive,
    "mean-field": mean_field,
    "major-follower": major_follower,
}
"""The verification of every concept, which finds its own cases where the prover looks."""
