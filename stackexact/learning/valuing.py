"""What announcements are worth, exactly or enclosed: the policies of learners under the game's own follower."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, cast

from flint import arb

from stackexact.errors import InputError
from stackexact.exact.enclosures import Number, ball_of, enclosed, limits, refined
from stackexact.games.markov import MarkovGame
from stackexact.games.recommendation import RecommendationGame
from stackexact.learning.runs import Announcement, LearningGame
from stackexact.quantal.evaluating import Plan, exactly_evaluated, value_ball
from stackexact.quantal.tables import Tables, tables_of
from stackexact.recommending.models import Model, model_of

__all__ = ["Valuer", "valuer"]

_ONE: Final = Fraction(1)
_LONGEST: Final = 64
"""Binary digits of the denominators of values that are kept as they are: sums of many of them stay short."""


@dataclass(frozen=True)
class Valuer(ABC):
    """Values announcements in one game, to so many decimal ``digits`` of the range of the leader's payoffs."""

    digits: int

    @property
    @abstractmethod
    def range(self) -> tuple[Fraction, Fraction]:
        """The least and the most that the leader can get in an episode, whatever is played."""

    @abstractmethod
    def require(self, announcement: Announcement) -> None:
        """Refuse what does not fit the game."""

    @abstractmethod
    def value(self, announcement: Announcement) -> Number:
        """What the leader gets from an announcement; of a commitment alone, with the quantal response to it."""

    def violation(self, announcement: Announcement) -> Number:
        """How far the response is from what is recommended, in total variation; 0 where nothing is recommended."""
        return Fraction(0)

    @property
    def scale(self) -> Fraction:
        """How far apart values can be; 1 where they are all the same."""
        low, high = self.range
        return high - low or _ONE


def valuer(game: LearningGame, digits: int) -> Valuer:
    """The valuer of a game of numbers.

    >>> game = RecommendationGame([[1, 0], [2, "1/2"]], weights=[[4, 1], [1, 9]], behaviour={"alpha": "1/2"})
    >>> half, never = Fraction(1, 2), Fraction(0)
    >>> told = Announcement((((((_ONE, never),) * 2),),), (half, half))
    >>> found = valuer(game, 6)
    >>> found.value(told).text(6), found.violation(told).text(6)
    ('0.666666…', '0.166666…')
    """
    return _Episodes(digits, game) if isinstance(game, MarkovGame) else _Talk(digits, game)


@dataclass(frozen=True)
class _Episodes(Valuer):
    """Policies of Markov games."""

    game: MarkovGame

    @cached_property
    def tables(self) -> Tables:
        return tables_of(self.game)

    @cached_property
    def range(self) -> tuple[Fraction, Fraction]:
        low = high = Fraction(0)
        for row in self.tables.stages:
            values = [value for node in row.values() for line in node.leader for value in line]
            low, high = low + min(values), high + max(values)
        return low, high

    def require(self, announcement: Announcement) -> None:
        sizes = [(len(one.follower), len(one.leader)) for one in self.game.actions]
        shapes = [[(len(rows), *{len(row) for row in rows}) for rows in stage] for stage in announcement.policy]
        if shapes != [sizes] * self.game.horizon or announcement.recommendation is not None:
            raise InputError("expected a mixture by stage, state and follower action, found other announcements")
        _require_mixtures(row for stage in announcement.policy for rows in stage for row in rows)
        if not self.game.prescription and any(len(set(rows)) > 1 for stage in announcement.policy for rows in stage):
            raise InputError("expected the same mixture whatever the follower does, found another after another action")

    def value(self, announcement: Announcement) -> Number:
        plan: Plan = [
            {s: tuple(tuple((a, x) for a, x in enumerate(row) if x) for row in stage[s]) for s in nodes}
            for stage, nodes in zip(announcement.policy, self.tables.stages, strict=True)
        ]
        if all(len(mixture) == 1 for row in plan for rule in row.values() for mixture in rule):
            found = exactly_evaluated(self.tables, plan)
            value = None if found is None else found.value.rational
            if value is not None and value.denominator.bit_length() <= _LONGEST:
                return value
        low, high = refined(lambda: value_ball(self.tables, plan), self.scale / Fraction(10) ** (self.digits + 2))
        return enclosed(low, high, self.digits, self.scale)


@dataclass(frozen=True)
class _Talk(Valuer):
    """Commitments and recommendations."""

    game: RecommendationGame

    @cached_property
    def model(self) -> Model:
        return model_of(self.game)

    @cached_property
    def range(self) -> tuple[Fraction, Fraction]:
        return min(map(min, self.model.leader)), max(map(max, self.model.leader))

    def require(self, announcement: Announcement) -> None:
        leader, follower = self.model.shape
        told = announcement.recommendation
        one = len(announcement.policy) == 1 == len(announcement.policy[0])
        if not one or {len(row) for row in announcement.policy[0][0]} != {leader}:
            raise InputError("expected one commitment, found other announcements")
        _require_mixtures(announcement.policy[0][0])
        if len(set(announcement.policy[0][0])) > 1:
            raise InputError("expected one commitment, found one for each action of the follower")
        if told is not None:
            if len(told) != follower:
                raise InputError(f"expected recommendations of {follower} actions, found {len(told)}")
            _require_mixtures([told])

    def value(self, announcement: Announcement) -> Number:
        rewards = self.model.rewards_at(announcement.policy[0][0][0])

        def ball() -> arb:
            return sum((share * ball_of(rewards[b]) for b, share in self._response(announcement).items()), arb(0))

        low, high = refined(ball, self.scale / Fraction(10) ** (self.digits + 2))
        return enclosed(low, high, self.digits, self.scale) if low < high else low

    def violation(self, announcement: Announcement) -> Number:
        told = announcement.recommendation
        if told is None:
            return Fraction(0)

        def ball() -> arb:
            played = self._response(announcement)
            apart = (abs(ball_of(share) - played.get(b, arb(0))) for b, share in enumerate(told))
            return sum(apart, arb(0)) / 2

        low, high = limits(enclosed(*refined(ball, _ONE / Fraction(10) ** (self.digits + 2)), self.digits, _ONE))
        return enclosed(max(low, Fraction(0)), min(high, _ONE), self.digits, _ONE)

    def _response(self, announcement: Announcement) -> dict[int, arb]:
        """The probabilities of what the follower may do, at the working precision."""
        alpha, told = self.model.alpha, announcement.recommendation
        logits = self.model.logits_at(announcement.policy[0][0][0])
        pulls = told is not None and alpha > 0
        support = [b for b in range(len(logits)) if not pulls or cast("tuple[Fraction, ...]", told)[b]]
        if len(support) == 1:
            return {support[0]: arb(1)}
        exponents = {b: logits[b].ball() for b in support}
        if told is not None:
            weight = ball_of(alpha)
            for b in support:
                own = weight * ball_of(told[b]).log() if alpha else arb(0)
                exponents[b] = own + (1 - weight) * exponents[b]
        shift = max(exponents.values(), key=lambda one: float(one.mid())).mid()
        masses = {b: (one - shift).exp() for b, one in exponents.items()}
        total = sum(masses.values(), arb(0))
        return {b: mass / total for b, mass in masses.items()}


def _require_mixtures(rows: object) -> None:
    for row in cast("tuple[tuple[Fraction, ...], ...]", rows):
        if min(row) < 0 or sum(row) != 1:
            raise InputError(f"expected probabilities that sum to exactly 1, found the sum {sum(row)}")
