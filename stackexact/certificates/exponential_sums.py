"""Sums of rational multiples of exponentials and rational powers, and quotients of them: exact, with decidable signs.

A term is c·exp(L) for a logarithm L = q + Σ r log b: c·e**q times a product of powers b**r. Exponentials of different
rational numbers are linearly independent over the algebraic numbers (Lindemann and Weierstrass), and products of powers
whose exponents do not differ by whole numbers over the rational ones (Besicovitch; ``logarithms``): with equal terms
collected a sum is zero exactly where no terms are left. Any other has a sign that bounds of rising precision tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponentials import Bounds
from stackexact.certificates.logarithms import PRECISIONS, Bases, Log, affordable

__all__ = [
    "PRECISIONS",
    "Quotient",
    "Sum",
    "added",
    "bounds_of",
    "ends",
    "exponential",
    "magnitude",
    "number",
    "power",
    "weighed",
]

TERMS = 1 << 16
"""Most terms of a product."""

SHORT = 1 << 13
"""Most binary digits of a whole power that is multiplied out at once."""

POWERS = 1 << 17
"""Most binary digits of all whole powers in a sum."""

ZERO = Fraction(0)

ONE = Log(ZERO)
"""The logarithm of 1."""


@lru_cache(maxsize=1 << 14)
def bounds_of(exponent: Log, bits: int) -> Bounds:
    """Bounds of an exponential, computed once."""
    return exponent.exp(bits)


class Sum:
    """``Σ terms[q] exp(q)`` for logarithms q, zeros left out."""

    __slots__ = ("terms",)

    def __init__(self, terms: dict[Log, Fraction]) -> None:
        self.terms = terms

    def __add__(self, other: Sum) -> Sum:
        return _collected((*self.terms.items(), *other.terms.items()))

    def __neg__(self) -> Sum:
        return Sum({q: -c for q, c in self.terms.items()})

    def __sub__(self, other: Sum) -> Sum:
        return self + -other

    def __mul__(self, other: Sum) -> Sum:
        if len(self.terms) * len(other.terms) > TERMS:
            raise TooLarge(f"expected products of sums of at most {TERMS} terms, found more")
        return _collected((q + r, c * d) for q, c in self.terms.items() for r, d in other.terms.items())

    @property
    def size(self) -> int:
        """How many exponentials and logarithms there are to be worked out."""
        return sum(1 + len(q.powers) for q in self.terms)

    def times(self, factor: Fraction) -> Sum:
        """A multiple."""
        return Sum({q: c * factor for q, c in self.terms.items()} if factor else {})

    def sign(self) -> int:
        """-1, 0 or 1."""
        if not self.terms:
            return 0
        if all(c > 0 for c in self.terms.values()):
            return 1
        if all(c < 0 for c in self.terms.values()):
            return -1
        for bits in PRECISIONS:
            low, high = self.bounds(bits)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            if bits == PRECISIONS[1] and self._vanishes():
                return 0
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell the sign of a sum of exponentials")

    def _vanishes(self) -> bool:
        """Whether no terms are left in normal form. Where that takes too much work it is not known to be so."""
        bases = Bases.of(self.terms) if any(q.powers for q in self.terms) else None
        if bases is None:
            return False
        groups: dict[Log, list[tuple[dict[int, int], Fraction]]] = {}
        for q, c in self.terms.items():
            settled = bases.settled(q)
            whole = {base: times.__floor__() for base, times in settled.powers}
            rest = tuple((base, times - whole[base]) for base, times in settled.powers if times != whole[base])
            groups.setdefault(Log(q.exponent, rest), []).append((whole, c))
        left = POWERS
        for members in groups.values():
            # Whole powers that all have in common are left out: these may be as great as they like.
            least = {
                b: min(whole.get(b, 0) for whole, _ in members) for b in {b for whole, _ in members for b in whole}
            }
            total = ZERO
            for whole, c in members:
                for base, common in least.items():
                    power = whole.get(base, 0) - common
                    left -= power * base.bit_length()
                    if left < 0:
                        return False
                    c *= base**power
                total += c
            if total:
                return False
        return True

    def bounds(self, bits: int) -> tuple[int, int]:
        """Bounds of a positive multiple of the sum, of so many digits if its terms do not cancel."""
        affordable(self.size, bits)
        shift = Log(-max(q.exponent for q in self.terms))
        return weighed([(c, bounds_of(q + shift, bits)) for q, c in self.terms.items()], bits)


def weighed(terms: Sequence[tuple[Fraction, Bounds]], bits: int) -> tuple[int, int]:
    """Bounds of a positive multiple of ``Σ c x`` for the pairs of c and bounds of x, not all c zero: so many digits if
    nothing cancels."""
    unit = max(magnitude(c, one) for c, one in terms if c) - bits
    return _added_ends(terms, unit)


def _added_ends(terms: Sequence[tuple[Fraction, Bounds]], unit: int) -> tuple[int, int]:
    found = [ends(c, one, unit) for c, one in terms]
    return sum(low for low, _ in found), sum(high for _, high in found)


def magnitude(factor: Fraction, one: Bounds) -> int:
    """About the binary exponent of ``factor`` times what is bounded: it is more than 2**(this - 3), and at most
    2**(this + 1)."""
    return one.top + factor.numerator.bit_length() - factor.denominator.bit_length()


def ends(factor: Fraction, one: Bounds, unit: int) -> tuple[int, int]:
    """Bounds of ``factor`` times what is bounded, in whole units of 2**unit."""
    top, bottom = factor.numerator, factor.denominator
    size = top.bit_length() - bottom.bit_length()
    # Scaled before it is rounded to units: the factor may be as large as what is bounded is small.
    low, high = one.scaled(unit - size)
    if top < 0:
        low, high = high, low
    top, bottom = top << max(-size, 0), bottom << max(size, 0)
    return low * top // bottom, -(-high * top // bottom)


def _collected(terms: Iterable[tuple[Log, Fraction]]) -> Sum:
    made: dict[Log, Fraction] = {}
    for q, c in terms:
        made[q] = made[q] + c if q in made else c
    return Sum({q: c for q, c in made.items() if c})


def added(terms: Iterable[Sum]) -> Sum:
    """The sum of some."""
    return _collected(pair for one in terms for pair in one.terms.items())


def number(value: Fraction) -> Sum:
    """A rational number."""
    return Sum({ONE: value} if value else {})


def exponential(exponent: Fraction, factor: Fraction = Fraction(1)) -> Sum:
    """``factor * exp(exponent)``."""
    return power(Log(exponent), factor)


def power(exponent: Log, factor: Fraction = Fraction(1)) -> Sum:
    """``factor * exp(exponent)`` for a logarithm; whole powers that are short are part of the factor."""
    kept = []
    for base, times in exponent.powers:
        if times.denominator == 1 and abs(times) * base.bit_length() <= SHORT:
            factor *= Fraction(base) ** times.numerator
        else:
            kept.append((base, times))
    return Sum({Log(exponent.exponent, tuple(kept)): factor} if factor else {})


@dataclass(frozen=True, slots=True)
class Quotient:
    """``top/bottom``, the bottom positive."""

    top: Sum
    bottom: Sum

    @classmethod
    def of(cls, value: Fraction) -> Quotient:
        """A rational number."""
        return cls(number(value), number(Fraction(1)))

    def __add__(self, other: Quotient) -> Quotient:
        if self.bottom.terms == other.bottom.terms:
            return Quotient(self.top + other.top, self.bottom)
        return Quotient(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def times(self, factor: Fraction) -> Quotient:
        """A multiple."""
        return Quotient(self.top.times(factor), self.bottom)

    def less(self, other: Quotient) -> int:
        """The sign of this less another."""
        return (self.top * other.bottom - other.top * self.bottom).sign()

    def compared(self, value: Fraction) -> int:
        """The sign of this less a rational number."""
        return (self.top - self.bottom.times(value)).sign()

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, where it is seen to be one."""
        top, bottom = self.top.terms, self.bottom.terms
        if not top:
            return ZERO
        if len(top) == len(bottom) == 1 and top.keys() == bottom.keys():
            return next(iter(top.values())) / next(iter(bottom.values()))
        return None

    def ends(self, unit: int) -> tuple[Fraction, Fraction]:
        """Bounds at most 2**unit apart."""
        known = self.rational
        if known is not None:
            return known, known
        shift = Log(-max(q.exponent for q in (*self.top.terms, *self.bottom.terms)))
        for bits in PRECISIONS:
            affordable(self.top.size + self.bottom.size, bits)
            top, bottom = (
                [(c, bounds_of(q + shift, bits)) for q, c in one.terms.items()] for one in (self.top, self.bottom)
            )
            least = max(magnitude(c, one) for c, one in bottom) - bits
            (over, over_most), (under, under_most) = (_added_ends(one, least) for one in (top, bottom))
            if under > 0:
                low = Fraction(over, under_most if over >= 0 else under)
                high = Fraction(over_most, under if over_most >= 0 else under_most)
                if high - low <= Fraction(2) ** unit:
                    return low, high
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell a quotient of sums of exponentials")
