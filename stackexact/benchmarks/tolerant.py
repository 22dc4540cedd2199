"""The γ-tolerant benchmarks of Donahue, Immorlica, Jagadeesan, Lucier & Slivkins (ICML 2024).

leader   = inf over 0 <= ε <= γ of  max_i min over B_ε(i) of u1  + ε
follower = inf over 0 <= ε <= γ of  min over A_ε of max_j u2(i, j) + ε

Both infima are attained. At most: a witness ε. At least: for the leader intervals that cover [0, γ], on each of which
one action guarantees the value; for the follower the points at which the leader's actions enter A_ε, since an action
that is in stays in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.benchmarks.entry import ZERO, Entry, Gap, Landscape, Never, Point, point_value
from stackexact.benchmarks.limits import watched
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover
from stackexact.games.scalars import Scalars
from stackexact.lp.simplex import never

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


def search(game: Scalars[T], zero: T, stop: Callable[[], bool] = never) -> TolerantSkeleton:
    """Find the skeleton at one point: a sweep over the sorted gaps (O(mn log mn))."""
    scape = Landscape(game, zero, stop)
    best = min(scape.steps, key=lambda step: (step.value + step.start, step.start))
    value = best.value + best.start
    tolerated = tuple(_tolerated(scape, i, best.start, best.value) for i in range(len(scape.rows)))
    entries, points = scape.entries()
    tops = [row[top] for row, top in zip(game.follower, scape.tops, strict=True)]
    inside = [i for i, point in enumerate(points) if point is not None]
    action = min(inside, key=lambda i: (tops[i] + points[i], points[i], i))
    entered = entries[action].point
    assert not isinstance(entered, Never)
    membership = member(scape, action, points[action])
    return TolerantSkeleton(
        scape.tops,
        best.point,
        best.outcome,
        tolerated,
        _chain(scape, value),
        entered,
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


@dataclass(frozen=True, slots=True)
class Window(Generic[T]):
    """From ``start`` on ``action`` guarantees the value, until ``end``, the gap of ``response`` (None: for ever)."""

    start: T
    action: int
    end: T | None = None
    response: int = 0

    def outlasts(self, other: Window[T] | None) -> bool:
        """Whether it ends later; of two that end together the first action's counts as later."""
        if other is None or (self.end is None and other.end is not None):
            return True
        if other.end is None:
            return self.end is None and self.action < other.action
        return bool(self.end > other.end or (self.end == other.end and self.action < other.action))


def _windows(scape: Landscape[T], action: int, value: T) -> list[Window[T]]:
    """All windows of an action: where its least tolerated payoff drops, it may need a larger ε to make up for it."""
    row, leader = scape.rows[action], scape.game.leader[action]
    drops = [p for p in range(len(row.order)) if row.least[p] == row.order[p]]
    made: list[Window[T]] = []
    start = scape.zero
    for place, following in zip(drops, [*drops[1:], None], strict=True):
        gap, response = row.gaps[place], row.order[place]
        if following is not None and row.gaps[following] == gap:
            continue
        needed = value - leader[response]
        if needed > gap:
            if start < gap:
                made.append(Window(start, action, gap, response))
            start = needed
    made.append(Window(start, action))
    return made


def _chain(scape: Landscape[T], value: T) -> tuple[Guarantee, ...]:
    """Cover [0, γ] greedily: always the window that lasts longest (there may be mn of them)."""
    actions = watched(range(len(scape.rows)), scape.stop, "among the guarantees")
    windows = [window for action in actions for window in _windows(scape, action, value)]
    windows.sort(key=lambda window: window.start)
    made: list[Guarantee] = []
    start: T = scape.zero
    point: Point = ZERO
    longest: Window[T] | None = None
    for window in (*windows, None):
        # Windows that have not begun at ``start`` wait until guarantees reach them.
        while window is None or window.start > start:
            if longest is None or not (longest.end is None or longest.end > start):
                raise Unproved("some action always guarantees the least value of f + ε")
            made.append(Guarantee(point, longest.action))
            if longest.end is None:
                return tuple(made)
            start, point = longest.end, Gap(longest.action, longest.response)
        if window.outlasts(longest):
            longest = window
    raise AssertionError("the last window is followed by an end")


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
    spans: dict[int, list[tuple[T, T | None]]] = {}
    for one, start, end in zip(chain, starts, (*starts[1:], None), strict=True):
        spans.setdefault(one.action, []).append((start, end))
    for action, own in spans.items():
        _require_guaranteed(game, action, tops[action], own, value, gamma, prover)
    return starts


def _require_guaranteed(
    game: Scalars[T],
    action: int,
    top: int,
    spans: list[tuple[T, T | None]],
    value: T,
    gamma: T,
    prover: Prover[T],
) -> None:
    """Require ``action`` to guarantee the value on each of its spans (start, end); without an end, up to γ.

    A response harms from its gap until ε makes up for it. Spans in order all lie before or after that as soon as the
    last one before and the first one after do.
    """
    edges = [edge for span in spans for edge in span if edge is not None] if len(spans) > 1 else []
    prover.nonnegative(later - sooner for sooner, later in zip(edges, edges[1:], strict=False))
    best = game.follower[action][top]

    def before(span: tuple[T, T | None], gap: T) -> bool:
        """Whether the span ends before the response is tolerated."""
        return prover.sign(gap - gamma) > 0 if span[1] is None else prover.sign(gap - span[1]) >= 0

    def require_before(span: tuple[T, T | None], gap: T) -> None:
        if span[1] is None:
            prover.positive([gap - gamma])
        else:
            prover.nonnegative([gap - span[1]])

    for u1, u2 in zip(game.leader[action], game.follower[action], strict=True):
        gap, surplus = best - u2, u1 - value
        if prover.sign(surplus + spans[0][0]) >= 0:
            prover.nonnegative([surplus + spans[0][0]])
        elif before(spans[-1], gap):
            require_before(spans[-1], gap)
        elif len(spans) == 1 or prover.sign(surplus + gap) >= 0:
            prover.nonnegative([surplus + gap])
        else:
            place = bisect_left(spans, True, key=lambda span: not before(span, gap))
            prover.nonnegative([surplus + spans[place][0]])
            if place:
                require_before(spans[place - 1], gap)


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
