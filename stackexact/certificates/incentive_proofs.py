"""The proofs of incentives, concept by concept. Each function raises ``Unsupported`` unless the claim is shown.

A follower moves its own action by 1, the mean by 1/N, and through an incentive u0 = u0* + K Σ(u_i − v*) the leader's
action by K. Whatever is claimed is put into the conditions that characterise it.
"""

from __future__ import annotations

from typing import Any

from stackexact.certificates.incentive_game import IncentiveGame
from stackexact.certificates.incentive_parts import (
    ONE,
    ZERO,
    Layout,
    added,
    beside,
    block,
    curved,
    gains,
    point_of,
    require_best_along,
    require_gain,
    require_no_gain,
    require_team,
    scaled,
    unit,
)
from stackexact.certificates.minors import Matrix, Vector, determinant, dot, is_semidefinite
from stackexact.certificates.proofs import claimed
from stackexact.certificates.reading import Node

__all__ = ["finish_incentive", "incentive_flags", "mean_field", "team_optimum", "the_incentive", "unbounded"]


def team_optimum(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """What is best for the leader if everybody obeys."""
    told = claimed(claim, "cost", "actions")
    proof.fields()
    _, cost = require_team(game, told["actions"])
    told["cost"].agrees(cost)


def the_incentive(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """An affine incentive for N followers."""
    node = proof.fields("actions")["actions"]
    point, _ = require_team(game, node)
    layout, n = Layout.of(game), game.followers
    by_leader = layout.slopes(game.follower, layout.u0, point)
    own, mean = (layout.slopes(game.follower, places, point) for places in (layout.own, layout.mean))
    by_rest = [n * a + b for a, b in zip(own, mean, strict=True)]
    told = incentive_flags(claim, "actions")
    if "actions" in told:
        require_team(game, told["actions"])
    if "gain" not in told:
        require_no_gain(told["exists"], by_leader, by_rest)
        return
    gain = gains(game, told["gain"])
    require_gain(told["gain"], scaled(gain, n), by_leader, by_rest)
    size = len(layout.own)
    places = [*layout.u0, *layout.own, *layout.mean]
    share = unit(size, ONE / n)
    moves = [*gain, *unit(size), *share]
    others = [*gain, *unit(size, ZERO), *share]
    own_curve = curved(game.follower, places, moves, moves)
    cross = curved(game.follower, places, moves, others)
    finish_incentive(game, told, gain, (own_curve, cross), [ONE])


def incentive_flags(claim: Node, desired: str) -> dict[str, Node]:
    """The members of the claim of an incentive: there is none; it violates the second-order condition; or it is one.

    Beside a gain stands what is ``desired``, which is left to prove.
    """
    given = claim.members()
    names: tuple[str, ...] = ("exists",)
    if "gain" in given:
        names = (*names, "gain", "mean_gain", "energy", "second_order", desired)
        if "second_order" in given and given["second_order"].flag():
            names = (*names, "unique", "unique_alike", "unique_apart")
    told = claimed(claim, *names)
    if told["exists"].flag() != ("unique" in names):
        raise told["exists"].wrong("true" if "unique" in names else "false")
    return told


def finish_incentive(
    game: IncentiveGame, told: dict[str, Node], gain: Matrix, curves: tuple[Matrix, Matrix], correlations: list[Any]
) -> None:
    """What follows from a gain: that on the mean, the energy, the second-order condition, and uniqueness."""
    n = game.followers
    for row, claimed_row in zip(gain, gains(game, told["mean_gain"]), strict=True):
        if any(value * n != found for value, found in zip(row, claimed_row, strict=True)):
            raise told["mean_gain"].fails("expected the gain times the number of followers")
    told["energy"].agrees(sum((value * value for row in gain for value in row), ZERO) * n)
    own, cross = curves
    if is_semidefinite(own) != told["second_order"].flag():
        raise told["second_order"].wrong("the opposite")
    if "unique" not in told:
        if len(gain) > 1:
            raise told["exists"].fails("another gain than that of least norm may satisfy the second-order condition")
        return
    alike = all(determinant(added(own, scaled(cross, (n - 1) * c))) != 0 for c in correlations)
    # A single follower has nobody to differ from.
    apart = all(determinant(added(own, scaled(cross, -c))) != 0 for c in correlations) or n == 1
    for name, found in (("unique_alike", alike), ("unique_apart", apart), ("unique", alike and apart)):
        if told[name].flag() != found:
            raise told[name].wrong("true" if found else "false")


def unbounded(node: Node, sign: int) -> bool:
    """Whether infinity stands here; with the wrong sign it is refused."""
    if node.value not in ("oo", "-oo"):
        return False
    node.constant("oo" if sign > 0 else "-oo")
    return True


def mean_field(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """The limit of many followers."""
    given = claim.members()
    evidence = proof.fields("actions", optional=("swapped", "turn", "response"))
    point, cost = require_team(game, evidence["actions"], many=True)
    layout = Layout.of(game)
    a, own, mean = (layout.slopes(game.follower, places, point) for places in (layout.u0, layout.own, layout.mean))
    optional = ("gain", "mean_gain", "energy"), ("cost", "actions", "gap"), ("swapped_cost",)
    names = [name for group in optional if group[0] in given for name in group]
    told = claimed(claim, "finite_energy", *names)
    aligned = not any(value != 0 for value in own)
    if told["finite_energy"].flag() != aligned:
        raise told["finite_energy"].wrong("true" if aligned else "false")
    require_limit(game, told, (a, own, mean))
    curvature = block(game.follower, layout.own, layout.own)
    if not is_semidefinite(curvature):
        raise claim.fails("a follower's cost is not convex in its own action")
    reaction = added(curvature, block(game.follower, layout.own, layout.mean))
    open_loop(game, told, evidence, reaction, cost)
    if "swapped_cost" in told:
        if aligned:
            told["swapped_cost"].agrees(cost)
        else:
            swapped(game, told["swapped_cost"], evidence, (point, a, own), reaction)
    elif aligned or ("gain" in told and determinant(_bordered(game, reaction, a, own)) != 0):
        raise claim.fails("expected swapped_cost, which is determined")


def require_limit(game: IncentiveGame, told: dict[str, Node], slopes: tuple[Vector, Vector, Vector]) -> None:
    """The limits of the gain, of N times the gain, and of the energy; or that there is no gain for many followers."""
    a, own, mean = slopes
    if "gain" not in told:
        require_no_gain(told["finite_energy"], a, [*own, *mean])
        return
    gain = gains(game, told["gain"])
    require_gain(told["gain"], gain, a, own)
    none = not any(value != 0 for value in a)
    if none and any(value != 0 for value in mean):
        raise told["gain"].fails("there is no gain for many followers")
    # N times the gain is N times its limit and a rest R with R'a + (slope by the mean) = 0, R of least norm.
    square = dot(a, a)
    rows = told["mean_gain"].by_label(game.variables["leader"], complete=True)
    finite = True
    for j, row in enumerate(gain):
        for k, node in rows[j].by_label(game.variables["follower"], complete=True).items():
            sign = 1 if row[k] > 0 else -1 if row[k] < 0 else 0
            finite = finite and not sign
            if sign:
                if not unbounded(node, sign):
                    raise node.wrong("oo or -oo")
            elif node.number() * square != -a[j] * mean[k] or (none and node.number() != 0):
                raise node.fails("expected the limit of N times the gain")
    if finite:
        told["energy"].agrees(ZERO)
    elif not unbounded(told["energy"], 1):
        raise told["energy"].wrong("oo")


def open_loop(
    game: IncentiveGame, told: dict[str, Node], evidence: dict[str, Node], reaction: Matrix, team: Any
) -> None:
    """The best of the leader if infinitely many followers respond to her action alone."""
    if "cost" not in told:
        if determinant(reaction) != 0:
            raise told["finite_energy"].fails("expected cost, actions and gap: the followers' response is determined")
        return
    layout = Layout.of(game)
    point = point_of(game, told["actions"])
    rows = beside(block(game.follower, layout.own, layout.u0), reaction)
    if any(value != 0 for value in layout.slopes(game.follower, layout.own, point)):
        raise told["actions"].fails("the followers do not respond to the leader's action so")
    require_best_along(game, told["actions"], evidence.get("response"), rows, point)
    cost = game.leader.value(point)
    told["cost"].agrees(cost)
    told["gap"].agrees(cost - team)


def _bordered(game: IncentiveGame, reaction: Matrix, a: Vector, own: Vector) -> Matrix:
    layout = Layout.of(game)
    along = [[dot(row, a)] for row in block(game.follower, layout.own, layout.u0)]
    return [*beside(reaction, along), [*own, ZERO]]


def swapped(
    game: IncentiveGame,
    node: Node,
    evidence: dict[str, Node],
    at: tuple[Vector, Vector, Vector],
    reaction: Matrix,
) -> None:
    """Where infinitely many followers respond to u0* + t K (ū − v*), K = −a b'/|a|², as t grows: z = v − v* and
    σ = −t b'z/|a|² solve [[A, Ca], [b', |a|²/t]] (z, σ) = (−b, 0), whose limit is regular; u0 = u0* + a σ."""
    point, a, own = at
    layout = Layout.of(game)
    if "swapped" not in evidence or "turn" not in evidence:
        raise node.fails("expected the evidence swapped and turn")
    if determinant(_bordered(game, reaction, a, own)) == 0:
        raise node.fails("expected no value: gains on the mean do not determine a limit")
    limit, turn = point_of(game, evidence["swapped"]), evidence["turn"].number()
    if any(limit[j] != point[j] + a[j] * turn for j in layout.u0):
        raise evidence["swapped"].fails("the leader's action does not move along the gain")
    moved = [limit[k] - point[k] for k in layout.own]
    if dot(own, moved) != 0 or any(value != 0 for value in layout.slopes(game.follower, layout.own, limit)):
        raise evidence["swapped"].fails("the followers do not respond so as the gain on the mean grows")
    node.agrees(game.leader.value(limit))
