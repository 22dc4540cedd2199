"""Whole numbers as products of powers of numbers without common factors, none of which is a perfect power.

Such numbers are as good as primes: powers of them with rational exponents are linearly independent over the rationals
unless their exponents differ by whole numbers (Besicovitch 1940), and so are their logarithms (unique factorisation).
Numbers are taken apart by what they have in common with one another, and where it is wanted the short ones into primes.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import Final

from flint import fmpz

__all__ = ["coprime_base", "is_long", "over", "prime_base"]

_FACTORED: Final = 128
"""Binary digits of the greatest number that is taken apart into primes, which takes a hundredth of a second or so."""
_TRIED: Final = 500
"""Small primes that are looked for in longer numbers."""


def is_long(base: int) -> bool:
    """Whether an element of a base need not be a prime."""
    return base.bit_length() > _FACTORED


def coprime_base(numbers: Iterable[int]) -> frozenset[int]:
    """Numbers above 1 without common factors, none a perfect power, whose products of powers the given ones are.

    >>> sorted(coprime_base([12, 35])), sorted(coprime_base([12, 18])), sorted(coprime_base([36]))
    ([12, 35], [2, 3], [6])
    """
    return frozenset(_root(fmpz(part)) for part in _coprime({number for number in numbers if number > 1}))


def prime_base(numbers: Iterable[int]) -> frozenset[int]:
    """The same of primes; but that of numbers of more than 128 binary digits only small primes are split off.

    >>> one, two = 2**89 - 1, 2**107 - 1
    >>> sorted(prime_base([12, 35])), prime_base([one * two, two**2]) == {one, two}
    ([2, 3, 5, 7], True)
    """
    parts = {part for number in numbers for part in _parts(number)}
    if not any(map(is_long, parts)):
        return frozenset(parts)
    shared = coprime_base(parts)
    return shared if shared == parts else prime_base(shared)


def over(base: frozenset[int], powers: Iterable[tuple[int, Fraction]]) -> dict[int, Fraction]:
    """A product of powers of whole numbers as one of powers of the numbers of their base: these, with the exponents.

    >>> over(frozenset({2, 3}), [(12, Fraction(1, 2)), (3, Fraction(1))]) == {2: 1, 3: Fraction(3, 2)}
    True
    """
    found: dict[int, Fraction] = {}
    for number, times in powers:
        for one in [number] if number in base else base:
            count = 0
            while not number % one:
                number, count = number // one, count + 1
            if count:
                found[one] = found.get(one, Fraction(0)) + times * count
    return found


def _parts(number: int) -> list[int]:
    """The primes of a short number; of a long one small primes, and the root of what is left."""
    if not is_long(number):
        return [int(prime) for prime, _ in fmpz(number).factor()] if number > 1 else []
    roots = [_root(part) for part, _ in fmpz(number).factor(trial_limit=_TRIED)]
    return [part for root in roots for part in ([root] if is_long(root) else _parts(root))]


def _root(number: fmpz) -> int:
    """The number that is no perfect power and of which this is a power."""
    exponent = 2
    while number.is_perfect_power() and exponent < number.bit_length():
        root = number.root(exponent)
        number, exponent = (root, exponent) if root**exponent == number else (number, exponent + 1)
    return int(number)


def _coprime(numbers: set[int]) -> set[int]:
    """Numbers without common factors whose products the given ones are."""
    base: set[int] = set()
    waiting = list(numbers)
    while waiting:
        number = waiting.pop()
        for other in base:
            common = gcd(number, other)
            if common > 1:
                base.remove(other)
                waiting += [part for part in (common, number // common, other // common) if part > 1]
                break
        else:
            base.add(number)
    return base
