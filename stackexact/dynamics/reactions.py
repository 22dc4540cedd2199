"""What one follower faces: the slope of its cost under the announced incentive, exactly.

Every follower has a ``point``: its action u_i, or, with Gaussian information, the gain g_i of u_i = g_i y_i. Its cost
is stationary where own·point_i + cross·Σ_{j≠i} point_j + constant = 0. With q = (β', I, I/N) what its action moves (the
leader's action by β = K + B/N, itself, the mean by 1/N) and H, g its cost, own = q H q' and cross = q H (β', 0, I/N)'.
With Gaussian information this is divided by y_i, in expectation given y_i: E[y_j | y_i] = ρ y_i makes the others' part
ρ·cross. (Sanjari, Bose and Başar 2025 show that such an incentive exists; how followers move to it is ours.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from stackexact.dynamics.announced import Announced
from stackexact.dynamics.matrices import (
    Matrix,
    Vector,
    apply,
    divided,
    identity,
    is_definite,
    minus,
    plus,
    product,
    scaled,
    transposed,
)
from stackexact.errors import UsageError
from stackexact.exact.records import Record

__all__ = ["Reaction", "reaction"]


@dataclass(frozen=True, slots=True, repr=False)
class Reaction(Record):
    """The slope own·point_i + cross·Σ_{j≠i} point_j + constant of a follower's cost, which is strictly convex.

    ``weight`` is what the slope of the expected cost is of that: E[y²] = X + W with Gaussian information, else 1.
    ``moved`` is q: what a follower's action moves, a row for each of its dimensions.
    """

    own: Matrix
    cross: Matrix
    constant: Vector
    weight: Fraction
    moved: Matrix
    followers: int

    @property
    def alike(self) -> Matrix:
        """The second derivative of all conditions where all followers move alike."""
        return plus(self.own, scaled(self.cross, Fraction(self.followers - 1)))

    @property
    def apart(self) -> Matrix:
        """The second derivative of all conditions where their mean stays."""
        return minus(self.own, self.cross)

    @property
    def answer(self) -> Matrix:
        """The best response to the others moves by this times the sum of their moves: −own⁻¹ cross."""
        return scaled(divided(self.own, self.cross), Fraction(-1))

    def slope(self, point: Vector, others: Vector) -> Vector:
        """The slope at a point of one follower and the sum of all others' points.

        >>> from stackexact.dynamics.announced import announced
        >>> from stackexact.games.lq_incentive import IncentiveGame
        >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers=6)
        >>> made = reaction(announced(game))
        >>> made.slope((Fraction(1),), (Fraction(5),)) == (0,)  # the desired point
        True
        """
        parts = apply(self.own, point), apply(self.cross, others), self.constant
        return tuple(sum(values, Fraction(0)) for values in zip(*parts, strict=True))


def reaction(announced: Announced) -> Reaction:
    """What every follower faces under an announcement.

    Raises :class:`~stackexact.errors.UsageError` where a follower's cost under it is not strictly convex in its own
    action, so that there is no one best response.
    """
    n, size = announced.followers, len(announced.desired)
    beta = plus(announced.gain, scaled(announced.on_mean, Fraction(1, n)))
    unit, mean, none = identity(size), identity(size, Fraction(1, n)), identity(size, 0)
    law, cost = announced.law, announced.costs[1]
    state = () if law is None else ((Fraction(0),) * size,)
    moved = transposed((*beta, *unit, *mean, *state))
    by_others = (*beta, *none, *mean, *state)
    slopes = product(moved, cost.hessian)
    own, cross = product(slopes, transposed(moved)), product(slopes, by_others)
    if not is_definite(own):
        told = "found one that is not under the announced incentive, which has no one best response"
        raise UsageError(f"costs.follower: expected a cost that is strictly convex in its own action, {told}")
    if law is None:
        still = apply(announced.gain, tuple(-n * value for value in announced.desired))
        rest = (*(a + b for a, b in zip(announced.leader, still, strict=True)), *(Fraction(0),) * (2 * size))
        at_rest = apply(cost.hessian, rest)
        constant = apply(moved, tuple(a + b for a, b in zip(at_rest, cost.gradient, strict=True)))
        return Reaction(own, cross, constant, Fraction(1), moved, n)
    rho = law.correlation
    obeyed = announced.gain[0][0] * announced.desired[0] * (1 + (n - 1) * rho)  # E[κ Σ G y_j | y_i] / y_i
    rest = (law.to_state * rho - obeyed, Fraction(0), Fraction(0), rho)
    return Reaction(own, scaled(cross, rho), apply(slopes, rest), law.variance + law.noise, moved, n)
