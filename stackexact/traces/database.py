"""DuckDB over one file: bounded memory, no other file, no network; its errors as one line.

No text of a file or of a game ever becomes SQL: columns are named here or by their place, file names and labels are
parameters.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, Final

from stackexact.errors import InputError, LimitReached, shorten
from stackexact.traces.cells import REWARDS, Labels
from stackexact.traces.sinks import missing

__all__ = ["Database", "Table", "opened"]

_MEMORY: Final = "512MB"
"""What DuckDB may hold in memory; beyond it goes to a temporary folder."""

_THREADS: Final = 4
_FETCHED: Final = 10_000

_CSV: Final = (
    "auto_detect = false, header = false, skip = 1, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
    "null_padding = false, ignore_errors = false, max_line_size = 1048576"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: ``places`` of the columns that are read, of ``width`` in a CSV file, packed or not (``None``
    for Parquet); ``numbers`` are the columns that hold numbers and not text."""

    path: str
    places: dict[str, int]
    width: int = 0
    packed: bool | None = None
    numbers: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """What stands behind FROM; its one parameter is the path."""
        if self.packed is None:
            return "read_parquet(?, hive_partitioning = false)"
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(self.width))
        packing = "'gzip'" if self.packed else "'none'"
        return f"read_csv(?, columns = {{{columns}}}, {_CSV}, compression = {packing})"

    def raw(self, name: str) -> str:
        """A column as the file has it."""
        return f'"{name}"' if self.packed is None else f"c{self.places[name]}"

    def text(self, name: str) -> str:
        """A column as text."""
        return f"CAST({self.raw(name)} AS VARCHAR)"

    def whole(self, name: str) -> str:
        """A column as whole numbers, NULL where it is none (DuckDB itself takes '1.5' and ' 1 ' for numbers)."""
        raw = self.raw(name)
        if name in self.numbers:
            return f"TRY_CAST({raw} AS BIGINT)"
        return f"CASE WHEN regexp_full_match({raw}, '[0-9]{{1,19}}') THEN TRY_CAST({raw} AS BIGINT) END"

    def unreal(self) -> str:
        """Whether a reward is no finite number."""
        rewards = [self.raw(name) for name in REWARDS if name in self.places]
        tests = [f"NOT coalesce(isfinite(TRY_CAST({raw} AS DOUBLE)), false)" for raw in rewards]
        return " OR ".join(tests) or "false"


class Database:
    """A connection that may read the file of one table."""

    def __init__(self, connection: Any, table: Table) -> None:
        self.table = table
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Execute a statement; ``{source}`` in it stands for the table, whose path is then the first parameter."""
        if "{source}" in sql:
            sql, parameters = sql.replace("{source}", self.table.source), [self.table.path, *parameters]
        return self._connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""
        answer = self.run(sql, parameters)
        while found := answer.fetchmany(_FETCHED):
            yield from found

    def action(self, labels: Labels) -> str:
        """The index of a player's action in a column, NULL where it is none; the labels become a type of their own."""
        name = labels.player
        self.run(f"CREATE TABLE {name}_labels (place BIGINT, label VARCHAR)")
        texts = labels.spellings
        self.run(f"INSERT INTO {name}_labels SELECT unnest(?), unnest(?)", [list(range(len(texts))), list(texts)])
        self.run(f"CREATE TYPE {name}_label AS ENUM (SELECT label FROM {name}_labels ORDER BY place)")
        code = f"enum_code(TRY_CAST({self.table.text(name)} AS {name}_label))"
        return f"CAST({code} AS BIGINT) % {len(labels.labels)}"


@contextmanager
def opened(table: Table) -> Iterator[Database]:
    """A database that can read the file of a table, and nothing else; its temporary files are removed.

    Raises :class:`~stackexact.errors.MissingLibrary` without DuckDB, :class:`~stackexact.errors.InputError` for a file
    that it cannot read, :class:`~stackexact.errors.LimitReached` where its memory does not suffice.
    """
    try:
        import duckdb
    except ImportError:
        raise missing("duckdb", "a trace of this form") from None
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": _MEMORY,
        "threads": min(_THREADS, os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_persistent_secrets": False,
    }
    with TemporaryDirectory(prefix="stackexact-", ignore_cleanup_errors=True) as folder:
        try:
            with duckdb.connect(":memory:", config={**settings, "temp_directory": folder}) as connection:
                table = _reachable(table, folder)
                connection.execute("SET enable_progress_bar = false")  # it would go to standard output
                connection.execute("SET allowed_paths = ?", [[table.path]])
                connection.execute("SET enable_external_access = false")
                connection.execute("SET lock_configuration = true")
                yield Database(connection, table)
        except duckdb.OutOfMemoryException:
            raise LimitReached(f"expected a trace that {_MEMORY} of memory suffice for, found it larger") from None
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.Error as error:
            raise InputError(_line(str(error))) from None
        except RuntimeError as error:
            if type(error) is RuntimeError and "interrupt" in str(error).lower():
                raise KeyboardInterrupt from None
            raise


def _reachable(table: Table, folder: str) -> Table:
    """The table under a name that DuckDB does not take for a pattern of names."""
    path = os.path.abspath(table.path)
    if set("*?[") & set(path):
        link = os.path.join(folder, "trace")
        try:
            os.symlink(path, link)
        except OSError:
            raise InputError("expected a name without *, ? and [, found one of them in it; rename the file") from None
        path = link
    return Table(path, table.places, table.width, table.packed, table.numbers)


_CELLS: Final = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_COMPLAINTS: Final = (
    ("unterminated quote", "expected a quotation mark that closes the cell, found none"),
    ("Invalid unicode", "expected text in UTF-8, found other bytes; save it as UTF-8"),
    ("Maximum line size", "expected lines of at most a million characters, found a longer one"),
    ("invalid state", "expected lines that all end alike, as CSV, found a mixture; save it with one kind of line ends"),
)


def _line(message: str) -> str:
    """What DuckDB complains about, without its advice."""
    place = re.search(r"CSV Error on Line: (\d+)", message)
    where = f"line {place[1]}: " if place else ""
    if cells := _CELLS.search(message):
        return f"{where}expected {cells[1]} cells as in the header, found {cells[2]}"
    for mark, told in _COMPLAINTS:
        if mark in message:
            return where + told
    first = message.split("\n", 1)[0].rpartition("Error: ")[2]
    return f"{where}expected a whole file, found what DuckDB cannot read: {shorten(first, 120)[1:-1]}"
