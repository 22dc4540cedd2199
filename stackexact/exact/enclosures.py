"""Real numbers that are neither rational nor algebraic: intervals with rational ends that are proved to hold them.

Nothing is ever rounded towards the truth: ends are rounded away from it, and the decimal beside them shows
certain digits alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN
from fractions import Fraction
from typing import Final

from flint import arb, ctx, fmpq

from stackexact.errors import LimitReached
from stackexact.exact.decimals import rounded
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.records import Record

__all__ = [
    "END_BITS",
    "START_BITS",
    "Enclosure",
    "Number",
    "ball_of",
    "bits_of",
    "enclosed",
    "ends",
    "limits",
    "middle",
    "refined",
    "sign_of",
    "written",
]

START_BITS: Final = 64
END_BITS: Final = 1 << 17
"""The greatest working precision; what it does not decide is a limit that is told."""
_LONGEST: Final = 1 << 20
"""Binary digits of the greatest number whose bounds are written out."""


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure(Record):
    """A real number known to lie in [``lower``, ``upper``], rational ends included, with a ``closed_form`` where one is
    known (text such as ``(exp(2) + 3)/(exp(2) + 1)``; empty where none is).

    >>> root = Enclosure(Fraction(14142135, 10**7), Fraction(14142136, 10**7), "sqrt(2)")
    >>> root.decimal, Fraction(3, 2) in root, root.document()["upper"]
    ('1.414213', False, '1767767/1250000')
    """

    lower: Fraction
    upper: Fraction
    closed_form: str = ""

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:
            raise ValueError("the ends of an enclosure are in the wrong order")

    @property
    def width(self) -> Fraction:
        """How far the ends are apart."""
        return self.upper - self.lower

    @property
    def middle(self) -> Fraction:
        """The number half way between the ends."""
        return (self.lower + self.upper) / 2

    @property
    def decimal(self) -> str:
        """Digits that are certain: the number differs from them by less than one unit of the last place."""
        return shared_digits(self.lower, self.upper)

    def __contains__(self, value: Fraction | Enclosure) -> bool:
        low, high = (value.lower, value.upper) if isinstance(value, Enclosure) else (value, value)
        return self.lower <= low and high <= self.upper

    def __float__(self) -> float:
        return float(self.middle)

    def document(self) -> dict[str, str]:
        """The enclosure as JSON (contract section 9)."""
        made = {
            "lower": fraction_to_text(self.lower),
            "upper": fraction_to_text(self.upper),
            "decimal": self.decimal,
        }
        return {**made, "closed_form": self.closed_form} if self.closed_form else made

    def text(self, digits: int) -> str:
        """For people: at most so many significant ``digits`` that all numbers between the ends begin with, followed by
        an ellipsis; zeros where there is none, or digits that are certain in the sense of :attr:`decimal`.

        >>> tiny = Enclosure(Fraction(0), Fraction(1, 10**9))
        >>> Enclosure(Fraction(2, 3), Fraction(66667, 10**5)).text(6), tiny.text(3)
        ('0.6666…', '0.000…')
        """
        if self.lower == self.upper:
            return rounded(self.lower, digits).text
        for count in range(digits, 0, -1):
            low, high = (rounded(end, count, ROUND_DOWN).text for end in (self.lower, self.upper))
            if low == high:
                return f"{low}…"
        whole, point, places = self.decimal.partition(".")
        return f"{whole}{point}{places[:digits]}…"


Number = Fraction | Enclosure
"""What answers are made of where they need not be rational."""


def limits(value: Number) -> tuple[Fraction, Fraction]:
    """Between what a number lies: twice itself where it is known."""
    return (value.lower, value.upper) if isinstance(value, Enclosure) else (value, value)


def middle(value: Number) -> Fraction:
    """The number, or what is half way between the ends of its enclosure."""
    return value.middle if isinstance(value, Enclosure) else value


def written(value: Number) -> str | dict[str, str]:
    """A number as JSON (contract sections 1 and 9)."""
    return value.document() if isinstance(value, Enclosure) else fraction_to_text(value)


def shared_digits(lower: Fraction, upper: Fraction) -> str:
    """Decimal digits that are certain: every number from ``lower`` to ``upper`` differs from them by less than one unit
    of their last place. They are cut off where both ends begin with them, and rounded where they lie on both sides.
    """
    if lower == upper:
        return rounded(lower, 60, ROUND_DOWN).text
    places = _places(upper - lower)
    while True:
        found = _shared(lower, upper, Fraction(10) ** places)
        if found is not None:
            return _positional(found, places)
        places -= 1


def _shared(lower: Fraction, upper: Fraction, units: Fraction) -> int | None:
    """What both ends are in units of the last place: cut off, or rounded; nothing where they do not agree."""
    low, high = lower * units, upper * units
    for one, two in ((math.trunc(low), math.trunc(high)), (round(low), round(high))):
        if one == two:
            return one
    return None


def _places(width: Fraction) -> int:
    """The number of decimal places that a width leaves, one more at most."""
    return -_magnitude(width) + 1


def _positional(units: int, places: int) -> str:
    """``units`` of the decimal place ``places`` as digits; beyond the point nothing is made up."""
    if places <= 0:
        return f"{units}e{-places}" if places else str(units)
    digits = str(abs(units)).rjust(places + 1, "0")
    return f"{'-' if units < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def bits_of(digits: int) -> int:
    """Binary digits that hold as much as so many decimal ones."""
    return digits * 3322 // 1000 + 4


def ball_of(value: Fraction) -> arb:
    """A fraction at the working precision."""
    return arb(fmpq(value.numerator, value.denominator))


def ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Rational bounds of what a ball holds, rounded away from it to the working precision, which is to be the one that
    the ball was computed at: a lower one would make them wider.

    Raises :class:`~stackexact.errors.LimitReached` where it is unbounded, or beyond 2**1048576.

    >>> with ctx.workprec(64):
    ...     low, high = ends(ball_of(Fraction(1, 3)))
    >>> low < Fraction(1, 3) < high, high - low < Fraction(1, 2**60)
    (True, True)
    """
    if not ball.is_finite() or max(_size(ball.lower()), _size(ball.upper())) > _LONGEST:
        raise LimitReached("a value lies beyond what ball arithmetic can hold; make rewards, features or eta smaller")
    return _exact(ball.lower(), -1), _exact(ball.upper(), 1)


def _size(end: arb) -> int:
    """The number of binary digits before the point; negative where digits behind it are zeros."""
    mantissa, exponent = end.man_exp()
    return int(exponent) + int(mantissa).bit_length()


def _exact(end: arb, away: int) -> Fraction:
    """The end itself; what is all but zero is moved ``away``, for nobody could write it down."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    if exponent >= 0:
        return Fraction(mantissa << exponent)
    if _size(end) < -END_BITS:
        return Fraction(away, 1 << END_BITS) if mantissa * away > 0 else Fraction(0)
    return Fraction(mantissa, 1 << -exponent)


def enclosed(lower: Fraction, upper: Fraction, digits: int, scale: Fraction, closed_form: str = "") -> Enclosure:
    """The enclosure with ends rounded away to a decimal place two beyond 10**-digits of ``scale``."""
    unit = Fraction(10) ** (_magnitude(scale) - digits - 2)
    return Enclosure(lower // unit * unit, -(-upper // unit) * unit, closed_form)


def _magnitude(scale: Fraction) -> int:
    """The decimal exponent of a positive number, rounded down."""
    bits = scale.numerator.bit_length() - scale.denominator.bit_length()
    exponent = math.floor(bits * Fraction(30103, 10**5)) - 2  # a little below the logarithm
    while Fraction(10) ** (exponent + 1) <= scale:
        exponent += 1
    return exponent


def refined(value: Callable[[], arb], width: Fraction, *, relative: bool = False) -> tuple[Fraction, Fraction]:
    """Bounds of a number at most ``width`` apart, or ``width`` times its size: ``value`` is computed at rising
    precision.

    Raises :class:`~stackexact.errors.LimitReached` where :data:`END_BITS` do not suffice.
    """
    bits = START_BITS
    while bits <= END_BITS:
        with ctx.workprec(bits):
            ball = value()
            if ball.is_finite():
                low, high = ends(ball)
                if high - low <= width * (min(abs(low), abs(high)) if relative else 1):
                    return low, high
        bits *= 2
    raise LimitReached(f"{END_BITS} binary digits do not determine a value; ask for fewer digits")


def sign_of(value: Callable[[], arb]) -> int:
    """-1 or 1: the sign of a number that is known not to be zero; ``value`` is computed at rising precision.

    Raises :class:`~stackexact.errors.LimitReached` where :data:`END_BITS` do not suffice.

    >>> sign_of(lambda: ball_of(Fraction(22, 7)) - arb.pi())
    1
    """
    bits = START_BITS
    while bits <= END_BITS:
        with ctx.workprec(bits):
            ball = value()
            if ball > 0 or ball < 0:
                return 1 if ball > 0 else -1
        bits *= 2
    raise LimitReached(f"{END_BITS} binary digits do not tell the sign of a number; make the numbers shorter")
