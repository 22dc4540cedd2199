"""The multiple LPs on the exact simplex: over any ordered field, from any starting basis.

This is the search that floats only shorten. It finds, at one point, the optimal vertex of LP(j), a mixture that
dominates an action whose region is empty, the lexicographically greatest optimum among tied actions, and so a skeleton.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.commitment.mixed_strong import Reaching, Skeleton
from stackexact.commitment.refutations import AtVertex, Bound, Dominated, Refutation
from stackexact.commitment.vertices import Vertex
from stackexact.errors import Unproved
from stackexact.exact.fields import OrderedField
from stackexact.lp.program import Basis, Position, Program
from stackexact.lp.simplex import Dictionary, never

__all__ = ["ExactLPs", "Runner", "exact_skeleton", "race"]

T = TypeVar("T", bound=Any)


@dataclass(slots=True)
class Runner(Generic[T]):
    """A follower action in the race for the lexicographically greatest commitment."""

    response: int
    state: Dictionary[T]
    levels: int = 1
    unique: bool = False


class ExactLPs(Generic[T]):
    """All LP(j) of one game over a field; rows are shared, only bounds and objective differ."""

    def __init__(
        self,
        leader: tuple[tuple[T, ...], ...],
        follower: tuple[tuple[T, ...], ...],
        field: OrderedField[T],
        stop: Callable[[], bool] = never,
    ) -> None:
        self.field, self.stop = field, stop
        self.leader = leader
        zero, one = field.nought, field.unit
        self._m, self._n = len(leader), len(leader[0])
        self.follower = follower
        # Shifted so that every utility is positive: then t is positive, hence basic, at every feasible vertex.
        shift = one - min(map(min, follower))
        rows = [(*(row[k] + shift for row in follower), zero - one) for k in range(self._n)]
        rows.append((*([one] * self._m), zero))
        self._rows = tuple(rows)
        zero, one = field.zero, field.one
        self._lower = (*([zero] * self._m), None)
        self._upper = (None,) * (self._m + 1)
        self._ceiling = (*([zero] * self._n), one)

    def program(self, response: int) -> Program[T]:
        """LP(response): maximise u1(x, response) where it is a best response."""
        zero, one = self.field.zero, self.field.one
        floor = (*(zero if k == response else None for k in range(self._n)), one)
        objective = (*(row[response] for row in self.leader), self.field.nought)
        return Program(objective, self._rows, floor, self._ceiling, self._lower, self._upper)

    def basis(self, vertex: Vertex) -> Basis:
        """The basis that belongs to a support and a tight set."""
        inside, tight = set(vertex.support), set(vertex.tight)
        columns = [Position.BASIC if i in inside else Position.LOWER for i in range(self._m)]
        rows = [Position.UPPER if k in tight else Position.BASIC for k in range(self._n)]
        return Basis((*columns, Position.BASIC), (*rows, Position.UPPER))

    def solve(self, response: int, start: Vertex | None = None) -> Runner[T] | None:
        """Reach the optimum of LP(response), from a vertex if given; ``None`` where its region is empty."""
        basis = None if start is None else self.basis(start)
        state = Dictionary(self.program(response), self.field, basis, self.stop)
        if state.restore() is not None:
            return None
        if state.improve() is not None:
            raise Unproved("LP(j) cannot be unbounded: its region is a polytope")
        return Runner(response, state)

    def value(self, runner: Runner[T]) -> T:
        """The leader's value at the runner's vertex."""
        total = self.field.zero
        for row, weight in zip(self.leader, runner.state.point(), strict=False):
            if weight:
                total = total + weight * row[runner.response]
        return total

    def vertex(self, runner: Runner[T]) -> Vertex:
        """Support and tight set of the runner's basis."""
        basis = runner.state.basis()
        return Vertex(
            tuple(i for i, p in enumerate(basis.columns[: self._m]) if p is Position.BASIC),
            tuple(k for k, p in enumerate(basis.rows[: self._n]) if p is not Position.BASIC),
        )

    def level(self, runner: Runner[T], number: int) -> T:
        """The value of objective ``number``: 0 the leader's, 1 the follower's, 2 + i the weight of action i."""
        if number == 0:
            return self.value(runner)
        return runner.state.point()[self._m if number == 1 else number - 2]

    def advance(self, runner: Runner[T], number: int) -> None:
        """Optimise objective ``number`` on the face of the earlier ones, unless that is a single point."""
        if runner.unique or runner.state.freeze():
            runner.unique = True
            return
        zero, one = self.field.nought, self.field.unit
        target = self._m if number == 1 else number - 2
        runner.state.objective = runner.state.reduced([one if c == target else zero for c in range(self._m + 1)])
        runner.state.improve()
        runner.levels = number + 1

    def dominating(self, response: int) -> Dominated | None:
        """A mixture of the other actions that is strictly better against every leader action, if there is one."""
        zero, one, n = self.field.nought, self.field.unit, self._n
        others = [k for k in range(n) if k != response]
        rows = tuple((*(row[k] - row[response] for k in others), zero - one) for row in self.follower)
        rows += ((*([one] * len(others)), zero),)
        m = self._m
        program = Program(
            (*([zero] * len(others)), one),
            rows,
            (*([self.field.zero] * m), self.field.one),
            (*([None] * m), self.field.one),
            (*([self.field.zero] * len(others)), None),
            (None,) * n,
        )
        state = Dictionary(program, self.field, None, self.stop)
        if not others or state.restore() is not None or state.improve() is not None:
            return None
        if not state.point()[n - 1] > self.field.zero:
            return None
        basis = state.basis()
        return Dominated(
            tuple(others[c] for c in range(n - 1) if basis.columns[c] is Position.BASIC),
            tuple(i for i in range(m) if basis.rows[i] is not Position.BASIC),
        )


def race(lps: ExactLPs[T], runners: Iterable[Runner[T]]) -> list[Runner[T]]:
    """Optimise level after level; drop whoever falls behind. Returns the winners, equal to the last place."""
    alive = list(runners)
    for number in range(1, len(lps.leader) + 2):
        if all(runner.unique for runner in alive):
            alive = _best(lps, alive, range(number, len(lps.leader) + 2))
            break
        for runner in alive:
            lps.advance(runner, number)
        alive = _best(lps, alive, range(number, number + 1))
    return alive


def _best(lps: ExactLPs[T], alive: list[Runner[T]], numbers: Iterable[int]) -> list[Runner[T]]:
    for number in numbers:
        values = [lps.level(runner, number) for runner in alive]
        top = max(values)
        alive = [runner for runner, value in zip(alive, values, strict=True) if value == top]
    return alive


def exact_skeleton(lps: ExactLPs[T], order: Iterable[int]) -> Skeleton:
    """The skeleton by the exact simplex alone, over any ordered field. ``order`` lists all follower actions."""
    best: Any = None
    runners: list[Runner[T]] = []
    refuted: dict[int, Refutation] = {}
    last: Vertex | None = None
    for j in order:
        if best is not None and all(row[j] < best for row in lps.leader):
            refuted[j] = Bound(())
            continue
        runner = lps.solve(j, last)
        if runner is None:
            mixture = lps.dominating(j)
            if mixture is None:
                raise Unproved("an empty best-response region must be dominated by a mixture")
            refuted[j] = mixture
            continue
        last = lps.vertex(runner)
        runners.append(runner)
        value = lps.value(runner)
        best = value if best is None or value > best else best
    tied = [runner for runner in runners if lps.value(runner) == best]
    refuted |= {r.response: AtVertex(lps.vertex(r)) for r in runners if lps.value(r) != best}
    winners = race(lps, tied)
    reaching = tuple(Reaching(r.response, lps.vertex(r), r.levels) for r in tied)
    return Skeleton(min(r.response for r in winners), reaching, tuple(sorted(refuted.items())))
