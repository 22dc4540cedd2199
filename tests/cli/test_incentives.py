"""The command line on games of incentives: every form of output, and one line where a command cannot take them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from incentive_games import scalar, vector

import stackexact as sx


@pytest.fixture
def game(run: Any) -> str:
    """The file of the scalar game, in the folder of the test."""
    sx.write("game.json", scalar())
    return "game.json"


def test_forms(run: Any, game: str) -> None:
    """Text, JSON and LaTeX are those of the library, on the screen and in files."""
    solution = sx.solve(sx.read(game))
    shown = run("solve", game)
    assert shown.code == 0
    assert "announced     u0 = 1 - 1/2*sum_i (u_i - 1)" in shown.out
    assert json.loads(run("solve", game, "--json").out) == solution.document()
    assert run("solve", game, "--latex").out == solution._repr_latex_()
    for name in ("out.json", "out.tex", "out.txt"):
        assert run("solve", game, "--output", name) == (0, "", "")
    with open("out.tex") as file:
        assert file.read() == solution._repr_latex_()


def test_changes(run: Any, game: str) -> None:
    """Numbers of followers, assumptions and digits, as for any game."""
    at = json.loads(run("solve", game, "--json", "--at", "N=6").out)
    assert at["results"]["incentive"]["cells"][0]["unique"] is False
    many = json.loads(run("solve", game, "--json", "--assume", "N >= 10").out)
    assert [cell["when"] for cell in many["results"]["incentive"]["cells"]] == [[]]
    assert "gain          -1/2\n" in run("solve", game, "--digits", "0").out
    assert "excludes" in run("solve", game, "--at", "N=0").refused()
    assert "whole number" in run("solve", game, "--at", "N=3/2").refused()


def test_convert(run: Any, game: str) -> None:
    assert run("convert", game, "game.tex") == (0, "", "")
    assert run("convert", game, "-", "--to", "latex").out == scalar()._repr_latex_()
    assert run("convert", game, "five.json", "--at", "N=5") == (0, "", "")
    assert sx.read("five.json") == scalar().at(N=5)
    assert "bimatrix, found the kind lq-incentive" in run("convert", game, "game.nfg").refused()


@pytest.mark.parametrize("at", [[], ["--at", "N=3"]])
def test_costs_that_are_not_convex(run: Any, at: list[str]) -> None:
    sx.write("bad.json", scalar(q=-5))
    told = run("solve", "bad.json", *at).refused()
    assert "costs.leader: expected a cost that is strictly convex" in told
    assert told.endswith(("; change a weight", "; add an assumption"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "game.json", "--leader", "2"],
        ["solve", "game.json", "--tolerance", "1/20"],
        ["solve", "game.json", "--concept", "pure-strong"],
    ],
    ids=" ".join,
)
def test_what_is_for_other_games(run: Any, game: str, arguments: list[str]) -> None:
    run(*arguments).refused()


def test_vectors(run: Any) -> None:
    """Gains of several entries in every form."""
    sx.write("vector.json", vector())
    assert r"\begin{pmatrix}" in run("solve", "vector.json", "--latex").out
    assert "b, z  -3/50" in run("solve", "vector.json").out
