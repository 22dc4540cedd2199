"""Mechanisms in which the designer chooses, drawn at random, and the values of single rules by definition."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction as F
from typing import Any

from checked_mechanisms import Plain, actions_of, shares

import stackexact as sx

OBJECTIVES = ["welfare", "welfare + designer", "designer", "designer - welfare", "welfare*designer"]
OBJECTIVES += ["-(welfare - 1)**2", "revenue", "2*revenue - welfare", "revenue + designer"]


def drawn(draw: random.Random, senders: int, *, prices: bool = True) -> sx.MechanismGame:
    """One or two followers of one to three types, of whom so many have something to choose: offers, outcomes and lists
    of them under one or two rules, prices alone and together."""
    names = ["A", "B"][: 2 if senders == 2 else draw.choice([1, 2, 2])]
    speaking = names if senders == 2 else [draw.choice(names)] if senders else []
    followers: dict[str, Any] = {}
    for name in names:
        actions = ["x", "y", "z"][: draw.choice([2, 2, 3])] if name in speaking else ["x"]
        types = {f"t{k}": str(F(draw.randint(0, 4), 2)) for k in range(draw.choice([1, 2, 3]))}
        followers[name] = {"types": types, "actions": actions}
        if name in speaking and draw.random() < 0.3:
            followers[name]["actions"] = {t: draw.sample(actions, draw.randint(2, len(actions))) for t in types}
    told = [f"p{k}" for k in range(draw.choice([1, 2, 3]))] if prices else []

    def price() -> str:
        if not told or draw.random() < 0.2:
            return str(F(draw.randint(0, 4), 2))
        p, q = draw.choice(told), draw.choice(told)
        return draw.choice([p, p, p, f"({p} + {q})/2", f"{p} - {q} + 1"])

    def number() -> str:
        return str(F(draw.randint(-2, 3), draw.randint(1, 2)))

    def outcome() -> dict[str, Any]:
        if draw.random() < 0.5:
            return {"offers": [{"to": n, "price": price()} for n in draw.sample(names, draw.randint(1, len(names)))]}
        valued = {n: draw.choice([number(), n, f"2*{n}", {t: number() for t in followers[n]["types"]}]) for n in names}
        paid = {n: draw.choice([price(), number()]) for n in names if draw.random() < 0.5}
        return {"valuations": valued, "payments": paid, "designer": number()}

    def rule(rest: list[str]) -> Any:
        if rest:
            return {a: rule(rest[1:]) for a in actions_of(followers[rest[0]])}
        return [outcome(), outcome()] if draw.random() < 1 / 3 else outcome()

    prior = {n: dict(zip(one["types"], shares(draw, len(one["types"])), strict=True)) for n, one in followers.items()}
    return sx.MechanismGame(
        followers,
        {f"r{k}": rule(names) for k in range(draw.choice([1, 1, 2]))},
        prior=prior,
        prices={name: [str(F(draw.randint(-1, 1), 2)), str(F(draw.randint(2, 5), 2))] for name in told} or None,
        purchase=draw.choice(["v >= p", "v > p"]),
        objective=draw.choice(OBJECTIVES),
    )


def fixed(game: sx.MechanismGame, draw: random.Random, most: int) -> Iterator[Plain]:
    """The game under so many of its rules, at prices of a grid in their intervals."""
    grid = [[one.lower + (one.upper - one.lower) * F(k, 8) for k in range(9)] for one in game.prices]
    names = [one.name for one in game.prices]
    for _ in range(most):
        rule = draw.choice(game.rules)
        places = [draw.randrange(len(leaf)) for leaf in rule.leaves]
        prices = dict(zip(names, map(draw.choice, grid), strict=True))
        yield Plain(game.with_choices(rule.name, places, prices or None).document())


def ends(plain: Plain) -> tuple[F, F]:
    """The best and the worst for the designer where one follower at most has anything to choose: type by type, all that
    is best for it."""
    best = worst = F(0)
    speaking = {i for i, t in plain.profiles[0] if len(plain.allowed(i, t)) > 1} or {0}
    for i, t in plain.profiles[0]:
        found = []
        for action in plain.allowed(i, t) if i in speaking else []:
            profile = {**plain.profiles[0], (i, t): action}
            here = [(types, p) for types, p in plain.chances.items() if types[i] == t]
            own, goal = (sum(p * plain.mean(profile, types, who) for types, p in here) for who in (i, None))
            found.append((own, goal))
        goals = [goal for own, goal in found if own == max(found)[0]]
        best, worst = (best + max(goals), worst + min(goals)) if goals else (best, worst)
    return F(best), F(worst)
