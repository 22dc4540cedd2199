"""Disjoint pieces of a set, put together where their union is a conjunction again.

Pieces of one group that agree in what they say of all polynomials but one are one piece, which says of that polynomial
what either of them says. Nothing is asked of z3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from stackexact.covering.formulas import Conditions, said, saying
from stackexact.exact.points import Point

__all__ = ["Piece", "put_together"]

Said: TypeAlias = dict[tuple[Any, ...], frozenset[int]]
"""The signs that each polynomial may have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A conjunction with a point in it, and the numbers of the answers that are proved on its parts."""

    conditions: Conditions
    sample: Point
    answers: frozenset[int]


def put_together(pieces: Sequence[Piece]) -> list[Piece]:
    """Disjoint pieces with the same union, fewer where that can be.

    >>> from stackexact.exact.reading import Parameters
    >>> from stackexact.exact.tracing import Condition, Sign
    >>> names = Parameters(("x", "y"))
    >>> x, y = (names.split(names.symbol(name))[0] for name in "xy")
    >>> above, on = Condition(x, Sign.POSITIVE), Condition(x, Sign.ZERO)
    >>> point = Point.rational([1, 1])
    >>> both = put_together([Piece((above,), point, frozenset({0})), Piece((on,), point, frozenset({1}))])
    >>> [(one.conditions == (Condition(x, Sign.NONNEGATIVE),), sorted(one.answers)) for one in both]
    [(True, [0, 1])]
    """
    polynomials: dict[tuple[Any, ...], Any] = {}
    found: list[tuple[Said, Piece]] = []
    for piece in pieces:
        named = said(piece.conditions)
        polynomials |= {key: polynomial for key, (polynomial, _) in named.items()}
        _add(found, {key: signs for key, (_, signs) in named.items()}, piece)
    return [Piece(_conditions(signs, polynomials), piece.sample, piece.answers) for signs, piece in found]


def _add(found: list[tuple[Said, Piece]], signs: Said, piece: Piece) -> None:
    """Add a piece; what it makes together with another one is added in its turn."""
    for place, (other_signs, other) in enumerate(found):
        key = _only_difference(signs, other_signs)
        if key is not None:
            del found[place]
            union = signs[key] | other_signs[key]
            made = {k: v for k, v in signs.items() if k != key} | ({} if len(union) == 3 else {key: union})
            _add(found, made, Piece((), other.sample, piece.answers | other.answers))
            return
    found.append((signs, piece))


def _only_difference(one: Said, two: Said) -> tuple[Any, ...] | None:
    """The polynomial of which alone two pieces say different things."""
    if one.keys() != two.keys():
        return None
    different = [key for key in one if one[key] != two[key]]
    return different[0] if len(different) == 1 else None


def _conditions(signs: Said, polynomials: dict[tuple[Any, ...], Any]) -> Conditions:
    return tuple(saying(polynomials[key], one) for key, one in signs.items())
