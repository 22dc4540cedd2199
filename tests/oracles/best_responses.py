"""The definitions of best responses to one decision, put to z3: what a leader can get from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

Rows = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Definition:
    """``leader[a][b]``, ``follower[a][b]``, outcomes that are only approached; may policies depend on b?"""

    leader: Rows
    follower: Rows
    open: frozenset[tuple[int, int]] = frozenset()
    prescription: bool = True

    def policy(self) -> tuple[list[list[Any]], list[Any]]:
        """Probabilities by follower action (all the same in commitments), and what makes them so."""
        rows, columns = len(self.leader), len(self.leader[0])
        made = [z3.Reals(" ".join(f"x{b}_{a}" for a in range(rows))) for b in range(columns)]
        if not self.prescription:
            made = [made[0]] * columns
        return made, [z3.And([x >= 0 for x in mix]) for mix in made] + [z3.Sum(mix) == 1 for mix in made]

    def mean(self, table: Rows, policy: list[list[Any]], b: int) -> Any:
        return z3.Sum([x * z3.Q(*row[b].as_integer_ratio()) for x, row in zip(policy[b], table, strict=True)])

    def exists(self, good: Callable[[list[list[Any]], list[Any], list[Any]], Any]) -> bool:
        policy, rules = self.policy()
        solver = z3.Solver()
        solver.add(*rules)
        columns = range(len(self.leader[0]))
        u, r = ([self.mean(table, policy, b) for b in columns] for table in (self.leader, self.follower))
        best = [z3.And([r[b] >= other for other in r]) for b in columns]
        solver.add(good(policy, u, best))
        found = solver.check()
        assert found != z3.unknown
        return bool(found == z3.sat)

    def strong(self, least: Fraction, *, strictly: bool) -> bool:
        """Whether some policy has a best response that gives the leader so much (or more)."""

        def good(policy: list[list[Any]], u: list[Any], best: list[Any]) -> Any:
            return z3.Or([z3.And(here, self.more(value, least, strictly)) for here, value in zip(best, u, strict=True)])

        return self.exists(good)

    def weak(self, least: Fraction, *, strictly: bool) -> bool:
        """Whether all best responses to some policy give the leader so much (or more)."""

        def good(policy: list[list[Any]], u: list[Any], best: list[Any]) -> Any:
            return z3.And(
                [z3.Implies(here, self.more(value, least, strictly)) for here, value in zip(best, u, strict=True)]
            )

        return self.exists(good)

    def attained(self, value: Fraction) -> bool:
        """Whether all best responses to some policy give the leader more than the value, or the value off what is
        open."""

        def good(policy: list[list[Any]], u: list[Any], best: list[Any]) -> Any:
            told = []
            for b, here in enumerate(best):
                off = z3.And([x == 0 for a, x in enumerate(policy[b]) if (a, b) in self.open])
                exactly = z3.And(self.more(u[b], value, False), off)
                told.append(z3.Implies(here, z3.Or(self.more(u[b], value, True), exactly)))
            return z3.And(told)

        return self.exists(good)

    @staticmethod
    def more(value: Any, least: Fraction, strictly: bool) -> Any:
        bound = z3.Q(*least.as_integer_ratio())
        return value > bound if strictly else value >= bound
