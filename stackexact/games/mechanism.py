"""Mechanisms: a designer commits to rules, followers with private types respond (kind ``mechanism``).

Brero et al., "Stackelberg POMDP: A Reinforcement Learning Approach for Economic Design", arXiv:2210.03852. Messages are
actions: what comes out depends on the actions of all followers by the rule that the designer has chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, ClassVar

from stackexact.errors import GameError, shorten
from stackexact.exact.grammar import INPUT
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import FrozenMapping
from stackexact.exact.relation import Assumption, parameters_of, text_of
from stackexact.exact.work import Work
from stackexact.games.declared import declared_assumptions, declared_parameters, declared_text
from stackexact.games.distributions import require_probability
from stackexact.games.json_text import at_path
from stackexact.games.mechanism_parts import (
    Follower,
    Offers,
    Outcome,
    Price,
    Prior,
    Purchase,
    Rule,
    at_values,
)
from stackexact.games.mechanism_reading import (
    bound_names,
    read_followers,
    read_objective,
    read_outcomes,
    read_prices,
    read_prior,
    read_purchase,
    read_rules,
    require_names,
)
from stackexact.games.parametric import ParametricGame

__all__ = ["MechanismGame"]


@dataclass(frozen=True, init=False)
class MechanismGame(ParametricGame):
    """Rules of a designer, and the followers who live under them.

    ``followers`` maps names to ``{"types", "actions"}``: types are a list of labels, or map labels to what they are
    worth, which expressions know under the follower's name; actions are a list, or map types to the actions that each
    may take. ``prior`` maps followers to chances of types, or lists ``{"types", "probability"}`` of profiles, where
    types may be correlated. ``rules`` map names to outcomes by the actions of the first follower, then of the second,
    and so on; a list of outcomes leaves the choice among them to the designer. An outcome is the name of one of
    ``outcomes``, or ``{"valuations", "payments", "designer"}`` (utility is valuation less payment), or ``{"offers":
    [{"to", "price"}]}``: one item, offered in turn to followers who ``purchase`` if "v >= p" or "v > p". ``prices``
    are names with intervals from which the designer chooses. Her ``objective`` is an expression in ``welfare``
    (valuations), ``revenue`` (payments), ``first_best`` (the most welfare that any outcome has which is named or stands
    in a rule) and ``designer``.

    >>> game = MechanismGame(
    ...     {"A": {"types": {"low": 1, "high": 2}, "actions": ["buy", "leave"]}},
    ...     {"posted": {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}},
    ...     prior={"A": {"low": "1/2", "high": "1/2"}}, prices={"p": [0, 2]}, objective="revenue")
    >>> game, game.at(p="3/2").is_fixed
    (<MechanismGame 1 follower, 2 type profiles, 2 action profiles, 1 rule, prices p>, True)
    """

    kind: ClassVar[str] = "mechanism"

    followers: tuple[Follower, ...]
    prior: Prior
    outcomes: Mapping[str, Outcome | Offers]
    rules: tuple[Rule, ...]
    prices: tuple[Price, ...]
    purchase: Purchase | None
    objective: Exact
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    name: str | None = None
    description: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def __init__(
        self,
        followers: Mapping[str, Mapping[str, Any]],
        rules: Mapping[str, Any],
        *,
        prior: Mapping[str, Mapping[str, object]] | Sequence[Mapping[str, Any]] | None = None,
        outcomes: Mapping[str, Mapping[str, Any]] | None = None,
        prices: Mapping[str, Sequence[object]] | None = None,
        purchase: str | None = None,
        objective: object = None,
        parameters: Sequence[str] | None = None,
        assumptions: Iterable[str | Assumption] | str | Assumption | None = (),
        name: str | None = None,
        description: str | None = None,
        source: str | None = None,
    ) -> None:
        work = Work(INPUT.effort)
        told = read_followers(followers, work)
        bought = read_purchase(purchase)
        named = read_outcomes(outcomes, told, bought, work)
        chosen = read_prices(prices, work)
        values: dict[str, Any] = {
            "followers": told,
            "prior": read_prior(prior, told, work),
            "outcomes": FrozenMapping(named),
            "rules": read_rules(rules, named, told, bought, work),
            "prices": chosen,
            "purchase": bought,
            "objective": read_objective(objective, work),
            "assumptions": declared_assumptions(assumptions, work),
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
            "parameters": (),
        }
        self._set(values)
        require_names(told, chosen, self.numbers())
        self._set({"parameters": declared_parameters(parameters, self._used())})
        bound = bound_names(told, chosen)
        for name_ in self.parameters:
            if name_ in bound:
                raise GameError(f"parameters: expected none of the names {', '.join(sorted(bound))}, found '{name_}'")

    @property
    def is_fixed(self) -> bool:
        """Whether the designer has nothing to choose: one rule with one outcome each, and no prices."""
        return len(self.rules) == 1 and self.rules[0].fixed and not self.prices

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of type profiles and of action profiles."""
        return prod(one.count for one in self.followers), prod(len(one.actions) for one in self.followers)

    def outcome(self, choice: str | Outcome | Offers) -> Outcome | Offers:
        """What a choice of a rule stands for."""
        return self.outcomes[choice] if isinstance(choice, str) else choice

    def with_rule(self, name: str) -> MechanismGame:
        """The same with one of the rules alone. Outcomes that stand in others stay among the named ones, so that
        ``first_best`` is what it was.

        Raises :class:`~stackexact.errors.GameError` for a name that is none of theirs.
        """
        kept = tuple(rule for rule in self.rules if rule.name == name)
        if not kept:
            known = ", ".join(rule.name for rule in self.rules)
            raise GameError(f"rule: expected one of {known}, found {shorten(name)}; correct it")
        return self._spared(kept)

    def _spared(self, kept: tuple[Rule, ...]) -> MechanismGame:
        """The same with these rules; outcomes that no longer stand in any become named ones."""

        def spelled(rules: tuple[Rule, ...]) -> set[Outcome | Offers]:
            return {one for rule in rules for leaf in rule.leaves for one in leaf if not isinstance(one, str)}

        outcomes = dict(self.outcomes)
        left = spelled(self.rules) - spelled(kept) - set(outcomes.values())
        for number, one in enumerate(sorted(left, key=repr), start=1):
            outcomes[_free_name(f"other {number}", outcomes)] = one
        return self._with(rules=kept, outcomes=FrozenMapping(outcomes))

    def with_choices(
        self, rule: str, choices: Sequence[int] | None = None, prices: Mapping[str, object] | None = None
    ) -> MechanismGame:
        """The same with one rule, at each leaf (profile of actions, the last follower's fastest) the outcome of that
        place in its list, and prices.

        Outcomes that are no longer chosen stay among the named ones, so that ``first_best`` is what it was.

        >>> game = MechanismGame({"A": {"actions": ["x"]}}, {"r": {"x": [{}, {"valuations": {"A": 1}}]}})
        >>> game.with_choices("r", [0]).is_fixed
        True
        """
        made = self.with_rule(rule)
        kept = made.rules[0]
        picked = tuple(choices) if choices is not None else (0,) * len(kept.leaves)
        sizes = [len(leaf) for leaf in kept.leaves]
        if len(picked) != len(sizes) or not all(0 <= c < size for c, size in zip(picked, sizes, strict=True)):
            raise GameError(f"choices: expected one place for each of {len(sizes)} leaves, found {shorten(picked)}")
        leaves = tuple((leaf[c],) for leaf, c in zip(kept.leaves, picked, strict=True))
        made = made._spared((Rule(kept.name, leaves),))
        return made.at(dict(prices)) if prices else made

    def numbers(self) -> Iterator[tuple[str, Exact]]:
        """Every exact value by its place in the JSON object; prices and numbers of types may stand in them."""
        for one in self.followers:
            yield from one.numbers()
        yield from self.prior.numbers(self.followers)
        for name, outcome in self.outcomes.items():
            yield from outcome.numbers(at_path("outcomes", name), self.followers)
        for rule in self.rules:
            for place, choice in rule.places(self.followers):
                if not isinstance(choice, str):
                    yield from choice.numbers(place, self.followers)
        yield "objective", self.objective

    def values(self) -> Iterator[tuple[str, Exact]]:
        """Everything that may depend on parameters, by its place in the JSON object."""
        bound = bound_names(self.followers, self.prices)
        for place, value in self.numbers():
            if not bound.issuperset(parameters_of(value)):
                yield place, value

    def signs(self) -> Iterator[tuple[str, Exact, bool]]:
        """What may not be negative: chances of types."""
        for place, chance in self.prior.numbers(self.followers):
            yield place, chance, False

    def _used(self) -> set[str]:
        return super()._used() - bound_names(self.followers, self.prices)

    def at(self, values: Mapping[str, object] | None = None, /, **more: object) -> MechanismGame:
        """The game with exact values substituted for parameters and prices; prices must lie in their intervals."""
        given = {**(values or {}), **more}
        left = dict(given)
        fixed = {}
        for price in self.prices:
            if price.name in given:
                fixed[price.name] = _price_of(price, left.pop(price.name))
        for name in left:
            if name not in self.parameters:
                known = ", ".join((*self.parameters, *(price.name for price in self.prices))) or "none"
                raise GameError(f"{shorten(name)[1:-1]}: expected one of the parameters and prices ({known})")
        made = self._put_in_prices(fixed) if fixed else self
        return super(MechanismGame, made).at(left) if left or not fixed else made

    def _put_in_prices(self, given: Mapping[str, Fraction]) -> MechanismGame:
        made = self._changed(lambda _, value: at_values(value, given))
        return made._with(prices=tuple(one for one in self.prices if one.name not in given))

    def _substituted(self, given: Mapping[str, Exact]) -> MechanismGame:
        bound = bound_names(self.followers, self.prices)
        for name, value in given.items():
            if clash := sorted(bound.intersection(parameters_of(value))):
                raise GameError(f"parameter {name}: expected none of the names of the game in it, found {clash[0]}")

        def change(place: str, value: Exact) -> Exact:
            there = at_values(value, given)
            if place.startswith("prior"):
                require_probability(there, place)
            return there

        return self._changed(change)

    def _changed(self, change: Any) -> MechanismGame:
        everybody = self.followers
        outcomes = {
            name: one.changed(change, at_path("outcomes", name), everybody) for name, one in self.outcomes.items()
        }
        return self._with(
            followers=tuple(one.changed(change) for one in everybody),
            prior=self.prior.changed(change, everybody),
            outcomes=FrozenMapping(outcomes),
            rules=tuple(rule.changed(change, everybody) for rule in self.rules),
            objective=change("objective", self.objective),
        )

    def _identity(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "kind": self.kind,
            "parameters": list(self.parameters),
            "assumptions": [str(chain) for chain in self.assumptions],
            "followers": {one.name: one.document() for one in self.followers},
            "rules": {rule.name: rule.document(self.followers) for rule in self.rules},
            "objective": text_of(self.objective),
        }
        if any(one.types for one in self.followers):
            made["prior"] = self.prior.document(self.followers)
        if self.outcomes:
            made["outcomes"] = {name: one.document(self.followers) for name, one in self.outcomes.items()}
        if self.prices:
            made["prices"] = {one.name: [text_of(one.lower), text_of(one.upper)] for one in self.prices}
        if self.purchase is not None:
            made["purchase"] = self.purchase
        return made

    def __repr__(self) -> str:
        types, actions = self.shape
        title = f"{self.name!r}, " if self.name else ""
        parts = [_count(len(self.followers), "follower"), _count(types, "type profile")]
        parts += [_count(actions, "action profile"), _count(len(self.rules), "rule")]
        if self.prices:
            parts.append(f"prices {', '.join(one.name for one in self.prices)}")
        if self.parameters:
            parts.append(f"parameters {', '.join(self.parameters)}")
        return f"<MechanismGame {title}{', '.join(parts)}>"


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "'"
    return name


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _price_of(price: Price, given: object) -> Fraction:
    value = exact(given)
    place = at_path("prices", price.name)
    interval = f"from {text_of(price.lower)} to {text_of(price.upper)}"
    if isinstance(value, Expression):
        raise GameError(f"{place}: expected a number {interval}, found {shorten(text_of(value))}; give a number")
    if not price.lower <= value <= price.upper:
        raise GameError(f"{place}: expected a number {interval}, found {shorten(text_of(value))}; choose another")
    return value
