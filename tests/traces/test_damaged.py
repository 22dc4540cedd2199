"""Half-written and damaged files: one clear line."""

from __future__ import annotations

import builtins
import errno
import gzip
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damaged import PLAYS, TRACE, refusal
from played import ACTIONS, METADATA, write_rounds

from stackexact.errors import InputError
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Run, Trace
from stackexact.traces.writing import SUFFIXES, write_trace


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
