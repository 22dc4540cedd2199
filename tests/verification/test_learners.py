"""What the publication on decentralised learners claims, and its negations, on simulated learners with fresh seeds.

Every verdict here is one at a confidence of 1 - 10^-6 by the method that assumes nothing but independent runs, so what
holds is never called false. Numbers of runs and horizons are such that it is decided: growth exponents with a margin of
1/10, over horizons where regret is not yet tiny beside what could go wrong (docs/verify.md, "How many runs").
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from fractions import Fraction

import pytest
from made_traces import explore_then_commit, run_of

import stackexact as sx
from stackexact.simulation.rates import follower_exploration
from stackexact.verification.judging import Verdict

ETC = sx.instance("explore-then-commit")
RATE, ROOT = "T^(2/3)*log(T)^(1/3)", "sqrt(T*log(T))"
SURE = Fraction("0.999999")
HORIZONS = (1_000, 10_000)


def played(
    game: sx.Game,
    pair: tuple[str, str],
    horizons: int | Sequence[int],
    runs: int,
    claims: Sequence[str],
    *,
    noise: str = "gaussian",
    **options: object,
) -> tuple[list[Verdict], str]:
    """The verdicts on runs with a fresh seed, and what there is to say if they are not those expected."""
    seed = secrets.randbits(62)
    trace = sx.simulate(game, *pair, horizons, runs=runs, seed=seed, noise=noise, at=options.get("at"))
    found = sx.verify(game, trace, claims, confidence=SURE, method="betting", **options)
    return [one.verdict for one in found.claims], f"seed {seed} of {pair}\n{found}"


def require(true: Sequence[str], false: Sequence[str], pair: tuple[str, str], runs: int, **options: object) -> None:
    """The first claims are true, and denied they are false; the other way round for the others."""
    claims = [*true, *(f"not {one}" for one in false), *(f"not {one}" for one in true), *false]
    half = len(true) + len(false)
    found, told = played(ETC, pair, HORIZONS, runs, claims, margin="1/10", **options)
    assert found == [Verdict.TRUE] * half + [Verdict.FALSE] * half, told


@pytest.mark.slow
def test_explore_then_commit_has_linear_regret() -> None:
    """Both agents, against both benchmarks; with more than the rate that was hoped for."""
    true = ["both tolerant linear", "both stackelberg linear", f"both tolerant rate > {RATE}"]
    false = ["either tolerant sublinear", "either stackelberg sublinear", f"either tolerant rate <= {RATE}"]
    require(true, false, ("ExploreThenCommit", "ExploreThenCommit"), 600, noise="gaussian:1/2")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pair", "runs", "least"),
    [
        (("ExploreThenCommitThrowOut", "ExploreThenCommit"), 1200, RATE),
        (("ExploreThenUCB", "ActiveArmElimination(c0=1)"), 700, "T^(1/2)"),
    ],
)
def test_waiting_for_the_follower_has_the_rate(pair: tuple[str, str], runs: int, least: str) -> None:
    """Leaders that forget what they saw while the follower explored: sublinear, near T^(2/3) against the tolerant
    benchmark."""
    true = ["both tolerant sublinear", f"both tolerant rate <= {RATE}", f"both tolerant rate >= {least}"]
    false = ["either tolerant linear", f"either tolerant rate > {RATE}"]
    require(true, false, pair, runs, noise="gaussian:1/2")


@pytest.mark.slow
def test_aligned_agents_reach_the_original_benchmark() -> None:
    """Bounded alignment: near the square root of T."""
    assert sx.solve(ETC, ["alignment"])["alignment"].constant == 1
    true = ["both stackelberg sublinear", f"both stackelberg rate <= {ROOT}", "both stackelberg rate > T^(1/5)"]
    false = ["either stackelberg linear", "either stackelberg rate >= T^(4/5)"]
    require(true, false, ("LipschitzUCB(L=1,c0=1,C=1/2)", "UCB(c0=1)"), 1200, noise="gaussian:1/2")


@pytest.mark.slow
def test_learning_in_phases_reaches_the_self_tolerant_benchmark() -> None:
    """Both agents' errors shrink on one scale: near the square root of T."""
    true = ["both self-tolerant sublinear", f"both self-tolerant rate <= {ROOT}"]
    false = ["either self-tolerant linear", f"either self-tolerant rate > {ROOT}"]
    pair = ("PhasedUCB(c0=1/4)", "ActiveArmElimination(c0=1/4)")
    require(true, false, pair, 800, noise="gaussian:1/4", tolerance="1/20")


def some(
    games: tuple[str, str], pair: tuple[str, str], horizon: int, runs: int, at_least: str, **options: object
) -> None:
    """On one of two games the regret of one agent is at least so much, for certain; then it is false that it is less,
    wherever it is true that it is not."""
    told, found = "", []
    for name in games:
        claims = [f"{agent} {at_least}" for agent in ("leader", "follower")]
        denied = [claim.replace(">=", "<") for claim in claims]
        verdicts, page = played(sx.instance(name), pair, horizon, runs, [*claims, *denied], decades="1/10", **options)
        found += list(zip(verdicts[:2], verdicts[2:], strict=True))
        told += page
    assert (Verdict.TRUE, Verdict.FALSE) in found, told
    assert (Verdict.TRUE, Verdict.TRUE) not in found, told


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [
        ("ExploreThenCommit", "ExploreThenCommit"),
        ("ExploreThenCommitThrowOut", "ExploreThenCommit"),
        ("ExploreThenUCB", "ActiveArmElimination"),
        ("UCB", "UCB"),
        ("LipschitzUCB(L=4)", "EpsilonGreedy"),
        ("PhasedUCB", "MultiplicativeWeights"),
    ],
)
def test_no_pair_of_learners_reaches_both_original_benchmarks(pair: tuple[str, str]) -> None:
    """On two games that hardly differ, some agent's regret is at least T/50 on one of them."""
    games = ("misaligned-a", "misaligned-b")
    some(games, pair, 20_000, 80, "stackelberg regret >= T/50", at={"delta": "1/20000"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [("ExploreThenCommitThrowOut", "ExploreThenCommit"), ("ExploreThenUCB", "ActiveArmElimination"), ("UCB", "UCB")],
)
@pytest.mark.parametrize("root", [25, 50])
def test_no_pair_of_learners_does_better_than_the_rate(pair: tuple[str, str], root: int) -> None:
    """On two games with gaps of T^(-1/3), some regret against the tolerant benchmark is of the order T^(2/3)."""
    games = ("lower-bound-a", "lower-bound-b")
    options = {"at": {"delta": Fraction(1, root)}, "tolerance": Fraction(2, root)}
    some(games, pair, root**3, 80, "tolerant regret >= T^(2/3)/2", **options)


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
