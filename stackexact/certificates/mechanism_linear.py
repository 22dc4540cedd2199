"""What comes out of the choices of mechanisms as linear functions of prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.mechanism_game import MechanismGame
from stackexact.certificates.mechanism_parts import Formula, Offers, Outcome, Types
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import total
from stackexact.certificates.terms import Terms
from stackexact.errors import shorten

__all__ = ["Coming", "Comings", "Linear", "combined", "linear"]


@dataclass(frozen=True, slots=True)
class Linear:
    """``constant`` plus the sum of ``slopes`` times prices: names in order, no slope 0."""

    constant: Fraction
    slopes: tuple[tuple[str, Fraction], ...] = ()

    def minus(self, other: Linear) -> Linear:
        """The difference."""
        if not self.slopes and not other.slopes:
            return Linear(self.constant - other.constant)
        return combined([(Fraction(1), self), (Fraction(-1), other)])

    def most(self, box: Mapping[str, tuple[Fraction, Fraction]]) -> Fraction:
        """The greatest value where each price has these least and greatest values."""
        return self.constant + sum((slope * box[name][slope > 0] for name, slope in self.slopes), Fraction(0))

    def least(self, box: Mapping[str, tuple[Fraction, Fraction]]) -> Fraction:
        """The least value there."""
        return self.constant + sum((slope * box[name][slope < 0] for name, slope in self.slopes), Fraction(0))


def combined(terms: Iterable[tuple[Fraction, Linear]]) -> Linear:
    """A sum of multiples."""
    constants: list[Fraction] = []
    slopes: dict[str, list[Fraction]] = {}
    for factor, one in terms:
        constants.append(factor * one.constant)
        for name, slope in one.slopes:
            slopes.setdefault(name, []).append(factor * slope)
    return _made(total(constants), {name: total(some) for name, some in slopes.items()})


def _made(constant: Fraction, slopes: Mapping[str, Fraction]) -> Linear:
    return Linear(constant, tuple((name, slopes[name]) for name in sorted(slopes) if slopes[name]))


def linear(formula: Formula, point: Mapping[str, Fraction]) -> Linear:
    """A formula in which some names have values, which must be linear in all others."""
    value = formula.value
    if not isinstance(value, Quotient):
        return Linear(value)
    bottom = Fraction(value.number)
    for factor, power in value.factors.items():
        found = _partly(factor, formula, point)
        if found.keys() - {None} or not found.get(None):
            raise _not_linear(formula)
        bottom *= found[None] ** power
    top = _partly(value.top, formula, point)
    constant = top.pop(None, Fraction(0)) / bottom
    return _made(constant, {name: slope / bottom for name, slope in top.items() if name is not None})


def _partly(terms: Terms, formula: Formula, point: Mapping[str, Fraction]) -> dict[str | None, Fraction]:
    """The coefficients of the names without a value, and the constant."""
    made: dict[tuple[tuple[str, int], ...], Fraction] = {}
    for powers, factor in terms.coefficients.items():
        part, left = Fraction(factor), []
        for name, power in zip(formula.names, powers, strict=False):
            if power and name in point:
                part *= point[name] ** power
            elif power:
                left.append((name, power))
        made[tuple(left)] = made.get(tuple(left), Fraction(0)) + part
    told: dict[str | None, Fraction] = {}
    for monomial, part in made.items():
        if part and (len(monomial) > 1 or any(power > 1 for _, power in monomial)):
            raise _not_linear(formula)
        if part:
            told[monomial[0][0] if monomial else None] = part
    return told


def _not_linear(formula: Formula) -> Unsupported:
    return Unsupported(f"game: expected numbers that are linear in prices, found {shorten(formula.text())}")


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes out for a profile of types: by follower its utility, and the objective."""

    utilities: tuple[Linear, ...]
    objective: Linear


@dataclass(frozen=True, eq=False)
class Comings:
    """What may come out of outcomes: offers end with one of them taken, or, last, with none; others in one way."""

    game: MechanismGame

    @cached_property
    def profiles(self) -> tuple[Types, ...]:
        """The profiles of types that can occur."""
        return tuple(self.game.chances)

    @cached_property
    def chances(self) -> tuple[Fraction, ...]:
        """Their chances."""
        return tuple(self.game.chances.values())

    @cached_property
    def _made(self) -> dict[tuple[int, int], tuple[Coming, ...]]:
        return {}

    def of(self, outcome: Outcome | Offers, ending: int) -> tuple[Coming, ...]:
        """By profile of types what comes of an ending."""
        key = id(outcome), ending
        if key not in self._made:
            self._made[key] = tuple(self._of(outcome, ending, types) for types in self.profiles)
        return self._made[key]

    def _of(self, outcome: Outcome | Offers, ending: int, types: Types) -> Coming:
        worth, nought = self.game.worth(types), Linear(Fraction(0))
        valued, paid = [nought] * len(types), [nought] * len(types)
        designer = nought
        if not isinstance(outcome, Offers):
            valued, paid, designer = self._stated(outcome, types, worth)
        elif ending < len(outcome.offers):
            i, price = outcome.offers[ending]
            valued[i], paid[i] = Linear(worth[self.game.followers[i].name]), linear(price, {})
        welfare, revenue = (combined((Fraction(1), one) for one in some) for some in (valued, paid))
        told = {"welfare": welfare, "revenue": revenue, "designer": designer}
        utilities = tuple(value.minus(payment) for value, payment in zip(valued, paid, strict=True))
        return Coming(utilities, self._objective(types, worth, told))

    def _stated(
        self, outcome: Outcome, types: Types, worth: Mapping[str, Fraction]
    ) -> tuple[list[Linear], list[Linear], Linear]:
        followers = self.game.followers
        valued = [linear(one.at(types, i, followers), worth) for i, one in enumerate(outcome.valuations)]
        paid = [linear(payment, worth) for payment in outcome.payments]
        return valued, paid, linear(outcome.designer.at(types, None, followers), worth)

    def _objective(self, types: Types, worth: Mapping[str, Fraction], told: Mapping[str, Linear]) -> Linear:
        """The objective, linear in what of these depends on prices."""
        point = {**worth, **{name: one.constant for name, one in told.items() if not one.slopes}}
        if self.game.uses_first_best:
            point["first_best"] = self.game.first_best(types)
        made = linear(self.game.objective, point)
        parts = [(slope, told[name]) for name, slope in made.slopes]
        return combined([(Fraction(1), Linear(made.constant)), *parts])

    def first_best(self) -> Fraction:
        """The mean of the most welfare of any outcome in which no price counts; 0 where there is none."""
        return total(p * self._most(types) for types, p in self.game.chances.items())

    def _most(self, types: Types) -> Fraction:
        worth, found = self.game.worth(types), []
        for outcome in self.game.every_outcome:
            if isinstance(outcome, Offers):
                found += [Fraction(0), *(worth[self.game.followers[i].name] for i, _ in outcome.offers)]
                continue
            valued, _, _ = self._stated(outcome, types, worth)
            welfare = combined((Fraction(1), one) for one in valued)
            found += [] if welfare.slopes else [welfare.constant]
        return max(found, default=Fraction(0))
