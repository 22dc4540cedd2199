"""Exact logarithms of the numbers that responses are made of: a rational number plus rational multiples of logarithms
of whole numbers, whose zeros are decidable.

The whole numbers have no common factors. e**q times a product of powers b**c of them is 1 only where q is 0, for else
e**q would be algebraic (Lindemann), and then, by the unique factorisation of whole numbers, every c: a sum in normal
form is zero only where it has no terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Final

from flint import arb

from stackexact.errors import InputError, shorten
from stackexact.exact.bases import coprime_base, over
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Enclosure, Number, ball_of, enclosed, refined, sign_of
from stackexact.exact.exponential import ExponentialSum, product
from stackexact.exact.records import Record

__all__ = ["LogNumber"]

_SHOWN: Final = 512
"""Binary digits of the greatest number whose logarithm is written as one."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LogNumber(Record):
    """``exponent`` + Σ c log b over the pairs (b, c) of ``logs``: the logarithm of a positive number.

    The positive whole numbers b may be any; they are kept as numbers without common factors, none of which is a perfect
    power (:mod:`~stackexact.exact.bases`).

    >>> half = LogNumber.of(Fraction(1, 2))
    >>> str(LogNumber.of(Fraction(4)) + half * Fraction(3, 2)), (half * 2 + LogNumber.of(Fraction(4))).sign()
    ('1/2*log(2)', 0)
    >>> str(LogNumber(Fraction(3, 2)) + LogNumber.of(Fraction(9, 4))), str((half + Fraction(1)).exp())
    ('2*log(3/2) + 3/2', '1/2*exp(1)')
    >>> half == LogNumber.of(Fraction(1, 6)) + LogNumber.of(Fraction(3)), half == -half
    (True, False)
    """

    exponent: Fraction = Fraction(0)
    logs: tuple[tuple[int, Fraction], ...] = ()

    def __post_init__(self) -> None:
        given = [(number, times) for number, times in self.logs if times]
        found = over(coprime_base(number for number, _ in given), given)
        object.__setattr__(self, "logs", tuple((base, times) for base, times in sorted(found.items()) if times))

    @classmethod
    def of(cls, value: Fraction) -> LogNumber:
        """The logarithm of a positive number; raises :class:`~stackexact.errors.InputError` where it is not."""
        return cls.total([(Fraction(1), value)])

    @classmethod
    def total(cls, terms: Iterable[tuple[Fraction, Fraction]]) -> LogNumber:
        """The sum of c log v over pairs (c, v) with positive v.

        >>> str(LogNumber.total([(Fraction(3), Fraction(3, 4)), (Fraction(1), Fraction(1, 4))]))
        '-log(256/27)'
        """
        logs = []
        for times, value in terms:
            if value <= 0:
                found = shorten(fraction_to_text(value))
                raise InputError(f"logarithm: expected a positive number, found {found}")
            logs += [(value.numerator, times), (value.denominator, -times)]
        return cls(Fraction(0), tuple(logs))

    def __add__(self, other: LogNumber | Fraction) -> LogNumber:
        if isinstance(other, Fraction):
            return LogNumber(self.exponent + other, self.logs)
        return LogNumber(self.exponent + other.exponent, (*self.logs, *other.logs))

    def __sub__(self, other: LogNumber | Fraction) -> LogNumber:
        return self + -other

    def __neg__(self) -> LogNumber:
        return self * -1

    def __mul__(self, factor: Fraction | int) -> LogNumber:
        return LogNumber(self.exponent * factor, tuple((base, times * factor) for base, times in self.logs))

    def __lt__(self, other: LogNumber) -> bool:
        return (self - other).sign() < 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LogNumber) and (self - other).is_zero

    def __hash__(self) -> int:
        return hash((self.exponent, self._content()))  # equal numbers may have other bases

    @property
    def is_zero(self) -> bool:
        """Whether the number is 0: decided, not estimated."""
        return not self.exponent and not self.logs

    def sign(self) -> int:
        """-1, 0 or 1."""
        values = [self.exponent, *(times for _, times in self.logs)]
        if all(value >= 0 for value in values) or all(value <= 0 for value in values):
            return any(values) * (1 if max(values) > 0 else -1)
        return sign_of(self.ball)

    @property
    def rational(self) -> Fraction | None:
        """The number as a fraction, where it is one."""
        return None if self.logs else self.exponent

    def ball(self) -> arb:
        """The number at the working precision."""
        return sum((ball_of(times) * arb(base).log() for base, times in self.logs), ball_of(self.exponent))

    def exp(self) -> ExponentialSum:
        """What it is the logarithm of; raises :class:`~stackexact.errors.LimitReached` where that is too long."""
        return product(self.exponent, self.logs)

    def number(self, digits: int, scale: Fraction) -> Number:
        """A fraction, or an enclosure no wider than 10**-digits of ``scale`` with its closed form."""
        if not self.logs:
            return self.exponent
        low, high = refined(self.ball, scale / Fraction(10) ** (digits + 2))
        return enclosed(low, high, digits, scale, str(self))

    def enclosure(self, digits: int = 30) -> Enclosure:
        """Rational ends that agree in ``digits`` digits, with the closed form beside them."""
        if not self.logs:
            return Enclosure(self.exponent, self.exponent)
        low, high = refined(self.ball, Fraction(1, 10 ** (digits + 16)), relative=True)
        return enclosed(low, high, digits, max(abs(low), abs(high)), str(self))

    def _content(self) -> Fraction:
        """The greatest number of which all factors are whole multiples; it does not depend on the base, whose numbers
        are no perfect powers."""
        under = lcm(*(times.denominator for _, times in self.logs))
        return Fraction(gcd(*(int(times * under) for _, times in self.logs)), under)

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
        """Logarithms with their factors: one of a number above 1 that is no perfect power, where that is not long, or
        one for every factor, but for its sign."""
        content = self._content()
        if sum(abs(times) * base.bit_length() for base, times in self.logs) <= _SHOWN * content:
            powers = [(content, Fraction(base) ** int(times / content)) for base, times in self.logs]
        else:
            powers = [(abs(times), Fraction(base) ** (1 if times > 0 else -1)) for base, times in self.logs]
        groups: dict[Fraction, Fraction] = {}
        for size, value in powers:
            groups[size] = groups.get(size, Fraction(1)) * value
        pairs = ((value, size) if value > 1 else (1 / value, -size) for size, value in sorted(groups.items()))
        return [(fraction_to_text(value), factor) for value, factor in pairs]
