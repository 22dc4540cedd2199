"""The limit of many followers: of gains, of what they cost, and what remains with infinitely many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import LimitReached
from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import Matrix, Problem, Vector, dot, product, solve
from stackexact.incentives.gains import Gain, gain
from stackexact.incentives.gaussian import Information, expected
from stackexact.incentives.optima import Optimum, reaction, require_semidefinite, responsive_optimum
from stackexact.incentives.view import Linear, Told, View, determined, vanishes, view

__all__ = ["MeanField", "Swapped", "change", "mean_field"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class MeanField(Generic[T]):
    """The limit of many followers: that of the team optimum, of the gain (κ), and what is left of N κ (``rest``);
    the open-loop Stackelberg solution, the best that remains with infinitely many; and what incentives of a fixed gain
    on the mean reach with infinitely many followers, as that gain grows (``swapped``: the limits in the other order).

    ``rest`` is beside the limit: N κ is N times the limit, and the rest (with Gaussian information where the limit is
    0 alone). The energy N |κ|² stays finite if and only if the limit of κ is 0: if and only if the team optimum is a
    response already where nobody moves the mean (``aligned``). ``signs`` are those of the limit's entries. ``None``
    where there is no gain, where no action of the leader determines what infinitely many followers do, where gains do
    not.
    """

    optimum: Linear[T]
    aligned: bool
    limit: Gain[T] | None
    signs: Matrix[int]
    rest: Gain[T] | None
    open_loop: Optimum[T] | None
    swapped: Swapped[T] | None


@dataclass(frozen=True, slots=True)
class Swapped(Generic[T]):
    """Where the limits in the other order lead, and by how much u0 turned along a follower's slope by it (in units of
    its cost; ``None`` where nothing moves)."""

    optimum: Optimum[T]
    turn: Ratio[T] | None


def mean_field(told: Told[T], prover: Prover[T]) -> MeanField[T]:
    """The mean-field limit of the affine incentive, the open-loop value, and the limits in the other order."""
    game = view(told, prover, infinite=True)
    problem, optimum = game.felt, game.team_optimum(prover, many=True)
    form, point = problem.follower, problem.alike(optimum.point)
    u0, own = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own))
    aligned = not any(map(prover.sign, own))
    if aligned:
        prover.zero(own)
    else:
        prover.positive([dot(own, own)])
    if any(map(prover.sign, u0)):
        limit = gain("gain", u0, own, prover)
        rest = _rest(told, game, optimum, u0, prover) if aligned or isinstance(told, Problem) else None
    elif isinstance(told, Problem):
        limit = rest = _without_influence(problem, optimum, u0, own, prover)
    else:
        prover.zero(u0)
        limit, rest = _both_vanishing(told, game, optimum, prover) if aligned else None, None
    signs = _signs(limit, prover) if limit is not None else ()
    # Many followers whose costs are not convex never respond.
    curved = form.block(problem.own, problem.own)
    require_semidefinite("follower", "its own action", form.hessian, curved, prover)
    # How she reacts on path is no matter of what is open-loop.
    plain = problem if isinstance(told, Problem) else expected(told.problem, told, prover, infinite=True)
    open_loop = None
    if determined(plain, prover, infinite=True):
        open_loop = responsive_optimum(plain, prover, infinite=True)
    swapped = Swapped(optimum, None) if aligned else None
    if limit is not None and not aligned:
        swapped = _swapped(problem, optimum, (u0, own), prover)
    return MeanField(Linear(optimum, game.reaction), aligned, limit, signs, rest, open_loop, swapped)


def _without_influence(
    problem: Problem[T], optimum: Optimum[T], u0: Vector[T], own: Vector[T], prover: Prover[T]
) -> Gain[T] | None:
    """No gain, where a follower's cost does not change with the leader's action; but 0 where none is needed."""
    prover.zero(u0)
    mean = problem.follower.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    both = (*own, *mean)
    if any(map(prover.sign, both)):
        return gain("none", u0, both, prover)
    prover.zero(mean)
    return gain("any", u0, own, prover)


def _both_vanishing(told: Information[T], game: View[T], optimum: Optimum[T], prover: Prover[T]) -> Gain[T] | None:
    """The limit of κ where the slopes by u0 and by a follower's own action both vanish for N → ∞: that of the quotient
    of what they change by with 1/N; 0 where none is needed for any N, and ``None`` where there is none for any.

    Times the optimum's bottom all slopes are linear in 1/N, so that u0 moves nobody for any N where its slope does not
    change. Raises :class:`~stackexact.errors.LimitReached` where κ vanishes to a higher order.
    """
    share = _by_share(told, game, optimum, prover)
    if prover.sign(share.by_rest):
        prover.nonzero([share.by_rest])
        if prover.sign(share.by_u0):
            return gain("gain", (share.by_u0,), (share.by_rest,), prover)
        prover.zero([share.by_u0])
        return None
    nothing = (share.by_u0, share.by_rest, share.mean, share.by_mean)
    if any(map(prover.sign, nothing)):
        raise LimitReached("mean-field: the need of incentives vanishes to the second order in 1/N; solve it at some N")
    prover.zero(nothing)
    return gain("any", (share.by_u0,), (share.by_rest,), prover)


def _signs(limit: Gain[T], prover: Prover[T]) -> Matrix[int]:
    """The signs of a gain, required."""
    made = []
    for row in limit.rows:
        for value in row:
            at_point = prover.sign(value * limit.bottom)
            if at_point:
                prover.positive([value * limit.bottom * at_point])
            else:
                prover.zero([value])
            made.append(at_point)
    columns = len(limit.rows[0])
    return tuple(tuple(made[i : i + columns]) for i in range(0, len(made), columns))


def _rest(told: Told[T], game: View[T], optimum: Optimum[T], u0: Vector[T], prover: Prover[T]) -> Gain[T] | None:
    """What is left of N κ beyond N times its limit, where that converges: the gain that answers how a follower's slope
    changes with 1/N. Its action moves the mean by 1/N; with Gaussian information the optimum changes with N, and so
    does what it expects of others."""
    if isinstance(told, Problem):
        by_mean = told.follower.slope(told.mean, told.alike(optimum.point), optimum.bottom)
        return gain("gain", u0, by_mean, prover)
    share = _by_share(told, game, optimum, prover)
    return gain("gain", tuple(a * share.bottom for a in u0), (share.by_rest,), prover)


@dataclass(frozen=True, slots=True)
class _ByShare(Generic[T]):
    """How a follower's slopes change with 1/N where there are infinitely many: that by u0, by all that its own action
    moves, and by the mean; and the latter itself (``mean``). Over one bottom."""

    by_u0: T
    by_rest: T
    by_mean: T
    mean: T
    bottom: T


def _by_share(told: Information[T], game: View[T], optimum: Optimum[T], prover: Prover[T]) -> _ByShare[T]:
    """The optimum changes, so does what a follower expects of others, and its action begins to move the mean."""
    moved, bottom = change(told, game, optimum, prover)
    problem, noise = game.felt, told.noise * optimum.point[1]
    by_u0, own, by_mean = (
        row[0] * moved[0] + (row[1] + row[2]) * moved[1] + seen[2] * noise * bottom
        for row, seen in zip(problem.follower.hessian[:3], game.moves.follower.hessian[:3], strict=True)
    )
    (mean,) = problem.follower.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    return _ByShare(by_u0, own + mean * bottom, by_mean, mean * bottom, bottom)


def change(told: Information[T], game: View[T], optimum: Optimum[T], prover: Prover[T]) -> tuple[Vector[T], T]:
    """How the team optimum (a, g) of infinitely many followers changes with 1/N, times its bottom; ``game`` is their
    view."""
    g, h = optimum.point[1], game.moves.leader.hessian
    curved = g * told.noise * (h[1][2] + h[2][1] + h[2][2]) * 2  # expected() doubles the leader's cost
    return solve(prover, game.felt.merged(game.felt.leader).hessian, (curved * 0, -curved))


def _swapped(
    problem: Problem[T],
    optimum: Optimum[T],
    slopes: tuple[Vector[T], Vector[T]],
    prover: Prover[T],
) -> Swapped[T] | None:
    """Where infinitely many followers respond to u0* + t κ (ū − v*) for large t: there the mean leaves v* only in
    directions that κ does not see, and u0 leaves u0* along κ's only direction, so that they respond."""
    u0, own = slopes
    along = product(problem.follower.block(problem.own, problem.u0), tuple((value,) for value in u0))
    nought = prover.number(0)
    system = (*(((*row, *by)) for row, by in zip(reaction(problem, infinite=True), along, strict=True)), (*own, nought))
    if vanishes(system, prover):
        return None
    found, bottom = solve(prover, system, (*(-value for value in own), nought))
    # own is times the bottom of the optimum, and so is what is found; κ's direction is told in the same unit.
    leader = tuple(value * found[-1] for value in u0)
    start = [value * bottom for value in optimum.point]
    moves = (*leader, *(nought for _ in range(problem.sizes[1])), *found[:-1])
    point = tuple(value + move for value, move in zip(start, moves, strict=True))
    whole = optimum.bottom * bottom
    made = Optimum(point, whole, problem.leader.value(problem.alike(point), whole))
    return Swapped(made, Ratio(found[-1], bottom))
