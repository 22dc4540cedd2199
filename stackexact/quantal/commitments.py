"""The leader's best commitment where it may not depend on what the follower does: certified branch and bound.

What she gets is a quotient N/D that need not be concave. A float search and Newton's method on the face of the best
commitment find a candidate; that no other gets noticeably more is proved on the whole simplex (``simplices``), which is
halved along its longest edge where no proof is found. Where a better commitment turns up it becomes the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from flint import arb, ctx

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import bits_of, ends
from stackexact.quantal.climbing import as_shares, climb, polished
from stackexact.quantal.decisions import Balls, Decision, Policy, ball_of, greatest, quotient, upwards, value_at
from stackexact.quantal.simplices import Corner, apart, expanded, middle

__all__ = ["Committed", "best_commitment", "uniform"]

_SPARE: Final = 48
_MOST_PARTS: Final = 200_000
"""Parts of the simplex that are looked at before the search gives up."""
_MOST_CANDIDATES: Final = 100

APART, NEAR, CENTRE = "a", "n", "c"
"""How a part is proved: term by term, or by the expansion at the candidate or at the part's centre."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The leader's greatest value lies between ``lower``, what ``commitment`` gets at least, and ``upper``.

    ``parts`` is the proof: the parts of the simplex in the order of a walk, a split as the numbers of the two corners
    whose middle replaces first the one and then the other (``"01"``), a proved part as a letter.
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
    """
    wanted = high.scale / Fraction(10) ** digits
    bits = bits_of(digits) + _SPARE + high.logits.magnitude
    with ctx.workprec(2 * bits):
        balls = high.balls()
        first = climb(high)
        commitment = _best(as_shares(first, bits), [first], balls, bits)
        for _ in range(_MOST_CANDIDATES):
            policy = uniform(commitment, high.shape[1])
            lower, upper = ends(value_at(policy, low))[0], ends(value_at(policy, high))[1]
            upper = upwards(upper + wanted / 4, bits)
            found = _Proof(balls, commitment, upper, stop).run()
            if found.better is None:
                return Committed(lower, upper, commitment, found.parts)
            commitment = _best(found.better, [tuple(map(float, found.better)), climb(high, found.better)], balls, bits)
    raise LimitReached("better commitments turn up one after the other; ask for fewer digits")


def _best(
    known: tuple[Fraction, ...], candidates: Sequence[Sequence[float]], balls: tuple[Balls, Balls], bits: int
) -> tuple[Fraction, ...]:
    """The best of a commitment, some candidates, and what Newton's method makes of these."""
    columns = len(balls[0])
    options = [known]
    for candidate in candidates:
        options += [as_shares(candidate, bits), polished(candidate, balls, bits)]

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
    """The walk through the parts of the simplex."""

    balls: tuple[Balls, Balls]
    commitment: tuple[Fraction, ...]
    limit: Fraction
    stop: Callable[[], bool]

    def run(self) -> _Found:
        """Prove the limit, or find what gets more."""
        point, rows = self._corner(self.commitment), len(self.commitment)
        pending = [[self._corner(_unit(a, rows)) for a in range(rows)]]
        places = [tuple(_unit(a, rows) for a in range(rows))]
        told: list[str] = []
        while pending:
            corners, place = pending.pop(), places.pop()
            if len(told) >= _MOST_PARTS:
                raise LimitReached(
                    f"the proof takes more than {_MOST_PARTS} parts of the simplex; ask for fewer digits"
                )
            if self.stop():
                raise LimitReached("the time limit was reached; raise it")
            letter = _proved(corners, point)
            if letter:
                told.append(letter)
                continue
            centre = middle(corners)
            if _more_than_limit(centre):
                return _Found((), tuple(sum(column) / rows for column in zip(*place, strict=True)))
            i, j = _longest(corners)
            told.append(f"{i} {j}")
            half = middle([corners[i], corners[j]])
            between = tuple((one + two) / 2 for one, two in zip(place[i], place[j], strict=True))
            for end in (j, i):
                pending.append([*corners[:end], half, *corners[end + 1 :]])
                places.append((*place[:end], between, *place[end + 1 :]))
        return _Found(tuple(told))

    def _corner(self, commitment: Sequence[Fraction]) -> Corner:
        logits, values = self.balls
        shares = [(a, ball_of(share)) for a, share in enumerate(commitment) if share]
        limit = ball_of(self.limit)
        return Corner(
            tuple(sum((share * column[a] for a, share in shares), arb(0)) for column in logits),
            tuple(sum((share * column[a] for a, share in shares), arb(0)) - limit for column in values),
        )


def _proved(corners: Sequence[Corner], point: Corner) -> str:
    """The letter of what proves a part; empty where nothing does."""
    if apart(corners):
        return APART
    if expanded(corners, point):
        return NEAR
    return CENTRE if expanded(corners, middle(corners)) else ""


def _more_than_limit(corner: Corner) -> bool:
    shift = greatest(corner.logits)
    terms = ((logit - shift).exp() * above for logit, above in zip(corner.logits, corner.above, strict=True))
    return bool(sum(terms, arb(0)) > 0)


def _longest(corners: Sequence[Corner]) -> tuple[int, int]:
    """The edge along which Φ changes most, as far as its parts tell."""
    parts = [[*_relative([corner.logits for corner in corners])], [*_relative([corner.above for corner in corners])]]
    points = np.hstack([np.array(part) for part in parts])
    apart = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    i, j = np.unravel_index(int(apart.argmax()), apart.shape)
    return min(int(i), int(j)), max(int(i), int(j))


def _relative(rows: Sequence[Sequence[arb]]) -> list[list[float]]:
    """Differences to the first row as floats; those beyond 1 in units of the greatest."""
    apart = [[(value - first).mid() for value, first in zip(row, rows[0], strict=True)] for row in rows]
    size = greatest([abs(value) for row in apart for value in row]).max(arb(1)).mid()
    return [[float(value / size) for value in row] for row in apart]


def _unit(a: int, rows: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(i == a)) for i in range(rows))
