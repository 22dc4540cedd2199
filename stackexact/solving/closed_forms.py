"""Closed forms over the whole domain of a game with one parameter.

At a sample the numeric search finds a skeleton; its verification on traced polynomials gives the answer as functions of
the parameter and the conditions under which it holds; the cover goes on until nothing of the domain is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from stackexact.covering.describe import describe
from stackexact.covering.domain import relation_text
from stackexact.covering.line import Piece, Stretch, place_of
from stackexact.covering.merging import merged
from stackexact.covering.one_parameter import cover
from stackexact.exact.reading import Parameter
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Condition, key_of
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Cell
from stackexact.solving.claims import Claims
from stackexact.solving.domains import OneParameter
from stackexact.solving.routines import Proof, Routine, Traced

__all__ = ["ClosedForm", "closed_form"]


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """Disjoint cells that cover the domain, up to what is ``undecided``; ``limit`` says why it was left.

    ``proofs`` writes the proof of each cell, piece by piece. A ``remark`` is about the form of the cells alone.
    """

    cells: tuple[Cell, ...]
    proofs: tuple[Proof, ...]
    undecided: tuple[tuple[str, ...], ...]
    limit: str
    remark: str = ""


def closed_form(
    game: Game,
    domain: OneParameter,
    routine: Routine,
    *,
    stop: Callable[[], bool] = lambda: False,
    max_cells: int | None = None,
    report: Callable[[int, int], None] = lambda answered, left: None,
) -> ClosedForm:
    """The answer of one concept as a function of the parameter, proved on the whole domain."""
    parameter, line = domain.parameter, domain.line
    tables = routine.tables(game, parameter)

    def answer_at(sample: Root) -> tuple[Traced, tuple[Condition, ...]]:
        found = routine.at(game, tables, sample, stop)
        return found, found.conditions

    covering = cover(line, domain.pieces, answer_at, max_cells=max_cells, report=report)
    claims = Claims(parameter)

    cells: list[tuple[Stretch, Cell, Proof]] = []
    for group in merged(covering, lambda one: claims.key(one.cell), lambda one, at: claims.value_at(one.cell, at)):
        common = claims.common([(one.cell, root) for one, root in group.answers])
        for part, conditions in describe(line, group.pieces, domain.pieces):
            root = _root_of(part)
            cell = common if root is None else claims.at_point(common, root)
            cell = replace(cell, when=_texts(parameter, conditions))
            proof = partial(_proof, domain, conditions, cell, group.by_answer())
            cells.append((part[0], cell, proof))
    cells.sort(key=lambda entry: place_of(entry[0]))
    left = describe(line, covering.undecided, domain.pieces) if covering.undecided else []
    undecided = tuple(_texts(parameter, conditions) for _, conditions in left)
    return ClosedForm(
        tuple(cell for _, cell, _ in cells), tuple(proof for _, _, proof in cells), undecided, covering.limit
    )


def _root_of(part: Sequence[Stretch]) -> Root | None:
    """A root of the polynomial of which all of a part are roots; ``None`` where there is none such."""
    points = [run.low for run in part if run.low is not None and run.low == run.high]
    same = len(points) == len(part) and len({key_of(point.polynomial) for point in points}) == 1
    return points[0] if same else None


def _texts(parameter: Parameter, conditions: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(relation_text(parameter, one) for one in conditions)


def _proof(
    domain: OneParameter,
    conditions: Sequence[Condition],
    cell: Cell,
    answers: Sequence[tuple[Traced, tuple[Piece, ...]]],
) -> dict[str, Any]:
    """The proofs of a cell, each with the part of the cell on which it holds, and with what the cell leaves unsaid."""
    line, pieces = domain.line, []
    whole = line.selected(domain.pieces, conditions)
    for answer, own in answers:
        shown = answer.cell.document()
        unsaid = {key: value for key, value in shown.items() if key not in cell.document()}
        # All parts of an answer have the same proof, which is written once for each of them.
        for _, when in describe(line, line.selected(own, conditions), whole):
            made: dict[str, Any] = {"when": list(_texts(domain.parameter, when))}
            if unsaid:
                made["claim"] = unsaid
            pieces.append({**made, "proof": answer.proof()})
    return {"pieces": pieces}
