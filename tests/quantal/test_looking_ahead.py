"""Followers who look ahead: evaluation, the best deterministic policy, the bound of all policies, limits."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import mpmath as mp
import pytest
from oracles import looking_ahead as oracle
from quantal_making import anticipation, looking_ahead

import stackexact as sx
from stackexact.errors import LimitReached, UsageError
from stackexact.exact.enclosures import Enclosure
from stackexact.games.markov_reaching import reached_by_stage
from stackexact.quantal.enumerating import best_deterministic
from stackexact.quantal.promises import prove_upper
from stackexact.quantal.tables import tables_of


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(60):
        yield


def random_plan(random: Random, game: sx.MarkovGame, bottom: int = 5) -> list[dict[str, Any]]:
    """A randomised plan; a prescription, or the same whatever the follower does, as the game has it."""
    plan = []
    for states in reached_by_stage(game.initial, game.stages):
        rules = {}
        for s in states:
            labels = game.actions[s]
            shares = [Fraction(random.randint(0, bottom), bottom) for _ in labels.follower]
            if not game.prescription:
                shares = shares[:1] * len(shares)
            rules[game.states[s]] = {
                b: {labels.leader[0]: x, labels.leader[1]: 1 - x} for b, x in zip(labels.follower, shares, strict=True)
            }
        plan.append(rules)
    return plan


def inside(number: Any, value: mp.mpf) -> bool:
    low, high = (number.lower, number.upper) if isinstance(number, Enclosure) else (number, number)
    slack = mp.mpf(10) ** -50
    return oracle._real(low) - slack <= value <= oracle._real(high) + slack


KINDS = [
    pytest.param(states, horizon, discount, weighted, chance, marks=[pytest.mark.slow] * (horizon > 2 and chance))
    for states, horizon, discount in ((2, 2, "1"), (3, 2, "1/2"), (2, 3, "1"), (2, 3, "2/3"), (3, 2, "0"))
    for weighted in (False, True)
    for chance in (False, True)
]


@pytest.mark.parametrize(("t", "naive", "best"), [(2, "1/3", "5/12"), (3, "1/4", "15/32"), (10, "1/11", "303/484")])
def test_anticipation_pays(t, naive, best):
    """The row of math.md, with ν = 1/(1 + t) and (1 + t²)/(1 + t)²: exactly, also what the better policy is."""
    game = anticipation(t)
    rest = {"start": {"p": 1}, "Y": {"p": 1}}
    one, two = (sx.evaluate(game, {**rest, "X": {action: 1}}) for action in ("p0", "p1"))
    assert one.leader == Fraction(naive) == one.response[0]["start"]["x"]
    assert two.leader == Fraction(best) == Fraction(3, 4) * two.response[0]["start"]["x"]
    cell: Any = sx.solve(game, ["deterministic"])["deterministic"].cell
    assert (cell.leader, cell.policy[1]["X"], cell.compared) == (Fraction(best), {"p1": 1}, 2)


def test_the_four_deterministic_prescriptions_of_two_actions():
    """The row B1 of math.md: responses and values, exactly."""
    state = {"payoffs": {"leader": [[0, 1], ["1/2", 0]], "weights": [[3, 1], [1, 2]]}}
    game = sx.MarkovGame({"s": state}, horizon=1, follower={"response": "quantal"})
    rows = {("a1", "a1"): ("3/4", "1/4"), ("a1", "a2"): ("3/5", "0"), ("a2", "a1"): ("1/2", "3/4")}
    for (one, two), (share, value) in (rows | {("a2", "a2"): ("1/3", "1/6")}).items():
        found = sx.evaluate(game, {"s": {"b1": {one: 1}, "b2": {two: 1}}})
        assert (found.leader, found.response[0]["s"]["b1"]) == (Fraction(value), Fraction(share))


def test_a_myopic_follower_does_not_anticipate():
    cell: Any = sx.solve(anticipation(2, discount=0), ["deterministic"])["deterministic"].cell
    assert (cell.leader, cell.policy[1]["X"]) == (Fraction(1, 3), {"p0": 1})


@pytest.mark.parametrize(("states", "horizon", "discount", "weighted", "chance"), KINDS)
def test_plans_against_paths(states, horizon, discount, weighted, chance):
    """What any plan gets, randomised ones included, is that of a sum over all paths."""
    random = Random(f"{states}{horizon}{discount}{weighted}{chance}")
    for _ in range(3):
        game = looking_ahead(random, states, horizon, discount, weighted=weighted, chance=chance)
        plan = random_plan(random, game)
        found = sx.evaluate(game, plan, digits=30)
        assert inside(found.leader, oracle.value(game, plan))
        for row in found.response:
            for shares in row.values():
                low = sum(one.lower if isinstance(one, Enclosure) else one for one in shares.values())
                high = sum(one.upper if isinstance(one, Enclosure) else one for one in shares.values())
                assert low <= 1 <= high


@pytest.mark.parametrize(("states", "horizon", "discount", "weighted", "chance"), KINDS)
def test_the_best_deterministic_policy_and_the_bound(states, horizon, discount, weighted, chance):
    """No deterministic plan gets more than the best one, which gets its value; no plan more than the bound, which
    falls with finer cells and is at least the value of the best one."""
    random = Random(f"best{states}{horizon}{discount}{weighted}{chance}")
    game = looking_ahead(random, states, horizon, discount, weighted=weighted, chance=chance)
    reached = [sorted(one) for one in reached_by_stage(game.initial, game.stages)]
    cell: Any = sx.solve(game, ["deterministic"])["deterministic"].cell
    stated = [
        {s: rule if game.prescription else dict.fromkeys(("b1", "b2"), rule) for s, rule in row.items()}
        for row in cell.policy
    ]
    assert inside(cell.leader, oracle.value(game, stated))
    if sum(len(states) for states in reached) * (2 if game.prescription else 1) <= 8:
        best = max(oracle.value(game, plan) for plan in oracle.plans(game, reached, prescription=game.prescription))
        assert inside(cell.leader, best)
    tables = tables_of(game)
    bounds = [prove_upper(tables, cells).upper for cells in (1, 4, 16)]
    assert bounds == sorted(bounds, reverse=True) or max(bounds) - min(bounds) < Fraction(1, 10**6)
    for _ in range(10):
        assert oracle.value(game, random_plan(random, game)) <= oracle._real(bounds[-1])
    assert inside(cell.leader, min(oracle.value(game, stated), oracle._real(bounds[-1])))


def test_the_bound_tends_to_the_value_of_a_tree():
    """In B3 every state is reached in one way: finer cells leave as little as one likes. With prescriptions the best is
    to pay only the response that the follower is wanted to give: 4/9 for t = 2."""
    game = anticipation(2)
    tables = tables_of(game)
    best = best_deterministic(tables, 20, prescription=True).value.lower
    assert best == Fraction(4, 9)
    gaps = [prove_upper(tables, cells).upper - best for cells in (4, 16, 64)]
    assert 0 <= gaps[2] < Fraction(1, 400)
    assert all(later < earlier / 2 for earlier, later in zip(gaps, gaps[1:], strict=False))


def test_the_bound_is_the_optimum_of_one_stage():
    random = Random(11)
    for _ in range(20):
        game = looking_ahead(random, 1, 1, "0", weighted=random.random() < 0.5, chance=False)._with(prescription=True)
        cell: Any = sx.solve(game, ["quantal"])["quantal"].cell
        upper = cell.leader.upper if isinstance(cell.leader, Enclosure) else cell.leader
        assert 0 <= prove_upper(tables_of(game), 1).upper - upper < Fraction(1, 10**6)


def test_ties_are_broken_in_order():
    """Among equally good policies the first in the order of actions is stated."""
    state = {"payoffs": {"leader": [[1, 1], [1, 1]], "follower": [[0, 0], [0, 0]]}, "transitions": [[{"s": 1}] * 2] * 2}
    game = sx.MarkovGame({"s": state}, horizon=2, follower={"response": "quantal", "eta": 1, "discount": 1})
    cell: Any = sx.solve(game, ["deterministic"])["deterministic"].cell
    assert cell.leader == 2
    assert all(rule == {"b1": {"a1": 1}, "b2": {"a1": 1}} for row in cell.policy for rule in row.values())


def one_stage(leader: list[list[object]], discount: int = 1) -> sx.MarkovGame:
    """A follower who never cares, and would look ahead if there were anything to see."""
    rows = [[0] * len(leader[0])] * len(leader)
    follower = {"response": "quantal", "eta": 1, "discount": discount}
    return sx.MarkovGame({"s": {"payoffs": {"leader": leader, "follower": rows}}}, horizon=1, follower=follower)


def test_what_differs_beyond_all_balls_is_told_apart():
    """Values that differ by 1e-200 are not the same, and the best of them is the exact one."""
    tiny = Fraction(1, 10**200)
    cell: Any = sx.solve(one_stage([[1, 1], [1 + tiny, 1]]), ["deterministic"])["deterministic"].cell
    assert cell.leader == 1 + tiny / 2
    assert cell.policy[0]["s"] == {"b1": {"a2": 1}, "b2": {"a1": 1}}


def test_more_ties_than_are_compared_exactly_are_enclosed_and_never_cut_off():
    """3**8 policies of one value: enclosed, and where the enclosure does not do, a told limit."""
    tables = tables_of(one_stage([["1/3"] * 8] * 3))
    best = best_deterministic(tables, 30, prescription=True)
    assert best.exact is None
    assert best.value.lower <= Fraction(1, 3) <= best.value.upper < Fraction(1, 3) + Fraction(1, 10**30)
    with pytest.raises(LimitReached, match="too close to one another"):
        best_deterministic(tables, 200, prescription=True)


def test_values_that_are_not_exact_are_enclosed_with_their_rivals():
    """Discounted probabilities that are no whole numbers: the same policy under two names, to 100 digits."""
    after = {"s": "1/2", "t": "1/2"}
    state = {"payoffs": {"leader": [[1], [1]], "follower": [[1], [1]]}, "transitions": [[after], [after]]}
    later = {"payoffs": {"leader": [[2, 1], [2, 1]], "follower": [[0, 1], [0, 1]]}, "transitions": [[after] * 2] * 2}
    follower = {"response": "quantal", "eta": 1, "discount": 1}
    game = sx.MarkovGame({"s": state, "t": later}, horizon=2, follower=follower, initial={"s": 1}, prescription=False)
    best = best_deterministic(tables_of(game), 100, prescription=False)
    with mp.workdps(120):
        value = 1 + (mp.mpf(1) + (2 + mp.e) / (1 + mp.e)) / 2
        low, high = oracle._real(best.value.lower), oracle._real(best.value.upper)
        slack = mp.mpf(10) ** -110
        assert low - slack <= value <= high + slack
        assert high - low < mp.mpf(10) ** -100


def test_the_first_of_tied_prescriptions_is_stated():
    game = sx.Game([[1, 2], [1, 2], [0, 2]], [[3, 1], [3, 1], [3, 1]])
    cell: Any = sx.solve(game, ["quantal"], eta=1, prescription=True)["quantal"].cell
    assert cell.prescription == {"b1": {"a1": 1}, "b2": {"a1": 1}}


def test_too_many_policies_are_a_limit_not_an_answer():
    rows = [[0] * 6] * 6
    state = {"payoffs": {"leader": rows, "follower": rows}, "transitions": [[{"s": 1}] * 6] * 6}
    game = sx.MarkovGame({"s": state}, horizon=3, follower={"response": "quantal", "eta": 1, "discount": 1})
    with pytest.raises(LimitReached, match="more than 200000 deterministic policies"):
        best_deterministic(tables_of(game), 9, prescription=True)
    solution = sx.solve(game)
    assert not solution.complete
    assert [result.cells for result in solution.values()] == [(), ()]


def test_limits_of_eta():
    """Responses tend to the stated limits: even for η to 0, even among the best for η to infinity."""
    random = Random(5)
    for discount in ("0", "1", "1/2"):
        for _ in range(4):
            game = looking_ahead(random, 2, 2, discount, weighted=False, chance=random.random() < 0.5)
            plan = random_plan(random, game, 3)
            for limit, eta in (("0", Fraction(1, 10**12)), ("oo", Fraction(10**5))):
                found = sx.evaluate(game, plan, eta=limit)
                near = oracle.value(game, plan, eta)
                low, high = (
                    (found.leader.lower, found.leader.upper)
                    if isinstance(found.leader, Enclosure)
                    else (found.leader, found.leader)
                )
                assert oracle._real(low) - mp.mpf(10) ** -9 <= near <= oracle._real(high) + mp.mpf(10) ** -9


def test_ties_of_a_follower_who_looks_ahead_are_weighed_by_ties_to_come():
    """All rewards 0: b1 leads to one response, b2 to three; the follower prefers b2 three to one, whatever η is."""
    start = {"payoffs": {"leader": [[1, 0]], "follower": [[0, 0]]}, "transitions": [[{"one": 1}, {"three": 1}]]}
    one = {"payoffs": {"leader": [[0]], "follower": [[0]]}}
    three = {"payoffs": {"leader": [[0, 0, 0]], "follower": [[0, 0, 0]]}}
    for discount, share in ((0, Fraction(1, 2)), (1, Fraction(1, 4))):
        game = sx.MarkovGame(
            {"start": start, "one": one, "three": three},
            horizon=2,
            initial={"start": 1},
            follower={"response": "quantal", "eta": 7, "discount": discount},
        )
        for eta in (None, "0", "oo"):
            assert sx.evaluate(game, {s: {"a1": 1} for s in game.states}, eta=eta).leader == share


def test_what_does_not_fit_is_refused():
    game = sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    markov = anticipation(2)
    rest = {"start": {"p": 1}, "Y": {"p": 1}}
    refused = [
        ((game, {"a1": "1/2"}, "5"), "policy: expected probabilities that sum to 1, found the sum '1/2'"),
        ((game, {"a3": 1}, "5"), "policy: expected some of a1, a2, found 'a3'; correct it"),
        ((game, {"a1": -1, "a2": 2}, "5"), "policy.a1: expected a probability, found '-1'; correct it"),
        ((game, {"a1": "x", "a2": 1}, "5"), "policy.a1: expected a probability, found 'x'; correct it"),
        ((game, {}, "5"), "policy: expected probabilities of the leader's actions, found '{}'"),
        ((game, {"b1": {"a1": 1}}, "5"), "policy: expected a mixture for each of b1, b2, found b1"),
        ((game, {"a1": 1}, None), "eta: expected an inverse temperature, found none; give one, as in eta=5"),
        ((game, {"a1": 1}, "-1"), "eta: expected a number above 0, found '-1'; correct it"),
        ((markov, rest, None), "policy[1]: expected what to do in 'X', found nothing; add it"),
        ((markov, [rest], None), "policy: expected a mapping of states, or 2 of them by stage, found list of 1"),
        ((markov, {**rest, "Z": {"p": 1}}, None), "policy[0]: expected states of the game, found 'Z'; correct it"),
        (
            (markov, rest, "5"),
            "eta: expected 0 or oo for a Markov game, found '5'; change it in the game",
        ),
        (
            (markov, {**rest, "X": {"p0": 1}}, "oo"),
            "eta: expected a game with the follower's rewards for the limit, found weights; give rewards",
        ),
        ((7, {}, None), "game: expected a Game or a MarkovGame, found int; give one"),
    ]
    for (about, policy, eta), message in refused:
        with pytest.raises(UsageError) as caught:
            sx.evaluate(about, policy, eta=eta)
        assert str(caught.value).startswith(message)
