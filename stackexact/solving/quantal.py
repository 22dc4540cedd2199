"""Answers about quantal followers: bimatrix games and Markov games, on numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

from flint import arb

from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Number, enclosed, refined
from stackexact.games.markov import MarkovGame
from stackexact.games.tables import Actions
from stackexact.quantal.deciding import Decided, Parts, Rules, Tangents, decide, known
from stackexact.quantal.decisions import Logits, Policy
from stackexact.quantal.evaluating import Plan, balls_under, exactly_evaluated
from stackexact.quantal.induction import Induced, by_stages
from stackexact.quantal.promises import MOST_CELLS, Cell, Proved, Reach, prove_upper
from stackexact.quantal.tables import Tables, one_decision
from stackexact.solving.answers import Answer
from stackexact.solving.cells import document_of, frozen_mapping
from stackexact.solving.quantal_cells import (
    DeterministicCell,
    MarkovQuantalCell,
    Mixture,
    QuantalCell,
    RandomisedBoundCell,
    Rule,
)
from stackexact.solving.workspace import Workspace

__all__ = ["bimatrix", "deterministic", "markov", "proof_by_parts", "randomised_bound"]

_ONE: Final = Fraction(1)
_BOUND_DIGITS: Final = 9
"""Decimal digits to which a bound is rounded up."""


def bimatrix(space: Workspace) -> Answer:
    """``quantal`` on a bimatrix game: Chen, Wang and Yang (2023), one stage, one state."""
    game, asked = space.game, space.options
    assert asked.eta is not None
    payoffs: Any = game.payoffs
    logits = Logits(tuple(tuple(asked.eta * value for value in row) for row in payoffs.follower), None)
    tables = one_decision(payoffs.leader, logits)
    leader = [[known(value) for value in row] for row in payoffs.leader]
    decided = decide(leader, logits, prescription=asked.prescription, digits=asked.digits, stop=space.stop)
    rule = _rule(decided.policy, game.actions, prescription=asked.prescription)
    cell: Any = QuantalCell(
        (),
        decided.value.number(asked.digits, tables.scale),
        None if asked.prescription else rule,
        rule if asked.prescription else None,
        _response(decided.policy, tables, game.actions.follower, asked.digits),
    )
    return Answer(cell, partial(_proof, decided, game.actions))


def markov(space: Workspace) -> Answer:
    """``quantal`` on a Markov game whose follower is quantal and myopic."""
    game: Any = space.game
    asked, tables = space.options, space.tables
    induced = by_stages(tables, asked.digits, prescription=game.prescription, stop=space.stop, report=space.report)
    leader = induced.value.number(asked.digits, tables.scale)
    cell: Any = MarkovQuantalCell((), leader, _policy(game, induced), _values(game, induced))
    return Answer(cell, partial(_proofs, induced.stages, game))


def deterministic(space: Workspace) -> Answer:
    """``deterministic`` on a Markov game whose follower is quantal."""
    game: Any = space.game
    asked, tables = space.options, space.tables
    if not tables.discount:
        induced = by_stages(
            tables,
            asked.digits,
            prescription=game.prescription,
            deterministic=True,
            stop=space.stop,
            report=space.report,
        )
        leader = induced.value.number(asked.digits, tables.scale)
        values = _values(game, induced)
        cell: Any = DeterministicCell((), leader, _policy(game, induced), values, None)
        return Answer(cell, partial(_proofs, induced.stages, game))
    best = space.best_deterministic
    policy = _plan(game, best.plan)
    told = None
    if best.exact is not None:
        told = tuple(
            frozen_mapping({game.states[s]: one.number(asked.digits, tables.scale) for s, one in row.items()})
            for row in best.exact.values
        )
    leader = best.value.number(asked.digits, tables.scale)
    cell = DeterministicCell((), leader, policy, told, best.compared)
    return Answer(cell, partial(dict[str, Any], enumerated=best.compared))


def randomised_bound(space: Workspace) -> Answer:
    """``randomised-bound`` on a Markov game whose follower is quantal and looks ahead."""
    game: Any = space.game
    asked, tables = space.options, space.tables
    best = space.best_deterministic
    proved = prove_upper(tables, MOST_CELLS, space.stop)
    lower = best.value.number(asked.digits, tables.scale)
    unit = tables.scale / Fraction(10) ** _BOUND_DIGITS
    cell: Any = RandomisedBoundCell((), lower, -(-proved.upper // unit) * unit, MOST_CELLS)
    return Answer(cell, partial(_bound_proof, proved, best.plan, game))


def _plan(game: MarkovGame, plan: Plan) -> tuple[Mapping[str, Rule], ...]:
    return tuple(frozen_mapping({game.states[s]: _rule_at(game, s, rule) for s, rule in row.items()}) for row in plan)


def _policy(game: MarkovGame, induced: Induced) -> tuple[Mapping[str, Rule], ...]:
    return _plan(game, tuple({s: one.policy for s, one in row.items()} for row in induced.stages))


def _rule_at(game: MarkovGame, state: int, policy: Policy) -> Rule:
    made: Rule = _rule(policy, game.actions[state], prescription=game.prescription)
    return made


def _values(game: MarkovGame, induced: Induced) -> tuple[Mapping[str, Number], ...]:
    """The most that the leader gets from every state on."""
    return tuple(frozen_mapping({game.states[s]: one.value.stated for s, one in row.items()}) for row in induced.stages)


def _rule(policy: Policy, actions: Actions, *, prescription: bool) -> Any:
    mixtures: list[Mixture] = [
        frozen_mapping({actions.leader[a]: share for a, share in part})
        for part in policy[: None if prescription else 1]
    ]
    return frozen_mapping(dict(zip(actions.follower, mixtures, strict=True))) if prescription else mixtures[0]


def _response(policy: Policy, tables: Tables, labels: Sequence[str], digits: int) -> Mapping[str, Number]:
    """The follower's response to a policy: exactly where that is deterministic, and has a short closed form."""
    plan = ({0: policy},)
    exact = exactly_evaluated(tables, plan) if all(len(part) == 1 for part in policy) else None
    if exact is not None:
        found = [one.number(digits, _ONE) for one in exact.responses[0][0]]
        return frozen_mapping(dict(zip(labels, found, strict=True)))

    def share(b: int) -> arb:
        return balls_under(tables, plan)[2][0][0][b]

    width = _ONE / Fraction(10) ** (digits + 2)
    ends = [refined(partial(share, b), width) for b in range(len(labels))]
    numbers = [enclosed(max(low, Fraction(0)), min(high, _ONE), digits, _ONE) for low, high in ends]
    return frozen_mapping(dict(zip(labels, numbers, strict=True)))


def _proof(decided: Decided, actions: Actions) -> dict[str, Any]:
    """The proof of one decision as certificates have it (docs/certificates.md)."""
    proof = decided.proof
    if isinstance(proof, Tangents):
        return {"limit": fraction_to_text(proof.limit), "tangents": _tangents(proof.slopes, actions)}
    if isinstance(proof, Parts):
        return proof_by_parts(proof, actions.leader)
    if isinstance(proof, Rules):
        return {"rules": True} if proof.limit is None else {"rules": True, "limit": fraction_to_text(proof.limit)}
    return {"deterministic": True}


def proof_by_parts(proof: Parts, labels: Sequence[str]) -> dict[str, Any]:
    """The proof that no commitment to the leader's actions gets more, as certificates have it."""
    told: dict[str, Any] = {"parts": ",".join(proof.parts)}
    if proof.mixtures:
        told["mixtures"] = {
            labels[a]: {labels[i]: fraction_to_text(share) for i, share in shares}
            for a, shares in proof.mixtures.items()
        }
    return {"deterministic": True, **told} if proof.limit is None else {"limit": fraction_to_text(proof.limit), **told}


def _proofs(stages: Sequence[Mapping[int, Decided]], game: MarkovGame) -> dict[str, Any]:
    return {
        "stages": [{game.states[s]: _proof(one, game.actions[s]) for s, one in decided.items()} for decided in stages]
    }


def _bound_proof(proved: Proved, plan: Plan, game: MarkovGame) -> dict[str, Any]:
    """A deterministic policy for the lower bound, and cells for the upper one."""
    stages = [{game.states[s]: _reach(reach, game.actions[s]) for s, reach in row.items()} for row in proved.stages]
    return {"cells": MOST_CELLS, "policy": document_of(_plan(game, plan)), "stages": stages}


def _reach(reach: Reach, actions: Actions) -> dict[str, Any]:
    ends = {"low": fraction_to_text(reach[0].low), "high": fraction_to_text(reach[-1].high)}
    return {**ends, "cells": [_cell_proof(cell, actions) for cell in reach]}


def _cell_proof(cell: Cell, actions: Actions) -> dict[str, Any]:
    made: dict[str, Any] = {"most": fraction_to_text(cell.most)}
    if cell.level is not None:
        made |= {"level": fraction_to_text(cell.level), "tangents": _tangents(cell.slopes, actions)}
    return made


def _tangents(slopes: Sequence[Fraction | None], actions: Actions) -> dict[str, str | None]:
    told = (None if slope is None else fraction_to_text(slope) for slope in slopes)
    return dict(zip(actions.follower, told, strict=True))
