"""Runs of learners beside the exact target of their game: regrets as intervals, and claims about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias, cast

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.enclosures import Enclosure, Number, limits
from stackexact.exact.records import FrozenMapping
from stackexact.games.markov import MarkovGame
from stackexact.learning.records import Log
from stackexact.learning.runs import Announcement, LearningGame, LearningRun, LearningTrace, require_game
from stackexact.learning.valuing import Valuer, valuer
from stackexact.solving.solve import solve
from stackexact.verification.claims import Claim
from stackexact.verification.growth import FITS, growth
from stackexact.verification.intervals import DEFAULT, Method, Values, interval
from stackexact.verification.intervals import method as method_of
from stackexact.verification.judging import judge
from stackexact.verification.matching import Mismatch
from stackexact.verification.means import error_of, told_at
from stackexact.verification.options import Options, read_claims
from stackexact.verification.remarks import about_horizons
from stackexact.verification.result import Point, Series, Verification
from stackexact.verification.samples import DECADES, Sample, samples
from stackexact.verification.targets import MEASURES, Measure
from stackexact.verification.verify import CONFIDENCE, MARGIN

__all__ = ["verify_learning"]

_DIGITS: Final = 30
_LEADER: Final = "leader"
_LEARNT: Final = "suboptimality"

Ends: TypeAlias = tuple[Fraction, Fraction]


def verify_learning(
    game: LearningGame,
    runs: LearningTrace | Log | Sequence[Log],
    claims: Sequence[str | Claim] = (),
    *,
    target: str | None = None,
    confidence: object = CONFIDENCE,
    margin: object = MARGIN,
    method: str | None = None,
    fit: str = FITS[0].name,
    decades: object = DECADES,
    digits: int = _DIGITS,
    time_limit: float | None = None,
) -> Verification:
    """Measure what runs of a learner fall short of the exact target of their game, and judge claims about it.

    Every policy that was announced is valued under the game's own follower, exactly or enclosed to ``digits``, and so
    is the target: that of the concept ``target``, by default ``quantal`` (``deterministic`` where the follower looks
    ahead), in games of kind ``recommendation`` ``incentive-compatible``. So a regret is a number, or an interval that
    holds it. ``standard`` is Σ_t (V* − J(π_t)), ``absolute`` Σ_t |V* − J(π_t)|, ``violation``
    Σ_t TV(y_t, z(x_t, y_t)), and ``suboptimality`` V* − J of what was learnt from all episodes. Claims speak of the
    leader: ``leader standard rate <= T^(1/2)``, ``leader suboptimality rate <= T^(-1/2)``. Of offline algorithms the
    last is measured, of others the rest, and what claims name. The other arguments are those of
    :func:`~stackexact.verification.verify.verify`.

    Raises :class:`~stackexact.errors.UsageError` for claims and options that cannot be meant, and
    :class:`~stackexact.errors.InputError` for runs in another game, and for announcements that do not fit it.

    >>> import stackexact as sx
    >>> game = sx.instance("punished-response")
    >>> runs = sx.learn_runs(game, "mle-ovi", episodes=2000, runs=3)
    >>> found = verify_learning(game, runs, ["leader standard sublinear"], method="student")
    >>> found.of("leader", "standard").target, len(found.of("leader", "standard").points[-1].values)
    (Fraction(3, 4), 3)
    """
    require_game(game)
    options = Options.of(confidence, margin, fit, decades)
    read = read_claims(claims)
    known = [row for row in MEASURES if game.kind in row.kinds]
    for claim in read:
        claim.require(game.kind, [row.name for row in known], (_LEADER,))
        claim.require_names(())
    trace = runs if isinstance(runs, LearningTrace) else LearningTrace.of(game, runs)
    if trace.game != game.sha256:
        told = f"expected runs in this game (sha256 {game.sha256[:12]}…), found some in another ({trace.game[:12]}…)"
        raise Mismatch(f"{told}; give the game that they were made in, with the same numbers")
    claimed = {claim.benchmark for claim in read}
    rows = [row for row in known if row.name in claimed or (row.name == _LEARNT) == trace.offline]
    how = method_of(DEFAULT if method is None else method)
    found, concept = _target(game, target, digits, time_limit)
    basis, places = samples(trace.runs, options.decades)
    ends = samples([_End(run) for run in trace.runs], options.decades)[1]
    if all(row.name == _LEARNT for row in rows):
        basis = "horizons"  # what was learnt at the end tells nothing of checkpoints
    chosen = [row for row in rows if not row.targeted or found is not None]
    intervals = sum(place.used for row in chosen for place in (ends if row.name == _LEARNT else places))
    judging = _Judging(options, how, error_of(options.confidence, intervals))
    book = _Book(valuer(game, digits), found, at_least=isinstance(game, MarkovGame) and concept == "quantal")
    series = tuple(judging.series(row, book, ends if row.name == _LEARNT else places) for row in chosen)
    notes = list(told_at(judging.remarks))
    unknown = tuple(row.name for row in rows if row not in chosen)
    if unknown:
        notes.append(f"{concept}: left out, its value was not found within the time limit; raise it")
    notes += about_horizons(trace.horizons, basis, bool(read))
    heights = {one.benchmark: [point.height for point in one.used] for one in series}
    judged = tuple(
        judge(
            claim,
            {_LEADER: heights[claim.benchmark]} if claim.benchmark in heights else {},
            margin=options.margin,
            at={},
            how=options.fit,
        )
        for claim in read
    )
    return Verification(
        game=game,
        at=FrozenMapping({}),
        runs=len(trace.runs),
        basis=basis,
        confidence=options.confidence,
        margin=options.margin,
        method=how,
        fit=options.fit,
        intervals=intervals,
        series=series,
        forms=(),
        claims=judged,
        notes=tuple(dict.fromkeys(notes)),
        unknown=unknown,
    )


def _target(game: LearningGame, name: str | None, digits: int, time_limit: float | None) -> tuple[Number | None, str]:
    """What the leader could get in an episode by a concept, if it is found in time; and the concept."""
    if isinstance(game, MarkovGame):
        known = ("quantal", "deterministic") if game.follower.discount == 0 else ("deterministic",)
    else:
        known = ("incentive-compatible",)
    concept = known[0] if name is None else name
    if concept not in known:
        raise UsageError(f"target: expected {' or '.join(known)}, found {shorten(name)}; leave it out")
    try:
        cells: Any = solve(cast(Any, game), [concept], digits=digits, time_limit=time_limit)[concept].cells
    except LimitReached:
        return None, concept
    return (cells[0].leader, concept) if cells else (None, concept)


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a run alone."""

    run: LearningRun

    @property
    def rounds(self) -> tuple[int, ...]:
        return (self.run.horizon,)

    @property
    def horizon(self) -> int:
        return self.run.horizon


@dataclass(frozen=True)
class _Book:
    """What announcements are worth, each valued once, and what is made of that beside the ``target``. ``at_least``: no
    announcement is worth more."""

    valuer: Valuer
    target: Number | None
    at_least: bool
    worth: dict[Announcement, Ends] = field(default_factory=dict)
    broken: dict[Announcement, Ends] = field(default_factory=dict)

    def gap(self, announcement: Announcement) -> Ends:
        """V* - J."""
        assert self.target is not None
        if announcement not in self.worth:
            self.valuer.require(announcement)
            self.worth[announcement] = limits(self.valuer.value(announcement))
        (low, high), (least, most) = limits(self.target), self.worth[announcement]
        return low - most, high - least

    def size(self, announcement: Announcement) -> Ends:
        """|V* - J|."""
        low, high = self.gap(announcement)
        return max(low, -high, Fraction(0)), max(high, -low)

    def violation(self, announcement: Announcement) -> Ends:
        """TV(y, z)."""
        if announcement not in self.broken:
            self.valuer.require(announcement)
            self.broken[announcement] = limits(self.valuer.violation(announcement))
        return self.broken[announcement]

    def episode(self, measure: Measure) -> tuple[Callable[[Announcement], Ends], Ends]:
        """How an episode is measured, and between what that certainly lies."""
        if not measure.targeted:
            return self.violation, (Fraction(0), Fraction(1))
        assert self.target is not None
        (low, high), (least, most) = limits(self.target), self.valuer.range
        if measure.name == "absolute":
            return self.size, (Fraction(0), max(high - least, most - low))
        return self.gap, (Fraction(0) if self.at_least else low - most, high - least)

    def totals(self, run: LearningRun, amount: Callable[[Announcement], Ends]) -> tuple[Ends, ...]:
        """The sum over episodes, after each of the run's checkpoints."""
        every = [amount(one) for one in run.announcements]
        return tuple(
            (
                sum((times * every[number][0] for number, times in played.items()), Fraction(0)),
                sum((times * every[number][1] for number, times in played.items()), Fraction(0)),
            )
            for played in run.played
        )


@dataclass(frozen=True, slots=True)
class _Judging:
    """How means become intervals: by which method, with which error each; what is special about numbers of episodes is
    kept in ``remarks``."""

    options: Options
    how: Method
    alpha: float
    remarks: dict[str, list[int]] = field(default_factory=dict)

    def series(self, measure: Measure, book: _Book, places: Sequence[Sample[Any]]) -> Series:
        """What is measured at each number of episodes."""
        amount, span = book.episode(measure)
        if measure.name == _LEARNT:
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
        target = book.target if measure.targeted else None
        grown = growth(heights, how=self.options.fit)
        return Series(_LEADER, measure.name, target, tuple(points), grown, measure.title)

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
