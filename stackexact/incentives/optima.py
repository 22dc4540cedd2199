"""What minimises the leader's cost: with followers who obey, and with followers who respond to the actions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import GameError, Unproved
from stackexact.exact.prover import Prover
from stackexact.incentives.forms import (
    Matrix,
    Problem,
    Vector,
    beside,
    leading_minors,
    plus,
    product,
    scaled,
    solve,
    sums_of_minors,
    transposed,
)

__all__ = [
    "NotConvex",
    "Optimum",
    "convexity",
    "is_definite",
    "is_semidefinite",
    "reaction",
    "require_convex",
    "require_semidefinite",
    "responses",
    "responsive_optimum",
    "stationary",
]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Optimum(Generic[T]):
    """The actions (u0, w, v) as ``point / bottom``, and the leader's cost there as a quotient, in its unit."""

    point: Vector[T]
    bottom: T
    value: tuple[T, T]


def require_convex(problem: Problem[T], prover: Prover[T], *, many: bool = False) -> None:
    """Require a cost of the leader's that is strictly convex in (u0, w, u1, ..., uN): that is so where it is when all
    followers move alike, and (with N > 1) when their mean stays, where it is ½ Σ u_i·Hu_i with H by own actions.
    ``many``: with any number of followers, whatever that of the game is.
    """
    together = problem.merged(problem.leader).hessian
    _require_definite("leader", "all actions when followers move alike", together, prover)
    own, others = problem.leader.block(problem.own, problem.own), problem.followers - prover.number(1)
    if many or prover.sign(others) or all(prover.sign(minor) > 0 for minor in leading_minors(own)):
        _require_definite("leader", "a follower's own action", own, prover)
    else:
        prover.zero([others])


def stationary(problem: Problem[T], prover: Prover[T]) -> Optimum[T]:
    """The only point where the leader's cost is stationary when all followers move alike."""
    form = problem.merged(problem.leader)
    point, bottom = solve(prover, form.hessian, [-value for value in form.gradient])
    return Optimum(point, bottom, problem.leader.value(problem.alike(point), bottom))


class NotConvex(Unproved):
    """A cost is not convex where that is needed: whose it is, and in what."""

    def __init__(self, player: str, actions: str, *, strictly: bool) -> None:
        super().__init__(f"the {player}'s cost is not {'strictly ' if strictly else ''}convex in {actions}")
        self.player, self.actions, self.strictly = player, actions, strictly


@contextmanager
def convexity(where: Callable[[], str] | None = None) -> Iterator[None]:
    """Say of which cost convexity is missing as a :class:`~stackexact.errors.GameError`; ``where`` tells the point, if
    the game has parameters."""
    try:
        yield
    except NotConvex as flaw:
        wanted = f"expected a cost that is {'strictly ' if flaw.strictly else ''}convex in {flaw.actions}"
        found = f"one that is not at {where()}; add an assumption" if where else "one that is not; change a weight"
        raise GameError(f"costs.{flaw.player}: {wanted}, found {found}") from None


def _require_definite(player: str, actions: str, matrix: Matrix[T], prover: Prover[T]) -> None:
    minors = list(leading_minors(matrix))
    if any(prover.sign(minor) <= 0 for minor in minors):
        raise NotConvex(player, actions, strictly=True)
    prover.positive(minors)


def is_definite(matrix: Matrix[T], prover: Prover[T]) -> bool:
    """Whether a symmetric matrix is positive definite, required to be so or not to be."""
    minors = list(leading_minors(matrix))
    failing = next((minor for minor in minors if prover.sign(minor) <= 0), None)
    if failing is None:
        prover.positive(minors)
    else:
        prover.nonnegative([-failing])
    return failing is None


def is_semidefinite(whole: Matrix[T], part: Matrix[T], prover: Prover[T]) -> bool:
    """Whether ``part`` is positive semidefinite, required to be so or not to be. It is where ``whole`` is, which is
    simpler to require; one that is not symmetric tells nothing."""
    failing: Any = None
    for matrix in (whole, part):
        if any(row[j] != matrix[j][i] for i, row in enumerate(matrix) for j in range(i)):
            continue
        minors = list(sums_of_minors(matrix))
        failing = next((minor for minor in minors if prover.sign(minor) < 0), None)
        if failing is None:
            prover.nonnegative(minors)
            return True
    prover.positive([-failing])
    return False


def require_semidefinite(player: str, actions: str, whole: Matrix[T], part: Matrix[T], prover: Prover[T]) -> None:
    """Require that ``part`` is positive semidefinite, as :func:`is_semidefinite` finds."""
    if not is_semidefinite(whole, part, prover):
        raise NotConvex(player, actions, strictly=False)


def reaction(problem: Problem[T], *, infinite: bool) -> Matrix[T]:
    """How a follower's slope by its own action changes with the action of all followers, times N: regular where they
    have one symmetric response. A follower moves the mean by 1/N, or with infinitely many not at all."""
    form, own, mean = problem.follower, problem.own, problem.mean
    alike = plus(form.block(own, own), form.block(own, mean))
    if infinite:
        return alike
    return plus(scaled(alike, problem.followers), form.block(mean, own), form.block(mean, mean))


def responses(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> tuple[Matrix[T], Vector[T]]:
    """The equations C (u0, w, v) + c = 0 of a symmetric Nash response of the followers to (u0, w).

    Requires that a follower's cost is convex in its action; :func:`reaction` tells whether (u0, w) determines v.
    """
    form, first, own, mean = problem.follower, problem.first, problem.own, problem.mean
    across, slope, curved = form.block(own, first), form.gradient[own], form.block(own, own)
    if not infinite:
        n = problem.followers
        across = plus(scaled(across, n), form.block(mean, first))
        slope = tuple(a * n + b for a, b in zip(slope, form.gradient[mean], strict=True))
        curved = plus(
            scaled(curved, n * n),
            scaled(form.block(own, mean), n),
            scaled(form.block(mean, own), n),
            form.block(mean, mean),
        )
    require_semidefinite("follower", "its own action", form.hessian, curved, prover)
    return beside(across, reaction(problem, infinite=infinite)), slope


def responsive_optimum(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> Optimum[T]:
    """What is best for the leader if (u0, w) are hers to fix, and the followers respond to them as :func:`responses`
    tells. Without a major follower this is the open-loop Stackelberg solution.

    Requires that her cost is strictly convex along the responses.
    """
    form = problem.merged(problem.leader)
    line, slope = responses(problem, prover, infinite=infinite)
    nought = tuple(tuple(prover.number(0) for _ in line) for _ in line)
    system = (*beside(form.hessian, transposed(line)), *beside(line, nought))
    _convex_along(problem, form.hessian, line, prover)
    found, bottom = solve(prover, system, [*(-value for value in form.gradient), *(-value for value in slope)])
    point = found[: len(form.gradient)]
    return Optimum(point, bottom, problem.leader.value(problem.alike(point), bottom))


def _convex_along(problem: Problem[T], hessian: Matrix[T], line: Matrix[T], prover: Prover[T]) -> None:
    """Require strict convexity on the directions (x, y) with A x + B y = 0, B regular."""
    if all(prover.sign(minor) > 0 for minor in leading_minors(hessian)):
        prover.positive(leading_minors(hessian))  # simpler than what it implies
        return
    first = problem.first.stop
    right = tuple(tuple(-value for value in row[:first]) for row in line)
    found = prover.solve(tuple(row[first:] for row in line), right)
    unit = tuple(tuple(found.bottom if i == j else found.bottom * 0 for j in range(first)) for i in range(first))
    directions = (*unit, *found.rows)
    along = product(transposed(directions), product(hessian, directions))
    _require_definite("leader", "her action, followers responding", along, prover)
