"""Runs: the compiled loop does what the learners' Python does, the same bytes whoever plays, and exact expectations."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_learners import own

import stackexact as sx
from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.simulation import playing
from stackexact.simulation.expectations import expectations
from stackexact.simulation.learners.ucb import UCB
from stackexact.simulation.noise import Noise, parse_noise
from stackexact.simulation.protocol import FOLLOWER, LEADER, Learner
from stackexact.simulation.registry import LEARNERS, learner, learner_class
from stackexact.simulation.runner import Simulation
from stackexact.simulation.settings import starting
from stackexact.traces.checkpoints import log_spaced

GAME = sx.Game([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]])
WIDE = sx.Game([["1/2", "1/3", "1/7"], ["1/5", "1", "0"]], [["1/2", "1/2", "1/4"], ["3/4", "1/9", "2/3"]])
MEANS = [[Fraction(3, 5), Fraction(1, 5)], [Fraction(1, 2), Fraction(2, 5)]]
SHORT = {"ActiveArmElimination": "(M=[1, 2])", "PhasedUCB": "(M=[1, 2])", "ExploreThenCommit": "(E=1)"} | {
    "ExploreThenCommitThrowOut": "(E=1, E_kept=1)",
    "ExploreThenUCB": "(E=1)",
    "LipschitzUCB": "(L=1)",
}


def named(name: str) -> Learner:
    """A learner that explores for few rounds."""
    return learner(name + SHORT.get(name, ""))


def of(role: str) -> list[str]:
    return [name for name in LEARNERS if role in learner_class(name).roles]


PAIRS = list(product(of(LEADER), of(FOLLOWER)))


def by_hand(simulation: Simulation, number: int) -> np.ndarray:
    """The counts of a run by the learners' own Python functions and the rules of the loop."""
    horizon, rng = simulation.horizon(number), simulation.generator(number)
    leader, follower, noise = simulation.leader, simulation.follower, simulation.noise
    tables = starting(simulation.game, leader, follower, horizon, noise)
    counts = np.zeros(simulation.game.shape, dtype=int)

    def choice(one: Learner, memory: Any, constants: Any, actions: int) -> int:
        if one.choose is not None:
            return int(one.choose(memory, constants))
        weights = np.zeros(actions)
        assert one.weigh is not None
        one.weigh(memory, constants, weights)
        drawn, total = rng.random(), 0.0
        for action, weight in enumerate(weights):
            total += weight
            if drawn < total:
                return action
        return int(np.flatnonzero(weights)[-1])

    for _ in range(horizon):
        a = choice(leader, tables.leader_memory, tables.leader_constants, counts.shape[0])
        memory, constants = tables.follower_memory[a], tables.follower_constants[a]
        b = choice(follower, memory, constants, counts.shape[1])
        counts[a, b] += 1
        means = tables.leader_means[a, b], tables.follower_means[a, b]
        if noise.kind == "gaussian":
            one, two = (mean + float(noise.sigma) * rng.standard_normal() for mean in means)
        elif noise.kind == "bernoulli":
            one, two = (float(rng.random() < mean) for mean in means)
        else:
            one, two = means
        leader.learn(tables.leader_memory, tables.leader_constants, *((a, b) if leader.sees_responses else (a,)), one)
        follower.learn(memory, constants, b, two)
    return counts


@pytest.mark.parametrize(("leader", "follower"), PAIRS)
def test_compiled_is_as_written(leader: str, follower: str) -> None:
    """Every pair of learners, with every kind of noise."""
    for noise in ("none", "bernoulli", "gaussian:1/3"):
        simulation = Simulation(WIDE, named(leader), named(follower), (150,), 1, seed=7, noise=parse_noise(noise))
        assert simulation.run(1).counts[-1].tolist() == by_hand(simulation, 1).tolist()


def test_the_same_bytes_whoever_plays() -> None:
    """One worker, many, processes, another order, some runs done before: equal counts."""
    simulation = Simulation(GAME, learner("EpsilonGreedy"), learner("UCB"), (100, 1000), 3, seed=12)
    one = simulation.all(workers=1)
    assert simulation.all(workers=4) == one
    assert simulation.all(done=one[2:4]) == one
    assert tuple(simulation.run(number) for number in reversed(simulation.numbers))[::-1] == one
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
        assert simulation.all(executor=threads) == one
        assert simulation.all(executor=processes) == one
    assert [run.horizon for run in one] == [100] * 3 + [1000] * 3
    assert len({run.counts.tobytes() for run in one}) == len(one)
    other = Simulation(GAME, learner("EpsilonGreedy"), learner("UCB"), (100, 1000), 3, seed=13)
    assert all(a != b for a, b in zip(one, other.all(), strict=True))


@pytest.mark.parametrize(("leader", "follower"), PAIRS)
def test_expectations_are_those_of_all_paths(leader: str, follower: str) -> None:
    """The enumeration of states against a recursion over all paths, which merges nothing."""
    one, two = named(leader), named(follower)
    found = expectations(GAME, one, two, 4)
    counts = paths(GAME, one, two, 4)
    gained = [n * u for row, us in zip(counts, MEANS, strict=True) for n, u in zip(row, us, strict=True)]
    assert found[-1].counts == counts
    assert [sum(map(sum, one.counts)) for one in found] == [1, 2, 3, 4]
    assert found[-1].leader == sum(gained)


def paths(game: sx.Game, leader: Learner, follower: Learner, horizon: int) -> Any:
    """Expected counts by going every way there is, with an own account of what is drawn."""
    tables = starting(game, leader, follower, horizon, Noise("bernoulli"))
    counts = [[Fraction(0)] * game.shape[1] for _ in range(game.shape[0])]

    def choices(one: Learner, memory: Any, constants: Any, actions: int) -> Iterator[tuple[int, Fraction]]:
        if one.choose is not None:
            yield int(one.choose(memory, constants)), Fraction(1)
            return
        weights = np.zeros(actions)
        assert one.weigh is not None
        one.weigh(memory, constants, weights)
        total, below = 0.0, Fraction(0)
        last = int(np.flatnonzero(weights)[-1])
        for action, weight in enumerate(weights):
            if weight:
                total += weight
                scaled = Fraction(total) * 2**53
                end = Fraction(-(-scaled.numerator // scaled.denominator), 2**53) if action < last else Fraction(1)
                yield action, min(end, Fraction(1)) - below
                below = min(end, Fraction(1))

    def walk(mine: Any, theirs: Any, probability: Fraction, left: int) -> None:
        if not left or not probability:
            return
        for a, p in choices(leader, mine, tables.leader_constants, game.shape[0]):
            kept = theirs.copy()
            for b, q in choices(follower, kept[a], tables.follower_constants[a], game.shape[1]):
                counts[a][b] += probability * p * q
                for one, two in product((0, 1), repeat=2):
                    chance = Fraction(1)
                    for value, table in ((one, game.payoffs.leader), (two, game.payoffs.follower)):
                        mean = Fraction(str(table[a][b]))
                        chance *= mean if value else 1 - mean
                    own, other = mine.copy(), kept.copy()
                    leader.learn(own, tables.leader_constants, *((a, b) if leader.sees_responses else (a,)), float(one))
                    follower.learn(other[a], tables.follower_constants[a], b, float(two))
                    walk(own, other, probability * p * q * chance, left - 1)

    walk(tables.leader_memory, tables.follower_memory, Fraction(1), horizon)
    return tuple(map(tuple, counts))


def test_a_long_run_stops_soon_after_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked every million rounds, also between two checkpoints; a horizon of 10^8 takes seconds."""
    pieces: list[int] = []
    play = playing._Running.play

    def told(run: Any, rounds: int, *given: Any, **named: Any) -> None:
        pieces.append(rounds)
        play(run, rounds, *given, **named)

    monkeypatch.setattr(playing._Running, "play", told)
    simulation = Simulation(GAME, UCB(), learner("BestResponse"), (10**8,), per_decade=1)
    with pytest.raises(KeyboardInterrupt):
        simulation.run(1, lambda: len(pieces) >= 5)
    assert len(pieces) == 5
    assert 10**6 < sum(pieces) < 10**7  # between these checkpoints
    assert max(pieces) < 2 * 10**6


def test_noise_free_expectations_are_the_path() -> None:
    simulation = Simulation(WIDE, learner("UCB"), learner("UCB"), (200,), noise=Noise("none"))
    found = expectations(WIDE, learner("UCB"), learner("UCB"), 200, noise=Noise("none"))
    assert [list(map(int, row)) for row in found[-1].counts] == simulation.run(1).counts[-1].tolist()


def test_too_many_states_are_said() -> None:
    with pytest.raises(LimitReached, match="states after round"):
        expectations(GAME, UCB(), UCB(), 50, states=100)


def test_ties_of_noise_free_rewards_are_ties() -> None:
    """0.1 added three times is not 0.3 in floats; whoever sums it so prefers the second action."""
    game = sx.Game([["1/10"], ["1/10"], ["1/10"]], [[0], [0], [0]])
    run = Simulation(game, UCB(c0=0), learner("BestResponse"), (1000,), noise=Noise("none")).run(1)
    assert run.counts[-1].ravel().tolist() == [998, 1, 1]


def test_checkpoints() -> None:
    rounds = log_spaced(10**7)
    assert rounds[0] == 1
    assert rounds[-1] == 10**7
    assert all(a < b for a, b in zip(rounds, rounds[1:], strict=False))
    assert {10**k for k in range(8)} <= set(rounds)
    assert log_spaced(1) == (1,)
    run = Simulation(GAME, UCB(), UCB(), (2000,)).run(1)
    assert run.rounds == log_spaced(2000)
    assert [int(counts.sum()) for counts in run.counts] == list(run.rounds)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"horizons": (0,)}, "horizon: expected an integer from 1"),
        ({"horizons": ()}, "horizon: expected at least one"),
        ({"horizons": (5, 5)}, "horizon: expected different ones"),
        ({"horizons": (10**30,)}, "horizon: expected an integer from 1"),
        ({"runs": 0}, "runs: expected an integer from 1"),
        ({"seed": -1}, "seed: expected an integer from 0"),
        ({"leader": learner("BestResponse")}, "leader: expected a learner for this side"),
        ({"follower": learner("PhasedUCB")}, "follower: expected a learner for this side"),
        ({"follower": "UCB"}, "follower: expected a learner, found str"),
        ({"game": sx.Game([["x"]], [[1]])}, "found the parameters x; fix them"),
        ({"game": sx.Game([[2]], [[1]]), "noise": Noise("bernoulli")}, "payoffs.leader[0][0]: Bernoulli rewards"),
    ],
)
def test_what_cannot_be_simulated(changed: dict[str, Any], said: str) -> None:
    given = {"game": GAME, "leader": UCB(), "follower": UCB(), "horizons": (10,)} | changed
    with pytest.raises(UsageError) as caught:
        Simulation(**given)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["gaussian:-1", "gaussian:nan", "gaussian:inf", "loud", "bernoulli:1", "none:0", ""])
def test_noise_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="noise: expected"):
        parse_noise(text)


def test_payoffs_beyond_the_floats() -> None:
    with pytest.raises(InputError, match="between -1e100 and 1e100"):
        Simulation(sx.Game([["1e400"]], [[1]]), UCB(), UCB(), (10,)).run(1)
    for noise in ("gaussian:1e400", "gaussian:1e101"):
        with pytest.raises(UsageError, match="at most 1e100"):
            parse_noise(noise)


def test_sums_that_floats_do_not_hold_are_refused() -> None:
    """Without noise equal sums are equal; one agent's decimals cost the other nothing, and none round silently."""
    tenths = [["1/10"], ["1/10"], ["1/10"]]
    short = Simulation(sx.Game(tenths, [["1/3"]] * 3), UCB(c0=0), UCB(), (999,), noise=Noise("none"))
    assert short.run(1).counts[-1].tolist() == [[997], [1], [1]]
    long = sx.Game(tenths, [["0.12345678901234567"]] * 3)
    for play in (
        lambda: Simulation(long, UCB(), UCB(), (1000,), noise=Noise("none")),
        lambda: expectations(long, "UCB", "UCB", 1000, noise="none"),
    ):
        with pytest.raises(LimitReached, match="sums of 1000 payoffs of the follower that 53 bits hold"):
            play()
    told = Simulation(long, UCB(c0=0), learner("BestResponse"), (999,), noise=Noise("none"))
    assert told.run(1).counts[-1].tolist() == [[997], [1], [1]]
    Simulation(long, UCB(), UCB(), (1000,), noise=parse_noise("gaussian:0")).run(1)


def test_checkpoints_are_roots_of_powers_of_ten() -> None:
    """k^d <= 10^i < (k + 1)^d for each, and no power is left out."""
    for horizon, parts in product((1, 7, 100, 12345, 10**12), (1, 2, 3, 7, 10, 100)):
        found = log_spaced(horizon, parts)
        assert found[-1] == horizon
        roots, i = [], 0
        while 10**i < horizon**parts:
            near = round(10 ** (i / parts))
            roots.append(max(k for k in range(max(0, near - 1), near + 2) if k**parts <= 10**i))
            i += 1
        assert set(found) == {horizon, *(root for root in roots if root < horizon)}
    assert len(log_spaced(10**9, 10_000)) > 50_000


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"horizon": 1e3}, "horizon: expected an integer"),
        ({"horizon": ()}, "horizon: expected at least one"),
        ({"horizon": (5, 5)}, "horizon: expected different ones"),
        ({"noise": None}, "noise: expected one of"),
        ({"noise": "bernoulli:1"}, "noise: expected a number after gaussian"),
        ({"leader": UCB}, "leader: expected a learner"),
        ({"at": [1]}, "at: expected a mapping"),
        ({"workers": "2"}, "workers: expected an integer"),
        ({"workers": True}, "workers: expected an integer"),
        ({"game": "etc"}, "game: expected a game"),
        ({"runs": 10**9}, "expected at most 134217728 counts"),
    ],
)
def test_arguments_of_another_kind(changed: dict[str, Any], said: str) -> None:
    """One line that says what was expected, before any work."""
    given = {"game": GAME, "leader": "UCB", "follower": "UCB", "horizon": 100} | changed
    with pytest.raises((UsageError, LimitReached), match=said) as caught:
        sx.simulate(**given)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    trace = sx.simulate(GAME, "UCB", UCB(c0=np.int64(6)), np.array([10, 20]), seed=np.int64(3), runs=np.int32(2))  # type: ignore[arg-type]
    assert trace.runs == sx.simulate(GAME, "UCB", "UCB", (10, 20), seed=3, runs=2).runs


def test_rounds_are_told_while_they_are_played() -> None:
    """Also within a run, long before it is over."""
    heard: list[int] = []
    sx.simulate(GAME, "UCB", "UCB", 5_000_000, workers=1, played=heard.append)
    assert sum(heard) == 5_000_000
    assert len(heard) > 2


def test_a_learner_in_a_file_of_its_own(tmp_path: Path) -> None:
    """It plays on both sides, and in a process that has not read the file."""
    one = learner(own(tmp_path) + "(arm=1)")
    assert Simulation(GAME, one, one, (50,)).run(1).counts[-1].tolist() == [[0, 0], [0, 50]]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert Simulation(GAME, one, one, (50,)).all(executor=processes)[0].counts[-1].tolist() == [[0, 0], [0, 50]]
