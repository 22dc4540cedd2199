"""Payoffs whose common denominator would be far too long stay rational; nothing but the speed may change."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

import stackexact as sx
from stackexact.games import scalars
from stackexact.solving.concepts import concepts_of

EVERYTHING = [concept.name for concept in concepts_of("bimatrix")]


def tied_game(seed: int) -> sx.Game:
    """A small game with many ties."""
    rng = random.Random(seed)
    rows, columns, top = rng.randint(1, 4), rng.randint(1, 4), rng.choice([1, 2, 9])
    tables = [
        [[Fraction(rng.randint(-top, top), rng.choice([1, 2, 3])) for _ in range(columns)] for _ in range(rows)]
        for _ in range(2)
    ]
    return sx.Game(*tables, tolerance="1/3")


@pytest.mark.parametrize("seed", range(40))
def test_both_forms_give_the_same_answers(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Integers in one unit and rationals lead to the same claims, and to certificates that check."""
    game = tied_game(seed)
    integers = sx.solve(game, EVERYTHING).claims
    monkeypatch.setattr(scalars, "_fits", lambda scale, values: False)
    rationals = sx.solve(game, EVERYTHING)
    assert rationals.claims == integers
    assert rationals.certificate().check()


def test_many_large_denominators() -> None:
    """A 20x20 table of random 30-digit fractions: the common denominator has some ten thousand digits."""
    rng = random.Random(1)
    tables = [
        [[Fraction(rng.randint(-(10**30), 10**30), rng.randint(1, 10**30)) for _ in range(20)] for _ in range(20)]
        for _ in range(2)
    ]
    game = sx.Game(*tables, tolerance=1)
    assert scalars.own_units(game).leader_unit == scalars.common_unit(game).leader_unit == 1
    solution = sx.solve(game)
    assert solution.certificate().check()
    assert solution["pure-strong"].cell.leader <= solution["mixed-strong"].cell.leader
