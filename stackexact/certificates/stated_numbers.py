"""Real numbers as claims state them: exactly, or by two ends, with the digits that these share and a closed form."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.digits import digits_of
from stackexact.certificates.exponential_sums import Malformed, Quotient, closed_form
from stackexact.certificates.reading import Node, Unsupported
from stackexact.errors import shorten

__all__ = ["Stated", "certain_digits", "read_stated", "require_between"]

PLACES = 100_000
"""Most digits that ends share."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is claimed: a number from ``lower`` to ``upper``; ``exact`` is the number itself where it is claimed."""

    node: Node
    lower: Fraction
    upper: Fraction
    exact: Quotient | None


def read_stated(node: Node) -> Stated:
    """Read a number, or an object with ends, whose decimal must be theirs."""
    if not isinstance(node.value, dict):
        value = node.number()
        return Stated(node, value, value, Quotient.of(value))
    parts = node.fields("lower", "upper", "decimal", optional=("closed_form",))
    lower, upper = parts["lower"].number(), parts["upper"].number()
    if not lower <= upper:
        raise node.fails("expected ends in order, found the lower one above the upper one")
    _require_certain(parts["decimal"], lower, upper)
    exact = _closed(parts["closed_form"]) if "closed_form" in parts else None
    if exact is not None:
        for key, sign in (("lower", exact.compared(lower)), ("upper", -exact.compared(upper))):
            if sign < 0:
                raise parts["closed_form"].fails(f"expected a number between the ends, found it beyond {key}")
    return Stated(node, lower, upper, exact)


def _closed(node: Node) -> Quotient:
    if not isinstance(node.value, str):
        raise node.wrong("a closed form as text")
    try:
        return closed_form(node.value)
    except Malformed as flaw:
        raise node.wrong(str(flaw)) from None
    except TooLarge as limit:
        raise TooLarge(f"{node.place}: {limit}") from None


def _require_certain(node: Node, lower: Fraction, upper: Fraction) -> None:
    if not isinstance(node.value, str):
        raise node.wrong("digits as text")
    if lower < upper:
        expected = certain_digits(lower, upper)
        if node.value != expected:
            raise node.wrong(f"{shorten(expected)}, the digits that are certain")
        return
    try:
        shown = Decimal(node.value)
        exponent = shown.as_tuple().exponent
        if not isinstance(exponent, int) or abs(exponent) > PLACES or len(node.value) > PLACES:
            raise InvalidOperation
    except InvalidOperation:
        raise node.wrong("digits") from None
    if not abs(Fraction(shown) - lower) < Fraction(10) ** exponent:
        raise node.wrong("digits that are certain")


def certain_digits(lower: Fraction, upper: Fraction) -> str:
    """The most digits that both of two different ends have, cut off or else rounded: every number between them differs
    from these by less than one unit of the last place."""
    width = upper - lower
    digits = (width.denominator.bit_length() - width.numerator.bit_length()) * 30103 // 100000
    if abs(digits) > PLACES:
        raise TooLarge(f"expected ends that share at most {PLACES} digits, found more")
    places = digits + 3
    while True:
        unit = Fraction(10) ** places
        low, high = lower * unit, upper * unit
        for one, two in ((_cut(low), _cut(high)), (round(low), round(high))):
            if one == two:
                return _with_point(one, places)
        places -= 1


def _cut(value: Fraction) -> int:
    whole = abs(value.numerator) // value.denominator
    return -whole if value < 0 else whole


def _with_point(units: int, places: int) -> str:
    sign, size = "-" * (units < 0), abs(units)
    if places <= 0:
        return f"{sign}{digits_of(size)}e{-places}" if places else f"{sign}{digits_of(size)}"
    whole, rest = divmod(size, 10**places)
    return f"{sign}{digits_of(whole)}.{digits_of(rest).zfill(places)}"


def require_between(stated: Stated, above: int, below: int) -> None:
    """Require the sign of a number less the lower end not to be negative, and that less the upper end not positive."""
    if above < 0 or below > 0:
        end = "lower" if above < 0 else "upper"
        raise Unsupported(f"{stated.node.place}: expected a number that lies between the ends, found it beyond {end}")
