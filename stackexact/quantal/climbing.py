"""Candidates for the best commitment: a float search from many starts, then Newton's method on the face it ends on.

Nothing here is trusted: what a candidate gets, and that no other gets more, is proved elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np
from flint import arb, arb_mat

from stackexact.exact.enclosures import ends
from stackexact.quantal.decisions import Balls, Decision, decimal, greatest

__all__ = ["as_shares", "climb", "polished"]

_STARTS: Final = 24
_FEW_STEPS: Final = 150
_MANY_STEPS: Final = 600
_ON_FACE: Final = 1e-7
_MOST_NEWTON: Final = 60


def climb(decision: Decision, start: Sequence[float] | None = None) -> tuple[float, ...]:
    """A commitment that no small step improves, the best of many starts (or of one): multiplicative steps uphill."""
    logits, values = _floats(decision)
    rows = len(values)
    if start is None:
        draw = np.random.default_rng(0)
        corners = np.eye(rows) * (1 - 1e-3) + 1e-3 / rows
        mixed = draw.dirichlet(np.full(rows, 0.5), size=_STARTS)
        starts = np.vstack([corners, np.full((1, rows), 1 / rows), mixed])
    else:
        starts = np.asarray(start, dtype=float)[None] * (1 - 1e-9) + 1e-9 / rows
    reached, shares = _uphill(starts, logits, values, _FEW_STEPS)
    best = shares[[int(reached.argmax())]]
    _, (found,) = _uphill(best, logits, values, _MANY_STEPS)
    return tuple(float(share) for share in found)


def _floats(decision: Decision) -> tuple[Any, Any]:
    """Logits and values as floats; both in ranges that floats hold, for they only propose."""
    low, scale = min(map(min, decision.leader)), decision.scale
    values = np.array([[float((value - low) / scale) for value in row] for row in decision.leader])
    logits = np.array([[float(ball.mid()) for ball in column] for column in decision.logits.columns()]).T
    return np.clip(logits, -1e9, 1e9), values


def _value(shares: Any, logits: Any, values: Any) -> tuple[Any, Any]:
    """What the leader gets at each of some commitments, and how that moves with them."""
    exponents = shares @ logits
    mass = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    mass /= mass.sum(axis=1, keepdims=True)
    own = shares @ values
    value = (mass * own).sum(axis=1)
    return value, mass @ values.T + (mass * (own - value[:, None])) @ logits.T


def _uphill(shares: Any, logits: Any, values: Any, steps: int) -> tuple[Any, Any]:
    size = np.ones((len(shares), 1))
    value, slope = _value(shares, logits, values)
    for _ in range(steps):
        turn = size * (slope - slope.max(axis=1, keepdims=True))
        moved = shares * np.exp(np.clip(turn, -700, 0))
        moved /= moved.sum(axis=1, keepdims=True)
        better, turned = _value(moved, logits, values)
        kept = (better >= value)[:, None]
        gained = float((better - value).max())
        shares, slope = np.where(kept, moved, shares), np.where(kept, turned, slope)
        value = np.maximum(value, better)
        size = np.where(kept, size * 1.5, size / 2)
        if 0 <= gained <= 1e-16 and size.min() > 1e9:
            break
    return value, shares


def polished(candidate: Sequence[float], balls: tuple[Balls, Balls], bits: int) -> tuple[Fraction, ...]:
    """The candidate on its face, by Newton's method to about so many binary digits where that converges."""
    face = [a for a, share in enumerate(candidate) if share > _ON_FACE * max(candidate)]
    total = sum((arb(candidate[a]) for a in face), arb(0))  # steps keep the sum of shares: it must be 1 from the start
    point = {a: (arb(candidate[a]) / total).mid() for a in face}
    if len(face) > 1:
        for _ in range(_MOST_NEWTON):
            step = _newton(point, balls)
            if step is None or any(not (point[a] + step[a] > 0) for a in face):
                break
            point = {a: (point[a] + step[a]).mid() for a in face}
            size = max((abs(one) for one in step.values()), key=lambda ball: ball.mid())
            if size < arb(2) ** -bits:
                return _shares(point, len(candidate), bits)
    return _shares(point, len(candidate), bits)


def _shares(point: dict[int, arb], rows: int, bits: int) -> tuple[Fraction, ...]:
    """Decimals near a point, which sum to 1."""
    made = {a: decimal(ends(share)[0], bits) for a, share in point.items()}
    largest = max(made, key=lambda a: made[a])
    made[largest] += 1 - sum(made.values())
    return tuple(made.get(a, Fraction(0)) for a in range(rows))


def as_shares(candidate: Sequence[float], bits: int) -> tuple[Fraction, ...]:
    """A candidate as fractions which sum to 1."""
    total = sum(candidate)
    return _shares({a: arb(share / total) for a, share in enumerate(candidate)}, len(candidate), bits)


def _newton(point: dict[int, arb], balls: tuple[Balls, Balls]) -> dict[int, arb] | None:
    """Newton's step for Φ at the point's own value, within the face."""
    logits, values = balls
    face = list(point)
    size = len(face)
    top = bottom = arb(0)
    terms = []
    mixed = [sum((point[a] * exponents[a] for a in face), arb(0)) for exponents in logits]
    shift = greatest(mixed).mid()
    for exponent, exponents, own in zip(mixed, logits, values, strict=True):
        mass = (exponent - shift).exp()
        value = sum((point[a] * own[a] for a in face), arb(0))
        top, bottom = top + mass * value, bottom + mass
        terms.append((mass, value, [exponents[a] for a in face], [own[a] for a in face]))
    limit = top / bottom
    matrix = [[arb(0)] * (size + 1) for _ in range(size + 1)]
    right = [arb(0)] * (size + 1)
    for mass, value, turns, moves in terms:
        above = value - limit
        for i in range(size):
            right[i] -= mass * (turns[i] * above + moves[i])
            for j in range(size):
                matrix[i][j] += mass * (turns[i] * turns[j] * above + turns[i] * moves[j] + moves[i] * turns[j])
    for i in range(size):
        matrix[i][size] = matrix[size][i] = arb(1)
    try:
        solved = arb_mat([[entry.mid() for entry in row] for row in matrix]).solve(
            arb_mat([[entry.mid()] for entry in right])
        )
    except ZeroDivisionError:
        return None
    step = {a: solved[i, 0].mid() for i, a in enumerate(face)}
    return step if all(one.is_finite() for one in step.values()) else None
