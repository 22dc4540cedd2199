"""Plots of mechanisms: what equilibria are worth to the designer over a price, and to two followers.

Every point is exact: floats are coordinates on paper only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.bayes_nash import each_equilibrium
from stackexact.mechanisms.designs import Design, designs_of
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.forms import Form, fixed_form, form_of
from stackexact.mechanisms.programs import Programs
from stackexact.mechanisms.vertices import vertices
from stackexact.pictures import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_mechanism"]

_POINTS: Final = 90
"""Prices of a picture, about."""


def plot_mechanism(game: MechanismGame, *, ax: Any = None) -> Axes:
    """Draw what a mechanism leaves open; returns the axes.

    Where one price is left to choose: what the best and the worst coarse correlated equilibrium are worth to the
    designer over that price; they may jump where it crosses the value of a type, and are drawn apart there. Where
    nothing is left and there are two followers: what these expect in coarse correlated equilibria (all of them, the
    hull of the vertices) and in pure ones.

    Raises :class:`~stackexact.errors.UsageError` for other games, :class:`~stackexact.errors.LimitReached` for
    polytopes that are too large, and :class:`~stackexact.errors.MissingLibrary` without matplotlib.
    """
    if not isinstance(game, MechanismGame) or not game.is_numeric:
        found = f"found {shorten(repr(game))}; give one"
        raise UsageError(f"plot_mechanism: expected a game of kind mechanism in numbers, {found}")
    chosen = len(game.rules) == 1 and game.rules[0].fixed
    if chosen and len(game.prices) == 1:
        axes: Any = _over_a_price(game, ax)
    elif game.is_fixed and len(game.followers) == 2:
        axes = _of_two(game, ax)
    else:
        told = "expected one rule with one price left, or none and two followers"
        raise UsageError(f"plot_mechanism: {told}, found {game!r}; choose with with_choices and at")
    axes.set_title(game.name or "mechanism", parse_math=False)
    axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def _over_a_price(game: MechanismGame, ax: Any) -> Any:
    axes = ax if ax is not None else new_axes()
    (design,) = designs_of(game)
    (price,) = game.prices
    breaks = _breaks(design)
    steps = max(2, _POINTS // max(1, len(breaks) - 1))
    for sign, label, colour, width in ((1, "best equilibrium", "C0", 4.0), (-1, "worst equilibrium", "C3", 1.2)):
        for number, (low, high) in enumerate(zip(breaks, breaks[1:], strict=False)):
            inside = [low + (high - low) * Fraction(2 * k + 1, 2 * steps) for k in range(steps)]
            values = [_worth(design, one, sign) for one in inside]
            axes.plot(_floats(inside), _floats(values), color=colour, linewidth=width, label=None if number else label)
        at = [_worth(design, one, sign) for one in breaks]
        axes.plot(_floats(breaks), _floats(at), "o", color=colour, markersize=2.5 + width)
    axes.set_xlabel(f"price {price.name}", parse_math=False)
    axes.set_ylabel("the designer's objective")
    return axes


def _breaks(design: Design) -> list[Fraction]:
    """The ends of the interval, and where conditions on the price change."""
    (low, high), found = design.box[0], set(design.box[0])
    for leaf in design.leaves:
        for option in leaf:
            for condition in option.way.conditions:
                (slope,) = condition.excess.slopes
                if slope:
                    found.add(-condition.excess.constant / slope)
    return sorted(one for one in found if low <= one <= high)


def _worth(design: Design, price: Fraction, sign: int) -> Fraction:
    ways = [
        next(one.way for one in leaf if all(condition.holds((price,)) for condition in one.way.conditions))
        for leaf in design.leaves
    ]
    form = form_of(design.outcomes, ways, (price,))
    return sign * Programs(form, Family.COARSE).best(sign).value / form.scale


def _of_two(game: MechanismGame, ax: Any) -> Any:
    form = fixed_form(game)
    corners = [
        tuple(sum((w * form.utility(i, profile) for profile, w in support), Fraction(0)) for i in (0, 1))
        for support in vertices(form, Family.COARSE)
    ]
    axes = ax if ax is not None else new_axes()
    hull = _hull(sorted(set(corners)))
    axes.fill(_floats([x for x, _ in hull]), _floats([y for _, y in hull]), color="C0", alpha=0.25, linewidth=0)
    closed = [*hull, hull[0]]
    axes.plot(
        _floats([x for x, _ in closed]),
        _floats([y for _, y in closed]),
        color="C0",
        label="coarse correlated equilibria",
    )
    pure = [_expected(form, profile) for profile in each_equilibrium(form)]
    axes.plot(_floats([x for x, _ in pure]), _floats([y for _, y in pure]), "o", color="C3", label="pure equilibria")
    for axis, one in zip((axes.set_xlabel, axes.set_ylabel), game.followers, strict=True):
        axis(f"what {one.name} expects", parse_math=False)
    return axes


def _expected(form: Form, profile: Any) -> tuple[Fraction, Fraction]:
    return form.utility(0, profile), form.utility(1, profile)


def _hull(points: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The corners of the convex hull of sorted points of the plane, in order (Andrew 1979)."""

    def half(some: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        made: list[tuple[Any, ...]] = []
        for x, y in some:
            while len(made) > 1:
                (x1, y1), (x2, y2) = made[-2:]
                if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0:
                    break
                made.pop()
            made.append((x, y))
        return made

    return points if len(points) < 3 else half(points)[:-1] + half(points[::-1])[:-1]


def _floats(values: list[Fraction]) -> list[float]:
    return [float(value) for value in values]
