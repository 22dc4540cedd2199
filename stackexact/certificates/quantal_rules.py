"""What the leader gets at most with deterministic policies in one decision against a quantal follower.

A rule plays one action against each of the follower's: no rule gets more than c where Σ_b max_a e^ρ (u - c) <= 0, so
that rules need not be gone through. Signs are those of sums of exponentials, which are decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import Quotient, Sum, number
from stackexact.certificates.quantal_decision import Decision, Policy, Responses
from stackexact.certificates.quantal_proofs import ExactLeader, Settled, value_of
from stackexact.certificates.reading import Node, show
from stackexact.certificates.stated_numbers import Stated, require_equal

__all__ = ["prove_rules"]

CLOSE = 200
"""Binary digits to which a value is known where actions are compared first."""

PRODUCTS = 1 << 22
"""Most products of terms where values of later stages are no rational numbers. Some minutes."""


def prove_rules(settled: Settled, stated: Stated, policy: Policy, prescription: bool, proof: Node) -> None:
    """Show that the greatest value of deterministic policies is the stated one, and that the policy gets it, as far as
    ends tell."""
    parts = proof.fields("rules", optional=("limit",))
    if parts["rules"].value is not True:
        raise parts["rules"].wrong("true")
    if any(len(part) > 1 for part in policy):
        raise proof.fails("expected a policy that plays one action")
    if "limit" in parts:
        _prove_limit(settled, stated, policy, prescription, parts["limit"])
    else:
        _prove_exactly(settled, stated, [next(iter(part)) for part in policy], prescription, proof)


def _prove_limit(settled: Settled, stated: Stated, policy: Policy, prescription: bool, node: Node) -> None:
    limit = node.number()
    if stated.exact is not None and stated.lower < stated.upper:
        raise node.fails("expected a proof without a limit, for the claim is exact")
    if Responses(settled.low, policy).above(stated.lower) < 0:
        raise stated.node.wrong("a lower end that the stated policy gets")
    if limit > stated.upper:
        raise stated.node.fails(f"expected an upper end of at least {show(limit)}, the limit that the proof states")
    if _most(settled.high, limit, prescription) > 0:
        raise node.fails("expected a limit that no deterministic policy exceeds, but one does")


def _most(decision: Decision, limit: Fraction, prescription: bool) -> int:
    """The sign of what deterministic policies get at most, less a limit."""
    rows, columns = decision.shape
    if not prescription:
        pure = ([{a: Fraction(1)}] * columns for a in range(rows))
        return max(Responses(decision, one).above(limit) for one in pure)
    total = number(Fraction(0))
    for b in range(columns):
        total = total + _greatest([decision.mass(a, b).times(decision.leader[a][b] - limit) for a in range(rows)])
    return total.sign()


def _greatest(terms: Sequence[Sum]) -> Sum:
    best = terms[0]
    for term in terms[1:]:
        best = term if (term - best).sign() > 0 else best
    return best


def _prove_exactly(settled: Settled, stated: Stated, chosen: Sequence[int], prescription: bool, proof: Node) -> None:
    if stated.exact is None:
        raise stated.node.fails("expected an exact number or a closed form, for the proof has no limit")
    if settled.exact is None:
        raise proof.fails("expected a limit, for the values of later stages are not exact")
    decision, leader = settled.low, settled.exact()
    value = value_of(decision, leader, chosen)
    require_equal(stated, value)
    rows, columns = decision.shape
    if not prescription:
        if any(value_of(decision, leader, [a] * columns).less(value) > 0 for a in range(rows)):
            raise proof.fails("expected a best action, but another one gets more")
        return
    _require_short(leader, value)
    near = value.ends(_magnitude(decision) - CLOSE)
    for b, label in enumerate(settled.follower):
        # Terms of what is played add up to 0: nothing gets more where none in its column is greater.
        if any(_is_greater(decision, leader, (value, near), (a, chosen[b], b)) for a in range(rows)):
            raise proof.fails(f"expected a best action against {label!r}, but another one gets more")


def _magnitude(decision: Decision) -> int:
    spread = decision.spread or Fraction(1)
    return spread.numerator.bit_length() - spread.denominator.bit_length()


def _require_short(leader: ExactLeader, value: Quotient) -> None:
    """Require that comparing all actions is not too much work."""
    own = [_terms(one) for row in leader for one in row if one.rational is None]
    if sum(own) * _terms(value) > PRODUCTS:
        raise TooLarge(f"expected exact values with at most {PRODUCTS} products of terms in a state, found more")


def _terms(value: Quotient) -> int:
    return len(value.top.terms) + len(value.bottom.terms)


def _is_greater(
    decision: Decision,
    leader: ExactLeader,
    known: tuple[Quotient, tuple[Fraction, Fraction]],
    where: tuple[int, int, int],
) -> bool:
    """Whether e^ρ (u - V) of one action is greater than that of another. The difference is linear in V: where it is not
    positive at both of two ends, it is not for V."""
    one, two, b = where
    if one == two:
        return False
    value, ends = known
    here, there = decision.mass(one, b), decision.mass(two, b)
    gain, other = leader[one][b].rational, leader[two][b].rational
    if gain is not None and other is not None and _never_greater((here, gain), (there, other), ends):
        return False
    exact = _weighed(leader[one][b], here) + _weighed(leader[two][b], -there) + _weighed(value, there - here)
    return exact.top.sign() > 0


def _never_greater(one: tuple[Sum, Fraction], two: tuple[Sum, Fraction], ends: Sequence[Fraction]) -> bool:
    return all((one[0].times(one[1] - end) - two[0].times(two[1] - end)).sign() <= 0 for end in ends)


def _weighed(value: Quotient, mass: Sum) -> Quotient:
    return Quotient(value.top * mass, value.bottom)
