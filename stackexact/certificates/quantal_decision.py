"""One decision against a quantal follower: the leader's values, the logits of the responses, and what a stated policy
gets, exactly where numbers allow that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import Quotient, Sum, added, exponential, power
from stackexact.certificates.exponentials import fixed, log_bounds
from stackexact.certificates.logarithms import Log, logarithm
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

    def masses(self, policy: Policy) -> list[Sum]:
        """exp of the follower's logits under a policy."""
        made = []
        for b, part in _by(policy):
            weight, exponent = ONE, Log(sum((share * self.exponents[a][b] for a, share in part.items()), Fraction(0)))
            if self.weights is not None:
                if len({self.weights[a][b] for a in part}) == 1:
                    weight = self.weights[next(iter(part))][b]
                else:
                    for a, share in part.items():
                        exponent = exponent + logarithm(self.weights[a][b]).times(share)
            made.append(power(exponent, weight))
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
        return self.weighed(factors).sign()

    def weighed(self, factors: Sequence[Fraction]) -> Sum:
        """``Σ_b factors[b] mass_b``, exactly."""
        return added(mass.times(factor) for mass, factor in zip(self.masses, factors, strict=True))

    def above(self, value: Fraction) -> int:
        """The sign of what the leader gets less a number."""
        return self.sign([own - value for own in self.values])

    def quotient(self) -> Quotient:
        """What the leader gets, exactly."""
        return Quotient(self.weighed(self.values), self.weighed([ONE] * len(self.values)))

    def share(self, b: int, value: Fraction) -> int:
        """The sign of the probability of a response less a number."""
        return self.sign([(ONE if other == b else Fraction(0)) - value for other in range(len(self.values))])

    def probability(self, b: int) -> Quotient:
        """The probability of a response, exactly."""
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
