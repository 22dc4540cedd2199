"""Exact means over runs, each with the interval of its expectation, as regrets against a benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import UsageError
from stackexact.games.bimatrix import Table
from stackexact.traces.trace import Run
from stackexact.verification.growth import growth
from stackexact.verification.intervals import Method, Values, interval
from stackexact.verification.options import Options
from stackexact.verification.regret import run_range, totals
from stackexact.verification.result import Point, Series
from stackexact.verification.samples import Sample, counts_at
from stackexact.verification.targets import AGENTS, Target

__all__ = ["Mean", "Plan", "error_of", "told_at"]

_RAREST: Final = 1e-290
"""The smallest probability that the quantiles are asked for; floats end soon below it."""


@dataclass(frozen=True, slots=True)
class Mean:
    """What all runs earned by a number of rounds, with the sign of a regret, and the interval of its expectation."""

    place: Sample[Run]
    values: tuple[Fraction, ...]
    mean: Fraction
    lower: Fraction
    upper: Fraction


def error_of(confidence: Fraction, intervals: int) -> float:
    """The error of one of so many intervals that hold together with a confidence (Bonferroni)."""
    alpha = float((1 - confidence) / max(intervals, 1))
    if alpha < _RAREST:
        raise UsageError("confidence: expected at most 1 - 1e-280, found more; lower it")
    return alpha


def told_at(remarks: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Remarks with the numbers of rounds that they are about, each once."""
    for remark, rounds in remarks.items():
        yield f"{remark} (T = {', '.join(map(str, dict.fromkeys(rounds)))})"


@dataclass(frozen=True, slots=True)
class Plan:
    """How means are found: at which numbers of rounds, by which method, with which error each."""

    places: tuple[Sample[Run], ...]
    how: Method
    options: Options

    @property
    def intervals(self) -> int:
        """The intervals that must hold at once. Regrets against several benchmarks differ by constants, so that those
        of one agent are one interval each."""
        return len(AGENTS) * sum(place.used for place in self.places)

    @property
    def alpha(self) -> float:
        """The error of one interval."""
        return error_of(self.options.confidence, self.intervals)

    def means(self, table: Table, notes: list[str]) -> list[Mean]:
        """The means of an agent with these payoffs; what is special about one is noted."""
        made, remarks = [], dict[str, list[int]]()
        for place in self.places:
            earned = [-Fraction(one) for one in _numbers(totals(counts_at(place), table))]
            low, high = run_range(table, place.rounds)
            values = Values(tuple(earned), -high, -low)
            found = interval(values, self.alpha, self.how)
            made.append(Mean(place, values.values, values.mean, found.lower, found.upper))
            if found.remark and place.used:
                remarks.setdefault(found.remark, []).append(place.rounds)
        notes += told_at(remarks)
        return made

    def series(self, target: Target, means: Sequence[Mean]) -> Series:
        """The means as regrets against a benchmark."""
        points = []
        for one in means:
            benchmark = target.number * one.place.rounds
            values = tuple(benchmark + value for value in one.values)
            ends = benchmark + one.mean, benchmark + one.lower, benchmark + one.upper
            points.append(Point(one.place.rounds, values, *ends, one.place.used))
        heights = [point.height for point in points if point.used]
        return Series(
            target.agent, target.benchmark, target.number, tuple(points), growth(heights, how=self.options.fit)
        )


def _numbers(values: Sequence[object]) -> Iterator[Fraction]:
    for value in values:
        assert isinstance(value, Fraction), "payoffs are numbers here"
        yield value
