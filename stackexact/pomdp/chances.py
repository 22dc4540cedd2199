"""Chances: finite distributions in fractions, and draws from them that no rounding touches."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from math import lcm
from typing import Final, TypeAlias, TypeVar

__all__ = ["Chances", "certain", "drawn", "merged"]

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)

ONE: Final = Fraction(1)
ZERO: Final = Fraction(0)

Chances: TypeAlias = tuple[tuple[T, Fraction], ...]
"""What may happen, each with its probability above 0; these sum to 1."""


def certain(value: T) -> Chances[T]:
    """What happens surely."""
    return ((value, ONE),)


def merged(pairs: Iterable[tuple[H, Fraction]]) -> dict[H, Fraction]:
    """Weights of what is equal, added up, in order of first occurrence; zeros are left out.

    >>> merged([("x", Fraction(1, 2)), ("y", Fraction(0)), ("x", Fraction(1, 4))])
    {'x': Fraction(3, 4)}
    """
    made: dict[H, Fraction] = {}
    for value, chance in pairs:
        if chance:
            made[value] = made.get(value, ZERO) + chance
    return made


def drawn(chances: Chances[T], below: Callable[[int], int]) -> T:
    """One of them; ``below(n)`` draws an integer from 0 to n − 1, each alike.

    >>> [drawn((("x", Fraction(1, 3)), ("y", Fraction(2, 3))), lambda n: n - 1 - k) for k in range(3)]
    ['y', 'y', 'x']
    """
    if len(chances) == 1:
        return chances[0][0]
    scale = lcm(*(chance.denominator for _, chance in chances))
    left = below(scale)
    for value, chance in chances:
        left -= chance.numerator * (scale // chance.denominator)
        if left < 0:
            return value
    raise AssertionError("chances sum to 1")
