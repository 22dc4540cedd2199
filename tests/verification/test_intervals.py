"""Confidence intervals of means: known quantiles, coverage by simulation, exact coverage of runs that agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import UsageError
from stackexact.verification.intervals import METHODS, Values, interval, method

Draw = Callable[[np.random.Generator, int], np.ndarray]


def values(numbers: object, low: object = 0, high: object = 1) -> Values:
    return Values(tuple(Fraction(float(one)) for one in numbers), Fraction(low), Fraction(high))


def test_students_quantiles() -> None:
    """mean ± t·s/√n with quantiles from printed tables: n = 5, 95 %: 2.776; n = 11, 99 %: 3.169."""
    for numbers, alpha, quantile in [((1, 2, 3, 4, 5), 0.05, 2.776), (range(11), 0.01, 3.169)]:
        spread = np.std(list(numbers), ddof=1) / math.sqrt(len(numbers))
        found = interval(values(numbers, -100, 100), alpha, method("student"))
        assert float(found.upper) == pytest.approx(np.mean(list(numbers)) + quantile * spread, abs=2e-3)
        assert found.upper + found.lower == 2 * Fraction(sum(numbers), len(numbers))


def test_hoeffding_by_hand() -> None:
    """w·√(log(2/α)/(2n))."""
    found = interval(values([0, 1] * 200), 0.1, method("hoeffding"))
    reach = math.sqrt(math.log(20) / 800)
    assert float(found.upper) == pytest.approx(0.5 + reach, abs=1e-6)
    assert float(found.lower) == pytest.approx(0.5 - reach, abs=1e-6)


@pytest.mark.parametrize("value", [0, 0.02, 0.5, 1])
def test_bets_on_runs_that_agree(value: float) -> None:
    """No bet wins more than 1 + m/(1 - m) in a run against a mean that is m too low: log(2/α)/n is a bound from below,
    to which betting comes close; Hoeffding's bound is far from it."""
    runs, alpha = 2000, 1e-7
    least = 1 - (alpha / 2) ** (1 / runs)
    found = interval(values([value] * runs), alpha, method("betting"))
    for reach, room in ((value - float(found.lower), value), (float(found.upper) - value, 1 - value)):
        assert least * room * 0.999 <= reach <= 1.4 * least + 1e-9
    other = interval(values([value] * runs), alpha, method("hoeffding"))
    assert float(max(other.upper - Fraction(value), Fraction(value) - other.lower)) > 5 * least


SLACK = 5
"""Standard deviations of a binomial count that an honest method exceeds with a probability of 3e-7."""

LAWS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda g, n: np.clip(0.5 + 0.05 * g.standard_normal(n), 0, 1), 0.5),
    "uniform": (lambda g, n: g.uniform(0, 1, n), 0.5),
    "coin": (lambda g, n: (g.uniform(size=n) < 0.3).astype(float), 0.3),
    "rare": (lambda g, n: (g.uniform(size=n) < 0.02).astype(float), 0.02),
    "skewed": (lambda g, n: g.uniform(0, 1, n) ** 9, 0.1),
}
"""Laws on [0, 1], each with its expectation."""


def missed(name: str, law: str, runs: int, alpha: float, times: int) -> float:
    """How often an interval does not hold the expectation, in standard deviations above what is allowed."""
    draw, mean = LAWS[law]
    generator = np.random.default_rng(20240607)
    wrong = 0
    for _ in range(times):
        found = interval(values(draw(generator, runs)), alpha, method(name))
        wrong += not found.lower <= Fraction(mean) <= found.upper
    return (wrong - alpha * times) / math.sqrt(times * alpha * (1 - alpha))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", ["hoeffding", "betting"])
def test_coverage_without_assumptions(name: str, law: str) -> None:
    """These hold whatever the distribution is."""
    assert missed(name, law, 30, 0.1, 1000) < SLACK


@pytest.mark.parametrize("runs", [3, 10])
def test_coverage_of_student(runs: int) -> None:
    """Exact for normal values: neither more nor less often wrong than allowed."""
    assert abs(missed("student", "normal", runs, 0.1, 3000)) < SLACK


def test_coverage_of_the_bootstrap() -> None:
    """Approximate: within three percent of the error allowed, for fifty uniform values."""
    times = 300
    assert missed("bootstrap", "uniform", 50, 0.1, times) * math.sqrt(0.09 / times) < 0.03 + SLACK * math.sqrt(
        0.09 / times
    )


def test_student_fails_where_its_assumption_does() -> None:
    """Means of ten very skewed values are far from normal: the assumption that stands in every output is needed, and
    what assumes nothing holds there. Runs that all agree, as those of a rare event, are not taken for certainty."""
    assert missed("student", "skewed", 10, 0.02, 1000) > SLACK
    assert missed("betting", "skewed", 10, 0.02, 1000) < SLACK
    assert missed("student", "rare", 20, 0.1, 1000) < SLACK


@given(st.integers(2, 200), st.floats(1e-12, 0.5), st.floats(0, 1))
def test_runs_that_all_agree(count: int, alpha: float, chance: float) -> None:
    """Coverage of the rule for runs that agree, computed: two values, one of which has this chance. All runs show one
    of them with the n-th power of its chance; the interval is wrong when the expectation is outside."""
    wrong = 0.0
    for value, share in ((1, chance), (0, 1 - chance)):
        found = interval(values([value] * count), alpha, method("student"))
        assert found.remark
        assert found.lower <= value <= found.upper
        wrong += share**count * (not found.lower <= Fraction(chance) <= found.upper)
    assert wrong <= alpha * (1 + 1e-9)


def test_one_run() -> None:
    """A single run says nothing of the spread: its whole range, unless the run is certain."""
    one = values([0.5], -3, 7)
    for row in METHODS:
        found = interval(one, 0.01, row)
        expected = (Fraction(1, 2),) * 2 if row.name == "deterministic" else (-3, 7)
        assert (found.lower, found.upper) == expected, row.name


def test_no_range_no_doubt() -> None:
    """Where all pairs pay the same, every method gives the number."""
    for row in METHODS:
        found = interval(values([2, 2], 2, 2), 0.01, row)
        assert (found.lower, found.upper, found.remark) == (2, 2, "")


def test_deterministic_runs_agree() -> None:
    """A point; runs that differ are refused."""
    for name in ("deterministic", "plain-student"):
        found = interval(values([3, 3], 0, 10), 1e-9, method(name))
        assert (found.lower, found.upper) == (3, 3)
    both = [interval(values([3, 4, 4], 0, 10), 0.1, method(name)) for name in ("student", "plain-student")]
    assert both[0] == both[1]
    with pytest.raises(UsageError, match="expected runs that all agree, found runs that differ"):
        interval(values([3, 4], 0, 10), 1e-9, method("deterministic"))


@pytest.mark.parametrize("name", ["student", "bootstrap", "betting", "hoeffding"])
def test_units_do_not_matter(name: str) -> None:
    """Other units and another zero change the ends as they change the values: also beyond the range of floats."""
    numbers = np.random.default_rng(1).uniform(0, 1, 40)
    plain = interval(values(numbers), 0.02, method(name))
    for factor, shift in ((10**400, 0), (Fraction(1, 10**400), 7), (3, -(10**60))):
        other = Values(
            tuple(Fraction(float(one)) * factor + shift for one in numbers), Fraction(shift), Fraction(shift) + factor
        )
        found = interval(other, 0.02, method(name))
        assert float((found.lower - shift) / factor) == pytest.approx(float(plain.lower), rel=1e-9)
        assert float((found.upper - shift) / factor) == pytest.approx(float(plain.upper), rel=1e-9)


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=12), st.sampled_from(["betting", "hoeffding"]), st.floats(1e-9, 0.4)
)
def test_intervals_hold_the_mean_and_stay_in_range(numbers: list[float], name: str, alpha: float) -> None:
    """The exact mean lies inside, and no end outside what is possible; Hoeffding's is wider for less error."""
    one = values(numbers)
    found, surer = (interval(one, error, method(name)) for error in (alpha, alpha / 2))
    assert 0 <= found.lower <= one.mean <= found.upper <= 1
    assert name == "betting" or surer.lower <= found.lower <= found.upper <= surer.upper


def test_the_bootstrap_knows_its_limits() -> None:
    """It refuses confidences that its resamples, or the runs, cannot carry, and repeats its answers."""
    many = values(np.random.default_rng(2).uniform(0, 1, 40))
    assert interval(many, 0.01, method("bootstrap")) == interval(many, 0.01, method("bootstrap"))
    with pytest.raises(UsageError, match="expected an interval that 200000 resamples can carry"):
        interval(many, 1e-6, method("bootstrap"))
    with pytest.raises(UsageError, match="expected more than 4 runs"):
        interval(values([0, 0.5, 0.6, 1]), 0.01, method("bootstrap"))


def test_unknown_methods() -> None:
    """A name that is none."""
    with pytest.raises(
        UsageError, match="expected one of student, plain-student, bootstrap, betting, hoeffding, deterministic"
    ):
        method("bayes")
