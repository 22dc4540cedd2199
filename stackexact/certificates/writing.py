"""Proved results as the proofs of a certificate (docs/certificates.md): numbers in the game's own utility units.

Verification computes in integer units; a multiplier that weighs the follower's differences against an objective of the
leader's is rescaled by the quotient of the two units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from stackexact.benchmarks.alignment import Alignment, AlignmentSkeleton
from stackexact.benchmarks.entry import Entry
from stackexact.benchmarks.self_tolerant import SelfTolerantSkeleton, Witness
from stackexact.benchmarks.tolerant import Membership, Tolerant, TolerantSkeleton
from stackexact.commitment.correlated import Correlated, CorrelatedSkeleton, pairs
from stackexact.commitment.mixed_strong import MixedStrong, Reached
from stackexact.commitment.mixed_weak import Bounding, Linked, MixedWeak, Proved
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Number
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars
from stackexact.lp.program import Position

__all__ = ["alignment", "correlated", "mixed_strong", "mixed_weak", "pure", "self_tolerant", "tolerant"]

Weights = Iterable[tuple[int, Number]]


def _texts(labels: Sequence[str], weights: Weights, bottom: Number, unit: Fraction = Fraction(1)) -> dict[str, str]:
    divisor = to_fraction(bottom) / unit
    return {labels[k]: fraction_to_text(to_fraction(weight) / divisor) for k, weight in weights if weight != 0}


def pure(game: Game) -> dict[str, Any]:
    """All best responses of every leader action."""
    found = {}
    for label, row in zip(game.actions.leader, game.payoffs.follower, strict=True):
        top = max(row)  # type: ignore[type-var]  # numeric games: all entries are fractions
        found[label] = [game.actions.follower[j] for j, value in enumerate(row) if value == top]
    return {"best_responses": found}


def mixed_strong(game: Game, scalars: Scalars[Number], proved: MixedStrong[Number]) -> dict[str, Any]:
    """Vertices with multipliers on every level, bounds, and dominating mixtures."""
    labels = game.actions.follower
    units = scalars.leader_unit / scalars.follower_unit
    bounded, empty = {}, {}
    for j, refuted in proved.refuted:
        if refuted.empty:
            empty[labels[j]] = _texts(labels, refuted.multipliers, refuted.bottom)
        else:
            bounded[labels[j]] = _texts(labels, refuted.multipliers, refuted.bottom, units)
    reaching = {labels[one.response]: _reaching(game, scalars, one) for one in proved.reached}
    return {"reaching": reaching, "bounded": bounded, "empty": empty}


def _reaching(game: Game, scalars: Scalars[Number], one: Reached[Number]) -> dict[str, Any]:
    labels, rows = game.actions.follower, game.actions.leader
    # Level 0 is the leader's utility, level 1 the follower's, later ones are probabilities.
    units = [scalars.leader_unit / scalars.follower_unit, Fraction(1)]
    levels = []
    for number, multipliers in enumerate(one.multipliers):
        unit = units[number] if number < 2 else 1 / scalars.follower_unit
        weights = ((k, w) for k, w in enumerate(multipliers.rows) if k != one.response)
        levels.append(_texts(labels, weights, multipliers.bottom, unit))
    return {
        "commitment": _texts(rows, enumerate(one.corner.weights), one.corner.bottom),
        "basis": {
            "support": [rows[i] for i in one.vertex.support],
            "tight": [labels[k] for k in one.vertex.tight],
        },
        "multipliers": levels,
    }


def mixed_weak(game: Game, scalars: Scalars[Number], proved: MixedWeak[Number]) -> dict[str, Any]:
    """Every class of equivalent follower actions with its proof."""
    return {"classes": [_class(game, scalars, one, proved.attained) for one in proved.classes]}


def _class(game: Game, scalars: Scalars[Number], one: Proved[Number], attained: bool) -> dict[str, Any]:
    labels, rows = game.actions.follower, game.actions.leader
    made: dict[str, Any] = {"actions": [labels[j] for j in one.members]}
    if one.thin is not None:
        made["thin"] = _texts(labels, one.thin, _one(scalars))
    elif one.bounded is not None:
        made["bounded"] = _bounding(game, scalars, one.bounded)
    else:
        assert one.interior is not None
        assert one.optimum is not None
        assert one.bound is not None
        reaching: dict[str, Any] = {
            "interior": _texts(rows, enumerate(one.interior), sum(one.interior)),
            "commitment": _texts(rows, enumerate(one.optimum), sum(one.optimum)),
            **_bounding(game, scalars, one.bound),
        }
        if not attained:
            assert one.steps is not None
            assert one.end is not None
            tie, end = scalars.follower_unit / scalars.leader_unit, 1 / scalars.follower_unit
            reaching["chain"] = {
                "steps": [
                    {labels[k]: _linked(labels, linked, Fraction(1), tie) for k, linked in step} for step in one.steps
                ],
                "empty": _linked(labels, one.end, end, 1 / scalars.leader_unit),
            }
        made["reaching"] = reaching
    return made


def _one(scalars: Scalars[Number]) -> Number:
    entry = scalars.leader[0][0]
    return entry - entry + 1


def _bounding(game: Game, scalars: Scalars[Number], bounding: Bounding[Number]) -> dict[str, Any]:
    labels = game.actions.follower
    units = scalars.leader_unit / scalars.follower_unit
    return {
        "weights": _texts(labels, bounding.weights, bounding.bottom),
        "multipliers": _texts(labels, bounding.multipliers, bounding.bottom, units),
    }


def _linked(labels: Sequence[str], linked: Linked[Number], responses: Fraction, values: Fraction) -> dict[str, Any]:
    return {
        "responses": _texts(labels, linked.responses, linked.bottom, responses),
        "values": _texts(labels, linked.values, linked.bottom, values),
    }


def tolerant(
    game: Game, scalars: Scalars[Number], skeleton: TolerantSkeleton, proved: Tolerant[Number]
) -> dict[str, Any]:
    """The leader's tolerated responses and guarantees, the follower's membership and entry points."""
    rows = game.actions.leader
    guarantees = [
        {"from": _value(scalars, start), "action": rows[one.action]}
        for start, one in zip(proved.starts, skeleton.guarantees, strict=True)
    ]
    follower = _membership(game, skeleton.membership)
    follower["entries"] = _entries(game, scalars, skeleton.entries, proved.entries)
    return {
        "leader": {"tolerated": _tolerated(game, skeleton.tolerated), "guarantees": guarantees},
        "follower": follower,
    }


def _value(scalars: Scalars[Number], value: Number) -> str:
    return fraction_to_text(to_fraction(value) * scalars.leader_unit)


def _tolerated(game: Game, responses: Sequence[int]) -> dict[str, str]:
    return {i: game.actions.follower[j] for i, j in zip(game.actions.leader, responses, strict=True)}


def _membership(game: Game, membership: Membership) -> dict[str, Any]:
    return {
        "action": game.actions.leader[membership.action],
        "response": game.actions.follower[membership.response],
        "tolerated": _tolerated(game, membership.tolerated),
    }


def _entries(
    game: Game, scalars: Scalars[Number], entries: Sequence[Entry], points: Sequence[Number | None]
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for label, entry, point in zip(game.actions.leader, entries, points, strict=True):
        shown = {"from": "never" if point is None else _value(scalars, point)}
        if entry.guard is not None:
            shown["guard"] = game.actions.leader[entry.guard[0]]
        made[label] = shown
    return made


def self_tolerant(
    game: Game, scalars: Scalars[Number], skeleton: SelfTolerantSkeleton, points: Sequence[Number | None]
) -> dict[str, Any]:
    """Entry points, and for each player the outcome at which the infimum is attained."""

    def shown(witness: Witness) -> dict[str, Any]:
        return {"outcome": game.actions.follower[witness.outcome], **_membership(game, witness.membership)}

    return {
        "entries": _entries(game, scalars, skeleton.entries, points),
        "leader": shown(skeleton.leader),
        "follower": shown(skeleton.follower),
    }


def alignment(game: Game, skeleton: AlignmentSkeleton, proved: Alignment[Number]) -> dict[str, Any]:
    """The outcomes in both orders and the pairs that decide."""
    columns = len(game.actions.follower)

    def outcome(number: int) -> list[str]:
        i, j = divmod(number, columns)
        return [game.actions.leader[i], game.actions.follower[j]]

    made: dict[str, Any] = {}
    if proved.constant is not None:
        made["by_follower"] = [outcome(number) for number in skeleton.by_follower]
        made["by_leader"] = [outcome(number) for number in skeleton.by_leader]
    if skeleton.extreme is not None:
        made["extreme"] = [outcome(number) for number in skeleton.extreme]
    if skeleton.different is not None:
        made["different"] = [outcome(number) for number in skeleton.different]
    elif proved.constant is None:
        made["different"] = made["extreme"]
    return made


def correlated(
    game: Game, scalars: Scalars[Number], skeleton: CorrelatedSkeleton, proved: Correlated[Number]
) -> dict[str, Any]:
    """Support and tight rows, and the multipliers of every level."""
    rows, labels = game.actions.leader, game.actions.follower
    links, columns = pairs(scalars), len(labels)
    units = [scalars.leader_unit / scalars.follower_unit, Fraction(1)]
    levels = []
    for number, multipliers in enumerate(proved.proof.levels):
        unit = units[number] if number < 2 else 1 / scalars.follower_unit
        level: dict[str, dict[str, str]] = {}
        for (j, k), weight in zip(links, multipliers, strict=False):
            if weight != 0:
                value = -to_fraction(weight) / to_fraction(proved.proof.levels_bottom) * unit
                level.setdefault(labels[j], {})[labels[k]] = fraction_to_text(value)
        levels.append(level)
    places = enumerate(skeleton.basis.columns)
    support = [divmod(c, columns) for c, place in places if place is Position.BASIC]
    tight = [link for link, place in zip(links, skeleton.basis.rows, strict=False) if place is not Position.BASIC]
    return {
        "basis": {
            "support": [[rows[i], labels[j]] for i, j in support],
            "tight": [[labels[j], labels[k]] for j, k in tight],
        },
        "multipliers": levels,
    }
