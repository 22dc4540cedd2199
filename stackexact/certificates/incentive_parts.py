"""What the proofs of incentives are made of: where variables stand, gains, and the conditions that characterise optima.

z = (u0, w, u, ū) are all variables of a game. Each function raises ``Unsupported`` unless what it requires is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.certificates.incentive_game import Costs, IncentiveGame
from stackexact.certificates.minors import Matrix, Vector, columns, determinant, dot, is_definite, product
from stackexact.certificates.reading import Node

ONE, ZERO = Fraction(1), Fraction(0)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of variables in z."""

    u0: range
    w: range
    own: range
    mean: range

    @classmethod
    def of(cls, game: IncentiveGame) -> Layout:
        """The places of the variables of a game."""
        ends = [0]
        for player in ("leader", "major", "follower", "mean"):
            ends.append(ends[-1] + len(game.variables[player]))
        return cls(*(range(low, high) for low, high in zip(ends, ends[1:], strict=False)))

    def slopes(self, costs: Costs, places: range, point: Vector) -> list[Any]:
        """The derivatives by some variables at a point."""
        return [costs.slope(place, point) for place in places]


def block(costs: Costs, rows: Sequence[int], across: Sequence[int]) -> Matrix:
    """Second derivatives."""
    return [[costs.hessian[i][j] for j in across] for i in rows]


def added(*matrices: Matrix) -> Matrix:
    """The sum of matrices of one shape."""
    return [[sum(entries, ZERO) for entries in zip(*rows, strict=True)] for rows in zip(*matrices, strict=True)]


def scaled(matrix: Matrix, factor: Any) -> Matrix:
    """A matrix times a number."""
    return [[factor * value for value in row] for row in matrix]


def unit(size: int, value: Any = ONE) -> Matrix:
    """A diagonal matrix of one value."""
    return [[value if i == j else ZERO for j in range(size)] for i in range(size)]


def beside(left: Matrix, right: Matrix) -> Matrix:
    """Two matrices side by side."""
    return [[*one, *two] for one, two in zip(left, right, strict=True)]


def point_of(game: IncentiveGame, node: Node) -> list[Any]:
    """All variables where the actions that are named at the node are played, by all followers alike."""
    labels = {
        name: place
        for place, name in enumerate(
            name for player in ("leader", "major", "follower") for name in game.variables[player]
        )
    }
    given = {place: one.number() for place, one in node.by_label(labels, complete=True).items()}
    made = [given[place] for place in range(len(labels))]
    return [*made, *made[len(made) - len(game.variables["follower"]) :]]


def gains(game: IncentiveGame, node: Node, player: str = "follower") -> list[list[Any]]:
    """The gains at the node, a row for each component of the leader's action."""
    rows = node.by_label(game.variables["leader"], complete=True)
    made = []
    for place in range(len(rows)):
        row = rows[place].by_label(game.variables[player], complete=True)
        made.append([row[k].number() for k in range(len(row))])
    return made


def together(layout: Layout, costs: Costs) -> Matrix:
    """Second derivatives by (u0, w, v) where all followers play v."""
    first, own, mean = [*layout.u0, *layout.w], layout.own, layout.mean
    across = added(block(costs, first, own), block(costs, first, mean))
    alike = added(*(block(costs, one, two) for one in (own, mean) for two in (own, mean)))
    return [*beside(block(costs, first, first), across), *beside(columns(across), alike)]


def slopes_together(layout: Layout, costs: Costs, point: Vector) -> list[Any]:
    """The derivatives by (u0, w, v) where all followers play v."""
    own, mean = layout.slopes(costs, layout.own, point), layout.slopes(costs, layout.mean, point)
    first = layout.slopes(costs, range(layout.own.start), point)
    return [*first, *(a + b for a, b in zip(own, mean, strict=True))]


def require_convex(game: IncentiveGame, node: Node, *, many: bool = False) -> None:
    """The leader's cost is strictly convex in all actions: when followers move alike, and when their mean stays, which
    a single follower's action does not; ``many``: with any number of followers."""
    layout = Layout.of(game)
    if not is_definite(together(layout, game.leader)):
        raise node.fails("the leader's cost is not strictly convex when all followers move alike")
    if not is_definite(block(game.leader, layout.own, layout.own)) and (many or game.followers != 1):
        raise node.fails("the leader's cost is not strictly convex in one follower's action")


def require_team(game: IncentiveGame, node: Node, *, many: bool = False) -> tuple[list[Any], Any]:
    """The point at the node is the team optimum (``many``: of any number of followers); returns it, and the leader's
    cost there."""
    require_convex(game, node, many=many)
    point = point_of(game, node)
    if any(value != 0 for value in slopes_together(Layout.of(game), game.leader, point)):
        raise node.fails("the leader's cost is not stationary at these actions")
    return point, game.leader.value(point)


def require_gain(node: Node, gain: Matrix, by_leader: Vector, by_rest: Vector) -> None:
    """K'a + b = 0, and K is the gain of least norm: its columns are multiples of a, and it is 0 where a is."""
    for k, rest in enumerate(by_rest):
        if dot([row[k] for row in gain], by_leader) + rest != 0:
            raise node.fails("a follower's cost is not stationary under this gain")
    for j, row in enumerate(gain):
        for other, a in zip(gain[:j], by_leader[:j], strict=True):
            if any(value * a != above * by_leader[j] for value, above in zip(row, other, strict=True)):
                raise node.fails("the gain is not that of least norm")
    if any(value != 0 for row in gain for value in row) and not any(a != 0 for a in by_leader):
        raise node.fails("the gain is not that of least norm, which is 0 here")


def require_no_gain(node: Node, by_leader: Vector, by_rest: Vector) -> None:
    """No gain makes the cost stationary: a = 0 and b is not."""
    if any(a != 0 for a in by_leader):
        raise node.fails("expected a gain: the leader has influence")
    if not any(b != 0 for b in by_rest):
        raise node.fails("expected a gain: none is needed")


def curved(costs: Costs, places: Sequence[int], one: Matrix, two: Matrix) -> Matrix:
    """Second derivatives along the columns of two matrices of directions, whose rows are variables at the places."""
    return product(columns(one), product(block(costs, places, places), two))


def require_best_along(game: IncentiveGame, node: Node, response: Node | None, rows: Matrix, point: Vector) -> None:
    """The leader's cost is least at a point among all (u0, w) and what followers respond, by the equations ``rows``:
    v = R (u0, w) with the evidence R, which is the only solution."""
    layout = Layout.of(game)
    first, size = layout.own.start, len(layout.own)
    if response is None:
        raise node.fails("expected the evidence response")
    found = [[entry.number() for entry in row.items(first)] for row in response.items(size)]
    across, alike = [row[:first] for row in rows], [row[first:] for row in rows]
    if determinant(alike) == 0 or any(v != 0 for row in added(across, product(alike, found)) for v in row):
        raise response.fails("expected how the followers' only response moves with the leader's action")
    directions = [*unit(first), *found]
    slopes = slopes_together(layout, game.leader, point)
    if any(dot(slopes, direction) != 0 for direction in columns(directions)):
        raise node.fails("the leader's cost is not stationary here, followers responding")
    whole = together(layout, game.leader)
    if not is_definite(product(columns(directions), product(whole, directions))):
        raise node.fails("the leader's cost is not strictly convex, followers responding")
