"""One action of the follower: what the leader can get there while the follower gets at least so much.

The mixtures x over the leader's actions with Σ_a x_a r_a >= L are a polytope whose vertices are the actions with
r_a >= L and the mixtures of two actions, r_a < L < r_a', that give the follower exactly L. Linear objectives taken one
after the other (lexicographically) have their optimum at a vertex; the last ones, the probabilities themselves, make it
the only one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from flint import fmpq

from stackexact.exact.prover import Number

__all__ = ["Best", "Mixture", "best", "mean", "multiplier"]

Mixture: TypeAlias = tuple[tuple[int, Number], ...]
"""Leader actions with their positive probabilities (flint rationals), by action."""


@dataclass(frozen=True, slots=True)
class Best:
    """The leader's greatest ``value``, then the follower's greatest ``reward``, then the lexicographically greatest
    ``mixture`` that gives them."""

    value: Number
    reward: Number
    mixture: Mixture


def best(
    leader: Sequence[Number], follower: Sequence[Number], floor: Number, allowed: Collection[int], *, mixed: bool
) -> Best | None:
    """The lexicographic optimum among mixtures of ``allowed`` actions (single ones unless ``mixed``) that give the
    follower at least ``floor``; ``None`` where there are none.

    >>> from flint import fmpq
    >>> found = best([fmpq(4), fmpq(1)], [fmpq(0), fmpq(3)], fmpq(1), range(2), mixed=True)
    >>> found.value, found.mixture  # with probability 1/3 the follower gets 3
    (3, ((0, 2/3), (1, 1/3)))
    """
    found: list[Mixture] = [((a, fmpq(1)),) for a in allowed if follower[a] >= floor]
    tops = [a for a in allowed if follower[a] > floor]
    if mixed and tops:
        # No mixture gives the leader more than the best action, and where that is admissible the follower gets most
        # from such an action as well.
        most = max(leader[a] for a in allowed)
        if not any(leader[a] == most for ((a, _),) in found):
            lows = [a for a in allowed if follower[a] < floor]
            found += [_pair(follower, low, top, floor) for low, top in product(lows, tops)]
    if not found:
        return None
    options = [(mean(leader, x), mean(follower, x), x) for x in found]
    return Best(*max(options, key=lambda option: (option[0], option[1], *_order(option[2]))))


def _pair(follower: Sequence[Number], low: int, top: int, floor: Number) -> Mixture:
    share = (floor - follower[low]) / (follower[top] - follower[low])
    return tuple(sorted([(low, 1 - share), (top, share)]))


def _order(mixture: Mixture) -> tuple[Number, ...]:
    """Compares like the list of all probabilities, for mixtures that add up to 1 with at most two actions."""
    (action, share), *_ = mixture
    return (-action, share, *(-other for other, _ in mixture[1:]))


def mean(values: Sequence[Number], mixture: Mixture) -> Number:
    """The expectation of values under a mixture."""
    return sum((share * values[a] for a, share in mixture), fmpq(0))


def multiplier(leader: Sequence[Number], follower: Sequence[Number], floor: Number, value: Number) -> Number:
    """The least y >= 0 with leader[a] + y·(follower[a] − floor) <= ``value`` for all a, where ``value`` is the optimum.

    Such a y proves the optimum: whoever gives the follower ``floor`` gets at most the value. It exists by the duality
    of linear programs: actions below the floor bound it from below, those above it from above.
    """
    slopes = [(u - value) / (floor - r) for u, r in zip(leader, follower, strict=True) if r < floor]
    return max([fmpq(0), *slopes])
