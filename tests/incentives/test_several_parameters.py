"""Closed forms over weights that are themselves functions of parameters: at every point they are what numbers give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from oracles.incentive_games import FOLLOWER, LEADER

import stackexact as sx
from stackexact.errors import StackexactError
from stackexact.games.lq_incentive import IncentiveGame

CONCEPTS = ("team-optimum", "incentive", "mean-field", "randomised")
ONES: Mapping[str, object] = dict(zip("qpmrkfestd", (1, 1, 1, 1, 1, 1, 0, 0, 3, 4), strict=True))
POSITIVE = ("a + 1", "1/(b + 1)", "(a + 2)/(b + 1)", "a*b + 1", "b**2 + a", "2*a", "b")
ANY = ("a - b", "1 - a", "(a - 1)/(b + 2)", "a*b", "2 - b", "3", "b - 3*a")


def require_points(game: IncentiveGame, points: Sequence[Mapping[str, object]], concepts: Sequence[str]) -> int:
    """Closed forms and numbers agree at points, which are told apart by nothing; so many cells were met."""
    solution = sx.solve(game, list(concepts))
    met = set()
    for point in points:
        numbers = sx.solve(game.at(point), list(concepts))
        for concept in concepts:
            cell = solution[concept].at(point).document()
            assert cell == numbers[concept].cell.document(), (concept, point)
            holding = [n for n, one in enumerate(solution[concept].cells) if holds(one.when, point)]
            assert len(holding) == 1
            met.add((concept, holding[0]))
    return len(met)


def holds(when: Sequence[str], point: Mapping[str, object]) -> bool:
    """Whether relations hold at a point, read by Python."""
    values = {name: Fraction(str(value)) for name, value in point.items()}
    return all(eval(relation, {"__builtins__": {}}, values) for relation in when)


@pytest.mark.parametrize("seed", range(4))
def test_weights_that_depend_on_two_parameters(seed: int) -> None:
    rng = Random(seed)
    weights = dict(ONES) | {name: rng.choice(POSITIVE) for name in rng.sample("qpmrk", 2)}
    weights |= {name: rng.choice(ANY) for name in rng.sample("fstd", 1)}
    game = IncentiveGame(written(LEADER[0], weights), written(FOLLOWER[0], weights), followers=rng.choice((1, 2, 5)))
    names = game.parameters
    game = game.assuming(*(f"{name} > 0" for name in names))
    values = (Fraction(1, 3), 1, 2, 3)
    points = [dict(zip(names, point, strict=True)) for point in product(values, repeat=len(names))]
    require_points(game, points, CONCEPTS)


def written(cost: str, weights: Mapping[str, object]) -> str:
    """A cost with weights in the places of their names."""
    return "".join(f"({weights[piece]})" if piece in weights else piece for piece in re.split(r"(\b[a-z]\b)", cost))


def test_no_influence_and_no_answer() -> None:
    """f = 0, R = 0 with r v* and without, alignment, one follower: with f, d, r and N as parameters."""
    symbols = dict(ONES) | {"f": "f", "d": "d", "r": "r"}
    base = IncentiveGame(written(LEADER[0], symbols), written(FOLLOWER[0], symbols), assumptions=["N >= 1", "r >= 0"])
    for count in (1, 6):
        game = base.at(N=count)
        values = product((-1, 0, 1), (Fraction(1, 2), 1, 2, 3, 4), (0, 1, 2))
        points = [dict(zip(("f", "d", "r"), point, strict=True)) for point in values]
        assert require_points(game, points, ["incentive"]) > 3
    game = base.at(r=1, f=1)
    points = [{"d": d, "N": count} for d in (1, 2, 3, 4) for count in (1, 2, 6, 50)]
    assert require_points(game, points, ["incentive"]) > 3


def test_what_decides_is_what_math_says() -> None:
    """f = 0, or R = 0 and r v* not 0: no incentive; R = 0 and r v* = 0: any; r v* + k R = 0: none is needed."""
    symbols = dict(ONES) | {"f": "f", "d": "d", "r": "r"}
    game = IncentiveGame(
        written(LEADER[0], symbols), written(FOLLOWER[0], symbols), followers=4, assumptions=["r >= 0"]
    )
    result = sx.solve(game, ["incentive"])["incentive"]
    for f, d, r in product((-2, 0, 1), (-1, 1, 2, 3), (0, 1, Fraction(3, 2))):
        rest = 1 + f - d  # R at u0* = v* = 1, k = 1
        cell = result.at(f=f, d=d, r=r)
        if f == 0 or rest == 0:
            assert cell.exists == (r + rest == 0)
        else:
            assert cell.exists
            assert cell.gain["u0"]["u"] == -Fraction(r + rest, 1) / (f * rest)


@pytest.mark.parametrize("reacts", [False, True])
def test_gaussian_weights(reacts: bool) -> None:
    """In the two variances and N, noise 0 and one follower included."""
    told = {"state": "x", "variance": "X", "noise": "W", "reacts": reacts}
    costs = "u0**2 + (u - x)**2 + (u0 + ubar - x)**2", "u**2 + (u + u0 - x)**2"
    game = IncentiveGame(*costs, information=told, assumptions=["N >= 1", "X > 0", "W >= 0"])
    points = [{"X": x, "W": w, "N": n} for x in (1, Fraction(2, 3)) for w in (0, 1, Fraction(5, 2)) for n in (1, 2, 7)]
    require_points(game.at(X=1), [{k: p[k] for k in "WN"} for p in points if p["X"] == 1], CONCEPTS[:3])
    require_points(game.at(N=3), [{k: p[k] for k in "XW"} for p in points], CONCEPTS[:3])


def test_costs_that_are_not_convex_everywhere() -> None:
    """One line that says where, on a domain on which the leader's weight may be negative; an assumption helps."""
    game = IncentiveGame("a*u0**2 + u**2", "(u - u0)**2", followers=2)
    with pytest.raises(
        StackexactError, match=r"^costs.leader: expected a cost that is strictly convex .* at a = .*; add"
    ):
        sx.solve(game, ["team-optimum"])
    assert sx.solve(game.assuming("a > 0"), ["team-optimum"])["team-optimum"].cell.cost == 0
