"""Quantal responses by other means: mpmath at many digits, written from the definition, and exact small cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import mpmath as mp

Vector = Sequence[Fraction]
Group = tuple[Sequence[Vector], Sequence[int]]
"""The features of all actions, and how often each was chosen."""


def number(value: Fraction | int) -> mp.mpf:
    value = Fraction(value)
    return mp.mpf(value.numerator) / value.denominator


def probabilities(features: Sequence[Vector], theta: Sequence[mp.mpf], eta: Fraction = Fraction(1)) -> list[mp.mpf]:
    logits = [number(eta) * mp.fsum(number(x) * t for x, t in zip(row, theta, strict=True)) for row in features]
    top = max(logits)
    powers = [mp.exp(one - top) for one in logits]
    return [one / mp.fsum(powers) for one in powers]


def log_likelihood(groups: Sequence[Group], theta: Sequence[mp.mpf], eta: Fraction = Fraction(1)) -> mp.mpf:
    return mp.fsum(
        count * mp.log(chance)
        for features, counts in groups
        for count, chance in zip(counts, probabilities(features, theta, eta), strict=True)
        if count
    )


def maximiser(groups: Sequence[Group], eta: Fraction = Fraction(1)) -> list[mp.mpf]:
    """Newton's method with halved steps on the log-likelihood itself; at the working precision of mpmath."""
    size = len(groups[0][0][0])
    theta = [mp.mpf(0)] * size
    value = log_likelihood(groups, theta, eta)
    for _ in range(400):
        slope, curve = mp.matrix(size, 1), mp.matrix(size, size)
        for features, counts in groups:
            chances, total = probabilities(features, theta, eta), sum(counts)
            rows = [[number(eta) * number(x) for x in row] for row in features]
            mean = [mp.fsum(p * row[j] for p, row in zip(chances, rows, strict=True)) for j in range(size)]
            for row, count, p in zip(rows, counts, chances, strict=True):
                for i in range(size):
                    slope[i] += (count - total * p) * row[i]
                    for j in range(size):
                        curve[i, j] += total * p * (row[i] - mean[i]) * (row[j] - mean[j])
        step = mp.lu_solve(curve, slope)
        length = mp.mpf(1)
        while True:
            there = [t + length * s for t, s in zip(theta, step, strict=True)]
            found = log_likelihood(groups, there, eta)
            if found >= value - abs(value) * mp.mpf(10) ** (5 - mp.mp.dps):
                break
            length /= 2
        theta, value = there, found
        if max(abs(s) for s in step) < mp.mpf(10) ** -(mp.mp.dps - 15) * (1 + max(map(abs, theta))):
            return theta
    raise AssertionError("the oracle did not converge")


def differences(groups: Sequence[Group]) -> list[tuple[Fraction, ...]]:
    """What every chosen action has over every other one of its choice."""
    return [
        tuple(a - b for a, b in zip(features[b1], features[b2], strict=True))
        for features, counts in groups
        for b1 in range(len(counts))
        if counts[b1]
        for b2 in range(len(counts))
        if b1 != b2
    ]


def separated_in_the_plane(groups: Sequence[Group]) -> bool:
    """Whether some direction lowers no chosen action's odds and raises some: every sector of directions between lines
    on which a difference vanishes is tried, and the lines themselves. For features of one or two entries."""
    rows = [row if len(row) == 2 else (row[0], Fraction(0)) for row in differences(groups)]
    edges = {(-y, x) for x, y in rows if (x, y) != (0, 0)} | {(y, -x) for x, y in rows if (x, y) != (0, 0)}
    ordered = sorted(edges, key=lambda v: math.atan2(v[1], v[0]))
    around = [*ordered, *ordered[:1]]
    tried = [*ordered, *((a[0] + b[0], a[1] + b[1]) for a, b in pairwise(around))]
    tried += [(a[0] + b[0], a[1] + b[1]) for a, b in combinations(ordered, 2)]
    tried += [(x, y) for x, y in rows] + [(-x, -y) for x, y in rows]
    for u, v in tried:
        gains = [x * u + y * v for x, y in rows]
        if min(gains) >= 0 and max(gains) > 0:
            return True
    return False
