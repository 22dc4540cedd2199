"""Whether averages of what was drawn are what is exactly expected, by intervals of means over independent runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.dynamics.announced import Announced
from stackexact.dynamics.predictions import Prediction
from stackexact.dynamics.records import Play, Track
from stackexact.dynamics.targets import Ball, expected_costs, led
from stackexact.dynamics.verdicts import Check
from stackexact.exact.relation import text_of
from stackexact.verification.intervals import Values, method
from stackexact.verification.judging import Verdict

__all__ = ["Average", "costs", "judged", "mean_gains"]

_SETTLED: Final = Fraction(1, 2**20)
"""Gains so near to the desired one, relative to it and to the start, cost the square of that more at most."""


@dataclass(frozen=True, slots=True)
class Average:
    """A mean over runs that has an exact expectation: its name, that (as an enclosure, and in words), one value for
    every run, and what its precision is measured by; or the reason why there are no values."""

    name: str
    expected: str
    target: Ball
    values: tuple[Fraction, ...]
    scale: Fraction
    reason: str = ""


def costs(made: Announced, play: Play) -> list[Average]:
    """The costs of the leader and the average follower after the gains have settled, run by run."""
    found, reason = [], ""
    for track in play.tracks:
        settled = _after(made, track)
        if settled is None:
            reason = f"run {track.number} has no rounds after its gains settled; play more rounds"
            break
        found.append(settled)
    return [
        Average(
            name,
            text_of(target),
            (target, target),
            tuple(one[place] for one in found) if not reason else (),
            abs(target),
            reason,
        )
        for place, (name, target) in enumerate(zip(("leader cost", "follower cost"), expected_costs(made), strict=True))
    ]


def _after(made: Announced, track: Track) -> tuple[Fraction, Fraction] | None:
    """Average costs over the rounds after the checkpoint from which on all gains are as desired, nearly."""
    near = _SETTLED * (abs(made.desired[0]) + Fraction(track.points[0].distance))
    first = next(
        (k for k in range(len(track.points)) if all(Fraction(one.distance) <= near for one in track.points[k:])), None
    )
    if first is None:
        return None
    # The averages of a checkpoint are of the rounds since the one before, in which gains were as they were there.
    points = track.points[first + 1 :] if first else track.points
    before = track.points[first].round if first else 0
    rounds = track.points[-1].round - before
    if not rounds:
        return None
    totals = [Fraction(0), Fraction(0)]
    for point in points:
        length = point.round - before
        totals[0] += Fraction(point.leader_cost) * length
        totals[1] += Fraction(point.follower_cost) * length
        before = point.round
    return totals[0] / rounds, totals[1] / rounds


def mean_gains(made: Announced, prediction: Prediction, play: Play) -> list[Average]:
    """The mean gain of gradients, whose expectation goes by the exact map: half-way, and at the end."""
    mode = prediction.mode("alike")
    assert mode is not None
    if any(track.diverged for track in play.tracks):
        return []
    rounds = [point.round for point in play.tracks[0].points]
    shift, found = play.plan.shift, []
    balls = {round_: led(mode.matrix, (shift,), round_ - 1)[0] for round_ in rounds}
    half = min(rounds, key=lambda round_: abs(abs(balls[round_][0]) - abs(shift) / 2)) if shift else rounds[-1]
    for round_ in sorted({half, rounds[-1]}):
        place = rounds.index(round_)
        target = made.desired[0] + balls[round_][0], made.desired[0] + balls[round_][1]
        values = tuple(Fraction(track.points[place].mean[0]) for track in play.tracks)
        said = f"{float(target[0]):.7g} (exactly enclosed)" if shift else text_of(made.desired[0])
        found.append(Average(f"mean gain, round {round_}", said, target, values, abs(made.desired[0]) + abs(shift)))
    return found


def judged(averages: Sequence[Average], confidence: Fraction, margin: Fraction) -> list[Check]:
    """True where the interval holds the target and is at most ``margin`` (of the scale) to either side; false where it
    does not hold it. All intervals hold at once with this ``confidence`` (Student's t, Bonferroni)."""
    counted = sum(bool(one.values) for one in averages)
    return [_judged(one, (1 - confidence) / max(counted, 1), margin) for one in averages]


def _judged(one: Average, alpha: Fraction, margin: Fraction) -> Check:
    exact = one.target[0] if one.target[0] == one.target[1] else None
    if len(one.values) < 2:
        reason = one.reason or "one run says nothing of the spread; play several"
        seen = one.values[0] if one.values else None
        return Check(one.name, one.expected, Verdict.UNDECIDED, exact, seen, reason=reason)
    values = Values(one.values, min(one.values), max(one.values))
    below, above = method("student").reach(values, float(alpha))
    lower, upper = values.mean - below, values.mean + above
    reason, verdict = "", Verdict.TRUE
    if lower > one.target[1] or upper < one.target[0]:
        verdict, reason = Verdict.FALSE, "the interval does not hold it"
    elif upper - lower > 2 * margin * one.scale:
        verdict, reason = Verdict.UNDECIDED, "the interval is wide; play more rounds or runs"
    return Check(one.name, one.expected, verdict, exact, values.mean, lower, upper, reason)
