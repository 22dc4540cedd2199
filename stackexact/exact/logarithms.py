"""Exact logarithms of the numbers that responses are made of: a rational number plus rational multiples of logarithms
of primes, whose zeros are decidable.

e**q times a product of powers p**c is 1 only where q is 0, for else e**q would be algebraic (Lindemann), and then, by
the unique factorisation of whole numbers, every c: a sum in normal form is zero only where it has no terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Final

from flint import arb, ctx, fmpq, fmpz

from stackexact.errors import LimitReached
from stackexact.exact.digits import fraction_to_text, int_to_text
from stackexact.exact.enclosures import END_BITS, START_BITS, Number, enclosed, refined
from stackexact.exact.exponential import ExponentialSum

__all__ = ["LogNumber"]

_FACTORED: Final = 200
"""Binary digits of the greatest whole number that is taken apart into primes."""
_SHOWN: Final = 256
"""Binary digits of the greatest number whose logarithm is written as one."""
_LONGEST: Final = 1 << 20
"""Binary digits of the greatest whole power."""


@dataclass(frozen=True)
class LogNumber:
    """``exponent`` + Σ c log b over the pairs (b, c) of ``logs``: the logarithm of a positive number.

    The bases are primes; one of more than two hundred binary digits that is not taken apart is as good as a prime, but
    that a sum with it is zero may stay undecided (:class:`~stackexact.errors.LimitReached`).

    >>> half = LogNumber.of(Fraction(1, 2))
    >>> str(LogNumber.of(Fraction(4)) + half * Fraction(3, 2)), (half * 2 + LogNumber.of(Fraction(4))).sign()
    ('1/2*log(2)', 0)
    >>> str(LogNumber(Fraction(3, 2)) + LogNumber.of(Fraction(9, 4))), str((half + LogNumber(Fraction(1))).exp())
    ('2*log(3/2) + 3/2', '1/2*exp(1)')
    """

    exponent: Fraction = Fraction(0)
    logs: tuple[tuple[int, Fraction], ...] = ()

    @classmethod
    def of(cls, value: Fraction) -> LogNumber:
        """The logarithm of a positive number."""
        return _sorted(Fraction(0), [*_factors(value.numerator, 1), *_factors(value.denominator, -1)])

    def __add__(self, other: LogNumber) -> LogNumber:
        return _sorted(self.exponent + other.exponent, (*self.logs, *other.logs))

    def __sub__(self, other: LogNumber) -> LogNumber:
        return self + other * -1

    def __mul__(self, factor: Fraction | int) -> LogNumber:
        if not factor:
            return LogNumber()
        return LogNumber(self.exponent * factor, tuple((base, times * factor) for base, times in self.logs))

    def __lt__(self, other: LogNumber) -> bool:
        return (self - other).sign() < 0

    @cached_property
    def _sign(self) -> int:
        values = [self.exponent, *(times for _, times in self.logs)]
        if all(value >= 0 for value in values) or all(value <= 0 for value in values):
            return any(values) * (1 if max(values) > 0 else -1)
        bits = START_BITS
        while bits <= END_BITS:
            with ctx.workprec(bits):
                ball = self.ball()
                if ball > 0 or ball < 0:
                    return 1 if ball > 0 else -1
            bits *= 2
        raise LimitReached(f"{END_BITS} binary digits do not tell the sign of a logarithm; make its numbers shorter")

    def sign(self) -> int:
        """-1, 0 or 1."""
        return self._sign

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, where it is one."""
        return None if self.logs else self.exponent

    def ball(self) -> arb:
        """The number at the working precision."""
        return sum((_ball(times) * arb(base).log() for base, times in self.logs), _ball(self.exponent))

    def exp(self) -> ExponentialSum:
        """What it is the logarithm of; raises :class:`~stackexact.errors.LimitReached` where that is too long."""
        value, radical = Fraction(1), []
        for base, times in self.logs:
            whole = times.numerator // times.denominator
            if abs(whole) * base.bit_length() > _LONGEST:
                raise LimitReached("a power of a weight has too many digits; bring the numbers closer to one another")
            value *= Fraction(base) ** whole
            if times != whole:
                radical.append((base, times - whole))
        return ExponentialSum({(self.exponent, tuple(radical)): value})

    def number(self, digits: int, scale: Fraction) -> Number:
        """A fraction, or an enclosure no wider than 10**-digits of ``scale`` with its closed form."""
        if not self.logs:
            return self.exponent
        low, high = refined(self.ball, scale / Fraction(10) ** (digits + 2))
        return enclosed(low, high, digits, scale, str(self))

    def __str__(self) -> str:
        text = ""
        for base, factor in self._written():
            size = abs(factor)
            part = f"log({base})" if size == 1 else f"{fraction_to_text(size)}*log({base})"
            sign = "-" if factor < 0 else "+"
            text = f"{text} {sign} {part}" if text else f"{'-' if factor < 0 else ''}{part}"
        if self.exponent and text:
            return f"{text} {'-' if self.exponent < 0 else '+'} {fraction_to_text(abs(self.exponent))}"
        return text or fraction_to_text(self.exponent)

    def _written(self) -> list[tuple[str, Fraction]]:
        """Logarithms with their factors: one of a number above 1 that is no perfect power, where that is not long."""
        if not self.logs:
            return []
        under = lcm(*(times.denominator for _, times in self.logs))
        content = Fraction(gcd(*(int(times * under) for _, times in self.logs)), under)
        powers = [(base, int(times / content)) for base, times in self.logs]
        if sum(abs(times) * base.bit_length() for base, times in powers) > _SHOWN:
            return [(int_to_text(base), times) for base, times in self.logs]
        value = Fraction(1)
        for base, power in powers:
            value *= Fraction(base) ** power
        return [(fraction_to_text(value), content) if value > 1 else (fraction_to_text(1 / value), -content)]


def _sorted(exponent: Fraction, logs: Iterable[tuple[int, Fraction]]) -> LogNumber:
    found: dict[int, Fraction] = {}
    for base, times in logs:
        found[base] = found.get(base, Fraction(0)) + times
    return LogNumber(exponent, tuple((base, times) for base, times in sorted(found.items()) if times))


def _factors(value: int, sign: int) -> list[tuple[int, Fraction]]:
    if value.bit_length() > _FACTORED:
        return [(value, Fraction(sign))]
    return [(int(prime), Fraction(int(times) * sign)) for prime, times in fmpz(value).factor()] if value > 1 else []


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))
