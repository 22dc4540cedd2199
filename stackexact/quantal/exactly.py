"""Whether a deterministic prescription is best among all, decided exactly.

Where the leader's values and the follower's logits are rational (or the exponentials of these are), all that has to be
compared is a quotient of sums of exponentials, or a rational multiple of the logarithm of a rational number.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import ball_of, sign_of
from stackexact.exact.exponential import ExponentialNumber, rational
from stackexact.quantal.decisions import Logits

__all__ = ["ExactTable", "deterministic_value", "exactly_best", "first_best", "is_best"]

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
    chosen: Sequence[int], leader: ExactTable, logits: Logits, *, prescription: bool
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
        value = deterministic_value(chosen, leader, logits)
        terms = _terms(value, leader, logits)
        better = tuple(_first_greatest(column) for column in terms)
        if all(not (terms[b][a] - terms[b][c]).sign() for b, (a, c) in enumerate(zip(better, chosen, strict=True))):
            return value, better
        chosen = better


def first_best(value: ExponentialNumber, leader: ExactTable, logits: Logits) -> tuple[int, ...]:
    """Of deterministic prescriptions that are best, whose ``value`` is given, the first in the order of actions."""
    return tuple(_first_greatest(column) for column in _terms(value, leader, logits))


def _terms(value: ExponentialNumber, leader: ExactTable, logits: Logits) -> list[list[ExponentialNumber]]:
    """e^logit (value - c) by the follower's action, then the leader's."""
    rows, columns = range(len(leader)), range(len(leader[0]))
    return [[ExponentialNumber(logits.mass(a, b)) * (leader[a][b] - value) for a in rows] for b in columns]


def _first_greatest(values: Sequence[ExponentialNumber]) -> int:
    best = 0
    for i, value in enumerate(values):
        best = i if values[best] < value else best
    return best


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
