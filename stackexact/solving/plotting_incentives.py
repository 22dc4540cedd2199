"""Plots of incentives against the number of followers: the gain, its energy, what the leader pays, and what the
randomised incentive misses.

Values are computed exactly at whole numbers of followers, and rounded once: floats are coordinates on paper only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, LimitReached, MissingLibrary, UsageError, shorten
from stackexact.exact.decimals import shortened
from stackexact.exact.latex import name_latex
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.solving.branches import Value, branches, names_in_play
from stackexact.solving.cells import Infinity
from stackexact.solving.plotting import math_text
from stackexact.solving.solution import Result, Solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_incentives"]

_ALL: Final = 60
"""Up to so many followers every number is looked at, beyond so many in every decade."""
_WIDE: Final = 50
"""Heights that differ by this factor stand on a logarithmic scale."""
_PRECISE: Final = Context(prec=40)

Points = tuple[list[int], list[float]]


def plot_incentives(
    solution: Solution,
    *,
    up_to: int = 1000,
    at: Mapping[str, object] | None = None,
    ax: Sequence[Axes] | None = None,
) -> tuple[Axes, ...]:
    """Draw what an incentive takes against the number of followers, from 1 to ``up_to``; returns the axes.

    The panels are the norm of the gain per follower and its limit, the energy (not of a gain on a major follower), what
    the leader pays with finitely many followers and (dashed) with infinitely many, and, where it was solved, by how
    much the randomised incentive misses the team optimum. Numbers of followers with several responses, or without an
    incentive, are marked. ``at`` gives numbers for the other parameters, ``ax`` axes of your own, one for each panel.

    Raises :class:`~stackexact.errors.UsageError` for a solution without incentives against a number of followers and
    :class:`~stackexact.errors.MissingLibrary` without matplotlib (``stackexact[plot]``).
    """
    view = _View.of(solution, up_to, at)
    panels: list[Callable[[_View, Axes], None]] = (
        [_gain, _energy, _cost] if view.concept == "incentive" else [_gain, _cost]
    )
    if "randomised" in solution:
        panels.append(_missed)
    axes = _axes(len(panels)) if ax is None else tuple(ax)
    if len(axes) != len(panels):
        raise UsageError(f"plot_incentives: expected {len(panels)} axes in ax, one for each panel, found {len(axes)}")
    for panel, one in zip(panels, axes, strict=True):
        panel(view, one)
        view.frame(one)
    return axes


def _axes(count: int) -> tuple[Axes, ...]:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingLibrary("plots need matplotlib: pip install 'stackexact[plot]'") from None
    return tuple(pyplot.subplots(1, count, figsize=(4 * count, 3.5), layout="constrained")[1])


@dataclass(frozen=True, slots=True)
class _View:
    """The numbers of followers that are looked at, and how values are found there."""

    solution: Solution
    concept: str
    parameter: str
    fixed: dict[str, Exact]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, solution: Solution, up_to: int, at: Mapping[str, object] | None) -> _View:
        """What there is to draw; one-line errors where there is nothing."""
        if not isinstance(solution, Solution):
            raise UsageError(
                f"plot_incentives: expected a solution, found {type(solution).__name__} {shorten(solution)}"
            )
        concept = next((name for name in ("incentive", "major-follower") if name in solution), "")
        if not concept or not solution[concept].cells:
            found = ", ".join(solution) or "nothing"
            raise UsageError(f"plot_incentives: expected an incentive that is solved, found {found}; solve it by name")
        if type(up_to) is not int or up_to < 2:
            raise UsageError(f"plot_incentives: expected up_to as a whole number above 1, found {shorten(up_to)}")
        game: Any = solution.game
        if not isinstance(game.followers, Expression):
            raise UsageError(
                f"plot_incentives: expected a number of followers that is a parameter, found {game.followers}; "
                "leave it open, as in followers='N'"
            )
        (parameter,) = game.followers.parameters
        fixed = {name: exact(value) for name, value in (at or {}).items()}
        free = [name for name in names_in_play(solution[concept]) if name not in (parameter, *fixed)]
        if free or parameter in fixed or not all(isinstance(value, Fraction) for value in fixed.values()):
            raise UsageError(
                f"plot_incentives: expected numbers in at for all parameters but {parameter}, "
                f"found {', '.join(free) or shorten(at)}; give {'them' if free else 'others'}"
            )
        made = cls(solution, concept, parameter, fixed, ())
        return cls(solution, concept, parameter, fixed, made._counts(up_to))

    def _counts(self, up_to: int) -> tuple[int, ...]:
        """All small numbers, then some of every decade, and every one at which an answer changes."""
        last = min(up_to, _ALL)
        found = {*range(1, last + 1), up_to}
        steps = (round(_ALL * 10 ** (k / _ALL)) for k in range(_ALL * 20))
        found.update(one for one in steps if one <= up_to)
        for concept in ("incentive", "major-follower", "mean-field", "randomised"):
            if concept in self.solution and names_in_play(self.solution[concept]):
                found.update(one for one in self._changes(self.solution[concept]) if one <= up_to)
        return tuple(one for one in sorted(found) if self._holds(one))

    def _changes(self, result: Result) -> set[int]:
        """Whole numbers at which a cell begins or ends, and those beside them."""
        if self.parameter not in names_in_play(result):
            return set()
        kept = {name: value for name, value in self.fixed.items() if name in result.parameters}
        ends = chain.from_iterable((one.piece.low, one.piece.high) for one in branches(result, kept).parts)
        places = [end.rational for end in ends if end is not None and end.is_rational]
        near = {int(place) + step for place in places if place.denominator == 1 for step in (-1, 0, 1)}
        return {one for one in near if one >= 1}

    def _holds(self, count: int) -> bool:
        """Whether so many followers are in the domain."""
        try:
            return all(chain.at({**self.fixed, self.parameter: Fraction(count)}).holds() for chain in self._assumed())
        except InputError:
            return False

    def _assumed(self) -> Sequence[Any]:
        return self.solution[self.concept].assumptions

    def values(self, concept: str, name: str) -> Callable[[int], Any]:
        """A value by the number of followers; ``None`` where there is none, or it is undecided."""
        result = self.solution.get(concept)
        if result is None or not any(hasattr(cell, name) for cell in result.cells):
            return lambda count: None
        function = result.lambdify(name)
        fixed = {key: value for key, value in self.fixed.items() if key in result.parameters}

        def value(count: int) -> Any:
            try:
                return function({**fixed, self.parameter: count})
            except LimitReached:
                return None

        return value

    def norms(self, concept: str, name: str) -> Callable[[int], float | None]:
        """The norm of a gain by the number of followers: exact, with one rounding."""
        gain = self.values(concept, name)

        def norm(count: int) -> float | None:
            found = gain(count)
            if found is None:
                return None
            rows = [[found]] if isinstance(found, Fraction) else [row.values() for row in found.values()]
            return _root(sum((one * one for row in rows for one in row), Fraction(0)))

        return norm

    def points(self, value: Callable[[int], Any]) -> Points:
        """The points of a curve, without those where there is no value."""
        found = [(count, value(count)) for count in self.counts]
        told = [(count, one) for count, one in found if one is not None]
        return [count for count, _ in told], [_float(one) for _, one in told]

    def first(self, value: Callable[[int], Any]) -> Any:
        """A value that is the same for all numbers of followers."""
        return value(self.counts[0]) if self.counts else None

    def mark(self, axes: Axes, height: Callable[[int], Any]) -> None:
        """Numbers of followers with several responses, on the curve, and without an incentive, at the lower edge."""
        unique, exists = self.values(self.concept, "unique"), self.values(self.concept, "exists")
        several = [one for one in self.counts if unique(one) is False]
        if several:
            xs, ys = zip(*((one, _float(height(one))) for one in several), strict=True)
            axes.plot(xs, ys, "o", ms=8, mfc="none", color="C3", label="response not unique", zorder=4)
        none = [one for one in self.counts if exists(one) is False]
        if none:
            across = axes.get_xaxis_transform()
            axes.plot(none, [0.0] * len(none), "x", color="C3", label="no incentive", transform=across, clip_on=False)

    def frame(self, axes: Axes) -> None:
        """The axis of followers, and a legend."""
        axes.set_xscale("log")
        axes.set_xlim(min(self.counts, default=1) / 1.2, max(self.counts, default=10) * 1.2)
        axes.set_xlabel(f"number of followers ${name_latex(self.parameter)}$")
        if axes.get_legend_handles_labels()[1]:
            axes.legend(loc="best", fontsize="small")


def _root(value: Fraction) -> float:
    """A square root, rounded once."""
    number = _PRECISE.divide(_PRECISE.create_decimal(value.numerator), _PRECISE.create_decimal(value.denominator))
    return float(_PRECISE.sqrt(number))


def _float(value: Value | float) -> float:
    if isinstance(value, Infinity):
        return float(str(value).replace("oo", "inf"))
    try:
        return float(value)  # type: ignore[arg-type]  # numbers: all parameters are given
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")  # type: ignore[operator]


def _scaled(axes: Axes, heights: Sequence[float]) -> None:
    """A logarithmic scale where heights are positive and far apart; room around them where they are all the same."""
    if heights and min(heights) > 0 and max(heights) / min(heights) >= _WIDE:
        axes.set_yscale("log")
    elif heights and max(heights) - min(heights) <= 1e-9 * max(map(abs, heights)):
        one = heights[0]
        axes.set_ylim((min(0.0, 2 * one), max(0.0, 2 * one)) if one else (-1.0, 1.0))


def _dots(axes: Axes, points: Points, label: str, colour: str = "C0") -> None:
    axes.plot(*points, ".", ms=4, color=colour, label=label)


def _gain(view: _View, axes: Axes) -> None:
    axes.set_title("gain per follower" if view.concept == "incentive" else "gain on the major follower")

    height = view.norms(view.concept, "gain")
    points = view.points(height)
    axes.set_ylabel(r"$|\kappa|$" if view.concept == "incentive" else r"$|Q_{\mathrm{M}}|$")
    if not points[0]:
        _told(axes, "no incentive")
        return
    _dots(axes, points, "finite")
    where, name = ("mean-field", "gain") if view.concept == "incentive" else (view.concept, "limit_gain")
    limit = view.first(view.norms(where, name))
    if limit is not None:
        axes.axhline(limit, ls="--", color="C1", zorder=3, label="limit")
    _scaled(axes, [*points[1], *([limit] if limit is not None else [])])
    view.mark(axes, height)


def _energy(view: _View, axes: Axes) -> None:
    axes.set_title("energy")

    height = view.values(view.concept, "energy")
    points = view.points(height)
    if not points[0]:
        _told(axes, "no incentive")
        return
    _dots(axes, points, "finite")
    limit = view.first(view.values("mean-field", "energy"))
    if isinstance(limit, Infinity):
        axes.plot([], [], " ", label=r"limit $\infty$")
    elif limit is not None:
        axes.axhline(_float(limit), ls="--", color="C1", zorder=3, label=f"limit {math_text(limit)}")
    _scaled(axes, points[1] if limit is None or isinstance(limit, Infinity) else [*points[1], _float(limit)])
    view.mark(axes, height)
    axes.set_ylabel(r"$N |\kappa|^2$" if view.parameter == "N" else r"energy")


def _cost(view: _View, axes: Axes) -> None:
    axes.set_title("what the leader pays")
    major = view.concept == "major-follower"
    finite = view.concept if major else "team-optimum"
    points = view.points(view.values(finite, "cost"))
    _dots(axes, points, "finite")
    where, name = (view.concept, "limit_cost") if major else ("mean-field", "cost")
    limit = view.first(view.values(where, name))
    if limit is not None:
        axes.axhline(_float(limit), ls="--", color="C1", zorder=3, label="limit" if major else "infinitely many")
        gap = None if major else view.first(view.values("mean-field", "gap"))
        if gap:
            _annotate(axes, max(view.counts), _float(limit - gap), _float(limit), f"gap {shortened(gap)}")
    heights = [*points[1], *([_float(limit)] if limit is not None else [])]
    if heights and min(heights) < max(heights):
        more = 0.15 * (max(heights) - min(heights))
        axes.set_ylim(min(heights) - more, max(heights) + 2 * more)
    else:
        _scaled(axes, heights)
    axes.set_ylabel("$J_0$")


def _annotate(axes: Axes, x: float, low: float, high: float, text: str) -> None:
    """An arrow between two heights, and beside it what is between them."""
    axes.annotate("", (x, high), (x, low), arrowprops={"arrowstyle": "<->", "color": "0.3", "shrinkA": 0, "shrinkB": 0})
    axes.annotate(text, (x, (low + high) / 2), (-6, 0), textcoords="offset points", ha="right", va="center")


def _missed(view: _View, axes: Axes) -> None:
    """On logarithmic scales: what is 0 has no place there, and is told instead."""
    axes.set_title("randomised incentive")
    told, heights = [], []
    for number, (name, label) in enumerate((("error", "leader's error"), ("saving", "a follower's saving"))):
        xs, ys = view.points(view.values("randomised", name))
        seen = [(x, y) for x, y in zip(xs, ys, strict=True) if y > 0]
        if seen:
            _dots(axes, ([x for x, _ in seen], [y for _, y in seen]), label, f"C{number}")
            heights += [y for _, y in seen]
        elif xs:
            told.append(f"{label} is 0")
    if heights:
        axes.set_yscale("log")
        for words in told:
            axes.plot([], [], " ", label=words)
    else:
        _told(axes, "\n".join(told) or "no incentive")


def _told(axes: Axes, words: str) -> None:
    """A panel with words alone."""
    axes.set_yticks([])
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center")
