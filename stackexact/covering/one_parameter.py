"""The cover of a domain in one parameter: complete, whatever the polynomials.

Take a piece that is not covered, answer at a sample in it, subtract every part of the domain on which that answer is
proved. Intervals come before points, since an answer often holds at the ends of its interval as well; a point that is
left is answered in its own field and inherits nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from stackexact.covering.line import Line, Piece
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Condition

__all__ = ["Answered", "Covering", "cover"]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer with the conditions under which it is proved, and the parts of the domain that it was used for."""

    answer: A
    conditions: tuple[Condition, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Covering(Generic[A]):
    """Answers whose pieces are disjoint and, with ``undecided``, make up the domain; ``limit`` says why it ended."""

    answered: tuple[Answered[A], ...]
    undecided: tuple[Piece, ...] = ()
    limit: str = ""


def cover(
    line: Line,
    domain: tuple[Piece, ...],
    answer_at: Callable[[Root], tuple[A, tuple[Condition, ...]]],
    *,
    max_cells: int | None = None,
    report: Callable[[int, int], None] = lambda answered, left: None,
) -> Covering[A]:
    """Cover ``domain`` by answers; ``answer_at`` gives an answer and its conditions, which must hold at the sample.

    ``report`` hears how many answers were found and how many pieces are left. A limit that ``answer_at`` reaches, or
    more than ``max_cells`` answers, leaves the rest ``undecided``.
    """
    intervals = [(piece, piece.sample) for piece in domain if not piece.is_point]
    points = [(piece, piece.sample) for piece in domain if piece.is_point]
    made: list[Answered[A]] = []
    while intervals or points:
        piece, sample = (intervals or points)[0]
        try:
            if max_cells is not None and len(made) >= max_cells:
                raise LimitReached(f"the limit of {max_cells} cells was reached")
            answer, conditions = answer_at(sample)
            taken, rest = line.split([(piece, sample)], conditions)
            if piece.is_point:  # an answer at a point that was left over holds at that point alone
                others, other_points = intervals, points[1:]
            else:
                others, more, left = _reduced(line, intervals[1:], conditions)
                other_points, more_points, left_points = _reduced(line, points, conditions)
                taken, rest = [*taken, *more, *more_points], [*rest, *left, *left_points]
        except LimitReached as limit:
            undecided = sorted((piece for piece, _ in (*intervals, *points)), key=lambda piece: piece.sample)
            return Covering(tuple(made), tuple(undecided), str(limit))
        if not any(part.holds(sample) for part in taken):
            raise Unproved("the conditions of an answer must hold where it was found")
        intervals = others + [(part, part.sample) for part in rest if not part.is_point]
        points = other_points + [(part, part.sample) for part in rest if part.is_point]
        made.append(Answered(answer, conditions, tuple(sorted(taken, key=lambda one: one.sample))))
        report(len(made), len(intervals) + len(points))
    return Covering(tuple(made))


def _reduced(
    line: Line, waiting: list[tuple[Piece, Root]], conditions: tuple[Condition, ...]
) -> tuple[list[tuple[Piece, Root]], list[Piece], list[Piece]]:
    """Pieces that an answer leaves alone, parts that it covers, and the other parts of pieces that it covers in part.

    Where an answer fails at the sample of a piece it rarely holds nearby: such a piece waits for its own turn.
    """
    alone, covered, others = [], list[Piece](), list[Piece]()
    for piece, sample in waiting:
        if line.meets(sample, conditions):
            taken, rest = line.split([(piece, sample)], conditions)
            covered += taken
            others += rest
        else:
            alone.append((piece, sample))
    return alone, covered, others
