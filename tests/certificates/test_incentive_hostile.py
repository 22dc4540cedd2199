"""Games of incentives and claims about them that are no such thing, or too much: one line in moments."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import pytest
from guards import without_runaway_work
from hypothesis import given
from hypothesis import strategies as st
from many_followers import FAMILY, LINES, NUMBERS, certificate

from stackexact.certificates import incentive_game
from stackexact.certificates.bounds import WORK, Work
from stackexact.certificates.check import check

GONE = object()
NUMBER, MANY, STATE = (
    certificate(NUMBERS["six followers"]),
    certificate(LINES["any number"]),
    certificate(NUMBERS["a state"]),
)


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with another value at a place."""
    made = box = copy.deepcopy(document)
    *front, last = path.split()
    for key in front:
        box = box[int(key) if isinstance(box, list) else key]
    if value is GONE:
        del box[last]
    else:
        box[int(last) if isinstance(box, list) else last] = value
    return made


def refused(document: dict[str, Any]) -> str:
    """Why no claim is true: one line, found without runaway work."""
    with without_runaway_work():
        verdicts = check(document).verdicts
    assert not any(verdict.true for verdict in verdicts), verdicts
    assert all(len(verdict.reason.splitlines()) == 1 and len(verdict.reason) < 500 for verdict in verdicts)
    return verdicts[0].reason


GARBAGE = (
    None,
    True,
    0,
    1.5,
    "",
    "u0 +",
    "é",
    "__import__",
    [],
    {},
    [[]],
    {"u0": {"u0": {}}},
    ["u0"] * 3,
    {"": ""},
    10**50,
)


@pytest.mark.parametrize(
    "path", ["game", *(f"game {key}" for key in NUMBER["game"]), "game costs leader", "game variables mean"]
)
def test_no_game(path: str) -> None:
    """Whatever stands in the place of a part of a game; parts are missing as well."""
    same = {"game parameters": [[]], "game assumptions": [[]], "game followers": [10**50]}
    for value in (*GARBAGE, *([] if path == "game" else [GONE])):
        if value not in same.get(path, []):
            assert refused(changed(NUMBER, path, value)).startswith("game")


COSTS = [
    ("u0**3", "have the second degree at most"),
    ("u0*u*ubar", "have the second degree at most"),
    ("(u0 + u)**1000", "have the second degree at most"),
    ("u0**1000000", "an integer exponent"),
    ("u0**u", "an integer exponent"),
    ("u0**(1/2)", "an integer exponent"),
    ("u0**-1", "an integer exponent"),
    ("u0**2/u", "does not divide by a variable"),
    ("u0**2/(u - u)", "does not divide by zero"),
    ("1/0", "does not divide by zero"),
    ("v**2 + u0**2", "an expression in u0, u, ubar alone"),
    ("u0**2; u**2", "an expression of numbers"),
    ("(" * 100000, "does not end with an operator"),
    ("-" * 20000 + "u0**2", "not strictly convex"),
    ("+".join(["u0**2"] * 5000), "not strictly convex"),
    ("u0**2" + "+1" * 250000, "operations"),
    ("u0**2 + " + " + ".join(f"1/{10**20 + n}" for n in range(20000)), "operations"),
    ("*".join(["u0"] * 5000), "have the second degree at most"),
    ("((10**1000)**1000)**1000*u0", "shorter numbers and lower powers"),
    ("1e99999*u0", "exponents up to"),
    ("0*u0", "not strictly convex"),
    ("u0**2 + u*ubar - ubar**2", "not strictly convex"),
]


@pytest.mark.parametrize(("cost", "message"), COSTS, ids=lambda text: text[:20])
def test_no_quadratic_costs(cost: str, message: str) -> None:
    assert message in refused(changed(NUMBER, "game costs leader", cost))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("followers", "0", "a whole number of at least 1"),
        ("followers", "-3", "a whole number of at least 1"),
        ("followers", "5/2", "a whole number of at least 1"),
        ("followers", "N", "lists no parameter that occurs"),
        ("followers", "u0", "lists no parameter that occurs"),
        ("variables", {"leader": ["u0"], "follower": ["u"], "mean": ["u"]}, "different names"),
        ("variables", {"leader": ["u0"], "follower": ["u"], "mean": ["ubar", "v"]}, "every component of the mean"),
        ("variables", {"leader": [], "follower": ["u"], "mean": ["ubar"]}, "at least one name"),
        ("variables", {"leader": ["u 0"], "follower": ["u"], "mean": ["ubar"]}, "a name (ASCII"),
        (
            "variables",
            {"leader": ["u0"], "major": ["w"], "follower": ["u"], "mean": ["ubar"]},
            "actions of all players",
        ),
        ("costs major", "u0**2", "actions of all players"),
        ("parameters", ["u0"], "none of them a parameter's"),
        ("parameters", ["N", "N"], "different names"),
        ("parameters", [f"p{n}" for n in range(1001)], "at most 1000 parameters"),
        ("information", {"state": "u0", "variance": "1", "noise": "1", "reacts": True}, "a state of its own name"),
        ("information", {"state": "x", "variance": "1", "noise": "1"}, "reacts: expected, but missing"),
        ("information", {"state": "x", "variance": "1", "noise": "1", "reacts": 1}, "true or false"),
        ("information", {"state": "x", "variance": "1", "noise": "1", "reacts": True}, "no linear terms"),
        ("assumptions", ["u0 > 0"], "names that stand under parameters"),
        ("assumptions", ["1 < 0"], "a true assumption"),
    ],
)
def test_no_game_of_incentives(path: str, value: object, message: str) -> None:
    assert message in refused(changed(NUMBER, f"game {path}", value))


@pytest.mark.parametrize("key", ["variance", "noise"])
def test_variances(key: str) -> None:
    for value in ("-1", "u0", "x", None, "1/0", *(["0"] if key == "variance" else [])):
        refused(changed(STATE, f"game information {key}", value))
    assert "a positive variance" in refused(changed(STATE, "game information variance", "0"))


@pytest.mark.parametrize(
    "assumptions", [[], ["N >= 0"], ["N > 1/2"], ["N == 0"], ["N < 0"], ["N == -1"], ["N >= 1", "N < 1"]]
)
def test_numbers_of_followers_are_at_least_one(assumptions: list[str]) -> None:
    """Claims hold for any N that is not 0, as formulas; but there is no game with half a follower."""
    for concept in MANY["claims"]:
        for n, _ in enumerate(MANY["claims"][concept]["cells"]):
            document = changed(MANY, "game assumptions", assumptions)
            for part in ("claims", "proofs"):
                document[part] = {concept: {**MANY[part][concept], "cells": [MANY[part][concept]["cells"][n]]}}
            refused(document)
    document = certificate(FAMILY["a target of many"])
    document["game"]["assumptions"] = assumptions
    assert not check(document, "z3").true


def test_parameters_that_occur_nowhere_change_nothing() -> None:
    for parameters, assumptions in (
        (["d"], []),
        (["d"], ["d > 0"]),
        (["c", "d"], ["0 < c < d"]),
        (["c", "d"], ["d > 0"]),
    ):
        document = changed(changed(NUMBER, "game parameters", parameters), "game assumptions", assumptions)
        assert check(document).true
    hidden = changed(NUMBER, "game parameters", ["d"])
    hidden["game"]["costs"]["leader"] += " + d*u0/d - u0 + (d - d)*u"
    assert check(hidden).true


def plane(size: int, factor: str = "1") -> dict[str, Any]:
    """A game in which all players have so many dimensions, and a claim about its team optimum."""
    names = {player: [f"{player}{k}" for k in range(size)] for player in ("leader", "follower", "mean")}
    every = [name for some in names.values() for name in some]
    sums = f"({factor}*(" + " + ".join(every) + "))**2"
    game = {
        **NUMBER["game"],
        "variables": names,
        "costs": {"leader": " + ".join([*(f"{name}**2" for name in every), sums]), "follower": "0"},
        "parameters": ["p", "q"],
        "assumptions": [f"{name} > 0" for name in ("p", "q") if name in factor],
    }
    actions = dict.fromkeys((*names["leader"], *names["follower"]), "0")
    coverage = {} if factor == "1" else {"coverage": "the cells are disjoint and cover the assumptions"}
    proof = {} if factor == "1" else {"pieces": [{"when": [], "proof": {}}]}
    return {
        **NUMBER,
        "game": game,
        "claims": {"team-optimum": {"cells": [{"when": [], "cost": "0", "actions": actions}]}},
        "proofs": {"team-optimum": {"cells": [proof], **coverage}},
    }


def test_many_dimensions() -> None:
    """Up to a bound; with parameters it is lower."""
    with without_runaway_work():
        assert check(plane(13)).true
    for document, message in ((plane(14), "at most 40 variables"), (plane(7, "p"), "at most 18 variables where costs")):
        assert message in refused(document)
        assert check(document).limited
    with without_runaway_work():
        assert check({**plane(3, "p")}).true
    assert refused(plane(3, "(p + q)"))
    assert "at most 40 variables" in refused(plane(100000))


def test_work_with_a_parameter_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work.__init__, "__defaults__", (WORK // 10**7,))
    assert "checked with less work" in refused(plane(5, "p"))


def test_terms_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incentive_game, "OPERATIONS", 100)
    assert check(changed(NUMBER, "game costs leader", "u0**2 + u**2")).limited


def places(node: Any, *front: str) -> list[str]:
    """The paths of all values of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [path for key in keys for path in (" ".join((*front, str(key))), *places(node[key], *front, str(key)))]


@given(st.sampled_from([NUMBER, MANY, STATE]), st.data())
def test_garbage_anywhere(document: dict[str, Any], data: st.DataObject) -> None:
    """Where it leaves claims alone they may be true; whatever it is, a verdict is one line."""
    inside = [path for path in places(document) if path.split()[0] in ("game", "claims", "proofs") and " " in path]
    path = data.draw(st.sampled_from(inside))
    value = data.draw(st.sampled_from(GARBAGE) | st.recursive(st.text() | st.integers(), st.lists, max_leaves=4))
    with without_runaway_work():
        report = check(changed(document, path, value))
    assert all(len(verdict.reason.splitlines()) <= 1 for verdict in report.verdicts)
    if path.startswith("claims") and "when" not in path and path.split()[1:] != ["cells"]:
        assert not report.true


def test_the_checker_of_incentives_loads_nothing_else() -> None:
    code = "import sys, stackexact.certificates.check; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = {name for name in ran.stdout.split() if name.startswith("stackexact")}
    assert {"stackexact.certificates.gaussian_proofs", "stackexact.certificates.minors"} <= own
    assert all(
        name.startswith(("stackexact.certificates", "stackexact.errors", "stackexact.version")) or name == "stackexact"
        for name in own
    )
