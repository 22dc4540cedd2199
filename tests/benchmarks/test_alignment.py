"""``alignment``: against all pairs of outcomes; proofs that prove nothing false."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz_poly
from hypothesis import given
from mutants import mutants
from oracles.benchmarks import alignment as defined
from strategies import HUGE, TINY, Tables, games, share

from stackexact.benchmarks.alignment import Alignment, AlignmentSkeleton, search, search_pair, verify
from stackexact.errors import Unproved
from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Numbers
from stackexact.exact.tracing import Tracer
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, common_unit


def scalars(tables: Tables) -> Scalars[Any]:
    """Both tables in one unit."""
    return common_unit(Game(*tables))


def sign(value: Any) -> int:
    return (value > 0) - (value < 0)


def plain(proved: Alignment[Any]) -> tuple[Fraction | None, bool]:
    """The constant (None: infinite) and the flag."""
    constant = proved.constant
    return (None if constant is None else to_fraction(constant.top) / to_fraction(constant.bottom), proved.same_ranking)


def solved(tables: Tables) -> tuple[Fraction | None, bool]:
    """Search and verify."""
    game = scalars(tables)
    return plain(verify(game, search(game), Numbers()))


@given(games(5, 5))
def test_the_answer_is_that_of_all_pairs(tables: Tables) -> None:
    """The least constant over all pairs of outcomes, and whether both players rank them alike."""
    assert solved(tables) == defined(*tables)
    game = scalars(tables)
    assert plain(verify(game, search_pair(game), Numbers())) == defined(*tables)


@given(games(3, 3, kinds=("small", "quotients", "near", "huge")))
def test_a_finite_constant_is_at_least_one_unless_nothing_differs(tables: Tables) -> None:
    """L bounds both quotients of a pair and their product is 1; zero means that no outcome differs from another."""
    constant, same = solved(tables)
    differ = any(len({value for row in table for value in row}) > 1 for table in tables)
    if constant is not None:
        assert constant >= 1 if differ else constant == 0
    if same:
        assert constant is not None


@share(60)
@given(games(2, 3))
def test_a_changed_skeleton_proves_nothing_false(tables: Tables) -> None:
    """Every skeleton that differs in one place is refused, or proves the same answer another way."""
    game = scalars(tables)
    m, n = tables.shape
    pairs = [(a, b) for a in range(m * n) for b in range(m * n)]
    others = {
        "extreme": lambda value: [None, *pairs],
        "different": lambda value: [None, *pairs],
        "by_follower": lambda value: [(), tuple(range(m * n)), tuple(reversed(value))],
        "by_leader": lambda value: [(), tuple(range(m * n)), tuple(reversed(value))],
    }
    for changed in (*mutants(search(game), m * n, others), *mutants(search_pair(game), m * n, others)):
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        assert plain(proved) == defined(*tables)


@pytest.mark.parametrize(
    ("leader", "follower", "answer"),
    [
        ([[3, 1], [4, 2]], [[7, 7], [7, 7]], (None, False)),
        ([[5, 5], [5, 5]], [[7, 7], [7, 7]], (Fraction(0), True)),
        ([[1, 2]], [[3, 4]], (Fraction(1), True)),
        ([[1, 2]], [[4, 3]], (Fraction(1), False)),
        ([[0, 1]], [[0, HUGE]], (Fraction(HUGE), True)),
        ([[0, HUGE]], [[0, TINY]], (HUGE / TINY, True)),
        ([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]], (Fraction(40), False)),
        ([["3/5", "1/5"], ["1/2", "2/5"]], [["2/5", 0], ["3/10", "1/5"]], (Fraction(1), True)),
    ],
)
def test_known_constants(leader: Any, follower: Any, answer: tuple[Fraction | None, bool]) -> None:
    """Constant players, a single pair, far scales, and the games of math.md A.4."""
    game = common_unit(Game(leader, follower))
    assert plain(verify(game, search(game), Numbers())) == answer


def test_an_infinite_constant_needs_no_sign() -> None:
    """What is recorded where the pair's payoffs rise holds where they fall."""
    x = fmpz_poly([0, 1])
    nought, one = fmpz_poly([0]), fmpz_poly([1])
    game = Scalars(((nought, x),), ((one, one),), None, 1, 1)
    recorded = []
    for at in (-3, 3):
        tracer = Tracer(lambda value: fmpz_poly([value]), lambda value, at=at: sign(value(at)))  # type: ignore[misc]
        skeleton = AlignmentSkeleton((), (), (0, 1), True, True, None)
        assert verify(game, skeleton, tracer).constant is None
        recorded.append(tracer.conditions)
    assert recorded[0] == recorded[1]
    assert all(one.sign.admits(sign(one.polynomial(at))) for one in recorded[0] for at in (-7, 7))
    assert not all(one.sign.admits(sign(one.polynomial(0))) for one in recorded[0])
