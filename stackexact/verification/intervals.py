"""Confidence intervals of a mean over independent runs. Each method is one row of :data:`METHODS`, with its assumption.

Regrets are exact and stay so; a method only says how far the expectation may be from the exact mean of the runs. Every
interval is cut off at the range in which the value of a run certainly lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import MissingLibrary, UsageError
from stackexact.exact.records import Record
from stackexact.traces.arguments import row_named

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DEFAULT", "METHODS", "Interval", "Method", "Values", "interval", "method"]

DEFAULT: Final = "betting"

_RESAMPLES: Final = 200_000
_TAIL: Final = 25
"""A bootstrap draws so many resamples at most, and enough for so many of them beyond each end of the interval."""
_BATCH: Final = 2**21
"""Numbers that a bootstrap holds at a time."""
_STAKES: Final = (1.0, 0.9, 0.7, *(2.0**-k for k in range(1, 11)))
"""The shares of the capital that are staked, each in an account of its own."""
_DEPOSITS: Final = (4.0, 2.0, 1.5, *(3.0 / (3 + k) for k in range(10)))
"""What is put into these accounts, but for a factor. Much of it where everything is staked: that is best where runs are
nearly alike, as those of learners are."""
_HALVINGS: Final = 45
_ROUNDING: Final = Fraction(1, 2**32)
"""More than what floats may be wrong by, and less than what anybody sees."""


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Record):
    """Between what an expectation lies with the confidence asked for; a ``remark`` on what the reader should know."""

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

    ``sure``: it is asked about a single run, too. ``trusting``: it takes the spread that was seen for all there is.
    """

    name: str
    assumption: str
    reach: Callable[[Values, float], Reach]
    sure: bool = False
    trusting: bool = False


def _up(value: float) -> Fraction:
    """A float as a fraction, with room for the rounding on its way."""
    return Fraction(value) * (1 + _ROUNDING)


def _student(values: Values, alpha: float) -> Reach:
    count = len(values.values)
    if not values.scale:
        return Fraction(0), Fraction(0)
    quantile = float(_stats().t.isf(alpha / 2, count - 1))
    reach = values.deviation * _up(quantile / math.sqrt(count))
    return reach, reach


def _bootstrap(values: Values, alpha: float) -> Reach:
    """Bias-corrected and accelerated (Efron 1987), by SciPy; the seed is fixed, so that answers can be repeated."""
    import numpy as np

    if not values.scale:
        return Fraction(0), Fraction(0)
    count = len(values.values)
    resamples = max(9_999, math.ceil(2 * _TAIL / alpha))
    if resamples > _RESAMPLES:
        raise UsageError(
            f"method bootstrap: expected an interval that {_RESAMPLES} resamples can carry, found one at an error of"
            f" {alpha:.2g}; lower the confidence or use betting"
        )
    # The rarest resample, the largest value throughout, must be rarer than what lies beyond an end.
    if count * math.log(count) < math.log(2 * _TAIL / alpha):
        raise UsageError(
            f"method bootstrap: expected more than {count} runs for an error of {alpha:.2g}, whose resamples are too"
            " few; simulate more or use betting"
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
    """Waudby-Smith & Ramdas 2024: hedged capital, diversified over constant stakes.

    Bets on whether the mean is above or below a number: the capital has the expectation 1 against the true mean, so
    that it reaches 2/alpha with a probability of alpha/2 at most (Markov). No bet depends on what it is placed on, and
    none on the order of the runs.
    """
    width = values.high - values.low
    ends = []
    for shares in (
        [float((value - values.low) / width) for value in values.values],
        [float((values.high - value) / width) for value in values.values],
    ):
        ends.append(Fraction(_refuted(shares, alpha)) * (1 - _ROUNDING) * width)
    return max(values.mean - values.low - ends[0], Fraction(0)), max(values.high - values.mean - ends[1], Fraction(0))


def _refuted(shares: Sequence[float], alpha: float) -> float:
    """The largest mean of values between 0 and 1 that is too small to be true."""
    import numpy as np

    seen, times = (one.astype(np.float64) for one in np.unique(np.array(shares), return_counts=True))
    low, high = 0.0, math.fsum(shares) / len(shares)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle == 0:
            break
        # The capital falls as the number that is bet against rises.
        if _capital(seen, times, middle) >= math.log(2 / alpha):
            low = middle
        else:
            high = middle
    return low


def _capital(seen: np.ndarray, times: np.ndarray, mean: float) -> float:
    """The logarithm of what 1 became by bets that the mean is above this number, on values from 0 on, each seen so many
    times: an account that stakes the share c multiplies by 1 - c + c·value/mean."""
    import numpy as np

    stakes, deposits = np.array(_STAKES)[:, np.newaxis], np.array(_DEPOSITS) / sum(_DEPOSITS)
    with np.errstate(divide="ignore"):  # who stakes everything may lose it
        accounts = np.log(deposits) + np.log(1 - stakes + stakes * (seen / mean)) @ times
    return float(np.logaddexp.reduce(accounts))


def _deterministic(values: Values, alpha: float) -> Reach:
    if values.scale:
        raise UsageError("method deterministic: expected runs that all agree, found runs that differ; use betting")
    return Fraction(0), Fraction(0)


METHODS: Final = (
    Method("betting", "nothing but independent runs in a known range (Waudby-Smith & Ramdas)", _betting),
    Method("hoeffding", "nothing but independent runs in a known range (Hoeffding's bound)", _hoeffding),
    Method("student", "the mean of the runs is normally distributed (Student's t)", _student, trusting=True),
    Method("bootstrap", "there are many runs (BCa bootstrap; the confidence is approximate)", _bootstrap,
           trusting=True),
    Method("deterministic", "neither rewards nor learners are random, so that every run is the same", _deterministic,
           sure=True),
)  # fmt: skip
"""Every method. A new one is a function and a row."""


def method(name: str) -> Method:
    """The method of that name.

    >>> method("hoeffding").assumption
    "nothing but independent runs in a known range (Hoeffding's bound)"
    """
    return row_named("method", METHODS, name)


def interval(values: Values, alpha: float, how: Method) -> Interval:
    """Where the expectation of a run lies, with an error of probability ``alpha`` at most if the method's assumption
    holds.

    One run says nothing of the spread, so the interval is all of the range (not for ``deterministic``). Methods that
    take the spread of the runs for all there is get a remark where what no run showed may matter more: outcomes whose
    probability is q = 1 - alpha^(1/n) stay unseen in n runs with the probability alpha, and move the expectation by up
    to q times the distance to the end of the range.

    >>> alike = Values((Fraction(3),) * 5, Fraction(0), Fraction(11))
    >>> interval(alike, 1 / 32, method("student"))
    Interval(lower=3, upper=3, remark='runs are nearly alike: outcomes rarer than about 0.5 would not have been seen;
    betting allows for them')
    >>> found = interval(alike, 1 / 32, method("betting"))
    >>> float(found.lower), float(found.upper)
    (1.138..., 7.962...)
    """
    mean, count = values.mean, len(values.values)
    if values.low == values.high:
        return Interval(mean, mean)
    if count == 1 and not how.sure:
        return Interval(values.low, values.high, "one run: its value may be anything in its range")
    below, above = how.reach(values, alpha)
    lower, upper = max(values.low, mean - below), min(values.high, mean + above)
    unseen = -math.expm1(math.log(alpha) / count)
    if how.trusting and Fraction(unseen) * max(mean - values.low, values.high - mean) > (upper - lower) / 2:
        rare = f"outcomes rarer than about {unseen:.2g} would not have been seen"
        return Interval(lower, upper, f"runs are nearly alike: {rare}; betting allows for them")
    return Interval(lower, upper)


def _stats() -> Any:
    """SciPy's statistics, which take a moment to load."""
    try:
        from scipy import stats
    except ImportError:
        raise MissingLibrary("this method needs SciPy: pip install 'stackexact[sim]', or use betting") from None
    return stats
