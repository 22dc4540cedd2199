"""Games in files: the format found from the name or the text, every error with the name of the file.

All formats stand in one table, :data:`FORMATS`. Files are written aside and moved into place
(:mod:`~stackexact.games.replacing`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.games import csv_table, json_text, nfg
from stackexact.games.bimatrix import Game
from stackexact.games.encoding import as_text, decode
from stackexact.games.kinds import Loaded, kind, read_document
from stackexact.games.replacing import write_aside
from stackexact.games.sources import Source, named, reason, shown

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "FileFormat",
    "dumps",
    "format_of",
    "loads",
    "read",
    "read_bytes",
    "read_csv_pair",
    "read_game",
    "read_text",
    "write_aside",
    "write_game",
]

MAX_BYTES: Final = 256 * 2**20
"""The size of the largest file that is read. Far beyond any game that can be solved."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of game files: its name, its file name suffixes, and how it is read and written, where it can be."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[str], Loaded[Any]] | None = None
    write: Callable[[Any], str] | None = None


def _read_json(text: str) -> Loaded[Any]:
    return read_document(json_text.parse(text))


def dumps(game: Any) -> str:
    """A game of any kind as JSON text (contract, section 2): indented, the same text on every run.

    >>> print(dumps(Game([["0.5"]], [["delta"]])), end="")
    {
      "format": "stackexact/game",
      "version": 1,
      "kind": "bimatrix",
      "actions": {
        "leader": ["a1"],
        "follower": ["b1"]
      },
      "parameters": ["delta"],
      "assumptions": [],
      "payoffs": {
        "leader": [
          ["1/2"]
        ],
        "follower": [
          ["delta"]
        ]
      }
    }
    """
    return json_text.render(game.document())


def _write_nfg(game: Any) -> str:
    return nfg.dumps(_bimatrix(game, ".nfg"))


def _write_latex(game: Any) -> str:
    return kind(game.kind).tex(game)


def _bimatrix(game: Any, suffix: str) -> Game:
    if isinstance(game, Game):
        return game
    raise UsageError(f"a {suffix} file holds a game of the kind bimatrix, found the kind {game.kind}; write .json")


FORMATS: Final[tuple[FileFormat, ...]] = (
    FileFormat("json", "a JSON game", (".json",), _read_json, dumps),
    FileFormat("nfg", "a Gambit game", (".nfg",), nfg.read, _write_nfg),
    FileFormat("csv", "a CSV table of payoff pairs", (".csv", ".tsv"), csv_table.read_pairs),
    FileFormat("latex", "a LaTeX table", (".tex",), None, _write_latex),
)
"""Every format, in the order in which messages list them."""


def read(source: Source, *, format: str | None = None, stdin: IO[bytes] | None = None) -> Loaded[Any]:
    """The game in a file, with notes for the user; ``"-"`` is standard input.

    The format is that of the file name's suffix, else it is found from the text; ``format`` (``"json"``, ``"nfg"``,
    ``"csv"``) overrides both. Raises :class:`~stackexact.errors.InputError`, one line that starts with the file name,
    for a file that cannot be read, is larger than :data:`MAX_BYTES`, is no text, or holds no well-formed game.
    """
    with named(source):
        text = decode(read_bytes(source, stdin=stdin))
        return read_text(text, format=format or _format_by_suffix(source))


def read_game(source: Source) -> Any:
    """The game in a file without its notes: a :class:`Game`, or the type of the file's kind."""
    return read(source).game


def read_text(text: str, *, format: str | None = None) -> Loaded[Any]:
    """The game in a text, with notes for the user; without ``format`` the text tells which it is.

    >>> read_text('NFG 1 R "" { "L" "F" } { 1 2 } 1 2 3 4').game.payoffs.leader
    ((Fraction(1, 1), Fraction(3, 1)),)
    """
    text = as_text(text)
    row = format_of(format) if format is not None else _format_by_text(text)
    if row.read is None:
        names = ", ".join(known.name for known in FORMATS if known.read)
        raise UsageError(f"expected a format that can be read ({names}), found {row.name}")
    return row.read(text)


def loads(text: str, *, format: str | None = None) -> Any:
    """The game in a text without its notes; the inverse of :func:`dumps`.

    >>> game = Game([["1/2", "delta"]], [[0, 1]], name="tiny")
    >>> loads(dumps(game)) == game
    True
    """
    return read_text(text, format=format).game


def read_csv_pair(leader: Source, follower: Source) -> Loaded[Game]:
    """The game of two CSV files, one table of payoffs each; rows are the leader's actions in both."""
    sheets = []
    for source in (leader, follower):
        with named(source):
            sheets.append(csv_table.read_sheet(decode(read_bytes(source))))
    with named(f"{shown(leader)}, {shown(follower)}"):
        return csv_table.combine(*sheets)


def write_game(path: Source, game: Any) -> None:
    """Write a game in the format of the file name's suffix: ``.json``, ``.nfg`` or ``.tex``.

    Raises :class:`~stackexact.errors.UsageError` for another suffix and for a game that the format cannot hold.
    """
    suffix = PurePath(path).suffix.lower()
    row = next((known for known in FORMATS if known.write and suffix in known.suffixes), None)
    if row is None or row.write is None:
        suffixes = ", ".join(known for row in FORMATS if row.write for known in row.suffixes)
        raise UsageError(f"{shown(path)}: expected a file name that ends in {suffixes}; rename the output")
    write_aside(path, row.write(game))


def format_of(name: str) -> FileFormat:
    """The row of :data:`FORMATS` with this name.

    >>> format_of("nfg").title
    'a Gambit game'
    """
    for row in FORMATS:
        if row.name == name:
            return row
    raise UsageError(f"format: expected one of {', '.join(row.name for row in FORMATS)}, found {shorten(name)}")


def _format_by_suffix(source: Source) -> str | None:
    suffix = PurePath(source).suffix.lower()
    return next((row.name for row in FORMATS if row.read and suffix in row.suffixes), None)


def _format_by_text(text: str) -> FileFormat:
    start = text.lstrip()
    if not start:
        raise InputError("expected a game, found no text at all")
    if start[0] in "{[":
        return format_of("json")
    if start.startswith("NFG"):
        return format_of("nfg")
    if start.startswith("EFG"):
        raise InputError("expected a game in strategic form, found an extensive one (.efg); convert it to .nfg first")
    line = start.split("\n", 1)[0].rstrip()
    if any(mark in line for mark in ",;|\t"):
        return format_of("csv")
    known = "JSON ('{...'), a Gambit game ('NFG 1 R ...') or a CSV table of payoff pairs"
    raise InputError(f"expected {known}, found {shorten(line, 40)}; give the file of a game")


def read_bytes(source: Source, *, stdin: IO[bytes] | None = None) -> bytes:
    """The bytes of a file or, for ``"-"``, of standard input, up to :data:`MAX_BYTES`.

    Raises :class:`~stackexact.errors.InputError` with the remedy, without the file name.
    """
    try:
        if os.fspath(source) == "-":
            return _bounded(stdin or _standard_input())
        with open(source, "rb") as file:
            return _bounded(file)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {reason(error)}") from None


def _standard_input() -> IO[bytes]:
    if sys.stdin is None:
        raise InputError("expected it to be open, found it closed; name a file")
    return sys.stdin.buffer


def _bounded(file: IO[bytes]) -> bytes:
    """All of a file of bearable size; a large one is not read at all, and an endless one is left in good time."""
    size = 0
    with suppress(OSError, AttributeError):
        size = os.fstat(file.fileno()).st_size
    data = file.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    if max(size, len(data)) > MAX_BYTES:
        raise InputError(f"expected at most {MAX_BYTES // 2**20} MiB, found more; give a smaller file")
    return data
