"""Whether a pure commitment is exactly the best where policies may not depend on what the follower does.

Φ(x) = Σ_b e^{ρ_b·x} (υ_b·x - V) is exactly 0 at it, V being what it gets, so that bounds that hold with something to
spare (``simplices``) do not reach it: on the parts of the simplex that have it as a corner Φ is shown to fall from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from flint import ctx

from stackexact.exact.enclosures import bits_of
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.decisions import Decision
from stackexact.quantal.simplices import Corner, above, apart, expanded, falls, longest, middle

__all__ = ["is_best_pure"]

_SPARE: Final = 128
_MOST_PARTS: Final = 1000
"""Parts of the simplex that are looked at before the question is left open."""


_Part: TypeAlias = list[tuple[Corner, bool]]
"""The corners of a part of the simplex, and whether Φ is exactly 0 at them."""


def is_best_pure(
    decision: Decision,
    best: Sequence[int],
    value: ExponentialNumber,
    digits: int,
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether it is proved that no commitment gets more than ``value``, what all pure commitments in ``best`` get
    exactly, and no other pure one."""
    if value.rational == max(map(max, decision.leader)):
        return True
    with ctx.workprec(bits_of(digits) + _SPARE + decision.logits.magnitude):
        logits, values = decision.balls()
        limit = value.ball()
        different: dict[object, tuple[Corner, bool]] = {}
        for a in range(len(decision.leader)):
            corner = Corner(tuple(column[a] for column in logits), tuple(column[a] - limit for column in values))
            different.setdefault(_row(decision, a), (corner, a in best))
        return _never_above([*different.values()], stop)


def _row(decision: Decision, a: int) -> tuple[tuple[Fraction, ...], tuple[tuple[Fraction, Fraction], ...]]:
    """What tells a commitment from others: equal ones are the same corner."""
    return decision.leader[a], tuple(decision.logits.at(a, b) for b in range(decision.shape[1]))


def _never_above(simplex: _Part, stop: Callable[[], bool]) -> bool:
    """Whether a walk through the parts of the simplex proves that Φ is at most 0."""
    pending = [simplex]
    for _ in range(_MOST_PARTS):
        if not pending:
            return True
        if stop():
            return False
        part = pending.pop()
        if _at_most_zero(part):
            continue
        corners = [corner for corner, _ in part]
        if len(corners) == 1 or above(middle(corners)):
            return False
        pending += _halves(part, corners)
    return not pending


def _at_most_zero(part: _Part) -> bool:
    corners = [corner for corner, zero in part if not zero]
    zeros = [corner for corner, zero in part if zero]
    if len(zeros) == 1:
        return not corners or falls(corners, zeros[0])
    return not zeros and (apart(corners) or expanded(corners, middle(corners)))


def _halves(part: _Part, corners: list[Corner]) -> list[_Part]:
    """The halves of a part: first those between corners where Φ is 0, then along the longest edge."""
    zeros = [i for i, (_, zero) in enumerate(part) if zero]
    i, j = zeros[:2] if len(zeros) > 1 else longest(corners)
    half = middle([corners[i], corners[j]]), False
    return [[*part[:end], half, *part[end + 1 :]] for end in (i, j)]
