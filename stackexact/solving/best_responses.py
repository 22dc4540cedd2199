"""Best responses in a game with parameters: those that are best wherever the assumptions hold."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from stackexact.exact.rational_function import Exact
from stackexact.exact.tracing import Condition, Sign
from stackexact.games.bimatrix import Game
from stackexact.solving.domains import OneParameter, names_in_play, one_parameter

__all__ = ["best_everywhere"]


def best_everywhere(game: Game) -> frozenset[tuple[int, int]]:
    """The outcomes (leader action, follower action) in which the follower responds best on the whole domain.

    With several parameters only differences that are numbers are decided; a response that may be best is not listed.
    """
    names = names_in_play(game)
    decided = _along(one_parameter(game, names[0])) if len(names) == 1 else _number
    return frozenset(
        (i, j)
        for i, row in enumerate(game.payoffs.follower)
        for j, value in enumerate(row)
        if all(decided(value - other) for other in row if other is not value)
    )


def _number(value: Exact) -> bool:
    return isinstance(value, Fraction) and value >= 0


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
