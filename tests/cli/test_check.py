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


def test_a_closed_form_is_proved_with_its_coverage(run, tmp_path):
    """Written by solve, checked as it is, and false without its last cell."""
    place = tmp_path / "k.json"
    assert run("solve", "boundary-jump", "--concept", "pure-strong", "--certificate", place).code == 0
    proved = "pure-strong: true (coverage proved)\ncertificate: true: 1 of 1 claims proved\n"
    assert run("check", place) == (0, proved, "")
    (claim,) = json.loads(run("check", place, "--game", "boundary-jump", "--json").out)["claims"]
    assert claim == {"concept": "pure-strong", "true": True, "coverage": "proved"}
    assert run("check", place, "--game", "irrational-tie").code == 1
    document = json.loads(place.read_text(encoding="utf-8"))
    for part in ("claims", "proofs"):
        document[part]["pure-strong"]["cells"].pop()
    outcome = run("check", written(tmp_path, document))
    assert outcome.code == 1
    assert outcome.out.startswith("pure-strong: false (claims.pure-strong.cells: no cell holds for ")
    bound = written(
        tmp_path, sx.solve(sx.Game([["d"]], [["1"]], tolerance="d**2"), ["tolerant"]).certificate().document
    )
    tables = tmp_path / "game.json"
    tables.write_text(json.dumps(sx.Game([["d"]], [["1"]], tolerance="d").document()), encoding="utf-8")
    outcome = run("check", bound, "--game", tables)
    assert outcome.code == 0
    assert "states the tolerance 'd', the certificate 'd**2'" in outcome.err


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


@pytest.mark.parametrize(("solved", "said"), [("1/7", "'1/7'"), ("0", "'0'"), (None, "none")])
def test_another_tolerance_is_noted(run, solved, said):
    """The digest leaves the tolerance out; the answers of the tolerant concepts depend on it."""
    given = sx.instance("misaligned-a-fixed")
    assert str(given.tolerance) == "1/20"
    made = sx.Game(given.payoffs.leader, given.payoffs.follower, tolerance=solved)
    Path("c.json").write_text(sx.solve(made).certificate().dumps(), encoding="utf-8")
    outcome = run("check", "c.json", "--game", "misaligned-a-fixed", "--json")
    assert (outcome.code, json.loads(outcome.out)["game"]["same"]) == (0, True)
    said = f"GAME states the tolerance '1/20', the certificate {said}: the same game otherwise"
    assert outcome.err == f"stackexact: note: {said}\n"
    assert run("check", "c.json", "--game", "maintain").err == ""


def test_the_digest_is_not_believed(run, tmp_path, certificate):
    """What counts is the game that the certificate holds, not what it says about it."""
    certificate["game"]["payoffs"]["follower"][0][0] = "1/101"
    outcome = run("check", written(tmp_path, certificate), "--game", "misaligned-a-fixed")
    assert outcome.code == 1
    assert "game: false" in outcome.out
    certificate["game"]["sha256"] = sx.instance("misaligned-a-fixed").sha256
    outcome = run("check", written(tmp_path, certificate), "--game", "misaligned-a-fixed")
    assert outcome.code == 1
    assert "sha256" in outcome.out


def _unknown(game):
    game["payoffs"]["follower"][0][0] = "delta"


def _shorter(game):
    del game["payoffs"]["leader"][0]


def _parameters(game):
    game["parameters"] = ["delta", "delta"]


def _assumption(game):
    game["assumptions"] = ["0 < delta"]


def _tolerance(game):
    game["tolerance"] = "-1"


@pytest.mark.parametrize("edit", [_unknown, _shorter, _parameters, _assumption, _tolerance])
def test_an_edited_game_makes_the_claims_false(run, tmp_path, certificate, edit):
    """The document is still a certificate; every claim is named, and that the game differs is not said unread."""
    edit(certificate["game"])
    place = written(tmp_path, certificate)
    outcome = run("check", place, "--game", "misaligned-a-fixed")
    assert (outcome.code, outcome.err) == (1, "")
    *claims, game, last = outcome.out.splitlines()
    for line, concept in zip(claims, certificate["claims"], strict=True):
        assert line.startswith(f"{concept}: false (game.")
    assert game == "game: false (the game of the certificate cannot be read)"
    assert last == "certificate: false: only 0 of 6 claims proved"
    assert json.loads(run("check", place, "--game", "maintain", "--json").out)["game"] == {"name": None, "same": None}


def test_games_with_names_that_occur_nowhere(run):
    """What solve writes, check accepts: unused parameters, relations between them, true assumptions."""
    head = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    payoffs = {"leader": [["1", "0"]], "follower": [["0", "1"]]}
    game = {**head, "parameters": ["delta"], "assumptions": ["0<1", "delta>0.5"], "payoffs": payoffs}
    Path("g.json").write_text(json.dumps(game), encoding="utf-8")
    assert run("solve", "g.json", "--certificate", "c.json").code == 0
    assert run("check", "c.json", "--game", "g.json").code == 0
    spoiled = Path("c.json").read_text(encoding="utf-8").replace("0 < 1", "1 < 0")
    Path("c.json").write_text(spoiled, encoding="utf-8")
    outcome = run("check", "c.json")
    assert (outcome.code, outcome.out.count("expected a true assumption, found '1 < 0'")) == (1, 5)


def test_a_game_of_long_numbers_is_itself(run):
    """Payoffs may be longer than any numeral that a user may write; as JSON integers they are no fault either."""
    long = "1e2000*1e2000*1e2000"
    head = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    game = {**head, "payoffs": {"leader": [[long, "0"]], "follower": [["0", f"1/({long})"]]}}
    Path("g.json").write_text(json.dumps(game), encoding="utf-8")
    assert run("solve", "g.json", "--certificate", "c.json").code == 0
    assert run("check", "c.json", "--game", "g.json").code == 0
    text = Path("c.json").read_text(encoding="utf-8").replace(f'"1{"0" * 6000}",\n', f"1{'0' * 6000},\n", 1)
    Path("c.json").write_text(text, encoding="utf-8")
    assert run("check", "c.json", "--game", "g.json").code == 0
    assert f"1{'0' * 6000}," in text


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
    assert "c.json" in run("check", "c.json").refused()
    assert "standard input" in run("check", "-", stdin=text).refused()


@pytest.mark.parametrize("stdin", [b"\xff", b"", b"[]"])
def test_standard_input_without_a_certificate(run, stdin):
    """The one line says that it was standard input."""
    assert "standard input: expected" in run("check", "-", stdin=stdin).refused()


def test_endless_input_is_left_in_good_time(run, monkeypatch, certificate):
    """A file and standard input are read up to the size that solve reads, and with its words."""
    from stackexact.certificates import check as checker
    from stackexact.games import files

    assert checker.MAX_BYTES == files.MAX_BYTES
    for module in (checker, files):
        monkeypatch.setattr(module, "MAX_BYTES", 2**20)
    message = "expected at most 1 MiB, found more; give a smaller file"
    assert f"'/dev/zero': {message}" in run("check", "/dev/zero").refused()
    assert f"standard input: {message}" in run("check", "-", stdin=b" " * (2**20 + 1)).refused()
    assert message in run("solve", "/dev/zero").refused()
    text = json.dumps(certificate)
    assert run("check", "-", stdin=text + " " * (2**20 - len(text))).code == 0


@pytest.mark.parametrize("name", ["{proof}.json", " {", "{}"])
def test_the_name_of_a_file_may_begin_with_a_brace(run, certificate, name):
    """A name is a name, whatever it looks like."""
    Path(name).write_text(json.dumps(certificate), encoding="utf-8")
    assert run("check", name).code == 0


def test_nothing_heavy_is_loaded(tmp_path, certificate):
    """The checker runs on the standard library and click alone."""
    command = [sys.executable, "-X", "importtime", COMMAND, "check", written(tmp_path, certificate)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    loaded = {line.split("|")[-1].strip() for line in ran.stderr.splitlines()}
    assert ran.returncode == 0
    assert {"click", "stackexact.certificates.check"} <= loaded
    heavy = {"flint", "highspy", "pulp", "sympy", "numpy", "z3", "networkx", "rich", "stackexact.games.bimatrix"}
    assert not loaded & heavy


def test_coverage_in_several_parameters(tmp_path: Path, run) -> None:
    """Exit code 3 while the coverage is assumed, 0 where a solver proves it, 1 where it is false."""
    game, proof = tmp_path / "game.json", tmp_path / "proof.json"
    leader, follower = [["x", "y"], ["1", "1/2"]], [["y", "x"], ["0", "1 - x"]]
    document = sx.Game(leader, follower, assumptions=["0 < x < 1", "0 < y < 1"]).document()
    game.write_text(json.dumps(document))
    assert run("solve", game, "--concept", "pure-strong", "--certificate", proof).code == 0
    told = run("check", proof)
    assert (told.code, "pure-strong: true (coverage assumed)" in told.out, "--smt z3" in told.out) == (3, True, True)
    for solver in ("z3", "cvc5"):
        told = run("check", proof, "--game", game, "--smt", solver)
        assert (told.code, f"coverage proved by {solver}" in told.out) == (0, True)
    made = json.loads(proof.read_text())
    for part in ("claims", "proofs"):
        made[part]["pure-strong"]["cells"].pop()
    proof.write_text(json.dumps(made))
    assert run("check", proof).code == 3
    told = run("check", proof, "--smt", "z3")
    assert (told.code, "expected cells that cover the domain" in told.out) == (1, True)
    assert "yices" in run("check", proof, "--smt", "yices").refused()
