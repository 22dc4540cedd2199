"""Rational functions of several parameters that compare like numbers where relations are stated.

The counterpart of :mod:`~stackexact.certificates.functions`: a comparison is what the stated relations say of the sign
of a difference. Where they say nothing, the proof fails: nothing is divided, nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.coprime import coprime
from stackexact.certificates.elimination import last_pivot
from stackexact.certificates.terms import Terms
from stackexact.errors import shorten

if TYPE_CHECKING:
    from stackexact.certificates.stated import Stated

Factors = dict[Terms, int]
"""Primitive polynomials with a positive leading coefficient, not constant, and their powers."""

ONE = Terms.of(1)


class Quotient:
    """``top / (number · Π factor**power)`` where relations are stated, or without any, where nothing is compared."""

    __slots__ = ("factors", "number", "region", "top")

    def __init__(
        self, top: Terms, number: int = 1, factors: Factors | None = None, region: Stated | None = None
    ) -> None:
        self.top, self.number, self.factors, self.region = top, number, factors or {}, region

    @classmethod
    def of(cls, value: Fraction | int) -> Quotient:
        """A number."""
        value = Fraction(value)
        return cls(Terms.of(value.numerator), value.denominator)

    def on(self, region: Stated) -> Quotient:
        """The same function where relations are stated."""
        return Quotient(self.top, self.number, self.factors, region)

    def _with(self, other: object) -> Quotient | None:
        if isinstance(other, Quotient):
            return other
        return Quotient.of(other) if isinstance(other, Fraction | int) else None

    def __add__(self, other: object) -> Quotient:
        two = self._with(other)
        return NotImplemented if two is None else added([self, two])

    __radd__ = __add__

    def __neg__(self) -> Quotient:
        return Quotient(-self.top, self.number, self.factors, self.region)

    def __sub__(self, other: object) -> Quotient:
        two = self._with(other)
        return NotImplemented if two is None else added([self, -two])

    def __rsub__(self, other: object) -> Quotient:
        return -self + other

    def __mul__(self, other: object) -> Quotient:
        two = self._with(other)
        if two is None:
            return NotImplemented
        factors = dict(self.factors)
        for factor, power in two.factors.items():
            factors[factor] = factors.get(factor, 0) + power
        return _reduced(self.top * two.top, self.number * two.number, factors, self.region or two.region)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Quotient:
        two = self._with(other)
        return NotImplemented if two is None else self * two.inverse()

    def __rtruediv__(self, other: object) -> Quotient:
        return self.inverse() * other

    def inverse(self) -> Quotient:
        """One divided by this; raises :class:`ZeroDivisionError` for zero."""
        if not self.top:
            raise ZeroDivisionError("a division by zero")
        content = self.top.content
        top = self.bottom.times(1 if content > 0 else -1)
        below = self.top.without(content)
        return _reduced(top, abs(content), {} if below.is_constant else {below: 1}, self.region)

    @property
    def bottom(self) -> Terms:
        """The denominator as one polynomial."""
        made = Terms.of(self.number)
        for factor, power in self.factors.items():
            for _ in range(power):
                made = made * factor
        return made

    def __abs__(self) -> Quotient:
        return -self if self < 0 else self

    def is_it(self, relation: str) -> bool:
        """Whether the value compares so with 0, as the stated relations say."""
        if self.region is None:
            raise TypeError("expected relations to compare by")
        turn = 1
        for factor, power in self.factors.items() if self.top else ():
            turn *= self.region.sign(factor) if power % 2 else 1  # a square: it is defined, hence positive
        if not turn:
            raise Unsupported(f"expected a value, found a division by zero in {self}")
        return self.region.holds(self.top.times(turn), relation)

    def __bool__(self) -> bool:
        return self.is_it("!=")

    def __eq__(self, other: object) -> bool:
        two = self._with(other)
        return NotImplemented if two is None else added([self, -two]).is_it("==")

    def __lt__(self, other: object) -> bool:
        return (self - other).is_it("<")

    def __le__(self, other: object) -> bool:
        return (self - other).is_it("<=")

    def __gt__(self, other: object) -> bool:
        return (self - other).is_it(">")

    def __ge__(self, other: object) -> bool:
        return (self - other).is_it(">=")

    def __hash__(self) -> int:
        return 0  # equal values may be different functions

    def text(self, names: Sequence[str]) -> str:
        """A polynomial, or ``(top)/(bottom)`` in integers without a common divisor."""
        if not self.factors:
            return self.top.text(names, self.number)
        bottom = self.bottom
        return f"({self.top.text(names)})/({bottom.text(names)})"

    def is_defined(self, region: Any) -> bool:
        """Whether the denominator vanishes nowhere that the stated relations hold."""
        return all(region.holds(factor, "!=") for factor in self.factors)

    def whole(self) -> int | None:
        """The value if it is an integer."""
        return self.top.constant if self.top.is_constant and self.number == 1 and not self.factors else None

    def size(self) -> int:
        """About how many words it takes to write down."""
        return self.top.size() + sum(factor.size() * power for factor, power in self.factors.items())

    def is_lowest(self) -> bool:
        """Whether numerator and denominator are shown to have no common factor."""
        return all(coprime(self.top, factor) for factor in self.factors)

    def reduced(self) -> Quotient:
        """The same: quotients are always reduced by the factors of their denominators."""
        return self

    def __str__(self) -> str:
        return shorten(self.text(self.region.line.names if self.region else [f"x{n}" for n in range(9)]))


def _reduced(top: Terms, number: int, factors: Factors, region: Stated | None) -> Quotient:
    """Without what the numerator shares with the number and the factors of the denominator."""
    if not top:
        return Quotient(top, 1, {}, region)
    left: Factors = {}
    for factor, power in factors.items():
        top, taken = top.stripped(factor, power)
        if power > taken:
            left[factor] = power - taken
    common = Fraction(abs(top.content), number)
    return Quotient(top.without(abs(top.content)).times(common.numerator), common.denominator, left, region)


def _common(values: Iterable[Quotient]) -> tuple[int, Factors]:
    """The least common multiple of the denominators as they are factored."""
    number, factors = 1, Factors()
    for one in values:
        number = lcm(number, one.number)
        for factor, power in one.factors.items():
            factors[factor] = max(power, factors.get(factor, 0))
    return number, factors


def _over(value: Quotient, number: int, factors: Factors) -> Terms:
    """The numerator over a multiple of the denominator."""
    top = value.top.times(number // value.number)
    for factor, power in factors.items():
        for _ in range(power - value.factors.get(factor, 0)):
            top = top * factor
    return top


def added(values: Iterable[Quotient]) -> Quotient:
    """The sum, over the least common multiple of the denominators."""
    some = list(values)
    region = next((one.region for one in some if one.region is not None), None)
    number, factors = _common(some)
    top = Terms({})
    for one in some:
        top = top + _over(one, number, factors)
    return _reduced(top, number, factors, region)


def total(values: Iterable[Quotient | Fraction]) -> Quotient:
    """The sum of functions and numbers."""
    return added(map(_quotient, values))


def _quotient(value: Quotient | Fraction) -> Quotient:
    return value if isinstance(value, Quotient) else Quotient.of(value)


def regular(rows: Sequence[Sequence[Quotient | Fraction]], region: Stated) -> bool:
    """Whether a square matrix is regular wherever the relations hold: they say that its determinant is not zero."""
    determinant = last_pivot([_whole(row) for row in rows], ONE, _crossed)
    return determinant is not None and region.holds(determinant, "!=")


def _whole(row: Sequence[Quotient | Fraction]) -> list[Terms]:
    """A row times a common denominator, which is not zero where the entries are defined."""
    entries = list(map(_quotient, row))
    number, factors = _common(entries)
    return [_over(entry, number, factors) for entry in entries]


def _crossed(row: list[Terms], head: list[Terms], column: int, last: Terms) -> list[Terms]:
    pivot, factor = head[column], row[column]
    return [_exactly(pivot * entry - factor * top, last) for entry, top in zip(row, head, strict=True)]


def _exactly(value: Terms, divisor: Terms) -> Terms:
    content = divisor.content
    made = value.divided(divisor.without(content))
    if made is None:
        raise ArithmeticError("fraction-free elimination leaves no remainder")
    return made.without(content)
