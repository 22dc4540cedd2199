"""OMLE and PMLE: farsighted followers, confidence sets that hold the truth, planning over models beside brute force."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from learning_games import best_deterministic, random_game

from stackexact.errors import LimitReached, UsageError
from stackexact.learning.environment import Environment
from stackexact.learning.finite import Models, Tables, likelihood, model_class
from stackexact.learning.learn import learn
from stackexact.learning.linear import random_policies
from stackexact.learning.playing import Player


def lure(t: float = 2.0) -> Environment:
    """At X the generous action costs the leader a quarter, but draws the follower there: exp η = t, discount 1."""
    transitions, rewards, follower = np.zeros((2, 3, 2, 2, 3)), np.zeros((2, 3, 2, 2)), np.zeros((2, 3, 2, 2))
    transitions[0, 0, :, 0, 1] = transitions[0, 0, :, 1, 2] = 1
    transitions[0, 1, :, :, 1] = transitions[0, 2, :, :, 2] = 1
    rewards[1, 1] = [[1, 1], [0.75, 0.75]]
    follower[0, 0, :, 1] = 1
    follower[1, 1, 1, 0] = 2
    eta = math.log(t)
    return Environment(transitions, rewards, eta * follower, eta=eta, discount=1.0, prescription=False)


def test_only_foresight_finds_the_lure() -> None:
    """Values 1/3 and 5/12 of the two policies, and the learner ends with the second."""
    one = lure()
    values = sorted({round(float(one.value(policy)), 9) for policy in Tables(one, Models([one])).policies})
    assert values == pytest.approx([1 / 3, 5 / 12])
    models = model_class(one, 20, spread=0.5, seed=4)
    for noise in ("none", "bernoulli"):
        log = learn(one, "omle", episodes=20_000, models=models, noise=noise)
        assert log.learnt_value == pytest.approx(5 / 12)
        assert log.regret(5 / 12)[-1] < 60
    assert learn(one, "pmle", episodes=3000, models=models).learnt_value == pytest.approx(5 / 12)


@pytest.mark.parametrize("prescription", [True, False])
def test_policies_are_all_that_differ(prescription: bool) -> None:
    """The best of the tables is the best of brute force, and no policy stands there twice."""
    rng = np.random.default_rng(3)
    for discount in (0.0, 1.0):
        one = random_game(rng, (2, 2, 2, 2), discount=discount, prescription=prescription)
        tables = Tables(one, Models([one]))
        assert tables.values.max() == pytest.approx(best_deterministic(one)[0])
        assert len(np.unique(tables.policies.reshape(len(tables.policies), -1), axis=0)) == len(tables.policies)
        assert len(tables.policies) == (256 if prescription else 16)


def test_states_that_are_not_reached_are_left_alone() -> None:
    assert len(Tables(lure(), Models([lure()])).policies) == 2 * 2 * 2  # start, then X or Y


def test_the_truth_stays_in_the_confidence_set() -> None:
    """Ville: with probability 0.95 at least, at all times; here at one, in nearly all of 60 runs."""
    one = random_game(np.random.default_rng(1), (2, 2, 2, 2), discount=0.8)
    options = Models(model_class(one, 15, spread=0.2), delta=0.05, noise="bernoulli")
    tables, held, narrowed = Tables(one, options), 0, 0
    for seed in range(60):
        player = Player(one, 400, seed, bernoulli=True)
        policies, answers = random_policies(one, None, 4, seed), []
        for policy in policies:
            before = player.moves.sum(axis=(2, 4))
            player.repeat(policy, 100)
            answers.append(player.moves.sum(axis=(2, 4)) - before)
        found = likelihood(tables, options, player, policies, answers)
        inside = found >= found.max() - tables.beta
        held += bool(inside[0])
        narrowed += inside.sum() < 15
    assert held >= 57
    assert narrowed >= 30


def test_likelihoods_are_those_of_the_play() -> None:
    """One policy, one stage, one state: counts times logarithms, by hand."""
    one = Environment(np.zeros((1, 1, 2, 2, 1)), [[[[0, 1], [1, 0]]]], np.log([[[[3, 1], [1, 2]]]]), discount=1.0)
    options = Models([one, replace(one, logits=np.zeros((1, 1, 2, 2)))])
    player = Player(one, 500, 2)
    policy = one.prescribing([[[0, 0]]])
    player.repeat(policy, 500)
    counts = player.moves.sum(axis=(2, 4))[0, 0]
    found = likelihood(Tables(one, options), options, player, policy[None], [counts[None, None]])
    assert found[0] == pytest.approx(counts[0] * math.log(3 / 4) + counts[1] * math.log(1 / 4))
    assert found[1] == pytest.approx(500 * math.log(1 / 2))


def test_refuted_models_are_left() -> None:
    """A hopeful model with other rewards, or with transitions that there are not, is followed until it is refuted."""
    one = lure()
    generous = replace(one, rewards=np.where(one.rewards > 0, one.rewards + 1, one.rewards))
    everywhere = np.zeros_like(one.transitions)
    everywhere[..., 1] = 1
    log = learn(one, "omle", episodes=300, models=[generous, replace(one, transitions=everywhere), one])
    assert log.learnt_value == pytest.approx(5 / 12)
    assert log.regret(5 / 12)[-1] < 2


def test_pessimism_reckons_with_the_worst_model_that_is_left() -> None:
    """Data of the first action alone say nothing about the second, which is wonderful or worthless."""
    rewards = np.array([[[[1.0, 0.0]], [[1.0, 0.0]]]]).reshape(1, 1, 2, 2)
    safe, worthless, wonderful = 0.0, -4.0, 4.0

    def model(second: float) -> Environment:
        logits = np.array([[[[safe, 0], [second, 0]]]])
        return Environment(np.zeros((1, 1, 2, 2, 1)), rewards, logits, discount=1.0, prescription=False)

    truth = model(worthless)
    behaviour = np.stack([truth.prescribing([[[0, 0]]])])
    given: dict[str, Any] = {"models": [model(wonderful), truth], "episodes": 200, "behaviour": behaviour}
    assert learn(truth, "pmle", **given).learnt_value == pytest.approx(1 / 2)
    assert learn(truth, "mle-model", **given).learnt_value < 0.02


def test_what_cannot_be_enumerated_is_a_limit() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(LimitReached, match="deterministic policies x size"):
        learn(random_game(rng, (3, 3, 3, 3)), "omle", episodes=1, models=[random_game(rng, (3, 3, 3, 3))])
    one = random_game(rng, (2, 2, 2, 3))
    with pytest.raises(LimitReached, match="models x policies x responses"):
        learn(one, "omle", episodes=1, models=[one] * 600)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "models: expected at least one, found none"),
        ({"models": [lure()], "noise": "much"}, "noise: expected 'none' or 'bernoulli', found 'much'"),
        ({"models": [lure()], "delta": 0}, "delta: expected a number > 0 and < 1, found 0"),
        ({"models": [lure()], "beta": -1}, "beta: expected a number >= 0, found -1"),
        ({"models": [random_game(np.random.default_rng(0))]}, "models: expected the game's shape (2, 3, 2, 2)"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as error:
        learn(lure(), "omle", episodes=10, **options)
    assert told in str(error.value)
