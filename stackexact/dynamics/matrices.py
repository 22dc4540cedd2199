"""Small matrices of fractions: products, inverses, and the polynomials whose roots are their eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from flint import fmpq, fmpq_mat

from stackexact.incentives.forms import leading_minors, plus, product, scaled, transposed

__all__ = [
    "Matrix",
    "Vector",
    "apply",
    "characteristic",
    "divided",
    "identity",
    "is_definite",
    "minus",
    "plus",
    "product",
    "scaled",
    "transposed",
]

Vector: TypeAlias = tuple[Fraction, ...]
Matrix: TypeAlias = tuple[Vector, ...]


def identity(size: int, value: Fraction | int = 1) -> Matrix:
    """A number times the identity.

    >>> identity(2, 3) == ((3, 0), (0, 3))
    True
    """
    return tuple(tuple(Fraction(value if i == j else 0) for j in range(size)) for i in range(size))


def minus(left: Matrix, right: Matrix) -> Matrix:
    """The difference of two matrices of one shape."""
    return plus(left, scaled(right, Fraction(-1)))


def apply(matrix: Matrix, vector: Sequence[Fraction]) -> Vector:
    """A matrix times a vector.

    >>> apply(identity(2, 3), (Fraction(1), Fraction(2))) == (3, 6)
    True
    """
    return tuple(sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix)


def _to_flint(matrix: Matrix) -> Any:
    """A matrix of flint rationals."""
    entries = [fmpq(value.numerator, value.denominator) for row in matrix for value in row]
    return fmpq_mat(len(matrix), len(matrix[0]), entries)


def divided(left: Matrix, right: Matrix) -> Matrix:
    """The X with ``left·X = right``; raises ``ZeroDivisionError`` for a singular matrix.

    >>> divided(identity(2, 2), identity(2)) == identity(2, Fraction(1, 2))
    True
    """
    found = _to_flint(left).solve(_to_flint(right))
    return tuple(tuple(Fraction(int(value.p), int(value.q)) for value in row) for row in found.table())


def characteristic(matrix: Matrix) -> Any:
    """The characteristic polynomial, a flint polynomial of rationals.

    >>> characteristic(identity(2, 3))
    x^2 + (-6)*x + 9
    """
    return _to_flint(matrix).charpoly()


def is_definite(matrix: Matrix) -> bool:
    """Whether a symmetric matrix is positive definite.

    >>> is_definite(identity(2)), is_definite(identity(2, 0))
    (True, False)
    """
    return all(minor > 0 for minor in leading_minors(tuple(map(tuple, matrix))))
