"""Reading traces, our own and those of other programs: checked against what they can be, whatever their size.

Aggregated CSV needs no further library. Everything else goes through DuckDB, out of core (``stackexact[traces]``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

from stackexact.errors import InputError, LimitReached, UsageError, shorten
from stackexact.games.bimatrix import Actions, Game
from stackexact.games.files import read_bytes
from stackexact.games.sources import Source, named, reason, shown
from stackexact.traces import csv_text, database, metadata, parquet
from stackexact.traces.arguments import actions_of, require_path
from stackexact.traces.cells import AGGREGATED, ROUNDS, Columns, columns_of
from stackexact.traces.checkpoints import required, usual
from stackexact.traces.counts import from_rows
from stackexact.traces.metadata import Sealed
from stackexact.traces.rounds import from_rounds
from stackexact.traces.text import Digest
from stackexact.traces.trace import Metadata, Run, Trace

__all__ = ["GAME_UNCHECKED", "other_game", "read_trace"]

GAME_UNCHECKED: Final = "only the actions of the game were given: whether the trace is of this game was not checked"
"""What a trace says of itself that was read so; whoever has the game checks it then, and drops this note."""

_UNCHECKED: Final = "no metadata: only totals and ranges were checked"


def read_trace(path: Source, game: Game | Actions, *, checkpoints: Iterable[int] | None = None) -> Trace:
    r"""The trace in a file (``.csv``, ``.csv.gz``, ``.parquet``) of learners in this game.

    Rounds are counted up to each of ``checkpoints`` (by default ten per decade: 1, 2, 3, 5, 6, 7, 10, 12, ...) and up
    to the last one of every run; of an aggregated trace those of its own checkpoints are taken that are asked for, by
    default all.

    A trace of ours must be as it was written, by the digests in its metadata, and of this game, unless only its actions
    are given. Of any trace cells, ranges and totals must be possible. What could not be checked is in the notes.
    Raises :class:`~stackexact.errors.InputError`, one line with the file and the row, or the run and the round;
    :class:`~stackexact.errors.UsageError` for checkpoints, a path or a game that are none;
    :class:`~stackexact.errors.LimitReached` for counts that do not fit into memory; and
    :class:`~stackexact.errors.MissingLibrary` where the extra ``[traces]`` is needed and not there.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "trace.csv")
    ...     _ = path.write_text("run,round,leader,follower,count\n1,3,T,L,2\n1,3,B,L,1\n")
    ...     trace = read_trace(path, Actions(("T", "B"), ("L",)))
    >>> trace.runs[0].counts.tolist(), trace.notes
    ([[[2], [1]]], ('no metadata: only totals and ranges were checked',))
    """
    path, actions = require_path(path), actions_of(game)
    wanted = None if checkpoints is None else required(checkpoints)
    with named(path), _limits(path), _unchanged(path):
        file = _look(path)
        if file.sealed is not None:
            if isinstance(game, Game) and file.sealed.metadata.game != game.sha256:
                raise InputError(other_game(game, file.sealed.metadata))
            _require_written(file, file.sealed)
        elif file.packed:
            csv_text.digest(path, packed=True)  # its check sum, before anything is said about what is in it
        runs = _aggregated(file, actions, wanted) if file.columns.aggregated else _rounds(file, actions, wanted)
    return Trace(actions, runs, None if file.sealed is None else file.sealed.metadata, _notes(file, game))


@dataclass(frozen=True, slots=True)
class _File:
    """A file after a first look: packed or not for CSV, ``None`` for Parquet."""

    path: str
    packed: bool | None
    columns: Columns
    width: int
    numbers: frozenset[str]
    sealed: Sealed | None

    def digest(self) -> Digest:
        """That of its rows, as they stand there now."""
        if self.packed is not None:
            return csv_text.digest(self.path, self.packed)
        return parquet.digest(self.path, (*(AGGREGATED if self.columns.aggregated else ROUNDS), *self.columns.rewards))


@contextmanager
def _limits(path: Source) -> Iterator[None]:
    try:
        yield
    except LimitReached as error:
        raise LimitReached(f"{shown(path)}: {error}") from None


@contextmanager
def _unchanged(path: Source) -> Iterator[None]:
    """The file is looked at more than once, so it must stay what it is."""
    before = _state(path)
    yield
    if _state(path) != before:
        raise InputError("expected a file that stays as it is, found it changed while it was read; read it again")


def _state(path: Source) -> tuple[int, ...]:
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {reason(error)}") from None
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        raise InputError(f"expected the file of a trace, found {kind}; name a file")
    return found.st_size, found.st_mtime_ns, found.st_ino


def _look(path: Source) -> _File:
    name, packed = os.fspath(path), _packed(path)
    if packed is None:
        look = parquet.look(path)
        numbers = frozenset(column for column, kind in look.kinds.items() if kind == "number")
        with _about("its metadata"):
            sealed = None if look.metadata is None else metadata.parse(look.metadata)
        return _File(name, None, look.columns, 0, numbers, sealed)
    header = csv_text.names(path, packed)
    sealed, place = None, metadata.beside(path)
    if os.path.lexists(place):
        with _about(os.path.basename(place)):
            sealed = metadata.parse(read_bytes(place))
    return _File(name, packed, columns_of(header), len(header), frozenset(), sealed)


@contextmanager
def _about(what: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


_FORMATS: Final = ((".csv", False, "CSV"), (".csv.gz", True, "a gzip archive"), (".parquet", None, "Parquet"))


def _packed(path: Source) -> bool | None:
    """The format: that of the first bytes, which must be the one that the name promises, if it promises one."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(parquet.MAGIC))
    except OSError as error:
        raise InputError(f"cannot be read: {reason(error)}") from None
    found = None if start == parquet.MAGIC else start[:2] == b"\x1f\x8b"
    for suffix, packed, title in _FORMATS:
        if os.fspath(path).lower().endswith(suffix) and packed is not found:
            told = "nothing, it is empty" if not start else next(title for _, kind, title in _FORMATS if kind is found)
            raise InputError(f"expected {title}, as the name says, found {told}; rename it, or write it again")
    return found


def _require_written(file: _File, sealed: Sealed) -> None:
    """The rows are those that its metadata tell of, in their order."""
    form, wanted = "aggregated" if file.columns.aggregated else "rounds", sealed.metadata.rows
    remedy = "restore the file"
    if file.packed is not None:
        remedy += f", or delete {os.path.basename(metadata.beside(file.path))} if it is of another trace"
    if form != sealed.form:
        raise InputError(f"expected the form that its metadata tell ({sealed.form}), found {form}; {remedy}")
    found = file.digest()
    if found.rows != sealed.number:
        raise InputError(f"expected the {sealed.number} rows that its metadata tell of, found {found.rows}; {remedy}")
    if found.hex != wanted:
        told = f"expected the rows that its metadata tell of (sha256 {wanted[:12]}…), found others ({found.hex[:12]}…)"
        raise InputError(f"{told}; {remedy}")


def other_game(game: Game, made: Metadata) -> str:
    """The line about a trace that was made of another game than the one given."""
    name = "another game" if made.name is None else f"the game {shorten(made.name)}"
    told = f"expected a trace of this game (sha256 {game.sha256[:12]}…), found one of {name} ({made.game[:12]}…)"
    lost = any(parameter not in game.parameters for parameter in made.at)
    remedy = "with its parameters" if lost else "that it was made with, as it was given then"
    return f"{told}; give the game {remedy}"


def _aggregated(file: _File, actions: Actions, wanted: tuple[int, ...] | None) -> tuple[Run, ...]:
    if file.packed is not None:
        places = [file.columns.places[name] for name in AGGREGATED]
        with closing(csv_text.cells(file.path, file.packed, places)) as rows:
            runs = from_rows(rows, actions)
    else:
        table = _table(file)
        with database.opened(table) as opened:
            columns = ", ".join(table.text(name) for name in AGGREGATED)
            runs = from_rows(opened.rows(f"SELECT {columns} FROM {{source}}"), actions)
    return runs if wanted is None else tuple(_at(run, wanted) for run in runs)


def _at(run: Run, wanted: tuple[int, ...]) -> Run:
    """A run at some of its checkpoints and the last."""
    places = {round_: k for k, round_ in enumerate(run.rounds)}
    for round_ in wanted:
        if round_ < run.horizon and round_ not in places:
            told = f"found none there; ask for some of {', '.join(map(str, run.rounds[:8]))}"
            raise UsageError(f"run {run.number}: expected counts at round {round_}, which is a checkpoint, {told}")
    kept = (*(round_ for round_ in wanted if round_ < run.horizon), run.horizon)
    return Run(run.number, kept, run.counts[[places[round_] for round_ in kept]])


def _rounds(file: _File, actions: Actions, wanted: tuple[int, ...] | None) -> tuple[Run, ...]:
    return from_rounds(_table(file), actions, usual() if wanted is None else wanted)


def _table(file: _File) -> database.Table:
    return database.Table(file.path, file.columns.places, file.width, file.packed, file.numbers)


def _notes(file: _File, game: Game | Actions) -> tuple[str, ...]:
    notes = list(file.columns.notes)
    if file.sealed is None:
        notes.append(_UNCHECKED)
    elif isinstance(game, Actions):
        notes.append(GAME_UNCHECKED)
    return tuple(notes)
