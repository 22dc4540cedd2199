"""Equilibria of followers under fixed rules as functions of a game's parameters: the routines of closed forms for kind
``mechanism``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Final, cast

from stackexact.errors import require_time
from stackexact.exact.prover import Ratio
from stackexact.exact.rational_function import Exact
from stackexact.games.mechanism import MechanismGame
from stackexact.games.polynomials import Place, Ring
from stackexact.mechanisms.closed_programs import Columns, Proved, others, pure, search, verify
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.traced import Deciding, traced_form
from stackexact.solving.cells import Cell
from stackexact.solving.mechanism_cells import BayesNashCell, CorrelatedRangeCell
from stackexact.solving.mechanisms import Labels
from stackexact.solving.routines import Proof, Traced

__all__ = ["MECHANISM_ROUTINES", "MechanismRoutine"]


@dataclass(frozen=True, slots=True)
class _Tables:
    """What polynomials are made with; all the rest depends on the point that is looked at."""

    parameter: Ring


@dataclass(frozen=True, slots=True)
class _At:
    """A game at a point: who decides there, what its answers are written with, and when to stop."""

    deciding: Deciding
    make: Labels
    stop: Callable[[], bool]

    def columns(self, family: Family) -> Columns:
        """The profiles of strategies."""
        return Columns(self.make.form, family, self.deciding.ring.constant(0))

    def exact(self, ratio: Ratio[Any]) -> Exact:
        """A value that was proved."""
        return self.deciding.ring.exact(ratio.top, ratio.bottom)


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
        deciding = Deciding.at(tables.parameter, sample)
        make = Labels(game, traced_form(game, deciding), tables.parameter.exact)
        cell, proof = self.answer(_At(deciding, make, stop))
        return Traced(cast(Cell, cell), proof, deciding.tracer.conditions)


def _range(here: _At, family: Family) -> tuple[CorrelatedRangeCell, Proof]:
    """The best and the worst equilibrium, and whether there is another."""
    columns = here.columns(family)

    def most(values: list[Any], start: Any = None) -> tuple[Proved[Any], Any]:
        program = columns.program(values)
        basis = search(program, here.deciding.point, start, here.stop)
        return verify(columns, program, basis, here.deciding.tracer), basis

    best, basis = most(columns.objective(1))
    worst, _ = most(columns.objective(-1), basis)
    unit = here.deciding.common(here.make.form.utility_scales)
    other, _ = most(others(columns, best, unit, here.deciding.tracer), basis)
    unique = not here.deciding.tracer.sign(other.value.top)
    require = here.deciding.tracer.zero if unique else here.deciding.tracer.positive
    require([other.value.top])
    told = [here.make.extreme(_support(here, columns, found)) for found in (best, worst)]
    cell = CorrelatedRangeCell((), told[0], told[1], unique)
    return cell, partial(_proof, here, columns, (best, worst, other), unit, unique)


def _support(here: _At, columns: Columns, found: Proved[Any]) -> list[tuple[Any, Exact]]:
    return [(columns.profiles[number], here.exact(share)) for number, share in found.support]


def _proof(
    here: _At, columns: Columns, found: tuple[Proved[Any], Proved[Any], Proved[Any]], unit: Any, unique: bool
) -> dict[str, Any]:
    def told(one: Proved[Any], unit: Any) -> dict[str, Any]:
        return here.make.multipliers(columns.deviations, [here.exact(y) for y in one.multipliers], unit)

    best, worst, other = found
    scale = here.make.form.objective_scale
    made: dict[str, Any] = {"best": told(best, scale), "worst": told(worst, scale)}
    if unique:
        made["unique"] = {"multipliers": told(other, unit)}
    else:
        equilibrium = here.make.extreme(_support(here, columns, other)).equilibrium
        made["unique"] = {"other": [one.document() for one in equilibrium]}
    return made


def _bayes_nash(here: _At) -> tuple[BayesNashCell, Proof]:
    """Pure equilibria; the checker finds them all again."""
    columns = here.columns(Family.COARSE)
    found = pure(columns, here.deciding.tracer)

    def extreme(number: int | None) -> Any:
        if number is None:
            return None
        profile = columns.profiles[number]
        return here.make.pure(here.make.value([(profile, Fraction(1))]), profile)

    return BayesNashCell((), len(found.every), extreme(found.best), extreme(found.worst)), dict


MECHANISM_ROUTINES: Final = {
    "coarse-correlated": MechanismRoutine(partial(_range, family=Family.COARSE)),
    "correlated": MechanismRoutine(partial(_range, family=Family.CORRELATED)),
    "bayes-nash": MechanismRoutine(_bayes_nash),
}
"""By the names of the concepts."""
