"""Plots of incentives against the number of followers: the gain, its energy, what the leader pays, and what the
randomised incentive misses.

Values are computed exactly at whole numbers of followers, and rounded once: floats are coordinates on paper only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.decimals import shortened
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.pictures import new_panels
from stackexact.solving.branches import names_in_play
from stackexact.solving.cells import Infinity
from stackexact.solving.plotting import math_text
from stackexact.solving.plotting_counts import UP_TO, as_float, changes, counts_from, frame_counts, runs, scaled
from stackexact.solving.solution import Solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_incentives"]

_FEW: Final = 6
"""So many numbers of followers in a row are marked one by one, more are shaded."""
_PRECISE: Final = Context(prec=40)

Points = tuple[list[int], list[float]]


def plot_incentives(
    solution: Solution,
    *,
    up_to: int = UP_TO,
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
    axes = new_panels(len(panels)) if ax is None else tuple(ax)
    if len(axes) != len(panels):
        raise UsageError(f"plot_incentives: expected {len(panels)} axes in ax, one for each panel, found {len(axes)}")
    for panel, one in zip(panels, axes, strict=True):
        panel(view, one)
        view.frame(one)
    return axes


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
        """Numbers up to the last, and every one at which an answer changes."""
        more: set[int] = set()
        for concept in ("incentive", "major-follower", "mean-field", "randomised"):
            if concept in self.solution:
                more |= changes(self.solution[concept], self.parameter, self.fixed)
        return counts_from(1, up_to, more, self.solution[self.concept].assumptions, self.parameter, self.fixed)

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
        return [count for count, _ in told], [as_float(one) for _, one in told]

    def first(self, value: Callable[[int], Any]) -> Any:
        """A value that is the same for all numbers of followers."""
        return value(self.counts[0]) if self.counts else None

    def curve(self, axes: Axes, value: Callable[[int], Any]) -> None:
        """Dots for what depends on the gain: grey where that makes followers' costs concave, and is no incentive."""
        second = self.values(self.concept, "second_order")
        xs, ys = self.points(value)
        fails = {one for one in xs if second(one) is False}
        for label, colour in (("finite", "C0"), ("second-order condition fails", "0.6")):
            own = [(x, y) for x, y in zip(xs, ys, strict=True) if (x in fails) == (colour != "C0")]
            if own:
                _dots(axes, ([x for x, _ in own], [y for _, y in own]), label, colour)

    def mark(self, axes: Axes, height: Callable[[int], Any]) -> None:
        """Numbers of followers with several responses, on the curve, and without a gain, at the lower edge; shaded
        where they are many in a row."""
        unique, exists = self.values(self.concept, "unique"), self.values(self.concept, "exists")
        several = self._single(axes, [one for one in self.counts if unique(one) is False], "response not unique", "C3")
        if several:
            xs, ys = zip(*((one, as_float(height(one))) for one in several), strict=True)
            axes.plot(xs, ys, "o", ms=8, mfc="none", color="C3", label="response not unique", zorder=4)
        none = [one for one in self.counts if exists(one) is False and height(one) is None]
        if none := self._single(axes, none, "no incentive", "0.5"):
            across = axes.get_xaxis_transform()
            axes.plot(none, [0.0] * len(none), "x", color="C3", label="no incentive", transform=across, clip_on=False)

    def _single(self, axes: Axes, marked: Sequence[int], label: str, colour: str) -> list[int]:
        """Shade what is marked many times in a row; what is left is to be marked one by one."""
        left = []
        for run in runs(self.counts, marked):
            if len(run) <= _FEW:
                left += run
                continue
            high = run[-1] * 1.2 if run[-1] == self.counts[-1] else run[-1] + 0.5
            axes.axvspan(run[0] - 0.5, high, color=colour, alpha=0.15, lw=0, zorder=0, label=label)
        return left

    def frame(self, axes: Axes) -> None:
        """The axis of followers, and a legend."""
        frame_counts(axes, self.parameter, self.counts)
        handles, labels = axes.get_legend_handles_labels()
        if labels:
            told = dict(zip(labels, handles, strict=True))  # once, where it is shaded and marked
            axes.legend(told.values(), told, loc="best", fontsize="small")


def _root(value: Fraction) -> float:
    """A square root, rounded once."""
    number = _PRECISE.divide(_PRECISE.create_decimal(value.numerator), _PRECISE.create_decimal(value.denominator))
    return float(_PRECISE.sqrt(number))


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
    view.curve(axes, height)
    where, name = ("mean-field", "gain") if view.concept == "incentive" else (view.concept, "limit_gain")
    limit = view.first(view.norms(where, name))
    if limit is not None:
        axes.axhline(limit, ls="--", color="C1", zorder=3, label="limit")
    scaled(axes, [*points[1], *([limit] if limit is not None else [])])
    view.mark(axes, height)


def _energy(view: _View, axes: Axes) -> None:
    axes.set_title("energy")

    height = view.values(view.concept, "energy")
    points = view.points(height)
    if not points[0]:
        _told(axes, "no incentive")
        return
    view.curve(axes, height)
    limit = view.first(view.values("mean-field", "energy"))
    if isinstance(limit, Infinity):
        axes.plot([], [], " ", label=r"limit $\infty$")
    elif limit is not None:
        axes.axhline(as_float(limit), ls="--", color="C1", zorder=3, label=f"limit {math_text(limit)}")
    scaled(axes, points[1] if limit is None or isinstance(limit, Infinity) else [*points[1], as_float(limit)])
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
        axes.axhline(as_float(limit), ls="--", color="C1", zorder=3, label="limit" if major else "infinitely many")
        gap = None if major else view.first(view.values("mean-field", "gap"))
        if gap:
            _annotate(axes, max(view.counts), as_float(limit - gap), as_float(limit), f"gap {shortened(gap)}")
    heights = [*points[1], *([as_float(limit)] if limit is not None else [])]
    if heights and min(heights) < max(heights):
        more = 0.15 * (max(heights) - min(heights))
        axes.set_ylim(min(heights) - more, max(heights) + 2 * more)
    else:
        scaled(axes, heights)
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
