"""Limits of many followers beside SymPy's, of quantities that are derived here from the costs as they are written."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from oracles.incentive_games import Drawn, aligned, scalars, vectors, worked
from sympy import Matrix, Rational, Symbol, oo

import stackexact as sx

N, Q = Symbol("N", positive=True), Symbol("Q", positive=True)


class Many:
    """Costs in SymPy, and the team optimum."""

    def __init__(self, drawn: Drawn) -> None:
        names = {name: Symbol(name) for name in drawn.everything}
        values = {name: Rational(value.numerator, value.denominator) for name, value in drawn.given.items()}
        self.leader, self.follower = (sympy.sympify(text, locals=names | values) for text in drawn.costs)
        self.u0, self.u, self.mean = ([names[name] for name in drawn.names[key]] for key in drawn.names)
        self.v = [Symbol(f"v{c}") for c in range(len(self.u))]
        self.alike = dict(zip([*self.u, *self.mean], [*self.v, *self.v], strict=True))
        together = self.leader.subs(self.alike)
        self.optimum = solved([together.diff(x) for x in (*self.u0, *self.v)], [*self.u0, *self.v])
        self.value = together.subs(self.optimum)

    def slopes(self, by: list[Any]) -> Matrix:
        """A follower's, where all play the same."""
        return Matrix([self.follower.diff(x).subs(self.alike) for x in by])

    def gain(self) -> Matrix | None:
        """The shortest that N followers need."""
        by_leader = self.slopes(self.u0).subs(self.optimum)
        own = (self.slopes(self.u) + self.slopes(self.mean) / N).subs(self.optimum)
        if by_leader.is_zero_matrix:
            return None
        return -by_leader * own.T / by_leader.dot(by_leader)

    def open_loop(self) -> tuple[Any, dict[Any, Any]] | None:
        """The least that the leader pays where followers respond to u0, and nobody moves the mean."""
        line = self.slopes(self.u)
        if line.jacobian(self.v).det() == 0:
            return None
        response = solved(list(line), self.v)
        cost = self.leader.subs(self.alike).subs(response)
        u0 = solved([cost.diff(x) for x in self.u0], self.u0)
        point = u0 | {x: value.subs(u0) for x, value in response.items()}
        return sympy.cancel(cost.subs(u0)), point

    def with_gain(self, gain: Matrix) -> Any:
        """What infinitely many followers make the leader pay who announces u0* + gain (ū − v*)."""
        moved = Matrix([x - self.optimum[x] for x in self.v])
        rule = dict(zip(self.u0, Matrix([self.optimum[x] for x in self.u0]) + gain * moved, strict=True))
        line = self.slopes(self.u).subs(rule)
        if line.jacobian(self.v).det() == 0:
            return None
        response = solved(list(line), self.v)
        return sympy.cancel(self.leader.subs(self.alike).subs(rule).subs(response))


def solved(equations: list[Any], unknowns: list[Any]) -> dict[Any, Any]:
    (found,) = sympy.linsolve(equations, unknowns)
    return {x: sympy.cancel(value) for x, value in zip(unknowns, found, strict=True)}


def table(gains: Any) -> list[Any]:
    return [sympy.sympify(str(value)) for row in gains.values() for value in row.values()]


def number(value: Any) -> Any:
    return Rational(str(value))


def require_limits(drawn: Drawn) -> None:
    many, game = Many(drawn), drawn.game()
    finite, cell = (sx.solve(game, [name])[name] for name in ("incentive", "mean-field"))
    cell = cell.cell
    gain = many.gain()
    if gain is None:
        own = many.slopes(many.u).subs(many.optimum)
        assert cell.finite_energy == own.is_zero_matrix
        mean = many.slopes(many.mean).subs(many.optimum)
        # Infinitely many need none where they are aligned; finitely many do, unless they do not mind the mean.
        assert (cell.gain is None) == (not own.is_zero_matrix or not mean.is_zero_matrix)
        assert (finite.at(N=1000).gain is None) == (cell.gain is None)
    else:
        assert table(cell.gain) == [sympy.limit(value, N, oo) for value in gain]
        assert table(cell.mean_gain) == [sympy.limit(N * value, N, oo) for value in gain]
        energy = sympy.limit(N * sum(value**2 for value in gain), N, oo)
        assert sympy.sympify(str(cell.energy)) == energy
        assert cell.finite_energy == (energy != oo)
        require_limits_of_closed_forms(finite, cell)
    open_loop = many.open_loop()
    if open_loop is None:
        assert (cell.cost, cell.actions, cell.gap) == (None, None, None)
    else:
        cost, point = open_loop
        assert number(cell.cost) == cost
        assert [number(value) for value in cell.actions.values()] == [point[x] for x in (*many.u0, *many.v)]
        assert number(cell.gap) == cost - many.value
        assert (cell.gap == 0) == cell.finite_energy
    require_swapped(many, gain, cell)


def require_limits_of_closed_forms(finite: Any, cell: Any) -> None:
    """The limits are those of what the closed forms say for finite numbers, on the cell of all but a few of these."""
    cells = [one for one in finite.cells if not any("==" in relation for relation in one.when)]
    wide = [one for one in cells if one.gain is not None]
    assert wide
    last = wide[-1]
    texts = [str(value) for row in last.gain.values() for value in row.values()]
    assert [sympy.limit(sympy.sympify(text, locals={"N": N}), N, oo) for text in texts] == table(cell.gain)


def require_swapped(many: Many, gain: Matrix | None, cell: Any) -> None:
    if cell.finite_energy:
        assert number(cell.swapped_cost) == many.value
        return
    if gain is None:
        assert cell.swapped_cost is None
        return
    direction = gain.applyfunc(lambda value: sympy.limit(value, N, oo))
    cost = many.with_gain(Q * direction)
    if cell.swapped_cost is None:
        assert cost is None or sympy.limit(cost, Q, oo) == oo
    else:
        assert cost is not None
        assert sympy.limit(cost, Q, oo) == number(cell.swapped_cost)


@pytest.mark.parametrize("seed", range(10))
def test_scalars(seed: int) -> None:
    require_limits(scalars(seed))


@pytest.mark.parametrize("seed", range(10))
def test_aligned_scalars(seed: int) -> None:
    drawn = aligned(scalars(seed))
    require_limits(drawn)
    assert sx.solve(drawn.game(), ["mean-field"])["mean-field"].cell.finite_energy


@pytest.mark.parametrize("seed", range(14))
def test_actions_of_several_dimensions(seed: int) -> None:
    require_limits(vectors(seed))


@pytest.mark.parametrize("seed", range(7))
def test_aligned_actions_of_several_dimensions(seed: int) -> None:
    require_limits(aligned(vectors(seed)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_more_limits(seed: int) -> None:
    for drawn in (scalars(seed), aligned(scalars(seed)), vectors(seed), aligned(vectors(seed))):
        require_limits(drawn)


@pytest.mark.parametrize("seed", range(4))
def test_the_formula_of_the_gap(seed: int) -> None:
    """D (r v* + k R)² / Δ, by hand (math of the scalar game)."""
    drawn = scalars(seed)
    q, p, m, r, k, f, e, s, t, d = (number(drawn.given[name]) for name in "qpmrkfestd")
    big = q * p + m * (p + q)
    u0, v = m * p * (t - s) / big, s + m * q * (t - s) / big
    missed = r * v + k * ((1 + e) * v + f * u0 - d)
    bottom = (q + m) * (r + k * (1 + e)) ** 2 - 2 * m * k * f * (r + k * (1 + e)) + k**2 * f**2 * (m + p)
    assert number(sx.solve(drawn.game(), ["mean-field"])["mean-field"].cell.gap) == big * missed**2 / bottom


def test_the_limits_of_the_worked_game_in_both_orders() -> None:
    """v = (Q + 3)/(Q + 2) and cost (5 Q² + 14 Q + 14)/(Q + 2)² with a gain Q on the mean: 5, not 3, as Q grows."""
    cost = Many(worked()).with_gain(Matrix([[Q]]))
    assert sympy.cancel(cost - (5 * Q**2 + 14 * Q + 14) / (Q + 2) ** 2) == 0
    cell = sx.solve(worked().game(), ["mean-field"])["mean-field"].cell
    assert number(cell.swapped_cost) == sympy.limit(cost, Q, oo) == 5
    assert (cell.cost, cell.gap) == (number("7/2"), number("1/2"))
