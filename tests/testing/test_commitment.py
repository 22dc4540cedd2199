"""Commitments of other solvers: what is accepted is an equilibrium, what is refused is none, and messages say why."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import nashpy
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import commitments
from oracles.linear import dot, unit
from strategies import Tables, games, share

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.testing import assert_pure_stackelberg, assert_strong_stackelberg, shipped_cases
from stackexact.testing.strategies import commitments as distributions
from stackexact.testing.wording import amount

A, B = [[2, 4], [1, 3]], [[1, 0], [0, 1]]
"""Conitzer and Sandholm's example: the leader mixes evenly and earns 7/2."""


def refusal(*given: Any, check: Any = assert_strong_stackelberg, **named: Any) -> str:
    """Why an answer is refused; empty if it is accepted."""
    try:
        check(*given, **named)
    except AssertionError as error:
        return str(error)
    return ""


def earned(tables: Tables, x: Any) -> tuple[list[Fraction], list[Fraction]]:
    """What each follower action earns both players against a commitment."""
    columns = range(tables.shape[1])
    one, two = ([dot(commitments.column(table, j), x) for j in columns] for table in tables)
    return one, two


@given(games(3, 4))
def test_every_equilibrium_is_accepted(tables: Tables) -> None:
    """All optimal vertices, not only the one that the library itself reports; with a response, or without."""
    exact = commitments.strong(*tables)
    for response, some in commitments.optimal(*tables).items():
        for x in some:
            values = {"value": exact.leader, "follower_value": exact.follower}
            assert refusal(*tables, x, response, **values) == ""
            assert refusal(*tables, x) == ""


@given(st.data(), games(3, 4))
def test_what_is_refused_is_no_equilibrium(data: st.DataObject, tables: Tables) -> None:
    """Any commitment, any response: accepted exactly if both conditions hold, within any tolerance."""
    x = data.draw(distributions(tables.shape[0]) | st.just(commitments.strong(*tables).commitment))
    response = data.draw(st.integers(0, tables.shape[1] - 1))
    leader, follower = earned(tables, x)
    short = max(follower) - follower[response]
    off = abs(leader[response] - commitments.strong(*tables).leader)
    tol = data.draw(st.sampled_from(sorted({Fraction(0), short, off, max(short, off), max(short, off) * 2})))
    message = refusal(*tables, x, response, tol)
    assert (message == "") == (short <= tol and off <= tol)
    assert ("is not a best response" in message) == (short > tol)
    assert ("than the strong Stackelberg value" in message) == (off > tol)
    if short > tol:
        best = follower.index(max(follower))
        told = f"b{best + 1} earns the follower {amount(max(follower))} instead of {amount(follower[response])}, "
        assert f"{told}{amount(short)} more" in message
    if off > tol:
        assert (
            f": {amount(off)} {'more' if leader[response] > commitments.strong(*tables).leader else 'less'}" in message
        )


@given(st.data(), games(3, 4))
def test_perturbed_optima_are_refused(data: st.DataObject, tables: Tables) -> None:
    """Weight that moves from one action to another, however little, is accepted only while nobody loses by it."""
    exact = commitments.strong(*tables)
    m = tables.shape[0]
    assume(m > 1)
    source = data.draw(st.sampled_from([i for i in range(m) if exact.commitment[i]]))
    target = data.draw(st.sampled_from([i for i in range(m) if i != source]))
    step = min(exact.commitment[source], data.draw(st.sampled_from((Fraction(1, 10**30), Fraction(1, 7)))))
    x = [w + step * ((i == target) - (i == source)) for i, w in enumerate(exact.commitment)]
    leader, follower = earned(tables, x)
    fine = follower[exact.response] == max(follower) and leader[exact.response] == exact.leader
    assert (refusal(*tables, x, exact.response) == "") == fine
    best = max(leader[j] for j in range(tables.shape[1]) if follower[j] == max(follower))
    assert (refusal(*tables, x) == "") == (best == exact.leader)


@given(games(3, 3), st.sampled_from((Fraction(1, 10**40), Fraction(1, 3))))
def test_stated_values_are_compared_exactly(tables: Tables, by: Fraction) -> None:
    """A value that is off by less than the tolerance passes, by more fails, on either side."""
    exact = commitments.strong(*tables)
    answer = (*tables, exact.commitment, exact.response)
    for sign in (1, -1):
        for name, value in (("value", exact.leader), ("follower_value", exact.follower)):
            player = "leader" if name == "value" else "follower"
            assert refusal(*answer, tol=by, **{name: value + sign * by}) == ""
            message = refusal(*answer, tol=by / 2, **{name: value + sign * by})
            assert f"the {player}'s value was stated as {amount(value + sign * by)}, it is {amount(value)}" in message
            assert f": {amount(by)} {'more' if sign > 0 else 'less'}" in message


@given(games(4, 4))
def test_pure_commitments(tables: Tables) -> None:
    """An action and a response are accepted exactly if they are best responses with the value of pure commitments."""
    exact = commitments.pure(*tables, strong=True)
    for i, row in enumerate(tables.follower):
        for j in range(len(row)):
            fine = row[j] == max(row) and tables.leader[i][j] == exact.leader
            message = refusal(*tables, f"a{i + 1}", j, check=assert_pure_stackelberg)
            assert (message == "") == fine
            assert refusal(*tables, unit(i, len(tables.leader)), j, check=assert_pure_stackelberg) == message


@pytest.mark.parametrize("case", shipped_cases("mixed-strong"), ids=lambda case: case.id)
def test_shipped_games(case: Any) -> None:
    """The published and derived answers are accepted in the form in which they are filed."""
    answer = case.results["mixed-strong"]
    named = {"value": answer["leader"], "follower_value": answer["follower"]}
    assert_strong_stackelberg(case.game, commitment=answer["commitment"], response=answer["response"], **named)


FORMS = [
    [0.5, 0.5],
    (0.5, "1/2"),
    np.array([0.5, 0.5]),
    np.array([0.5, 0.5], dtype=np.float32),
    np.array([Fraction(1, 2), "1/2"], dtype=object),
    {"a1": 0.5, "a2": np.float64(0.5)},
    {0: 0.5, np.int64(1): "0.5"},
]


@pytest.mark.parametrize("commitment", FORMS, ids=[f"{type(form).__name__}-{n}" for n, form in enumerate(FORMS)])
@pytest.mark.parametrize("response", ["b2", 1, np.int64(1), [0, 1], np.array([0.0, 1.0]), {"b2": 1}])
def test_forms_of_answers(commitment: Any, response: Any) -> None:
    """Sequences, arrays and mappings, labels, numbers and vectors all say the same."""
    floats = np.array(A, dtype=float), np.array(B, dtype=np.float32)
    for game in ((A, B), floats, (sx.Game(A, B),), (nashpy.Game(*floats),), ((A, B),)):
        assert_strong_stackelberg(*game, commitment=commitment, response=response, value=np.float64(3.5))
        wrong = {"commitment": commitment, "response": {"b1": 1}}
        assert "b2 earns" not in refusal(*game, **wrong)
        assert "1/2 = 0.5" not in refusal(*game, commitment="a1", response="b2").splitlines()[1]


def test_a_float_is_the_fraction_that_it_is() -> None:
    """0.1 is not 1/10, neither in payoffs nor in answers."""
    tenth = Fraction(0.1)
    assert refusal([[0.1]], [[1]], "a1", "b1", value=tenth) == ""
    assert amount(tenth - Fraction(1, 10)) in refusal([["0.1"]], [[1]], "a1", "b1", value=0.1)
    third = [1 / 3, 2 / 3]
    message = refusal(A, B, third)
    assert "the commitment is no distribution: its weights sum to 18014398509481983/18014398509481984" in message
    assert "1/18014398509481984 ≈ 5.55112e-17 less than 1" in message


def test_a_commitment_in_floats_beside_the_tie() -> None:
    """The usual answer of a float solver: right up to rounding, so that the other response is best by a hair."""
    game = [[2, 0, 0], [1, 0, 0]], [[0, 2, 5], [0, -1, -4]]
    x = [0.33333333333333337, 0.6666666666666666]
    assert sum(map(Fraction, x)) == 1
    assert refusal(*game, x, "b1", tol=1e-12) == ""
    message = refusal(*game, x, "b1")
    assert "b2 earns the follower" in message or "b3 earns the follower" in message
    assert "exact target: leader 4/3 ≈ 1.33333" in message
    assert refusal(*game, x, tol=1e-12) == ""
    assert "the leader earns 0: 4/3" in refusal(*game, x)


def test_weights_within_the_tolerance_are_scaled() -> None:
    """What is judged is a distribution: a large constant in the payoffs does not turn rounding into utility."""
    high = [[value + 10**12 for value in row] for row in A]
    nearly = [Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**9)]
    assert refusal(high, B, nearly, "b2", tol=1e-6) == ""
    assert refusal(high, B, [*nearly[:1], nearly[1] * -1], "b2", tol=1e-6) != ""
    assert "the weight of a1 is -1/1000000000" in refusal(
        A, B, [Fraction(-1, 10**9), 1 + Fraction(1, 10**9)], tol=1e-10
    )
    assert refusal(A, B, [Fraction(-1, 10**9), 1], "b2", tol=1, weight_tol=1e-8) == ""
    loose = refusal(A, B, [0.9, 0.2], "b2", tol=10)
    assert "sum to" in loose, "a tolerance in utility must not let weights sum to 1.1"
    assert "(up to 1/1000000 = 0.000001 is allowed)" in loose.replace("1e-6", "0.000001")


def test_a_value_above_the_optimum_is_refused() -> None:
    """A response that is not best lets the leader earn more than she can: the usual trace of a wrong tie."""
    message = refusal(A, B, [1, 0], "b2", value=4)
    assert "b1 earns the follower 1 instead of 0, 1 more" in message
    assert "the leader earns 4: 1/2 = 0.5 more than the strong Stackelberg value 7/2 = 3.5" in message
    assert message.endswith(
        "exact target: leader 7/2 = 3.5, follower 1/2 = 0.5, commitment a1: 1/2, a2: 1/2, response b2"
    )
    near = Fraction(1, 10**9)
    wrong = refusal([[1, 0]], [[0, near]], "a1", "b1", tol=1e-8)
    assert "the leader earns 1: 1 more" in wrong, "a response within the tolerance does not excuse the value"


def test_mixed_responses() -> None:
    """A mixture of best responses is a best response; of others it is not."""
    game = [[1, 1, 5]], [[2, 2, 0]]
    assert refusal(*game, "a1", [0.5, 0.5, 0]) == ""
    assert "b1: 1/2, b3: 1/2 is not a best response" in refusal(*game, "a1", [0.5, 0, 0.5])
    assert "the response is no distribution" in refusal(*game, "a1", [0.5, 0, 0])


@pytest.mark.parametrize(
    ("given", "named", "place"),
    [
        ((A, B), {}, "commitment: expected weights or an action, found None"),
        ((A, B, [1, 0, 0]), {}, "commitment: expected 2 weights, one for every action, found 3"),
        ((A, B, {"a3": 1}), {}, r"commitment: expected an action \(a1, a2\), found 'a3'"),
        ((A, B, {"a1": 1, 0: 1}), {}, "commitment: expected every action once"),
        ((A, B, {0.5, 1}), {}, "commitment: expected weights in the order of the actions, found a set"),
        ((A, B, [1, None]), {}, r"commitment\[1\]: expected a number or an expression, found nothing"),
        ((A, B, [1, "delta"]), {}, r"commitment\[1\]: expected a number, as the game has no parameters, found delta"),
        ((A, B, "a1", 2), {}, "response: expected a number from 0 to 1, found 2"),
        ((A, B, "a1", -1), {}, "response: expected a number from 0 to 1, found -1"),
        ((A, B, "a1", True), {}, "response: expected a number from 0 to 1, found True"),
        ((A, B, "a1", 1.0), {}, "response: expected an action's label or its number, found float"),
        ((A, B, "a1"), {"tol": -1}, "tol: expected a number of at least 0, found '-1'"),
        ((A, B, "a1"), {"tol": "delta"}, "tol: expected a number"),
        ((A, B, "a1"), {"weight_tol": 1}, "weight_tol: expected less than 1"),
        ((sx.Game(A, B), "a1"), {}, "expected a game or two payoff tables, found a game and a str"),
        ((A,), {"commitment": "a1"}, "expected"),
        ((A, [[1, 2]], "a1"), {}, "expected 2x2"),
    ],
)
def test_bad_use_is_no_wrong_answer(given: Any, named: Any, place: str) -> None:
    """One line that says what was expected, not an assertion that fails."""
    with pytest.raises(InputError, match=place) as caught:
        assert_strong_stackelberg(*given, **named)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float32("nan"), np.array(-np.inf)])
def test_answers_that_are_no_numbers_fail(bad: Any) -> None:
    """Nashpy and others have returned them as answers."""
    assert "expected a finite number" in refusal(A, B, [bad, 1])
    assert "value: expected a finite number" in refusal(A, B, "a1", value=bad)


def test_pure_commitments_are_one_action() -> None:
    """A mixture is bad use."""
    for action in ([0.5, 0.5], [2, -1], [0, 0]):
        with pytest.raises(UsageError, match="expected one action of the leader, found a mixture"):
            assert_pure_stackelberg(A, B, action)
    with pytest.raises(UsageError, match="expected the label or the number of an action, found None"):
        assert_pure_stackelberg(A, B)


def test_numbers_beyond_every_float() -> None:
    """Messages print whatever the length of the numbers."""
    huge = 10**5000
    message = refusal([[huge, 0]], [[1, 0]], "a1", "b2")
    assert "1e5000 less" in message
    assert max(map(len, message.splitlines())) < 200


@share(20)
@given(games(8, 8))
def test_what_the_library_answers_is_accepted(tables: Tables) -> None:
    """On larger games the library's own answer, for both concepts."""
    solution = sx.solve(sx.Game(*tables), ["pure-strong", "mixed-strong"])
    cell = solution["mixed-strong"].cell
    assert_strong_stackelberg(*tables, cell.commitment, cell.response, value=cell.leader)
    cell = solution["pure-strong"].cell
    assert_pure_stackelberg(*tables, next(iter(cell.commitment)), cell.response, value=cell.leader)
