"""MLE-GOLF and MLE-BCP: finite classes of functions, beside brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from learning_games import best_deterministic, random_game

from stackexact.errors import LimitReached, UsageError
from stackexact.learning.environment import Environment
from stackexact.learning.finite import model_class
from stackexact.learning.general import Classes, Functions
from stackexact.learning.learn import learn
from stackexact.learning.playing import Player


def class_around(one: Environment, count: int, seed: int) -> tuple[Environment, ...]:
    """The truth, models with other followers, and models with other transitions and rewards."""
    rng = np.random.default_rng(seed)
    moved = [
        replace(one, transitions=rng.dirichlet(np.ones(one.shape[1]), size=one.shape), rewards=rng.random(one.shape))
        for _ in range(count)
    ]
    return (*model_class(one, count, spread=1.0, seed=seed), *moved)


@pytest.mark.parametrize("noise", ["none", "bernoulli"])
@pytest.mark.parametrize("prescription", [True, False])
def test_the_best_policy_is_found(noise: str, prescription: bool) -> None:
    for seed in range(3):
        one = random_game(np.random.default_rng(seed), (2, 2, 2, 2), prescription=prescription)
        best, _ = best_deterministic(one)
        models = class_around(one, 4, seed)
        online = learn(one, "mle-golf", episodes=20_000, models=models, noise=noise)
        offline = learn(one, "mle-bcp", episodes=20_000, models=models, noise=noise)
        assert online.learnt_value == pytest.approx(best, abs=0.02)
        assert offline.learnt_value == pytest.approx(best, abs=0.02)
        regret = online.regret(best)
        assert (np.diff(regret) >= -1e-9).all()
        assert regret[-1] < 0.05 * 20_000


def test_values_are_those_of_the_models() -> None:
    """V_jj at the first stage is the best deterministic value of model j, and of one policy its value there."""
    rng = np.random.default_rng(4)
    one = random_game(rng, (2, 2, 2, 2))
    one = replace(one, rewards=(one.rewards - one.bounds[0]) / (one.bounds[1] - one.bounds[0]))
    models = class_around(one, 2, 5)
    classes = Classes(one, Functions(models))
    _, after, policies = classes.greedy()
    policy = one.prescribing(rng.integers(0, 2, size=(2, 2, 2)))
    _, evaluated = classes.evaluated(policy)
    for j, model in enumerate(models):
        assert one.initial @ after[j, j, 0] == pytest.approx(best_deterministic(model)[0])
        assert model.value(policies[j, j]) == pytest.approx(best_deterministic(model)[0])
        assert one.initial @ evaluated[j, j, 0] == pytest.approx(model.value(policy))


def test_losses_are_sums_over_the_data() -> None:
    """Which pairs are left: squared errors summed visit by visit."""
    one = random_game(np.random.default_rng(7), (2, 2, 2, 2))
    models = class_around(one, 2, 3)
    player = Player(one, 300, 1)
    player.repeat(one.prescribing(np.zeros((2, 2, 2), dtype=int)), 150)
    player.repeat(one.prescribing(np.ones((2, 2, 2), dtype=int)), 150)
    for beta2 in (0.5, 5.0, 20.0):
        classes = Classes(one, Functions(models, beta=1e9, beta2=beta2))
        values, after, _ = classes.greedy()
        expected = np.ones((4, 4), dtype=bool)
        for i, j, h in np.ndindex(4, 4, 2):
            losses = []
            for k in range(4):
                loss = 0.0
                for s, a, b, t in np.ndindex(2, 2, 2, 2):
                    target = one.scaled[h, s, a, b] + (after[i, j, 1, t] if h == 0 else 0.0)
                    loss += player.moves[h, s, a, b, t] * (values[k, h, s, a, b] - target) ** 2
                losses.append(loss)
            expected[i, j] &= losses[j] - min(losses) <= beta2
        assert (classes.held(player, values, after) == expected).all()


def test_large_menus_are_a_limit() -> None:
    one = Environment(np.zeros((1, 1, 2, 13, 1)), np.zeros((1, 1, 2, 13)), np.zeros((1, 1, 2, 13)))
    with pytest.raises(LimitReached, match="expected at most 4096 deterministic prescriptions of a state, found 8192"):
        learn(one, "mle-golf", episodes=1, models=[one])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"beta2": -1}, "beta2: expected a number >= 0, found -1"),
        ({"models": [random_game(np.random.default_rng(0), (1, 1, 2, 2))]}, "models: expected the game's shape"),
        ({"models": [random_game(np.random.default_rng(0), discount=0.5)]}, "expected a myopic follower"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], told: str) -> None:
    one = random_game(np.random.default_rng(0))
    with pytest.raises(UsageError) as error:
        learn(one, "mle-golf", episodes=10, **{"models": [one], **changed})
    assert told in str(error.value)
