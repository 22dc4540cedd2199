"""Proved results as the proofs of a certificate (docs/certificates.md): values in the game's own utility units.

Verification computes in integer units, or in polynomials of a parameter; a multiplier that weighs the follower's
differences against an objective of the leader's is rescaled by the quotient of the two units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from stackexact.benchmarks.alignment import Alignment, AlignmentSkeleton
from stackexact.benchmarks.entry import Entry
from stackexact.benchmarks.self_tolerant import SelfTolerant, SelfTolerantSkeleton, Witness
from stackexact.benchmarks.tolerant import Membership, Tolerant, TolerantSkeleton
from stackexact.commitment.correlated import Correlated, CorrelatedSkeleton, pairs
from stackexact.commitment.mixed_strong import MixedStrong, Reached
from stackexact.commitment.mixed_weak import Bounding, Linked, MixedWeak, Proved
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Reader
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars
from stackexact.lp.program import Position

__all__ = ["Writer"]

T = TypeVar("T", bound=Any)

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Writer(Generic[T]):
    """Writes the proofs of one game, whose scalars the reader turns into exact values: one method for each concept,
    which takes the skeleton that was found and what the verification made of it."""

    game: Game
    scalars: Scalars[T]
    reader: Reader[T]

    def _texts(
        self, labels: Sequence[str], weights: Iterable[tuple[int, T]], bottom: T, unit: Exact = ONE
    ) -> dict[str, str]:
        """Weights over their common bottom, in a unit; those that are zero everywhere are left out."""
        return {labels[k]: text_of(self.reader.exact(weight, bottom) * unit) for k, weight in weights if weight != 0}

    def _one(self) -> T:
        entry = self.scalars.leader[0][0]
        one: T = entry - entry + 1
        return one

    @property
    def _units(self) -> Exact:
        """What a multiplier of follower utilities is worth against an objective in leader utilities."""
        units: Exact = self.scalars.leader_unit / self.scalars.follower_unit
        return units

    def _level_unit(self, level: int) -> Exact:
        """Level 0 is the leader's utility, level 1 the follower's, later ones are probabilities."""
        unit: Exact = self._units if level == 0 else ONE if level == 1 else 1 / self.scalars.follower_unit
        return unit

    def pure(self, skeleton: object, proved: object) -> dict[str, Any]:
        """All best responses of every leader action; with a parameter the checker finds them by itself."""
        game, found = self.game, {}
        if not game.is_numeric:
            return {}
        for label, row in zip(game.actions.leader, game.payoffs.follower, strict=True):
            top = max(row)  # type: ignore[type-var]  # numeric games: all entries are fractions
            found[label] = [game.actions.follower[j] for j, value in enumerate(row) if value == top]
        return {"best_responses": found}

    def mixed_strong(self, skeleton: object, proved: MixedStrong[T]) -> dict[str, Any]:
        """Vertices with multipliers on every level, bounds, and dominating mixtures."""
        labels = self.game.actions.follower
        bounded, empty = {}, {}
        for j, refuted in proved.refuted:
            if refuted.empty:
                empty[labels[j]] = self._texts(labels, refuted.multipliers, refuted.bottom)
            else:
                bounded[labels[j]] = self._texts(labels, refuted.multipliers, refuted.bottom, self._units)
        reaching = {labels[one.response]: self._reaching(one) for one in proved.reached}
        return {"reaching": reaching, "bounded": bounded, "empty": empty}

    def _reaching(self, one: Reached[T]) -> dict[str, Any]:
        labels, rows = self.game.actions.follower, self.game.actions.leader
        levels = []
        for number, multipliers in enumerate(one.multipliers):
            weights = ((k, w) for k, w in enumerate(multipliers.rows) if k != one.response)
            levels.append(self._texts(labels, weights, multipliers.bottom, self._level_unit(number)))
        return {
            "commitment": self._texts(rows, enumerate(one.corner.weights), one.corner.bottom),
            "basis": {
                "support": [rows[i] for i in one.vertex.support],
                "tight": [labels[k] for k in one.vertex.tight],
            },
            "multipliers": levels,
        }

    def mixed_weak(self, skeleton: object, proved: MixedWeak[T]) -> dict[str, Any]:
        """Every class of equivalent follower actions with its proof."""
        return {"classes": [self._class(one, proved.attained) for one in proved.classes]}

    def _class(self, one: Proved[T], attained: bool) -> dict[str, Any]:
        labels, rows = self.game.actions.follower, self.game.actions.leader
        made: dict[str, Any] = {"actions": [labels[j] for j in one.members]}
        if one.thin is not None:
            made["thin"] = self._texts(labels, one.thin, self._one())
        elif one.bounded is not None:
            made["bounded"] = self._bounding(one.bounded)
        else:
            assert one.interior is not None
            assert one.optimum is not None
            assert one.bound is not None
            reaching: dict[str, Any] = {
                "interior": self._texts(rows, enumerate(one.interior), sum(one.interior)),
                "commitment": self._texts(rows, enumerate(one.optimum), sum(one.optimum)),
                **self._bounding(one.bound),
            }
            if not attained:
                assert one.steps is not None
                assert one.end is not None
                reaching["chain"] = {
                    "steps": [{labels[k]: self.tie(linked) for k, linked in step} for step in one.steps],
                    "empty": self.empty(one.end),
                }
            made["reaching"] = reaching
        return made

    def _bounding(self, bounding: Bounding[T]) -> dict[str, Any]:
        labels = self.game.actions.follower
        return {
            "weights": self._texts(labels, bounding.weights, bounding.bottom),
            "multipliers": self._texts(labels, bounding.multipliers, bounding.bottom, self._units),
        }

    def tie(self, linked: Linked[T]) -> dict[str, Any]:
        """What shows that an action ties wherever the value is attained."""
        return self._linked(linked, ONE, 1 / self._units)

    def exact(self, linked: Linked[T]) -> dict[str, Any]:
        """What shows that an action gives the leader no more than the value there."""
        return self._linked(linked, self._units, ONE)

    def empty(self, linked: Linked[T]) -> dict[str, Any]:
        """What shows that there is nothing left."""
        return self._linked(linked, 1 / self.scalars.follower_unit, 1 / self.scalars.leader_unit)

    def _linked(self, linked: Linked[T], responses: Exact, values: Exact) -> dict[str, Any]:
        labels = self.game.actions.follower
        return {
            "responses": self._texts(labels, linked.responses, linked.bottom, responses),
            "values": self._texts(labels, linked.values, linked.bottom, values),
        }

    def tolerant(self, skeleton: TolerantSkeleton, proved: Tolerant[T]) -> dict[str, Any]:
        """The leader's tolerated responses and guarantees, the follower's membership and entry points."""
        rows = self.game.actions.leader
        guarantees = [
            {"from": self._value(start), "action": rows[one.action]}
            for start, one in zip(proved.starts, skeleton.guarantees, strict=True)
        ]
        follower = self._membership(skeleton.membership)
        follower["entries"] = self._entries(skeleton.entries, proved.entries)
        return {
            "leader": {"tolerated": self._tolerated(skeleton.tolerated), "guarantees": guarantees},
            "follower": follower,
        }

    def _value(self, value: T) -> str:
        return text_of(self.reader.exact(value, self._one()) * self.scalars.leader_unit)

    def _tolerated(self, responses: Sequence[int]) -> dict[str, str]:
        actions = self.game.actions
        return {i: actions.follower[j] for i, j in zip(actions.leader, responses, strict=True)}

    def _membership(self, membership: Membership) -> dict[str, Any]:
        return {
            "action": self.game.actions.leader[membership.action],
            "response": self.game.actions.follower[membership.response],
            "tolerated": self._tolerated(membership.tolerated),
        }

    def _entries(self, entries: Sequence[Entry], points: Sequence[T | None]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for label, entry, point in zip(self.game.actions.leader, entries, points, strict=True):
            shown = {"from": "never" if point is None else self._value(point)}
            if entry.guard is not None:
                shown["guard"] = self.game.actions.leader[entry.guard[0]]
            made[label] = shown
        return made

    def self_tolerant(self, skeleton: SelfTolerantSkeleton, proved: SelfTolerant[T]) -> dict[str, Any]:
        """Entry points, and for each player the outcome at which the infimum is attained."""

        def shown(witness: Witness) -> dict[str, Any]:
            return {
                "outcome": self.game.actions.follower[witness.outcome],
                **self._membership(witness.membership),
            }

        return {
            "entries": self._entries(skeleton.entries, proved.entries),
            "leader": shown(skeleton.leader),
            "follower": shown(skeleton.follower),
        }

    def alignment(self, skeleton: AlignmentSkeleton, proved: Alignment[T]) -> dict[str, Any]:
        """The outcomes in both orders and the pairs that decide; without orders, all pairs are compared."""
        actions = self.game.actions

        def outcome(number: int) -> list[str]:
            i, j = divmod(number, len(actions.follower))
            return [actions.leader[i], actions.follower[j]]

        made: dict[str, Any] = {}
        if proved.constant is not None and not skeleton.by_follower:
            if skeleton.extreme is not None:
                made["extreme"] = [outcome(number) for number in skeleton.extreme]
                made["numerator"] = "leader" if skeleton.over_follower else "follower"
            if skeleton.different is not None:
                made["different"] = [outcome(number) for number in skeleton.different]
            return {"pairs": made}
        if proved.constant is not None:
            made["by_follower"] = [outcome(number) for number in skeleton.by_follower]
            made["by_leader"] = [outcome(number) for number in skeleton.by_leader]
        if skeleton.extreme is not None:
            made["extreme"] = [outcome(number) for number in skeleton.extreme]
        # A pair that shows an infinite constant is one that they rank differently; it holds wherever the proof does.
        if skeleton.different is not None and (proved.constant is not None or self.game.is_numeric):
            made["different"] = [outcome(number) for number in skeleton.different]
        elif proved.constant is None:
            made["different"] = made["extreme"]
        return made

    def correlated(self, skeleton: CorrelatedSkeleton, proved: Correlated[T]) -> dict[str, Any]:
        """Support and tight rows, and the multipliers of every level."""
        rows, labels = self.game.actions.leader, self.game.actions.follower
        links = pairs(self.scalars)
        levels = []
        for number, multipliers in enumerate(proved.proof.levels):
            unit = self._level_unit(number)
            level: dict[str, dict[str, str]] = {}
            for (j, k), weight in zip(links, multipliers, strict=False):
                if weight != 0:
                    value = -self.reader.exact(weight, proved.proof.levels_bottom) * unit
                    level.setdefault(labels[j], {})[labels[k]] = text_of(value)
            levels.append(level)
        places = enumerate(skeleton.basis.columns)
        support = [divmod(c, len(labels)) for c, place in places if place is Position.BASIC]
        tight = [link for link, place in zip(links, skeleton.basis.rows, strict=False) if place is not Position.BASIC]
        return {
            "basis": {
                "support": [[rows[i], labels[j]] for i, j in support],
                "tight": [[labels[j], labels[k]] for j, k in tight],
            },
            "multipliers": levels,
        }
