"""Plots of closed forms over two parameters: regions by their formulas.

The plane is cut into narrow columns. Along the middle of each the cells are found exactly; so are the single points at
which a column, or a row, meets cells that are curves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from stackexact.errors import InputError, UsageError
from stackexact.exact.rational_function import Exact, Expression, symbol
from stackexact.exact.relation import parameters_of
from stackexact.solving.branches import branches, relations
from stackexact.solving.cells import Cell
from stackexact.solving.plotting import math_text, near, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stackexact.solving.solution import Result

__all__ = ["plot_plane"]

_COLUMNS: Final = 160
_ROWS: Final = 80
_PALE: Final = 0.55

Span = tuple[Fraction, Fraction]


def plot_plane(
    result: Result,
    free: tuple[str, str],
    *,
    ax: Axes | None,
    fixed: Mapping[str, Exact],
    names: Sequence[str],
    ranges: Mapping[str, Span],
) -> Axes:
    """Colour the regions of the plane by the formulas of ``names``, and return the axes."""
    for key in ranges:
        if key not in free:
            raise UsageError(f"plot: expected ranges of {' and '.join(free)}, found one of {key}")
    box = {name: ranges.get(name) or _range(result, name, fixed) for name in free}
    axes = ax if ax is not None else new_axes()
    formulas = list(dict.fromkeys(_formula(cell, names) for cell in result.cells))
    colours = {formula: f"C{number}" for number, formula in enumerate(formulas)}
    seen: set[str] = set()
    columns = _sections(result, free, box, fixed, _COLUMNS)
    rows = _sections(result, (free[1], free[0]), box, fixed, _ROWS)
    for x, width, low, high, cell in columns:
        if low == high:
            continue
        formula = "undecided" if cell is None else _formula(cell, names)
        colour = "0.75" if cell is None else colours[formula]
        label = None if formula in seen else formula
        seen.add(formula)
        axes.bar(
            float(x), float(high - low), float(width), float(low),
            color=colour, alpha=_PALE, linewidth=0, label=label, antialiased=False,
        )  # fmt: skip
    thin = [(x, y, cell) for x, _, y, top, cell in columns if y == top]
    thin += [(x, y, cell) for y, _, x, top, cell in rows if x == top]
    for formula in formulas:
        found = [(float(x), float(y)) for x, y, cell in thin if cell is not None and _formula(cell, names) == formula]
        if found:
            label = None if formula in seen else formula
            seen.add(formula)
            axes.plot(*zip(*found, strict=True), ".", color=colours[formula], markersize=4, label=label, zorder=3)
    if not seen:
        raise InputError("plot: expected part of the domain in the ranges, found none; give others")
    axes.set_xlim(*map(float, box[free[0]]))
    axes.set_ylim(*map(float, box[free[1]]))
    axes.set_xlabel(math_text(symbol(free[0])))
    axes.set_ylabel(math_text(symbol(free[1])))
    axes.set_title(result.concept)
    drawn = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    shown = [formula for formula in (*formulas, "undecided") if formula in drawn]
    axes.legend([drawn[formula] for formula in shown], shown, title=", ".join(names))
    return axes


def _formula(cell: Cell, names: Iterable[str]) -> str:
    return ", ".join(math_text(getattr(cell, name)) for name in names)


def _sections(
    result: Result, free: tuple[str, str], box: Mapping[str, Span], fixed: Mapping[str, Exact], count: int
) -> list[tuple[Fraction, Fraction, Fraction, Fraction, Cell | None]]:
    """For each of many values of the first parameter the parts of the second: the value, how far apart values are, the
    ends of the part (equal for a single point), and the cell (``None``: undecided)."""
    first, second = free
    (left, right), (bottom, top) = box[first], box[second]
    width = (right - left) / count
    made = []
    for number in range(count):
        x = left + width * (number + Fraction(1, 2))
        try:
            parts = branches(result, {**fixed, first: x}).parts
        except InputError:  # nothing but numbers is left on this line: no relation with the second parameter
            continue
        for place, part in enumerate(parts):
            beside = (*parts[max(place - 1, 0) : place], *parts[place + 1 : place + 2])
            if part.piece.is_point and any(other.value is part.value for other in beside):
                continue  # the edge of a region
            low = bottom if part.piece.low is None else near(part.piece.low)
            high = top if part.piece.high is None else near(part.piece.high)
            low, high = max(low, bottom), min(high, top)
            if low < high or (part.piece.is_point and low == high):
                made.append((x, width, low, high, part.value))
    return made


def _range(result: Result, name: str, fixed: Mapping[str, Exact]) -> Span:
    """Between the numbers with which relations compare the parameter, or with which they compare any other."""
    found: dict[str, list[Fraction]] = {}
    chains = [chain for cell in result.cells for chain in relations(cell.when)]
    for chain in (*result.assumptions, *chains):
        for left, right in zip(chain.terms, chain.terms[1:], strict=False):
            difference = (left.at(fixed) if isinstance(left, Expression) else left) - (
                right.at(fixed) if isinstance(right, Expression) else right
            )
            names = parameters_of(difference)
            if len(names) == 1 and isinstance(difference, Expression):
                number = _solved(difference)
                if number is not None:
                    found.setdefault(names[0], []).append(number)
    numbers = found.get(name, [])
    if len(set(numbers)) < 2:
        numbers = [*numbers, *(number for some in found.values() for number in some)]
    low, high = min(numbers, default=Fraction(0)), max(numbers, default=Fraction(1))
    return (low, high) if low < high else (low - 1, high + 1)


def _solved(difference: Expression) -> Fraction | None:
    """The zero of a linear polynomial."""
    terms = difference.numerator
    if not difference.is_polynomial or set(terms) - {(0,), (1,)}:
        return None
    return Fraction(-terms.get((0,), 0), terms[(1,)])
