"""The shipped games, filed by the publication they come from, each with its expected exact answers.

>>> import stackexact as sx
>>> sx.instance("conitzer-sandholm").shape
(2, 2)
>>> [info.name for info in sx.instances.instances() if info.publication == "bagwell1995"]
['bagwell']

A game is the file ``PUBLICATION/NAME.json``; to add one, see ``README.md`` beside this module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any

from stackexact.errors import UsageError, shorten

__all__ = ["InstanceInfo", "expected", "instance", "instances", "names", "path"]


@dataclass(frozen=True, slots=True)
class InstanceInfo:
    """What the list of games says about one: the publication it is filed under, its full citation (``source``), its
    ``kind``, its ``shape`` as text (the numbers of leader and follower actions, of followers, of states and
    stages, or of followers, type profiles and action profiles), and the parameters it depends on."""

    name: str
    publication: str
    description: str
    source: str
    kind: str
    shape: str
    parameters: tuple[str, ...]


def instances() -> tuple[InstanceInfo, ...]:
    """Every shipped game, by publication and name. The files are read, but no payoff is parsed.

    >>> info = next(info for info in instances() if info.name == "chain-store")
    >>> info.kind, info.shape, info.parameters
    ('bimatrix', '2 x 2', ('a', 'b'))
    """
    return tuple(_info(file) for file in _files().values())


def names() -> tuple[str, ...]:
    """The names of all shipped games, in the order of :func:`instances`; no file is read.

    >>> "matching-pennies" in names()
    True
    """
    return tuple(_files())


def instance(name: str) -> Any:
    """The shipped game of that name, of its kind's type. An unknown name raises :class:`~stackexact.errors.UsageError`.

    >>> instance("matching-pennie")
    Traceback (most recent call last):
    stackexact.errors.UsageError: instance: expected the name of a shipped game, found 'matching-pennie'; is it ...?
    """
    from stackexact.games.files import read_game

    return read_game(path(name))


def path(name: str) -> Path:
    """The file of a shipped game.

    >>> path("escape").name
    'escape.json'
    """
    return _file(name)


def expected(name: str) -> dict[str, Any]:
    """The expected answers of a shipped game, as ``README.md`` beside this module describes them.

    >>> expected("escape")["cases"][0]["results"]["mixed-strong"]["leader"]
    '30'
    """
    answers: dict[str, Any] = _document(_file(name).with_suffix(".expected.json"))
    return answers


def _file(name: str) -> Path:
    known = _files()
    if name not in known:
        from difflib import get_close_matches

        near = get_close_matches(name[:60], known, n=3, cutoff=0.5)
        advice = f"is it {' or '.join(near)}?" if near else "see 'stackexact instances'"
        raise UsageError(f"instance: expected the name of a shipped game, found {shorten(name)}; {advice}")
    return known[name]


@cache
def _files() -> dict[str, Path]:
    """The game files by name. They ship inside the package and do not change, so that one look is enough."""
    root = Path(str(files(__name__)))
    games = (file for file in root.glob("*/*.json") if not file.name.endswith(".expected.json"))
    return {file.stem: file for file in sorted(games, key=lambda file: (file.parent.name, file.stem))}


def _info(file: Path) -> InstanceInfo:
    document = _document(file)
    return InstanceInfo(
        file.stem,
        file.parent.name,
        document["description"],
        document["source"],
        document["kind"],
        _shape(document),
        tuple(document.get("parameters", ())),
    )


def _shape(document: dict[str, Any]) -> str:
    if "payoffs" in document:
        table = document["payoffs"]["leader"]
        return f"{len(table)} x {len(table[0])}"
    if "states" in document:
        count = len(document["states"])
        return f"{count} {'state' if count == 1 else 'states'}, H = {document['horizon']}"
    if "rules" in document:
        followers = document["followers"].values()
        types = prod(len(one.get("types", [0])) for one in followers)
        actions = prod(len(_actions(one["actions"])) for one in followers)
        return f"{len(followers)} {'follower' if len(followers) == 1 else 'followers'}, {types} x {actions}"
    return f"{document['followers']} followers"


def _actions(given: Any) -> Any:
    """The actions of a follower, which may be listed by type."""
    return {label for own in given.values() for label in own} if isinstance(given, dict) else given


def _document(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
