"""Each learner does what its publication says: against definitions written anew, by hand, and in exact numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.simulation.learners.active_arm_elimination import ActiveArmElimination, schedule
from stackexact.simulation.learners.best_response import BestResponse
from stackexact.simulation.learners.epsilon_greedy import EpsilonGreedy
from stackexact.simulation.learners.explore_then_commit import ExploreThenCommit
from stackexact.simulation.learners.explore_then_commit_throw_out import ExploreThenCommitThrowOut
from stackexact.simulation.learners.explore_then_ucb import ExploreThenUCB
from stackexact.simulation.learners.lipschitz_ucb import LipschitzUCB
from stackexact.simulation.learners.multiplicative_weights import MultiplicativeWeights
from stackexact.simulation.learners.phased_ucb import PhasedUCB
from stackexact.simulation.learners.ucb import UCB
from stackexact.simulation.noise import Noise
from stackexact.simulation.protocol import FOLLOWER, LEADER, Learner, Setting
from stackexact.simulation.rates import ceiling, follower_exploration
from stackexact.simulation.registry import LEARNERS, learner, learner_class
from stackexact.simulation.runner import Simulation

ETC_TABLE = sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]])


def regrets(game: sx.Game, counts: Any, target: str, rounds: int) -> list[Fraction]:
    """What one value in every round would have given beyond what was."""
    made = []
    for table in (game.payoffs.leader, game.payoffs.follower):
        got = sum(int(n) * u for row, us in zip(counts, table, strict=True) for n, u in zip(row, us, strict=True))
        made.append(Fraction(target.split()[len(made)]) * rounds - got)
    return made


@pytest.mark.parametrize("horizon", [400, 1000, 4321])
def test_exploring_both_is_linear_and_throwing_out_is_not(horizon: int) -> None:
    """math.md A.4, noise-free: T/10 + (3/10) E_2 for both agents, and (7/10) E_2 + (1/10) E' with E' kept rounds."""
    each = follower_exploration(horizon, 2, 2)
    assert horizon >= 4 * each
    both = Simulation(ETC_TABLE, ExploreThenCommit(), ExploreThenCommit(), (horizon,), noise=Noise("none")).run(1)
    expected = Fraction(horizon, 10) + Fraction(3, 10) * each
    assert regrets(ETC_TABLE, both.counts[-1], "3/5 2/5", horizon) == [expected, expected]
    thrown = Simulation(
        ETC_TABLE, ExploreThenCommitThrowOut(E_kept=7), ExploreThenCommit(), (horizon,), noise=Noise("none")
    ).run(1)
    expected = Fraction(7, 10) * each + Fraction(7, 10)
    assert regrets(ETC_TABLE, thrown.counts[-1], "3/5 2/5", horizon) == [expected, expected]


@pytest.mark.parametrize(("horizon", "rows", "columns"), [(2, 2, 2), (1000, 2, 3), (10**6, 5, 4), (10**9, 20, 20)])
def test_defaults_are_the_least_integers(horizon: int, rows: int, columns: int) -> None:
    """E_2 by its definition E^3 (K_A K_B)^2 >= T^2 log T, with log T between rationals."""
    each = follower_exploration(horizon, rows, columns)
    log = Fraction(math.log(horizon)), Fraction(1, 10**12)
    low, high = ((log[0] + sign * log[1]) * horizon**2 for sign in (-1, 1))
    assert each**3 * (rows * columns) ** 2 >= high
    assert each == 1 or (each - 1) ** 3 * (rows * columns) ** 2 < low
    own = Setting(horizon, rows, columns, LEADER)
    assert ExploreThenCommit().pulls(own) == each * columns
    assert ExploreThenCommitThrowOut().pulls(own) == (each * columns, each)
    pulls = ExploreThenUCB().pulls(own)
    assert pulls**3 * rows**2 >= columns * high > 0
    assert pulls == 1 or (pulls - 1) ** 3 * rows**2 < columns * low
    phases = schedule(Fraction(6), horizon)
    assert all(m == math.ceil(4 ** (p + 1) * 6 * (log[0] - log[1])) for p, m in enumerate(phases))
    assert phases[-1] >= horizon


def test_ceilings_of_numbers_close_to_integers() -> None:
    """A product less than 10^-30 above or below an integer: the enclosure is narrowed until it tells."""
    digits = Fraction(1000) / Fraction("6.907755278982137052053974364053092622803304465886")
    assert ceiling(1000, Fraction(1), {digits + Fraction(1, 10**40): Fraction(1)}) == 1001
    assert ceiling(1000, Fraction(1), {digits - Fraction(1, 10**40): Fraction(1)}) == 1000


def play(one: Learner, setting: Setting, rewards: Any, rounds: int) -> list[int]:
    """The actions of a learner that is not randomised, one after another."""
    memory, constants = np.zeros(one.memory(setting)), np.array(one.constants(setting), dtype=float)
    played = []
    for t in range(rounds):
        assert one.choose is not None
        action = one.choose(memory, constants)
        played.append(action)
        one.learn(memory, constants, action, rewards(t, action))
    return played


def ucb(width: float, actions: int, rewards: Any, rounds: int, explored: int = 0) -> list[int]:
    """UCB by its definition, from lists."""
    seen: list[list[float]] = [[] for _ in range(actions)]
    played = []
    for t in range(rounds):
        if t < explored * actions:
            played.append(t % actions)
            continue
        bounds = [math.inf if not one else sum(one) / len(one) + width / math.sqrt(len(one)) for one in seen]
        played.append(bounds.index(max(bounds)))
        seen[played[-1]].append(rewards(t, played[-1]))
    return played


def waving(t: int, action: int) -> float:
    """Rewards in multiples of 1/8, so that sums are exact in any order."""
    return round(4 * math.sin(t * (action + 1)) + 2 * action) / 8


@pytest.mark.parametrize("actions", [1, 2, 3, 7])
def test_upper_confidence_bounds(actions: int) -> None:
    """UCB, ExploreThenUCB and LipschitzUCB differ in what they discard and in their width."""
    own = Setting(500, actions, 3, LEADER)
    log = math.log(500)
    assert play(UCB(), own, waving, 500) == ucb(math.sqrt(6 * log), actions, waving, 500)
    assert play(UCB(c0="1/2"), own, waving, 500) == ucb(math.sqrt(log / 2), actions, waving, 500)
    assert play(ExploreThenUCB(E=9), own, waving, 500) == ucb(math.sqrt(6 * log), actions, waving, 500, 9)
    width = math.sqrt(6 * log) + 2 * 5 * math.sqrt(3) * math.sqrt(log)
    assert play(LipschitzUCB(L=5, C=2), own, waving, 500) == ucb(width, actions, waving, 500)


def test_elimination_by_phases() -> None:
    """An action that is behind by more than twice the precision of a phase is played no more, from that phase on."""
    means = [0.0, 0.5, 1.0, 0.875]
    played = play(ActiveArmElimination(M=(3, 5, 2)), Setting(100, 2, 4, FOLLOWER), lambda t, arm: means[arm], 80)
    first = [0, 1, 2, 3] * 3  # precision 1/2: nothing is behind by more than 1
    second = [0, 1, 2, 3] * 5  # 1/4: 0 is behind by more than 1/2, 1 by exactly 1/2 and so stays
    third = [1, 2, 3] * 2  # 1/8: 1 is behind by more than 1/4
    assert played[:38] == first + second + third
    assert played[38:] == ([2, 3] * 21)[:42]


def test_phases_are_seen_in_the_responses() -> None:
    """PhasedUCB knows nothing of a phase before it is complete, and then the mean of this phase alone."""
    one, setting = PhasedUCB(M=(2, 4)), Setting(100, 2, 2, LEADER)
    memory, constants = np.zeros(one.memory(setting)), np.array(one.constants(setting), dtype=float)
    assert one.choose is not None
    for response, reward in ((0, 1.0), (1, 0.0), (0, 1.0), (1, 1.0)):  # phase 1, both responses active
        assert one.choose(memory, constants) == 0
        one.learn(memory, constants, 0, response, reward)
    assert one.choose(memory, constants) == 0  # nobody has seen it end
    one.learn(memory, constants, 0, 1, 0.0)  # a third time: phase 2 has begun
    assert one.choose(memory, constants) == 1
    for response in (0, 0, 0):  # one active response: phase 1 ends after two rounds
        one.learn(memory, constants, 1, response, 0.5)
    assert one.choose(memory, constants) == 0  # 3/4 + 1/2 against 1/2 + 1/2
    for response in (1, 1, 1, 1):
        one.learn(memory, constants, 0, response, 0.0)
    assert one.choose(memory, constants) == 1  # phase 2: mean 0 + 1/4 against 1


def test_epsilon_greedy_weights() -> None:
    """Epsilon is spread over all actions; unpulled ones come first; the schedule falls as t^(-1/3)."""
    setting = Setting(1000, 2, 3, FOLLOWER)
    memory, weights = np.array([4.0, 2, 2, 1, 1, 0]), np.zeros(3)
    EpsilonGreedy.weigh(memory, np.array(EpsilonGreedy("3/10").constants(setting)), weights)  # type: ignore[misc]
    assert weights == pytest.approx([0.1, 0.8, 0.1])
    EpsilonGreedy.weigh(memory, np.array(EpsilonGreedy().constants(setting)), weights)  # type: ignore[misc]
    epsilon = (3 * math.log(10) / 9) ** (1 / 3)
    assert weights == pytest.approx([epsilon / 3, 1 - 2 * epsilon / 3, epsilon / 3])
    EpsilonGreedy.weigh(np.zeros(6), np.array([3.0, 0.0]), weights)  # type: ignore[misc]
    assert weights.tolist() == [1, 0, 0]


def test_multiplicative_weights_are_exponential_in_estimated_losses() -> None:
    """An action that lost 1 at probability 1/2 has lost 2 by its estimate."""
    one, setting = MultiplicativeWeights("1/4"), Setting(1000, 2, 2, FOLLOWER)
    memory, constants, weights = np.zeros(4), np.array(one.constants(setting)), np.zeros(2)
    assert one.weigh is not None
    one.weigh(memory, constants, weights)
    assert weights.tolist() == [0.5, 0.5]
    one.learn(memory, constants, 0, 0.0)
    one.weigh(memory, constants, weights)
    assert weights[0] / weights[1] == pytest.approx(math.exp(-0.5))
    assert sum(weights) == pytest.approx(1)


def test_best_responses_and_their_ties() -> None:
    """Payoffs that differ in the 40th digit are different; ties go as they are told."""
    close = Fraction(1, 3) + Fraction(1, 10**40)
    game = sx.Game([[1, 5, 2]], [["1/3", close, "1/3"]])
    counts = Simulation(game, UCB(), BestResponse(), (10,), noise=Noise("none")).run(1).counts[-1]
    assert counts.tolist() == [[0, 10, 0]]
    tied = sx.Game([[2, 1, 3, 3, 1]], [[1, 1, 1, 0, 1]])
    for ties, best in (("strong", 2), ("weak", 1), ("first", 0)):
        counts = Simulation(tied, UCB(), BestResponse(ties), (10,), noise=Noise("none")).run(1).counts[-1]
        assert counts[0, best] == 10


def test_every_name_is_its_class() -> None:
    for name in LEARNERS:
        made = learner(f"{name}(L=1)" if name == "LipschitzUCB" else name)
        assert type(made) is learner_class(name)
        assert made.name == name
        assert made.source
        assert type(made).__doc__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("UBC", "is it UCB?"),
        ("UCB(c=1)", "expected one of c0, found c"),
        ("UCB(c0=-1)", "c0: expected an exact number of at least 0, found"),
        ("UCB(c0=0.1.2)", "expected"),
        ("ExploreThenCommit(E=0)", "E: expected an integer of at least 1"),
        ("ExploreThenCommit(E=1/2)", "E: expected an integer of at least 1"),
        ("ExploreThenCommit(E=5, E=6)", "expected name=value"),
        ("ActiveArmElimination(M=[4, x])", "M: expected an integer"),
        ("EpsilonGreedy(epsilon=2)", "epsilon: expected at most 1"),
        ("BestResponse(ties=loud)", "ties: expected one of strong, weak, first"),
        ("UCB(", "expected a name such as UCB"),
        ("", "expected a name such as UCB"),
        ("nowhere.py:UCB", "found none at 'nowhere.py'"),
        ("math:sqrt", "expected a Learner named sqrt in 'math'"),
        ("__import__('os').system('x')", "expected a name such as UCB"),
    ],
)
def test_texts_that_describe_no_learner(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="expected") as caught:
        learner(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
