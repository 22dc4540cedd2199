"""``verify``: verdicts on traces with a known law, at high confidence and fresh seeds; what it refuses."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_traces import explore_then_commit, grown, run_of

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.traces.writing import write_trace
from stackexact.verification.judging import Verdict
from stackexact.verification.samples import _window
from stackexact.verification.verify import verify

ETC = sx.instance("explore-then-commit")
MISALIGNED = sx.instance("misaligned-a")
SURE = "1 - 1e-6"
HORIZONS = (10**3, 10**4, 10**5, 10**6)
SEEDS = (11, 12, 13)


def laws() -> dict[str, Callable[[int], float]]:
    """Numbers of bad plays by their law."""
    return {
        "T^(2/3)*log(T)^(1/3)": lambda t: t ** (2 / 3) * math.log(t) ** (1 / 3),
        "sqrt(T)": lambda t: 5 * math.sqrt(t),
        "sqrt(T*log(T))": lambda t: 2 * math.sqrt(t * math.log(t)),
        "T": lambda t: t / 4,
        "log(T)": lambda t: 40 * math.log(t),
        "1": lambda t: 300.0,
    }


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


def test_any_number_of_decades() -> None:
    """More than there are is all of them."""
    trace = grown(ETC, laws()["T"], horizons=(10, 10**3, 10**5), runs=2, seed=1)
    for decades in ("1e400", Fraction(10) ** 2000, 50):
        assert [point.rounds for point in verify(ETC, trace, decades=decades).series[0].used] == [10, 10**3, 10**5]


def test_a_limit_leaves_the_rest() -> None:
    """What has no value within the time limit is left out with a note, and claims about it are undecided."""
    trace = grown(MISALIGNED, laws()["T"], horizons=(100, 1000), runs=9, seed=1)
    claims = ["leader tolerant linear", "not both tolerant regret <= T", "both stackelberg regret <= T"]
    found = verify(MISALIGNED, trace, claims, at={"delta": "1/100"}, time_limit=1e-9)
    assert (found.complete, found.unknown) == (False, ("tolerant",))
    assert {one.benchmark for one in found.series} == {"stackelberg"}
    assert [one.verdict for one in found.claims] == [Verdict.UNDECIDED] * 2 + [Verdict.TRUE]
    assert any(note.startswith("tolerant: left out, its value was not found") for note in found.notes)
    assert "leader: no value of tolerant is known" in str(found)
    assert verify(MISALIGNED, trace, claims, at={"delta": "1/100"}).complete


def test_a_limit_on_the_domain_of_a_parameter_leaves_the_numbers() -> None:
    """No closed form at all is found in time; what is known at a value is."""
    game = sx.Game([["x", 0], [0, 1]], [[1, 0], [0, 1]], assumptions=["0 < x**8 - 3*x + 1", "x**5 < 7", "x**3 - 2 > 0"])
    trace = grown(game, laws()["T"], horizons=(100, 1000), runs=9, seed=1)
    found = verify(game, trace, ["leader stackelberg regret <= 2*T"], at={"x": "1.3"}, time_limit=1e-9)
    assert (found.verdict, found.complete, found.unknown) == (Verdict.TRUE, False, ())
    assert [form.undecided for form in found.forms] == [((),)] * 2
    assert "leader stackelberg: mean regret of these counts, T = 1000\n  undecided\n" in str(found)


def test_what_was_checked_is_not_said_to_be_unchecked(tmp_path: Path) -> None:
    """A trace of ours, of several horizons, read with the actions alone: its game is checked here, so nothing is left
    to note."""
    trace = sx.simulate(ETC, "UCB", "UCB", [500, 5000], runs=3, seed=1)
    write_trace(trace, tmp_path / "own.csv")
    read = read_trace(tmp_path / "own.csv", ETC.actions)
    assert len(read.notes) == 1
    assert verify(ETC, read, ["leader tolerant linear"], tolerance="1/20").notes == ()
    with pytest.raises(InputError, match="trace: expected a trace of this game"):
        verify(sx.Game(ETC.payoffs.follower, ETC.payoffs.leader), read)


def test_exploration_is_told() -> None:
    """Where what learners plan to explore takes half of the smallest number of rounds used, growth begins there as they
    explore: told by the metadata, of either agent."""

    def notes(leader: str, follower: str, horizons: list[int], **options: object) -> list[str]:
        trace = sx.simulate(ETC, leader, follower, horizons, noise="none")
        return [note for note in verify(ETC, trace, **options).notes if "exploration" in note]

    assert notes("ExploreThenCommitThrowOut(E=100,E_kept=50)", "UCB", [601, 6000]) == []
    (told,) = notes("ExploreThenCommitThrowOut(E=100,E_kept=50)", "UCB", [600, 6000])
    assert told.startswith("the leader (ExploreThenCommitThrowOut) plans 300 rounds of exploration at T = 600")
    assert notes("ExploreThenCommitThrowOut(E=100,E_kept=50)", "UCB", [600, 6000, 60000], decades=1) == []
    (told,) = notes("UCB", "ActiveArmElimination(M=[80,999])", [640, 6400])
    assert told.startswith("the follower (ActiveArmElimination) plans 320 rounds")
    assert notes("UCB", "ExploreThenCommit(E=79)", [640, 6400]) == []
    assert len(notes("ExploreThenUCB(E=90)", "ExploreThenCommit(E=45)", [1000])) == 2  # its checkpoints, from 10 on


def etc_trace(horizons: tuple[int, ...], thrown: bool = False, metadata: Metadata | None = None) -> Trace:
    """Explore-then-commit against itself, without noise; ``thrown``: the leader throws out its first plays."""
    runs = []
    for number, horizon in enumerate(horizons, 1):
        explored = math.ceil(horizon ** (2 / 3) * 4 ** (-2 / 3) * math.log(horizon) ** (1 / 3))
        leader = (3 if thrown else 2) * explored
        pairs = list(explore_then_commit(ETC, horizon, explored, leader, 2 * explored if thrown else 0))
        runs.append(run_of(number, pairs, ETC.shape))
    return Trace(ETC.actions, tuple(runs), metadata)


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


def silent(**changes: object) -> Metadata:
    fields = {
        "game": ETC.sha256, "name": ETC.name, "at": {}, "leader": {"randomised": False},
        "follower": {"randomised": False}, "noise": {"kind": "none"}, "seed": 1, "version": "0", "rows": "0" * 64,
    }  # fmt: skip
    return Metadata(**{**fields, **changes})


def test_what_is_not_random_is_taken_for_certain_where_the_trace_says_so() -> None:
    """Metadata without noise and without randomised learners; otherwise one run may be anything."""
    claims = ["both tolerant linear"]
    found = verify(ETC, etc_trace((1000, 10000), metadata=silent()), claims)
    assert (found.method.name, found.verdict) == ("deterministic", Verdict.TRUE)
    for other in (None, silent(noise={"kind": "gaussian"}), silent(leader={"randomised": True}), silent(leader={})):
        found = verify(ETC, etc_trace((1000, 10000), metadata=other), claims)
        assert (found.method.name, found.verdict) == ("betting", Verdict.UNDECIDED)
        assert any(
            note.startswith("one run: its value may be anything in its range (T = 1000, 10000)") for note in found.notes
        )


def test_the_mean_is_exact_and_every_run_is_there() -> None:
    """Means are rational; intervals hold them; all benchmarks of an agent share their widths."""
    trace = grown(MISALIGNED, laws()["sqrt(T)"], horizons=(7, 77, 777), runs=3, seed=2)
    found = verify(MISALIGNED, trace, at={"delta": "1/99"}, tolerance="1/30")
    for series in found.series:
        for point in series.points:
            assert point.mean == sum(point.values) / 3
            assert point.lower <= point.mean <= point.upper
            assert point.upper - point.lower == next(
                other.upper - other.lower
                for other in found.of(series.agent, "stackelberg").points
                if other.rounds == point.rounds
            )
    forms = {(form.agent, form.benchmark): form for form in found.forms}
    for series in found.series:
        form = forms[series.agent, series.benchmark]
        means = {point.rounds: point.mean for point in series.points}
        for rounds, value in zip(form.rounds, form.cells[0].means, strict=True):
            there = value.at({"delta": Fraction(1, 99)}) if isinstance(value, sx.Expression) else value
            assert there == means[rounds]


def test_closed_forms_alone() -> None:
    """Without values the regret of the counts is a function of the parameters; claims need numbers."""
    trace = grown(MISALIGNED, laws()["T"], horizons=(100,), runs=1, seed=1, spread=0)
    found = verify(MISALIGNED, trace)
    assert found.series == ()
    assert [str(form.cells[0].means[-1]) for form in found.forms if form.agent == "leader"] == ["10", "100*delta"]
    assert found.verdict is Verdict.TRUE
    with pytest.raises(
        UsageError, match="expected numbers for the parameters, found none for delta; give them with at"
    ):
        verify(MISALIGNED, trace, ["leader tolerant linear"])
    with pytest.raises(UsageError, match="closed forms only"):
        found.plot()


def test_a_parameter_in_a_claim() -> None:
    """A size may speak of the parameters, at their values."""
    trace = grown(MISALIGNED, laws()["T"], horizons=(100,), runs=1, seed=1, spread=0)
    at = {"delta": "1/50"}
    found = verify(MISALIGNED, trace, ["leader tolerant regret == T*delta"], at=at, method="deterministic")
    assert found.verdict is Verdict.TRUE
    with pytest.raises(UsageError, match=r"expected T, log\(T\) or a parameter with a value \(delta\), found 'gamma'"):
        verify(MISALIGNED, trace, ["leader tolerant regret <= gamma"], at=at)
    other = sx.Game([["T", 0]], [[1, 0]])
    trace = Trace(other.actions, (Run(1, (2,), np.array([[[1, 1]]])),))
    with pytest.raises(UsageError, match="T is the number of rounds, but also a parameter"):
        verify(other, trace, ["leader stackelberg regret <= T"], at={"T": 1})


def test_a_trace_of_another_game() -> None:
    """Actions, digest and values of parameters must be those of the trace."""
    trace = grown(MISALIGNED, laws()["T"], horizons=(100, 1000), runs=2, seed=1)
    renamed = sx.Game([[1, 2], [3, 4]], [[1, 2], [3, 4]], actions={"leader": ["up", "down"]})
    with pytest.raises(InputError, match="expected the leader's actions 'up, down', found 'a1, a2'"):
        verify(renamed, trace)
    made = silent(game=MISALIGNED.sha256, name="misaligned-a", at={"delta": "1/100"})
    ours = Trace(trace.actions, trace.runs, made)
    assert verify(MISALIGNED, ours).at == {"delta": Fraction(1, 100)}
    assert verify(MISALIGNED, ours, at={"delta": "0.01"}).series
    with pytest.raises(InputError, match="expected a trace at delta = '1/99', found one at delta = '1/100'"):
        verify(MISALIGNED, ours, at={"delta": "1/99"})
    with pytest.raises(InputError, match=r"found one of the game 'misaligned-a'.*give the game with its parameters"):
        verify(MISALIGNED.at(delta="1/100"), ours)
    with pytest.raises(InputError, match=r"expected a trace of this game .* give the game that it was made with"):
        verify(ETC, Trace(trace.actions, trace.runs, silent(game="0" * 64, name=None)))
    # A trace of the numbers is one of the game at these numbers.
    fixed = Trace(trace.actions, trace.runs, silent(game=MISALIGNED.at(delta="1/100").sha256))
    assert verify(MISALIGNED, fixed, at={"delta": "1/100"}).series
    with pytest.raises(InputError, match="expected a trace of this game"):
        verify(MISALIGNED, fixed, at={"delta": "1/99"})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"confidence": "1"}, "confidence: expected a number between 0 and 1, found '1'"),
        ({"confidence": "delta"}, "confidence: expected a number, found 'delta'"),
        ({"confidence": "0.9.9"}, "confidence: expected"),
        ({"confidence": Fraction(10**400 - 1, 10**400)}, "confidence: expected at most 1 - 1e-280"),
        ({"margin": -1}, "margin: expected a number from 0 to 1, found '-1'"),
        ({"margin": "1.01"}, "margin: expected a number from 0 to 1, found '1.01'"),
        ({"margin": None}, "margin: expected"),
        ({"decades": "many"}, "decades: expected a number"),
        ({"claims": None}, "claims: expected a list of claims, found 'None'"),
        ({"claims": [None]}, "claim: expected text, found NoneType"),
        ({"at": [1]}, "at: expected a mapping of parameters to values, found '[1]'"),
        ({"at": "delta=1/9"}, "at: expected a mapping"),
        ({"assuming": "delta < 1"}, "assuming: expected a list of relations, found 'delta < 1'"),
        ({"assuming": 3}, "assuming: expected a list of relations, found '3'"),
        ({"time_limit": "soon"}, "time_limit: expected a positive number of seconds, found 'soon'"),
        ({"time_limit": math.nan}, "time_limit: expected a positive number"),
        ({"time_limit": 0}, "time_limit: expected a positive number"),
        ({"decades": 0}, "decades: expected a positive number"),
        ({"method": "bayes"}, "method: expected one of betting"),
        ({"method": 3}, "method: expected one of betting"),
        ({"fit": "cubic"}, "fit: expected one of ends"),
        ({"claims": "leader tolerant linear"}, "claims: expected a list of claims, found one"),
        ({"at": {"delta": "1/9"}}, "at: expected a parameter of the game"),
        ({"tolerance": "-1"}, "tolerance: expected a value of at least 0"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, object], told: str) -> None:
    """Each is one line that names the option."""
    trace = grown(ETC, laws()["T"], horizons=(100, 1000), runs=2, seed=1)
    with pytest.raises(InputError) as caught:
        verify(ETC, trace, **options)
    assert caught.value.line.startswith(told)


def test_what_is_no_game_and_no_trace() -> None:
    """Names and files are read first."""
    trace = grown(ETC, laws()["T"], horizons=(100, 1000), runs=2, seed=1)
    with pytest.raises(UsageError, match="game: expected a game, found str 'misaligned-a'"):
        verify("misaligned-a", trace)
    with pytest.raises(UsageError, match=r"trace: expected a trace, found str 'trace\.csv'"):
        verify(ETC, "trace.csv")


def test_a_claim_without_its_tolerance() -> None:
    """A benchmark that needs one is refused, one that is claimed of beyond the usual ones is computed."""
    bare = sx.Game(ETC.payoffs.leader, ETC.payoffs.follower)
    trace = grown(bare, laws()["T"], horizons=(100, 1000), runs=2, seed=1)
    assert {one.benchmark for one in verify(bare, trace).series} == {"stackelberg"}
    with pytest.raises(UsageError, match="benchmark tolerant: expected a tolerance, found none"):
        verify(bare, trace, ["leader tolerant linear"])
    found = verify(bare, trace, ["leader self-tolerant linear"], tolerance="1/20")
    assert {one.benchmark for one in found.series} == {"stackelberg", "tolerant", "self-tolerant"}


def test_which_rounds_are_used() -> None:
    """The last two decades, the two largest in any case; of many checkpoints nine, evenly on a logarithmic scale."""
    trace = grown(ETC, laws()["T"], horizons=(10, 50, 10**3, 10**4, 10**5), runs=2, seed=1)
    assert [p.rounds for p in verify(ETC, trace).series[0].used] == [10**3, 10**4, 10**5]
    assert [p.rounds for p in verify(ETC, trace, decades="1/2").series[0].used] == [10**4, 10**5]
    assert [p.rounds for p in verify(ETC, trace, decades=9).series[0].used] == [10, 50, 10**3, 10**4, 10**5]
    marks = tuple(range(1, 2001))
    counts = np.zeros((len(marks), 2, 2), dtype=np.int64)
    counts[:, 0, 0] = marks
    many = Trace(ETC.actions, (Run(1, marks, counts), Run(2, marks[1::2], counts[1::2])))
    points = verify(ETC, many).series[0].points
    used = [point.rounds for point in points if point.used]
    assert (used[0], used[-1], len(used)) == (20, 2000, 9)
    assert all(1.5 < two / one < 2.1 for one, two in pairwise(used))
    assert len(points) <= 21
    assert all(point.rounds % 2 == 0 for point in points)


@given(st.integers(1000, 10**15), st.integers(-3, 3), st.sampled_from(("1/2", "1", "3/2", "2", "7/3")))
def test_the_edge_of_the_window_is_exact(last: int, apart: int, decades: str) -> None:
    """Rounds t are used if and only if t · 10^(p/q) >= T: t^q · 10^p >= T^q in integers, whatever floats make of it."""
    p, q = Fraction(decades).as_integer_ratio()
    edge = max(2, round(last / 10 ** (p / q)) + apart)
    rounds = sorted({edge, last - 1, last, edge + 1})
    found = _window(rounds, Fraction(decades))
    wanted = [one for one in rounds if one**q * 10**p >= last**q]
    assert found == (wanted if len(wanted) > 1 else rounds[-2:])


def test_a_run_of_one_round() -> None:
    """There is nothing to fit, and log(1) is no divisor; a trace without runs is refused."""
    trace = Trace(ETC.actions, (Run(1, (1,), np.array([[[0, 1], [0, 0]]])),))
    found = verify(ETC, trace, ["leader tolerant rate <= T*log(T)"], method="deterministic")
    assert found.verdict is Verdict.UNDECIDED
    assert found.of("leader", "tolerant").points[0].mean == Fraction(2, 5)
    with pytest.raises(InputError, match="trace: expected at least one run, found none"):
        verify(ETC, Trace(ETC.actions, ()))


def test_payoffs_beyond_floats() -> None:
    """Numbers of four hundred digits: exact, and with intervals."""
    huge = sx.Game([[10**400, 0], [0, 0]], [[10**400, 0], [0, 0]])
    trace = grown(huge, laws()["sqrt(T)"], horizons=HORIZONS, runs=60, seed=4)
    found = verify(
        huge, trace, ["both stackelberg rate == sqrt(T)", "leader stackelberg regret >= 1e390*T"], method="student"
    )
    assert found.verdict is Verdict.TRUE
    assert "e40" in str(found)
    assert found.document()["regret"][0]["points"][0]["lower"].endswith("e402")


def test_results_are_values() -> None:
    """Frozen, equal when made again, copied and pickled."""
    trace = grown(MISALIGNED, laws()["sqrt(T)"], horizons=(100, 1000), runs=4, seed=9)
    options = {"at": {"delta": "1/100"}, "confidence": 0.95}
    one, two = (verify(MISALIGNED, trace, ["both tolerant sublinear"], **options) for _ in range(2))
    assert one == two
    assert one.document() == two.document()
    assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))
    assert one.confidence == Fraction(19, 20)
    with pytest.raises(AttributeError):
        one.margin = 1
    with pytest.raises(UsageError, match=r"expected one of leader stackelberg, .*found 'nobody tolerant'"):
        one.of("nobody", "tolerant")
    assert repr(one).startswith("<Verification of 8 runs of <Game 'misaligned-a'")
