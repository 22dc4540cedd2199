"""Tolerated responses and the points at which things enter: the vocabulary of the error-tolerant benchmarks.

For a tolerance γ and 0 <= ε <= γ: ``gap(i, j) = max_k u2(i, k) − u2(i, j)``; B_ε(i) are the responses with gap at most
ε. f(ε) = max_i min over B_ε(i) of u1 falls in steps; action i *enters* A_ε at the least ε with
``max over B_ε(i) of u1 >= f(ε) − ε`` and then stays in (both sides are monotone). Every such point is 0, a gap, or a
difference of two leader payoffs, so it has a name without numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar

from stackexact.benchmarks.limits import OFTEN, watched
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover
from stackexact.games.scalars import Scalars
from stackexact.lp.simplex import never

__all__ = ["NEVER", "ZERO", "Entry", "Gap", "Landscape", "Lead", "Never", "Point", "Tolerated", "Zero", "point_value"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Zero:
    """ε = 0."""


@dataclass(frozen=True, slots=True)
class Gap:
    """ε = gap(action, response)."""

    action: int
    response: int


@dataclass(frozen=True, slots=True)
class Lead:
    """ε = u1(ahead) − u1(behind), two outcomes."""

    ahead: tuple[int, int]
    behind: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Never:
    """Not within the tolerance."""


Point: TypeAlias = Zero | Gap | Lead
ZERO, NEVER = Zero(), Never()


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a leader action enters A_ε, and ``guard``: the outcome whose action keeps it out before.

    Before the point every tolerated response of the guard's action gives at least u1(guard).
    """

    point: Point | Never
    guard: tuple[int, int] | None = None


def point_value(game: Scalars[T], tops: Sequence[int], point: Point, prover: Prover[T]) -> T:
    """The ε that a point names. ``tops[i]`` is a best response to i."""
    match point:
        case Zero():
            epsilon = prover.number(0)
        case Gap(i, j):
            epsilon = game.follower[i][tops[i]] - game.follower[i][j]
        case Lead((i, j), (k, h)):
            epsilon = game.leader[i][j] - game.leader[k][h]
    return epsilon


class Tolerated(Generic[T]):
    """One leader action's responses in order of their gaps, with the running least and greatest leader payoff."""

    __slots__ = ("gaps", "greatest", "least", "order", "top")

    def __init__(self, leader: Sequence[T], follower: Sequence[T], tolerance: T) -> None:
        best = max(follower)
        self.top = next(j for j, value in enumerate(follower) if value == best)
        near = [(best - value, j) for j, value in enumerate(follower) if not best - value > tolerance]
        near.sort()
        self.gaps = [gap for gap, _ in near]
        self.order = [j for _, j in near]
        self.least: list[int] = []
        self.greatest: list[int] = []
        low = high = self.order[0]
        for j in self.order:
            low = j if leader[j] < leader[low] else low
            high = j if leader[j] > leader[high] else high
            self.least.append(low)
            self.greatest.append(high)

    def reached(self, epsilon: T) -> int:
        """How many responses are tolerated at ε (at least one)."""
        return bisect_right(self.gaps, epsilon)


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """From ``start`` on (named ``point``) f has the value u1(outcome), until the next step.

    ``holder`` is the outcome that keeps f up at the end of the step: its action guarantees the value all the way.
    """

    start: T
    point: Point
    outcome: tuple[int, int]
    value: T
    holder: tuple[int, int]


class Landscape(Generic[T]):
    """f as a step function on [0, γ], and everybody's entry points, at one point of the parameters (O(mn log mn))."""

    def __init__(self, game: Scalars[T], zero: T, stop: Callable[[], bool] = never) -> None:
        tolerance = game.tolerance
        if tolerance is None:
            raise Unproved("the error-tolerant benchmarks need a tolerance")
        self.game, self.zero, self.tolerance, self.stop = game, zero, tolerance, stop
        pairs = watched(zip(game.leader, game.follower, strict=True), stop, "among the tolerated responses")
        self.rows = [Tolerated(one, two, tolerance) for one, two in pairs]
        self.tops = tuple(row.top for row in self.rows)
        self.steps = self._sweep()

    def _sweep(self) -> list[Step[T]]:
        leader = self.game.leader
        events: list[tuple[T, int, int]] = []
        heap: list[tuple[T, int, int]] = []
        current: list[int] = []
        for i, row in enumerate(self.rows):
            count = row.reached(self.zero)
            current.append(row.least[count - 1])
            heappush(heap, (-leader[i][current[i]], i, current[i]))
            for place in range(count, len(row.order)):
                if row.least[place] != row.least[place - 1]:
                    events.append((row.gaps[place], i, row.order[place]))
        events.sort()
        steps = [self._step(heap, self.zero, ZERO)]
        for start, together in groupby(watched(events, self.stop, "among the gaps", OFTEN), key=itemgetter(0)):
            changes = [(i, j) for _, i, j in together]
            point = Gap(*changes[0])
            for i, j in changes:
                if leader[i][j] < leader[i][current[i]]:
                    current[i] = j
                    heappush(heap, (-leader[i][j], i, j))
            while current[heap[0][1]] != heap[0][2]:
                heappop(heap)
            if leader[heap[0][1]][heap[0][2]] < steps[-1].value:
                steps.append(self._step(heap, start, point))
            else:
                steps[-1] = replace(steps[-1], holder=heap[0][1:])
        return steps

    def _step(self, heap: list[tuple[T, int, int]], start: T, point: Point) -> Step[T]:
        _, i, j = heap[0]
        return Step(start, point, (i, j), self.game.leader[i][j], (i, j))

    def low(self, action: int, epsilon: T) -> int:
        """A tolerated response at ε with the least leader payoff."""
        row = self.rows[action]
        return row.least[row.reached(epsilon) - 1]

    def entries(self) -> tuple[tuple[Entry, ...], tuple[Any, ...]]:
        """Where the leader's actions enter A_ε, and the values (None: never)."""
        actions = watched(range(len(self.rows)), self.stop, "among the entry points")
        entries, points = zip(*map(self.entry, actions), strict=True)
        return entries, points

    def entry(self, action: int) -> tuple[Entry, T | None]:
        """Where ``action`` enters A_ε, and its value (None if never)."""
        row, leader = self.rows[action], self.game.leader

        def best(epsilon: T) -> int:
            return row.greatest[row.reached(epsilon) - 1]

        def inside(number: int) -> bool:
            step = self.steps[number]
            return not leader[action][best(step.start)] + step.start < step.value

        # There may be mn steps: they are searched, never listed, for each of the m actions.
        first = bisect_left(range(len(self.steps)), True, key=inside)
        if first == 0:
            return Entry(ZERO), self.zero
        step = self.steps[first - 1]
        stop = self.steps[first].start if first < len(self.steps) else None
        # Within this step f is constant; the action's own best tolerated payoff grows at some of its gaps.
        begin, point = step.start, step.point
        place = row.reached(begin)
        while True:
            mine = row.greatest[place - 1]
            needed = step.value - leader[action][mine]
            following = row.gaps[place] if place < len(row.gaps) else None
            start = needed if needed > begin else begin
            if (stop is None or start < stop) and (following is None or start < following):
                if start > self.tolerance:
                    return Entry(NEVER, step.holder), None
                named: Point = Lead(step.holder, (action, mine)) if needed > begin else point
                return Entry(named, step.holder), start
            if following is None or (stop is not None and not following < stop):
                if stop is None:
                    return Entry(NEVER, step.holder), None
                return Entry(self.steps[first].point, step.holder), stop
            begin, point = following, Gap(action, row.order[place])
            place = row.reached(begin)
