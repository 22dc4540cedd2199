"""Verdicts on plays: true of right ones, false of planted errors, undecided where there is too little to say."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from stackexact.dynamics.announced import announced
from stackexact.dynamics.playing import play
from stackexact.dynamics.records import Play
from stackexact.dynamics.targets import expected_costs, led
from stackexact.dynamics.verifying import verify_play
from stackexact.errors import UsageError
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.verification.judging import Verdict

SCALAR = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
VECTORS = IncentiveGame(
    "u0**2 + 2*v0**2 + a**2 + (b - 1)**2 + (u0 + abar + bbar - 3)**2 + (v0 - abar)**2",
    "a**2 + 2*b**2 + a*b + (a + u0 + bbar/2 - 4)**2 + (b - v0 + abar - 1)**2",
    followers=4,
    variables={"leader": ["u0", "v0"], "follower": ["a", "b"], "mean": ["abar", "bbar"]},
)
GAUSSIAN = {
    reacts: IncentiveGame(
        "u0**2 + (u - x)**2 + (u0 + ubar - x)**2",
        "u**2 + (u + u0 - x)**2",
        followers="N",
        information={"state": "x", "variance": 1, "noise": 1, "reacts": reacts},
    )
    for reacts in (False, True)
}


def wrong(game: IncentiveGame) -> Any:
    """The announcement with a gain that is 5 % too large."""
    made = announced(game)
    return replace(made, gain=tuple(tuple(value * 21 / 20 for value in row) for row in made.gain))


def verdicts(found: Play, **options: Any) -> dict[str, str]:
    made = verify_play(found, **options)
    return {check.name: str(check.verdict) for check in made.checks} | {"all": str(made.verdict)}


@pytest.mark.parametrize("dynamics", [{}, {"damping": "1/2"}, {"dynamics": "gradient", "step": "1/10"}])
@pytest.mark.parametrize(
    ("n", "status"), [(1, "stable"), (2, "stable"), (5, "stable"), (6, "marginal"), (7, "unstable"), (20, "unstable")]
)
def test_right_plays(n: int, status: str, dynamics: dict[str, Any]) -> None:
    """Where the mean's factor is below, at and above 1: six followers have a continuum of responses, more run away."""
    made = verify_play(play(SCALAR, at={"N": n}, rounds=2000, runs=3, shift=1, **dynamics))
    assert made.prediction is not None
    assert made.prediction.status == status
    assert made.verdict is Verdict.TRUE, str(made)


@pytest.mark.parametrize(("n", "status"), [(5, "stable"), (6, "marginal"), (20, "unstable")])
def test_one_after_the_other(n: int, status: str) -> None:
    made = verify_play(play(SCALAR, at={"N": n}, rounds=300, order="sequential", runs=2))
    assert made.prediction is not None
    assert made.prediction.status == status
    assert made.verdict is Verdict.TRUE, str(made)


@pytest.mark.parametrize("dynamics", [{"damping": "1/2"}, {"dynamics": "gradient", "step": "1/100"}])
def test_vectors(dynamics: dict[str, Any]) -> None:
    made = verify_play(play(VECTORS, rounds=3000, runs=2, **dynamics))
    assert made.verdict is Verdict.TRUE, str(made)
    assert verdicts(play(VECTORS, rounds=3000, announced=wrong(VECTORS), **dynamics))["mean"] == "false"


@pytest.mark.parametrize("n", [2, 5, 6, 20])
@pytest.mark.parametrize("dynamics", [{}, {"damping": "1/2"}, {"dynamics": "gradient", "step": "1/10"}])
def test_a_wrong_gain_is_found(n: int, dynamics: dict[str, Any]) -> None:
    game = SCALAR.at(N=n)
    found = verdicts(play(game, rounds=200, announced=wrong(game), **dynamics))
    assert found["mean"] == found["all"] == "false"


def test_a_wrong_gain_is_found_one_after_the_other() -> None:
    game = SCALAR.at(N=5)
    assert verdicts(play(game, rounds=300, announced=wrong(game), order="sequential")) == {
        "end": "false",
        "all": "false",
    }


@pytest.mark.parametrize("reacts", [False, True])
@pytest.mark.parametrize("dynamics", [{"dynamics": "hold"}, {"damping": "1/5"}])
def test_costs(reacts: bool, dynamics: dict[str, Any]) -> None:
    """Average costs hold what is expected where all obey; a wrong target would be refuted."""
    found = play(GAUSSIAN[reacts], at={"N": 3}, rounds=2000, runs=20, seed=4, **dynamics)
    made = verify_play(found)
    assert made.verdict is Verdict.TRUE, str(made)
    assert [check.name for check in made.checks[-2:]] == ["leader cost", "follower cost"]
    other = verify_play(replace(found, plan=replace(found.plan, at={"N": 5})))
    assert other.verdict is Verdict.FALSE


@pytest.mark.parametrize("reacts", [False, True])
def test_a_wrong_gain_is_found_with_noise(reacts: bool) -> None:
    game = GAUSSIAN[reacts].at(N=3)
    rule = wrong(game)
    found = verdicts(play(game, rounds=500, runs=5, damping="1/5", announced=rule))
    assert found["mean"] == found["all"] == "false"
    small: dict[str, Any] = {"step": "1/4000", "rounds": 60, "runs": 250, "spread": "1/10", "shift": "1/2"}
    assert verdicts(play(game, "gradient", announced=rule, **small))["all"] == "false"
    assert verdicts(play(game, "gradient", **small))["all"] == "true"


def test_gaussian_responses_that_run_away() -> None:
    made = verify_play(play(GAUSSIAN[False], at={"N": 3}, rounds=2000, runs=2))
    assert made.prediction is not None
    assert made.prediction.modes[0].factor == Fraction(-414, 349)
    assert made.verdict is Verdict.TRUE, str(made)


def test_gradients_that_run_away() -> None:
    """A step for which the expectation grows; and one for which it does not, but the play does."""
    assert verdicts(play(GAUSSIAN[False], "gradient", at={"N": 3}, step=1, rounds=2000, runs=3)) == {
        "end": "true",
        "all": "true",
    }
    found = verify_play(play(GAUSSIAN[True], "gradient", at={"N": 3}, step="1/150", rounds=5000, runs=3))
    assert found.prediction is not None
    assert found.prediction.stable
    assert found.verdict is Verdict.UNDECIDED
    assert "take a smaller step" in found.checks[0].reason


def test_what_is_too_little() -> None:
    """One run, few rounds, a start at the desired point: undecided, and why."""
    cases = {
        "one run says nothing": play(GAUSSIAN[False], "hold", at={"N": 3}, rounds=50),
        "the interval is wide": play(GAUSSIAN[False], "hold", at={"N": 3}, rounds=2, runs=3),
        "not there yet": play(SCALAR, at={"N": 5}, rounds=3),
        "not far away yet": play(SCALAR, at={"N": 20}, rounds=2),
        "began at the desired point": play(SCALAR, at={"N": 5}, rounds=30, spread=0),
    }
    for why, found in cases.items():
        made = verify_play(found)
        assert made.verdict is Verdict.UNDECIDED, str(made)
        assert any(why in check.reason for check in made.checks), str(made)


def test_a_run_that_ought_to_converge_and_does_not() -> None:
    """A tampered record: what runs away where it should not is false, and what stays where it should leave."""
    stable = play(SCALAR, at={"N": 5}, rounds=200)
    unstable = play(SCALAR, at={"N": 20}, rounds=200)
    for one, other in ((stable, unstable), (unstable, stable)):
        assert verdicts(replace(one, plan=other.plan))["end"] == "false"


@pytest.mark.slow
@pytest.mark.parametrize("reacts", [False, True])
def test_many_followers(reacts: bool) -> None:
    """Ten thousand followers: costs are those expected, and what a follower alone does is lost in the mean."""
    made = verify_play(play(GAUSSIAN[reacts], "hold", at={"N": 10_000}, rounds=1000, runs=10), margin="0.1")
    assert made.verdict is Verdict.TRUE, str(made)
    away = verify_play(play(GAUSSIAN[reacts], at={"N": 10_000}, rounds=1000, runs=2))
    assert away.prediction is not None
    assert away.prediction.status == "unstable"
    assert away.verdict is Verdict.TRUE, str(away)


def test_expected_costs_are_those_of_normal_variables() -> None:
    """Beside the covariance of everything, from matrices in floats."""
    for reacts in (False, True):
        made = announced(GAUSSIAN[reacts].at(N=4))
        assert made.law is not None
        a, b, g = (float(v) for v in (made.law.to_state, made.law.to_mean, made.desired[0]))
        seen = g * np.hstack([np.ones((4, 1)), np.eye(4)])
        state, mean = np.eye(5)[0], seen.mean(axis=0)
        z = np.array([a * state + b * mean, seen[0], mean, state])
        for cost, found in zip(made.costs, expected_costs(made), strict=True):
            assert np.isclose(np.trace(np.array(cost.hessian, dtype=float) @ z @ z.T) / 2, float(found))
        assert expected_costs(made)[0] == made.cost  # the team's value, found another way


def test_enclosures_of_powers() -> None:
    chance = random.Random(5)
    for size in (1, 2):
        matrix = tuple(tuple(Fraction(chance.randint(-5, 5), 7) for _ in range(size)) for _ in range(size))
        start = tuple(Fraction(chance.randint(-9, 9)) for _ in range(size))
        exact = start
        for moves in range(30):
            for value, (low, high) in zip(exact, led(matrix, start, moves), strict=True):
                assert low <= value <= high
                assert high - low < Fraction(1, 10**60)
            exact = tuple(sum((m * v for m, v in zip(row, exact, strict=True)), Fraction(0)) for row in matrix)


def test_refusals() -> None:
    with pytest.raises(UsageError, match="play: expected a play"):
        verify_play("play")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="confidence: expected a number between 0 and 1"):
        verify_play(play(SCALAR, at={"N": 2}, rounds=2), confidence=1)
    with pytest.raises(UsageError, match="spread: expected 0 with the dynamics hold"):
        play(SCALAR, "hold", at={"N": 2}, spread=1)
