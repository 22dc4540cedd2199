"""Answers about games with recommendations, on numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, cast

from stackexact.errors import LimitReached
from stackexact.exact.enclosures import Number
from stackexact.exact.exponential import ExponentialNumber
from stackexact.exact.logarithms import LogNumber
from stackexact.exact.relation import text_of
from stackexact.games.recommendation import Policy, RecommendationGame
from stackexact.recommending.commitments import Compatible
from stackexact.recommending.commitments import relaxed as relaxed_value
from stackexact.recommending.fixed_points import fixed_points as all_fixed_points
from stackexact.recommending.fixed_points import units
from stackexact.recommending.misspecified import misspecified
from stackexact.recommending.models import Mixture, Model, model_of, number_of, probability_of
from stackexact.recommending.responses import Response, respond
from stackexact.solving.answers import Answer
from stackexact.solving.cells import FieldsCell, Infinity, frozen_mapping
from stackexact.solving.quantal import proof_by_parts
from stackexact.solving.recommendation_cells import (
    CompatibleCell,
    FixedPoint,
    FixedPointsCell,
    MisspecificationCell,
    RelaxedCell,
    ResponseCell,
)
from stackexact.solving.workspace import Workspace

__all__ = ["fixed_points", "incentive_compatible", "misspecification", "relaxed", "response"]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Writes what was found with the game's labels, to so many digits."""

    game: RecommendationGame
    model: Model
    digits: int

    def value(self, value: ExponentialNumber) -> Number:
        """A value of the leader."""
        return number_of(value, self.digits, self.model.decision.scale)

    def share(self, value: ExponentialNumber) -> Number:
        """A probability, or a distance in total variation."""
        return probability_of(value, self.digits)

    def mixed(self, mixture: Mixture) -> Mapping[str, Number]:
        """A mixed action of the follower."""
        labels = self.game.actions.follower
        return frozen_mapping({labels[b]: self.share(q) for b, q in zip(mixture.support, mixture.shares, strict=True)})

    def commitment(self, shares: Sequence[Fraction]) -> Mapping[str, Number]:
        """A commitment."""
        labels = self.game.actions.leader
        return frozen_mapping({label: share for label, share in zip(labels, shares, strict=True) if share})

    def distance(self, value: LogNumber | None) -> Number | Infinity:
        """A Hilbert distance."""
        return Infinity.OO if value is None else number_of(value, self.digits)

    def logs(self, labels: Sequence[str], values: Sequence[LogNumber]) -> Mapping[str, Number]:
        """Logarithms of odds, by action."""
        pairs = zip(labels, values, strict=True)
        return frozen_mapping({label: number_of(value, self.digits) for label, value in pairs})


def _maker(space: Workspace) -> _Maker:
    game = cast(RecommendationGame, space.game)
    return _Maker(game, model_of(game), space.options.digits)


def _policy(game: RecommendationGame) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The policy of a game of numbers that has one."""
    policy = cast(Policy, game.policy)
    return cast("tuple[tuple[Fraction, ...], tuple[Fraction, ...]]", (policy.commitment, policy.recommendation))


def _answer(cell: FieldsCell, proof: Callable[[], dict[str, Any]] = dict) -> Answer:
    """An answer; one that a check works out by itself has nothing to its proof."""
    return Answer(cast(Any, cell), proof)


def response(space: Workspace) -> Answer:
    """``response``."""
    make = _maker(space)
    commitment, recommendation = _policy(make.game)
    found = respond(make.model, commitment, recommendation)
    labels = make.game.actions.follower
    left = tuple(label for b, label in enumerate(labels) if b not in found.played.support)
    return _answer(
        ResponseCell(
            (),
            make.value(found.leader),
            make.mixed(found.played),
            make.share(found.violation.size),
            make.share(found.violation.bound),
            make.mixed(found.quantal),
            frozen_mapping(_distances(make, found, all(recommendation))),
            left or None,
        )
    )


def _distances(make: _Maker, found: Response, full: bool) -> dict[str, Number | Infinity]:
    made = {
        "recommendation-quantal": make.distance(found.before),
        "response-quantal": make.distance(found.after),
        "recommendation-response": make.distance(found.violation.distance),
    }
    return made if full else {**made, "recommendation-equilibrium": Infinity.OO}


def fixed_points(space: Workspace) -> Answer:
    """``fixed-points``."""
    make = _maker(space)
    policy = make.game.policy
    commitments = units(make.model.shape[0]) if policy is None else [_policy(make.game)[0]]
    found = all_fixed_points(make.model, commitments, space.stop)
    columns = make.model.shape[1]
    points = tuple(
        FixedPoint(
            make.commitment(one.commitment),
            make.mixed(one.recommendation),
            len(one.recommendation.support) == columns,
            make.value(one.leader),
        )
        for one in found
    )
    return _answer(FixedPointsCell((), len(found) == len(commitments), True, points))


def incentive_compatible(space: Workspace) -> Answer:
    """``incentive-compatible``."""
    make = _maker(space)
    found = space.compatible
    pure = zip(make.game.actions.leader, found.pure, strict=True)
    return _answer(
        CompatibleCell(
            (),
            found.leader,
            make.commitment(found.commitment),
            make.mixed(found.recommendation),
            frozen_mapping({label: make.value(value) for label, value in pure}),
        ),
        partial(proof_by_parts, found.proof, make.game.actions.leader),
    )


def relaxed(space: Workspace) -> Answer:
    """``relaxed``."""
    make = _maker(space)
    found = relaxed_value(make.model)
    if found is None:
        compatible = space.compatible
        cell = RelaxedCell((), compatible.leader, True, make.commitment(compatible.commitment), None, compatible.leader)
        return _answer(cell, partial(_beside, make, compatible))
    try:
        beside = space.compatible
    except LimitReached:
        beside = None
    actions = make.game.actions
    commitment = frozen_mapping({actions.leader[found.action]: Fraction(1)})
    best = None if beside is None else beside.leader
    cell = RelaxedCell((), found.leader, found.attained, commitment, actions.follower[found.response], best)
    return _answer(cell) if beside is None else _answer(cell, partial(_beside, make, beside))


def _beside(make: _Maker, compatible: Compatible) -> dict[str, Any]:
    """The proof of the value that stands beside: what gets it, and that nothing gets more."""
    shares = {label: text_of(share) for label, share in make.commitment(compatible.commitment).items()}
    return {"compatible": {"commitment": shares, "proof": proof_by_parts(compatible.proof, make.game.actions.leader)}}


def misspecification(space: Workspace) -> Answer:
    """``misspecification``."""
    make = _maker(space)
    commitment, recommendation = _policy(make.game)
    assumed = make.game.assumed
    assert assumed is not None
    found = misspecified(make.model, cast(Fraction, assumed.alpha), commitment, recommendation)
    told = [make.game.actions.follower[b] for b in found.advised.support]
    errors = None
    if make.model.tau is not None:
        tau, wrong = make.model.tau, cast(Fraction, assumed.tau)
        pairs = zip(found.estimated, found.log_odds, strict=True)
        errors = make.logs(told[:-1], [hat * wrong - own * tau for hat, own in pairs])
    return _answer(
        MisspecificationCell(
            (),
            found.factor,
            told[-1],
            make.logs(told[:-1], found.log_odds),
            make.logs(told[:-1], found.estimated),
            make.logs(told[:-1], found.errors),
            errors,
            make.mixed(found.advised),
            make.value(found.expected),
            Fraction(0),
            make.mixed(found.played),
            make.value(found.leader),
            make.share(found.violation.size),
            make.share(found.violation.bound),
        )
    )
