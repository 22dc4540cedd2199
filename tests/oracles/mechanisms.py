"""Mechanisms by their definition, from the JSON object alone: what comes out, what deviations gain, linear programs
over all profiles of strategies, and brute force over rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from oracles import programs
from oracles.expressions import evaluate
from stackexact.lp import Program

Profile = dict[str, dict[str, str]]
"""By follower and type an action; the type of a follower without types is the empty text."""


class Mechanism:
    """A game whose designer has nothing to choose, as a JSON object in numbers."""

    def __init__(self, document: Mapping[str, Any], first_best_of: Mapping[str, Any] | None = None) -> None:
        self.document = document
        self.names = list(document["followers"])
        self.types = {name: self._types(name) for name in self.names}
        self.all_outcomes = list(outcomes_of(first_best_of or document))

    def _types(self, name: str) -> list[str]:
        return list(self.document["followers"][name].get("types", [""]))

    def actions(self, name: str, label: str) -> list[str]:
        told = self.document["followers"][name]["actions"]
        return list(told[label] if isinstance(told, dict) else told)

    def value(self, name: str, label: str) -> Fraction | None:
        types = self.document["followers"][name].get("types")
        return Fraction(types[label]) if isinstance(types, dict) else None

    def chances(self) -> list[tuple[dict[str, str], Fraction]]:
        """The profiles of types that can occur, with their chances."""
        prior = self.document.get("prior")
        if isinstance(prior, list):
            rows = [({**dict.fromkeys(self.names, ""), **one["types"]}, Fraction(one["probability"])) for one in prior]
            return [row for row in rows if row[1]]
        made = []
        for labels in product(*(self.types[name] for name in self.names)):
            chance = Fraction(1)
            for name, label in zip(self.names, labels, strict=True):
                if prior is not None and name in prior:
                    chance *= Fraction(prior[name].get(label, 0))
            if chance:
                made.append((dict(zip(self.names, labels, strict=True)), chance))
        return made

    def outcome(self, actions: Mapping[str, str]) -> Any:
        (rule,) = self.document["rules"].values()
        for name in self.names:
            rule = rule[actions[name]]
        return self.document["outcomes"][rule] if isinstance(rule, str) else rule

    def _number(self, given: Any, types: Mapping[str, str], own: str | None) -> Fraction:
        if isinstance(given, dict):
            given = given[types[own]]  # type: ignore[index]
        if isinstance(given, list):
            for name in self.names:
                given = given[self.types[name].index(types[name])]
        values = {name: self.value(name, types[name]) for name in self.names}
        return evaluate(str(given), {name: v for name, v in values.items() if v is not None})

    def results(self, outcome: Any, types: Mapping[str, str]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """Utilities by follower, and what the objective may speak of."""
        zero = dict.fromkeys(self.names, Fraction(0))
        valued, paid, designer = dict(zero), dict(zero), Fraction(0)
        if "offers" in outcome:
            for offer in outcome["offers"]:
                value, price = self.value(offer["to"], types[offer["to"]]), Fraction(offer["price"])
                assert value is not None
                if value > price or (value == price and self.document["purchase"] == "v >= p"):
                    valued[offer["to"]], paid[offer["to"]] = value, price
                    break
        else:
            for name, given in outcome.get("valuations", {}).items():
                valued[name] = self._number(given, types, name)
            for name, given in outcome.get("payments", {}).items():
                paid[name] = self._number(given, types, name)
            designer = self._number(outcome.get("designer", "0"), types, None)
        told = {"welfare": sum(valued.values()), "revenue": sum(paid.values()), "designer": designer}
        return {name: valued[name] - paid[name] for name in self.names}, told

    def first_best(self, types: Mapping[str, str]) -> Fraction:
        best = []
        for outcome in self.all_outcomes:
            if "offers" in outcome:
                best += [Fraction(0), *(self.value(o["to"], types[o["to"]]) for o in outcome["offers"])]
            else:
                best.append(self.results(outcome, types)[1]["welfare"])
        return max(best)

    def objective(self, actions: Mapping[str, str], types: Mapping[str, str]) -> Fraction:
        told = self.results(self.outcome(actions), types)[1]
        values = {name: self.value(name, types[name]) for name in self.names}
        known = {**{n: v for n, v in values.items() if v is not None}, **told, "first_best": self.first_best(types)}
        return evaluate(self.document.get("objective", "welfare"), known)

    # -- Strategies -------------------------------------------------------------------------------------------------

    def profiles(self) -> list[Profile]:
        """All profiles of strategies, of the types that can occur."""
        occurring = {name: list(dict.fromkeys(types[name] for types, _ in self.chances())) for name in self.names}
        places = [(name, label) for name in self.names for label in occurring[name]]
        made = []
        for picked in product(*(self.actions(*place) for place in places)):
            profile: Profile = {name: {} for name in self.names}
            for (name, label), action in zip(places, picked, strict=True):
                profile[name][label] = action
            made.append(profile)
        return made

    def played(self, profile: Profile, types: Mapping[str, str]) -> dict[str, str]:
        return {name: profile[name][types[name]] for name in self.names}

    def mean(self, profile: Profile) -> Fraction:
        """What the designer expects."""
        return sum(
            (chance * self.objective(self.played(profile, types), types) for types, chance in self.chances()),
            Fraction(0),
        )

    def deviations(self, *, told: bool) -> Iterator[tuple[str, str, str | None, str]]:
        """Follower, type, what it is told (if that counts), and what it does instead."""
        for name in self.names:
            for label in dict.fromkeys(types[name] for types, _ in self.chances()):
                for action in self.actions(name, label):
                    if told:
                        yield from ((name, label, other, action) for other in self.actions(name, label))
                    else:
                        yield name, label, None, action

    def gain(self, profile: Profile, deviation: tuple[str, str, str | None, str]) -> Fraction:
        """What following a profile brings more than a deviation."""
        name, label, told, action = deviation
        if told is not None and profile[name][label] != told:
            return Fraction(0)
        total = Fraction(0)
        for types, chance in self.chances():
            if types[name] == label:
                actions = self.played(profile, types)
                own = self.results(self.outcome(actions), types)[0][name]
                other = self.results(self.outcome({**actions, name: action}), types)[0][name]
                total += chance * (own - other)
        return total

    def program(self, sign: int, *, told: bool) -> Program[Fraction]:
        """The linear program of the best (1) or the worst (−1) correlated equilibrium."""
        profiles = self.profiles()
        rows = [([self.gain(p, d) for p in profiles], 0) for d in self.deviations(told=told)]
        return Program.of([sign * self.mean(p) for p in profiles], at_least=rows, equal=[([1] * len(profiles), 1)])

    def best(self, sign: int, *, told: bool = False) -> Fraction:
        found = programs.optimum(self.program(sign, told=told))
        assert isinstance(found, Fraction)
        return sign * found

    def is_equilibrium(self, profile: Profile) -> bool:
        return all(self.gain(profile, deviation) >= 0 for deviation in self.deviations(told=False))


def outcomes_of(document: Mapping[str, Any]) -> Iterator[Any]:
    """All outcomes that are spelled out in a game."""
    yield from document.get("outcomes", {}).values()

    def below(node: Any) -> Iterator[Any]:
        if isinstance(node, list):
            for one in node:
                yield from below(one)
        elif isinstance(node, dict) and (set(node) <= {"valuations", "payments", "designer"} or "offers" in node):
            yield node
        elif isinstance(node, dict):
            for one in node.values():
                yield from below(one)

    for rule in document["rules"].values():
        yield from below(rule)


def rules_of(document: Mapping[str, Any], names: Sequence[str]) -> Iterator[Any]:
    """All games in which the designer has made her choice, of a game without prices."""

    def spelled(node: Any, depth: int) -> Iterator[Any]:
        if depth == 0:
            yield from (node if isinstance(node, list) else [node])
            return
        for picked in product(*(list(spelled(one, depth - 1)) for one in node.values())):
            yield dict(zip(node, picked, strict=True))

    for name, rule in document["rules"].items():
        for one in spelled(rule, len(names)):
            yield {**document, "rules": {name: one}}
