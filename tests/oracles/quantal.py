"""Leaders against quantal followers by other means: mpmath at 60 digits from the definitions, plain fractions where
weights are rational, a float optimiser from many starts.

A play is one decision: ``leader[a][b]``, and either ``exponents[a][b]`` = η r(a, b) or ``weights[a][b]`` = exp(η r).
A policy has one row of shares per follower action; a commitment has the same row for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np

DIGITS = 60

Table = Sequence[Sequence[Fraction]]
Share = Any
Policy = Sequence[Sequence[Share]]


@dataclass(frozen=True)
class Play:
    leader: Table
    exponents: Table | None = None
    weights: Table | None = None

    @property
    def rows(self) -> int:
        return len(self.leader)

    @property
    def columns(self) -> int:
        return len(self.leader[0])

    def logit(self, a: int, b: int) -> mp.mpf:
        return number(self.exponents[a][b]) if self.exponents is not None else mp.log(number(self.weights[a][b]))

    def logits(self) -> list[list[mp.mpf]]:
        return [[self.logit(a, b) for b in range(self.columns)] for a in range(self.rows)]


def number(value: Any) -> mp.mpf:
    if isinstance(value, mp.mpf):
        return value
    value = Fraction(value)
    return mp.mpf(value.numerator) / value.denominator


def fraction(value: mp.mpf) -> Fraction:
    """A number of mpmath, exactly."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * int(mantissa) * Fraction(2) ** exponent


def responses(play: Play, policy: Policy) -> list[mp.mpf]:
    """nu(b) is proportional to exp of the mixed logit: the definition."""
    mixed = [mp.fsum(number(x) * play.logit(a, b) for a, x in enumerate(row) if x) for b, row in enumerate(policy)]
    top = max(mixed)
    powers = [mp.exp(one - top) for one in mixed]
    return [one / mp.fsum(powers) for one in powers]


def value(play: Play, policy: Policy) -> mp.mpf:
    chances = responses(play, policy)
    return mp.fsum(
        chance * number(x) * number(play.leader[a][b])
        for b, (chance, row) in enumerate(zip(chances, policy, strict=True))
        for a, x in enumerate(row)
    )


def deterministic(rows: int, chosen: Sequence[int]) -> Policy:
    return [[Fraction(int(a == one)) for a in range(rows)] for one in chosen]


def prescriptions(play: Play) -> Iterator[tuple[int, ...]]:
    return product(range(play.rows), repeat=play.columns)


def exact_value(play: Play, chosen: Sequence[int]) -> Fraction:
    """What a deterministic prescription gets, with rational weights: a quotient of fractions."""
    assert play.weights is not None
    top = sum((play.weights[a][b] * play.leader[a][b] for b, a in enumerate(chosen)), Fraction(0))
    return top / sum((play.weights[a][b] for b, a in enumerate(chosen)), Fraction(0))


def best_exact(play: Play) -> Fraction:
    return max(exact_value(play, chosen) for chosen in prescriptions(play))


# -- the best prescription: bisection on the value --------------------------------------------------------------------


def gain(play: Play, target: mp.mpf) -> mp.mpf:
    """Σ over b of the greatest e^logit (u - target) over all mixtures: vertices, and on every edge the stationary
    points of the product of an exponential and a line. It falls with the target, and is 0 at the optimum."""
    logits = play.logits()
    top = max(map(max, logits))
    return mp.fsum(_best_term(play, logits, b, target, top) for b in range(play.columns))


def _best_term(play: Play, logits: Sequence[Sequence[mp.mpf]], b: int, target: mp.mpf, top: mp.mpf) -> mp.mpf:
    points = [(logits[a][b] - top, number(play.leader[a][b]) - target) for a in range(play.rows)]
    found = [mp.exp(height) * over for height, over in points]
    for i, (low, here) in enumerate(points):
        for high, there in points[i + 1 :]:
            rise, fall = high - low, there - here
            if rise and fall:
                x = -1 / rise - here / fall
                if 0 < x < 1:
                    found.append(mp.exp(low + x * rise) * (here + x * fall))
    return max(found)


def best_prescription(play: Play) -> mp.mpf:
    low = mp.mpf(min(number(one) for row in play.leader for one in row))
    high = mp.mpf(max(number(one) for row in play.leader for one in row))
    if low == high:
        return low
    for _ in range(int(DIGITS * 3.4)):
        middle = (low + high) / 2
        low, high = (middle, high) if gain(play, middle) > 0 else (low, middle)
    return (low + high) / 2


# -- the best commitment of two actions: a grid, then bisection of the slope ------------------------------------------


def best_commitment_of_two(play: Play, points: int = 4000) -> tuple[mp.mpf, mp.mpf]:
    """The greatest value over the share of the second action, and that share; local optima between the points of a
    grid are found to all digits."""
    assert play.rows == 2
    grid = np.linspace(0, 1, points + 1)
    values = float_values(play, np.stack([1 - grid, grid], axis=1))
    peaks = [
        i
        for i in range(points + 1)
        if (i == 0 or values[i] >= values[i - 1]) and (i == points or values[i] >= values[i + 1])
    ]
    peaks = sorted(peaks, key=lambda i: -values[i])[:4]
    found = [(_along(play, mp.mpf(end)), mp.mpf(end)) for end in (0, 1)]
    for i in peaks:
        low, high = mp.mpf(max(i - 1, 0)) / points, mp.mpf(min(i + 1, points)) / points
        for _ in range(int(DIGITS * 3.4)):
            middle = (low + high) / 2
            low, high = (middle, high) if _slope(play, middle) > 0 else (low, middle)
        found.append((_along(play, low), low))
    return max(found, key=lambda one: one[0])


def _along(play: Play, x: mp.mpf) -> mp.mpf:
    return value(play, [[1 - x, x]] * play.columns)


def _slope(play: Play, x: mp.mpf) -> mp.mpf:
    """The derivative of Σ ν u: Σ ν (u' + (u - mean) ρ')."""
    chances = responses(play, [[1 - x, x]] * play.columns)
    here = [number(u0) * (1 - x) + number(u1) * x for u0, u1 in zip(*play.leader, strict=True)]
    mean = mp.fsum(chance * one for chance, one in zip(chances, here, strict=True))
    return mp.fsum(
        chances[b]
        * (
            number(play.leader[1][b])
            - number(play.leader[0][b])
            + (here[b] - mean) * (play.logit(1, b) - play.logit(0, b))
        )
        for b in range(play.columns)
    )


# -- floats from many starts ------------------------------------------------------------------------------------------


def float_values(play: Play, shares: Any) -> Any:
    """What commitments get, as floats: one per row."""
    logits = np.array([[float(one) for one in row] for row in play.logits()])
    exponents = shares @ logits
    mass = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return (mass / mass.sum(axis=1, keepdims=True) * (shares @ np.array(play.leader, dtype=float))).sum(axis=1)


def float_best(play: Play, *, prescription: bool, starts: int, seed: int) -> float:
    """The best value that SciPy's BFGS finds from random starts, policies by softmax of unbounded numbers."""
    from scipy.optimize import minimize

    logits = np.array([[float(one) for one in row] for row in play.logits()])
    values = np.array(play.leader, dtype=float)
    shape = (play.rows, play.columns if prescription else 1)
    draw = np.random.default_rng(seed)

    def loss(flat: Any) -> tuple[float, Any]:
        free = flat.reshape(shape)
        shares = np.exp(free - free.max(axis=0))
        shares /= shares.sum(axis=0)
        exponents, own = (shares * logits).sum(axis=0), (shares * values).sum(axis=0)
        mass = np.exp(exponents - exponents.max())
        mass /= mass.sum()
        got = mass @ own
        by_share = mass * (values + (own - got) * logits)
        if not prescription:
            by_share = by_share.sum(axis=1, keepdims=True)
        turned = shares * (by_share - (shares * by_share).sum(axis=0))
        return -got, -turned.ravel()

    found = (minimize(loss, draw.normal(scale=4, size=shape).ravel(), jac=True, method="BFGS") for _ in range(starts))
    return float(max(-one.fun for one in found))


# -- Markov games -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """A Markov game: ``plays[h][s]``, ``moves[h][s][a][b]`` = {next state: probability}, ``initial`` = {state: ...}."""

    plays: Sequence[Sequence[Play]]
    moves: Sequence[Sequence[Sequence[Sequence[Mapping[int, Fraction]]]]]
    initial: Mapping[int, Fraction]

    @property
    def horizon(self) -> int:
        return len(self.plays)


Policies = Callable[[int, int], Policy | None]
"""The policy at a stage in a state; none where that is never reached."""


def values_of(course: Course, policies: Policies) -> list[dict[int, mp.mpf]]:
    """By stage and state, what the leader gets from there on under stated policies."""
    found: list[dict[int, mp.mpf]] = [{} for _ in range(course.horizon + 1)]
    for h in reversed(range(course.horizon)):
        for s, play in enumerate(course.plays[h]):
            policy = policies(h, s)
            if policy is None:
                continue
            chances = responses(play, policy)
            found[h][s] = mp.fsum(
                chance * number(x) * (number(play.leader[a][b]) + _later(course, h, s, a, b, found[h + 1]))
                for b, (chance, row) in enumerate(zip(chances, policy, strict=True))
                for a, x in enumerate(row)
                if x
            )
    return found


def _later(course: Course, h: int, s: int, a: int, b: int, after: Mapping[int, mp.mpf]) -> mp.mpf:
    if h + 1 == course.horizon:
        return mp.mpf(0)
    return mp.fsum(number(share) * after[there] for there, share in course.moves[h][s][a][b].items() if share)


def best_deterministic(course: Course, *, prescription: bool) -> Fraction:
    """The greatest value over all deterministic Markov policies, one by one, with rational weights. A policy is played
    through from the first stage on, so that nothing is known of continuation values."""
    places = [(h, s) for h in range(course.horizon) for s in range(len(course.plays[0]))]
    options = [_options(course.plays[h][s], prescription=prescription) for h, s in places]
    return max(played(course, dict(zip(places, chosen, strict=True))) for chosen in product(*options))


def _options(play: Play, *, prescription: bool) -> list[tuple[int, ...]]:
    if prescription:
        return list(prescriptions(play))
    return [(a,) * play.columns for a in range(play.rows)]


def played(course: Course, chosen: Mapping[tuple[int, int], Sequence[int]]) -> Fraction:
    """The leader's expected total: probabilities of states are carried forward."""
    where: dict[int, Fraction] = {s: share for s, share in course.initial.items() if share}
    total = Fraction(0)
    for h in range(course.horizon):
        after: dict[int, Fraction] = {}
        for s, chance in where.items():
            play, rule = course.plays[h][s], chosen[h, s]
            assert play.weights is not None
            mass = [play.weights[a][b] for b, a in enumerate(rule)]
            for b, a in enumerate(rule):
                here = chance * mass[b] / sum(mass)
                total += here * play.leader[a][b]
                for there, share in course.moves[h][s][a][b].items() if h + 1 < course.horizon else ():
                    after[there] = after.get(there, Fraction(0)) + here * share
        where = {s: chance for s, chance in after.items() if chance}
    return total


def best_markov(course: Course, *, prescription: bool) -> mp.mpf:
    """Backward induction with the oracle's own one-shot optima (commitments: of two actions)."""
    after: dict[int, mp.mpf] = {}
    for h in reversed(range(course.horizon)):
        made = {}
        for s, play in enumerate(course.plays[h]):
            leader = [
                [
                    number(play.leader[a][b]) + (_later(course, h, s, a, b, after) if after else 0)
                    for b in range(play.columns)
                ]
                for a in range(play.rows)
            ]
            there = Play(leader, play.exponents, play.weights)
            made[s] = best_prescription(there) if prescription else best_commitment_of_two(there)[0]
        after = made
    return mp.fsum(number(share) * after[s] for s, share in course.initial.items())
