"""What episodes of learners are worth beside a target: totals of runs as intervals, and the means of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias, cast

from stackexact.errors import LimitReached, UsageError, require_time, shorten
from stackexact.exact.enclosures import Enclosure, Number, limits
from stackexact.games.markov import MarkovGame
from stackexact.learning.runs import Announcement, LearningGame, LearningRun
from stackexact.learning.valuing import Valuer
from stackexact.solving.solve import solve
from stackexact.verification.growth import growth
from stackexact.verification.intervals import Method, Values, interval
from stackexact.verification.options import Options
from stackexact.verification.result import Point, Series
from stackexact.verification.samples import Sample
from stackexact.verification.targets import Measure

__all__ = ["LEADER", "LEARNT", "Book", "End", "Judging", "Target"]

LEADER: Final = "leader"
"""Whose regret it is."""
LEARNT: Final = "suboptimality"
"""What is measured at the end of a run alone."""

Ends: TypeAlias = tuple[Fraction, Fraction]
"""Between what a number lies."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the leader could get in an episode by a concept, or why that was not found; ``at_least``: no policy is worth
    more."""

    value: Number | None
    at_least: bool
    why: str = ""

    @property
    def number(self) -> Number:
        """The value; a :class:`~stackexact.errors.LimitReached` where it was not found."""
        if self.value is None:
            raise LimitReached(self.why)
        return self.value

    @classmethod
    def of(cls, game: LearningGame, name: str | None, digits: int, time_limit: float | None) -> Target:
        """Solve for the target."""
        if isinstance(game, MarkovGame):
            known = ("quantal", "deterministic") if game.follower.discount == 0 else ("deterministic",)
        else:
            known = ("incentive-compatible",)
        concept = known[0] if name is None else name
        if concept not in known:
            raise UsageError(f"target: expected {' or '.join(known)}, found {shorten(name)}; leave it out")
        solution: Any = solve(cast(Any, game), [concept], digits=digits, time_limit=time_limit)
        if not solution[concept].cells:
            return cls(None, False, solution.notes[-1])
        return cls(solution[concept].cells[0].leader, concept == "quantal")


@dataclass(frozen=True, slots=True)
class End:
    """The end of a run alone."""

    run: LearningRun

    @property
    def rounds(self) -> tuple[int, ...]:
        return (self.run.horizon,)

    @property
    def horizon(self) -> int:
        return self.run.horizon


@dataclass(frozen=True)
class Book:
    """What announcements are worth, each valued once and until ``stop`` says otherwise, and what is made of that beside
    the ``target``."""

    valuer: Valuer
    target: Target
    stop: Callable[[], bool]
    worth: dict[Announcement, Ends] = field(default_factory=dict)
    broken: dict[Announcement, Ends] = field(default_factory=dict)

    def gap(self, announcement: Announcement) -> Ends:
        """V* - J."""
        if announcement not in self.worth:
            self._look_at(announcement)
            self.worth[announcement] = limits(self.valuer.value(announcement))
        (low, high), (least, most) = limits(self.target.number), self.worth[announcement]
        return low - most, high - least

    def size(self, announcement: Announcement) -> Ends:
        """|V* - J|."""
        low, high = self.gap(announcement)
        return max(low, -high, Fraction(0)), max(high, -low)

    def violation(self, announcement: Announcement) -> Ends:
        """TV(y, z)."""
        if announcement not in self.broken:
            self._look_at(announcement)
            self.broken[announcement] = limits(self.valuer.violation(announcement))
        return self.broken[announcement]

    def _look_at(self, announcement: Announcement) -> None:
        require_time(self.stop)
        self.valuer.require(announcement)

    def episode(self, measure: Measure) -> tuple[Callable[[Announcement], Ends], Ends]:
        """How an episode is measured, and between what that certainly lies."""
        if not measure.targeted:
            return self.violation, (Fraction(0), Fraction(1))
        (low, high), (least, most) = limits(self.target.number), self.valuer.range
        if measure.name == "absolute":
            return self.size, (Fraction(0), max(high - least, most - low))
        return self.gap, (Fraction(0) if self.target.at_least else low - most, high - least)

    def totals(self, run: LearningRun, amount: Callable[[Announcement], Ends]) -> tuple[Ends, ...]:
        """The sum over episodes, after each of the run's checkpoints."""
        every = [amount(one) for one in run.announcements]
        made, low, high = list[Ends](), Fraction(0), Fraction(0)
        for since in run.between:
            low += sum((times * every[number][0] for number, times in since.items()), Fraction(0))
            high += sum((times * every[number][1] for number, times in since.items()), Fraction(0))
            made.append((low, high))
        return tuple(made)


@dataclass(frozen=True, slots=True)
class Judging:
    """How means become intervals: by which method, with which error each; what is special about numbers of episodes is
    kept in ``remarks``."""

    options: Options
    how: Method
    alpha: float
    remarks: dict[str, list[int]] = field(default_factory=dict)

    def every(
        self, measures: Sequence[Measure], book: Book, places: Sequence[Sample[Any]], ends: Sequence[Sample[Any]]
    ) -> tuple[tuple[Series, ...], dict[str, str]]:
        """All that is measured, and why the rest was left out."""
        made, unknown = [], {}
        for measure in measures:
            try:
                made.append(self.series(measure, book, ends if measure.name == LEARNT else places))
            except LimitReached as limit:
                unknown[measure.name] = str(limit)
        return tuple(made), unknown

    def series(self, measure: Measure, book: Book, places: Sequence[Sample[Any]]) -> Series:
        """What is measured at each number of episodes."""
        amount, span = book.episode(measure)
        if measure.name == LEARNT:
            points = [self._point(place, [amount(one.run.learnt) for one, _ in place.runs], span) for place in places]
        else:
            sums = {id(run): book.totals(run, amount) for place in places for run, _ in place.runs}
            points = [
                self._point(
                    place,
                    [sums[id(run)][k] for run, k in place.runs],
                    (span[0] * place.rounds, span[1] * place.rounds),
                )
                for place in places
            ]
        heights = [point.height for point in points if point.used]
        target = book.target.number if measure.targeted else None
        grown = growth(heights, how=self.options.fit)
        return Series(LEADER, measure.name, target, tuple(points), grown, measure.title)

    def _point(self, place: Sample[Any], values: Sequence[Ends], span: Ends) -> Point:
        """Values of the runs, their mean, and the interval of its expectation: the lower end comes from the lower ends
        of the values, and holds for what they are at least; the upper end likewise."""
        low, high = span
        lower = Values(tuple(max(one, low) for one, _ in values), low, high)
        upper = Values(tuple(min(one, high) for _, one in values), low, high)
        found = interval(lower, self.alpha, self.how)
        above = found if upper.values == lower.values else interval(upper, self.alpha, self.how)
        if found.remark and place.used:
            self.remarks.setdefault(found.remark, []).append(place.rounds)
        every = tuple(map(_number, lower.values, upper.values))
        return Point(place.rounds, every, _number(lower.mean, upper.mean), found.lower, above.upper, place.used)


def _number(low: Fraction, high: Fraction) -> Number:
    return low if low == high else Enclosure(low, high)
