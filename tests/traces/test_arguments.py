"""What no caller should hand over: one line that says what was expected, and nothing written."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from played import ACTIONS, METADATA, checkpoints, counted, write_rounds

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.traces.checkpoints import log_spaced, usual
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Run, Trace
from stackexact.traces.writing import RoundsWriter, require_format, write_trace

PLAYS = {1: [(0, 0), (0, 2), (1, 1)] * 5, 4: [(1, 2)]}
TRACE = counted(PLAYS, ACTIONS)
ONE = np.array([[[1, 0, 0], [0, 0, 0]]])


def refusal(kind: type[Exception], call: Callable[..., object], *given: object, **named: object) -> str:
    """The one line with which a call is refused."""
    with pytest.raises(kind) as caught:
        call(*given, **named)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
    return str(caught.value)


class Bytes:
    """A path to bytes, as the system calls of Python take it."""

    def __fspath__(self) -> bytes:
        return b"trace.csv"


@pytest.mark.parametrize("path", [b"trace.csv", None, 0, 1.5, ["trace.csv"], Path, Bytes()])
def test_paths_that_are_none(path: Any) -> None:
    """Bytes would be a name for some calls and none for others; 0 is standard input."""
    for call, given in (
        (read_trace, (path, ACTIONS)),
        (write_trace, (TRACE, path)),
        (RoundsWriter, (path, ACTIONS)),
        (require_format, (path,)),
    ):
        told = refusal(UsageError, call, *given)
        assert told.startswith("path: expected the name of a file, found ")
        assert told.endswith("; pass text or a pathlib.Path")


@pytest.mark.parametrize("game", [None, "explore-then-commit", ["T", "B"], 7, sx.Game])
def test_games_that_are_none(game: Any, tmp_path: Path) -> None:
    """Also where there is no file: what is wrong with the call is said first."""
    for call in (read_trace, RoundsWriter):
        told = refusal(UsageError, call, tmp_path / "t.csv", game)
        assert told.startswith("game: expected a game, or its actions, found ")
        assert told.endswith("; pass the game that the learners played")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (5, "checkpoints: expected a list of rounds, found int '5'; write [10, 100]"),
        ("10", "checkpoints: expected increasing rounds from 1, found str '1'"),
        ([None], "checkpoints: expected increasing rounds from 1, found None"),
        ([10**5000], "checkpoints: expected increasing rounds from 1, found int 'a int too long to show'"),
        ([np.float64(3)], "checkpoints: expected increasing rounds from 1, found float64 '3.0'"),
        ((), "checkpoints: expected 1 to 10000 rounds, found none"),
        (count(1), "checkpoints: expected 1 to 10000 rounds, found more than 10000"),
    ],
    ids=range(7),
)
def test_checkpoints_that_are_none(wanted: Any, told: str, tmp_path: Path) -> None:
    """Whatever they are, and however many."""
    write_trace(TRACE, tmp_path / "trace.csv")
    assert refusal(UsageError, read_trace, tmp_path / "trace.csv", ACTIONS, checkpoints=wanted) == told


def test_checkpoints_of_numpy(tmp_path: Path) -> None:
    """They are whole numbers as well."""
    write_rounds(tmp_path / "trace.csv", PLAYS, ACTIONS)
    read = read_trace(tmp_path / "trace.csv", ACTIONS, checkpoints=np.array([2, 10]))
    assert read.runs == counted(PLAYS, ACTIONS, [2, 10]).runs


@pytest.mark.parametrize(
    ("number", "rounds", "counts", "told"),
    [
        ("x", (1,), ONE, "run: expected a whole number from 0 below 2**63, found str 'x'"),
        (-1, (1,), ONE, "run: expected a whole number from 0 below 2**63, found int '-1'"),
        (2**70, (1,), ONE, f"run: expected a whole number from 0 below 2**63, found int '{2**70}'"),
        (10**5000, (1,), ONE, "run: expected a whole number from 0 below 2**63, found int 'a int too long to show'"),
        (1.0, (1,), ONE, "run: expected a whole number from 0 below 2**63, found float '1.0'"),
        (True, (1,), ONE, "run: expected a whole number from 0 below 2**63, found bool 'True'"),
        (None, (1,), ONE, "run: expected a whole number from 0 below 2**63, found None"),
        (1, (1.0,), ONE, "run 1: expected rounds from 1 below 2**63, found float '1.0'"),
        (1, ("1",), ONE, "run 1: expected rounds from 1 below 2**63, found str '1'"),
        (1, (True,), ONE, "run 1: expected rounds from 1 below 2**63, found bool 'True'"),
        (1, (-(10**5000),), ONE, "run 1: expected rounds from 1 below 2**63, found int 'a int too long to show'"),
        (1, 1, ONE, "run 1: expected a tuple of rounds, found int '1'"),
        (1, (1,), [[[1], [1, 2]]], "run 1: expected counts of every pair, found rows of unequal length"),
        (1, (1,), None, "run 1: expected counts as whole numbers below 2**63, found object"),
        (1, (1,), "x", "run 1: expected counts as whole numbers below 2**63, found <U1"),
    ],
    ids=range(15),
)
def test_runs_that_are_none(number: Any, rounds: Any, counts: Any, told: str) -> None:
    """No run that a trace cannot hold."""
    assert refusal(InputError, Run, number, rounds, counts) == told


def test_runs_of_other_numbers() -> None:
    """Those of NumPy become Python's own, a list of rounds a tuple: a run is what it is equal to."""
    run = Run(np.int32(3), [np.int64(1)], ONE.tolist())  # type: ignore[arg-type]
    assert run == Run(3, (1,), ONE)
    assert hash(run) == hash(Run(3, (1,), ONE))
    assert (type(run.number), type(run.rounds), type(run.rounds[0])) == (int, tuple, int)


def test_traces_that_are_none(tmp_path: Path) -> None:
    """Neither made nor written."""
    runs = "runs: expected a tuple of runs, found "
    assert refusal(InputError, Trace, None, TRACE.runs) == "actions: expected the actions of a game, found None"
    assert refusal(InputError, Trace, ACTIONS, TRACE.runs[0]).startswith(runs)
    assert refusal(InputError, Trace, ACTIONS, [1]).startswith(runs)
    assert Trace(ACTIONS, list(TRACE.runs)) == TRACE  # type: ignore[arg-type]
    for wrong in (None, TRACE.runs, "trace"):
        told = refusal(UsageError, write_trace, wrong, tmp_path / "trace.csv")
        assert told.startswith("trace: expected a trace, found ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("x", 1, [0], [0]), "run: expected a whole number from 0 below 2**63, found str 'x'"),
        (([], 1, [0], [0]), "run: expected a whole number from 0 below 2**63, found list '[]'"),
        ((2**63, 1, [0], [0]), f"run: expected a whole number from 0 below 2**63, found int '{2**63}'"),
        ((1, "1", [0], [0]), "run 1: expected round 1 next, found str '1'"),
        ((1, 2, [0], [0]), "run 1: expected round 1 next, found int '2'"),
        ((1, 1, [[0], [0, 1]], [0]), "run 1, round 1: expected indices of the leader's actions, found rows of unequal"),
        ((1, 1, None, [0]), "run 1, round 1: expected indices of the leader's actions, found 0-d object"),
        ((1, 1, ["T"], [0]), "run 1, round 1: expected indices of the leader's actions, found 1-d <U1"),
        ((1, 1, [0], [0], ["x"], [1]), "run 1, round 1: expected finite rewards in one dimension, found list"),
        ((1, 1, [0], [0], [object()], [1]), "run 1, round 1: expected finite rewards in one dimension, found list"),
    ],
)
def test_rounds_that_are_none(given: Any, told: str, tmp_path: Path) -> None:
    """The file is not made."""

    def write() -> None:
        with RoundsWriter(tmp_path / "trace.csv", ACTIONS, METADATA, rewards=len(given) > 4) as writer:
            writer.write(*given)

    assert refusal(UsageError, write).startswith(told)
    assert not list(tmp_path.iterdir())


def test_one_schedule(tmp_path: Path) -> None:
    """Rounds are counted, when they are read, where the simulator counts them while they are played."""
    for horizon in (1, 2, 10, 999, 1000, 10**7, 2**63 - 1):
        assert log_spaced(horizon) == tuple(checkpoints(horizon))
        assert log_spaced(horizon) == (*(round_ for round_ in usual() if round_ < horizon), horizon)
    pytest.importorskip("numba")
    game = sx.Game([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    played = sx.simulate(game, "UCB", "UCB", 2000, noise="none").runs[0]
    write_rounds(tmp_path / "trace.csv", {1: [(0, 1)] * 2000}, game.actions)
    assert read_trace(tmp_path / "trace.csv", game).runs[0].rounds == played.rounds


@pytest.mark.parametrize(
    ("horizon", "per_decade", "told"),
    [
        (0, 10, "horizon: expected at least 1 round, found 0"),
        (10, 0, "checkpoints: expected from 1 to 10000 a decade, found 0"),
        (10, 10_001, "checkpoints: expected from 1 to 10000 a decade, found 10001"),
    ],
)
def test_schedules_that_are_none(horizon: int, per_decade: int, told: str) -> None:
    assert refusal(UsageError, log_spaced, horizon, per_decade) == told


def test_paths_of_any_kind(tmp_path: Path) -> None:
    """Text, paths, and what says of itself that it is a path."""
    write_trace(TRACE, str(tmp_path / "trace.csv"))
    assert read_trace(pathlib.PurePath(tmp_path, "trace.csv"), ACTIONS).runs == TRACE.runs
