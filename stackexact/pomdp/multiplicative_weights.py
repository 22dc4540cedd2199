"""Multiplicative weights for each type of each follower, on whole numbers: weights are powers of 1 + ε."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal, NamedTuple, TypeAlias

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.pomdp.algorithms import Algorithm, Play, Strategies, pure
from stackexact.pomdp.chances import Chances
from stackexact.pomdp.limits import EXPONENT, require_size
from stackexact.pomdp.numbers import fraction
from stackexact.pomdp.sub_games import Seen, SubGame

__all__ = ["Exponents", "MultiplicativeWeights"]

Exponents: TypeAlias = tuple[tuple[tuple[int, ...], ...], ...]
"""By follower, type and allowed action what weights are powers of, less the least of its type."""


class Weighing(NamedTuple):
    """The weights, and the iteration that is under way: the types and actions drawn, the utilities learnt so far."""

    exponents: Exponents
    types: int | None = None
    actions: tuple[int, ...] = ()
    learnt: tuple[int, ...] = ()


@dataclass(frozen=True)
class MultiplicativeWeights(Algorithm[Weighing]):
    """Multiplicative weights, one set for each type of each follower.

    An iteration draws types from the prior and each follower's action from its weights. Then, sub-episode by
    sub-episode, every follower's every allowed action is played against the drawn actions of the others, and yields
    it u_a; at the end the weights of the drawn types become w_a (1 + ε)^{u_a / unit}. (Brero et al.'s older code has
    ε = 1/100, and payoffs below 1.) An iteration that the response phase cuts off is lost: :meth:`length` tells how
    many sub-episodes one takes. In the reward phase every type plays the action of greatest weight, the first among
    equals; with ``plays="weights"`` it draws from its weights.

    Utilities must be whole multiples of ``unit``; then all chances are rational.

    Raises :class:`~stackexact.errors.UsageError` for others, and for ε or a unit that is not positive;
    :class:`~stackexact.errors.LimitReached` for chances with more digits than can be written down.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import sub_game
    >>> game = sub_game(sx.Game([[0, 0]], [[0, 1]]))
    >>> learner = MultiplicativeWeights("1/10", plays="weights")
    >>> state = learner.initial(game)
    >>> for _ in range(learner.length(game)):
    ...     ((play, _),) = learner.act(game, state)
    ...     state = learner.update(game, play.state, game.play((0,), play.types, play.actions))
    >>> learner.final(game, state)
    (((Fraction(10, 21), Fraction(11, 21)),),)
    """

    epsilon: Fraction
    plays: Literal["argmax", "weights"]
    unit: Fraction

    def __init__(self, epsilon: object, plays: str = "argmax", unit: object = 1) -> None:
        for name, given in (("epsilon", epsilon), ("unit", unit)):
            value = fraction(given, name)
            if value <= 0:
                raise UsageError(f"{name}: expected a number above 0, found {shorten(text_of(value))}; correct it")
            object.__setattr__(self, name, value)
        if plays not in ("argmax", "weights"):
            raise UsageError(f"plays: expected 'argmax' or 'weights', found {shorten(plays)}; take one")
        object.__setattr__(self, "plays", plays)

    def length(self, game: SubGame) -> int:
        """The number of sub-episodes of an iteration, the greatest where that depends on types."""
        return max(
            sum(len(one.allowed[t]) for one, t in zip(game.followers, types, strict=True)) for types in game.profiles
        )

    def initial(self, game: SubGame) -> Weighing:
        return Weighing(tuple(tuple((0,) * len(actions) for actions in one.allowed) for one in game.followers))

    def act(self, game: SubGame, state: Weighing) -> Chances[Play[Weighing]]:
        if state.types is not None:
            return ((self._next(game, state), Fraction(1)),)
        return tuple((self._next(game, begun), chance) for begun, chance in self._begun(game, state))

    def _begun(self, game: SubGame, state: Weighing) -> Iterator[tuple[Weighing, Fraction]]:
        """All ways in which an iteration may begin; what a single follower would draw plays no part."""
        if len(game.followers) == 1:
            for k, chance in enumerate(game.chances):
                yield state._replace(types=k, actions=(game.followers[0].allowed[game.profiles[k][0]][0],)), chance
            return
        for k, chance in enumerate(game.chances):
            rows = []
            for i, t in enumerate(game.profiles[k]):
                weights = self._probabilities(state.exponents[i][t])
                rows.append(list(zip(game.followers[i].allowed[t], weights, strict=True)))
            for drawn in product(*rows):
                joint = chance
                for _, p in drawn:
                    joint *= p
                yield state._replace(types=k, actions=tuple(a for a, _ in drawn)), joint

    def _next(self, game: SubGame, state: Weighing) -> Play[Weighing]:
        assert state.types is not None
        i, a = self._turn(game, state.types, len(state.learnt))
        actions = (*state.actions[:i], a, *state.actions[i + 1 :])
        return Play(state, state.types, game.number(actions))

    def _turn(self, game: SubGame, types: int, step: int) -> tuple[int, int]:
        """Whose action is tried at a step of an iteration, and which."""
        for i, t in enumerate(game.profiles[types]):
            allowed = game.followers[i].allowed[t]
            if step < len(allowed):
                return i, allowed[step]
            step -= len(allowed)
        raise AssertionError("an iteration ends before")

    def update(self, game: SubGame, state: Weighing, seen: Seen) -> Weighing:
        assert state.types is not None
        i, _ = self._turn(game, state.types, len(state.learnt))
        utility = seen.utilities[i] / self.unit
        if utility.denominator != 1:
            found = f"found {shorten(text_of(seen.utilities[i]))}; give another unit"
            raise UsageError(
                f"multiplicative weights: expected utilities that are multiples of {text_of(self.unit)}, {found}"
            )
        learnt = (*state.learnt, utility.numerator)
        types = game.profiles[state.types]
        if len(learnt) < sum(len(one.allowed[t]) for one, t in zip(game.followers, types, strict=True)):
            return state._replace(learnt=learnt)
        return Weighing(self._raised(types, state.exponents, learnt))

    def _raised(self, types: tuple[int, ...], exponents: Exponents, learnt: tuple[int, ...]) -> Exponents:
        made = []
        start = 0
        for rows, t in zip(exponents, types, strict=True):
            gains = learnt[start : start + len(rows[t])]
            start += len(rows[t])
            row = [exponent + gain for exponent, gain in zip(rows[t], gains, strict=True)]
            made.append((*rows[:t], tuple(exponent - min(row) for exponent in row), *rows[t + 1 :]))
        return tuple(made)

    def _probabilities(self, exponents: tuple[int, ...]) -> list[Fraction]:
        require_size(max(exponents), EXPONENT, "as the exponent of a weight")
        top, bottom = (1 + self.epsilon).as_integer_ratio()
        most = max(exponents)
        weights = [top**exponent * bottom ** (most - exponent) for exponent in exponents]
        total = sum(weights)
        return [Fraction(weight, total) for weight in weights]

    def final(self, game: SubGame, state: Weighing) -> Strategies:
        if self.plays == "argmax":
            return pure(
                game,
                tuple(
                    tuple(allowed[row.index(max(row))] for allowed, row in zip(one.allowed, rows, strict=True))
                    for one, rows in zip(game.followers, state.exponents, strict=True)
                ),
            )
        made = []
        for one, rows in zip(game.followers, state.exponents, strict=True):
            by_type = []
            for allowed, row in zip(one.allowed, rows, strict=True):
                weights = dict(zip(allowed, self._probabilities(row), strict=True))
                by_type.append(tuple(weights.get(a, Fraction(0)) for a in range(len(one.actions))))
            made.append(tuple(by_type))
        return tuple(made)

    def summary(self, game: SubGame, state: Weighing) -> tuple[Fraction, ...]:
        """By follower, type and allowed action the exponent of its weight over the greatest of the type, and how far
        the iteration is."""
        made = []
        for rows in state.exponents:
            for row in rows:
                made += [Fraction(exponent, max(*row, 1)) for exponent in row]
        return (*made, Fraction(len(state.learnt), self.length(game)))
