"""The JSON object of a Markov game (kind ``markov``): closed, and every refusal names its JSON path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackexact.errors import shorten
from stackexact.games.fields import closed, present, text, texts
from stackexact.games.kinds import Loaded
from stackexact.games.markov import MarkovGame
from stackexact.games.written import assumption_as_written

__all__ = ["load"]

_OPTIONAL: Final = (
    "name",
    "description",
    "source",
    "parameters",
    "assumptions",
    "actions",
    "prescription",
    "initial",
    "features",
)
_PARTS: Final = ("actions", "features", "initial", "prescription")
_UNUSED: Final = "parameters: '{}' is declared but used nowhere; delete it or use it"
_LISTED: Final = 5
"""So many unreached states are named."""


def load(document: dict[str, Any]) -> Loaded[MarkovGame]:
    """The game of a JSON object whose ``format``, ``version`` and ``kind`` are known to be right.

    The names in use must be those of ``parameters``. Notes tell of parameters that are not used and of states that are
    never reached. Raises :class:`~stackexact.errors.GameError` with the JSON path.

    >>> load({"format": "stackexact/game", "version": 1, "kind": "markov", "horizon": 1,
    ...       "follower": {"response": "best"},
    ...       "states": {"s": {"payoffs": {"leader": [["1"]], "follower": [["1"]]}}}}).game
    <MarkovGame 1 state, H = 1>
    """
    closed(document, "", required=("format", "version", "kind", "horizon", "follower", "states"), optional=_OPTIONAL)
    given: dict[str, Any] = {key: present(document[key], key) for key in _PARTS if key in document}
    given |= {key: text(document[key], key) for key in ("name", "description", "source") if key in document}
    relations = texts(document.get("assumptions", []), "assumptions", 'relations such as "0 < delta"')
    game = MarkovGame(
        document["states"],
        horizon=document["horizon"],
        follower=document["follower"],
        parameters=texts(document.get("parameters", []), "parameters", "names"),
        assumptions=[assumption_as_written(relation) for relation in relations],
        **given,
    )
    return Loaded(game, tuple(_notes(game)))


def _notes(game: MarkovGame) -> Iterator[str]:
    for name in game.unused_parameters:
        yield _UNUSED.format(name)
    unreached = game.unreached_states
    for name in unreached[:_LISTED]:
        yield f"states: {shorten(name)} is never reached, whatever is played; correct transitions or delete it"
    if len(unreached) > _LISTED:
        yield f"states: {len(unreached) - _LISTED} more are never reached; correct transitions or delete them"
