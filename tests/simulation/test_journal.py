"""Interrupted simulations go on where they stopped, and give what they would have given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stackexact as sx
from stackexact.errors import InputError
from stackexact.traces.trace import Run

GAME = sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]])
GIVEN = {"leader": "UCB", "follower": "UCB", "horizon": (50, 70), "runs": 3, "seed": 4, "workers": 1}


def played(journal: Path) -> tuple[sx.Trace, list[int]]:
    """The trace, and the runs that were played for it."""
    numbers: list[int] = []

    def told(run: Run) -> None:
        numbers.append(run.number)

    return sx.simulate(GAME, **GIVEN, journal=str(journal), report=told), numbers


def test_finished_runs_are_taken_up(tmp_path: Path) -> None:
    """After every possible end of the file: what is whole is kept, the rest is played again."""
    place = tmp_path / "runs.jsonl"
    alone = sx.simulate(GAME, **GIVEN)
    assert played(place) == (alone, [1, 2, 3, 4, 5, 6])
    assert played(place) == (alone, [])
    whole = place.read_bytes()
    for end in range(0, len(whole), 37):
        place.write_bytes(whole[:end])
        trace, numbers = played(place)
        assert trace == alone
        assert numbers == list(range(7 - len(numbers), 7))
        assert 6 - len(numbers) == max(0, whole[:end].count(b"\n") - 1)
        assert place.read_bytes() == whole


def test_journals_of_something_else_are_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "runs.jsonl"
    played(place)
    whole = place.read_bytes()
    for changed in ({"seed": 5}, {"runs": 4}, {"horizon": (50, 71)}, {"leader": "UCB(c0=5)"}, {"noise": "none"}):
        with pytest.raises(InputError, match="expected the runs of this very simulation"):
            sx.simulate(GAME, **(GIVEN | changed), journal=str(place))
        assert place.read_bytes() == whole
    place.write_text("my notes")
    with pytest.raises(InputError, match="expected a journal of runs"):
        played(place)
    assert place.read_text() == "my notes"
    for other in (tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match="expected a file for finished runs"):
            played(other)
    lines = whole.decode().splitlines()
    run = json.loads(lines[1])
    early = {**run, "rounds": run["rounds"][:-1], "counts": run["counts"][:-1]}
    for line in (
        '{"run": 1}',
        "x",
        "[1]",
        json.dumps({"run": 1, "rounds": [5], "counts": [[[1, 1], [1, 1]]]}),
        json.dumps(early),
        json.dumps({**run, "run": 99}),
        json.dumps({**run, "counts": [[[5, 0], [0, 0]]] * len(run["counts"])}),
    ):
        place.write_text("\n".join([lines[0], line, *lines[2:]]) + "\n")
        with pytest.raises(InputError, match="line 2: expected a run"):
            played(place)


def test_a_long_run_does_not_hold_the_others_back(tmp_path: Path) -> None:
    """What is finished is on the disk, although an earlier run is still played."""
    place, kept = tmp_path / "runs.jsonl", []

    def told(run: Run) -> None:
        kept.append(run.number)
        lines = place.read_text().splitlines()[1:]
        assert [json.loads(line)["run"] for line in lines] == kept

    given = {**GIVEN, "horizon": (30_000_000, 50), "runs": 1, "workers": 2}
    trace = sx.simulate(GAME, **given, journal=str(place), report=told)
    assert kept == [2, 1]
    assert [run.number for run in trace.runs] == [1, 2]


@pytest.mark.slow
def test_a_killed_process_loses_only_what_it_was_playing(tmp_path: Path) -> None:
    place = tmp_path / "runs.jsonl"
    code = (
        "import stackexact as sx; game = sx.instance('explore-then-commit');"
        f"sx.simulate(game, 'UCB', 'UCB', 3_000_000, runs=40, workers=1, journal={str(place)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    while not place.exists() or place.read_bytes().count(b"\n") < 4:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = place.read_bytes().count(b"\n") - 1
    numbers: list[int] = []
    game = sx.instance("explore-then-commit")
    trace = sx.simulate(
        game, "UCB", "UCB", 3_000_000, runs=40, journal=str(place), report=lambda run: numbers.append(run.number)
    )
    assert len(numbers) == 40 - kept < 40
    assert trace == sx.simulate(game, "UCB", "UCB", 3_000_000, runs=40)
