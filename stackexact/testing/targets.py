"""The exact targets: one solved concept, or word that it is undecided, which is no verdict on anybody's answer."""

from __future__ import annotations

from stackexact.errors import LimitReached
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Cell
from stackexact.solving.solution import Result
from stackexact.solving.solve import solve

__all__ = ["exact_cell", "solved"]


def solved(game: Game, concept: str) -> Result:
    """A concept's answer on the whole domain; :class:`~stackexact.errors.LimitReached` where a part is undecided.

    >>> solved(Game([["delta"]], [[0]]), "pure-strong").leader
    delta
    """
    solution = solve(game, [concept])
    result = solution[concept]
    if result.undecided:
        raise LimitReached(f"the assertion cannot be decided: {'; '.join(solution.notes)}")
    return result


def exact_cell(game: Game, concept: str) -> Cell:
    """A concept's answer in a game of numbers.

    >>> exact_cell(Game([[1, 2]], [[0, 0]]), "pure-strong").leader
    Fraction(2, 1)
    """
    return solved(game, concept).cell
