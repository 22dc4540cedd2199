"""What comes out of the designer's choices: by profile of types utilities and the objective, linear in prices.

An offer is taken or not: between two neighbouring values of types nothing changes, so that a choice with offers comes
out in finitely many ways, each under linear conditions on prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Final, cast

from stackexact.errors import ExpressionError, GameError
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import Record
from stackexact.games.json_text import at_path
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Choice, Entry, Offers, Outcome, at_values
from stackexact.mechanisms.limits import TABLES, TYPES, require_size
from stackexact.mechanisms.linear import Linear, linear

__all__ = ["Condition", "Outcomes", "Way"]

_ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True, repr=False)
class Condition(Record):
    """``excess`` is at least 0, or above 0 where it is ``strict``."""

    excess: Linear
    strict: bool

    def holds(self, prices: Sequence[Fraction]) -> bool:
        """Whether it is met."""
        value = self.excess.at(prices)
        return value > 0 if self.strict else value >= 0


@dataclass(frozen=True, eq=False)
class Results:
    """What may come of a choice: of each of its ``endings`` utilities and the objective by profile of types, worked out
    where they are asked for. Offers end with one of them taken, or, last, with none; what is stated ends in one way."""

    outcomes: Outcomes
    outcome: Outcome | Offers
    place: str

    @cached_property
    def _made(self) -> dict[tuple[int, int], tuple[tuple[Linear, ...], Linear]]:
        return {}

    @cached_property
    def prices(self) -> list[Linear]:
        """What is asked in offers, in their order."""
        return self.outcomes.asked(self.outcome) if isinstance(self.outcome, Offers) else []

    @cached_property
    def objectives(self) -> list[list[Linear]]:
        """The objective by ending and profile of types."""
        endings = len(self.outcome.offers) + 1 if isinstance(self.outcome, Offers) else 1
        return [[self.of(ending, k)[1] for k in range(len(self.outcomes.profiles))] for ending in range(endings)]

    def of(self, ending: int, k: int) -> tuple[tuple[Linear, ...], Linear]:
        """Utilities by follower, and the objective."""
        if (ending, k) not in self._made:
            self._made[ending, k] = self.outcomes.result(self.outcome, ending, k, self.place)
        return self._made[ending, k]


@dataclass(frozen=True, eq=False)
class Way:
    """One way in which a choice comes out where ``conditions`` are met: how it ends by profile of types (as bytes, for
    there are many)."""

    conditions: tuple[Condition, ...]
    results: Results
    endings: bytes

    @cached_property
    def utilities(self) -> tuple[tuple[Linear, ...], ...]:
        """By follower and profile of types."""
        rows = [self.results.of(ending, k)[0] for k, ending in enumerate(self.endings)]
        return tuple(zip(*rows, strict=True))

    @cached_property
    def objective(self) -> tuple[Linear, ...]:
        """By profile of types."""
        return tuple(self.results.of(ending, k)[1] for k, ending in enumerate(self.endings))


class Outcomes:
    """The outcomes of a game of numbers. ``profiles`` are the profiles of types that can occur, ``chances`` theirs;
    ``first_best`` is by profile the most welfare that any outcome has which is named or stands in a rule."""

    def __init__(self, game: MechanismGame) -> None:
        require_size(game.shape[0], TYPES, "profiles of types")
        self.game = game
        self.counts = [one.count for one in game.followers]
        every = ((types, cast(Fraction, chance)) for types, chance in game.prior.profiles())
        support = [(types, chance) for types, chance in every if self._occurs(chance)]
        self.profiles = [types for types, _ in support]
        self.chances = [chance for _, chance in support]
        self.names = {price.name: k for k, price in enumerate(game.prices)}
        self._worth = [self._typed(types) for types in self.profiles]
        self._objectives: dict[tuple[int, tuple[Linear, Linear, Linear]], Linear] = {}

    @property
    def wants_first_best(self) -> bool:
        """Whether the objective depends on it."""
        objective = self.game.objective
        return isinstance(objective, Expression) and "first_best" in objective.parameters

    @cached_property
    def first_best(self) -> list[Fraction]:
        """By profile of types the most welfare of any outcome."""
        return [self._best(k, self.wants_first_best) for k in range(len(self.profiles))]

    # -- What numbers decide ------------------------------------------------------------------------------------------

    def _occurs(self, chance: Fraction) -> bool:
        """Whether what has this chance can occur."""
        return bool(chance)

    def _greatest(self, values: Sequence[Fraction]) -> Fraction:
        """The greatest of some values, of which there is one."""
        return max(values)

    def _put(self, value: Exact, given: Mapping[str, Exact], place: str) -> Exact:
        """A number with values put in."""
        return at_values(value, given)

    def _linear(self, value: Exact, names: Mapping[str, int], place: str) -> Linear:
        """A number, or what is linear in such names."""
        return linear(value, names, place)

    def _endings(self, outcome: Offers, asked: Sequence[Fraction]) -> list[int]:
        """By profile of types which offer is taken at such prices; the number of all where none is."""
        cell = [self._first(offer.follower, price) for offer, price in zip(outcome.offers, asked, strict=True)]
        return self._taken(outcome, cell)

    # -- Numbers ------------------------------------------------------------------------------------------------------

    def of_game(self, game: MechanismGame) -> Outcomes:
        """The outcomes of a game that differs in what followers may do alone."""
        made = object.__new__(Outcomes)
        made.__dict__.update(self.__dict__, game=game)
        return made

    def _typed(self, types: Sequence[int]) -> dict[str, Fraction]:
        """What followers' names mean in expressions."""
        pairs = zip(self.game.followers, types, strict=True)
        return {one.name: cast(Fraction, one.values[t]) for one, t in pairs if one.values is not None}

    def _entry(self, entry: Entry, k: int, own: int | None, place: str) -> Linear:
        if own is not None:
            place = at_path(place, self.game.followers[own].name)
        try:
            value = self._put(entry.at(self.profiles[k], own, self.counts), self._worth[k], place)
        except ExpressionError as error:
            told = str(error).partition(";")[0]
            raise GameError(f"{place}: expected a number for all types that can occur: {told}; correct it") from None
        return self._linear(value, self.names, place)

    # -- First best and objective -------------------------------------------------------------------------------------

    def _choices(self) -> Iterator[tuple[str, Outcome | Offers]]:
        """Every outcome that is named or stands in a rule, with its place."""
        for name, outcome in self.game.outcomes.items():
            yield at_path("outcomes", name), outcome
        for rule in self.game.rules:
            for place, choice in rule.places(self.game.followers):
                if not isinstance(choice, str):
                    yield place, choice

    def _best(self, k: int, wanted: bool) -> Fraction:
        found: list[Fraction] = []
        for place, outcome in self._choices():
            if isinstance(outcome, Offers):
                worth = [_ZERO, *(self._value(offer.follower, k) for offer in outcome.offers)]
                found.append(self._greatest(worth))
            else:
                welfare = self._welfare(outcome, k, place)
                if not welfare.is_constant:
                    if wanted:
                        raise GameError(
                            f"{place}: expected valuations without prices, for the objective has first_best"
                        )
                    continue
                found.append(welfare.constant)
        return self._greatest(found) if found else _ZERO

    def _value(self, follower: int, k: int) -> Fraction:
        values = self.game.followers[follower].values
        assert values is not None
        return cast(Fraction, values[self.profiles[k][follower]])

    def _welfare(self, outcome: Outcome, k: int, place: str) -> Linear:
        total = self._zero()
        for i, entry in enumerate(outcome.valuations):
            total = total + self._entry(entry, k, i, f"{place}.valuations")
        return total

    def _zero(self) -> Linear:
        return Linear(_ZERO, (_ZERO,) * len(self.names))

    def _goal(self, k: int, welfare: Linear, revenue: Linear, designer: Linear) -> Linear:
        """The objective where so much comes out."""
        key = (k, (welfare, revenue, designer))
        if key not in self._objectives:
            parts = {"welfare": welfare, "revenue": revenue, "designer": designer}
            known = {name: part.constant for name, part in parts.items() if part.is_constant}
            try:
                if self.wants_first_best:
                    known["first_best"] = self.first_best[k]
                value = self._put(self.game.objective, {**self._worth[k], **known}, "objective")
            except ExpressionError as error:
                raise GameError(f"objective: expected it to be defined for all types and outcomes: {error}") from None
            left = {name: part for name, part in parts.items() if not part.is_constant}
            rest = self._linear(value, {name: j for j, name in enumerate(left)}, "objective")
            made = Linear(rest.constant, self._zero().slopes)
            for part, slope in zip(left.values(), rest.slopes, strict=True):
                made = made + part.times(slope)
            self._objectives[key] = made
        return self._objectives[key]

    # -- Ways ---------------------------------------------------------------------------------------------------------

    def ways(self, choice: Choice, place: str) -> list[Way]:
        """All ways in which a choice comes out; their conditions exclude each other and leave nothing out."""
        outcome = self.game.outcome(choice)
        results = Results(self, outcome, place)
        if isinstance(outcome, Offers):
            cells = self._cells(outcome)
            require_size(prod(map(len, cells)) * len(self.profiles), TABLES, "ways to come out, by profile of types")
            return [self._sold(outcome, cell, results) for cell in product(*cells)]
        return [Way((), results, bytes(len(self.profiles)))]

    def way_at(self, choice: Choice, place: str, prices: Sequence[Fraction] = ()) -> Way:
        """The way in which a choice comes out at prices."""
        outcome = self.game.outcome(choice)
        results = Results(self, outcome, place)
        if not isinstance(outcome, Offers):
            return Way((), results, bytes(len(self.profiles)))
        asked = [price.at(prices) for price in self.asked(outcome)]
        return Way((), results, bytes(self._endings(outcome, asked)))

    def result(self, outcome: Outcome | Offers, ending: int, k: int, place: str) -> tuple[tuple[Linear, ...], Linear]:
        """Utilities by follower, and the objective, where an outcome has that ending."""
        welfare = revenue = designer = self._zero()
        utilities = [self._zero()] * len(self.counts)
        if isinstance(outcome, Outcome):
            for i, entry in enumerate(outcome.valuations):
                value = self._entry(entry, k, i, f"{place}.valuations")
                paid = self._entry(Entry("all", (outcome.payments[i],)), k, i, f"{place}.payments")
                utilities[i] = value - paid
                welfare, revenue = welfare + value, revenue + paid
            designer = self._entry(outcome.designer, k, None, f"{place}.designer")
        elif ending < len(outcome.offers):
            buyer = outcome.offers[ending].follower
            welfare, revenue = self._number(self._value(buyer, k)), self.asked(outcome)[ending]
            utilities[buyer] = welfare - revenue
        return tuple(utilities), self._goal(k, welfare, revenue, designer)

    @cached_property
    def _values(self) -> list[list[Fraction]]:
        """By follower the values of types that can occur, each once, in order; nothing where types have none."""
        return [
            sorted({self._value(i, k) for k in range(len(self.profiles))}) if one.values is not None else []
            for i, one in enumerate(self.game.followers)
        ]

    @cached_property
    def _ranks(self) -> list[list[int]]:
        """By follower and profile of types the place of its value among them."""
        made = []
        for i, values in enumerate(self._values):
            place = {value: j for j, value in enumerate(values)}
            made.append([place[self._value(i, k)] for k in range(len(self.profiles))] if values else [])
        return made

    def asked(self, outcome: Offers) -> list[Linear]:
        """The prices of offers."""
        return [self._linear(offer.price, self.names, "the price of an offer") for offer in outcome.offers]

    def _first(self, follower: int, price: Fraction) -> int:
        """The place of the least value that takes an offer."""
        values = self._values[follower]
        weak = self.game.purchase == "v >= p"
        return next((j for j, value in enumerate(values) if value > price or (weak and value == price)), len(values))

    def _cells(self, outcome: Offers) -> list[list[int]]:
        """By offer the possible places of the least value that takes it."""
        return [
            [self._first(offer.follower, price.constant)]
            if price.is_constant
            else list(range(len(self._values[offer.follower]) + 1))
            for offer, price in zip(outcome.offers, self.asked(outcome), strict=True)
        ]

    def _sold(self, outcome: Offers, cell: Sequence[int], results: Results) -> Way:
        conditions = []
        weak = self.game.purchase == "v >= p"
        for offer, price, j in zip(outcome.offers, self.asked(outcome), cell, strict=True):
            values = self._values[offer.follower]
            if not price.is_constant and j < len(values):
                conditions.append(Condition(self._number(values[j]) - price, not weak))
            if not price.is_constant and j:
                conditions.append(Condition(price - self._number(values[j - 1]), weak))
        return Way(tuple(conditions), results, bytes(self._taken(outcome, cell)))

    def _taken(self, outcome: Offers, cell: Sequence[int]) -> list[int]:
        """By profile of types the first offer that is taken where these are the least values that take them."""
        endings = [len(outcome.offers)] * len(self.profiles)
        for number in reversed(range(len(outcome.offers))):
            ranks, j = self._ranks[outcome.offers[number].follower], cell[number]
            endings = [number if rank >= j else old for rank, old in zip(ranks, endings, strict=True)]
        return endings

    def _number(self, value: Fraction) -> Linear:
        return Linear(value, self._zero().slopes)
