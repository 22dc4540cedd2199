"""Multiplicative weights from the reward of the played action alone (Exp3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.simulation.protocol import Learner, Setting, parameter

__all__ = ["MultiplicativeWeights"]

# constants: actions, learning rate, unit of rewards. memory: estimated losses, the probabilities of this round.


def weigh(memory: Any, constants: Any, weights: Any) -> None:
    """Probabilities in proportion to exp(-rate · estimated loss)."""
    actions = int(constants[0])
    least = math.inf
    for action in range(actions):
        least = min(least, memory[action])
    total = 0.0
    for action in range(actions):
        # Exactly 1 where nothing is to be computed: half of the work with two actions.
        apart = least - memory[action]
        weights[action] = math.exp(constants[1] * apart) if apart < 0 else 1.0
        total += weights[action]
    for action in range(actions):
        weights[action] /= total
        memory[actions + action] = weights[action]


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """The loss 1 - reward of the played action, divided by its probability, estimates what it loses."""
    probability = memory[int(constants[0]) + action]
    if probability > 0:
        memory[action] += (1 - reward / constants[2]) / probability


@dataclass(frozen=True)
class MultiplicativeWeights(Learner):
    """Exp3: probabilities in proportion to exp(-rate · estimated loss), where the loss 1 - reward of the played action
    over its probability estimates what it loses (Auer, Cesa-Bianchi, Freund and Schapire 2002).

    ``rate`` is by default √(2 log K / (K T)). Rewards are meant to lie in [0, 1]; noise beyond that is not cut off.
    """

    source = "Auer, Cesa-Bianchi, Freund and Schapire 2002; Lattimore and Szepesvári 2020, chapter 11"
    weigh = staticmethod(weigh)
    learn = staticmethod(learn)

    rate: Fraction | int | str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", parameter("rate", self.rate, integer=False, optional=True))

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, rate, unit."""
        k = setting.arms
        default = math.sqrt(2 * math.log(k) / (k * setting.horizon))
        return k, default if self.rate is None else float(self.rate), setting.unit

    def memory(self, setting: Setting) -> int:
        """Estimated losses, probabilities."""
        return 2 * setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """The rate, as its float is written exactly."""
        return {"rate": float(self.constants(setting)[1]).hex()}
