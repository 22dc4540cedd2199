"""The cover of a domain in several parameters.

Ask z3 for a point that no answer covers yet, answer there, and exclude what that answer is proved for; when z3 says
that no point is left, the cover is complete. Points in the interior come first, so that thin sets are asked about only
where no answer of the interior reaches them. What z3 cannot decide as a whole is divided into conjunctions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from stackexact.covering.division import Division, holds_at, rest
from stackexact.covering.formulas import Conditions, is_linear, joined, negated, opened
from stackexact.covering.models import SIZES, Model, rational_near
from stackexact.covering.pieces import Piece
from stackexact.covering.signs import Signs
from stackexact.covering.smt import WORK, Domain, Formula, Unknown
from stackexact.errors import LimitReached, Unproved, require_time
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign

__all__ = ["Answered", "Covering", "cover"]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer, the conditions under which it is proved within the domain, and the point where it was found."""

    answer: A
    conditions: Conditions
    sample: Point

    @property
    def is_thin(self) -> bool:
        """Whether an equation is among the conditions."""
        return any(one.sign is Sign.ZERO for one in self.conditions)

    def holds(self, point: Point) -> bool:
        """Whether all conditions hold at a point."""
        return holds_at(point, self.conditions)


@dataclass(frozen=True, slots=True)
class Covering(Generic[A]):
    """Answers that cover the domain, up to what a limit left.

    What no answer covers is ``left``, as disjoint conjunctions. Where the domain was divided, ``pieces`` are disjoint
    parts of the answers that have the same union as these.
    """

    answered: tuple[Answered[A], ...]
    complete: bool
    limit: str = ""
    left: tuple[Conditions, ...] = ()
    pieces: tuple[Piece, ...] = ()


def cover(
    domain: Domain,
    answer_at: Callable[[Point], tuple[A, Conditions]],
    *,
    stop: Callable[[], bool] = lambda: False,
    max_cells: int | None = None,
    report: Callable[[int], None] = lambda answered: None,
) -> Covering[A]:
    """Cover ``domain`` by answers; ``answer_at`` gives an answer and its conditions, which must hold at the sample.

    ``stop``, a limit that ``answer_at`` reaches, or more than ``max_cells`` answers leave the rest to be described.
    """
    search = _Search(domain, answer_at, stop, max_cells, report)
    try:
        complete = search.together() or search.divided()
        limit = "" if complete else "z3 could not decide all of the domain"
    except LimitReached as reached:
        complete, limit = False, str(reached)
    if complete:
        return Covering(tuple(search.made), True, pieces=tuple(search.pieces))
    left = rest(domain, search.regions, [one.conditions for one in search.made])
    return Covering(tuple(search.made), not left, limit if left else "", tuple(left))


class _Search(Generic[A]):
    """The answers found so far."""

    def __init__(
        self,
        domain: Domain,
        answer_at: Callable[[Point], tuple[A, Conditions]],
        stop: Callable[[], bool],
        max_cells: int | None,
        report: Callable[[int], None],
    ) -> None:
        self.domain, self.answer_at, self.stop = domain, answer_at, stop
        self.max_cells, self.report = max_cells, report
        self.signs = Signs(domain)
        self.made: list[Answered[A]] = []
        self.regions = [domain.conditions]
        self.pieces: list[Piece] = []
        self.end = domain.reals.spent + WORK

    def go_on(self) -> None:
        """Raise where the time is over, or z3 has worked enough."""
        require_time(self.stop)
        if self.domain.reals.spent > self.end:
            raise LimitReached("the limit on the work of z3 was reached; fix a parameter or narrow the domain")

    def answer(self, point: Point) -> Answered[A]:
        """Answer at a point that no answer covers."""
        self.go_on()
        if self.max_cells is not None and len(self.made) >= self.max_cells:
            raise LimitReached(f"the limit of {self.max_cells} cells was reached")
        self.signs.saw(point)
        answer, conditions = self.answer_at(point)
        found = Answered(answer, self.signs.simplified(conditions), point)
        if not found.holds(point):
            raise Unproved("the conditions of an answer must hold where it was found")
        self.made.append(found)
        self.report(len(self.made))
        return found

    def together(self) -> bool:
        """Answer by one formula for all that is left, the interior first; whether that serves: else it is divided."""
        try:
            return self._whole(strict=True) and self._whole(strict=False)
        except Unknown:
            return False

    def _whole(self, *, strict: bool) -> bool:
        """Answer until nothing (of the interior, with ``strict``) is left; ``False`` where answers are not linear."""
        conditions = self.domain.conditions
        if strict and any(one.sign is Sign.ZERO for one in conditions):
            return True
        formula = Formula(self.domain.reals, map(opened, conditions) if strict else conditions)
        for known in self.made:
            _leave(formula, known.conditions, strict=strict)
        while (model := formula.model()) is not None:
            point = self._simple(model) if strict else model.point
            if point is None or not self._is_new(point):
                return False
            found = self.answer(point)
            _leave(formula, found.conditions, strict=strict)
            if not all(map(is_linear, found.conditions)):
                return False
        return True

    def divided(self) -> bool:
        """Answer conjunction by conjunction; whether all were decided."""
        division = Division(self.domain, self.regions)
        while (found := division.next()) is not None:
            region, point = found
            self.regions = [region, *division.left]
            self.go_on()
            if not any(one.holds(point) for one in self.made):
                self.answer(point)
            number, known = next((n, one) for n, one in reversed(list(enumerate(self.made))) if one.holds(point))
            self.pieces.append(Piece(joined((*region, *known.conditions)), point, frozenset({number})))
            division.leave(region, known.conditions)
        self.regions = division.undecided
        return not self.regions

    def _is_new(self, point: Point) -> bool:
        return holds_at(point, self.domain.conditions) and not any(one.holds(point) for one in self.made)

    def _simple(self, model: Model) -> Point | None:
        """A rational point of small denominators near a point of an open set."""
        for size in SIZES:
            point = rational_near(model, size)
            if self._is_new(point) and all(point.sign_of(one.polynomial) for one in self.domain.conditions):
                return point
        return model.point


def _leave(formula: Formula, conditions: Sequence[Condition], *, strict: bool) -> None:
    """Exclude where all conditions hold; with ``strict`` also where one of their polynomials vanishes."""
    if strict:
        formula.add(tuple((opened(one),) for one in map(negated, conditions) if one.sign is not Sign.ZERO))
    else:
        formula.outside(conditions)
