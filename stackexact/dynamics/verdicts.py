"""What is said of a play: checks, each with what is exactly expected, what was measured, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.dynamics.predictions import Mode, Prediction
from stackexact.dynamics.records import Plan
from stackexact.exact.decimals import rounded
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of
from stackexact.verification.judging import Verdict, together

__all__ = ["Check", "PlayVerification"]

_DIGITS = 15


@dataclass(frozen=True, slots=True, repr=False)
class Check(Record):
    """One comparison: its ``name``, what is ``expected`` in words, the exact number if it is one, what was measured and
    between what that lies (``None`` where no number was), the verdict, and why it is not true."""

    name: str
    expected: str
    verdict: Verdict
    number: Fraction | None = None
    measured: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON values; what was measured in decimals, its ends rounded outwards."""
        made: dict[str, Any] = {"check": self.name, "expected": self.expected}
        if self.number is not None:
            made["number"] = text_of(self.number)
        ways = {"measured": "ROUND_HALF_EVEN", "lower": "ROUND_FLOOR", "upper": "ROUND_CEILING"}
        for name, way in ways.items():
            value = getattr(self, name)
            if value is not None:
                made[name] = rounded(value, _DIGITS, way).text
        return {**made, "verdict": str(self.verdict), **({"reason": self.reason} if self.reason else {})}

    def __str__(self) -> str:
        parts = [f"{self.name}: expected {self.expected}"]
        if self.measured is not None:
            parts.append(f"measured {_short(self.measured)}")
        if self.lower is not None and self.upper is not None:
            parts[-1] += f" in [{_short(self.lower)}, {_short(self.upper)}]"
        return f"{', '.join(parts)}: {self.verdict}{f' ({self.reason})' if self.reason else ''}"


def _short(value: Fraction) -> str:
    return rounded(value, 7).text


@dataclass(frozen=True, slots=True, repr=False)
class PlayVerification(Record):
    """The verdict on a play: what was predicted exactly, and the checks. ``confidence`` is that of all intervals of
    means together."""

    game: str
    plan: Plan
    prediction: Prediction | None
    checks: tuple[Check, ...]
    confidence: Fraction
    margin: Fraction

    @property
    def verdict(self) -> Verdict:
        """Of all checks together."""
        return together([check.verdict for check in self.checks])

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        modes = [] if self.prediction is None else [_mode(mode) for mode in self.prediction.modes]
        return {
            "format": "stackexact/play-verification",
            "version": 1,
            "kind": "lq-incentive",
            "game": {"name": self.plan.game.name, "sha256": self.game},
            "at": {name: text_of(value) for name, value in self.plan.at.items()},
            **self.plan.document(),
            "confidence": text_of(self.confidence),
            "margin": text_of(self.margin),
            "prediction": {"status": None if self.prediction is None else self.prediction.status, "modes": modes},
            "checks": [check.document() for check in self.checks],
            "verdict": str(self.verdict),
        }

    def __str__(self) -> str:
        lines = []
        if self.prediction is not None:
            lines.append(f"prediction: {self.prediction.status}")
            lines += (f"  {mode.name}: {_told(mode)}, {mode.status}" for mode in self.prediction.modes)
        lines += map(str, self.checks)
        return "\n".join([*lines, f"verdict: {self.verdict}"])


def _told(mode: Mode) -> str:
    if mode.factor is not None:
        return f"factor {text_of(mode.factor)}"
    return f"largest eigenvalue of magnitude {_short((mode.lower + mode.upper) / 2)}"


def _mode(mode: Mode) -> dict[str, Any]:
    if mode.factor is not None:
        return {"mode": mode.name, "factor": text_of(mode.factor), "status": mode.status}
    ends = rounded(mode.lower, _DIGITS, "ROUND_FLOOR").text, rounded(mode.upper, _DIGITS, "ROUND_CEILING").text
    return {"mode": mode.name, "magnitude": {"lower": ends[0], "upper": ends[1]}, "status": mode.status}
