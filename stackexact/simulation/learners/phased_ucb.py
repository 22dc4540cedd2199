"""Upper confidence bounds from the follower's complete phases only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.simulation.learners.active_arm_elimination import phases_of, schedule
from stackexact.simulation.protocol import LEADER, Learner, Setting, parameter

__all__ = ["PhasedUCB"]

# constants: actions, responses, phases, width, pulls of each active response in phase 1, 2, ...
# memory, for every action: phases completed, mean of the last complete one, total reward and rounds of this one, and
# how often each response was seen in it.


def choose(memory: Any, constants: Any) -> int:
    """The greatest mean + width · 2^(-phase) (the first of several); actions without a complete phase first."""
    actions = int(constants[0])
    size = 4 + int(constants[1])
    found = 0
    greatest = -math.inf
    for action in range(actions):
        phase = memory[action * size]
        if phase == 0:
            return action
        bound = memory[action * size + 1] + constants[3] * 0.5**phase
        if bound > greatest:
            greatest = bound
            found = action
    return found


def learn(memory: Any, constants: Any, action: int, response: int, reward: float) -> None:
    """A phase is over when the follower plays a response more often than the phase has pulls of it."""
    responses = int(constants[1])
    start = action * (4 + responses)
    phase = int(memory[start])
    if phase < constants[2] and memory[start + 4 + response] >= constants[4 + phase]:
        memory[start] += 1
        memory[start + 1] = memory[start + 2] / memory[start + 3]
        for k in range(start + 2, start + 4 + responses):
            memory[k] = 0
    memory[start + 2] += reward
    memory[start + 3] += 1
    memory[start + 4 + response] += 1


@dataclass(frozen=True)
class PhasedUCB(Learner):
    """A leader that sees the follower's actions and so the phases of its :class:`~.active_arm_elimination`; the index
    of an action is its mean in the last complete phase p + width · 2^(-p): both agents' errors shrink on one scale.

    Our reconstruction (the publication names it; its text was not at hand): √T against the self-tolerant benchmark.
    ``M`` is the follower's schedule, by default M_p = ⌈4^p c0 log T⌉. It reads the phases off the responses, so the
    follower has to be ActiveArmElimination with the same ``M`` or ``c0``: with another one it may lose in every round.
    """

    roles = (LEADER,)
    sees_responses = True
    source = "reconstruction, after Donahue et al. 2024"
    choose = staticmethod(choose)
    learn = staticmethod(learn)

    M: tuple[int, ...] | None = None
    c0: Fraction | int | str = 6
    width: Fraction | int | str = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "M", phases_of("M", self.M))
        object.__setattr__(self, "c0", parameter("c0", self.c0, integer=False, positive=True))
        object.__setattr__(self, "width", parameter("width", self.width, integer=False))

    def phases(self, setting: Setting) -> tuple[int, ...]:
        """M_1, M_2, ... in a setting."""
        return self.M or schedule(Fraction(self.c0), setting.horizon)

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, responses, phases, width, M."""
        phases = self.phases(setting)
        width = setting.unit * float(Fraction(self.width))
        return setting.arms, setting.follower_actions, len(phases), width, *phases

    def memory(self, setting: Setting) -> int:
        """Four numbers and the responses' counts, for every action."""
        return setting.arms * (4 + setting.follower_actions)

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """M."""
        return {"M": list(self.phases(setting))}
