"""Which of finitely many quotients |top| / |bottom| are greater than all others somewhere in a domain.

A quotient is infinite where only its bottom vanishes, and plays no part (is *absent*) where both vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Final

from stackexact.covering.division import holds_at
from stackexact.covering.formulas import Conditions
from stackexact.covering.models import Model
from stackexact.covering.smt import Domain, Unknown
from stackexact.errors import require_time
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Polynomial, Sign, primitive

__all__ = ["Comparisons", "Quotient", "Rivals", "find_rivals", "point_of", "stated"]

LOOKED_AT: Final = 400
"""Points at which the greatest quotient is looked up before z3 is asked for others."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """``|top| / |bottom|``."""

    top: Polynomial
    bottom: Polynomial

    def is_absent(self, point: Point) -> bool:
        """Whether it plays no part at a point."""
        return not point.sign_of(self.bottom) and not point.sign_of(self.top)

    def is_infinite(self, point: Point) -> bool:
        """Whether it is infinite at a point."""
        return not point.sign_of(self.bottom) and bool(point.sign_of(self.top))

    @property
    def poles(self) -> Conditions | None:
        """Where it is infinite; ``None``: nowhere."""
        return stated([(self.bottom, Sign.ZERO), (self.top, Sign.NONZERO)])

    @property
    def absence(self) -> Conditions | None:
        """Where it plays no part; ``None``: nowhere."""
        return stated([(self.bottom, Sign.ZERO), (self.top, Sign.ZERO)])


class Comparisons:
    """Quotients side by side."""

    def __init__(self, quotients: Sequence[Quotient]) -> None:
        self.quotients = tuple(quotients)
        self._leads: dict[tuple[int, int], Polynomial] = {}

    def lead(self, one: int, two: int) -> Polynomial:
        """Positive where the first quotient is greater, if both play a part; zero where one plays none."""
        if (one, two) not in self._leads:
            a, b = self.quotients[one], self.quotients[two]
            across, back = a.top * b.bottom, b.top * a.bottom
            self._leads[one, two] = primitive((across - back) * (across + back))
            self._leads[two, one] = -self._leads[one, two]
        return self._leads[one, two]

    def best_at(self, point: Point, among: Iterable[int]) -> int | None:
        """The first greatest of some quotients at a point, infinite ones above all; ``None`` where all are absent."""
        best: int | None = None
        for number in among:
            if self.quotients[number].is_infinite(point):
                return number
            present = not self.quotients[number].is_absent(point)
            if present and (best is None or point.sign_of(self.lead(number, best)) > 0):
                best = number
        return best


@dataclass(frozen=True, slots=True)
class Rivals:
    """What :func:`find_rivals` found: at each point of the domain no quotient is above all rivals.

    The ``numbers`` of those that may be absent (``absent``) come last. ``points`` are those looked at.
    """

    numbers: tuple[int, ...]
    absent: frozenset[int]
    points: tuple[Point, ...]


def find_rivals(domain: Domain, comparisons: Comparisons, stop: Callable[[], bool]) -> Rivals:
    """The quotients that are greater than all others somewhere, and those of which z3 cannot tell.

    Raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so.
    """
    search = _Search(domain, comparisons)
    for point in _looked_at(domain, comparisons.quotients, stop):
        search.saw(point)
    for number in range(len(comparisons.quotients)):
        while number not in search.rivals:
            require_time(stop)
            try:
                above = search.above(number)
            except Unknown:  # one rival too many changes no answer: its region is just empty
                search.rivals.append(number)
                break
            if above is None:
                break
            if not search.saw(above):  # a tie: the quotient is as good a rival as the one that is first there
                search.rivals.append(number)
    absent = frozenset(number for number in search.rivals if search.absence(number) is not None)
    order = sorted(search.rivals, key=lambda number: (number in absent, number))
    return Rivals(tuple(order), absent, tuple(search.points))


class _Search:
    """The rivals found so far."""

    def __init__(self, domain: Domain, comparisons: Comparisons) -> None:
        self.domain, self.comparisons = domain, comparisons
        self.rivals: list[int] = []
        self.points: list[Point] = []
        self._absences: dict[int, Conditions | None] = {}

    def saw(self, point: Point) -> bool:
        """Note a point of the domain; whether that shows another rival."""
        self.points.append(point)
        best = self.comparisons.best_at(point, range(len(self.comparisons.quotients)))
        if best is None or best in self.rivals:
            return False
        self.rivals.append(best)
        return True

    def above(self, number: int) -> Point | None:
        """A point where a quotient is present and above all rivals that are present; raises :class:`Unknown`."""
        formula, conditions = self.domain.formula(), list[Condition]()
        missing = self.absence(number)
        if missing is not None:
            formula.outside(missing)
        for rival in self.rivals:
            greater = stated([(self.comparisons.lead(number, rival), Sign.POSITIVE)])
            absent = self.absence(rival)
            if greater is None and absent is None:
                return None
            if greater is None or absent is None:
                conditions += absent or greater or ()
            else:
                formula.add((greater, absent))
        model = formula.model(conditions)
        return None if model is None else point_of(model)

    def absence(self, number: int) -> Conditions | None:
        """Where a quotient plays no part in the domain; ``None`` where z3 finds no such point."""
        if number not in self._absences:
            gone = self.comparisons.quotients[number].absence
            with suppress(Unknown):
                if gone is not None and self.domain.formula().excludes(gone):
                    gone = None
            self._absences[number] = gone
        return self._absences[number]


def _looked_at(domain: Domain, quotients: Iterable[Quotient], stop: Callable[[], bool]) -> Iterator[Point]:
    """Points of the domain: where quotients are infinite, and halfway between these."""
    found: dict[tuple[object, ...], Point] = {}
    formula = domain.formula()
    for one in quotients:
        require_time(stop)
        try:
            model = None if one.poles is None else formula.model(one.poles)
        except Unknown:
            continue
        if model is not None and model.point is not None and model.point.is_rational:
            found[model.point.coordinates] = model.point
    yield from found.values()
    step = max(1, len(found) * (len(found) - 1) // (2 * LOOKED_AT))
    for a, b in islice(combinations(found.values(), 2), 0, None, step):
        require_time(stop)
        point = Point.rational([(x + y) / 2 for x, y in zip(a.fractions, b.fractions, strict=True)])
        if holds_at(point, domain.conditions):
            yield point


def point_of(model: Model) -> Point:
    """The point of a model; raises :class:`Unknown` where its coordinates are not all in one field."""
    if model.point is None:
        raise Unknown("z3 found a point with irrational coordinates of several fields")
    return model.point


def stated(said: Iterable[tuple[Polynomial, Sign]]) -> Conditions | None:
    """The conditions among these that are not always met; ``None`` where one never is.

    They are written as :class:`~stackexact.exact.tracing.Tracer` writes those it records.
    """
    found: dict[Condition, None] = {}
    for polynomial, sign in said:
        leading = polynomial.leading_coefficient() if polynomial else 0
        if polynomial.is_constant():
            if not sign.admits((leading > 0) - (leading < 0)):
                return None
            continue
        turned = sign in (Sign.ZERO, Sign.NONZERO) and leading < 0
        found[Condition(primitive(-polynomial if turned else polynomial), sign)] = None
    return tuple(found)
