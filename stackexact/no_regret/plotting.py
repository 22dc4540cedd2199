"""Pictures of play: how the gap to equilibrium falls, and what play is worth; floats are coordinates only."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.no_regret.result import FollowerVerification, RunVerification
from stackexact.pictures import new_axes, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["KINDS", "plot", "save"]

KINDS: Final = ("gap", "value")
_BELOW: Final = 0.3
"""So far below the lowest mean, as a factor, a run or an interval is drawn."""


def plot(found: FollowerVerification, what: str = "gap", *, ax: Any = None) -> Axes:
    """Draw one of :data:`KINDS`; returns the axes.

    Thin lines are runs, points means of all runs, filled where growth is read off them, with their intervals. Of the
    gap, which may be negative, only what is positive has a place. Raises
    :class:`~stackexact.errors.UsageError` for another kind, and :class:`~stackexact.errors.MissingLibrary` without
    matplotlib.
    """
    if what not in KINDS:
        raise UsageError(f"plot: expected one of {', '.join(KINDS)}, found {shorten(what)}; write one of them")
    axes: Any = ax if ax is not None else new_axes()
    (_gap if what == "gap" else _value)(axes, found)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("rounds T")
    settings = ", ".join(found.play.settings.values())
    told = f"{found.play.algorithm}{f' ({settings})' if settings else ''}"
    axes.set_title(f"{found.game.name}: {told}" if found.game.name else told, parse_math=False)
    axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def save(found: FollowerVerification, ending: str, what: str = "gap") -> bytes:
    """A plot as the content of a file with that ending (pdf, png, svg), without any window."""
    return picture(lambda axes: plot(found, what, ax=axes), ending)


def _gaps(run: RunVerification) -> list[tuple[int, Fraction]]:
    return [(point.rounds, point.gap.size) for point in run.points if point.gap is not None]


def _gap(axes: Any, found: FollowerVerification) -> None:
    means = [float(level.mean) for level in found.levels if level.mean > 0]
    floor = min(means, default=1e-3) * _BELOW
    for run in found.runs:
        points = [(rounds, max(float(size), floor)) for rounds, size in _gaps(run)]
        label = f"gap of each of {len(found.runs)} runs" if run is found.runs[0] else None
        axes.plot([x for x, _ in points], [y for _, y in points], color="C0", alpha=0.25, linewidth=0.7, label=label)
    for used in (True, False):
        levels = [level for level in found.levels if level.used == used and level.mean > 0]
        if not levels:
            continue
        xs, ys = [level.rounds for level in levels], [float(level.mean) for level in levels]
        low = [y - max(float(level.lower), floor) for y, level in zip(ys, levels, strict=True)]
        high = [float(level.upper) - y for y, level in zip(ys, levels, strict=True)]
        axes.errorbar(
            xs, ys, yerr=[[max(0.0, y) for y in low], high], fmt="o", color="C0", mfc="C0" if used else "white",
            markersize=5, capsize=3, label="mean gap, with its interval" if used else "mean gap, transient",
        )  # fmt: skip
    bounds = [(level.rounds, float(level.bound)) for level in found.levels if level.bound is not None]
    if bounds:
        axes.plot([x for x, _ in bounds], [y for _, y in bounds], "--", color="C1", label="bound on regret per round")
    _root(axes, found)
    axes.set_yscale("log")
    if not means:
        axes.text(0.5, 0.5, "no mean gap is positive", transform=axes.transAxes, ha="center", va="center")
    axes.set_ylabel("gap to coarse correlated equilibrium")


def _root(axes: Any, found: FollowerVerification) -> None:
    """The slope of 1/√T through the first mean that is used."""
    used = [level for level in found.levels if level.used and level.mean > 0]
    if len(used) > 1:
        xs = [level.rounds for level in used]
        ys = [float(used[0].mean) * (xs[0] / x) ** 0.5 for x in xs]
        axes.plot(xs, ys, ":", color="0.4", label="as 1/√T")


def _value(axes: Any, found: FollowerVerification) -> None:
    if found.worst is not None and found.best is not None:
        _band(axes, found.worst, found.best)
    for run in found.runs:
        points = [(point.rounds, float(point.value)) for point in run.points if point.value is not None]
        label = f"play in each of {len(found.runs)} runs" if run is found.runs[0] else None
        axes.plot([x for x, _ in points], [y for _, y in points], color="C0", alpha=0.4, linewidth=0.8, label=label)
    means = [(level.rounds, float(level.value)) for level in found.levels if level.value is not None]
    axes.plot([x for x, _ in means], [y for _, y in means], "o", color="C0", markersize=5, label="mean")
    axes.set_ylabel("value to the designer")


def _band(axes: Any, worst: Fraction, best: Fraction) -> None:
    """What equilibria are worth."""
    told = f"equilibria: {_short(worst)}" if worst == best else f"equilibria: {_short(worst)} to {_short(best)}"
    axes.axhspan(float(worst), float(best), color="C2", alpha=0.15)
    axes.axhline(float(worst), color="C2", linewidth=0.8, label=told)
    axes.axhline(float(best), color="C2", linewidth=0.8)


def _short(value: Fraction) -> str:
    made = text_of(value)
    return made if len(made) <= 12 else f"{float(value):.4g}"
