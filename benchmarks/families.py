"""Seeded families of games, as exact payoff tables.

The same family, shape and seed give the same tables on every machine. Nothing but the standard library is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Final

__all__ = ["FAMILIES", "Family", "Tables", "family", "tables"]

Number = int | Fraction
Table = tuple[tuple[Number, ...], ...]

TINY: Final = Fraction(1, 10**30)
"""What separates the payoffs of a near-tie."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Exact payoffs of leader and follower by leader action (rows) and follower action (columns)."""

    leader: Table
    follower: Table

    def floats(self) -> tuple[list[list[float]], list[list[float]]]:
        """Both tables in floats, each payoff rounded to the nearest: all that a float solver can be given."""
        return _floats(self.leader), _floats(self.follower)


@dataclass(frozen=True, slots=True)
class Family:
    """A family of games: its name, a line that describes it, and what draws one game of m x n actions."""

    name: str
    description: str
    draw: Callable[[Random, int, int], Tables]


def _floats(table: Table) -> list[list[float]]:
    return [[float(value) for value in row] for row in table]


def _table(rows: int, columns: int, entry: Callable[[], Number]) -> Table:
    return tuple(tuple(entry() for _ in range(columns)) for _ in range(rows))


def _independent(entry: Callable[[Random], Number]) -> Callable[[Random, int, int], Tables]:
    """Both players' payoffs drawn alike, entry by entry."""

    def draw(rng: Random, rows: int, columns: int) -> Tables:
        leader = _table(rows, columns, lambda: entry(rng))
        return Tables(leader, _table(rows, columns, lambda: entry(rng)))

    return draw


def _beside(leader: Callable[[Random], Number]) -> Callable[[Random, int, int], Tables]:
    """A leader with many ties against a follower with few."""

    def draw(rng: Random, rows: int, columns: int) -> Tables:
        table = _table(rows, columns, lambda: leader(rng))
        return Tables(table, _table(rows, columns, lambda: rng.randint(0, 999)))

    return draw


def _against(noise: int) -> Callable[[Random, int, int], Tables]:
    """The follower wants the opposite of the leader, up to an integer noise in 0..noise."""

    def draw(rng: Random, rows: int, columns: int) -> Tables:
        leader = _table(rows, columns, lambda: rng.randint(0, 999))
        follower = tuple(tuple(rng.randint(0, noise) - value for value in row) for row in leader)
        return Tables(leader, follower)

    return draw


FAMILIES: Final[dict[str, Family]] = {
    one.name: one
    for one in (
        Family("uniform", "integers 0..999", _independent(lambda rng: rng.randint(0, 999))),
        Family("covariant", "near zero-sum: u2 = -u1 + integers 0..99", _against(99)),
        Family("zero-sum", "u2 = -u1, integers 0..999", _against(0)),
        Family("ties", "integers 0..2", _independent(lambda rng: rng.randint(0, 2))),
        Family("binary", "u1 integers 0..1, u2 integers 0..999", _beside(lambda rng: rng.randint(0, 1))),
        Family("constant", "u1 = 1, u2 integers 0..999", _beside(lambda rng: 1)),
        Family("binary64", "random doubles in [0, 1), taken exactly", _independent(lambda rng: Fraction(rng.random()))),
        Family("near-ties", "0..3 plus -9..9 times 1e-30", _independent(lambda rng: rng.randint(0, 3) + _tiny(rng))),
    )
}


def _tiny(rng: Random) -> Fraction:
    return rng.randint(-9, 9) * TINY


def family(name: str) -> Family:
    """The family of that name; a ``ValueError`` lists the names if there is none."""
    if name not in FAMILIES:
        raise ValueError(f"family: expected one of {', '.join(FAMILIES)}, found {name!r}")
    return FAMILIES[name]


def tables(name: str, rows: int, columns: int, seed: int) -> Tables:
    """Game number ``seed`` of a family."""
    return family(name).draw(Random(f"{name} {rows} {columns} {seed}"), rows, columns)
