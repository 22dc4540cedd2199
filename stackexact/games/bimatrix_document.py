"""The JSON object of a two-player game (contract, section 2): closed, and every refusal names its JSON path."""

from __future__ import annotations

from typing import Any, Final

from stackexact.games.bimatrix import Game
from stackexact.games.fields import closed, labels_of, number, table, text, texts
from stackexact.games.kinds import Loaded
from stackexact.games.written import assumption_as_written, value_as_written

__all__ = ["load"]

_OPTIONAL: Final = ("name", "description", "source", "actions", "parameters", "assumptions", "tolerance")

_RELATIONS: Final = 'relations such as "0 < delta"'

_UNUSED: Final = "parameters: '{}' is declared but used nowhere; delete it or use it"


def load(document: dict[str, Any]) -> Loaded[Game]:
    """The game of a JSON object whose ``format``, ``version`` and ``kind`` are known to be right.

    Payoffs and the tolerance are JSON strings or numbers (as their decimal text). What
    :meth:`~stackexact.games.bimatrix.Game.document` writes is read back even where results of short inputs are longer
    than what a user may write: such text must be in normal form to the letter. The names in use must be those of
    ``parameters`` (an absent list is empty); a declared name that is used nowhere gives a note. Raises
    :class:`~stackexact.errors.GameError` with the JSON path.

    >>> load({"format": "stackexact/game", "version": 1, "kind": "bimatrix", "parameters": ["delta", "gamma"],
    ...       "payoffs": {"leader": [["delta"]], "follower": [["1"]]}}).notes
    ("parameters: 'gamma' is declared but used nowhere; delete it or use it",)
    >>> load({"format": "stackexact/game", "version": 1, "kind": "bimatrix",
    ...       "payoffs": {"leader": [[True]], "follower": [["1"]]}})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    stackexact.errors.GameError: payoffs.leader[0][0]: expected a number or an expression, found true; write ...
    """
    closed(document, "", required=("format", "version", "kind", "payoffs"), optional=_OPTIONAL)
    payoffs = closed(document["payoffs"], "payoffs", required=("leader", "follower"))
    game = Game(
        [[value_as_written(entry) for entry in row] for row in table(payoffs["leader"], "payoffs.leader")],
        [[value_as_written(entry) for entry in row] for row in table(payoffs["follower"], "payoffs.follower")],
        actions=labels_of(document["actions"], "actions") if "actions" in document else None,
        parameters=texts(document.get("parameters", []), "parameters", "names"),
        assumptions=[
            assumption_as_written(entry) for entry in texts(document.get("assumptions", []), "assumptions", _RELATIONS)
        ],
        tolerance=value_as_written(number(document["tolerance"], "tolerance")) if "tolerance" in document else None,
        name=_text(document, "name"),
        description=_text(document, "description"),
        source=_text(document, "source"),
    )
    return Loaded(game, tuple(_UNUSED.format(name) for name in game.unused_parameters))


def _text(document: dict[str, Any], key: str) -> str | None:
    return text(document[key], key) if key in document else None
