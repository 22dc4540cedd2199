"""``solve``: run the chosen concepts on a game, cheapest first, and keep what was found when a limit is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackexact.errors import GameError, LimitReached
from stackexact.games.bimatrix import Game
from stackexact.solving.concepts import chosen
from stackexact.solving.solution import Result, Solution
from stackexact.solving.workspace import Workspace, deadline

__all__ = ["solve"]


def _silent(message: str) -> None:
    """Progress that nobody watches."""


def solve(
    game: Game,
    concepts: Sequence[str] | None = None,
    *,
    tolerance: object = None,
    time_limit: float | None = None,
    report: Callable[[str], None] = _silent,
) -> Solution:
    """Answer every concept that fits the game, exactly and with a proof.

    ``concepts`` names some of them; ``tolerance`` overrides the game's γ. Where ``time_limit`` (seconds) is reached,
    the concepts left stand as ``undecided`` and the rest is returned. ``report`` hears of each concept in turn.
    Raises :class:`~stackexact.errors.LimitReached` for a game with parameters: substitute numbers with ``game.at``.

    >>> game = Game([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]])
    >>> solution = solve(game, tolerance="1/20")
    >>> solution["tolerant"].leader, solution["mixed-strong"].cells[0].response
    (51/100, 'b1')
    >>> solution.certificate().check().true
    True
    """
    if tolerance is not None:
        game = game.with_tolerance(tolerance)
    picked, notes = chosen(game, concepts)
    if game.parameters and not game.is_numeric:
        first = game.parameters[0]
        names = ", ".join(game.parameters)
        raise LimitReached(
            f"the game depends on {names}, and closed forms are not available yet; "
            f"set every parameter, as in --at {first}=1/100 or game.at({first}='1/100')"
        )
    for chain in game.assumptions:
        if chain.holds() is False:
            raise GameError(f"the assumption {chain} is false; drop or correct it")
    space = Workspace(game, deadline(time_limit), report)
    results: dict[str, Result] = {}
    proofs = {}
    left = list(notes)
    for concept in picked:
        report(concept.title)
        bound = game.tolerance if concept.needs_tolerance else None
        try:
            answer = concept(space)
        except LimitReached as limit:
            results[concept.name] = Result(concept.name, (), bound, ((),))
            left.append(f"{concept.name} undecided: {limit}")
            continue
        results[concept.name] = Result(concept.name, (answer.cell,), bound)
        proofs[concept.name] = (answer.proof,)
    return Solution(game, results, tuple(left), proofs)
