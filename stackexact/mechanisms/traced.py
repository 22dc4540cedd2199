"""What comes out of rules whose numbers depend on parameters: at a point, with what was relied on.

Which types can occur, who takes an offer and which outcome has the most welfare are decided at one point and recorded;
where all that holds, the followers' game is that of the polynomials which are made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from stackexact.errors import GameError, shorten
from stackexact.exact.rational_function import Exact, Expression, quotient
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.real_roots import Root
from stackexact.exact.relation import text_of
from stackexact.exact.tracing import Polynomial, Tracer
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Offers, Rule, at_values
from stackexact.games.polynomials import Place, Ring, over_one
from stackexact.mechanisms.forms import Form, forms_of
from stackexact.mechanisms.linear import Linear
from stackexact.mechanisms.outcomes import Outcomes

__all__ = ["Deciding", "TracedOutcomes"]


@dataclass(frozen=True)
class Deciding:
    """Decides on functions of the parameters at a point; what is decided, ``tracer`` records."""

    ring: Ring
    point: Place
    tracer: Tracer

    @classmethod
    def at(cls, ring: Ring, point: Place) -> Deciding:
        """Nothing is decided yet."""
        return cls(ring, point, Tracer(ring.constant, point.sign_of))

    def split(self, value: Exact) -> tuple[Polynomial, Polynomial]:
        """Numerator and positive denominator."""
        top, bottom = self.ring.split(value)
        sign = self.tracer.sign(bottom)
        self.tracer.positive([bottom * sign])
        return top * sign, bottom * sign

    def put(self, value: Exact, given: Mapping[str, Exact], place: str) -> Exact:
        """A function with values put in for other names, which must not make it divide by zero: what cancels then is
        not defined all the same.

        Raises :class:`~stackexact.errors.GameError` where it does."""
        if isinstance(value, Expression) and not value.is_polynomial:
            names = value.parameters
            bottom = at_values(quotient(names, value.denominator, {(0,) * len(names): 1}), given)
            top, _ = self.split(bottom)
            if not self.tracer.sign(top):
                raise GameError(
                    f"{place}: expected a value on the whole domain, but {shorten(text_of(value))} divides by zero "
                    f"{self._where}; exclude it"
                )
            self.tracer.nonzero([top])
        return at_values(value, given)

    @property
    def _where(self) -> str:
        if isinstance(self.point, Root):
            told = f"= {text_of(self.point.rational)}" if self.point.is_rational else f"near {float(self.point):.6g}"
            return f"at {cast(Parameter, self.ring).name} {told}"
        names = cast(Parameters, self.ring).names
        return (
            f"near {', '.join(f'{n} = {float(v):.6g}' for n, v in zip(names, self.point.approximations, strict=True))}"
        )

    def is_positive(self, value: Exact) -> bool:
        """Whether a value that is not negative is above 0."""
        top, _ = self.split(value)
        if self.tracer.sign(top):
            self.tracer.positive([top])
            return True
        self.tracer.zero([top])
        return False

    def takes(self, value: Exact, price: Exact, *, weak: bool) -> bool:
        """Whether a value takes an offer: at its price as well where that is enough."""
        top, _ = self.split(value - price)
        sign = self.tracer.sign(top)
        taken = sign > 0 or (weak and not sign)
        require = self.tracer.nonnegative if taken == weak else self.tracer.positive
        require([top if taken else -top])
        return taken

    def greatest(self, values: Sequence[Exact]) -> Exact:
        """The first of the greatest values; that none is greater."""
        best = values[0]
        for value in values[1:]:
            if self.tracer.sign(self.split(value - best)[0]) > 0:
                best = value
        self.tracer.nonnegative(self.split(best - value)[0] for value in values)
        return best

    def common(self, bottoms: Iterable[Polynomial]) -> Polynomial:
        """A common multiple of polynomials, positive here."""
        made = self.ring.constant(1)
        for bottom in bottoms:
            made = made * (bottom // made.gcd(bottom))
        made = made * self.tracer.sign(made)
        self.tracer.positive([made])
        return made

    def over(self, rows: Iterable[Iterable[Exact]]) -> tuple[tuple[tuple[Polynomial, ...], ...], Polynomial]:
        """Functions as polynomials over one positive denominator."""
        tables, bottom = over_one(self.ring, rows)
        sign = self.tracer.sign(bottom)
        self.tracer.positive([bottom * sign])
        return tuple(tuple(top * sign for top in row) for row in tables), bottom * sign


class TracedOutcomes(Outcomes):
    """The outcomes of a game without prices, whose functions take the place of numbers.

    Raises :class:`~stackexact.errors.GameError` where a number is not defined at the point."""

    def __init__(self, game: MechanismGame, deciding: Deciding) -> None:
        self.deciding = deciding
        super().__init__(game)

    def forms(self, rule: Rule) -> Iterator[tuple[tuple[int, ...], Form]]:
        """The followers' games, in polynomials: see :func:`~stackexact.mechanisms.forms.forms_of`."""
        return forms_of(self, rule, cast(Any, self.deciding.over))

    @property
    def mean_first_best(self) -> Exact:
        """The mean of the most welfare that any outcome has which is named or stands in a rule."""
        pairs = zip(self.chances, self.first_best, strict=True)
        return sum((chance * value for chance, value in pairs), start=Fraction(0))

    def _occurs(self, chance: Fraction) -> bool:
        return self.deciding.is_positive(chance)

    def _greatest(self, values: Sequence[Fraction]) -> Fraction:
        return cast(Fraction, self.deciding.greatest(values))

    def _put(self, value: Exact, given: Mapping[str, Exact], place: str) -> Exact:
        return self.deciding.put(value, given, place)

    def _linear(self, value: Exact, names: Mapping[str, int], place: str) -> Linear:
        return Linear(cast(Fraction, value), ())

    def _endings(self, outcome: Offers, asked: Sequence[Fraction]) -> list[int]:
        weak = self.game.purchase == "v >= p"
        offers = [*zip(outcome.offers, asked, strict=True)]

        def ending(k: int) -> int:
            taking = (
                number
                for number, (offer, price) in enumerate(offers)
                if self.deciding.takes(self._value(offer.follower, k), price, weak=weak)
            )
            return next(taking, len(offers))

        return [ending(k) for k in range(len(self.profiles))]
