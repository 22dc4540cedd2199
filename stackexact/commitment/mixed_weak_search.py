"""Search for the weak value, its attainment and a witness, over any ordered field; floats only shorten it.

Classes are taken in descending order of an upper bound (the optimum of LP(j), ties in favour of the leader); the search
stops where every other class is bounded strictly below the value found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.commitment.mixed_weak import (
    Bounded,
    Chain,
    ClassProof,
    Point,
    Reaching,
    Step,
    Thin,
    WeakSkeleton,
    Witness,
)
from stackexact.commitment.vertices import Vertex
from stackexact.commitment.weak_programs import (
    advantage,
    attaining_set,
    classes_of,
    interior_program,
    others,
    value_program,
)
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.fields import OrderedField
from stackexact.exact.prover import Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp.program import Basis, Position, Program
from stackexact.lp.simplex import Dictionary, Infeasible, never

__all__ = ["Hints", "Peak", "WeakSearch"]

T = TypeVar("T", bound=Any)


class Hints:
    """What may shorten the search; this one knows nothing. Every hint is proved before it counts."""

    def order(self, classes: Sequence[tuple[int, ...]]) -> list[int]:
        """The classes in the order in which to solve them."""
        return list(range(len(classes)))

    def bound(self, members: tuple[int, ...], value: Any) -> Bounded | None:
        """Multipliers that keep a class strictly below ``value``, already checked."""
        return None

    def interior(self, members: tuple[int, ...]) -> Point | None:
        """An interior point of a class, already checked."""
        return None

    def basis(self, program: Program[Any]) -> Basis | None:
        """A basis from which to solve a program."""
        return None

    def greatest(self, program: Program[Any]) -> Basis | None:
        """A basis near the lexicographically greatest optimum of a program."""
        return None

    def peak(self, members: tuple[int, ...]) -> Peak[Any] | None:
        """The optimum of a class, already proved."""
        return None

    def at_vertex(self, number: int, response: int, vertex: Vertex, value: Ratio[Any]) -> Witness | Chain | None:
        """Whether a unique optimum attains the value, if that can be told without a search."""
        return None


@dataclass(frozen=True, slots=True)
class Peak(Generic[T]):
    """The optimum of one class: value and basis, the dictionary it was read from, its vertex where it is unique."""

    value: T
    basis: Basis
    state: Dictionary[T] | None = None
    vertex: Vertex | None = None


class WeakSearch(Generic[T]):
    """The search on one game, at one point of the parameters."""

    def __init__(
        self,
        game: Scalars[T],
        field: OrderedField[T],
        hints: Hints | None = None,
        stop: Callable[[], bool] = never,
    ) -> None:
        self.game, self.field, self.stop = game, field, stop
        self.hints = hints or Hints()
        self.classes = classes_of(game)
        self.zero, self.one = field.nought, field.unit

    def run(self) -> WeakSkeleton:
        """Find the skeleton."""
        proofs: dict[int, ClassProof] = {}
        optima: dict[int, Peak[T]] = {}
        interiors: dict[int, Point | Basis] = {}
        best: Any = None
        for c in self.hints.order(self.classes):
            members = self.classes[c]
            if self.stop():
                raise LimitReached("the time limit was reached among the classes of responses; raise it")
            if best is not None and (bounded := self.hints.bound(members, best)) is not None:
                proofs[c] = bounded
                continue
            interior = self.interior(members)
            if isinstance(interior, Thin):
                proofs[c] = interior
                continue
            interiors[c] = interior
            optima[c] = self.peak(members)
            best = optima[c].value if best is None or optima[c].value > best else best
        for c in [c for c, peak in optima.items() if peak.value != best]:
            proofs[c] = self.hints.bound(self.classes[c], best) or Bounded(optima[c].basis)
            del optima[c]
        return self.attainment(best, proofs, optima, interiors)

    def attainment(
        self,
        best: T,
        proofs: dict[int, ClassProof],
        optima: dict[int, Peak[T]],
        interiors: dict[int, Point | Basis],
    ) -> WeakSkeleton:
        """Restrict every class that reaches the value until it attains it or vanishes."""
        value: Ratio[T] = Ratio(*self.field.split(best))
        witness: Witness | None = None
        chains: dict[int, Chain] = {}
        for c in sorted(optima):
            found = self.attains(c, optima[c], value)
            if isinstance(found, Witness):
                witness = found
                break
            chains[c] = found
        for c, peak in optima.items():
            proofs[c] = Reaching(interiors[c], peak.basis, None if witness is not None else chains[c])
        return WeakSkeleton(self.classes, tuple(proofs[c] for c in range(len(self.classes))), witness)

    def peak(self, members: tuple[int, ...]) -> Peak[T]:
        """The optimum of a class whose region has an interior."""
        known = self.hints.peak(members)
        if known is not None:
            return known
        state = self.solved(value_program(self.game, members, self.zero, self.one))
        return Peak(state.point()[-1], state.basis(), state)

    def attains(self, number: int, peak: Peak[T], value: Ratio[T]) -> Witness | Chain:
        """A witness in the class, or the chain of restrictions that leaves nothing of it."""
        members = self.classes[number]
        if peak.vertex is not None:
            found = self.hints.at_vertex(number, members[0], peak.vertex, value)
            if found is not None:
                return found
        state = peak.state
        if state is None:
            state = self.solved(value_program(self.game, members, self.zero, self.one), peak.basis)
        return self.restrict(number, value, state)

    def solved(self, program: Program[T], start: Basis | None = None) -> Dictionary[T]:
        """The optimal dictionary of a program that has an optimum, from a basis or a hint of one."""
        state = Dictionary(program, self.field, start or self.hints.basis(program), self.stop)
        if state.restore() is not None or state.improve() is not None:
            raise Unproved("a program that is feasible and bounded was not found so")
        return state

    def interior(self, members: tuple[int, ...]) -> Point | Basis | Thin:
        """An interior point of the region, or the basis that shows it thin."""
        point = self.hints.interior(members)
        if point is not None:
            return point
        state = self.solved(interior_program(self.game, members, self.zero, self.one))
        width = state.point()[-1]
        return state.basis() if width > self.field.zero else Thin(state.basis())

    def restrict(self, number: int, value: Ratio[T], optimum: Dictionary[T]) -> Witness | Chain:
        """Require whatever ties on the whole attaining set to give the value as well; repeat."""
        members = self.classes[number]
        holding = list(members)
        steps: list[Step] = []
        single = optimum.freeze()
        start = _without_value(optimum.basis(), self.game.shape[0], len(members))
        while True:
            state = Dictionary(self.program(members, holding, value), self.field, start, self.stop)
            empty = state.restore()
            if isinstance(empty, Infeasible):
                return Chain(tuple(steps), empty)
            points = [(state.basis(), state.point()) if single else self.greatest(state)]
            ties = self.ties(members, holding, value, points)
            if single:
                ties = [(k, basis) for k, basis in ties if self.earned(k, points[0][1]) < self.worth(value)][:1]
            if not ties:
                return Witness(number, tuple(holding), tuple(basis for basis, _ in points))
            steps.append(Step(tuple(ties)))
            holding += [k for k, _ in ties]
            start = points[0][0]
            start = Basis(start.columns, (*start.rows[:-1], *([Position.BASIC] * len(ties)), start.rows[-1]))

    def earned(self, action: int, point: Sequence[T]) -> T:
        """u1(x, action)."""
        return self.at([row[action] for row in self.game.leader], point)

    def worth(self, value: Ratio[T]) -> T:
        """The value as a field element."""
        worth: T = self.field.one * value.top / value.bottom
        return worth

    def program(
        self, members: tuple[int, ...], holding: Sequence[int], value: Ratio[T], goal: Sequence[T] | None = None
    ) -> Program[T]:
        """The attaining set with an objective (none: zero)."""
        objective = goal if goal is not None else (self.zero,) * self.game.shape[0]
        return attaining_set(self.game, members, holding, value, objective, self.zero, self.one)

    def greatest(self, state: Dictionary[T]) -> tuple[Basis, tuple[T, ...]]:
        """The lexicographically greatest optimum: it does not depend on the path that led there."""
        count = self.game.shape[0]
        near = self.hints.greatest(state.program)
        if near is not None:
            state = self.solved(state.program, near)
        state.lexicographic([self.one if h == i else self.zero for h in range(count)] for i in range(count))
        return state.basis(), state.point()

    def ties(
        self,
        members: tuple[int, ...],
        holding: Sequence[int],
        value: Ratio[T],
        points: list[tuple[Basis, tuple[T, ...]]],
    ) -> list[tuple[int, Basis]]:
        """The further actions that tie everywhere; where another does not, a point that shows it joins ``points``."""
        found = []
        for k in others(self.game, members):
            if k in holding:
                continue
            goal = advantage(self.game, members, k)
            if any(self.at(goal, point) for _, point in points):
                continue
            program = self.program(members, holding, value, goal)
            # The first point is feasible, but may be many pivots away from the optimum of this objective.
            state = self.solved(program, self.hints.basis(program) or points[0][0])
            if self.at(goal, state.point()):
                points.append(self.greatest(state))
            else:
                found.append((k, state.basis()))
        return found

    def at(self, column: Sequence[T], point: Sequence[T]) -> T:
        """Σ_i column_i x_i."""
        total: T = self.field.zero
        for entry, weight in zip(column, point, strict=True):
            if weight:
                total = total + weight * entry
        return total


def _without_value(basis: Basis, weights: int, members: int) -> Basis:
    """The optimal basis of a value program as one of the attaining set: z leaves, and one tight value row with it."""
    rows = list(basis.rows)
    first = len(rows) - 1 - members
    tight = next((r for r in range(first, len(rows) - 1) if rows[r] is not Position.BASIC), None)
    if tight is not None:
        rows[tight] = Position.BASIC
    return Basis(basis.columns[:weights], tuple(rows))
