"""Writing traces: ``.csv``, ``.csv.gz`` and ``.parquet``, aggregated or round by round, whole or not at all.

The formats differ in how the rows are packed, never in what they are: one text (:mod:`~stackexact.traces.text`), so one
digest. A CSV trace and its metadata (``TRACE.meta.json``) appear together; a trace without metadata leaves none of an
older one behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, UsageError
from stackexact.games.bimatrix import Actions
from stackexact.games.replacing import replacing
from stackexact.games.sources import Source, reason, shown
from stackexact.traces import metadata as meta
from stackexact.traces import text
from stackexact.traces.arguments import actions_of, found, integer, require_path
from stackexact.traces.cells import AGGREGATED, REWARDS, ROUNDS
from stackexact.traces.sinks import CsvSink, GzipSink, ParquetSink, Sink
from stackexact.traces.trace import LARGEST, Metadata, Trace

if TYPE_CHECKING:
    import numpy as np

__all__ = ["SUFFIXES", "RoundsWriter", "require_format", "rows_digest", "write_trace"]

SUFFIXES: Final = (".csv", ".csv.gz", ".parquet")
"""The formats, as file names end."""

_PIECE: Final = 2**16
"""Rows that are text at one time."""


def require_format(path: Source) -> str:
    """The suffix of a trace that can be written.

    Raises :class:`~stackexact.errors.UsageError` for others.

    >>> require_format("runs/TRACE.CSV.GZ")
    '.csv.gz'
    """
    name = os.fspath(require_path(path)).lower()
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return suffix
    raise UsageError(f"{shown(path)}: expected a file name that ends in {', '.join(SUFFIXES)}; rename the output")


def write_trace(trace: Trace, path: Source) -> Metadata | None:
    """Write the counts of a trace to a file, in the format that its name ends in; returns the metadata as written.

    Columns ``run, round, leader, follower, count``: runs in order, checkpoints in order, pairs of actions in order;
    pairs that were not played yet are left out. Raises :class:`~stackexact.errors.UsageError` for another suffix and a
    trace without runs, :class:`~stackexact.errors.InputError` for what cannot be written (nothing is left behind then)
    and, for Parquet, :class:`~stackexact.errors.MissingLibrary` without pyarrow.

    >>> import numpy as np, tempfile
    >>> from pathlib import Path
    >>> from stackexact.traces.trace import Run
    >>> run = Run(1, (2, 4), np.array([[[1, 0], [1, 0]], [[1, 1], [2, 0]]]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_trace(Trace(Actions(("T", "B"), ("L", "R")), (run,)), f"{folder}/trace.csv")
    ...     print(Path(folder, "trace.csv").read_text(), end="")
    run,round,leader,follower,count
    1,2,T,L,1
    1,2,B,L,1
    1,4,T,L,1
    1,4,T,R,1
    1,4,B,L,2
    """
    require_path(path)
    if not isinstance(trace, Trace):
        raise UsageError(f"trace: expected a trace, found {found(trace)}; pass what read_trace or simulate returns")
    if not trace.runs:
        raise UsageError(f"{shown(path)}: expected a trace with at least one run, found none; nothing is written")
    with _rows(path, trace.actions, AGGREGATED, trace.metadata) as rows:
        for columns in _counts(trace):
            rows.add(columns)
    return rows.written


def rows_digest(trace: Trace) -> str:
    """The digest that the rows of a trace have, when it is written by :func:`write_trace`."""
    rows = _Rows(trace.actions, AGGREGATED, None)
    for columns in _counts(trace):
        rows.add(columns)
    return rows.digest.hex


def _counts(trace: Trace) -> Iterator[list[np.ndarray]]:
    """The columns of an aggregated trace, checkpoint by checkpoint."""
    import numpy as np

    for run in trace.runs:
        for round_, counts in zip(run.rounds, run.counts, strict=True):
            leader, follower = counts.nonzero()
            same = np.full((2, len(leader)), [[run.number], [round_]], dtype=np.int64)
            yield [same[0], same[1], leader, follower, counts[leader, follower]]


class RoundsWriter:
    """Writes a trace round by round, in bounded memory; to be used in a ``with`` block.

    Columns ``run, round, leader, follower`` and, with ``rewards``, ``leader_reward, follower_reward``. The file appears
    when the block ends without an error; its metadata are then :attr:`written`. Runs may take turns.

    >>> import numpy as np, tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with RoundsWriter(f"{folder}/trace.csv", Actions(("T", "B"), ("L", "R"))) as rounds:
    ...         rounds.write(1, 1, np.array([0, 1]), np.array([0, 0]))
    ...         rounds.write(1, 3, np.array([1]), np.array([1]))
    ...     print(Path(folder, "trace.csv").read_text(), end="")
    run,round,leader,follower
    1,1,T,L
    1,2,B,L
    1,3,B,R
    """

    def __init__(
        self, path: Source, actions: Actions, metadata: Metadata | None = None, *, rewards: bool = False
    ) -> None:
        """Raises :class:`~stackexact.errors.UsageError` for a suffix of no format."""
        require_format(path)
        actions = actions_of(actions)
        self._path, self._actions, self._rewards = path, actions, rewards
        names = (*ROUNDS, *(REWARDS if rewards else ()))
        self._context: AbstractContextManager[_Rows] = _rows(path, actions, names, metadata)
        self._rows: _Rows | None = None
        self._played: dict[int, int] = {}

    def __enter__(self) -> RoundsWriter:
        self._rows = self._context.__enter__()
        return self

    def write(
        self,
        run: int,
        first: int,
        leader: np.ndarray,
        follower: np.ndarray,
        leader_reward: np.ndarray | None = None,
        follower_reward: np.ndarray | None = None,
    ) -> None:
        """Rounds ``first``, ``first + 1``, ... of a run: the indices of what was played, of the same length.

        Raises :class:`~stackexact.errors.UsageError` where ``first`` is not the next round of the run, for indices of
        no action and for rewards that are missing, not asked for, or not finite.
        """
        import numpy as np

        if self._rows is None:
            raise UsageError("rounds: expected to be written inside of a with block, found none open")
        number = integer(run)
        if number is None or not 0 <= number <= LARGEST:
            raise UsageError(f"run: expected a whole number from 0 below 2**63, found {found(run)}")
        if integer(first) != (following := self._played.get(number, 0) + 1):
            raise UsageError(f"run {number}: expected round {following} next, found {found(first)}; write that first")
        place = f"run {number}, round {following}"
        columns = [_indices(place, leader, self._actions.leader, "leader")]
        columns.append(_indices(place, follower, self._actions.follower, "follower"))
        given = [reward for reward in (leader_reward, follower_reward) if reward is not None]
        if len(given) != (2 if self._rewards else 0):
            wanted = "both rewards" if self._rewards else "no rewards"
            raise UsageError(f"{place}: expected {wanted}, found {len(given)}; say with rewards= what is written")
        columns += [_finite(place, reward) for reward in given]
        if len({len(column) for column in columns}) > 1:
            lengths = ", ".join(str(len(column)) for column in columns)
            raise UsageError(f"{place}: expected columns of the same length, found {lengths}")
        last = following + len(columns[0]) - 1
        self._rows.add([np.full(len(columns[0]), number), np.arange(following, last + 1), *columns])
        self._played[number] = last

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> bool | None:
        if kind is None and not any(self._played.values()):
            nothing = UsageError(f"{shown(self._path)}: expected at least one round, found none; nothing is written")
            self._context.__exit__(UsageError, nothing, None)
            raise nothing
        return self._context.__exit__(kind, error, traceback)

    @property
    def written(self) -> Metadata | None:
        """The metadata as they stand with the trace; ``None`` before the block has ended, and without metadata."""
        return None if self._rows is None else self._rows.written


def _indices(place: str, given: np.ndarray, labels: tuple[str, ...], player: str) -> np.ndarray:
    import numpy as np

    try:
        made = np.asarray(given)
    except ValueError:
        raise UsageError(f"{place}: expected indices of the {player}'s actions, found rows of unequal length") from None
    if made.ndim != 1 or (made.dtype.kind not in "iu" and made.size):
        raise UsageError(f"{place}: expected indices of the {player}'s actions, found {made.ndim}-d {made.dtype}")
    if made.size and not 0 <= int(made.min()) <= int(made.max()) < len(labels):
        worst = made.max() if made.min() >= 0 else made.min()
        raise UsageError(f"{place}: expected indices of the {player}'s actions, below {len(labels)}, found {worst}")
    return made.astype(np.int64)


def _finite(place: str, given: np.ndarray) -> np.ndarray:
    import numpy as np

    try:
        made = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"{place}: expected finite rewards in one dimension, found {found(given)}") from None
    if made.ndim != 1 or not np.isfinite(made).all():
        raise UsageError(f"{place}: expected finite rewards in one dimension, found others")
    return made


class _Rows:
    """Rows on their way into a file, and their digest."""

    def __init__(self, actions: Actions, names: Sequence[str], sink: Sink | None) -> None:
        self._labels = {
            2: [text.quoted(label) for label in actions.leader],
            3: [text.quoted(label) for label in actions.follower],
        }
        self._sink = sink
        self.digest = text.Digest()
        self.written: Metadata | None = None
        self._text(text.header(names), [])

    def add(self, columns: Sequence[np.ndarray]) -> None:
        """The next rows, in the order of the names; actions by their indices."""
        for first in range(0, len(columns[0]), _PIECE):
            piece = [column[first : first + _PIECE] for column in columns]
            cells: list[list[Any]] = [column.tolist() for column in piece]
            for place, labels in self._labels.items():
                cells[place] = [labels[index] for index in cells[place]]
            self._text(text.lines(cells), piece)

    def _text(self, told: str, columns: Sequence[np.ndarray]) -> None:
        data = told.encode("utf-8")
        self.digest.add(data)
        if self._sink is not None:
            self._sink.add(data, columns)


@contextmanager
def _rows(path: Source, actions: Actions, names: Sequence[str], metadata: Metadata | None) -> Iterator[_Rows]:
    """A file that takes rows, and is there with its metadata when the block ends."""
    suffix, place = require_format(path), meta.beside(path)
    if metadata is not None:
        meta.render(meta.Sealed(metadata, "aggregated", 0))  # refused before any work
    alone = suffix == ".parquet" or metadata is None
    # The metadata are moved first: a new trace never stands without them, beside old ones it is refused.
    with replacing(*([path] if alone else [place, path])) as files:
        sink = _sink(suffix, files[-1], names, actions)
        try:
            rows = _Rows(actions, names, sink)
            yield rows
            told = None
            if metadata is not None:
                rows.written = replace(metadata, rows=rows.digest.hex)
                form: meta.Form = "aggregated" if "count" in names else "rounds"
                told = meta.render(meta.Sealed(rows.written, form, rows.digest.rows))
            sink.finish(told)
            if told is not None and not alone:
                files[0].write(told.encode("utf-8"))
        except BaseException:
            with suppress(Exception):
                sink.abandon()
            raise
    if alone and suffix != ".parquet":
        _forget(place)


def _sink(suffix: str, file: IO[bytes], names: Sequence[str], actions: Actions) -> Sink:
    if suffix == ".parquet":
        return ParquetSink(file, names, actions)
    return CsvSink(file) if suffix == ".csv" else GzipSink(file)


def _forget(place: str) -> None:
    """Metadata of a trace that is there no longer."""
    try:
        os.unlink(place)
    except FileNotFoundError:
        pass
    except OSError as error:
        told = f"cannot be removed: {reason(error)}"
        raise InputError(f"{shown(place)}: {told}; it does not belong to the trace that was written") from None
