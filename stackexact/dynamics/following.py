"""Whether a play without chance goes where the exact map leads: its mean, its spread, and its end.

Rounding is granted what it may do, and no more: each round may be wrong by some units in the last place of what was
added up in it, and what was wrong before grows by the greatest factor. Rounds in which that is no small share of the
numbers themselves prove nothing and are left out. Floats that were recorded are taken as the exact numbers they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import ctx

from stackexact.dynamics.announced import Announced
from stackexact.dynamics.matrices import Matrix, Vector, apply, divided
from stackexact.dynamics.predictions import Mode, Prediction, Status, Update
from stackexact.dynamics.reactions import Reaction
from stackexact.dynamics.records import Checkpoint, Plan, Play, Track
from stackexact.dynamics.targets import Ball, led
from stackexact.dynamics.verdicts import Check
from stackexact.exact.enclosures import ball_of, ends
from stackexact.exact.relation import text_of
from stackexact.verification.judging import Verdict, together

__all__ = ["Followed", "end", "follows"]

_GRAIN: Final = Fraction(1, 2**44)
_NEGLIGIBLE: Final = Fraction(1, 2**20)
"""What is small beside the start."""
_USABLE: Final = Fraction(1, 2**10)
"""Rounds are compared where rounding is at most this share of the numbers."""
_FEW: Final = 16
_CLEAR: Final = 1000
"""How far above rounding a deviation is where its factor is measured."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A play beside what is exactly true of it."""

    plan: Plan
    made: Announced
    faced: Reaction
    update: Update
    prediction: Prediction

    def grain(self, track: Track) -> list[Fraction | None]:
        """What rounding may have moved at every checkpoint; ``None`` where that is no small share of the numbers."""
        work = 1 + _size(self.update.kept) + self.made.followers * _size(self.update.others)
        steady = _norm(self.made.desired) + _size((self.update.constant,))
        growth = max((mode.upper for mode in self.prediction.modes), default=Fraction(1))
        unit = steady + Fraction(track.points[0].distance)
        farthest, found = Fraction(0), list[Fraction | None]()
        for point in track.points:
            farthest = max(farthest, Fraction(point.distance))
            grown = led(((max(growth, Fraction(1)),),), (unit,), point.round - 1)[0][1]
            grain = _GRAIN * (_FEW + point.round) * work * (steady + farthest + grown)
            found.append(grain if grain <= _USABLE * (steady + farthest) else None)
        return found


def _size(matrix: Matrix) -> Fraction:
    return max(sum(map(abs, row), Fraction(0)) for row in matrix)


def _norm(vector: Sequence[Fraction]) -> Fraction:
    return max(map(abs, vector))


def _deviation(made: Announced, point: Checkpoint) -> Vector:
    return tuple(Fraction(value) - wanted for value, wanted in zip(point.mean, made.desired, strict=True))


def follows(told: Followed, play: Play, mode: Mode) -> Check:
    """Whether the mean (mode ``alike``) or the spread (``apart``, of scalar points) goes as its matrix says."""
    name = "mean" if mode.name == "alike" else "spread"
    said = f"factor {text_of(mode.factor)}" if mode.factor is not None else "the exact map"
    found = [_one(told, track, mode) for track in play.tracks]
    verdict = together([one for one, _ in found])
    rates = [rate for _, rate in found if rate is not None]
    low = min((ends[0] for ends in rates), default=None)
    high = max((ends[1] for ends in rates), default=None)
    middle = None if low is None or high is None else (low + high) / 2
    reason = ""
    if verdict is Verdict.FALSE:
        reason = f"the {name} goes elsewhere"
    elif verdict is Verdict.UNDECIDED:
        reason = "too few rounds in which rounding is small"
    return Check(name, said, verdict, mode.factor, middle, low, high, reason)


def _one(told: Followed, track: Track, mode: Mode) -> tuple[Verdict, Ball | None]:
    """The verdict on one run, and between what the size of its factor lies."""
    start = _part(told, track.points[0], mode)
    compared, last = [], None
    for point, grain in zip(track.points[1:], told.grain(track)[1:], strict=True):
        if grain is None:
            continue
        here, there = _part(told, point, mode), _led(mode, start, point.round - 1)
        compared.append(_near(here, there, grain))
        if _norm(start) > _CLEAR * grain < _norm(here):
            last = point.round - 1, _norm(here), grain
    if not compared:
        return Verdict.UNDECIDED, None
    rate = None
    if last is not None and len(start) == 1:
        moves, size, grain = last
        rate = (
            _root((size - grain) / (_norm(start) + grain), moves)[0],
            _root((size + grain) / (_norm(start) - grain), moves)[1],
        )
    return together(compared), rate


def _part(told: Followed, point: Checkpoint, mode: Mode) -> Vector:
    """The part of the deviations that goes by the mode: that of the mean, or the spread."""
    return _deviation(told.made, point) if mode.name == "alike" else (Fraction(point.spread),)


def _led(mode: Mode, start: Vector, moves: int) -> tuple[Ball, ...]:
    if mode.name == "alike":
        return led(mode.matrix, start, moves)
    assert mode.factor is not None
    return led(((abs(mode.factor),),), start, moves)


def _near(here: Vector, there: Sequence[Ball], grain: Fraction) -> Verdict:
    """Whether numbers are within the grain of what is enclosed."""
    farthest = max(max(high - value, value - low) for value, (low, high) in zip(here, there, strict=True))
    nearest = max(max(low - value, value - high) for value, (low, high) in zip(here, there, strict=True))
    if farthest <= grain:
        return Verdict.TRUE
    return Verdict.FALSE if nearest > grain else Verdict.UNDECIDED


def _root(value: Fraction, degree: int) -> Ball:
    """The positive root of that degree, enclosed."""
    with ctx.workprec(64):
        return ends(ball_of(value).root(degree))


_SAID: Final[dict[Status, str]] = {
    "stable": "convergence to the desired point",
    "marginal": "to stay off the desired point",
    "unstable": "to leave the desired point",
    "undecided": "what is not proved",
}


def end(told: Followed, play: Play) -> Check:
    """Whether the play ends where its stability says: at the desired point, off it, or far away."""
    status = told.prediction.status
    found = [_end(told, track, status) for track in play.tracks]
    verdict = together([one for one, _ in found])
    reason = next((why for one, why in found if one is verdict and one is not Verdict.TRUE), "")
    farthest = max(Fraction(track.points[-1].distance) for track in play.tracks)
    return Check("end", _SAID[status], verdict, measured=farthest, reason=reason)


def _end(told: Followed, track: Track, status: Status) -> tuple[Verdict, str]:
    first, last = track.points[0], track.points[-1]
    grains = told.grain(track)
    grain = grains[-1] or Fraction(0)
    start, finish = Fraction(first.distance), Fraction(last.distance)
    small = max(_NEGLIGIBLE * start, grain)
    if grains[0] is None or start <= grains[0]:
        return Verdict.UNDECIDED, "the play began at the desired point; give it a spread or a shift"
    if status == "undecided":
        return Verdict.UNDECIDED, "whether the dynamics are stable is not proved"
    if status == "stable":
        if last.diverged:
            return Verdict.FALSE, f"run {track.number} left the bound in round {last.round}"
        if finish <= small:
            return Verdict.TRUE, ""
        if _elsewhere(told, track, grain):
            return Verdict.FALSE, f"run {track.number} settled off the desired point"
        return Verdict.UNDECIDED, f"run {track.number} is not there yet; play more rounds"
    if last.diverged or finish >= _CLEAR * start:
        if status == "unstable":
            return Verdict.TRUE, ""
        return Verdict.FALSE, f"run {track.number} moved away"
    if not _excited(told, track, status, start):
        return Verdict.UNDECIDED, f"run {track.number} began where the dynamics are stable; begin elsewhere"
    if finish <= small:
        return Verdict.FALSE, f"run {track.number} converged to it"
    if status == "marginal":
        return Verdict.TRUE, ""
    return Verdict.UNDECIDED, f"run {track.number} is not far away yet; play more rounds"


def _excited(told: Followed, track: Track, status: Status, start: Fraction) -> bool:
    """Whether the start has a part of some size that the dynamics do not bring to the desired point."""
    parts = [_norm(_part(told, track.points[0], mode)) for mode in told.prediction.modes if mode.status == status]
    return not told.prediction.modes or max(parts) > start / _CLEAR


def _elsewhere(told: Followed, track: Track, grain: Fraction) -> bool:
    """Whether followers, one after the other, have come to rest where by their costs the first of them would move."""
    if not told.plan.dynamics.sequential or len(track.points) < 2 or not grain:
        return False
    before, last = track.points[-2:]
    moves = [Fraction(a) - Fraction(b) for a, b in zip(last.mean, before.mean, strict=True)]
    if max(Fraction(last.spread), Fraction(before.spread), _norm(moves)) > grain:
        return False
    faced = told.faced
    step = apply(divided(faced.own, faced.alike), _deviation(told.made, last))
    assert told.plan.dynamics.damping is not None
    return _norm(step) * told.plan.dynamics.damping > _CLEAR * told.made.followers * grain
