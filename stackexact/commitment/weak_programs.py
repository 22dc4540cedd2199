"""The linear programs behind ``mixed-weak``, in integers or any other ring.

``j`` is the representative of a class E of equivalent follower actions (equal u2 against every leader action), and
``D_k(x) = u2(x, j) − u2(x, k)`` its advantage over k. All programs range over commitments x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from stackexact.exact.prover import Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp.program import Program

__all__ = ["advantage", "attaining_set", "classes_of", "interior_program", "others", "value_program"]

T = TypeVar("T", bound=Any)


def classes_of(game: Scalars[T]) -> tuple[tuple[int, ...], ...]:
    """The classes of equivalent follower actions, by first member."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for j, column in enumerate(zip(*game.follower, strict=True)):
        found.setdefault(column, []).append(j)
    return tuple(tuple(members) for members in found.values())


def others(game: Scalars[T], members: Sequence[int]) -> list[int]:
    """The follower actions outside a class."""
    inside = set(members)
    return [k for k in range(game.shape[1]) if k not in inside]


def advantage(game: Scalars[T], members: Sequence[int], action: int) -> tuple[T, ...]:
    """The coefficients of D_action."""
    return tuple(row[members[0]] - row[action] for row in game.follower)


def interior_program(game: Scalars[T], members: Sequence[int], zero: T, one: T) -> Program[T]:
    """Maximise s with x_i >= s and D_k(x) >= s for every k outside the class: positive iff the region has an interior.

    Where it is not, the multipliers of the rows D_k are a mixture that does as well as j against every leader action.
    """
    rows: list[tuple[T, ...]] = []
    count = game.shape[0]
    for i in range(count):
        rows.append((*(one if h == i else zero for h in range(count)), zero - one))
    rows += [(*advantage(game, members, k), zero - one) for k in others(game, members)]
    bounds: list[T | None] = [zero] * len(rows)
    return Program(
        (*([zero] * count), one),
        (*rows, (*([one] * count), zero)),
        (*bounds, one),
        (*([None] * len(rows)), one),
        (None,) * (count + 1),
        (None,) * (count + 1),
    )


def value_program(game: Scalars[T], members: Sequence[int], zero: T, one: T) -> Program[T]:
    """Maximise z with u1(x, e) >= z for every e in the class, where the class responds."""
    rows = [(*advantage(game, members, k), zero) for k in others(game, members)]
    rows += [(*(row[e] for row in game.leader), zero - one) for e in members]
    count = game.shape[0]
    return Program(
        (*([zero] * count), one),
        (*rows, (*([one] * count), zero)),
        (*([zero] * len(rows)), one),
        (*([None] * len(rows)), one),
        (*([zero] * count), None),
        (None,) * (count + 1),
    )


def attaining_set(
    game: Scalars[T],
    members: Sequence[int],
    holding: Sequence[int],
    value: Ratio[T],
    objective: Sequence[T],
    zero: T,
    one: T,
) -> Program[T]:
    """Maximise ``objective`` where the class responds and every action in ``holding`` gives the leader the value."""
    rows = [advantage(game, members, k) for k in others(game, members)]
    rows += [tuple(value.bottom * row[e] - value.top for row in game.leader) for e in holding]
    count = game.shape[0]
    return Program(
        tuple(objective),
        (*rows, (one,) * count),
        (*([zero] * len(rows)), one),
        (*([None] * len(rows)), one),
        (zero,) * count,
        (None,) * count,
    )
