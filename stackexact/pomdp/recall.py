"""The best that a leader with perfect recall gets from a Stackelberg POMDP: dynamic programming over what she knows.

She knows every observation and choice of hers, and so the number of the sub-episode and the phase. What she believes of
the hidden state follows, and is all that matters for what comes: states of information with the same belief are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from stackexact.errors import LimitReached, UsageError
from stackexact.exact.records import Record
from stackexact.pomdp.chances import merged
from stackexact.pomdp.limits import NODES, require_count
from stackexact.pomdp.process import Hidden, StackelbergPOMDP

__all__ = ["Recall", "Step", "best_with_recall"]

Belief: TypeAlias = frozenset[tuple[Hidden, Fraction]]
"""The hidden states that are possible, with their probabilities; in all of them she sees the same."""


class Option(NamedTuple):
    """What a choice is worth at once, and the numbers of the beliefs that may follow, with their chances."""

    reward: Fraction
    following: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What the leader does in a play: the number of the sub-episode, what she observes, what she chooses."""

    sub_episode: int
    observation: str
    choice: str


@dataclass(frozen=True, slots=True, repr=False)
class Recall(Record):
    """What perfect recall is worth: the ``value``, the number of states of information, and one ``play``, in which
    what is likeliest happens (of equals the first), and of best choices she takes the first."""

    value: Fraction
    information_states: int
    play: tuple[Step, ...]


def best_with_recall(pomdp: StackelbergPOMDP, limit: int = NODES) -> Recall:
    """The optimum over leaders who remember everything they observed and did, phase and sub-episode included.

    The equality of POMDP and Stackelberg game ends here: such a leader shows the followers' algorithm one policy, and
    plays another against what it has learnt.

    Rewards tell her nothing: she is not told of them before the end. Raises
    :class:`~stackexact.errors.LimitReached` for more than ``limit`` states of information, and
    :class:`~stackexact.errors.UsageError` for a sweep, in which she would know the types.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import BestReply
    >>> pomdp = StackelbergPOMDP(sx.instance("maintain"), BestReply(), responses=2, rewards=1)
    >>> found = best_with_recall(pomdp)
    >>> pomdp.best_policy().value, found.value, [step.choice for step in found.play]
    (Fraction(20, 1), Fraction(30, 1), ['a1', 'a1', 'a2'])
    """
    if pomdp.sweep:
        raise UsageError("recall: expected types that are drawn, found a sweep, which shows them; take sweep=False")
    return _Levels(pomdp, require_count("limit", limit, 1)).solved()


class _Levels:
    """Beliefs by the number of choices made before, each with its options; worked through from the last back."""

    def __init__(self, pomdp: StackelbergPOMDP, limit: int) -> None:
        self.pomdp, self.limit = pomdp, limit
        self.count = 0
        first: dict[Belief, int] = {}
        self.roots = self._grouped(list(pomdp.start()), first)
        self.levels: list[dict[Belief, int]] = [first]
        self.options: list[list[list[Option]]] = []
        while self.levels[-1]:
            following: dict[Belief, int] = {}
            self.options.append([self._options(belief, following) for belief in self.levels[-1]])
            self.levels.append(following)

    def _grouped(
        self, pairs: list[tuple[Hidden, Fraction]], level: dict[Belief, int]
    ) -> tuple[tuple[int, Fraction], ...]:
        """The beliefs that follow, by what she observes, with their chances."""
        groups: dict[int, list[tuple[Hidden, Fraction]]] = {}
        for hidden, weight in pairs:
            # Within a level beliefs may be of different sub-episodes; of one history they are all of the same.
            groups.setdefault(hidden.observation, []).append((hidden, weight))
        made = []
        for group in groups.values():
            weights = merged(group)
            total = sum(weights.values(), Fraction(0))
            belief = frozenset((hidden, weight / total) for hidden, weight in weights.items())
            if belief not in level:
                level[belief] = len(level)
                self.count += 1
                if self.count > self.limit:
                    raise LimitReached(
                        f"expected at most {self.limit} states of information, found more; give fewer sub-episodes"
                    )
            made.append((level[belief], total))
        return tuple(made)

    def _options(self, belief: Belief, following: dict[Belief, int]) -> list[Option]:
        observation = next(iter(belief))[0].observation
        made = []
        for choice in range(len(self.pomdp.game.choices[observation])):
            reward = Fraction(0)
            pairs: list[tuple[Hidden, Fraction]] = []
            ended: list[tuple[Hidden, Fraction]] = []
            for hidden, weight in belief:
                gained, after = self.pomdp.step(hidden, choice)
                reward += weight * gained
                same = after and after[0][0].sub_episode == hidden.sub_episode
                (pairs if same else ended).extend((one, weight * chance) for one, chance in after)
            # She notices whether the sub-episode goes on, which tells her something of types.
            made.append(Option(reward, (*self._grouped(pairs, following), *self._grouped(ended, following))))
        return made

    def solved(self) -> Recall:
        values: list[list[Fraction]] = [[]]
        chosen: list[list[int]] = []
        for options in reversed(self.options):
            later = values[-1]
            worth = [[self._worth(option, later) for option in row] for row in options]
            values.append([max(row) for row in worth])
            chosen.append([row.index(max(row)) for row in worth])
        chosen.reverse()
        value = sum((chance * values[-1][n] for n, chance in self.roots), Fraction(0))
        return Recall(value, self.count, tuple(self._play(chosen)))

    @staticmethod
    def _worth(option: Option, later: list[Fraction]) -> Fraction:
        return option.reward + sum((chance * later[n] for n, chance in option.following), Fraction(0))

    def _play(self, chosen: list[list[int]]) -> list[Step]:
        made = []
        game = self.pomdp.game
        there = self.roots
        for level, options, choices in zip(self.levels, self.options, chosen, strict=False):
            if not there:
                break
            number = max(there, key=lambda pair: pair[1])[0]
            hidden = next(iter(list(level)[number]))[0]
            choice = choices[number]
            row = game.choices[hidden.observation]
            made.append(Step(hidden.sub_episode, game.observations[hidden.observation], row[choice].label))
            there = options[number][choice].following
        return made
