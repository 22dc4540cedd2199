"""The best deterministic policy in one decision, in balls: a rule for every action of the follower, or one action.

For rules it is Dinkelbach's iteration, as for prescriptions, with the greatest term of a column taken over actions
instead of mixtures: no rule gets more than c where Σ_b max over a of e^{logit}(value - c) ≤ 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from flint import arb, ctx

from stackexact.errors import LimitReached, require_time
from stackexact.exact.enclosures import END_BITS, ball_of, bits_of, ends
from stackexact.lp.simplex import never
from stackexact.quantal.decisions import (
    Balls,
    Decision,
    Policy,
    Stop,
    greatest,
    quotient,
    rounded_down,
    rounded_up,
    value_at,
)

__all__ = ["best_action", "best_rule"]

_SPARE: Final = 32

Chosen: TypeAlias = tuple[int, ...]
"""The leader's action by the follower's."""


def best_rule(low: Decision, high: Decision, digits: int, stop: Stop = never) -> tuple[Fraction, Fraction, Chosen]:
    """Bounds of the greatest value, and a rule that gets the lower one: the leader's action by the follower's.

    Raises :class:`~stackexact.errors.LimitReached` where the working precision does not suffice, or when ``stop`` says
    so.
    """
    step = high.scale / Fraction(10) ** digits / 4
    bits = bits_of(digits) + _SPARE + high.logits.magnitude
    while bits <= END_BITS:
        with ctx.workprec(2 * bits):
            logits, values = high.balls()
            chosen, top = _climbed(logits, values, bits, stop)
            limit = rounded_up(ends(top)[1] + step, bits)
            if _never_above(logits, values, ball_of(limit)):
                lower = ends(value_at(_policy(chosen), low))[0]
                return rounded_down(lower, bits), limit, chosen
        bits *= 2
    raise LimitReached("the working precision does not suffice for the best rule; ask for fewer digits")


def best_action(low: Decision, high: Decision, digits: int, stop: Stop = never) -> tuple[Fraction, Fraction, Chosen]:
    """The same where the leader does the same whatever the follower does."""
    bits = bits_of(digits) + _SPARE + high.logits.magnitude
    rows, columns = high.shape
    with ctx.workprec(2 * bits):
        found: list[list[tuple[Fraction, Fraction]]] = [[], []]
        for a in range(rows):
            require_time(stop)
            for known, one in zip(found, (low, high), strict=True):
                known.append(ends(value_at(_policy((a,) * columns), one)))
        best = max(range(rows), key=lambda a: found[0][a][0])
        upper = max(one[1] for one in found[1])
        return rounded_down(found[0][best][0], bits), rounded_up(upper, bits), (best,) * columns


def _policy(chosen: Sequence[int]) -> Policy:
    return tuple(((a, Fraction(1)),) for a in chosen)


def _climbed(logits: Balls, values: Balls, bits: int, stop: Stop) -> tuple[Chosen, arb]:
    target = -greatest([-value for column in values for value in column]) - 1
    while True:
        require_time(stop)
        target = target.mid()
        chosen = tuple(_best(*column, target) for column in zip(logits, values, strict=True))
        top, bottom = quotient(_policy(chosen), logits, values)
        value = top / bottom
        if not value.mid() - target > abs(value.mid()) * arb(2) ** -bits:
            return chosen, value
        target = value


def _best(logits: Sequence[arb], values: Sequence[arb], target: arb) -> int:
    """The action whose term is greatest, as far as midpoints tell."""
    signs = [(value - target).mid() for value in values]
    heights = [(logit + abs(sign).log()).mid() for logit, sign in zip(logits, signs, strict=True)]
    above = [a for a, sign in enumerate(signs) if sign > 0]
    if above:
        return max(above, key=lambda a: heights[a])
    return min(range(len(signs)), key=lambda a: heights[a] if signs[a] < 0 else arb.neg_inf())


def _never_above(logits: Balls, values: Balls, limit: arb) -> bool:
    """Whether the greatest terms of all columns do not add up to more than 0."""
    terms = []
    for exponents, column in zip(logits, values, strict=True):
        best = _best(exponents, column, limit)
        pairs = [(exponent, value - limit) for exponent, value in zip(exponents, column, strict=True)]
        terms.append([pairs[best], *pairs[:best], *pairs[best + 1 :]])
    shift = greatest([column[0][0] for column in terms]).mid()
    bounds = (greatest([above * (exponent - shift).exp() for exponent, above in column]) for column in terms)
    return bool(sum(bounds, arb(0)) <= 0)
