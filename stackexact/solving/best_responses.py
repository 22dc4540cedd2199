"""Best responses in a game with parameters: those that are best wherever the assumptions hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from stackexact.covering.domain import conditions_of
from stackexact.covering.smt import Formula, Reals, Unknown
from stackexact.errors import MissingLibrary
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.tracing import Condition, Sign
from stackexact.games.bimatrix import Game
from stackexact.solving.domains import OneParameter, names_in_play, one_parameter

__all__ = ["best_everywhere"]

WORK: Final = 30_000
"""What z3 may work on one question about a mark, which says nothing that the answers need."""

ALTOGETHER: Final = 500_000
"""What it may work on all of them."""

DEGREE: Final = 30
"""Greatest degree of a polynomial whose roots are looked for here: a table is printed at once, whatever is in it."""


def best_everywhere(game: Game) -> frozenset[tuple[int, int]]:
    """The outcomes (leader action, follower action) in which the follower responds best on the whole domain.

    A response that is not proved to be best is not listed: for want of z3 (several parameters) or within its limit, or
    where assumptions are of a high degree.
    """
    names = names_in_play(game)
    if len(names) > 1:
        decided = _in_several(game, names)
    else:
        decided = _along(one_parameter(game, names[0])) if _is_simple(game, names[0]) else _number
    return frozenset(
        (i, j)
        for i, row in enumerate(game.payoffs.follower)
        for j, value in enumerate(row)
        if all(decided(value - other) for other in row if other is not value)
    )


def _is_simple(game: Game, name: str) -> bool:
    """Whether no root that the domain depends on is one of a polynomial of a high degree."""
    parameter = Parameter(name)
    stated = [condition.polynomial for condition in conditions_of(parameter, game.assumptions)]
    values = [value for table in (game.payoffs.leader, game.payoffs.follower) for row in table for value in row]
    bottoms = [parameter.split(value)[1] for value in (*values, game.tolerance) if isinstance(value, Expression)]
    tops = [parameter.split(game.tolerance)[0]] if isinstance(game.tolerance, Expression) else []
    return all(one.degree() <= DEGREE for one in (*stated, *bottoms, *tops))


def _number(value: Exact) -> bool:
    return isinstance(value, Fraction) and value >= 0


def _in_several(game: Game, names: Sequence[str]) -> Callable[[Exact], bool]:
    """Whether a function of several parameters is at least 0 on the whole domain, as far as z3 tells cheaply."""
    parameters = Parameters(tuple(sorted(names)))
    try:
        reals = Reals(parameters.names, WORK)
        formula = Formula(reals, conditions_of(parameters, game.assumptions))
        model = formula.model()
    except (MissingLibrary, Unknown):
        return _number
    sample = None if model is None else model.point

    def decided(value: Exact) -> bool:
        if isinstance(value, Fraction) or reals.spent > ALTOGETHER:
            return _number(value)
        top, bottom = parameters.split(value)
        if sample is not None and sample.sign_of(top) * sample.sign_of(bottom) < 0:
            return False
        try:
            return formula.excludes([Condition(-top * bottom, Sign.POSITIVE)])
        except Unknown:
            return False

    return decided


def _along(domain: OneParameter) -> Callable[[Exact], bool]:
    """Whether a function of the parameter is at least 0 on the whole domain."""
    sample = domain.pieces[0].sample

    def decided(value: Exact) -> bool:
        if isinstance(value, Fraction):
            return value >= 0
        top, bottom = domain.parameter.split(value)
        if top.degree() + bottom.degree() > DEGREE:
            return False
        if sample.sign_of(top) * sample.sign_of(bottom) < 0:
            return False
        return not domain.line.selected(domain.pieces, [Condition(-top * bottom, Sign.POSITIVE)])

    return decided
