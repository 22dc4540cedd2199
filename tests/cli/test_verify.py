"""``stackexact verify``: verdicts as exit codes, JSON, files, and what it refuses in one line."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from forms import form
from made_traces import grown

import stackexact as sx
from stackexact.traces.trace import Metadata, Trace
from stackexact.traces.writing import write_trace

pytest.importorskip("stackexact.traces.reading", reason="traces are read there")

VERIFICATION = form("verification")
GAME = sx.instance("explore-then-commit")
TRUE, FALSE = "both tolerant rate == sqrt(T)", "leader tolerant linear"
OPEN = "leader tolerant rate <= T^0.45"
"""Claims about the trace below: true, false, and too close to tell."""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Runs whose regret grows like the square root, of three horizons."""
    place = tmp_path / "trace.csv"
    write_trace(grown(GAME, lambda t: 5 * math.sqrt(t), horizons=(10**3, 10**4, 10**5), runs=100, seed=6), place)
    return place


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ((), 0),
        ((TRUE,), 0),
        ((FALSE,), 1),
        ((OPEN,), 3),
        ((TRUE, OPEN), 3),
        ((OPEN, FALSE, TRUE), 1),
        ((f"not {FALSE}",), 0),
    ],
)
def test_exit_codes(run, trace: Path, claims: tuple[str, ...], code: int) -> None:
    """0: all claims are true, or there is none; 1: one is false; 3: none is false and one is undecided."""
    options = ["--method", "student", *(part for claim in claims for part in ("--claim", claim))]
    outcome = run("verify", "explore-then-commit", trace, *options)
    assert (outcome.code, outcome.err) == (code, "")
    assert outcome.out.startswith("explore-then-commit: regret in 300 runs\n")
    for claim in claims:
        assert f": {claim}\n" in outcome.out
    assert "note: no metadata" in outcome.out


def test_json(run, trace: Path) -> None:
    """One object of the schema, and nothing else on standard output; notes on standard error."""
    options = ("--json", "--method", "student", "--confidence", "1-1e-4")
    outcome = run("verify", "explore-then-commit", trace, "--claim", TRUE, *options)
    document = json.loads(outcome.out)
    assert list(VERIFICATION.iter_errors(document)) == []
    assert (outcome.code, document["verdict"], document["confidence"]) == (0, "true", "9999/10000")
    assert document["notes"][0] == "no metadata: only totals and ranges were checked"
    assert outcome.err == "".join(f"stackexact: note: {note}\n" for note in document["notes"])
    assert run("verify", "explore-then-commit", trace, "--claim", TRUE, *options) == outcome


def test_unusual_options(run, trace: Path) -> None:
    """Any number of decades, and claims without spaces in a plot."""
    claim = ("--claim", "leader tolerant rate<=T^(2/3)")
    outcome = run("verify", "explore-then-commit", trace, "--decades", "1e400", *claim, "--plot", "regret.svg")
    assert outcome.code in (0, 3), outcome
    assert Path("regret.svg").exists()


def test_options(run, trace: Path) -> None:
    """Each reaches its place."""
    options = (
        "--tolerance",
        "1/30",
        "--margin",
        "1/7",
        "--method",
        "betting",
        "--fit",
        "least-squares",
        "--decades",
        "1",
    )
    document = json.loads(run("verify", "explore-then-commit", trace, "--json", *options).out)
    assert (document["tolerance"], document["margin"], document["fit"]) == ("1/30", "1/7", "least-squares")
    assert document["method"]["name"] == "betting"
    assert [point["used"] for point in document["regret"][0]["points"]] == [False, True, True]


def test_files(run, trace: Path, tmp_path: Path) -> None:
    """--output takes its form from its name, --plot draws; both are named once only."""
    result, picture = tmp_path / "result.json", tmp_path / "regret.svg"
    outcome = run("verify", "explore-then-commit", trace, "--output", result, "--plot", picture, "--claim", FALSE)
    assert (outcome.code, outcome.out) == (1, "")
    assert json.loads(result.read_text(encoding="utf-8"))["verdict"] == "false"
    assert picture.read_bytes().startswith(b"<?xml")
    page = tmp_path / "result.txt"
    assert run("verify", "explore-then-commit", trace, "--output", page).code == 0
    assert page.read_text(encoding="utf-8").startswith("explore-then-commit: regret in 300 runs\n")


def test_files_are_written_together(run, trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one cannot be moved into its place, the other becomes again what it was. Devices are written to."""
    result, picture = tmp_path / "result.json", tmp_path / "regret.svg"
    result.write_text("old", encoding="utf-8")
    move, moved = os.replace, []

    def second_fails(source: str, target: str) -> None:
        moved.append(target)
        if os.path.basename(target) == "regret.svg":
            raise OSError(28, "No space left on device")
        move(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", second_fails)
        line = run("verify", "explore-then-commit", trace, "--output", result, "--plot", picture).refused()
    assert "cannot be written: no space left on device" in line
    assert len(moved) >= 2
    assert (result.read_text(encoding="utf-8"), picture.exists()) == ("old", False)
    assert not list(tmp_path.glob(".stackexact*"))
    assert run("verify", "explore-then-commit", trace, "--output", "/dev/null", "--plot", picture).code == 0
    assert picture.exists()


def test_nothing_that_is_read_is_overwritten(run, tmp_path: Path) -> None:
    """The trace, its metadata, the files of the game; and the result is not where the plot is."""
    (tmp_path / "one.csv").write_text("2,4\n1,3\n", encoding="utf-8")
    (tmp_path / "two.svg").write_text("1,0\n0,1\n", encoding="utf-8")
    (tmp_path / "game.json").write_bytes(Path(sx.instances.path("maintain")).read_bytes())
    made = ("--learners", "UCB", "UCB", "--horizon", 100, "--output", "u.csv")
    assert run("simulate", "one.csv", "--follower", "two.svg", *made).code == 0
    before = {place: place.read_bytes() for place in tmp_path.iterdir()}
    pair = ("one.csv", "u.csv", "--follower", "two.svg")
    for arguments, told in [
        ((*pair, "--json", "--output", "u.csv.meta.json"), "--output: expected another file than that of the metadata"),
        ((*pair, "--output", "./u.csv"), "--output: expected another file than that of TRACE"),
        ((*pair, "--output", "one.csv"), "--output: expected another file than that of GAME"),
        ((*pair, "--plot", "two.svg"), "--plot: expected another file than that of --follower"),
        ((*pair, "--output", "new.svg", "--plot", "new.svg"), "--plot: expected another file than that of --output"),
        (("game.json", "u.csv", "--output", "game.json"), "--output: expected another file than that of GAME"),
        (("maintain", "u.csv", "--output", sx.instances.path("maintain")), "another file than that of GAME"),
    ]:
        assert told in run("verify", *arguments).refused()
        assert {place: place.read_bytes() for place in tmp_path.iterdir()} == before


def test_a_time_limit_leaves_the_rest(run, trace: Path) -> None:
    """Exit code 3; what was found is printed, also as JSON, and drawn."""
    options = ("--time-limit", "1e-9", "--claim", "leader tolerant linear")
    outcome = run("verify", "explore-then-commit", trace, *options)
    assert (outcome.code, outcome.err) == (3, "")
    assert outcome.out.startswith("explore-then-commit: regret in 300 runs\n")
    assert "undecided: leader tolerant linear\n  leader: no value of tolerant is known\n" in outcome.out
    assert "note: tolerant: left out" in outcome.out
    document = json.loads(run("verify", "explore-then-commit", trace, *options, "--json", "--plot", "regret.png").out)
    assert list(VERIFICATION.iter_errors(document)) == []
    assert document["verdict"] == "undecided"
    assert {series["benchmark"] for series in document["regret"]} == {"stackelberg"}
    assert Path("regret.png").read_bytes().startswith(b"\x89PNG")
    assert run("verify", "explore-then-commit", trace, "--time-limit", "1e-9").code == 3


def test_an_own_trace_of_several_horizons_leaves_nothing_to_note(run) -> None:
    """Its game was checked, by its digest."""
    horizons = ("--horizon", 500, "--horizon", 5000, "--runs", 3)
    assert run("simulate", "explore-then-commit", "--learners", "UCB", "UCB", *horizons, "--output", "u.csv").code == 0
    outcome = run("verify", "explore-then-commit", "u.csv", "--json")
    assert (json.loads(outcome.out)["notes"], outcome.err, outcome.code) == ([], "", 0)
    told = run("verify", "misaligned-a", "u.csv").refused()
    assert told.startswith("stackexact: error: u.csv: expected a trace of this game (sha256 ")
    assert "trace: " not in told


def test_a_game_with_parameters(run, tmp_path: Path) -> None:
    """Values come from the trace or from --at, and must agree; --assume narrows the closed forms."""
    game = sx.instance("misaligned-a")
    data = Metadata(
        game.sha256, game.name, {"delta": "1/100"}, {"name": "A"}, {"name": "B"}, {"kind": "gaussian"}, 1, "0"
    )
    made = grown(game, math.sqrt, horizons=(10**3, 10**4), runs=50, seed=6, bad=(1, 0))
    ours, other = tmp_path / "ours.csv", tmp_path / "other.csv"
    write_trace(Trace(made.actions, made.runs, data), ours)
    write_trace(made, other)
    claim = ("--claim", "both tolerant sublinear")
    for place, options in ((ours, ()), (ours, ("--at", "delta=0.01")), (other, ("--at", "delta=1/100"))):
        outcome = run("verify", "misaligned-a", place, *claim, *options)
        assert outcome.code == 0, outcome
        assert "at delta = 1/100\n" in outcome.out
        assert "leader tolerant: mean regret of these counts, T = 10000\n  10000*delta - " in outcome.out
    assert run("verify", "misaligned-a", other).code == 0
    assert run("verify", "misaligned-a", ours, "--assume", "delta < 1/30").code == 0
    for options, told in [
        (("--at", "delta=1/99"), "ours.csv: expected a trace at delta = '1/99', found one at delta = '1/100'"),
        (("--at", "delta=1"), "expected a trace at delta = '1', found one"),
        (("--at", "gamma=1"), "expected a parameter of the game (delta), found 'gamma'"),
        (("--at", "delta"), "--at: expected NAME=VALUE"),
        (("--assume", "delta > 1/30"), "the assumption delta > 1/30 excludes these values"),
    ]:
        assert told in run("verify", "misaligned-a", ours, *options).refused()
    assert "found none for delta" in run("verify", "misaligned-a", other, *claim).refused()
    assert "ours.csv: expected a trace of this game" in run("verify", "misaligned-b", ours).refused()


def test_bad_input(run, trace: Path, tmp_path: Path) -> None:
    """One line each, exit code 2, nothing written."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("run,round,leader,follower,count\n1,3,a1,b1,2\n", encoding="utf-8")
    result = tmp_path / "result.json"
    for arguments, told in [
        ((trace, "--claim", "leader tolrant linear"), "claim: expected tolerant, found 'tolrant' at character 8"),
        ((trace, "--claim", ""), "claim: expected one of leader, follower, both, either, found the end"),
        ((trace, "--claim", "__import__('os').system('x')"), "claim: expected one of leader"),
        ((trace, "--confidence", "1"), "confidence: expected a number between 0 and 1"),
        ((trace, "--confidence", "high"), "confidence: expected a number, found 'high'"),
        ((trace, "--margin", "-1"), "margin: expected a number from 0 to 1"),
        ((trace, "--margin", "1.5"), "margin: expected a number from 0 to 1"),
        (("-",), "TRACE: expected a file, found standard input"),
        ((trace, "--decades", "0"), "decades: expected a positive number"),
        ((trace, "--method", "bayes"), "'bayes' is not one of 'betting'"),
        ((trace, "--method", "deterministic"), "method deterministic: expected runs that all agree"),
        ((trace, "--plot", "regret.gif"), "--plot: expected a file that ends in .pdf, .png, .svg"),
        ((trace, "--plot", "nowhere/regret.png"), "--plot: expected a file to write"),
        ((trace, "--output", trace), "--output: expected another file than that of TRACE"),
        ((trace, "--time-limit", "0"), "expected a positive number of seconds"),
        (("",), "TRACE: expected the name of a file, found none"),
        (("nothing.csv",), "nothing.csv: "),
        ((wrong,), "wrong.csv"),
    ]:
        line = run(
            "verify", "explore-then-commit", *arguments, *(() if "--output" in arguments else ("--output", result))
        ).refused()
        assert told in line, line
        assert not result.exists()
    assert "TRACE: expected a file, found standard input" in run("verify", "-", "-").refused()
    assert "expected a tolerance, found none" in run("verify", "maintain", trace, "--claim", TRUE).refused()


def test_simulate_then_verify(process, tmp_path: Path) -> None:
    """The two commands together: explore-then-commit without noise has linear regret, and says so."""
    place = tmp_path / "trace.csv"
    horizons = [part for horizon in (1000, 10000, 100000) for part in ("--horizon", horizon)]
    learners = ("--learners", "ExploreThenCommit", "ExploreThenCommit")
    assert (
        process("simulate", "explore-then-commit", *learners, *horizons, "--noise", "none", "--output", place).code == 0
    )
    outcome = process("verify", "explore-then-commit", place, "--claim", "both tolerant linear")
    assert outcome.code == 0, outcome
    assert "deterministic" in outcome.out
    assert process("verify", "explore-then-commit", place, "--claim", "both tolerant sublinear").code == 1
