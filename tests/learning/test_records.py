"""What a run leaves behind: the same bytes for the same seed, exact policies, regrets beside plain sums."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from learning_games import random_game

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.learning.arrays import dyadic
from stackexact.learning.learn import ALGORITHMS, learn
from stackexact.learning.recommending import Recommending
from stackexact.learning.records import Log, growth

GAME = random_game(np.random.default_rng(5), (2, 2, 2, 2))
TALK = Recommending([[1, 0], [2, 0.5]], np.log([[4, 1], [1, 9]]), 0.5)


def run(algorithm: str, seed: int) -> Log:
    game: Any = TALK if algorithm.startswith("prom") else GAME
    options = {"models": [GAME]} if "models" in {one.name for one in fields(ALGORITHMS[algorithm].options)} else {}
    return learn(game, algorithm, episodes=300, seed=seed, **options)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_gives_the_same_bytes(algorithm: str) -> None:
    assert run(algorithm, 1).sha256 == run(algorithm, 1).sha256
    assert run(algorithm, 1).sha256 != run(algorithm, 2).sha256
    assert repr(run(algorithm, 1)).startswith(f"Log({algorithm}: 300 episodes")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_log_is_whole(algorithm: str) -> None:
    """Every episode has its policy; counts add up; values are those of the policies; nothing can be written to."""
    log = run(algorithm, 3)
    assert len(log.announced) == log.episodes == 300
    assert log.announced.max() < len(log.plans)
    stages = log.plans.shape[1]
    assert (log.counts.sum(axis=(1, 2, 3, 4)) == np.array(log.checkpoints) * stages).all()
    assert (log.played.sum(axis=1) == log.checkpoints).all()
    assert (log.policy(300) == log.plans[log.announced[299]]).all()
    for array in (log.plans, log.announced, log.values, log.learnt, log.counts, log.responses):
        assert not array.flags.writeable
    with pytest.raises(FrozenInstanceError):
        log.seed = 7  # type: ignore[misc]
    for k, plan in enumerate(log.plans):
        if log.recommendations is None:
            assert log.values[k] == pytest.approx(GAME.value(plan))
            assert log.responses[k] == pytest.approx(GAME.response(plan))
        else:
            x, y = plan[0, 0, 0], log.recommendations[k]
            assert log.values[k] == pytest.approx(TALK.value(x, y))
            assert log.responses[k, 0, 0] == pytest.approx(TALK.response(x, y))
            assert sum(log.exact_recommendation(k)) == 1
        for stage in log.exact_policy(k):
            for state in stage:
                for row in state:
                    assert sum(row) == Fraction(1)
                    assert min(row) >= 0
    exact = np.array(log.exact_policy(0), dtype=float)
    assert (exact == log.plans[0][:, :, : exact.shape[2], : exact.shape[3]]).all()


def test_regret_is_a_sum_over_episodes() -> None:
    log = run("mle-ovi", 1)
    by_episode = np.cumsum(1.3 - log.values[log.announced])
    expected = [by_episode[t - 1] for t in log.checkpoints]
    assert log.regret(1.3) == pytest.approx(expected)
    assert log.regret(1.3, [Fraction(1, 2)] * len(log.plans)) == pytest.approx(0.8 * np.array(log.checkpoints))
    away = np.cumsum(np.abs(log.values[log.announced] - log.values.mean()))
    assert log.regret(log.values.mean(), absolute=True) == pytest.approx([away[t - 1] for t in log.checkpoints])
    assert log.suboptimality(2.0) == pytest.approx(2 - log.learnt_value)


def test_violations_are_a_sum_over_episodes() -> None:
    log = run("prom", 1)
    assert log.recommendations is not None
    each = [TALK.violation(plan[0, 0, 0], y) for plan, y in zip(log.plans, log.recommendations, strict=True)]
    by_episode = np.cumsum(np.array(each)[log.announced])
    assert log.violations() == pytest.approx([by_episode[t - 1] for t in log.checkpoints])


def test_more_episodes_begin_alike() -> None:
    """Offline data do not depend on what comes later."""
    first, second = (learn(GAME, "mle-plain", episodes=n, behaviours=1) for n in (100, 200))
    kept = [k for k, t in enumerate(second.checkpoints) if t == 100]
    assert (second.counts[kept[0]] == first.counts[-1]).all()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sx.learn(GAME, "ucb"), "algorithm: expected one of mle-ovi, mle-pvi"),
        (lambda: sx.learn(GAME, "mle-ovi", beta=1), "mle-ovi: expected options among B, C, behaviour"),
        (lambda: sx.learn(GAME, episodes=0), "episodes: expected an integer from 1"),
        (lambda: sx.learn(TALK), "game: expected a game of kind markov, found Recommending"),
        (lambda: run("mle-ovi", 1).policy(301), "episode: expected one from 1 to 300, found 301"),
        (lambda: run("mle-ovi", 1).violations(), "violations: expected a run with recommendations"),
        (lambda: run("mle-ovi", 1).exact_recommendation(0), "recommendation: expected a run with recommendations"),
        (lambda: growth([1, 2], [0, 1]), "growth: expected two positive totals from 1 on, found 1"),
        (lambda: sx.learn(GAME, B=0.0), "B: expected a bound > 0, what the normalisation takes, found 0"),
    ],
)
def test_what_is_not_there_is_refused(call: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert told in str(error.value)


def test_rounded_distributions_sum_to_one_exactly() -> None:
    rng = np.random.default_rng(0)
    for bits in (30, 50):
        rows = dyadic(rng.dirichlet(np.full(7, 0.2), size=200), bits)
        assert all(sum(map(Fraction, row.tolist())) == 1 for row in rows)
        assert (rows >= 0).all()
