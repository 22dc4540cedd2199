"""Plays in files: a table with a row for every checkpoint, and what it follows from beside it, as traces have it.

``.csv``, ``.csv.gz`` and ``.parquet`` hold the same rows, so that they have one digest. The metadata
(``PLAY.meta.json``, or the schema metadata of a Parquet file) name the game, the dynamics and the digest of the rows,
and are sealed by a digest of their own.
"""

from __future__ import annotations

import gzip
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from stackexact.dynamics.predictions import Dynamics
from stackexact.dynamics.records import Checkpoint, Plan, Play, Track
from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.games import fields
from stackexact.games.files import read_bytes
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.replacing import replacing
from stackexact.games.sources import Source, named
from stackexact.traces import csv_text, text
from stackexact.traces.arguments import found, require_path
from stackexact.traces.metadata import beside
from stackexact.traces.sealed import SealedFormat
from stackexact.traces.sinks import missing
from stackexact.traces.writing import require_format
from stackexact.version import VERSION

__all__ = ["FORMAT", "columns", "read_play", "write_play"]

_SETTINGS: Final = ("dynamics", "rounds", "runs", "seed", "spread", "shift", "bound")
FORMAT: Final = SealedFormat(
    "stackexact/play",
    ("game", "at", *_SETTINGS, "stackexact", "rows"),
    "the metadata of a play",
    "simulate again",
)


def columns(game: IncentiveGame) -> tuple[str, ...]:
    """The columns of a play: the mean of every component of a follower's action, or the mean gain.

    >>> columns(IncentiveGame("u0**2 + u**2", "u**2 + (u + u0)**2"))
    ('run', 'round', 'mean_u', 'spread', 'distance', 'leader_cost', 'follower_cost', 'diverged')
    """
    names = ("gain",) if game.information is not None else game.variables.follower
    means = (f"mean_{name}" for name in names)
    return ("run", "round", *means, "spread", "distance", "leader_cost", "follower_cost", "diverged")


def write_play(play: Play, path: Source) -> None:
    """Write a play to a file, in the format that its name ends in, whole or not at all.

    Raises :class:`~stackexact.errors.UsageError` for another suffix, :class:`~stackexact.errors.InputError` for what
    cannot be written and, for Parquet, :class:`~stackexact.errors.MissingLibrary` without pyarrow.
    """
    suffix = require_format(path)
    if not isinstance(play, Play):
        raise UsageError(f"play: expected a play, found {found(play)}; make one with play")
    names, rows = columns(play.plan.game), list(_rows(play))
    told = text.header(names) + text.lines(list(zip(*rows, strict=True)))
    data = told.encode()
    metadata = FORMAT.render(_metadata(play.plan, _digest(data)))
    if suffix == ".parquet":
        with replacing(path) as (file,):
            _write_parquet(file, names, rows, metadata)
        return
    # The metadata are moved first: new rows never stand without them, beside old ones they are refused.
    with replacing(beside(path), path) as (first, second):
        first.write(metadata.encode("utf-8"))
        second.write(data if suffix == ".csv" else gzip.compress(data, mtime=0))


def _rows(play: Play) -> Iterator[tuple[float, ...]]:
    for track in play.tracks:
        for one in track.points:
            costs = one.leader_cost, one.follower_cost
            yield (track.number, one.round, *one.mean, one.spread, one.distance, *costs, int(one.diverged))


def _digest(data: bytes) -> text.Digest:
    made = text.Digest()
    made.add(data)
    return made


def _metadata(plan: Plan, rows: text.Digest) -> dict[str, Any]:
    return {
        "game": {"name": plan.game.name, "sha256": plan.game.sha256},
        "at": {name: text_of(value) for name, value in plan.at.items()},
        **plan.document(),
        "stackexact": VERSION,
        "rows": {"number": rows.rows, "sha256": rows.hex},
    }


def _write_parquet(file: Any, names: Sequence[str], rows: Sequence[Sequence[float]], metadata: str) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing("pyarrow", "Parquet") from None
    whole = {"run", "round", "diverged"}
    arrays = [
        pa.array(values, pa.int64() if name in whole else pa.float64())
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    ]
    table = pa.Table.from_arrays(arrays, names=list(names)).replace_schema_metadata({FORMAT.name: metadata})
    pq.write_table(table, file, compression="zstd")


def read_play(path: Source, game: IncentiveGame) -> Play:
    """The play in a file, which must be as it was written and of this game, as it was given then.

    Raises :class:`~stackexact.errors.InputError`, one line with the file, for a play of another game, for rows or
    metadata that were changed, and for what is no play; :class:`~stackexact.errors.UsageError` for a path or a game
    that is none.

    >>> import tempfile
    >>> from stackexact.dynamics.playing import play
    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
    >>> made = play(game, at={"N": 5}, rounds=10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_play(made, f"{folder}/play.csv")
    ...     read_play(f"{folder}/play.csv", game) == made
    True
    """
    path = require_path(path)
    if not isinstance(game, IncentiveGame):
        raise UsageError(f"game: expected a game of the kind {IncentiveGame.kind}, found {found(game)}; give one")
    suffix = require_format(path)
    with named(path):
        file = _read_parquet(path) if suffix == ".parquet" else _read_csv(path, packed=suffix == ".csv.gz")
        plan = _plan(file, game)
        if file.names != columns(game):
            raise InputError(f"expected the columns {', '.join(columns(game))}, found {shorten(', '.join(file.names))}")
        return Play(plan, _tracks(plan, file.rows))


@dataclass(frozen=True, slots=True)
class _File:
    """What stands in a file: the names of its columns, its cells as text, the digest of its rows, its metadata."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    digest: text.Digest
    metadata: dict[str, Any]


def _read_csv(path: Source, *, packed: bool) -> _File:
    place = beside(path)
    if not os.path.exists(path) or not os.path.exists(place):
        lost = os.path.basename(path if not os.path.exists(path) else place)
        raise InputError(f"expected a play and its metadata beside it, found no {shorten(lost)}; simulate again")
    names = tuple(csv_text.names(path, packed))
    with closing(csv_text.cells(path, packed, range(len(names)))) as rows:
        cells = tuple(rows)
    return _File(names, cells, csv_text.digest(path, packed), FORMAT.parse(read_bytes(place)))


def _read_parquet(path: Source) -> _File:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing("pyarrow", "Parquet") from None
    try:
        with open(path, "rb") as file:
            table = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        told = shorten(str(error).split("\n", 1)[0], 80)[1:-1]
        raise InputError(f"expected a Parquet file, found {told}") from None
    metadata = (table.schema.metadata or {}).get(FORMAT.name.encode())
    if metadata is None:
        raise InputError("expected a play with its metadata, found none; simulate again")
    made = [column.to_pylist() for column in table.columns]
    data = text.header(table.column_names) + text.lines(made)
    cells = tuple(tuple(str(value) for value in row) for row in zip(*made, strict=True))
    digest = _digest(data.encode("utf-8", "surrogatepass"))
    return _File(tuple(table.column_names), cells, digest, FORMAT.parse(metadata))


def _plan(file: _File, game: IncentiveGame) -> Plan:
    """The plan that metadata tell of, where the rows are theirs and the game is the one given."""
    made = file.metadata
    other = fields.closed(made["game"], "game", required=["name", "sha256"])
    rows = fields.closed(made["rows"], "rows", required=["number", "sha256"])
    moves = fields.closed(made["dynamics"], "dynamics", required=["kind"], optional=["damping", "step", "order"])
    for path, value in (("game.sha256", other["sha256"]), ("rows.sha256", rows["sha256"])):
        fields.text(value, path)
    if other["sha256"] != game.sha256:
        name = "another game" if other["name"] is None else f"the game {shorten(other['name'])}"
        told = f"expected a play of this game (sha256 {game.sha256[:12]}…), found one of {name}"
        raise InputError(f"{told} ({other['sha256'][:12]}…); give the game as it was given then")
    if (file.digest.rows, file.digest.hex) != (rows["number"], rows["sha256"]):
        told = f"expected the {rows['number']} rows that its metadata tell of (sha256 {rows['sha256'][:12]}…)"
        raise InputError(f"{told}, found {file.digest.rows} others ({file.digest.hex[:12]}…); restore the file")
    settings = {name: made[name] for name in _SETTINGS[1:]}
    return Plan(game, Dynamics(**moves), **settings, at=made["at"])


def _tracks(plan: Plan, rows: Sequence[Sequence[str]]) -> tuple[Track, ...]:
    found: dict[int, list[Checkpoint]] = {number: [] for number in range(1, plan.runs + 1)}
    for place, row in enumerate(rows, 1):
        number, point = _point(row, place)
        if number not in found:
            raise InputError(f"row {place}: expected a run from 1 to {plan.runs}, found {number}; simulate again")
        found[number].append(point)
    for number, points in found.items():
        _require_rounds(plan, number, points)
    return tuple(Track(number, tuple(points)) for number, points in found.items())


def _point(row: Sequence[str], place: int) -> tuple[int, Checkpoint]:
    try:
        numbers = [float(cell) for cell in row[2:-1]]
        *mean, spread, distance, leader, follower = numbers
        if not all(map(math.isfinite, numbers)) or row[-1] not in ("0", "1"):
            raise ValueError
        point = Checkpoint(int(row[1]), tuple(mean), spread, distance, leader, follower, row[-1] == "1")
        return int(row[0]), point
    except ValueError:
        raise InputError(f"row {place}: expected finite numbers, found {shorten(','.join(row))}") from None


def _require_rounds(plan: Plan, number: int, points: Sequence[Checkpoint]) -> None:
    """The rounds of a run are the checkpoints of the plan, up to the one in which it left the bound."""
    rounds = tuple(point.round for point in points)
    last = points[-1] if points else None
    wanted = plan.checkpoints
    if last is not None and last.diverged:
        wanted = (*(round_ for round_ in wanted if round_ < last.round), last.round)
    if rounds != wanted or any(point.diverged for point in points[:-1]):
        raise InputError(f"run {number}: expected the checkpoints of {plan.rounds} rounds, found others")
