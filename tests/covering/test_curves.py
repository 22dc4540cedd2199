"""Points on curves: found where there are some and nowhere else, whatever the curve looks like."""

from __future__ import annotations

from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from stackexact.covering.curves import has_curve, point_on_curve
from stackexact.covering.decomposing import Unknown
from stackexact.covering.formulas import Conditions, text_of
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Sign

NAMES = Parameters(("x", "y"))
X, Y = (NAMES.split(NAMES.symbol(name))[0] for name in "xy")

CURVES = {
    "a circle": X**2 + Y**2 - 2,
    "one point": X**2 + Y**2,
    "nothing": X**2 + Y**2 + 1,
    "a node, and lines through it": (Y**2 - X**2 * (X + 1)) * (X - Y),
    "a point beside a branch": Y**2 - X**2 * (X - 1),
    "a cusp": Y**2 - X**3,
    "upright lines": X**2 - 2,
    "level lines": Y**3 - 3 * Y + 1,
    "branches without end": X * Y - 1,
    "a pole": X * Y**2 - Y - 1,
    "two circles that touch": (X**2 + Y**2 - 1) * (X**2 + Y**2 - 4 * X + 3),
    "irrational points alone": (X**2 - 2) ** 2 + (Y**2 - X - 1) ** 2,
    "a quartic": X**4 - 3 * X * Y**3 + Y**4 + 2 * X * Y - 1,
}
OTHERS = [*CURVES.values(), X, Y, X - Y, X + Y - 2, X - 1, Y + 1, X * Y, 2 * X**2 - 3 * Y]

conditions = st.lists(
    st.builds(
        lambda polynomial, turn, sign: Condition(polynomial * turn, sign),
        st.sampled_from(OTHERS),
        st.sampled_from([1, -1]),
        st.sampled_from(list(Sign)),
    ),
    max_size=4,
).map(tuple)


def has_point(some: Conditions) -> bool | None:
    """Whether z3 finds a point that meets all conditions; ``None`` where it cannot tell."""
    solver = z3.Tactic("qfnra-nlsat").solver()
    solver.set("rlimit", 2_000_000)
    names = {"x0": z3.Real("x0"), "x1": z3.Real("x1")}
    for one in some:
        solver.add(*z3.parse_smt2_string(f"(assert {text_of(((one,),))})", decls=names))
    return {"sat": True, "unsat": False}.get(str(solver.check()))


@pytest.mark.parametrize("name", CURVES)
def test_curves_alone(name: str) -> None:
    """A point of the curve, if it has any."""
    equation = (Condition(CURVES[name], Sign.ZERO),)
    found = point_on_curve(equation)
    assert (found is not None) is has_point(equation)
    assert found is None or found.sign_of(CURVES[name]) == 0


@given(st.sampled_from(list(CURVES.values())), conditions)
@settings(max_examples=150, deadline=None)
def test_points_that_meet_further_conditions(curve: Any, more: Conditions) -> None:
    """What z3 says; and a point that is found meets everything, exactly."""
    some = (Condition(curve, Sign.ZERO), *more)
    assert has_curve(some)
    try:
        found = point_on_curve(some)
    except Unknown:  # coordinates in one number field that is not seen
        return
    if found is None:
        assert not has_point(some)
    else:
        assert found.point is not None
        assert all(one.sign.admits(found.point.sign_of(one.polynomial)) for one in some)


def test_a_point_where_curves_touch() -> None:
    """On the boundary of a condition alone: there with it, not without."""
    touching = Condition((X**2 + Y**2 - 1) * (X**2 + Y**2 - 4 * X + 3), Sign.ZERO)
    outside = Condition(X**2 + Y**2 - 1, Sign.NONNEGATIVE)
    left = Condition(1 - X, Sign.NONNEGATIVE)
    beside = Condition(X**2 + Y**2 - 1, Sign.POSITIVE)
    found = point_on_curve((touching, outside, left, Condition(X - 1, Sign.NONNEGATIVE)))
    assert found is not None
    assert found.point is not None
    assert found.point.fractions == (1, 0)
    assert point_on_curve((touching, beside, left)) is None


def test_what_is_left_to_others() -> None:
    """Lines, and conditions without an equation, are no curves; high degrees are not looked at."""
    assert not has_curve([Condition(X - Y, Sign.ZERO), Condition(X * Y - 1, Sign.POSITIVE)])
    with pytest.raises(Unknown):
        point_on_curve([Condition(X**9 + Y**9 - X - 1, Sign.ZERO), Condition(X**9 - Y**8 + X * Y, Sign.POSITIVE)])
