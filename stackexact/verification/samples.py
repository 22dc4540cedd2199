"""Where a trace is looked at: the numbers of rounds at which the regrets of its runs are compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from stackexact.errors import UsageError, shorten
from stackexact.traces.trace import Run
from stackexact.verification.growth import SPAN
from stackexact.verification.matching import Mismatch

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DECADES", "Basis", "Course", "Sample", "counts_at", "samples", "summed_at"]

Basis: TypeAlias = Literal["horizons", "checkpoints"]
"""``horizons``: the end of every run, runs of one horizon together, which is what a theorem about learners tuned to
their horizon speaks of; ``checkpoints``: along the runs, where their horizons are one or nearly."""

DECADES: Final = Fraction(2)
"""How far below the largest number of rounds growth is judged, in powers of ten."""

_ENDLESS: Final = Fraction(100)
"""More decades than any trace has."""
_USED: Final = 9
_SHOWN: Final = 12
"""So many numbers of rounds are used at most, and as many below them are shown."""


class Course(Protocol):
    """A run that can be looked at after increasing numbers of ``rounds``, the last of which is its ``horizon``."""

    @property
    def rounds(self) -> tuple[int, ...]:
        """The checkpoints."""

    @property
    def horizon(self) -> int:
        """The end of the run."""


AnyRun = TypeVar("AnyRun", bound=Course)


@dataclass(frozen=True, slots=True, eq=False)
class Sample(Generic[AnyRun]):
    """One number of rounds, and the runs that reached it, each with the place of that checkpoint.

    ``used`` tells whether claims are judged by it; otherwise it belongs to the transient and is only shown.
    """

    rounds: int
    runs: tuple[tuple[AnyRun, int], ...]
    used: bool


def counts_at(place: Sample[Run]) -> np.ndarray:
    """Counts of pairs of actions, an array of shape (runs, rows, columns)."""
    import numpy as np

    return np.stack([run.counts[number] for run, number in place.runs])


def summed_at(place: Sample[Run]) -> np.ndarray:
    """The counts of all runs together, an array of shape (1, rows, columns)."""
    import numpy as np

    wide = len(place.runs) * place.rounds >= 2**63
    summed: np.ndarray = counts_at(place).sum(axis=0, keepdims=True, dtype=object if wide else np.int64)
    return summed


def samples(runs: Sequence[AnyRun], decades: Fraction = DECADES) -> tuple[Basis, tuple[Sample[AnyRun], ...]]:
    """What the growth of regret is read off, with increasing numbers of rounds of at least 2.

    With runs of horizons that span a factor of 2 these are the horizons; else the checkpoints that all runs share, if
    there are any: nearly equal horizons say nothing about growth. Those within so many ``decades`` of the largest are
    used, and the two largest in any case; of many, nine at even distances
    on a logarithmic scale. Raises :class:`~stackexact.errors.InputError` for a trace without runs.
    """
    if decades <= 0:
        raise UsageError(f"decades: expected a positive number, found {shorten(decades)}; leave it out for {DECADES}")
    if not runs:
        raise Mismatch("expected at least one run, found none; simulate some")
    horizons = sorted({run.horizon for run in runs})
    shared = _shared(runs) if horizons[-1] < SPAN * horizons[0] else {}
    basis: Basis = "checkpoints" if shared else "horizons"
    every = shared or {
        rounds: tuple((r, len(r.rounds) - 1) for r in runs if r.horizon == rounds) for rounds in horizons
    }
    rounds = sorted(one for one in every if one >= 2) or sorted(every)
    used = _window(rounds, decades)
    before = [one for one in rounds if one < used[0]]
    shown = [*_spread(before, _SHOWN), *used]
    return basis, tuple(Sample(one, every[one], one >= used[0]) for one in shown)


def _shared(runs: Sequence[AnyRun]) -> dict[int, tuple[tuple[AnyRun, int], ...]]:
    """The checkpoints that all runs have."""
    common = set(runs[0].rounds)
    for schedule in {run.rounds for run in runs}:
        common &= set(schedule)
    places = {schedule: {one: k for k, one in enumerate(schedule)} for schedule in {run.rounds for run in runs}}
    return {one: tuple((run, places[run.rounds][one]) for run in runs) for one in common}


def _window(rounds: Sequence[int], decades: Fraction) -> list[int]:
    """The rounds within so many decades of the last, the two last at least."""
    within = min(decades, _ENDLESS)
    inside = [one for one in rounds if _reaches(one, rounds[-1], within)]
    return _spread(inside if len(inside) > 1 else list(rounds[-2:]), _USED)


def _reaches(rounds: int, last: int, decades: Fraction) -> bool:
    """Whether rounds · 10^decades >= last; what lies on the edge does."""
    if decades.denominator == 1:
        return bool(rounds * 10 ** int(decades) >= last)
    from flint import arb

    from stackexact.exact.enclosures import ball_of, sign_of

    reached = Fraction(last, rounds)  # 10 is no power, so that 10^decades is irrational, and another number
    return sign_of(lambda: arb(10).log() * ball_of(decades) - ball_of(reached).log()) > 0


def _spread(rounds: list[int], most: int) -> list[int]:
    """At most so many of them, the first and the last among them, at even distances on a logarithmic scale."""
    if len(rounds) <= most:
        return rounds
    low, high = math.log(rounds[0]), math.log(rounds[-1])
    chosen = {rounds[0], rounds[-1]}
    for k in range(1, most - 1):
        wanted = low + (high - low) * k / (most - 1)
        chosen.add(min(rounds, key=lambda one: abs(math.log(one) - wanted)))
    return sorted(chosen)
