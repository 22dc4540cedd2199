"""Answers about mechanisms in which the designer chooses: the best rules, and what no rules exceed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, cast

from stackexact.errors import LimitReached
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Rule, by_label
from stackexact.mechanisms.designs import designs_of
from stackexact.mechanisms.deviations import Family, deviations_of
from stackexact.mechanisms.no_incentives import Bounds
from stackexact.mechanisms.optimal import Optimal, Rules, best_rules
from stackexact.mechanisms.programs import Optimum
from stackexact.solving.answers import Answer
from stackexact.solving.cells import document_of, frozen_mapping
from stackexact.solving.mechanism_cells import Choices, NoIncentivesCell, RulesCell
from stackexact.solving.mechanisms import Labels, strategies_of
from stackexact.solving.workspace import Workspace

__all__ = ["choices_of", "no_incentives", "optimistic", "pessimistic"]


def optimistic(space: Workspace) -> Answer:
    """``optimistic``."""
    return _rules(space, sure=False)


def pessimistic(space: Workspace) -> Answer:
    """``pessimistic``."""
    return _rules(space, sure=True)


def _rules(space: Workspace, *, sure: bool) -> Answer:
    game = cast(MechanismGame, space.game)
    found = best_rules(game, sure=sure, stop=space.stop, report=space.report)
    make = Labels(game, found.rules.form())
    extreme = make.extreme(found.equilibrium.support)
    names = [price.name for price in game.prices]
    prices = dict(zip(names, found.rules.prices, strict=True))
    cell = RulesCell(
        (),
        found.value if found.attained else found.bound,
        found.attained,
        None if found.settled else found.bound,
        None if found.attained else found.value,
        found.rules.design.rule.name,
        _choices(game, found.rules),
        frozen_mapping(prices) if prices else None,
        extreme.equilibrium,
        extreme.followers,
    )
    return Answer(cast(Any, cell), partial(_proof, make, found, sure))


def _choices(game: MechanismGame, rules: Rules) -> Choices | None:
    places = [options[o].choice for options, o in zip(rules.design.leaves, rules.options, strict=True)]
    return choices_of(game, rules.design.rule, places)


def choices_of(game: MechanismGame, rule: Rule, places: Sequence[int]) -> Choices | None:
    """Where there is any choice, what is chosen by profile of actions: of each list the outcome at its place."""
    if rule.fixed:
        return None
    picked: list[str | int] = []
    for leaf, place in zip(rule.leaves, places, strict=True):
        one = leaf[place]
        picked.append(one if isinstance(one, str) and leaf.count(one) == 1 else place)
    return cast(Choices, _frozen(by_label(picked, game.followers)))


def _frozen(value: Any) -> Any:
    return frozen_mapping({key: _frozen(one) for key, one in value.items()}) if isinstance(value, Mapping) else value


def _proof(make: Labels, found: Optimal, sure: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"method": found.method}
    if sure:
        made["multipliers"] = _multipliers(make, found.equilibrium)
    if found.method == "all-rules":
        made["others"] = [_evidence(make.game, rules, one, sure) for rules, one in found.others]
    return made


def _multipliers(make: Labels, found: Optimum) -> dict[str, Any]:
    return make.multipliers(deviations_of(make.form, Family.COARSE), found.multipliers, make.form.objective_scale)


def _evidence(game: MechanismGame, rules: Rules, found: Optimum, sure: bool) -> dict[str, Any]:
    """Why rules are no better: an equilibrium under them for who wants to be sure, else multipliers."""
    make = Labels(game, rules.form())
    made: dict[str, Any] = {"rule": rules.design.rule.name}
    choices = _choices(game, rules)
    if choices is not None:
        made["choices"] = document_of(choices)
    if sure:
        made["equilibrium"] = [one.document() for one in make.extreme(found.support).equilibrium]
    else:
        made["multipliers"] = _multipliers(make, found)
    return made


def no_incentives(space: Workspace) -> Answer:
    """``no-incentives``."""
    game = cast(MechanismGame, space.game)
    best = None
    first_best = Fraction(0)
    for design in designs_of(game):
        found = Bounds(design, space.stop).best()
        if best is None or found.value > best.value:
            best = found
        outcomes = design.outcomes
        first_best = _mean(outcomes.chances, outcomes.first_best)
        occurring = [tuple(sorted({types[i] for types in outcomes.profiles})) for i in range(len(game.followers))]
    if best is None:
        raise LimitReached("expected a rule, found none")
    cell = NoIncentivesCell((), best.value, strategies_of(game, best.profile, occurring), first_best)
    return Answer(cast(Any, cell), dict)


def _mean(chances: Sequence[Fraction], values: Sequence[Fraction]) -> Fraction:
    return sum((chance * value for chance, value in zip(chances, values, strict=True)), Fraction(0))
