"""The followers' game under fixed rules of a mechanism, in strategic form, and what deviations from it gain.

A strategy of a follower is an action for each of its types; of types that cannot occur it is the first that there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm, prod
from typing import Any

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.functions import Function
from stackexact.certificates.mechanism_game import MechanismGame, Result, Rule, bits_of, require_steps
from stackexact.certificates.mechanism_parts import Choice, Follower, Types
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Vector, vector

__all__ = ["RULES", "Deviation", "Form", "Profile", "Strategy", "every_form", "fixed_form", "form_of"]

RULES = 4096
"""Most rules that are gone through one by one."""

FUNCTIONS = 1024
"""Most profiles of strategies that are gone through where numbers depend on parameters."""

Strategy = tuple[int, ...]
Profile = tuple[Strategy, ...]
"""A strategy for each follower: an action by type."""

Deviation = tuple[int, int, int | None, int]
"""A follower of a type takes an action instead of its part, whatever that is (``None``) or where it is told one."""


@dataclass(frozen=True, eq=False)
class Form:
    """Payoffs by profile of types (of those that can occur) and of actions, the last follower's fastest: the number of
    both is that of the one times :attr:`width` plus that of the other."""

    followers: tuple[Follower, ...]
    profiles: tuple[Types, ...]
    chances: Vector
    utilities: tuple[Vector, ...]
    objective: Vector

    @cached_property
    def width(self) -> int:
        """The number of profiles of actions."""
        return prod(self.sizes)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """By follower the number of actions."""
        return tuple(len(one.actions) for one in self.followers)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """By how much the number of a profile of actions rises with a follower's action."""
        return tuple(prod(self.sizes[i + 1 :]) for i in range(len(self.sizes)))

    @cached_property
    def occurring(self) -> tuple[dict[int, list[int]], ...]:
        """By follower the types that can occur, each with the profiles of types that have it."""
        made: tuple[dict[int, list[int]], ...] = tuple({} for _ in self.followers)
        for k, types in enumerate(self.profiles):
            for own, t in zip(made, types, strict=True):
                own.setdefault(t, []).append(k)
        return made

    @cached_property
    def bits(self) -> int:
        """The length of the longest number."""
        vectors = (self.chances, self.objective, *self.utilities)
        return max(max(bits_of(v.bottom), *map(bits_of, v.tops)) for v in vectors)

    @cached_property
    def of_functions(self) -> bool:
        """Whether there are functions of parameters, of which not every comparison has an answer."""
        vectors = (self.chances, self.objective, *self.utilities)
        return any(isinstance(top, Function | Quotient) for v in vectors for top in v.tops)

    def all_profiles(self, place: str) -> Iterator[Profile]:
        """All profiles of strategies, of which there may not be many."""
        count = prod(map(self.count, range(len(self.followers))))
        if count > FUNCTIONS:
            raise TooLarge(f"{place}: expected at most {FUNCTIONS} profiles of strategies of functions, found {count}")
        return product(*map(self.strategies_of, range(len(self.followers))))

    # -- Strategies ---------------------------------------------------------------------------------------------------

    def strategies_of(self, i: int) -> Iterator[Strategy]:
        """The strategies of a follower."""
        own = self.occurring[i]
        return product(*(some if t in own else some[:1] for t, some in enumerate(self.followers[i].allowed)))

    @cached_property
    def last(self) -> int:
        """The follower with the most strategies, whose best ones are found type by type."""
        return max(range(len(self.followers)), key=self.count)

    def count(self, i: int) -> int:
        """How many strategies a follower has."""
        return prod(len(self.followers[i].allowed[t]) for t in self.occurring[i])

    @cached_property
    def others(self) -> tuple[int, ...]:
        """All followers but the last."""
        return tuple(i for i in range(len(self.followers)) if i != self.last)

    def played(self, profile: Profile) -> list[int]:
        """By profile of types the number of it and of the profile of actions that is played."""
        return [
            self.width * k + sum(s[t] * stride for s, t, stride in zip(profile, types, self.strides, strict=True))
            for k, types in enumerate(self.profiles)
        ]

    def mean(self, values: Vector, mixture: Mapping[Profile, Fraction]) -> Fraction:
        """What is expected of a number where profiles are drawn so."""
        found = Fraction(0)
        for profile, share in mixture.items():
            pairs = zip(self.chances.tops, self.played(profile), strict=True)
            found = found + share * sum(chance * values.tops[place] for chance, place in pairs)
        return found / Fraction(self.chances.bottom * values.bottom)

    def answers(self, table: Sequence[Any], place: str) -> Iterator[tuple[Profile, dict[int, dict[int, Any]]]]:
        """Every profile of the others, the last follower's strategy in it being any, and by type and action of that one
        the sum of a table."""
        count = prod(self.count(i) for i in self.others)
        last, bits = self.last, max(map(bits_of, table))
        allowed = [self.followers[last].allowed[types[last]] for types in self.profiles]
        steps = count * sum(len(self.others) + len(some) for some in allowed)
        require_steps(place, steps, bits, searching=True)
        stride = self.strides[last]
        for chosen in product(*map(self.strategies_of, self.others)):
            told = (*chosen[:last], (0,) * len(self.followers[last].allowed), *chosen[last:])
            sums: dict[int, dict[int, Any]] = {
                t: dict.fromkeys(self.followers[last].allowed[t], 0) for t in self.occurring[last]
            }
            for types, base, some in zip(self.profiles, self.played(told), allowed, strict=True):
                own = sums[types[last]]
                for a in some:
                    own[a] += table[base + a * stride]
            yield told, sums

    # -- Deviations ---------------------------------------------------------------------------------------------------

    def deviations(self, told: bool, place: str) -> list[Deviation]:
        """All deviations, ``told``: those that depend on what is told."""
        sizes = [len(one.allowed[t]) for one, own in zip(self.followers, self.occurring, strict=True) for t in own]
        require_steps(place, sum(size * (size if told else 1) for size in sizes))
        return [
            (i, t, own, m)
            for i, one in enumerate(self.followers)
            for t in self.occurring[i]
            for own in (one.allowed[t] if told else (None,))
            for m in one.allowed[t]
        ]

    def gains(self, told: bool, profile: Profile) -> dict[Deviation, Any]:
        """What following a profile brings more than a deviation, in the integers of the form; of those that are not
        there it is 0."""
        played, made = self.played(profile), {}
        for i, one in enumerate(self.followers):
            stride, tops = self.strides[i], self.utilities[i].tops
            for t, places in self.occurring[i].items():
                own = profile[i][t]
                for m in one.allowed[t]:
                    made[i, t, own if told else None, m] = sum(
                        self.chances.tops[k] * (tops[played[k]] - tops[played[k] + (m - own) * stride]) for k in places
                    )
        return made

    def gains_of(self, told: bool, mixture: Mapping[Profile, Fraction], place: str) -> dict[Deviation, Fraction]:
        """The same where profiles are drawn so."""
        require_steps(place, len(mixture) * len(self.profiles) * sum(self.sizes), self.bits)
        made: dict[Deviation, Fraction] = {}
        for profile, share in mixture.items():
            for one, gain in self.gains(told, profile).items():
                made[one] = made.get(one, Fraction(0)) + share * gain
        return made

    def weighed(
        self, goal: Vector, sign: int, weights: Mapping[Deviation, Fraction], place: str
    ) -> tuple[list[Any], int]:
        """By profile of types and of actions its chance times what a goal and the weighted gains amount to, which added
        up over what is played is what a profile has of them; over this number."""
        y = _vector(weights.values())
        scale = lcm(goal.bottom, *(y.bottom * self.utilities[i].bottom for i, _, _, _ in weights))
        steps = sum(len(self.occurring[i][t]) for i, t, _, _ in weights) + len(self.profiles)
        require_steps(place, self.width * steps, self.bits + scale.bit_length())
        table = [sign * (scale // goal.bottom) * value for value in goal.tops]
        for (i, t, told, m), weight in zip(weights, y.tops, strict=True):
            own = self.utilities[i]
            factor = weight * (scale // (y.bottom * own.bottom))
            for k in self.occurring[i][t]:
                self._weigh(table, own.tops, k, (i, told, m), factor)
        for k, chance in enumerate(self.chances.tops):
            here = slice(k * self.width, (k + 1) * self.width)
            table[here] = [chance * value for value in table[here]]
        return table, scale * self.chances.bottom

    def _weigh(
        self, table: list[Any], tops: Sequence[Any], k: int, move: tuple[int, int | None, int], factor: Any
    ) -> None:
        """Add what a deviation loses, by profile of actions."""
        i, told, m = move
        stride, size = self.strides[i], self.sizes[i]
        for place in range(k * self.width, (k + 1) * self.width):
            a = place // stride % size
            if told is None or told == a:
                table[place] += factor * (tops[place] - tops[place + (m - a) * stride])


# -- Forms of games ---------------------------------------------------------------------------------------------------


def form_of(game: MechanismGame, choices: Sequence[Choice], prices: Mapping[str, Fraction]) -> Form:
    """The followers' game where so is chosen, by profile of actions, at prices."""
    game.require_effort(len(choices))
    chances = game.chances
    results: list[Result] = []
    for types in chances:
        known: dict[int, Result] = {}
        for choice in choices:
            key = id(game.outcome(choice))
            if key not in known:
                known[key] = game.result(choice, types, prices)
            results.append(known[key])
    return Form(
        game.followers,
        tuple(chances),
        _vector(map(game.there, chances.values())),
        tuple(_vector(game.there(one.utilities[i]) for one in results) for i in range(len(game.followers))),
        _vector(game.there(one.objective) for one in results),
    )


def _vector(values: Iterable[Fraction]) -> Vector:
    """Numbers over their common denominator; functions, which compare as they stand, over 1."""
    some = list(values)
    if any(isinstance(value, Function | Quotient) for value in some):
        return Vector(some, 1)
    return vector(some)


def fixed_form(game: MechanismGame) -> Form:
    """The followers' game in which the designer has nothing to choose; of one with parameters in a region."""
    game.require_fixed()
    return form_of(game, [choice for (choice,) in game.rules[0].leaves], {})


def every_form(game: MechanismGame, place: str) -> Iterator[tuple[Rule, tuple[int, ...], Form]]:
    """The followers' game under all rules of a game without prices: a rule, and by leaf the place in its list."""
    if game.prices:
        raise Unsupported(f"{place}: expected a game without prices")
    if sum(prod(map(len, rule.leaves)) for rule in game.rules) > RULES:
        raise TooLarge(f"{place}: expected at most {RULES} rules, found more")
    for rule in game.rules:
        for places in product(*(range(len(leaf)) for leaf in rule.leaves)):
            choices = [leaf[place] for leaf, place in zip(rule.leaves, places, strict=True)]
            yield rule, places, form_of(game, choices, {})
