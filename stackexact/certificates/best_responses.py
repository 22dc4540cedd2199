"""One decision of a leader whose follower responds best to it, and what she announces there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.certificates.reading import Node, Weights, total

__all__ = ["Announced", "Decision"]

Entries = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the leader gets now and later, the follower now, and the outcomes (a, b) after which the value of some state
    is approached only."""

    leader: Entries
    follower: Entries
    open: frozenset[tuple[int, int]]

    def column(self, b: int) -> list[tuple[int, Fraction, Fraction]]:
        """Every leader action with what both get where the follower plays b."""
        return [(a, u[b], r[b]) for a, (u, r) in enumerate(zip(self.leader, self.follower, strict=True))]


@dataclass(frozen=True)
class Announced:
    """A policy: by follower action the leader's mixture, and the response that is named; what both get by follower
    action (``leader``, ``follower``)."""

    decision: Decision
    policy: Node
    mixtures: Sequence[Weights]
    named: Node
    response: int

    @property
    def leader(self) -> list[Fraction]:
        """What the leader gets by follower action."""
        return [_mean(part, self.decision.leader, b) for b, part in enumerate(self.mixtures)]

    @property
    def best(self) -> list[int]:
        """The best responses."""
        own = [_mean(part, self.decision.follower, b) for b, part in enumerate(self.mixtures)]
        return [b for b, value in enumerate(own) if value == max(own)]

    def responds(self, value: Fraction) -> None:
        """Require that the response is a best one, and gives the leader the value."""
        if self.response not in self.best:
            raise self.named.wrong("a best response to the policy")
        if self.leader[self.response] != value:
            raise self.policy.fails("with its response it gives another value than the one that is claimed")

    def holds(self, value: Fraction) -> bool:
        """Whether every best response gives the leader at least the value."""
        return all(self.leader[b] >= value for b in self.best)

    def attains(self, value: Fraction) -> None:
        """Require that every best response gives the leader more than the value, or the value off what is open."""
        leader = self.leader
        for b in self.best:
            if leader[b] < value:
                raise self.policy.fails("a best response to it gives the leader less than the value")
            if leader[b] == value and any((a, b) in self.decision.open for a in self.mixtures[b]):
                raise self.policy.fails("a best response to it leads to a state whose value is not attained")


def _mean(weights: Weights, table: Entries, b: int) -> Fraction:
    return total(share * table[a][b] for a, share in weights.items())
