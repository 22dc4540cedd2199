"""Closed forms over the whole domain of a game with several parameters.

As with one parameter, an answer is searched at a point and verified on traced polynomials; z3 says where no answer is
proved yet, and that nothing is left. Answers with one claim are then made into cells as large as their proofs allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from stackexact.covering.domain import relation_text_of_several
from stackexact.covering.partition import Area, Part, partition
from stackexact.covering.several import Answered, Domain, cover
from stackexact.covering.smt import Formula, Unknown
from stackexact.exact.points import Point
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.tracing import Condition, Sign
from stackexact.games.bimatrix import Game
from stackexact.lp.simplex import never
from stackexact.solving.cells import Cell
from stackexact.solving.claims import Claims
from stackexact.solving.closed_forms import ClosedForm
from stackexact.solving.domains import SeveralParameters
from stackexact.solving.routines import ROUTINES, Traced

__all__ = ["closed_form_in_several"]


def closed_form_in_several(
    game: Game,
    domain: SeveralParameters,
    concept: str,
    *,
    stop: Callable[[], bool] = lambda: False,
    max_cells: int | None = None,
    report: Callable[[int], None] = lambda answered: None,
) -> ClosedForm:
    """The answer of one concept as a function of the parameters, proved on the whole domain."""
    parameters = domain.parameters
    routine = ROUTINES[concept]
    tables = routine.tables(game, parameters)

    def traced(sample: Point) -> Traced:
        return routine.at(game, tables, sample, stop)

    def answer_at(sample: Point) -> tuple[Cell, tuple[Condition, ...]]:
        found = traced(sample)
        return found.cell, found.conditions

    covering = cover(domain.domain, answer_at, max_cells=max_cells, report=report)
    groups = _Grouping(parameters, domain.domain).groups(covering.answered)
    areas = [Area(tuple((one.conditions, one.sample) for one in group)) for group in groups]
    parts = partition(domain.domain, areas, stop=stop)
    described = _Describing(parameters, domain.domain, stop)
    ordered = sorted(parts.parts, key=_place)
    cells = [described.cell(groups[part.area], part) for part in ordered]
    always = partial(routine.at, game, tables, stop=never)  # a limit of the search is none of the proofs'
    written = partial(_written, (game, concept, parameters, domain.domain, always))
    proofs = tuple(partial(written, cell, part.conditions) for cell, part in zip(cells, ordered, strict=True))
    undecided = tuple(described.when(conditions) for conditions in parts.left)
    limit = covering.limit or ("z3 could not decide all of the domain" if undecided else "")
    return ClosedForm(tuple(cells), proofs, undecided, limit)


def _written(about: tuple[Any, ...], cell: Cell, conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """The proof of a cell; what writes it is imported when somebody asks."""
    from stackexact.solving.several_proofs import Proving

    return Proving(*about).written(cell, conditions)


def _place(part: Part) -> tuple[object, ...]:
    """Cells with an interior first, then along the parameters."""
    equations = sum(one.sign is Sign.ZERO for one in part.conditions)
    return equations, part.sample.approximations


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Puts answers with one claim together."""

    parameters: Parameters
    domain: Domain

    def groups(self, answered: Sequence[Answered[Cell]]) -> list[list[Answered[Cell]]]:
        """Answers with equal claims, the largest groups first; thin ones also where they have that claim's values."""
        claims = _claims(self.parameters)
        found: dict[object, list[Answered[Cell]]] = {}
        for one in sorted(answered, key=lambda one: one.is_thin):
            found.setdefault(claims.key(one.answer), []).append(one)
        groups = sorted(found.values(), key=lambda group: (all(one.is_thin for one in group), -len(group)))
        for group in groups:
            thin = [one for other in groups if other is not group for one in other if one.is_thin]
            group += [one for one in thin if self._agree(one, group[0].answer)]
        return groups

    def _agree(self, thin: Answered[Cell], cell: Cell) -> bool:
        """Whether a claim has the values of another one wherever that one was proved."""
        pairs = list(_pairs(thin.answer, cell))
        if any(not _alike(one, two) for one, two in pairs):
            return False
        formula = self.domain.formula()
        try:
            for one, two in pairs:
                if isinstance(one, Expression) or isinstance(two, Expression):
                    for condition in self._differences(one, two):
                        if condition.sign.admits(thin.sample.sign_of(condition.polynomial)):
                            return False
                        if not _impossible(formula, thin.conditions, condition):
                            return False
        except Unknown:
            return False
        return True

    def _differences(self, one: Exact, two: Exact) -> Iterator[Condition]:
        """Where two values differ, or the second has none."""
        _, bottom = self.parameters.split(two)
        if not bottom.is_constant():
            yield Condition(bottom, Sign.ZERO)
        top, _ = self.parameters.split(one - two)
        yield Condition(top, Sign.NONZERO)


def _impossible(formula: Formula, conditions: Sequence[Condition], condition: Condition) -> bool:
    if condition.polynomial.is_constant():
        return not condition.sign.admits(1 if condition.polynomial else 0)
    return formula.excludes((*conditions, condition))


def _claims(parameters: Parameters) -> Claims:
    """Keys of claims do not depend on the parameter that claims at single points are made for."""
    return Claims(Parameter(parameters.names[0]))


def _pairs(one: Any, two: Any) -> Iterator[tuple[Any, Any]]:
    """The values of two cells of one concept side by side, without what only accompanies the claim."""
    for name in Claims.names(one):
        yield from _entries(getattr(one, name), getattr(two, name))


def _entries(one: Any, two: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(one, Mapping) and isinstance(two, Mapping) and list(one) == list(two):
        for label in one:
            yield from _entries(one[label], two[label])
    else:
        yield one, two


def _alike(one: Any, two: Any) -> bool:
    """Whether two values may be equal somewhere: equal ones, or exact values one of which is a function."""
    if isinstance(one, Expression) or isinstance(two, Expression):
        return isinstance(one, Expression | Fraction) and isinstance(two, Expression | Fraction)
    return bool(one == two)


@dataclass(frozen=True, slots=True)
class _Describing:
    """Writes cells."""

    parameters: Parameters
    domain: Domain
    stop: Callable[[], bool]

    def when(self, conditions: Sequence[Condition]) -> tuple[str, ...]:
        """Conditions as relations."""
        return tuple(relation_text_of_several(self.parameters, one) for one in conditions)

    def cell(self, group: Sequence[Answered[Cell]], part: Part) -> Cell:
        """The claim of a group on one part of its area."""
        first = group[0].answer
        names = Claims.names(first)
        alone = next((one for one in group if self._inside(part, one)), None)
        if alone is not None:
            made = replace(alone.answer, **{name: getattr(first, name) for name in names})
        else:
            made = _claims(self.parameters).common([(one.answer, None) for one in group])
        return replace(made, when=self.when(part.conditions))

    def _inside(self, part: Part, one: Answered[Cell]) -> bool:
        """Whether a part lies where one answer is proved."""
        if self.stop():
            return False
        formula = self.domain.formula()
        formula.outside(one.conditions)
        try:
            return formula.excludes(part.conditions)
        except Unknown:
            return False
