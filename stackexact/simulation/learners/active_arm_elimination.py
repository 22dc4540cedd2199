"""Active arm elimination: phases of doubling precision, each of which drops the actions that are behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.errors import UsageError
from stackexact.simulation.protocol import Learner, Setting, parameter
from stackexact.simulation.rates import ceiling

__all__ = ["ActiveArmElimination", "phases_of", "schedule"]

# constants: actions, phases, unit of rewards, pulls of each active action in phase 1, 2, ...
# memory: phases completed, then for every action its pulls and total reward in this phase and whether it was dropped.


def choose(memory: Any, constants: Any) -> int:
    """The active action with the fewest pulls in this phase, the first of several: round robin."""
    actions = int(constants[0])
    found = -1
    for action in range(actions):
        if memory[1 + 2 * actions + action] == 0 and (found < 0 or memory[1 + action] < memory[1 + found]):
            found = action
    return found


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """Count; at the end of a phase drop what is behind by more than twice its precision, and begin the next.

    After the last the remaining actions go on in turn.
    """
    actions = int(constants[0])
    memory[1 + action] += 1
    memory[1 + actions + action] += reward
    if memory[0] >= constants[1]:
        return
    wanted = constants[3 + int(memory[0])]
    greatest = -math.inf
    for one in range(actions):
        if memory[1 + 2 * actions + one] == 0:
            if memory[1 + one] < wanted:
                return
            greatest = max(greatest, memory[1 + actions + one] / memory[1 + one])
    apart = 2.0 * constants[2] * 0.5 ** (memory[0] + 1)
    for one in range(actions):
        if memory[1 + 2 * actions + one] == 0 and greatest - memory[1 + actions + one] / memory[1 + one] > apart:
            memory[1 + 2 * actions + one] = 1
        memory[1 + one] = 0
        memory[1 + actions + one] = 0
    memory[0] += 1


def schedule(c0: Fraction, horizon: int) -> tuple[int, ...]:
    """M_p = ⌈4^p c0 log T⌉ for p = 1, 2, ... up to the first that the horizon cannot fill.

    >>> from fractions import Fraction
    >>> schedule(Fraction(6), 1000)
    (166, 664, 2653)
    """
    found: list[int] = []
    while not found or found[-1] < horizon:
        found.append(ceiling(horizon, Fraction(1), {4 ** (len(found) + 1): Fraction(1), c0: Fraction(1)}))
        if horizon <= 1:
            break
    return tuple(found)


def phases_of(name: str, given: Any) -> tuple[int, ...] | None:
    """A schedule that a user gave: at least one phase of at least one pull."""
    if given is None:
        return None
    entries = given if isinstance(given, tuple | list) else (given,)
    if not entries:
        raise UsageError(f"{name}: expected at least one phase, found none; leave it out for the default")
    return tuple(parameter(name, entry, least=1) for entry in entries)


@dataclass(frozen=True)
class ActiveArmElimination(Learner):
    """In phase p every active action is pulled M_p times; then those behind the best mean by more than 2·2^(-p) are
    dropped. Only the samples of a phase decide at its end; after the last the remaining actions go on in turn.

    By default M_p = ⌈4^p c0 log T⌉ (``M`` gives other numbers), so that means are known up to 2^(-p) (Even-Dar, Mannor
    and Mansour 2006; Donahue et al. 2024).
    """

    source = "Even-Dar, Mannor and Mansour 2006; Donahue et al. 2024"
    choose = staticmethod(choose)
    learn = staticmethod(learn)

    M: tuple[int, ...] | None = None
    c0: Fraction | int | str = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "M", phases_of("M", self.M))
        object.__setattr__(self, "c0", parameter("c0", self.c0, integer=False, positive=True))

    def phases(self, setting: Setting) -> tuple[int, ...]:
        """M_1, M_2, ... in a setting."""
        return self.M or schedule(Fraction(self.c0), setting.horizon)

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, phases, unit, M."""
        phases = self.phases(setting)
        return setting.arms, len(phases), setting.unit, *phases

    def memory(self, setting: Setting) -> int:
        """Phase; pulls, totals and marks."""
        return 1 + 3 * setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """M."""
        return {"M": list(self.phases(setting))}
