"""Sealed JSON: an object of known keys that says its format and version and ends with a digest of all the rest.

The digest is that of the canonical JSON (sorted keys, no white space, UTF-8) of the object without ``sha256``, so that
what is read is what was written. It stands beside rows (:mod:`~stackexact.traces.metadata`) or is a file of its own.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.games import fields, json_text
from stackexact.games.files import MAX_BYTES, read_bytes
from stackexact.games.json_text import Numeral, described
from stackexact.games.replacing import replacing
from stackexact.games.sources import Source
from stackexact.traces.arguments import require_path

__all__ = ["ENDINGS", "SealedFormat", "seal"]

ENDINGS: Final = (".json", ".json.gz")
"""What the names of files that are sealed JSON end in."""

_LONGEST_NUMBER: Final = 1000


@dataclass(frozen=True, slots=True)
class SealedFormat:
    """A format of sealed JSON: ``keys`` are those besides ``format``, ``version`` and ``sha256``; ``what`` it holds
    and what to do ``again`` are the words of its refusals.

    >>> runs = SealedFormat("toy/runs", ("seed",), "runs", "run again")
    >>> print(runs.render({"seed": 7}))
    {
      "format": "toy/runs",
      "version": 1,
      "seed": 7,
      "sha256": "..."
    }
    >>> runs.parse(runs.render({"seed": 7}))
    {'seed': 7}
    >>> runs.parse(runs.render({"seed": 7}).replace("7,", "8,"))
    Traceback (most recent call last):
    stackexact.errors.InputError: expected runs as written, found a change since (by the sha256); run again
    """

    name: str
    keys: tuple[str, ...]
    what: str
    again: str
    version: int = 1

    def render(self, content: Mapping[str, Any]) -> str:
        """The JSON text of content, sealed; the same on every run."""
        document = {"format": self.name, "version": self.version, **content}
        return json_text.render({**document, "sha256": seal(document)})

    def parse(self, text: str | bytes) -> dict[str, Any]:
        """The content of a text, as it was written.

        Raises :class:`~stackexact.errors.InputError`, one line, for text that is not JSON, of another format or
        version, with other keys, or changed since it was written.
        """
        document = json_text.parse(text)
        try:
            return self._content(document)
        except RecursionError:
            told = f"expected {self.what} of moderate depth, found endless nesting; {self.again}"
            raise InputError(told) from None

    def _content(self, document: Any) -> dict[str, Any]:
        form = document.get("format") if isinstance(document, dict) else None
        if form != self.name:
            found = "something else" if form is None else f"{described(form)} as the format"
            raise InputError(f"expected {self.what} (format {self.name!r}), found {found}; {self.again}")
        version = document.get("version")
        if version != str(self.version):
            raise InputError(f"version: expected {self.version}, found {described(version)}; update stackexact")
        made = fields.closed(document, "", required=("format", "version", *self.keys, "sha256"))
        made = {key: _plain(child, key) for key, child in made.items()}
        sealed = made.pop("sha256")
        if seal(made) != sealed:
            told = f"expected {self.what} as written, found a change since (by the sha256); {self.again}"
            raise InputError(told)
        return {key: made[key] for key in self.keys}

    def require_ending(self, path: object) -> str:
        """The ending of a file of this format, one of :data:`ENDINGS`; refuses any other."""
        name = str(require_path(path)).lower()
        for ending in ENDINGS:
            if name.endswith(ending):
                return ending
        wanted = f"a file of {self.what} that ends in {' or '.join(ENDINGS)}"
        raise UsageError(f"path: expected {wanted}, found {shorten(path)}")

    def write(self, content: Mapping[str, Any], path: Source) -> None:
        """Write content to a file whose name ends in one of :data:`ENDINGS`, whole or not at all.

        Raises :class:`~stackexact.errors.UsageError` for another ending and :class:`~stackexact.errors.InputError` for
        what cannot be written, or could not be read for its size.
        """
        ending = self.require_ending(path)
        data = self.render(content).encode()
        if len(data) > MAX_BYTES:
            found = f"found {len(data)}; write less to one file"
            raise InputError(f"{self.what}: expected at most {MAX_BYTES} bytes, {found}")
        with replacing(path) as (file,):
            file.write(data if ending == ".json" else gzip.compress(data, mtime=0))

    def read(self, path: Source) -> dict[str, Any]:
        """The content of a file. Raises as :meth:`require_ending` and :meth:`parse` do."""
        ending = self.require_ending(path)
        data = read_bytes(path)
        return self.parse(self._unpacked(data) if ending == ".json.gz" else data)

    def _unpacked(self, data: bytes) -> bytes:
        """What a packed file holds, up to what a plain one may have: a small file may unpack to anything."""
        reader = zlib.decompressobj(31)
        try:
            made = reader.decompress(data, MAX_BYTES)
        except zlib.error:
            raise InputError(f"expected a gzip file, found another, or a part of one; {self.again}") from None
        if not reader.eof:
            raise InputError(f"expected a whole gzip file of at most {MAX_BYTES} bytes, found another; {self.again}")
        return made


def seal(document: Mapping[str, Any]) -> str:
    """The digest of the canonical JSON of an object.

    >>> seal({})[:12]
    '44136fa355b3'
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any, path: str) -> Any:
    """JSON as Python has it: numerals become numbers again."""
    if isinstance(value, dict):
        return {key: _plain(child, json_text.at_path(path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child, f"{path}[{i}]") for i, child in enumerate(value)]
    if not isinstance(value, Numeral):
        return value
    if len(value) > _LONGEST_NUMBER:
        raise InputError(f"{path}: expected a number of at most {_LONGEST_NUMBER} digits, found {len(value)}")
    number = int(value) if value.removeprefix("-").isdigit() else float(value)
    if isinstance(number, float) and not math.isfinite(number):
        raise InputError(f"{path}: expected a number, found {shorten(value)}, beyond all that a float holds")
    return number
