"""Which of several tied optima is the answer: highest follower value, then the greatest commitment, then the first.

Every tied action has a face of optima. What orders the faces is reached level by level, and only as far as it takes to
tell them apart: a pure commitment where one is the optimum, else the follower's best
vertex of the face, proposed in floats and proved; the levels after that on the few leader actions that are left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stackexact.commitment.exact_lps import ExactLPs, Runner, race
from stackexact.commitment.mixed_strong import Reached, Reaching, prove_reaching
from stackexact.commitment.vertices import Vertex, compare
from stackexact.errors import Unproved
from stackexact.exact.fields import field_of
from stackexact.exact.prover import Number, Ratio

if TYPE_CHECKING:
    from stackexact.commitment.mixed_strong_search import NumericLPs

__all__ = ["Ties", "inside"]


def inside(vertex: Vertex, rows: tuple[int, ...], columns: tuple[int, ...]) -> Vertex:
    """A vertex as places in a part of the table; what is not in the part is left out."""
    return Vertex(
        tuple(rows.index(i) for i in vertex.support if i in rows),
        tuple(columns.index(k) for k in vertex.tight if k in columns),
    )


class Ties:
    """The follower actions of a numeric game whose LPs reach ``value``, each with a proved optimum."""

    def __init__(self, lps: NumericLPs, value: Ratio[Number], tied: Mapping[int, Reached[Number]]) -> None:
        self.lps, self.value, self.tied = lps, value, tied
        self.game, self.vertices, self.prover = lps.game, lps.vertices, lps.vertices.prover

    def settle(self) -> tuple[int, tuple[Reaching, ...]]:
        """The response, and what has to be proved of every tied action so that it is."""
        if all(one.unique for one in self.tied.values()):
            return self.first(self.tied), _claims(self.tied)
        pure = self.pure_claims()
        if pure is not None:
            return pure[0].response, tuple(sorted(pure, key=lambda claim: claim.response))
        found = {j: one if one.unique else self.second(one) for j, one in sorted(self.tied.items())}
        top: Ratio[Number] | None = None
        for one in found.values():
            if top is None or self.sign(self.utility(one), top) > 0:
                top = self.utility(one)
        assert top is not None
        alive = {j: one for j, one in found.items() if self.sign(self.utility(one), top) == 0}
        if all(one.unique for one in alive.values()):
            return self.first(alive), _claims(found)
        response, deeper = self.race(alive)
        return response, tuple(deeper.get(claim.response, claim) for claim in _claims(found))

    def sign(self, left: Ratio[Number], right: Ratio[Number]) -> int:
        return self.prover.sign(compare(left, right, self.prover))

    def utility(self, one: Reached[Number]) -> Ratio[Number]:
        """The follower's utility at a vertex."""
        return Ratio(one.corner.utility, one.corner.bottom)

    def pure_claims(self) -> list[Reaching] | None:
        """Proved claims, best first, if pure commitments are the lexicographic optima of all tied actions.

        With ties everywhere this is the usual case, and it spares every other step.
        """
        leader, follower, value = self.game.leader, self.game.follower, self.value
        best = []
        for j in sorted(self.tied):
            rows = [
                (-own[j], i)
                for i, (u1, own) in enumerate(zip(leader, follower, strict=True))
                if u1[j] * value.bottom == value.top and own[j] == max(own)
            ]
            if not rows:
                return None
            best.append((*min(rows), j))
        best.sort()
        utility, first, _ = best[0]
        # The winner is unique once its own weight has been an objective; others fall behind there, or at the utility.
        depths = [2 if own != utility else first + 3 for own, _, _ in best]
        claims = [Reaching(j, Vertex((i,), (j,)), depth) for (_, i, j), depth in zip(best, depths, strict=True)]
        try:
            prove_reaching(self.vertices, tuple(claims))
        except Unproved:
            return None
        return claims

    def second(self, one: Reached[Number]) -> Reached[Number]:
        """The vertex of the face that gives the follower most: proposed in floats, else reached on the face alone."""
        self.lps.check_limit()
        response, weights = one.response, one.multipliers[0]
        kept_out = [i for i, gain in enumerate(weights.gains) if gain != 0]
        held = [k for k, weight in enumerate(weights.rows) if weight != 0 and k != response]
        start = self.lps.floats.highest(response, one.vertex, kept_out, held)
        if start is not None and response in start.tight:
            try:
                (found,) = prove_reaching(self.vertices, (Reaching(response, start, 2),))
            except Unproved:
                pass
            else:
                return found
        part = Part(self.lps, tuple(i for i, gain in enumerate(weights.gains) if gain == 0))
        runner = part.runner(one)
        part.exact.advance(runner, 1)
        claim = Reaching(response, part.vertex(runner), runner.levels)
        (found,) = prove_reaching(self.vertices, (claim,))
        return found

    def race(self, alive: Mapping[int, Reached[Number]]) -> tuple[int, dict[int, Reaching]]:
        """The greatest commitment among faces that give both players the same.

        Leader actions that lose on the levels shown have no weight on a face, so the tables hold the others alone.
        """
        rows = set()
        for one in alive.values():
            gains = zip(*(level.gains for level in one.multipliers), strict=True)
            rows |= {i for i, some in enumerate(gains) if not any(some)}
        part = Part(self.lps, tuple(sorted(rows)))
        runners = [part.runner(one) for one in alive.values()]
        winners = race(part.exact, runners)
        deeper = {}
        for runner in runners:
            # What the part leaves out is shown to lose on the levels shown before: they stay.
            levels = max(part.levels(runner), len(alive[runner.response].multipliers))
            deeper[runner.response] = Reaching(runner.response, part.vertex(runner), levels)
        return min(runner.response for runner in winners), deeper

    def first(self, some: Mapping[int, Reached[Number]]) -> int:
        """The response with the highest follower value, then the greatest commitment, then the first."""

        def ahead(one: Reached[Number], two: Reached[Number]) -> bool:
            pairs = [(self.utility(one), self.utility(two))]
            rows = range(self.game.shape[0])
            pairs += [(one.corner.probability(i), two.corner.probability(i)) for i in rows]
            for left, right in pairs:
                sign = self.sign(left, right)
                if sign:
                    return sign > 0
            return False

        best = None
        for j in sorted(some):
            if best is None or ahead(some[j], some[best]):
                best = j
        assert best is not None
        return best


class Part:
    """The exact LPs on some of the leader's actions, in the numbering of the whole game."""

    def __init__(self, lps: NumericLPs, rows: tuple[int, ...]) -> None:
        self.rows = rows
        self.columns = tuple(range(lps.game.shape[1]))
        leader, follower = (tuple(table[i] for i in rows) for table in (lps.game.leader, lps.game.follower))
        self.exact = ExactLPs(leader, follower, field_of(follower[0][0]), lps.stop)

    def runner(self, one: Reached[Number]) -> Runner[Number]:
        """The runner of a tied action at its optimum."""
        found = self.exact.solve(one.response, inside(one.vertex, self.rows, self.columns))
        assert found is not None, "a face of optima is not empty"
        return found

    def vertex(self, runner: Runner[Number]) -> Vertex:
        """Where the runner is."""
        found = self.exact.vertex(runner)
        return Vertex(tuple(self.rows[i] for i in found.support), found.tight)

    def levels(self, runner: Runner[Number]) -> int:
        """How many levels of the whole game the runner's are: those between are 0 on the part."""
        return runner.levels if runner.levels < 3 else 3 + self.rows[runner.levels - 3]


def _claims(found: Mapping[int, Reached[Number]]) -> tuple[Reaching, ...]:
    return tuple(Reaching(j, one.vertex, len(one.multipliers)) for j, one in sorted(found.items()))
