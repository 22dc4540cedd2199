"""What the algorithms are for, judged by ``verify_learning`` on shipped games: rates, pessimism, and the trap.

Seeds are the first that were drawn; numbers of runs are such that claims are decided with a wide margin of luck.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import stackexact as sx
from stackexact.verification.result import Verification

LONG = 100_000


def verdicts(found: Verification) -> dict[str, str]:
    return {str(one.claim): str(one.verdict) for one in found.claims}


def require(game: Any, runs: Any, true: list[str], false: list[str]) -> Verification:
    """The first claims are true, the others false; by Student's t, with a margin of 1/10."""
    claims = [f"leader {one}" for one in (*true, *false)]
    found = sx.verify_learning(game, runs, claims, method="student", margin="1/10")
    expected = dict.fromkeys([f"leader {one}" for one in true], "true")
    assert verdicts(found) == {**expected, **dict.fromkeys([f"leader {one}" for one in false], "false")}, str(found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("episodes", [LONG, [1000, 10_000, LONG]], ids=["along the runs", "over horizons"])
def test_regret_on_a_ladder_grows_like_the_root(episodes: Any) -> None:
    """MLE-OVI: between T^(2/5) and T^(3/5), whether growth is read off along runs or over horizons."""
    game = sx.instance("ladder")
    runs = sx.learn_runs(game, "mle-ovi", episodes=episodes, runs=40, seed=1)
    found = require(
        game,
        runs,
        ["standard sublinear", "standard rate <= T^(3/5)", "standard rate >= T^(2/5)", "standard regret <= 3*sqrt(T)"],
        ["standard linear", "standard rate <= T^(1/5)", "standard rate >= T^(4/5)"],
    )
    assert found.of("leader", "standard").target * 256 == 155


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["mle-pvi", "mle-plain"])
def test_loss_on_a_long_ladder_falls_like_one_over_the_root(algorithm: str) -> None:
    """Data that cover everything: at most T^(-1/2), at least T^(-2/3)."""
    game = sx.instance("long-ladder")
    runs = sx.learn_runs(game, algorithm, episodes=[1000, LONG], runs=300, seed=1)
    require(
        game,
        runs,
        ["suboptimality rate <= T^(-1/2)", "suboptimality rate >= T^(-2/3)"],
        ["suboptimality rate <= T^(-1)", "suboptimality rate >= T^(-1/4)"],
    )


@pytest.mark.slow
def test_without_coverage_pessimism_pays() -> None:
    """One good action in 200 episodes of data, 39 worse ones in 3 each: the pessimistic leader stays with the good one,
    the other falls for what looked good three times."""
    game = sx.instance("seldom-seen")
    menu = np.eye(40)[:, None, None, None, :].repeat(2, axis=3)
    data = np.concatenate([menu[:1].repeat(200, axis=0), np.tile(menu[1:], (3, 1, 1, 1, 1))])
    made = {
        name: sx.learn_runs(game, name, episodes=len(data), runs=12, seed=1, behaviour=data)
        for name in ("mle-pvi", "mle-plain")
    }
    require(game, made["mle-pvi"], ["suboptimality regret <= 0"], ["suboptimality regret > 0"])
    require(game, made["mle-plain"], ["suboptimality regret >= 1/10"], ["suboptimality regret <= 0"])


@pytest.mark.slow
def test_three_regrets_of_prom_are_sublinear() -> None:
    """Standard, absolute and violations; the last grow like a root."""
    game = sx.instance("recommended-mixture")
    runs = sx.learn_runs(game, "prom", episodes=LONG, runs=30, seed=1)
    require(
        game,
        runs,
        [
            "standard sublinear",
            "absolute sublinear",
            "absolute rate <= T^(1/2)",
            "violation sublinear",
            "violation rate <= T^(2/3)",
            "violation rate >= T^(2/5)",
        ],
        ["absolute linear", "violation linear"],
    )


@pytest.mark.slow
def test_the_trap() -> None:
    """Recommendations at the boundary: standard regret says that nothing is lost, and violations vanish; absolute
    regret is linear."""
    game = sx.instance("recommended-mixture")
    runs = sx.learn_runs(game, "prom-boundary", episodes=LONG, runs=20, seed=1)
    require(
        game,
        runs,
        [
            "standard regret <= 0",
            "standard regret <= -T",
            "standard sublinear",
            "absolute linear",
            "absolute regret >= T",
            "violation sublinear",
            "violation rate <= T^(1/5)",
        ],
        ["absolute sublinear", "standard regret >= 0", "violation rate >= T^(1/2)"],
    )
