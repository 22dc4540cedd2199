"""Plots of incentives: what is drawn at a number of followers is the exact value there, rounded once."""

from __future__ import annotations

import builtins
import math
from typing import Any

import pytest
from incentive_games import gaussian, major, scalar, vector
from matplotlib import pyplot
from matplotlib.axes import Axes

import stackexact as sx
from stackexact.errors import InputError, MissingLibrary, UsageError

LEADER = "u0**2 + u**2 + (u0 + ubar - 3)**2"
SOLUTIONS = {
    "scalar": sx.solve(scalar()),
    "slopes": sx.solve(scalar(e="1/2")),
    "vector": sx.solve(vector()),
    "gaussian": sx.solve(gaussian()),
    "reacting": sx.solve(gaussian(reacts=True)),
    "major": sx.solve(major()),
}


def drawn(axes: Axes, label: str) -> dict[int, float]:
    """The points of that label, by the number of followers."""
    (line,) = (line for line in axes.lines if line.get_label() == label)
    return {int(x): float(y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}  # type: ignore[arg-type]


def labels(axes: Axes) -> list[str]:
    return axes.get_legend_handles_labels()[1]


@pytest.mark.parametrize("name", ["scalar", "slopes", "vector", "gaussian"])
def test_points_are_the_values(name: str) -> None:
    solution = SOLUTIONS[name]
    gain, energy, cost, *_ = sx.plot_incentives(solution, up_to=300)
    result = solution["incentive"]
    norms, energies, costs = drawn(gain, "finite"), drawn(energy, "finite"), drawn(cost, "finite")
    assert set(range(1, 61)) | {300} <= set(norms) == set(energies) == set(costs)
    for count in (1, 2, 17, 60, 300):
        cell: Any = result.at(N=count)
        assert energies[count] == float(cell.energy)
        assert norms[count] == pytest.approx(math.sqrt(cell.energy / count), rel=1e-15)
        assert costs[count] == float(solution["team-optimum"].lambdify("cost")(N=count))
    for axes in (gain, energy, cost):
        assert axes.get_xscale() == "log"
        assert axes.get_xlabel() == "number of followers $N$"


def test_limits_are_dashed() -> None:
    """The gain goes to its limit, the energy has none, and the cost with infinitely many is a gap apart."""
    gain, energy, cost, *_ = sx.plot_incentives(SOLUTIONS["gaussian"])
    (limit,) = (line for line in gain.lines if line.get_label() == "limit")
    assert set(limit.get_ydata()) == {4.0}
    assert limit.get_linestyle() == "--"
    assert r"limit $\infty$" in labels(energy)
    (infinite,) = (line for line in cost.lines if line.get_label() == "infinitely many")
    assert set(infinite.get_ydata()) == {float(sx.parse("29/27"))}
    assert any(text.get_text() == "gap 64/135" for text in cost.texts)


def test_marks() -> None:
    """Six followers have several responses; a single one has no incentive where the leader reacts to the mean."""
    gain, energy, *_ = sx.plot_incentives(SOLUTIONS["scalar"])
    for axes in (gain, energy):
        assert set(drawn(axes, "response not unique")) == {6}
        assert "no incentive" not in labels(axes)
    gain, *_ = sx.plot_incentives(SOLUTIONS["reacting"])
    assert set(drawn(gain, "no incentive")) == {1}
    assert 1 not in drawn(gain, "finite")


NO_INCENTIVE = "u**2 + (u + u0 - 2)**2"
CONCAVE = "u*u0 + u**2"
APART = "u**2 + (u + u0 - 1)**2"


def test_a_gain_that_is_no_incentive_is_grey() -> None:
    """It is said once why, and no crosses stand beside it."""
    gain, energy, *_ = sx.plot_incentives(sx.solve(sx.IncentiveGame(LEADER, CONCAVE)))
    for axes in (gain, energy):
        assert len(drawn(axes, "second-order condition fails")) > 100
        assert not {"finite", "no incentive"} & set(labels(axes))


def test_many_marks_in_a_row_are_shaded() -> None:
    """From two followers on the response is not unique."""
    gain, energy, *_ = sx.plot_incentives(sx.solve(sx.IncentiveGame(LEADER, APART)))
    for axes in (gain, energy):
        (shade,) = (one for one in axes.patches if one.get_label() == "response not unique")
        low, high = shade.get_extents().transformed(axes.transData.inverted()).intervalx
        assert (round(low, 6), high > 1000) == (1.5, True)
        assert all(line.get_label() != "response not unique" for line in axes.lines)
        assert labels(axes).count("response not unique") == 1


def test_results_over_the_number_of_followers_are_dots() -> None:
    """At whole numbers alone, up to a thousand where no range is given, with no line between them."""
    result = SOLUTIONS["scalar"]["incentive"]
    axes = result.plot()
    points = drawn(axes, "energy")
    assert (min(points), max(points), axes.get_xscale()) == (1, 1000, "log")
    assert all(float(x).is_integer() for line in axes.lines for x in line.get_xdata())  # type: ignore[union-attr]
    assert {line.get_linestyle() for line in axes.lines} == {"None"}
    for count in (1, 7, 60, 1000):
        assert points[count] == float(result.at(N=count).energy)  # type: ignore[union-attr]
    assert set(drawn(result.plot(ranges={"N": ("3/2", 5)}), "energy")) == {2, 3, 4, 5}
    later = sx.solve(scalar().assuming("N > 5000"))["incentive"].plot()
    assert min(drawn(later, "energy")) == 5001
    refused: list[tuple[dict[str, Any], str]] = [
        ({"d": (0, 1)}, "expected a range of N, found one of d"),
        ({"N": (5, 5)}, "from a lower to a higher number, found none"),
        ({"N": ("1/3", "2/3")}, "expected a range with whole numbers of the domain"),
    ]
    for ranges, message in refused:
        with pytest.raises(InputError, match=message) as caught:
            result.plot(ranges=ranges)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("concept", ["incentive", "randomised"])
def test_where_there_is_no_incentive_nothing_is_drawn(concept: str) -> None:
    """No limit was reached: raising one would not help."""
    result = sx.solve(sx.IncentiveGame(LEADER, NO_INCENTIVE), [concept])[concept]
    with pytest.raises(UsageError) as caught:
        result.plot()
    assert str(caught.value) == (
        f"plot: expected numbers in the cells of {concept}, found no incentive; print them instead"
    )


def test_marks_are_found_beyond_small_numbers() -> None:
    """Numbers at which an answer changes are looked at, however large."""
    solution = sx.solve(scalar(r="1988/997"))
    several = [cell.when for cell in solution["incentive"].cells if cell.unique is False]  # type: ignore[union-attr]
    (count,) = (int(relation.split()[-1]) for when in several for relation in when)
    assert count == 997
    gain, *_ = sx.plot_incentives(solution, up_to=10 * count)
    assert set(drawn(gain, "response not unique")) == {count}


def test_the_randomised_incentive() -> None:
    """What it misses falls on logarithmic scales; where it misses nothing, words say so."""
    *_, missed = sx.plot_incentives(SOLUTIONS["slopes"])
    errors = drawn(missed, "leader's error")
    value = SOLUTIONS["slopes"]["randomised"].lambdify("error")
    assert missed.get_yscale() == "log"
    assert all(errors[count] == float(value(N=count)) for count in (1, 30, 1000))
    assert errors[1000] < errors[60]
    *_, nothing = sx.plot_incentives(SOLUTIONS["scalar"])
    assert "leader's error is 0" in nothing.texts[0].get_text()


def test_a_major_follower() -> None:
    """A bounded gain has no energy to speak of."""
    panels = sx.plot_incentives(SOLUTIONS["major"])
    assert [axes.get_title() for axes in panels] == ["gain on the major follower", "what the leader pays"]
    assert set(drawn(panels[0], "finite").values()) == {2.0}


def test_where_nothing_exists() -> None:
    gain, energy, *_ = sx.plot_incentives(sx.solve(scalar(d=2)))
    assert gain.texts[0].get_text() == energy.texts[0].get_text() == "no incentive"


def test_other_parameters() -> None:
    """They are given numbers; the domain is respected."""
    solution = sx.solve(scalar(d="d").assuming("N >= 5"))
    panels = sx.plot_incentives(solution, at={"d": 5}, up_to=20)
    assert min(drawn(panels[0], "finite")) == 5
    with pytest.raises(UsageError, match="expected numbers in at for all parameters but N, found d; give them"):
        sx.plot_incentives(solution)


def test_axes_of_your_own() -> None:
    figure, own = pyplot.subplots(1, 3)
    assert sx.plot_incentives(SOLUTIONS["gaussian"], ax=own) == tuple(own)
    assert len(pyplot.get_fignums()) == 1
    with pytest.raises(UsageError, match="expected 4 axes in ax, one for each panel, found 3"):
        sx.plot_incentives(SOLUTIONS["scalar"], ax=own)
    assert figure


def test_refusals() -> None:
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (sx.solve(scalar().at(N=4)), {}, "expected a number of followers that is a parameter, found 4"),
        (sx.solve(scalar(), ["team-optimum"]), {}, "expected an incentive that is solved, found team-optimum"),
        (sx.solve(sx.Game([[1]], [[1]])), {}, "expected an incentive that is solved, found pure-strong"),
        (SOLUTIONS["scalar"]["incentive"], {}, "expected a solution, found Result"),
        (SOLUTIONS["scalar"], {"up_to": 1}, "expected up_to as a whole number above 1"),
        (SOLUTIONS["scalar"], {"at": {"N": 3}}, "expected numbers in at for all parameters but N"),
    ]
    for solution, options, message in cases:
        with pytest.raises(UsageError, match=message) as caught:
            sx.plot_incentives(solution, **options)
        assert "\n" not in str(caught.value)
    assert not pyplot.get_fignums()


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return kept(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingLibrary, match="pip install 'stackexact"):
        sx.plot_incentives(SOLUTIONS["scalar"])


@pytest.mark.parametrize("name", list(SOLUTIONS))
def test_the_plots_of_results(name: str) -> None:
    """Every result with numbers can be drawn over the number of followers, any of its values by name."""
    from stackexact.solving.names import numeric_names, plain_names

    for result in SOLUTIONS[name].values():
        axes = result.plot(ranges={"N": (1, 20)})
        assert len([one for one in labels(axes) if one]) >= len(plain_names(result))
        result.plot(names=numeric_names(result)[:1], ranges={"N": (1, 20)})
        pyplot.close("all")


def test_infinite_values_lie_at_the_edge_they_belong_to() -> None:
    result = SOLUTIONS["scalar"]["mean-field"]
    for name, edge in (("energy", 1.0), ("mean_gain", 0.0)):
        axes = result.plot(names=[name], ranges={"N": (1, 20)})
        assert any(set(line.get_ydata()) == {edge} for line in axes.lines if line.get_linewidth() == 4)
        (said,) = (text for text in axes.texts if r"\infty" in text.get_text())
        assert 1 <= said.xy[0] <= 20  # type: ignore[attr-defined]


def test_a_gap_in_a_line() -> None:
    """Where a cell has no value nothing is drawn, and it is not shown as undecided."""
    axes = sx.solve(scalar(d="d").at(N=3))["incentive"].plot(names=["gain"], ranges={"d": (0, 4)})
    xs = [[float(x) for x in line.get_xdata()] for line in axes.lines if len(line.get_xdata()) > 5]  # type: ignore[arg-type]
    assert len(xs) == 2
    assert max(xs[0]) < 2 < min(xs[1])
    assert not axes.patches
