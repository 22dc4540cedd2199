"""Alignment by regions: what is verified at a point of a region holds on all of it, and says so."""

from __future__ import annotations

import pytest
from strategies import affine

import stackexact as sx
from stackexact.covering.domain import conditions_of
from stackexact.covering.labels import Label
from stackexact.covering.smt import Domain, Reals
from stackexact.errors import Unproved
from stackexact.exact.reading import Parameters
from stackexact.exact.relation import parse_assumption
from stackexact.games.polynomials import shared_tables
from stackexact.solving import several
from stackexact.solving.routines import ROUTINES
from stackexact.solving.several_alignment import alignment_regions, require_supported

NAMES = Parameters(("x", "y"))
RATIONAL = sx.Game([["1/(x - y)", "x/(x - y)"]], [["y", "1/(x - y)"]], assumptions=["0 < x < 2", "0 < y < 2", "x != y"])
"""The common denominator is negative on one half of the domain."""


def told(label: Label) -> tuple[object, ...]:
    """What of a label a proof depends on."""
    return label.best, label.infinite, label.turn, label.mark


@pytest.mark.parametrize("game", [affine((1, 3), 8), affine((2, 2), 1), RATIONAL])
def test_a_proof_holds_on_its_own_region_alone(game: sx.Game) -> None:
    """What a verification records at the sample holds on the region, and not on one that says something else."""
    routine, tables = ROUTINES["alignment"], shared_tables(game, NAMES)
    assumed = conditions_of(NAMES, game.assumptions)
    found = alignment_regions(
        tables,
        Domain(Reals(NAMES.names), assumed),
        stop=lambda: False,
        max_regions=None,
        report=lambda _: None,
    )
    assert not found.undecided
    assert len({told(region.label) for region, _ in found.regions}) > 3
    for region, skeleton in found.regions:
        point = tables.at(region.sample)
        traced = routine.traced(game, NAMES, point, skeleton)
        for other, _ in found.regions:
            if told(other.label) == told(region.label):
                require_supported(traced.conditions, other, point)
            else:
                with pytest.raises(Unproved, match="all of the region"):
                    require_supported(traced.conditions, other, point)


def test_rational_payoffs() -> None:
    """Also where the common denominator is negative: the answers of numbers."""
    result = sx.solve(RATIONAL, ["alignment"])["alignment"]
    assert not result.undecided
    for at in ({"x": "1/2", "y": "3/2"}, {"x": "3/2", "y": "1/2"}, {"x": "1", "y": "1/3"}, {"x": "1/3", "y": "1"}):
        own = sx.solve(RATIONAL.at(at), ["alignment"])["alignment"].cells[0]
        assert (result.at(at).constant, result.at(at).same_ranking) == (own.constant, own.same_ranking)


def test_conditions_that_stay_are_remarked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without work for sparing the cells are the same sets, and a note says what they may keep."""
    game = affine((2, 2), 1)
    spared = sx.solve(game, ["alignment"])
    monkeypatch.setattr(several, "SPARING", -1)
    plain = sx.solve(game, ["alignment"])
    assert (spared.notes, plain.notes) == ((), ("alignment: some cells keep conditions that their others may imply",))
    assert plain.complete
    one, two = (solution["alignment"].cells for solution in (spared, plain))
    assert len(one) == len(two)
    assert sum(len(cell.when) for cell in one) < sum(len(cell.when) for cell in two)
    for x in range(5):
        for y in range(1, 4):
            at = {"x": sx.parse(f"{x}/4"), "y": sx.parse(f"{y}/4")}
            first, second = (
                [cell.constant for cell in cells if all(parse_assumption(text).at(at).holds() for text in cell.when)]
                for cells in (one, two)
            )
            assert first == second
            assert len(first) == 1


def test_assumptions_are_not_restated_without_work_for_sparing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cell says that a or b has the sign that it has on the whole domain."""
    monkeypatch.setattr(several, "SPARING", -1)
    game = sx.Game([["a", "b"], ["b", "0"]], [["a - b", "1"], ["1", "a + b"]], assumptions=["0 < a < 1", "0 < b < 1"])
    cells = sx.solve(game, ["alignment"])["alignment"].cells
    assert len(cells) > several.FEW
    implied = {f"{name} {sign} 0" for name in "ab" for sign in (">", ">=", "!=")}
    assert not any(implied & set(cell.when) for cell in cells)
