"""Markov games with myopic followers beside brute force over all deterministic Markov policies, and mpmath."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from oracles import quantal as oracle
from quantal_plays import course, ends, holds, markov, overlap, stated

import stackexact as sx

SLACK = Fraction(1, 10**50)


@pytest.mark.parametrize("prescription", [True, False])
@pytest.mark.parametrize(("states", "horizon", "columns"), [(1, 2, 2), (1, 4, 2), (2, 2, 2), (1, 3, 1), (3, 1, 2)])
def test_brute_force(states, horizon, columns, prescription):
    """Where the answer is rational it is the greatest value of all deterministic policies; it is never below that."""
    random = Random(f"brute {states} {horizon} {columns} {prescription}")
    exact = 0
    for _ in range(12):
        one = course(random, states, horizon, 2, columns)
        cell = sx.solve(markov(one, prescription=prescription), ["quantal"])["quantal"].cell
        best = oracle.best_deterministic(one, prescription=prescription)
        lower, upper = ends(cell.leader)
        assert best <= upper
        if lower == upper:
            exact += 1
            assert lower == best
    assert exact >= 3


@pytest.mark.parametrize("prescription", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("horizon", [1, 2, 3, 4])
def test_optima_and_stated_policies(horizon, weighted, prescription):
    """The enclosures hold the oracle's optima, and what the stated policies get by its own recursion: at every stage
    and state, and from the start."""
    random = Random(f"optima {horizon} {weighted} {prescription}")
    for _ in range(3):
        one = course(random, random.randint(1, 3), horizon, weighted=weighted)
        cell = sx.solve(markov(one, prescription=prescription), ["quantal"])["quantal"].cell
        assert holds(cell.leader, oracle.best_markov(one, prescription=prescription))
        found = oracle.values_of(one, stated(cell, 2, 2))
        for h, row in enumerate(cell.values):
            assert row.keys() == {f"s{s}" for s in found[h]} == cell.policy[h].keys()
            for s, value in found[h].items():
                assert holds(row[f"s{s}"], value)
        start = oracle.mp.fsum(oracle.number(share) * found[0][s] for s, share in one.initial.items())
        assert holds(cell.leader, start)


def test_more_actions_and_no_random_policy_gets_more():
    random = Random("three")
    for _ in range(6):
        one = course(random, 2, 3, 3, 2, weighted=random.random() < 0.5)
        cell = sx.solve(markov(one, prescription=True), ["quantal"])["quantal"].cell
        assert holds(cell.leader, oracle.best_markov(one, prescription=True))
        for _ in range(20):
            policies = {(h, s): [_mixture(random, 3) for _ in range(2)] for h in range(3) for s in range(2)}
            found = oracle.values_of(one, lambda h, s, policies=policies: policies[h, s])
            got = oracle.mp.fsum(oracle.number(share) * found[0][s] for s, share in one.initial.items())
            assert oracle.fraction(got) <= ends(cell.leader)[1] + SLACK


def _mixture(random: Random, rows: int) -> list[Fraction]:
    parts = [random.randint(0, 4) for _ in range(rows)]
    parts[random.randrange(rows)] += 1
    return [Fraction(part, sum(parts)) for part in parts]


def test_only_states_that_are_reached_are_told():
    """By stage; the others have no say in the value."""
    sink = {"payoffs": {"leader": [[9]], "follower": [[0]]}, "transitions": [[{"sink": 1}]]}
    start = {"payoffs": {"leader": [[1, 2]], "follower": [[0, 0]]}, "transitions": [[{"next": 1}, {"next": 1}]]}
    there = {"payoffs": {"leader": [[5]], "follower": [[0]]}, "transitions": [[{"start": 1}]]}
    game = sx.MarkovGame(
        {"start": start, "next": there, "sink": sink},
        horizon=3,
        initial={"start": 1},
        follower={"response": "quantal", "eta": 1},
    )
    cell = sx.solve(game, ["quantal"])["quantal"].cell
    assert [set(row) for row in cell.values] == [{"start"}, {"next"}, {"start"}]
    assert [set(row) for row in cell.policy] == [{"start"}, {"next"}, {"start"}]
    assert cell.leader == Fraction(3, 2) + 5 + Fraction(3, 2)


def test_one_stage_is_a_bimatrix_game():
    """The same decision as a bimatrix game with an eta, and as a Markov game of one stage and state."""
    random = Random("one stage")
    for _ in range(10):
        one = course(random, 1, 1, 3, 3, weighted=False)
        play = one.plays[0][0]
        for prescription in (True, False):
            game = sx.Game(play.leader, [[value / 3 for value in row] for row in play.exponents])
            there = sx.solve(markov(one, prescription=prescription), ["quantal"])["quantal"].cell
            here = sx.solve(game, ["quantal"], eta=3, prescription=prescription)["quantal"].cell
            assert overlap(here.leader, there.leader)


def test_stages_of_one_decision_add_up():
    """H stages of one state are H times the value of one."""
    random = Random("repeated")
    for _ in range(5):
        one = course(random, 1, 1, 2, 3, weighted=False)
        play = one.plays[0][0]
        state = {
            "payoffs": {"leader": play.leader, "follower": play.exponents},
            "transitions": [[{"s": 1}] * 3] * 2,
        }
        follower = {"response": "quantal", "eta": 1}
        single, five = (
            sx.solve(sx.MarkovGame({"s": state}, horizon=h, follower=follower), ["quantal"])["quantal"].cell.leader
            for h in (1, 5)
        )
        (low, high), (lower, upper) = ends(single), ends(five)
        assert 5 * low <= upper
        assert lower <= 5 * high
        assert upper - lower <= Fraction(5 * 18, 10**19)
