"""``stackexact simulate``: the trace that is written, and what is refused in one line before any work."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stackexact as sx

GIVEN = ("--learners", "ExploreThenCommit(E=2)", "EpsilonGreedy", "--horizon", "20", "--horizon", "30", "--seed", "5")


def test_the_trace_is_that_of_the_library(run):
    """Counts of every run at its checkpoints, and metadata beside them."""
    outcome = run("simulate", "explore-then-commit", *GIVEN, "--runs", "2", "--output", "t.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "t.csv: 4 runs of ExploreThenCommit and EpsilonGreedy, 20, 30 rounds\n"
    game = sx.instance("explore-then-commit")
    trace = sx.simulate(game, "ExploreThenCommit(E=2)", "EpsilonGreedy", (20, 30), runs=2, seed=5)
    with open("t.csv", newline="", encoding="utf-8") as file:
        rows = {
            (int(row["run"]), int(row["round"]), row["leader"], row["follower"]): int(row["count"])
            for row in csv.DictReader(file)
        }
    for one in trace.runs:
        for k, rounds in enumerate(one.rounds):
            for i, a in enumerate(game.actions.leader):
                for j, b in enumerate(game.actions.follower):
                    assert rows.get((one.number, rounds, a, b), 0) == one.counts[k, i, j]
    beside = json.loads(Path("t.csv.meta.json").read_text(encoding="utf-8"))
    assert beside["game"]["sha256"] == game.sha256
    assert sorted(path.name for path in Path().iterdir()) == ["t.csv", "t.csv.meta.json"]


def test_the_same_seed_gives_the_same_bytes(run):
    for name in ("one.csv", "two.csv"):
        workers = "1" if name == "one.csv" else "4"
        assert run("simulate", "misaligned-a", "--at", "delta=1/100", *GIVEN, "--runs", "3", "--workers", workers,
                   "--output", name).code == 0  # fmt: skip
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert Path("one.csv.meta.json").read_bytes() == Path("two.csv.meta.json").read_bytes()


def test_json(run):
    outcome = run("simulate", "explore-then-commit", *GIVEN, "--output", "t.csv", "--json")
    made = json.loads(outcome.out)
    assert made["horizons"] == [20, 30]
    assert made["leader"]["parameters"] == {"E": 2}


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
@pytest.mark.parametrize("rewards", [(), ("--rewards",)])
def test_rounds_are_those_that_were_counted(run, suffix, rewards):
    """A row for every round; counted, they are the counts of the other form."""
    assert run("simulate", "explore-then-commit", *GIVEN, "--runs", "2", "--output", "counts.csv").code == 0
    outcome = run("simulate", "explore-then-commit", *GIVEN, "--runs", "2", "--form", "rounds", *rewards,
                  "--output", f"t.{suffix}")  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "")
    game = sx.instance("explore-then-commit")
    counts, rounds = sx.read_trace("counts.csv", game), sx.read_trace(f"t.{suffix}", game)
    assert [one.rounds[-1] for one in rounds.runs] == [20, 20, 30, 30]
    for one, other in zip(counts.runs, rounds.runs, strict=True):
        assert (one.counts[-1] == other.counts[-1]).all()
    assert counts.metadata is not None
    assert rounds.metadata is not None
    assert (counts.metadata.leader, counts.metadata.seed) == (rounds.metadata.leader, rounds.metadata.seed)


def test_rewards_are_those_that_were_paid(run):
    """Without noise the payoffs themselves, as the nearest floats."""
    silent = (*GIVEN, "--noise", "none", "--form", "rounds", "--rewards", "--output", "t.csv")
    assert run("simulate", "explore-then-commit", *silent).code == 0
    game = sx.instance("explore-then-commit")
    with open("t.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    for row in rows:
        i, j = game.actions.leader.index(row["leader"]), game.actions.follower.index(row["follower"])
        assert float(row["leader_reward"]) == float(game.payoffs.leader[i][j])
        assert float(row["follower_reward"]) == float(game.payoffs.follower[i][j])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--form", "rounds", "--journal", "j"), "--journal: expected only with --form aggregated"),
        (("--form", "rounds", "--workers", "2"), "--workers: expected only with --form aggregated"),
        (("--form", "rounds", "--checkpoints", "2"), "--checkpoints: expected only with --form aggregated"),
        (("--rewards",), "--rewards: expected only with --form rounds"),
        (("--learners", "UBC", "UCB"), "is it UCB?"),
        (("--learners", "BestResponse", "UCB"), "leader: expected a learner for this side"),
        (("--learners", "UCB", "PhasedUCB"), "follower: expected a learner for this side"),
        (("--learners", "UCB(c0=x)", "UCB"), "c0: expected an exact number"),
        (("--horizon", "0"), "horizon: expected an integer from 1"),
        (("--horizon", "-5"), "horizon: expected an integer from 1"),
        (("--runs", "0"), "runs: expected an integer from 1"),
        (("--noise", "gaussian:-1"), "noise: expected"),
        (("--noise", "gaussian:nan"), "noise: expected"),
        (("--workers", "0"), "workers: expected an integer from 1"),
        (("--checkpoints", "0"), "per_decade: expected an integer from 1"),
        (("--checkpoints", "100000000", "--horizon", "10"), "checkpoints: expected from 1 to 10000 a decade"),
        (("--noise", "gaussian:1e400"), "noise: expected a standard deviation of at most 1e100"),
        (("--learners", "UCB", "ActiveArmElimination(c0=0)"), "c0: expected an exact number above 0"),
        (("--learners", "UCB", "ActiveArmElimination(M=[])"), "M: expected"),
        (("--learners", "LipschitzUCB", "UCB"), "LipschitzUCB: L: expected the alignment constant"),
        (("--journal", "t.csv"), "--journal: expected another file than --output"),
        (("--at", "delta=1", "--at", "delta=2"), "--at: expected every parameter once"),
        (("--output", "t.txt"), "t.txt"),
        (("--output", "nowhere/t.csv"), "--output: expected a file to write"),
        (("--at", "delta"), "--at: expected NAME=VALUE"),
        (("--journal", "."), "expected a file for finished runs"),
    ],
)
def test_what_is_refused(run, options, said):
    """One line, exit 2, and nothing is written."""
    outcome = run("simulate", "explore-then-commit", "--output", "t.csv", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert not list(Path().iterdir())


def test_parameters_take_values(run):
    outcome = run("simulate", "misaligned-a", "--output", "t.csv")
    assert outcome.code == 2
    assert "found the parameters delta; fix them (--at)" in outcome.err
    outcome = run("simulate", "misaligned-a", "--at", "delta=1/2", "--output", "t.csv")
    assert outcome.code == 2
    assert not list(Path().iterdir())


@pytest.mark.slow
def test_an_interrupt_leaves_nothing_half_written(tmp_path):
    """Exit code 130; with a journal the same command goes on, and the trace is as if nothing had happened."""
    command = [
        sys.executable,
        "-c",
        "import sys; from stackexact.cli import run; sys.exit(run())",
        "simulate",
        "explore-then-commit",
    ]
    command += ["--horizon", "5000000"]
    command += ["--runs", "30", "--journal", "j", "--output", "t.csv"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    while not (tmp_path / "j").exists() or (tmp_path / "j").read_bytes().count(b"\n") < 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert os.listdir(tmp_path) == ["j"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    again = [*command[:-3], "other", "--output", "u.csv"]
    assert subprocess.run(again, cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "u.csv").read_bytes()
