"""Pictures of plays show every run, the predicted rate, and what left the bound."""

from __future__ import annotations

import numpy as np
import pytest

from stackexact.dynamics.playing import play
from stackexact.dynamics.plotting import plot_play, save
from stackexact.errors import UsageError
from stackexact.games.lq_incentive import IncentiveGame

pytest.importorskip("matplotlib")

GAME = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")


def axes(**options: object) -> object:
    from matplotlib.figure import Figure

    return plot_play(play(GAME, **options), ax=Figure().add_subplot())  # type: ignore[arg-type]


def test_runs_and_the_rate() -> None:
    made = axes(at={"N": 5}, rounds=60, runs=4)
    *runs, predicted = made.get_lines()  # type: ignore[attr-defined]
    assert len(runs) == 4
    heights = predicted.get_ydata()
    assert np.allclose(np.array(heights[1:]) / np.array(heights[:-1]), 0.8)
    assert predicted.get_linestyle() == "--"
    assert made.get_yscale() == "log"  # type: ignore[attr-defined]


def test_runs_that_left_the_bound() -> None:
    made = axes(at={"N": 20}, rounds=60, runs=2)
    assert [line.get_marker() for line in made.get_lines()].count("x") == 2  # type: ignore[attr-defined]
    labels = [text.get_text() for text in made.get_legend().get_texts()]  # type: ignore[attr-defined]
    assert labels == ["runs (2)", "left the bound", "predicted, |factor| = 19/5 (alike, unstable)"]


def test_no_rate_where_there_is_none() -> None:
    for options in ({"order": "sequential"}, {"dynamics": "hold"}):
        assert len(axes(at={"N": 3}, rounds=2000, **options).get_lines()) == 1  # type: ignore[attr-defined]


def test_files() -> None:
    found = play(GAME, at={"N": 3}, rounds=5)
    assert save(found, "png").startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="plot: expected a file that ends in"):
        save(found, "txt")
    with pytest.raises(UsageError, match="play: expected a play"):
        plot_play("play")  # type: ignore[arg-type]
