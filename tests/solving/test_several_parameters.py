"""Closed forms in several parameters: complete, disjoint, right everywhere, and simple where the answer is."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest
from oracles.regions import holds, partitions, places
from strategies import affine

import stackexact as sx
from stackexact.covering.decomposing import Decomposer, Unknown
from stackexact.errors import GameError, MissingLibrary

A = [["0.6", "0.2"], ["0.5", "0.4"]]
LOW = [["0.5+delta", "0"], ["0.5", "0.5"]]


def agrees(game: sx.Game, concept: str, result: Any, count: int = 40) -> None:
    """At each point one cell holds, and it says what the numeric solver says."""
    for at in places(result, random.Random(1), count):
        if all(chain.at(at).holds() for chain in game.assumptions):
            assert sum(holds(cell.when, at) for cell in result.cells) == 1, at
            there, own = result.at(at), sx.solve(game.at(at), [concept])[concept].cells[0]
            for name in (
                "leader",
                "follower",
                "commitment",
                "response",
                "tied",
                "attained",
                "constant",
                "same_ranking",
            ):
                assert getattr(there, name, None) == getattr(own, name, None), (at, name)


@pytest.mark.parametrize(
    ("leader", "follower", "want"),
    [
        (A, [["delta", "0"], ["0.6", "0.4"]], ("delta + 1/2", "delta")),
        (A, [["delta", "2*delta"], ["0.6", "0.4"]], ("1/2", "3*delta")),
        (LOW, [["delta", "0"], ["3*delta", "3*delta"]], ("delta + 1/2", "delta")),
        (LOW, [["delta", "2*delta"], ["3*delta", "3*delta"]], ("1/2", "3*delta")),
    ],
)
def test_the_tables_of_the_paper_are_one_cell(leader: Any, follower: Any, want: tuple[str, str]) -> None:
    """With a symbolic tolerance, on the whole domain (Donahue et al. 2024)."""
    game = sx.Game(leader, follower, assumptions=["0 < delta < gamma", "gamma < 1/10"], tolerance="gamma")
    (cell,) = sx.solve(game, ["tolerant"])["tolerant"].cells
    assert (cell.when, str(cell.leader), str(cell.follower)) == ((), *want)


@pytest.mark.parametrize(
    ("concept", "shape", "seed"),
    [
        ("pure-strong", (4, 4), 1),
        ("pure-weak", (4, 4), 2),
        ("tolerant", (3, 3), 3),
        ("self-tolerant", (2, 3), 4),
        ("mixed-strong", (2, 3), 5),
        ("mixed-weak", (2, 2), 6),
        ("correlated", (2, 2), 7),
        ("alignment", (1, 3), 8),
    ],
)
def test_affine_games_agree_with_numbers(concept: str, shape: tuple[int, int], seed: int) -> None:
    """Complete, one cell at each point, the numeric answer there, on the lines between cells, and where they meet."""
    game = affine(shape, seed, "y/2" if "tolerant" in concept else None)
    result = sx.solve(game, [concept])[concept]
    assert not result.undecided
    agrees(game, concept, result)
    partitions(game, result)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("concept", "shape"),
    [("pure-strong", (8, 8)), ("pure-weak", (8, 8)), ("tolerant", (8, 8))],
)
def test_larger_games_are_complete(concept: str, shape: tuple[int, int], seed: int) -> None:
    """The sizes that are promised, of the concepts whose conditions are linear."""
    game = affine(shape, seed, "y/2" if "tolerant" in concept else None)
    result = sx.solve(game, [concept])[concept]
    assert not result.undecided
    agrees(game, concept, result, 100)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("concept", "shape", "seed"),
    [
        ("alignment", (2, 2), 0),
        ("alignment", (2, 3), 1),
        ("mixed-strong", (3, 3), 0),
        ("mixed-strong", (3, 3), 1),
        ("mixed-strong", (3, 3), 5),
        ("mixed-strong", (3, 3), 9),
    ],
)
def test_conditions_of_high_degree_are_decided(concept: str, shape: tuple[int, int], seed: int) -> None:
    """Concepts whose regions are bounded by curves: complete, one cell at each point, the numeric answer there."""
    game = affine(shape, seed)
    result = sx.solve(game, [concept])[concept]
    assert not result.undecided
    agrees(game, concept, result)


def test_pieces_serve_where_large_cells_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """No work for making cells large: more cells, with the same answer everywhere."""
    game = affine((2, 3), 5)
    large = sx.solve(game, ["mixed-strong"])["mixed-strong"]
    for module, name in (("covering.partition", "GROWING"), ("solving.several", "TIDYING")):
        monkeypatch.setattr(f"stackexact.{module}.{name}", -1)
    result = sx.solve(game, ["mixed-strong"])["mixed-strong"]
    assert not result.undecided
    assert len(result.cells) > len(large.cells)
    agrees(game, "mixed-strong", result)
    partitions(game, result)


def test_a_value_that_jumps_on_a_curve() -> None:
    """The middle action is a best response on the circle alone."""
    circle = "(x**2 + y**2 - 2)"
    game = sx.Game([["0", "1", "0"]], [[circle, "0", f"-{circle}"]], assumptions=["-2 < x < 2", "-2 < y < 2"])
    result = sx.solve(game, ["pure-strong"])["pure-strong"]
    assert [cell.when for cell in result.cells if cell.leader == 1] == [("x**2 + y**2 - 2 == 0",)]
    assert result.at(x=1, y=-1).leader == 1
    assert result.at(x=1, y="99/100").leader == 0
    partitions(game, result)


def test_curves_that_meet_at_irrational_points() -> None:
    """Where x = y on the circle both coordinates are the same irrational number; the answer there is its own."""
    circle = "(x**2 + y**2 - 3)"
    game = sx.Game(
        [["0", "1", "0"], ["0", "2", "0"]],
        [[circle, "0", f"-{circle}"], ["x - y", "0", "y - x"]],
        assumptions=["-2 < x < 2", "-2 < y < 2"],
    )
    result = sx.solve(game, ["pure-strong"])["pure-strong"]
    assert not result.undecided
    partitions(game, result)
    assert {str(cell.leader) for cell in result.cells} == {"0", "1", "2"}


def test_a_limit_leaves_a_region_that_says_so() -> None:
    """Cells and undecided regions are the domain together; the note names the limit."""
    game = affine((3, 3), 1, "y/2")
    solution = sx.solve(game, ["tolerant"], max_cells=2)
    result = solution["tolerant"]
    assert result.cells
    assert result.undecided
    assert "limit of 2 cells" in solution.notes[0]
    partitions(game, result)
    assumed = {"x >= 0", "x <= 1", "y > 0", "y < 1"}
    assert not any(assumed.intersection(when) for when in result.undecided)


def test_the_same_game_gives_the_same_cells() -> None:
    """Samples are simple and z3 is limited by its own count: nothing depends on the machine."""
    game = affine((3, 3), 3, "y/2")
    one, two = (sx.solve(game, ["tolerant"])["tolerant"].document() for _ in range(2))
    assert one == two


def test_domains_that_are_refused() -> None:
    """Nothing left, a divisor that vanishes, a tolerance that may be negative: said with the exact place."""
    with pytest.raises(GameError, match=r"some values of x, y that meet them all, found none"):
        sx.solve(sx.Game([["x"]], [["y"]], assumptions=["x < y", "y < x"]))
    with pytest.raises(GameError, match=r"payoffs.leader\[0\]\[0\].* divides by zero at x = .*, y = "):
        sx.solve(sx.Game([["1/(x - y)"]], [["y"]]))
    with pytest.raises(GameError, match=r"x near 1\.41421, where x\*\*2 - 2 == 0, y = "):
        sx.solve(sx.Game([["1/(x**2 - 2)"]], [["y"]], assumptions=["0 < x", "0 < y"]))
    with pytest.raises(GameError, match=r"tolerance: expected at least 0 .* negative at "):
        sx.solve(sx.Game([["x"]], [["y"]], tolerance="x - y"))
    assert sx.solve(sx.Game([["1/(x - y)"]], [["y"]], assumptions=["y < x"]), ["pure-strong"]).complete


def test_without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(MissingLibrary, match=r"stackexact\[smt\]"):
        sx.solve(sx.Game([["x"]], [["y"]]))


def test_what_z3_cannot_decide_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that every question reaches: nothing is guessed, and the whole domain is named."""
    game = sx.Game([["0", "1"]], [["x**5 - y**3 + 7*x*y", "x**2*y - 1"]], assumptions=["-2 < x < 2", "-2 < y < 2"])

    def limited(self: Decomposer, *formulas: object, **options: object) -> None:
        raise Unknown("z3 reached its limit")

    monkeypatch.setattr(Decomposer, "ask", limited)
    solution = sx.solve(game, ["pure-strong"])
    assert not solution.complete
    assert "z3 could not decide" in solution.notes[0]
    assert solution["pure-strong"].undecided


def test_domains_beyond_the_floats() -> None:
    """Points that no float can hold are put in order as well."""
    game = sx.Game([["a", "b"]], [["a - b", "0"]], assumptions=["a > 1e400", "b > 1e400"])
    cells = sx.solve(game, ["pure-strong"])["pure-strong"].cells
    assert {(cell.when, str(cell.leader)) for cell in cells} == {
        (("a > b",), "a"),
        (("a < b",), "b"),
        (("a == b",), "a"),
    }
