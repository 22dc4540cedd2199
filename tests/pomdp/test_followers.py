"""Followers of one's own, and PettingZoo's checker."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from stackelberg_plays import MAINTAIN, allocation, buyers, random_mechanism

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.pomdp import BestReply, FictitiousPlay, Policy, sequential_prices

pytest.importorskip("gymnasium")
from stackexact.pomdp import FollowersEnv, StackelbergEnv


class Replying:
    """Best reply to the empirical mixture, as a stranger would write it."""

    def __init__(self, table: Any, labels: tuple[str, ...]) -> None:
        self.table, self.labels = table, labels
        self.calls: list[str] = []

    def reset(self, seed: int) -> None:
        self.rows: list[int] = []

    def act(self, observation: int, legal: tuple[int, ...], learning: bool) -> int:
        self.calls.append("learning" if learning else "frozen")
        worth = [sum(self.table[i][j] for i in self.rows) for j in legal]
        return legal[worth.index(max(worth))]

    def observe(self, report: Any) -> None:
        self.calls.append("observe")
        ((seen, chosen),) = report["leader"]
        assert seen == "nothing"
        self.rows.append(self.labels.index(chosen))

    def reward(self, utility: float) -> None:
        self.calls.append("reward")


def test_a_follower_of_ones_own_is_the_algorithm_again() -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=3, rewards=2)
    api = env.followers_api()
    own = Replying(MAINTAIN[1], ("a1", "a2", "a3"))
    for plugged in (None, {"follower": own}, None):
        api.plug(plugged)  # type: ignore[arg-type]
        for action in range(3):
            _, info = env.reset(seed=1)
            assert ("policies" in info) == (plugged is None)
            total = sum(env.step(action)[1] for _ in range(5))
            assert total == (20, 10, 5)[action]
    assert own.calls[:11] == ["learning", "observe", "reward"] * 3 + ["frozen", "frozen"]


def test_what_followers_see_do_and_get() -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply(), responses=1, rewards=1)
    api = env.followers_api()
    assert api.agents == ["follower"]
    assert api.legal("follower", 0) == (0, 1, 2)
    env.reset()
    assert (api.act("follower"), api.reward("follower")) == (0, None)
    assert api.observe("follower")["action_mask"].tolist() == [1, 1, 1]
    env.step(1)
    assert (api.act("follower"), api.reward("follower")) == (1, None)
    env.step(1)
    assert (api.act("follower"), api.reward("follower")) == (1, 5.0)
    for call in (api.observe, api.act, api.reward, api.observation_space, api.action_space):
        with pytest.raises(UsageError, match="follower: expected follower, found 'nobody'"):
            call("nobody")


class Faulty(Replying):
    def act(self, observation: int, legal: tuple[int, ...], learning: bool) -> int:
        return 7


def test_followers_that_do_not_fit() -> None:
    env = StackelbergEnv(sx.instance("maintain"), BestReply())
    api = env.followers_api()
    own: Any = Replying(MAINTAIN[1], ())
    with pytest.raises(UsageError, match="followers: expected one for each name, found none for follower"):
        api.plug({})
    with pytest.raises(UsageError, match="follower: expected follower, found 'x'"):
        api.plug({"x": own})
    with pytest.raises(UsageError, match="follower follower: expected a callback reset, found none"):
        api.plug({"follower": object()})  # type: ignore[dict-item]
    api.plug({"follower": Faulty(MAINTAIN[1], ())})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="follower follower: expected one of the actions 0, 1, 2, found '7'"):
        env.reset()


class Telling:
    """Tells the truth, or at random if it is told so; knows which types were drawn."""

    def __init__(self) -> None:
        self.types: list[int] = []

    def reset(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def act(self, observation: int, legal: tuple[int, ...], learning: bool) -> int:
        self.types.append(observation)
        return legal[min(observation, len(legal) - 1)]

    def observe(self, report: Any) -> None:
        assert report["actions"] == (min(report["type"], 1),)

    def reward(self, utility: float) -> None:
        assert utility in (0.0, 1.0)


def test_plugged_followers_with_types() -> None:
    """Types are drawn from the prior in both phases, or swept in the reward phase: then the mean is exact."""
    env = StackelbergEnv(allocation(2), FictitiousPlay(), responses=2, rewards=1, sweep=True)
    own = Telling()
    env.followers_api().plug({"A": own})
    env.reset(seed=3)
    over = False
    while not over:
        _, _, over, _, info = env.step(env.action_of(Policy((((0, Fraction(1)),), ((1, Fraction(1)),)))))
    assert info["return"] == Fraction(2, 3)
    assert own.types[2:] == [0, 1, 2]


# -- PettingZoo -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: FollowersEnv(sx.instance("maintain"), {"nothing": {"a1": "1/2", "a2": "1/2"}}, sub_episodes=5),
        lambda: FollowersEnv(random_mechanism(1)[0], Policy((((0, Fraction(1)),),) * 4), sub_episodes=3),
        lambda: StackelbergEnv(sequential_prices(buyers(2), [0, 1]), FictitiousPlay()).followers_env(
            Policy((((0, Fraction(1)),),) * 12), sub_episodes=2
        ),
    ],
)
def test_pettingzoo_accepts_the_followers_side(make: Any) -> None:
    checker = pytest.importorskip("pettingzoo.test")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.parallel_api_test(make(), num_cycles=20)


def test_utilities_are_those_of_the_game() -> None:
    env = FollowersEnv(sx.instance("maintain"), "a2", sub_episodes=3)
    first, infos = env.reset(seed=1)
    assert first["follower"]["action_mask"].tolist() == [1, 1, 1]
    assert infos == {"follower": {}}
    got = [env.step({"follower": j}) for j in range(3)]
    assert [one[1]["follower"] for one in got] == [0, 5, 0]
    assert [one[2]["follower"] for one in got] == [False, False, True]
    assert got[0][4]["follower"] == {"type": 0, "actions": (0,), "leader": (("nothing", "a2"),)}
    assert (env.num_agents, env.max_num_agents, env.unwrapped) == (0, 1, env)
    assert env.render() is None
    assert env.close() is None
    with pytest.raises(UsageError, match="followers: expected an episode that runs, found none; call reset"):
        env.step({"follower": 0})
    env.reset()
    with pytest.raises(UsageError, match="actions: expected one of every follower, found none of follower"):
        env.step({})


def test_the_same_seed_draws_the_same() -> None:
    env = FollowersEnv(
        random_mechanism(2)[0], Policy((((0, Fraction(1, 2)), (1, Fraction(1, 2))),) * 4), sub_episodes=9
    )

    def played(seed: int) -> list[Any]:
        env.reset(seed=seed)
        return [env.step({"A": 1, "B": 0})[1] for _ in range(9)]

    assert played(4) == played(4)
    assert any(played(seed) != played(4) for seed in range(5))


def test_actions_that_a_type_may_not_take() -> None:
    game = sx.Game([[0, 0]], [[1, 2]])
    env = FollowersEnv(game, "a1")
    env.reset()
    assert env.step({"follower": 9})[1] == {"follower": 1.0}
