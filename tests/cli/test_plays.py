"""``simulate`` and ``verify`` on games of kind ``lq-incentive``: exit codes, files, and options of the other kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GAME = {
    "format": "stackexact/game",
    "version": 1,
    "kind": "lq-incentive",
    "name": "d1",
    "followers": "N",
    "parameters": ["N"],
    "costs": {"leader": "u0**2 + u**2 + (u0 + ubar - 3)**2", "follower": "u**2 + (u + u0 - 4)**2"},
}


@pytest.fixture
def followers(run):
    """The game in a file, and the command line."""
    Path("d1.json").write_text(json.dumps(GAME), encoding="utf-8")
    return run


def test_a_play_is_written_and_verified(followers):
    outcome = followers("simulate", "d1.json", "--at", "N=20", "--runs", "3", "--seed", "1", "--output", "p.csv")
    told = "p.csv: 3 runs of best-response, 100 rounds; 3 left the bound, the first in round 18\n"
    assert (outcome.code, outcome.out, outcome.err) == (0, told, "")
    assert sorted(path.name for path in Path().iterdir()) == ["d1.json", "p.csv", "p.csv.meta.json"]
    outcome = followers("verify", "d1.json", "p.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert "alike: factor 19/5, unstable" in outcome.out
    assert outcome.out.endswith("verdict: true\n")


def test_json_and_pictures(followers):
    outcome = followers("simulate", "d1.json", "--at", "N=5", "--dynamics", "gradient", "--step", "1/10", "--rounds",
                        "400", "--output", "p.parquet", "--json")  # fmt: skip
    assert json.loads(outcome.out)["dynamics"] == {"kind": "gradient", "step": "1/10"}
    outcome = followers("verify", "d1.json", "p.parquet", "--json", "--plot", "p.png", "--at", "N=5")
    made = json.loads(outcome.out)
    assert (outcome.code, made["verdict"], made["at"]) == (0, "true", {"N": "5"})
    assert [mode["factor"] for mode in made["prediction"]["modes"]] == ["19/20", "7/10"]
    assert Path("p.png").read_bytes().startswith(b"\x89PNG")
    assert followers("verify", "d1.json", "p.parquet", "--output", "v.json").out == ""
    assert json.loads(Path("v.json").read_text(encoding="utf-8")) == made


def test_what_is_undecided_has_an_exit_code_of_its_own(followers):
    followers("simulate", "d1.json", "--at", "N=5", "--rounds", "3", "--output", "p.csv")
    outcome = followers("verify", "d1.json", "p.csv")
    assert outcome.code == 3
    assert "is not there yet; play more rounds" in outcome.out


def test_the_same_seed_gives_the_same_bytes(followers):
    for name, workers in (("one.csv", "1"), ("two.csv", "4")):
        followers("simulate", "d1.json", "--at", "N=5", "--runs", "4", "--workers", workers, "--output", name)
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert Path("one.csv.meta.json").read_bytes() == Path("two.csv.meta.json").read_bytes()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("simulate", "d1.json"), "found none for N; set them (--at N=1)"),
        (("simulate", "d1.json", "--at", "N=3", "--horizon", "5"), "--horizon: expected only with games of the kind"),
        (("simulate", "d1.json", "--at", "N=3", "--noise", "none"), "--noise: expected only with games of the kind"),
        (("simulate", "d1.json", "--at", "N=3", "--assume", "N > 2"), "--assume: expected only with games of the kind"),
        (("simulate", "d1.json", "--at", "N=3", "--step", "1"), "step: expected only with the dynamics gradient"),
        (("simulate", "d1.json", "--at", "N=3", "--damping", "1/0"), "damping: '1/0' divides by zero"),
        (("simulate", "d1.json", "--at", "N=3", "--leader", "2"), "--leader: a game of the kind lq-incentive has"),
        (("simulate", "d1.json", "--at", "N=3", "--rounds", "0"), "rounds: expected an integer from 1"),
        (("simulate", "misaligned-a", "--rounds", "5"), "--rounds: expected only with games of the kind lq-incentive"),
        (("simulate", "misaligned-a", "--dynamics", "hold"), "--dynamics: expected only with games of the kind"),
    ],
)
def test_simulations_that_are_refused(followers, call, told):
    assert told in followers(*call, "--output", "x.csv").refused()
    assert [path.name for path in Path().iterdir()] == ["d1.json"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("d1.json", "p.csv", "--claim", "leader stackelberg linear"), "--claim: expected only with games of the kind"),
        (("d1.json", "p.csv", "--fit", "ends"), "--fit: expected only with games of the kind bimatrix"),
        (("d1.json", "p.csv", "--time-limit", "5"), "--time-limit: expected only with games of the kind bimatrix"),
        (("d1.json", "p.csv", "--at", "N=3"), "p.csv: expected a play at N = 3, found 5; leave --at out"),
        (("d1.json", "p.csv", "--confidence", "2"), "confidence: expected a number between 0 and 1"),
        (("d1.json", "q.csv"), "q.csv: expected a play and its metadata beside it, found no 'q.csv'"),
        (("misaligned-a", "p.csv"), "expected the metadata of a trace"),
    ],
)
def test_verifications_that_are_refused(followers, call, told):
    followers("simulate", "d1.json", "--at", "N=5", "--output", "p.csv")
    assert told in followers("verify", *call).refused()


def test_rows_that_were_changed(followers):
    followers("simulate", "d1.json", "--at", "N=5", "--output", "p.csv")
    rows = Path("p.csv")
    rows.write_text(rows.read_text(encoding="utf-8").replace("1,2,", "1,3,", 1), encoding="utf-8")
    assert "restore the file" in followers("verify", "d1.json", "p.csv").refused()
