"""What a leader's policy is worth against followers who respond to it by an algorithm: J(π) = E[r | π, B(π)].

Nothing here knows of a POMDP: the algorithm is run against the policy, then its strategies are valued.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.errors import LimitReached
from stackexact.exact.records import Record
from stackexact.pomdp.algorithms import Algorithm, Strategies, played
from stackexact.pomdp.answering import Answers, Policy, policies, policy_of
from stackexact.pomdp.building import Playable, sub_game
from stackexact.pomdp.chances import Chances, certain, merged
from stackexact.pomdp.limits import PLAYS, POLICIES, require_count
from stackexact.pomdp.sub_games import SubGame

__all__ = ["Optimum", "best", "responses_to", "stackelberg_optimum", "stackelberg_value"]


@dataclass(frozen=True, slots=True, repr=False)
class Optimum(Record):
    """The best of the deterministic policies that depend on observations alone: its ``value``, the first ``policy``
    that has it, how many were ``tied`` with it, of how many ``policies``."""

    value: Fraction
    policy: Policy
    tied: int
    policies: int


def stackelberg_value(
    game: Playable, algorithm: Algorithm[Any], policy: Policy | Mapping[str, object] | str, *, responses: int
) -> Fraction:
    """J(π): the leader's expected reward, where the followers play what their algorithm comes to in so many
    sub-episodes against her policy.

    All that is random (types, what the algorithm draws, what strategies and a random policy draw) is gone through.
    Brero et al., "Stackelberg POMDP", arXiv:2210.03852.

    Raises :class:`~stackexact.errors.UsageError` for what does not fit the game, and
    :class:`~stackexact.errors.LimitReached` for too many branches.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import BestReply
    >>> stackelberg_value(sx.instance("maintain"), BestReply(), {"nothing": {"a1": "1/2", "a3": "1/2"}}, responses=5)
    Fraction(25, 2)
    """
    made = sub_game(game)
    require_count("responses", responses, 0)
    drawn = policy_of(made, policy).realisations()
    return sum((chance * _valued(made, algorithm, answers, responses) for answers, chance in drawn), Fraction(0))


def responses_to(
    game: Playable, algorithm: Algorithm[Any], answers: Answers, *, responses: int
) -> dict[Strategies, Fraction]:
    """B(π): the frozen strategies that the algorithm comes to against a deterministic policy, with their chances.

    Raises :class:`~stackexact.errors.LimitReached` for too many branches.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import BestReply
    >>> list(responses_to(sx.instance("escape"), BestReply(), (2,), responses=1))
    [(((Fraction(0, 1), Fraction(0, 1), Fraction(1, 1)),),)]
    """
    made = sub_game(game)
    states = {algorithm.initial(made): Fraction(1)}
    plays = 0
    for _ in range(require_count("responses", responses, 0)):
        found = []
        for state, weight in states.items():
            acts: Chances[Any] = algorithm.act(made, state)
            plays += len(acts)
            if plays > PLAYS:
                raise LimitReached(
                    f"expected at most {PLAYS} sub-episodes in all branches, found more; give fewer responses"
                )
            for play, chance in acts:
                seen = made.play(answers, play.types, play.actions)
                found.append((algorithm.update(made, play.state, seen), weight * chance))
        states = merged(found)
    return merged((algorithm.final(made, state), weight) for state, weight in states.items())


def _valued(game: SubGame, algorithm: Algorithm[Any], answers: Answers, responses: int) -> Fraction:
    total = Fraction(0)
    for strategies, weight in responses_to(game, algorithm, answers, responses=responses).items():
        for k, chance in enumerate(game.chances):
            for actions, p in played(game, strategies, k):
                total += weight * chance * p * game.play(answers, k, actions).reward
    return total


def stackelberg_optimum(game: Playable, algorithm: Algorithm[Any], *, responses: int, limit: int = POLICIES) -> Optimum:
    """The greatest J(π) of deterministic policies, all of which are gone through.

    Raises :class:`~stackexact.errors.LimitReached` for more than ``limit`` policies.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import BestReply
    >>> stackelberg_optimum(sx.instance("maintain"), BestReply(), responses=5)
    Optimum(value=20, policy=Policy(chances=(((0, 1),),)), tied=1, policies=3)
    """
    made = sub_game(game)
    require_count("responses", responses, 0)
    return best(made, lambda answers: _valued(made, algorithm, answers, responses), limit)


def best(game: SubGame, value: Callable[[Answers], Fraction], limit: int) -> Optimum:
    """The best policy by a value."""
    found: list[Answers] = []
    greatest: Fraction | None = None
    count = 0
    for answers in policies(game, require_count("limit", limit, 1)):
        count += 1
        worth = value(answers)
        if greatest is None or worth > greatest:
            greatest, found = worth, []
        if worth == greatest:
            found.append(answers)
    assert greatest is not None
    return Optimum(greatest, Policy(tuple(certain(choice) for choice in found[0])), len(found), count)
