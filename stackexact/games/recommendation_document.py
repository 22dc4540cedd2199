"""The JSON object of a game with recommendations (kind ``recommendation``): closed, refusals name their path."""

from __future__ import annotations

from typing import Any, Final

from stackexact.games.fields import closed, labels_of, present, text, texts
from stackexact.games.kinds import Loaded
from stackexact.games.recommendation import RecommendationGame
from stackexact.games.written import assumption_as_written

__all__ = ["load"]

_OPTIONAL: Final = (
    "name",
    "description",
    "source",
    "parameters",
    "assumptions",
    "actions",
    "policy",
    "assumed",
)
_UNUSED: Final = "parameters: '{}' is declared but used nowhere; delete it or use it"


def load(document: dict[str, Any]) -> Loaded[RecommendationGame]:
    """The game of a JSON object whose ``format``, ``version`` and ``kind`` are known to be right.

    The names in use must be those of ``parameters``; notes tell of those that are not used. Raises
    :class:`~stackexact.errors.GameError` with the JSON path.

    >>> load({"format": "stackexact/game", "version": 1, "kind": "recommendation", "follower": {"alpha": "1/2"},
    ...       "payoffs": {"leader": [["1", "0"]], "weights": [["4", "1"]]}}).game
    <RecommendationGame 1x2>
    """
    closed(document, "", required=("format", "version", "kind", "payoffs", "follower"), optional=_OPTIONAL)
    payoffs = closed(document["payoffs"], "payoffs", required=("leader",), optional=("follower", "weights"))
    told = {player: present(table, f"payoffs.{player}") for player, table in payoffs.items()}
    given: dict[str, Any] = {k: present(document[k], k) for k in ("policy", "assumed") if k in document}
    given |= {key: text(document[key], key) for key in ("name", "description", "source") if key in document}
    relations = texts(document.get("assumptions", []), "assumptions", 'relations such as "0 < delta"')
    game = RecommendationGame(
        told.pop("leader"),
        behaviour=document["follower"],
        actions=labels_of(document["actions"], "actions") if "actions" in document else None,
        parameters=texts(document.get("parameters", []), "parameters", "names"),
        assumptions=[assumption_as_written(relation) for relation in relations],
        **told,
        **given,
    )
    return Loaded(game, tuple(_UNUSED.format(name) for name in game.unused_parameters))
