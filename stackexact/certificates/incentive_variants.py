"""The proofs of incentives that reach followers through one of them: a major follower, or one that is drawn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from stackexact.certificates.incentive_game import IncentiveGame
from stackexact.certificates.incentive_parts import (
    ONE,
    ZERO,
    Layout,
    added,
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
from stackexact.certificates.minors import (
    Matrix,
    Vector,
    columns,
    determinant,
    dot,
    is_definite,
    is_semidefinite,
    product,
)
from stackexact.certificates.proofs import claimed
from stackexact.certificates.reading import Node

__all__ = ["major_follower", "randomised"]


def randomised(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """The mean-field game's incentive for N followers, one of whom is drawn."""
    evidence = proof.fields("actions", optional=("move",))
    point, team = require_team(game, evidence["actions"])
    layout, n = Layout.of(game), game.followers
    a, own, mean = (layout.slopes(game.follower, places, point) for places in (layout.u0, layout.own, layout.mean))
    given = claim.members()
    groups = ("drawn_gain", "team_actions"), ("saving",), ("cost", "actions", "error")
    told = claimed(claim, "exists", *(name for group in groups if group[0] in given for name in group))
    if "team_actions" in told:
        require_team(game, told.pop("team_actions"))
    if "drawn_gain" not in told:
        if told["exists"].flag() or len(told) > 2:
            raise claim.fails("expected no response where there is no gain")
        require_no_gain(told["exists"], a, own)
        return
    gain = gains(game, told["drawn_gain"])
    require_gain(told["drawn_gain"], gain, a, [n * value for value in own])
    size = len(layout.own)
    places = [*layout.u0, *layout.own, *layout.mean]
    share = unit(size, ONE / n)
    alone = [*scaled(gain, ZERO), *unit(size), *share]
    drawn = [*gain, *unit(size), *share]
    curve = added(
        scaled(curved(game.follower, places, drawn, drawn), ONE / n),
        scaled(curved(game.follower, places, alone, alone), ONE - ONE / n),
    )
    convex = is_definite(curve)
    if told["exists"].flag() != convex or (not convex and len(told) > 3):
        raise told["exists"].wrong("true" if convex else "false")
    if not convex:
        return
    require_saving(game, told, evidence, curve, mean)
    require_response(game, told, gain, point, (mean, team))


def require_saving(
    game: IncentiveGame, told: dict[str, Node], evidence: dict[str, Node], curve: Matrix, mean: Vector
) -> None:
    """What a follower saves by its best deviation x: curve·x + mean/N = 0, and it saves −½ x·mean/N."""
    if "saving" not in told or "move" not in evidence:
        raise told["exists"].fails("expected saving, and the evidence move")
    move = [entry.number() for entry in evidence["move"].items(len(mean))]
    slopes = [value / game.followers for value in mean]
    if any(dot(row, move) + slope != 0 for row, slope in zip(curve, slopes, strict=True)):
        raise evidence["move"].fails("the follower's cost is not stationary there")
    told["saving"].agrees(dot(move, slopes) * Fraction(-1, 2))


def require_response(
    game: IncentiveGame, told: dict[str, Node], gain: Matrix, point: Vector, at: tuple[Vector, Any]
) -> None:
    """The symmetric response of all followers, the only one; or that none, or more than one, is symmetric."""
    layout, n = Layout.of(game), game.followers
    size = len(layout.own)
    places = [*layout.u0, *layout.own, *layout.mean]
    felt = added(
        scaled(block(game.follower, layout.own, places), n),
        block(game.follower, layout.mean, places),
        product(columns(gain), block(game.follower, layout.u0, places)),
    )
    system = product(felt, [*gain, *unit(size), *unit(size)])
    regular = determinant(system) != 0
    if regular != ("cost" in told):
        raise told["exists"].fails("expected cost, actions and error exactly where one response is symmetric")
    if not regular:
        return
    mean, team = at
    there = point_of(game, told["actions"])
    moved = [there[k] - point[k] for k in layout.own]
    if any(dot(row, moved) + value != 0 for row, value in zip(system, mean, strict=True)):
        raise told["actions"].fails("the followers do not respond so")
    if any(there[j] != point[j] + dot(row, moved) for j, row in zip(layout.u0, gain, strict=True)):
        raise told["actions"].fails("the leader does not move by the drawn gain")
    cost = game.leader.value(there)
    told["cost"].agrees(cost)
    told["error"].agrees(cost - team)


def major_follower(game: IncentiveGame, claim: Node, proof: Node) -> None:
    """An incentive through a major follower, and its limit with many minor ones."""
    given = claim.members()
    names = ["exists"]
    for prefix in ("", "limit_"):
        if f"{prefix}cost" in given:
            names += [f"{prefix}cost", f"{prefix}actions", *([f"{prefix}gain"] if f"{prefix}gain" in given else [])]
    told = claimed(claim, *names)
    evidence = proof.fields(optional=("response", "limit_response"))
    if told["exists"].flag() != ("gain" in told):
        raise told["exists"].wrong("true" if "gain" in told else "false")
    layout = Layout.of(game)
    for prefix, share in (("", ONE / game.followers), ("limit_", ZERO)):
        if f"{prefix}cost" in told:
            _major(game, told, prefix, evidence.get(f"{prefix}response"), share)
            continue
        rows = added(*(block(game.follower, layout.own, two) for two in (layout.own, layout.mean)))
        others = added(*(block(game.follower, layout.mean, two) for two in (layout.own, layout.mean)))
        if determinant(added(rows, scaled(others, share))) != 0:
            raise claim.fails(f"expected {prefix}cost and {prefix}actions: the followers' response is determined")


def _major(game: IncentiveGame, told: dict[str, Node], prefix: str, response: Node | None, share: Any) -> None:
    """The claims about followers who move the mean by a share of their actions."""
    layout = Layout.of(game)
    node, costs = told[f"{prefix}actions"], game.follower
    point = point_of(game, node)
    first = [*layout.u0, *layout.w]
    rows, slopes = [], []
    for own, mean in zip(layout.own, layout.mean, strict=True):
        felt = [x + share * y for x, y in zip(costs.hessian[own], costs.hessian[mean], strict=True)]
        alike = [felt[j] + felt[k] for j, k in zip(layout.own, layout.mean, strict=True)]
        rows.append([*(felt[j] for j in first), *alike])
        slopes.append(costs.slope(own, point) + share * costs.slope(mean, point))
    if any(value != 0 for value in slopes):
        raise node.fails("the minor followers do not respond so")
    moves = [*unit(len(layout.own)), *unit(len(layout.own), share)]
    if not is_semidefinite(curved(costs, [*layout.own, *layout.mean], moves, moves)):
        raise node.fails("a follower's cost is not convex in its own action")
    require_best_along(game, node, response, rows, point)
    told[f"{prefix}cost"].agrees(game.leader.value(point))
    major = game.major
    if major is None:
        raise node.fails("expected a game with a major follower")
    a, b = (layout.slopes(major, places, point) for places in (layout.u0, layout.w))
    if f"{prefix}gain" not in told:
        if not prefix:
            require_no_gain(node, a, b)
        elif any(value != 0 for value in a):
            raise node.fails("expected a gain: the leader has influence")
        return
    gain = gains(game, told[f"{prefix}gain"], "major")
    require_gain(told[f"{prefix}gain"], gain, a, b)
    if prefix and not any(value != 0 for value in a):
        raise told[f"{prefix}gain"].fails("expected no limit: influence vanishes, and what gains tend to is not shown")
    moves = [*gain, *unit(len(layout.w))]
    if not is_semidefinite(curved(major, first, moves, moves)):
        raise node.fails("the major follower's cost is not convex under this gain")
