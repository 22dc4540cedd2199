"""Recommendations and quantal responses from their definitions, with mpmath: no code of the library's.

Logits are log W = r/τ by leader and follower action; everything is a number of mpmath at 60 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath

MP = mpmath.mp.clone()
MP.dps = 60


def number(value: Any) -> Any:
    """A fraction as a number."""
    value = Fraction(value)
    return MP.mpf(value.numerator) / value.denominator


def logits_of(game: Any) -> list[list[Any]]:
    """log W of a game of numbers."""
    if game.follower is None:
        return [[MP.log(number(weight)) for weight in row] for row in game.weights]
    return [[number(reward) / number(game.behaviour.tau) for reward in row] for row in game.follower]


def mixed(rows: Sequence[Sequence[Any]], commitment: Sequence[Any]) -> list[Any]:
    """The mean of the rows of a table."""
    return [
        MP.fsum(number(x) * value for x, value in zip(commitment, column, strict=True))
        for column in zip(*rows, strict=True)
    ]


def normalised(masses: Sequence[Any]) -> list[Any]:
    total = MP.fsum(masses)
    return [mass / total for mass in masses]


def quantal(logits: Sequence[Any], support: Sequence[int] | None = None) -> list[Any]:
    """exp of logits on a support, normalised."""
    kept = range(len(logits)) if support is None else support
    top = max(logits[b] for b in kept)
    return normalised([MP.exp(logit - top) if b in kept else MP.mpf(0) for b, logit in enumerate(logits)])


def response(logits: Sequence[Any], recommendation: Sequence[Any], alpha: Any) -> list[Any]:
    """argmax ⟨z, r⟩ + τ H(z) - KL(z, y)/η in closed form: y^α W^(1 - α), normalised."""
    if not alpha:
        return quantal(logits)
    alpha, top = number(alpha), max(logits)
    return normalised(
        [
            MP.power(number(y), alpha) * MP.exp((1 - alpha) * (logit - top)) if y else MP.mpf(0)
            for y, logit in zip(recommendation, logits, strict=True)
        ]
    )


def response_of_numbers(logits: Sequence[Any], recommendation: Sequence[Any], alpha: Any) -> list[Any]:
    """As :func:`response`, where what is recommended is irrational."""
    if not alpha:
        return quantal(logits)
    kept = [b for b, y in enumerate(recommendation) if y]
    weight = number(alpha)
    pulled = [weight * MP.log(y) + (1 - weight) * w if y else w for y, w in zip(recommendation, logits, strict=True)]
    return quantal(pulled, kept)


def objective(played: Sequence[Any], rewards: Sequence[Any], recommendation: Sequence[Any], tau: Any, eta: Any) -> Any:
    """What the follower maximises."""
    total = MP.mpf(0)
    for z, reward, y in zip(played, rewards, recommendation, strict=True):
        if z:
            total += z * (reward - tau * MP.log(z) - MP.log(z / y) / eta)
    return total


def variation(one: Sequence[Any], two: Sequence[Any]) -> Any:
    return MP.fsum(abs(left - right) for left, right in zip(one, two, strict=True)) / 2


def hilbert(one: Sequence[Any], two: Sequence[Any]) -> Any:
    """Of mixtures with the same support."""
    ratios = [MP.log(left / right) for left, right in zip(one, two, strict=True) if left and right]
    return max(ratios) - min(ratios)


def value(values: Sequence[Any], shares: Sequence[Any]) -> Any:
    return MP.fsum(u * q for u, q in zip(values, shares, strict=True))


def compatible_value(leader: Any, logits: Any, commitment: Sequence[Any]) -> Any:
    """What the leader gets where the quantal response to a commitment is recommended."""
    return value(mixed(leader, commitment), quantal(mixed(logits, commitment)))


def best_of_two(gets: Callable[[Any], Any], steps: int = 400) -> tuple[Any, Any]:
    """The share of the first of two actions at which a function of it is greatest, and that value: a fine grid, then
    golden sections."""
    grid = [MP.mpf(k) / steps for k in range(steps + 1)]
    at = max(range(steps + 1), key=lambda k: gets(grid[k]))
    low, high = grid[max(at - 1, 0)], grid[min(at + 1, steps)]
    ratio = (MP.sqrt(5) - 1) / 2
    for _ in range(320):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if gets(left) < gets(right):
            low = left
        else:
            high = right
    middle = (low + high) / 2
    best = max((middle, grid[at], MP.mpf(0), MP.mpf(1)), key=gets)
    return best, gets(best)
