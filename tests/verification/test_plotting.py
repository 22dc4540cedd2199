"""Plots: what is drawn where, on logarithmic scales; files of every format."""

from __future__ import annotations

import dataclasses
import math
import sys

import pytest
from made_traces import grown
from matplotlib import pyplot

import stackexact as sx
from stackexact.errors import MissingLibrary, UsageError
from stackexact.pictures import FORMATS
from stackexact.verification.plotting import save
from stackexact.verification.result import Verification

ETC = sx.instance("explore-then-commit")
HORIZONS = (10**2, 10**3, 10**4, 10**5)


def found(claims: tuple[str, ...] = ("leader tolerant rate <= T^(2/3)",), **options: object) -> Verification:
    trace = grown(ETC, lambda t: t ** (2 / 3), horizons=HORIZONS, runs=100, seed=1)
    return sx.verify(ETC, trace, claims, **{"method": "student", **options})


def test_points_bands_and_claims() -> None:
    """The means are where they are, hollow in the transient; the claimed rate is a straight line of its slope through
    the last point; the band is that of the intervals."""
    one = found()
    axes = one.plot()
    series = one.of("leader", "tolerant")
    used, transient, claimed = axes.lines
    assert list(used.get_xdata()) == [point.rounds for point in series.points if point.used]
    assert list(used.get_ydata()) == pytest.approx([float(point.mean) for point in series.points if point.used])
    assert (list(transient.get_xdata()), transient.get_mfc()) == ([100.0], "white")
    xs, ys = claimed.get_xdata(), claimed.get_ydata()
    assert ys[-1] == pytest.approx(float(series.points[-1].mean))
    assert math.log(ys[-1] / ys[0]) / math.log(xs[-1] / xs[0]) == pytest.approx(2 / 3)
    band, _ = axes.collections
    corners = band.get_paths()[0].vertices
    for point in series.points:
        heights = sorted({y for x, y in corners if x == point.rounds})
        assert heights == pytest.approx([float(point.lower), float(point.upper)])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["leader, tolerant", "rate <= T^(2/3): true"]


@pytest.mark.parametrize(
    ("claim", "label"),
    [
        ("leader tolerant rate<=T^(2/3)", "rate<=T^(2/3): true"),
        ("not  leader tolerant regret>=T", "not regret>=T: true"),
        ("leader tolerant  sublinear", "sublinear: true"),
    ],
)
def test_what_a_claim_is_called(claim: str, label: str) -> None:
    """As it was written, with spaces about its relation or without."""
    assert found((claim,)).plot().lines[-1].get_label() == label


@pytest.mark.parametrize("series", [["leader"], "leader", [("leader",)], [3], 3, [("leader", "tolerant", "x")]])
def test_series_that_are_none(series: object) -> None:
    """One line says what a series is."""
    with pytest.raises(UsageError, match=r"series: expected (a list of )?pairs"):
        found().plot(series=series)


def test_sizes_are_drawn_where_they_are() -> None:
    """A claimed formula at the numbers of rounds used; negations say so."""
    axes = found(("not leader tolerant regret <= T/10 + log(T)",)).plot()
    claimed = axes.lines[-1]
    assert list(claimed.get_ydata()) == pytest.approx([t / 10 + math.log(t) for t in HORIZONS[1:]])
    assert claimed.get_label() == "not regret <= T/10 + log(T): false"


def test_regret_that_is_not_positive_is_marked_below() -> None:
    """It has no place on a logarithmic scale: marks at the lower edge, under all points; nothing is lost."""
    game = sx.instance("misaligned-a")
    trace = grown(game, math.sqrt, horizons=HORIZONS, runs=9, seed=1)
    one = sx.verify(game, trace, at={"delta": "1/100"})
    axes = one.plot(series=[("leader", "stackelberg"), ("leader", "tolerant")])
    marks = axes.lines[-1]
    negative = [point.rounds for point in one.of("leader", "tolerant").points if point.mean <= 0]
    assert list(marks.get_xdata()) == negative
    assert negative
    (height,) = set(marks.get_ydata())
    lowest = min(y for line in axes.lines[:-1] for y in line.get_ydata())
    assert height < axes.transAxes.inverted().transform(axes.transData.transform((100, lowest)))[1]
    alone = one.plot(series=[("follower", "tolerant"), ("leader", "tolerant")][1:], ax=pyplot.subplots()[1])
    assert alone.lines


def test_nothing_positive_at_all() -> None:
    """A sentence instead of an empty picture."""
    game = sx.Game([[1, 1]], [[1, 1]])
    one = sx.verify(game, grown(game, float, horizons=(10, 100), runs=2, seed=1))
    axes = one.plot()
    assert [text.get_text() for text in axes.texts] == ["no mean regret is positive"]
    assert save(one, "png").startswith(b"\x89PNG")


def test_what_no_limit_left() -> None:
    """Claims about a benchmark without a value: the others are drawn; a sentence where there is none."""
    one = found(time_limit=1e-9)
    labels = [text.get_text() for text in one.plot().get_legend().get_texts()]
    assert labels == ["leader, stackelberg", "follower, stackelberg"]
    nothing = dataclasses.replace(one, series=())
    assert [text.get_text() for text in nothing.plot().texts] == ["no regret is known"]
    assert save(nothing, "png").startswith(b"\x89PNG")


def test_all_series_without_claims_and_own_axes() -> None:
    """Without claims everything is drawn, into axes of one's own if they are given."""
    axes = pyplot.subplots()[1]
    assert found(()).plot(ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["leader, stackelberg", "follower, stackelberg", "leader, tolerant", "follower, tolerant"]


def test_numbers_beyond_floats_are_left_out() -> None:
    """Matplotlib's coordinates are floats."""
    huge = sx.Game([[10**400, 0], [0, 0]], [[1, 0], [0, 0]])
    one = sx.verify(huge, grown(huge, lambda t: t / 2, horizons=(9, 99), runs=2, seed=0), ["both stackelberg linear"])
    assert one.plot().lines
    assert save(one, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("ending", FORMATS)
def test_files(ending: str) -> None:
    """The formats that --plot writes."""
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[ending]
    assert save(found(), ending).startswith(start)
    with pytest.raises(UsageError, match=r"plot: expected a file that ends in .pdf, .png, .svg, found '.gif'"):
        save(found(), "gif")


def test_names_are_no_mathematics() -> None:
    """A dollar sign in the name of a game is one."""
    game = sx.Game(ETC.payoffs.leader, ETC.payoffs.follower, name="$\\frac{x$", tolerance=0)
    one = sx.verify(game, grown(game, float, horizons=(10, 100), runs=2, seed=1), ["leader tolerant linear"])
    assert save(one, "png").startswith(b"\x89PNG")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names the extra."""
    one = found()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for draw in (one.plot, lambda: save(one, "png")):
        with pytest.raises(MissingLibrary, match=r"pip install 'stackexact\[plot\]'"):
            draw()


def test_runs_of_a_leader_who_learns() -> None:
    """Means that are enclosed stand in their middle; regret below 0 is marked at the edge, its size is a line."""
    game = sx.instance("recommended-mixture")
    one = sx.verify_learning(game, sx.learn_runs(game, "prom-boundary", episodes=500, runs=3), method="student")
    axes = one.plot()
    assert (axes.get_ylabel(), axes.get_title()) == ("mean", "recommended-mixture")
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert {"leader, standard: not positive", "leader, absolute", "leader, violation"} <= lines.keys()
    used = [point for point in one.of("leader", "absolute").points if point.used]
    assert lines["leader, absolute"].get_xdata().tolist() == [point.rounds for point in used]
    assert lines["leader, absolute"].get_ydata() == pytest.approx([float(point.mean) for point in used])
    alone = one.plot(series=[("leader", "violation")]).get_lines()
    assert alone[0].get_label() == "leader, violation"
    assert not any("absolute" in line.get_label() for line in alone)
