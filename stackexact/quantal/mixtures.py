"""Actions of the leader that are mixtures of her others, whatever the follower does: nothing is missed without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

from stackexact.lp import Program, Status, solve
from stackexact.quantal.decisions import Decision, Logits

__all__ = ["Left", "Mixtures", "left_of", "mixtures_of"]

Row = TypeVar("Row")

Mixtures: TypeAlias = Mapping[int, tuple[tuple[int, Fraction], ...]]
"""By such an action: the others with their weights, none of which is one itself."""

_MOST: Final = 16
"""Actions of either player up to which mixtures are looked for."""


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
    """Actions whose values are means of those of others, and whose logits are but for a constant, with the weights: one
    exact linear program each. Of actions that are all the same the first is left.

    >>> from stackexact.quantal.decisions import Logits
    >>> half = Fraction(1, 2)
    >>> rows = ((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0)), (half, half))
    >>> mixtures_of(Decision(rows, Logits(rows, None)))
    {2: ((0, Fraction(1, 2)), (1, Fraction(1, 2)))}
    """
    rows, columns = decision.shape
    exponents = decision.logits.exponents
    if exponents is None or not 2 < rows <= _MOST or columns > _MOST:
        return {}
    points = [
        (*own, *(value - logits[0] for value in logits[1:]), Fraction(1))
        for own, logits in zip(decision.leader, exponents, strict=True)
    ]
    found: dict[int, tuple[tuple[int, Fraction], ...]] = {}
    for a in reversed(range(rows)):
        others = [i for i in range(rows) if i != a and i not in found]
        if not others:
            break
        equal = list(zip(zip(*(points[i] for i in others), strict=True), points[a], strict=True))
        result = solve(Program.of([Fraction(0)] * len(others), equal=equal))
        if result.status is Status.OPTIMAL and result.point is not None:
            found[a] = tuple((i, share) for i, share in zip(others, result.point, strict=True) if share)
    # What was found first may rest on what was found later.
    for a in sorted(found):
        found[a] = _settled(found[a], found)
    return dict(sorted(found.items()))


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
