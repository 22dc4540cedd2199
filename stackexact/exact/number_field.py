"""Q(α) for a real algebraic number α, as an ordered field to search in.

Elements are polynomials modulo the minimal polynomial; an order is decided by refining the enclosure of α, equality by
the polynomials alone. Slow beside Q, and exact: it serves the isolated points at which a closed form changes.
"""

from __future__ import annotations

from functools import total_ordering
from typing import Any

from flint import fmpq, fmpq_poly, fmpz

from stackexact.exact.prover import Matrix
from stackexact.exact.real_roots import Root

__all__ = ["Element", "NumberField"]


@total_ordering
class Element:
    """A number of Q(α): supports ``+ - * /`` and comparisons with its like and with flint numbers and integers."""

    __slots__ = ("field", "polynomial")

    def __init__(self, field: NumberField, polynomial: Any) -> None:
        self.field = field
        self.polynomial = polynomial

    def _other(self, value: Any) -> Any:
        if isinstance(value, Element):
            return value.polynomial
        return fmpq_poly([value]) if isinstance(value, int | fmpz | fmpq) else None

    def _made(self, polynomial: Any) -> Element:
        return Element(self.field, polynomial)

    def __add__(self, other: Any) -> Element:
        return self._made(self.polynomial + self._other(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Element:
        return self._made(self.polynomial - self._other(other))

    def __rsub__(self, other: Any) -> Element:
        return self._made(self._other(other) - self.polynomial)

    def __mul__(self, other: Any) -> Element:
        return self._made(self.polynomial * self._other(other) % self.field.modulus)

    __rmul__ = __mul__

    def __neg__(self) -> Element:
        return self._made(-self.polynomial)

    def __abs__(self) -> Element:
        return -self if self.sign < 0 else self

    def __truediv__(self, other: Any) -> Element:
        quotient: Element = self * self.field.inverse(self._other(other))
        return quotient

    def __rtruediv__(self, other: Any) -> Element:
        quotient: Element = self.field.inverse(self.polynomial) * other
        return quotient

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        if not self.polynomial:
            return 0
        if self.polynomial.degree() == 0:
            return 1 if self.polynomial[0] > 0 else -1
        return self.field.root.sign_of(self.polynomial.numer())

    def __bool__(self) -> bool:
        return bool(self.polynomial)

    def __eq__(self, other: object) -> bool:
        polynomial = self._other(other)
        return polynomial is not None and bool(self.polynomial == polynomial)

    def __lt__(self, other: Any) -> bool:
        difference: Element = self - other
        return difference.sign < 0

    def __float__(self) -> float:
        total, at = 0.0, float(self.field.root)
        for coefficient in reversed(self.polynomial.coeffs()):
            total = total * at + int(coefficient.p) / int(coefficient.q)
        return total

    def __hash__(self) -> int:
        return hash(tuple((int(c.p), int(c.q)) for c in self.polynomial.coeffs()))

    def __repr__(self) -> str:
        return f"{self.polynomial} at the {self.field.root}"


class NumberField:
    """The :class:`~stackexact.exact.fields.OrderedField` Q(α), its own ring.

    >>> from flint import fmpz_poly
    >>> from stackexact.exact.real_roots import real_roots
    >>> field = NumberField(real_roots(fmpz_poly([-2, 0, 1]))[1])
    >>> field.generator * field.generator == 2, field.generator > fmpq(7, 5), 1 / field.generator < 1
    (True, True, True)
    """

    def __init__(self, root: Root) -> None:
        self.root = root
        self.modulus = fmpq_poly(root.polynomial)

    @property
    def generator(self) -> Element:
        """α itself."""
        return Element(self, fmpq_poly([0, 1]) % self.modulus)

    def element(self, polynomial: Any) -> Element:
        """The value at α of a polynomial with integer or rational coefficients."""
        return Element(self, fmpq_poly(polynomial) % self.modulus)

    @property
    def zero(self) -> Element:
        """The number 0."""
        return Element(self, fmpq_poly([]))

    @property
    def one(self) -> Element:
        """The number 1."""
        return Element(self, fmpq_poly([1]))

    nought, unit = zero, one

    def inverse(self, polynomial: Any) -> Element:
        """One over the value of a polynomial; ``ZeroDivisionError`` where it vanishes."""
        common, factor, _ = polynomial.xgcd(self.modulus)
        if common.degree() != 0:
            raise ZeroDivisionError(f"division by zero at the {self.root}")
        return Element(self, factor / common[0])

    def solve(self, matrix: Matrix[Element], right: Matrix[Element]) -> tuple[list[list[Element]], Element] | None:
        """The X with ``matrix·X = right``, by elimination; ``None`` where the matrix is singular."""
        rows = [[*one, *two] for one, two in zip(matrix, right, strict=True)]
        size = len(rows)
        for column in range(size):
            pivot = next((r for r in range(column, size) if rows[r][column]), None)
            if pivot is None:
                return None
            rows[column], rows[pivot] = rows[pivot], rows[column]
            inverse = 1 / rows[column][column]
            rows[column] = head = [value * inverse for value in rows[column]]
            for r in range(size):
                factor = rows[r][column]
                if r != column and factor:
                    rows[r] = [value - factor * top for value, top in zip(rows[r], head, strict=True)]
        return [row[size:] for row in rows], self.one

    def multiply(self, left: Matrix[Element], right: Matrix[Element]) -> Matrix[Element]:
        """The matrix product."""
        columns = list(zip(*right, strict=True))
        return [
            [sum((a * b for a, b in zip(row, column, strict=True)), self.zero) for column in columns] for row in left
        ]

    def split(self, value: Element) -> tuple[Element, Element]:
        """The number over 1."""
        return value, self.one
