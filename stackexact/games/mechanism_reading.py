"""Reading the parts of a mechanism: closed objects, and refusals that name the exact place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.grammar import NAME
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import text_of
from stackexact.exact.work import Work
from stackexact.games.distributions import dense, read_distribution, require_probability
from stackexact.games.fields import closed, object_of, text
from stackexact.games.json_text import at_path, described
from stackexact.games.mechanism_parts import (
    NAMED,
    PURCHASES,
    Choice,
    Entry,
    Follower,
    Offer,
    Offers,
    Outcome,
    Price,
    Prior,
    Purchase,
    Rule,
)
from stackexact.games.tables import read_labels
from stackexact.games.written import exact_value

__all__ = [
    "bound_names",
    "read_followers",
    "read_objective",
    "read_outcomes",
    "read_prices",
    "read_prior",
    "read_purchase",
    "read_rules",
    "require_names",
]

_NOUGHT: Final = Entry("all", (Fraction(0),))


def _number(given: object, place: str, work: Work) -> Exact:
    try:
        return exact_value(given, work)
    except StackexactError as error:
        raise GameError(f"{place}: {error}") from None


def _members(given: object, place: str, what: str, example: str) -> Mapping[str, Any]:
    """A mapping with at least one entry, whose keys are texts."""
    told = object_of(given)
    if not isinstance(told, dict):
        raise GameError(f"{place}: expected {what} by name, found {described(told)}; write {example}")
    if not told:
        raise GameError(f"{place}: expected at least one, found none; write {example}")
    for key in told:
        if not isinstance(key, str):
            raise GameError(f"{place}: expected names, found {described(key)}; write text")
    return told


def _labels(given: object, place: str, what: str) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise GameError(f"{place}: expected a list of {what}, found {described(given)}; write ['...']")
    if not given:
        raise GameError(f"{place}: expected at least one of the {what}, found none; add one")
    return read_labels(given, place, "", len(given))


# -- Followers and types ----------------------------------------------------------------------------------------------


def read_followers(given: object, work: Work) -> tuple[Follower, ...]:
    """The followers by name, each with the labels of actions, and of types where it has any.

    >>> read_followers({"A0": {"types": {"low": "1/5", "high": 1}, "actions": ["0", "1"]}}, Work(10**6))
    (Follower(name='A0', types=('low', 'high'), values=(1/5, 1), actions=('0', '1'), allowed=((0, 1), (0, 1))),)
    """
    told = _members(given, "followers", "followers", '{"A": {"actions": ["x", "y"]}}')
    read_labels(list(told), "followers", "", len(told), "they")
    return tuple(_follower(name, one, at_path("followers", name), work) for name, one in told.items())


def _follower(name: str, given: object, place: str, work: Work) -> Follower:
    told = closed(object_of(given), place, required=("actions",), optional=("types",))
    types: tuple[str, ...] = ()
    values: tuple[Exact, ...] | None = None
    if "types" in told:
        where = f"{place}.types"
        if isinstance(told["types"], Mapping):
            types = _labels(list(told["types"]), where, "types")
            values = tuple(_number(value, at_path(where, key), work) for key, value in told["types"].items())
            if not NAME.fullmatch(name):
                found = f"found {shorten(name)}; rename it, or list types without numbers"
                raise GameError(
                    f"{place}: expected a name (ASCII letters, digits, _), for its types have numbers, {found}"
                )
        else:
            types = _labels(told["types"], where, "types")
    actions, allowed = _actions(told["actions"], types, f"{place}.actions")
    return Follower(name, types, values, actions, allowed)


def _actions(given: object, types: tuple[str, ...], place: str) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    if not isinstance(given, Mapping):
        labels = _labels(given, place, "actions")
        return labels, (tuple(range(len(labels))),) * max(1, len(types))
    if not types:
        raise GameError(f"{place}: expected a list of actions, for there are no types, found an object; write ['...']")
    told = closed(dict(given), place, required=types)
    by_type = {label: _labels(told[label], at_path(place, label), "actions") for label in types}
    labels = tuple(dict.fromkeys(label for one in by_type.values() for label in one))
    index = {label: a for a, label in enumerate(labels)}
    return labels, tuple(tuple(sorted(index[label] for label in by_type[t])) for t in types)


def read_prior(given: object, followers: tuple[Follower, ...], work: Work) -> Prior:
    """The prior: chances of types by follower (independent), or a list of type profiles with chances."""
    typed = [one for one in followers if one.types]
    if given is None and not typed:
        return Prior(((Fraction(1),),) * len(followers), ())
    if given is None:
        raise GameError(f"prior: expected the chances of the types of {typed[0].name}, found none; add the key")
    if isinstance(given, Mapping):
        told = closed(dict(given), "prior", required=[one.name for one in typed])
        return Prior(tuple(_marginal(told.get(one.name), one, work) for one in followers), ())
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise GameError(f"prior: expected an object by follower or a list of profiles, found {described(given)}")
    return Prior(None, _joint(given, followers, work))


def _marginal(given: object, one: Follower, work: Work) -> tuple[Exact, ...]:
    if not one.types:
        return (Fraction(1),)
    index = {label: t for t, label in enumerate(one.types)}
    return dense(read_distribution(given, index, at_path("prior", one.name), "type", work), len(index))


def _joint(
    given: Sequence[object], followers: tuple[Follower, ...], work: Work
) -> tuple[tuple[tuple[int, ...], Exact], ...]:
    found: dict[tuple[int, ...], Exact] = {}
    typed = [one for one in followers if one.types]
    total: Exact = Fraction(0)
    for k, entry in enumerate(given):
        place = f"prior[{k}]"
        told = closed(object_of(entry), place, required=("types", "probability"))
        labels = closed(object_of(told["types"]), f"{place}.types", required=[one.name for one in typed])
        types = tuple(_type(labels.get(one.name), one, at_path(f"{place}.types", one.name)) for one in followers)
        if types in found:
            raise GameError(f"{place}: expected every profile of types once, found one again; add its chances up")
        found[types] = _number(told["probability"], f"{place}.probability", work)
        require_probability(found[types], f"{place}.probability")
        total = total + found[types]
    if total != 1:
        found_sum = f"found a sum of {shorten(text_of(total))[1:-1]}; correct them"
        raise GameError(f"prior: expected probabilities that sum to exactly 1, {found_sum}")
    return tuple(sorted((types, p) for types, p in found.items() if p))


def _type(label: object, one: Follower, place: str) -> int:
    if not one.types:
        return 0
    if not isinstance(label, str) or label not in one.types:
        raise GameError(
            f"{place}: expected one of the types {', '.join(one.types)}, found {shorten(label)}; correct it"
        )
    return one.types.index(label)


# -- Prices, objectives -----------------------------------------------------------------------------------------------


def read_prices(given: object, work: Work) -> tuple[Price, ...]:
    """Prices that are to be chosen, by name, each a list of the least and the greatest.

    >>> read_prices({"p": [0, "1/2"]}, Work(10**6))
    (Price(name='p', lower=0, upper=1/2),)
    """
    if given is None:
        return ()
    return tuple(
        _price(name, interval, at_path("prices", name), work)
        for name, interval in _members(given, "prices", "intervals", '{"p": ["0", "1"]}').items()
    )


def _price(name: str, interval: object, place: str, work: Work) -> Price:
    if not NAME.fullmatch(name):
        raise GameError(f"{place}: expected a name (ASCII letters, digits, _), found {shorten(name)}; rename it")
    if isinstance(interval, str) or not isinstance(interval, Sequence) or len(interval) != 2:
        raise GameError(f"{place}: expected a list of the least and the greatest price, found {described(interval)}")
    ends = [_number(end, f"{place}[{k}]", work) for k, end in enumerate(interval)]
    for k, end in enumerate(ends):
        if not isinstance(end, Fraction):
            raise GameError(
                f"{place}[{k}]: expected a number, found {shorten(text_of(end))}; prices have no parameters"
            )
    low, high = ends
    assert isinstance(low, Fraction)
    assert isinstance(high, Fraction)
    if low > high:
        found = f"found {text_of(low)} above {text_of(high)}; turn them round"
        raise GameError(f"{place}: expected the least price before the greatest, {found}")
    return Price(name, low, high)


def read_purchase(given: object) -> Purchase | None:
    """When an offer is taken."""
    if given is None:
        return None
    for one in PURCHASES:
        if given == one:
            return one
    raise GameError(f"purchase: expected '{PURCHASES[0]}' or '{PURCHASES[1]}', found {described(given)}; write one")


def read_objective(given: object, work: Work) -> Exact:
    """The designer's objective, an expression in :data:`NAMED`, numbers of types, and parameters."""
    return _number("welfare" if given is None else given, "objective", work)


# -- Outcomes and rules -----------------------------------------------------------------------------------------------


class _Outcomes:
    """Reads outcomes; ``named`` are those that may be called by name."""

    def __init__(self, followers: tuple[Follower, ...], purchase: Purchase | None, work: Work) -> None:
        self.followers = followers
        self.index = {one.name: i for i, one in enumerate(followers)}
        self.purchase = purchase
        self.work = work

    def read(self, given: object, place: str) -> Outcome | Offers:
        """An outcome that is spelled out."""
        told = object_of(given)
        if isinstance(told, dict) and "offers" in told:
            return self._offers(closed(told, place, required=("offers",))["offers"], f"{place}.offers")
        parts = closed(told, place, required=(), optional=("valuations", "payments", "designer"))
        valued = closed(object_of(parts.get("valuations", {})), f"{place}.valuations", required=(), optional=self.index)
        paid = closed(object_of(parts.get("payments", {})), f"{place}.payments", required=(), optional=self.index)
        names = [one.name for one in self.followers]
        payments = [
            _number(paid[name], at_path(f"{place}.payments", name), self.work) if name in paid else Fraction(0)
            for name in names
        ]
        valuations = [
            self._entry(valued[name], at_path(f"{place}.valuations", name), self.index[name])
            if name in valued
            else _NOUGHT
            for name in names
        ]
        designer = self._entry(parts["designer"], f"{place}.designer", None) if "designer" in parts else _NOUGHT
        return Outcome(tuple(valuations), tuple(payments), designer)

    def _entry(self, given: object, place: str, own: int | None) -> Entry:
        """One number, one by own type, or nested lists by the types of everybody."""
        if isinstance(given, Mapping):
            types = () if own is None else self.followers[own].types
            if not types:
                raise GameError(f"{place}: expected a number or lists by types, found an object; it has no types")
            told = closed(dict(given), place, required=types)
            values = tuple(_number(told[label], at_path(place, label), self.work) for label in types)
            return Entry("own", values)
        if isinstance(given, Sequence) and not isinstance(given, str):
            return Entry("joint", tuple(self._nested(given, place, self.followers)))
        return Entry("all", (_number(given, place, self.work),))

    def _nested(self, given: object, place: str, followers: Sequence[Follower]) -> Iterator[Exact]:
        if not followers:
            yield _number(given, place, self.work)
            return
        first, *rest = followers
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise GameError(f"{place}: expected a list by the types of {first.name}, found {described(given)}")
        if len(given) != first.count:
            told = f"expected {first.count} entries, as {first.name} has types, found {len(given)}"
            raise GameError(f"{place}: {told}; correct the list")
        for k, one in enumerate(given):
            yield from self._nested(one, f"{place}[{k}]", rest)

    def _offers(self, given: object, place: str) -> Offers:
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise GameError(f"{place}: expected a list of offers, found {described(given)}; write [...]")
        if self.purchase is None:
            raise GameError(f"purchase: expected '{PURCHASES[0]}' or '{PURCHASES[1]}', for there are offers; add it")
        made: list[Offer] = []
        for k, one in enumerate(given):
            told = closed(object_of(one), f"{place}[{k}]", required=("to", "price"))
            to = told["to"]
            if not isinstance(to, str) or to not in self.index:
                names = ", ".join(self.index)
                raise GameError(f"{place}[{k}].to: expected one of {names}, found {shorten(to)}; correct it")
            if any(offer.follower == self.index[to] for offer in made):
                raise GameError(f"{place}[{k}].to: expected every follower at most once, found {to} again; delete it")
            if self.followers[self.index[to]].values is None:
                where = f"followers.{to}.types"
                raise GameError(f"{where}: expected what the item is worth to each type, for it is offered; add it")
            made.append(Offer(self.index[to], _number(told["price"], f"{place}[{k}].price", self.work)))
        return Offers(tuple(made))


def read_outcomes(
    given: object, followers: tuple[Follower, ...], purchase: Purchase | None, work: Work
) -> dict[str, Outcome | Offers]:
    """The outcomes that rules call by name."""
    if given is None:
        return {}
    reader = _Outcomes(followers, purchase, work)
    told = _members(given, "outcomes", "outcomes", '{"sold": {...}}')
    read_labels(list(told), "outcomes", "", len(told), "they")
    return {name: reader.read(one, at_path("outcomes", name)) for name, one in told.items()}


def read_rules(
    given: object,
    outcomes: Mapping[str, Outcome | Offers],
    followers: tuple[Follower, ...],
    purchase: Purchase | None,
    work: Work,
) -> tuple[Rule, ...]:
    """The rules by name: outcomes by the actions of the first follower, then of the second, and so on."""
    reader = _Outcomes(followers, purchase, work)

    def choice(one: object, place: str) -> Choice:
        if not isinstance(one, str):
            return reader.read(one, place)
        if one not in outcomes:
            known = ", ".join(outcomes) or "none"
            raise GameError(f"{place}: expected one of the outcomes ({known}), found {shorten(one)}; correct it")
        return one

    def leaf(one: object, place: str) -> tuple[Choice, ...]:
        if not isinstance(one, str) and isinstance(one, Sequence):
            if not one:
                raise GameError(f"{place}: expected at least one outcome to choose, found none; add one")
            return tuple(choice(entry, f"{place}[{k}]") for k, entry in enumerate(one))
        return (choice(one, place),)

    def leaves(one: object, place: str, rest: Sequence[Follower]) -> Iterator[tuple[Choice, ...]]:
        if not rest:
            yield leaf(one, place)
            return
        first, *others = rest
        told = object_of(one)
        if not isinstance(told, dict):
            what = f"expected an outcome for every action of {first.name} ({', '.join(first.actions)})"
            raise GameError(f"{place}: {what}, found {described(told)}; write an object")
        for label in first.actions:
            if label not in told:
                raise GameError(f"{at_path(place, label)}: expected what comes out then, found none; add the outcome")
        closed(told, place, required=first.actions)
        for label in first.actions:
            yield from leaves(told[label], at_path(place, label), others)

    told = _members(given, "rules", "rules", '{"rule": {...}}')
    read_labels(list(told), "rules", "", len(told), "they")
    return tuple(
        Rule(text(name, "rules"), tuple(leaves(one, at_path("rules", name), followers))) for name, one in told.items()
    )


def bound_names(followers: Sequence[Follower], prices: Sequence[Price]) -> set[str]:
    """The names in expressions that are no parameters."""
    return {one.name for one in followers if one.values is not None} | {one.name for one in prices} | set(NAMED)


def require_names(followers: Sequence[Follower], prices: Sequence[Price], numbers: Iterable[tuple[str, Exact]]) -> None:
    """Refuse a name that means two things, or that stands where it means nothing."""
    typed = {one.name for one in followers if one.values is not None}
    for price in prices:
        if price.name in typed or price.name in NAMED:
            other = "a follower" if price.name in typed else "a part of objectives"
            where = at_path("prices", price.name)
            raise GameError(f"{where}: expected another name, for it is that of {other}; rename it")
    for name in typed.intersection(NAMED):
        where = at_path("followers", name)
        raise GameError(f"{where}: expected another name, for it is a part of objectives; rename it")
    chosen = {one.name for one in prices}
    for place, value in numbers:
        if not isinstance(value, Expression):
            continue
        part = place.partition(".")[0].partition("[")[0]
        wrong = {"objective": chosen, "followers": typed | chosen | set(NAMED), "prior": typed | chosen | set(NAMED)}
        nothing = typed | set(NAMED) if place.endswith(".price") else set(NAMED)
        if found := sorted(wrong.get(part, nothing).intersection(value.parameters)):
            raise GameError(f"{place}: expected an expression without {found[0]}, which says nothing here; correct it")
