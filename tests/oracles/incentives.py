"""Games of incentives with every follower's action as a variable of its own, solved directly.

Costs are Python expressions here, and they are never expanded: a quadratic function is known from its values
(:func:`polarised`). A game of N followers is then the quadratic functions of (u0, w, u_1, ..., u_N) that its players
pay, without a thought that followers are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from flint import fmpq, fmpq_mat

Function = Callable[[Sequence[fmpq]], fmpq]


def rational(value: Any) -> fmpq:
    """A number as flint has it."""
    made = Fraction(value)
    return fmpq(made.numerator, made.denominator)


def fraction(value: fmpq) -> Fraction:
    """A number as Python has it."""
    return Fraction(int(value.p), int(value.q))


def column(values: Sequence[Any]) -> fmpq_mat:
    """A vector."""
    return fmpq_mat(len(values), 1, [rational(value) if isinstance(value, Fraction) else value for value in values])


def entries(matrix: fmpq_mat) -> list[Fraction]:
    """All entries by rows."""
    return [fraction(value) for value in matrix.entries()]


def unit(size: int, *places: int) -> list[fmpq]:
    """A vector of noughts with ones at places (two at one place that is told twice)."""
    return [fmpq(places.count(place)) for place in range(size)]


@dataclass(frozen=True)
class Quadratic:
    """½ z'Hz + g'z + c."""

    hessian: fmpq_mat
    gradient: fmpq_mat
    constant: fmpq

    def __add__(self, other: Quadratic) -> Quadratic:
        return Quadratic(self.hessian + other.hessian, self.gradient + other.gradient, self.constant + other.constant)

    def times(self, factor: fmpq) -> Quadratic:
        """The function times a number."""
        return Quadratic(self.hessian * factor, self.gradient * factor, self.constant * factor)

    def through(self, matrix: fmpq_mat, start: fmpq_mat) -> Quadratic:
        """The function of Z where z = matrix Z + start."""
        slopes = self.hessian * start + self.gradient
        at_start = (start.transpose() * (slopes + self.gradient))[0, 0] / 2 + self.constant
        return Quadratic(matrix.transpose() * self.hessian * matrix, matrix.transpose() * slopes, at_start)

    def slopes(self, point: fmpq_mat) -> fmpq_mat:
        """The gradient at a point."""
        return self.hessian * point + self.gradient

    def __call__(self, point: fmpq_mat) -> fmpq:
        return (point.transpose() * (self.slopes(point) + self.gradient))[0, 0] / 2 + self.constant

    def lowest(self) -> fmpq_mat:
        """The only point where the function is stationary."""
        return self.hessian.solve(-self.gradient)

    def block(self, places: Sequence[int]) -> list[list[fmpq]]:
        """Second derivatives by some variables."""
        return [[self.hessian[i, j] for j in places] for i in places]


def polarised(function: Function, size: int) -> Quadratic:
    """The coefficients of a quadratic function, from its values."""
    nought = function(unit(size))
    single = [function(unit(size, i)) for i in range(size)]
    hessian = fmpq_mat(size, size)
    for i in range(size):
        hessian[i, i] = function(unit(size, i, i)) - 2 * single[i] + nought
        for j in range(i):
            hessian[i, j] = hessian[j, i] = function(unit(size, i, j)) - single[i] - single[j] + nought
    slopes = [single[i] - nought - hessian[i, i] / 2 for i in range(size)]
    return Quadratic(hessian, fmpq_mat(size, 1, slopes), nought)


def written(text: str, names: Sequence[str], weights: Mapping[str, Fraction]) -> Quadratic:
    """A cost in named variables: Python reads it. It holds whole numbers, ``+ - * ** /``, and divides by names only."""
    code = compile(text, "cost", "eval")
    values = {name: rational(value) for name, value in weights.items()}
    return polarised(
        lambda point: fmpq(0) + eval(code, {"__builtins__": {}}, values | dict(zip(names, point, strict=True))),
        len(names),
    )


def semidefinite(matrix: list[list[fmpq]]) -> bool:
    """Whether no principal minor of a symmetric matrix is negative."""
    return all(
        fmpq_mat(size, size, [matrix[i][j] for i in chosen for j in chosen]).det() >= 0
        for size in range(1, len(matrix) + 1)
        for chosen in combinations(range(len(matrix)), size)
    )


@dataclass(frozen=True)
class Direct:
    """N followers by name of their actions, who pay quadratic functions of (u0, w, u_i, ū)."""

    leader: Quadratic
    follower: Quadratic
    count: int
    major: Quadratic | None = None
    sizes: tuple[int, int, int] = (1, 0, 1)
    first: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", self.sizes[0] + self.sizes[1])

    @property
    def size(self) -> int:
        """How many actions there are."""
        return self.first + self.sizes[2] * self.count

    def places(self, i: int) -> list[int]:
        """Where the action of follower i stands among all."""
        dimension = self.sizes[2]
        return [self.first + dimension * i + c for c in range(dimension)]

    def seen_by(self, i: int) -> fmpq_mat:
        """(u0, w, u_i, ū) as a linear map of all actions."""
        dimension, own = self.sizes[2], self.places(i)
        made = fmpq_mat(self.first + 2 * dimension, self.size)
        for row in range(self.first):
            made[row, row] = 1
        for c in range(dimension):
            made[self.first + c, own[c]] = 1
            for j in range(self.count):
                made[self.first + dimension + c, self.places(j)[c]] = fmpq(1, self.count)
        return made

    def paid_by(self, i: int) -> Quadratic:
        """What follower i pays, as a function of all actions."""
        seen = self.seen_by(i)
        return self.follower.through(seen, fmpq_mat(seen.nrows(), 1))

    def paid_by_leader(self) -> Quadratic:
        """What the leader pays: the average over followers."""
        whole = None
        for i in range(self.count):
            seen = self.seen_by(i)
            one = self.leader.through(seen, fmpq_mat(seen.nrows(), 1)).times(fmpq(1, self.count))
            whole = one if whole is None else whole + one
        assert whole is not None
        return whole

    def team(self) -> tuple[list[Fraction], list[Fraction], Fraction]:
        """The leader's action, the followers' (one like the other) and the cost that is least when all obey."""
        cost = self.paid_by_leader()
        point = cost.lowest()
        actions = entries(point)
        own = [[actions[place] for place in self.places(i)] for i in range(self.count)]
        assert all(action == own[0] for action in own)
        return actions[: self.first], own[0], fraction(cost(point))

    def announced(self, u0: Sequence[Fraction], v: Sequence[Fraction], gain: Sequence[Sequence[Fraction]]) -> Announced:
        """The game of the followers alone, once u0 + K Σ(u_i − v) is announced."""
        rows, dimension = self.sizes[0], self.sizes[2]
        matrix = fmpq_mat(self.size, dimension * self.count)
        start = fmpq_mat(self.size, 1)
        for row in range(rows):
            start[row, 0] = rational(u0[row])
            for c in range(dimension):
                moved = rational(gain[row][c])
                start[row, 0] -= self.count * moved * rational(v[c])
                for j in range(self.count):
                    matrix[row, dimension * j + c] = moved
        for place in range(dimension * self.count):
            matrix[self.first + place, place] = 1
        costs = [self.paid_by(i).through(matrix, start) for i in range(self.count)]
        return Announced(costs, self.paid_by_leader().through(matrix, start), dimension)


@dataclass(frozen=True)
class Announced:
    """Followers' costs as functions of their actions alone, and the leader's."""

    costs: list[Quadratic]
    leader: Quadratic
    dimension: int

    def own(self, i: int) -> range:
        """Where the action of follower i stands."""
        return range(self.dimension * i, self.dimension * (i + 1))

    def everybody(self, v: Sequence[Fraction]) -> fmpq_mat:
        """All play v."""
        return column(list(v) * len(self.costs))

    def stationary(self, point: fmpq_mat) -> bool:
        """Whether no follower's cost changes to first order with its own action."""
        return all(cost.slopes(point)[place, 0] == 0 for i, cost in enumerate(self.costs) for place in self.own(i))

    def convex(self) -> bool:
        """Whether every follower's cost is convex in its own action."""
        return all(semidefinite(cost.block(self.own(i))) for i, cost in enumerate(self.costs))

    def system(self) -> fmpq_mat:
        """The matrix of all first-order conditions."""
        size = self.dimension * len(self.costs)
        rows = [
            [cost.hessian[place, j] for j in range(size)] for i, cost in enumerate(self.costs) for place in self.own(i)
        ]
        return fmpq_mat(size, size, [value for row in rows for value in row])

    def alike(self) -> fmpq_mat:
        """The matrix of one follower's conditions, in the action that all of them take."""
        whole, size = self.system(), self.dimension
        made = fmpq_mat(size, size)
        for row in range(size):
            for place in range(whole.ncols()):
                made[row, place % size] += whole[row, place]
        return made

    def apart(self) -> fmpq_mat:
        """All conditions, and that nothing is added to the mean."""
        whole, size = self.system(), self.dimension
        rows = [[whole[i, j] for j in range(whole.ncols())] for i in range(whole.nrows())]
        rows += [[fmpq(place % size == c) for place in range(whole.ncols())] for c in range(size)]
        return fmpq_mat(len(rows), whole.ncols(), [value for row in rows for value in row])


def regular(matrix: fmpq_mat) -> bool:
    """Whether the columns are independent."""
    return matrix.rank() == matrix.ncols()


@dataclass(frozen=True)
class Drawn:
    """N followers under u0 + gain (u_ι − v), with ι drawn at random: expected costs as functions of their actions."""

    game: Direct
    u0: list[Fraction]
    v: list[Fraction]
    gain: list[list[Fraction]]

    def expected(self, cost: Quadratic) -> Quadratic:
        """The average over ι of a cost of all actions."""
        rows, dimension, n = self.game.sizes[0], self.game.sizes[2], self.game.count
        whole = None
        for drawn in range(n):
            matrix, start = fmpq_mat(self.game.size, dimension * n), fmpq_mat(self.game.size, 1)
            for row in range(rows):
                start[row, 0] = rational(self.u0[row])
                for c in range(dimension):
                    matrix[row, dimension * drawn + c] = rational(self.gain[row][c])
                    start[row, 0] -= rational(self.gain[row][c]) * rational(self.v[c])
            for place in range(dimension * n):
                matrix[self.game.first + place, place] = 1
            one = cost.through(matrix, start).times(fmpq(1, n))
            whole = one if whole is None else whole + one
        assert whole is not None
        return whole

    def announced(self) -> Announced:
        """The game of the followers."""
        costs = [self.expected(self.game.paid_by(i)) for i in range(self.game.count)]
        return Announced(costs, self.expected(self.game.paid_by_leader()), self.game.sizes[2])
