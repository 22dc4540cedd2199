"""Rules that may be good even in the worst equilibrium: only one follower is listened to, or prices climb.

Nothing here is a proof: the worst equilibrium under what is proposed is worked out by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Final, TypeAlias

from stackexact.errors import LimitReached
from stackexact.games.mechanism_parts import actions_of
from stackexact.lp import Program, Status, solve
from stackexact.mechanisms.designs import Design
from stackexact.mechanisms.deviations import Deviation, Family, deviations_of
from stackexact.mechanisms.forms import Profile, form_of
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.one_sender import OneSender, silent
from stackexact.mechanisms.outcomes import Way
from stackexact.mechanisms.programs import Programs

__all__ = ["ascended", "dominating", "one_speaks"]

Box: TypeAlias = Sequence[tuple[Fraction, Fraction]]

_ROUNDS: Final = 12
_PROFILES: Final = 2048
"""Most profiles of strategies for which prices climb."""


# -- One follower is listened to --------------------------------------------------------------------------------------


def one_speaks(
    design: Design, sure: bool, stop: Callable[[], bool]
) -> Iterator[tuple[tuple[int, ...], tuple[Fraction, ...]]]:
    """For each follower the best rules, exactly, if the others always took their first actions; then the same options
    and prices whatever the others do, where their leaves have the same choices."""
    for sender, one in enumerate(design.game.followers):
        if all(len(own) == 1 for own in one.allowed):
            continue
        alone = _alone(design, sender)
        if not _others_are_silent(alone, sender):
            continue
        try:
            found = OneSender(alone, sender, sure, stop).best()
        except LimitReached:
            continue
        if found is not None:
            copied = _copied(design, sender, found.options, found.prices)
            if copied is not None:
                yield copied


def _others_are_silent(design: Design, sender: int) -> bool:
    return all(silent(design, i) for i in range(len(design.game.followers)) if i != sender)


def _alone(design: Design, sender: int) -> Design:
    """The design in which all others may take their first action alone."""
    followers = tuple(
        one if i == sender else replace(one, allowed=tuple(own[:1] for own in one.allowed))
        for i, one in enumerate(design.game.followers)
    )
    game = design.game._with(followers=followers)
    outcomes = design.outcomes.of_game(game)
    return Design(outcomes, design.rule, design.leaves)


def _copied(
    design: Design, sender: int, options: Sequence[int], prices: Sequence[Fraction]
) -> tuple[tuple[int, ...], tuple[Fraction, ...]] | None:
    """At every leaf what is chosen where the sender does the same and the others take their first actions."""
    sizes = [len(one.actions) for one in design.game.followers]
    firsts = [one.allowed[0][0] for one in design.game.followers]
    chosen, told = [], list(prices)
    for leaf, own in enumerate(design.leaves):
        actions: list[int] = []
        left = leaf
        for size in reversed(sizes):
            left, action = divmod(left, size)
            actions.insert(0, action)
        model = 0
        for i, size in enumerate(sizes):
            model = model * size + (actions[i] if i == sender else firsts[i])
        wanted = design.leaves[model][options[model]]
        number = next(
            (
                o
                for o, option in enumerate(own)
                if (option.choice, option.way.endings) == (wanted.choice, wanted.way.endings)
                and len(option.way.results.prices) == len(wanted.way.results.prices)
            ),
            None,
        )
        if number is None:
            return None
        chosen.append(number)
        pairs = zip(own[number].way.results.prices, wanted.way.results.prices, strict=True)
        for here, there in pairs:
            places = [j for j, slope in enumerate(here.slopes) if slope]
            if len(places) == 1:
                told[places[0]] = (there.at(prices) - here.constant) / here.slopes[places[0]]
    return tuple(chosen), tuple(told)


# -- Prices that make strategies dominant -----------------------------------------------------------------------------


def dominating(design: Design, profile: Profile, options: Sequence[int]) -> list[tuple[Fraction, ...]]:
    """Prices at which as much as possible is lost by each change of an action, whatever the others do, up to a bound;
    at most one."""
    followers, outcomes = design.game.followers, design.outcomes
    ways = [leaf[o].way for leaf, o in zip(design.leaves, options, strict=True)]
    if not design.box or len(ways) * len(outcomes.profiles) > _PROFILES:
        return []
    wanted: dict[tuple[int, int, int, tuple[int, ...]], Linear] = {}
    for k, (types, chance) in enumerate(zip(outcomes.profiles, outcomes.chances, strict=True)):
        for a, actions in enumerate(actions_of(followers)):
            for i, one in enumerate(followers):
                own = profile[i][types[i]]
                if actions[i] != own and actions[i] in one.allowed[types[i]]:
                    better = a + (own - actions[i]) * _stride(design, i)
                    gain = (ways[better].utilities[i][k] - ways[a].utilities[i][k]).times(chance)
                    key = (i, types[i], actions[i], actions[:i] + actions[i + 1 :])
                    wanted[key] = wanted[key] + gain if key in wanted else gain
    found = _as_far(list(wanted.values()), [c.excess for way in ways for c in way.conditions], design.box)
    held = found is not None and all(c.holds(found) for way in ways for c in way.conditions)
    return [found] if found is not None and held else []


def _stride(design: Design, i: int) -> int:
    return prod(len(one.actions) for one in design.game.followers[i + 1 :])


def _as_far(wanted: Sequence[Linear], weak: Sequence[Linear], box: Box) -> tuple[Fraction, ...] | None:
    """Prices with the greatest sum of what is wanted, each counted up to a tenth of the widest interval."""
    cap = max((high - low for low, high in box), default=Fraction(1)) / 10
    none = Fraction(0)
    beside = [none] * len(wanted)
    rows = []
    for k, one in enumerate(wanted):
        rows.append(((*one.slopes, *beside[:k], Fraction(-1), *beside[k + 1 :]), -one.constant))
    rows += [((*one.slopes, *beside), -one.constant) for one in weak]
    program: Program[Fraction] = Program(
        (*([none] * len(box)), *([Fraction(1)] * len(wanted))),
        tuple(row for row, _ in rows),
        tuple(bound for _, bound in rows),
        (None,) * len(rows),
        (*(low for low, _ in box), *([None] * len(wanted))),
        (*(high for _, high in box), *([cap] * len(wanted))),
    )
    found = solve(program)
    return found.point[: len(box)] if found.status is Status.OPTIMAL and found.point is not None else None


# -- Prices climb -----------------------------------------------------------------------------------------------------


def ascended(
    design: Design, options: Sequence[int], prices: Sequence[Fraction], stop: Callable[[], bool]
) -> Iterator[tuple[Fraction, ...]]:
    """Prices under which the multipliers of the worst equilibrium at the last ones prove more; again and again."""
    if not design.box:
        return
    ways = [leaf[o].way for leaf, o in zip(design.leaves, options, strict=True)]
    conditions = [one for way in ways for one in way.conditions]
    for _ in range(_ROUNDS):
        form = form_of(design.outcomes, ways, prices)
        if prod(form.strategies) > _PROFILES:
            return
        worst = Programs(form, Family.COARSE, stop).best(-1)
        deviations = deviations_of(form, Family.COARSE)
        weights = [
            weight * form.utility_scales[one.follower] / form.objective_scale
            for one, weight in zip(deviations, worst.multipliers, strict=True)
        ]
        table = _proved(design, ways, deviations, weights)
        rows = [_along(table, form.played(profile)) for profile in form.all_profiles()]
        better = _highest(rows, [one.excess for one in conditions if not one.strict], design.box)
        strict = [one for one in conditions if one.strict]
        if better is None or better == tuple(prices) or not all(one.holds(better) for one in strict):
            return
        yield better
        prices = better


def _proved(
    design: Design, ways: Sequence[Way], deviations: Sequence[Deviation], weights: Sequence[Fraction]
) -> list[list[Linear]]:
    """By profile of types and of actions the objective less the weighted gains, linear in prices."""
    sizes = [len(one.actions) for one in design.game.followers]
    strides = [_stride(design, i) for i in range(len(sizes))]
    made = []
    for k, (types, chance) in enumerate(zip(design.outcomes.profiles, design.outcomes.chances, strict=True)):
        row = []
        for a, way in enumerate(ways):
            value = way.objective[k]
            for one, weight in zip(deviations, weights, strict=True):
                if weight and types[one.follower] == one.type:
                    own = a // strides[one.follower] % sizes[one.follower]
                    other = ways[a + (one.action - own) * strides[one.follower]]
                    gain = way.utilities[one.follower][k] - other.utilities[one.follower][k]
                    value = value - gain.times(weight)
            row.append(value.times(chance))
        made.append(row)
    return made


def _along(table: Sequence[Sequence[Linear]], played: Sequence[int]) -> Linear:
    total = table[0][played[0]]
    for row, a in zip(table[1:], played[1:], strict=True):
        total = total + row[a]
    return total


def _highest(rows: Sequence[Linear], weak: Sequence[Linear], box: Box) -> tuple[Fraction, ...] | None:
    """Prices at which the least of the rows is greatest."""
    one, none = Fraction(1), Fraction(0)
    lines = [((*row.slopes, -one), -row.constant) for row in rows]
    lines += [((*row.slopes, none), -row.constant) for row in weak]
    program: Program[Fraction] = Program(
        (*([none] * len(box)), one),
        tuple(line for line, _ in lines),
        tuple(bound for _, bound in lines),
        (None,) * len(lines),
        (*(low for low, _ in box), None),
        (*(high for _, high in box), None),
    )
    found = solve(program)
    return found.point[: len(box)] if found.status is Status.OPTIMAL and found.point is not None else None
