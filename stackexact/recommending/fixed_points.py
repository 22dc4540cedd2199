"""Recommendations that the follower follows: one for every set of actions, its quantal response among these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from stackexact.errors import LimitReached, require_time
from stackexact.exact.exponential import ExponentialNumber
from stackexact.recommending.models import Mixture, Model

__all__ = ["FixedPoint", "fixed_points", "units"]

_MOST_ACTIONS: Final = 10
"""Actions of the follower whose sets are gone through."""
_MOST_POINTS: Final = 4096


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Under a commitment the follower plays ``recommendation`` where that is recommended, and the leader gets
    ``leader``."""

    commitment: tuple[Fraction, ...]
    recommendation: Mixture
    leader: ExponentialNumber


def units(rows: int) -> list[tuple[Fraction, ...]]:
    """The pure commitments."""
    return [tuple(Fraction(int(i == a)) for i in range(rows)) for a in range(rows)]


def fixed_points(
    model: Model, commitments: Sequence[tuple[Fraction, ...]], stop: Callable[[], bool]
) -> list[FixedPoint]:
    """All fixed points under some commitments: log z = α log y + (1 - α) log W is log y on its support just where y is
    the quantal response among the actions of that. Those with full support come first.

    Raises :class:`~stackexact.errors.LimitReached` where there are too many.
    """
    columns = model.shape[1]
    each = 2**columns - 1 if model.alpha else 1
    if each > 1 and (columns > _MOST_ACTIONS or each * len(commitments) > _MOST_POINTS):
        told = f"there are 2**{columns} - 1 fixed points for each of {len(commitments)} commitments"
        raise LimitReached(f"{told}; up to {_MOST_ACTIONS} actions and {_MOST_POINTS} points are listed: set a policy")
    found = []
    for commitment in commitments:
        rewards = model.rewards_at(commitment)
        for support in _supports(columns, model.alpha):
            require_time(stop)
            point = model.quantal(commitment, support)
            found.append(FixedPoint(commitment, point, point.mean(rewards)))
    return found


def _supports(columns: int, alpha: Fraction) -> Iterator[tuple[int, ...]]:
    """The supports of fixed points: all sets, the large ones first; all actions where recommendations weigh nothing."""
    yield tuple(range(columns))
    if alpha:
        for size in range(columns - 1, 0, -1):
            yield from combinations(range(columns), size)
