"""A bound of what any policy, randomised ones included, gets from a quantal follower that looks ahead.

What the leader announces for later stages moves the follower now, through L = log Z of the states that follow
(``evaluating``). The range of L in a state is cut into cells, and W(s, cell) bounds what the leader gets from s on
under any policy whose L lies in the cell. In a state before, every action of the leader is as good as one of many: for
each choice of cells of the states that follow, with the lower or the upper ends of L, for what she can have lies
between these. So the least bound is that of a prescription with more actions; within a cell of its own, where the sum
D of all masses lies between two numbers, N/D ≤ c + max(F(c)/D) for every c.

The bound holds for policies that may depend on what the follower does and for those that may not. It tends to the
greatest value with finer cells where every state is reached in one way; in general it need not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Final

import numpy as np
from flint import arb, ctx

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import ball_of, ends
from stackexact.quantal.decisions import greatest, rounded_down, rounded_up
from stackexact.quantal.tables import Node, Tables

__all__ = ["MOST_CELLS", "upper_bound"]

MOST_CELLS: Final = 64
_BITS: Final = 128
_KEPT: Final = 64
"""Binary digits of the ends of cells and of bounds."""
_MOST_CHOICES: Final = 4096
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class _Cell:
    """An interval of L, and the most that the leader gets from there on if L lies in it."""

    low: Fraction
    high: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class _Point:
    """What an action of the leader makes of one of the follower's: its logit, and what she gets."""

    logit: Fraction
    gain: Fraction


def upper_bound(tables: Tables, cells: int, stop: Callable[[], bool] = lambda: False) -> Fraction:
    """The most that any policy can get, with the range of L in every state cut into so many cells (1 to
    :data:`MOST_CELLS`).

    Raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so.
    """
    after: Mapping[int, Sequence[_Cell]] = {}
    with ctx.workprec(_BITS):
        for h, row in reversed(list(enumerate(tables.stages))):
            made = {}
            for s, node in row.items():
                if stop():
                    raise LimitReached("the time limit was reached; raise it")
                made[s] = _cells(tables, node, after, 1 if h == 0 else cells)
            after = made
    return sum((share * max(cell.most for cell in after[s]) for s, share in tables.initial), Fraction(0))


def _cells(tables: Tables, node: Node, after: Mapping[int, Sequence[_Cell]], count: int) -> list[_Cell]:
    columns = [_points(tables, node, b, after) for b in range(node.shape[1])]
    low = _total([min(points, key=lambda point: point.logit).logit for points in columns])[0]
    high = _total([max(points, key=lambda point: point.logit).logit for points in columns])[1]
    cuts = [low + (high - low) * Fraction(k, count) for k in range(count + 1)]
    pairs = list(zip(cuts, cuts[1:], strict=False)) if high > low else [(low, high)]
    return [_Cell(one, two, _most(columns, one, two)) for one, two in pairs]


def _points(tables: Tables, node: Node, b: int, after: Mapping[int, Sequence[_Cell]]) -> list[_Point]:
    """All that the leader can make of one action of the follower, up to convex combinations."""
    found = []
    for a in range(node.shape[0]):
        shares = node.following[a][b]
        options = [after[s] for s, _ in shares]
        if prod(map(len, options)) > _MOST_CHOICES:
            options = [_merged(cells) for cells in options]
        own_low, own_high = _logit(node, a, b)
        for chosen in product(*options):
            gain = node.leader[a][b] + sum(
                (share * cell.most for (_, share), cell in zip(shares, chosen, strict=True)), Fraction(0)
            )
            for end, own in (("low", own_low), ("high", own_high)):
                later = (share * getattr(cell, end) for (_, share), cell in zip(shares, chosen, strict=True))
                found.append(_Point(own + tables.discount * sum(later, Fraction(0)), gain))
    return found


def _merged(cells: Sequence[_Cell]) -> list[_Cell]:
    return [_Cell(cells[0].low, cells[-1].high, max(cell.most for cell in cells))]


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


def _most(columns: Sequence[Sequence[_Point]], low: Fraction, high: Fraction) -> Fraction:
    """The most that the leader gets where the logarithm of the sum of all masses lies between two numbers."""
    shift = high
    target, slopes = _proposed(columns, low, high)
    bound = ball_of(target)
    total = arb(0)
    for points, slope in zip(columns, slopes, strict=True):
        total += _column_bound(points, bound, slope, shift)
    masses = [ball_of(end - shift).exp() for end in (low, high)]
    rest = greatest([total / mass for mass in masses])
    least = max(point.gain for points in columns for point in points)
    return min(rounded_up(ends(bound + rest)[1], _KEPT), least)


def _column_bound(points: Sequence[_Point], bound: arb, slope: Fraction | None, shift: Fraction) -> arb:
    """A bound of e^logit (gain - c) over the convex hull of some points, in units of e^shift."""
    pairs = [(ball_of(point.logit - shift), ball_of(point.gain) - bound) for point in points]
    if slope is None:
        terms = [exponent.exp() * above for exponent, above in pairs]
        highest = greatest([above for _, above in pairs])
        return greatest(terms) if highest <= 0 else greatest([e.exp() for e, _ in pairs]) * highest
    tangent = ball_of(slope)
    return tangent * (greatest([exponent + above / tangent for exponent, above in pairs]) - 1).exp()


def _proposed(
    columns: Sequence[Sequence[_Point]], low: Fraction, high: Fraction
) -> tuple[Fraction, list[Fraction | None]]:
    """A c at which the sum of masses of what is best lies in the cell, or as near to it as can be, and slopes: by
    floats, for any numbers give a bound."""
    unit = max(abs(point.gain) for points in columns for point in points) or Fraction(1)
    tables = [_floats(points, high, unit) for points in columns]
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


def _floats(points: Sequence[_Point], shift: Fraction, unit: Fraction) -> Any:
    return np.array(
        [[float(max(point.logit - shift, Fraction(-(10**6)))), float(point.gain / unit)] for point in points]
    )


def _sums(tables: Sequence[Any], target: float) -> tuple[float, float]:
    found = [_best(table, target) for table in tables]
    return sum(value for value, _, _ in found), sum(mass for _, mass, _ in found)


def _best(table: Any, target: float) -> tuple[float, float, float]:
    """The greatest e^logit (gain - c) on the hull of a column's points: the term, its mass, and what is above c."""
    logits, above = table[:, 0], table[:, 1] - target
    if above.max() <= 0:
        terms = np.exp(logits) * above
        i = int(terms.argmax())
        return float(terms[i]), float(np.exp(logits[i])), float(above[i])
    hull = _hull(logits, above)
    best = (-np.inf, 0.0, 0.0)
    for (one, two), (three, four) in zip(hull, [*hull[1:], hull[-1]], strict=True):
        shares = [0.0]
        rise, fall = three - one, four - two
        if rise > 0 > fall:
            shares.append(float(np.clip(-1 / rise - two / fall, 0, 1)))
        for share in shares:
            logit, gain = one + share * rise, two + share * fall
            if gain > 0 and logit + np.log(gain) > best[0]:
                best = (logit + np.log(gain), logit, gain)
    return float(np.exp(best[0])), float(np.exp(best[1])), float(best[2])


def _hull(logits: Any, above: Any) -> list[tuple[float, float]]:
    """The corners of the hull on the side where both grow, from the greatest gain to the greatest logit."""
    kept: list[tuple[float, float]] = []
    for logit, gain in sorted(zip(logits.tolist(), above.tolist(), strict=True), key=lambda pair: (-pair[1], -pair[0])):
        if kept and logit <= kept[-1][0]:
            continue
        while len(kept) > 1 and _turns(kept[-2], kept[-1], (logit, gain)):
            kept.pop()
        kept.append((logit, gain))
    return kept


def _turns(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> bool:
    """Whether the middle one of three points lies below the line of the others."""
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0]) >= 0
