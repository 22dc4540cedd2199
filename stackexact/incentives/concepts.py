"""The concepts of games of incentives: each a function that requires what makes its answer true, and returns it.

Every one takes a game of numbers or, where it has a meaning with Gaussian information, one of those too: strategies
are linear in what is seen then, and the numbers are their gains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from stackexact.exact.prover import Prover, Ratio
from stackexact.incentives.forms import (
    Matrix,
    Problem,
    Vector,
    determinant,
    dot,
    plus,
    product,
    scaled,
    solve,
    transposed,
)
from stackexact.incentives.gains import (
    Case,
    Curvature,
    Gain,
    case_of,
    curvature,
    drawn_curvature,
    gain,
    moved_by_follower,
)
from stackexact.incentives.gaussian import Information, announced, expected
from stackexact.incentives.optima import (
    Optimum,
    is_definite,
    is_semidefinite,
    reaction,
    require_convex,
    require_semidefinite,
    responsive_optimum,
    stationary,
    team_optimum,
)

__all__ = ["VERIFIED", "Incentive", "Led", "Linear", "Major", "MeanField", "Randomised", "Swapped", "Unique", "change"]

T = TypeVar("T", bound=Any)

Told = Problem[T] | Information[T]


@dataclass(frozen=True, slots=True)
class Linear(Generic[T]):
    """A team optimum, and how the leader reacts on path to the mean action: u0 = point + reaction · ū (0 but with
    Gaussian information)."""

    optimum: Optimum[T]
    reaction: Ratio[T]


@dataclass(frozen=True, slots=True)
class _Game(Generic[T]):
    """A game in the terms that the concepts share: ``moves`` tells what actions move, ``paid`` and ``felt`` are the
    leader's cost and the followers' slopes where all followers do the same; they are one problem without Gaussian
    information. ``correlations`` are those of :class:`Information`, 1 alone without."""

    moves: Problem[T]
    felt: Problem[T]
    reaction: Ratio[T]
    correlations: tuple[Ratio[T], ...]

    def team_optimum(self, prover: Prover[T], *, many: bool = False) -> Optimum[T]:
        require_convex(self.moves, prover, many=many)
        return stationary(self.felt, prover)


def _game(told: Told[T], prover: Prover[T], *, infinite: bool = False) -> _Game[T]:
    one = prover.number(1)
    if isinstance(told, Problem):
        return _Game(told, told, Ratio(one * 0, one), (Ratio(one, one),))
    correlations = told.correlations(prover)
    moves, reaction = announced(told, prover)
    return _Game(moves, expected(moves, told, prover, infinite=infinite), reaction, correlations)


def team(told: Told[T], prover: Prover[T]) -> Linear[T]:
    """The team optimum."""
    game = _game(told, prover)
    return Linear(game.team_optimum(prover), game.reaction)


@dataclass(frozen=True, slots=True)
class Unique:
    """Whether the desired point is the only Nash response: when all followers move alike, and when their mean stays.

    With Gaussian information: among responses that are affine in what a follower sees.
    """

    alike: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Incentive(Generic[T]):
    """The team optimum, whether a gain makes it stationary for the followers, the gain of least norm, whether each
    follower's cost is convex then (``second_order``), so that it is a response, and whether that is the only one."""

    optimum: Linear[T]
    case: Case
    gain: Gain[T] | None
    second_order: bool
    unique: Unique | None


def incentive(told: Told[T], prover: Prover[T]) -> Incentive[T]:
    """An affine incentive for N followers."""
    game = _game(told, prover)
    optimum = game.team_optimum(prover)
    by_leader, by_rest = moved_by_follower(game.felt, optimum)
    case = case_of(by_leader, by_rest, prover)
    found = gain(case, by_leader, by_rest, prover)
    target = Linear(optimum, game.reaction)
    if found is None:
        return Incentive(target, case, None, False, None)
    made = curvature(game.moves, found)
    if not is_semidefinite(game.moves.follower.hessian, made.own, prover):
        return Incentive(target, case, found, False, None)
    return Incentive(target, case, found, True, _unique(game, made, prover))


def _unique(game: _Game[T], made: Curvature[T], prover: Prover[T]) -> Unique:
    """Deviations that are expected to be alike to a degree c are told apart from none if and only if own + (N − 1) c
    cross (all alike) and own − c cross (their mean stays) are regular."""
    others = game.moves.followers - prover.number(1)
    alike = _all_regular([_felt(made, one, others) for one in game.correlations], prover)
    apart = [_felt(made, one, prover.number(-1)) for one in game.correlations]
    if not prover.sign(others) and not all(prover.sign(determinant(matrix)) for matrix in apart):
        prover.zero([others])  # a single follower has nobody to differ from
        return Unique(alike, apart=True)
    found = _all_regular(apart, prover)
    if not found:
        prover.nonzero([others])
    return Unique(alike, found)


def _felt(made: Curvature[T], correlation: Ratio[T], others: T) -> Matrix[T]:
    return plus(scaled(made.own, correlation.bottom), scaled(made.cross, others * correlation.top))


def _all_regular(matrices: Sequence[Matrix[T]], prover: Prover[T]) -> bool:
    """Whether all matrices are regular, required to be so; or one that is not is required not to be."""
    values = list(map(determinant, matrices))
    vanishing = next((value for value in values if not prover.sign(value)), None)
    if vanishing is None:
        prover.nonzero(values)
        return True
    prover.zero([vanishing])
    return False


def _vanishes(matrix: Matrix[T], prover: Prover[T]) -> bool:
    """Whether a determinant is 0, required to be so or not to be."""
    value = determinant(matrix)
    if prover.sign(value):
        prover.nonzero([value])
        return False
    prover.zero([value])
    return True


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
    game = _game(told, prover, infinite=True)
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
        rest = _rest(told, problem, optimum, u0, prover) if aligned or isinstance(told, Problem) else None
    else:
        limit = rest = _without_influence(told, problem, optimum, u0, own, prover)
    signs = _signs(limit, prover) if limit is not None else ()
    own_curve = form.block(problem.own, problem.own)
    require_semidefinite("follower", "its own action", form.hessian, own_curve, prover)  # else many never respond
    open_loop = None
    if _determined(problem, prover, infinite=True):
        open_loop = responsive_optimum(problem, prover, infinite=True)
    swapped = Swapped(optimum, None) if aligned else None
    if limit is not None and not aligned:
        swapped = _swapped(problem, optimum, (u0, own), prover)
    return MeanField(Linear(optimum, game.reaction), aligned, limit, signs, rest, open_loop, swapped)


def _without_influence(
    told: Told[T], problem: Problem[T], optimum: Optimum[T], u0: Vector[T], own: Vector[T], prover: Prover[T]
) -> Gain[T] | None:
    """No gain, where a follower's cost does not change with the leader's action; but 0 where none is needed. (With
    Gaussian information it may change with any number of followers, and gains grow without bound.)"""
    prover.zero(u0)
    if not isinstance(told, Problem):
        return None
    mean = problem.follower.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    both = (*own, *mean)
    if any(map(prover.sign, both)):
        return gain("none", u0, both, prover)
    prover.zero(mean)
    return gain("any", u0, own, prover)


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


def _rest(told: Told[T], problem: Problem[T], optimum: Optimum[T], u0: Vector[T], prover: Prover[T]) -> Gain[T] | None:
    """What is left of N κ beyond N times its limit, where that converges: the gain that answers how a follower's slope
    changes with 1/N. Its action moves the mean by 1/N; with Gaussian information the optimum changes with N, and so
    does what it expects of others."""
    by_mean = problem.follower.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    if isinstance(told, Problem):
        return gain("gain", u0, by_mean, prover)
    moved, bottom = change(told, problem, optimum, prover)
    moves, _ = announced(told, prover)
    own = problem.follower.hessian[1]
    changed = own[0] * moved[0] + (own[1] + own[2]) * moved[1]
    expects = moves.follower.hessian[1][2] * told.noise * optimum.point[1]
    return gain("gain", tuple(a * bottom for a in u0), ((by_mean[0] + expects) * bottom + changed,), prover)


def change(told: Information[T], problem: Problem[T], optimum: Optimum[T], prover: Prover[T]) -> tuple[Vector[T], T]:
    """How the team optimum (a, g) of infinitely many followers changes with 1/N, times its bottom."""
    moves, _ = announced(told, prover)
    g, h = optimum.point[1], moves.leader.hessian
    curved = g * told.noise * (h[1][2] + h[2][1] + h[2][2]) * 2  # expected() doubles the leader's cost
    return solve(prover, problem.merged(problem.leader).hessian, (curved * 0, -curved))


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
    if _vanishes(system, prover):
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


@dataclass(frozen=True, slots=True)
class Randomised(Generic[T]):
    """The incentive that the mean-field game suggests, in the game of N followers (our reconstruction).

    One follower is drawn at random and the leader reacts to its action alone, with N times the ``limit`` of κ: whoever
    takes the mean as given then does best with v*. N followers, who do not, have the symmetric Nash ``response``;
    ``saving`` is what one of them saves at most by leaving v* where the others stay, in units of its cost. Both are
    ``None`` where a follower's cost is not strictly convex then; the response alone, where it is not determined.
    """

    optimum: Optimum[T]
    case: Case
    limit: Gain[T] | None
    response: Optimum[T] | None
    saving: tuple[T, T] | None


def randomised(problem: Problem[T], prover: Prover[T]) -> Randomised[T]:
    """The mean-field game's incentive for N followers, what they respond, and what it costs the leader."""
    optimum = team_optimum(problem, prover)
    form, point = problem.follower, problem.alike(optimum.point)
    u0, own, mean = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.own, problem.mean))
    case = case_of(u0, own, prover)
    limit = gain(case, u0, own, prover)
    if limit is None:
        return Randomised(optimum, case, None, None, None)
    curved = drawn_curvature(problem, limit)
    if not is_definite(curved, prover):
        return Randomised(optimum, case, limit, None, None)
    # At v* the slope is that of the mean alone, times 1/N; both sides are N² bottom² of the gain.
    by_gain = limit.bottom * limit.bottom
    found, bottom = solve(prover, curved, mean)
    saving = dot(mean, found) * by_gain, bottom * optimum.bottom * optimum.bottom * 2
    return Randomised(optimum, case, limit, _response(problem, optimum, limit, prover), saving)


def _response(problem: Problem[T], optimum: Optimum[T], limit: Gain[T], prover: Prover[T]) -> Optimum[T] | None:
    """What all followers alike respond to u0* + N κ (u − v*) of one that is drawn."""
    form, n, b = problem.follower, problem.followers, limit.bottom
    whole = slice(0, problem.mean.stop)
    felt = plus(
        scaled(form.block(problem.own, whole), n * b),
        scaled(form.block(problem.mean, whole), b),
        scaled(product(transposed(limit.rows), form.block(problem.u0, whole)), n),
    )
    size = problem.sizes[2]
    unit = tuple(tuple(b if i == j else b * 0 for j in range(size)) for i in range(size))
    nought = tuple(tuple(b * 0 for _ in range(size)) for _ in range(problem.sizes[1]))
    directions = (*scaled(limit.rows, n), *nought, *unit, *unit)
    system = product(felt, directions)
    if _vanishes(system, prover):
        return None
    # κ cancels the slope by u's own action: what is left at v* is the slope by the mean, times the gain's bottom.
    by_mean = form.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
    found, bottom = solve(prover, system, [-value * b for value in by_mean])
    moved = tuple(dot(row, found) for row in directions[: problem.own.stop])
    point = tuple(value * bottom + move for value, move in zip(optimum.point, moved, strict=True))
    whole_bottom = optimum.bottom * bottom
    return Optimum(point, whole_bottom, problem.leader.value(problem.alike(point), whole_bottom))


@dataclass(frozen=True, slots=True)
class Led(Generic[T]):
    """The best (u0, w) if the minor followers respond to it, and the gain, if there is one, that makes w the major
    follower's best."""

    optimum: Optimum[T]
    gain: Gain[T] | None


@dataclass(frozen=True, slots=True)
class Major(Generic[T]):
    """An incentive through a major follower with N minor ones, and with infinitely many; ``None`` where (u0, w) does
    not determine what these do."""

    finite: Led[T] | None
    limit: Led[T] | None


def major_follower(problem: Problem[T], prover: Prover[T]) -> Major[T]:
    """An incentive through a major follower; requires the second-order condition of the major one.

    It plays at the same time as the minor ones, and takes what they do as given.
    """
    return Major(_led(problem, prover, infinite=False), _led(problem, prover, infinite=True))


def _led(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> Led[T] | None:
    form = problem.major
    if form is None:
        raise ValueError("expected a problem with a major follower")
    if not _determined(problem, prover, infinite=infinite):
        return None
    optimum = responsive_optimum(problem, prover, infinite=infinite)
    point = problem.alike(optimum.point)
    by_leader, by_own = (form.slope(rows, point, optimum.bottom) for rows in (problem.u0, problem.w))
    found = gain(case_of(by_leader, by_own, prover), by_leader, by_own, prover)
    if found is not None:
        require_semidefinite("major", "its own action", form.hessian, _under(form, problem, found), prover)
    return Led(optimum, found)


def _determined(problem: Problem[T], prover: Prover[T], *, infinite: bool) -> bool:
    """Whether the symmetric response of N, or infinitely many, followers to (u0, w) is determined."""
    return not _vanishes(reaction(problem, infinite=infinite), prover)


def _under(form: Any, problem: Problem[T], found: Gain[T]) -> Matrix[T]:
    """The second derivative of the major follower's cost by w, u0 moving by the gain, times its squared bottom."""
    rows, bottom = found.rows, found.bottom
    across = scaled(product(form.block(problem.w, problem.u0), rows), bottom)
    twice = product(transposed(rows), product(form.block(problem.u0, problem.u0), rows))
    return plus(scaled(form.block(problem.w, problem.w), bottom * bottom), across, transposed(across), twice)


VERIFIED: Final[dict[str, Callable[[Any, Prover[Any]], Any]]] = {
    "team-optimum": team,
    "incentive": incentive,
    "mean-field": mean_field,
    "major-follower": major_follower,
    "randomised": randomised,
}
"""The verification of every concept, which finds its own cases where the prover looks."""
