"""What embedded games of kind ``mechanism`` are made of: numbers in which names may stand, followers, chances of types,
and what may come out; how these are read, and their normal form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar, cast

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.digits import written
from stackexact.certificates.embedded import labels_at, number_at
from stackexact.certificates.functions import Function
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Labels, Node, total
from stackexact.certificates.stated import Space
from stackexact.certificates.terms import Terms
from stackexact.errors import shorten

__all__ = [
    "Choice",
    "Entry",
    "Follower",
    "Formula",
    "Names",
    "Offers",
    "Outcome",
    "Prior",
    "Types",
    "follower_at",
    "keys_at",
    "nested",
    "outcome_at",
    "prior_at",
]

Types = tuple[int, ...]
"""A profile of types, one of each follower."""

Value = Fraction | Quotient

Key = TypeVar("Key")


# -- Numbers in which names may stand ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A number, or a function of some of ``names``."""

    value: Value
    names: tuple[str, ...] = ()

    @property
    def used(self) -> set[str]:
        """The names that occur."""
        if not isinstance(self.value, Quotient):
            return set()
        monomials = [powers for part in (self.value.top, *self.value.factors) for powers in part.coefficients]
        return {name for powers in monomials for name, power in zip(self.names, powers, strict=False) if power}

    @property
    def is_zero(self) -> bool:
        """Whether it is the number 0."""
        return isinstance(self.value, Fraction) and not self.value

    @property
    def size(self) -> int:
        """About how many words it takes to write down."""
        return self.value.size() if isinstance(self.value, Quotient) else 1 + self.value.numerator.bit_length() // 30

    @property
    def degree(self) -> int:
        """The greatest degree of a numerator or denominator; 0 of a number."""
        return max(self.value.top.degree, self.value.bottom.degree) if isinstance(self.value, Quotient) else 0

    def at(self, point: Mapping[str, Fraction]) -> Fraction:
        """Its value where its names have these."""
        top, bottom = self._parts(point)
        if not bottom:
            found = shorten(self.text())
            raise Unsupported(f"game: expected numbers that are defined for all types and outcomes, found {found}")
        return cast("Fraction", top / bottom)

    def over(self, symbols: Mapping[str, Any]) -> Any:
        """The same as a function of the names, each of which stands for a function."""
        top, bottom = self._parts(symbols)
        return top / bottom

    def _parts(self, point: Mapping[str, Any]) -> tuple[Any, Any]:
        if isinstance(self.value, Fraction):
            return self.value, Fraction(1)
        bottom = Fraction(self.value.number)
        for factor, power in self.value.factors.items():
            for _ in range(power):
                bottom = bottom * self._of(factor, point)
        return self._of(self.value.top, point), bottom

    def _of(self, terms: Terms, point: Mapping[str, Fraction]) -> Fraction:
        made = Fraction(0)
        for powers, factor in terms.coefficients.items():
            part = Fraction(factor)
            for name, power in zip(self.names, powers, strict=False):
                for _ in range(power):
                    part = part * self._named(name, point)
            made = made + part
        return made

    def _named(self, name: str, point: Mapping[str, Fraction]) -> Fraction:
        try:
            return point[name]
        except KeyError:
            raise Unsupported(f"game: expected {shorten(self.text())} to have a value, which needs {name}") from None

    def text(self) -> str:
        """Its normal form."""
        return self.value.text(self.names) if isinstance(self.value, Quotient) else written(self.value)


NOUGHT = Formula(Fraction(0))


class Names:
    """The names that may stand in some part of a game."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all = tuple(sorted(names))
        self.space = Space(self.all) if self.all else None

    def read(self, node: Node) -> Formula:
        """The number or the function that stands here."""
        found = number_at(node, self.space)
        assert not isinstance(found, Function), "functions are of any number of names here"
        if isinstance(found, Quotient) and found.top.is_constant and not found.factors:
            return Formula(Fraction(found.top.constant, found.number))
        return Formula(found, self.all)


def keys_at(node: Node) -> dict[str, Node]:
    """The members of an object by label, at least one."""
    found = node.members()
    if not found:
        raise node.fails("expected at least one member, found none")
    labels_at(Node(list(found), node.place), "", len(found))
    return found


def nested(values: Sequence[Any], sizes: Sequence[int], made: Any = list) -> Any:
    """A list of values as lists of lists, of these sizes, each of which becomes what is made of it and its depth."""
    told = list(values)
    for depth in reversed(range(len(sizes))):
        size = sizes[depth]
        told = [made(told[k : k + size], depth) for k in range(0, len(told), size)]
    (one,) = told
    return one


# -- Followers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Follower:
    """A follower: ``types`` (none where there are none) and the numbers that they are worth in formulas, if any; and
    which actions each type may take (one entry where there are no types)."""

    name: str
    types: Labels
    values: tuple[Formula, ...] | None
    actions: Labels
    allowed: tuple[tuple[int, ...], ...]

    def text(self) -> dict[str, Any]:
        """As JSON in normal form."""
        made: dict[str, Any] = {}
        if self.types:
            texts = None if self.values is None else [value.text() for value in self.values]
            made["types"] = list(self.types) if texts is None else dict(zip(self.types, texts, strict=True))
        labels = list(self.actions)
        told = [[labels[a] for a in allowed] for allowed in self.allowed]
        alike = all(some == labels for some in told)
        made["actions"] = labels if alike else dict(zip(self.types, told, strict=True))
        return made


def follower_at(name: str, node: Node, names: Names) -> Follower:
    """A follower and its types, whose numbers may depend on parameters."""
    parts = node.fields("actions", optional=("types",))
    types: Labels = {}
    values: tuple[Formula, ...] | None = None
    if "types" in parts and isinstance(parts["types"].value, dict):
        told = keys_at(parts["types"])
        types = {label: t for t, label in enumerate(told)}
        values = tuple(names.read(one) for one in told.values())
    elif "types" in parts:
        types = _some_labels(parts["types"])
    actions, allowed = _actions(parts["actions"], types)
    return Follower(name, types, values, actions, allowed)


def _some_labels(node: Node) -> Labels:
    count = len(node.items())
    if not count:
        raise node.fails("expected at least one label, found none")
    return labels_at(node, "", count)


def _actions(node: Node, types: Labels) -> tuple[Labels, tuple[tuple[int, ...], ...]]:
    """A list of actions, or one for each type."""
    if isinstance(node.value, list) or not types:
        labels = _some_labels(node)
        return labels, (tuple(labels.values()),) * max(1, len(types))
    told = node.fields(*types)
    by_type = [_some_labels(told[label]) for label in types]
    labels = {label: a for a, label in enumerate(dict.fromkeys(label for one in by_type for label in one))}
    return labels, tuple(tuple(sorted(labels[label] for label in one)) for one in by_type)


# -- Chances of types -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Chances of types by follower where types are independent (``marginals``), else those of ``joint`` profiles;
    what has none is left out."""

    marginals: tuple[dict[int, Formula], ...] | None
    joint: dict[Types, Formula]

    @property
    def numbers(self) -> list[Formula]:
        """All that stand in it."""
        return [*self.joint.values(), *(chance for one in self.marginals or () for chance in one.values())]

    def text(self, followers: Sequence[Follower]) -> Any:
        """As JSON in normal form."""
        if self.marginals is not None:
            pairs = [(one, own) for one, own in zip(followers, self.marginals, strict=True) if one.types]
            return {one.name: {list(one.types)[t]: p.text() for t, p in own.items()} for one, own in pairs}
        labels = {one.name: list(one.types) for one in followers}
        return [
            {
                "types": {one.name: labels[one.name][t] for one, t in zip(followers, types, strict=True) if one.types},
                "probability": chance.text(),
            }
            for types, chance in self.joint.items()
        ]


def prior_at(node: Node | None, followers: Sequence[Follower], names: Names) -> Prior:
    """Chances of types by follower, or of profiles; without types there is nothing to say."""
    typed = [one for one in followers if one.types]
    if node is None and typed:
        raise Unsupported(f"game.prior: expected chances of the types of {typed[0].name}, but missing")
    if node is None or isinstance(node.value, dict):
        told = {} if node is None else node.fields(*(one.name for one in typed))
        sure = {0: Formula(Fraction(1))}
        pairs = [(told[one.name].by_label(one.types), told[one.name]) if one.types else None for one in followers]
        return Prior(tuple(sure if pair is None else _chances_at(*pair, names) for pair in pairs), {})
    found: dict[Types, Node] = {}
    for item in node.items():
        parts = item.fields("types", "probability")
        labels = parts["types"].fields(*(one.name for one in typed))
        types = tuple(labels[one.name].index(one.types) if one.types else 0 for one in followers)
        if types in found:
            raise item.fails("expected every profile of types once, found one again")
        found[types] = parts["probability"]
    return Prior(None, _chances_at({types: found[types] for types in sorted(found)}, node, names))


def _chances_at(told: Mapping[Key, Node], node: Node, names: Names) -> dict[Key, Formula]:
    """Chances that sum to 1, without those that are 0; whether none is negative is seen where they have values."""
    found = {key: names.read(one) for key, one in told.items()}
    rest: Any = total([cast("Fraction", chance.value) for chance in found.values()]) - 1
    if rest.top if isinstance(rest, Quotient) else rest:
        raise node.fails("expected chances that sum to 1")
    return {key: chance for key, chance in found.items() if not chance.is_zero}


# -- Outcomes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A number for all types ("all"), for each type of one follower ("own"), or for each profile of types ("joint",
    types of the last follower fastest)."""

    scope: str
    values: tuple[Formula, ...]

    def at(self, types: Types, own: int | None, followers: Sequence[Follower]) -> Formula:
        """What stands there for a profile of types."""
        index = 0
        if self.scope == "own" and own is not None:
            index = types[own]
        elif self.scope == "joint":
            for t, one in zip(types, followers, strict=True):
                index = index * len(one.allowed) + t
        return self.values[index]

    def text(self, own: Follower | None, followers: Sequence[Follower]) -> Any:
        """As JSON in normal form."""
        texts = [value.text() for value in self.values]
        if self.scope == "joint":
            return nested(texts, [len(one.allowed) for one in followers], lambda some, _: some)
        return texts[0] if own is None or self.scope == "all" else dict(zip(own.types, texts, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """By follower a valuation and a payment, of which the difference is its utility, and a number of the designer."""

    valuations: tuple[Entry, ...]
    payments: tuple[Formula, ...]
    designer: Entry

    @property
    def numbers(self) -> list[Formula]:
        """All that stand in it."""
        return [value for entry in (*self.valuations, self.designer) for value in entry.values] + [*self.payments]

    def text(self, followers: Sequence[Follower]) -> dict[str, Any]:
        """As JSON in normal form."""
        pairs = [(one, v) for one, v in zip(followers, self.valuations, strict=True) if not _is_nought(v)]
        paid = {one.name: p.text() for one, p in zip(followers, self.payments, strict=True) if not p.is_zero}
        made: dict[str, Any] = {"valuations": {one.name: v.text(one, followers) for one, v in pairs}}
        if paid:
            made["payments"] = paid
        if not _is_nought(self.designer):
            made["designer"] = self.designer.text(None, followers)
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """One item, offered at prices to followers in turn until somebody takes it."""

    offers: tuple[tuple[int, Formula], ...]

    @property
    def numbers(self) -> list[Formula]:
        """All that stand in it."""
        return [price for _, price in self.offers]

    def text(self, followers: Sequence[Follower]) -> dict[str, Any]:
        """As JSON in normal form."""
        return {"offers": [{"to": followers[i].name, "price": price.text()} for i, price in self.offers]}


Choice = str | Outcome | Offers
"""An outcome, or the name of one."""


def _is_nought(entry: Entry) -> bool:
    return entry.scope == "all" and entry.values[0].is_zero


def outcome_at(node: Node, followers: Sequence[Follower], names: Names, prices: Names) -> Outcome | Offers:
    """An outcome that is spelled out; in ``prices`` of offers other names may stand."""
    if isinstance(node.value, dict) and "offers" in node.value:
        return _offers(node.fields("offers")["offers"], followers, prices)
    parts = node.fields(optional=("valuations", "payments", "designer"))
    labels = [one.name for one in followers]
    valued, paid = (parts[key].fields(optional=labels) if key in parts else {} for key in ("valuations", "payments"))
    nought = Entry("all", (NOUGHT,))
    return Outcome(
        tuple(_entry(valued[one.name], one, followers, names) if one.name in valued else nought for one in followers),
        tuple(names.read(paid[label]) if label in paid else NOUGHT for label in labels),
        _entry(parts["designer"], None, followers, names) if "designer" in parts else nought,
    )


def _entry(node: Node, own: Follower | None, followers: Sequence[Follower], names: Names) -> Entry:
    if isinstance(node.value, list):
        items = [node]
        for one in followers:
            items = [item for some in items for item in some.items(len(one.allowed))]
        return Entry("joint", tuple(map(names.read, items)))
    if isinstance(node.value, dict) and own is not None and own.types:
        told = node.fields(*own.types)
        return Entry("own", tuple(names.read(told[label]) for label in own.types))
    return Entry("all", (names.read(node),))


def _offers(node: Node, followers: Sequence[Follower], names: Names) -> Offers:
    labels = {one.name: i for i, one in enumerate(followers)}
    made: dict[int, Formula] = {}
    for item in node.items():
        parts = item.fields("to", "price")
        i = parts["to"].index(labels)
        if i in made or followers[i].values is None:
            raise parts["to"].wrong("another follower, and one to whose types the item is worth something")
        made[i] = names.read(parts["price"])
    return Offers(tuple(made.items()))
