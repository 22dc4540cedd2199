"""What ``verify`` returns: exact regrets with confidence intervals, closed forms, and verdicts; printable, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.enclosures import Number
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import Record
from stackexact.games.bimatrix import Game
from stackexact.games.markov import MarkovGame
from stackexact.games.recommendation import RecommendationGame
from stackexact.verification.growth import Fit, Growth, Height
from stackexact.verification.intervals import Method
from stackexact.verification.judging import Judgement, Verdict, together
from stackexact.verification.samples import Basis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Form", "FormCell", "Point", "Series", "Verification"]


@dataclass(frozen=True, slots=True, repr=False)
class Point(Record):
    """Pseudo-regrets after so many rounds, exact or enclosed: ``values`` run by run, their ``mean``, and the interval
    from ``lower`` to ``upper`` in which their expectation lies. ``used``: whether claims are judged by it."""

    rounds: int
    values: tuple[Number, ...]
    mean: Number
    lower: Fraction
    upper: Fraction
    used: bool

    @property
    def height(self) -> Height:
        """The point without its runs."""
        return Height(self.rounds, self.mean, self.lower, self.upper)


@dataclass(frozen=True, slots=True, repr=False)
class Series(Record):
    """The regret of an agent against a benchmark, whose value per round is ``target``: points with increasing numbers
    of rounds, and the growth along those that are used. What is measured of a learning run is no regret always, and has
    a ``title``; what it is measured against may be nothing."""

    agent: str
    benchmark: str
    target: Number | None
    points: tuple[Point, ...]
    growth: Growth
    title: str = ""

    @property
    def used(self) -> tuple[Point, ...]:
        """The points that claims are judged by."""
        return tuple(point for point in self.points if point.used)


@dataclass(frozen=True, slots=True, repr=False)
class FormCell(Record):
    """Where all relations of ``when`` hold: the benchmark, and the mean regret of the counts in the trace after each of
    the ``rounds`` of the form."""

    when: tuple[str, ...]
    target: Exact
    means: tuple[Exact, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Form(Record):
    """The mean regret of an agent as a closed form in the parameters: of these counts, whatever the parameters are."""

    agent: str
    benchmark: str
    rounds: tuple[int, ...]
    cells: tuple[FormCell, ...]
    undecided: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """A trace, or runs of a learner, judged by the exact targets of a game.

    With a probability of at least ``confidence`` every interval of the points used holds its expectation, and then
    every verdict that is not *undecided* is right, if the assumption of the ``method`` holds. ``intervals`` is the
    number of intervals among which the error was divided (Bonferroni). ``at`` are the parameters' values; where
    one has none, only ``forms`` are known. ``basis`` and ``fit`` say what growth was read off, ``margin`` what is
    granted to it. ``unknown`` are benchmarks that a limit left without a value, and so without regrets.
    """

    game: Game | MarkovGame | RecommendationGame
    at: Mapping[str, Fraction]
    runs: int
    basis: Basis
    confidence: Fraction
    margin: Fraction
    method: Method
    fit: Fit
    intervals: int
    series: tuple[Series, ...]
    forms: tuple[Form, ...]
    claims: tuple[Judgement, ...]
    notes: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict on all claims together; true where there are none."""
        return together([one.verdict for one in self.claims])

    @property
    def tolerance(self) -> Exact | None:
        """The tolerance of the game, if it has one."""
        return self.game.tolerance if isinstance(self.game, Game) else None

    @property
    def unit(self) -> str:
        """What a run consists of: rounds, or episodes."""
        return "round" if isinstance(self.game, Game) else "episode"

    @property
    def complete(self) -> bool:
        """Whether no limit left a benchmark unknown, or a closed form undecided in part."""
        return not self.unknown and not any(form.undecided for form in self.forms)

    def of(self, agent: str, benchmark: str) -> Series:
        """The series of an agent against a benchmark."""
        for one in self.series:
            if (one.agent, one.benchmark) == (agent, benchmark):
                return one
        known = ", ".join(f"{one.agent} {one.benchmark}" for one in self.series) or "nothing"
        raise UsageError(f"series: expected one of {known}, found {shorten(f'{agent} {benchmark}')}")

    def document(self) -> dict[str, Any]:
        """The verification as a JSON object (schema ``verification``); every number is a text."""
        from stackexact.verification.writing import document

        return document(self)

    def plot(self, *, ax: Any = None, series: Sequence[tuple[str, str]] | None = None) -> Axes:
        """Draw mean regrets over numbers of rounds on logarithmic scales, with their intervals and the rates claimed.

        ``series`` are pairs of agent and benchmark; without them all that claims speak of, or all. Returns
        matplotlib's ``Axes``; needs matplotlib (``pip install 'stackexact[plot]'``).
        """
        from stackexact.verification.plotting import plot

        return plot(self, ax=ax, series=series)

    def __str__(self) -> str:
        from stackexact.verification.display import text

        return text(self)

    def __repr__(self) -> str:
        claims = ", ".join(f"{one.claim}: {one.verdict}" for one in self.claims) or "no claims"
        return f"<Verification of {self.runs} runs of {self.game!r}: {claims}>"

    def _repr_html_(self) -> str:
        from stackexact.verification.display import html

        return html(self)
