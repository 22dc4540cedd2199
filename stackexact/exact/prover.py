"""What a verification needs of numbers: ring operations, and relations that are required to hold.

``verify`` functions are written once against :class:`Prover`. On :class:`Numbers` (flint integers and rationals)
a required relation is decided, and :class:`~stackexact.errors.Unproved` is raised where it fails: that run is the proof
of a numeric answer. On traced scalars the same calls record the relation instead. ``sign`` only looks: it may choose
which of several sufficient relations is then required, and is not part of the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from flint import fmpq_mat, fmpz, fmpz_mat

from stackexact.errors import Unproved

__all__ = ["Matrix", "Number", "Numbers", "Prover", "Quotients", "Ratio", "integer_matrix"]

T = TypeVar("T")

Number: TypeAlias = Any
"""A flint integer or rational (the library ships no precise arithmetic types)."""

Matrix: TypeAlias = Sequence[Sequence[T]]
"""Rows of scalars."""


@dataclass(frozen=True, slots=True)
class Ratio(Generic[T]):
    """``top / bottom`` with a positive ``bottom``, kept apart so that a ring is enough."""

    top: T
    bottom: T


@dataclass(frozen=True, slots=True)
class Quotients(Generic[T]):
    """The solution of a linear system: ``rows`` over one positive common ``bottom``."""

    rows: tuple[tuple[T, ...], ...]
    bottom: T


class Prover(Protocol[T]):
    """Ring arithmetic on scalars of type T (their own ``+ - *``) and the relations a proof requires."""

    def number(self, value: int) -> T:
        """The integer ``value`` as a scalar."""

    def sign(self, value: T) -> int:
        """-1, 0 or 1, at the point where the search looked. Nothing is recorded."""

    def nonnegative(self, values: Iterable[T]) -> None:
        """Require every value to be at least 0."""

    def positive(self, values: Iterable[T]) -> None:
        """Require every value to be above 0."""

    def zero(self, values: Iterable[T]) -> None:
        """Require every value to be 0."""

    def nonzero(self, values: Iterable[T]) -> None:
        """Require every value not to be 0."""

    def below(self, values: Sequence[T], limit: Ratio[T]) -> None:
        """Require every value to be below ``limit``."""

    def solve(self, matrix: Matrix[T], right: Matrix[T]) -> Quotients[T]:
        """The X with ``matrix·X = right``; requires ``matrix`` to be regular."""

    def multiply(self, left: Matrix[T], right: Matrix[T]) -> Matrix[T]:
        """The matrix product."""


class Numbers:
    """The :class:`Prover` of numeric answers: flint integers or rationals; every relation is decided on the spot."""

    __slots__ = ()

    def number(self, value: int) -> Number:
        """The integer as a flint integer."""
        return fmpz(value)

    def sign(self, value: Number) -> int:
        """-1, 0 or 1."""
        return 1 if value > 0 else -1 if value < 0 else 0

    def nonnegative(self, values: Iterable[Number]) -> None:
        """Raise :class:`Unproved` if a value is negative."""
        for value in values:
            if value < 0:
                raise Unproved("a value that must be at least 0 is negative")

    def positive(self, values: Iterable[Number]) -> None:
        """Raise :class:`Unproved` unless every value is positive."""
        for value in values:
            if value <= 0:
                raise Unproved("a value that must be positive is not")

    def zero(self, values: Iterable[Number]) -> None:
        """Raise :class:`Unproved` unless every value is zero."""
        for value in values:
            if value != 0:
                raise Unproved("a value that must be 0 is not")

    def nonzero(self, values: Iterable[Number]) -> None:
        """Raise :class:`Unproved` if a value is zero."""
        for value in values:
            if value == 0:
                raise Unproved("a value that must not be 0 is")

    def below(self, values: Sequence[Number], limit: Ratio[Number]) -> None:
        """Raise :class:`Unproved` unless the greatest value is below ``limit``."""
        if max(values) * limit.bottom >= limit.top:
            raise Unproved("a value that must be below a limit is not")

    def solve(self, matrix: Matrix[Number], right: Matrix[Number]) -> Quotients[Number]:
        """Solve exactly; raises :class:`Unproved` for a singular system."""
        size, columns = len(matrix), len(right[0]) if right else 0
        if size == 0 or columns == 0:
            return Quotients(tuple(() for _ in range(size)), fmpz(1))
        left, given = _matrix(matrix), _matrix(right)
        if type(left) is not type(given):
            left, given = fmpq_mat(left), fmpq_mat(given)
        try:
            solution = left.solve(given)
        except ZeroDivisionError:
            raise Unproved("a system of equations that must be regular is singular") from None
        tops, bottom = solution.numer_denom()
        entries = tops.entries()
        return Quotients(tuple(tuple(entries[i : i + columns]) for i in range(0, size * columns, columns)), bottom)

    def multiply(self, left: Matrix[Number], right: Matrix[Number]) -> Matrix[Number]:
        """The product of two non-empty matrices."""
        one, two = _matrix(left), _matrix(right)
        if type(one) is not type(two):
            one, two = fmpq_mat(one), fmpq_mat(two)
        columns = two.ncols()
        entries = (one * two).entries()
        return [entries[i : i + columns] for i in range(0, len(entries), columns)]


def _matrix(rows: Matrix[Number]) -> Any:
    """Rows of flint numbers as a flint matrix: of integers where all are integers."""
    flat = [value for row in rows for value in row]
    try:
        return fmpz_mat(len(rows), len(rows[0]), flat)
    except TypeError:
        return fmpq_mat(len(rows), len(rows[0]), flat)


def integer_matrix(rows: Matrix[Number]) -> fmpz_mat:
    """Rows of flint integers as a flint matrix."""
    return fmpz_mat(len(rows), len(rows[0]), [value for row in rows for value in row])
