"""Sums of rational multiples of exponentials of rational numbers, and quotients of them: exact, with decidable signs.

Exponentials of different rational numbers are linearly independent over the rational numbers (Lindemann and
Weierstrass): a sum with equal exponents collected is zero exactly where no terms are left. Any other has a sign that
bounds of rising precision tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.digits import integer
from stackexact.certificates.exponentials import Bounds, exp_of

__all__ = [
    "PRECISIONS",
    "Malformed",
    "Quotient",
    "Sum",
    "bounds_of",
    "closed_form",
    "ends",
    "exponential",
    "magnitude",
    "number",
    "weighed",
]

PRECISIONS = (64, 160, 400, 1000, 2500, 6000, 14000)
"""Binary digits that are tried one after the other."""

TERMS = 1 << 16
"""Most terms of a product."""

ZERO = Fraction(0)


@lru_cache(maxsize=1 << 14)
def bounds_of(exponent: Fraction, bits: int) -> Bounds:
    """Bounds of an exponential, computed once."""
    return exp_of(exponent, bits)


class Sum:
    """``Σ terms[q] exp(q)``, zeros left out."""

    __slots__ = ("terms",)

    def __init__(self, terms: dict[Fraction, Fraction]) -> None:
        self.terms = terms

    def __add__(self, other: Sum) -> Sum:
        return _collected((*self.terms.items(), *other.terms.items()))

    def __neg__(self) -> Sum:
        return Sum({q: -c for q, c in self.terms.items()})

    def __sub__(self, other: Sum) -> Sum:
        return self + -other

    def __mul__(self, other: Sum) -> Sum:
        if len(self.terms) * len(other.terms) > TERMS:
            raise TooLarge(f"expected products of sums of at most {TERMS} exponentials, found more")
        return _collected((q + r, c * d) for q, c in self.terms.items() for r, d in other.terms.items())

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
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell the sign of a sum of exponentials")

    def bounds(self, bits: int) -> tuple[int, int]:
        """Bounds of a positive multiple of the sum, of so many digits if its terms do not cancel."""
        shift = max(self.terms)
        return weighed([(c, bounds_of(q - shift, bits)) for q, c in self.terms.items()], bits)


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


def _collected(terms: Iterable[tuple[Fraction, Fraction]]) -> Sum:
    made: dict[Fraction, Fraction] = {}
    for q, c in terms:
        made[q] = made[q] + c if q in made else c
    return Sum({q: c for q, c in made.items() if c})


def _added(terms: Iterable[Sum]) -> Sum:
    return _collected(pair for one in terms for pair in one.terms.items())


def number(value: Fraction) -> Sum:
    """A rational number."""
    return Sum({ZERO: value} if value else {})


def exponential(exponent: Fraction, factor: Fraction = Fraction(1)) -> Sum:
    """``factor * exp(exponent)``."""
    return Sum({exponent: factor} if factor else {})


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
        shift = max((*self.top.terms, *self.bottom.terms))
        for bits in PRECISIONS:
            top, bottom = (
                [(c, bounds_of(q - shift, bits)) for q, c in one.terms.items()] for one in (self.top, self.bottom)
            )
            least = max(magnitude(c, one) for c, one in bottom) - bits
            (over, over_most), (under, under_most) = (_added_ends(one, least) for one in (top, bottom))
            if under > 0:
                low = Fraction(over, under_most if over >= 0 else under)
                high = Fraction(over_most, under if over_most >= 0 else under_most)
                if high - low <= Fraction(2) ** unit:
                    return low, high
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell a quotient of sums of exponentials")


class Malformed(Exception):
    """No closed form; the message says what was expected."""


_TOKEN = re.compile(r"exp|[0-9]+|[-+*/()]")
_LONGEST = 1_000_000


def closed_form(text: str) -> Quotient:
    """Read a quotient of sums of exponentials: ``(exp(2) + 3)/(2*exp(1/2) + 1)``, ``-1/2*exp(3)``."""
    if len(text) > _LONGEST or re.search(r"[0-9]\s+[0-9]", text):
        raise Malformed("a quotient of sums of exponentials")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", ""):
        raise Malformed("a quotient of sums of multiples of exp(q)")
    reader = _Reader(tokens)
    top, bottom = reader.top(), number(Fraction(1))
    if reader.take("/"):
        bottom = reader.divisor()
    reader.end()
    sign = bottom.sign()
    if not sign:
        raise Malformed("a closed form that does not divide by zero")
    return Quotient(top, bottom) if sign > 0 else Quotient(-top, -bottom)


class _Reader:
    """Reads tokens from the left; sums stand in parentheses where they are divided or divide."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def take(self, token: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place] == token:
            self.place += 1
            return True
        return False

    def need(self, token: str) -> None:
        if not self.take(token):
            found = self.tokens[self.place] if self.place < len(self.tokens) else "the end"
            raise Malformed(f"'{token}' in place of {found}")

    def end(self) -> None:
        if self.place < len(self.tokens):
            raise Malformed(f"a quotient of two sums, which ends before '{self.tokens[self.place]}'")

    def top(self) -> Sum:
        """What is divided, or all: a sum without parentheses is not divided."""
        if self.take("("):
            return self.enclosed()
        terms = self.terms()
        if self.place < len(self.tokens) and len(terms) > 1:
            raise Malformed("parentheses around a sum that is divided")
        return _added(terms)

    def divisor(self) -> Sum:
        """A sum in parentheses, a whole number or an exponential."""
        if self.take("("):
            return self.enclosed()
        if self.place < len(self.tokens) and self.tokens[self.place] == "exp":
            return self.term(1)
        return number(Fraction(self.digits()))

    def enclosed(self) -> Sum:
        terms = self.terms()
        self.need(")")
        return _added(terms)

    def terms(self) -> list[Sum]:
        """Terms with signs between them."""
        terms = [self.term(-1 if self.take("-") else 1)]
        while True:
            if self.take("+"):
                terms.append(self.term(1))
            elif self.take("-"):
                terms.append(self.term(-1))
            else:
                return terms

    def term(self, sign: int) -> Sum:
        """``c``, ``c*exp(q)`` or ``exp(q)``."""
        factor = Fraction(sign)
        if self.place >= len(self.tokens) or self.tokens[self.place] != "exp":
            factor *= self.rational()
            if not self.take("*"):
                return number(factor)
        self.need("exp")
        self.need("(")
        exponent = (-1 if self.take("-") else 1) * self.rational()
        self.need(")")
        return exponential(exponent, factor)

    def rational(self) -> Fraction:
        """``p`` or ``p/q``; a divisor that is a number belongs to it."""
        top = self.digits()
        following = self.tokens[self.place : self.place + 2]
        if len(following) == 2 and following[0] == "/" and following[1].isdigit():
            self.place += 1
            bottom = self.digits()
            if not bottom:
                raise Malformed("a closed form that does not divide by zero")
            return Fraction(top, bottom)
        return Fraction(top)

    def digits(self) -> int:
        if self.place >= len(self.tokens) or not self.tokens[self.place].isdigit():
            found = self.tokens[self.place] if self.place < len(self.tokens) else "the end"
            raise Malformed(f"a number in place of '{found}'")
        self.place += 1
        return integer(self.tokens[self.place - 1])
