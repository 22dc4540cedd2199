"""Games with recommendations, drawn at random, and the comparison of exact answers with numbers of the oracle."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

from oracles import recommendations as oracle

import stackexact as sx
from stackexact.exact.enclosures import Enclosure


def shares(draw: random.Random, size: int, zeros: bool) -> list[Fraction]:
    """Probabilities, some of which may be 0."""
    while True:
        made = [draw.randint(0 if zeros else 1, 6) for _ in range(size)]
        if any(made):
            return [Fraction(value, sum(made)) for value in made]


def drawn(draw: random.Random, alpha: Fraction | None = None, *, believed: bool = False) -> sx.RecommendationGame:
    """A game with a policy, of rewards or of weights; ``believed``: with an assumed behaviour."""
    rows, columns = draw.randint(1, 3), draw.randint(1, 4)
    alpha = draw.choice([Fraction(1, 2), Fraction(1, 3), Fraction(5, 7), Fraction(0)]) if alpha is None else alpha
    leader = [[Fraction(draw.randint(-6, 6), draw.randint(1, 3)) for _ in range(columns)] for _ in range(rows)]
    x, y = shares(draw, rows, True), shares(draw, columns, draw.random() < 0.4)
    told: dict[str, Any] = {"alpha": alpha}
    payoffs: dict[str, Any] = {}
    if draw.random() < 0.5:
        told["tau"] = Fraction(draw.randint(1, 4), 2)
        payoffs["follower"] = [[Fraction(draw.randint(-4, 4), 2) for _ in range(columns)] for _ in range(rows)]
    else:
        payoffs["weights"] = [
            [Fraction(draw.randint(1, 12), draw.randint(1, 4)) for _ in range(columns)] for _ in range(rows)
        ]
    actions = {"leader": [f"a{i}" for i in range(rows)], "follower": [f"b{i}" for i in range(columns)]}
    policy = {
        "commitment": dict(zip(actions["leader"], x, strict=True)),
        "recommendation": dict(zip(actions["follower"], y, strict=True)),
    }
    if believed:
        payoffs["assumed"] = {"alpha": draw.choice([Fraction(1, 2), Fraction(1, 3), Fraction(2, 7), Fraction(0)])}
        if "tau" in told and draw.random() < 0.5:
            payoffs["assumed"]["tau"] = Fraction(draw.randint(1, 4), 2)
    return sx.RecommendationGame(leader, behaviour=told, actions=actions, policy=policy, **payoffs)


def holds(found: Any, value: Any, width: Fraction = Fraction(1, 10**26)) -> bool:
    """Whether an exact number or an enclosure is that of a value known to 50 digits."""
    if isinstance(found, Enclosure):
        slack = oracle.MP.mpf(10) ** -50
        inside = oracle.number(found.lower) - slack <= value <= oracle.number(found.upper) + slack
        return bool(inside) and found.lower <= found.upper and found.width <= width
    return bool(abs(oracle.number(found) - value) < oracle.MP.mpf(10) ** -50)


def game(leader: Any, told: Any, policy: tuple[Any, Any] | None = None, **payoffs: Any) -> sx.RecommendationGame:
    """A game; a policy is two lists of probabilities."""
    sides = ("commitment", "a"), ("recommendation", "b")
    named = None
    if policy is not None:
        named = {
            key: {f"{letter}{i + 1}": share for i, share in enumerate(part)}
            for (key, letter), part in zip(sides, policy, strict=True)
        }
    return sx.RecommendationGame(leader, behaviour=told, policy=named, **payoffs)


HALF = {"alpha": "1/2"}


def certificate(game: sx.RecommendationGame, *concepts: str, digits: int = 30) -> dict[str, Any]:
    """What ``solve`` writes, read again."""
    made: dict[str, Any] = json.loads(sx.solve(game, list(concepts), digits=digits).certificate().dumps())
    assert sorted(made["claims"]) == sorted(concepts)
    return made
