"""The proof of the supremum where ties are broken against the leader, class by class of equivalent follower actions.

Notation, and what multipliers prove, as in :mod:`~stackexact.certificates.proofs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from stackexact.certificates.embedded import Game
from stackexact.certificates.proofs import ZERO, below, claimed, responds, slopes
from stackexact.certificates.reading import Node, Weights, products, total


def mixed_weak(game: Game, claim: Node, proof: Node) -> None:
    """The supremum if ties are broken against the leader.

    Regions with an interior cover all commitments, and inside the region of a class E of equivalent actions exactly E
    responds: the supremum is the maximum over these E of ``max_x min_e u1(x, e)`` on the region. A commitment that
    attains it lies in the region of a class that reaches it.
    """
    told = claimed(claim, "leader", "attained", "classes", optional=("witness",))
    value, attained = told["leader"].number(), told["attained"].flag()
    proofs = {}
    given = proof.fields("classes")["classes"].items()
    for node in given:
        parts = node.fields("actions", optional=("thin", "bounded", "reaching"))
        if len(parts) != 2:
            raise node.fails("expected exactly one of thin, bounded and reaching")
        proofs[tuple(parts["actions"].indices(game.follower))] = parts
    classes = classes_of(game)
    whole = {j: set(members) for members in classes for j in members}
    if sorted(j for members in proofs for j in members) != sorted(whole) or len(given) != len(proofs):
        raise proof.fails("expected every follower action in exactly one class")
    for members, parts in proofs.items():
        if list(members) != sorted(members) or not set(members) <= whole[members[0]]:
            raise parts["actions"].fails("expected equivalent actions, in action order")
        if proof.region is None and len(members) < len(whole[members[0]]):
            raise parts["actions"].fails("expected a whole class of equivalent actions")
        if "thin" in parts:
            _thin(game, members, whole[members[0]], parts["thin"])
        elif "bounded" in parts:
            chosen = parts["bounded"].fields("weights", "multipliers")
            _class_bound(game, members, parts["bounded"], chosen, value, strictly=True)
        else:
            _class_reaches(game, members, parts["reaching"], value, attained=attained)
    # One that reaches the value is a whole class: its interior point prefers it to every other action.
    reaching = sorted(members for members, parts in proofs.items() if "reaching" in parts)
    if not reaching or [tuple(node.indices(game.follower)) for node in told["classes"].items()] != reaching:
        raise told["classes"].fails("expected the classes that are proved to reach the value, at least one")
    if attained != ("witness" in told):
        raise claim.fails("expected a witness exactly if the supremum is attained")
    if attained:
        _witness(game, told["witness"], value)


def classes_of(game: Game) -> list[tuple[int, ...]]:
    found: dict[tuple[Fraction, ...], list[int]] = {}
    for j, column in enumerate(zip(*game.u2.entries, strict=True)):
        found.setdefault(column, []).append(j)
    return [tuple(members) for members in found.values()]


def _within(node: Node, weights: Weights, actions: Iterable[int]) -> Weights:
    if not weights.keys() <= set(actions):
        raise node.fails("names an action that has no place here")
    return weights


def _thin(game: Game, members: Sequence[int], whole: set[int], node: Node) -> None:
    """At an interior point the sum of ``y_k (u2(x, j) - u2(x, k))`` would be positive: some k is not equivalent."""
    y = _within(node, node.weights(game.follower), set(range(len(game.follower))) - set(members))
    if not y.keys() - whole:
        raise node.fails("expected a positive multiplier")
    below(node, slopes(game, members[0], y), ZERO, strictly=False)


def _class_bound(
    game: Game, members: Sequence[int], node: Node, parts: dict[str, Node], value: Fraction, *, strictly: bool
) -> None:
    """The least ``u1(x, e)`` is at most any average over E, and the multipliers bound that one."""
    weights = _within(parts["weights"], parts["weights"].distribution(game.follower), members)
    sums = slopes(game, members[0], parts["multipliers"].weights(game.follower))
    means = products(weights, game.u1.rows)
    below(node, (mean + s for mean, s in zip(means, sums, strict=True)), value, strictly=strictly)


def _class_reaches(game: Game, members: Sequence[int], node: Node, value: Fraction, *, attained: bool) -> None:
    parts = node.fields("interior", "commitment", "weights", "multipliers", *(() if attained else ("chain",)))
    inside = parts["interior"].distribution(game.leader)
    at_inside = game.u2.at(inside)
    others = [at for k, at in enumerate(at_inside) if k not in members]
    if len(inside) < len(game.leader) or any(at >= at_inside[members[0]] for at in others):
        raise parts["interior"].fails("not inside the region of the class")
    x = parts["commitment"].distribution(game.leader)
    responds(game, parts["commitment"], x, members[0])
    at_x = game.u1.at(x)
    if min(at_x[e] for e in members) != value:
        raise parts["commitment"].fails("its least value over the class is not the claimed one")
    _class_bound(game, members, node, parts, value, strictly=False)
    if not attained:
        _chain(game, members, parts["chain"], value)


def _witness(game: Game, node: Node, value: Fraction) -> None:
    x = node.distribution(game.leader)
    at1, at2 = game.u1.at(x), game.u2.at(x)
    if any(one < value for one, two in zip(at1, at2, strict=True) if two == max(at2)):
        raise node.fails("a best response to this commitment gives the leader less than the value")


def _chain(game: Game, members: Sequence[int], node: Node, value: Fraction) -> None:
    """No commitment in the region attains the value. If x did, every best response would give it at least the value:
    those in ``kept`` do. A step shows ``u2(x, j) <= u2(x, k)``, so k responds too and is kept. At the end a sum of
    non-negative terms would be negative."""
    j, kept = members[0], set(members)
    parts = node.fields("steps", "empty")
    for step in parts["steps"].items():
        named = step.by_label(game.follower)
        for k, reason in named.items():
            rest = restrictions(game, j, kept, reason, value)
            sums = (row[j] - row[k] + s for row, s in zip(game.u2.entries, rest, strict=True))
            below(reason, sums, ZERO, strictly=False)
        kept |= named.keys()
    below(parts["empty"], restrictions(game, j, kept, parts["empty"], value), ZERO, strictly=True)


def restrictions(game: Game, j: int, kept: Iterable[int], node: Node, value: Fraction) -> list[Fraction]:
    parts = node.fields("responses", "values")
    weights = _within(parts["values"], parts["values"].weights(game.follower), kept)
    shift = value * total(weights.values())
    sums = slopes(game, j, parts["responses"].weights(game.follower))
    return [s + mean - shift for s, mean in zip(sums, products(weights, game.u1.rows), strict=True)]
