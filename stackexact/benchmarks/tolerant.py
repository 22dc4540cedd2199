"""The γ-tolerant benchmarks of Donahue, Immorlica, Jagadeesan, Lucier & Slivkins (ICML 2024).

leader   = inf over 0 <= ε <= γ of  max_i min over B_ε(i) of u1  + ε
follower = inf over 0 <= ε <= γ of  min over A_ε of max_j u2(i, j) + ε

Both infima are attained. At most: a witness ε. At least: for the leader intervals that cover [0, γ], on each of which
one action guarantees the value; for the follower the points at which the leader's actions enter A_ε, since an action
that is in stays in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.benchmarks.entry import ZERO, Entry, Gap, Landscape, Never, Point, point_value
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover
from stackexact.games.scalars import Scalars

__all__ = ["Guarantee", "Membership", "Tolerant", "TolerantSkeleton", "search", "verify"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """From ``start`` to the next guarantee's start, ``action`` gives the leader the value (ε included)."""

    start: Point
    action: int


@dataclass(frozen=True, slots=True)
class Membership:
    """Why ``action`` is in A_ε: its tolerated ``response``, and for every leader action a tolerated response that keeps
    f(ε) down."""

    action: int
    response: int
    tolerated: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TolerantSkeleton:
    """The proof without its numbers; ``tops[i]`` is a best response to i."""

    tops: tuple[int, ...]
    epsilon: Point
    outcome: tuple[int, int]
    tolerated: tuple[int, ...]
    guarantees: tuple[Guarantee, ...]
    follower_epsilon: Point
    membership: Membership
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Tolerant(Generic[T]):
    """Proved benchmarks with the ε at which the infima are attained, and the numbers of the proof."""

    leader: T
    follower: T
    leader_epsilon: T
    follower_epsilon: T
    starts: tuple[T, ...]
    entries: tuple[T | None, ...]


def search(game: Scalars[T], zero: T) -> TolerantSkeleton:
    """Find the skeleton at one point: a sweep over the sorted gaps (O(mn log mn))."""
    scape = Landscape(game, zero)
    best = min(scape.steps, key=lambda step: (step.value + step.start, step.start))
    value = best.value + best.start
    tolerated = tuple(_tolerated(scape, i, best.start, best.value) for i in range(len(scape.rows)))
    entries, points = zip(*(scape.entry(i) for i in range(len(scape.rows))), strict=True)
    tops = [row[top] for row, top in zip(game.follower, scape.tops, strict=True)]
    inside = [i for i, point in enumerate(points) if point is not None]
    action = min(inside, key=lambda i: (tops[i] + points[i], points[i], i))
    membership = member(scape, action, points[action])
    return TolerantSkeleton(
        scape.tops,
        best.point,
        best.outcome,
        tolerated,
        _chain(scape, value),
        entries[action].point,
        membership,
        entries,
    )


def _tolerated(scape: Landscape[T], action: int, epsilon: T, limit: T) -> int:
    """The tolerated response of least gap that gives the leader at most ``limit``."""
    row, leader = scape.rows[action], scape.game.leader[action]
    return next(j for j in row.order[: row.reached(epsilon)] if not leader[j] > limit)


def member(scape: Landscape[T], action: int, epsilon: T) -> Membership:
    """Why ``action`` is in A_ε."""
    row = scape.rows[action]
    response = row.greatest[row.reached(epsilon) - 1]
    limit = scape.game.leader[action][response] + epsilon
    return Membership(action, response, tuple(_tolerated(scape, i, epsilon, limit) for i in range(len(scape.rows))))


def _chain(scape: Landscape[T], value: T) -> tuple[Guarantee, ...]:
    """Cover [0, γ] greedily: always the action that guarantees ``value`` for longest."""
    leader = scape.game.leader
    fails: list[list[tuple[T, int]]] = []
    for i, row in enumerate(scape.rows):
        changes = [p for p in range(1, len(row.order)) if row.least[p] == row.order[p]]
        fails.append([(row.gaps[p], row.order[p]) for p in changes if leader[i][row.order[p]] + row.gaps[p] < value])
    made: list[Guarantee] = []
    start: T = scape.zero
    point: Point = ZERO
    gaps = [[gap for gap, _ in some] for some in fails]
    while True:
        longest: tuple[int, T, Gap] | None = None
        for i in range(len(scape.rows)):
            if leader[i][scape.low(i, start)] + start < value:
                continue
            place = bisect_right(gaps[i], start)
            if place == len(gaps[i]):
                return (*made, Guarantee(point, i))
            end = gaps[i][place]
            if longest is None or end > longest[1]:
                longest = (i, end, Gap(i, fails[i][place][1]))
        if longest is None:
            raise Unproved("some action always guarantees the least value of f + ε")
        made.append(Guarantee(point, longest[0]))
        _, start, point = longest


def verify(game: Scalars[T], skeleton: TolerantSkeleton, prover: Prover[T]) -> Tolerant[T]:
    """Recompute both benchmarks from the skeleton and require everything that makes them infima."""
    gamma = _tolerance(game)
    require_tops(game, skeleton.tops, prover)
    epsilon = point_value(game, skeleton.tops, skeleton.epsilon, prover)
    i, j = skeleton.outcome
    value = game.leader[i][j] + epsilon
    prover.nonnegative([gamma - epsilon])
    require_tolerated(game, skeleton.tops, skeleton.tolerated, epsilon, value - epsilon, prover)
    starts = _require_chain(game, skeleton, value, gamma, prover)
    points = require_entries(game, skeleton.tops, skeleton.entries, gamma, prover)
    at = point_value(game, skeleton.tops, skeleton.follower_epsilon, prover)
    prover.nonnegative([at, gamma - at])
    require_member(game, skeleton.tops, skeleton.membership, at, prover)
    action = skeleton.membership.action
    follower = game.follower[action][skeleton.tops[action]] + at
    for k, point in enumerate(points):
        if point is not None:
            prover.nonnegative([game.follower[k][skeleton.tops[k]] + point - follower])
    return Tolerant(value, follower, epsilon, at, starts, points)


def _tolerance(game: Scalars[T]) -> T:
    if game.tolerance is None:
        raise Unproved("the error-tolerant benchmarks need a tolerance")
    return game.tolerance


def require_tops(game: Scalars[T], tops: tuple[int, ...], prover: Prover[T]) -> None:
    """Require ``tops[i]`` to be a best response to every i, so that gaps are what they are called."""
    _require_each(game, tops)
    for row, top in zip(game.follower, tops, strict=True):
        best = row[top]
        prover.nonnegative(best - value for j, value in enumerate(row) if j != top)


def _require_each(game: Scalars[T], parts: Sequence[object]) -> None:
    if len(parts) != game.shape[0]:
        raise Unproved("every leader action needs its part of the proof")


def require_tolerated(
    game: Scalars[T], tops: tuple[int, ...], tolerated: tuple[int, ...], epsilon: T, limit: T, prover: Prover[T]
) -> None:
    """Require of every leader action a tolerated response that gives the leader at most ``limit``: f(ε) <= limit."""
    _require_each(game, tolerated)
    for i, j in enumerate(tolerated):
        gap = game.follower[i][tops[i]] - game.follower[i][j]
        prover.nonnegative([epsilon - gap, limit - game.leader[i][j]])


def require_member(
    game: Scalars[T], tops: tuple[int, ...], membership: Membership, epsilon: T, prover: Prover[T]
) -> None:
    """Require ``membership.action`` to be in A_ε."""
    i, j = membership.action, membership.response
    prover.nonnegative([epsilon - (game.follower[i][tops[i]] - game.follower[i][j])])
    require_tolerated(game, tops, membership.tolerated, epsilon, game.leader[i][j] + epsilon, prover)


def _require_chain(
    game: Scalars[T], skeleton: TolerantSkeleton, value: T, gamma: T, prover: Prover[T]
) -> tuple[T, ...]:
    """Require the guarantees: their intervals cover [0, γ] because the first starts at 0 and each ends at the next."""
    tops, chain = skeleton.tops, skeleton.guarantees
    if not chain or chain[0].start != ZERO:
        raise Unproved("the guarantees must begin at 0")
    starts = tuple(point_value(game, tops, one.start, prover) for one in chain)
    prover.nonnegative(gamma - start for start in starts[1:])
    for number, one in enumerate(chain):
        start = starts[number]
        best = game.follower[one.action][tops[one.action]]
        last = number + 1 == len(chain)
        for u1, u2 in zip(game.leader[one.action], game.follower[one.action], strict=True):
            gap, surplus = best - u2, u1 - value
            if prover.sign(surplus + start) >= 0:
                prover.nonnegative([surplus + start])
            elif last and prover.sign(gap - gamma) > 0:
                prover.positive([gap - gamma])
            elif not last and prover.sign(gap - starts[number + 1]) >= 0:
                prover.nonnegative([gap - starts[number + 1]])
            else:
                prover.nonnegative([surplus + gap])
    return starts


def require_entries(
    game: Scalars[T], tops: tuple[int, ...], entries: tuple[Entry, ...], gamma: T, prover: Prover[T]
) -> tuple[T | None, ...]:
    """Require every action to be outside A_ε before its entry point; returns the points (None: never)."""
    _require_each(game, entries)
    points: list[T | None] = []
    for action, entry in enumerate(entries):
        never = isinstance(entry.point, Never)
        point = None if isinstance(entry.point, Never) else point_value(game, tops, entry.point, prover)
        points.append(point)
        if entry.point == ZERO:
            continue
        if entry.guard is None:
            raise Unproved("an entry point after 0 needs a guard")
        limit = gamma if point is None else point
        guard, worst = entry.guard
        floor = game.leader[guard][worst]
        for holder, sign in ((guard, 1), (action, -1)):
            best = game.follower[holder][tops[holder]]
            for u1, u2 in zip(game.leader[holder], game.follower[holder], strict=True):
                surplus = u1 - floor if sign > 0 else floor - u1 - limit
                strict = never and sign < 0
                outside = best - u2 - limit
                if prover.sign(surplus) >= (1 if strict else 0):
                    (prover.positive if strict else prover.nonnegative)([surplus])
                else:
                    (prover.positive if never else prover.nonnegative)([outside])
    return tuple(points)
