"""Where the maximum of the likelihood is, to be proved elsewhere: Newton's method on points, without error bounds.

A step changes log-odds by at most ``rho``; along it the curvature grows at most like ``exp(rho t)``, since log-sum-exp
is generalised self-concordant, and the slope along the step stays downhill up to ``t = log(1 + rho)/rho`` (Sun and
Tran-Dinh, "Generalized self-concordant functions", Mathematical Programming 178, 2019). Steps of that length converge
from anywhere, in the end quadratically; nothing is searched along a line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flint import arb, arb_mat, ctx

from stackexact.errors import LimitReached
from stackexact.estimation.likelihood import Likelihood

__all__ = ["maximiser", "start"]

MOST_STEPS: Final = 20_000


def start(likelihood: Likelihood) -> arb_mat | None:
    """Least squares on log-odds of smoothed frequencies; nothing where the precision is too low for it."""
    weights, wanted = likelihood.smoothed()
    here = [arb(0)] * likelihood.height
    place = 0
    for counts in likelihood.counts:  # least squares about the means of each choice
        span = slice(place, place + len(counts))
        total = sum(weights[span], arb(0))
        mean = sum((w * v for w, v in zip(weights[span], wanted[span], strict=True)), arb(0)) / total
        here[span] = [w * (v - mean) for w, v in zip(weights[span], wanted[span], strict=True)]
        place += len(counts)
    right = likelihood.across * arb_mat(len(here), 1, here)
    return _solved(_scatter(likelihood, weights), right)


def _scatter(likelihood: Likelihood, weights: list[Any]) -> arb_mat:
    """The weighted scatter of features about their means in each choice."""
    made: list[Any] = []
    place = 0
    for counts in likelihood.counts:
        span = range(place, place + len(counts))
        total = sum((weights[i] for i in span), arb(0))
        mean = [sum((weights[i] * likelihood.rows[i][j] for i in span), arb(0)) / total for j in range(likelihood.size)]
        made += [weights[i] * (likelihood.rows[i][j] - mean[j]) for i in span for j in range(likelihood.size)]
        place += len(counts)
    return likelihood.across * arb_mat(likelihood.height, likelihood.size, made)


def _solved(matrix: arb_mat, right: arb_mat) -> arb_mat | None:
    """An approximate solution of finite points, or nothing."""
    try:
        found = matrix.mid().solve(right.mid(), algorithm="approx").mid()
    except ZeroDivisionError:
        return None
    return found if all(entry.is_finite() for entry in found.entries()) else None


def maximiser(likelihood: Likelihood, point: arb_mat, stop: Callable[[], bool]) -> arb_mat | None:
    """A point near the maximiser, as near as the working precision lets it be; nothing where that is too low.

    Raises :class:`~stackexact.errors.LimitReached` where ``stop`` says so, and after 20 000 steps.
    """
    fine = arb(2) ** (-ctx.prec // 2)
    last: Any = None
    for _ in range(MOST_STEPS):
        if stop():
            raise LimitReached("the time limit was reached while the likelihood was maximised; raise it")
        state = likelihood.at(point)
        step = _solved(state.curvature, -state.slope)
        if step is None:
            return None
        reach = likelihood.reach(step)
        if not reach.is_finite():
            return None
        damped = reach.log1p() / reach if reach > 1e-9 else arb(1)
        point = (point + step * damped).mid()
        if reach < fine:
            return point
        # Quadratic convergence ends where rounding begins.
        if last is not None and reach < 1e-6 and not reach < last:
            return point
        last = reach
    raise LimitReached(f"the likelihood was not maximised in {MOST_STEPS} steps; scale features or counts")
