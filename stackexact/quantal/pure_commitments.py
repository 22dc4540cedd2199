"""Whether a pure commitment is exactly the best where policies may not depend on what the follower does.

Φ(x) = Σ_b e^{ρ_b·x} (υ_b·x - V) is exactly 0 at it, V being what it gets, so that bounds that hold with something to
spare (``simplices``) do not reach it: on the parts of the simplex that have it as a corner Φ is shown to fall from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import ctx

from stackexact.exact.enclosures import bits_of
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.decisions import Decision
from stackexact.quantal.simplices import Corner, above, apart, expanded, falls, longest, middle

__all__ = ["is_best_pure"]

_SPARE: Final = 128
_MOST_PARTS: Final = 1000
"""Parts of the simplex that are looked at before the question is left open."""


def is_best_pure(
    decision: Decision, best: int, value: ExponentialNumber, digits: int, stop: Callable[[], bool] = lambda: False
) -> bool:
    """Whether it is proved that no commitment gets more than ``value``, the exact one of a pure commitment."""
    if value.rational == max(map(max, decision.leader)):
        return True
    with ctx.workprec(bits_of(digits) + _SPARE + decision.logits.magnitude):
        logits, values = decision.balls()
        limit = value.ball()
        different: dict[object, Corner] = {}
        for a in (best, *range(len(decision.leader))):
            corner = Corner(tuple(column[a] for column in logits), tuple(column[a] - limit for column in values))
            different.setdefault(_row(decision, a), corner)
        vertex, *others = different.values()
        return _Descent(vertex, stop).proved(others)


def _row(decision: Decision, a: int) -> tuple[tuple[Fraction, ...], tuple[tuple[Fraction, Fraction], ...]]:
    """What tells a commitment from others: equal ones are the same corner."""
    return decision.leader[a], tuple(decision.logits.at(a, b) for b in range(decision.shape[1]))


@dataclass(frozen=True, slots=True)
class _Descent:
    """A walk through the parts of a simplex, one corner of which is the commitment that is to be best."""

    vertex: Corner
    stop: Callable[[], bool]

    def proved(self, others: list[Corner]) -> bool:
        """Whether Φ is at most 0 on the simplex of the vertex and the others."""
        pending: list[tuple[list[Corner], bool]] = [(others, True)] if others else []
        for _ in range(_MOST_PARTS):
            if not pending:
                return True
            if self.stop():
                return False
            corners, with_vertex = pending.pop()
            if with_vertex:
                if falls(corners, self.vertex):
                    continue
                corners = [self.vertex, *corners]
            elif apart(corners) or expanded(corners, middle(corners)):
                continue
            if len(corners) == 1 or above(middle(corners)):
                return False
            pending += _halves(corners, with_vertex)
        return not pending


def _halves(corners: list[Corner], with_vertex: bool) -> list[tuple[list[Corner], bool]]:
    """The two halves of a part, whose first corner may be the vertex; the vertex itself is left out of its half."""
    i, j = longest(corners)
    half = middle([corners[i], corners[j]])
    made = []
    for end in (i, j):
        part = [*corners[:end], half, *corners[end + 1 :]]
        kept = with_vertex and end != 0
        made.append((part[1:] if kept else part, kept))
    return made
