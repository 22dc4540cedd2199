"""Certificates of closed forms: all accepted, and what is changed in them is accepted only where it stays true."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from forms import form
from hypothesis import given
from hypothesis import strategies as st
from strategies import share

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.testing.strategies import parametric_games

ALL = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "self-tolerant", "alignment", "correlated"]
SHIPPED = ["misaligned-a", "misaligned-b", "lower-bound-a", "lower-bound-b", "boundary-jump", "irrational-tie"]
FURTHER = ("epsilon", "classes", "witness")
DOMAINS = [[], ["0 < d < 1"], ["d >= 0"], ["-1 <= d", "d != 0", "d < 2"], ["d**2 < 3"]]
FORM = form("certificate")


def games(rows: int = 3, columns: int = 3) -> st.SearchStrategy[sx.Game]:
    """Small games with one parameter and a tolerance, which may depend on it."""
    options: Any = {"parameter": "d", "tolerance": ["1/20", "1", "d**2", "0"]}
    return st.sampled_from(DOMAINS).flatmap(
        lambda domain: parametric_games(rows, columns, assumptions=domain, **options)
    )


def certificate(game: sx.Game) -> dict[str, Any]:
    """The certificate of all concepts, as it would be read from a file."""
    document: dict[str, Any] = json.loads(sx.solve(game, ALL).certificate().dumps())
    return document


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    """Why claims are not proved; empty for those that are."""
    return {verdict.concept: verdict.reason for verdict in check(document).verdicts}


SAMPLE = sx.Game(
    [["d", "0"], ["1", "1/2"]],
    [["1 - d", "d"], ["0", "d**2 - 2"]],
    assumptions=["0 < d <= 2"],
    tolerance="1/2",
)
"""A game whose closed forms have many cells, with rational and irrational ends and isolated points."""


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    return certificate(SAMPLE)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_certificates_of_the_shipped_games_are_proved(name: str) -> None:
    game = sx.instance(name)
    solution = sx.solve(game, ALL, tolerance=game.tolerance or "1/20")
    document = json.loads(solution.certificate().dumps())
    FORM.validate(document)
    report = check(document)
    assert [(v.concept, v.reason, v.coverage) for v in report.verdicts] == [(name, "", "proved") for name in ALL]
    assert report.game is not None
    assert report.game.sha256() == game.sha256
    assert document["claims"] == solution.document()["results"]


@share(40)
@given(games())
def test_every_certificate_is_proved_and_fits_the_schema(game: sx.Game) -> None:
    if game.is_numeric:
        return
    document = certificate(game)
    FORM.validate(document)
    assert verdicts(document) == dict.fromkeys(ALL, "")
    report = check(document)
    assert report.game is not None
    assert report.game.sha256() == game.sha256


def only(document: dict[str, Any], concept: str) -> dict[str, Any]:
    """A copy with the claim and the proof of one concept."""
    return copy.deepcopy({**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}})


def solved(game: dict[str, Any], concept: str) -> dict[str, Any]:
    """The claim about an embedded game."""
    tables, bound = game["payoffs"], game["tolerance"]
    world = sx.Game(tables["leader"], tables["follower"], assumptions=game["assumptions"], tolerance=bound)
    claim: dict[str, Any] = sx.solve(world, [concept]).claims[concept]
    return claim


def cells_of(document: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for concept in ALL:
        for n, cell in enumerate(document["claims"][concept]["cells"]):
            yield concept, n, cell


def with_cell(document: dict[str, Any], concept: str, n: int, cell: dict[str, Any]) -> dict[str, Any]:
    """The certificate with one cell of one claim replaced."""
    whole = document["claims"][concept]
    cells = [*whole["cells"][:n], cell, *whole["cells"][n + 1 :]]
    return {
        **document,
        "claims": {concept: {**whole, "cells": cells}},
        "proofs": {concept: document["proofs"][concept]},
    }


def lies(value: Any) -> Iterator[Any]:
    """Other values of the same form."""
    if isinstance(value, bool):
        yield not value
    elif value in ("a1", "a2", "b1", "b2"):
        yield from (label for label in ("b1", "b2") if label != value)
    elif value == "oo":
        yield from ("0", "d**2")
    elif isinstance(value, str):
        parsed = sx.parse(value)
        d = sx.parse("d")
        for other in (parsed + 1, parsed + (d - 5) / 10**30, -parsed - 1):
            yield str(other)
        yield from ("oo", "1/d", "", "x")
    elif isinstance(value, list):
        yield [*value, "b1" if isinstance(value[0], str) else ["b1"]]
        yield value[1:]
        yield value[::-1] if len(value) > 1 else []
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: other} for other in lies(part))
            yield {name: own for name, own in value.items() if name != key}


def test_the_sample_has_cells_of_every_sort(sample: dict[str, Any]) -> None:
    assert verdicts(sample) == dict.fromkeys(ALL, "")
    whens = [text for _, _, cell in cells_of(sample) for text in cell["when"]]
    assert any(" == 0" in text for text in whens)
    assert any(text.startswith("d ==") for text in whens)
    assert any("d**2" in text for text in whens)
    pieces = [piece for concept in ALL for cell in sample["proofs"][concept]["cells"] for piece in cell["pieces"]]
    assert any("claim" in piece for piece in pieces), "some claims leave an epsilon or a witness to the pieces"
    assert any(piece["when"] for piece in pieces)


@pytest.mark.parametrize("concept", ALL)
def test_every_changed_claim_is_rejected_and_named(sample: dict[str, Any], concept: str) -> None:
    """Except for another epsilon or witness that is as good, and what only pieces need to say."""
    tried = 0
    for name, n, cell in cells_of(sample):
        if name != concept:
            continue
        for key, value in cell.items():
            if key == "when":
                continue
            for other in lies(value):
                found = verdicts(with_cell(sample, concept, n, {**cell, key: other}))
                tried += 1
                if key not in FURTHER:
                    assert found[concept], (n, key, other)
            less = {name: part for name, part in cell.items() if name != key}
            assert verdicts(with_cell(sample, concept, n, less))[concept]
        assert verdicts(with_cell(sample, concept, n, {**cell, "more": "1"}))[concept]
    assert tried > 5


@pytest.mark.parametrize("concept", ALL)
def test_every_changed_relation_is_rejected(sample: dict[str, Any], concept: str) -> None:
    """A relation turned, weakened, moved by little, or left out: cells overlap, leave a gap, or claim what is false."""
    for name, n, cell in cells_of(sample):
        for r, text in enumerate(cell["when"] if name == concept else ()):
            left, relation, right = text.rsplit(" ", 2)
            for other in {"<", "<=", ">", ">=", "==", "!="} - {relation}:
                changed = [*cell["when"][:r], f"{left} {other} {right}", *cell["when"][r + 1 :]]
                found = verdicts(with_cell(sample, concept, n, {**cell, "when": changed}))[concept]
                assert found or _same_cells(sample, concept, n, changed), (n, text, other)
            moved = [
                *cell["when"][:r],
                f"{left} {relation} {sx.parse(right) + Fraction(1, 10**9)}",
                *cell["when"][r + 1 :],
            ]
            found = verdicts(with_cell(sample, concept, n, {**cell, "when": moved}))[concept]
            assert found or _same_cells(sample, concept, n, moved), (n, text)
            fewer = [*cell["when"][:r], *cell["when"][r + 1 :]]
            assert verdicts(with_cell(sample, concept, n, {**cell, "when": fewer}))[concept], (n, text)


def _same_cells(document: dict[str, Any], concept: str, n: int, when: list[str]) -> bool:
    """Whether other relations select the same part of the domain, decided by the covering of the library."""
    from stackexact.covering.domain import conditions_of
    from stackexact.exact.relation import parse_assumption
    from stackexact.solving.domains import one_parameter

    domain = one_parameter(SAMPLE, "d")
    own = document["claims"][concept]["cells"][n]["when"]
    parts = [
        domain.line.selected(domain.pieces, conditions_of(domain.parameter, map(parse_assumption, texts)))
        for texts in (own, when)
    ]
    from stackexact.covering.line import stretches

    return stretches(parts[0]) == stretches(parts[1])


@pytest.mark.parametrize("concept", ALL)
def test_dropped_and_doubled_cells_and_pieces_are_noticed(sample: dict[str, Any], concept: str) -> None:
    count = len(sample["claims"][concept]["cells"])
    for n in range(count):
        for twice in (False, True):
            for parts in (("claims",), ("proofs",), ("claims", "proofs")):
                document = only(sample, concept)
                for part in parts:
                    cells = document[part][concept]["cells"]
                    cells[n : n + 1] = [cells[n]] * 2 if twice else []
                assert verdicts(document)[concept], (n, twice, parts)
        pieces = sample["proofs"][concept]["cells"][n]["pieces"]
        for p in range(len(pieces)):
            document = only(sample, concept)
            del document["proofs"][concept]["cells"][n]["pieces"][p]
            assert "no piece proves the cell" in verdicts(document)[concept]
    if count > 1:
        document = only(sample, concept)
        document["proofs"][concept]["cells"].reverse()
        assert verdicts(document)[concept] or concept.startswith("pure")
    document = only(sample, concept)
    del document["proofs"][concept]["coverage"]
    assert "coverage" in verdicts(document)[concept]


@pytest.mark.parametrize("concept", ALL)
def test_what_is_proved_in_one_cell_is_proved_in_that_one_alone(sample: dict[str, Any], concept: str) -> None:
    """A cell that says, with its proof, what holds in another; exchanged whole, relations and all, they stay proved."""
    cells = sample["claims"][concept]["cells"]
    for n in range(len(cells)):
        for m in range(n):
            whole, moved = only(sample, concept), only(sample, concept)
            for document in (whole, moved):
                for part in ("claims", "proofs"):
                    own = document[part][concept]["cells"]
                    own[n], own[m] = own[m], own[n]
            assert not verdicts(whole)[concept]
            one, two = moved["claims"][concept]["cells"][n], moved["claims"][concept]["cells"][m]
            one["when"], two["when"] = two["when"], one["when"]
            assert verdicts(moved)[concept], (n, m)


@share(15)
@given(games(2, 3), games(2, 3), st.sampled_from(ALL))
def test_claims_and_proofs_of_another_game_are_accepted_only_where_they_hold(
    one: sx.Game, two: sx.Game, concept: str
) -> None:
    """What is accepted of the other game is its own claim."""
    if one.is_numeric or two.is_numeric or one.shape != two.shape:
        return
    own, other = (json.loads(sx.solve(game, [concept]).certificate().dumps()) for game in (one, two))
    found = verdicts({**own, "game": other["game"]})[concept]
    proofs = verdicts({**own, "proofs": other["proofs"]})[concept]
    assert isinstance(proofs, str)
    if not found:
        mine, theirs = (sx.solve(game, [concept])[concept] for game in (one, two))
        for cell in theirs.cells:
            assert any(_answer(cell.document()) == _answer(same.document()) for same in mine.cells)


def _answers(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """What the cells answer, wherever: relations may be written in other ways."""
    return [{key: value for key, value in _answer(cell).items() if key != "when"} for cell in claim["cells"]]


def _answer(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cell.items() if key not in FURTHER}


@pytest.mark.parametrize("concept", ALL)
def test_a_changed_payoff_or_assumption_is_noticed(sample: dict[str, Any], concept: str) -> None:
    """Payoffs far from what they were, one at a time: the claims are false, or the changed game's own."""
    for player in ("leader", "follower"):
        for i in range(2):
            for j in range(2):
                document = only(sample, concept)
                document["game"]["payoffs"][player][i][j] = "7*d**2 + 100"
                if not verdicts(document)[concept]:
                    own = solved(document["game"], concept)
                    assert all(one in _answers(document["claims"][concept]) for one in _answers(own))
    document = only(sample, concept)
    document["game"]["assumptions"] = ["0 <= d <= 2"]
    if not verdicts(document)[concept]:
        own = solved(document["game"], concept)
        assert all(one in _answers(document["claims"][concept]) for one in _answers(own))


@pytest.mark.parametrize("concept", ALL)
def test_junk_in_any_place_is_a_verdict_and_no_traceback(concept: str) -> None:
    game = sx.Game([["d", "0"]], [["d", "d**2 - 2"]], tolerance="1/2", assumptions=["0 < d < 3"])
    document = json.loads(sx.solve(game, [concept]).certificate().dumps())
    junk = (None, "x", True, [], 1, "1/0", {}, 1.5, "(d", [None], "1/(d - d)", {"x": {}}, "", "9" * 50)

    def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            yield (*before, key)
            yield from places(value[key], (*before, key))

    for part in ("claims", "proofs"):
        for n, place in enumerate(places(document[part])):
            for value in junk[n % 3 :: 3]:
                changed = {**document, part: copy.deepcopy(document[part])}
                holder = changed[part]
                for key in place[:-1]:
                    holder = holder[key]
                holder[place[-1]] = value
                assert "\n" not in "".join(verdicts(changed).values())
