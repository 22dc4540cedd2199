"""Proved bounds of exponentials and logarithms of rational numbers, in whole numbers.

A bound is a mantissa and a binary exponent, so that e**(10**400) is a number like any other; precision is relative.
Logarithms and arguments stand in fixed point: whole numbers in units of 2**-bits. All is rounded away from the truth;
the comments count units of the last place ("units") that rounding may have cost.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

from stackexact.certificates.bounds import TooLarge

__all__ = ["LONGEST", "Bounds", "exp_bounds", "exp_of", "fixed", "log_bounds", "log_two"]

LONGEST = 1 << 15
"""Most binary digits, whole part included, of what an exponential is taken of, and of the precision."""

_GUARD = 12


class Bounds(NamedTuple):
    """Bounds ``low * 2**exponent`` and ``high * 2**exponent`` of a positive number."""

    low: int
    high: int
    exponent: int

    def scaled(self, unit: int) -> tuple[int, int]:
        """The bounds in whole units of 2**unit."""
        move = self.exponent - unit
        if move >= 0:
            return self.low << move, self.high << move
        # Beyond all digits the shift would take memory for nothing where it is huge.
        if -move > self.high.bit_length():
            return 0, 1
        return self.low >> -move, -(-self.high >> -move)

    @property
    def top(self) -> int:
        """A binary exponent below which the number is."""
        return self.exponent + self.high.bit_length()


def fixed(value: Fraction, bits: int) -> tuple[int, int]:
    """A number in fixed point: rounded down and up."""
    top, bottom = value.numerator << bits, value.denominator
    low, rest = divmod(top, bottom)
    return low, low + (rest > 0)


def log_two(bits: int) -> int:
    """log 2 in units of 2**-bits, rounded down: it lies between this and one more."""
    rough, unit = _log_two(-(-bits // 256) * 256), -(-bits // 256) * 256
    return rough >> (unit - bits)


@lru_cache(maxsize=64)
def _log_two(bits: int) -> int:
    """log 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749)."""
    wide = bits + 32
    while True:
        low = high = 0
        for factor, base in ((18, 26), (-2, 4801), (8, 8749)):
            found, error = _artanh(base, wide)
            low += factor * found - (-factor * error if factor < 0 else 0)
            high += factor * found + (factor * error if factor > 0 else 0)
        spare = wide - bits
        if low >> spare == high >> spare:
            return low >> spare
        wide += 32


def _artanh(base: int, bits: int) -> tuple[int, int]:
    """artanh(1/base) = Σ 1/((2k + 1) base**(2k + 1)) in units of 2**-bits from below, and what it lacks at most."""
    power = (1 << bits) // base
    square, total, k = base * base, 0, 0
    while power:
        total += power // (2 * k + 1)
        power //= square
        k += 1
    # A power lacks less than two units, so that a term lacks less than three; so does the rest of the series.
    return total, 3 * k + 3


def exp_of(value: Fraction, bits: int) -> Bounds:
    """Bounds of exp of a number, to a relative precision of about 2**-bits."""
    low, high = fixed(value, bits + 4)
    return exp_bounds(low, high, bits + 4, bits)


def exp_bounds(low: int, high: int, unit: int, bits: int) -> Bounds:
    """Bounds of exp of all numbers from ``low`` to ``high``, in fixed point with ``unit`` binary digits, to a relative
    precision of about ``bits`` digits where these are close together."""
    if max(abs(low), abs(high)).bit_length() > LONGEST or bits > LONGEST:
        raise TooLarge(f"expected exponentials of numbers of at most {LONGEST} binary digits, found more")
    if low == high == 0:
        return Bounds(1 << bits, 1 << bits, -bits)
    start, stop, exponent = _exp(low, unit, bits)
    if high == low:
        return Bounds(start, stop, exponent)
    apart = high - low
    if apart >> unit:
        _, far, other = _exp(high, unit, bits)
        return Bounds(start, far << (other - exponent), exponent)
    # exp(d) <= 1 + 2d for 0 <= d <= 1
    return Bounds(start, stop + (-(-(stop * apart) >> (unit - 1))), exponent)


def _exp(value: int, unit: int, bits: int) -> tuple[int, int, int]:
    """Bounds of exp(value / 2**unit) as two mantissas and an exponent: r = x - k log 2 is halved, and the series of
    its exponential squared as often."""
    halvings = isqrt(bits) // 2 + 1
    work = bits + halvings + _GUARD
    wide = max(work + max(value.bit_length() - unit, 0) + 2, unit)
    long, two = value << (wide - unit), log_two(wide)
    times = long // two
    # k log 2 lies between k*two and k*two + k, k of fewer digits than wide - work: less than a unit of 2**-work.
    rest = (long - times * two) >> (wide - work)
    y = rest >> halvings
    # Terms are rounded down: each lacks less than one unit, and half of what the one before lacked, for y/n < 1/2.
    total = term = 1 << work
    n = 0
    while term:
        n += 1
        term = (term * y >> work) // n
        total += term
    lacking = 4 * n + 4  # what terms lack, what halving dropped (less than two units, exp' < 2), the rest of the series
    for _ in range(halvings):
        lacking = (2 * lacking * (total + lacking) >> work) + 2
        total = total * total >> work
    # The argument itself was off by less than two units in either direction, and exp(r) < 2.5.
    drop = work - bits
    return (total - 8) >> drop, -(-(total + lacking + 8) >> drop), times - bits


def log_bounds(value: Fraction, bits: int) -> tuple[int, int]:
    """log of a positive number in fixed point: bounds in units of 2**-bits."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    top, bottom = value.numerator, value.denominator
    if exponent >= 0:
        bottom <<= exponent
    else:
        top <<= -exponent
    if top < bottom:
        top, exponent = top * 2, exponent - 1
    if max(bits, top.bit_length()) > 32 * LONGEST or bits > LONGEST:
        raise TooLarge("expected logarithms of shorter numbers, found longer ones")
    # value = (top/bottom) 2**exponent, 1 <= top/bottom < 2: log = exponent log 2 + 2 artanh z
    work = bits + exponent.bit_length() + _GUARD
    z = ((top - bottom) << work) // (top + bottom)
    square, power, total, k = z * z >> work, z, 0, 0
    while power:
        total += power // (2 * k + 1)
        power = power * square >> work
        k += 1
    lacking = 4 * k + 4  # powers lack less than three units each, z <= 1/3; so does the rest of the series
    two = log_two(work)
    low = exponent * two + 2 * total + min(exponent, 0)
    high = exponent * two + 2 * (total + lacking) + max(exponent, 0)
    return low >> (work - bits), -(-high >> (work - bits))
