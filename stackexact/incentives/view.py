"""Games as the concepts see them: of numbers, or with Gaussian information, whose strategies are numbers as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import Matrix, Problem, determinant
from stackexact.incentives.gaussian import Information, announced, expected
from stackexact.incentives.optima import Optimum, reaction, require_convex, stationary

__all__ = ["Linear", "Told", "View", "determined", "team", "vanishes", "view"]

T = TypeVar("T", bound=Any)

Told = Problem[T] | Information[T]


@dataclass(frozen=True, slots=True)
class Linear(Generic[T]):
    """A team optimum, and how the leader reacts on path to the mean action: u0 = point + reaction · ū (0 but with
    Gaussian information)."""

    optimum: Optimum[T]
    reaction: Ratio[T]


@dataclass(frozen=True, slots=True)
class View(Generic[T]):
    """A game in the terms that the concepts share: ``moves`` tells what actions move, ``felt`` the leader's cost and a
    follower's slopes where all followers do the same; they are one problem without Gaussian information.
    ``correlations`` are those of :class:`Information`, 1 alone without."""

    moves: Problem[T]
    felt: Problem[T]
    reaction: Ratio[T]
    correlations: tuple[Ratio[T], ...]

    def team_optimum(self, prover: Prover[T], *, many: bool = False) -> Optimum[T]:
        """What is best for the leader if everybody obeys; ``many``: whatever the number of followers is.

        Requires what :func:`~stackexact.incentives.optima.require_convex` does.
        """
        require_convex(self.moves, prover, many=many)
        return stationary(self.felt, prover)


def view(told: Told[T], prover: Prover[T], *, infinite: bool = False) -> View[T]:
    """The game with N, or infinitely many, followers."""
    one = prover.number(1)
    if isinstance(told, Problem):
        return View(told, told, Ratio(one * 0, one), (Ratio(one, one),))
    correlations = told.correlations(prover)
    moves, reaction = announced(told, prover)
    return View(moves, expected(moves, told, prover, infinite=infinite), reaction, correlations)


def team(told: Told[T], prover: Prover[T]) -> Linear[T]:
    """The team optimum."""
    game = view(told, prover)
    return Linear(game.team_optimum(prover), game.reaction)


def vanishes(matrix: Matrix[T], prover: Prover[T]) -> bool:
    """Whether a determinant is 0, required to be so or not to be."""
    value = determinant(matrix)
    if prover.sign(value):
        prover.nonzero([value])
        return False
    prover.zero([value])
    return True


def determined(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> bool:
    """Whether the symmetric response of N, or infinitely many, followers to (u0, w) is determined."""
    return not vanishes(reaction(problem, infinite=infinite), prover)
