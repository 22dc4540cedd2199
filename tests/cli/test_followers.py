"""``simulate`` and ``verify`` on games of kind ``mechanism``: followers who learn to respond."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from forms import form

import stackexact as sx

PLAY, VERIFICATION = form("follower-play"), form("follower-verification")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--rounds", "2000", "--runs", "3"), "3 runs of multiplicative-weights, 2 000 rounds"),
        (("--rounds", "64", "--option", "feedback=expected"), "1 run of multiplicative-weights, 64 rounds"),
        (("--rounds", "100", "--algorithm", "regret-matching"), "1 run of regret-matching, 100 rounds"),
        (("--rounds", "100", "--algorithm", "q-learning", "--option", "step=average"), "1 run of q-learning"),
    ],
)
def test_play_is_written_and_verified(run, tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    """The files are what the schemas describe, and the exit code is the verdict."""
    place = tmp_path / "play.json"
    done = run("simulate", "pi-efficient", *options, "--seed", "1", "--output", str(place))
    assert (done.code, told in done.out) == (0, True), done
    PLAY.validate(json.loads(place.read_text(encoding="utf-8")))
    again = sx.read_followers(place, sx.instance("pi-efficient"))
    assert again.runs
    found = run("verify", "pi-efficient", str(place), "--json")
    document = json.loads(found.out)
    VERIFICATION.validate(document)
    assert found.code == (3 if "q-learning" in told else 0)
    assert document["verdict"] == ("undecided" if "q-learning" in told else "true")
    text = run("verify", "pi-efficient", str(place))
    assert "coarse correlated equilibria: worth 0 to the designer" in text.out


def test_pictures_and_results_are_written(run, tmp_path: Path) -> None:
    place, picture, result = tmp_path / "play.json.gz", tmp_path / "gap.png", tmp_path / "found.json"
    assert run("simulate", "matrix-game", "--rounds", "500", "--output", str(place)).code == 0
    done = run("verify", "matrix-game", str(place), "--plot", str(picture), "--output", str(result))
    assert done.code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    VERIFICATION.validate(json.loads(result.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("simulate", "pi", "--output", "x.json"), "expected one rule with one outcome"),
        (("simulate", "pi-efficient", "--output", "x.csv"), "ends in .json or .json.gz"),
        (("simulate", "pi-efficient", "--output", "x.json", "--option", "a=1"), "expected one of its settings"),
        (("simulate", "pi-efficient", "--output", "x.json", "--option", "a"), "--option: expected NAME=VALUE"),
        (("simulate", "pi-efficient", "--output", "x.json", "--algorithm", "prom"), "algorithm: expected one of"),
        (("simulate", "pi-efficient", "--output", "x.json", "--horizon", "5"), "--horizon: expected only with games"),
        (("simulate", "pi-efficient", "--output", "x.json", "--rounds", "0"), "rounds"),
        (("simulate", "escape", "--output", "x.csv", "--rounds", "5"), "--rounds: expected only with games"),
        (("verify", "pi-efficient", "missing.json"), "missing.json"),
        (("verify", "pi-efficient", "missing.json", "--margin", "0"), "--margin: expected only with games"),
    ],
)
def test_refused(run, tmp_path: Path, monkeypatch, command: tuple[str, ...], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*command)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_play_in_another_game_is_refused(run, tmp_path: Path) -> None:
    place = tmp_path / "play.json"
    assert run("simulate", "matrix-game", "--rounds", "50", "--output", str(place)).code == 0
    done = run("verify", "matrix-game-payments", str(place))
    assert done.code == 2
    assert "another" in done.err or "expected play in" in done.err


def test_a_rule_is_chosen(run, tmp_path: Path) -> None:
    """Of several rules one is solved, played and checked."""
    game = tmp_path / "leader.json"
    sx.write(game, sx.families.leader_game(sx.instance("maintain")))
    done = run("solve", str(game), "--rule", "a1", "--concept", "coarse-correlated", "--json")
    (cell,) = json.loads(done.out)["results"]["coarse-correlated"]["cells"]
    assert (done.code, cell["best"]["leader"]) == (0, "20")
    assert run("simulate", str(game), "--rule", "a2", "--rounds", "50", "--output", "play.json").code == 0
    assert run("verify", str(game), "play.json", "--rule", "a2").code == 0
    assert run("verify", str(game), "play.json", "--rule", "a1").code == 2
    assert "--rule: rule: expected one of a1, a2, a3" in run("solve", str(game), "--rule", "a4").refused()
    assert "--rule: a game of the kind bimatrix has nothing" in run("solve", "maintain", "--rule", "a1").refused()
