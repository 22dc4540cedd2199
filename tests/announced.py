"""Announcements drawn at random, and what they are worth by the oracles."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import mpmath as mp
from oracles import looking_ahead
from oracles import recommendations as talking
from quantal_plays import mixtures

from stackexact.exact.enclosures import limits
from stackexact.learning.runs import Announcement

DIGITS = 50
SLACK = Fraction(1, 10**45)


def mixed(draw: random.Random, game: Any) -> Announcement:
    """Of a Markov game: random mixtures, some on faces."""

    def rules(s: int) -> tuple[tuple[Fraction, ...], ...]:
        leader, follower = (len(labels) for labels in (game.actions[s].leader, game.actions[s].follower))
        rows = [tuple(row) for row in mixtures(draw, leader, follower if game.prescription else 1)]
        return tuple(rows * (1 if game.prescription else follower))

    states = range(len(game.states))
    return Announcement(tuple(tuple(rules(s) for s in states) for _ in range(game.horizon)))


def pure(draw: random.Random, game: Any) -> tuple[Announcement, dict[tuple[int, int], tuple[int, ...]]]:
    """Of a Markov game: a deterministic policy, and which action it takes by stage, state and the follower's action."""
    chosen: dict[tuple[int, int], tuple[int, ...]] = {}
    policy = []
    for h in range(game.horizon):
        rows = []
        for s in range(len(game.states)):
            leader, follower = (len(labels) for labels in (game.actions[s].leader, game.actions[s].follower))
            one = draw.randrange(leader)
            chosen[h, s] = tuple(draw.randrange(leader) if game.prescription else one for _ in range(follower))
            rows.append(tuple(tuple(Fraction(a == own) for a in range(leader)) for own in chosen[h, s]))
        policy.append(tuple(rows))
    return Announcement(tuple(policy)), chosen


def told(commitment: Any, recommendation: Any, follower: int) -> Announcement:
    """Of a game of recommendation."""
    x = tuple(map(Fraction, commitment))
    return Announcement((((x,) * follower,),), None if recommendation is None else tuple(map(Fraction, recommendation)))


def plan_of(game: Any, announcement: Announcement) -> Any:
    """The policy by names, as the oracle takes it."""
    return [
        {
            name: {
                b: dict(zip(labels.leader, row, strict=True))
                for b, row in zip(labels.follower, rows, strict=True)
            }
            for name, labels, rows in zip(game.states, game.actions, stage, strict=True)
        }
        for stage in announcement.policy
    ]  # fmt: skip


def worth(game: Any, announcement: Announcement) -> Fraction:
    """What the leader gets, to 50 digits: over all paths, or from y^α W^(1 - α)."""
    if game.kind == "markov":
        with mp.workdps(DIGITS):
            return exactly(looking_ahead.value(game, plan_of(game, announcement)))
    x = announcement.policy[0][0][0]
    rewards = talking.mixed([[talking.number(value) for value in row] for row in game.leader], x)
    return exactly(talking.value(rewards, answer(game, announcement)))


def broken(game: Any, announcement: Announcement) -> Fraction:
    """How far the answer is from what is recommended, in total variation."""
    if announcement.recommendation is None:
        return Fraction(0)
    advised = [talking.number(share) for share in announcement.recommendation]
    return exactly(talking.variation(advised, answer(game, announcement)))


def answer(game: Any, announcement: Announcement) -> list[Any]:
    """What the follower plays."""
    logits = talking.mixed(talking.logits_of(game), announcement.policy[0][0][0])
    y = announcement.recommendation
    return talking.quantal(logits) if y is None else talking.response(logits, y, game.behaviour.alpha)


def exactly(value: Any) -> Fraction:
    """A number of mpmath as the fraction that it is."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * int(mantissa) * Fraction(2) ** exponent


def holds(found: Any, value: Fraction, slack: Fraction = SLACK) -> bool:
    """Whether a number, or an interval of two, is or holds a value that is known to many digits."""
    low, high = found if isinstance(found, tuple) else limits(found)
    return bool(low - slack <= value <= high + slack)
