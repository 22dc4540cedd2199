"""Sweeps: the same traces whoever plays, also when a worker is killed midway: nothing lost, nothing counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.simulation import sweep as module
from stackexact.simulation.sweep import Grid, sweep

GAMES = {
    "one": sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]]),
    "two": sx.Game([["1/2", "1/3"], ["1/5", "1"], [0, 1]], [["1/2", "1/2"], ["3/4", "1/9"], [1, 0]]),
}
PAIRS = (("UCB", "UCB"), ("ExploreThenCommit", "EpsilonGreedy"))


def test_cells_are_what_their_simulations_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell is the simulation of its own seed, however its runs are shared out."""
    grid = Grid(GAMES, PAIRS, (50, 300), 3, seed=5)
    alone = {place: one.all(workers=1) for place, one in grid.simulations().items()}
    assert len(alone) == 4
    assert len({runs[-1].counts.tobytes() for runs in alone.values()}) == 4
    for size in (1, 400, 10**9):
        monkeypatch.setattr(module, "TASK", size)
        told: list[tuple[int, int]] = []
        with ThreadPoolExecutor(2) as threads:
            found = sweep(grid, executor=threads, report=lambda done, count: told.append((done, count)))  # noqa: B023
        assert {place: trace.runs for place, trace in found.items()} == alone
        assert [done for done, _ in told] == list(range(1, told[0][1] + 1))
    assert [trace.metadata.seed for trace in found.values() if trace.metadata] == [
        one.seed for one in grid.simulations().values()
    ]


def test_pairs_that_are_twice_there() -> None:
    with pytest.raises(UsageError, match="expected different pairs"):
        sweep(Grid(GAMES, (PAIRS[0], PAIRS[0]), (50,)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"games": {}}, "games: expected games by name"),
        ({"learners": ()}, "learners: expected a sequence"),
        ({"learners": ("UCB",)}, "learners: expected pairs"),
        ({"horizons": 10}, "horizons: expected a sequence"),
        ({"seed": -1}, "seed: expected an integer from 0"),
        ({"noise": "loud"}, "noise: expected one of"),
    ],
)
def test_what_is_no_grid(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Grid(**({"games": GAMES, "learners": PAIRS, "horizons": (50,)} | changed))


def test_a_sweep_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are in its folder are not played again, and nothing of it is lost."""
    monkeypatch.setattr(module, "TASK", 1)
    grid = Grid(GAMES, PAIRS, (50, 300), 2, seed=5)
    whole = {place: one.all(workers=1) for place, one in grid.simulations().items()}

    def stop(done: int, count: int) -> None:
        assert count == 16
        if done == 6:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as threads, pytest.raises(KeyboardInterrupt):
        sweep(grid, executor=threads, folder=str(tmp_path), report=stop)
    counts: list[int] = []
    with ThreadPoolExecutor(1) as threads:
        found = sweep(grid, executor=threads, folder=str(tmp_path), report=lambda _, count: counts.append(count))
    assert counts == [10] * 10
    assert {place: trace.runs for place, trace in found.items()} == whole
    with pytest.raises(UsageError, match="workers: expected an integer from 1"):
        sweep(grid, workers=-1)
    with pytest.raises(InputError, match="expected the runs of this very simulation"):
        sweep(replace(grid, seed=6), folder=str(tmp_path))


SCRIPT = """
import stackexact as sx
from stackexact.errors import UsageError
from stackexact.simulation.sweep import Grid, sweep
try:
    sweep(Grid({"etc": sx.instance("explore-then-commit")}, (("UCB", "UCB"),), (50,)))
except UsageError as flaw:
    print(flaw)
"""


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    """Processes import the script, and must not sweep themselves."""
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "call it below if __name__ == '__main__':" in done.stdout


class Pool(ProcessPoolExecutor):
    """Counts what it is given."""

    made: ClassVar[list[Pool]] = []

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.given: list[Any] = []
        self.made.append(self)

    def submit(self, function: Any, /, *given: Any, **options: Any) -> Any:
        if given:  # and not the question whether a process starts
            self.given.append(given)
        return super().submit(function, *given, **options)


@pytest.mark.slow
def test_a_killed_process_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process of the local pool is killed while it plays: another pool is made, and plays what is left alone."""
    monkeypatch.setattr(module, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(Pool, "made", [])
    grid = Grid(GAMES, PAIRS, (3_000_000,), 4, seed=5)
    told: list[tuple[int, int]] = []  # what was done, and by how many pools

    def report(done: int, count: int) -> None:
        told.append((done, len(Pool.made)))
        if done == 3:
            os.kill(next(iter(Pool.made[0]._processes)), signal.SIGKILL)

    found = sweep(grid, workers=2, report=report)
    assert len(Pool.made) == 2
    first, second = (pool.given for pool in Pool.made)
    before = sum(pools == 1 for _, pools in told)
    assert len(first) == len(told) == 16
    assert 3 <= before < 16
    assert second == first[before:]
    assert [done for done, _ in told] == list(range(1, 17))
    assert {place: trace.runs for place, trace in found.items()} == {
        place: one.all(workers=2) for place, one in grid.simulations().items()
    }


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        yield local


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_killed_dask_worker_is_made_up_for(cluster: Any) -> None:
    """A cluster of two workers, one of which is killed midway, with tasks in its hands."""
    from distributed import Client

    grid = Grid(GAMES, PAIRS, (3_000_000,), 6, seed=5)
    told: list[int] = []
    held: list[Any] = []
    with Client(cluster) as client:
        address, pid = next(iter(client.run(os.getpid).items()))

        def report(done: int, count: int) -> None:
            if done == 3:
                held.extend(client.processing()[address])
                os.kill(pid, signal.SIGKILL)
            told.append(done)

        found = sweep(grid, executor=client.get_executor(), report=report)
        assert pid not in client.run(os.getpid).values()
    assert held
    assert told == list(range(1, 25))
    assert {place: trace.runs for place, trace in found.items()} == {
        place: one.all(workers=2) for place, one in grid.simulations().items()
    }
