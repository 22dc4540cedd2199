"""Whether a deterministic prescription is best among all, decided exactly.

Where the leader's values and the follower's logits are rational (or the exponentials of these are), all that has to be
compared is a quotient of sums of exponentials, or a rational multiple of the logarithm of a rational number.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from flint import ctx

from stackexact.errors import LimitReached, require_time
from stackexact.exact.enclosures import ball_of, sign_of
from stackexact.exact.exponential import ExponentialNumber, rational
from stackexact.lp.simplex import never
from stackexact.quantal.decisions import Logits, Stop, greatest

__all__ = ["ExactTable", "deterministic_value", "exactly_best", "first_best", "is_best"]

_BITS: Final = 256
"""The working precision of first looks."""

ExactTable = Sequence[Sequence[ExponentialNumber]]
"""Exact values by leader and follower action."""


def deterministic_value(chosen: Sequence[int], leader: ExactTable, logits: Logits) -> ExponentialNumber:
    """What the leader gets if she plays ``chosen[b]`` against b."""
    top, bottom = ExponentialNumber.of(Fraction(0)), rational(0)
    for b, a in enumerate(chosen):
        mass = logits.mass(a, b)
        top = top + ExponentialNumber(mass) * leader[a][b]
        bottom = bottom + mass
    return top / ExponentialNumber(bottom)


def exactly_best(
    chosen: Sequence[int], leader: ExactTable, logits: Logits, *, prescription: bool, stop: Stop = never
) -> tuple[ExponentialNumber, tuple[int, ...]]:
    """The greatest value of deterministic policies and the first of the best, found from a good one: while some action
    of a column has a greater term than the chosen one, the value grows (Dinkelbach's iteration, exactly)."""
    rows, columns = range(len(leader)), range(len(leader[0]))
    if not prescription:
        values = [deterministic_value([a] * len(columns), leader, logits) for a in rows]
        best = 0
        for a in rows:
            best = a if values[best] < values[a] else best
        return values[best], (best,) * len(columns)
    while True:
        require_time(stop)
        value = deterministic_value(chosen, leader, logits)
        every = [_Column(b, value, leader, logits, stop) for b in columns]
        found = tuple(column.first() for column in every)
        if not any(column.is_greater(*pair) for column, *pair in zip(every, found, chosen, strict=True)):
            return value, found
        chosen = found


def first_best(value: ExponentialNumber, leader: ExactTable, logits: Logits) -> tuple[int, ...]:
    """Of deterministic prescriptions that are best, whose ``value`` is given, the first in the order of actions."""
    return tuple(_Column(b, value, leader, logits, never).first() for b in range(len(leader[0])))


class _Column:
    """e^logit (u - V) against one action of the follower, by the leader's: told apart by balls where they do so, else
    exactly."""

    def __init__(self, b: int, value: ExponentialNumber, leader: ExactTable, logits: Logits, stop: Stop) -> None:
        self.b, self.value, self.leader, self.logits, self.stop = b, value, leader, logits, stop
        with ctx.workprec(_BITS):
            exponents = [logits.ball(a, b) for a in range(len(leader))]
            shift, level = greatest(exponents).mid(), value.ball()
            pairs = zip(exponents, leader, strict=True)
            self.balls = [(one - shift).exp() * (row[b].ball() - level) for one, row in pairs]
        self.known: dict[int, ExponentialNumber] = {}

    def first(self) -> int:
        """The first of the greatest."""
        best = 0
        for a in range(1, len(self.leader)):
            if self.is_greater(a, best):
                best = a
        return best

    def is_greater(self, one: int, two: int) -> bool:
        """Whether one term is greater than another."""
        return self._sign(one, two) > 0

    def _sign(self, one: int, two: int) -> int:
        """The sign of one term less another."""
        if one == two:
            return 0
        with ctx.workprec(_BITS):
            apart = self.balls[one] - self.balls[two]
        if apart > 0 or apart < 0:
            return 1 if apart > 0 else -1
        require_time(self.stop)
        return (self._exactly(one) - self._exactly(two)).sign()

    def _exactly(self, a: int) -> ExponentialNumber:
        if a not in self.known:
            mass = ExponentialNumber(self.logits.mass(a, self.b))
            self.known[a] = mass * (self.leader[a][self.b] - self.value)
        return self.known[a]


def is_best(chosen: Sequence[int], value: ExponentialNumber, leader: ExactTable, logits: Logits) -> bool:
    """Whether no prescription, randomised ones included, gets more than ``value``, what ``chosen`` gets."""
    return all(_best_in_column(a, b, value, leader, logits) for b, a in enumerate(chosen))


def _best_in_column(best: int, b: int, value: ExponentialNumber, leader: ExactTable, logits: Logits) -> bool:
    others = [a for a in range(len(leader)) if a != best]
    own = leader[best][b] - value
    sign = own.sign()
    if sign > 0:
        # The logarithm of e^logit (value - c) is concave where it is defined: its slopes at a vertex tell.
        return all(
            _slope_sign(logits.at(best, b), logits.at(a, b), own, leader[a][b] - leader[best][b]) <= 0 for a in others
        )
    if sign == 0:
        return all((leader[a][b] - value).sign() <= 0 for a in others)
    term = ExponentialNumber(logits.mass(best, b)) * own
    return all((ExponentialNumber(logits.mass(a, b)) * (leader[a][b] - value) - term).sign() <= 0 for a in others)


def _slope_sign(
    here: tuple[Fraction, Fraction], there: tuple[Fraction, Fraction], own: ExponentialNumber, gain: ExponentialNumber
) -> int:
    """The sign of (logit there - logit here) * own + gain."""
    exponent, weight = there[0] - here[0], there[1] / here[1]
    if weight == 1:
        return (ExponentialNumber.of(exponent) * own + gain).sign()
    factor, rest = own.rational, gain.rational
    if factor is None or rest is None:
        raise LimitReached("weights beside irrational values are not compared exactly")
    # The logarithm of a rational number other than 1 is transcendental, so that this is not zero.
    return sign_of(lambda: ball_of(weight).log() * ball_of(factor) + ball_of(rest))
