"""Sub-games of sequential price mechanisms: an item is offered to one follower after the other.

Prices come from a finite grid that the user gives: an optimum over them is one over this grid, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, cast

from stackexact.errors import UsageError
from stackexact.exact.relation import text_of
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import actions_of
from stackexact.mechanisms.outcomes import Outcomes
from stackexact.pomdp.designing import require_numbers, said
from stackexact.pomdp.limits import ENTRIES, require_size
from stackexact.pomdp.numbers import grid
from stackexact.pomdp.sub_games import Choice, Ending, Part, SubGame

__all__ = ["sequential_prices"]


def sequential_prices(game: MechanismGame, prices: Sequence[object]) -> SubGame:
    """The sub-game of a sequential price mechanism: one item, and the leader who has observed the messages (actions)
    offers it to one follower after the other, at ``prices`` from a list, until one takes it or all have refused.

    Followers, types with their values, prior, when an offer is taken (``purchase``) and objective are those of a game
    of kind ``mechanism``; its rules do not count. At each step she observes messages and who is left, and chooses
    whom to ask next and the price. A follower takes an offer by its value alone.

    Raises :class:`~stackexact.errors.UsageError` for types without values, and for a game without ``purchase``.

    >>> game = MechanismGame({"A": {"types": {"low": 0, "high": 1}, "actions": ["-"]}}, {"none": {"-": {}}},
    ...                      prior={"A": {"low": "1/2", "high": "1/2"}}, purchase="v >= p", objective="revenue")
    >>> made = sequential_prices(game, [0, 1])
    >>> made.observations, [choice.label for choice in made.choices[0]]
    (('A: -; left: A',), ['A at 0', 'A at 1'])
    """
    require_numbers(game)
    asked = grid(prices, "prices")
    if game.purchase is None:
        raise UsageError("game: expected purchase 'v >= p' or 'v > p', found none; say when an offer is taken")
    for one in game.followers:
        if one.values is None:
            raise UsageError(f"followers.{one.name}: expected types with values, found none; write {{'low': 0}}")
    return _Sales(game, asked).made()


class _Sales:
    """What comes out of offers, by profile of types, follower and price; messages are of no account there."""

    def __init__(self, game: MechanismGame, asked: tuple[Fraction, ...]) -> None:
        number = len(game.followers)
        profiles, messages = game.shape
        steps = number * 2 ** (number - 1)  # by who is left, everybody who may be asked then
        require_size(messages * steps * len(asked) * profiles, ENTRIES, "payoffs")
        self.game, self.asked = game, asked
        everybody = range(number)
        self.lefts = [left for size in range(number, 0, -1) for left in _subsets(everybody, size)]
        self.messages = list(actions_of(game.followers))
        alone = _offering(game, asked)
        self.outcomes = Outcomes(alone)
        self.ways = [self.outcomes.way_at(choice, place) for place, choice in alone.rules[0].places(alone.followers)]

    def made(self) -> SubGame:
        game, lefts, asked = self.game, self.lefts, self.asked
        number = {left: j for j, left in enumerate(lefts)}
        rows = [self._choices(left) for left in lefts]
        endings = [self._endings(left) for left in lefts]
        observations, features, after = [], [], []
        for m, actions in enumerate(self.messages):
            for left in lefts:
                names = ", ".join(game.followers[i].name for i in left)
                observations.append(f"{said(game.followers, actions)}; left: {names}")
                features.append((*actions, *(int(i in left) for i in range(len(game.followers)))))
                rests = [tuple(j for j in left if j != i) for i in left for _ in asked]
                after.append(tuple(m * len(lefts) + number[rest] if rest else None for rest in rests))
        return SubGame(
            followers=game.followers,
            profiles=tuple(self.outcomes.profiles),
            chances=tuple(self.outcomes.chances),
            observations=tuple(observations),
            features=tuple(features),
            feature_sizes=(*(len(one.actions) for one in game.followers), *(2 for _ in game.followers)),
            parts=(Part("follower", len(game.followers)), Part("price", len(asked), "number", asked)),
            choices=tuple(rows * len(self.messages)),
            first=tuple(m * len(lefts) for m in range(len(self.messages))),
            place=(0,) * len(self.messages),
            after=tuple(after),
            endings=tuple(endings * len(self.messages)),
            name=game.name,
        )

    def _choices(self, left: Sequence[int]) -> tuple[Choice, ...]:
        return tuple(
            Choice(f"{self.game.followers[i].name} at {text_of(price)}", (i, p))
            for i in left
            for p, price in enumerate(self.asked)
        )

    def _endings(self, left: Sequence[int]) -> tuple[tuple[tuple[Ending | None, ...], ...], ...]:
        return tuple(
            (tuple(self._ending(i, p, k, len(left) == 1) for k in range(len(self.outcomes.profiles))),)
            for i in left
            for p in range(len(self.asked))
        )

    def _ending(self, i: int, p: int, k: int, last: bool) -> Ending | None:
        values = self.game.followers[i].values
        assert values is not None
        value, price = cast(Fraction, values[self.outcomes.profiles[k][i]]), self.asked[p]
        taken = value >= price if self.game.purchase == "v >= p" else value > price
        if not taken and not last:
            return None
        way = self.ways[i * len(self.asked) + p]
        return Ending(way.objective[k].constant, tuple(one[k].constant for one in way.utilities))


def _subsets(everybody: range, size: int) -> list[tuple[int, ...]]:
    if size == 0:
        return [()]
    return [(i, *rest) for i in everybody for rest in _subsets(range(i + 1, everybody.stop), size - 1)]


def _offering(game: MechanismGame, asked: Sequence[Fraction]) -> MechanismGame:
    """The game in which nobody says anything, and the designer makes one offer, to each follower at each price."""
    followers = {
        one.name: {"types": dict(zip(one.types, one.values or (), strict=True)), "actions": ["-"]}
        for one in game.followers
    }
    offers: Any = [{"offers": [{"to": one.name, "price": price}]} for one in game.followers for price in asked]
    for _ in game.followers:
        offers = {"-": offers}
    prior = game.prior.document(game.followers)
    return MechanismGame(followers, {"offers": offers}, prior=prior, purchase=game.purchase, objective=game.objective)
