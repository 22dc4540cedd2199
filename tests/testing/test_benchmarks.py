"""Benchmarks, alignment constants and regret that somebody claims, beside definitions and published values."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from oracles import benchmarks, commitments
from strategies import TINY, Tables, games, tolerant_games

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.solving.cells import Infinity
from stackexact.testing import (
    assert_alignment,
    assert_pure_stackelberg,
    assert_regret,
    assert_strong_stackelberg,
    assert_tolerant_benchmarks,
    shipped_cases,
)
from stackexact.testing.benchmarks import _forced
from stackexact.testing.regret import regret
from stackexact.testing.strategies import counts
from stackexact.testing.wording import amount

LEFT = [["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]]
"""The first table of the decentralised-learning paper at delta = 1/100."""

ETC = [["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]]


INFINITE = [
    *("oo", "inf", "+Infinity", np.array("oo"), math.inf, np.float32("inf"), np.float16("inf"), np.longdouble("inf")),
    *(np.array(math.inf), np.array(math.inf, np.float32), Decimal("Infinity"), sympy.oo, mpmath.inf, Infinity.OO),
]
"""Infinity, as libraries put it."""

NOT_FINITE = [value for value in INFINITE if not isinstance(value, str) and str(value) != "oo"] + [
    *(math.nan, -math.inf, np.float32("nan"), np.array(-math.inf), Decimal("NaN"), Decimal("sNaN"), sympy.nan),
    *(sympy.zoo, -sympy.oo, sympy.oo, mpmath.nan),
]
"""What is no finite number, as libraries put it."""


def refusal(check: Any, *given: Any, **named: Any) -> str:
    """Why a claim is refused; empty if it is accepted."""
    try:
        check(*given, **named)
    except AssertionError as error:
        return str(error)
    return ""


@given(tolerant_games(4, 4), st.sampled_from((TINY, -TINY, Fraction(1, 3))))
def test_benchmarks_are_those_of_the_definition(drawn: tuple[Tables, Fraction], by: Fraction) -> None:
    """The definition's infima pass; any other numbers fail, and the message says by how much."""
    tables, gamma = drawn
    for name, defined in (("tolerant", benchmarks.tolerant), ("self-tolerant", benchmarks.self_tolerant)):
        exact = defined(*tables, gamma)
        named = {"tolerance": gamma, "benchmark": name}
        assert refusal(assert_tolerant_benchmarks, *tables, exact.leader, exact.follower, **named) == ""
        for player in ("leader", "follower"):
            wrong = getattr(exact, player) + by
            message = refusal(assert_tolerant_benchmarks, *tables, **{player: wrong}, **named)
            assert f"the {player}'s benchmark was stated as {amount(wrong)}" in message
            assert f"{amount(abs(by))} {'more' if by > 0 else 'less'}" in message
            assert refusal(assert_tolerant_benchmarks, *tables, **{player: wrong}, **named, tol=abs(by)) == ""


@given(tolerant_games(4, 4))
def test_messages_say_where_the_benchmark_is_attained(drawn: tuple[Tables, Fraction]) -> None:
    """The action that is named guarantees what is said at the ε that is named."""
    tables, gamma = drawn
    exact = benchmarks.tolerant(*tables, gamma)
    message = refusal(assert_tolerant_benchmarks, *tables, exact.leader + 1, tolerance=gamma)
    cell = sx.solve(sx.Game(*tables, tolerance=gamma), ["tolerant"])["tolerant"].cell
    world, epsilon = benchmarks.Tolerance(*tables), cell.epsilon["leader"]
    worth = [min(row[j] for j in world.tolerated(i, epsilon)) for i, row in enumerate(tables.leader)]
    assert max(worth) + epsilon == exact.leader
    assert f"where a{worth.index(max(worth)) + 1} guarantees {amount(max(worth))})" in message


@given(games(4, 4), st.sampled_from((TINY, Fraction(1, 3), Fraction(-1))))
def test_alignment_is_that_of_the_definition(tables: Tables, by: Fraction) -> None:
    """The constant over all pairs passes, any other fails; the outcomes named force it."""
    constant, _ = benchmarks.alignment(*tables)
    if constant is None:
        for infinite in INFINITE:
            assert refusal(assert_alignment, *tables, infinite) == ""
        assert "was stated as 7, it is oo" in refusal(assert_alignment, *tables, 7, tol=10**9)
    else:
        assert refusal(assert_alignment, *tables, constant) == ""
        assert amount(abs(by)) in refusal(assert_alignment, *tables, constant + by)
        assert f"was stated as oo, it is {amount(constant)}" in refusal(assert_alignment, *tables, "oo", tol=10**9)
    forced = _forced(sx.Game(*tables))
    pairs = {
        f"(a{i + 1}, b{j + 1}) and (a{k + 1}, b{m + 1})": (
            abs(tables.leader[i][j] - tables.leader[k][m]),
            abs(tables.follower[i][j] - tables.follower[k][m]),
        )
        for i in range(tables.shape[0])
        for j in range(tables.shape[1])
        for k in range(tables.shape[0])
        for m in range(tables.shape[1])
    }
    named = [differences for pair, differences in pairs.items() if f"; {pair} differ" in forced]
    assert len(named) == (0 if constant == 0 else 1)
    for differences in named:
        low, high = sorted(differences)
        assert constant == (high / low if low else None)


@pytest.mark.parametrize("case", [*shipped_cases("tolerant"), *shipped_cases("alignment")], ids=lambda case: case.id)
def test_shipped_games(case: Any) -> None:
    """The published and derived numbers are accepted."""
    if "tolerant" in case.results:
        assert_tolerant_benchmarks(case.game, **case.results["tolerant"])
    if "alignment" in case.results:
        assert_alignment(case.game, constant=case.results["alignment"]["constant"])


def test_a_tolerance_in_floats_is_the_fraction_that_it_is() -> None:
    """0.05 is a little more than 1/20, which decides where payoffs differ by 1/20."""
    game = [[1, 0]], [["1/20", 0]]
    assert_tolerant_benchmarks(*game, leader=1, tolerance="1/21")
    assert_tolerant_benchmarks(*game, leader="1/20", tolerance=0.05)
    assert_tolerant_benchmarks(sx.Game(*LEFT, tolerance="1/20"), leader=0.51, tol=1e-12)


def test_runs_of_traces_are_counts() -> None:
    """A run, or a trace of one run, is what it holds at its last round; explore-then-commit loses T/10 + 3 E_2/10."""
    pytest.importorskip("numba")
    game = sx.Game(*ETC)
    trace = sx.simulate(game, "ExploreThenCommit(E=20)", "ExploreThenCommit(E=10)", 1000, noise="none")
    for counted in (trace, trace.runs[0], trace.runs[0].counts[-1]):
        assert_regret(game, counted, 103, 103)
        assert "the leader's regret was stated as 102, it is 103: 1 less" in refusal(assert_regret, game, counted, 102)
    two = sx.simulate(game, "UCB", "UCB", 10, runs=2)
    with pytest.raises(UsageError, match="found a trace of 2; pass one"):
        assert_regret(game, two, 1)
    with pytest.raises(UsageError, match="other actions"):
        assert_regret(sx.Game(*ETC, actions={"leader": ["T", "B"], "follower": ["L", "R"]}), trace, 103)


@pytest.mark.parametrize(
    ("check", "given", "named", "place"),
    [
        (assert_tolerant_benchmarks, LEFT, {"leader": 1}, "tolerance: expected a number, found None"),
        (assert_tolerant_benchmarks, LEFT, {"tolerance": 1}, "leader, follower: expected a claim"),
        (assert_tolerant_benchmarks, LEFT, {"tolerance": -1, "leader": 1}, "tolerance: expected a value of at least 0"),
        (assert_tolerant_benchmarks, LEFT, {"tolerance": 1, "leader": 1, "benchmark": "x"}, "benchmark: expected"),
        (assert_alignment, LEFT, {}, "constant: expected a number or infinity"),
        (assert_alignment, (*LEFT, "delta"), {}, "constant: expected a number, as the game has no parameters"),
        (assert_regret, (LEFT, [[1, 1]]), {"leader": 1}, "counts: expected a mapping of pairs or a table of 2x2"),
        (assert_regret, (LEFT, [[1], [2, 3]]), {"leader": 1}, r"counts\[0\]: expected 2 counts"),
        (assert_regret, (LEFT, [[1, 1], [2, 0.5]]), {"leader": 1}, r"counts\[1\]\[1\]: expected how often"),
        (assert_regret, (LEFT, {("a1", "b1"): -1}), {"leader": 1}, "expected how often the pair was played"),
        (assert_regret, (LEFT, {("a1", "b1"): True}), {"leader": 1}, "expected how often the pair was played"),
        (assert_regret, (LEFT, {"a1": 1}), {"leader": 1}, r"counts\['a1'\]: expected a pair"),
        (assert_regret, (LEFT, {("a1", "b3"): 1}), {"leader": 1}, "expected an action"),
        (assert_regret, (LEFT, 5), {"leader": 1}, "counts: expected a mapping"),
        (assert_regret, (LEFT, [[1, 1], [1, 1]]), {}, "leader, follower: expected a claim"),
        (assert_regret, (LEFT, [[1, 1], [1, 1]]), {"leader": 1, "benchmark": "nash"}, "expected one of stackelberg"),
        (assert_regret, (LEFT, [[1, 1], [1, 1]]), {"leader": 1, "benchmark": "tolerant"}, "tolerance: expected"),
    ],
)
def test_bad_use_is_no_wrong_answer(check: Any, given: Any, named: Any, place: str) -> None:
    """One line that says what was expected, not an assertion that fails."""
    with pytest.raises(InputError, match=place) as caught:
        check(*given, **named)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("infinite", INFINITE, ids=lambda value: f"{type(value).__name__}-{value}")
def test_infinity_is_that_of_every_library(infinite: Any) -> None:
    """Equal utilities of one player that differ for the other: no constant does; a game where 1 does."""
    assert_alignment([[1, 1]], [[1, 2]], infinite)
    assert "stated as oo, it is 1" in refusal(assert_alignment, [[1, 2]], [[1, 2]], infinite)


@pytest.mark.parametrize("wrong", NOT_FINITE, ids=lambda value: f"{type(value).__name__}-{value}")
def test_what_is_not_finite_is_a_wrong_answer_and_bad_use_as_an_option(wrong: Any) -> None:
    """An answer fails the assertion; a tolerance is refused, whatever else is wrong."""
    strong, pure = {"commitment": "a1", "response": "b1"}, {"action": "a1", "response": "b1"}
    played: dict[str, Any] = {"counts": [[1, 0], [0, 0]]}
    for check, right, answers, options in (
        (assert_strong_stackelberg, strong, ["value", "follower_value"], ["tol", "weight_tol"]),
        (assert_pure_stackelberg, pure, ["value", "follower_value"], ["tol"]),
        (assert_tolerant_benchmarks, {"tolerance": 0, "leader": 3}, ["leader", "follower"], ["tol", "tolerance"]),
        (assert_regret, {**played, "leader": 0}, ["leader", "follower"], ["tol", "tolerance"]),
        (assert_alignment, {"constant": "oo"}, [], ["tol"]),
    ):
        game = sx.Game([[3, 1], [0, 0]], [[1, 0], [0, 0]])
        check(game, **right)
        for name in answers:
            assert f"{name}: expected a finite number, found " in refusal(check, game, **{**right, name: wrong})
        for name in options:
            for others in (right, {**right, **dict.fromkeys(answers[:1], math.nan)}):
                with pytest.raises(UsageError, match=f"^{name}: expected a finite number, found [^\n]*$"):
                    check(game, **{**others, name: wrong})


@given(st.data(), tolerant_games(3, 3))
def test_regret_is_that_of_its_definition(data: st.DataObject, drawn: tuple[Tables, Fraction]) -> None:
    """α T - Σ counts u, from the oracles' benchmarks; tables and mappings say the same."""
    tables, gamma = drawn
    played = data.draw(counts(*tables.shape, most=1000))
    pairs = [(i, j, count) for i, row in enumerate(played) for j, count in enumerate(row)]
    rounds = sum(count for _, _, count in pairs)
    pure = commitments.pure(*tables, strong=True)
    targets = {
        "stackelberg": pure,
        "tolerant": benchmarks.tolerant(*tables, gamma),
        "self-tolerant": benchmarks.self_tolerant(*tables, gamma),
    }
    for name, alpha in targets.items():
        leader, follower = (
            own * rounds - sum(table[i][j] * count for i, j, count in pairs)
            for own, table in zip((alpha.leader, alpha.follower), tables, strict=True)
        )
        named = {"benchmark": name, "tolerance": gamma}
        found = regret(tables, played, **named)
        assert (found.leader, found.follower, found.rounds) == (leader, follower, rounds)
        mapping = {(f"a{i + 1}", j): count for i, j, count in pairs if count}
        assert refusal(assert_regret, tables, mapping, leader, follower, **named) == ""
        assert refusal(assert_regret, tables, np.array(played), leader=leader, **named) == ""
        message = refusal(assert_regret, tables, played, leader + TINY, follower, **named)
        assert f"the leader's regret was stated as {amount(leader + TINY)}, it is {amount(leader)}" in message
        assert "the follower's regret" not in message


def test_published_regrets() -> None:
    """Explore-then-commit against itself, free of noise: both players lose T/10 + 3E/10 (E explorations of a pair)."""
    for explored, rounds in ((1, 4), (3, 100), (250, 10**9)):
        played = [[explored, explored], [rounds - 3 * explored, explored]]
        expected = Fraction(rounds, 10) + Fraction(3 * explored, 10)
        assert_regret(ETC, played, leader=expected, follower=expected)
        for gamma in (0, "1/20", 1):
            assert_regret(ETC, played, expected, expected, benchmark="tolerant", tolerance=gamma)
        message = refusal(assert_regret, ETC, played, leader=-expected)
        assert f"it is {amount(expected)}: {amount(2 * expected)} less" in message


def test_the_costliest_pairs_are_named() -> None:
    """What costs the most stands first; what earns more than the benchmark is no cost."""
    message = refusal(assert_regret, LEFT, {("a1", "b2"): 10, ("a2", "b1"): 2, ("a1", "b1"): 5}, leader=0)
    assert "(benchmark 3/5 = 0.6 a round; (a1, b2) cost 4 in 10 rounds, (a2, b1) cost 1/5 = 0.2 in 2 rounds)" in message


def test_no_rounds_no_regret() -> None:
    """Before the first round nothing is lost."""
    assert_regret(LEFT, {}, leader=0, follower=0)
    with pytest.raises(UsageError, match="set them with"):
        regret(sx.instance("misaligned-a"), {})
