"""Self-tolerant benchmarks: a reconstruction (the published definition could not be read), labelled as such.

value_p = inf over 0 <= ε <= γ of  min over i in A_ε, j in B_ε(i) of u_p(i, j) + ε,  for both players p: each player's
own errors are tolerated too. An outcome counts from max(entry of i, gap(i, j)) on, so the infimum is a minimum over
outcomes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.benchmarks.entry import ZERO, Entry, Gap, Landscape, Never, Point, point_value
from stackexact.benchmarks.limits import watched
from stackexact.benchmarks.tolerant import Membership, member, require_entries, require_member, require_tops
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover
from stackexact.games.scalars import Scalars
from stackexact.lp.simplex import never

__all__ = ["SelfTolerant", "SelfTolerantSkeleton", "Witness", "search", "verify"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Witness:
    """The outcome at which one player's infimum is attained, its ε, and why its action is in A_ε."""

    outcome: int
    epsilon: Point
    membership: Membership


@dataclass(frozen=True, slots=True)
class SelfTolerantSkeleton:
    """The proof without its numbers."""

    tops: tuple[int, ...]
    entries: tuple[Entry, ...]
    leader: Witness
    follower: Witness


@dataclass(frozen=True, slots=True)
class SelfTolerant(Generic[T]):
    """Proved benchmarks, the ε at which they are attained, and the entry points."""

    leader: T
    follower: T
    leader_epsilon: T
    follower_epsilon: T
    entries: tuple[T | None, ...]


def search(game: Scalars[T], zero: T, stop: Callable[[], bool] = never) -> SelfTolerantSkeleton:
    """Find the skeleton at one point (O(mn log mn))."""
    scape = Landscape(game, zero, stop)
    entries, points = scape.entries()
    witnesses = []
    for table in (game.leader, game.follower):
        best: Any = None
        for i, row in watched(enumerate(scape.rows), stop, "among the outcomes"):
            if points[i] is None:
                continue
            for gap, j in zip(row.gaps, row.order, strict=True):
                later = gap > points[i]
                epsilon = gap if later else points[i]
                key = (table[i][j] + epsilon, epsilon, i, j)
                if best is None or key < best[0]:
                    best = (key, Gap(i, j) if later else entries[i].point)
        (_, epsilon, i, j), point = best
        witnesses.append(Witness(j, point, member(scape, i, epsilon)))
    return SelfTolerantSkeleton(scape.tops, entries, witnesses[0], witnesses[1])


def verify(game: Scalars[T], skeleton: SelfTolerantSkeleton, prover: Prover[T]) -> SelfTolerant[T]:
    """Recompute both benchmarks and require them to be attained and no outcome to undercut them."""
    gamma = game.tolerance
    if gamma is None:
        raise Unproved("the self-tolerant benchmarks need a tolerance")
    require_tops(game, skeleton.tops, prover)
    points = require_entries(game, skeleton.tops, skeleton.entries, gamma, prover)
    made: list[tuple[T, T]] = []
    for table, witness in ((game.leader, skeleton.leader), (game.follower, skeleton.follower)):
        epsilon = point_value(game, skeleton.tops, witness.epsilon, prover)
        i, j = witness.membership.action, witness.outcome
        gap = game.follower[i][skeleton.tops[i]] - game.follower[i][j]
        prover.nonnegative([epsilon, gamma - epsilon, epsilon - gap])
        require_member(game, skeleton.tops, witness.membership, epsilon, prover)
        value = table[i][j] + epsilon
        _require_least(game, table, skeleton, points, value, gamma, prover)
        made.append((value, epsilon))
    (leader, one), (follower, two) = made
    return SelfTolerant(leader, follower, one, two, points)


def _require_least(
    game: Scalars[T],
    table: tuple[tuple[T, ...], ...],
    skeleton: SelfTolerantSkeleton,
    points: tuple[T | None, ...],
    value: T,
    gamma: T,
    prover: Prover[T],
) -> None:
    for i, point in enumerate(points):
        if point is None:
            assert isinstance(skeleton.entries[i].point, Never)
            continue
        best = game.follower[i][skeleton.tops[i]]
        free = skeleton.entries[i].point == ZERO
        for utility, own in zip(table[i], game.follower[i], strict=True):
            surplus, gap = utility - value, best - own
            if prover.sign(surplus) >= 0:
                prover.nonnegative([surplus])
            elif not free and prover.sign(surplus + point) >= 0:
                prover.nonnegative([surplus + point])
            elif prover.sign(surplus + gap) >= 0:
                prover.nonnegative([surplus + gap])
            else:
                prover.positive([gap - gamma])
