"""Certificates of games of incentives: all accepted, and what is changed in them only where it stays true."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from forms import form
from many_followers import FAMILY, LINES, NUMBERS, SEVERAL, certificate, gaussian, only, reasons, scalar

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.errors import StackexactError
from stackexact.games.kinds import read_document

FORM, SOLUTION = form("certificate"), form("solution")


@pytest.mark.parametrize("name", FAMILY)
def test_every_certificate_is_proved_and_fits_the_schema(name: str) -> None:
    game = FAMILY[name]
    solution = sx.solve(game)
    document = json.loads(solution.certificate().dumps())
    FORM.validate(document)
    SOLUTION.validate(solution.document())
    assert document["claims"] == solution.document()["results"]
    report = check(document, "z3" if name in SEVERAL else None)
    covered = "proved by z3" if name in SEVERAL else "" if game.is_numeric else "proved"
    assert {v.concept: (v.reason, v.coverage) for v in report.verdicts} == dict.fromkeys(solution, ("", covered))
    assert report.game is not None
    assert report.game.sha256() == game.sha256
    assert (name not in SEVERAL) or check(document).assumed


def test_the_family_has_every_form_of_an_answer() -> None:
    """Every documented set of keys of a cell stands in some claim: else changes of it would not be tried."""
    found: dict[str, set[frozenset[str]]] = {}
    for game in FAMILY.values():
        for concept, told in sx.solve(game).claims.items():
            found.setdefault(concept, set()).update(frozenset(cell) - {"when"} for cell in told["cells"])
    assert {concept: len(forms) for concept, forms in found.items()} == {
        "team-optimum": 2,
        "incentive": 5,
        "mean-field": 11,
        "major-follower": 7,
        "randomised": 4,
    }


# ------------------------------------------------------------------------------------------------ changes of claims


def lies(value: Any) -> Iterator[Any]:
    """Other values of the same form, and values of another."""
    if isinstance(value, bool):
        yield from (not value, str(value).lower(), int(value), None)
    elif value in ("oo", "-oo"):
        yield from ("oo" if value == "-oo" else "-oo", "0", "1", "", True, "infinity")
    elif isinstance(value, str):
        others = (sx.parse(value) + 1, sx.parse(value) - sx.parse("1/10**30"), -sx.parse(value))
        yield from (str(other) for other in others if other != sx.parse(value))
        yield from ("oo", "-oo", value + " ", 1, [value])
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: other} for other in lies(part))
            yield {name: own for name, own in value.items() if name != key}
        yield {**value, "colour": "1"}
        yield from ([*value.values()], None)
        if len({str(part) for part in value.values()}) > 1:
            yield dict(zip(value, [*value.values()][::-1], strict=True))


def changes(cell: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The changed cells, and the key that is changed."""
    for key, value in cell.items():
        if key == "when":
            continue
        yield key, {name: own for name, own in cell.items() if name != key}
        for other in lies(value):
            yield key, {**cell, key: other}
    known = [
        "gain",
        "mean_gain",
        "energy",
        "second_order",
        "unique",
        "limit_cost",
        "limit_gain",
        "saving",
        "swapped_cost",
    ]
    for key in [*known, "cost", "actions", "gap", "error", "drawn_gain", "colour"]:
        if key not in cell:
            for value in ("0", {"u0": {"u": "0"}}):
                yield key, {**cell, key: value}


CHANGED = [
    *NUMBERS,
    "any number",
    "stationary by the leader alone",
    "entries that grow and entries that stay",
    "states, aligned",
    "aligned",
]


@pytest.mark.parametrize("name", [*CHANGED, "states", "a major follower of many", "no influence, by the mean alone"])
def test_whatever_is_changed_in_a_claim_makes_it_false(name: str) -> None:
    """Claims are determined by the game."""
    document = certificate(FAMILY[name])
    for concept, told in document["claims"].items():
        part = only(document, concept)
        cells = told["cells"]
        for n, cell in enumerate(cells):
            for key, changed in changes(cell):
                part["claims"][concept]["cells"] = [*cells[:n], changed, *cells[n + 1 :]]
                (verdict,) = check(part).verdicts
                assert not verdict.true, (name, concept, key, changed)
                assert len(verdict.reason.splitlines()) == 1


@pytest.mark.parametrize("name", ["any number", "a weight", "a target", "states, any noise"])
def test_cells_cannot_be_dropped_or_moved(name: str) -> None:
    document = certificate(LINES[name])
    for concept, told in document["claims"].items():
        cells, proofs = told["cells"], document["proofs"][concept]["cells"]
        for n, cell in enumerate(cells):
            part = only(document, concept)
            claimed, proved = part["claims"][concept], part["proofs"][concept]
            claimed["cells"], proved["cells"] = cells[:n] + cells[n + 1 :], proofs[:n] + proofs[n + 1 :]
            assert not check(part)
            claimed["cells"], proved["cells"] = cells, proofs[:n] + proofs[n + 1 :]
            assert not check(part)
            claimed["cells"], proved["cells"] = [*cells, cell], [*proofs, proofs[n]]
            assert not check(part)
            for m, relation in enumerate(cell["when"]):
                for other in ([], [relation.replace(" > ", " >= ").replace(" < ", " <= ").replace("!=", "==")]):
                    when = cell["when"][:m] + other + cell["when"][m + 1 :]
                    claimed["cells"] = [*cells[:n], {**cell, "when": when}, *cells[n + 1 :]]
                    proved["cells"] = proofs
                    assert when == cell["when"] or not check(part), (concept, when)


# ------------------------------------------------------------------------------------------------- changes of games


def changed_games(game: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Other games that use the same names."""
    for player, cost in game["costs"].items():
        names = [name for some in game["variables"].values() for name in some]
        names += [game["information"]["state"]] if "information" in game else []
        terms = ["1", *([] if "information" in game else names), *(f"{x}*{y}" for x in names for y in names)]
        for term in terms:
            yield {**game, "costs": {**game["costs"], player: f"{cost} + 1/7*{term}"}}
        yield {**game, "costs": {**game["costs"], player: f"3*({cost})"}}
    for number in ("1", "2", "7", "1000000007"):
        yield {**game, "followers": number}
    told = game.get("information", {})
    for key in ("variance", "noise"):
        for value in ("0", "1/3", "2", "-1") if told else ():
            yield {**game, "information": {**told, key: value}}
    if told:
        yield {**game, "information": {**told, "reacts": not told["reacts"]}}
        yield {key: value for key, value in game.items() if key != "information"}
    yield {**game, "costs": {**game["costs"], "leader": game["costs"]["follower"], "follower": game["costs"]["leader"]}}


@pytest.mark.parametrize(
    "name",
    ["six followers", "a state", "a state and reactions", "a major follower", "two actions of the leader on one"],
)
def test_claims_about_another_game_are_false_unless_its_own(name: str) -> None:
    document = certificate(NUMBERS[name])
    same = 0
    for game in changed_games(document["game"]):
        for concept, told in document["claims"].items():
            try:
                other = sx.solve(read_document(game).game, [concept]).claims[concept]
            except StackexactError:
                other = None
            true = check({**only(document, concept), "game": game}).true
            assert true == (other == told) or (not true and other is not None and _rest(other) == _rest(told))
            same += true
    assert same


def _rest(told: dict[str, Any]) -> Any:
    """A claim whose evidence speaks of more than it: other games may make the same claim with other evidence."""
    return [{key: value for key, value in cell.items() if key != "actions"} for cell in told["cells"]]


# ---------------------------------------------------------------------------------------------- changes of evidence


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with its keys."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


@pytest.mark.parametrize("name", [*NUMBERS, "any number", "states, aligned", "a major follower of many"])
def test_changed_evidence_proves_nothing_or_the_same(name: str) -> None:
    """Evidence is determined as well, up to the way that its numbers are written in."""
    document = certificate(FAMILY[name])
    for concept in document["claims"]:
        part = only(document, concept)
        for box, key in [*places(part["proofs"])]:
            own = box[key]
            values = ("17/19", "oo", None, [], {}, "") if isinstance(own, str) else (None, "1", [], {}, {"colour": {}})
            for value in values:
                if value != own:
                    box[key] = value
                    assert not check(part), (concept, key, value)
            if isinstance(box, dict):
                del box[key]
                assert not check(part), (concept, key)
                box.pop("colour", None)
            box[key] = own
            if isinstance(box, dict):
                assert not check({**part, "proofs": _with(part["proofs"], box, "colour", "1")})
        assert check(part)


def _with(document: Any, box: dict[str, Any], key: str, value: Any) -> Any:
    """A copy of a document with another entry in one of its objects."""
    box[key] = value
    made = copy.deepcopy(document)
    del box[key]
    return made


def test_proofs_of_another_game_prove_nothing_false() -> None:
    """Claims without evidence of their own stay as true as they are; those that need it find it false."""
    one = certificate(NUMBERS["six followers"])
    two = certificate(scalar("u**2 + (u + 2*u0 - 4)**2", "u0**2 + u**2 + (u0 + ubar - 5)**2", followers=6))
    assert reasons({**one, "proofs": two["proofs"]})["team-optimum"] == ""
    found = reasons({**one, "proofs": two["proofs"]})
    assert all(found[concept] for concept in ("incentive", "mean-field", "randomised"))
    assert all(reasons({**one, "game": two["game"]}).values())
    assert all(reasons({**one, "claims": two["claims"]}).values())
    state = certificate(gaussian("u**2 + (u + u0 - x)**2", followers=6))
    for document in ({**one, "game": state["game"]}, {**state, "game": one["game"]}):
        assert all(reasons(document).values())


# ----------------------------------------------------------------------------------------- what has no such answer


def test_one_follower_may_leave_many_without_a_limit() -> None:
    """A leader whom the mean alone pleases has a team optimum with one follower, and none with two."""
    game = NUMBERS["a single one who is pleased by the mean"]
    assert "mean-field" not in sx.solve(game).results
    with pytest.raises(sx.StackexactError, match="strictly convex in each of many followers' actions"):
        sx.solve(game, ["mean-field"])
    with pytest.raises(sx.StackexactError, match="strictly convex in a follower's own action"):
        sx.solve(scalar("u**2 + (u + u0 - 4)**2", "u0**2 + (u0 + ubar)**2 + p*u**2", followers=1), ["mean-field"])


def test_many_followers_whose_costs_are_not_convex_never_respond() -> None:
    """Nor to gains on the mean, where what they do is determined by their slopes."""
    with pytest.raises(sx.StackexactError, match=r"costs\.follower: expected a cost that is convex in its own action"):
        sx.solve(scalar("2*u*ubar - u**2 + u*u0 - 4*u"), ["mean-field"])
