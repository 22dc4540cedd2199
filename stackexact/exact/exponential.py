"""The exact numbers that quantal responses to rational rewards are made of: quotients of sums of rational multiples of
e**q and of rational powers, whose zeros are decidable.

A monomial is e**q times a product of powers b**r, 0 < r < 1, of whole numbers that, in all terms of a sum, are no
perfect powers and have no common factors: primes, and what is too long to be taken apart (:mod:`.bases`). Distinct
products of such powers are linearly independent over the rationals (Besicovitch 1940), and distinct e**q over all
algebraic numbers (Lindemann and Weierstrass): a sum in normal form is zero only where it has no terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

from flint import arb

from stackexact.errors import LimitReached
from stackexact.exact.bases import is_long, over, prime_base
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Number, ball_of, enclosed, refined, sign_of

__all__ = ["ExponentialNumber", "ExponentialSum", "exponential", "power", "product", "rational"]

Radical = tuple[tuple[int, Fraction], ...]
Monomial = tuple[Fraction, Radical]
Term = tuple[Monomial, Fraction]

_ONE: Final[Monomial] = (Fraction(0), ())
_FACTORED: Final = 200
"""Binary digits of the greatest weight that is raised to powers."""
_LONGEST: Final = 1 << 20
"""Binary digits of the greatest whole power."""
_MOST_TERMS: Final = 4096


@dataclass(frozen=True)
class ExponentialSum:
    """A finite sum of rational multiples of monomials.

    >>> two = power(Fraction(2), Fraction(1, 2))
    >>> two * two - rational(2), (exponential(Fraction(1)) - two).sign()
    (ExponentialSum(terms={}), 1)
    """

    terms: Mapping[Monomial, Fraction]

    def __add__(self, other: ExponentialSum) -> ExponentialSum:
        return _collected((*self.terms.items(), *other.terms.items()))

    def __sub__(self, other: ExponentialSum) -> ExponentialSum:
        return self + -other

    def __neg__(self) -> ExponentialSum:
        return ExponentialSum({monomial: -value for monomial, value in self.terms.items()})

    def __mul__(self, other: ExponentialSum) -> ExponentialSum:
        if len(self.terms) * len(other.terms) > _MOST_TERMS:
            raise LimitReached("an exact value has too many terms")
        return _collected(_product(one, two) for one in self.terms.items() for two in other.terms.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExponentialSum) and not self - other

    def __hash__(self) -> int:
        return hash((len(self.terms), self.greatest))  # radicals of equal sums may be written over different bases

    def __bool__(self) -> bool:
        return bool(self.terms)

    @cached_property
    def _sign(self) -> int:
        if len(self.terms) <= 1:
            return _rational_sign(next(iter(self.terms.values()), Fraction(0)))
        return sign_of(lambda: self.ball(self.greatest))

    def sign(self) -> int:
        """-1, 0 or 1."""
        return self._sign

    @property
    def greatest(self) -> Fraction:
        """The greatest exponent of e."""
        return max((exponent for exponent, _ in self.terms), default=Fraction(0))

    def ball(self, shift: Fraction = Fraction(0)) -> arb:
        """The sum divided by e**shift at the working precision."""
        total = arb(0)
        for (exponent, radical), value in self.terms.items():
            part = ball_of(value)
            if exponent != shift:
                part *= ball_of(exponent - shift).exp()
            for base, root in radical:
                part *= arb(base) ** ball_of(root)
            total += part
        return total

    @property
    def rational(self) -> Fraction | None:
        """The sum as a fraction, where it is one."""
        if not self.terms:
            return Fraction(0)
        return self.terms[_ONE] if set(self.terms) == {_ONE} else None

    def over(self, monomial: Monomial) -> ExponentialSum:
        """The sum divided by a monomial."""
        inverse = _inverse(monomial)
        return _collected(_product(one, inverse) for one in self.terms.items())

    def __str__(self) -> str:
        text = ""
        for monomial, value in sorted(self.terms.items(), key=_order, reverse=True):
            sign = "-" if value < 0 else "+"
            part = _term(monomial, abs(value))
            text = f"{text} {sign} {part}" if text else f"{'-' if value < 0 else ''}{part}"
        return text or "0"


@dataclass(frozen=True)
class ExponentialNumber:
    """``top / bottom`` with a positive bottom: an exact real number, with field arithmetic and decidable signs.

    >>> third = ExponentialNumber.of(Fraction(1, 3))
    >>> e = ExponentialNumber(exponential(Fraction(1)))
    >>> str((e * third + third) / (e + third)), ((e * e) / e - e).sign(), third < e
    ('(exp(1) + 1)/(3*exp(1) + 1)', 0, True)
    """

    top: ExponentialSum
    bottom: ExponentialSum = ExponentialSum({_ONE: Fraction(1)})

    @classmethod
    def of(cls, value: Fraction) -> ExponentialNumber:
        """A rational number."""
        return cls(rational(value))

    def __add__(self, other: ExponentialNumber) -> ExponentialNumber:
        if self.bottom == other.bottom:
            return _reduced(self.top + other.top, self.bottom)
        return _reduced(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __sub__(self, other: ExponentialNumber) -> ExponentialNumber:
        return self + -other

    def __neg__(self) -> ExponentialNumber:
        return ExponentialNumber(-self.top, self.bottom)

    def __mul__(self, other: ExponentialNumber) -> ExponentialNumber:
        return _reduced(self.top * other.top, self.bottom * other.bottom)

    def __truediv__(self, other: ExponentialNumber) -> ExponentialNumber:
        sign = other.sign()
        if not sign:
            raise ZeroDivisionError("division by zero")
        top, bottom = self.top * other.bottom, self.bottom * other.top
        return _reduced(top, bottom) if sign > 0 else _reduced(-top, -bottom)

    def __lt__(self, other: ExponentialNumber) -> bool:
        return (self - other).sign() < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExponentialNumber) and not self.top * other.bottom - other.top * self.bottom

    def __hash__(self) -> int:
        return hash(self.rational)  # the quotients that an irrational number is differ in all but their value

    def sign(self) -> int:
        """-1, 0 or 1."""
        return self.top.sign()

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, where it is one."""
        if not self.top:
            return Fraction(0)
        terms = _aligned([*self.top.terms.items(), *self.bottom.terms.items()])
        top, bottom = dict(terms[: len(self.top.terms)]), dict(terms[len(self.top.terms) :])
        if set(top) != set(bottom):
            return None
        ratios = {value / bottom[monomial] for monomial, value in top.items()}
        return ratios.pop() if len(ratios) == 1 else None

    def ball(self) -> arb:
        """The number at the working precision."""
        shift = self.bottom.greatest
        return self.top.ball(shift) / self.bottom.ball(shift)

    def number(self, digits: int, scale: Fraction) -> Number:
        """A fraction, or an enclosure no wider than 10**-digits of ``scale`` with its closed form."""
        found = self.rational
        if found is not None:
            return found
        low, high = refined(self.ball, scale / Fraction(10) ** (digits + 2))
        return enclosed(low, high, digits, scale, str(self))

    @property
    def terms(self) -> int:
        """How many terms both sums have."""
        return len(self.top.terms) + len(self.bottom.terms)

    def __str__(self) -> str:
        found = self.rational
        if found is not None:
            return fraction_to_text(found)
        if self.bottom.rational == 1:
            return str(self.top)
        top = f"({self.top})" if len(self.top.terms) > 1 else str(self.top)
        return f"{top}/({self.bottom})"


def rational(value: Fraction | int) -> ExponentialSum:
    """A rational number as a sum."""
    return ExponentialSum({_ONE: Fraction(value)} if value else {})


def exponential(exponent: Fraction) -> ExponentialSum:
    """e**exponent."""
    return ExponentialSum({(exponent, ()): Fraction(1)})


def power(base: Fraction, exponent: Fraction) -> ExponentialSum:
    """``base**exponent`` for a positive base; raises :class:`~stackexact.errors.LimitReached` where the base has too
    many digits."""
    if exponent.denominator == 1:
        return rational(base ** int(exponent))
    if max(base.numerator, base.denominator).bit_length() > _FACTORED:
        raise LimitReached("a weight has too many digits for exact powers of it")
    return product(Fraction(0), ((base.numerator, exponent), (base.denominator, -exponent)))


def product(exponent: Fraction, powers: Iterable[tuple[int, Fraction]]) -> ExponentialSum:
    """e**exponent times powers of positive whole numbers; raises :class:`~stackexact.errors.LimitReached` where these
    are too long."""
    powers = tuple(powers)
    monomial, value = _normal(exponent, over(prime_base(number for number, _ in powers), powers), Fraction(1))
    return ExponentialSum({monomial: value})


def _normal(exponent: Fraction, powers: Mapping[int, Fraction], value: Fraction) -> Term:
    """``value`` times a product of powers of numbers of a base."""
    radical = []
    for base, root in sorted(powers.items()):
        whole = root.numerator // root.denominator
        if abs(whole) * base.bit_length() > _LONGEST:
            raise LimitReached("a power of a weight has too many digits; bring the numbers closer to one another")
        if whole:
            value *= Fraction(base) ** whole
        if root != whole:
            radical.append((base, root - whole))
    return (exponent, tuple(radical)), value


def _collected(terms: Iterable[Term]) -> ExponentialSum:
    made: dict[Monomial, Fraction] = {}
    for monomial, value in _aligned([*terms]):
        made[monomial] = made.get(monomial, Fraction(0)) + value
    return ExponentialSum({monomial: value for monomial, value in made.items() if value})


def _aligned(terms: list[Term]) -> list[Term]:
    """The same terms over one base: where all numbers are primes they are."""
    bases = {base for (_, radical), _ in terms for base, _ in radical}
    if not any(map(is_long, bases)):
        return terms
    shared = prime_base(bases)
    if shared == bases:
        return terms
    return [_normal(exponent, over(shared, radical), value) for (exponent, radical), value in terms]


def _product(one: Term, two: Term) -> Term:
    (first, left), (second, right) = one[0], two[0]
    value = one[1] * two[1]
    if not (left and right):
        return (first + second, left or right), value
    powers = dict(left)
    for base, root in right:
        powers[base] = powers.get(base, Fraction(0)) + root
    return _normal(first + second, powers, value)


def _inverse(monomial: Monomial) -> Term:
    exponent, radical = monomial
    return _normal(-exponent, {base: -root for base, root in radical}, Fraction(1))


def _reduced(top: ExponentialSum, bottom: ExponentialSum) -> ExponentialNumber:
    """Common factors that are seen at once are taken out: the least monomial of the bottom, and whole numbers."""
    least, _ = min(bottom.terms.items(), key=_order)
    if least != _ONE:
        top, bottom = top.over(least), bottom.over(least)
    scale = _primitive(bottom)
    if scale != 1:
        times = rational(scale)
        top, bottom = top * times, bottom * times
    if len(bottom.terms) == 1 and top.terms.keys() != bottom.terms.keys():
        times = rational(1 / bottom.terms[_ONE])
        top, bottom = top * times, rational(1)
    return ExponentialNumber(top, bottom)


def _primitive(bottom: ExponentialSum) -> Fraction:
    """What makes the coefficients whole numbers without a common divisor."""
    values = bottom.terms.values()
    top, under = math.gcd(*(value.numerator for value in values)), math.lcm(*(value.denominator for value in values))
    return Fraction(under, top)


def _rational_sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _order(term: Term) -> tuple[Fraction, float, Radical]:
    (exponent, radical), _ = term
    return exponent, sum(float(root) for _, root in radical), radical


def _term(monomial: Monomial, value: Fraction) -> str:
    exponent, radical = monomial
    parts = [] if value == 1 else [fraction_to_text(value)]
    if exponent:
        parts.append(f"exp({fraction_to_text(exponent)})")
    parts += [
        f"sqrt({base})" if root == Fraction(1, 2) else f"{base}**({fraction_to_text(root)})" for base, root in radical
    ]
    return "*".join(parts) or "1"
