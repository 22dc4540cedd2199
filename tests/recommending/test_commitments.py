"""The best commitment with exact incentive compatibility, and the limit of small violations."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from oracles import recommendations as oracle
from recommended import drawn, holds

import stackexact as sx
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.commitments import exact_parts
from stackexact.recommending.models import model_of

MP = oracle.MP


def compatible(game: sx.RecommendationGame) -> Any:
    return sx.solve(game, ["incentive-compatible"])["incentive-compatible"].cell


def two_by(draw: random.Random, columns: int, weights: bool) -> sx.RecommendationGame:
    leader = [[draw.randint(-4, 4) for _ in range(columns)] for _ in range(2)]
    if weights:
        table = [[draw.randint(1, 20) for _ in range(columns)] for _ in range(2)]
        return sx.RecommendationGame(leader, weights=table, behaviour={"alpha": "1/2"})
    table = [[draw.randint(-3, 3) for _ in range(columns)] for _ in range(2)]
    return sx.RecommendationGame(leader, table, behaviour={"alpha": "1/2", "tau": 1})


@pytest.mark.parametrize("count", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_two_actions_against_a_grid(count: int) -> None:
    """The enclosure holds the greatest value that grids and golden sections find, and the commitment gets it."""
    draw, mixed, flat = random.Random(count), 0, 0
    for _ in range(count):
        game = two_by(draw, draw.randint(2, 4), draw.random() < 0.5)
        logits, leader = oracle.logits_of(game), [[*map(oracle.number, row)] for row in game.leader]

        def gets(share: Any, logits: Any = logits, leader: Any = leader) -> Any:
            rows = [
                [share * one + (1 - share) * two for one, two in zip(*table, strict=True)] for table in (leader, logits)
            ]
            return oracle.value(rows[0], oracle.quantal(rows[1]))

        _, value = oracle.best_of_two(gets, 100)
        cell = compatible(game)
        assert holds(cell.leader, value)
        x = [cell.commitment.get(label, Fraction(0)) for label in game.actions.leader]
        assert sum(x) == 1
        assert abs(gets(oracle.number(x[0])) - value) < MP.mpf(10) ** -28
        q = oracle.quantal(oracle.mixed(logits, x))
        assert all(holds(share, one) for share, one in zip(cell.recommendation.values(), q, strict=True))
        for label, share in zip(game.actions.leader, (MP.mpf(1), MP.mpf(0)), strict=True):
            assert holds(cell.pure[label], gets(share))
        told = not isinstance(cell.leader, Enclosure) or bool(cell.leader.closed_form)
        assert len(cell.commitment) == 1 or not told
        mixed += not told
        flat += len(cell.commitment) == 1 and not told  # what is best among several commitments stays enclosed
    assert mixed > count // 10
    assert flat < max(2, count // 100)


def test_more_actions_against_many_commitments() -> None:
    """No commitment of a grid gets more, whoever is best."""
    draw = random.Random(11)
    for _ in range(25):
        game = drawn(draw)
        rows = game.shape[0]
        logits, leader = oracle.logits_of(game), [[*map(oracle.number, row)] for row in game.leader]
        cell = compatible(game)
        upper = oracle.number(getattr(cell.leader, "upper", cell.leader))
        steps = 12 if rows == 3 else 60
        for k in range(steps + 1):
            for m in range(steps + 1 - k if rows == 3 else 1):
                x = [Fraction(k, steps), Fraction(m, steps), Fraction(steps - k - m, steps)]
                x = x if rows == 3 else [x[0], 1 - x[0]] if rows == 2 else [Fraction(1)]
                assert oracle.compatible_value(leader, logits, x) <= upper + MP.mpf(10) ** -50


@pytest.mark.parametrize("k", [8, 20, 100])
def test_a_value_of_lambert(k: int) -> None:
    """W = [[k, 1], [1, 1]] and u = [[0, 0], [1, 0]] with k > e²: V* = W(k/e)/log k with (1 + W(k/e))/log k on the
    second row."""
    game = sx.RecommendationGame([[0, 0], [1, 0]], weights=[[k, 1], [1, 1]], behaviour={"alpha": "1/2"})
    cell, lambert = compatible(game), MP.lambertw(MP.mpf(k) / MP.e)
    assert holds(cell.leader, lambert.real / MP.log(k))
    assert dict(cell.pure) == {"a1": 0, "a2": Fraction(1, 2)}
    assert abs(oracle.number(cell.commitment["a2"]) - (1 + lambert.real) / MP.log(k)) < MP.mpf(10) ** -30


def test_below_the_value_of_lambert() -> None:
    """For k < e² the pure commitment is best, exactly."""
    game = sx.RecommendationGame([[0, 0], [1, 0]], weights=[[7, 1], [1, 1]], behaviour={"alpha": "1/2"})
    assert compatible(game).leader == Fraction(1, 2)


def test_pure_commitments_are_not_proved_best_where_they_are_not() -> None:
    """Not even where mixing gains next to nothing: k just above e² = 7.389056098930650…"""
    for k, best in (
        (Fraction("7.389"), True),
        (Fraction("7.3891"), False),
        (Fraction("7.39"), False),
        (Fraction(9), False),
    ):
        game = sx.RecommendationGame([[0, 0], [1, 0]], weights=[[k, 1], [1, 1]], behaviour={"alpha": "1/2"})
        decision = model_of(game).decision
        values = {0: ExponentialNumber.of(Fraction(0)), 1: ExponentialNumber.of(Fraction(1, 2))}
        assert (exact_parts(decision, values, 1, lambda: False) is not None) == best
        assert exact_parts(decision, values, 0, lambda: False) is None


def test_pure_commitments_that_tie() -> None:
    """Both are best, exactly; the first is told."""
    game = sx.RecommendationGame([[-1, -1], [-5, 3]], weights=[[1, 1], [1, 1]], behaviour={"alpha": "1/2"})
    cell = compatible(game)
    assert dict(cell.pure) == {"a1": -1, "a2": -1}
    game = sx.RecommendationGame([[0, 1], [1, 0]], weights=[[1, 3], [3, 1]], behaviour={"alpha": "1/2"})
    cell = compatible(game)
    assert dict(cell.pure) == {"a1": Fraction(3, 4), "a2": Fraction(3, 4)}
    assert (cell.leader, dict(cell.commitment)) == (Fraction(3, 4), {"a1": 1})


@pytest.mark.parametrize(
    ("payoffs", "value"),
    [
        ({"leader": [[-3, 2], [-1, 0]], "weights": [[7, 7], [18, 18]]}, Fraction(-1, 2)),
        ({"leader": [[2, 0], [0, 2]], "follower": [[0, 0], [3, 3]]}, Fraction(1)),
    ],
)
def test_rows_that_differ_in_size_alone(payoffs: dict[str, Any], value: Fraction) -> None:
    """The response is the same whatever the leader does, and so is what she gets: found at once."""
    tau = {"tau": 1} if "follower" in payoffs else {}
    cell = compatible(sx.RecommendationGame(behaviour={"alpha": "1/2", **tau}, **payoffs))
    assert cell.leader == value


def test_equal_rows_are_one_commitment() -> None:
    rows = {"weights": [[3, 1], [3, 1], [1, 1]], "behaviour": {"alpha": "1/2"}}
    cell = compatible(sx.RecommendationGame([[2, 1], [2, 1], [0, 0]], **rows))
    assert (cell.leader, dict(cell.commitment)) == (Fraction(7, 4), {"a1": 1})


def test_relaxed_is_approached() -> None:
    """Recommending nearly nothing but the response breaks compatibility by as little as one likes, and gets nearly the
    value, which V* does not reach; a mean of rewards never exceeds it."""
    draw = random.Random(12)
    for _ in range(80):
        game = drawn(draw, Fraction(draw.randint(1, 4), 5))
        cell: Any = sx.solve(game, ["relaxed"])["relaxed"].cell
        best = max(map(max, game.leader))
        assert cell.leader == best
        _, columns = game.shape
        ((label, share),) = cell.commitment.items()
        x = [Fraction(int(one == label)) for one in game.actions.leader]
        b = game.actions.follower.index(cell.response)
        assert share == 1
        assert game.leader[x.index(1)][b] == best
        logits, leader = oracle.logits_of(game), [[*map(oracle.number, row)] for row in game.leader]
        last = MP.mpf(2)
        for power in (40, 120, 400):
            rest = Fraction(1, 10**power)
            y = [1 - rest * (columns - 1) if one == b else rest for one in range(columns)]
            played = oracle.response(oracle.mixed(logits, x), y, game.behaviour.alpha)
            broken = oracle.variation([oracle.number(one) for one in y], played)
            assert broken <= last
            last = broken
            gap = oracle.number(best) - oracle.value(oracle.mixed(leader, x), played)
            assert abs(gap) < MP.mpf(10) ** (-power / 5 + 3)
        assert last < MP.mpf(10) ** -40
        beside = getattr(cell.compatible, "upper", cell.compatible)
        assert cell.attained == any(min(row) == best for row in game.leader)
        if cell.attained:
            assert cell.compatible == best
        else:
            assert getattr(cell.compatible, "lower", beside) < best


def test_relaxed_without_a_weight() -> None:
    """A follower that ignores recommendations gives V* at every violation."""
    game = sx.RecommendationGame([[1, 0], [2, "1/2"]], weights=[[4, 1], [1, 9]], behaviour={"alpha": 0})
    cell: Any = sx.solve(game, ["relaxed"])["relaxed"].cell
    assert cell.attained
    assert cell.leader == cell.compatible == compatible(game).leader
    assert cell.response is None
