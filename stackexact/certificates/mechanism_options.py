"""All that a designer can choose: by leaf (a profile of actions) the ways in which one of its choices comes out.

An offer is taken by the types whose values are not too low, so that between two neighbouring values nothing changes: a
choice with offers comes out in finitely many ways, each under linear conditions on prices, and others in one way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm, prod
from typing import Any

from stackexact.certificates.mechanism_conditions import Box, Condition, Conditions, Effort, interval
from stackexact.certificates.mechanism_forms import Form
from stackexact.certificates.mechanism_game import MechanismGame, bits_of
from stackexact.certificates.mechanism_linear import Coming, Comings, Linear, linear
from stackexact.certificates.mechanism_parts import Choice, Formula, Offers, Outcome
from stackexact.certificates.reading import BITS, vector

__all__ = ["Option", "Options"]

Leaf = tuple[Choice, ...]

KEPT = 16
"""How many steps are counted for something that is kept, for the place that it takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """The ``choice``-th of a leaf, and a way in which it comes out: by offer the number of values of types that do not
    take it (``refused``), under conditions on prices."""

    choice: int
    outcome: Outcome | Offers
    refused: tuple[int, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, eq=False)
class Options:
    """The options of a game of numbers; ``place`` is where something is shown with them, by ``effort``."""

    game: MechanismGame
    place: str
    effort: Effort

    @classmethod
    def of(cls, game: MechanismGame, place: str) -> Options:
        """Those of a game, which must be one that can be worked out."""
        outcomes = {id(one): one for rule in game.rules for leaf in rule.leaves for one in map(game.outcome, leaf)}
        count = sum(len(one.offers) + 1 if isinstance(one, Offers) else 1 for one in outcomes.values())
        game.require_effort(KEPT * count)
        return cls(game, place, Effort(place))

    @cached_property
    def comings(self) -> Comings:
        """What may come out."""
        return Comings(self.game)

    @cached_property
    def box(self) -> Box:
        """The intervals of prices."""
        return self.game.prices

    # -- Ways ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> dict[Leaf, tuple[Option, ...]]:
        return {}

    def at(self, leaf: Leaf) -> tuple[Option, ...]:
        """All options of a leaf that there are prices for."""
        if leaf not in self._known:
            self._known[leaf] = tuple(
                one for number, choice in enumerate(leaf) for one in self._ways(number, self.game.outcome(choice))
            )
        return self._known[leaf]

    def _ways(self, number: int, outcome: Outcome | Offers) -> Iterator[Option]:
        if not isinstance(outcome, Offers):
            yield Option(number, outcome, (), ())
            return
        cells = [self._cells(i, price) for i, price in outcome.offers]
        self.effort.spend(KEPT * prod(map(len, cells)) * (1 + len(cells)))
        named = [{name for _, own in some for one in own for name, _ in one.excess.slopes} for some in cells]
        apart = sum(map(len, named)) == len(set().union(*named))
        for way in product(*cells):
            conditions = tuple(one for _, some in way for one in some)
            if apart or Conditions(self.box, self.effort, conditions).can_be_met():
                yield Option(number, outcome, tuple(refused for refused, _ in way), conditions)

    def _cells(self, i: int, price: Formula) -> list[tuple[int, tuple[Condition, ...]]]:
        """How many values may refuse an offer to a follower, with the conditions of that."""
        asked, values = linear(price, {}), self._values[i]
        weak = self.game.purchase == "v >= p"
        if not asked.slopes:
            return [(sum(not (v > asked.constant or (weak and v == asked.constant)) for v in values), ())]
        made = []
        for refused in range(len(values) + 1):
            conditions = []
            if refused < len(values):
                conditions.append(Condition(Linear(values[refused]).minus(asked), not weak))
            if refused:
                conditions.append(Condition(asked.minus(Linear(values[refused - 1])), weak))
            if Conditions(self.box, self.effort, conditions).can_be_met():
                made.append((refused, tuple(conditions)))
        return made

    @cached_property
    def _values(self) -> list[list[Fraction]]:
        """By follower the values of types that can occur, each once, in order; none where types have no values."""
        return [sorted(set(own)) for own in self._worths]

    @cached_property
    def _worths(self) -> list[list[Fraction]]:
        """By follower and profile of types its value."""
        told = [self.game.worth(types) for types in self.comings.profiles]
        return [[worth[one.name] for worth in told if one.name in worth] for one in self.game.followers]

    @cached_property
    def _ranks(self) -> list[list[int]]:
        """By follower and profile of types the number of lower values."""
        made = []
        for values, own in zip(self._values, self._worths, strict=True):
            ranks = {value: rank for rank, value in enumerate(values)}
            made.append([ranks[value] for value in own])
        return made

    # -- What comes out -----------------------------------------------------------------------------------------------

    def endings(self, option: Option) -> bytes:
        """By profile of types how it ends: with which offer, or, last, with none."""
        outcome, count = option.outcome, len(self.comings.profiles)
        if not isinstance(outcome, Offers):
            return bytes(count)
        made = bytes([len(outcome.offers)] * count)
        for number in reversed(range(len(outcome.offers))):
            ranks, refused = self._ranks[outcome.offers[number][0]], option.refused[number]
            made = bytes([number if rank >= refused else old for rank, old in zip(ranks, made, strict=True)])
        return made

    def comes(self, option: Option) -> list[Coming]:
        """By profile of types what comes out."""
        endings = self.endings(option)
        some = [self.comings.of(option.outcome, ending) for ending in range(max(endings, default=0) + 1)]
        return [some[ending][k] for k, ending in enumerate(endings)]

    # -- Numbers that bound the objective -----------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> list[tuple[Outcome | Offers, int]]:
        """All that may come out under any rule."""
        found = {
            id(one): one for rule in self.game.rules for leaf in rule.leaves for one in map(self.game.outcome, leaf)
        }
        sizes = [(one, len(one.offers) + 1 if isinstance(one, Offers) else 1) for one in found.values()]
        return [(one, ending) for one, size in sizes for ending in range(size)]

    @cached_property
    def is_plain(self) -> bool:
        """Whether the objective has no prices in it."""
        return not any(one.objective.slopes for key in self.outcomes for one in self.comings.of(*key))

    @cached_property
    def scale(self) -> int:
        """What numbers in :meth:`row` are over: whole ones, where the objective has no prices in it."""
        if not self.is_plain:
            return 1
        made, chances = 1, self.comings.chances
        for key in self.outcomes:
            for chance, one in zip(chances, self.comings.of(*key), strict=True):
                made = lcm(made, chance.denominator * one.objective.constant.denominator)
                if made.bit_length() * len(chances) * len(self.outcomes) > BITS:
                    return 1
        return made

    @cached_property
    def bits(self) -> int:
        """About the length of the longest number in a row."""
        told = [one.objective for key in self.outcomes for one in self.comings.of(*key)]
        longest = max(bits_of(value) for one in told for value in (one.constant, *(slope for _, slope in one.slopes)))
        return longest + self.scale.bit_length() + max(map(bits_of, self.comings.chances))

    @cached_property
    def _rows(self) -> dict[tuple[int, int], list[Any]]:
        return {}

    def row(self, option: Option) -> list[Any]:
        """By profile of types chance times the most of the objective where each price is in the interval that the
        conditions which speak of it alone leave, over the scale."""
        endings = self.endings(option)
        if self.is_plain:
            some = [self._plain(option.outcome, ending) for ending in range(max(endings, default=0) + 1)]
            return [some[ending][k] for k, ending in enumerate(endings)]
        box = interval(self.box, option.conditions)
        return [p * one.objective.most(box) for p, one in zip(self.comings.chances, self.comes(option), strict=True)]

    def _plain(self, outcome: Outcome | Offers, ending: int) -> list[Any]:
        key = id(outcome), ending
        if key not in self._rows:
            pairs = zip(self.comings.chances, self.comings.of(outcome, ending), strict=True)
            made = [self.scale * p * one.objective.constant for p, one in pairs]
            self._rows[key] = [one.numerator if one.denominator == 1 else one for one in made]
        return self._rows[key]

    # -- Followers ----------------------------------------------------------------------------------------------------

    @cached_property
    def form(self) -> Form:
        """Who is there, and what types can occur: a form without payoffs."""
        return Form(self.game.followers, self.comings.profiles, vector(self.comings.chances), (), vector([]))

    def spend(self, count: int) -> None:
        """Take so many steps with numbers of rows."""
        self.effort.spend(count, self.bits)

    def spend_rows(self, count: int) -> None:
        """Take what it takes to work out so many rows."""
        self.spend(count * len(self.comings.profiles))
