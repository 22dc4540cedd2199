"""Polynomials in several variables with integer coefficients: sums, products, exact quotients.

A monomial is the tuple of its exponents without trailing zeros, so that ``()`` is 1 whatever the variables are. Terms
are ordered by degree, then lexicographically.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest
from math import gcd

from stackexact.certificates.digits import written
from stackexact.certificates.line import Unsupported

Powers = tuple[int, ...]

DEGREE = 2000
"""Greatest degree of a polynomial."""

PRODUCTS = 1_000_000
"""Most products of terms in one multiplication: about a second."""


class Terms:
    """A polynomial: its coefficients, none of them zero, by monomial."""

    __slots__ = ("_hash", "_leading", "coefficients")

    def __init__(self, coefficients: dict[Powers, int]) -> None:
        self.coefficients = coefficients
        self._hash: int | None = None
        self._leading: Powers | None = None

    @classmethod
    def of(cls, value: int) -> Terms:
        """A number."""
        return cls({(): value} if value else {})

    @classmethod
    def variable(cls, place: int) -> Terms:
        """The variable at a place, counted from 0."""
        return cls({(*(0,) * place, 1): 1})

    def __bool__(self) -> bool:
        return bool(self.coefficients)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Terms) and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.coefficients.items()))
        return self._hash

    def __add__(self, other: Terms) -> Terms:
        made = dict(self.coefficients)
        for powers, value in other.coefficients.items():
            total = made.get(powers, 0) + value
            if total:
                made[powers] = total
            else:
                del made[powers]
        return Terms(made)

    def __neg__(self) -> Terms:
        return Terms({powers: -value for powers, value in self.coefficients.items()})

    def __sub__(self, other: Terms) -> Terms:
        return self + -other

    def __mul__(self, other: Terms) -> Terms:
        if len(self.coefficients) * len(other.coefficients) > PRODUCTS:
            raise Unsupported("expected polynomials of fewer terms, found a product that expands without end")
        if self.degree + other.degree > DEGREE:
            raise Unsupported(f"expected polynomials up to the degree {DEGREE}, found more; use simpler expressions")
        made: dict[Powers, int] = {}
        for one, a in self.coefficients.items():
            for two, b in other.coefficients.items():
                powers = tuple([p + q for p, q in zip_longest(one, two, fillvalue=0)])
                made[powers] = made.get(powers, 0) + a * b
        return Terms({powers: value for powers, value in made.items() if value})

    def times(self, factor: int) -> Terms:
        """The product with an integer."""
        return self if factor == 1 else Terms({p: value * factor for p, value in self.coefficients.items() if factor})

    @property
    def degree(self) -> int:
        """The greatest sum of exponents; 0 for zero."""
        return sum(self.leading) if self else 0

    @property
    def is_constant(self) -> bool:
        """Whether no variable occurs."""
        return not any(self.coefficients)

    @property
    def constant(self) -> int:
        """The coefficient of 1."""
        return self.coefficients.get((), 0)

    @property
    def leading(self) -> Powers:
        """The greatest monomial; the polynomial must not be zero."""
        if self._leading is None:
            self._leading = max(self.coefficients, key=_rank)
        return self._leading

    @property
    def content(self) -> int:
        """The greatest common divisor of the coefficients, with the sign of the leading one; 1 for zero."""
        if not self:
            return 1
        common = gcd(*self.coefficients.values())
        return common if self.coefficients[self.leading] > 0 else -common

    def without(self, content: int) -> Terms:
        """Divided by a common divisor of the coefficients."""
        return self if content == 1 else Terms({p: value // content for p, value in self.coefficients.items()})

    def divided(self, divisor: Terms) -> Terms | None:
        """The quotient by a primitive polynomial that divides this one; ``None`` where it does not."""
        if self and self.degree <= divisor.degree:
            ratio = self.content // divisor.content
            return Terms.of(ratio) if self == divisor.times(ratio) else None
        head = divisor.leading
        lead, rest, made = divisor.coefficients[head], self, {}
        while rest:
            top = rest.leading
            factor, left = divmod(rest.coefficients[top], lead)
            gap = [p - q for p, q in zip_longest(top, head, fillvalue=0)]
            if left or min(gap, default=0) < 0:
                return None
            while gap and not gap[-1]:
                gap.pop()
            made[tuple(gap)] = factor
            rest = rest - divisor * Terms({tuple(gap): factor})
        return Terms(made)

    def at(self, point: Sequence[Fraction]) -> Fraction:
        """The value at a point."""
        total = Fraction(0)
        for powers, value in self.coefficients.items():
            part = Fraction(value)
            for coordinate, power in zip(point, powers, strict=False):
                part *= coordinate**power
            total += part
        return total

    def size(self) -> int:
        """About how many words the coefficients take."""
        return sum(1 + value.bit_length() // 30 for value in self.coefficients.values())

    def text(self, names: Sequence[str], divisor: int = 1) -> str:
        """In descending order of the terms, divided by a number."""
        parts: list[str] = []
        for powers in sorted(self.coefficients, key=_rank, reverse=True):
            value = Fraction(self.coefficients[powers], divisor)
            named = zip(names, powers, strict=False)
            factors = [name if power == 1 else f"{name}**{power}" for name, power in named if power]
            if abs(value) != 1 or not factors:
                factors.insert(0, written(abs(value)))
            sign = ("-" if value < 0 else "") if not parts else " - " if value < 0 else " + "
            parts.append(sign + "*".join(factors))
        return "".join(parts) or "0"


def _rank(powers: Powers) -> tuple[int, Powers]:
    return sum(powers), powers
