"""The followers' game under fixed rules: in strategic form, in integers.

A strategy of a follower is an action for each of its types; numbers of each follower, of the objective, and chances are
integers, each over a scale of its own. Where a game has parameters polynomials take the place of integers
(:mod:`~stackexact.mechanisms.traced`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm, prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Rule
from stackexact.mechanisms.limits import ENTRIES, require_size
from stackexact.mechanisms.outcomes import Outcomes, Way

__all__ = ["Form", "Over", "Profile", "fixed_form", "form_of", "forms_of", "integers"]

Array = npt.NDArray[Any]

Profile: TypeAlias = tuple[tuple[int, ...], ...]
"""A strategy for each follower: an action by type."""


@dataclass(frozen=True)
class Form:
    """Payoffs by profile of types (of those that can occur) and profile of actions (the last follower's fastest).

    ``allowed`` lists by follower and type the actions that there are; ``chances`` are over ``chance_scale``;
    ``utilities[i][k][a]`` over ``utility_scales[i]`` and ``objective[k][a]`` over ``objective_scale``.
    """

    sizes: tuple[int, ...]
    allowed: tuple[tuple[tuple[int, ...], ...], ...]
    profiles: tuple[tuple[int, ...], ...]
    chances: tuple[int, ...]
    chance_scale: int
    utilities: tuple[tuple[tuple[int, ...], ...], ...]
    utility_scales: tuple[int, ...]
    objective: tuple[tuple[int, ...], ...]
    objective_scale: int

    @property
    def followers(self) -> range:
        """The followers."""
        return range(len(self.sizes))

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """By how much the number of a profile of actions rises with a follower's action."""
        return tuple(prod(self.sizes[i + 1 :]) for i in self.followers)

    @cached_property
    def occurring(self) -> tuple[tuple[int, ...], ...]:
        """By follower the types that can occur."""
        return tuple(tuple(sorted({types[i] for types in self.profiles})) for i in self.followers)

    @cached_property
    def strategies(self) -> tuple[int, ...]:
        """How many strategies each follower has; types that cannot occur have no say."""
        return tuple(prod(len(self.allowed[i][t]) for t in self.occurring[i]) for i in self.followers)

    @property
    def scale(self) -> int:
        """What sums of chances times the objective are over."""
        return self.chance_scale * self.objective_scale

    @cached_property
    def coming(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """By follower and type the profiles of types with it."""
        made: dict[tuple[int, int], list[int]] = {}
        for k, types in enumerate(self.profiles):
            for i, t in enumerate(types):
                made.setdefault((i, t), []).append(k)
        return {key: tuple(ks) for key, ks in made.items()}

    @cached_property
    def arrays(self) -> tuple[list[Array], Array]:
        """Utilities by follower, and chances, as arrays of Python's integers."""
        tables = [np.array(one, dtype=object) for one in self.utilities]
        return tables, np.array(self.chances, dtype=object)

    @cached_property
    def common_scale(self) -> int:
        """What all utilities can be over."""
        return lcm(*self.utility_scales)

    def strategies_of(self, i: int) -> Iterator[tuple[int, ...]]:
        """The strategies of a follower; of types that cannot occur the first action."""
        occurring = set(self.occurring[i])
        return product(*(one if t in occurring else one[:1] for t, one in enumerate(self.allowed[i])))

    def all_profiles(self) -> Iterator[Profile]:
        """All profiles of strategies."""
        return product(*(self.strategies_of(i) for i in self.followers))

    def played(self, profile: Profile) -> list[int]:
        """By profile of types the number of the profile of actions that is played."""
        return [
            sum(stride * profile[i][t] for i, (t, stride) in enumerate(zip(types, self.strides, strict=True)))
            for types in self.profiles
        ]

    def value(self, profile: Profile) -> int:
        """What the designer expects, over :attr:`scale`."""
        pairs = zip(self.chances, self.objective, self.played(profile), strict=True)
        return sum(chance * row[a] for chance, row, a in pairs)

    def worth(self, i: int, profile: Profile) -> int:
        """What a follower expects, over :meth:`worth_scale`."""
        pairs = zip(self.chances, self.utilities[i], self.played(profile), strict=True)
        return sum(chance * row[a] for chance, row, a in pairs)

    def worth_scale(self, i: int) -> int:
        """What sums of chances times a follower's utilities are over."""
        return self.chance_scale * self.utility_scales[i]

    def utility(self, i: int, profile: Profile) -> Fraction:
        """What a follower expects."""
        return Fraction(self.worth(i, profile), self.worth_scale(i))


Over: TypeAlias = Callable[[Iterable[Iterable[Fraction]]], tuple[tuple[tuple[Any, ...], ...], Any]]
"""Brings rows of numbers to one positive denominator: what they are over it, and itself."""


def integers(rows: Iterable[Iterable[Fraction]]) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Numbers as integers over the least common denominator.

    >>> integers([[Fraction(1, 2), Fraction(2, 3)]])
    (((3, 4),), 6)
    """
    values = [list(row) for row in rows]
    scale = lcm(*(value.denominator for row in values for value in row))
    return tuple(tuple(int(value * scale) for value in row) for row in values), scale


def form_of(outcomes: Outcomes, ways: Sequence[Way], prices: Sequence[Fraction] = (), over: Over = integers) -> Form:
    """The game in which so comes out, by profile of actions, at prices."""
    game = outcomes.game
    profiles, actions = len(outcomes.profiles), len(ways)
    require_size(profiles * actions * len(game.followers), ENTRIES, "payoffs")
    (chances,), chance_scale = over([outcomes.chances])
    utilities = [
        over((way.utilities[i][k].at(prices) for way in ways) for k in range(profiles))
        for i in range(len(game.followers))
    ]
    objective, scale = over((way.objective[k].at(prices) for way in ways) for k in range(profiles))
    return Form(
        tuple(len(one.actions) for one in game.followers),
        tuple(one.allowed for one in game.followers),
        tuple(outcomes.profiles),
        chances,
        chance_scale,
        tuple(one for one, _ in utilities),
        tuple(own for _, own in utilities),
        objective,
        scale,
    )


def forms_of(outcomes: Outcomes, rule: Rule, over: Over = integers) -> Iterator[tuple[tuple[int, ...], Form]]:
    """The followers' games under all that a rule without prices leaves to choose, each with the place of what is chosen
    in its list, by profile of actions. What comes out of a choice is worked out once."""
    followers = outcomes.game.followers
    require_size(len(outcomes.profiles) * len(rule.leaves) * len(followers), ENTRIES, "payoffs")
    made: dict[object, Way] = {}
    for place, choice in rule.places(followers):
        if choice not in made:
            made[choice] = outcomes.way_at(choice, place)
    for places in product(*(range(len(leaf)) for leaf in rule.leaves)):
        ways = [made[leaf[place]] for leaf, place in zip(rule.leaves, places, strict=True)]
        yield places, form_of(outcomes, ways, (), over)


def fixed_form(game: MechanismGame) -> Form:
    """The followers' game of a game of numbers in which the designer has nothing to choose."""
    ((_, form),) = forms_of(Outcomes(game), game.rules[0])
    return form
