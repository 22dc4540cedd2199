"""Real numbers as claims state them: exactly, or by two ends, with the digits that these share and a closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TypeVar

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.closed_forms import Malformed, closed_form, closed_logarithm
from stackexact.certificates.digits import digits_of
from stackexact.certificates.exponential_sums import Quotient
from stackexact.certificates.logarithms import Log
from stackexact.certificates.reading import Node, show
from stackexact.errors import shorten

__all__ = [
    "Stated",
    "certain_digits",
    "read_stated",
    "require_between",
    "require_equal",
    "require_logarithm",
    "require_number",
]

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
    lower, upper, closed = _read_ends(node)
    if closed is None:
        return Stated(node, lower, upper, Quotient.of(lower) if not isinstance(node.value, dict) else None)
    exact = _closed(closed, closed_form)
    _require_inside(closed, exact.compared(lower), exact.compared(upper))
    return Stated(node, lower, upper, exact)


def require_number(node: Node, value: Quotient) -> None:
    """Require that this number is stated."""
    stated = read_stated(node)
    if stated.exact is None:
        require_between(stated, value.compared(stated.lower), value.compared(stated.upper))
    else:
        require_equal(stated, value)


def require_equal(stated: Stated, value: Quotient | None) -> None:
    """Require the number that is claimed exactly."""
    assert stated.exact is not None
    if value is None:
        raise stated.node.fails("expected two ends, for the number is not known exactly")
    if stated.exact.less(value):
        known = value.rational
        raise stated.node.wrong(f"{'another number' if known is None else show(known)}, as the policy gives")


def require_logarithm(node: Node, value: Log) -> None:
    """Require that this logarithm is stated, exactly or by two ends; its closed form is a sum of logarithms."""
    lower, upper, closed = _read_ends(node)
    _require_inside(node, (value - Log(lower)).sign(), (value - Log(upper)).sign())
    if closed is not None and (_closed(closed, closed_logarithm) - value).sign():
        raise closed.wrong("another number")


def _read_ends(node: Node) -> tuple[Fraction, Fraction, Node | None]:
    """The ends of a number, which are its own where it is rational, and its closed form."""
    if not isinstance(node.value, dict):
        value = node.number()
        return value, value, None
    parts = node.fields("lower", "upper", "decimal", optional=("closed_form",))
    lower, upper = parts["lower"].number(), parts["upper"].number()
    if not lower <= upper:
        raise node.fails("expected ends in order, found the lower one above the upper one")
    _require_certain(parts["decimal"], lower, upper)
    return lower, upper, parts.get("closed_form")


T = TypeVar("T", Quotient, Log)


def _closed(node: Node, read: Callable[[str], T]) -> T:
    if not isinstance(node.value, str):
        raise node.wrong("a closed form as text")
    try:
        return read(node.value)
    except Malformed as flaw:
        raise node.wrong(str(flaw)) from None
    except TooLarge as limit:
        raise TooLarge(f"{node.place}: {limit}") from None


def _require_inside(node: Node, above: int, below: int) -> None:
    """Require the sign of a number less the lower end not to be negative, and that less the upper end not positive."""
    if above < 0 or below > 0:
        raise node.fails(f"expected a number between the ends, found it beyond {'lower' if above < 0 else 'upper'}")


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
    """Require that what is stated lies between its ends, by its signs less the lower and less the upper one."""
    _require_inside(stated.node, above, below)
