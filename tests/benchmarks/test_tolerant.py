"""``tolerant``: against the definition on a grid that holds every change; proofs that prove nothing false."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from hypothesis import strategies as st
from mutants import mutants
from oracles.benchmarks import Tolerance
from oracles.benchmarks import tolerant as defined
from strategies import HUGE, Tables, share, tolerant_games

from stackexact.benchmarks.entry import NEVER, ZERO, Entry, Gap, Landscape, Lead
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


def staircase(size: int, shift: int) -> Scalars[Any]:
    """A game in which every outcome is a step: the leader loses a little more with every gap of the follower's.

    Where the follower's gaps lag behind (shift 1), as many guarantees are needed as there are steps.
    """
    leader = [[-(j * size + i) for j in range(size)] for i in range(size)]
    follower = [[-(j * size + i - shift * (size - 1)) if j else 0 for j in range(size)] for i in range(size)]
    return common_unit(Game(leader, follower, tolerance=size * size))


class Searched(list[Any]):
    """A list that may be searched but not walked through."""

    def __iter__(self) -> Any:
        raise AssertionError("walked through")


def test_no_action_walks_through_all_steps() -> None:
    """With m leader actions and mn steps, entry points are found by search: the work stays near mn."""
    scape = Landscape(staircase(6, 0), fmpz(0))
    expected = [scape.entry(action) for action in range(6)]
    assert len(scape.steps) > 25
    scape.steps = Searched(scape.steps)
    assert [scape.entry(action) for action in range(6)] == expected


@given(st.integers(1, 5), st.integers(0, 2), st.data())
def test_long_chains_of_guarantees(size: int, shift: int, data: st.DataObject) -> None:
    """Staircases with some payoffs changed: an action guarantees the value on many intervals, or just fails to."""
    entries = st.lists(st.sampled_from((0, 0, 0, 1, -1, 3)), min_size=size, max_size=size)

    def disturbed(table: Any) -> Any:
        rows = [zip(row, data.draw(entries), strict=True) for row in table]
        return tuple(tuple(Fraction(int(value) + by) for value, by in row) for row in rows)

    plain = staircase(size, shift)
    given = Tables(disturbed(plain.leader), disturbed(plain.follower)), Fraction(data.draw(st.integers(0, size * size)))
    game = scalars(given)
    require(given, game, verify(game, search(game, fmpz(0)), Numbers()))


class Counted(int):
    """An integer that counts the comparisons of all integers of its kind."""

    count = 0

    def __sub__(self, other: int) -> Counted:
        return Counted(int(self) - int(other))

    def __add__(self, other: int) -> Counted:
        return Counted(int(self) + int(other))

    def __neg__(self) -> Counted:
        return Counted(-int(self))

    def __lt__(self, other: int) -> bool:
        Counted.count += 1
        return int(self) < int(other)

    def __gt__(self, other: int) -> bool:
        Counted.count += 1
        return int(self) > int(other)


class Recorder(Numbers):
    """Counts the relations that a verification requires, and the looks that it takes."""

    def __init__(self) -> None:
        self.required = self.looked = 0

    def sign(self, value: Any) -> int:
        self.looked += 1
        return super().sign(value)

    def nonnegative(self, values: Any) -> None:
        kept = list(values)
        self.required += len(kept)
        super().nonnegative(kept)


def test_the_work_on_a_long_chain_stays_near_the_number_of_outcomes() -> None:
    """381 guarantees at 20 x 20: search and verification take a few steps per outcome, not one per pair of them."""
    size = 20
    plain = staircase(size, 1)
    leader, follower = (tuple(tuple(Counted(int(v)) for v in row) for row in t) for t in (plain.leader, plain.follower))
    skeleton = search(replace(plain, leader=leader, follower=follower, tolerance=Counted(size * size)), Counted(0))
    assert len(skeleton.guarantees) == size * size - size + 1
    assert Counted.count < 60 * size * size
    recorder = Recorder()
    verify(plain, skeleton, recorder)
    assert recorder.required < 8 * size * size
    assert recorder.looked < 20 * size * size


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
