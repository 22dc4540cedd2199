"""Confidence sets: quantiles, membership and ends of profiles beside mpmath and SciPy."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath as mp
import pytest
from oracles.quantal_responses import log_likelihood, maximiser, number
from scipy import stats

import stackexact as sx
from stackexact.errors import LimitReached
from stackexact.estimation.quantiles import chi_squared

DATA = [
    ([[0, 0], [1, 0], [0, 1], [1, 1]], 1, 3),
    ([[0, 0], [1, 2]], 1, 1),
    ([[0, 0], [3, 2]], 0, 1),
    ([[0, 0], [3, 2]], 1, 1),
]
GROUPS = [
    (
        [
            (Fraction(0), Fraction(0)),
            (Fraction(1), Fraction(0)),
            (Fraction(0), Fraction(1)),
            (Fraction(1), Fraction(1)),
        ],
        [0, 3, 0, 0],
    ),
    ([(Fraction(0), Fraction(0)), (Fraction(1), Fraction(2))], [0, 1]),
    ([(Fraction(0), Fraction(0)), (Fraction(3), Fraction(2))], [1, 1]),
]


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 40, 100])
@pytest.mark.parametrize("level", ["1/2", "19/20", "1/1000", "999999/1000000"])
def test_quantiles(degrees: int, level: str) -> None:
    """SciPy's to its precision, and mpmath's incomplete gamma function at both ends."""
    low, high = chi_squared(Fraction(level), degrees, 100)
    assert float(low) == pytest.approx(stats.chi2.ppf(float(Fraction(level)), degrees), rel=1e-9)
    with mp.workdps(60):
        passed = [mp.gammainc(mp.mpf(degrees) / 2, 0, number(x) / 2, regularized=True) for x in (low, high)]
        assert passed[0] < number(Fraction(level)) < passed[1]
    assert (high - low) < low / 2**90


def test_membership_is_the_loss_of_likelihood() -> None:
    found = sx.estimate(DATA)
    draw = random.Random(5)
    verdicts = []
    with mp.workdps(50):
        best = log_likelihood(GROUPS, maximiser(GROUPS))
        for beta in ("1/10", "2", "30"):
            near = found.confidence(beta=beta)
            for _ in range(40):
                theta = [Fraction(draw.randint(-300, 400), 100) for _ in range(2)]
                loss = best - log_likelihood(GROUPS, [number(one) for one in theta])
                verdicts.append(near.membership(theta))
                assert verdicts[-1] == ("yes" if loss <= number(Fraction(beta)) else "no")
    assert {"yes", "no"} == set(verdicts)


def test_the_ellipsoid_is_that_of_the_information() -> None:
    found = sx.estimate(DATA)
    near = found.confidence("9/10", kind="wald")
    info = [[float(one) for one in row] for row in found.information]
    centre = [float(one) for one in found.theta]
    radius = stats.chi2.ppf(0.9, 2)
    draw = random.Random(6)
    verdicts = []
    for _ in range(100):
        theta = [Fraction(draw.randint(-300, 400), 100) for _ in range(2)]
        gap = [float(a) - b for a, b in zip(theta, centre, strict=True)]
        square = sum(info[i][j] * gap[i] * gap[j] for i in range(2) for j in range(2))
        verdicts.append(near.membership(theta))
        assert verdicts[-1] == ("yes" if square <= radius else "no")
    assert {"yes", "no"} == set(verdicts)
    assert near.degrees == 2


def test_the_estimate_alone_where_nothing_may_be_lost() -> None:
    """Equal counts: the estimate is 0, exactly in the set of beta 0; what is 10**-100 away is not."""
    near = sx.estimate([2, 2]).confidence(beta=0)
    assert near.membership([0, 0]) == "yes"
    assert near.membership([0, "1e-100"]) == "no"
    assert [0, 0] in near
    assert [0, "-1e-100"] not in near


def test_what_breaks_a_constraint_is_outside() -> None:
    near = sx.estimate([2, 2]).confidence(beta=1000)
    assert near.membership({"b1": 1, "b2": 1}) == "no"


def test_undecided_is_said() -> None:
    """The estimate (1, 0) is rational, but not its odds e: whether nothing is lost there no precision tells."""
    data = [([[1, 0], [0, 0]], 0, 3), ([[1, 0], [0, 0]], 1, 1), ([[0, 1], [0, 0]], 0), ([[0, 1], [0, 0]], 1)]
    near = sx.estimate(data, constraints=[("theta1", 1)]).confidence(beta=0)
    assert near.membership([1, 0]) == "undecided"
    with pytest.raises(LimitReached, match="8192"):
        assert [1, 0] in near
    assert near.membership([1, "1e-50"]) == "no"


def test_sets_where_no_estimate_exists() -> None:
    """{theta: L <= inf L + beta}: unbounded on one side, and decided all the same."""
    found = sx.estimate([3, 0])
    near = found.confidence(beta=1)
    edge = float(mp.log(mp.expm1(mp.mpf(1) / 3)))  # 3 log(1 + e**r) = 1
    for step, said in ((-1, "yes"), (1, "no")):
        assert near.membership([0, Fraction(edge) + Fraction(step, 10**9)]) == said
    assert near.membership({"b2": -100000}) == "yes"
    with pytest.raises(sx.StackexactError, match="wald"):
        found.confidence(kind="wald")


def test_profiles_beside_mpmath() -> None:
    """At both ends the loss of the best of the other parameter is beta: found by mpmath's own root finding."""
    found = sx.estimate(DATA)
    with mp.workdps(40):
        best = log_likelihood(GROUPS, maximiser(GROUPS))

        def loss(value: mp.mpf) -> mp.mpf:
            other = mp.findroot(
                lambda t: mp.diff(lambda s: log_likelihood(GROUPS, [value, s]), t), -1, solver="secant", tol=1e-25
            )
            return best - log_likelihood(GROUPS, [value, other])

        interval = found.profile("theta1", beta="1/2", digits=15)
        for end in (interval.lower, interval.upper):
            assert end.width < Fraction(1, 10**14)
            assert mp.almosteq(loss(number(end.middle)), mp.mpf(1) / 2, abs_eps=mp.mpf(10) ** -13)
        assert interval.lower.upper < found["theta1"].lower < interval.upper.lower


def test_profiles_of_two_actions_solve_the_equation() -> None:
    """One parameter: n log(1 + e^r) - n1 r - min = beta, to 40 digits."""
    interval = sx.estimate([30, 10]).profile("b2", level="19/20", digits=40)
    assert interval.level == Fraction(19, 20)
    with mp.workdps(60):
        best = 30 * mp.log(mp.mpf(3) / 4) + 10 * mp.log(mp.mpf(1) / 4)
        for end in (interval.lower, interval.upper):
            values = [40 * mp.log1p(mp.exp(number(x))) - 10 * number(x) + best for x in (end.lower, end.upper)]
            low, high = sorted(values)
            assert low < number(interval.beta.middle) < high


def test_wald_intervals() -> None:
    found = sx.estimate([30, 10])
    interval = found.profile("b2", level="0.95", kind="wald", digits=20)
    reach = stats.norm.ppf(0.975) * float(found.standard_errors[1])
    assert float(interval.lower) == pytest.approx(float(found["b2"]) - reach, rel=1e-9)
    assert float(interval.upper) == pytest.approx(float(found["b2"]) + reach, rel=1e-9)
    fixed = found.profile("b1")
    assert fixed.lower.upper == fixed.upper.upper == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"level": 0}, "between 0 and 1"),
        ({"level": "1"}, "between 0 and 1"),
        ({"level": 0.95}, "float"),
        ({"beta": -1}, "at least 0"),
        ({"beta": 1, "level": "1/2"}, "found both"),
        ({"kind": "bayes"}, "likelihood"),
        ({"beta": "x"}, "expected a number"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(sx.StackexactError, match=said) as error:
        sx.estimate([3, 1]).confidence(**arguments)
    assert "\n" not in str(error.value)


def test_levels_next_to_zero_and_one() -> None:
    """Tails by mpmath: sums of squares beyond what floats tell from nothing and from everything."""
    with mp.workdps(400):
        for level in (Fraction(1, 10**60), 1 - Fraction(1, 10**60), Fraction(1, 10**300), 1 - Fraction(1, 10**300)):
            for degrees in (1, 5):
                low, high = chi_squared(level, degrees, 60)
                half = mp.mpf(degrees) / 2
                below, above = (mp.gammainc(half, 0, number(x) / 2, regularized=True) for x in (low, high))
                assert below < number(level) < above
                assert high - low < low / 2**50
