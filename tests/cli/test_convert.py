"""``stackexact convert``: formats, what they cannot hold, and changes on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stackexact as sx
from stackexact.games.files import dumps, loads
from stackexact.games.latex import game_table


@pytest.mark.parametrize("name", ["bagwell", "near-tie", "beyond-float", "oneill"])
def test_there_and_back(run, name):
    """A game of numbers survives .json and .nfg unchanged, but for what .nfg cannot hold, which is named."""
    game = sx.instance(name)
    outcome = run("convert", name, "game.nfg")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "stackexact: note: source: a .nfg file does not hold it\n"
    assert run("convert", "game.nfg", "game.json") == (0, "", "")
    assert sx.read("game.json").sha256 == game.sha256
    assert Path("game.json").read_text(encoding="utf-8") == dumps(sx.read("game.nfg"))


def test_long_numbers_come_back(run):
    """What convert writes, every command reads, and it is the same game."""
    payoffs = {"leader": [["1e2000*1e2000*1e2000"]], "follower": [["1/(7e2000*7e2000)"]]}
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", "payoffs": payoffs}
    Path("g5.json").write_text(json.dumps(game), encoding="utf-8")
    assert run("convert", "g5.json", "g5b.json") == (0, "", "")
    assert sx.read("g5b.json") == sx.read("g5.json")
    assert run("solve", "g5b.json", "--certificate", "c.json").code == 0
    assert run("check", "c.json", "--game", "g5.json").code == 0


def test_standard_output(run):
    """OUT may be -: JSON unless --to says otherwise."""
    game = sx.instance("misaligned-a")
    assert loads(run("convert", "misaligned-a", "-").out) == game
    assert run("convert", "-", "-", stdin=dumps(game)).out == dumps(game)
    assert run("convert", "misaligned-a", "-", "--to", "latex").out == game_table(game)
    assert run("convert", "bagwell", "-", "--to", "nfg").out.startswith("NFG 1 R ")


def test_latex_file(run):
    """A name that ends in .tex is LaTeX."""
    assert run("convert", "misaligned-a", "game.tex").code == 0
    assert Path("game.tex").read_text(encoding="utf-8") == game_table(sx.instance("misaligned-a"))


def test_to_overrides_the_name(run):
    """--to names the format whatever the file is called."""
    assert run("convert", "bagwell", "game.txt", "--to", "json").code == 0
    assert json.loads(Path("game.txt").read_text(encoding="utf-8"))["name"] == "bagwell"


def test_parameters_need_values_for_nfg(run):
    """A game with parameters becomes .nfg only with --at."""
    assert "--at delta=" in run("convert", "misaligned-a", "game.nfg").refused()
    assert not Path("game.nfg").exists()
    outcome = run("convert", "misaligned-a", "game.nfg", "--at", "delta=1/100")
    assert outcome.code == 0
    assert "tolerance: a .nfg file does not hold it" in outcome.err
    assert sx.read("game.nfg").sha256 == sx.instance("misaligned-a-fixed").sha256


def test_leader_and_follower(run):
    """--leader 2 turns the game round; --follower reads the second table."""
    assert run("convert", "bagwell", "turned.json", "--leader", "2").code == 0
    assert sx.read("turned.json") == sx.instance("bagwell").with_leader(2)
    Path("u1.csv").write_text("1,2\n3,delta\n", encoding="utf-8")
    Path("u2.csv").write_text("5,6\n7,8\n", encoding="utf-8")
    outcome = run("convert", "u1.csv", "pair.json", "--follower", "u2.csv")
    assert outcome.code == 0
    assert "delta" in outcome.err
    assert sx.read("pair.json") == sx.Game([[1, 2], [3, "delta"]], [[5, 6], [7, 8]])


def test_a_false_assumption(run):
    """It is refused with the file and the place, before anything is written."""
    document = sx.instance("misaligned-a").document() | {"assumptions": ["0 < delta", "1 < 0"]}
    Path("bad.json").write_text(json.dumps(document), encoding="utf-8")
    for arguments in (["convert", "bad.json", "out.json"], ["solve", "bad.json", "--at", "delta=1/100"]):
        assert "error: bad.json: assumptions[1]: expected" in run(*arguments).refused()
    assert not Path("out.json").exists()


def test_a_failure_keeps_the_old_file(run):
    """What stood in OUT stays until the new text is complete."""
    Path("game.nfg").write_text("old", encoding="utf-8")
    run("convert", "misaligned-a", "game.nfg").refused()
    assert Path("game.nfg").read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in Path().iterdir()] == ["game.nfg"]
