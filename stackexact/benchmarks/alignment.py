"""Partial alignment: the least L >= 0 with |Δu1| <= L·|Δu2| and |Δu2| <= L·|Δu1| for every pair of outcomes.

Along the outcomes sorted by u2, ``|Δu1| <= L·Δu2`` for neighbours implies it for all pairs (triangle inequality), so
only neighbours count: O(mn log mn). Equal in one utility and different in the other leaves no finite L.

Sorted orders make few comparisons, but with several parameters they change along many curves. There each pair is
compared with the one that needs the constant instead: more comparisons, in far fewer regions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Generic, TypeVar

from stackexact.benchmarks.limits import OFTEN, watched
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp.simplex import never

__all__ = ["Alignment", "AlignmentSkeleton", "search", "search_pair", "verify"]

T = TypeVar("T", bound=Any)

Pair = tuple[int, int]
"""Two outcomes, each numbered row by row."""


@dataclass(frozen=True, slots=True)
class AlignmentSkeleton:
    """Outcomes (numbered row by row) in both orders, the pair that needs the constant, and a pair ranked differently.

    ``over_follower``: the constant is |Δu1|/|Δu2| at ``extreme`` (else the inverse). Infinite: no orders are needed.
    Finite without orders: the pair is compared with every other.
    """

    by_follower: tuple[int, ...]
    by_leader: tuple[int, ...]
    extreme: Pair | None
    over_follower: bool
    infinite: bool
    different: Pair | None


@dataclass(frozen=True, slots=True)
class Alignment(Generic[T]):
    """The proved constant (None: infinite), and whether both players rank all outcomes alike."""

    constant: Ratio[T] | None
    same_ranking: bool


def _flat(table: tuple[tuple[T, ...], ...]) -> list[T]:
    return [value for row in table for value in row]


def search(game: Scalars[T], stop: Callable[[], bool] = never) -> AlignmentSkeleton:
    """Find the skeleton at one point: two sorts."""
    u1, u2 = _flat(game.leader), _flat(game.follower)
    by_follower, by_leader = (
        sorted(range(len(utility)), key=utility.__getitem__) for utility in watched((u2, u1), stop, "between sorts")
    )
    different = _different(u1, u2, by_follower)
    best: Any = None
    for order, over, under in ((by_follower, u1, u2), (by_leader, u2, u1)):
        for a, b in watched(zip(order, order[1:], strict=False), stop, "among the outcomes", OFTEN):
            top, bottom = over[b] - over[a], under[b] - under[a]
            if not bottom:
                if top:
                    return AlignmentSkeleton((), (), (a, b), order is by_follower, True, different)
                continue
            if top < 0:
                top = -top
            if best is None or top * best[1] > best[0] * bottom:
                best = (top, bottom, (a, b), order is by_follower)
    if best is None:
        return AlignmentSkeleton(tuple(by_follower), tuple(by_leader), None, True, False, different)
    return AlignmentSkeleton(tuple(by_follower), tuple(by_leader), best[2], best[3], False, different)


def search_pair(game: Scalars[T], stop: Callable[[], bool] = never) -> AlignmentSkeleton:
    """Find the skeleton of a proof by comparison with every pair."""
    found = search(game, stop)
    return replace(found, by_follower=(), by_leader=())


def _different(u1: list[T], u2: list[T], order: list[int]) -> Pair | None:
    """Neighbours (by u2) that the players rank differently; along ties in u2, u1 must be constant."""
    for a, b in zip(order, order[1:], strict=False):
        rise, own = u1[b] - u1[a], u2[b] - u2[a]
        if (not own and rise) or (own and not rise > 0):
            return a, b
    return None


def verify(game: Scalars[T], skeleton: AlignmentSkeleton, prover: Prover[T]) -> Alignment[T]:
    """Recompute the constant from the skeleton and require it of all neighbours, hence of all pairs."""
    u1, u2 = _flat(game.leader), _flat(game.follower)
    if skeleton.infinite:
        return _infinite(u1, u2, skeleton, prover)
    if not skeleton.by_follower and not skeleton.by_leader:
        return _by_pairs(u1, u2, skeleton, prover)
    everything = list(range(len(u1)))
    if sorted(skeleton.by_follower) != everything or sorted(skeleton.by_leader) != everything:
        raise Unproved("both orders must hold every outcome once")
    constant = _constant(u1, u2, skeleton, prover)
    top, bottom = constant.top, constant.bottom
    for order, over, under in ((skeleton.by_follower, u1, u2), (skeleton.by_leader, u2, u1)):
        nothing = prover.sign(top) == 0
        for a, b in zip(order, order[1:], strict=False):
            rise = under[b] - under[a]
            if prover.sign(rise) == 0:
                prover.zero([rise, over[b] - over[a]])
                continue
            allowed, change = top * rise, bottom * (over[b] - over[a])
            prover.nonnegative([rise, allowed - change, allowed + change] if not nothing else [rise])
            if nothing:
                prover.zero([change])
    same = skeleton.different is None
    if same:
        for a, b in zip(skeleton.by_follower, skeleton.by_follower[1:], strict=False):
            own = u2[b] - u2[a]
            if prover.sign(own):
                prover.positive([own, u1[b] - u1[a]])
    else:
        _require_different(u1, u2, skeleton.different, prover)
    return Alignment(constant, same)


def _by_pairs(u1: list[T], u2: list[T], skeleton: AlignmentSkeleton, prover: Prover[T]) -> Alignment[T]:
    """Compare squares: no pair's differences need a sign of their own."""
    if skeleton.extreme is None:
        prover.zero([value - utility[0] for utility in (u1, u2) for value in utility[1:]])
        return Alignment(Ratio(prover.number(0), prover.number(1)), True)
    a, b = skeleton.extreme
    over, under = (u1, u2) if skeleton.over_follower else (u2, u1)
    top, bottom = over[b] - over[a], under[b] - under[a]
    turned = top * bottom if prover.sign(top * bottom) > 0 else -(top * bottom)
    prover.positive([turned])
    one, two = top * top, bottom * bottom
    for c, d in combinations(range(len(u1)), 2):
        own, other = u1[d] - u1[c], u2[d] - u2[c]
        prover.nonnegative([one * (other * other) - two * (own * own), one * (own * own) - two * (other * other)])
        if skeleton.different is None:
            prover.nonnegative([own * other])
    if skeleton.different is not None:
        c, d = skeleton.different
        prover.positive([-((u1[d] - u1[c]) * (u2[d] - u2[c]))])
    return Alignment(Ratio(turned, two), skeleton.different is None)


def _constant(u1: list[T], u2: list[T], skeleton: AlignmentSkeleton, prover: Prover[T]) -> Ratio[T]:
    if skeleton.extreme is None:
        return Ratio(prover.number(0), prover.number(1))
    a, b = skeleton.extreme
    over, under = (u1, u2) if skeleton.over_follower else (u2, u1)
    top, bottom = over[b] - over[a], under[b] - under[a]
    top = top if prover.sign(top) >= 0 else -top
    prover.nonnegative([top])
    prover.positive([bottom])
    return Ratio(top, bottom)


def _infinite(u1: list[T], u2: list[T], skeleton: AlignmentSkeleton, prover: Prover[T]) -> Alignment[T]:
    if skeleton.extreme is None:
        raise Unproved("an infinite constant needs a pair that only one player tells apart")
    a, b = skeleton.extreme
    over, under = (u1, u2) if skeleton.over_follower else (u2, u1)
    prover.zero([under[b] - under[a]])
    change = over[b] - over[a]
    prover.positive([change * change])  # whichever sign it has
    return Alignment(None, False)


def _require_different(u1: list[T], u2: list[T], pair: Pair | None, prover: Prover[T]) -> None:
    if pair is None:
        raise Unproved("different rankings need a pair")
    a, b = pair
    one, two = u1[b] - u1[a], u2[b] - u2[a]
    signs = prover.sign(one), prover.sign(two)
    if signs[0] == signs[1]:
        raise Unproved("the pair is ranked alike")
    for value, sign in ((one, signs[0]), (two, signs[1])):
        if sign:
            prover.positive([value if sign > 0 else -value])
        else:
            prover.zero([value])
