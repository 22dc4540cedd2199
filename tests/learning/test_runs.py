"""Runs in exact numbers: what stands in a log, counted; several runs from one seed; refusals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
import pytest

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.learning.learn import ALGORITHMS
from stackexact.learning.repeating import learn_runs
from stackexact.learning.runs import Announcement, LearningRun, LearningTrace

GAME = sx.instance("punished-response")
LADDER = sx.instance("ladder")
TALK = sx.instance("recommended-mixture")
PURE = Announcement(((((Fraction(1), Fraction(0)),),),))
OTHER = Announcement(((((Fraction(0), Fraction(1)),),),))


def by_episode(run: LearningRun) -> list[int]:
    return [number for number, times in run.announced for _ in range(times)]


def test_what_was_played_is_counted() -> None:
    """By checkpoint: the announcements of the episodes so far, one by one; stretches that end at a checkpoint, hold
    several, or none."""
    rng = np.random.default_rng(4)
    for _ in range(60):
        announced = tuple((int(rng.integers(3)), int(rng.integers(1, 6))) for _ in range(rng.integers(1, 9)))
        horizon = sum(times for _, times in announced)
        rounds = tuple(sorted({*rng.integers(1, horizon + 1, size=4).tolist(), horizon}))
        run = LearningRun(1, rounds, (PURE, OTHER, PURE), announced, PURE)
        assert run.horizon == horizon
        starts = (0, *rounds[:-1])
        told = [Counter(by_episode(run)[start:end]) for start, end in zip(starts, rounds, strict=True)]
        assert [dict(one) for one in run.between] == [dict(one) for one in told]


@pytest.mark.parametrize(("game", "algorithm"), [(GAME, "mle-ovi"), (LADDER, "mle-pvi"), (TALK, "prom")])
def test_a_run_is_its_log(game: Any, algorithm: str) -> None:
    """Policies, recommendations and which of them stood in each episode are those of the log, exactly."""
    log = sx.learn(game, algorithm, episodes=200, seed=5)
    run = LearningRun.of(log, 3)
    assert (run.number, run.rounds, run.seed, run.horizon) == (3, log.checkpoints, 5, 200)
    assert by_episode(run) == log.announced.tolist()
    for k, one in enumerate(run.announcements):
        assert np.array_equal(np.array(one.policy, dtype=float), log.plans[k])
        assert all(sum(row) == 1 for stage in one.policy for state in stage for row in state)
        if log.recommendations is None:
            assert one.recommendation is None
        else:
            assert one.recommendation is not None
            assert [float(share) for share in one.recommendation] == log.recommendations[k].tolist()
            assert sum(one.recommendation) == 1
    assert np.array_equal(np.array(run.learnt.policy, dtype=float), log.learnt)
    assert run.learnt.recommendation is None
    assert list(accumulate(sum(since.values()) for since in run.between)) == list(log.checkpoints)
    trace = LearningTrace.of(game, [log, log])
    assert [one.number for one in trace.runs] == [1, 2]
    assert (trace.game, trace.algorithm, trace.offline) == (game.sha256, algorithm, algorithm == "mle-pvi")
    assert LearningTrace.of(game, log).runs == (replace(run, number=1),)


def test_which_algorithms_are_offline() -> None:
    """Those whose episodes are data."""
    assert {name for name, row in ALGORITHMS.items() if row.offline} == {
        "mle-pvi", "mle-plain", "mle-bcp", "pmle", "mle-model",
    }  # fmt: skip
    assert LearningTrace.of(GAME, sx.learn(GAME, episodes=5), offline=True).offline


def test_one_seed_is_many() -> None:
    """The same seed, the same runs; each has a seed of its own, which learn takes; horizons in order."""
    heard: list[int] = []
    made = learn_runs(GAME, episodes=[40, 20, 40], runs=2, seed=9, report=heard.append)
    assert (made.horizons, heard) == ((20, 40), [1, 2, 3, 4])
    assert [run.horizon for run in made.runs] == [20, 20, 40, 40]
    assert made == learn_runs(GAME, episodes=[20, 40], runs=2, seed=9)
    assert made != learn_runs(GAME, episodes=[20, 40], runs=2, seed=10)
    seeds = [run.seed for run in made.runs]
    assert len({*seeds}) == 4
    assert all(seed is not None and 0 <= seed < 2**63 for seed in seeds)
    alone = sx.learn(GAME, episodes=40, seed=seeds[3])
    assert LearningRun.of(alone, 4) == made.runs[3]


def test_options_are_those_of_all_runs() -> None:
    """What depends on the number of episodes is left out where runs have several."""
    one, both = (learn_runs(GAME, episodes=every, scale=0.5) for every in (100, [100, 10_000]))
    assert one.options["scale"] == both.options["scale"] == 0.5
    assert "beta1" in one.options
    assert "beta1" not in both.options


def small(**changes: Any) -> LearningRun:
    return LearningRun(
        **{
            "number": 1,
            "rounds": (2, 5),
            "announcements": (PURE,),
            "announced": ((0, 5),),
            "learnt": PURE,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rounds": ()}, "run 1: expected increasing numbers of episodes"),
        ({"rounds": (5, 5)}, "expected increasing numbers of episodes"),
        ({"rounds": (0, 5)}, "expected increasing numbers of episodes"),
        ({"rounds": (-1, 5)}, "expected increasing numbers of episodes"),
        (
            {"announced": ((1, 5),)},
            "expected one of 1 announcements and at least 1 episode, found announcement 1 for 5",
        ),
        ({"announced": ((-1, 5),)}, "found announcement -1 for 5 episodes"),
        ({"announced": ((0, 5), (0, 0))}, "found announcement 0 for 0 episodes"),
        ({"announced": ((0, 6), (0, -1))}, "found announcement 0 for -1 episodes"),
        ({"announced": ((0, 4),)}, "expected announcements for 5 episodes, found 4"),
        ({"announced": ()}, "expected announcements for 5 episodes, found 0"),
    ],
)
def test_numbers_that_do_not_fit(changes: dict[str, Any], told: str) -> None:
    small()
    with pytest.raises(InputError) as error:
        small(**changes)
    assert told in str(error.value)


@pytest.mark.parametrize("numbers", [(1, 1), (2, 1)])
def test_runs_are_numbered(numbers: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="expected increasing numbers, found"):
        LearningTrace("x", tuple(small(number=number) for number in numbers))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: LearningTrace.of(GAME, []), "runs: expected at least one log, found none"),
        (lambda: LearningTrace.of(GAME, "log"), "runs: expected a log, or a list of them"),
        (lambda: LearningTrace.of(GAME, [7]), "runs: expected a log, or a list of them"),
        (lambda: LearningTrace.of(GAME, sx.learn(LADDER, episodes=5)), "logs of this game, found another in log 1"),
        (lambda: LearningTrace.of(GAME, [sx.learn(GAME, name, episodes=5) for name in ("mle-ovi", "mle-pvi")]),
         "expected logs of one algorithm, found mle-ovi and mle-pvi"),
        (lambda: LearningTrace.of(sx.instance("bagwell"), sx.learn(GAME, episodes=5)),
         "game: expected one of kind markov or recommendation"),
        (lambda: learn_runs(GAME, episodes=[]), "episodes: expected a number or a list of numbers, found '[]'"),
        (lambda: learn_runs(GAME, episodes="9"), "episodes: expected a number or a list of numbers, found '9'"),
        (lambda: learn_runs(GAME, episodes=0), "episodes: expected an integer from 1"),
        (lambda: learn_runs(GAME, runs=0), "runs: expected an integer from 1"),
        (lambda: learn_runs(GAME, seed=-1), "seed: expected an integer from 0"),
        (lambda: learn_runs(GAME, "ucb"), "algorithm: expected one of mle-ovi"),
        (lambda: learn_runs(sx.instance("misaligned-a")), "game: expected one of kind markov or recommendation"),
        (lambda: learn_runs(sx.RecommendationGame([["p"]], [[1]], behaviour={"tau": 1, "eta": 1}), "prom"),
         "game: expected numbers, found the parameters p; set them with at"),
    ],
)  # fmt: skip
def test_what_no_learner_did(call: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert told in str(error.value)
