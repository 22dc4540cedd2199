"""The metadata of our own traces as JSON: ``TRACE.meta.json`` beside a CSV file, the schema metadata of a Parquet file.

Two digests keep it honest: ``rows.sha256`` is that of the rows (:mod:`~stackexact.traces.text`), ``sha256`` that of all
the rest: of the canonical JSON (sorted keys, no white space, UTF-8) of this very object without that key.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from stackexact.errors import InputError, UsageError
from stackexact.games import fields, json_text
from stackexact.games.json_text import described
from stackexact.games.sources import Source
from stackexact.traces.sealed import SealedFormat
from stackexact.traces.trace import Metadata

__all__ = ["FORMAT", "KEY", "Form", "Sealed", "beside", "parse", "render"]

FORMAT: Final = SealedFormat(
    "stackexact/trace",
    ("form", "game", "at", "learners", "noise", "seed", "stackexact", "rows"),
    "the metadata of a trace",
    "write the trace again",
)

KEY: Final = FORMAT.name
"""The key in the schema metadata of a Parquet file."""

Form: TypeAlias = Literal["aggregated", "rounds"]
"""Whether a row is a count at a checkpoint or a round."""

_DIGEST: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What stands with a trace: where it comes from, its form and how many rows it has."""

    metadata: Metadata
    form: Form
    number: int


def beside(path: Source) -> str:
    """Where the metadata of a CSV trace stands.

    >>> beside("runs/trace.csv.gz")
    'runs/trace.csv.gz.meta.json'
    """
    return f"{os.fspath(path)}.meta.json"


def render(sealed: Sealed) -> str:
    """The JSON text of metadata, the same on every run.

    Raises :class:`~stackexact.errors.UsageError` for learners or noise that are no JSON values.
    """
    metadata = sealed.metadata
    content = {
        "form": sealed.form,
        "game": {"name": metadata.name, "sha256": metadata.game},
        "at": dict(metadata.at),
        "learners": {
            "leader": _json(metadata.leader, "learners.leader"),
            "follower": _json(metadata.follower, "learners.follower"),
        },
        "noise": _json(metadata.noise, "noise"),
        "seed": metadata.seed,
        "stackexact": metadata.version,
        "rows": {"number": sealed.number, "sha256": metadata.rows},
    }
    return FORMAT.render(content)


def _json(value: Any, path: str) -> Any:
    """A value of plain JSON types."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _json(child, json_text.at_path(path, key)) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_json(child, f"{path}[{i}]") for i, child in enumerate(value)]
    if value is None or type(value) in (str, bool, int) or (type(value) is float and math.isfinite(value)):
        return value
    raise UsageError(f"metadata: {path}: expected JSON values, found {type(value).__name__}; write text or numbers")


def parse(text: str | bytes) -> Sealed:
    """The metadata of a JSON text.

    Raises :class:`~stackexact.errors.InputError` for text that is no metadata of this version, and for metadata that is
    not what was written.

    >>> made = Metadata("0" * 64, "toy", {"delta": "1/100"}, {"name": "UCB"}, {}, {}, 7, "0.1.0", "1" * 64)
    >>> made = Sealed(made, "rounds", 5)
    >>> parse(render(made)) == made
    True
    >>> parse(render(made).replace('"seed": 7', '"seed": 8'))
    Traceback (most recent call last):
    stackexact.errors.InputError: expected the metadata of a trace as written, found a change since...
    """
    return _read(FORMAT.parse(text))


def _read(document: Mapping[str, Any]) -> Sealed:
    """The record of a document whose seal is right, so that only who makes seals can break its form."""
    game = fields.closed(document["game"], "game", required=["name", "sha256"])
    learners = fields.closed(document["learners"], "learners", required=["leader", "follower"])
    rows = fields.closed(document["rows"], "rows", required=["number", "sha256"])
    objects = {
        "at": document["at"],
        "noise": document["noise"],
        **{f"learners.{key}": learners[key] for key in learners},
    }
    for path, value in objects.items():
        if not isinstance(value, dict):
            raise InputError(f"{path}: expected an object, found {described(value)}")
    for path, value in {"game.sha256": game["sha256"], "rows.sha256": rows["sha256"]}.items():
        if not isinstance(value, str) or len(value) != 64 or not _DIGEST.issuperset(value):
            raise InputError(f"{path}: expected 64 hexadecimal digits, found {described(value)}")
    for path, value in {"seed": document["seed"], "rows.number": rows["number"]}.items():
        if type(value) is not int:
            raise InputError(f"{path}: expected a whole number, found {described(value)}")
    texts = {"stackexact": document["stackexact"], "game.name": game["name"] or ""}
    for path, value in (texts | {f"at.{name}": value for name, value in document["at"].items()}).items():
        fields.text(value, path)
    if document["form"] not in ("aggregated", "rounds"):
        raise InputError(f"form: expected aggregated or rounds, found {described(document['form'])}")
    metadata = Metadata(
        game=game["sha256"],
        name=game["name"],
        at=document["at"],
        leader=learners["leader"],
        follower=learners["follower"],
        noise=document["noise"],
        seed=document["seed"],
        version=document["stackexact"],
        rows=rows["sha256"],
    )
    return Sealed(metadata, document["form"], rows["number"])
