"""A proof that no commitment gets more than a limit, where policies may not depend on what the follower does.

For commitments x the leader gets N(x)/D(x) with N - cD = Φ(x) = Σ_b e^{ρ_b·x} (υ_b·x - c): J* ≤ c where Φ ≤ 0 on the
simplex. That is shown on parts of it, simplices again, in one of two ways.

*Apart*: the terms of Φ are bounded one by one, as for prescriptions, over the corners of the part.

*Near a point* x₀: Φ is at most its expansion of second order, with a matrix that bounds its Hessian between the part
and x₀ from above. In barycentric coordinates λ of the part that is a form λᵀQλ, which is at most 0 where no entry of Q
is positive, where -Q is positive semidefinite, or where it stays so when its positive entries off the diagonal are
left out. The bound is exact at x₀: a part that holds the best commitment need not be small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flint import arb, fmpz

from stackexact.errors import LimitReached
from stackexact.quantal.decisions import greatest

__all__ = ["Corner", "apart", "expanded", "middle"]

_SPARE: Final = 16
"""Binary digits of the unit to which entries are rounded up, beyond those of the form's least absolute value."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A commitment, as far as Φ sees it: the logit and the leader's value less c for every follower action."""

    logits: tuple[arb, ...]
    above: tuple[arb, ...]


def middle(corners: Sequence[Corner]) -> Corner:
    """The mean of some commitments."""
    share = arb(1) / len(corners)
    columns = range(len(corners[0].logits))
    return Corner(
        tuple(sum((one.logits[b] for one in corners), arb(0)) * share for b in columns),
        tuple(sum((one.above[b] for one in corners), arb(0)) * share for b in columns),
    )


def apart(corners: Sequence[Corner]) -> bool:
    """Whether bounds of the terms one by one show that Φ ≤ 0 between the corners."""
    total = arb(0)
    shift = greatest([greatest(corner.logits) for corner in corners]).mid()
    for b in range(len(corners[0].logits)):
        pairs = [(corner.logits[b] - shift, corner.above[b]) for corner in corners]
        total += _term_bound(pairs)
    return bool(total <= 0)


def _term_bound(pairs: Sequence[tuple[arb, arb]]) -> arb:
    """A bound of e^logit times what is above c, over the convex hull of some pairs of these."""
    masses = [logit.exp() for logit, _ in pairs]
    terms = [mass * above for mass, (_, above) in zip(masses, pairs, strict=True)]
    highest = greatest([above for _, above in pairs])
    if highest <= 0:
        return greatest(terms)
    best = max(range(len(terms)), key=lambda i: terms[i].mid())
    slope = pairs[best][1].mid()
    if not slope > 0:
        slope = highest.upper()
    tangent = slope * (greatest([logit + above / slope for logit, above in pairs]) - 1).exp()
    return tangent.min(greatest(masses) * highest.max(arb(0)))


def expanded(corners: Sequence[Corner], point: Corner, *, zero: bool = False) -> bool:
    """Whether the expansion at a point shows that Φ ≤ 0 between the corners; ``zero`` says that Φ is 0 at the point,
    which no ball tells. A corner that is the point itself is the same object."""
    size, columns = len(corners), range(len(point.logits))
    shift = greatest([greatest(corner.logits) for corner in (*corners, point)]).mid()
    value = arb(0)
    slopes = [arb(0)] * size
    form = [[arb(0)] * size for _ in range(size)]
    for b in columns:
        mass = (point.logits[b] - shift).exp()
        turns = [_apart(corner, point, corner.logits[b], point.logits[b]) for corner in corners]
        moves = [_apart(corner, point, corner.above[b], point.above[b]) for corner in corners]
        value += mass * point.above[b]
        for i in range(size):
            slopes[i] += mass * (turns[i] * point.above[b] + moves[i])
        _add_curvature(form, turns, moves, _between([*corners, point], b, shift))
    if zero:
        value = arb(0)
    half = arb(0.5)
    rows = [[value + half * (slopes[i] + slopes[j] + form[i][j]) for j in range(size)] for i in range(size)]
    return _never_positive(rows, value)


def _apart(corner: Corner, point: Corner, one: arb, two: arb) -> arb:
    return arb(0) if corner is point else one - two


def _between(corners: Sequence[Corner], b: int, shift: arb) -> tuple[arb, arb, arb]:
    """Of one term between the corners: the middle and half the range of its mass, and the greatest of mass times what
    is above c."""
    masses = [(corner.logits[b] - shift).exp() for corner in corners]
    low, high = -greatest([-mass for mass in masses]), greatest(masses)
    highest = greatest([corner.above[b] for corner in corners])
    most = (high * highest).max(low * highest)
    return (low + high) / 2, (high - low) / 2, most


def _add_curvature(
    form: list[list[arb]], turns: Sequence[arb], moves: Sequence[arb], bounds: tuple[arb, arb, arb]
) -> None:
    """Add a matrix that bounds the Hessian of one term, m(above·ρρᵀ + ρυᵀ + υρᵀ), from above in the order of forms."""
    if all(turn.is_zero() for turn in turns):
        return
    mass, spread, most = bounds
    ratio = _ratio(moves, turns)
    first, second = most + spread * ratio, spread / ratio
    size = len(turns)
    for i in range(size):
        for j in range(i, size):
            added = turns[i] * (first * turns[j] + mass * moves[j]) + moves[i] * (mass * turns[j] + second * moves[j])
            form[i][j] += added
            if i != j:
                form[j][i] += added


def _ratio(moves: Sequence[arb], turns: Sequence[arb]) -> arb:
    """A number about as large as the ratio of two lengths; any positive one would do. Beside large payoffs small ones
    are known up to an error alone, which is then their size."""
    squares = [sum((value * value for value in values), arb(0)).upper() for values in (moves, turns)]
    return (squares[0] / squares[1]).sqrt().mid() if all(square > 0 for square in squares) else arb(1)


def _never_positive(rows: Sequence[Sequence[arb]], value: arb) -> bool:
    """Whether λᵀQλ ≤ 0 for all λ ≥ 0; upper ends of entries are enough, for no product of λ is negative. They are
    rounded up to a unit much smaller than ``value``, the form at the point of expansion."""
    tops = [[entry.upper() for entry in row] for row in rows]
    if all(entry <= 0 for row in tops for entry in row):
        return True
    if any(tops[i][i] > 0 for i in range(len(tops))):
        return False
    whole = _integers(tops, value)
    if _semidefinite([[-entry for entry in row] for row in whole]):
        return True
    kept = [[-entry if i == j or entry > 0 else fmpz(0) for j, entry in enumerate(row)] for i, row in enumerate(whole)]
    return _semidefinite(kept)


def _integers(tops: Sequence[Sequence[arb]], value: arb) -> list[list[fmpz]]:
    """Entries in a common unit, rounded up."""
    least = abs(value).mid()
    if least.is_zero():
        least = greatest([abs(entry) for row in tops for entry in row]).mid() * arb(2) ** -_SPARE
    mantissa, exponent = least.man_exp()
    unit = arb(2) ** (_SPARE - int(exponent) - int(mantissa).bit_length())
    return [[_whole((entry * unit).upper()) for entry in row] for row in tops]


def _whole(value: arb) -> fmpz:
    made = value.ceil().unique_fmpz()
    if made is None:
        raise LimitReached("the working precision does not suffice; ask for fewer digits")
    return made


def _semidefinite(rows: Sequence[Sequence[fmpz]]) -> bool:
    """Whether a symmetric matrix of whole numbers is positive semidefinite: elimination without fractions."""
    left = [list(row) for row in rows]
    while left:
        pivot = left[0][0]
        if pivot < 0:
            return False
        if pivot == 0:
            if any(left[0]):
                return False
            left = [row[1:] for row in left[1:]]
            continue
        left = [
            [pivot * left[i][j] - left[i][0] * left[0][j] for j in range(1, len(left))] for i in range(1, len(left))
        ]
    return True
