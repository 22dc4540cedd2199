"""Confidence intervals of means: known quantiles, coverage computed exactly and by simulation, what trust costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stackexact.errors import UsageError
from stackexact.verification import intervals
from stackexact.verification.claims import parse_claim
from stackexact.verification.growth import Height
from stackexact.verification.intervals import DEFAULT, METHODS, Values, interval, method
from stackexact.verification.judging import Verdict, judge

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


@pytest.mark.parametrize(("runs", "alpha"), [(40, 1e-3), (2000, 1e-7), (2000, 1e-13)])
@pytest.mark.parametrize("value", [0, 0.001, 0.5, 1])
def test_bets_on_runs_that_agree(value: float, runs: int, alpha: float) -> None:
    """No bet multiplies the capital by more than value/m against a mean of m, so that m = value·(α/2)^(1/n) is a bound
    that none gets beyond: a quarter is missing with forty runs, next to nothing later. Hoeffding's bound is far away.
    """
    least = 1 - (alpha / 2) ** (1 / runs)
    found = interval(values([value] * runs), alpha, method("betting"))
    for reach, room in ((value - float(found.lower), value), (float(found.upper) - value, 1 - value)):
        assert least * room * 0.999999 <= reach <= 1.2 * least * room
    other = interval(values([value] * runs), alpha, method("hoeffding"))
    assert float(max(other.upper - Fraction(value), Fraction(value) - other.lower)) > 1.3 * least


def capital(seen: object, mean: float) -> float:
    numbers = np.array(seen, dtype=float)
    return math.exp(intervals._capital(numbers, np.ones(len(numbers)), mean))


@pytest.mark.parametrize("chances", [(0.5, 0.0, 0.5), (0.9, 0.09, 0.01), (0.01, 0.0, 0.99), (0.2, 0.5, 0.3)])
def test_no_bet_knows_what_it_is_placed_on(chances: tuple[float, ...]) -> None:
    """Over all sequences of four runs the capital has the expectation 1 against the true mean, and at most 1 against a
    larger one. A bet that looked at its own run would gain."""
    faces = (0.0, 0.3, 1.0)
    mean = sum(face * chance for face, chance in zip(faces, chances, strict=True))
    for number, fair in ((mean, True), (mean * 1.01, False), (min(1.0, mean * 1.5), False)):
        expected = 0.0
        for places in product(range(3), repeat=4):
            chance = math.prod(chances[place] for place in places)
            expected += chance * capital([faces[place] for place in places], number)
        assert expected == pytest.approx(1, abs=1e-12) if fair else expected < 1


@pytest.mark.parametrize("alpha", [0.3, 1e-7, 1e-13])
def test_both_ends_are_where_the_capital_is_two_over_alpha(alpha: float) -> None:
    """By Markov's inequality twice, once for each side."""
    numbers = np.random.default_rng(5).uniform(0, 1, 90) ** 2
    found = interval(values(numbers), alpha, method("betting"))
    for shares, end in ((numbers, float(found.lower)), (1 - numbers, 1 - float(found.upper))):
        assert capital(shares, end) == pytest.approx(2 / alpha, rel=1e-6)


COUNTS = [(2, 0.3), (2, 1e-7), (5, 0.01), (30, 1e-3), (300, 1e-7), (300, 1e-13), (5000, 1e-13)]


@pytest.mark.parametrize("name", ["betting", "hoeffding"])
@pytest.mark.parametrize(("runs", "alpha"), COUNTS)
def test_coverage_is_what_is_promised_at_any_confidence(name: str, runs: int, alpha: float) -> None:
    """Computed, not sampled, for runs of two values, one of them rare or not: the chance of all counts whose interval
    does not hold the expectation. Intervals rise with the count, so that those are the counts beyond two."""
    made: dict[int, intervals.Interval] = {}

    def at(count: int) -> intervals.Interval:
        if count not in made:
            made[count] = interval(values([1] * count + [0] * (runs - count)), alpha, method(name))
        return made[count]

    for chance in (1e-3, 0.05, 0.5):
        above = first(runs, lambda count, mean=Fraction(chance): at(count).lower > mean)
        below = first(runs, lambda count, mean=Fraction(chance): at(count).upper >= mean)
        wrong = stats.binom.sf(above - 1, runs, chance) + stats.binom.cdf(below - 1, runs, chance)
        assert wrong <= alpha


def first(last: int, holds: Callable[[int], bool]) -> int:
    """The first number up to ``last`` from which on something holds, or one more."""
    low, high = 0, last + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def test_bets_are_about_as_narrow_as_what_knows_the_law() -> None:
    """Beside the exact interval for runs of two values (Clopper & Pearson 1934), and the normal one for uniform runs:
    at most half as wide again."""
    for runs, alpha in ((300, 1e-7), (3000, 1e-3), (5000, 1e-13)):
        for chance in (0.01, 0.3):
            count = round(runs * chance)
            found = interval(values([1] * count + [0] * (runs - count)), alpha, method("betting"))
            lower = stats.beta.ppf(alpha / 2, count, runs - count + 1)
            upper = stats.beta.ppf(1 - alpha / 2, count + 1, runs - count)
            assert float(found.lower) < lower < upper < float(found.upper)
            assert float(found.upper - found.lower) < 1.45 * (upper - lower)
        uniform = [(2 * k + 1) / (2 * runs) for k in range(runs)]
        found = interval(values(uniform), alpha, method("betting"))
        reach = stats.norm.isf(alpha / 2) / math.sqrt(12 * runs)
        assert reach < float(found.upper) - 0.5 < 1.45 * reach


def test_the_order_of_the_runs_does_not_matter() -> None:
    """Traces may be sorted."""
    numbers = np.random.default_rng(7).uniform(0, 1, 60) ** 3
    for name in ("betting", "hoeffding"):
        made = {interval(values(order), 1e-4, method(name)) for order in (numbers, np.sort(numbers), numbers[::-1])}
        assert len(made) == 1


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
    assert missed(name, law, 30, 0.1, 400) < SLACK


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


def disasters(generator: np.random.Generator, runs: int) -> np.ndarray:
    """Runs that are alike up to a little jitter, but for one in fifty."""
    return 0.002 + 0.004 * generator.integers(0, 5, runs) / 1000 + 0.9 * (generator.uniform(size=runs) < 0.02)


LAWS["disasters"] = disasters, 0.002 + 0.008 / 1000 + 0.018


def test_student_fails_where_its_assumption_does() -> None:
    """Means of ten very skewed values are far from normal, and so are those of thirty runs with rare disasters: the
    assumption that stands in every output is needed. What assumes nothing holds there, and is the default."""
    for law, runs in (("skewed", 10), ("disasters", 30)):
        assert missed("student", law, runs, 0.05, 400) > SLACK
        assert missed(DEFAULT, law, runs, 0.05, 400) < SLACK


@pytest.mark.parametrize("name", ["student", "bootstrap"])
def test_trust_in_the_spread_is_told(name: str) -> None:
    """Wherever the disasters were not seen, the reader hears of what would not have been; where the spread is that of
    the range, there is nothing to tell. Runs that all agree have no spread."""
    generator = np.random.default_rng(3)
    for _ in range(20):
        numbers = disasters(generator, 60)
        found = interval(values(numbers), 0.01, method(name))
        if max(numbers) < 0.5:
            assert found.upper < Fraction(LAWS["disasters"][1])
            assert found.remark.startswith("runs are nearly alike: outcomes rarer than about 0.074 would not have been")
    assert not interval(values(generator.uniform(size=60)), 0.01, method(name)).remark
    assert not interval(values(disasters(generator, 60)), 0.01, method("betting")).remark
    same = interval(values([0.25] * 60), 0.01, method(name))
    assert same.lower == same.upper == Fraction(1, 4)
    assert same.remark


@pytest.mark.parametrize("name", ["student", "bootstrap"])
def test_when_the_remark_is_made(name: str) -> None:
    """Where q times the distance to the end of the range, q = 1 - α^(1/n), exceeds half of the interval."""
    numbers = [0.4, 0.6] * 40
    narrow = interval(values(numbers, 0, 1), 0.01, method(name))
    half, unseen = (narrow.upper - narrow.lower) / 2, 1 - 0.01 ** (1 / 80)
    for factor in (0.99, 1.01):
        reach = Fraction(float(half) / unseen * factor)
        low, high = (Fraction(1, 2) - reach, Fraction(1, 2) + reach) if reach > Fraction(1, 10) else (0, 1)
        assert bool(interval(values(numbers, low, high), 0.01, method(name)).remark) == (factor > 1)


def enough(runs: int, law: Callable[[int], float], horizons: tuple[int, ...], confidence: float, claim: str) -> bool:
    """Whether a claim about so many runs of each horizon, with exactly this regret and payoffs from 0 to 1, is true."""
    heights = []
    for horizon in horizons:
        value = Fraction(law(horizon)).limit_denominator(10**6)
        alpha = (1 - confidence) / (2 * len(horizons))
        found = interval(Values((value,) * runs, Fraction(0), Fraction(horizon)), alpha, method("betting"))
        heights.append(Height(horizon, value, found.lower, found.upper))
    judged = judge(parse_claim(f"leader tolerant {claim}"), {"leader": heights}, margin=Fraction(1, 20), at={})
    return judged.verdict is Verdict.TRUE


def test_the_numbers_of_runs_that_the_page_tells() -> None:
    """So many are enough, and four fifths of them are not."""
    page = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    laws = {"T/10": lambda t: t / 10, "T^(2/3)": lambda t: t ** (2 / 3), "√T": math.sqrt}
    columns = ((10**3, 10**4), (10**3, 10**4, 10**5), (10**4, 10**5, 10**6))
    checked, law, claim = 0, "", ""
    for row in rows:
        if len(row) == 6 and row[2] in ("0.99", "1 − 10⁻⁶"):
            law, claim = (row[0], row[1].strip("`")) if row[0] else (law, claim)
            for horizons, cell in zip(columns, row[3:], strict=True):
                runs, confidence = int(cell.replace(" ", "")), 0.99 if row[2] == "0.99" else 1 - 1e-6
                if runs < 8000:  # the others take long
                    assert enough(runs, laws[law], horizons, confidence, claim), row
                    assert not enough(runs * 4 // 5, laws[law], horizons, confidence, claim), row
                    checked += 1
    assert checked == 25


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
    found = interval(values([3, 3], 0, 10), 1e-9, method("deterministic"))
    assert (found.lower, found.upper, found.remark) == (3, 3, "")
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
    with pytest.raises(UsageError, match="expected one of betting, hoeffding, student, bootstrap, deterministic"):
        method("bayes")
