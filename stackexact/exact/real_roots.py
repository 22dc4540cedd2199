"""Real algebraic numbers as roots of integer polynomials: isolated, compared and put into polynomials exactly.

A root is its minimal polynomial and its place among the real roots of that polynomial; two roots are equal iff both
agree. A rational enclosure that only narrows decides all inequalities. Flint factors; then an interval that holds all
roots of a factor is halved until Descartes' rule of signs tells none or one in each part (Collins & Akritas 1976): in
exact integers, quick at degrees of hundreds, and in steps between which a limit is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import total_ordering
from itertools import pairwise
from typing import Any, Final

from flint import fmpq, fmpz, fmpz_poly

from stackexact.errors import LimitReached
from stackexact.exact.prover import Number

__all__ = ["Root", "between", "real_roots"]

_SHIFT: Final = fmpz_poly([1, 1])


@total_ordering
class Root:
    """A real root of an irreducible integer polynomial; compares, hashes, and tells signs of polynomials.

    >>> [str(root) for root in real_roots(fmpz_poly([-2, 0, 1]))]
    ['root of x^2 + (-2) near -1.41421', 'root of x^2 + (-2) near 1.41421']
    >>> real_roots(fmpz_poly([-1, 3]))[0].rational
    Fraction(1, 3)
    """

    __slots__ = ("_high", "_low", "_rises", "number", "polynomial")

    def __init__(self, polynomial: Any, number: int, low: Number, high: Number) -> None:
        self.polynomial = polynomial
        self.number = number
        self._low, self._high = low, high
        self._rises: bool | None = None

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
        if (self.polynomial(middle) > 0) == self.rises:
            self._high = middle
        else:
            self._low = middle

    def sign_of(self, polynomial: Any) -> int:
        """The sign of an integer (or rational) polynomial at this root; 0 iff the minimal polynomial divides it."""
        if self._low == self._high:
            return _sign(polynomial(self._low))
        if polynomial.degree() < 1:
            return _sign(polynomial[0])
        if polynomial.degree() >= self.polynomial.degree() and not polynomial % self.polynomial:
            return 0
        steps = 1
        while _roots_between(polynomial, self._low, self._high):
            for _ in range(steps):
                self.refine()
            steps *= 2  # a refinement costs less than telling whether it was enough
        return _sign(polynomial((self._low + self._high) / 2))

    @property
    def rises(self) -> bool:
        """Whether the minimal polynomial is increasing here: negative below, positive above."""
        if self._rises is None:
            self._rises = self._low == self._high or bool(self.polynomial(self._high) > 0)
        return self._rises

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


def real_roots(polynomial: Any, stop: Callable[[], bool] = lambda: False) -> list[Root]:
    """All real roots of a non-zero integer polynomial, in ascending order, each once.

    Raises :class:`~stackexact.errors.LimitReached` where ``stop`` says so: before a factor, and between its halvings.
    """
    if not polynomial:
        raise ValueError("expected a non-zero polynomial: every number is a root of zero")
    if polynomial.degree() < 1:
        return []
    if polynomial.degree() == 1:
        return [Root.of(fmpq(-polynomial[0], polynomial[1]))]
    _listen(stop)
    return sorted(root for factor, _ in polynomial.factor()[1] for root in roots_of_irreducible(factor, stop))


def _listen(stop: Callable[[], bool]) -> None:
    if stop():
        raise LimitReached("the time limit was reached while roots were isolated; raise it")


def roots_of_irreducible(polynomial: Any, stop: Callable[[], bool] = lambda: False) -> list[Root]:
    """The real roots of an irreducible polynomial, which need not be factored, in ascending order."""
    if polynomial.degree() == 1:
        return [Root.of(fmpq(-polynomial[0], polynomial[1]))]
    if polynomial[polynomial.degree()] < 0:
        polynomial = -polynomial
    mirrored = fmpz_poly([-c if i % 2 else c for i, c in enumerate(polynomial.coeffs())])
    below = [(-high, -low) for low, high in _isolated(mirrored, stop)]
    enclosures = sorted((*below, *_isolated(polynomial, stop)))
    return [Root(polynomial, number, low, high) for number, (low, high) in enumerate(enclosures)]


def _isolated(polynomial: Any, stop: Callable[[], bool]) -> Iterable[tuple[Number, Number]]:
    """An enclosure for each positive root of an irreducible polynomial of degree 2 or more, which has no rational one.

    What waits is a polynomial whose roots in (0, 1) are those in an interval, with its lower end and its width.
    """
    power = _bound(polynomial)
    waiting = [(_stretched(polynomial, power), fmpq(0), _power_of_two(power))]
    while waiting:
        _listen(stop)
        here, low, width = waiting.pop()
        changes = _changes_within(here)
        if changes == 1:
            yield low, low + width
        elif changes:
            left = _stretched(here, -1)
            waiting += [(left(_SHIFT), low + width / 2, width / 2), (left, low, width / 2)]


def _bound(polynomial: Any) -> int:
    """The power of two that no root reaches in size: twice the greatest ``|a_i / a_n|**(1 / (n - i))`` (Fujiwara)."""
    *others, leading = (int(c).bit_length() for c in polynomial.coeffs())
    degree = len(others)
    return 1 + max(-((leading - 1 - bits) // (degree - i)) for i, bits in enumerate(others) if bits)


def _stretched(polynomial: Any, power: int) -> Any:
    """A multiple of ``p(x * 2**power)`` by a power of two, in integers."""
    least = min(0, power * polynomial.degree())
    return fmpz_poly([c * fmpz(2) ** (power * i - least) for i, c in enumerate(polynomial.coeffs())])


def _power_of_two(power: int) -> Number:
    return fmpq(fmpz(2) ** power) if power >= 0 else fmpq(1, fmpz(2) ** -power)


def _changes_within(polynomial: Any) -> int:
    """How often the sign changes along the coefficients of ``(1 + x)^n p(1 / (1 + x))``, zeros aside: p has so many
    roots in (0, 1), or an even number fewer (Descartes)."""
    coefficients = fmpz_poly(polynomial.coeffs()[::-1])(_SHIFT).coeffs()
    return sum(one != two for one, two in pairwise([c > 0 for c in coefficients if c != 0]))


def _roots_between(polynomial: Any, low: Number, high: Number) -> bool:
    """Whether Descartes' rule leaves room for roots in (low, high)."""
    bottom, degree = low.q * high.q, polynomial.degree()
    start, end = low.p * high.q, high.p * low.q
    scaled = fmpz_poly([c * bottom ** (degree - i) for i, c in enumerate(polynomial.coeffs())])
    return bool(_changes_within(scaled(fmpz_poly([start, end - start]))))


def between(low: Root | None, high: Root | None) -> Fraction:
    """The rational number of least denominator strictly between two different roots, however far these were refined;
    ``None`` is infinity, next to which it is an integer.

    >>> between(Root.of(Fraction(1, 3)), Root.of(Fraction(1, 2))), between(None, Root.of(Fraction(-5)))
    (Fraction(2, 5), Fraction(-6, 1))
    """
    if low is None or high is None:
        beside = low or high
        return Fraction(0) if beside is None else Fraction(_floor(beside) + (1 if low is not None else -1))
    while True:
        found = _simplest(low.bounds[0], high.bounds[1])
        if low < Root.of(found) < high:
            return found
        low.refine()
        high.refine()


def _floor(root: Root) -> int:
    while not root.is_rational and root.bounds[0].floor() != root.bounds[1].floor():
        root.refine()
    return int(root.bounds[0].floor())


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
