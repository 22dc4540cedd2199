"""Polynomials in several variables, and signs that stated relations decide: against flint, and against points."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import pytest
from flint import Ordering, fmpz_mpoly_ctx
from hypothesis import assume, given
from hypothesis import strategies as st

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.embedded import COMPARE
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.stated import Space, Stated
from stackexact.certificates.terms import Terms

RING = fmpz_mpoly_ctx.get(("x", "y", "z"), Ordering.deglex)
POWERS = st.tuples(*[st.integers(0, 3)] * 3)
COEFFICIENTS = st.dictionaries(POWERS, st.integers(-9, 9).filter(bool), max_size=5)
POINTS = st.tuples(*[st.fractions(-4, 4, max_denominator=6)] * 3)


def terms(coefficients: dict[tuple[int, ...], int]) -> Terms:
    made = {}
    for powers, value in coefficients.items():
        shorter = list(powers)
        while shorter and not shorter[-1]:
            shorter.pop()
        made[tuple(shorter)] = value
    return Terms(made)


def value_at(p: Terms, point: tuple[Fraction, ...]) -> Fraction:
    """By its definition."""
    parts = [a * prod(map(pow, point, powers)) for powers, a in p.coefficients.items()]
    return sum(parts, start=Fraction(0))


def same(p: Terms, q: Any) -> bool:
    return p == terms({tuple(map(int, powers)): int(value) for powers, value in q.to_dict().items()})


@given(COEFFICIENTS, COEFFICIENTS)
def test_arithmetic_is_flints(one: dict[tuple[int, ...], int], two: dict[tuple[int, ...], int]) -> None:
    p, q, f, g = terms(one), terms(two), RING.from_dict(one), RING.from_dict(two)
    assert same(p + q, f + g)
    assert same(p - q, f - g)
    assert same(p * q, f * g)
    if q:
        primitive = q.without(q.content)
        assert (p * primitive).divided(primitive) == p
        quotient, rest = divmod(f, RING.from_dict(two) // q.content)
        assert (p.divided(primitive) is not None) == (not rest)
        assert rest or same(p.divided(primitive) or Terms({}), quotient)


@given(COEFFICIENTS, POINTS)
def test_a_sign_is_that_of_the_value(coefficients: dict[tuple[int, ...], int], at: Any) -> None:
    value = value_at(terms(coefficients), at)
    assert terms(coefficients).sign_at(at) == (value > 0) - (value < 0)


@given(COEFFICIENTS, COEFFICIENTS, COEFFICIENTS, POINTS)
def test_quotients_have_the_values_of_their_parts(
    one: dict[tuple[int, ...], int], two: dict[tuple[int, ...], int], three: dict[tuple[int, ...], int], at: Any
) -> None:
    a, b, c = (Quotient(terms(part)) for part in (one, two, three))
    values = [value_at(terms(part), at) for part in (one, two, three)]
    assume(values[1] and values[2])
    made = a / b + c / b - a * c + Quotient.of(Fraction(1, 3)) / c
    expected = values[0] / values[1] + values[2] / values[1] - values[0] * values[2] + Fraction(1, 3) / values[2]
    assert value_at(made.top, at) / value_at(made.bottom, at) == expected


@given(
    st.lists(st.tuples(COEFFICIENTS, st.sampled_from(sorted(COMPARE))), max_size=5),
    st.lists(st.sampled_from(range(5)), min_size=1, max_size=4),
    st.sampled_from(sorted(COMPARE)),
    POINTS,
)
def test_what_is_stated_is_never_contradicted(drawn: Any, chosen: list[int], asked: str, at: Any) -> None:
    """At a point where all conditions hold, what follows from them holds."""
    conditions = [(terms(p), relation) for p, relation in drawn if COMPARE[relation](value_at(terms(p), at), 0)]
    product = Terms.of(-2)
    for n in chosen:
        product = product * (conditions[n][0] if n < len(conditions) else Terms.of(3))
    space = Stated(Space(("x", "y", "z")), conditions)
    try:
        assert space.holds(product, asked) == COMPARE[asked](value_at(product, at), 0)
    except Unsupported:
        assert len(chosen) > 1 or asked not in ("<", "<=", ">", ">=", "==", "!=") or chosen[0] < len(conditions)


def test_signs_of_products_follow() -> None:
    x, y = Terms.variable(0), Terms.variable(1)
    space = Stated(Space(("x", "y")), [(x, ">"), (y - x, "<="), (x * y, "!=")])
    assert space.holds(x * x * (x - y), ">=")
    assert space.holds(y * y * x, ">")
    assert not space.holds((y - x) * x, ">")
    with pytest.raises(Unsupported, match="no stated relation says whether 'y' > 0"):
        space.holds(y, ">")
