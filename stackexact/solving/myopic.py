"""Answers about Markov games whose follower responds best to each decision by itself, on numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from stackexact.exact.digits import fraction_to_text
from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Number
from stackexact.exact.reading import NumberReader
from stackexact.games.bimatrix import Game
from stackexact.games.markov import MarkovGame
from stackexact.games.tables import Actions
from stackexact.myopic import commitments, prescriptions
from stackexact.myopic.attaining import Kept
from stackexact.myopic.decisions import Decided, Decision
from stackexact.myopic.induction import Induced, by_stages
from stackexact.solving.answers import NUMBERS, Answer
from stackexact.solving.cells import frozen_mapping
from stackexact.solving.making import Maker
from stackexact.solving.myopic_cells import MarkovBestCell
from stackexact.solving.quantal_cells import Mixture, Rule
from stackexact.solving.workspace import Workspace

__all__ = ["mixed_strong", "mixed_weak", "pure_strong", "pure_weak"]

_Decide = Callable[[Decision, Callable[[], bool]], Decided]

_COMMITTING: Final[Mapping[str, _Decide]] = {
    "pure_strong": commitments.pure_strong,
    "pure_weak": commitments.pure_weak,
    "mixed_strong": commitments.mixed_strong,
    "mixed_weak": commitments.mixed_weak,
}

_PRESCRIBING: Final[Mapping[str, _Decide]] = {
    "pure_strong": lambda decision, stop: prescriptions.strong(decision, mixed=False),
    "pure_weak": lambda decision, stop: prescriptions.weak(decision, mixed=False),
    "mixed_strong": lambda decision, stop: prescriptions.strong(decision, mixed=True),
    "mixed_weak": lambda decision, stop: prescriptions.weak(decision, mixed=True),
}


def pure_strong(space: Workspace) -> Answer:
    """``pure-strong``: deterministic policies, ties for the leader."""
    return _answer(space, "pure_strong")


def pure_weak(space: Workspace) -> Answer:
    """``pure-weak``: deterministic policies, ties against the leader."""
    return _answer(space, "pure_weak")


def mixed_strong(space: Workspace) -> Answer:
    """``mixed-strong``: all policies, ties for the leader."""
    return _answer(space, "mixed_strong")


def mixed_weak(space: Workspace) -> Answer:
    """``mixed-weak``: the supremum over all policies, ties against the leader."""
    return _answer(space, "mixed_weak")


def _answer(space: Workspace, method: str) -> Answer:
    game: Any = space.game
    decide = (_PRESCRIBING if game.prescription else _COMMITTING)[method]
    induced = by_stages(game, decide, space.stop, space.report)
    cell: Any = _cell(game, induced, attainment=method == "mixed_weak")
    return Answer(cell, partial(_proof, method, game, induced))


def _cell(game: MarkovGame, induced: Induced, *, attainment: bool) -> MarkovBestCell:
    """The answer; ``attainment``: the concept is a supremum."""

    def told(what: Callable[[int, Decided], Any]) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            frozen_mapping({game.states[s]: what(s, decided) for s, (_, decided) in stage.items()})
            for stage in induced.stages
        )

    everywhere = all(decided.attained for stage in induced.stages for _, decided in stage.values())
    return MarkovBestCell(
        (),
        to_fraction(induced.value),
        induced.attained if attainment else None,
        told(lambda s, one: _rule(one, game.actions[s], prescription=game.prescription)),
        told(lambda s, one: game.actions[s].follower[one.response]),
        told(lambda s, one: to_fraction(one.value)),
        None if everywhere else told(lambda s, one: one.attained),
    )


def _rule(decided: Decided, actions: Actions, *, prescription: bool) -> Rule:
    mixtures: list[Mixture] = [
        frozen_mapping({actions.leader[a]: to_fraction(share) for a, share in part}) for part in decided.policy
    ]
    return frozen_mapping(dict(zip(actions.follower, mixtures, strict=True))) if prescription else mixtures[0]


def _proof(method: str, game: MarkovGame, induced: Induced) -> dict[str, Any]:
    """The proofs of all decisions as certificates have them (docs/certificates.md)."""
    write = partial(_prescription if game.prescription else _bimatrix, method)
    return {
        "stages": [
            {game.states[s]: write(decision, decided, game.actions[s]) for s, (decision, decided) in stage.items()}
            for stage in induced.stages
        ]
    }


def _prescription(method: str, decision: Decision, decided: Decided, actions: Actions) -> dict[str, Any]:
    """What bounds each action of the follower; of deterministic prescriptions the checker compares all by itself."""
    if method.startswith("pure"):
        return {}
    return {"multipliers": {actions.follower[b]: _text(y) for b, y in decided.evidence.items() if y}}


def _text(value: Number) -> str:
    return fraction_to_text(to_fraction(value))


def _bimatrix(method: str, decision: Decision, decided: Decided, actions: Actions) -> dict[str, Any]:
    """The claim about the table of the decision, and its proof; and why what attains the value there does not attain it
    from there on."""
    from stackexact.certificates.writing import Writer

    evidence: commitments.Evidence = decided.evidence
    game = _game(decision, actions)
    made = {"pure_strong": "pure", "pure_weak": "pure"}.get(method, method)
    maker = Maker(game, evidence.scalars, NUMBERS, NumberReader())
    writer = Writer(game, evidence.scalars, NumberReader())
    told: dict[str, Any] = {
        "claim": getattr(maker, made)(evidence.proved).document(),
        "proof": getattr(writer, made)(None, evidence.proved),
    }
    if evidence.kept is not None:
        told["kept"] = [_kept(one, writer, actions) for one in evidence.kept]
    return told


def _game(decision: Decision, actions: Actions) -> Game:
    leader, follower = (
        [[to_fraction(value) for value in row] for row in table] for table in (decision.leader, decision.follower)
    )
    return Game(leader, follower, actions=actions)


def _kept(kept: Kept, writer: Any, actions: Actions) -> dict[str, Any]:
    labels = actions.follower
    made: dict[str, Any] = {
        "actions": [labels[j] for j in kept.members],
        "steps": [
            {
                "ties": {labels[k]: writer.tie(linked) for k, linked in step.ties},
                "exact": {labels[e]: writer.exact(linked) for e, linked in step.exact},
            }
            for step in kept.steps
        ],
    }
    if kept.end is not None:
        made["empty"] = writer.empty(kept.end)
    return made
