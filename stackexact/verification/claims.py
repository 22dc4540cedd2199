"""Claims about regret, as text and as records.

    claim     = { "not" } who benchmark about
    who       = "leader" | "follower" | "both" | "either"
    benchmark = "stackelberg" | "tolerant" | "self-tolerant" (of traces)
              | "standard" | "absolute" | "violation" | "suboptimality" (of learning runs)
    about     = "linear" | "sublinear" | "rate" relation growth | "regret" relation sum
    relation  = "<=" | "<" | ">=" | ">" | "==" | "!="

``growth`` is a product of powers of T and log(T), such as ``T^(2/3)*log(T)^(1/3)``; ``sum`` is any formula of
:mod:`stackexact.verification.formulas`. ``linear`` is ``rate >= T`` and ``sublinear`` is ``rate < T``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Final

from stackexact.errors import UsageError, shorten
from stackexact.verification.formulas import (
    LOG,
    MAX_LENGTH,
    ROUNDS,
    Formula,
    Number,
    Power,
    Product,
    Symbol,
    names_of,
    parse_formula,
    refusal,
)
from stackexact.verification.targets import AGENTS, BENCHMARKS, MEASURES

__all__ = ["RELATIONS", "Claim", "Rate", "Size", "parse_claim"]

RELATIONS: Final = ("<=", ">=", "==", "!=", "<", ">")
"""Longer ones first, so that none is taken for the start of another."""

_WORD: Final = re.compile(r"\s*([^\s<>=!]*)")
_RELATION: Final = re.compile(r"\s*(<=|>=|==|!=|<|>)")


@dataclass(frozen=True, slots=True)
class Rate:
    """Regret compared with T^power · log(T)^logarithm as to how fast it grows."""

    relation: str
    power: Fraction
    logarithm: Fraction


@dataclass(frozen=True, slots=True)
class Size:
    """Regret compared with a formula at every number of rounds that is used."""

    relation: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of one agent, of ``both``, or of ``either``; ``negated`` says that it does not hold.

    ``str`` is the text it was read from, ``said`` that of what is said about regret: ``rate <= T``.
    """

    negated: bool
    who: str
    benchmark: str
    about: Rate | Size
    text: str
    said: str

    def require(self, kind: str, known: Sequence[str], agents: Sequence[str]) -> None:
        """Refuse what is not measured of games of a kind."""
        for told, names in ((self.benchmark, known), (self.who, agents)):
            if told not in names:
                expected = f"{' or '.join(names)} of games of kind {kind}"
                raise UsageError(f"claim: expected {expected}, found {told} in {shorten(self.text)}; correct it")

    @property
    def agents(self) -> tuple[str, ...]:
        """Of whom it speaks."""
        return (self.who,) if self.who in AGENTS else AGENTS

    def require_names(self, known: Sequence[str]) -> None:
        """Refuse names that are no parameters, and a parameter that would be mistaken for the number of rounds."""
        if not isinstance(self.about, Size):
            return
        if ROUNDS in known:
            raise UsageError("claim: T is the number of rounds, but also a parameter of the game; rename the parameter")
        for name, place in names_of(self.about.formula).items():
            if name not in known:
                expected = f"T, log(T) or a parameter with a value ({', '.join(known) or 'there is none'})"
                raise refusal(expected, name, self.text, place)

    def __str__(self) -> str:
        return self.text


def parse_claim(text: str) -> Claim:
    """Read a claim.

    Raises :class:`~stackexact.errors.UsageError`, one line with the place of what does not belong.

    >>> claim = parse_claim("leader tolerant rate <= T^(2/3)*log(T)^(1/3)")
    >>> claim.about
    Rate(relation='<=', power=Fraction(2, 3), logarithm=Fraction(1, 3))
    >>> parse_claim("not both stackelberg sublinear").negated
    True
    """
    if not isinstance(text, str):
        raise UsageError(f"claim: expected text, found {type(text).__name__}; write 'leader tolerant sublinear'")
    if len(text) > MAX_LENGTH:
        raise UsageError(f"claim: expected at most {MAX_LENGTH} characters, found {len(text)}: {shorten(text)}")
    words = _Words(text)
    negated = False
    while words.peek() == "not":
        negated = not negated
        words.take(("not",))
    who = words.take((*AGENTS, "both", "either"))
    benchmark = words.take((*(row.name for row in BENCHMARKS), *(row.name for row in MEASURES)))
    start = words.place
    kind = words.take(("linear", "sublinear", "rate", "regret"))
    if kind in ("linear", "sublinear"):
        words.end()
        about: Rate | Size = Rate(">=" if kind == "linear" else "<", Fraction(1), Fraction(0))
    else:
        relation = words.relation()
        formula = parse_formula(text, words.place)
        about = Size(relation, formula) if kind == "regret" else Rate(relation, *_powers(formula, text))
    return Claim(negated, who, benchmark, about, *(" ".join(part.split()) for part in (text, text[start:])))


class _Words:
    """The words at the head of a claim, one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def _next(self) -> re.Match[str]:
        match = _WORD.match(self.text, self.place)
        assert match is not None, "the pattern takes nothing, too"
        return match

    def peek(self) -> str:
        return self._next()[1]

    def take(self, known: Sequence[str]) -> str:
        """The next word, one of those known."""
        match = self._next()
        word = match[1]
        if word not in known:
            near = get_close_matches(word[:40], known, n=1)
            expected = f"{near[0]}" if near else f"one of {', '.join(known)}"
            raise refusal(expected, word or self.text[match.start(1) :][:1], self.text, match.start(1))
        self.place = match.end()
        return word

    def relation(self) -> str:
        match = _RELATION.match(self.text, self.place)
        if match is None:
            found = self._next()
            shown = found[1] or self.text[found.start(1) :][:1]
            raise refusal(f"one of {' '.join(RELATIONS)}", shown, self.text, found.start(1))
        self.place = match.end()
        return match[1]

    def end(self) -> None:
        rest = self.text[self.place :]
        if rest.strip():
            place = self.place + len(rest) - len(rest.lstrip())
            raise refusal("the end", rest.split()[0], self.text, place)


def _powers(formula: Formula, text: str) -> tuple[Fraction, Fraction]:
    """The powers of T and log(T) of a product."""
    if isinstance(formula, Symbol) and formula.name in (ROUNDS, LOG):
        return (Fraction(1), Fraction(0)) if formula.name == ROUNDS else (Fraction(0), Fraction(1))
    if isinstance(formula, Power):
        power, logarithm = _powers(formula.base, text)
        return power * formula.exponent, logarithm * formula.exponent
    if isinstance(formula, Product):
        parts = [(sign, _powers(part, text)) for sign, part in formula.factors]
        return sum((s * p for s, (p, _) in parts), Fraction(0)), sum((s * q for s, (_, q) in parts), Fraction(0))
    if isinstance(formula, Number) and formula.value == 1:
        return Fraction(0), Fraction(0)
    expected = "powers of T and log(T) multiplied (as in T^(2/3)*log(T)^(1/3); 'regret' takes any formula)"
    if isinstance(formula, Number):
        raise refusal(expected, "a constant", text, formula.place)
    if isinstance(formula, Symbol):
        raise refusal(expected, formula.name, text, formula.place)
    raise refusal(expected, "a sum", text, formula.place)
