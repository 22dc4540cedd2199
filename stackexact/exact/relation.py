"""Relations between exact expressions: the assumptions of a game and the ``when`` of a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from stackexact.errors import ExpressionError, shorten
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.grammar import INPUT, Limits, parse
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.work import Work

__all__ = ["Assumption", "parameters_of", "parse_assumption", "text_of"]

_RELATION: Final = re.compile(r"(<=|>=|==|!=|<|>)")
_COMPARE: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def text_of(value: object) -> str:
    """The normal form of an exact value, the text that every output uses and that :func:`stackexact.parse` reads back.

    Takes what a payoff may be: fractions, expressions, integers, text, SymPy's. Of any length, unlike ``str``, which
    refuses integers and fractions of more than 4 300 digits.

    >>> text_of(Fraction(6, 4)), text_of(parse("1/2 + delta")), len(text_of(Fraction(10) ** 9999))
    ('3/2', 'delta + 1/2', 10000)
    """
    if isinstance(value, Fraction):
        return fraction_to_text(value)
    return str(value) if isinstance(value, Expression) else text_of(exact(value))


def parameters_of(value: Exact) -> tuple[str, ...]:
    """The parameters that an exact value depends on, sorted.

    >>> parameters_of(parse("gamma*delta + 1"))
    ('delta', 'gamma')
    """
    return value.parameters if isinstance(value, Expression) else ()


@dataclass(frozen=True, slots=True, repr=False)
class Assumption:
    """A chain of relations that hold together, such as ``0 < delta < gamma``.

    ``terms`` has one entry more than ``relations``, each of which is one of ``< <= > >= == !=``.
    """

    terms: tuple[Exact, ...]
    relations: tuple[str, ...]

    def __str__(self) -> str:
        parts = [text_of(self.terms[0])]
        for relation, term in zip(self.relations, self.terms[1:], strict=True):
            parts += [relation, text_of(term)]
        return " ".join(parts)

    def __repr__(self) -> str:
        return f"Assumption({str(self)!r})"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that occur, sorted."""
        return tuple(sorted({name for term in self.terms for name in parameters_of(term)}))

    def at(self, values: Mapping[str, Exact]) -> Assumption:
        """The chain with exact values substituted for some or all parameters."""
        return Assumption(
            tuple(t.at(values) if isinstance(t, Expression) else t for t in self.terms),
            self.relations,
        )

    def holds(self) -> bool | None:
        """Whether the chain is true; ``None`` while a parameter leaves it open.

        >>> parse_assumption("0 < 1/20 <= 1/20").holds()
        True
        """
        answer: bool | None = True
        for left, relation, right in zip(self.terms, self.relations, self.terms[1:], strict=False):
            difference = left - right
            if isinstance(difference, Expression):
                answer = None if answer else answer
            elif not _COMPARE[relation](difference, 0):
                return False
        return answer


def parse_assumption(text: str, *, limits: Limits = INPUT, work: Work | None = None) -> Assumption:
    """Read ``EXPR REL EXPR`` with any number of further ``REL EXPR``; ``work`` is the budget, as in :func:`parse`.

    >>> str(parse_assumption("0<delta<0.05"))
    '0 < delta < 1/20'
    """
    if not isinstance(text, str):
        raise ExpressionError(f"expected a relation as text, found {type(text).__name__}; write '0 < delta'")
    if len(text) > limits.characters:
        raise ExpressionError(f"expected at most {limits.characters} characters, found {len(text)}: {shorten(text)}")
    parts = _RELATION.split(text)
    if len(parts) < 3:
        raise ExpressionError(f"expected a relation such as '0 < delta', found {shorten(text)}")
    return Assumption(tuple(parse(p, limits=limits, work=work) for p in parts[::2]), tuple(parts[1::2]))
