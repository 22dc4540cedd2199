"""Runs of learners beside the exact target of their game: regrets as intervals, and claims about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackexact.exact.records import FrozenMapping
from stackexact.learning.measuring import LEADER, LEARNT, Book, End, Judging, Target
from stackexact.learning.records import Log
from stackexact.learning.runs import LearningGame, LearningTrace, require_game
from stackexact.learning.valuing import valuer
from stackexact.solving.workspace import deadline
from stackexact.verification.claims import Claim
from stackexact.verification.growth import FITS
from stackexact.verification.intervals import DEFAULT
from stackexact.verification.intervals import method as method_of
from stackexact.verification.judging import judge
from stackexact.verification.matching import Mismatch
from stackexact.verification.means import error_of, told_at
from stackexact.verification.options import Options, read_claims
from stackexact.verification.remarks import about_horizons
from stackexact.verification.result import Verification
from stackexact.verification.samples import DECADES, samples
from stackexact.verification.targets import MEASURES
from stackexact.verification.verify import CONFIDENCE, MARGIN

__all__ = ["verify_learning"]

_DIGITS: Final = 30


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
        claim.require(game.kind, [row.name for row in known], (LEADER,))
        claim.require_names(())
    trace = runs if isinstance(runs, LearningTrace) else LearningTrace.of(game, runs)
    if trace.game != game.sha256:
        told = f"expected runs in this game (sha256 {game.sha256[:12]}…), found some in another ({trace.game[:12]}…)"
        raise Mismatch(f"{told}; give the game that they were made in, with the same numbers")
    claimed = {claim.benchmark for claim in read}
    rows = [row for row in known if row.name in claimed or (row.name == LEARNT) == trace.offline]
    how = method_of(DEFAULT if method is None else method)
    found = Target.of(game, target, digits, time_limit)
    basis, places = samples(trace.runs, options.decades)
    ends = samples([End(run) for run in trace.runs], options.decades)[1]
    if all(row.name == LEARNT for row in rows):
        basis = "horizons"  # what was learnt at the end tells nothing of checkpoints
    able = [row for row in rows if not row.targeted or found.value is not None]
    intervals = sum(place.used for row in able for place in (ends if row.name == LEARNT else places))
    judging = Judging(options, how, error_of(options.confidence, intervals))
    book = Book(valuer(game, digits), found, deadline(time_limit))
    series, unknown = judging.every(rows, book, places, ends)
    notes = [*told_at(judging.remarks), *(f"{name}: left out: {why}" for name, why in unknown.items())]
    notes += about_horizons(trace.horizons, basis, bool(read))
    heights = {one.benchmark: [point.height for point in one.used] for one in series}
    judged = tuple(
        judge(
            claim,
            {LEADER: heights[claim.benchmark]} if claim.benchmark in heights else {},
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
        unknown=tuple(unknown),
    )
