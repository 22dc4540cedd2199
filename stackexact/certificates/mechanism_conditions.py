"""Linear conditions on prices, some of them strict: whether they can be met, and what a linear function has at most
where they are. Fourier and Motzkin's elimination decides it: a price is there between all that it must not be below and
all that it must not be above if and only if each of the ones is below each of the others, strictly where one is strict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.mechanism_game import SEARCH, bits_of
from stackexact.certificates.mechanism_linear import Linear

__all__ = ["Box", "Condition", "Conditions", "Effort", "interval"]

Box = Mapping[str, tuple[Fraction, Fraction]]
"""The least and the greatest of each price."""

Direction = tuple[tuple[str, int], ...]
"""Slopes by name, whole numbers without a common divisor."""

ROWS = 4096
"""Most conditions at any time of an elimination."""

VALUE = ""
"""The name of a value among those of prices."""


@dataclass(slots=True)
class Effort:
    """Steps that are ``left`` for what is shown at a place; long numbers count more."""

    place: str
    left: int = field(default_factory=lambda: SEARCH)

    def spend(self, count: int, bits: int = 0) -> None:
        """Take so many."""
        self.left -= count * (1 + bits // 1000)
        if self.left < 0:
            raise TooLarge(f"{self.place}: expected what is checked in {SEARCH} steps, found more")


@dataclass(frozen=True, slots=True)
class Condition:
    """``excess`` is at least 0, or above 0 where it is ``strict``."""

    excess: Linear
    strict: bool

    def possible(self, box: Box) -> bool:
        """Whether it can be met in a box."""
        most = self.excess.most(box)
        return most > 0 or (not most and not self.strict)


def interval(box: Box, conditions: Iterable[Condition]) -> dict[str, tuple[Fraction, Fraction]]:
    """What conditions that speak of one price each leave of a box, ends included."""
    made = dict(box)
    for condition in conditions:
        if len(condition.excess.slopes) == 1:
            ((name, slope),) = condition.excess.slopes
            low, high = made[name]
            end = -condition.excess.constant / slope
            made[name] = (max(low, end), high) if slope > 0 else (low, min(high, end))
    return made


class Conditions:
    """Conditions on prices in intervals: by direction the closest, a number that it must be at least, or above."""

    def __init__(self, box: Box, effort: Effort, conditions: Iterable[Condition] = ()) -> None:
        self.box, self.effort = box, effort
        self.rows: dict[Direction, tuple[Fraction, bool]] = {}
        self.met = True
        for one in conditions:
            self.add(one.excess, one.strict)

    def copy(self) -> Conditions:
        """The same conditions."""
        made = Conditions(self.box, self.effort)
        made.rows, made.met = dict(self.rows), self.met
        return made

    def join(self, other: Conditions) -> None:
        """All that others say."""
        self.met = self.met and other.met
        for direction, (least, strict) in other.rows.items():
            self._keep(direction, least, strict)

    @property
    def intervals(self) -> Box:
        """Between what each price is, as far as conditions speak of it alone, ends included."""
        made = dict(self.box)
        for direction, (least, _) in self.rows.items():
            if len(direction) == 1:
                ((name, slope),) = direction
                low, high = made[name]
                made[name] = (max(low, least), high) if slope > 0 else (low, min(high, -least))
        return made

    def add(self, excess: Linear, strict: bool) -> None:
        """One more, with the intervals of its prices."""
        for name, _ in excess.slopes:
            if ((name, 1),) not in self.rows and name in self.box:
                low, high = self.box[name]
                self._keep(((name, 1),), low, False)
                self._keep(((name, -1),), -high, False)
        self._row(excess.slopes, -excess.constant, strict)

    def _row(self, slopes: Iterable[tuple[str, Fraction]], least: Fraction, strict: bool) -> None:
        """Slopes times prices are at least, or above, a number."""
        slopes = tuple(slopes)
        if not slopes:
            self.met = self.met and (least < 0 or (not least and not strict))
            return
        bottom = lcm(*(slope.denominator for _, slope in slopes))
        tops = [slope.numerator * (bottom // slope.denominator) for _, slope in slopes]
        common = gcd(*tops)
        names = [name for name, _ in slopes]
        direction = tuple((name, top // common) for name, top in zip(names, tops, strict=True))
        self._keep(direction, least * Fraction(bottom, common), strict)

    def _keep(self, direction: Direction, least: Fraction, strict: bool) -> None:
        if len(direction) > 1 and self._follows(direction, least, strict):
            return
        if len(self.rows) >= ROWS:
            raise TooLarge(f"{self.effort.place}: expected at most {ROWS} conditions at a time, found more")
        known = self.rows.get(direction)
        if known is None or (least, strict) > known:
            self.rows[direction] = least, strict

    def _follows(self, direction: Direction, least: Fraction, strict: bool) -> bool:
        """Whether bounds of single prices say as much."""
        found = Fraction(0)
        for name, slope in direction:
            bound = self.rows.get(((name, 1 if slope > 0 else -1),))
            if bound is None:
                return False
            found += abs(slope) * bound[0]
        return found > least or (found == least and not strict)

    # -- Elimination --------------------------------------------------------------------------------------------------

    def without(self, names: Iterable[str]) -> None:
        """Eliminate prices: what is left can be met exactly where all could be."""
        left = set(names)
        while left and self.met:
            counts = {name: [0, 0] for name in left}
            for direction in self.rows:
                for name, slope in direction:
                    if name in left:
                        counts[name][slope > 0] += 1
            self.effort.spend(len(self.rows))
            name = min(sorted(left), key=lambda one: counts[one][0] * counts[one][1])
            left.remove(name)
            self._eliminate(name)

    def _eliminate(self, name: str) -> None:
        below: list[tuple[Direction, int, Fraction, bool]] = []
        above: list[tuple[Direction, int, Fraction, bool]] = []
        for direction in [*self.rows]:
            slope = dict(direction).get(name, 0)
            if slope:
                (below if slope > 0 else above).append((direction, abs(slope), *self.rows.pop(direction)))
        bits = max((bits_of(least) for _, _, least, _ in (*below, *above)), default=0)
        self.effort.spend(len(below) * len(above), bits)
        for one, a, least, strict in below:
            for two, b, other, sharp in above:
                slopes: dict[str, int] = {}
                for factor, direction in ((b, one), (a, two)):
                    for price, slope in direction:
                        slopes[price] = slopes.get(price, 0) + factor * slope
                made = ((price, Fraction(slopes[price])) for price in sorted(slopes) if slopes[price])
                self._row(made, b * least + a * other, strict or sharp)

    @property
    def names(self) -> set[str]:
        """The prices that count."""
        return {name for direction in self.rows for name, _ in direction}

    def can_be_met(self) -> bool:
        """Whether some prices meet all; nothing is left of them then."""
        self.without(self.names)
        return self.met

    def most(self, goal: Linear) -> tuple[Fraction, bool] | None:
        """The least upper bound of a function where all are met, and whether it is reached; nothing where they cannot
        be. A value is added that the function must not be below; what is left without prices is what bounds it."""
        one = Linear(goal.constant, ((VALUE, Fraction(-1)), *goal.slopes))
        self.add(one, False)
        self.without(self.names - {VALUE})
        if not self.met:
            return None
        ((direction, (least, strict)),) = self.rows.items()
        assert direction == ((VALUE, -1),), "prices have intervals, and a value is bounded from above alone"
        return -least, not strict
