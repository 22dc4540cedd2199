"""A mixed-integer program that proposes options for all leaves of a design, in floats, through PuLP.

By leaf one option is taken; utilities are linear in copies of the prices, one for every option, which are 0 where it is
not taken. Nothing it says is believed: ``pure_designs`` finds prices exactly, or none.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from stackexact.lp.pulp_models import default_solver
from stackexact.mechanisms.designs import Design, greatest
from stackexact.mechanisms.forms import Profile
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.pure_designs import deviations_at

__all__ = ["proposed_options"]


def proposed_options(
    design: Design, profile: Profile, beyond: Fraction | None, time_limit: float
) -> tuple[int, ...] | None:
    """Options by leaf with more than ``beyond`` for the designer, under which strategies may be an equilibrium; nothing
    where none were found in ``time_limit`` seconds, or without a solver."""
    solver = default_solver()
    if solver is None:
        return None
    solver.timeLimit = time_limit
    try:
        with warnings.catch_warnings():
            # PuLP 3.3 announces what its next version will no longer have.
            warnings.simplefilter("ignore", DeprecationWarning)
            return _solved(design, profile, beyond, solver)
    except OverflowError:  # numbers beyond the float range: there is no proposal
        return None


def _solved(design: Design, profile: Profile, beyond: Fraction | None, solver: Any) -> tuple[int, ...] | None:
    import pulp

    model = pulp.LpProblem("design", pulp.LpMaximize)
    builder = _Model(pulp, model, design)
    reached, gains = deviations_at(design, profile)
    goal = builder.total(reached, None)
    model += goal
    for gain in gains:
        model += builder.total(gain.terms, gain.follower) >= 0
    if beyond is not None:
        model += goal >= float(beyond) + 1e-9
    model.solve(solver)
    found = model.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    return builder.chosen() if found else None


class _Model:
    """The variables: by leaf and option whether it is chosen, and a copy of every price that its way speaks of."""

    def __init__(self, pulp: Any, model: Any, design: Design) -> None:
        self.pulp, self.design = pulp, design
        # PuLP 3.3 deprecates the constructor that 2.9 has alone.
        self.variable = getattr(model, "add_variable", pulp.LpVariable)
        self.prices = [self.variable(f"p{j}", float(low), float(high)) for j, (low, high) in enumerate(design.box)]
        self.taken: list[list[Any]] = []
        self.copies: list[list[dict[int, Any]]] = []
        self.span = max((float(high - low) for low, high in design.box), default=1.0) or 1.0
        for m, leaf in enumerate(design.leaves):
            taken = [self.variable(f"z{m}_{o}", cat="Binary") for o in range(len(leaf))]
            model += pulp.lpSum(taken) == 1
            copies = [self._copies(model, m, o, taken[o]) for o in range(len(leaf))]
            for j in sorted({j for one in copies for j in one}):
                low, high = (float(end) for end in design.box[j])
                idle = pulp.lpSum(z for z, one in zip(taken, copies, strict=True) if j not in one)
                own = pulp.lpSum(one[j] for one in copies if j in one)
                model += self.prices[j] - own <= high * idle
                model += self.prices[j] - own >= low * idle
            self.taken.append(taken)
            self.copies.append(copies)

    def _copies(self, model: Any, m: int, o: int, taken: Any) -> dict[int, Any]:
        """The prices of an option, 0 where it is not chosen, with its conditions."""
        way = self.design.leaves[m][o].way
        said = [one.excess for one in way.conditions] + [u for row in way.utilities for u in row] + list(way.objective)
        named = sorted({j for one in said for j, slope in enumerate(one.slopes) if slope})
        made = {}
        for j in named:
            low, high = (float(end) for end in self.design.box[j])
            made[j] = self.variable(f"p{m}_{o}_{j}")
            model += made[j] >= low * taken
            model += made[j] <= high * taken
        for condition in way.conditions:
            margin = 1e-5 * self.span if condition.strict else 0.0
            if greatest(condition.excess, self.design.box) > 0:
                model += self._value(condition.excess, made, taken) >= margin * taken
        return made

    def _value(self, value: Linear, copies: dict[int, Any], taken: Any) -> Any:
        return float(value.constant) * taken + self.pulp.lpSum(
            float(slope) * copies[j] for j, slope in enumerate(value.slopes) if slope
        )

    def total(self, terms: Sequence[tuple[Fraction, int, int]], follower: int | None) -> Any:
        """A weighted sum of utilities (or of what the designer has) at leaves."""
        by_leaf: dict[int, list[tuple[Fraction, int]]] = {}
        for weight, leaf, k in terms:
            by_leaf.setdefault(leaf, []).append((weight, k))
        parts = []
        for m, some in by_leaf.items():
            for o, option in enumerate(self.design.leaves[m]):
                way = option.way
                row = way.objective if follower is None else way.utilities[follower]
                total = Linear(Fraction(0), (Fraction(0),) * len(self.prices))
                for weight, k in some:
                    total = total + row[k].times(weight)
                if total.constant or any(total.slopes):
                    parts.append(self._value(total, self.copies[m][o], self.taken[m][o]))
        return self.pulp.lpSum(parts)

    def chosen(self) -> tuple[int, ...]:
        """The options of the solution."""
        made = []
        for leaf in self.taken:
            shares = [one.value() or 0.0 for one in leaf]
            made.append(shares.index(max(shares)))
        return tuple(made)
