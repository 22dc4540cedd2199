"""Formulas about points: disjunctions of conjunctions of polynomial conditions, negated and written as SMT-LIB.

Variables are ``x0``, ``x1``, ... in the order of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from stackexact.errors import Unproved
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = [
    "Conditions",
    "Ways",
    "degree_of",
    "holds",
    "is_linear",
    "joined",
    "negated",
    "opened",
    "outside",
    "said",
    "saying",
    "text_of",
]

Conditions: TypeAlias = tuple[Condition, ...]
"""A conjunction: all of them hold."""

Ways: TypeAlias = tuple[Conditions, ...]
"""A disjunction of conjunctions: one of them holds at least."""

_OPPOSITES: Final = {
    Sign.POSITIVE: (-1, Sign.NONNEGATIVE),
    Sign.NONNEGATIVE: (-1, Sign.POSITIVE),
    Sign.ZERO: (1, Sign.NONZERO),
    Sign.NONZERO: (1, Sign.ZERO),
}


def negated(condition: Condition) -> Condition:
    """The condition that holds exactly where this one does not."""
    turn, sign = _OPPOSITES[condition.sign]
    return Condition(condition.polynomial if turn == 1 else -condition.polynomial, sign)


def opened(condition: Condition) -> Condition:
    """The condition without the boundary that it includes."""
    return Condition(condition.polynomial, Sign.POSITIVE) if condition.sign is Sign.NONNEGATIVE else condition


def outside(conditions: Iterable[Condition]) -> Ways:
    """Where not all of the conditions hold."""
    return tuple((negated(one),) for one in conditions)


def joined(conditions: Iterable[Condition]) -> Conditions:
    """The same conditions with one for each polynomial: at least 0 and at most 0 is zero.

    Raises :class:`~stackexact.errors.Unproved` where two contradict each other.
    """
    return tuple(saying(polynomial, signs) for polynomial, signs in said(conditions).values())


def said(conditions: Iterable[Condition]) -> dict[tuple[Any, ...], tuple[Polynomial, frozenset[int]]]:
    """For each polynomial, made to begin with a positive coefficient, the signs that the conditions admit."""
    found: dict[tuple[Any, ...], tuple[Polynomial, frozenset[int]]] = {}
    for condition in conditions:
        turn = 1 if condition.polynomial.leading_coefficient() > 0 else -1
        polynomial = condition.polynomial * turn
        signs = frozenset(turn * sign for sign in (-1, 0, 1) if condition.sign.admits(sign))
        key = key_of(polynomial)
        found[key] = polynomial, signs & found[key][1] if key in found else signs
    return found


def saying(polynomial: Polynomial, signs: frozenset[int]) -> Condition:
    """The condition that a polynomial has one of some signs; :class:`~stackexact.errors.Unproved` for none or all."""
    for sign in Sign:
        for turn in (1, -1):
            if signs == {turn * one for one in (-1, 0, 1) if sign.admits(one)}:
                return Condition(polynomial * turn, sign)
    raise Unproved("conditions that hold at a common point cannot contradict each other")


def degree_of(ways: Ways) -> int:
    """The greatest total degree of the polynomials, 0 where there are none."""
    return max((int(one.polynomial.total_degree()) for way in ways for one in way), default=0)


def is_linear(condition: Condition) -> bool:
    """Whether the simplex can compute with a condition."""
    return degree_of(((condition,),)) <= 1


def holds(ways: Ways, sign_of: Callable[[Polynomial], int]) -> bool:
    """Whether a formula holds where polynomials have these signs."""
    return any(all(one.sign.admits(sign_of(one.polynomial)) for one in way) for way in ways)


def text_of(ways: Ways) -> str:
    """A formula in SMT-LIB."""
    return _joined("or", [_joined("and", list(map(_text_of, way)), "true") for way in ways], "false")


def _joined(word: str, parts: Sequence[str], neutral: str) -> str:
    if not parts:
        return neutral
    return parts[0] if len(parts) == 1 else f"({word} {' '.join(parts)})"


def _text_of(condition: Condition) -> str:
    left = _polynomial(condition.polynomial)
    match condition.sign:
        case Sign.ZERO:
            return f"(= {left} 0.0)"
        case Sign.NONZERO:
            return f"(not (= {left} 0.0))"
        case _:
            return f"({condition.sign.value} {left} 0.0)"


def _polynomial(polynomial: Polynomial) -> str:
    terms = []
    for powers, coefficient in polynomial.to_dict().items():
        number = f"{coefficient}.0" if coefficient >= 0 else f"(- {-coefficient}.0)"
        factors = [f"x{n}" for n, power in enumerate(powers) for _ in range(int(power))]
        terms.append(_joined("*", [number, *factors], ""))
    return _joined("+", terms, "0.0")
