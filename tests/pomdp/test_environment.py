"""The Gymnasium environment: its checker, its spaces, and returns that are the exact values."""

from __future__ import annotations

import subprocess
import sys
import warnings
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from stackelberg_plays import Branches, allocation, buyers, matrix_design, random_mechanism

import stackexact as sx
from stackexact.errors import LimitReached, UsageError
from stackexact.pomdp import (
    BestReply,
    FictitiousPlay,
    MultiplicativeWeights,
    Policy,
    StackelbergPOMDP,
    mechanism,
    normal_form,
    policies,
    sequential_prices,
    stackelberg_value,
)

gymnasium = pytest.importorskip("gymnasium")
from gymnasium.utils.env_checker import check_env  # noqa: E402

from stackexact.pomdp import StackelbergEnv, environment  # noqa: E402


def priced() -> Any:
    names = [n + a for n in "pq" for a in ("xx", "xy", "yx", "yy")]
    return mechanism(matrix_design(), prices={name: [0, 1, 2, 5] for name in names})


GAMES = {
    "normal form": (sx.instance("maintain"), BestReply()),
    "mixtures": (normal_form(sx.instance("maintain"), mixtures=4), BestReply()),
    "matrix design": (priced(), MultiplicativeWeights("1/10")),
    "allocation": (allocation(2), FictitiousPlay()),
    "prices": (sequential_prices(buyers(2), [0, "1/5", "2/5"]), MultiplicativeWeights("1/10", unit="1/5")),
    "random": (random_mechanism(3)[0], MultiplicativeWeights("1/2", plays="weights")),
}
KINDS = ("discrete", "multidiscrete", "box")


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize(("seen", "chosen"), list(product(KINDS, repeat=2)))
def test_gymnasium_accepts_it(name: str, seen: Any, chosen: Any) -> None:
    game, algorithm = GAMES[name]
    options: Any = {"responses": 4, "rewards": 2, "observations": seen, "choices": chosen}
    more = [{}, {"phase_observed": True, "critic_observed": True}, {"ask": "once", "sweep": True}]
    for extra in more:
        made = gymnasium.make("stackexact/Stackelberg-v0", game=game, algorithm=algorithm, **options, **extra)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check_env(made.unwrapped)


@pytest.mark.parametrize("name", GAMES)
def test_episodes_end_and_repeat_with_their_seed(name: str) -> None:
    game, algorithm = GAMES[name]
    env = StackelbergEnv(game, algorithm, responses=6, rewards=2)

    def episode(seed: int) -> list[Any]:
        shown, info = env.reset(seed=seed)
        env.action_space.seed(seed)
        told = [(int(shown), info["phase"], info["sub_episode"])]
        over = False
        while not over:
            shown, reward, over, cut, info = env.step(env.action_space.sample())
            assert not cut
            assert env.observation_space.contains(shown)
            assert env.critic_space.contains(info["critic"])
            assert set(info["policies"]) == {one.name for one in env.game.followers}
            told.append((int(shown), reward, info["phase"], info["sub_episode"], info["choice"], info["return"]))
        return told

    assert episode(5) == episode(5)
    assert sum(one[1] for one in episode(6)[1:]) == pytest.approx(float(episode(6)[-1][-1]))
    with pytest.raises(UsageError, match="step: expected an episode that runs, found none; call reset"):
        env.step(env.action_space.sample())
    fresh = StackelbergEnv(game, algorithm)
    for call in (lambda: fresh.step(fresh.action_space.sample()), fresh.action_masks):
        with pytest.raises(UsageError, match="expected an episode that runs, found none; call reset"):
            call()


def returned(env: Any, policy: Policy, seed: int | None = None) -> Fraction:
    """The exact return of an episode under a policy."""
    env.reset(seed=seed)
    over = False
    total = 0.0
    while not over:
        _, reward, over, _, info = env.step(env.action_of(policy))
        total += reward
    assert total == pytest.approx(float(info["return"]))
    found: Fraction = info["return"]
    return found


def fixed(answers: Any) -> Policy:
    return Policy(tuple(((choice, Fraction(1)),) for choice in answers))


@pytest.mark.parametrize("ask", ["each", "once"])
@pytest.mark.parametrize("choices", ["discrete", "multidiscrete"])
def test_returns_are_exact_where_nothing_is_drawn(ask: Any, choices: Any) -> None:
    """Deterministic algorithms; types of the reward phase are swept, so that one episode is the expectation."""
    games: list[Any] = [
        (sx.instance("maintain"), BestReply(), 5),
        (normal_form(sx.instance("brero-game-3"), mixtures=3), BestReply(), 5),
        (sequential_prices(buyers(), [0, "1/5", "2/5"]), FictitiousPlay(), 8),
        (random_mechanism(5)[0], FictitiousPlay(), 32),
    ]
    for game, algorithm, responses in games:
        env = StackelbergEnv(game, algorithm, responses=responses, rewards=2, sweep=True, ask=ask, choices=choices)
        for answers in policies(env.game):
            expected = stackelberg_value(env.game, algorithm, fixed(answers), responses=responses)
            assert returned(env, fixed(answers)) == expected == env.pomdp.value(fixed(answers))


@pytest.mark.parametrize("ask", ["each", "once"])
def test_the_mean_over_all_draws_is_the_exact_value(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way in which everything drawn may come out, gone through in the environment itself."""
    game = random_mechanism(2)[0]
    for algorithm, responses in ((MultiplicativeWeights("1/3", plays="weights"), 4), (FictitiousPlay(), 17)):
        env = StackelbergEnv(game, algorithm, responses=responses, rewards=1, ask=ask)
        for answers in list(policies(env.game))[::5]:
            branches = Branches()
            monkeypatch.setattr(environment, "drawn", branches.drawn)
            total = weight = Fraction(0)
            for _ in branches:
                value = returned(env, fixed(answers))
                total += branches.chance * value
                weight += branches.chance
            assert weight == 1
            assert total == stackelberg_value(env.game, algorithm, fixed(answers), responses=responses)


def test_samples_are_drawn_with_these_chances() -> None:
    game, algorithm = GAMES["random"]
    env = StackelbergEnv(game, algorithm, responses=4, rewards=2)
    plan = fixed((1, 0, 0, 1))
    values = [float(returned(env, plan, seed)) for seed in range(1500)]
    exact = float(stackelberg_value(game, algorithm, plan, responses=4))
    assert abs(np.mean(values) - exact) < 4 * np.std(values) / np.sqrt(len(values))


def test_answers_are_kept_in_an_episode_and_forgotten_after_it() -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=3, rewards=1)
    env.reset()
    infos = [env.step(action)[4] for action in (0, 1, 1, 1)]
    assert [info["choice"] for info in infos] == ["a1"] * 4
    assert [info["kept"] for info in infos] == [False, True, True, True]
    assert infos[-1]["return"] == 20
    env.reset()
    assert env.step(1)[4]["choice"] == "a2"


def test_whoever_may_change_answers_exceeds_the_stackelberg_value() -> None:
    """Without consistency, and with the phase observed, Maintain gives 30."""
    for options in ({"consistent": False}, {"phase_observed": True}):
        env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=3, rewards=1, **options)
        env.reset()
        assert sum(env.step(action)[1] for action in (0, 0, 0, 1)) == 30


def test_asked_once_an_episode_has_one_step_for_each_observation() -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=50, rewards=3, ask="once")
    env.reset()
    _, reward, over, _, info = env.step(0)
    assert (reward, over, info["sub_episode"]) == (20, True, 52)


def test_phases_and_policies_are_told() -> None:
    env = StackelbergEnv(sx.instance("brero-game-3"), BestReply(), responses=2, rewards=2)
    _, info = env.reset()
    assert (info["phase"], info["policies"]["follower"].tolist()) == ("response", [[1, 0]])
    told = [env.step(1)[4] for _ in range(3)]
    assert [info["phase"] for info in told] == ["response", "reward", "reward"]
    assert [info["sub_episode"] for info in told] == [1, 2, 3]
    assert told[-1]["policies"]["follower"].tolist() == [[0, 1]]
    assert told[-1]["critic"].tolist() == [1, 0.75, 1, 0, 1, 0, 1]


def test_observations_show_what_the_leader_sees() -> None:
    made = sequential_prices(buyers(2), [0, 1])
    options: Any = {"algorithm": FictitiousPlay(), "responses": 0, "rewards": 1}
    box = StackelbergEnv(made, observations="box", phase_observed=True, **options)
    parts = StackelbergEnv(made, observations="multidiscrete", phase_observed=True, **options)
    plain = StackelbergEnv(made, **options)
    (told, _), (listed, _), (number, _) = (env.reset(seed=1) for env in (box, parts, plain))
    assert told.tolist() == [1, 0, 1, 0, 0, 1, 0, 1, 1, 0]
    assert listed.tolist() == [0, 0, 1, 1, 1, 0]
    assert number == 0
    hidden = StackelbergEnv(made, observations="box", critic_observed=True, **options)
    both, info = hidden.reset(seed=1)
    assert both["critic"].tolist() == info["critic"].tolist()
    assert "critic" not in plain.reset()[1] or not isinstance(plain.reset()[0], dict)


def test_choices_that_there_are_not_stand_for_the_next() -> None:
    """Who has been asked already is passed over, at the same price."""
    made = sequential_prices(buyers(), [0, 1])
    env = StackelbergEnv(made, FictitiousPlay(), responses=0, rewards=1, choices="multidiscrete", consistent=False)
    env.reset(seed=1)
    assert env.action_masks().tolist() == [True] * 4
    assert env.step(np.array([0, 1]))[4]["choice"] == "A0 at 1"
    if not env._over:
        assert env.action_masks().tolist() == [False, True, True, True]
        assert env.step(np.array([0, 1]))[4]["choice"] == "A1 at 1"
    flat = StackelbergEnv(made, FictitiousPlay(), responses=0, rewards=1)
    flat.reset()
    assert flat.action_masks().tolist() == [True] * 4


def test_box_choices() -> None:
    """Scores, numbers on a grid, and mixtures."""
    made = sequential_prices(buyers(), [0, "1/5", 1])
    env = StackelbergEnv(made, FictitiousPlay(), choices="box")
    wanted = {(0.2, 0.9, 0.0): "A1 at 0", (0.5, 0.5, 0.4): "A0 at 1/5", (1.0, 0.0, 0.61): "A0 at 1"}
    for action, label in wanted.items():
        env.reset(seed=2)
        assert env.step(np.array(action, dtype=np.float32))[4]["choice"] == label
    with pytest.raises(UsageError, match="action masks: expected discrete or multidiscrete choices, found box"):
        env.action_masks()
    mixed = StackelbergEnv(normal_form(sx.instance("maintain"), mixtures=4), BestReply(), choices="box")
    for weights, label in {
        (0.2, 0.6, 0.0): "1/4*a1 + 3/4*a2",
        (0.0, 0.0, 0.0): "1/2*a1 + 1/4*a2 + 1/4*a3",
        (0.0, 0.0, 0.1): "a3",
    }.items():
        mixed.reset()
        assert mixed.step(np.array(weights, dtype=np.float32))[4]["choice"] == label


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"observations": "tuple"}, "observations: expected one of discrete, multidiscrete, box, found 'tuple'"),
        ({"choices": 3}, "choices: expected one of discrete, multidiscrete, box, found '3'"),
        ({"ask": "never"}, "ask: expected 'each' or 'once', found 'never'"),
        ({"ask": "once", "consistent": False}, "ask: expected 'each' where answers are not kept"),
        ({"rewards": 0}, "rewards: expected a whole number of at least 1"),
        ({"responses": -3}, "responses: expected a whole number of at least 0"),
    ],
)
def test_options_that_are_none(options: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        StackelbergEnv(sx.instance("maintain"), BestReply(), **options)
    assert caught.value.line.startswith(message)


@pytest.mark.parametrize("action", [3, -1, 1.0, None, "a1"])
def test_actions_outside_of_the_space(action: Any) -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply())
    env.reset()
    with pytest.raises(UsageError, match=r"action: expected an element of Discrete\(3\), found"):
        env.step(action)


def test_rewards_beyond_floats() -> None:
    env = StackelbergEnv(sx.Game([["1e400"]], [[0]]), BestReply(), responses=0, rewards=1)
    env.reset()
    with pytest.raises(LimitReached, match="reward: expected a number that a float holds"):
        env.step(0)


def test_gymnasium_is_loaded_late_and_missed_by_name() -> None:
    code = """
import sys
sys.modules["gymnasium"] = None
import stackexact as sx
from stackexact.pomdp import BestReply, StackelbergPOMDP
assert StackelbergPOMDP(sx.instance("escape"), BestReply()).best_policy().value == 30
assert "numpy" not in sys.modules
try:
    from stackexact.pomdp import StackelbergEnv
except sx.StackexactError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("environment: expected Gymnasium, found none")
    assert ran.stdout.endswith("pip install 'stackexact[gym]'\n")


def test_the_process_is_the_same_as_the_environment() -> None:
    pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=5, rewards=2)
    env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=5, rewards=2)
    assert [returned(env, fixed((c,))) for c in range(3)] == [pomdp.value(fixed((c,))) for c in range(3)]
