"""What no rules of a mechanism exceed where at most one follower has anything to choose, over all prices.

Then each type of that follower, the sender, takes an action that is best for it. With one option at each leaf its
utilities and what the designer has are linear in prices. That it takes an action is possible where differences of
utilities are at least 0; she is sure of it where moreover each other action is worse for it or gives her no less. Of
all that, least upper bounds are worked out; what has no more than a bound, whatever prices are, is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from stackexact.certificates.mechanism_conditions import Box, Condition, Conditions
from stackexact.certificates.mechanism_game import Rule
from stackexact.certificates.mechanism_linear import Coming, Linear, combined
from stackexact.certificates.mechanism_options import Option, Options
from stackexact.certificates.reading import Node

__all__ = ["no_sender", "one_sender"]

Reached = dict[int, list[int]]
"""By leaf the profiles of types that come there."""


def _reached(options: Options, sender: int, action: int | None = None) -> Reached:
    """The leaves that are reached where a follower takes an action, if one is given, by types that may take it, and all
    others the only one of their types."""
    followers, form = options.game.followers, options.form
    made: Reached = {}
    for k, types in enumerate(form.profiles):
        taken = [one.allowed[t][0] for one, t in zip(followers, types, strict=True)]
        if action is not None:
            if action not in followers[sender].allowed[types[sender]]:
                continue
            taken[sender] = action
        made.setdefault(sum(a * stride for a, stride in zip(taken, form.strides, strict=True)), []).append(k)
    return made


def _together(options: Options, rule: Rule, reached: Reached) -> Iterator[tuple[Option, ...]]:
    """One option at each of some leaves, in all ways."""
    some = [options.at(rule.leaves[number]) for number in reached]
    options.spend_rows(len(some) * prod(map(len, some)))
    return product(*some)


def _speakers(options: Options) -> list[int]:
    """The followers of whom some type has several actions."""
    followers, occurring = options.game.followers, options.form.occurring
    pairs = enumerate(zip(followers, occurring, strict=True))
    return [i for i, (one, own) in pairs if any(len(one.allowed[t]) > 1 for t in own)]


def _conditions(options: Options, chosen: Sequence[Option]) -> Conditions:
    return Conditions(options.box, options.effort, (one for own in chosen for one in own.conditions))


# -- Nobody has anything to choose ------------------------------------------------------------------------------------


def no_sender(options: Options, leader: Fraction, attained: bool, node: Node) -> None:
    """Require the supremum of the objective over all rules, options and prices, and whether it is attained."""
    if _speakers(options):
        raise node.fails("expected followers of whom no type has several actions")
    reached, best = _reached(options, 0), (leader - 1, False)
    for rule in options.game.rules:
        for chosen in _together(options, rule, reached):
            rows = zip(map(options.row, chosen), reached.values(), strict=True)
            if sum(row[k] for row, places in rows for k in places) >= leader * options.scale:
                best = max(best, _conditions(options, chosen).most(_objective(options, chosen, reached)) or best)
    if best != (leader, attained):
        raise node.fails("expected the least upper bound over all rules, and whether it is attained")


def _objective(options: Options, chosen: Sequence[Option], reached: Reached) -> Linear:
    chances, terms = options.comings.chances, []
    for option, places in zip(chosen, reached.values(), strict=True):
        comes = options.comes(option)
        terms += [(chances[k], comes[k].objective) for k in places]
    return combined(terms)


# -- One follower has -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """An action as the sender sees it under one option at each of its leaves: by type (of those that can occur) what
    the designer has, and the most of that in the numbers of the options, and its own utility, times chances; and the
    conditions on what prices count."""

    goals: tuple[Linear, ...]
    most: tuple[Any, ...]
    utilities: tuple[Linear, ...]
    conditions: Conditions


def one_sender(options: Options, bound: Fraction, attained: bool, sure: bool, node: Node) -> None:
    """Require that no rules and prices have more than a bound: in an equilibrium, or (``sure``) in all of them. If it
    is not attained they come close to it, and do not have it."""
    speakers = _speakers(options)
    if len(speakers) > 1:
        raise node.fails("expected one follower at most of whom some type has several actions")
    sender, best = next(iter(speakers), 0), (bound - 1, False)
    for rule in options.game.rules:
        for found in _Sender(options, rule, sender, sure, bound * options.scale, attained).found():
            best = max(best, found)
            if best > (bound, attained):
                raise node.fails("expected a bound, but some rules have more")
    if not attained and best != (bound, False):
        raise node.fails("expected a supremum, but no rules come close to it")


@dataclass(frozen=True, eq=False)
class _Sender:
    """The search for more than a bound (or, where that is not ``attained``, for as much) under one rule, in the numbers
    of the options."""

    options: Options
    rule: Rule
    sender: int
    sure: bool
    bound: Fraction
    attained: bool

    @cached_property
    def types(self) -> list[int]:
        """The types that can occur."""
        return list(self.options.form.occurring[self.sender])

    @cached_property
    def places(self) -> list[list[int]]:
        """By type the places of its actions among those that some type may take."""
        allowed = self.options.game.followers[self.sender].allowed
        every = sorted({a for t in self.types for a in allowed[t]})
        return [[place for place, a in enumerate(every) if a in allowed[t]] for t in self.types]

    # -- Options as the sender sees them ------------------------------------------------------------------------------

    @cached_property
    def seen(self) -> list[list[_Seen]]:
        """By action what may be chosen, of what looks alike the first."""
        allowed = self.options.game.followers[self.sender].allowed
        actions = sorted({a for t in self.types for a in allowed[t]})
        every = [list(self._seen(_reached(self.options, self.sender, a))) for a in actions]
        named = [set().union(*map(_names, own)) for own in every]
        made = []
        for n, own in enumerate(every):
            apart = named[n].difference(*(some for m, some in enumerate(named) if m != n))
            found: dict[object, _Seen] = {}
            for one in own:
                one.conditions.without(apart - _named(*one.utilities, *one.goals))
                if one.conditions.met:
                    rows = frozenset(one.conditions.rows.items())
                    found.setdefault((one.goals, one.most, one.utilities, rows), one)
            made.append([*found.values()])
        return made

    def _seen(self, reached: Reached) -> Iterator[_Seen]:
        options, profiles = self.options, self.options.form.profiles
        for chosen in _together(options, self.rule, reached):
            most: dict[int, Any] = {}
            terms: dict[int, list[tuple[Fraction, Coming]]] = {t: [] for t in self.types}
            for option, places in zip(chosen, reached.values(), strict=True):
                row, comes = options.row(option), options.comes(option)
                for k in places:
                    t = profiles[k][self.sender]
                    most[t] = most.get(t, 0) + row[k]
                    terms[t].append((options.comings.chances[k], comes[k]))
            yield _Seen(
                tuple(combined((p, one.objective) for p, one in terms[t]) for t in self.types),
                tuple(most.get(t, 0) for t in self.types),
                tuple(combined((p, one.utilities[self.sender]) for p, one in terms[t]) for t in self.types),
                _conditions(options, chosen),
            )

    # -- What types take ----------------------------------------------------------------------------------------------

    def found(self) -> Iterator[tuple[Fraction, bool]]:
        """Least upper bounds, and whether they are reached, wherever these may be above the bound."""
        count = prod(map(len, self.seen))
        self.options.spend(count * sum(map(len, self.places)))
        for chosen in product(*self.seen):
            left = self._left(chosen)
            if not self._is_low(left[0]):
                conditions = Conditions(self.options.box, self.options.effort)
                for one in chosen:
                    conditions.join(one.conditions)
                if conditions.copy().can_be_met():
                    yield from self._next(chosen, left, [], 0, conditions)

    def _is_low(self, most: Any) -> bool:
        """Whether what has so much at most is passed over."""
        return bool(most < self.bound or (self.attained and most == self.bound))

    def _left(self, chosen: Sequence[_Seen]) -> list[Any]:
        """By type the most that it and those after it may bring."""
        made: list[Any] = [0]
        for number in reversed(range(len(self.types))):
            made.append(made[-1] + max(chosen[place].most[number] for place in self.places[number]))
        return made[::-1]

    def _next(
        self, chosen: Sequence[_Seen], left: Sequence[Any], taken: list[int], most: Any, known: Conditions
    ) -> Iterator[tuple[Fraction, bool]]:
        """What comes of all actions of the types after those whose actions are taken, which bring so much at most."""
        number = len(taken)
        if self._is_low(most + left[number]):
            return
        if number == len(self.types):
            goal = combined((Fraction(1), chosen[place].goals[n]) for n, place in enumerate(taken))
            found = known.most(goal) if goal.slopes else (goal.constant, True)
            if found is not None:
                yield found
            return
        for place in sorted(self.places[number], key=lambda one: -chosen[one].most[number]):
            for conditions in self._replies(chosen, number, place, known):
                more = most + chosen[place].most[number]
                yield from self._next(chosen, left, [*taken, place], more, conditions)

    def _replies(self, chosen: Sequence[_Seen], number: int, place: int, known: Conditions) -> Iterator[Conditions]:
        """What is known, and that an action of a type is what counts of those that are best for it, in all cases."""
        box, own = known.intervals, chosen[place]
        others = [chosen[one] for one in self.places[number] if one != place]
        for picked in product(*(self._against(own, other, number, box) for other in others)):
            made = known.copy()
            for one in (condition for some in picked for condition in some):
                made.add(one.excess, one.strict)
            if made.rows == known.rows or made.copy().can_be_met():
                yield made

    def _against(self, own: _Seen, other: _Seen, number: int, box: Box) -> list[list[Condition]]:
        """In what cases an action is what counts beside another: it is better for the type; or it is as good, and the
        other one gives the designer no less, if she wants to be sure."""
        better, loss = (
            own.utilities[number].minus(other.utilities[number]),
            other.goals[number].minus(own.goals[number]),
        )
        most, least = better.most(box), better.least(box)
        harmless = not self.sure or loss.least(box) >= 0
        cases = []
        if most >= 0 and (harmless or loss.most(box) >= 0):
            weak = [Condition(better, False)] if least < 0 else []
            cases.append([*weak, *([] if harmless else [Condition(loss, False)])])
        if most > 0 and not harmless:
            cases.append([Condition(better, True)] if least <= 0 else [])
        return cases


def _named(*some: Linear) -> set[str]:
    return {name for one in some for name, _ in one.slopes}


def _names(one: _Seen) -> set[str]:
    """The prices that count for an action."""
    return one.conditions.names | _named(*one.utilities, *one.goals)
