"""Cells, results and certificates as Python objects: printed at any length, pickled, copied, hashed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

import stackexact as sx
from stackexact import lp
from stackexact.exact.records import FrozenMapping
from stackexact.solving.cells import Cell
from stackexact.solving.concepts import concepts_of
from stackexact.solving.display import text
from stackexact.solving.solution import Solution

EVERY = [concept.name for concept in concepts_of("bimatrix") if not concept.needs_eta]
LONG = Fraction(10**5000 + 1, 3)


def long_game() -> sx.Game:
    """A game whose answers have numbers of more digits than CPython writes."""
    return sx.Game([[1, 0], [0, LONG]], [[0, 1], [LONG, 0]], tolerance="1/3", name="long")


SOLVED = {
    "short": sx.solve(sx.instance("misaligned-b").at(delta="1/33"), EVERY),
    "long": sx.solve(long_game(), EVERY),
    "infinite": sx.solve(sx.instance("maintain"), tolerance=1),
}


def pickled(part: Any) -> Any:
    """What comes back from a file or another process."""
    return pickle.loads(pickle.dumps(part))


with_every_solution = pytest.mark.parametrize("solution", SOLVED.values(), ids=SOLVED)


def parts(solution: Solution) -> list[Any]:
    """Everything that a user can hold."""
    cells = [cell for result in solution.values() for cell in result.cells]
    return [solution, *solution.values(), *cells, solution.game, solution.game.payoffs, solution.certificate()]


@with_every_solution
def test_everything_prints(solution: Solution) -> None:
    """One line for the interpreter, lines no wider than a page for print, whatever the length of the numbers."""
    for part in parts(solution):
        assert "\n" not in repr(part)
        assert len(repr(part)) < 1500
        assert all(len(line) <= 80 for line in str(part).splitlines()) or part is solution.game.payoffs
    for result in solution.values():
        assert str(result) in text(solution) or "shortened" in str(result)
        for written in (result._repr_html_(), result._repr_latex_()):
            assert result.concept in written
        (cell,) = result.cells
        assert str(cell).splitlines()[0] in str(result).splitlines()
        rows = cell._repr_html_().removeprefix("<div><table><tbody>").removesuffix("</tbody></table></div>")
        assert f"{rows}</tbody></table></div>" in result._repr_html_()
        assert result.concept not in cell._repr_latex_()
    certificate = solution.certificate()
    for written in (str(certificate), certificate._repr_html_(), certificate._repr_latex_()):
        assert all(name in written for name in certificate.claims)


def test_the_representation_of_a_cell() -> None:
    """Names and exact values; a long number keeps its ends and tells its length."""
    cell = SOLVED["short"]["mixed-strong"].cell
    assert repr(cell) == (
        "EquilibriumCell(when=(), leader=223/380, follower=2/19, commitment={'a1': 33/38, 'a2': 5/38}, "
        "response='b1', tied=('b1',))"
    )
    assert "follower=10000000…00000001/3 (5 001 and 1 digits)" in repr(SOLVED["long"]["pure-strong"])
    assert repr(SOLVED["short"].certificate()).startswith("<Certificate of 'misaligned-b': pure-strong, ")


@with_every_solution
@pytest.mark.parametrize("again", [copy.deepcopy, pickled])
def test_everything_travels(solution: Solution, again: Any) -> None:
    """A copy is equal, has the same hash, and a copied solution still proves what it says."""
    for part in parts(solution)[:-1]:
        assert again(part) == part
        assert hash(again(part)) == hash(part)
    assert again(solution.certificate()) == solution.certificate()
    made = again(solution)
    assert made.certificate().dumps() == solution.certificate().dumps()
    assert made.certificate().check().true


def test_equal_questions_have_equal_answers() -> None:
    """Solutions are values: cells serve as keys, and a second run gives the same."""
    one, two = SOLVED["long"], sx.solve(long_game(), EVERY)
    assert one == two
    cells: set[Cell] = {result.cell for solution in (one, two) for result in solution.values()}
    assert len(cells) == len({(type(result.cell), result.cell) for result in one.values()})


def test_mappings_are_read_only() -> None:
    """Weights are found by label, compare with any mapping, and cannot be changed."""
    weights = SOLVED["short"]["mixed-strong"].cell.commitment
    assert isinstance(weights, Mapping)
    assert weights == {"a2": Fraction(5, 38), "a1": Fraction(33, 38)}
    assert hash(weights) == hash(FrozenMapping({"a2": Fraction(5, 38), "a1": Fraction(33, 38)}))
    for change in ("weights['a1'] = 1", "weights._entries = {}", "del weights['a1']"):
        with pytest.raises((TypeError, AttributeError)):
            exec(change, {"weights": weights})


def test_linear_programs_print() -> None:
    """Programs and their results print as well."""
    program = lp.Program.of([LONG], at_most=[([1], 1)])
    assert "value=10000000…00000001/3 (5 001 and 1 digits)" in repr(lp.solve(program))
    assert "objective=(10000000…00000001/3 (5 001 and 1 digits),)" in repr(program)
