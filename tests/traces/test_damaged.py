"""Half-written files, full disks, missing libraries, two writers: one clear line, and nothing half-written."""

from __future__ import annotations

import builtins
import errno
import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from played import ACTIONS, METADATA, counted, write_rounds

from stackexact.errors import InputError, MissingLibrary, UsageError
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Run, Trace
from stackexact.traces.writing import SUFFIXES, RoundsWriter, write_trace

PLAYS = {1: [(k % 2, k % 3) for k in range(400)], 2: [(1, 0)] * 300}
TRACE = replace(counted(PLAYS, ACTIONS), metadata=METADATA)
SHORT = replace(counted({1: [(0, 0)] * 3}, ACTIONS), metadata=METADATA)


def refusal(path: Path, do: Callable[[], object], kind: type[Exception] = InputError) -> str:
    with pytest.raises(kind) as caught:
        do()
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(f"{path}: ")
    return told.removeprefix(f"{path}: ")


@pytest.mark.parametrize("aggregated", [True, False])
def test_parquet_cut_anywhere_is_refused(aggregated: bool, tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.parquet", tmp_path / "trace.parquet"
    write_trace(TRACE, whole) if aggregated else write_rounds(whole, PLAYS, ACTIONS, METADATA)
    data = whole.read_bytes()
    cuts = sorted({0, 1, 3, 4, 5, 8, 11, 12, 13, *range(20, len(data), 97), *range(len(data) - 12, len(data))})
    for cut in cuts:
        path.write_bytes(data[:cut])
        told = refusal(path, lambda: read_trace(path, ACTIONS))
        if cut < 4:
            assert told.startswith("expected Parquet, as the name says, found ")
        else:
            assert told == "expected a whole Parquet file, found its end missing (half-written?); write it again"
    for start in cuts[1:]:  # the end is there, but not all before it
        path.write_bytes(data[:4] + data[start + 4 :])
        refusal(path, lambda: read_trace(path, ACTIONS))


def test_parquet_with_other_bytes_is_refused_or_the_same(tmp_path: Path) -> None:
    """Whatever byte is changed: what is read is what was written, or nothing."""
    whole, path = tmp_path / "whole.parquet", tmp_path / "trace.parquet"
    write_trace(TRACE, whole)
    data = whole.read_bytes()
    refused = 0
    for place in range(0, len(data), 23):
        changed = bytearray(data)
        changed[place] ^= 0x55
        path.write_bytes(bytes(changed))
        told = None
        try:
            assert read_trace(path, ACTIONS).runs == TRACE.runs
        except InputError as error:
            told = str(error)
        if told is not None:
            refused += 1
            assert "\n" not in told
            assert len(told) < 400 + len(str(path))
    assert refused > 50


@pytest.mark.parametrize("aggregated", [True, False])
def test_gzip_that_is_not_whole(aggregated: bool, tmp_path: Path) -> None:
    """Without metadata, so that nothing but the archive itself tells."""
    whole, path = tmp_path / "whole.csv.gz", tmp_path / "trace.csv.gz"
    write_trace(replace(TRACE, metadata=None), whole) if aggregated else write_rounds(whole, PLAYS, ACTIONS)
    data = whole.read_bytes()
    for cut in (2, 5, 12, len(data) // 2, len(data) - 8, len(data) - 1):
        path.write_bytes(data[:cut])
        assert refusal(path, lambda: read_trace(path, ACTIONS)).startswith(
            "expected a whole gzip archive, found its end"
        )
    text = gzip.decompress(data)
    swapped = gzip.compress(text.replace(b",T,L", b",B,L"), mtime=0)
    for damaged in (data + b"garbage", data[:-6] + b"\0" + data[-5:], swapped[:-8] + data[-8:]):
        path.write_bytes(damaged)
        told = refusal(path, lambda: read_trace(path, ACTIONS))
        assert told.startswith("expected a whole gzip archive, found it damaged (")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "trace.parquet",
            b"run,round\n",
            "expected Parquet, as the name says, found CSV; rename it, or write it again",
        ),
        ("trace.parquet", b"", "expected Parquet, as the name says, found nothing, it is empty; rename it"),
        ("trace.csv", b"PAR1", "expected CSV, as the name says, found Parquet"),
        ("trace.CSV", b"\x1f\x8b", "expected CSV, as the name says, found a gzip archive"),
        ("trace.csv.gz", b"run,round\n", "expected a gzip archive, as the name says, found CSV"),
        ("other", b"PAR1", "expected a whole Parquet file, found its end missing"),
        ("other", b"\x1f\x8b", "expected a whole gzip archive, found its end missing"),
        ("other", b"hello\n", "columns: expected run, round, leader, follower (and count), found 'hello'; add run"),
    ],
)
def test_files_that_are_not_what_they_are_called(name: str, data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path, lambda: read_trace(path, ACTIONS)).startswith(told)


def test_a_format_is_found_without_a_suffix(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        write_trace(replace(TRACE, metadata=None), tmp_path / f"trace{suffix}")
        os.replace(tmp_path / f"trace{suffix}", tmp_path / "trace.data")
        assert read_trace(tmp_path / "trace.data", ACTIONS).runs == TRACE.runs


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "none.csv"
    told = "cannot be read: there is no such file or folder; check the name"
    assert refusal(place, lambda: read_trace(place, ACTIONS)) == told
    assert (
        refusal(tmp_path, lambda: read_trace(tmp_path, ACTIONS))
        == "expected the file of a trace, found a folder; name a file"
    )
    if os.path.exists("/dev/zero"):
        zero = Path("/dev/zero")
        assert refusal(zero, lambda: read_trace(zero, ACTIONS)).startswith(
            "expected the file of a trace, found a device"
        )
    with pytest.raises(InputError, match="cannot be read: embedded null byte"):
        read_trace("a\0b", ACTIONS)

    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    write_trace(TRACE, place)
    monkeypatch.setattr(builtins, "open", denied)
    assert (
        refusal(place, lambda: read_trace(place, ACTIONS)) == "cannot be read: permission denied; check who may use it"
    )


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


WRITERS: list[Callable[[Path], object]] = [
    lambda path: write_trace(TRACE, path),
    lambda path: write_rounds(path, PLAYS, ACTIONS, METADATA),
    lambda path: write_rounds(path, PLAYS, ACTIONS, METADATA, rewards=True),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("old", [True, False])
def test_a_full_disk_leaves_what_was_there(
    suffix: str, write: Callable[[Path], object], old: bool, tmp_path: Path
) -> None:
    """Where the system itself refuses to let files grow, after any number of bytes."""
    resource = pytest.importorskip("resource")
    path = tmp_path / f"trace{suffix}"
    write(path)
    sizes = sorted(len(data) for data in everything(tmp_path).values())
    if old:
        write_trace(SHORT, path)
    else:
        for other in tmp_path.iterdir():
            other.unlink()
    before = everything(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (0, 3, 100, sizes[0] - 1, sizes[-1] - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            told = refusal(path, lambda: write(path))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert told == "cannot be written: file too large"
        assert everything(tmp_path) == before
    write(path)
    assert read_trace(path, ACTIONS).runs == TRACE.runs


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_failures_and_interrupts_leave_what_was_there(
    suffix: str, step: str, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"trace{suffix}"
    write_trace(SHORT, path)
    before = everything(tmp_path)
    real, calls = getattr(os, step), 0

    def fail(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == (1 if suffix == ".parquet" else 2):
            raise failure
        return real(*given)

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else InputError):
        write_trace(TRACE, path)
    monkeypatch.undo()
    assert everything(tmp_path) == before
    assert read_trace(path, ACTIONS).runs == SHORT.runs


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rounds_that_end_with_an_error_leave_nothing(suffix: str, tmp_path: Path) -> None:
    def fail() -> None:
        with RoundsWriter(tmp_path / f"trace{suffix}", ACTIONS, METADATA) as writer:
            writer.write(1, 1, np.zeros(5, int), np.zeros(5, int))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert everything(tmp_path) == {}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_devices_and_folders_are_not_written(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"trace{suffix}"
    path.symlink_to("/dev/full")
    told = refusal(path, lambda: write_trace(TRACE, path))
    assert told == "cannot be written: it is no file but a device or a pipe; name a file"
    path.unlink()
    path.mkdir()
    assert refusal(path, lambda: write_trace(TRACE, path)).startswith("cannot be written: it is a folder")
    path.rmdir()
    assert everything(tmp_path) == {}


def test_metadata_that_cannot_be_written(tmp_path: Path) -> None:
    place = tmp_path / "trace.csv.meta.json"
    place.mkdir()
    assert refusal(place, lambda: write_trace(TRACE, tmp_path / "trace.csv")).startswith(
        "cannot be written: it is a folder"
    )
    assert os.listdir(tmp_path) == [place.name]


def test_old_metadata_do_not_stay_with_a_trace_that_has_none(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    write_trace(TRACE, path)
    write_trace(replace(SHORT, metadata=None), path)
    assert os.listdir(tmp_path) == ["trace.csv"]
    assert read_trace(path, ACTIONS).runs == SHORT.runs
    (tmp_path / "trace.csv.meta.json").mkdir()
    with pytest.raises(InputError, match=r"meta\.json: cannot be removed: .*; it does not belong to the trace"):
        write_trace(replace(SHORT, metadata=None), path)


def test_what_is_not_written(tmp_path: Path) -> None:
    for name in ("trace.json", "trace.csv.bz2", "trace"):
        with pytest.raises(UsageError, match=r"expected a file name that ends in \.csv, \.csv\.gz, \.parquet; rename"):
            write_trace(TRACE, tmp_path / name)
        with pytest.raises(UsageError, match="expected a file name that ends in"):
            RoundsWriter(tmp_path / name, ACTIONS)
    with pytest.raises(UsageError, match="expected a trace with at least one run, found none; nothing is written"):
        write_trace(Trace(ACTIONS, (), METADATA), tmp_path / "trace.csv")
    bad = replace(METADATA, leader={"name": "UCB", "at": [object()]})
    with pytest.raises(
        UsageError, match=r"metadata: learners\.leader\.at\[0\]: expected JSON values, found object; write"
    ):
        write_trace(replace(TRACE, metadata=bad), tmp_path / "trace.csv")
    for value in (float("nan"), {1: 2}, b"x"):
        with pytest.raises(UsageError, match=r"metadata: noise\.x: expected JSON values"):
            write_trace(replace(TRACE, metadata=replace(METADATA, noise={"x": value})), tmp_path / "trace.csv")
    assert os.listdir(tmp_path) == []


ONES = np.ones(3, int)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((1, 2, ONES, ONES), "run 1: expected round 1 next, found int '2'; write that first"),
        ((1, 0, ONES, ONES), "run 1: expected round 1 next, found int '0'"),
        ((-1, 1, ONES, ONES), "run: expected a whole number from 0 below 2**63, found int '-1'"),
        ((1, 1, 3 * ONES, ONES), "run 1, round 1: expected indices of the leader's actions, below 2, found 3"),
        ((1, 1, ONES, -ONES), "run 1, round 1: expected indices of the follower's actions, below 3, found -1"),
        ((1, 1, ONES / 2, ONES), "run 1, round 1: expected indices of the leader's actions, found 1-d float64"),
        ((1, 1, ONES, np.ones((3, 1), int)), "run 1, round 1: expected indices of the follower's actions, found 2-d"),
        ((1, 1, ONES, ONES[:2]), "run 1, round 1: expected columns of the same length, found 3, 2"),
        ((1, 1, ONES, ONES, ONES, ONES), "run 1, round 1: expected no rewards, found 2; say with rewards="),
    ],
)
def test_rounds_that_cannot_follow(given: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, RoundsWriter(tmp_path / "trace.csv", ACTIONS, METADATA) as writer:
        writer.write(*given)
    assert str(caught.value).startswith(told)
    assert everything(tmp_path) == {}


def test_rewards_that_cannot_be(tmp_path: Path) -> None:
    for rewards, told in (
        ((), "expected both rewards, found 0"),
        ((ONES,), "expected both rewards, found 1"),
        ((ONES, [0.5, np.nan, 1]), "expected finite rewards"),
        ((ONES, [0.5]), "expected columns of the same length, found 3, 3, 3, 1"),
    ):
        with pytest.raises(UsageError, match=told), RoundsWriter(tmp_path / "t.csv", ACTIONS, rewards=True) as writer:
            writer.write(1, 1, ONES, ONES, *rewards)
    with (
        pytest.raises(UsageError, match="expected at least one round, found none"),
        RoundsWriter(tmp_path / "t.csv", ACTIONS) as writer,
    ):
        writer.write(1, 1, ONES[:0], ONES[:0])
    with pytest.raises(UsageError, match="expected to be written inside of a with block"):
        RoundsWriter(tmp_path / "t.csv", ACTIONS).write(1, 1, ONES, ONES)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_writers_at_once(suffix: str, tmp_path: Path) -> None:
    """Whoever comes last, the trace and its metadata are of one writer."""
    path = tmp_path / f"trace{suffix}"
    writers = [threading.Thread(target=write_trace, args=(trace, path)) for trace in [TRACE, SHORT] * 10]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert read_trace(path, ACTIONS).runs in (TRACE.runs, SHORT.runs)
    assert len(os.listdir(tmp_path)) == (1 if suffix == ".parquet" else 2)


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


def test_runs_and_traces_that_cannot_be() -> None:
    """What every reader and the simulator rely on."""
    for rounds, counts, told in (
        ((1,), np.array([[[0.5, 0.5]]]), "run 1: expected counts as whole numbers below 2"),
        ((1,), np.array([[[2**63]]], dtype=np.uint64), "run 1: expected counts as whole numbers below 2"),
        ((1,), np.array([[1]]), "run 1: expected counts of every pair at every checkpoint"),
        ((), np.zeros((0, 1, 1), int), "run 1: expected counts of every pair at every checkpoint"),
        ((2, 2), np.full((2, 1, 1), 2), "run 1: expected rounds that increase, found 2 after 2"),
        ((0,), np.zeros((1, 1, 1), int), "run 1: expected rounds from 1 below 2**63, found int '0'"),
        ((2**63,), np.ones((1, 1, 1), int), "run 1: expected rounds from 1 below 2"),
        ((1,), np.array([[[2, -1]]]), "run 1: expected counts that do not decrease, found -1"),
        ((1, 2), np.array([[[2**63 - 1, 0]], [[-(2**63), 2]]]), "run 1: expected counts that do not decrease"),
        ((4,), np.array([[[2**62] * 3 + [2**62 + 4]]]), "run 1: expected counts that sum to 4 at round 4, found 18446"),
    ):
        with pytest.raises(InputError) as caught:
            Run(1, rounds, counts)
        assert str(caught.value).startswith(told)
    run = Run(1, (1,), np.array([[[1, 0, 0], [0, 0, 0]]]))
    for runs, told in (
        ((run, run), "runs: expected numbers from 0 that increase, found 1 after 1"),
        ((Run(2, (1,), np.array([[[1]]])),), r"run 2: expected counts of \(2, 3\) actions, found \(1, 1\)"),
    ):
        with pytest.raises(InputError, match=told):
            Trace(ACTIONS, runs)


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
