"""Regions of several parameters read from their text: points in and between them, and z3 asked in another way."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import z3

import stackexact as sx
from stackexact.exact.rational_function import Expression
from stackexact.exact.relation import Assumption, parse_assumption


def line(text: str) -> tuple[Fraction, Fraction, Fraction] | None:
    """The coefficients of x, y and 1 in a linear relation."""
    left, right = parse_assumption(text).terms
    difference = left - right
    assert isinstance(difference, Expression)
    found = {"x": Fraction(0), "y": Fraction(0), "": Fraction(0)}
    for powers, value in difference.numerator.items():
        if sum(powers) > 1:
            return None
        found[difference.parameters[powers.index(1)] if sum(powers) else ""] = Fraction(value)
    return found["x"], found["y"], found[""]


def places(result: Any, rng: random.Random, count: int) -> Iterator[dict[str, Fraction]]:
    """Random points of the box, points on the lines between cells, and where these lines meet."""
    for _ in range(count):
        yield {"x": Fraction(rng.randint(0, 12), 12), "y": Fraction(rng.randint(1, 11), 12)}
    lines = sorted({found for cell in result.cells for text in cell.when if (found := line(text))})
    for (a, b, c), (d, e, f) in itertools.islice(itertools.combinations(lines, 2), count):
        if a:
            y = Fraction(rng.randint(1, 6), 7)
            yield {"x": -(b * y + c) / a, "y": y}
        if a * e != b * d:
            yield {"x": (b * f - c * e) / (a * e - b * d), "y": (c * d - a * f) / (a * e - b * d)}


def holds(when: tuple[str, ...], at: dict[str, Fraction]) -> bool:
    return all(parse_assumption(text).at(at).holds() for text in when)


def real(value: Any, variables: dict[str, Any]) -> Any:
    """A polynomial as a z3 term."""
    if isinstance(value, Fraction):
        return z3.RealVal(str(value))
    (bottom,) = value.denominator.values()
    total = z3.RealVal(0)
    for powers, coefficient in value.numerator.items():
        term = z3.RealVal(str(Fraction(coefficient, bottom)))
        for name, power in zip(value.parameters, powers, strict=True):
            for _ in range(power):
                term = term * variables[name]
        total = total + term
    return total


def formula(chains: Any, variables: dict[str, Any]) -> Any:
    """Relations as a z3 formula, by another way than the library's."""
    parts = []
    for chain in chains:
        assert isinstance(chain, Assumption)
        for left, relation, right in zip(chain.terms, chain.relations, chain.terms[1:], strict=False):
            one, two = real(left - right, variables), z3.RealVal(0)
            parts.append({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}.get(relation, one == two))
            if relation == "!=":
                parts[-1] = one != two
    return z3.And(*parts)


def partitions(game: sx.Game, result: Any) -> None:
    """z3: no point of the domain is outside all cells, and none in two."""
    variables = {name: z3.Real(name) for name in game.parameters}
    domain = formula(game.assumptions, variables)
    cells = [
        formula(map(parse_assumption, when), variables)
        for when in (*(cell.when for cell in result.cells), *result.undecided)
    ]
    solver = z3.Solver()
    solver.add(domain, z3.Not(z3.Or(*cells)))
    assert solver.check() == z3.unsat
    for one, two in itertools.combinations(cells, 2):
        solver = z3.Solver()
        solver.add(domain, one, two)
        assert solver.check() == z3.unsat
