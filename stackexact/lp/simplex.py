"""An exact simplex method over any ordered field, warm-started from any basis.

The dictionary form with bounded variables: every row activity is a variable of its own (a *logical*), and the basic
variables are linear in the non-basic ones. Phase 1 restores feasibility by dual pivots, phase 2 improves the objective
by primal pivots. Large steps are preferred until a run of degenerate pivots, then Bland's least-index rule takes over,
so the method ends (Bland 1977; for phase 1 without an objective, Dutertre & de Moura 2006).

The table is kept fraction-free (Edmonds 1967, Bareiss 1968): its entries are integers over one common denominator, the
determinant of the basis, and every division is exact, so that no pivot computes a greatest common divisor. Over a field
that is no quotient field of integers the same formulas hold with ordinary division.

Growth: a pivot costs (rows x columns) scalar operations; entries are minors, so their length grows with the size of the
basis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import LimitReached
from stackexact.exact.fields import OrderedField
from stackexact.lp.program import Basis, Position, Program

__all__ = ["Dictionary", "Infeasible", "Unbounded", "never"]

T = TypeVar("T", bound=Any)

PATIENCE = 12
"""Degenerate pivots in a row before Bland's rule takes over."""


@dataclass(frozen=True, slots=True)
class Infeasible:
    """``variable`` cannot reach its bound (the upper one if ``above``): its dictionary row is a Farkas ray."""

    basis: Basis
    variable: int
    above: bool


@dataclass(frozen=True, slots=True)
class Unbounded:
    """Moving the non-basic ``variable`` up or down improves the objective for ever."""

    basis: Basis
    variable: int
    up: bool


def never() -> bool:
    """The limit that is never reached."""
    return False


class Dictionary(Generic[T]):
    """The state of the method: which variables are basic, their rows over the non-basic ones, and all values.

    Variables 0 … n-1 are the program's, n … n+m-1 its row activities. Row r of the dictionary reads
    ``x_basic[r] = Σ_q (table[r][q] / scale) x_nonbasic[q]`` with ``scale > 0``.
    """

    def __init__(
        self, program: Program[T], field: OrderedField[T], basis: Basis | None = None, stop: Callable[[], bool] = never
    ) -> None:
        self.program = program
        self.field = field
        self.stop = stop
        rows, columns = program.shape
        self.columns = columns
        self.basic: list[int] = list(range(columns, columns + rows))
        self.nonbasic: list[int] = list(range(columns))
        self.table: list[list[T]] = [list(row) for row in program.rows]
        self.scale: T = field.unit
        self.place: dict[int, Position] = {v: self._default(v) for v in range(columns)}
        self.frozen: set[int] = set()
        self.pivots = 0
        self.objective: list[T] = []
        if basis is not None:
            self._adopt(basis)
        self._expel_fixed()
        self.tops: list[T] = []
        self._place_basic()
        self.objective = self.reduced(program.objective)

    # -- setting up ---------------------------------------------------------------------------------------------

    def _default(self, variable: int) -> Position:
        low, high = self.program.bounds(variable)
        return Position.LOWER if low is not None else Position.UPPER if high is not None else Position.FREE

    def _sided(self, variable: int, wanted: Position) -> Position:
        """The wanted place if the variable has that bound, else the one it has."""
        low, high = self.program.bounds(variable)
        fits = (wanted is Position.LOWER and low is not None) or (wanted is Position.UPPER and high is not None)
        return wanted if fits else self._default(variable)

    def _adopt(self, basis: Basis) -> None:
        places = (*basis.columns, *basis.rows)
        inside = [v for v in range(self.columns) if places[v] is Position.BASIC]
        tight = [v for v in self.basic if places[v] is not Position.BASIC]
        if len(inside) != len(tight) or not self._jump(inside, tight):
            self._crash(inside, tight)
        self.place = {v: self._sided(v, places[v]) for v in self.nonbasic}

    def _expel_fixed(self) -> None:
        """Make rows that are equations non-basic, free variables in their stead: they never return to the basis."""
        for row, variable in enumerate(self.basic):
            low, high = self.program.bounds(variable)
            if low is None or high is None or low != high:
                continue
            columns = [q for q, rate in enumerate(self.table[row]) if rate and self._movable(self.nonbasic[q])]
            if columns:
                column = min(columns, key=lambda q: (self.place[self.nonbasic[q]] is not Position.FREE, q))
                self.place.pop(self.nonbasic[column])
                self.place[variable] = Position.LOWER
                self._exchange(row, column)

    def _movable(self, variable: int) -> bool:
        low, high = self.program.bounds(variable)
        return low is None or high is None or low != high

    def _jump(self, inside: list[int], tight: list[int]) -> bool:
        """Move to the basis in one exact solve; False where its matrix is singular."""
        if not inside:
            return True
        rows, n, zero, one = self.program.rows, self.columns, self.field.nought, self.field.unit
        outside = [v for v in range(n) if v not in set(inside)]
        matrix = [[rows[r - n][v] for v in inside] for r in tight]
        right = [[zero - rows[r - n][v] for v in outside] + [one if r == s else zero for s in tight] for r in tight]
        solved = self.field.solve(matrix, right)
        if solved is None:
            return False
        table, scale = solved
        tied = set(tight)
        rest = [v for v in self.basic if v not in tied]
        if rest:
            moved = self.field.multiply([[rows[r - n][v] for v in inside] for r in rest], table)
            for r, row in zip(rest, moved, strict=True):
                own = rows[r - n]
                table.append(
                    [x + own[v] * scale for x, v in zip(row, outside, strict=False)] + list(row[len(outside) :])
                )
        self.basic, self.nonbasic, self.table, self.scale = inside + rest, outside + tight, table, scale
        return True

    def _crash(self, inside: list[int], tight: list[int]) -> None:
        """Pivot in what can be pivoted in, preferring rows that should be tight."""
        wanted = set(tight)
        for variable in inside:
            column = self.nonbasic.index(variable)
            candidates = [r for r, v in enumerate(self.basic) if v >= self.columns and self.table[r][column]]
            candidates.sort(key=lambda r: (self.basic[r] not in wanted, r))
            if candidates:
                self._exchange(candidates[0], column)

    def _standing(self, variable: int) -> T | None:
        """The bound at which a non-basic variable stands; ``None`` for zero."""
        low, high = self.program.bounds(variable)
        place = self.place[variable]
        bound = low if place is Position.LOWER else high if place is Position.UPPER else None
        return bound if bound else None

    def _place_basic(self) -> None:
        """Recompute the basic variables times ``scale``, row by row. Few non-basic variables stand away from zero."""
        standing = [(q, bound) for q, v in enumerate(self.nonbasic) if (bound := self._standing(v)) is not None]
        if not standing:
            self.tops = [self.field.nought] * len(self.table)
            return
        (first, size), *rest = standing
        tops = [row[first] * size for row in self.table]
        for q, bound in rest:
            tops = [top + row[q] * bound if row[q] else top for top, row in zip(tops, self.table, strict=True)]
        self.tops = tops

    def reduced(self, objective: Sequence[T]) -> list[T]:
        """The objective in terms of the non-basic variables: their reduced costs, over ``scale``."""
        zero, scale = self.field.nought, self.scale
        costs = [objective[v] * scale if v < self.columns else zero for v in self.nonbasic]
        for r, variable in enumerate(self.basic):
            if variable < self.columns and objective[variable]:
                cost = objective[variable]
                costs = [c + cost * t if t else c for c, t in zip(costs, self.table[r], strict=True)]
        return costs

    # -- reading ------------------------------------------------------------------------------------------------

    def basis(self) -> Basis:
        """The present basis."""
        places = [Position.BASIC] * (self.columns + len(self.basic))
        for variable in self.nonbasic:
            places[variable] = self.place[variable]
        return Basis(tuple(places[: self.columns]), tuple(places[self.columns :]))

    def values(self) -> list[T]:
        """The present values of all variables, row activities included."""
        zero, one = self.field.zero, self.field.one
        values = [zero] * (self.columns + len(self.basic))
        for variable in self.nonbasic:
            bound = self._standing(variable)
            values[variable] = zero if bound is None else one * bound
        for variable, top in zip(self.basic, self.tops, strict=True):
            values[variable] = one * top / self.scale
        return values

    def point(self) -> tuple[T, ...]:
        """The present values of the program's variables."""
        return tuple(self.values()[: self.columns])

    # -- moving -------------------------------------------------------------------------------------------------

    def _exchange(self, row: int, column: int) -> None:
        """Swap a basic and a non-basic variable in the dictionary (values are the caller's business)."""
        pivot, old, scale = self.table[row][column], self.table[row], self.scale
        zero = self.field.nought
        positive = pivot > zero
        size = pivot if positive else zero - pivot
        for r, other in enumerate(self.table):
            if r != row:
                self.table[r] = _eliminate(other, old, column, size, scale, positive)
        if self.objective:
            self.objective = _eliminate(self.objective, old, column, size, scale, positive)
        fresh = [zero - x if x else x for x in old] if positive else list(old)
        fresh[column] = scale if positive else zero - scale
        self.table[row], self.scale = fresh, size
        self.basic[row], self.nonbasic[column] = self.nonbasic[column], self.basic[row]
        self.pivots += 1

    def _check_limit(self) -> None:
        if self.stop():
            raise LimitReached(f"the exact simplex stopped after {self.pivots} pivots; raise the time limit")

    def _may(self, column: int, up: bool) -> bool:
        """Whether the non-basic variable may move up (down) from where it stands."""
        variable = self.nonbasic[column]
        if variable in self.frozen or not self._movable(variable):
            return False
        place = self.place[variable]
        return place is Position.FREE or (place is Position.LOWER) == up

    # -- phase 1 ------------------------------------------------------------------------------------------------

    def restore(self) -> Infeasible | None:
        """Reach a feasible point, or say which variable cannot reach its bound.

        Where the objective's reduced costs have the right signs they keep them (a dual simplex).
        """
        dual = not any(self._improving(q) for q in range(len(self.nonbasic)))
        stalled = 0
        while True:
            self._check_limit()
            patience = PATIENCE if dual else PATIENCE + len(self.basic) + self.columns
            found = self._violated(least_index=stalled > patience)
            if found is None:
                return None
            row, above = found
            column = self._entering(row, above, dual or stalled <= patience)
            if column is None:
                return Infeasible(self.basis(), self.basic[row], above)
            stalled = stalled + 1 if not dual or not self.objective[column] else 0
            leaving = self.basic[row]
            self.place.pop(self.nonbasic[column])
            self.place[leaving] = Position.UPPER if above else Position.LOWER
            self._exchange(row, column)
            self._place_basic()

    def _violated(self, least_index: bool) -> tuple[int, bool] | None:
        """A basic variable outside its bounds, the farthest or the first: its row, and whether it is above."""
        best: tuple[int, bool] | None = None
        size: Any = None
        for r, (variable, top) in enumerate(zip(self.basic, self.tops, strict=True)):
            low, high = self.program.bounds(variable)
            if low is not None and top < (floor := low * self.scale if low else low):
                gap, above = floor - top, False
            elif high is not None and top > (ceiling := high * self.scale if high else high):
                gap, above = top - ceiling, True
            else:
                continue
            if best is None or (variable < self.basic[best[0]] if least_index else gap > size):
                best, size = (r, above), gap
        return best

    def _entering(self, row: int, above: bool, dual: bool) -> int | None:
        zero, nought = self.field.zero, self.field.nought
        best: int | None = None
        size: Any = None
        for q, rate in enumerate(self.table[row]):
            if not rate or not self._may(q, up=(rate > nought) != above):
                continue
            ratio = zero
            if dual and self.objective[q] and not self._improving(q):
                ratio = self.field.one * self.objective[q] / rate
                ratio = zero - ratio if ratio < zero else ratio
            if best is None or ratio < size or (ratio == size and self.nonbasic[q] < self.nonbasic[best]):
                best, size = q, ratio
        return best

    # -- phase 2 ------------------------------------------------------------------------------------------------

    def _improving(self, column: int) -> bool:
        cost = self.objective[column]
        return bool(cost) and self._may(column, up=cost > self.field.nought)

    def improve(self) -> Unbounded | None:
        """From a feasible point, reach an optimum of the present objective, or say along what it is unbounded."""
        stalled = 0
        while True:
            self._check_limit()
            column = self._price(least_index=stalled > PATIENCE)
            if column is None:
                return None
            up = self.objective[column] > self.field.nought
            row, step = self._ratio(column, up)
            if step is None:
                return Unbounded(self.basis(), self.nonbasic[column], up)
            stalled = 0 if step else stalled + 1
            entering = self.nonbasic[column]
            if row is None:
                self.place[entering] = Position.UPPER if up else Position.LOWER
            else:
                self.place[self.basic[row]] = self._side(row, column, up)
                self.place.pop(entering)
                self._exchange(row, column)
            self._place_basic()

    def _price(self, least_index: bool) -> int | None:
        best: int | None = None
        size: Any = None
        nought = self.field.nought
        for q, cost in enumerate(self.objective):
            if not cost:
                continue
            gain = cost if cost > nought else nought - cost
            if best is not None and (self.nonbasic[q] > self.nonbasic[best] if least_index else gain <= size):
                continue
            if self._may(q, up=cost > nought):
                best, size = q, gain
        return best

    def _side(self, row: int, column: int, up: bool) -> Position:
        rising = (self.table[row][column] > self.field.nought) == up
        return Position.UPPER if rising else Position.LOWER

    def _ratio(self, column: int, up: bool) -> tuple[int | None, T | None]:
        """The row that blocks first (None: the variable's own other bound) and the length of the step."""
        low, high = self.program.bounds(self.nonbasic[column])
        one, nought, scale = self.field.one, self.field.nought, self.scale
        step: Any = None if low is None or high is None else one * (high - low)
        best: int | None = None
        for r, variable in enumerate(self.basic):
            rate = self.table[r][column]
            if not rate:
                continue
            low, high = self.program.bounds(variable)
            bound = high if (rate > nought) == up else low
            if bound is None:
                continue
            gap = bound * scale - self.tops[r] if bound else nought - self.tops[r]
            length = one * gap / (rate if up else nought - rate) if gap else self.field.zero
            if step is None or length < step or (length == step and best is not None and variable < self.basic[best]):
                best, step = r, length
        return best, step

    # -- lexicographic objectives -------------------------------------------------------------------------------

    def freeze(self) -> bool:
        """Hold every non-basic variable that the present optimum pins; returns whether the optimum is unique."""
        self.frozen.update(v for v, cost in zip(self.nonbasic, self.objective, strict=True) if cost)
        return not any(self._may(q, up) for q in range(len(self.nonbasic)) for up in (True, False))

    def lexicographic(self, objectives: Iterable[Sequence[T]]) -> int:
        """From an optimum, optimise further objectives in turn on the face that remains.

        Returns how many of them were needed until the optimum was unique (all, if it never was).
        The program must be bounded in each of them.
        """
        used = 0
        for objective in objectives:
            if self.freeze():
                return used
            self.objective = self.reduced(objective)
            if self.improve() is not None:
                raise LimitReached("an objective is unbounded on the optimal face; bound the variables")
            used += 1
        return used


def _eliminate(target: list[T], old: list[T], column: int, size: T, scale: T, positive: bool) -> list[T]:
    """One row after the pivot; the entry in the pivot column keeps its size."""
    factor = target[column]
    if not factor:
        changed = target if size == scale else [t * size / scale if t else t for t in target]
    elif positive:
        changed = [(t * size - factor * o) / scale for t, o in zip(target, old, strict=True)]
    else:
        changed = [(t * size + factor * o) / scale for t, o in zip(target, old, strict=True)]
    changed[column] = factor if positive else -factor
    return changed
