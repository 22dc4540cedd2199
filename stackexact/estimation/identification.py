"""Which parameters the data can tell apart: exact linear algebra on differences of features.

Responses depend on ``theta`` through ``<phi(b) - phi(b'), theta>`` within one choice alone: what is orthogonal to all
of these differences and keeps the constraints is free, and no amount of data of this kind tells it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flint import fmpq, fmpq_mat, fmpz_mat, nmod_mat

from stackexact.errors import InputError, Unproved
from stackexact.estimation.model import Constraint, Model, Vector, dot
from stackexact.exact.fields import to_fraction
from stackexact.exact.numbers import common_denominator
from stackexact.exact.records import Record

__all__ = ["Coordinates", "coordinates", "null_space", "primitive", "require_coordinates"]

_PRIME: Final = 2**61 - 1


@dataclass(frozen=True, slots=True, repr=False)
class Coordinates(Record):
    """All ``theta`` that satisfy the constraints: ``origin`` plus combinations of ``basis``, which responses tell
    apart, plus combinations of ``free``, which they do not."""

    origin: Vector
    basis: tuple[Vector, ...]
    free: tuple[Vector, ...]


def primitive(vector: Sequence[Fraction]) -> tuple[int, ...]:
    """The shortest vector of integers in the same direction.

    >>> primitive([Fraction(1, 2), Fraction(-1, 3)])
    (3, -2)
    """
    scale = common_denominator(vector)
    whole = [int(value * scale) for value in vector]
    common = math.gcd(*whole) or 1
    return tuple(value // common for value in whole)


def coordinates(model: Model) -> Coordinates:
    """Parametrise the ``theta`` that satisfy the constraints.

    Raises :class:`~stackexact.errors.InputError` where none does.
    """
    size = len(model.names)
    origin, kernel = _solutions(model.constraints, size)
    if not kernel:
        return Coordinates(origin, (), ())
    # Over the rationals D'D has the kernel of D, and few rows.
    square = differences(model, size).transpose()
    gram = square * square.transpose()
    around = _matrix(kernel)
    reduced, rank = (around * fmpq_mat(gram) * around.transpose()).rref()
    rows = [[to_fraction(reduced[i, j]) for j in range(len(kernel))] for i in range(rank)]
    pivots = [next(j for j, value in enumerate(row) if value) for row in rows]
    basis = tuple(kernel[j] for j in pivots)
    weights = _kernel(rows, pivots, len(kernel))
    free = tuple(_primitive(_combined(one, kernel)) for one in weights)
    return Coordinates(origin, basis, free)


def differences(model: Model, size: int) -> Any:
    """The differences of features in all choices, as rows of integers; what scales a row leaves its kernel alone."""
    found = sorted({row for choice in model.choices for row in choice.whole if any(row)})
    return fmpz_mat(len(found), size, [entry for row in found for entry in row])


def null_space(rows: Sequence[Vector], size: int) -> tuple[Vector, ...]:
    """A basis of all vectors that are orthogonal to the rows."""
    return _solutions(tuple(Constraint(row, Fraction(0)) for row in rows), size)[1]


def _solutions(constraints: tuple[Constraint, ...], size: int) -> tuple[Vector, tuple[Vector, ...]]:
    """One solution of linear equations, and a basis of those with zeros on the right."""
    entries = [fmpq(x.numerator, x.denominator) for one in constraints for x in (*one.vector, one.value)]
    reduced, rank = fmpq_mat(len(constraints), size + 1, entries).rref()
    rows = [[to_fraction(reduced[i, j]) for j in range(size + 1)] for i in range(rank)]
    pivots = [next(j for j, value in enumerate(row) if value) for row in rows]
    if size in pivots:
        raise InputError("constraints: expected equations that some theta satisfies, found contradictory ones")
    origin = [Fraction(0)] * size
    for row, pivot in zip(rows, pivots, strict=True):
        origin[pivot] = row[size]
    return tuple(origin), _kernel(rows, pivots, size)


def _kernel(rows: list[list[Fraction]], pivots: list[int], size: int) -> tuple[Vector, ...]:
    """A basis of the kernel of rows in reduced echelon form."""
    made = []
    for j in range(size):
        if j not in pivots:
            vector = [Fraction(0)] * size
            vector[j] = Fraction(1)
            for row, pivot in zip(rows, pivots, strict=True):
                vector[pivot] = -row[j]
            made.append(tuple(vector))
    return tuple(made)


def _matrix(rows: Sequence[Vector]) -> Any:
    return fmpq_mat(len(rows), len(rows[0]), [fmpq(x.numerator, x.denominator) for row in rows for x in row])


def _combined(weights: Vector, vectors: Sequence[Vector]) -> Vector:
    return tuple(
        sum((one * vector[k] for one, vector in zip(weights, vectors, strict=True)), Fraction(0))
        for k in range(len(vectors[0]))
    )


def _primitive(vector: Vector) -> Vector:
    whole = primitive(vector)
    sign = -1 if next(value for value in whole if value) < 0 else 1
    return tuple(Fraction(sign * value) for value in whole)


def require_coordinates(model: Model, space: Coordinates) -> None:
    """Prove from the model that the coordinates are all solutions of the constraints, and tell which are identified.

    Ranks are bounded below by ranks modulo a prime and above by the vectors themselves. Raises
    :class:`~stackexact.errors.Unproved`.
    """
    size = len(model.names)
    for one in model.constraints:
        if dot(one.vector, space.origin) != one.value:
            raise Unproved("the origin does not satisfy the constraints")
        if any(dot(one.vector, vector) for vector in (*space.basis, *space.free)):
            raise Unproved("a direction does not keep the constraints")
    equations = [primitive(one.vector) for one in model.constraints]
    rank = fmpz_mat(len(equations), size, [x for row in equations for x in row]).rank() if equations else 0
    vectors = [primitive(vector) for vector in (*space.basis, *space.free)]
    if len(vectors) != size - rank or _modular_rank(vectors, size) != len(vectors):
        raise Unproved("the directions are not all that keep the constraints")
    rows = differences(model, size)
    if any(entry != 0 for vector in space.free for entry in (rows * _column(vector)).entries()):
        raise Unproved("the data tell a direction that is claimed to be free")
    if space.basis:
        basis = fmpz_mat(len(space.basis), size, [x for vector in space.basis for x in primitive(vector)])
        images = (rows * basis.transpose()).tolist()
        if _modular_rank([tuple(int(x) for x in row) for row in images], len(space.basis)) != len(space.basis):
            raise Unproved("the data do not tell a direction that is claimed to be identified")


def _column(vector: Vector) -> Any:
    return fmpz_mat(len(vector), 1, list(primitive(vector)))


def _modular_rank(rows: Sequence[tuple[int, ...]], size: int) -> int:
    """At most the rank of an integer matrix, and with all but certainty the rank."""
    entries = [value % _PRIME for row in rows for value in row]
    return int(nmod_mat(len(rows), size, entries, _PRIME).rank()) if rows else 0
