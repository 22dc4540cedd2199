"""What is estimated from: choices that were observed, and the linear model of quantal response behind them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from stackexact.exact.records import Record

__all__ = ["Choice", "Constraint", "Model", "Vector", "dot"]

Vector: TypeAlias = tuple[Fraction, ...]


def dot(one: Vector, two: Vector) -> Fraction:
    """The inner product."""
    return sum((a * b for a, b in zip(one, two, strict=True) if a and b), Fraction(0))


@dataclass(frozen=True, slots=True, repr=False)
class Choice(Record):
    """One decision problem with all observations of it.

    Each action has a label, a vector of features, a positive reference weight, and the number of times it was chosen.
    """

    labels: tuple[str, ...]
    features: tuple[Vector, ...]
    weights: Vector
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The number of observations."""
        return sum(self.counts)

    @property
    def most(self) -> int:
        """The action chosen most often, the first of them: differences are taken from it."""
        return max(range(len(self.counts)), key=self.counts.__getitem__)

    @property
    def differences(self) -> tuple[Vector, ...]:
        """The features of each action less those of :attr:`most`."""
        base = self.features[self.most]
        return tuple(tuple(a - b for a, b in zip(one, base, strict=True)) for one in self.features)

    @property
    def scale(self) -> int:
        """The least positive number that makes integers of all features."""
        return lcm(*{value.denominator for row in self.features for value in row})

    @property
    def whole(self) -> tuple[tuple[int, ...], ...]:
        """The :attr:`differences` times :attr:`scale`: integers."""
        scale = self.scale
        rows = [[value.numerator * (scale // value.denominator) for value in row] for row in self.features]
        base = rows[self.most]
        return tuple(tuple(a - b for a, b in zip(row, base, strict=True)) for row in rows)

    def without(self, actions: frozenset[int]) -> Choice:
        """The problem without some actions."""
        kept = [b for b in range(len(self.counts)) if b not in actions]
        return Choice(
            tuple(self.labels[b] for b in kept),
            tuple(self.features[b] for b in kept),
            tuple(self.weights[b] for b in kept),
            tuple(self.counts[b] for b in kept),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Constraint(Record):
    """``<vector, theta> == value``."""

    vector: Vector
    value: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Model(Record):
    """P(b) is proportional to ``weight(b)**power * exp(eta * <features(b), theta>)`` in every choice, and ``theta``,
    whose entries have ``names``, satisfies the constraints."""

    names: tuple[str, ...]
    choices: tuple[Choice, ...]
    constraints: tuple[Constraint, ...]
    eta: Fraction
    power: Fraction

    @property
    def observations(self) -> int:
        """The number of observations in all choices."""
        return sum(choice.total for choice in self.choices)
