"""Followers of one's own: plugged into the leader's environment, or trained in one where the leader is fixed.

Names and observations are PettingZoo's, which is not needed: what learns there, or anywhere else, can follow here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypedDict

import numpy as np

from stackexact.errors import UsageError, shorten
from stackexact.pomdp.answering import Policy, policy_of
from stackexact.pomdp.building import Playable, sub_game
from stackexact.pomdp.chances import drawn
from stackexact.pomdp.gym import spaces
from stackexact.pomdp.limits import require_count
from stackexact.pomdp.sub_games import Seen, SubGame

__all__ = ["FollowersAPI", "FollowersEnv", "Plugged", "PluggedFollower", "Report", "below"]


class Report(TypedDict):
    """What a follower sees of a response sub-episode that is over: its own type, the actions of all followers, the
    leader's observations and choices by their labels."""

    type: int
    actions: tuple[int, ...]
    leader: tuple[tuple[str, str], ...]


class PluggedFollower(Protocol):
    """A follower of one's own: four callbacks."""

    def reset(self, seed: int) -> None:
        """An episode begins: everything learnt is forgotten."""

    def act(self, observation: int, legal: tuple[int, ...], learning: bool) -> int:
        """One of the ``legal`` actions of its type ``observation``; frozen where it is not ``learning``."""

    def observe(self, report: Report) -> None:
        """A response sub-episode is over."""

    def reward(self, utility: float) -> None:
        """Its utility there, told after :meth:`observe`."""


def below(rng: Any) -> Callable[[int], int]:
    """Draws whole numbers below any bound, each alike, from a generator of NumPy.

    >>> draw = below(np.random.default_rng(1))
    >>> {draw(3) for _ in range(99)}, draw(10**30) < 10**30
    ({0, 1, 2}, True)
    """

    def draw(bound: int) -> int:
        bits = (bound - 1).bit_length()
        wide = (bits + 7) // 8
        while True:
            found: int = int.from_bytes(rng.bytes(wide), "little") >> (8 * wide - bits)
            if found < bound:
                return found

    return draw


def report(game: SubGame, seen: Seen, follower: int) -> Report:
    """What a follower sees of a sub-episode."""
    told = tuple((game.observations[o], game.choices[o][c].label) for o, c in seen.path)
    own = game.profiles[seen.types][follower]
    return {"type": own, "actions": game.action_profiles[seen.actions], "leader": told}


@dataclass(frozen=True)
class Plugged:
    """Followers of one's own, in the order of the game's."""

    game: SubGame
    followers: tuple[PluggedFollower, ...]

    def reset(self, draw: Callable[[int], int]) -> None:
        """A new episode."""
        for one in self.followers:
            one.reset(draw(2**31))

    def act(self, types: int, learning: bool) -> int:
        """The number of the profile of actions that they take.

        Raises :class:`~stackexact.errors.UsageError` for an action that is not legal.
        """
        actions = []
        for one, told, t in zip(self.followers, self.game.followers, self.game.profiles[types], strict=True):
            action = one.act(t, told.allowed[t], learning)
            if action not in told.allowed[t]:
                legal = ", ".join(map(str, told.allowed[t]))
                raise UsageError(f"follower {told.name}: expected one of the actions {legal}, found {shorten(action)}")
            actions.append(int(action))
        return self.game.number(actions)

    def learn(self, seen: Seen) -> None:
        """A response sub-episode is over."""
        for i, one in enumerate(self.followers):
            one.observe(report(self.game, seen, i))
            one.reward(float(seen.utilities[i]))


class _Spaces:
    """The spaces of followers: what each observes, with a mask of what it may do, and does."""

    def __init__(self, game: SubGame) -> None:
        self.game = game
        self.possible_agents = [one.name for one in game.followers]
        self.observation_spaces = {
            one.name: spaces.Dict(
                {
                    "observation": spaces.Discrete(one.count),
                    "action_mask": spaces.Box(0, 1, (len(one.actions),), np.int8),
                }
            )
            for one in game.followers
        }
        self.action_spaces = {one.name: spaces.Discrete(len(one.actions)) for one in game.followers}

    def observation_space(self, agent: str) -> Any:
        """What a follower observes: its type, and which actions this may take."""
        return self.observation_spaces[self._known(agent)]

    def action_space(self, agent: str) -> Any:
        """A follower's actions."""
        return self.action_spaces[self._known(agent)]

    def legal(self, agent: str, observation: int) -> tuple[int, ...]:
        """The actions that a follower's type may take."""
        return self.game.followers[self.possible_agents.index(self._known(agent))].allowed[observation]

    def _known(self, agent: str) -> str:
        if agent not in self.action_spaces:
            raise UsageError(
                f"follower: expected {', '.join(self.possible_agents)}, found {shorten(agent)}; correct it"
            )
        return agent

    def _observed(self, agent: str, t: int) -> dict[str, Any]:
        mask = np.zeros(self.action_spaces[agent].n, dtype=np.int8)
        mask[list(self.legal(agent, t))] = 1
        return {"observation": np.int64(t), "action_mask": mask}


class FollowersAPI(_Spaces):
    """The followers' side of an environment, by :meth:`StackelbergEnv.followers_api`: spaces, legal actions, and
    :meth:`plug` for followers of one's own, who then stand in for the algorithm. ``latest`` has what each observed,
    did and got in the latest sub-episode."""

    def __init__(self, game: SubGame, attach: Callable[[Plugged | None], None]) -> None:
        super().__init__(game)
        self._attach = attach
        self.latest: dict[str, dict[str, Any]] = {}

    @property
    def agents(self) -> list[str]:
        """The names of the followers."""
        return list(self.possible_agents)

    def plug(self, followers: Mapping[str, PluggedFollower] | None) -> None:
        """Let followers of one's own, one for each name, play from the next reset on; with ``None`` the algorithm.

        Raises :class:`~stackexact.errors.UsageError` where some are missing, unknown, or lack a callback.
        """
        if followers is None:
            self._attach(None)
            return
        for name in followers:
            self._known(name)
        missing = [name for name in self.possible_agents if name not in followers]
        if missing:
            raise UsageError(f"followers: expected one for each name, found none for {', '.join(missing)}; add them")
        for name, one in followers.items():
            for callback in ("reset", "act", "observe", "reward"):
                if not callable(getattr(one, callback, None)):
                    raise UsageError(f"follower {name}: expected a callback {callback}, found none; define it")
        self._attach(Plugged(self.game, tuple(followers[name] for name in self.possible_agents)))

    def observe(self, agent: str) -> dict[str, Any]:
        """What a follower observed in the latest sub-episode: its type and the mask of its legal actions."""
        return self._observed(self._known(agent), int(self.latest[agent]["type"]))

    def act(self, agent: str) -> int:
        """What a follower did in the latest sub-episode."""
        return int(self.latest[self._known(agent)]["action"])

    def reward(self, agent: str) -> float | None:
        """A follower's utility of the latest sub-episode, ``None`` before it is over."""
        found = self.latest[self._known(agent)]["reward"]
        return None if found is None else float(found)

    def opened(self, types: int, actions: int) -> None:
        """A sub-episode has begun."""
        for i, one in enumerate(self.game.followers):
            own = self.game.action_profiles[actions][i]
            self.latest[one.name] = {"type": self.game.profiles[types][i], "action": own, "reward": None}

    def closed(self, seen: Seen) -> None:
        """A sub-episode is over."""
        for i, one in enumerate(self.game.followers):
            self.latest[one.name]["reward"] = seen.utilities[i]


class FollowersEnv(_Spaces):
    """The followers' game under a fixed policy of the leader, as a parallel environment of PettingZoo: each step is a
    sub-episode, in which all followers act at once on their types and get their utilities.

    A random policy is drawn when an episode begins. Observations have an ``action_mask``; an action that is not legal
    stands for the first legal one.

    Raises :class:`~stackexact.errors.UsageError` for a policy that does not fit the game.

    >>> import stackexact as sx
    >>> env = FollowersEnv(sx.instance("maintain"), "a1", sub_episodes=2)
    >>> _ = env.reset(seed=1)
    >>> env.step({"follower": 0})[1], env.step({"follower": 2})[1], env.agents
    ({'follower': 15.0}, {'follower': 0.0}, [])
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "stackelberg_followers_v0",
        "render_modes": [],
        "is_parallelizable": True,
    }
    render_mode = None

    def __init__(self, game: Playable, leader: Policy | Mapping[str, object] | str, *, sub_episodes: int = 1) -> None:
        super().__init__(sub_game(game))
        self.leader = policy_of(self.game, leader)
        self.sub_episodes = require_count("sub_episodes", sub_episodes, 1)
        self.agents: list[str] = []
        self._rng = np.random.default_rng()
        self._answers: tuple[int, ...] = ()
        self._types = self._played = 0

    @property
    def unwrapped(self) -> FollowersEnv:
        """Itself."""
        return self

    @property
    def num_agents(self) -> int:
        """How many followers are playing."""
        return len(self.agents)

    @property
    def max_num_agents(self) -> int:
        """How many followers there are."""
        return len(self.possible_agents)

    def reset(
        self, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begin an episode: the leader's policy and types are drawn."""
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        draw = below(self._rng)
        self._answers = tuple(drawn(chances, draw) for chances in self.leader.chances)
        self._played = 0
        self.agents = list(self.possible_agents)
        return self._begin(), {name: {} for name in self.agents}

    def _begin(self) -> dict[str, Any]:
        self._types = drawn(tuple(enumerate(self.game.chances)), below(self._rng))
        types = self.game.profiles[self._types]
        return {name: self._observed(name, t) for name, t in zip(self.possible_agents, types, strict=True)}

    def step(
        self, actions: Mapping[str, int]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Play a sub-episode.

        Raises :class:`~stackexact.errors.UsageError` for missing actions, and before :meth:`reset`.
        """
        if not self.agents:
            raise UsageError("followers: expected an episode that runs, found none; call reset")
        missing = [name for name in self.agents if name not in actions]
        if missing:
            raise UsageError(f"actions: expected one of every follower, found none of {', '.join(missing)}; add them")
        chosen = []
        for one, t in zip(self.game.followers, self.game.profiles[self._types], strict=True):
            action = int(actions[one.name])
            chosen.append(action if action in one.allowed[t] else one.allowed[t][0])
        seen = self.game.play(self._answers, self._types, self.game.number(chosen))
        self._played += 1
        over = self._played == self.sub_episodes
        rewards = {name: float(utility) for name, utility in zip(self.agents, seen.utilities, strict=True)}
        told: dict[str, dict[str, Any]] = {name: dict(report(self.game, seen, i)) for i, name in enumerate(self.agents)}
        observations = self._begin()
        ended, cut = dict.fromkeys(self.agents, over), dict.fromkeys(self.agents, False)
        if over:
            self.agents = []
        return observations, rewards, ended, cut, told

    def render(self) -> None:
        """Nothing is drawn."""

    def close(self) -> None:
        """Nothing is held."""
