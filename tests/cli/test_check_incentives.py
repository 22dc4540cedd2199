"""``stackexact check`` on games of incentives: the same exit codes, by files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from forms import form
from many_followers import FAMILY

SOLUTION, CERTIFICATE = form("solution"), form("certificate")


@pytest.fixture
def game() -> str:
    """The file of a game, the number of whose followers is a parameter."""
    Path("g.json").write_text(json.dumps(FAMILY["any number"].document()), encoding="utf-8")
    return "g.json"


@pytest.fixture(autouse=True)
def _there(run: Any) -> None:
    """In an empty folder."""


def test_written_by_solve_and_proved(run: Any, game: str) -> None:
    outcome = run("solve", game, "--json", "--certificate", "c.json")
    assert outcome.code == 0
    SOLUTION.validate(json.loads(outcome.out))
    CERTIFICATE.validate(json.loads(Path("c.json").read_text(encoding="utf-8")))
    concepts = ["team-optimum", "incentive", "mean-field", "randomised"]
    lines = [f"{concept}: true (coverage proved)" for concept in concepts]
    proved = "certificate: true: 4 of 4 claims proved"
    assert run("check", "c.json") == (0, "\n".join([*lines, proved, ""]), "")
    assert run("check", "c.json", "--game", game) == (0, "\n".join([*lines, "game: true", proved, ""]), "")
    document = json.loads(run("check", "c.json", "--game", game, "--json").out)
    assert (document["kind"], document["true"], document["game"]) == (
        "lq-incentive",
        True,
        {"name": None, "same": True},
    )


def test_of_another_game(run: Any, game: str) -> None:
    """Also of the same game under other assumptions or with a number of followers; and of another kind."""
    assert run("solve", game, "--at", "N=6", "--certificate", "c.json").code == 0
    assert run("check", "c.json", "--game", game, "--at", "N=6").code == 0
    for other in ((game,), (game, "--at", "N=7"), (game, "--assume", "N > 6"), ("misaligned-a",)):
        outcome = run("check", "c.json", "--game", *other)
        assert (outcome.code, outcome.err) == (1, "")
        assert outcome.out.endswith("certificate: false: 4 of 4 claims proved, but of another game\n")
    assert "--leader" in run("check", "c.json", "--game", game, "--leader", "2").refused()


def test_false(run: Any, game: str) -> None:
    run("solve", game, "--certificate", "c.json")
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    document["claims"]["mean-field"]["cells"][0]["gap"] = "1/3"
    Path("c.json").write_text(json.dumps(document), encoding="utf-8")
    outcome = run("check", "c.json")
    assert (outcome.code, outcome.err) == (1, "")
    assert "mean-field: false (claims.mean-field.cells[0].gap: expected" in outcome.out
    assert outcome.out.endswith("certificate: false: only 3 of 4 claims proved\n")
    document["game"]["costs"]["leader"] = "u0**3"
    Path("c.json").write_text(json.dumps(document), encoding="utf-8")
    outcome = run("check", "c.json", "--game", game)
    assert outcome.code == 1
    assert outcome.out.count("false (game.costs.leader: expected a cost whose terms") == 4
    assert "game: false (the game of the certificate cannot be read)" in outcome.out


def test_of_no_kind_or_of_the_wrong_one(run: Any, game: str) -> None:
    run("solve", game, "--certificate", "c.json")
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    Path("c.json").write_text(json.dumps({**document, "kind": "poker"}), encoding="utf-8")
    assert (
        "kind: expected one of bimatrix, lq-incentive, markov, mechanism, recommendation, found 'poker'"
        in run("check", "c.json").refused()
    )
    Path("c.json").write_text(json.dumps({**document, "kind": "bimatrix"}), encoding="utf-8")
    outcome = run("check", "c.json")
    assert (outcome.code, outcome.err) == (1, "")
    assert "only 0 of 4 claims proved" in outcome.out


def test_several_parameters_and_what_is_too_large(run: Any) -> None:
    """Exit code 3: the coverage is assumed without a solver, or a bound of the checker is reached."""
    Path("g.json").write_text(json.dumps(FAMILY["a target and a major follower"].document()), encoding="utf-8")
    assert run("solve", "g.json", "--certificate", "c.json").code == 0
    outcome = run("check", "c.json", "--game", "g.json")
    assert (outcome.code, outcome.out.count("(coverage assumed)")) == (3, 2)
    outcome = run("check", "c.json", "--smt", "z3")
    assert (outcome.code, outcome.out.count("(coverage proved by z3)")) == (0, 2)
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    names = [f"v{n}" for n in range(20)]
    document["game"]["variables"] |= {"follower": names, "mean": [f"mean_{name}" for name in names]}
    Path("c.json").write_text(json.dumps(document), encoding="utf-8")
    outcome = run("check", "c.json")
    assert (outcome.code, outcome.err) == (3, "")
    assert outcome.out.count("too large (game.variables: expected at most 40 variables, found 42)") == 2
