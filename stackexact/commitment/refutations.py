"""Why a follower action does not reach a value: bounds on LP(j), and proofs that its region is empty.

For any y >= 0, every commitment x that makes j a best response has
``u1(x, j) <= max_i u1(i, j) + Σ_k y_k (u2(i, j) − u2(i, k))`` (weak duality), and if
``Σ_k y_k (u2(i, j) − u2(i, k)) < 0`` for every i there is no such x (the mixture y strictly dominates j).

In a numeric answer any such y will do, rounded ones included. Where the answer is a function of parameters, y is named
by a basis instead and recomputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from stackexact.commitment.vertices import Vertex, Vertices, levels_of
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars

__all__ = [
    "AtVertex",
    "Bound",
    "Dominated",
    "Refutation",
    "Refuted",
    "combine",
    "refute",
    "refute_numbers",
    "refute_together",
    "unbeaten",
]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Bound:
    """Explicit multipliers over ``2**shift``: ``multipliers`` maps follower actions to positive integers."""

    multipliers: tuple[tuple[int, int], ...]
    shift: int = 0
    empty: bool = False
    """Whether they show the region empty (then the shift is immaterial)."""


@dataclass(frozen=True, slots=True)
class AtVertex:
    """The multipliers that a dual feasible vertex gives to u1."""

    vertex: Vertex


@dataclass(frozen=True, slots=True)
class Dominated:
    """A mixture over ``actions`` that beats the refuted action equally, and least, at the leader's ``against``."""

    actions: tuple[int, ...]
    against: tuple[int, ...]


Refutation: TypeAlias = Bound | AtVertex | Dominated


@dataclass(frozen=True, slots=True)
class Refuted(Generic[T]):
    """Recomputed multipliers over ``bottom``, a pair per follower action; ``empty``: they show the region empty."""

    multipliers: tuple[tuple[int, T], ...]
    bottom: T
    empty: bool


def combine(game: Scalars[T], response: int, multipliers: Sequence[tuple[int, T]], prover: Prover[T]) -> list[T]:
    """Σ_k y_k (u2(i, response) − u2(i, k)) for every leader action i."""
    if not multipliers:
        return [prover.number(0)] * game.shape[0]
    total = prover.number(0)
    for _, weight in multipliers:
        total = total + weight
    actions = [k for k, _ in multipliers]
    sums = prover.multiply([[row[k] for k in actions] for row in game.follower], [[w] for _, w in multipliers])
    return [total * row[response] - some[0] for row, some in zip(game.follower, sums, strict=True)]


def refute(
    game: Scalars[T], response: int, why: Refutation, value: Ratio[T], prover: Prover[T], vertices: Vertices[T]
) -> Refuted[T]:
    """Require that ``why`` keeps LP(response) strictly below ``value`` (or shows it empty).

    What was proved of this value on these vertices once is not proved again.
    """
    known = vertices.refuted.get((response, why))
    if known is not None and known[0] == value:
        again: Refuted[T] = known[1]
        return again
    match why:
        case Bound(multipliers, shift, empty):
            numbers = tuple((k, prover.number(weight)) for k, weight in multipliers)
            refuted = Refuted(numbers, prover.number(1 << shift), empty)
        case AtVertex(vertex):
            refuted = _at_vertex(game, response, vertex, prover, vertices)
        case Dominated():
            refuted = _mixture(game, response, why, prover)
    refute_numbers(game, response, refuted, value, prover)
    vertices.refuted[response, why] = (value, refuted)
    return refuted


def refute_together(
    game: Scalars[T], claims: Sequence[tuple[int, Bound]], value: Ratio[T], prover: Prover[T], vertices: Vertices[T]
) -> set[int]:
    """Prove many explicit bounds at the cost of one matrix product; returns the actions whose bound held."""
    actions = sorted({k for _, why in claims for k, _ in why.multipliers})
    if not actions:
        return set()
    place = {k: r for r, k in enumerate(actions)}
    weights = [[prover.number(0)] * len(claims) for _ in actions]
    for c, (_, why) in enumerate(claims):
        for k, weight in why.multipliers:
            weights[place[k]][c] = prover.number(weight)
    products = prover.multiply([[row[k] for k in actions] for row in game.follower], weights)
    held = set()
    for c, (response, why) in enumerate(claims):
        numbers = tuple((k, weights[place[k]][c]) for k, _ in why.multipliers)
        total = sum((weight for _, weight in numbers), prover.number(0))
        refuted = Refuted(numbers, prover.number(1 << why.shift), why.empty)
        sums = [total * own[response] - row[c] for own, row in zip(game.follower, products, strict=True)]
        try:
            _require(game, response, refuted, sums, value, prover)
        except Unproved:
            continue
        vertices.refuted[response, why] = (value, refuted)
        held.add(response)
    return held


def refute_numbers(game: Scalars[T], response: int, refuted: Refuted[T], value: Ratio[T], prover: Prover[T]) -> None:
    """Require explicit multipliers to be non-negative, and their bound to be below the value (or the region empty)."""
    _require(game, response, refuted, combine(game, response, refuted.multipliers, prover), value, prover)


def _require(
    game: Scalars[T], response: int, refuted: Refuted[T], sums: Sequence[T], value: Ratio[T], prover: Prover[T]
) -> None:
    prover.nonnegative(weight for _, weight in refuted.multipliers)
    nought, bottom = prover.number(0), refuted.bottom
    if refuted.empty:
        prover.positive(nought - some for some in sums)
        return
    bounds = [row[response] * bottom + some for row, some in zip(game.leader, sums, strict=True)]
    prover.below(bounds, Ratio(value.top * bottom, value.bottom))


def _at_vertex(game: Scalars[T], response: int, vertex: Vertex, prover: Prover[T], vertices: Vertices[T]) -> Refuted[T]:
    if response not in vertex.tight:
        raise Unproved("a response must be tight at the vertex that bounds it")
    (solved,) = vertices.multipliers(vertex, levels_of(game, response, prover, 1))
    own = tuple((k, solved.rows[k]) for k in vertex.tight if k != response)
    return Refuted(own, solved.bottom, False)


def _mixture(game: Scalars[T], response: int, why: Dominated, prover: Prover[T]) -> Refuted[T]:
    """Solve for the mixture: Σ_k y_k (u2(i, k) − u2(i, response)) = s for i in ``against``, Σ_k y_k = 1."""
    actions, against = why.actions, why.against
    if len(actions) != len(against):
        raise Unproved("a dominating mixture needs as many actions as leader actions against which it is tight")
    zero, one = prover.number(0), prover.number(1)
    follower = game.follower
    matrix = [[follower[i][k] - follower[i][response] for k in actions] + [zero - one] for i in against]
    matrix.append([one] * len(actions) + [zero])
    solved = prover.solve(matrix, [[zero]] * len(against) + [[one]])
    mixture = tuple((k, row[0]) for k, row in zip(actions, solved.rows, strict=False))
    return Refuted(mixture, solved.bottom, True)


def unbeaten(game: Scalars[T], response: int, why: Dominated, prover: Prover[T]) -> list[int]:
    """The leader actions against which the mixture is no better than ``response``: none if it empties the region."""
    mixture = _mixture(game, response, why, prover)
    sums = combine(game, response, mixture.multipliers, prover)
    return [i for i, some in enumerate(sums) if prover.sign(some) >= 0]
