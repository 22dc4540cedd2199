"""Best responses in a game with parameters: those that are best wherever the assumptions hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from stackexact.covering.domain import conditions_of
from stackexact.covering.smt import Formula, Reals, Unknown
from stackexact.errors import MissingLibrary
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign
from stackexact.games.bimatrix import Game
from stackexact.solving.domains import OneParameter, names_in_play, one_parameter

__all__ = ["best_everywhere"]

WORK: Final = 100_000
"""What z3 may work on one question about a mark, which says nothing that the answers need."""

ALTOGETHER: Final = 5_000_000
"""What it may work on all of them."""


def best_everywhere(game: Game) -> frozenset[tuple[int, int]]:
    """The outcomes (leader action, follower action) in which the follower responds best on the whole domain.

    A response that is not proved to be best, for want of z3 (several parameters) or within its limit, is not listed.
    """
    names = names_in_play(game)
    decided = _along(one_parameter(game, names[0])) if len(names) == 1 else _in_several(game, names)
    return frozenset(
        (i, j)
        for i, row in enumerate(game.payoffs.follower)
        for j, value in enumerate(row)
        if all(decided(value - other) for other in row if other is not value)
    )


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
        if sample.sign_of(top) * sample.sign_of(bottom) < 0:
            return False
        return not domain.line.selected(domain.pieces, [Condition(-top * bottom, Sign.POSITIVE)])

    return decided
