"""PROM: responses and fixed points in closed form, optimism over the confidence set, three regrets, and the trap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from stackexact.errors import UsageError
from stackexact.games.recommendation import RecommendationGame
from stackexact.learning.fitting import fit
from stackexact.learning.learn import learn
from stackexact.learning.optimism import hopeful, search
from stackexact.learning.prom import Conversation, Knowledge, Recommendations
from stackexact.learning.recommending import Recommending, simplex_grid
from stackexact.learning.records import growth

SMALL = Recommending([[1, 0], [2, 0.5]], np.log([[4, 1], [1, 9]]), 0.5)
CROSSED = Recommending([[0, 1], [1, 0]], [[1.2, 0], [0, 1]], 0.5)


def distance(p: Any, q: Any) -> float:
    """Hilbert's projective metric."""
    return float(np.ptp(np.log(p) - np.log(q)))


def test_responses_in_closed_form() -> None:
    one = Recommending([[0, 0]], [np.log([4, 1])], 0.5)
    assert one.response([1], [0.5, 0.5]) == pytest.approx([2 / 3, 1 / 3])
    assert one.violation([1], [0.5, 0.5]) == pytest.approx(1 / 6)
    three = Recommending([[0, 0, 0]], [np.log([9, 4, 1])], 0.5)
    assert three.response([1], [0.5, 0.5, 0]) == pytest.approx([3 / 5, 2 / 5, 0])
    assert three.violation([1], [0.5, 0.5, 0]) == pytest.approx(1 / 10)
    for boundary in ([1, 0, 0], [9 / 13, 4 / 13, 0]):
        assert three.violation([1], boundary) == pytest.approx(0)


def test_responses_are_what_maximises_the_followers_objective() -> None:
    """<z, r> + τH(z) − KL(z‖y)/η, maximised by SciPy; α = 1/(1 + ητ), κ = r/τ."""
    rng = np.random.default_rng(1)
    for _ in range(5):
        reward, y = rng.normal(size=3), rng.dirichlet(np.ones(3))
        tau, eta = rng.random(2) + 0.3

        def loss(z: Any, reward: Any = reward, y: Any = y, tau: float = tau, eta: float = eta) -> float:
            p = np.exp(z - z.max())
            p /= p.sum()
            return float(-(p @ reward) + tau * p @ np.log(p) + p @ np.log(p / y) / eta)

        free = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
        expected = np.exp(free - free.max())
        one = Recommending([[0, 0, 0]], [reward / tau], 1 / (1 + eta * tau))
        assert one.response([1], y) == pytest.approx(expected / expected.sum(), abs=1e-5)


def test_distances_shrink_by_alpha() -> None:
    """d(z, q) = α d(y, q), d(y, z) = (1 − α) d(y, q), TV ≤ tanh(d/4); the equilibrium is followed."""
    rng = np.random.default_rng(2)
    for alpha in (0.0, 0.3, 0.9):
        one = Recommending(rng.random((3, 4)), rng.normal(size=(3, 4)), alpha)
        for _ in range(30):
            x, y = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))
            q, z = one.equilibrium(x), one.response(x, y)
            assert distance(z, q) == pytest.approx(alpha * distance(y, q), abs=1e-9)
            assert distance(y, z) == pytest.approx((1 - alpha) * distance(y, q), abs=1e-9)
            assert one.violation(x, y) <= math.tanh(distance(y, z) / 4) + 1e-12
            assert one.violation(x, q) == pytest.approx(0, abs=1e-12)


def test_games_in_exact_numbers() -> None:
    game = RecommendationGame([[1, 0], [2, "1/2"]], weights=[[4, 1], [1, 9]], behaviour={"alpha": "1/2"})
    one = Recommending.of(game)
    assert [one.credible_value(x) for x in ([1, 0], [0, 1])] == pytest.approx([4 / 5, 13 / 20])
    assert one.best()[0] > 4 / 5
    told = RecommendationGame([[1, 0]], [[1, 0]], behaviour={"tau": "1/2", "eta": 2}, assumed={"alpha": "1/3"})
    two = Recommending.of(told)
    assert (two.alpha, two.believed, two.logits.tolist()) == (0.5, pytest.approx(1 / 3), [[2, 0]])


def test_best_is_that_of_a_dense_grid() -> None:
    rng = np.random.default_rng(5)
    for _ in range(3):
        one = Recommending(rng.random((3, 3)), 2 * rng.normal(size=(3, 3)), 0.5)
        dense = max(one.credible_value(x) for x in simplex_grid(3, 20_000))
        assert one.best()[0] >= dense - 1e-9
        assert one.best()[0] == pytest.approx(dense, abs=1e-4)


def test_nothing_in_the_ellipsoid_is_more_hopeful() -> None:
    """Random parameters on the boundary of the confidence ellipsoid are hardly ever worth more."""
    rng = np.random.default_rng(9)
    better = 0
    for _ in range(20):
        features, rewards = np.ascontiguousarray(np.eye(4).reshape(2, 2, 4)), rng.random((2, 2))
        root = rng.normal(size=(4, 4))
        inverse, estimate = root @ root.T / 20, rng.normal(size=4)
        x, found = rng.dirichlet(np.ones(2)), np.zeros(4)
        best = hopeful(x, features, rewards, estimate, inverse, 1.0, found)
        assert (found - estimate) @ np.linalg.inv(inverse) @ (found - estimate) <= 1 + 1e-8

        def worth(theta: Any, x: Any = x, features: Any = features, rewards: Any = rewards) -> float:
            q = np.exp(np.einsum("a,abk,k->b", x, features, theta))
            return float(x @ rewards @ (q / q.sum()))

        assert best == pytest.approx(worth(found))
        assert best >= worth(estimate) - 1e-12
        steps = rng.normal(size=(500, 4))
        steps /= np.linalg.norm(steps, axis=1)[:, None]
        better += max(worth(estimate + np.linalg.cholesky(inverse) @ step) for step in steps) > best + 1e-4
    assert better <= 1


def test_searching_beside_the_grid_finds_the_optimum() -> None:
    """Without uncertainty: V*, from a coarse grid."""
    x, found = np.zeros(2), np.zeros(4)
    features = np.ascontiguousarray(np.eye(4).reshape(2, 2, 4))
    estimate = SMALL.logits.reshape(-1).copy()
    value = search(simplex_grid(2, 5), features, SMALL.rewards, estimate, np.zeros((4, 4)), 0.0, 0.25, x, found)
    assert value == pytest.approx(SMALL.best()[0], abs=1e-8)
    assert SMALL.credible_value(x) == pytest.approx(value)


def test_announcements_stay_in_the_confidence_set() -> None:
    """What is recommended is the equilibrium of parameters that the likelihood allows."""
    talk = Conversation(SMALL, 600, 4, bernoulli=False)
    known = Knowledge(talk, Recommendations(), 600)
    while talk.left:
        x, y, told, informed = known.plan()
        talk.announce(x, y, told, informed, 1.0, talk.left)
        assert y.sum() == 1
        assert x.sum() == 1
    cells = known._cells()
    least = known._newton.value(*cells, known._z, 0.0)
    far = known._z + 50.0
    kept = known._credible(cells, np.where(np.arange(len(far)) % 2 == 0, far, -far))
    assert known._newton.value(*cells, kept, 0.0) <= least + known.settled["beta"] + 1e-9


@pytest.mark.parametrize("options", [{}, {"replan": "each"}, {"noise": "bernoulli", "scale": 0.1}])
def test_little_is_lost(options: dict[str, Any]) -> None:
    log = learn(SMALL, "prom", episodes=1500, seed=2, **options)
    best, _ = SMALL.best()
    assert log.learnt_value == pytest.approx(best, abs=0.05)
    assert log.violations()[-1] < 0.15 * 1500
    absolute = log.regret(best, absolute=True)
    assert (absolute >= np.abs(log.regret(best)) - 1e-9).all()
    assert absolute[-1] - absolute[-2] < 0.5 * (log.checkpoints[-1] - log.checkpoints[-2])


def test_a_wrong_alpha_shifts_estimates_in_proportion() -> None:
    """α = 1/2, α̂ = 1/3, W = (4, 1), y = (1/3, 2/3): L̂ − L = −(3/4) log 2, by maximum likelihood on exact frequencies;
    and L̂ − L = (α − α̂)/(1 − α̂)·(log(y_0/y_1) − L) for others."""
    for believed in (1 / 3, 0.5, 0.7):
        one, y = Recommending([[0, 0]], [np.log([4, 1])], 0.5), np.array([1 / 3, 2 / 3])
        features, offsets = (1 - believed) * np.eye(2)[None], believed * np.log(y)[None]
        found = fit(features, 100 * one.response([1], y)[None], offsets=offsets).parameters
        shift = (0.5 - believed) / (1 - believed) * (math.log(1 / 2) - math.log(4))
        assert found[0] - found[1] - math.log(4) == pytest.approx(shift, abs=1e-6)
        if believed == 1 / 3:
            assert shift == pytest.approx(-3 / 4 * math.log(2))


def test_a_leader_who_is_wrong_about_alpha_is_followed_less() -> None:
    """Violations grow with the error in α; the log says what was assumed."""
    rates = []
    for assumed in (0.5, 0.35, 0.2):
        one = Recommending(SMALL.rewards, SMALL.logits, 0.5, assumed)
        logs = [learn(one, "prom", episodes=10_000, seed=seed) for seed in range(4)]
        assert logs[0].options["assumed"] == assumed
        rates.append(np.mean([log.violations()[-1] for log in logs]) / 10_000)
    assert rates[0] < rates[1] < rates[2]
    assert rates[0] < 0.06


def test_the_trap_beats_what_can_be_credible() -> None:
    """Violations grow like a logarithm, standard regret is linear and negative, absolute regret linear."""
    log = learn(SMALL, "prom-boundary", episodes=50_000, seed=0)
    best, _ = SMALL.best()
    violations, standard, absolute = log.violations(), log.regret(best), log.regret(best, absolute=True)
    assert violations[-1] < 2 * math.log2(50_000)
    late = [k for k, t in enumerate(log.checkpoints) if t >= 1000]
    assert growth(np.array(log.checkpoints)[late], violations[late]) < 0.3
    assert standard[-1] < -0.15 * 50_000
    assert absolute[-1] > 0.15 * 50_000
    assert growth(log.checkpoints, absolute, 1000) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Recommending([[1]], [[0]], 1.0), "alpha: expected a number >= 0 and < 1, found 1.0"),
        (lambda: Recommending([[1]], [[0]], 0.5, -0.1), "assumed: expected a number >= 0 and < 1, found -0.1"),
        (lambda: Recommending(np.zeros((0, 2)), np.zeros((0, 2)), 0.5), "rewards: expected at least one action"),
        (lambda: Recommending.of(7), "expected a game of kind recommendation, found int"),
        (lambda: learn(SMALL, "prom", replan="never"), "replan: expected 'each' or 'doubling', found 'never'"),
        (lambda: learn(SMALL, "prom", grid=0), "grid: expected a number >= 1, found 0"),
        (
            lambda: learn(Recommending([[1, 0]], [[0, 0]], 0.0), "prom-boundary"),
            "prom-boundary: expected alpha > 0, found 0",
        ),
        (
            lambda: learn(RecommendationGame([["x"]], [[1]], behaviour={"tau": 1, "eta": 1}), "prom"),
            "found the parameters x; fix them",
        ),
    ],
)
def test_what_cannot_be_recommended_is_refused(call: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert told in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("game", [SMALL, CROSSED], ids=["small", "crossed"])
def test_three_regrets_are_sublinear(game: Recommending) -> None:
    """Over a thousand to a hundred thousand episodes, on average over runs: none grows like T."""
    best, _ = game.best()
    logs = [learn(game, "prom", episodes=100_000, seed=seed) for seed in range(6)]
    checkpoints = logs[0].checkpoints
    series = {
        "standard": np.abs(np.mean([log.regret(best) for log in logs], axis=0)),
        "absolute": np.mean([log.regret(best, absolute=True) for log in logs], axis=0),
        "violations": np.mean([log.violations() for log in logs], axis=0),
    }
    for name, found in series.items():
        assert found[-1] < 0.03 * 100_000, name
        assert growth(checkpoints, found, 1000) < 0.75, name
    assert 0.35 < growth(checkpoints, series["violations"], 1000) < 0.75
