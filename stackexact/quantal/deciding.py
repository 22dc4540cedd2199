"""The leader's best policy in one decision: enclosed, and exactly where a deterministic policy is provably best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import Enclosure, Number, enclosed, refined
from stackexact.exact.exponential import ExponentialNumber
from stackexact.lp.simplex import never
from stackexact.quantal.commitments import Committed, best_commitment, exact_parts, uniform
from stackexact.quantal.decisions import Decision, Logits, Policy, Stop
from stackexact.quantal.exactly import deterministic_value, exactly_best, first_best, is_best
from stackexact.quantal.mixtures import Mixtures, left_of
from stackexact.quantal.prescriptions import best_prescription
from stackexact.quantal.rules import best_action, best_rule

__all__ = [
    "Bounds",
    "Decided",
    "Deterministic",
    "Parts",
    "Proof",
    "Rules",
    "Tangents",
    "decide",
    "decide_deterministically",
    "known",
]

_MOST_TERMS: Final = 60
"""Terms of exact values up to which they are computed with."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A value between rational ends, ``exact`` where it is known exactly (and short)."""

    lower: Fraction
    upper: Fraction
    exact: ExponentialNumber | None = None

    def number(self, digits: int, scale: Fraction) -> Number:
        """The value as answers have it."""
        if self.exact is not None:
            return self.exact.number(digits, scale)
        return enclosed(self.lower, self.upper, digits, scale)

    @property
    def stated(self) -> Number:
        """The value between the ends that it has already."""
        if self.lower == self.upper:
            return self.lower
        return Enclosure(self.lower, self.upper, "" if self.exact is None else str(self.exact))


@dataclass(frozen=True, slots=True)
class Tangents:
    """No prescription gets more than ``limit``: a slope for every action of the follower, or None."""

    limit: Fraction
    slopes: tuple[Fraction | None, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """No commitment gets more than ``limit`` (without one: than the stated pure one), part by part of the simplex of
    the actions that are no ``mixtures`` of others."""

    limit: Fraction | None
    parts: tuple[str, ...]
    mixtures: Mixtures


@dataclass(frozen=True, slots=True)
class Deterministic:
    """No prescription gets more than the stated deterministic one: comparisons of exact numbers tell."""


@dataclass(frozen=True, slots=True)
class Rules:
    """No deterministic policy gets more than ``limit`` (without one: than the stated one): in every column the greatest
    term is that of an action, and the greatest terms do not add up to more than 0."""

    limit: Fraction | None


Proof: TypeAlias = Tangents | Parts | Deterministic | Rules


@dataclass(frozen=True, slots=True)
class Decided:
    """The leader's greatest value in a decision, a policy that gets it (at least its lower end), and the proof."""

    value: Bounds
    policy: Policy
    proof: Proof


def known(value: Fraction) -> Bounds:
    """A rational number."""
    return Bounds(value, value, ExponentialNumber.of(value))


def decide(
    leader: Sequence[Sequence[Bounds]],
    logits: Logits,
    *,
    prescription: bool,
    digits: int,
    stop: Stop = never,
) -> Decided:
    """The best policy where the leader gets ``leader[a][b]`` and the follower responds by ``logits``.

    ``prescription`` says whether it may depend on what the follower does; ``digits`` is to how much of the range of
    values their greatest is enclosed. Raises :class:`~stackexact.errors.LimitReached`.

    >>> leader = [[known(Fraction(value)) for value in row] for row in (("0", "1"), ("1/2", "0"))]
    >>> weights = ((Fraction(3), Fraction(1)), (Fraction(1), Fraction(2)))
    >>> decided = decide(leader, Logits(None, weights), prescription=True, digits=9)
    >>> str(decided.value.exact), decided.policy
    ('3/4', (((1, Fraction(1, 1)),), ((0, Fraction(1, 1)),)))
    """
    low = Decision(tuple(tuple(one.lower for one in row) for row in leader), logits)
    high = Decision(tuple(tuple(one.upper for one in row) for row in leader), logits)
    if prescription:
        found = best_prescription(low, high, digits, stop)
        chosen = _pure(found.policy)
        exact = None if chosen is None else _exact_prescription(chosen, leader, logits)
        if exact is not None:
            value, first = exact
            return Decided(_exactly(found.lower, found.upper, value), _rule(first), Deterministic())
        return Decided(Bounds(found.lower, found.upper), found.policy, Tangents(found.upper, found.tangents))
    left = left_of(high)
    committed = best_commitment(left.among(low), left.among(high), digits, stop)
    made = _exact_commitment(committed, left.rows(leader), left.among(high), stop)
    if made is not None:
        best, value, parts = made
        pure = _rule((left.actions[best],) * high.shape[1])
        return Decided(_exactly(committed.lower, committed.upper, value), pure, Parts(None, parts, left.mixtures))
    policy = uniform(left.spread(committed.commitment), high.shape[1])
    proof = Parts(committed.upper, committed.parts, left.mixtures)
    return Decided(Bounds(committed.lower, committed.upper), policy, proof)


def decide_deterministically(
    leader: Sequence[Sequence[Bounds]], logits: Logits, *, prescription: bool, digits: int, stop: Stop = never
) -> Decided:
    """As :func:`decide`, among deterministic policies.

    >>> leader = [[known(Fraction(0)), known(Fraction(0))], [known(Fraction(1)), known(Fraction(0))]]
    >>> weights = ((Fraction(8), Fraction(1)), (Fraction(1), Fraction(1)))
    >>> decided = decide_deterministically(leader, Logits(None, weights), prescription=True, digits=9)
    >>> str(decided.value.exact), decided.policy
    ('1/2', (((1, Fraction(1, 1)),), ((0, Fraction(1, 1)),)))
    """
    low = Decision(tuple(tuple(one.lower for one in row) for row in leader), logits)
    high = Decision(tuple(tuple(one.upper for one in row) for row in leader), logits)
    find = best_rule if prescription else best_action
    table = _exact_table(leader)
    try:
        lower, upper, chosen = find(low, high, digits, stop)
    except LimitReached:
        if table is None or stop():
            raise
        # Rewards so far apart that no precision tells them apart: sums of exponentials do.
        exact, best = exactly_best([0] * len(leader[0]), table, logits, prescription=prescription, stop=stop)
        width = high.scale / Fraction(10) ** digits
        return Decided(_exactly(*refined(exact.ball, width), exact), _rule(best), Rules(None))
    policy = _rule(chosen)
    if table is not None:
        try:
            exact, best = exactly_best(chosen, table, logits, prescription=prescription, stop=stop)
        except LimitReached:
            return Decided(Bounds(lower, upper), policy, Rules(upper))
        return Decided(_exactly(lower, upper, exact), _rule(best), Rules(None))
    return Decided(Bounds(lower, upper), policy, Rules(upper))


def _exactly(lower: Fraction, upper: Fraction, value: ExponentialNumber) -> Bounds:
    found = value.rational
    return Bounds(lower, upper, value) if found is None else Bounds(found, found, value)


def _rule(chosen: Sequence[int]) -> Policy:
    """A deterministic policy by its actions."""
    return tuple(((a, Fraction(1)),) for a in chosen)


def _pure(policy: Policy) -> tuple[int, ...] | None:
    """The actions of a deterministic policy."""
    return tuple(part[0][0] for part in policy) if all(len(part) == 1 for part in policy) else None


def _exact_table(leader: Sequence[Sequence[Bounds]]) -> list[list[ExponentialNumber]] | None:
    table = [[one.exact for one in row if one.exact is not None] for row in leader]
    if any(len(row) < len(leader[0]) for row in table):
        return None
    terms = sum(one.terms - 1 for row in table for one in row if one.rational is None)
    return table if terms <= _MOST_TERMS else None


def _exact_prescription(
    chosen: Sequence[int], leader: Sequence[Sequence[Bounds]], logits: Logits
) -> tuple[ExponentialNumber, tuple[int, ...]] | None:
    """The exact value of a deterministic prescription that is best of all, and the first of those that have it."""
    table = _exact_table(leader)
    if table is None:
        return None
    try:
        value = deterministic_value(chosen, table, logits)
        return (value, first_best(value, table, logits)) if is_best(chosen, value, table, logits) else None
    except LimitReached:
        return None


def _exact_commitment(
    committed: Committed, leader: Sequence[Sequence[Bounds]], decision: Decision, stop: Stop
) -> tuple[int, ExponentialNumber, tuple[str, ...]] | None:
    """The best pure commitment, where it is as good as what was found, its exact value, and a proof that none gets
    more."""
    table = _exact_table(leader)
    if table is None or any(one.lower != one.upper for row in leader for one in row):
        return None  # an expansion at which the limit is reached exactly takes exact values of the leader
    rows, columns = decision.shape
    try:
        values = [deterministic_value((a,) * columns, table, decision.logits) for a in range(rows)]
        best = 0
        for a, value in enumerate(values):
            best = a if values[best] < value else best
        if values[best] < ExponentialNumber.of(committed.lower):
            return None
        parts = exact_parts(decision, dict(enumerate(values)), best, stop)
    except LimitReached:
        return None
    return None if parts is None else (best, values[best], parts)
