"""A bound of what any policy, randomised ones included, gets from a quantal follower that looks ahead.

What the leader announces for later stages moves the follower now, through L = log Z of the states that follow
(``evaluating``). The range of L in a state is cut into cells, and W(s, cell) bounds what the leader gets from s on
under any policy whose L lies in the cell. In a state before, every action of the leader is as good as one of many: for
each choice of cells of the states that follow, with the lower or the upper ends of L, for what she can have lies
between these. So the least bound is that of a prescription with more actions; within a cell of its own, where the sum
D of all masses lies between two numbers, N/D ≤ c + max(F(c)/D) for every c. Of all choices only those count that are
corners of a convex hull: these are sums of corners of the hulls of single states, edges being put together by slope.

The bound holds for policies that may depend on what the follower does and for those that may not. It tends to the
greatest value with finer cells where every state is reached in one way; in general it need not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from flint import arb, ctx

from stackexact.errors import require_time
from stackexact.exact.enclosures import ball_of, ends
from stackexact.quantal.decisions import greatest, rounded_down, rounded_up
from stackexact.quantal.tables import Node, Tables

__all__ = ["MOST_CELLS", "Cell", "Proved", "Reach", "prove_upper"]

MOST_CELLS: Final = 64
_BITS: Final = 128
_KEPT: Final = 64
"""Binary digits of the ends of cells and of bounds."""
_SPARE: Final = 80
"""Bounds are larger than they need be by the greatest gain over two to this power."""
_HALVINGS: Final = 60
_FAR: Final = Fraction(10**6)
_STEEP: Final = 700.0
"""Logits in floats are no further from the cell, and exponentials of no more than this are formed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An interval of L, and the most that the leader gets from there on if L lies in it: what is shown at the level c
    by a slope for every action of the follower (or None), or, without level and slopes, the greatest of all gains."""

    low: Fraction
    high: Fraction
    most: Fraction
    level: Fraction | None
    slopes: tuple[Fraction | None, ...]


Reach: TypeAlias = tuple[Cell, ...]
"""The cells of a state, as wide as one another, in order."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The most that any policy gets, and by stage and state the cells that show it."""

    upper: Fraction
    stages: tuple[Mapping[int, Reach], ...]


_Number = TypeVar("_Number", Fraction, float)

_Corner: TypeAlias = tuple[Fraction, Fraction]
"""A logarithm, and what the leader gets."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What the leader can make of one action of the follower, up to convex combinations: ``low`` are corners where
    logits are small and gains are great, ``high`` those where both are great."""

    low: tuple[_Corner, ...]
    high: tuple[_Corner, ...]

    @property
    def greatest(self) -> Fraction:
        """The greatest gain."""
        return max(gain for _, gain in self.high)


def prove_upper(tables: Tables, cells: int, stop: Callable[[], bool] = lambda: False) -> Proved:
    """The most that any policy can get, with the range of L in every state cut into so many cells (1 to
    :data:`MOST_CELLS`; at the first stage one), and what shows it.

    Raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so.
    """
    after: Mapping[int, Reach] = {}
    stages: list[Mapping[int, Reach]] = []
    with ctx.workprec(_BITS):
        for h, row in reversed(list(enumerate(tables.stages))):
            made = {}
            for s, node in row.items():
                require_time(stop)
                made[s] = _cells(tables, node, after, 1 if h == 0 else cells)
            stages.append(made)
            after = made
    upper = sum((share * max(cell.most for cell in after[s]) for s, share in tables.initial), Fraction(0))
    return Proved(upper, tuple(reversed(stages)))


def _cells(tables: Tables, node: Node, after: Mapping[int, Reach], count: int) -> Reach:
    columns = [_column(tables, node, b, after) for b in range(node.shape[1])]
    low = _total([min(column.low)[0] for column in columns])[0]
    high = _total([max(column.high)[0] for column in columns])[1]
    cuts = [low + (high - low) * Fraction(k, count) for k in range(count + 1)]
    pairs = list(zip(cuts, cuts[1:], strict=False)) if high > low else [(low, high)]
    return tuple(_cell(columns, one, two) for one, two in pairs)


def _column(tables: Tables, node: Node, b: int, after: Mapping[int, Reach]) -> _Column:
    found: tuple[list[_Corner], list[_Corner]] = [], []
    for a in range(node.shape[0]):
        shares = node.following[a][b]
        for side, own, made in zip((_lower_side, _upper_side), _logit(node, a, b), found, strict=True):
            hulls = [_weighed(side(after[s]), tables.discount * share, share) for s, share in shares]
            made += [(own + logit, node.leader[a][b] + gain) for logit, gain in _summed(hulls)]
    return _Column(*map(tuple, found))


def _weighed(corners: Sequence[_Corner], times: Fraction, share: Fraction) -> list[_Corner]:
    """Multiples of logarithms and gains; where the former do not count, the greatest gain is all that there is."""
    if not times:
        return [(Fraction(0), share * max(map(_gain, corners)))]
    return [(times * logit, share * gain) for logit, gain in corners]


def _lower_side(reach: Reach) -> list[_Corner]:
    """Corners of the hull of lower ends, from the least logarithm to the greatest gain."""
    hull = _hull([(cell.low, cell.most) for cell in reach])
    return hull[: hull.index(max(hull, key=_gain)) + 1]


def _upper_side(reach: Reach) -> list[_Corner]:
    """Corners of the hull of upper ends, from the greatest gain to the greatest logarithm."""
    hull = _hull([(cell.high, cell.most) for cell in reach])
    return hull[hull.index(max(hull, key=_gain)) :]


def _gain(corner: _Corner) -> Fraction:
    return corner[1]


def _hull(points: Sequence[tuple[_Number, _Number]]) -> list[tuple[_Number, _Number]]:
    """The corners above, of points in the order of their logarithms."""
    kept: list[tuple[_Number, _Number]] = []
    for point in points:
        while len(kept) > 1 and _turns(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _turns(one: tuple[_Number, _Number], two: tuple[_Number, _Number], three: tuple[_Number, _Number]) -> bool:
    """Whether the middle one of three points is not above the line of the others."""
    return (two[0] - one[0]) * (three[1] - one[1]) >= (two[1] - one[1]) * (three[0] - one[0])


def _summed(hulls: Sequence[Sequence[_Corner]]) -> list[_Corner]:
    """The corners of the sum of hulls: edges of all, the steepest first."""
    edges = [(two[0] - one[0], two[1] - one[1]) for hull in hulls for one, two in zip(hull, hull[1:], strict=False)]
    logit, gain = (sum((hull[0][i] for hull in hulls), Fraction(0)) for i in (0, 1))
    found = [(logit, gain)]
    for right, up in sorted(edges, key=lambda edge: edge[1] / edge[0], reverse=True):
        logit, gain = logit + right, gain + up
        found.append((logit, gain))
    return found


def _logit(node: Node, a: int, b: int) -> tuple[Fraction, Fraction]:
    """Rational bounds of a logit."""
    if node.logits.exponents is not None:
        value = node.logits.exponents[a][b]
        return value, value
    low, high = ends(node.logits.ball(a, b))
    return rounded_down(low, _KEPT), rounded_up(high, _KEPT)


def _total(logits: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Bounds of the logarithm of a sum of exponentials."""
    shift = max(logits)
    low, high = ends(sum((ball_of(logit - shift).exp() for logit in logits), arb(0)).log())
    return rounded_down(low, _KEPT) + shift, rounded_up(high, _KEPT) + shift


def _cell(columns: Sequence[_Column], low: Fraction, high: Fraction) -> Cell:
    """The most that the leader gets where the logarithm of the sum of all masses lies between two numbers."""
    target, slopes = _proposed(columns, low, high)
    bound = ball_of(target)
    total = arb(0)
    for column, slope in zip(columns, slopes, strict=True):
        total += _column_bound(column, bound, slope, high)
    masses = [ball_of(end - high).exp() for end in (low, high)]
    most = max(column.greatest for column in columns)
    size = max(abs(gain) for column in columns for _, gain in (*column.low, *column.high))
    # No policy comes to a cell that would be worth less than anything, or more.
    best = greatest([bound + total / mass for mass in masses] + [ball_of(-size)])
    if best < ball_of(most):
        # A little more than the bound: who shows it again need not hit a number exactly.
        found = rounded_up(ends(best)[1] + size / 2**_SPARE, _KEPT)
        if found < most:
            return Cell(low, high, found, target, tuple(slopes))
    return Cell(low, high, most, None, ())


def _column_bound(column: _Column, bound: arb, slope: Fraction | None, shift: Fraction) -> arb:
    """A bound of e^logit (gain - c) over the convex hull of some points, in units of e^shift."""
    if slope is not None:
        tangent = ball_of(slope)
        heights = [ball_of(logit - shift) + (ball_of(gain) - bound) / tangent for logit, gain in column.high]
        return tangent * (greatest(heights) - 1).exp()
    highest = ball_of(column.greatest) - bound
    if not highest <= 0:
        return ball_of(max(column.high)[0] - shift).exp() * highest
    return greatest([ball_of(logit - shift).exp() * (ball_of(gain) - bound) for logit, gain in column.low])


@dataclass(frozen=True, slots=True)
class _Floats:
    """A column in floats, logits less a shift and gains in a unit: corners where logits are small as a table, and those
    where they are great."""

    low: Any
    high: list[tuple[float, float]]


def _proposed(columns: Sequence[_Column], low: Fraction, high: Fraction) -> tuple[Fraction, list[Fraction | None]]:
    """A c at which the sum of masses of what is best lies in the cell, or as near to it as can be, and slopes: by
    floats, for any numbers give a bound."""
    unit = max(abs(gain) for column in columns for _, gain in (*column.low, *column.high)) or Fraction(1)
    tables = [_in_floats(column, high, unit) for column in columns]
    lower, upper = -2.0, 2.0
    ends_of = float(max(low - high, Fraction(-700))), 0.0
    for _ in range(_HALVINGS):
        middle = (lower + upper) / 2
        value, mass = _sums(tables, middle)
        logarithm = float(np.log(mass)) if mass > 0 else -np.inf
        # F falls with c, and so does the mass: the c that is looked for is where F is 0, or the mass leaves the cell.
        further = logarithm > ends_of[1] or (value > 0 and logarithm >= ends_of[0])
        lower, upper = (middle, upper) if further else (lower, middle)
    target = (lower + upper) / 2
    slopes: list[Fraction | None] = []
    for table in tables:
        above = _best(table, target)[2]
        slopes.append(Fraction(above) * unit if above > 0 else None)
    return Fraction(target) * unit, slopes


def _in_floats(column: _Column, shift: Fraction, unit: Fraction) -> _Floats:
    low, high = (
        [(float(max(min(logit - shift, _FAR), -_FAR)), float(gain / unit)) for logit, gain in side]
        for side in (column.low, column.high)
    )
    rising: list[tuple[float, float]] = []
    for pair in sorted(high, key=lambda pair: (-pair[1], -pair[0])):
        if not rising or pair[0] > rising[-1][0]:
            rising.append(pair)
    return _Floats(np.array(low), _hull(rising))


def _sums(tables: Sequence[_Floats], target: float) -> tuple[float, float]:
    found = [_best(table, target) for table in tables]
    return sum(value for value, _, _ in found), sum(mass for _, mass, _ in found)


def _best(table: _Floats, target: float) -> tuple[float, float, float]:
    """The greatest e^logit (gain - c) on the hull of a column's points: the term, its mass, and what is above c."""
    hull = [(logit, gain - target) for logit, gain in table.high]
    if hull[0][1] <= 0:
        logits, above = table.low[:, 0], table.low[:, 1] - target
        masses = np.exp(np.minimum(logits, _STEEP))
        i = int((masses * above).argmax())
        return float(masses[i] * above[i]), float(masses[i]), float(above[i])
    best = (-np.inf, 0.0, 0.0)
    for (one, two), (three, four) in zip(hull, [*hull[1:], hull[-1]], strict=True):
        shares = [0.0]
        rise, fall = three - one, four - two
        if rise > 0 > fall:
            shares.append(min(max(-1 / rise - two / fall, 0.0), 1.0))
        for share in shares:
            logit, gain = one + share * rise, two + share * fall
            if gain > 0 and logit + math.log(gain) > best[0]:
                best = (logit + math.log(gain), logit, gain)
    return math.exp(min(best[0], _STEEP)), math.exp(min(best[1], _STEEP)), best[2]
