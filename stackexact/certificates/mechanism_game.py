"""The embedded game of kind ``mechanism``: rules of a designer, and followers with private types under them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, ClassVar

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.digits import written
from stackexact.certificates.embedded import (
    TEXTS,
    Exact,
    Relation,
    chain_at,
    line_of,
    on_region,
    parameters_at,
)
from stackexact.certificates.functions import Function
from stackexact.certificates.line import Line, Region
from stackexact.certificates.mechanism_parts import (
    Choice,
    Entry,
    Follower,
    Formula,
    Names,
    Offers,
    Outcome,
    Prior,
    Types,
    follower_at,
    keys_at,
    nested,
    outcome_at,
    prior_at,
)
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Node
from stackexact.certificates.stated import Space, Stated, Unstated

__all__ = ["SEARCH", "STEPS", "MechanismGame", "Result", "Rule", "bits_of", "read_mechanism_game", "require_steps"]

FOLLOWERS = 100
"""Most followers of a game."""

STEPS = 1 << 24
"""Most steps of any part of a proof, each of them with numbers of a thousand bits at most: some seconds."""

SEARCH = 1 << 26
"""The same for what goes through profiles of strategies."""

PURCHASES = ("v >= p", "v > p")
"""When a follower to whom the item is worth v takes an offer at the price p."""

NAMED = ("welfare", "revenue", "first_best", "designer")
"""What objectives may use: the sum of valuations and the most that it is in any outcome, the sum of payments, and what
outcomes state of the designer."""

Named = Mapping[str, Outcome | Offers]
"""Outcomes that rules call by name."""


def require_steps(place: str, count: int, bits: int = 0, *, searching: bool = False) -> None:
    """Require that a part of a proof takes no more than :data:`STEPS`, or :data:`SEARCH`."""
    most = SEARCH if searching else STEPS
    if count * (1 + bits // 1000) > most:
        raise TooLarge(f"{place}: expected what is checked in {most} steps, found more")


def bits_of(value: Any) -> int:
    """The length of a number, or about that of a function."""
    if isinstance(value, Function | Quotient):
        return 60 * value.size()
    return int(value.numerator.bit_length() + value.denominator.bit_length())


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """By profile of actions (those of the last follower fastest) the outcomes of which the designer takes one."""

    name: str
    leaves: tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What comes out for a profile of types: by follower its utility, and the objective."""

    utilities: tuple[Fraction, ...]
    objective: Fraction


@dataclass(frozen=True, eq=False)
class MechanismGame:
    """The game that the certificate speaks of; ``identity`` is what the digest is made of, ``parameters`` are those
    that its numbers use, ``line`` has these and those of the assumptions (``relations``). In a ``region`` they stand
    for functions (``point``) which compare there."""

    kind: ClassVar[str] = "mechanism"
    bound: ClassVar[None] = None

    name: str | None
    identity: str
    followers: tuple[Follower, ...]
    prior: Prior
    outcomes: Named
    rules: tuple[Rule, ...]
    prices: Mapping[str, tuple[Fraction, Fraction]]
    purchase: str | None
    objective: Formula
    parameters: frozenset[str]
    line: Line | Space | None = None
    relations: tuple[Relation, ...] = ()
    region: Region | Stated | None = None
    point: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def is_numeric(self) -> bool:
        """Whether no number depends on a parameter."""
        return not self.parameters

    @property
    def formulas(self) -> list[Formula]:
        """All numbers of the game."""
        made = [value for one in self.followers for value in one.values or ()]
        made += [*self.prior.numbers, self.objective]
        return made + [value for one in self.every_outcome for value in one.numbers]

    @property
    def values(self) -> list[Exact]:
        """All numbers that depend on parameters alone; others are looked at where types have their numbers."""
        symbols = {} if self.line is None else _symbols(self.line)
        return [value.over(symbols) for value in self.formulas if value.used and value.used.issubset(symbols)]

    def on(self, region: Region | Stated) -> MechanismGame:
        """The game where the parameters are in a region."""
        assert self.line is not None
        point = {name: on_region(symbol, region) for name, symbol in _symbols(self.line).items()}
        return replace(self, region=region, point=point)

    def there(self, value: Fraction) -> Fraction:
        """A number in the region, where it may have to compare with functions."""
        if self.region is None or isinstance(value, Function | Quotient):
            return value
        return on_region(value, self.region)

    def sha256(self) -> str:
        """Digest of the canonical JSON of all that answers depend on, as solutions state it."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()

    def require_fixed(self) -> None:
        """Require that the designer has nothing to choose: one rule, one outcome each, no prices."""
        if self.prices or len(self.rules) > 1 or any(len(leaf) > 1 for leaf in self.rules[0].leaves):
            raise Unsupported("game: expected fixed rules (one rule, one outcome each, no prices), found a choice")

    @cached_property
    def chances(self) -> dict[Types, Fraction]:
        """The profiles of types that can occur, in order, and their chances."""
        if self.prior.marginals is None:
            return self._occurring(self.prior.joint)
        told = [self._occurring(one) for one in self.prior.marginals]
        bits = sum(max(map(bits_of, one.values())) for one in told)
        require_steps("game.prior", len(told) * prod(len(one) for one in told), bits)
        return {
            types: prod((one[t] for one, t in zip(told, types, strict=True)), start=Fraction(1))
            for types in product(*told)
        }

    def _occurring(self, told: Mapping[Any, Formula]) -> dict[Any, Fraction]:
        """What can occur, with its chance; those that depend on parameters must not be negative."""
        found = {key: chance.at(self.point) for key, chance in told.items()}
        if any(chance < 0 for chance in found.values()):
            raise Unsupported("game.prior: expected chances that are not negative on the whole domain")
        return {key: chance for key, chance in found.items() if chance}

    # -- What comes out -----------------------------------------------------------------------------------------------

    def outcome(self, choice: Choice) -> Outcome | Offers:
        """What is meant by a choice of a rule."""
        return self.outcomes[choice] if isinstance(choice, str) else choice

    def worth(self, types: Types) -> dict[str, Fraction]:
        """What the names of followers mean where they have these types, and those of parameters."""
        own = {name: values[t] for (name, values), t in zip(self._worths, types, strict=True) if values}
        return {**self.point, **own}

    @cached_property
    def _worths(self) -> list[tuple[str, list[Fraction]]]:
        return [(one.name, [value.at(self.point) for value in one.values or ()]) for one in self.followers]

    def result(self, choice: Choice, types: Types, prices: Mapping[str, Fraction]) -> Result:
        """What comes out of a choice for a profile of types, at prices."""
        outcome, worth = self.outcome(choice), self.worth(types)
        point = {**worth, **prices}
        valued, paid, designer = [Fraction(0)] * len(types), [Fraction(0)] * len(types), Fraction(0)
        if isinstance(outcome, Offers):
            for i, price in outcome.offers:
                value, asked = worth[self.followers[i].name], price.at({**self.point, **prices})
                if value > asked or (value == asked and self.purchase == "v >= p"):
                    valued[i], paid[i] = value, asked
                    break
        else:
            valued = [self._number(entry, types, i, point) for i, entry in enumerate(outcome.valuations)]
            paid = [payment.at(point) for payment in outcome.payments]
            designer = self._number(outcome.designer, types, None, point)
        told = {"welfare": sum(valued, Fraction(0)), "revenue": sum(paid, Fraction(0)), "designer": designer}
        if self.uses_first_best:
            told["first_best"] = self.first_best(types)
        utilities = tuple(value - payment for value, payment in zip(valued, paid, strict=True))
        return Result(utilities, self.objective.at({**worth, **told}))

    def _number(self, entry: Entry, types: Types, own: int | None, point: Mapping[str, Fraction]) -> Fraction:
        return entry.at(types, own, self.followers).at(point)

    @cached_property
    def uses_first_best(self) -> bool:
        """Whether the objective depends on the first best."""
        return "first_best" in self.objective.used

    @cached_property
    def _first_bests(self) -> dict[Types, Fraction]:
        return {}

    def first_best(self, types: Types) -> Fraction:
        """The most welfare that any outcome has which is named or stands in a rule; no price may count."""
        if types not in self._first_bests:
            worth = self.worth(types)
            self._first_bests[types] = _greatest([self._most(one, types, worth) for one in self.every_outcome])
        return self._first_bests[types]

    def _most(self, outcome: Outcome | Offers, types: Types, worth: Mapping[str, Fraction]) -> Fraction:
        """The welfare of an outcome, or of the best purchase, which may be none."""
        if isinstance(outcome, Offers):
            return _greatest([self.there(Fraction(0)), *(worth[self.followers[i].name] for i, _ in outcome.offers)])
        parts = [self._number(entry, types, i, worth) for i, entry in enumerate(outcome.valuations)]
        return sum(parts, Fraction(0))

    @cached_property
    def every_outcome(self) -> list[Outcome | Offers]:
        """Every outcome that is named or stands in a rule."""
        return list(_every(self.outcomes, self.rules))

    def require_effort(self, count: int) -> None:
        """Require that what comes out so often for a profile of types, each by itself, can be worked out."""
        numbers = [value for outcome in self.every_outcome for value in outcome.numbers] or [self.objective]
        longest = max(bits_of(value) for _, values in self._worths for value in [*values, 1])
        degree = max(value.degree for value in numbers)
        size = max(value.size for value in numbers)
        bits = len(self.followers) * (1 + self.objective.degree) * (30 * size + longest * (1 + degree))
        entries = count + (len(self.every_outcome) if self.uses_first_best else 0)
        effort = 2 * (1 + len(self.followers)) * (1 + degree) * size + self.objective.size
        require_steps("game", len(self.chances) * entries * effort, bits)


def _greatest(values: Sequence[Fraction]) -> Fraction:
    """The greatest of some values; of functions one of which it is said that none exceeds it."""
    if not any(isinstance(value, Function | Quotient) for value in values):
        return max(values)
    for value in values:
        try:
            if all(value >= other for other in values):
                return value
        except Unstated:
            continue
    raise Unstated("no stated relation says which outcome has the most welfare, which the proof needs")


# -- Reading ----------------------------------------------------------------------------------------------------------


def read_mechanism_game(node: Node) -> MechanismGame:
    """Read the embedded game."""
    optional = (*TEXTS, "parameters", "assumptions", "prior", "outcomes", "prices", "purchase", "objective")
    parts = node.fields("format", "version", "kind", "followers", "rules", optional=optional)
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "mechanism")):
        parts[key].constant(expected)
    for key in TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    parameters = parameters_at(parts["parameters"]) if "parameters" in parts else ()
    free = Names(parameters)
    followers = _followers(parts["followers"], free)
    prices = {name: _interval(one) for name, one in keys_at(parts["prices"]).items()} if "prices" in parts else {}
    typed = [one.name for one in followers if one.values is not None]
    parameters_at(Node([*parameters, *typed, *prices, *NAMED], f"{node.place}, names in numbers"))
    known = Names((*parameters, *typed, *prices)), Names((*parameters, *prices))
    outcomes: Named = {}
    if "outcomes" in parts:
        outcomes = {key: outcome_at(one, followers, *known) for key, one in keys_at(parts["outcomes"]).items()}
    objective = parts.get("objective", Node("welfare", "game.objective"))
    return _made(
        parts,
        parameters,
        followers=followers,
        prior=prior_at(parts.get("prior"), followers, free),
        outcomes=outcomes,
        rules=tuple(_rule(key, one, followers, outcomes, known) for key, one in keys_at(parts["rules"]).items()),
        prices=prices,
        objective=Names((*parameters, *typed, *NAMED)).read(objective),
    )


def _items(parts: Mapping[str, Node], key: str) -> list[Node]:
    return parts[key].items() if key in parts else []


def _followers(node: Node, names: Names) -> tuple[Follower, ...]:
    told = keys_at(node)
    if len(told) > FOLLOWERS:
        raise TooLarge(f"{node.place}: expected at most {FOLLOWERS} followers, found more")
    return tuple(follower_at(name, one, names) for name, one in told.items())


def _interval(node: Node) -> tuple[Fraction, Fraction]:
    low, high = (Names(()).read(end).at({}) for end in node.items(2))
    if low > high:
        raise node.fails("expected the least price before the greatest")
    return low, high


def _rule(name: str, node: Node, followers: Sequence[Follower], outcomes: Named, known: tuple[Names, Names]) -> Rule:
    """A rule: an object by action of the first follower, then of the second, and so on."""
    leaves = [node]
    for one in followers:
        leaves = [told[label] for leaf in leaves for told in (leaf.fields(*one.actions),) for label in one.actions]

    def choice(one: Node) -> Choice:
        if not isinstance(one.value, str):
            return outcome_at(one, followers, *known)
        if one.value not in outcomes:
            raise one.wrong("an outcome, or the name of one")
        return one.value

    def choices(leaf: Node) -> tuple[Choice, ...]:
        if not isinstance(leaf.value, list):
            return (choice(leaf),)
        if not leaf.value:
            raise leaf.fails("expected at least one outcome to choose, found none")
        return tuple(map(choice, leaf.items()))

    return Rule(name, tuple(map(choices, leaves)))


def _symbols(line: Line | Space) -> dict[str, Any]:
    """What each parameter stands for."""
    return line.symbols if isinstance(line, Space) else {line.name: Function((0, 1), work=line.work)}


def _made(parts: Mapping[str, Node], parameters: tuple[str, ...], **read: Any) -> MechanismGame:
    """The game of what was read."""
    purchase = parts["purchase"].value if "purchase" in parts else None
    offered = any(isinstance(one, Offers) for one in _every(read["outcomes"], read["rules"]))
    if purchase not in PURCHASES and ("purchase" in parts or offered):
        raise Unsupported(f"game.purchase: expected one of {' and '.join(PURCHASES)}")
    name = str(parts["name"].value) if "name" in parts else None
    bought = str(purchase) if purchase is not None else None
    game = MechanismGame(name=name, identity="", purchase=bought, parameters=frozenset(), **read)
    used = frozenset(one for value in game.formulas for one in value.used).intersection(parameters)
    line = line_of(
        parameters,
        Node({"all": [sorted(used), parts["assumptions"].value if "assumptions" in parts else []]}, "game"),
        ("all",),
    )
    chains = [chain_at(item, parameters, line) for item in _items(parts, "assumptions")]
    made = {**_text_of(game), "parameters": list(parameters), "assumptions": [text for text, _ in chains]}
    text = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    relations = tuple(relation for _, told in chains for relation in told)
    return replace(game, identity=text, parameters=used, line=line, relations=relations)


def _every(outcomes: Named, rules: Sequence[Rule]) -> Iterator[Outcome | Offers]:
    """Every outcome that is named or spelled out in a rule."""
    yield from outcomes.values()
    for rule in rules:
        for leaf in rule.leaves:
            yield from (choice for choice in leaf if not isinstance(choice, str))


def _text_of(game: MechanismGame) -> dict[str, Any]:
    """What the digest is made of, without parameters and assumptions."""
    made: dict[str, Any] = {
        "kind": game.kind,
        "followers": {one.name: one.text() for one in game.followers},
        "rules": {rule.name: _rule_text(rule, game.followers) for rule in game.rules},
        "objective": game.objective.text(),
    }
    if any(one.types for one in game.followers):
        made["prior"] = game.prior.text(game.followers)
    if game.outcomes:
        made["outcomes"] = {name: one.text(game.followers) for name, one in game.outcomes.items()}
    if game.prices:
        made["prices"] = {name: [written(low), written(high)] for name, (low, high) in game.prices.items()}
    if game.purchase is not None:
        made["purchase"] = game.purchase
    return made


def _rule_text(rule: Rule, followers: Sequence[Follower]) -> Any:
    def one(choice: Choice) -> Any:
        return choice if isinstance(choice, str) else choice.text(followers)

    told = [one(leaf[0]) if len(leaf) == 1 else [one(choice) for choice in leaf] for leaf in rule.leaves]
    labels = [list(one.actions) for one in followers]
    return nested(told, [len(one) for one in labels], lambda some, depth: dict(zip(labels[depth], some, strict=True)))
