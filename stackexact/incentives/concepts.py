"""The concepts of games of incentives: each a function that requires what makes its answer true, and returns it.

Every one takes a game of numbers or, where it has a meaning with Gaussian information, one of those too: strategies
are linear in what is seen then, and the numbers are their gains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from stackexact.errors import LimitReached
from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import Matrix, determinant, plus, scaled
from stackexact.incentives.gains import Curvature, Gain, case_of, curvature, gain, moved_by_follower
from stackexact.incentives.mean_field import mean_field
from stackexact.incentives.optima import is_semidefinite
from stackexact.incentives.through_one import major_follower, randomised
from stackexact.incentives.view import Linear, Told, View, team, view

__all__ = ["VERIFIED", "Incentive", "Unique", "incentive"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Unique:
    """Whether the desired point is the only Nash response: when all followers move alike, and when their mean stays.

    With Gaussian information: among responses that are affine in what a follower sees.
    """

    alike: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Incentive(Generic[T]):
    """The team optimum, the gain of least norm that makes it stationary for the followers, if there is one, and whether
    it is the only response then; ``None`` where it is none, since a follower's cost is not convex."""

    optimum: Linear[T]
    gain: Gain[T] | None
    unique: Unique | None


def incentive(told: Told[T], prover: Prover[T]) -> Incentive[T]:
    """An affine incentive for N followers."""
    game = view(told, prover)
    optimum = game.team_optimum(prover)
    by_leader, by_rest = moved_by_follower(game.felt, optimum)
    found = gain(case_of(by_leader, by_rest, prover), by_leader, by_rest, prover)
    target = Linear(optimum, game.reaction)
    if found is None:
        return Incentive(target, None, None)
    made = curvature(game.moves, found)
    if not is_semidefinite(game.moves.follower.hessian, made.own, prover):
        if len(found.rows) > 1:
            raise LimitReached("incentive: the gain of least norm violates the second-order condition; others may not")
        return Incentive(target, found, None)
    return Incentive(target, found, _unique(game, made, prover))


def _unique(game: View[T], made: Curvature[T], prover: Prover[T]) -> Unique:
    """Deviations that are expected to be alike to a degree c are told apart from none if and only if own + (N − 1) c
    cross (all alike) and own − c cross (their mean stays) are regular."""
    others = game.moves.followers - prover.number(1)
    alike = _all_regular([_felt(made, one, others) for one in game.correlations], prover)
    apart = [_felt(made, one, prover.number(-1)) for one in game.correlations]
    if not prover.sign(others) and not all(prover.sign(determinant(matrix)) for matrix in apart):
        prover.zero([others])  # a single follower has nobody to differ from
        return Unique(alike, apart=True)
    found = _all_regular(apart, prover)
    if not found:
        prover.nonzero([others])
    return Unique(alike, found)


def _felt(made: Curvature[T], correlation: Ratio[T], others: T) -> Matrix[T]:
    return plus(scaled(made.own, correlation.bottom), scaled(made.cross, others * correlation.top))


def _all_regular(matrices: Sequence[Matrix[T]], prover: Prover[T]) -> bool:
    """Whether all matrices are regular, required to be so; or one that is not is required not to be."""
    values = list(map(determinant, matrices))
    vanishing = next((value for value in values if not prover.sign(value)), None)
    if vanishing is None:
        prover.nonzero(values)
        return True
    prover.zero([vanishing])
    return False


VERIFIED: Final[dict[str, Callable[[Any, Prover[Any]], Any]]] = {
    "team-optimum": team,
    "incentive": incentive,
    "mean-field": mean_field,
    "major-follower": major_follower,
    "randomised": randomised,
}
"""The verification of every concept, which finds its own cases where the prover looks."""
