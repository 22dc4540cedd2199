"""Whether a commitment attains a weak value although some of what follows is only approached.

``value`` is the supremum in one decision, ties broken against the leader, and an outcome is *open* where the value of
what follows is a supremum that is not attained. A commitment x attains the value from here on exactly if every best
response k to it gives the leader more than the value, or the value by outcomes none of which is open.

A commitment that attains the value lies in the region X(j) of a class E(j) that reaches it. Start with all of X(j)
where every member of the class gives the value. What holds at each of the commitments that are left is required: an
action k that ties with j everywhere must give at least the value; one that gives exactly the value everywhere must not
lead to what is open, so leader actions that do are dropped. Both take nothing away that attains the value. In the end
either nothing is left, or the average of points that show each remaining action not to tie, or to give more, attains
it: where one of them is strict, so is the average, for both are linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import fmpq

from stackexact.commitment.mixed_weak import Linked, MixedWeak, Proved, linked
from stackexact.commitment.weak_programs import advantage, attaining_set, others
from stackexact.errors import Unproved
from stackexact.exact.fields import field_of
from stackexact.exact.prover import Number, Ratio
from stackexact.exact.prover import Numbers as Prover
from stackexact.games.scalars import Scalars
from stackexact.lp.certify import certify_infeasible, certify_optimal
from stackexact.lp.program import Program
from stackexact.lp.simplex import Dictionary, Infeasible

__all__ = ["Forced", "Kept", "attains", "settle"]

_PROVER = Prover()


@dataclass(frozen=True, slots=True)
class Forced:
    """What holds at every commitment that is left: actions that tie (``ties``), and actions that give exactly the value
    (``exact``), each with the multipliers that show it."""

    ties: tuple[tuple[int, Linked[Number]], ...]
    exact: tuple[tuple[int, Linked[Number]], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Step after step until nothing of a class is left; ``end`` shows it empty, unless every action was dropped."""

    members: tuple[int, ...]
    steps: tuple[Forced, ...]
    end: Linked[Number] | None


def attains(
    game: Scalars[Number], value: Ratio[Number], weights: Sequence[Number], open_: frozenset[tuple[int, int]]
) -> bool:
    """Whether a commitment attains the value off what is open."""
    u, r = (
        [sum(w * row[k] for w, row in zip(weights, table, strict=True)) for k in range(game.shape[1])]
        for table in (game.leader, game.follower)
    )
    level, top = fmpq(1) * value.top / value.bottom, max(r)
    for k in range(game.shape[1]):
        if r[k] < top or u[k] > level:
            continue
        if u[k] < level or any(w and (a, k) in open_ for a, w in enumerate(weights)):
            return False
    return True


def settle(
    game: Scalars[Number], proved: MixedWeak[Number], open_: frozenset[tuple[int, int]], stop: Callable[[], bool]
) -> tuple[Number, ...] | list[Kept]:
    """A commitment that attains the value off what is open, or what shows that there is none, class by class."""
    kept = []
    for one in proved.classes:
        if one.bound is not None:
            found = _Class(game, one, proved.leader, open_, stop).run()
            if not isinstance(found, Kept):
                return found
            kept.append(found)
    return kept


class _Class:
    """One class that reaches the value, restricted step by step."""

    def __init__(
        self,
        game: Scalars[Number],
        proved: Proved[Number],
        value: Ratio[Number],
        open_: frozenset[tuple[int, int]],
        stop: Callable[[], bool],
    ) -> None:
        self.game, self.proved, self.value, self.open, self.stop = game, proved, value, open_, stop
        self.members = proved.members
        self.rows = list(range(game.shape[0]))
        self.holding = list(proved.members)
        self.exact: set[int] = set()
        self.field = field_of(game.follower[0][0])

    def run(self) -> tuple[Number, ...] | Kept:
        """A commitment that attains the value, or the steps that leave nothing."""
        steps: list[Forced] = []
        forced = self.bounded()
        while True:
            steps.append(forced)
            self.take(forced)
            if not self.rows:
                return Kept(self.members, tuple(steps), None)
            part = self.part()
            state = Dictionary(self.program(part, [self.field.nought] * len(self.rows)), self.field, None, self.stop)
            empty = state.restore()
            if isinstance(empty, Infeasible):
                ray = certify_infeasible(state.program, empty, _PROVER)
                # A Farkas combination has the row's own sign; bounds have the opposite one.
                return Kept(self.members, tuple(steps), self.link(part, [-w for w in ray.entries], ray.bottom))
            points = [self.spread(state.point())]
            forced = self.forced(part, points)
            average = tuple(sum(some) / len(points) for some in zip(*points, strict=True))
            for weights in (*points, average):
                if attains(self.game, self.value, weights, self.open):
                    return weights
            if not forced.ties and not forced.exact:
                raise Unproved("where nothing is forced the average must attain the value")

    def bounded(self) -> Forced:
        """The weights on the members that bound the class: those that count can give no more than the value."""
        bound = self.proved.bound
        assert bound is not None
        weights = dict(bound.weights)
        exact = tuple(
            (e, Linked(bound.multipliers, tuple((k, w) for k, w in bound.weights if k != e), weights[e]))
            for e in self.members
            if weights.get(e, 0) > 0
        )
        return Forced((), exact)

    def take(self, forced: Forced) -> None:
        """Require what is forced."""
        self.holding += [k for k, _ in forced.ties]
        self.exact |= {e for e, _ in forced.exact}
        self.rows = [a for a in self.rows if not any((a, e) in self.open for e in self.exact)]

    def part(self) -> Scalars[Number]:
        """The game with the leader actions that are left."""
        leader, follower = (tuple(table[a] for a in self.rows) for table in (self.game.leader, self.game.follower))
        return Scalars(leader, follower, None, self.game.leader_unit, self.game.follower_unit)

    def forced(self, part: Scalars[Number], points: list[tuple[Number, ...]]) -> Forced:
        """What is forced now; where something is not, a point that shows it joins ``points``."""
        ties, exact = [], []
        for k in others(self.game, self.members):
            if k not in self.holding:
                goal = advantage(part, self.members, k)
                if (shown := self.shown(part, goal, points)) is not None:
                    ties.append((k, self.link(part, *shown)))
        for e in self.holding:
            if e not in self.exact and any((a, e) in self.open for a in self.rows):
                goal = tuple(self.value.bottom * row[e] - self.value.top for row in part.leader)
                if (shown := self.shown(part, goal, points)) is not None:
                    multipliers, bottom = shown
                    exact.append((e, self.link(part, multipliers, bottom * self.value.bottom)))
        return Forced(tuple(ties), tuple(exact))

    def shown(
        self, part: Scalars[Number], goal: Sequence[Number], points: list[tuple[Number, ...]]
    ) -> tuple[Sequence[Number], Number] | None:
        """The multipliers that keep an objective at 0, if it is never more."""
        if any(sum(g * point[a] for g, a in zip(goal, self.rows, strict=True)) > 0 for point in points):
            return None
        state = Dictionary(self.program(part, goal), self.field, None, self.stop)
        if state.restore() is not None or state.improve() is not None:
            raise Unproved("a program that is feasible and bounded was not found so")
        best = certify_optimal(state.program, state.basis(), _PROVER)
        if best.value.top > 0:
            points.append(self.spread(state.point()))
            return None
        return best.multipliers, best.multipliers_bottom

    def program(self, part: Scalars[Number], goal: Sequence[Number]) -> Program[Number]:
        """The commitments that are left, with an objective."""
        zero, one = self.field.nought, self.field.unit
        return attaining_set(part, self.members, self.holding, self.value, goal, zero, one)

    def spread(self, point: Sequence[Number]) -> tuple[Number, ...]:
        """Weights on the actions that are left as weights on all."""
        known = dict(zip(self.rows, point, strict=True))
        return tuple(fmpq(1) * known.get(a, 0) for a in range(self.game.shape[0]))

    def link(self, part: Scalars[Number], multipliers: Sequence[Number], bottom: Number) -> Linked[Number]:
        """Multipliers of the rows of a program by actions."""
        return linked(part, self.members, self.holding, self.value, tuple(multipliers), bottom, _PROVER)
