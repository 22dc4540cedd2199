"""Certificates of mechanisms with parameters: true ones are proved on the whole domain, false ones are refused."""

from __future__ import annotations

from typing import Any

import pytest
from lies import at, changed
from parametric_mechanisms import certificates, concepts_of, games, lies, of

from stackexact.certificates.check import check

NAMES = [name for name, _ in games()]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_claimed_is_proved(name: str) -> None:
    report = check(certificates()[name])
    assert report.true, str(report)
    several = name == "in two parameters"
    assert {one.coverage for one in report.verdicts} == {"assumed" if several else "proved"}
    assert {one.concept for one in report.verdicts} == set(concepts_of(dict(games())[name]))


def test_coverage_in_two_parameters_is_proved_by_a_solver() -> None:
    report = check(of("coarse-correlated", certificates()["in two parameters"]), "z3")
    assert [one.coverage for one in report.verdicts] == ["proved by z3"]
    assert report.true


@pytest.mark.parametrize("number", range(21))
def test_lies_are_refused(number: int) -> None:
    document, reason = lies()[number]
    (verdict,) = check(document).verdicts
    assert not verdict.true
    assert not verdict.limit
    assert reason in verdict.reason, verdict.reason
    assert verdict.reason.startswith(("claims", "proofs", "game"))


def test_all_lies_are_told() -> None:
    assert len(lies()) == 21


@pytest.mark.parametrize("name", ["chicken", "choice", "sale"])
def test_no_function_can_be_another(name: str) -> None:
    """Every value that is claimed, a little greater."""
    document, count = certificates()[name], 0
    for concept in document["claims"]:
        for number, cell in enumerate(at(document, f"claims.{concept}.cells")):
            for place, value in values(cell):
                other = f"{value} + 1/1000" if value.isdigit() else f"({value}) + 1/1000"
                path = f"claims.{concept}.cells.{number}.{place}"
                (verdict,) = check(changed(of(concept, document), path, other)).verdicts
                assert not verdict.true, path
                count += 1
    assert count >= 8


def values(cell: dict[str, Any], place: str = "") -> list[tuple[str, str]]:
    """The numbers of the leader and of followers in a cell."""
    made = []
    for key, value in cell.items():
        if isinstance(value, dict):
            made += values(value, f"{place}{key}.") if key in ("best", "worst", "followers") else []
        elif isinstance(value, str) and (key in ("leader", "first_best") or place.endswith("followers.")):
            made.append((f"{place}{key}", value))
    return made
