"""Confidence intervals of a mean over independent runs. Each method is one row of :data:`METHODS`, with its assumption.

Regrets are exact and stay so; a method only says how far the expectation may be from the exact mean of the runs. Every
interval is cut off at the range in which the value of a run certainly lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import MissingLibrary, UsageError, shorten
from stackexact.exact.records import Record

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DEFAULT", "METHODS", "Interval", "Method", "Values", "interval", "method"]

DEFAULT: Final = "student"

_RESAMPLES: Final = 200_000
_TAIL: Final = 25
"""A bootstrap draws so many resamples at most, and enough for so many of them beyond each end of the interval."""
_BATCH: Final = 2**21
"""Numbers that a bootstrap holds at a time."""
_STAKE: Final = 0.9
"""The largest share of the capital that a bet may lose."""
_HALVINGS: Final = 60
_TINY: Final = 1e-12
"""More than the rounding of shares of the range."""


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Record):
    """Between what an expectation lies with the confidence asked for; a ``remark`` where it was found in another way
    than its method says."""

    lower: Fraction
    upper: Fraction
    remark: str = ""


@dataclass(frozen=True)
class Values:
    """Exact values of independent runs, and ``low`` and ``high``, between which the value of any run certainly lies."""

    values: tuple[Fraction, ...]
    low: Fraction
    high: Fraction

    @cached_property
    def mean(self) -> Fraction:
        """The exact mean."""
        return sum(self.values, Fraction(0)) / len(self.values)

    @cached_property
    def scale(self) -> Fraction:
        """The largest distance of a value from the mean; 0 where all runs agree."""
        return max(abs(value - self.mean) for value in self.values)

    @cached_property
    def deviations(self) -> np.ndarray:
        """Distances from the mean in units of the largest of them, as floats: no value is too large or too small."""
        import numpy as np

        return np.array([float((value - self.mean) / self.scale) for value in self.values])

    @cached_property
    def deviation(self) -> Fraction:
        """The standard deviation, with n - 1 in the denominator, rounded up."""
        squares = float((self.deviations**2).sum())
        return _up(math.sqrt(squares / (len(self.values) - 1))) * self.scale


Reach = tuple[Fraction, Fraction]
"""How far the expectation may lie below and above the mean."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method by name, what it assumes, and its function: values of at least two runs and the allowed probability of
    an error (of both sides together) to how far the expectation may lie from the mean.

    ``agreeing``: the function is asked about runs that all agree, too. ``sure``: and about a single run.
    """

    name: str
    assumption: str
    reach: Callable[[Values, float], Reach]
    agreeing: bool = False
    sure: bool = False


def _up(value: float) -> Fraction:
    """A float as a fraction, with room for the rounding on its way."""
    return Fraction(value) * (1 + Fraction(1, 2**32))


def _student(values: Values, alpha: float) -> Reach:
    count = len(values.values)
    quantile = float(_stats().t.isf(alpha / 2, count - 1))
    reach = values.deviation * _up(quantile / math.sqrt(count))
    return reach, reach


def _plain_student(values: Values, alpha: float) -> Reach:
    return _student(values, alpha) if values.scale else (Fraction(0), Fraction(0))


def _bootstrap(values: Values, alpha: float) -> Reach:
    """Bias-corrected and accelerated (Efron 1987), by SciPy; the seed is fixed, so that answers can be repeated."""
    import numpy as np

    count = len(values.values)
    resamples = max(9_999, math.ceil(2 * _TAIL / alpha))
    if resamples > _RESAMPLES:
        raise UsageError(
            f"method bootstrap: expected an interval that {_RESAMPLES} resamples can carry, found one at an error of"
            f" {alpha:.2g}; lower the confidence or use student"
        )
    # The rarest resample, the largest value throughout, must be rarer than what lies beyond an end.
    if count * math.log(count) < math.log(2 * _TAIL / alpha):
        raise UsageError(
            f"method bootstrap: expected more than {count} runs for an error of {alpha:.2g}, whose resamples are too"
            " few; simulate more or use student"
        )
    found = (
        _stats()
        .bootstrap(
            (values.deviations,),
            np.mean,
            confidence_level=1 - alpha,
            n_resamples=resamples,
            batch=max(1, _BATCH // count),
            method="BCa",
            rng=np.random.default_rng(0),
        )
        .confidence_interval
    )
    below, above = (_up(max(0.0, end)) * values.scale for end in (-float(found.low), float(found.high)))
    return below, above


def _hoeffding(values: Values, alpha: float) -> Reach:
    """Hoeffding 1963: values of a bounded range."""
    reach = (values.high - values.low) * _up(math.sqrt(math.log(2 / alpha) / (2 * len(values.values))))
    return reach, reach


def _betting(values: Values, alpha: float) -> Reach:
    """Waudby-Smith & Ramdas 2024, the hedged capital: bets on whether the mean is above or below a number, placed
    before each run is seen, win 2/alpha against the true mean with a probability of alpha/2 at most (Ville)."""
    import numpy as np

    width = values.high - values.low
    shares = np.array([float((value - values.low) / width) for value in values.values])
    mean = float((values.mean - values.low) / width)
    below, above = mean - _refuted(shares, mean, alpha), (1 - mean) - _refuted(1 - shares, 1 - mean, alpha)
    return width * _up(max(below, 0.0) + _TINY), width * _up(max(above, 0.0) + _TINY)


def _refuted(shares: np.ndarray, mean: float, alpha: float) -> float:
    """The largest mean of values between 0 and 1 that is too small to be true."""
    import numpy as np

    count = np.arange(1, len(shares) + 1)
    means = (0.5 + shares.cumsum()) / (count + 1)
    spreads = (0.25 + ((shares - means) ** 2).cumsum()) / (count + 1)
    known = np.concatenate([[0.25], spreads[:-1]])  # a bet may use what was seen before it only
    bets = np.sqrt(2 * math.log(2 / alpha) / (len(shares) * known))
    low, high = 0.0, mean
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        stakes = np.minimum(bets, _STAKE / middle) if middle > 0 else bets
        # The capital falls as the number that is bet against rises.
        if np.log1p(stakes * (shares - middle)).sum() >= math.log(2 / alpha):
            low = middle
        else:
            high = middle
    return low


def _deterministic(values: Values, alpha: float) -> Reach:
    if values.scale:
        raise UsageError("method deterministic: expected runs that all agree, found runs that differ; use student")
    return Fraction(0), Fraction(0)


METHODS: Final = (
    Method("student", "the mean of the runs is normally distributed (Student's t)", _student),
    Method("plain-student", "the mean of the runs is normally distributed, and runs that all agree have no spread",
           _plain_student, agreeing=True),
    Method("bootstrap", "there are many runs (BCa bootstrap; the confidence is approximate)", _bootstrap),
    Method("betting", "none but independent runs (betting interval)", _betting, agreeing=True),
    Method("hoeffding", "none but independent runs (Hoeffding's bound)", _hoeffding, agreeing=True),
    Method("deterministic", "neither rewards nor learners are random, so that every run is the same", _deterministic,
           agreeing=True, sure=True),
)  # fmt: skip
"""Every method. A new one is a function and a row."""


def method(name: str) -> Method:
    """The method of that name.

    >>> method("hoeffding").assumption
    "none but independent runs (Hoeffding's bound)"
    """
    for row in METHODS:
        if row.name == name:
            return row
    raise UsageError(f"method: expected one of {', '.join(row.name for row in METHODS)}, found {shorten(name)}")


def interval(values: Values, alpha: float, how: Method) -> Interval:
    """Where the expectation of a run lies, with an error of probability ``alpha`` at most if the method's assumption
    holds.

    One run says nothing of the spread, so the interval is all of the range (not for ``deterministic``). Runs that all
    agree do not say that there is no spread either: a value that differs may be rare. Where the method assumes a
    distribution they are taken as what they are, n - 1 runs that repeat the first: if other values had a probability of
    more than q = 1 - alpha^(1/(n-1)), that would happen with a probability below ``alpha``, and values of probability q
    move the expectation by no more than q times the distance to the ends of the range.

    >>> agreeing = Values((Fraction(3),) * 5, Fraction(0), Fraction(10))
    >>> interval(agreeing, 1 / 16, method("student"))
    Interval(lower=3/2, upper=13/2, remark='all runs agree: rare other values are allowed for')
    >>> interval(agreeing, 1 / 16, method("deterministic"))
    Interval(lower=3, upper=3, remark='')
    """
    mean, count = values.mean, len(values.values)
    if values.low == values.high:
        return Interval(mean, mean)
    if count == 1 and not how.sure:
        return Interval(values.low, values.high, "one run: its value may be anything in its range")
    if values.scale or how.agreeing:
        below, above = how.reach(values, alpha)
        return Interval(max(values.low, mean - below), min(values.high, mean + above))
    share = Fraction(-math.expm1(math.log(alpha) / (count - 1)))
    lower, upper = mean - share * (mean - values.low), mean + share * (values.high - mean)
    return Interval(lower, upper, "all runs agree: rare other values are allowed for")


def _stats() -> Any:
    """SciPy's statistics, which take a moment to load."""
    try:
        from scipy import stats
    except ImportError:
        raise MissingLibrary("this method needs SciPy: pip install 'stackexact[sim]', or use hoeffding") from None
    return stats
