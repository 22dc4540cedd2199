"""Pieces with the same answer become one: along an interval as functions, at a point as numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from stackexact.covering.line import Piece
from stackexact.covering.one_parameter import Covering
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import key_of

__all__ = ["Group", "merged"]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Group(Generic[A]):
    """Pieces on which the answers are one function, in ascending order, each with the answer that was used there."""

    parts: tuple[tuple[Piece, A], ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces alone."""
        return tuple(piece for piece, _ in self.parts)

    @property
    def answers(self) -> tuple[tuple[A, Root | None], ...]:
        """The answers, those on intervals first (they are the function), each with its point or ``None``."""
        ordered = sorted(self.parts, key=lambda part: part[0].is_point)
        return tuple((answer, piece.low if piece.is_point else None) for piece, answer in ordered)

    def by_answer(self) -> tuple[tuple[A, tuple[Piece, ...]], ...]:
        """Every answer once, with its pieces."""
        found: dict[int, tuple[A, list[Piece]]] = {}
        for piece, answer in self.parts:
            found.setdefault(id(answer), (answer, []))[1].append(piece)
        return tuple((answer, tuple(pieces)) for answer, pieces in found.values())


def merged(
    covering: Covering[A], key: Callable[[A], Hashable], value_at: Callable[[A, Root], Hashable | None]
) -> tuple[Group[A], ...]:
    """Group the pieces of a cover, in the order in which the groups begin.

    Two answers on intervals are one if their keys (functions) agree. At a point the answer joins that of a neighbour
    which has the same value there (``None``: it has none); at an isolated point of the domain, that of any interval.
    Else it joins the same value at other roots of the same polynomial, or the same function at other isolated points.
    """
    parts = sorted(
        ((piece, one.answer) for one in covering.answered for piece in one.pieces), key=lambda part: part[0].sample
    )
    places: dict[Hashable, list[tuple[Piece, A]]] = {}
    homes = [None if piece.is_point else key(answer) for piece, answer in parts]
    for n, (piece, answer) in enumerate(parts):
        if piece.is_point:
            places.setdefault(_home(parts, homes, n, key, value_at), []).append((piece, answer))
        else:
            places.setdefault(homes[n], []).append((piece, answer))
    groups = [Group(tuple(found)) for found in places.values()]
    return tuple(sorted(groups, key=lambda group: group.parts[0][0].sample))


def _home(
    parts: Sequence[tuple[Piece, A]],
    homes: Sequence[Hashable | None],
    n: int,
    key: Callable[[A], Hashable],
    value_at: Callable[[A, Root], Hashable | None],
) -> Hashable:
    """What the answer at a point joins; ``homes`` are the functions on intervals."""
    piece, answer = parts[n]
    assert piece.low is not None
    own = value_at(answer, piece.low)
    if own is None:
        return "point", n
    beside = [m for m in (n - 1, n + 1) if 0 <= m < len(parts) and _touches(parts[m][0], piece.low)]
    for other in beside or range(len(parts)):
        home = homes[other]
        if home is not None and value_at(parts[other][1], piece.low) == own:
            return home
    if not piece.low.is_rational:  # reduced by one polynomial, equal values are one function at all its roots
        return "conjugate", own, key_of(piece.low.polynomial)
    return ("isolated", key(answer)) if not beside else ("point", n)


def _touches(piece: Piece, point: Root) -> bool:
    return point in (piece.low, piece.high)
