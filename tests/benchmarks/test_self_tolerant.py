"""``self-tolerant`` (the library's own definition): against that definition; proofs that prove nothing false."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from mutants import mutants
from oracles.benchmarks import Tolerance
from oracles.benchmarks import self_tolerant as defined
from strategies import Tables, share, tolerant_games

from stackexact.benchmarks import tolerant
from stackexact.benchmarks.entry import NEVER, ZERO, Entry, Gap, Lead
from stackexact.benchmarks.self_tolerant import SelfTolerant, search, verify
from stackexact.errors import Unproved
from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Numbers
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, common_unit

Given = tuple[Tables, Fraction]


def scalars(given: Given) -> Scalars[Any]:
    """Payoffs and tolerance in one unit."""
    tables, gamma = given
    return common_unit(Game(*tables, tolerance=gamma))


def require(given: Given, game: Scalars[Any], proved: SelfTolerant[Any]) -> None:
    """A proved answer must be the definition's, and be attained where it says."""
    tables, gamma = given
    world, expected = Tolerance(*tables), defined(*tables, gamma)

    def plain(value: Any) -> Fraction:
        return to_fraction(value) * game.leader_unit

    assert (plain(proved.leader), plain(proved.follower)) == (expected.leader, expected.follower)
    one, two = plain(proved.leader_epsilon), plain(proved.follower_epsilon)
    assert 0 <= one <= gamma
    assert 0 <= two <= gamma
    assert world.own_at(one).leader == expected.leader
    assert world.own_at(two).follower == expected.follower


@given(tolerant_games(5, 5))
def test_the_answer_is_that_of_the_definition(given: Given) -> None:
    """Both infima, attained at the ε named, whatever ties with the tolerance."""
    game = scalars(given)
    require(given, game, verify(game, search(game, fmpz(0)), Numbers()))


@given(tolerant_games(4, 4))
def test_it_is_never_above_the_tolerant_benchmark(given: Given) -> None:
    """To one's own errors as well: every player's benchmark is at most the tolerant one."""
    game = scalars(given)
    own = verify(game, search(game, fmpz(0)), Numbers())
    other = tolerant.verify(game, tolerant.search(game, fmpz(0)), Numbers())
    assert own.leader <= other.leader
    assert own.follower <= other.follower
    assert own.entries == other.entries


@share(60)
@given(tolerant_games(3, 3))
def test_a_changed_skeleton_proves_nothing_false(given: Given) -> None:
    """Every skeleton that differs in one place is refused, or proves a true answer another way."""
    game = scalars(given)
    m, n = given[0].shape
    outcomes = [(i, j) for i in range(m) for j in range(n)]
    points = [ZERO, *(Gap(i, j) for i, j in outcomes), *(Lead(a, b) for a in outcomes for b in outcomes if a != b)]
    others = {
        "epsilon": lambda value: points,
        "point": lambda value: [*points, NEVER],
        "guard": lambda value: [None, *outcomes],
        "entries": lambda value: [(*value[:i], Entry(ZERO), *value[i + 1 :]) for i in range(len(value))],
    }
    for changed in mutants(search(game, fmpz(0)), min(m, n), others):
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        require(given, game, proved)


def test_without_a_tolerance_nothing_is_proved() -> None:
    """Search and verification both need γ."""
    with_one = common_unit(Game([[1]], [[1]], tolerance=0))
    without = common_unit(Game([[1]], [[1]]))
    skeleton = search(with_one, fmpz(0))
    with pytest.raises(Unproved, match="tolerance"):
        search(without, fmpz(0))
    with pytest.raises(Unproved, match="tolerance"):
        verify(without, skeleton, Numbers())
