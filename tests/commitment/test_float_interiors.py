"""Interior points proposed on one model: held against the exact interior program of every class."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from hypothesis import strategies as st
from strategies import HUGE, Tables, games

from stackexact.commitment.float_interiors import FloatInteriors, moderate
from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.commitment.mixed_weak import Thin
from stackexact.commitment.mixed_weak_search import WeakSearch
from stackexact.commitment.weak_hints import NumericHints
from stackexact.commitment.weak_programs import classes_of
from stackexact.exact.fields import Rationals
from stackexact.exact.prover import Ratio
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import own_units
from stackexact.lp.simplex import Dictionary


@given(games(4, 5, kinds=("bits", "small", "wide")))
def test_a_point_is_proposed_where_the_region_has_an_interior_and_nowhere_else(tables: Tables) -> None:
    """Class after class on one model: what is proposed survives the exact check, and no thin region has a point."""
    game = own_units(Game(*tables))
    hints, exact = NumericHints(NumericLPs(game, use_floats=True)), WeakSearch(game, Rationals())
    for members in (*classes_of(game), *classes_of(game)[::-1]):
        thin = isinstance(exact.interior(members), Thin)
        assert (hints.interior(members) is None) == thin


@given(st.integers(0, 10**6))
def test_the_greatest_point_of_a_region_is_proposed(seed: int) -> None:
    """HiGHS's way through all objectives ends at, or beside, the exact lexicographically greatest point."""
    rng = Random(seed)
    size = rng.randint(3, 8)
    drawn = [[[rng.randint(0, 2) for _ in range(size)] for _ in range(size)] for _ in range(2)]
    game = own_units(Game(*drawn))
    search, hints = WeakSearch(game, Rationals()), NumericHints(NumericLPs(game, use_floats=True))
    goal = tuple(row[0] for row in game.leader)
    program = search.program(search.classes[0], (), Ratio(fmpz(0), fmpz(1)), goal)
    state = Dictionary(program, Rationals())
    if state.restore() is not None:
        return
    state.improve()
    _, expected = search.greatest(state)
    near = hints.greatest(program)
    assert near is not None
    proposed = search.solved(program, near)
    before = proposed.pivots
    assert search.greatest(proposed)[1] == expected
    assert proposed.pivots <= before + 2


@pytest.mark.parametrize(
    ("value", "expected"), [(7, True), (-(2**49), True), (2**51, False), (Fraction(1, 3), True), (HUGE, False)]
)
def test_only_integers_that_floats_hold_are_moderate(value: Any, expected: bool) -> None:
    """In units of their own thirds are integers; what floats would round goes to a model of its own rows."""
    assert moderate(own_units(Game([[0, 0]], [[value, 1]])).follower) == expected


def test_one_value_everywhere_is_one_class() -> None:
    """Without any range every commitment is inner."""
    game = own_units(Game([[0, 1], [1, 0]], [[3, 3], [3, 3]]))
    point = FloatInteriors(game.follower).point((0, 1))
    assert point == pytest.approx([0.5, 0.5])
