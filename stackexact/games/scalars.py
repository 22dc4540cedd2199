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
from math import gcd
from typing import Any, Generic, TypeVar

from flint import fmpz

from stackexact.errors import LimitReached
from stackexact.exact.fields import to_fraction, to_rational
from stackexact.exact.numbers import common_denominator
from stackexact.exact.prover import Number, Ratio
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game, Table

LONG = 2000
"""Bits of a common denominator from which on it is compared with the payoffs' own length."""

__all__ = ["Scalars", "common_unit", "own_units"]

T = TypeVar("T", bound=Any)


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

    def leader_value(self, value: Ratio[T]) -> Fraction:
        """A ratio of scalars as an exact leader utility (numeric games)."""
        worth: Fraction = to_fraction(value.top) / to_fraction(value.bottom) * self.leader_unit
        return worth

    def follower_value(self, value: Ratio[T]) -> Fraction:
        """A ratio of scalars as an exact follower utility (numeric games)."""
        worth: Fraction = to_fraction(value.top) / to_fraction(value.bottom) * self.follower_unit
        return worth


def own_units(game: Game) -> Scalars[Number]:
    """Integers without a common factor for each player apart: the form for commitments.

    Where the payoffs of one player stay rational, so do the other's: searches compute in one field.
    """
    tables = [_numbers(game.payoffs.leader), _numbers(game.payoffs.follower)]
    scales = [common_denominator(chain(*table)) for table in tables]
    if not all(_fits(scale, chain(*table)) for table, scale in zip(tables, scales, strict=True)):
        return Scalars(_rational(tables[0]), _rational(tables[1]), None, Fraction(1), Fraction(1))
    (leader, one), (follower, two) = (_primitive(table, scale) for table, scale in zip(tables, scales, strict=True))
    return Scalars(leader, follower, None, one, two)


def common_unit(game: Game) -> Scalars[Number]:
    """Integers in one unit for both players and the tolerance: the form where utilities of both are compared."""
    tables = [_numbers(game.payoffs.leader), _numbers(game.payoffs.follower)]
    extra = [] if game.tolerance is None else [_number(game.tolerance)]
    scale = common_denominator(chain(extra, *(row for table in tables for row in table)))
    if not _fits(scale, chain(extra, *(row for table in tables for row in table))):
        bound = to_rational(extra[0]) if extra else None
        return Scalars(_rational(tables[0]), _rational(tables[1]), bound, Fraction(1), Fraction(1))
    leader, follower = (tuple(tuple(map(fmpz, row)) for row in _whole(table, scale)) for table in tables)
    bound = fmpz(int(extra[0] * scale)) if extra else None
    return Scalars(leader, follower, bound, Fraction(1, scale), Fraction(1, scale))


def _number(value: Exact) -> Fraction:
    if isinstance(value, Fraction):
        return value
    names = ", ".join(value.parameters)
    raise LimitReached(f"the payoffs depend on {names}; set numbers, as in --at '{value.parameters[0]}=1/100'")


def _numbers(table: Table) -> list[list[Fraction]]:
    return [[_number(value) for value in row] for row in table]


def _whole(table: list[list[Fraction]], scale: int) -> list[list[int]]:
    if scale == 1:
        return [[value.numerator for value in row] for row in table]
    return [[value.numerator * (scale // value.denominator) for value in row] for row in table]


def _fits(scale: int, values: Iterable[Fraction]) -> bool:
    """Whether integers over this common denominator stay about as long as the payoffs are."""
    if scale.bit_length() < LONG:
        return True
    longest = max(max(value.numerator.bit_length(), value.denominator.bit_length()) for value in values)
    return scale.bit_length() < 4 * longest


def _rational(table: list[list[Fraction]]) -> tuple[tuple[Number, ...], ...]:
    return tuple(tuple(map(to_rational, row)) for row in table)


def _primitive(table: list[list[Fraction]], scale: int) -> tuple[tuple[tuple[Number, ...], ...], Fraction]:
    whole = _whole(table, scale)
    content = gcd(*(value for row in whole for value in row)) or 1
    if content > 1:
        whole = [[value // content for value in row] for row in whole]
    return tuple(tuple(map(fmpz, row)) for row in whole), Fraction(content, scale)
