"""Markov games against a follower who responds best to each decision by itself: decisions, stage by stage from the last
one, on proved values. ``docs/certificates.md`` has the mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.certificates import proofs, weak_proofs
from stackexact.certificates.best_prescriptions import prove_deterministic, prove_mixtures
from stackexact.certificates.best_responses import Announced, Decision
from stackexact.certificates.embedded import Game, Table
from stackexact.certificates.markov_game import MarkovGame, Stage, State
from stackexact.certificates.proofs import ZERO
from stackexact.certificates.reading import Node, Vector, products, total, vector

__all__ = ["mixed_strong", "mixed_weak", "pure_strong", "pure_weak"]


@dataclass(frozen=True, slots=True)
class _Concept:
    """Whether policies may be randomised and ties go against the leader, and what proves claims about commitments."""

    mixed: bool
    weak: bool
    committing: Callable[[Game, Node, Node], None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is proved of a stage: values by state (0 where it is not reached), and from which they are not attained."""

    values: Vector
    open: frozenset[int]


def pure_strong(game: MarkovGame, cell: Node, proof: Node) -> None:
    """Deterministic policies, ties for the leader."""
    _prove(game, cell, proof, _Concept(False, False, proofs.pure_strong))


def pure_weak(game: MarkovGame, cell: Node, proof: Node) -> None:
    """Deterministic policies, ties against the leader."""
    _prove(game, cell, proof, _Concept(False, True, proofs.pure_weak))


def mixed_strong(game: MarkovGame, cell: Node, proof: Node) -> None:
    """All policies, ties for the leader."""
    _prove(game, cell, proof, _Concept(True, False, proofs.mixed_strong))


def mixed_weak(game: MarkovGame, cell: Node, proof: Node) -> None:
    """All policies, ties against the leader: a supremum, and whether it is attained."""
    _prove(game, cell, proof, _Concept(True, True, weak_proofs.mixed_weak))


def _prove(game: MarkovGame, cell: Node, proof: Node, concept: _Concept) -> None:
    if game.response.partition(" ")[0] != "best" or game.discount != 0:
        raise cell.fails("expected a game whose follower responds best, with discount 0")
    supremum = concept.mixed and concept.weak
    told = cell.fields(
        "when",
        "leader",
        *(["attained"] if supremum else []),
        "policy",
        "response",
        "values",
        optional=["attained_from"] if supremum else [],
    )
    told["when"].items(0)
    policies, responses, values = (told[key].items(game.horizon) for key in ("policy", "response", "values"))
    flags = told["attained_from"].items(game.horizon) if "attained_from" in told else None
    evidence = proof.fields("stages")["stages"].items(game.horizon)
    reached = game.reached()
    later: _Known | None = None
    first: dict[int, Fraction] = {}
    for h in reversed(range(game.horizon)):
        parts = [_of(game, reached[h], one[h]) for one in (policies, responses, values, evidence)]
        attained = _of(game, reached[h], flags[h]) if flags is not None else {}
        open_ = set()
        first = {}
        for s in sorted(reached[h]):
            policy, response, value, shown = (part[s] for part in parts)
            state = game.states[s]
            closed = attained[s].flag() if s in attained else True
            decision = _decision(state.at(h), later)
            announced = _announced(decision, state, policy, response, prescription=game.prescription)
            first[s] = value.number()
            _decide(concept, game.prescription, state, announced, (first[s], closed), shown)
            if not closed:
                open_.add(s)
        later = _Known(vector(first.get(s, ZERO) for s in range(len(game.states))), frozenset(open_))
    assert later is not None
    told["leader"].agrees(total(share * first[s] for s, share in game.initial.items()))
    if supremum and told["attained"].flag() != later.open.isdisjoint(game.initial):
        raise told["attained"].fails("expected what is proved of the first states")
    if flags is not None and not any(False in one.value.values() for one in flags if isinstance(one.value, dict)):
        raise told["attained_from"].fails("expected some state whose value is not attained, else nothing here")


def _of(game: MarkovGame, reached: set[int], node: Node) -> dict[int, Node]:
    """The members for the states that are reached, and for no others."""
    found = node.by_label(game.labels)
    if found.keys() != reached:
        raise node.fails(f"expected an entry for each of {len(reached)} states that can be reached here, and no others")
    return found


def _decision(stage: Stage, later: _Known | None) -> Decision:
    """U(a, b) = u(a, b) + Σ P(s | a, b) W(s), and where some of these s is open."""
    assert stage.follower is not None, "the reader has required rewards"
    if later is None or stage.transitions is None:
        return Decision(stage.leader, stage.follower, frozenset())
    leader, open_ = [], set()
    for a, (row, moves) in enumerate(zip(stage.leader, stage.transitions, strict=True)):
        made = []
        for b, (own, part) in enumerate(zip(row, moves, strict=True)):
            made.append(own + products(part, [later.values])[0])
            if not later.open.isdisjoint(part):
                open_.add((a, b))
        leader.append(tuple(made))
    return Decision(tuple(leader), stage.follower, frozenset(open_))


def _announced(decision: Decision, state: State, policy: Node, response: Node, *, prescription: bool) -> Announced:
    if prescription:
        parts = policy.by_label(state.follower, complete=True)
        mixtures = [parts[b].distribution(state.leader) for b in range(len(state.follower))]
    else:
        mixtures = [policy.distribution(state.leader)] * len(state.follower)
    return Announced(decision, policy, tuple(mixtures), response, response.index(state.follower))


def _decide(
    concept: _Concept, prescription: bool, state: State, announced: Announced, told: tuple[Fraction, bool], proof: Node
) -> None:
    value, closed = told
    if prescription and concept.mixed:
        prove_mixtures(announced, value, proof, state.follower, weak=concept.weak, attained=closed)
    elif prescription:
        prove_deterministic(announced, value, proof, weak=concept.weak)
    else:
        _commitments(concept, state, announced, value, closed, proof)


# ----------------------------------------------------------------------------------------------------- commitments


def _commitments(
    concept: _Concept, state: State, announced: Announced, value: Fraction, closed: bool, proof: Node
) -> None:
    """The table of the decision is a game in matrices; its claim and proof are those of such games."""
    supremum = concept.mixed and concept.weak
    given = proof.fields("claim", "proof", optional=["kept"] if supremum else [])
    game = _matrices(state, announced.decision)
    claim = Node(given["claim"].value, given["claim"].place, claimed=True)
    concept.committing(game, claim, given["proof"])
    told = claim.members()
    told["leader"].agrees(value)
    if not supremum:
        if told["commitment"].distribution(state.leader) != announced.mixtures[0]:
            raise announced.policy.fails("expected the commitment that is proved")
        if told["response"].index(state.follower) != announced.response:
            raise announced.named.fails("expected the response that is proved")
        return
    announced.responds(value)
    classes = [one.indices(state.follower) for one in told["classes"].items()]
    if closed:
        announced.attains(value)
    elif not announced.holds(value):
        whole = next((members for members in classes if announced.response in members), [])
        if not whole or any(announced.leader[e] < value for e in whole):
            raise announced.policy.fails("expected a commitment to which others come near that come near the value")
    if ("kept" in given) != (not closed and told["attained"].flag()):
        raise proof.fails("expected kept exactly where what follows is what keeps the value from being attained")
    if "kept" in given:
        kept = given["kept"].items(len(classes))
        for members, node in zip(classes, kept, strict=True):
            _kept(game, announced.decision, members, node, value)


def _matrices(state: State, decision: Decision) -> Game:
    tables = Table(decision.leader), Table(decision.follower)
    return Game(None, state.leader, state.follower, (), (), *tables, None)


def _kept(game: Game, decision: Decision, members: Sequence[int], proof: Node, value: Fraction) -> None:
    """No commitment in the region of a class attains the value and keeps off what is open. If x did, the members, and
    whatever else responds, would give at least the value, and those that give no more would not lead to what is open:
    leader actions that do so have no weight."""
    parts = proof.fields("actions", "steps", optional=["empty"])
    if parts["actions"].indices(game.follower) != list(members):
        raise parts["actions"].fails("expected the classes that reach the value, in order")
    j, held, rows = members[0], set(members), set(range(len(game.leader)))
    for step in parts["steps"].items():
        named = step.fields("ties", "exact")
        ties, exact = (named[key].by_label(game.follower) for key in ("ties", "exact"))
        for k, reason in ties.items():
            gaps = [row[j] - row[k] for row in game.u2.entries]
            _require(reason, _sums(game, j, held, reason, value, gaps), rows, strictly=False)
        for e, reason in exact.items():
            if e not in held:
                raise reason.fails("expected an action that is shown to give the value")
            gains = [row[e] - value for row in game.u1.entries]
            _require(reason, _sums(game, j, held, reason, value, gains), rows, strictly=False)
        held |= ties.keys()
        rows -= {a for a, b in decision.open if b in exact}
    if ("empty" in parts) != bool(rows):
        raise proof.fails("expected empty exactly where some leader action is left")
    if rows:
        nothing = [ZERO] * len(game.leader)
        _require(parts["empty"], _sums(game, j, held, parts["empty"], value, nothing), rows, strictly=True)


def _sums(game: Game, j: int, held: set[int], node: Node, value: Fraction, first: Sequence[Fraction]) -> list[Fraction]:
    rest = weak_proofs.restrictions(game, j, held, node, value)
    return [one + two for one, two in zip(first, rest, strict=True)]


def _require(node: Node, sums: Sequence[Fraction], rows: set[int], *, strictly: bool) -> None:
    if any(sums[a] > 0 or (strictly and sums[a] == 0) for a in rows):
        raise node.fails("does not bound every leader action that is left")
