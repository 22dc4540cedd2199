"""What counts say exactly: regrets, the gap to equilibrium, and what they are worth to the designer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stackexact.exact.records import Record
from stackexact.mechanisms.forms import Form
from stackexact.no_regret.arena import ONE, possible

__all__ = ["Gain", "Ledger", "Regret", "Tally", "mixture", "purified"]

Array = npt.NDArray[Any]

_SAFE: Final = 1 << 62


@dataclass(frozen=True, slots=True, repr=False)
class Regret(Record):
    """What a type of a follower would have had more in all its ``rounds`` together, with the best ``action`` in each of
    them instead of what it played, the others playing as they did: max over m of Σ u(m, a_-i) − u(a). It may be
    negative. ``action`` is its number among all of the follower."""

    follower: int
    type: int
    rounds: int
    action: int
    total: Fraction

    @property
    def average(self) -> Fraction | None:
        """In each of its rounds; ``None`` where there was none."""
        return self.total / self.rounds if self.rounds else None


@dataclass(frozen=True, slots=True, repr=False)
class Gain(Record):
    """What a type of a follower expects to gain from an ``action`` instead of its part (``size``; given its type)."""

    follower: int
    type: int
    action: int
    size: Fraction


@dataclass(frozen=True, eq=False)
class Tally:
    """One table of weights by profile of types and of actions. ``drawn[k]`` is their sum, ``gains[i][k][m]`` sums what
    a follower would have had more with the action m, over the scale of its utilities, ``worth[k]`` the objective, over
    its scale. ``places[i, t]`` are the profiles of types in which a follower has a type."""

    form: Form
    places: Mapping[tuple[int, int], Sequence[int]]
    drawn: tuple[int, ...]
    gains: tuple[tuple[tuple[int, ...], ...], ...]
    worth: tuple[int, ...]

    @property
    def complete(self) -> bool:
        """Whether every profile of types that can occur did."""
        return all(self.drawn)

    def rounds(self, i: int, t: int) -> int:
        """In how many rounds a type was drawn."""
        return sum(self.drawn[k] for k in self.places[i, t])

    @cached_property
    def regrets(self) -> tuple[Regret, ...]:
        """Of every type that can occur of every follower."""
        form, made = self.form, []
        for i in form.followers:
            for t in form.occurring[i]:
                here = self.places[i, t]
                totals = {m: sum(self.gains[i][k][m] for k in here) for m in form.allowed[i][t]}
                best = max(totals, key=lambda m: totals[m])
                made.append(Regret(i, t, self.rounds(i, t), best, Fraction(totals[best], form.utility_scales[i])))
        return tuple(made)

    @cached_property
    def gap(self) -> Gain | None:
        """The largest gain from any deviation of any type, profiles of types weighted by their true chances; at most 0
        in an equilibrium, and ``None`` where some profile was never drawn."""
        if not self.complete:
            return None
        form, made = self.form, []
        for i in form.followers:
            for t in form.occurring[i]:
                here = self.places[i, t]
                mass = sum(form.chances[k] for k in here) * form.utility_scales[i]
                for m in form.allowed[i][t]:
                    total = sum(
                        (Fraction(form.chances[k] * self.gains[i][k][m], self.drawn[k]) for k in here), Fraction(0)
                    )
                    made.append(Gain(i, t, m, total / mass))
        return max(made, key=lambda one: one.size)

    @property
    def average_regret(self) -> Fraction | None:
        """The largest average regret: the gap with types as often as they were drawn. ``None`` where some type was
        never drawn."""
        averages = [one.average for one in self.regrets]
        return None if None in averages else max(one for one in averages if one is not None)

    @property
    def value(self) -> Fraction | None:
        """What the designer expects, profiles of types weighted by their true chances; ``None`` where some profile was
        never drawn."""
        if not self.complete:
            return None
        parts = zip(self.form.chances, self.worth, self.drawn, strict=True)
        return sum((Fraction(p * worth, n) for p, worth, n in parts), Fraction(0)) / self.form.scale


@dataclass(frozen=True)
class Ledger:
    """Reads tables of counts of one game; tables of utilities are made once."""

    form: Form

    def tallies(self, tables: Sequence[Sequence[Sequence[int]]]) -> list[Tally]:
        """What several tables of counts say.

        >>> from stackexact.mechanisms.forms import Form
        >>> coin = Form((2,), (((0, 1),),), ((0,),), (1,), 1, (((3, 5),),), (1,), ((0, 7),), 1)
        >>> (made,) = Ledger(coin).tallies([((3, 1),)])
        >>> made.regrets[0].total, made.gap.size, made.value
        (Fraction(6, 1), Fraction(3, 2), Fraction(7, 4))
        """
        form = self.form
        most = max((sum(map(sum, table)) for table in tables), default=0)
        worst = max(self._most, 1) * 4
        dtype = np.int64 if most * worst < _SAFE else object
        counts = np.array(tables, dtype=dtype).reshape(len(tables), len(form.profiles), -1)
        drawn = counts.sum(axis=2)
        gains = [self._gains(counts, i) for i in form.followers]
        worth = (counts * np.array(form.objective, dtype=dtype)).sum(axis=2)
        return [
            Tally(
                form,
                self._places,
                tuple(map(int, drawn[c])),
                tuple(tuple(tuple(map(int, row)) for row in one[c]) for one in gains),
                tuple(map(int, worth[c])),
            )
            for c in range(len(tables))
        ]

    @cached_property
    def _places(self) -> dict[tuple[int, int], list[int]]:
        made: dict[tuple[int, int], list[int]] = {}
        for k, types in enumerate(self.form.profiles):
            for i, t in enumerate(types):
                made.setdefault((i, t), []).append(k)
        return made

    @cached_property
    def _most(self) -> int:
        """The largest number of all tables."""
        tables = [*self.form.utilities, self.form.objective]
        return max(abs(value) for table in tables for row in table for value in row)

    def _gains(self, counts: Array, i: int) -> Array:
        """By table, profile of types and own action: what that would have brought more than what was played."""
        form = self.form
        shape = (len(counts), len(form.profiles), *form.sizes)
        table = np.array(form.utilities[i], dtype=counts.dtype).reshape(shape[1:])
        played = counts.reshape(shape)
        axes = tuple(range(2, len(shape)))
        had = (played * table).sum(axis=axes)
        others = played.sum(axis=i + 2, keepdims=True)
        besides = tuple(axis for axis in axes if axis != i + 2)
        made: Array = (others * table).sum(axis=besides) - had[:, :, None]
        return made


def mixture(form: Form, strategies: Sequence[Sequence[Sequence[int]]]) -> list[list[int]]:
    """Chances by profile of types and of actions, over ``ONE`` to the number of followers, where each type of each
    follower draws for itself from its strategy."""
    made = []
    for k, types in enumerate(form.profiles):
        own = np.ones(1, dtype=object)
        for i, t in enumerate(types):
            own = np.multiply.outer(own, np.array(strategies[i][t], dtype=object)).ravel()
        row = [0] * len(form.objective[0])
        for a, chance in zip(possible(form, k).tolist(), own.tolist(), strict=True):
            row[a] = chance
        made.append(row)
    return made


def purified(strategies: Sequence[Sequence[Sequence[int]]]) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The likeliest action of each type, the first of several.

    >>> purified((((5, 7, 7),),))
    (((0, 1073741824, 0),),)
    """

    def pure(row: Sequence[int]) -> tuple[int, ...]:
        best = row.index(max(row))
        return tuple(ONE if m == best else 0 for m in range(len(row)))

    return tuple(tuple(pure(row) for row in own) for own in strategies)
