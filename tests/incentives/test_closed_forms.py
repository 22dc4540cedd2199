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
from stackexact.incentives.concepts import incentive, major_follower
from stackexact.incentives.forms import Form
from stackexact.incentives.gains import curvature
from stackexact.incentives.gaussian import Information, slopes_at, team_strategies
from stackexact.incentives.optima import responsive_optimum, team_optimum
from stackexact.incentives.problems import polynomial_problem

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
        self.problem = polynomial_problem(game, self.ring, sign).problem
        self.exact = self.ring.exact


def test_the_formulas_of_the_scalar_game() -> None:
    """Team optimum, gain, the factors of uniqueness, and the gap to open-loop play: all weights and N are symbols."""
    s = Symbolic(MANY, N=7, **ONE)
    found = incentive(s.problem, s.tracer)
    d, v = e("q*p + m*(p + q)"), e("s") + e("m*q*(t - s)") / e("q*p + m*(p + q)")
    u0 = e("m*p*(t - s)") / d
    rest = e("1 + e") * v + e("f") * u0 - e("d")
    gain = -(e("r") * v + e("k") * rest) / (e("f*k") * rest) - e("e/(f*N)")
    assert [s.exact(x, found.optimum.bottom) for x in found.optimum.point] == [u0, v]
    assert s.exact(*found.optimum.value) == e("m*p*q*(t - s)**2") / d
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
    gap = s.exact(*open_loop.value) - s.exact(*team_optimum(s.problem, s.tracer).value)
    assert gap == d * (e("r") * v + e("k") * rest) ** 2 / bottom


def information(leader: str, follower: str, reacts: bool) -> tuple[Any, Parameters]:
    game = IncentiveGame(
        leader, follower, followers="N", information={"state": "x", "variance": "X", "noise": "W", "reacts": reacts}
    )
    ring = Parameters(tuple(sorted(game.parameters)))

    def form(player: str) -> Form[Any]:
        cost = game.cost(player)
        entry = [ring.split(value)[0] for row in cost.hessian for value in row]
        size = len(cost.variables)
        rows = tuple(tuple(entry[i : i + size]) for i in range(0, len(entry), size))
        return Form(rows, tuple(ring.constant(0) for _ in rows), ring.constant(0), 1)

    state, noise, count = (ring.split(parse(name))[0] for name in ("X", "W", "N"))
    return Information(form("leader"), form("follower"), state, noise, count, reacts), ring


@pytest.mark.parametrize("reacts", [False, True])
def test_the_formulas_of_the_gaussian_game(reacts: bool) -> None:
    """Both targets of the leader: to use the state alone, and to react to the mean action as well."""
    problem, ring = information("q*u0**2 + p*(u - x)**2 + m*(u0 + ubar - x)**2", "r*u**2 + k*(u + f*u0 - x)**2", reacts)
    tracer = Tracer(ring.constant, lambda polynomial: 1 if polynomial(*[2] * len(ring.names)) > 0 else -1)
    found = team_strategies(problem, tracer)
    a, b, g = (ring.exact(value, found.bottom) for value in (found.A, found.B, found.G))
    by_u0, rest = slopes_at(problem, found)
    gain = -ring.exact(rest.top, by_u0.top)
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
    """G = 3N/(5N + 2), A = (N + 1)/(5N + 2), κ = (8N - 1)/(1 - 2N), cost 3(N + 1)/(5N + 2)."""
    problem, ring = information("u0**2 + (u - x)**2 + (u0 + ubar - x)**2", "u**2 + (u + u0 - x)**2", False)
    one = ring.constant(1)
    problem = type(problem)(problem.leader, problem.follower, one, one, ring.split(e("N"))[0], False)
    tracer = Tracer(ring.constant, lambda polynomial: 1 if polynomial(*[7] * len(ring.names)) > 0 else -1)
    found = team_strategies(problem, tracer)
    by_u0, rest = slopes_at(problem, found)
    assert ring.exact(found.G, found.bottom) == e("3*N/(5*N + 2)")
    assert ring.exact(found.A, found.bottom) == e("(N + 1)/(5*N + 2)")
    assert -ring.exact(rest.top, by_u0.top) == e("(8*N - 1)/(1 - 2*N)")
    assert ring.exact(*found.value) == e("3*(N + 1)/(5*N + 2)")


def test_a_major_follower() -> None:
    """The same for every N: u0 = w = 3/4, u = 5/4, gain -2."""
    game = IncentiveGame(
        "u0**2 + w**2 + u**2 + (u0 + w + ubar - 3)**2",
        "u**2 + (u + u0 + w - 4)**2",
        major="w**2 + (w + ubar + u0 - 2)**2",
        followers="N",
    )
    s = Symbolic(game, N=7)
    found = major_follower(s.problem, s.tracer)
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
