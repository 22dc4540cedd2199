"""Polynomials in one variable with integer coefficients: signs, greatest common divisors, Sturm sequences.

A polynomial is the tuple of its coefficients, the constant first and the last one not zero; zero is the empty tuple.
What may take long is counted as ``work``, if there is a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import zip_longest
from math import gcd as common

from stackexact.certificates.bounds import Work

Poly = tuple[int, ...]

ONE: Poly = (1,)


def poly(coefficients: Iterable[int]) -> Poly:
    """The polynomial with these coefficients, without leading zeros."""
    made = list(coefficients)
    while made and not made[-1]:
        made.pop()
    return tuple(made)


def add(p: Poly, q: Poly) -> Poly:
    """``p + q``."""
    return poly(a + b for a, b in zip_longest(p, q, fillvalue=0))


def bits(p: Poly) -> int:
    """The length of the longest coefficient."""
    return max(map(abs, p), default=0).bit_length()


def times(p: Poly, q: Poly, work: Work | None = None) -> Poly:
    """``p·q``."""
    if not p or not q:
        return ()
    if work is not None:
        work.spend(len(p) * len(q), bits(p), bits(q))
    if len(q) == 1:
        return p if q == ONE else tuple(a * q[0] for a in p)
    made = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        if a:
            for j, b in enumerate(q):
                made[i + j] += a * b
    return tuple(made)


def negative(p: Poly) -> Poly:
    """``-p``."""
    return tuple(-a for a in p)


def derivative(p: Poly) -> Poly:
    """``p'``."""
    return tuple(i * a for i, a in enumerate(p))[1:]


def primitive(p: Poly) -> Poly:
    """The polynomial divided by the (positive) greatest common divisor of its coefficients."""
    content = common(*p)
    return p if content in (0, 1) else tuple(a // content for a in p)


def sign_at(p: Poly, x: Fraction, work: Work | None = None) -> int:
    """The sign of p at a rational number: Horner's scheme over its denominator."""
    if work is not None:
        own = max(x.numerator.bit_length(), x.denominator.bit_length())
        work.spend(2 * len(p), bits(p) + len(p) * own // 2, own)
    top, bottom, value, power = x.numerator, x.denominator, 0, 1
    for a in reversed(p):
        value = value * top + a * power
        power *= bottom
    return (value > 0) - (value < 0)


def value_at(p: Poly, x: Fraction) -> Fraction:
    """The value of p at a rational number."""
    top, bottom, value, power = x.numerator, x.denominator, 0, 1
    for a in reversed(p):
        value = value * top + a * power
        power *= bottom
    return Fraction(value * bottom, power) if p else Fraction(0)


def remainder(p: Poly, q: Poly, work: Work | None = None) -> Poly:
    """A positive multiple of the remainder of p divided by q, primitive."""
    rest, length = list(p), bits(q)
    while len(rest) >= len(q):
        if work is not None:
            work.spend(2 * len(rest), bits(tuple(rest)), length)
        factor = common(rest[-1], q[-1])
        up, by = abs(q[-1]) // factor, rest[-1] // factor * (1 if q[-1] > 0 else -1)
        shift = len(rest) - len(q)
        rest = [up * a for a in rest]
        for i, a in enumerate(q):
            rest[shift + i] -= by * a
        while rest and not rest[-1]:
            rest.pop()
    return primitive(tuple(rest))


def gcd(p: Poly, q: Poly, work: Work | None = None) -> Poly:
    """The greatest common divisor over the integers (contents included) with a positive leading coefficient."""
    content = common(*p, *q)
    p, q = primitive(p), primitive(q)
    while q:
        p, q = q, remainder(p, q, work)
    return tuple(content * (a if p[-1] > 0 else -a) for a in p) if len(p) > 1 else (content,)


def quotient(p: Poly, q: Poly, work: Work | None = None) -> Poly:
    """``p / q`` where q divides p over the integers."""
    if work is not None:
        work.spend((len(p) - len(q) + 1) * len(q), bits(p), bits(q))
    rest, made = list(p), [0] * (len(p) - len(q) + 1)
    for shift in range(len(p) - len(q), -1, -1):
        made[shift] = rest[shift + len(q) - 1] // q[-1]
        for i, a in enumerate(q):
            rest[shift + i] -= made[shift] * a
    return poly(made)


def squarefree(p: Poly, work: Work | None = None) -> Poly:
    """The primitive polynomial with the same roots, each of them once."""
    p = primitive(p)
    return quotient(p, primitive(gcd(p, derivative(p), work)), work) if len(p) > 2 else p


def sturm(p: Poly, work: Work | None = None) -> list[Poly]:
    """The Sturm sequence of a squarefree polynomial (Sturm 1829)."""
    chain = [p, primitive(derivative(p))]
    while len(chain[-1]) > 1:
        chain.append(negative(remainder(chain[-2], chain[-1], work)))
    return [part for part in chain if part]


def changes(chain: Sequence[Poly], x: Fraction | None, work: Work | None = None, *, left: bool = False) -> int:
    """The changes of sign along a Sturm sequence at a number; without one at infinity (``left``: minus infinity)."""
    if x is None:
        signs = [(1 if part[-1] > 0 else -1) * (-1 if left and len(part) % 2 == 0 else 1) for part in chain]
    else:
        signs = [sign for part in chain if (sign := sign_at(part, x, work))]
    return sum(one != two for one, two in zip(signs, signs[1:], strict=False))


def count(chain: Sequence[Poly], low: Fraction | None, high: Fraction | None, work: Work | None = None) -> int:
    """How many roots lie in (low, high]; ``None`` is infinity."""
    return changes(chain, low, work, left=True) - changes(chain, high, work)
