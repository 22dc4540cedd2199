"""Comparisons in several parameters: disjoint regions that cover the common domain and say what numbers say."""

from __future__ import annotations

import itertools
import random
import sys
from fractions import Fraction
from typing import Any

import pytest
import z3
from oracles.regions import formula, partitions, places, real
from strategies import affine

import stackexact as sx
from stackexact.covering.decomposing import Decomposer, Unknown
from stackexact.errors import LimitReached, MissingLibrary, UsageError
from stackexact.exact.relation import parse_assumption
from stackexact.solving import comparing_several
from stackexact.solving.comparing import Comparison, ComparisonCell

BOX = ["0 < delta < 1/10", "0 < gamma < 1/10"]


def relations_at(comparison: Comparison, at: dict[str, Any]) -> list[str]:
    """The relations of all cells that hold at a point."""
    whens = ((cell.when, cell.relation) for cell in comparison.cells)
    return [relation for when, relation in whens if all(parse_assumption(text).at(at).holds() for text in when)]


def wide(tolerance: str = "gamma") -> Any:
    """The paper's game with the tolerance as a second parameter."""
    tables = [["3/5", "1/5"], ["1/2", "2/5"]], [["delta", 0], ["3/5", "2/5"]]
    return sx.solve(sx.Game(*tables, assumptions=BOX, tolerance=tolerance))


def pure(payoff: str, *assumptions: str) -> sx.Result:
    """A closed form that is this payoff."""
    return sx.solve(sx.Game([[payoff]], [["0"]], assumptions=assumptions), ["pure-strong"])["pure-strong"]


@pytest.mark.parametrize("joined", [16, 0], ids=["joined", "as they are"])
@pytest.mark.parametrize(("shape", "seed"), [((2, 2), 0), ((3, 3), 1), pytest.param((3, 3), 2, marks=pytest.mark.slow)])
def test_what_the_numbers_say(shape: tuple[int, int], seed: int, joined: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One relation at each point, on the lines between cells and where they meet: that of the two numbers there."""
    monkeypatch.setattr(comparing_several, "JOINED", joined)
    game = affine(shape, seed, "1/4")
    solution = sx.solve(game, ["pure-strong", "pure-weak", "tolerant"])
    for one, two in itertools.combinations(solution.values(), 2):
        comparison = sx.compare(one, two)
        assert not comparison.undecided
        partitions(game, comparison)
        for at in itertools.chain(*(places(found, random.Random(1), 6) for found in (comparison, two))):
            if all(chain.at(at).holds() for chain in game.assumptions):
                left, right = one.at(at).leader, two.at(at).leader  # type: ignore[union-attr]
                assert relations_at(comparison, at) == ["<" if left < right else ">" if left > right else "=="]


def test_regions_bounded_by_curves() -> None:
    """Every region is one of the relation, as z3 itself says of the two formulas."""
    comparison = pure("x*y", "-2 < x < 2", "-2 < y < 2").compare("x**2 - y**3")
    partitions(sx.Game([["x"]], [["y"]], assumptions=["-2 < x < 2", "-2 < y < 2"]), comparison)
    variables = {name: z3.Real(name) for name in ("x", "y")}
    difference = real(sx.parse("x*y - x**2 + y**3"), variables)
    wrong = {"<": difference >= 0, "==": difference != 0, ">": difference <= 0}
    assert {cell.relation for cell in comparison.cells} == set(wrong)
    for cell in comparison.cells:
        solver = z3.Solver()
        solver.add(formula(map(parse_assumption, cell.when), variables), wrong[cell.relation])
        assert solver.check() == z3.unsat


def test_equal_on_the_domain() -> None:
    """Forms that are written differently, and forms of which only other values have cells."""
    solution = wide()
    assert sx.compare(solution["mixed-strong"], solution["pure-strong"]).equal
    assert sx.compare(solution["tolerant"], solution["tolerant"], "follower").equal
    assert sx.compare(solution["tolerant"], "delta", "follower").cells[0].relation == "=="
    paper = sx.compare(solution["tolerant"], solution["pure-strong"])
    assert str(paper).splitlines()[1:] == ["  smaller when delta <= gamma", "  equal when delta > gamma"]
    # Where y = x the first is x**2 as well: equal on a domain that is a curve.
    curve = pure("x*y", "x == y", "0 < x").compare("x**2")
    assert curve.equal
    assert sx.compare(solution["alignment"], solution["alignment"]).equal


def test_two_sides_of_a_line_are_one_region() -> None:
    """Equal except on a line: said as unequal, not side by side."""
    game = sx.Game([[0, 1]], [["x - y", "0"]], assumptions=["0 < x < 1", "0 < y < 1"])
    solution = sx.solve(game, ["pure-strong", "pure-weak"])
    comparison = sx.compare(solution["pure-strong"], solution["pure-weak"])
    assert [(cell.when, cell.relation) for cell in comparison.cells] == [(("x != y",), "=="), (("x == y",), ">")]


def test_domains_and_numbers_for_some_parameters() -> None:
    assert pure("x", "0 < x < 2", "y > 1").compare(pure("y", "x > 1", "y > 2")).cells[0].relation == "<"
    with pytest.raises(UsageError, match="share values of the parameters, found none"):
        pure("x", "x < y").compare(pure("y", "x > y"))
    with pytest.raises(UsageError, match="that the assumptions of pure-strong admit"):
        pure("x", "z < 1", "x < y").compare(pure("y", "x < y"), at={"z": 2})
    cut = pure("x*y", "0 < x", "0 < y").compare("x*z + y", at={"z": 1})
    assert relations_at(cut, {"x": Fraction(2), "y": Fraction(3)}) == [">"]
    assert relations_at(cut, {"x": Fraction(2), "y": Fraction(2)}) == ["=="]
    pole = pure("x", "0 < x", "0 < y").compare("x/(x - y)")
    partitions(sx.Game([["x"]], [["y"]], assumptions=["0 < x", "0 < y", "x != y"]), pole)
    assert relations_at(pole, {"x": Fraction(3), "y": Fraction(1)}) == [">"]
    assert relations_at(pole, {"x": Fraction(3), "y": Fraction(2)}) == ["=="]


def test_what_is_undecided_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a limit left of a form, and what z3 cannot tell: regions of their own, never guessed."""
    game = affine((3, 3), 1, "1/4")
    part = sx.solve(game, ["tolerant"], max_cells=2)["tolerant"]
    comparison = part.compare("x")
    assert comparison.undecided
    assert not comparison.equal
    partitions(game, comparison)
    one, two = pure("x**5 - y**3 + 7*x*y", "-2 < x < 2", "-2 < y < 2"), "x**2*y - 1"

    def limited(self: Decomposer, *formulas: object, **options: object) -> None:
        raise Unknown("z3 reached its limit")

    monkeypatch.setattr(Decomposer, "ask", limited)
    comparison = one.compare(two)
    assert comparison.undecided
    assert "undecided when" in str(comparison)
    partitions(sx.Game([["x"]], [["y"]], assumptions=["-2 < x < 2", "-2 < y < 2"]), comparison)
    with pytest.raises(LimitReached):
        one.compare(pure("y", "x**5 - y**4 + 7 < 0", "x*y**2 > 3"))


def test_without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named; what takes no regions needs none."""
    solution = wide()
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(MissingLibrary, match=r"stackexact\[smt\]"):
        sx.compare(solution["tolerant"], solution["pure-strong"])
    assert sx.compare(solution["mixed-strong"], solution["pure-strong"]).equal
    assert sx.compare(solution["tolerant"], solution["pure-strong"], at={"gamma": "1/20"}).cells


def test_comparisons_are_shown() -> None:
    """Every region stands in text, HTML and LaTeX, up to a number, and how many are left out is said."""
    solution = wide()
    comparison = sx.compare(solution["tolerant"], solution["pure-strong"])
    assert comparison._repr_html_().count("<tr>") == len(comparison.cells) == 2
    assert r"\item smaller if $\delta \le \gamma$;" in comparison._repr_latex_()
    assert "equal</th><td" in comparison._repr_html_()
    many = Comparison("one", "two", tuple(ComparisonCell((f"delta == {n}",), "==") for n in range(40)))
    assert len(str(many).splitlines()) == 18
    assert "… 24 more of 40" in many._repr_html_()
    assert "24 more of 40" in many._repr_latex_()
    assert "on the domain" in sx.compare(solution["tolerant"], "delta", "follower")._repr_html_()
