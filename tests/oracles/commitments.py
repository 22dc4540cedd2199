"""Stackelberg equilibria of bimatrix games from their definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from oracles.linear import Constraint, Vector, centre, dot, unit, vertices

Table = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Equilibrium:
    """Both values, the commitment, the response and the responses that reach the value, by number."""

    leader: Fraction
    follower: Fraction
    commitment: Vector
    response: int
    tied: tuple[int, ...]


@dataclass(frozen=True)
class Supremum:
    """A supremum over commitments, and whether a commitment attains it."""

    leader: Fraction
    attained: bool


def column(table: Table, j: int) -> Vector:
    """One follower action's payoffs."""
    return tuple(row[j] for row in table)


def best_responses(follower: Table, x: Vector) -> tuple[int, ...]:
    """The follower's best responses to a commitment."""
    earned = [dot(column(follower, j), x) for j in range(len(follower[0]))]
    return tuple(j for j, value in enumerate(earned) if value == max(earned))


def pure(leader: Table, follower: Table, *, strong: bool) -> Equilibrium:
    """Commitment to one action: by value, then by the follower's value, then the first."""
    m, n = len(leader), len(leader[0])
    pick = max if strong else min
    responses = [[j for j in range(n) if row[j] == max(row)] for row in follower]
    worth = [pick(leader[i][j] for j in responses[i]) for i in range(m)]
    value = max(worth)
    first = max((max(follower[i]), -i) for i in range(m) if worth[i] == value)
    action = -first[1]
    tied = {j for i in range(m) if worth[i] == value for j in responses[i] if leader[i][j] == value}
    response = next(j for j in responses[action] if leader[action][j] == value)
    return Equilibrium(value, first[0], unit(action, m), response, tuple(sorted(tied)))


def _region(follower: Table, j: int) -> tuple[list[Constraint], list[Constraint]]:
    """Commitments to which j is a best response: equations and inequalities."""
    m, n = len(follower), len(follower[0])
    rows: list[Constraint] = [(unit(i, m), Fraction(0)) for i in range(m)]
    rows += [(tuple(row[j] - row[k] for row in follower), Fraction(0)) for k in range(n) if k != j]
    return [((Fraction(1),) * m, Fraction(1))], rows


def strong(leader: Table, follower: Table) -> Equilibrium:
    """The best vertex of all best-response regions: by value, the follower's value, then lexicographically."""
    m, n = len(leader), len(leader[0])
    best: dict[int, tuple[Fraction, Fraction, Vector]] = {}
    for j in range(n):
        corners = vertices(m, *_region(follower, j))
        if corners:
            best[j] = max((dot(column(leader, j), x), dot(column(follower, j), x), x) for x in corners)
    value = max(key[0] for key in best.values())
    tied = tuple(j for j in sorted(best) if best[j][0] == value)
    top = max(best.values())
    return Equilibrium(*top, response=min(j for j in tied if best[j] == top), tied=tied)


def optimal(leader: Table, follower: Table) -> dict[int, set[Vector]]:
    """By response, all vertices that give the leader the strong value and the follower the most that then is left."""
    m, n = len(leader), len(leader[0])
    corners = {j: vertices(m, *_region(follower, j)) for j in range(n)}
    worth = {
        (j, x): (dot(column(leader, j), x), dot(column(follower, j), x)) for j, some in corners.items() for x in some
    }
    top = max(worth.values())
    found: dict[int, set[Vector]] = {}
    for (j, x), values in worth.items():
        if values == top:
            found.setdefault(j, set()).add(x)
    return found


def weak(leader: Table, follower: Table) -> Supremum:
    """Over every set of responses that some commitment has as its best responses: the best worst response.

    Such commitments are relatively open in the polytope where the set ties for best, so the supremum is its maximum.
    """
    pieces = list(_tie_sets(leader, follower))
    value = max(_worst(leader, tie, equal, at_least) for tie, equal, at_least in pieces)
    attained = any(
        attains(leader, follower, value, centre(corners))
        for tie, equal, at_least in pieces
        if (corners := vertices(len(leader), equal, [*at_least, *((column(leader, k), value) for k in tie)]))
    )
    return Supremum(value, attained)


def attains(leader: Table, follower: Table, value: Fraction, x: Vector) -> bool:
    """Whether every best response to a commitment gives the leader at least the value."""
    return all(dot(column(leader, k), x) >= value for k in best_responses(follower, x))


def _tie_sets(leader: Table, follower: Table) -> Iterable[tuple[tuple[int, ...], list[Constraint], list[Constraint]]]:
    m, n = len(leader), len(leader[0])
    for size in range(1, n + 1):
        for tie in combinations(range(n), size):
            equal, at_least = _region(follower, tie[0])
            equal += [(tuple(row[tie[0]] - row[k] for row in follower), Fraction(0)) for k in tie[1:]]
            corners = vertices(m, equal, at_least)
            if corners and best_responses(follower, centre(corners)) == tie:
                yield tie, equal, at_least


def _worst(leader: Table, tie: Sequence[int], equal: list[Constraint], at_least: list[Constraint]) -> Fraction:
    """The maximum over a polytope of the minimum of u1 over some responses: a vertex in (x, minimum)."""
    nought = Fraction(0)
    wide = [((*row, nought), right) for row, right in at_least]
    wide += [((*column(leader, k), Fraction(-1)), nought) for k in tie]
    return max(point[-1] for point in vertices(len(leader) + 1, [((*r, nought), b) for r, b in equal], wide))


def maximin(leader: Table) -> Fraction:
    """The greatest payoff that a mixture of rows guarantees against every column."""
    m, n = len(leader), len(leader[0])
    return _worst(
        leader,
        range(n),
        [((Fraction(1),) * m, Fraction(1))],
        [(unit(i, m), Fraction(0)) for i in range(m)],
    )


def weak_classes(leader: Table, follower: Table) -> tuple[tuple[int, ...], ...]:
    """The classes of equivalent responses whose best-response region has an interior and reaches the weak value."""
    m, n = len(leader), len(leader[0])
    value = weak(leader, follower).leader
    classes = dict.fromkeys(tuple(k for k in range(n) if column(follower, k) == column(follower, j)) for j in range(n))
    found = []
    for members in classes:
        equal, at_least = _region(follower, members[0])
        corners = vertices(m, equal, at_least)
        inside = centre(corners) if corners else (Fraction(0),)
        full = all(inside) and best_responses(follower, inside) == members
        if full and _worst(leader, members, equal, at_least) == value:
            found.append(members)
    return tuple(found)
