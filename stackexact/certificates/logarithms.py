"""Logarithms of positive numbers, exactly: a rational number plus rational multiples of logarithms of whole numbers.

e**q times a product of powers b**c of whole numbers above 1 that have no common factors is 1 only where q is 0, for
else e**q would be algebraic (Lindemann), and then every c is, for whole numbers factor in one way only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponentials import Bounds, exp_bounds, fixed, log_bounds

__all__ = ["PRECISIONS", "Bases", "Log", "affordable", "logarithm", "root"]

PRECISIONS = (64, 160, 400, 1000, 2500, 6000, 14000)
"""Binary digits that are tried one after the other."""

BITS = 1 << 14
"""Most binary digits of whole numbers that are brought to such without common factors, and of the denominators of their
exponents, together."""

STEPS = 1 << 20
"""Most work of a sign at one precision: a logarithm or exponential counts as the square of its words. Some seconds."""

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Log:
    """``exponent`` + Σ c log b over the pairs (b, c) of ``powers``, in the order of b, no c zero."""

    exponent: Fraction
    powers: tuple[tuple[int, Fraction], ...] = ()

    def __add__(self, other: Log) -> Log:
        if not (self.powers and other.powers):
            return Log(self.exponent + other.exponent, self.powers or other.powers)
        return _collected(self.exponent + other.exponent, (*self.powers, *other.powers))

    def __sub__(self, other: Log) -> Log:
        return self + other.times(Fraction(-1))

    def times(self, factor: Fraction) -> Log:
        """A multiple."""
        if not factor:
            return Log(ZERO)
        return Log(self.exponent * factor, tuple((base, times * factor) for base, times in self.powers))

    def bounds(self, bits: int) -> tuple[int, int]:
        """Bounds in units of 2**-bits, closer together where precision rises."""
        low, high = fixed(self.exponent, bits)
        for base, times in self.powers:
            # A long factor takes digits of the logarithm.
            extra = max(times.numerator.bit_length() - times.denominator.bit_length(), 0) + 8
            ends = [end * times for end in _log_of(base, bits + extra)]
            low += min(ends).__floor__() >> extra
            high += -(-max(ends).__ceil__() >> extra)
        return low, high

    def exp(self, bits: int) -> Bounds:
        """Bounds of exp of it, to a relative precision of about 2**-bits."""
        return exp_bounds(*self.bounds(bits + 8), bits + 8, bits)

    def sign(self) -> int:
        """-1, 0 or 1."""
        if not self.powers:
            return (self.exponent > 0) - (self.exponent < 0)
        for bits in PRECISIONS:
            affordable(len(self.powers), bits)
            low, high = self.bounds(bits)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            if bits == PRECISIONS[1]:
                bases = Bases.of([self])
                if bases is not None and not bases.settled(self).powers:
                    return (self.exponent > 0) - (self.exponent < 0)
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell the sign of a sum of logarithms")


def affordable(count: int, bits: int) -> None:
    """Refuse to work out so many logarithms and exponentials at a precision where that takes too long."""
    if count * (bits // 64) ** 2 > STEPS:
        raise TooLarge(f"expected a sign that fewer than {count} logarithms and exponentials of {bits} digits tell")


def logarithm(value: Fraction) -> Log:
    """The logarithm of a positive number."""
    return _collected(ZERO, [(value.numerator, Fraction(1)), (value.denominator, Fraction(-1))])


def _collected(exponent: Fraction, powers: Iterable[tuple[int, Fraction]]) -> Log:
    made: dict[int, Fraction] = {}
    for base, times in powers:
        made[base] = made.get(base, ZERO) + times
    return Log(exponent, tuple((base, made[base]) for base in sorted(made) if base > 1 and made[base]))


@lru_cache(maxsize=1 << 10)
def _log_of(base: int, bits: int) -> tuple[int, int]:
    return log_bounds(Fraction(base), bits)


class Bases:
    """Whole numbers without common factors, of which others are products of powers.

    Each that is a perfect power of a degree that matters is replaced by its root: one whose primes divide a
    denominator of its exponents. Then a product of powers of different ones is rational only where all exponents are
    whole numbers, and products whose exponents do not differ by whole numbers are linearly independent over the
    rational numbers (Besicovitch 1940 for primes, of which these are products of powers).
    """

    def __init__(self, parts: dict[int, list[tuple[int, int]]]) -> None:
        self.parts = parts

    @classmethod
    def of(cls, logs: Iterable[Log]) -> Bases | None:
        """Those of some logarithms; nothing where these have too many or too long ones."""
        under: dict[int, int] = {}
        for one in logs:
            for base, times in one.powers:
                under[base] = lcm(under.get(base, 1), times.denominator)
        if sum(base.bit_length() + one.bit_length() for base, one in under.items()) > BITS:
            return None
        common = 1
        for denominator in under.values():
            common = lcm(common, denominator)
        found = [root(base, common) for base in _coprime(under)]
        return cls({base: _powers(base, found) for base in under})

    def settled(self, log: Log) -> Log:
        """A logarithm by these."""
        pairs = ((one, times * power) for base, times in log.powers for one, power in self.parts[base])
        return _collected(log.exponent, pairs)


def _coprime(numbers: Iterable[int]) -> list[int]:
    """Numbers above 1 without common factors, of which all are products of powers."""
    made: list[int] = []
    waiting = list(numbers)
    while waiting:
        one = waiting.pop()
        for i, other in enumerate(made):
            common = gcd(one, other)
            if common > 1:
                del made[i]
                waiting += [part for part in (common, one // common, other // common) if part > 1]
                break
        else:
            made.append(one)
    return made


def _powers(number: int, bases: Iterable[int]) -> list[tuple[int, int]]:
    made = []
    for base in bases:
        count = 0
        while number % base == 0:
            number, count = number // base, count + 1
        if count:
            made.append((base, count))
    return made


def root(number: int, degrees: int) -> int:
    """The number of which this one is a perfect power of the highest degree whose primes divide ``degrees``."""
    degree = 2
    while degree <= number.bit_length() and degrees > 1:
        if degrees % degree:
            degree += 1
            continue
        found = _floor_root(number, degree)
        if found**degree == number:
            number = found
            continue
        while degrees % degree == 0:
            degrees //= degree
    return number


def _floor_root(number: int, degree: int) -> int:
    """The greatest whole number whose power is at most this one (Newton's method from above)."""
    digits = -(-number.bit_length() // degree)
    half = digits // 2
    found = (_floor_root(number >> degree * half, degree) + 1) << half if digits > 4 else 1 << digits
    while True:
        better = ((degree - 1) * found + number // found ** (degree - 1)) // degree
        if better >= found:
            return found
        found = better
