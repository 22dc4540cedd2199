"""Commitments against a best response to one decision: the proved solvers of bimatrix games, on a table that holds what
the leader gets now and later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from flint import fmpq, fmpz

from stackexact.commitment.mixed_strong import verify as verify_strong
from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.commitment.mixed_strong_search import search as search_strong
from stackexact.commitment.mixed_weak import MixedWeak
from stackexact.commitment.mixed_weak import verify as verify_weak
from stackexact.commitment.mixed_weak_search import WeakSearch
from stackexact.commitment.pure import search_strong as pure_search_strong
from stackexact.commitment.pure import search_weak as pure_search_weak
from stackexact.commitment.pure import verify_strong as pure_verify_strong
from stackexact.commitment.pure import verify_weak as pure_verify_weak
from stackexact.commitment.weak_hints import NumericHints
from stackexact.exact.fields import field_of
from stackexact.exact.prover import Number, Ratio
from stackexact.exact.prover import Numbers as Prover
from stackexact.games.scalars import LONG, Scalars
from stackexact.myopic.attaining import Kept, attains, settle
from stackexact.myopic.columns import Mixture
from stackexact.myopic.decisions import Decided, Decision, Numbers

__all__ = ["Evidence", "mixed_strong", "mixed_weak", "pure_strong", "pure_weak", "scalars_of"]

_PROVER = Prover()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was proved of the table of a decision, and why a policy that attains the value there does not attain it
    once what follows is only approached (``kept``: for every class that reaches the value)."""

    scalars: Scalars[Number]
    proved: Any
    kept: tuple[Kept, ...] | None = None


def pure_strong(decision: Decision, stop: Callable[[], bool]) -> Decided:
    """One action, ties for the leader."""
    own = scalars_of(decision)
    return _pure(own, pure_verify_strong(own, pure_search_strong(own), _PROVER))


def pure_weak(decision: Decision, stop: Callable[[], bool]) -> Decided:
    """One action, ties against the leader."""
    own = scalars_of(decision)
    return _pure(own, pure_verify_weak(own, pure_search_weak(own), _PROVER))


def _pure(own: Scalars[Number], proved: Any) -> Decided:
    policy = (((proved.action, fmpq(1)),),)
    return Decided(_worth(own, proved.leader), policy, proved.response, True, Evidence(own, proved))


def mixed_strong(decision: Decision, stop: Callable[[], bool]) -> Decided:
    """A mixture, ties for the leader: multiple linear programs."""
    own = scalars_of(decision)
    lps = NumericLPs(own, stop)
    proved = verify_strong(own, search_strong(lps), lps.vertices.prover, lps.vertices)
    value = _worth(own, proved.leader.top, proved.leader.bottom)
    return Decided(value, (_mixture(proved.commitment),), proved.response, True, Evidence(own, proved))


def mixed_weak(decision: Decision, stop: Callable[[], bool]) -> Decided:
    """A mixture, ties against the leader: the supremum, and whether it is attained off what is open."""
    own = scalars_of(decision)
    hints = NumericHints(NumericLPs(own, stop))
    proved = verify_weak(own, WeakSearch(own, field_of(own.follower[0][0]), hints, stop).run(), _PROVER)
    value = _worth(own, proved.leader.top, proved.leader.bottom)
    if proved.witness is None:
        policy, response = _limit(own, proved)
        return Decided(value, (policy,), response, False, Evidence(own, proved))
    weights = tuple(fmpq(1) * ratio.top / ratio.bottom for ratio in proved.witness)
    kept: tuple[Kept, ...] | None = None
    if not attains(own, proved.leader, weights, decision.open):
        found = settle(own, proved, decision.open, stop)
        if isinstance(found, list):
            kept = tuple(found)
        else:
            weights = found
    policy = tuple((a, share) for a, share in enumerate(weights) if share)
    return Decided(value, (policy,), _least(own, weights), kept is None, Evidence(own, proved, kept))


def _limit(own: Scalars[Number], proved: MixedWeak[Number]) -> tuple[Mixture, int]:
    """Where the supremum is approached: an optimum of the first class that reaches it, and its least member there."""
    one = next(part for part in proved.classes if part.optimum is not None)
    assert one.optimum is not None
    total = sum(one.optimum)
    earned = [sum(w * row[e] for w, row in zip(one.optimum, own.leader, strict=True)) for e in one.members]
    shares = ((a, fmpq(1) * weight / total) for a, weight in enumerate(one.optimum) if weight)
    return tuple(shares), one.members[earned.index(min(earned))]


def _least(own: Scalars[Number], weights: Sequence[Number]) -> int:
    """The first best response among those that give the leader least."""
    u, r = (
        [sum(w * row[k] for w, row in zip(weights, table, strict=True)) for k in range(own.shape[1])]
        for table in (own.leader, own.follower)
    )
    top = max(r)
    return min((k for k, value in enumerate(r) if value == top), key=lambda k: (u[k], k))


def _mixture(weights: Sequence[Ratio[Number]]) -> Mixture:
    return tuple((a, fmpq(1) * one.top / one.bottom) for a, one in enumerate(weights) if one.top)


def _worth(own: Scalars[Number], top: Number, bottom: Number = 1) -> Number:
    unit = own.leader_unit
    return fmpq(1) * top / bottom * fmpq(unit.numerator, unit.denominator)


def scalars_of(decision: Decision) -> Scalars[Number]:
    """Integers without a common factor for each player apart, or rationals where these are shorter: as
    :func:`~stackexact.games.scalars.own_units`, of flint rationals."""
    scales = [_common(table) for table in (decision.leader, decision.follower)]
    if not all(_fits(scale, table) for scale, table in zip(scales, (decision.leader, decision.follower), strict=True)):
        leader, follower = (tuple(map(tuple, table)) for table in (decision.leader, decision.follower))
        return Scalars(leader, follower, None, Fraction(1), Fraction(1))
    (leader, one), (follower, two) = (
        _primitive(table, scale) for table, scale in zip((decision.leader, decision.follower), scales, strict=True)
    )
    return Scalars(leader, follower, None, one, two)


def _common(table: Numbers) -> Number:
    scale = fmpz(1)
    for value in chain(*table):
        scale = scale.lcm(value.q)
    return scale


def _fits(scale: Number, table: Numbers) -> bool:
    length = int(scale.bit_length())
    longest = max(int(part.bit_length()) for value in chain(*table) for part in (value.p, value.q))
    return length < LONG or length < 4 * longest


def _primitive(table: Numbers, scale: Number) -> tuple[tuple[tuple[Number, ...], ...], Fraction]:
    whole = [[value.p * (scale // value.q) for value in row] for row in table]
    content = fmpz(0)
    for value in chain(*whole):
        content = content.gcd(value)
    content = content or fmpz(1)
    return tuple(tuple(value // content for value in row) for row in whole), Fraction(int(content), int(scale))
