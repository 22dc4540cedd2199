"""All that the designer can choose under one named rule: by profile of actions the ways in which something comes out.

A leaf is a profile of actions, an option of it one way in which one of its choices comes out. What an option has of the
objective is linear in prices; with the interval in which its conditions keep each price that is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Choice, Rule
from stackexact.mechanisms.limits import TABLES, require_size
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.outcomes import Condition, Outcomes, Way
from stackexact.mechanisms.prices import prices_within

__all__ = ["Design", "Option", "designs_of"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Option:
    """The ``choice``-th of a leaf, and the way in which it comes out."""

    choice: int
    way: Way


@dataclass(frozen=True, eq=False)
class Design:
    """The options by leaf (profile of actions, the last follower's fastest), and the intervals of prices."""

    outcomes: Outcomes
    rule: Rule
    leaves: tuple[tuple[Option, ...], ...]

    @property
    def game(self) -> MechanismGame:
        """The game."""
        return self.outcomes.game

    @cached_property
    def box(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """The least and the greatest of each price."""
        return tuple((price.lower, price.upper) for price in self.game.prices)

    @cached_property
    def scale(self) -> int:
        """What the integers of :attr:`tables` are over."""
        return lcm(*(value.denominator for table in self._fractions.values() for row in table for value in row))

    @cached_property
    def _fractions(self) -> dict[int, list[list[Fraction]]]:
        """By what comes of a choice, or by option where the objective has prices in it: chance times the most of the
        objective, by ending and profile of types."""
        made: dict[int, list[list[Fraction]]] = {}
        for option in {id(option): option for leaf in self.leaves for option in leaf}.values():
            if id(option.way.results) in made:
                continue
            rows = option.way.results.objectives
            if all(one.is_constant for row in rows for one in row):
                made[id(option.way.results)] = self._times([[one.constant for one in row] for row in rows])
            else:
                box = self.interval(option)
                made[id(option)] = self._times([[greatest(one, box) for one in row] for row in rows])
        return made

    def _times(self, rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
        chances = self.outcomes.chances
        return [[chance * value for chance, value in zip(chances, row, strict=True)] for row in rows]

    @cached_property
    def _whole(self) -> dict[int, Array]:
        """The same in integers over the scale; of 64 bits where no sum over all profiles of types is longer."""
        whole = {
            key: [[int(value * self.scale) for value in row] for row in rows] for key, rows in self._fractions.items()
        }
        every = [row for rows in whole.values() for row in rows]
        most = sum(max(map(abs, column)) for column in zip(*every, strict=True))
        return {key: np.array(rows, dtype=np.int64 if most < 1 << 60 else object) for key, rows in whole.items()}

    def bounds(self, option: Option) -> Array:
        """By profile of types chance times the most of the objective under an option, in integers over the scale."""
        whole = self._whole.get(id(option.way.results))
        if whole is None:
            whole = self._whole[id(option)]
        made: Array = whole[np.frombuffer(option.way.endings, dtype=np.uint8), np.arange(whole.shape[1])]
        return made

    @cached_property
    def tables(self) -> list[Array]:
        """By leaf the bounds of all options."""
        made: dict[int, Array] = {}
        for leaf in self.leaves:
            if id(leaf) not in made:
                require_size(len(leaf) * len(self.outcomes.profiles), TABLES, "outcomes by profile of types")
                made[id(leaf)] = np.array([self.bounds(option) for option in leaf])
        return [made[id(leaf)] for leaf in self.leaves]

    def interval(self, option: Option) -> tuple[tuple[Fraction, Fraction], ...]:
        """Bounds of prices under an option's conditions, as far as these speak of one price each."""
        made = [list(ends) for ends in self.box]
        for condition in option.way.conditions:
            slopes = condition.excess.slopes
            places = [k for k, slope in enumerate(slopes) if slope]
            if len(places) != 1:
                continue
            (named,) = places
            end = -condition.excess.constant / slopes[named]
            if slopes[named] > 0:
                made[named][0] = max(made[named][0], end)
            else:
                made[named][1] = min(made[named][1], end)
        return tuple((low, high) for low, high in made)

    def completed(self, options: Mapping[int, int], prices: Sequence[Fraction]) -> tuple[int, ...]:
        """An option at every leaf: those that are given, elsewhere the first that comes out at prices."""
        made = []
        for number, leaf in enumerate(self.leaves):
            first = (o for o, one in enumerate(leaf) if all(c.holds(prices) for c in one.way.conditions))
            made.append(options[number] if number in options else next(first))
        return tuple(made)

    @property
    def count(self) -> int:
        """The number of rules, ways in which prices come out counted each."""
        return prod(len(leaf) for leaf in self.leaves)


def greatest(value: Linear, box: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """The most of a linear function of prices in a box."""
    return value.constant + sum(
        (slope * ends[slope > 0] for slope, ends in zip(value.slopes, box, strict=True) if slope), Fraction(0)
    )


def least(value: Linear, box: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """The least of a linear function of prices in a box."""
    return -greatest(value.times(Fraction(-1)), box)


def possible(conditions: Sequence[Condition], box: Sequence[tuple[Fraction, Fraction]]) -> bool:
    """Whether conditions can be met together in a box."""
    if any(sum(map(bool, condition.excess.slopes)) != 1 for condition in conditions):
        weak = [one.excess for one in conditions if not one.strict]
        return prices_within(weak, [one.excess for one in conditions if one.strict], box) is not None
    # Each speaks of one price: price by price the greatest lower end is below the least upper one, or both are met.
    low, high = [(end, False) for end, _ in box], [(end, True) for _, end in box]
    for condition in conditions:
        (j,) = (j for j, slope in enumerate(condition.excess.slopes) if slope)
        end = -condition.excess.constant / condition.excess.slopes[j]
        if condition.excess.slopes[j] > 0:
            low[j] = max(low[j], (end, condition.strict))
        else:
            high[j] = min(high[j], (end, not condition.strict))
    return all(
        first < last or (first == last and not open_ and closed)
        for (first, open_), (last, closed) in zip(low, high, strict=True)
    )


def designs_of(game: MechanismGame) -> Iterator[Design]:
    """The designs of the named rules, in their order."""
    outcomes = Outcomes(game)
    box = [(price.lower, price.upper) for price in game.prices]
    made: dict[tuple[Choice, ...], tuple[Option, ...]] = {}
    for rule in game.rules:
        places = rule.places(game.followers)
        leaves = []
        for leaf in rule.leaves:
            named = [next(places) for _ in leaf]
            if leaf not in made:
                made[leaf] = tuple(
                    Option(number, way)
                    for number, (place, choice) in enumerate(named)
                    for way in outcomes.ways(choice, place)
                    if possible(way.conditions, box)
                )
            leaves.append(made[leaf])
        yield Design(outcomes, rule, tuple(leaves))
