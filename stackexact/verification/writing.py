"""A verification as JSON. Exact numbers are written as everywhere; ends of intervals are rounded outwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN
from fractions import Fraction
from typing import Any, Final

from stackexact.exact.decimals import rounded
from stackexact.exact.enclosures import written
from stackexact.exact.relation import text_of
from stackexact.verification.growth import Growth
from stackexact.verification.judging import Comparison, Finding, Judgement
from stackexact.verification.result import Form, Series, Verification

__all__ = ["DIGITS", "decimal", "document"]

DIGITS: Final = 10
"""Significant digits of what is statistical."""


def document(found: Verification) -> dict[str, Any]:
    """The JSON object that the schema ``verification`` describes."""
    game = found.game
    return {
        "format": "stackexact/verification",
        "version": 1,
        "kind": game.kind,
        "game": {"name": game.name, "sha256": game.sha256},
        "at": {name: text_of(value) for name, value in found.at.items()},
        "tolerance": None if found.tolerance is None else text_of(found.tolerance),
        "runs": found.runs,
        "basis": found.basis,
        "confidence": text_of(found.confidence),
        "margin": text_of(found.margin),
        "method": {"name": found.method.name, "assumption": found.method.assumption, "intervals": found.intervals},
        "fit": found.fit.name,
        "verdict": str(found.verdict),
        "claims": [_judgement(one) for one in found.claims],
        "regret": [_series(one) for one in found.series],
        "forms": [_form(one) for one in found.forms],
        "notes": list(found.notes),
    }


def decimal(value: float | Fraction, rounding: str = ROUND_HALF_EVEN, digits: int = DIGITS) -> str:
    """A number as decimal text; ``oo`` and ``-oo`` where infinite.

    >>> decimal(2 / 3, ROUND_CEILING, 3), decimal(-math.inf)
    ('0.667', '-oo')
    """
    if isinstance(value, float) and math.isinf(value):
        return "oo" if value > 0 else "-oo"
    return rounded(Fraction(value), digits, rounding).text


def _ends(lower: float | Fraction, upper: float | Fraction) -> dict[str, str]:
    return {"lower": decimal(lower, ROUND_FLOOR), "upper": decimal(upper, ROUND_CEILING)}


def _growth(growth: Growth) -> dict[str, Any]:
    made: dict[str, Any] = {
        "logarithm": text_of(growth.logarithm),
        "estimate": None if growth.estimate is None else decimal(growth.estimate),
        **_ends(growth.lower, growth.upper),
        "rounds": list(growth.rounds),
    }
    return {**made, "remark": growth.remark} if growth.remark else made


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "claim": str(judgement.claim),
        "verdict": str(judgement.verdict),
        "findings": [_finding(one) for one in judgement.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {"agent": finding.agent, "verdict": str(finding.verdict)}
    if finding.reason:
        return {**made, "reason": finding.reason}
    if finding.growth is not None:
        return {**made, "exponent": _growth(finding.growth)}
    return {**made, "sizes": [_size(one) for one in finding.sizes]}


def _size(one: Comparison) -> dict[str, Any]:
    height, value = one.height, one.value
    same = value.lower == value.upper
    return {
        "rounds": height.rounds,
        "mean": written(height.mean),
        **_ends(height.lower, height.upper),
        "value": text_of(value.lower) if same else decimal((value.lower + value.upper) / 2),
        "verdict": str(one.verdict),
    }


def _series(series: Series) -> dict[str, Any]:
    points = [
        {
            "rounds": point.rounds,
            "runs": len(point.values),
            "mean": written(point.mean),
            **_ends(point.lower, point.upper),
            "used": point.used,
        }
        for point in series.points
    ]
    return {
        "agent": series.agent,
        "benchmark": series.benchmark,
        "target": None if series.target is None else written(series.target),
        "points": points,
        "exponent": _growth(series.growth),
    }


def _form(form: Form) -> dict[str, Any]:
    cells = [
        {"when": list(cell.when), "target": text_of(cell.target), "means": [text_of(mean) for mean in cell.means]}
        for cell in form.cells
    ]
    made: dict[str, Any] = {
        "agent": form.agent,
        "benchmark": form.benchmark,
        "rounds": list(form.rounds),
        "cells": cells,
    }
    return {**made, "undecided": _whens(form.undecided)} if form.undecided else made


def _whens(whens: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    return [{"when": list(when)} for when in whens]
