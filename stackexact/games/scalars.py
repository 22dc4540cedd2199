"""Payoffs in the form that searches and verifications compute with.

Numeric games become tables of flint integers in a stated unit: positive scaling changes no comparison, and integers are
compared and multiplied far faster than quotients. Where the common denominator is far longer than the payoffs (many
different large denominators), they stay flint rationals. Functions are generic in the scalar type T.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import gcd, lcm
from typing import Any, Generic, TypeAlias, TypeVar

from flint import fmpq, fmpz

from stackexact.errors import LimitReached
from stackexact.exact.prover import Number
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game, Table

LONG = 2000
"""Bits of a common denominator from which on it is compared with the payoffs' own length."""

__all__ = ["Scalars", "common_unit", "own_units"]

T = TypeVar("T", bound=Any)

_Quotient: TypeAlias = tuple[int, int]
"""A rational as its numerator and its denominator: read once, since ``Fraction`` computes them in Python each time."""


@dataclass(frozen=True, slots=True)
class Scalars(Generic[T]):
    """``leader[i][j]`` and ``follower[i][j]`` as scalars; a scalar is worth ``leader_unit`` (``follower_unit``), an
    exact positive value (a number in numeric games)."""

    leader: tuple[tuple[T, ...], ...]
    follower: tuple[tuple[T, ...], ...]
    tolerance: T | None
    leader_unit: Any
    follower_unit: Any

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])


def own_units(game: Game) -> Scalars[Number]:
    """Integers without a common factor for each player apart: the form for commitments.

    Where the payoffs of one player stay rational, so do the other's: searches compute in one field.
    """
    tables = [_quotients(game.payoffs.leader), _quotients(game.payoffs.follower)]
    scales = [_common_denominator(chain(*table)) for table in tables]
    if not all(_fits(scale, chain(*table)) for table, scale in zip(tables, scales, strict=True)):
        return Scalars(_rational(tables[0]), _rational(tables[1]), None, Fraction(1), Fraction(1))
    (leader, one), (follower, two) = (_primitive(table, scale) for table, scale in zip(tables, scales, strict=True))
    return Scalars(leader, follower, None, one, two)


def common_unit(game: Game) -> Scalars[Number]:
    """Integers in one unit for both players and the tolerance: the form where utilities of both are compared."""
    tables = [_quotients(game.payoffs.leader), _quotients(game.payoffs.follower)]
    extra = _quotients(() if game.tolerance is None else ((game.tolerance,),))
    scale = _common_denominator(chain(*extra, *tables[0], *tables[1]))
    if not _fits(scale, chain(*extra, *tables[0], *tables[1])):
        bound = _rational(extra)[0][0] if extra else None
        return Scalars(_rational(tables[0]), _rational(tables[1]), bound, Fraction(1), Fraction(1))
    leader, follower = (tuple(tuple(map(fmpz, row)) for row in _whole(table, scale)) for table in tables)
    bound = fmpz(_whole(extra, scale)[0][0]) if extra else None
    return Scalars(leader, follower, bound, Fraction(1, scale), Fraction(1, scale))


def _quotient(value: Exact) -> _Quotient:
    if isinstance(value, Fraction):
        return value.as_integer_ratio()
    names = ", ".join(value.parameters)
    raise LimitReached(f"the payoffs depend on {names}; set numbers, as in --at '{value.parameters[0]}=1/100'")


def _quotients(table: Table) -> list[list[_Quotient]]:
    return [list(map(_quotient, row)) for row in table]


def _common_denominator(values: Iterable[_Quotient]) -> int:
    return lcm(*{bottom for _, bottom in values})


def _whole(table: list[list[_Quotient]], scale: int) -> list[list[int]]:
    if scale == 1:
        return [[top for top, _ in row] for row in table]
    return [[top * (scale // bottom) for top, bottom in row] for row in table]


def _fits(scale: int, values: Iterable[_Quotient]) -> bool:
    """Whether integers over this common denominator stay about as long as the payoffs are."""
    if scale.bit_length() < LONG:
        return True
    longest = max(part.bit_length() for value in values for part in value)
    return scale.bit_length() < 4 * longest


def _rational(table: list[list[_Quotient]]) -> tuple[tuple[Number, ...], ...]:
    return tuple(tuple(fmpq(*value) for value in row) for row in table)


def _primitive(table: list[list[_Quotient]], scale: int) -> tuple[tuple[tuple[Number, ...], ...], Fraction]:
    whole = _whole(table, scale)
    content = gcd(*chain.from_iterable(whole)) or 1
    if content > 1:
        whole = [[value // content for value in row] for row in whole]
    return tuple(tuple(map(fmpz, row)) for row in whole), Fraction(content, scale)
