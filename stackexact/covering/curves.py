"""Whether conditions in two parameters, one of them an equation, have a common point: by going along the curve.

Above the line of one parameter the branches of the curve keep the signs of all other polynomials between the numbers
where something happens: where branches meet or end (the discriminant and the leading coefficient vanish), or where a
polynomial vanishes on the curve (its resultant does). Between these numbers a rational one is tried; at these numbers
each point of the curve is. Enclosures exclude most points; the others are decided in their number field.

Sets without interior are what z3's decomposition is slow at. This is the projection of McCallum (1999), "On projection
in CAD-based quantifier elimination with equational constraint", for a single curve in the plane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from flint import fmpz, fmpz_poly

from stackexact.covering.decomposing import Unknown
from stackexact.covering.formulas import holds
from stackexact.covering.models import Model, model_of
from stackexact.exact.real_roots import Root, between, real_roots
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = ["has_curve", "point_on_curve"]

DEGREE: Final = 16
"""Greatest degree of a resultant that is looked at: number fields of that degree are computed in, a second at most."""


def has_curve(conditions: Sequence[Condition]) -> bool:
    """Whether the question is one for :func:`point_on_curve`: two parameters, and an equation that is not linear."""
    return any(_is_curve(one) for one in conditions)


def _is_curve(condition: Condition) -> bool:
    polynomial = condition.polynomial
    return condition.sign is Sign.ZERO and int(polynomial.context().nvars()) == 2 and polynomial.total_degree() > 1


def point_on_curve(conditions: Sequence[Condition]) -> Model | None:
    """A point that meets all conditions, or ``None``; raises :class:`Unknown` where that is not decided here."""
    curve = min((one.polynomial for one in conditions if _is_curve(one)), key=lambda p: int(p.total_degree()))
    _, factors = curve.factor()
    for factor, _ in factors:
        found = _Curve(factor, conditions).point()
        if found is not None:
            return found
    return None


class _Curve:
    """An irreducible curve, and the conditions in the order in which they are looked at."""

    def __init__(self, curve: Polynomial, conditions: Sequence[Condition]) -> None:
        self.curve = curve
        degrees = [int(degree) for degree in curve.degrees()]
        # Branches are followed over a parameter, as roots in the other one, of which the curve must depend on.
        self.over = 0 if degrees[1] and (not degrees[0] or degrees[1] <= degrees[0]) else 1
        self.up = 1 - self.over
        self.conditions = sorted(conditions, key=lambda one: int(one.polynomial.total_degree()))

    def point(self) -> Model | None:
        critical = sorted({root for one in self._projected() for root in real_roots(one)})
        ends: list[Root | None] = [None, *critical, None]
        for low, high in zip(ends, ends[1:], strict=False):
            found = self._at_rational(between(low, high))
            if found is None and high is not None:
                found = self._at_rational(high.rational) if high.is_rational else self._at_irrational(high)
            if found is not None:
                return found
        return None

    def _projected(self) -> Iterator[Any]:
        """Polynomials in one parameter whose roots divide its line."""
        yield _leading(self.curve, self.up, self.over)
        if int(self.curve.degrees()[self.up]) > 1:
            degree = int(self.curve.total_degree())
            self._require(degree * (degree - 1))
            yield from self._in_one(self.curve.discriminant(self.up))
        seen = set[object]()
        for condition in self.conditions:
            key = key_of(condition.polynomial)
            if key not in seen:
                seen.add(key)
                for factor, _ in condition.polynomial.factor()[1]:
                    self._require(int(self.curve.total_degree()) * int(factor.total_degree()))
                    # A factor that vanishes on all of the curve divides nothing.
                    yield from self._in_one(self.curve.resultant(factor, self.up))

    def _in_one(self, polynomial: Polynomial) -> Iterator[Any]:
        made = _dense(polynomial, self.over)
        if made:
            yield made

    def _require(self, degree: int) -> None:
        """Refuse resultants that may be of a high degree before they are computed."""
        if degree > DEGREE:
            raise Unknown("a resultant is of a high degree")

    def _at_rational(self, place: Fraction) -> Model | None:
        """A point of the curve over a rational number."""
        here = _put_in(self.curve, self.over, place)
        known: dict[int, Any] = {}
        for root in real_roots(here) if here else ():
            if self._meets(root, place, known):
                return model_of(self._pair(Root.of(place), root), ())
        return None

    def _meets(self, root: Root, place: Fraction, known: dict[int, Any]) -> bool:
        for number, condition in enumerate(self.conditions):
            if number not in known:
                known[number] = _put_in(condition.polynomial, self.over, place)
            if not condition.sign.admits(root.sign_of(known[number])):
                return False
        return True

    def _at_irrational(self, place: Root) -> Model | None:
        """A point of the curve over an irrational number."""
        minimal = _lifted(place.polynomial, self.over, self.curve)
        above = _dense(self.curve.resultant(minimal, self.over), self.up)
        for root in real_roots(above):
            pair = self._pair(place, root)
            if self._is_excluded(Model(pair, None)):
                continue
            exact = model_of(pair, [self.curve, *(one.polynomial for one in self.conditions)])
            if exact.point is None:
                raise Unknown("a point of a curve is not seen to be in one number field")
            if holds((tuple(self.conditions),), exact.sign_of):
                return exact
        return None

    def _is_excluded(self, model: Model) -> bool:
        """Whether enclosures show that a point is none of the curve, or fails a condition."""
        if model.sign_of(self.curve):
            return True
        signs = ((one.sign, model.sign_of(one.polynomial)) for one in self.conditions)
        return any(found and not sign.admits(found) for sign, found in signs)

    def _pair(self, over: Root, up: Root) -> tuple[Root, Root]:
        return (over, up) if self.over == 0 else (up, over)


def _leading(polynomial: Polynomial, up: int, over: int) -> Any:
    """The coefficient of the highest power of one variable, as a polynomial in the other one."""
    highest = int(polynomial.degrees()[up])
    terms = {int(powers[over]): c for powers, c in polynomial.to_dict().items() if int(powers[up]) == highest}
    return _dense_of(terms)


def _dense(polynomial: Polynomial, place: int) -> Any:
    """A polynomial in which one variable alone occurs."""
    return _dense_of({int(powers[place]): c for powers, c in polynomial.to_dict().items()})


def _dense_of(terms: dict[int, Any]) -> Any:
    return fmpz_poly([terms.get(power, 0) for power in range(max(terms, default=-1) + 1)])


def _put_in(polynomial: Polynomial, over: int, place: Fraction) -> Any:
    """A positive multiple of what is left, a polynomial in the other variable, with a number for one of them."""
    top, bottom = fmpz(place.numerator), fmpz(place.denominator)
    highest = int(polynomial.degrees()[over])
    terms: dict[int, Any] = {}
    for powers, coefficient in polynomial.to_dict().items():
        power = int(powers[over])
        value = coefficient * top**power * bottom ** (highest - power)
        terms[int(powers[1 - over])] = terms.get(int(powers[1 - over]), fmpz(0)) + value
    return _dense_of(terms)


def _lifted(polynomial: Any, place: int, like: Polynomial) -> Polynomial:
    """A polynomial in one of the variables, beside others in both."""
    powers = [(power, 0) if place == 0 else (0, power) for power in range(polynomial.degree() + 1)]
    return like.context().from_dict(dict(zip(powers, polynomial.coeffs(), strict=True)))
