"""Verdicts: claims against confidence intervals, true or false only where the whole interval says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

from stackexact.exact.enclosures import Enclosure
from stackexact.verification.claims import Claim, Rate, Size
from stackexact.verification.evaluating import value_at
from stackexact.verification.growth import FITS, Fit, Growth, Height, growth

__all__ = ["Comparison", "Finding", "Judgement", "Verdict", "judge", "together"]


class Verdict(Enum):
    """What the numbers say of a claim.

    >>> Verdict.TRUE.negated, Verdict.UNDECIDED.negated
    (<Verdict.FALSE: 'false'>, <Verdict.UNDECIDED: 'undecided'>)
    """

    FALSE = "false"
    UNDECIDED = "undecided"
    TRUE = "true"

    @property
    def negated(self) -> Verdict:
        """The verdict on the negation."""
        return _ORDER[2 - _ORDER.index(self)]

    def __str__(self) -> str:
        return self.value


_ORDER: Final = (Verdict.FALSE, Verdict.UNDECIDED, Verdict.TRUE)


def together(verdicts: Sequence[Verdict], *, all_: bool = True) -> Verdict:
    """The verdict on several statements joined by *and*, or by *or*; none at all are true.

    >>> together([Verdict.TRUE, Verdict.UNDECIDED]), together([Verdict.TRUE, Verdict.UNDECIDED], all_=False)
    (<Verdict.UNDECIDED: 'undecided'>, <Verdict.TRUE: 'true'>)
    """
    places = [_ORDER.index(one) for one in verdicts] or [2]
    return _ORDER[min(places) if all_ else max(places)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean regret after so many rounds beside the value of a formula."""

    height: Height
    value: Enclosure
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """What the numbers of one agent say of a claim (without its ``not``): the ``growth`` it was judged by, or the
    ``sizes`` it was compared with; or the ``reason`` why there is neither."""

    agent: str
    verdict: Verdict
    growth: Growth | None
    sizes: tuple[Comparison, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim, the verdict on it, and what it rests on, agent by agent."""

    claim: Claim
    verdict: Verdict
    findings: tuple[Finding, ...]


def judge(
    claim: Claim,
    heights: Mapping[str, Sequence[Height]],
    *,
    margin: Fraction,
    at: Mapping[str, Fraction],
    how: Fit = FITS[0],
) -> Judgement:
    """Judge a claim by the means of each agent at the numbers of rounds used; one of an agent without is undecided.

    ``rate <= T^p*log(T)^q`` is true where the exponent of R(T)/log(T)^q is at most p + ``margin`` throughout its
    interval, and false where it is larger throughout; ``rate >=`` likewise with p - ``margin``; ``<`` and ``>`` are the
    negations of ``>=`` and ``<=``. ``regret`` compares the means with a formula, whose parameters are ``at`` these
    values, at every number of rounds: true where it holds at all, false where it fails at one. So a claim and its
    negation are never both true.
    """
    findings = []
    for agent in claim.agents:
        if agent not in heights:
            findings.append(Finding(agent, Verdict.UNDECIDED, None, reason=f"no value of {claim.benchmark} is known"))
        elif isinstance(claim.about, Rate):
            findings.append(_rate(agent, claim.about, growth(heights[agent], claim.about.logarithm, how), margin))
        else:
            findings.append(_size(agent, claim.about, heights[agent], at))
    verdict = together([one.verdict for one in findings], all_=claim.who != "either")
    return Judgement(claim, verdict.negated if claim.negated else verdict, tuple(findings))


def _rate(agent: str, about: Rate, found: Growth, margin: Fraction) -> Finding:
    # Exponents are floats that were rounded outwards; they are compared as the exact numbers they are.
    at_most = _decided(found.upper <= about.power + margin, found.lower > about.power + margin)
    at_least = _decided(found.lower >= about.power - margin, found.upper < about.power - margin)
    return Finding(agent, _RATES[about.relation](at_most, at_least), found)


def _decided(true: bool, false: bool) -> Verdict:
    return Verdict.TRUE if true else Verdict.FALSE if false else Verdict.UNDECIDED


_RATES: Final[Mapping[str, Callable[[Verdict, Verdict], Verdict]]] = {
    "<=": lambda at_most, at_least: at_most,
    ">=": lambda at_most, at_least: at_least,
    "<": lambda at_most, at_least: at_least.negated,
    ">": lambda at_most, at_least: at_most.negated,
    "==": lambda at_most, at_least: together([at_most, at_least]),
    "!=": lambda at_most, at_least: together([at_most, at_least]).negated,
}
"""The verdict on each relation, from those on *at most* and *at least*."""


def _size(agent: str, about: Size, heights: Sequence[Height], at: Mapping[str, Fraction]) -> Finding:
    sizes = []
    for height in heights:
        value = value_at(about.formula, height.rounds, at)
        sizes.append(Comparison(height, value, _SIZES[about.relation](height, value)))
    return Finding(agent, together([one.verdict for one in sizes]), None, tuple(sizes))


def _equal(height: Height, value: Enclosure) -> Verdict:
    same = height.lower == height.upper == value.lower == value.upper
    return _decided(same, height.upper < value.lower or height.lower > value.upper)


_SIZES: Final[Mapping[str, Callable[[Height, Enclosure], Verdict]]] = {
    "<=": lambda one, value: _decided(one.upper <= value.lower, one.lower > value.upper),
    ">=": lambda one, value: _decided(one.lower >= value.upper, one.upper < value.lower),
    "<": lambda one, value: _decided(one.upper < value.lower, one.lower >= value.upper),
    ">": lambda one, value: _decided(one.lower > value.upper, one.upper <= value.lower),
    "==": _equal,
    "!=": lambda one, value: _equal(one, value).negated,
}
"""The verdict on each relation at one number of rounds."""
