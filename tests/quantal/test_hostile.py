"""Degenerate and hostile decisions: answers stay finite, narrow and right, or a limit is told."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath as mp
import pytest
from guards import without_runaway_work
from oracles import quantal as oracle
from quantal_plays import ends, finite_and_narrow, holds, overlap, policy_of, solved, spread

import stackexact as sx
from stackexact.exact.enclosures import Enclosure

HUGE = Fraction(10) ** 400
BOTH = pytest.mark.parametrize("prescription", [True, False])


@BOTH
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4), (4, 1), (3, 3)])
def test_all_payoffs_equal(rows, columns, prescription):
    """Nothing depends on anything."""
    one = oracle.Play([[Fraction(7, 3)] * columns] * rows, [[Fraction(5)] * columns] * rows)
    cell = solved(one, prescription=prescription)
    assert holds(cell.leader, mp.mpf(7) / 3)
    assert finite_and_narrow(cell.leader, 19, Fraction(1))
    assert cell.leader == Fraction(7, 3) or not prescription  # commitments: where the proof can tell equal numbers
    assert set(cell.response.values()) == {Fraction(1, columns)}


@BOTH
def test_one_action_each(prescription):
    one = oracle.Play([[Fraction(-3)]], [[HUGE]])
    assert solved(one, prescription=prescription).leader == -3


@BOTH
def test_one_leader_action_is_an_evaluation(prescription):
    """There is one policy, whose value has a closed form."""
    one = oracle.Play([[Fraction(0), Fraction(1)]], [[Fraction(0), Fraction(1)]])
    cell = solved(one, prescription=prescription)
    assert cell.leader.closed_form == cell.response["b2"].closed_form == "exp(1)/(exp(1) + 1)"
    assert holds(cell.leader, mp.e / (1 + mp.e))


@BOTH
def test_one_follower_action(prescription):
    one = oracle.Play([[Fraction(1)], [Fraction(3)], [Fraction(2)]], [[Fraction(9)], [Fraction(-9)], [Fraction(0)]])
    cell = solved(one, prescription=prescription)
    assert cell.leader == 3
    assert policy_of(cell, one) == [[0, 1, 0]]


@BOTH
@pytest.mark.parametrize("eta", [1, 10, 1000])
@pytest.mark.parametrize("size", [2, 3])
def test_hide_and_seek(size, eta, prescription):
    """The leader hides, the follower seeks; every permutation of places is a symmetry, so that she hides anywhere with
    the same probability, and is found with probability 1/n. (A prescription hides from where it is sought.)"""
    seek = [[Fraction(int(a == b)) for b in range(size)] for a in range(size)]
    one = oracle.Play([[1 - x for x in row] for row in seek], [[eta * x for x in row] for row in seek])
    cell = solved(one, prescription=prescription, digits=9)
    if prescription:
        assert cell.leader == 1
    else:
        assert holds(cell.leader, mp.mpf(size - 1) / size)
        assert finite_and_narrow(cell.leader, 9, Fraction(1))


@pytest.mark.parametrize(("prescription", "size"), [(True, HUGE), (False, Fraction(10) ** 100)])
def test_rewards_beyond_all_floats(prescription, size):
    """No float holds their exponentials; the follower is all but a best responder, to whom the leader's mixture leaves
    a choice (7/2), or whom her threat makes come (4)."""
    one = oracle.Play([[2, 4], [1, 3]], [[size, 0], [0, size]])
    with without_runaway_work():
        cell = solved(one, prescription=prescription)
    assert finite_and_narrow(cell.leader, 19, Fraction(3))
    limit = 4 if prescription else Fraction(7, 2)
    assert all(abs(end - limit) < Fraction(1, 10**20) for end in ends(cell.leader))


@BOTH
@pytest.mark.parametrize("eta", [Fraction(10) ** 6, Fraction(1, 10**6)])
def test_extreme_temperatures(eta, prescription):
    """Beside the oracle, whose grid is fine enough for two actions."""
    random = Random(f"extreme {eta}")
    for _ in range(5):
        table = [[Fraction(random.randint(-5, 5)) for _ in range(3)] for _ in range(4)]
        one = oracle.Play(table[:2], [[eta * r for r in row] for row in table[2:]])
        cell = solved(one, prescription=prescription)
        assert finite_and_narrow(cell.leader, 19, spread(one))
        with mp.workdps(80):
            assert holds(cell.leader, oracle.value(one, policy_of(cell, one)), Fraction(1, 10**40))
            low, high = (oracle.number(end) for end in ends(cell.leader))
            if prescription:
                assert oracle.gain(one, high) <= mp.mpf(10) ** -60
                assert oracle.gain(one, low) >= -(mp.mpf(10) ** -60)
            elif eta < 1:
                assert holds(cell.leader, oracle.best_commitment_of_two(one)[0])
            else:
                assert oracle.fraction(oracle.best_commitment_of_two(one)[0]) <= ends(cell.leader)[1]


@BOTH
@pytest.mark.parametrize("unit", [HUGE, 1 / HUGE])
def test_leader_payoffs_of_any_size(unit, prescription):
    """The value is as large as they are, and as narrow in their unit."""
    tables = [[2, 4], [1, 3]], [[5, 0], [0, 5]]
    small = solved(oracle.Play(*tables), prescription=prescription)
    one = oracle.Play([[unit * u for u in row] for row in tables[0]], tables[1])
    cell = solved(one, prescription=prescription)
    assert finite_and_narrow(cell.leader, 19, 3 * unit)
    low, high = ends(small.leader)
    lower, upper = ends(cell.leader)
    assert lower <= high * unit
    assert low * unit <= upper
    told = cell.leader.decimal
    assert abs(Fraction(told) - (lower + upper) / 2) <= unit / 10**15
    assert all(0 <= end <= 1 for share in cell.response.values() for end in ends(share))


@BOTH
def test_payoffs_of_very_different_sizes(prescription):
    """Huge and tiny payoffs side by side: the value is narrow in the unit of the huge ones."""
    one = oracle.Play([[HUGE, 1 / HUGE], [0, 1]], [[1, 2], [3, 1]])
    cell = solved(one, prescription=prescription)
    assert finite_and_narrow(cell.leader, 19, HUGE)
    assert ends(cell.leader)[0] > HUGE / 4


@BOTH
@pytest.mark.parametrize("gap", [Fraction(1, 10**12), Fraction(1, 10**40)])
def test_thin_ties(gap, prescription):
    """Two actions of the leader that differ by almost nothing: exact comparisons tell them apart."""
    one = oracle.Play([[1, 2], [1 + gap, 2 - gap], [0, 0]], [[1, 1], [1, 1], [1, 1]])
    cell = solved(one, prescription=prescription)
    if prescription:
        assert cell.leader == (1 + gap + 2) / 2
        assert policy_of(cell, one) == [[0, 1, 0], [1, 0, 0]]
    else:
        assert ends(cell.leader)[0] <= Fraction(3, 2) <= ends(cell.leader)[1]
        assert finite_and_narrow(cell.leader, 19, Fraction(2))


def test_columns_of_equal_logits():
    """The follower's response to b does not depend on the leader: she takes what is best in the column."""
    random = Random("equal logits")
    for _ in range(20):
        rewards = [Fraction(random.randint(-3, 3)) for _ in range(3)]
        leader = [[Fraction(random.randint(-4, 4)) for _ in range(3)] for _ in range(3)]
        one = oracle.Play(leader, [rewards] * 3)
        cell = solved(one, prescription=True)
        chances = oracle.responses(one, [[1, 0, 0]] * 3)
        tops = [max(column) for column in zip(*leader, strict=True)]
        assert holds(cell.leader, mp.fsum(p * oracle.number(top) for p, top in zip(chances, tops, strict=True)))
        assert isinstance(cell.leader, Fraction) or cell.leader.closed_form


@BOTH
def test_ties_everywhere(prescription):
    """Entries 0 and 1 only: beside the oracle. Where all commitments get the same, a limit may be told instead."""
    random = Random("ties")
    told = 0
    for _ in range(40):
        leader, follower = ([[Fraction(random.randint(0, 1)) for _ in range(3)] for _ in range(2)] for _ in range(2))
        one = oracle.Play(leader, follower)
        game = sx.Game(leader, follower)
        solution = sx.solve(game, ["quantal"], eta=1, prescription=prescription, time_limit=2)
        if not solution["quantal"].cells:
            told += 1
            continue
        leader_gets = solution["quantal"].cell.leader
        best = oracle.best_prescription(one) if prescription else oracle.best_commitment_of_two(one, 400)[0]
        assert holds(leader_gets, best)
        assert finite_and_narrow(leader_gets, 19, Fraction(1))
    assert told <= (0 if prescription else 2)


@BOTH
def test_duplicates_of_every_action(prescription):
    one = oracle.Play([[0, 1, 0, 1]] * 3, [[1, 2, 1, 2]] * 3)
    cell = solved(one, prescription=prescription)
    assert holds(cell.leader, mp.e**2 / (mp.e + mp.e**2))
    assert cell.leader.closed_form == "exp(1)/(exp(1) + 1)" or not prescription


def test_an_hour_glass():
    """A commitment whose value has two equal peaks: both are the optimum, and the proof covers both."""
    one = oracle.Play([[1, 0], [0, 1]], [[0, 3], [3, 0]])
    cell = solved(one, prescription=False)
    mirrored = solved(oracle.Play([[0, 1], [1, 0]], [[3, 0], [0, 3]]), prescription=False)
    assert overlap(cell.leader, mirrored.leader)
    assert holds(cell.leader, oracle.best_commitment_of_two(one)[0])


def test_every_value_of_a_solution_is_an_enclosure_or_exact():
    """Never a float."""
    cell = solved(oracle.Play([[0, 1], [1, 0]], [[0, 3], [1, 0]]), prescription=True)
    for number in (cell.leader, *cell.response.values()):
        assert isinstance(number, Fraction | Enclosure)


@pytest.mark.parametrize("exponent", [4, 5, 20, 300])
def test_rewards_that_no_precision_tells_apart_are_compared_exactly(exponent: int) -> None:
    """Rules whose values differ by exp(-10**exponent): sums of exponentials tell which is greater."""
    far = f"1e{exponent}"
    states = {
        "s": {
            "payoffs": {"leader": [[0, 1], [2, 0]], "follower": [[far, 0], [0, far]]},
            "transitions": [[{"s": 1}, {"t": 1}], [{"t": "1/2", "s": "1/2"}, {"s": 1}]],
        },
        "t": {"payoffs": {"leader": [[1, 0]], "follower": [[0, 3]]}, "transitions": [[{"t": 1}, {"s": 1}]]},
    }
    game = sx.MarkovGame(states, horizon=2, initial={"s": 1}, follower={"response": "quantal", "eta": 1})
    solution = sx.solve(game, ["deterministic"])
    cell = solution["deterministic"].cell
    assert cell.policy[1]["s"] == {"b1": {"a2": 1}, "b2": {"a1": 1}}  # both answers alike, instead of one for certain
    assert cell.values[1]["s"] == Fraction(3, 2)
    assert solution.certificate().check()
