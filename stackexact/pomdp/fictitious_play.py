"""Fictitious play of Bayesian followers, who measure the game that the leader's policy makes of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from stackexact.pomdp.algorithms import Algorithm, Play, Strategies, pure
from stackexact.pomdp.chances import Chances, certain
from stackexact.pomdp.limits import require_count
from stackexact.pomdp.sub_games import Seen, SubGame

__all__ = ["FictitiousPlay"]

Counts: TypeAlias = tuple[tuple[tuple[int, ...], ...], ...]
"""By follower, type and action how often it was a reply."""


class Fictitious(NamedTuple):
    """How often each action was a reply, the latest replies by follower and type, and what this sweep has measured:
    the utilities in the first situations."""

    counts: Counts
    replies: tuple[tuple[int, ...], ...]
    measured: tuple[tuple[Fraction, ...], ...] = ()


@dataclass(frozen=True)
class FictitiousPlay(Algorithm[Fictitious]):
    """Fictitious play, nothing of which is random.

    A sweep plays every profile of types with every profile of actions that these may take, in order, and so measures
    the followers' game under the leader's policy: :meth:`length` sub-episodes. After it, ``rounds`` times, every type
    of every follower replies best to the frequencies of the others' past replies, in expectation over their types
    under the prior; the first action among equals. Before there are past replies all allowed actions are as
    frequent. In the reward phase the latest replies are played, and the first allowed actions if no sweep was
    finished.

    Raises :class:`~stackexact.errors.UsageError` for ``rounds`` below 1.
    """

    rounds: int = 1

    def __post_init__(self) -> None:
        require_count("rounds", self.rounds, 1)

    def length(self, game: SubGame) -> int:
        """The number of sub-episodes of a sweep."""
        return len(game.situations)

    def initial(self, game: SubGame) -> Fictitious:
        counts = tuple(tuple((0,) * len(one.actions) for _ in one.allowed) for one in game.followers)
        return Fictitious(counts, tuple(tuple(allowed[0] for allowed in one.allowed) for one in game.followers))

    def act(self, game: SubGame, state: Fictitious) -> Chances[Play[Fictitious]]:
        return certain(Play(state, *game.situations[len(state.measured)]))

    def update(self, game: SubGame, state: Fictitious, seen: Seen) -> Fictitious:
        measured = (*state.measured, seen.utilities)
        if len(measured) < len(game.situations):
            return state._replace(measured=measured)
        counts, replies = state.counts, state.replies
        for _ in range(self.rounds):
            replies = self._replies(game, counts, measured)
            counts = tuple(
                tuple(
                    tuple(n + (a == chosen) for a, n in enumerate(row)) for row, chosen in zip(rows, own, strict=True)
                )
                for rows, own in zip(counts, replies, strict=True)
            )
        return Fictitious(counts, replies)

    def _replies(
        self, game: SubGame, counts: Counts, measured: tuple[tuple[Fraction, ...], ...]
    ) -> tuple[tuple[int, ...], ...]:
        beliefs = _frequencies(game, counts)
        worth = [[[Fraction(0)] * len(one.actions) for _ in one.allowed] for one in game.followers]
        for (k, a), utilities in zip(game.situations, measured, strict=True):
            types, actions = game.profiles[k], game.action_profiles[a]
            for i in range(len(game.followers)):
                chance = game.chances[k]
                for j, (t, action) in enumerate(zip(types, actions, strict=True)):
                    if j != i:
                        chance *= beliefs[j][t][action]
                worth[i][types[i]][actions[i]] += chance * utilities[i]
        return tuple(
            tuple(_first_best(allowed, row) for allowed, row in zip(one.allowed, rows, strict=True))
            for one, rows in zip(game.followers, worth, strict=True)
        )

    def final(self, game: SubGame, state: Fictitious) -> Strategies:
        return pure(game, state.replies)

    def summary(self, game: SubGame, state: Fictitious) -> tuple[Fraction, ...]:
        """The frequencies of past replies, the latest replies, and how far the sweep is."""
        past = [p for by_type in _frequencies(game, state.counts) for row in by_type for p in row]
        swept = Fraction(len(state.measured), len(game.situations))
        return (*past, *super().summary(game, state), swept)


def _first_best(allowed: tuple[int, ...], worth: list[Fraction]) -> int:
    most = max(worth[a] for a in allowed)
    return next(a for a in allowed if worth[a] == most)


def _frequencies(game: SubGame, counts: Counts) -> Strategies:
    made = []
    for one, rows in zip(game.followers, counts, strict=True):
        by_type = []
        for allowed, row in zip(one.allowed, rows, strict=True):
            total = sum(row)
            even = Fraction(1, len(allowed))
            by_type.append(tuple(Fraction(n, total) if total else even * (a in allowed) for a, n in enumerate(row)))
        made.append(tuple(by_type))
    return tuple(made)
