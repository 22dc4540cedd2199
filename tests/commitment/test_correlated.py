"""``correlated``: one program instead of many, and the same value (Conitzer & Korzhyk 2011)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from mutants import mutants
from oracles import commitments
from oracles.linear import dot
from oracles.programs import lexicographic
from readings import number
from strategies import Tables, games, share

from stackexact.commitment.correlated import Correlated, objectives, pairs, program, search, verify
from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.commitment.weak_hints import NumericHints
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.fields import Rationals
from stackexact.exact.prover import Numbers
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, own_units
from stackexact.lp.program import Program

Answer = tuple[Fraction, Fraction, tuple[Fraction, ...]]


def plain(game: Scalars[Any], proved: Correlated[Any]) -> Answer:
    """Both values and the distribution, row by row."""
    weights = tuple(map(number, proved.distribution))
    return game.leader_unit * number(proved.leader), game.follower_unit * number(proved.follower), weights


def solved(game: Scalars[Any], *, floats: bool) -> Answer:
    """Search from HiGHS's basis or from nothing, and verify."""
    hints = NumericHints(NumericLPs(game, use_floats=floats))
    start = hints.basis(program(game, fmpz(0), fmpz(1)))
    return plain(game, verify(game, search(game, Rationals(), start), Numbers()))


def optimal(tables: Tables) -> Answer:
    """The lexicographic optimum that z3 finds, from a program written down here."""
    follower = tables.follower
    m, n = tables.shape
    rows = []
    for j in range(n):
        for k in range(n):
            rows.append(
                tuple(follower[i][c] - follower[i][k] if c == j else Fraction(0) for i in range(m) for c in range(n))
            )
    one = (Fraction(1),) * (m * n)
    at_least = [(row, Fraction(0)) for row in rows]
    written: Program[Fraction] = Program.of(one, at_least=at_least, equal=[(one, Fraction(1))], zero=Fraction(0))
    flat = [tuple(value for row in table for value in row) for table in tables]
    units = [tuple(Fraction(int(c == place)) for c in range(m * n)) for place in range(m * n)]
    value, own, *weights = lexicographic(written, [*flat, *units])
    return value, own, tuple(weights)


@share(40)
@given(games(3, 3))
def test_the_answer_is_z3s(tables: Tables) -> None:
    """Leader's value, follower's value and the lexicographically greatest distribution, with floats and without."""
    game = own_units(Game(*tables))
    assert solved(game, floats=False) == solved(game, floats=True) == optimal(tables)


@given(games(4, 4))
def test_the_value_is_that_of_mixed_commitment(tables: Tables) -> None:
    """Correlation gains the leader nothing against one follower; the distribution is one that will be obeyed."""
    leader, follower = tables
    m, n = tables.shape
    game = own_units(Game(*tables))
    value, own, weights = solved(game, floats=True)
    strong = commitments.strong(leader, follower)
    assert value == strong.leader
    assert own >= strong.follower
    assert sum(weights) == 1
    assert min(weights) >= 0
    assert dot(weights, [v for row in leader for v in row]) == value
    for j in range(n):
        column = [weights[i * n + j] for i in range(m)]
        gains = [dot(column, commitments.column(follower, k)) for k in range(n)]
        assert gains[j] == max(gains)


@share(25)
@given(games(2, 2))
def test_a_changed_skeleton_proves_nothing_false(tables: Tables) -> None:
    """Every skeleton that differs in one place is refused, or proves the same answer another way."""
    game = own_units(Game(*tables))
    skeleton = search(game, Rationals())
    expected = plain(game, verify(game, skeleton, Numbers()))
    count = tables.shape[0] * tables.shape[1]
    levels = {"levels": lambda value: [level for level in range(1, count + 3) if level != value]}
    for changed in mutants(skeleton, count, levels):
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        assert plain(game, proved) == expected


def test_the_program_has_the_stated_form() -> None:
    """m·n variables, a row for every ordered pair of responses and one for the total; m·n + 2 objectives."""
    game = own_units(Game([[1, 2, 3], [4, 5, 6]], [[0, 1, 0], [1, 0, 0]]))
    assert program(game, fmpz(0), fmpz(1)).shape == (7, 6)
    assert len(pairs(game)) == 6
    assert [len(objectives(game, count, fmpz(0), fmpz(1))) for count in (1, 2, 8)] == [1, 2, 8]


def test_a_time_limit_is_kept() -> None:
    """A limit that is already reached ends the search with LimitReached."""
    game = own_units(Game([[2, 4], [1, 3]], [[1, 0], [0, 1]]))
    with pytest.raises(LimitReached):
        search(game, Rationals(), None, lambda: True)
