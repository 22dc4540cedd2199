"""Plots of quantal answers: values by the inverse temperature, and what a follower makes of recommendations.

Every point is an exact value, or an enclosure too narrow to be seen: floats are coordinates on paper only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, cast

from stackexact.errors import UsageError, shorten
from stackexact.exact.enclosures import middle
from stackexact.exact.numbers import exact
from stackexact.games.bimatrix import Game
from stackexact.games.recommendation import RecommendationGame
from stackexact.pictures import new_axes, new_panels
from stackexact.recommending.fixed_points import fixed_points
from stackexact.recommending.models import model_of, number_of
from stackexact.recommending.responses import respond
from stackexact.solving.solve import solve
from stackexact.solving.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_quantal", "plot_recommendation"]

_DIGITS: Final = 9
_ETAS: Final = tuple(Fraction(10**k * m, 100) for k in range(4) for m in (10, 15, 20, 30, 45, 70, 100))
_STEPS: Final = 60
_LINES: Final = (("mixed-strong", "--"), ("mixed-weak", ":"))


def plot_quantal(game: Game, etas: Iterable[object] | None = None, *, ax: Any = None) -> Axes:
    """Draw the most that a leader can get against a quantal follower of a matrix game over its inverse temperature η,
    by commitments and by prescriptions, beside the Stackelberg values with best responses; returns the axes.

    ``etas`` are positive numbers, by default from 1/10 to 1000. Raises :class:`~stackexact.errors.UsageError` for games
    that are no matrices of numbers, and :class:`~stackexact.errors.MissingLibrary` without matplotlib.
    """
    if not isinstance(game, Game) or not game.is_numeric:
        raise UsageError("plot_quantal: expected a game in a matrix of numbers, found another; set values with at()")
    places = _ETAS if etas is None else _positive(etas)
    axes: Any = ax if ax is not None else new_axes()
    best: Any = solve(game, [name for name, _ in _LINES])
    for name, style in _LINES:
        axes.axhline(float(best[name].cells[0].leader), linestyle=style, color="0.5", linewidth=1, label=name)
    for prescription, marker in ((False, "o-"), (True, "s-")):
        values = [_value(game, eta, prescription=prescription) for eta in places]
        label = "quantal, prescription" if prescription else "quantal, commitment"
        axes.plot([float(eta) for eta in places], values, marker, markersize=3.5, linewidth=1.2, label=label)
    axes.set_xscale("log")
    axes.set_xlabel("inverse temperature η")
    axes.set_ylabel("the leader's value")
    axes.set_title(game.name or "quantal followers", parse_math=False)
    axes.legend(fontsize="small")
    return axes  # type: ignore[no-any-return]


def _positive(etas: Iterable[object]) -> tuple[Fraction, ...]:
    if isinstance(etas, str) or not isinstance(etas, Iterable):
        raise UsageError(f"etas: expected a list of numbers above 0, found {shorten(etas)}; write [1, 5, 20]")
    made = []
    for one in etas:
        value = exact(one)
        if not isinstance(value, Fraction) or value <= 0:
            raise UsageError(f"etas: expected numbers above 0, found {shorten(one)}; correct it")
        made.append(value)
    if not made:
        raise UsageError("etas: expected at least one number, found none; leave it out for the usual ones")
    return tuple(sorted(set(made)))


def _value(game: Game, eta: Fraction, *, prescription: bool) -> float:
    found: Any = solve(game, ["quantal"], eta=eta, prescription=prescription, digits=_DIGITS)["quantal"].cells[0]
    return float(middle(found.leader))


def plot_recommendation(
    game: RecommendationGame, commitment: Mapping[str, object] | None = None, *, ax: Sequence[Axes] | None = None
) -> tuple[Axes, Axes]:
    """Draw what a follower with two actions makes of every recommendation under a commitment: the response, with the
    recommendations that are followed; and what the leader then gets, beside the greatest value of those that are
    followed with full support; returns both axes.

    ``commitment`` maps leader actions to probabilities, by default that of the game's policy, or else the best one.
    Near the ends recommendations are nearly followed, and the leader may get more than that greatest value. ``ax`` are
    two axes of your own. Raises :class:`~stackexact.errors.UsageError` for other games.
    """
    if not isinstance(game, RecommendationGame) or not game.is_numeric or len(game.actions.follower) != 2:
        told = "expected a game of kind recommendation in numbers whose follower has two actions"
        raise UsageError(f"plot_recommendation: {told}, found another; give one")
    best: Any = solve(cast(Any, game), ["incentive-compatible"], digits=_DIGITS)["incentive-compatible"].cells[0]
    x = _commitment(game, commitment, best)
    axes = new_panels(2) if ax is None else tuple(ax)
    if len(axes) != 2:
        raise UsageError(f"plot_recommendation: expected 2 axes in ax, found {len(axes)}; give two")
    model, label = model_of(game), game.actions.follower[0]
    places, answers, values, apart = [], [], [], []
    for k in range(_STEPS + 1):
        share = Fraction(k, _STEPS)
        found = respond(model, x, (share, 1 - share))
        played = dict(zip(found.played.support, found.played.shares, strict=True))
        places.append(float(share))
        answers.append(float(middle(number_of(played[0], _DIGITS))) if 0 in played else 0.0)
        values.append(float(middle(number_of(found.leader, _DIGITS, model.decision.scale))))
        apart.append(float(middle(number_of(found.violation.size, _DIGITS))))
    followed = []
    for point in fixed_points(model, [x], Workspace(cast(Any, game)).stop):
        known = dict(zip(point.recommendation.support, point.recommendation.shares, strict=True))
        followed.append(float(middle(number_of(known[0], _DIGITS))) if 0 in known else 0.0)
    _map(axes[0], label, places, answers, followed)
    _worth(axes[1], label, places, values, apart, float(middle(best.leader)))
    for one in axes:
        one.set_title(game.name or "recommendations", parse_math=False)
    return axes[0], axes[1]


def _commitment(game: RecommendationGame, told: Mapping[str, object] | None, best: Any) -> tuple[Fraction, ...]:
    labels = game.actions.leader
    if told is None:
        if game.policy is not None:
            return cast("tuple[Fraction, ...]", game.policy.commitment)
        told = best.commitment
    unknown = [label for label in told if label not in labels]
    shares = tuple(exact(told.get(label, 0)) for label in labels)
    if unknown or any(not isinstance(share, Fraction) or share < 0 for share in shares) or sum(shares) != 1:
        expected = f"probabilities of {', '.join(labels)} that sum to exactly 1"
        raise UsageError(f"commitment: expected {expected}, found {shorten(dict(told))}; correct it")
    return cast("tuple[Fraction, ...]", shares)


def _map(axes: Any, label: str, places: list[float], answers: list[float], followed: list[float]) -> None:
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
    axes.plot(places, answers, color="C0", label="response")
    axes.plot(followed, followed, "o", color="C3", label="followed")
    axes.set_xlabel(f"recommended probability of {label}", parse_math=False)
    axes.set_ylabel(f"probability that {label} is played", parse_math=False)
    axes.legend(fontsize="small")


def _worth(axes: Any, label: str, places: list[float], values: list[float], apart: list[float], best: float) -> None:
    axes.axhline(best, color="0.5", linestyle="--", linewidth=1, label="V*, followed with full support")
    axes.plot(places, values, color="C0", label="the leader's value")
    axes.plot(places, apart, color="C1", linewidth=1, label="violation (total variation)")
    axes.set_xlabel(f"recommended probability of {label}", parse_math=False)
    axes.legend(fontsize="small")
