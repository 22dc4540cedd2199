"""Noise-free runs, in which rewards are multiples of a unit, are those of the learners' definitions in fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from oracles.learners import Definition, Elimination, Phased, Ucb, Weights, counts, decimal

import stackexact as sx
from stackexact.simulation.noise import Noise
from stackexact.simulation.registry import learner
from stackexact.simulation.runner import Simulation
from stackexact.simulation.settings import settings

HORIZON = 400
TABLES = (
    tuple(tuple(Fraction(n, 10) for n in row) for row in ((1, 8, 5), (6, 6, 0), (3, 9, 4))),
    tuple(tuple(Fraction(n, 10) for n in row) for row in ((7, 2, 7), (4, 9, 1), (0, 5, 8))),
)
GAME = sx.Game(*[[[str(value) for value in row] for row in table] for table in TABLES])
F = Fraction

Make = Callable[[int], Definition]
"""A definition for a number of actions."""

LEADERS: dict[str, Make] = {
    "UCB(c0=1/50)": lambda k: Ucb(k, HORIZON, F(1, 50)),
    "UCB(c0=6)": lambda k: Ucb(k, HORIZON, F(6)),
    "ExploreThenUCB(E=7, c0=1/50)": lambda k: Ucb(k, HORIZON, F(1, 50), 7),
    "LipschitzUCB(L=1/9, C=1/2, c0=1/50)": lambda k: Ucb(
        k, HORIZON, F(1, 50), 0, decimal(F(1, 18)) * decimal(F(3)).sqrt()
    ),
    "ActiveArmElimination(M=[3, 5, 7])": lambda k: Elimination(k, (3, 5, 7)),
    "PhasedUCB(M=[2, 3, 5, 8], width=1/2)": lambda k: Phased(k, (2, 3, 5, 8), F(1, 2)),
    "MultiplicativeWeights(rate=1/5)": lambda k: Weights(k, F(1, 5)),
}
FOLLOWERS = {name: LEADERS[name] for name in LEADERS if not name.startswith(("Explore", "Lipschitz", "Phased"))}


@pytest.mark.parametrize("follower", FOLLOWERS)
@pytest.mark.parametrize("leader", LEADERS)
def test_noise_free_runs_are_by_definition(leader: str, follower: str) -> None:
    simulation = Simulation(GAME, learner(leader), learner(follower), (HORIZON,), seed=3, noise=Noise("none"))
    own, responses = settings(GAME, simulation.leader, simulation.follower, HORIZON, simulation.noise)
    assert {one.unit for one in (own, *responses)} == {10}
    rows, columns = GAME.shape
    copies = [FOLLOWERS[follower](columns) for _ in range(rows)]
    expected = counts(LEADERS[leader](rows), copies, TABLES, HORIZON, simulation.generator(1).random)
    assert simulation.run(1).counts[-1].tolist() == expected
