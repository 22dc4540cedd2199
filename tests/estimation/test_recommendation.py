"""Responses to recommendations: the row of the literature, round trips, and mpmath from the definition."""

from __future__ import annotations

import json
from fractions import Fraction

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.quantal_responses import number

import stackexact as sx
from stackexact.estimation import LogNumber, misspecification, recover
from stackexact.estimation.recommendation import misjudged

shares = st.lists(st.integers(1, 30), min_size=2, max_size=4).map(lambda n: [Fraction(x, sum(n)) for x in n])
alphas = st.fractions(0, Fraction(9, 10), max_denominator=12)


def value(one: LogNumber) -> mp.mpf:
    return mp.fsum(number(c) * mp.log(b) for b, c in one.logs) + number(one.exponent)


def test_the_published_row() -> None:
    """alpha 1/2 taken for 1/3, y = (1/3, 2/3), W = (4, 1): the estimate is off by -(3/4) log 2."""
    found = misspecification(["1/3", "2/3"], "1/2", "1/3", weights=[4, 1])
    assert found.error[0] == LogNumber.of(Fraction(2)) * Fraction(-3, 4)
    assert str(found.error[0]) == "-3/4*log(2)"
    assert found.document()["error"]["b1"]["closed_form"] == "-3/4*log(2)"


def test_other_responses_do_not_pass_for_those_expected() -> None:
    """The formula of the error is verified on the responses; where these are others, nothing is said."""
    told, true, seen = (LogNumber.of(Fraction(value)) for value in (2, 3, 5))
    with pytest.raises(sx.StackexactError, match="wrong by the factor"):
        misjudged([seen], [told], [true], Fraction(1, 2), Fraction(1, 3))


def test_published_responses_give_back_the_weights() -> None:
    """W = (4, 1), alpha = 1/2, y = (1/2, 1/2) responds (2/3, 1/3); (9, 4, 1) and y = (1/2, 1/2, 0): (3/5, 2/5, 0)."""
    assert str(recover(["2/3", "1/3"], ["1/2", "1/2"], "1/2")["b1"]) == "2*log(2)"
    found = recover(["3/5", "2/5", 0], ["1/2", "1/2", 0], "1/2")
    assert found.between("b1", "b2") == LogNumber.of(Fraction(9, 4))
    assert found.values[2] is None
    with pytest.raises(sx.StackexactError, match="recommended and chosen"):
        found["b3"]


@given(shares, alphas, alphas, st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_the_error_is_that_of_inverting_with_the_wrong_alpha(
    y: list[Fraction], alpha: Fraction, assumed: Fraction, weights: list[int]
) -> None:
    """The response by its definition, inverted by what is assumed; and its derivative where that is right."""
    w = weights[: len(y)]
    found = misspecification(y, alpha, assumed, weights=w)
    with mp.workdps(50):
        powers = [number(a) ** number(alpha) * mp.mpf(b) ** number(1 - alpha) for a, b in zip(y, w, strict=True)]
        for k in range(len(y)):
            odds = mp.log(powers[k] / powers[-1]) - number(assumed) * mp.log(number(y[k] / y[-1]))
            estimated = odds / number(1 - assumed)
            assert abs(estimated - value(found.estimated[k])) < mp.mpf(10) ** -40
            assert abs(estimated - mp.log(mp.mpf(w[k]) / w[-1]) - value(found.error[k])) < mp.mpf(10) ** -40
            step = Fraction(1, 10**20)
            beside = misspecification(y, alpha, alpha + step, weights=w).error[k]
            assert abs(value(beside) / number(step) - value(found.slope[k])) < mp.mpf(10) ** -15
    if alpha == assumed:
        assert all(one.is_zero for one in found.error)


@given(shares, shares, alphas)
def test_recovered_rewards_respond_as_observed(z: list[Fraction], y: list[Fraction], alpha: Fraction) -> None:
    size = min(len(z), len(y))
    z = [x / sum(z[:size]) for x in z[:size]]
    y = [x / sum(y[:size]) for x in y[:size]]
    found = recover(z, y, alpha)
    for k in range(size):
        answered = found.values[k] * (1 - alpha) + LogNumber.of(y[k] / y[-1]) * alpha
        assert answered == LogNumber.of(z[k] / z[-1])


def test_estimates_recover_the_same() -> None:
    """Counts with the recommendation as reference weights to the power alpha: one more route to the same number."""
    counts, y, alpha = [7, 5, 2], ["1/2", "1/3", "1/6"], Fraction(2, 5)
    found = sx.estimate(counts, weights=y, power=alpha, eta=1 - alpha, constraints=[("b3", 0)])
    other = recover(counts, y, alpha)
    for name, one in zip(("b1", "b2"), other.values, strict=False):
        low, high = found[name].lower, found[name].upper
        assert (one - low).sign() >= 0 >= (one - high).sign()


def test_rewards_and_tau() -> None:
    """Rational rewards: r/tau, so that only the recommendation brings logarithms."""
    found = misspecification({"x": "1/4", "y": "3/4"}, "1/2", 0, rewards={"x": 3, "y": 1}, tau=2)
    assert str(found.true[0]) == "1"
    assert str(found.error[0]) == "-1/2*log(3) - 1/2"
    assert json.loads(json.dumps(found.document()))["true"] == {"x": "1", "y": "0"}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: recover([1, 1], ["1/2", 0.5], "1/2"), "float"),
        (lambda: recover([1, 1], [1, 0], "1/2"), "outside the recommendation"),
        (lambda: recover([1, 1], ["1/2", "1/2"], 1), "from 0 to below 1"),
        (lambda: recover([0, 0], ["1/2", "1/2"], 0), "not all of them 0"),
        (lambda: recover([1, 1, 1], ["1/2", "1/2"], 0), "3 entries"),
        (lambda: recover([1, 1], ["1/2", "1/3"], 0), "sum to 1"),
        (lambda: recover({"a": 1}, {"b": 1}, 0), "expected one of a"),
        (lambda: recover([1, 0], ["1/2", "1/2"], 0, reference="b2"), "reference"),
        (lambda: recover("11", ["1/2", "1/2"], 0), "number per action"),
        (lambda: misspecification([1, 0], 0, 0, weights=[1, 1]), "positive probability"),
        (lambda: misspecification(["1/2", "1/2"], 0, 0, weights=[1, 0]), "positive number"),
        (lambda: misspecification(["1/2", "1/2"], 0, 0), "weights alone"),
        (lambda: misspecification(["1/2", "1/2"], 0, 0, rewards=[1, 0], tau=0), "tau"),
        (lambda: misspecification(["1/2", "1/2"], 0, "-1/2", weights=[1, 1]), "assumed"),
        (lambda: misspecification(["1/2", "1/2"], 0, 0, weights=["z", 1]), "expected a number"),
    ],
)
def test_bad_input(call: object, said: str) -> None:
    with pytest.raises(sx.StackexactError, match=said) as error:
        call()
    assert "\n" not in str(error.value)
