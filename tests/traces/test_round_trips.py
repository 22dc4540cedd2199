"""What is written is read again, in every format and both forms, and equals what plain Python counts."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from forms import form
from hypothesis import given, settings
from hypothesis import strategies as st
from played import ACTIONS, METADATA, actions, counted, plays, rows_of, write_rounds, write_rows

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.games.bimatrix import Actions
from stackexact.traces.metadata import beside
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Run, Trace
from stackexact.traces.writing import SUFFIXES, rows_digest, write_trace

SCHEMA = form("trace")
PLAYS = {1: [(0, 0), (0, 2), (1, 1)] * 5, 4: [(1, 2)]}
TRACE = replace(counted(PLAYS, ACTIONS), metadata=METADATA)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Traces with metadata or without, and checkpoints of any sort."""
    of = draw(actions())
    made = counted(draw(plays(of)), of, draw(st.sampled_from([None, [3, 4, 40], [1]])))
    return replace(made, metadata=draw(st.sampled_from([None, METADATA])))


@settings(max_examples=60)
@given(traces(), st.sampled_from(SUFFIXES))
def test_counts_round_trip(tmp_path_factory: pytest.TempPathFactory, trace: Trace, suffix: str) -> None:
    path = tmp_path_factory.mktemp("trace") / f"trace{suffix}"
    written = write_trace(trace, path)
    read = read_trace(path, trace.actions)
    assert (read.actions, read.runs, read.metadata) == (trace.actions, trace.runs, written)
    if trace.metadata is not None:
        assert written == replace(trace.metadata, rows=rows_digest(trace))


@settings(max_examples=60)
@given(
    st.data(),
    actions(),
    st.sampled_from(SUFFIXES),
    st.sampled_from([None, METADATA]),
    st.booleans(),
    st.integers(1, 60),
)
def test_rounds_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    of: Actions,
    suffix: str,
    metadata: Any,
    rewards: bool,
    chunk: int,
) -> None:
    """Rounds come back as what plain Python counts, at the usual checkpoints and at others."""
    path = tmp_path_factory.mktemp("trace") / f"trace{suffix}"
    played = data.draw(plays(of))
    wanted = data.draw(st.none() | st.lists(st.integers(1, 70), min_size=1, unique=True).map(sorted))
    written = write_rounds(path, played, of, metadata, rewards=rewards, chunk=chunk)
    read = read_trace(path, of, checkpoints=wanted)
    assert read.runs == counted(played, of, wanted).runs
    assert read.metadata == written


@settings(max_examples=40)
@given(st.data(), actions(), st.sampled_from([".csv", ".parquet"]), st.booleans(), st.randoms(use_true_random=False))
def test_traces_of_other_programs(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    of: Actions,
    suffix: str,
    aggregated: bool,
    shuffle: random.Random,
) -> None:
    """Rows and columns may be in any order, zero counts be there or not, quotation marks stand where they like."""
    path = tmp_path_factory.mktemp("trace") / f"trace{suffix}"
    played = data.draw(plays(of))
    rows, header = rows_of(played, of), ["run", "round", "leader", "follower"]
    if aggregated:
        header.append("count")
        rows = [
            [str(run.number), str(round_), of.leader[i], of.follower[j], str(counts[i, j])]
            for run in counted(played, of).runs
            for round_, counts in zip(run.rounds, run.counts, strict=True)
            for i, j in np.ndindex(counts.shape)
            if counts[i, j] or shuffle.random() < 0.5
        ]
    columns = [*header, "seconds"]
    shuffle.shuffle(columns)
    shuffle.shuffle(rows)
    cells = [{**dict(zip(header, row, strict=True)), "seconds": "0.5, or\nso"} for row in rows]
    write_rows(path, columns, [[row[name] for name in columns] for row in cells])
    read = read_trace(path, of)
    assert read.runs == counted(played, of).runs
    assert read.metadata is None
    ignored = "the column 'seconds' is no part of a trace and was not read"
    assert read.notes == (ignored, "no metadata: only totals and ranges were checked")


def test_all_formats_share_text_and_digest(tmp_path: Path) -> None:
    """The digest is that of the CSV file as it stands there."""
    for form_, write in (
        ("counts", write_trace),
        ("rounds", lambda _, path: write_rounds(path, PLAYS, ACTIONS, METADATA)),
    ):
        paths = [tmp_path / f"{form_}{suffix}" for suffix in SUFFIXES]
        written = [write(TRACE, path) for path in paths]
        plain = paths[0].read_bytes()
        assert gzip.decompress(paths[1].read_bytes()) == plain
        assert {metadata.rows for metadata in written} == {hashlib.sha256(plain).hexdigest()}
        table = pq.read_table(paths[2])
        cells = list(csv.reader(io.StringIO(plain.decode("utf-8"))))
        assert cells == [table.column_names, *([str(cell) for cell in row.values()] for row in table.to_pylist())]


def test_text_is_what_the_contract_says(tmp_path: Path) -> None:
    write_trace(TRACE, tmp_path / "trace.csv")
    assert (
        (tmp_path / "trace.csv")
        .read_bytes()
        .startswith(b"run,round,leader,follower,count\n1,1,T,L,1\n1,2,T,L,1\n1,2,T,R,1\n")
    )
    write_rounds(tmp_path / "rounds.csv", {3: [(0, 1)]}, ACTIONS, rewards=True)
    expected = "run,round,leader,follower,leader_reward,follower_reward\n3,1,T,M,-1.0,1e-07\n"
    assert (tmp_path / "rounds.csv").read_text() == expected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_bytes_on_every_run(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        monkeypatch.setattr("time.time", lambda name=name: float(len(name) + ord(name[0])))
        (tmp_path / name).mkdir()
        write_trace(TRACE, tmp_path / name / f"trace{suffix}")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_metadata_stand_where_the_contract_says(tmp_path: Path) -> None:
    documents = []
    for suffix in SUFFIXES:
        path = tmp_path / f"trace{suffix}"
        write_trace(TRACE, path)
        if suffix == ".parquet":
            assert not Path(beside(path)).exists()
            documents.append(pq.read_schema(path).metadata[b"stackexact/trace"].decode())
        else:
            documents.append((tmp_path / f"trace{suffix}.meta.json").read_text(encoding="utf-8"))
    assert len(set(documents)) == 1
    document = json.loads(documents[0])
    assert list(SCHEMA.iter_errors(document)) == []
    assert document["game"] == {"name": METADATA.name, "sha256": METADATA.game}
    assert document["learners"] == {"leader": METADATA.leader, "follower": METADATA.follower}
    assert (document["format"], document["version"], document["seed"]) == ("stackexact/trace", 1, METADATA.seed)
    assert document["rows"]["number"] == len((tmp_path / "trace.csv").read_text().splitlines()) - 1


def test_a_trace_of_a_game(tmp_path: Path) -> None:
    """With the game itself its digest is compared; with its actions alone a note says that it was not."""
    game = sx.instance("misaligned-a")
    trace = counted({1: [(0, 0), (1, 1)]}, game.actions)
    write_trace(replace(trace, metadata=replace(METADATA, game=game.sha256)), tmp_path / "trace.csv")
    assert read_trace(tmp_path / "trace.csv", game).notes == ()
    (note,) = read_trace(tmp_path / "trace.csv", game.actions).notes
    assert "whether the trace is of this game was not checked" in note


def test_rewards_are_not_used_and_that_is_said(tmp_path: Path) -> None:
    write_rounds(tmp_path / "trace.csv", PLAYS, ACTIONS, METADATA, rewards=True)
    assert "rewards are not used" in " ".join(read_trace(tmp_path / "trace.csv", ACTIONS).notes)


def test_checkpoints_of_an_aggregated_trace(tmp_path: Path) -> None:
    """Those of the file, or some of them; the last round is always there."""
    write_trace(TRACE, tmp_path / "trace.csv")
    assert (
        read_trace(tmp_path / "trace.csv", ACTIONS, checkpoints=[2, 10]).runs == counted(PLAYS, ACTIONS, [2, 10]).runs
    )
    with pytest.raises(UsageError, match=r"run 1: expected counts at round 4, .* some of 1, 2, 3, 5, 6, 7, 10, 12$"):
        read_trace(tmp_path / "trace.csv", ACTIONS, checkpoints=[2, 4])


@pytest.mark.parametrize("wanted", [[], [0], [2, 2], [3, 2], [1.5], ["1"], [True], [2**63], range(1, 10_002)])
def test_checkpoints_that_are_none(wanted: Any, tmp_path: Path) -> None:
    write_trace(TRACE, tmp_path / "trace.csv")
    with pytest.raises(UsageError, match=r"checkpoints: expected "):
        read_trace(tmp_path / "trace.csv", ACTIONS, checkpoints=wanted)


def test_a_thousand_checkpoints(tmp_path: Path) -> None:
    played = {1: [(k % 2, k % 3) for k in range(1500)]}
    write_rounds(tmp_path / "trace.csv", played, ACTIONS)
    wanted = list(range(1, 1400))
    assert read_trace(tmp_path / "trace.csv", ACTIONS, checkpoints=wanted).runs == counted(played, ACTIONS, wanted).runs


def test_counts_as_large_as_they_may_be(tmp_path: Path) -> None:
    largest = 2**63 - 1
    run = Run(largest, (1, largest), np.array([[[1, 0, 0], [0, 0, 0]], [[1, largest - 3, 0], [2, 0, 0]]]))
    for suffix in SUFFIXES:
        write_trace(Trace(ACTIONS, (run,), METADATA), tmp_path / f"trace{suffix}")
        assert read_trace(tmp_path / f"trace{suffix}", ACTIONS).runs == (run,)


def test_names_of_files_are_only_names(tmp_path: Path) -> None:
    """Neither patterns, nor SQL, nor folders that look like columns mean anything."""
    folder = tmp_path / "run=7" / "leader=B"
    folder.mkdir(parents=True)
    for name in ("a[1]", "*", "??", "x'; DROP TABLE counted; --", 'q"uote', "~", "$HOME", "{a,b}", "é\n", "back\\[1]"):
        for suffix in (".csv", ".parquet"):
            write_rounds(folder / f"{name}{suffix}", PLAYS, ACTIONS, METADATA)
            write_rounds(folder / f"a1{suffix}", {9: [(0, 0)]}, ACTIONS)
            assert read_trace(folder / f"{name}{suffix}", ACTIONS).runs == counted(PLAYS, ACTIONS).runs
