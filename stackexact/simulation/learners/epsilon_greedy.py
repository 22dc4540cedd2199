"""Epsilon-greedy: the best so far, and sometimes any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.errors import UsageError
from stackexact.simulation.protocol import Learner, Setting, parameter

__all__ = ["EpsilonGreedy"]

# constants: actions, epsilon (negative: the schedule). memory: pulls, total rewards.


def weigh(memory: Any, constants: Any, weights: Any) -> None:
    """Epsilon spread over all actions, the rest on the greatest mean (the first of several); unpulled first."""
    actions = int(constants[0])
    rounds = 0.0
    found = -1
    greatest = -math.inf
    for action in range(actions):
        pulls = memory[action]
        rounds += pulls
        mean = math.inf if pulls == 0 else memory[actions + action] / pulls
        if mean > greatest:
            greatest = mean
            found = action
    epsilon = constants[1]
    if epsilon < 0:
        t = rounds + 1
        epsilon = min(1.0, (actions * math.log(t + 1) / t) ** (1 / 3))
    for action in range(actions):
        weights[action] = epsilon / actions
    weights[found] += 1 - epsilon


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """Count the pull and its reward."""
    memory[action] += 1
    memory[int(constants[0]) + action] += reward


@dataclass(frozen=True)
class EpsilonGreedy(Learner):
    """Plays the greatest mean, and with probability epsilon any action.

    ``epsilon`` is constant; by default it falls with the learner's own rounds t as min(1, (K log(t + 1) / t)^(1/3))
    (Slivkins 2019, section 1.2).
    """

    source = "Slivkins 2019, section 1.2"
    weigh = staticmethod(weigh)
    learn = staticmethod(learn)

    epsilon: Fraction | int | str | None = None

    def __post_init__(self) -> None:
        found = parameter("epsilon", self.epsilon, integer=False, optional=True)
        if found is not None and found > 1:
            raise UsageError(f"epsilon: expected at most 1, found {found}")
        object.__setattr__(self, "epsilon", found)

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, epsilon."""
        return setting.arms, -1.0 if self.epsilon is None else float(self.epsilon)

    def memory(self, setting: Setting) -> int:
        """Pulls, totals."""
        return 2 * setting.arms
