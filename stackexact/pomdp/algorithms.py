"""Response algorithms of followers: they may query the leader's policy only by playing the sub-game."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from fractions import Fraction
from itertools import product
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from stackexact.errors import UsageError
from stackexact.pomdp.chances import Chances, certain
from stackexact.pomdp.sub_games import Seen, SubGame

__all__ = ["Algorithm", "BestReply", "Play", "Strategies", "played", "pure"]

S = TypeVar("S", bound=Hashable)

Strategies: TypeAlias = tuple[tuple[tuple[Fraction, ...], ...], ...]
"""By follower and type the probability of each action."""


class Play(NamedTuple, Generic[S]):
    """What is played in a sub-episode: the algorithm's state once that is drawn, and the numbers of the profiles of
    types and of actions."""

    state: S
    types: int
    actions: int


class Algorithm(ABC, Generic[S]):
    """The followers' response algorithm B, a frozen value: what it has learnt is a hashable state that is handed to
    it. Whatever it draws, it draws with exact chances, so that expectations over it are exact too.

    An algorithm of one's own says where it starts, what is played in a response sub-episode, what it makes of what it
    saw, and what the followers play in the end. The types of response sub-episodes are its to draw: it simulates the
    followers, and may hold types fixed while it compares actions.
    """

    @abstractmethod
    def initial(self, game: SubGame) -> S:
        """Its state before the first sub-episode; raises :class:`~stackexact.errors.UsageError` for a game that it is
        not made for."""

    @abstractmethod
    def act(self, game: SubGame, state: S) -> Chances[Play[S]]:
        """What it plays in a response sub-episode."""

    @abstractmethod
    def update(self, game: SubGame, state: S, seen: Seen) -> S:
        """Its state after a response sub-episode."""

    @abstractmethod
    def final(self, game: SubGame, state: S) -> Strategies:
        """The frozen strategies of the reward phase."""

    def summary(self, game: SubGame, state: S) -> tuple[Fraction, ...]:
        """What a centralised critic may see of the state: as many numbers at all times, from 0 to 1; here the
        strategies that would be played if the response phase ended."""
        return tuple(p for by_type in self.final(game, state) for by_action in by_type for p in by_action)


def pure(game: SubGame, actions: tuple[tuple[int, ...], ...]) -> Strategies:
    """Pure strategies, an action by follower and type."""
    return tuple(
        tuple(tuple(Fraction(int(a == chosen)) for a in range(len(one.actions))) for chosen in row)
        for one, row in zip(game.followers, actions, strict=True)
    )


def played(game: SubGame, strategies: Strategies, types: int) -> Chances[int]:
    """The profiles of actions that strategies play at a profile of types, by number."""
    rows = [[(a, p) for a, p in enumerate(strategies[i][t]) if p] for i, t in enumerate(game.profiles[types])]
    return tuple(_joint(game, rows))


def _joint(game: SubGame, rows: list[list[tuple[int, Fraction]]]) -> Iterator[tuple[int, Fraction]]:
    for drawn in product(*rows):
        chance = Fraction(1)
        for _, p in drawn:
            chance *= p
        yield game.number([a for a, _ in drawn]), chance


class BestReply(Algorithm[tuple[int, ...]]):
    """One follower who best-replies to the empirical mixture of the leader's choices, in every response sub-episode
    and in the end; among best replies he takes the first, and so does he before he has seen any choice.

    For a leader who observes nothing and chooses once (kind ``bimatrix``). The state counts her choices.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import stackelberg_value, sub_game
    >>> game = sub_game(sx.instance("brero-game-3"))
    >>> [stackelberg_value(game, BestReply(), answer, responses=5) for answer in ("a1", "a2")]
    [Fraction(1, 1), Fraction(2, 1)]
    """

    def initial(self, game: SubGame) -> tuple[int, ...]:
        if len(game.followers) > 1 or len(game.observations) > 1 or len(game.profiles) > 1:
            raise UsageError(
                "best reply: expected one follower without types and a leader who observes nothing, found another "
                "game; take fictitious play or multiplicative weights"
            )
        return (0,) * len(game.choices[0])

    def act(self, game: SubGame, state: tuple[int, ...]) -> Chances[Play[tuple[int, ...]]]:
        return certain(Play(state, 0, self._reply(game, state)))

    def update(self, game: SubGame, state: tuple[int, ...], seen: Seen) -> tuple[int, ...]:
        chosen = seen.path[0][1]
        return tuple(count + (c == chosen) for c, count in enumerate(state))

    def final(self, game: SubGame, state: tuple[int, ...]) -> Strategies:
        return pure(game, ((self._reply(game, state),),))

    def summary(self, game: SubGame, state: tuple[int, ...]) -> tuple[Fraction, ...]:
        total = max(1, sum(state))
        return (*(Fraction(count, total) for count in state), *super().summary(game, state))

    def _reply(self, game: SubGame, state: tuple[int, ...]) -> int:
        worth = []
        for a in game.followers[0].allowed[0]:
            endings = [(count, game.ending(0, a, 0, c)) for c, count in enumerate(state) if count]
            worth.append(sum((count * end.utilities[0] for count, end in endings if end is not None), Fraction(0)))
        return game.followers[0].allowed[0][worth.index(max(worth))]

    def __repr__(self) -> str:
        return "BestReply()"
