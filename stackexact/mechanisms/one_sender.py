"""The best rules and prices where at most one follower has anything to choose: exact, over all prices.

Then equilibria are decided type by type: each type takes an action that is best for it. By option (a way in which a
leaf comes out) a type has a utility, and the designer a value, both linear in prices. For options at all leaves, and an
action of each type, these are best replies where some differences of utilities are at least 0. The designer is sure of
her values there if moreover each type prefers its action strictly to every action that gives her less; else she hopes
for them. So the optimum is the supremum of sums of values whose conditions some prices meet: attained, but where values
depend on prices and strict conditions keep from the best ones.

Options are gone through in the order of an upper bound, types one by one, best values first, with an exact linear
program for every new condition. Growth: the product of the numbers of different options at the leaves, at worst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeAlias

from stackexact.errors import require_time
from stackexact.exact.records import Record
from stackexact.mechanisms.designs import Design, greatest, least
from stackexact.mechanisms.limits import OPTIONS, require_size
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.outcomes import Condition
from stackexact.mechanisms.prices import most_within, prices_within

__all__ = ["OneSender", "Settled", "sender_of", "silent"]

Box: TypeAlias = Sequence[tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True, repr=False)
class Settled(Record):
    """Options by leaf with prices, and the ``value`` that the designer is sure of, or hopes for, there: the ``limit``,
    or, where that is not ``attained``, close to it."""

    options: tuple[int, ...]
    prices: tuple[Fraction, ...]
    value: Fraction
    limit: Fraction
    attained: bool

    @property
    def rank(self) -> tuple[Fraction, bool]:
        """What tells better ones from worse ones."""
        return self.limit, self.attained


@dataclass(frozen=True, slots=True)
class _Seen:
    """An option as the sender sees it: its number, and by type what the designer has and its utility, times chances."""

    number: int
    values: tuple[Linear, ...]
    utilities: tuple[Linear, ...]
    weak: tuple[Linear, ...]
    strict: tuple[Linear, ...]
    box: tuple[tuple[Fraction, Fraction], ...]


def _prices(*some: Linear) -> set[int]:
    """The prices that some numbers depend on."""
    return {j for one in some for j, slope in enumerate(one.slopes) if slope}


def _linked(conditions: Sequence[Condition], named: set[int]) -> tuple[Condition, ...]:
    """The conditions that limit prices, be it by way of others; all the rest can be met whatever these are."""
    found: tuple[Condition, ...] = ()
    while True:
        own = tuple(c for c in conditions if named & _prices(c.excess))
        if own == found:
            return found
        found, named = own, named | _prices(*(c.excess for c in own))


def silent(design: Design, follower: int) -> bool:
    """Whether all types of a follower that can occur take one and the same action."""
    occurring = {types[follower] for types in design.outcomes.profiles}
    return len({design.game.followers[follower].allowed[t] for t in occurring}) == 1 and all(
        len(design.game.followers[follower].allowed[t]) == 1 for t in occurring
    )


def sender_of(design: Design) -> int | None:
    """The only follower whose action is not given, the first if all are; nothing where there are several."""
    several = [i for i in range(len(design.game.followers)) if not silent(design, i)]
    return None if len(several) > 1 else several[0] if several else 0


@dataclass(frozen=True, eq=False)
class OneSender:
    """The search in one design; ``sure`` says whether ties are broken against the designer."""

    design: Design
    sender: int
    sure: bool
    stop: Callable[[], bool] = lambda: False

    @cached_property
    def types(self) -> list[int]:
        """The types that can occur."""
        return sorted({types[self.sender] for types in self.design.outcomes.profiles})

    @cached_property
    def actions(self) -> list[int]:
        """The actions that some type may take."""
        allowed = self.design.game.followers[self.sender].allowed
        return sorted({a for t in self.types for a in allowed[t]})

    def leaf_of(self, action: int) -> int:
        """The leaf where the sender takes an action, and the others the only ones that they have."""
        number = 0
        for i, one in enumerate(self.design.game.followers):
            own = action if i == self.sender else one.allowed[self.design.outcomes.profiles[0][i]][0]
            number = number * len(one.actions) + own
        return number

    def _sum(self, row: Sequence[Linear], t: int) -> Linear:
        outcomes = self.design.outcomes
        total = Linear(Fraction(0), (Fraction(0),) * len(self.design.box))
        for k, (types, chance) in enumerate(zip(outcomes.profiles, outcomes.chances, strict=True)):
            if types[self.sender] == t:
                total = total + row[k].times(chance)
        return total

    @cached_property
    def _shared(self) -> set[int]:
        """The prices that several leaves speak of, in conditions or in what counts here."""
        counts: dict[int, int] = {}
        for action in self.actions:
            named: set[int] = set()
            for option in self.design.leaves[self.leaf_of(action)]:
                way = option.way
                named.update(_prices(*(c.excess for c in way.conditions), *way.utilities[self.sender], *way.objective))
            for j in named:
                counts[j] = counts.get(j, 0) + 1
        return {j for j, count in counts.items() if count > 1}

    @cached_property
    def seen(self) -> list[list[_Seen]]:
        """By action the options, of those that look alike the first."""
        made = []
        for action in self.actions:
            found: dict[object, _Seen] = {}
            for number, option in enumerate(self.design.leaves[self.leaf_of(action)]):
                way = option.way
                values = tuple(self._sum(way.objective, t) for t in self.types)
                utilities = tuple(self._sum(way.utilities[self.sender], t) for t in self.types)
                own = _linked(way.conditions, self._shared | _prices(*utilities, *values))
                weak = tuple(c.excess for c in way.conditions if not c.strict)
                strict = tuple(c.excess for c in way.conditions if c.strict)
                one = _Seen(number, values, utilities, weak, strict, self.design.interval(option))
                if prices_within(weak, strict, self.design.box) is not None:
                    found.setdefault((values, utilities, own), one)
            made.append(list(found.values()))
        return made

    def bounded(self) -> list[tuple[Fraction, tuple[_Seen, ...]]]:
        """All tuples of options with the most that the designer may have there, the greatest first."""
        require_size(prod(len(one) for one in self.seen), OPTIONS, "tuples of options")
        pairs = []
        for chosen in product(*self.seen):
            require_time(self.stop)
            pairs.append((self.rest(chosen)[0], chosen))
        return sorted(pairs, key=lambda pair: -pair[0])

    def rest(self, chosen: Sequence[_Seen]) -> list[Fraction]:
        """By type the most that it and those after it may bring."""
        made = [Fraction(0)]
        allowed = self.design.game.followers[self.sender].allowed
        for number in reversed(range(len(self.types))):
            own = [
                greatest(one.values[number], one.box)
                for a, one in zip(self.actions, chosen, strict=True)
                if a in allowed[self.types[number]]
            ]
            made.insert(0, made[0] + max(own))
        return made

    def best(self, beyond: tuple[Fraction, bool] | None = None) -> Settled | None:
        """The optimum; nothing where its limit, and whether that is attained, are not better than ``beyond``."""
        found: Settled | None = None
        for bound, chosen in self.bounded():
            if beyond is not None and (bound, True) <= beyond:
                break
            require_time(self.stop)
            better = _Replies(self, chosen, beyond).run()
            if better is not None:
                found, beyond = better, better.rank
        return found


@dataclass(frozen=True, slots=True)
class _State:
    """What is decided so far: values summed, conditions, and prices that meet them."""

    value: Linear
    weak: list[Linear]
    strict: list[Linear]
    prices: tuple[Fraction, ...]


class _Replies:
    """Goes through actions of all types for options that are chosen."""

    def __init__(self, search: OneSender, chosen: tuple[_Seen, ...], beyond: tuple[Fraction, bool] | None) -> None:
        self.search, self.chosen, self.beyond = search, chosen, beyond
        self.allowed = search.design.game.followers[search.sender].allowed
        self.box = [
            (max(one.box[j][0] for one in chosen), min(one.box[j][1] for one in chosen))
            for j in range(len(search.design.box))
        ]
        self.rest = search.rest(chosen)
        self.found: Settled | None = None

    def run(self) -> Settled | None:
        """The best that is better than what was known, if any."""
        weak = [one for own in self.chosen for one in own.weak]
        strict = [one for own in self.chosen for one in own.strict]
        prices = prices_within(weak, strict, self.search.design.box)
        if prices is not None:
            nothing = Linear(Fraction(0), (Fraction(0),) * len(self.box))
            self._next(0, _State(nothing, weak, strict, prices))
        return self.found

    def _next(self, number: int, state: _State) -> None:
        """Decide on the type of that number and those after it."""
        bound = greatest(state.value, self.box) + self.rest[number]
        if self.beyond is not None and (bound, True) <= self.beyond:
            return
        if number == len(self.search.types):
            self._end(state)
            return
        places = [m for m, a in enumerate(self.search.actions) if a in self.allowed[self.search.types[number]]]
        for m in sorted(places, key=lambda m: -greatest(self.chosen[m].values[number], self.box)):
            value = state.value + self.chosen[m].values[number]
            for weak, strict in self._conditions(number, m, [place for place in places if place != m]):
                more = state.weak + weak, state.strict + strict
                prices = prices_within(*more, self.search.design.box) if weak or strict else state.prices
                if prices is not None:
                    self._next(number + 1, _State(value, *more, prices))

    def _end(self, state: _State) -> None:
        if state.value.is_constant:
            limit, prices, attained = state.value.constant, state.prices, True
        else:
            found = most_within(state.value, state.weak, state.strict, self.search.design.box)
            if found is None:
                return
            limit, prices, attained = found
        if self.beyond is None or (limit, attained) > self.beyond:
            options = {
                self.search.leaf_of(action): one.number
                for action, one in zip(self.search.actions, self.chosen, strict=True)
            }
            self.found = Settled(
                self.search.design.completed(options, prices), prices, state.value.at(prices), limit, attained
            )
            self.beyond = self.found.rank

    def _conditions(self, number: int, m: int, others: Sequence[int]) -> Iterator[tuple[list[Linear], list[Linear]]]:
        """What makes an action a best one of a type: weak and strict conditions, in cases where these depend on which
        action gives the designer less."""
        ways: list[list[tuple[list[Linear], list[Linear]]]] = []
        for other in others:
            mine = self._against(number, m, other)
            if not mine:
                return
            ways.append(mine)
        for picked in product(*ways):
            yield [one for weak, _ in picked for one in weak], [one for _, strict in picked for one in strict]

    def _against(self, number: int, m: int, other: int) -> list[tuple[list[Linear], list[Linear]]]:
        """The cases in which an action is at least as good as another: strictly better, or else the other gives the
        designer no less (which does not matter where she hopes for the best)."""
        own, rival = self.chosen[m], self.chosen[other]
        better = own.utilities[number] - rival.utilities[number]
        loss = rival.values[number] - own.values[number]
        most, fewest = greatest(better, self.box), least(better, self.box)
        cases: list[tuple[list[Linear], list[Linear]]] = []
        harmless = not self.search.sure or least(loss, self.box) >= 0
        if most >= 0 and (harmless or greatest(loss, self.box) >= 0):
            cases.append(([better] * (fewest < 0) + [loss] * (not harmless), []))
        if not harmless and most > 0:
            cases.append(([], [better] * (fewest <= 0)))
        return cases
