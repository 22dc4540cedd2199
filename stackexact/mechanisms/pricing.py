"""The best profile of strategies for weights by profile of types and of actions: exact, without all profiles.

The strategies of all followers but one are gone through; for each of them every type of the last follower takes its
best action by itself. With two followers of n types and m actions that is m^n steps instead of m^2n.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.limits import STRATEGIES, require_size

__all__ = ["Pricing"]

Array = npt.NDArray[Any]

_SAFE = 1 << 62


@dataclass(frozen=True)
class Pricing:
    """What is the same for all weights: who is last, and what the others' strategies make them play."""

    form: Form

    @cached_property
    def last(self) -> int:
        """The follower with the most strategies."""
        return max(self.form.followers, key=lambda i: self.form.strategies[i])

    @cached_property
    def others(self) -> tuple[int, ...]:
        """All but the last."""
        return tuple(i for i in self.form.followers if i != self.last)

    @cached_property
    def count(self) -> int:
        """The number of the others' profiles of strategies."""
        count = prod(self.form.strategies[i] for i in self.others)
        require_size(count, STRATEGIES, "profiles of strategies of all followers but one")
        return count

    @cached_property
    def _digits(self) -> dict[tuple[int, int], Array]:
        """By follower and type what is played, by number of the others' profile of strategies."""
        found, left = {}, np.arange(self.count)
        for i in reversed(self.others):
            for t in reversed(self.form.occurring[i]):
                allowed = np.array(self.form.allowed[i][t], dtype=np.int32)
                found[i, t] = allowed[left % len(allowed)]
                left = left // len(allowed)
        return found

    @cached_property
    def _moves(self) -> list[Array]:
        """By profile of types, the number of the profile of actions where the last follower takes its first."""
        strides = self.form.strides
        made = []
        for types in self.form.profiles:
            total = np.zeros(self.count, dtype=np.int64)
            for i in self.others:
                total += self._digits[i, types[i]].astype(np.int64) * strides[i]
            made.append(total)
        return made

    def scores(self, table: Array) -> dict[int, Array]:
        """By type of the last follower and allowed action, by the others' profile: the sum of weights."""
        form, last = self.form, self.last
        if table.dtype == object and (not table.size or int(np.abs(table).max()) * max(1, len(table)) < _SAFE):
            table = table.astype(np.int64)
        made: dict[int, Array] = {}
        for k, types in enumerate(form.profiles):
            t = types[last]
            allowed = np.array(form.allowed[last][t]) * form.strides[last]
            part = table[k][self._moves[k][:, None] + allowed]
            made[t] = made[t] + part if t in made else part
        return made

    def best(self, table: Array, most: int = 1) -> list[tuple[Any, Profile]]:
        """The profile with the greatest sum, and then others, at most one for every profile of the others."""
        scores = self.scores(table)
        totals = sum((one.max(axis=1) for one in scores.values()), np.zeros(self.count, dtype=np.int64))
        order = [int(np.argmax(totals))] if most == 1 else np.argsort(-totals, kind="stable")[:most]
        return [(totals[s], self.profile(int(s), scores)) for s in order]

    def greatest(self, table: Array) -> int:
        """The greatest sum of integer weights over any profile."""
        ((value, _),) = self.best(table)
        return int(value)

    def profile(self, number: int, scores: dict[int, Array]) -> Profile:
        """The others' profile of that number, and the last follower's best strategy against it."""
        form = self.form
        made: list[tuple[int, ...]] = []
        for i in form.followers:
            first = [one[0] for one in form.allowed[i]]
            for t in form.occurring[i]:
                if i == self.last:
                    first[t] = form.allowed[i][t][int(np.argmax(scores[t][number]))]
                else:
                    first[t] = int(self._digits[i, t][number])
            made.append(tuple(first))
        return tuple(made)
