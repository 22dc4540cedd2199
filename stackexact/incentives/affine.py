"""Affine incentives in the deterministic game: the team optimum, gains that make it a Nash response, and their limits.

The leader announces u0 = u0* + K Σ(u_i − v*), which costs no more than u0* where all followers play v* (Başar 1984).
Followers pay ``follower(u0, u_i, ū)`` with ū the mean of all N.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from stackexact.exact.prover import Prover
from stackexact.incentives.forms import (
    Matrix,
    Problem,
    column,
    leading_minors,
    plus,
    product,
    scaled,
    solved,
    transposed,
)

__all__ = ["Case", "Gain", "OpenLoop", "Team", "gain", "open_loop", "search", "team"]

T = TypeVar("T", bound=Any)

Case = Literal["gain", "any", "none"]
"""Whether some gain makes v* a response: one that is computed; any, since v* is one by itself and the leader's action
moves nobody there; none."""


@dataclass(frozen=True, slots=True)
class Team(Generic[T]):
    """What minimises the leader's cost if everybody obeys: ``u0 / bottom`` and ``v / bottom``; the cost is
    ``top / (2 bottom²)`` units. Strictly convex, so it is the only optimum."""

    u0: tuple[T, ...]
    v: tuple[T, ...]
    bottom: T
    value: tuple[T, T]


def team(problem: Problem[T], prover: Prover[T]) -> Team[T]:
    """The team optimum; requires a leader's cost that is strictly convex in (u0, u1, ..., uN).

    That is so where it is in directions in which all followers move alike, and (with N > 1) in those in which their
    mean stays: there it is ½ Σ u_i·Hu_i with the second derivatives H by own actions.
    """
    form, u0, own, mean = problem.leader, problem.u0, problem.own, problem.mean
    top = [(*a, *b) for a, b in zip(form.block(u0, u0), _across(problem), strict=True)]
    both = plus(form.block(own, own), form.block(own, mean), form.block(mean, own), form.block(mean, mean))
    low = [(*a, *b) for a, b in zip(transposed(_across(problem)), both, strict=True)]
    hessian = (*top, *low)
    prover.positive(leading_minors(hessian))
    if prover.sign(problem.followers - prover.number(1)):
        prover.positive(leading_minors(form.block(own, own)))
    nought = tuple(prover.number(0) for _ in form.gradient)
    slope = form.slope(slice(0, len(nought)), nought, prover.number(1))
    right = [*slope[u0], *(a + b for a, b in zip(slope[own], slope[mean], strict=True))]
    found = solved(prover, hessian, [-value for value in right])
    point = column(found)
    u0_star, v = point[: problem.leader_size], point[problem.leader_size :]
    return Team(u0_star, v, found.bottom, form.value(problem.alike(u0_star, v), found.bottom))


def _across(problem: Problem[T]) -> Matrix[T]:
    """Second derivatives of the leader's cost by u0 and by an action of all followers."""
    form, u0 = problem.leader, problem.u0
    return plus(form.block(u0, problem.own), form.block(u0, problem.mean))


@dataclass(frozen=True, slots=True)
class Slopes(Generic[T]):
    """The gradient of a follower's cost at the team optimum, times its bottom: by u0, by its own action, by the mean."""

    u0: tuple[T, ...]
    own: tuple[T, ...]
    mean: tuple[T, ...]


def slopes(problem: Problem[T], optimum: Team[T]) -> Slopes[T]:
    """How a follower's cost changes where all play the team optimum."""
    point = problem.alike(optimum.u0, optimum.v)
    u0, own, mean = (
        problem.follower.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own, problem.mean)
    )
    return Slopes(u0, own, mean)


def search(problem: Problem[T], prover: Prover[T]) -> Case:
    """Which case holds at the point where the prover looks."""
    found = slopes(problem, team(problem, prover))
    if any(prover.sign(value) for value in found.u0):
        return "gain"
    still = (n * problem.followers + m for n, m in zip(found.own, found.mean, strict=True))
    return "none" if any(prover.sign(value) for value in still) else "any"


@dataclass(frozen=True, slots=True)
class Gain(Generic[T]):
    """K = ``rows / bottom``, one row per dimension of u0: what a follower's action adds to the leader's.

    ``second`` is N² bottom² times the second derivative of a follower's cost by its own action under the incentive,
    ``cross`` the same by another follower's action.
    """

    rows: Matrix[T]
    bottom: T
    second: Matrix[T]
    cross: Matrix[T]


def gain(problem: Problem[T], optimum: Team[T], case: Case, prover: Prover[T]) -> Gain[T] | None:
    """The gain K of least norm with K'a = −(b + c/N), where a, b, c are a follower's slopes by u0, own action, mean.

    Requires what makes ``case`` true, and the second-order condition. ``None`` where there is none.
    """
    found, n = slopes(problem, optimum), problem.followers
    wanted = [b * n + c for b, c in zip(found.own, found.mean, strict=True)]
    nought = prover.number(0)
    if case == "gain":
        norm = sum((a * a for a in found.u0[1:]), found.u0[0] * found.u0[0])
        prover.positive([norm])
        if len(found.u0) == 1:  # a divides a²
            sign = prover.number(prover.sign(found.u0[0]))
            prover.positive([sign * found.u0[0]])
            bottom, weights = sign * found.u0[0] * n, (sign,)
        else:
            bottom, weights = norm * n, found.u0
        rows = tuple(tuple(-(a * w) for w in wanted) for a in weights)
    else:
        prover.zero(found.u0)
        bottom, rows = prover.number(1), tuple(tuple(nought for _ in wanted) for _ in found.u0)
        if case == "none":
            prover.positive([sum((w * w for w in wanted[1:]), wanted[0] * wanted[0])])
            return None
        prover.zero(wanted)
    made = _curved(problem, rows, bottom)
    # A cost that is convex in all variables is so along every line; else the one line that matters is looked at.
    everything = _principal_minors(problem.follower.hessian)
    convex = all(prover.sign(minor) >= 0 for minor in everything)
    prover.nonnegative(everything if convex else _principal_minors(made.second))
    return made


def _curved(problem: Problem[T], rows: Matrix[T], bottom: T) -> Gain[T]:
    """The gain with the second derivatives that followers face: u0 moves by K, the mean by 1/N."""
    form, n = problem.follower, problem.followers
    u0, own, mean = problem.u0, problem.own, problem.mean
    # Times N·bottom: own action, mean, leader's action.
    moved_mean = tuple(
        tuple(bottom if i == j else bottom * 0 for j in range(problem.own_size)) for i in range(problem.own_size)
    )
    moved_u0 = scaled(rows, n)
    through = plus(
        product(form.block(own, mean), moved_mean),
        product(form.block(own, u0), moved_u0),
    )
    twice = plus(
        product(
            transposed(moved_mean),
            plus(product(form.block(mean, mean), moved_mean), product(form.block(mean, u0), moved_u0)),
        ),
        product(
            transposed(moved_u0), plus(product(form.block(u0, mean), moved_mean), product(form.block(u0, u0), moved_u0))
        ),
    )
    n_bottom = n * bottom
    cross = plus(scaled(through, n_bottom), twice)
    second = plus(scaled(form.block(own, own), n_bottom * n_bottom), scaled(transposed(through), n_bottom), cross)
    return Gain(rows, bottom, second, cross)


def _principal_minors(matrix: Matrix[T]) -> list[T]:
    """All principal minors: a symmetric matrix is positive semidefinite if and only if none is negative."""
    from itertools import combinations

    size = len(matrix)
    return [
        _determinant(tuple(tuple(matrix[i][j] for j in chosen) for i in chosen))
        for count in range(1, size + 1)
        for chosen in combinations(range(size), count)
    ]


def _determinant(matrix: Matrix[T]) -> T:
    """By expansion along the first row: these matrices are small."""
    if len(matrix) == 1:
        return matrix[0][0]
    total: Any = None
    for j, value in enumerate(matrix[0]):
        minor = _determinant(tuple((*row[:j], *row[j + 1 :]) for row in matrix[1:]))
        term = value * minor if j % 2 == 0 else -(value * minor)
        total = term if total is None else total + term
    return total


@dataclass(frozen=True, slots=True)
class OpenLoop(Generic[T]):
    """The best that the leader can do with an action that nobody's deviation moves: ``u0``, ``v`` over ``bottom``."""

    u0: tuple[T, ...]
    v: tuple[T, ...]
    bottom: T
    value: tuple[T, T]


def open_loop(problem: Problem[T], prover: Prover[T]) -> OpenLoop[T]:
    """The open-loop Stackelberg solution of the mean-field game.

    With infinitely many followers nobody moves the mean, so v is a response to (u0, v) if and only if the slope by own
    action is 0 there; the leader's cost is minimised on these (u0, v). Requires that u0 determines v, and strict
    convexity of the leader's cost along them.
    """
    form, rival = problem.leader, problem.follower
    u0, own, mean = problem.u0, problem.own, problem.mean
    nought = tuple(prover.number(0) for _ in form.gradient)
    reaction = plus(rival.block(own, own), rival.block(own, mean))
    prover.solve(reaction, tuple((value,) for value in rival.gradient[own]))  # regular
    prover.nonnegative(_principal_minors(rival.block(own, own)))
    line = tuple((*a, *b) for a, b in zip(rival.block(own, u0), reaction, strict=True))
    across = _across(problem)
    both = plus(form.block(own, own), form.block(own, mean), form.block(mean, own), form.block(mean, mean))
    hessian = (
        *((*a, *b) for a, b in zip(form.block(u0, u0), across, strict=True)),
        *((*a, *b) for a, b in zip(transposed(across), both, strict=True)),
    )
    zeros = tuple(tuple(prover.number(0) for _ in reaction) for _ in reaction)
    system = (
        *((*a, *b) for a, b in zip(hessian, transposed(line), strict=True)),
        *((*a, *b) for a, b in zip(line, zeros, strict=True)),
    )
    slope = form.slope(slice(0, len(nought)), nought, prover.number(1))
    right = [*slope[u0], *(a + b for a, b in zip(slope[own], slope[mean], strict=True)), *rival.gradient[own]]
    found = solved(prover, system, [-value for value in right])
    point = column(found)
    first, second = point[: problem.leader_size], point[problem.leader_size : problem.leader_size + problem.own_size]
    return OpenLoop(first, second, found.bottom, form.value(problem.alike(first, second), found.bottom))
