"""The most that any rules and any strategies have of the objective, incentives left aside: an upper bound of all.

For a profile of strategies every leaf is decided by itself, by the profiles of types that come there. With one or two
followers sums over sets of types make one table of all pairs of sets, so that all profiles of strategies are looked at
together: with n types and m actions each, m^2n sums of m^2 numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from stackexact.errors import require_time
from stackexact.exact.records import Record
from stackexact.mechanisms.designs import Design
from stackexact.mechanisms.forms import Profile
from stackexact.mechanisms.limits import PROFILES, require_size

__all__ = ["Bound", "Bounds"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, repr=False)
class Bound(Record):
    """A ``value`` that nothing exceeds, strategies that have it, and the option at each leaf."""

    value: Fraction
    profile: Profile
    options: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds by profile of strategies of one design."""

    design: Design
    stop: Callable[[], bool] = lambda: False

    @cached_property
    def _allowed(self) -> list[list[tuple[int, ...]]]:
        """By follower and type the actions; of types that cannot occur the first."""
        outcomes, followers = self.design.outcomes, self.design.game.followers
        made = []
        for i, one in enumerate(followers):
            occurring = {types[i] for types in outcomes.profiles}
            made.append([allowed if t in occurring else allowed[:1] for t, allowed in enumerate(one.allowed)])
        return made

    @cached_property
    def count(self) -> int:
        """The number of profiles of strategies."""
        return prod(len(allowed) for by_type in self._allowed for allowed in by_type)

    def profiles(self) -> Iterator[Profile]:
        """All profiles of strategies."""
        own: list[list[tuple[int, ...]]] = [list(product(*by_type)) for by_type in self._allowed]
        yield from product(*own)

    def by_profile(self) -> Array:
        """The bound of every profile of strategies, in their order, in the integers of the design."""
        require_size(self.count, PROFILES * 4, "profiles of strategies")
        if len(self._allowed) <= 2:
            return self._of_pairs()
        found = []
        for profile in self.profiles():
            require_time(self.stop)
            found.append(self.at(profile))
        return np.array(found, dtype=object)

    def at(self, profile: Profile) -> int:
        """The bound of one profile of strategies, in the integers of the design."""
        return sum(int(self.design.tables[leaf][:, ks].sum(axis=1).max()) for leaf, ks in self._coming(profile).items())

    def options(self, profile: Profile) -> tuple[int, ...]:
        """By leaf the first option with the most; 0 where nothing comes."""
        made = [0] * len(self.design.leaves)
        for leaf, ks in self._coming(profile).items():
            made[leaf] = int(np.argmax(self.design.tables[leaf][:, ks].sum(axis=1)))
        return tuple(made)

    def leaf_of(self, profile: Profile) -> int:
        """The only leaf to which strategies lead that do not depend on types."""
        (leaf,) = self._coming(profile)
        return leaf

    def _coming(self, profile: Profile) -> dict[int, list[int]]:
        """By leaf the profiles of types that come there."""
        sizes = [len(one.actions) for one in self.design.game.followers]
        made: dict[int, list[int]] = {}
        for k, types in enumerate(self.design.outcomes.profiles):
            leaf = 0
            for i, t in enumerate(types):
                leaf = leaf * sizes[i] + profile[i][t]
            made.setdefault(leaf, []).append(k)
        return made

    def best(self) -> Bound:
        """The greatest bound."""
        found = self.by_profile()
        number = int(np.argmax(found))
        profile = self.profile(number)
        return Bound(Fraction(int(found[number]), self.design.scale), profile, self.options(profile))

    def profile(self, number: int) -> Profile:
        """The profile of strategies of that number."""
        made: list[list[int]] = []
        for by_type in reversed(self._allowed):
            own = []
            for allowed in reversed(by_type):
                own.append(allowed[number % len(allowed)])
                number //= len(allowed)
            made.append(own[::-1])
        return tuple(tuple(own) for own in reversed(made))

    # -- One or two followers -----------------------------------------------------------------------------------------

    def _of_pairs(self) -> Array:
        """Sums over pairs of sets of types, then over leaves."""
        allowed: list[list[tuple[int, ...]]] = self._allowed if len(self._allowed) == 2 else [[(0,)], self._allowed[0]]
        strategies: list[list[tuple[int, ...]]] = [list(product(*by_type)) for by_type in allowed]
        sizes = [len(one.actions) for one in self.design.game.followers]
        sizes = sizes if len(sizes) == 2 else [1, *sizes]
        total: Array | None = None
        tables: dict[int, tuple[Array, dict[tuple[int, ...], int], dict[tuple[int, ...], int]]] = {}
        masks = [[_masks(strategies[i], m) for m in range(sizes[i])] for i in (0, 1)]
        for leaf, table in enumerate(self.design.tables):
            first, second = divmod(leaf, sizes[1])
            if id(table) not in tables:
                kinds = [sorted({mask for one in masks[i] for mask in one}) for i in (0, 1)]
                places = [{mask: n for n, mask in enumerate(one)} for one in kinds]
                tables[id(table)] = (self._sums(table, kinds), places[0], places[1])
            sums, rows, columns = tables[id(table)]
            own = np.array([rows[mask] for mask in masks[0][first]])
            other = np.array([columns[mask] for mask in masks[1][second]])
            part = sums[own[:, None], other[None, :]]
            total = part if total is None else total + part
        assert total is not None
        made: Array = total.reshape(-1)
        return made

    def _sums(self, table: Array, kinds: list[list[tuple[int, ...]]]) -> Array:
        """The most of any option by pair of sets of types (of the first and of the second follower)."""
        profiles = [types if len(types) == 2 else (0, *types) for types in self.design.outcomes.profiles]
        counts = [len(kinds[i][0]) for i in (0, 1)]
        dense = np.zeros((len(table), *counts), dtype=table.dtype)
        for k, (one, two) in enumerate(profiles):
            dense[:, one, two] += table[:, k]
        first, second = (np.array(one, dtype=table.dtype) for one in kinds)
        made = np.empty((len(first), len(second)), dtype=table.dtype)
        for row, mask in enumerate(first):
            require_time(self.stop)
            made[row] = (np.tensordot(dense, mask, axes=([1], [0])) @ second.T).max(axis=0)
        return made


def _masks(strategies: list[tuple[int, ...]], action: int) -> list[tuple[int, ...]]:
    """By strategy which types take an action, as zeros and ones."""
    return [tuple(int(a == action) for a in strategy) for strategy in strategies]
