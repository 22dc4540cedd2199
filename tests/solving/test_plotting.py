"""Plots of closed forms: what is drawn is what holds."""

from __future__ import annotations

import builtins
import math
from fractions import Fraction
from typing import Any

import numpy
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

import stackexact as sx
from stackexact.errors import InputError, MissingLibrary, UsageError
from stackexact.exact.relation import parse_assumption
from stackexact.solving.cells import BenchmarkCell
from stackexact.solving.solution import Result


def jump() -> Result:
    game = sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]], assumptions=["-3 <= delta < 3"])
    return sx.solve(game)["pure-strong"]


def lines(axes: Axes, label: str) -> list[Line2D]:
    """The lines of one colour, those drawn along an edge left out."""
    (first,) = (line for line in axes.lines if line.get_label() == label)
    return [line for line in axes.lines if line.get_color() == first.get_color() or line.get_mec() == first.get_color()]


def dots(axes: Axes, label: str) -> dict[tuple[float, float], bool]:
    """Markers, and whether they are filled."""
    found = [line for line in lines(axes, label) if line.get_marker() == "o"]
    points = [(line, (float(line.get_xdata()[0]), float(line.get_ydata()[0]))) for line in found]  # type: ignore[index]
    return {(round(x, 9), round(y, 9)): line.get_mfc() != "white" for line, (x, y) in points}


def test_isolated_points_and_ends() -> None:
    axes = jump().plot()
    root = round(math.sqrt(2), 9)
    assert dots(axes, "leader") == {
        (-root, 1): True,
        (root, 1): True,
        (-root, 0): False,
        (root, 0): False,
        (-3, 0): True,
        (3, 0): False,
    }
    assert dots(axes, "follower") == {(-3, 7): True, (3, 7): False}
    assert [text.get_text() for text in axes.get_xticklabels()] == ["$-3$", r"$-\sqrt{2}$", r"$\sqrt{2}$", "$3$"]
    assert axes.get_xlabel() == r"$\delta$"
    assert axes.get_title() == "pure-strong"


def test_no_line_crosses_a_jump() -> None:
    """Every line lies on one formula: its points have the value that the closed form has there."""
    game = sx.Game([["delta", "2 - delta"]], [["delta", 0]], assumptions=["-1 <= delta < 1"])
    for concept in ("pure-strong", "pure-weak", "mixed-weak"):
        result = sx.solve(game)[concept]
        axes = result.plot(names=["leader"])
        drawn = [line for line in lines(axes, "leader") if line.get_marker() == "None"]
        assert len(drawn) == 2
        for line in drawn:
            middle = [(x, y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]
            x, y = ((middle[0][k] + middle[-1][k]) / 2 for k in (0, 1))
            assert y == pytest.approx(float(result.at(delta=Fraction(x)).leader))


def test_curves_are_the_values() -> None:
    game = sx.Game([[1, 0], [0, "delta"]], [[0, "1/2"], ["delta**2", 0]], assumptions=["1 < delta < 2"])
    result = sx.solve(game)["mixed-strong"]
    value = result.lambdify("leader", floats=True)
    curve = max((line for line in lines(result.plot(), "leader")), key=lambda line: len(line.get_xdata()))
    xs = numpy.asarray(curve.get_xdata())[1:-1]
    assert len(xs) > 100
    assert numpy.allclose(numpy.asarray(curve.get_ydata())[1:-1], value(xs))


def test_poles_do_not_flatten_the_picture() -> None:
    axes = sx.solve(sx.instance("misaligned-a"))["alignment"].plot()
    assert axes.get_ylim()[1] < 200
    assert axes.get_xlim()[0] < 0 < 0.05 < axes.get_xlim()[1]
    curve = max(axes.lines, key=lambda line: len(line.get_xdata()))
    assert max(curve.get_ydata()) > 1000  # it goes on beyond the upper edge


def test_infinite_values_lie_along_the_upper_edge() -> None:
    axes = sx.solve(sx.Game([["delta", 0]], [[1, 0]], assumptions=["0 <= delta <= 1"]))["alignment"].plot()
    (infinite,) = (line for line in axes.lines if line.get_marker() == "^")
    assert (list(infinite.get_xdata()), list(infinite.get_ydata())) == ([0.0], [1.0])
    assert infinite.get_transform() == axes.get_xaxis_transform()
    band = sx.solve(sx.Game([["delta", 0]], [[0, 0]], assumptions=["1 <= delta <= 2"]))["alignment"].plot()
    assert [text.get_text() for text in band.texts] == [r"$\infty$"]


def test_what_is_undecided_is_hatched() -> None:
    game = sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]], assumptions=["-3 <= delta < 3"])
    part = sx.solve(game, ["pure-strong"], max_cells=1)["pure-strong"]
    assert [patch.get_hatch() for patch in part.plot(names=["leader"]).patches] == ["//", "//"]


def test_own_axes_ranges_and_unbounded_domains() -> None:
    figure, own = pyplot.subplots()
    result = sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]))["pure-strong"]
    assert result.plot(ax=own) is own
    assert pyplot.get_fignums() == [figure.number]
    low, high = own.get_xlim()
    assert -4 < low < -2
    assert 2 < high < 4
    low, high = result.plot(ranges={"delta": (0, "5/2")}).get_xlim()
    assert low == pytest.approx(-0.1)
    assert high == pytest.approx(2.6)
    constant = sx.solve(sx.Game([["delta"]], [[0]]))["pure-strong"].plot()
    assert constant.get_xlim()[0] < -1 < 1 < constant.get_xlim()[1]
    point = sx.solve(sx.Game([["delta"]], [[0]], assumptions=["delta**2 == 2", "delta > 0"]))["pure-strong"].plot()
    assert list(dots(point, "leader")) == [(round(math.sqrt(2), 9),) * 2]


def plane() -> Result:
    chains = tuple(map(parse_assumption, ("0 < delta < 1/10", "0 < gamma < 1/10")))
    values = (sx.parse("delta + 1/2"), Fraction(1), sx.parse("gamma/delta"))
    cells = tuple(
        BenchmarkCell((when,), value, sx.parse("delta"), None)
        for when, value in zip(("delta < gamma", "delta == gamma", "delta > gamma"), values, strict=True)
    )
    return Result("tolerant", cells, None, (), ("delta", "gamma"), chains)


def test_regions_over_two_parameters() -> None:
    result = plane()
    axes = result.plot(names=["leader"])
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [r"$\delta + \frac{1}{2}$", "$1$", r"$\frac{\gamma}{\delta}$"]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 0.1), (0, 0.1))
    (curve,) = axes.lines
    assert curve.get_linestyle() == "-"
    assert numpy.allclose(curve.get_xdata(), curve.get_ydata(), equal_nan=True)
    assert numpy.nanmin(curve.get_xdata()) < 0.002
    assert numpy.nanmax(curve.get_xdata()) > 0.098
    colours = dict(zip(labels, axes.get_legend().legend_handles, strict=True))
    for bar in axes.patches:
        x, y = bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2
        if abs(x - y) > 1e-9:
            handle: Any = colours[labels[0] if x < y else labels[2]]
            assert bar.get_facecolor() == handle.get_facecolor()
    assert sum(bar.get_width() * bar.get_height() for bar in axes.patches) == pytest.approx(0.01)


def test_a_section_through_two_parameters() -> None:
    axes = plane().plot(at={"gamma": "1/20"}, names="leader")
    assert dots(axes, "leader")[(0.05, 1)]
    assert not dots(axes, "leader")[(0.05, 0.55)]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"names": ["value"]}, "found 'value'"),
        ({"ranges": {"gamma": (0, 1)}}, "found one of gamma"),
        ({"ranges": {"delta": (1, 0)}}, "from a lower to a higher"),
        ({"at": {"gamma": 1}}, "found 'gamma'"),
        ({"at": {"delta": 1}}, "found numbers"),
    ],
)
def test_plots_refuse(options: dict[str, Any], error: str) -> None:
    with pytest.raises(InputError, match=error):
        jump().plot(**options)
    assert not pyplot.get_fignums()


def test_numbers_are_no_plot() -> None:
    with pytest.raises(UsageError, match="found numbers"):
        sx.solve(sx.Game([[1]], [[0]]))["pure-strong"].plot()
    with pytest.raises(UsageError, match="expected a decided cell"):
        Result("tolerant", (), None, ((),), ("delta",)).plot()


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refused(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(MissingLibrary, match=r"pip install 'stackexact\[plot\]'"):
        jump().plot()


def over(assumptions: list[str], leader: Any = None, follower: Any = None) -> Result:
    """A closed form over x and y."""
    game = sx.Game(leader or [["x + y"]], follower or [["0"]], assumptions=assumptions)
    return sx.solve(game, ["pure-strong"])["pure-strong"]


def places(line: Line2D) -> set[tuple[float, float]]:
    return {(round(float(x), 6), round(float(y), 6)) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}


@pytest.mark.parametrize("assumption", ["delta**2 == 2", "(delta**2 - 2)*(delta - 1) == 0", "delta**3 == 5*delta"])
def test_domains_of_points(assumption: str) -> None:
    """Every point of the domain has a dot at its own value, irrational ones too."""
    result = sx.solve(sx.Game([["delta"]], [["delta**2"]], assumptions=[assumption]), ["pure-strong"])["pure-strong"]
    chain = parse_assumption(assumption)
    difference = chain.terms[0] - chain.terms[1]
    coefficients = numpy.zeros(4)
    for (power,), value in difference.numerator.items():  # type: ignore[union-attr]
        coefficients[3 - power] = value
    roots = numpy.roots(numpy.trim_zeros(coefficients, "f"))
    axes = result.plot()
    assert {x for x, _ in dots(axes, "leader")} == {round(float(root.real), 9) for root in roots}
    assert all(x == y and filled for (x, y), filled in dots(axes, "leader").items())
    assert all(y == pytest.approx(x * x) for x, y in dots(axes, "follower"))


def test_values_that_coincide_are_both_seen() -> None:
    """The dot on top is smaller than the one below it."""
    result = sx.solve(sx.Game([["delta"]], [["delta"]], assumptions=["delta*(delta - 1) == 0"]))["pure-strong"]
    axes = result.plot()
    assert dots(axes, "leader") == dots(axes, "follower") == {(0, 0): True, (1, 1): True}
    (below,), (above,) = ([line for line in axes.lines if line.get_label() == name] for name in ("leader", "follower"))
    assert above.get_markersize() < below.get_markersize()
    assert above.get_zorder() > below.get_zorder()


def test_ranges_outside_the_domain() -> None:
    """The message names the domain; nothing is drawn."""
    with pytest.raises(InputError, match=r"meets the domain \(-3 <= delta < 3\), found delta from 4 to 5"):
        jump().plot(ranges={"delta": (4, 5)})
    with pytest.raises(InputError, match=r"meet the domain \(0 < delta < 1/10 and 0 < gamma < 1/10\)"):
        plane().plot(ranges={"delta": (4, 5)})
    assert not pyplot.get_fignums()


@pytest.mark.parametrize(
    ("assumptions", "points"),
    [
        (["x == 1", "y == 2"], {(1, 2)}),
        (["x**2 + y**2 <= 0"], {(0, 0)}),
        (["x**2 == 2", "y == x + 1"], {(1.414214, 2.414214), (-1.414214, -0.414214)}),
    ],
)
def test_points_of_the_plane(assumptions: list[str], points: set[tuple[float, float]]) -> None:
    """A domain without columns and rows has its points drawn, with an entry in the legend."""
    axes = over(assumptions).plot(names=["leader"])
    (line,) = axes.lines
    assert line.get_marker() == "o"
    assert places(line) == points
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [line.get_label()]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert all(left <= x <= right and bottom <= y <= top for x, y in points)


def test_a_point_inside_a_region_and_a_point_beside_a_curve() -> None:
    at_one_point = [["(x - 1/2)**2 + (y - 1/3)**2", "0"]]
    axes = over(["0 <= x <= 1", "0 <= y <= 1"], [[0, 1]], at_one_point).plot(names=["leader"])
    (line,) = axes.lines
    assert places(line) == {(0.5, 0.333333)}
    assert line.get_label() == "$1$"
    axes = over(["(x**2 + y**2)*(x**2 + y**2 - 1) == 0"]).plot(names=["leader"])
    (curve,) = (line for line in axes.lines if line.get_linestyle() == "-")
    (point,) = (line for line in axes.lines if line.get_marker() == "o")
    assert places(point) == {(0, 0)}
    xs, ys = (numpy.asarray(values)[~numpy.isnan(values)] for values in (curve.get_xdata(), curve.get_ydata()))
    assert numpy.allclose(xs**2 + ys**2, 1)
    # All around: no gap between neighbours is wider than a few columns.
    angles = numpy.sort(numpy.arctan2(ys, xs))
    assert numpy.diff(angles).max() < 0.1


def test_what_is_undecided_at_a_point_is_marked() -> None:
    """A point with coordinates in several fields, which the solver leaves open."""
    follower = [["(x**2 - 2)**2 + (y**2 - 3)**2", "0"]]
    axes = over(["0 <= x <= 2", "0 <= y <= 2"], [[0, 1]], follower).plot(names=["leader"])
    (line,) = axes.lines
    assert places(line) == {(1.414214, 1.732051)}
    assert line.get_label() == "undecided"


def test_many_parts_are_few_artists() -> None:
    """Hundreds of cells are drawn as lines with gaps: every piece on its own formula."""
    count = 300
    cells = tuple(
        BenchmarkCell((f"delta > {k}", f"delta <= {k + 1}"), sx.parse(f"{k % 7} + 1/(delta + 1)"), Fraction(0), None)
        for k in range(count)
    )
    result = Result("tolerant", cells, None, (), ("delta",), (parse_assumption(f"0 < delta <= {count}"),))
    axes = result.plot(names=["leader"])
    assert len(axes.lines) <= 5
    (curve,) = (line for line in axes.lines if line.get_label() == "leader")
    pieces = numpy.split(numpy.asarray(curve.get_xdata()), numpy.flatnonzero(numpy.isnan(curve.get_xdata())))
    assert len(pieces) == count + 1
    value = result.lambdify("leader", floats=True)
    for x, y in zip(curve.get_xdata()[1:-2:17], curve.get_ydata()[1:-2:17], strict=True):  # type: ignore[index]
        if not math.isnan(x) and x != round(x):
            assert y == pytest.approx(value(float(x)))


def test_a_cell_that_looks_like_its_surroundings_is_not_marked() -> None:
    """The response changes on a line, the value that is drawn does not."""
    chains = tuple(map(parse_assumption, ("0 < x < 1", "0 < y < 1")))
    whens = ("x < 1/3",), ("x == 1/3", "y < 1/7"), ("x == 1/3", "y >= 1/7"), ("x > 1/3",)
    cells = tuple(BenchmarkCell(when, sx.parse("x + y"), Fraction(number), None) for number, when in enumerate(whens))
    result = Result("tolerant", cells, None, (), ("x", "y"), chains)
    assert not result.plot(names=["leader"]).lines
    assert len(result.plot(names=["follower"]).lines) == 2
