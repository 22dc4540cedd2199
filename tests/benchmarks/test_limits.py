"""The searches of the benchmarks ask for the limit wherever they walk over many outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flint import fmpz

from stackexact.benchmarks import alignment, self_tolerant, tolerant
from stackexact.errors import LimitReached
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import common_unit

SIZE = 40
GAME = common_unit(
    Game(
        [[7 * (i * SIZE + j) % 1601 for j in range(SIZE)] for i in range(SIZE)],
        [[11 * (i * SIZE + j) % 1601 for j in range(SIZE)] for i in range(SIZE)],
        tolerance=800,
    )
)

SEARCHES: dict[str, Callable[[Callable[[], bool]], Any]] = {
    "tolerant": lambda stop: tolerant.search(GAME, fmpz(0), stop),
    "self-tolerant": lambda stop: self_tolerant.search(GAME, fmpz(0), stop),
    "alignment": lambda stop: alignment.search(GAME, stop),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_every_look_at_the_limit_ends_the_search(name: str) -> None:
    """Whichever look first says so; a limit that is never reached changes nothing."""
    looks = 0

    def never() -> bool:
        nonlocal looks
        looks += 1
        return False

    expected = SEARCHES[name](never)
    assert looks >= (6 if name == "alignment" else 2 * SIZE)
    for last in range(0, looks, max(1, looks // 12)):
        left = iter([False] * last)
        with pytest.raises(LimitReached, match="time limit"):
            SEARCHES[name](lambda left=left: next(left, True))  # type: ignore[misc]
    assert SEARCHES[name](lambda: False) == expected
