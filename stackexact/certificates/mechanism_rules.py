"""The best rules of mechanisms: claims of ``optimistic`` and ``pessimistic``.

``docs/certificates.md`` has the mathematics. What the stated rules bring is shown as for fixed rules; that no others
bring more, in one of four ways, in each of which the checker goes through all rules and prices by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.mechanism_bounds import RuleBounds, nothing_above
from stackexact.certificates.mechanism_forms import RULES, Form, form_of
from stackexact.certificates.mechanism_game import MechanismGame, Rule, bits_of
from stackexact.certificates.mechanism_options import Options
from stackexact.certificates.mechanism_parts import Choice
from stackexact.certificates.mechanism_proofs import (
    greatest,
    mixture_at,
    multipliers_at,
    require_bound,
    require_equilibrium,
    require_means,
)
from stackexact.certificates.mechanism_senders import no_sender, one_sender
from stackexact.certificates.reading import Node
from stackexact.errors import shorten

__all__ = ["optimistic", "pessimistic"]

Places = tuple[str, tuple[int, ...]]
"""The name of a rule and by leaf the place in its list."""


def optimistic(game: MechanismGame, cell: Node, proof: Node) -> None:
    """Rules whose best equilibrium is the best of all."""
    _Claim(game, False, cell, proof).show()


def pessimistic(game: MechanismGame, cell: Node, proof: Node) -> None:
    """Rules whose worst equilibrium is the best of all."""
    _Claim(game, True, cell, proof).show()


# -- What is stated ---------------------------------------------------------------------------------------------------


def _rule_at(game: MechanismGame, parts: Mapping[str, Node], place: Node) -> tuple[Rule, tuple[int, ...]]:
    """A rule by name, and by leaf the place of what is chosen; there are ``choices`` where there is any choice."""
    rule = next((one for one in game.rules if one.name == parts["rule"].value), None)
    if rule is None:
        raise parts["rule"].wrong("the name of a rule")
    if ("choices" in parts) != any(len(leaf) > 1 for leaf in rule.leaves):
        raise place.fails("expected choices exactly where there are several outcomes to choose from")
    if "choices" not in parts:
        return rule, (0,) * len(rule.leaves)
    leaves = [parts["choices"]]
    for one in game.followers:
        leaves = [told[label] for leaf in leaves for told in (leaf.fields(*one.actions),) for label in one.actions]
    return rule, tuple(_place(leaf, node) for leaf, node in zip(rule.leaves, leaves, strict=True))


def _place(leaf: Sequence[Choice], node: Node) -> int:
    """A place in a list, or that of a name."""
    told = node.value
    if isinstance(told, str) and told in leaf:
        return leaf.index(told)
    if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < len(leaf):
        return told
    raise node.wrong("an outcome of the list by its name, or by its place, counted from 0")


def _prices(game: MechanismGame, parts: Mapping[str, Node], place: Node) -> dict[str, Fraction]:
    """All prices, in their intervals."""
    if ("prices" in parts) != bool(game.prices):
        raise place.fails("expected prices exactly where the game has some")
    told = parts["prices"].fields(*game.prices) if "prices" in parts else {}
    made = {name: node.number() for name, node in told.items()}
    for name, value in made.items():
        low, high = game.prices[name]
        if not low <= value <= high:
            raise told[name].wrong("a price in its interval")
    return made


def _form(game: MechanismGame, rule: Rule, places: Sequence[int], prices: Mapping[str, Fraction]) -> Form:
    return form_of(game, [leaf[place] for leaf, place in zip(rule.leaves, places, strict=True)], prices)


# -- What is shown ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Claim:
    """A claim about the best rules, ``sure`` where the worst equilibrium counts."""

    game: MechanismGame
    sure: bool
    cell: Node
    proof: Node

    def show(self) -> None:
        """Require that all of it is proved."""
        optional = ("bound", "near", "choices", "prices")
        parts = self.cell.fields("when", "leader", "attained", "rule", "equilibrium", "followers", optional=optional)
        parts["when"].items(0)
        attained, leader = parts["attained"].flag(), parts["leader"].number()
        if attained == ("near" in parts) or ("near" in parts and "bound" in parts):
            raise self.cell.fails("expected near exactly where nothing is attained, and then no bound")
        bound = parts["bound"].number() if "bound" in parts else leader
        if "bound" in parts and not bound > leader:
            raise parts["bound"].wrong("a number above the value")
        rule, places = _rule_at(self.game, parts, self.cell)
        form = _form(self.game, rule, places, _prices(self.game, parts, self.cell))
        told = self.proof.fields("method", *(("multipliers",) if self.sure else ()), optional=("others",))
        self._show_value(form, {**parts, "leader": parts.get("near", parts["leader"])}, told)
        self._show_bound(bound, attained, told)

    def _show_value(self, form: Form, parts: Mapping[str, Node], told: Mapping[str, Node]) -> None:
        """An equilibrium, and in the worst case that none has less."""
        mixture = mixture_at(form, parts["equilibrium"])
        require_means(form, mixture, parts)
        require_equilibrium(form, False, mixture, parts["equilibrium"])
        if self.sure:
            require_bound(form, False, -1, parts["leader"].number(), told["multipliers"])

    def _show_bound(self, bound: Fraction, attained: bool, told: Mapping[str, Node]) -> None:
        """No rules have more."""
        node = told["method"]
        if ("others" in told) != (node.value == "all-rules"):
            raise self.proof.fails("expected others exactly where all rules are gone through")
        if not attained and node.value not in ("no-sender", "one-sender"):
            raise node.fails("expected a supremum that is attained, for nothing else is shown in this way")
        if self.game.parameters:
            if node.value != "all-rules":
                raise node.fails("expected all-rules, for the game has a parameter")
            _Others(self.game, self.sure, bound, None).show(told["others"])
            return
        options = Options.of(self.game, self.proof.place)
        if node.value == "no-sender":
            no_sender(options, bound, attained, node)
        elif node.value == "one-sender":
            one_sender(options, bound, attained, self.sure, node)
        elif node.value == "all-rules":
            _Others(self.game, self.sure, bound, options).show(told["others"])
        elif node.value == "strategies":
            nothing_above(options, bound, node)
        else:
            raise node.wrong("no-sender, one-sender, all-rules or strategies")


# -- All rules, one by one --------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Others:
    """All rules of a game without prices, of which those that might exceed a bound need evidence that they do not; all
    of them where numbers depend on parameters, of which there are no ``options``."""

    game: MechanismGame
    sure: bool
    bound: Fraction
    options: Options | None

    def show(self, node: Node) -> None:
        """Require that no rules exceed the bound."""
        if self.game.prices:
            raise node.fails("expected a game without prices")
        if sum(prod(map(len, rule.leaves)) for rule in self.game.rules) > RULES:
            raise TooLarge(f"{node.place}: expected at most {RULES} rules, found more")
        shown: set[Places] = set()
        for item in node.items():
            places = self._evidence(item)
            if places in shown:
                raise item.fails("expected evidence for different rules, found some twice")
            shown.add(places)
        for places in self._every() if self.options is None else self._high(self.options, node.place):
            if places not in shown:
                name = shorten(places[0])
                raise node.fails(f"expected evidence for all rules that might exceed the bound, as {name} might")

    def _evidence(self, item: Node) -> Places:
        """Rules under which multipliers show that no equilibrium has more, or where one is stated that has not."""
        key = "equilibrium" if self.sure else "multipliers"
        parts = item.fields("rule", key, optional=("choices",))
        rule, places = _rule_at(self.game, parts, item)
        form = _form(self.game, rule, places, {})
        if self.sure:
            self._has_less(form, parts[key])
        else:
            weights = multipliers_at(form, False, parts[key])
            if self.options is not None:
                steps = _steps(self.options) + len(form.objective.tops) * (1 + len(weights))
                self.options.effort.spend(steps, self.options.bits + sum(map(bits_of, weights.values())))
            require_bound(form, False, 1, self.bound, parts[key])
        return rule.name, places

    def _has_less(self, form: Form, node: Node) -> None:
        """Require an equilibrium that has no more than the bound."""
        mixture = mixture_at(form, node)
        if self.options is not None:
            steps = len(mixture) * len(form.profiles) * sum(form.sizes)
            self.options.effort.spend(steps, self.options.bits + sum(map(bits_of, mixture.values())))
        require_equilibrium(form, False, mixture, node)
        if form.mean(form.objective, mixture) > self.bound:
            raise node.fails("expected an equilibrium that has no more than the bound")

    def _every(self) -> Iterator[Places]:
        """All rules."""
        for rule in self.game.rules:
            for places in product(*(range(len(leaf)) for leaf in rule.leaves)):
                yield rule.name, places

    def _high(self, options: Options, place: str) -> Iterator[Places]:
        """The rules that exceed the bound where incentives are left aside."""
        form, limit = options.form, self.bound * options.scale
        for rule in self.game.rules:
            if RuleBounds(options, rule).pointwise() <= limit:
                continue
            rows = [[options.row(option) for option in options.at(leaf)] for leaf in rule.leaves]
            for places in product(*(range(len(leaf)) for leaf in rule.leaves)):
                options.spend(_steps(options) + len(form.profiles) * form.width)
                told = [own[place] for own, place in zip(rows, places, strict=True)]
                table = [row[k] for k in range(len(form.profiles)) for row in told]
                if greatest(form, table, place) > limit:
                    yield rule.name, places


def _steps(options: Options) -> int:
    """What it takes to go through all profiles of strategies."""
    form = options.form
    return prod(form.count(i) for i in form.others) * len(form.profiles) * sum(form.sizes)
