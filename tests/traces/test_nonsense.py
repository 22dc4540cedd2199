"""Traces of other programs that cannot be: refused in one line that names the row, or the run and the round."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from played import write_rows

from stackexact.errors import InputError, LimitReached
from stackexact.games.bimatrix import Actions
from stackexact.traces import counts, rounds
from stackexact.traces.reading import read_trace

TWO = Actions(("T", "B"), ("L", "R"))
HEADER = ("run", "round", "leader", "follower")
COUNTS = (*HEADER, "count")
LARGEST = 2**63 - 1


def refusal(path: Path, of: Actions = TWO) -> str:
    with pytest.raises(InputError) as caught:
        read_trace(path, of)
    told = str(caught.value)
    assert told == caught.value.line
    assert told.startswith(f"{path}: ")
    assert len(told) < 400 + len(str(path))
    return told.removeprefix(f"{path}: ")


@pytest.fixture(params=[".csv", ".parquet"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = tmp_path / f"trace{request.param}"
    return path


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(1, 2, "T", "L", 1)], "run 1: expected counts that sum to 2 at round 2, found 1"),
        ([(1, 2, "T", "L", 3)], "run 1: expected counts that sum to 2 at round 2, found 3"),
        ([(1, 1, "T", "L", 1), (7, 2, "T", "L", 0)], "run 7: expected counts that sum to 2 at round 2, found 0"),
        (
            [(3, 2, "T", "L", 2), (3, 3, "T", "L", 1), (3, 3, "B", "L", 2)],
            "run 3: expected counts that do not decrease, found 1 of pair (0, 0) at round 3",
        ),
        (
            [(3, 2, "T", "L", 2), (3, 3, "B", "L", 3)],
            "run 3: expected counts that do not decrease, found 0 of pair (0, 0) at round 3",
        ),
        (
            [(1, 3, "T", "L", 1), (1, 3, "B", "L", 1), (1, 3, "T", "L", 1)],
            "row 3: expected one count of every pair, found a second one of 'T', 'L' in run 1 at round 3; delete one",
        ),
        ([(1, 3, "T", "L", 3), (1, 3, "T", "L", 0)], "row 2: expected one count of every pair"),
        ([(1, 3, "T", "L", 3), (1, 3, "0", "R", -1)], "row 2: count: expected a whole number from 0, found '-1'"),
        ([(1, 3, "T", "L", 2.5)], "row 1: count: expected a whole number from 0, found '2.5'; write digits"),
        ([(1, 3, "T", "L", "3.0")], "row 1: count: expected a whole number from 0, found '3.0'"),
        ([(1, 3, "T", "L", "3e0")], "row 1: count: expected a whole number from 0, found '3e0'"),
        ([(1, 3, "T", "L", " 3")], "row 1: count: expected a whole number from 0, found ' 3'"),
        ([(1, 3, "T", "L", "1_0")], "row 1: count: expected a whole number from 0, found '1_0'"),
        ([(1, 3, "T", "L", "٣")], "row 1: count: expected a whole number from 0, found '٣'"),
        ([(1, 3, "T", "L", "nan")], "row 1: count: expected a whole number from 0, found 'nan'"),
        ([(1, 3, "T", "L", "")], "row 1: count: expected a whole number from 0, found an empty cell"),
        ([(1, 3, "T", "L", str(2**63))], "row 1: count: expected a whole number from 0 below 2**63, found"),
        ([(1, 3, "T", "L", "9" * 5000)], "row 1: count: expected a whole number from 0 below 2**63, found"),
        ([(1, 0, "T", "L", 0)], "row 1: round: expected a whole number from 1, found '0'"),
        ([(-1, 1, "T", "L", 1)], "row 1: run: expected a whole number from 0, found '-1'"),
        ([("one", 1, "T", "L", 1)], "row 1: run: expected a whole number from 0, found 'one'"),
        ([(1, 1, "T", "L", 1), (1, 2, "C", "L", 1)], "row 2: leader: expected an action ('T', 'B'), found 'C'; is the"),
        ([(1, 1, "t", "L", 1)], "row 1: leader: expected an action ('T', 'B'), found 't'"),
        ([(1, 1, " T", "L", 1)], "row 1: leader: expected an action ('T', 'B'), found ' T'"),
        ([(1, 1, "T", "2", 1)], "row 1: follower: expected an action ('L', 'R'), found '2'"),
        ([(1, 1, "T", "", 1)], "row 1: follower: expected an action ('L', 'R'), found an empty cell"),
        ([(1, 1, "T", "x" * 5000, 1)], "row 1: follower: expected an action ('L', 'R'), found 'xxxx"),
        (
            # Added up in 64 bits, these four counts are 5.
            [(1, 5, i, j, 2**62 + 5 * (i + j == 0)) for i in (0, 1) for j in (0, 1)],
            f"run 1: expected counts that sum to 5 at round 5, found {2**64 + 5}",
        ),
        ([(1, LARGEST, "T", "L", LARGEST), (1, LARGEST, "B", "L", LARGEST)], "run 1: expected counts that sum to"),
        ([], "expected at least one row below the header, found none; the trace is empty"),
    ],
)
def test_counts_that_cannot_be(rows: list[tuple[Any, ...]], told: str, file: Path) -> None:
    assert refusal(write_rows(file, COUNTS, rows)).startswith(told)


FIVE = [(1, t, "T", "L") for t in range(1, 6)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            FIVE[:3] + FIVE[4:],
            "run 1: expected a row for every round from 1 to the last one, found 4 rows and the rounds 1 to 5",
        ),
        (FIVE[1:], "run 1: expected a row for every round from 1 to the last one, found 4 rows and the rounds 2 to 5"),
        (
            [*FIVE, FIVE[2]],
            "run 1: expected a row for every round from 1 to the last one, found 6 rows and the rounds 1 to 5",
        ),
        (
            [*FIVE[:3], FIVE[0], FIVE[4]],
            "run 1: expected every round once, found round 4 missing and another one twice",
        ),
        (
            [*FIVE[:3], (1, 4, "B", "R"), (1, 4, "T", "L")],
            "run 1: expected a row for every round from 1 to the last one",
        ),
        (
            [*FIVE, *[(9, t, "B", "R") for t in (1, 2, 2, 4)], (12, 1, "T", "L")],
            "run 9: expected every round once, found round 3 missing and another one twice",
        ),
        (
            [*FIVE, (2, 2, "T", "L")],
            "run 2: expected a row for every round from 1 to the last one, found 1 row and the",
        ),
        ([*FIVE, (1, 0, "T", "L")], "row 6: round: expected a whole number from 1, found '0'"),
        ([(1, 0, "T", "L"), *FIVE], "row 1: round: expected a whole number from 1, found '0'"),
        ([*FIVE, (1, "six", "T", "L")], "row 6: round: expected a whole number from 1, found 'six'"),
        ([*FIVE, (1, "6.0", "T", "L")], "row 6: round: expected a whole number from 1, found '6.0'"),
        ([*FIVE, (1, " 6", "T", "L")], "row 6: round: expected a whole number from 1, found ' 6'"),
        ([*FIVE, (1, "", "T", "L")], "row 6: round: expected a whole number from 1, found an empty cell"),
        ([*FIVE, (1, str(2**63), "T", "L")], "row 6: round: expected a whole number from 1 below 2**63, found"),
        ([*FIVE, (1, LARGEST, "T", "L")], "run 1: expected a row for every round from 1 to the last one, found 6 rows"),
        ([(LARGEST, LARGEST, "T", "L")], f"run {LARGEST}: expected a row for every round from 1 to the last one"),
        ([*FIVE, (-1, 6, "T", "L")], "row 6: run: expected a whole number from 0, found '-1'"),
        ([*FIVE, (1, 6, "C", "L")], "row 6: leader: expected an action ('T', 'B'), found 'C'; is the trace of another"),
        ([*FIVE, (1, 6, "T", "2")], "row 6: follower: expected an action ('L', 'R'), found '2'"),
        ([*FIVE, (1, 6, "T", "00")], "row 6: follower: expected an action ('L', 'R'), found '00'"),
        ([*FIVE, (1, 6, "T", "")], "row 6: follower: expected an action ('L', 'R'), found an empty cell"),
        ([], "expected at least one row below the header, found none; the trace is empty"),
    ],
)
def test_rounds_that_cannot_be(rows: list[tuple[Any, ...]], told: str, file: Path) -> None:
    assert refusal(write_rows(file, HEADER, rows)).startswith(told)


def test_every_window_of_rounds_is_looked_at(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long traces are compared in parts; the parts are small here, so that each can have the fault."""
    monkeypatch.setattr(rounds, "_BITS", 4)
    rows = [(1, t, "T", "L") for t in range(1, 11)] + [(2, t, "T", "L") for t in range(1, 8)]
    write_rows(file, HEADER, rows)
    assert [run.horizon for run in read_trace(file, TWO).runs] == [10, 7]
    for wrong in range(17):
        run, missing = rows[wrong][:2]
        other = {(1, 10): (1, 9), (2, 7): (2, 6)}.get((run, missing), (run, 10 if run == 1 else 7))
        write_rows(file, HEADER, [*rows[:wrong], (*other, "T", "L"), *rows[wrong + 1 :]])
        end = missing in (1, 10 if run == 1 else 7)
        told = "a row for every round" if end else f"every round once, found round {missing} missing"
        assert refusal(file).startswith(f"run {run}: expected {told}")


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity", "", "low", "1e999"])
def test_rewards_that_are_no_numbers(cell: str, file: Path) -> None:
    rows = [(1, 1, "T", "L", "0.5", "-1e-3"), (1, 2, "T", "L", "2", cell)]
    told = refusal(write_rows(file, (*HEADER, "leader_reward", "follower_reward"), rows))
    assert told.startswith("row 2: follower_reward: expected a finite number, found ")


@pytest.mark.parametrize("aggregated", [False, True])
@pytest.mark.parametrize("labels", [("1", "2"), ("x", "-7"), (" 3", "x"), ("+1", "x")])
def test_indices_where_labels_are_integers(labels: tuple[str, str], aggregated: bool, file: Path) -> None:
    """One label that is an integer, of either player, and no index is read of any; "1" may be that label."""
    for player, other in (("leader", "follower"), ("follower", "leader")):
        of = replace(TWO, **{player: labels})
        for cell in ("0", "1"):
            if cell not in labels:
                assert trace_of(file, of, aggregated, player, cell) == "no index is read, as some label of the game is"
            assert trace_of(file, of, aggregated, other, cell) == "no index is read, as some label of the game is"
        for k, cell in enumerate(labels):
            assert trace_of(file, of, aggregated, player, cell) == k


@pytest.mark.parametrize("aggregated", [False, True])
@pytest.mark.parametrize("labels", [("T", "B"), ("1.0", "a1"), ("1e3", "½"), ("-", "+x")])
def test_indices_where_no_label_is_an_integer(labels: tuple[str, str], aggregated: bool, file: Path) -> None:
    """Then both players' are read."""
    for player in ("leader", "follower"):
        for k in (0, 1):
            assert trace_of(file, replace(TWO, leader=labels), aggregated, player, str(k)) == k


def trace_of(file: Path, of: Actions, aggregated: bool, player: str, cell: str) -> int | str:
    """The action that is read from a cell of a trace with one row; or why none is."""
    cells = {"leader": of.leader[1], "follower": of.follower[1], player: cell}
    row: tuple[Any, ...] = (1, 1, cells["leader"], cells["follower"])
    write_rows(file, COUNTS if aggregated else HEADER, [(*row, 1) if aggregated else row])
    try:
        counted = read_trace(file, of).runs[0].counts[0]
    except InputError as error:
        place, _, why = str(error).removeprefix(f"{file}: ").partition("; ")
        assert place.startswith(f"row 1: {player}: expected an action (")
        return why[:46]
    assert counted.sum() == 1
    return int(counted.nonzero()[0 if player == "leader" else 1][0])


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            ("run", "round", "leader"),
            "columns: expected run, round, leader, follower (and count), found 'run', 'round', 'le",
        ),
        ((), "columns: expected run, round, leader, follower (and count), found "),
        (("run", "round", "leader", "follower", "run"), "column 'run': expected every column once, found it twice"),
        ((*HEADER, "x", "x", "count", "count"), "column 'count': expected every column once"),
        (
            (*HEADER, "Count"),
            "column 'Count': expected a column of a trace or another name, found one like 'count'; rename",
        ),
        ((*HEADER, "counts"), "column 'counts': expected a column of a trace or another name, found one like 'count'"),
        ((*HEADER, "RUN"), "column 'RUN': expected a column of a trace or another name, found one like 'run'"),
        ((*HEADER, "leader_rewards"), "column 'leader_rewards': expected a column of a trace or another name"),
        (
            ("Run", "round", "leader", "follower"),
            "columns: expected run, round, leader, follower (and count), found 'Run'",
        ),
        (
            (" run", "round", "leader", "follower"),
            "columns: expected run, round, leader, follower (and count), found ' run'",
        ),
    ],
)
def test_columns_that_are_not_those_of_a_trace(header: Sequence[str], told: str, file: Path) -> None:
    assert refusal(write_rows(file, header, [["1"] * len(header)])).startswith(told)


def test_many_other_columns_are_told_of_briefly(tmp_path: Path) -> None:
    names = [f"extra{k}" for k in range(9)]
    path = write_rows(tmp_path / "trace.csv", (*COUNTS, *names, "leader_reward"), [(1, 1, "T", "L", 1, *names, "x")])
    notes = read_trace(path, TWO).notes
    assert len(notes) == 4
    assert notes[2] == "10 columns (the column 'extra2', ...) are no part of a trace"


H = ",".join(HEADER).encode() + b"\n"
C = ",".join(COUNTS).encode() + b"\n"
TEXTS: list[tuple[bytes, str]] = [
    (b"", "expected a trace, found no text at all; the file is empty"),
    (b"\n", "columns: expected run, round, leader, follower (and count), found none; add run"),
    (b"\xff\xfer\0u\0n\0", "expected text in UTF-8, found UTF-16 text; save it as UTF-8"),
    (b"PK\x03\x04....", "expected text in UTF-8, found a zip archive such as a spreadsheet workbook"),
    (b"run;round;leader;follower\n1;1;T;L\n", "the header: expected names with commas between them, found 'run"),
    (b'run,round,leader,"fol\nlower"\n', "the header: expected names, found"),
    (b"run,round,leader,follower,\xe9\n", "line 1: expected text in UTF-8, found byte 0xe9; save it as UTF-8"),
    (b'run,round,leader,"follower\n', "the header: expected CSV, found something else (unexpected end of data)"),
    (b"r\0n,round\n", "line 1, column 2: expected text, found a NUL character"),
    (C + b"1,1,T,L\n", "row 1: expected 5 cells as in the header, found 4"),
    (C + b"1,1,T,L,1\n1,2,T,L,2,3\n", "row 2: expected 5 cells as in the header, found 6"),
    (C + b"1,1,T,L,1\n1,2,\xe9,L,2\n", "line 3: expected text in UTF-8, found byte 0xe9; save it as UTF-8"),
    (C + b'1,1,"T,L,1\n', "row 1: expected CSV, found something else (unexpected end of data); correct it"),
    (C + b'1,1,"T"x,L,1\n', "row 1: expected CSV, found something else (',' expected after '\"'); correct it"),
    (C + b"1,1,T,L," + b"1" * 2**20, "expected lines, found one of more than 1048575 characters; give a trace"),
    (C + b"1,1,T\0,L,1\n", "row 1: leader: expected an action ('T', 'B'), found 'T\\x00'"),
    (H + b"1,1,T\n", "line 2: expected 4 cells as in the header, found 3"),
    (H + b"1,1,T,L\n1,2,T,L,x\n", "line 3: expected 4 cells as in the header, found 5"),
    (H + b"1,1,T,L\n1,2,\xe9,L\n", "line 3: expected text in UTF-8, found byte 0xe9; save it as UTF-8"),
    (H + b"1,1,T,L\n" * 5000 + b"1,2,\xe9,L\n", "line 5002: expected text in UTF-8, found other bytes"),
    (C + b"1,1,T,L,1\n1,1,B,L,0\n" * 5000 + b"\xe9", "row 3: expected one count of every pair"),
    (C + b"\n" * 50000 + b"1,1,T,\xc3", "expected text in UTF-8, found half a character at the end"),
    (H + b'1,1,"T,L\n', "line 2: expected a quotation mark that closes the cell, found none"),
    (H + b'1,1,"T"x,L\n', "line 2: expected a quotation mark that closes the cell, found none"),
    (H + b"1,1,T," + b"1" * 2**21 + b"\n", "line 2: expected lines of at most a million characters"),
    (H + b"1,1,T,L\r\n1,2,T,L\n", "expected lines that all end alike, as CSV, found a mixture; save it with one kind"),
    (H + b"1,1,T\0,L\n", "row 1: leader: expected an action ('T', 'B'), found 'T\\x00'"),
    (H + b'1,1,"T\n",L\n', "row 1: leader: expected an action ('T', 'B'), found 'T\\n'"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), TEXTS)
@pytest.mark.parametrize("packed", [False, True])
def test_text_that_is_no_table(data: bytes, told: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("trace.csv.gz" if packed else "trace.csv")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert refusal(path).startswith(told)


@pytest.mark.parametrize("header", [H, C])
def test_lines_may_end_in_any_way(header: bytes, tmp_path: Path) -> None:
    """Byte order marks, empty lines, quotation marks, a last line without an end: all are CSV."""
    end = b",1" if header is C else b""
    row = b'1,1,"T",L' + end
    for line, data in {
        "unix": header + row + b"\n",
        "windows": (header + row + b"\n").replace(b"\n", b"\r\n"),
        "old": (header + row + b"\n").replace(b"\n", b"\r"),
        "bare": header + row,
        "marked": b"\xef\xbb\xbf" + header + row + b"\n",
        "spaced": header + b"\n" + row + b"\n\n\n",
        "trailing": header + row + b",,\n",
    }.items():
        path = tmp_path / f"{line}.csv"
        path.write_bytes(data)
        assert read_trace(path, TWO).runs[0].counts.tolist() == [[[1, 0], [0, 0]]], line
        packed = tmp_path / f"{line}.csv.gz"
        packed.write_bytes(gzip.compress(data[:20]) + gzip.compress(data[20:]))
        assert read_trace(packed, TWO).runs[0].counts.tolist() == [[[1, 0], [0, 0]]], line


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def typed(path: Path, **other: Any) -> Path:
    usual: dict[str, Any] = {"run": [1], "round": [1], "leader": ["T"], "follower": ["L"], "count": [1]}
    return parquet(path, **{**usual, **other})


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            {"count": pa.array([1.0])},
            "column count: expected integers, found the type double (DuckDB writes HUGEINT so); convert",
        ),
        ({"round": pa.array([1.0], pa.float32())}, "column round: expected integers, found the type float; convert"),
        (
            {"count": pa.array([1], pa.decimal128(38, 0))},
            "column count: expected integers, found the type decimal128(38, 0)",
        ),
        ({"run": pa.array([True])}, "column run: expected integers, found the type bool"),
        ({"leader": pa.array([b"T"])}, "column leader: expected text or integers, found the type binary"),
        ({"leader": pa.array([1.0])}, "column leader: expected text or integers, found the type double"),
        ({"follower": pa.array([["L"]])}, "column follower: expected text or integers, found the type list<"),
        (
            {"count": pa.array([2**63], pa.uint64())},
            "row 1: count: expected a whole number from 0 below 2**63, found '92233",
        ),
        ({"count": pa.array([None], pa.int64())}, "row 1: count: expected a whole number from 0, found an empty cell"),
        (
            {"leader": pa.array([None], pa.string())},
            "row 1: leader: expected an action ('T', 'B'), found an empty cell",
        ),
        ({"leader": pa.array([2])}, "row 1: leader: expected an action ('T', 'B'), found '2'"),
        ({"leader": pa.array([-1])}, "row 1: leader: expected an action ('T', 'B'), found '-1'"),
        ({"run": pa.array([-1])}, "row 1: run: expected a whole number from 0, found '-1'"),
    ],
)
@pytest.mark.parametrize("aggregated", [True, False])
def test_types_of_parquet(other: dict[str, Any], told: str, aggregated: bool, tmp_path: Path) -> None:
    if not aggregated:
        if "count" in other:
            return
        other = {**other, "count": None}
    path = tmp_path / "trace.parquet"
    columns = {name: column for name, column in {"count": [1], **other}.items() if column is not None}
    usual: dict[str, Any] = {"run": [1], "round": [1], "leader": ["T"], "follower": ["L"]}
    parquet(path, **{**usual, **columns})
    assert refusal(path).startswith(told)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int32(), pa.uint64(), pa.string(), pa.large_string()])
@pytest.mark.parametrize(
    "names", [("run", "round", "leader", "follower", "count"), ("run", "round", "leader", "follower")]
)
def test_other_types_of_parquet_that_say_the_same(kind: Any, names: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "trace.parquet"
    columns: dict[str, Any] = {name: pa.array(["1"]).cast(kind) for name in names}
    columns["follower"] = pa.array(["R"]).dictionary_encode()
    columns["nested"] = pa.array([{"run": 3, "count": [1]}])
    parquet(path, **columns)
    assert read_trace(path, TWO).runs[0].counts.tolist() == [[[0, 0], [0, 1]]]


def test_counts_that_do_not_fit_are_a_limit(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well-formed, so no bad input; and found before memory is gone."""
    monkeypatch.setattr(counts, "LIMIT", 400)
    told = r"trace\.\w+: expected a trace whose counts are at most 400 numbers, found more; ask for fewer checkpoints"
    for header, count in ((HEADER, ()), (COUNTS, (1,))):
        write_rows(file, header, [(run, 1, "T", "L", *count) for run in range(4)])
        assert len(read_trace(file, TWO).runs) == 4
        write_rows(file, header, [(run, 1, "T", "L", *count) for run in range(5)])
        with pytest.raises(LimitReached, match=told):
            read_trace(file, TWO)
    write_rows(file, HEADER, [(1, t, "T", "L") for t in range(1, 101)])
    assert read_trace(file, TWO, checkpoints=range(1, 9)).horizons == (100,)
    with pytest.raises(LimitReached, match=told):
        read_trace(file, TWO, checkpoints=range(1, 20))
