"""Floats that propose change not one byte of an answer: larger games than an oracle can enumerate, solved both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

import stackexact as sx
from stackexact.commitment import mixed_strong_search

MIXED = ["mixed-strong", "mixed-weak"]

KINDS: dict[str, Callable[[Random], Fraction]] = {
    "bits": lambda rng: Fraction(rng.randint(0, 1)),
    "small": lambda rng: Fraction(rng.randint(0, 2)),
    "wide": lambda rng: Fraction(rng.randint(0, 999)),
    "near": lambda rng: rng.randint(0, 1) + Fraction(rng.randint(-1, 1), 10**30),
    "close": lambda rng: rng.randint(0, 2) + Fraction(rng.randint(-1, 1), 10**8),
    "nothing": lambda rng: Fraction(0),
}


def drawn(seed: int) -> sx.Game:
    """A game of 4 to 15 actions a side: ties of one player or both, opposed interests, doubled columns."""
    rng = Random(seed)
    m, n = rng.randint(4, 15), rng.randint(4, 15)
    one, two = (KINDS[rng.choice(sorted(KINDS))] for _ in range(2))
    leader = [[one(rng) for _ in range(n)] for _ in range(m)]
    relation = rng.choice(["free", "free", "opposed", "disturbed"])
    if relation == "free":
        follower = [[two(rng) for _ in range(n)] for _ in range(m)]
    else:
        share = 0.2 if relation == "disturbed" else 0.0
        follower = [[-value + (two(rng) if rng.random() < share else 0) for value in row] for row in leader]
    for _ in range(rng.choice([0, 0, 3])):
        old, new = rng.randrange(n), rng.randrange(n)
        for row in follower:
            row[new] = row[old]
    return sx.Game(leader, follower)


@pytest.mark.parametrize("start", range(0, 80, 10))
def test_floats_change_no_byte_of_an_answer(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same document with every table searched in floats first, and with every table searched exactly."""
    for seed in range(start, start + 10):
        game = drawn(seed)
        found = []
        for limit in (0, 10**9):
            monkeypatch.setattr(mixed_strong_search, "SMALL", limit)
            solution = sx.solve(game, MIXED)
            assert solution.certificate().check().true
            found.append(json.dumps(solution.document()))
        assert found[0] == found[1], seed
