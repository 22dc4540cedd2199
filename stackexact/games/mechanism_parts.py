"""What a mechanism is made of: followers and their types, what may come out, rules; and these as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Final, Literal, TypeAlias

from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of
from stackexact.games.json_text import at_path

__all__ = [
    "NAMED",
    "PURCHASES",
    "Choice",
    "Entry",
    "Follower",
    "Offer",
    "Offers",
    "Outcome",
    "Price",
    "Prior",
    "Purchase",
    "Rule",
    "actions_of",
    "at_values",
    "by_label",
]

Purchase: TypeAlias = Literal["v >= p", "v > p"]
PURCHASES: Final[tuple[Purchase, ...]] = ("v >= p", "v > p")
"""When a follower who values the item at v takes an offer at the price p."""

NAMED: Final = ("welfare", "revenue", "first_best", "designer")
"""Names that an objective may use: the sum of valuations and the most that it is in any outcome, the sum of payments,
and what outcomes state of the designer."""

Change: TypeAlias = Callable[[str, Exact], Exact]
"""Makes another number of one, which is told its place too."""

Values: TypeAlias = Iterator[tuple[str, Exact]]


@dataclass(frozen=True, slots=True, repr=False)
class Follower(Record):
    """A follower: the labels of its ``types`` (none where it has none), the numbers that these are worth in
    expressions, if any (``values``), the labels of its ``actions``, and which of these each type may take
    (``allowed``, one entry where there are no types)."""

    name: str
    types: tuple[str, ...]
    values: tuple[Exact, ...] | None
    actions: tuple[str, ...]
    allowed: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        """The number of types, 1 where there are none."""
        return len(self.allowed)

    def numbers(self) -> Values:
        """Its exact values by place."""
        for label, value in zip(self.types, self.values or (), strict=False):
            yield at_path(f"followers.{self.name}.types", label), value

    def changed(self, change: Change) -> Follower:
        """The same with other numbers."""
        if self.values is None:
            return self
        return replace(self, values=tuple(change(place, value) for place, value in self.numbers()))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        made: dict[str, Any] = {}
        if self.types:
            texts = None if self.values is None else [text_of(value) for value in self.values]
            made["types"] = list(self.types) if texts is None else dict(zip(self.types, texts, strict=True))
        every = tuple(range(len(self.actions)))
        if all(allowed == every for allowed in self.allowed):
            made["actions"] = list(self.actions)
        else:
            told = [[self.actions[a] for a in allowed] for allowed in self.allowed]
            made["actions"] = dict(zip(self.types, told, strict=True))
        return made


def actions_of(followers: Sequence[Follower]) -> Iterator[tuple[int, ...]]:
    """All profiles of actions, those of the last follower fastest."""
    return product(*(range(len(one.actions)) for one in followers))


@dataclass(frozen=True, slots=True, repr=False)
class Prior(Record):
    """The chances of type profiles: ``marginals`` by follower where types are independent, else those of ``joint``
    profiles (indices of types)."""

    marginals: tuple[tuple[Exact, ...], ...] | None
    joint: tuple[tuple[tuple[int, ...], Exact], ...]

    def profiles(self) -> Iterator[tuple[tuple[int, ...], Exact]]:
        """The profiles whose chance is not certainly 0, with it, in order of types."""
        if self.marginals is None:
            yield from self.joint
            return
        for types in product(*(range(len(one)) for one in self.marginals)):
            chance: Exact = Fraction(1)
            for one, t in zip(self.marginals, types, strict=True):
                chance = chance * one[t]
            if chance:
                yield types, chance

    def numbers(self, followers: Sequence[Follower]) -> Values:
        """Its exact values by place."""
        if self.marginals is None:
            for k, (_, chance) in enumerate(self.joint):
                yield f"prior[{k}].probability", chance
            return
        for one, chances in zip(followers, self.marginals, strict=True):
            for label, chance in zip(one.types, chances, strict=False):
                yield at_path(f"prior.{one.name}", label), chance

    def changed(self, change: Change, followers: Sequence[Follower]) -> Prior:
        """The same with other numbers."""
        made = [change(place, value) for place, value in self.numbers(followers)]
        if self.marginals is None:
            pairs = zip((types for types, _ in self.joint), made, strict=True)
            return Prior(None, tuple((types, chance) for types, chance in pairs if chance))
        left = iter(made)
        return Prior(
            tuple(tuple(next(left) for _ in one.types) or (Fraction(1),) for one in followers),
            (),
        )

    def document(self, followers: Sequence[Follower]) -> Any:
        """As JSON; nothing where nobody has types."""
        if self.marginals is not None:
            pairs = zip(followers, self.marginals, strict=True)
            return {
                one.name: {label: text_of(p) for label, p in zip(one.types, chances, strict=True) if p}
                for one, chances in pairs
                if one.types
            }
        return [
            {
                "types": {one.name: one.types[t] for one, t in zip(followers, types, strict=True) if one.types},
                "probability": text_of(chance),
            }
            for types, chance in self.joint
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Price(Record):
    """A price that the designer chooses from ``lower`` to ``upper``; expressions of outcomes may use its ``name``."""

    name: str
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Entry(Record):
    """A number that may depend on types: one for all (``scope`` "all"), one per own type ("own"), or one per profile of
    types, those of the last follower fastest ("joint")."""

    scope: Literal["all", "own", "joint"]
    values: tuple[Exact, ...]

    def numbers(self, place: str, own: Follower | None, followers: Sequence[Follower]) -> Values:
        """Its exact values by place."""
        if self.scope == "all":
            yield place, self.values[0]
        elif self.scope == "own":
            assert own is not None
            for label, value in zip(own.types, self.values, strict=True):
                yield at_path(place, label), value
        else:
            for types, value in zip(product(*(range(one.count) for one in followers)), self.values, strict=True):
                yield place + "".join(f"[{t}]" for t in types), value

    def at(self, types: Sequence[int], own: int | None, counts: Sequence[int]) -> Exact:
        """The number at a profile of types, of the follower ``own``; ``counts`` are the numbers of types."""
        if self.scope == "all":
            return self.values[0]
        if self.scope == "own":
            assert own is not None
            return self.values[types[own]]
        index = 0
        for t, count in zip(types, counts, strict=True):
            index = index * count + t
        return self.values[index]

    def document(self, own: Follower | None, followers: Sequence[Follower]) -> Any:
        """As JSON."""
        texts = [text_of(value) for value in self.values]
        if self.scope == "all":
            return texts[0]
        if self.scope == "own":
            assert own is not None
            return dict(zip(own.types, texts, strict=True))
        return _nested(texts, [one.count for one in followers])


def _nested(values: Sequence[Any], counts: Sequence[int]) -> list[Any]:
    if len(counts) == 1:
        return list(values)
    size = prod(counts[1:])
    return [_nested(values[k * size : (k + 1) * size], counts[1:]) for k in range(counts[0])]


@dataclass(frozen=True, slots=True, repr=False)
class Outcome(Record):
    """What comes out: by follower a ``valuation`` and a payment, of which the difference is its utility; and what the
    outcome states of the ``designer``."""

    valuations: tuple[Entry, ...]
    payments: tuple[Exact, ...]
    designer: Entry

    def numbers(self, place: str, followers: Sequence[Follower]) -> Values:
        """Its exact values by place."""
        for one, entry in zip(followers, self.valuations, strict=True):
            yield from entry.numbers(at_path(f"{place}.valuations", one.name), one, followers)
        for one, payment in zip(followers, self.payments, strict=True):
            yield at_path(f"{place}.payments", one.name), payment
        yield from self.designer.numbers(f"{place}.designer", None, followers)

    def changed(self, change: Change, place: str, followers: Sequence[Follower]) -> Outcome:
        """The same with other numbers."""
        made = iter([change(where, value) for where, value in self.numbers(place, followers)])

        def entry(old: Entry) -> Entry:
            return Entry(old.scope, tuple(next(made) for _ in old.values))

        valuations = tuple(entry(one) for one in self.valuations)
        payments = tuple(next(made) for _ in self.payments)
        return Outcome(valuations, payments, entry(self.designer))

    def document(self, followers: Sequence[Follower]) -> dict[str, Any]:
        """As JSON, without zeros."""
        nought = Entry("all", (Fraction(0),))
        pairs = zip(followers, self.valuations, strict=True)
        valued = {one.name: entry.document(one, followers) for one, entry in pairs if entry != nought}
        paid = {one.name: text_of(p) for one, p in zip(followers, self.payments, strict=True) if p}
        made: dict[str, Any] = {"valuations": valued}
        if paid:
            made["payments"] = paid
        if self.designer != nought:
            made["designer"] = self.designer.document(None, followers)
        return made


@dataclass(frozen=True, slots=True, repr=False)
class Offer(Record):
    """The item, offered to a ``follower`` at a ``price``."""

    follower: int
    price: Exact


@dataclass(frozen=True, slots=True, repr=False)
class Offers(Record):
    """One item, offered in turn until somebody takes it, who has it for what it is worth to its type and pays."""

    offers: tuple[Offer, ...]

    def numbers(self, place: str, followers: Sequence[Follower]) -> Values:
        """Its exact values by place."""
        for k, offer in enumerate(self.offers):
            yield f"{place}.offers[{k}].price", offer.price

    def changed(self, change: Change, place: str, followers: Sequence[Follower]) -> Offers:
        """The same with other prices."""
        prices = [change(where, value) for where, value in self.numbers(place, followers)]
        return Offers(tuple(Offer(o.follower, price) for o, price in zip(self.offers, prices, strict=True)))

    def document(self, followers: Sequence[Follower]) -> dict[str, Any]:
        """As JSON."""
        return {"offers": [{"to": followers[o.follower].name, "price": text_of(o.price)} for o in self.offers]}


Choice: TypeAlias = str | Outcome | Offers
"""An outcome, or the name of one."""


@dataclass(frozen=True, slots=True, repr=False)
class Rule(Record):
    """By profile of actions (those of the last follower fastest) the outcomes of which the designer takes one."""

    name: str
    leaves: tuple[tuple[Choice, ...], ...]

    @property
    def fixed(self) -> bool:
        """Whether nothing is to be chosen."""
        return all(len(leaf) == 1 for leaf in self.leaves)

    def places(self, followers: Sequence[Follower]) -> Iterator[tuple[str, Choice]]:
        """All outcomes with their places."""
        for profile, leaf in zip(actions_of(followers), self.leaves, strict=True):
            place = at_path("rules", self.name)
            for one, a in zip(followers, profile, strict=True):
                place = at_path(place, one.actions[a])
            for k, choice in enumerate(leaf):
                yield place if len(leaf) == 1 else f"{place}[{k}]", choice

    def changed(self, change: Change, followers: Sequence[Follower]) -> Rule:
        """The same with other numbers."""
        made = iter(
            [
                choice if isinstance(choice, str) else choice.changed(change, place, followers)
                for place, choice in self.places(followers)
            ]
        )
        return Rule(self.name, tuple(tuple(next(made) for _ in leaf) for leaf in self.leaves))

    def document(self, followers: Sequence[Follower]) -> Any:
        """As JSON."""

        def one(choice: Choice) -> Any:
            return choice if isinstance(choice, str) else choice.document(followers)

        told = [one(leaf[0]) if len(leaf) == 1 else [one(choice) for choice in leaf] for leaf in self.leaves]
        return by_label(told, followers)


def by_label(values: Sequence[Any], followers: Sequence[Follower]) -> Any:
    """What stands at leaves, by the actions of the first follower, then of the second and so on."""
    if not followers:
        return values[0]
    size = len(values) // len(followers[0].actions)
    parts = [values[k * size : (k + 1) * size] for k in range(len(followers[0].actions))]
    return {label: by_label(part, followers[1:]) for label, part in zip(followers[0].actions, parts, strict=True)}


def at_values(value: Exact, given: Mapping[str, Exact]) -> Exact:
    """A number with values put in."""
    return value.at(given) if isinstance(value, Expression) else value
