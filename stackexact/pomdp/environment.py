"""The Stackelberg POMDP as a Gymnasium environment: numbers come out, fractions decide.

>>> import gymnasium, stackexact as sx
>>> from stackexact.pomdp import BestReply
>>> env = gymnasium.make("stackexact/Stackelberg-v0", game=sx.instance("escape"), algorithm=BestReply())
>>> _ = env.reset(seed=1)
>>> sum(env.step(2)[1] for _ in range(7))
30.0
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar, Literal

import numpy as np

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.pomdp.algorithms import Algorithm, Play, Strategies
from stackexact.pomdp.answering import Policy
from stackexact.pomdp.building import Playable
from stackexact.pomdp.chances import drawn
from stackexact.pomdp.followers import FollowersAPI, FollowersEnv, Plugged, below
from stackexact.pomdp.gym import gymnasium, spaces
from stackexact.pomdp.process import Hidden, StackelbergPOMDP
from stackexact.pomdp.spaces import Choosing, Observing, floats
from stackexact.pomdp.sub_games import Seen

__all__ = ["StackelbergEnv"]


class StackelbergEnv(gymnasium.Env[Any, Any]):
    """The leader's environment: an episode is a response and a reward phase with the followers' algorithm inside.

    ``game``, ``algorithm``, ``responses``, ``rewards`` and ``sweep`` are those of
    :class:`~stackexact.pomdp.process.StackelbergPOMDP`. ``observations`` and ``choices`` are "discrete",
    "multidiscrete" or "box" (:class:`~stackexact.pomdp.spaces.Observing`, :class:`~stackexact.pomdp.spaces.Choosing`).

    The leader sees observations alone, unless ``phase_observed``; with ``consistent`` her first answer to what she
    sees is kept for the episode, and later ones to the same count for nothing: then, and only then, the best policy
    is the Stackelberg optimum. With ``ask="once"`` she is not even asked again: a step goes on to the next
    observation that is new, or to the end, and every step is a decision. ``critic_observed`` makes observations a
    dictionary, of "observation" and of "critic", which only a centralised critic may look at in training.

    Rewards are floats made of fractions; ``info`` has ``phase``, ``sub_episode``, ``policies`` (by follower the chances
    of actions by type that would be played if the response phase ended now; not of plugged followers), ``critic``
    (phase, part of the episode that is over, types, summary of the algorithm's state), ``choice`` (label of what was
    played), ``kept`` (whether an earlier answer was), and exact ``reward`` and ``return``.

    Raises :class:`~stackexact.errors.UsageError` for options that it does not know,
    :class:`~stackexact.errors.MissingLibrary` without Gymnasium (``stackexact[gym]``).
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}  # type: ignore[misc]

    def __init__(
        self,
        game: Playable,
        algorithm: Algorithm[Any],
        responses: int = 5,
        rewards: int = 2,
        *,
        sweep: bool = False,
        observations: Literal["discrete", "multidiscrete", "box"] = "discrete",
        choices: Literal["discrete", "multidiscrete", "box"] = "discrete",
        phase_observed: bool = False,
        critic_observed: bool = False,
        consistent: bool = True,
        ask: Literal["each", "once"] = "each",
    ) -> None:
        if ask not in ("each", "once"):
            raise UsageError(f"ask: expected 'each' or 'once', found {shorten(ask)}; take one")
        if ask == "once" and not consistent:
            raise UsageError("ask: expected 'each' where answers are not kept, found 'once'; take consistent=True")
        self.pomdp = StackelbergPOMDP(game, algorithm, responses=responses, rewards=rewards, sweep=sweep)
        self.game = self.pomdp.game
        self.consistent, self.ask, self.critic_observed = consistent, ask, critic_observed
        self._observing = Observing(self.pomdp, observations, phase_observed)
        self._choosing = Choosing(self.game, choices)
        self._api = FollowersAPI(self.game, self._plug)
        self._plugged: Plugged | None = None
        self._waiting: Plugged | None = None
        self.action_space = self._choosing.space
        self._state: Any = self.pomdp.algorithm.initial(self.game)
        self.critic_space = spaces.Box(0.0, 1.0, self._critic(0, 0).shape, np.float32)
        shown = self._observing.space
        if critic_observed:
            shown = spaces.Dict({"observation": shown, "critic": self.critic_space})
        self.observation_space = shown
        self._hidden: Hidden | None = None
        self._over = True
        self._kept: dict[Any, int] = {}
        self._return = Fraction(0)

    # -- Gymnasium ----------------------------------------------------------------------------------------------------

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; everything drawn in it comes from ``seed``, and ``options`` say nothing."""
        super().reset(seed=seed)
        self._draw = below(self.np_random)
        self._kept, self._return = {}, Fraction(0)
        self._plugged = self._waiting
        if self._plugged is not None:
            self._plugged.reset(self._draw)
        self._state, self._over = self.pomdp.algorithm.initial(self.game), False
        self._open(0)
        return self._shown(), self._info(None, False, Fraction(0))

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Choose: reward, whether the episode is over, and what is seen next.

        Raises :class:`~stackexact.errors.UsageError` for an action outside of the space, and when no episode runs.
        """
        if self._hidden is None or self._over:
            raise UsageError("step: expected an episode that runs, found none; call reset")
        choice = self._choosing.choice(self._hidden.observation, action)
        played = self._kept.setdefault(self._key(), choice) if self.consistent else choice
        label = self.game.choices[self._hidden.observation][played].label
        reward = self._apply(played)
        while self.ask == "once" and not self._over and self._key() in self._kept:
            reward += self._apply(self._kept[self._key()])
        self._return += reward
        info = self._info(label, played != choice, reward)
        return self._shown(), _float(reward), self._over, False, info

    def action_masks(self) -> Any:
        """Which actions stand for themselves where the leader is now, as sb3-contrib's ``MaskablePPO`` asks."""
        return self._choosing.mask(self._now().observation)

    def action_of(self, policy: Policy) -> Any:
        """The action by which a deterministic policy answers what the leader sees now (not with "box")."""
        observation = self._now().observation
        return self._choosing.action(observation, policy.chances[observation][0][0])

    # -- Followers ----------------------------------------------------------------------------------------------------

    def followers_api(self) -> FollowersAPI:
        """The followers' side: their spaces, what they observe, do and get, and where one's own are plugged in."""
        return self._api

    def followers_env(self, leader: Policy | Mapping[str, object] | str, *, sub_episodes: int = 1) -> FollowersEnv:
        """The followers' game under a fixed policy, as a parallel environment of PettingZoo."""
        return FollowersEnv(self.game, leader, sub_episodes=sub_episodes)

    def _plug(self, followers: Plugged | None) -> None:
        self._waiting = followers

    # -- The hidden state ---------------------------------------------------------------------------------------------

    def _now(self) -> Hidden:
        if self._hidden is None:
            raise UsageError("environment: expected an episode that runs, found none; call reset")
        return self._hidden

    def _key(self) -> Any:
        hidden = self._now()
        return hidden.observation, hidden.sub_episode if self._observing.phase else None

    def _open(self, sub_episode: int) -> None:
        """Begin a sub-episode. In the reward phase the algorithm's state stays what it is."""
        rewarded = self.pomdp.rewarded(sub_episode)
        if self._plugged is not None:
            play = self._plugged_play(self._plugged, sub_episode)
        else:
            followers = self.pomdp.algorithm.final(self.game, self._state) if rewarded else self._state
            play = drawn(self.pomdp.opening(sub_episode, followers), self._draw)
            self._state = self._state if rewarded else play.state
        self._hidden = self.pomdp.opened(sub_episode, play)
        self._api.opened(play.types, play.actions)

    def _plugged_play(self, plugged: Plugged, sub_episode: int) -> Play[Any]:
        number = sub_episode - self.pomdp.responses
        if self.pomdp.sweep and number >= 0:
            types = number % len(self.game.profiles)
        else:
            types = drawn(tuple(enumerate(self.game.chances)), self._draw)
        return Play(None, types, plugged.act(types, learning=number < 0))

    def _apply(self, choice: int) -> Fraction:
        """Play a choice; the sub-episode goes on, or the next one begins."""
        hidden = self._now()
        found = self.pomdp.follow(hidden, choice)
        if isinstance(found, Hidden):
            self._hidden = found
            return Fraction(0)
        self._learn(hidden, found)
        self._api.closed(found)
        if hidden.sub_episode + 1 == self.pomdp.sub_episodes:
            self._over = True
        else:
            self._open(hidden.sub_episode + 1)
        return self.pomdp.reward(hidden.sub_episode, found)

    def _learn(self, hidden: Hidden, seen: Seen) -> None:
        if self.pomdp.rewarded(hidden.sub_episode):
            return
        if self._plugged is not None:
            self._plugged.learn(seen)
        else:
            self._state = self.pomdp.algorithm.update(self.game, hidden.followers, seen)

    # -- What is shown ------------------------------------------------------------------------------------------------

    def _shown(self) -> Any:
        hidden = self._now()
        seen = self._observing.of(hidden.observation, hidden.sub_episode)
        if not self.critic_observed:
            return seen
        return {"observation": seen, "critic": self._critic(hidden.sub_episode, hidden.types)}

    def _critic(self, sub_episode: int, types: int) -> Any:
        gone = Fraction(sub_episode, self.pomdp.sub_episodes)
        drawn_types = [int(k == types) for k in range(len(self.game.profiles))]
        summary = self.pomdp.algorithm.summary(self.game, self._state)
        return floats([int(self.pomdp.rewarded(sub_episode)), gone, *drawn_types, *summary])

    def _info(self, choice: str | None, kept: bool, reward: Fraction) -> dict[str, Any]:
        hidden = self._now()
        rewarded = self.pomdp.rewarded(hidden.sub_episode)
        info = {
            "phase": "reward" if rewarded else "response",
            "sub_episode": hidden.sub_episode,
            "critic": self._critic(hidden.sub_episode, hidden.types),
            "reward": reward,
            "return": self._return,
            "kept": kept,
        }
        if choice is not None:
            info["choice"] = choice
        if self._plugged is None:
            info["policies"] = self._policies(self.pomdp.algorithm.final(self.game, self._state))
        return info

    def _policies(self, strategies: Strategies) -> dict[str, Any]:
        named = zip(self.game.followers, strategies, strict=True)
        return {one.name: np.stack([floats(row) for row in rows]) for one, rows in named}


def _float(reward: Fraction) -> float:
    try:
        return float(reward)
    except OverflowError:
        raise LimitReached(
            "reward: expected a number that a float holds, found a larger one; rescale the game"
        ) from None


gymnasium.register(id="stackexact/Stackelberg-v0", entry_point="stackexact.pomdp.environment:StackelbergEnv")
