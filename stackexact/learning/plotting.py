"""Pictures of what learners lose, with matplotlib; floats are coordinates only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackexact.exact.enclosures import middle
from stackexact.exact.relation import text_of
from stackexact.learning.robustness import Robustness
from stackexact.pictures import new_axes, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_robustness", "save"]


def plot_robustness(found: Robustness, *, ax: Any = None) -> Axes:
    """Draw the exact loss over what is assumed, its tangent at the truth, its bound, and measured losses with their
    intervals; returns the axes. Raises :class:`~stackexact.errors.MissingLibrary` without matplotlib."""
    axes: Any = ax if ax is not None else new_axes()
    places = [float(point.assumed) for point in found.points]
    losses = [float(middle(point.loss)) for point in found.points]
    bounds = [float(middle(point.bound)) for point in found.points]
    axes.fill_between(places, [-one for one in bounds], bounds, color="0.92", label="proved bound", zorder=0)
    true = float(found.alpha)
    slope = float(middle(found.slope))
    axes.plot(places, [slope * (place - true) for place in places], "--", color="0.4", label="tangent at the truth")
    axes.plot(places, losses, "o-", color="C0", markersize=4, label="exact loss")
    measured = [point for point in found.points if point.measured is not None]
    if measured:
        means = [float(middle(point.measured)) for point in measured if point.measured is not None]
        below = [mean - float(point.lower or 0) for mean, point in zip(means, measured, strict=True)]
        above = [float(point.upper or 0) - mean for mean, point in zip(means, measured, strict=True)]
        told = f"measured, {found.samples} responses, {found.runs} runs"
        axes.errorbar(
            [float(point.assumed) for point in measured], means, yerr=[below, above], fmt="s", color="C1",
            markersize=4, capsize=3, label=told,
        )  # fmt: skip
    axes.axvline(true, color="0.7", linewidth=0.8)
    axes.axhline(0, color="0.7", linewidth=0.8)
    axes.set_xlabel(f"assumed weight of recommendations (true: {text_of(found.alpha)})")
    axes.set_ylabel("loss of the leader")
    axes.set_title(found.game.name or "robustness", parse_math=False)
    axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def save(found: Robustness, ending: str) -> bytes:
    """A plot as the content of a file with that ending (pdf, png, svg), without any window."""
    return picture(lambda axes: plot_robustness(found, ax=axes), ending)
