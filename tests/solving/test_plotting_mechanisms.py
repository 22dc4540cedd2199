"""Plots of mechanisms: what is drawn are exact values, and other games are refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import stackexact as sx

pytest.importorskip("matplotlib")


def posted(purchase: str) -> sx.MechanismGame:
    return sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["-"]}},
        {"r": {"-": {"offers": [{"to": "A", "price": "p"}]}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [0, 3]},
        purchase=purchase,
        objective="revenue",
    )


def points(axes: Any) -> list[tuple[float, float]]:
    return [(x, y) for line in axes.lines for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
def test_over_a_price(purchase: str) -> None:
    """Revenue is the price times the chance of a sale, jumps included."""
    axes = sx.plot_mechanism(posted(purchase))
    drawn = points(axes)
    assert len(drawn) > 100
    assert {0.0, 1.0, 2.0, 3.0} <= {x for x, _ in drawn}
    for x, y in drawn:
        sold = sum(c for v, c in ((1, 1 / 3), (2, 2 / 3)) if v > x or (v == x and purchase == "v >= p"))
        assert y == pytest.approx(x * sold)


def test_of_two_followers() -> None:
    """The hull of what vertices give them, and pure equilibria."""
    axes = sx.plot_mechanism(sx.instance("matrix-game"))
    hull, pure = axes.lines
    corners = {(round(x, 9), round(y, 9)) for x, y in zip(hull.get_xdata(), hull.get_ydata(), strict=True)}
    assert corners == {(4.0, 6.0), (6.0, 4.0), (float(Fraction(18, 5)), float(Fraction(18, 5)))}
    assert set(zip(pure.get_xdata(), pure.get_ydata(), strict=True)) == {(4.0, 6.0), (6.0, 4.0)}
    assert axes.get_xlabel() == "what A0 expects"


@pytest.mark.parametrize("name", ["pi", "escape", "simple-allocation-2"])
def test_refused(name: str) -> None:
    with pytest.raises(sx.StackexactError, match="plot_mechanism: expected"):
        sx.plot_mechanism(sx.instance(name))
