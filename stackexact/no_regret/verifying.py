"""Play of followers who learn beside what is exactly true of it, from its counts alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import LimitReached, UsageError, require_time, shorten
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.forms import Form, fixed_form
from stackexact.mechanisms.programs import Programs
from stackexact.no_regret.algorithms import algorithm_of
from stackexact.no_regret.arena import ranges
from stackexact.no_regret.bounds import Theory, theory_of
from stackexact.no_regret.counting import Ledger, Tally, mixture, purified
from stackexact.no_regret.distances import MOST, Polytope
from stackexact.no_regret.records import FollowerPlay, FollowerRun, require_game, require_play
from stackexact.no_regret.result import Bounded, Checkpoint, FollowerVerification, Level, Response, RunVerification
from stackexact.solving.workspace import deadline
from stackexact.traces.arguments import found as told_of
from stackexact.traces.arguments import number_named
from stackexact.verification.growth import FITS, Height, growth
from stackexact.verification.intervals import Method, Values, interval
from stackexact.verification.intervals import method as method_of
from stackexact.verification.means import error_of, told_at
from stackexact.verification.options import Options
from stackexact.verification.samples import DECADES, Sample, samples

__all__ = ["RESPONSES", "verify_followers"]

RESPONSES: Final = ("last_mixed", "last_deterministic", "empirical_average")
"""The responses in the order in which they are tried."""

_DISTANCES: Final = ("last", "all", "none")


def verify_followers(
    game: MechanismGame,
    play: FollowerPlay,
    *,
    confidence: object = "0.99",
    tolerance: object = "0.05",
    distance: str = "last",
    method: str = "student",
    fit: str = FITS[0].name,
    decades: object = DECADES,
    time_limit: float | None = None,
) -> FollowerVerification:
    """Measure what followers who learnt have played: regrets beside their bounds, and how far from equilibrium it is.

    All of it is computed from the counts, as fractions: for each run and checkpoint the external regret of every type
    of every follower, the gap to coarse correlated equilibrium under the **true** prior, the value to the designer
    beside the worst and the best of all equilibria, and (for ``distance`` "last", at the end; "all", everywhere) the
    distance to the nearest equilibrium. Bounds hold all at once with the ``confidence``; so do the intervals of mean
    gaps over the runs, by ``method``, from which the exponent of their growth is read, over so many ``decades`` of
    rounds. A response is taken where its gap is at most the ``tolerance``, in units of utility. ``time_limit`` is in
    seconds.

    Raises :class:`~stackexact.errors.UsageError` for games and options that cannot be meant,
    :class:`~stackexact.errors.InputError` for play in another game, and
    :class:`~stackexact.errors.LimitReached` where the time is over.

    >>> from stackexact.no_regret.playing import play_followers
    >>> worth = [[{"A": 1}, {"B": 1}], [{"B": 1}, {"A": 1}]]
    >>> game = MechanismGame(
    ...     {"A": {"actions": ["h", "t"]}, "B": {"actions": ["h", "t"]}},
    ...     {"pennies": {a: {b: {"valuations": worth[i][j]} for j, b in enumerate("ht")} for i, a in enumerate("ht")}},
    ...     objective="revenue")
    >>> found = verify_followers(game, play_followers(game, rounds=4096, runs=3, schedule="anytime"))
    >>> found.verdict, (found.worst, found.best), found.runs[0].points[-1].gap.size < 1/10
    (<Verdict.TRUE: 'true'>, (Fraction(0, 1), Fraction(0, 1)), True)
    """
    require_game(game)
    if not isinstance(play, FollowerPlay):
        raise UsageError(f"play: expected play of followers, found {told_of(play)}; make it with play_followers")
    options = Options.of(confidence, 0, fit, decades)
    most, how = number_named("tolerance", tolerance), method_of(method)
    if distance not in _DISTANCES:
        raise UsageError(f"distance: expected one of {', '.join(_DISTANCES)}, found {shorten(distance)}; write one")
    form = fixed_form(game)
    require_play(game, form, play)
    stop = deadline(time_limit)
    ends, large = _ends(form, stop)
    algorithm = algorithm_of(play.algorithm, play.settings)
    theory = theory_of(form, algorithm, options.confidence, len(play.runs) * len(play.checkpoints))
    polytope, notes = _polytope(form, distance)
    book = _Book(form, Ledger(form), theory, polytope, distance == "all", ends, most, stop)
    runs = tuple(book.run(run) for run in play.runs)
    levels, told = _levels(play, runs, form, how, options)
    return FollowerVerification(
        game,
        play,
        None if ends is None else ends[0],
        None if ends is None else ends[1],
        runs,
        levels,
        growth([Height(one.rounds, one.mean, one.lower, one.upper) for one in levels if one.used], how=options.fit),
        "" if theory is None else theory.formula,
        None if theory is None else theory.error,
        options.confidence,
        most,
        how,
        (*large, *notes, *told),
    )


def _ends(form: Form, stop: Callable[[], bool]) -> tuple[tuple[Fraction, Fraction] | None, tuple[str, ...]]:
    """What the worst and the best equilibrium are worth; or a note where the game is too large for these."""
    programs = Programs(form, Family.COARSE, stop)
    try:
        best, worst = programs.best(1), programs.best(-1)
    except LimitReached as limit:
        if stop():
            raise
        return None, (f"what equilibria are worth is left out: {limit}",)
    return (-worst.value / form.scale, best.value / form.scale), ()


def _polytope(form: Form, distance: str) -> tuple[Polytope | None, tuple[str, ...]]:
    """What distances are measured to, where they are wanted and the game is small enough; else a note."""
    if distance == "none":
        return None, ()
    made = Polytope(form)
    if made.size <= MOST:
        return made, ()
    told = f"the game has {made.size} profiles of strategies, and the nearest is sought among at most {MOST}"
    return None, (f"distances to equilibrium are left out: {told}",)


@dataclass(frozen=True)
class _Book:
    """What every run is measured with; ``ends`` are what the worst and the best equilibrium are worth."""

    form: Form
    ledger: Ledger
    theory: Theory | None
    polytope: Polytope | None
    everywhere: bool
    ends: tuple[Fraction, Fraction] | None
    tolerance: Fraction
    stop: Callable[[], bool]

    def run(self, run: FollowerRun) -> RunVerification:
        """One run."""
        strategies = {"last_mixed": run.last, "last_deterministic": purified(run.last)}
        mixed = [mixture(self.form, one) for one in strategies.values()]
        *before, end = self.ledger.tallies(run.counts)
        answers = [*self.ledger.tallies(mixed), end]
        responses = tuple(
            Response(name, tally.gap, tally.value) for name, tally in zip(RESPONSES, answers, strict=True)
        )
        chosen = next((one.name for one in responses if one.gap is not None and one.gap.size <= self.tolerance), None)
        points = tuple(
            self._point(rounds, tally, counts if self.everywhere or tally is end else None)
            for rounds, counts, tally in zip(run.rounds, run.counts, (*before, end), strict=True)
        )
        return RunVerification(run.number, points, responses, chosen)

    def _point(self, rounds: int, tally: Tally, counts: Sequence[Sequence[int]] | None) -> Checkpoint:
        """A checkpoint; the distance is measured where ``counts`` are given."""
        require_time(self.stop)
        theory = self.theory
        regrets = tuple(
            Bounded(one, None if theory is None else theory.bound(one.follower, one.type, one.rounds))
            for one in tally.regrets
        )
        value = tally.value
        outside = None
        if value is not None and self.ends is not None:
            outside = max(self.ends[0] - value, value - self.ends[1], Fraction(0))
        distance = None if self.polytope is None or counts is None else self.polytope.distance(counts)
        return Checkpoint(rounds, regrets, tally.gap, tally.average_regret, value, outside, distance)


def _levels(
    play: FollowerPlay, runs: Sequence[RunVerification], form: Form, how: Method, options: Options
) -> tuple[tuple[Level, ...], list[str]]:
    """Means over runs where all of them have a gap, and what is to be noted of them."""
    places = samples(play.runs, options.decades)[1]
    both = [(place, [run.points[k] for run, (_, k) in zip(runs, place.runs, strict=True)]) for place in places]
    known = [(place, points) for place, points in both if all(one.gap is not None for one in points)]
    left = [place for place, points in both if any(one.gap is None for one in points)]
    alpha = error_of(options.confidence, sum(place.used for place, _ in known))
    pairs = zip(ranges(form), form.utility_scales, strict=True)
    width = max(Fraction(high - low, scale) for (low, high), scale in pairs)
    remarks: dict[str, list[int]] = {}
    levels = tuple(_level(place, points, width, alpha, how, remarks) for place, points in known)
    notes = list(told_at(remarks))
    if left:
        rounds = ", ".join(str(place.rounds) for place in left)
        notes.append(f"no gap where some run has not met all types (T = {rounds})")
    return levels, notes


def _level(
    place: Sample[FollowerRun],
    points: Sequence[Checkpoint],
    width: Fraction,
    alpha: float,
    how: Method,
    remarks: dict[str, list[int]],
) -> Level:
    gaps = tuple(one.gap.size for one in points if one.gap is not None)
    values = Values(gaps, -width, width)
    found = interval(values, alpha, how)
    if found.remark and place.used:
        remarks.setdefault(found.remark, []).append(place.rounds)
    return Level(
        place.rounds,
        values.mean,
        found.lower,
        found.upper,
        _mean([one.average_regret for one in points]),
        _mean([_largest(one) for one in points]),
        _mean([one.value for one in points]),
        _mean([one.distance for one in points]),
        place.used,
    )


def _mean(values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if len(known) == len(values) else None


def _largest(point: Checkpoint) -> Fraction | None:
    """The largest bound on an average regret."""
    bounds = [one.bound / one.regret.rounds for one in point.regrets if one.bound is not None and one.regret.rounds]
    return max(bounds, default=None)
