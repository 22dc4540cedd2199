"""Weak (pessimistic) Stackelberg value in mixed commitments, and whether it is attained: the proof.

von Stengel & Zamir (2010), "Leadership games with convex strategy sets". The supremum over commitments, ties broken
against the leader, is the best of ``max over x in X(j) of min over e in E(j) of u1(x, e)`` over the classes E(j) whose
region X(j) has an interior. It is attained if in some class that reaches it the set of attaining commitments does not
vanish when every follower action that always ties there is required to give the leader the value as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from stackexact.commitment.refutations import Bound, Refuted, refute_numbers
from stackexact.commitment.weak_programs import (
    advantage,
    attaining_set,
    interior_program,
    others,
    value_program,
)
from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.scalars import Scalars
from stackexact.lp.certify import Optimum, Ray, basic_point, certify_infeasible, certify_optimal
from stackexact.lp.program import Basis
from stackexact.lp.simplex import Infeasible

__all__ = [
    "Bounded",
    "Chain",
    "ClassProof",
    "MixedWeak",
    "Point",
    "Reaching",
    "Step",
    "Thin",
    "WeakSkeleton",
    "Witness",
    "linked",
    "verify",
]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Point:
    """An explicit commitment: weights over a common sum (numeric answers only)."""

    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Thin:
    """The region has no interior: optimal basis of the interior program."""

    basis: Basis


@dataclass(frozen=True, slots=True)
class Bounded:
    """The class stays below the value: explicit multipliers on one member, or the optimal basis of its program."""

    why: Bound | Basis
    member: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Follower actions that tie wherever the value is attained so far, each with the basis that bounds its gap by 0."""

    ties: tuple[tuple[int, Basis], ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Restriction after restriction until no commitment is left."""

    steps: tuple[Step, ...]
    end: Infeasible


@dataclass(frozen=True, slots=True)
class Reaching:
    """A class that reaches the value: an interior point or its basis, the optimal basis, the chain unless attained."""

    interior: Point | Basis
    optimum: Basis
    chain: Chain | None


ClassProof: TypeAlias = Thin | Bounded | Reaching


@dataclass(frozen=True, slots=True)
class Witness:
    """An attaining commitment: the average of vertices of the attaining set of a class, once ``holding`` must hold."""

    number: int
    holding: tuple[int, ...]
    points: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class WeakSkeleton:
    """The classes of equivalent follower actions, one proof per class, the witness where the value is attained."""

    classes: tuple[tuple[int, ...], ...]
    proofs: tuple[ClassProof, ...]
    witness: Witness | None


@dataclass(frozen=True, slots=True)
class Bounding(Generic[T]):
    """Recomputed bound of a class: weights on its members and multipliers of the others, over one bottom."""

    weights: tuple[tuple[int, T], ...]
    multipliers: tuple[tuple[int, T], ...]
    bottom: T


@dataclass(frozen=True, slots=True)
class Linked(Generic[T]):
    """Recomputed multipliers of one link of a chain, for the rows of the attaining set in order."""

    responses: tuple[tuple[int, T], ...]
    values: tuple[tuple[int, T], ...]
    bottom: T


@dataclass(frozen=True, slots=True)
class Proved(Generic[T]):
    """One class with its recomputed numbers; which of them are set says how it was dealt with."""

    members: tuple[int, ...]
    thin: tuple[tuple[int, T], ...] | None = None
    bounded: Bounding[T] | None = None
    interior: tuple[T, ...] | None = None
    optimum: tuple[T, ...] | None = None
    bound: Bounding[T] | None = None
    steps: tuple[tuple[tuple[int, Linked[T]], ...], ...] | None = None
    end: Linked[T] | None = None


@dataclass(frozen=True, slots=True)
class MixedWeak(Generic[T]):
    """The proved supremum, whether it is attained and where, and every class with its numbers."""

    leader: Ratio[T]
    attained: bool
    witness: tuple[Ratio[T], ...] | None
    classes: tuple[Proved[T], ...]

    @property
    def reaching(self) -> tuple[tuple[int, ...], ...]:
        """The classes that reach the value."""
        return tuple(one.members for one in self.classes if one.bound is not None)


def verify(game: Scalars[T], skeleton: WeakSkeleton, prover: Prover[T]) -> MixedWeak[T]:
    """Recompute the value from the skeleton; require the status of every class and of the attainment."""
    classes = skeleton.classes
    if len(classes) != len(skeleton.proofs) or not all(classes):
        raise Unproved("every class needs members and a proof")
    _equivalent(game, classes, prover)
    zero, one = prover.number(0), prover.number(1)
    optima: dict[int, Optimum[T]] = {}
    for c, (members, proof) in enumerate(zip(classes, skeleton.proofs, strict=True)):
        if isinstance(proof, Reaching):
            optima[c] = certify_optimal(value_program(game, members, zero, one), proof.optimum, prover)
    if not optima:
        raise Unproved("some class must reach the value")
    value = next(iter(optima.values())).value
    made = []
    for c, (members, proof) in enumerate(zip(classes, skeleton.proofs, strict=True)):
        match proof:
            case Thin():
                made.append(_thin(game, members, proof, prover))
            case Bounded():
                made.append(_bounded(game, members, proof, value, prover))
            case Reaching():
                made.append(_reaching(game, members, proof, optima[c], value, prover))
    witness = None
    if skeleton.witness is None:
        if any(isinstance(proof, Reaching) and proof.chain is None for proof in skeleton.proofs):
            raise Unproved("an unattained value needs a chain in every class that reaches it")
    else:
        witness = _witness(game, classes, skeleton, value, prover)
    return MixedWeak(value, witness is not None, witness, tuple(made))


def _equivalent(game: Scalars[T], classes: tuple[tuple[int, ...], ...], prover: Prover[T]) -> None:
    """Require the members of a class to be equivalent (that classes differ is required where a proof relies on it)."""
    if sorted(j for members in classes for j in members) != list(range(game.shape[1])):
        raise Unproved("every follower action must stand in exactly one class")
    for first, *rest in classes:
        for row in game.follower:
            prover.zero(row[first] - row[k] for k in rest)


def _thin(game: Scalars[T], members: tuple[int, ...], proof: Thin, prover: Prover[T]) -> Proved[T]:
    program = interior_program(game, members, prover.number(0), prover.number(1))
    best = certify_optimal(program, proof.basis, prover)
    prover.nonnegative([prover.number(0) - best.value.top])
    rows = best.multipliers[game.shape[0] : -1]
    weights = [(k, prover.number(0) - w) for k, w in zip(others(game, members), rows, strict=True) if w != 0]
    for k, weight in weights:
        # An action that is equivalent after all could not make the region thin.
        gaps = [gap for gap in advantage(game, members, k) if prover.sign(gap)]
        if not gaps and prover.sign(weight):
            raise Unproved("an action outside the class is equivalent to it")
        if not gaps:
            prover.zero([weight])  # a function that happens to vanish at the sample
            continue
        prover.positive([gaps[0] if prover.sign(gaps[0]) > 0 else prover.number(0) - gaps[0]])
    return Proved(members, thin=tuple(weights))


def _bounded(
    game: Scalars[T], members: tuple[int, ...], proof: Bounded, value: Ratio[T], prover: Prover[T]
) -> Proved[T]:
    if isinstance(proof.why, Bound):
        weights = tuple((k, prover.number(w)) for k, w in proof.why.multipliers)
        bottom = prover.number(1 << proof.why.shift)
        if proof.member >= len(members):
            raise Unproved("a bounded class must name one of its members")
        member = members[proof.member]
        refute_numbers(game, member, Refuted(weights, bottom, proof.why.empty), value, prover)
        if proof.why.empty:
            return Proved(members, thin=tuple((k, w) for k, w in weights if k not in members))
        return Proved(members, bounded=Bounding(((member, bottom),), weights, bottom))
    best = certify_optimal(value_program(game, members, prover.number(0), prover.number(1)), proof.why, prover)
    prover.positive([value.top * best.value.bottom - best.value.top * value.bottom])
    return Proved(members, bounded=_bounding(game, members, best, prover))


def _bounding(game: Scalars[T], members: tuple[int, ...], best: Optimum[T], prover: Prover[T]) -> Bounding[T]:
    """The multipliers of the value program, turned to the signs of the certificate."""
    outside = others(game, members)
    nought = prover.number(0)
    rows = [nought - w for w in best.multipliers[: len(outside)]]
    weights = [nought - w for w in best.multipliers[len(outside) : -1]]
    return Bounding(
        tuple((e, w) for e, w in zip(members, weights, strict=True) if w != 0),
        tuple((k, w) for k, w in zip(outside, rows, strict=True) if w != 0),
        best.multipliers_bottom,
    )


def _reaching(
    game: Scalars[T],
    members: tuple[int, ...],
    proof: Reaching,
    best: Optimum[T],
    value: Ratio[T],
    prover: Prover[T],
) -> Proved[T]:
    prover.zero([best.value.top * value.bottom - value.top * best.value.bottom])
    interior = _interior(game, members, proof.interior, prover)
    steps, end = (None, None) if proof.chain is None else _chain(game, members, proof.chain, value, prover)
    return Proved(
        members,
        interior=interior,
        optimum=tuple(best.point[:-1]),
        bound=_bounding(game, members, best, prover),
        steps=steps,
        end=end,
    )


def _interior(game: Scalars[T], members: tuple[int, ...], proof: Point | Basis, prover: Prover[T]) -> tuple[T, ...]:
    """Weights of a commitment in the interior of the region (up to a positive factor)."""
    if isinstance(proof, Point):
        weights = tuple(prover.number(w) for w in proof.weights)
        if len(weights) != game.shape[0]:
            raise Unproved("a commitment needs a weight for every leader action")
    else:
        program = interior_program(game, members, prover.number(0), prover.number(1))
        weights = basic_point(program, proof, prover)[:-1]
    prover.positive(weights)
    sums = prover.multiply([weights], game.follower)[0]
    prover.positive(sums[members[0]] - sums[k] for k in others(game, members))
    return weights


def _chain(
    game: Scalars[T], members: tuple[int, ...], chain: Chain, value: Ratio[T], prover: Prover[T]
) -> tuple[tuple[tuple[tuple[int, Linked[T]], ...], ...], Linked[T]]:
    zero, one = prover.number(0), prover.number(1)
    holding = list(members)
    steps = []
    for step in chain.steps:
        ties = []
        for k, basis in step.ties:
            objective = advantage(game, members, k)
            program = attaining_set(game, members, holding, value, objective, zero, one)
            best = certify_optimal(program, basis, prover)
            prover.nonnegative([zero - best.value.top])
            ties.append((k, linked(game, members, holding, value, best.multipliers, best.multipliers_bottom, prover)))
        holding += [k for k, _ in step.ties]
        steps.append(tuple(ties))
    nothing = (zero,) * game.shape[0]
    program = attaining_set(game, members, holding, value, nothing, zero, one)
    ray: Ray[T] = certify_infeasible(program, chain.end, prover)
    # A Farkas combination has the row's own sign (>= rows count positively); bounds have the opposite one.
    entries = tuple(zero - w for w in ray.entries)
    return tuple(steps), linked(game, members, holding, value, entries, ray.bottom, prover)


def linked(
    game: Scalars[T],
    members: tuple[int, ...],
    holding: list[int],
    value: Ratio[T],
    multipliers: tuple[T, ...],
    bottom: T,
    prover: Prover[T],
) -> Linked[T]:
    """Multipliers of the attaining set's rows; its value rows were scaled by the bottom of the value."""
    outside = others(game, members)
    nought = prover.number(0)
    rows = [nought - w for w in multipliers[: len(outside)]]
    values = [(nought - w) * value.bottom for w in multipliers[len(outside) : -1]]
    return Linked(
        tuple((k, w) for k, w in zip(outside, rows, strict=True) if w != 0),
        tuple((e, w) for e, w in zip(holding, values, strict=True) if w != 0),
        bottom,
    )


def _witness(
    game: Scalars[T],
    classes: tuple[tuple[int, ...], ...],
    skeleton: WeakSkeleton,
    value: Ratio[T],
    prover: Prover[T],
) -> tuple[Ratio[T], ...]:
    """The average of the named vertices; every best response to it must give the leader at least the value."""
    assert skeleton.witness is not None
    found = skeleton.witness
    if not found.points:
        raise Unproved("a witness needs a point")
    members = classes[found.number]
    zero, one = prover.number(0), prover.number(1)
    program = attaining_set(game, members, found.holding, value, (zero,) * game.shape[0], zero, one)
    total: list[T] = [zero] * game.shape[0]
    bottom = one
    for basis in found.points:
        vertex = certify_optimal(program, basis, prover)
        total = [t * vertex.point_bottom + p * bottom for t, p in zip(total, vertex.point, strict=True)]
        bottom = bottom * vertex.point_bottom
    weights, mass = tuple(total), bottom * prover.number(len(found.points))
    prover.nonnegative(weights)
    sums = prover.multiply([weights], game.follower)[0]
    best = sums[members[0]]
    for k, mine in enumerate(sums):
        gap = best - mine
        if prover.sign(gap) > 0:
            prover.positive([gap])
            continue
        prover.zero([gap])
        earned = prover.multiply([weights], [[row[k]] for row in game.leader])[0][0]
        prover.nonnegative([earned * value.bottom - value.top * mass])
    return tuple(Ratio(weight, mass) for weight in weights)
