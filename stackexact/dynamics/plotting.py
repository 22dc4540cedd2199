"""Pictures of plays: the distance to the desired point by round, beside the rate that is exactly predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stackexact.dynamics.predictions import Prediction, predicted
from stackexact.dynamics.records import Play
from stackexact.errors import UsageError
from stackexact.exact.relation import text_of
from stackexact.pictures import new_axes, picture
from stackexact.traces.arguments import found

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_play", "save"]

_LOWEST: Final = 1e-18
"""What is nearer is drawn there: a logarithmic scale has no zero."""
_MARGIN: Final = 30.0
"""The dashed line ends where it is so much farther, as a factor, than all that was played."""


def plot_play(play: Play, *, ax: Any = None) -> Axes:
    """Draw every run's distance to the desired point by round, and the rate of the slowest factor; returns the axes.

    The dashed line is |factor|^(round − 1) times the distance at the start: it is where a play goes whose start is all
    in the slowest mode, and above where others go. A cross marks a round that left the bound. Raises
    :class:`~stackexact.errors.MissingLibrary` without matplotlib.
    """
    if not isinstance(play, Play):
        raise UsageError(f"play: expected a play, found {found(play)}; make one with play or read_play")
    axes: Any = ax if ax is not None else new_axes()
    for track in play.tracks:
        rounds = [point.round for point in track.points]
        distances = [max(point.distance, _LOWEST) for point in track.points]
        label = f"runs ({len(play.tracks)})" if track is play.tracks[0] else None
        axes.plot(rounds, distances, color="C0", linewidth=0.8, alpha=0.7, label=label)
        if track.diverged is not None:
            first = "left the bound" if track.number == min(_gone(play)) else None
            axes.plot(rounds[-1:], distances[-1:], "x", color="C3", markersize=6, label=first)
    _, faced = play.plan.settled()
    if play.plan.dynamics.kind != "hold":
        _predict(axes, play, predicted(faced, play.plan.dynamics))
    axes.set_yscale("log")
    if play.plan.checkpoints[-1] > 1000:
        axes.set_xscale("log")
    else:
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.15)  # room for the legend
    axes.set_xlabel("round")
    axes.set_ylabel("distance to the desired point")
    axes.set_title(_title(play), parse_math=False)
    axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def _gone(play: Play) -> list[int]:
    return [track.number for track in play.tracks if track.diverged is not None]


def _title(play: Play) -> str:
    at = ", ".join(f"{name} = {text_of(value)}" for name, value in play.plan.at.items())
    kind = {"best-response": "best responses", "gradient": "gradients", "hold": "all obey"}[play.plan.dynamics.kind]
    return ", ".join(part for part in (play.plan.game.name, kind, at) if part)


def _predict(axes: Any, play: Play, prediction: Prediction) -> None:
    """The dashed line of the slowest mode; none where followers move one after the other."""
    if not prediction.modes:
        return
    mode = max(prediction.modes, key=lambda one: one.upper)
    rate, start = float(mode.upper), max(track.points[0].distance for track in play.tracks)
    seen = [point for track in play.tracks for point in track.points]
    lowest = max(min(point.distance for point in seen), _LOWEST)
    highest = max(point.distance for point in seen)
    points = []
    for round_ in sorted({point.round for point in seen}):
        try:
            height = start * rate ** (round_ - 1)
        except OverflowError:
            break
        if not lowest / _MARGIN <= height <= highest * _MARGIN:
            break
        points.append((round_, height))
    told = text_of(abs(mode.factor)) if mode.factor is not None else f"{rate:.4g}"
    if points:
        label = f"predicted, |factor| = {told} ({mode.name}, {mode.status})"
        axes.plot(*zip(*points, strict=True), "--", color="black", linewidth=1.2, label=label)


def save(play: Play, ending: str) -> bytes:
    """The picture of a play as the content of a file with that ending (pdf, png, svg), without any window."""
    return picture(lambda axes: plot_play(play, ax=axes), ending)
