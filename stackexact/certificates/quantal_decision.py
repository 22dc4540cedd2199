"""One decision against a quantal follower: the leader's values, the logits of the responses, and what a stated policy
gets, exactly where numbers allow that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import PRECISIONS, Quotient, Sum, exponential, weighed
from stackexact.certificates.exponentials import exp_bounds, fixed, log_bounds
from stackexact.certificates.reading import Labels, Node, Weights

__all__ = ["Decision", "Entries", "Policy", "Responses", "read_policy", "table_of"]

Entries = tuple[tuple[Fraction, ...], ...]
"""Numbers by leader action (rows) and follower action (columns)."""

Policy = list[Weights]
"""By follower action: a probability vector over the leader's actions."""

SIZE = 1 << 17
"""Most binary digits of a number."""

CELLS = 1 << 16
"""Most pairs of actions."""

ONE = Fraction(1)


@dataclass(frozen=True)
class Decision:
    """The follower answers a policy with probabilities proportional to exp(Σ_a share_a logit(a, b)), where
    ``logit(a, b) = exponents[a][b] + log weights[a][b]``. ``leader[a][b]`` is what the leader gets."""

    leader: Entries
    exponents: Entries
    weights: Entries | None = None

    def __post_init__(self) -> None:
        rows, columns = self.shape
        if rows * columns > CELLS:
            raise TooLarge(f"expected at most {CELLS} pairs of actions, found {rows * columns}")
        for table in (self.leader, self.exponents, self.weights or ()):
            for row in table:
                if any(max(v.numerator.bit_length(), v.denominator.bit_length()) > SIZE for v in row):
                    raise TooLarge(f"expected numbers of at most {SIZE} binary digits, found a longer one")

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    @cached_property
    def spread(self) -> Fraction:
        """How far the leader's values are apart."""
        return max(map(max, self.leader)) - min(map(min, self.leader))

    @cached_property
    def _kept(self) -> dict[int, list[list[tuple[int, int]]]]:
        return {}

    def levelled(self) -> Decision:
        """The same with logits less the greatest of their row, which changes no response to a commitment."""
        exponents = tuple(tuple(value - max(row) for value in row) for row in self.exponents)
        weights = self.weights and tuple(tuple(value / max(row) for value in row) for row in self.weights)
        return Decision(self.leader, exponents, weights)

    def logits(self, bits: int) -> list[list[tuple[int, int]]]:
        """Bounds of logits by follower action, then leader action, in units of 2**-bits; computed once."""
        if bits not in self._kept:
            rows, columns = self.shape
            self._kept[bits] = [[self._logit(a, b, bits) for a in range(rows)] for b in range(columns)]
        return self._kept[bits]

    def _logit(self, a: int, b: int, bits: int) -> tuple[int, int]:
        low, high = fixed(self.exponents[a][b], bits)
        if self.weights is None or self.weights[a][b] == 1:
            return low, high
        more, most = log_bounds(self.weights[a][b], bits)
        return low + more, high + most

    def mass(self, a: int, b: int) -> Sum:
        """exp of a logit."""
        return exponential(self.exponents[a][b], ONE if self.weights is None else self.weights[a][b])

    def mixed(self, policy: Policy) -> list[Fraction]:
        """What the leader gets by follower action."""
        return [sum((share * self.leader[a][b] for a, share in part.items()), Fraction(0)) for b, part in _by(policy)]

    def masses(self, policy: Policy) -> list[Sum] | None:
        """exp of the follower's logits under a policy, or nothing where these are powers of weights."""
        made = []
        for b, part in _by(policy):
            weight = ONE
            if self.weights is not None:
                occurring = {self.weights[a][b] for a in part}
                if len(occurring) > 1:
                    return None
                weight = occurring.pop()
            exponent = sum((share * self.exponents[a][b] for a, share in part.items()), Fraction(0))
            made.append(exponential(exponent, weight))
        return made


def _by(policy: Policy) -> list[tuple[int, Weights]]:
    return list(enumerate(policy))


class Responses:
    """The follower's response to a policy, and what the leader gets."""

    def __init__(self, decision: Decision, policy: Policy) -> None:
        self.decision, self.policy = decision, policy
        self.values = decision.mixed(policy)
        self.masses = decision.masses(policy)

    def sign(self, factors: Sequence[Fraction]) -> int:
        """The sign of ``Σ_b factors[b] mass_b``."""
        if self.masses is not None:
            return self.weighed(factors).sign()
        if not any(factors):
            return 0
        for bits in PRECISIONS:
            low, high = weighed([(c, self._bounds(b, bits)) for b, c in enumerate(factors) if c], bits)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
        raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell the sign of a sum of powers")

    def weighed(self, factors: Sequence[Fraction]) -> Sum:
        """``Σ_b factors[b] mass_b``, exactly."""
        assert self.masses is not None
        made: dict[Fraction, Fraction] = {}
        for mass, factor in zip(self.masses, factors, strict=True):
            for q, c in mass.terms.items():
                made[q] = made.get(q, Fraction(0)) + c * factor
        return Sum({q: c for q, c in made.items() if c})

    def _bounds(self, b: int, bits: int) -> Any:
        """Bounds of a mass."""
        unit = bits + 8
        column = self.decision.logits(unit)[b]
        low = sum((share * column[a][0] for a, share in self.policy[b].items()), Fraction(0))
        high = sum((share * column[a][1] for a, share in self.policy[b].items()), Fraction(0))
        return exp_bounds(low.__floor__(), high.__ceil__(), unit, bits)

    def above(self, value: Fraction) -> int:
        """The sign of what the leader gets less a number."""
        return self.sign([own - value for own in self.values])

    def quotient(self) -> Quotient | None:
        """What the leader gets, exactly."""
        if self.masses is None:
            return None
        return Quotient(self.weighed(self.values), self.weighed([ONE] * len(self.values)))

    def share(self, b: int, value: Fraction) -> int:
        """The sign of the probability of a response less a number."""
        return self.sign([(ONE if other == b else Fraction(0)) - value for other in range(len(self.values))])

    def probability(self, b: int) -> Quotient | None:
        """The probability of a response, exactly."""
        if self.masses is None:
            return None
        return Quotient(self.masses[b], self.weighed([ONE] * len(self.values)))


def read_policy(node: Node, leader: Labels, follower: Labels, prescription: bool) -> Policy:
    """A policy: a probability vector over the leader's actions, or one for every action of the follower."""
    if not prescription:
        return [node.distribution(leader)] * len(follower)
    parts = node.by_label(follower, complete=True)
    return [parts[b].distribution(leader) for b in range(len(follower))]


def table_of(rows: Sequence[Sequence[Fraction]], factor: Fraction = ONE) -> Entries:
    """A multiple of a table."""
    return tuple(tuple(value * factor for value in row) for row in rows)
