"""What must not change an answer, what must change it in a known way, and the limits of small and large eta."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import mpmath as mp
import pytest
from oracles import quantal as oracle
from quantal_plays import ends, overlap, play, solved, spread

import stackexact as sx

SEEDS = range(6)


def drawn(name: str, seed: int) -> oracle.Play:
    random = Random(f"{name} {seed}")
    return play(random, random.randint(2, 3), random.randint(2, 3), size=4)


def changed(one: oracle.Play, leader: Any = None, follower: Any = None) -> oracle.Play:
    """A play with a function of (a, b, value) applied to entries."""

    def table(entries: Any, change: Any) -> Any:
        if change is None:
            return entries
        return [[change(a, b, value) for b, value in enumerate(row)] for a, row in enumerate(entries)]

    return oracle.Play(table(one.leader, leader), table(one.exponents, follower))


def both(one: oracle.Play) -> list[Any]:
    return [solved(one, prescription=answer) for answer in (True, False)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_constant_on_the_followers_rewards(seed):
    """Responses depend on differences alone: the very same answers."""
    one = drawn("constant", seed)
    for cell, other in zip(both(one), both(changed(one, follower=lambda a, b, r: r + Fraction(7, 3))), strict=True):
        assert other.document() == cell.document()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_constant_by_leader_action(seed):
    """Where her policy does not depend on b, what r(a, b) adds for a alone is the same for every b."""
    one = drawn("rows", seed)
    other = changed(one, follower=lambda a, b, r: r + a * Fraction(5, 2))
    assert overlap(both(one)[1].leader, both(other)[1].leader)


@pytest.mark.parametrize("seed", SEEDS)
def test_leader_payoffs(seed):
    """A constant is added to the value; a positive factor multiplies it."""
    one = drawn("payoffs", seed)
    for times, plus in ((1, Fraction(9, 2)), (3, 0), (Fraction(1, 7), -2)):
        other = changed(one, leader=lambda a, b, u, times=times, plus=plus: times * u + plus)
        for cell, turned in zip(both(one), both(other), strict=True):
            low, high = ends(cell.leader)
            lower, upper = ends(turned.leader)
            assert times * low + plus <= upper
            assert lower <= times * high + plus
            assert (low == high) == (lower == upper)


@pytest.mark.parametrize("seed", SEEDS)
def test_eta_is_a_unit(seed):
    """eta times r is all that counts."""
    one = drawn("unit", seed)
    for prescription in (True, False):
        first, second = (
            sx.solve(
                sx.Game(one.leader, [[r * times for r in row] for row in one.exponents]),
                ["quantal"],
                eta=1 / times,
                prescription=prescription,
            )["quantal"].cell.document()
            for times in (Fraction(1), Fraction(2, 7))
        )
        assert first == second


@pytest.mark.parametrize("seed", SEEDS)
def test_permutations(seed):
    """Other orders of actions are other names."""
    one = drawn("permutations", seed)
    random = Random(seed)
    rows, columns = random.sample(range(one.rows), one.rows), random.sample(range(one.columns), one.columns)
    other = oracle.Play(*([[table[a][b] for b in columns] for a in rows] for table in (one.leader, one.exponents)))
    for cell, turned in zip(both(one), both(other), strict=True):
        assert overlap(cell.leader, turned.leader)
        if cell.leader == turned.leader and isinstance(cell.leader, Fraction):
            continue
        for new, old in enumerate(columns):
            (low, high), (lower, upper) = ends(cell.response[f"b{old + 1}"]), ends(turned.response[f"b{new + 1}"])
            assert max(low, lower) - min(high, upper) < Fraction(1, 10**8)  # policies are near, values much nearer


@pytest.mark.parametrize("seed", SEEDS)
def test_duplicated_actions(seed):
    """A leader action twice changes nothing; every follower action twice halves the responses."""
    one = drawn("twice", seed)
    wider = oracle.Play(*([*table, table[seed % one.rows]] for table in (one.leader, one.exponents)))
    longer = oracle.Play(*([[*row, *row] for row in table] for table in (one.leader, one.exponents)))
    for cell, more, doubled in zip(both(one), both(wider), both(longer), strict=True):
        assert overlap(cell.leader, more.leader)
        assert overlap(cell.leader, doubled.leader)


@pytest.mark.parametrize("seed", SEEDS)
def test_dominated_values_change_nothing_for_prescriptions(seed):
    """A leader action with the logits of another and less for her is never needed."""
    one = drawn("dominated", seed)
    worse = [[value - 1 for value in one.leader[0]], one.exponents[0]]
    more = oracle.Play([*one.leader, worse[0]], [*one.exponents, worse[1]])
    for cell, other in zip(both(one), both(more), strict=True):
        assert overlap(cell.leader, other.leader)


@pytest.mark.parametrize("seed", SEEDS)
def test_small_eta(seed):
    """|J* - J0| ≤ U (e^(ηR) - 1)/2, where J0 is the best value against uniform responses, R and U are the ranges of
    r and u, as long as that is small: under every policy the logits differ by at most ηR, so every ν(b) lies between
    e^(-ηR)/n and e^(ηR)/n; the total variation to the uniform distribution is half the sum of |ν(b) - 1/n|, at most
    (e^(ηR) - 1)/2; and values differ by at most U times that. Best values against uniform responses are means of
    column maxima (prescriptions) and the greatest mean of a row (commitments)."""
    one = drawn("small", seed)
    means = [sum(row, Fraction(0)) / one.columns for row in one.leader]
    tops = [max(column) for column in zip(*one.leader, strict=True)]
    game = sx.Game(one.leader, one.exponents)
    size = max(map(max, one.exponents)) - min(map(min, one.exponents))
    for eta in (Fraction(1, 10**3), Fraction(1, 10**6), Fraction(1, 10**30)):
        bound = oracle.fraction(mp.expm1(oracle.number(eta * size))) * spread(one) / 2
        for prescription, limit in ((True, sum(tops, Fraction(0)) / one.columns), (False, max(means))):
            found = sx.solve(game, ["quantal"], eta=eta, prescription=prescription, digits=40)["quantal"].cell
            lower, upper = ends(found.leader)
            assert limit - bound <= upper
            assert lower <= limit + bound
            for share in found.response.values():
                low, high = ends(share)
                assert abs((low + high) / 2 - Fraction(1, one.columns)) <= bound / spread(one) * 2 + Fraction(1, 10**39)


def on_segment(one: oracle.Play, gap: Fraction) -> Fraction | None:
    """The greatest u(x, b) over commitments x of two actions and those b that beat all others by at least ``gap``
    (negative: are worse by at most -gap); multiple LPs on a segment, whose vertices are where such a constraint is
    tight."""
    found = []
    for b in range(one.columns):
        lines = []  # start + slope * x >= 0
        for k in range(one.columns):
            if k != b:
                start, end = (one.exponents[a][b] - one.exponents[a][k] - gap for a in range(2))
                lines.append((start, end - start))
        corners = [Fraction(0), Fraction(1), *(-start / slope for start, slope in lines if slope)]
        inside = [x for x in corners if 0 <= x <= 1 and all(start + slope * x >= 0 for start, slope in lines)]
        found += [one.leader[0][b] * (1 - x) + one.leader[1][b] * x for x in inside]
    return max(found, default=None)


@pytest.mark.parametrize("seed", range(12))
def test_large_eta(seed):
    """Let V(δ) be the greatest u(x, b) where b is worse than a best response by at most δ, W(δ) where it beats all
    others by δ at least, U the range of u. Then W(δ) - U(n - 1)e^(-ηδ) ≤ J* ≤ V(δ) + U(n - 1)e^(-ηδ).

    An action that is worse by more than δ is played with probability below e^(-ηδ); the others together get at most
    V(δ), which proves the right side. At the commitment of W(δ) all others together are played with at most
    (n - 1)e^(-ηδ), which proves the left. With δ = log(η n)/η the distance to the multiple-LP value is of that order;
    here ηδ = 40."""
    random = Random(f"large {seed}")
    one = play(random, 2, random.randint(2, 4), size=4)
    eta = Fraction(10) ** random.randint(3, 6)
    gap = 40 / eta
    game = sx.Game(one.leader, one.exponents)
    cell = sx.solve(game, ["quantal"], eta=eta)["quantal"].cell
    lower, upper = ends(cell.leader)
    rest = spread(one) * (one.columns - 1) * Fraction(2718, 1000) ** -40
    most, least = on_segment(one, -gap), on_segment(one, gap)
    assert lower <= most + rest
    assert least is None or least - rest <= upper
    strong = sx.solve(game, ["mixed-strong"])["mixed-strong"].cell.leader
    assert on_segment(one, Fraction(0)) == strong  # the LPs of this test are those of the library
    slopes = [abs(x - y) for table in (one.leader, one.exponents) for x, y in zip(*table, strict=True)]
    if least is not None and min(slopes) > 0 and abs(strong - least) < Fraction(1, 10):
        assert abs(upper - strong) < 1


@pytest.mark.parametrize("seed", range(8))
def test_large_eta_with_prescriptions(seed):
    """The same for prescriptions: b can be made worse than a best response by at most δ only if her mixture against b
    gives it at least max over other k of min over a of r(a, k), less δ; and if it gives that plus δ, and she punishes
    every other k, then b beats all others by δ. The greatest u(., b) of a mixture with such a reward lies at an action
    or on an edge where the reward is met exactly."""
    random = Random(f"punished {seed}")
    one = play(random, random.randint(2, 3), random.randint(2, 3), size=4)
    eta = Fraction(10) ** random.randint(3, 6)
    gap = 40 / eta

    def greatest(shift: Fraction) -> Fraction | None:
        found = []
        for b in range(one.columns):
            others = [min(row[k] for row in one.exponents) for k in range(one.columns) if k != b]
            found += reached(one, b, max(others) + shift)
        return max(found, default=None)

    game = sx.Game(one.leader, one.exponents)
    lower, upper = ends(sx.solve(game, ["quantal"], eta=eta, prescription=True)["quantal"].cell.leader)
    rest = spread(one) * (one.columns - 1) * Fraction(2718, 1000) ** -40
    most, least = greatest(-gap), greatest(gap)
    assert most is not None
    assert lower <= most + rest
    assert least is None or least - rest <= upper


def reached(one: oracle.Play, b: int, reward: Fraction) -> list[Fraction]:
    """u(., b) at the vertices of the mixtures whose reward is at least so much."""
    points = [(row[b], own[b]) for row, own in zip(one.exponents, one.leader, strict=True)]
    found = [u for r, u in points if r >= reward]
    for r, u in points:
        for more, worth in points:
            if r < reward < more:
                x = (reward - r) / (more - r)
                found.append((1 - x) * u + x * worth)
    return found
