"""Cells from what a verification proved, whatever the scalars: numbers, or polynomials in a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Prover, Ratio
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Reader
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars
from stackexact.solving.cells import (
    AlignmentCell,
    BenchmarkCell,
    CorrelatedCell,
    EquilibriumCell,
    Infinity,
    SupremumCell,
    frozen_mapping,
)

__all__ = ["Maker"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Maker(Generic[T]):
    """Makes cells of one game. A weight that is listed is required to be positive, one that is not to be zero."""

    game: Game
    scalars: Scalars[T]
    prover: Prover[T]
    reader: Reader[T]

    def _leader(self, top: T, bottom: T) -> Exact:
        value: Exact = self.reader.exact(top, bottom) * self.scalars.leader_unit
        return value

    def _follower(self, top: T, bottom: T) -> Exact:
        value: Exact = self.reader.exact(top, bottom) * self.scalars.follower_unit
        return value

    def _weights(self, labels: Sequence[str], weights: Sequence[Ratio[T]]) -> Mapping[str, Exact]:
        found = {}
        for label, weight in zip(labels, weights, strict=True):
            if self.prover.sign(weight.top):
                self.prover.positive([weight.top])
                found[label] = self.reader.exact(weight.top, weight.bottom)
            else:
                self.prover.zero([weight.top])
        return frozen_mapping(found)

    def pure(self, found: Any) -> EquilibriumCell:
        """``pure-strong`` and ``pure-weak``."""
        actions, one = self.game.actions, self.prover.number(1)
        return EquilibriumCell(
            (),
            self._leader(found.leader, one),
            self._follower(found.follower, one),
            frozen_mapping({actions.leader[found.action]: self.reader.exact(one, one)}),
            actions.follower[found.response],
            tuple(actions.follower[j] for j in found.tied),
        )

    def mixed_strong(self, proved: Any) -> EquilibriumCell:
        """``mixed-strong``."""
        actions = self.game.actions
        return EquilibriumCell(
            (),
            self._leader(proved.leader.top, proved.leader.bottom),
            self._follower(proved.follower.top, proved.follower.bottom),
            self._weights(actions.leader, proved.commitment),
            actions.follower[proved.response],
            tuple(actions.follower[j] for j in proved.tied),
        )

    def mixed_weak(self, proved: Any) -> SupremumCell:
        """``mixed-weak``."""
        actions = self.game.actions
        return SupremumCell(
            (),
            self._leader(proved.leader.top, proved.leader.bottom),
            proved.attained,
            tuple(tuple(actions.follower[j] for j in members) for members in proved.reaching),
            None if proved.witness is None else self._weights(actions.leader, proved.witness),
        )

    def benchmark(self, proved: Any) -> BenchmarkCell:
        """``tolerant`` and ``self-tolerant``."""
        one = self.prover.number(1)
        epsilon = {
            "leader": self._leader(proved.leader_epsilon, one),
            "follower": self._leader(proved.follower_epsilon, one),
        }
        return BenchmarkCell(
            (), self._leader(proved.leader, one), self._leader(proved.follower, one), frozen_mapping(epsilon)
        )

    def alignment(self, proved: Any) -> AlignmentCell:
        """``alignment``."""
        constant = proved.constant
        return AlignmentCell(
            (),
            Infinity.OO if constant is None else self.reader.exact(constant.top, constant.bottom),
            proved.same_ranking,
        )

    def correlated(self, proved: Any) -> CorrelatedCell:
        """``correlated``."""
        actions, columns = self.game.actions, len(self.game.actions.follower)
        rows = {}
        for i, label in enumerate(actions.leader):
            row = self._weights(actions.follower, proved.distribution[i * columns : (i + 1) * columns])
            if row:
                rows[label] = row
        return CorrelatedCell(
            (),
            self._leader(proved.leader.top, proved.leader.bottom),
            self._follower(proved.follower.top, proved.follower.bottom),
            frozen_mapping(rows),
        )
