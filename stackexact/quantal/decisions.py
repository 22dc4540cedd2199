"""One decision: the leader's values, and the logits of the follower's response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from flint import arb

from stackexact.exact.enclosures import ball_of
from stackexact.exact.exponential import ExponentialSum, exponential, rational

__all__ = [
    "Balls",
    "Decision",
    "Logits",
    "Policy",
    "Stop",
    "Table",
    "decimal",
    "greatest",
    "quotient",
    "rounded",
    "rounded_down",
    "rounded_up",
    "value_at",
]

Table: TypeAlias = tuple[tuple[Fraction, ...], ...]
"""Exact numbers by leader action (rows) and follower action (columns)."""

Stop: TypeAlias = Callable[[], bool]
"""Says when the time is over."""

Balls: TypeAlias = list[list[arb]]
"""Balls by follower action (the outer list), then by leader action."""

Policy: TypeAlias = tuple[tuple[tuple[int, Fraction], ...], ...]
"""By follower action: the leader actions that the policy plays, with their positive probabilities."""


@dataclass(frozen=True, slots=True)
class Logits:
    """The logits η r(a, b) of the follower's response: ``exponents[a][b]`` + log ``weights[a][b]``, either alone."""

    exponents: Table | None
    weights: Table | None

    @property
    def magnitude(self) -> int:
        """The binary digits of the whole part of how far the logits are apart."""
        if self.exponents is None:
            return 1
        return int(max(map(max, self.exponents)) - min(map(min, self.exponents))).bit_length()

    def levelled(self) -> Logits:
        """The same less, in every row, the greatest entry: where the leader does the same whatever the follower does,
        nothing depends on what a row has in common."""
        if self.exponents is not None:
            tops = map(max, self.exponents)
            rows = zip(self.exponents, tops, strict=True)
            return Logits(tuple(tuple(value - top for value in row) for row, top in rows), None)
        assert self.weights is not None
        rows = zip(self.weights, map(max, self.weights), strict=True)
        return Logits(None, tuple(tuple(value / top for value in row) for row, top in rows))

    def columns(self) -> Balls:
        """The logits by follower action, then by leader action, at the working precision; less the greatest exponent
        of all, for nothing depends on what all have in common."""
        if self.exponents is not None:
            most = max(map(max, self.exponents))
            return [[ball_of(value - most) for value in column] for column in zip(*self.exponents, strict=True)]
        assert self.weights is not None
        return [[ball_of(value).log() for value in column] for column in zip(*self.weights, strict=True)]

    def ball(self, a: int, b: int) -> arb:
        """A logit at the working precision."""
        if self.exponents is not None:
            return ball_of(self.exponents[a][b])
        assert self.weights is not None
        return ball_of(self.weights[a][b]).log()

    def mass(self, a: int, b: int) -> ExponentialSum:
        """exp of a logit, exactly."""
        if self.exponents is not None:
            return exponential(self.exponents[a][b])
        assert self.weights is not None
        return rational(self.weights[a][b])

    def at(self, a: int, b: int) -> tuple[Fraction, Fraction]:
        """A logit as an exponent and a weight."""
        exponent = Fraction(0) if self.exponents is None else self.exponents[a][b]
        return exponent, Fraction(1) if self.weights is None else self.weights[a][b]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, ``leader[a][b]`` being what the leader gets; where that is enclosed, bounds of it are two
    decisions."""

    leader: Table
    logits: Logits

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    @property
    def scale(self) -> Fraction:
        """How far the leader's values are apart; 1 where they are all the same."""
        spread = max(map(max, self.leader)) - min(map(min, self.leader))
        return spread or Fraction(1)

    def balls(self) -> tuple[Balls, Balls]:
        """Logits and leader's values by follower action at the working precision."""
        return self.logits.columns(), [
            [ball_of(value) for value in column] for column in zip(*self.leader, strict=True)
        ]


def quotient(policy: Policy, logits: Balls, leader: Balls) -> tuple[arb, arb]:
    """What the leader gets under a policy, as a quotient of sums over the follower's actions."""
    mixed = []
    for part, exponents, values in zip(policy, logits, leader, strict=True):
        shares = [(a, ball_of(share)) for a, share in part]
        mixed.append(tuple(sum((share * own[a] for a, share in shares), arb(0)) for own in (exponents, values)))
    shift = greatest([exponent for exponent, _ in mixed]).mid()
    masses = [(exponent - shift).exp() for exponent, _ in mixed]
    top = sum((mass * value for mass, (_, value) in zip(masses, mixed, strict=True)), arb(0))
    return top, sum(masses, arb(0))


def value_at(policy: Policy, decision: Decision) -> arb:
    """What the leader gets under a policy, at the working precision."""
    top, bottom = quotient(policy, *decision.balls())
    return top / bottom


def greatest(values: Sequence[arb]) -> arb:
    """The greatest of some balls."""
    found = values[0]
    for value in values[1:]:
        found = found.max(value)
    return found


def rounded(value: Fraction, bits: int) -> Fraction:
    """A short fraction near a number: about so many significant binary digits."""
    unit = _unit(value, bits)
    return round(value * unit) / unit


def decimal(value: Fraction, bits: int) -> Fraction:
    """A decimal near a number, with about so many binary digits after the point."""
    unit = 10 ** (bits * 1233 // 4096 + 2)
    return Fraction(round(value * unit), unit)


def rounded_up(value: Fraction, bits: int) -> Fraction:
    """A short fraction that is not below a number."""
    unit = _unit(value, bits)
    return -(-value * unit // 1) / unit


def rounded_down(value: Fraction, bits: int) -> Fraction:
    """A short fraction that is not above a number."""
    unit = _unit(value, bits)
    return (value * unit // 1) / unit


def _unit(value: Fraction, bits: int) -> Fraction:
    return Fraction(2) ** (bits + value.denominator.bit_length() - value.numerator.bit_length())
