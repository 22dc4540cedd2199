"""The Stackelberg POMDP: hidden states, what moves them, and what policies that see observations alone return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from stackexact.errors import LimitReached
from stackexact.exact.records import Record
from stackexact.pomdp.algorithms import Algorithm, Play, Strategies, played
from stackexact.pomdp.answering import Answers, Policy, policy_of
from stackexact.pomdp.building import Playable, sub_game
from stackexact.pomdp.chances import Chances, merged
from stackexact.pomdp.limits import PLAYS, POLICIES, require_count
from stackexact.pomdp.stackelberg import Optimum, best
from stackexact.pomdp.sub_games import Seen, SubGame

__all__ = ["Hidden", "StackelbergPOMDP"]


class Hidden(NamedTuple):
    """A hidden state in which the leader is to choose: the number of the sub-episode, which tells the phase; the state
    of the followers' algorithm, or in the reward phase their strategies; the profiles of types and actions; her
    observation; and what she has observed and chosen in this sub-episode."""

    sub_episode: int
    followers: Any
    types: int
    actions: int
    observation: int
    path: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, init=False, repr=False)
class StackelbergPOMDP(Record):
    """The leader's problem with her followers inside: ``responses`` sub-episodes without reward, in which the
    algorithm updates, then ``rewards`` of them against frozen strategies, in each of which she gets her reward divided
    by their number. Nothing is discounted.

    In the reward phase types are drawn from the prior; with ``sweep`` each of the ``rewards`` is a round of
    sub-episodes through all profiles of types instead, whose rewards are weighed by their chances, which is worth the
    same to every policy that answers consistently.

    Raises :class:`~stackexact.errors.UsageError` for numbers of sub-episodes that are none (``responses`` may be 0),
    and for a game that the algorithm is not made for.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import BestReply
    >>> pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=5, rewards=2)
    >>> [pomdp.value(answer) for answer in ("a1", "a2", "a3")], pomdp.best_policy().value
    ([Fraction(20, 1), Fraction(10, 1), Fraction(5, 1)], Fraction(20, 1))
    """

    game: SubGame
    algorithm: Algorithm[Any]
    responses: int
    rewards: int
    sweep: bool

    def __init__(
        self, game: Playable, algorithm: Algorithm[Any], *, responses: int = 5, rewards: int = 2, sweep: bool = False
    ) -> None:
        made = sub_game(game)
        algorithm.initial(made)
        values = {
            "game": made,
            "algorithm": algorithm,
            "responses": require_count("responses", responses, 0),
            "rewards": require_count("rewards", rewards, 1),
            "sweep": bool(sweep),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def sub_episodes(self) -> int:
        """The number of sub-episodes of both phases."""
        return self.responses + self.rewards * (len(self.game.profiles) if self.sweep else 1)

    def rewarded(self, sub_episode: int) -> bool:
        """Whether a sub-episode is of the reward phase."""
        return sub_episode >= self.responses

    # -- What moves the hidden state ----------------------------------------------------------------------------------

    def initial(self) -> Any:
        """The followers' state before the first sub-episode."""
        return self._entering(0, self.algorithm.initial(self.game))

    def _entering(self, sub_episode: int, followers: Any) -> Any:
        """The followers' state as a sub-episode begins: frozen with the reward phase."""
        return self.algorithm.final(self.game, followers) if sub_episode == self.responses else followers

    def opening(self, sub_episode: int, followers: Any) -> Chances[Play[Any]]:
        """What is drawn before the leader observes anything in a sub-episode."""
        if not self.rewarded(sub_episode):
            return self.algorithm.act(self.game, followers)
        strategies: Strategies = followers
        number = (sub_episode - self.responses) % len(self.game.profiles)
        types = ((number, Fraction(1)),) if self.sweep else tuple(enumerate(self.game.chances))
        return tuple(
            (Play(strategies, k, actions), chance * p)
            for k, chance in types
            for actions, p in played(self.game, strategies, k)
        )

    def opened(self, sub_episode: int, play: Play[Any]) -> Hidden:
        """The hidden state once that is drawn."""
        return Hidden(sub_episode, play.state, play.types, play.actions, self.game.first[play.actions])

    def follow(self, hidden: Hidden, choice: int) -> Hidden | Seen:
        """What follows for certain from a choice: the sub-episode goes on, or this is what happened in it."""
        path = (*hidden.path, (hidden.observation, choice))
        ending = self.game.ending(hidden.types, hidden.actions, hidden.observation, choice)
        if ending is not None:
            return Seen(hidden.types, hidden.actions, path, *ending)
        after = self.game.after[hidden.observation][choice]
        assert after is not None
        return hidden._replace(observation=after, path=path)

    def reward(self, sub_episode: int, seen: Seen) -> Fraction:
        """What the leader gets for a sub-episode."""
        if not self.rewarded(sub_episode):
            return Fraction(0)
        return seen.reward * (self.game.chances[seen.types] if self.sweep else 1) / self.rewards

    def start(self) -> Chances[Hidden]:
        """The hidden states in which the leader chooses first."""
        return self._opened(0, self.initial())

    def _opened(self, sub_episode: int, followers: Any) -> Chances[Hidden]:
        if sub_episode == self.sub_episodes:
            return ()
        return tuple((self.opened(sub_episode, play), p) for play, p in self.opening(sub_episode, followers))

    def step(self, hidden: Hidden, choice: int) -> tuple[Fraction, Chances[Hidden]]:
        """The reward of a choice, and where it leads; nowhere at the end of the episode."""
        found = self.follow(hidden, choice)
        if isinstance(found, Hidden):
            return Fraction(0), ((found, Fraction(1)),)
        followers, following = hidden.followers, hidden.sub_episode + 1
        if not self.rewarded(hidden.sub_episode):
            followers = self._entering(following, self.algorithm.update(self.game, followers, found))
        return self.reward(hidden.sub_episode, found), self._opened(following, followers)

    # -- Policies that see observations alone -------------------------------------------------------------------------

    def value(self, policy: Policy | Mapping[str, object] | str) -> Fraction:
        """The expected sum of rewards of a policy that sees the observation alone, and answers consistently; it is
        the policy's Stackelberg value.

        Raises :class:`~stackexact.errors.UsageError` for a policy that does not fit the game, and
        :class:`~stackexact.errors.LimitReached` for too many branches.
        """
        drawn = policy_of(self.game, policy).realisations()
        return sum((chance * self._returned(answers) for answers, chance in drawn), Fraction(0))

    def _returned(self, answers: Answers) -> Fraction:
        total = Fraction(0)
        steps = 0
        there = merged(self.start())
        while there:
            steps += len(there)
            if steps > PLAYS:
                raise LimitReached(f"expected at most {PLAYS} steps in all branches, found more; give fewer responses")
            found = []
            for hidden, weight in there.items():
                reward, following = self.step(hidden, answers[hidden.observation])
                total += weight * reward
                found += [(after, weight * chance) for after, chance in following]
            there = merged(found)
        return total

    def best_policy(self, limit: int = POLICIES) -> Optimum:
        """The best of the deterministic policies that see the observation alone, all of which are gone through.

        Raises :class:`~stackexact.errors.LimitReached` for more than ``limit`` policies.
        """
        return best(self.game, self._returned, require_count("limit", limit, 1))

    def __repr__(self) -> str:
        phases = f"{self.responses} response and {self.rewards} reward sub-episodes"
        return f"<StackelbergPOMDP {self.game!r}, {type(self.algorithm).__name__}, {phases}>"
