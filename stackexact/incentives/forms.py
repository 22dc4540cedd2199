"""Quadratic costs as ring elements, by groups of variables, and the linear algebra that they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover

__all__ = [
    "Form",
    "Matrix",
    "Problem",
    "Vector",
    "beside",
    "determinant",
    "dot",
    "leading_minors",
    "plus",
    "product",
    "scaled",
    "solve",
    "sums_of_minors",
    "transposed",
]

T = TypeVar("T", bound=Any)

Vector = tuple[T, ...]
"""Ring elements."""

Matrix = tuple[tuple[T, ...], ...]
"""Rows of ring elements."""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """½ z·Hz + g·z + c, times a positive ``unit`` (an exact value) and divided by ``over`` (positive, of the ring).

    z is all variables of a problem, in its order."""

    hessian: Matrix[T]
    gradient: Vector[T]
    constant: T
    unit: Any
    over: Any = 1

    def block(self, rows: slice, columns: slice) -> Matrix[T]:
        """Second derivatives by one group of variables and another."""
        return tuple(row[columns] for row in self.hessian[rows])

    def slope(self, rows: slice, point: Sequence[T], bottom: T) -> Vector[T]:
        """The gradient by a group of variables at the point ``point / bottom``, times ``bottom``."""
        return tuple(
            sum((a * z for a, z in zip(row, point, strict=True)), g * bottom)
            for row, g in zip(self.hessian[rows], self.gradient[rows], strict=True)
        )

    def value(self, point: Sequence[T], bottom: T) -> tuple[T, T]:
        """The cost at ``point / bottom`` in units, as a quotient whose bottom is positive where ``bottom`` is not 0."""
        everything = slice(0, len(point))
        slopes = self.slope(everything, point, bottom)
        top = sum(
            ((s + g * bottom) * z for s, g, z in zip(slopes, self.gradient, point, strict=True)),
            self.constant * bottom * bottom * 2,
        )
        return top, bottom * bottom * 2 * self.over


@dataclass(frozen=True, slots=True)
class Problem(Generic[T]):
    """A leader, a major follower or none, and N followers alike.

    Variables: the leader's action u0, the major follower's w, a follower's own u and the mean ū of all followers, in
    this order and of these ``sizes`` (u0, w, u). The leader pays the average over the followers of ``leader``;
    ``followers`` is N.
    """

    leader: Form[T]
    major: Form[T] | None
    follower: Form[T]
    sizes: tuple[int, int, int]
    followers: T

    @property
    def u0(self) -> slice:
        """The leader's action."""
        return slice(0, self.sizes[0])

    @property
    def w(self) -> slice:
        """The major follower's action."""
        return slice(self.sizes[0], self.sizes[0] + self.sizes[1])

    @property
    def first(self) -> slice:
        """The actions of the leader and the major follower."""
        return slice(0, self.sizes[0] + self.sizes[1])

    @property
    def own(self) -> slice:
        """A follower's own action."""
        return slice(self.first.stop, self.first.stop + self.sizes[2])

    @property
    def mean(self) -> slice:
        """The mean action of all followers."""
        return slice(self.own.stop, self.own.stop + self.sizes[2])

    def alike(self, point: Vector[T]) -> Vector[T]:
        """All variables where all followers play the action that ``point`` ends with."""
        return (*point, *point[self.own])

    def merged(self, form: Form[T]) -> Form[T]:
        """A cost in (u0, w, v) where all followers play v."""
        first, own, mean = self.first, self.own, self.mean
        across = plus(form.block(first, own), form.block(first, mean))
        both = plus(form.block(own, own), form.block(own, mean), form.block(mean, own), form.block(mean, mean))
        hessian = (*beside(form.block(first, first), across), *beside(transposed(across), both))
        slopes = tuple(a + b for a, b in zip(form.gradient[own], form.gradient[mean], strict=True))
        return Form(hessian, (*form.gradient[first], *slopes), form.constant, form.unit, form.over)


def plus(*matrices: Matrix[T]) -> Matrix[T]:
    """The sum of matrices of one shape."""
    return tuple(
        tuple(sum(entries[1:], entries[0]) for entries in zip(*rows, strict=True))
        for rows in zip(*matrices, strict=True)
    )


def beside(left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
    """Two matrices of as many rows, side by side."""
    return tuple((*a, *b) for a, b in zip(left, right, strict=True))


def scaled(matrix: Matrix[T], factor: T) -> Matrix[T]:
    """A matrix times a ring element."""
    return tuple(tuple(value * factor for value in row) for row in matrix)


def transposed(matrix: Matrix[T]) -> Matrix[T]:
    """Rows and columns exchanged."""
    return tuple(zip(*matrix, strict=True))


def product(left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
    """The matrix product of non-empty matrices."""
    columns = transposed(right)
    return tuple(tuple(dot(row, column) for column in columns) for row in left)


def dot(left: Sequence[T], right: Sequence[T]) -> T:
    """The sum of products of non-empty vectors."""
    first, *rest = (a * b for a, b in zip(left, right, strict=True))
    total: T = sum(rest, first)
    return total


def solve(prover: Prover[T], matrix: Matrix[T], right: Sequence[T]) -> tuple[Vector[T], T]:
    """The solution of a regular system, over one positive bottom."""
    found = prover.solve(matrix, tuple((value,) for value in right))
    return tuple(chain.from_iterable(found.rows)), found.bottom


def leading_minors(matrix: Matrix[T]) -> Iterator[T]:
    """The leading principal minors, by fraction-free elimination (Bareiss 1968); the first that is 0 is the last told.

    All are positive if and only if a symmetric matrix is positive definite.
    """
    rows: list[list[Any]] = [list(row) for row in matrix]
    last: Any = None
    for k in range(len(rows)):
        pivot = rows[k][k]
        yield pivot
        if not pivot:
            return
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, len(rows)):
                entry = rows[i][j] * pivot - rows[i][k] * rows[k][j]
                rows[i][j] = entry if last is None else entry // last
            rows[i][k] = pivot * 0
        last = pivot


def sums_of_minors(matrix: Matrix[T]) -> Iterator[T]:
    """The sums of the principal minors of size 1, 2, ...: none is negative if and only if a symmetric matrix is
    positive semidefinite, since they are the coefficients, up to sign, of a polynomial with real roots alone
    (Faddeev and LeVerrier's recursion, whose divisions are exact)."""
    size = len(matrix)
    made, last = matrix, None
    for count in range(1, size + 1):
        if last is not None:
            shifted = tuple(
                tuple(last - value if i == j else -value for j, value in enumerate(row)) for i, row in enumerate(made)
            )
            made = product(matrix, shifted)
        trace = made[0][0]
        for i in range(1, size):
            trace = trace + made[i][i]
        last = trace // count
        yield last


def determinant(matrix: Matrix[T]) -> T:
    """By fraction-free elimination (Bareiss 1968)."""
    rows: list[list[Any]] = [list(row) for row in matrix]
    last: Any = None
    turned = False
    for k in range(len(rows) - 1):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            nought: T = rows[k][k]
            return nought
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            turned = not turned
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, len(rows)):
                entry = rows[i][j] * rows[k][k] - rows[i][k] * rows[k][j]
                rows[i][j] = entry if last is None else entry // last
        last = rows[k][k]
    found: T = rows[-1][-1]
    turned_round: T = -found
    return turned_round if turned else found
