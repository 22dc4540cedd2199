"""Incentives that reach followers through one of them: a follower drawn at random, or a major one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover
from stackexact.incentives.forms import Matrix, Problem, dot, plus, product, scaled, solve, transposed
from stackexact.incentives.gains import Gain, case_of, drawn_curvature, gain
from stackexact.incentives.optima import Optimum, is_definite, require_semidefinite, responsive_optimum
from stackexact.incentives.view import determined, vanishes, view

__all__ = ["Led", "Major", "Randomised", "major_follower", "randomised"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Randomised(Generic[T]):
    """The incentive that the mean-field game suggests, in the game of N followers (our reconstruction).

    One follower is drawn at random and the leader reacts to its action alone, with N times the ``limit`` of κ: whoever
    takes the mean as given then does best with v*. N followers, who do not, have the symmetric Nash ``response``;
    ``saving`` is what one of them saves at most by leaving v* where the others stay, in units of its cost. Both are
    ``None`` where a follower's cost is not strictly convex then; the response alone, where it is not determined.
    """

    optimum: Optimum[T]
    limit: Gain[T] | None
    response: Optimum[T] | None
    saving: tuple[T, T] | None


def randomised(problem: Problem[T], prover: Prover[T]) -> Randomised[T]:
    """The mean-field game's incentive for N followers, what they respond, and what it costs the leader."""
    optimum = view(problem, prover).team_optimum(prover)
    form, point = problem.follower, problem.alike(optimum.point)
    u0, own, mean = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own, problem.mean))
    limit = gain(case_of(u0, own, prover), u0, own, prover)
    if limit is None:
        return Randomised(optimum, None, None, None)
    curved = drawn_curvature(problem, limit)
    if not is_definite(curved, prover):
        return Randomised(optimum, limit, None, None)
    # At v* the slope is that of the mean alone, times 1/N; both sides are N² bottom² of the gain.
    by_gain = limit.bottom * limit.bottom
    found, bottom = solve(prover, curved, mean)
    saving = dot(mean, found) * by_gain, bottom * optimum.bottom * optimum.bottom * 2
    return Randomised(optimum, limit, _response(problem, optimum, limit, prover), saving)


def _response(problem: Problem[T], optimum: Optimum[T], limit: Gain[T], prover: Prover[T]) -> Optimum[T] | None:
    """What all followers alike respond to u0* + N κ (u − v*) of one that is drawn."""
    form, n, b = problem.follower, problem.followers, limit.bottom
    whole = slice(0, problem.mean.stop)
    felt = plus(
        scaled(form.block(problem.own, whole), n * b),
        scaled(form.block(problem.mean, whole), b),
        scaled(product(transposed(limit.rows), form.block(problem.u0, whole)), n),
    )
    size = problem.sizes[2]
    unit = tuple(tuple(b if i == j else b * 0 for j in range(size)) for i in range(size))
    nought = tuple(tuple(b * 0 for _ in range(size)) for _ in range(problem.sizes[1]))
    directions = (*scaled(limit.rows, n), *nought, *unit, *unit)
    system = product(felt, directions)
    if vanishes(system, prover):
        return None
    # κ cancels the slope by u's own action: what is left at v* is the slope by the mean, times the gain's bottom.
    by_mean = form.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    found, bottom = solve(prover, system, [-value * b for value in by_mean])
    moved = tuple(dot(row, found) for row in directions[: problem.own.stop])
    point = tuple(value * bottom + move for value, move in zip(optimum.point, moved, strict=True))
    whole_bottom = optimum.bottom * bottom
    return Optimum(point, whole_bottom, problem.leader.value(problem.alike(point), whole_bottom))


@dataclass(frozen=True, slots=True)
class Led(Generic[T]):
    """The best (u0, w) if the minor followers respond to it, and the gain, if there is one, that makes w the major
    follower's best."""

    optimum: Optimum[T]
    gain: Gain[T] | None


@dataclass(frozen=True, slots=True)
class Major(Generic[T]):
    """An incentive through a major follower with N minor ones, and with infinitely many; ``None`` where (u0, w) does
    not determine what these do."""

    finite: Led[T] | None
    limit: Led[T] | None


def major_follower(problem: Problem[T], prover: Prover[T]) -> Major[T]:
    """An incentive through a major follower; requires the second-order condition of the major one.

    It plays at the same time as the minor ones, and takes what they do as given.
    """
    return Major(_led(problem, prover, infinite=False), _led(problem, prover, infinite=True))


def _led(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> Led[T] | None:
    form = problem.major
    if form is None:
        raise ValueError("expected a problem with a major follower")
    if not determined(problem, prover, infinite=infinite):
        return None
    optimum = responsive_optimum(problem, prover, infinite=infinite)
    point = problem.alike(optimum.point)
    by_leader, by_own = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.w))
    if infinite and not any(map(prover.sign, by_leader)):
        prover.zero(by_leader)  # what gains tend to where influence vanishes in the limit alone is not told
        return Led(optimum, None)
    found = gain(case_of(by_leader, by_own, prover), by_leader, by_own, prover)
    if found is not None:
        require_semidefinite("major", "its own action", form.hessian, _under(form, problem, found), prover)
    return Led(optimum, found)


def _under(form: Any, problem: Problem[T], found: Gain[T]) -> Matrix[T]:
    """The second derivative of the major follower's cost by w, u0 moving by the gain, times its squared bottom."""
    rows, bottom = found.rows, found.bottom
    across = scaled(product(form.block(problem.w, problem.u0), rows), bottom)
    twice = product(transposed(rows), product(form.block(problem.u0, problem.u0), rows))
    return plus(scaled(form.block(problem.w, problem.w), bottom * bottom), across, transposed(across), twice)
