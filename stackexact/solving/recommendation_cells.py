"""Cells of games with recommendations. Numbers are fractions, or enclosures where they are irrational."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from stackexact.exact.enclosures import Number
from stackexact.solving.cells import FieldsCell, Infinity

__all__ = [
    "CompatibleCell",
    "FixedPoint",
    "FixedPointsCell",
    "MisspecificationCell",
    "RelaxedCell",
    "ResponseCell",
]

Mixed: TypeAlias = Mapping[str, Number]
"""Probabilities by action, positive ones alone."""


@dataclass(frozen=True, slots=True, repr=False)
class ResponseCell(FieldsCell):
    """What comes of the game's policy: the ``leader``'s value, the follower's ``response`` z to the recommendation y,
    the ``violation`` of incentive compatibility (half the sum of |y_b - z_b|), and the quantal response q among the
    actions that are played (``quantal``).

    Hilbert's projective ``distances``: ``recommendation-quantal`` d(y, q), ``response-quantal`` d(z, q) = α d(y, q) and
    ``recommendation-response`` d(y, z) = (1 - α) d(y, q), whose quarter's hyperbolic tangent is a ``bound`` of the
    violation. Where something is not recommended it is ``unplayed``, and ``recommendation-equilibrium``, the distance
    to the quantal response among all actions, infinite; so are all distances of mixtures with different supports.
    """

    when: tuple[str, ...]
    leader: Number
    response: Mixed
    violation: Number
    bound: Number
    quantal: Mixed
    distances: Mapping[str, Number | Infinity]
    unplayed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class FixedPoint(FieldsCell):
    """Under a ``commitment`` the follower follows this ``recommendation``, which has ``full_support`` or not; the
    ``leader`` gets her value then."""

    commitment: Mixed
    recommendation: Mixed
    full_support: bool
    leader: Number


@dataclass(frozen=True, slots=True, repr=False)
class FixedPointsCell(FieldsCell):
    """All recommendations that the follower follows, under the policy's commitment or under every pure one.

    Among recommendations of every action there is one for each commitment; on the boundary there is a further one for
    every set of actions, so that it is not ``unique``, unless the follower has one action or ignores recommendations.
    """

    when: tuple[str, ...]
    unique: bool
    unique_with_full_support: bool
    points: tuple[FixedPoint, ...]


@dataclass(frozen=True, slots=True, repr=False)
class CompatibleCell(FieldsCell):
    """The best that the leader can do with exact incentive compatibility, that is by recommending the quantal response
    to her commitment: her value V*, a commitment that gets it and its ``recommendation``; and what ``pure`` commitments
    get.

    Where ``leader`` is a fraction or has a closed form the commitment is pure and exactly optimal; else its value lies
    in the enclosure of V*.
    """

    when: tuple[str, ...]
    leader: Number
    commitment: Mixed
    recommendation: Mixed
    pure: Mapping[str, Number]


@dataclass(frozen=True, slots=True, repr=False)
class RelaxedCell(FieldsCell):
    """The limit as ε > 0 goes to 0 of the supremum of the leader's value with violations of at most ε, approached by
    recommending nearly nothing but ``response`` under ``commitment``: whether it is ``attained`` without any violation
    by a recommendation of every action, and V* (``compatible``), which it exceeds where it is not."""

    when: tuple[str, ...]
    leader: Number
    attained: bool
    commitment: Mixed | None
    response: str | None
    compatible: Number | None


@dataclass(frozen=True, slots=True, repr=False)
class MisspecificationCell(FieldsCell):
    """What a leader who believes in the wrong α̂ makes of the response to the game's policy.

    ``log_odds`` of what pays, log(W_b/W_n), n being the ``reference``, as they are and as ``estimated``; the ``errors``
    are ``factor`` = (α - α̂)/(1 - α̂) times log(y_b/y_n) - log(W_b/W_n). With rewards, ``reward_errors`` are those of
    estimated r_b - r_n, in which a wrong τ counts too.

    She then recommends the quantal response of the estimated game (``recommendation``), expects that it is followed,
    and to get ``expected``; the follower's ``response`` gives her ``leader``, with a ``violation`` of at most
    ``bound``.
    """

    when: tuple[str, ...]
    factor: Fraction
    reference: str
    log_odds: Mapping[str, Number]
    estimated: Mapping[str, Number]
    errors: Mapping[str, Number]
    reward_errors: Mapping[str, Number] | None
    recommendation: Mixed
    expected: Number
    expected_violation: Fraction
    response: Mixed
    leader: Number
    violation: Number
    bound: Number
