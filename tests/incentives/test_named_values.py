"""Values of cells by their names: entries of mappings, values that some cells lack, infinite ones."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from incentive_games import gaussian, major, scalar, vector

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.solving.branches import difference
from stackexact.solving.cells import Infinity
from stackexact.solving.names import named_value, numeric_names, plain_names, usual_name
from stackexact.solving.solution import Result

N = sympy.Symbol("N")
SOLUTIONS = {
    "scalar": sx.solve(scalar()),
    "vector": sx.solve(vector()),
    "gaussian": sx.solve(gaussian()),
    "major": sx.solve(major()),
}
RESULTS = [
    pytest.param(one, id=f"{name}, {one.concept}") for name, found in SOLUTIONS.items() for one in found.values()
]


@pytest.mark.parametrize("result", RESULTS)
def test_a_name_means_one_value_everywhere(result: Result) -> None:
    """Expressions, callables and cells agree at many numbers of followers, wherever the cell has the value."""
    for name in numeric_names(result):
        value, expression = result.lambdify(name), result.expression(name)
        for count in (1, 2, 5, 6, 7, 40):
            told = named_value(result.at(N=count), name)
            assert value(N=count) == told
            if told is None:
                continue
            there = expression.subs(N, count)
            assert there == (sympy.sympify(str(told)) if isinstance(told, Infinity) else sympy.Rational(str(told)))


def test_names() -> None:
    """The only entry of a mapping goes by the mapping's name, by its own and by all between; others by their own."""
    result = SOLUTIONS["scalar"]["incentive"]
    assert numeric_names(result) == ("gain", "mean_gain", "energy", "actions.u0", "actions.u")
    for name in ("gain", "gain.u0", "gain.u0.u"):
        assert result.expression(name) == sympy.Rational(-1, 2)
    several = SOLUTIONS["vector"]["incentive"]
    assert set(numeric_names(several)) >= {"gain.a.u", "gain.b.z", "actions.z", "energy"}
    assert several.expression("gain.b.u") == sympy.Rational(3, 25)
    assert "strategies.u.y" in numeric_names(SOLUTIONS["gaussian"]["team-optimum"])
    assert result.lambdify("unique")(N=6) is False
    assert dict(result.lambdify("actions")(N=6)) == {"u0": 1, "u": 1}


@pytest.mark.parametrize(
    "name", ["gains", "gain.u0.v", "gain.u.u0", "actions.w", "actions.u.u", "when", "energy.u", "."]
)
def test_unknown_names(name: str) -> None:
    """One line that lists the names there are, from everything that takes one."""
    result = SOLUTIONS["scalar"]["incentive"]
    calls = [
        lambda: result.expression(name),
        lambda: result.lambdify(name),
        lambda: result.limit(name, "N", "oo"),
        lambda: result.breakpoints(name),
        lambda: result.compare("N", name),
        lambda: result.plot(names=[name]),
    ]
    for call in calls:
        with pytest.raises(UsageError, match=r"incentive: expected one of .*gain, .*actions\.u0") as caught:
            call()
        assert "\n" not in str(caught.value)


def test_a_mapping_of_several_entries_is_no_number() -> None:
    with pytest.raises(UsageError, match=r"actions\.u0, actions\.u, found 'actions'"):
        SOLUTIONS["scalar"]["incentive"].expression("actions")


def test_limits() -> None:
    """The worked games: the energy grows without bound, the gains go to their limits."""
    scalar_, gaussian_ = SOLUTIONS["scalar"], SOLUTIONS["gaussian"]
    assert scalar_["incentive"].limit("energy", "N", "oo") == sympy.oo
    assert scalar_["incentive"].limit("mean_gain.u0.u", "N", "oo") == -sympy.oo
    assert gaussian_["incentive"].limit("gain", "N", "oo") == -4
    assert gaussian_["team-optimum"].limit("strategies.u0.x", "N", "oo") == sympy.Rational(1, 5)
    assert scalar_["mean-field"].expression("mean_gain") == -sympy.oo


@pytest.mark.parametrize("kind", ["scalar", "vector", "gaussian"])
def test_limits_are_those_of_the_mean_field(kind: str) -> None:
    """What the mean-field concept says of limits is what closed forms in N tend to."""
    finite, infinite = SOLUTIONS[kind]["incentive"], SOLUTIONS[kind]["mean-field"]
    for name in numeric_names(finite):
        if name.partition(".")[0] in ("gain", "mean_gain", "energy"):
            assert finite.limit(name, "N", "oo") == infinite.expression(name)


def test_values_that_cells_lack() -> None:
    """Where no incentive exists there is no gain: it is left out, and neither undecided nor zero."""
    result = sx.solve(scalar(d="d").at(N=3))["incentive"]
    assert result.lambdify("gain")(d=2) is None
    assert result.at(d=2).gain is None
    assert not isinstance(result.expression("gain").subs("d", 3), sympy.Piecewise)
    assert result.limit("gain", "d", "2+") == sympy.oo
    assert result.limit("gain", "d", "2-") == -sympy.oo
    assert sympy.Integer(2) in result.breakpoints("gain")
    never = sx.solve(scalar(d=2))["incentive"]
    with pytest.raises(UsageError, match="nothing: no cell has a number"):
        never.expression("gain")
    with pytest.raises(UsageError, match="expected a value of gain at d = '2', found none"):
        result.compare("1", "gain", at={"d": 2})
    part = sx.solve(scalar(d="N").assuming("N >= 1"))["incentive"]
    assert part.lambdify("gain")(N=2) is None


def test_a_limit_where_there_is_nothing() -> None:
    """Towards infinity, where the only values are elsewhere."""
    result = SOLUTIONS["scalar"]["mean-field"]
    with pytest.raises(InputError, match="does not go to -oo"):
        result.limit("cost", "N", "-oo")


def test_what_is_usual() -> None:
    """The leader's cost where there is one, else the first; entries of mappings are not drawn unasked."""
    assert usual_name(SOLUTIONS["scalar"]["team-optimum"]) == "cost"
    assert usual_name(SOLUTIONS["scalar"]["incentive"]) == "gain"
    assert plain_names(SOLUTIONS["scalar"]["mean-field"]) == ("energy", "cost", "gap", "swapped_cost")


def test_infinite_values_have_signs() -> None:
    assert difference(Infinity.MINUS_OO, Fraction(1)) == -1
    assert difference(Infinity.MINUS_OO, Infinity.OO) == -2
    assert difference(Infinity.OO, Infinity.OO) == 0
    assert SOLUTIONS["scalar"]["mean-field"].lambdify("mean_gain", floats=True)(5) == -math.inf
    comparison = SOLUTIONS["scalar"]["mean-field"].compare(SOLUTIONS["scalar"]["incentive"], "mean_gain")
    assert [cell.relation for cell in comparison.cells] == ["<"]
