"""Real algebraic numbers as roots of integer polynomials: isolated, compared and put into polynomials exactly.

A root is its minimal polynomial and its place among the real roots of that polynomial; two roots are equal iff both
agree. A rational enclosure that only narrows decides all inequalities. Flint proposes the enclosures; that each of them
holds one root, and that none is missing, is checked here by signs and by Sturm's theorem.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import total_ordering
from typing import Any

from flint import fmpq, fmpz, fmpz_poly

from stackexact.errors import Unproved
from stackexact.exact.prover import Number

__all__ = ["Root", "between", "real_roots", "sturm_count"]


@total_ordering
class Root:
    """A real root of an irreducible integer polynomial; compares, hashes, and tells signs of polynomials.

    >>> [str(root) for root in real_roots(fmpz_poly([-2, 0, 1]))]
    ['root of x^2 + (-2) near -1.41421', 'root of x^2 + (-2) near 1.41421']
    >>> real_roots(fmpz_poly([-1, 3]))[0].rational
    Fraction(1, 3)
    """

    __slots__ = ("_high", "_low", "number", "polynomial")

    def __init__(self, polynomial: Any, number: int, low: Number, high: Number) -> None:
        self.polynomial = polynomial
        self.number = number
        self._low, self._high = low, high

    @classmethod
    def of(cls, value: Fraction | Number) -> Root:
        """A rational number as a root."""
        if isinstance(value, Fraction):
            value = fmpq(value.numerator, value.denominator)
        value = fmpq(value)
        return cls(fmpz_poly([-value.p, value.q]), 0, value, value)

    @property
    def is_rational(self) -> bool:
        """Whether the polynomial is linear."""
        return bool(self.polynomial.degree() == 1)

    @property
    def rational(self) -> Fraction:
        """The value of a rational root."""
        if not self.is_rational:
            raise ValueError(f"expected a rational number, found the {self}")
        return Fraction(int(self._low.p), int(self._low.q))

    @property
    def bounds(self) -> tuple[Number, Number]:
        """The enclosure so far: strictly around the root unless it is rational, and around no other root of it."""
        return self._low, self._high

    def refine(self) -> None:
        """Halve the enclosure."""
        if self._low == self._high:
            return
        middle = (self._low + self._high) / 2
        # No rational number is a root of an irreducible polynomial of higher degree.
        if (self.polynomial(middle) > 0) == (self.polynomial(self._low) > 0):
            self._low = middle
        else:
            self._high = middle

    def sign_of(self, polynomial: Any) -> int:
        """The sign of an integer (or rational) polynomial at this root; 0 iff the minimal polynomial divides it."""
        if self._low == self._high:
            return _sign(polynomial(self._low))
        if polynomial.degree() < 1:
            return _sign(polynomial[0])
        if polynomial.degree() >= self.polynomial.degree() and not polynomial % self.polynomial:
            return 0
        slope = [i * abs(c) for i, c in enumerate(polynomial.coeffs())][1:]
        while True:
            low, high = self._low, self._high
            middle, radius = (low + high) / 2, (high - low) / 2
            value, reach = polynomial(middle), max(abs(low), abs(high))
            steepness = fmpq(0)
            for coefficient in reversed(slope):  # a bound of the derivative on the enclosure
                steepness = steepness * reach + coefficient
            if abs(value) > radius * steepness:
                return _sign(value)
            self.refine()

    def compared(self, other: Root) -> int:
        """-1, 0 or 1 for less, equal, greater."""
        if self.number == other.number and self.polynomial == other.polynomial:
            return 0
        while True:
            if self._high < other._low or (self._high == other._low and self._low != other._high):
                return -1
            if other._high < self._low or (other._high == self._low and other._low != self._high):
                return 1
            # Different numbers: refining the wider enclosure separates them in the end.
            wider = self if self._high - self._low >= other._high - other._low else other
            wider.refine()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Root) and self.number == other.number and bool(self.polynomial == other.polynomial)

    def __lt__(self, other: Root) -> bool:
        return self.compared(other) < 0

    def __hash__(self) -> int:
        return hash((self.number, tuple(int(c) for c in self.polynomial.coeffs())))

    def __float__(self) -> float:
        while self._high - self._low > fmpq(1, 10**20):
            self.refine()
        middle = (self._low + self._high) / 2
        return int(middle.p) / int(middle.q)

    def __str__(self) -> str:
        return str(self.rational) if self.is_rational else f"root of {self.polynomial} near {float(self):.6g}"

    __repr__ = __str__


def _sign(value: Number) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0


def real_roots(polynomial: Any) -> list[Root]:
    """All real roots of a non-zero integer polynomial, in ascending order, each once."""
    if not polynomial:
        raise ValueError("expected a non-zero polynomial: every number is a root of zero")
    if polynomial.degree() < 1:
        return []
    if polynomial.degree() == 1:
        return [Root.of(fmpq(-polynomial[0], polynomial[1]))]
    found = [root for factor, _ in polynomial.factor()[1] for root in _of_irreducible(factor)]
    return sorted(found)


def _of_irreducible(polynomial: Any) -> Iterable[Root]:
    if polynomial.degree() == 1:
        return [Root.of(fmpq(-polynomial[0], polynomial[1]))]
    if polynomial[polynomial.degree()] < 0:
        polynomial = -polynomial
    enclosures = sorted(_enclosure(ball.real) for ball, _ in polynomial.complex_roots() if ball.imag == 0)
    disjoint = all(one[1] < two[0] for one, two in zip(enclosures, enclosures[1:], strict=False))
    crossing = all(_sign(polynomial(low)) * _sign(polynomial(high)) < 0 for low, high in enclosures)
    if not (disjoint and crossing and len(enclosures) == sturm_count(polynomial, None, None)):
        raise Unproved(f"the real roots of {polynomial} could not be isolated")
    return [Root(polynomial, number, low, high) for number, (low, high) in enumerate(enclosures)]


def _enclosure(ball: Any) -> tuple[Number, Number]:
    """The rational ends of a ball that holds an irrational number."""
    middle, radius = _dyadic(ball.mid()), _dyadic(ball.rad())
    return middle - radius, middle + radius


def _dyadic(ball: Any) -> Number:
    mantissa, exponent = ball.man_exp()
    power = fmpz(2) ** abs(int(exponent))
    return fmpq(mantissa * power) if exponent >= 0 else fmpq(mantissa, power)


def sturm_count(polynomial: Any, low: Number | None, high: Number | None) -> int:
    """How many different real roots a squarefree integer polynomial has in (low, high]; ``None`` is infinity.

    >>> sturm_count(fmpz_poly([0, -1, 0, 1]), fmpq(-1), None)
    2
    """
    chain = [polynomial, polynomial.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-_remainder(chain[-2], chain[-1]))
    if not chain[-1]:
        chain.pop()
    return _changes(chain, low, left=True) - _changes(chain, high, left=False)


def _remainder(one: Any, two: Any) -> Any:
    """A positive multiple of the remainder of one over two, primitive."""
    steps = one.degree() - two.degree() + 1
    leading = two[two.degree()]
    rest = one * leading ** (steps + steps % 2) % two  # an even power keeps the sign
    content = rest.content()
    return rest if content in (0, 1) else fmpz_poly([c // content for c in rest.coeffs()])


def _changes(chain: list[Any], place: Number | None, *, left: bool) -> int:
    if place is None:
        signs = [_sign(p[p.degree()]) * (-1 if left and p.degree() % 2 else 1) for p in chain]
    else:
        signs = [_sign(p(place)) for p in chain]
    seen = [sign for sign in signs if sign]
    return sum(one != two for one, two in zip(seen, seen[1:], strict=False))


def between(low: Root | None, high: Root | None) -> Fraction:
    """A simple rational number strictly between two different roots; ``None`` is infinity.

    >>> between(Root.of(Fraction(1, 3)), Root.of(Fraction(1, 2))), between(None, Root.of(Fraction(-5)))
    (Fraction(2, 5), Fraction(-6, 1))
    """
    if low is None and high is None:
        return Fraction(0)
    if low is None:
        assert high is not None
        return Fraction(int(high.bounds[0].floor()) - 1)
    if high is None:
        return Fraction(int(low.bounds[1].floor()) + 1)
    low.compared(high)
    while low.bounds[1] >= high.bounds[0]:
        low.refine()
        high.refine()
    return _simplest(low.bounds[1], high.bounds[0])


def _simplest(low: Number, high: Number) -> Fraction:
    """The fraction of least denominator strictly between two rationals, by their continued fractions."""
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -_simplest(-high, -low)
    wholes: list[fmpz] = []
    while True:
        whole = low.floor()
        if whole + 1 < high:
            wholes.append(whole + 1)
            break
        # Both lie in [whole, whole + 1]: go on with the reciprocals of what is left (a zero has none).
        wholes.append(whole)
        rest_low, rest_high = low - whole, high - whole
        if rest_low == 0:
            wholes.append((1 / rest_high).floor() + 1)
            break
        low, high = 1 / rest_high, 1 / rest_low
    value = Fraction(int(wholes[-1]))
    for whole in reversed(wholes[:-1]):
        value = int(whole) + 1 / value
    return value
