"""Vertices of best-response regions: the leader mixes over a support so that the follower is indifferent.

LP(j), "make j a best response and earn most", is the same system for every follower action j up to its objective:

    maximise u1(x, j)  over commitments x and the follower's utility t
    with     u2(x, k) <= t for every k (multiplier w_k),  u2(x, j) = t,  Σ_i x_i = 1.

A vertex is a support S and a tight set T of the same size: x lives on S, the rows of T hold with equality. It contains
no numbers, so the same vertex can be recomputed on integers and on traced scalars. Several objectives share one solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars

__all__ = ["Corner", "Level", "Multipliers", "Vertex", "Vertices", "compare", "levels_of"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """Leader actions that may have weight, and as many follower actions that tie for best; both sorted."""

    support: tuple[int, ...]
    tight: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corner(Generic[T]):
    """A recomputed, feasible vertex: commitment ``weights[i] / bottom``, follower's utility ``utility / bottom``."""

    weights: tuple[T, ...]
    utility: T
    bottom: T
    slacks: tuple[T, ...]
    """``t − u2(x, k)`` for every k, over ``bottom``; at least 0."""

    def probability(self, action: int) -> Ratio[T]:
        """The probability of a leader action."""
        return Ratio(self.weights[action], self.bottom)

    def value(self, column: Sequence[T]) -> Ratio[T]:
        """Σ_i x_i column_i."""
        total: T = self.utility - self.utility
        for weight, entry in zip(self.weights, column, strict=True):
            total = total + weight * entry
        return Ratio(total, self.bottom)


@dataclass(frozen=True, slots=True)
class Level(Generic[T]):
    """An objective: coefficients of the leader's weights, and of the follower's utility t."""

    weights: tuple[T, ...]
    utility: int


@dataclass(frozen=True, slots=True)
class Multipliers(Generic[T]):
    """Multipliers of one objective over ``bottom``: ``rows[k]`` for follower actions, ``gains[i] <= 0`` is what the
    leader's weight i would add beyond the optimum; lists run over all actions."""

    rows: tuple[T, ...]
    gains: tuple[T, ...]
    bottom: T


def _require_square(vertex: Vertex) -> None:
    if len(vertex.support) != len(vertex.tight) or not vertex.support:
        raise Unproved("a vertex needs as many tight follower actions as leader actions in its support")


def levels_of(game: Scalars[T], response: int, prover: Prover[T], count: int) -> list[Level[T]]:
    """The first ``count`` lexicographic objectives of LP(response): u1, the follower's utility, then x_1, x_2, …"""
    rows = len(game.leader)
    zero, one = prover.number(0), prover.number(1)
    levels = [Level(tuple(row[response] for row in game.leader), 0), Level((zero,) * rows, 1)]
    for action in range(max(0, count - 2)):
        levels.append(Level(tuple(one if i == action else zero for i in range(rows)), 0))
    return levels[:count]


def compare(left: Ratio[T], right: Ratio[T], prover: Prover[T]) -> T:
    """A scalar with the sign of ``left − right``."""
    gap: T = left.top * right.bottom - right.top * left.bottom
    return gap


class Vertices(Generic[T]):
    """Recomputes vertices of one game; what was computed once is kept, since many responses share a vertex."""

    def __init__(self, game: Scalars[T], prover: Prover[T]) -> None:
        self.game = game
        self.prover = prover
        self._corners: dict[Vertex, Corner[T]] = {}
        self.refuted: dict[tuple[int, Any], tuple[Ratio[T], Any]] = {}
        self.reached: dict[Any, Any] = {}
        self._columns = tuple(zip(*game.follower, strict=True))

    def corner(self, vertex: Vertex) -> Corner[T]:
        """The commitment of a vertex; requires it to be one (weights at least 0, nobody above t)."""
        known = self._corners.get(vertex)
        if known is None:
            known = self._corners[vertex] = self._corner(vertex)
        return known

    def _corner(self, vertex: Vertex) -> Corner[T]:
        prover, follower = self.prover, self.game.follower
        zero = prover.number(0)
        support, tight = vertex.support, vertex.tight
        _require_square(vertex)
        weights, utility, bottom, sums = self._mix(vertex)
        prover.nonnegative(weights)
        inside = set(tight)
        slacks = [zero if k in inside else utility - value for k, value in enumerate(sums)]
        prover.nonnegative(slacks)
        spread = dict(zip(support, weights, strict=True))
        full = tuple(spread.get(i, zero) for i in range(len(follower)))
        return Corner(full, utility, bottom, tuple(slacks))

    def _mix(self, vertex: Vertex) -> tuple[list[T], T, T, Sequence[T]]:
        """Weights on the support, t, their bottom, and what the mixture gives the follower for every action."""
        prover, follower = self.prover, self.game.follower
        zero, one = prover.number(0), prover.number(1)
        matrix = [[follower[i][k] for i in vertex.support] + [zero - one] for k in vertex.tight]
        matrix.append([one] * len(vertex.support) + [zero])
        solved = prover.solve(matrix, [[zero]] * len(vertex.tight) + [[one]])
        *weights, utility = (row[0] for row in solved.rows)
        sums = prover.multiply([weights], [follower[i] for i in vertex.support])[0]
        return weights, utility, solved.bottom, sums

    def better(self, vertex: Vertex, response: int) -> tuple[list[int], list[int]]:
        """Leader actions that would gain, and follower actions that would be better responses: none at an optimum."""
        _, utility, _, sums = self._mix(vertex)
        (own,) = self.multipliers(vertex, levels_of(self.game, response, self.prover, 1))
        rows = [i for i, gain in enumerate(own.gains) if self.prover.sign(gain) > 0]
        return rows, [k for k, value in enumerate(sums) if self.prover.sign(value - utility) > 0]

    def multipliers(self, vertex: Vertex, levels: Sequence[Level[T]]) -> list[Multipliers[T]]:
        """The multipliers that the vertex gives to each objective (their signs are the caller's to require)."""
        prover, game = self.prover, self.game
        zero, one = prover.number(0), prover.number(1)
        support, tight = vertex.support, vertex.tight
        _require_square(vertex)
        matrix = [[game.follower[i][k] for k in tight] + [one] for i in support]
        matrix.append([zero - one] * len(tight) + [zero])
        right = [[level.weights[i] for level in levels] for i in support]
        right.append([prover.number(level.utility) for level in levels])
        solved = prover.solve(matrix, right)
        inside = set(support)
        outside = [i for i in range(len(game.leader)) if i not in inside]
        gains = self._gains(outside, tight, levels, solved.rows, solved.bottom)
        made = []
        for number in range(len(levels)):
            spread = {k: solved.rows[r][number] for r, k in enumerate(tight)}
            rows = tuple(spread.get(k, zero) for k in range(len(self._columns)))
            full = [zero] * len(game.leader)
            for place, i in enumerate(outside):
                full[i] = gains[place][number]
            made.append(Multipliers(rows, tuple(full), solved.bottom))
        return made

    def _gains(
        self,
        outside: list[int],
        tight: tuple[int, ...],
        levels: Sequence[Level[T]],
        rows: Sequence[Sequence[T]],
        bottom: T,
    ) -> list[list[T]]:
        """c_i − Σ_k w_k u2(i, k) − v for every leader action outside the support and every level."""
        if not outside:
            return []
        given = [[self.game.follower[i][k] for k in tight] for i in outside]
        sums = self.prover.multiply(given, rows[:-1])
        value = rows[-1]
        return [
            [level.weights[i] * bottom - sums[place][n] - value[n] for n, level in enumerate(levels)]
            for place, i in enumerate(outside)
        ]
