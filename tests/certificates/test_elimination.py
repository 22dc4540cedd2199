"""Determinants that the checker eliminates to, against SymPy's and against the definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any

import sympy
from hypothesis import given
from hypothesis import strategies as st

from stackexact.certificates import functions, proofs, quotients
from stackexact.certificates.functions import Function
from stackexact.certificates.polynomials import Poly, poly
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.terms import Terms

X, Y = sympy.symbols("x y")
SIZES = st.integers(1, 4)
SMALL = st.integers(-2, 2)


class Asked:
    """A region that keeps the determinant whose sign it is asked for."""

    determinant: Any = None

    def sign(self, p: Poly) -> int:
        self.determinant = p
        return 1

    def holds(self, p: Terms, relation: str) -> bool:
        assert relation == "!="
        self.determinant = p
        return True


def squares(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    """Square matrices."""
    return SIZES.flatmap(lambda n: st.lists(st.lists(entries, min_size=n, max_size=n), min_size=n, max_size=n))


def determinant(rows: list[list[Fraction]]) -> Fraction:
    """By its definition."""
    total = Fraction(0)
    for order in permutations(range(len(rows))):
        swaps = sum(order[j] > order[i] for i in range(len(order)) for j in range(i))
        total += (-1) ** swaps * prod((rows[i][j] for i, j in enumerate(order)), start=Fraction(1))
    return total


@given(squares(st.fractions(-3, 3, max_denominator=4)))
def test_a_matrix_of_numbers_is_regular_if_its_determinant_is_not_zero(rows: list[list[Fraction]]) -> None:
    exact = sympy.Matrix(len(rows), len(rows), [sympy.Rational(str(entry)) for row in rows for entry in row]).det()
    assert proofs.regular(rows) == (exact != 0)


@given(squares(st.lists(SMALL, max_size=3)))
def test_one_parameter_eliminates_to_the_determinant(rows: list[list[list[int]]]) -> None:
    region: Any = Asked()
    found = functions.regular([[Function(poly(entry)) for entry in row] for row in rows], region)
    entries = [sum(a * X**n for n, a in enumerate(entry)) for row in rows for entry in row]
    exact = sympy.expand(sympy.Matrix(len(rows), len(rows), entries).det(method="berkowitz"))
    assert found == (exact != 0)
    if found:
        made = sum(a * X**n for n, a in enumerate(region.determinant))
        assert sympy.expand(made - exact) == 0 or sympy.expand(made + exact) == 0


@given(squares(st.dictionaries(st.sampled_from([(), (1,), (0, 1), (1, 1)]), SMALL.filter(bool), max_size=2)))
def test_several_parameters_eliminate_to_the_determinant(rows: list[list[dict[tuple[int, ...], int]]]) -> None:
    def symbolic(coefficients: dict[tuple[int, ...], int]) -> Any:
        return sum(a * X ** sum(powers[:1]) * Y ** sum(powers[1:]) for powers, a in coefficients.items())

    region: Any = Asked()
    found = quotients.regular([[Quotient(Terms(entry)) for entry in row] for row in rows], region)
    entries = [symbolic(entry) for row in rows for entry in row]
    exact = sympy.expand(sympy.Matrix(len(rows), len(rows), entries).det(method="berkowitz"))
    assert found == (exact != 0)
    if found:
        made = symbolic(region.determinant.coefficients)
        assert sympy.expand(made - exact) == 0 or sympy.expand(made + exact) == 0


@given(squares(st.tuples(SMALL, SMALL, st.sampled_from([1, 2, 3]), st.booleans())))
def test_denominators_change_no_regularity(rows: list[list[tuple[int, int, int, bool]]]) -> None:
    """Entries ``(a·x + b) / (c·(x + 3)**2)``, some without the square: each value of x that is not -3 will do."""
    line, plane = Function((0, 1)), Quotient(Terms.variable(0))

    def made(x: Any, entry: tuple[int, int, int, bool]) -> Any:
        a, b, c, divided = entry
        return (x * a + b) / ((x + 3) * (x + 3) * c if divided else (x - x) + c)

    for x, at in ((line, functions), (plane, quotients)):
        region: Any = Asked()
        found = at.regular([[made(x, entry) for entry in row] for row in rows], region)
        for point in (Fraction(0), Fraction(5, 7), Fraction(-9)):
            exact = determinant([[made(point, entry) for entry in row] for row in rows])
            eliminated = value(region.determinant, point) if found else Fraction(0)
            assert (eliminated == 0) == (exact == 0)


def value(p: Any, x: Fraction) -> Fraction:
    """Of a polynomial in one variable, of either kind."""
    powers = {sum(n): a for n, a in p.coefficients.items()} if isinstance(p, Terms) else dict(enumerate(p))
    return sum((a * x**n for n, a in powers.items()), start=Fraction(0))
