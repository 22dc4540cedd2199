"""Search for a strong mixed Stackelberg equilibrium: multiple LPs, proposed in floats where that helps.

The LPs run in descending order of the bound ``max_i u1(i, j)``; an action is left out only where a proved bound keeps
it strictly below the incumbent, so that every tie is found. Growth: at most n LPs of m + 1 variables and n + 1 rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from flint import fmpz

from stackexact.commitment.exact_lps import ExactLPs, exact_skeleton
from stackexact.commitment.mixed_strong import Reached, Reaching, Skeleton, prove_reaching
from stackexact.commitment.refutations import (
    AtVertex,
    Bound,
    Dominated,
    Refutation,
    refute,
    refute_together,
    unbeaten,
)
from stackexact.commitment.ties import Ties, inside
from stackexact.commitment.vertices import Vertex, Vertices, compare
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.fields import field_of
from stackexact.exact.prover import Number, Numbers, Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp import highs
from stackexact.lp.simplex import never

if TYPE_CHECKING:
    from stackexact.commitment.float_lps import FloatLPs, Proposal

__all__ = ["NumericLPs", "search"]

T = TypeVar("T", bound=Any)

SMALL = 150
"""Payoff tables of at most this many words of 64 bits are searched exactly: importing HiGHS would take longer."""

CLOSE = 1e-7
"""Proposed values (in [0, 1]) that lie this close to the best are examined exactly."""


@dataclass(slots=True)
class NumericLPs:
    """One numeric game's LPs with everything found so far, shared by the concepts that need them.

    ``vertices`` keeps what was proved, ``multipliers`` the bounds HiGHS proposed, ``starts`` where to go on exactly.
    """

    game: Scalars[Number]
    stop: Callable[[], bool] = never
    use_floats: bool | None = None
    vertices: Vertices[Number] = field(init=False)
    starts: dict[int, Vertex] = field(default_factory=dict)
    multipliers: dict[int, Bound] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    optima: dict[int, Reached[Number]] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    _floats: FloatLPs | None = None
    _exact: ExactLPs[Number] | None = None
    _tops: tuple[Number, ...] = ()
    floor: Number | None = None

    def __post_init__(self) -> None:
        self.vertices = Vertices(self.game, Numbers())
        if self.use_floats is None:
            self.use_floats = self._words() > SMALL and highs.available()

    def _words(self) -> int:
        rows, columns = self.game.shape
        tables = (self.game.leader, self.game.follower)
        longest = max(abs(end(map(end, table))) for table in tables for end in (min, max))
        return rows * columns * (1 + _bits(longest) // 64)

    @property
    def exact(self) -> ExactLPs[Number]:
        """The LPs on the exact simplex."""
        if self._exact is None:
            field = field_of(self.game.follower[0][0])
            self._exact = ExactLPs(self.game.leader, self.game.follower, field, self.stop)
        return self._exact

    @property
    def tops(self) -> tuple[Number, ...]:
        """max_i u1(i, j) for every j."""
        if not self._tops:
            self._tops = tuple(map(max, zip(*self.game.leader, strict=True)))
        return self._tops

    def order(self) -> list[int]:
        """Follower actions by descending bound max_i u1(i, j), then by place."""
        tops = self.tops
        return sorted(range(len(tops)), key=lambda j: (-tops[j], j))

    @property
    def floats(self) -> FloatLPs:
        """The LPs on HiGHS."""
        from stackexact.commitment.float_lps import FloatLPs

        if self._floats is None:
            self._floats = FloatLPs(self.game)
        return self._floats

    def check_limit(self) -> None:
        """Raise :class:`~stackexact.errors.LimitReached` once the limit is reached."""
        if self.stop():
            raise LimitReached("the time limit was reached among the linear programs; raise it")

    def ask(self, response: int) -> float | None:
        """Run LP(response) in floats and keep what it says; 2.0 (anything is possible) where it says nothing."""
        self.check_limit()
        said = self.floats.solve(response)
        if said is None:
            return 2.0
        self.proposals[response] = said
        self.starts.pop(response, None)
        self.multipliers[response] = Bound(said.multipliers, said.shift, said.value is None)
        self.values[response] = -1.0 if said.value is None else said.value
        return said.value

    def start(self, response: int) -> Vertex | None:
        """The vertex from which to go on with LP(response): the best known, else the one that was proposed."""
        if response not in self.starts and response in self.proposals:
            self.starts[response] = self.proposals[response].vertex()
        return self.starts.get(response)

    def near_optimum(self, response: int, best: Ratio[Number] | None = None) -> Vertex | Dominated | AtVertex | None:
        """An exact optimum of LP(response), or why it has none, from the actions that floats cannot tell from tight.

        With a value to beat, a vertex whose multipliers show that LP(response) stays below it will do.

        Ties beyond the reach of floats are decided on a small table, which grows by the actions that object: leader
        actions that would gain, follower actions that would be better, leader actions that a mixture does not beat.
        """
        proposal = self.proposals.get(response)
        rows, columns = proposal.near() if proposal is not None else ((), ())
        start = self.start(response)
        while rows and (len(rows), len(columns)) != self.game.shape:
            tables = (self.game.leader, self.game.follower)
            part = [tuple(tuple(table[i][k] for k in columns) for i in rows) for table in tables]
            lps = ExactLPs(part[0], part[1], field_of(part[1][0][0]), self.stop)
            inner = None if start is None else inside(start, rows, columns)
            runner = lps.solve(columns.index(response), inner)
            if runner is None:
                mixture = lps.dominating(columns.index(response))
                if mixture is None:
                    return None
                outer = Dominated(tuple(columns[k] for k in mixture.actions), tuple(rows[i] for i in mixture.against))
                objecting = unbeaten(self.game, response, outer, self.vertices.prover)
                if not objecting:
                    return outer
                rows = tuple(sorted({*rows, *objecting}))
                continue
            found = lps.vertex(runner)
            start = Vertex(tuple(rows[i] for i in found.support), tuple(columns[k] for k in found.tight))
            gaining, rivals = self.vertices.better(start, response)
            self.starts[response] = start
            if not gaining and not rivals:
                return start
            if not gaining and best is not None and self.stays_below(response, start, best):
                return AtVertex(start)  # no leader action would gain: the optimum among these responses is a bound
            rows, columns = tuple(sorted({*rows, *gaining})), tuple(sorted({*columns, *rivals}))
        return None

    def stays_below(self, response: int, vertex: Vertex, value: Ratio[Number]) -> bool:
        """Whether the multipliers of a vertex prove that LP(response) does not reach ``value``."""
        try:
            refute(self.game, response, AtVertex(vertex), value, self.vertices.prover, self.vertices)
        except Unproved:
            return False
        return True

    def optimum(self, response: int) -> Reached[Number] | None:
        """The proved optimum of LP(response), reached if need be; ``None`` where its region is empty."""
        if response not in self.optima:
            if response not in self.values:
                self.ask(response)
            _Hybrid(self).examine([response])
        return self.optima.get(response)

    def multipliers_of(self, response: int) -> Bound | None:
        """Proposed multipliers of LP(response), asked for if need be."""
        if response not in self.values:
            self.ask(response)
        return self.multipliers.get(response)

    def pure(self) -> dict[int, Vertex]:
        """The follower actions whose LP a pure commitment solves: one that gives the leader the most the action can.

        Their optimum needs no solver, and its proof no multipliers. Ties: highest follower utility, first action.
        """
        found: dict[int, tuple[Number, int]] = {}
        best: Number | None = None
        for i, (u1, u2) in enumerate(zip(self.game.leader, self.game.follower, strict=True)):
            top = max(u2)
            for j, utility in enumerate(u2):
                if utility != top:
                    continue
                best = u1[j] if best is None or u1[j] > best else best
                if u1[j] == self.tops[j] and (j not in found or top > found[j][0]):
                    found[j] = (top, i)
        self.floor = best
        return {j: Vertex((i,), (j,)) for j, (_, i) in found.items()}

    def propose(self) -> list[tuple[float, int]]:
        """Run the LPs in floats; returns (value, action) of those worth an exact look, best first.

        Actions that cannot give the leader what a pure commitment gives (exactly) are left out from the start.
        """
        pure = self.pure()
        best, seen = -1.0, []
        for j in self.order():
            if self.tops[j] < self.floor or self.floats.tops[j] < best - CLOSE:
                continue
            if j in pure:
                self.starts[j], self.values[j] = pure[j], self.floats.tops[j]
                value: float | None = self.values[j]
            else:
                value = self.ask(j)
            if value is not None:
                seen.append((value, j))
                best = max(best, value) if value <= 1.5 else best
        return sorted((entry for entry in seen if entry[0] >= best - CLOSE), key=lambda e: (-e[0], e[1]))


def _bits(number: Number) -> int:
    """The length of a flint integer or rational."""
    top, bottom = (number, 1) if type(number) is fmpz else (number.p, number.q)
    return max(int(top).bit_length(), int(bottom).bit_length())


def search(lps: NumericLPs) -> Skeleton:
    """The skeleton of a numeric game's strong mixed equilibrium."""
    if not lps.use_floats:
        return exact_skeleton(lps.exact, lps.order())
    return _Hybrid(lps).run()


class _Hybrid:
    """Floats propose; each proposal is proved or finished on the exact simplex before it counts."""

    def __init__(self, lps: NumericLPs) -> None:
        self.lps = lps
        self.game, self.vertices, self.prover = lps.game, lps.vertices, lps.vertices.prover
        self.optima = lps.optima
        self.refuted: dict[int, Refutation] = {}

    def run(self) -> Skeleton:
        self.examine([j for _, j in self.lps.propose()], every=False)
        waiting = [j for j in self.lps.order() if j not in self.optima and j not in self.refuted]
        while waiting:
            value = self.best()
            self.refute_waiting(waiting, value)
            for j in list(waiting):
                why = self.refutation(j, value)
                if why is not None:
                    self.refuted[j] = why
                else:
                    self.examine([j])
                    if j in self.optima and self.above(self.optima[j].values[0], value) > 0:
                        break
            waiting = [j for j in waiting if j not in self.optima and j not in self.refuted]
            if any(self.above(one.values[0], value) > 0 for one in self.optima.values()):
                waiting = [j for j in range(self.game.shape[1]) if j not in self.optima and not self.is_empty(j)]
                self.refuted = {j: why for j, why in self.refuted.items() if self.is_empty(j)}
        return self.skeleton()

    def refute_waiting(self, waiting: list[int], value: Ratio[Number]) -> None:
        """Try all proposed multipliers in one go."""
        proposed = self.lps.multipliers
        claims = [(j, proposed[j]) for j in waiting if j in proposed and proposed[j].multipliers]
        refute_together(self.game, claims, value, self.prover, self.vertices)

    def is_empty(self, response: int) -> bool:
        why = self.refuted.get(response)
        return why is not None and not isinstance(why, AtVertex) and (not isinstance(why, Bound) or why.empty)

    def above(self, left: Ratio[Number], right: Ratio[Number]) -> int:
        return self.prover.sign(compare(left, right, self.prover))

    def best(self) -> Ratio[Number]:
        if not self.optima:
            self.examine(self.lps.order())
        top = None
        for one in self.optima.values():
            if top is None or self.above(one.values[0], top) > 0:
                top = one.values[0]
        assert top is not None, "some follower action is a best response to every commitment"
        return top

    def examine(self, responses: list[int], *, every: bool = True) -> None:
        """Prove the proposed vertex of each LP optimal, or reach an optimum exactly from it.

        Unless ``every`` optimum is wanted, an action whose payoffs stay below the best so far is left for later.
        """
        claims = []
        for j in responses:
            vertex = self.lps.start(j)
            if vertex is not None and j in vertex.tight:
                claims.append(Reaching(j, vertex, 1))
        try:
            proved = prove_reaching(self.vertices, tuple(claims))
        except Unproved:
            proved = self.one_by_one(claims)
        self.optima.update({one.response: one for one in proved})
        tops = self.lps.tops
        # Where floats see ties everywhere the best payoffs come first: what they reach spares others the exact simplex.
        for j in sorted((j for j in responses if j not in self.optima), key=lambda j: -tops[j]):
            best = None if every or not self.optima else self.best()
            if best is None or self.refutation(j, best) is None:
                self.finish(j, best)

    def one_by_one(self, claims: list[Reaching]) -> tuple[Reached[Number], ...]:
        proved: list[Reached[Number]] = []
        for claim in claims:
            try:
                proved += prove_reaching(self.vertices, (claim,))
            except Unproved:
                continue
        return tuple(proved)

    def finish(self, response: int, best: Ratio[Number] | None = None) -> None:
        exact = self.lps.exact
        near = self.lps.near_optimum(response, best)
        if isinstance(near, Dominated | AtVertex):
            self.refuted[response] = near
            return
        if near is not None:
            self.lps.starts[response] = near
            try:
                (self.optima[response],) = prove_reaching(self.vertices, (Reaching(response, near, 1),))
            except Unproved:
                self.optima.pop(response, None)
            else:
                return
        runner = exact.solve(response, self.lps.start(response))
        if runner is None:
            mixture = exact.dominating(response)
            if mixture is None:
                raise Unproved("an empty best-response region must be dominated by a mixture")
            self.refuted[response] = mixture
            return
        vertex = self.lps.starts[response] = exact.vertex(runner)
        (self.optima[response],) = prove_reaching(self.vertices, (Reaching(response, vertex, 1),))

    def refutation(self, response: int, value: Ratio[Number]) -> Refutation | None:
        if self.lps.tops[response] * value.bottom < value.top:
            return Bound(())
        proposed = self.lps.multipliers.get(response)
        if proposed is None or not proposed.multipliers:
            return None
        try:
            refute(self.game, response, proposed, value, self.prover, self.vertices)
        except Unproved:
            return None
        return proposed

    def skeleton(self) -> Skeleton:
        value = self.best()
        tied = {j: one for j, one in self.optima.items() if self.above(one.values[0], value) == 0}
        for j, one in self.optima.items():
            if j not in tied:
                why = self.refutation(j, value)
                self.refuted[j] = AtVertex(one.vertex) if why is None else why
        refuted = tuple(sorted(self.refuted.items()))
        response, reaching = Ties(self.lps, value, tied).settle()
        return Skeleton(response, reaching, refuted)
