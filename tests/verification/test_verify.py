"""``verify``: which rounds it looks at, what it says beside verdicts, and what it refuses."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_traces import ETC, etc_trace, grown, laws

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.traces.reading import read_trace
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.traces.writing import write_trace
from stackexact.verification.judging import Verdict
from stackexact.verification.samples import _window
from stackexact.verification.verify import verify

MISALIGNED = sx.instance("misaligned-a")
HORIZONS = (10**3, 10**4, 10**5, 10**6)


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
