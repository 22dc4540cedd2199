"""OpenSpiel's float solver and Nashpy against the oracle: their answers pass, planted errors are caught.

Runs in an environment of its own, which ``tests/testing/test_peers.py`` makes: stackexact as a user installs it, beside
OpenSpiel (and cvxpy, which its solver needs), Nashpy, pytest-regressions and Hypothesis. Each peer and the oracle are
given the same floats, so that nothing is blamed on rounding payoffs.

Tests marked as expected failures are real errors of these versions of the peers. One that passes is a failure: the
oracle has become lax, or the environment is not the one that is described.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import cvxpy
import nashpy
import numpy as np
import pyspiel
import pytest
from hypothesis import HealthCheck, assume, given, settings
from open_spiel.python.algorithms.stackelberg_lp import solve_stackelberg

import stackexact as sx
from stackexact.testing import assert_strong_stackelberg, shipped_cases
from stackexact.testing.strategies import games

pytestmark = pytest.mark.filterwarnings("ignore")

MODEST = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

TOL = 1e-6
"""What the peers reach, in shares of the largest payoff: both stop at feasibility tolerances of about 1e-8."""

Tables = tuple[list[list[float]], list[list[float]]]
Solver = Callable[[Tables], dict[str, Any]]


def floats(game: sx.Game) -> Tables:
    """The payoffs as a float solver can be given them."""
    leader, follower = ([[float(v) for v in row] for row in t] for t in (game.payoffs.leader, game.payoffs.follower))
    return leader, follower


def tolerance(tables: Tables) -> float:
    """In units of utility."""
    return TOL * max(1.0, *(abs(value) for table in tables for row in table for value in row))


def openspiel(tables: Tables) -> dict[str, Any]:
    """What OpenSpiel answers, by the oracle's names."""
    commitment, response, value, follower_value = solve_stackelberg(pyspiel.create_matrix_game(*tables))
    return {"commitment": commitment, "response": response, "value": value, "follower_value": follower_value}


def minimax(tables: Tables) -> dict[str, Any]:
    """Nashpy's minimax strategy: in a zero-sum game the commitment that is best."""
    return {"commitment": nashpy.Game(np.array(tables[0])).linear_program()[0]}


def nash(tables: Tables) -> dict[str, Any]:
    """The first Nash equilibrium that Nashpy finds, sold as an optimal commitment."""
    commitment, response = next(nashpy.Game(*map(np.array, tables)).support_enumeration())
    return {"commitment": commitment, "response": response}


def judge(solver: Solver, tables: Tables) -> None:
    """Ask the oracle."""
    __tracebackhide__ = True
    assert_strong_stackelberg(*tables, tol=tolerance(tables), **solver(tables))


TOO_FINE = ("beyond-float", "near-tie", "sliver-region", "irrational-tie")
"""Games that floats cannot hold, and one that the peer is wrong about (see below)."""

SHIPPED = [case for case in shipped_cases("mixed-strong") if case.name not in TOO_FINE]

EXAMPLE: Tables = [[2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]
"""Conitzer and Sandholm's example: mixing evenly, the leader earns 7/2."""


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.id)
def test_openspiel_on_shipped_games(case: Any) -> None:
    """Published games, ties at their optima included."""
    judge(openspiel, floats(case.game))


@MODEST
@given(games(4, 4, floats=True))
def test_openspiel_on_games_that_tie(game: sx.Game) -> None:
    """Ties and duplicates on purpose, in floats of moderate size."""
    judge(openspiel, floats(game))


@MODEST
@given(games(4, 4, floats=True))
def test_nashpy_on_games_of_opposed_interests(game: sx.Game) -> None:
    """A minimax strategy is the best commitment to make against an opponent."""
    leader, _ = floats(game)
    judge(minimax, (leader, [[-value for value in row] for row in leader]))


def suboptimal(tables: Tables) -> dict[str, Any]:
    """Planted: an eighth of the weight has moved to the first action; the response is the best to that."""
    answer = openspiel(tables)
    x = 7 * np.asarray(answer["commitment"]) / 8 + np.eye(len(tables[0]))[0] / 8
    follower = x @ np.array(tables[1])
    best = np.flatnonzero(follower == follower.max())
    response = max(best, key=lambda j: x @ np.array(tables[0])[:, j])
    return {"commitment": x, "response": response}


def ties_against_the_leader(tables: Tables) -> dict[str, Any]:
    """Planted: of the best responses (up to rounding) the one that is worst for the leader is taken."""
    x = np.asarray(openspiel(tables)["commitment"])
    leader, follower = x @ np.array(tables[0]), x @ np.array(tables[1])
    best = np.flatnonzero(follower >= follower.max() - 1e-7)
    return {"commitment": x, "response": min(best, key=lambda j: leader[j])}


def ties_without_a_tie(tables: Tables) -> dict[str, Any]:
    """Planted: the follower is taken to be indifferent everywhere, and does what the leader likes best."""
    table = np.array(tables[0])
    i, j = np.unravel_index(table.argmax(), table.shape)
    return {"commitment": {int(i): 1}, "response": int(j), "value": table.max()}


def first_program_only(tables: Tables) -> dict[str, Any]:
    """Planted: the search stops at the first response whose linear program is feasible, as if a bound had ended it."""
    leader, follower = map(np.array, tables)
    for j in range(leader.shape[1]):
        x = cvxpy.Variable(leader.shape[0], nonneg=True)
        gains = [x @ follower[:, k] <= x @ follower[:, j] for k in range(leader.shape[1]) if k != j]
        cvxpy.Problem(cvxpy.Maximize(x @ leader[:, j]), [cvxpy.sum(x) == 1, *gains]).solve()
        if x.value is not None:
            return {"commitment": x.value, "response": j}
    raise AssertionError("some region is not empty")


def wrong_value(tables: Tables) -> dict[str, Any]:
    """Planted: the value is reported in single precision."""
    answer = openspiel(tables)
    return {**answer, "value": np.float32(answer["value"]) + np.float32(1e-4)}


def not_a_number(tables: Tables) -> dict[str, Any]:
    """Planted: what some solvers return when a pivot is zero."""
    return {**openspiel(tables), "commitment": [float("nan")] * len(tables[0])}


PLANTED = {
    suboptimal: r"the leader earns .* ≈ 1\.56250: .* ≈ 1\.93750 less than the strong Stackelberg value 7/2 = 3\.5",
    ties_against_the_leader: r"the leader earns .*: .* less than the strong Stackelberg value 7/2 = 3\.5",
    ties_without_a_tie: r"b2 is not a best response to a1: b1 earns the follower 1 instead of 0, 1 more",
    first_program_only: r"the leader earns .*: .* less than the strong Stackelberg value 7/2 = 3\.5",
    wrong_value: r"the leader's value was stated as .* ≈ 3\.5001",
    not_a_number: r"commitment\[0\]: expected a finite number, found nan",
    nash: r"the leader earns 2: 3/2 = 1\.5 less than the strong Stackelberg value 7/2 = 3\.5",
}


@pytest.mark.parametrize("solver", PLANTED, ids=lambda solver: solver.__name__)
def test_planted_errors_are_caught(solver: Solver) -> None:
    """On a game where they matter, with a message that says what is wrong and by how much."""
    judge(openspiel, EXAMPLE)
    with pytest.raises(AssertionError, match=PLANTED[solver]) as caught:
        judge(solver, EXAMPLE)
    if solver is not not_a_number:
        target = "exact target: leader 7/2 = 3.5, follower 1/2 = 0.5, commitment a1: 1/2, a2: 1/2, response b2"
        assert str(caught.value).endswith(target)


@pytest.mark.parametrize("solver", [ties_without_a_tie, first_program_only])
@MODEST
@given(game=games((2, 3), (2, 3), floats=True))
def test_planted_errors_never_pass_for_right(solver: Solver, game: sx.Game) -> None:
    """Whenever the wrong solver is off by more than the tolerance, it is caught, whatever ties."""
    tables = floats(game)
    answer, tol = solver(tables), Fraction(tolerance(tables))
    weights = answer["commitment"]
    x = [Fraction(weights.get(i, 0) if isinstance(weights, dict) else float(weights[i])) for i in range(game.shape[0])]
    earned = [
        [sum(w * Fraction(row[j]) for w, row in zip(x, table, strict=True)) for j in range(game.shape[1])]
        for table in tables
    ]
    j = answer["response"]
    truth = sx.solve(game, ["mixed-strong"])["mixed-strong"].cell.leader
    off = max(abs(earned[0][j] - truth), max(earned[1]) - earned[1][j])
    assume(not tol / 2 <= off <= 2 * tol)  # the weights of one of them are only nearly a distribution
    try:
        judge(solver, tables)
        accepted = True
    except AssertionError:
        accepted = False
    assert accepted == (off < tol)


NEAR_TIE: Tables = [[3.0, 1.0], [0.0, 2.0]], [[1.999999999991246, 2.0], [0.0, 1.0]]
"""The shipped game ``irrational-tie`` just below its tie: whatever the leader does, the follower prefers b2."""

BILLIONTHS: Tables = [[2.0, 3.0], [-3.0, 1.0]], [[3e-9, 2e-9], [3e-9, -2e-9]]
"""The follower strictly prefers b1, always; its utilities are small."""

WIDE: Tables = [[-100.0, 1e6, 0.1], [-1e-5, 1.0, -0.01]], [[1e-4, -0.1, -1.0], [1e6, 10.0, -1e-4]]
"""Payoffs of very different size."""

FINDINGS = [
    pytest.param(openspiel, NEAR_TIE, id="openspiel-near-tie"),
    pytest.param(openspiel, BILLIONTHS, id="openspiel-follower-in-billionths"),
    pytest.param(openspiel, WIDE, id="openspiel-payoffs-of-different-size"),
    pytest.param(openspiel, ([[1.0, 0.0]] * 2, [[0.0, 2.0**-30]] * 2), id="openspiel-no-answer-at-a-near-tie"),
    pytest.param(
        minimax,
        ([[3e-9, 3e-9, 1e-9], [0.0, 3e-9, 3e-9]], [[-3e-9, -3e-9, -1e-9], [0.0, -3e-9, -3e-9]]),
        id="nashpy-minimax-in-billionths",
    ),
]


@pytest.mark.xfail(raises=(AssertionError, cvxpy.error.SolverError), reason="an error of the peer", strict=True)
@pytest.mark.parametrize(("solver", "tables"), FINDINGS)
def test_errors_that_the_oracle_found(solver: Solver, tables: Tables) -> None:
    """Games on which the peers are wrong, judged by a share of the leader's own largest payoff."""
    scale = max(abs(value) for row in tables[0] for value in row)
    assert_strong_stackelberg(*tables, tol=TOL * scale, weight_tol=1e-6, **solver(tables))


def test_pytest_regressions_is_at_home_as_well(
    data_regression: Any, exact_regression: Any, request: pytest.FixtureRequest
) -> None:
    """Both plugins load, and share one option."""
    assert request.config.getoption("force_regen") is False
    assert exact_regression.renew is False
