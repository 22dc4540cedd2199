"""What a verification proved, read as exact values: numbers, or polynomials in one or several parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from flint import Ordering, fmpz_mpoly_ctx, fmpz_poly

from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Number
from stackexact.exact.rational_function import Exact, Expression, quotient, symbol
from stackexact.exact.tracing import Polynomial

__all__ = ["NumberReader", "Parameter", "Parameters", "Reader", "dense"]

T = TypeVar("T", contravariant=True)


class Reader(Protocol[T]):
    """Turns scalars of a verification into exact values."""

    def exact(self, top: T, bottom: T) -> Exact:
        """``top / bottom``."""


class NumberReader:
    """Reads flint numbers."""

    __slots__ = ()

    def exact(self, top: Number, bottom: Number) -> Exact:
        """The quotient as a Fraction."""
        return to_fraction(top) / to_fraction(bottom)


@dataclass(frozen=True, slots=True)
class Parameter:
    """The one parameter of a game: exact values to polynomials in it and back."""

    name: str

    def split(self, value: Exact) -> tuple[Polynomial, Polynomial]:
        """Numerator and denominator."""
        if isinstance(value, Expression):
            return dense(value.numerator), dense(value.denominator)
        return fmpz_poly([value.numerator]), fmpz_poly([value.denominator])

    def exact(self, top: Polynomial, bottom: Polynomial) -> Exact:
        """The quotient of two polynomials in normal form."""
        return quotient((self.name,), _sparse(top), _sparse(bottom))

    def constant(self, value: int) -> Polynomial:
        """An integer as a polynomial."""
        return fmpz_poly([value])


def dense(terms: Mapping[tuple[int, ...], int]) -> Polynomial:
    """The polynomial in one parameter with these coefficients by exponent."""
    coefficients = [0] * (1 + max((powers[0] for powers in terms), default=0))
    for powers, value in terms.items():
        coefficients[powers[0]] = value
    return fmpz_poly(coefficients)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Several parameters of a game, sorted by name: exact values to polynomials in them and back.

    >>> names = Parameters(("delta", "gamma"))
    >>> str(names.exact(*names.split(names.symbol("delta") / 2)))
    '1/2*delta'
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if list(self.names) != sorted(set(self.names)):
            raise ValueError("expected different names in alphabetical order")

    @property
    def ring(self) -> Any:
        """The integer polynomials in these names."""
        return fmpz_mpoly_ctx.get(self.names, Ordering.deglex)

    def symbol(self, name: str) -> Expression:
        """One of the parameters as an expression."""
        return symbol(self.names[self.names.index(name)])

    def split(self, value: Exact) -> tuple[Polynomial, Polynomial]:
        """Numerator and denominator."""
        if not isinstance(value, Expression):
            return self.constant(value.numerator), self.constant(value.denominator)
        places = [self.names.index(name) for name in value.parameters]
        return self._spread(value.numerator, places), self._spread(value.denominator, places)

    def _spread(self, terms: dict[tuple[int, ...], int], places: list[int]) -> Polynomial:
        spread = {}
        for powers, value in terms.items():
            exponents = [0] * len(self.names)
            for place, power in zip(places, powers, strict=True):
                exponents[place] = power
            spread[tuple(exponents)] = value
        return self.ring.from_dict(spread)

    def exact(self, top: Polynomial, bottom: Polynomial) -> Exact:
        """The quotient of two polynomials in normal form."""
        return quotient(self.names, top.to_dict(), bottom.to_dict())

    def constant(self, value: int) -> Polynomial:
        """An integer as a polynomial."""
        return self.ring.constant(value)


def _sparse(polynomial: Polynomial) -> dict[tuple[int, ...], int]:
    return {(i,): int(c) for i, c in enumerate(polynomial.coeffs()) if c}
