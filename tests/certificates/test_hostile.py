"""Small files that would take endless work: refused in one line, or checked, in moments."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from guards import without_runaway_work

from stackexact.certificates import smt
from stackexact.certificates.bounds import WORK, Work
from stackexact.certificates.check import check
from stackexact.certificates.coverage import STATEMENT
from stackexact.certificates.smt import Question, Solver, Undecided
from stackexact.certificates.stated import Space
from stackexact.certificates.terms import Terms


def certificate(
    payoffs: list[str],
    *,
    names: list[str],
    assumptions: list[str] | None = None,
    when: list[str] | None = None,
    sample: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A leader who gets these payoffs and no choice: the first is claimed, and proved by the given relations."""
    own = {"when": when or [], "proof": {}}
    claim = {"leader": payoffs[0], "follower": "1", "commitment": {"a1": "1"}, "response": "b1", "tied": ["b1"]}
    zeros = ["0"] * (len(payoffs) - 1)
    return {
        "format": "stackexact/certificate",
        "version": 1,
        "kind": "bimatrix",
        "game": {
            "format": "stackexact/game",
            "version": 1,
            "kind": "bimatrix",
            "parameters": names,
            "assumptions": assumptions or [f"{name} > 0" for name in names],
            "payoffs": {"leader": [payoffs], "follower": [["1", *zeros]]},
        },
        "claims": {"pure-strong": {"cells": [{"when": [], **claim}]}},
        "proofs": {
            "pure-strong": {
                "cells": [{"pieces": [own if sample is None else {**own, "sample": sample}]}],
                "coverage": STATEMENT,
            }
        },
    }


def verdict_of(document: dict[str, Any]) -> str:
    """The reason why the claim is false, empty if it is true, found without runaway work."""
    with without_runaway_work():
        (verdict,) = check(document).verdicts
    assert len(verdict.reason.splitlines()) <= 1
    assert not (verdict.true and verdict.limit)
    return verdict.reason


def test_many_parameters_are_made_once() -> None:
    """Not once for each of the texts, which here would make 10 000 000 symbols of up to a thousand exponents."""
    names = [f"p{n:03}" for n in range(1000)]
    payoffs = [f"{name} + {n}" for n in range(1, 11) for name in names]
    assert not verdict_of(certificate(payoffs, names=names, assumptions=["0 < p000"]))
    assert "found 1001" in verdict_of(certificate(payoffs, names=[*names, "q"], assumptions=["0 < p000"]))


XY = ["x", "y"]
LONG = "x**999*(x + y + z + 1)**12*(x + y + z + 2)**12*(x + y + z)**6"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        # A division that goes on for half a million steps before it leaves a remainder.
        (certificate(["x"], names=XY, assumptions=["x + y > 1"], when=["x**1000*(x + y)**900 > 0"]), "without end"),
        # A thousand divisions of five thousand terms.
        (certificate(["x"], names=[*XY, "z"], when=[f"{LONG} > 0"]), "without end"),
        # A denominator that takes long to multiply out, once for each of its factors; 46 of them fit the bound.
        (certificate([f"1/{'/'.join(f'(x + y + z + {n})' for n in range(99))}"], names=[*XY, "z"]), "at most 20000"),
        # Long numbers to a high power, at a point and anywhere; the latter in one parameter as well.
        (
            certificate(
                ["x"],
                names=XY,
                when=["(x + y)**900 > 0"],
                sample={"x": f"1/{'7' * 98}", "y": f"{'9' * 49}/{'8' * 50}"},
            ),
            "use shorter coordinates",
        ),
        (certificate(["x"], names=XY, when=["(10**600*x + y)**400 > 0"]), "shorter numbers and lower powers"),
        (certificate(["(10**600*x + 1)**400"], names=["x"]), "shorter numbers and lower powers"),
        # Relations that are all compared with each other.
        (certificate(["x"], names=XY, when=[f"x + {n}*y > 0" for n in range(2, 1003)]), "found one with 1003"),
    ],
)
def test_what_would_take_endless_work_is_refused(document: dict[str, Any], message: str) -> None:
    reason = verdict_of(document)
    assert message in reason
    assert reason.startswith(("proofs.pure-strong", "claims.pure-strong", "game.payoffs", "expected"))
    assert check(document).limited, "nobody has found it false"


def test_pieces_may_not_stand_on_the_same_many_relations_again_and_again() -> None:
    document = certificate(["x"], names=XY, assumptions=[" < ".join(f"{n}*x + y" for n in range(999))])
    (cell,) = document["proofs"]["pure-strong"]["cells"]
    cell["pieces"] *= 21
    assert "fewer relations" in verdict_of(document)


def test_cvc5_is_ended_where_it_hears_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it can tell of a high degree it does tell, in a process of its own."""
    x, y = Terms.variable(0), Terms.variable(1)

    def power(p: Terms, n: int) -> Terms:
        return p * power(p, n - 1) if n else Terms.of(1)

    question = Question(Solver.of("cvc5"), Space(("x", "y")), [(power(x, 20) + Terms.of(1), "<"), (y, ">")])
    question.never([], (), "cells: expected nothing")
    hard = [
        (power(x, 47) + power(y, 46) + power(y, 43) * x - Terms.of(2), "<"),
        (power(y, 47) + power(x, 44) * y - Terms.of(1), ">"),
        (power(x, 41) + power(y, 7) * x - Terms.of(5), "=="),
    ]
    monkeypatch.setattr(smt, "SECONDS", 1)
    with pytest.raises(Undecided, match="cvc5 did not decide it"):
        Question(Solver.of("cvc5"), Space(("x", "y")), hard).never([], (), "cells: expected nothing")


def dense(degree: int, seed: int = 0) -> str:
    """A polynomial whose remainders have long coefficients."""
    source = random.Random(seed)
    return " + ".join(f"{source.randint(1, 9) * source.choice((-1, 1))}*x**{n}" for n in range(degree, -1, -1))


SLOW = {
    "one of a high degree": certificate(["x"], names=["x"], when=[f"{dense(150)} < 10**9*(x**150 + 1)"]),
    "many of a low degree": certificate(["x"], names=["x"], when=[f"{dense(40, n)} < 1" for n in range(40)]),
    "a sum of quotients": certificate([" + ".join(f"1/({dense(19, n)})" for n in range(19))], names=["x"]),
    "in the assumptions": certificate(["x"], names=["x"], assumptions=[f"{dense(150)} < 10**9*(x**150 + 1)"]),
}


@pytest.mark.parametrize("name", SLOW)
def test_all_work_on_a_certificate_is_counted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No bound on any single step is reached. Each of these, or some more of its kind, would take minutes; here the
    count is a shorter one."""
    monkeypatch.setattr(Work.__init__, "__defaults__", (WORK // 500,))
    report = check(SLOW[name])
    assert "checked with less work" in verdict_of(SLOW[name])
    assert (report.true, report.limited) == (False, True)
    assert str(report).startswith("bimatrix: undecided\npure-strong: too large: ")


def test_work_is_counted_anew_for_each_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    document = certificate(["x"], names=["x"])
    monkeypatch.setattr(Work.__init__, "__defaults__", (20_000,))
    for _ in range(50):
        assert check(document).true
    monkeypatch.setattr(Work.__init__, "__defaults__", (10,))
    assert check(document).limited


def test_a_bound_hides_no_falsehood() -> None:
    """A claim that is shown false stays false, whatever is too large beside it; and what is too large is not true."""
    document = certificate(["x"], names=["x"], when=["x**401 > 0"])
    report = check(document)
    assert (report.true, report.limited, report.assumed) == (False, True, False)
    for part in ("claims", "proofs"):
        document[part]["pure-weak"] = copy.deepcopy(document[part]["pure-strong"])
    document["proofs"]["pure-weak"]["cells"][0]["pieces"][0]["when"] = []
    assert check(document).limited
    assert [verdict.true for verdict in check(document).verdicts] == [False, True]
    document["claims"]["pure-weak"]["cells"][0]["leader"] = "x + 1"
    report = check(document)
    assert (report.true, report.limited) == (False, False)
    assert str(report).startswith("bimatrix: false")
