"""Verdicts on traces with a known law, at high confidence."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from made_traces import ETC, etc_trace, explore_then_commit, grown, laws, run_of

import stackexact as sx
from stackexact.traces.trace import Run, Trace
from stackexact.verification.judging import Verdict
from stackexact.verification.verify import verify

MISALIGNED = sx.instance("misaligned-a")
SURE = "1 - 1e-6"
HORIZONS = (10**3, 10**4, 10**5, 10**6)
SEEDS = (11, 12, 13)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("law", laws())
def test_claims_are_true_and_their_negations_false(law: str, seed: int) -> None:
    """With a confidence of 1 - 10^-6: the law itself, above and below; slower and faster laws; linear or not. The
    deviates are uniform, so that means of 150 runs are as good as normal."""
    trace = grown(ETC, laws()[law], horizons=HORIZONS, runs=150, seed=seed)
    slower = f"({law})/T^(1/4)"
    faster = f"({law})*T^(1/4)"
    true = [f"rate <= {law}", f"rate >= {law}", f"rate == {law}", f"rate > {slower}", f"rate < {faster}"]
    true += [f"rate != {slower}", "linear" if law == "T" else "sublinear"]
    false = [f"rate > {law}", f"rate < {law}", f"rate != {law}", f"rate <= {slower}", f"rate >= {faster}"]
    false += [f"rate == {faster}", "sublinear" if law == "T" else "linear"]
    claims = [f"{who} {benchmark} {text}" for text in true for who in ("both", "leader") for benchmark in ("tolerant",)]
    claims += [f"not {who} stackelberg {text}" for text in false for who in ("either", "follower")]
    found = verify(ETC, trace, claims, confidence=SURE, method="student")
    assert found.verdict is Verdict.TRUE, str(found)
    negations = [one.removeprefix("not ") if one.startswith("not ") else f"not {one}" for one in claims]
    turned = verify(ETC, trace, negations, confidence=SURE, method="student")
    assert {one.verdict for one in turned.claims} == {Verdict.FALSE}
    assert found.method.name == "student"
    assert (found.basis, found.intervals) == ("horizons", 6)


def test_regret_that_is_negative_grows_no_faster_than_anything() -> None:
    """Agents that earn more than their benchmark have no regret: every upper bound is true, no lower one."""
    trace = grown(MISALIGNED, math.sqrt, horizons=HORIZONS, runs=60, seed=1, bad=(1, 0))
    claims = ["both tolerant rate <= 1/T", "both tolerant sublinear", "not either tolerant rate >= 1/T^9"]
    found = verify(MISALIGNED, trace, claims, at={"delta": "1/100"}, confidence=SURE, method="student")
    assert found.verdict is Verdict.TRUE
    assert found.of("leader", "tolerant").growth.upper == -math.inf


@pytest.mark.parametrize("seed", SEEDS)
def test_too_few_runs_decide_nothing(seed: int) -> None:
    """Three runs at a confidence of 1 - 10^-6: undecided, whatever is claimed; what is far off the mark included."""
    trace = grown(ETC, laws()["sqrt(T)"], horizons=HORIZONS, runs=3, seed=seed, spread=0.4)
    claims = ["leader tolerant rate <= sqrt(T)", "leader tolerant rate > sqrt(T)", "leader tolerant linear"]
    found = verify(ETC, trace, claims, confidence=SURE)
    assert {one.verdict for one in found.claims} == {Verdict.UNDECIDED}
    assert found.verdict is Verdict.UNDECIDED


def test_verdicts_are_wrong_as_rarely_as_is_promised() -> None:
    """Two hundred traces of one law: what is exactly true of the expectation is called false, or the means are outside
    of their intervals, at most as often as a confidence of 80 % allows (five standard deviations of slack)."""
    law = laws()["sqrt(T)"]
    wrong = 0
    for seed in range(200):
        trace = grown(ETC, law, horizons=(10**4, 10**5, 10**6), runs=6, seed=seed)
        options = {"confidence": "4/5", "margin": "1e-4", "method": "student"}
        found = verify(ETC, trace, ["leader tolerant rate == sqrt(T)"], **options)
        means = found.of("leader", "tolerant").points
        outside = any(not point.lower <= Fraction(2, 5) * round(law(point.rounds)) <= point.upper for point in means)
        assert outside or found.verdict is not Verdict.FALSE
        wrong += outside
    assert 0 < wrong <= 0.2 * 200 + 5 * math.sqrt(200 * 0.16)


def test_more_runs_decide() -> None:
    """The same law: undecided with few runs, true with many; an exponent's interval shrinks like one over the root."""
    widths = []
    for runs in (40, 160, 640):
        trace = grown(ETC, laws()["sqrt(T)"], horizons=HORIZONS, runs=runs, seed=5, spread=0.4)
        found = verify(ETC, trace, ["leader tolerant rate <= sqrt(T)"], confidence=SURE, method="student")
        growth = found.of("leader", "tolerant").growth
        widths.append((growth.upper - growth.lower, found.verdict))
    assert [verdict for _, verdict in widths][::2] == [Verdict.UNDECIDED, Verdict.TRUE]
    assert all(1.4 < one / two < 4 for (one, _), (two, _) in pairwise(widths))


@pytest.mark.parametrize("name", ["bootstrap", "betting", "hoeffding"])
def test_other_methods(name: str) -> None:
    """Linear regret is told from less by every method; what assumes nothing needs many runs for it."""
    trace = grown(ETC, lambda t: 0.9 * t, horizons=(10**3, 10**4, 10**5), runs=400, seed=3, spread=0.05)
    claims = ["both tolerant rate >= T^0.9", "not both tolerant rate <= T^0.8"]
    found = verify(ETC, trace, claims, method=name)
    assert found.verdict is Verdict.TRUE
    assert found.method.name == name
    assert found.method.assumption in " ".join(str(found).split())


def rarely_linear(seed: int, runs: int) -> Trace:
    """Runs that play (a1, b2) 2·√T times and a few rounds more, but for one in a hundred, which plays it always."""
    generator, made = np.random.default_rng(seed), []
    for horizon in (10**4, 10**5, 10**6):
        for _ in range(runs):
            alike = round(2 * math.sqrt(horizon)) + int(generator.integers(0, 5))
            count = horizon if generator.uniform() < 0.01 else alike
            made.append(Run(len(made) + 1, (horizon,), np.array([[[horizon - count, count], [0, 0]]])))
    return Trace(ETC.actions, tuple(made))


def test_rare_disasters_are_never_overlooked() -> None:
    """One run in a hundred with linear regret makes the expectation linear. Where none of them was seen, as often with
    forty runs, ``student`` is sure of the square root, and says what it cannot see; what is usual is never."""
    claim, fooled = "leader tolerant rate <= T^(1/2)", 0
    for seed in range(30):
        trace = rarely_linear(seed, (20, 60, 250)[seed % 3])
        assert verify(ETC, trace, [claim], confidence=SURE).verdict is not Verdict.TRUE
        found = verify(ETC, trace, [claim], confidence=SURE, method="student")
        if found.verdict is Verdict.TRUE:
            fooled += 1
            assert any("would not have been seen; betting allows for them" in note for note in found.notes)
    assert fooled > 3
    size = "leader tolerant regret <= 1.2*sqrt(T)"
    assert verify(ETC, rarely_linear(1, 2000), [size], confidence=SURE).verdict is Verdict.FALSE


def test_bets_decide_with_enough_runs() -> None:
    """The usual method at a confidence of 1 - 10^-6: with some thousand runs whose regret is not tiny beside the range,
    what holds is true and what does not is false, in a second."""
    trace = grown(ETC, lambda t: t ** (2 / 3), horizons=(300, 3000, 30000), runs=3000, seed=8)
    claims = ["both tolerant sublinear", "both tolerant rate <= T^(3/4)", "both tolerant rate >= T^(2/3)"]
    found = verify(
        ETC, trace, [*claims, "not either tolerant linear", "not both tolerant rate > T^0.8"], confidence=SURE
    )
    assert (found.verdict, found.method.name) == (Verdict.TRUE, "betting")


def test_horizons_that_are_nearly_equal_say_nothing_of_growth() -> None:
    """Of 99 and 100 rounds the common checkpoints are taken; where they span too little, rates are undecided, sizes are
    not."""
    trace = sx.simulate(ETC, "UCB", "UCB", [99, 100], runs=40, seed=1)
    found = verify(ETC, trace, ["leader tolerant linear", "leader tolerant regret <= T"])
    assert found.basis == "checkpoints"
    assert found.series[0].points[-1].rounds < 99
    assert len(found.series[0].points[0].values) == 80
    assert any(
        note.startswith("the horizons of the runs (99 to 100) span less than a factor of 2") for note in found.notes
    )
    flat = grown(ETC, laws()["T"], horizons=(99, 100), runs=40, seed=1)
    for options in ({}, {"method": "student"}, {"fit": "least-squares"}):
        found = verify(
            ETC, flat, ["leader tolerant linear", "leader tolerant sublinear", "leader tolerant regret <= T"], **options
        )
        assert [one.verdict for one in found.claims] == [Verdict.UNDECIDED] * 2 + [Verdict.TRUE]
        assert found.claims[0].findings[0].growth.remark == "growth takes rounds that span a factor of 2"
    assert verify(ETC, grown(ETC, laws()["T"], horizons=(100, 200), runs=9, seed=1)).basis == "horizons"


def test_the_proposition_on_explore_then_commit() -> None:
    """Linear for both against all benchmarks; T^(2/3)·log(T)^(1/3) where the leader throws out what it saw first."""
    horizons = (10**3, 10**4, 10**5)
    plain = [
        "both tolerant linear",
        "both stackelberg linear",
        "both tolerant regret >= T/10",
        "not either tolerant sublinear",
    ]
    found = verify(ETC, etc_trace(horizons), plain, method="deterministic", confidence=SURE)
    assert found.verdict is Verdict.TRUE, str(found)
    better = [
        "both tolerant rate == T^(2/3)*log(T)^(1/3)",
        "both tolerant sublinear",
        "both tolerant regret <= T^(2/3)*log(T)^(1/3)",
    ]
    found = verify(ETC, etc_trace(horizons, thrown=True), better, method="deterministic", confidence=SURE)
    assert found.verdict is Verdict.TRUE, str(found)


def test_exact_sizes() -> None:
    """R = T/10 + (3/10) E_2 is decided exactly where nothing is random; one off is false."""
    trace = Trace(ETC.actions, (run_of(1, list(explore_then_commit(ETC, 1000, 40, 80)), ETC.shape, (500, 1000)),))
    claims = ["both tolerant regret == T/10 + 3/10*40", "both tolerant regret == T/10 + 3/10*41"]
    found = verify(ETC, trace, claims, method="deterministic")
    assert [one.verdict for one in found.claims] == [Verdict.TRUE, Verdict.FALSE]
    assert (found.basis, [point.rounds for point in found.of("leader", "tolerant").points]) == (
        "checkpoints",
        [500, 1000],
    )
    assert any("one horizon" in note for note in found.notes)
