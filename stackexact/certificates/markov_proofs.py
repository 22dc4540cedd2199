"""Markov games against a quantal follower: one who is myopic leaves decisions, stage by stage from the last one, on
proved values."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from stackexact.certificates import looking_ahead_proofs
from stackexact.certificates.exponential_sums import Quotient
from stackexact.certificates.looking_ahead import spots
from stackexact.certificates.markov_forms import deterministic_form
from stackexact.certificates.markov_game import MarkovGame, Stage, State
from stackexact.certificates.quantal_decision import Decision, Entries, Policy, read_policy, table_of
from stackexact.certificates.quantal_proofs import ExactLeader, Settled, prove_decision
from stackexact.certificates.quantal_rules import prove_rules
from stackexact.certificates.reading import Node, Weights, total
from stackexact.certificates.stated_numbers import Stated, read_stated, require_equal

__all__ = ["deterministic", "quantal"]

Values = dict[int, Stated]
"""The leader's optimal continuation values by state."""

Prove = Callable[[Settled, Stated, Policy, bool, Node], None]
"""What shows the claims about one decision: its value, the policy, whether that is a prescription, and the proof."""


def quantal(game: MarkovGame, cell: Node, proof: Node) -> None:
    """The best policy's value, and a policy, with the values of all states that can be reached."""
    _prove_stages(game, cell, proof, prove_decision)


def deterministic(game: MarkovGame, cell: Node, proof: Node) -> None:
    """The same among deterministic policies; of a follower who looks ahead all of these are gone through."""
    if "functions" in proof.members():
        deterministic_form(game, cell, proof)
        return
    if game.response == "quantal" and game.discount:
        looking_ahead_proofs.deterministic(game, spots(game), cell, proof)
        return
    _prove_stages(game, cell, proof, prove_rules)


def _prove_stages(game: MarkovGame, cell: Node, proof: Node, prove: Prove) -> None:
    if game.response != "quantal" or game.discount != 0:
        raise cell.fails("expected a game with quantal responses and discount 0")
    told = cell.fields("when", "leader", "policy", "values")
    told["when"].items(0)
    policies, values = (told[key].items(game.horizon) for key in ("policy", "values"))
    proofs = proof.fields("stages")["stages"].items(game.horizon)
    reached = game.reached()
    later: Values = {}
    for h in reversed(range(game.horizon)):
        policy, value, shown = (_of(reached[h], game, one[h]) for one in (policies, values, proofs))
        now: Values = {}
        for s in sorted(reached[h]):
            state = game.states[s]
            settled = _settled(game, state, state.at(h), later if h + 1 < game.horizon else None)
            plan = read_policy(policy[s], state.leader, state.follower, game.prescription)
            now[s] = read_stated(value[s])
            prove(settled, now[s], plan, game.prescription, shown[s])
        later = now
    _prove_leader(read_stated(told["leader"]), game.initial, later)


def _of(reached: set[int], game: MarkovGame, node: Node) -> dict[int, Node]:
    """The members for the states that are reached, and for no others."""
    found = node.by_label(game.labels)
    if found.keys() != reached:
        raise node.fails(f"expected an entry for each of {len(reached)} states that can be reached here, and no others")
    return found


def _settled(game: MarkovGame, state: State, stage: Stage, later: Values | None) -> Settled:
    """The decision in a state, what comes later being worth what is proved of it."""
    if stage.follower is not None:
        assert game.eta is not None
        exponents, weights = table_of(stage.follower, game.eta), None
    else:
        exponents, weights = table_of(stage.leader, Fraction(0)), stage.weights

    def decision(worth: Callable[[Stated], Fraction]) -> Decision:
        return Decision(_table(stage, later, worth), exponents, weights)

    ahead = _ahead(stage, later)
    low = decision(lambda one: one.lower)
    high = low if all(one.lower == one.upper for one in ahead) else decision(lambda one: one.upper)
    known = all(one.exact is not None for one in ahead)
    return Settled(low, high, (lambda: _exactly(stage, later)) if known else None, state.leader, state.follower)


def _ahead(stage: Stage, later: Values | None) -> list[Stated]:
    if later is None or stage.transitions is None:
        return []
    occurring = {s for row in stage.transitions for part in row for s in part}
    return [later[s] for s in sorted(occurring)]


def _table(stage: Stage, later: Values | None, worth: Callable[[Stated], Fraction]) -> Entries:
    """u(a, b) + Σ P(s | a, b) W(s)."""
    if later is None or stage.transitions is None:
        return stage.leader
    worths = {one: worth(later[one]) for one in {s for row in stage.transitions for part in row for s in part}}
    return tuple(
        tuple(
            own + total([share * worths[s] for s, share in part.items()]) for own, part in zip(row, moves, strict=True)
        )
        for row, moves in zip(stage.leader, stage.transitions, strict=True)
    )


def _exactly(stage: Stage, later: Values | None) -> ExactLeader:
    made = [[Quotient.of(value) for value in row] for row in stage.leader]
    if later is None or stage.transitions is None:
        return made
    for row, moves in zip(made, stage.transitions, strict=True):
        for b, part in enumerate(moves):
            row[b] = row[b] + _expected(part, later)
    return made


def _expected(weights: Weights, values: Values) -> Quotient:
    made = Quotient.of(Fraction(0))
    for s, share in weights.items():
        exact = values[s].exact
        assert exact is not None
        made = made + exact.times(share)
    return made


def _prove_leader(stated: Stated, initial: Weights, values: Values) -> None:
    """The value of the game is that of the states it may begin in."""
    known = all(values[s].exact is not None for s in initial)
    if stated.exact is not None and (known or stated.lower < stated.upper):
        require_equal(stated, _expected(initial, values) if known else None)
        return
    low, high = (total([share * end(values[s]) for s, share in initial.items()]) for end in (_lower, _upper))
    if low < stated.lower or high > stated.upper:
        raise stated.node.fails("expected ends that enclose what the values of the first states give")


def _lower(one: Stated) -> Fraction:
    return one.lower


def _upper(one: Stated) -> Fraction:
    return one.upper
