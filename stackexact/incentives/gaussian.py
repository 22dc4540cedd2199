"""Incentives under Gaussian information: the leader sees the state x, and each follower y_i = x + w_i.

x ~ N(0, X) and w_i ~ N(0, W) are independent; costs are quadratic in (u0, u, ū, x) without linear terms, actions are
scalars. The leader wants u_i = G y_i and announces u0 = A x + B ū + κ Σ(u_i − G y_i): A x + B ū where all obey.
She may react to the mean on path, or take B = 0 and react to the state alone. Linear strategies are optimal for the
team (Radner 1962); expectations of products are those of normal variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import Form, leading_minors, solve

__all__ = ["Information", "Linear", "slopes_at", "team_strategies"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Information(Generic[T]):
    """Both costs in (u0, u, ū, x), the variances of the state and of a follower's noise, N, and whether the leader
    reacts on path to the mean action."""

    leader: Form[T]
    follower: Form[T]
    state: T
    noise: T
    followers: T
    reacts: bool

    def require(self, prover: Prover[T]) -> None:
        """Require variances that are positive (state) and not negative (noise)."""
        prover.positive([self.state])
        prover.nonnegative([self.noise])


@dataclass(frozen=True, slots=True)
class Linear(Generic[T]):
    """u0 = A x + B ū and u_i = G y_i, over one positive ``bottom``; the leader's expected cost as a quotient."""

    A: T
    B: T
    G: T
    bottom: T
    value: tuple[T, T]


def team_strategies(problem: Information[T], prover: Prover[T]) -> Linear[T]:
    """The linear strategies that are best for the leader if everybody obeys.

    With N E[ū²] = G² (N X + W) and N E[u_i ū] the same, the expected cost is a quadratic form in (A, G), or, where the
    leader reacts to the mean, in (A, B G, G).
    """
    h, n = problem.leader.hessian, problem.followers
    x, w = problem.state, problem.noise
    problem.require(prover)
    mean = n * x + w  # N E[ū²] / G²
    across = h[0][1] + h[0][2]  # the average of u0 u_i is u0 ū
    # All second derivatives of the expected cost are taken N times.
    aa, ag, gg = h[0][0] * x * n, across * x * n, h[1][1] * (x + w) * n + (h[2][2] + h[1][2] + h[2][1]) * mean
    a, g = h[0][3] * x * n, (h[1][3] + h[2][3]) * x * n
    nought = prover.number(0)
    if problem.reacts:
        # u0 = A x + C ū/G with C = B G: E[(ū/G)²] = X + W/N.
        matrix = ((aa, h[0][0] * x * n, ag), (h[0][0] * x * n, h[0][0] * mean, across * mean), (ag, across * mean, gg))
        right = (-a, -a, -g)
    else:
        matrix, right = ((aa, ag), (ag, gg)), (-a, -g)
    prover.positive(leading_minors(matrix))
    point, bottom = solve(prover, matrix, right)
    top = sum((value * -other for value, other in zip(point, right, strict=True)), h[3][3] * x * n * bottom)
    value = (top, bottom * n * 2)
    if not problem.reacts:
        return Linear(point[0], nought, point[1], bottom, value)
    return _with_reaction(problem, point, bottom, value, prover)


def _with_reaction(
    problem: Information[T], point: tuple[T, ...], bottom: T, value: tuple[T, T], prover: Prover[T]
) -> Linear[T]:
    """B is what minimises the cost over u0 at every (x, ū): its own second derivative is −B times h00."""
    h = problem.leader.hessian
    prover.positive([h[0][0]])
    # B = −(h01 + h02)/h00 and A = −h03/h00, whatever G is.
    return Linear(-h[0][3] * bottom, -(h[0][1] + h[0][2]) * bottom, point[2] * h[0][0], bottom * h[0][0], value)


def slopes_at(problem: Information[T], found: Linear[T]) -> tuple[Ratio[T], Ratio[T]]:
    """A follower's expected slopes, given its observation and per unit of it, at G y_i where all others obey: by u0,
    and by what else its own action moves: itself, 1/N of the mean and, through it, B/N of the leader's action.

    E[x|y] = ρ y and E[ū|y] = G (1/N + (1 − 1/N) ρ) y with ρ = X/(X + W). Both times N² (X + W) and bottom².
    """
    h, n, x, w = problem.follower.hessian, problem.followers, problem.state, problem.noise
    total, bottom = x + w, found.bottom
    own = found.G * n * total * bottom
    mean = found.G * (total + (n - 1) * x) * bottom
    state = bottom * bottom * n * x
    leader = found.A * bottom * n * x + found.B * found.G * (total + (n - 1) * x)
    point = (leader, own, mean, state)
    by_u0, by_own, by_mean = (
        sum((a * z for a, z in zip(h[i][1:], point[1:], strict=True)), h[i][0] * point[0]) for i in (0, 1, 2)
    )
    unit = n * n * total * bottom * bottom * bottom
    rest = by_own * n * bottom + by_mean * bottom + by_u0 * found.B
    return Ratio(by_u0 * n * bottom, unit), Ratio(rest, unit)
