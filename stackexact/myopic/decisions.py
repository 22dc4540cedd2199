"""One decision of the leader against a follower who responds best to it: what it is about, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from stackexact.exact.prover import Number
from stackexact.myopic.columns import Mixture

__all__ = ["Decided", "Decision", "Numbers"]

Numbers: TypeAlias = Sequence[Sequence[Number]]
"""A table of flint rationals, rows by leader action."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``leader[a][b]`` is what she gets now and later, ``follower[a][b]`` what the follower gets now.

    Where what comes later is a supremum that is not attained, the outcome is ``open``: it gives her less than the
    table says, by as little as she likes.
    """

    leader: Numbers
    follower: Numbers
    open: frozenset[tuple[int, int]] = frozenset()

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    def column(self, b: int) -> tuple[list[Number], list[Number]]:
        """What both get where the follower plays b, by leader action."""
        return [row[b] for row in self.leader], [row[b] for row in self.follower]

    def closed(self, b: int) -> list[int]:
        """The leader actions at which nothing is open where the follower plays b."""
        return [a for a in range(len(self.leader)) if (a, b) not in self.open]


@dataclass(frozen=True, slots=True)
class Decided:
    """The ``value`` from this decision on, a ``policy`` (one mixture, or one for each action of the follower), the
    ``response`` to it, and whether they attain the value; where they do not, policies near to them come near to it.

    ``evidence`` is what its proof is written from.
    """

    value: Number
    policy: tuple[Mixture, ...]
    response: int
    attained: bool
    evidence: Any
