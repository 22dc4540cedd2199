"""What comes of a wrong belief in the weight of recommendations: wrong estimates of what pays, and a recommendation
that is not followed.

A leader who sees the follower play z where y is recommended estimates log(W_b/W_n) as L̂_b, with α̂ for α:
log(z_b/z_n) = α̂ log(y_b/y_n) + (1 - α̂) L̂_b. What she gets wrong is, exactly,

    L̂_b - L_b = (α - α̂)/(1 - α̂) · (log(y_b/y_n) - L_b),

linear in α - α̂ over 1 - α̂, and unbounded as y approaches the boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.estimation.recommendation import error_factor, misjudged
from stackexact.exact.exponential import ExponentialNumber
from stackexact.exact.logarithms import LogNumber
from stackexact.recommending.models import Mixture, Model
from stackexact.recommending.responses import Response, Violation, respond, responding, violated

__all__ = ["Misspecified", "misspecified"]


@dataclass(frozen=True, slots=True)
class Misspecified:
    """With the last action that is recommended for reference, and by the others: true and estimated log-odds of what
    pays and the ``errors`` of these, ``factor`` times what y and the quantal response are apart.

    The leader then recommends the quantal response of the estimated game, ``advised``, and expects that it is followed
    and that she gets ``expected``; the follower plays ``played``, she gets ``leader``, and incentive compatibility is
    broken by ``violation``.
    """

    response: Response
    factor: Fraction
    log_odds: tuple[LogNumber, ...]
    estimated: tuple[LogNumber, ...]
    errors: tuple[LogNumber, ...]
    advised: Mixture
    expected: ExponentialNumber
    played: Mixture
    leader: ExponentialNumber
    violation: Violation


def misspecified(
    model: Model, assumed: Fraction, commitment: Sequence[Fraction], recommendation: Sequence[Fraction]
) -> Misspecified:
    """What a leader who believes in the weight ``assumed`` makes of the response to a policy, and what comes of it.

    Raises :class:`~stackexact.errors.LimitReached` where numbers are too long to be compared exactly.
    """
    response = respond(model, commitment, recommendation)
    support = tuple(b for b, share in enumerate(recommendation) if share)
    logits = model.logits_at(commitment)
    told = _odds([LogNumber.of(recommendation[b]) for b in support])
    true = _odds([logits[b] for b in support])
    seen = _odds([response.played.logits[response.played.support.index(b)] for b in support])
    estimated = misjudged(seen, told, true, model.alpha, assumed)
    errors = tuple(hat - own for hat, own in zip(estimated, true, strict=True))
    advised = Mixture(support, (*estimated, LogNumber()))
    played = responding(model, advised, logits)
    rewards = model.rewards_at(commitment)
    broken = violated(advised, played)
    return Misspecified(
        response,
        error_factor(model.alpha, assumed),
        true,
        estimated,
        errors,
        advised,
        advised.mean(rewards),
        played,
        played.mean(rewards),
        broken,
    )


def _odds(logits: Sequence[LogNumber]) -> tuple[LogNumber, ...]:
    """Log-odds against the last."""
    return tuple(logit - logits[-1] for logit in logits[:-1])
