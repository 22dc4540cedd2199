"""The JSON object of a game of incentives (kind ``lq-incentive``): closed, and every refusal names its JSON path."""

from __future__ import annotations

from typing import Any, Final

from stackexact.errors import GameError
from stackexact.games.fields import closed, number, text, texts
from stackexact.games.json_text import described
from stackexact.games.kinds import Loaded
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.lq_reading import PLAYERS

__all__ = ["load"]

_OPTIONAL: Final = ("name", "description", "source", "variables", "information", "parameters", "assumptions")
_UNUSED: Final = "parameters: '{}' is declared but used nowhere; delete it or use it"


def load(document: dict[str, Any]) -> Loaded[IncentiveGame]:
    """The game of a JSON object whose ``format``, ``version`` and ``kind`` are known to be right.

    Costs, the number of followers and variances are JSON strings or numbers. The names in use, variables apart, must be
    those of ``parameters``. Raises :class:`~stackexact.errors.GameError` with the JSON path.

    >>> load({"format": "stackexact/game", "version": 1, "kind": "lq-incentive", "followers": 3,
    ...       "costs": {"leader": "u0**2 + u**2", "follower": "(u - u0)**2"}}).game
    <IncentiveGame 3 followers>
    """
    closed(document, "", required=("format", "version", "kind", "followers", "costs"), optional=_OPTIONAL)
    costs = closed(document["costs"], "costs", required=("leader", "follower"), optional=("major",))
    told = {player: number(value, f"costs.{player}") for player, value in costs.items()}
    game = IncentiveGame(
        told["leader"],
        told["follower"],
        major=told.get("major"),
        followers=number(document["followers"], "followers"),
        variables=_variables(document),
        information=_information(document),
        parameters=texts(document.get("parameters", []), "parameters", "names"),
        assumptions=texts(document.get("assumptions", []), "assumptions", 'relations such as "N >= 1"'),
        **{key: text(document[key], key) for key in ("name", "description", "source") if key in document},
    )
    return Loaded(game, tuple(_UNUSED.format(name) for name in game.unused_parameters))


def _variables(document: dict[str, Any]) -> dict[str, list[str]] | None:
    if "variables" not in document:
        return None
    given = closed(document["variables"], "variables", required=(), optional=PLAYERS)
    return {player: texts(names, f"variables.{player}", "names") for player, names in given.items()}


def _information(document: dict[str, Any]) -> dict[str, object] | None:
    if "information" not in document:
        return None
    given = closed(
        document["information"], "information", required=("state", "variance", "noise"), optional=("reacts",)
    )
    reacts = given.get("reacts", False)
    if not isinstance(reacts, bool):
        raise GameError(f"information.reacts: expected true or false, found {described(reacts)}; correct it")
    return {
        "state": text(given["state"], "information.state"),
        "variance": number(given["variance"], "information.variance"),
        "noise": number(given["noise"], "information.noise"),
        "reacts": reacts,
    }
