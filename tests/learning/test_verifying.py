"""Verified runs: every measure by its definition, episode by episode; intervals, ranges, claims and limits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from announced import broken, exactly, holds, told, worth
from forms import form
from made_traces import grown
from oracles import recommendations as talking

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.exact.enclosures import Enclosure, limits
from stackexact.learning import verifying
from stackexact.learning.runs import Announcement, LearningRun, LearningTrace
from stackexact.verification.intervals import Values, interval, method
from stackexact.verification.judging import Verdict
from stackexact.verification.result import Verification

SCHEMA = form("verification")
ONE, HALF = Fraction(1), Fraction(1, 2)
LADDER = sx.instance("ladder")
MIXING = sx.instance("mixing-helps-more")
TALK = sx.instance("recommended-mixture")


def best(game: Any) -> Fraction:
    """V* by the oracles."""
    if game.kind == "recommendation":
        leader, logits = [[talking.number(one) for one in row] for row in game.leader], talking.logits_of(game)
        gets = lambda x: talking.compatible_value(  # noqa: E731
            leader, logits, [Fraction(exactly(x)), 1 - Fraction(exactly(x))]
        )
        return exactly(talking.best_of_two(gets, 60)[1])
    case = sx.instances.expected(game.name)["cases"][0]["results"]["quantal"]["leader"]
    return Fraction(case["decimal"] if isinstance(case, dict) else case)


def episodes(run: LearningRun) -> list[Announcement]:
    return [run.announcements[number] for number, times in run.announced for _ in range(times)]


def totals(run: LearningRun, amounts: Any) -> list[Fraction]:
    """Sums over all episodes up to each of the run's checkpoints."""
    known = {one: amounts(one) for one in run.announcements}
    every = [known[one] for one in episodes(run)]
    return [sum(every[:end], Fraction(0)) for end in run.rounds]


@pytest.fixture(scope="module")
def learnt() -> dict[str, tuple[Any, LearningTrace]]:
    """Short runs in games of all sorts."""
    return {
        "rational": (LADDER, sx.learn_runs(LADDER, episodes=60, runs=3, seed=1)),
        "irrational target": (MIXING, sx.learn_runs(MIXING, episodes=60, runs=3, seed=2, prescriptions="randomised")),
        "offline": (LADDER, sx.learn_runs(LADDER, "mle-pvi", episodes=[40, 120], runs=3, seed=3)),
        "prom": (TALK, sx.learn_runs(TALK, "prom", episodes=60, runs=3, seed=4)),
        "trap": (TALK, sx.learn_runs(TALK, "prom-boundary", episodes=60, runs=2, seed=5)),
    }


MEASURED = [
    ("rational", "standard"), ("rational", "suboptimality"), ("irrational target", "standard"),
    ("irrational target", "suboptimality"), ("offline", "suboptimality"), ("offline", "standard"),
    ("prom", "standard"), ("prom", "absolute"), ("prom", "violation"), ("prom", "suboptimality"),
    ("trap", "standard"), ("trap", "absolute"), ("trap", "violation"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "measure"), MEASURED)
def test_every_measure_is_its_definition(learnt: dict[str, tuple[Any, LearningTrace]], name: str, measure: str) -> None:
    """Σ (V* - J), Σ |V* - J|, Σ TV(y, z), V* - J of what was learnt: run by run, and the mean over runs."""
    game, trace = learnt[name]
    target = best(game)
    series = sx.verify_learning(game, trace, [f"leader {measure} sublinear"]).of("leader", measure)
    assert series.target is None if measure == "violation" else holds(series.target, target, Fraction(1, 10**19))
    amounts = {
        "standard": lambda one: target - worth(game, one),
        "absolute": lambda one: abs(target - worth(game, one)),
        "violation": lambda one: broken(game, one),
    }
    for point in series.points:
        runs = [run for run in trace.runs if point.rounds in run.rounds]
        if measure == "suboptimality":
            runs = [run for run in runs if run.horizon == point.rounds]
            expected = [target - worth(game, run.learnt) for run in runs]
        elif len(trace.horizons) > 1:
            runs = [run for run in runs if run.horizon == point.rounds]
            expected = [totals(run, amounts[measure])[-1] for run in runs]
        else:
            expected = [totals(run, amounts[measure])[run.rounds.index(point.rounds)] for run in runs]
        assert len(expected) == len(point.values)
        slack = Fraction(point.rounds, 10**19)  # of the oracle's target
        for value, own in zip(point.values, expected, strict=True):
            assert holds(value, own, slack)
            assert limits(value)[1] - limits(value)[0] <= Fraction(point.rounds, 10**29)
        assert holds(point.mean, sum(expected) / len(expected), slack)
        assert point.lower <= limits(point.mean)[0] <= limits(point.mean)[1] <= point.upper


def test_what_is_rational_stays_exact(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """V* = 155/256, and every deterministic policy has a value in fractions: Σ over states of w/(w + 1)/4."""
    game, trace = learnt["rational"]
    series = sx.verify_learning(game, trace).of("leader", "standard")
    assert series.target == Fraction(155, 256)

    def gap(one: Announcement) -> Fraction:
        shares = [Fraction(1, 2) + one.policy[0][k][0][1] * Fraction(9, 40) / 2**k for k in range(4)]
        return Fraction(155, 256) - sum(shares) / 4

    sums = [totals(run, gap) for run in trace.runs]
    for point in series.points:
        place = trace.runs[0].rounds.index(point.rounds)
        assert point.values == tuple(one[place] for one in sums)
        assert all(isinstance(one, Fraction) for one in (*point.values, point.mean))


def test_intervals_hold_for_both_ends(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """With two digits enclosures are wide: the interval is that of the lower ends below, of the upper ends above."""
    game, trace = learnt["prom"]
    for how in ("betting", "student", "hoeffding"):
        found = sx.verify_learning(game, trace, digits=2, method=how)
        assert found.intervals == sum(point.used for series in found.series for point in series.points) == 27
        fine = sx.verify_learning(game, trace, digits=30, method=how)
        for series, other in zip(found.series, fine.series, strict=True):
            low, high = each(game, series)
            for point, sharp in zip(series.points, other.points, strict=True):
                error = float((1 - found.confidence) / found.intervals)
                ends = [
                    Values(tuple(limits(one)[k] for one in point.values), low * point.rounds, high * point.rounds)
                    for k in range(2)
                ]
                assert point.lower == interval(ends[0], error, method(how)).lower
                assert point.upper == interval(ends[1], error, method(how)).upper
                for wide, own in zip(point.values, sharp.values, strict=True):
                    assert own in wide if isinstance(wide, Enclosure) else own == wide
        assert any(isinstance(point.values[0], Enclosure) for point in found.series[0].points)


def each(game: Any, series: Any) -> tuple[Fraction, Fraction]:
    """Between what one episode lies."""
    if series.benchmark == "violation":
        return Fraction(0), ONE
    payoffs = [value for row in game.leader for value in row]
    low, high = limits(series.target)
    if series.benchmark == "absolute":
        return Fraction(0), max(high - min(payoffs), max(payoffs) - low)
    return low - max(payoffs), high - min(payoffs)


@pytest.mark.parametrize(
    ("name", "measure", "target", "least", "most"),
    [
        ("rational", "standard", None, Fraction(0), Fraction(155, 256)),  # nothing is worth more than V*
        ("rational", "suboptimality", "quantal", Fraction(0), Fraction(155, 256)),
        ("rational", "standard", "deterministic", Fraction(155, 256) - 1, Fraction(155, 256)),
        ("prom", "standard", None, "V - 2", "V"),
        ("prom", "absolute", None, Fraction(0), "2 - V"),
        ("prom", "violation", None, Fraction(0), ONE),
    ],
)
def test_one_run_may_be_anything_in_its_range(
    learnt: dict[str, tuple[Any, LearningTrace]], name: str, measure: str, target: str | None, least: Any, most: Any
) -> None:
    """The interval of one run is the range: V* less the best and the worst payoffs, in each episode."""
    game, trace = learnt[name]
    value = best(game)
    ends = [{"V - 2": value - 2, "V": value, "2 - V": 2 - value}.get(str(end), end) for end in (least, most)]
    alone = replace(trace, runs=trace.runs[:1])
    series = sx.verify_learning(game, alone, [f"leader {measure} linear"], target=target).of("leader", measure)
    for point in series.points:
        times = 1 if measure == "suboptimality" else point.rounds
        for found, end in zip((point.lower, point.upper), ends, strict=True):
            assert abs(found - end * times) <= Fraction(times, 10**18)
        assert point.lower <= ends[0] * times + Fraction(times, 10**45)


def test_targets_by_name() -> None:
    """deterministic: 1/2; quantal: what mixing gets, W(8/e)/ln 8 more than that; then regret may be negative."""
    game = sx.instance("mixing-helps")
    share = Fraction(981, 1000)
    best_mix = Announcement(((((1 - share, share),) * 2,),))
    trace = LearningTrace(game.sha256, (LearningRun(1, (10,), (best_mix,), ((0, 10),), best_mix),))
    quantal, plain = (
        sx.verify_learning(game, trace, target=target).of("leader", "standard").points[-1].values[0]
        for target in ("quantal", "deterministic")
    )
    assert 0 <= limits(quantal)[0] <= limits(quantal)[1] < Fraction(1, 10**4)
    assert -Fraction(1, 500) < limits(plain)[0] <= limits(plain)[1] < -Fraction(1, 10**3)
    ahead = sx.instance("two-doors")
    runs = sx.learn_runs(ahead, "omle", models=[ahead], episodes=20, runs=2)
    found = sx.verify_learning(ahead, runs).of("leader", "standard")
    assert limits(found.target) == limits(sx.solve(ahead, ["deterministic"])["deterministic"].cell.leader)
    for one in ("quantal", "incentive-compatible"):
        with pytest.raises(UsageError, match="target: expected deterministic, found"):
            sx.verify_learning(ahead, runs, target=one)


def test_what_is_measured(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """Of data the loss after all of them, of what is played online the rest; and what claims name."""

    def measured(name: str, claims: Any = ()) -> list[str]:
        return [one.benchmark for one in sx.verify_learning(*learnt[name], claims).series]

    assert measured("rational") == ["standard"]
    assert measured("prom") == ["standard", "absolute", "violation"]
    assert measured("offline") == ["suboptimality"]
    assert measured("prom", ["leader suboptimality sublinear"]) == [
        "standard",
        "absolute",
        "violation",
        "suboptimality",
    ]
    assert measured("offline", ["leader standard sublinear"]) == ["standard", "suboptimality"]


def test_errors_are_divided_among_all_intervals(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """One for each measure and each number of episodes that is used."""
    counts = {
        ("rational", ()): 9,
        ("rational", ("leader suboptimality regret <= 1",)): 10,
        ("prom", ()): 27,
        ("offline", ()): 2,
    }
    for (name, claims), expected in counts.items():
        found = sx.verify_learning(*learnt[name], list(claims))
        assert found.intervals == expected
        assert f"{expected} intervals together" in " ".join(str(found).split())


def test_growth_of_what_is_learnt_is_along_numbers_of_data(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """Also where all data are of one size: then nothing is known of growth, and no checkpoints are spoken of."""
    game, trace = learnt["offline"]
    found = sx.verify_learning(game, trace, ["leader suboptimality rate <= 1"])
    assert (found.basis, [point.rounds for point in found.series[0].points]) == ("horizons", [40, 120])
    short = replace(trace, runs=trace.runs[:3])
    found = sx.verify_learning(game, short, ["leader suboptimality rate <= 1"])
    assert (found.basis, found.verdict) == ("horizons", Verdict.UNDECIDED)
    assert not any("checkpoints" in note for note in found.notes)
    assert "99 % for the interval;" in " ".join(str(found).split())


def test_the_trap(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """Nearly 2 in every episode, where what is followed gets 0.83: standard regret falls without end, absolute regret
    is its size, and advice is nearly followed."""
    game, trace = learnt["trap"]
    found = sx.verify_learning(game, trace)
    standard, absolute, violation = (found.of("leader", name).points[-1].mean for name in
                                     ("standard", "absolute", "violation"))  # fmt: skip
    assert limits(standard)[1] < -30
    assert limits(absolute)[0] > 30
    assert limits(violation)[1] < 12


CLAIMS = [
    ("leader standard regret >= 0", "true"),
    ("leader standard regret <= 155*T/256", "true"),
    ("leader standard regret > T", "false"),
    ("not leader standard regret > T", "true"),
    ("leader suboptimality regret <= 1", "true"),
    ("leader standard rate <= T^9", "undecided"),
]


@pytest.mark.parametrize(("claim", "verdict"), CLAIMS)
def test_claims(learnt: dict[str, tuple[Any, LearningTrace]], claim: str, verdict: str) -> None:
    """Sizes by what is certain of a run whatever it was; of rates intervals of three runs decide nothing."""
    game, trace = learnt["rational"]
    found = sx.verify_learning(game, replace(trace, runs=trace.runs[:1]), [claim])
    assert [str(one.verdict) for one in found.claims] == [verdict]
    assert SCHEMA.is_valid(found.document())


def test_rates_are_those_of_the_runs() -> None:
    """Runs made by hand: the worst policy in so many of T episodes."""
    states = {"s": {"payoffs": {"leader": [[1, 0], [0, 0]], "weights": [[1, 1], [1, 1]]}}}
    game = sx.MarkovGame(states, horizon=1, follower={"response": "quantal"}, prescription=False)
    good, bad = (Announcement((((tuple(Fraction(a == b) for b in range(2)),) * 2,),)) for a in range(2))

    def run(number: int, horizon: int, power: float) -> LearningRun:
        worse = round(horizon**power)
        announced = ((1, worse), *([(0, horizon - worse)] if worse < horizon else []))
        return LearningRun(number, (horizon,), (good, bad), announced, good)

    for power, claims in {0.5: ("rate == sqrt(T)", "sublinear"), 1: ("linear", "regret == T/2")}.items():
        trace = LearningTrace(game.sha256, tuple(run(k, 10**k, power) for k in range(2, 6)))
        found = sx.verify_learning(game, trace, [f"leader standard {one}" for one in claims], method="deterministic")
        assert [one.verdict for one in found.claims] == [Verdict.TRUE, Verdict.TRUE]
        assert [point.mean for point in found.series[0].points if point.used] == [
            Fraction(round(point.rounds**power), 2) for point in found.series[0].points if point.used
        ]


@pytest.mark.parametrize(
    ("name", "claim", "expected"),
    [
        ("rational", "both standard linear", "expected leader of games of kind markov, found both"),
        ("rational", "follower standard linear", "expected leader of games of kind markov, found follower"),
        ("rational", "either standard linear", "expected leader of games of kind markov, found either"),
        ("rational", "leader stackelberg linear", "expected standard or suboptimality of games of kind markov"),
        ("rational", "leader absolute linear", "expected standard or suboptimality of games of kind markov"),
        ("rational", "leader violation linear", "found violation"),
        ("prom", "leader tolerant linear", "expected standard or absolute or violation or suboptimality"),
        ("prom", "leader standard regret <= n*T", "expected T, log(T) or a parameter"),
    ],
)
def test_claims_that_cannot_be_meant(
    learnt: dict[str, tuple[Any, LearningTrace]], name: str, claim: str, expected: str
) -> None:
    with pytest.raises(UsageError) as error:
        sx.verify_learning(*learnt[name], [claim])
    assert expected in str(error.value)


@pytest.mark.parametrize("benchmark", ["standard", "absolute", "violation", "suboptimality"])
def test_matrices_have_no_such_measure(benchmark: str) -> None:
    game = sx.instance("explore-then-commit")
    trace = grown(game, float, horizons=(9,), runs=1, seed=0)
    with pytest.raises(UsageError, match=f"of games of kind bimatrix, found {benchmark}"):
        sx.verify(game, trace, [f"leader {benchmark} linear"])


@pytest.mark.parametrize(
    ("call", "kind", "expected"),
    [
        (lambda t: sx.verify_learning(TALK, t), InputError, "expected runs in this game (sha256"),
        (lambda t: sx.verify_learning(sx.instance("misaligned-a"), t), UsageError, "expected one of kind markov or"),
        (lambda t: sx.verify_learning(LADDER, t, target="pure-strong"), UsageError, "target: expected quantal or"),
        (lambda t: sx.verify_learning(LADDER, t, "leader standard linear"), UsageError, "claims: expected a list"),
        (lambda t: sx.verify_learning(LADDER, t, confidence=1), UsageError, "confidence: expected a number between"),
        (lambda t: sx.verify_learning(LADDER, t, margin=2), UsageError, "margin: expected a number from 0 to 1"),
        (lambda t: sx.verify_learning(LADDER, t, decades=0), UsageError, "decades: expected a positive number"),
        (lambda t: sx.verify_learning(LADDER, t, method="luck"), UsageError, "method: expected"),
        (lambda t: sx.verify_learning(LADDER, t, method="deterministic"), UsageError, "found runs that differ"),
        (lambda t: sx.verify_learning(LADDER, t, digits=0), UsageError, "digits: expected a whole number from 1"),
        (lambda t: sx.verify_learning(LADDER, replace(t, runs=())), InputError, "expected at least one run"),
        (lambda t: sx.verify_learning(LADDER, "runs.json"), UsageError, "runs: expected a log, or a list of them"),
    ],
)  # fmt: skip
def test_what_is_refused(
    learnt: dict[str, tuple[Any, LearningTrace]], call: Any, kind: type[Exception], expected: str
) -> None:
    with pytest.raises(kind) as error:
        call(learnt["rational"][1])
    assert expected in str(error.value)


def test_announcements_that_do_not_fit_are_refused() -> None:
    """Also where nobody read them from a file."""
    wrong = told((ONE, ONE), (HALF, HALF), 2)
    trace = LearningTrace(TALK.sha256, (LearningRun(1, (5,), (wrong,), ((0, 5),), wrong),))
    for claims in ([], ["leader violation linear"]):
        with pytest.raises(InputError, match="sum to exactly 1, found the sum 2"):
            sx.verify_learning(TALK, trace, claims)


def test_a_limit_leaves_claims_undecided(
    learnt: dict[str, tuple[Any, LearningTrace]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs the target is left out, and said; violations are measured all the same, if there is time for them."""
    claims = ["leader standard sublinear", "not leader absolute linear", "leader violation regret >= 0"]
    late = sx.verify_learning(*learnt["prom"], claims, time_limit=1e-9)
    assert (late.series, late.unknown, late.verdict) == ((), ("standard", "absolute", "violation"), Verdict.UNDECIDED)
    assert "violation: left out: the time limit was reached; raise it" in late.notes
    monkeypatch.setattr(verifying, "deadline", lambda seconds: lambda: False)
    found = sx.verify_learning(*learnt["prom"], claims, time_limit=1e-9)
    assert [str(one.verdict) for one in found.claims] == ["undecided", "undecided", "true"]
    assert ([one.benchmark for one in found.series], found.unknown) == (["violation"], ("standard", "absolute"))
    assert not found.complete
    assert found.intervals == 9
    assert any("standard: left out: incentive-compatible undecided" in note for note in found.notes)
    assert SCHEMA.is_valid(found.document())
    nothing = sx.verify_learning(*learnt["rational"], ["leader standard linear"], time_limit=1e-9)
    assert (nothing.series, nothing.complete, nothing.verdict) == ((), False, Verdict.UNDECIDED)
    assert SCHEMA.is_valid(nothing.document())


def test_logs_are_runs_too() -> None:
    logs = [sx.learn(LADDER, episodes=30, seed=seed) for seed in range(2)]
    one, many = sx.verify_learning(LADDER, logs[0]), sx.verify_learning(LADDER, logs)
    assert (one.runs, many.runs) == (1, 2)
    assert one.series[0].points[-1].values[0] == many.series[0].points[-1].values[0]


def test_documents_and_pages(learnt: dict[str, tuple[Any, LearningTrace]]) -> None:
    """JSON as the schema says, text with the target and its words, HTML with a table for every measure."""
    for game, trace in learnt.values():
        found: Verification = sx.verify_learning(game, trace, ["leader standard sublinear"])
        document = found.document()
        assert list(SCHEMA.iter_errors(document)) == []
        assert (document["kind"], document["game"]["sha256"]) == (game.kind, game.sha256)
        assert list(SCHEMA.iter_errors({**document, "extra": 1}))
        for series, one in zip(found.series, document["regret"], strict=True):
            assert (one["target"] is None) == (series.benchmark == "violation")
            for point, told_ in zip(series.points, one["points"], strict=True):
                mean = told_["mean"]
                low, high = (mean["lower"], mean["upper"]) if isinstance(mean, dict) else (mean, mean)
                assert (Fraction(low), Fraction(high)) == limits(point.mean)
        assert found._repr_html_().count("<table>") == len(found.series)
    page = " ".join(str(sx.verify_learning(*learnt["prom"])).split())
    assert "leader, standard regret, 0.828287… an episode" in page
    assert "leader, violation of incentive compatibility: exponent" in page
    assert "leader, standard regret, ≈ 0.605469 an episode" in " ".join(
        str(sx.verify_learning(*learnt["rational"])).split()
    )
