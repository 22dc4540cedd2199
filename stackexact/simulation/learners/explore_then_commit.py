"""Explore-then-commit: every action equally often, then the best for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stackexact.simulation.protocol import LEADER, Learner, Setting, parameter
from stackexact.simulation.rates import follower_exploration

__all__ = ["ExploreThenCommit", "choose", "learn"]

# constants: actions, discarded pulls of each, kept pulls of each. memory: round, the action committed to, totals.


def choose(memory: Any, constants: Any) -> int:
    """Round robin while it explores."""
    actions = int(constants[0])
    if memory[0] < (constants[1] + constants[2]) * actions:
        return int(memory[0]) % actions
    return int(memory[1])


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """Add up the rewards that are kept; commit to the greatest total (the first of several) after the last."""
    actions = int(constants[0])
    end = (constants[1] + constants[2]) * actions
    if memory[0] >= end:
        return
    if memory[0] >= constants[1] * actions:
        memory[2 + action] += reward
    memory[0] += 1
    if memory[0] == end:
        memory[1] = np.argmax(memory[2 : 2 + actions])


@dataclass(frozen=True)
class ExploreThenCommit(Learner):
    """Pulls every action E times in round robin, then commits to the greatest empirical mean (the first of several).

    ``E`` is by default E_2 = ⌈T^(2/3) (K_A K_B)^(-2/3) (log T)^(1/3)⌉ for a follower, and K_B times that for a leader
    (Donahue et al. 2024).
    """

    source = "Donahue et al. 2024; Lattimore and Szepesvári 2020, chapter 6"
    choose = staticmethod(choose)
    learn = staticmethod(learn)

    E: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "E", parameter("E", self.E, least=1, optional=True))

    def pulls(self, setting: Setting) -> int:
        """E in a setting."""
        if self.E is not None:
            return self.E
        each = follower_exploration(setting.horizon, setting.leader_actions, setting.follower_actions)
        return each * setting.follower_actions if setting.role == LEADER else each

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, no discarded pulls, E."""
        return setting.arms, 0, self.pulls(setting)

    def memory(self, setting: Setting) -> int:
        """Round, commitment, totals."""
        return 2 + setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """E."""
        return {"E": self.pulls(setting)}
