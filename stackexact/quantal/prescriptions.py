"""The leader's best prescription: a mixture of her actions for every action of the follower.

J* is the root of F(c) = Σ_b max over mixtures of e^{logit}(value - c) (Dinkelbach 1967), which is separable in b. Over
the convex hull of the points (logit, value) of a column the logarithm of a positive term is concave, so that its
greatest value lies at a vertex or on an edge; and every t > 0 bounds it by a tangent of the logarithm:

    e^ρ (υ - c)  ≤  t · exp(max over a of (ρ_a + (υ_a - c)/t) - 1).

That bound is exact at t = υ* - c. A proof of J* ≤ c is a t for every column in which some value exceeds c; in the
others the greatest term is that of a vertex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from flint import arb, ctx

from stackexact.errors import LimitReached, require_time
from stackexact.exact.enclosures import END_BITS, ball_of, bits_of, ends
from stackexact.lp.simplex import never
from stackexact.quantal.decisions import (
    Balls,
    Decision,
    Policy,
    Stop,
    decimal,
    greatest,
    quotient,
    rounded,
    rounded_down,
    rounded_up,
    value_at,
)

__all__ = ["Prescribed", "best_prescription", "bounded_by"]

_SPARE: Final = 32
"""Binary digits beyond those that are asked for."""


class _Choice(NamedTuple):
    """What is best in a column: the mixture of ``first`` and ``second`` in which the latter has the ``share``."""

    first: int
    second: int
    share: arb | None
    logarithm: arb


@dataclass(frozen=True, slots=True)
class Prescribed:
    """The leader's greatest value lies between ``lower``, what ``policy`` gets at least, and ``upper``, which
    ``tangents`` prove: t by follower action, None where no value exceeds ``upper``."""

    lower: Fraction
    upper: Fraction
    policy: Policy
    tangents: tuple[Fraction | None, ...]


def best_prescription(low: Decision, high: Decision, digits: int, stop: Stop = never) -> Prescribed:
    """Enclose the best prescription's value for leader's values between those of ``low`` and ``high``, to 10**-digits
    of their range (beyond what these two are apart).

    Raises :class:`~stackexact.errors.LimitReached` where the working precision does not suffice, or when ``stop`` says
    so.
    """
    wanted = high.scale / Fraction(10) ** digits
    apart = max(b - a for one, two in zip(low.leader, high.leader, strict=True) for a, b in zip(one, two, strict=True))
    bits = bits_of(digits) + _SPARE + high.logits.magnitude
    while bits <= END_BITS:
        with ctx.workprec(2 * bits):
            found = _attempt(low, high, wanted / 4, bits, stop)
        if found is not None and found.upper - found.lower <= wanted + apart:
            return found
        bits *= 2
    raise LimitReached("the working precision does not suffice for the best prescription; ask for fewer digits")


def _attempt(low: Decision, high: Decision, step: Fraction, bits: int, stop: Stop) -> Prescribed | None:
    logits, values = high.balls()
    policy, value = _climb(logits, values, bits, stop)
    lower, _ = ends(value_at(policy, low))
    if not value.is_finite():
        return None
    upper = rounded_up(ends(value)[1] + step, bits)
    tangents = _tangents(policy, high, upper, value.mid(), bits)
    return Prescribed(rounded_down(lower, bits), upper, policy, tangents) if bounded_by(high, upper, tangents) else None


def _climb(logits: Balls, values: Balls, bits: int, stop: Stop) -> tuple[Policy, arb]:
    """Dinkelbach's iteration from below, which converges quadratically in the end; where responses are sharp its steps
    are short before (of the order of 1/η), and so it takes turns with bisection."""
    mids = [value.mid() for column in values for value in column]
    target, roof = -greatest([-mid for mid in mids]) - 1, greatest(mids)
    while True:
        policy, value = _answered(logits, values, target, bits, stop)
        better = value.mid()
        if not better > target or not (better - target).is_finite() or better - target < abs(better) * arb(2) ** -bits:
            return policy, value
        middle = ((better + roof) / 2).mid()
        reached = _answered(logits, values, middle, bits, stop)[1].mid()
        if not reached > middle:
            roof = middle
        target = reached if reached > better else better


def _answered(logits: Balls, values: Balls, target: arb, bits: int, stop: Stop) -> tuple[Policy, arb]:
    """The policy whose terms exceed the target most, and what it gets: more than the target where any gets more."""
    chosen = []
    for column in zip(logits, values, strict=True):
        require_time(stop)
        chosen.append(_best(*column, target))
    policy = tuple(_mixture(one, bits) for one in chosen)
    top, bottom = quotient(policy, logits, values)
    return policy, top / bottom


def _best(logits: Sequence[arb], values: Sequence[arb], target: arb) -> _Choice:
    """What maximises e^logit (value - target) in one column, as far as midpoints tell."""
    above = [value - target for value in values]
    positive = [a for a, value in enumerate(above) if value > 0]
    if not positive:
        terms = [logit.exp() * value for logit, value in zip(logits, above, strict=True)]
        best = max(range(len(terms)), key=lambda a: terms[a].mid())
        return _Choice(best, best, None, terms[best])
    found = [_Choice(a, a, None, logits[a] + above[a].log()) for a in positive]
    for a in positive:
        found += [one for other in range(len(above)) if (one := _edge(logits, above, a, other)) is not None]
    return max(found, key=lambda choice: choice.logarithm.mid())


def _edge(logits: Sequence[arb], above: Sequence[arb], first: int, second: int) -> _Choice | None:
    """The stationary point between two actions, the second of which is worth less and answered more."""
    rise, fall = logits[second] - logits[first], above[second] - above[first]
    if not (rise > 0 and fall < 0):
        return None
    share = -(1 / rise) - above[first] / fall
    if not 0 < share < 1:
        return None
    return _Choice(first, second, share, logits[first] + share * rise + (-fall / rise).log())


def _mixture(choice: _Choice, bits: int) -> tuple[tuple[int, Fraction], ...]:
    if choice.share is None:
        return ((choice.first, Fraction(1)),)
    share = decimal(ends(choice.share.mid())[0], bits - _SPARE)
    parts = ((choice.first, 1 - share), (choice.second, share))
    return tuple(sorted((a, part) for a, part in parts if part))


def _tangents(
    policy: Policy, decision: Decision, limit: Fraction, value: arb, bits: int
) -> tuple[Fraction | None, ...]:
    """Slopes at what the policy gets beyond its value; none is needed where nothing exceeds the limit, and there it
    would be noise."""
    made: list[Fraction | None] = []
    for b, (part, column) in enumerate(zip(policy, zip(*decision.leader, strict=True), strict=True)):
        above = sum((ball_of(share * decision.leader[a][b]) for a, share in part), arb(0)) - value
        slope = rounded(ends(above.mid())[0], bits) if max(column) > limit and above > 0 else Fraction(0)
        made.append(slope or None)
    return tuple(made)


def bounded_by(decision: Decision, limit: Fraction, tangents: Sequence[Fraction | None]) -> bool:
    """Whether ``tangents`` prove that no prescription gets more than ``limit``: F(limit) ≤ 0."""
    logits, values = decision.balls()
    bound = ball_of(limit)
    terms: list[list[tuple[arb, arb]]] = []
    for exponents, column, tangent, exact in zip(
        logits, values, tangents, zip(*decision.leader, strict=True), strict=True
    ):
        above = [value - bound for value in column]
        if tangent is not None:
            slope = ball_of(tangent)
            heights = [exponent + value / slope for exponent, value in zip(exponents, above, strict=True)]
            terms.append([(greatest(heights) - 1, slope)])
        elif max(exact) <= limit:
            # The greatest of these terms, none of them positive, is the one of least size: it comes first.
            terms.append(sorted(zip(exponents, above, strict=True), key=_size))
        else:
            return False
    shift = greatest([column[0][0] for column in terms]).mid()
    bounds = (greatest([factor * (exponent - shift).exp() for exponent, factor in column]) for column in terms)
    return bool(sum(bounds, arb(0)) <= 0)


def _size(term: tuple[arb, arb]) -> arb:
    exponent, factor = term
    return (exponent + abs(factor).log()).mid() if factor < 0 else arb.neg_inf()
