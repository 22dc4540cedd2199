"""Closed forms of incentives beside formulas derived by hand, with every weight a symbol, and in the worked games."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import stackexact as sx
from stackexact.exact.grammar import parse
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Tracer
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.incentives.concepts import incentive
from stackexact.incentives.gains import curvature
from stackexact.incentives.optima import responsive_optimum
from stackexact.incentives.problems import polynomial_problem
from stackexact.incentives.through_one import major_follower
from stackexact.incentives.view import team
from stackexact.solving.cells import Infinity

LEADER = "q*u0**2 + p*(u - s)**2 + m*(u0 + ubar - t)**2"
FOLLOWER = "r*u**2 + k*(u + e*ubar + f*u0 - d)**2"
ONE = {"q": 1, "p": 1, "m": 1, "r": 1, "k": 1, "f": 1, "e": 0, "s": 0, "t": 3, "d": 4}
MANY = IncentiveGame(LEADER, FOLLOWER, followers="N", assumptions=["N >= 1"])


def e(text: str) -> Any:
    return parse(text)


class Symbolic:
    """A game on polynomials, looked at in one point."""

    def __init__(self, game: IncentiveGame, **at: int) -> None:
        self.ring = Parameters(tuple(sorted(game.parameters)))

        def sign(polynomial: Any) -> int:
            value = polynomial(*(at[name] for name in self.ring.names))
            return (value > 0) - (value < 0)

        self.tracer = Tracer(self.ring.constant, sign)
        self.problem: Any = polynomial_problem(game, self.ring).turned(sign).problem
        self.exact = self.ring.exact


def test_the_formulas_of_the_scalar_game() -> None:
    """Team optimum, gain, the factors of uniqueness, and the gap to open-loop play: all weights and N are symbols."""
    s = Symbolic(MANY, N=7, **ONE)
    found = incentive(s.problem, s.tracer)
    d, v = e("q*p + m*(p + q)"), e("s") + e("m*q*(t - s)") / e("q*p + m*(p + q)")
    u0 = e("m*p*(t - s)") / d
    rest = e("1 + e") * v + e("f") * u0 - e("d")
    gain = -(e("r") * v + e("k") * rest) / (e("f*k") * rest) - e("e/(f*N)")
    assert [s.exact(x, found.optimum.optimum.bottom) for x in found.optimum.optimum.point] == [u0, v]
    assert s.exact(*found.optimum.optimum.value) == e("m*p*q*(t - s)**2") / d
    assert found.gain is not None
    assert s.exact(found.gain.rows[0][0], found.gain.bottom) == gain
    made, unit = curvature(s.problem, found.gain), found.gain.bottom * s.problem.followers
    step = -e("r") * v / (e("k") * rest)  # S = 1 + e/N + f κ
    own, cross = made.own[0][0], made.cross[0][0]
    assert s.exact(own, unit * unit) == e("2*r") + e("2*k") * step**2
    alike = s.exact(own + (s.problem.followers - 1) * cross, unit * unit)
    assert alike == e("2*r") + e("2*k") * step * (e("1 + e") + e("f*N") * gain)
    assert s.exact(own - cross, unit * unit) == e("2*r") + e("2*k") * step
    open_loop = responsive_optimum(s.problem, s.tracer, infinite=True)
    bottom = e("(q + m)*(r + k*(1 + e))**2 - 2*m*k*f*(r + k*(1 + e)) + k**2*f**2*(m + p)")
    gap = s.exact(*open_loop.value) - s.exact(*team(s.problem, s.tracer).optimum.value)
    assert gap == d * (e("r") * v + e("k") * rest) ** 2 / bottom


def gaussian(leader: str, follower: str, reacts: bool, **variances: object) -> IncentiveGame:
    told = {"state": "x", "variance": "X", "noise": "W", "reacts": reacts} | variances
    return IncentiveGame(leader, follower, followers="N", information=told, assumptions=["N >= 1"])


@pytest.mark.parametrize("reacts", [False, True])
def test_the_formulas_of_the_gaussian_game(reacts: bool) -> None:
    """Both targets of the leader: to use the state alone, and to react to the mean action as well."""
    game = gaussian("q*u0**2 + p*(u - x)**2 + m*(u0 + ubar - x)**2", "r*u**2 + k*(u + f*u0 - x)**2", reacts)
    s = Symbolic(game, **dict.fromkeys(game.parameters, 2))
    found = incentive(s.problem, s.tracer)
    strategies = team(s.problem, s.tracer)
    optimum = strategies.optimum
    a, g = (s.exact(value, optimum.bottom) for value in optimum.point)
    b = s.exact(strategies.reaction.top, strategies.reaction.bottom)
    assert found.gain is not None
    gain = s.exact(found.gain.rows[0][0], found.gain.bottom)
    both = e("p + m*q/(q + m)")
    rho = e("X/(X + W)")
    if reacts:
        c = e("m/(q + m)")
        assert g == e("X") * both / (e("X") * both + e("W") * e("p + m*q/((q + m)*N)"))
        assert (a, b) == (c, -c)
        mean = g * (e("1/N") + e("1 - 1/N") * rho)
        assert gain == c / e("N") - e("1/f") * (1 + e("r") * g / (e("k") * (g - e("f") * c * (mean - rho) - rho)))
    else:
        assert g == e("X") * both / (e("X") * both + e("W") * e("p + m/N"))
        assert (a, b) == (e("m") * (1 - g) / e("q + m"), 0)
        assert gain == -e("1/f") * (1 + e("r") * g / (e("k") * (g + (e("f") * a - 1) * rho)))


def test_the_gaussian_game_of_ones() -> None:
    """G = 3N/(5N + 2), A = (N + 1)/(5N + 2), κ = (8N - 1)/(1 - 2N), cost 3(N + 1)/(5N + 2); and all limits."""
    game = gaussian("u0**2 + (u - x)**2 + (u0 + ubar - x)**2", "u**2 + (u + u0 - x)**2", False, variance=1, noise=1)
    solution = sx.solve(game)
    team_cell, cell, limit = (solution[name].cell for name in ("team-optimum", "incentive", "mean-field"))
    assert team_cell.strategies == {"u0": {"x": e("(N + 1)/(5*N + 2)")}, "u": {"y": e("3*N/(5*N + 2)")}}
    assert team_cell.cost == e("3*(N + 1)/(5*N + 2)")
    assert cell.gain == {"u0": {"u": e("(8*N - 1)/(1 - 2*N)")}}
    assert cell.mean_gain == {"u0": {"u": e("-N*(8*N - 1)/(2*N - 1)")}}
    assert limit.team_strategies == {"u0": {"x": Fraction(1, 5)}, "u": {"y": Fraction(3, 5)}}
    assert (limit.gain, limit.mean_gain) == ({"u0": {"u": -4}}, {"u0": {"u": Infinity.MINUS_OO}})
    assert (limit.team_cost, limit.energy, limit.finite_energy) == (Fraction(3, 5), Infinity.OO, False)


def test_a_major_follower() -> None:
    """The same for every N: u0 = w = 3/4, u = 5/4, gain -2."""
    game = IncentiveGame(
        "u0**2 + w**2 + u**2 + (u0 + w + ubar - 3)**2",
        "u**2 + (u + u0 + w - 4)**2",
        major="w**2 + (w + ubar + u0 - 2)**2",
        followers="N",
    )
    s = Symbolic(game, N=7)
    found = major_follower(s.problem, s.tracer).finite
    assert found is not None
    assert [s.exact(x, found.optimum.bottom) for x in found.optimum.point] == [
        Fraction(3, 4),
        Fraction(3, 4),
        Fraction(5, 4),
    ]
    assert found.gain is not None
    assert s.exact(found.gain.rows[0][0], found.gain.bottom) == -2
    cell = sx.solve(game.at(N=5))["major-follower"].cell
    assert dict(cell.actions) == {"u0": Fraction(3, 4), "w": Fraction(3, 4), "u": Fraction(5, 4)}
    assert cell.gain["u0"]["w"] == -2


def test_the_worked_game_in_n() -> None:
    """Q = -N/2 and energy N/4 for every N; with six followers every common action is a response."""
    solution = sx.solve(MANY.at(ONE))
    team = solution["team-optimum"].cell
    assert (team.cost, dict(team.actions)) == (3, {"u0": 1, "u": 1})
    first, six = solution["incentive"].cells
    assert (first.when, first.unique, first.unique_alike) == (("N != 6",), True, True)
    assert (first.gain["u0"]["u"], first.mean_gain["u0"]["u"], first.energy) == (
        Fraction(-1, 2),
        e("-N/2"),
        e("N/4"),
    )
    assert (six.when, six.unique, six.unique_alike, six.unique_apart) == (("N == 6",), False, False, True)
    limit = solution["mean-field"].cell
    assert (limit.finite_energy, limit.cost, limit.gap) == (False, Fraction(7, 2), Fraction(1, 2))
    assert dict(limit.actions) == {"u0": 1, "u": Fraction(3, 2)}


@pytest.mark.parametrize(("d", "exists", "gain"), [(2, False, None), (3, True, 0)])
def test_degenerate_weights(d: int, exists: bool, gain: int | None) -> None:
    """At d = 2 the leader moves nobody at the team optimum; at d = 3 it is a response by itself."""
    solution = sx.solve(MANY.at({**ONE, "d": d}))
    for cell in solution["incentive"].cells:
        assert cell.exists == exists
        assert (cell.gain and cell.gain["u0"]["u"]) == gain
    if d == 3:
        assert solution["mean-field"].cell.finite_energy
        assert solution["mean-field"].cell.gap == 0


def test_no_influence() -> None:
    """f = 0: there is no incentive unless the team optimum is a response already."""
    assert not sx.solve(MANY.at({**ONE, "f": 0, "N": 3}))["incentive"].cell.exists
    aligned = MANY.at({**ONE, "f": 0, "N": 3, "d": 2})  # 2 r v + 2 k (v - d) = 0 at v = 1
    cell = sx.solve(aligned)["incentive"].cell
    assert cell.exists
    assert cell.gain["u0"]["u"] == 0


@pytest.mark.parametrize("at", [{"a": 2, "b": 2}, {"a": -2, "b": 2}, {"a": 2, "b": -2}, {"a": -2, "b": -2}])
@pytest.mark.parametrize(
    "more", [{"major": "(w - u0)**2/b"}, {"information": {"state": "x", "variance": "a**2/b**2", "noise": "1/a**3"}}]
)
def test_denominators_are_positive_where_they_are_looked_at(at: dict[str, int], more: dict[str, Any]) -> None:
    """Every cost is its form times its unit, and variances are over their scale, whatever signs were turned."""
    game = IncentiveGame("u0**2/a + u**2", "u**2/(a*b) + (u - u0)**2/3", followers=5, assumptions=["a != 0"], **more)
    ring = Parameters(("a", "b"))

    def sign(polynomial: Any) -> int:
        value = polynomial(at["a"], at["b"])
        return (value > 0) - (value < 0)

    made = polynomial_problem(game, ring).turned(sign)
    assert all(sign(bottom) > 0 for bottom in made.bottoms)
    told: Any = made.problem
    problem = told.problem if "information" in more else told
    for player in ("leader", "follower", *(("major",) if "major" in more else ())):
        form, cost = getattr(problem, player), game.cost(player)
        assert form.unit.at(at) > 0 if hasattr(form.unit, "at") else form.unit > 0
        read = [[ring.exact(value, ring.constant(1)) * form.unit for value in row] for row in form.hessian]
        assert read == [list(row) for row in cost.hessian]
    if game.information is not None:
        found = [ring.exact(value, told.scale) for value in (told.state, told.noise)]
        assert found == [game.information.variance, game.information.noise]
        assert sign(told.scale) > 0
