"""Vertices of small polytopes by trying every basis, on fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

Vector = tuple[Fraction, ...]
Constraint = tuple[Sequence[Fraction], Fraction]
"""A row and its right-hand side."""


def exactly(value: Fraction | int) -> Fraction:
    """An integer as a fraction; numbers of any ordered field as they are."""
    return Fraction(value) if isinstance(value, int) else value


def dot(left: Iterable[Fraction], right: Iterable[Fraction]) -> Fraction:
    """The scalar product."""
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def unit(place: int, size: int) -> Vector:
    """A unit vector."""
    return tuple(Fraction(int(i == place)) for i in range(size))


def solve_square(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Vector | None:
    """The solution of a square system by Gauss-Jordan elimination; None where it is singular."""
    size = len(right)
    table = [[*map(exactly, row), exactly(value)] for row, value in zip(rows, right, strict=True)]
    for column in range(size):
        pivot = next((r for r in range(column, size) if table[r][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [value / table[column][column] for value in table[column]]
        for r in range(size):
            if r != column and table[r][column]:
                factor = table[r][column]
                table[r] = [value - factor * own for value, own in zip(table[r], table[column], strict=True)]
    return tuple(row[size] for row in table)


def independent(constraints: Sequence[Constraint]) -> list[Constraint] | None:
    """A maximal independent part of some equations; None where they contradict each other."""
    kept: list[Constraint] = []
    reduced: list[tuple[int, list[Fraction]]] = []
    for row, right in constraints:
        rest = [*map(exactly, row), exactly(right)]
        for place, known in reduced:
            if rest[place]:
                factor = rest[place]
                rest = [a - factor * b for a, b in zip(rest, known, strict=True)]
        place = next((c for c, value in enumerate(rest) if value), None)
        if place is None:
            continue
        if place == len(row):
            return None
        reduced.append((place, [value / rest[place] for value in rest]))
        kept.append((row, right))
    return kept


def vertices(size: int, equal: Sequence[Constraint], at_least: Sequence[Constraint]) -> list[Vector]:
    """The vertices of ``{z : equal, at_least}`` in the space of ``size`` coordinates."""
    kept = independent(equal)
    if kept is None:
        return []
    found: dict[Vector, None] = {}
    for chosen in combinations(at_least, size - len(kept)):
        point = solve_square([row for row, _ in (*kept, *chosen)], [right for _, right in (*kept, *chosen)])
        if point is not None and point not in found and all(dot(row, point) >= right for row, right in at_least):
            found[point] = None
    return list(found)


def centre(points: Sequence[Vector]) -> Vector:
    """The average of some points: in the relative interior of their hull."""
    return tuple(sum(values, Fraction(0)) / len(points) for values in zip(*points, strict=True))
