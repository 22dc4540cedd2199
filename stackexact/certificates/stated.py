"""Where relations between several parameters hold, and what they say of the signs of polynomials.

A sign follows where the polynomial, or what is left of it after dividing by polynomials of which relations speak, is
itself one of these. That is all: a certificate states every relation that its proofs need.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.terms import Terms
from stackexact.errors import shorten

ADMITTED = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "==": {0}, "!=": {-1, 1}}
"""The signs that a relation to 0 leaves possible."""

ANY = frozenset((-1, 0, 1))

NOWHERE = "expected relations that some point meets, found ones that contradict each other"

Signs = frozenset[int]
Condition = tuple[Terms, str]
"""A polynomial and how it compares with 0."""


class Space:
    """The parameters that occur in a game, several of them, in alphabetical order."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.symbols = {name: Quotient(Terms.variable(n)) for n, name in enumerate(names)}
        """What each name stands for in a text."""
        self.memory: dict[str, Any] = {}
        """Whatever is worked out once: texts that have been read."""

    def text(self, value: Quotient) -> str:
        """A function of the parameters in normal form."""
        return value.text(self.names)


class Unstated(Unsupported):
    """A sign that no stated relation decides."""


class Contradicting(Unsupported):
    """Relations that no point meets."""


class Stated:
    """The points at which conditions hold. Every comparison of a proof must follow from them."""

    rational = None
    """A proof by stated relations is never about a single point."""

    def __init__(self, line: Space, conditions: Iterable[Condition]) -> None:
        self.line = line
        self.facts: dict[Terms, Signs] = {}
        """Primitive polynomials with a positive leading coefficient, none of them a multiple of a settled one."""
        self.settled: dict[Terms, int] = {}
        """Those of one sign, which is not zero."""
        self._left: dict[Terms, tuple[Terms, int]] = {}
        for p, relation in conditions:
            self.state(p, relation)

    def state(self, p: Terms, relation: str) -> None:
        """Add a condition; what it settles is divided out of the others."""
        self._left.clear()
        waiting = [(p, frozenset(ADMITTED[relation]))]
        while waiting:
            q, signs = waiting.pop()
            q, turn = self.unsettled(q)
            if q.is_constant:
                if turn * (1 if q else 0) not in signs:
                    raise Contradicting(NOWHERE)
                continue
            known = self.facts[q] = self.facts.get(q, ANY) & frozenset(turn * sign for sign in signs)
            if not known:
                raise Contradicting(NOWHERE)
            if len(known) == 1 and 0 not in known and q not in self.settled:
                self.settled[q] = min(known)
                self._left.clear()
                multiples = [one for one in self.facts if one != q and one.divided(q) is not None]
                waiting += [(one, self.facts.pop(one)) for one in multiples]
                for one in multiples:
                    self.settled.pop(one, None)

    def unsettled(self, p: Terms) -> tuple[Terms, int]:
        """What is left after dividing by content and settled polynomials, and the sign of what was taken out."""
        if p not in self._left:
            self._left[p] = self._unsettled(p)
        return self._left[p]

    def _unsettled(self, p: Terms) -> tuple[Terms, int]:
        if not p:
            return p, 1
        content = p.content
        rest, turn = p.without(content), 1 if content > 0 else -1
        if rest in self.facts and rest not in self.settled:
            return rest, turn
        for factor, sign in self.settled.items():
            rest, power = rest.stripped(factor)
            turn *= sign**power
        return rest, turn

    def signs(self, p: Terms) -> Signs:
        """The signs that the conditions leave possible."""
        rest, turn = self.unsettled(p)
        found = frozenset([turn])
        if rest.is_constant:
            return found if rest else frozenset([0])
        said = self.facts.get(rest, ANY)
        if len(said) == 1:
            return _products(found, said)
        if any(signs == {0} and rest.divided(factor) is not None for factor, signs in self.facts.items()):
            return frozenset([0])
        # What is said of its factors may tell more than what is said of itself.
        whole, by_factors = rest, frozenset([1])
        for factor, signs in self.facts.items():
            if factor != whole:
                rest, power = rest.stripped(factor)
                by_factors = _products(by_factors, frozenset(sign**power for sign in signs)) if power else by_factors
        return _products(found, said & (by_factors if rest.is_constant else ANY))

    def holds(self, p: Terms, relation: str) -> bool:
        """Whether the relation to 0 holds wherever the conditions do; raises ``Unsupported`` unless they say so."""
        signs = self.signs(p)
        if signs <= ADMITTED[relation]:
            return True
        if not signs & ADMITTED[relation]:
            return False
        return self.undecided(p, relation)

    def sign(self, p: Terms) -> int:
        """-1, 0 or 1."""
        return 0 if self.holds(p, "==") else 1 if self.holds(p, ">") else -1

    def undecided(self, p: Terms, relation: str) -> bool:
        """What is not said."""
        raise Unstated(
            f"no stated relation says whether {shorten(p.text(self.line.names))} {relation} 0, which the proof needs"
        )

    def __str__(self) -> str:
        return "the stated relations"


def _products(one: Signs, two: Signs) -> Signs:
    return frozenset(a * b for a in one for b in two)
