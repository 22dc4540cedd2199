"""Closed forms over the whole domain of a game with several parameters.

As with one parameter, an answer is searched at a point and verified on traced polynomials; z3 says where no answer is
proved yet, and that nothing is left. Answers with one claim are then made into cells as large as their proofs allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, Final

from stackexact.covering.domain import relation_text_of_several
from stackexact.covering.formulas import Conditions, said, saying
from stackexact.covering.needed import Sparing
from stackexact.covering.partition import Area, Part, partition
from stackexact.covering.pieces import put_together
from stackexact.covering.several import Answered, Covering, cover
from stackexact.covering.smt import Domain, Formula, Unknown
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
from stackexact.solving.routines import ROUTINES, InSeveral, Routine
from stackexact.solving.several_alignment import require_supported

__all__ = ["closed_form_in_several"]

SPARING: Final = 30_000_000
"""What z3 may work to find conditions of regions that can be spared."""

TIDYING: Final = 3_000_000
"""What it may work to find those of pieces, altogether."""

TRIED: Final = 30_000
"""What it may work on each of these."""

KEPT: Final = "some cells keep conditions that their others may imply"
IN_PIECES: Final = "there may be more cells than there need be: larger ones took too long"
"""Remarks where work on the form of the cells came to its end."""

FEW: Final = 6
"""Regions up to which those with one claim are joined into larger cells where that can be."""


def routine_of(kind: str, concept: str) -> Any:
    """How a concept of a kind of games is answered as a function of parameters."""
    if kind == "bimatrix":
        return ROUTINES[concept]
    from stackexact.solving.incentives import INCENTIVE_ROUTINES
    from stackexact.solving.mechanism_forms import MECHANISM_ROUTINES
    from stackexact.solving.quantal_forms import MARKOV_ROUTINES

    known: dict[str, Mapping[str, Any]] = {
        "lq-incentive": INCENTIVE_ROUTINES,
        "markov": MARKOV_ROUTINES,
        "mechanism": MECHANISM_ROUTINES,
    }
    return known[kind][concept]


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
    work = _Work(game, domain, routine_of(game.kind, concept), stop)
    own = work.routine.in_several
    made = work.by_points(max_cells, report) if own is None else work.by_regions(own, max_cells, report)
    proofs = tuple(
        partial(work.proof, concept, cell, conditions)
        for cell, conditions in zip(made.cells, made.conditions, strict=True)
    )
    limit = made.limit or ("z3 could not decide all of the domain" if made.left else "")
    return ClosedForm(made.cells, proofs, made.left, limit, made.remark)


@dataclass(frozen=True, slots=True)
class _Made:
    """Cells with the conditions of each, and what they leave."""

    cells: tuple[Cell, ...]
    conditions: tuple[Conditions, ...]
    left: tuple[tuple[str, ...], ...]
    limit: str
    remark: str = ""


class _Work:
    """The derivation of one closed form."""

    def __init__(self, game: Game, domain: SeveralParameters, routine: Routine, stop: Callable[[], bool]) -> None:
        self.game, self.parameters, self.domain, self.routine = game, domain.parameters, domain.domain, routine
        self.stop, self.tables = stop, routine.tables(game, domain.parameters)
        self.describing = _Describing(self.parameters, self.domain, stop)

    def by_points(self, max_cells: int | None, report: Callable[[int], None]) -> _Made:
        """Cells from answers that are searched point by point."""

        def answer_at(sample: Point) -> tuple[Cell, Conditions]:
            found = self.routine.at(self.game, self.tables, sample, self.stop)
            return found.cell, found.conditions

        covering = cover(self.domain, answer_at, stop=self.stop, max_cells=max_cells, report=report)
        return self._in_large_cells(covering)

    def by_regions(self, own: InSeveral, max_cells: int | None, report: Callable[[int], None]) -> _Made:
        """Cells from the regions of a concept that finds them all at once; few are joined where that can be.

        Many lose the conditions that others imply, until z3 has worked enough: a remark says so then.
        """
        found = own.regions(self.tables, self.domain, self.stop, max_cells, report)
        answered = []
        for region, skeleton in found.regions:
            point = self.tables.at(region.sample)
            traced = self.routine.traced(self.game, self.parameters, point, skeleton)
            require_supported(traced.conditions, region, point)
            answered.append(Answered(traced.cell, region.conditions, region.sample))
        if len(answered) <= FEW:
            return self._in_large_cells(
                Covering(tuple(answered), not found.undecided, found.limit, found.undecided, ())
            )
        end = self.domain.reals.spent + SPARING

        def enough() -> bool:
            return self.stop() or self.domain.reals.spent > end

        sparing = Sparing(self.domain, [one.sample for one in answered], enough)
        parts = [
            Part(number, 0, self._within(sparing.spared(region.compared, region.conditions)), region.sample)
            for number, (region, _) in enumerate(found.regions)
        ]
        parts.sort(key=_place)
        cells = [replace(answered[part.area].answer, when=self.describing.when(part.conditions)) for part in parts]
        made = self._made(cells, parts, found.undecided, found.limit)
        return replace(made, remark=KEPT) if enough() else made

    def _in_large_cells(self, covering: Covering[Cell]) -> _Made:
        """Cells as large as the answers with one claim allow."""
        groups = _Grouping(self.parameters, self.domain).groups(covering.answered)
        areas = [Area(tuple((one.conditions, one.sample) for one in group)) for group in groups]
        try:
            found = partition(self.domain, areas, stop=self.stop, or_else=bool(covering.pieces))
        except Unknown:
            return self._in_pieces(covering, groups)
        parts = sorted(found.parts, key=_place)
        parts = [replace(part, conditions=self._within(part.conditions)) for part in parts]
        cells = [self.describing.cell(groups[part.area], part) for part in parts]
        made = self._made(cells, parts, (*covering.left, *found.left), covering.limit)
        return made if found.spare else replace(made, remark=KEPT)

    def _in_pieces(self, covering: Covering[Cell], groups: Sequence[Sequence[Answered[Cell]]]) -> _Made:
        """Cells that are the pieces into which the search divided the domain, where large ones take too long."""
        end = self.domain.reals.spent + TIDYING

        def enough() -> bool:
            return self.stop() or self.domain.reals.spent > end

        sparing = Sparing(self.domain, [piece.sample for piece in covering.pieces], enough, TRIED)
        numbers = {id(one): n for n, one in enumerate(covering.answered)}
        waiting = list(covering.pieces)
        found: list[tuple[Part, Cell]] = []
        for place, group in enumerate(groups):
            own = {numbers[id(one)] for one in group}
            for piece in put_together([piece for piece in waiting if piece.answers <= own]):
                conditions = sparing.spared((), self._within(piece.conditions))
                answers = [covering.answered[n].answer for n in sorted(piece.answers)]
                cell = self.describing.claimed(group[0].answer, answers, conditions)
                found.append((Part(place, min(piece.answers), conditions, piece.sample), cell))
            waiting = [piece for piece in waiting if not piece.answers <= own]
        found.sort(key=lambda pair: _place(pair[0]))
        made = self._made([cell for _, cell in found], [part for part, _ in found], covering.left, covering.limit)
        return replace(made, remark=IN_PIECES)

    def _within(self, conditions: Conditions) -> Conditions:
        """Conditions without what the domain says of the same polynomials: no cell states an assumption again, however
        much work was left to spare conditions."""
        known = said(self.domain.conditions)
        found = said(conditions).items()
        return tuple(
            saying(polynomial, signs)
            for key, (polynomial, signs) in found
            if key not in known or not known[key][1] <= signs
        )

    def _made(self, cells: Sequence[Cell], parts: Sequence[Part], left: Sequence[Conditions], limit: str) -> _Made:
        conditions = tuple(part.conditions for part in parts)
        return _Made(tuple(cells), conditions, tuple(self.describing.when(self._within(one)) for one in left), limit)

    def proof(self, concept: str, cell: Cell, conditions: Conditions) -> dict[str, Any]:
        """The proof of a cell, which no limit of the search bounds; what writes it is imported when somebody asks."""
        from stackexact.solving.several_proofs import Proving

        own = self.routine.in_several
        routine = self.routine if own is None else replace(self.routine, search=own.search)
        always = partial(routine.at, self.game, self.tables, stop=never)
        return Proving(self.game, concept, self.parameters, self.domain, always).written(cell, conditions)


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
        thin = [(group, one) for group in groups for one in group if one.is_thin]
        for group in groups:
            claim = group[0].answer
            group += [one for home, one in thin if home is not group and self._agree(one, claim)]
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
        if not Claims.further(group[0].answer):
            return self.claimed(group[0].answer, [group[0].answer], part.conditions)
        alone = next((one for one in group if self._inside(part, one)), None)
        proved = group if alone is None else [alone]
        return self.claimed(group[0].answer, [one.answer for one in proved], part.conditions)

    def claimed(self, claim: Cell, answers: Sequence[Cell], conditions: Conditions) -> Cell:
        """One claim where some answers that agree with it are proved, with what accompanies all of them."""
        made = _claims(self.parameters).common([(one, None) for one in answers])
        names = Claims.names(claim)
        return replace(made, **{name: getattr(claim, name) for name in names}, when=self.when(conditions))

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
