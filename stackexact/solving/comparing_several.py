"""Two closed forms in several parameters side by side: where one is larger, and where both are equal.

Every cell of one meets every cell of the other, and the sign of the difference of their values divides what they share.
z3 says which of these regions have a point; those of one relation are then joined where that gives few and simple ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from stackexact.covering.domain import relation_text_of_several
from stackexact.covering.formulas import Conditions
from stackexact.covering.models import Model, rational_near
from stackexact.covering.needed import Sparing
from stackexact.covering.partition import Area, partition
from stackexact.covering.pieces import Piece, put_together
from stackexact.covering.smt import WORK, Domain, Formula, Reals, Unknown
from stackexact.errors import UsageError
from stackexact.exact.points import Point
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign
from stackexact.solving.branches import Value, conditions_at, constant_sign, difference, regions, relations
from stackexact.solving.solution import Result

__all__ = ["Compared", "compared_in_several"]

JOINED: Final = 16
"""Regions up to which those of one relation are joined into larger ones."""

SPARING: Final = 30_000_000
"""What z3 may work to make regions simple."""

NEAR: Final = 10**6
"""Denominators up to which points of several number fields are put in order."""

When = tuple[str, ...]


class Compared(NamedTuple):
    """Where the difference of two values has which sign, and where that is undecided."""

    cells: tuple[tuple[When, int], ...]
    undecided: tuple[When, ...]


class _Side(NamedTuple):
    """Where a form is defined, and its values (``None``: undecided), each where its conditions hold."""

    domain: Conditions
    parts: tuple[tuple[Conditions, Value | None], ...]


class _Region(NamedTuple):
    """A conjunction, the sign of the difference there (``None``: undecided), and what z3 found in it."""

    conditions: Conditions
    sign: int | None
    model: Model | None = None

    @property
    def place(self) -> tuple[object, ...]:
        """What has an interior first, then along the parameters."""
        point = None if self.model is None else self.model.point or rational_near(self.model, NEAR)
        return _equations(self.conditions), () if point is None else point.approximations


def compared_in_several(
    names: Sequence[str], forms: Sequence[tuple[Result | Exact, str]], fixed: Mapping[str, Exact]
) -> Compared:
    """Compare two forms (a result and the name of its value, or an expression) in the parameters ``names``.

    Raises :class:`~stackexact.errors.MissingLibrary` without z3, and :class:`~stackexact.errors.LimitReached` where it
    cannot tell whether the domains share a point.
    """
    parameters = Parameters(tuple(sorted(names)))
    one, two = (_side(side, name, parameters, fixed) for side, name in forms)
    domain = Domain(Reals(parameters.names), tuple(dict.fromkeys((*one.domain, *two.domain))))
    formula = domain.formula()
    if formula.model() is None:
        raise UsageError("compare: expected domains that share values of the parameters, found none")
    found = [region for meeting in _meetings(one, two) for region in _regions(parameters, formula, *meeting)]
    signs = {region.sign for region in found}
    if len(signs) == 1:
        (sign,) = signs
        return Compared((), ((),)) if sign is None else Compared((((), sign),), ())
    return _Telling(parameters, domain).told(sorted(found, key=lambda region: region.place))


def _side(side: Result | Exact, name: str, parameters: Parameters, fixed: Mapping[str, Exact]) -> _Side:
    """A result, or an expression wherever it is defined, with numbers put in for some parameters."""
    if not isinstance(side, Result):
        value = side.at(fixed) if isinstance(side, Expression) else side
        _, bottom = parameters.split(value)
        return _Side(() if bottom.is_constant() else (Condition(bottom, Sign.NONZERO),), (((), value),))
    domain = conditions_at(parameters, side.assumptions, fixed)
    if domain is None:
        raise UsageError(f"compare: expected values in at that the assumptions of {side.concept} admit, found others")
    parts: list[tuple[Conditions | None, Value | None]] = []
    for region in regions(side, name):
        value = region.value.at(fixed) if isinstance(region.value, Expression) else region.value
        parts += [(conditions_at(parameters, relations(when), fixed), value) for when in region.whens]
    parts += [(conditions_at(parameters, relations(when), fixed), None) for when in side.undecided]
    return _Side(domain, tuple((conditions, value) for conditions, value in parts if conditions is not None))


def _meetings(one: _Side, two: _Side) -> Iterator[tuple[Conditions, Value | None, Value | None]]:
    """Each part of one with each of the other; cells of one form exclude each other, so a part that both have meets no
    further ones."""
    own = {frozenset(conditions) for conditions, _ in one.parts}
    others = {frozenset(conditions): (conditions, value) for conditions, value in two.parts}
    for conditions, value in one.parts:
        known = frozenset(conditions)
        partners = [others[known]] if known in others else [part for key, part in others.items() if key not in own]
        for more, other in partners:
            yield tuple(dict.fromkeys((*conditions, *more))), value, other


def _regions(
    parameters: Parameters, formula: Formula, conditions: Conditions, one: Value | None, two: Value | None
) -> Iterator[_Region]:
    """Where two values meet, by the sign of their difference; what has no point is left out."""
    try:
        model = _asked(formula, conditions)
        if model is None:
            return
    except Unknown:
        model = None
    if one is None or two is None:
        yield _Region(conditions, None, model)
        return
    top, bottom = parameters.split(difference(one, two))
    if top.is_constant() and bottom.is_constant():
        yield _Region(conditions, None if model is None else constant_sign(top), model)
        return
    product = top if bottom.is_constant() else top * bottom
    seen = model.point.sign_of(product) if model is not None and model.point is not None else None
    for sign, condition in (
        (0, Condition(top, Sign.ZERO)),
        (1, Condition(product, Sign.POSITIVE)),
        (-1, Condition(-product, Sign.POSITIVE)),
    ):
        if top.is_constant() and not sign:
            continue
        inside = (*conditions, condition)
        try:
            found = model if sign == seen else _asked(formula, inside)
        except Unknown:
            yield _Region(inside, None)
        else:
            if found is not None:
                yield _Region(inside, sign, found)


def _asked(formula: Formula, conditions: Conditions) -> Model | None:
    """A point, or ``None``; raises :class:`Unknown`, without a question where z3 has worked enough on all of them."""
    if formula.reals.spent > WORK:
        raise Unknown("z3 has worked enough")
    return formula.model(conditions)


class _Telling:
    """Says where regions are in few and simple relations."""

    def __init__(self, parameters: Parameters, domain: Domain) -> None:
        self.parameters, self.domain = parameters, domain
        self.end = domain.reals.spent + SPARING

    def enough(self) -> bool:
        """Whether z3 has worked enough for the sake of simplicity."""
        return self.domain.reals.spent > self.end

    def told(self, found: Sequence[_Region]) -> Compared:
        """Regions as relations; joined if they are few."""
        points = [region.model.point for region in found if region.model is not None]
        sparing = Sparing(self.domain, [point for point in points if point is not None], self.enough)
        simple = [self._simplified(region, sparing) for region in found]
        return self._joined(simple) or Compared(
            tuple((self._when(one.conditions), one.sign) for one in simple if one.sign is not None),
            tuple(self._when(one.conditions) for one in simple if one.sign is None),
        )

    def _simplified(self, region: _Region, sparing: Sparing) -> _Region:
        """A region without relations that the others imply; what may have no point stays as it is."""
        if region.model is None or self.enough():
            return region
        return region._replace(conditions=sparing.spared((), region.conditions))

    def _joined(self, found: Sequence[_Region]) -> Compared | None:
        """Larger regions, if the given ones are few and z3 finds no fault with what they leave."""
        proved: dict[int, list[tuple[Conditions, Point]]] = {}
        for region in found:
            if region.sign is not None:
                if region.model is None or region.model.point is None:
                    return None
                proved.setdefault(region.sign, []).append((region.conditions, region.model.point))
        if sum(map(len, proved.values())) > JOINED:
            return None
        # Regions come with an interior first, and so do the relations that they have.
        made = partition(self.domain, [Area(tuple(some)) for some in proved.values()], stop=self.enough)
        if made.left:
            return None
        # A partition looks for cells that are conjunctions of the given relations, and their weaker forms, alone: above
        # and below together are unequal.
        cells: list[tuple[Piece, int]] = []
        for area, sign in enumerate(proved):
            parts = [Piece(part.conditions, part.sample, frozenset()) for part in made.parts if part.area == area]
            cells += [(piece, sign) for piece in put_together(parts)]
        cells.sort(key=lambda cell: (_equations(cell[0].conditions), cell[0].sample.approximations))
        undecided = tuple(self._when(region.conditions) for region in found if region.sign is None)
        return Compared(tuple((self._when(piece.conditions), sign) for piece, sign in cells), undecided)

    def _when(self, conditions: Conditions) -> When:
        return tuple(relation_text_of_several(self.parameters, one) for one in conditions)


def _equations(conditions: Conditions) -> int:
    return sum(one.sign is Sign.ZERO for one in conditions)
