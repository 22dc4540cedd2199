"""What responses are made of: logits of probabilities that are exact, and the probabilities that they amount to.

With α = 1/(1 + η τ) and W_b = exp(r(x, b)/τ) the follower plays z_b in proportion to y_b^α W_b^(1 - α) where y is
recommended: log z is α log y + (1 - α) log W, up to a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import sub, truediv
from typing import Final, cast

from stackexact.exact.enclosures import Enclosure, Number
from stackexact.exact.exponential import ExponentialNumber, ExponentialSum, rational
from stackexact.exact.logarithms import LogNumber
from stackexact.games.recommendation import RecommendationGame
from stackexact.quantal.decisions import Decision, Logits, Table

__all__ = ["ONE", "Mixture", "Model", "distance", "model_of", "number_of", "probability_of"]

ONE: Final = Fraction(1)
_LONGEST: Final = 160
"""The longest closed form that stands beside an enclosure."""


@dataclass(frozen=True)
class Mixture:
    """A mixed action of the follower: exact ``logits`` on its ``support``, by the number of the action, which are
    determined up to a constant."""

    support: tuple[int, ...]
    logits: tuple[LogNumber, ...]

    @cached_property
    def masses(self) -> tuple[ExponentialSum, ...]:
        """The probabilities up to a common factor, on the support."""
        return tuple(logit.exp() for logit in self.logits)

    @cached_property
    def total(self) -> ExponentialSum:
        """The sum of the masses."""
        return sum(self.masses, rational(0))

    @cached_property
    def shares(self) -> tuple[ExponentialNumber, ...]:
        """The probabilities on the support."""
        whole = ExponentialNumber(self.total)
        return tuple(ExponentialNumber(mass) / whole for mass in self.masses)

    def mean(self, values: Sequence[Fraction]) -> ExponentialNumber:
        """The mean of values of all actions."""
        parts = (mass * rational(values[b]) for b, mass in zip(self.support, self.masses, strict=True))
        return ExponentialNumber(sum(parts, rational(0))) / ExponentialNumber(self.total)


def distance(one: Mixture, two: Mixture) -> LogNumber:
    """Hilbert's projective distance of mixtures with the same support: the greatest log ratio less the least."""
    ratios = [left - right for left, right in zip(one.logits, two.logits, strict=True)]
    return max(ratios) - min(ratios)


@dataclass(frozen=True)
class Model:
    """A game of numbers: the leader's rewards and log W = r/τ by leader and follower action, and α."""

    leader: Table
    logits: tuple[tuple[LogNumber, ...], ...]
    alpha: Fraction
    tau: Fraction | None
    decision: Decision

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    def logits_at(self, commitment: Sequence[Fraction]) -> tuple[LogNumber, ...]:
        """log W under a commitment, of every follower action."""
        played = [(share, row) for share, row in zip(commitment, self.logits, strict=True) if share]
        return tuple(sum((row[b] * share for share, row in played), LogNumber()) for b in range(len(self.leader[0])))

    def rewards_at(self, commitment: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The leader's reward under a commitment, of every follower action."""
        played = [(x, row) for x, row in zip(commitment, self.leader, strict=True) if x]
        return tuple(sum((x * row[b] for x, row in played), Fraction(0)) for b in range(len(self.leader[0])))

    def quantal(self, commitment: Sequence[Fraction], support: Sequence[int] | None = None) -> Mixture:
        """The quantal response among the actions of a support, all of them unless told."""
        logits = self.logits_at(commitment)
        kept = tuple(range(len(logits)) if support is None else support)
        return Mixture(kept, tuple(logits[b] for b in kept))


def model_of(game: RecommendationGame) -> Model:
    """The model of a game of numbers."""
    alpha, tau = cast("tuple[Fraction, Fraction | None]", (game.behaviour.alpha, game.behaviour.tau))
    leader = cast(Table, game.leader)
    if game.follower is None:
        weights = cast(Table, game.weights)
        logits = tuple(tuple(map(LogNumber.of, row)) for row in weights)
        return Model(leader, logits, alpha, tau, Decision(leader, Logits(None, _relative(weights, truediv))))
    assert tau is not None
    exponents = tuple(tuple(reward / tau for reward in row) for row in cast(Table, game.follower))
    logits = tuple(tuple(map(LogNumber, row)) for row in exponents)
    return Model(leader, logits, alpha, tau, Decision(leader, Logits(_relative(exponents, sub), None)))


def _relative(table: Table, less: Callable[[Fraction, Fraction], Fraction]) -> Table:
    """Each row relative to its greatest entry: the quantal response is the same, and where rows differ in size alone
    it does not seem to move with the commitment."""
    return tuple(tuple(less(value, top) for value in row) for row, top in ((row, max(row)) for row in table))


def number_of(value: ExponentialNumber | LogNumber, digits: int, scale: Fraction = ONE) -> Number:
    """A fraction, or an enclosure no wider than 10**-digits of ``scale``, with its closed form unless that is long."""
    found = value.number(digits, scale)
    if isinstance(found, Enclosure) and len(found.closed_form) > _LONGEST:
        return Enclosure(found.lower, found.upper)
    return found


def probability_of(value: ExponentialNumber, digits: int) -> Number:
    """As :func:`number_of`, for what lies between 0 and 1."""
    found = number_of(value, digits)
    if isinstance(found, Enclosure):
        return Enclosure(max(found.lower, Fraction(0)), min(found.upper, ONE), found.closed_form)
    return found
