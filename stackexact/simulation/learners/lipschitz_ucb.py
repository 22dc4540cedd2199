"""Upper confidence bounds wide enough for a follower who still learns, where both agents' utilities are aligned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.errors import UsageError
from stackexact.simulation.learners import ucb
from stackexact.simulation.protocol import LEADER, Learner, Setting, parameter

__all__ = ["LipschitzUCB"]


@dataclass(frozen=True)
class LipschitzUCB(Learner):
    """Plays the action with the greatest mean + (C L √K_B + √c0) √(log T / pulls) (Donahue et al. 2024).

    ``L`` is the alignment constant of the game (``sx.solve(game)["alignment"].constant``) and has to be given; the
    follower's regret in its first n pulls of any leader action is to stay below C √(K_B n log T).
    """

    roles = (LEADER,)
    source = "Donahue et al. 2024"
    choose = staticmethod(ucb.choose)
    learn = staticmethod(ucb.learn)

    L: Fraction | int | str | None = None
    C: Fraction | int | str = 1
    c0: Fraction | int | str = 6

    def __post_init__(self) -> None:
        if self.L is None:
            raise UsageError(
                "L: expected the alignment constant of the game, found none; "
                "see 'stackexact solve GAME --concept alignment', and write LipschitzUCB(L=1)"
            )
        for name in ("L", "C", "c0"):
            object.__setattr__(self, name, parameter(name, getattr(self, name), integer=False))

    def constants(self, setting: Setting) -> Sequence[float]:
        """Actions, width, no exploration."""
        wider = float(Fraction(self.C) * Fraction(self.L or 0)) * math.sqrt(setting.follower_actions)
        log = math.sqrt(math.log(max(setting.horizon, 1)))
        return setting.arms, ucb.radius(Fraction(self.c0), setting) + setting.unit * wider * log, 0

    def memory(self, setting: Setting) -> int:
        """Round, pulls, totals."""
        return 1 + 2 * setting.arms

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """The width of the bound."""
        return {"width": self.constants(setting)[1]}
