"""Incentives under Gaussian information: the leader sees the state x, and each follower y_i = x + w_i.

x ~ N(0, X) and w_i ~ N(0, W) are independent; costs are quadratic in (u0, u, ū, x), without linear terms, actions are
scalars. The leader wants u_i = G y_i and announces u0 = A x + B ū + κ Σ(u_i − G y_i): A x + B ū where all obey. She may
react to the mean on path, with B = −∂²/∂u0∂ū over ∂²/∂u0², or take B = 0. Linear strategies are optimal for the team
(Radner 1962).

Nothing is solved here. Where u0 − B ū = a x and u_i = g y_i, expected costs are quadratic in the numbers (a, g), and so
the game is one of numbers again (:func:`expected`); a follower's expectations, given what it sees, are
E[x|y] = ρ y and E[ū|y] = g (1/N + (1 − 1/N) ρ) y with ρ = X/(X + W).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import Form, Problem, Vector
from stackexact.incentives.optima import NotConvex

__all__ = ["Information", "announced", "expected"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Information(Generic[T]):
    """A game whose forms have the state x after all actions; the variances of the state and of a follower's noise,
    times a positive ``scale``; and whether the leader reacts on path to the mean action."""

    problem: Problem[T]
    state: T
    noise: T
    scale: T
    reacts: bool

    def correlations(self, prover: Prover[T]) -> tuple[Ratio[T], ...]:
        """How much of a follower's deviation another one expects to be its own: all of a constant, ρ of what is linear
        in what it sees. Requires variances that are positive (state) and not negative (noise)."""
        prover.positive([self.state])
        prover.nonnegative([self.noise])
        one = prover.number(1)
        return Ratio(one, one), Ratio(self.state, self.state + self.noise)


def announced(told: Information[T], prover: Prover[T]) -> tuple[Problem[T], Ratio[T]]:
    """The game in (u0 − B ū, u, ū, x), and B: what is left of u0 is announced as a function of the state.

    Requires a cost that is strictly convex in u0, if the leader reacts to the mean.
    """
    problem, one = told.problem, prover.number(1)
    if not told.reacts:
        return problem, Ratio(prover.number(0), one)
    h = problem.leader.hessian
    if prover.sign(h[0][0]) <= 0:
        raise NotConvex("leader", "her own action", strictly=True)
    prover.positive([h[0][0]])
    reaction = Ratio(-(h[0][1] + h[0][2]), h[0][0])
    leader, follower = (_reacting(form, reaction) for form in (problem.leader, problem.follower))
    return replace(problem, leader=leader, follower=follower), reaction


def _reacting(form: Form[T], by: Ratio[T]) -> Form[T]:
    """A cost where u0 + B ū stands in the place of u0."""
    h, top, bottom = form.hessian, by.top, by.bottom
    rows = [[value * bottom for value in row] for row in h]
    rows[2] = [value + top * first for value, first in zip(rows[2], h[0], strict=True)]
    made = tuple(
        tuple(value * bottom + (top * row[0] if place == 2 else 0 * top) for place, value in enumerate(row))
        for row in rows
    )
    square = bottom * bottom
    return Form(made, tuple(g * square for g in form.gradient), form.constant * square, form.unit, form.over * square)


def expected(game: Problem[T], told: Information[T], prover: Prover[T], *, infinite: bool) -> Problem[T]:
    """The game of the numbers (a, g) that stands for one as :func:`announced` returns it, with N or infinitely many
    followers: the leader's is her expected cost times N, the rows of a follower's are its expected slopes per unit of
    what it sees, times N (X + W) (each has its own factors: they are no second derivatives of one function).
    """
    one, x = prover.number(1), told.state
    share, whole = (one * 0, one) if infinite else (one, game.followers)
    total, mean = (x + told.noise) * whole, x * whole + told.noise * share
    state = x * whole
    leader, follower = game.leader, game.follower
    seen = ((state, state, state), (state, total, mean), (state, mean, mean))
    # Twice the cost, so that the constant stays in the ring.
    hessian = tuple(_times(row, factors, 2) for row, factors in zip(leader.hessian[:3], seen, strict=True))
    paid = Form(
        hessian,
        tuple(row[3] * state * 2 for row in leader.hessian[:3]),
        leader.hessian[3][3] * state + leader.constant * whole * told.scale * 2,
        leader.unit,
        leader.over * whole * told.scale * 2,
    )
    slopes = tuple(_times(row, (state, total, mean), 1) for row in follower.hessian[:3])
    felt = Form(slopes, tuple(row[3] * state for row in follower.hessian[:3]), one * 0, follower.unit)
    return replace(game, leader=paid, follower=felt)


def _times(row: Sequence[T], factors: Sequence[T], number: int) -> Vector[T]:
    return tuple(value * factor * number for value, factor in zip(row[:3], factors, strict=True))
