"""The equality theorem and where it ends: POMDP and Stackelberg game, both against plain Python."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stackelberg_plays import (
    ESCAPE,
    GAME_3,
    MAINTAIN,
    allocation,
    buyers,
    fictitious_value,
    matrix_design,
    phase_aware,
    random_mechanism,
    remembering_value,
    reply,
    weights_value,
)

import stackexact as sx
from stackexact.errors import LimitReached, UsageError
from stackexact.pomdp import (
    BestReply,
    FictitiousPlay,
    MultiplicativeWeights,
    Policy,
    StackelbergPOMDP,
    best_with_recall,
    mechanism,
    normal_form,
    policies,
    policy,
    process,
    responses_to,
    sequential_prices,
    stackelberg,
    stackelberg_optimum,
    stackelberg_value,
)
from stackexact.pomdp.answering import policy_count


def fixed(answers: Any) -> Policy:
    return Policy(tuple(((choice, Fraction(1)),) for choice in answers))


# -- The counterexamples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "tables", "stackelberg", "aware"),
    [("maintain", MAINTAIN, 20, 30), ("brero-game-3", GAME_3, 2, 3), ("escape", ESCAPE, 30, 30)],
)
def test_leaders_who_know_the_phase_get_more(name: str, tables: Any, stackelberg: int, aware: int) -> None:
    """Five response and two reward sub-episodes against the best reply to the empirical mixture."""
    pomdp = StackelbergPOMDP(sx.instance(name), BestReply(), responses=5, rewards=2)
    assert pomdp.best_policy().value == stackelberg
    assert stackelberg_optimum(sx.instance(name), BestReply(), responses=5).value == stackelberg
    assert best_with_recall(pomdp).value == aware == phase_aware(*tables, 5, 2)
    assert sx.solve(sx.instance(name))["pure-strong"].leader == stackelberg


def test_mixtures_reach_the_mixed_commitment() -> None:
    """Maintain at (1/4, 3/4, 0): 55/2, for the follower's first best reply is the leader's favourite."""
    game = sx.instance("maintain")
    pomdp = StackelbergPOMDP(normal_form(game, mixtures=4), BestReply(), responses=5, rewards=2)
    best = pomdp.best_policy()
    assert best.policy.told(pomdp.game) == {"nothing": "1/4*a1 + 3/4*a2"}
    assert best.value == sx.solve(game)["mixed-strong"].leader == Fraction(55, 2)
    stated = normal_form(game, mixtures=[["1/4", "3/4", 0], [1, 0, 0]])
    assert StackelbergPOMDP(stated, BestReply()).best_policy().value == best.value


def test_random_answers_are_kept() -> None:
    """A coin that is thrown once for the episode, not a mixture that the follower would answer."""
    half = {"nothing": {"a1": "1/2", "a2": "1/2"}}
    pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=5, rewards=2)
    assert pomdp.value(half) == (20 + 10) / Fraction(2)
    assert stackelberg_value(sx.instance("maintain"), BestReply(), half, responses=5) == 15


# -- Random games, all policies ---------------------------------------------------------------------------------------

small = st.integers(-2, 3)


@st.composite
def tables(draw: Any) -> Any:
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = st.lists(st.lists(small, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    return draw(table), draw(table)


@settings(deadline=None, max_examples=60)
@given(tables(), st.integers(0, 4), st.integers(1, 3))
def test_every_policy_returns_its_stackelberg_value(both: Any, responses: int, rewards: int) -> None:
    leader, follower = both
    game = sx.Game(leader, follower)
    pomdp = StackelbergPOMDP(game, BestReply(), responses=responses, rewards=rewards)
    expected = [leader[i][reply(follower, [i] * responses)] for i in range(len(leader))]
    for i, answers in enumerate(policies(pomdp.game)):
        assert pomdp.value(fixed(answers)) == expected[i]
        assert stackelberg_value(game, BestReply(), fixed(answers), responses=responses) == expected[i]
    even = Policy((tuple((i, Fraction(1, len(leader))) for i in range(len(leader))),))
    assert pomdp.value(even) == Fraction(sum(expected), len(leader))
    assert pomdp.best_policy() == stackelberg_optimum(game, BestReply(), responses=responses)
    assert pomdp.best_policy().value == max(expected)
    if responses + rewards <= 5:
        assert best_with_recall(pomdp).value == phase_aware(leader, follower, responses, rewards)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("plays", ["argmax", "weights"])
def test_multiplicative_weights_of_two_followers_with_types(seed: int, plays: str) -> None:
    """Sixteen policies, types that are correlated, and everything that is drawn."""
    game, (chances, numbers) = random_mechanism(seed)
    learner = MultiplicativeWeights("1/3", plays=plays)
    made = mechanism(game)
    assert learner.length(made) == 4
    pomdp = StackelbergPOMDP(made, learner, responses=8 if plays == "argmax" else 4, rewards=2)
    values = []
    for answers in policies(made):
        by_profile = dict(zip(product(range(2), repeat=2), answers, strict=True))
        iterations = pomdp.responses // 4
        values.append(weights_value(chances, numbers, by_profile, Fraction(1, 3), iterations, plays))
        assert pomdp.value(fixed(answers)) == values[-1]
        assert stackelberg_value(made, learner, fixed(answers), responses=pomdp.responses) == values[-1]
    assert len(values) == 16
    assert pomdp.best_policy().value == max(values)


@pytest.mark.parametrize("seed", range(6))
def test_fictitious_play_of_two_followers_with_types(seed: int) -> None:
    game, (chances, numbers) = random_mechanism(seed, top=4)
    made = mechanism(game)
    pomdp = StackelbergPOMDP(made, FictitiousPlay(), responses=48, rewards=1)
    swept = StackelbergPOMDP(made, FictitiousPlay(rounds=3), responses=16, rewards=2, sweep=True)
    values = []
    for answers in policies(made):
        by_profile = dict(zip(product(range(2), repeat=2), answers, strict=True))
        values.append(fictitious_value(chances, numbers, by_profile, 3))
        assert pomdp.value(fixed(answers)) == values[-1] == swept.value(fixed(answers))
        assert stackelberg_value(made, FictitiousPlay(), fixed(answers), responses=48) == values[-1]
    assert pomdp.best_policy().value == max(values) == swept.best_policy().value


@pytest.mark.parametrize("learner", [FictitiousPlay(), MultiplicativeWeights("1/2", plays="weights")])
def test_recall_is_never_worse(learner: Any) -> None:
    """Random draws, a leader who sees messages: remembering never hurts; and without responses there is nothing to
    show the followers, so that it gains nothing where one sub-episode is played."""
    for seed in range(3):
        made = mechanism(random_mechanism(seed)[0])
        pomdp = StackelbergPOMDP(made, learner, responses=3, rewards=1)
        assert best_with_recall(pomdp).value >= pomdp.best_policy().value
        alone = StackelbergPOMDP(made, learner, responses=0, rewards=1)
        assert best_with_recall(alone).value == alone.best_policy().value


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("responses", "rewards"), [(1, 1), (4, 1), (4, 2), (5, 1)])
def test_recall_against_all_histories(seed: int, responses: int, rewards: int) -> None:
    """Types and actions that are drawn, messages that are seen; every history by itself in plain Python."""
    game, (chances, numbers) = random_mechanism(seed, top=3)
    expected = remembering_value(chances, numbers, Fraction(1, 3), responses, rewards)
    pomdp = StackelbergPOMDP(mechanism(game), MultiplicativeWeights("1/3"), responses=responses, rewards=rewards)
    assert best_with_recall(pomdp).value == expected


def test_she_learns_from_offers_that_are_refused() -> None:
    """In a sequential mechanism what goes on tells of types."""
    game = buyers()
    made = sequential_prices(game, [0, "1/5", "2/5", 1])
    pomdp = StackelbergPOMDP(made, FictitiousPlay(), responses=0, rewards=1)
    assert best_with_recall(pomdp).value == pomdp.best_policy().value == Fraction(-3, 50)


# -- Figures of the settings ------------------------------------------------------------------------------------------


def test_sequential_prices_without_messages() -> None:
    """-3/50 is the best without messages (in both ways of buying), -2/25 to offer it to A0 for nothing."""
    for purchase in ("v >= p", "v > p"):
        made = sequential_prices(buyers(purchase=purchase), [0, "1/10", "1/5", "2/5"])
        pomdp = StackelbergPOMDP(made, FictitiousPlay(), responses=4, rewards=1)
        best = pomdp.best_policy()
        assert best.value == Fraction(-3, 50)
        assert best.policy.told(made)["A0: 0, A1: 0; left: A0, A1"].startswith("A1 at")
        first = {"A0: 0, A1: 0; left: A0, A1": "A0 at 0", "A0: 0, A1: 0; left: A1": "A1 at 0"}
        assert pomdp.value(first) == Fraction(-2, 25)


def efficient(purchase: str) -> tuple[Any, Policy]:
    made = sequential_prices(buyers(2, purchase), [0, "199/1000", "399/1000"])
    plans = {
        "00": ("A0", "0", "A1"),
        "01": ("A1", "199/1000", "A0"),
        "10": ("A0", "0", "A1"),
        "11": ("A0", "399/1000", "A1"),
    }
    answers = {}
    for (m, n), (first, price, then) in plans.items():
        answers[f"A0: {m}, A1: {n}; left: A0, A1"] = f"{first} at {price}"
        answers[f"A0: {m}, A1: {n}; left: {then}"] = f"{then} at 0"
    return made, policy(made, answers)


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
def test_two_messages_are_enough_for_the_first_best(purchase: str) -> None:
    """The authors' efficient policy: fictitious play comes to telling the truth, and nothing is lost."""
    made, plan = efficient(purchase)
    assert stackelberg_value(made, FictitiousPlay(), plan, responses=16) == 0
    (strategies,) = responses_to(made, FictitiousPlay(), tuple(row[0][0] for row in plan.chances), responses=16)
    assert strategies == (((1, 0), (0, 1)),) * 2
    assert stackelberg_value(made, FictitiousPlay(), plan, responses=0) == Fraction(-2, 25)


@pytest.mark.slow
def test_the_best_of_all_policies_with_two_messages() -> None:
    made = sequential_prices(buyers(2), [0, "2/5"])
    pomdp = StackelbergPOMDP(made, FictitiousPlay(), responses=16, rewards=1)
    found = pomdp.best_policy()
    assert found == stackelberg_optimum(made, FictitiousPlay(), responses=16)
    assert (found.value, found.policies) == (0, 4096)


def test_offers_one_by_one_are_whole_offers() -> None:
    """The shipped game lists orders and prices at once; the plans are the same, and so are their values."""
    grid = [Fraction(0), Fraction(1, 5), Fraction(2, 5)]
    game = sx.instance("pi")
    whole = mechanism(game, prices={price.name: grid for price in game.prices})
    steps = sequential_prices(game, grid)
    rng = random.Random(1)
    for _ in range(25):
        at_once, one_by_one = {}, {}
        for m, n in product("01", repeat=2):
            first, p, q = rng.randrange(2), rng.choice(grid), rng.choice(grid)
            at_once[f"A0: {m}, A1: {n}"] = f"outcome {first + 1}, p_{m}{n}_0 = {p}, p_{m}{n}_1 = {q}"
            one_by_one[f"A0: {m}, A1: {n}; left: A0, A1"] = f"A{first} at {p}"
            one_by_one[f"A0: {m}, A1: {n}; left: A{1 - first}"] = f"A{1 - first} at {q}"
        values = {
            stackelberg_value(made, FictitiousPlay(), plan, responses=32)
            for made, plan in ((whole, at_once), (steps, one_by_one))
        }
        assert len(values) == 1


@pytest.mark.parametrize(
    ("name", "prices", "value"),
    [("pi-silent", [0, "1/5", "2/5"], "-3/50"), ("msgspace-3-silent", [0, "1/2", 1], "-1/18")],
)
def test_the_best_without_messages_is_the_solvers(name: str, prices: Any, value: str) -> None:
    made = sequential_prices(sx.instance(name), prices)
    assert stackelberg_optimum(made, FictitiousPlay(), responses=9).value == Fraction(value)


@pytest.mark.parametrize(("messages", "best"), [(1, "1/3"), (2, "2/3"), (3, "1")])
def test_simple_allocation(messages: int, best: str) -> None:
    game = allocation(messages)
    pomdp = StackelbergPOMDP(game, FictitiousPlay(), responses=3 * messages, rewards=1)
    assert pomdp.best_policy().value == Fraction(best)
    weights = StackelbergPOMDP(game, MultiplicativeWeights("1/10"), responses=4 * messages, rewards=1)
    assert weights.best_policy().value <= Fraction(best)


def test_matrix_design() -> None:
    """Paying 2 to the first at (x, x) and 5 to the second at (y, y) makes welfare 10 the followers' only way."""
    profiles = ["xx", "xy", "yx", "yy"]
    grid = {f"p{a}": [0, 2] for a in profiles} | {f"q{a}": [0, 5] for a in profiles}
    made = mechanism(matrix_design(), prices=grid)
    assert [part.kind for part in made.parts] == ["label", "number", "number"]
    paid = {
        "A: x, B: x": "pxx = 2, qxx = 0",
        "A: x, B: y": "pxy = 0, qxy = 0",
        "A: y, B: x": "pyx = 0, qyx = 0",
        "A: y, B: y": "pyy = 0, qyy = 5",
    }
    for responses in (20, 40):
        assert stackelberg_value(made, FictitiousPlay(), paid, responses=responses) == 10
    free = {label: choice.replace("2", "0").replace("5", "0") for label, choice in paid.items()}
    weights = MultiplicativeWeights("1/10")
    values = [stackelberg_value(made, weights, plan, responses=16) for plan in (free, paid)]
    assert values[0] < values[1] <= 10


def test_payments_of_the_shipped_game() -> None:
    game = sx.instance("matrix-design")
    grids: dict[str, list[object]] = {price.name: [0, 10] for price in game.prices} | {"x_0_0": [0, 2], "y_1_1": [5]}
    made = mechanism(game, prices=grids)
    assert [(part.kind, part.size) for part in made.parts] == [("label", 1), ("label", 2), ("label", 2)]
    plan = {
        "A0: 0, A1: 0": "x_0_0 = 2, y_0_0 = 0",
        "A0: 0, A1: 1": "x_0_1 = 0, y_0_1 = 0",
        "A0: 1, A1: 0": "x_1_0 = 0, y_1_0 = 0",
        "A0: 1, A1: 1": "x_1_1 = 0, y_1_1 = 5",
    }
    assert stackelberg_value(made, FictitiousPlay(), plan, responses=40) == 10


# -- Limits and hostile input -----------------------------------------------------------------------------------------


def test_sizes_are_refused_with_the_limit() -> None:
    made = sequential_prices(buyers(2), list(range(30)))
    with pytest.raises(LimitReached, match=r"expected at most 131072 deterministic policies, found about 10"):
        stackelberg_optimum(made, FictitiousPlay(), responses=1)
    pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=20, rewards=2)
    with pytest.raises(LimitReached, match="expected at most 100 states of information, found more"):
        best_with_recall(pomdp, limit=100)
    with pytest.raises(LimitReached, match="expected at most 2 deterministic policies, found 3"):
        pomdp.best_policy(limit=2)


def test_branches_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    made = mechanism(random_mechanism(1, top=9)[0])
    learner = MultiplicativeWeights("1/2")
    monkeypatch.setattr(process, "PLAYS", 1000)
    with pytest.raises(LimitReached, match="expected at most 1000 steps in all branches, found more"):
        StackelbergPOMDP(made, learner, responses=12, rewards=1).value(fixed((0,) * 4))
    monkeypatch.setattr(stackelberg, "PLAYS", 1000)
    with pytest.raises(LimitReached, match="expected at most 1000 sub-episodes in all branches, found more"):
        stackelberg_value(made, learner, fixed((0,) * 4), responses=12)


def test_a_play_of_the_best_with_recall_may_end_early() -> None:
    """The item is sold to the first who is asked."""
    made = sequential_prices(sx.instance("pi-silent"), [0])
    found = best_with_recall(StackelbergPOMDP(made, FictitiousPlay(), responses=0, rewards=1))
    assert [step.choice for step in found.play] == ["A0 at 0"]
    assert found.value == Fraction(-2, 25)


def test_what_things_look_like() -> None:
    pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=5, rewards=2)
    assert repr(pomdp) == (
        "<StackelbergPOMDP <SubGame 'maintain', 1 type profiles, 3 action profiles, 1 observations>, BestReply, "
        "5 response and 2 reward sub-episodes>"
    )
    assert repr(BestReply()) == "BestReply()"
    coin = policy(pomdp.game, {"nothing": {"a1": "1/3", "a3": "2/3"}})
    assert coin.told(pomdp.game) == {"nothing": {"a1": Fraction(1, 3), "a3": Fraction(2, 3)}}
    learner = FictitiousPlay()
    assert learner.length(mechanism(allocation(2))) == 6


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MultiplicativeWeights(0), "epsilon: expected a number above 0, found '0'"),
        (lambda: MultiplicativeWeights("-1/2"), "epsilon: expected a number above 0, found '-1/2'"),
        (lambda: MultiplicativeWeights(0.1), "epsilon: expected an exact number, found the float 0.1"),
        (lambda: MultiplicativeWeights("x"), "epsilon: expected a number, found 'x'"),
        (lambda: MultiplicativeWeights(1, unit=0), "unit: expected a number above 0, found '0'"),
        (lambda: MultiplicativeWeights(1, plays="last"), "plays: expected 'argmax' or 'weights', found 'last'"),
        (lambda: FictitiousPlay(0), "rounds: expected a whole number of at least 1, found '0'"),
    ],
)
def test_algorithms_that_are_none(make: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert caught.value.line.startswith(message)


def test_observations_with_several_pasts() -> None:
    """Two messages after which the leader asks the same: what she answers there is one answer."""
    base = mechanism(allocation(2))
    ends = base.endings[0]
    shared = replace(
        base,
        observations=("m0", "m1", "later"),
        features=((0, 0), (1, 0), (0, 1)),
        feature_sizes=(2, 2),
        choices=(base.choices[0][:1], base.choices[0][:1], base.choices[0]),
        after=((2,), (2,), (None,) * 3),
        endings=((((None,) * 3,),), (((None,) * 3,),), ends),
    )
    assert shared.longest == 2
    assert policy_count(shared) == 9  # a bound, for three policies
    assert list(policies(shared)) == [(0, 0, 0), (0, 0, 1), (0, 0, 2)]
    pomdp = StackelbergPOMDP(shared, FictitiousPlay(), responses=6, rewards=1)
    assert pomdp.best_policy().value == Fraction(1, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"responses": -1}, "responses: expected a whole number of at least 0, found '-1'"),
        ({"responses": True}, "responses: expected a whole number of at least 0, found 'True'"),
        ({"rewards": 0}, "rewards: expected a whole number of at least 1, found '0'"),
        ({"rewards": 1.5}, "rewards: expected a whole number of at least 1, found '1.5'"),
    ],
)
def test_numbers_of_sub_episodes(options: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        StackelbergPOMDP(sx.instance("maintain"), BestReply(), **options)
    assert caught.value.line.startswith(message)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "policy: expected answers by observation, found '{}'"),
        (None, "policy: expected answers by observation, found 'None'"),
        ("a9", "policy: expected at 'nothing' one of 'a1', 'a2', 'a3', found 'a9'"),
        ({"nothing": ["a1"]}, "policy: expected at 'nothing' one of"),
        ({"nothing": {}}, "policy: expected chances that sum to 1 at 'nothing'"),
        ({"nothing": {"a1": "3/2", "a2": "-1/2"}}, "policy: expected chances that sum to 1 at 'nothing'"),
        ({"nothing": {"a1": 0.5, "a2": 0.5}}, "policy at 'nothing': expected an exact number, found the float 0.5"),
        (
            {"nothing": "a1", "something": "a1"},
            "policy: expected an observation, among them 'nothing', found 'something'",
        ),
        (Policy(()), "policy: expected answers to 1 observations, found 0"),
        (Policy((((7, Fraction(1)),),)), "policy: expected choices of the game"),
        (Policy((((0, Fraction(1, 2)),),)), "policy: expected chances that sum to 1"),
    ],
)
def test_policies_that_are_none(given: Any, message: str) -> None:
    pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply())
    with pytest.raises(UsageError) as caught:
        pomdp.value(given)
    assert caught.value.line.startswith(message)
    assert "\n" not in str(caught.value)


def test_games_that_an_algorithm_is_not_made_for() -> None:
    with pytest.raises(UsageError, match="best reply: expected one follower without types"):
        StackelbergPOMDP(allocation(2), BestReply())
    with pytest.raises(UsageError, match="recall: expected types that are drawn, found a sweep"):
        best_with_recall(StackelbergPOMDP(allocation(2), FictitiousPlay(), sweep=True))
    with pytest.raises(UsageError, match="expected utilities that are multiples of 1, found '1/2'"):
        stackelberg_value(sx.Game([[0, 0]], [["1/2", 0]]), MultiplicativeWeights(1), "a1", responses=1)


def test_more_than_one_follower_draws_too_many_digits() -> None:
    made = mechanism(random_mechanism(1, top=10**6)[0])
    with pytest.raises(LimitReached, match="expected at most 131072 as the exponent of a weight"):
        stackelberg_value(made, MultiplicativeWeights(1), fixed((0, 0, 0, 0)), responses=8)
