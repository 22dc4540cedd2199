"""``tolerant``: against the definition on a grid that holds every change; proofs that prove nothing false."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from mutants import mutants
from oracles.benchmarks import Tolerance
from oracles.benchmarks import tolerant as defined
from strategies import HUGE, Tables, share, tolerant_games

from stackexact.benchmarks.entry import NEVER, ZERO, Entry, Gap, Lead
from stackexact.benchmarks.tolerant import Guarantee, Tolerant, search, verify
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


def require(given: Given, game: Scalars[Any], proved: Tolerant[Any]) -> None:
    """A proved answer must be the definition's, and be attained where it says."""
    tables, gamma = given
    world, expected = Tolerance(*tables), defined(*tables, gamma)

    def plain(value: Any) -> Fraction:
        return to_fraction(value) * game.leader_unit

    assert (plain(proved.leader), plain(proved.follower)) == (expected.leader, expected.follower)
    one, two = plain(proved.leader_epsilon), plain(proved.follower_epsilon)
    assert 0 <= one <= gamma
    assert 0 <= two <= gamma
    assert world.at(one).leader == expected.leader
    assert world.at(two).follower == expected.follower


@given(tolerant_games(5, 5))
def test_the_answer_is_that_of_the_definition(given: Given) -> None:
    """Both infima, attained at the ε named, whatever ties with the tolerance."""
    game = scalars(given)
    require(given, game, verify(game, search(game, fmpz(0)), Numbers()))


@given(tolerant_games(4, 4))
def test_actions_enter_where_the_proof_says(given: Given) -> None:
    """The entry point of every leader action: outside A_ε before it, inside from it on, None if never."""
    tables, gamma = given
    game = scalars(given)
    proved = verify(game, search(game, fmpz(0)), Numbers())
    world = Tolerance(*tables)
    grid = sorted(world.grid(gamma))
    for action, point in enumerate(proved.entries):
        inside = [epsilon for epsilon in grid if action in world.entered(epsilon)]
        if point is None:
            assert inside == []
        else:
            start = to_fraction(point) * game.leader_unit
            assert inside == [epsilon for epsilon in grid if epsilon >= start]
            assert action in world.entered(start)


@share(60)
@given(tolerant_games(3, 3))
def test_a_changed_skeleton_proves_nothing_false(given: Given) -> None:
    """Every skeleton that differs in one place is refused, or proves a true answer another way."""
    game = scalars(given)
    for changed in mutants(search(game, fmpz(0)), min(given[0].shape), others(given[0])):
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        require(given, game, proved)


def others(tables: Tables) -> dict[str, Any]:
    """Other points, guards, guarantees and entries."""
    m, n = tables.shape
    outcomes = [(i, j) for i in range(m) for j in range(n)]
    points = [ZERO, *(Gap(i, j) for i, j in outcomes), *(Lead(a, b) for a in outcomes for b in outcomes if a != b)]
    guarantees = [Guarantee(point, i) for point in points[: 1 + len(outcomes)] for i in range(m)]
    return {
        "epsilon": lambda value: points,
        "follower_epsilon": lambda value: points,
        "point": lambda value: [*points, NEVER],
        "guard": lambda value: [None, *outcomes],
        "guarantees": lambda value: [
            *((one,) for one in guarantees),
            *((*value, one) for one in guarantees),
            *((one, *value) for one in guarantees),
        ],
        "entries": lambda value: [(*value[:i], Entry(ZERO), *value[i + 1 :]) for i in range(len(value))],
    }


def test_the_misaligned_games_of_the_slides() -> None:
    """math.md A.4 at δ = 1/100, γ = 1/20: (1/2 + δ, δ) and (1/2, 3δ); with γ < δ the original values."""
    delta = Fraction(1, 100)
    leader = ((Fraction(3, 5), Fraction(1, 5)), (Fraction(1, 2), Fraction(2, 5)))
    last = (Fraction(3, 5), Fraction(2, 5))
    for second, gamma, values in (
        (Fraction(0), Fraction(1, 20), (Fraction(1, 2) + delta, delta)),
        (2 * delta, Fraction(1, 20), (Fraction(1, 2), 3 * delta)),
        (Fraction(0), delta / 2, (Fraction(3, 5), delta)),
        (2 * delta, delta / 2, (Fraction(1, 2), Fraction(3, 5))),
    ):
        given = Tables(leader, ((delta, second), last)), gamma
        game = scalars(given)
        proved = verify(game, search(game, fmpz(0)), Numbers())
        found = tuple(to_fraction(value) * game.leader_unit for value in (proved.leader, proved.follower))
        assert found == values


@pytest.mark.parametrize("scale", [Fraction(1, HUGE), Fraction(1), Fraction(HUGE)])
def test_a_gap_at_the_tolerance_counts_and_one_beside_it_does_not(scale: Fraction) -> None:
    """γ itself belongs to the range of ε; 1e-45 decides, whatever the scale."""
    leader = ((Fraction(0), Fraction(5)), (Fraction(1), Fraction(1)))
    follower = ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(0)))
    for gamma, value in ((Fraction(1), 1), (1 - Fraction(1, 10**45), 1)):
        tables = Tables(leader, follower).each(lambda one: tuple(tuple(scale * v for v in row) for row in one))
        given = tables, gamma * scale
        game = scalars(given)
        proved = verify(game, search(game, fmpz(0)), Numbers())
        require(given, game, proved)
        assert to_fraction(proved.leader) * game.leader_unit == value * scale


def test_without_a_tolerance_nothing_is_proved() -> None:
    """Search and verification both need γ."""
    with_one, without = (
        scalars((Tables(((Fraction(1),),), ((Fraction(1),),)), Fraction(0))),
        common_unit(Game([[1]], [[1]])),
    )
    skeleton = search(with_one, fmpz(0))
    with pytest.raises(Unproved, match="tolerance"):
        search(without, fmpz(0))
    with pytest.raises(Unproved, match="tolerance"):
        verify(without, skeleton, Numbers())
