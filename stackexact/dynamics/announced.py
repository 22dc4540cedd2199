"""What the leader of a numeric game announces, found by the exact code: the one place that asks it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.dynamics.matrices import Matrix, Vector
from stackexact.errors import UsageError
from stackexact.exact.prover import Number, Numbers
from stackexact.exact.reading import NumberReader
from stackexact.exact.records import Record
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.quadratic import Quadratic
from stackexact.incentives.concepts import Incentive, incentive
from stackexact.incentives.forms import Problem
from stackexact.incentives.gaussian import Information
from stackexact.incentives.optima import convexity
from stackexact.incentives.problems import numeric_problem
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
    with convexity():
        return _plain(game, costs) if game.information is None else _gaussian(game, costs)


def _plain(game: IncentiveGame, costs: tuple[Cost, Cost]) -> Announced:
    problem = numeric_problem(game)
    assert isinstance(problem, Problem)
    made = _incentive(problem)
    optimum = made.optimum.optimum
    point = tuple(_read(value, optimum.bottom) for value in optimum.point)
    cost = _read(*optimum.value) * problem.leader.unit
    return Announced(_count(game), costs, point[problem.u0], point[problem.own], _gain(made), cost)


def _gaussian(game: IncentiveGame, costs: tuple[Cost, Cost]) -> Announced:
    told, information = numeric_problem(game), game.information
    assert isinstance(told, Information)
    assert information is not None
    made = _incentive(told)
    optimum, reaction = made.optimum.optimum, made.optimum.reaction
    a, g = (_read(value, optimum.bottom) for value in optimum.point)
    cost = _read(*optimum.value) * told.problem.leader.unit
    law = Law(_number(information.variance), _number(information.noise), a, _read(reaction.top, reaction.bottom))
    return Announced(_count(game), costs, (Fraction(0),), (g,), _gain(made), cost, law)


def _incentive(told: Problem[Number] | Information[Number]) -> Incentive[Number]:
    made = incentive(told, Numbers())
    if made.gain is None:
        raise _no_incentive()
    return made


def _gain(made: Incentive[Number]) -> Matrix:
    assert made.gain is not None
    return tuple(tuple(_read(value, made.gain.bottom) for value in row) for row in made.gain.rows)


def _read(top: Number, bottom: Number) -> Fraction:
    return _number(NumberReader().exact(top, bottom))


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
