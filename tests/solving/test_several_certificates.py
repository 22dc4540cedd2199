"""Certificates in several parameters: accepted, their coverage proved by two solvers, and rejected when changed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from forms import form
from strategies import affine

import stackexact as sx
from stackexact.certificates.check import Report, check

CASES = [
    ("pure-strong", (3, 3), 1),
    ("pure-weak", (3, 3), 2),
    ("tolerant", (2, 3), 3),
    ("self-tolerant", (2, 2), 4),
    ("mixed-strong", (2, 3), 5),
    ("mixed-weak", (2, 2), 6),
    ("correlated", (2, 2), 7),
    ("alignment", (1, 2), 8),
]
FORM = form("certificate")


def certificate(concept: str, shape: tuple[int, int], seed: int) -> dict[str, Any]:
    """A certificate as it would be read from a file."""
    game = affine(shape, seed, "y/2" if "tolerant" in concept else None)
    document: dict[str, Any] = json.loads(sx.solve(game, [concept]).certificate().dumps())
    return document


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    """Seven cells, most of them proved in several pieces."""
    return certificate("mixed-strong", (2, 3), 5)


def coverage(report: Report) -> str:
    (verdict,) = report.verdicts
    assert verdict.true, verdict.reason
    return verdict.coverage


@pytest.mark.parametrize(("concept", "shape", "seed"), CASES)
def test_every_concept_is_proved(concept: str, shape: tuple[int, int], seed: int) -> None:
    """Each cell without a solver, the coverage by either of two."""
    document = certificate(concept, shape, seed)
    FORM.validate(document)
    assert coverage(check(document)) == "assumed"
    assert check(document).assumed
    for solver in ("z3", "cvc5"):
        report = check(document, solver)
        assert coverage(report) == f"proved by {solver}"
        assert not report.assumed


def test_rational_payoffs_and_a_symbolic_tolerance() -> None:
    """Denominators are required not to vanish; the paper's table is proved with its one cell."""
    table = [["delta", "0"], ["0.6", "0.4"]]
    game = sx.Game([["0.6", "0.2"], ["0.5", "0.4"]], table, assumptions=["0 < delta < gamma < 1/10"], tolerance="gamma")
    assert sx.solve(game).certificate().check("z3").true
    game = sx.Game([["1/(x + y)", "x/y"]], [["y/x", "1"]], assumptions=["0 < x", "0 < y < 3"])
    report = sx.solve(game).certificate().check("z3")
    assert report.true
    assert not report.assumed


def reason(document: dict[str, Any], smt: str | None) -> str:
    return "; ".join(verdict.reason for verdict in check(document, smt).verdicts)


def test_changed_claims_need_no_solver(sample: dict[str, Any]) -> None:
    """Values, commitments, responses, payoffs, and the relations that a proof stands on."""
    cells = sample["claims"]["mixed-strong"]["cells"]
    for n, cell in enumerate(cells):
        for key, value in (("leader", "x + 7"), ("follower", "y"), ("response", "b9"), ("commitment", {"a1": "x"})):
            changed = copy.deepcopy(sample)
            changed["claims"]["mixed-strong"]["cells"][n] = {**cell, key: value}
            assert f"s.mixed-strong.cells[{n}]" in reason(changed, None)
    changed = copy.deepcopy(sample)
    changed["game"]["payoffs"]["leader"][0][0] = "x + 100"
    assert reason(changed, None)
    pieces = [piece for one in sample["proofs"]["mixed-strong"]["cells"] for piece in one["pieces"]]
    assert any(len(piece["when"]) > 1 for piece in pieces)
    for n, one in enumerate(sample["proofs"]["mixed-strong"]["cells"]):
        changed = copy.deepcopy(sample)
        changed["claims"]["mixed-strong"]["cells"][n]["when"] = []
        for piece in changed["proofs"]["mixed-strong"]["cells"][n]["pieces"]:
            piece["when"] = []
        if any(piece["when"] for piece in one["pieces"]):
            assert "no stated relation" in reason(changed, None) or "as well" in reason(changed, None)


def test_what_no_point_meets_proves_nothing(sample: dict[str, Any]) -> None:
    """No pieces, relations that contradict each other, a cell that holds nowhere."""
    for pieces in ([], [{"when": ["x == 7", "x > 7"], "proof": {}}], [{"when": ["0 < 0"], "proof": {}}]):
        changed = copy.deepcopy(sample)
        changed["claims"]["mixed-strong"]["cells"][0]["leader"] = "7"
        changed["proofs"]["mixed-strong"]["cells"][0]["pieces"] = pieces
        assert "proofs.mixed-strong.cells[0]" in reason(changed, None)
    changed = copy.deepcopy(sample)
    changed["claims"]["mixed-strong"]["cells"][0]["when"].append("x < y - 100")
    for piece in changed["proofs"]["mixed-strong"]["cells"][0]["pieces"]:
        piece.pop("sample", None)
    assert "holds somewhere" in reason(changed, "z3")
    assert "holds somewhere" in reason(changed, "cvc5")


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_changed_coverage_is_found(sample: dict[str, Any], solver: str) -> None:
    """A cell or a piece that is missing, two cells that overlap, an assumption that went."""
    dropped = copy.deepcopy(sample)
    for part in ("claims", "proofs"):
        dropped[part]["mixed-strong"]["cells"].pop()
    assert coverage(check(dropped)) == "assumed"
    assert "cells that cover the domain" in reason(dropped, solver)

    for n, one in enumerate(sample["proofs"]["mixed-strong"]["cells"]):
        if len(one["pieces"]) > 1:
            dropped = copy.deepcopy(sample)
            dropped["proofs"]["mixed-strong"]["cells"][n]["pieces"].pop()
            assert f"cells[{n}]: expected pieces that fill the cell" in reason(dropped, solver)

    twice = copy.deepcopy(sample)
    for part in ("claims", "proofs"):
        twice[part]["mixed-strong"]["cells"].append(twice[part]["mixed-strong"]["cells"][0])
    assert "expected nothing of cell 0 in it" in reason(twice, solver) or "as well" in reason(twice, solver)

    wider = copy.deepcopy(sample)
    wider["game"]["assumptions"] = ["-9 <= x <= 9", "-9 < y < 9"]
    assert reason(wider, solver)


def test_samples_are_believed_only_where_they_lie(sample: dict[str, Any]) -> None:
    """A flipped relation shows at the point that the piece names."""
    found = 0
    for n, cell in enumerate(sample["claims"]["mixed-strong"]["cells"]):
        for m, relation in enumerate(cell["when"]):
            if " < " in relation:
                changed = copy.deepcopy(sample)
                changed["claims"]["mixed-strong"]["cells"][n]["when"][m] = relation.replace(" < ", " > ")
                assert "the point lies" in reason(changed, None)
                found += 1
    assert found


def test_alignment_compares_pairs() -> None:
    """No order of outcomes is named, and every change of what is claimed or named is found without a solver."""
    document = certificate("alignment", (1, 3), 8)
    cells, proofs = (document[part]["alignment"]["cells"] for part in ("claims", "proofs"))
    outcomes = [["a1", "b1"], ["a1", "b2"], ["a1", "b3"]]
    assert coverage(check(document)) == "assumed"
    changes = 0
    for n, (cell, proof) in enumerate(zip(cells, proofs, strict=True)):
        if cell["constant"] == "oo" or n % 3:
            continue
        for key, value in (
            ("constant", f"2*({cell['constant']})"),
            ("constant", f"-({cell['constant']})"),
            ("constant", "oo"),
            ("constant", "0"),
            ("same_ranking", not cell["same_ranking"]),
        ):
            changed = copy.deepcopy(document)
            changed["claims"]["alignment"]["cells"][n][key] = value
            assert reason(changed, None), (cell, key, value)
            changes += 1
        for place, piece in enumerate(proof["pieces"]):
            pairs = piece["proof"]["pairs"]
            others = [[a, b] for a in outcomes for b in outcomes if a < b and [a, b] != sorted(pairs["extreme"])]
            turned = "leader" if pairs["numerator"] == "follower" else "follower"
            lies = [{**pairs, "extreme": other} for other in others] + [{**pairs, "numerator": turned}]
            lies += [{key: value for key, value in pairs.items() if key != gone} for gone in pairs]
            for lie in lies:
                changed = copy.deepcopy(document)
                changed["proofs"]["alignment"]["cells"][n]["pieces"][place]["proof"]["pairs"] = lie
                assert reason(changed, None), (cell, lie)
                changes += 1
    assert changes > 20


@pytest.mark.slow
def test_alignment_of_two_by_two_actions_is_proved() -> None:
    """One piece for each cell, and z3 shows that they cover the domain."""
    document = certificate("alignment", (2, 2), 1)
    FORM.validate(document)
    assert [len(proof["pieces"]) for proof in document["proofs"]["alignment"]["cells"]] == [1] * 8
    assert coverage(check(document, "z3")) == "proved by z3"
