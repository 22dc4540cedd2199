"""MLE-OVI and MLE-PVI: optimism and pessimism hold, plans are optimal once everything is known, and rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from learning_games import best_deterministic, ladder, ladder_optimum, random_game

from stackexact.errors import UsageError
from stackexact.learning.environment import Environment
from stackexact.learning.learn import learn
from stackexact.learning.linear import Linear, Planner
from stackexact.learning.playing import Player
from stackexact.learning.records import growth

B1 = Environment(np.zeros((1, 1, 2, 2, 1)), [[[[0, 1], [0.5, 0]]]], np.log([[[[3, 1], [1, 2]]]]))
LUCK = 40


def lucky() -> tuple[Environment, Any]:
    """One safe action, seen often, and many that are worse and seen three times each in the data."""
    actions = 40
    logits = np.zeros((1, 1, actions, 2))
    logits[0, 0, 0, 0] = np.log(0.7 / 0.3)
    logits[0, 0, 1:, 0] = np.log(0.4 / 0.6)
    rewards = np.zeros((1, 1, actions, 2))
    rewards[..., 0] = 1
    one = Environment(np.zeros((1, 1, actions, 2, 1)), rewards, logits, prescription=False)
    menu = [one.prescribing([[[a, a]]]) for a in range(actions)]
    return one, np.stack([menu[0]] * 200 + menu[1:] * 3)


@pytest.mark.parametrize("prescription", [True, False])
@pytest.mark.parametrize("noise", ["none", "bernoulli"])
def test_much_data_make_an_optimal_plan(prescription: bool, noise: str) -> None:
    """Two stages and two states: the plan of many episodes is the best deterministic policy of brute force."""
    rng = np.random.default_rng(8)
    for _ in range(3):
        one = random_game(rng, (2, 2, 2, 2), prescription=prescription)
        best, _ = best_deterministic(one)
        for algorithm in ("mle-plain", "mle-pvi"):
            log = learn(one, algorithm, episodes=400_000, noise=noise, scale=0.01)
            assert log.learnt_value == pytest.approx(best, abs=2e-3)
            assert log.learnt_value <= best + 1e-12


def test_randomised_prescriptions_beat_deterministic_ones_where_they_do() -> None:
    """Weights [[8, 1], [1, 1]]: J* = W(8/e)/log 8 > 1/2; from data of random policies with full support."""
    one = Environment(np.zeros((1, 1, 2, 2, 1)), [[[[0, 0], [1, 0]]]], np.log([[[[8, 1], [1, 1]]]]))
    log = learn(one, "mle-plain", episodes=2_000_000, prescriptions="randomised")
    assert log.learnt_value == pytest.approx(0.5001884214525489767, abs=3e-5)
    assert log.learnt_value > 0.5 + 1e-4


def test_linear_features_are_enough() -> None:
    """Eight states whose rewards are linear in three features: data of two states tell of all of them."""
    rng = np.random.default_rng(12)
    features = rng.normal(size=(8, 2, 2, 3))
    features[..., 2] = 1.0
    # rewards in [0, 1] and logits, both linear in the features
    slope, rewards = np.array([0.8, -1.1, 0.0]), features @ np.array([0.06, 0.05, 0.5])
    parts = {"rewards": rewards[None], "logits": (features @ slope)[None], "features": features}
    known = Environment(np.zeros((1, 8, 2, 2, 8)), initial=np.full(8, 1 / 8), **parts)
    seen = Environment(np.zeros((1, 8, 2, 2, 8)), initial=np.eye(8)[0] / 2 + np.eye(8)[1] / 2, **parts)
    best, _ = best_deterministic_by_state(known)
    log = learn(seen, "mle-plain", episodes=300_000)
    assert known.value(log.learnt) == pytest.approx(best, abs=2e-3)
    tabular = Environment(seen.transitions, seen.rewards, seen.logits, seen.initial)
    assert known.value(learn(tabular, "mle-plain", episodes=300_000).learnt) < best - 1e-2


def best_deterministic_by_state(environment: Environment) -> tuple[float, None]:
    """One stage: states do not touch each other."""
    parts = []
    for s in range(environment.shape[1]):
        one = Environment(
            np.zeros((1, 1, 2, 2, 1)), environment.rewards[:, s : s + 1], environment.logits[:, s : s + 1]
        )
        parts.append(best_deterministic(one)[0])
    return float(environment.initial @ parts), None


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_optimism_and_pessimism_hold(sign: float) -> None:
    """W_1 is above J* with bonuses, and below J of the plan without data for it: with the default constants, in nearly
    all of many data sets."""
    rng = np.random.default_rng(21)
    held = 0
    for trial in range(LUCK):
        one = random_game(rng, (2, 2, 2, 2))
        best, _ = best_deterministic(one)
        options = Linear()
        settled = options.settled(one, 1000)
        player = Player(one, 1000, trial)
        low, high = one.bounds
        for _ in range(20):
            policy = one.prescribing(rng.integers(0, 2, size=(2, 2, 2)))
            player.repeat(policy, 50)
        planner = Planner(player, options, settled, sign)
        policy = planner.plan()
        hoped = 2 * low + (high - low) * float(one.initial @ planner.worths[0])
        held += hoped >= best - 1e-9 if sign > 0 else hoped <= one.value(policy) + 1e-9
    assert held >= 0.95 * LUCK


@pytest.mark.parametrize("options", [{}, {"replan": "each"}, {"noise": "bernoulli"}, {"prescriptions": "randomised"}])
def test_little_is_lost_on_a_small_game(options: dict[str, Any]) -> None:
    """Best prescription 3/4, others 1/4, 1/6 and 0: the learner finds it, and mostly announces it."""
    log = learn(B1, "mle-ovi", episodes=5000, seed=3, **options)
    assert log.learnt_value == pytest.approx(0.75, abs=0.02)
    regret = log.regret(0.75)
    assert 0 <= regret[-1] < 0.15 * 0.75 * 5000
    assert regret[-1] - regret[-6] < 0.1 * (log.checkpoints[-1] - log.checkpoints[-6])


def test_doubling_announces_less_often() -> None:
    """Plans are made O(log T) times; each announcement lasts, and regret is of the same size."""
    often, seldom = (learn(B1, "mle-ovi", episodes=4000, seed=1, replan=replan) for replan in ("each", "doubling"))
    switches = [int((np.diff(log.announced) != 0).sum()) for log in (often, seldom)]
    assert switches[1] <= 60 < 4000
    assert seldom.regret(0.75)[-1] <= 3 * often.regret(0.75)[-1] + 50


def test_pessimism_distrusts_luck() -> None:
    """Actions that were seen three times, and turned out well each time, are what the plain plan falls for."""
    one, data = lucky()
    values = {
        name: [learn(one, name, episodes=len(data), seed=seed, behaviour=data).learnt_value for seed in range(20)]
        for name in ("mle-pvi", "mle-plain")
    }
    assert np.mean(values["mle-pvi"]) == pytest.approx(0.7)
    assert np.mean(values["mle-plain"]) < 0.6


def test_a_known_normalisation_changes_no_plan() -> None:
    logs = [
        learn(B1, "mle-plain", episodes=3000, normalisation=known) for known in (None, ([[1, 0], [0, 0]], np.log(3)))
    ]
    assert (logs[0].learnt == logs[1].learnt).all()


def test_large_menus_are_searched() -> None:
    """2^13 prescriptions are not enumerated; one action at a time finds what separates, since ν hardly matters here."""
    rng = np.random.default_rng(2)
    rewards = rng.random((1, 1, 2, 13))
    one = Environment(np.zeros((1, 1, 2, 13, 1)), rewards, np.zeros((1, 1, 2, 13)))
    log = learn(one, "mle-plain", episodes=200_000)
    assert log.learnt_value == pytest.approx(rewards[0, 0].max(axis=0).mean(), abs=1e-2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"prescriptions": "mixed"}, "prescriptions: expected 'deterministic' or 'randomised', found 'mixed'"),
        ({"replan": "never"}, "replan: expected 'each' or 'doubling'"),
        ({"noise": "gaussian"}, "noise: expected 'none' or 'bernoulli'"),
        ({"growth": 0.5}, "growth: expected a number >= 1, found 0.5"),
        ({"beta2": -1}, "beta2: expected a number >= 0, found -1"),
        ({"delta": 1}, "delta: expected a number > 0 and < 1, found 1"),
        ({"behaviours": 0}, "behaviours: expected at least 1, found 0"),
        ({"behaviour": np.zeros((1, 1))}, "behaviour: expected policies of shape ('any', 1, 1, 2, 2), found (1, 1)"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as error:
        learn(B1, "mle-pvi", episodes=10, **options)
    assert told in str(error.value)


def test_farsighted_followers_are_for_others() -> None:
    one = random_game(np.random.default_rng(0), discount=0.5)
    with pytest.raises(UsageError, match="expected a myopic follower, found discount 0"):
        learn(one, "mle-ovi", episodes=10)


@pytest.mark.slow
@pytest.mark.parametrize("rungs", [4, 6])
def test_regret_grows_like_the_root_of_time(rungs: int) -> None:
    """On a ladder of gaps, from a thousand to a hundred thousand episodes, on average over runs."""
    one = ladder(rungs)
    best = ladder_optimum(one)
    logs = [learn(one, "mle-ovi", episodes=100_000, seed=seed) for seed in range(6)]
    regret = np.mean([log.regret(best) for log in logs], axis=0)
    assert (regret > 0).all()
    assert 0.4 < growth(logs[0].checkpoints, regret, 1000) < 0.7
    assert 0.3 < growth(logs[0].checkpoints, regret, 10_000) < 0.65


@pytest.mark.slow
def test_a_plan_for_every_episode_is_feasible() -> None:
    """A hundred thousand episodes, each with its plan; sublinear as well."""
    one = ladder(4)
    log = learn(one, "mle-ovi", episodes=100_000, replan="each")
    assert growth(log.checkpoints, log.regret(ladder_optimum(one)), 1000) < 0.7


@pytest.mark.slow
def test_offline_loss_falls_with_the_root_of_the_data() -> None:
    """Under coverage, over three decades, pessimistic and plain alike."""
    one = ladder(8)
    best = ladder_optimum(one)
    sizes = (300, 1000, 3000, 10_000, 30_000, 100_000)
    for algorithm in ("mle-pvi", "mle-plain"):
        losses = [
            np.mean([learn(one, algorithm, episodes=n, seed=seed).suboptimality(best) for seed in range(30)])
            for n in sizes
        ]
        slope = np.polyfit(np.log(sizes), np.log(losses), 1)[0]
        assert -0.65 < slope < -0.4
