"""Prices that meet linear conditions, some of them strictly: exact linear programs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from stackexact.errors import Unproved
from stackexact.lp import Program, Status, solve
from stackexact.mechanisms.linear import Linear

__all__ = ["Most", "most_within", "prices_within"]

Box: TypeAlias = Sequence[tuple[Fraction, Fraction]]

_SLACK: Final = Fraction(1, 100)
"""By so much at most what can be strict is made strict."""

_NEAR: Final = Fraction(1, 1000)
"""How far from the best prices, of the way to prices well inside, a supremum is approached."""

Most: TypeAlias = tuple[Fraction, tuple[Fraction, ...], bool]
"""The supremum of a function, prices at which it is that, or nearly, and whether it is that there."""


def prices_within(weak: Sequence[Linear], strict: Sequence[Linear], box: Box) -> tuple[Fraction, ...] | None:
    """Prices in a box at which all ``weak`` excesses are at least 0 and all ``strict`` ones above; nothing where there
    are none. The strict ones are as far above as can be, up to a hundredth.

    >>> one = Linear(Fraction(-1, 2), (Fraction(1),))  # p - 1/2
    >>> prices_within([], [one], [(Fraction(0), Fraction(1))])
    (Fraction(51, 100),)
    """
    if not box:
        met = all(one.constant >= 0 for one in weak) and all(one.constant > 0 for one in strict)
        return () if met else None
    rows = [((*one.slopes, Fraction(0)), -one.constant) for one in weak]
    rows += [((*one.slopes, Fraction(-1)), -one.constant) for one in strict]
    goal = (*([Fraction(0)] * len(box)), Fraction(1))
    found = _solved(goal, rows, [*box, (Fraction(0), _SLACK)])
    prices = None if found is None else found[:-1]
    return prices if prices is not None and all(one.at(prices) > 0 for one in strict) else None


def _inside(weak: Sequence[Linear], strict: Sequence[Linear], box: Box) -> tuple[Fraction, ...] | None:
    """The same, where weak excesses are above 0 too as far as can be, up to a hundredth each, and strict ones at least
    half as far as they can be: what is possible is found first, so that no weak one is bought with a strict one."""
    found = prices_within(weak, strict, box)
    if found is None or not weak or not box:
        return found
    count = len(weak)
    rows = []
    for k, one in enumerate(weak):
        rows.append(((*one.slopes, *(Fraction(-(k == other)) for other in range(count))), -one.constant))
    half = min((one.at(found) for one in strict), default=Fraction(0)) / 2
    rows += [((*one.slopes, *([Fraction(0)] * count)), half - one.constant) for one in strict]
    goal = (*([Fraction(0)] * len(box)), *([Fraction(1)] * count))
    better = _solved(goal, rows, [*box, *([(Fraction(0), _SLACK)] * count)])
    return found if better is None else better[: len(box)]


def most_within(goal: Linear, weak: Sequence[Linear], strict: Sequence[Linear], box: Box) -> Most | None:
    """The supremum of a goal where conditions are met; nothing where they cannot be."""
    inside = _inside(weak, strict, box)
    if inside is None:
        return None
    if goal.is_constant:
        return goal.constant, inside, True
    rows = [(one.slopes, -one.constant) for one in (*weak, *strict)]
    found = _solved(goal.slopes, rows, box)
    assert found is not None
    limit = goal.at(found)
    there = prices_within([*weak, goal - Linear(limit, (Fraction(0),) * len(box))], strict, box)
    if there is not None:
        return limit, there, True
    # All conditions hold between what is well inside and what is best of all.
    near = tuple(end + (own - end) * _NEAR for own, end in zip(inside, found, strict=True))
    return limit, near, False


def _solved(
    goal: Sequence[Fraction], rows: Sequence[tuple[tuple[Fraction, ...], Fraction]], bounds: Box
) -> tuple[Fraction, ...] | None:
    program = Program(
        tuple(goal),
        tuple(row for row, _ in rows),
        tuple(bound for _, bound in rows),
        (None,) * len(rows),
        tuple(low for low, _ in bounds),
        tuple(high for _, high in bounds),
    )
    found = solve(program)
    if found.status is Status.UNKNOWN:
        raise Unproved("a program without a limit is solved")
    return found.point if found.status is Status.OPTIMAL else None
