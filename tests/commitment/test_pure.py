"""``pure-strong`` and ``pure-weak``: against the definition; proofs that prove nothing false."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from mutants import mutants
from oracles import commitments
from oracles.linear import unit
from strategies import Tables, games

from stackexact.commitment.pure import Pure, search_strong, search_weak, verify_strong, verify_weak
from stackexact.errors import Unproved
from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Numbers
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, own_units

BOTH = pytest.mark.parametrize("strong", [True, False], ids=["strong", "weak"])


def plain(game: Scalars[Any], proved: Pure[Any]) -> commitments.Equilibrium:
    """A proved answer as the oracle writes it."""
    leader = to_fraction(proved.leader) * game.leader_unit
    follower = to_fraction(proved.follower) * game.follower_unit
    return commitments.Equilibrium(leader, follower, unit(proved.action, game.shape[0]), proved.response, proved.tied)


@BOTH
@given(games(5, 5))
def test_the_answer_is_that_of_the_definition(strong: bool, tables: Tables) -> None:
    """Values, action, response and tied actions."""
    game = own_units(Game(*tables))
    search, verify = (search_strong, verify_strong) if strong else (search_weak, verify_weak)
    assert plain(game, verify(game, search(game), Numbers())) == commitments.pure(*tables, strong=strong)


@BOTH
@given(games(3, 3))
def test_a_changed_skeleton_proves_nothing_false(strong: bool, tables: Tables) -> None:
    """Every skeleton that differs in one place is refused, or proves the same answer another way."""
    game = own_units(Game(*tables))
    search, verify = (search_strong, verify_strong) if strong else (search_weak, verify_weak)
    m, n = tables.shape
    outcomes = [(i, j) for i in range(m) for j in range(n)]
    more = {
        "reaching": lambda value: [(*value, outcome) for outcome in outcomes],
        "low": lambda value: [(*value, outcome) for outcome in outcomes],
    }
    for changed in mutants(search(game), min(m, n), more):
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        assert plain(game, proved) == commitments.pure(*tables, strong=strong)


@given(games(4, 4))
def test_a_pessimist_never_earns_more(tables: Tables) -> None:
    """pure-weak <= pure-strong, and both are the value of some outcome that answers the action best."""
    game = own_units(Game(*tables))
    strong = plain(game, verify_strong(game, search_strong(game), Numbers()))
    weak = plain(game, verify_weak(game, search_weak(game), Numbers()))
    assert weak.leader <= strong.leader
    for found in (strong, weak):
        assert found.response in commitments.best_responses(tables.follower, found.commitment)
