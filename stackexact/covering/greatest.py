"""The cover of a domain where the answer is the greatest of finitely many quotients |top| / |bottom|.

At every point some quotient is greatest, so nothing has to be asked about a region as a whole: it is enough to know the
quotients that are greater than all others somewhere (see :mod:`~stackexact.covering.rivals`), and each of them has its
regions by comparison with the other rivals (see :mod:`~stackexact.covering.labels`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stackexact.covering.division import holds_at, rest
from stackexact.covering.formulas import Conditions
from stackexact.covering.labels import Label, Labels, find_marks
from stackexact.covering.models import SIZES
from stackexact.covering.rivals import Comparisons, Quotient, find_rivals, point_of
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.errors import LimitReached, require_time
from stackexact.exact.points import Point
from stackexact.exact.tracing import Polynomial

__all__ = ["Region", "Regions", "greatest"]


@dataclass(frozen=True, slots=True)
class Region:
    """Where one label holds, and a point there.

    ``compared`` are those of its ``conditions`` that say which quotient is the greatest, ``holding`` what they imply
    about all quotients and marks.
    """

    label: Label
    conditions: Conditions
    compared: Conditions
    holding: Conditions
    sample: Point


@dataclass(frozen=True, slots=True)
class Regions:
    """Disjoint regions, and disjoint conjunctions that make up the rest of the domain (or contain nothing)."""

    regions: tuple[Region, ...]
    undecided: tuple[Conditions, ...]
    limit: str = ""


def greatest(
    domain: Domain,
    quotients: Sequence[Quotient],
    marks: Sequence[Polynomial] = (),
    *,
    stop: Callable[[], bool] = lambda: False,
    max_regions: int | None = None,
    report: Callable[[int], None] = lambda found: None,
) -> Regions:
    """Disjoint regions that make up the domain, in each of which one quotient is greatest.

    Where it is finite a region also tells whether its top and bottom have opposite signs, and where they have not, the
    first of ``marks`` that is negative, if any. What a limit leaves is undecided: all of the domain until quotients are
    compared.
    """
    comparisons = Comparisons(quotients)
    try:
        rivals = find_rivals(domain, comparisons, stop)
        labels = Labels(comparisons, rivals, find_marks(domain, marks, rivals.points, stop))
        search = _Search(domain, labels, stop, report)
        search.look_at_thin()
    except LimitReached as limit:
        return Regions((), ((),), str(limit))
    search.look_at_thick()
    return search.regions(max_regions)


class _Search:
    """The labels found so far, each with a point, and where some may be missing."""

    def __init__(self, domain: Domain, labels: Labels, stop: Callable[[], bool], report: Callable[[int], None]) -> None:
        self.domain, self.labels, self.stop, self.report = domain, labels, stop, report
        self.found: dict[Label, Point] = {}
        self.doubtful: list[Conditions] = []
        self.undecided: list[Conditions] = []
        self.limit = ""
        for point in labels.rivals.points:
            self.found.setdefault(labels.at(point), point)

    def look_at_thin(self) -> None:
        """Find the labels of sets without interior; raises :class:`~stackexact.errors.LimitReached`."""
        for place, excluded in self.labels.thin():
            formula = self.domain.formula()
            for conditions in excluded:
                formula.outside(conditions)
            try:
                self._look_at(formula, place)
            except Unknown as unknown:
                self.doubtful.append(place)
                self.limit = self.limit or str(unknown)

    def _look_at(self, formula: Formula, place: Conditions) -> None:
        require_time(self.stop)
        while (model := formula.model(place)) is not None:
            require_time(self.stop)
            conditions = self._note(point_of(model))
            if conditions == place:
                return
            formula.outside(conditions)

    def _note(self, point: Point) -> Conditions:
        """Note the label at a point; what selects it."""
        label = self.labels.at(point)
        conditions = self.labels.conditions_of(label)
        if conditions is None or not holds_at(point, conditions):
            raise Unknown("z3 found a point that no region holds")
        if label not in self.found:
            self.found[label] = point
            self.report(len(self.found))
        return conditions

    def look_at_thick(self) -> None:
        """Look for each label of the rest by itself. After a limit what was not looked for is undecided."""
        for number, labels in self.labels.thick():
            waiting = [label for label in labels if label not in self.found]
            if self.stop():
                self.limit = self.limit or "the time limit was reached; raise it"
                whole = self.labels.finite(number) if len(waiting) == len(labels) else None
                self.undecided += [whole] if whole is not None else self._conditions(waiting)
                continue
            for conditions in self._conditions(waiting):
                try:
                    require_time(self.stop)
                    model = self.domain.formula().model(conditions)
                    if model is not None:
                        self._note(point_of(model))
                except LimitReached as limit:
                    self.limit = self.limit or str(limit)
                    self.undecided.append(conditions)

    def _conditions(self, labels: Iterable[Label]) -> list[Conditions]:
        return [made for label in labels if (made := self.labels.conditions_of(label)) is not None]

    def regions(self, most: int | None) -> Regions:
        """A region for each label that was found, up to so many."""
        made = [self._region(label, point) for label, point in self.found.items()]
        undecided, limit = [*self.undecided], self.limit
        for place in self.doubtful:
            known = [*(region.conditions for region in made), *undecided]
            undecided += rest(self.domain, [(*self.domain.conditions, *place)], known)
        if most is not None and len(made) > most:
            undecided += [region.conditions for region in made[most:]]
            made, limit = made[:most], f"the limit of {most} cells was reached"
        return Regions(tuple(made), tuple(undecided), limit if undecided else "")

    def _region(self, label: Label, point: Point) -> Region:
        conditions, compared = self.labels.conditions_of(label), self.labels.comparisons_of(label)
        assert conditions is not None
        assert compared is not None
        sample = _simple((*self.domain.conditions, *conditions), point)
        return Region(label, conditions, compared, self.labels.holding(label), sample)


def _simple(conditions: Conditions, point: Point) -> Point:
    """A point of small denominators that meets the conditions as well, where one is near."""
    if point.is_rational:
        for size in SIZES:
            rounded = Point.rational([one.limit_denominator(size) for one in point.fractions])
            if holds_at(rounded, conditions):
                return rounded
    return point
