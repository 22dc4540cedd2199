"""Fixed points: each is followed, there is one for each set of actions, and no other."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from oracles import recommendations as oracle
from recommended import drawn, holds

import stackexact as sx
from stackexact.errors import LimitReached
from stackexact.recommending.fixed_points import fixed_points, units
from stackexact.recommending.models import model_of


def cell_of(game: sx.RecommendationGame) -> Any:
    return sx.solve(game, ["fixed-points"])["fixed-points"].cell


def test_every_point_is_followed() -> None:
    """One for each set of actions, with the value of the quantal response; recommended, it is what is played."""
    draw = random.Random(7)
    for _ in range(120):
        game = drawn(draw, Fraction(draw.randint(1, 4), 5))
        (_, columns), labels = game.shape, game.actions.follower
        logits = oracle.mixed(oracle.logits_of(game), game.policy.commitment)
        rewards = oracle.mixed([[*map(oracle.number, row)] for row in game.leader], game.policy.commitment)
        cell = cell_of(game)
        assert cell.unique == (columns == 1)
        assert cell.unique_with_full_support
        supports = [tuple(point.recommendation) for point in cell.points]
        assert len(set(supports)) == len(supports) == 2**columns - 1
        for point in cell.points:
            kept = [labels.index(label) for label in point.recommendation]
            quantal = oracle.quantal(logits, kept)
            assert all(holds(point.recommendation[labels[b]], quantal[b]) for b in kept)
            assert holds(point.leader, oracle.value(rewards, quantal))
            assert point.full_support == (len(kept) == columns)
            answered = oracle.quantal(
                [
                    oracle.number(game.behaviour.alpha) * oracle.MP.log(q)
                    + (1 - oracle.number(game.behaviour.alpha)) * w
                    if q
                    else oracle.MP.mpf(0)
                    for q, w in zip(quantal, logits, strict=True)
                ],
                kept,
            )
            assert oracle.variation(answered, quantal) < 1e-50


def test_no_others() -> None:
    """From any recommendation responses come closer to the fixed point of its support, by the factor α each time."""
    draw = random.Random(8)
    for _ in range(60):
        game = drawn(draw, Fraction(1, 3))
        logits = oracle.mixed(oracle.logits_of(game), game.policy.commitment)
        y = [oracle.number(share) for share in game.policy.recommendation]
        kept = [b for b, share in enumerate(y) if share]
        quantal = oracle.quantal(logits, kept)
        first = oracle.hilbert(y, quantal)
        for _ in range(20):
            y = oracle.response_of_numbers(logits, y, Fraction(1, 3))
        assert oracle.hilbert(y, quantal) < first / 3**19 + 1e-40


def test_a_follower_that_ignores_recommendations() -> None:
    """With α = 0 there is one fixed point for each commitment, on the boundary too."""
    game = sx.RecommendationGame([[1, 0], [2, 5]], weights=[[4, 1], [1, 9]], behaviour={"alpha": 0})
    cell = cell_of(game)
    assert cell.unique
    assert [dict(point.recommendation) for point in cell.points] == [
        {"b1": Fraction(4, 5), "b2": Fraction(1, 5)},
        {"b1": Fraction(1, 10), "b2": Fraction(9, 10)},
    ]


def test_limits_are_told() -> None:
    """More than ten actions, or too many points: undecided, with what to do."""
    wide = sx.RecommendationGame([[0] * 11], weights=[[1] * 11], behaviour={"alpha": "1/2"})
    solution = sx.solve(wide, ["fixed-points"])
    assert not solution.complete
    assert "2**11 - 1 fixed points" in solution.notes[0]
    tall = sx.RecommendationGame([[0] * 10] * 5, weights=[[1] * 10] * 5, behaviour={"alpha": "1/2"})
    with pytest.raises(LimitReached, match="set a policy"):
        fixed_points(model_of(tall), units(5), lambda: False)
    assert len(fixed_points(model_of(tall), units(5)[:4], lambda: False)) == 4 * 1023
    with pytest.raises(LimitReached, match="time"):
        fixed_points(model_of(tall), units(5)[:1], lambda: True)
    ignored = sx.RecommendationGame([[0] * 11], weights=[[1] * 11], behaviour={"alpha": 0})
    assert len(cell_of(ignored).points) == 1
