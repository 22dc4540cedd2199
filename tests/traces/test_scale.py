"""Traces of a hundred million rows are aggregated in bounded memory, and come out right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from played import ACTIONS, METADATA, checkpoints

from stackexact.traces.writing import RoundsWriter

BOUND = 2**30
"""Bytes of memory that reading may take, whatever the file: half for DuckDB, half for Python and its libraries."""

READ = """
import json, sys
from played import ACTIONS
from stackexact.traces.reading import read_trace
try:
    trace = read_trace(sys.argv[1], ACTIONS)
    told = [[run.number, run.rounds, run.counts.tolist()] for run in trace.runs]
except ValueError as error:
    told = str(error)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
print(json.dumps([told, peak]))
"""


def read(path: Path) -> object:
    """What a process of its own reads from a file; it must not take more memory than :data:`BOUND`.

    The peak is that of the process alone: getrusage would count what the process had that it was forked from.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of a process is read off /proc")
    command = [sys.executable, "-c", READ, path]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    told, peak = json.loads(ran.stdout)
    assert peak * 1024 < BOUND
    return told


def law(round_: int) -> tuple[int, int]:
    """What is played in a round: every six rounds, each pair once."""
    return round_ % 2, round_ // 2 % 3


def expected(number: int, horizon: int) -> list[object]:
    """The run of that law, counted by whole sixes and the rest."""
    rounds = checkpoints(horizon)
    counts = np.zeros((len(rounds), 2, 3), dtype=np.int64)
    for k, until in enumerate(rounds):
        counts[k] += until // 6
        for round_ in range(until // 6 * 6 + 1, until + 1):
            counts[k][law(round_)] += 1
    return [number, rounds, counts.tolist()]


def foreign(path: Path, rows: int, runs: int, wrong: str = "round") -> None:
    """A trace that DuckDB writes, the rounds of each run in an order of their own."""
    import duckdb

    horizon = rows // runs
    shuffled = f"SELECT 1 + i % {runs} AS run, 1 + (i // {runs}) * 7919 % {horizon} AS round FROM range({rows}) t(i)"
    assert horizon % 7919
    form = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as connection:
        connection.execute(
            f"COPY (SELECT run, {wrong} AS round, ['T', 'B'][1 + round % 2] AS leader, "
            f"['L', 'M', 'R'][1 + round // 2 % 3] AS follower FROM ({shuffled})) TO '{path}' ({form})"
        )


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "rows", "runs"), [(".parquet", 10**8, 4), (".csv", 3 * 10**7, 3)])
def test_traces_of_other_programs(suffix: str, rows: int, runs: int, tmp_path: Path) -> None:
    path = tmp_path / f"trace{suffix}"
    foreign(path, rows, runs)
    assert read(path) == [expected(run, rows // runs) for run in range(1, runs + 1)]


@pytest.mark.slow
def test_one_wrong_row_in_millions(tmp_path: Path) -> None:
    """Twice the same round, another one missing; a cell that is no number, named by its row."""
    path = tmp_path / "trace.parquet"
    foreign(path, 3 * 10**7, 3, "CASE WHEN run = 2 AND round = 9000000 THEN 8999999 ELSE round END")
    told = "run 2: expected every round once, found round 9000000 missing and another one twice"
    assert read(path) == f"{path}: {told}"
    path = tmp_path / "trace.csv"
    wrong = 1 + 7654321 * 7919 % 10**7
    foreign(path, 10**7, 1, f"CASE WHEN round = {wrong} THEN 'x' ELSE round::VARCHAR END")
    assert read(path) == f"{path}: row 7654322: round: expected a whole number from 1, found 'x'; write digits"


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "rows"), [(".parquet", 3 * 10**7), (".csv.gz", 3 * 10**6)])
def test_our_own_traces(suffix: str, rows: int, tmp_path: Path) -> None:
    """Written a million rounds at a time, with a digest that is compared."""
    path, step = tmp_path / f"trace{suffix}", 10**6
    with RoundsWriter(path, ACTIONS, METADATA) as writer:
        for first in range(1, rows + 1, step):
            rounds = np.arange(first, first + step)
            writer.write(7, first, rounds % 2, rounds // 2 % 3)
    assert read(path) == [expected(7, rows)]
