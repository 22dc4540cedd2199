"""Certificates about followers who respond best: what solve writes is proved, and what is false is not."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from best_games import drawn, followed, games, hard, shop

import stackexact as sx
from stackexact.certificates.check import check

SUPREMUM = "mixed-weak"


def certificate(game: sx.MarkovGame, *concepts: str) -> dict[str, Any]:
    return sx.solve(game, concepts or None).certificate().document


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything below a node, with the keys that lead there."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key), value
        yield from places(value, (*path, key))


def changed(document: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """A copy with another value at a place; ``...`` takes away what is there."""
    made = copy.deepcopy(document)
    node: Any = made
    for key in path[:-1]:
        node = node[key]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return made


def reason(document: dict[str, Any], concept: str = SUPREMUM) -> str:
    """Why a claim is not proved; empty if it is."""
    return next(one.reason for one in check(document).verdicts if one.concept == concept)


def test_what_solve_writes_is_proved() -> None:
    seen = set()
    for game in games(60, 11, shapes=3):
        solution = sx.solve(game)
        document = solution.certificate().document
        report = check(document)
        assert report.true, f"{report}\n{game}"
        assert report.game is not None
        assert report.game.sha256() == game.sha256
        cell: Any = solution[SUPREMUM].cell
        seen.add((game.prescription, cell.attained, "kept" in str(document["proofs"][SUPREMUM])))
    assert seen >= {(True, True, False), (True, False, False), (False, True, False), (False, False, True)}


def test_whatever_keeps_a_value_from_being_attained_is_proved() -> None:
    """Steps of every kind: actions that are shown to tie, to give no more, with what is left shown empty or not."""
    source = random.Random(14)
    seen = set()
    for _ in range(150):
        document = certificate(followed(*hard(source)), SUPREMUM)
        assert not reason(document)
        for kept in document["proofs"][SUPREMUM]["cells"][0]["stages"][0]["first"].get("kept", []):
            steps = kept["steps"]
            seen.add((len(steps) > 1, any(step["ties"] for step in steps), "empty" in kept))
    assert seen >= {(True, True, True), (True, True, False), (True, False, True), (False, False, False)}


def test_other_values_and_flags_are_false() -> None:
    for game in games(12, 12, shapes=3):
        document = certificate(game)
        for path, value in places(document["claims"], ("claims",)):
            if isinstance(value, bool):
                assert not check(changed(document, path, not value)).true, path
            elif path[-1] == "leader" or ("values" in path and isinstance(value, str)):
                for step in (1, -1):
                    assert not check(changed(document, path, str(Fraction(value) + step))).true, path


def test_whatever_is_changed_or_left_out_is_refused_or_still_true() -> None:
    """Nothing raises, and a changed claim is proved only if it is another policy, or another response to it."""
    source = random.Random(13)
    junk = [None, True, 0, "x", "1/2", "-1", [], {}, {"a1": "1"}, ["x"], ...]
    for _ in range(6):
        document = certificate(drawn(source))
        for path, value in places(document):
            other = source.choice([one for one in junk if one != value])
            if len(path) > 1 and path[0] in ("claims", "proofs", "game"):
                report = check(changed(document, path, other))
                if path[0] == "claims" and report.true:
                    assert {"policy", "response"} & set(path) or len(path) == 2


def test_policies_that_do_not_get_the_value_are_refused() -> None:
    for prescription in (False, True):
        document = certificate(shop(prescription=prescription), "mixed-strong", SUPREMUM)
        for concept in ("mixed-strong", SUPREMUM):
            path = ("claims", concept, "cells", 0, "policy", 1, "open")
            mixture = {"a2": "1"}
            told = changed(document, path, {"b1": mixture, "b2": mixture} if prescription else mixture)
            assert ".policy[1]['open']: " in reason(told, concept)
            path = ("claims", concept, "cells", 0, "response", 1, "open")
            assert "[1]['open']: " in reason(changed(document, path, "b2"), concept)


def one_shot(leader: Any, follower: Any, *, prescription: bool = True) -> sx.MarkovGame:
    payoffs = {"leader": leader, "follower": follower}
    return sx.MarkovGame(
        {"s": {"payoffs": payoffs}}, horizon=1, follower={"response": "best"}, prescription=prescription
    )


def claim(game: sx.MarkovGame, concept: str, cell: dict[str, Any], proof: dict[str, Any]) -> str:
    """The verdict on a claim about a game of one state and stage."""
    head = {"format": "stackexact/certificate", "version": 1, "kind": "markov", "game": game.document()}
    told = {key: [{"s": value}] if key in ("policy", "response", "values") else value for key, value in cell.items()}
    told |= {"when": [], "leader": cell["values"]}
    proofs = {concept: {"cells": [{"stages": [{"s": proof}]}]}}
    return reason({**head, "claims": {concept: {"cells": [told]}}, "proofs": proofs}, concept)


PUNISHED = one_shot([[4, 0], [1, 0]], [[0, 1], [3, 1]])
"""The follower secures 1 by b2, which is worth nothing to the leader; b1 is worth 3 at least, in a mixture."""

MIXED = {"b1": {"a1": "2/3", "a2": "1/3"}, "b2": {"a1": "1"}}


def test_bounds_must_hold_at_the_value() -> None:
    cell = {"policy": MIXED, "response": "b1", "values": "3"}
    assert not claim(PUNISHED, "mixed-strong", cell, {"multipliers": {"b1": "1"}})
    for y in ("0", "1/2", "2"):
        why = claim(PUNISHED, "mixed-strong", cell, {"multipliers": {"b1": y}})
        assert "do not bound what the follower's action 1 is worth" in why
    assert "expected no negative number" in claim(PUNISHED, "mixed-strong", cell, {"multipliers": {"b1": "-1"}})
    cell = {"policy": {"b1": {"a2": "1"}, "b2": {"a1": "1"}}, "response": "b1", "values": "1"}
    assert "do not bound" in claim(PUNISHED, "mixed-strong", cell, {"multipliers": {"b1": "1"}})
    assert not claim(PUNISHED, "pure-strong", cell, {})
    cell = {"policy": {"b1": {"a1": "1"}, "b2": {"a1": "1"}}, "response": "b2", "values": "0"}
    assert "worth more to the leader" in claim(PUNISHED, "pure-weak", cell, {})


def test_a_limit_is_not_attained() -> None:
    cell = {"policy": MIXED, "response": "b1", "values": "3", "attained": True}
    proof = {"multipliers": {"b1": "1"}}
    assert "gives the leader less than the value" in claim(PUNISHED, SUPREMUM, cell, proof)
    cell |= {"attained": False, "attained_from": [{"s": False}]}
    assert not claim(PUNISHED, SUPREMUM, cell, proof)
    assert "expected what is proved of the first states" in claim(PUNISHED, SUPREMUM, cell | {"attained": True}, proof)


def test_a_limit_is_near_to_policies_that_come_near_the_value() -> None:
    """Both respond whatever is announced, and one is worth nothing; or a thin region, which nothing near is in."""
    tied = one_shot([[3, 0]], [[1, 1]])
    cell = {"policy": {"b1": {"a1": "1"}, "b2": {"a1": "1"}}, "response": "b1", "values": "3"}
    limit = {"attained": False, "attained_from": [{"s": False}]}
    assert "expected a prescription to which" in claim(tied, SUPREMUM, cell | limit, {"multipliers": {}})
    game = followed([[1, 1, 0], [1, 0, 0]], [[1, 1, 1], [1, 0, 0]], frozenset([(0, 0), (1, 0)]))
    document = certificate(game, SUPREMUM)
    assert not reason(document)
    path = ("claims", SUPREMUM, "cells", 0)
    told = changed(document, (*path, "policy", 0, "first"), {"a1": "1"})
    assert not reason(changed(told, (*path, "response", 0, "first"), "b1"))
    assert "expected a commitment to which" in reason(changed(told, (*path, "response", 0, "first"), "b2"))


def test_what_is_attained_is_no_limit() -> None:
    """By a response that gains more than it secures, or where everything that secures it ties."""
    free = one_shot([[2, 0], [1, 0]], [[3, 1], [1, 1]])
    cell = {"policy": {"b1": {"a1": "1"}, "b2": {"a1": "1"}}, "response": "b1", "values": "2"}
    limit = {"attained": False, "attained_from": [{"s": False}]}
    assert not claim(free, SUPREMUM, cell | {"attained": True}, {"multipliers": {}})
    assert "attained with the follower's action 1" in claim(free, SUPREMUM, cell | limit, {"multipliers": {}})
    tied = one_shot([[2, 2]], [[1, 1]])
    assert not claim(tied, SUPREMUM, cell | {"attained": True}, {"multipliers": {}})
    why = claim(tied, SUPREMUM, cell | limit, {"multipliers": {}})
    assert "attained where the follower gets what it can secure" in why


def test_ties_that_are_worth_more_are_not_forgotten() -> None:
    """No response can be made the only one: both are worth 2, but less is claimed."""
    tied = one_shot([[2, 2], [1, 1]], [[1, 1], [1, 1]])
    cell = {"policy": {"b1": {"a2": "1"}, "b2": {"a2": "1"}}, "response": "b1", "values": "1"}
    assert "gets what it can secure the leader gets more" in claim(tied, "pure-weak", cell, {})
    attained = cell | {"attained": True}
    assert "gets what it can secure the leader gets more" in claim(tied, SUPREMUM, attained, {"multipliers": {}})


def test_a_deterministic_policy_plays_one_action() -> None:
    half = {"a1": "1/2", "a2": "1/2"}
    even = one_shot([[1], [1]], [[0], [0]])
    cell = {"policy": {"b1": half}, "response": "b1", "values": "1"}
    assert "plays one action" in claim(even, "pure-strong", cell, {})
    assert not claim(even, "mixed-strong", cell, {"multipliers": {}})


def test_commitments_are_those_that_are_proved() -> None:
    """The proof of a game in matrices, beside another value, commitment or response, or about another table."""
    game = shop()
    document = certificate(game, "mixed-strong", "pure-weak")
    assert check(document).true
    path: tuple[Any, ...] = ("proofs", "mixed-strong", "cells", 0, "stages", 0, "open", "claim")
    for key, value in (("leader", "4"), ("commitment", {"a1": "1"}), ("response", "b2")):
        assert reason(changed(document, (*path, key), value), "mixed-strong")
    other = certificate(shop(horizon=1), "mixed-strong")["proofs"]["mixed-strong"]["cells"][0]["stages"][0]["open"]
    assert reason(changed(document, path[:-1], other), "mixed-strong")


def test_why_what_follows_keeps_a_value_from_being_attained() -> None:
    document = certificate(shop(), SUPREMUM)
    assert not reason(document)
    path = ("proofs", SUPREMUM, "cells", 0, "stages", 0, "open")
    assert "expected kept exactly where" in reason(changed(document, (*path, "kept"), ...))
    (kept,) = document["proofs"][SUPREMUM]["cells"][0]["stages"][0]["open"]["kept"]
    assert kept["actions"] == ["b1"]
    assert [step["exact"] for step in kept["steps"]] == [{"b1": {"responses": {}, "values": {}}}]
    assert reason(changed(document, (*path, "kept"), [{**kept, "steps": []}]))
    assert reason(changed(document, (*path, "kept"), [{**kept, "actions": ["b2"]}]))
    assert reason(changed(document, (*path, "kept"), [{**kept, "empty": {"responses": {}, "values": {}}}]))
    assert "expected empty exactly where" in reason(changed(document, (*path, "kept", 0, "empty"), ...))
    exact = {"ties": {}, "exact": {"b2": {"responses": {}, "values": {}}}}
    assert "shown to give the value" in reason(changed(document, (*path, "kept"), [{**kept, "steps": [exact]}]))
    # At the first stage it is attained by the table alone, with what follows it is not.
    told = changed(document, ("claims", SUPREMUM, "cells", 0, "attained_from", 0, "open"), True)
    assert "leads to a state whose value is not attained" in reason(told)
    told = changed(document, ("claims", SUPREMUM, "cells", 0, "attained_from", 1, "open"), True)
    assert reason(told)


@pytest.mark.parametrize("key", ["policy", "response", "values", "attained_from"])
def test_every_state_that_is_reached_is_told_and_no_other(key: str) -> None:
    document = certificate(shop(), SUPREMUM)
    path = ("claims", SUPREMUM, "cells", 0, key)
    assert "expected an entry for each of 2 states" in reason(changed(document, (*path, 1, "closed"), ...))
    first = document["claims"][SUPREMUM]["cells"][0][key][1]["closed"]
    assert "expected an entry for each of 1 states" in reason(changed(document, (*path, 0, "closed"), first))
    assert "expected 2 item(s), found 1" in reason(changed(document, (*path, 1), ...))


def test_what_is_attained_everywhere_is_not_told_by_state() -> None:
    document = certificate(one_shot([[2]], [[1]]), SUPREMUM)
    path = ("claims", SUPREMUM, "cells", 0, "attained_from")
    assert "else nothing here" in reason(changed(document, path, [{"s": True}]))


def test_a_follower_who_responds_otherwise_is_another_game() -> None:
    document = certificate(shop(), "pure-strong")
    told = changed(document, ("game", "follower"), {"response": "quantal", "eta": "1"})
    assert "expected a game whose follower responds best" in reason(told, "pure-strong")
