"""Error-tolerant benchmarks on a grid that holds every ε where something changes, and alignment over all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

Table = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Benchmarks:
    """The infima of both players."""

    leader: Fraction
    follower: Fraction


class Tolerance:
    """B_ε, A_ε and what each ε gives to either player, as the definitions have it."""

    def __init__(self, leader: Table, follower: Table) -> None:
        self.leader, self.follower = leader, follower
        self.gaps = [[max(row) - value for value in row] for row in follower]

    def tolerated(self, i: int, epsilon: Fraction) -> list[int]:
        """B_ε(i)."""
        return [j for j, gap in enumerate(self.gaps[i]) if gap <= epsilon]

    def guaranteed(self, epsilon: Fraction) -> Fraction:
        """max_i min over B_ε(i) of u1."""
        return max(min(row[j] for j in self.tolerated(i, epsilon)) for i, row in enumerate(self.leader))

    def entered(self, epsilon: Fraction) -> list[int]:
        """A_ε."""
        level = self.guaranteed(epsilon) - epsilon
        rows = enumerate(self.leader)
        return [i for i, row in rows if max(row[j] for j in self.tolerated(i, epsilon)) >= level]

    def at(self, epsilon: Fraction) -> Benchmarks:
        """What ε gives to both players (``tolerant``)."""
        worst = min(max(self.follower[i]) for i in self.entered(epsilon))
        return Benchmarks(self.guaranteed(epsilon) + epsilon, worst + epsilon)

    def own_at(self, epsilon: Fraction) -> Benchmarks:
        """What ε gives to both players (``self-tolerant``)."""
        outcomes = [(i, j) for i in self.entered(epsilon) for j in self.tolerated(i, epsilon)]
        tables = (self.leader, self.follower)
        return Benchmarks(*(min(table[i][j] for i, j in outcomes) + epsilon for table in tables))

    def grid(self, gamma: Fraction) -> list[Fraction]:
        """Every ε up to γ at which a set can change, γ itself, and points between them."""
        payoffs = sorted({value for row in self.leader for value in row})
        changes = {Fraction(0), gamma, *(gap for row in self.gaps for gap in row)}
        changes |= {high - low for low, high in combinations(payoffs, 2)}
        points = sorted(point for point in changes if point <= gamma)
        near = (Fraction(1, 10**6), Fraction(1, 2), 1 - Fraction(1, 10**6))
        return [*points, *(a + share * (b - a) for a, b in pairwise(points) for share in near)]


def tolerant(leader: Table, follower: Table, gamma: Fraction) -> Benchmarks:
    """The error-tolerant benchmarks."""
    world = Tolerance(leader, follower)
    return _least([world.at(epsilon) for epsilon in world.grid(gamma)])


def self_tolerant(leader: Table, follower: Table, gamma: Fraction) -> Benchmarks:
    """The self-tolerant benchmarks (the library's own definition)."""
    world = Tolerance(leader, follower)
    return _least([world.own_at(epsilon) for epsilon in world.grid(gamma)])


def _least(found: Sequence[Benchmarks]) -> Benchmarks:
    return Benchmarks(min(one.leader for one in found), min(one.follower for one in found))


def alignment(leader: Table, follower: Table) -> tuple[Fraction | None, bool]:
    """The least constant over all pairs of outcomes (None: there is none), and whether both rank them alike."""
    outcomes = [pair for one, two in zip(leader, follower, strict=True) for pair in zip(one, two, strict=True)]
    constant: Fraction | None = Fraction(0)
    same = True
    for (a, b), (c, d) in combinations(outcomes, 2):
        one, two = abs(a - c), abs(b - d)
        same &= (a > c, a < c) == (b > d, b < d)
        if constant is None or not (one or two):
            continue
        constant = max(constant, one / two, two / one) if one and two else None
    return constant, same
