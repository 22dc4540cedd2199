"""Where the rows of a trace go while it is written: one class per format, behind one protocol."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from stackexact.errors import MissingLibrary
from stackexact.games.bimatrix import Actions
from stackexact.traces.metadata import KEY

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CsvSink", "GzipSink", "ParquetSink", "Sink", "missing"]

_GROUP: Final = 2**20
"""Rows of a row group: what is held in memory while a Parquet file is written."""


def missing(library: str, what: str) -> MissingLibrary:
    """The complaint that a library of the extra ``[traces]`` is not there.

    >>> print(missing("pyarrow", "Parquet"))
    Parquet: expected the library pyarrow, found none; install it with pip install 'stackexact[traces]'
    """
    found = f"expected the library {library}, found none; install it with pip install 'stackexact[traces]'"
    return MissingLibrary(f"{what}: {found}")


class Sink(Protocol):
    """Takes the rows of a trace in pieces, each as text and as columns of numbers (actions by their indices)."""

    def add(self, text: bytes, columns: Sequence[np.ndarray]) -> None:
        """The next rows; the header has no columns."""

    def finish(self, metadata: str | None) -> None:
        """There are no more rows; what stands in the file itself about them."""

    def abandon(self) -> None:
        """The file will not be used."""


class CsvSink:
    """The text of the rows is the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, text: bytes, columns: Sequence[np.ndarray]) -> None:
        self._file.write(text)

    def finish(self, metadata: str | None) -> None:
        pass

    def abandon(self) -> None:
        pass


class GzipSink:
    """The text of the rows, packed; without name and time, so that the same rows give the same bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)

    def add(self, text: bytes, columns: Sequence[np.ndarray]) -> None:
        self._file.write(text)

    def finish(self, metadata: str | None) -> None:
        self._file.close()

    def abandon(self) -> None:
        self._file.close()  # now, while the file below is open: otherwise it would complain when it is forgotten


class ParquetSink:
    """Columns, a row group of about a million rows at a time. Raises MissingLibrary without pyarrow."""

    def __init__(self, file: IO[bytes], names: Sequence[str], actions: Actions) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise missing("pyarrow", "Parquet") from None
        self._pa = pa
        self._labels = {"leader": pa.array(actions.leader), "follower": pa.array(actions.follower)}
        schema = pa.schema([pa.field(name, self._type(name), nullable=False) for name in names])
        # Rounds increase by one within a run, nearly: their differences take a fifth of the space.
        self._writer = pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            store_schema=False,  # it would hide the metadata that are added at the end from readers of the schema
            use_dictionary=["run", "leader", "follower"],
            column_encoding={"round": "DELTA_BINARY_PACKED"},
        )
        self._names = tuple(names)
        self._waiting: list[Sequence[np.ndarray]] = []
        self._rows = 0

    def _type(self, name: str) -> Any:
        if name in self._labels:
            return self._pa.dictionary(self._pa.int32(), self._pa.string())
        return self._pa.float64() if name.endswith("_reward") else self._pa.int64()

    def add(self, text: bytes, columns: Sequence[np.ndarray]) -> None:
        if not columns:
            return
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        import numpy as np

        if not self._rows:
            return
        arrays = []
        for name, parts in zip(self._names, zip(*self._waiting, strict=True), strict=True):
            values = np.concatenate(parts)
            if name in self._labels:
                indices = self._pa.array(values.astype(np.int32))
                arrays.append(self._pa.DictionaryArray.from_arrays(indices, self._labels[name]))
            else:
                arrays.append(self._pa.array(values))
        self._waiting, self._rows = [], 0
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._writer.schema), _GROUP)

    def finish(self, metadata: str | None) -> None:
        self._flush()
        if metadata is not None:
            self._writer.add_key_value_metadata({KEY: metadata})
        self._writer.close()

    def abandon(self) -> None:
        if self._writer.is_open:
            self._writer.close()  # for the same reason
