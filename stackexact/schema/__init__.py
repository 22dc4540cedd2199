"""The JSON Schemas (draft 2020-12) of everything that stackexact reads and prints.

One schema per kind of game, named like the kind, and seven for results: ``solution`` (``solve --json``),
``certificate`` (``solve --certificate``), ``trace`` (the metadata beside a trace), ``learning`` (runs of a leader who
learns), ``verification`` (``verify --json``), ``estimate`` (what :func:`stackexact.estimate` finds) and ``robustness``
(what :func:`stackexact.robustness` finds). All are closed: an unknown key is refused. They describe form;
what they cannot say (rectangular tables, declared names, well-formed expressions) the reader checks.

    import json, jsonschema
    from stackexact import schema

    jsonschema.validate(json.load(open("game.json")), schema.load("bimatrix"))
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.games import kinds

__all__ = ["VERSION", "load", "names"]

VERSION: Final = 1
"""The version that stands in the files these schemas describe."""

_RESULTS: Final = {
    "solution": "solution.schema.json",
    "certificate": "certificate.schema.json",
    "trace": "trace.schema.json",
    "learning": "learning.schema.json",
    "follower-play": "follower-play.schema.json",
    "follower-verification": "follower-verification.schema.json",
    "verification": "verification.schema.json",
    "estimate": "estimate.schema.json",
    "robustness": "robustness.schema.json",
}
_OTHER: Final = re.compile(rf'"\$ref": "urn:stackexact:schema:v{VERSION}:([a-z-]+)')


def names() -> tuple[str, ...]:
    """What :func:`load` takes.

    >>> "bimatrix" in names() and "certificate" in names()
    True
    """
    return (*(row.name for row in kinds.KINDS), *_RESULTS)


def load(kind: str = "bimatrix") -> dict[str, Any]:
    """The schema of a kind of game, of a ``"solution"``, a ``"certificate"``, a ``"verification"``, an ``"estimate"``,
    of ``"learning"`` runs, ``"follower-play"`` and its ``"follower-verification"``, ``"robustness"`` or the metadata of
    a ``"trace"``, as a fresh dictionary.

    A schema that refers to another one carries it in its ``$defs`` (a compound schema document), so that a validator
    needs nothing else. Raises :class:`~stackexact.errors.UsageError` for an unknown name.

    >>> load()["additionalProperties"]
    False
    >>> sorted({"bimatrix", "markov", "solution"} & set(load("certificate")["$defs"]))
    ['bimatrix', 'markov', 'solution']
    """
    schema = _document(kind)
    carried = schema.setdefault("$defs", {})
    while missing := set(_OTHER.findall(json.dumps(schema))) - {kind, *carried}:
        carried.update({name: _document(name) for name in sorted(missing)})
    return schema


def _document(name: str) -> dict[str, Any]:
    known = {row.name: row.schema for row in kinds.KINDS} | _RESULTS
    if name not in known:
        raise UsageError(f"schema: expected one of {', '.join(known)}, found {shorten(name)}")
    text = files(__name__).joinpath(f"v{VERSION}", known[name]).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
