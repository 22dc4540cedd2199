"""Strong Stackelberg equilibrium in mixed commitments: what proves it, and the proof.

Conitzer & Sandholm (2006), "Computing the optimal strategy to commit to": one linear program per follower action; the
best of their optima is the value. Ties are resolved lexicographically (contract, section 3): highest follower value,
then the lexicographically greatest commitment, then the first admissible response.

The skeleton names vertices and bounds; :func:`verify` recomputes every number from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from stackexact.commitment.refutations import Refutation, Refuted, refute
from stackexact.commitment.vertices import Corner, Multipliers, Vertex, Vertices, compare, levels_of
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars

__all__ = ["MixedStrong", "Reached", "Reaching", "Skeleton", "prove_reaching", "verify"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Reaching:
    """A follower action whose LP reaches the value: its lexicographically optimal vertex, shown on ``levels``."""

    response: int
    vertex: Vertex
    levels: int


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The proof without its numbers: the chosen response, all that reach the value, and why the others do not."""

    response: int
    reaching: tuple[Reaching, ...]
    refuted: tuple[tuple[int, Refutation], ...]


@dataclass(frozen=True, slots=True)
class Reached(Generic[T]):
    """A reaching action with its numbers: the vertex, the value of every level shown, the multipliers of each."""

    response: int
    vertex: Vertex
    corner: Corner[T]
    values: tuple[Ratio[T], ...]
    multipliers: tuple[Multipliers[T], ...]
    unique: bool


@dataclass(frozen=True, slots=True)
class MixedStrong(Generic[T]):
    """A proved strong Stackelberg equilibrium. ``refuted`` pairs each other action with its recomputed refutation."""

    leader: Ratio[T]
    follower: Ratio[T]
    commitment: tuple[Ratio[T], ...]
    response: int
    reached: tuple[Reached[T], ...]
    refuted: tuple[tuple[int, Refuted[T]], ...]

    @property
    def tied(self) -> tuple[int, ...]:
        """Every follower action whose LP reaches the value."""
        return tuple(one.response for one in self.reached)


def verify(
    game: Scalars[T], skeleton: Skeleton, prover: Prover[T], vertices: Vertices[T] | None = None
) -> MixedStrong[T]:
    """Recompute the value from the skeleton and require everything that makes it the answer.

    Raises :class:`~stackexact.errors.Unproved` where the skeleton does not prove it.
    """
    vertices = vertices or Vertices(game, prover)
    reached = prove_reaching(vertices, skeleton.reaching)
    by_response = {one.response: one for one in reached}
    chosen = by_response.get(skeleton.response)
    if chosen is None:
        raise Unproved("the response must be an action that is shown to reach the value")
    if not chosen.unique:
        raise Unproved("the commitment is not shown to be the lexicographically greatest")
    for one in reached:
        if one is not chosen:
            _comes_after(chosen, one, prover)
    value = chosen.values[0]
    refuted = tuple((j, refute(game, j, why, value, prover, vertices)) for j, why in skeleton.refuted)
    if sorted([*(one.response for one in reached), *(j for j, _ in refuted)]) != list(range(game.shape[1])):
        raise Unproved("every follower action must be shown to reach the value or refuted, once")
    corner = chosen.corner
    commitment = tuple(corner.probability(i) for i in range(game.shape[0]))
    return MixedStrong(value, Ratio(corner.utility, corner.bottom), commitment, chosen.response, reached, refuted)


def prove_reaching(vertices: Vertices[T], claims: tuple[Reaching, ...]) -> tuple[Reached[T], ...]:
    """Prove each vertex lexicographically optimal on its levels; responses at one vertex share a linear solve.

    What was proved on these vertices once is not proved again.
    """
    game, prover, known = vertices.game, vertices.prover, vertices.reached
    groups: dict[Vertex, list[Reaching]] = {}
    for claim in claims:
        if claim not in known:
            groups.setdefault(claim.vertex, []).append(claim)
    for vertex, members in groups.items():
        corner = vertices.corner(vertex)
        levels = [levels_of(game, claim.response, prover, claim.levels) for claim in members]
        solved = vertices.multipliers(vertex, [level for some in levels for level in some])
        for claim, some in zip(members, levels, strict=True):
            own, solved = solved[: len(some)], solved[len(some) :]
            known[claim] = _reached(vertices, claim, corner, own)
    return tuple(known[claim] for claim in sorted(claims, key=lambda claim: claim.response))


def _reached(vertices: Vertices[T], claim: Reaching, corner: Corner[T], own: list[Multipliers[T]]) -> Reached[T]:
    game, prover, vertex = vertices.game, vertices.prover, claim.vertex
    if claim.response not in vertex.tight:
        raise Unproved("a response must be tight at its vertex")
    inside = set(vertex.support)
    unique = True
    for i in range(game.shape[0]):
        if i not in inside:
            unique &= _lexicographically_negative([one.gains[i] for one in own], prover)
    nought = prover.number(0)
    for k in vertex.tight:
        if k != claim.response:
            unique &= _lexicographically_negative([nought - one.rows[k] for one in own], prover)
    column = tuple(row[claim.response] for row in game.leader)
    values = tuple(islice(chain([corner.value(column)], _follower_and_weights(corner)), claim.levels))
    complete = unique or claim.levels == 2 + game.shape[0]
    return Reached(claim.response, vertex, corner, values, tuple(own), complete)


def _follower_and_weights(corner: Corner[T]) -> Iterator[Ratio[T]]:
    """What the tie rules compare after the leader's value: the follower's, then the probability of each action."""
    yield Ratio(corner.utility, corner.bottom)
    yield from map(corner.probability, range(len(corner.weights)))


def _lexicographically_negative(vector: list[T], prover: Prover[T]) -> bool:
    """Require the vector to be lexicographically at most 0; returns whether it is below 0."""
    for value in vector:
        sign = prover.sign(value)
        if sign > 0:
            raise Unproved("a vertex is not lexicographically optimal")
        if sign < 0:
            prover.positive([prover.number(0) - value])
            return True
        prover.zero([value])
    return False


def _comes_after(chosen: Reached[T], other: Reached[T], prover: Prover[T]) -> None:
    """Require ``other`` to be lexicographically below ``chosen``, or the same commitment with a later response."""
    leader = compare(chosen.values[0], other.values[0], prover)
    prover.zero([leader])
    mine = _follower_and_weights(chosen.corner)
    theirs = _follower_and_weights(other.corner) if other.unique else iter(other.values[1:])
    # Theirs first: zip has taken no value of mine when theirs end early.
    for two, one in zip(theirs, mine, strict=False):
        difference = compare(one, two, prover)
        sign = prover.sign(difference)
        if sign < 0:
            raise Unproved("another follower action has a better commitment")
        if sign > 0:
            prover.positive([difference])
            return
        prover.zero([difference])
    if next(mine, None) is not None or other.response < chosen.response:
        raise Unproved("another follower action may have as good a commitment and comes first")
