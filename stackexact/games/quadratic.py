"""Quadratic costs: expressions in named variables, read as a Hessian, a gradient and a constant.

However a cost is written, equal costs are equal here: expressions have one normal form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import GameError, shorten
from stackexact.exact.rational_function import Exact, Expression, quotient, symbol
from stackexact.exact.relation import text_of

__all__ = ["Quadratic", "quadratic"]


@dataclass(frozen=True, slots=True)
class Quadratic:
    """½ z·Hz + g·z + c in the ``variables`` z: ``hessian`` H (symmetric), ``gradient`` g at 0, ``constant`` c.

    >>> from stackexact.exact.grammar import parse
    >>> found = quadratic(parse("q*u0**2 + m*(u0 - t)**2"), ("u0",), "costs.leader")
    >>> str(found.hessian[0][0]), str(found.gradient[0]), str(found.constant)
    ('2*m + 2*q', '-2*m*t', 'm*t**2')
    """

    variables: tuple[str, ...]
    hessian: tuple[tuple[Exact, ...], ...]
    gradient: tuple[Exact, ...]
    constant: Exact


def quadratic(value: Exact, variables: Sequence[str], place: str) -> Quadratic:
    """A cost as a quadratic form in its variables; every other name is a parameter.

    Raises :class:`~stackexact.errors.GameError` that names the term which is not of degree two or less, or the divisor
    in which a variable stands.
    """
    terms = _by_variables(value, tuple(variables), place)
    nought: Exact = Fraction(0)
    size = len(variables)

    def of(*powers: int) -> Exact:
        exponents = [0] * size
        for index in powers:
            exponents[index] += 1
        return terms.get(tuple(exponents), nought)

    hessian = tuple(tuple(of(i, j) * (2 if i == j else 1) for j in range(size)) for i in range(size))
    return Quadratic(tuple(variables), hessian, tuple(of(i) for i in range(size)), of())


def _by_variables(value: Exact, variables: tuple[str, ...], place: str) -> dict[tuple[int, ...], Exact]:
    """The coefficients of a polynomial in the variables, by their exponents."""
    if not isinstance(value, Expression):
        return {(0,) * len(variables): value}
    names = value.parameters
    bottom = value.denominator
    for powers in bottom:
        for name, power in zip(names, powers, strict=True):
            if power and name in variables:
                found = shorten(text_of(value))
                raise GameError(f"{place}: expected a quadratic cost, found a division by {name} in {found}; remove it")
    grouped: dict[tuple[int, ...], dict[tuple[int, ...], int]] = {}
    for powers, factor in value.numerator.items():
        by_name = dict(zip(names, powers, strict=True))
        own = tuple(by_name.get(name, 0) for name in variables)
        rest = tuple(0 if name in variables else power for name, power in zip(names, powers, strict=True))
        grouped.setdefault(own, {})[rest] = factor
    made = {own: quotient(names, part, bottom) for own, part in grouped.items()}
    for own, coefficient in made.items():
        if sum(own) > 2:
            raise GameError(f"{place}: expected a quadratic cost, found the term {_term(coefficient, variables, own)}")
    return made


def _term(coefficient: Exact, variables: Sequence[str], powers: Sequence[int]) -> str:
    """A term in the notation in which expressions are read."""
    made = coefficient
    for name, power in zip(variables, powers, strict=True):
        made = made * symbol(name) ** power
    return shorten(text_of(made))


def substituted(form: Quadratic, values: Mapping[str, Exact]) -> Quadratic:
    """The same cost at values of its parameters."""

    def at(value: Exact) -> Exact:
        return value.at(values) if isinstance(value, Expression) else value

    return Quadratic(
        form.variables,
        tuple(tuple(map(at, row)) for row in form.hessian),
        tuple(map(at, form.gradient)),
        at(form.constant),
    )
