"""Points that show which conditions of a conjunction are needed: one fails there, and all others hold.

Floats propose: many points are looked at together. What they propose is decided exactly, and what they miss stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np

from stackexact.covering.formulas import Conditions
from stackexact.covering.smt import Domain
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign

__all__ = ["Cloud"]

COUNT: Final = 8192
"""Points of the lattice, a power of 2 (so that coordinates are short)."""

STRIDE: Final = 3165
"""Odd: multiples of its powers fill the lattice evenly (Korobov 1959)."""

MARGIN: Final = Fraction(1, 8)
"""How far the lattice reaches beyond the known points, in parts of their extent."""

TRIED: Final = 5
"""Points that are tried exactly for each condition."""

Place = tuple[Fraction, ...]


class Cloud:
    """Many points around known ones, in the domain and beside it."""

    def __init__(self, domain: Domain, points: Sequence[Point]) -> None:
        self.domain = domain
        known = [point.fractions for point in points if point.is_rational]
        self._places = [*known, *_lattice(known)]
        floats = [[_float(value) for value in place] for place in self._places]
        self._columns = np.array(floats).T if floats else np.zeros((len(domain.reals.names), 0))
        self._monomials: dict[tuple[int, ...], Any] = {}
        self._meeting: dict[Condition, Any] = {}

    def witnessed(self, conditions: Conditions) -> frozenset[Condition]:
        """Conditions without which a conjunction would hold at more points of the domain."""
        return frozenset(self._shown(conditions))

    def _shown(self, conditions: Conditions) -> Iterator[Condition]:
        if not conditions or any(one.sign is Sign.ZERO for one in (*self.domain.conditions, *conditions)):
            return
        inside = np.all([self._meets(one) for one in self.domain.conditions], axis=0)
        meets = np.array([self._meets(one) for one in conditions])
        failures = (~meets).sum(axis=0) + ~inside
        for row, condition in zip(meets, conditions, strict=True):
            alone = np.flatnonzero((failures == 1) & ~row & inside)
            if any(self._fails_alone(condition, conditions, int(n)) for n in alone[:: len(alone) // TRIED + 1]):
                yield condition

    def _fails_alone(self, condition: Condition, conditions: Conditions, number: int) -> bool:
        point = Point.rational(self._places[number])
        everything = (*self.domain.conditions, *conditions)
        return [one for one in everything if not one.sign.admits(point.sign_of(one.polynomial))] == [condition]

    def _meets(self, condition: Condition) -> Any:
        """At which points a condition holds, by floats."""
        if condition not in self._meeting:
            with np.errstate(all="ignore"):
                values: Any = np.zeros(len(self._places))
                for powers, coefficient in condition.polynomial.to_dict().items():
                    values = values + _float(int(coefficient)) * self._monomial(tuple(map(int, powers)))
            self._meeting[condition] = condition.sign.admits(values)  # value by value
        return self._meeting[condition]

    def _monomial(self, powers: tuple[int, ...]) -> Any:
        if powers not in self._monomials:
            made = np.ones(len(self._places))
            for column, power in zip(self._columns, powers, strict=True):
                made = made * column**power
            self._monomials[powers] = made
        return self._monomials[powers]


def _lattice(known: Sequence[Place]) -> Iterator[Place]:
    """Points that fill a box around known ones evenly."""
    if not known:
        return
    sides = []
    for values in zip(*known, strict=True):
        width = (max(values) - min(values)) or Fraction(1)
        sides.append((min(values) - MARGIN * width, (1 + 2 * MARGIN) * width))
    factors = [pow(STRIDE, n, COUNT) for n in range(len(sides))]
    for number in range(COUNT):
        parts = [Fraction(number * factor % COUNT, COUNT) for factor in factors]
        yield tuple(low + part * width for part, (low, width) in zip(parts, sides, strict=True))


def _float(value: int | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("nan")
