"""Proofs from a basis alone are sound: whatever basis is offered, what is certified is true."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st
from oracles.linear import dot
from oracles.programs import INFEASIBLE, UNBOUNDED, bound_by, lexicographic, optimum, recedes, satisfies
from strategies import bases, programs, share

from stackexact.errors import Unproved
from stackexact.exact.fields import to_fraction, to_rational
from stackexact.exact.prover import Numbers
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Condition, Sign, Tracer
from stackexact.lp.certify import (
    certify_infeasible,
    certify_lexicographic,
    certify_optimal,
    certify_unbounded,
    farkas_holds,
    recession_holds,
)
from stackexact.lp.program import Basis, Position, Program
from stackexact.lp.simplex import Infeasible, Unbounded

PROVER = Numbers()
SMALL = programs(rows=2, columns=2, kinds=("small", "quotients"))


def rational(program: Program[Fraction]) -> Program[Any]:
    """The program on flint rationals."""

    def each(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(None if value is None else to_rational(value) for value in values)

    parts = (program.row_lower, program.row_upper, program.lower, program.upper)
    return Program(each(program.objective), tuple(map(each, program.rows)), *map(each, parts))


def everything(program: Program[Any]) -> list[Basis]:
    """All ways to place the variables and rows of a program."""
    rows, columns = program.shape
    return [Basis(places[:columns], places[columns:]) for places in product(Position, repeat=rows + columns)]


def over(entries: tuple[Any, ...], bottom: Any) -> list[Fraction]:
    """Entries over their common bottom."""
    assert bottom > 0
    return [to_fraction(entry) / to_fraction(bottom) for entry in entries]


@share(50)
@given(SMALL)
def test_of_all_bases_exactly_the_optimal_ones_pass(program: Program[Fraction]) -> None:
    """Every certified basis carries the optimum, with a point and multipliers that prove it independently; a program
    with an optimal vertex has such a basis, a program without an optimum has none."""
    expected = optimum(program)
    passed = 0
    for basis in everything(program):
        try:
            proved = certify_optimal(rational(program), basis, PROVER)
        except Unproved:
            continue
        passed += 1
        point = over(proved.point, proved.point_bottom)
        assert over((proved.value.top,), proved.value.bottom) == [expected]
        assert satisfies(program, point)
        assert dot(program.objective, point) == expected
        multipliers = over(proved.multipliers, proved.multipliers_bottom)
        assert bound_by(program, program.objective, multipliers) == expected
    assert (passed > 0) == isinstance(expected, Fraction)


@share(50)
@given(SMALL)
def test_lexicographic_optima_are_certified_only_where_they_are(program: Program[Fraction]) -> None:
    """A certified basis reaches the lexicographic optimum of the levels shown, and is unique where it says so."""
    count = len(program.objective)
    if not count or not isinstance(optimum(program), Fraction):
        return
    units = [tuple(Fraction(int(c == place)) for c in range(count)) for place in range(count)]
    levels = [program.objective, tuple(Fraction(c % 2) for c in range(count))]
    exact = rational(program)
    for shown in (levels[:1], levels):
        for basis in everything(program):
            try:
                certify_optimal(exact, basis, PROVER)
                proved = certify_lexicographic(exact, basis, [tuple(map(to_rational, one)) for one in shown], PROVER)
            except Unproved:
                continue
            point = over(proved.point, proved.point_bottom)
            best = lexicographic(program, shown)
            assert [dot(one, point) for one in shown] == best
            if proved.unique:
                lowest = [tuple(-value for value in unit) for unit in units]
                assert lexicographic(program, [*shown, *units])[len(shown) :] == point
                assert lexicographic(program, [*shown, *lowest])[len(shown) :] == [-value for value in point]


@given(st.data())
def test_infeasibility_is_certified_only_where_it_holds(data: st.DataObject) -> None:
    """Every row of every dictionary: what is certified is a Farkas combination of an infeasible program."""
    program = data.draw(SMALL)
    infeasible = optimum(program) == INFEASIBLE
    passed = 0
    for basis in everything(program):
        for variable in range(sum(program.shape)):
            for above in (True, False):
                try:
                    ray = certify_infeasible(rational(program), Infeasible(basis, variable, above), PROVER)
                except Unproved:
                    continue
                passed += 1
                combination = [-entry for entry in over(ray.entries, ray.bottom)]
                bound = bound_by(program, [Fraction(0)] * len(program.objective), combination)
                assert bound is not None
                assert bound < 0
    assert (passed > 0) == infeasible


@given(st.data())
def test_unboundedness_is_certified_only_where_it_holds(data: st.DataObject) -> None:
    """A certified direction keeps every bound and improves; a feasible program with one is unbounded."""
    program = data.draw(SMALL)
    expected = optimum(program)
    passed = 0
    for basis in everything(program):
        for variable in range(sum(program.shape)):
            for up in (True, False):
                try:
                    ray = certify_unbounded(rational(program), Unbounded(basis, variable, up), PROVER)
                except Unproved:
                    continue
                passed += 1
                assert recedes(program, over(ray.entries, ray.bottom))
    if passed:
        assert expected in (UNBOUNDED, INFEASIBLE)
    if expected == UNBOUNDED:
        assert passed


@given(st.data())
def test_any_combination_and_any_direction_are_judged_right(data: st.DataObject) -> None:
    """Farkas combinations and directions given as numbers hold exactly if they do by the definition."""
    program = data.draw(programs(rows=3, columns=3))
    rows, columns = program.shape
    small = st.integers(-2, 2).map(Fraction)
    weights = data.draw(st.tuples(*[small] * rows))
    move = data.draw(st.tuples(*[small] * columns))
    bound = bound_by(program, [Fraction(0)] * columns, [-weight for weight in weights])
    exact = rational(program)
    assert _holds(farkas_holds, exact, weights) == (bound is not None and bound < 0)
    assert _holds(recession_holds, exact, move) == recedes(program, move)


def _holds(require: Any, program: Program[Any], entries: tuple[Fraction, ...]) -> bool:
    try:
        require(program, list(map(to_rational, entries)), PROVER)
    except Unproved:
        return False
    return True


@given(st.data())
def test_larger_programs_certify_nothing_false(data: st.DataObject) -> None:
    """Any basis of a larger program with any coefficients: what is certified is the optimum."""
    program = data.draw(programs())
    try:
        proved = certify_optimal(rational(program), data.draw(bases(program)), PROVER)
    except Unproved:
        return
    assert over((proved.value.top,), proved.value.bottom) == [optimum(program)]


@pytest.mark.parametrize(
    "basis",
    [
        Basis((), ()),
        Basis((Position.LOWER,), ()),
        Basis((), (Position.BASIC,)),
        Basis((Position.LOWER, Position.BASIC), (Position.BASIC,)),
        Basis((Position.BASIC,), (Position.BASIC,)),
        Basis((Position.LOWER,), (Position.LOWER,)),
        Basis((Position.UPPER,), (Position.BASIC,)),
        Basis((Position.FREE,), (Position.BASIC,)),
        Basis((Position.BASIC,), (Position.FREE,)),
    ],
)
def test_a_basis_that_does_not_fit_its_program_proves_nothing(basis: Basis) -> None:
    """Too short, too long, at bounds that do not exist, or at zero outside the bounds: Unproved, never a value."""
    one = to_rational(1)
    program: Program[Any] = Program((one * 0,), ((one,),), (None,), (one * 9,), (one * 5,), (None,))
    with pytest.raises(Unproved):
        certify_optimal(program, basis, PROVER)
    assert certify_optimal(program, Basis((Position.LOWER,), (Position.BASIC,)), PROVER).point == (5,)


def test_a_weight_that_vanishes_at_the_sample_alone_is_part_of_the_proof() -> None:
    """At delta = 0 the first row alone refutes; what is recorded must not claim so where the second has a weight."""
    delta, one, nought = fmpz_poly([0, 1]), fmpz_poly([1]), fmpz_poly([0])
    rows, low = ((-one,), (one,)), (one, nought - 5)
    program = Program((nought,), rows, low, (None, None), (nought,), (None,))
    tracer = Tracer(lambda value: fmpz_poly([value]), Root.of(Fraction(0)).sign_of)
    farkas_holds(program, [one, delta], tracer)
    assert Condition(delta, Sign.ZERO) in tracer.conditions
