"""Full disks, interrupts, two writers, nonsense to write: what was there stays, and nothing is half-written."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damaged import PLAYS, SHORT, TRACE, refusal
from played import ACTIONS, METADATA, write_rounds

from stackexact.errors import InputError, UsageError
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Trace
from stackexact.traces.writing import SUFFIXES, RoundsWriter, write_trace


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
