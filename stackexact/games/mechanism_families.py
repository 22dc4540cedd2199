"""Families of mechanisms: leader games, payments, allocation by messages, sequential prices, a repeated dilemma.

The settings of Brero et al., arXiv:2210.03852, and of the authors' public code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, Final

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.mechanism import MechanismGame

__all__ = [
    "leader_game",
    "matrix_design",
    "message_space",
    "price_mechanism",
    "repeated_prisoners_dilemma",
    "simple_allocation",
    "two_buyers",
]

_MOST_RULES: Final = 4096
"""Most policies of a leader with memory."""


def leader_game(game: Game) -> MechanismGame:
    """A game in strategic form whose leader commits to an action: each is a rule.

    >>> game = leader_game(Game([[20, 0], [30, 10]], [[15, 0], [0, 5]]))
    >>> [rule.name for rule in game.rules], game
    (['a1', 'a2'], <MechanismGame 1 follower, 1 type profile, 2 action profiles, 2 rules>)
    """
    rules = {
        row: {
            column: {"valuations": {"follower": payoff}, "designer": own}
            for column, own, payoff in zip(game.actions.follower, owns, payoffs, strict=True)
        }
        for row, owns, payoffs in zip(game.actions.leader, game.payoffs.leader, game.payoffs.follower, strict=True)
    }
    followers = {"follower": {"actions": list(game.actions.follower)}}
    given: dict[str, Any] = {"assumptions": game.assumptions, "name": game.name, "parameters": game.parameters}
    return MechanismGame(followers, rules, objective="designer", **given)


def matrix_design(
    first: Sequence[Sequence[object]],
    second: Sequence[Sequence[object]],
    *,
    most: object = 10,
    name: str | None = None,
) -> MechanismGame:
    """Two followers play a bimatrix game (rows ``first``'s, columns ``second``'s actions), and the designer pays each
    of them from 0 to ``most`` by what is played; she wants welfare, payments are free (Monderer & Tennenholtz 2003).

    What is paid to the first at row i and column j is called ``x_i_j``, to the second ``y_i_j``.

    >>> matrix_design([[3, 6], [4, 2]], [[3, 4], [6, 2]]).shape
    (1, 4)
    """
    prices: dict[str, Sequence[object]] = {}
    rule: dict[str, dict[str, Any]] = {}
    for i, (own, other) in enumerate(zip(first, second, strict=True)):
        rule[str(i)] = {}
        for j, (one, two) in enumerate(zip(own, other, strict=True)):
            named = f"x_{i}_{j}", f"y_{i}_{j}"
            prices |= {one_name: [0, most] for one_name in named}
            rule[str(i)][str(j)] = {
                "valuations": {"A0": one, "A1": two},
                "payments": {"A0": f"-{named[0]}", "A1": f"-{named[1]}"},
            }
    actions = [[str(i) for i in range(len(first))], [str(j) for j in range(len(first[0]))]]
    followers = {f"A{k}": {"actions": own} for k, own in enumerate(actions)}
    return MechanismGame(followers, {"payments": rule}, prices=prices, name=name)


def simple_allocation(types: int = 3, messages: int = 2, *, name: str | None = None) -> MechanismGame:
    """One follower with equally probable types sends a message, and the designer gives an item: both get 1 if it is the
    one of the type.

    >>> simple_allocation(3, 2)
    <MechanismGame 1 follower, 3 type profiles, 2 action profiles, 1 rule>
    """
    _require_count(types, "types")
    _require_count(messages, "messages")
    labels = [f"t{k}" for k in range(types)]
    items = {
        f"item-{k}": {"valuations": {"A0": {t: int(t == label) for t in labels}}} for k, label in enumerate(labels)
    }
    followers = {"A0": {"types": labels, "actions": [str(m) for m in range(messages)]}}
    prior = {"A0": {label: Fraction(1, types) for label in labels}}
    rule = {str(m): list(items) for m in range(messages)}
    return MechanismGame(followers, {"allocation": rule}, outcomes=items, prior=prior, name=name)


def price_mechanism(
    values: Sequence[Sequence[object]],
    chances: Sequence[Sequence[object]],
    *,
    messages: Sequence[int] | None = None,
    purchase: str = "v >= p",
    interval: tuple[object, object] = (0, 1),
    name: str | None = None,
) -> MechanismGame:
    """A sequential price mechanism for one item and two buyers or more, with messages (MSPM) or without (SPM).

    ``values`` and ``chances`` are by buyer those of its types, which are independent, ``messages`` the number of
    messages of each (1 where nothing can be told). After the messages m the designer offers the item to the buyers in
    an order that she chooses, to the k-th of them at the price ``p_m_k`` in the ``interval``. She wants welfare less
    that of the first best.

    >>> game = price_mechanism([["1/5", 1], [0, "2/5"]], [["4/5", "1/5"], ["1/2", "1/2"]], messages=[1, 2])
    >>> [price.name for price in game.prices]
    ['p_00_0', 'p_00_1', 'p_01_0', 'p_01_1']
    """
    from itertools import permutations

    counts = [1] * len(values) if messages is None else list(messages)
    if not len(values) == len(chances) == len(counts):
        found = f"{len(values)}, {len(chances)} and {len(counts)}"
        raise UsageError(f"values, chances, messages: expected as many of each, one per buyer, found {found}")
    followers, prior = {}, {}
    for k, (own, shares, count) in enumerate(zip(values, chances, counts, strict=True)):
        _require_count(count, f"messages[{k}]")
        labels = [f"v{t}" for t in range(len(own))]
        followers[f"A{k}"] = {
            "types": dict(zip(labels, own, strict=True)),
            "actions": [str(message) for message in range(count)],
        }
        prior[f"A{k}"] = dict(zip(labels, shares, strict=True))
    orders = list(permutations(followers))
    prices: dict[str, Sequence[object]] = {}

    def rule(told: tuple[int, ...]) -> Any:
        if len(told) < len(counts):
            return {str(message): rule((*told, message)) for message in range(counts[len(told)])}
        word = "_".join(map(str, told)) if max(counts) > 10 else "".join(map(str, told))
        names = [f"p_{word}_{k}" for k in range(len(counts))]
        prices.update(dict.fromkeys(names, interval))
        return [{"offers": [{"to": to, "price": p} for to, p in zip(order, names, strict=True)]} for order in orders]

    made = rule(())
    return MechanismGame(
        followers,
        {"prices": made},
        prior=prior,
        prices=prices,
        purchase=purchase,
        objective="welfare - first_best",
        name=name,
    )


def two_buyers(
    epsilon: object = "1/5",
    *,
    messages: Sequence[int] = (2, 2),
    purchase: str = "v >= p",
    name: str | None = None,
) -> MechanismGame:
    """The setting PI: a buyer of value ε, or 1 with chance ε, and one of value 0 or 2ε, equally probable.

    >>> two_buyers(messages=(1, 1)).shape
    (4, 1)
    """
    small = exact(epsilon)
    double: Exact = 2 * small
    rest: Exact = 1 - small
    half = Fraction(1, 2)
    return price_mechanism(
        [[small, 1], [0, double]], [[rest, small], [half, half]], messages=messages, purchase=purchase, name=name
    )


def message_space(
    types: int, *, messages: Sequence[int] = (2, 2), purchase: str = "v >= p", name: str | None = None
) -> MechanismGame:
    """The setting MSGSpace: two buyers whose values are 0, 1/(n − 1), ..., 1, equally probable.

    >>> message_space(3, messages=(1, 2)).shape
    (9, 2)
    """
    _require_count(types, "types", 2)
    values = [Fraction(k, types - 1) for k in range(types)]
    chances = [Fraction(1, types)] * types
    return price_mechanism([values] * 2, [chances] * 2, messages=messages, purchase=purchase, name=name)


def repeated_prisoners_dilemma(
    rounds: int = 5,
    memory: int = 1,
    *,
    payoffs: Mapping[str, Sequence[object]] | None = None,
    offset: object = -4,
    name: str | None = None,
) -> MechanismGame:
    """A leader with memory in a repeated prisoners' dilemma, against a follower who knows her policy.

    A rule is a policy: what the leader plays by what both played in the last ``memory`` rounds (as far as there were
    so many), in words: ``C; CC C, CD D, ...`` begins with C. The follower's actions are sequences of moves, which lose
    nothing against a policy that is known. ``payoffs`` are by the moves of leader and follower, their payoffs; the
    ``offset`` is added in every round for both.

    Raises :class:`~stackexact.errors.LimitReached` where there are more than 4096 policies.

    >>> repeated_prisoners_dilemma(2, 0)
    <MechanismGame 1 follower, 1 type profile, 4 action profiles, 2 rules>
    """
    _require_count(rounds, "rounds")
    if isinstance(memory, bool) or not isinstance(memory, int) or memory < 0:
        raise UsageError(f"memory: expected a number of rounds from 0 on, found {shorten(repr(memory))}")
    table = payoffs or {"CC": (3, 3), "CD": (1, 4), "DC": (4, 1), "DD": (2, 2)}
    paid = {moves: tuple(exact(one) + exact(offset) for one in pair) for moves, pair in table.items()}
    seen = [" ".join(past) for depth in range(min(memory, rounds - 1) + 1) for past in product(paid, repeat=depth)]
    if len(seen) > 12:
        found = f"2^{len(seen)}"
        raise LimitReached(f"expected at most {_MOST_RULES} policies, found {found}; give fewer rounds of memory")
    rules = {}
    for moves in product("CD", repeat=len(seen)):
        policy = dict(zip(seen, moves, strict=True))
        rules[_words(policy)] = {
            "".join(plan): _played(policy, plan, paid, memory) for plan in product("CD", repeat=rounds)
        }
    followers = {"follower": {"actions": ["".join(plan) for plan in product("CD", repeat=rounds)]}}
    return MechanismGame(followers, rules, objective="designer", name=name)


def _words(policy: Mapping[str, str]) -> str:
    """A policy as the name of a rule."""
    after = ", ".join(f"{past} {move}" for past, move in policy.items() if past)
    return f"{policy['']}; {after}" if after else policy[""]


def _played(policy: Mapping[str, str], plan: Sequence[str], paid: Mapping[str, Any], memory: int) -> dict[str, Any]:
    """What comes of a policy and a sequence of moves."""
    past: list[str] = []
    for move in plan:
        seen = " ".join(past[-memory:]) if memory else ""
        past.append(policy[seen] + move)
    totals = [sum((paid[moves][player] for moves in past), Fraction(0)) for player in (0, 1)]
    return {"valuations": {"follower": text_of(totals[1])}, "designer": text_of(totals[0])}


def _require_count(value: object, place: str, least: int = 1) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{place}: expected a whole number from {least} on, found {shorten(repr(value))}")
