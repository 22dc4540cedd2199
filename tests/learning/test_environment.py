"""What learners play in: responses and values beside sums over paths, games in exact numbers, refusals."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from learning_games import random_game, random_policy, value_by_paths

from stackexact.errors import LimitReached, MissingLibrary, UsageError
from stackexact.games.markov import MarkovGame
from stackexact.learning.environment import Environment

B1 = {"s": {"payoffs": {"leader": [[0, 1], ["1/2", 0]], "weights": [[3, 1], [1, 2]]}}}


def test_weights_give_the_values_of_the_literature_of_this_project() -> None:
    """Four deterministic prescriptions, whose responses and values are rational."""
    one = Environment.of(MarkovGame(B1, horizon=1, follower={"response": "quantal"}))
    expected = {(0, 0): (3 / 4, 1 / 4), (0, 1): (3 / 5, 0), (1, 0): (1 / 2, 3 / 4), (1, 1): (1 / 3, 1 / 6)}
    for chosen, (first, value) in expected.items():
        policy = one.prescribing([[chosen]])
        assert one.response(policy)[0, 0] == pytest.approx([first, 1 - first], abs=1e-15)
        assert one.value(policy) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize("discount", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("prescription", [True, False])
def test_values_are_sums_over_paths(discount: float, prescription: bool) -> None:
    rng = np.random.default_rng(7)
    for shape in ((1, 1, 2, 3), (2, 2, 2, 2), (3, 2, 2, 1)):
        one = random_game(rng, shape, discount=discount, prescription=prescription)
        policy = random_policy(rng, one)
        assert one.value(policy) == pytest.approx(value_by_paths(one, policy), abs=1e-12)


def test_a_farsighted_follower_looks_ahead() -> None:
    """Going to the state where the leader is generous is worth it; of states of unlike sizes."""
    states = {
        "start": {
            "payoffs": {"leader": [[0, 0], [0, 0]], "follower": [[0, 1], [0, 1]]},
            "transitions": [[{"X": 1}, {"Y": 1}]] * 2,
        },
        "X": {"payoffs": {"leader": [[1, 1], ["3/4", "3/4"]], "follower": [[0, 0], [2, 0]]}},
        "Y": {
            "actions": {"leader": ["p"], "follower": ["x", "y"]},
            "payoffs": {"leader": [[0, 0]], "follower": [[0, 0]]},
        },
    }
    follower = {"response": "quantal", "eta": "7/10", "discount": 1}
    one = Environment.of(MarkovGame(states, horizon=2, follower=follower, initial={"start": 1}, prescription=False))
    t = math.exp(0.7)
    chosen = np.zeros((2, 3, 2), dtype=int)
    assert one.value(one.prescribing(chosen)) == pytest.approx(1 / (1 + t))
    chosen[1, 1] = 1
    assert one.value(one.prescribing(chosen)) == pytest.approx(3 / 4 * (1 + t**2) / (1 + t) ** 2)
    assert one.leader_actions.tolist() == [2, 2, 1]
    assert one.uniform()[0, 2].tolist() == [[1, 0], [1, 0]]


def test_weights_beyond_floats_have_logits() -> None:
    states = {"s": {"payoffs": {"leader": [[0, 1]], "weights": [["1e1000", "3e1000"]]}}}
    one = Environment.of(MarkovGame(states, horizon=1, follower={"response": "quantal"}))
    assert one.response(one.uniform())[0, 0] == pytest.approx([1 / 4, 3 / 4], abs=1e-12)


def test_features_are_those_of_the_game() -> None:
    game = MarkovGame(
        B1, horizon=1, follower={"response": "quantal"}, features={"s": [[["1", 0], [0, 1]], [[0, 0], ["1/2", 1]]]}
    )
    assert Environment.of(game).features[0, 1, 1].tolist() == [0.5, 1]
    plain = Environment.of(MarkovGame(B1, horizon=1, follower={"response": "quantal"}))
    assert plain.features.reshape(4, 4).tolist() == np.eye(4).tolist()


def test_responses_differ_by_at_most_tanh_of_a_quarter_of_the_oscillation() -> None:
    """TV(ν, ν') ≤ tanh(osc(η(Q − Q'))/4); sharp for two actions that are moved alike to both sides."""
    rng = np.random.default_rng(3)
    tightest = 0.0
    for _ in range(300):
        actions = int(rng.integers(2, 5))
        logits = rng.normal(size=(2, actions)) * rng.choice([0.1, 1, 5])
        made = [
            Environment(np.zeros((1, 1, 1, actions, 1)), np.zeros((1, 1, 1, actions)), row.reshape(1, 1, 1, actions))
            for row in logits
        ]
        first, second = (one.response(one.uniform())[0, 0] for one in made)
        distance = np.abs(first - second).sum() / 2
        bound = math.tanh(np.ptp(logits[0] - logits[1]) / 4)
        assert distance <= bound + 1e-12
        tightest = max(tightest, distance / bound)
    assert tightest > 0.8
    sides = [Environment(np.zeros((1, 1, 1, 2, 1)), np.zeros((1, 1, 1, 2)), [[[[x, -x]]]]) for x in (0.4, -0.4)]
    first, second = (one.response(one.uniform())[0, 0] for one in sides)
    assert np.abs(first - second).sum() / 2 == pytest.approx(math.tanh(1.6 / 4))


def _with(**changed: object) -> Environment:
    given: dict[str, object] = {
        "transitions": np.full((2, 2, 1, 1, 2), 0.5),
        "rewards": np.zeros((2, 2, 1, 1)),
        "logits": np.zeros((2, 2, 1, 1)),
    }
    return Environment(**{**given, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rewards": "much"}, "rewards: expected an array of numbers, found str"),
        ({"rewards": np.zeros((0, 1, 1, 1))}, "rewards: expected at least one stage"),
        ({"logits": np.zeros((1, 1))}, "logits: expected an array of shape (2, 2, 1, 1), found (1, 1)"),
        ({"logits": np.full((2, 2, 1, 1), np.inf)}, "logits: expected finite numbers, found inf"),
        ({"transitions": np.ones((2, 2, 1, 1, 2))}, "transitions[0]: expected probabilities that sum to 1"),
        ({"initial": [0.5, 0.4]}, "initial: expected probabilities that sum to 1"),
        ({"eta": 0.0}, "eta: expected a number > 0, found 0.0"),
        ({"discount": 1.5}, "discount: expected a number in [0, 1], found 1.5"),
        ({"leader_actions": [1, 2]}, "leader_actions: expected a number of actions from 1 to 1"),
        ({"features": np.zeros((2, 2, 1, 3))}, "features: expected an array of shape (2, 1, 1, any)"),
    ],
)
def test_what_is_no_game_is_refused(changed: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as error:
        _with(**changed)
    assert told in str(error.value)


def test_games_that_cannot_be_learnt_are_refused() -> None:
    import stackexact as sx

    states = {"s": {"payoffs": {"leader": [[0, 1]], "follower": [["x", 0]]}}}
    quantal, best = {"response": "quantal", "eta": 2}, {"response": "best", "ties": "strong"}
    numbers = {"s": {"payoffs": {"leader": [[0, 1]], "follower": [[1, 0]]}}}
    for game, told in (
        (sx.Game([[1]], [[1]]), "game: expected a game of kind markov, found kind bimatrix"),
        (3, "game: expected a game of kind markov, found int"),
        (MarkovGame(states, horizon=1, follower=quantal), "found the parameters x; fix them"),
        (MarkovGame(numbers, horizon=1, follower=best), "expected a quantal follower, found response 'best'"),
    ):
        with pytest.raises(UsageError, match="expected") as error:
            Environment.of(game)
        assert told in str(error.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    with pytest.raises(MissingLibrary, match=r"expected numba and SciPy, found none .*stackexact\[sim\]"):
        _with().response(_with().uniform())


def test_numbers_beyond_floats_are_a_limit() -> None:
    states = {"s": {"payoffs": {"leader": [["1e400", 1]], "follower": [[1, 0]]}}}
    with pytest.raises(LimitReached, match="numbers that a float holds"):
        Environment.of(MarkovGame(states, horizon=1, follower={"response": "quantal", "eta": 1}))
