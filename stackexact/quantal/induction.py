"""Myopic quantal followers over many stages: backward induction over states.

A follower who does not look ahead answers each decision by its own rewards alone, so that the leader's greatest value
from a state on is that of one decision, her values being what she gets at once and the expected value of what comes:
W_h(s) = max over policies of Σ_b ν(b) Σ_a π(a|b) (u_h(s,a,b) + Σ_s' P_h(s'|s,a,b) W_{h+1}(s')). It grows with
every W_{h+1}(s'), and so bounds of these give bounds of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from stackexact.errors import require_time
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.deciding import Bounds, Decided, decide, decide_deterministically
from stackexact.quantal.tables import Node, Tables

__all__ = ["Induced", "by_stages", "continuation", "mean", "stated"]


@dataclass(frozen=True, slots=True)
class Induced:
    """The leader's greatest ``value``, and by stage and (reached) state what is decided there."""

    value: Bounds
    stages: tuple[Mapping[int, Decided], ...]


def by_stages(
    tables: Tables,
    digits: int,
    *,
    prescription: bool,
    deterministic: bool = False,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str], None] = lambda message: None,
) -> Induced:
    """Backward induction on a game of numbers whose follower is quantal and myopic.

    ``prescription`` says whether policies may depend on what the follower does, ``deterministic`` whether they are the
    leader's actions rather than mixtures of these. Every decision is enclosed to so many more digits that the value is
    enclosed to ``digits`` of the range of all that the leader can get. Raises :class:`~stackexact.errors.LimitReached`.
    """
    spare, scale = len(str(tables.horizon)) + 1, tables.scale
    after: Mapping[int, Bounds] = {}
    decided: list[Mapping[int, Decided]] = []
    for h, row in reversed(list(enumerate(tables.stages, start=1))):
        made: dict[int, Decided] = {}
        for count, (s, node) in enumerate(row.items(), start=1):
            report(f"stage {h} of {tables.horizon}, state {count} of {len(row)}")
            require_time(stop)
            about = continuation(node, after), node.logits
            if deterministic:
                found = decide_deterministically(*about, prescription=prescription, digits=digits + spare, stop=stop)
            else:
                found = decide(*about, prescription=prescription, digits=digits + spare, stop=stop)
            # What earlier stages are computed from is what answers state, so that a proof can start from there.
            made[s] = replace(found, value=stated(found.value, digits, scale))
        decided.append(made)
        after = {s: one.value for s, one in made.items()}
    return Induced(mean(tables.initial, after), tuple(reversed(decided)))


def stated(value: Bounds, digits: int, scale: Fraction) -> Bounds:
    """A value with the ends that answers state, two digits more than for the total."""
    number = value.number(digits + 2, scale)
    if isinstance(number, Enclosure):
        return Bounds(number.lower, number.upper, value.exact)
    return Bounds(number, number, value.exact)


def continuation(node: Node, after: Mapping[int, Bounds]) -> list[list[Bounds]]:
    """What the leader gets at once and later, by her action and the follower's."""
    return [
        [_plus(value, mean(shares, after)) for value, shares in zip(row, line, strict=True)]
        for row, line in zip(node.leader, node.following, strict=True)
    ]


def mean(shares: Sequence[tuple[int, Fraction]], values: Mapping[int, Bounds]) -> Bounds:
    """The expectation of values: exactly where all are known exactly and at most one is irrational."""
    lower = sum((share * values[s].lower for s, share in shares), Fraction(0))
    upper = sum((share * values[s].upper for s, share in shares), Fraction(0))
    exact = [(share, one) for s, share in shares if (one := values[s].exact) is not None]
    irrational = sum(one.rational is None for _, one in exact)
    if len(exact) < len(shares) or irrational > 1:
        return Bounds(lower, upper)
    total = ExponentialNumber.of(Fraction(0))
    for share, one in exact:
        total = total + ExponentialNumber.of(share) * one
    return Bounds(lower, upper, total)


def _plus(value: Fraction, rest: Bounds) -> Bounds:
    exact = None if rest.exact is None else rest.exact + ExponentialNumber.of(value)
    return Bounds(rest.lower + value, rest.upper + value, exact)
