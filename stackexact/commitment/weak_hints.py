"""What the multiple LPs in floats know that shortens the search for the weak value of a numeric game."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stackexact.commitment.float_interiors import FloatInteriors, moderate
from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.commitment.mixed_weak import Bounded, Chain, Point, Witness
from stackexact.commitment.mixed_weak_search import Hints, Peak
from stackexact.commitment.refutations import Bound, refute
from stackexact.commitment.vertices import Vertex
from stackexact.commitment.weak_programs import interior_program, others
from stackexact.commitment.weak_vertices import at_vertex, value_basis
from stackexact.errors import Unproved
from stackexact.exact.fields import Rationals, to_fraction
from stackexact.exact.prover import Number, Ratio
from stackexact.lp import highs
from stackexact.lp.program import Basis, Program

__all__ = ["NumericHints"]

GRAIN = 1 << 40
"""Proposed points are rounded to multiples of 1/GRAIN."""


class NumericHints(Hints):
    """Bounds, interior points and bases proposed by HiGHS; bounds and points are proved here before they are used."""

    def __init__(self, lps: NumericLPs) -> None:
        self.lps = lps
        self.game, self.prover = lps.game, lps.vertices.prover
        self._interiors: FloatInteriors | None = None

    def order(self, classes: Sequence[tuple[int, ...]]) -> list[int]:
        """By descending proposed value of LP(j), then by its bound."""
        if self.lps.use_floats and not self.lps.values:
            self.lps.propose()
        rank = {j: place for place, j in enumerate(self.lps.order())}
        known = self.lps.values
        return sorted(range(len(classes)), key=lambda c: (-known.get(classes[c][0], -1.0), rank[classes[c][0]]))

    def bound(self, members: tuple[int, ...], value: Number) -> Bounded | None:
        """Rounded multipliers of some member that keep it strictly below ``value``."""
        target: Ratio[Number] = Ratio(value.p, value.q)
        for place, j in enumerate(members):
            if self.refutes(j, Bound(()), target):
                return Bounded(Bound(()), place)
        if not self.lps.use_floats:
            return None
        for place, j in enumerate(members):
            why = self.lps.multipliers_of(j)
            if why is not None and self.refutes(j, why, target):
                return Bounded(why, place)
        return None

    def refutes(self, response: int, why: Bound, value: Ratio[Number]) -> bool:
        """Whether explicit multipliers prove the bound."""
        try:
            refute(self.game, response, why, value, self.prover, self.lps.vertices)
        except Unproved:
            return False
        return True

    def interior(self, members: tuple[int, ...]) -> Point | None:
        """A rounded interior point, if HiGHS finds one that survives the exact check."""
        if not self.lps.use_floats:
            return None
        proposed = self.inner(members)
        if proposed is None:
            return None
        weights = tuple(max(0, round(x * GRAIN)) for x in proposed)
        if not all(weights):
            return None
        sums = self.prover.multiply([[self.prover.number(w) for w in weights]], self.game.follower)[0]
        if any(sums[members[0]] <= sums[k] for k in others(self.game, members)):
            return None
        return Point(weights)

    def inner(self, members: tuple[int, ...]) -> Sequence[float] | None:
        """A point that HiGHS proposes: on one model for all classes where floats hold the follower's payoffs."""
        if self._interiors is None and moderate(self.game.follower):
            self._interiors = FloatInteriors(self.game.follower)
        if self._interiors is not None:
            return self._interiors.point(members)
        said = highs.propose(_plain(interior_program(self.game, members, 0, 1)))
        return None if said is None else said.point[:-1]

    def peak(self, members: tuple[int, ...]) -> Peak[Number] | None:
        """The proved optimum of LP(j) of a class of one action: for such a class the weak and the strong LP are one.

        Its basis is optimal whether or not the optimum is unique, so nothing has to be reached again.
        """
        if not self.lps.use_floats or len(members) > 1:
            return None
        found = self.lps.optimum(members[0])
        if found is None:
            return None
        value = Rationals().one * found.values[0].top / found.values[0].bottom
        basis = value_basis(self.game.shape, members[0], found.vertex)
        return Peak(value, basis, vertex=found.vertex if found.unique else None)

    def at_vertex(self, number: int, response: int, vertex: Vertex, value: Ratio[Any]) -> Witness | Chain | None:
        """The question answered next to the vertex, unless the optimum is degenerate."""
        try:
            return at_vertex(self.lps.vertices, number, response, vertex, value)
        except LookupError:
            return None

    def basis(self, program: Program[Any]) -> Basis | None:
        """HiGHS's basis for a program of integers."""
        if not self.lps.use_floats:
            return None
        said = highs.propose(_plain(program))
        return None if said is None else said.basis

    def greatest(self, program: Program[Any]) -> Basis | None:
        """HiGHS's basis for the lexicographically greatest optimum of a program of integers."""
        if not self.lps.use_floats:
            return None
        said = highs.propose_greatest(_plain(program))
        return None if said is None else said.basis


def _plain(program: Program[Any]) -> Program[Any]:
    """The program with Python integers for flint's."""

    def whole(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(None if v is None else to_fraction(v) if hasattr(v, "p") else int(v) for v in values)

    return Program(
        whole(program.objective),
        tuple(whole(row) for row in program.rows),
        whole(program.row_lower),
        whole(program.row_upper),
        whole(program.lower),
        whole(program.upper),
    )
