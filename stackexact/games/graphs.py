"""Games as networkx graphs, for drawing and for questions about structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackexact.errors import GameError
from stackexact.exact.rational_function import Exact, Expression
from stackexact.games.bimatrix import Game

if TYPE_CHECKING:
    import networkx

__all__ = ["best_response_graph"]


def best_response_graph(game: Game) -> networkx.DiGraph:
    """The exact best responses of both players as a bipartite directed graph.

    Nodes are ``("leader", label)`` and ``("follower", label)``; an edge leads from an action to every best response of
    the other player, all ties included. Cycles of length two are the pure Nash equilibria. Raises
    :class:`~stackexact.errors.GameError` for a game with parameters.

    >>> import stackexact as sx
    >>> graph = best_response_graph(sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]]))
    >>> sorted(graph[("leader", "a2")])
    [('follower', 'b2')]
    """
    import networkx

    if not game.is_numeric:
        raise GameError(
            f"expected a game without parameters, found {', '.join(game.parameters)}; substitute them first"
        )
    leader, follower = game.actions.leader, game.actions.follower
    graph: Any = networkx.DiGraph(name=game.name or "")
    graph.add_nodes_from((("leader", label) for label in leader), bipartite=0)
    graph.add_nodes_from((("follower", label) for label in follower), bipartite=1)
    for label, row in zip(leader, game.payoffs.follower, strict=True):
        graph.add_edges_from((("leader", label), ("follower", follower[j])) for j in _best(row))
    for label, column in zip(follower, zip(*game.payoffs.leader, strict=True), strict=True):
        graph.add_edges_from((("follower", label), ("leader", leader[i])) for i in _best(column))
    return graph


def _best(values: tuple[Exact, ...]) -> list[int]:
    numbers = [value for value in values if not isinstance(value, Expression)]
    top = max(numbers)
    return [place for place, value in enumerate(numbers) if value == top]
