"""Pure Bayes-Nash equilibria: all of them, by enumeration.

For every profile of strategies of all followers but one, the last one's best actions by type are found by themselves;
what is left is checked type by type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from stackexact.errors import require_time
from stackexact.exact.records import Record
from stackexact.mechanisms.deviations import Family, deviations_of, gains
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.limits import PROFILES, require_size
from stackexact.mechanisms.pricing import Pricing

__all__ = ["PureEquilibria", "pure_equilibria"]


@dataclass(frozen=True, slots=True, repr=False)
class PureEquilibria(Record):
    """How many there are; those with the most and with the least for the designer (the first of them, by actions), with
    their values; nothing where there are none."""

    count: int
    best: tuple[Fraction, Profile] | None
    worst: tuple[Fraction, Profile] | None


def pure_equilibria(form: Form, stop: Callable[[], bool] = lambda: False) -> PureEquilibria:
    """Go through all of them."""
    best: tuple[Fraction, Profile] | None = None
    worst: tuple[Fraction, Profile] | None = None
    count = 0
    for profile in each_equilibrium(form, stop):
        count += 1
        value = Fraction(form.value(profile), form.scale)
        if best is None or value > best[0]:
            best = value, profile
        if worst is None or value < worst[0]:
            worst = value, profile
    return PureEquilibria(count, best, worst)


def each_equilibrium(form: Form, stop: Callable[[], bool] = lambda: False) -> Iterator[Profile]:
    """All pure equilibria, in the order of the actions of all followers but the one with most strategies."""
    last = Pricing(form).last
    others = [i for i in form.followers if i != last]
    require_size(prod(form.strategies[i] for i in others), PROFILES, "profiles of strategies of all followers but one")
    deviations = [one for one in deviations_of(form, Family.COARSE) if one.follower != last]
    for chosen in product(*(form.strategies_of(i) for i in others)):
        require_time(stop)
        told = dict(zip(others, chosen, strict=True))
        replies = _replies(form, last, told)
        require_size(prod(map(len, replies)), PROFILES, "best strategies of a follower")
        for own in product(*replies):
            require_time(stop)
            told[last] = own
            profile = tuple(told[i] for i in form.followers)
            if all(gain >= 0 for gain in gains(form, deviations, profile)):
                yield profile


def _replies(form: Form, last: int, told: dict[int, tuple[int, ...]]) -> list[tuple[int, ...]]:
    """By type of the last follower its best actions; of types that cannot occur the first."""
    totals = [[0] * form.sizes[last] for _ in form.allowed[last]]
    for k, types in enumerate(form.profiles):
        base = sum(form.strides[i] * strategy[types[i]] for i, strategy in told.items() if i != last)
        row, chance = form.utilities[last][k], form.chances[k]
        for a in form.allowed[last][types[last]]:
            totals[types[last]][a] += chance * row[base + a * form.strides[last]]
    occurring = set(form.occurring[last])
    made = []
    for t, allowed in enumerate(form.allowed[last]):
        most = max(totals[t][a] for a in allowed)
        made.append(tuple(a for a in allowed if totals[t][a] == most) if t in occurring else allowed[:1])
    return made
