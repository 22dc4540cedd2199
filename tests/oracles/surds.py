"""Numbers a + b·√d on fractions: enough arithmetic and order for the oracles to run at irrational points."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from typing import Any


@total_ordering
@dataclass(frozen=True, eq=False)
class Surd:
    """``a + b·√d`` for a fixed positive integer d that is no square."""

    a: Fraction
    b: Fraction
    d: int

    def _like(self, other: Any) -> Surd:
        return other if isinstance(other, Surd) else Surd(Fraction(other), Fraction(0), self.d)

    def __add__(self, other: Any) -> Surd:
        two = self._like(other)
        return Surd(self.a + two.a, self.b + two.b, self.d)

    def __neg__(self) -> Surd:
        return Surd(-self.a, -self.b, self.d)

    def __sub__(self, other: Any) -> Surd:
        return self + -self._like(other)

    def __rsub__(self, other: Any) -> Surd:
        return self._like(other) - self

    def __mul__(self, other: Any) -> Surd:
        two = self._like(other)
        return Surd(self.a * two.a + self.b * two.b * self.d, self.a * two.b + self.b * two.a, self.d)

    def __truediv__(self, other: Any) -> Surd:
        two = self._like(other)
        norm = two.a**2 - two.b**2 * self.d
        return self * Surd(two.a / norm, -two.b / norm, self.d)

    def __rtruediv__(self, other: Any) -> Surd:
        return self._like(other) / self

    __radd__, __rmul__ = __add__, __mul__

    @property
    def sign(self) -> int:
        """-1, 0 or 1: the larger of a² and b²·d decides."""
        one, two = (self.a > 0) - (self.a < 0), (self.b > 0) - (self.b < 0)
        return one if self.a**2 > self.b**2 * self.d else two or one

    def __abs__(self) -> Surd:
        return -self if self.sign < 0 else self

    def __bool__(self) -> bool:
        return self.sign != 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surd | Fraction | int) and not (self - other).sign

    def __lt__(self, other: Any) -> bool:
        return (self - other).sign < 0

    def __hash__(self) -> int:
        return hash((self.a, self.b)) if self.b else hash(self.a)
