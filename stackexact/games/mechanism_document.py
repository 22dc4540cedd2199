"""The JSON object of a mechanism (kind ``mechanism``): closed, refusals name their path."""

from __future__ import annotations

from typing import Any, Final

from stackexact.games.fields import closed, present, text, texts
from stackexact.games.kinds import Loaded
from stackexact.games.mechanism import MechanismGame
from stackexact.games.written import assumption_as_written

__all__ = ["load"]

_PARTS: Final = ("prior", "outcomes", "prices", "purchase", "objective")
_TEXTS: Final = ("name", "description", "source")
_UNUSED: Final = "parameters: '{}' is declared but used nowhere; delete it or use it"


def load(document: dict[str, Any]) -> Loaded[MechanismGame]:
    """The game of a JSON object whose ``format``, ``version`` and ``kind`` are known to be right.

    The names in use must be those of ``parameters``; notes tell of those that are not used. Raises
    :class:`~stackexact.errors.GameError` with the JSON path.

    >>> load({"format": "stackexact/game", "version": 1, "kind": "mechanism",
    ...       "followers": {"A": {"actions": ["up", "down"]}},
    ...       "rules": {"only": {"up": {"valuations": {"A": 1}}, "down": {}}}}).game
    <MechanismGame 1 follower, 1 type profile, 2 action profiles, 1 rule>
    """
    required = ("format", "version", "kind", "followers", "rules")
    closed(document, "", required=required, optional=(*_PARTS, *_TEXTS, "parameters", "assumptions"))
    given: dict[str, Any] = {key: present(document[key], key) for key in _PARTS if key in document}
    given |= {key: text(document[key], key) for key in _TEXTS if key in document}
    relations = texts(document.get("assumptions", []), "assumptions", 'relations such as "0 < delta"')
    game = MechanismGame(
        present(document["followers"], "followers"),
        present(document["rules"], "rules"),
        parameters=texts(document.get("parameters", []), "parameters", "names"),
        assumptions=[assumption_as_written(relation) for relation in relations],
        **given,
    )
    return Loaded(game, tuple(_UNUSED.format(name) for name in game.unused_parameters))
