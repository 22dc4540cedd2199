"""Is the weak value attained where a class of one action has a unique optimal vertex: bases written down, not searched.

At the optimum of LP(j) the commitment x* is the only one of the class that gives the value V. So the class attains V if
and only if every best response k to x* gives the leader at least V. If one does not: k ties wherever V is given, since
its multiplier y_k is positive, and requiring ``u1(x, k) >= V`` as well leaves nothing, since
``u1(x, k) + M (u1(x, j) − V)`` stays below V for large M. Both proofs are bases next to that of x*.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from stackexact.commitment.mixed_weak import Chain, Step, Witness
from stackexact.commitment.vertices import Level, Vertex, Vertices
from stackexact.exact.prover import Ratio
from stackexact.lp.program import Basis, Position
from stackexact.lp.simplex import Infeasible

__all__ = ["at_vertex", "value_basis"]

T = TypeVar("T", bound=Any)


def _columns(count: int, inside: Iterable[int]) -> list[Position]:
    places = [Position.LOWER] * count
    for i in inside:
        places[i] = Position.BASIC
    return places


def _rows(columns: int, response: int, tight: Iterable[int]) -> list[Position]:
    """The rows D_k of the programs of a class of one action: every other follower action in order."""
    wanted = set(tight)
    return [Position.LOWER if k in wanted else Position.BASIC for k in range(columns) if k != response]


def value_basis(shape: tuple[int, int], response: int, vertex: Vertex) -> Basis:
    """The basis of the class's value program at a vertex of LP(response): z is basic, its row tight."""
    rows = _rows(shape[1], response, vertex.tight)
    return Basis((*_columns(shape[0], vertex.support), Position.BASIC), (*rows, Position.LOWER, Position.LOWER))


def at_vertex(vertices: Vertices[T], number: int, response: int, vertex: Vertex, value: Ratio[T]) -> Witness | Chain:
    """Whether the class of ``response`` alone attains the value at its unique optimal vertex."""
    game, prover = vertices.game, vertices.prover
    corner = vertices.corner(vertex)
    m, n = game.shape
    rivals = [k for k in range(n) if k != response and prover.sign(corner.slacks[k]) == 0]
    columns = list(zip(*game.leader, strict=True))
    low = [k for k in rivals if prover.sign(_excess(corner.value(columns[k]), value)) < 0]
    if not low:
        rows = _rows(n, response, vertex.tight)
        basis = Basis(tuple(_columns(m, vertex.support)), (*rows, Position.BASIC, Position.LOWER))
        return Witness(number, (response,), (basis,))
    own, *others = vertices.multipliers(
        vertex, [Level(tuple(columns[k]), 0) for k in [response, *(k for k in low if k in vertex.tight)]]
    )
    for k, theirs in zip([k for k in low if k in vertex.tight], others, strict=True):
        if prover.sign(own.rows[k]) > 0:
            tie = Basis(
                tuple(_columns(m, vertex.support)),
                (*_rows(n, response, set(vertex.tight) - {k}), Position.LOWER, Position.LOWER),
            )
            return Chain((Step(((k, tie),)),), _end(vertices, response, vertex, own, theirs))
    raise LookupError("the optimum is degenerate: the tie needs a search")


def _excess(left: Ratio[T], right: Ratio[T]) -> T:
    gap: T = left.top * right.bottom - right.top * left.bottom
    return gap


def _end(vertices: Vertices[T], response: int, vertex: Vertex, own: Any, theirs: Any) -> Infeasible:
    """The basis whose row of the new value constraint is a Farkas ray: the least M is named by what blocks it."""
    prover = vertices.prover
    m, n = vertices.game.shape
    support, tight = set(vertex.support), set(vertex.tight)
    best: Any = None
    for i in range(m):
        if i not in support and prover.sign(theirs.gains[i]) > 0:
            ratio = Ratio(theirs.gains[i], prover.number(0) - own.gains[i])
            best = _larger(best, (ratio, support | {i}, tight), prover)
    for k in vertex.tight:
        if k != response and prover.sign(theirs.rows[k]) < 0:
            ratio = Ratio(prover.number(0) - theirs.rows[k], own.rows[k])
            best = _larger(best, (ratio, support, tight - {k}), prover)
    held = Position.BASIC if best is None else Position.LOWER
    _, inside, standing = best or (None, support, tight)
    rows = (*_rows(n, response, standing), held, Position.BASIC, Position.LOWER)
    basis = Basis(tuple(_columns(m, inside)), rows)
    # The row of the new constraint follows the n − 1 rows D_k and the class's own value row.
    return Infeasible(basis, m + n, above=False)


def _larger(best: Any, other: Any, prover: Any) -> Any:
    if best is None or prover.sign(_excess(other[0], best[0])) > 0:
        return other
    return best
