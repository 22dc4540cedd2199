"""Reactions, modes and plays beside answers found another way: from the costs themselves, by NumPy, with N players."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from stackexact.dynamics.announced import Announced, announced
from stackexact.dynamics.playing import play
from stackexact.dynamics.predictions import Dynamics, predicted, update
from stackexact.dynamics.reactions import reaction
from stackexact.errors import LimitReached, UsageError
from stackexact.games.lq_incentive import IncentiveGame

SCALAR = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
WEIGHTED = IncentiveGame(
    "2*u0**2 + 3*(u - 1)**2 + (u0 + ubar - 5)**2", "u**2/2 + 2*(u + ubar/3 + 3*u0 - 7)**2", followers="N"
)
VECTORS = IncentiveGame(
    "u0**2 + 2*v0**2 + a**2 + (b - 1)**2 + (u0 + abar + bbar - 3)**2 + (v0 - abar)**2",
    "a**2 + 2*b**2 + a*b + (a + u0 + bbar/2 - 4)**2 + (b - v0 + abar - 1)**2",
    followers="N",
    variables={"leader": ["u0", "v0"], "follower": ["a", "b"], "mean": ["abar", "bbar"]},
)
GAUSSIAN = {
    reacts: IncentiveGame(
        "q*u0**2 + (u - x)**2 + (u0 + ubar - x)**2",
        "u**2 + k*(u + u0 - x)**2",
        followers="N",
        information={"state": "x", "variance": "X", "noise": "W", "reacts": reacts},
    )
    for reacts in (False, True)
}
ONES = {"q": 1, "k": 1, "X": 1, "W": 1}


def cost(made: Announced, points: np.ndarray, i: int) -> float:
    """What follower i pays, from the expression of its cost and the announcement alone."""
    form = made.costs[1]
    hessian, gradient = np.array(form.hessian, dtype=float), np.array(form.gradient, dtype=float)
    shifts = (points - np.array(made.desired, dtype=float)).sum(axis=0)
    leader = np.array(made.leader, dtype=float) + np.array(made.gain, dtype=float) @ shifts
    z = np.concatenate([leader, points[i], points.mean(axis=0)])
    return float(z @ hessian @ z / 2 + gradient @ z) + float(form.constant)


def best(value: Any, point: np.ndarray) -> np.ndarray:
    """The minimum of a quadratic function of a vector, from its values alone."""
    size = len(point)
    unit = np.eye(size)
    at = value(0 * point)
    slope = np.array([(value(e) - value(-e)) / 2 for e in unit])
    curved = np.array([[value(e + f) - value(e) - value(f) + at for f in unit] for e in unit])
    return np.linalg.solve(curved, -slope)


def by_hand(made: Announced, points: np.ndarray, damping: float, *, sequential: bool) -> np.ndarray:
    """One round of damped best responses."""
    moved = points.copy()
    for i in range(len(points)):
        before = (moved if sequential else points).copy()

        def paid(action: np.ndarray, before: np.ndarray = before, i: int = i) -> float:
            return cost(made, np.array([*before[:i], action, *before[i + 1 :]]), i)

        moved[i] = (1 - damping) * points[i] + damping * best(paid, points[i])
    return moved


def tracked(play_: Any) -> tuple[np.ndarray, np.ndarray]:
    """Means and spreads of the first run."""
    points = play_.tracks[0].points
    return np.array([point.mean for point in points]), np.array([point.spread for point in points])


@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("damping", ["1", "2/5"])
@pytest.mark.parametrize("game", [SCALAR, WEIGHTED, VECTORS], ids=["scalar", "weighted", "vectors"])
def test_best_responses_are_those_of_the_costs(game: IncentiveGame, damping: str, sequential: bool) -> None:
    """Every move is the minimum of a follower's own cost, found from values of that cost."""
    game = game.at(N=4)
    made = announced(game)
    order = "sequential" if sequential else "simultaneous"
    found = play(game, rounds=5, damping=damping, order=order, seed=3, spread="1/2")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(3, spawn_key=(0,))))
    points = np.array(made.desired, dtype=float) + rng.standard_normal((4, len(made.desired))) / 2
    means, spreads = tracked(found)
    for mean, spread in zip(means, spreads, strict=True):
        assert np.allclose(points.mean(axis=0), mean, atol=1e-9)
        assert np.isclose(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()), spread, atol=1e-9)
        points = by_hand(made, points, float(Fraction(damping)), sequential=sequential)


@pytest.mark.parametrize("game", [SCALAR, WEIGHTED, VECTORS], ids=["scalar", "weighted", "vectors"])
def test_gradients_are_those_of_the_costs(game: IncentiveGame) -> None:
    game = game.at(N=3)
    made, faced = announced(game), reaction(announced(game))
    rng = np.random.default_rng(1)
    points = rng.standard_normal((3, len(made.desired)))
    exact = tuple(tuple(Fraction(value) for value in row) for row in points.tolist())
    others = tuple(sum(values, Fraction(0)) for values in zip(*exact[1:], strict=True))
    for k, slope in enumerate(faced.slope(exact[0], others)):
        ends = [points.copy(), points.copy()]
        ends[0][0, k] += 1
        ends[1][0, k] -= 1
        assert np.isclose((cost(made, ends[0], 0) - cost(made, ends[1], 0)) / 2, float(slope))
    means, _ = tracked(play(game, "gradient", step="1/100", rounds=2, shift=1, spread=0))
    slope = faced.slope(tuple(v + 1 for v in made.desired), tuple(2 * (v + 1) for v in made.desired))
    assert np.allclose(means[1], means[0] - np.array(slope, dtype=float) / 100)


@pytest.mark.parametrize("game", [SCALAR, WEIGHTED, VECTORS], ids=["scalar", "weighted", "vectors"])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_desired_point_is_where_nobody_moves(game: IncentiveGame, n: int) -> None:
    made = announced(game.at(N=n))
    faced = reaction(made)
    others = tuple((n - 1) * value for value in made.desired)
    assert faced.slope(made.desired, others) == (0,) * len(made.desired)


@pytest.mark.parametrize("dynamics", [Dynamics("best-response", damping="1/3"), Dynamics("gradient", step="1/20")])
@pytest.mark.parametrize("game", [SCALAR, WEIGHTED, VECTORS], ids=["scalar", "weighted", "vectors"])
def test_modes_are_the_eigenvalues_of_the_whole_map(game: IncentiveGame, dynamics: Dynamics) -> None:
    """The N·s × N·s map has the eigenvalues of both modes, and no others."""
    n, faced = 5, reaction(announced(game.at(N=5)))
    made, found = update(faced, dynamics), predicted(faced, dynamics)
    kept, others = np.array(made.kept, dtype=float), np.array(made.others, dtype=float)
    whole = np.kron(np.eye(n), kept - others) + np.kron(np.ones((n, n)), others)
    radius = max(abs(np.linalg.eigvals(whole)))
    assert np.isclose(radius, float(max(mode.upper for mode in found.modes)))
    assert all(mode.upper - mode.lower < Fraction(1, 10**9) for mode in found.modes)
    assert found.status == ("stable" if radius < 1 else "unstable")
    for mode in found.modes:
        values = np.linalg.eigvals(np.array(mode.matrix, dtype=float))
        assert all(min(abs(np.linalg.eigvals(whole) - value)) < 1e-9 for value in values)


@pytest.mark.parametrize("n", range(2, 10))
def test_one_after_the_other(n: int) -> None:
    """The verdict by definiteness is that of the spectral radius of a whole sweep."""
    for game in (SCALAR, WEIGHTED):
        faced = reaction(announced(game.at(N=n)))
        status = predicted(faced, Dynamics("best-response", order="sequential")).status
        own, cross = float(faced.own[0][0]), float(faced.cross[0][0])
        matrix = np.full((n, n), cross) + (own - cross) * np.eye(n)
        sweep = -np.linalg.solve(np.tril(matrix), np.triu(matrix, 1))
        radius = max(abs(np.linalg.eigvals(sweep)))
        assert status == ("stable" if radius < 1 - 1e-9 else "unstable" if radius > 1 + 1e-9 else "marginal")


@pytest.mark.parametrize("reacts", [False, True])
def test_conditional_expectations(reacts: bool) -> None:
    """A follower's best gain minimises its expected cost, which is found from the covariance of all that it depends on:
    the state and N noises."""
    n, x, w = 4, 2.0, 0.5
    game = GAUSSIAN[reacts].at({"q": 2, "k": "3/2", "X": 2, "W": "1/2", "N": n})
    made = announced(game)
    law = made.law
    assert law is not None
    a, b, g, kappa = (float(v) for v in (law.to_state, law.to_mean, made.desired[0], made.gain[0][0]))
    covariance = np.diag([x, *[w] * n])
    hessian = np.array(made.costs[1].hessian, dtype=float)

    def expected(gains: np.ndarray, i: int) -> float:
        seen = np.hstack([np.ones((n, 1)), np.eye(n)])  # y in terms of (x, w)
        played = gains[:, None] * seen
        state = np.eye(n + 1)[0]
        mean = played.mean(axis=0)
        leader = a * state + b * mean + kappa * (played - g * seen).sum(axis=0)
        z = np.array([leader, played[i], mean, state])
        return float(np.trace(hessian @ z @ covariance @ z.T)) / 2

    gains = np.array([0.3, -0.2, 1.0, 0.7])
    faced = reaction(made)
    for i in range(n):
        others = sum((Fraction(v) for j, v in enumerate(gains.tolist()) if j != i), Fraction(0))

        def paid(gain: np.ndarray, i: int = i) -> float:
            return expected(np.array([*gains[:i], gain[0], *gains[i + 1 :]]), i)

        slope = faced.slope((Fraction(float(gains[i])),), (others,))[0] * faced.weight
        ends = [paid(gains[i : i + 1] + h) for h in (1, -1)]
        assert np.isclose((ends[0] - ends[1]) / 2, float(slope))
        response = best(paid, gains[i : i + 1])[0]
        assert np.isclose(response, float(faced.answer[0][0] * others - faced.constant[0] / faced.own[0][0]))


def test_the_gaussian_game_of_ones() -> None:
    """G = 3N/(5N + 2), A = (N + 1)/(5N + 2), κ = (8N - 1)/(1 - 2N), cost 3(N + 1)/(5N + 2), with any unit of x."""
    for n in (1, 2, 9):
        made = announced(GAUSSIAN[False].at({**ONES, "N": n}))
        assert made.law is not None
        assert made.desired == (Fraction(3 * n, 5 * n + 2),)
        assert made.law.to_state == Fraction(n + 1, 5 * n + 2)
        assert made.gain == ((Fraction(8 * n - 1, 1 - 2 * n),),)
        assert made.cost == Fraction(3 * (n + 1), 5 * n + 2)
        scaled = announced(GAUSSIAN[False].at({"q": 1, "k": 1, "X": "1/3", "W": "1/3", "N": n}))
        assert scaled.cost == made.cost / 3


def test_the_continuum_of_responses() -> None:
    """Six followers: every common action is a response, and the mean stays where it began, apart from rounding."""
    found = play(SCALAR.at(N=6), rounds=300, seed=5, runs=2)
    for track in found.tracks:
        start, end = track.points[0], track.points[-1]
        assert abs(end.mean[0] - start.mean[0]) < 1e-12
        assert abs(start.mean[0] - 1) > 1e-3
        assert end.spread < 1e-12 < start.spread


def test_divergence_is_said() -> None:
    """Twenty followers move off by 19/5 a round; the run ends at the first round beyond the bound."""
    found = play(SCALAR.at(N=20), rounds=10_000, shift=1, spread=0, bound=1000)
    (track,) = found.tracks
    assert track.diverged == 7  # 3.8^5 < 1000 < 3.8^6
    assert track.points[-1].distance > 1000 >= track.points[-2].distance
    huge = play(SCALAR.at(N=20), rounds=10_000, bound=10**100).tracks[0]
    assert huge.diverged is not None
    assert np.isfinite(huge.points[-1].distance)


@pytest.mark.parametrize("kind", ["best-response", "gradient"])
@pytest.mark.parametrize("reacts", [None, False, True])
def test_the_same_seed_gives_the_same_numbers(kind: str, reacts: bool | None) -> None:
    game = SCALAR.at(N=3) if reacts is None else GAUSSIAN[reacts].at({**ONES, "N": 3})
    more: dict[str, Any] = {"step": "1/1000"} if kind == "gradient" else {}
    one, two = (play(game, kind, rounds=150, runs=5, seed=8, workers=count, **more) for count in (1, 4))
    assert one == two
    assert one.tracks != play(game, kind, rounds=150, runs=5, seed=9, **more).tracks
    assert play(game, kind, rounds=150, runs=2, seed=8, **more).tracks == one.tracks[:2]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"dynamics": "sleep"}, "dynamics: expected one of best-response, gradient, hold, found 'sleep'"),
        ({"damping": 0}, "damping: expected a number above 0 and at most 1, found '0'"),
        ({"damping": "3/2"}, "damping: expected a number above 0 and at most 1"),
        ({"step": 1}, "step: expected only with the dynamics gradient, found best-response; leave it out"),
        ({"dynamics": "gradient"}, "step: expected a number above 0 with the dynamics gradient, found none"),
        ({"dynamics": "gradient", "step": 1, "order": "sequential"}, "order: expected only with"),
        ({"order": "random"}, "order: expected one of simultaneous, sequential, found 'random'"),
        ({"rounds": 0}, "rounds: expected an integer from 1"),
        ({"spread": -1}, "spread: expected a number of at least 0, found '-1'"),
        ({"bound": 1}, "bound: expected more than spread and shift, and at most 10**100, found '1'"),
        ({"at": {"N": 3}, "workers": 0}, "workers: expected an integer from 1"),
        ({}, "game: expected numbers for all parameters, found none for N; set them (--at N=1)"),
    ],
)
def test_refusals(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        play(SCALAR, **arguments)
    assert told in caught.value.line


def test_games_that_are_not_played() -> None:
    major = IncentiveGame("u0**2 + w**2 + u**2", "u**2 + (u + u0 + w)**2", major="w**2 + (w + u0)**2", followers=3)
    with pytest.raises(UsageError, match="found a major follower"):
        play(major)
    flat = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 2)**2", followers=3)
    with pytest.raises(UsageError, match="expected an affine incentive"):
        play(flat)
    with pytest.raises(LimitReached, match="followers: expected at most"):
        play(SCALAR.at(N=10**9))
    with pytest.raises(UsageError, match="expected a game of the kind lq-incentive"):
        play("game")
