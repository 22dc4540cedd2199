"""Cells of games of incentives from what verifications return: values in the game's units, under its names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Ratio
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Reader
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.incentives.concepts import Incentive
from stackexact.incentives.forms import Form, Problem
from stackexact.incentives.gains import Gain
from stackexact.incentives.gaussian import Information
from stackexact.incentives.mean_field import MeanField
from stackexact.incentives.optima import Optimum
from stackexact.incentives.through_one import Led, Major, Randomised
from stackexact.incentives.view import Linear
from stackexact.solving.cells import Infinity, frozen_mapping
from stackexact.solving.incentive_cells import (
    Gains,
    IncentiveCell,
    LinearMeanFieldCell,
    LinearTeamCell,
    MajorCell,
    MeanFieldCell,
    RandomisedCell,
    TeamCell,
)

__all__ = ["IncentiveMaker"]

T = TypeVar("T", bound=Any)

_OBSERVATION = "y"
"""What cells call a follower's observation."""


@dataclass(frozen=True, slots=True)
class IncentiveMaker(Generic[T]):
    """Makes the cells of one game; its methods have the names of concepts."""

    game: IncentiveGame
    told: Problem[T] | Information[T]
    reader: Reader[T]

    @property
    def problem(self) -> Problem[T]:
        """The costs."""
        return self.told if isinstance(self.told, Problem) else self.told.problem

    def _in_units(self, value: tuple[T, T], form: Form[T]) -> Exact:
        made: Exact = self.reader.exact(*value) * form.unit
        return made

    def _cost(self, found: Optimum[T]) -> Exact:
        return self._in_units(found.value, self.problem.leader)

    def actions(self, found: Optimum[T]) -> Mapping[str, Exact]:
        """A point, by the names of actions."""
        names = self.game.variables
        labels = (*names.leader, *names.major, *names.follower)
        values = (self.reader.exact(value, found.bottom) for value in found.point)
        return frozen_mapping(dict(zip(labels, values, strict=True)))

    def _gains(self, found: Gain[T], columns: Sequence[str], factor: Exact | int = 1) -> Gains:
        made: Gains = self._named(([value * factor for value in row] for row in self._rows(found)), columns)
        return made

    def _rows(self, found: Gain[T]) -> list[list[Exact]]:
        return [[self.reader.exact(value, found.bottom) for value in row] for row in found.rows]

    def _named(self, rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> Any:
        made = (frozen_mapping(dict(zip(columns, row, strict=True))) for row in rows)
        return frozen_mapping(dict(zip(self.game.variables.leader, made, strict=True)))

    def strategies(self, found: Optimum[T], reaction: Ratio[T] | None = None) -> Gains:
        """Linear strategies; the leader's is a function of the state alone, unless a reaction is given."""
        told, names = self.game.information, self.game.variables
        assert told is not None
        a, g = (self.reader.exact(value, found.bottom) for value in found.point)
        seen = {told.state: a}
        if told.reacts and reaction is not None:
            seen[names.mean[0]] = self.reader.exact(reaction.top, reaction.bottom)
        own = {_OBSERVATION: g}
        return frozen_mapping({names.leader[0]: frozen_mapping(seen), names.follower[0]: frozen_mapping(own)})

    def team_optimum(self, found: Linear[T]) -> TeamCell | LinearTeamCell:
        """``team-optimum``."""
        if self.game.information is None:
            return TeamCell((), self._cost(found.optimum), self.actions(found.optimum))
        strategies = self.strategies(found.optimum, found.reaction)
        return LinearTeamCell((), self._cost(found.optimum), strategies)

    def incentive(self, found: Incentive[T]) -> IncentiveCell:
        """``incentive``."""
        if found.gain is None:
            return IncentiveCell((), False, None, None, None, None, None, None, None)
        count, own = self.game.followers, self.game.variables.follower
        gains, mean = self._gains(found.gain, own), self._gains(found.gain, own, count)
        energy = sum((value * value for row in gains.values() for value in row.values()), 0 * count) * count
        desired = self._desired(found)
        if found.unique is None:
            return IncentiveCell((), False, gains, mean, energy, False, None, None, None, *desired)
        alike, apart = found.unique.alike, found.unique.apart
        return IncentiveCell((), True, gains, mean, energy, True, alike and apart, alike, apart, *desired)

    def _desired(self, found: Incentive[T]) -> tuple[Mapping[str, Exact] | None, Gains | None]:
        """The actions at the team optimum, or the strategies."""
        if self.game.information is None:
            return self.actions(found.optimum.optimum), None
        return None, self.strategies(found.optimum.optimum, found.optimum.reaction)

    def mean_field(self, found: MeanField[T]) -> MeanFieldCell | LinearMeanFieldCell:
        """``mean-field``."""
        own = self.game.variables.follower
        # Where influence and need vanish together the gain may have another limit than 0 in an aligned game.
        finite = found.aligned and not any(sign for row in found.signs for sign in row)
        limit = mean = energy = None
        if found.limit is not None:
            limit = self._gains(found.limit, own)
            mean = self._limit_of_mean(found)
            energy = Fraction(0) if finite else Infinity.OO
        optimum, open_loop = found.optimum.optimum, found.open_loop
        team = self._cost(optimum)
        cost = gap = actions = None
        if open_loop is not None:
            cost = self._cost(open_loop)
            gap = cost - team
        swapped = None if found.swapped is None else self._cost(found.swapped.optimum)
        if self.game.information is None:
            actions = None if open_loop is None else self.actions(open_loop)
            return MeanFieldCell((), finite, limit, mean, energy, cost, actions, gap, swapped)
        reaction = found.optimum.reaction
        strategies = self.strategies(optimum, reaction)
        played = None if open_loop is None else self.strategies(open_loop)
        return LinearMeanFieldCell((), finite, limit, mean, energy, team, strategies, cost, played, gap, swapped)

    def _limit_of_mean(self, found: MeanField[T]) -> Mapping[str, Mapping[str, Exact | Infinity]]:
        columns = self.game.variables.follower
        words: dict[int, Infinity] = {1: Infinity.OO, -1: Infinity.MINUS_OO}
        rests = None if found.rest is None else self._rows(found.rest)
        rows = (
            [words[sign] if sign else rests[j][k] if rests else Fraction(0) for k, sign in enumerate(row)]
            for j, row in enumerate(found.signs)
        )
        made: Mapping[str, Mapping[str, Exact | Infinity]] = self._named(rows, columns)
        return made

    def major_follower(self, found: Major[T]) -> MajorCell:
        """``major-follower``."""
        exists = found.finite is not None and found.finite.gain is not None
        return MajorCell((), exists, *self._led(found.finite), *self._led(found.limit))

    def _led(self, found: Led[T] | None) -> tuple[Exact | None, Mapping[str, Exact] | None, Gains | None]:
        if found is None:
            return None, None, None
        gains = None if found.gain is None else self._gains(found.gain, self.game.variables.major)
        return self._cost(found.optimum), self.actions(found.optimum), gains

    def randomised(self, found: Randomised[T]) -> RandomisedCell:
        """``randomised``."""
        if found.limit is None:
            return RandomisedCell((), False, None, None, None, None, None)
        gains = self._gains(found.limit, self.game.variables.follower, self.game.followers)
        desired = self.actions(found.optimum)
        if found.saving is None:
            return RandomisedCell((), False, gains, None, None, None, None, desired)
        saving = self._in_units(found.saving, self.problem.follower)
        if found.response is None:
            return RandomisedCell((), True, gains, None, None, None, saving, desired)
        cost = self._cost(found.response)
        error = cost - self._cost(found.optimum)
        return RandomisedCell((), True, gains, cost, self.actions(found.response), error, saving, desired)
