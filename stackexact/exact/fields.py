"""Ordered fields for the searches: add, subtract, multiply, divide, compare with Python's operators.

The exact simplex is generic over the field. :class:`Rationals` (flint) serves numeric games.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol, TypeVar

from flint import fmpq, fmpz

from stackexact.errors import Unproved
from stackexact.exact.prover import Matrix, Number, Numbers, integer_matrix

__all__ = ["OrderedField", "PlainRationals", "Rationals", "field_of", "to_fraction", "to_rational"]

T = TypeVar("T")


class OrderedField(Protocol[T]):
    """Scalars of type T with ``+ - * /``, ``<`` and ``==``, and exact linear algebra on them.

    Tables of the exact simplex hold elements of a ring inside the field (for Q the integers; a field may be its own
    ring). Ring and field elements mix in arithmetic; ``/`` on ring elements is used only where it is exact.
    """

    @property
    def zero(self) -> T:
        """The field's neutral element of addition."""

    @property
    def one(self) -> T:
        """The field's neutral element of multiplication."""

    @property
    def nought(self) -> T:
        """The ring's neutral element of addition."""

    @property
    def unit(self) -> T:
        """The ring's neutral element of multiplication."""

    def solve(self, matrix: Matrix[T], right: Matrix[T]) -> tuple[list[list[T]], T] | None:
        """The X with ``matrix·X = right`` as ring elements over one positive bottom, a multiple of which is no smaller
        than the determinant requires (for Q: the determinant itself); ``None`` where the matrix is singular."""

    def multiply(self, left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
        """The matrix product of ring elements."""

    def split(self, value: T) -> tuple[T, T]:
        """A field element as ring elements: numerator and positive denominator."""


class Rationals:
    """The field Q on flint rationals, with the flint integers as its ring."""

    __slots__ = ()

    @property
    def zero(self) -> Number:
        """The rational 0."""
        return fmpq(0)

    @property
    def one(self) -> Number:
        """The rational 1."""
        return fmpq(1)

    @property
    def nought(self) -> Number:
        """The integer 0."""
        return fmpz(0)

    @property
    def unit(self) -> Number:
        """The integer 1."""
        return fmpz(1)

    def solve(self, matrix: Matrix[Number], right: Matrix[Number]) -> tuple[list[list[Number]], Number] | None:
        """The X with ``matrix·X = right`` over the size of the determinant; ``None`` where it vanishes."""
        left = integer_matrix(matrix)
        bottom = abs(left.det())
        if bottom == 0:
            return None
        solved: Any = left.solve(integer_matrix(right))
        tops, least = solved.numer_denom()
        # Fraction-free pivoting divides by the determinant, of which the least denominator is only a divisor.
        factor, columns = bottom / least, tops.ncols()
        entries = tops.entries() if factor == 1 else [factor * value for value in tops.entries()]
        return [entries[i : i + columns] for i in range(0, len(entries), columns)], bottom

    def multiply(self, left: Matrix[Number], right: Matrix[Number]) -> Matrix[Number]:
        """The matrix product."""
        return Numbers().multiply(left, right)

    def split(self, value: Number) -> tuple[Number, Number]:
        """Numerator and denominator."""
        return value.p, value.q


class PlainRationals(Rationals):
    """The field Q as its own ring: for tables of rationals whose common denominator would be far too long."""

    __slots__ = ()

    @property
    def nought(self) -> Number:
        """The rational 0."""
        return fmpq(0)

    @property
    def unit(self) -> Number:
        """The rational 1."""
        return fmpq(1)

    def solve(self, matrix: Matrix[Number], right: Matrix[Number]) -> tuple[list[list[Number]], Number] | None:
        """The X with ``matrix·X = right``; ``None`` where the matrix is singular."""
        try:
            found = Numbers().solve(matrix, right)
        except Unproved:
            return None
        return [[fmpq(top, found.bottom) for top in row] for row in found.rows], fmpq(1)


def field_of(number: Number) -> Rationals:
    """The field for tables of such numbers: integers are kept fraction-free, rationals are divided."""
    return Rationals() if type(number) is fmpz else PlainRationals()


def to_rational(value: Fraction | int) -> Number:
    """A Python rational as a flint rational.

    >>> to_rational(Fraction(1, 3)) * 3 == 1
    True
    """
    return fmpq(value.numerator, value.denominator)


def to_fraction(value: Number) -> Fraction:
    """A flint integer or rational as a Fraction.

    >>> to_fraction(to_rational(Fraction(2, 6)))
    Fraction(1, 3)
    """
    return Fraction(int(value)) if type(value) is fmpz else Fraction(int(value.p), int(value.q))
