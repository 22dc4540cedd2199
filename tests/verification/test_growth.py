"""Exponents: exact laws, enclosures, signs."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stackexact.errors import UsageError
from stackexact.verification.growth import FITS, Fit, Height, fit, growth

ROUNDS = (10**4, 3 * 10**4, 10**5, 10**6)


def exact(rounds: int, value: float | Fraction, width: float = 0.0) -> Height:
    mean = Fraction(value)
    return Height(rounds, mean, mean * Fraction(1 - width), mean * Fraction(1 + width))


@pytest.mark.parametrize("how", FITS, ids=lambda row: row.name)
@pytest.mark.parametrize(("power", "logarithm"), [("2/3", "1/3"), ("1/2", "1/2"), ("1", "0"), ("0", "1"), ("1", "-1")])
def test_the_exponent_of_a_law(how: Fit, power: str, logarithm: str) -> None:
    """T^p·log(T)^q has the exponent p once log(T)^q is taken out, whatever is multiplied with it."""
    p, q = Fraction(power), Fraction(logarithm)
    for constant in (1e-9, 1.0, 1e9):
        heights = [exact(t, constant * t ** float(p) * math.log(t) ** float(q)) for t in ROUNDS]
        found = growth(heights, q, how)
        assert found.lower <= p <= found.upper
        assert found.upper - found.lower < 1e-9
        assert found.estimate == pytest.approx(float(p), abs=1e-9)
        assert found.rounds == ROUNDS


def test_numbers_beyond_floats() -> None:
    """Logarithms are taken of exact numbers, of any size."""
    heights = [Height(t, *(Fraction(10**1000 * t**2),) * 3) for t in (10, 100)]
    assert growth(heights).estimate == pytest.approx(2)


WIDTHS = st.floats(0, 0.6)


@given(st.lists(st.tuples(st.floats(0.1, 1e6), WIDTHS), min_size=3, max_size=4), st.sampled_from(FITS), st.data())
def test_the_enclosure_holds_every_choice(points: list[tuple[float, float]], how: Fit, data: st.DataObject) -> None:
    """Whatever lies in the intervals has its exponent in the enclosure, and the corners reach its ends."""
    heights = [exact(t, value, width) for t, (value, width) in zip(ROUNDS, points, strict=False)]
    found = growth(heights, Fraction(0), how)
    picked = []
    for height in heights:
        share = Fraction(data.draw(st.floats(0, 1)))
        value = height.lower + share * (height.upper - height.lower)
        picked.append(Height(height.rounds, value, value, value))
    inner = growth(picked, Fraction(0), how)
    assert found.lower <= inner.lower + 1e-9
    assert inner.upper - 1e-9 <= found.upper
    corners = []
    for ends in product((0, 1), repeat=len(heights)):
        at = [h.upper if up else h.lower for h, up in zip(heights, ends, strict=True)]
        corner = growth([Height(h.rounds, v, v, v) for h, v in zip(heights, at, strict=True)], Fraction(0), how)
        corners.append(corner.estimate)
    assert min(corners) == pytest.approx(found.lower, abs=1e-6)
    assert max(corners) == pytest.approx(found.upper, abs=1e-6)


@given(st.sets(st.integers(0, 10**6), min_size=2, max_size=9))
def test_no_slope_has_a_narrower_enclosure_than_the_ends(places: set[int]) -> None:
    """Weights of slopes sum up to 0 and give 1 with the abscissas; the ends have the least absolute sum."""
    xs = [float(place) for place in sorted(places)]
    sums = []
    for row in FITS:
        weights = row.weights(xs)
        assert math.fsum(weights) == pytest.approx(0, abs=1e-9)
        assert math.fsum(w * x for w, x in zip(weights, xs, strict=True)) == pytest.approx(1)
        sums.append(math.fsum(map(abs, weights)))
    assert sums[0] == pytest.approx(2 / (xs[-1] - xs[0]))
    assert sums[0] <= min(sums) * (1 + 1e-12)


def height(rounds: int, lower: float, upper: float) -> Height:
    return Height(rounds, Fraction((lower + upper) / 2), Fraction(lower), Fraction(upper))


def test_signs() -> None:
    """Not positive in the end: no growth. Positive in the end only: no power. A sign that is uncertain: one end, or
    both, are open."""
    low, high = math.log(2) / math.log(10), math.log(8) / math.log(10)
    for first, last, expected in [
        ((-3, -1), (-9, -5), (-math.inf, -math.inf)),
        ((-3, 0), (-9, 0), (-math.inf, -math.inf)),
        ((-3, -1), (5, 9), (-math.inf, math.inf)),
        ((-3, -1), (-5, 9), (-math.inf, math.inf)),
        ((5, 9), (-3, -1), (-math.inf, -math.inf)),
        ((-3, 4), (5, 9), (math.log(5 / 4) / math.log(10), math.inf)),
        ((1, 4), (-5, 8), (-math.inf, high)),
        ((-1, 4), (-5, 8), (-math.inf, math.inf)),
        ((1, 2), (4, 8), (low, high)),
    ]:
        found = growth([height(10, *first), height(100, *last)])
        assert (found.lower, found.upper) == pytest.approx(expected, abs=1e-9)
        assert bool(found.remark) == (expected != (low, high))


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 5)), min_size=2, max_size=4), st.sampled_from(FITS))
def test_wider_intervals_say_less(points: list[tuple[float, float]], how: Fit) -> None:
    """The enclosure of wider intervals holds that of narrower ones, unless those show that regret turns positive."""
    heights = [height(t, middle - width, middle + width) for t, (middle, width) in zip(ROUNDS, points, strict=False)]
    wider = [Height(h.rounds, h.mean, h.lower - 1, h.upper + 1) for h in heights]
    inner, outer = growth(heights, Fraction(0), how), growth(wider, Fraction(0), how)
    assume("but may be later" not in inner.remark)
    assert outer.lower <= inner.lower
    assert inner.upper <= outer.upper


def test_too_few() -> None:
    """One number of rounds has no growth, and log(1) is no divisor."""
    for heights in ([], [exact(10, 5)], [exact(1, 1), exact(10, 5)]):
        found = growth(heights)
        assert (found.lower, found.upper, found.estimate) == (-math.inf, math.inf, None)
        assert found.remark == "growth takes at least two numbers of rounds"
    for rounds in ((99, 100), (1, 50, 99)):
        for sign in (1, -1):
            found = growth([exact(t, sign * t) for t in rounds])
            assert (found.lower, found.upper, found.estimate) == (-math.inf, math.inf, None)
            assert found.remark == "growth takes rounds that span a factor of 2"
    assert growth([exact(t, t) for t in (50, 100)]).estimate == pytest.approx(1)
    with pytest.raises(UsageError, match="expected one of ends, least-squares, found 'theil'"):
        fit("theil")


@pytest.mark.parametrize("digits", [0, 20_000, 120_000])
def test_the_unit_of_payoffs_changes_nothing(digits: int) -> None:
    """Regret of exactly c·T has the exponent 1 for every c, also where logarithms of c would lose the last digits."""
    for factor in (Fraction(3**digits, 7), Fraction(5, 7**digits), Fraction(10**digits + 1, 10**digits + 3)):
        heights = [Height(t, *[factor * t] * 3) for t in (10**3, 10**4, 10**5)]
        found = growth(heights)
        assert found.lower <= 1 <= found.upper
        assert found.upper - found.lower < 1e-10
        assert found.estimate == pytest.approx(1, abs=1e-13)
