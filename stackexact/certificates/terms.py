"""Polynomials in several variables with integer coefficients: sums, products, exact quotients.

A monomial is the tuple of its exponents without trailing zeros, so that ``()`` is 1 whatever the variables are. Terms
are ordered by degree, then lexicographically.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import zip_longest
from math import gcd, lcm

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.digits import written

Powers = tuple[int, ...]

DEGREE = 2000
"""Greatest degree of a polynomial."""

PRODUCTS = 500_000
"""Most products of terms in one multiplication or division: about half a second. A thousand products of words of
coefficients count as one more."""

TERMS = 20_000
"""Most terms of a product: those of many factors are then multiplied out within seconds."""

BITS = 50_000_000
"""Most bits that the terms of a polynomial may take together when it is evaluated: about half a second."""


class Terms:
    """A polynomial: its coefficients, none of them zero, by monomial."""

    __slots__ = ("_hash", "_leading", "_size", "coefficients")

    def __init__(self, coefficients: dict[Powers, int]) -> None:
        self.coefficients = coefficients
        self._hash: int | None = None
        self._leading: Powers | None = None
        self._size: int | None = None

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
        affordable(len(self.coefficients) * len(other.coefficients) + self.size() * other.size() // 1000)
        if self.degree + other.degree > DEGREE:
            raise TooLarge(f"expected polynomials up to the degree {DEGREE}, found more; use simpler expressions")
        made: dict[Powers, int] = {}
        for one, a in self.coefficients.items():
            for two, b in other.coefficients.items():
                powers = _joined(one, two)
                made[powers] = made.get(powers, 0) + a * b
        if len(made) > TERMS:
            raise TooLarge(f"expected polynomials of at most {TERMS} terms, found more; use simpler expressions")
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
        head, step, spent = divisor.leading, divisor.size(), 0
        lead, rest, made = divisor.coefficients[head], dict(self.coefficients), {}
        if self and (rest[self.leading] % lead or _gap(self.leading, head) is None):
            return None
        waiting = [_descending(powers) for powers in rest]
        heapify(waiting)
        while waiting:
            top = heappop(waiting)[2]
            factor, left = divmod(rest[top], lead)
            if not factor and not left:
                continue
            gap = _gap(top, head)
            if left or gap is None:
                return None
            made[gap] = factor
            spent += 1 + len(divisor.coefficients) + step * (1 + factor.bit_length() // 30) // 1000
            affordable(spent)
            for powers, value in divisor.coefficients.items():
                place = _joined(powers, gap)
                if place not in rest:
                    heappush(waiting, _descending(place))
                rest[place] = rest.get(place, 0) - factor * value
        return Terms(made)

    def stripped(self, factor: Terms, most: int = DEGREE) -> tuple[Terms, int]:
        """What is left after dividing by a factor as often as it divides, up to so many times, and how often it did.
        Neither may be a constant."""
        rest, power, spent = self, 0, 0
        while power < most and (shorter := rest.divided(factor)) is not None:
            rest, power = shorter, power + 1
            spent += len(rest.coefficients) * (1 + len(factor.coefficients))
            affordable(spent)
        return rest, power

    def sign_at(self, point: Sequence[Fraction]) -> int:
        """The sign at a point, computed in integers over the common denominator of its coordinates."""
        bottom, degree = lcm(*(x.denominator for x in point)), self.degree
        tops = [x.numerator * (bottom // x.denominator) for x in point]
        if len(self.coefficients) * degree * max(top.bit_length() for top in (bottom, *tops)) > BITS:
            raise TooLarge("expected a point at which polynomials are quickly evaluated; use shorter coordinates")
        value = 0
        for powers, part in self.coefficients.items():
            for top, power in zip(tops, powers, strict=False):
                part *= top**power
            value += part * bottom ** (degree - sum(powers))
        return (value > 0) - (value < 0)

    def size(self) -> int:
        """About how many words the coefficients take."""
        if self._size is None:
            self._size = sum(1 + value.bit_length() // 30 for value in self.coefficients.values())
        return self._size

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


def _descending(powers: Powers) -> tuple[int, Powers, Powers]:
    """What is least for the greatest monomial, and the monomial."""
    return -sum(powers), tuple([-power for power in powers]), powers


def _joined(one: Powers, two: Powers) -> Powers:
    """The product of monomials."""
    return tuple([p + q for p, q in zip_longest(one, two, fillvalue=0)])


def _gap(top: Powers, head: Powers) -> Powers | None:
    """The quotient of monomials, ``None`` where there is none."""
    gap = [p - q for p, q in zip_longest(top, head, fillvalue=0)]
    if min(gap, default=0) < 0:
        return None
    while gap and not gap[-1]:
        gap.pop()
    return tuple(gap)


def affordable(products: int) -> None:
    """Refuse what would take more products of terms than :data:`PRODUCTS`."""
    if products > PRODUCTS:
        raise TooLarge("expected polynomials of fewer terms, found some that expand without end")
