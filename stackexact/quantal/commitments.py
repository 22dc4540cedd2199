"""The leader's best commitment where it may not depend on what the follower does: certified branch and bound.

What she gets is a quotient N/D that need not be concave. A float search and Newton's method on the face of the best
commitment find a candidate; that no other gets noticeably more is proved on the whole simplex (``simplices``), which is
halved along its longest edge where no proof is found. Where a better commitment turns up it becomes the candidate. How
many parts that takes does not depend on the digits that are asked for: the parts around a candidate are as large as its
expansion is good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_UP
from fractions import Fraction
from typing import Final

import numpy as np
from flint import arb, ctx

from stackexact.errors import LimitReached, require_time
from stackexact.exact.decimals import rounded
from stackexact.exact.enclosures import ball_of, bits_of, ends
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.climbing import as_shares, climb, polished
from stackexact.quantal.decisions import (
    Balls,
    Decision,
    Policy,
    greatest,
    quotient,
    rounded_down,
    rounded_up,
    value_at,
)
from stackexact.quantal.simplices import Corner, apart, expanded, middle

__all__ = ["Committed", "best_commitment", "exact_parts", "uniform"]

_TOLD: Final = 9
"""Digits of what a message tells."""
_SPARE: Final = 48
_MOST_PARTS: Final = 200_000
"""Parts of the simplex that are looked at before the search gives up."""
_FEW_PARTS: Final = 2000
"""The same where an exact value is only hoped for."""
_MOST_CANDIDATES: Final = 100

APART, NEAR, CENTRE, PURE = "a", "n", "c", "p"
"""How a part is proved: term by term, or by the expansion at the candidate, at the part's centre, at a pure action."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The leader's greatest value lies between ``lower``, what ``commitment`` gets at least, and ``upper``.

    ``parts`` is the proof: the parts of the simplex in the order of a walk, a split as the numbers of the two corners
    whose middle replaces first the one and then the other (``"0 1"``), a proved part as a letter.
    """

    lower: Fraction
    upper: Fraction
    commitment: tuple[Fraction, ...]
    parts: tuple[str, ...]


def uniform(commitment: Sequence[Fraction], responses: int) -> Policy:
    """A commitment as a policy that is the same for every action of the follower."""
    part = tuple((a, share) for a, share in enumerate(commitment) if share)
    return (part,) * responses


def best_commitment(low: Decision, high: Decision, digits: int, stop: Callable[[], bool] = lambda: False) -> Committed:
    """Enclose the best commitment's value for leader's values between those of ``low`` and ``high``, to 10**-digits of
    their range (beyond what these two are apart).

    Raises :class:`~stackexact.errors.LimitReached` where the proof takes too many parts, or when ``stop`` says so.

    >>> from stackexact.quantal.decisions import Logits
    >>> weights = ((Fraction(8), Fraction(1)), (Fraction(1), Fraction(1)))
    >>> decision = Decision(((Fraction(0), Fraction(0)), (Fraction(1), Fraction(0))), Logits(None, weights))
    >>> found = best_commitment(decision, decision, 9)
    >>> float(found.lower) < 0.50018842145255 < float(found.upper), len(found.parts)
    (True, 5)
    """
    low, high = (replace(one, logits=one.logits.levelled()) for one in (low, high))
    wanted = high.scale / Fraction(10) ** digits
    bits = bits_of(digits) + _SPARE + high.logits.magnitude
    with ctx.workprec(2 * bits):
        balls = high.balls()
        first = climb(high)
        require_time(stop)
        commitment = _best(as_shares(first, bits - _SPARE), [first], balls, bits)
        for _ in range(_MOST_CANDIDATES):
            policy = uniform(commitment, high.shape[1])
            lower, upper = ends(value_at(policy, low))[0], ends(value_at(policy, high))[1]
            limit = rounded_up(upper + wanted / 4, bits)
            proof = _Proof(balls, ball_of(limit), stop)
            try:
                found = proof.run(proof.corner(commitment))
            except LimitReached as reached:
                known = rounded(lower, _TOLD, ROUND_DOWN if lower > 0 else ROUND_UP).text
                raise LimitReached(f"{reached}; a commitment was found that gets at least {known}") from None
            if found.better is None:
                return Committed(rounded_down(lower, bits), limit, commitment, found.parts)
            floats = tuple(map(float, found.better))
            commitment = _best(found.better, [floats, climb(high, floats)], balls, bits)
    raise LimitReached("better commitments turn up one after the other; ask for fewer digits")


def exact_parts(
    decision: Decision, values: Mapping[int, ExponentialNumber], best: int, stop: Callable[[], bool]
) -> tuple[str, ...] | None:
    """A proof that no commitment gets more than the pure action ``best``, whose exact value stands in ``values`` like
    those of all pure actions; nothing where a few parts do not suffice."""
    limit, decision = values[best], replace(decision, logits=decision.logits.levelled())
    tied = [a for a, value in values.items() if not (value - limit).sign()]
    with ctx.workprec(2 * (_SPARE + decision.logits.magnitude + 128)):
        proof = _Proof(decision.balls(), limit.ball(), stop, tuple(tied), _FEW_PARTS)
        try:
            found = proof.run(None)
        except LimitReached:
            return None
    return found.parts if found.better is None else None


def _best(
    known: tuple[Fraction, ...], candidates: Sequence[Sequence[float]], balls: tuple[Balls, Balls], bits: int
) -> tuple[Fraction, ...]:
    """The best of a commitment, some candidates, and what Newton's method makes of these."""
    columns = len(balls[0])
    options = [known]
    for candidate in candidates:
        options += [as_shares(candidate, bits - _SPARE), polished(candidate, balls, bits - _SPARE)]

    def value(commitment: tuple[Fraction, ...]) -> arb:
        top, bottom = quotient(uniform(commitment, columns), *balls)
        return (top / bottom).mid()

    return max(options, key=value)


@dataclass(frozen=True, slots=True)
class _Found:
    """A proof, or a commitment that gets more than the limit."""

    parts: tuple[str, ...]
    better: tuple[Fraction, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Proof:
    """The walk through the parts of the simplex; at the pure actions ``tied`` the limit is reached exactly."""

    balls: tuple[Balls, Balls]
    limit: arb
    stop: Callable[[], bool]
    tied: tuple[int, ...] = ()
    most: int = field(default=_MOST_PARTS)

    def run(self, point: Corner | None) -> _Found:
        """Prove the limit by expansions at ``point`` and elsewhere, or find what gets more."""
        rows = len(self.balls[0][0])
        units = [tuple(Fraction(int(i == a)) for i in range(rows)) for a in range(rows)]
        whole = [self.corner(one) for one in units]
        pure = {a: whole[a] for a in self.tied}
        pending = [whole]
        places = [tuple(units)]
        told: list[str] = []
        while pending:
            corners, place = pending.pop(), places.pop()
            if len(told) >= self.most:
                raise LimitReached(f"the proof takes more than {self.most} parts of the simplex")
            require_time(self.stop)
            letter = _proved(corners, point, pure)
            if letter:
                told.append(letter)
                continue
            if _more_than_limit(middle(corners)):
                return _Found((), tuple(sum(column, Fraction(0)) / rows for column in zip(*place, strict=True)))
            i, j = _longest(corners)
            told.append(f"{i} {j}")
            half = middle([corners[i], corners[j]])
            between = tuple((one + two) / 2 for one, two in zip(place[i], place[j], strict=True))
            for end in (j, i):
                pending.append([*corners[:end], half, *corners[end + 1 :]])
                places.append((*place[:end], between, *place[end + 1 :]))
        return _Found(tuple(told))

    def corner(self, commitment: Sequence[Fraction]) -> Corner:
        """A commitment as Φ sees it."""
        logits, values = self.balls
        shares = [(a, ball_of(share)) for a, share in enumerate(commitment) if share]
        return Corner(
            tuple(sum((share * column[a] for a, share in shares), arb(0)) for column in logits),
            tuple(sum((share * column[a] for a, share in shares), arb(0)) - self.limit for column in values),
        )


def _proved(corners: Sequence[Corner], point: Corner | None, pure: Mapping[int, Corner]) -> str:
    """The letter of what proves a part; empty where nothing does."""
    if apart(corners):
        return APART
    if point is not None and expanded(corners, point):
        return NEAR
    for a, corner in pure.items():
        if expanded(corners, corner, zero=True):
            return f"{PURE}{a}"
    return CENTRE if expanded(corners, middle(corners)) else ""


def _more_than_limit(corner: Corner) -> bool:
    shift = greatest(corner.logits)
    terms = ((logit - shift).exp() * above for logit, above in zip(corner.logits, corner.above, strict=True))
    return bool(sum(terms, arb(0)) > 0)


def _longest(corners: Sequence[Corner]) -> tuple[int, int]:
    """The edge along which Φ changes most, as far as its parts tell."""
    parts = [_relative([corner.logits for corner in corners]), _relative([corner.above for corner in corners])]
    points = np.hstack([np.array(part) for part in parts])
    lengths = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    i, j = np.unravel_index(int(lengths.argmax()), lengths.shape)
    return min(int(i), int(j)), max(int(i), int(j))


def _relative(rows: Sequence[Sequence[arb]]) -> list[list[float]]:
    """Differences to the first row as floats; those beyond 1 in units of the greatest."""
    lengths = [[(value - first).mid() for value, first in zip(row, rows[0], strict=True)] for row in rows]
    size = greatest([abs(value) for row in lengths for value in row]).max(arb(1)).mid()
    return [[float(value / size) for value in row] for row in lengths]
