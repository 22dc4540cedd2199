"""Plots of mean regret over numbers of rounds on logarithmic scales, with matplotlib; floats are coordinates only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.exact.enclosures import middle
from stackexact.pictures import new_axes, picture
from stackexact.verification.claims import Rate, Size
from stackexact.verification.evaluating import value_at
from stackexact.verification.judging import Judgement
from stackexact.verification.result import Point, Series, Verification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot", "save"]

_MARKERS: Final = ("o", "s", "D", "^", "v", "P")
_SIZES: Final = (7, 5, 3.5, 2.5)
_DASHES: Final = ("--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))
_STEPS: Final = 60
_ROW: Final = 0.035
"""The share of the height that a row of marks takes."""
_BELOW: Final = 0.5
"""So far below the lowest point, as a factor, an interval goes that reaches down to zero."""


def plot(found: Verification, *, ax: Any = None, series: Sequence[tuple[str, str]] | None = None) -> Axes:
    """Draw mean regrets with their intervals, and what is claimed of them; returns the axes.

    ``series`` are pairs of agent and benchmark; without them those that claims speak of, or all. Filled points are
    used, hollow ones belong to the transient. A claimed rate is a dashed line through the last point, a claimed size a
    dotted one where it is. Regret that is not positive has no place on a logarithmic scale: its numbers of rounds are
    marked at the lower edge. Raises :class:`~stackexact.errors.MissingLibrary` without matplotlib.
    """
    chosen = _chosen(found, series)
    axes: Any = ax if ax is not None else new_axes()
    heights = [_float(middle(point.mean)) for one in chosen for point in one.points]
    floor = min((one for one in heights if 0 < one < math.inf), default=1.0) * _BELOW
    rows = 0
    for number, one in enumerate(chosen):
        _draw(axes, one, number, rows, floor)
        rows += any(middle(point.mean) <= 0 for point in one.points)
        about = [judged for judged in found.claims if (one.agent, one.benchmark) in _spoken(judged)]
        for k, judgement in enumerate(about):
            _claimed(axes, found, judgement, one, f"C{number}", _DASHES[k % len(_DASHES)])
    axes.set_xscale("log")
    axes.set_yscale("log")
    if not any(0 < one < math.inf for one in heights):
        axes.set_yticks([])
        axes.minorticks_off()
        axes.set_ylim(1, 10)
        told = "no mean regret is positive" if heights else "no regret is known"
        axes.text(0.5, 0.5, told, transform=axes.transAxes, ha="center", va="center")
    _room_below(axes, rows)
    axes.set_xlabel(f"{found.unit}s T" if found.basis == "horizons" else f"{found.unit}s t of the runs")
    axes.set_ylabel("mean" if any(one.title for one in chosen) else "mean regret")
    axes.set_title(found.game.name or "regret", parse_math=False)
    if chosen:
        axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def save(found: Verification, ending: str) -> bytes:
    """A plot as the content of a file with that ending (pdf, png, svg), without any window."""
    return picture(lambda axes: plot(found, ax=axes), ending)


def _chosen(found: Verification, wanted: Sequence[tuple[str, str]] | None) -> tuple[Series, ...]:
    if wanted is not None:
        return tuple(found.of(*_pair(one)) for one in _listed(wanted))
    claimed = {pair for one in found.claims for pair in _spoken(one)}
    if not found.series and not found.unknown:
        raise UsageError(
            "plot: expected regrets in numbers, found closed forms only; give the parameters' values with at"
        )
    return tuple(one for one in found.series if (one.agent, one.benchmark) in claimed) or found.series


def _listed(wanted: object) -> Sequence[object]:
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return wanted
    raise UsageError(f"series: expected a list of pairs, found {shorten(wanted)}; write [('leader', 'tolerant')]")


def _pair(one: object) -> tuple[str, str]:
    if isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 2:
        return one[0], one[1]
    raise UsageError(f"series: expected pairs of an agent and a benchmark, found {shorten(one)}; write"
                     " ('leader', 'tolerant')")  # fmt: skip


def _room_below(axes: Any, rows: int) -> None:
    """Lift the drawing above that many rows of marks at the lower edge."""
    bottom, top = axes.get_ylim()
    share = min(_ROW * rows, 0.5)
    axes.set_ylim(top * (bottom / top) ** (1 / (1 - share)), top)


def _spoken(judgement: Judgement) -> tuple[tuple[str, str], ...]:
    """The series that a claim speaks of."""
    return tuple((agent, judgement.claim.benchmark) for agent in judgement.claim.agents)


def _draw(axes: Any, series: Series, number: int, row: int, floor: float) -> None:
    """The means of a series, its band, and marks where it is not positive."""
    colour, marker = f"C{number}", _MARKERS[number % len(_MARKERS)]
    size = _SIZES[min(number, len(_SIZES) - 1)]  # where series coincide, each of them is seen
    positive = [point for point in series.points if 0 < _float(middle(point.mean)) < math.inf]
    label: str | None = f"{series.agent}, {series.benchmark}"
    rounds = [float(point.rounds) for point in positive]
    if positive:
        lower = [max(_float(point.lower), floor) for point in positive]
        upper = [min(_float(point.upper), _float(middle(point.mean)) * 1e6) for point in positive]
        axes.fill_between(rounds, lower, upper, color=colour, alpha=0.2, linewidth=0)
        axes.vlines(rounds, lower, upper, color=colour, linewidth=0.8)
    for used, fill in ((True, colour), (False, "white")):
        points = [point for point in positive if point.used == used]
        if points:
            xs, ys = [float(point.rounds) for point in points], [_float(middle(point.mean)) for point in points]
            axes.plot(xs, ys, marker, color=colour, mfc=fill, markersize=size, label=label)
            label = None
    left = [float(point.rounds) for point in series.points if middle(point.mean) <= 0]
    if left:
        told = f"{series.agent}, {series.benchmark}: not positive"
        places = axes.get_xaxis_transform()
        axes.plot(left, [(row + 0.6) * _ROW] * len(left), "v", color=colour, markersize=5, transform=places, label=told)


def _claimed(axes: Any, found: Verification, judgement: Judgement, series: Series, colour: str, dashes: Any) -> None:
    """What a claim says of a series, where that can be drawn."""
    used = [point for point in series.used if point.rounds > 1]
    if not used:
        return
    about = judgement.claim.about
    label = f"{'not ' if judgement.claim.negated else ''}{_told(judgement)}: {judgement.verdict}"
    if isinstance(about, Rate):
        last = used[-1]
        if 0 < _float(middle(last.mean)) < math.inf:
            xs, ys = _power(about, last, used[0])
            axes.plot(xs, ys, linestyle=dashes, color=colour, linewidth=1.2, label=label)
    else:
        xs, ys = _formula(found, about, used)
        if xs:
            axes.plot(xs, ys, ":", color=colour, linewidth=1.5, marker="_", markersize=8, label=label)


def _told(judgement: Judgement) -> str:
    """The claim without the agent and the benchmark, which the colour tells, as matplotlib takes text."""
    return judgement.claim.said.replace("$", r"\$")


def _power(about: Rate, last: Point, first: Point) -> tuple[list[float], list[float]]:
    """T^p·log(T)^q through the last point; in logarithms, which no power leads out of."""
    low, high = math.log(first.rounds), math.log(last.rounds)
    xs, ys = [], []
    for k in range(_STEPS + 1):
        place = low + (high - low) * k / _STEPS
        drop = float(about.power) * (place - high) + float(about.logarithm) * (math.log(place) - math.log(high))
        if drop < 700:
            xs.append(math.exp(place))
            ys.append(_float(middle(last.mean)) * math.exp(drop))
    return xs, ys


def _formula(found: Verification, about: Size, used: Sequence[Point]) -> tuple[list[float], list[float]]:
    xs, ys = [], []
    for point in used:
        value = _float(value_at(about.formula, point.rounds, found.at).upper)
        if 0 < value < math.inf:
            xs.append(float(point.rounds))
            ys.append(value)
    return xs, ys


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
