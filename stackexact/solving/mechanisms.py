"""Answers about mechanisms whose rules are fixed: equilibria of the followers, best and worst for the designer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias, cast

from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.bayes_nash import pure_equilibria
from stackexact.mechanisms.deviations import Deviation, Family
from stackexact.mechanisms.forms import Form, Profile, fixed_form
from stackexact.mechanisms.programs import Optimum, Programs
from stackexact.mechanisms.uniqueness import Uniqueness, uniqueness
from stackexact.mechanisms.vertices import vertices
from stackexact.solving.answers import Answer
from stackexact.solving.cells import FieldsCell, frozen_mapping
from stackexact.solving.mechanism_cells import (
    BayesNashCell,
    CorrelatedRangeCell,
    Extreme,
    Played,
    PureExtreme,
    Strategies,
    VerticesCell,
)
from stackexact.solving.workspace import Workspace

__all__ = [
    "Labels",
    "bayes_nash",
    "coarse_correlated",
    "coarse_correlated_vertices",
    "correlated",
    "correlated_vertices",
    "strategies_of",
]


Support: TypeAlias = Sequence[tuple[Profile, Exact]]
"""Profiles of strategies with their chances."""


def strategies_of(game: MechanismGame, profile: Profile, occurring: Sequence[Sequence[int]]) -> Strategies:
    """A profile of strategies by labels, for the types that can occur."""
    made: dict[str, str | Mapping[str, str]] = {}
    for i, one in enumerate(game.followers):
        told = {t: one.actions[profile[i][t]] for t in occurring[i]}
        made[one.name] = frozen_mapping({one.types[t]: a for t, a in told.items()}) if one.types else told[0]
    return frozen_mapping(made)


@dataclass(frozen=True, slots=True)
class Labels:
    """Writes what was found about a form with the labels of its game; ``exact`` makes values of what the form has over
    its scales."""

    game: MechanismGame
    form: Form
    exact: Callable[[Any, Any], Exact] = Fraction

    def strategies(self, profile: Profile) -> Strategies:
        """A profile of strategies, for the types that can occur."""
        return strategies_of(self.game, profile, self.form.occurring)

    def value(self, support: Support) -> Exact:
        """What the designer expects."""
        parts = [w * self.exact(self.form.value(profile), self.form.scale) for profile, w in support]
        return sum(parts, start=Fraction(0))

    def means(self, support: Support) -> Mapping[str, Exact]:
        """What the followers expect."""

        def mean(i: int) -> Exact:
            scale = self.form.worth_scale(i)
            parts = [w * self.exact(self.form.worth(i, profile), scale) for profile, w in support]
            return sum(parts, start=Fraction(0))

        return frozen_mapping({one.name: mean(i) for i, one in enumerate(self.game.followers)})

    def extreme(self, support: Support) -> Extreme:
        """An equilibrium with what all expect."""
        played = tuple(Played(w, self.strategies(profile)) for profile, w in support)
        return Extreme(self.value(support), self.means(support), played)

    def pure(self, value: Exact, profile: Profile) -> PureExtreme:
        """A pure equilibrium with what all expect."""
        return PureExtreme(value, self.means([(profile, Fraction(1))]), self.strategies(profile))

    def multipliers(self, deviations: Sequence[Deviation], weights: Sequence[Exact], unit: Any) -> dict[str, Any]:
        """Multipliers by follower, type, what it is told if that counts, and action; in units of the game, those of the
        goal being ``unit``."""
        made: dict[str, Any] = {}
        for one, weight in zip(deviations, weights, strict=True):
            if not weight:
                continue
            own = self.game.followers[one.follower]
            place = made.setdefault(own.name, {})
            if own.types:
                place = place.setdefault(own.types[one.type], {})
            if one.told is not None:
                place = place.setdefault(own.actions[one.told], {})
            place[own.actions[one.action]] = text_of(weight * self.exact(self.form.utility_scales[one.follower], unit))
        return made


def _range(space: Workspace, family: Family) -> Answer:
    game = cast(MechanismGame, space.game)
    form = fixed_form(game)
    programs = Programs(form, family, space.stop, space.report)
    best, worst = programs.best(1), programs.best(-1)
    found = uniqueness(programs, best)
    make = Labels(game, form)
    unique = None if found is None else found.unique
    cell = CorrelatedRangeCell((), make.extreme(best.support), make.extreme(worst.support), unique)
    return _answer(cell, partial(_proof, make, programs, best, worst, found))


def _proof(make: Labels, programs: Programs, best: Optimum, worst: Optimum, found: Uniqueness | None) -> dict[str, Any]:
    def told(one: Optimum, unit: int) -> dict[str, Any]:
        return make.multipliers(programs.deviations, one.multipliers, unit)

    unit = make.form.objective_scale
    made = {"best": told(best, unit), "worst": told(worst, unit)}
    if found is not None and found.unique:
        made["unique"] = {"multipliers": told(found.proof, make.form.common_scale)}
    elif found is not None:
        made["unique"] = {"other": [one.document() for one in make.extreme(found.proof.support).equilibrium]}
    return made


def _answer(cell: FieldsCell, proof: Any) -> Answer:
    return Answer(cast(Any, cell), proof)


def coarse_correlated(space: Workspace) -> Answer:
    """``coarse-correlated``."""
    return _range(space, Family.COARSE)


def correlated(space: Workspace) -> Answer:
    """``correlated``."""
    return _range(space, Family.CORRELATED)


def bayes_nash(space: Workspace) -> Answer:
    """``bayes-nash``."""
    game = cast(MechanismGame, space.game)
    form = fixed_form(game)
    found = pure_equilibria(form, space.stop)
    make = Labels(game, form)
    best, worst = (None if one is None else make.pure(*one) for one in (found.best, found.worst))
    return _answer(BayesNashCell((), found.count, best, worst), dict)


def _vertices(space: Workspace, family: Family) -> Answer:
    game = cast(MechanismGame, space.game)
    form = fixed_form(game)
    make = Labels(game, form)
    found = tuple(make.extreme(support) for support in vertices(form, family, space.stop))
    return Answer(cast(Any, VerticesCell((), len(found), found)), None)


def coarse_correlated_vertices(space: Workspace) -> Answer:
    """``coarse-correlated-vertices``."""
    return _vertices(space, Family.COARSE)


def correlated_vertices(space: Workspace) -> Answer:
    """``correlated-vertices``."""
    return _vertices(space, Family.CORRELATED)
