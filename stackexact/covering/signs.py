"""The signs of polynomials on a domain, and conditions without what the domain says already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stackexact.covering.formulas import is_linear, joined
from stackexact.covering.smt import Domain, Unknown
from stackexact.errors import Unproved
from stackexact.exact.points import Point
from stackexact.exact.tracing import Condition, Sign, key_of

__all__ = ["Signs"]


class Signs:
    """What the domain says of the signs of polynomials: conditions without the factors whose sign it settles."""

    def __init__(self, domain: Domain) -> None:
        self._formula = domain.formula()
        # Between two points of a convex domain with different signs there is one where the polynomial vanishes.
        self._convex = all(is_linear(one) and one.sign is not Sign.NONZERO for one in domain.conditions)
        self._known: dict[tuple[Any, ...], int | None] = {}
        self._points: list[Point] = []

    def saw(self, point: Point) -> None:
        """A point of the domain."""
        self._points.append(point)

    def of(self, polynomial: Any) -> int | None:
        """The sign on the whole domain: 1 or -1; 0 for one that vanishes nowhere; ``None`` for any other."""
        key = key_of(polynomial)
        if key not in self._known:
            self._known[key] = self._asked(polynomial)
        return self._known[key]

    def _asked(self, polynomial: Any) -> int | None:
        seen = set[int]()
        for point in self._points:
            seen.add(point.sign_of(polynomial))
            if 0 in seen or (self._convex and len(seen) > 1):
                return None
        try:
            if -1 not in seen and self._formula.excludes([Condition(-polynomial, Sign.NONNEGATIVE)]):
                return 1
            if 1 not in seen and self._formula.excludes([Condition(polynomial, Sign.NONNEGATIVE)]):
                return -1
            return 0 if self._formula.excludes([Condition(polynomial, Sign.ZERO)]) else None
        except Unknown:
            return None

    def simplified(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """Conditions that say the same within the domain."""
        return joined(one for condition in conditions for one in self._divided(condition))

    def _divided(self, condition: Condition) -> list[Condition]:
        """A condition factor by factor; squares and factors of one sign are taken out where that is no change."""
        polynomial, sign = condition.polynomial, condition.sign
        unit, factors = polynomial.factor()
        turn, rest, nonzero = 1 if unit > 0 else -1, polynomial.context().constant(1), []
        for factor, power in factors:
            known = self.of(factor)
            if known:
                turn = turn * known if power % 2 else turn
            elif power % 2 == 0 and (known == 0 or sign is Sign.POSITIVE):
                nonzero += [] if known == 0 else [Condition(factor, Sign.NONZERO)]
            elif known == 0 and sign in (Sign.ZERO, Sign.NONZERO):
                continue
            else:
                rest = rest * factor ** (2 if power % 2 == 0 and sign is Sign.NONNEGATIVE else 1)
        if sign in (Sign.ZERO, Sign.NONZERO):
            made = Condition(rest if rest.leading_coefficient() > 0 else -rest, sign)
        else:
            made = Condition(rest * turn, sign)
        if rest.is_constant():
            value = 1 if made.polynomial.leading_coefficient() > 0 else -1
            if not sign.admits(value):
                raise Unproved("a condition that holds at a point of the domain cannot fail on all of it")
            return nonzero
        return [*nonzero, made]
