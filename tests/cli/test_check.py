"""``stackexact check``: verdicts, exit codes, other games, and nothing heavy loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import stackexact as sx
from stackexact.certificates.check import check

COMMAND = Path(sys.executable).with_name("stackexact")


@pytest.fixture
def certificate(tmp_path):
    """The certificate of a small game, as a JSON object that each test may change."""
    return json.loads(sx.solve(sx.instance("misaligned-a-fixed")).certificate().dumps())


def written(tmp_path: Path, document: object) -> Path:
    place = tmp_path / "proof.json"
    place.write_text(json.dumps(document), encoding="utf-8")
    return place


def test_true(run, tmp_path, certificate):
    """One line per claim, then the verdict; exit code 0."""
    place = written(tmp_path, certificate)
    lines = [f"{concept}: true" for concept in certificate["claims"]]
    assert run("check", place) == (0, "\n".join([*lines, "certificate: true: 6 of 6 claims proved", ""]), "")
    assert run("check", "-", stdin=place.read_text(encoding="utf-8")).out == run("check", place).out


def test_false(run, tmp_path, certificate):
    """A false claim is named with the place that does not hold; exit code 1."""
    certificate["claims"]["mixed-strong"]["cells"][0]["leader"] = "4/5"
    assert not check(certificate)
    outcome = run("check", written(tmp_path, certificate))
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    assert lines[-1] == "certificate: false: only 5 of 6 claims proved"
    (wrong,) = (line for line in lines[:-1] if not line.endswith(": true"))
    assert wrong.startswith("mixed-strong: false (")
    assert "claims.mixed-strong" in wrong or "proofs.mixed-strong" in wrong


def test_json(run, tmp_path, certificate):
    """--json says the same in one object."""
    good = json.loads(run("check", written(tmp_path, certificate), "--json").out)
    assert good["true"] is True
    assert [claim["concept"] for claim in good["claims"]] == list(certificate["claims"])
    assert good["game"] == {"name": "misaligned-a-fixed"}
    certificate["claims"]["alignment"]["cells"][0]["constant"] = "41"
    outcome = run("check", written(tmp_path, certificate), "--json", "--game", "misaligned-a-fixed")
    bad = json.loads(outcome.out)
    assert (outcome.code, bad["true"], bad["game"]["same"]) == (1, False, True)
    assert [claim["concept"] for claim in bad["claims"] if not claim["true"]] == ["alignment"]
    assert "constant" in bad["claims"][-1]["reason"]


def test_game(run, tmp_path, certificate):
    """--game compares the digest of the game, to which --at, --leader, --follower apply as they do in solve."""
    place = written(tmp_path, certificate)
    assert run("check", place, "--game", "misaligned-a-fixed").code == 0
    assert "game: true" in run("check", place, "--game", "misaligned-a", "--at", "delta=1/100").out.splitlines()
    for other in (["misaligned-a", "--at", "delta=1/99"], ["maintain"], ["misaligned-a-fixed", "--leader", "2"]):
        outcome = run("check", place, "--game", *other)
        assert outcome.code == 1
        assert "game: false (the certificate speaks of a game with the digest" in outcome.out
        assert outcome.out.splitlines()[-1] == "certificate: false: 6 of 6 claims proved, but of another game"
    assert "neither" in run("check", place, "--game", "no-such-game").refused()


def test_game_from_two_tables(run, tmp_path):
    """A certificate of two CSV tables is checked against them."""
    Path("u1.csv").write_text("2,4\n1,3\n", encoding="utf-8")
    Path("u2.csv").write_text("1,0\n0,1\n", encoding="utf-8")
    assert run("solve", "u1.csv", "--follower", "u2.csv", "--certificate", "c.json").code == 0
    assert run("check", "c.json", "--game", "u1.csv", "--follower", "u2.csv").code == 0
    assert run("check", "c.json", "--game", "u2.csv", "--follower", "u1.csv").code == 1


def test_the_digest_is_not_believed(run, tmp_path, certificate):
    """What counts is the game that the certificate holds, not what it says about it."""
    certificate["game"]["payoffs"]["follower"][0][0] = "1/101"
    outcome = run("check", written(tmp_path, certificate), "--game", "misaligned-a-fixed")
    assert outcome.code == 1
    assert "game: false" in outcome.out
    certificate["game"]["sha256"] = sx.instance("misaligned-a-fixed").sha256
    assert "sha256" in run("check", written(tmp_path, certificate), "--game", "misaligned-a-fixed").refused()


def test_names_from_the_file_do_not_reach_the_terminal(run, tmp_path, certificate):
    """A concept called like an escape sequence is printed harmlessly."""
    certificate["claims"]["\x1b[31m" + "x" * 500] = {"cells": []}
    outcome = run("check", written(tmp_path, certificate))
    assert outcome.code == 1
    assert "\x1b" not in outcome.out
    assert max(map(len, outcome.out.splitlines())) < 400


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", "\0", '{"a": 1, "a": 2}'], ids=repr)
def test_no_certificate_at_all(run, text):
    """What is no certificate is bad input, by file as by standard input."""
    Path("c.json").write_text(text, encoding="utf-8")
    assert "c.json" in run("check", "c.json").refused() or text == "{}"
    run("check", "-", stdin=text).refused()


def test_nothing_heavy_is_loaded(tmp_path, certificate):
    """The checker runs on the standard library and click alone."""
    command = [sys.executable, "-X", "importtime", COMMAND, "check", written(tmp_path, certificate)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    loaded = {line.split("|")[-1].strip() for line in ran.stderr.splitlines()}
    assert ran.returncode == 0
    assert {"click", "stackexact.certificates.check"} <= loaded
    heavy = {"flint", "highspy", "pulp", "sympy", "numpy", "z3", "networkx", "rich", "stackexact.games.bimatrix"}
    assert not loaded & heavy
