"""Games of incentives in the form that verifications compute with: numbers, or polynomials in the parameters.

Every cost is brought to one denominator, which is its unit's: positive factors of a cost change no decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any

from flint import fmpz

from stackexact.errors import LimitReached
from stackexact.exact.prover import Number
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.relation import parameters_of
from stackexact.exact.tracing import Polynomial
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.quadratic import Quadratic
from stackexact.incentives.forms import Form, Problem, scaled
from stackexact.incentives.gaussian import Information

__all__ = ["PolynomialProblem", "numeric_problem", "polynomial_problem"]


def numeric_problem(game: IncentiveGame) -> Problem[Number] | Information[Number]:
    """A game without parameters, in integers; variances in one unit."""
    made = _each_cost(game, _whole)
    count = fmpz(int(_number(game.followers)))
    problem = Problem(made["leader"], made.get("major"), made["follower"], _sizes(game), count)
    told = game.information
    if told is None:
        return problem
    variances = _number(told.variance), _number(told.noise)
    scale = lcm(*(value.denominator for value in variances))
    state, noise = (fmpz(int(value * scale)) for value in variances)
    return Information(problem, state, noise, fmpz(scale), told.reacts)


def _sizes(game: IncentiveGame) -> tuple[int, int, int]:
    names = game.variables
    return len(names.leader), len(names.major), len(names.follower)


def _each_cost(game: IncentiveGame, made: Callable[[Quadratic], Form[Any]]) -> dict[str, Form[Any]]:
    players = ("leader", "follower", *(("major",) if game.costs.major is not None else ()))
    return {player: made(game.cost(player)) for player in players}


def _number(value: Exact) -> Fraction:
    if isinstance(value, Fraction):
        return value
    names = ", ".join(parameters_of(value))
    raise LimitReached(f"the game depends on {names}; set numbers, as in --at '{parameters_of(value)[0]}=1'")


def _entries(form: Quadratic) -> Iterable[Exact]:
    return chain(*form.hessian, form.gradient, (form.constant,))


def _whole(form: Quadratic) -> Form[Number]:
    scale = lcm(*(_number(value).denominator for value in _entries(form)))
    return _mapped(form, lambda value: fmpz(int(_number(value) * scale)), Fraction(1, scale))


def _mapped(form: Quadratic, entry: Callable[[Exact], Any], unit: Any) -> Form[Any]:
    return Form(
        tuple(tuple(map(entry, row)) for row in form.hessian),
        tuple(map(entry, form.gradient)),
        entry(form.constant),
        unit,
    )


@dataclass(frozen=True, slots=True)
class PolynomialProblem:
    """A game as polynomials; ``bottoms`` are the denominators of the leader's cost, the follower's, the major one's
    and of the variances, as far as there are these. The problem is the game where they are positive."""

    problem: Problem[Polynomial] | Information[Polynomial]
    bottoms: tuple[Polynomial, ...]

    def turned(self, sign_of: Callable[[Polynomial], int]) -> PolynomialProblem:
        """The same game with denominators that are positive at the point that ``sign_of`` looks at."""
        turns = [sign_of(bottom) for bottom in self.bottoms]
        if all(turn > 0 for turn in turns):
            return self
        told = self.problem
        game = told.problem if isinstance(told, Information) else told
        first, second, *more = turns
        leader, follower = _turned(game.leader, first), _turned(game.follower, second)
        major = None if game.major is None else _turned(game.major, more.pop(0))
        made = replace(game, leader=leader, major=major, follower=follower)
        bottoms = tuple(bottom * turn for bottom, turn in zip(self.bottoms, turns, strict=True))
        if not isinstance(told, Information):
            return PolynomialProblem(made, bottoms)
        (turn,) = more
        variances = {"state": told.state * turn, "noise": told.noise * turn, "scale": told.scale * turn}
        return PolynomialProblem(replace(told, problem=made, **variances), bottoms)


def _turned(form: Form[Polynomial], turn: int) -> Form[Polynomial]:
    """A cost over a denominator that changes its sign with ``turn``."""
    return Form(
        scaled(form.hessian, turn),
        tuple(value * turn for value in form.gradient),
        form.constant * turn,
        form.unit * turn,
        form.over,
    )


def polynomial_problem(game: IncentiveGame, ring: Parameter | Parameters) -> PolynomialProblem:
    """A game as polynomials in its parameters, whatever the signs of its denominators are."""
    bottoms: list[Polynomial] = []

    def common(values: Iterable[Exact]) -> Polynomial:
        made = ring.constant(1)
        for value in values:
            _, bottom = ring.split(value)
            made = made * (bottom // made.gcd(bottom))
        bottoms.append(made)
        return made

    def entry(value: Exact, over: Polynomial) -> Polynomial:
        top, bottom = ring.split(value)
        return top * (over // bottom)

    def form(cost: Quadratic) -> Form[Polynomial]:
        over = common(_entries(cost))
        return _mapped(cost, lambda value: entry(value, over), ring.exact(ring.constant(1), over))

    costs = _each_cost(game, form)
    count, _ = ring.split(game.followers)
    problem = Problem(costs["leader"], costs.get("major"), costs["follower"], _sizes(game), count)
    told = game.information
    if told is None:
        return PolynomialProblem(problem, tuple(bottoms))
    over = common((told.variance, told.noise))
    state, noise = entry(told.variance, over), entry(told.noise, over)
    return PolynomialProblem(Information(problem, state, noise, over, told.reacts), tuple(bottoms))
