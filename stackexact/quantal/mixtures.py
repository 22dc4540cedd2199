"""Actions of the leader that are mixtures of her others, whatever the follower does: nothing is missed without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

import numpy as np

from stackexact.lp import Program, Status, solve
from stackexact.quantal.decisions import Decision, Logits

__all__ = ["Left", "Mixtures", "left_of", "mixtures_of"]

Row = TypeVar("Row")

Mixtures: TypeAlias = Mapping[int, tuple[tuple[int, Fraction], ...]]
"""By such an action: the others with their weights, none of which is one itself."""

_MOST: Final = 16
"""Actions of either player up to which mixtures of several are looked for."""

_CLEAR: Final = 1e-6
"""An action that lies further out than others by so much (at most 1) is no mixture: floats say where not to look."""

_Point: TypeAlias = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The ``actions`` that are left without the ``mixtures``: decisions and commitments among these, in their order."""

    actions: tuple[int, ...]
    mixtures: Mixtures
    size: int

    def among(self, decision: Decision) -> Decision:
        """The decision with these actions alone."""
        if not self.mixtures:
            return decision
        logits = decision.logits
        exponents = None if logits.exponents is None else self.rows(logits.exponents)
        weights = None if logits.weights is None else self.rows(logits.weights)
        return Decision(self.rows(decision.leader), Logits(exponents, weights))

    def rows(self, table: Sequence[Row]) -> tuple[Row, ...]:
        """The rows of these actions."""
        return tuple(table[a] for a in self.actions)

    def spread(self, commitment: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """A commitment to these actions as one to all."""
        known = dict(zip(self.actions, commitment, strict=True))
        return tuple(known.get(a, Fraction(0)) for a in range(self.size))


def left_of(decision: Decision) -> Left:
    """What is left without mixtures."""
    rows, mixtures = decision.shape[0], mixtures_of(decision)
    return Left(tuple(a for a in range(rows) if a not in mixtures), mixtures, rows)


def mixtures_of(decision: Decision) -> Mixtures:
    """Actions whose values are means of those of others, and whose logits are but for a constant, with the weights. Of
    actions that are the same the first is left; where logits are no logarithms, means of several are found by exact
    linear programs.

    >>> from stackexact.quantal.decisions import Logits
    >>> half = Fraction(1, 2)
    >>> rows = ((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0)), (half, half))
    >>> mixtures_of(Decision(rows, Logits(rows, None)))
    {2: ((0, Fraction(1, 2)), (1, Fraction(1, 2)))}
    """
    points = _points(decision)
    first = {point: a for a, point in reversed(list(enumerate(points)))}
    found: dict[int, tuple[tuple[int, Fraction], ...]] = {}
    found |= {a: ((first[point], Fraction(1)),) for a, point in enumerate(points) if first[point] != a}
    if decision.logits.exponents is not None and max(decision.shape) <= _MOST:
        _find_means(points, found)
    return dict(sorted(found.items()))


def _points(decision: Decision) -> list[_Point]:
    """By action all that counts of it: what the leader gets, and logits less (weights over) the first of them."""
    exponents, weights = decision.logits.exponents, decision.logits.weights
    if exponents is not None:
        logits = [tuple(value - row[0] for value in row[1:]) for row in exponents]
    else:
        assert weights is not None
        logits = [tuple(value / row[0] for value in row[1:]) for row in weights]
    return [(*own, *more) for own, more in zip(decision.leader, logits, strict=True)]


def _find_means(points: Sequence[_Point], found: dict[int, tuple[tuple[int, Fraction], ...]]) -> None:
    """Add the actions that are means of several others."""
    kept = [a for a in range(len(points)) if a not in found]
    for a in reversed(_unclear(points, kept)):
        others = [i for i in kept if i != a and i not in found]
        equal = list(zip(zip(*((*points[i], 1) for i in others), strict=True), (*points[a], 1), strict=True))
        result = solve(Program.of([Fraction(0)] * len(others), equal=equal))
        if result.status is Status.OPTIMAL and result.point is not None:
            found[a] = tuple((i, share) for i, share in zip(others, result.point, strict=True) if share)
    # What was found first may rest on what was found later.
    for a in sorted(found):
        found[a] = _settled(found[a], found)


def _unclear(points: Sequence[_Point], kept: Sequence[int]) -> list[int]:
    """The actions that may be means of others: none is that lies furthest out in some direction. The directions are
    those from the centre, where points are stretched so that they spread alike; of points none of which is a mean of
    others and that are no more than dimensions by one, all are furthest out in these."""
    if len(kept) < 3:
        return []
    columns = [[points[a][k] for a in kept] for k in range(len(points[0]))]
    spread = [[value - column[0] for value in column] for column in columns]
    sizes = [max(map(abs, column)) for column in spread]
    table = np.array([[float(v / size) for v in column] for column, size in zip(spread, sizes, strict=True) if size]).T
    table -= table.mean(axis=0)
    outward = table @ np.linalg.pinv(table)
    np.fill_diagonal(others := outward.copy(), -np.inf)
    return [a for a, out, most in zip(kept, outward.diagonal(), others.max(axis=0), strict=True) if out < most + _CLEAR]


def _settled(parts: tuple[tuple[int, Fraction], ...], found: Mixtures) -> tuple[tuple[int, Fraction], ...]:
    """The same in terms of actions that are left."""
    shares: dict[int, Fraction] = {}
    waiting = list(parts)
    while waiting:
        i, share = waiting.pop()
        if i in found:
            waiting += [(j, share * own) for j, own in found[i]]
        else:
            shares[i] = shares.get(i, Fraction(0)) + share
    return tuple(sorted(shares.items()))
