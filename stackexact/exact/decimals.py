"""Exact numbers for people: correctly rounded decimals, and long numerals shortened in the middle.

Nothing here passes through a binary float, and no rounded number is ever computed with: it stands beside the exact one.
"""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, Inexact
from fractions import Fraction
from typing import Final, NamedTuple

from stackexact.exact.digits import fraction_to_text, int_to_text

__all__ = ["Rounded", "numerals_shortened", "rounded", "shortened"]

MIN_POSITIONAL: Final = -5
"""Numbers below 1e-5 are written with an exponent, as are those whose integer part has more digits than are shown."""


_LONG: Final = re.compile(r"[0-9]{31,}")
"""Numerals that are too long for a line with others."""


class Rounded(NamedTuple):
    """A number in decimal notation, and whether the decimal is the number itself."""

    text: str
    exact: bool


def rounded(value: Fraction, digits: int, rounding: str = ROUND_HALF_EVEN) -> Rounded:
    """``value`` with ``digits`` significant digits, correctly rounded (half to even, or as ``decimal`` names it), zeros
    dropped where it is exact.

    >>> rounded(Fraction(2, 3), 6), rounded(Fraction(3, 5), 6), rounded(Fraction(10**400), 6)
    (Rounded(text='0.666667', exact=False), Rounded(text='0.6', exact=True), Rounded(text='1e400', exact=True))
    """
    context = Context(prec=digits, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    exact = not context.flags[Inexact]
    _, tuple_digits, _ = quotient.as_tuple()
    figures = "".join(map(str, tuple_digits))
    if exact:
        figures = figures.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    return Rounded(sign + _written(figures, quotient.adjusted() if value else 0, digits), exact)


def _written(figures: str, exponent: int, digits: int) -> str:
    """The significant ``figures``, the first of which has the place value 10**exponent."""
    if not MIN_POSITIONAL <= exponent < digits:
        return f"{figures[0]}{'.' if figures[1:] else ''}{figures[1:]}e{exponent}"
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{figures}"
    whole, rest = figures[: exponent + 1].ljust(exponent + 1, "0"), figures[exponent + 1 :]
    return f"{whole}.{rest}" if rest else whole


def numerals_shortened(text: str, ends: int = 6) -> str:
    """An expression or a relation with the middle of every long numeral left out.

    >>> numerals_shortened("0 < delta < " + "7" * 2000)
    '0 < delta < 777777…777777'
    """
    return _LONG.sub(lambda found: f"{found[0][:ends]}…{found[0][-ends:]}", text)


def shortened(value: Fraction, ends: int = 3) -> str:
    """``value`` with the middle of every long numeral left out, and how many digits there are.

    >>> shortened(Fraction(10**5011 + 7, 3))
    '100…007/3 (5 012 and 1 digits)'
    >>> shortened(Fraction(-1, 3))
    '-1/3'
    """
    top, bottom = int_to_text(abs(value.numerator)), int_to_text(value.denominator)
    if max(len(top), len(bottom)) <= 4 * ends:
        return fraction_to_text(value)
    parts = [top] if value.denominator == 1 else [top, bottom]
    shown = "/".join(part if len(part) <= 2 * ends + 1 else f"{part[:ends]}…{part[-ends:]}" for part in parts)
    counts = " and ".join(f"{len(part):,}".replace(",", " ") for part in parts)
    return f"{'-' if value < 0 else ''}{shown} ({counts} digits)"
