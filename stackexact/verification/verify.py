"""``verify``: a trace and a game to exact regrets, their growth, and verdicts on claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import ExpressionError, MissingLibrary, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.records import FrozenMapping
from stackexact.games.bimatrix import Game, Table
from stackexact.traces.trace import Trace
from stackexact.verification.claims import Claim, parse_claim
from stackexact.verification.growth import FITS, Fit, growth
from stackexact.verification.growth import fit as fit_of
from stackexact.verification.intervals import DEFAULT, Method, Values, interval
from stackexact.verification.intervals import method as method_of
from stackexact.verification.judging import Judgement, judge
from stackexact.verification.matching import matched
from stackexact.verification.regret import run_range, totals
from stackexact.verification.result import Form, FormCell, Point, Series, Verification
from stackexact.verification.samples import DECADES, Basis, Sample, samples
from stackexact.verification.targets import AGENTS, BENCHMARKS, Target, targets

__all__ = ["CONFIDENCE", "MARGIN", "verify"]

CONFIDENCE: Final = Fraction(99, 100)
MARGIN: Final = Fraction(1, 20)

_RAREST: Final = 1e-290
"""The smallest probability that the quantiles are asked for; floats end soon below it."""


def verify(
    game: Game,
    trace: Trace,
    claims: Sequence[str | Claim] = (),
    *,
    tolerance: object = None,
    at: Mapping[str, object] | None = None,
    assuming: Sequence[str] = (),
    confidence: object = CONFIDENCE,
    margin: object = MARGIN,
    method: str | None = None,
    fit: str = FITS[0].name,
    decades: object = DECADES,
    time_limit: float | None = None,
) -> Verification:
    """Measure the regret of both agents in a trace against the benchmarks of a game, and judge claims about it.

    Regret is exact. Its mean over runs carries a confidence interval by ``method`` (``student``, ``plain-student``,
    ``bootstrap``, ``betting``, ``hoeffding``, ``deterministic``); without a name that is ``deterministic`` where the
    trace says that nothing was random, else ``student``. All intervals used hold at once with probability
    ``confidence``. Growth is read off the numbers of rounds within so many ``decades`` of the largest, by ``fit``, and
    claims about rates are granted ``margin`` on the exponent. ``at`` are values of parameters; those of the trace are
    known. ``assuming`` are further relations, and ``time_limit`` (seconds) one for the closed forms.

    Raises :class:`~stackexact.errors.UsageError` for claims and options that cannot be meant and
    :class:`~stackexact.errors.InputError` for a trace of another game, or of other values of its parameters.

    >>> import numpy as np, stackexact as sx
    >>> from stackexact.traces.trace import Run, Trace
    >>> game = sx.instance("explore-then-commit")
    >>> def run(number, rounds):  # explores for 40 rounds, then plays (a2, b1)
    ...     return Run(number, (rounds,), np.array([[[10, 10], [rounds - 30, 10]]]))
    >>> trace = Trace(game.actions, tuple(run(k, 100 * 10**k) for k in range(1, 4)))
    >>> found = verify(game, trace, ["both tolerant linear"], method="deterministic")
    >>> found.of("leader", "tolerant").points[-1].mean, found.verdict
    (Fraction(10003, 1), <Verdict.TRUE: 'true'>)
    """
    _require_types(game, trace)
    options = _Options.of(confidence, margin, fit, decades)
    read = _claims(claims)
    game = game if tolerance is None else game.with_tolerance(tolerance)
    match = matched(game, trace, at or {}, tuple(assuming))
    if read and match.there is None:
        missing = ", ".join(match.open.parameters)
        raise UsageError(f"claims: expected numbers for the parameters, found none for {missing}; give them with at")
    for claim in read:
        claim.require_names(tuple(match.values))
    names = _names(game, read)
    basis, places = samples(trace, options.decades)
    how = method_of(method) if method is not None else _usual(trace, places)
    plan = _Plan(places, how, options)
    series: tuple[Series, ...] = ()
    notes = [*trace.notes, *plan.notes(basis, read)]
    if match.there is not None:
        means = {agent: plan.means(getattr(match.there.payoffs, agent), notes) for agent in AGENTS}
        found = targets(match.there, names, time_limit=time_limit)
        series = tuple(plan.series(one, means[one.agent]) for one in found)
    forms = _forms(match.open, names, places, time_limit, notes, needed=match.there is None)
    return Verification(
        game=game,
        at=FrozenMapping(match.values),
        runs=len(trace.runs),
        basis=basis,
        confidence=options.confidence,
        margin=options.margin,
        method=how,
        fit=options.fit,
        intervals=plan.intervals,
        series=series,
        forms=forms,
        claims=_judged(read, series, options, match.values),
        notes=tuple(dict.fromkeys(notes)),
    )


def _require_types(game: object, trace: object) -> None:
    if not isinstance(game, Game):
        found = f"{type(game).__name__} {shorten(game)}"
        raise UsageError(f"game: expected a game, found {found}; make one with Game, read or instance")
    if not isinstance(trace, Trace):
        found = f"{type(trace).__name__} {shorten(trace)}"
        raise UsageError(f"trace: expected a trace, found {found}; make one with simulate or read_trace")


@dataclass(frozen=True, slots=True)
class _Options:
    """The options that are numbers or names, as they are meant."""

    confidence: Fraction
    margin: Fraction
    fit: Fit
    decades: Fraction

    @classmethod
    def of(cls, confidence: object, margin: object, fit: str, decades: object) -> _Options:
        made = cls(
            _number("confidence", confidence), _number("margin", margin), fit_of(fit), _number("decades", decades)
        )
        if not 0 < made.confidence < 1:
            raise UsageError(f"confidence: expected a number between 0 and 1, found {shorten(confidence)}; write 0.99")
        if made.margin < 0:
            raise UsageError(f"margin: expected a number of at least 0, found {shorten(margin)}; write 0.05")
        return made


def _number(name: str, value: object) -> Fraction:
    """A number; a float stands for its decimal text here, where nobody means the binary number next to it."""
    try:
        number = exact(value, floats="decimal")
    except ExpressionError as error:
        raise UsageError(f"{name}: {error}") from None
    if not isinstance(number, Fraction):
        raise UsageError(f"{name}: expected a number, found {shorten(number)}; write one")
    return number


def _claims(claims: Sequence[str | Claim]) -> tuple[Claim, ...]:
    if isinstance(claims, str | Claim):
        raise UsageError(f"claims: expected a list of claims, found one, {shorten(claims)}; put it into a list")
    return tuple(one if isinstance(one, Claim) else parse_claim(one) for one in claims)


def _names(game: Game, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The benchmarks that are usual and those that are claimed of."""
    claimed = {claim.benchmark for claim in claims}
    usual = {row.name for row in BENCHMARKS if row.usual and (game.tolerance is not None or not row.needs_tolerance)}
    return tuple(row.name for row in BENCHMARKS if row.name in claimed | usual)


def _usual(trace: Trace, places: Sequence[Sample]) -> Method:
    """``deterministic`` where the trace says that neither rewards nor learners were random, and its runs agree."""
    data = trace.metadata
    silent = data is not None and data.noise.get("kind") == "none"
    fixed = data is not None and data.leader.get("randomised") is False and data.follower.get("randomised") is False
    agree = all((place.counts == place.counts[0]).all() for place in places)
    return method_of("deterministic" if silent and fixed and agree else DEFAULT)


@dataclass(frozen=True, slots=True)
class _Mean:
    """What all runs earned by a number of rounds, with the sign of a regret, and the interval of its expectation."""

    place: Sample
    values: tuple[Fraction, ...]
    mean: Fraction
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True)
class _Plan:
    """How means are found: at which numbers of rounds, by which method, with which error each."""

    places: tuple[Sample, ...]
    how: Method
    options: _Options

    @property
    def intervals(self) -> int:
        """The intervals that must hold at once. Regrets against several benchmarks differ by constants, so that those
        of one agent are one interval each."""
        return len(AGENTS) * sum(place.used for place in self.places)

    @property
    def alpha(self) -> float:
        """The error of one interval (Bonferroni)."""
        alpha = float((1 - self.options.confidence) / self.intervals)
        if alpha < _RAREST:
            raise UsageError("confidence: expected at most 1 - 1e-280, found more; lower it")
        return alpha

    def means(self, table: Table, notes: list[str]) -> list[_Mean]:
        """The means of an agent with these payoffs; what is special about one is noted."""
        made, remarks = [], dict[str, list[int]]()
        for place in self.places:
            earned = [-Fraction(one) for one in _numbers(totals(place.counts, table))]
            low, high = run_range(table, place.rounds)
            values = Values(tuple(earned), -high, -low)
            found = interval(values, self.alpha, self.how)
            made.append(_Mean(place, values.values, values.mean, found.lower, found.upper))
            if found.remark and place.used:
                remarks.setdefault(found.remark, []).append(place.rounds)
        notes += (f"{remark} (T = {', '.join(map(str, rounds))})" for remark, rounds in remarks.items())
        return made

    def series(self, target: Target, means: Sequence[_Mean]) -> Series:
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

    def notes(self, basis: Basis, claims: Sequence[Claim]) -> Iterator[str]:
        """What the reader of a rate should know."""
        if claims and basis == "checkpoints":
            yield (
                "all runs have one horizon, so growth is along their checkpoints; of learners that are tuned to their"
                " horizon, rates speak of runs with several"
            )


def _numbers(values: Sequence[object]) -> Iterator[Fraction]:
    for value in values:
        assert isinstance(value, Fraction), "payoffs are numbers here"
        yield value


def _forms(
    game: Game,
    names: Sequence[str],
    places: Sequence[Sample],
    time_limit: float | None,
    notes: list[str],
    *,
    needed: bool,
) -> tuple[Form, ...]:
    """Mean regrets as closed forms in the parameters of a game that has some. Where numbers are known as well, a
    library that only the closed forms need may be missing."""
    if game.is_numeric:
        return ()
    try:
        found = targets(game, names, time_limit=time_limit)
    except MissingLibrary as error:
        if needed:
            raise
        notes.append(f"closed forms are left out: {error}")
        return ()
    used = [place for place in places if place.used]
    rounds = tuple(place.rounds for place in used)
    forms = []
    for target in found:
        earned = [totals(place.summed, getattr(game.payoffs, target.agent))[0] / len(place.runs) for place in used]
        cells = tuple(
            FormCell(cell.when, cell.value, tuple(cell.value * t - one for t, one in zip(rounds, earned, strict=True)))
            for cell in target.cells
        )
        forms.append(Form(target.agent, target.benchmark, rounds, cells, target.undecided))
        if target.undecided:
            notes.append(f"{target.benchmark}: the closed form is undecided in part")
    return tuple(forms)


def _judged(
    claims: Sequence[Claim], series: Sequence[Series], options: _Options, at: Mapping[str, Fraction]
) -> tuple[Judgement, ...]:
    heights = {(one.agent, one.benchmark): [point.height for point in one.used] for one in series}
    return tuple(
        judge(
            claim,
            {agent: heights[agent, claim.benchmark] for agent in claim.agents},
            margin=options.margin,
            at=at,
            how=options.fit,
        )
        for claim in claims
    )
