"""Whether the maximum of the likelihood is attained: an exact linear program on differences of features.

The likelihood never falls along a direction ``delta`` with ``<phi(b) - phi(b'), delta> >= 0`` for every chosen action b
and every other one b' of its choice. Where one of these is positive, the maximum is not attained: the data are
(quasi-)separated (Albert and Anderson 1984). By Motzkin's alternative the actions divide in two: those that vanish
along one such direction, and those whose differences a positive combination brings to zero, which bars every direction.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import fmpz_mat

from stackexact.errors import LimitReached, Unproved
from stackexact.estimation.identification import Coordinates, null_space, primitive
from stackexact.estimation.model import Model, Vector, dot
from stackexact.exact.records import Record
from stackexact.lp import Program, Status, solve

__all__ = ["Balance", "Separation", "limit_model", "require_separation", "separation"]

Place = tuple[int, int]
"""A choice and an action in it."""


@dataclass(frozen=True, slots=True, repr=False)
class Balance(Record):
    """An action that was never chosen and does not vanish, with a positive ``weight``: over all of these, weights times
    differences (of the chosen action's features less its own) amount to a combination of differences of chosen ones."""

    choice: int
    action: int
    weight: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Separation(Record):
    """Where the maximum is attained, ``direction`` and ``vanishing`` are empty; else the likelihood approaches its
    supremum along ``direction``, and the probabilities of ``vanishing`` (choice, action) tend to 0.

    ``complete``: in every choice one action was chosen and all others vanish. ``balances`` prove that no other action
    vanishes along any direction that does not lower the likelihood.
    """

    direction: Vector
    vanishing: tuple[Place, ...]
    complete: bool
    balances: tuple[Balance, ...]

    @property
    def attained(self) -> bool:
        """Whether the maximum likelihood estimate exists."""
        return not self.vanishing


@dataclass(frozen=True, slots=True)
class _Cone:
    """The directions of ``basis`` that keep chosen actions' odds; what they may do to actions never chosen."""

    basis: tuple[Vector, ...]
    rows: Mapping[tuple[int, ...], tuple[Place, ...]]


def separation(model: Model, space: Coordinates, time_limit: float | None = None) -> Separation:
    """Find the actions that vanish, with what proves it.

    Raises :class:`~stackexact.errors.LimitReached` where the time limit ends the linear programs.
    """
    end = None if time_limit is None else time.monotonic() + time_limit
    cone = _cone(model, space)
    left = list(cone.rows)
    found: list[int] = [0] * len(cone.basis)
    weights: Vector = ()
    while left and cone.basis:
        point, weights = _farthest(left, len(cone.basis), None if end is None else end - time.monotonic())
        if not any(point):
            break
        kept = set(left)
        found = _joined(found, primitive(point), [row for row in cone.rows if row not in kept])
        left = [row for row in left if _gain(row, primitive(point)) == 0]
    direction = _combined([Fraction(one) for one in found], cone.basis, len(model.names))
    return _told(model, cone, left, weights, direction)


def _told(model: Model, cone: _Cone, left: list[tuple[int, ...]], weights: Vector, direction: Vector) -> Separation:
    kept = set(left)
    gone = tuple(sorted(place for row, places in cone.rows.items() if any(row) and row not in kept for place in places))
    vanishing = gone if any(direction) else ()
    chosen_once = all(sum(count > 0 for count in choice.counts) == 1 for choice in model.choices)
    never = sum(not count for choice in model.choices for count in choice.counts)
    balances = (Balance(*cone.rows[row][0], weight) for row, weight in zip(left, weights, strict=True))
    return Separation(
        direction if vanishing else (),
        vanishing,
        bool(vanishing) and chosen_once and never == len(vanishing),
        tuple(balances),
    )


def _cone(model: Model, space: Coordinates) -> _Cone:
    basis = _unchanged(model, space)
    rows: dict[tuple[int, ...], list[Place]] = {}
    for place, count, gains in _gains(model, basis):
        if not count and any(gains):
            rows.setdefault(gains, []).append(place)
    return _Cone(basis, {row: tuple(places) for row, places in rows.items()})


def _unchanged(model: Model, space: Coordinates) -> tuple[Vector, ...]:
    """The directions that keep the odds of all chosen actions against each other."""
    whole = tuple(tuple(map(Fraction, primitive(vector))) for vector in space.basis)
    kept = {gains for _, count, gains in _gains(model, whole) if count and any(gains)}
    inside = null_space([tuple(map(Fraction, row)) for row in sorted(kept)], len(whole))
    return tuple(_combined(one, whole, len(model.names)) for one in inside)


def _gains(model: Model, directions: tuple[Vector, ...]) -> Iterator[tuple[Place, int, tuple[int, ...]]]:
    """What the action chosen most often gains on every other one along directions of integers, up to a positive factor,
    with the place of that other one and how often it was chosen."""
    rows = [row for choice in model.choices for row in choice.whole]
    across = fmpz_mat(len(directions), len(model.names), [-int(x) for vector in directions for x in vector])
    found = (fmpz_mat(len(rows), len(model.names), [x for row in rows for x in row]) * across.transpose()).tolist()
    here = iter(found)
    for c, choice in enumerate(model.choices):
        for b, count in enumerate(choice.counts):
            row = [int(x) for x in next(here)]
            if b != choice.most:
                common = math.gcd(*row) or 1
                yield (c, b), count, tuple(x // common for x in row)


def _farthest(rows: list[tuple[int, ...]], size: int, time_limit: float | None) -> tuple[Vector, Vector]:
    """The greatest sum of gains, each between 0 and 1; where it is 0, weights of at least 1 under which rows cancel."""
    objective = tuple(Fraction(sum(row[k] for row in rows)) for k in range(size))
    one, nil = Fraction(1), Fraction(0)
    count = len(rows)
    program = Program(
        objective,
        tuple(tuple(map(Fraction, row)) for row in rows),
        (nil,) * count,
        (one,) * count,
        (None,) * size,
        (None,) * size,
    )
    if time_limit is not None and time_limit <= 0:
        raise LimitReached("the time limit was reached while existence was decided; raise it")
    found = solve(program, time_limit=time_limit)
    if found.status is Status.UNKNOWN:
        raise LimitReached("the time limit was reached while existence was decided; raise it")
    if found.point is None or found.multipliers is None:
        raise Unproved("a bounded linear program has an optimum")
    if found.value:
        return found.point, ()
    return (nil,) * size, tuple(1 - weight for weight in found.multipliers)


def _gain(row: Sequence[int], direction: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(row, direction, strict=True))


def _joined(found: list[int], point: tuple[int, ...], gone: list[tuple[int, ...]]) -> list[int]:
    """A direction with the gains of both: so much of the first that what gained along it still gains."""
    enough = max((-_gain(row, point) // _gain(row, found) + 1 for row in gone), default=0)
    return list(primitive([Fraction(max(1, enough) * a + b) for a, b in zip(found, point, strict=True)]))


def _combined(weights: Sequence[Fraction], vectors: tuple[Vector, ...], size: int) -> Vector:
    made = [Fraction(0)] * size
    for weight, vector in zip(weights, vectors, strict=True):
        if weight:
            made = [a + weight * b for a, b in zip(made, vector, strict=True)]
    return tuple(map(Fraction, primitive(made))) if any(made) else tuple(made)


def limit_model(model: Model, found: Separation) -> Model:
    """The model of what remains where vanishing actions have vanished; its maximum is attained."""
    gone: dict[int, set[int]] = {}
    for c, b in found.vanishing:
        gone.setdefault(c, set()).add(b)
    choices = tuple(choice.without(frozenset(gone.get(c, ()))) for c, choice in enumerate(model.choices))
    return replace(model, choices=choices)


def require_separation(model: Model, space: Coordinates, found: Separation) -> None:
    """Prove from the data that exactly the vanishing actions vanish: the direction, and the weights that bar others.

    Raises :class:`~stackexact.errors.Unproved` where either fails.
    """
    gone = set(found.vanishing)
    if gone and any(dot(one.vector, found.direction) for one in model.constraints):
        raise Unproved("a separating direction leaves the constraints")
    direction = found.direction or (Fraction(0),) * len(model.names)
    for place, count, (gain,) in _gains(model, (direction,)):
        if (gain > 0) != (place in gone) or gain < 0 or (gain and count):
            raise Unproved(f"choice {place[0]}, action {place[1]}: the direction does not do what is claimed")
    _require_balance(model, space, found, gone)


def _require_balance(model: Model, space: Coordinates, found: Separation, gone: set[Place]) -> None:
    basis = _unchanged(model, space)
    rows = {place: (count, gains) for place, count, gains in _gains(model, basis)}
    total = [Fraction(0)] * len(basis)
    covered = set()
    for one in found.balances:
        gains = rows[one.choice, one.action][1]
        if one.weight <= 0:
            raise Unproved("a weight of the combination that bars separation is not positive")
        covered.add(gains)
        total = [a + one.weight * b for a, b in zip(total, gains, strict=True)]
    if any(total):
        raise Unproved("the combination that bars separation does not cancel")
    for place, (count, gains) in rows.items():
        if not count and place not in gone and any(gains) and gains not in covered:
            raise Unproved(f"choice {place[0]}, action {place[1]}: nothing bars its vanishing")
