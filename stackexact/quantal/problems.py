"""Markov games with weights in the form that deterministic policies are compared in: numbers, or polynomials in the
parameters.

The leader's rewards, the weights, the probabilities of transitions and those at the start have one positive
denominator each: a factor of all weights changes no response, at no stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from flint import fmpz

from stackexact.errors import GameError, shorten
from stackexact.exact.prover import Number
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.markov import MarkovGame, Stage
from stackexact.games.markov_reaching import reached_by_stage

__all__ = ["Integers", "Problem", "ProblemNode", "Ring", "problem_of"]

T = TypeVar("T", bound=Any)

Chances: TypeAlias = tuple[tuple[int, T], ...]
"""States with their probabilities, over the common denominator."""
Moves: TypeAlias = tuple[tuple[tuple[tuple[int, Exact], ...], ...], ...]
"""States that follow with their probabilities, by leader and follower action."""


class Ring(Protocol):
    """What makes scalars of exact values: integers, or polynomials (:mod:`stackexact.exact.reading`)."""

    def split(self, value: Exact) -> tuple[Any, Any]:
        """Numerator and denominator."""

    def constant(self, value: int) -> Any:
        """An integer as a scalar."""


class Integers:
    """The ring of games without parameters."""

    __slots__ = ()

    def split(self, value: Exact) -> tuple[Number, Number]:
        """Numerator and denominator of a fraction."""
        assert isinstance(value, Fraction)
        return fmpz(value.numerator), fmpz(value.denominator)

    def constant(self, value: int) -> Number:
        """An integer."""
        return fmpz(value)


@dataclass(frozen=True, slots=True)
class ProblemNode(Generic[T]):
    """A state at a stage, by leader and follower action: rewards, weights, and the states that follow with their
    probabilities and with the whole numbers γ P, which are all that a follower who looks ahead needs."""

    leader: tuple[tuple[T, ...], ...]
    weights: tuple[tuple[T, ...], ...]
    following: tuple[tuple[Chances[T], ...], ...]
    powers: tuple[tuple[Mapping[int, int], ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])


@dataclass(frozen=True, slots=True)
class Problem(Generic[T]):
    """Nodes by stage and state that may be reached, and where it starts. ``bottoms`` are the denominators of rewards,
    weights, transitions and the start, positive where the problem is the game; ``myopic``: the follower does not look
    ahead; ``one`` is the unit."""

    stages: tuple[Mapping[int, ProblemNode[T]], ...]
    initial: Chances[T]
    bottoms: tuple[T, T, T, T]
    myopic: bool
    prescription: bool
    one: T

    def turned(self, signs: tuple[int, ...]) -> Problem[T]:
        """The same with denominators of these signs made positive: numerators change theirs with them."""
        if all(sign > 0 for sign in signs):
            return self
        u, w, p, i = signs

        def node(one: ProblemNode[T]) -> ProblemNode[T]:
            following = tuple(
                tuple(tuple((s, p * chance) for s, chance in after) for after in row) for row in one.following
            )
            return ProblemNode(_times(one.leader, u), _times(one.weights, w), following, one.powers)

        known = {id(one): node(one) for row in self.stages for one in row.values()}
        stages = tuple({s: known[id(one)] for s, one in row.items()} for row in self.stages)
        initial = tuple((s, i * chance) for s, chance in self.initial)
        bottoms: Any = tuple(sign * bottom for sign, bottom in zip(signs, self.bottoms, strict=True))
        return Problem(stages, initial, bottoms, self.myopic, self.prescription, self.one)


def _times(table: tuple[tuple[T, ...], ...], sign: int) -> tuple[tuple[T, ...], ...]:
    return table if sign > 0 else tuple(tuple(-value for value in row) for row in table)


def problem_of(game: MarkovGame, ring: Ring) -> Problem[Any]:
    """A game with weights, as scalars of a ring.

    Raises :class:`~stackexact.errors.GameError` for rewards of the follower (their exponentials are no functions of
    that kind), and where a follower looks ahead by what is no whole number of times.
    """
    reached = list(reached_by_stage(game.initial, game.stages))
    used = {id(game.stages[h][s]): game.stages[h][s] for h, states in enumerate(reached) for s in states}
    if any(stage.weights is None for stage in used.values()):
        told = "game: expected numbers, or weights (exp(eta*r)), for closed forms, found rewards and the parameter"
        raise GameError(f"{told} {game.parameters[0]}; set it, as in --at '{game.parameters[0]}=1/2'")
    over = _Over(ring)
    rewards = over.common(value for stage in used.values() for row in stage.leader for value in row)
    weights = over.common(value for stage in used.values() for row in stage.weights or () for value in row)
    chances = over.common(
        chance for stage in used.values() for row in stage.transitions or () for after in row for _, chance in after
    )
    starts = over.common(game.initial)
    made: dict[tuple[int, bool], ProblemNode[Any]] = {}
    stages = []
    for h, states in enumerate(reached):
        last = h == game.horizon - 1
        nodes = {}
        for s in sorted(states):
            stage = game.stages[h][s]
            key = id(stage), last
            if key not in made:
                moves = () if last else stage.transitions or ()
                made[key] = over.node(stage, moves, (rewards, weights, chances), game.follower.discount)
            nodes[s] = made[key]
        stages.append(nodes)
    initial = tuple((s, over.top(share, starts)) for s, share in enumerate(game.initial) if share)
    bottoms = rewards, weights, chances, starts
    return Problem(tuple(stages), initial, bottoms, game.follower.discount == 0, game.prescription, ring.constant(1))


def _powers(discount: Exact, after: Iterable[tuple[int, Exact]]) -> dict[int, int]:
    """γ P by the states that follow."""
    made: dict[int, int] = {}
    if discount == 0:
        return made
    for s, chance in after:
        times = discount * chance
        if not isinstance(times, Fraction) or times.denominator != 1:
            told = "expected whole numbers of discount times probability for closed forms"
            raise GameError(f"game: {told}, found {shorten(text_of(times))}; set numbers, as in --at 'NAME=1/2'")
        if times:
            made[s] = int(times)
    return made


@dataclass(frozen=True, slots=True)
class _Over:
    """Numerators over common denominators."""

    ring: Ring

    def common(self, values: Iterable[Exact]) -> Any:
        made = self.ring.constant(1)
        for value in values:
            _, bottom = self.ring.split(value)
            made = made * (bottom // made.gcd(bottom))
        return made

    def top(self, value: Exact, over: Any) -> Any:
        top, bottom = self.ring.split(value)
        return top * (over // bottom)

    def node(self, stage: Stage, moves: Moves, bottoms: tuple[Any, Any, Any], discount: Exact) -> ProblemNode[Any]:
        """A state at a stage."""
        rewards, weights, chances = bottoms
        none: Any = ((),) * len(stage.leader[0])
        following = tuple(
            tuple(tuple((t, self.top(chance, chances)) for t, chance in after) for after in row) for row in moves
        )
        powers = tuple(tuple(_powers(discount, after) for after in row) for row in moves)
        leader = self.table(stage.leader, rewards)
        return ProblemNode(
            leader,
            self.table(stage.weights or (), weights),
            following or (none,) * len(leader),
            powers or (tuple({} for _ in none),) * len(leader),
        )

    def table(self, rows: Iterable[Iterable[Exact]], over: Any) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(self.top(value, over) for value in row) for row in rows)
