"""The command line on quantal followers: every form of output, and one line where a command cannot take them."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from forms import form
from response_games import MARKOV, WEIGHTED, changed

import stackexact as sx

SAME = ["solve", "conitzer-sandholm", "--concept", "quantal"]


@pytest.fixture
def files(run: Any) -> None:
    """Markov games, in the folder of the test."""
    far = changed(changed(MARKOV, "parameters", []), "assumptions", [])
    far = json.loads(json.dumps(far).replace('"p"', '"1/2"').replace("1 - p", "1/2"))
    near = changed(far, "follower discount", "0")
    for name, document in {"far": far, "near": near, "open": MARKOV, "weighted": WEIGHTED}.items():
        with open(f"{name}.json", "w") as file:
            json.dump(document, file)


@pytest.mark.parametrize("prescription", [False, True])
def test_forms(run: Any, prescription: bool) -> None:
    """Text, JSON and LaTeX are those of the library, on the screen and in files."""
    options = ["--eta", "5", *(["--prescription"] if prescription else [])]
    solution = sx.solve(sx.instance("conitzer-sandholm"), ["quantal"], eta=5, prescription=prescription)
    document = json.loads(run(*SAME, *options, "--json").out)
    assert document == solution.document()
    form("solution").validate(document)
    assert run(*SAME, *options, "--latex").out == solution._repr_latex_()
    for name in ("out.json", "out.tex", "out.txt"):
        assert run(*SAME, *options, "--output", name) == (0, "", "")
    with open("out.json") as file:
        assert json.load(file) == solution.document()
    with open("out.tex") as file:
        assert file.read() == solution._repr_latex_()
    shown = run(*SAME, *options)
    assert shown.code == 0
    assert "eta           5\n" in shown.out
    value = solution["quantal"].cell.leader.decimal[:7]
    assert f"leader        {value}…" in shown.out
    assert ("prescription  left" if prescription else "commitment    top") in shown.out


@pytest.mark.parametrize("digits", [1, 6, 30, 60])
def test_digits(run: Any, digits: int) -> None:
    """As many are shown as are asked for; JSON has them and the ends that prove them."""
    exact = sx.solve(sx.instance("conitzer-sandholm"), ["quantal"], eta=5, digits=80)["quantal"].cell.leader.decimal
    told = run(*SAME, "--eta", "5", "--digits", digits).out
    assert f"leader        {exact[: digits + (digits > 1)]}…\n" in told
    leader = json.loads(run(*SAME, "--eta", "5", "--digits", digits, "--json").out)["results"]["quantal"]["cells"][0][
        "leader"
    ]
    assert len(leader["decimal"]) >= max(digits, 20)
    assert Fraction(leader["lower"]) <= Fraction(exact) <= Fraction(leader["upper"])


def test_eta_is_exact(run: Any) -> None:
    """Fractions and decimals are the numbers they say; beside other concepts eta adds one."""
    one, two = (run(*SAME, "--eta", eta, "--json").out for eta in ("1/2", "0.5"))
    assert one == two
    assert json.loads(one)["results"]["quantal"]["eta"] == "1/2"
    both = json.loads(run("solve", "prisoners-dilemma", "--eta", "1", "--json").out)["results"]
    assert [*both][-1] == "quantal"
    assert "quantal" not in json.loads(run("solve", "prisoners-dilemma", "--json").out)["results"]


def test_certificates(run: Any, files: None) -> None:
    """They are written, and are what the schema describes."""
    for name, arguments in {
        "one.json": [*SAME, "--eta", "5"],
        "two.json": [*SAME, "--eta", "5", "--prescription"],
        "three.json": ["solve", "near.json", "--concept", "quantal"],
    }.items():
        assert run(*arguments, "--certificate", name, "--output", "out.txt") == (0, "", "")
        with open(name) as file:
            form("certificate").validate(json.load(file))


def test_markov_games(run: Any, files: None) -> None:
    """Their follower stands in the file."""
    shown = run("solve", "weighted.json")
    assert shown.code == 0
    assert "leader        3/4 = 0.75\n" in shown.out
    told = run("solve", "near.json", "--concept", "quantal")
    assert told.code == 0
    assert "quantal" in told.out
    document = json.loads(run("solve", "near.json", "--json").out)
    assert document == sx.solve(sx.read("near.json")).document()
    assert run("solve", "near.json", "--latex").out == sx.solve(sx.read("near.json"))._repr_latex_()
    assert run("solve", "two-doors-myopic", "--concept", "quantal").out.count("1/(exp(1/2) + 1)") == 2


REFUSED = [
    ([*SAME, "--eta", "0"], "eta: expected a number above 0"),
    ([*SAME, "--eta", "-1/2"], "eta: expected a number above 0"),
    ([*SAME, "--eta", "x"], "eta: expected a number above 0"),
    ([*SAME, "--eta", "1/0"], "eta: "),
    ([*SAME, "--eta", ""], "eta: "),
    ([*SAME, "--eta", "__import__('os')"], "eta: "),
    (SAME, "--eta 5"),
    ([*SAME, "--prescription"], "--eta 5"),
    (["solve", "conitzer-sandholm", "--prescription"], "--eta 5"),
    ([*SAME, "--eta", "5", "--digits", "1001"], "1001"),
    (["solve", "misaligned-a", "--concept", "quantal", "--eta", "5"], "as in --at 'delta=1/2'"),
    (["solve", "misaligned-a-gamma", "--concept", "quantal", "--eta", "5"], "as in --at 'delta=1/2'"),
    (["solve", "near.json", "--eta", "5"], "eta: expected none for a game of kind markov"),
    (["solve", "near.json", "--prescription"], "prescription: expected none for a game of kind markov"),
    (["solve", "far.json", "--concept", "quantal"], "concept quantal: expected a"),
    (["solve", "open.json"], "as in --at 'p=1/2'"),
    (["solve", "open.json", "--concept", "deterministic"], "as in --at 'p=1/2'"),
    (["solve", "near.json", "--concept", "mixed-strong"], "concept mixed-strong: expected a game whose"),
    (["solve", "near.json", "--tolerance", "1/20"], "leave it out"),
    (["solve", "near.json", "--leader", "2"], "leader"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(arguments[1:]) for arguments, _ in REFUSED])
def test_refusals(run: Any, files: None, arguments: list[str], said: str) -> None:
    """One line, exit code 2."""
    assert said in run(*arguments).refused()


def test_parameters_are_set(run: Any, files: None) -> None:
    assert run("solve", "misaligned-a", "--at", "delta=1/100", "--concept", "quantal", "--eta", "5").code == 0
    assert run("solve", "open.json", "--at", "p=1/2", "--concept", "deterministic").code == 0


def test_a_limit_is_told(run: Any) -> None:
    """Exit code 3, and the note says what to do."""
    table = [[str((7 * a + 5 * b) ** 3 % 19) for b in range(6)] for a in range(6)]
    other = [[str((3 * a + 11 * b) ** 3 % 17) for b in range(6)] for a in range(6)]
    sx.write("hard.json", sx.Game(table, other))
    ended = run("solve", "hard.json", "--concept", "quantal", "--eta", "1", "--time-limit", "0.001")
    assert ended.code == 3
    assert "note: quantal undecided: the time limit was reached" in ended.out
