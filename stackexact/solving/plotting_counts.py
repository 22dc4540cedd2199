"""Plots over a number of followers: dots at whole numbers, some of every decade where there are many.

Values are computed exactly there, and rounded once: floats are coordinates on paper only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.exact.latex import name_latex
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import Assumption
from stackexact.pictures import new_axes
from stackexact.solving.branches import Value, branches, domain_text, names_in_play
from stackexact.solving.cells import Infinity
from stackexact.solving.plotting import Style, at_the_edge, near

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stackexact.solving.solution import Result

__all__ = ["UP_TO", "as_float", "changes", "counts_from", "frame_counts", "plot_counts", "runs", "scaled"]

UP_TO: Final = 1000
"""So many followers are looked at where nothing is said."""
_ALL: Final = 60
"""So many small numbers are all looked at, beyond them so many in every decade."""
_WIDE: Final = 50
"""Heights that differ by this factor stand on a logarithmic scale."""


def plot_counts(
    result: Result,
    *,
    ax: Axes | None,
    fixed: Mapping[str, Exact],
    names: Sequence[str],
    ranges: Mapping[str, tuple[Fraction, Fraction]],
) -> Axes:
    """Dots for the values of a result whose only free parameter is a number of followers."""
    parameter = result.counted
    fixed = {name: value for name, value in fixed.items() if name in result.parameters}
    counts = _counts(result, parameter, fixed, ranges)
    axes = ax if ax is not None else new_axes()
    heights: list[float] = []
    undecided: set[int] = set()
    infinite = False
    for number, name in enumerate(names):
        function, style = result.lambdify(name), Style.of(number, crowded=True)
        found: dict[int, Any] = {}
        for count in counts:
            try:
                found[count] = function({**fixed, parameter: count})
            except LimitReached:
                undecided.add(count)
        for edge in Infinity:
            if xs := [float(count) for count, value in found.items() if value is edge]:
                at_the_edge(axes, xs, style.colour, ".", edge)
                infinite = True
        told = {count: value for count, value in found.items() if value is not None}
        points = {count: as_float(value) for count, value in told.items() if not isinstance(value, Infinity)}
        label = name if points or not told else f"{name} (infinite)"
        axes.plot(list(points), list(points.values()), "o", color=style.colour, label=label, **style.dot)
        heights += points.values()
    for low, high in ((run[0] - 0.5, run[-1] + 0.5) for run in runs(counts, undecided)):
        axes.axvspan(low, high, facecolor="0.9", edgecolor="0.6", hatch="//", zorder=0)
    scaled(axes, heights)
    if not heights:
        axes.set_yticks([])
    elif infinite:
        axes.margins(y=0.15)  # room for the edge
    frame_counts(axes, parameter, counts)
    axes.set_title(result.concept)
    axes.legend(loc="best")
    return axes


def _counts(
    result: Result, parameter: str, fixed: Mapping[str, Exact], ranges: Mapping[str, tuple[Fraction, Fraction]]
) -> tuple[int, ...]:
    """The numbers in the range that is wanted, or from the least in the domain on."""
    if other := [name for name in ranges if name != parameter]:
        raise UsageError(f"plot: expected a range of {parameter}, found one of {other[0]}")
    if parameter in ranges:
        low, high = ranges[parameter]
        if low >= high:
            raise UsageError(f"plot: expected a range of {parameter} from a lower to a higher number, found none")
        first, last = max(ceil(low), 1), floor(high)
    else:
        end = branches(result, fixed).domain[0].low
        first = 1 if end is None else max(floor(near(end)), 1)
        last = max(UP_TO, 10 * first)
    found = counts_from(first, last, changes(result, parameter, fixed), result.assumptions, parameter, fixed)
    if not found:
        said = f"({domain_text(result)}), found {parameter} from {first} to {last}"
        raise InputError(f"plot: expected a range with whole numbers of the domain {said}")
    return found


def counts_from(
    first: int,
    last: int,
    more: Iterable[int],
    assumed: Sequence[Assumption],
    parameter: str,
    fixed: Mapping[str, Exact],
) -> tuple[int, ...]:
    """Whole numbers of the domain: all of the first ones, then some of every decade, the last, and ``more``."""
    found = {*range(first, min(last, first + _ALL - 1) + 1), last}
    steps = (round(_ALL * 10 ** (k / _ALL)) for k in range(_ALL * 20))
    found.update(one for one in chain(steps, more) if first <= one <= last)

    def holds(count: int) -> bool:
        try:
            return all(one.at({**fixed, parameter: Fraction(count)}).holds() for one in assumed)
        except InputError:
            return False

    return tuple(one for one in sorted(found) if first <= one <= last and holds(one))


def changes(result: Result, parameter: str, fixed: Mapping[str, Exact]) -> set[int]:
    """Whole numbers at which a cell begins or ends, and those beside them."""
    if parameter not in names_in_play(result):
        return set()
    kept = {name: value for name, value in fixed.items() if name in result.parameters}
    ends = chain.from_iterable((one.piece.low, one.piece.high) for one in branches(result, kept).parts)
    places = [end.rational for end in ends if end is not None and end.is_rational]
    near_by = {int(place) + step for place in places if place.denominator == 1 for step in (-1, 0, 1)}
    return {one for one in near_by if one >= 1}


def runs(counts: Sequence[int], chosen: Iterable[int]) -> list[list[int]]:
    """Those of the numbers that are chosen, together where none between them is left out."""
    wanted, made, open_ = set(chosen), list[list[int]](), False
    for count in counts:
        if count in wanted:
            if not open_:
                made.append([])
            made[-1].append(count)
        open_ = count in wanted
    return made


def as_float(value: Value | float) -> float:
    """A number as a coordinate."""
    if isinstance(value, Infinity):
        return float(str(value).replace("oo", "inf"))
    try:
        return float(value)  # type: ignore[arg-type]  # numbers: all parameters are given
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")  # type: ignore[operator]


def scaled(axes: Axes, heights: Sequence[float]) -> None:
    """A logarithmic scale where heights are positive and far apart; room around them where they are all the same."""
    if heights and min(heights) > 0 and max(heights) / min(heights) >= _WIDE:
        axes.set_yscale("log")
    elif heights and max(heights) - min(heights) <= 1e-9 * max(map(abs, heights)):
        one = heights[0]
        axes.set_ylim((min(0.0, 2 * one), max(0.0, 2 * one)) if one else (-1.0, 1.0))


def frame_counts(axes: Axes, parameter: str, counts: Sequence[int]) -> None:
    """The axis of followers."""
    axes.set_xscale("log")
    axes.set_xlim(min(counts, default=1) / 1.2, max(counts, default=10) * 1.2)
    axes.set_xlabel(f"number of followers ${name_latex(parameter)}$")
