"""What announcements are worth: beside fractions from the definition, sums over all paths, and y^α W^(1 - α)."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from announced import broken, holds, mixed, pure, told, worth
from oracles import quantal as oracle
from quantal_plays import course, markov
from recommended import drawn, shares

import stackexact as sx
from stackexact.errors import InputError
from stackexact.exact.enclosures import Enclosure, limits
from stackexact.learning.runs import Announcement
from stackexact.learning.valuing import valuer

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
TALK = sx.RecommendationGame([[1, 0], [2, HALF]], weights=[[4, 1], [1, 9]], behaviour={"alpha": HALF})


def narrow(found: Any, digits: int, scale: Fraction) -> bool:
    """Whether an enclosure has so many digits of a scale."""
    return isinstance(found, Enclosure) and found.width <= scale / 10**digits


@pytest.mark.parametrize("prescription", [True, False])
def test_deterministic_policies_of_weights_are_exact(prescription: bool) -> None:
    """Two stages: probabilities of states carried forward in fractions."""
    draw = random.Random(3)
    for _ in range(12):
        one = course(draw, 2, 2, columns=draw.randint(1, 3))
        game = markov(one, prescription=prescription)
        announcement, chosen = pure(draw, game)
        value = valuer(game, 5).value(announcement)
        assert isinstance(value, Fraction)
        assert value == oracle.played(one, chosen)


def test_long_fractions_are_enclosed() -> None:
    """A denominator beyond 64 binary digits is no number to add up over many policies; what is said holds it."""
    weight = 10**25 + 13
    game = sx.MarkovGame(
        {"s": {"payoffs": {"leader": [[1, 0]], "weights": [[weight, 7]]}}}, horizon=1, follower={"response": "quantal"}
    )
    found = valuer(game, 30).value(Announcement(((((ONE,), (ONE,)),),)))
    assert narrow(found, 30, ONE)
    assert holds(found, Fraction(weight, weight + 7), ZERO)


@pytest.mark.parametrize("prescription", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_mixed_policies_are_sums_over_paths(prescription: bool, weighted: bool) -> None:
    draw = random.Random(5)
    for digits in (3, 12, 30):
        for _ in range(4):
            game = markov(course(draw, 2, 2, weighted=weighted), prescription=prescription)
            one = valuer(game, digits)
            announcement = mixed(draw, game)
            found = one.value(announcement)
            assert holds(found, worth(game, announcement))
            assert isinstance(found, Fraction) or narrow(found, digits, one.scale)


@pytest.mark.parametrize("discount", [0, "1/2", 1])
def test_followers_who_look_ahead(discount: object) -> None:
    draw = random.Random(7)
    payoffs = {"leader": [[0, "1/3"], [1, 0]], "follower": [[1, 0], ["-1/2", 2]]}
    moves = [[{"s": 1}, {"t": 1}], [{"s": HALF, "t": HALF}, {"s": 1}]]
    other = {"leader": [[2, -1], [0, 0]], "follower": [[0, 1], [1, 0]]}
    states = {"s": {"payoffs": payoffs, "transitions": moves}, "t": {"payoffs": other, "transitions": moves}}
    follower = {"response": "quantal", "eta": "3/2", "discount": discount}
    game = sx.MarkovGame(states, horizon=3, initial={"s": "1/3", "t": "2/3"}, follower=follower)
    values = []
    for _ in range(5):
        announcement = mixed(draw, game)
        values.append(valuer(game, 25).value(announcement))
        assert holds(values[-1], worth(game, announcement))
        assert narrow(values[-1], 25, Fraction(9))
    assert len(set(values)) == 5


def test_no_value_lies_beyond_the_range() -> None:
    """The least and the most of each stage, added up; the ends are reached where one policy gets them."""
    draw = random.Random(9)
    for _ in range(8):
        game = markov(course(draw, 2, 2, weighted=False), prescription=True)
        low, high = valuer(game, 9).range
        assert low <= worth(game, mixed(draw, game)) <= high
        talk = drawn(draw)
        low, high = valuer(talk, 9).range
        assert (low, high) == (min(map(min, talk.leader)), max(map(max, talk.leader)))
    steps = {"stages": [{"payoffs": {"leader": [[k, k]], "follower": [[0, 0]]}, "transitions": [[{"s": 1}] * 2]}
                        for k in (-2, 5)]}  # fmt: skip
    sure = sx.MarkovGame({"s": steps}, horizon=2, follower={"response": "quantal", "eta": 1})
    assert valuer(sure, 9).range == (3, 3)
    assert valuer(sure, 9).scale == 1


def test_recommendations_are_followed_by_the_definition() -> None:
    """u(x, z) and TV(y, z) with z from y^α W^(1 - α): on the boundary, for α = 0, without recommendations, of rewards
    and of weights."""
    draw = random.Random(11)
    alone = 0
    for _ in range(120):
        game = drawn(draw)
        one = valuer(game, 20)
        rows, columns = len(game.leader), len(game.leader[0])
        y = draw.choice([None, shares(draw, columns, True), shares(draw, columns, False)])
        announcement = told(shares(draw, rows, True), y, columns)
        alone += y is not None and sum(map(bool, y)) == 1
        found, violation = one.value(announcement), one.violation(announcement)
        assert holds(found, worth(game, announcement))
        assert holds(violation, broken(game, announcement))
        assert isinstance(found, Fraction) or narrow(found, 20, one.scale)
        assert isinstance(violation, Fraction) or narrow(violation, 20, ONE)
        low, high = limits(violation)
        assert 0 <= low <= high <= (1 if y is not None else 0)
    assert alone > 5


def test_the_instances_of_the_literature() -> None:
    """W = (4, 1), y = (1/2, 1/2): 1/6; W = (9, 4, 1), y = (1/2, 1/2, 0): 1/10; fixed points on the boundary: 0."""
    half = valuer(sx.RecommendationGame([[0, 0]], weights=[[4, 1]], behaviour={"alpha": HALF}), 30)
    assert holds(half.violation(told([1], [HALF, HALF], 2)), Fraction(1, 6), ZERO)
    three = valuer(sx.RecommendationGame([[0, 1, 2]], weights=[[9, 4, 1]], behaviour={"alpha": HALF}), 30)
    assert holds(three.violation(told([1], [HALF, HALF, 0], 3)), Fraction(1, 10), ZERO)
    assert holds(three.value(told([1], [HALF, HALF, 0], 3)), Fraction(2, 5), ZERO)
    for fixed in ([1, 0, 0], [Fraction(9, 13), Fraction(4, 13), 0]):
        found = three.violation(told([1], fixed, 3))
        assert holds(found, ZERO, ZERO)
        assert found == 0 or found.upper < Fraction(1, 10**29)
    assert three.value(told([1], [0, 0, 1], 3)) == 2


def test_alpha_0_is_deaf() -> None:
    """The answer is the quantal response, actions that are not recommended included."""
    game = sx.RecommendationGame([[1, 0]], weights=[[4, 1]], behaviour={"alpha": 0})
    one = valuer(game, 20)
    for y in ([1, 0], [0, 1], [HALF, HALF]):
        assert holds(one.value(told([1], y, 2)), Fraction(4, 5), ZERO)
        assert holds(one.violation(told([1], y, 2)), abs(y[0] - Fraction(4, 5)), ZERO)


MARKOV = markov(course(random.Random(1), 2, 2), prescription=True)
COMMITTED = markov(course(random.Random(1), 2, 2), prescription=False)
ROW = (HALF, HALF)


@pytest.mark.parametrize(
    ("game", "announcement", "expected"),
    [
        (MARKOV, Announcement((((ROW, ROW),) * 2,)), "expected a mixture by stage, state and follower action"),
        (MARKOV, Announcement((((ROW,),) * 2,) * 2), "expected a mixture by stage, state and follower action"),
        (MARKOV, Announcement((((ROW, (ONE,)),) * 2,) * 2), "expected a mixture by stage, state and follower action"),
        (MARKOV, Announcement((((ROW, ROW),) * 2,) * 2, ROW), "found other announcements"),
        (MARKOV, Announcement((((ROW, (HALF, ONE)),) * 2,) * 2), "sum to exactly 1, found the sum 3/2"),
        (MARKOV, Announcement((((ROW, (-HALF, 3 * HALF)),) * 2,) * 2), "expected probabilities"),
        (COMMITTED, Announcement((((ROW, (ONE, ZERO)),) * 2,) * 2), "the same mixture whatever the follower does"),
        (TALK, Announcement((((ROW, ROW),),) * 2, ROW), "expected one commitment, found other announcements"),
        (TALK, Announcement((((ROW, (ONE, ZERO)),),), ROW), "found one for each action of the follower"),
        (TALK, Announcement(((((ONE,), (ONE,)),),), ROW), "expected one commitment, found other announcements"),
        (TALK, told(ROW, (ONE,), 2), "expected recommendations of 2 actions, found 1"),
        (TALK, told(ROW, (ONE, ONE), 2), "sum to exactly 1, found the sum 2"),
        (TALK, told(ROW, (2, -1), 2), "expected probabilities"),
    ],
)
def test_what_does_not_fit_is_refused(game: Any, announcement: Announcement, expected: str) -> None:
    with pytest.raises(InputError) as error:
        valuer(game, 5).require(announcement)
    assert expected in str(error.value)


def test_what_fits_is_taken() -> None:
    draw = random.Random(2)
    for game in (MARKOV, COMMITTED):
        valuer(game, 5).require(mixed(draw, game))
    valuer(TALK, 5).require(told(ROW, ROW, 2))
    valuer(TALK, 5).require(told(ROW, None, 2))
