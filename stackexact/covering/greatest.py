"""The cover of a domain where the answer is the greatest of finitely many quotients |top| / |bottom|.

At every point some quotient is greatest, so nothing has to be asked about a region as a whole: it is enough to know the
quotients that are greater than all others somewhere (the *rivals*), and each of them has its region by comparison with
the other rivals. A quotient is infinite where only its bottom vanishes, and plays no part where both vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from stackexact.covering.formulas import Conditions
from stackexact.covering.models import SIZES, Model
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.errors import LimitReached
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Polynomial, Sign

__all__ = ["Label", "Quotient", "Region", "Regions", "greatest"]

LOOKED_AT: Final = 400
"""Points at which the greatest quotient is looked up before z3 is asked for others."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """``|top| / |bottom|``."""

    top: Polynomial
    bottom: Polynomial


@dataclass(frozen=True, slots=True)
class Label:
    """What holds at a point: the number of the greatest quotient (``None``: none plays a part), whether it is infinite,
    else the sign of ``top * bottom``, the rivals before it that play no part, and the first mark that is negative."""

    best: int | None
    infinite: bool = False
    turn: int = 1
    absent: frozenset[int] = frozenset()
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Where one label holds, and a point there."""

    label: Label
    conditions: Conditions
    sample: Point


@dataclass(frozen=True, slots=True)
class Regions:
    """Disjoint regions, and the conjunctions in which something was left undecided."""

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

    Where it is finite a region also tells the first of ``marks`` that is negative, if any. A limit leaves the rest of
    the domain undecided.
    """
    search = _Search(domain, quotients, marks, stop, report)
    try:
        search.find_rivals()
        search.find_marks()
    except LimitReached as limit:
        return Regions((), ((),), str(limit))
    return search.regions(max_regions)


class _Search:
    """What is known of the quotients, and of the points that were looked at."""

    def __init__(
        self,
        domain: Domain,
        quotients: Sequence[Quotient],
        marks: Sequence[Polynomial],
        stop: Callable[[], bool],
        report: Callable[[int], None],
    ) -> None:
        self.domain, self.quotients, self.stop, self.report = domain, quotients, stop, report
        self.marks = marks
        self.telling: list[int] = []
        self.some_have_none = True
        self.rivals: list[int] = []
        self.points: list[Point] = []
        self._against: dict[tuple[int, int], Polynomial] = {}
        self._absences: dict[int, bool] = {}

    # Comparisons

    def lead(self, one: int, two: int) -> Polynomial:
        """Positive where the first quotient is greater, if both play a part."""
        if (one, two) not in self._against:
            a, b = self.quotients[one], self.quotients[two]
            across, back = a.top * b.bottom, b.top * a.bottom
            self._against[one, two] = _primitive((across - back) * (across + back))
            self._against[two, one] = -self._against[one, two]
        return self._against[one, two]

    def is_absent(self, number: int, point: Point) -> bool:
        """Whether a quotient plays no part at a point."""
        one = self.quotients[number]
        return not point.sign_of(one.bottom) and not point.sign_of(one.top)

    def is_infinite(self, number: int, point: Point) -> bool:
        """Whether a quotient is infinite at a point."""
        one = self.quotients[number]
        return not point.sign_of(one.bottom) and bool(point.sign_of(one.top))

    def best_at(self, point: Point, among: Iterable[int]) -> int | None:
        """The first greatest of some quotients at a point, infinite ones above all."""
        best: int | None = None
        for number in among:
            if self.is_infinite(number, point):
                return number
            if not self.is_absent(number, point) and (best is None or point.sign_of(self.lead(number, best)) > 0):
                best = number
        return best

    # Rivals

    def find_rivals(self) -> None:
        """The quotients that are greater than all others somewhere; raises :class:`LimitReached`."""
        everything = range(len(self.quotients))
        for point in self._looked_at():
            self._go_on()
            self.points.append(point)
            best = self.best_at(point, everything)
            if best is not None and best not in self.rivals:
                self.rivals.append(best)
        for number in everything:
            while number not in self.rivals:
                self._go_on()
                above = self._beats(number)
                if above is None:
                    break
                best = self.best_at(above, everything)
                # Irrational or tied: the quotient itself is as good a rival as the one that beats it there.
                self.rivals.append(number if best is None or best in self.rivals else best)
                self.points.append(above)
        self.rivals.sort(key=lambda number: (self._may_be_absent(number), number))

    def _go_on(self) -> None:
        if self.stop():
            raise LimitReached("the time limit was reached; raise it")

    def _beats(self, number: int) -> Point | None:
        """A point where a quotient plays a part and is above all rivals."""
        own = self.quotients[number]
        leads = [Condition(self.lead(number, rival), Sign.POSITIVE) for rival in self.rivals]
        formula = self.domain.formula()
        part = [Condition(value, Sign.NONZERO) for value in (own.top, own.bottom) if not value.is_constant()]
        if own.top.is_constant() or own.bottom.is_constant():
            part = []  # a constant other than zero always plays a part, and zero quotients were taken out
        plain = []
        for lead, rival in zip(leads, self.rivals, strict=True):
            if self._may_be_absent(rival):
                other = self.quotients[rival]
                absent = [Condition(value, Sign.ZERO) for value in (other.top, other.bottom) if value]
                above = [(lead,)] if lead.polynomial else []
                formula.add((*above, tuple(absent)))
            elif not lead.polynomial:
                return None
            else:
                plain.append(lead)
        if part:
            formula.add(tuple((one,) for one in part))
        model = formula.model(plain)
        return None if model is None else _point(model)

    def _may_be_absent(self, number: int) -> bool:
        """Whether a quotient plays no part somewhere in the domain, as far as z3 can tell."""
        if number not in self._absences:
            one = self.quotients[number]
            try:
                gone = _stated([(one.top, Sign.ZERO), (one.bottom, Sign.ZERO)])
                self._absences[number] = gone is not None and not self.domain.formula().excludes(gone)
            except Unknown:
                self._absences[number] = True
        return self._absences[number]

    def _looked_at(self) -> Iterator[Point]:
        """Points of the domain: where quotients are infinite, and halfway between these."""
        found: dict[tuple[object, ...], Point] = {}
        formula = self.domain.formula()
        for one in self.quotients:
            poles = _stated([(one.bottom, Sign.ZERO), (one.top, Sign.NONZERO)])
            try:
                model = None if poles is None else formula.model(poles)
            except Unknown:
                continue
            if model is not None and model.point is not None and model.point.is_rational:
                found[model.point.coordinates] = model.point
        yield from found.values()
        pairs = list(combinations(found.values(), 2))
        for a, b in pairs[:: max(1, len(pairs) // LOOKED_AT)]:
            point = Point.rational([(x + y) / 2 for x, y in zip(a.fractions, b.fractions, strict=True)])
            if all(known.sign.admits(point.sign_of(known.polynomial)) for known in self.domain.conditions):
                yield point

    # Marks

    def find_marks(self) -> None:
        """The marks that are negative somewhere where no earlier one is, the most frequent ones first."""

        def often(number: int) -> int:
            return -sum(point.sign_of(self.marks[number]) < 0 for point in self.points)

        formula = self.domain.formula()
        for number in sorted(range(len(self.marks)), key=often):
            self._go_on()
            mark = self.marks[number]
            below = _stated([(-mark, Sign.POSITIVE)])
            if below is None or formula.excludes(below):
                continue
            self.telling.append(number)
            stays = _stated([(mark, Sign.NONNEGATIVE)])
            if stays is None or formula.excludes(stays):
                self.some_have_none = False
                return
            for one in stays:
                formula.add(((one,),))

    # Regions

    def label_at(self, point: Point) -> Label:
        """What holds at a point."""
        best = self.best_at(point, self.rivals)
        if best is None:
            return Label(None)
        before = self.rivals[: self.rivals.index(best)]
        absent = frozenset(rival for rival in before if self.is_absent(rival, point))
        if self.is_infinite(best, point):
            return Label(best, True, absent=absent)
        one = self.quotients[best]
        turn = point.sign_of(one.top) * point.sign_of(one.bottom)
        mark = next((number for number in self.telling if point.sign_of(self.marks[number]) < 0), None)
        return Label(best, False, turn, absent, mark)

    def conditions_of(self, label: Label) -> Conditions | None:
        """What makes up the region of a label; ``None`` where that is never so."""
        if label.best is None:
            return _stated((value, Sign.ZERO) for one in self.quotients for value in (one.top, one.bottom))
        best = self.quotients[label.best]
        before = self.rivals[: self.rivals.index(label.best)]
        said = [(v, Sign.ZERO) for n in label.absent for v in (self.quotients[n].top, self.quotients[n].bottom)]
        present = [rival for rival in before if rival not in label.absent]
        if label.infinite:
            said += [(best.bottom, Sign.ZERO), (best.top, Sign.NONZERO)]
            said += [(self.quotients[rival].bottom, Sign.NONZERO) for rival in present]
            return _stated(said)
        if label.turn:
            said.append((label.turn * best.top * best.bottom, Sign.POSITIVE))
        else:
            said += [(best.top, Sign.ZERO), (best.bottom, Sign.NONZERO)]
        said += [(self.lead(label.best, rival), Sign.POSITIVE) for rival in present]
        after = self.rivals[len(before) + 1 :]
        said += [(self.lead(label.best, rival), Sign.NONNEGATIVE) for rival in after]
        return _stated([*said, *self._mark_conditions(label.mark)])

    def _mark_conditions(self, mark: int | None) -> list[tuple[Polynomial, Sign]]:
        earlier = self.telling if mark is None else self.telling[: self.telling.index(mark)]
        said = [(self.marks[number], Sign.NONNEGATIVE) for number in earlier]
        return said if mark is None else [*said, (-self.marks[mark], Sign.POSITIVE)]

    def regions(self, limit: int | None) -> Regions:
        """All regions that have a point, each with conditions that are needed."""
        found: dict[Label, Point] = {}
        undecided: list[Conditions] = []
        reason = ""
        for point in self.points:
            found.setdefault(self.label_at(point), point)
        for formula, base in self._places(found):
            try:
                while (model := formula.model(base)) is not None:
                    self._go_on()
                    point, label, conditions = self._told(model)
                    found.setdefault(label, point)
                    self.report(len(found))
                    if conditions == base:
                        break
                    formula.outside(conditions)
            except LimitReached as stopped:
                undecided.append(base)
                reason = reason or str(stopped)
        made = [self._region(label, point) for label, point in found.items()]
        if limit is not None and len(made) > limit:
            undecided += [region.conditions for region in made[limit:]]
            made, reason = made[:limit], f"the limit of {limit} cells was reached"
        return Regions(tuple(made), tuple(undecided), reason)

    def _told(self, model: Model) -> tuple[Point, Label, Conditions]:
        """A model's point, its label, and what makes up the region of that label."""
        point = _point(model)
        label = self.label_at(point)
        conditions = self.conditions_of(label)
        if conditions is None or not _holds(conditions, point):
            raise Unknown("z3 found a point that no region holds")
        return point, label, conditions

    def _places(self, found: dict[Label, Point]) -> Iterator[tuple[Formula, Conditions]]:
        """Where to look for labels that were not found yet: the rest of the domain.

        Where all rivals before the greatest play a part, each label is looked for by itself. Elsewhere what the found
        ones leave is looked at.
        """
        marks = [*self.telling, *([None] if self.some_have_none else [])]
        for number, turn, mark in product(self.rivals, (1, -1, 0), marks):
            label = Label(number, False, turn, mark=mark)
            conditions = None if label in found else self.conditions_of(label)
            if conditions is not None:
                yield self.domain.formula(), conditions
        for place, number in enumerate(self.rivals):
            one = self.quotients[number]
            poles = _stated([(one.bottom, Sign.ZERO), (one.top, Sign.NONZERO)])
            if poles is not None:
                yield self._not_infinite(self.rivals[:place]), poles
            gone = _stated([(one.top, Sign.ZERO), (one.bottom, Sign.ZERO)])
            if gone is not None and self._may_be_absent(number):
                yield self.domain.formula(), gone
        nothing = self.conditions_of(Label(None))
        if nothing is not None:
            yield self.domain.formula(), nothing

    def _not_infinite(self, numbers: Sequence[int]) -> Formula:
        formula = self.domain.formula()
        for number in numbers:
            one = self.quotients[number]
            poles = _stated([(one.bottom, Sign.ZERO), (one.top, Sign.NONZERO)])
            if poles is not None:
                formula.outside(poles)
        return formula

    def _region(self, label: Label, point: Point) -> Region:
        conditions = self.conditions_of(label)
        assert conditions is not None
        return Region(label, conditions, self._simple(conditions, point))

    def _simple(self, conditions: Conditions, point: Point) -> Point:
        """A point of small denominators in the region, where one is near."""
        if not point.is_rational:
            return point
        for size in SIZES:
            rounded = Point.rational([one.limit_denominator(size) for one in point.fractions])
            if _holds((*self.domain.conditions, *conditions), rounded):
                return rounded
        return point


def _point(model: Model) -> Point:
    if model.point is None:
        raise Unknown("z3 found a point with irrational coordinates of several fields")
    return model.point


def _primitive(polynomial: Polynomial) -> Polynomial:
    content = polynomial.content() if polynomial else 0
    return polynomial // content if content > 1 else polynomial


def _holds(conditions: Iterable[Condition], point: Point) -> bool:
    return all(one.sign.admits(point.sign_of(one.polynomial)) for one in conditions)


def _stated(said: Iterable[tuple[Polynomial, Sign]]) -> Conditions | None:
    """The conditions among these that are not always met; ``None`` where one never is."""
    found: dict[Condition, None] = {}
    for polynomial, sign in said:
        if polynomial.is_constant():
            value = 0 if not polynomial else 1 if polynomial.leading_coefficient() > 0 else -1
            if not sign.admits(value):
                return None
        else:
            found[Condition(_primitive(polynomial), sign)] = None
    return tuple(found)
