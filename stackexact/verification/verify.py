"""``verify``: a trace and a game to exact regrets, their growth, and verdicts on claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from stackexact.errors import MissingLibrary, UsageError
from stackexact.exact.records import FrozenMapping
from stackexact.games.bimatrix import Game
from stackexact.traces.trace import Run, Trace
from stackexact.verification.claims import Claim
from stackexact.verification.growth import FITS
from stackexact.verification.intervals import DEFAULT, Method
from stackexact.verification.intervals import method as method_of
from stackexact.verification.judging import Judgement, judge
from stackexact.verification.matching import matched
from stackexact.verification.means import Plan
from stackexact.verification.options import Options, read_claims, require_types
from stackexact.verification.regret import totals
from stackexact.verification.remarks import remarks
from stackexact.verification.result import Form, FormCell, Series, Verification
from stackexact.verification.samples import DECADES, Sample, counts_at, samples, summed_at
from stackexact.verification.targets import AGENTS, BENCHMARKS, targets

__all__ = ["CONFIDENCE", "MARGIN", "verify"]

CONFIDENCE: Final = Fraction(99, 100)
MARGIN: Final = Fraction(1, 20)


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

    Regret is exact. Its mean over runs carries a confidence interval by ``method`` (``betting``, ``hoeffding``,
    ``student``, ``bootstrap``, ``deterministic``); without a name that is ``deterministic`` where the trace says that
    nothing was random, else ``betting``, which assumes nothing but independent runs. All intervals used hold at once
    with probability ``confidence``. Growth is read off the numbers of rounds within so many ``decades`` of the largest,
    by ``fit``, and claims about rates are granted ``margin`` on the exponent. ``at`` are values of parameters; those of
    the trace are known. ``assuming`` are further relations, ``time_limit`` (seconds) is for each benchmark; what it
    leaves open is left out, and claims about it are undecided.

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
    require_types(game, trace, assuming, time_limit)
    options = Options.of(confidence, margin, fit, decades)
    read = read_claims(claims)
    game = game if tolerance is None else game.with_tolerance(tolerance)
    match = matched(game, trace, {} if at is None else at, tuple(assuming))
    if read and match.there is None:
        missing = ", ".join(match.open.parameters)
        raise UsageError(f"claims: expected numbers for the parameters, found none for {missing}; give them with at")
    for claim in read:
        claim.require(game.kind, [row.name for row in BENCHMARKS], (*AGENTS, "both", "either"))
        claim.require_names(tuple(match.values))
    names = _names(game, read)
    basis, places = samples(trace.runs, options.decades)
    how = method_of(method) if method is not None else _usual(trace, places)
    plan = Plan(places, how, options)
    series: tuple[Series, ...] = ()
    unknown: tuple[str, ...] = ()
    notes = list(remarks(trace, basis, places, read))
    if match.there is not None:
        means = {agent: plan.means(getattr(match.there.payoffs, agent), notes) for agent in AGENTS}
        found = targets(match.there, names, time_limit=time_limit)
        series = tuple(plan.series(one, means[one.agent]) for one in found if one.cells)
        unknown = tuple(dict.fromkeys(one.benchmark for one in found if not one.cells))
        notes += (f"{name}: left out, its value was not found within the time limit; raise it" for name in unknown)
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
        unknown=unknown,
    )


def _names(game: Game, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The benchmarks that are usual and those that are claimed of."""
    claimed = {claim.benchmark for claim in claims}
    usual = {row.name for row in BENCHMARKS if row.usual and (game.tolerance is not None or not row.needs_tolerance)}
    return tuple(row.name for row in BENCHMARKS if row.name in claimed | usual)


def _usual(trace: Trace, places: Sequence[Sample[Run]]) -> Method:
    """``deterministic`` where the trace says that neither rewards nor learners were random, and its runs agree."""
    data = trace.metadata
    silent = data is not None and data.noise.get("kind") == "none"
    fixed = data is not None and data.leader.get("randomised") is False and data.follower.get("randomised") is False
    agree = all((counts == counts[0]).all() for counts in map(counts_at, places))
    return method_of("deterministic" if silent and fixed and agree else DEFAULT)


def _forms(
    game: Game,
    names: Sequence[str],
    places: Sequence[Sample[Run]],
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
        earned = [totals(summed_at(place), getattr(game.payoffs, target.agent))[0] / len(place.runs) for place in used]
        cells = tuple(
            FormCell(cell.when, cell.value, tuple(cell.value * t - one for t, one in zip(rounds, earned, strict=True)))
            for cell in target.cells
        )
        forms.append(Form(target.agent, target.benchmark, rounds, cells, target.undecided))
        if target.undecided:
            notes.append(f"{target.benchmark}: the closed form is undecided in part")
    return tuple(forms)


def _judged(
    claims: Sequence[Claim], series: Sequence[Series], options: Options, at: Mapping[str, Fraction]
) -> tuple[Judgement, ...]:
    heights = {(one.agent, one.benchmark): [point.height for point in one.used] for one in series}
    return tuple(
        judge(
            claim,
            {agent: heights[agent, claim.benchmark] for agent in claim.agents if (agent, claim.benchmark) in heights},
            margin=options.margin,
            at=at,
            how=options.fit,
        )
        for claim in claims
    )
