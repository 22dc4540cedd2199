"""What deterministic policies lead to where the follower looks ahead: exactly along paths, or between bounds.

With L_h(s) = log Z_h(s), what the follower can hope for from a state on, it answers by masses exp(ρ(a, b) + γ Σ P L):
Z is their sum, and the leader gets the mean of u(a, b) + Σ P W. Where all that is played leads to one state for
certain and γ = 1, Z and N = Z W are sums over paths of exponentials of rational numbers.

Bounds are whole numbers: of heights L in units of 2**-bits, of values W in units of 2**(scale - bits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import NamedTuple

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import Quotient, Sum, number
from stackexact.certificates.exponentials import Bounds, exp_bounds, fixed, log_bounds, log_two
from stackexact.certificates.markov_game import MarkovGame, Stage
from stackexact.certificates.quantal_decision import Decision, table_of
from stackexact.certificates.reading import Weights

__all__ = [
    "Ahead",
    "Exact",
    "Option",
    "Rule",
    "Seen",
    "Span",
    "Spot",
    "exactly",
    "gained",
    "options",
    "outcome",
    "spots",
    "total",
]

TERMS = 4096
"""Most terms of a sum over paths."""

STEPS = 4_000_000
"""Most work: a pair of actions at 256 binary digits counts 1, as do some terms of a sum. Some minutes."""

TERMS_EACH = 8
"""So many terms count as much as a pair of actions."""

Rule = tuple[int, ...]
"""The leader's action against each of the follower's."""

Span = tuple[int, int]
"""Bounds in fixed point."""

Exact = tuple[Sum, Sum]
"""N and Z."""


class Budget:
    """The work that is ``left``."""

    def __init__(self) -> None:
        self.left = STEPS

    def spend(self, count: int) -> None:
        """Take so much."""
        self.left -= count
        if self.left < 0:
            raise TooLarge(f"expected policies that are looked at in {STEPS} steps, found more")


class Seen(NamedTuple):
    """What a state is worth to the leader, and the follower's height there."""

    value: Span
    height: Span


class Option(NamedTuple):
    """What comes of one pair of actions: the logarithm of its mass, that mass in a unit that a state's pairs share, and
    what the leader gets."""

    exponent: Span
    mass: Bounds
    gain: Span


@dataclass(frozen=True, eq=False)
class Spot:
    """A state at a stage: the decision with what is paid at once, and the states that follow, by leader and follower
    action (nothing at the last stage)."""

    decision: Decision
    following: tuple[tuple[Weights, ...], ...] | None

    @cached_property
    def _kept(self) -> dict[tuple[int, int], list[list[Span]]]:
        return {}

    def gains(self, scale: int, bits: int) -> list[list[Span]]:
        """What is paid to the leader, by leader and follower action; computed once."""
        key = scale, bits
        if key not in self._kept:
            unit = Fraction(2) ** -scale
            self._kept[key] = [[fixed(value * unit, bits) for value in row] for row in self.decision.leader]
        return self._kept[key]

    def rules(self, prescription: bool) -> list[Rule]:
        """The deterministic rules; of actions that are the same in all that matters only the first is played."""
        rows, columns = self.decision.shape
        told = self.decision
        alike = [
            [
                (
                    told.leader[a][b],
                    told.exponents[a][b],
                    told.weights and told.weights[a][b],
                    self.following and self.following[a][b],
                )
                for b in range(columns)
            ]
            for a in range(rows)
        ]
        if not prescription:
            return [(a,) * columns for a in range(rows) if alike.index(alike[a]) == a]
        by_column = [[row[b] for row in alike] for b in range(columns)]
        return list(product(*([a for a in range(rows) if one.index(one[a]) == a] for one in by_column)))


@dataclass(frozen=True, eq=False)
class Ahead:
    """A game whose follower looks ahead; ``stages`` hold the states that can be reached, in order."""

    stages: tuple[dict[int, Spot], ...]
    initial: Weights
    discount: Fraction
    prescription: bool
    budget: Budget

    @cached_property
    def scale(self) -> int:
        """A binary exponent: no total of the leader's is above its power of two."""
        values = {value for spot in set(self._spots) for row in spot.decision.leader for value in row if value}
        most = max((one.numerator.bit_length() - one.denominator.bit_length() + 1 for one in values), default=0)
        return most + len(self.stages).bit_length()

    @property
    def _spots(self) -> list[Spot]:
        return [spot for row in self.stages for spot in row.values()]

    def count(self, most: int) -> int:
        """How many policies there are to compare: of all for later stages every choice, of the first stage a rule in
        each state. More than ``most`` are too many."""

        def rules(spot: Spot) -> int:
            rows, columns = spot.decision.shape
            if not self.prescription:
                return rows
            return int(rows ** min(columns, most.bit_length())) if rows > 1 else 1

        found = 1
        for spot in self._spots[len(self.stages[0]) :]:
            found *= rules(spot)
            if found > most:
                break
        found *= sum(rules(spot) for spot in self.stages[0].values())
        if found > most:
            raise TooLarge(f"expected at most {most} deterministic policies, found more")
        return found

    def spend_on_all(self, bits: int) -> None:
        """Take the work of going through all policies."""
        counts = {spot: len(spot.rules(self.prescription)) for spot in set(self._spots)}
        found, outlooks = 0, 1
        for row in reversed(self.stages):
            found += outlooks * sum(prod(spot.decision.shape) + counts[spot] for spot in row.values())
            outlooks *= prod(counts[spot] for spot in row.values())
        self.budget.spend(found * self._weight(bits))

    def spend_on_one(self, bits: int) -> None:
        """Take the work of evaluating one policy."""
        self.budget.spend(self._pairs * self._weight(bits))

    @cached_property
    def _pairs(self) -> int:
        return sum(prod(spot.decision.shape) for spot in self._spots)

    @cached_property
    def _digits(self) -> int:
        """Binary digits of the whole parts of logits."""
        logits = [value for spot in set(self._spots) for row in spot.decision.exponents for value in row]
        return max(max(one.numerator.bit_length() - one.denominator.bit_length(), 0) for one in logits)

    def _weight(self, bits: int) -> int:
        """What a pair of actions costs."""
        return 1 + 3 * ((bits + self._digits) // 256)


def spots(game: MarkovGame) -> Ahead:
    """The states that can be reached; those that are alike are the same object."""
    made: dict[tuple[int, bool], Spot] = {}

    def spot(stage: Stage, last: bool) -> Spot:
        key = id(stage), last
        if key not in made:
            if stage.follower is not None:
                assert game.eta is not None
                decision = Decision(stage.leader, table_of(stage.follower, game.eta))
            else:
                decision = Decision(stage.leader, table_of(stage.leader, Fraction(0)), stage.weights)
            made[key] = Spot(decision, None if last else stage.transitions)
        return made[key]

    stages = tuple(
        {s: spot(game.states[s].at(h), h + 1 == game.horizon) for s in sorted(reached)}
        for h, reached in enumerate(game.reached())
    )
    return Ahead(stages, game.initial, game.discount, game.prescription, Budget())


# -- bounds -----------------------------------------------------------------------------------------------------------


def options(ahead: Ahead, spot: Spot, later: Mapping[int, Seen], bits: int) -> tuple[list[list[Option]], int]:
    """What comes of each pair, by follower action, then by leader action, and the exponent that masses are less."""
    rows, columns = spot.decision.shape
    logits, gains = spot.decision.logits(bits), spot.gains(ahead.scale, bits)
    pairs = []
    for b in range(columns):
        for a in range(rows):
            exponent, gain = logits[b][a], gains[a][b]
            if spot.following is not None:
                for s, share in spot.following[a][b].items():
                    gain = _plus(gain, later[s].value, share)
                    exponent = _plus(exponent, later[s].height, share * ahead.discount)
            pairs.append((exponent, gain))
    most = max(high for (_, high), _ in pairs)
    made = [
        Option(exponent, exp_bounds(exponent[0] - most, exponent[1] - most, bits, bits), gain)
        for exponent, gain in pairs
    ]
    return [made[b * rows : (b + 1) * rows] for b in range(columns)], most


def _plus(span: Span, other: Span, share: Fraction) -> Span:
    top, bottom = share.numerator, share.denominator
    return span[0] + other[0] * top // bottom, span[1] - (-other[1] * top // bottom)


def outcome(chosen: Sequence[Option], most: int, bits: int) -> Seen:
    """What comes of a rule that plays one option against each action of the follower."""
    if len(chosen) == 1:
        return Seen(chosen[0].gain, chosen[0].exponent)
    unit, masses = _masses(chosen, bits)
    low, high = sum(mass[0] for mass in masses), sum(mass[1] for mass in masses)
    return Seen(_mean(chosen, masses), (most + _log(low, unit, bits)[0], most + _log(high, unit, bits)[1]))


def gained(chosen: Sequence[Option], bits: int) -> Span:
    """What the leader gets from a rule."""
    return chosen[0].gain if len(chosen) == 1 else _mean(chosen, _masses(chosen, bits)[1])


def _masses(chosen: Sequence[Option], bits: int) -> tuple[int, list[Span]]:
    unit = max(one.mass.top for one in chosen) - bits
    masses = [one.mass.scaled(unit) for one in chosen]
    if not any(low for low, _ in masses):
        raise TooLarge(f"{bits} binary digits do not tell the follower's response")
    return unit, masses


def _mean(chosen: Sequence[Option], masses: Sequence[Span]) -> Span:
    low = high = least = most = 0
    for (_, _, (one, two)), (less, more) in zip(chosen, masses, strict=True):
        least, most = least + less, most + more
        low += one * (less if one >= 0 else more)
        high += two * (more if two >= 0 else less)
    lower = low // (most if low >= 0 else least)
    upper = -(-high // (least if high >= 0 else most))
    # A mean lies between what it is the mean of.
    return max(lower, min(one.gain[0] for one in chosen)), min(upper, max(one.gain[1] for one in chosen))


def _log(value: int, unit: int, bits: int) -> Span:
    """log(value * 2**unit)."""
    size = value.bit_length()
    low, high = log_bounds(Fraction(value, 1 << size), bits)
    times = unit + size
    spare = times.bit_length()
    two = log_two(bits + spare)
    first, second = sorted((times * two, times * (two + 1)))
    return low + (first >> spare), high - (-second >> spare)


# -- exactly ----------------------------------------------------------------------------------------------------------


def exactly(ahead: Ahead, spot: Spot, rule: Rule, later: Mapping[int, Exact]) -> Exact | None:
    """N and Z in a state under a rule, or nothing where powers of Z are not whole."""
    top, bottom = number(Fraction(0)), number(Fraction(0))
    for b, a in enumerate(rule):
        mass, own = spot.decision.mass(a, b), spot.decision.leader[a][b]
        if spot.following is None:
            top, bottom = top + mass.times(own), bottom + mass
            continue
        after = spot.following[a][b]
        if len(after) > 1 or ahead.discount != 1:
            return None
        far, weight = later[next(iter(after))]
        top, bottom = top + mass * (far + weight.times(own)), bottom + mass * weight
        size = len(top.terms) + len(bottom.terms)
        if size > TERMS:
            raise TooLarge(f"expected sums over paths of at most {TERMS} exponentials, found more")
        ahead.budget.spend(1 + size // TERMS_EACH)
    return top, bottom


def total(ahead: Ahead, found: Mapping[int, Exact]) -> Quotient:
    """What the leader gets in all."""
    made = Quotient.of(Fraction(0))
    for s, share in ahead.initial.items():
        top, bottom = found[s]
        spend_on_product(ahead, made.bottom, top)
        made = made + Quotient(top, bottom).times(share)
    return made


def difference(ahead: Ahead, one: Quotient, two: Quotient) -> Sum:
    """A positive multiple of one number less another."""
    spend_on_product(ahead, one.top, two.bottom)
    spend_on_product(ahead, two.top, one.bottom)
    return one.top * two.bottom - two.top * one.bottom


def spend_on_product(ahead: Ahead, one: Sum, two: Sum) -> None:
    """Take the work of a product of sums."""
    ahead.budget.spend(1 + len(one.terms) * len(two.terms) // TERMS_EACH)
