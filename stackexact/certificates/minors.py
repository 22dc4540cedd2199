"""Determinants and definiteness of small matrices of numbers, or of functions that compare like numbers.

The sums e_1, ..., e_n of the principal minors of a matrix are found without dividing but by integers (Faddeev and
LeVerrier); e_n is the determinant. A symmetric matrix has real eigenvalues, so it is positive semidefinite if and only
if no e_k is negative; it is positive definite if and only if all leading minors are positive (Sylvester), which are
the products of the pivots where it is eliminated without exchanges.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

__all__ = ["Matrix", "Vector", "columns", "determinant", "is_definite", "is_semidefinite", "product", "sums_of_minors"]

Number = Any
"""A fraction, or a function that takes the place of one."""

Vector = Sequence[Number]

Matrix = Sequence[Vector]


def dot(one: Vector, two: Vector) -> Number:
    """The sum of products."""
    return sum((a * b for a, b in zip(one, two, strict=True)), Fraction(0))


def columns(matrix: Matrix) -> Matrix:
    """Rows and columns exchanged."""
    return list(zip(*matrix, strict=True))


def product(one: Matrix, two: Matrix) -> Matrix:
    """The matrix product."""
    sides = columns(two)
    return [[dot(row, side) for side in sides] for row in one]


def sums_of_minors(matrix: Matrix) -> list[Number]:
    """The sums of the principal minors of each size."""
    made = matrix
    sums: list[Number] = []
    for size in range(1, len(matrix) + 1):
        if sums:
            last = sums[-1]
            shifted = [[last - v if i == j else -v for j, v in enumerate(row)] for i, row in enumerate(made)]
            made = product(matrix, shifted)
        sums.append(sum((made[i][i] for i in range(len(matrix))), Fraction(0)) * Fraction(1, size))
    return sums


def determinant(matrix: Matrix) -> Number:
    """The determinant, 1 without rows."""
    return sums_of_minors(matrix)[-1] if matrix else Fraction(1)


def is_definite(matrix: Matrix) -> bool:
    """Whether a symmetric matrix is positive definite."""
    if all(isinstance(value, Fraction) for row in matrix for value in row):
        return _has_positive_pivots(matrix)
    return all(determinant([row[:size] for row in matrix[:size]]) > 0 for size in range(1, len(matrix) + 1))


def _has_positive_pivots(matrix: Matrix) -> bool:
    """The same for numbers, in far fewer steps."""
    left = [list(row) for row in matrix]
    while left:
        (pivot, *head), *below = left
        if pivot <= 0:
            return False
        left = [[b - row[0] / pivot * a for a, b in zip(head, row[1:], strict=True)] for row in below]
    return True


def is_semidefinite(matrix: Matrix) -> bool:
    """Whether a symmetric matrix is positive semidefinite."""
    return all(value >= 0 for value in sums_of_minors(matrix))
