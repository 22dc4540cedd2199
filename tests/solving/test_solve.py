"""``solve``: the form of solutions, what is left out and why, limits and usage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Any

import pytest
import sympy
from forms import form
from hypothesis import given
from strategies import Tables, games, share, tolerant_games

import stackexact as sx
from stackexact.errors import GameError, InputError, UsageError

ALL = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "self-tolerant", "alignment", "correlated"]
DEFAULT = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "alignment"]
FORMS = {name: form(name) for name in ("solution", "certificate", "bimatrix")}


@pytest.fixture
def misaligned() -> sx.Game:
    """A game of the slides with δ left open."""
    return sx.Game(
        leader=[["3/5", "1/5"], ["1/2", "2/5"]],
        follower=[["delta", 0], ["3/5", "2/5"]],
        assumptions=["0 < delta", "delta < 1/20"],
        name="misaligned-a",
    )


# ------------------------------------------------------------------------------------------------------- the form


@share(20)
@given(tolerant_games(4, 4))
def test_documents_have_the_shipped_form(given_game: tuple[Tables, Fraction]) -> None:
    """Solution, certificate and embedded game fit the closed schemas; claims are the results; JSON keeps everything."""
    tables, gamma = given_game
    solution = sx.solve(sx.Game(*tables, tolerance=gamma), ALL)
    document = solution.document()
    certificate = solution.certificate().document
    FORMS["solution"].validate(document)
    FORMS["certificate"].validate(certificate)
    FORMS["bimatrix"].validate(certificate["game"])
    assert json.loads(json.dumps(document)) == document
    assert certificate["claims"] == document["results"]
    assert set(certificate["proofs"]) == set(document["results"])
    assert list(document["results"]) == ALL


@given(games(4, 4))
def test_cells_hold_what_they_say(tables: Tables) -> None:
    """Only positive probabilities are listed and they add up to 1; texts of the document read back as the numbers."""
    solution = sx.solve(sx.Game(*tables), ["pure-strong", "mixed-strong", "mixed-weak", "correlated"])
    for name, result in solution.items():
        (cell,) = result.cells
        (written,) = solution.document()["results"][name]["cells"]
        assert sx.parse(written["leader"]) == cell.leader
        weights = {"mixed-weak": "witness", "correlated": "distribution"}.get(name, "commitment")
        found = getattr(cell, weights)
        if found is None:
            assert "witness" not in written
            continue
        flat = [p for row in found.values() for p in row.values()] if name == "correlated" else list(found.values())
        assert sum(flat) == 1
        assert min(flat) > 0
        if name != "correlated":
            assert {label: sx.parse(text) for label, text in written[weights].items()} == dict(found)


def test_the_document_of_a_known_game() -> None:
    """Conitzer & Sandholm 2006: every key of the contract's form, and the answers of the paper."""
    game = sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]], actions={"leader": ["up", "down"], "follower": ["l", "r"]})
    solution = sx.solve(game, ["pure-strong", "mixed-strong", "mixed-weak"])
    half = {"up": "1/2", "down": "1/2"}
    assert solution.document() == {
        "format": "stackexact/solution",
        "version": 1,
        "kind": "bimatrix",
        "game": {"name": None, "sha256": game.sha256},
        "parameters": [],
        "assumptions": [],
        "results": {
            "pure-strong": {
                "cells": [
                    {
                        "when": [],
                        "leader": "3",
                        "follower": "1",
                        "commitment": {"down": "1"},
                        "response": "r",
                        "tied": ["r"],
                    }
                ]
            },
            "mixed-strong": {
                "cells": [
                    {"when": [], "leader": "7/2", "follower": "1/2", "commitment": half, "response": "r", "tied": ["r"]}
                ]
            },
            "mixed-weak": {"cells": [{"when": [], "leader": "7/2", "attained": False, "classes": [["r"]]}]},
        },
    }


def test_the_digest_is_that_of_the_canonical_json(misaligned: sx.Game) -> None:
    """SHA-256 of kind, actions, parameters, assumptions and payoffs; names and tolerances do not enter."""
    canonical = {
        "actions": {"follower": ["b1", "b2"], "leader": ["a1", "a2"]},
        "assumptions": ["0 < delta", "delta < 1/20"],
        "kind": "bimatrix",
        "parameters": ["delta"],
        "payoffs": {
            "follower": [["delta", "0"], ["3/5", "2/5"]],
            "leader": [["3/5", "1/5"], ["1/2", "2/5"]],
        },
    }
    text = json.dumps(canonical, separators=(",", ":"))
    assert misaligned.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert misaligned.with_tolerance("1/20").sha256 == misaligned.sha256
    assert misaligned.at(delta="1/100").sha256 != misaligned.sha256


def test_values_are_sympy_and_cells_are_exact() -> None:
    """``.leader``, ``.follower`` and ``.constant`` are SymPy's; cells hold fractions in read-only mappings."""
    solution = sx.solve(sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]]))
    assert solution["mixed-strong"].leader == sympy.Rational(7, 2)
    assert isinstance(solution["mixed-strong"].leader, sympy.Rational)
    assert solution["mixed-strong"].follower == sympy.Rational(1, 2)
    assert solution["alignment"].constant is sympy.oo
    (cell,) = solution["mixed-strong"].cells
    assert cell.leader == Fraction(7, 2)
    assert isinstance(cell.commitment, Mapping)
    with pytest.raises(TypeError):
        cell.commitment["a1"] = Fraction(1)
    with pytest.raises(FrozenInstanceError):
        cell.leader = Fraction(1)
    finite = sx.solve(sx.Game([[1, 2]], [[4, 3]]), ["alignment"])
    assert finite["alignment"].constant == sympy.Integer(1)


def test_a_result_has_only_what_its_concept_has() -> None:
    """The alignment has no leader value, the pessimist's supremum no follower value; the message says what there is."""
    solution = sx.solve(sx.Game([[1, 2]], [[4, 3]]))
    with pytest.raises(AttributeError, match="constant"):
        _ = solution["alignment"].leader
    with pytest.raises(AttributeError, match="attained"):
        _ = solution["mixed-weak"].follower
    with pytest.raises(AttributeError, match="commitment"):
        _ = solution["pure-strong"].constant


# ------------------------------------------------------------------------------------------------ what is answered


def test_without_a_tolerance_the_benchmarks_are_left_out_with_a_note() -> None:
    """Unasked, ``tolerant`` needs γ: it is left out and the note says how to give one."""
    game = sx.Game([[1, 2]], [[4, 3]])
    solution = sx.solve(game)
    assert list(solution) == [name for name in DEFAULT if name != "tolerant"]
    (note,) = solution.notes
    assert note.startswith("tolerant left out")
    assert "--tolerance" in note
    assert solution.document()["notes"] == [note]
    assert solution.complete


def test_with_a_tolerance_everything_default_is_answered() -> None:
    """The game's own γ, or the one given, which wins; it stands beside the cells."""
    game = sx.Game([[1, 2]], [[4, 3]], tolerance="1/2")
    solution = sx.solve(game)
    assert list(solution) == DEFAULT
    assert solution.notes == ()
    assert "notes" not in solution.document()
    assert solution.document()["results"]["tolerant"]["tolerance"] == "1/2"
    other = sx.solve(game, tolerance="0.25")
    assert other.document()["results"]["tolerant"]["tolerance"] == "1/4"
    assert other.game.tolerance == Fraction(1, 4)
    assert other["tolerant"].tolerance == Fraction(1, 4)


def test_concepts_come_in_the_contracts_order_once() -> None:
    """Whatever the order in which they are named."""
    solution = sx.solve(sx.Game([[1]], [[1]], tolerance=0), [*reversed(ALL), "alignment"])
    assert list(solution) == ALL
    assert len(solution) == len(ALL)


def test_progress_is_reported_by_concept() -> None:
    """One line for each concept, before its work."""
    lines: list[str] = []
    sx.solve(sx.Game([[1]], [[1]], tolerance=0), report=lines.append)
    assert len(lines) == len(DEFAULT)
    assert "mixed commitment" in lines[2]


@pytest.mark.parametrize("names", [["nash"], ["mixed"], [""], ["alignment", "Alignment"], [["alignment"]], [None]])
def test_an_unknown_concept_is_bad_usage(names: Any) -> None:
    """The message lists those that fit."""
    with pytest.raises(UsageError, match="expected one of pure-strong, pure-weak"):
        sx.solve(sx.Game([[1]], [[1]]), names)


@pytest.mark.parametrize("names", ["alignment", "", 5, [], ()])
def test_concepts_are_a_list_of_names(names: Any) -> None:
    """A name that stands alone is not taken apart, and no name is no question."""
    with pytest.raises(UsageError, match=r"^concepts: expected .*, found .*; (write|leave)"):
        sx.solve(sx.Game([[1]], [[1]]), names)
    assert list(sx.solve(sx.Game([[1]], [[1]]), iter(["alignment", "pure-weak"]))) == ["pure-weak", "alignment"]


@pytest.mark.parametrize("given", ["bagwell", None, [[1, 2]], 5, "9" * 10_000])
def test_a_game_is_what_is_solved(given: Any) -> None:
    """A name or a table is no game; the message says what makes one."""
    with pytest.raises(UsageError, match=r"^game: expected a game, found .*; make one with Game, read or instance$"):
        sx.solve(given)


@pytest.mark.parametrize("limit", [-1, -0.5, "5", True, float("nan"), [1]])
def test_a_time_limit_is_a_number_of_seconds(limit: Any) -> None:
    """What is none is bad usage, not a limit that is never or at once reached."""
    with pytest.raises(UsageError, match=r"^time_limit: expected a number of seconds from 0 on, found "):
        sx.solve(sx.Game([[1]], [[1]]), time_limit=limit)


@pytest.mark.parametrize("name", ["tolerant", "self-tolerant"])
def test_a_benchmark_by_name_needs_a_tolerance(name: str) -> None:
    """Asked for in vain is bad usage, not a note."""
    with pytest.raises(UsageError, match="tolerance"):
        sx.solve(sx.Game([[1]], [[1]]), [name])


@pytest.mark.parametrize("tolerance", ["-1/20", -1, 0.05, "x", "", True, float("nan")])
def test_a_tolerance_is_an_exact_number_from_zero_on(tolerance: object) -> None:
    """Negative, inexact, unknown or no number: bad input that names the tolerance."""
    with pytest.raises(GameError, match="tolerance"):
        sx.solve(sx.Game([[1]], [[1]]), tolerance=tolerance)


def test_what_was_not_solved_is_said() -> None:
    """Asking a solution for another concept lists what it has."""
    solution = sx.solve(sx.Game([[1]], [[1]]), ["alignment"])
    assert "mixed-strong" not in solution.results
    with pytest.raises(UsageError, match="expected one of alignment"):
        _ = solution["mixed-strong"]


# ------------------------------------------------------------------------------------------------ parameters, limits


def test_numbers_may_be_set_for_parameters(misaligned: sx.Game) -> None:
    """What is left is a game of numbers."""
    solution = sx.solve(misaligned.at(delta="1/100"), tolerance="1/20")
    assert (solution["tolerant"].leader, solution["tolerant"].follower) == (
        sympy.Rational(51, 100),
        sympy.Rational(1, 100),
    )
    assert solution["alignment"].constant == 40
    assert solution.document()["parameters"] == []


def test_a_tolerance_may_be_the_parameter() -> None:
    """Where γ reaches the gap of 1 the leader risks the worse outcome and gains the tolerance: never. It stays >= 0."""
    game = sx.Game([[1, 2]], [[4, 3]], tolerance="gamma/2")
    with pytest.raises(GameError, match=r"tolerance: expected at least 0 on the whole domain.*negative at gamma = -1"):
        sx.solve(game)
    result = sx.solve(game.assuming("gamma >= 0"))["tolerant"]
    assert [(cell.when, cell.leader) for cell in result.cells] == [((), 1)]
    assert sx.solve(game.at(gamma=1))["tolerant"].tolerance == Fraction(1, 2)


def test_a_declared_parameter_that_nothing_depends_on_does_not_matter() -> None:
    """It stays declared, and the game is solved."""
    game = sx.Game([[1]], [[1]], parameters=["delta"], assumptions=["0 < delta"])
    document = sx.solve(game).document()
    assert document["parameters"] == ["delta"]
    assert document["assumptions"] == ["0 < delta"]
    FORMS["solution"].validate(document)


def test_a_time_limit_leaves_open_what_it_stops_and_keeps_the_rest() -> None:
    """All but the pure concepts stay undecided with a note, those are answered, and only those are certified."""
    game = sx.Game([[2, 4, 1], [1, 3, 5], [0, 6, 2]], [[1, 0, 2], [0, 1, 1], [2, 2, 0]], tolerance="1/20")
    full = sx.solve(game, ALL)
    solution = sx.solve(game, ALL, time_limit=0)
    undecided = set(ALL) - {"pure-strong", "pure-weak"}
    assert not solution.complete
    assert full.complete
    assert {name for name, result in solution.items() if result.undecided} == undecided
    assert {note.split()[0] for note in solution.notes} == undecided
    for name in ALL:
        if name in undecided:
            gamma = {"tolerance": "1/20"} if "tolerant" in name else {}
            assert solution.claims[name] == {**gamma, "cells": [], "undecided": [{"when": []}]}
        else:
            assert solution.claims[name] == full.claims[name]
    with pytest.raises(InputError, match="expected a decided cell, found none"):
        _ = solution["mixed-strong"].leader
    FORMS["solution"].validate(solution.document())
    certificate = solution.certificate()
    assert set(certificate.document["claims"]) == set(ALL) - undecided
    assert certificate.check().true
    assert sx.solve(game, ALL, time_limit=1000).document() == full.document()
