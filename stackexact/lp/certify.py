"""Proofs about linear programs from a basis alone: written once, for numbers and for traced scalars.

A basis names a vertex and multipliers without numbers; here they are recomputed and every relation that makes the claim
true is required of a :class:`~stackexact.exact.prover.Prover`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Quotients, Ratio
from stackexact.lp.program import Basis, Position, Program
from stackexact.lp.simplex import Infeasible, Unbounded

__all__ = [
    "Lexicographic",
    "Optimum",
    "Ray",
    "basic_point",
    "certify_infeasible",
    "certify_lexicographic",
    "certify_optimal",
    "certify_unbounded",
    "farkas_holds",
    "recession_holds",
]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Optimum(Generic[T]):
    """A proved optimum: ``point`` and ``multipliers`` (one per row) over their common positive bottoms."""

    value: Ratio[T]
    point: tuple[T, ...]
    point_bottom: T
    multipliers: tuple[T, ...]
    multipliers_bottom: T


@dataclass(frozen=True, slots=True)
class Lexicographic(Generic[T]):
    """A proved lexicographic optimum; ``levels`` holds, per objective, a multiplier for every row."""

    point: tuple[T, ...]
    point_bottom: T
    levels: tuple[tuple[T, ...], ...]
    levels_bottom: T
    unique: bool


@dataclass(frozen=True, slots=True)
class Ray(Generic[T]):
    """A proved direction (one entry per variable) or Farkas combination (one entry per row), over ``bottom``."""

    entries: tuple[T, ...]
    bottom: T


class _Split(Generic[T]):
    """A program seen from a basis: basic and other columns, tight and other rows, and the basis matrix."""

    def __init__(self, program: Program[T], basis: Basis, prover: Prover[T]) -> None:
        if (len(basis.rows), len(basis.columns)) != program.shape:
            raise Unproved("a basis must place every variable and every row of its program")
        self.program = program
        self.prover = prover
        self.basis = basis
        self.inside = [c for c, p in enumerate(basis.columns) if p is Position.BASIC]
        self.outside = [c for c, p in enumerate(basis.columns) if p is not Position.BASIC]
        self.tight = [r for r, p in enumerate(basis.rows) if p is not Position.BASIC]
        self.slack = [r for r, p in enumerate(basis.rows) if p is Position.BASIC]
        if len(self.inside) != len(self.tight):
            raise Unproved("a basis must have as many basic variables as tight rows")
        self.matrix = [[program.rows[r][c] for c in self.inside] for r in self.tight]
        self.nought = prover.number(0)

    def bound(self, variable: int, place: Position) -> T:
        """The value at which a non-basic variable (or row) stands."""
        low, high = self.program.bounds(variable)
        bound = low if place is Position.LOWER else high if place is Position.UPPER else self.nought
        if bound is None or (place is Position.FREE and (low is not None or high is not None)):
            raise Unproved("a basis places a variable at a bound that it does not have")
        return bound

    def fixed(self, variable: int) -> bool:
        """Whether both bounds agree; then the sign of its multiplier is free."""
        low, high = self.program.bounds(variable)
        if low is None or high is None:
            return False
        if low is high:
            return True
        if self.prover.sign(high - low) == 0:
            self.prover.zero([high - low])
            return True
        return False

    def transposed_solve(self, right: list[list[T]]) -> Quotients[T]:
        """The Y with ``matrixᵀ·Y = right``."""
        matrix = [list(column) for column in zip(*self.matrix, strict=True)]
        return self.prover.solve(matrix, right)

    def dot(self, row: int, columns: list[int], values: list[T]) -> T:
        total = self.nought
        for c, value in zip(columns, values, strict=True):
            total = total + self.program.rows[row][c] * value
        return total

    def combined(self, column: int, multipliers: Sequence[T]) -> T:
        total = self.nought
        for r, value in zip(self.tight, multipliers, strict=True):
            total = total + self.program.rows[r][column] * value
        return total


def basic_point(program: Program[T], basis: Basis, prover: Prover[T]) -> tuple[T, ...]:
    """The point that a basis names, up to a positive factor. It is not required to be feasible."""
    split = _Split(program, basis, prover)
    at, tops, bottom = _solved(split)
    return _spread(split, at, tops, bottom)


def certify_optimal(program: Program[T], basis: Basis, prover: Prover[T]) -> Optimum[T]:
    """Prove that ``basis`` is optimal: primal and dual feasible, complementary by construction."""
    split = _Split(program, basis, prover)
    point, bottom = _point(split)
    dual = split.transposed_solve([[program.objective[c]] for c in split.inside])
    weights = [row[0] for row in dual.rows] if split.tight else []
    _dual_feasible(split, weights, dual.bottom)
    value = split.nought
    for cost, weight in zip(program.objective, point, strict=True):
        value = value + cost * weight
    multipliers = [split.nought] * len(program.rows)
    for r, weight in zip(split.tight, weights, strict=True):
        multipliers[r] = weight
    return Optimum(Ratio(value, bottom), point, bottom, tuple(multipliers), dual.bottom)


def certify_lexicographic(
    program: Program[T], basis: Basis, objectives: Sequence[Sequence[T]], prover: Prover[T]
) -> Lexicographic[T]:
    """Prove that ``basis`` optimises the objectives in turn: every non-basic variable's vector of gains is
    lexicographically of the losing sign (strictly for all of them: the optimum is unique)."""
    split = _Split(program, basis, prover)
    point, bottom = _point(split)
    dual = split.transposed_solve([[objective[c] for objective in objectives] for c in split.inside])
    rows = dual.rows if split.tight else ()
    unique = True
    for r, weights in zip(split.tight, rows, strict=True):
        unique &= _losing(split, len(program.objective) + r, basis.rows[r], weights)
    for c in split.outside:
        gains = [
            objective[c] * dual.bottom - split.combined(c, [row[level] for row in rows])
            for level, objective in enumerate(objectives)
        ]
        unique &= _losing(split, c, basis.columns[c], gains)
    spread = dict(zip(split.tight, rows, strict=True))
    nothing = (split.nought,) * len(objectives)
    by_row = [spread.get(r, nothing) for r in range(len(program.rows))]
    levels = tuple(tuple(row[level] for row in by_row) for level in range(len(objectives)))
    return Lexicographic(point, bottom, levels, dual.bottom, unique)


def _losing(split: _Split[T], variable: int, place: Position, gains: Sequence[T]) -> bool:
    """Require a vector of gains to be lexicographically useless; returns whether it is strictly harmful."""
    prover = split.prover
    if split.fixed(variable):
        return True
    for gain in gains:
        harm = gain if place is Position.UPPER else split.nought - gain
        sign = prover.sign(harm)
        if sign < 0 or (sign and place is Position.FREE):
            raise Unproved("a basis is not lexicographically optimal")
        if sign > 0:
            prover.positive([harm])
            return True
        prover.zero([gain])
    return False


def _point(split: _Split[T]) -> tuple[tuple[T, ...], T]:
    """The feasible point of the basis, over its positive bottom."""
    at, tops, bottom = _solved(split)
    _feasible(split, at, tops, bottom)
    return _spread(split, at, tops, bottom), bottom


def _solved(split: _Split[T]) -> tuple[dict[int, T], list[T], T]:
    """Where the non-basic variables stand, and the basic ones over their positive bottom."""
    program, basis = split.program, split.basis
    columns = len(program.objective)
    at = {c: split.bound(c, basis.columns[c]) for c in split.outside}
    standing = [split.bound(columns + r, basis.rows[r]) for r in split.tight]
    moved = list(at.values()) if any(at.values()) else None
    right = [
        [s if moved is None else s - split.dot(r, split.outside, moved)]
        for r, s in zip(split.tight, standing, strict=True)
    ]
    primal = split.prover.solve(split.matrix, right)
    return at, [row[0] for row in primal.rows] if split.inside else [], primal.bottom


def _spread(split: _Split[T], at: dict[int, T], tops: list[T], bottom: T) -> tuple[T, ...]:
    point = [split.nought] * len(split.program.objective)
    for c, top in zip(split.inside, tops, strict=True):
        point[c] = top
    for c, bound in at.items():
        point[c] = bound * bottom
    return tuple(point)


def _feasible(split: _Split[T], at: dict[int, T], tops: list[T], bottom: T) -> None:
    program, prover = split.program, split.prover
    gaps: list[T] = []

    def inside(variable: int, value: T) -> None:
        low, high = program.bounds(variable)
        if low is not None:
            gaps.append(value - low * bottom)
        if high is not None and high is not low:
            gaps.append(high * bottom - value)
        elif high is not None:
            prover.zero([gaps.pop()])

    for c, top in zip(split.inside, tops, strict=True):
        inside(c, top)
    outside = [value * bottom for value in at.values()]
    for r in split.slack:
        inside(len(program.objective) + r, split.dot(r, split.inside, tops) + split.dot(r, split.outside, outside))
    for variable in (*split.outside, *(len(program.objective) + r for r in split.tight)):
        low, high = program.bounds(variable)
        if low is not None and high is not None and low is not high:
            gaps.append(high - low)
    prover.nonnegative(gaps)


def _dual_feasible(split: _Split[T], weights: list[T], bottom: T) -> None:
    prover, columns = split.prover, len(split.program.objective)
    gains: list[T] = []

    def sign(variable: int, place: Position, gain: T) -> None:
        """``gain`` is what one unit more of the variable (or of the row's right-hand side) brings."""
        if split.fixed(variable):
            return
        if place is Position.FREE:
            prover.zero([gain])
        else:
            gains.append(gain if place is Position.UPPER else split.nought - gain)

    for r, weight in zip(split.tight, weights, strict=True):
        sign(columns + r, split.basis.rows[r], weight)
    for c in split.outside:
        cost = split.program.objective[c] * bottom - split.combined(c, weights)
        sign(c, split.basis.columns[c], cost)
    prover.nonnegative(gains)


def certify_infeasible(program: Program[T], found: Infeasible, prover: Prover[T]) -> Ray[T]:
    """Prove that no point satisfies the constraints; the entries of the ray multiply the rows (Farkas)."""
    split = _Split(program, found.basis, prover)
    columns = len(program.objective)
    if found.variable < columns:
        right = [[prover.number(1 if c == found.variable else 0)] for c in split.inside]
    else:
        right = [[program.rows[found.variable - columns][c]] for c in split.inside]
    solved = split.transposed_solve(right)
    entries = [split.nought] * len(program.rows)
    for r, row in zip(split.tight, solved.rows if split.tight else (), strict=True):
        entries[r] = row[0]
    if found.variable >= columns:
        entries[found.variable - columns] = split.nought - solved.bottom
    if not found.above:
        entries = [split.nought - value for value in entries]
    farkas_holds(program, entries, prover)
    return Ray(tuple(entries), solved.bottom)


def farkas_holds(program: Program[T], entries: list[T], prover: Prover[T]) -> None:
    """Require ``min Σ y_r activity_r > max Σ_c (Σ_r y_r a_rc) x_c`` over the bounds, which no point can satisfy
    (both sums are equal at every point)."""
    gap = prover.number(0)
    for r, weight in enumerate(entries):
        sign = prover.sign(weight)
        if sign == 0:
            prover.zero([weight])  # no number: a function may vanish at the sample alone
            continue
        bound = program.row_lower[r] if sign > 0 else program.row_upper[r]
        prover.positive([weight if sign > 0 else prover.number(0) - weight])
        if bound is None:
            raise Unproved("a Farkas combination uses a row side that has no bound")
        gap = gap + weight * bound
    for c in range(len(program.objective)):
        total = prover.number(0)
        for r, weight in enumerate(entries):
            total = total + weight * program.rows[r][c]
        sign = prover.sign(total)
        if sign == 0:
            prover.zero([total])
            continue
        bound = program.upper[c] if sign > 0 else program.lower[c]
        prover.positive([total if sign > 0 else prover.number(0) - total])
        if bound is None:
            raise Unproved("a Farkas combination leaves a variable unbounded")
        gap = gap - total * bound
    prover.positive([gap])


def certify_unbounded(program: Program[T], found: Unbounded, prover: Prover[T]) -> Ray[T]:
    """Prove that the objective grows without bound from any feasible point along the direction returned."""
    split = _Split(program, found.basis, prover)
    columns = len(program.objective)
    one = prover.number(1 if found.up else -1)
    if found.variable < columns:
        right = [split.nought - program.rows[r][found.variable] * one for r in split.tight]
    else:
        right = [one if columns + r == found.variable else split.nought for r in split.tight]
    solved = prover.solve(split.matrix, [[value] for value in right])
    entries = [split.nought] * columns
    for c, row in zip(split.inside, solved.rows if split.inside else (), strict=True):
        entries[c] = row[0]
    if found.variable < columns:
        entries[found.variable] = one * solved.bottom
    recession_holds(program, entries, prover)
    return Ray(tuple(entries), solved.bottom)


def recession_holds(program: Program[T], entries: list[T], prover: Prover[T]) -> None:
    """Require that ``entries`` keeps every constraint for ever and improves the objective."""
    moves = list(entries)
    gain = prover.number(0)
    for c, value in enumerate(entries):
        gain = gain + program.objective[c] * value
    for row in program.rows:
        total = prover.number(0)
        for coefficient, value in zip(row, entries, strict=True):
            total = total + coefficient * value
        moves.append(total)
    for variable, move in enumerate(moves):
        low, high = program.bounds(variable)
        if low is not None and high is not None:
            prover.zero([move])
        elif low is not None:
            prover.nonnegative([move])
        elif high is not None:
            prover.nonnegative([prover.number(0) - move])
    prover.positive([gain])
