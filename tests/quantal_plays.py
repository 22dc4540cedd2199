"""Decisions against quantal followers, drawn, and the ways in which the library is asked about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import mpmath as mp
from oracles.quantal import Course, Play, Policy, fraction

import stackexact as sx
from stackexact.exact.enclosures import Enclosure, Number


def table(random: Random, rows: int, columns: int, most: int = 9, under: int = 3) -> list[list[Fraction]]:
    return [
        [Fraction(random.randint(-most, most), random.randint(1, under)) for _ in range(columns)] for _ in range(rows)
    ]


def weights(random: Random, rows: int, columns: int, most: int = 12) -> list[list[Fraction]]:
    return [[Fraction(random.randint(1, most), random.randint(1, 4)) for _ in range(columns)] for _ in range(rows)]


def play(random: Random, rows: int, columns: int, *, weighted: bool = False, size: int = 6) -> Play:
    leader = table(random, rows, columns)
    if weighted:
        return Play(leader, weights=weights(random, rows, columns))
    return Play(leader, exponents=table(random, rows, columns, size))


def solved(one: Play, *, prescription: bool, digits: int = 20, **options: Any) -> Any:
    """The cell of a bimatrix game (exponents, eta = 1), or of a Markov game of one stage (weights)."""
    if one.exponents is not None:
        game = sx.Game(one.leader, one.exponents)
        return sx.solve(game, ["quantal"], eta=1, prescription=prescription, digits=digits, **options)["quantal"].cell
    state = {"payoffs": {"leader": one.leader, "weights": one.weights}}
    game = sx.MarkovGame({"s": state}, horizon=1, follower={"response": "quantal"}, prescription=prescription)
    return sx.solve(game, ["quantal"], digits=digits, **options)["quantal"].cell


def policy_of(cell: Any, one: Play) -> Policy:
    """The stated policy: shares by follower action, then by leader action."""
    if hasattr(cell, "commitment"):
        rule = cell.prescription if cell.commitment is None else cell.commitment
    else:
        rule = cell.policy[0]["s"]
    return shares(rule, one.rows, one.columns)


def shares(rule: Mapping[str, Any], rows: int, columns: int, leader: str = "a", follower: str = "b") -> Policy:
    """A commitment or a prescription of the library as shares."""
    nested = any(isinstance(part, Mapping) for part in rule.values())
    parts = [rule[f"{follower}{b + 1}"] if nested else rule for b in range(columns)]
    return [[part.get(f"{leader}{a + 1}", Fraction(0)) for a in range(rows)] for part in parts]


def ends(number: Number) -> tuple[Fraction, Fraction]:
    return (number.lower, number.upper) if isinstance(number, Enclosure) else (number, number)


def holds(number: Number, value: mp.mpf, slack: Fraction = Fraction(1, 10**50)) -> bool:
    """Whether a number of the library is, or encloses, one of the oracle (known to some fifty digits)."""
    low, high = ends(number)
    size = slack * (1 + abs(fraction(value)))
    return low - size <= fraction(value) <= high + size


def overlap(one: Number, two: Number) -> bool:
    (low, high), (lower, upper) = ends(one), ends(two)
    return low <= upper and lower <= high


def finite_and_narrow(number: Number, digits: int, scale: Fraction) -> bool:
    low, high = ends(number)
    return low <= high and high - low <= scale / Fraction(10) ** digits


def spread(one: Play) -> Fraction:
    values = [value for row in one.leader for value in row]
    return max(values) - min(values) or Fraction(1)


# -- Markov games -----------------------------------------------------------------------------------------------------


def course(
    random: Random, states: int, horizon: int, rows: int = 2, columns: int = 2, *, weighted: bool = True
) -> Course:
    """A Markov game whose tables change with the stage."""

    def move() -> dict[int, Fraction]:
        parts = [random.choice([0, 0, 1, 2]) for _ in range(states)]
        parts[random.randrange(states)] += 1
        return {s: Fraction(part, sum(parts)) for s, part in enumerate(parts) if part}

    plays = [[play(random, rows, columns, weighted=weighted) for _ in range(states)] for _ in range(horizon)]
    moves = [[[[move() for _ in range(columns)] for _ in range(rows)] for _ in range(states)] for _ in range(horizon)]
    return Course(plays, moves, move())


def markov(one: Course, *, prescription: bool) -> sx.MarkovGame:
    """The game of a course; its exponents are rewards of a follower with eta = 1."""
    names = [f"s{s}" for s in range(len(one.plays[0]))]
    states = {}
    for s, name in enumerate(names):
        stages = []
        for h in range(one.horizon):
            here = one.plays[h][s]
            own = {"weights": here.weights} if here.weights is not None else {"follower": here.exponents}
            moves = [[{names[t]: p for t, p in cell.items()} for cell in row] for row in one.moves[h][s]]
            stages.append({"payoffs": {"leader": here.leader, **own}, "transitions": moves})
        states[name] = {"stages": stages}
    weighted = one.plays[0][0].weights is not None
    follower = {"response": "quantal"} if weighted else {"response": "quantal", "eta": 1}
    initial = {names[s]: share for s, share in one.initial.items()}
    return sx.MarkovGame(states, horizon=one.horizon, follower=follower, prescription=prescription, initial=initial)


def stated(cell: Any, rows: int, columns: int) -> Any:
    """The stated policies of a Markov cell, by stage and state."""

    def policy(h: int, s: int) -> Policy | None:
        rule = cell.policy[h].get(f"s{s}")
        return None if rule is None else shares(rule, rows, columns)

    return policy


def mixtures(random: Random, rows: int, count: int) -> Iterator[Sequence[Fraction]]:
    """Random mixtures, some on faces."""
    for _ in range(count):
        parts = [random.choice([0, random.randint(1, 9)]) for _ in range(rows)]
        parts[random.randrange(rows)] += 1
        yield [Fraction(part, sum(parts)) for part in parts]
