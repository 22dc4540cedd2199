"""Upper confidence bounds, after an exploration that may be none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.simulation.protocol import Learner, Setting, parameter

__all__ = ["UCB", "choose", "learn", "radius"]

# constants: actions, width of the bound, discarded pulls of each at first. memory: round of the exploration, pulls,
# total rewards.


def choose(memory: Any, constants: Any) -> int:
    """Round robin while it explores; then the greatest mean + width/√pulls (the first of several), unpulled first."""
    actions = int(constants[0])
    if memory[0] < constants[2] * actions:
        return int(memory[0]) % actions
    found = 0
    greatest = -math.inf
    for action in range(actions):
        pulls = memory[1 + action]
        if pulls == 0:
            return action
        bound = memory[1 + actions + action] / pulls + constants[1] / math.sqrt(pulls)
        if bound > greatest:
            greatest = bound
            found = action
    return found


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """Count the pull and its reward, unless it is one of the discarded."""
    actions = int(constants[0])
    if memory[0] < constants[2] * actions:
        memory[0] += 1
        return
    memory[1 + action] += 1
    memory[1 + actions + action] += reward


def radius(c0: Fraction, setting: Setting) -> float:
    """√(c0 log T) in units of rewards: the width of confidence bounds under unit Gaussian noise."""
    return setting.unit * math.sqrt(float(c0) * math.log(max(setting.horizon, 1)))


@dataclass(frozen=True)
class UCB(Learner):
    """Plays the action with the greatest mean + √(c0 log T / pulls); every action once at first.

    Ties go to the first action. ``c0`` = 6 suits unit Gaussian noise: a bound fails with probability 2 T^(-3).
    """

    source = "Auer, Cesa-Bianchi and Fischer 2002"
    choose = staticmethod(choose)
    learn = staticmethod(learn)

    c0: Fraction | int | str = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "c0", parameter("c0", self.c0, integer=False))

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, width, no exploration."""
        return setting.arms, radius(Fraction(self.c0), setting), 0

    def memory(self, setting: Setting) -> int:
        """Round, pulls, totals."""
        return 1 + 2 * setting.arms
