"""Sets of real numbers with algebraic ends: what one parameter ranges over.

A set is a tuple of disjoint pieces in ascending order, each a point or an open interval. Polynomials divide pieces at
their roots; no sign is ever decided by a float.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import require_time
from stackexact.exact.real_roots import Root, between, roots_of_irreducible
from stackexact.exact.tracing import Condition, Polynomial, key_of

__all__ = ["Arrangement", "Line", "Piece", "Stretch", "place_of", "stretches"]


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
    """The real line of one parameter; what roots a polynomial has is worked out once.

    Where ``stop`` says so, no further roots are looked for: :class:`~stackexact.errors.LimitReached` is raised. Those
    of linear polynomials, and of the polynomials of known roots, are there all the same.
    """

    def __init__(self, stop: Callable[[], bool] = lambda: False) -> None:
        self.stop = stop
        self._roots: dict[tuple[object, ...], tuple[Root, ...]] = {}

    @property
    def everything(self) -> tuple[Piece, ...]:
        """All real numbers."""
        return (Piece(None, None),)

    def roots(self, polynomial: Polynomial) -> tuple[Root, ...]:
        """The real roots of a non-zero polynomial, in ascending order."""
        if polynomial.degree() > 0 and polynomial.leading_coefficient() < 0:
            polynomial = -polynomial
        key = key_of(polynomial)
        known = self._roots.get(key)
        if known is None:
            known = self._roots[key] = self._isolated(polynomial)
        return known

    def _isolated(self, polynomial: Polynomial) -> tuple[Root, ...]:
        if polynomial.degree() < 2:
            return tuple(roots_of_irreducible(polynomial)) if polynomial.degree() == 1 else ()
        require_time(self.stop)
        factors = [factor for factor, _ in polynomial.factor()[1]]
        if len(factors) == 1 and factors[0].degree() == polynomial.degree():
            return tuple(roots_of_irreducible(factors[0], self.stop))
        return tuple(sorted(root for factor in factors for root in self._of_irreducible(factor)))

    def _of_irreducible(self, factor: Polynomial) -> tuple[Root, ...]:
        key = key_of(factor)
        if key not in self._roots:
            self._roots[key] = tuple(roots_of_irreducible(factor, self.stop))
        return self._roots[key]

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
        """The parts of a set on which all conditions hold, as few as possible."""
        pieces, conditions = tuple(pieces), tuple(conditions)
        if all(piece.is_point for piece in pieces):
            return tuple(piece for piece in pieces if self.meets(piece.sample, conditions))
        cut = Arrangement.of(self, pieces, (condition.polynomial for condition in conditions))
        found = cut.holding(pieces)
        for condition in conditions:
            found &= cut.where(condition)
        return cut.pieces(found)

    def meets(self, root: Root, conditions: Iterable[Condition]) -> bool:
        """Whether all conditions hold at one number."""
        return all(condition.sign.admits(root.sign_of(condition.polynomial)) for condition in conditions)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A line cut at some roots into points and open intervals. A set of them is the bits of an integer, in order: what
    conditions select is found in each of them at once, and their number counts for little."""

    line: Line
    ends: tuple[Root, ...]
    places: dict[Root, int]

    @classmethod
    def of(cls, line: Line, pieces: Iterable[Piece], polynomials: Iterable[Polynomial]) -> Arrangement:
        """Cut at the ends of pieces and at the roots of polynomials."""
        found = {end for piece in pieces for end in (piece.low, piece.high) if end is not None}
        for polynomial in polynomials:
            found.update(line.roots(polynomial) if polynomial else ())
        ends = tuple(sorted(found))
        return cls(line, ends, {end: place for place, end in enumerate(ends)})

    def where(self, condition: Condition) -> int:
        """Where a condition holds; the roots of its polynomial are among those that were cut at."""
        polynomial, admits = condition.polynomial, condition.sign.admits
        cuts = [2 * self.places[root] + 1 for root in self.line.roots(polynomial)] if polynomial else []
        found = start = 0
        for cut in (*cuts, 2 * len(self.ends) + 1):
            if admits(self._interval(start).sample.sign_of(polynomial)):
                found |= (1 << cut) - (1 << start)
            if admits(0) and cut < 2 * len(self.ends) + 1:
                found |= 1 << cut
            start = cut + 1
        return found

    def _interval(self, place: int) -> Piece:
        number = place // 2
        return Piece(self.ends[number - 1] if number else None, self.ends[number] if number < len(self.ends) else None)

    def holding(self, pieces: Iterable[Piece]) -> int:
        """The set that is made up of pieces with ends that were cut at."""
        return self.made_of(Stretch(piece.low, piece.high, piece.is_point, piece.is_point) for piece in pieces)

    def made_of(self, runs: Iterable[Stretch]) -> int:
        """The set that is made up of stretches with ends that were cut at."""
        found = 0
        for run in runs:
            first = 0 if run.low is None else 2 * self.places[run.low] + (1 if run.closed_low else 2)
            last = 2 * len(self.ends) if run.high is None else 2 * self.places[run.high] + (1 if run.closed_high else 0)
            found |= (1 << last + 1) - (1 << first)
        return found

    def pieces(self, found: int) -> tuple[Piece, ...]:
        """A set as its pieces, as few as possible, in ascending order."""
        made: list[Piece] = []
        while found:
            place = (found & -found).bit_length() - 1
            found &= found - 1
            made.append(Piece.point(self.ends[place // 2]) if place % 2 else self._interval(place))
        return tuple(joined(made))


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
