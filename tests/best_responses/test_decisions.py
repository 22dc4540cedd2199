"""One decision against a best response, against its definition: enumerated, and decided by z3."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from best_games import hard
from flint import fmpq
from oracles.best_responses import Definition

from stackexact.exact.fields import to_fraction
from stackexact.myopic import commitments, prescriptions
from stackexact.myopic.decisions import Decided, Decision

CLOSE = Fraction(1, 10**6)


def table(rows: Any) -> list[list[Any]]:
    return [[fmpq(*Fraction(value).as_integer_ratio()) for value in row] for row in rows]


def drawn(count: int, seed: int, most: int = 3) -> Iterator[tuple[list[list[int]], list[list[int]], Any]]:
    """Small tables full of ties, constant columns among them, and outcomes that are open."""
    source = random.Random(seed)
    for _ in range(count):
        rows, columns = source.randint(1, 3), source.randint(1, 3)
        high = source.randint(1, most)
        leader, follower = ([[source.randint(0, high) for _ in range(columns)] for _ in range(rows)] for _ in "uv")
        for b in range(columns):
            if source.random() < 0.3:
                for row in follower:
                    row[b] = follower[0][b]
        chance = source.choice([0, 0.3, 0.7])
        opened = frozenset(pair for pair in product(range(rows), range(columns)) if source.random() < chance)
        yield leader, follower, opened


def mean(rows: Any, mixture: Any, b: int) -> Fraction:
    return sum((to_fraction(share) * Fraction(rows[a][b]) for a, share in mixture), Fraction(0))


def require_policy(decided: Decided, leader: Any, follower: Any, opened: Any, ties: str) -> None:
    """The policy that is told gives what is told, by the definition."""
    columns = range(len(leader[0]))
    policy = decided.policy * len(columns) if len(decided.policy) == 1 else decided.policy
    assert all(sum(share for _, share in mixture) == 1 and all(x > 0 for _, x in mixture) for mixture in policy)
    u, r = ([mean(rows, policy[b], b) for b in columns] for rows in (leader, follower))
    best = [b for b in columns if r[b] == max(r)]
    value = to_fraction(decided.value)
    assert decided.response in best
    assert u[decided.response] == value
    if ties == "weak" and decided.attained:
        assert min(u[b] for b in best) == value
        for b in best:
            assert u[b] > value or not any((a, b) in opened for a, _ in policy[b])


@pytest.mark.parametrize("ties", ["strong", "weak"])
def test_deterministic_prescriptions_are_the_best_of_all(ties: str) -> None:
    for leader, follower, _ in drawn(300, 1):
        rows, columns = len(leader), len(leader[0])
        pick = max if ties == "strong" else min
        found = []
        for plan in product(range(rows), repeat=columns):
            r = [follower[a][b] for b, a in enumerate(plan)]
            found.append(pick(leader[a][b] for b, a in enumerate(plan) if r[b] == max(r)))
        decided = getattr(prescriptions, ties)(Decision(table(leader), table(follower)), mixed=False)
        assert decided.value == max(found)
        require_policy(decided, leader, follower, (), ties)
        assert decided.attained
        assert all(len(mixture) == 1 for mixture in decided.policy)


def test_strong_prescriptions_by_definition() -> None:
    for leader, follower, _ in drawn(150, 2):
        decided = prescriptions.strong(Decision(table(leader), table(follower)), mixed=True)
        value = to_fraction(decided.value)
        told = Definition(exactly(leader), exactly(follower))
        assert told.strong(value, strictly=False)
        assert not told.strong(value, strictly=True)
        require_policy(decided, leader, follower, (), "strong")
        assert decided.attained


def exactly(rows: Any) -> list[list[Fraction]]:
    return [[Fraction(value) for value in row] for row in rows]


def test_weak_prescriptions_by_definition() -> None:
    outcomes = set()
    for leader, follower, opened in drawn(200, 3):
        decided = prescriptions.weak(Decision(table(leader), table(follower), opened), mixed=True)
        outcomes.add((require_weak(decided, leader, follower, opened, prescription=True), bool(opened)))
    assert outcomes == {(True, True), (True, False), (False, True), (False, False)}


def test_weak_commitments_by_definition() -> None:
    outcomes = set()
    for leader, follower, opened in drawn(200, 4):
        decided = commitments.mixed_weak(Decision(table(leader), table(follower), opened), lambda: False)
        outcomes.add((require_weak(decided, leader, follower, opened, prescription=False), bool(opened)))
    assert outcomes == {(True, True), (True, False), (False, True), (False, False)}


def test_hard_commitments_by_definition() -> None:
    source = random.Random(6)
    for _ in range(150):
        leader, follower, opened = hard(source)
        decided = commitments.mixed_weak(Decision(table(leader), table(follower), opened), lambda: False)
        require_weak(decided, leader, follower, opened, prescription=False)


def require_weak(decided: Decided, leader: Any, follower: Any, opened: Any, *, prescription: bool) -> bool:
    value = to_fraction(decided.value)
    told = Definition(exactly(leader), exactly(follower), opened, prescription)
    assert told.weak(value - CLOSE, strictly=False)
    assert not told.weak(value, strictly=True)
    assert decided.attained == told.attained(value)
    require_policy(decided, leader, follower, opened, "weak")
    return decided.attained


def test_what_prescriptions_punish_with() -> None:
    """Worked by hand: the follower can secure 1 (by b2), and gets it from b1 one time in three."""
    leader, follower = [[4, 0], [1, 0]], [[0, 1], [3, 1]]
    found = prescriptions.strong(Decision(table(leader), table(follower)), mixed=True)
    assert found.value == 3
    assert found.policy == (((0, fmpq(2, 3)), (1, fmpq(1, 3))), ((0, fmpq(1)),))
    found = prescriptions.weak(Decision(table(leader), table(follower)), mixed=True)
    assert (found.value, found.attained, found.response) == (3, False, 0)  # b2 ties there and gives her nothing
    found = prescriptions.weak(Decision(table(leader), table(follower)), mixed=False)
    assert (found.value, found.response) == (1, 0)


def test_a_follower_who_secures_its_best_ties_everywhere() -> None:
    """Two constant columns at the level: both respond, and she gets the lesser of the two best outcomes."""
    decision = Decision(table([[5, 0, 9], [1, 2, 9]]), table([[1, 1, 0], [1, 1, 0]]))
    found = prescriptions.weak(decision, mixed=True)
    assert (found.value, found.attained, found.response) == (2, True, 1)
    assert prescriptions.strong(decision, mixed=True).value == 5


def test_a_single_action_of_the_follower_is_played() -> None:
    decision = Decision(table([[1], [3]]), table([[0], [-5]]))
    for mixed in (False, True):
        for solve in (prescriptions.strong, prescriptions.weak):
            found = solve(decision, mixed=mixed)
            assert (found.value, found.attained, found.policy) == (3, True, (((1, fmpq(1)),),))


def test_optima_are_best_for_the_follower_then_lexicographically_greatest() -> None:
    """b1 gives her 2 at all of three actions; the follower prefers the last two alike."""
    decision = Decision(table([[2], [2], [2]]), table([[0], [1], [1]]))
    assert prescriptions.strong(decision, mixed=True).policy == (((1, fmpq(1)),),)
    # Of the mixtures that give exactly 1 those with the first action come first, and of these the greatest share.
    decision = Decision(table([[2, 0], [2, 0], [0, 0], [1, 0]]), table([[0, 1], [0, 1], [2, 1], [3, 1]]))
    found = prescriptions.strong(decision, mixed=True)
    assert (found.value, found.policy[0]) == (fmpq(5, 3), ((0, fmpq(2, 3)), (3, fmpq(1, 3))))
