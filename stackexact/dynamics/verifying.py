"""A play beside what is exactly true of it."""

from __future__ import annotations

from fractions import Fraction

from stackexact.dynamics.averages import costs, judged, mean_gains
from stackexact.dynamics.following import Followed, end, follows
from stackexact.dynamics.predictions import predicted, update
from stackexact.dynamics.records import Play
from stackexact.dynamics.targets import expected_costs
from stackexact.dynamics.verdicts import Check, PlayVerification
from stackexact.errors import UsageError
from stackexact.exact.relation import text_of
from stackexact.traces.arguments import found
from stackexact.verification.growth import FITS
from stackexact.verification.judging import Verdict
from stackexact.verification.options import Options

__all__ = ["verify_play"]

_ROUNDING = Fraction(1, 2**30)


def verify_play(play: Play, *, confidence: object = "0.99", margin: object = "0.05") -> PlayVerification:
    """Compare a play with the exact answers about its game.

    Best responses, and gradients without chance: whether the mean and the spread of followers go by their exact factors
    and whether they converge to the desired point, stay off it or leave it, as these say. Gaussian information: whether
    the costs of the leader and the average follower are those expected where all obey, after the play has settled
    (intervals of Student's t over the runs, which hold at once with this ``confidence``, and say ``true`` where they
    are at most ``margin`` of the target to either side); for gradients, whether the mean gain has its exact
    expectation. The verdict is ``true`` where every check is, ``false`` where one is, else ``undecided``.

    >>> from stackexact.dynamics.playing import play
    >>> from stackexact.games.lq_incentive import IncentiveGame
    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
    >>> print(verify_play(play(game, at={"N": 20}, rounds=50)))
    prediction: unstable
      alike: factor 19/5, unstable
      apart: factor -1/5, stable
    mean: expected factor 19/5, measured 3.800000 in [3.79..., 3.80...]: true
    spread: expected factor -1/5, measured 0.2000000 in [0.19..., 0.20...]: true
    end: expected to leave the desired point, measured ...: true
    verdict: true
    """
    if not isinstance(play, Play):
        raise UsageError(f"play: expected a play, found {found(play)}; make one with play or read_play")
    options = Options.of(confidence, margin, FITS[0].name, 0)
    plan = play.plan
    made, faced = plan.settled()
    if plan.dynamics.kind == "hold":
        checks = judged(costs(made, play), options.confidence, options.margin) if made.law else _silent(play)
        return PlayVerification(plan.game.sha256, plan, None, tuple(checks), options.confidence, options.margin)
    prediction = predicted(faced, plan.dynamics)
    told = Followed(plan, made, faced, update(faced, plan.dynamics), prediction)
    if made.law is not None and plan.dynamics.kind == "gradient":
        checks = [_away(told, play), *judged(mean_gains(made, prediction, play), options.confidence, options.margin)]
    else:
        modes = [mode for mode in prediction.modes if mode.name == "alike" or mode.factor is not None]
        checks = [*(follows(told, play, mode) for mode in modes), end(told, play)]
        if made.law is not None and prediction.stable:
            checks += judged(costs(made, play), options.confidence, options.margin)
    return PlayVerification(plan.game.sha256, plan, prediction, tuple(checks), options.confidence, options.margin)


def _silent(play: Play) -> list[Check]:
    """The costs of a game without chance where all obey, apart from rounding."""
    made, _ = play.plan.settled()
    checks = []
    for name, target in zip(("leader_cost", "follower_cost"), expected_costs(made), strict=True):
        values = [Fraction(getattr(point, name)) for track in play.tracks for point in track.points]
        worst = max(values, key=lambda value: abs(value - target))
        grain = _ROUNDING * (abs(target) + max(sum(map(abs, row)) for cost in made.costs for row in cost.hessian))
        verdict = Verdict.TRUE if abs(worst - target) <= grain else Verdict.FALSE
        checks.append(Check(name.replace("_", " "), text_of(target), verdict, target, worst))
    return checks


def _away(told: Followed, play: Play) -> Check:
    """Whether runs of drawn gradients leave the bound, or stay inside of it, as their expectations do."""
    gone = [track.number for track in play.tracks if track.diverged]
    if told.prediction.status == "unstable":
        verdict = Verdict.TRUE if len(gone) == len(play.tracks) else Verdict.UNDECIDED
        reason = "" if verdict is Verdict.TRUE else f"{len(gone)} of {len(play.tracks)} runs left the bound"
        return Check("end", "to leave the desired point", verdict, reason=reason)
    if gone:
        told_ = "expectations are stable, but what is drawn carries runs away; take a smaller step"
        return Check("end", "to stay within the bound", Verdict.UNDECIDED, reason=f"run {gone[0]} left it: {told_}")
    return Check("end", "to stay within the bound", Verdict.TRUE)
