"""Counts of one decision problem: closed forms from the definition, degenerate counts, references."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.quantal_responses import number

import stackexact as sx


@pytest.fixture(autouse=True)
def digits() -> object:
    with mp.workdps(80):
        yield


def holds(enclosure: object, value: mp.mpf) -> bool:
    """Whether the enclosure holds the value, up to the error of 80 digits."""
    slack = mp.mpf(10) ** -60 * (1 + abs(value))
    return number(enclosure.lower) - slack <= value <= number(enclosure.upper) + slack


def test_three_to_one() -> None:
    """eta (r0 - r1) = log 3, and the frequencies are fitted exactly (the reference is the first action)."""
    found = sx.estimate({"b1": 3, "b2": 1}, eta=5)
    assert found["b1"].lower == found["b1"].upper == 0
    assert found["b2"].closed_form == "-1/5*log(3)"
    assert [(one.lower, one.upper) for one in found.fitted[0]] == [(Fraction(3, 4),) * 2, (Fraction(1, 4),) * 2]
    assert sx.estimate([3, 1])["b2"].closed_form == "-log(3)"


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=5),
    st.lists(st.fractions(-3, 3, max_denominator=5), min_size=5, max_size=5),
    st.fractions(-4, 4, max_denominator=6),
    st.sampled_from([Fraction(1), Fraction(5), Fraction(2, 7)]),
)
def test_any_reference(counts: list[int], reference: list[Fraction], value: Fraction, eta: Fraction) -> None:
    """r(b) = (log nu(b) - sum x log nu)/(eta sum x) + value/sum x where <x, r> = value."""
    x = reference[: len(counts)]
    if not sum(x):
        x[0] += 1
    if not sum(x):
        x[0] += 1
    found = sx.estimate(counts, eta=eta, constraints=[(x, value)])
    total = sum(counts)
    logs = [mp.log(mp.mpf(count) / total) for count in counts]
    mean = mp.fsum(number(w) * one for w, one in zip(x, logs, strict=True)) / number(sum(x))
    for one, log in zip(found.theta, logs, strict=True):
        assert holds(one, (log - mean) / number(eta) + number(value / sum(x)))
    assert holds(found.log_likelihood, mp.fsum(n * log for n, log in zip(counts, logs, strict=True)))
    assert [one.lower for one in found.fitted[0]] == [Fraction(n, total) for n in counts]


def test_a_reference_that_weighs_nothing_does_not_identify() -> None:
    """Where the weights of the constraint sum to 0, adding a constant to all rewards keeps it."""
    found = sx.estimate([3, 1], constraints=[([1, -1], 0)])
    assert not found.identified
    assert found.free == ((1, 1),)
    assert found.theta == (None, None)
    assert [float(one) for one in found.fitted[0]] == [0.5, 0.5]


def test_standard_errors_by_the_delta_method() -> None:
    """log(n1/n0) of multinomial counts has the asymptotic variance 1/n0 + 1/n1, here over eta squared."""
    found = sx.estimate([12, 4, 9], eta="1/2")
    for name, count in (("b2", 4), ("b3", 9)):
        place = found.names.index(name)
        assert found.covariance[place][place].lower == 4 * (Fraction(1, 12) + Fraction(1, count))
    assert found.covariance[1][2].lower == 4 * Fraction(1, 12)
    assert found.standard_errors[1].closed_form == "sqrt(4/3)"
    assert found.standard_errors[0].upper == 0


@pytest.mark.parametrize("counts", [[3, 0], [0, 0, 2], [10**30, 0, 1], [0, 1]])
def test_zero_counts_have_no_estimate(counts: list[int]) -> None:
    found = sx.estimate(counts)
    assert not found.exists
    assert set(found.theta) == {None}
    total = sum(counts)
    assert [one.lower for one in found.fitted[0]] == [Fraction(n, total) for n in counts]
    assert {b for _, b in found.separation.vanishing} == {b for b, n in enumerate(counts) if not n}
    with pytest.raises(sx.StackexactError, match="not attained"):
        found["b2"]


def test_one_action_says_nothing() -> None:
    found = sx.estimate({"only": 7})
    assert found.exists
    assert found.identified  # by its reference
    assert found["only"].upper == 0
    assert found.fitted[0][0].lower == 1
    assert found.log_likelihood.upper == 0


def test_one_observation() -> None:
    found = sx.estimate([0, 1, 0])
    assert not found.exists
    assert found.separation.complete
    assert found.log_likelihood.lower == 0


def test_huge_counts() -> None:
    """log(10**30): 30 log 10, and a probability of one in 10**30 + 1."""
    found = sx.estimate([10**30, 1], digits=40)
    assert found["b2"].closed_form == "-30*log(10)"
    assert holds(found["b2"], -30 * mp.log(10))
    assert found.fitted[0][1].lower == Fraction(1, 10**30 + 1)
    assert found["b2"].width < Fraction(1, 10**38)


def test_equal_counts_are_equal_rewards() -> None:
    found = sx.estimate([7, 7, 7], eta=3)
    assert [(one.lower, one.upper) for one in found.theta] == [(0, 0)] * 3


def test_reference_weights_and_their_power() -> None:
    """A follower recommended y responds with y**alpha W**(1 - alpha): 2:1 to equal shares with alpha 1/2 means W
    4:1."""
    found = sx.estimate([2, 1], weights=["1/2", "1/2"], power="1/2", eta="1/2", constraints=[("b2", 0)])
    assert found["b1"].closed_form == "2*log(2)"
    found = sx.estimate([1, 1], weights=[4, 1], power="1/2", constraints=[("b2", 0)])
    assert found["b1"].closed_form == "-log(2)"
