"""Profiles of strategies to begin with, found by column generation in floats; nothing depends on them but time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from stackexact.lp import highs
from stackexact.mechanisms.deviations import Deviation, gains, weighed
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.pricing import Pricing

__all__ = ["proposed"]

_ROUNDS = 400
_MORE = 30
_SMALL = 1e-9


def proposed(form: Form, deviations: Sequence[Deviation], pricing: Pricing, stop: Callable[[], bool]) -> list[Profile]:
    """Profiles among which there are those of the best and of the worst equilibrium, nearly; without HiGHS none."""
    if not deviations or not highs.available():
        return []
    return _Master(form, deviations, pricing).run(stop)


class _Master:
    """A program in floats to which profiles are added; a row's shortfall costs so much at first that it is avoided."""

    def __init__(self, form: Form, deviations: Sequence[Deviation], pricing: Pricing) -> None:
        import highspy

        self.form, self.deviations, self.pricing = form, deviations, pricing
        self.goal = _unit(form.objective)
        self.tables = [_unit(one) for one in form.utilities]
        self.chances = np.array([chance / form.chance_scale for chance in form.chances])
        self.sizes = [max(1, max((abs(v) for row in one for v in row), default=1)) for one in form.utilities]
        self.most = max(1, max((abs(v) for row in form.objective for v in row), default=1))
        self.profiles: dict[Profile, int] = {}
        self.solver: Any = cast(Any, highspy).Highs()
        for option, value in (("output_flag", False), ("solver", "simplex"), ("threads", 1)):
            self.solver.setOptionValue(option, value)
        infinity = highspy.kHighsInf
        for _ in deviations:
            self.solver.addRow(0.0, infinity, 0, np.array([], dtype=np.int32), np.array([], dtype=float))
        self.solver.addRow(1.0, 1.0, 0, np.array([], dtype=np.int32), np.array([], dtype=float))
        rows = np.arange(len(deviations), dtype=np.int32)
        self.solver.addCol(0.0, 0.0, infinity, len(rows), rows, np.ones(len(rows)))  # the shortfall
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.optimal = highspy.HighsModelStatus.kOptimal

    def run(self, stop: Callable[[], bool]) -> list[Profile]:
        self._add(tuple(next(self.form.strategies_of(i)) for i in self.form.followers))
        self._generate(0.0, stop)
        self.solver.changeColBounds(0, 0.0, 0.0)
        for sign in (1.0, -1.0):
            self._generate(sign, stop)
        return list(self.profiles)

    def _add(self, profile: Profile) -> bool:
        if profile in self.profiles:
            return False
        self.profiles[profile] = len(self.profiles) + 1
        rows = [
            gain / (self.form.chance_scale * self.sizes[one.follower])
            for one, gain in zip(self.deviations, gains(self.form, self.deviations, profile), strict=True)
        ]
        entries = np.array([*rows, 1.0])
        index = np.arange(len(entries), dtype=np.int32)
        self.solver.addCol(0.0, 0.0, float("inf"), len(entries), index, entries)
        return True

    def _generate(self, sign: float, stop: Callable[[], bool]) -> None:
        """Add profiles until none improves."""
        self.solver.changeColCost(0, -1.0 if not sign else 0.0)
        scale = self.form.chance_scale * self.most
        for profile, column in self.profiles.items():
            self.solver.changeColCost(column, sign * (self.form.value(profile) / scale))
        for _ in range(_ROUNDS):
            if stop():
                return
            self.solver.run()
            if self.solver.getModelStatus() != self.optimal:
                return
            duals = list(self.solver.getSolution().row_dual)
            weights = [-y for y in duals[:-1]]
            table = weighed(self.form, self.deviations, weights, self.goal * sign, self.chances, self.tables)
            fresh = False
            for value, profile in self.pricing.best(table, _MORE):
                if value > duals[-1] + _SMALL and self._add(profile):
                    fresh = True
                    column = self.profiles[profile]
                    self.solver.changeColCost(column, sign * (self.form.value(profile) / scale))
            if not fresh:
                return


def _unit(rows: Sequence[Sequence[int]]) -> Any:
    """A table in floats, divided by its largest entry."""
    most = max(1, max((abs(v) for row in rows for v in row), default=1))
    return np.array([[v / most for v in row] for row in rows], dtype=float)
