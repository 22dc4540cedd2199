"""Sub-games of mechanisms: the designer sees the profile of actions, and chooses what comes out.

Prices come from finite grids that the user gives: an optimum over them is one over these grids, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import parameters_of, text_of
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Choice as RuleChoice
from stackexact.games.mechanism_parts import Follower, actions_of
from stackexact.mechanisms.outcomes import Outcomes, Way
from stackexact.pomdp.limits import ENTRIES, require_size
from stackexact.pomdp.numbers import grid
from stackexact.pomdp.sub_games import Choice, Ending, Part, SubGame

__all__ = ["mechanism", "require_numbers", "said"]


def require_numbers(game: MechanismGame) -> None:
    """Refuse a game with parameters."""
    if game.parameters:
        names = ", ".join(game.parameters)
        raise UsageError(f"game: expected numbers, found the parameters {names}; fix them (at)")


def said(followers: Sequence[Follower], actions: Sequence[int]) -> str:
    """A profile of actions in words."""
    return ", ".join(f"{one.name}: {one.actions[a]}" for one, a in zip(followers, actions, strict=True))


def mechanism(game: MechanismGame, prices: Mapping[str, Sequence[object]] | None = None) -> SubGame:
    """The sub-game of a game of kind ``mechanism``: the leader observes the profile of actions, and takes one of the
    outcomes that the rule lists there, at prices from their grids.

    ``prices`` maps the game's prices to lists of numbers. Every price must belong to one profile of actions alone,
    since what she asks there is her answer to it; a rule is hers to choose beforehand (``game.with_rule(name)``).

    Raises :class:`~stackexact.errors.UsageError` for several rules, prices without a grid, and prices in several
    profiles.

    >>> game = MechanismGame(
    ...     {"A": {"types": {"low": 1, "high": 2}, "actions": ["buy", "leave"]}},
    ...     {"posted": {"buy": {"valuations": {"A": "A"}, "payments": {"A": "p"}}, "leave": {}}},
    ...     prior={"A": {"low": "1/2", "high": "1/2"}}, prices={"p": [0, 2]}, objective="revenue")
    >>> made = mechanism(game, prices={"p": [1, 2]})
    >>> made.observations, [choice.label for choice in made.choices[0]]
    (('A: buy', 'A: leave'), ['p = 1', 'p = 2'])
    """
    require_numbers(game)
    if len(game.rules) != 1:
        names = ", ".join(rule.name for rule in game.rules)
        raise UsageError(f"game: expected one rule, found {names}; take one of them (with_rule)")
    grids = _grids(game, prices or {})
    menus = _menus(game, grids)
    outcomes = Outcomes(game)
    types = range(len(outcomes.profiles))
    ways: dict[RuleChoice, Way] = {}
    lowest = {price.name: grids[price.name][0] for price in game.prices}

    def endings(choice: RuleChoice, place: str, asked: Mapping[str, Fraction]) -> tuple[Ending | None, ...]:
        at = [asked.get(name, low) for name, low in lowest.items()]
        way = ways.get(choice)
        if way is None:
            way = outcomes.way_at(choice, place, at)
            if not asked:
                ways[choice] = way
        utilities = [[one[k].at(at) for one in way.utilities] for k in types]
        return tuple(Ending(way.objective[k].at(at), tuple(utilities[k])) for k in types)

    profiles = list(actions_of(game.followers))
    return SubGame(
        followers=game.followers,
        profiles=tuple(outcomes.profiles),
        chances=tuple(outcomes.chances),
        observations=tuple(said(game.followers, actions) for actions in profiles),
        features=tuple(profiles),
        feature_sizes=tuple(len(one.actions) for one in game.followers),
        parts=_parts(menus, game, grids),
        choices=tuple(tuple(Choice(label, parts) for label, parts, *_ in menu) for menu in menus),
        first=tuple(range(len(profiles))),
        place=(0,) * len(profiles),
        after=tuple((None,) * len(menu) for menu in menus),
        endings=tuple(tuple((endings(*rest),) for _, _, *rest in menu) for menu in menus),
        name=game.name,
    )


def _grids(game: MechanismGame, given: Mapping[str, Sequence[object]]) -> dict[str, tuple[Fraction, ...]]:
    intervals = {price.name: price for price in game.prices}
    made = {}
    for name in given:
        if name not in intervals:
            known = ", ".join(intervals) or "none, for the game has no prices"
            raise UsageError(f"prices: expected {known}, found {shorten(name)}; correct it")
    for name, price in intervals.items():
        if name not in given:
            raise UsageError(f"prices.{name}: expected a list of numbers to choose from, found none; give one")
        made[name] = grid(given[name], f"prices.{name}")
        for value in (made[name][0], made[name][-1]):
            if not price.lower <= value <= price.upper:
                interval = f"from {text_of(price.lower)} to {text_of(price.upper)}"
                found = f"found {shorten(text_of(value))}; choose others"
                raise UsageError(f"prices.{name}: expected numbers {interval}, {found}")
    return made


def _menus(game: MechanismGame, grids: Mapping[str, tuple[Fraction, ...]]) -> list[list[Any]]:
    """By profile of actions (label, parts, outcome, its place, prices asked) of all choices."""
    rule = game.rules[0]
    places = iter(rule.places(game.followers))
    owners: dict[str, int] = {}
    names: list[list[list[str]]] = []
    told: list[list[tuple[RuleChoice, str]]] = []
    for a, leaf in enumerate(rule.leaves):
        told.append([])
        names.append([])
        for _ in leaf:
            place, choice = next(places)
            own = _asked(game, choice, place, grids)
            for name in own:
                if owners.setdefault(name, a) != a:
                    both = "in several profiles of actions; give each a price of its own"
                    raise UsageError(f"prices.{name}: expected in one profile of actions, found {both}")
            told[-1].append((choice, place))
            names[-1].append(own)
    choices = sum(prod(len(grids[name]) for name in own) for row in names for own in row)
    require_size(choices * game.shape[0] * (1 + len(game.followers)), ENTRIES, "payoffs")
    return [_menu(told[a], names[a], grids) for a in range(len(told))]


def _asked(game: MechanismGame, choice: RuleChoice, place: str, grids: Mapping[str, object]) -> list[str]:
    found = {name for _, value in game.outcome(choice).numbers(place, game.followers) for name in parameters_of(value)}
    return [name for name in grids if name in found]


def _menu(
    told: Sequence[tuple[RuleChoice, str]],
    names: Sequence[Sequence[str]],
    grids: Mapping[str, tuple[Fraction, ...]],
) -> list[Any]:
    made = []
    for c, ((choice, place), own) in enumerate(zip(told, names, strict=True)):
        for spots in product(*(range(len(grids[name])) for name in own)):
            asked = {name: grids[name][spot] for name, spot in zip(own, spots, strict=True)}
            words = [f"{name} = {text_of(price)}" for name, price in asked.items()]
            if len(told) > 1 or not words:
                words.insert(0, choice if isinstance(choice, str) else f"outcome {c + 1}")
            made.append((", ".join(words), (c, *spots), choice, place, asked))
    return made


def _parts(menus: list[list[Any]], game: MechanismGame, grids: Mapping[str, tuple[Fraction, ...]]) -> tuple[Part, ...]:
    """The outcome, and prices as numbers where all grids of the same place are one; menus are filled up with zeros."""
    wide = max(len(parts) for menu in menus for _, parts, *_ in menu)
    by_place: list[set[tuple[Fraction, ...]]] = [set() for _ in range(wide - 1)]
    for menu in menus:
        for c, (label, parts, choice, place, asked) in enumerate(menu):
            for spot, name in enumerate(asked):
                by_place[spot].add(grids[name])
            menu[c] = (label, (*parts, *(0,) * (wide - len(parts))), choice, place, asked)
    made = [Part("outcome", 1 + max(parts[0] for menu in menus for _, parts, *_ in menu))]
    for spot, found in enumerate(by_place):
        if len(found) == 1:
            (values,) = found
            made.append(Part(f"price {spot + 1}", len(values), "number", values))
        else:
            made.append(Part(f"price {spot + 1}", max(map(len, found))))
    return tuple(made)
