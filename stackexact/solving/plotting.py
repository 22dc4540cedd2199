"""Plots of closed forms with matplotlib: what is drawn where is decided exactly, floats are coordinates on paper only.

Over one parameter the values are lines, broken wherever the closed form jumps: a filled dot is a value that is taken,
an open circle one that is only approached. Over two parameters (``plotting_plane``) regions are coloured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isqrt
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from flint import fmpq

from stackexact.covering.line import Piece
from stackexact.errors import InputError, UsageError
from stackexact.exact.latex import latex
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression, symbol
from stackexact.exact.reading import Parameter
from stackexact.exact.real_roots import Root
from stackexact.pictures import new_axes
from stackexact.solving.branches import Branches, Value, domain_text, names_in_play, values_of
from stackexact.solving.cells import Infinity
from stackexact.solving.claims import number_at
from stackexact.solving.names import known_name, plain_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stackexact.solving.solution import Result

__all__ = ["Style", "View", "at_the_edge", "math_text", "near", "plot", "root_text"]

_SAMPLES: Final = 200
_FEWEST: Final = 8
"""Steps of the shortest curve."""
_MANY: Final = 100
"""Parts up to which each has a line of its own, and points up to which each has a tick."""
_STYLES: Final = ("-", "--", ":", "-.")
_DOTS: Final = (8, 4.5, 2.5)
_LABEL: Final = 9
"""Longest label of a tick that stands in full."""
_CROWDED: Final = 0.09
"""Labelled ticks are at least this share of the width apart."""
_NEAR: Final = Fraction(1, 12)
"""So close to a pole, as a share of its interval, the height of the picture no longer follows the curve."""


def plot(
    result: Result,
    *,
    ax: Axes | None = None,
    at: Mapping[str, object] | None = None,
    names: Sequence[str] | None = None,
    ranges: Mapping[str, tuple[object, object]] | None = None,
) -> Axes:
    """Draw the values of a result (all that are numbers, without the entries of mappings, or those in ``names``) and
    return the axes.

    Over a number of followers values are dots at whole numbers, up to 1000 where ``ranges`` says nothing.
    ``ranges`` gives the part of a parameter to show, as in ``{"delta": (0, "1/2")}``; without it all of a bounded
    domain is shown, and of an unbounded one the part where formulas change.
    Raises :class:`~stackexact.errors.MissingLibrary` without matplotlib.
    """
    if isinstance(names, str):
        names = [names]
    for name in names or ():
        known_name(result, name)
    fixed = {key: exact(value) for key, value in (at or {}).items()}
    spans = {key: (_number(low), _number(high)) for key, (low, high) in (ranges or {}).items()}
    free = [name for name in names_in_play(result) if name not in fixed]
    known = tuple(names or plain_names(result))
    if not known:
        if result.cells:
            none = all(getattr(cell, "exists", True) is False for cell in result.cells)
            found = "found no incentive" if none else "found none"
            raise UsageError(f"plot: expected numbers in the cells of {result.concept}, {found}; print them instead")
        raise UsageError(f"plot: expected a decided cell of {result.concept}, found none; raise the limit")
    if free == [result.counted]:
        from stackexact.solving.plotting_counts import plot_counts

        return plot_counts(result, ax=ax, fixed=fixed, names=known, ranges=spans)
    if len(free) == 2:
        from stackexact.solving.plotting_plane import plot_plane

        return plot_plane(result, (free[0], free[1]), ax=ax, fixed=fixed, names=known, ranges=spans)
    forms = [(name, values_of(result, name, fixed)) for name in known]
    view = View.of([form for _, form in forms], spans, domain_text(result))
    axes = ax if ax is not None else new_axes()
    heights = _Heights()
    for number, (name, form) in enumerate(forms):
        _draw(axes, view, form, name, Style.of(number, crowded=len(view.points) > _MANY), heights)
    _frame(axes, view, result.concept, forms[0][1].parameter.name, heights)
    return axes


def _number(value: object) -> Fraction:
    number = exact(value, floats="binary")
    if not isinstance(number, Fraction):
        raise UsageError(f"plot: expected numbers as the ends of a range, found {number}")
    return number


@dataclass(frozen=True, slots=True)
class View:
    """The part of the parameter that is shown, and the points in it at which something changes."""

    low: Fraction
    high: Fraction
    points: tuple[Root, ...]

    @classmethod
    def of(cls, forms: Sequence[Branches[Value]], ranges: Mapping[str, tuple[Fraction, Fraction]], domain: str) -> View:
        """A view of all of these, or of the range that is wanted; ``domain`` is what a message calls it."""
        ends = {end for form in forms for one in form.parts for end in (one.piece.low, one.piece.high)}
        points = sorted(end for end in ends if end is not None)
        name = forms[0].parameter.name
        for key in ranges:
            if key != name:
                raise UsageError(f"plot: expected a range of {name}, found one of {key}")
        if name in ranges:
            low, high = ranges[name]
            if low >= high:
                raise UsageError(f"plot: expected a range of {name} from a lower to a higher number, found none")
        else:
            low, high = _shown(forms[0].domain, points)
        # The edges are close to irrational ends, on either side of them.
        inside = tuple(one for one in points if float(low) <= float(one) <= float(high))
        meets = any(_cropped(one.piece, low, high) for form in forms for one in form.parts)
        if not inside and not meets:
            raise InputError(
                f"plot: expected a range that meets the domain ({domain}), found {name} from {low} to {high}"
            )
        return cls(low, high, inside)


def _shown(domain: Sequence[Piece], points: Sequence[Root]) -> tuple[Fraction, Fraction]:
    """The whole of a bounded domain; what is unbounded goes on for half as much again."""
    if not points:
        return Fraction(-1), Fraction(1)
    first, last = near(points[0]), near(points[-1])
    more = (last - first) / 2 if first != last else max(abs(first), Fraction(1))
    low = first - more if domain[0].low is None else first
    high = last + more if domain[-1].high is None else last
    return (low, high) if low < high else (low - 1, high + 1)


def near(root: Root) -> Fraction:
    """A rational number very close to a root."""
    float(root)  # narrows the enclosure
    low, high = root.bounds
    middle = (low + high) / 2
    return Fraction(int(middle.p), int(middle.q))


class _Heights:
    """Which heights must be seen; curves that run to a pole do not decide that, nor do infinite values."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self.poles = False
        self.infinite = False


@dataclass(frozen=True, slots=True)
class Style:
    """How one of several values is drawn: where they coincide, each of them is seen."""

    colour: str
    line: str
    dot: dict[str, Any]

    @classmethod
    def of(cls, number: int, *, crowded: bool) -> Style:
        """Lines with more and more gaps, and smaller and smaller dots that lie above the larger ones."""
        size = _DOTS[min(number, len(_DOTS) - 1)] / (2 if crowded else 1)
        dot = {"markersize": size, "zorder": 3.5 + number / 10, "clip_on": False, "linestyle": "none"}
        return cls(f"C{number}", _STYLES[number % len(_STYLES)], dot)


def _draw(axes: Axes, view: View, form: Branches[Value], name: str, style: Style, heights: _Heights) -> None:
    curves, dots = [], _Dots()
    for part in form.parts:
        span = _cropped(part.piece, view.low, view.high)
        if part.piece.is_point or span is None:
            continue
        if part.value is None:
            axes.axvspan(float(span[0]), float(span[1]), facecolor="0.9", edgecolor="0.6", hatch="//", zorder=0)
        elif isinstance(part.value, Infinity):
            at_the_edge(axes, [float(one) for one in span], style.colour, "-", part.value)
            heights.infinite = True
        else:
            share = (span[1] - span[0]) / (view.high - view.low)
            curves.append(_curve(form.parameter, part.value, part.piece, span, share, heights))
    for point in view.points:
        _mark(axes, form, point, style, dots, heights)
    labels = iter([f"{name} (infinite)" if heights.infinite and not curves else name])
    for line in _together(curves):
        axes.plot(*line, style.line, color=style.colour, label=next(labels, None))
    for points, fill in ((dots.taken, style.colour), (dots.approached, "white")):
        for x, y in _together([([x], [y]) for x, y in points]):
            label = next(labels, None) if dots.isolated and points is dots.taken else None
            axes.plot(x, y, marker="o", color=style.colour, mfc=fill, label=label, **style.dot)
    for label in labels:
        axes.plot([], [], style.line, color=style.colour, label=label)


class _Dots:
    """Values that are taken and values that are only approached; whether some are taken at points of their own."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, float]] = []
        self.approached: list[tuple[float, float]] = []
        self.isolated = False


def _together(lines: Sequence[tuple[list[float], list[float]]]) -> Sequence[tuple[list[float], list[float]]]:
    """Many lines as one with gaps, which takes much less time to draw."""
    if len(lines) <= _MANY:
        return lines
    gap = float("nan")
    return [([x for xs, _ in lines for x in (*xs, gap)], [y for _, ys in lines for y in (*ys, gap)])]


def _cropped(piece: Piece, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction] | None:
    """What an interval has in common with a view."""
    low = low if piece.low is None else max(low, near(piece.low))
    high = high if piece.high is None else min(high, near(piece.high))
    return (low, high) if low < high else None


def _curve(
    parameter: Parameter,
    value: Exact,
    piece: Piece,
    span: tuple[Fraction, Fraction],
    share: Fraction,
    heights: _Heights,
) -> tuple[list[float], list[float]]:
    """Points of the curve of a formula, up to its ends where it is bounded; ``share`` is that of the picture."""
    low, high = span
    top, bottom = parameter.split(value)
    poles = [
        end is not None and not end.sign_of(bottom) and near(end) == edge
        for end, edge in ((piece.low, low), (piece.high, high))
    ]
    straight = bottom.is_constant() and top.degree() <= 1
    steps = 1 if straight else max(_FEWEST, ceil(_SAMPLES * share))
    shares = [Fraction(k, steps) for k in range(steps + 1)]
    for pole, sign in zip(poles, (1, -1), strict=True):
        if pole:  # towards a pole in ever smaller steps
            closer = [_NEAR * Fraction(9, 10) ** k for k in range(80)]
            edge = 0 if sign > 0 else 1
            shares = sorted({*(one for one in shares if one != edge), *(edge + sign * one for one in closer)})
    heights.poles |= any(poles)
    xs, ys = [], []
    for step in shares:
        x = low + step * (high - low)
        place = fmpq(x.numerator, x.denominator)
        xs.append(float(x))
        ys.append(_float(fmpq(top(place)) / bottom(place)))
        if not (poles[0] and step < _NEAR) and not (poles[1] and step > 1 - _NEAR):
            heights.seen.append(ys[-1])
    return xs, ys


def _float(value: Any) -> float:
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _mark(axes: Axes, form: Branches[Value], point: Root, style: Style, dots: _Dots, heights: _Heights) -> None:
    """What is taken and what is only approached at a point where something changes."""
    place = form.place(point)
    taken = None if place is None else _at(form.parameter, form.parts[place].value, point)
    sides = [form.beside(point, above=above) for above in (False, True)]
    limits = [None if side is None else _at(form.parameter, side.value, point) for side in sides]
    x = float(point)
    if taken is not None and not (limits[0] == taken == limits[1]):
        if isinstance(taken, Infinity):
            if taken not in limits:
                at_the_edge(axes, [x], style.colour, "^" if taken is Infinity.OO else "v", taken)
            heights.infinite = True
        else:
            y = _height(form.parameter, taken, point)
            heights.seen.append(y)
            dots.taken.append((x, y))
            dots.isolated |= sides == [None, None]
    for one in {one for one in limits if one is not None and one != taken}:
        if not isinstance(one, Infinity):
            dots.approached.append((x, _height(form.parameter, one, point)))


def _at(parameter: Parameter, value: Value | None, point: Root) -> Value | None:
    """A formula at a point; ``None`` where it has no value."""
    if value is None or isinstance(value, Infinity):
        return value
    try:
        return number_at(parameter, value, point)
    except ZeroDivisionError:
        return None


def _height(parameter: Parameter, number: Exact, point: Root) -> float:
    if isinstance(number, Expression):  # a polynomial in an irrational point
        return float(number.at({parameter.name: near(point)}))  # type: ignore[arg-type]  # a number, since its only parameter is given
    return _float(fmpq(number.numerator, number.denominator))


def at_the_edge(axes: Axes, xs: list[float], colour: str, style: str, value: Infinity) -> None:
    """What is infinite lies along the upper edge, or the lower one."""
    across = axes.get_xaxis_transform()
    edge, sign, said = (1.0, -1, r"$\infty$") if value is Infinity.OO else (0.0, 1, r"$-\infty$")
    axes.plot(xs, [edge] * len(xs), style, color=colour, lw=4, ms=8, transform=across, clip_on=False, zorder=5)
    if len(xs) == 1:
        return
    axes.annotate(
        said, (median(xs), edge), (0, 6 * sign), xycoords=across, textcoords="offset points", ha="center",
        va="top" if sign < 0 else "bottom", color=colour,
    )  # fmt: skip


def _frame(axes: Axes, view: View, title: str, name: str, heights: _Heights) -> None:
    """Ticks where something changes, labels, and a height that poles do not spoil."""
    low, high = float(view.low), float(view.high)
    margin = 0.04 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    if (heights.poles or heights.infinite) and heights.seen:
        bottom, top = min(heights.seen), max(heights.seen)
        more = 0.08 * (top - bottom) or 0.5
        axes.set_ylim(bottom - more, top + (2 if heights.infinite else 1) * more)
    if not heights.seen:
        axes.set_yticks([])
    for point in view.points if len(view.points) <= _MANY else ():
        axes.axvline(float(point), color="0.85", linewidth=0.7, zorder=0)
    labelled: list[Root] = []
    for point in view.points:
        if not labelled or float(point) - float(labelled[-1]) > _CROWDED * (high - low):
            labelled.append(point)
    if len(labelled) >= 2 and len(view.points) <= _MANY:  # one tick alone would show no scale
        axes.set_xticks([float(one) for one in labelled], [root_text(one) for one in labelled])
        axes.set_xticks([float(one) for one in view.points if one not in labelled], minor=True)
    axes.set_xlabel(math_text(symbol(name)))
    axes.set_title(title)
    axes.legend(loc="best" if len(view.points) <= _MANY else "upper right")


def math_text(value: Value | None, longest: int = 60) -> str:
    """A value as matplotlib writes mathematics; text, shortened, where it is long; a word where there is none."""
    if value is None:
        return "none"
    if isinstance(value, Infinity):
        return r"$\infty$" if value is Infinity.OO else r"$-\infty$"
    text = str(value)
    return f"${latex(value)}$" if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 :]}"


def root_text(root: Root) -> str:
    """A point as the label of a tick: exact up to square roots, else rounded."""
    text = str(root.rational) if root.is_rational else _square_root(root)
    return f"${text}$" if 0 < len(text.replace("\\sqrt", "")) <= _LABEL else f"{float(root):.4g}"


def _square_root(root: Root) -> str:
    """A root such as √2 or -√195/10; empty for what has another form."""
    if root.polynomial.degree() != 2 or root.polynomial[1]:
        return ""
    radicand = -int(root.polynomial[0]) * int(root.polynomial[2])
    square = max(k for k in range(1, isqrt(radicand) + 1) if radicand % (k * k) == 0) if radicand < 10**6 else 1
    ratio = Fraction(square, int(root.polynomial[2]))
    sign, top = "-" if root.number == 0 else "", "" if ratio.numerator == 1 else str(ratio.numerator)
    below = "" if ratio.denominator == 1 else f"/{ratio.denominator}"
    text = rf"{sign}{top}\sqrt{{{radicand // square**2}}}{below}"
    return text if len(text) <= _LABEL + 6 else ""
