"""Expressions mean functions in lowest terms: what cancels takes no point from the domain, and claims cancel it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from flint import Ordering, fmpz_mpoly_ctx
from hypothesis import given
from hypothesis import strategies as st

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.certificates.coprime import coprime
from stackexact.certificates.terms import Terms

RING = fmpz_mpoly_ctx.get(("x", "y", "z"), Ordering.deglex)
POLYS = st.dictionaries(st.tuples(*[st.integers(0, 2)] * 3), st.integers(-5, 5).filter(bool), min_size=1, max_size=4)


def terms(p: Any) -> Terms:
    made = {}
    for powers, value in p.to_dict().items():
        shorter = list(map(int, powers))
        while shorter and not shorter[-1]:
            shorter.pop()
        made[tuple(shorter)] = int(value)
    return Terms(made)


@given(st.tuples(POLYS, POLYS, POLYS))
def test_polynomials_have_no_common_factor_where_flint_finds_none(drawn: Any) -> None:
    one, two, common = (RING.from_dict(coefficients) for coefficients in drawn)
    for p, q in ((one, two), (one * common, two * common)):
        assert coprime(terms(p), terms(q)) == p.gcd(q).is_constant()


def certificate(assumption: str, follower: str) -> dict[str, Any]:
    """A certificate of a game in which the follower's answer changes inside the domain."""
    game = sx.Game([["x", "1"]], [[follower, "0"]], assumptions=[assumption])
    document: dict[str, Any] = json.loads(sx.solve(game, ["pure-strong"]).certificate().dumps())
    return document


@pytest.mark.parametrize(
    ("assumption", "follower", "cancelling", "smt"),
    [("x > 0", "x - 1", "x*(x - 1)/(x - 1) > 0", None), ("x > 0", "x - y", "x*(x - y)/(x - y) > 0", "z3")],
)
def test_a_divisor_that_cancels_leaves_the_domain_as_it_is(
    assumption: str, follower: str, cancelling: str, smt: str | None
) -> None:
    """The digest is that of the game with the simpler assumption, so no cell of that game may be missing."""
    document = certificate(assumption, follower)
    digest = sx.Game([["x", "1"]], [[follower, "0"]], assumptions=[assumption]).sha256
    document["game"]["assumptions"] = [cancelling]
    report = check(document, smt)
    assert report.true
    assert not report.assumed
    assert report.game is not None
    assert report.game.sha256() == digest
    cells = document["claims"]["pure-strong"]["cells"]
    gone, *_ = [n for n, cell in enumerate(cells) if " == " in str(cell["when"])]
    for part in ("claims", "proofs"):
        del document[part]["pure-strong"]["cells"][gone]
    (verdict,) = check(document, smt).verdicts
    assert "claims.pure-strong.cells: " in verdict.reason


@pytest.mark.parametrize(
    ("names", "plain", "unreduced", "message"),
    [
        ("x", "(x - 1)/(x + 1)", "(x**2 - 2*x + 1)/(x**2 - 1)", "as '(x - 1)/(x + 1)' is"),
        ("xy", "(x - y)/(x + y)", "(x**2 - 2*x*y + y**2)/(x**2 - y**2)", "a quotient without common factors"),
    ],
)
def test_claims_are_in_lowest_terms(names: str, plain: str, unreduced: str, message: str) -> None:
    """So is what a game of several parameters says, for the checker cancels whole factors alone."""
    game = sx.Game([[plain, "-2"]], [["1", "0"]], assumptions=[f"{name} > 2" for name in names])
    document = json.loads(sx.solve(game, ["pure-strong"]).certificate().dumps())
    assert check(document).true
    changed = copy.deepcopy(document)
    changed["claims"]["pure-strong"]["cells"][0]["leader"] = unreduced
    (verdict,) = check(changed).verdicts
    assert verdict.reason.startswith("claims.pure-strong.cells[0].leader: expected an expression in normal form, ")
    assert message in verdict.reason
    if len(names) > 1:
        for place, text in (("assumptions", [f"{unreduced} < 1"]), ("payoffs", {"leader": [[unreduced, "-2"]]})):
            changed = copy.deepcopy(document)
            changed["game"][place] = text if place == "assumptions" else {**changed["game"]["payoffs"], **text}
            (verdict,) = check(changed).verdicts
            assert verdict.reason.startswith(f"game.{place}")
            assert message in verdict.reason
