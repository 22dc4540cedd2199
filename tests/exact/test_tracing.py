"""Traced verification: what is recorded suffices wherever it holds, and no more is needed than the sample shows."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import pytest
from flint import fmpq, fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import Unproved
from stackexact.exact.prover import Numbers, Ratio
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Condition, Sign, Tracer

AFFINE = st.tuples(st.integers(-4, 4), st.integers(-4, 4)).map(lambda pair: fmpz_poly(list(pair)))
RATIONALS = st.fractions(min_value=-3, max_value=3, max_denominator=7)


def tracer(sample: Fraction) -> Tracer:
    return Tracer(lambda value: fmpz_poly([value]), Root.of(sample).sign_of)


def at(polynomial: Any, value: Fraction) -> Any:
    return fmpq(polynomial(fmpq(value.numerator, value.denominator)))


@given(st.integers(1, 4), st.data())
def test_linear_systems(size: int, data: st.DataObject) -> None:
    """The solution by polynomials is, at every value where the determinant keeps its sign, the one by numbers."""
    rows = data.draw(st.lists(st.lists(AFFINE, min_size=size, max_size=size), min_size=size, max_size=size))
    right = data.draw(st.lists(st.lists(AFFINE, min_size=2, max_size=2), min_size=size, max_size=size))
    sample, other = data.draw(RATIONALS), data.draw(RATIONALS)
    prover = tracer(sample)
    numbers = [[[at(entry, sample) for entry in row] for row in table] for table in (rows, right)]
    try:
        expected = Numbers().solve(*numbers)
    except Unproved:
        with pytest.raises(Unproved, match="singular"):
            prover.solve(rows, right)
        return
    solved = prover.solve(rows, right)
    for place in (sample, other):
        if not all(one.sign.admits(Root.of(place).sign_of(one.polynomial)) for one in prover.conditions):
            assert place != sample
            continue
        expected = Numbers().solve(*([[at(entry, place) for entry in row] for row in table] for table in (rows, right)))
        bottom = at(solved.bottom, place)
        assert bottom > 0
        assert [[at(top, place) / bottom for top in row] for row in solved.rows] == [
            [fmpq(top) / expected.bottom for top in row] for row in expected.rows
        ]


FACTORS = st.lists(st.sampled_from([fmpz_poly([a, 1]) for a in (-2, -1, 0, 1)]), min_size=1, max_size=4)


@given(FACTORS, FACTORS, RATIONALS)
def test_what_is_divided_out_may_change_its_sign(below: list[Any], above: list[Any], sample: Fraction) -> None:
    """One equation in one unknown: wherever the conditions hold, the bottom is positive and the quotient right."""
    bottom, top = (prod(factors, start=fmpz_poly([1])) for factors in (below, above))
    prover = tracer(sample)
    if not prover.sign(bottom):
        return
    solved = prover.solve([[bottom]], [[top]])
    for place in (Fraction(k, 2) for k in range(-6, 7)):
        if all(one.sign.admits(Root.of(place).sign_of(one.polynomial)) for one in prover.conditions):
            assert at(solved.bottom, place) > 0
            assert at(solved.rows[0][0], place) * at(bottom, place) == at(top, place) * at(solved.bottom, place)
            assert at(bottom, place) != 0


def test_what_is_recorded() -> None:
    """Primitive polynomials, the stronger of two relations, equations with a positive leading coefficient; constants
    and what is only looked at leave no trace."""
    prover = tracer(Fraction(1, 2))
    x = fmpz_poly([0, 1])
    prover.nonnegative([6 * x, fmpz_poly([4])])
    prover.positive([2 * x, 1 - x])
    prover.zero([2 - 4 * x])
    prover.below([x, 0 * x], Ratio(fmpz_poly([2]), fmpz_poly([1])))
    assert prover.sign(x - 1) == -1
    assert prover.conditions == (
        Condition(x, Sign.POSITIVE),
        Condition(1 - x, Sign.POSITIVE),
        Condition(2 * x - 1, Sign.ZERO),
        Condition(2 - x, Sign.POSITIVE),
    )


@pytest.mark.parametrize(("require", "value"), [("nonnegative", -1), ("positive", 0), ("zero", 1)])
def test_what_fails_at_the_sample_is_unproved(require: str, value: int) -> None:
    """Constants as well as polynomials."""
    for polynomial in (fmpz_poly([value]), fmpz_poly([value - 1, 2])):
        with pytest.raises(Unproved, match="at the sample point"):
            getattr(tracer(Fraction(1, 2)), require)([polynomial])
