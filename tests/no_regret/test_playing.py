"""Followers who learn: the compiled loops beside plain Python, what is counted, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from no_regret.follower_games import (
    GAMES,
    Plain,
    PlainLearning,
    PlainMatching,
    PlainWeights,
    correlated,
    normal,
    number,
    pennies,
    pi,
)

import stackexact.no_regret
from stackexact.errors import InputError, LimitReached, MissingLibrary, UsageError
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.forms import Form, fixed_form
from stackexact.no_regret import playing
from stackexact.no_regret.algorithms import RegretMatching
from stackexact.no_regret.arena import ONE, Arena
from stackexact.no_regret.playing import play_followers
from stackexact.no_regret.records import FollowerPlay, FollowerRun

pytest.importorskip("numba")

WAYS: dict[str, tuple[str, dict[str, Any], Callable[[Form, np.random.Generator], Plain]]] = {
    "sampled": ("multiplicative-weights", {}, lambda form, rng: PlainWeights(form, rng, 0.01, False)),
    "expected": (
        "multiplicative-weights",
        {"feedback": "expected"},
        lambda form, rng: PlainWeights(form, rng, 0.1, True),
    ),
    "anytime": (
        "multiplicative-weights",
        {"schedule": "anytime"},
        lambda form, rng: PlainWeights(form, rng, None, False),
    ),
    "both": (
        "multiplicative-weights",
        {"feedback": "expected", "schedule": "anytime"},
        lambda form, rng: PlainWeights(form, rng, None, True),
    ),
    "matching": ("regret-matching", {}, PlainMatching),
    "q": ("q-learning", {}, lambda form, rng: PlainLearning(form, rng, 0.1, 0.1, 0.0)),
    "q-average": (
        "q-learning",
        {"step": "average", "exploration": "1/2", "decay": "1/3"},
        lambda form, rng: PlainLearning(form, rng, None, 0.5, 1 / 3),
    ),
}


def counted(form: Form, history: list[tuple[int, tuple[int, ...]]]) -> tuple[tuple[int, ...], ...]:
    made = [[0] * len(form.objective[0]) for _ in form.profiles]
    for k, actions in history:
        made[k][number(form, actions)] += 1
    return tuple(map(tuple, made))


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("way", WAYS)
def test_the_loops_do_what_plain_python_does(game: str, way: str) -> None:
    """With the same random numbers, count by count."""
    made, (algorithm, options, plain) = GAMES[game](), WAYS[way]
    form, rounds = fixed_form(made), 700
    play = play_followers(made, algorithm, rounds=rounds, runs=2, seed=11, checkpoints=[1, 10, 333], **options)
    assert play.checkpoints == (1, 10, 333, rounds)
    children = np.random.SeedSequence(11).spawn(2)
    for run, child in zip(play.runs, children, strict=True):
        other = plain(form, np.random.Generator(np.random.PCG64(child)))
        history = other.play(rounds)
        for checkpoint, table in zip(play.checkpoints, run.counts, strict=True):
            assert table == counted(form, history[:checkpoint])
        if way not in ("q", "q-average"):
            for i, own in enumerate(run.last):
                for t, row in enumerate(own):
                    assert [chance / ONE for chance in row] == pytest.approx(other.mixed(i, t), abs=1e-7)


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("way", WAYS)
def test_counts_are_of_what_can_happen(game: str, way: str) -> None:
    """They sum to the rounds, never fall, and no type does what it must not (the record and the reader say so)."""
    made, (algorithm, options, _) = GAMES[game](), WAYS[way]
    play = play_followers(made, algorithm, rounds=1000, runs=3, **options)
    assert play.checkpoints == (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
    assert [sum(map(sum, table)) for table in play.runs[0].counts] == list(play.checkpoints)
    assert play.rounds == play.runs[0].horizon == 1000
    assert all(sum(row) == ONE for run in play.runs for own in run.last for row in own)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_gives_the_same_counts(way: str) -> None:
    """Whatever the number of threads; runs differ, and so do seeds."""
    algorithm, options, _ = WAYS[way]

    def made(seed: int, workers: int, runs: int = 5) -> FollowerPlay:
        return play_followers(correlated(), algorithm, rounds=3000, runs=runs, seed=seed, workers=workers, **options)

    assert made(3, 1) == made(3, 4)
    assert made(3, 1).runs[:2] == made(3, 2, 2).runs
    assert made(3, 1).runs != made(4, 1).runs
    assert len({run.counts for run in made(3, 1).runs}) == 5


def test_the_authors_weights() -> None:
    """Utilities (0, 1), a uniform start, ε = 1/10: (10/21, 11/21) after one round (their test_mspm_pi.py)."""
    rule = {"0": {}, "1": {"valuations": {"A": 1}}}
    game = MechanismGame({"A": {"actions": ["0", "1"]}}, {"only": rule}, objective="welfare")
    for options in ({"feedback": "expected"}, {"feedback": "sampled", "epsilon": "1/10"}):
        (run,) = play_followers(game, rounds=1, **options).runs
        assert Fraction(run.last[0][0][0], ONE) == pytest.approx(Fraction(10, 21), abs=2**-29)
    (run,) = play_followers(game, rounds=10**6, epsilon=1000).runs
    assert run.last[0][0] == (0, ONE), "nothing overflows"


def test_types_are_drawn_from_the_prior() -> None:
    form = fixed_form(correlated())
    (run,) = play_followers(correlated(), rounds=60_000, seed=5).runs
    drawn = [sum(row) for row in run.counts[-1]]
    for count, chance in zip(drawn, form.chances, strict=True):
        share = chance / form.chance_scale
        assert abs(count - 60_000 * share) < 5 * (60_000 * share * (1 - share)) ** 0.5


def test_followers_learn_what_dominates() -> None:
    """The second action is worth 1 more to each, whatever the other does; explorers explore."""
    game = normal([[0, 3], [1, 4]], [[0, 1], [3, 4]])
    for algorithm, options, _ in WAYS.values():
        (run,) = play_followers(game, algorithm, rounds=50_000, seed=2, **options).runs
        share = run.counts[-1][0][3] / 50_000
        if algorithm == "q-learning" and not options:
            assert 0.88 < share < 0.925  # (1 - 1/20)^2
        else:
            assert share > 0.9
        assert all(row[1] == max(row) for own in run.last for row in own)


def test_scores_are_rounded_utilities() -> None:
    """From 0 to 2^30 over what can happen, to the nearest whole number."""
    form, arena = fixed_form(correlated()), Arena.of(fixed_form(correlated()))
    for i in form.followers:
        seen = []
        for k, types in enumerate(form.profiles):
            places = [a for a in range(12) if all(
                (a // stride) % size in form.allowed[j][types[j]]
                for j, (stride, size) in enumerate(zip(form.strides, form.sizes, strict=True))
            )]  # fmt: skip
            seen += [(form.utilities[i][k][a], int(arena.scores[i, k, a])) for a in places]
        low, high = min(seen)[0], max(seen)[0]
        for value, score in seen:
            assert abs(Fraction(value - low, high - low) - Fraction(score, ONE)) <= Fraction(1, 2 * ONE)
        assert {score for _, score in seen} >= {0, ONE}


def test_numbers_of_any_size_are_played() -> None:
    big = 10**400
    game = normal([[big, big + 1], [big - 1, big]], [[1, 1], [1, 1]])
    (run,) = play_followers(game, "regret-matching", rounds=1000).runs
    assert run.counts[-1][0][0] + run.counts[-1][0][1] > 990, "the first row is better by 1"


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), st.integers(0, 2**30))
def test_drawn_games(numbers: list[int], seed: int) -> None:
    """Games full of ties, and constant ones."""
    game = normal([numbers[:3], numbers[3:6]], [numbers[6:9], numbers[9:]])
    form = fixed_form(game)
    play = play_followers(game, "regret-matching", rounds=100, seed=seed)
    (child,) = np.random.SeedSequence(seed).spawn(1)
    history = PlainMatching(form, np.random.Generator(np.random.PCG64(child))).play(100)
    assert play.runs[0].counts == tuple(counted(form, history[:checkpoint]) for checkpoint in play.checkpoints)


def test_what_is_heard_and_shown() -> None:
    heard: list[int] = []
    play = play_followers(pi(), rounds=10, runs=3, report=lambda run: heard.append(run.number))
    assert sorted(heard) == [1, 2, 3]
    told = "multiplicative-weights (feedback sampled, schedule constant, epsilon 1/100), 3 runs of 10 rounds"
    assert repr(play) == f"<FollowerPlay {told}>"
    assert (
        repr(play_followers(pi(), "regret-matching", rounds=10))
        == "<FollowerPlay regret-matching, 1 runs of 10 rounds>"
    )


PRICED = MechanismGame(
    {"A": {"types": {"l": 1, "h": 2}, "actions": ["buy", "leave"]}},
    {"posted": {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}},
    prior={"A": {"l": "1/2", "h": "1/2"}},
    prices={"p": [0, 2]},
    objective="revenue",
)


@pytest.mark.parametrize(
    ("game", "algorithm", "options", "told"),
    [
        (3, "q-learning", {}, "game: expected one of the kind mechanism, found int '3'; give one"),
        (
            PRICED,
            "q-learning",
            {},
            "expected one rule with one outcome for all actions, found 1 of them and the prices p",
        ),
        (normal([["x"]], [[1]]), "q-learning", {}, "game: expected numbers, found the parameters x; set them with at"),
        (pennies(), "hedge", {}, "algorithm: expected one of multiplicative-weights, regret-matching, q-learning"),
        (pennies(), 7, {}, "found int '7'; name one"),
        (pennies(), "multiplicative-weights", {"eta": 1}, "expected one of its settings (feedback, schedule, epsilon)"),
        (pennies(), "regret-matching", {"eta": 1}, "regret-matching: expected no settings, found 'eta'; leave it out"),
        (pennies(), "multiplicative-weights", {"feedback": "full"}, "feedback: expected one of sampled, expected"),
        (pennies(), "multiplicative-weights", {"schedule": 1}, "schedule: expected one of constant, anytime"),
        (pennies(), "multiplicative-weights", {"epsilon": 0}, "epsilon: expected a number above 0"),
        (pennies(), "multiplicative-weights", {"epsilon": "1/2", "schedule": "anytime"}, "epsilon: expected none with"),
        (pennies(), "q-learning", {"step": 2}, "step: expected a number above 0, at most 1, found '2'"),
        (pennies(), "q-learning", {"step": "mean"}, "step: "),
        (pennies(), "q-learning", {"exploration": -1}, "exploration: expected a number from 0 to 1, found '-1'"),
        (pennies(), "q-learning", {"decay": 11}, "decay: expected a number from 0 to 10, found '11'"),
        (pennies(), "q-learning", {"rounds": 0}, "rounds: expected an integer from 1"),
        (pennies(), "q-learning", {"runs": 0}, "runs: expected an integer from 1"),
        (pennies(), "q-learning", {"seed": -1}, "seed: expected an integer from 0"),
        (pennies(), "q-learning", {"workers": 0}, "workers: expected an integer from 1"),
        (pennies(), "q-learning", {"checkpoints": [2, 1]}, "checkpoints: expected increasing rounds from 1"),
        (pennies(), "q-learning", {"checkpoints": [10**6]}, "checkpoints: expected rounds up to 65536"),
    ],
)
def test_refusals(game: Any, algorithm: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match="expected") as caught:
        play_followers(game, algorithm, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_limits() -> None:
    with pytest.raises(LimitReached, match="rounds: expected at most 4294967296"):
        play_followers(pennies(), rounds=2**33)
    with pytest.raises(LimitReached, match="take fewer runs or checkpoints"):
        play_followers(pennies(), rounds=2**20, runs=10**6)


def test_several_outcomes_are_the_designers() -> None:
    game = MechanismGame({"A": {"actions": ["a"]}}, {"r": {"a": [{}, {"designer": 1}]}}, objective="designer")
    with pytest.raises(UsageError, match="with one outcome for all actions, found several"):
        play_followers(game)


def test_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without numba one line says so."""
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "stackexact.no_regret.kernels", raising=False)
    monkeypatch.delattr(stackexact.no_regret, "kernels", raising=False)
    with pytest.raises(MissingLibrary, match=r"expected numba, found none .*; pip install 'stackexact\[sim\]'"):
        play_followers(pennies())


def test_a_run_that_fails_ends_the_others() -> None:
    def fail(run: FollowerRun) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        play_followers(pennies(), rounds=10, runs=8, workers=2, report=fail)


def test_runs_stop_when_they_are_told_to() -> None:
    stopped = Event()
    stopped.set()
    arena, (child,) = Arena.of(fixed_form(pennies())), np.random.SeedSequence(1).spawn(1)
    with pytest.raises(KeyboardInterrupt):
        playing._run(RegretMatching(), arena, 1, child, (5,), stopped)


HALF = ((2**29, 2**29),)


@pytest.mark.parametrize(
    ("rounds", "counts", "last", "told"),
    [
        ((), (), (HALF,), "expected increasing numbers of rounds, found '[]'"),
        ((2, 2), (((2,),), ((2,),)), (HALF,), "expected increasing numbers of rounds"),
        ((2,), (((1, 1),), ((2, 0),)), (HALF,), "expected counts at 1 checkpoints, found 2"),
        ((1, 2), (((1, 0),), ((2,),)), (HALF,), "T = 2: expected counts of one shape, found another"),
        ((1, 2), (((1, 0),), ((0, 2),)), (HALF,), "T = 2: expected counts that never fall"),
        ((2,), (((3, -1),),), (HALF,), "T = 2: expected counts that never fall"),
        ((2,), (((1, 0),),), (HALF,), "T = 2: expected counts that sum to 2, found 1"),
        ((1,), (((1, 0),),), (((1, 2),),), "expected chances over 2^30 that sum to it"),
        ((1,), (((1, 0),),), (((-1, 2**30 + 1),),), "expected chances over 2^30 that sum to it"),
    ],
)
def test_records_refuse_what_does_not_fit(rounds: Any, counts: Any, last: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        FollowerRun(4, rounds, counts, last)
    assert told in str(caught.value)
    assert str(caught.value).startswith("run 4")


def test_plays_refuse_runs_that_do_not_fit_together() -> None:
    run = FollowerRun(1, (1,), (((1,),),), (((2**30,),),))
    with pytest.raises(InputError, match="expected the numbers from 1 on"):
        FollowerPlay("", "q-learning", 0, (1,), ())
    with pytest.raises(InputError, match="expected counts at the checkpoints of the play"):
        FollowerPlay("", "q-learning", 0, (1, 2), (run,))
    assert FollowerPlay("", "q-learning", 0, (1,), (run,), {"step": "1"}).settings["step"] == "1"
