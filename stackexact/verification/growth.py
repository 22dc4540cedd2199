"""How fast regret grows: the exponent s of R(T) ~ T^s·log(T)^q, enclosed by the confidence intervals of the means.

A fit is a weighted sum of log(R(T)/log(T)^q) over the numbers of rounds used. If all expectations lie in their
intervals, the exponent lies between what their worst ends make of it: no further assumption, and no further error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.exact.enclosures import Number, middle
from stackexact.traces.arguments import row_named

__all__ = ["FITS", "SPAN", "Fit", "Growth", "Height", "fit", "growth"]

SPAN: Final = 2
"""Growth is read off numbers of rounds whose last is at least so many times the first."""

_ROUNDING: Final = 1e-11
"""More than what the logarithms of floats may be wrong by; exponents are widened by it."""


@dataclass(frozen=True, slots=True)
class Height:
    """The mean regret after so many rounds, exact or enclosed, and between what its expectation lies."""

    rounds: int
    mean: Number
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True)
class Growth:
    """The exponent s of R(T) ~ T^s·log(T)^q for the power q of ``logarithm``: between ``lower`` and ``upper``, which
    may be infinite; ``estimate`` is that of the means.

    ``-inf`` throughout: the regret is not positive in the end, and grows no faster than anything. ``remark`` says why
    nothing is known, or what is special. ``rounds`` are those used, ``fit`` is the name of the fit.
    """

    lower: float
    upper: float
    estimate: float | None
    logarithm: Fraction
    rounds: tuple[int, ...]
    fit: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """A slope by name: increasing abscissas, at least two, to weights whose sum is 0 and whose product with the
    abscissas is 1."""

    name: str
    title: str
    weights: Callable[[Sequence[float]], Sequence[float]]


def _ends(places: Sequence[float]) -> Sequence[float]:
    reach = places[-1] - places[0]
    return (-1 / reach, *(0.0 for _ in places[2:]), 1 / reach)


def _least_squares(places: Sequence[float]) -> Sequence[float]:
    middle = math.fsum(places) / len(places)
    squares = math.fsum((place - middle) ** 2 for place in places)
    return tuple((place - middle) / squares for place in places)


FITS: Final = (
    Fit("ends", "slope from the first to the last number of rounds used", _ends),
    Fit("least-squares", "slope of the least squares line through all numbers of rounds used", _least_squares),
)
"""Every fit. Of all of them ``ends`` gives the narrowest enclosure when the intervals are equally wide in logarithms:
the weights' absolute values sum up to 2 over the distance of the ends, and no slope has less."""


def fit(name: str) -> Fit:
    """The fit of that name."""
    return row_named("fit", FITS, name)


def growth(heights: Sequence[Height], logarithm: Fraction = Fraction(0), how: Fit = FITS[0]) -> Growth:
    """The exponent of regrets at increasing numbers of rounds, the powers of log(T) taken out.

    Of fewer than two numbers of rounds, or of some within a factor of 2, nothing is known: any noise would be growth.
    Where the last upper end is at most 0 the exponent is ``-inf``, whatever came before. Where the regret is certainly
    not positive earlier only, no power describes how it grows, and nothing is known; where its sign is uncertain, one
    end of the exponent is infinite, or both.

    >>> def line(rounds, exponent):
    ...     value = Fraction(rounds) ** exponent
    ...     return Height(rounds, value, value * 9 / 10, value * 11 / 10)
    >>> found = growth([line(100, 1), line(10_000, 1)])
    >>> round(found.lower, 3), round(found.estimate, 3), round(found.upper, 3)
    (0.956, 1.0, 1.044)
    """
    # log(T)^q vanishes at T = 1 or is infinite there.
    heights = [one for one in heights if one.rounds > 1]
    rounds = tuple(one.rounds for one in heights)

    def made(lower: float, upper: float, estimate: float | None, remark: str = "") -> Growth:
        return Growth(lower, upper, estimate, logarithm, rounds, how.name, remark)

    if len(heights) < 2:
        return made(-math.inf, math.inf, None, "growth takes at least two numbers of rounds")
    if rounds[-1] < SPAN * rounds[0]:
        return made(-math.inf, math.inf, None, f"growth takes rounds that span a factor of {SPAN}")
    if heights[-1].upper <= 0:
        where = "" if all(one.upper <= 0 for one in heights) else f" at T = {rounds[-1]}"
        return made(-math.inf, -math.inf, None, f"the regret is not positive{where}")
    if any(one.upper <= 0 for one in heights):
        turns = next(one.rounds for one in heights[::-1] if one.upper <= 0)
        return made(-math.inf, math.inf, None, f"the regret is not positive at T = {turns}, but may be later")
    weights = how.weights([math.log(one) for one in rounds])
    # Weights sum to 0: a common factor changes nothing, and logarithms of quotients keep their digits.
    logs = [_corrected(one, logarithm, heights[-1].upper) for one in heights]
    parts = [
        sorted((weight * low, weight * high)) for weight, (low, _, high) in zip(weights, logs, strict=True) if weight
    ]
    lower, upper = sum(part[0] for part in parts), sum(part[1] for part in parts)
    known = all(middle(one.mean) > 0 for one in heights)
    estimate = math.fsum(w * middle for w, (_, middle, _) in zip(weights, logs, strict=True) if w) if known else None
    remark = "" if math.isfinite(lower + upper) else "the sign of the regret is uncertain"
    return made(lower - _ROUNDING, upper + _ROUNDING, estimate, remark)


def _corrected(height: Height, logarithm: Fraction, unit: Fraction) -> tuple[float, float, float]:
    """The logarithms of both ends and of the mean between them, over a unit, those of log(T)^q taken off."""
    less = float(logarithm) * math.log(math.log(height.rounds))
    lower, mean, upper = (_log(value / unit) - less for value in (height.lower, middle(height.mean), height.upper))
    return lower, mean, upper


def _log(value: Fraction) -> float:
    """The logarithm of a number of any length; that of what is not positive is taken as that of 0."""
    if value <= 0:
        return -math.inf
    halvings = value.numerator.bit_length() - value.denominator.bit_length()
    return math.log(value / Fraction(2) ** halvings) + halvings * math.log(2)
