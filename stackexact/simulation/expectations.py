"""Exact expectations of what two learners do, by enumeration: every state they may reach with its probability.

A state is what both remember. Rewards are Bernoulli with the payoffs as their means, or are the payoffs themselves.
Randomised learners give binary floats as probabilities and are drawn with multiples of 2^-53: both are rationals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import numpy as np

from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.exact.records import Record
from stackexact.games.bimatrix import Game
from stackexact.simulation.noise import Noise, means, parse_noise
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import learner as named
from stackexact.simulation.runner import whole
from stackexact.simulation.settings import Tables, require_learner, require_numbers, starting

__all__ = ["Expectation", "expectations"]

STATES: Final = 200_000
"""States of one round beyond which an enumeration is given up."""

DRAWN: Final = 2**53
"""How many numbers from 0 to 1 a random generator gives."""

_Cell = tuple[int, int]
_State = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Expectation(Record):
    """After ``rounds`` rounds: the expected count of each pair of actions, and the expected sums of both utilities.

    ``counts[i][j]`` are fractions that sum to ``rounds``.
    """

    rounds: int
    counts: tuple[tuple[Fraction, ...], ...]
    leader: Fraction
    follower: Fraction


def expectations(
    game: Game,
    leader: Learner | str,
    follower: Learner | str,
    horizon: int,
    *,
    noise: Noise | str = "bernoulli",
    states: int = STATES,
) -> tuple[Expectation, ...]:
    """The expectation after every round up to ``horizon``, which the learners are told.

    ``leader`` and ``follower`` are learners or texts; ``noise`` is ``"bernoulli"``, with exactly the payoffs as means
    (the simulator draws from the nearest multiples of 2^-53), or ``"none"``: the path of noise-free rewards. Raises
    :class:`~stackexact.errors.LimitReached` when a round has more than ``states`` states: their number grows with the
    horizon, as counts of successes do.

    >>> import stackexact as sx
    >>> from stackexact.simulation.learners.explore_then_commit import ExploreThenCommit
    >>> from stackexact.simulation.learners.best_response import BestResponse
    >>> game = sx.Game([["1/2"], ["1/4"]], [[1], [1]])
    >>> last = expectations(game, ExploreThenCommit(E=1), BestResponse(), 3)[-1]
    >>> last.counts, last.leader  # a tie, or better luck of the first: 7/8
    (((Fraction(15, 8),), (Fraction(9, 8),)), Fraction(39, 32))
    """
    noise = parse_noise(noise)
    if noise.kind == "gaussian":
        raise UsageError("expectations: expected bernoulli or none, found gaussian noise, which has no finite states")
    horizon = whole("horizon", horizon)
    require_numbers(game)
    noise.require_means(game)
    first, second = (named(one) if isinstance(one, str) else one for one in (leader, follower))
    for role, learner in (("leader", first), ("follower", second)):
        require_learner(learner, role)
    tree = _Tree(game, first, second, noise, starting(game, first, second, horizon, noise))
    return tuple(tree.rounds(horizon, states))


class _Tree:
    """The states of a round, merged where both learners remember the same."""

    def __init__(self, game: Game, leader: Learner, follower: Learner, noise: Noise, tables: Tables) -> None:
        self.leader, self.follower, self.noise, self.tables = leader, follower, noise, tables
        self.payoffs = means(game, "leader"), means(game, "follower")
        self.shape = game.shape

    def rounds(self, horizon: int, states: int) -> Iterator[Expectation]:
        """The expectation after each round."""
        start = self.tables.leader_memory.tobytes(), self.tables.follower_memory.tobytes()
        now: dict[_State, Fraction] = {start: Fraction(1)}
        counts = [[Fraction(0)] * self.shape[1] for _ in range(self.shape[0])]
        for round_ in range(1, horizon + 1):
            after: dict[_State, Fraction] = {}
            for state, probability in now.items():
                for (i, j), share, next_state in self.steps(state):
                    counts[i][j] += probability * share
                    after[next_state] = after.get(next_state, Fraction(0)) + probability * share
            if len(after) > states:
                raise LimitReached(
                    f"expectations: {len(after)} states after round {round_}, more than {states}; lower the horizon"
                )
            now = after
            yield self.summed(round_, counts)

    def summed(self, round_: int, counts: Sequence[Sequence[Fraction]]) -> Expectation:
        """Counts with the utilities that they give."""
        sums = [
            sum((n * u for row, values in zip(counts, table, strict=True) for n, u in zip(row, values, strict=True)))
            for table in self.payoffs
        ]
        return Expectation(round_, tuple(map(tuple, counts)), Fraction(sums[0]), Fraction(sums[1]))

    def steps(self, state: _State) -> Iterator[tuple[_Cell, Fraction, _State]]:
        """What may come next: actions, probability, state."""
        memory = np.frombuffer(state[0]).copy()
        copies = np.frombuffer(state[1]).reshape(self.tables.follower_memory.shape)
        for i, first in self.actions(self.leader, memory, self.tables.leader_constants, self.shape[0]):
            row = copies[i].copy()
            constants = self.tables.follower_constants[i]
            for j, second in self.actions(self.follower, row, constants, self.shape[1]):
                for one, p in self.rewards(0, i, j):
                    mine = memory.copy()
                    seen = (i, j) if self.leader.sees_responses else (i,)
                    self.leader.learn(mine, self.tables.leader_constants, *seen, one)
                    for two, q in self.rewards(1, i, j):
                        theirs = copies.copy()
                        theirs[i] = row
                        self.follower.learn(theirs[i], constants, j, two)
                        yield (i, j), first * second * p * q, (mine.tobytes(), theirs.tobytes())

    def actions(self, learner: Learner, memory: Any, constants: Any, count: int) -> list[tuple[int, Fraction]]:
        """The actions that a learner may choose; what it remembers of choosing is in ``memory`` then."""
        if learner.choose is not None:
            action = int(learner.choose(memory, constants))
            if not 0 <= action < count:
                raise InputError(f"{learner.name}: expected an action below {count}, found {action}; mend the learner")
            return [(action, Fraction(1))]
        assert learner.weigh is not None
        weights = np.zeros(count)
        learner.weigh(memory, constants, weights)
        return drawn(weights.tolist())

    def rewards(self, side: int, i: int, j: int) -> list[tuple[float, Fraction]]:
        """The rewards of a pair of actions."""
        if self.noise.kind == "none":
            table = self.tables.follower_means if side else self.tables.leader_means
            return [(float(table[i, j]), Fraction(1))]
        mean = self.payoffs[side][i][j]
        return [(value, p) for value, p in ((1.0, mean), (0.0, 1 - mean)) if p]


def drawn(weights: Sequence[float]) -> list[tuple[int, Fraction]]:
    """The actions that sums of weights give, with the exact share of the 2^53 numbers that lead to each.

    >>> drawn([0.25, 0.0, 0.75])
    [(0, Fraction(1, 4)), (2, Fraction(3, 4))]
    """
    positive = [action for action, weight in enumerate(weights) if weight > 0]
    if not positive:
        raise InputError("expected weights some of which are positive, found none; mend the learner")
    ends, total = [0], 0.0
    for action in positive:
        total += weights[action]
        ends.append(min(DRAWN, math.ceil(Fraction(total) * DRAWN)))
    ends[-1] = DRAWN
    shares = [Fraction(high - low, DRAWN) for low, high in pairwise(ends)]
    return [(action, share) for action, share in zip(positive, shares, strict=True) if share]
