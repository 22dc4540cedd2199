"""The suite for authors of learners: every shipped one keeps the protocol, and every way to break it is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from stackexact.simulation.conformance import require_conformance
from stackexact.simulation.learners.ucb import UCB
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import LEARNERS, learner


@pytest.mark.parametrize("name", list(LEARNERS))
def test_shipped_learners_conform(name: str) -> None:
    require_conformance(learner(f"{name}(L=1)" if name == "LipschitzUCB" else name))


def first(memory: Any, constants: Any) -> int:
    return 0


def idle(memory: Any, constants: Any, action: int, reward: float) -> None:
    pass


@dataclass(frozen=True)
class First(Learner):
    choose = staticmethod(first)
    learn = staticmethod(idle)

    def constants(self, setting: Any) -> Any:
        return [1.0]

    def memory(self, setting: Any) -> int:
        return 1


def far(memory: Any, constants: Any) -> int:
    return 7


def beyond(memory: Any, constants: Any, action: int, reward: float) -> None:
    memory[1] += 1


def changing(memory: Any, constants: Any, action: int, reward: float) -> None:
    constants[0] += 1


def half(memory: Any, constants: Any, weights: Any) -> None:
    weights[0] = 0.5


@dataclass(frozen=True)
class Far(First):
    choose = staticmethod(far)


@dataclass(frozen=True)
class Beyond(First):
    learn = staticmethod(beyond)


@dataclass(frozen=True)
class Changing(First):
    learn = staticmethod(changing)


@dataclass(frozen=True)
class Half(First):
    choose = None
    weigh = staticmethod(half)


@dataclass(frozen=True)
class Neither(First):
    choose = None


@dataclass(frozen=True)
class Fickle(First):
    def constants(self, setting: Any) -> Any:
        return [np.random.default_rng().random()]


@dataclass(frozen=True)
class Mindless(First):
    def memory(self, setting: Any) -> int:
        return 0


def test_the_simplest_conforms() -> None:
    require_conformance(First())


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (Far, "expected an action below"),
        (Beyond, "inside its memory"),
        (Changing, "constants that stay"),
        (Half, "probabilities that sum to 1"),
        (Neither, "one of choose and weigh"),
        (Fickle, "the same every time"),
        (Mindless, "at least 1 number"),
    ],
)
def test_what_breaks_the_protocol_is_named(made: Any, error: str) -> None:
    with pytest.raises(AssertionError, match=error):
        require_conformance(made(), compiled=False)


@dataclass(frozen=True)
class Seeing(UCB):
    sees_responses = True


def test_a_follower_never_sees_its_own_responses() -> None:
    """Only the functions that the interface calls are given anything."""
    with pytest.raises(AssertionError, match="only a leader sees responses"):
        require_conformance(Seeing(), roles=("follower",), compiled=False)
