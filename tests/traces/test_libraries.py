"""Missing libraries, and what DuckDB may do: no heavy imports, no files left, interrupts that are interrupts."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from damaged import PLAYS, TRACE
from played import ACTIONS, write_rounds

from stackexact.errors import InputError, MissingLibrary
from stackexact.traces.reading import read_trace
from stackexact.traces.writing import write_trace

BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("duckdb", "pyarrow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
from pathlib import Path
from played import ACTIONS, counted, write_rounds
from stackexact.errors import MissingLibrary
from stackexact.traces.reading import read_trace
from stackexact.traces.writing import write_trace
plays = {1: [(0, 0), (1, 2)]}
trace = counted(plays, ACTIONS)
"""


def without_libraries(program: str, folder: Path) -> str:
    tests = str(Path(__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED + program],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={**os.environ, "PYTHONPATH": tests},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_small_traces_need_no_further_library(tmp_path: Path) -> None:
    """Aggregated CSV, our own and that of others, with the same checks."""
    program = """
from dataclasses import replace
from played import METADATA
for suffix in (".csv", ".csv.gz"):
    for metadata in (METADATA, None):
        write_trace(replace(trace, metadata=metadata), "trace" + suffix)
        assert read_trace("trace" + suffix, ACTIONS).runs == trace.runs
    write_rounds(Path("rounds" + suffix), plays, ACTIONS, METADATA)
Path("trace.csv").write_text("run,round,leader,follower,count\\n1,2,T,L,1\\n")
try:
    read_trace("trace.csv", ACTIONS)
except ValueError as error:
    print(error)
"""
    assert (
        without_libraries(program, tmp_path) == "trace.csv: run 1: expected counts that sum to 2 at round 2, found 1\n"
    )


def test_missing_libraries_are_named(tmp_path: Path) -> None:
    write_trace(TRACE, tmp_path / "trace.parquet")
    write_rounds(tmp_path / "rounds.csv", PLAYS, ACTIONS)
    program = """
for do in (lambda: write_trace(trace, "other.parquet"), lambda: read_trace("trace.parquet", ACTIONS),
           lambda: read_trace("rounds.csv", ACTIONS)):
    try:
        do()
    except MissingLibrary as error:
        print(error)
"""
    found = without_libraries(program, tmp_path).splitlines()
    install = "install it with pip install 'stackexact[traces]'"
    assert found == [
        f"Parquet: expected the library pyarrow, found none; {install}",
        f"Parquet: expected the library pyarrow, found none; {install}",
        f"a trace of this form: expected the library duckdb, found none; {install}",
    ]
    assert not (tmp_path / "other.parquet").exists()
    assert issubclass(MissingLibrary, ImportError)


def test_nothing_heavy_is_loaded_for_small_traces(tmp_path: Path) -> None:
    program = """
write_trace(trace, "trace.csv"), read_trace("trace.csv", ACTIONS)
print({"duckdb", "pyarrow", "pandas", "numba"} & set(sys.modules))
"""
    assert without_libraries(program, tmp_path) == "set()\n"


def test_temporary_files_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    write_rounds(tmp_path / "rounds[1].parquet", PLAYS, ACTIONS)
    assert read_trace(tmp_path / "rounds[1].parquet", ACTIONS).runs == TRACE.runs
    with pytest.raises(InputError):
        read_trace(tmp_path / "rounds[1].parquet", replace(ACTIONS, leader=("X",)))
    assert os.listdir(tmp_path / "temporary") == []


def test_the_database_keeps_to_itself(tmp_path: Path) -> None:
    """No other file, no other settings; no bar on standard output, where DuckDB draws one in long queries."""
    import duckdb

    from stackexact.traces.database import Table, opened

    path = tmp_path / "rounds.csv"
    write_rounds(path, PLAYS, ACTIONS)
    with opened(Table(str(path), {"run": 0}, 4, packed=False)) as database:
        shown = database.run("SELECT current_setting('enable_progress_bar')").fetchone()
        assert shown == (False,)
        for sql in (
            "SELECT * FROM read_csv('/etc/passwd')",
            "SET memory_limit = '9GB'",
            f"COPY (SELECT 1) TO '{path}2'",
        ):
            with pytest.raises(duckdb.Error):
                database.run(sql)
    with (
        pytest.raises(InputError, match="expected a whole file, found what DuckDB cannot read"),
        opened(Table(str(path), {"run": 0}, 4, packed=False)) as database,
    ):
        list(database.rows("SELECT error('mine')"))


@pytest.mark.parametrize("error", ["duckdb.InterruptException('x')", "RuntimeError('Query interrupted')"])
def test_an_interrupt_is_an_interrupt(error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB ends its query and says so in words of its own."""
    import duckdb

    from stackexact.traces.database import Database

    def interrupted(*_: Any) -> Any:
        raise eval(error, {"duckdb": duckdb})

    write_rounds(tmp_path / "rounds.csv", PLAYS, ACTIONS)
    monkeypatch.setattr(Database, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_trace(tmp_path / "rounds.csv", ACTIONS)


def test_a_fault_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stackexact.traces.database import Database

    def fail(*_: Any) -> Any:
        raise RuntimeError("mine")

    write_rounds(tmp_path / "rounds.csv", PLAYS, ACTIONS)
    monkeypatch.setattr(Database, "run", fail)
    with pytest.raises(RuntimeError, match=r"^mine$"):
        read_trace(tmp_path / "rounds.csv", ACTIONS)
