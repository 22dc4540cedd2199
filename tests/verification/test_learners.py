"""What the publication on decentralised learners claims, and its negations, on simulated learners with fresh seeds."""

from __future__ import annotations

import math

import pytest
from made_traces import explore_then_commit, run_of

import stackexact as sx
from stackexact.simulation.rates import follower_exploration
from stackexact.verification.judging import Verdict

pytestmark = pytest.mark.slow

ETC = sx.instance("explore-then-commit")
RATE = "T^(2/3)*log(T)^(1/3)"
SURE = "1 - 1e-6"


def judged(leader: str, follower: str, claims: list[str], seed: int, runs: int, last: int = 5) -> sx.Verification:
    """Claims about runs of 10^3 to 10^last rounds."""
    horizons = [10**k for k in range(3, last + 1)]
    trace = sx.simulate(ETC, leader, follower, horizons, seed=seed, runs=runs)
    return sx.verify(ETC, trace, claims, confidence=SURE)


@pytest.mark.parametrize("seed", [101, 102])
def test_explore_then_commit_has_linear_regret(seed: int) -> None:
    """Both agents, against both benchmarks, and no other verdict on what denies it."""
    true = ["both tolerant linear", "both stackelberg linear", f"both tolerant rate > {RATE}"]
    false = ["either tolerant sublinear", "either stackelberg sublinear", f"either tolerant rate <= {RATE}"]
    found = judged("ExploreThenCommit", "ExploreThenCommit", true + false, seed, 500)
    assert [one.verdict for one in found.claims] == [Verdict.TRUE] * 3 + [Verdict.FALSE] * 3, str(found)


@pytest.mark.parametrize("seed", [103, 104])
@pytest.mark.parametrize(
    ("leader", "runs", "last"), [("ExploreThenCommitThrowOut", 1500, 4), ("ExploreThenUCB", 200, 5)]
)
def test_waiting_for_the_follower_has_the_rate(leader: str, runs: int, last: int, seed: int) -> None:
    """Leaders that discard what they saw while the follower explored. Nearly all runs that commit have the same regret,
    and it takes many of them to exclude, at this confidence, that others with linear regret are just rare."""
    true = ["both tolerant sublinear", f"both tolerant rate <= {RATE}"]
    false = ["either tolerant linear", f"either tolerant rate > {RATE}", "not both tolerant sublinear"]
    found = judged(leader, "ExploreThenCommit", true + false, seed, runs, last)
    assert [one.verdict for one in found.claims] == [Verdict.TRUE] * 2 + [Verdict.FALSE] * 3, str(found)


def test_aligned_agents_reach_the_original_benchmark() -> None:
    """Bounded alignment: at most the square root of T log T."""
    true, false = "both stackelberg rate <= sqrt(T*log(T))", "either stackelberg linear"
    found = judged("LipschitzUCB", "UCB", [true, false], 105, 150)
    assert [one.verdict for one in found.claims] == [Verdict.TRUE, Verdict.FALSE], str(found)


@pytest.mark.parametrize("horizon", [1000, 5000])
def test_without_noise_the_regret_is_the_formula(horizon: int) -> None:
    """The simulator, learners written anew here, and the closed formula: T/10 + (3/10) E_2, exactly."""
    each = follower_exploration(horizon, 2, 2)
    assert each == math.ceil(horizon ** (2 / 3) * 4 ** (-2 / 3) * math.log(horizon) ** (1 / 3))
    trace = sx.simulate(ETC, "ExploreThenCommit", "ExploreThenCommit", horizon, noise="none")
    mine = run_of(1, list(explore_then_commit(ETC, horizon, each, 2 * each)), ETC.shape)
    assert trace.runs[0].counts[-1].tolist() == mine.counts[-1].tolist()
    last = sx.verify(ETC, trace).of("leader", "tolerant").points[-1]
    assert last.mean == last.lower == last.upper == sx.parse(f"{horizon}/10 + 3/10*{each}")
