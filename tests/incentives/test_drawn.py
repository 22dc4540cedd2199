"""The incentive through one follower drawn at random, and that through a major follower, in games that are solved with
every follower's action as a variable of its own."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
import sympy
from flint import fmpq, fmpq_mat
from oracles.incentive_games import Drawn, aligned, scalars, some, vectors
from oracles.incentives import Direct, column, entries, fraction, rational, semidefinite, written
from oracles.incentives import Drawn as DrawnFollower

import stackexact as sx
from stackexact.games.lq_incentive import IncentiveGame


def require_drawn(drawn: Drawn, counts: list[int]) -> None:
    game = drawn.game()
    solution = sx.solve(game, ["randomised"])["randomised"]
    limit = sx.solve(game, ["mean-field"])["mean-field"].cell.gain
    for count in counts:
        cell = sx.solve(game.at(N=count), ["randomised"])["randomised"].cell
        assert solution.at(N=count).document() == cell.document()
        if limit is not None:
            gain = [[count * value for value in row.values()] for row in limit.values()]
            assert [list(row.values()) for row in cell.drawn_gain.values()] == gain
        if cell.drawn_gain is not None:
            require_response(cell, drawn.direct(count))


def require_response(cell: Any, direct: Direct) -> None:
    u0, v, least = direct.team()
    gain = [list(row.values()) for row in cell.drawn_gain.values()]
    game = DrawnFollower(direct, u0, v, gain).announced()
    own = list(game.own(0))
    first = game.costs[0]
    curved = first.block(own)
    strictly = semidefinite(curved) and fmpq_mat(curved).det() != 0
    assert cell.exists == strictly
    if not strictly:
        assert (cell.cost, cell.actions, cell.error, cell.saving) == (None, None, None, None)
        return
    # The best that one follower can do where the others stay at v*.
    point = game.everybody(v)
    step = fmpq_mat(curved).solve(fmpq_mat(len(own), 1, [first.slopes(point)[i, 0] for i in own]))
    moved = fmpq_mat(point)
    for i in own:
        moved[i, 0] -= step[i, 0]
    assert cell.saving == fraction(first(point) - first(moved)) >= 0
    # What all of them alike respond.
    alike = game.alike()
    if alike.det() == 0:
        assert (cell.cost, cell.actions, cell.error) == (None, None, None)
        return
    at_nought = first.slopes(fmpq_mat(point.nrows(), 1))
    response = entries(alike.solve(fmpq_mat(len(own), 1, [-at_nought[i, 0] for i in own])))
    everybody = game.everybody(response)
    assert game.stationary(everybody)
    dimension = len(v)
    assert list(cell.actions.values())[-dimension:] == response
    leader = [
        x + sum(k * (a - b) for k, a, b in zip(row, response, v, strict=True)) for x, row in zip(u0, gain, strict=True)
    ]
    assert list(cell.actions.values())[:-dimension] == leader
    assert cell.cost == fraction(game.leader(everybody))
    assert cell.error == cell.cost - least


@pytest.mark.parametrize("seed", range(10))
def test_a_drawn_follower(seed: int) -> None:
    require_drawn(scalars(seed), [1, 2, 3, 5])
    require_drawn(aligned(scalars(seed)), [2])


@pytest.mark.parametrize("seed", range(10))
def test_a_drawn_follower_of_several_dimensions(seed: int) -> None:
    require_drawn(vectors(seed), [1, 2, 4])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_more_drawn_followers(seed: int) -> None:
    for drawn in (scalars(seed), vectors(seed), aligned(vectors(seed))):
        require_drawn(drawn, list(range(1, 11)))


LEADER = "q*u0**2 + pM*(w - sM)**2 + p*(u - s)**2 + m*(u0 + w + ubar - t)**2"
FOLLOWER = "r*u**2 + k*(u + e*ubar + f*u0 + g*w - d)**2"
MAJOR = "rM*w**2 + kM*(w + eM*ubar + fM*u0 - dM)**2"
NAMES = ("u0", "w", "u", "ubar")


def weights(seed: int) -> dict[str, Fraction]:
    rng = Random(seed)
    made = {
        name: Fraction(rng.randint(1, 9), rng.randint(1, 4)) for name in ("q", "p", "m", "r", "k", "pM", "rM", "kM")
    }
    made |= {name: some(rng) for name in ("s", "sM", "t", "d", "dM", "eM", "g", "f")}
    return made | {"e": Fraction(rng.randint(0, 5), 3), "fM": some(rng, nought=False)}


def minors(direct: Direct, free: int) -> tuple[fmpq_mat, fmpq_mat]:
    """All minor followers' Nash response to the first actions, as an affine map of these."""
    size = direct.size - free
    costs = [direct.paid_by(i) for i in range(direct.count)]
    places = [(i, place) for i in range(direct.count) for place in direct.places(i)]
    rows = [[costs[i].hessian[place, free + j] for j in range(size)] for i, place in places]
    across = [[costs[i].hessian[place, j] for j in range(free)] for i, place in places]
    slopes = [costs[i].gradient[place, 0] for i, place in places]
    system = fmpq_mat(rows)
    return system.solve(-fmpq_mat(across)), system.solve(-fmpq_mat(size, 1, slopes))


def require_major(seed: int, counts: list[int]) -> None:
    given = weights(seed)
    game = IncentiveGame(LEADER, FOLLOWER, major=MAJOR, assumptions=["N >= 1"]).at(given)
    solution = sx.solve(game, ["major-follower"])["major-follower"]
    leader, follower, major = (written(text, NAMES, given) for text in (LEADER, FOLLOWER, MAJOR))
    for count in counts:
        direct = Direct(leader, follower, count, major, sizes=(1, 1, 1))
        cell = sx.solve(game.at(N=count), ["major-follower"])["major-follower"].cell
        assert solution.at(N=count).document() == cell.document()
        matrix, start = minors(direct, 2)
        whole = fmpq_mat(direct.size, 2, [fmpq(i == j) for i in range(2) for j in range(2)] + list(matrix.entries()))
        begin = fmpq_mat(direct.size, 1, [0, 0, *start.entries()])
        cost = direct.paid_by_leader().through(whole, begin)
        best = cost.lowest()
        everybody = whole * best + begin
        told = [rational(value) for value in cell.actions.values()]
        assert [everybody[i, 0] for i in range(3)] == told
        assert all(everybody[i, 0] == told[2] for i in range(2, direct.size))
        assert rational(cell.cost) == cost(best)
        if cell.gain is None:
            assert not cell.exists
            continue
        # The major one moves w, and u0 with it; the minor ones stay.
        gain = rational(cell.gain["u0"]["w"])
        mean = fmpq_mat(4, 1, [told[0] - gain * told[1], 0, told[2], told[2]])
        alone = major.through(fmpq_mat(4, 1, [gain, 1, 0, 0]), mean)
        assert alone.slopes(column([told[1]]))[0, 0] == 0
        assert alone.hessian[0, 0] >= 0
    require_limits(solution, given)


def require_limits(solution: Any, given: dict[str, Fraction]) -> None:
    """Those of infinitely many minor followers, who do not move the mean: what the closed form tends to."""
    u0, w, u, mean = sympy.symbols(NAMES)
    known = {name: sympy.Rational(value.numerator, value.denominator) for name, value in given.items()}
    costs = [
        sympy.sympify(text, locals=dict(zip(NAMES, (u0, w, u, mean), strict=True)) | known)
        for text in (LEADER, FOLLOWER, MAJOR)
    ]
    line = costs[1].diff(u).subs(mean, u)
    (response,) = sympy.solve(line, u)
    paid = costs[0].subs(mean, u).subs(u, response)
    point = sympy.solve([paid.diff(u0), paid.diff(w)], [u0, w])
    last = solution.cells[-1]
    actions = [point[u0], point[w], response.subs(point)]
    assert [sympy.Rational(str(value)) for value in last.limit_actions.values()] == actions
    assert sympy.Rational(str(last.limit_cost)) == sympy.cancel(paid.subs(point))
    everything = dict(zip((u0, w, u, mean), [*actions, actions[-1]], strict=True))
    by_leader, by_own = (costs[2].diff(x).subs(everything) for x in (u0, w))
    if last.limit_gain is not None:
        assert sympy.Rational(str(last.limit_gain["u0"]["w"])) == -by_own / by_leader
    n = sympy.Symbol("N", positive=True)
    told = [sympy.sympify(str(value), locals={"N": n}) for value in (last.cost, *last.actions.values())]
    limits = [sympy.limit(value, n, sympy.oo) for value in told]
    assert limits == [sympy.Rational(str(value)) for value in (last.limit_cost, *last.limit_actions.values())]


@pytest.mark.parametrize("seed", range(6))
def test_a_major_follower(seed: int) -> None:
    require_major(seed, [1, 2, 3, 6])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 40))
def test_more_major_followers(seed: int) -> None:
    require_major(seed, list(range(1, 20)))


def test_the_worked_game_does_not_mind_how_many_there_are() -> None:
    """With e = 0 minor followers respond alike however many they are: u0 = w = 3/4, u = 5/4, gain -2."""
    ones = dict.fromkeys(("q", "p", "m", "r", "k", "f", "g", "pM", "rM", "kM", "eM", "fM"), 1)
    game = IncentiveGame(LEADER, FOLLOWER, major=MAJOR, assumptions=["N >= 1"])
    game = game.at({**ones, "e": 0, "s": 0, "sM": 0, "t": 3, "d": 4, "dM": 2})
    (cell,) = sx.solve(game, ["major-follower"])["major-follower"].cells
    for actions, gain in ((cell.actions, cell.gain), (cell.limit_actions, cell.limit_gain)):
        assert list(actions.values()) == [Fraction(3, 4), Fraction(3, 4), Fraction(5, 4)]
        assert gain["u0"]["w"] == -2
    assert cell.cost == cell.limit_cost == Fraction(9 + 9 + 25 + 1, 16)
