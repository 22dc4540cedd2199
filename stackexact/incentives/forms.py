"""Quadratic costs as ring elements, by blocks of variables, and small linear algebra on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover, Quotients

__all__ = ["Form", "Matrix", "Problem", "leading_minors", "plus", "product", "scaled", "times", "transposed"]

T = TypeVar("T", bound=Any)

Matrix = tuple[tuple[T, ...], ...]
"""Rows of ring elements."""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """½ z·Hz + g·z + c, times a positive ``unit`` (an exact value); z is all variables of a problem, in its order."""

    hessian: Matrix[T]
    gradient: tuple[T, ...]
    constant: T
    unit: Any

    def block(self, rows: slice, columns: slice) -> Matrix[T]:
        """Second derivatives by one group of variables and another."""
        return tuple(row[columns] for row in self.hessian[rows])

    def slope(self, rows: slice, point: Sequence[T], bottom: T) -> tuple[T, ...]:
        """The gradient by a group of variables at the point ``point / bottom``, times ``bottom``."""
        return tuple(
            sum((a * z for a, z in zip(row, point, strict=True)), g * bottom)
            for row, g in zip(self.hessian[rows], self.gradient[rows], strict=True)
        )

    def value(self, point: Sequence[T], bottom: T) -> tuple[T, T]:
        """The cost at ``point / bottom`` in units: numerator and (positive, where bottom is not 0) denominator."""
        everything = slice(0, len(self.gradient))
        slopes = self.slope(everything, point, bottom)
        top = sum(
            ((s + g * bottom) * z for s, g, z in zip(slopes, self.gradient, point, strict=True)),
            self.constant * bottom * bottom * 2,
        )
        return top, bottom * bottom * 2


@dataclass(frozen=True, slots=True)
class Problem(Generic[T]):
    """One leader and N followers alike: their costs in the variables u0 (leader), u (own), ū (mean), in this order.

    The leader pays the average over the followers of ``leader``. ``leader_size`` and ``own_size`` are the dimensions of
    actions; ``followers`` is N.
    """

    leader: Form[T]
    follower: Form[T]
    leader_size: int
    own_size: int
    followers: T

    @property
    def u0(self) -> slice:
        """The leader's action."""
        return slice(0, self.leader_size)

    @property
    def own(self) -> slice:
        """A follower's own action."""
        return slice(self.leader_size, self.leader_size + self.own_size)

    @property
    def mean(self) -> slice:
        """The mean action of all followers."""
        return slice(self.leader_size + self.own_size, self.leader_size + 2 * self.own_size)

    def alike(self, u0: Sequence[T], v: Sequence[T]) -> tuple[T, ...]:
        """The point at which all followers do the same."""
        return (*u0, *v, *v)


def plus(*matrices: Matrix[T]) -> Matrix[T]:
    """The sum of matrices of one shape."""
    return tuple(
        tuple(sum(entries[1:], entries[0]) for entries in zip(*rows, strict=True))
        for rows in zip(*matrices, strict=True)
    )


def scaled(matrix: Matrix[T], factor: T) -> Matrix[T]:
    """A matrix times a ring element."""
    return tuple(tuple(value * factor for value in row) for row in matrix)


def transposed(matrix: Matrix[T]) -> Matrix[T]:
    """Rows and columns exchanged."""
    return tuple(zip(*matrix, strict=True))


def product(left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
    """The matrix product of non-empty matrices."""
    columns = transposed(right)
    return tuple(tuple(_dot(row, column) for column in columns) for row in left)


def times(matrix: Matrix[T], vector: Sequence[T]) -> tuple[T, ...]:
    """A matrix times a vector."""
    return tuple(_dot(row, vector) for row in matrix)


def _dot(left: Sequence[T], right: Sequence[T]) -> T:
    first, *rest = (a * b for a, b in zip(left, right, strict=True))
    total: T = sum(rest, first)
    return total


def leading_minors(matrix: Matrix[T]) -> list[T]:
    """The leading principal minors, by fraction-free elimination (Bareiss 1968), as far as they are not 0.

    After the first that is 0 none is told: the matrix is not definite then.
    """
    rows = [list(row) for row in matrix]
    found: list[T] = []
    last: Any = None
    for k in range(len(rows)):
        pivot = rows[k][k]
        found.append(pivot)
        if not pivot:
            break
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, len(rows)):
                entry = rows[i][j] * pivot - rows[i][k] * rows[k][j]
                rows[i][j] = entry if last is None else entry // last
        last = pivot
    return found


def solved(prover: Prover[T], matrix: Matrix[T], right: Sequence[T]) -> Quotients[T]:
    """The solution of a regular system with one right-hand side."""
    return prover.solve(matrix, tuple((value,) for value in right))


def column(quotients: Quotients[T]) -> tuple[T, ...]:
    """The numerators of a solution with one right-hand side."""
    return tuple(chain.from_iterable(quotients.rows))
