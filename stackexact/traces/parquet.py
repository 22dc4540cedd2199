"""What stands in a Parquet file about its columns, the metadata of a trace, and the digest of its rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from stackexact.errors import InputError, shorten
from stackexact.games.sources import Source, reason
from stackexact.traces import text
from stackexact.traces.cells import REWARDS, Columns, columns_of
from stackexact.traces.metadata import KEY
from stackexact.traces.sinks import missing

__all__ = ["MAGIC", "Kind", "Look", "digest", "look"]

MAGIC: Final = b"PAR1"
"""How a Parquet file begins, and ends."""

Kind: TypeAlias = Literal["number", "text"]

_BATCH: Final = 2**16


@dataclass(frozen=True, slots=True)
class Look:
    """The columns of a Parquet file, whether each holds numbers or text, and the metadata of a trace in it."""

    columns: Columns
    kinds: Mapping[str, Kind]
    metadata: bytes | None


@contextmanager
def _opened(path: Source) -> Iterator[Any]:
    """The file; what is wrong with it, also later on, is an InputError."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing("pyarrow", "Parquet") from None
    try:
        with open(path, "rb") as file:
            _ends(file)
            with pq.ParquetFile(file) as opened:
                yield opened
    except (pa.ArrowException, OSError) as error:
        # A damaged file is an OSError of pyarrow's own; one of the system has a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(f"cannot be read: {reason(error)}") from None
        raise InputError(f"expected a whole Parquet file, found it damaged ({_first(error)}); write it again") from None


def _ends(file: Any) -> None:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(size - len(MAGIC), 0))
    if size < 3 * len(MAGIC) or file.read() != MAGIC:
        raise InputError("expected a whole Parquet file, found its end missing (half-written?); write it again")
    file.seek(0)


def _first(error: Exception) -> str:
    return shorten(str(error).split("\n", 1)[0], 80)[1:-1]


def look(path: Source) -> Look:
    """What stands in a file about its columns and itself.

    Raises :class:`~stackexact.errors.InputError` for a file that is not whole, lacks columns or holds others than
    whole numbers and text in them; :class:`~stackexact.errors.MissingLibrary` without pyarrow.
    """
    with _opened(path) as file:
        schema, metadata = file.schema_arrow, file.metadata.metadata or {}
        columns = columns_of(schema.names)
        types = {name: schema.field(place).type for name, place in columns.places.items()}
    return Look(columns, {name: _kind(name, types[name]) for name in types}, metadata.get(KEY.encode()))


def _kind(name: str, found: Any) -> Kind:
    import pyarrow as pa

    inner = found.value_type if pa.types.is_dictionary(found) else found
    if pa.types.is_string(inner) or pa.types.is_large_string(inner):
        return "text"
    if pa.types.is_integer(found) or (name in REWARDS and (pa.types.is_floating(found) or pa.types.is_decimal(found))):
        return "number"
    wanted = "integers" if name in ("run", "round", "count") else "numbers" if name in REWARDS else "text or integers"
    advice = " (DuckDB writes HUGEINT so)" if pa.types.is_float64(found) else ""
    raise InputError(f"column {name}: expected {wanted}, found the type {found}{advice}; convert the column")


def digest(path: Source, names: Iterable[str]) -> text.Digest:
    """The digest of the rows of a file: of the text that they would be as CSV with the columns of these names.

    In bounded memory. Raises :class:`~stackexact.errors.InputError` for a file that is not whole.
    """
    names, found = tuple(names), text.Digest()
    found.add(text.header(names).encode())
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=list(names)):
            columns = [_cells(batch.column(name)) for name in names]
            found.add(text.lines(columns).encode("utf-8", "surrogatepass"))
    return found


def _cells(column: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return _values(column)
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    labels = [text.quoted(str(label)) for label in encoded.dictionary.to_pylist()]
    return [None if index is None else labels[index] for index in _values(encoded.indices)]


def _values(column: Any) -> list[Any]:
    """Python numbers, and None for what is not there; through NumPy, where all are there, in half the time."""
    cells: list[Any] = column.to_pylist() if column.null_count else column.to_numpy(zero_copy_only=False).tolist()
    return cells
