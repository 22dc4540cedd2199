"""An exploration that is forgotten, for the follower to learn in, then upper confidence bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.simulation.learners import ucb
from stackexact.simulation.protocol import LEADER, Learner, Setting, parameter
from stackexact.simulation.rates import ceiling

__all__ = ["ExploreThenUCB"]


@dataclass(frozen=True)
class ExploreThenUCB(Learner):
    """Pulls every action E times in round robin, forgets what came of it, and goes on with :class:`~.ucb.UCB`.

    By default E = ⌈T^(2/3) K_A^(-2/3) K_B^(1/3) (log T)^(1/3)⌉ (Donahue et al. 2024). The guarantee asks for a follower
    with high-probability instantaneous regret: ActiveArmElimination and ExploreThenCommit have it, UCB has not.
    """

    roles = (LEADER,)
    source = "Donahue et al. 2024"
    choose = staticmethod(ucb.choose)
    learn = staticmethod(ucb.learn)

    E: int | None = None
    c0: Fraction | int | str = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "E", parameter("E", self.E, optional=True))
        object.__setattr__(self, "c0", parameter("c0", self.c0, integer=False))

    def pulls(self, setting: Setting) -> int:
        """E in a setting."""
        if self.E is not None:
            return self.E
        third = Fraction(1, 3)
        return ceiling(
            setting.horizon,
            third,
            {
                Fraction(setting.horizon, setting.leader_actions): 2 * third,
                setting.follower_actions: third,
            },
        )

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, width, E."""
        return setting.arms, ucb.radius(Fraction(self.c0), setting), self.pulls(setting)

    def memory(self, setting: Setting) -> int:
        """Round, pulls, totals."""
        return 1 + 2 * setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """E."""
        return {"E": self.pulls(setting)}
