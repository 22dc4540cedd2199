"""Answers about mechanisms as functions of a game's parameters: the routines of closed forms for kind ``mechanism``.

What numeric games are searched for is searched for at one point, and proved where all holds that was relied on there.
Rules to choose from are gone through one by one; prices are not chosen here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any, Final, cast

from stackexact.errors import GameError, require_time
from stackexact.exact.prover import Ratio
from stackexact.exact.rational_function import Exact
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Rule
from stackexact.games.polynomials import Place, Ring
from stackexact.lp.program import Basis
from stackexact.mechanisms.closed_programs import Columns, Proved, others, pure, search, slack_of, verify
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.forms import Form
from stackexact.mechanisms.limits import CHOICES, require_size
from stackexact.mechanisms.traced import Deciding, TracedOutcomes
from stackexact.solving.cells import Cell, document_of
from stackexact.solving.mechanism_cells import (
    BayesNashCell,
    CorrelatedRangeCell,
    NoIncentivesCell,
    PureExtreme,
    RulesCell,
    Strategies,
)
from stackexact.solving.mechanism_rules import choices_of
from stackexact.solving.mechanisms import Labels, Support
from stackexact.solving.routines import Proof, Traced

__all__ = ["MECHANISM_ROUTINES", "MechanismRoutine"]


@dataclass(frozen=True, slots=True)
class _Tables:
    """What polynomials are made with; all the rest depends on the point that is looked at."""

    parameter: Ring


@dataclass(frozen=True, slots=True)
class _At:
    """A game at a point: who decides there, what comes out, and when to stop."""

    game: MechanismGame
    deciding: Deciding
    outcomes: TracedOutcomes
    stop: Callable[[], bool]

    def fixed(self, family: Family) -> _Under:
        """The followers' game where the designer has nothing to choose."""
        ((_, form),) = self.outcomes.forms(self.game.rules[0])
        return self._under(form, family)

    def every(self) -> Iterator[tuple[Rule, tuple[int, ...], _Under]]:
        """All rules, of which there may be :data:`~stackexact.mechanisms.limits.CHOICES`: by leaf the place of what is
        chosen in its list."""
        rules = self.game.rules
        require_size(sum(prod(map(len, rule.leaves)) for rule in rules), CHOICES, "rules in a game with parameters")
        for rule in rules:
            for places, form in self.outcomes.forms(rule):
                require_time(self.stop)
                yield rule, places, self._under(form, Family.COARSE)

    def _under(self, form: Form, family: Family) -> _Under:
        ring = self.deciding.ring
        return _Under(self, Labels(self.game, form, ring.exact), Columns(form, family, ring.constant(0)))


@dataclass(frozen=True, slots=True)
class _Under:
    """The followers' game under fixed rules at a point: how answers are written, and profiles of strategies."""

    here: _At
    make: Labels
    columns: Columns

    def most(self, values: Sequence[Any], start: Basis | None = None) -> tuple[Proved[Any], Basis]:
        """The equilibrium with the most of some values by profile."""
        program = self.columns.program(values)
        basis = search(program, self.here.deciding.point, start, self.here.stop)
        return verify(program, basis, self.here.deciding.tracer), basis

    def exact(self, ratio: Ratio[Any]) -> Exact:
        """A value that was proved."""
        value: Exact = self.here.deciding.ring.exact(ratio.top, ratio.bottom)
        return value

    def support(self, found: Proved[Any]) -> Support:
        """The profiles of an equilibrium with their chances."""
        return [(self.columns.profiles[number], self.exact(share)) for number, share in found.support]

    def multipliers(self, found: Proved[Any], unit: Any) -> dict[str, Any]:
        """Multipliers as they stand in proofs."""
        return self.make.multipliers(self.columns.deviations, [self.exact(y) for y in found.multipliers], unit)

    def equilibrium(self, found: Proved[Any]) -> list[dict[str, Any]]:
        """An equilibrium as it stands in proofs."""
        return [one.document() for one in self.make.extreme(self.support(found)).equilibrium]


@dataclass(frozen=True, slots=True)
class MechanismRoutine:
    """A concept: what answers it at a point, with what writes its proof."""

    answer: Callable[[_At], tuple[Any, Proof]]
    in_several: None = None

    def tables(self, game: MechanismGame, ring: Ring) -> _Tables:
        """What is computed with."""
        return _Tables(ring)

    def at(self, game: MechanismGame, tables: _Tables, sample: Place, stop: Callable[[], bool]) -> Traced:
        """Search and verify at a point; raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so."""
        require_time(stop)
        if game.prices:
            names, first = ", ".join(price.name for price in game.prices), game.parameters[0]
            raise GameError(
                f"game: expected rules without prices where there are parameters, found the prices {names}; set the "
                f"parameter {first} or the prices, as in --at '{first}=1/2'"
            )
        deciding = Deciding.at(tables.parameter, sample)
        cell, proof = self.answer(_At(game, deciding, TracedOutcomes(game, deciding), stop))
        return Traced(cast(Cell, cell), proof, deciding.tracer.conditions)


# -- Equilibria under fixed rules -------------------------------------------------------------------------------------


def _range(here: _At, *, family: Family) -> tuple[CorrelatedRangeCell, Proof]:
    """The best and the worst equilibrium, and whether there is another."""
    under, tracer = here.fixed(family), here.deciding.tracer
    best, basis = under.most(under.columns.objective(1))
    worst, _ = under.most(under.columns.objective(-1), basis)
    unit = here.deciding.common(under.make.form.utility_scales)
    slack = slack_of(under.columns, best, tracer)
    other, _ = under.most(others(under.columns, best, slack, unit), basis)
    unique = not tracer.sign(other.value.top)
    (tracer.zero if unique else tracer.positive)([other.value.top])
    ends = [under.make.extreme(under.support(found)) for found in (best, worst)]
    return CorrelatedRangeCell((), ends[0], ends[1], unique), partial(_proof, under, (best, worst, other), unit, unique)


def _proof(
    under: _Under, found: tuple[Proved[Any], Proved[Any], Proved[Any]], unit: Any, unique: bool
) -> dict[str, Any]:
    best, worst, other = found
    scale = under.make.form.objective_scale
    shown = {"multipliers": under.multipliers(other, unit)} if unique else {"other": under.equilibrium(other)}
    return {"best": under.multipliers(best, scale), "worst": under.multipliers(worst, scale), "unique": shown}


def _bayes_nash(here: _At) -> tuple[BayesNashCell, Proof]:
    """Pure equilibria; the checker finds them all again."""
    under = here.fixed(Family.COARSE)
    found = pure(under.columns, here.deciding.tracer)

    def extreme(number: int | None) -> PureExtreme | None:
        if number is None:
            return None
        profile = under.columns.profiles[number]
        return under.make.pure(under.make.value([(profile, Fraction(1))]), profile)

    return BayesNashCell((), len(found.every), extreme(found.best), extreme(found.worst)), dict


# -- Rules to choose from ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Rules that are chosen (by leaf the place in its list), what they bring (``value``) and by which equilibrium."""

    rule: Rule
    places: tuple[int, ...]
    under: _Under
    value: Exact
    found: Proved[Any]

    def evidence(self, game: MechanismGame, sure: bool) -> dict[str, Any]:
        """Why these bring no more: an equilibrium under them for who wants to be sure, else multipliers."""
        made: dict[str, Any] = {"rule": self.rule.name}
        choices = choices_of(game, self.rule, self.places)
        if choices is not None:
            made["choices"] = document_of(choices)
        if sure:
            made["equilibrium"] = self.under.equilibrium(self.found)
        else:
            made["multipliers"] = self.under.multipliers(self.found, self.under.make.form.objective_scale)
        return made


def _decided(here: _At, sure: bool) -> Iterator[_Chosen]:
    """All rules with the equilibrium that decides."""
    for rule, places, under in here.every():
        found, _ = under.most(under.columns.objective(-1 if sure else 1))
        yield _Chosen(rule, places, under, under.make.value(under.support(found)), found)


def _rules(here: _At, *, sure: bool) -> tuple[RulesCell, Proof]:
    """The best rules, by their best equilibrium, or (``sure``) their worst."""
    every = list(_decided(here, sure))
    value = here.deciding.greatest([one.value for one in every])
    best = next(one for one in every if one.value is value)
    extreme = best.under.make.extreme(best.under.support(best.found))
    choices = choices_of(here.game, best.rule, best.places)
    told = best.rule.name, choices, None, extreme.equilibrium, extreme.followers
    return RulesCell((), value, True, None, None, *told), partial(_proof_of_rules, here.game, sure, best, every)


def _proof_of_rules(game: MechanismGame, sure: bool, best: _Chosen, every: Sequence[_Chosen]) -> dict[str, Any]:
    made: dict[str, Any] = {"method": "all-rules"}
    if sure:
        made["multipliers"] = best.under.multipliers(best.found, best.under.make.form.objective_scale)
    return {**made, "others": [one.evidence(game, sure) for one in every]}


def _no_incentives(here: _At) -> tuple[NoIncentivesCell, Proof]:
    """The most that any profile of strategies has under any rules; the checker goes through all of them again."""
    values: list[Exact] = []
    profiles: list[Strategies] = []
    for _, _, under in here.every():
        for profile in under.columns.profiles:
            require_time(here.stop)
            values.append(under.make.value([(profile, Fraction(1))]))
            profiles.append(under.make.strategies(profile))
    value = here.deciding.greatest(values)
    best = next(told for told, one in zip(profiles, values, strict=True) if one is value)
    return NoIncentivesCell((), value, best, here.outcomes.mean_first_best), dict


MECHANISM_ROUTINES: Final = {
    "coarse-correlated": MechanismRoutine(partial(_range, family=Family.COARSE)),
    "correlated": MechanismRoutine(partial(_range, family=Family.CORRELATED)),
    "bayes-nash": MechanismRoutine(_bayes_nash),
    "optimistic": MechanismRoutine(partial(_rules, sure=False)),
    "no-incentives": MechanismRoutine(_no_incentives),
    "pessimistic": MechanismRoutine(partial(_rules, sure=True)),
}
"""By the names of the concepts."""
