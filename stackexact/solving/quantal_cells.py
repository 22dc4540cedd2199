"""Cells of the concept ``quantal``: values are exact, or enclosed (:class:`~stackexact.exact.enclosures.Enclosure`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from stackexact.exact.enclosures import Number
from stackexact.exact.rational_function import Expression
from stackexact.solving.cells import FieldsCell

__all__ = [
    "DeterministicCell",
    "MarkovQuantalCell",
    "Mixture",
    "QuantalCell",
    "RandomisedBoundCell",
    "Rule",
]

Mixture: TypeAlias = Mapping[str, Fraction]
"""Leader actions with their positive probabilities."""

Rule: TypeAlias = Mapping[str, Fraction] | Mapping[str, Mixture]
"""What the leader does in a state: a mixture, or one for every action of the follower."""


@dataclass(frozen=True, slots=True, repr=False)
class QuantalCell(FieldsCell):
    """The most that the leader can get against a quantal follower (``leader``), a policy that gets it up to the width
    of that enclosure (exactly, where it has a closed form or is a fraction), and the follower's ``response`` to it.

    The policy is a ``commitment``, or a ``prescription``: a mixture of the leader's actions for every action of the
    follower."""

    when: tuple[str, ...]
    leader: Number
    commitment: Mixture | None
    prescription: Mapping[str, Mixture] | None
    response: Mapping[str, Number]


@dataclass(frozen=True, slots=True, repr=False)
class MarkovQuantalCell(FieldsCell):
    """The most that the leader can get against a myopic quantal follower over all stages; by stage (the first comes
    first) and state that can be reached, a ``policy`` that gets it up to the widths of the enclosures, and the most she
    can get from there on (``values``)."""

    when: tuple[str, ...]
    leader: Number
    policy: tuple[Mapping[str, Rule], ...]
    values: tuple[Mapping[str, Number], ...]


@dataclass(frozen=True, slots=True, repr=False)
class DeterministicCell(FieldsCell):
    """The most that the leader can get with deterministic policies (``leader``), and one that gets it, by stage (the
    first comes first) and state that can be reached; in games with weights these are functions of the parameters.

    Against a follower who does not look ahead ``values`` are the most that she can get from there on; against one who
    does, what she gets from there on under the policy (all of these were ``compared``), where that is exact."""

    when: tuple[str, ...]
    leader: Number | Expression
    policy: tuple[Mapping[str, Rule], ...]
    values: tuple[Mapping[str, Number | Expression], ...] | None
    compared: int | None


@dataclass(frozen=True, slots=True, repr=False)
class RandomisedBoundCell(FieldsCell):
    """Where the greatest value of all policies lies, randomised ones included, against a follower who looks ahead: at
    least what the best deterministic one gets (``lower``), at most ``upper``, a bound from so many ``cells`` of what
    may be announced for later."""

    when: tuple[str, ...]
    lower: Number
    upper: Fraction
    cells: int
