"""Mechanisms with fixed rules, drawn at random, and what they are by definition: brute force over all strategies."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction as F
from itertools import product
from math import prod
from typing import Any

import numpy as np
from scipy.optimize import linprog

import stackexact as sx

CONCEPTS = ["coarse-correlated", "correlated", "bayes-nash"]
OBJECTIVES = ["welfare - first_best", "2*revenue - welfare", "designer", "revenue/(1 + first_best**2)", "revenue"]


def certificate(game: sx.MechanismGame, *concepts: str) -> dict[str, Any]:
    """What ``solve`` writes, read again."""
    made: dict[str, Any] = json.loads(sx.solve(game, list(concepts or CONCEPTS)).certificate().dumps())
    return made


# -- Games drawn at random --------------------------------------------------------------------------------------------


def drawn(draw: random.Random) -> sx.MechanismGame:
    """Two or three followers with one to three types, of which not all may take all actions."""
    followers: dict[str, Any] = {}
    for name in ["A", "B", "C"][: draw.choice([2, 2, 2, 3])]:
        actions = ["x", "y", "z"][: draw.randint(1, 3)]
        followers[name] = {"actions": actions}
        if draw.random() < 0.8:
            followers[name]["types"] = {f"t{k}": str(F(draw.randint(-2, 4), draw.randint(1, 2))) for k in range(2)}
            if draw.random() < 0.4:
                some = {t: draw.sample(actions, draw.randint(1, len(actions))) for t in followers[name]["types"]}
                followers[name]["actions"] = some
    labels = {name: list(one["types"]) for name, one in followers.items() if "types" in one}
    used = [actions_of(one) for one in followers.values()]
    named = {name: outcome(draw, followers) for name in ("first", "second")}

    def rule(rest: list[list[str]]) -> Any:
        if rest:
            return {label: rule(rest[1:]) for label in rest[0]}
        return draw.choice(["first", "second", outcome(draw, followers), outcome(draw, followers)])

    return sx.MechanismGame(
        followers,
        {"rule": rule(used)},
        prior=prior(draw, labels),
        outcomes=named,
        purchase=draw.choice(["v >= p", "v > p"]),
        objective=draw.choice(OBJECTIVES),
    )


def actions_of(one: dict[str, Any]) -> list[str]:
    told = one["actions"]
    return list(dict.fromkeys(a for some in told.values() for a in some)) if isinstance(told, dict) else list(told)


def prior(draw: random.Random, labels: dict[str, list[str]]) -> Any:
    if draw.random() < 0.5:
        return {name: dict(zip(some, shares(draw, len(some)), strict=True)) for name, some in labels.items()}
    profiles = list(product(*labels.values()))
    chances = shares(draw, len(profiles))
    return [
        {"types": dict(zip(labels, types, strict=True)), "probability": p}
        for types, p in zip(profiles, chances, strict=True)
    ]


def shares(draw: random.Random, count: int) -> list[str]:
    made = [draw.randint(0, 3) for _ in range(count)]
    made[0] += not any(made)
    return [str(F(one, sum(made))) for one in made]


def outcome(draw: random.Random, followers: dict[str, Any]) -> Any:
    """Numbers for all, by own type, by all types; formulas; or offers."""
    valued = [name for name, one in followers.items() if "types" in one]

    def number() -> str:
        return str(F(draw.randint(-3, 3), draw.randint(1, 2)))

    def joint(rest: list[str]) -> Any:
        return [joint(rest[1:]) for _ in followers[rest[0]].get("types", "-")] if rest else number()

    def entry(name: str) -> Any:
        kind = draw.choice(["all", "own", "joint", "formula"])
        if kind == "own" and name in valued:
            return {label: number() for label in followers[name]["types"]}
        if kind == "formula" and valued:
            return f"{number()}*{draw.choice(valued)} + {draw.choice(valued)}/({draw.choice(valued)}**2 + 1)"
        return joint(list(followers)) if kind == "joint" else number()

    if valued and draw.random() < 0.3:
        asked = draw.sample(valued, draw.randint(1, len(valued)))
        return {"offers": [{"to": name, "price": number()} for name in asked]}
    made = {"valuations": {name: entry(name) for name in followers if draw.random() < 0.8}}
    made["payments"] = {name: draw.choice([number(), *valued]) for name in followers if draw.random() < 0.4}
    return {**made, "designer": joint(list(followers)) if draw.random() < 0.3 else number()}


# -- The same games by definition -------------------------------------------------------------------------------------


def value(text: str, names: dict[str, F]) -> F:
    exact = re.sub(r"(?<![A-Za-z0-9_])[0-9]+", r"F(\g<0>)", text)
    return F(eval(exact, {"F": F}, names))


class Plain:
    """All profiles of strategies of a game file, and what they bring."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told, self.names = told, list(told["followers"])
        self.types = [list(one.get("types", [""])) for one in told["followers"].values()]
        self.actions = [actions_of(one) for one in told["followers"].values()]
        chances = {types: self.chance(types) for types in product(*self.types)}
        self.chances = {types: p for types, p in chances.items() if p}
        self.results = {
            (types, actions): self.result(types, self.leaf(actions))
            for types in self.chances
            for actions in product(*self.actions)
        }
        spots = [(i, t) for i in range(len(self.names)) for t in self.types[i] if self.occurs(i, t)]
        self.profiles = [
            dict(zip(spots, some, strict=True)) for some in product(*(self.allowed(*spot) for spot in spots))
        ]

    def occurs(self, i: int, t: str) -> bool:
        return any(types[i] == t for types in self.chances)

    def allowed(self, i: int, t: str) -> list[str]:
        told = self.told["followers"][self.names[i]]["actions"]
        return list(told[t]) if isinstance(told, dict) else list(told)

    def chance(self, types: tuple[str, ...]) -> F:
        prior, own = self.told.get("prior", {}), {n: t for n, t in zip(self.names, types, strict=True) if t}
        if isinstance(prior, list):
            return sum((F(one["probability"]) for one in prior if one["types"] == own), F(0))
        return prod((F(prior[name].get(t, 0)) for name, t in own.items()), start=F(1))

    def leaf(self, actions: tuple[str, ...]) -> Any:
        (node,) = self.told["rules"].values()
        for label in actions:
            node = node[label]
        return self.told["outcomes"][node] if isinstance(node, str) else node

    def worth(self, types: tuple[str, ...]) -> dict[str, F]:
        pairs = zip(self.told["followers"].items(), types, strict=True)
        return {name: F(one["types"][t]) for (name, one), t in pairs if "types" in one}

    def number(self, told: Any, types: tuple[str, ...], own: str) -> F:
        if isinstance(told, dict):
            told = told[own]
        for i, t in enumerate(types) if isinstance(told, list) else ():
            told = told[self.types[i].index(t)]
        return value(told, self.worth(types))

    def accounts(self, types: tuple[str, ...], leaf: Any) -> tuple[list[F], list[F], F, F]:
        """Valuations, payments, the designer's number, and the most welfare that the outcome can have."""
        valued, paid, worth = [F(0)] * len(types), [F(0)] * len(types), self.worth(types)
        if "offers" in leaf:
            for one in leaf["offers"]:
                v, p = worth[one["to"]], F(one["price"])
                if v > p or (v == p and ">=" in self.told["purchase"]):
                    i = self.names.index(one["to"])
                    valued[i], paid[i] = v, p
                    break
            return valued, paid, F(0), max([F(0), *(worth[one["to"]] for one in leaf["offers"])])
        for i, name in enumerate(self.names):
            valued[i] = self.number(leaf["valuations"].get(name, "0"), types, types[i])
            paid[i] = self.number(leaf.get("payments", {}).get(name, "0"), types, types[i])
        return valued, paid, self.number(leaf.get("designer", "0"), types, ""), sum(valued, F(0))

    def result(self, types: tuple[str, ...], leaf: Any) -> tuple[list[F], F]:
        valued, paid, designer, _ = self.accounts(types, leaf)
        every = [*self.told.get("outcomes", {}).values(), *map(self.leaf, product(*self.actions))]
        first_best = max(self.accounts(types, one)[3] for one in every)
        names = {"welfare": sum(valued), "revenue": sum(paid), "designer": designer, "first_best": first_best}
        goal = value(self.told["objective"], {**self.worth(types), **names})
        return [v - p for v, p in zip(valued, paid, strict=True)], goal

    def mean(self, profile: dict[Any, str], types: tuple[str, ...], i: int | None, instead: str = "") -> F:
        """A follower's utility, or the objective, for a profile of types."""
        played = [instead if instead and j == i else profile[j, t] for j, t in enumerate(types)]
        utilities, goal = self.results[types, tuple(played)]
        return goal if i is None else utilities[i]

    def goal(self, profile: dict[Any, str]) -> F:
        return sum((p * self.mean(profile, types, None) for types, p in self.chances.items()), F(0))

    def gains(self, told: bool) -> list[list[F]]:
        """By deviation, by profile."""
        made = []
        for i, t in self.profiles[0]:
            words = self.allowed(i, t) if told else [""]
            for word, m in product(words, self.allowed(i, t)):
                row = []
                for profile in self.profiles:
                    here = [(types, p) for types, p in self.chances.items() if types[i] == t]
                    gain = sum(p * (self.mean(profile, k, i) - self.mean(profile, k, i, m)) for k, p in here)
                    row.append(F(gain) if word in ("", profile[i, t]) else F(0))
                made.append(row)
        return made

    def pure(self) -> list[F]:
        """The values of all pure equilibria."""
        rows = self.gains(False)
        return [self.goal(s) for k, s in enumerate(self.profiles) if all(row[k] >= 0 for row in rows)]

    def range(self, told: bool) -> tuple[float, float, bool]:
        """The most and the least of the objective, and whether there is one equilibrium alone, by floats."""
        rows = np.array(self.gains(told), dtype=float)
        goals = np.array(list(map(self.goal, self.profiles)), dtype=float)

        def most(goal: Any) -> Any:
            found = linprog(-goal, A_ub=-rows, b_ub=np.zeros(len(rows)), A_eq=np.ones((1, len(goal))), b_eq=[1])
            return -found.fun

        unit = np.eye(len(goals))
        alone = all(most(one) - -most(-one) < 1e-7 for one in unit)
        return most(goals), -most(-goals), alone
