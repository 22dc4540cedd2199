"""The proofs of tolerance and alignment. Each function raises ``Unsupported`` unless the claim is shown.

``gap(i, j) = max_k u2[i][k] - u2[i][j]`` is what the follower loses by j; ``B_e(i)`` holds the j with a gap of at most
e, and ``A_e`` the i whose best outcome in ``B_e(i)`` is within e of the best that some leader action guarantees.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from stackexact.certificates.alignment_pairs import by_pairs
from stackexact.certificates.embedded import Game
from stackexact.certificates.proofs import ZERO, claimed
from stackexact.certificates.reading import Node

Pair = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The gaps of a game, and the claimed tolerance γ."""

    game: Game
    gamma: Fraction
    gap: list[list[Fraction]]

    @classmethod
    def of(cls, game: Game, gamma: Node) -> Tolerance:
        value = gamma.number()
        if value < 0 or game.tolerance not in (None, value):
            raise gamma.wrong("the tolerance of the game, at least 0")
        tops = [max(row) for row in game.u2.entries]
        gaps = [[top - entry for entry in row] for top, row in zip(tops, game.u2.entries, strict=True)]
        return cls(game, value, gaps)

    def level(self, node: Node) -> Fraction:
        """A level between 0 and γ."""
        value = node.number()
        if not 0 <= value <= self.gamma:
            raise node.wrong("a level between 0 and the tolerance")
        return value

    def start(self, node: Node) -> Fraction:
        """Where something begins: a level; where a parameter may move it beyond 0 or γ, any number."""
        return self.level(node) if node.region is None else node.number()

    def tolerated(self, node: Node, level: Fraction) -> list[Fraction]:
        """``u1[i][j]`` for a tolerated j per i: an upper bound on ``min over B_level(i) of u1[i]``."""
        by_action = node.by_label(self.game.leader, complete=True)
        chosen = {i: entry.index(self.game.follower) for i, entry in by_action.items()}
        if any(self.gap[i][j] > level for i, j in chosen.items()):
            raise node.fails("an action is not tolerated at the claimed level")
        return [self.game.u1[i][j] for i, j in chosen.items()]

    def enters(self, parts: dict[str, Node], a: int, level: Fraction) -> None:
        """Require a in ``A_level``: its ``response`` is within the level of what every i can be held to."""
        b = parts["response"].index(self.game.follower)
        if self.gap[a][b] > level or max(self.tolerated(parts["tolerated"], level)) - level > self.game.u1[a][b]:
            raise parts["response"].fails("does not show the leader action to be within the claimed level")

    def entries(self, node: Node) -> dict[int, Fraction]:
        """The leader actions that may enter some ``A_e`` with ``e <= γ``, and a level below which they do not."""
        found = {}
        for i, entry in node.by_label(self.game.leader, complete=True).items():
            parts = entry.fields("from", optional=("guard",))
            never = parts["from"].value == "never"
            start = self.gamma if never else self.start(parts["from"])
            if never or start > 0:  # nothing keeps an action out below 0
                self._guard(i, entry.fields("from", "guard")["guard"], start, never=never)
            if not never:
                found[i] = start
        return found

    def _guard(self, i: int, node: Node, start: Fraction, *, never: bool) -> None:
        """For ``e < start`` (or ``e <= γ``) i stays more than e short of what g guarantees, and is not in ``A_e``."""
        g = node.index(self.game.leader)

        def within(a: int) -> list[Fraction]:
            gaps = zip(self.game.u1[a], self.gap[a], strict=True)
            return [value for value, gap in gaps if (gap <= start if never else gap < start)]

        short, held = max(within(i)) + start, min(within(g))
        if short >= held if never else short > held:
            raise node.fails("does not keep the leader action out up to the named level")


def tolerant(game: Game, gamma: Node, claim: Node, proof: Node) -> None:
    """The error-tolerant benchmarks: each is attained at the claimed epsilon, and no other epsilon does better."""
    told = claimed(claim, "leader", "follower", "epsilon")
    world = Tolerance.of(game, gamma)
    epsilon, players = told["epsilon"].fields("leader", "follower"), proof.fields("leader", "follower")
    value, level = told["leader"].number(), world.level(epsilon["leader"])
    parts = players["leader"].fields("tolerated", "guarantees")
    if max(world.tolerated(parts["tolerated"], level)) + level > value:
        raise told["leader"].fails("the proof only gives a larger value at the claimed epsilon")
    _guarantees(world, parts["guarantees"], value)
    value, level = told["follower"].number(), world.level(epsilon["follower"])
    parts = players["follower"].fields("action", "response", "tolerated", "entries")
    a = parts["action"].index(game.leader)
    world.enters(parts, a, level)
    if max(game.u2[a]) + level > value:
        raise told["follower"].fails("the proof only gives a larger value at the claimed epsilon")
    if any(max(game.u2[i]) + start < value for i, start in world.entries(parts["entries"]).items()):
        raise told["follower"].fails("the entries leave room for a smaller value")


@dataclass(frozen=True, slots=True)
class Held:
    """The outcomes of one leader action by gap, sorted once however many intervals name the action."""

    gaps: list[Fraction]
    payoffs: list[Fraction]
    least: list[Fraction]
    """The least payoff among the outcomes up to that place."""

    @classmethod
    def of(cls, world: Tolerance, i: int) -> Held:
        outcomes = sorted(zip(world.gap[i], world.game.u1[i], strict=True))
        payoffs = [payoff for _, payoff in outcomes]
        return cls([gap for gap, _ in outcomes], payoffs, list(accumulate(payoffs, min)))

    def below(self, value: Fraction, start: Fraction, end: int) -> bool:
        """Whether ``payoff + max(start, gap) < value`` for one of the first ``end`` outcomes."""
        throughout = bisect_right(self.gaps, start)
        if throughout and self.least[throughout - 1] + start < value:
            return True
        return any(self.payoffs[s] + self.gaps[s] < value for s in range(throughout, end))


def _guarantees(world: Tolerance, node: Node, value: Fraction) -> None:
    """On every interval, ``u1[i][j] + e >= value`` for each j once it is tolerated: the leader's value is no less.

    The intervals cover [0, γ] in whatever order they begin: e lies in the last one that begins at or below it. Those of
    one action are mostly disjoint, so each outcome that becomes tolerated inside one is looked at about once.
    """
    steps = [entry.fields("from", "action") for entry in node.items()]
    starts = [world.start(step["from"]) for step in steps]
    ordered = node.region is not None or all(one < two for one, two in pairwise(starts))
    if not starts or starts[0] or not ordered:
        raise node.fails("expected intervals that begin at 0 and increase")
    held: dict[int, Held] = {}
    for s, step in enumerate(steps):
        i = step["action"].index(world.game.leader)
        if i not in held:
            held[i] = Held.of(world, i)
        last = s + 1 == len(starts)
        if not last and starts[s + 1] <= starts[s]:
            continue  # an empty interval
        end = bisect_right(held[i].gaps, world.gamma) if last else bisect_left(held[i].gaps, starts[s + 1])
        if held[i].below(value, starts[s], end):
            raise step["action"].fails("does not guarantee the claimed value on its interval")


def self_tolerant(game: Game, gamma: Node, claim: Node, proof: Node) -> None:
    """As tolerant, with every tolerated outcome of every leader action that enters."""
    told = claimed(claim, "leader", "follower", "epsilon")
    world = Tolerance.of(game, gamma)
    epsilon, proofs = told["epsilon"].fields("leader", "follower"), proof.fields("entries", "leader", "follower")
    entries = world.entries(proofs["entries"])
    for player, payoffs in (("leader", game.u1), ("follower", game.u2)):
        value, level = told[player].number(), world.level(epsilon[player])
        parts = proofs[player].fields("action", "outcome", "response", "tolerated")
        a, b = parts["action"].index(game.leader), parts["outcome"].index(game.follower)
        world.enters(parts, a, level)
        if world.gap[a][b] > level or payoffs[a][b] + level > value:
            raise told[player].fails("the proof only gives a larger value at the claimed epsilon")
        for i, start in entries.items():
            outcomes = zip(payoffs[i], world.gap[i], strict=True)
            if any(gap <= world.gamma and payoff + max(start, gap) < value for payoff, gap in outcomes):
                raise told[player].fails("the entries leave room for a smaller value")


def alignment(game: Game, claim: Node, proof: Node) -> None:
    """The smallest L >= 0 with ``|Δu1| <= L |Δu2|`` and ``|Δu2| <= L |Δu1|`` for all pairs of outcomes.

    Along outcomes sorted by u2 the first bound adds up from neighbours to all pairs, along those sorted by u1 the
    second; so does an agreement of signs. A pair that attains L shows that it is not negative and cannot be smaller.
    A proof may compare all ``pairs`` instead.
    """
    told = claimed(claim, "constant", "same_ranking")
    if "pairs" in proof.members():
        by_pairs(game, told["constant"], told["same_ranking"], proof.fields("pairs")["pairs"])
        return
    endless, same = told["constant"].value == "oo", told["same_ranking"].flag()
    constant = ZERO if endless else told["constant"].number()
    orders, pairs = ("by_follower", "by_leader"), ("extreme", "different")
    needed = [] if endless else [*orders]
    needed += ["extreme"] * bool(endless or constant) + ["different"] * (not same)
    parts = proof.fields(*needed, optional=orders)
    outcomes = {key: _order(game, parts[key]) for key in orders if key in parts}
    gaps = {key: _difference(game, parts[key]) for key in pairs if key in parts}
    if not endless:
        _sorted(parts["by_follower"], [(u2, u1) for u1, u2 in outcomes["by_follower"]], constant)
        _sorted(parts["by_leader"], outcomes["by_leader"], constant)
    if endless or constant:
        d1, d2 = (abs(gap) for gap in gaps["extreme"])
        finite = (d2 and d1 == constant * d2) or (d1 and d2 == constant * d1)
        if not (bool(d1) != bool(d2) if endless else finite):
            raise parts["extreme"].fails("does not attain the claimed constant")
    if not same and _sign(gaps["different"][0]) == _sign(gaps["different"][1]):
        raise parts["different"].fails("both players rank this pair alike")
    if same and (endless or not _alike(outcomes["by_follower"])):
        raise told["same_ranking"].fails("the proof shows outcomes that the players rank differently")


def _order(game: Game, node: Node) -> list[Pair]:
    """The payoffs (u1, u2) of all outcomes in the listed order."""
    outcomes = node.pairs(game.leader, game.follower)
    if len(outcomes) < len(game.leader) * len(game.follower):
        raise node.fails("expected every outcome")
    return [(game.u1[i][j], game.u2[i][j]) for i, j in outcomes]


def _sorted(node: Node, outcomes: list[Pair], constant: Fraction) -> None:
    """Require that the first entry does not decrease, and the second changes at most ``constant`` times as much."""
    for (a, b), (c, d) in pairwise(outcomes):
        if c < a or abs(d - b) > constant * (c - a):
            raise node.fails("neighbours are out of order or further apart than the claimed constant allows")


def _alike(outcomes: list[Pair]) -> bool:
    return all(_sign(c - a) == _sign(d - b) for (a, b), (c, d) in pairwise(outcomes))


def _difference(game: Game, node: Node) -> Pair:
    (i, j), (a, b) = (pair.pair(game.leader, game.follower) for pair in node.items(2))
    return game.u1[i][j] - game.u1[a][b], game.u2[i][j] - game.u2[a][b]


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
