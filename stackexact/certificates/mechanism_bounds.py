"""What no rules of a mechanism exceed where incentives are left aside: claims of ``no-incentives``, and upper bounds.

Under a profile of strategies each leaf is decided by itself, by the types that come there. With sums over sets of types
of the first follower, then of the second and so on, an option is summed up for all these sets at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from operator import add
from typing import Any

from stackexact.certificates.mechanism_forms import Profile, every_form
from stackexact.certificates.mechanism_game import MechanismGame, Rule, require_steps
from stackexact.certificates.mechanism_options import Options
from stackexact.certificates.mechanism_parts import Choice
from stackexact.certificates.mechanism_proofs import strategies_at
from stackexact.certificates.reading import Node

__all__ = ["RuleBounds", "no_incentives", "nothing_above"]


@dataclass(frozen=True, slots=True)
class _Coming:
    """The types of a follower that must take an action where they can occur, and those that may."""

    must: tuple[int, ...]
    may: tuple[int, ...]

    def mask(self, strategy: Sequence[int], action: int) -> int:
        """Which of those that may take the action do so."""
        return sum(1 << bit for bit, t in enumerate(self.may) if strategy[t] == action)


@dataclass(frozen=True, eq=False)
class RuleBounds:
    """Bounds of one rule, in the numbers of the options."""

    options: Options
    rule: Rule

    @cached_property
    def _coming(self) -> list[list[_Coming]]:
        """By follower and action the types that come."""
        made = []
        for one, occurring in zip(self.options.game.followers, self.options.form.occurring, strict=True):
            allowed = [(t, one.allowed[t]) for t in occurring]
            made.append(
                [
                    _Coming(
                        tuple(t for t, some in allowed if some == (a,)),
                        tuple(t for t, some in allowed if a in some and len(some) > 1),
                    )
                    for a in range(len(one.actions))
                ]
            )
        return made

    def _reached(self) -> Iterator[tuple[int, tuple[_Coming, ...]]]:
        """The leaves that some profile of types can reach, and by follower the types that come there."""
        for number, coming in enumerate(product(*self._coming)):
            if all(one.must or one.may for one in coming):
                yield number, coming

    # -- Pointwise ----------------------------------------------------------------------------------------------------

    def pointwise(self) -> Any:
        """The sum over profiles of types of the most of any option that is in its reach."""
        count = len(self.options.comings.profiles)
        found: list[list[Any]] = [[] for _ in range(count)]
        known: dict[tuple[Choice, ...], list[Any]] = {}
        for number, coming in self._reached():
            leaf = self.rule.leaves[number]
            if leaf not in known:
                self.options.spend_rows(len(self.options.at(leaf)))
                best: list[Any] | None = None
                for row in map(self.options.row, self.options.at(leaf)):
                    best = row if best is None else list(map(max, best, row))
                known[leaf] = best or []
            for k in self._places(coming):
                found[k].append(known[leaf][k])
        return sum(max(some) for some in found)

    def _places(self, coming: Sequence[_Coming]) -> list[int]:
        """The profiles of types that may come."""
        told = product(*((*one.must, *one.may) for one in coming))
        return [self._number[types] for types in told if types in self._number]

    @cached_property
    def _number(self) -> dict[tuple[int, ...], int]:
        return {types: k for k, types in enumerate(self.options.comings.profiles)}

    # -- By profile of strategies -------------------------------------------------------------------------------------

    @cached_property
    def _tables(self) -> dict[int, list[Any]]:
        """By leaf what any of its options has at most, by sets of types that come though they need not: those of the
        last follower fastest."""
        made: dict[int, list[Any]] = {}
        known: dict[Any, list[Any]] = {}
        for number, coming in self._reached():
            options = self.options.at(self.rule.leaves[number])
            sets = prod(1 << len(one.may) for one in coming)
            if sets == 1:
                made[number] = [self._most(number, self._places(coming))]
                continue
            require_steps(self.options.place, len(options) * len(self._number) + 4 * sets)  # all of which is kept
            self.options.spend_rows(len(options))
            key = frozenset(tuple(self.options.row(option)) for option in options), coming
            if key not in known:
                self.options.spend(len(key[0]) * sets)
                known[key] = self._table(*key)
            made[number] = known[key]
        return made

    def _table(self, rows: frozenset[tuple[Any, ...]], coming: Sequence[_Coming]) -> list[Any]:
        told = list(product(*((*one.must, *one.may) for one in coming)))
        places = [self._number.get(types, -1) for types in told]
        best: list[Any] | None = None
        for row in rows:
            numbers = [row[k] if k >= 0 else 0 for k in places]
            sums = _sums(numbers, [(len(one.must), len(one.may)) for one in coming])
            best = sums if best is None else list(map(max, best, sums))
        return best or []

    def _most(self, number: int, places: Sequence[int]) -> Any:
        """The most that an option of a leaf has of profiles of types."""
        options = self.options.at(self.rule.leaves[number])
        self.options.spend_rows(len(options))
        return max(sum(row[k] for k in places) for row in map(self.options.row, options))

    def greatest(self) -> Any:
        """The most of all profiles of strategies."""
        if not any(one.may for own in self._coming for one in own):
            return sum(self._most(number, self._places(coming)) for number, coming in self._reached())
        form = self.options.form
        *others, last = range(len(form.followers))
        count = prod(form.count(i) for i in others)
        self.options.spend(count * len(self._tables) * (len(form.followers) + form.count(last)))
        strategies = [*form.strategies_of(last)]
        masks = [[one.mask(strategy, a) for strategy in strategies] for a, one in enumerate(self._coming[last])]
        return max(self._best_of_last(told, masks) for told in product(*map(form.strategies_of, others)))

    def _best_of_last(self, told: Sequence[Sequence[int]], masks: Sequence[Sequence[int]]) -> Any:
        """The most of what the last follower may do, the others doing as told."""
        sums: dict[int, list[Any]] = {}
        form = self.options.form
        for number, coming in self._reached():
            actions = [number // stride % size for stride, size in zip(form.strides, form.sizes, strict=True)]
            place = 0
            for one, strategy, action in zip(coming, told, actions, strict=False):
                place = (place << len(one.may)) + one.mask(strategy, action)
            size = 1 << len(coming[-1].may)
            part = self._tables[number][place * size : (place + 1) * size]
            known = sums.get(actions[-1])
            sums[actions[-1]] = part if known is None else list(map(add, known, part))
        rows = [[values[mask] for mask in masks[a]] for a, values in sums.items()]
        return max(map(sum, zip(*rows, strict=True)))

    def at(self, profile: Profile) -> Any:
        """The bound of one profile of strategies."""
        coming: dict[int, list[int]] = {}
        form = self.options.form
        for k, place in enumerate(form.played(profile)):
            coming.setdefault(place - k * form.width, []).append(k)
        return sum(self._most(number, places) for number, places in coming.items())


def _sums(numbers: list[Any], sizes: Sequence[tuple[int, int]]) -> list[Any]:
    """Sums of a table by type of each follower over all sets of types, those that must be there and some that may."""
    if not sizes:
        return numbers
    (must, may), *rest = sizes
    width = len(numbers) // (must + may)
    chunks = [numbers[k : k + width] for k in range(0, len(numbers), width)]
    if not rest:
        sums = [sum(numbers[:must])]
        for number in numbers[must:]:
            sums += [one + number for one in sums]
        return sums
    rows = [[sum(some) for some in zip(*chunks[:must], strict=True)] if must else [0] * width]
    for chunk in chunks[must:]:
        rows += [list(map(add, row, chunk)) for row in rows]
    return [value for row in rows for value in _sums(row, rest)]


def nothing_above(options: Options, bound: Fraction, node: Node) -> None:
    """Require that under no rule any profile of strategies has more than a bound, whatever is chosen."""
    for rule in options.game.rules:
        bounds = RuleBounds(options, rule)
        if bounds.pointwise() > bound * options.scale and bounds.greatest() > bound * options.scale:
            raise node.fails("expected a bound that no strategies exceed, incentives left aside")


def no_incentives(game: MechanismGame, cell: Node, proof: Node) -> None:
    """The most that any rules and any strategies have, incentives left aside, and the mean of the first best."""
    proof.fields()
    parts = cell.fields("when", "leader", "strategies", "first_best")
    parts["when"].items(0)
    if game.parameters:
        _of_functions(game, cell, parts)
        return
    options = Options.of(game, cell.place)
    every = [RuleBounds(options, rule) for rule in game.rules]
    parts["leader"].agrees(Fraction(max(bounds.greatest() for bounds in every)) / options.scale)
    profile = strategies_at(options.form, parts["strategies"])
    if Fraction(max(bounds.at(profile) for bounds in every)) / options.scale != parts["leader"].number():
        raise parts["strategies"].fails("expected strategies that have as much")
    parts["first_best"].agrees(options.comings.first_best())


def _of_functions(game: MechanismGame, cell: Node, parts: Mapping[str, Node]) -> None:
    """The same where numbers depend on parameters: all profiles of strategies under all rules."""
    stated, reached = parts["leader"].number(), False
    for _, _, form in every_form(game, cell.place):
        profile = strategies_at(form, parts["strategies"])
        for one in form.all_profiles(cell.place):
            value = form.mean(form.objective, {one: Fraction(1)})
            if value > stated:
                raise parts["leader"].fails("expected what nothing exceeds, but strategies have more")
            reached = reached or (one == profile and value == stated)
    if not reached:
        raise parts["strategies"].fails("expected strategies that have as much")
    pairs = [chance * game.first_best(types) for types, chance in game.chances.items()]
    parts["first_best"].agrees(sum(pairs, start=game.there(Fraction(0))))
