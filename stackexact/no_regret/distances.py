"""How far play is from equilibrium: the exact distance to the nearest one, by linear programming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Final

from stackexact.errors import LimitReached, Unproved
from stackexact.lp import Program, Status, solve
from stackexact.mechanisms.deviations import Deviation, Family, deviations_of, gains
from stackexact.mechanisms.forms import Form, Profile

__all__ = ["MOST", "Polytope"]

MOST: Final = 512
"""Most profiles of strategies of a game whose equilibria are looked through for the nearest one."""


@dataclass(frozen=True)
class Polytope:
    """The coarse correlated equilibria of a game, as mixtures of its profiles of strategies."""

    form: Form

    @property
    def size(self) -> int:
        """The number of profiles of strategies."""
        return prod(self.form.strategies)

    @cached_property
    def _deviations(self) -> tuple[Deviation, ...]:
        return deviations_of(self.form, Family.COARSE)

    @cached_property
    def _columns(self) -> list[tuple[list[int], list[int]]]:
        """By profile of strategies what is played at each profile of types, and what following it brings more than each
        deviation; profiles that come to the same once."""
        made: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
        profile: Profile
        for profile in self.form.all_profiles():
            played = self.form.played(profile)
            made.setdefault(tuple(played), (played, gains(self.form, self._deviations, profile)))
        return list(made.values())

    def distance(self, counts: Sequence[Sequence[int]], time_limit: float | None = None) -> Fraction | None:
        """The least total variation ½ Σ |P(k) counts(k, a)/n(k) − μ(k, a)| of any equilibrium, μ what it plays at the
        profiles of types k, n(k) how often these were drawn; ``None`` where one of them never was.

        No more than the half is summed that is above μ, for both sum to P(k) at each k. Raises
        :class:`~stackexact.errors.LimitReached` where the time is over.

        >>> from stackexact.mechanisms.forms import Form
        >>> one = Form((2,), (((0, 1),),), ((0,),), (1,), 1, (((3, 5),),), (1,), ((0, 0),), 1)
        >>> Polytope(one).distance(((1, 3),))
        Fraction(1, 4)
        """
        form = self.form
        drawn = [sum(row) for row in counts]
        if not all(drawn):
            return None
        places = [(k, a) for k, row in enumerate(counts) for a, count in enumerate(row) if count]
        columns, excess = self._columns, len(places)
        rows = []
        for place, (k, a) in enumerate(places):
            own = [form.chances[k] * (played[k] == a) for played, _ in columns]
            share = [form.chance_scale * (other == place) for other in range(excess)]
            rows.append(([*own, *share], Fraction(form.chances[k] * counts[k][a], drawn[k])))
        for d in range(len(self._deviations)):
            rows.append(([*(gained[d] for _, gained in columns), *[0] * excess], Fraction(0)))
        total = ([1] * len(columns) + [0] * excess, 1)
        goal = [0] * len(columns) + [-1] * excess
        found = solve(Program.of(goal, at_least=rows, equal=[total]), time_limit=time_limit)
        if found.status is Status.UNKNOWN:
            raise LimitReached("the time limit was reached; raise it")
        if found.status is not Status.OPTIMAL or found.value is None:
            raise Unproved("every finite game has a correlated equilibrium")
        return -found.value
