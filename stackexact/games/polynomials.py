"""Payoffs with parameters in the form that closed forms compute with: integer polynomials in a stated unit.

Each player's table is brought to one denominator. Where that denominator is negative the table is turned by -1, so that
the unit is positive: no comparison changes, and the sign of the denominator becomes a condition of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from math import lcm
from typing import Any, TypeAlias

from flint import fmpq

from stackexact.exact.fields import OrderedField, PlainRationals, Rationals
from stackexact.exact.number_field import NumberField
from stackexact.exact.points import Point
from stackexact.exact.prover import Number
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Polynomial
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars

__all__ = ["Place", "PolynomialTables", "Ring", "Sampled", "ordered", "over_one", "own_tables", "shared_tables"]

Rows: TypeAlias = tuple[tuple[Polynomial, ...], ...]

Place: TypeAlias = Root | Point
"""A value of the one parameter, or of each of several."""

Ring: TypeAlias = Parameter | Parameters
"""What makes polynomials of payoffs."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A game at one value of its parameters: ``numbers`` to search with and the ``field`` that they belong to.

    The same tables as ``polynomials`` have the same units up to a positive factor for each player (one for both where
    they share a unit); the ``bottoms`` that make the units are positive there.
    """

    point: Place
    numbers: Scalars[Any]
    field: OrderedField[Any]
    polynomials: Scalars[Polynomial]
    bottoms: tuple[Polynomial, Polynomial]

    def in_polynomial_units(self) -> tuple[Scalars[Any], OrderedField[Any]]:
        """The numbers in the very units of the polynomials, for searches whose skeleton depends on the unit."""
        if not self.point.is_rational:
            return self.numbers, self.field
        tables = [_values(rows, self.point) for rows in (self.polynomials.leader, self.polynomials.follower)]
        return Scalars(tables[0], tables[1], None, 1, 1), PlainRationals()


@dataclass(frozen=True, slots=True)
class PolynomialTables:
    """Both tables (and the tolerance) as polynomials, over one denominator for each player or ``shared`` by both."""

    parameter: Ring
    leader: Rows
    follower: Rows
    tolerance: Polynomial | None
    leader_bottom: Polynomial
    follower_bottom: Polynomial
    shared: bool

    def at(self, point: Place) -> Sampled:
        """The tables at a point; the numbers are integers where it is rational."""
        one, two = (point.sign_of(bottom) for bottom in (self.leader_bottom, self.follower_bottom))
        leader, follower = _times(self.leader, one), _times(self.follower, two)
        bound = None if self.tolerance is None else one * self.tolerance
        bottoms = one * self.leader_bottom, two * self.follower_bottom
        units = [self.parameter.exact(self.parameter.constant(1), bottom) for bottom in bottoms]
        polynomials = Scalars(leader, follower, bound, units[0], units[1])
        if point.is_rational:
            return Sampled(point, self._whole(polynomials, point), Rationals(), polynomials, bottoms)
        field, number = _field_at(point)
        limit = None if bound is None else number(bound)
        numbers = Scalars(_each(leader, number), _each(follower, number), limit, 1, 1)
        return Sampled(point, numbers, field, polynomials, bottoms)

    def _whole(self, polynomials: Scalars[Polynomial], point: Place) -> Scalars[Number]:
        """The values at a rational point, times what makes them integers."""
        extra = () if polynomials.tolerance is None else ((polynomials.tolerance,),)
        tables = [_values(rows, point) for rows in (polynomials.leader, polynomials.follower, extra)]
        scales = [lcm(*(int(value.q) for row in table for value in row)) for table in tables]
        if self.shared:
            scales = [lcm(*scales)] * 3
        leader, follower, bound = (
            tuple(tuple((value * scale).p for value in row) for row in table)
            for table, scale in zip(tables, scales, strict=True)
        )
        return Scalars(leader, follower, bound[0][0] if bound else None, 1, 1)


def ordered(rows: Iterable[Iterable[Polynomial]], point: Place) -> tuple[list[list[Any]], OrderedField[Any]]:
    """Rows of polynomials at a point, each times something positive, and the field that they belong to: integers where
    the point is rational."""
    if not point.is_rational:
        field, number = _field_at(point)
        return [[number(entry) for entry in row] for row in rows], field
    made = []
    for row in _values(tuple(map(tuple, rows)), point):
        scale = lcm(*(int(value.q) for value in row))
        made.append([(value * scale).p for value in row])
    return made, Rationals()


def _values(rows: Rows, point: Place) -> tuple[tuple[Number, ...], ...]:
    """The values at a rational point, as rationals."""
    value = point.value_of if isinstance(point, Point) else partial(_value, point.bounds[0])
    return tuple(tuple(value(entry) for entry in row) for row in rows)


def _value(number: Number, polynomial: Polynomial) -> Number:
    return fmpq(polynomial(number))


def _field_at(point: Place) -> tuple[NumberField, Callable[[Polynomial], Any]]:
    """The field of an irrational point, and the evaluation of polynomials there."""
    if isinstance(point, Root):
        field = NumberField(point)
        return field, field.element
    assert point.field is not None
    return point.field, point.element


def _each(rows: Rows, value: Callable[[Polynomial], Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(value(entry) for entry in row) for row in rows)


def _times(rows: Rows, sign: int) -> Rows:
    return rows if sign == 1 else tuple(tuple(-entry for entry in row) for row in rows)


def own_tables(game: Game, parameter: Ring) -> PolynomialTables:
    """Each player over a denominator of their own: the form for commitments."""
    leader, one = over_one(parameter, game.payoffs.leader)
    follower, two = over_one(parameter, game.payoffs.follower)
    return PolynomialTables(parameter, leader, follower, None, one, two, shared=False)


def shared_tables(game: Game, parameter: Ring) -> PolynomialTables:
    """Both players and the tolerance over one denominator: the form where utilities of both are compared."""
    tables = game.payoffs.leader, game.payoffs.follower
    extra = () if game.tolerance is None else ((game.tolerance,),)
    rows, bottom = over_one(parameter, (*tables[0], *tables[1], *extra))
    count = len(tables[0])
    bound = rows[2 * count][0] if extra else None
    return PolynomialTables(parameter, rows[:count], rows[count : 2 * count], bound, bottom, bottom, shared=True)


def over_one(parameter: Ring, rows: Iterable[Iterable[Exact]]) -> tuple[Rows, Polynomial]:
    """Numerators over the least common denominator."""
    quotients = [[parameter.split(value) for value in row] for row in rows]
    common = parameter.constant(1)
    for row in quotients:
        for _, bottom in row:
            common = common * (bottom // common.gcd(bottom))
    return tuple(tuple(top * (common // bottom) for top, bottom in row) for row in quotients), common
