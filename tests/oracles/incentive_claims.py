"""What is claimed of games of incentives, by definition: every follower's action is a variable, costs are functions.

Costs are Python expressions in numbers, known from their values alone. What infinitely many followers do is what they
do where nobody moves the mean; limits are what values with 10**40 followers (or gains of 10**40) come near to. Each
function tells what of a claim is false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

Vector = list[Fraction]
Matrix = list[Vector]
Cost = Callable[..., Fraction]

MANY = Fraction(10) ** 40
NEAR = Fraction(1, 10**12)


@dataclass(frozen=True)
class Quadratic:
    """½ z'Hz + g'z + c, from the values of a function."""

    hessian: Matrix
    gradient: Vector

    @classmethod
    def of(cls, function: Callable[[Vector], Fraction], size: int) -> Quadratic:
        """The second differences of a quadratic function, and its slopes at 0."""

        def at(*places: int) -> Fraction:
            return function([Fraction(places.count(i)) for i in range(size)])

        hessian = [[at(i, j) - at(i) - at(j) + at() for j in range(size)] for i in range(size)]
        return cls(hessian, [at(i) - at() - hessian[i][i] / 2 for i in range(size)])

    def slopes(self, point: Sequence[Fraction]) -> Vector:
        """The gradient at a point."""
        return [
            sum((h * z for h, z in zip(row, point, strict=True)), g)
            for row, g in zip(self.hessian, self.gradient, strict=True)
        ]

    def lowest(self) -> Vector:
        """The only stationary point."""
        return solved(self.hessian, [-g for g in self.gradient])


def solved(matrix: Matrix, right: Vector) -> Vector:
    """The solution of a regular system."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k in range(len(rows)):
        pivot = next(i for i in range(k, len(rows)) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def rank(matrix: Matrix) -> int:
    """How many rows are independent."""
    rows, found = [list(row) for row in matrix], 0
    for k in range(len(rows[0])):
        pivot = next((i for i in range(found, len(rows)) if rows[i][k]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            rows[i] = [a - rows[i][k] / rows[found][k] * b for a, b in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


def determinant(matrix: Matrix) -> Fraction:
    """By the first row."""
    if not matrix:
        return Fraction(1)
    minors = ([row[:k] + row[k + 1 :] for row in matrix[1:]] for k in range(len(matrix)))
    return sum(((-1) ** k * matrix[0][k] * determinant(minor) for k, minor in enumerate(minors)), Fraction(0))


def semidefinite(matrix: Matrix) -> bool:
    """No principal minor is negative."""
    size = len(matrix)
    chosen = (some for k in range(1, size + 1) for some in combinations(range(size), k))
    return all(determinant([[matrix[i][j] for j in some] for i in some]) >= 0 for some in chosen)


def mean(values: Sequence[Fraction]) -> Fraction:
    """The average."""
    return sum(values, Fraction(0)) / len(values)


@dataclass(frozen=True)
class Played:
    """A game of numbers without a major follower: costs of (u0, u, ū), lists of numbers each."""

    leader: Cost
    follower: Cost
    names: tuple[list[str], list[str]]
    count: int

    @property
    def sizes(self) -> tuple[int, int]:
        """Of the leader's action and of a follower's."""
        return len(self.names[0]), len(self.names[1])

    def split(self, z: Vector) -> tuple[Vector, list[Vector], Vector]:
        """u0, all u_i, and their mean."""
        m, n = self.sizes
        own = [z[m + n * i : m + n * i + n] for i in range((len(z) - m) // n)]
        return z[:m], own, [mean([u[c] for u in own]) for c in range(n)]

    def paid(self, z: Vector) -> Fraction:
        """By the leader, on average."""
        u0, own, average = self.split(z)
        return mean([self.leader(u0, u, average) for u in own])

    def team(self) -> tuple[Vector, Vector, Fraction]:
        """What is best for the leader: all are variables."""
        return self._team

    @cached_property
    def _team(self) -> tuple[Vector, Vector, Fraction]:
        m, n = self.sizes
        z = Quadratic.of(self.paid, m + n * self.count).lowest()
        u0, own, average = self.split(z)
        assert all(u == average for u in own)
        return u0, average, self.paid(z)

    def point(self, given: dict[str, str]) -> tuple[Vector, Vector]:
        """Actions by name."""
        u0, u = ([Fraction(given[name]) for name in names] for names in self.names)
        return u0, u

    def matrix(self, given: dict[str, dict[str, str]]) -> Matrix:
        """A gain by names."""
        return [[Fraction(given[one][two]) for two in self.names[1]] for one in self.names[0]]

    def under(self, gain: Matrix, i: int = 0) -> Callable[[Vector], Fraction]:
        """What a follower pays as a function of all u_j, where u0 = u0* + K Σ(u_j − v*)."""
        u0, v, _ = self.team()

        def cost(z: Vector) -> Fraction:
            _, own, average = self.split([*u0, *z])
            moved = [sum((u[c] - v[c] for u in own), Fraction(0)) for c in range(len(v))]
            shown = [
                a + sum((k * x for k, x in zip(row, moved, strict=True)), Fraction(0))
                for a, row in zip(u0, gain, strict=True)
            ]
            return self.follower(shown, own[i], average)

        return cost

    def stationary(self, gain: Matrix) -> Vector:
        """A follower's slopes by its own action at the team optimum."""
        _, v, _ = self.team()
        return Quadratic.of(self.under(gain), len(v) * self.count).slopes(v * self.count)[: len(v)]

    def influence(self) -> Vector:
        """How its slope moves with the gain on its own action: the same by each of its components."""
        m, n = self.sizes
        nothing = [[Fraction(0)] * n for _ in range(m)]
        rest = self.stationary(nothing)
        made = []
        for j in range(m):
            unit = [[Fraction(j == i)] + [Fraction(0)] * (n - 1) for i in range(m)]
            made.append(self.stationary(unit)[0] - rest[0])
        return made


def flags(jacobian: Matrix, size: int, count: int) -> dict[str, bool]:
    """Whether the first-order conditions of all followers have one solution: among all, those alike, those apart."""
    whole = size * count
    same = [[Fraction((k % size == c) - 0) for c in range(size)] for k in range(whole)]
    alike = [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*same, strict=True)]
        for row in jacobian
    ]
    sums = [list(column) for column in zip(*same, strict=True)]
    return {
        "unique": rank(jacobian) == whole,
        "unique_alike": rank(alike) == size,
        "unique_apart": rank([*jacobian, *sums]) == whole,
    }


def false_of_incentive(game: Played, cell: dict[str, Any]) -> Iterator[str]:
    """What of the claim ``incentive`` is not so."""
    u0, v, _ = game.team()
    size, count = len(v), game.count
    if "gain" not in cell:
        nothing = [[Fraction(0)] * size for _ in u0]
        if cell["exists"] or any(game.influence()) or not any(game.stationary(nothing)):
            yield "exists"
        return
    gain, slopes = game.matrix(cell["gain"]), game.influence()
    if any(game.stationary(gain)) or rank([slopes, *map(list, zip(*gain, strict=True))]) > any(slopes):
        yield "gain"
    if game.point(cell["actions"]) != (u0, v):
        yield "actions"
    if game.matrix(cell["mean_gain"]) != [[k * count for k in row] for row in gain]:
        yield "mean_gain"
    if Fraction(cell["energy"]) != count * sum(k * k for row in gain for k in row):
        yield "energy"
    costs = [Quadratic.of(game.under(gain, i), size * count) for i in range(count)]
    convex = semidefinite([row[:size] for row in costs[0].hessian[:size]])
    if cell["second_order"] != convex or cell["exists"] != convex:
        yield "second_order"
    if convex:
        jacobian = [row for i, cost in enumerate(costs) for row in cost.hessian[size * i : size * i + size]]
        yield from (name for name, found in flags(jacobian, size, count).items() if cell[name] != found)


def false_of_mean_field(game: Played, cell: dict[str, Any]) -> Iterator[str]:
    """What of the claim ``mean-field`` is not so, the open-loop optimum found by moving u0."""
    u0, v, team = game.team()
    m, n = game.sizes
    whole = Quadratic.of(lambda z: game.follower(z[:m], z[m : m + n], z[m + n :]), m + 2 * n)
    slopes = whole.slopes([*u0, *v, *v])
    a, own, by_mean = slopes[:m], slopes[m : m + n], slopes[m + n :]
    square = sum((x * x for x in a), Fraction(0))
    if cell["finite_energy"] != (not any(own)):
        yield "finite_energy"
    if ("gain" in cell) != (bool(square) or not any([*own, *by_mean])):
        yield "gain"
    elif "gain" in cell:
        many = [[-x * (b + c / MANY) / (square or 1) for b, c in zip(own, by_mean, strict=True)] for x in a]
        energy = MANY * sum(k * k for row in many for k in row)
        yield from _limits(game, cell, many, energy)
    reaction = [[whole.hessian[m + i][m + j] + whole.hessian[m + i][m + n + j] for j in range(n)] for i in range(n)]
    if ("cost" in cell) != (rank(reaction) == n):
        yield "cost"
    elif "cost" in cell:
        yield from _open_loop(game, cell, whole, reaction, team)
    if "swapped_cost" in cell:
        gain = [[-x * b / (square or 1) for b in own] for x in a]
        there = _swapped(game, whole, gain, (u0, v)) if any(own) else team
        if abs(there - Fraction(cell["swapped_cost"])) > NEAR:
            yield "swapped_cost"


def _limits(game: Played, cell: dict[str, Any], many: Matrix, energy: Fraction) -> Iterator[str]:
    for one, row in zip(game.names[0], many, strict=True):
        for two, value in zip(game.names[1], row, strict=True):
            if abs(Fraction(cell["gain"][one][two]) - value) > NEAR:
                yield "gain"
            if not near(cell["mean_gain"][one][two], value * MANY):
                yield "mean_gain"
    if not near(cell["energy"], energy):
        yield "energy"


def near(text: str, value: Fraction) -> bool:
    """Whether a value that is all but the limit is so."""
    if text in ("oo", "-oo"):
        return value * (1 if text == "oo" else -1) > 10**12
    return abs(Fraction(text) - value) < NEAR


def _open_loop(game: Played, cell: dict[str, Any], whole: Quadratic, reaction: Matrix, team: Fraction) -> Iterator[str]:
    m, n = game.sizes

    def responded(u0: Vector) -> Vector:
        return solved(reaction, [-value for value in whole.slopes([*u0, *[Fraction(0)] * (2 * n)])[m : m + n]])

    def paid(u0: Vector) -> Fraction:
        v = responded(u0)
        return game.leader(u0, v, v)

    best = Quadratic.of(paid, m).lowest()
    if game.point(cell["actions"]) != (best, responded(best)):
        yield "actions"
    if Fraction(cell["cost"]) != paid(best):
        yield "cost"
    if Fraction(cell["gap"]) != paid(best) - team:
        yield "gap"


def _swapped(game: Played, whole: Quadratic, gain: Matrix, at: tuple[Vector, Vector]) -> Fraction:
    """What the leader pays where infinitely many followers respond to a gain of 10**40 on the mean."""
    (u0, v), (m, n) = at, game.sizes

    def shown(u: Vector) -> Vector:
        return [
            x + MANY * sum((k * (b - c) for k, b, c in zip(row, u, v, strict=True)), Fraction(0))
            for x, row in zip(u0, gain, strict=True)
        ]

    def felt(u: Vector) -> Vector:
        return whole.slopes([*shown(u), *u, *u])[m : m + n]

    start = felt([Fraction(0)] * n)
    columns = [
        [b - c for b, c in zip(felt([Fraction(i == k) for i in range(n)]), start, strict=True)] for k in range(n)
    ]
    found = solved([list(row) for row in zip(*columns, strict=True)], [-value for value in start])
    return game.leader(shown(found), found, found)


def false_of_randomised(game: Played, cell: dict[str, Any]) -> Iterator[str]:
    """What of the claim ``randomised`` is not so, expectations taken over who is drawn."""
    u0, v, team = game.team()
    (m, n), count = game.sizes, game.count
    whole = Quadratic.of(lambda z: game.follower(z[:m], z[m : m + n], z[m + n :]), m + 2 * n)
    slopes = whole.slopes([*u0, *v, *v])
    if "drawn_gain" not in cell:
        if cell["exists"] or any(slopes[:m]) or not any(slopes[m : m + n]):
            yield "exists"
        return
    gain = game.matrix(cell["drawn_gain"])

    def expected(z: Vector, i: int = 0) -> Fraction:
        _, own, average = game.split([*u0, *z])
        shown = [
            [
                x + sum((k * (b - c) for k, b, c in zip(row, u, v, strict=True)), Fraction(0))
                for x, row in zip(u0, gain, strict=True)
            ]
            for u in own
        ]
        return mean([game.follower(one, own[i], average) for one in shown])

    if game.point(cell["team_actions"]) != (u0, v):
        yield "team_actions"
    # Whoever takes the mean as given does best with v*, drawn once in N times.
    blind = [sum((slopes[j] * gain[j][k] for j in range(m)), Fraction(0)) / count + slopes[m + k] for k in range(n)]
    if any(blind) or rank([slopes[:m], *map(list, zip(*gain, strict=True))]) > any(slopes[:m]):
        yield "drawn_gain"
    costs = [Quadratic.of(lambda z, i=i: expected(z, i), n * count) for i in range(count)]  # type: ignore[misc]
    alone = [row[:n] for row in costs[0].hessian[:n]]
    strictly = semidefinite(alone) and rank(alone) == n
    if cell["exists"] != strictly:
        yield "exists"
    if not strictly:
        return
    own = solved(alone, [-value for value in costs[0].slopes(v * count)[:n]])
    if Fraction(cell["saving"]) != expected(v * count) - expected(
        [*(b + c for b, c in zip(v, own, strict=True)), *v * (count - 1)]
    ):
        yield "saving"
    # All alike: a follower's slope by its own action, all moving.
    felt = [costs[0].slopes([Fraction(i % n == k) for i in range(n * count)])[:n] for k in range(n)]
    start = costs[0].gradient[:n]
    rows = [[felt[k][c] - start[c] for k in range(n)] for c in range(n)]
    if ("cost" in cell) != (rank(rows) == n):
        yield "cost"
    elif "cost" in cell:
        u = solved(rows, [-value for value in start])
        shown = [
            x + sum((k * (b - c) for k, b, c in zip(row, u, v, strict=True)), Fraction(0))
            for x, row in zip(u0, gain, strict=True)
        ]
        if game.point(cell["actions"]) != (shown, u):
            yield "actions"
        paid = game.leader(shown, u, u)
        if (Fraction(cell["cost"]), Fraction(cell["error"])) != (paid, paid - team):
            yield "cost"
