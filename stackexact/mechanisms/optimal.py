"""The best rules: what the designer can get in the best (optimistic) or the worst (pessimistic) equilibrium.

* With at most one follower who has anything to choose, exactly over all prices (``one_sender``).
* Finitely many rules without prices are gone through in the order of their bounds (``no_incentives``).
* Else profiles of strategies are gone through in the order of their bounds, and for each a mixed-integer program
  proposes options under which it is an equilibrium; exact linear programs decide (``pure_designs``). Every value is
  that of rules which are then looked at by themselves, with all coarse correlated equilibria. Where the bound of what
  is left is above the best value found, that gap is told: it may be that nothing reaches the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Final

import numpy as np

from stackexact.errors import LimitReached, Unproved, require_time
from stackexact.exact.records import Record
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.candidates import ascended, dominating, one_speaks
from stackexact.mechanisms.design_models import proposed_options
from stackexact.mechanisms.designs import Design, designs_of
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.forms import Form, Profile, form_of
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.no_incentives import Bounds
from stackexact.mechanisms.one_sender import OneSender, Settled, sender_of, silent
from stackexact.mechanisms.prices import Most, most_within
from stackexact.mechanisms.programs import Optimum, Programs
from stackexact.mechanisms.pure_designs import Priced, priced

__all__ = ["Optimal", "Rules", "best_rules"]

_ATTEMPTS: Final = 100
"""Profiles of strategies for which rules are looked for."""
_SECONDS: Final = 5.0
"""Time for one proposal."""
_RULES: Final = 4096
"""Most rules without prices that are gone through one by one."""


@dataclass(frozen=True, slots=True, repr=False)
class Rules(Record):
    """Rules that are chosen: of which design, the option at each leaf, and prices."""

    design: Design = field(repr=False)
    options: tuple[int, ...]
    prices: tuple[Fraction, ...]

    @property
    def come_out(self) -> bool:
        """Whether at these prices, which are allowed, the options are those that come out."""
        inside = all(low <= p <= high for p, (low, high) in zip(self.prices, self.design.box, strict=True))
        chosen = (leaf[o] for leaf, o in zip(self.design.leaves, self.options, strict=True))
        return inside and all(c.holds(self.prices) for option in chosen for c in option.way.conditions)

    def form(self) -> Form:
        """The followers' game under them."""
        ways = [leaf[o].way for leaf, o in zip(self.design.leaves, self.options, strict=True)]
        return form_of(self.design.outcomes, ways, self.prices)


@dataclass(frozen=True, slots=True, repr=False)
class Optimal(Record):
    """Rules with an ``equilibrium`` (the best or the worst coarse correlated one under them) and its ``value``; a
    ``bound`` that no rules exceed, which is ``value`` where the optimum is known. Where it is not ``attained`` the
    bound is a supremum that the rules come close to."""

    rules: Rules
    value: Fraction
    equilibrium: Optimum
    bound: Fraction
    attained: bool
    method: str
    others: tuple[tuple[Rules, Optimum], ...] = ()
    """Of all rules that were looked at because their bounds are above the value, the equilibria that decide."""

    @property
    def settled(self) -> bool:
        """Whether the bound is the optimum, or the supremum."""
        return self.value == self.bound or not self.attained


@dataclass
class _Search:
    """What is found so far."""

    sure: bool
    stop: Callable[[], bool]
    report: Callable[[str], None]
    rules: Rules | None = None
    value: Fraction | None = None
    equilibrium: Optimum | None = None
    seen: list[tuple[Rules, Optimum]] = field(default_factory=list)

    def look_at(self, rules: Rules) -> Fraction:
        """The value of rules, which are kept if they are the best so far."""
        if not rules.come_out:
            raise Unproved("rules come out as their options say")
        form = rules.form()
        found = Programs(form, Family.COARSE, self.stop).best(-1 if self.sure else 1)
        value = (-found.value if self.sure else found.value) / form.scale
        self.seen.append((rules, found))
        if self.value is None or value > self.value:
            self.rules, self.value, self.equilibrium = rules, value, found
        return value

    def ended(self, bound: Fraction, method: str, *, attained: bool = True) -> Optimal:
        """The answer."""
        if self.rules is None or self.value is None or self.equilibrium is None:
            raise LimitReached(f"no rules were looked at in time; nothing exceeds {bound}; raise the limit")
        return Optimal(self.rules, self.value, self.equilibrium, max(bound, self.value), attained, method)


def best_rules(
    game: MechanismGame,
    *,
    sure: bool,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str], None] = lambda message: None,
) -> Optimal:
    """The best rules and prices of a game of numbers, by the best equilibrium under them, or (``sure``) the worst."""
    designs = list(designs_of(game))
    search = _Search(sure, stop, report)
    senders = [sender_of(design) for design in designs]
    if all(map(_is_silent, designs)):
        return _of_none(search, designs)
    if all(sender is not None for sender in senders):
        return _of_one_sender(search, designs)
    if not game.prices and sum(design.count for design in designs) <= _RULES:
        return _of_finitely_many(search, designs)
    return _by_strategies(search, designs)


def _is_silent(design: Design) -> bool:
    """Whether no follower has anything to choose, or to tell by what it does."""
    return all(silent(design, i) for i in range(len(design.game.followers)))


def _of_one_sender(search: _Search, designs: Sequence[Design]) -> Optimal:
    best: Settled | None = None
    for design in designs:
        sender = sender_of(design)
        assert sender is not None
        known = None if best is None else best.rank
        found = OneSender(design, sender, search.sure, search.stop).best(known)
        if found is not None:
            best, rules = found, Rules(design, found.options, found.prices)
    assert best is not None
    value = search.look_at(rules)
    # Prices close to a supremum may have an even better equilibrium for who hopes.
    if not (best.value <= value <= best.limit) or (best.attained != (value == best.limit)):
        raise Unproved("the value under fixed rules is what the search says")
    return search.ended(best.limit, "one-sender", attained=best.attained)


def _of_none(search: _Search, designs: Sequence[Design]) -> Optimal:
    """Nobody has anything to choose: the most that an option has, or comes close to."""
    waiting = []
    for design in designs:
        bounds = Bounds(design)
        leaf = bounds.leaf_of(next(bounds.profiles()))
        totals = design.tables[leaf].sum(axis=1)
        waiting += [(Fraction(int(total), design.scale), design, leaf, o) for o, total in enumerate(totals)]
    best: tuple[Fraction, bool] | None = None
    rules: Rules | None = None
    for bound, design, leaf, number in sorted(waiting, key=lambda one: -one[0]):
        if best is not None and (bound < best[0] or (bound == best[0] and best[1])):
            break
        require_time(search.stop)
        found = _priced_option(design, leaf, number)
        if found is not None and (best is None or (found[0], found[2]) > best):
            best = found[0], found[2]
            rules = Rules(design, design.completed({leaf: number}, found[1]), found[1])
    assert best is not None
    assert rules is not None
    search.look_at(rules)
    return search.ended(best[0], "no-sender", attained=best[1])


def _priced_option(design: Design, leaf: int, number: int) -> Most | None:
    """The most of one option, if its conditions can be met."""
    way = design.leaves[leaf][number].way
    goal = Linear(Fraction(0), (Fraction(0),) * len(design.box))
    for chance, one in zip(design.outcomes.chances, way.objective, strict=True):
        goal = goal + one.times(chance)
    weak = [c.excess for c in way.conditions if not c.strict]
    return most_within(goal, weak, [c.excess for c in way.conditions if c.strict], design.box)


def _of_finitely_many(search: _Search, designs: Sequence[Design]) -> Optimal:
    """All rules, the greatest bound first."""
    waiting: list[tuple[Fraction, Rules]] = []
    for design in designs:
        for options in product(*(range(len(leaf)) for leaf in design.leaves)):
            require_time(search.stop)
            waiting.append((_bound_of(search, design, options), Rules(design, options, ())))
    bounds = []
    for bound, rules in sorted(waiting, key=lambda pair: -pair[0]):
        if search.value is not None and bound <= search.value:
            break
        require_time(search.stop)
        search.look_at(rules)
        bounds.append(bound)
    assert search.value is not None
    found = search.ended(search.value, "all-rules")
    needed = (one for one, bound in zip(search.seen, bounds, strict=True) if bound > search.value)
    return replace(found, others=tuple(needed))


def _bound_of(search: _Search, design: Design, options: Sequence[int]) -> Fraction:
    """What no strategies exceed under rules without prices."""
    one = Design(
        design.outcomes, design.rule, tuple((leaf[o],) for leaf, o in zip(design.leaves, options, strict=True))
    )
    return Bounds(one, search.stop).best().value


def _by_strategies(search: _Search, designs: Sequence[Design]) -> Optimal:
    """Profiles of strategies, the greatest bound first, while there is hope for more than what is found."""
    left = _ordered(search, designs)
    top = left[0][0]
    for design in designs:  # so that there always is an answer
        middle = tuple((low + high) / 2 for low, high in design.box)
        search.look_at(Rules(design, design.completed({}, middle), middle))
    try:
        if search.sure:
            for rules in (found for design in designs for found in _spoken(search, design)):
                if search.look_at(rules) >= top:
                    break
        for number, (bound, design, profile) in enumerate(left):
            if search.value is not None and search.value >= (top if search.sure else bound):
                break
            require_time(search.stop)
            _try(search, design, profile)
            search.report(f"{number + 1} profiles of strategies, bound {bound}")
    except LimitReached:
        if search.value is None:
            raise
    return search.ended(top, "strategies")


def _spoken(search: _Search, design: Design) -> Iterator[Rules]:
    for options, prices in one_speaks(design, search.sure, search.stop):
        rules = Rules(design, options, prices)
        if rules.come_out:
            yield rules


def _try(search: _Search, design: Design, profile: Profile) -> None:
    """Look for rules under which strategies are an equilibrium: those that the bound speaks of, and proposed ones."""
    found = priced(design, profile, Bounds(design).options(profile))
    if found is not None:
        _look_around(search, design, profile, found)
    if found is None or search.sure:
        beyond = None if search.sure else search.value
        options = proposed_options(design, profile, beyond, _SECONDS)
        found = None if options is None else priced(design, profile, options)
        if found is not None:
            _look_around(search, design, profile, found)


def _look_around(search: _Search, design: Design, profile: Profile, found: Priced) -> None:
    """Look at rules, and, to be sure, at what else their options allow."""
    starts = [found.prices]
    if search.sure:
        starts += dominating(design, profile, found.options)
    for start in starts:
        best = search.value
        value = search.look_at(Rules(design, found.options, start))
        if search.sure and (best is None or value >= best):
            for prices in ascended(design, found.options, start, search.stop):
                search.look_at(Rules(design, found.options, prices))


def _ordered(search: _Search, designs: Sequence[Design]) -> list[tuple[Fraction, Design, Profile]]:
    """The profiles of strategies with the greatest bounds, in their order, as many as are tried."""
    made = []
    for design in designs:
        bounds = Bounds(design, search.stop)
        found = bounds.by_profile()
        for number in np.argsort(-found, kind="stable")[:_ATTEMPTS]:
            made.append((Fraction(int(found[number]), design.scale), design, bounds.profile(int(number))))
    return sorted(made, key=lambda one: -one[0])[:_ATTEMPTS]
