"""Small Markov games whose follower responds best, that tests share."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import stackexact as sx


def drawn(source: random.Random, *, most: int = 2, shapes: int = 2) -> sx.MarkovGame:
    """Two states and two stages with payoffs full of ties, moves sometimes drawn."""
    names = ["s", "t"]

    def stage(rows: int, columns: int) -> dict[str, Any]:
        leader, follower = (
            [[source.randint(0, most) for _ in range(columns)] for _ in range(rows)] for _ in ("leader", "follower")
        )
        moves = [[source.choice([{"s": 1}, {"t": 1}, {"s": "1/3", "t": "2/3"}]) for _ in leader[0]] for _ in leader]
        return {"payoffs": {"leader": leader, "follower": follower}, "transitions": moves}

    states = {}
    for name in names:
        shape = source.randint(1, shapes), source.randint(1, shapes)
        stages = source.random() < 0.5
        states[name] = {"stages": [stage(*shape), stage(*shape)]} if stages else stage(*shape)
    initial = source.choice([{"s": 1}, {"s": "1/2", "t": "1/2"}])
    prescription = source.random() < 0.5
    return sx.MarkovGame(states, horizon=2, initial=initial, follower={"response": "best"}, prescription=prescription)


def games(count: int, seed: int, **options: int) -> Iterator[sx.MarkovGame]:
    source = random.Random(seed)
    for _ in range(count):
        yield drawn(source, **options)


def shop(**options: Any) -> sx.MarkovGame:
    """What the leader asks for today decides whether there is a tomorrow; all is worked out by hand in the tests."""
    return sx.MarkovGame(
        {
            "open": {
                "payoffs": {"leader": [[3, 0], [1, 0]], "follower": [[-1, 0], [1, 0]]},
                "transitions": [[{"closed": 1}, {"closed": 1}], [{"open": 1}, {"open": "1/2", "closed": "1/2"}]],
            },
            "closed": {"payoffs": {"leader": [[0]], "follower": [[0]]}, "transitions": [[{"closed": 1}]]},
        },
        initial={"open": 1},
        **{"horizon": 2, "follower": {"response": "best"}, "prescription": False} | options,
    )


def hard(source: random.Random) -> tuple[list[list[int]], list[list[int]], frozenset[tuple[int, int]]]:
    """Tables full of equivalent follower actions and of actions that tie on edges, and outcomes that are open."""
    rows, columns, high = source.randint(2, 4), source.randint(2, 4), source.randint(1, 2)
    leader, follower = ([[source.randint(0, high) for _ in range(columns)] for _ in range(rows)] for _ in "ur")
    for b in range(1, columns):
        kind = source.random()
        if kind < 0.3:
            other = source.randrange(b)
            for row in follower:
                row[b] = row[other]
        elif kind < 0.5 and b > 1 and high == 1:
            for row in follower:
                row[b] = row[0] + row[1]
    outcomes = [(a, b) for a in range(rows) for b in range(columns)]
    return leader, follower, frozenset(one for one in outcomes if source.random() < 0.35)


def followed(leader: Any, follower: Any, opened: frozenset[tuple[int, int]], **options: Any) -> sx.MarkovGame:
    """A decision after which 2 follows, and is approached only where the outcome is open."""
    moves = [[{"open" if (a, b) in opened else "sure": 1} for b, _ in enumerate(row)] for a, row in enumerate(leader)]
    return sx.MarkovGame(
        {
            "first": {"payoffs": {"leader": leader, "follower": follower}, "transitions": moves},
            "open": {"payoffs": {"leader": [[3, 0], [1, 0]], "follower": [[-1, 0], [1, 0]]}},
            "sure": {"payoffs": {"leader": [[2]], "follower": [[0]]}},
        },
        horizon=2,
        initial={"first": 1},
        **{"follower": {"response": "best"}, "prescription": False} | options,
    )
