"""Sub-games of games: what is observed, what can be chosen, what comes out; and refusals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from stackelberg_plays import MAINTAIN, allocation, buyers, matrix_design, random_mechanism

import stackexact as sx
from stackexact.errors import LimitReached, UsageError
from stackexact.games.mechanism import MechanismGame
from stackexact.pomdp import mechanism, normal_form, policies, sequential_prices, sub_game
from stackexact.pomdp.answering import policy_count


def test_normal_form_is_the_table() -> None:
    game = normal_form(sx.instance("maintain"))
    leader, follower = MAINTAIN
    for i, j in product(range(3), repeat=2):
        seen = game.play((i,), 0, j)
        assert (seen.reward, seen.utilities, seen.path) == (leader[i][j], (follower[i][j],), ((0, i),))
    assert game.longest == 1


def test_mixtures_are_expectations() -> None:
    game = normal_form(sx.instance("maintain"), mixtures=3)
    leader, _ = MAINTAIN
    assert len(game.choices[0]) == 10
    for c, choice in enumerate(game.choices[0]):
        weights = game.parts[0].values[choice.parts[0]]
        assert isinstance(weights, tuple)
        assert game.play((c,), 0, 1).reward == sum(p * row[1] for p, row in zip(weights, leader, strict=True))


def test_mechanism_is_the_table() -> None:
    for seed in range(3):
        game, (chances, numbers) = random_mechanism(seed)
        made = sub_game(game)
        assert dict(zip(made.profiles, made.chances, strict=True)) == chances
        for (a, actions), (k, types), c in product(
            enumerate(product(range(2), repeat=2)), enumerate(made.profiles), range(2)
        ):
            seen = made.play((c,) * 4, k, a)
            assert (*seen.utilities, seen.reward) == numbers[actions][c][types]


def test_sequential_prices_by_hand() -> None:
    """Every policy, every profile of types: who buys first by his value, at what price."""
    grid = [Fraction(0), Fraction(1, 5), Fraction(2, 5)]
    for purchase in ("v >= p", "v > p"):
        made = sequential_prices(buyers(purchase=purchase), grid)
        values = [(Fraction(1, 5), Fraction(1)), (Fraction(0), Fraction(2, 5))]
        assert made.longest == 2
        assert policy_count(made) == len(list(policies(made))) == 18
        for answers, (k, types) in product(policies(made), enumerate(made.profiles)):
            seen = made.play(answers, k, 0)
            welfare, utilities = Fraction(0), [Fraction(0)] * 2
            for o, c in seen.path:
                i, p = made.choices[o][c].parts
                value, price = values[i][types[i]], grid[p]
                if value >= price if purchase == "v >= p" else value > price:
                    welfare, utilities[i] = value, value - price
                    break
            assert seen.utilities == tuple(utilities)
            assert seen.reward == welfare - max(values[i][t] for i, t in enumerate(types))
            asked = [made.choices[o][c].parts[0] for o, c in seen.path]
            assert len(set(asked)) == len(asked)


def test_three_buyers_are_asked_in_any_order() -> None:
    three = MechanismGame(
        {name: {"types": {"v": value}, "actions": ["-"]} for name, value in zip("ABC", (1, 2, 3), strict=True)},
        {"nothing": {"-": {"-": {"-": {}}}}},
        prior={name: {"v": 1} for name in "ABC"},
        purchase="v > p",
        objective="revenue",
    )
    made = sequential_prices(three, [2, 9])
    assert len(made.observations) == 7
    assert policy_count(made) == len(list(policies(made))) == 6 * 2**3
    assert max(made.play(answers, 0, 0).reward for answers in policies(made)) == 2


def test_types_that_may_not_do_everything() -> None:
    game = MechanismGame(
        {"A": {"types": ["s", "t"], "actions": {"s": ["x"], "t": ["x", "y"]}}},
        {"r": {"x": {}, "y": {}}},
        prior={"A": {"s": "1/2", "t": "1/2"}},
        objective="welfare",
    )
    assert sub_game(game).situations == ((0, 0), (1, 0), (1, 1))


def test_profiles_that_cannot_occur_are_left_out() -> None:
    game = MechanismGame(
        {name: {"types": ["s", "t"], "actions": ["x"]} for name in "AB"},
        {"r": {"x": {"x": {}}}},
        prior=[{"types": {"A": "s", "B": "t"}, "probability": 1}],
        objective="welfare",
    )
    assert sub_game(game).profiles == ((0, 1),)


def offered(**more: Any) -> MechanismGame:
    followers = {"A": {"types": {"low": 1, "high": 2}, "actions": ["buy", "leave"]}}
    rule = {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}
    given: dict[str, Any] = {
        "rules": {"posted": rule},
        "prior": {"A": {"low": "1/2", "high": "1/2"}},
        "prices": {"p": [0, 2]},
        "objective": "revenue",
        **more,
    }
    return MechanismGame(followers, given.pop("rules"), **given)


def test_grids_of_prices() -> None:
    made = mechanism(offered(), prices={"p": ["1/2", 2, "0.5"]})
    assert [choice.label for choice in made.choices[0]] == ["p = 1/2", "p = 2"]
    assert made.play((1, 0), 1, 0).utilities == (0,)
    assert made.play((0, 0), 1, 0).reward == Fraction(1, 2)


def test_offers_in_a_rule_are_taken_or_not() -> None:
    """A rule may list whole offers; prices of the grid stand in them."""
    leaf = [{"offers": [{"to": "A", "price": "p"}]}, {}]
    game = offered(rules={"r": {"buy": leaf, "leave": {}}}, purchase="v > p")
    made = mechanism(game, prices={"p": [1, "3/2"]})
    assert [choice.label for choice in made.choices[0]] == ["outcome 1, p = 1", "outcome 1, p = 3/2", "outcome 2"]
    sold = [[made.play((c, 0), k, 0).reward for k in range(2)] for c in range(3)]
    assert sold == [[0, 1], [0, Fraction(3, 2)], [0, 0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sub_game(3), "game: expected a sub-game or a game of kind bimatrix or mechanism, found int"),
        (lambda: sub_game(sx.instance("ladder")), "game: expected a sub-game or a game of kind bimatrix or mechanism"),
        (lambda: sub_game(sx.instance("misaligned-a")), "game: expected numbers, found the parameters delta"),
        (lambda: normal_form(sx.instance("escape"), mixtures=0), "mixtures: expected a whole number of at least 1"),
        (lambda: normal_form(sx.instance("escape"), mixtures=[]), "mixtures: expected a whole number or a list"),
        (lambda: normal_form(sx.instance("escape"), mixtures=[[1, 0]]), "mixtures[0]: expected a list of 3"),
        (lambda: normal_form(sx.instance("escape"), mixtures=[[1, 1, -1]]), "mixtures[0]: expected probabilities"),
        (lambda: normal_form(sx.instance("escape"), mixtures=[["x", 0, 1]]), "mixtures[0][0]: expected a number"),
        (lambda: mechanism(offered()), "prices.p: expected a list of numbers to choose from, found none"),
        (lambda: mechanism(offered(), prices={"q": [1]}), "prices: expected p, found 'q'"),
        (lambda: mechanism(allocation(1), prices={"q": [1]}), "prices: expected none, for the game has no prices"),
        (lambda: mechanism(offered(), prices={"p": [3]}), "prices.p: expected numbers from 0 to 2, found '3'"),
        (lambda: mechanism(offered(), prices={"p": []}), "prices.p: expected a list of numbers"),
        (lambda: mechanism(offered(), prices={"p": [0.5]}), "prices.p[0]: expected an exact number"),
        (
            lambda: mechanism(
                offered(
                    rules={
                        "r": {
                            "buy": {"payments": {"A": "p"}, "valuations": {"A": 1}},
                            "leave": {"payments": {"A": "p"}, "valuations": {"A": 0}},
                        }
                    }
                ),
                prices={"p": [1]},
            ),
            "prices.p: expected in one profile of actions, found in several",
        ),
        (
            lambda: mechanism(
                offered(rules={"r": {"buy": {}, "leave": {}}, "s": {"buy": {}, "leave": {}}}, prices=None)
            ),
            "game: expected one rule, found r, s",
        ),
        (
            lambda: mechanism(offered(objective="z*revenue"), prices={"p": [1]}),
            "game: expected numbers, found the parameters z",
        ),
        (lambda: sequential_prices(offered(), [1]), "game: expected purchase 'v >= p' or 'v > p', found none"),
        (lambda: sequential_prices(buyers(), "1"), "prices: expected a list of numbers, found '1'"),
        (
            lambda: sequential_prices(
                MechanismGame({"A": {"actions": ["x"]}}, {"r": {"x": {}}}, purchase="v > p", objective="revenue"), [1]
            ),
            "followers.A: expected types with values, found none",
        ),
    ],
)
def test_refusals(make: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert caught.value.line.startswith(message)


def test_sizes() -> None:
    with pytest.raises(LimitReached, match="expected at most"):
        normal_form(sx.instance("escape"), mixtures=10**5)
    names = [n + a for n in "pq" for a in ("xx", "xy", "yx", "yy")]
    with pytest.raises(LimitReached, match="expected at most 8388608 payoffs, found 12000000"):
        mechanism(matrix_design(), prices={name: [Fraction(i, 100) for i in range(1000)] for name in names})
    many = [f"A{i}" for i in range(30)]
    rule: Any = {}
    for _ in many:
        rule = {"-": rule}
    crowd = MechanismGame(
        {name: {"types": {"v": 1}, "actions": ["-"]} for name in many},
        {"r": rule},
        prior={name: {"v": 1} for name in many},
        purchase="v > p",
        objective="revenue",
    )
    with pytest.raises(LimitReached, match="expected at most 8388608 payoffs, found 16106127360"):
        sequential_prices(crowd, [0])


BASE = normal_form(sx.Game([[1, 2], [3, 4]], [[1, 2], [3, 4]]))


@pytest.mark.parametrize(
    "changes",
    [
        {"followers": ()},
        {"choices": ((),)},
        {"chances": (Fraction(1, 2),)},
        {"chances": (Fraction(1, 2),) * 2},
        {"first": (0,)},
        {"first": (0, 1)},
        {"features": ()},
        {"after": ((None,),)},
        {"after": ((None, 0),)},
        {"endings": (((((None,),) * 2),) * 2,)},
    ],
)
def test_tables_that_do_not_fit(changes: Any) -> None:
    with pytest.raises(UsageError, match="sub-game: expected"):
        replace(BASE, **changes)
