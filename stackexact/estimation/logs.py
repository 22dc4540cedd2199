"""Rational combinations of logarithms of rational numbers, with decidable zeros and signs.

Logarithms of numbers without common factors are linearly independent over the rationals, and together with 1 over the
algebraic numbers (Baker 1966): a combination is zero only where, over such a base, it has no terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import arb, ctx, fmpz

from stackexact.errors import InputError, shorten
from stackexact.estimation.balls import ball_of, bounds, enclosure_of, narrow
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import START_BITS, Enclosure, bits_of
from stackexact.exact.records import Record

__all__ = ["Logs", "log_of"]

Term = tuple[Fraction, Fraction]
"""A coefficient and a base: coefficient · log(base)."""

_ONE_LOG: Final = 512
"""Binary digits up to which several logarithms are written as one."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Logs(Record):
    """``sum(c * log(b) for c, b in terms) + constant``, brought into a normal form when made: one logarithm of a number
    above 1 that is no perfect power, or, where that number were very long, several without common factors.

    >>> str(Logs(((Fraction(1, 4), Fraction(1, 2)), (Fraction(-1, 4), Fraction(4)))))
    '-3/4*log(2)'
    >>> (log_of(6) - log_of(2) - log_of(3)).is_zero, (log_of(3) - Fraction(1)).sign()
    (True, 1)
    """

    terms: tuple[Term, ...] = ()
    constant: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for _, base in self.terms:
            if base <= 0:
                raise InputError(f"logarithm: expected a positive number, found {shorten(fraction_to_text(base))}")
        object.__setattr__(self, "terms", _normal(self.terms))

    def __add__(self, other: Logs | Fraction) -> Logs:
        if isinstance(other, Fraction):
            return Logs(self.terms, self.constant + other)
        return Logs((*self.terms, *other.terms), self.constant + other.constant)

    def __sub__(self, other: Logs | Fraction) -> Logs:
        return self + -other

    def __neg__(self) -> Logs:
        return self * Fraction(-1)

    def __mul__(self, factor: Fraction) -> Logs:
        return Logs(tuple((factor * one, base) for one, base in self.terms), factor * self.constant)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Logs) and (self - other).is_zero

    __hash__ = None  # type: ignore[assignment]  # equal numbers may be written over different bases

    @property
    def is_zero(self) -> bool:
        """Whether the number is 0: decided, not estimated."""
        return not self.terms and not self.constant

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, where it is one."""
        return None if self.terms else self.constant

    def sign(self) -> int:
        """-1, 0 or 1."""
        if not self.terms:
            return (self.constant > 0) - (self.constant < 0)
        bits = START_BITS
        while True:  # not zero, so that some precision tells
            with ctx.workprec(bits):
                ball = self.ball()
                if ball > 0 or ball < 0:
                    return 1 if ball > 0 else -1
            bits *= 2

    def ball(self) -> arb:
        """An enclosure at the working precision."""
        total = ball_of(self.constant)
        for factor, base in self.terms:
            total += ball_of(factor) * ball_of(base).log()
        return total

    def enclosure(self, digits: int = 30) -> Enclosure:
        """Rational ends that agree in ``digits`` digits, with the closed form beside them."""
        if not self.terms:
            return Enclosure(self.constant, self.constant)
        bits = bits_of(digits) + START_BITS
        while True:
            with ctx.workprec(bits):
                low, high = bounds(self.ball())
            if narrow(low, high, digits):
                return enclosure_of(low, high, digits, closed_form=str(self))
            bits *= 2

    def __str__(self) -> str:
        text = ""
        for factor, base in self.terms:
            text += _signed(factor, f"log({fraction_to_text(base)})", bool(text))
        if self.constant or not text:
            sign = ("" if self.constant >= 0 else "-") if not text else (" + " if self.constant > 0 else " - ")
            text += f"{sign}{fraction_to_text(abs(self.constant))}"
        return text


def log_of(value: Fraction | int) -> Logs:
    """The logarithm of a positive rational number.

    >>> str(log_of(Fraction(1, 8)))
    '-3*log(2)'
    """
    return Logs(((Fraction(1), Fraction(value)),))


def _signed(factor: Fraction, log: str, later: bool) -> str:
    size = abs(factor)
    sign = (" - " if factor < 0 else " + ") if later else ("-" if factor < 0 else "")
    return f"{sign}{log}" if size == 1 else f"{sign}{fraction_to_text(size)}*{log}"


def _normal(terms: Iterable[Term]) -> tuple[Term, ...]:
    kept = [(factor, base) for factor, base in terms if factor and base != 1]
    if not kept:
        return ()
    bottom = math.lcm(*(factor.denominator for factor, _ in kept))
    powers = [int(factor * bottom) for factor, _ in kept]
    common = math.gcd(*powers)
    unit, powers = Fraction(common, bottom), [power // common for power in powers]
    sizes = (abs(power) * _bits(base) for power, (_, base) in zip(powers, kept, strict=True))
    if sum(sizes) <= _ONE_LOG:
        product = math.prod((base**power for power, (_, base) in zip(powers, kept, strict=True)), start=Fraction(1))
        return _one(unit, product)
    return _several(unit, [(power, base) for power, (_, base) in zip(powers, kept, strict=True)])


def _bits(base: Fraction) -> int:
    return base.numerator.bit_length() + base.denominator.bit_length()


def _one(factor: Fraction, base: Fraction) -> tuple[Term, ...]:
    """One logarithm, of a number above 1 that is no perfect power."""
    if base == 1:
        return ()
    if base < 1:
        factor, base = -factor, 1 / base
    top, one = _root(base.numerator)
    bottom, two = _root(base.denominator)
    power = math.gcd(one, two)
    return ((factor * power, Fraction(top ** (one // power), bottom ** (two // power))),)


def _several(unit: Fraction, parts: list[tuple[int, Fraction]]) -> tuple[Term, ...]:
    """Logarithms of numbers without common factors; those with the same coefficient, up to its sign, are one."""
    base = _coprime({number for _, one in parts for number in (one.numerator, one.denominator)})
    groups: dict[int, Fraction] = {}
    for number in base:
        power = sum(factor * (_order(one.numerator, number) - _order(one.denominator, number)) for factor, one in parts)
        root, times = _root(number)
        size = abs(power) * times
        if size:
            groups[size] = groups.get(size, Fraction(1)) * (Fraction(root) if power > 0 else Fraction(1, root))
    made = [term for size, product in sorted(groups.items()) for term in _one(unit * size, product)]
    return tuple(made)


def _coprime(numbers: Iterable[int]) -> list[int]:
    """Numbers above 1 without common factors whose products of powers the given ones are."""
    base: list[int] = []
    waiting = [number for number in numbers if number > 1]
    while waiting:
        number = waiting.pop()
        for place, other in enumerate(base):
            common = math.gcd(number, other)
            if common > 1:
                del base[place]
                waiting += [part for part in (common, number // common, other // common) if part > 1]
                break
        else:
            base.append(number)
    return sorted(base)


def _order(number: int, factor: int) -> int:
    """How often a factor divides a number."""
    count = 0
    while number % factor == 0:
        number //= factor
        count += 1
    return count


def _root(number: int) -> tuple[int, int]:
    """A number as a power of one that is no perfect power; 1 is the power 0 of 1."""
    if number == 1:
        return 1, 0
    if not fmpz(number).is_perfect_power():
        return number, 1
    power, exponent = fmpz(number), 2
    times = 1
    while exponent < power.bit_length():
        root = power.root(exponent)
        if root**exponent == power:
            power, times = root, times * exponent
        else:
            exponent += 1
    return int(power), times
