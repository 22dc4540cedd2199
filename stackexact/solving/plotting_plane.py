"""Plots of closed forms over two parameters: regions, curves and points by their formulas.

The plane is cut into narrow columns. Along the middle of each the cells are found exactly; so are the single points at
which a column, or a row, meets cells that are curves. ``plotting_thin`` joins these and finds isolated points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stackexact.errors import InputError, UsageError
from stackexact.exact.rational_function import Exact, Expression, symbol
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.real_roots import real_roots
from stackexact.exact.relation import Assumption
from stackexact.pictures import new_axes
from stackexact.solving.branches import branches, domain_text, relations, stated
from stackexact.solving.cells import Cell
from stackexact.solving.names import named_value
from stackexact.solving.plotting import math_text, near
from stackexact.solving.plotting_thin import Place, Span, around_some, is_near, isolated, linked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stackexact.solving.solution import Result

__all__ = ["plot_plane"]

_COLUMNS: Final = 160
_ROWS: Final = 80
_PALE: Final = 0.55
_ENTRIES: Final = 16
"""Formulas that the legend names."""
_CURVED: Final = 6
"""Degree up to which a curve decides what is shown."""
_GAP: Final = (float("nan"), float("nan"))


class _Part(NamedTuple):
    """What a line through the picture finds: the number and the place of the line, the ends of a part (equal for a
    point), and the cell (``None``: undecided)."""

    number: int
    place: Fraction
    low: Fraction
    high: Fraction
    cell: Cell | None


class _Found(NamedTuple):
    """What lies in a picture: along its columns, along its rows, and between them."""

    columns: tuple[_Part, ...]
    rows: tuple[_Part, ...]
    points: tuple[tuple[Place, Cell | None], ...]

    @classmethod
    def inside(
        cls, result: Result, box: Mapping[str, Span], fixed: Mapping[str, Exact], names: Sequence[str]
    ) -> _Found:
        """Look along columns and rows, and then for what these do not meet."""
        across, up = box
        columns = tuple(_sections(result, (across, up), box, fixed, names, _COLUMNS))
        rows = tuple(_sections(result, (up, across), box, fixed, names, _ROWS))
        met = {id(part.cell) for part in (*columns, *rows)}
        return cls(columns, rows, tuple(isolated(result, box, fixed, met)))

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(self)


def plot_plane(
    result: Result,
    free: tuple[str, str],
    *,
    ax: Axes | None,
    fixed: Mapping[str, Exact],
    names: Sequence[str],
    ranges: Mapping[str, Span],
) -> Axes:
    """Colour the plane by the formulas of ``names``, and return the axes."""
    for key in ranges:
        if key not in free:
            raise UsageError(f"plot: expected ranges of {' and '.join(free)}, found one of {key}")
    box = {name: ranges.get(name) or _range(result, name, fixed) for name in free}
    found = _Found.inside(result, box, fixed, names)
    if found.nothing and not ranges:
        box = around_some(result, free, fixed) or box
        found = _Found.inside(result, box, fixed, names)
    if found.nothing:
        raise InputError(f"plot: expected ranges that meet the domain ({domain_text(result)}), found none that do")
    drawing = _Drawing.of(result, box, names, ax if ax is not None else new_axes())
    drawing.regions(found.columns)
    drawing.thin(found.columns, found.rows, found.points)
    drawing.frame(result.concept)
    return drawing.axes


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws in the colours of the formulas."""

    names: Sequence[str]
    box: Mapping[str, Span]
    axes: Axes
    formulas: Mapping[int, str]
    colours: Mapping[str, str]
    seen: set[str]

    @classmethod
    def of(cls, result: Result, box: Mapping[str, Span], names: Sequence[str], axes: Axes) -> _Drawing:
        """A colour for each formula of a result."""
        formulas = {id(cell): ", ".join(math_text(named_value(cell, name)) for name in names) for cell in result.cells}
        colours = {formula: f"C{number}" for number, formula in enumerate(dict.fromkeys(formulas.values()))}
        return cls(names, box, axes, formulas, {**colours, "undecided": "0.75"}, set())

    def _formula(self, cell: Cell | None) -> str:
        return "undecided" if cell is None else self.formulas[id(cell)]

    def _style(self, formula: str) -> dict[str, Any]:
        """The colour of a formula, and its entry in the legend the first time."""
        label = None if formula in self.seen else formula
        self.seen.add(formula)
        return {"color": self.colours[formula], "label": label}

    def regions(self, columns: Iterable[_Part]) -> None:
        """What fills part of a column."""
        left, right = next(iter(self.box.values()))
        width = float(right - left) / _COLUMNS
        for part in columns:
            if part.low < part.high:
                self.axes.bar(
                    float(part.place), float(part.high - part.low), width, float(part.low),
                    alpha=_PALE, linewidth=0, antialiased=False, **self._style(self._formula(part.cell)),
                )  # fmt: skip

    def thin(
        self, columns: Iterable[_Part], rows: Iterable[_Part], points: Sequence[tuple[Place, Cell | None]]
    ) -> None:
        """Lines through the points at which columns and rows meet a curve, and dots where there is no line."""
        filled = [part for part in columns if part.low < part.high]
        points = [(place, cell) for place, cell in points if not self._is_filled(place, cell, filled)]
        met = [[part for part in parts if part.low == part.high] for parts in (columns, rows)]
        cells = [*(part.cell for parts in met for part in parts), *(cell for _, cell in points)]
        for formula in dict.fromkeys(map(self._formula, cells)):
            across, up = (
                [self._shares(part, turn) for part in parts if self._formula(part.cell) == formula]
                for parts, turn in zip(met, (1, -1), strict=True)
            )
            lines = linked(across, 1 / _COLUMNS)
            lines += [[(x, y) for y, x in line] for line in linked(up, 1 / _ROWS)]
            if lines:
                self._plot([place for line in lines for place in (*line, _GAP)][:-1], "-", formula, linewidth=2)
            alone = [(x, y) for _, x, y in across] + [(x, y) for _, y, x in up]
            alone += [place for place, cell in points if self._formula(cell) == formula]
            known = [place for line in lines for place in line]
            alone = [place for place in alone if not is_near(place, known)]
            if alone:
                self._plot(alone, "o", formula, markersize=7, mec="white", clip_on=False)

    def _is_filled(self, place: Place, cell: Cell | None, filled: Iterable[_Part]) -> bool:
        """Whether a region of the same formula lies around a point."""
        (left, right), (bottom, top) = self.box.values()
        x, y = left + Fraction(place[0]) * (right - left), bottom + Fraction(place[1]) * (top - bottom)
        return any(
            abs(part.place - x) * _COLUMNS <= right - left and part.low <= y <= part.high
            for part in filled
            if self._formula(part.cell) == self._formula(cell)
        )

    def _shares(self, part: _Part, turn: int) -> tuple[int, float, float]:
        """A point on a column (or a row, if turned) in shares of the picture."""
        (left, right), (bottom, top) = tuple(self.box.values())[::turn]
        return part.number, float((part.place - left) / (right - left)), float((part.low - bottom) / (top - bottom))

    def _plot(self, places: Sequence[Place], form: str, formula: str, **options: Any) -> None:
        (left, right), (bottom, top) = ((float(low), float(high)) for low, high in self.box.values())
        xs = [left + x * (right - left) for x, _ in places]
        ys = [bottom + y * (top - bottom) for _, y in places]
        darker = {"color": "0.35"} if formula == "undecided" else {}
        self.axes.plot(xs, ys, form, zorder=4, **{**self._style(formula), **darker}, **options)

    def frame(self, title: str) -> None:
        """Limits, labels and the legend, in the order of the cells."""
        (across, xs), (up, ys) = self.box.items()
        self.axes.set_xlim(*map(float, xs))
        self.axes.set_ylim(*map(float, ys))
        self.axes.set_xlabel(math_text(symbol(across)))
        self.axes.set_ylabel(math_text(symbol(up)))
        self.axes.set_title(title)
        drawn = dict(zip(*reversed(self.axes.get_legend_handles_labels()), strict=True))
        shown = [formula for formula in self.colours if formula in drawn]
        named = shown if len(shown) <= _ENTRIES else shown[: _ENTRIES - 1]
        entries = [(drawn[formula], formula) for formula in named]
        if len(shown) > len(named):
            from matplotlib.lines import Line2D

            entries.append((Line2D([], [], linestyle="none"), f"… {len(shown) - len(named)} more"))
        self.axes.legend(*zip(*entries, strict=True), title=", ".join(self.names))


def _sections(
    result: Result,
    free: tuple[str, str],
    box: Mapping[str, Span],
    fixed: Mapping[str, Exact],
    names: Sequence[str],
    count: int,
) -> Iterator[_Part]:
    """For each of many values of the first parameter the parts of the second; a point that looks like what is beside it
    is no part."""
    entries = stated(result)
    looks = {id(cell): tuple(named_value(cell, name) for name in names) for cell in result.cells}
    first, second = free
    (left, right), (bottom, top) = box[first], box[second]
    width = (right - left) / count
    for number in range(count):
        x = left + width * (number + Fraction(1, 2))
        try:
            parts = branches(result, {**fixed, first: x}, entries).parts
        except InputError:  # nothing but numbers is left on this line: no relation with the second parameter
            continue
        for place, part in enumerate(parts):
            beside = (*parts[max(place - 1, 0) : place], *parts[place + 1 : place + 2])
            if part.piece.is_point and any(
                looks.get(id(other.value)) == looks.get(id(part.value))
                and part.piece.low in (other.piece.low, other.piece.high)
                for other in beside
            ):
                continue  # the edge of a region
            low = bottom if part.piece.low is None else near(part.piece.low)
            high = top if part.piece.high is None else near(part.piece.high)
            low, high = max(low, bottom), min(high, top)
            if low < high or (part.piece.is_point and low == high):
                yield _Part(number, x, low, high, part.value)


def _range(result: Result, name: str, fixed: Mapping[str, Exact]) -> Span:
    """Between the numbers with which relations compare the parameter, or at which a curve turns back; else between
    those with which they compare any other."""
    chains = [*result.assumptions, *(chain for cell in result.cells for chain in relations(cell.when))]
    differences = [one for chain in chains for one in _differences(chain, fixed)]
    found: dict[str, list[Fraction]] = {}
    for difference in differences:
        if len(difference.parameters) == 1:
            found.setdefault(difference.parameters[0], []).extend(_zeros(difference))
    numbers = sorted(set(found.get(name, ())))
    if len(numbers) < 2:
        numbers = sorted({*numbers, *(turn for difference in differences for turn in _turns(difference, name))})
    if not numbers or (len(numbers) == 1 and not _is_fixed(result, name)):
        numbers = sorted({*numbers, *(number for some in found.values() for number in some)})
    low, high = (numbers[0], numbers[-1]) if numbers else (Fraction(0), Fraction(1))
    return (low, high) if low < high else (low - 1, high + 1)


def _differences(chain: Assumption, fixed: Mapping[str, Exact]) -> Iterator[Expression]:
    """What a chain of relations compares with 0."""
    terms = chain.at(fixed).terms
    for left, right in zip(terms, terms[1:], strict=False):
        difference = left - right
        if isinstance(difference, Expression):
            yield difference


def _is_fixed(result: Result, name: str) -> bool:
    """Whether an assumption gives the parameter a value."""
    return any(chain.parameters == (name,) and "==" in chain.relations for chain in result.assumptions)


def _zeros(difference: Expression) -> list[Fraction]:
    """Where a function of one parameter vanishes, to the precision of a picture."""
    top, _ = Parameter(difference.parameters[0]).split(difference)
    return [near(root) for root in real_roots(top)] if top.degree() <= _CURVED else []


def _turns(difference: Expression, name: str) -> list[Fraction]:
    """Values of one of two parameters at which a curve turns back."""
    if len(difference.parameters) != 2:
        return []
    parameters = Parameters(difference.parameters)
    top, _ = parameters.split(difference)
    other = next(place for place, one in enumerate(parameters.names) if one != name)
    if top.total_degree() > _CURVED or top.degrees()[other] < 2:
        return []
    discriminant = parameters.exact(top.discriminant(other), parameters.constant(1))
    return _zeros(discriminant) if isinstance(discriminant, Expression) else []
