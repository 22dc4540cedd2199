"""Rational functions of one parameter that compare like numbers on a region.

A proof that is written for numbers runs on them unchanged: a comparison is the sign of a difference on the region. On
an interval where it is not constant :class:`~stackexact.certificates.line.Split` is raised, and the proof is run again
on the parts; so each run is a proof at every point of its region.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from stackexact.certificates.bounds import Work
from stackexact.certificates.digits import written
from stackexact.certificates.elimination import last_pivot
from stackexact.certificates.line import Region
from stackexact.certificates.polynomials import ONE, Poly, add, gcd, negative, quotient, times, value_at


class Function:
    """``top / bottom`` on a region, or without one, where nothing is compared. It need not be reduced."""

    __slots__ = ("bottom", "region", "top", "work")

    def __init__(self, top: Poly, bottom: Poly = ONE, region: Region | None = None, work: Work | None = None) -> None:
        self.top, self.bottom, self.region = top, bottom, region
        self.work = work

    @classmethod
    def of(cls, value: Fraction | int, work: Work | None = None) -> Function:
        """A number."""
        value = Fraction(value)
        return cls((value.numerator,) if value else (), (value.denominator,), None, work)

    def on(self, region: Region) -> Function:
        """The same function on a region."""
        return Function(self.top, self.bottom, region, region.line.work)

    def made(self, top: Poly, bottom: Poly, two: Function | None = None) -> Function:
        """Another function where this one, or both, are looked at."""
        other = self if two is None else two
        return Function(top, bottom, self.region or other.region, self.work or other.work)

    def at(self, x: Fraction) -> Fraction:
        """The value at a rational number; raises :class:`ZeroDivisionError` where there is none."""
        if self.work is not None:
            self.work.spend(10 * (len(self.top) + len(self.bottom)))
        return value_at(self.top, x) / value_at(self.bottom, x)

    def _with(self, other: object) -> Function | None:
        if isinstance(other, Function):
            return other
        return Function.of(other, self.work) if isinstance(other, Fraction | int) else None

    def __add__(self, other: object) -> Function:
        two = self._with(other)
        if two is None:
            return NotImplemented
        work = self.work or two.work
        bottom, (up, upper) = joint((self.bottom, two.bottom), work)
        return self.made(add(times(self.top, up, work), times(two.top, upper, work)), bottom, two)

    __radd__ = __add__

    def __neg__(self) -> Function:
        return self.made(negative(self.top), self.bottom)

    def __sub__(self, other: object) -> Function:
        two = self._with(other)
        return NotImplemented if two is None else self + -two

    def __rsub__(self, other: object) -> Function:
        return -self + other

    def __mul__(self, other: object) -> Function:
        two = self._with(other)
        if two is None:
            return NotImplemented
        work = self.work or two.work
        return self.made(times(self.top, two.top, work), times(self.bottom, two.bottom, work), two)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Function:
        two = self._with(other)
        if two is None:
            return NotImplemented
        if not two.top:
            raise ZeroDivisionError("a division by zero")
        work = self.work or two.work
        return self.made(times(self.top, two.bottom, work), times(self.bottom, two.top, work), two)

    def __rtruediv__(self, other: object) -> Function:
        two = self._with(other)
        return NotImplemented if two is None else two / self

    def __abs__(self) -> Function:
        return -self if self.sign < 0 else self

    @property
    def sign(self) -> int:
        """-1, 0 or 1 on the region."""
        if self.region is None:
            raise TypeError("expected a region to compare on")
        return self.region.sign(self.top) * self.region.sign(self.bottom)

    def __bool__(self) -> bool:
        return self.sign != 0

    def __eq__(self, other: object) -> bool:
        two = self._with(other)
        if two is None:
            return NotImplemented
        return (self.top == two.top and self.bottom == two.bottom) or not self - two

    def __lt__(self, other: object) -> bool:
        return (self - other).sign < 0

    def __le__(self, other: object) -> bool:
        return (self - other).sign <= 0

    def __gt__(self, other: object) -> bool:
        return (self - other).sign > 0

    def __ge__(self, other: object) -> bool:
        return (self - other).sign >= 0

    def __hash__(self) -> int:
        return 0  # equal values may be different functions: at a point only comparing tells

    def text(self, name: str) -> str:
        """The normal form: a polynomial in descending powers, or ``(top)/(bottom)`` in integers without a common
        divisor, the bottom with a positive leading coefficient."""
        one = self.lowest()
        top, bottom = (one.top, one.bottom) if one.bottom[-1] > 0 else (negative(one.top), negative(one.bottom))
        if len(bottom) == 1:
            return _text(top, bottom[0], name)
        return f"({_text(top, 1, name)})/({_text(bottom, 1, name)})"

    def lowest(self) -> Function:
        """The same without what numerator and denominator have in common."""
        divisor = gcd(self.top, self.bottom, self.work) if self.top else self.bottom
        return self.made(quotient(self.top, divisor, self.work), quotient(self.bottom, divisor, self.work))

    def is_lowest(self) -> bool:
        """Whether it has a normal form: any function of one parameter is brought to lowest terms for that."""
        return True

    def is_defined(self, region: Any) -> bool:
        """Whether the denominator vanishes nowhere on a region."""
        return bool(region.sign(self.bottom))

    def whole(self) -> int | None:
        """The value if it is an integer."""
        if len(self.top) > 1 or self.bottom != ONE:
            return None
        return self.top[0] if self.top else 0

    def size(self) -> int:
        """About how many words it takes to write down."""
        longest = max(map(abs, (*self.top, *self.bottom))).bit_length()
        return (len(self.top) + len(self.bottom)) * (1 + longest // 30)

    def reduced(self) -> Function:
        """The same, a number in lowest terms."""
        if len(self.top) == 1 and len(self.bottom) == 1:
            return Function.of(Fraction(self.top[0], self.bottom[0]), self.work)
        return self

    def __str__(self) -> str:
        return self.text(self.region.line.name if self.region else "x")


def _text(p: Poly, divisor: int, name: str) -> str:
    parts: list[str] = []
    for power in range(len(p) - 1, -1, -1):
        if p[power]:
            size = Fraction(abs(p[power]), divisor)
            factors = [written(size)] if size != 1 or not power else []
            factors += [] if not power else [name] if power == 1 else [f"{name}**{power}"]
            sign = ("-" if p[power] < 0 else "") if not parts else " - " if p[power] < 0 else " + "
            parts.append(sign + "*".join(factors))
    return "".join(parts) or "0"


def joint(bottoms: Iterable[Poly], work: Work | None = None) -> tuple[Poly, list[Poly]]:
    """The least common multiple of some polynomials, and what each of them has to be multiplied by to give it."""
    some = list(bottoms)
    least: Poly = ONE
    for bottom in dict.fromkeys(some):
        least = times(least, quotient(bottom, gcd(bottom, least, work), work), work)
    by = {bottom: quotient(least, bottom, work) for bottom in dict.fromkeys(some)}
    return least, [by[bottom] for bottom in some]


def regular(rows: Sequence[Sequence[Function | Fraction]], region: Region) -> bool:
    """Whether a square matrix is regular on all of a region: its determinant has no root there."""
    work = next((entry.work for row in rows for entry in row if isinstance(entry, Function)), None)
    determinant = last_pivot([_whole(row, work) for row in rows], ONE, partial(_crossed, work))
    return determinant is not None and region.sign(determinant) != 0


def _crossed(work: Work | None, row: list[Poly], head: list[Poly], column: int, last: Poly) -> list[Poly]:
    pivot, factor = head[column], negative(row[column])
    sums = (add(times(pivot, entry, work), times(factor, top, work)) for entry, top in zip(row, head, strict=True))
    return [quotient(one, last, work) for one in sums]


def _whole(row: Sequence[Function | Fraction], work: Work | None) -> list[Poly]:
    """A row times its common denominator, which is not zero on the region."""
    entries = [entry if isinstance(entry, Function) else Function.of(entry) for entry in row]
    _, by = joint((entry.bottom for entry in entries), work)
    return [times(entry.top, up, work) for entry, up in zip(entries, by, strict=True)]
