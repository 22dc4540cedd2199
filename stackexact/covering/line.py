"""Sets of real numbers with algebraic ends: what one parameter ranges over.

A set is a tuple of disjoint pieces in ascending order, each a point or an open interval. Polynomials divide pieces at
their roots; no sign is ever decided by a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.exact.real_roots import Root, between, real_roots
from stackexact.exact.tracing import Condition, Polynomial, key_of

__all__ = ["Line", "Piece", "Stretch", "place_of", "stretches"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A point (``low`` is ``high``), or the open interval between two roots; ``None`` is infinity."""

    low: Root | None
    high: Root | None
    is_point: bool = False

    @classmethod
    def point(cls, root: Root) -> Piece:
        """A single number."""
        return cls(root, root, True)

    @property
    def sample(self) -> Root:
        """The point itself, or a simple rational number inside the interval."""
        if self.is_point:
            assert self.low is not None
            return self.low
        return Root.of(between(self.low, self.high))

    def holds(self, root: Root) -> bool:
        """Whether a number lies in the piece."""
        if self.is_point:
            return root == self.low
        return (self.low is None or self.low < root) and (self.high is None or root < self.high)

    def __str__(self) -> str:
        if self.is_point:
            return f"{{{self.low}}}"
        return f"({'-oo' if self.low is None else self.low}, {'oo' if self.high is None else self.high})"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A maximal interval of a set: its ends, and whether they belong to it."""

    low: Root | None
    high: Root | None
    closed_low: bool
    closed_high: bool


def place_of(stretch: Stretch) -> tuple[bool, Root, bool]:
    """Sorts disjoint stretches in ascending order."""
    return stretch.low is not None, stretch.low or _ORIGIN, not stretch.closed_low


def stretches(pieces: Sequence[Piece]) -> tuple[Stretch, ...]:
    """The maximal intervals of a set, which do not depend on how it is divided into pieces."""
    made: list[Stretch] = []
    for piece in pieces:
        last = made[-1] if made else None
        if last is not None and last.high is not None and last.high == piece.low and piece.is_point != last.closed_high:
            made[-1] = Stretch(last.low, piece.high, last.closed_low, piece.is_point)
        else:
            made.append(Stretch(piece.low, piece.high, piece.is_point, piece.is_point))
    return tuple(made)


_ORIGIN = Root.of(Fraction(0))


class Line:
    """The real line of one parameter; what roots a polynomial has is worked out once."""

    def __init__(self) -> None:
        self._roots: dict[tuple[object, ...], tuple[Root, ...]] = {}

    @property
    def everything(self) -> tuple[Piece, ...]:
        """All real numbers."""
        return (Piece(None, None),)

    def roots(self, polynomial: Polynomial) -> tuple[Root, ...]:
        """The real roots of a non-zero polynomial, in ascending order."""
        key = key_of(polynomial)
        known = self._roots.get(key)
        if known is None:
            known = self._roots[key] = tuple(real_roots(polynomial))
        return known

    def divided(self, piece: Piece, sample: Root, polynomial: Polynomial) -> Iterator[tuple[Piece, Root, int]]:
        """The parts of a piece on which a polynomial keeps its sign, each with a sample in it and that sign."""
        inside = () if piece.is_point or not polynomial else self._inside(piece, polynomial)
        if not inside:
            yield piece, sample, sample.sign_of(polynomial)
            return
        ends = [piece.low, *inside, piece.high]
        for low, high in zip(ends, ends[1:], strict=False):
            part = Piece(low, high)
            place = part.sample
            yield part, place, place.sign_of(polynomial)
            if high is not piece.high:
                assert high is not None
                yield Piece.point(high), high, 0

    def _inside(self, piece: Piece, polynomial: Polynomial) -> tuple[Root, ...]:
        return tuple(root for root in self.roots(polynomial) if piece.holds(root))

    def split(
        self, pieces: Iterable[tuple[Piece, Root]], conditions: Iterable[Condition]
    ) -> tuple[list[Piece], list[Piece]]:
        """The parts of a set on which all conditions hold, and the other parts, both in ascending order. Every piece
        comes with a sample in it."""
        kept, rest = list(pieces), list[Piece]()
        for condition in conditions:
            parts = [part for piece, sample in kept for part in self.divided(piece, sample, condition.polynomial)]
            kept = [(piece, sample) for piece, sample, sign in parts if condition.sign.admits(sign)]
            rest += [piece for piece, _, sign in parts if not condition.sign.admits(sign)]
            if not kept:
                break
        return joined([piece for piece, _ in kept]), rest

    def selected(self, pieces: Iterable[Piece], conditions: Iterable[Condition]) -> tuple[Piece, ...]:
        """The parts of a set on which all conditions hold."""
        return tuple(self.split([(piece, piece.sample) for piece in pieces], conditions)[0])

    def meets(self, root: Root, conditions: Iterable[Condition]) -> bool:
        """Whether all conditions hold at one number."""
        return all(condition.sign.admits(root.sign_of(condition.polynomial)) for condition in conditions)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same set with as few pieces as possible: an interval, a point and an interval in a row become one."""
    made: list[Piece] = []
    for piece in pieces:
        if len(made) >= 2 and not piece.is_point:
            before, point = made[-2:]
            if point.is_point and not before.is_point and before.high == point.low == piece.low:
                made[-2:] = [Piece(before.low, piece.high)]
                continue
        made.append(piece)
    return made
