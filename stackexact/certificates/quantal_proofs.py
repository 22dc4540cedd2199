"""What the leader gets at most against a quantal follower, and at least: claims of the concept ``quantal``.

``docs/certificates.md`` has the mathematics. A decision is one of a game in matrices, or of a state of a Markov game.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.embedded import Game
from stackexact.certificates.exponential_sums import PRECISIONS, Quotient, ends, magnitude, number
from stackexact.certificates.exponentials import Bounds, exp_bounds, fixed, log_bounds
from stackexact.certificates.quantal_decision import Decision, Entries, Policy, Responses, read_policy, table_of
from stackexact.certificates.quantal_parts import Corner, Problem, prove_parts
from stackexact.certificates.reading import Labels, Node, Weights, show, total
from stackexact.certificates.stated_numbers import Stated, read_stated, require_between, require_equal

__all__ = ["ExactLeader", "Settled", "exact_leader", "prove_decision", "quantal", "value_of"]

ExactLeader = Sequence[Sequence[Quotient]]
"""The leader's values by leader and follower action, exactly."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision whose leader's values lie between those of ``low`` and of ``high``, and are what ``exact`` gives where
    they are known."""

    low: Decision
    high: Decision
    exact: Callable[[], ExactLeader] | None
    leader: Labels
    follower: Labels


def quantal(game: Game, eta: Node, prescription: Node, cell: Node, proof: Node) -> None:
    """A game in matrices: the best policy's value, a policy, and the response to it."""
    if cell.region is not None or not game.is_numeric:
        raise cell.fails("expected a game of numbers, found parameters")
    factor = eta.number()
    if factor <= 0:
        raise eta.wrong("an inverse temperature above 0")
    key = "prescription" if prescription.flag() else "commitment"
    told = cell.fields("when", "leader", key, "response")
    told["when"].items(0)
    decision = Decision(game.u1.entries, table_of(game.u2.entries, factor))
    settled = Settled(decision, decision, lambda: exact_leader(game.u1.entries), game.leader, game.follower)
    policy = read_policy(told[key], game.leader, game.follower, prescription.flag())
    prove_decision(settled, read_stated(told["leader"]), policy, prescription.flag(), proof)
    _prove_response(Responses(decision, policy), told["response"], game.follower)


def exact_leader(table: Entries) -> ExactLeader:
    """Rational values."""
    return [[Quotient.of(value) for value in row] for row in table]


def _prove_response(responses: Responses, node: Node, labels: Labels) -> None:
    for b, one in node.by_label(labels, complete=True).items():
        stated = read_stated(one)
        if stated.exact is not None:
            require_equal(stated, responses.probability(b))
        require_between(stated, responses.share(b, stated.lower), responses.share(b, stated.upper))


def prove_decision(settled: Settled, stated: Stated, policy: Policy, prescription: bool, proof: Node) -> None:
    """Show that the leader's greatest value is the stated one, and that the policy gets it, as far as ends tell."""
    if "deterministic" in proof.members():
        _prove_exactly(settled, stated, policy, prescription, proof)
        return
    names, more = (("tangents",), ()) if prescription else (("parts",), ("mixtures",))
    parts = proof.fields("limit", *names, optional=more)
    if stated.exact is not None and stated.lower < stated.upper:
        raise proof.fails("expected a deterministic proof, for the claim is exact")
    if Responses(settled.low, policy).above(stated.lower) < 0:
        raise stated.node.wrong("a lower end that the stated policy gets")
    limit = parts["limit"].number()
    if limit > stated.upper:
        raise stated.node.fails(f"expected an upper end of at least {show(limit)}, the limit that the proof shows")
    if prescription:
        _prove_tangents(settled.high, limit, parts["tangents"], settled.follower)
        return
    left = _left(settled.high, settled.leader, parts)
    gap = (limit - stated.lower) / (settled.high.spread or Fraction(1))
    digits = gap.denominator.bit_length() - gap.numerator.bit_length() if gap > 0 else 0
    decision, point = _among(settled.high, left), _corner(policy, left)
    problem = Problem(decision.levelled(), Quotient.of(limit), point, frozenset(), 80 + max(digits, 0))
    prove_parts(problem, parts["parts"])


def _left(decision: Decision, labels: Labels, parts: dict[str, Node]) -> list[int]:
    """The actions without those that are shown to be mixtures of them: values are means of theirs, and logits are but
    for a constant, so that commitments to what is left get all that any gets."""
    if "mixtures" not in parts:
        return list(range(decision.shape[0]))
    told = parts["mixtures"].by_label(labels)
    for a, node in told.items():
        shares = node.distribution(labels)
        if any(i in told for i in shares):
            raise node.fails("expected a mixture of actions that are none themselves")
        if not _is_mean(decision, a, shares):
            raise node.fails("expected a mixture that is the same whatever the follower does")
    return [a for a in range(decision.shape[0]) if a not in told]


def _is_mean(decision: Decision, a: int, shares: Weights) -> bool:
    """Whether values of an action are the means of those of others, and logits are but for a constant; weights are
    those of each, but for a factor."""
    if _apart(decision.leader, a, shares) != {Fraction(0)} or len(_apart(decision.exponents, a, shares)) > 1:
        return False
    weights = decision.weights
    return weights is None or all(
        len({x / y for x, y in zip(weights[a], weights[i], strict=True)}) == 1 for i in shares
    )


def _apart(rows: Entries, a: int, shares: Weights) -> set[Fraction]:
    """By how much the mean of rows differs from one of them, column by column."""
    return {total([-value, *(share * rows[i][b] for i, share in shares.items())]) for b, value in enumerate(rows[a])}


def _among(decision: Decision, left: list[int]) -> Decision:
    """The decision with some of the leader's actions."""
    leader, exponents = (tuple(rows[a] for a in left) for rows in (decision.leader, decision.exponents))
    weights = None if decision.weights is None else tuple(decision.weights[a] for a in left)
    return Decision(leader, exponents, weights)


def _corner(policy: Policy, left: list[int]) -> Corner:
    """A commitment among some actions, with the shares that it has there; any, where it has none."""
    shares = [policy[0].get(a, Fraction(0)) for a in left]
    bottom = lcm(*(share.denominator for share in shares))
    whole = [int(share * bottom) for share in shares]
    return Corner(tuple(whole), sum(whole)) if any(whole) else Corner((1, *(0 for _ in whole[1:])), 1)


# -- exact optima -----------------------------------------------------------------------------------------------------


def _prove_exactly(settled: Settled, stated: Stated, policy: Policy, prescription: bool, proof: Node) -> None:
    names, more = ((), ()) if prescription else (("parts",), ("mixtures",))
    parts = proof.fields("deterministic", *names, optional=more)
    if not parts["deterministic"].flag():
        raise parts["deterministic"].wrong("true")
    if stated.exact is None:
        raise stated.node.fails("expected an exact number or a closed form, for the proof is exact")
    if settled.exact is None:
        raise proof.fails("expected tangents or parts, for the values of later stages are not exact")
    if any(len(part) > 1 for part in policy):
        raise proof.fails("expected a policy that plays one action")
    chosen = [next(iter(part)) for part in policy]
    leader = settled.exact()
    value = value_of(settled.low, leader, chosen)
    require_equal(stated, value)
    if prescription:
        for b, label in enumerate(settled.follower):
            if not _is_best(settled.low, leader, chosen[b], b, value):
                raise proof.fails(f"expected a best action against {label!r}, but another one gets more")
        return
    if settled.low is not settled.high:
        raise proof.fails("expected a prescription, for values of later stages are not rational")
    left, columns = _left(settled.low, settled.leader, parts), settled.low.shape[1]
    if chosen[0] not in left:
        raise proof.fails("expected an action that is no mixture of others")
    values = [value_of(settled.low, leader, [a] * columns) for a in left]
    tied = frozenset(place for place, one in enumerate(values) if not one.less(value))
    problem = Problem(_among(settled.low, left).levelled(), value, _corner(policy, left), tied, 96)
    prove_parts(problem, parts["parts"])


def value_of(decision: Decision, leader: ExactLeader, chosen: Sequence[int]) -> Quotient:
    """What the leader gets if she plays ``chosen[b]`` against b, exactly."""
    top, bottom = Quotient.of(Fraction(0)), number(Fraction(0))
    for b, a in enumerate(chosen):
        mass, own = decision.mass(a, b), leader[a][b]
        top = top + Quotient(mass * own.top, own.bottom)
        bottom = bottom + mass
    return Quotient(top.top, top.bottom * bottom)


def _is_best(decision: Decision, leader: ExactLeader, best: int, b: int, value: Quotient) -> bool:
    """Whether no mixture has more of exp(logit) (u - V) than one action."""
    own = leader[best][b] + value.times(Fraction(-1))
    sign = own.top.sign()
    for a, row in enumerate(leader):
        if a == best:
            continue
        if sign > 0:
            # log of what is compared is concave on the convex hull of (logit, u): its slopes at a vertex tell.
            gain = row[b] + leader[best][b].times(Fraction(-1))
            if _slope(decision, (best, a, b), own, gain) > 0:
                return False
            continue
        other = row[b] + value.times(Fraction(-1))
        if sign == 0:
            if other.top.sign() > 0:
                return False
        else:
            here, there = decision.mass(best, b), decision.mass(a, b)
            if (there * other.top * own.bottom - here * own.top * other.bottom).sign() > 0:
                return False
    return True


def _slope(decision: Decision, where: tuple[int, int, int], own: Quotient, gain: Quotient) -> int:
    """The sign of (logit there - logit here) own + gain."""
    here, there, b = where
    turn = decision.exponents[there][b] - decision.exponents[here][b]
    weight = Fraction(1) if decision.weights is None else decision.weights[there][b] / decision.weights[here][b]
    if weight == 1:
        return (own.times(turn) + gain).top.sign()
    factor, rest = own.rational, gain.rational
    if factor is None or rest is None or turn:
        raise TooLarge("expected rational values beside weights, found others")
    for bits in PRECISIONS:
        # The logarithm of a rational number other than 1 is transcendental, so that this is not zero.
        low, high = (factor * end + rest * (1 << bits) for end in log_bounds(weight, bits))
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    raise TooLarge(f"{PRECISIONS[-1]} binary digits do not tell the sign of a number that is not zero")


# -- tangents ---------------------------------------------------------------------------------------------------------


def _prove_tangents(decision: Decision, limit: Fraction, node: Node, labels: Labels) -> None:
    """Σ_b max e^ρ (u - c) <= 0, every term bounded by a tangent t·exp(max_a(ρ_a + (u_a - c)/t) - 1) of the logarithm,
    or by the greatest at a vertex where no u exceeds c."""
    slopes: list[Fraction | None] = []
    for b, one in node.by_label(labels, complete=True).items():
        if one.value is None:
            if any(row[b] > limit for row in decision.leader):
                raise one.wrong(f"a tangent, for some value exceeds {show(limit)}")
            slopes.append(None)
            continue
        slope = one.number()
        if slope <= 0:
            raise one.wrong("a tangent at a positive number, or null")
        slopes.append(slope)
    for bits in PRECISIONS:
        columns = [_bounded(decision, b, limit, slope, bits) for b, slope in enumerate(slopes)]
        kept = [column for column in columns if column]
        unit = max((magnitude(c, one) for column in kept for c, one in column), default=0) - bits
        bounds = [[ends(c, one, unit) for c, one in column] for column in kept]
        if sum(max(high for _, high in column) for column in bounds) <= 0:
            return
        if sum(max(low for low, _ in column) for column in bounds) > 0:
            break
    raise node.fails(f"expected bounds that add up to no more than 0 at the limit {show(limit)}, but they do not")


def _bounded(
    decision: Decision, b: int, limit: Fraction, slope: Fraction | None, bits: int
) -> list[tuple[Fraction, Bounds]]:
    """Numbers the greatest of which bounds the term of a column; none where that is 0."""
    unit = bits + 8
    logits = decision.logits(unit)[b]
    above = [row[b] - limit for row in decision.leader]
    if slope is not None:
        terms = [(logit, fixed(value / slope - 1, unit)) for logit, value in zip(logits, above, strict=True)]
        low, high = (max(logit[end] + rise[end] for logit, rise in terms) for end in (0, 1))
        return [(slope, exp_bounds(low, high, unit, bits))]
    if not all(above):
        return []
    found = [(value, exp_bounds(*logit, unit, bits)) for logit, value in zip(logits, above, strict=True)]
    # None is positive: the greatest is of about the least size, and others need not be written in its unit.
    least = min(magnitude(*term) for term in found)
    return [term for term in found if magnitude(*term) <= least + 4]
