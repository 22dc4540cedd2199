"""What is said of play, for people and as JSON: regrets, gaps, values and distances, run by run, and their growth."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.records import Record
from stackexact.games.mechanism import MechanismGame
from stackexact.no_regret.counting import Gain, Regret
from stackexact.no_regret.records import FollowerPlay
from stackexact.verification.growth import Growth
from stackexact.verification.intervals import Method
from stackexact.verification.judging import Verdict, together

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Bounded", "Checkpoint", "FollowerVerification", "Level", "Response", "RunVerification"]


@dataclass(frozen=True, slots=True, repr=False)
class Bounded(Record):
    """The regret of a type of a follower, and what theory says that it is at most (``None`` where it says nothing)."""

    regret: Regret
    bound: Fraction | None

    @property
    def verdict(self) -> Verdict:
        """Whether it is under its bound; undecided without one."""
        if self.bound is None:
            return Verdict.UNDECIDED
        return Verdict.TRUE if self.regret.total <= self.bound else Verdict.FALSE


@dataclass(frozen=True, slots=True, repr=False)
class Checkpoint(Record):
    """A run after so many rounds; all of it follows from the counts.

    ``regrets`` are those of every type that can occur. ``gap`` is the largest gain from a deviation of a type, profiles
    of types weighted by their true chances (at most 0 in an equilibrium), ``average_regret`` the same with types as
    often as they were drawn. ``value`` is what the designer expects of such play, ``outside`` by how much that lies
    outside of what equilibria are worth, ``distance`` the total variation to the nearest equilibrium. What is not known
    is ``None``: where some type, or profile of types, was never drawn; distances also of games that are too large, or
    where they were not asked for.
    """

    rounds: int
    regrets: tuple[Bounded, ...]
    gap: Gain | None
    average_regret: Fraction | None
    value: Fraction | None
    outside: Fraction | None
    distance: Fraction | None

    @property
    def verdict(self) -> Verdict:
        """Whether all regrets are under their bounds."""
        return together([one.verdict for one in self.regrets])


@dataclass(frozen=True, slots=True, repr=False)
class Response(Record):
    """How followers may respond after they have learnt: ``last_mixed``, each type by its last strategy;
    ``last_deterministic``, by the likeliest action of that; ``empirical_average``, as all of them have played so far.
    ``gap`` and ``value`` are as at a checkpoint."""

    name: str
    gap: Gain | None
    value: Fraction | None


@dataclass(frozen=True, slots=True, repr=False)
class RunVerification(Record):
    """One run: its checkpoints, the responses that it ends with, and which of these is taken: the first whose gap is at
    most the tolerance (``None`` where none is)."""

    number: int
    points: tuple[Checkpoint, ...]
    responses: tuple[Response, ...]
    chosen: str | None

    @property
    def verdict(self) -> Verdict:
        """Whether all regrets at all checkpoints are under their bounds."""
        return together([point.verdict for point in self.points])

    def response(self, name: str) -> Response:
        """The response of a name."""
        for one in self.responses:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.responses)
        raise UsageError(f"response: expected one of {known}, found {shorten(name)}")


@dataclass(frozen=True, slots=True, repr=False)
class Level(Record):
    """What all runs have on average after so many rounds: the ``mean`` gap, exact, the interval from ``lower`` to
    ``upper`` in which its expectation lies, and the means of the rest, where all runs know it. ``used``: whether growth
    is read off it."""

    rounds: int
    mean: Fraction
    lower: Fraction
    upper: Fraction
    average_regret: Fraction | None
    bound: Fraction | None
    value: Fraction | None
    distance: Fraction | None
    used: bool


@dataclass(frozen=True, slots=True)
class FollowerVerification:
    """Play, judged by exact arithmetic on its counts.

    ``worst`` and ``best`` are what coarse correlated equilibria are worth to the designer (``None`` of games that are
    too large). ``formula`` is the bound on
    regrets (empty where there is none), which hold all at once with the ``confidence``; with the same, all intervals of
    the ``levels`` used do, if the assumption of the ``method`` holds. ``growth`` is the exponent s of gap ~ T^s.
    """

    game: MechanismGame
    play: FollowerPlay
    worst: Fraction | None
    best: Fraction | None
    runs: tuple[RunVerification, ...]
    levels: tuple[Level, ...]
    growth: Growth
    formula: str
    error: Fraction | None
    confidence: Fraction
    tolerance: Fraction
    method: Method
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether every regret of every run is under its bound; undecided for algorithms without one."""
        return together([run.verdict for run in self.runs])

    def names(self, follower: int, type_: int) -> tuple[str, str]:
        """How a follower and its type are called; the latter is empty where it has none."""
        one = self.game.followers[follower]
        return one.name, one.types[type_] if one.types else ""

    def chosen(self) -> dict[str, int]:
        """How many runs take which response; ``none`` where none has a gap within the tolerance."""
        made: dict[str, int] = {}
        for run in self.runs:
            name = run.chosen or "none"
            made[name] = made.get(name, 0) + 1
        return made

    def document(self) -> dict[str, Any]:
        """The verification as a JSON object; every number is a text."""
        from stackexact.no_regret.writing import document

        return document(self)

    def plot(self, what: str = "gap", *, ax: Any = None) -> Axes:
        """Draw the ``gap`` over rounds on logarithmic scales, with regrets and their bound, or the ``value`` with what
        equilibria are worth. Returns matplotlib's ``Axes``; needs matplotlib (``pip install 'stackexact[plot]'``)."""
        from stackexact.no_regret.plotting import plot

        return plot(self, what, ax=ax)

    def __str__(self) -> str:
        from stackexact.no_regret.display import text

        return text(self)

    def __repr__(self) -> str:
        return f"<FollowerVerification of {self.play!r}: regret under its bound: {self.verdict}>"

    def _repr_html_(self) -> str:
        from stackexact.no_regret.display import html

        return html(self)
