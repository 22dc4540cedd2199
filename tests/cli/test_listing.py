"""``stackexact instances``: the list, one game, its file."""

from __future__ import annotations

import json
from pathlib import Path

import stackexact as sx


def test_list(run):
    """Every game stands on one line under its publication, uncropped into a pipe."""
    outcome = run("instances")
    lines = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (0, "")
    publication = ""
    found = {}
    for line in lines[1:]:
        if not line.startswith(" "):
            publication = line
        else:
            found[line.split()[0]] = publication, line
    assert len(found) > 40
    assert list(found) == [info.name for info in sx.instances.instances()]
    for info in sx.instances.instances():
        publication, line = found[info.name]
        assert publication == info.publication
        assert line.endswith(info.description)
        assert f" {info.shape} " in line
        assert all(name in line for name in info.parameters)


def test_json(run):
    """--json prints the list as one object."""
    document = json.loads(run("instances", "--json").out)
    assert document["format"] == "stackexact/instances"
    assert [entry["name"] for entry in document["instances"]] == [info.name for info in sx.instances.instances()]
    entry = next(entry for entry in document["instances"] if entry["name"] == "chain-store")
    assert (entry["publication"], entry["parameters"]) == ("kreps1982", ["a", "b"])
    assert (entry["kind"], entry["shape"]) == ("bimatrix", "2 x 2")
    shapes = {entry["name"]: entry["shape"] for entry in document["instances"] if entry["kind"] == "lq-incentive"}
    assert (shapes["many-followers"], shapes["many-followers-six"]) == ("N followers", "6 followers")
    assert entry["source"].startswith("David")


def test_show(run):
    """The table and the citation of one game."""
    page = run("instances", "show", "misaligned-a").out
    game = sx.instance("misaligned-a")
    assert page.startswith(str(game))
    assert "a1  3/5, delta  1/5, 0\n" in page
    assert "assumptions: 0 < delta, delta < 1/20\n" in page
    assert game.source is not None
    assert " ".join(page.split()).endswith(f"source: {game.source} publication: donahue2024")


def test_show_a_game_of_incentives(run):
    """Its costs and its citation."""
    page = " ".join(run("instances", "show", "many-followers-major").out.split())
    assert "many-followers-major: N followers, a major one" in page
    assert "leader pays" in page
    assert page.endswith("publication: sanjari2025")


def test_path(run):
    """The path of the file, for scripts."""
    place = Path(run("instances", "path", "bagwell").out.rstrip("\n"))
    assert sx.read(place) == sx.instance("bagwell")
