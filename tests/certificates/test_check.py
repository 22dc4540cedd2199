"""The stand-alone checker against certificates made by hand, and against every way of spoiling them.

The certificates in ``hand_made`` were derived on paper, not by the library: ``misaligned`` (the tolerant benchmarks of
the slides at delta = 1/100), ``zero`` (everything ties), ``unattained`` (a supremum that no commitment reaches),
``thin`` (equivalent actions, a region without interior), ``aligned`` (both players rank outcomes alike).
"""

from __future__ import annotations

import copy
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from stackexact.certificates.check import Report, check, read

HAND_MADE = {path.stem: read(path) for path in sorted((Path(__file__).parent / "hand_made").glob("*.json"))}
CASES = [(name, concept) for name, document in HAND_MADE.items() for concept in document["claims"]]
GONE = object()

Where = tuple[str | int, ...]


def places(value: Any, before: Where = ()) -> list[Where]:
    """The places of everything inside a JSON value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found: list[Where] = []
    for key in keys:
        found += [(*before, key), *places(value[key], (*before, key))]
    return found


def at(value: Any, where: Where) -> Any:
    for key in where:
        value = value[key]
    return value


def changed(document: dict[str, Any], where: Where, value: object) -> dict[str, Any]:
    """A copy with one place changed, added or left out."""
    made = copy.deepcopy(document)
    holder = at(made, where[:-1])
    if value is GONE:
        del holder[where[-1]]
    else:
        holder[where[-1]] = copy.deepcopy(value)
    return made


def rejected(document: dict[str, Any], concept: str) -> str:
    """The reason why this claim is false; no other claim may become true or false by itself."""
    report = check(document)
    assert isinstance(report, Report)
    assert not report.true
    (verdict,) = (verdict for verdict in report.verdicts if verdict.concept == concept)
    assert not verdict.true
    assert verdict.reason
    assert "\n" not in verdict.reason
    assert f"{concept}: false: {verdict.reason}" in str(report).splitlines()
    return verdict.reason


def only(name: str, concept: str) -> dict[str, Any]:
    """A hand-made certificate cut down to one concept."""
    document = HAND_MADE[name]
    part = {key: {concept: document[key][concept]} for key in ("claims", "proofs")}
    return {**document, **part}


def claim(concept: str, *where: str | int) -> Where:
    return ("claims", concept, "cells", 0, *where)


def proof(concept: str, *where: str | int) -> Where:
    return ("proofs", concept, "cells", 0, *where)


# ------------------------------------------------------------------------------------------------------- accepted


def test_the_hand_made_certificates_cover_every_concept() -> None:
    concepts = "pure-strong pure-weak mixed-strong mixed-weak tolerant self-tolerant alignment correlated"
    assert {concept for _, concept in CASES} == set(concepts.split())
    assert len(HAND_MADE) == 5


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_a_true_claim_with_its_proof_is_accepted(name: str, concept: str) -> None:
    report = check(only(name, concept))
    assert report.true
    assert [(verdict.concept, verdict.true, verdict.reason) for verdict in report.verdicts] == [(concept, True, "")]
    assert str(report) == f"bimatrix '{name}': true\n{concept}: true"


def test_the_report_names_kind_game_and_every_claim() -> None:
    report = check(HAND_MADE["misaligned"])
    assert (report.kind, report.game_name, report.true) == ("bimatrix", "misaligned", True)
    assert len(report.verdicts) == len(HAND_MADE["misaligned"]["claims"]) == 8


def test_all_levels_stand_in_for_a_basis_that_shows_nothing() -> None:
    document = HAND_MADE["zero"]
    for concept, where, levels in (("mixed-strong", ("reaching", "b1"), 4), ("correlated", (), 6)):
        full = changed(document, proof(concept, *where, "multipliers"), [{}] * levels)
        assert check(full).true
        one = "a2" if where else ["a2", "b1"]
        basis = {"support": [one], "tight": ["b1"] if where else []}
        assert check(changed(full, proof(concept, *where, "basis"), basis)).true
        rejected(changed(document, proof(concept, *where, "basis"), basis), concept)
        rejected(changed(full, proof(concept, *where, "multipliers"), [{}] * (levels + 1)), concept)


def test_other_true_proofs_are_accepted() -> None:
    document = HAND_MADE["misaligned"]
    for where, value in (
        (proof("mixed-strong", "empty", "b2", "b1"), "22/7"),
        (proof("mixed-strong", "empty", "b2", "b1"), "2/4"),
        (proof("mixed-strong", "reaching", "b1", "multipliers"), [{"b2": "0"}]),
        (proof("mixed-weak", "classes", 0, "reaching", "interior"), {"a1": "1/1000", "a2": "999/1000"}),
        (claim("mixed-weak", "witness"), {"a1": "1"}),
    ):
        assert check(changed(document, where, value)).true


def test_labels_default_and_tolerance_may_stand_in_the_claim_alone() -> None:
    document = HAND_MADE["misaligned"]
    for key in ("actions", "tolerance", "parameters", "assumptions", "name"):
        assert check(changed(document, ("game", key), GONE)).true
    small = changed(changed(only("misaligned", "tolerant"), ("game", "tolerance"), GONE), ("game", "name"), GONE)
    small["claims"]["tolerant"] = {
        "tolerance": "1/200",
        "cells": [{"when": [], "leader": "3/5", "follower": "1/100", "epsilon": {"leader": "0", "follower": "0"}}],
    }
    rejected(small, "tolerant")
    leader = {"tolerated": {"a1": "b1", "a2": "b1"}, "guarantees": [{"from": "0", "action": "a1"}]}
    small = changed(small, proof("tolerant", "leader"), leader)
    rejected(small, "tolerant")
    never = {"from": "never", "guard": "a1"}
    assert check(changed(small, proof("tolerant", "follower", "entries", "a2"), never)).true


def test_payoffs_may_be_decimals_and_integers() -> None:
    document = changed(HAND_MADE["misaligned"], ("game", "payoffs", "leader", 0, 0), "0.6")
    assert check(document).true
    document = changed(HAND_MADE["thin"], ("game", "payoffs", "leader", 0, 0), 2)
    assert check(document).true
    assert not check(changed(document, ("game", "payoffs", "leader", 0, 0), 12345)).true


# -------------------------------------------------------------------------------------------------------- rejected


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_every_claimed_number_is_proved_to_the_last_digit(name: str, concept: str) -> None:
    document = only(name, concept)
    numbers = 0
    for where in places(document["claims"]):
        written = at(document["claims"], where)
        if not isinstance(written, str) or not written.replace("/", "").isdigit():
            continue
        numbers += 1
        value = Fraction(written)
        wrong = [str(value + by) for by in (Fraction(1, 10**30), -Fraction(1, 10**30), 1, -1)] + [str(-value - 2)]
        same = [f"{2 * value.numerator}/{2 * value.denominator}", f"+{written}", f" {written}", f"0{written}"]
        for text in (*wrong, *same, f"{written}.0", "1/0", "-0", "", "٣", "1e3", "9" * 1_000_001):
            rejected(changed(document, ("claims", *where), text), concept)
    assert numbers or at(document, claim("alignment", "constant")) == "oo"


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_nothing_can_be_left_out(name: str, concept: str) -> None:
    document = only(name, concept)
    where = [(part, *rest) for part in ("claims", "proofs") for rest in places(document[part])]
    assert len(where) > 10
    for place in where:
        rejected(changed(document, place, GONE), concept)


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_nothing_can_be_added(name: str, concept: str) -> None:
    document = only(name, concept)
    objects = 0
    for part in ("claims", "proofs"):
        for place in places(document[part]):
            value = at(document[part], place)
            if isinstance(value, dict):
                objects += 1
                why = rejected(changed(document, (part, *place, "x"), "1"), concept)
                assert "unknown key 'x'" in why or "expected action labels as keys, found 'x'" in why
            elif isinstance(value, list) and value and place[-1] not in ("multipliers", "steps"):
                rejected(changed(document, (part, *place), [*value, value[0]]), concept)
    assert objects >= 4


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_junk_in_any_place_is_a_verdict_and_no_traceback(name: str, concept: str) -> None:
    document = only(name, concept)
    deep: Any = []
    for _ in range(3000):
        deep = [deep]
    junk: list[Any] = [
        None,
        True,
        False,
        0,
        1,
        1.5,
        float("nan"),
        10**5000,
        "x",
        "",
        "\ud800",
        [],
        {},
        [None],
        {"x": {}},
        {1: 2},
    ]
    for part in ("claims", "proofs"):
        for place in places(document[part]):
            for value in (*junk, deep):
                holder = copy.copy(document)
                holder[part] = copy.deepcopy(document[part])
                at(holder, (part, *place[:-1]))[place[-1]] = value
                if value != at(document[part], place) or type(value) is not type(at(document[part], place)):
                    rejected(holder, concept)


def test_the_proof_of_another_game_proves_nothing() -> None:
    """Except where it happens to fit: a pair that shows an infinite constant, three levels that prove more than one."""
    fitting = {("alignment", "unattained", "thin"), ("correlated", "misaligned", "zero")}
    tried = 0
    for one, concept in CASES:
        for two in (name for name, of in CASES if of == concept and name != one):
            for part in ("claims", "proofs"):
                other = HAND_MADE[two][part][concept]
                if HAND_MADE[one][part][concept] != other and (part == "claims" or (concept, one, two) not in fitting):
                    tried += 1
                    rejected(changed(only(one, concept), (part, concept), other), concept)
    assert tried > 50


@pytest.mark.parametrize("name", HAND_MADE)
def test_every_payoff_matters(name: str) -> None:
    for player in ("leader", "follower"):
        for i, row in enumerate(HAND_MADE[name]["game"]["payoffs"][player]):
            for j in range(len(row)):
                report = check(changed(HAND_MADE[name], ("game", "payoffs", player, i, j), "12345"))
                assert not report.true, (name, player, i, j)


HALF, MOVED = {"a1": "1/2", "a2": "1/2"}, {"a1": "2/3", "a2": "1/3"}

SPOILED: list[tuple[str, str, Where, object]] = [
    # a response, a commitment or a list that is not the proved one
    ("misaligned", "pure-strong", claim("pure-strong", "response"), "b2"),
    ("misaligned", "pure-strong", claim("pure-strong", "commitment"), {"a2": "1"}),
    ("misaligned", "pure-strong", claim("pure-strong", "commitment"), {"a1": "1", "a2": "0"}),
    ("zero", "pure-strong", claim("pure-strong", "commitment"), {"a2": "1"}),
    ("zero", "pure-strong", claim("pure-strong", "response"), "b2"),
    ("zero", "pure-weak", claim("pure-weak", "tied"), ["b2", "b1"]),
    ("thin", "pure-weak", claim("pure-weak", "response"), "b1"),
    ("thin", "pure-strong", proof("pure-strong", "best_responses", "a1"), ["b3", "b1", "b2"]),
    ("unattained", "mixed-strong", claim("mixed-strong", "commitment"), MOVED),
    ("unattained", "mixed-strong", claim("mixed-strong", "response"), "b2"),
    ("unattained", "mixed-strong", claim("mixed-strong", "tied"), ["b1", "b2"]),
    ("zero", "mixed-strong", claim("mixed-strong", "response"), "b2"),
    ("zero", "mixed-strong", claim("mixed-strong", "tied"), ["b2", "b1"]),
    ("zero", "mixed-strong", claim("mixed-strong", "commitment"), HALF),
    ("unattained", "correlated", claim("correlated", "distribution"), {"a1": {"b1": "2/3"}, "a2": {"b1": "1/3"}}),
    ("unattained", "correlated", claim("correlated", "distribution", "a1", "b2"), "0"),
    # bounds, multipliers and bases that do not show what they should
    ("misaligned", "mixed-strong", proof("mixed-strong", "empty", "b2", "b1"), "-1"),
    ("misaligned", "mixed-strong", proof("mixed-strong", "empty", "b2"), {}),
    ("misaligned", "mixed-strong", proof("mixed-strong", "bounded", "b2"), {"b1": "1/1000"}),
    ("unattained", "mixed-strong", proof("mixed-strong", "reaching", "b1", "multipliers", 0, "b2"), "1/3"),
    ("unattained", "mixed-strong", proof("mixed-strong", "reaching", "b1", "commitment"), MOVED),
    ("unattained", "mixed-strong", proof("mixed-strong", "reaching", "b1", "basis", "tight"), ["b2"]),
    ("thin", "mixed-strong", proof("mixed-strong", "bounded", "b1"), {"b4": "100"}),
    ("thin", "mixed-strong", proof("mixed-strong", "reaching", "b3", "multipliers", 0), {"b1": "-1"}),
    ("unattained", "correlated", proof("correlated", "multipliers", 0, "b1", "b2"), "1/3"),
    ("unattained", "correlated", proof("correlated", "basis", "support", 1), ["a2", "b2"]),
    ("unattained", "correlated", proof("correlated", "basis", "tight", 0), ["b2", "b1"]),
    # the supremum: attained or not, and why
    ("misaligned", "mixed-weak", claim("mixed-weak", "attained"), False),
    ("unattained", "mixed-weak", claim("mixed-weak", "attained"), True),
    ("unattained", "mixed-weak", claim("mixed-weak", "witness"), HALF),
    ("unattained", "mixed-weak", claim("mixed-weak", "classes"), [["b1"], ["b2"]]),
    ("thin", "mixed-weak", claim("mixed-weak", "witness"), MOVED),
    ("thin", "mixed-weak", claim("mixed-weak", "classes"), [["b2", "b1"]]),
    ("thin", "mixed-weak", claim("mixed-weak", "classes"), [["b1"], ["b2"]]),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 0, "actions"), ["b1"]),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "interior"), HALF),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "weights"), {"b1": "1"}),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "weights"), {"b3": "1"}),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 1, "thin"), {"b3": "1"}),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 1, "thin"), {"b4": "1"}),
    ("thin", "mixed-weak", proof("mixed-weak", "classes", 2), {"actions": ["b4"], "thin": {"b1": "1"}}),
    ("misaligned", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "chain"), {"steps": [], "empty": {}}),
    ("unattained", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "chain", "steps"), []),
    ("unattained", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "interior"), HALF),
    ("unattained", "mixed-weak", proof("mixed-weak", "classes", 0, "reaching", "multipliers", "b2"), "1/3"),
    (
        "unattained",
        "mixed-weak",
        proof("mixed-weak", "classes", 0, "reaching", "chain", "steps", 0, "b2", "values"),
        {"b1": "2", "b2": "1"},
    ),
    # tolerant benchmarks
    ("misaligned", "tolerant", claim("tolerant", "epsilon", "leader"), "1/50"),
    ("misaligned", "tolerant", ("claims", "tolerant", "tolerance"), "1/10"),
    ("misaligned", "tolerant", proof("tolerant", "leader", "tolerated", "a1"), "b1"),
    ("misaligned", "tolerant", proof("tolerant", "leader", "tolerated", "a2"), "b2"),
    ("misaligned", "tolerant", proof("tolerant", "leader", "guarantees", 1, "from"), "1/50"),
    ("misaligned", "tolerant", proof("tolerant", "leader", "guarantees", 1, "action"), "a1"),
    ("misaligned", "tolerant", proof("tolerant", "follower", "entries", "a1"), {"from": "1/100", "guard": "a2"}),
    ("misaligned", "tolerant", proof("tolerant", "follower", "entries", "a2", "from"), "1/50"),
    ("misaligned", "tolerant", proof("tolerant", "follower", "entries", "a2", "from"), "never"),
    ("misaligned", "tolerant", proof("tolerant", "follower", "entries", "a2", "guard"), "a2"),
    ("misaligned", "tolerant", proof("tolerant", "follower", "action"), "a2"),
    ("misaligned", "tolerant", proof("tolerant", "follower", "response"), "b2"),
    ("aligned", "tolerant", proof("tolerant", "follower", "entries", "a2"), {"from": "never", "guard": "a1"}),
    ("misaligned", "self-tolerant", claim("self-tolerant", "epsilon", "follower"), "1/100"),
    ("misaligned", "self-tolerant", proof("self-tolerant", "leader", "outcome"), "b1"),
    ("misaligned", "self-tolerant", proof("self-tolerant", "leader", "action"), "a2"),
    ("misaligned", "self-tolerant", proof("self-tolerant", "follower", "outcome"), "b2"),
    # alignment
    ("misaligned", "alignment", claim("alignment", "same_ranking"), True),
    ("aligned", "alignment", claim("alignment", "same_ranking"), False),
    ("misaligned", "alignment", claim("alignment", "constant"), "oo"),
    ("thin", "alignment", claim("alignment", "same_ranking"), True),
    ("aligned", "alignment", claim("alignment", "constant"), "3"),
    ("aligned", "alignment", claim("alignment", "constant"), "1"),
    ("misaligned", "alignment", proof("alignment", "extreme"), [["a1", "b1"], ["a2", "b1"]]),
    ("misaligned", "alignment", proof("alignment", "different"), [["a1", "b1"], ["a1", "b2"]]),
    ("misaligned", "alignment", proof("alignment", "extreme", 1), ["a1", "b1"]),
    ("misaligned", "alignment", proof("alignment", "by_leader", 0), ["a1", "b1"]),
]


@pytest.mark.parametrize(("name", "concept", "where", "value"), SPOILED)
def test_a_single_change_is_found_and_named(name: str, concept: str, where: Where, value: object) -> None:
    report = check(changed(HAND_MADE[name], where, value))
    assert [verdict.concept for verdict in report.verdicts if not verdict.true] == [concept]
    assert rejected(changed(HAND_MADE[name], where, value), concept)


@pytest.mark.parametrize(("name", "concept"), CASES)
def test_when_and_the_number_of_cells(name: str, concept: str) -> None:
    document = only(name, concept)
    assert "no parameters" in rejected(changed(document, claim(concept, "when"), ["0 < 1"]), concept)
    for part in ("claims", "proofs"):
        cells = document[part][concept]["cells"]
        assert "cells: expected 1 item" in rejected(changed(document, (part, concept, "cells"), []), concept)
        assert "cells: expected 1 item" in rejected(changed(document, (part, concept, "cells"), cells * 2), concept)


def test_an_unknown_concept_is_a_false_claim() -> None:
    document = changed(HAND_MADE["zero"], ("claims", "no\nsuch concept"), {"cells": []})
    report = check(document)
    assert [verdict.concept for verdict in report.verdicts if not verdict.true] == ["no\nsuch concept"]
    assert len(str(report).splitlines()) == len(report.verdicts) + 1


# ---------------------------------------------------------------------------------------- long numbers, independence


def test_numbers_of_any_length() -> None:
    """The leader's payoffs of ``zero`` shifted by a number beyond what CPython converts at once."""
    shift = "1" + "0" * 6000 + "/" + "7" * 5001
    document = changed(only("zero", "mixed-strong"), ("game", "payoffs", "leader"), [[shift] * 2] * 2)
    assert "its value is not the claimed one" in rejected(document, "mixed-strong")
    assert check(changed(document, claim("mixed-strong", "leader"), shift)).true
    for off in (shift[:-1] + "9", "-" + shift, shift[:6000] + "1" + shift[6001:], f"1{'0' * 6001}/{'7' * 5001}"):
        rejected(changed(document, claim("mixed-strong", "leader"), off), "mixed-strong")
    document = changed(only("zero", "pure-strong"), ("game", "payoffs", "leader"), [[shift] * 2] * 2)
    assert "expected a number of about 11001 digits, as the proof gives, found '0'" in rejected(document, "pure-strong")


def test_the_checker_loads_no_solver_and_none_of_the_library() -> None:
    code = "import sys, stackexact.certificates.check; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "stackexact.certificates.proofs" in loaded
    foreign = {"flint", "numpy", "scipy", "sympy", "highspy", "pulp", "z3", "networkx", "click", "rich"}
    assert not foreign & {module.split(".")[0] for module in loaded}
    own = {module for module in loaded if module.startswith("stackexact.")}
    others = {module for module in own if not module.startswith("stackexact.certificates")}
    assert others <= {"stackexact.errors", "stackexact.version"}  # the latter is a text, for the package itself
