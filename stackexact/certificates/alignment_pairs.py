"""The proof of a finite alignment constant that compares every pair of outcomes.

It takes more comparisons than sorted orders, but none of them says how outcomes are ordered: where payoffs depend on
parameters one such proof holds on a whole cell.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from stackexact.certificates.embedded import Game
from stackexact.certificates.reading import Node

__all__ = ["by_pairs"]

OUTCOMES = 200
"""Most outcomes of which all pairs are compared: twenty thousand pairs."""


def by_pairs(game: Game, constant: Node, same: Node, proof: Node) -> None:
    """Show a finite ``constant`` L, and whether the ``same`` ranking is shared.

    With L >= 0, ``|Δu1| <= L |Δu2|`` is ``Δu1² <= L² Δu2²``. One pair with ``|top| = L |bottom|`` and a bottom that is
    not zero shows that no smaller L will do. As L is finite, both differences of a pair vanish together, so that the
    players rank it alike unless their product is negative.
    """
    value, alike = constant.number(), same.flag()
    parts = proof.fields(*["extreme", "numerator"] * bool(value), *["different"] * (not alike))
    if len(game.leader) * len(game.follower) > OUTCOMES:
        raise proof.fails(f"expected a game of at most {OUTCOMES} outcomes, whose pairs can be compared")
    if value < 0:
        raise constant.fails("expected at least 0")
    square = value * value
    outcomes = [(game.u1[i][j], game.u2[i][j]) for i in range(len(game.leader)) for j in range(len(game.follower))]
    for (a, b), (c, d) in combinations(outcomes, 2):
        one, two = c - a, d - b
        if (one or two) if not value else (one * one > square * (two * two) or two * two > square * (one * one)):
            raise constant.fails("some outcomes differ more to one player than the claimed constant allows")
        if alike and one * two < 0:
            raise same.fails("the players rank some outcomes differently")
    if value:
        one, two = _difference(game, parts["extreme"])
        if parts["numerator"].value not in ("leader", "follower"):
            raise parts["numerator"].wrong("'leader' or 'follower'")
        top, bottom = (one, two) if parts["numerator"].value == "leader" else (two, one)
        if not bottom or top * top != square * (bottom * bottom):
            raise parts["extreme"].fails("does not attain the claimed constant")
    if not alike:
        one, two = _difference(game, parts["different"])
        if one * two >= 0:
            raise parts["different"].fails("both players rank this pair alike")


def _difference(game: Game, node: Node) -> tuple[Fraction, Fraction]:
    """The differences of both utilities for the pair of outcomes that stands here."""
    (i, j), (a, b) = (pair.pair(game.leader, game.follower) for pair in node.items(2))
    return game.u1[i][j] - game.u1[a][b], game.u2[i][j] - game.u2[a][b]
