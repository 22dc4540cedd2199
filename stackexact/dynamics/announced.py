"""What the leader of a numeric game announces, found by the exact code: the one place that asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.dynamics.matrices import Matrix, Vector, identity
from stackexact.errors import GameError, UsageError
from stackexact.exact.prover import Numbers
from stackexact.exact.reading import NumberReader
from stackexact.exact.records import Record
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.quadratic import Quadratic
from stackexact.incentives.concepts import incentive
from stackexact.incentives.gaussian import slopes_at, team_strategies
from stackexact.incentives.optima import NotConvex
from stackexact.incentives.problems import numeric_information, numeric_problem
from stackexact.traces.arguments import found

__all__ = ["Announced", "Cost", "Law", "announced", "require_game"]


@dataclass(frozen=True, slots=True, repr=False)
class Cost(Record):
    """½ z·Hz + g·z + c in numbers; z is the leader's action, a follower's own, the mean one and, if there is one, the
    state."""

    hessian: Matrix
    gradient: Vector
    constant: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Law(Record):
    """Where the state x ~ N(0, ``variance``) is seen by the leader, and by every follower with independent noise
    N(0, ``noise``): the leader's own reactions, ``to_state`` A and ``to_mean`` B, on the path that she wants."""

    variance: Fraction
    noise: Fraction
    to_state: Fraction
    to_mean: Fraction

    @property
    def correlation(self) -> Fraction:
        """ρ = X/(X + W): E[x | y] = ρ y, and E[y_j | y_i] = ρ y_i."""
        return self.variance / (self.variance + self.noise)


@dataclass(frozen=True, slots=True, repr=False)
class Announced(Record):
    """A numeric game and the incentive that its leader announces to its ``followers``, N in number.

    Without a ``law`` it is u0 = ``leader`` + ``gain`` · Σ (u_i − ``desired``). With one it is
    u0 = A x + B ū + ``gain`` · Σ (u_i − ``desired`` y_i), and ``leader`` is 0. ``cost`` is what the leader expects to
    pay if all obey.

    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers=20)
    >>> made = announced(game)
    >>> made.leader, made.desired, made.gain, made.cost
    ((Fraction(1, 1),), (Fraction(1, 1),), ((Fraction(-1, 2),),), Fraction(3, 1))
    """

    followers: int
    costs: tuple[Cost, Cost]
    leader: Vector
    desired: Vector
    gain: Matrix
    cost: Fraction
    law: Law | None = None

    @property
    def on_mean(self) -> Matrix:
        """B: how the leader reacts to the mean action on path, as a matrix."""
        shape = [[Fraction(0)] * len(self.desired) for _ in self.gain]
        if self.law is not None:
            shape[0][0] = self.law.to_mean
        return tuple(map(tuple, shape))


def require_game(game: object) -> IncentiveGame:
    """A game of this kind, of numbers alone and without a major follower; or one line that says what is missing."""
    if not isinstance(game, IncentiveGame):
        raise UsageError(f"game: expected a game of the kind {IncentiveGame.kind}, found {found(game)}; give one")
    if not game.is_numeric:
        names, first = ", ".join(game.parameters), game.parameters[0]
        raise UsageError(
            f"game: expected numbers for all parameters, found none for {names}; set them (--at {first}=1)"
        )
    if game.costs.major is not None:
        raise UsageError("game: expected followers alike, found a major follower, whose play is not simulated")
    return game


def announced(game: object) -> Announced:
    """What the leader of a numeric game announces: the team optimum, and the gain of least norm that supports it.

    Raises :class:`~stackexact.errors.UsageError` for a game with parameters, a major follower, or no affine incentive,
    and :class:`~stackexact.errors.GameError` where costs are not convex.
    """
    game = require_game(game)
    costs = _cost(game.cost("leader")), _cost(game.cost("follower"))
    with _convexity():
        return _plain(game, costs) if game.information is None else _gaussian(game, costs)


@contextmanager
def _convexity() -> Iterator[None]:
    try:
        yield
    except NotConvex as flaw:
        wanted = f"expected a cost that is {'strictly ' if flaw.strictly else ''}convex in {flaw.actions}"
        raise GameError(f"costs.{flaw.player}: {wanted}, found one that is not") from None


def _plain(game: IncentiveGame, costs: tuple[Cost, Cost]) -> Announced:
    problem, read = numeric_problem(game), NumberReader().exact
    made = incentive(problem, Numbers())
    if made.gain is None:
        raise _no_incentive()
    rows, bottom = made.gain.rows, made.gain.bottom
    gain = tuple(tuple(_number(read(value, bottom)) for value in row) for row in rows)
    point = tuple(_number(read(value, made.optimum.bottom)) for value in made.optimum.point)
    cost = _number(read(*made.optimum.value)) * problem.leader.unit
    return Announced(_count(game), costs, point[problem.u0], point[problem.own], gain, cost)


def _gaussian(game: IncentiveGame, costs: tuple[Cost, Cost]) -> Announced:
    problem, read = numeric_information(game), NumberReader().exact
    made = team_strategies(problem, Numbers())
    by_leader, by_rest = slopes_at(problem, made)
    if not by_leader.top and by_rest.top:
        raise _no_incentive()
    gain = -_number(read(by_rest.top, by_leader.top)) if by_leader.top else Fraction(0)
    a, b, g = (_number(read(value, made.bottom)) for value in (made.A, made.B, made.G))
    told = game.information
    assert told is not None
    variance, noise = _number(told.variance), _number(told.noise)
    # The variances were computed with in a unit of their own, and costs are proportional to them.
    unit = variance / Fraction(int(problem.state))
    cost = _number(read(*made.value)) * problem.leader.unit * unit
    law = Law(variance, noise, a, b)
    return Announced(_count(game), costs, (Fraction(0),), (g,), identity(1, gain), cost, law)


def _no_incentive() -> UsageError:
    told = "found none: the leader moves no follower at the team optimum, which is no response by itself"
    return UsageError(f"game: expected an affine incentive, {told}; change the game")


def _count(game: IncentiveGame) -> int:
    return int(_number(game.followers))


def _cost(form: Quadratic) -> Cost:
    hessian = tuple(tuple(map(_number, row)) for row in form.hessian)
    return Cost(hessian, tuple(map(_number, form.gradient)), _number(form.constant))


def _number(value: Any) -> Fraction:
    assert isinstance(value, Fraction), "the game has numbers only"
    return value
