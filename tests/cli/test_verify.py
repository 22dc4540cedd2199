"""``stackexact verify``: verdicts as exit codes, JSON, files, and what it refuses in one line."""

from __future__ import annotations

import json
import math
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
    options = [part for claim in claims for part in ("--claim", claim)]
    outcome = run("verify", "explore-then-commit", trace, *options)
    assert (outcome.code, outcome.err) == (code, "")
    assert outcome.out.startswith("explore-then-commit: regret in 300 runs\n")
    for claim in claims:
        assert f": {claim}\n" in outcome.out
    assert "note: no metadata" in outcome.out


def test_json(run, trace: Path) -> None:
    """One object of the schema, and nothing else on standard output; notes on standard error."""
    outcome = run("verify", "explore-then-commit", trace, "--claim", TRUE, "--json", "--confidence", "1-1e-4")
    document = json.loads(outcome.out)
    assert list(VERIFICATION.iter_errors(document)) == []
    assert (outcome.code, document["verdict"], document["confidence"]) == (0, "true", "9999/10000")
    assert outcome.err == "stackexact: note: no metadata: only totals and ranges were checked\n"
    assert run("verify", "explore-then-commit", trace, "--claim", TRUE, "--json", "--confidence", "1-1e-4") == outcome


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
        (("--at", "delta=1/99"), "expected a trace at delta = '1/99', found one at delta = '1/100'"),
        (("--at", "delta=1"), "expected a trace at delta = '1', found one"),
        (("--at", "gamma=1"), "expected a parameter of the game (delta), found 'gamma'"),
        (("--at", "delta"), "--at: expected NAME=VALUE"),
        (("--assume", "delta > 1/30"), "the assumption delta > 1/30 excludes these values"),
    ]:
        assert told in run("verify", "misaligned-a", ours, *options).refused()
    assert "found none for delta" in run("verify", "misaligned-a", other, *claim).refused()
    assert "expected one of this game" in run("verify", "misaligned-b", ours).refused()


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
        ((trace, "--margin", "-1"), "margin: expected a number of at least 0"),
        ((trace, "--decades", "0"), "decades: expected a positive number"),
        ((trace, "--method", "bayes"), "'bayes' is not one of 'student'"),
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
