"""What the follower makes of a recommendation: its response, and how far that is from what was recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import LimitReached, Unproved
from stackexact.exact.exponential import ExponentialNumber, rational
from stackexact.exact.logarithms import LogNumber
from stackexact.recommending.models import Mixture, Model, distance

__all__ = ["Response", "Violation", "respond", "responding", "violated"]


@dataclass(frozen=True, slots=True)
class Violation:
    """How far what is played is from what is recommended: in total variation (``size``, half the sum of |y_b - z_b|),
    in Hilbert's projective ``distance`` d (``None``: infinite, for the supports differ), and tanh(d/4), which bounds
    the first."""

    size: ExponentialNumber
    distance: LogNumber | None
    bound: ExponentialNumber


@dataclass(frozen=True, slots=True)
class Response:
    """The follower plays ``played`` where something is recommended, which breaks incentive compatibility by
    ``violation``; ``quantal`` is the quantal response with the support of what is played, ``leader`` what she gets.

    ``before`` and ``after`` are the Hilbert distances of what is recommended and of what is played to the quantal
    response; ``None``: infinite, for the supports differ.
    """

    played: Mixture
    quantal: Mixture
    leader: ExponentialNumber
    violation: Violation
    before: LogNumber | None
    after: LogNumber


def responding(model: Model, recommended: Mixture, logits: Sequence[LogNumber]) -> Mixture:
    """The response to a recommendation where the actions have those log W; what is not recommended is not played,
    unless recommendations have no weight."""
    alpha = model.alpha
    if not alpha:
        return Mixture(tuple(range(len(logits))), tuple(logits))
    pulled = zip(recommended.support, recommended.logits, strict=True)
    return Mixture(recommended.support, tuple(own * alpha + logits[b] * (1 - alpha) for b, own in pulled))


def respond(model: Model, commitment: Sequence[Fraction], recommendation: Sequence[Fraction]) -> Response:
    """The response to a recommendation; d(z, q) = α d(y, q) and d(y, z) = (1 - α) d(y, q) are verified.

    Raises :class:`~stackexact.errors.LimitReached` where numbers are too long to be compared exactly.
    """
    support = tuple(b for b, share in enumerate(recommendation) if share)
    told = Mixture(support, tuple(LogNumber.of(recommendation[b]) for b in support))
    played = responding(model, told, model.logits_at(commitment))
    quantal = model.quantal(commitment, played.support)
    found = violated(told, played)
    before = None if found.distance is None else distance(told, quantal)
    after = distance(played, quantal)
    if before is not None and (after, found.distance) != (before * model.alpha, before * (1 - model.alpha)):
        raise Unproved("a response divides the distance to the quantal response as alpha does")
    return Response(played, quantal, played.mean(model.rewards_at(commitment)), found, before, after)


def violated(recommended: Mixture, played: Mixture) -> Violation:
    """How far apart these are; that TV ≤ tanh(d/4) is verified."""
    excess, masses = rational(0), dict(zip(played.support, played.masses, strict=True))
    for b, mass in zip(recommended.support, recommended.masses, strict=True):
        apart = mass * played.total - masses[b] * recommended.total
        if apart.sign() > 0:
            excess = excess + apart
    size = ExponentialNumber(excess) / ExponentialNumber(recommended.total * played.total)
    if recommended.support != played.support:
        return Violation(size, None, ExponentialNumber.of(Fraction(1)))
    between = distance(recommended, played)
    bound = _contraction(between)
    if _exceeds(size, bound):
        raise Unproved("a violation is at most the hyperbolic tangent of a quarter of the distance")
    return Violation(size, between, bound)


def _contraction(apart: LogNumber) -> ExponentialNumber:
    """tanh(d/4) for a distance d."""
    root, one = (apart * Fraction(1, 2)).exp(), rational(1)
    return ExponentialNumber(root - one) / ExponentialNumber(root + one)


def _exceeds(size: ExponentialNumber, bound: ExponentialNumber) -> bool:
    try:
        return bound < size
    except LimitReached:  # both differ from 1 by less than any precision tells; that it is a bound is a theorem
        return False
