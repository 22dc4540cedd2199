"""Rules and prices under which given strategies are a pure Bayes-Nash equilibrium.

With an option fixed for every leaf (``design_models`` proposes them) an exact linear program finds prices at which all
conditions hold, strict ones strictly, or says that there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.exact.records import Record
from stackexact.mechanisms.designs import Design
from stackexact.mechanisms.forms import Profile
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.prices import most_within

__all__ = ["Gain", "Priced", "deviations_at", "priced"]


@dataclass(frozen=True, slots=True, repr=False)
class Priced(Record):
    """Options by leaf with prices, and what the designer expects: its greatest value there, or, where ``attained`` is
    false, a value just below a supremum ``limit`` that strict conditions exclude."""

    options: tuple[int, ...]
    prices: tuple[Fraction, ...]
    value: Fraction
    limit: Fraction
    attained: bool


@dataclass(frozen=True, slots=True)
class Gain:
    """What a type of a follower gains by its own action rather than by another: weighted utilities at leaves."""

    follower: int
    terms: tuple[tuple[Fraction, int, int], ...]


def deviations_at(design: Design, profile: Profile) -> tuple[list[tuple[Fraction, int, int]], list[Gain]]:
    """Where profiles of types come under strategies (chance, leaf, profile of types), and the gains that must not be
    negative."""
    outcomes, followers = design.outcomes, design.game.followers
    sizes = [len(one.actions) for one in followers]

    def leaf(types: Sequence[int], changed: int, action: int) -> int:
        number = 0
        for i, t in enumerate(types):
            number = number * sizes[i] + (action if i == changed else profile[i][t])
        return number

    pairs = list(enumerate(zip(outcomes.profiles, outcomes.chances, strict=True)))
    reached = [(chance, leaf(types, -1, 0), k) for k, (types, chance) in pairs]
    gains = []
    for i, one in enumerate(followers):
        for t in sorted({types[i] for types in outcomes.profiles}):
            here = [(k, types, chance) for k, (types, chance) in pairs if types[i] == t]
            for action in one.allowed[t]:
                if action != profile[i][t]:
                    own = [(chance, leaf(types, -1, 0), k) for k, types, chance in here]
                    other = [(-chance, leaf(types, i, action), k) for k, types, chance in here]
                    gains.append(Gain(i, (*own, *other)))
    return reached, gains


def priced(design: Design, profile: Profile, options: Sequence[int]) -> Priced | None:
    """Prices at which strategies are an equilibrium under these options, with the most for the designer; nothing where
    there are none."""
    chosen = [leaf[o].way for leaf, o in zip(design.leaves, options, strict=True)]
    zero = Linear(Fraction(0), (Fraction(0),) * len(design.box))

    def total(terms: Sequence[tuple[Fraction, int, int]], follower: int | None) -> Linear:
        made = zero
        for weight, leaf, k in terms:
            way = chosen[leaf]
            made = made + (way.objective[k] if follower is None else way.utilities[follower][k]).times(weight)
        return made

    reached, gains = deviations_at(design, profile)
    weak = [total(gain.terms, gain.follower) for gain in gains]
    strict: list[Linear] = []
    for way in chosen:
        for condition in way.conditions:
            (strict if condition.strict else weak).append(condition.excess)
    goal = total(reached, None)
    found = most_within(goal, weak, strict, design.box)
    if found is None:
        return None
    limit, prices, attained = found
    return Priced(tuple(options), prices, goal.at(prices), limit, attained)
