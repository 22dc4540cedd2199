"""The cover of a domain in several parameters.

Ask z3 for a point that no answer covers yet, answer there, and exclude what that answer is proved for; when z3 says
that no point is left, the cover is complete. Points in the interior come first, so that thin sets are asked about only
where no answer of the interior reaches them. What z3 cannot decide as a whole is divided into conjunctions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from stackexact.covering.smt import WORK, Formula, Model, Reals, Unknown, negated, rational_near
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign, key_of

__all__ = ["SIZES", "Answered", "Conditions", "Covering", "Domain", "Signs", "cover"]

A = TypeVar("A")

Conditions = tuple[Condition, ...]

SIZES: Final = (1, 2, 4, 10, 20, 50, 100, 10**3, 10**5, 10**8, 10**12, 10**20)
"""Denominators that are tried, so that points in open sets are simple."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The points that meet ``conditions``; ``reals`` answers questions about them."""

    reals: Reals
    conditions: tuple[Condition, ...]

    def formula(self) -> Formula:
        """The conditions of the domain, to which more can be added."""
        return Formula(self.reals, self.conditions)


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer, the conditions under which it is proved within the domain, and the point where it was found."""

    answer: A
    conditions: tuple[Condition, ...]
    sample: Point

    @property
    def is_thin(self) -> bool:
        """Whether an equation is among the conditions."""
        return any(one.sign is Sign.ZERO for one in self.conditions)

    def holds(self, point: Point) -> bool:
        """Whether all conditions hold at a point."""
        return all(one.sign.admits(point.sign_of(one.polynomial)) for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Covering(Generic[A]):
    """Answers that cover the domain, up to what a limit left.

    The conditions of ``disjoint`` answers exclude each other; beside these ``left`` names what no answer covers.
    """

    answered: tuple[Answered[A], ...]
    complete: bool
    limit: str = ""
    disjoint: bool = False
    left: tuple[Conditions, ...] = ()


class Signs:
    """What the domain says of the signs of polynomials: conditions without the factors whose sign it settles."""

    def __init__(self, domain: Domain) -> None:
        self._formula = domain.formula()
        self._known: dict[tuple[Any, ...], int | None] = {}
        self._points: list[Point] = []

    def saw(self, point: Point) -> None:
        """A point of the domain."""
        self._points.append(point)

    def of(self, polynomial: Any) -> int | None:
        """The sign on the whole domain: 1 or -1; 0 for one that vanishes nowhere; ``None`` for any other."""
        key = key_of(polynomial)
        if key not in self._known:
            self._known[key] = self._asked(polynomial)
        return self._known[key]

    def _asked(self, polynomial: Any) -> int | None:
        seen = {point.sign_of(polynomial) for point in self._points[:8]}
        if 0 in seen:
            return None
        try:
            if -1 not in seen and self._formula.excludes([Condition(-polynomial, Sign.NONNEGATIVE)]):
                return 1
            if 1 not in seen and self._formula.excludes([Condition(polynomial, Sign.NONNEGATIVE)]):
                return -1
            return 0 if self._formula.excludes([Condition(polynomial, Sign.ZERO)]) else None
        except Unknown:
            return None

    def simplified(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """Conditions that say the same within the domain."""
        return joined(one for condition in conditions for one in self._divided(condition))

    def _divided(self, condition: Condition) -> list[Condition]:
        """A condition factor by factor; squares and factors of one sign are taken out where that is no change."""
        polynomial, sign = condition.polynomial, condition.sign
        unit, factors = polynomial.factor()
        turn, rest, nonzero = 1 if unit > 0 else -1, polynomial.context().constant(1), []
        for factor, power in factors:
            known = self.of(factor)
            if known:
                turn = turn * known if power % 2 else turn
            elif power % 2 == 0 and (known == 0 or sign is Sign.POSITIVE):
                nonzero += [] if known == 0 else [Condition(factor, Sign.NONZERO)]
            elif known == 0 and sign in (Sign.ZERO, Sign.NONZERO):
                continue
            else:
                rest = rest * factor ** (2 if power % 2 == 0 and sign is Sign.NONNEGATIVE else 1)
        if sign in (Sign.ZERO, Sign.NONZERO):
            made = Condition(rest if rest.leading_coefficient() > 0 else -rest, sign)
        else:
            made = Condition(rest * turn, sign)
        if rest.is_constant():
            value = 1 if made.polynomial.leading_coefficient() > 0 else -1
            if not sign.admits(value):
                raise Unproved("a condition that holds at a point of the domain cannot fail on all of it")
            return nonzero
        return [*nonzero, made]


def joined(conditions: Iterable[Condition]) -> Conditions:
    """The same conditions with one for each polynomial: at least 0 and at most 0 is zero.

    Raises :class:`~stackexact.errors.Unproved` where two contradict each other.
    """
    found: dict[tuple[Any, ...], tuple[Any, frozenset[int]]] = {}
    for condition in conditions:
        turn = 1 if condition.polynomial.leading_coefficient() > 0 else -1
        polynomial = condition.polynomial * turn
        signs = frozenset(turn * sign for sign in (-1, 0, 1) if condition.sign.admits(sign))
        key = key_of(polynomial)
        found[key] = polynomial, signs & found[key][1] if key in found else signs
    return tuple(_saying(polynomial, signs) for polynomial, signs in found.values())


def _saying(polynomial: Any, signs: frozenset[int]) -> Condition:
    for sign in Sign:
        for turn in (1, -1):
            if signs == {turn * one for one in (-1, 0, 1) if sign.admits(one)}:
                return Condition(polynomial * turn, sign)
    raise Unproved("conditions that hold at a common point cannot contradict each other")


def cover(
    domain: Domain,
    answer_at: Callable[[Point], tuple[A, tuple[Condition, ...]]],
    *,
    max_cells: int | None = None,
    report: Callable[[int], None] = lambda answered: None,
) -> Covering[A]:
    """Cover ``domain`` by answers; ``answer_at`` gives an answer and its conditions, which must hold at the sample.

    A limit that ``answer_at`` reaches, or more than ``max_cells`` answers, leaves the rest to be described.
    """
    search = _Search(domain, answer_at, max_cells, report)
    try:
        try:
            complete = search.whole(strict=True) and search.whole(strict=False)
        except Unknown:
            complete = search.divided()
    except LimitReached as limit:
        return Covering(tuple(search.made), False, str(limit))
    return Covering(tuple(search.made), complete, "" if complete else "z3 could not decide all of the domain")


class _Search(Generic[A]):
    """The answers found so far."""

    def __init__(
        self,
        domain: Domain,
        answer_at: Callable[[Point], tuple[A, tuple[Condition, ...]]],
        max_cells: int | None,
        report: Callable[[int], None],
    ) -> None:
        self.domain, self.answer_at, self.max_cells, self.report = domain, answer_at, max_cells, report
        self.signs = Signs(domain)
        self.made: list[Answered[A]] = []
        self.end = domain.reals.spent + WORK

    def go_on(self) -> None:
        """Raise where z3 has worked enough."""
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

    def whole(self, *, strict: bool) -> bool:
        """Answer until nothing (of the interior, with ``strict``) is left; ``False`` where that fails."""
        conditions = self.domain.conditions
        if strict and any(one.sign is Sign.ZERO for one in conditions):
            return True
        formula = Formula(self.domain.reals, map(_open, conditions) if strict else conditions)
        for known in self.made:
            _leave(formula, known.conditions, strict=strict)
        while (model := formula.model()) is not None:
            point = self._simple(model) if strict else model.point
            if point is None or not self._is_new(point):
                raise Unknown("z3 found a point with irrational coordinates of several fields")
            found = self.answer(point)
            _leave(formula, found.conditions, strict=strict)
            if any(one.polynomial.total_degree() > 1 for one in found.conditions):
                raise Unknown("clauses of higher degree are divided")
        return True

    def _is_new(self, point: Point) -> bool:
        inside = all(one.sign.admits(point.sign_of(one.polynomial)) for one in self.domain.conditions)
        return inside and not any(one.holds(point) for one in self.made)

    def _simple(self, model: Model) -> Point | None:
        """A rational point of small denominators near a point of an open set."""
        for size in SIZES:
            point = rational_near(model, size)
            if self._is_new(point) and all(point.sign_of(one.polynomial) for one in self.domain.conditions):
                return point
        return model.point

    def divided(self) -> bool:
        """Go through the domain conjunction by conjunction, sets without interior last; whether all were decided."""
        waiting, thin = [self.domain.conditions], list[tuple[Conditions, Point]]()
        complete = True
        while waiting or thin:
            self.go_on()
            if not waiting:
                region, point = thin.pop()
            else:
                region = waiting.pop()
                try:
                    found = self._inside(region)
                except Unknown:
                    complete = False
                    continue
                if found is None:
                    continue
                point = found
                if not _is_interior(point, region):
                    thin.append((region, point))
                    continue
            known = next((one for one in reversed(self.made) if one.holds(point)), None) or self.answer(point)
            waiting += self._left(region, known.conditions)
        return complete

    def _left(self, region: Conditions, conditions: Conditions) -> list[Conditions]:
        """Disjoint conjunctions that make up where ``region`` holds and not all of ``conditions`` do.

        Conditions that hold on all of what is looked at are left out, so that few are asked about at a time.
        """
        kept, left = region, list[Conditions]()
        for condition in sorted(conditions, key=lambda one: int(one.polynomial.total_degree())):
            if condition in kept:
                continue
            try:
                outside = joined((*kept, negated(condition)))
                if Formula(self.domain.reals, outside).excludes(()):
                    continue
                left.append(outside)
            except Unproved:
                continue
            except Unknown:
                left.append(outside)
            kept = joined((*kept, condition))
        return left

    def _inside(self, region: Conditions) -> Point | None:
        """A point of a conjunction, of its interior where there is one; ``None`` where there is none at all."""
        model = Formula(self.domain.reals, region).model()
        if model is None:
            return None
        if not any(one.sign is Sign.ZERO for one in region):
            if model.point is None or not _is_interior(model.point, region):
                model = Formula(self.domain.reals, map(_open, region)).model() or model
            for size in SIZES:
                point = rational_near(model, size)
                if _is_interior(point, region):
                    return point
        if model.point is None:
            raise Unknown("z3 found a point with irrational coordinates of several fields")
        return model.point


def _is_interior(point: Point, conditions: Conditions) -> bool:
    return all(
        one.sign is not Sign.ZERO and _open(one).sign.admits(point.sign_of(one.polynomial)) for one in conditions
    )


def remainders(conditions: Sequence[Condition], given: Sequence[Condition] = ()) -> Iterable[tuple[Condition, ...]]:
    """Disjoint conjunctions that make up where ``given`` holds and not all of ``conditions`` do."""
    kept: list[Condition] = []
    for condition in sorted(conditions, key=lambda one: int(one.polynomial.total_degree())):
        if condition not in given:
            yield (*kept, negated(condition))
            kept.append(condition)


def _open(condition: Condition) -> Condition:
    return Condition(condition.polynomial, Sign.POSITIVE) if condition.sign is Sign.NONNEGATIVE else condition


def _leave(formula: Formula, conditions: Sequence[Condition], *, strict: bool) -> None:
    """Exclude where all conditions hold; with ``strict`` also where one of their polynomials vanishes."""
    if not strict:
        formula.outside(conditions)
        return
    ways = [_open(one) for one in map(negated, conditions) if one.sign is not Sign.ZERO]
    literals = [formula.reals.literal(one) for one in ways]
    formula.add(formula.reals.z3.Or([*literals, formula.reals.z3.BoolVal(False, formula.reals.context)]), ways)
