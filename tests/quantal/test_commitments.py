"""Best commitments beside a fine grid with bisection at 60 digits, brute force over pure actions, SciPy."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath as mp
import pytest
from oracles import programs
from oracles import quantal as oracle
from quantal_plays import ends, finite_and_narrow, holds, mixtures, play, policy_of, solved, spread

import stackexact as sx
from stackexact.games.markov import MarkovGame
from stackexact.lp import Program
from stackexact.quantal.decisions import Decision, Logits
from stackexact.quantal.mixtures import mixtures_of


@pytest.mark.parametrize("seed", range(8))
def test_two_actions(seed):
    """The optimum that a grid of four thousand points and bisection find, the stated commitment and its responses."""
    random = Random(f"two {seed}")
    for _ in range(20):
        weighted = random.random() < 0.3
        one = play(random, 2, random.randint(1, 5), weighted=weighted, size=random.choice([1, 6, 30]))
        cell = solved(one, prescription=False)
        assert holds(cell.leader, oracle.best_commitment_of_two(one)[0])
        assert finite_and_narrow(cell.leader, 19, spread(one))
        policy = policy_of(cell, one)
        assert holds(cell.leader, oracle.value(one, policy))
        if not weighted:
            for b, chance in enumerate(oracle.responses(one, policy)):
                assert holds(cell.response[f"b{b + 1}"], chance)


@pytest.mark.parametrize("seed", range(10))
def test_more_actions(seed):
    """SciPy's best of many starts lies below the upper end; the lower end is the stated commitment's value."""
    random = Random(f"more {seed}")
    one = play(random, random.randint(3, 4), random.randint(2, 4), weighted=seed % 2 == 0, size=4)
    cell = solved(one, prescription=False, digits=12)
    best = oracle.float_best(one, prescription=False, starts=30, seed=seed)
    lower, upper = ends(cell.leader)
    assert best <= upper + Fraction(1, 10**9)
    assert lower >= best - 1e-9
    assert holds(cell.leader, oracle.value(one, policy_of(cell, one)))


def test_pure_and_random_commitments_get_no_more():
    random = Random("pure")
    exact = 0
    for _ in range(80):
        one = play(random, random.randint(1, 4), random.randint(1, 3), weighted=True)
        cell = solved(one, prescription=False)
        lower, upper = ends(cell.leader)
        best = max(oracle.exact_value(one, (a,) * one.columns) for a in range(one.rows))
        assert best <= upper
        if lower == upper:
            exact += 1
            assert lower == best
        for x in mixtures(random, one.rows, 5):
            assert oracle.fraction(oracle.value(one, [x] * one.columns)) <= upper + Fraction(1, 10**50)
    assert exact > 30


@pytest.mark.parametrize(
    ("k", "digits"), [(8, "0.5001884214525489766843434"), (9, None), (20, None), (100, None), (1000, None)]
)
def test_mixing_helps(k, digits):
    """w = [[k, 1], [1, 1]], u = [[0, 0], [1, 0]]: for k > e**2 the optimum is W(k/e)/ln k at x = (1 + W(k/e))/ln k."""
    one = oracle.Play([[0, 0], [1, 0]], weights=[[k, 1], [1, 1]])
    for prescription in (False, True):
        cell = solved(one, prescription=prescription, digits=40)
        product = mp.lambertw(k / mp.e).real
        assert holds(cell.leader, product / mp.log(k), Fraction(1, 10**55))
        assert finite_and_narrow(cell.leader, 40, Fraction(1))
        share = oracle.number(policy_of(cell, one)[0][1])
        assert abs(share - (1 + product) / mp.log(k)) < mp.mpf(10) ** -15
        if digits:  # which are rounded
            assert abs(cell.leader.middle - Fraction(digits)) < Fraction(1, 2 * 10**25)


@pytest.mark.parametrize("k", [1, 2, 5, 7, "73890560989306495/10000000000000000"])
def test_mixing_does_not_help(k):
    """For k ≤ e**2 the pure action is best, exactly; the last k is a little below e**2."""
    one = oracle.Play([[0, 0], [1, 0]], weights=[[Fraction(k), 1], [1, 1]])
    assert solved(one, prescription=True).leader == Fraction(1, 2)
    if k != "73890560989306495/10000000000000000":
        assert solved(one, prescription=False).leader == Fraction(1, 2)


def test_b1():
    """The four deterministic prescriptions get 1/4, 0, 3/4, 1/6; randomising gains nothing."""
    one = oracle.Play([[0, 1], [Fraction(1, 2), 0]], weights=[[3, 1], [1, 2]])
    found = {chosen: oracle.exact_value(one, chosen) for chosen in oracle.prescriptions(one)}
    quarters = Fraction(1, 4), Fraction(0), Fraction(3, 4), Fraction(1, 6)
    assert found == dict(zip([(0, 0), (0, 1), (1, 0), (1, 1)], quarters, strict=True))
    assert solved(one, prescription=True).leader == Fraction(3, 4)


@pytest.mark.parametrize("eta", [1, 5, 20, 100])
def test_the_game_of_conitzer_and_sandholm(eta):
    """Newton's method from one start diverges for large eta; the grid of the oracle sees every optimum."""
    game = sx.instance("conitzer-sandholm")
    one = oracle.Play(game.payoffs.leader, [[eta * value for value in row] for row in game.payoffs.follower])
    cell = sx.solve(game, ["quantal"], eta=eta, digits=40)["quantal"].cell
    best, share = oracle.best_commitment_of_two(one)
    assert holds(cell.leader, best)
    assert finite_and_narrow(cell.leader, 39, Fraction(3))
    assert abs(oracle.number(cell.commitment.get("bottom", Fraction(0))) - share) < mp.mpf(10) ** -15


@pytest.mark.parametrize("seed", range(6))
def test_mixtures_of_other_actions_change_nothing(seed: int) -> None:
    """Means of other actions, and means of these; the same optimum as without them, and a proof of it."""
    rng = Random(seed)
    leader = [[Fraction(rng.randint(0, 6), 2) for _ in range(3)] for _ in range(3)]
    follower = [[Fraction(rng.randint(0, 6), 3) for _ in range(3)] for _ in range(3)]
    alone = sx.solve(sx.Game(leader, follower), ["quantal"], eta=2)["quantal"].cell
    for _ in range(2):
        shares = [Fraction(rng.randint(1, 4)) for _ in leader]
        shares = [share / sum(shares) for share in shares]
        for table in (leader, follower):
            means = [sum(w * row[b] for w, row in zip(shares, table, strict=True)) for b in range(3)]
            table.append(means)
    solution = sx.solve(sx.Game(leader, follower), ["quantal"], eta=2)
    found = solution["quantal"].cell
    if isinstance(alone.leader, Fraction) or alone.leader.closed_form:
        assert str(found.leader) == str(alone.leader)
    else:
        assert max(found.leader.lower, alone.leader.lower) <= min(found.leader.upper, alone.leader.upper)
    assert not {"a4", "a5"} & set(found.commitment)
    assert solution.certificate().check()


@pytest.mark.parametrize("rows", [2, 20])
def test_actions_that_are_the_same_change_nothing(rows: int) -> None:
    """Of any number, with weights too: what is left is proved for all of them."""
    weights, leader = [[2, 1, 1], [1, 3, 1]], [[0, 1, "1/2"], [1, 0, "1/3"]]
    more = [[k * w for w in weights[1]] for k in range(2, rows + 2)]  # the follower's weights count but for a factor
    one, two = (_weighed(leader + [leader[1]] * len(extra), weights + extra) for extra in ([], more))
    first, second = (solution["quantal"].cell.leader for solution in (one, two))
    assert first == second
    assert one.certificate().check()
    assert two.certificate().check()


def _weighed(leader, weights):
    payoffs = {"leader": leader, "weights": weights}
    game = MarkovGame({"s": {"payoffs": payoffs}}, horizon=1, follower={"response": "quantal"}, prescription=False)
    return sx.solve(game, ["quantal"])


@pytest.mark.parametrize("seed", range(12))
def test_floats_hide_no_mixture(seed: int) -> None:
    """Close to one or one exactly: those left out are just those that linear programs by themselves find."""
    rng = Random(seed)
    rows = [[Fraction(rng.randint(0, 4)) for _ in range(4)] for _ in range(rng.randint(3, 7))]
    for _ in range(rng.randint(0, 4)):
        one, two = rng.sample(rows, 2)
        share = Fraction(rng.randint(0, 3), 3)
        nudge = rng.choice([0, Fraction(1, 10**12)])
        rows.append([share * x + (1 - share) * y + nudge * rng.randint(0, 1) for x, y in zip(one, two, strict=True)])
    table = tuple(tuple(row) for row in rows)
    found = mixtures_of(Decision(tuple(row[:2] for row in table), Logits(tuple(row[1:] for row in table), None)))
    points = [(*row[:2], *(value - row[1] for value in row[2:])) for row in table]
    left = [a for a in range(len(table)) if a not in found]
    for a, shares in found.items():
        assert all(i in left for i, _ in shares)
        assert all(sum(w * points[i][k] for i, w in shares) == value for k, value in enumerate(points[a]))
    for a in left:
        others = [i for i in left if i != a]
        equal = [([points[i][k] for i in others], points[a][k]) for k in range(4)]
        program = Program.of([0] * len(others), equal=[*equal, ([1] * len(others), 1)])
        assert programs.optimum(program) == programs.INFEASIBLE
