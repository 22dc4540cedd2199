"""Gains of affine incentives: the leader's action moves with a follower's so that the desired action is its best.

The leader announces u0 = u0* + K Σ(u_i − v*), which costs no more than u0* where all followers play v* (Başar 1984); or
u0 = u0° + K (w − w°) for a major follower. A follower's cost is stationary at its desired action if and only if
K'a = −b, with a its slope by u0 and b that by all else that its action moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from stackexact.exact.prover import Prover
from stackexact.incentives.forms import (
    Form,
    Matrix,
    Problem,
    Vector,
    plus,
    product,
    scaled,
    transposed,
)
from stackexact.incentives.optima import Optimum

__all__ = ["Case", "Curvature", "Gain", "case_of", "curvature", "drawn_curvature", "gain", "moved_by_follower"]

T = TypeVar("T", bound=Any)

Case = Literal["gain", "any", "none"]
"""Whether some gain makes an action stationary: one that is computed; any, since the action is stationary by itself and
the leader moves nothing there; none."""


@dataclass(frozen=True, slots=True)
class Gain(Generic[T]):
    """K = ``rows / bottom``, one row per dimension of u0; the bottom is not 0, but may be negative."""

    rows: Matrix[T]
    bottom: T


def case_of(by_leader: Vector[T], by_rest: Vector[T], prover: Prover[T]) -> Case:
    """Which case holds at the point where the prover looks; nothing is required."""
    if any(map(prover.sign, by_leader)):
        return "gain"
    return "none" if any(map(prover.sign, by_rest)) else "any"


def gain(case: Case, by_leader: Vector[T], by_rest: Vector[T], prover: Prover[T]) -> Gain[T] | None:
    """The gain of least norm, K = −a b'/|a|², the zero gain where any does, or ``None``.

    Requires what makes the case true.
    """
    if case == "gain":
        bottom, weights = _square(by_leader), by_leader
        if len(by_leader) == 1:
            bottom, weights = by_leader[0], (prover.number(1),)
        prover.nonzero([bottom])
        return Gain(tuple(tuple(-(a * b) for b in by_rest) for a in weights), bottom)
    prover.zero(by_leader)
    if case == "none":
        prover.positive([_square(by_rest)])
        return None
    prover.zero(by_rest)
    nought = prover.number(0)
    return Gain(tuple(tuple(nought for _ in by_rest) for _ in by_leader), prover.number(1))


def _square(vector: Vector[T]) -> T:
    total: T = sum((value * value for value in vector[1:]), vector[0] * vector[0])
    return total


def moved_by_follower(problem: Problem[T], optimum: Optimum[T]) -> tuple[Vector[T], Vector[T]]:
    """A follower's slopes at a desired point by u0, and by what its own action moves else: itself and 1/N of the mean.

    Both times N and the point's bottom.
    """
    form, n, point = problem.follower, problem.followers, problem.alike(optimum.point)
    u0, own, mean = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own, problem.mean))
    return tuple(a * n for a in u0), tuple(a * n + b for a, b in zip(own, mean, strict=True))


@dataclass(frozen=True, slots=True)
class Curvature(Generic[T]):
    """Second derivatives of a follower's cost under an incentive, times N² bottom²: by its own action twice, and by its
    own and another follower's.

    All first-order conditions together have the matrix with ``own`` on its diagonal and ``cross`` elsewhere: its
    eigenspaces are all followers alike (own + (N − 1) cross) and their mean unmoved (own − cross). The desired point is
    the only Nash response if and only if both are regular.
    """

    own: Matrix[T]
    cross: Matrix[T]


def curvature(problem: Problem[T], found: Gain[T]) -> Curvature[T]:
    """What followers face where u0 moves by K and the mean by 1/N of an action."""
    form, n, size = problem.follower, problem.followers, problem.sizes[2]
    u0, own, mean = problem.u0, problem.own, problem.mean
    bottom = found.bottom
    by_mean: Matrix[T] = tuple(tuple(bottom if i == j else bottom * 0 for j in range(size)) for i in range(size))
    by_u0 = scaled(found.rows, n)
    through = plus(product(form.block(own, mean), by_mean), product(form.block(own, u0), by_u0))
    twice = plus(
        product(transposed(by_mean), _along(form, mean, (mean, by_mean), (u0, by_u0))),
        product(transposed(by_u0), _along(form, u0, (mean, by_mean), (u0, by_u0))),
    )
    unit = n * bottom
    cross = plus(scaled(through, unit), twice)
    return Curvature(plus(scaled(form.block(own, own), unit * unit), scaled(transposed(through), unit), cross), cross)


def drawn_curvature(problem: Problem[T], found: Gain[T]) -> Matrix[T]:
    """Second derivatives of a follower's expected cost by its own action where the leader draws one of N followers at
    random and moves by N K with its action; times N² bottom² of K."""
    form, n, bottom = problem.follower, problem.followers, found.bottom
    u0, own, mean = problem.u0, problem.own, problem.mean
    square = bottom * bottom
    half = scaled(form.block(own, mean), n)
    alone = plus(scaled(form.block(own, own), n * n), half, transposed(half), form.block(mean, mean))
    # N κ moves with u if it is drawn, once in N times: N κ'Hκ, and κ along with u and its share of the mean.
    by_leader = plus(scaled(form.block(u0, own), n), form.block(u0, mean))
    across = scaled(product(transposed(found.rows), by_leader), n * bottom)
    twice = scaled(product(transposed(found.rows), product(form.block(u0, u0), found.rows)), n * n * n)
    return plus(scaled(alone, square), across, transposed(across), twice)


def _along(form: Form[T], rows: slice, *moves: tuple[slice, Matrix[T]]) -> Matrix[T]:
    return plus(*(product(form.block(rows, columns), move) for columns, move in moves))
