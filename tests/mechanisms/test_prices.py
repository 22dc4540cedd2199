"""Prices under strict and weak conditions: none is lost where there is little room."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

import stackexact as sx
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.prices import most_within, prices_within

F = Fraction
UNIT = [(F(0), F(1))]


def test_little_room() -> None:
    """1000 p >= 500 and p < 1/2 + 1e-9: what a weak condition could gain is not paid for with a strict one."""
    weak, strict = [Linear(F(-500), (F(1000),))], [Linear(F(1, 2) + F(1, 10**9), (F(-1),))]
    found = most_within(Linear(F(7), (F(0),)), weak, strict, UNIT)
    assert found is not None
    value, (price,), attained = found
    assert (value, attained) == (7, True)
    assert F(1, 2) <= price < F(1, 2) + F(1, 10**9)


@pytest.mark.parametrize("seed", range(40))
def test_both_find_the_same(seed: int) -> None:
    """One price, conditions at random, ends that nearly meet: by hand an interval, open or closed at its ends."""
    random = Random(f"prices {seed}")
    low, high = (F(0), False), (F(1), True)
    weak, strict = [], []
    for _ in range(random.randint(1, 5)):
        end = F(random.randint(0, 4), 4) + random.choice([0, F(1, 10**12)])
        factor = F(random.choice([-1000, -1, F(-1, 1000), F(1, 1000), 1, 1000]))
        is_strict = random.random() < 0.5
        (strict if is_strict else weak).append(Linear(-end * factor, (factor,)))
        if factor > 0:
            low = max(low, (end, is_strict))
        else:
            high = min(high, (end, not is_strict))
    possible = low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])
    assert (prices_within(weak, strict, UNIT) is not None) == possible
    for goal, end in ((Linear(F(1), (F(2),)), high), (Linear(F(0), (F(-1),)), (low[0], not low[1]))):
        found = most_within(goal, weak, strict, UNIT)
        assert (found is not None) == possible
        if found is not None:
            limit, prices, attained = found
            assert (limit, attained) == (goal.at((end[0],)), end[1])
            assert all(one.at(prices) >= 0 for one in weak)
            assert all(one.at(prices) > 0 for one in strict)
            assert attained == (goal.at(prices) == limit)


def test_a_rule_with_little_room_is_not_lost() -> None:
    """Only between two values that nearly meet does a price sell to one type, while another offer wants a high one."""
    tiny = F(1, 10**6)
    game = sx.MechanismGame(
        {
            "A": {"types": {"low": F(1, 2), "high": F(1, 2) + tiny}, "actions": ["-"]},
            "B": {"types": {"b": 500}, "actions": ["-"]},
        },
        {"r": {"-": {"-": {"offers": [{"to": "B", "price": "1000*p"}, {"to": "A", "price": "p"}]}}}},
        prior={"A": {"low": "1/2", "high": "1/2"}, "B": {"b": 1}},
        prices={"p": [0, 1]},
        purchase="v > p",
        objective="welfare*(1 - welfare)",
    )
    high = F(1, 2) + tiny
    for concept in ("optimistic", "pessimistic"):
        solution = sx.solve(game, [concept])
        (cell,) = solution[concept].cells
        assert cell.leader == high * (1 - high) / 2  # one type of A buys; else nobody does, or B at a great loss
        assert solution.certificate().check()
