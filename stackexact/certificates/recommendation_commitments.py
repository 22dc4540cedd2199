"""The most that the leader gets where her recommendation is followed, and where it nearly is: claims of
``incentive-compatible`` and ``relaxed``.

A recommendation of every action is followed where it is the quantal response to the commitment, so that she has to
commit against a quantal follower (``quantal_proofs``).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from stackexact.certificates.quantal_proofs import Settled, exact_leader, prove_decision
from stackexact.certificates.reading import Node, Weights, show
from stackexact.certificates.recommendation_game import RecommendationGame
from stackexact.certificates.recommendation_proofs import Mixture, quantal, require_flag, require_mixture
from stackexact.certificates.stated_numbers import read_stated, require_between, require_number

__all__ = ["incentive_compatible", "relaxed"]

ONE = Fraction(1)


def incentive_compatible(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """V* = max over x of Σ_b q_b(x) u(x, b), a commitment that gets it, q(x), and what pure commitments get."""
    parts = cell.fields("when", "leader", "commitment", "recommendation", "pure")
    parts["when"].items(0)
    commitment = parts["commitment"].distribution(game.leader_labels)
    _prove_greatest(game, parts["leader"], commitment, proof)
    require_mixture(parts["recommendation"], _followed(game, commitment), game.follower_labels)
    for a, one in parts["pure"].by_label(game.leader_labels, complete=True).items():
        require_number(one, _followed(game, {a: ONE}).mean(game.leader[a]))


def _followed(game: RecommendationGame, commitment: Weights) -> Mixture:
    """The recommendation of every action that is followed."""
    return quantal(game.logits(commitment), range(game.shape[1]))


def _prove_greatest(game: RecommendationGame, node: Node, commitment: Weights, proof: Node) -> None:
    """Show that this is V*, and that the commitment gets it, as far as ends tell."""
    stated, decision = read_stated(node), game.decision
    if stated.exact is None and len(commitment) == 1 and "deterministic" in proof.members():
        # The number that is proved to be the greatest has a closed form which is too long to be stated.
        value = _followed(game, commitment).mean(game.rewards(commitment))
        require_between(stated, value.compared(stated.lower), value.compared(stated.upper))
        stated = replace(stated, exact=value)
    settled = Settled(decision, decision, lambda: exact_leader(game.leader), game.leader_labels, game.follower_labels)
    prove_decision(settled, stated, [commitment] * game.shape[1], False, proof)


def relaxed(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """The limit of what violations of ε allow: the greatest u(a, b), or V* where recommendations weigh nothing."""
    if not game.behaviour.alpha:
        _prove_unmoved(game, cell, proof)
        return
    parts = cell.fields("when", "leader", "attained", "commitment", "response", optional=("compatible",))
    parts["when"].items(0)
    most = max(map(max, game.leader))
    parts["leader"].agrees(most)
    attained = any(min(row) == most for row in game.leader)
    require_flag(parts["attained"], attained)
    commitment = parts["commitment"].distribution(game.leader_labels)
    rows = [game.leader[a] for a in commitment]
    b = parts["response"].index(game.follower_labels)
    if len(rows) > 1 or rows[0][b] != most:
        raise parts["commitment"].fails(f"expected one action, with which the leader gets {show(most)} at the response")
    if attained and min(rows[0]) < most:
        raise parts["commitment"].fails(f"expected an action that gets {show(most)} whatever the follower does")
    if "compatible" in parts:
        told = _evidence(proof)
        played = told["commitment"].distribution(game.leader_labels)
        _prove_greatest(game, parts["compatible"], played, told["proof"])
    else:
        proof.fields()


def _prove_unmoved(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """Where recommendations weigh nothing the follower plays the quantal response, whatever violation is allowed."""
    parts = cell.fields("when", "leader", "attained", "commitment", "compatible")
    parts["when"].items(0)
    require_flag(parts["attained"], True)
    if parts["compatible"].value != parts["leader"].value:
        raise parts["compatible"].wrong("the leader's value")
    told = _evidence(proof)
    commitment = parts["commitment"].distribution(game.leader_labels)
    if told["commitment"].distribution(game.leader_labels) != commitment:
        raise told["commitment"].fails("expected the commitment that is claimed")
    _prove_greatest(game, parts["leader"], commitment, told["proof"])


def _evidence(proof: Node) -> dict[str, Node]:
    return proof.fields("compatible")["compatible"].fields("commitment", "proof")
