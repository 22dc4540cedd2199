"""What the follower makes of a recommendation: its response, and how far that is from what was recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import LimitReached, Unproved
from stackexact.exact.exponential import ExponentialNumber, ExponentialSum, rational
from stackexact.exact.logarithms import LogNumber
from stackexact.recommending.models import Mixture, Model, distance

__all__ = ["Response", "contraction", "respond", "responding", "variation"]


@dataclass(frozen=True, slots=True)
class Response:
    """The follower plays ``played`` where ``recommended`` is; ``quantal`` is the quantal response with the support of
    what it plays, ``violation`` of incentive compatibility half the sum of |y_b - z_b|, ``leader`` what she gets.

    Hilbert distances: of what is recommended and of what is played to the quantal response, and of these two to one
    another, which bounds the violation; ``None``: infinite, for the supports differ.
    """

    recommended: tuple[Fraction, ...]
    played: Mixture
    quantal: Mixture
    leader: ExponentialNumber
    violation: ExponentialNumber
    recommended_to_quantal: LogNumber | None
    played_to_quantal: LogNumber
    recommended_to_played: LogNumber | None
    bound: ExponentialNumber


def responding(model: Model, recommended: Mixture, logits: Sequence[LogNumber]) -> Mixture:
    """The response to a recommendation where the actions have those log W; what is not recommended is not played,
    unless recommendations have no weight."""
    alpha = model.alpha
    if not alpha:
        return Mixture(tuple(range(len(logits))), tuple(logits))
    pulled = zip(recommended.support, recommended.logits, strict=True)
    return Mixture(recommended.support, tuple(own * alpha + logits[b] * (1 - alpha) for b, own in pulled))


def respond(model: Model, commitment: Sequence[Fraction], recommendation: Sequence[Fraction]) -> Response:
    """The response to a recommendation, with what is known of it proved again.

    Raises :class:`~stackexact.errors.LimitReached` where numbers are too long to be compared exactly.
    """
    support = tuple(b for b, share in enumerate(recommendation) if share)
    told = Mixture(support, tuple(LogNumber.of(recommendation[b]) for b in support))
    played = responding(model, told, model.logits_at(commitment))
    quantal = model.quantal(commitment, played.support)
    violation = variation(recommendation, played)
    known = played.support == support
    first, last = (distance(told, quantal), distance(told, played)) if known else (None, None)
    left = distance(played, quantal)
    bound = ExponentialNumber.of(Fraction(1)) if last is None else contraction(last)
    if first is not None and last is not None and (left != first * model.alpha or last != first * (1 - model.alpha)):
        raise Unproved("a response divides the distance to the quantal response as alpha does")
    if _exceeds(violation, bound):
        raise Unproved("a violation is at most the hyperbolic tangent of a quarter of the distance")
    leader = played.mean(model.rewards_at(commitment))
    return Response(tuple(recommendation), played, quantal, leader, violation, first, left, last, bound)


def _exceeds(violation: ExponentialNumber, bound: ExponentialNumber) -> bool:
    try:
        return bound < violation
    except LimitReached:  # both differ from 1 by less than any precision tells; that it is a bound is a theorem
        return False


def variation(recommendation: Sequence[Fraction], played: Mixture) -> ExponentialNumber:
    """The total variation distance: what is recommended more often than it is played."""
    excess, total = rational(0), played.total
    masses = dict(zip(played.support, played.masses, strict=True))
    for b, share in enumerate(recommendation):
        apart = total * rational(share) - masses.get(b, rational(0))
        if apart.sign() > 0:
            excess = excess + apart
    return ExponentialNumber(excess) / ExponentialNumber(total)


def contraction(apart: LogNumber) -> ExponentialNumber:
    """tanh(d/4) for a distance d: the total variation of two mixtures at that distance is no greater."""
    root, one = (apart * Fraction(1, 2)).exp(), rational(1)
    return _quotient(root - one, root + one)


def _quotient(top: ExponentialSum, bottom: ExponentialSum) -> ExponentialNumber:
    return ExponentialNumber(top) / ExponentialNumber(bottom)
