"""Traced scalars: verification on polynomials in the parameters, which records what it relies on.

The scalars are integer polynomials. Every relation that a ``verify`` function requires is decided at one sample point
and recorded as a condition; wherever all conditions hold, the same verification passes, so its symbolic result is the
answer there. Relations between constants are decided on the spot and leave no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from stackexact.errors import Unproved
from stackexact.exact.prover import Matrix, Quotients, Ratio

__all__ = ["Condition", "Polynomial", "Sign", "Tracer", "key_of", "primitive"]

Polynomial: TypeAlias = Any
"""A flint integer polynomial: ``fmpz_poly`` for one parameter, ``fmpz_mpoly`` for several."""


class Sign(Enum):
    """What a condition says of its polynomial."""

    POSITIVE = ">"
    NONNEGATIVE = ">="
    ZERO = "=="
    NONZERO = "!="

    def admits(self, sign: int) -> bool:
        """Whether a polynomial of this sign (-1, 0, 1) meets the condition."""
        match self:
            case Sign.POSITIVE:
                return sign > 0
            case Sign.NONNEGATIVE:
                return sign >= 0
            case Sign.ZERO:
                return sign == 0
            case Sign.NONZERO:
                return sign != 0


@dataclass(frozen=True, slots=True)
class Condition:
    """``polynomial`` is positive, at least 0, zero, or not zero. The polynomial is primitive."""

    polynomial: Polynomial
    sign: Sign

    def __hash__(self) -> int:
        return hash((key_of(self.polynomial), self.sign))


class Tracer:
    """The :class:`~stackexact.exact.prover.Prover` on polynomials: decides at a sample point, and records.

    ``sign_at`` tells the sign of a polynomial at the sample, ``constant`` makes a polynomial of an integer.
    """

    def __init__(self, constant: Callable[[int], Polynomial], sign_at: Callable[[Polynomial], int]) -> None:
        self._constant, self._sign_at = constant, sign_at
        self._recorded: dict[tuple[Any, ...], Condition] = {}
        self._signs: dict[tuple[Any, ...], int] = {}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What was relied on, in the order in which it was first required."""
        return tuple(self._recorded.values())

    def number(self, value: int) -> Polynomial:
        """The integer as a polynomial."""
        return self._constant(value)

    def sign(self, value: Polynomial) -> int:
        """The sign at the sample point. Nothing is recorded."""
        if value.is_constant():
            return _constant_sign(value)
        key = key_of(value)
        known = self._signs.get(key)
        if known is None:
            known = self._signs[key] = self._sign_at(value)
        return known

    def nonnegative(self, values: Iterable[Polynomial]) -> None:
        """Record that every value is at least 0."""
        for value in values:
            self._require(value, Sign.NONNEGATIVE)

    def positive(self, values: Iterable[Polynomial]) -> None:
        """Record that every value is above 0."""
        for value in values:
            self._require(value, Sign.POSITIVE)

    def zero(self, values: Iterable[Polynomial]) -> None:
        """Record that every value is 0."""
        for value in values:
            self._require(value, Sign.ZERO)

    def nonzero(self, values: Iterable[Polynomial]) -> None:
        """Record that every value is not 0: none of its factors is."""
        for value in values:
            if value.is_constant():
                self._require(value, Sign.NONZERO)
                continue
            for factor, _ in value.factor()[1]:
                self._require(factor, Sign.NONZERO)

    def below(self, values: Sequence[Polynomial], limit: Ratio[Polynomial]) -> None:
        """Record that every value is below ``limit``."""
        self.positive(limit.top - value * limit.bottom for value in values)

    def _require(self, value: Polynomial, wanted: Sign) -> None:
        if not wanted.admits(self.sign(value)):
            raise Unproved(f"a value that must be {wanted.value} 0 is not, at the sample point")
        if value.is_constant():
            return
        stated = primitive(value)
        if wanted in (Sign.ZERO, Sign.NONZERO) and _leading(stated) < 0:
            stated = -stated
        key = wanted is Sign.NONZERO, key_of(stated)
        known = self._recorded.get(key)
        if known is None or known.sign is Sign.NONNEGATIVE:
            self._recorded[key] = Condition(stated, wanted)

    def solve(self, matrix: Matrix[Polynomial], right: Matrix[Polynomial]) -> Quotients[Polynomial]:
        """Fraction-free elimination (Bareiss 1968); the determinant must not vanish, and is recorded."""
        size, columns = len(matrix), len(right[0]) if right else 0
        one = self._constant(1)
        if size == 0 or columns == 0:
            return Quotients(tuple(() for _ in range(size)), one)
        rows = [[*own, *given] for own, given in zip(matrix, right, strict=True)]
        last = one
        for column in range(size):
            pivot = self._pivot(rows, column)
            rows[column], rows[pivot] = rows[pivot], rows[column]
            head, size_of = rows[column], rows[column][column]
            for r, row in enumerate(rows):
                if r != column:
                    factor = row[column]
                    rows[r] = [
                        value if c < column and c != r else (value * size_of - factor * top) // last
                        for c, (value, top) in enumerate(zip(row, head, strict=True))
                    ]
            last = size_of
        return self._quotients([row[size:] for row in rows], last)

    def _pivot(self, rows: list[list[Polynomial]], column: int) -> int:
        """A row whose entry does not vanish at the sample point, constants and low degrees first."""
        able = [r for r in range(column, len(rows)) if rows[r][column] and self.sign(rows[r][column])]
        if not able:
            raise Unproved("a system of equations that must be regular is singular at the sample point")
        return min(able, key=lambda r: (_size(rows[r][column]), r))

    def _quotients(self, tops: list[list[Polynomial]], bottom: Polynomial) -> Quotients[Polynomial]:
        """The solution with what all its terms share divided out.

        The determinant must not vanish; and since what is divided out may change its sign where the determinant does
        not, the sign of the bottom that is left is a condition of its own.
        """
        common = bottom
        for value in (value for row in tops for value in row):
            if common.is_constant() and abs(_leading(common)) == 1:
                break
            common = common.gcd(value)
        if self.sign(bottom // common) < 0:
            common = -common
        self.positive([bottom // common])
        if not common.is_constant():
            self._require(bottom, Sign.NONZERO)
        made = tuple(tuple(value // common for value in row) for row in tops)
        return Quotients(made, bottom // common)

    def multiply(self, left: Matrix[Polynomial], right: Matrix[Polynomial]) -> Matrix[Polynomial]:
        """The matrix product."""
        columns = list(zip(*right, strict=True))
        nought = self._constant(0)
        return [
            [sum((a * b for a, b in zip(row, some, strict=True) if a and b), nought) for some in columns]
            for row in left
        ]


def _leading(value: Polynomial) -> Any:
    """The leading coefficient (graded-lexicographically, with several parameters)."""
    return value.leading_coefficient()


def _constant_sign(value: Polynomial) -> int:
    if not value:
        return 0
    return 1 if _leading(value) > 0 else -1


def primitive(value: Polynomial) -> Polynomial:
    """A polynomial divided by its content, zero as it is."""
    content = value.content() if value else 1
    return value if content == 1 else value // content


def key_of(value: Polynomial) -> tuple[Any, ...]:
    """Equal for equal polynomials of one ring."""
    if hasattr(value, "to_dict"):
        return tuple(sorted((tuple(map(int, powers)), int(c)) for powers, c in value.to_dict().items()))
    return tuple(int(c) for c in value.coeffs())


def _size(value: Polynomial) -> int:
    return int(value.total_degree()) if hasattr(value, "total_degree") else int(value.degree())
