"""Explore-then-commit whose first observations, made while the follower still explores, are thrown out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stackexact.simulation.learners import explore_then_commit
from stackexact.simulation.protocol import LEADER, Learner, Setting, parameter
from stackexact.simulation.rates import follower_exploration

__all__ = ["ExploreThenCommitThrowOut"]


@dataclass(frozen=True)
class ExploreThenCommitThrowOut(Learner):
    """Pulls every action E times and forgets what came of it, then E' times more, and commits to the best of those.

    By default E = E_2 K_B, as long as a follower that explores then commits takes on every action, and E' = E_2
    (``E_kept``), with E_2 = ⌈T^(2/3) (K_A K_B)^(-2/3) (log T)^(1/3)⌉ (Donahue et al. 2024).
    """

    roles = (LEADER,)
    source = "Donahue et al. 2024"
    choose = staticmethod(explore_then_commit.choose)
    learn = staticmethod(explore_then_commit.learn)

    E: int | None = None
    E_kept: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "E", parameter("E", self.E, optional=True))
        object.__setattr__(self, "E_kept", parameter("E_kept", self.E_kept, least=1, optional=True))

    def pulls(self, setting: Setting) -> tuple[int, int]:
        """E and E' in a setting."""
        each = follower_exploration(setting.horizon, setting.leader_actions, setting.follower_actions)
        thrown_out = each * setting.follower_actions if self.E is None else self.E
        return thrown_out, each if self.E_kept is None else self.E_kept

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, E, E'."""
        return setting.arms, *self.pulls(setting)

    def memory(self, setting: Setting) -> int:
        """Round, commitment, totals."""
        return 2 + setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """E and E'."""
        thrown_out, kept = self.pulls(setting)
        return {"E": thrown_out, "E_kept": kept}
