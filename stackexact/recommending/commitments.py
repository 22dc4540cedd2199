"""The leader's best commitment where she recommends what the follower then does (exact incentive compatibility), and
what she can come close to where it may be violated by little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import require_time
from stackexact.exact.enclosures import Number, enclosed
from stackexact.exact.exponential import ExponentialNumber
from stackexact.quantal.commitments import best_commitment, exact_parts
from stackexact.quantal.deciding import Parts
from stackexact.quantal.mixtures import left_of
from stackexact.recommending.fixed_points import units
from stackexact.recommending.models import Mixture, Model, number_of

__all__ = ["Compatible", "Relaxed", "compatible", "relaxed"]


@dataclass(frozen=True, slots=True)
class Compatible:
    """The greatest value of ``leader`` with exact incentive compatibility, a ``commitment`` that gets it (up to the
    width of its enclosure; exactly where that is pure and the value has a closed form), the quantal response to that as
    ``recommendation``, what ``pure`` commitments get, and the ``proof`` that no commitment gets more."""

    leader: Number
    commitment: tuple[Fraction, ...]
    recommendation: Mixture
    pure: tuple[ExponentialNumber, ...]
    proof: Parts


def compatible(model: Model, digits: int, stop: Callable[[], bool]) -> Compatible:
    """V* = max over x of Σ_b q_b(x) u(x, b), where q(x) is the quantal response to x.

    Raises :class:`~stackexact.errors.LimitReached` where the proof takes too long.
    """
    rows = units(model.shape[0])
    made = []
    for row in rows:
        require_time(stop)
        made.append(model.quantal(row).mean(model.rewards_at(row)))
    pure, left = tuple(made), left_of(model.decision)
    decision, values = left.among(model.decision), left.rows(tuple(made))
    best = 0
    for place in range(1, len(values)):
        require_time(stop)
        best = place if values[best] < values[place] else best
    parts = exact_parts(decision, dict(enumerate(values)), best, stop)
    if parts is not None:
        leader, row = number_of(values[best], digits, decision.scale), rows[left.actions[best]]
        return Compatible(leader, row, model.quantal(row), pure, Parts(None, parts, left.mixtures))
    found = best_commitment(decision, decision, digits, stop)
    leader = enclosed(found.lower, found.upper, digits, decision.scale)
    commitment, proof = left.spread(found.commitment), Parts(found.upper, found.parts, left.mixtures)
    return Compatible(leader, commitment, model.quantal(commitment), pure, proof)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The limit of what the leader gets at most where incentive compatibility may be violated by ε, as ε > 0 goes to 0:
    the value ``leader`` of ``action`` and ``response``. With recommendations of every action it is ``attained`` at
    ε = 0 or not; where it is not, it exceeds what she gets at ε = 0."""

    leader: Fraction
    attained: bool
    action: int
    response: int


def relaxed(model: Model) -> Relaxed | None:
    """The supremum as ε → 0: with α > 0 a recommendation close to a single action b is followed almost exactly,
    whatever pays, so that it is max u(a, b); nothing where recommendations weigh nothing, for they change nothing.

    No more is possible: responses are continuous in recommendations, and the leader's value is a mean of her rewards.
    It is attained where she gets it whatever the follower does.
    """
    if not model.alpha:
        return None
    most = max(map(max, model.leader))
    reaching = [(min(row) == most, -a, -row.index(most)) for a, row in enumerate(model.leader) if most in row]
    constant, action, response = max(reaching)
    return Relaxed(most, constant, -action, -response)
