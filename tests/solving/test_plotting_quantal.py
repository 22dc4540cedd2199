"""Plots of quantal answers: what is drawn is what holds."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import stackexact as sx
from stackexact.errors import UsageError

pyplot = pytest.importorskip("matplotlib.pyplot")

STANDARD = sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
TALK = sx.RecommendationGame([[1, 0], [2, "1/2"]], weights=[[4, 1], [1, 9]], behaviour={"alpha": "1/2"})


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_values_by_the_inverse_temperature():
    """Prescriptions give no less than commitments; with payoffs of both signs the weights are the logistic function."""
    axes = sx.plot_quantal(STANDARD, [10, "1/10", 1])
    drawn = lines(axes)
    one, two = (list(drawn[f"quantal, {kind}"].get_ydata()) for kind in ("commitment", "prescription"))
    assert list(drawn["quantal, commitment"].get_xdata()) == [0.1, 1.0, 10.0]
    assert all(more >= less - 1e-9 for less, more in zip(one, two, strict=True))
    for eta, found in zip((0.1, 1.0, 10.0), one, strict=True):
        grid = []
        for k in range(2001):
            x = k / 2000  # of the first action
            p = 1 / (1 + math.exp(-eta * (x - (1 - x))))
            grid.append(p * (1 + x) + (1 - p) * (3 + x))
        assert -1e-8 < found - max(grid) < 1e-5
    assert set(drawn["mixed-strong"].get_ydata()) == {3.5}
    assert axes.get_xscale() == "log"


def test_what_is_made_of_recommendations():
    """The responses of sqrt(y W), the recommendations that are followed, and values above V* near the ends."""
    first, second = sx.plot_recommendation(TALK, {"a1": "1"})
    response = lines(first)["response"]
    for y, z in zip(response.get_xdata(), response.get_ydata(), strict=True):
        assert z == pytest.approx(math.sqrt(4 * y) / (math.sqrt(4 * y) + math.sqrt(1 - y)), abs=1e-7)
    assert sorted(lines(first)["followed"].get_xdata()) == pytest.approx([0, 0.8, 1])
    told = lines(second)
    best = next(iter(told["V*, followed with full support"].get_ydata()))
    assert best == pytest.approx(0.8282870391)
    values = list(told["the leader's value"].get_ydata())
    assert values == pytest.approx(list(response.get_ydata()), abs=1e-7)  # she gets 1 where b1 is played
    assert values[-1] == pytest.approx(1)
    assert values[-1] > best
    apart = list(told["violation (total variation)"].get_ydata())
    assert apart == pytest.approx([abs(y - z) for y, z in zip(response.get_xdata(), response.get_ydata(), strict=True)])
    axes = pyplot.subplots(1, 2)[1]
    assert sx.plot_recommendation(TALK, ax=axes) == tuple(axes)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: sx.plot_quantal(TALK), "plot_quantal: expected a game in a matrix of numbers"),
        (lambda: sx.plot_quantal(STANDARD, [0]), "etas: expected numbers above 0, found '0'"),
        (lambda: sx.plot_quantal(STANDARD, "5"), "etas: expected a list of numbers above 0"),
        (lambda: sx.plot_quantal(STANDARD, []), "etas: expected at least one number"),
        (lambda: sx.plot_recommendation(STANDARD), "plot_recommendation: expected a game of kind recommendation"),
        (lambda: sx.plot_recommendation(TALK, {"a1": "1/2"}), "commitment: expected probabilities of a1, a2 that sum"),
        (lambda: sx.plot_recommendation(TALK, {"c": 1}), "commitment: expected probabilities of a1, a2"),
        (lambda: sx.plot_recommendation(TALK, ax=[1]), "plot_recommendation: expected 2 axes in ax, found 1"),
    ],
)
def test_what_cannot_be_drawn(ask, message):
    with pytest.raises(UsageError, match=f"^{message}"):
        ask()


def test_the_commitment_of_a_policy_is_drawn():
    game = sx.instance("wrong-weight")
    first, _ = sx.plot_recommendation(game)
    assert sorted(lines(first)["followed"].get_xdata()) == pytest.approx([0, 0.8, 1])
    assert game.policy is not None
    assert game.policy.commitment == (Fraction(1),)
