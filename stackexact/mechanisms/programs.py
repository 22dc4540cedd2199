"""The best and the worst equilibrium for the designer: exact linear programs over profiles of strategies.

The program has one variable per profile and one row per deviation. Its columns are generated: a program over some
profiles is solved, then the profile with the most of objective and weighted gains joins it, until none has more than
the optimum. Multipliers of the last program, with the greatest sum over *all* profiles, are the proof that nothing is
better. Floats only choose which profiles to begin with.

Growth: every round is a program with as many rows as there are deviations (2 Σ |T_i||M| at most for coarse ones), and
one pass over the strategies of all followers but one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stackexact.errors import Unproved, require_time
from stackexact.exact.records import Record
from stackexact.lp import Program, Status, solve
from stackexact.mechanisms.deviations import Deviation, Family, deviations_of, gains, weighed
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.pricing import Pricing
from stackexact.mechanisms.proposing import proposed

__all__ = ["Goal", "Optimum", "Programs", "verify"]

Array = npt.NDArray[Any]

_MORE: Final = 40
"""Most profiles that join at once."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What is to be as great as possible: the mean of a ``table`` by profile of types and of actions, with chances in
    the integers of the form; ``slack`` times the gains of deviations; and ``weight`` if it is one of ``further``
    profiles."""

    table: Array
    slack: tuple[int, ...]
    further: frozenset[Profile] = frozenset()
    weight: int = 0

    @classmethod
    def objective(cls, form: Form, deviations: Sequence[Deviation], sign: int) -> Goal:
        """The designer's objective (or less it), over the scale of the form."""
        return cls(np.array(form.objective, dtype=object) * sign, (0,) * len(deviations))

    def of(self, form: Form, profile: Profile, gained: Sequence[int]) -> int:
        """What a profile has of it."""
        pairs = zip(form.chances, self.table, form.played(profile), strict=True)
        total = sum(chance * int(row[a]) for chance, row, a in pairs)
        total += sum(weight * gain for weight, gain in zip(self.slack, gained, strict=True) if weight)
        return total + self.weight * (profile in self.further)

    def weighed(self, form: Form, deviations: Sequence[Deviation], weights: Sequence[Fraction]) -> tuple[Array, int]:
        """By profile of types and of actions what a profile has of it and of the weighted gains, over a scale, without
        what it has for itself."""
        scale = lcm(*(weight.denominator for weight in weights)) if weights else 1
        whole = [int(weight * scale) + own * scale for weight, own in zip(weights, self.slack, strict=True)]
        tables, chances = form.arrays
        return weighed(form, deviations, whole, self.table * scale, chances, tables), scale


@dataclass(frozen=True, slots=True, repr=False)
class Optimum(Record):
    """The greatest ``value`` of a goal that any equilibrium has, one that has it (profiles with their chances), and a
    multiplier by deviation that proves it, in the integers of the form."""

    value: Fraction
    support: tuple[tuple[Profile, Fraction], ...]
    multipliers: tuple[Fraction, ...]


@dataclass
class Programs:
    """The programs of one game and one family of deviations; profiles that were found for one serve the next."""

    form: Form
    family: Family
    stop: Callable[[], bool] = lambda: False
    report: Callable[[str], None] = lambda message: None

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """The deviations that must not gain."""
        return deviations_of(self.form, self.family)

    @cached_property
    def pricing(self) -> Pricing:
        """What finds profiles."""
        return Pricing(self.form)

    @cached_property
    def pool(self) -> dict[Profile, list[int]]:
        """Profiles at hand with their gains, some mixture of which is an equilibrium; there always is one."""
        first = tuple(next(self.form.strategies_of(i)) for i in self.form.followers)
        found = [*proposed(self.form, self.deviations, self.pricing, self.stop), first]
        pool = {profile: gains(self.form, self.deviations, profile) for profile in found}
        nothing = Goal(np.zeros_like(np.array(self.form.objective, dtype=object)), (0,) * len(self.deviations))
        while self.deviations:
            require_time(self.stop)
            # A last variable makes up for what is short of every row; it should be 0.
            value, _, weights = self._solved(pool, [0] * len(pool), short=True)
            if not value:
                break
            if not self._joined(pool, nothing, weights, value):
                raise Unproved("every finite game has a correlated equilibrium")
        return pool

    def best(self, sign: int) -> Optimum:
        """The equilibrium with the most (1) or the least (-1) of the objective; values of the latter are negated."""
        return self.optimum(Goal.objective(self.form, self.deviations, sign))

    def optimum(self, goal: Goal) -> Optimum:
        """The most of a goal that any equilibrium has, proved."""
        pool = self.pool
        for profile in goal.further:
            pool.setdefault(profile, gains(self.form, self.deviations, profile))
        while True:
            require_time(self.stop)
            values = [goal.of(self.form, profile, gained) for profile, gained in pool.items()]
            value, point, weights = self._solved(pool, values)
            profiles = list(pool)
            if not self._joined(pool, goal, weights, value):
                support = tuple((one, chance) for one, chance in zip(profiles, point, strict=False) if chance)
                found = Optimum(value, support, weights)
                verify(self.form, self.deviations, goal, found, self.pricing)
                return found
            self.report(f"{self.family.value}: {len(pool)} profiles")

    def _solved(
        self, pool: Mapping[Profile, Sequence[int]], values: Sequence[int], short: bool = False
    ) -> tuple[Fraction, tuple[Fraction, ...], tuple[Fraction, ...]]:
        """Optimum, point and multipliers of deviations over some profiles."""
        columns, more = list(pool.values()), [1] if short else []
        rows = [([column[r] for column in columns] + more, 0) for r in range(len(self.deviations))]
        total = ([1] * len(columns) + [0] * len(more), 1)
        found = solve(Program.of([*values, *(-one for one in more)], at_least=rows, equal=[total]))
        if found.status is not Status.OPTIMAL or found.value is None or found.point is None:
            raise Unproved("a program over profiles is feasible and bounded")
        assert found.multipliers is not None
        return found.value, found.point, tuple(-one for one in found.multipliers[:-1])

    def _joined(self, pool: dict[Profile, list[int]], goal: Goal, weights: Sequence[Fraction], bound: Fraction) -> bool:
        """Whether there were profiles with more than the bound, which have now joined."""
        table, scale = goal.weighed(self.form, self.deviations, weights)
        fresh = False
        for value, profile in self.pricing.best(table, _MORE):
            if int(value) > bound * scale:
                if profile in pool:
                    raise Unproved("a profile of the program has no more than its optimum")
                pool[profile] = gains(self.form, self.deviations, profile)
                fresh = True
        return fresh


def verify(
    form: Form, deviations: Sequence[Deviation], goal: Goal, found: Optimum, pricing: Pricing | None = None
) -> None:
    """Require that an equilibrium is one, has its value of a goal, and that none has more.

    Raises :class:`~stackexact.errors.Unproved` for what does not hold."""
    if any(chance <= 0 for _, chance in found.support) or sum(chance for _, chance in found.support) != 1:
        raise Unproved("chances are positive and sum to 1")
    total, value = [Fraction(0)] * len(deviations), Fraction(0)
    for profile, chance in found.support:
        gained = gains(form, deviations, profile)
        total = [old + chance * gain for old, gain in zip(total, gained, strict=True)]
        value += chance * goal.of(form, profile, gained)
    if any(gain < 0 for gain in total):
        raise Unproved("no deviation gains from an equilibrium")
    if value != found.value:
        raise Unproved("the value is that of the equilibrium")
    if len(found.multipliers) != len(deviations) or any(one < 0 for one in found.multipliers):
        raise Unproved("multipliers are not negative, one per deviation")
    table, scale = goal.weighed(form, deviations, found.multipliers)
    bound = found.value * scale
    if (pricing or Pricing(form)).greatest(table) > bound:
        raise Unproved("no profile has more than the bound")
    for profile in goal.further:
        own = sum(int(table[k][a]) for k, a in enumerate(form.played(profile)))
        if own + goal.weight * scale > bound:
            raise Unproved("no further profile has more than the bound")
