"""That no policy, randomised or not, gets more than a bound from a quantal follower who looks ahead.

The range of L = log Z in every state is cut into cells; W <= ``most`` is shown for every policy whose L lies in one.
Whatever the leader announces for later, L of a state that follows lies in one of its cells, and an action of hers comes
to a logit ρ + γ Σ P L between sums of ends, and to u + Σ P W, at most a sum of ``most``. With W = N/Z and Z = e^L,
N - cZ <= T shows W <= c + T/Z; columns of T are bounded as those of prescriptions are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from stackexact.certificates.exponential_sums import PRECISIONS, ends, magnitude
from stackexact.certificates.exponentials import Bounds, exp_bounds, fixed
from stackexact.certificates.looking_ahead import Ahead, Span, Spot, spots
from stackexact.certificates.looking_ahead_proofs import prove_value, read_plan
from stackexact.certificates.markov_game import MarkovGame
from stackexact.certificates.reading import Labels, Node, Weights, show
from stackexact.certificates.stated_numbers import read_stated

__all__ = ["randomised_bound"]

TRIED = PRECISIONS[1:4]
"""Binary digits that are tried one after the other."""

POINTS_EACH = 4
"""So many points of cells to come count as much as a pair of actions."""

Point = tuple[Fraction, Fraction]
"""A logarithm, and what the leader gets."""

Terms = list[tuple[Fraction, Bounds]]
"""Numbers, each a factor times what is bounded."""


@dataclass(frozen=True, eq=False)
class Reach:
    """What a state may come to: ``cuts`` of L, and the ``most`` that the leader gets in each cell between two of them
    (or at one)."""

    cuts: tuple[Fraction, ...]
    most: tuple[Fraction, ...]

    @property
    def low(self) -> Fraction:
        """The least L."""
        return self.cuts[0]

    @property
    def high(self) -> Fraction:
        """The greatest L."""
        return self.cuts[-1]

    @cached_property
    def greatest(self) -> Fraction:
        """The most in all cells."""
        return max(self.most)

    @cached_property
    def upper(self) -> list[Point]:
        """Upper ends of cells, without those that another is at least as good as in both."""
        found: list[Point] = []
        for point in zip(reversed(self.cuts), reversed(self.most), strict=False):
            if not found or point[1] > found[-1][1]:
                found.append(point)
        return found

    @cached_property
    def lower(self) -> list[Point]:
        """Lower ends of cells that are corners of their convex hull, where logarithms are small and gains are great;
        ordered by both."""
        found: list[Point] = []
        for point in zip(self.cuts, self.most, strict=False):
            if found and point[1] <= found[-1][1]:
                continue
            while len(found) > 1 and not _is_corner(found[-2], found[-1], point):
                found.pop()
            found.append(point)
        return found


def _is_corner(one: Point, two: Point, three: Point) -> bool:
    return (two[1] - one[1]) * (three[0] - one[0]) > (three[1] - one[1]) * (two[0] - one[0])


def randomised_bound(game: MarkovGame, cell: Node, proof: Node) -> None:
    """What a deterministic policy gets, and what no policy gets more than."""
    if game.response != "quantal" or not game.discount:
        raise cell.fails("expected a game with quantal responses and a discount above 0")
    ahead = spots(game)
    told = cell.fields("when", "lower", "upper", "cells")
    told["when"].items(0)
    parts = proof.fields("cells", "policy", "stages")
    count = told["cells"].value
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise told["cells"].wrong("a whole number of cells, at least 1")
    if parts["cells"].value != count or isinstance(parts["cells"].value, bool):
        raise parts["cells"].wrong(f"{count}, as is claimed")
    prove_value(game, ahead, read_stated(told["lower"]), read_plan(game, ahead, parts["policy"]))
    later: dict[int, Reach] = {}
    stages = parts["stages"].items(game.horizon)
    for h in reversed(range(game.horizon)):
        now: dict[int, Reach] = {}
        shown = stages[h].by_label(game.labels)
        if shown.keys() != ahead.stages[h].keys():
            raise stages[h].fails("expected an entry for each state that can be reached here, and no others")
        for s, spot in ahead.stages[h].items():
            now[s] = _Prover(ahead, spot, later, game.states[s].follower).reach(shown[s], count if h else 1)
        later = now
    bound = sum((share * later[s].greatest for s, share in ahead.initial.items()), Fraction(0))
    if bound > told["upper"].number():
        raise told["upper"].wrong(f"at least {show(bound)}, the bound that the cells show")


@dataclass(frozen=True, eq=False)
class _Prover:
    """Shows what is claimed of the cells of one state."""

    ahead: Ahead
    spot: Spot
    later: Mapping[int, Reach]
    labels: Labels

    def reach(self, node: Node, count: int) -> Reach:
        """Read the cells, and show what they claim."""
        parts = node.fields("low", "high", "cells")
        low, high = parts["low"].number(), parts["high"].number()
        given = parts["cells"].items(count if low < high else 1)
        self.ahead.budget.spend(len(given) * self._points // POINTS_EACH)
        if not any(self._within(low, high, bits) for bits in TRIED):
            raise node.fails("expected ends that enclose all logarithms of sums of masses, but they do not")
        cuts = tuple(low + (high - low) * Fraction(k, len(given)) for k in range(len(given) + 1))
        most = tuple(
            self._most(one, cut, following) for one, cut, following in zip(given, cuts, cuts[1:], strict=False)
        )
        return Reach(cuts, most)

    @cached_property
    def _points(self) -> int:
        """About how many points are looked at for one cell."""
        found = prod(self.spot.decision.shape)
        for row in self.spot.following or ():
            found += sum(len(self.later[s].most) for part in row for s in part)
        return found

    def _after(self, a: int, b: int) -> Weights:
        return {} if self.spot.following is None else self.spot.following[a][b]

    def _moves(self, a: int, b: int) -> Iterator[tuple[Fraction, Fraction, Reach]]:
        """What L and W of the states that follow count, and these."""
        for s, share in self._after(a, b).items():
            yield share * self.ahead.discount, share, self.later[s]

    def _gain(self, a: int, b: int) -> Fraction:
        """The most that the leader gets at once and later."""
        own = self.spot.decision.leader[a][b]
        return own + sum((share * reach.greatest for _, share, reach in self._moves(a, b)), Fraction(0))

    def _exponents(self, a: int, b: int) -> Point:
        """The least and the greatest that L of later states adds to a logit."""
        low = sum((times * reach.low for times, _, reach in self._moves(a, b)), Fraction(0))
        return low, sum((times * reach.high for times, _, reach in self._moves(a, b)), Fraction(0))

    def _logit(self, a: int, b: int, added: Fraction, bits: int) -> Span:
        """Bounds of a logit and what is added to it."""
        decision = self.spot.decision
        low, high = fixed(decision.exponents[a][b] + added, bits)
        if decision.weights is None:
            return low, high
        more, most = decision.logits(bits)[b][a]  # of weights alone: exponents are 0 beside them
        return low + more, high + most

    def _within(self, low: Fraction, high: Fraction, bits: int) -> bool:
        """Whether Σ_b e^(least logit - low) >= 1 and Σ_b e^(greatest logit - high) <= 1."""
        rows, columns = self.spot.decision.shape
        least = most = 0
        for b in range(columns):
            added = [self._exponents(a, b) for a in range(rows)]
            under = min(self._logit(a, b, added[a][0] - low, bits)[0] for a in range(rows))
            over = max(self._logit(a, b, added[a][1] - high, bits)[1] for a in range(rows))
            if over > 0:
                return False
            # What is far above 1 is 1 at least, and need not be known.
            least += exp_bounds(min(under, 0), min(under, 0), bits, bits).scaled(-bits)[0]
            most += exp_bounds(over, over, bits, bits).scaled(-bits)[1]
        return least >= 1 << bits >= most

    def _most(self, node: Node, low: Fraction, high: Fraction) -> Fraction:
        """What is claimed of one cell, shown."""
        parts = node.fields("most", optional=("level", "tangents"))
        most = parts["most"].number()
        if "level" not in parts and "tangents" not in parts:
            if most < self._greatest:
                raise parts["most"].wrong(f"at least {show(self._greatest)}, the most that the leader can get")
            return most
        parts = node.fields("most", "level", "tangents")
        level, slopes = parts["level"].number(), self._slopes(parts["tangents"])
        if not any(self._is_bounded(most, level, slopes, (low, high), bits) for bits in TRIED):
            raise parts["most"].wrong("a bound that the level and the tangents show")
        return most

    @cached_property
    def _greatest(self) -> Fraction:
        rows, columns = self.spot.decision.shape
        return max(self._gain(a, b) for a in range(rows) for b in range(columns))

    def _slopes(self, node: Node) -> list[Fraction | None]:
        found: list[Fraction | None] = []
        for one in node.by_label(self.labels, complete=True).values():
            slope = None if one.value is None else one.number()
            if slope is not None and slope <= 0:
                raise one.wrong("a tangent at a positive number, or null")
            found.append(slope)
        return found

    # -- one cell -----------------------------------------------------------------------------------------------------

    def _is_bounded(
        self, most: Fraction, level: Fraction, slopes: Sequence[Fraction | None], cell: Point, bits: int
    ) -> bool:
        """Whether T <= (most - c) Z at both ends of a cell, all in units of e^ref."""
        columns = []
        for b, slope in enumerate(slopes):
            columns.append(self._tangent(b, level, slope, bits) if slope is not None else self._column(b, level, bits))
        for end in cell:
            mass = exp_bounds(*fixed(end - self._ref, bits + 8), bits + 8, bits)
            kept = [*(column for column in columns if column), [(level - most, mass)] if level != most else []]
            unit = max((magnitude(*one) for column in kept for one in column), default=0) - bits
            if sum(max((ends(*one, unit)[1] for one in column), default=0) for column in kept) > 0:
                return False
        return True

    @cached_property
    def _ref(self) -> Fraction:
        """A number about as great as logits are."""
        rows, columns = self.spot.decision.shape
        exponents = self.spot.decision.exponents
        return max(exponents[a][b] + self._exponents(a, b)[1] for a in range(rows) for b in range(columns))

    def _tangent(self, b: int, level: Fraction, slope: Fraction, bits: int) -> Terms:
        """t exp(max (x + (y - c)/t) - 1) over all points (x, y)."""
        unit, heights = bits + 8, []
        for a, row in enumerate(self.spot.decision.leader):
            height = (row[b] - level) / slope - 1 - self._ref
            for times, share, reach in self._moves(a, b):
                height += max(times * x + share * y / slope for x, y in reach.upper)
            heights.append(self._logit(a, b, height, unit)[1])
        most = max(heights)
        return [(slope, exp_bounds(most, most, unit, bits))]

    def _column(self, b: int, level: Fraction, bits: int) -> Terms:
        """Numbers the greatest of which bounds e^x (y - c) over all points (x, y), without a tangent."""
        rows = range(self.spot.decision.shape[0])
        above = max(self._gain(a, b) for a in rows) - level
        if not above:
            return []
        if above > 0:
            high = max(self._logit(a, b, self._exponents(a, b)[1] - self._ref, bits)[1] for a in rows)
            return [(above, exp_bounds(high, high, bits, bits))]
        found = [(y - level, mass) for y, mass in self._corners(b, bits)]
        # None is positive: the greatest is of about the least size, and others need not be written in its unit.
        least = min(magnitude(*term) for term in found)
        return [term for term in found if magnitude(*term) <= least + 4]

    @cached_property
    def _kept(self) -> dict[tuple[int, int], Terms]:
        return {}

    def _corners(self, b: int, bits: int) -> Terms:
        """What the leader gets, and the mass, at the corners of sums of hulls; computed once."""
        if (b, bits) not in self._kept:
            made, unit = [], bits + 8
            for a, row in enumerate(self.spot.decision.leader):
                for x, y in self._chain(a, b):
                    exponent = self._logit(a, b, x - self._ref, unit)[0]
                    made.append((row[b] + y, exp_bounds(exponent, exponent, unit, bits)))
            self._kept[b, bits] = made
        return self._kept[b, bits]

    def _chain(self, a: int, b: int) -> list[Point]:
        """The corners of the sum of what later states add, where logarithms are small and gains are great: edges of all
        hulls, the steepest first."""
        x = y = Fraction(0)
        edges: list[Point] = []
        for times, share, reach in self._moves(a, b):
            corners = [(times * one, share * two) for one, two in reach.lower]
            x, y = x + corners[0][0], y + corners[0][1]
            edges += [(after[0] - one[0], after[1] - one[1]) for one, after in zip(corners, corners[1:], strict=False)]
        found = [(x, y)]
        for right, up in sorted(edges, key=lambda edge: edge[1] / edge[0], reverse=True):
            x, y = x + right, y + up
            found.append((x, y))
        return found
