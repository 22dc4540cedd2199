"""The proofs of incentives with Gaussian information. Each function raises ``Unsupported`` unless the claim is shown.

The leader plays u0 = A x + B ū, every follower u_i = G y_i with y_i = x + w_i; X and W are the variances of x and w_i,
T = X + W, M = X + W/N (or X, with infinitely many followers), ρ = X/T. Then E[x ȳ] = X and E[ȳ²] = M for the mean ȳ of
all observations, and given y_i, E[x] = ρ y_i and E[ȳ] = M/T y_i.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.certificates.incentive_game import IncentiveGame, Information
from stackexact.certificates.incentive_parts import ONE, ZERO, gains, require_convex, require_gain, require_no_gain
from stackexact.certificates.incentive_proofs import finish_incentive, incentive_flags, unbounded
from stackexact.certificates.minors import dot
from stackexact.certificates.proofs import claimed
from stackexact.certificates.reading import Node

__all__ = ["mean_field", "team_optimum", "the_incentive"]

Number = Any


@dataclass(frozen=True, slots=True)
class Moments:
    """X, T = X + W, and M = X + W/N: with infinitely many followers (``many``) X again."""

    x: Number
    total: Number
    mean: Number
    many: bool

    @classmethod
    def of(cls, game: IncentiveGame, node: Node, *, infinite: bool) -> Moments:
        """The moments of a game; its variances must be ones."""
        told = _information(game)
        if not told.variance > 0 or not told.noise >= 0:
            raise node.fails("expected a positive variance of the state, and one of the noise that is not negative")
        total = told.variance + told.noise
        mean = told.variance if infinite else told.variance + told.noise / game.followers
        return cls(told.variance, total, mean, infinite)


@dataclass(frozen=True, slots=True)
class Linear:
    """u0 = A x + B ū and u_i = G y_i."""

    a: Number
    b: Number
    g: Number


@dataclass(frozen=True, slots=True)
class Many:
    """What is claimed (``told``) of infinitely many followers, with its evidence; the team optimum there, and a
    follower's expected slopes at it: by u0, by its own action, and by the mean."""

    game: IncentiveGame
    told: dict[str, Node]
    evidence: dict[str, Node]
    rule: Linear
    at: Moments
    by_u0: Number
    by_own: Number
    by_mean: Number


def _information(game: IncentiveGame) -> Information:
    assert game.information is not None
    return game.information


def strategies(game: IncentiveGame, node: Node, *, on_path: bool = False) -> Linear:
    """The strategies at the node; ``on_path`` the leader's as a function of the state alone."""
    told = _information(game)
    (leader,), (mean,) = game.variables["leader"], game.variables["mean"]
    (follower,) = game.variables["follower"]
    both = node.fields(leader, follower)
    names = (told.state, mean) if told.reacts and not on_path else (told.state,)
    own = both[leader].fields(*names)
    b = own[mean].number() if mean in names else ZERO
    return Linear(own[told.state].number(), b, both[follower].fields("y")["y"].number())


def _seen(rule: Linear, at: Moments) -> tuple[list[Number], list[Number], list[Number]]:
    """E[z x], E[z ȳ] and, for u averaged over followers, E[z y_i], of z = (u0, u, ū, x)."""
    a, b, g = rule.a, rule.b, rule.g
    with_x = [a * at.x + b * g * at.x, g * at.x, g * at.x, at.x]
    with_mean = [a * at.x + b * g * at.mean, g * at.mean, g * at.mean, at.x]
    with_own = [a * at.x + b * g * at.mean, g * at.total, g * at.mean, at.x]
    return with_x, with_mean, with_own


def cost_of(game: IncentiveGame, rule: Linear, at: Moments) -> Number:
    """The leader's expected cost: ½ E[z·Hz] + c."""
    h = game.leader.hessian
    with_x, with_mean, with_own = _seen(rule, at)
    by_u0, by_own, by_mean, by_x = (dot(h[0], with_x), dot(h[1], with_own), dot(h[2], with_mean), dot(h[3], with_x))
    by_u0_mean = dot(h[0], with_mean)
    total = rule.a * by_u0 + rule.b * rule.g * by_u0_mean + rule.g * (by_own + by_mean) + by_x
    return total * Fraction(1, 2) + game.leader.constant


def require_team(game: IncentiveGame, node: Node, at: Moments) -> tuple[Linear, Number]:
    """The strategies at the node are the best linear ones for the leader; returns them, and her expected cost."""
    require_convex(game, node, many=at.many)
    rule, h = strategies(game, node), game.leader.hessian
    with_x, with_mean, with_own = _seen(rule, at)
    by_a = dot(h[0], with_x)
    by_g = dot(h[1], with_own) + dot(h[2], with_mean) + rule.b * dot(h[0], with_mean)
    if by_a != 0 or by_g != 0:
        raise node.fails("the leader's expected cost is not stationary at these strategies")
    if _information(game).reacts and h[0][0] * rule.b + h[0][1] + h[0][2] != 0:
        raise node.fails("the leader does not react best to the mean action")
    return rule, cost_of(game, rule, at)


def felt(game: IncentiveGame, rule: Linear, at: Moments) -> tuple[Number, Number, Number]:
    """A follower's expected slopes per unit of what it sees: by u0, by its own action, and by the mean, which moves u0
    by B. E[z|y] = E[z y]/T."""
    _, _, given = _seen(rule, at)
    by_u0, by_own, by_mean = (dot(row, given) / at.total for row in game.follower.hessian[:3])
    return by_u0, by_own, by_mean + rule.b * by_u0


def team_optimum(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """What is best for the leader if everybody obeys."""
    told = claimed(claim, "cost", "strategies")
    proof.fields()
    _, cost = require_team(game, told["strategies"], Moments.of(game, claim, infinite=False))
    told["cost"].agrees(cost)


def the_incentive(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """An affine incentive for N followers. Its only Nash response: among strategies that are affine in what is seen, a
    follower expects of others' deviations all of a constant, and ρ of what is linear."""
    at = Moments.of(game, claim, infinite=False)
    rule, _ = require_team(game, proof.fields("strategies")["strategies"], at)
    n = game.followers
    by_u0, by_own, by_mean = felt(game, rule, at)
    rest = by_own + by_mean / n
    told = incentive_flags(claim, "strategies")
    if "strategies" in told:
        require_team(game, told["strategies"], at)
    if "gain" not in told:
        require_no_gain(told["exists"], [by_u0], [rest])
        return
    gain = gains(game, told["gain"])
    require_gain(told["gain"], gain, [by_u0], [rest])
    moved = gain[0][0] + rule.b / n
    h = game.follower.hessian
    own, others = (moved, ONE, ONE / n), (moved, ZERO, ONE / n)
    by_own_move = [dot(own, [row[k] for row in h[:3]]) for k in range(3)]
    curves = ([[dot(by_own_move, own)]], [[dot(by_own_move, others)]])
    finish_incentive(game, told, gain, curves, [ONE, at.x / at.total])


def mean_field(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """The limit of many followers."""
    at = Moments.of(game, claim, infinite=True)
    given = claim.members()
    groups = ("gain", "mean_gain", "energy"), ("cost", "strategies", "gap"), ("swapped_cost",)
    names = [name for group in groups if group[0] in given for name in group]
    told = claimed(claim, "finite_energy", "team_cost", "team_strategies", *names)
    evidence = proof.fields(optional=("change", "response"))
    rule, team = require_team(game, told["team_strategies"], at)
    told["team_cost"].agrees(team)
    by_u0, by_own, by_mean = felt(game, rule, at)
    many = Many(game, told, evidence, rule, at, by_u0, by_own, by_mean)
    aligned = by_own == 0
    finite = aligned
    if "gain" in told:
        finite = _limits(many)
    else:
        _no_limit(many)
    if told["finite_energy"].flag() != finite:
        raise told["finite_energy"].wrong("true" if finite else "false")
    h = game.follower.hessian[1]
    if not h[1] >= 0:
        raise claim.fails("a follower's cost is not convex in its own action")
    _open_loop(many, team)
    on_path = rule.a + rule.b * rule.g
    if aligned:
        if "swapped_cost" not in told:
            raise claim.fails("expected swapped_cost, which is determined")
        told["swapped_cost"].agrees(team)
    elif ("swapped_cost" in told) != ("gain" in told and h[0] * by_u0 != 0):
        raise claim.fails("expected swapped_cost exactly where it is determined")
    elif "swapped_cost" in told:
        # As the gain on the mean grows, the mean stays at G x, and u0 turns so that followers respond so.
        there = Linear(on_path - by_own * at.total / (h[0] * at.x), ZERO, rule.g)
        told["swapped_cost"].agrees(cost_of(game, there, at))


def _limits(many: Many) -> bool:
    """The limits of the gain, of N times the gain, and of the energy; whether that is finite."""
    game, told = many.game, many.told
    gain = gains(game, told["gain"])
    if many.by_u0 != 0:
        require_gain(told["gain"], gain, [many.by_u0], [many.by_own])
    else:
        # Slopes that both vanish: the limit is that of the quotient of their derivatives by 1/N.
        turned, changed, apart = _changed(many)
        nothing = not any(value != 0 for value in (turned, changed, many.by_mean, apart))
        if many.by_own != 0 or ((turned == 0 or changed == 0) and not nothing):
            raise told["gain"].fails("expected no gain: the leader has no influence in the limit")
        require_gain(told["gain"], gain, [turned], [changed])
    (row,) = told["mean_gain"].by_label(game.variables["leader"], complete=True).values()
    (node,) = row.by_label(game.variables["follower"], complete=True).values()
    value = gain[0][0]
    sign = 1 if value > 0 else -1 if value < 0 else 0
    if sign:
        if not unbounded(node, sign):
            raise node.wrong("oo or -oo")
        if not unbounded(told["energy"], 1):
            raise told["energy"].wrong("oo")
        return False
    told["energy"].agrees(ZERO)
    rest = ZERO if many.by_u0 == 0 else -_changed(many)[1] / many.by_u0
    if node.number() != rest:
        raise node.fails("expected the limit of N times the gain")
    return True


def _no_limit(many: Many) -> None:
    """No gain converges: there is need of one, and the leader has no influence with infinitely many followers, or none
    with any number: times the denominator of the team optimum all slopes are linear in 1/N."""
    node = many.told["finite_energy"]
    if many.by_u0 != 0:
        raise node.fails("expected a gain: the leader has influence")
    if many.by_own == 0:
        turned, changed, _ = _changed(many)
        if turned != 0 or changed == 0:
            raise node.fails("expected a gain, which may converge")


def _changed(many: Many) -> tuple[Number, Number, Number]:
    """The derivatives, by s = 1/N at 0, of a follower's slope by u0, of that by its own action and s times that by the
    mean, and of the latter, along the team optima: these change by the evidence (A', G'), which the derivative of their
    equations determines (M' = W)."""
    game, rule, at = many.game, many.rule, many.at
    if "change" not in many.evidence:
        raise many.told["finite_energy"].fails("expected the evidence change")
    node = many.evidence["change"]
    da, dg = (entry.number() for entry in node.items(2))
    noise, b, h = _information(game).noise, rule.b, game.leader.hessian
    by_x = [da * at.x + b * dg * at.x, dg * at.x, dg * at.x, ZERO]
    mean = dg * at.x + rule.g * noise
    with_mean = [da * at.x + b * mean, mean, mean, ZERO]
    with_own = [da * at.x + b * mean, dg * at.total, mean, ZERO]
    by_g = dot(h[1], with_own) + dot(h[2], with_mean) + b * dot(h[0], with_mean)
    if dot(h[0], by_x) != 0 or by_g != 0:
        raise node.fails("the team optimum does not change so with 1/N")
    turned, by_own, by_mean = (dot(row, with_own) / at.total for row in game.follower.hessian[:3])
    return turned, by_own + many.by_mean, by_mean + b * turned


def _open_loop(many: Many, team: Number) -> None:
    """The best of the leader if infinitely many followers respond to her function of the state alone; ``team`` is the
    cost of the team optimum."""
    game, told, evidence, at = many.game, many.told, many.evidence, many.at
    h = game.follower.hessian[1]
    reaction = h[1] * at.total + h[2] * at.x
    if "cost" not in told:
        if reaction != 0:
            raise told["finite_energy"].fails("expected cost, strategies and gap: the response is determined")
        return
    node = told["strategies"]
    if "response" not in evidence:
        raise node.fails("expected the evidence response")
    rule, turn = strategies(game, node, on_path=True), evidence["response"].number()
    if reaction == 0 or h[0] * at.x + reaction * turn != 0:
        raise evidence["response"].fails("expected how the followers' only response moves with the leader's")
    _, by_own, _ = felt(game, rule, at)
    if by_own != 0:
        raise node.fails("the followers do not respond so")
    # E[J] is strictly convex in (A, G), as the leader's cost is in all actions: a stationary point is the optimum.
    leader = game.leader.hessian
    with_x, with_mean, with_own = _seen(rule, at)
    if dot(leader[0], with_x) + turn * (dot(leader[1], with_own) + dot(leader[2], with_mean)) != 0:
        raise node.fails("the leader's expected cost is not stationary here, followers responding")
    cost = cost_of(game, rule, at)
    told["cost"].agrees(cost)
    told["gap"].agrees(cost - team)
