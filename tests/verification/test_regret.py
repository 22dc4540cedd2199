"""Exact regret: closed formulas of the theory, brute force over rounds, closed forms in a parameter."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_traces import explore_then_commit, run_of

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.traces.trace import Run
from stackexact.verification.regret import regret, run_range, totals
from stackexact.verification.targets import targets

ETC = sx.instance("explore-then-commit")
VALUES = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(-2, 7), Fraction(10**30, 7), Fraction(5)])


def against(game: sx.Game, run: Run, benchmark: str) -> dict[str, tuple[object, ...]]:
    """The regrets of both agents at every checkpoint."""
    found = {target.agent: target.number for target in targets(game, [benchmark])}
    return {agent: regret(run, getattr(game.payoffs, agent), value) for agent, value in found.items()}


@pytest.mark.parametrize(("horizon", "explored"), [(100, 5), (999, 30), (2000, 7)])
@pytest.mark.parametrize("benchmark", ["stackelberg", "tolerant"])
def test_both_explore_then_commit(horizon: int, explored: int, benchmark: str) -> None:
    """With E_1 = 2 E_2 the leader commits to a2: R = T/10 + (3/10) E_2 for both."""
    pairs = list(explore_then_commit(ETC, horizon, explored, 2 * explored))
    found = against(ETC, run_of(1, pairs, ETC.shape), benchmark)
    expected = Fraction(horizon, 10) + Fraction(3, 10) * explored
    assert found == {"leader": (expected,), "follower": (expected,)}


@pytest.mark.parametrize(("horizon", "explored", "kept"), [(100, 5, 5), (999, 30, 40), (2000, 7, 100)])
def test_throwing_out_what_the_follower_explored(horizon: int, explored: int, kept: int) -> None:
    """With E = 2 E_2 thrown out the leader commits to a1: R = (7/10) E_2 + (1/10) E' for both."""
    pairs = list(explore_then_commit(ETC, horizon, explored, 2 * explored + kept, thrown=2 * explored))
    found = against(ETC, run_of(1, pairs, ETC.shape), "tolerant")
    expected = Fraction(7, 10) * explored + Fraction(kept, 10)
    assert found == {"leader": (expected,), "follower": (expected,)}


@st.composite
def plays(draw: st.DrawFn) -> tuple[list[list[Fraction]], list[tuple[int, int]], list[int], Fraction]:
    """Payoffs of one agent, pairs played, checkpoints, a target."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = [[draw(VALUES) for _ in range(columns)] for _ in range(rows)]
    pair = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=30))
    marks = sorted(draw(st.sets(st.integers(1, len(pairs)), min_size=1)))
    return table, pairs, marks, draw(VALUES)


@given(plays())
def test_round_by_round(given_: tuple[list[list[Fraction]], list[tuple[int, int]], list[int], Fraction]) -> None:
    """The regret is the sum over rounds of what the benchmark gives less what was played; also where no machine
    integer holds it."""
    table, pairs, marks, target = given_
    run = run_of(1, pairs, (len(table), len(table[0])), marks)
    frozen = tuple(map(tuple, table))
    assert regret(run, frozen, target) == tuple(
        sum((target - table[i][j] for i, j in pairs[:until]), Fraction(0)) for until in marks
    )
    for until, total in zip(marks, totals(run.counts, frozen), strict=True):
        low, high = run_range(frozen, until)
        assert low <= total <= high


@given(plays(), st.fractions(-3, 3))
def test_closed_forms_agree_with_numbers(
    given_: tuple[list[list[Fraction]], list[tuple[int, int]], list[int], Fraction], delta: Fraction
) -> None:
    """The regret of counts in a parameter, at a number, is the regret at that number."""
    table, pairs, marks, target = given_
    run = run_of(1, pairs, (len(table), len(table[0])), marks)
    symbol = sx.parse("delta")
    with_parameter = tuple(
        tuple(value * symbol + (i + j) for j, value in enumerate(row)) for i, row in enumerate(table)
    )
    there = tuple(tuple(value * delta + (i + j) for j, value in enumerate(row)) for i, row in enumerate(table))
    forms = regret(run, with_parameter, target + symbol)
    at = [form.at({"delta": delta}) if isinstance(form, sx.Expression) else form for form in forms]
    assert tuple(at) == regret(run, there, target + delta)


def test_other_pairs_are_refused() -> None:
    """Counts of another shape are not of this game."""
    run = Run(1, (1,), np.array([[[1]]]))
    with pytest.raises(UsageError, match="expected counts of 2x2 pairs, found 1x1"):
        regret(run, ETC.payoffs.leader, Fraction(0))


TARGETS = {
    "misaligned-a-fixed": (("3/5", "1/100"), ("51/100", "1/100")),
    "misaligned-b-fixed": (("1/2", "3/5"), ("1/2", "3/100")),
    "explore-then-commit": (("3/5", "2/5"), ("3/5", "2/5")),
    "lower-bound-a-fixed": (("51/100", "1/100"), ("51/100", "1/100")),
    "lower-bound-b-fixed": (("1/2", "3/100"), ("1/2", "3/100")),
}
"""The benchmarks of Donahue et al. 2024 at delta = 1/100 and a tolerance of 1/20: original, and tolerant."""


@pytest.mark.parametrize(("name", "expected"), TARGETS.items())
def test_targets(name: str, expected: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """Both agents' benchmarks of the paper's games."""
    found = [(one.benchmark, one.agent, one.number) for one in targets(sx.instance(name))]
    (own, other), (tolerant, tolerated) = expected
    assert found == [
        ("stackelberg", "leader", Fraction(own)),
        ("stackelberg", "follower", Fraction(other)),
        ("tolerant", "leader", Fraction(tolerant)),
        ("tolerant", "follower", Fraction(tolerated)),
    ]


def test_targets_are_closed_forms() -> None:
    """In a game with a parameter; at a number they are the numbers of the game there."""
    game = sx.instance("misaligned-b")
    assert [str(one.cells[0].value) for one in targets(game, ["tolerant"])] == ["1/2", "3*delta"]
    for one, there in zip(targets(game), targets(game.at(delta="1/33")), strict=True):
        (cell,) = one.cells
        value = cell.value.at({"delta": Fraction(1, 33)}) if isinstance(cell.value, sx.Expression) else cell.value
        assert value == there.number


def test_targets_that_are_not_there() -> None:
    """A tolerance that is missing, a name that is none."""
    game = sx.Game([[1]], [[1]])
    assert [one.benchmark for one in targets(game)] == ["stackelberg", "stackelberg"]
    with pytest.raises(UsageError, match="benchmark self-tolerant: expected a tolerance, found none"):
        targets(game, ["self-tolerant"])
    with pytest.raises(UsageError, match="expected one of stackelberg, tolerant, self-tolerant, found 'nash'"):
        targets(game, ["nash"])
