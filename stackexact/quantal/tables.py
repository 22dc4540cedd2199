"""A Markov game of numbers as solvers see it: by stage, the states that can be reached, and what is paid there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from stackexact.games.markov import MarkovGame, Stage
from stackexact.games.markov_reaching import reached_by_stage
from stackexact.quantal.decisions import Logits, Table

__all__ = ["Node", "Shares", "Tables", "one_decision", "tables_of"]

Shares: TypeAlias = tuple[tuple[int, Fraction], ...]
"""States with their positive probabilities."""


@dataclass(frozen=True, slots=True)
class Node:
    """A state at a stage: the leader's rewards, the logits of the follower's own rewards, and what follows, by leader
    and follower action (nothing at the last stage)."""

    leader: Table
    logits: Logits
    following: tuple[tuple[Shares, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])


@dataclass(frozen=True, slots=True)
class Tables:
    """Nodes by stage and state; nodes that are alike are the same object."""

    stages: tuple[Mapping[int, Node], ...]
    initial: Shares
    discount: Fraction

    @property
    def horizon(self) -> int:
        """The number of stages."""
        return len(self.stages)

    @property
    def scale(self) -> Fraction:
        """How far apart the leader's totals can be; 1 where they are all the same."""
        total = Fraction(0)
        for row in self.stages:
            values = [
                value
                for node in {id(one): one for one in row.values()}.values()
                for line in node.leader
                for value in line
            ]
            total += max(values) - min(values)
        return total or Fraction(1)


def tables_of(game: MarkovGame) -> Tables:
    """The tables of a game of numbers with a quantal follower."""
    eta = Fraction(1) if game.follower.eta is None else _number(game.follower.eta)
    made: dict[tuple[int, bool], Node] = {}
    stages: list[dict[int, Node]] = []
    for h, states in enumerate(reached_by_stage(game.initial, game.stages)):
        last = h == game.horizon - 1
        row = {}
        for s in sorted(states):
            stage = game.stages[h][s]
            key = (id(stage), last)
            if key not in made:
                made[key] = _node(stage, eta, last)
            row[s] = made[key]
        stages.append(row)
    initial = tuple((s, _number(share)) for s, share in enumerate(game.initial) if share)
    return Tables(tuple(stages), initial, _number(game.follower.discount))


def one_decision(leader: Table, logits: Logits) -> Tables:
    """One stage and one state."""
    columns = len(leader[0])
    return Tables(({0: Node(leader, logits, (((),) * columns,) * len(leader))},), ((0, Fraction(1)),), Fraction(0))


def _node(stage: Stage, eta: Fraction, last: bool) -> Node:
    rows, columns = len(stage.leader), len(stage.leader[0])
    following: tuple[tuple[Shares, ...], ...] = (((),) * columns,) * rows
    if not last and stage.transitions is not None:
        following = tuple(
            tuple(tuple((s, _number(share)) for s, share in after) for after in row) for row in stage.transitions
        )
    return Node(_numbers(stage.leader), _logits(stage, eta), following)


def _logits(stage: Stage, eta: Fraction) -> Logits:
    if stage.weights is not None:
        return Logits(None, _numbers(stage.weights))
    assert stage.follower is not None
    return Logits(tuple(tuple(eta * value for value in row) for row in _numbers(stage.follower)), None)


def _numbers(table: Sequence[Sequence[object]]) -> Table:
    return tuple(tuple(_number(value) for value in row) for row in table)


def _number(value: object) -> Fraction:
    assert isinstance(value, Fraction)
    return value
