"""The follower that the benchmarks assume: it knows its payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stackexact.errors import UsageError, shorten
from stackexact.simulation.protocol import FOLLOWER, Learner, Setting

__all__ = ["BestResponse"]

TIES = ("strong", "weak", "first")


def choose(memory: Any, constants: Any) -> int:
    """The best response to this copy's leader action."""
    return int(constants[0])


def learn(memory: Any, constants: Any, action: int, reward: float) -> None:
    """Nothing is left to learn."""


@dataclass(frozen=True)
class BestResponse(Learner):
    """Plays an exact best response to every leader action; its payoffs are compared as rationals.

    ``ties``: among several the best for the leader (``strong``), the worst for it (``weak``), or the ``first``; then
    the first of these.
    """

    roles = (FOLLOWER,)
    knows_payoffs = True
    source = "the definition"
    choose = staticmethod(choose)
    learn = staticmethod(learn)

    ties: str = "strong"

    def __post_init__(self) -> None:
        if self.ties not in TIES:
            raise UsageError(f"ties: expected one of {', '.join(TIES)}, found {shorten(repr(self.ties))}")

    def constants(self, setting: Setting) -> Sequence[float]:
        """The action."""
        assert setting.known is not None
        own, other = setting.known.own, setting.known.other
        best = [action for action, value in enumerate(own) if value == max(own)]
        if self.ties == "strong":
            return (max(best, key=lambda action: (other[action], -action)),)
        return (min(best, key=lambda action: (other[action], action) if self.ties == "weak" else (0, action)),)

    def memory(self, setting: Setting) -> int:
        """None is used."""
        return 1

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """Nothing but the payoffs decides."""
        return {}
