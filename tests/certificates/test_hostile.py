"""Small files that would take endless work: refused in one line, or checked, in moments."""

from __future__ import annotations

from typing import Any

from guards import without_runaway_work

from stackexact.certificates.check import check
from stackexact.certificates.coverage import STATEMENT


def certificate(
    payoffs: list[str], *, names: list[str], when: list[str] | None = None, sample: dict[str, str] | None = None
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
    return verdict.reason


def test_many_parameters_are_made_once() -> None:
    """Not once for each of the texts, which here would make 10 000 000 symbols of up to a thousand exponents."""
    names = [f"p{n:03}" for n in range(1000)]
    payoffs = [f"{name} + {n}" for n in range(1, 11) for name in names]
    assert not verdict_of(certificate(payoffs, names=names))
    assert "found 1001" in verdict_of(certificate(payoffs, names=[*names, "q"]))
