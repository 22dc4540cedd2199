"""Stackelberg POMDPs by hand: small games, and in plain Python what the library says of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from stackexact.games.mechanism import MechanismGame

Table = Sequence[Sequence[int]]

MAINTAIN = ([[20, 0, 0], [30, 10, 0], [0, 0, 5]], [[15, 0, 0], [0, 5, 0], [0, 0, 10]])
GAME_3 = ([[1, 3], [0, 2]], [[1, 0], [0, 1]])
ESCAPE = ([[15, 10, 0], [10, 10, 0], [0, 0, 30]],) * 2


def matrix_design(**changes: Any) -> MechanismGame:
    """Monderer and Tennenholtz's game, in which the designer pays for profiles."""
    base = {"x": {"x": (3, 3), "y": (6, 4)}, "y": {"x": (4, 6), "y": (2, 2)}}
    rule = {
        a: {
            b: {"valuations": {"A": u, "B": v}, "payments": {"A": f"-p{a}{b}", "B": f"-q{a}{b}"}}
            for b, (u, v) in row.items()
        }
        for a, row in base.items()
    }
    prices = {f"{name}{a}{b}": [0, 10] for name in "pq" for a in "xy" for b in "xy"}
    followers = {"A": {"actions": ["x", "y"]}, "B": {"actions": ["x", "y"]}}
    return MechanismGame(followers, {"rule": rule}, prices=prices, objective="welfare", **changes)


def allocation(messages: int) -> MechanismGame:
    """Three equally likely types; the designer hears a message and gives an item; both get 1 if item and type agree."""
    items = [
        {"valuations": {"A": {t: int(t == item) for t in "012"}}, "designer": [int(t == item) for t in "012"]}
        for item in "012"
    ]
    return MechanismGame(
        {"A": {"types": ["0", "1", "2"], "actions": [f"m{k}" for k in range(messages)]}},
        {"rule": {f"m{k}": items for k in range(messages)}},
        prior={"A": dict.fromkeys("012", "1/3")},
        objective="designer",
    )


def buyers(messages: int = 1, purchase: str = "v >= p") -> MechanismGame:
    """The example with a first best of 11/25: A0 is worth 1/5 or, rarely, 1; A1 nothing or 2/5."""
    said = [str(m) for m in range(messages)]
    return MechanismGame(
        {
            "A0": {"types": {"low": "1/5", "high": 1}, "actions": said},
            "A1": {"types": {"low": 0, "high": "2/5"}, "actions": said},
        },
        {"nothing": {a: {b: {} for b in said} for a in said}},
        prior={"A0": {"low": "4/5", "high": "1/5"}, "A1": {"low": "1/2", "high": "1/2"}},
        purchase=purchase,
        objective="welfare - first_best",
    )


def random_mechanism(seed: int, top: int = 2) -> tuple[MechanismGame, Any]:
    """A mechanism of two followers with two types and two actions each and two outcomes for every profile; and its
    numbers as ``chances[types]`` and ``numbers[actions][outcome][types] = (utility, utility, designer)``."""
    rng = random.Random(seed)
    types = list(product(range(2), repeat=2))
    weights = [rng.randint(1, 4) for _ in types]
    chances = {t: Fraction(w, sum(weights)) for t, w in zip(types, weights, strict=True)}
    numbers = {a: [{t: tuple(rng.randint(0, top) for _ in range(3)) for t in types} for _ in range(2)] for a in types}

    def outcome(given: Any) -> Any:
        table = [[[given[s, t][j] for t in range(2)] for s in range(2)] for j in range(3)]
        return {"valuations": {"A": table[0], "B": table[1]}, "designer": table[2]}

    game = MechanismGame(
        {name: {"types": ["s", "t"], "actions": ["x", "y"]} for name in "AB"},
        {
            "rule": {
                a: {b: [outcome(one) for one in numbers[i, j]] for j, b in enumerate("xy")} for i, a in enumerate("xy")
            }
        },
        prior=[{"types": {"A": "st"[s], "B": "st"[t]}, "probability": chance} for (s, t), chance in chances.items()],
        objective="designer",
    )
    return game, (chances, numbers)


# -- Plain Python -----------------------------------------------------------------------------------------------------


def first_best(values: Sequence[Any]) -> int:
    """The first place of the greatest value."""
    return list(values).index(max(values))


def reply(follower: Table, rows: Sequence[int]) -> int:
    """The best reply to the empirical mixture of rows; the first of equals, and of all before the first row."""
    return first_best([sum(follower[i][j] for i in rows) for j in range(len(follower[0]))])


def phase_aware(leader: Table, follower: Table, responses: int, rewards: int) -> Fraction:
    """The best list of rows, one for each sub-episode, against the best reply to the empirical mixture."""
    best = None
    for rows in product(range(len(leader)), repeat=responses + rewards):
        column = reply(follower, rows[:responses])
        value = sum((Fraction(leader[i][column], rewards) for i in rows[responses:]), Fraction(0))
        best = value if best is None else max(best, value)
    assert best is not None
    return best


def weights_value(
    chances: Any, numbers: Any, policy: Any, epsilon: Fraction, iterations: int, plays: str = "argmax"
) -> Fraction:
    """The leader's value where two followers with two types and actions learn by multiplicative weights; every draw is
    a branch of a recursion, and weights are fractions."""

    def end(weights: Any) -> Fraction:
        total = Fraction(0)
        for t, chance in chances.items():
            for a in product(range(2), repeat=2):
                p = chance
                for i in range(2):
                    row = weights[i][t[i]]
                    p *= (row[a[i]] / sum(row)) if plays == "weights" else int(first_best(row) == a[i])
                total += p * numbers[a][policy[a]][t][2]
        return total

    def branch(weights: Any, left: int) -> Fraction:
        if not left:
            return end(weights)
        total = Fraction(0)
        for t, chance in chances.items():
            for a in product(range(2), repeat=2):
                p = chance
                for i in range(2):
                    p *= weights[i][t[i]][a[i]] / sum(weights[i][t[i]])
                after = [[list(row) for row in own] for own in weights]
                for i in range(2):
                    for tried in range(2):
                        there = tuple(tried if j == i else a[j] for j in range(2))
                        after[i][t[i]][tried] *= (1 + epsilon) ** numbers[there][policy[there]][t][i]
                total += p * branch(after, left - 1)
        return total

    return branch([[[Fraction(1)] * 2] * 2] * 2, iterations)


def remembering_value(chances: Any, numbers: Any, epsilon: Fraction, responses: int, rewards: int) -> Fraction:
    """The best that a leader who remembers everything gets from the two followers of :func:`weights_value`, who then
    play the actions of greatest weight: a tree of all her histories, none of which is merged with another."""
    profiles = list(product(range(2), repeat=2))

    def opened(number: int, hidden: list[Any]) -> Iterator[Any]:
        """(chance, weights, types, drawn actions, learnt, played actions) as a sub-episode begins."""
        for p, weights, going in hidden:
            if number >= responses:
                for t, chance in chances.items():
                    yield p * chance, weights, t, None, (), tuple(first_best(weights[i][t[i]]) for i in range(2))
                continue
            begun = [(p, *going)] if going else []
            for t, a in product(chances, profiles) if not going else ():
                q = p * chances[t]
                for i in range(2):
                    q *= Fraction(weights[i][t[i]][a[i]], sum(weights[i][t[i]]))
                begun.append((q, t, a, ()))
            for q, t, a, learnt in begun:
                i, tried = divmod(len(learnt), 2)
                yield q, weights, t, a, learnt, (*a[:i], tried, *a[i + 1 :])

    def after(weights: Any, t: Any, learnt: tuple[int, ...], drawn: Any) -> Any:
        if len(learnt) < 4:
            return weights, (t, drawn, learnt)
        made = [[list(row) for row in own] for own in weights]
        for n, utility in enumerate(learnt):
            i, tried = divmod(n, 2)
            made[i][t[i]][tried] *= (1 + epsilon) ** utility
        return made, None

    def worth(number: int, there: list[Any], outcome: int) -> Fraction:
        """Of an outcome for the profile that she sees, and of the best that follows."""
        value, following = Fraction(0), []
        for p, weights, t, drawn, learnt, profile in there:
            told = numbers[profile][outcome][t]
            if number >= responses:
                value += p * Fraction(told[2], rewards)
                following.append((p, weights, None))
            else:
                following.append((p, *after(weights, t, (*learnt, told[len(learnt) // 2]), drawn)))
        return value + best(number + 1, following)

    def best(number: int, hidden: list[Any]) -> Fraction:
        if number == responses + rewards:
            return Fraction(0)
        seen = list(opened(number, hidden))
        groups = [[one for one in seen if one[-1] == profile] for profile in profiles]
        return sum((max(worth(number, one, c) for c in range(2)) for one in groups if one), Fraction(0))

    return best(0, [(Fraction(1), [[[Fraction(1)] * 2] * 2] * 2, None)])


def fictitious_value(chances: Any, numbers: Any, policy: Any, rounds: int) -> Fraction:
    """The leader's value where the two followers reply to the frequencies of each other's past replies."""
    past: list[Any] = [[[], []], [[], []]]
    latest: Any = [[0, 0], [0, 0]]
    for _ in range(rounds):
        latest = [[_reply_of(chances, numbers, policy, past, i, own) for own in range(2)] for i in range(2)]
        for i, own in product(range(2), repeat=2):
            past[i][own].append(latest[i][own])
    return sum(
        (
            chance * numbers[latest[0][t[0]], latest[1][t[1]]][policy[latest[0][t[0]], latest[1][t[1]]]][t][2]
            for t, chance in chances.items()
        ),
        Fraction(0),
    )


def _reply_of(chances: Any, numbers: Any, policy: Any, past: Any, i: int, own: int) -> int:
    worth = []
    for action in range(2):
        total = Fraction(0)
        for t, chance in chances.items():
            if t[i] != own:
                continue
            seen = past[1 - i][t[1 - i]] or [0, 1]
            for other in seen:
                a = (action, other) if i == 0 else (other, action)
                total += chance * Fraction(numbers[a][policy[a]][t][i], len(seen))
        worth.append(total)
    return first_best(worth)


# -- All ways in which draws may come out -----------------------------------------------------------------------------


class Branches:
    """Stands in for ``drawn``: goes one way after the other through everything that may be drawn."""

    def __init__(self) -> None:
        self.way: list[int] = []
        self.sizes: list[int] = []
        self.depth = 0
        self.chance = Fraction(1)

    def drawn(self, chances: Any, below: Callable[[int], int]) -> Any:
        """The value that this way says."""
        if self.depth == len(self.way):
            self.way.append(0)
            self.sizes.append(len(chances))
        value, chance = chances[self.way[self.depth]]
        self.depth += 1
        self.chance *= chance
        return value

    def __iter__(self) -> Iterator[None]:
        while True:
            self.depth, self.chance = 0, Fraction(1)
            yield None
            while self.way and self.way[-1] + 1 == self.sizes[-1]:
                self.way.pop()
                self.sizes.pop()
            if not self.way:
                return
            self.way[-1] += 1
