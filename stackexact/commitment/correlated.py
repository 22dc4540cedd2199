"""Optimal commitment to correlated strategies: one linear program (Conitzer & Korzhyk 2011).

The leader commits to a distribution p over outcomes and recommends the follower's part; following the recommendation
must be a best response: ``Σ_i p(i, j) (u2(i, j) − u2(i, k)) >= 0`` for all j ≠ k. With two players the value is that of
mixed commitment, which makes this an independent check of the multiple LPs. Growth: mn variables, n(n − 1) + 1 rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import Unproved
from stackexact.exact.fields import OrderedField
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp.certify import Lexicographic, certify_lexicographic
from stackexact.lp.program import Basis, Program
from stackexact.lp.simplex import Dictionary, never

__all__ = ["Correlated", "CorrelatedSkeleton", "objectives", "pairs", "program", "search", "verify"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class CorrelatedSkeleton:
    """The lexicographically optimal basis, shown on ``levels`` objectives."""

    basis: Basis
    levels: int


@dataclass(frozen=True, slots=True)
class Correlated(Generic[T]):
    """A proved optimal correlated commitment; ``distribution`` runs leader action by leader action."""

    leader: Ratio[T]
    follower: Ratio[T]
    distribution: tuple[Ratio[T], ...]
    proof: Lexicographic[T]


def pairs(game: Scalars[T]) -> list[tuple[int, int]]:
    """The obedience rows: (recommended j, alternative k)."""
    columns = range(game.shape[1])
    return [(j, k) for j in columns for k in columns if j != k]


def program(game: Scalars[T], zero: T, one: T) -> Program[T]:
    """The LP in the p(i, j), leader action by leader action, with the leader's value as objective."""
    m, n = game.shape
    rows: list[tuple[T, ...]] = []
    for j, k in pairs(game):
        row = [zero] * (m * n)
        for i, own in enumerate(game.follower):
            row[i * n + j] = own[j] - own[k]
        rows.append(tuple(row))
    rows.append((one,) * (m * n))
    return Program(
        tuple(value for row in game.leader for value in row),
        tuple(rows),
        (*([zero] * (len(rows) - 1)), one),
        (*([None] * (len(rows) - 1)), one),
        (zero,) * (m * n),
        (None,) * (m * n),
    )


def objectives(game: Scalars[T], count: int, zero: T, one: T) -> list[tuple[T, ...]]:
    """The first ``count`` lexicographic objectives: u1, u2, then every p(i, j)."""
    m, n = game.shape
    made = [tuple(v for row in game.leader for v in row), tuple(v for row in game.follower for v in row)]
    for place in range(max(0, count - 2)):
        made.append(tuple(one if c == place else zero for c in range(m * n)))
    return made[:count]


def search(
    game: Scalars[T], field: OrderedField[T], start: Basis | None = None, stop: Callable[[], bool] = never
) -> CorrelatedSkeleton:
    """Reach the lexicographic optimum on the exact simplex, from a proposed basis if there is one."""
    zero, one = field.nought, field.unit
    state = Dictionary(program(game, zero, one), field, start, stop)
    if state.restore() is not None or state.improve() is not None:
        raise Unproved("the correlated program is feasible and bounded")
    m, n = game.shape
    used = state.lexicographic(objectives(game, m * n + 2, zero, one)[1:])
    return CorrelatedSkeleton(state.basis(), 1 + used)


def verify(game: Scalars[T], skeleton: CorrelatedSkeleton, prover: Prover[T]) -> Correlated[T]:
    """Recompute the distribution and require it to be the lexicographic optimum."""
    zero, one = prover.number(0), prover.number(1)
    levels = objectives(game, skeleton.levels, zero, one)
    proof = certify_lexicographic(program(game, zero, one), skeleton.basis, levels, prover)
    if not proof.unique and skeleton.levels < game.shape[0] * game.shape[1] + 2:
        raise Unproved("the distribution is not shown to be the lexicographically greatest")
    leader, follower = zero, zero
    for (u1, u2), weight in zip(
        (
            (u1, u2)
            for one_row, two_row in zip(game.leader, game.follower, strict=True)
            for u1, u2 in zip(one_row, two_row, strict=True)
        ),
        proof.point,
        strict=True,
    ):
        leader, follower = leader + u1 * weight, follower + u2 * weight
    bottom = proof.point_bottom
    return Correlated(
        Ratio(leader, bottom), Ratio(follower, bottom), tuple(Ratio(w, bottom) for w in proof.point), proof
    )
