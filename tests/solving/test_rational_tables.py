"""Payoffs whose common denominator would be far too long stay rational; nothing but the speed may change."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from flint import fmpq

import stackexact as sx
from stackexact.games import scalars
from stackexact.solving.concepts import concepts_of

EVERYTHING = [concept.name for concept in concepts_of("bimatrix") if not concept.needs_eta]


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


def drawn(rng: random.Random, size: int, *, long: bool) -> list[list[Fraction]]:
    """Random 30-digit fractions, whose common denominator is far longer than they are, or small integers."""

    def entry() -> Fraction:
        top, bottom = (10**30, 10**30) if long else (2, 1)
        return Fraction(rng.randint(-top, top), rng.randint(1, bottom))

    return [[entry() for _ in range(size)] for _ in range(size)]


@pytest.mark.parametrize("long", [(True, False), (False, True), (True, True)], ids=["leader", "follower", "both"])
@pytest.mark.parametrize("size", [5, 13])
def test_one_player_with_large_denominators(size: int, long: tuple[bool, bool]) -> None:
    """Whosever payoffs they are, both tables are in one field, and every claim is proved to the stand-alone checker."""
    rng = random.Random(size)
    game = sx.Game(*(drawn(rng, size, long=one) for one in long), tolerance=1)
    own = scalars.own_units(game)
    assert {type(value) for table in (own.leader, own.follower) for row in table for value in row} == {fmpq}
    names = [name for name in EVERYTHING if name != "correlated" or size < 10]
    solution = sx.solve(game, names)
    assert solution.certificate().check()
    strong = solution["mixed-strong"].cell
    assert solution["mixed-weak"].cell.leader <= strong.leader
    if "correlated" in names:
        assert solution["correlated"].cell.leader == strong.leader


def test_many_large_denominators() -> None:
    """A 20x20 table of random 30-digit fractions: the common denominator has some ten thousand digits."""
    rng = random.Random(1)
    game = sx.Game(drawn(rng, 20, long=True), drawn(rng, 20, long=True), tolerance=1)
    assert scalars.own_units(game).leader_unit == scalars.common_unit(game).leader_unit == 1
    solution = sx.solve(game)
    assert solution.certificate().check()
    assert solution["pure-strong"].cell.leader <= solution["mixed-strong"].cell.leader
