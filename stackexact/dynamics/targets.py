"""What a play is compared with: exact costs where everybody obeys, and where exact maps lead, as enclosures."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from flint import arb_mat, ctx

from stackexact.dynamics.announced import Announced, Cost
from stackexact.dynamics.matrices import Matrix, Vector, apply
from stackexact.exact.enclosures import ball_of, ends
from stackexact.incentives.forms import dot

__all__ = ["Ball", "expected_costs", "led"]

_PRECISION: Final = 256

Ball: TypeAlias = tuple[Fraction, Fraction]
"""The ends of an interval that a number lies in."""


def expected_costs(made: Announced) -> tuple[Fraction, Fraction]:
    """What the leader and every follower expect to pay where all obey: at the desired point, or over x and the noises.

    >>> from stackexact.dynamics.announced import announced
    >>> from stackexact.games.lq_incentive import IncentiveGame
    >>> told = {"state": "x", "variance": 1, "noise": 1}
    >>> game = IncentiveGame("u0**2 + (u - x)**2 + (u0 + ubar - x)**2", "u**2 + (u + u0 - x)**2", followers=2,
    ...                      information=told)
    >>> expected_costs(announced(game))
    (Fraction(3, 4), Fraction(13, 16))
    """
    second, first = _moments(made)
    leader, follower = (_expected(cost, second, first) for cost in made.costs)
    return leader, follower


def _expected(cost: Cost, second: Matrix, first: Vector) -> Fraction:
    rows = zip(cost.hessian, second, strict=True)
    curved = sum((dot(row, moments) for row, moments in rows), Fraction(0))
    return curved / 2 + dot(cost.gradient, first) + cost.constant


def _moments(made: Announced) -> tuple[Matrix, Vector]:
    """E[z z'] and E[z], where all obey."""
    law = made.law
    if law is None:
        z = (*made.leader, *made.desired, *made.desired)
        return tuple(tuple(a * b for b in z) for a in z), z
    (gain,), n = made.desired, made.followers
    x, w = law.variance, law.noise
    # Of (u_i, ū, x), with u_i = G (x + w_i) and ū = G (x + the mean noise); u0 = A x + B ū adds a row and a column.
    mean = gain * gain * (x + w / n)
    inner = ((gain * gain * (x + w), mean, gain * x), (mean, mean, gain * x), (gain * x, gain * x, x))
    rule = (Fraction(0), law.to_mean, law.to_state)
    leader = apply(inner, rule)
    rows = ((dot(rule, leader), *leader), *((a, *row) for a, row in zip(leader, inner, strict=True)))
    return rows, (Fraction(0),) * 4


def led(matrix: Matrix, start: Sequence[Fraction], moves: int) -> tuple[Ball, ...]:
    """Where ``moves`` applications of a map lead, enclosed.

    >>> led(((Fraction(1, 2),),), (Fraction(8),), 3) == ((1, 1),)
    True
    """
    with ctx.workprec(_PRECISION):
        size = len(matrix)
        power = arb_mat(size, size, [ball_of(value) for row in matrix for value in row]) ** moves
        found = (power * arb_mat(size, 1, [ball_of(value) for value in start])).entries()
        return tuple(map(ends, found))
